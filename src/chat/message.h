/*
 * chat/message.h - one message of one chat, as a file tells it.
 *
 * Importers say only what stands in the bytes: whose account it is, in which
 * zone a clock without one ran, and who belongs to whom, others know.
 * Spec: docs/REPORTS.md "Messages".  Needs: base.
 */
#ifndef LIUDI_CHAT_MESSAGE_H
#define LIUDI_CHAT_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chat/stamp.h"

#define CHAT_TEXT_MAX (8u << 20)	/* bytes of one text; more is cut off */
#define CHAT_NAME_MAX 4096u		/* bytes of a name, an id or a path */
#define CHAT_ATTACHMENTS_MAX 256u
#define CHAT_FIELDS_MAX 64u

/* Well-formed UTF-8 without NUL; s == NULL: the file does not say. */
struct chat_str {
	const char *s;
	size_t n;
};

enum chat_kind {
	CHAT_TEXT, CHAT_IMAGE, CHAT_VOICE, CHAT_VIDEO, CHAT_FILE, CHAT_STICKER,
	CHAT_LINK, CHAT_LOCATION, CHAT_CARD, CHAT_REDPACKET, CHAT_TRANSFER,
	CHAT_ORDER, CHAT_CALL, CHAT_SYSTEM, CHAT_RECALL, CHAT_POLL,
	CHAT_REACTION, CHAT_MEDIA_OMITTED, CHAT_INQUIRY, CHAT_MAIL, CHAT_OTHER,
	CHAT_ACTION		/* "/me waves" */
};

enum chat_role {	/* of the sender, seen from the exporting account */
	CHAT_UNKNOWN, CHAT_SELF, CHAT_PEER, CHAT_BOT,
	CHAT_PROGRAM	/* nobody: also for what is not of CHAT_SYSTEM */
};

enum chat_conv { CHAT_CONV_UNKNOWN, CHAT_PRIVATE, CHAT_GROUP,
	CHAT_INQUIRIES, CHAT_MAILS };

enum chat_present { CHAT_PRESENT, CHAT_OMITTED, CHAT_MISSING, CHAT_REMOTE };

struct chat_attachment {
	struct chat_str name;		/* as the message shows it */
	enum chat_present state;
};

/* What only some formats have: "owner", "replied", "status", "target". */
struct chat_field {
	const char *key;
	struct chat_str value;
};

/* Bits of warn, of a message or of a file. */
enum chat_warn {
	CHAT_WARN_DATE_ORDER = 1,	/* day and month were guessed */
	CHAT_WARN_ENCODING = 2,		/* so was the encoding */
	CHAT_WARN_TAIL = 4,		/* the file ends in the middle */
	CHAT_WARN_REPLACED = 8,		/* bytes became U+FFFD */
	CHAT_WARN_SPLIT = 16,		/* its text looks like a header */
	CHAT_WARN_TIME = 32,		/* a time that cannot be */
	CHAT_WARN_LONG = 64,		/* a text was cut off at a cap */
	CHAT_WARN_EMPTY = 128		/* no message in it */
};

struct chat_msg {
	enum chat_kind kind;
	enum chat_role role;
	enum chat_conv conv_type;
	struct chat_str conv_id, conv_name;
	struct chat_str native_id;	/* as the platform numbers it */
	struct chat_stamp when;
	struct chat_str sender_id, sender_name;
	struct chat_str text;		/* as shown, LF between lines */
	const struct chat_attachment *att;
	size_t natt;
	struct chat_str reply_to, forwarded_from, thread;
	bool edited, deleted;		/* recalled, or only its mark is left */
	const struct chat_field *field;
	size_t nfield;
	unsigned warn;
	struct chat_str member;		/* of an archive, if it lies in one */
	uint64_t off, len;		/* its bytes in the file or the member */
};

#define CHAT_WARN_BITS 8

/* "text", "recall"…; "self", "peer", "bot", "unknown"; … never NULL. */
const char *chat_kind_name(enum chat_kind k);
const char *chat_role_name(enum chat_role r);
const char *chat_conv_name(enum chat_conv c);
const char *chat_present_name(enum chat_present p);
const char *chat_warn_name(enum chat_warn one_bit);

#endif
