/*
 * tests/source/source_file_test.c - files of a source, live databases too.
 *
 * Whatever writes to a database here is another process: SQLite's locks are
 * those of a process, and an open and close of the file in ours drops them.
 */
#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "source/database.h"

#include "base/banned.h"

#define ROOT "source_file_test.d"
#define TMP "source_file_test.tmp"
#define COPY "source_file_test.db"

struct fixture {
	char *here;
	struct config_source cfg;
	struct source *s;
	struct err e;
	pid_t writer;
	int to, from;		/* pipes of the writer */
};

static void
remove_all(void)
{
	struct err e = ERR_INIT;

	(void)file_remove_tree(ROOT, &e);
	(void)file_remove_tree(TMP, &e);
	(void)unlink(COPY);
	(void)unlink(COPY "-wal");
	(void)unlink(COPY "-shm");
}

static int
setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	remove_all();
	if (!x || file_mkdirs(ROOT "/sub", 0777, &x->e) < 0 ||
	    file_mkdirs(TMP, 0777, &x->e) < 0)
		return -1;
	/* Also for another user, where a test takes one. */
	if (chmod(ROOT, 0777) < 0 || chmod(TMP, 0777) < 0)
		return -1;
	x->here = getcwd(NULL, 0);
	x->cfg.name = x->here;
	x->cfg.path = path_join(x->here, ROOT);
	x->cfg.databases = true;
	x->s = source_open(&x->cfg, &x->e);
	*state = x;
	return x->s ? 0 : -1;
}

static void
stop_writer(struct fixture *x, int sig)
{
	int status;

	if (x->writer <= 0)
		return;
	(void)close(x->to);
	if (sig != 0)
		assert_int_equal(kill(x->writer, sig), 0);
	assert_int_equal(waitpid(x->writer, &status, 0), x->writer);
	if (sig == 0)
		assert_int_equal(status, 0);
	(void)close(x->from);
	x->writer = 0;
}

static int
count_name(const char *name, void *arg, struct err *e)
{
	int *n = arg;

	(void)e;
	print_message("left: %s\n", name);
	++*n;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *x = *state;
	int left = 0;

	if (x->writer > 0) {
		(void)kill(x->writer, SIGKILL);
		(void)waitpid(x->writer, NULL, 0);
	}
	/* Nothing stays in the folder of temporaries. */
	if (file_each(TMP, count_name, &left, &x->e) < 0 || left > 0)
		return -1;
	source_close(x->s);
	free(x->cfg.path);
	free(x->here);
	free(x);
	remove_all();
	return 0;
}

/* --- The writing process. */

static sqlite3 *
writer_open(const char *name)
{
	sqlite3 *db = NULL;

	if (sqlite3_open(name, &db) != SQLITE_OK ||
	    sqlite3_busy_timeout(db, 20000) != SQLITE_OK)
		_exit(10);
	return db;
}

static void
run(sqlite3 *db, const char *sql)
{
	char *text = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &text) != SQLITE_OK) {
		print_message("%s: %s\n", sql, text);
		_exit(11);
	}
}

/* Fork a process that runs FN in the root; waits until it has said "go". */
static void
start_writer(struct fixture *x, void (*fn)(int in, int out))
{
	int in[2], out[2];
	char c;

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	x->writer = fork();
	assert_true(x->writer >= 0);
	if (x->writer == 0) {
		(void)close(in[1]);
		(void)close(out[0]);
		if (chdir(ROOT) < 0)
			_exit(12);
		fn(in[0], out[1]);
		_exit(0);
	}
	(void)close(in[0]);
	(void)close(out[1]);
	x->to = in[1];
	x->from = out[0];
	if (read(x->from, &c, 1) != 1)
		fail_msg("the writer did not start");
}

static void
say_go(int out)
{
	if (write(out, "g", 1) != 1)
		_exit(13);
}

static void
wait_end(int in)
{
	char c;

	while (read(in, &c, 1) > 0)
		;
}

