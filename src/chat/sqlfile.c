/*
 * chat/sqlfile.c - a VFS of one file that can only be read.
 *
 * A database that was in WAL mode says so in two bytes of its head; without its
 * -wal file it is whole all the same, so they are read as those of any other.
 */
#include "chat/sqlfile.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/banned.h"

#define HELD_MAX (24u << 20)	/* a smaller file is read once, forward */
#define STEPS (1 << 20)
#define STEPS_MAX 20000		/* calls of the handler: hours are not spent */

struct sqlfile {
	const struct chat_input *in;
	uint8_t *held;		/* all of it, or NULL */
	sqlite3_vfs vfs;
	char name[40];
	sqlite3 *db;
	struct err why;		/* what reading said */
	unsigned steps;
};

struct handle {
	sqlite3_file base;
	struct sqlfile *f;
};

static int
file_close(sqlite3_file *file)
{
	(void)file;
	return SQLITE_OK;
}

static int
read_some(struct sqlfile *f, uint64_t off, uint8_t *buf, size_t n,
	size_t *got)
{
	int64_t r;

	*got = 0;
	if (off >= f->in->size)
		return SQLITE_OK;
	if (n > f->in->size - off)
		n = (size_t)(f->in->size - off);
	if (f->held) {
		memcpy(buf, f->held + off, n);
		*got = n;
		return SQLITE_OK;
	}
	while (*got < n) {
		r = f->in->read(f->in->arg, off + *got, buf + *got, n - *got,
		    &f->why);
		if (r < 0)
			return SQLITE_IOERR_READ;
		if (r == 0)
			break;
		*got += (size_t)r;
	}
	return SQLITE_OK;
}

static int
file_read(sqlite3_file *file, void *buf, int n, sqlite3_int64 off)
{
	struct handle *h = (struct handle *)file;
	uint8_t *p = buf;
	size_t got;
	int64_t i;
	int rc = read_some(h->f, (uint64_t)off, p, (size_t)n, &got);

	if (rc != SQLITE_OK)
		return rc;
	for (i = 18; i < 20; i++)
		if (off <= i && i < off + (int64_t)got && p[i - off] == 2)
			p[i - off] = 1;
	if (got == (size_t)n)
		return SQLITE_OK;
	memset(p + got, 0, (size_t)n - got);
	return SQLITE_IOERR_SHORT_READ;
}

static int
file_write(sqlite3_file *file, const void *buf, int n, sqlite3_int64 off)
{
	(void)file;
	(void)buf;
	(void)n;
	(void)off;
	return SQLITE_READONLY;
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	(void)file;
	(void)size;
	return SQLITE_READONLY;
}

static int
file_flags(sqlite3_file *file, int flags)
{
	(void)file;
	(void)flags;
	return SQLITE_OK;
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	*size = (sqlite3_int64)((struct handle *)file)->f->in->size;
	return SQLITE_OK;
}

static int
file_reserved(sqlite3_file *file, int *out)
{
	(void)file;
	*out = 0;
	return SQLITE_OK;
}

static int
file_control(sqlite3_file *file, int op, void *arg)
{
	(void)file;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int
file_sector(sqlite3_file *file)
{
	(void)file;
	return 0;
}

static int
file_device(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_IMMUTABLE;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_flags,
	.xFileSize = file_size,
	.xLock = file_flags,
	.xUnlock = file_flags,
	.xCheckReservedLock = file_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_device
};

static int
vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
	int *out)
{
	struct handle *h = (struct handle *)file;

	(void)name;
	h->base.pMethods = NULL;
	if (!(flags & SQLITE_OPEN_MAIN_DB))
		return SQLITE_CANTOPEN;
	h->f = vfs->pAppData;
	h->base.pMethods = &methods;
	if (out)
		*out = SQLITE_OPEN_READONLY;
	return SQLITE_OK;
}

static int
vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	(void)name;
	(void)sync;
	return SQLITE_IOERR_DELETE;
}

static int
vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	(void)vfs;
	(void)name;
	(void)flags;
	*out = 0;
	return SQLITE_OK;
}

static int
vfs_full(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	(void)vfs;
	(void)snprintf(out, (size_t)n, "%s", name);
	return SQLITE_OK;
}

static int
vfs_random(sqlite3_vfs *vfs, int n, char *out)
{
	(void)vfs;
	memset(out, 0, (size_t)n);
	return n;
}

static int
vfs_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

static int
vfs_time(sqlite3_vfs *vfs, double *out)
{
	(void)vfs;
	*out = 2440587.5;
	return SQLITE_OK;
}

static int
vfs_error(sqlite3_vfs *vfs, int n, char *out)
{
	(void)vfs;
	if (n > 0)
		out[0] = '\0';
	return 0;
}

/* Only what sqlfile_query() needs. */
static int
authorize(void *arg, int action, const char *a, const char *b, const char *c,
	const char *d)
{
	(void)arg;
	(void)a;
	(void)b;
	(void)c;
	/* A view or a trigger asks in its own name. */
	return (action == SQLITE_SELECT || action == SQLITE_READ) && !d ?
	    SQLITE_OK : SQLITE_DENY;
}

static int
progress(void *arg)
{
	struct sqlfile *f = arg;

	return ++f->steps > STEPS_MAX;
}

static int
fail(struct sqlfile *f, int rc, struct err *e)
{
	if (f->why.code != ERR_NONE) {
		*e = f->why;
		return -1;
	}
	if ((rc & 0xff) == SQLITE_NOMEM)
		return err_nomem(e);
	return err_set(e, ERR_FORMAT, "the database is damaged: %.100s",
	    f->db ? sqlite3_errmsg(f->db) : sqlite3_errstr(rc));
}

