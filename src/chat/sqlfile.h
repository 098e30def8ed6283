/*
 * chat/sqlfile.h - a foreign SQLite database, read where its bytes lie.
 *
 * No file is opened: SQLite reads through the input, has no journal, cannot
 * write.  The schema is not trusted: only SELECTs without functions are
 * prepared, and only from real tables; rows are at most SQLFILE_ROW_MAX bytes.
 * Needs: base, chat/input; sqlite3.
 */
#ifndef LIUDI_CHAT_SQLFILE_H
#define LIUDI_CHAT_SQLFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "chat/input.h"
#include "chat/message.h"

#define SQLFILE_ROW_MAX (16 << 20)

struct sqlfile;
struct sqlrow;

/* True if the N bytes are the head of a database. */
bool sqlfile_is(const uint8_t *head, size_t n);

/* IN must outlive it.  NULL: ERR_FORMAT, ERR_NOMEM, what reading said. */
struct sqlfile *sqlfile_open(const struct chat_input *in, struct err *e);
void sqlfile_close(struct sqlfile *f);

/* TABLE is a table, and has COLUMN. */
bool sqlfile_has(struct sqlfile *f, const char *table, const char *column);

/* A query; NULL: ERR_FORMAT, ERR_NOMEM. */
struct sqlrow *sqlfile_query(struct sqlfile *f, const char *sql,
	struct err *e);
/* 1: a row; 0: no more; -1: ERR_FORMAT (damaged), ERR_NOMEM, reading. */
int sqlrow_next(struct sqlrow *r, struct err *e);
void sqlrow_free(struct sqlrow *r);

/* Of column I, until the next row: 0 if it is no number; s NULL if NULL. */
int64_t sqlrow_int(struct sqlrow *r, int i);
struct chat_str sqlrow_bytes(struct sqlrow *r, int i);

#endif