#define MAKE_TABLES "CREATE TABLE a(n); INSERT INTO a VALUES(0);" \
	"CREATE TABLE b(n); INSERT INTO b VALUES(0);" \
	"CREATE TABLE c(k INTEGER PRIMARY KEY, v BLOB);"
#define TRANSACTION "BEGIN IMMEDIATE; UPDATE a SET n = n + 1;" \
	"INSERT OR REPLACE INTO c VALUES(abs(random()) % 3000," \
	"randomblob(500)); UPDATE b SET n = n + 1; COMMIT;"

static void
write_on(sqlite3 *db, int in, int out)
{
	const struct timespec nap = {0, 500000};
	char c;

	(void)fcntl(in, F_SETFL, O_NONBLOCK);
	run(db, MAKE_TABLES);
	say_go(out);
	while (read(in, &c, 1) != 0) {
		run(db, TRANSACTION);
		(void)nanosleep(&nap, NULL);
	}
}

static void
busy_wal(int in, int out)
{
	sqlite3 *db = writer_open("db");

	run(db, "PRAGMA journal_mode = wal; PRAGMA synchronous = off;"
	    "PRAGMA wal_autocheckpoint = 50;");
	write_on(db, in, out);
	(void)sqlite3_close(db);
}

static void
busy_journal(int in, int out)
{
	sqlite3 *db = writer_open("db");

	run(db, "PRAGMA journal_mode = delete; PRAGMA synchronous = off;");
	write_on(db, in, out);
	(void)sqlite3_close(db);
}

/* Rows that are in the -wal only; then idle. */
static void
idle_wal(int in, int out)
{
	sqlite3 *db = writer_open("db");

	run(db, "PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0;"
	    MAKE_TABLES);
	run(db, "PRAGMA wal_checkpoint(TRUNCATE);");
	run(db, "UPDATE a SET n = 77; UPDATE b SET n = 77;");
	say_go(out);
	wait_end(in);
}

/* A database in WAL mode that everybody has closed. */
static void
closed_wal(int in, int out)
{
	sqlite3 *db = writer_open("db");

	run(db, "PRAGMA journal_mode = wal;" MAKE_TABLES);
	(void)sqlite3_close(db);
	say_go(out);
	wait_end(in);
}

static void
locked(int in, int out)
{
	sqlite3 *db = writer_open("db");

	run(db, MAKE_TABLES "BEGIN EXCLUSIVE; UPDATE a SET n = 1;");
	say_go(out);
	wait_end(in);
}

static void
locked_wal(int in, int out)
{
	sqlite3 *db = writer_open("db");

	run(db, "PRAGMA locking_mode = exclusive; PRAGMA journal_mode = wal;"
	    MAKE_TABLES);
	say_go(out);
	wait_end(in);
}

/* A large transaction that has reached the file, half way. */
static void
half_way(int in, int out)
{
	sqlite3 *db = writer_open("db");

	run(db, MAKE_TABLES "UPDATE a SET n = 5; UPDATE b SET n = 5;"
	    "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t "
	    "WHERE i < 2000) INSERT INTO c SELECT i, randomblob(400) FROM t;"
	    "PRAGMA cache_size = 5; BEGIN; UPDATE a SET n = 6;"
	    "UPDATE c SET v = randomblob(400);");
	say_go(out);
	wait_end(in);
}

/* --- Reading. */

static struct source_file *
open_it(struct fixture *x, const char *path)
{
	struct source_file *f = NULL;

	if (source_file_open(x->s, path, TMP, &f, &x->e) < 0)
		fail_msg("%s", x->e.what);
	assert_non_null(f);
	return f;
}

static void
read_all(struct source_file *f, struct buf *b)
{
	struct err e = ERR_INIT;
	uint8_t data[10000];
	size_t got;

	buf_clear(b);
	do {
		assert_int_equal(source_file_read(f, data, sizeof(data), &got,
		    &e), 0);
		assert_int_equal(buf_add(b, data, got, &e), 0);
	} while (got > 0);
	if (!source_file_changed(f))
		assert_true(source_file_size(f) == (int64_t)b->len);
}

