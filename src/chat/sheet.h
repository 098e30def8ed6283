/*
 * chat/sheet.h - a table whose first row names its columns, as messages.
 *
 * What a format of this kind has to say: the names of its columns, and what a
 * row is.  Needs: chat/{csv,compose,format}.
 */
#ifndef LIUDI_CHAT_SHEET_H
#define LIUDI_CHAT_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "chat/compose.h"
#include "chat/csv.h"
#include "chat/format.h"

#define SHEET_COLUMNS_MAX 16

struct sheet {
	struct compose c;
	struct chat_job *job;
	int at[SHEET_COLUMNS_MAX];		/* which cell, -1: none */
	const struct csv_row *row;
	enum date_order order;		/* as found out by sheet_read() */
	bool guessed;			/* it was */
	bool learned;			/* at[], from what stands in cells */
	uint64_t rows;			/* before this one */
};

struct sheet_kind {
	const char *const *names;	/* "a|b" each */
	size_t n;
	size_t time;			/* which of them is the time */
	/* Take a row: t->c.m is begun.  0, or -1. */
	int (*row)(struct sheet *t, struct err *e);
	bool headless;			/* at[] = 0, 1, 2…; no first row */
	/* May set at[] where no name is known; NULL. */
	bool (*learn)(struct sheet *t, struct csv_head *h);
};

/* How many of the names are there (AT may be NULL). */
size_t sheet_map(const struct chat_str *cell, size_t n,
	const struct sheet_kind *k, int *at);

/* CHAT_SURE if the columns whose bits are in NEED have names there, else 0. */
int sheet_score(const struct chat_sniff *s, const struct sheet_kind *k,
	unsigned need);

int sheet_read(struct chat_job *job, const struct sheet_kind *k,
	struct err *e);

/* The row says nothing that a message needs: shown as it is. */
int sheet_unparsed(struct sheet *t, struct err *e);

/* The cell of column I, as a name, as text, as it is; NULL piece: none. */
struct chat_str sheet_raw(const struct sheet *t, size_t i);
struct chat_str sheet_name(struct sheet *t, size_t i);
struct chat_str sheet_text(struct sheet *t, size_t i);

/*
 * A time in any of the common forms: ISO, numbers since 1970, day and month in
 * the order found, with the words for the halves of a day.
 */
bool sheet_when(const struct sheet *t, struct chat_str cell,
	struct chat_stamp *out);

/* The same without a table: ORDER must be known. */
bool sheet_parse_time(struct chat_stamp *out, struct chat_str cell,
	enum date_order order);

/* The last part of a path, '/' and '\\' between. */
struct chat_str sheet_basename(struct chat_str path);

/* The file's name without its ending. */
struct chat_str sheet_stem(const struct chat_input *in);

#endif
