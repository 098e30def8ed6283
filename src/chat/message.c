/* chat/message.c - the words for kinds, roles and warnings. */
#include "chat/message.h"

#include "base/banned.h"

#define NAME_OF(table, i) \
	((size_t)(i) < sizeof(table) / sizeof(*(table)) ? (table)[i] : "other")

const char *
chat_kind_name(enum chat_kind k)
{
	static const char *const names[] = {
		"text", "image", "voice", "video", "file", "sticker", "link",
		"location", "card", "redpacket", "transfer", "order", "call",
		"system", "recall", "poll", "reaction", "media_omitted",
		"inquiry", "mail", "other", "action"
	};

	return NAME_OF(names, k);
}

const char *
chat_role_name(enum chat_role r)
{
	static const char *const names[] = {"unknown", "self", "peer", "bot",
	    "system"};

	return NAME_OF(names, r);
}

const char *
chat_conv_name(enum chat_conv c)
{
	static const char *const names[] = {"unknown", "private", "group",
	    "inquiry", "mail"};

	return NAME_OF(names, c);
}

const char *
chat_present_name(enum chat_present p)
{
	static const char *const names[] = {"present", "omitted", "missing",
	    "remote"};

	return NAME_OF(names, p);
}

const char *
chat_warn_name(enum chat_warn one_bit)
{
	switch (one_bit) {
	case CHAT_WARN_DATE_ORDER:
		return "date_order_guess";
	case CHAT_WARN_ENCODING:
		return "encoding_guess";
	case CHAT_WARN_TAIL:
		return "truncated_tail";
	case CHAT_WARN_REPLACED:
		return "replaced_bytes";
	case CHAT_WARN_SPLIT:
		return "split_ambiguous";
	case CHAT_WARN_TIME:
		return "out_of_range_time";
	case CHAT_WARN_LONG:
		return "cut_text";
	case CHAT_WARN_EMPTY:
		return "empty";
	}
	return "other";
}