static void
refuse(struct fixture *x, const char *path, enum err_code code)
{
	struct source_file *f = NULL;

	err_clear(&x->e);
	assert_int_equal(source_file_open(x->s, path, TMP, &f, &x->e), -1);
	assert_null(f);
	assert_int_equal(x->e.code, code);
}

static void
put_bytes(const char *path, const void *data, size_t n)
{
	char *p = path_join(ROOT, path);
	int fd = open(p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	assert_true(fd >= 0);
	assert_true(write(fd, data, n) == (ssize_t)n);
	(void)close(fd);
	free(p);
}

static void
load(const char *path, struct buf *b)
{
	struct err e = ERR_INIT;
	char *p = path_join(ROOT, path);

	buf_clear(b);
	if (file_load(p, b, &e) < 0)
		fail_msg("%s", e.what);
	free(p);
}

/* --- Judging a copy by SQLite itself. */

static int64_t
ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *q = NULL;
	int64_t n;

	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK ||
	    sqlite3_step(q) != SQLITE_ROW)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	n = sqlite3_column_int64(q, 0);
	(void)sqlite3_finalize(q);
	return n;
}

/* The bytes are a sound database with a and b in step; returns their n. */
static int64_t
judge(const struct buf *b)
{
	struct err e = ERR_INIT;
	sqlite3 *db = NULL;
	int64_t n;

	assert_int_equal(file_save(COPY, b->data, b->len, 0600, &e), 0);
	assert_int_equal(sqlite3_open(COPY, &db), SQLITE_OK);
	assert_int_equal(ask(db, "SELECT count(*) = 1 AND max(integrity_check)"
	    " = 'ok' FROM pragma_integrity_check"), 1);
	n = ask(db, "SELECT n FROM a");
	assert_int_equal(ask(db, "SELECT n FROM b"), n);
	(void)sqlite3_close(db);
	(void)unlink(COPY "-wal");
	(void)unlink(COPY "-shm");
	return n;
}

/* Copy "db" through the source and judge it. */
static int64_t
copy_db(struct fixture *x)
{
	struct buf b = BUF_INIT(64 << 20);
	struct source_file *f = open_it(x, "db");
	int64_t n;

	assert_int_equal(source_file_page_size(f), 4096);
	read_all(f, &b);
	assert_int_equal(b.len % 4096, 0);
	n = judge(&b);
	source_file_close(f);
	buf_release(&b);
	return n;
}

/* --- Plain files. */

static void
plain(void **state)
{
	struct fixture *x = *state;
	struct buf b = BUF_INIT(1 << 20);
	struct source_file *f;
	struct source_entry walked, opened;

	put_bytes("f", "hello", 5);
	f = open_it(x, "f");
	assert_int_equal(source_file_size(f), 5);
	assert_int_equal(source_file_page_size(f), 0);
	read_all(f, &b);
	assert_string_equal(buf_str(&b), "hello");
	assert_false(source_file_changed(f));
	source_file_stat(f, &opened);
	assert_null(opened.path);
	put_bytes("f", "hello!", 6);
	assert_true(source_file_changed(f));
	assert_int_equal(source_file_size(f), 5);
	source_file_close(f);
	source_file_close(NULL);

	/* The same as a walk says, which reads its root when opened. */
	source_close(x->s);
	x->s = source_open(&x->cfg, &x->e);
	assert_non_null(x->s);
	f = open_it(x, "f");
	source_file_stat(f, &opened);
	assert_int_equal(source_next(x->s, &walked, &x->e), 1);
	walked.path = NULL;
	walked.path_len = 0;
	assert_int_equal(walked.size, 6);
	assert_true(walked.size == opened.size &&
	    walked.mtime_sec == opened.mtime_sec &&
	    walked.mtime_nsec == opened.mtime_nsec &&
	    walked.ctime_sec == opened.ctime_sec &&
	    walked.ctime_nsec == opened.ctime_nsec &&
	    walked.ident == opened.ident && walked.mode == opened.mode &&
	    walked.database == opened.database);
	source_file_close(f);

	/* Removed while it is read: still there for the reader. */
	f = open_it(x, "f");
	assert_int_equal(unlink(ROOT "/f"), 0);
	read_all(f, &b);
	assert_string_equal(buf_str(&b), "hello!");
	assert_true(source_file_changed(f));	/* its ctime */
	source_file_close(f);
	put_bytes("\xff\n", "odd", 3);
	f = open_it(x, "\xff\n");
	read_all(f, &b);
	assert_string_equal(buf_str(&b), "odd");
	source_file_close(f);
	buf_release(&b);
}

