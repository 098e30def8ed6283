/*
 * chat/formats.h - the formats by name; their order is in formats.c.
 * Needs: chat/format.
 */
#ifndef LIUDI_CHAT_FORMATS_H
#define LIUDI_CHAT_FORMATS_H

#include "chat/format.h"

extern const struct chat_format chat_discord_txt;
extern const struct chat_format chat_irc_raw;
extern const struct chat_format chat_irssi;
extern const struct chat_format chat_kakao_txt;
extern const struct chat_format chat_line_txt;
extern const struct chat_format chat_memotrace_txt;
extern const struct chat_format chat_pattern;
extern const struct chat_format chat_pidgin_txt;
extern const struct chat_format chat_qianniu_clip;
extern const struct chat_format chat_qq_clip;
extern const struct chat_format chat_qq_txt;
extern const struct chat_format chat_signal_md;
extern const struct chat_format chat_wechatexporter_txt;
extern const struct chat_format chat_weechat;
extern const struct chat_format chat_whatsapp_txt;
extern const struct chat_format chat_qianniu_json;
extern const struct chat_format chat_top_logquery;
extern const struct chat_format chat_inquiry_csv;
extern const struct chat_format chat_order_csv;
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
extern const struct chat_format chat_xchat;
extern const struct chat_format chat_xchat_scrollback;
extern const struct chat_format chat_qq_mht;
extern const struct chat_format chat_mbox;
extern const struct chat_format chat_eml;
extern const struct chat_format chat_telegram_html;
extern const struct chat_format chat_pidgin_html;
extern const struct chat_format chat_adium;
extern const struct chat_format chat_empathy;
extern const struct chat_format chat_skype_db;
extern const struct chat_format chat_viber_db;

#endif
