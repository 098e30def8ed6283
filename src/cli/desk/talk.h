/*
 * cli/desk/talk.h - a conversation as lines of a terminal.
 *
 *	── 2026-11-23 Monday ──────────────────────────────────────────────────
 *	  09:03  Maria Jensen    Good morning, could you quote FOB Ningbo for
 *	                         200 pcs?
 *	>~09:05  Sales-Li        4.80 USD
 *	                         (changed later; …)
 *
 * Pure: text into a buffer.  Whatever was typed by a peer comes out as
 * utf8_add_shown() has it: nothing of it moves the cursor, turns text round or
 * begins a line of its own.
 * Needs: cli/cli.h, base.
 */
#ifndef LIUDI_CLI_DESK_TALK_H
#define LIUDI_CLI_DESK_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct talk_style {
	size_t width;		/* columns; 0: lines are never broken */
	bool bold;		/* the terminal can; else words are put in [] */
};

/* A stretch of a text to stand out, in bytes; in order, none touching. */
struct talk_mark {
	size_t start, end;
};

struct talk_line {
	bool own;		/* of the account itself */
	char sign;		/* '~' changed, '-' vanished or recalled, ' ' */
	int64_t at;		/* ms UTC; TALK_NO_TIME */
	bool no_clock;		/* only the day is known */
	const char *name;
	const char *text;
	size_t text_len;
	const struct talk_mark *mark;
	size_t nmark;
	const char *note[4];	/* said behind it, each in () on a new line */
	size_t nnote;
};

#define TALK_NO_TIME INT64_MIN

/*
 * Append TEXT, the first line behind INDENT columns that are there already, the
 * next ones behind as many blanks; no LF at the end.  Broken at blanks and
 * between wide characters, never before what closes a clause.  0 or -1.
 */
int talk_wrap(struct buf *out, const struct talk_style *s, size_t indent,
	const char *text, size_t n, const struct talk_mark *mark, size_t nmark,
	struct err *e);

/* Append one message with its LF; times in the local zone. */
int talk_line(struct buf *out, const struct talk_style *s,
	const struct talk_line *l, struct err *e);

/* Append the line of the local day of AT, "no date" for TALK_NO_TIME, and LF. */
int talk_day(struct buf *out, const struct talk_style *s, int64_t at,
	struct err *e);
/* "2026-11-23" of the local day, "" for TALK_NO_TIME: to see when it changes. */
#define TALK_DAY_LEN 16
const char *talk_day_text(int64_t at, char out[TALK_DAY_LEN]);
/* "Monday", in the language of the user. */
const char *talk_weekday(int64_t at);
/* "09:05", "--:--" without a time. */
#define TALK_CLOCK_LEN 8
const char *talk_clock(int64_t at, bool none, char out[TALK_CLOCK_LEN]);

/*
 * Append S without terminal's own codes, cut to COLUMNS with … and filled up
 * with blanks.
 */
int talk_cell(struct buf *out, const char *s, size_t columns, struct err *e);

/*
 * What of a long text is worth showing: about BUDGET bytes round FROM, whole
 * characters, [*start, *end).
 */
void talk_part(const char *text, size_t n, size_t from, size_t budget,
	size_t *start, size_t *end);

#endif