static void
refused(void **state)
{
	struct fixture *x = *state;

	put_bytes("f", "x", 1);
	assert_int_equal(symlink("f", ROOT "/link"), 0);
	assert_int_equal(symlink("sub", ROOT "/dirlink"), 0);
	assert_int_equal(symlink("/etc", ROOT "/etc"), 0);
	assert_int_equal(mkfifo(ROOT "/fifo", 0600), 0);
	put_bytes("sub/g", "x", 1);
	refuse(x, "none", ERR_NOENT);
	refuse(x, "none/none", ERR_NOENT);
	refuse(x, "f/x", ERR_NOENT);
	refuse(x, "link", ERR_IO);
	refuse(x, "dirlink/g", ERR_NOENT);
	refuse(x, "etc/passwd", ERR_NOENT);
	refuse(x, "fifo", ERR_IO);
	refuse(x, "sub", ERR_IO);
	refuse(x, "../" ROOT "/f", ERR_FAIL);
	refuse(x, "sub/../f", ERR_FAIL);
	refuse(x, "/etc/passwd", ERR_FAIL);
	refuse(x, "./f", ERR_FAIL);
	refuse(x, "", ERR_FAIL);
}

static void
no_root(void **state)
{
	struct fixture *x = *state;
	struct config_source cfg = x->cfg;
	struct source_file *f = NULL;
	struct source *s;

	cfg.path = (char[]){"/nonexistent-liudi"};
	s = source_open(&cfg, &x->e);
	assert_non_null(s);
	assert_int_equal(source_file_open(s, "f", TMP, &f, &x->e), -1);
	assert_int_equal(x->e.code, ERR_NOENT);
	source_close(s);
}

/* --- What is a database. */

static void
heads(void **state)
{
	static const uint8_t good[100] =
	    "SQLite format 3\0\x10\0\1\1\0\x40\x20\x20";
	uint8_t h[100];

	(void)state;
	assert_true(database_is(good));
	assert_int_equal(database_page_size(good), 4096);
	assert_false(database_is_wal(good));
	memcpy(h, good, 100);
	h[16] = 0;
	h[17] = 1;
	assert_int_equal(database_page_size(h), 65536);
	assert_true(database_is(h));
	h[17] = 2;
	assert_false(database_is(h));
	h[16] = 0x10;
	assert_false(database_is(h));
	h[16] = 1;
	h[17] = 0;
	assert_false(database_is(h));
	memcpy(h, good, 100);
	h[18] = h[19] = 2;
	assert_true(database_is(h));
	assert_true(database_is_wal(h));
	h[19] = 3;
	assert_false(database_is(h));
	h[19] = 1;
	h[21] = 63;
	assert_false(database_is(h));
	h[21] = 64;
	h[0] = 's';
	assert_false(database_is(h));
}

/* --- Live databases. */

static void
live_wal(void **state)
{
	struct fixture *x = *state;
	int64_t n = -1, now = -1;
	int i;

	start_writer(x, busy_wal);
	for (i = 0; i < 12; i++) {
		now = copy_db(x);
		assert_true(now >= n);
		n = now;
	}
	stop_writer(x, 0);
	assert_true(now > 0);
}

