/*
 * chat/dbtext.h - messages out of the tables of a database.
 *
 * Rows come in the order in which they lie.  A row has no place in the file
 * that could be shown: all of them are said to be the whole of it.
 * Needs: base, chat/{draft,format,sqlfile}.
 */
#ifndef LIUDI_CHAT_DBTEXT_H
#define LIUDI_CHAT_DBTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "chat/draft.h"
#include "chat/format.h"
#include "chat/scan.h"
#include "chat/sqlfile.h"

struct dbtext {
	struct draft d;
	struct chat_line line;
	struct buf text;	/* of the message */
	struct buf word;
	struct buf id;
	struct buf self;	/* the account that the database names */
};

struct dbcolumn {		/* "M", "Messages", "author"; ends with NULL */
	const char *as, *table, *name;
};
/* LEFT JOIN table AS as ON as.name = to_as.to_name */
struct dbjoin {
	const char *as, *table, *name, *to_as, *to_table, *to_name;
};

/* CHAT_SURE if it is a database with that column in that table, else 0. */
int dbtext_score(const struct chat_sniff *s, const char *table,
	const char *column);

/*
 * Each row of FROM to TAKE, in columns as in COLUMNS; those and joins that the
 * database has not are NULL.  SELF_TABLE.SELF_COLUMN (or NULL): the account.
 */
int dbtext_read(struct chat_job *job, const char *from_as, const char *from,
	const struct dbcolumn *columns, const struct dbjoin *joins,
	const char *self_table, const char *self_column,
	int (*take)(struct dbtext *t, struct sqlrow *r, struct err *e),
	struct err *e);

/* One message: begin, the others in any order, emit. */
void dbtext_begin(struct dbtext *t);
/* V units of UNIT_US; what cannot be is no time, and said. */
void dbtext_when(struct dbtext *t, int64_t v, int64_t unit_us,
	enum stamp_precision p);
int dbtext_who(struct dbtext *t, struct chat_str id, struct chat_str name,
	struct err *e);
int dbtext_conv(struct dbtext *t, struct chat_str id, struct chat_str name,
	struct err *e);
int dbtext_id(struct dbtext *t, struct chat_str id, struct err *e);
int dbtext_markup(struct dbtext *t, struct chat_str s, struct err *e);
int dbtext_plain(struct dbtext *t, struct chat_str s, struct err *e);
int dbtext_attach(struct dbtext *t, struct chat_str s,
	enum chat_present state, struct err *e);
int dbtext_emit(struct dbtext *t, struct err *e);

#endif
