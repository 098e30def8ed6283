/*
 * chat/text.h - the encoding of a file, decided once, and its lines as UTF-8.
 *
 * Ladder: BOM; strict UTF-8 over the whole file (a cut tail is none) or over
 * 65,536 characters beyond ASCII; UTF-16 by the parity of its zeros; uchardet
 * over 4 KiB and more; GB18030.
 * Caps: a line CHAT_LINE_MAX bytes of UTF-8, the rest of it is skipped and said.
 * Needs: base, chat/input; iconv, uchardet.
 */
#ifndef LIUDI_CHAT_TEXT_H
#define LIUDI_CHAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "chat/input.h"

#define CHAT_LINE_MAX (8u << 20)

struct chat_encoding {
	char name[32];		/* as iconv(3) knows it: "UTF-8", "GB18030" */
	unsigned bom;		/* bytes to skip */
	bool guessed;		/* by the last two steps */
};

/*
 * iconv(3) loads code for each encoding, which a sandbox does not allow: hold
 * these from before the box until its end.  NULL: ERR_NOMEM.
 */
struct chat_charsets;
struct chat_charsets *chat_charsets_load(struct err *e);
void chat_charsets_free(struct chat_charsets *c);
/* Is NAME, in capital letters, one of these? */
bool chat_charset_known(const char *name);

/* 0, or -1 (what reading said, ERR_NOMEM). */
int chat_encoding_find(struct chat_encoding *out, const struct chat_input *in,
	struct err *e);

struct chat_lines;

struct chat_line {
	const char *s;		/* without its CR LF, followed by a NUL */
	size_t n;
	uint64_t off, len;	/* its bytes in the file, line end counted */
	bool cut;		/* longer than CHAT_LINE_MAX */
	bool replaced;		/* bytes that mean nothing became U+FFFD */
	bool last;		/* no line end behind it */
	bool torn;		/* the file ends within a character */
};

/* A reader at the beginning of IN.  NULL: ERR_NOMEM, ERR_FORMAT. */
struct chat_lines *chat_lines_new(const struct chat_input *in,
	const struct chat_encoding *enc, struct err *e);
void chat_lines_free(struct chat_lines *l);

/*
 * 1 and *line, valid until the next call; 0 at the end; -1.  NUL becomes
 * U+FFFD.  U+FEFF at the head is skipped, later ones stay.
 */
int chat_lines_next(struct chat_lines *l, struct chat_line *line,
	struct err *e);

/* One piece of text (a JSON string, a mail part) into UTF-8, appended to OUT. */
int chat_text_convert(struct buf *out, const char *encoding, const void *s,
	size_t n, bool *replaced, struct err *e);

#endif