static void
live_journal(void **state)
{
	struct fixture *x = *state;
	int64_t n = -1, now = -1;
	int i;

	start_writer(x, busy_journal);
	for (i = 0; i < 12; i++) {
		now = copy_db(x);
		assert_true(now >= n);
		n = now;
	}
	stop_writer(x, 0);
	assert_true(now > 0);
}

/* The rows of the -wal are in the copy; not a byte of either file changes. */
static void
rows_of_the_wal(void **state)
{
	struct fixture *x = *state;
	struct buf db = BUF_INIT(1 << 24), wal = BUF_INIT(1 << 24);
	struct buf now = BUF_INIT(1 << 24);
	struct source_entry entry;
	struct source_file *f;
	int round;

	start_writer(x, idle_wal);
	load("db", &db);
	load("db-wal", &wal);
	assert_true(wal.len > 0);
	assert_int_equal(judge(&db), 0);	/* the file alone lacks them */
	for (round = 0; round < 4; round++) {
		assert_int_equal(copy_db(x), 77);
		load("db", &now);
		assert_int_equal(now.len, db.len);
		assert_memory_equal(now.data, db.data, db.len);
		load("db-wal", &now);
		assert_int_equal(now.len, wal.len);
		assert_memory_equal(now.data, wal.data, wal.len);
		/* Then without its writer, then also without its -shm. */
		if (round == 0)
			stop_writer(x, SIGKILL);
		if (round == 1)
			assert_int_equal(unlink(ROOT "/db-shm"), 0);
	}
	f = open_it(x, "db");
	source_file_stat(f, &entry);
	assert_true(entry.database);
	assert_false(source_file_changed(f));
	put_bytes("db-wal", "gone", 4);
	assert_false(source_file_changed(f));	/* a copy, and whole */
	source_file_close(f);
	buf_release(&db);
	buf_release(&wal);
	buf_release(&now);
}

/* SQLite would leave a -wal and a -shm beside it. */
static void
nothing_left_beside(void **state)
{
	struct fixture *x = *state;

	start_writer(x, closed_wal);
	assert_false(file_exists(ROOT "/db-wal"));
	assert_int_equal(copy_db(x), 0);
	assert_false(file_exists(ROOT "/db-wal"));
	assert_false(file_exists(ROOT "/db-shm"));
	stop_writer(x, 0);
}

static void
busy(void **state)
{
	struct fixture *x = *state;

	start_writer(x, locked);
	refuse(x, "db", ERR_IO);
	assert_string_equal(x->e.what,
	    "database 'db' is busy: database is locked");
	assert_string_equal(x->e.hint, "close the program that uses it, or "
	    "wait for the next run");
	stop_writer(x, 0);
	/* Its end left a journal or none: readable again. */
	assert_int_equal(copy_db(x), 0);
}

static void
busy_in_wal_mode(void **state)
{
	struct fixture *x = *state;

	start_writer(x, locked_wal);
	refuse(x, "db", ERR_IO);
	assert_non_null(strstr(x->e.what, "database 'db' is busy"));
	stop_writer(x, SIGKILL);
	assert_int_equal(copy_db(x), 0);
}

/* A journal left by a crash: the copy is as before the transaction. */
static void
hot_journal(void **state)
{
	struct fixture *x = *state;
	struct buf db = BUF_INIT(1 << 24), journal = BUF_INIT(1 << 24);
	struct buf now = BUF_INIT(1 << 24);

	start_writer(x, half_way);
	stop_writer(x, SIGKILL);
	load("db", &db);
	load("db-journal", &journal);
	assert_true(journal.len > 4096);
	assert_int_equal(copy_db(x), 5);
	load("db", &now);
	assert_int_equal(now.len, db.len);
	assert_memory_equal(now.data, db.data, db.len);
	load("db-journal", &now);
	assert_int_equal(now.len, journal.len);
	assert_memory_equal(now.data, journal.data, journal.len);
	buf_release(&db);
	buf_release(&journal);
	buf_release(&now);
}

