/* tests/source/source_test.c - walks of real trees. */
#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

#define ROOT "source_test.d"

static const uint8_t sqlite_head[100] =
	"SQLite format 3\0\x10\0\1\1\0\x40\x20\x20";

/* --- Making trees. */

static char *here;	/* of the test program only */

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	free(here);
	here = getcwd(NULL, 0);
	return here && file_remove_tree(ROOT, &e) == 0 &&
	    file_mkdirs(ROOT, 0755, &e) == 0 ? 0 : -1;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;
	int rc;

	(void)state;
	rc = file_remove_tree(ROOT, &e);
	if (rc < 0)
		print_message("%s\n", e.what);
	return rc;
}

static void
put_bytes(const char *path, const void *data, size_t n)
{
	struct err e = ERR_INIT;
	char *p = path_join(ROOT, path);
	char *dir = path_dir(p);
	int fd;

	assert_int_equal(file_mkdirs(dir, 0755, &e), 0);
	fd = open(p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	assert_true(fd >= 0);
	assert_true(write(fd, data, n) == (ssize_t)n);
	(void)close(fd);
	free(dir);
	free(p);
}

static void
put(const char *path)
{
	put_bytes(path, path, strlen(path));
}

/* --- Walking. */

struct walk {
	struct config_source cfg;
	struct source *s;
	char **path;
	struct source_entry *entry;
	size_t n;
	struct source_report report;
};

static void
walk_open(struct walk *w, const char *path)
{
	struct err e = ERR_INIT;

	w->cfg.name = (char[]){'t', '\0'};
	w->cfg.path = path[0] == '/' ? str_dup(path) :
	    str_fmt("%s/" ROOT "%s%s", here, path[0] != '\0' ? "/" : "", path);
	assert_non_null(w->cfg.path);
	w->s = source_open(&w->cfg, &e);
	if (!w->s)
		fail_msg("%s", e.what);
}

static void
walk_run(struct walk *w)
{
	struct err e = ERR_INIT;
	struct source_entry entry;
	size_t cap = 0;
	int rc;

	while ((rc = source_next(w->s, &entry, &e)) == 1) {
		if (w->n == cap) {
			cap = cap > 0 ? 2 * cap : 16;
			w->path = realloc(w->path, cap * sizeof(*w->path));
			w->entry = realloc(w->entry, cap * sizeof(*w->entry));
			assert_true(w->path && w->entry);
		}
		assert_int_equal(strlen(entry.path), entry.path_len);
		assert_true(path_is_safe(entry.path, entry.path_len));
		w->path[w->n] = str_dup(entry.path);
		w->entry[w->n] = entry;
		w->entry[w->n++].path = NULL;
	}
	if (rc < 0)
		fail_msg("%s", e.what);
	assert_int_equal(source_next(w->s, &entry, &e), 0);	/* stays */
	w->report = *source_report(w->s);
	assert_int_equal(w->report.files, w->n);
	assert_true(utf8_clean(w->report.reason, strlen(w->report.reason)));
}

static void
walk_release(struct walk *w)
{
	size_t i;

	source_close(w->s);
	for (i = 0; i < w->n; i++)
		free(w->path[i]);
	free(w->path);
	free(w->entry);
	free(w->cfg.path);
}

/* The paths with a blank between them, sorted or it fails; heap. */
static char *
paths(const struct walk *w)
{
	char *all = str_dup(""), *more;
	size_t i;

	for (i = 0; i < w->n; i++) {
		if (i > 0)
			assert_true(str_cmp_bytes(w->path[i - 1],
			    strlen(w->path[i - 1]), w->path[i],
			    strlen(w->path[i])) < 0);
		more = str_fmt("%s%s%s", all, i > 0 ? " " : "", w->path[i]);
		free(all);
		all = more;
		assert_non_null(all);
	}
	return all;
}

static void
want_ok(const struct walk *w)
{
	assert_string_equal(w->report.reason, "");
	assert_int_equal(w->report.state, SOURCE_OK);
	assert_true(w->report.complete);
	assert_int_equal(w->report.unreadable, 0);
}

/* Walk PATH below the tree with patterns ("" none, else by blanks). */
static void
check_with(const char *path, const char *include, const char *exclude,
	bool databases, const char *want, int skipped)
{
	struct walk w = {.cfg.databases = databases};
	char *in[2] = {str_dup(include), NULL};
	char *out[2] = {str_dup(exclude), NULL};
	char *got, *blank;

	blank = strchr(in[0], ' ');
	if (blank) {
		*blank = '\0';
		in[1] = blank + 1;
	}
	w.cfg.include = in;
	w.cfg.ninclude = include[0] == '\0' ? 0 : blank ? 2 : 1;
	w.cfg.exclude = out;
	w.cfg.nexclude = exclude[0] != '\0';
	walk_open(&w, path);
	walk_run(&w);
	got = paths(&w);
	assert_string_equal(got, want);
	assert_int_equal(w.report.skipped, skipped);
	want_ok(&w);
	free(got);
	walk_release(&w);
	free(in[0]);
	free(out[0]);
}

static void
check(const char *path, const char *want)
{
	check_with(path, "", "", true, want, 0);
}

static void
check_missing(const char *path)
{
	struct walk w = {.cfg.databases = true};

	walk_open(&w, path);
	walk_run(&w);
	assert_int_equal(w.n, 0);
	assert_int_equal(w.report.state, SOURCE_MISSING);
	assert_false(w.report.complete);
	assert_true(w.report.reason[0] != '\0');
	walk_release(&w);
}

/* --- The tests. */

static void
order(void **state)
{
	(void)state;
	put("b");
	put("a/x");
	put("a-b");
	put("a.c");
	put("a0");
	put("a/y/z");
	put("a/y.z");
	put("a/y!");
	put("B");
	check("", "B a-b a.c a/x a/y! a/y.z a/y/z a0 b");
	check("a", "x y! y.z y/z");
	check("a/", "x y! y.z y/z");
}

static void
stats(void **state)
{
	struct walk w = {.cfg.databases = true};
	struct stat st;

	(void)state;
	put_bytes("f", "12345", 5);
	put("g");
	assert_int_equal(chmod(ROOT "/g", 04711), 0);
	/* Sparse. */
	assert_int_equal(truncate(ROOT "/g", (off_t)5 << 30), 0);
	assert_int_equal(utimensat(AT_FDCWD, ROOT "/f",
	    (struct timespec[]){{1, 2}, {-5, 999999999}}, 0), 0);
	walk_open(&w, "");
	walk_run(&w);
	want_ok(&w);
	assert_int_equal(w.n, 2);
	assert_int_equal(stat(ROOT "/f", &st), 0);
	assert_int_equal(w.entry[0].size, 5);
	assert_int_equal(w.entry[0].mode, 0640);
	assert_true(w.entry[0].mtime_sec == -5);
	assert_int_equal(w.entry[0].mtime_nsec, 999999999);
	assert_true(w.entry[0].ctime_sec == st.st_ctim.tv_sec);
	assert_int_equal(w.entry[0].ctime_nsec, st.st_ctim.tv_nsec);
	assert_true(w.entry[0].ident == st.st_ino);
	assert_false(w.entry[0].database);
	assert_true(w.entry[1].size == (int64_t)5 << 30);
	assert_int_equal(w.entry[1].mode, 04711);
	assert_true(w.report.bytes == ((int64_t)5 << 30) + 5);
	walk_release(&w);
}

static void
make_socket(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	(void)close(fd);
}

static void
odd_files(void **state)
{
	struct walk w = {.cfg.databases = true};
	char *got;

	(void)state;
	put("a");
	assert_int_equal(mkfifo(ROOT "/fifo", 0600), 0);
	make_socket(ROOT "/sock");
	assert_int_equal(mkdir(ROOT "/empty", 0700), 0);
	assert_int_equal(mkdir(ROOT "/d", 0700), 0);
	assert_int_equal(mkdir(ROOT "/d/empty", 0700), 0);
	assert_int_equal(symlink(".", ROOT "/d/loop"), 0);
	assert_int_equal(symlink("loop2", ROOT "/d/loop2"), 0);
	assert_int_equal(symlink("/etc", ROOT "/outside"), 0);
	assert_int_equal(symlink("/etc/passwd", ROOT "/passwd"), 0);
	assert_int_equal(symlink("nowhere", ROOT "/gone"), 0);
	/* What looks like a side of a database, but is a link or a FIFO. */
	assert_int_equal(symlink("/etc/passwd", ROOT "/a-wal"), 0);
	assert_int_equal(mkfifo(ROOT "/a-shm", 0600), 0);
	walk_open(&w, "");
	walk_run(&w);
	got = paths(&w);
	assert_string_equal(got, "a");
	free(got);
	want_ok(&w);
	assert_int_equal(w.report.symlinks, 6);
	assert_int_equal(w.report.special, 3);
	assert_int_equal(w.report.empty_dirs, 2);
	walk_release(&w);
}

static void
odd_names(void **state)
{
	struct walk w = {.cfg.databases = true};
	char name[2] = "", path[16];
	int c;

	(void)state;
	for (c = 1; c < 256; c++) {
		if (c == '/' || c == '.')
			continue;
		name[0] = (char)c;
		(void)snprintf(path, sizeof(path), "%s%s", name,
		    c % 2 ? "" : "/\xff\n");
		put(path);
	}
	walk_open(&w, "");
	walk_run(&w);
	want_ok(&w);
	assert_int_equal(w.n, 253);
	free(paths(&w));	/* looks at the order */
	walk_release(&w);
}

/* An empty root is there and holds nothing; it is no empty folder itself. */
static void
roots(void **state)
{
	struct walk w = {.cfg.databases = true};

	(void)state;
	walk_open(&w, "");
	walk_run(&w);
	want_ok(&w);
	assert_int_equal(w.n, 0);
	assert_int_equal(w.report.empty_dirs, 0);
	walk_release(&w);
	check_missing("none");
	check_missing("none/none");
	check_missing("/nonexistent-liudi/x");
	put("f");
	check_missing("f/x");
	/* A root that is one file, or a link to a folder. */
	check("f", "f");
	put("d/x");
	assert_int_equal(symlink("d", ROOT "/link"), 0);
	check("link", "x");
	check("link/x", "x");
	/* A link to a file is counted and does not stand for it. */
	assert_int_equal(symlink("f", ROOT "/flink"), 0);
	check_missing("flink");
	put("f-wal");
	check("f", "f f-wal");	/* no database: kept beside it */
	put("a*b/x");
	put("acb/y");
	check("a\\*b", "x");
	check("a\\*b/x", "x");
	check_missing("a\\?b");
}

static void
globs(void **state)
{
	(void)state;
	put("u/ann/chat/1");
	put("u/ann/chat/sub/2");
	put("u/ann/mail/3");
	put("u/bob/chat/4");
	put("u/bob/chatter/5");
	put("u/chat/6");
	put("u/eve");
	assert_int_equal(symlink("bob", ROOT "/u/zoe"), 0);
	check("u/*/chat", "ann/chat/1 ann/chat/sub/2 bob/chat/4");
	check("u/*/chat*/", "ann/chat/1 ann/chat/sub/2 bob/chat/4 "
	    "bob/chatter/5");
	check("u/[a-b]?\?/[!c]*", "ann/mail/3");
	check("u/**/chat", "ann/chat/1 ann/chat/sub/2 bob/chat/4 chat/6");
	check("u/**", "ann/chat/1 ann/chat/sub/2 ann/mail/3 bob/chat/4 "
	    "bob/chatter/5 chat/6 eve");
	check("u/**/[0-9]", "ann/chat/1 ann/chat/sub/2 ann/mail/3 bob/chat/4 "
	    "bob/chatter/5 chat/6");
	check("u/**/s*/**", "ann/chat/sub/2");
	check("u/a*/chat/sub/2", "ann/chat/sub/2");
	check("u/e*", "eve");
	check("[u]/eve", "u/eve");
	check_missing("u/*/none");
	check_missing("u/x*");
	check_missing("*/eve/x");
}

/* Of a folder that cannot match, not even the access is tried. */
static void
globs_enter_little(void **state)
{
	struct walk w = {.cfg.databases = true};
	char path[5000] = "";
	struct err e = ERR_INIT;
	size_t n = 0;

	(void)state;
	put("a/x/1");
	put("b/x/1");
	put("b/y/z/1");
	assert_int_equal(mkdir(ROOT "/b/y/empty", 0700), 0);
	walk_open(&w, "b*/x");
	walk_run(&w);
	assert_int_equal(w.n, 1);
	assert_int_equal(w.report.empty_dirs, 0);
	walk_release(&w);

	while (n < 64)
		n += (size_t)snprintf(path + 2 * n, sizeof(path) - 2 * n,
		    "/*") / 2;
	w.cfg.path = path;
	w.cfg.name = path;
	assert_null(source_open(&w.cfg, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	path[2 * 63] = '\0';
	w.s = source_open(&w.cfg, &e);
	assert_non_null(w.s);
	source_close(w.s);
	source_close(NULL);
}

/* Our own folder, also where it is reached by another way. */
static void
own_folder(void **state)
{
	struct walk w = {0};

	(void)state;
	put("a/liudi/state/spool");
	put("a/liudi/ini");
	put("b");
	assert_int_equal(symlink("a/liudi", ROOT "/link"), 0);
	walk_open(&w, "");
	source_skip(w.s, ROOT "/link/state");
	walk_run(&w);
	assert_int_equal(w.n, 2);
	assert_string_equal(w.path[0], "a/liudi/ini");
	assert_string_equal(w.path[1], "b");
	assert_int_equal(w.report.skipped, 1);
	assert_true(w.report.complete);
	walk_release(&w);
	/* one that is not there leaves nothing out */
	w = (struct walk){0};
	walk_open(&w, "");
	source_skip(w.s, ROOT "/none");
	walk_run(&w);
	assert_int_equal(w.n, 3);
	walk_release(&w);
}

/* Nothing is looked at, and nobody takes that for a removal. */
static void
blocked(void **state)
{
	struct walk w = {0};

	(void)state;
	put("a");
	walk_open(&w, "");
	source_block(w.s, "the notice");
	walk_run(&w);
	assert_int_equal(w.n, 0);
	assert_int_equal(w.report.state, SOURCE_BLOCKED);
	assert_string_equal(w.report.reason, "the notice");
	assert_false(w.report.complete);
	walk_release(&w);
	/* more so than one that is not there */
	w = (struct walk){0};
	walk_open(&w, "none");
	source_block(w.s, "the notice");
	walk_run(&w);
	assert_int_equal(w.report.state, SOURCE_BLOCKED);
	assert_string_equal(w.report.reason, "the notice");
	walk_release(&w);
}

static void
patterns(void **state)
{
	(void)state;
	put("a.txt");
	put("b.log");
	put("cache/x.txt");
	put("cache/y/z.txt");
	put("d/cache/x.txt");
	put("d/e.txt");
	check_with("", "", "*.log", true,
	    "a.txt cache/x.txt cache/y/z.txt d/cache/x.txt d/e.txt", 1);
	/* A folder that is left out counts once. */
	check_with("", "", "cache", true, "a.txt b.log d/e.txt", 2);
	check_with("", "", "cache/", true,
	    "a.txt b.log d/cache/x.txt d/e.txt", 1);
	check_with("", "", "cache/**", true,
	    "a.txt b.log d/cache/x.txt d/e.txt", 1);
	check_with("", "", "cache/*", true,
	    "a.txt b.log d/cache/x.txt d/e.txt", 2);
	check_with("", "", "**/cache/", true, "a.txt b.log d/e.txt", 2);
	check_with("", "", "*.txt", true, "b.log", 5);
	check_with("", "*.txt", "d", true, "a.txt cache/x.txt cache/y/z.txt",
	    2);
	check_with("", "*.log", "", true, "b.log", 5);
	check_with("", "cache/", "", true, "cache/x.txt cache/y/z.txt", 4);
	check_with("", "cache", "", true,
	    "cache/x.txt cache/y/z.txt d/cache/x.txt", 3);
	check_with("", "*.log d/*", "", true, "b.log d/cache/x.txt d/e.txt",
	    3);
	check_with("", "", "**", true, "", 4);
	check_with("d/*", "", "*/x.txt", true, "e.txt", 1);
}

static void
databases(void **state)
{
	struct walk w = {.cfg.databases = true};
	struct stat st;
	struct timespec old = {1000, 0}, new = {2000, 7};
	uint64_t before;

	(void)state;
	put_bytes("db", sqlite_head, 100);
	put("db-wal");
	put("db-shm");
	put("db-journal");
	put("db-other");
	put("enc");
	put("enc-wal");
	put("enc-shm");
	put("x-wal");
	put_bytes("short", sqlite_head, 99);
	put("short-wal");
	check("", "db db-other enc enc-shm enc-wal short short-wal x-wal");
	check_with("", "", "", false, "db db-journal db-other db-shm db-wal "
	    "enc enc-shm enc-wal short short-wal x-wal", 0);
	/* What stands beside a file goes with it. */
	check_with("", "db enc", "", true, "db enc enc-shm enc-wal", 4);
	check_with("", "", "enc", true, "db db-other short short-wal x-wal",
	    3);
	check_with("", "", "*-shm", true,
	    "db db-other enc enc-wal short short-wal x-wal", 1);
	check("e*", "enc enc-shm enc-wal");
	check("d[b]", "db");
	check("db", "db");

	assert_int_equal(utimensat(AT_FDCWD, ROOT "/db",
	    (struct timespec[]){old, old}, 0), 0);
	assert_int_equal(utimensat(AT_FDCWD, ROOT "/db-wal",
	    (struct timespec[]){new, new}, 0), 0);
	walk_open(&w, "db");
	walk_run(&w);
	assert_int_equal(stat(ROOT "/db", &st), 0);
	assert_true(w.entry[0].database);
	assert_int_equal(w.entry[0].size, 100);
	assert_int_equal(w.entry[0].mtime_sec, 2000);
	assert_int_equal(w.entry[0].mtime_nsec, 7);
	before = w.entry[0].ident;
	assert_true(before != st.st_ino);
	walk_release(&w);
	/* A -wal that has grown within the same second shows. */
	put_bytes("db-wal", "longer than it was", 18);
	assert_int_equal(utimensat(AT_FDCWD, ROOT "/db-wal",
	    (struct timespec[]){new, new}, 0), 0);
	w = (struct walk){.cfg.databases = true};
	walk_open(&w, "db");
	walk_run(&w);
	assert_true(w.entry[0].ident != before);
	walk_release(&w);
	/* With a -journal alone it is one, with nothing it is not. */
	assert_int_equal(unlink(ROOT "/db-wal"), 0);
	w = (struct walk){.cfg.databases = true};
	walk_open(&w, "db");
	walk_run(&w);
	assert_true(w.entry[0].database);
	assert_true(w.entry[0].ident == st.st_ino);
	walk_release(&w);
	assert_int_equal(unlink(ROOT "/db-journal"), 0);
	w = (struct walk){.cfg.databases = true};
	walk_open(&w, "db");
	walk_run(&w);
	assert_false(w.entry[0].database);
	walk_release(&w);
}

static void
many_files(void **state)
{
	struct walk w = {.cfg.databases = true};
	char path[64];
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		(void)snprintf(path, sizeof(path), ROOT "/%u",
		    (unsigned)i * 2654435761u);
		assert_int_equal(mknod(path, S_IFREG | 0600, 0), 0);
	}
	walk_open(&w, "");
	walk_run(&w);
	want_ok(&w);
	assert_int_equal(w.n, 20000);
	for (i = 1; i < 20000; i++)
		assert_true(strcmp(w.path[i - 1], w.path[i]) < 0);
	walk_release(&w);
}

/* LEVELS folders NAME in each other, from the root, two files in each. */
static void
make_deep(int levels, const char *name)
{
	int fd, next;

	fd = open(ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (levels-- > 0) {
		assert_int_equal(mkdirat(fd, name, 0755), 0);
		next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(next >= 0);
		(void)close(fd);
		fd = next;
		assert_int_equal(mknodat(fd, "c", S_IFREG | 0600, 0), 0);
		assert_int_equal(mknodat(fd, "e", S_IFREG | 0600, 0), 0);
	}
	(void)close(fd);
}

static int
count_fds(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void
deep(void **state)
{
	struct walk w = {.cfg.databases = true};
	struct source_entry entry;
	struct err e = ERR_INIT;
	char *last = str_dup("");
	int most = 0, before = count_fds(), n, files = 0;

	(void)state;
	make_deep(300, "d");
	walk_open(&w, "");
	while (source_next(w.s, &entry, &e) == 1) {
		n = count_fds() - before;
		most = n > most ? n : most;
		assert_true(strcmp(last, entry.path) < 0);
		free(last);
		last = str_dup(entry.path);
		files++;
	}
	w.report = *source_report(w.s);
	want_ok(&w);
	assert_int_equal(files, 600);
	assert_string_equal(last, "d/e");
	assert_in_range(most, 10, 40);
	free(last);
	walk_release(&w);
	assert_int_equal(count_fds(), before);
}

/* Paths over 4095 bytes are left out and counted, the rest is there. */
static void
too_long(void **state)
{
	struct walk w = {.cfg.databases = true};
	char name[201];

	(void)state;
	memset(name, 'd', 200);
	name[200] = '\0';
	make_deep(25, name);
	walk_open(&w, "");
	walk_run(&w);
	want_ok(&w);
	/* 20 levels are 4019 bytes; the 21st folder is left out. */
	assert_int_equal(w.n, 40);
	assert_int_equal(w.report.skipped, 1);
	walk_release(&w);
}

/* What goes while we walk is passed over. */
static void
vanishing(void **state)
{
	struct walk w = {.cfg.databases = true};
	struct source_entry entry;
	struct err e = ERR_INIT;

	(void)state;
	put("a");
	put("b");
	put("c/x");
	put("d/x");
	put("e");
	put("f/x");
	put("g");
	walk_open(&w, "");
	assert_int_equal(source_next(w.s, &entry, &e), 1);
	assert_string_equal(entry.path, "a");
	assert_int_equal(unlink(ROOT "/b"), 0);
	assert_int_equal(file_remove_tree(ROOT "/c", &e), 0);
	assert_int_equal(file_remove_tree(ROOT "/d", &e), 0);
	assert_int_equal(symlink("/etc", ROOT "/d"), 0);
	assert_int_equal(unlink(ROOT "/e"), 0);
	assert_int_equal(symlink("/etc/passwd", ROOT "/e"), 0);
	assert_int_equal(file_remove_tree(ROOT "/f", &e), 0);
	put("f");
	assert_int_equal(source_next(w.s, &entry, &e), 1);
	assert_string_equal(entry.path, "g");
	assert_int_equal(source_next(w.s, &entry, &e), 0);
	w.report = *source_report(w.s);
	want_ok(&w);
	walk_release(&w);
}

/* A deep folder moved away while its descriptor was not kept open. */
static void
moved(void **state)
{
	struct walk w = {.cfg.databases = true};
	struct source_entry entry;
	struct err e = ERR_INIT;
	char path[8192] = ROOT;
	int i, files = 0;

	(void)state;
	make_deep(60, "d");
	walk_open(&w, "");
	/* All 60 "c" come on the way down. */
	for (i = 0; i < 60; i++)
		assert_int_equal(source_next(w.s, &entry, &e), 1);
	for (i = 0; i < 50; i++)
		(void)snprintf(path + strlen(path),
		    sizeof(path) - strlen(path), "/d");
	assert_int_equal(rename(path, ROOT "/away"), 0);
	while (source_next(w.s, &entry, &e) == 1)
		files++;
	w.report = *source_report(w.s);
	/* The deepest was open, and so were those above the move. */
	assert_int_equal(files, 1 + 49);
	assert_int_equal(w.report.state, SOURCE_PARTIAL);
	assert_false(w.report.complete);
	assert_int_equal(w.report.unreadable, 10);
	walk_release(&w);
}

static void
notes(void **state)
{
	struct walk w = {.cfg.databases = true};
	char longest[600];

	(void)state;
	put("a");
	walk_open(&w, "");
	walk_run(&w);
	want_ok(&w);
	source_remark(w.s, "old\n");
	assert_int_equal(source_report(w.s)->state, SOURCE_OK);
	assert_string_equal(source_report(w.s)->reason, "old\\x0a");
	/* What is wrong goes before it, and stays. */
	source_unreadable(w.s, "bad \xff\n\xe2\x80\xae name");
	w.report = *source_report(w.s);
	assert_int_equal(w.report.state, SOURCE_PARTIAL);
	assert_true(w.report.complete);
	assert_int_equal(w.report.unreadable, 1);
	assert_string_equal(w.report.reason, "bad \\xff\\x0a\\u{202e} name");
	source_unreadable(w.s, "another");
	assert_int_equal(source_report(w.s)->unreadable, 2);
	assert_string_equal(source_report(w.s)->reason, w.report.reason);
	source_remark(w.s, "old");
	assert_string_equal(source_report(w.s)->reason, w.report.reason);
	walk_release(&w);
	/* Cut between characters. */
	w = (struct walk){.cfg.databases = true};
	walk_open(&w, "");
	memset(longest, 'x', sizeof(longest));
	memcpy(longest + 254, "\xe8\x81\x8a", 3);
	longest[599] = '\0';
	source_unreadable(w.s, longest);
	assert_int_equal(strlen(source_report(w.s)->reason), 254);
	walk_release(&w);
}

/* A short look at a file, without opening it as one of the source. */
static void
looks(void **state)
{
	struct walk w = {.cfg.databases = true};
	struct source_entry en;
	struct err e = ERR_INIT;
	char head[16];

	(void)state;
	assert_int_equal(file_mkdirs(ROOT "/d", 0755, &e), 0);
	assert_int_equal(file_save(ROOT "/d/a", "hello", 5, 0640, &e), 0);
	assert_int_equal(symlink("a", ROOT "/d/link"), 0);
	assert_int_equal(mkfifo(ROOT "/d/fifo", 0600), 0);
	walk_open(&w, "");
	assert_int_equal(source_look(w.s, "d/a", &en), 1);
	assert_int_equal(en.size, 5);
	assert_int_equal(en.mode, 0640);
	assert_null(en.path);
	assert_int_equal(source_head(w.s, "d/a", head, sizeof(head)), 5);
	assert_memory_equal(head, "hello", 5);
	assert_int_equal(source_head(w.s, "d/a", head, 2), 2);
	assert_int_equal(source_head(w.s, "d/a", head, 0), 0);
	/* nothing but regular files below the root, and no link */
	assert_int_equal(source_look(w.s, "d/link", &en), 0);
	assert_int_equal(source_head(w.s, "d/link", head, 9), -1);
	assert_int_equal(source_head(w.s, "d/fifo", head, 9), -1);
	assert_int_equal(source_head(w.s, "d", head, 9), -1);
	assert_int_equal(source_head(w.s, "d/../d/a", head, 9), -1);
	assert_int_equal(source_head(w.s, "/etc/passwd", head, 9), -1);
	assert_int_equal(source_look(w.s, "d/none", &en), 0);
	walk_run(&w);
	walk_release(&w);
	w = (struct walk){0};
	walk_open(&w, "none");
	assert_int_equal(source_look(w.s, "a", &en), 0);
	assert_int_equal(source_head(w.s, "a", head, 9), -1);
	walk_release(&w);
}

static void
state_names(void **state)
{
	(void)state;
	assert_string_equal(source_state_name(SOURCE_OK), "ok");
	assert_string_equal(source_state_name(SOURCE_PARTIAL), "partial");
	assert_string_equal(source_state_name(SOURCE_MISSING), "missing");
	assert_string_equal(source_state_name(SOURCE_BLOCKED), "blocked");
	assert_string_equal(source_state_name(SOURCE_UNREADABLE),
	    "unreadable");
	assert_string_equal(source_state_name((enum source_state)9), "?");
}

/* --- Without access: as another user where we are root. */

static void
read_nothing(void)
{
	struct walk w = {.cfg.databases = true};

	walk_open(&w, "locked");
	walk_run(&w);
	assert_int_equal(w.n, 0);
	assert_int_equal(w.report.state, SOURCE_UNREADABLE);
	assert_false(w.report.complete);
	assert_non_null(strstr(w.report.reason, "Permission denied"));
	walk_release(&w);
	w = (struct walk){.cfg.databases = true};
	walk_open(&w, "locked/below");
	walk_run(&w);
	assert_int_equal(w.report.state, SOURCE_UNREADABLE);
	walk_release(&w);
}

static void
read_some(void)
{
	struct walk w = {.cfg.databases = true};
	struct source_file *f = NULL;
	struct err e = ERR_INIT;
	char *got;

	walk_open(&w, "");
	walk_run(&w);
	got = paths(&w);
	assert_string_equal(got, "a secret z");
	free(got);
	assert_int_equal(w.report.state, SOURCE_PARTIAL);
	assert_false(w.report.complete);
	/* "list" can be listed, but its file not be looked at. */
	assert_int_equal(w.report.unreadable, 3);
	assert_string_equal(w.report.reason, "cannot look at file: "
	    "Permission denied: 'list/f'");
	assert_int_equal(source_file_open(w.s, "secret", ROOT, &f, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_int_equal(e.sys, EACCES);
	walk_release(&w);
	/* Folders that can be passed through, but not read. */
	w = (struct walk){.cfg.databases = true};
	walk_open(&w, "p*/below");
	walk_run(&w);
	want_ok(&w);
	got = paths(&w);
	assert_string_equal(got, "pass/below/f");
	free(got);
	walk_release(&w);
}

/* As a run of its own: a failure must not go on with the other tests. */
static void
without_access(void **state)
{
	(void)state;
	read_nothing();
	read_some();
}

static void
unreadable(void **state)
{
	const struct CMUnitTest alone[] = {cmocka_unit_test(without_access)};
	int status;
	pid_t pid;

	(void)state;
	put("a");
	put("list/f");
	put("locked/below/f");
	put("pass/below/f");
	put("secret");
	put("z");
	assert_int_equal(chmod(ROOT "/list", 0444), 0);
	assert_int_equal(chmod(ROOT "/locked", 0), 0);
	assert_int_equal(chmod(ROOT "/pass", 0711), 0);
	assert_int_equal(chmod(ROOT "/secret", 0), 0);
	if (geteuid() != 0) {
		assert_int_equal(chmod(ROOT "/pass", 0111), 0);
		read_nothing();
		read_some();
	} else {
		pid = fork();
		if (pid == 0) {
			if (setgid(65534) < 0 || setuid(65534) < 0)
				_exit(3);
			if (access(here, R_OK | X_OK) < 0)
				_exit(4);
			_exit(cmocka_run_group_tests(alone, NULL, NULL));
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 4)
			print_message("skipped: nobody cannot come here\n");
		else
			assert_int_equal(status, 0);
	}
	assert_int_equal(chmod(ROOT "/list", 0755), 0);
	assert_int_equal(chmod(ROOT "/locked", 0755), 0);
	assert_int_equal(chmod(ROOT "/pass", 0755), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(order), TEST(stats), TEST(odd_files), TEST(odd_names),
		TEST(roots), TEST(globs), TEST(globs_enter_little),
		TEST(own_folder), TEST(blocked), TEST(patterns), TEST(databases),
		TEST(many_files), TEST(deep),
		TEST(too_long), TEST(vanishing), TEST(moved), TEST(notes),
		TEST(looks),
		TEST(state_names), TEST(unreadable)
	};
	int rc;

	rc = cmocka_run_group_tests(tests, NULL, NULL);
	free(here);
	return rc;
}
