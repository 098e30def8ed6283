/*
 * desk/msgline.h - a line of docs/REPORTS.md "Messages", held to what it says.
 *
 * The lines come from a parser of foreign bytes that may have been taken over:
 * every field's type, every name of a list and every length is checked, and
 * times lie within 1970 to 2200.  Keys that are not known here are allowed
 * behind the others if they are strings or null.
 * Needs: base, json, chat/{message,stamp}.
 */
#ifndef LIUDI_DESK_MSGLINE_H
#define LIUDI_DESK_MSGLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "chat/message.h"

#define MSGLINE_MAX (64u << 20)		/* bytes of a line */
#define MSGLINE_WORD_MAX 32		/* of platform and format */
#define MSGLINE_FIELD_MAX (1u << 20)	/* of what only some formats have */

#define MSGLINE_NEVER INT64_MIN

/* Strings are borrowed until the next msgline_parse(); s NULL: null. */
struct msgline {
	struct chat_str platform, format;
	int64_t parser_ver;
	struct chat_str conv_id, conv_name, native_id;
	enum chat_conv conv_type;
	struct chat_str ts_raw;
	struct chat_stamp when;		/* of ts_raw */
	int64_t ts_utc;			/* ms; MSGLINE_NEVER: null */
	enum stamp_precision precision;
	struct chat_str sender_id, sender_name;
	enum chat_role role;
	bool system;			/* `sender_role` is `system` */
	enum chat_kind kind;
	struct chat_str text;		/* never NULL: "" */
	const struct chat_attachment *att;
	size_t natt;
	bool edited, recalled;		/* `state` */
	struct chat_str member;
	int64_t off, len;
	/* What only some formats have, `target` and `edit_of` among it. */
	const struct chat_field *field;
	size_t nfield;
};

struct msgline_reader;

/* NULL: ERR_NOMEM. */
struct msgline_reader *msgline_new(struct err *e);
void msgline_free(struct msgline_reader *r);	/* NULL does nothing */

/*
 * Read the N bytes of a line (without its LF) into *m.  0, or -1: ERR_FORMAT
 * (*m is as it was), ERR_NOMEM.
 */
int msgline_parse(struct msgline_reader *r, struct msgline *m,
	const void *line, size_t n, struct err *e);

/* The field KEY; s NULL: it has none. */
struct chat_str msgline_field(const struct msgline *m, const char *key);

/* "self", "peer", "bot", "system", "unknown". */
const char *msgline_role(const struct msgline *m);

#endif