/* A path that SQLite has no room for (512 bytes). */
static void
long_path(void **state)
{
	struct fixture *x = *state;
	struct buf b = BUF_INIT(1 << 24);
	struct source_file *f;
	char path[1000], full[1100], name[201];
	int i;

	start_writer(x, idle_wal);
	stop_writer(x, SIGKILL);
	memset(name, 'n', 200);
	name[200] = '\0';
	path[0] = '\0';
	for (i = 0; i < 4; i++)
		(void)snprintf(path + strlen(path),
		    sizeof(path) - strlen(path), "%s/", name);
	(void)snprintf(full, sizeof(full), ROOT "/%s", path);
	assert_int_equal(file_mkdirs(full, 0777, &x->e), 0);
	(void)snprintf(full, sizeof(full), ROOT "/%sdb", path);
	assert_int_equal(rename(ROOT "/db", full), 0);
	(void)snprintf(full, sizeof(full), ROOT "/%sdb-wal", path);
	assert_int_equal(rename(ROOT "/db-wal", full), 0);
	(void)snprintf(path + strlen(path), sizeof(path) - strlen(path), "db");
	f = open_it(x, path);
	read_all(f, &b);
	assert_int_equal(judge(&b), 77);
	assert_true(file_exists(full));
	source_file_close(f);
	buf_release(&b);
}

/* A folder in which SQLite cannot make the -shm that it wants. */
static int
copy_as_nobody(struct fixture *x)
{
	struct source_file *f = NULL;
	uint8_t head[16];
	size_t got;
	int rc = 5;

	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		return 3;
	if (access(x->cfg.path, R_OK | X_OK) < 0)
		return 4;
	if (source_file_open(x->s, "db", TMP, &f, &x->e) < 0)
		print_message("%s\n", x->e.what);
	else if (source_file_read(f, head, 16, &got, &x->e) == 0 &&
	    got == 16 && source_file_page_size(f) == 4096)
		rc = 0;
	source_file_close(f);
	return rc;
}

static void
folder_not_writable(void **state)
{
	struct fixture *x = *state;
	int status;
	pid_t pid;

	start_writer(x, idle_wal);
	stop_writer(x, SIGKILL);
	assert_int_equal(unlink(ROOT "/db-shm"), 0);
	assert_int_equal(chmod(ROOT "/db", 0444), 0);
	assert_int_equal(chmod(ROOT "/db-wal", 0444), 0);
	assert_int_equal(chmod(ROOT, 0555), 0);
	pid = fork();
	if (pid == 0)
		_exit(copy_as_nobody(x));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 4)
		print_message("skipped: nobody cannot come here\n");
	else
		assert_int_equal(status, 0);
	assert_int_equal(chmod(ROOT, 0777), 0);
	assert_false(file_exists(ROOT "/db-shm"));
}

static void
turned_off(void **state)
{
	struct fixture *x = *state;
	struct buf b = BUF_INIT(1 << 24), raw = BUF_INIT(1 << 24);
	struct source_file *f;

	start_writer(x, idle_wal);
	x->cfg.databases = false;
	f = open_it(x, "db");
	read_all(f, &b);
	load("db", &raw);
	assert_int_equal(b.len, raw.len);
	assert_memory_equal(b.data, raw.data, raw.len);
	assert_int_equal(source_file_page_size(f), 0);
	source_file_close(f);
	f = open_it(x, "db-wal");
	source_file_close(f);
	stop_writer(x, 0);
	buf_release(&b);
	buf_release(&raw);
}

/* --- Hostile and foreign files. */

