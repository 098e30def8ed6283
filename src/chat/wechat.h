/*
 * chat/wechat.h - what the exports of WeChat have in common.
 * Needs: chat/{message,compose}.
 */
#ifndef LIUDI_CHAT_WECHAT_H
#define LIUDI_CHAT_WECHAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chat/compose.h"
#include "chat/message.h"

/* By the number of WeChat's databases: 1, 3, 34, 43, 47, 49 with its sub. */
enum chat_kind wechat_kind(int64_t type, int64_t sub);

/* By the word of an exporter: "文本消息", "图片"; *known: false for others. */
enum chat_kind wechat_kind_word(const char *s, size_t n, bool *known);

/*
 * S is the XML of a message: the text of its first <TAG>, entities decoded,
 * without CDATA marks.  A NULL piece if there is none.
 */
struct chat_str wechat_xml(struct compose *c, struct chat_str s,
	const char *tag);
bool wechat_is_xml(struct chat_str s);

/*
 * KIND and TEXT into c->m: XML becomes what is shown of it, files get their
 * attachment, words of recalls their kind.
 */
void wechat_content(struct compose *c, enum chat_kind kind,
	struct chat_str text);

#endif
