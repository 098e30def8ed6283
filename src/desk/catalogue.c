/* desk/catalogue.c - the local index in SQLite. */
#include "desk/catalogue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "desk/words.h"

#include "base/banned.h"

struct catalogue {
	sqlite3 *db;
	sqlite3_stmt *st[SQL_COUNT];
};

#define BUSY_MS 10000

static int
db_err(struct catalogue *c, const char *what, struct err *e)
{
	int code = sqlite3_extended_errcode(c->db);

	if ((code & 0xff) == SQLITE_NOMEM)
		return err_nomem(e);
	if ((code & 0xff) == SQLITE_FULL)
		return err_set(e, ERR_SPACE, "catalogue: %s", what);
	if ((code & 0xff) == SQLITE_BUSY) {
		(void)err_set(e, ERR_LOCKED, "the catalogue is in use");
		return err_hint(e, "wait for the other liudi-desk to end");
	}
	(void)err_set(e, ERR_IO, "catalogue: %s: %s (%d)", what,
	    sqlite3_errmsg(c->db), code);
	return err_hint(e, "run 'liudi-desk sync --rebuild'");
}

static int
exec(struct catalogue *c, const char *sql, struct err *e)
{
	if (sqlite3_exec(c->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_err(c, "cannot set up", e);
	return 0;
}

/* user_version of the file, 0 when it is new. */
static int
version(struct catalogue *c, int *out, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc = -1;

	if (sqlite3_prepare_v2(c->db, "PRAGMA user_version", -1, &st,
	    NULL) != SQLITE_OK || sqlite3_step(st) != SQLITE_ROW) {
		(void)db_err(c, "cannot read", e);
		goto out;
	}
	*out = sqlite3_column_int(st, 0);
	rc = 0;
out:
	(void)sqlite3_finalize(st);	/* reports the step's error again */
	return rc;
}

static int
create(struct catalogue *c, struct err *e)
{
	char pragma[64];

	(void)snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %d",
	    SQL_VERSION);
	if (exec(c, "BEGIN IMMEDIATE", e) < 0)
		return -1;
	if (exec(c, sql_schema, e) < 0 || exec(c, sql_messages, e) < 0 ||
	    exec(c, sql_shops, e) < 0 || exec(c, sql_reports, e) < 0 ||
	    exec(c, pragma, e) < 0 ||
	    exec(c, "COMMIT", e) < 0)
		return -1;
	return 0;
}

/* SQLite makes its files with the mode of the first: so that one is ours. */
static int
make_private(const char *file, struct err *e)
{
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_sys(e, errno, "cannot make catalogue '%s'", file);
	(void)fchmod(fd, 0600);	/* a file of ours; else opening fails below */
	(void)close(fd);
	return 0;
}

/*
 * Where nothing can be written, SQLite has no place for what readers share.
 * Nobody else writes there either: the file is read as it lies.
 */
static int
attach_immutable(struct catalogue *c, const char *file, struct err *e)
{
	char *wal = str_fmt("%s-wal", file);
	struct buf b = BUF_INIT(65536);
	struct stat st;
	const char *p;
	int v = 0, rc = -1;

	if (!wal) {
		(void)err_nomem(e);
		goto out;
	}
	if (stat(wal, &st) == 0 && st.st_size > 0) {
		(void)err_set(e, ERR_IO, "the catalogue cannot be read where "
		    "nothing can be written: %s", "a sync was cut off");
		(void)err_hint(e, "run it as the user whose desk it is, or "
		    "copy the folder to where it can be written");
		goto out;
	}
	if (buf_adds(&b, "file:", e) < 0)
		goto out;
	for (p = file; *p; p++)
		if ((strchr("%?#", *p) ? buf_addf(&b, e, "%%%02X",
		    (unsigned char)*p) : buf_addc(&b, *p, e)) < 0)
			goto out;
	if (buf_adds(&b, "?immutable=1", e) < 0)
		goto out;
	if (sqlite3_open_v2(buf_str(&b), &c->db, SQLITE_OPEN_READONLY |
	    SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		(void)(c->db ? db_err(c, "cannot open", e) : err_nomem(e));
		goto out;
	}
	if (exec(c, "PRAGMA temp_store = memory; PRAGMA cache_size = -65536;"
	    "PRAGMA trusted_schema = OFF", e) < 0 || version(c, &v, e) < 0)
		goto out;
	rc = v != SQL_VERSION;
out:
	free(wal);
	buf_release(&b);
	return rc;
}

/* Can FILE and what SQLite keeps beside it be written? */
static bool
can_write(const char *file)
{
	char *dir = path_dir(file);
	bool can = dir && access(file, W_OK) == 0 && access(dir, W_OK) == 0;

	free(dir);
	return can;
}

/* 1: of another version; 0: ready. */
static int
attach(struct catalogue *c, const char *file, bool make, struct err *e)
{
	int v = 0;

	if (!make && !can_write(file))
		return attach_immutable(c, file, e);
	if (sqlite3_open_v2(file, &c->db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return c->db ? db_err(c, "cannot open", e) : err_nomem(e);
	(void)sqlite3_busy_timeout(c->db, BUSY_MS);
	if (exec(c, "PRAGMA temp_store = memory; PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;"
	    "PRAGMA trusted_schema = OFF", e) < 0)
		return -1;
	if (version(c, &v, e) < 0)
		return -1;
	if (v == 0)
		return create(c, e);
	return v != SQL_VERSION;
}

struct catalogue *
catalogue_open(const char *file, bool make, struct err *e)
{
	struct catalogue *c = NULL;
	int rc;

	if (!make && !file_exists(file)) {
		(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
		(void)err_hint(e, "run 'liudi-desk sync'");
		return NULL;
	}
	if (make && make_private(file, e) < 0)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (!c) {
		(void)err_nomem(e);
		return NULL;
	}
	rc = attach(c, file, make, e);
	if (rc == 0)
		return c;
	catalogue_close(c);
	if (rc < 0)
		return NULL;
	if (make && catalogue_remove(file, e) == 0)
		return catalogue_open(file, make, e);
	(void)err_set(e, ERR_FORMAT, "the catalogue is of another version");
	(void)err_hint(e, "run 'liudi-desk sync'");
	return NULL;
}

void
catalogue_close(struct catalogue *c)
{
	size_t i;

	if (!c)
		return;
	for (i = 0; i < SQL_COUNT; i++)
		(void)sqlite3_finalize(c->st[i]);
	(void)sqlite3_close(c->db);
	free(c);
}

int
catalogue_remove(const char *file, struct err *e)
{
	static const char *const ends[] = {"-wal", "-shm", "-journal",
	    CATALOGUE_FACTS, CATALOGUE_FACTS_ODD, ""};
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char *name = str_fmt("%s%s", file, ends[i]);
		int rc = name ? file_remove(name, e) : err_nomem(e);

		free(name);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static sqlite3_stmt *
statement(struct catalogue *c, enum sql q, struct err *e)
{
	if (!c->st[q] && sqlite3_prepare_v3(c->db, sql_text[q], -1,
	    SQLITE_PREPARE_PERSISTENT, &c->st[q], NULL) != SQLITE_OK) {
		(void)db_err(c, "cannot prepare", e);
		return NULL;
	}
	(void)sqlite3_reset(c->st[q]);	/* gives the last step's error again */
	(void)sqlite3_clear_bindings(c->st[q]);
	return c->st[q];
}

static int
bind(sqlite3_stmt *st, const char *fmt, va_list ap)
{
	int i, rc = SQLITE_OK;

	for (i = 1; *fmt && rc == SQLITE_OK; fmt++, i++) {
		const void *data;
		size_t n;

		switch (*fmt) {
		case 'i':
			rc = sqlite3_bind_int64(st, i, va_arg(ap, int64_t));
			break;
		case 't':
			data = va_arg(ap, const char *);
			rc = sqlite3_bind_text(st, i, data, -1, SQLITE_STATIC);
			break;
		case 'b':
			data = va_arg(ap, const void *);
			n = va_arg(ap, size_t);
			rc = sqlite3_bind_blob64(st, i, data, n,
			    SQLITE_STATIC);
			break;
		case 's':
			data = va_arg(ap, const char *);
			n = va_arg(ap, size_t);
			rc = sqlite3_bind_text64(st, i, data, n, SQLITE_STATIC,
			    SQLITE_UTF8);
			break;
		default:
			rc = sqlite3_bind_null(st, i);
		}
	}
	return rc;
}

static int
step(struct catalogue *c, enum sql q, struct err *e)
{
	int rc = sqlite3_step(c->st[q]);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE) {
		(void)sqlite3_reset(c->st[q]);	/* done: no error left */
		return 0;
	}
	(void)db_err(c, "cannot read or write", e);
	(void)sqlite3_reset(c->st[q]);
	return -1;
}

static int
vstep(struct catalogue *c, enum sql q, struct err *e, const char *fmt,
	va_list ap)
{
	sqlite3_stmt *st = statement(c, q, e);

	if (!st)
		return -1;
	if (bind(st, fmt, ap) != SQLITE_OK)
		return db_err(c, "cannot bind", e);
	return step(c, q, e);
}

int
catalogue_step(struct catalogue *c, enum sql q, struct err *e,
	const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = vstep(c, q, e, fmt, ap);
	va_end(ap);
	return rc;
}

int
catalogue_next(struct catalogue *c, enum sql q, struct err *e)
{
	return step(c, q, e);
}

int
catalogue_run(struct catalogue *c, enum sql q, struct err *e,
	const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = vstep(c, q, e, fmt, ap);
	va_end(ap);
	if (rc > 0)
		catalogue_reset(c, q);
	return rc < 0 ? -1 : 0;
}

void
catalogue_reset(struct catalogue *c, enum sql q)
{
	if (c->st[q])
		(void)sqlite3_reset(c->st[q]);	/* as after any row */
}

int
catalogue_begin(struct catalogue *c, struct err *e)
{
	return catalogue_run(c, SQL_BEGIN, e, "");
}

int
catalogue_begin_reading(struct catalogue *c, struct err *e)
{
	return catalogue_run(c, SQL_READ, e, "");
}

int
catalogue_commit(struct catalogue *c, struct err *e)
{
	return catalogue_run(c, SQL_COMMIT, e, "");
}

static void
reset_all(struct catalogue *c)
{
	size_t i;

	for (i = 0; i < SQL_COUNT; i++)
		catalogue_reset(c, (enum sql)i);
}

int
catalogue_begin_piece(struct catalogue *c, struct err *e)
{
	return catalogue_run(c, SQL_PIECE, e, "");
}

int
catalogue_end_piece(struct catalogue *c, struct err *e)
{
	return catalogue_run(c, SQL_PIECE_DONE, e, "");
}

int
catalogue_undo_piece(struct catalogue *c, struct err *e)
{
	reset_all(c);
	return catalogue_run(c, SQL_PIECE_UNDO, e, "") < 0 ? -1 :
	    catalogue_end_piece(c, e);
}

void
catalogue_rollback(struct catalogue *c)
{
	struct err ignored = ERR_INIT;

	reset_all(c);
	/* Whoever rolls back has an error of its own to report. */
	if (!sqlite3_get_autocommit(c->db))
		(void)catalogue_run(c, SQL_ROLLBACK, &ignored, "");
}

int64_t
catalogue_int(struct catalogue *c, enum sql q, int col)
{
	return sqlite3_column_int64(c->st[q], col);
}

bool
catalogue_null(struct catalogue *c, enum sql q, int col)
{
	return sqlite3_column_type(c->st[q], col) == SQLITE_NULL;
}

const char *
catalogue_text(struct catalogue *c, enum sql q, int col)
{
	const char *s = (const char *)sqlite3_column_text(c->st[q], col);

	return s ? s : "";
}

const void *
catalogue_blob(struct catalogue *c, enum sql q, int col, size_t *n)
{
	const void *p = sqlite3_column_blob(c->st[q], col);

	*n = (size_t)sqlite3_column_bytes(c->st[q], col);
	return p;
}

int
catalogue_register(struct catalogue *c, struct words *w, struct err *e)
{
	return words_register(w, c->db, e);
}

int64_t
catalogue_added(struct catalogue *c)
{
	return sqlite3_last_insert_rowid(c->db);
}

int64_t
catalogue_changed(struct catalogue *c)
{
	return sqlite3_changes64(c->db);
}