static void
damaged(void **state)
{
	struct fixture *x = *state;
	struct buf b = BUF_INIT(1 << 24), raw = BUF_INIT(1 << 24);
	struct source_file *f;

	start_writer(x, busy_journal);
	stop_writer(x, 0);
	/* Fewer pages than its header says. */
	assert_int_equal(truncate(ROOT "/db", 4096), 0);
	f = open_it(x, "db");
	assert_int_equal(source_file_page_size(f), 0);
	read_all(f, &b);
	load("db", &raw);
	assert_int_equal(b.len, 4096);
	assert_memory_equal(b.data, raw.data, raw.len);
	source_file_close(f);
	assert_int_equal(source_report(x->s)->state, SOURCE_OK);
	put_bytes("db-wal", "x", 1);
	f = open_it(x, "db");
	source_file_close(f);
	assert_int_equal(source_report(x->s)->state, SOURCE_PARTIAL);
	assert_string_equal(source_report(x->s)->reason, "database is damaged, "
	    "its -wal was not kept: 'db'");
	buf_release(&b);
	buf_release(&raw);
}

/* Any bytes behind a head that looks right: an answer, never an end. */
static void
garbage(void **state)
{
	struct fixture *x = *state;
	struct source_file *f;
	uint8_t bytes[8192];
	uint32_t seed = 1;
	size_t i;
	int round;

	for (round = 0; round < 24; round++) {
		for (i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(seed >> 24);
		}
		memcpy(bytes, "SQLite format 3\0\x10\0\1\1\0\x40\x20\x20", 24);
		if (round % 2)
			bytes[18] = bytes[19] = 2;
		put_bytes("db", bytes, sizeof(bytes) - (round % 3) * 1000);
		if (round % 4 == 1)
			put_bytes("db-wal", bytes + 1000, 5000);
		if (round % 4 == 2)
			put_bytes("db-journal", bytes + 1000, 5000);
		f = NULL;
		if (source_file_open(x->s, "db", TMP, &f, &x->e) < 0)
			assert_true(x->e.what[0] != '\0');
		source_file_close(f);
		(void)unlink(ROOT "/db-wal");
		(void)unlink(ROOT "/db-journal");
		(void)unlink(ROOT "/db-shm");
	}
}

/* Encrypted by its vendor: a copy under the lock that checkpoints take. */
static void
opaque(void **state)
{
	struct fixture *x = *state;
	struct buf b = BUF_INIT(1 << 24);
	struct source_file *f;
	char bytes[3000];

	memset(bytes, 'e', sizeof(bytes));
	put_bytes("enc", bytes, sizeof(bytes));
	put_bytes("enc-shm", bytes, sizeof(bytes));
	f = open_it(x, "enc");
	assert_int_equal(source_file_page_size(f), 0);
	put_bytes("enc", "new", 3);
	assert_false(source_file_changed(f));
	read_all(f, &b);
	assert_int_equal(b.len, sizeof(bytes));
	assert_memory_equal(b.data, bytes, sizeof(bytes));
	source_file_close(f);
	load("enc-shm", &b);
	assert_memory_equal(b.data, bytes, sizeof(bytes));
	buf_release(&b);
}

/* Its -wal is the one of the same moment, once. */
static void
opaque_pair(void **state)
{
	struct fixture *x = *state;
	struct buf b = BUF_INIT(1 << 24);
	struct source_file *f;
	char path[32];
	int i;

	for (i = 0; i < 20; i++) {
		(void)snprintf(path, sizeof(path), "%d", i);
		put_bytes(path, "main", 4);
		(void)snprintf(path, sizeof(path), "%d-shm", i);
		put_bytes(path, "shm", 3);
		(void)snprintf(path, sizeof(path), "%d-wal", i);
		put_bytes(path, "old", 3);
		(void)snprintf(path, sizeof(path), "%d", i);
		source_file_close(open_it(x, path));
	}
	put_bytes("19-wal", "newer", 5);
	put_bytes("0-wal", "newer", 5);
	f = open_it(x, "19-wal");
	read_all(f, &b);
	assert_string_equal(buf_str(&b), "old");
	assert_false(source_file_changed(f));
	source_file_close(f);
	f = open_it(x, "19-wal");
	read_all(f, &b);
	assert_string_equal(buf_str(&b), "newer");
	source_file_close(f);
	f = open_it(x, "0-wal");	/* too long ago */
	read_all(f, &b);
	assert_string_equal(buf_str(&b), "newer");
	source_file_close(f);
	buf_release(&b);
}

