/*
 * cli/desk/html.h - HTML put together so that no text of others becomes markup.
 *
 * Tags, names of attributes and html_lit() are constants of the program; all else
 * goes through escape_html().  The first failure stays, and is what html_end()
 * returns; until then nothing needs a look.
 * Needs: base, cli/desk/escape.
 */
#ifndef LIUDI_CLI_DESK_HTML_H
#define LIUDI_CLI_DESK_HTML_H

#include <stdint.h>

#include "base/buf.h"

struct html {
	struct buf *out;
	struct err *e;
	int rc;
};

void html_begin(struct html *h, struct buf *out, struct err *e);
/* 0, or -1 with what went wrong first. */
int html_end(const struct html *h);

/* Markup as it stands here; only a string constant will compile. */
#define html_lit(h, s) html_constant((h), "" s "")
void html_constant(struct html *h, const char *s);

/* "<TAG NAME="VALUE"…>": pairs until NULL; a pair whose value is NULL is left out. */
void html_open(struct html *h, const char *tag, ...)
	__attribute__((sentinel));
void html_close(struct html *h, const char *tag);

/* Text of others, or of ours; NULL is "". */
void html_text(struct html *h, const char *s);
void html_textn(struct html *h, const char *s, size_t n);
void html_textf(struct html *h, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void html_int(struct html *h, int64_t n);

/* An element that holds nothing but text. */
void html_element(struct html *h, const char *tag, const char *class,
	const char *text);
/* A link of ours: HREF a path, its parts by html_path(). */
void html_link(struct html *h, const char *class, const char *href,
	const char *text);

/* Append S to a path or query, percent-encoded. */
int html_path(struct buf *out, const char *s, struct err *e);

#endif
