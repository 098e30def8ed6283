/*
 * desk/catalogue.h - the local index: an SQLite file, WAL, 0600.
 *
 * A thin layer over the numbered statements of desk/sql.h: bind, step, read a
 * column.  It holds nothing that the repository does not hold, and is built
 * anew at any time.  One catalogue, one thread.
 * Needs: base, desk/words; sqlite3.
 */
#ifndef LIUDI_DESK_CATALOGUE_H
#define LIUDI_DESK_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "desk/sql.h"

struct catalogue;
struct words;			/* desk/words.h */

/*
 * Open FILE.  MAKE: make it (and make it anew if it is of another version);
 * else -1 with ERR_NOENT and a hint to sync.  Its folder must be there.  Without
 * MAKE a file that cannot be written is read as it lies.
 */
struct catalogue *catalogue_open(const char *file, bool make, struct err *e);
void catalogue_close(struct catalogue *c);

/*
 * What is counted of it is kept under its name and these, and is of it: remove the
 * file, what SQLite keeps beside it, and that.
 */
#define CATALOGUE_FACTS "-facts"	/* of days with an even number … */
#define CATALOGUE_FACTS_ODD "-facts-odd"	/* … and of the others */
int catalogue_remove(const char *file, struct err *e);

/* A transaction.  0, or -1 (ERR_SPACE, ERR_IO, …): then roll it back. */
int catalogue_begin(struct catalogue *c, struct err *e);
/*
 * The same to read: until catalogue_commit() all is as it was at the first
 * question, and nothing can be written.
 */
int catalogue_begin_reading(struct catalogue *c, struct err *e);
int catalogue_commit(struct catalogue *c, struct err *e);
/* Nothing of it was; without a transaction it does nothing. */
void catalogue_rollback(struct catalogue *c);
/*
 * A piece of a transaction, which can be undone by itself until it is ended.  -1:
 * the transaction can only be rolled back as a whole.
 */
int catalogue_begin_piece(struct catalogue *c, struct err *e);
int catalogue_end_piece(struct catalogue *c, struct err *e);
int catalogue_undo_piece(struct catalogue *c, struct err *e);

/*
 * Start statement Q with values bound in order: FMT has a letter for each of
 * the arguments: i int64_t, t const char * (NULL binds null), s const char *
 * and size_t, b const void * and size_t (NULL binds null), n nothing (null).
 * Bound bytes must stay until the next step.  Returns 1 (a row is there), 0 (done), -1.
 */
int catalogue_step(struct catalogue *c, enum sql q, struct err *e,
	const char *fmt, ...);
/* The next row: 1, 0, -1. */
int catalogue_next(struct catalogue *c, enum sql q, struct err *e);
/* As catalogue_step for a statement without rows: 0 or -1. */
int catalogue_run(struct catalogue *c, enum sql q, struct err *e,
	const char *fmt, ...);
/* Stop before the last row. */
void catalogue_reset(struct catalogue *c, enum sql q);

/*
 * Column COL of the row, from 0.  Texts and blobs stay until the next step or
 * reset; of null a text is "", a blob NULL with *n 0.
 */
int64_t catalogue_int(struct catalogue *c, enum sql q, int col);
bool catalogue_null(struct catalogue *c, enum sql q, int col);
const char *catalogue_text(struct catalogue *c, enum sql q, int col);
const void *catalogue_blob(struct catalogue *c, enum sql q, int col,
	size_t *n);

/*
 * Let FTS5 cut texts with W, which must outlive the catalogue's last statement
 * on such a table.  0, or -1: ERR_FAIL, ERR_NOMEM.
 */
int catalogue_register(struct catalogue *c, struct words *w, struct err *e);

/* The number of the row added last. */
int64_t catalogue_added(struct catalogue *c);
/* Rows changed by the last statement. */
int64_t catalogue_changed(struct catalogue *c);

#endif