static void
set_limits(sqlite3 *db)
{
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	(void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, SQLFILE_ROW_MAX);
	(void)sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, 1 << 20);
	(void)sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 50);
	(void)sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
	(void)sqlite3_exec(db, "PRAGMA query_only=1;PRAGMA mmap_size=0;"
	    "PRAGMA temp_store=memory;PRAGMA cache_size=-2048;"
	    "PRAGMA cell_size_check=1", NULL, NULL, NULL);
}

static int
open_db(struct sqlfile *f, struct err *e)
{
	int rc;

	f->vfs = (sqlite3_vfs){.iVersion = 1,
	    .szOsFile = (int)sizeof(struct handle), .mxPathname = 256,
	    .zName = f->name, .pAppData = f, .xOpen = vfs_open,
	    .xDelete = vfs_delete, .xAccess = vfs_access,
	    .xFullPathname = vfs_full, .xRandomness = vfs_random,
	    .xSleep = vfs_sleep, .xCurrentTime = vfs_time,
	    .xGetLastError = vfs_error};
	(void)snprintf(f->name, sizeof(f->name), "liudi-%p", (void *)f);
	rc = sqlite3_vfs_register(&f->vfs, 0);
	if (rc != SQLITE_OK) {
		f->vfs.zName = NULL;
		return fail(f, rc, e);
	}
	rc = sqlite3_open_v2("x", &f->db, SQLITE_OPEN_READONLY |
	    SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOMUTEX, f->name);
	if (rc != SQLITE_OK)
		return fail(f, rc, e);
	set_limits(f->db);
	/* It is a database if its schema can be read. */
	rc = sqlite3_exec(f->db, "SELECT 1 FROM sqlite_master LIMIT 1", NULL,
	    NULL, NULL);
	if (rc != SQLITE_OK)
		return fail(f, rc, e);
	(void)sqlite3_set_authorizer(f->db, authorize, f);
	sqlite3_progress_handler(f->db, STEPS, progress, f);
	return 0;
}

bool
sqlfile_is(const uint8_t *head, size_t n)
{
	return n >= 100 && memcmp(head, "SQLite format 3", 16) == 0;
}

struct sqlfile *
sqlfile_open(const struct chat_input *in, struct err *e)
{
	struct sqlfile *f = calloc(1, sizeof(*f));

	if (!f) {
		(void)err_nomem(e);
		return NULL;
	}
	f->in = in;
	if (in->size <= HELD_MAX) {
		f->held = malloc(in->size > 0 ? (size_t)in->size : 1);
		if (!f->held) {
			(void)err_nomem(e);
			goto fail;
		}
		if (chat_input_read(in, 0, f->held, (size_t)in->size, e) < 0)
			goto fail;
	}
	if (open_db(f, e) < 0)
		goto fail;
	return f;
fail:
	sqlfile_close(f);
	return NULL;
}

void
sqlfile_close(struct sqlfile *f)
{
	if (!f)
		return;
	(void)sqlite3_close(f->db);
	if (f->vfs.zName)
		(void)sqlite3_vfs_unregister(&f->vfs);
	free(f->held);
	free(f);
}

/* --- Queries. */

struct sqlrow {
	struct sqlfile *f;
	sqlite3_stmt *stmt;
};

struct sqlrow *
sqlfile_query(struct sqlfile *f, const char *sql, struct err *e)
{
	struct sqlrow *r = calloc(1, sizeof(*r));
	int rc;

	if (!r) {
		(void)err_nomem(e);
		return NULL;
	}
	r->f = f;
	rc = sqlite3_prepare_v2(f->db, sql, -1, &r->stmt, NULL);
	if (rc != SQLITE_OK) {
		(void)fail(f, rc, e);
		free(r);
		return NULL;
	}
	return r;
}

bool
sqlfile_has(struct sqlfile *f, const char *table, const char *column)
{
	struct err ignored = ERR_INIT;
	char sql[256];
	struct sqlrow *r;
	struct chat_str s;
	bool is = false;

	/* Brackets are never a text, as double quotes may be. */
	(void)snprintf(sql, sizeof(sql), "SELECT [%s] FROM [%s] LIMIT 0",
	    column, table);
	r = sqlfile_query(f, sql, &ignored);
	if (!r)
		return false;
	sqlrow_free(r);
	(void)snprintf(sql, sizeof(sql), "SELECT type, sql FROM sqlite_master "
	    "WHERE name = '%s' COLLATE nocase", table);
	r = sqlfile_query(f, sql, &ignored);
	while (r && sqlrow_next(r, &ignored) == 1) {
		s = sqlrow_bytes(r, 1);
		is = is || (s.n > 13 &&
		    strncasecmp(s.s, "CREATE TABLE ", 13) == 0);
	}
	sqlrow_free(r);
	return is;
}

int
sqlrow_next(struct sqlrow *r, struct err *e)
{
	int rc = sqlite3_step(r->stmt);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : fail(r->f, rc, e);
}

void
sqlrow_free(struct sqlrow *r)
{
	if (!r)
		return;
	(void)sqlite3_finalize(r->stmt);
	free(r);
}

int64_t
sqlrow_int(struct sqlrow *r, int i)
{
	return sqlite3_column_int64(r->stmt, i);
}

struct chat_str
sqlrow_bytes(struct sqlrow *r, int i)
{
	const void *s;

	if (sqlite3_column_type(r->stmt, i) == SQLITE_NULL)
		return (struct chat_str){NULL, 0};
	s = sqlite3_column_type(r->stmt, i) == SQLITE_BLOB ?
	    sqlite3_column_blob(r->stmt, i) :
	    (const void *)sqlite3_column_text(r->stmt, i);
	return (struct chat_str){s ? s : "",
	    s ? (size_t)sqlite3_column_bytes(r->stmt, i) : 0};
}
