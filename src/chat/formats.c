/* chat/formats.c - all formats, in the order of ties. */
#include "chat/formats.h"

#include "base/banned.h"

const struct chat_format *const chat_formats[] = {
	&chat_qq_txt,
	&chat_whatsapp_txt,
	&chat_qianniu_json,
	&chat_top_logquery,
	&chat_inquiry_csv,
	&chat_memotrace_csv,
	&chat_pywxdump_csv,
	&chat_weflow_json,
	&chat_qce_json,
	&chat_wecom_jsonl,
	&chat_telegram_json,
	&chat_skype_json,
	&chat_messenger_json,
	&chat_instagram_json,
	&chat_slack_zip,
	&chat_slack_day,
	&chat_discord_json,
	&chat_discord_csv,
	&chat_googlechat_json,
	&chat_teams_json,
	&chat_element_json,
	&chat_chatlab,
	&chat_kakaotalk_csv,
	&chat_viber_csv,
	&chat_generic_csv,
	NULL
};
