/*
 * chat/csv.h - rows of comma separated values.  Spec: RFC 4180.
 *
 * As it is in the wild: any of "," ";" tab "|" between the cells (or the one
 * that a first line "sep=;" names), line feeds in quotes, quotes inside of
 * cells without quotes.  Where a quote has no end, the row ends before the next
 * line that looks like a row (csv_expect()), so that one damaged row costs no
 * other.
 * Caps: CSV_RECORD_MAX bytes of a row, CSV_CELLS_MAX cells.
 * Needs: base, chat/{input,message,text}.
 */
#ifndef LIUDI_CHAT_CSV_H
#define LIUDI_CHAT_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "chat/format.h"
#include "chat/input.h"
#include "chat/message.h"
#include "chat/text.h"

#define CSV_RECORD_MAX (4u << 20)
#define CSV_CELLS_MAX 256u

struct csv_row {
	const struct chat_str *cell;	/* valid until the next row */
	size_t n;			/* 0: the row is over a cap */
	uint64_t off, len;
	const char *line;		/* its first line, as it stands */
	size_t line_len;
	bool damaged;			/* a quote without an end */
	unsigned warn;			/* for its message */
};

struct csv;

/* NULL: ERR_NOMEM, ERR_FORMAT. */
struct csv *csv_open(const struct chat_input *in,
	const struct chat_encoding *enc, char delimiter, struct err *e);
void csv_close(struct csv *c);

/*
 * Rows have COLUMNS cells; in cell KEY of each stands what IS_KEY knows (a
 * time): by this a row is found again behind a damaged one.
 */
void csv_expect(struct csv *c, size_t columns, size_t key,
	bool (*is_key)(void *arg, struct chat_str cell), void *arg);

/* 1 and *row; 0 at the end; -1.  Empty lines are no rows. */
int csv_next(struct csv *c, struct csv_row *row, struct err *e);

/* --- The head of a file, for scores */

struct csv_head {
	char delimiter;
	struct chat_str cell[64];	/* of the first row */
	size_t n;
	char text[8192];
};

/* False: it is no table of at least two columns. */
bool csv_look(struct csv_head *out, const struct chat_sniff *s);

/*
 * N cells: which is any of the NAMES ("a|b", lower case), with or without the
 * other in brackets behind it: "询盘ID(tradeId)"; -1: none.
 */
int csv_column(const struct chat_str *cell, size_t n, const char *names);

/* A cell without blanks at both ends. */
struct chat_str csv_trim(struct chat_str cell);

/* CELL is any of the NAMES ("a|b", lower case), case of ASCII aside. */
bool csv_is(struct chat_str cell, const char *names);

#endif
