/*
 * chat/pattern_txt.h - headers that somebody described, for exports that no
 * format knows.
 *
 *	[pattern]
 *	name = wangwang
 *	header = {name} ({date} {time}):{text}
 *	date = ymd
 *
 * In `header` a blank stands for any number of them (one at least), {name},
 * {id}, {to} and {*} for what lies between their neighbours, {date} for three
 * numbers or a name of a month, {time} for a time of day in any of the usual
 * forms, {text} (only at the end) for the rest of the line.  All else stands
 * for itself.  `date` says which order three numbers have: ymd, dmy or mdy.
 * `blank = yes`: there is an empty line before each header.
 * Needs: chat/format.
 */
#ifndef LIUDI_CHAT_PATTERN_TXT_H
#define LIUDI_CHAT_PATTERN_TXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "chat/format.h"

#define PATTERN_PIECES 32
#define PATTERN_INI_MAX 16384u

struct pattern_piece {
	enum { PATTERN_TEXT, PATTERN_BLANK, PATTERN_NAME, PATTERN_ID,
	    PATTERN_TO, PATTERN_ANY, PATTERN_DATE, PATTERN_TIME,
	    PATTERN_REST } kind;
	size_t off, n;		/* of PATTERN_TEXT: in `header` */
};

struct pattern {
	char header[512];
	struct pattern_piece piece[PATTERN_PIECES];
	size_t npieces;
	enum date_order order;
	bool blank;
};

/* 0, or -1 (ERR_CONFIG, what is wrong with the text). */
int pattern_parse(struct pattern *p, const char *ini, size_t n,
	struct err *e);

/* What stood where; s == NULL: it has no such piece. */
struct pattern_match {
	struct chat_str name, id, to, text;
	struct chat_stamp when;
};
bool pattern_match(const struct pattern *p, const char *s, size_t n,
	struct pattern_match *m);

#endif
