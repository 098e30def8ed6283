/*
 * desk/records.h - lines of text in the catalogue, 64 at a time under zstd.
 *
 * A line's number is that of its record times RECORDS_LINES and its place
 * there.  All lines of a record come from one reading.
 * Needs: base, desk/catalogue; zstd.
 */
#ifndef LIUDI_DESK_RECORDS_H
#define LIUDI_DESK_RECORDS_H

#include <stddef.h>
#include <stdint.h>

#include "desk/catalogue.h"

#define RECORDS_LINES 64
/* A record is ended early when it has this many bytes. */
#define RECORDS_LEN (256u * 1024)

struct records;

/* Over C, which it must not outlive.  NULL: ERR_NOMEM. */
struct records *records_new(struct catalogue *c, struct err *e);
void records_free(struct records *r);	/* NULL does nothing */

/*
 * Begin adding, inside a transaction: the lines are of READING.  What an
 * earlier, given up, transaction left is dropped.
 */
int records_begin(struct records *r, int64_t reading, struct err *e);
/* Add the N bytes of a line without LF in it; *line: its number. */
int records_add(struct records *r, const void *text, size_t n, int64_t *line,
	struct err *e);
/* Before the transaction ends: write what is left. */
int records_end(struct records *r, struct err *e);

/*
 * Line number LINE, borrowed until the next call, and the reading it is of.
 * -1: ERR_FORMAT (the catalogue is damaged), ERR_NOMEM, ERR_IO.
 */
int records_get(struct records *r, int64_t line, const char **text,
	size_t *n, int64_t *reading, struct err *e);

#endif