static void
copy_fd(int fd, const char *path)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(64 << 20);

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(file_load_fd(fd, path, &b, &e), 0);
	assert_int_equal(file_save(path, b.data, b.len, 0600, &e), 0);
	buf_release(&b);
	(void)close(fd);
}

/* The same way with a readable database, so that SQLite can judge it. */
static void
opaque_pair_of_busy(void **state)
{
	struct fixture *x = *state;
	struct database_pair pair;
	struct buf b = BUF_INIT(64 << 20);
	int64_t n = 0, now = 0;
	sqlite3 *db;
	int dir, fd, i;

	start_writer(x, busy_wal);
	dir = open(ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = openat(dir, "db", O_RDONLY | O_CLOEXEC);
	for (i = 0; i < 20; i++) {
		assert_int_equal(database_copy_locked(fd, dir, "db", TMP,
		    &pair, &x->e), 0);
		assert_true(pair.wal_fd >= 0);
		copy_fd(pair.fd, COPY);
		copy_fd(pair.wal_fd, COPY "-wal");
		assert_int_equal(sqlite3_open(COPY, &db), SQLITE_OK);
		assert_int_equal(ask(db, "SELECT count(*) = 1 AND "
		    "max(integrity_check) = 'ok' FROM "
		    "pragma_integrity_check"), 1);
		now = ask(db, "SELECT n FROM a");
		assert_int_equal(ask(db, "SELECT n FROM b"), now);
		(void)sqlite3_close(db);
		assert_true(now >= n);
		n = now;
	}
	assert_true(now > 0);
	(void)close(fd);
	(void)close(dir);
	stop_writer(x, 0);
	buf_release(&b);
}

static void
checkpointing(int in, int out)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET,
	    .l_start = 121, .l_len = 1};
	int fd = open("enc-shm", O_RDWR);

	if (fd < 0 || fcntl(fd, F_SETLK, &lock) < 0)
		_exit(14);
	say_go(out);
	wait_end(in);
}

/* A checkpoint that does not end: plain bytes, and a change is told. */
static void
opaque_locked(void **state)
{
	struct fixture *x = *state;
	struct source_file *f;

	put_bytes("enc", "secret", 6);
	put_bytes("enc-shm", "shm", 3);
	start_writer(x, checkpointing);
	f = open_it(x, "enc");
	assert_false(source_file_changed(f));
	put_bytes("enc", "other", 5);
	assert_true(source_file_changed(f));
	source_file_close(f);
	stop_writer(x, 0);
}

static void
no_tmp(void **state)
{
	struct fixture *x = *state;
	struct source_file *f = NULL;

	start_writer(x, idle_wal);
	assert_int_equal(source_file_open(x->s, "db", TMP "/none", &f, &x->e),
	    -1);
	assert_int_equal(x->e.code, ERR_NOENT);
	assert_non_null(strstr(x->e.what, TMP "/none"));
	stop_writer(x, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plain), TEST(refused), TEST(no_root), TEST(heads),
		TEST(live_wal), TEST(live_journal), TEST(rows_of_the_wal),
		TEST(nothing_left_beside), TEST(busy), TEST(busy_in_wal_mode),
		TEST(hot_journal), TEST(long_path), TEST(folder_not_writable),
		TEST(turned_off), TEST(damaged), TEST(garbage), TEST(opaque),
		TEST(opaque_pair), TEST(opaque_pair_of_busy),
		TEST(opaque_locked), TEST(no_tmp)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
