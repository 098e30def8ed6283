/*
 * chat/formats.h - the formats by name; their order is in formats.c.
 * Needs: chat/format.
 */
#ifndef LIUDI_CHAT_FORMATS_H
#define LIUDI_CHAT_FORMATS_H

#include "chat/format.h"

extern const struct chat_format chat_qq_txt;
extern const struct chat_format chat_whatsapp_txt;
extern const struct chat_format chat_qianniu_json;
extern const struct chat_format chat_top_logquery;
extern const struct chat_format chat_inquiry_csv;
extern const struct chat_format chat_memotrace_csv;
extern const struct chat_format chat_pywxdump_csv;
extern const struct chat_format chat_weflow_json;
extern const struct chat_format chat_qce_json;
extern const struct chat_format chat_wecom_jsonl;
extern const struct chat_format chat_telegram_json;
extern const struct chat_format chat_skype_json;
extern const struct chat_format chat_messenger_json;
extern const struct chat_format chat_instagram_json;
extern const struct chat_format chat_slack_zip;
extern const struct chat_format chat_slack_day;
extern const struct chat_format chat_discord_json;
extern const struct chat_format chat_discord_csv;
extern const struct chat_format chat_googlechat_json;
extern const struct chat_format chat_teams_json;
extern const struct chat_format chat_element_json;
extern const struct chat_format chat_chatlab;
extern const struct chat_format chat_kakaotalk_csv;
extern const struct chat_format chat_viber_csv;
extern const struct chat_format chat_generic_csv;

#endif
