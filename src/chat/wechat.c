/* chat/wechat.c - types and XML of WeChat's messages. */
#include "chat/wechat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chat/htmltext.h"
#include "chat/kinds.h"

#include "base/banned.h"

enum chat_kind
wechat_kind(int64_t type, int64_t sub)
{
	switch (type) {
	case 1:
		return CHAT_TEXT;
	case 3:
		return CHAT_IMAGE;
	case 34:
		return CHAT_VOICE;
	case 42:
		return CHAT_CARD;
	case 43:
	case 62:
		return CHAT_VIDEO;
	case 47:
		return CHAT_STICKER;
	case 48:
		return CHAT_LOCATION;
	case 50:
		return CHAT_CALL;
	case 49:
		break;
	case 10000:
	case 10002:
		return CHAT_SYSTEM;
	default:
		return CHAT_OTHER;
	}
	switch (sub) {
	case 6:
	case 74:
		return CHAT_FILE;
	case 8:
		return CHAT_STICKER;
	case 1:
	case 53:
	case 57:		/* an answer that quotes */
		return CHAT_TEXT;
	case 17:
		return CHAT_LOCATION;
	case 2000:
		return CHAT_TRANSFER;
	case 2001:
	case 2003:
		return CHAT_REDPACKET;
	default:
		return CHAT_LINK;
	}
}

enum chat_kind
wechat_kind_word(const char *s, size_t n, bool *known)
{
	static const struct {
		const char *word;
		enum chat_kind kind;
	} words[] = {	/* the first that is part of it */
		{"撤回", CHAT_RECALL}, {"系统", CHAT_SYSTEM},
		{"拍一拍", CHAT_SYSTEM}, {"通话", CHAT_CALL},
		{"引用", CHAT_TEXT}, {"文本", CHAT_TEXT},
		{"文字", CHAT_TEXT}, {"图片", CHAT_IMAGE},
		{"语音", CHAT_VOICE}, {"视频号", CHAT_LINK},
		{"视频", CHAT_VIDEO}, {"表情", CHAT_STICKER},
		{"文件", CHAT_FILE}, {"位置", CHAT_LOCATION},
		{"名片", CHAT_CARD}, {"红包", CHAT_REDPACKET},
		{"转账", CHAT_TRANSFER}, {"链接", CHAT_LINK},
		{"分享", CHAT_LINK}, {"小程序", CHAT_LINK},
		{"聊天记录", CHAT_LINK}, {"公众号", CHAT_LINK},
		{"音乐", CHAT_LINK}, {"投票", CHAT_POLL},
	};
	size_t i;

	*known = true;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(s, n, words[i].word, strlen(words[i].word)))
			return words[i].kind;
	*known = false;
	return CHAT_OTHER;
}

bool
wechat_is_xml(struct chat_str s)
{
	while (s.n > 0 && (*s.s == ' ' || *s.s == '\n' || *s.s == '\t' ||
	    *s.s == '\r')) {
		s.s++;
		s.n--;
	}
	return s.n > 5 && (memcmp(s.s, "<?xml", 5) == 0 ||
	    memcmp(s.s, "<msg", 4) == 0 || memcmp(s.s, "<sysm", 5) == 0);
}

struct chat_str
wechat_xml(struct compose *c, struct chat_str s, const char *tag)
{
	struct chat_str out = {NULL, 0};
	const char *p, *end;
	char open[40], close[40];

	(void)snprintf(open, sizeof(open), "<%s>", tag);
	(void)snprintf(close, sizeof(close), "</%s>", tag);
	p = s.n > 0 ? memmem(s.s, s.n, open, strlen(open)) : NULL;
	if (!p)
		return out;
	p += strlen(open);
	end = memmem(p, (size_t)(s.s + s.n - p), close, strlen(close));
	if (!end)
		return out;
	if (end - p >= 12 && memcmp(p, "<![CDATA[", 9) == 0 &&
	    memcmp(end - 3, "]]>", 3) == 0)
		return (struct chat_str){p + 9, (size_t)(end - p) - 12};
	return chat_html_text(c, (struct chat_str){p, (size_t)(end - p)},
	    CHAT_HTML_ENTITIES);
}

void
wechat_content(struct compose *c, enum chat_kind kind, struct chat_str text)
{
	struct chat_msg *m = &c->m;
	struct chat_str sub;
	char number[16];
	int64_t inner = -1;

	if (!wechat_is_xml(text)) {
		m->text = text;
	} else {
		sub = wechat_xml(c, text, "type");
		if (kind == CHAT_LINK && sub.n > 0 && sub.n < sizeof(number)) {
			memcpy(number, sub.s, sub.n);
			number[sub.n] = '\0';
			inner = strtol(number, NULL, 10);
			kind = wechat_kind(49, inner);
		}
		m->text = wechat_xml(c, text, "title");
		if (kind == CHAT_SYSTEM && m->text.n == 0)
			m->text = wechat_xml(c, text, "replacemsg");
		if (kind == CHAT_SYSTEM && m->text.n == 0)
			m->text = wechat_xml(c, text, "content");
	}
	if (kind == CHAT_FILE && m->text.n > 0)
		compose_attach(c, m->text, CHAT_OMITTED);
	m->kind = kind;
	if (m->text.n > 0 && (kind == CHAT_SYSTEM || kind == CHAT_TEXT ||
	    kind == CHAT_OTHER) && kinds_recall(m->text.s, m->text.n))
		m->kind = CHAT_RECALL;
}
