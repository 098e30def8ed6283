/* desk/catalogue and desk/runs: statements, transactions, chunk lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "desk/catalogue.h"
#include "desk/chunks.h"
#include "desk/finding.h"
#include "desk/messages.h"
#include "desk/query.h"
#include "desk/runs.h"
#include "desk/tail.h"

#include "base/banned.h"

static char dir[] = "/tmp/liudi-catalogue-XXXXXX";
static char *file;

static int
setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	file = str_fmt("%s/c.sqlite3", dir);
	return file ? 0 : -1;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	free(file);
	return file_remove_tree(dir, &e);
}

static struct catalogue *
fresh(void)
{
	struct err e = ERR_INIT;
	struct catalogue *c;

	assert_int_equal(catalogue_remove(file, &e), 0);
	c = catalogue_open(file, true, &e);
	assert_non_null(c);
	return c;
}

static void
every_statement_is_sql(void **state)
{
	struct err e = ERR_INIT;
	struct catalogue *c = fresh();
	struct messages *m = messages_open(c, true, &e);
	struct stat st;
	size_t i;

	(void)state;
	assert_non_null(m);	/* with the tables that only it can make */
	for (i = 0; i < SQL_COUNT; i++) {
		assert_non_null(sql_text[i]);
		if (i == SQL_BEGIN || i == SQL_READ || i == SQL_COMMIT ||
		    i == SQL_ROLLBACK)
			continue;
		/* Unbound parameters are null: some insert nothing then. */
		if (catalogue_step(c, (enum sql)i, &e, "") < 0 &&
		    !strstr(e.what, "datatype mismatch") &&
		    !strstr(e.what, "fts5: syntax error") &&
		    !strstr(e.what, "NOT NULL"))
			fail_msg("%zu: %s", i, e.what);
		catalogue_reset(c, (enum sql)i);
	}
	messages_close(m);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	catalogue_close(c);
}

static void
missing_is_told(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(catalogue_remove(file, &e), 0);
	assert_null(catalogue_open(file, false, &e));
	assert_int_equal(e.code, ERR_NOENT);
	assert_non_null(strstr(e.hint, "sync"));
}

static void
rollback_leaves_nothing(void **state)
{
	struct err e = ERR_INIT;
	struct catalogue *c = fresh();
	bool yes = true;

	(void)state;
	assert_int_equal(catalogue_begin(c, &e), 0);
	assert_int_equal(catalogue_run(c, SQL_LINE_ADD, &e, "tt", "ws-01",
	    "main"), 0);
	catalogue_rollback(c);
	catalogue_rollback(c);	/* none open: nothing happens */
	assert_int_equal(query_has_station(c, "ws-01", &yes, &e), 0);
	assert_false(yes);
	assert_int_equal(catalogue_begin(c, &e), 0);
	assert_int_equal(catalogue_run(c, SQL_LINE_ADD, &e, "tt", "ws-01",
	    "main"), 0);
	assert_int_equal(catalogue_commit(c, &e), 0);
	catalogue_close(c);
	c = catalogue_open(file, false, &e);
	assert_non_null(c);
	assert_int_equal(query_has_station(c, "ws-01", &yes, &e), 0);
	assert_true(yes);
	catalogue_close(c);
}

static int
count_event(void *arg, const struct query_event *ev, struct err *e)
{
	(void)e;
	assert_string_equal(ev->code, "code");
	assert_non_null(strstr(ev->text, "\\x1b"));
	++*(int *)arg;
	return 0;
}

static void
events_are_clean_and_once(void **state)
{
	struct err e = ERR_INIT;
	struct catalogue *c = fresh();
	const struct finding_place at = {c, 0, 0, "ws-01", 5};
	int n = 0;

	(void)state;
	assert_int_equal(finding_once(&at, FINDING_WARN, "code", &e, "%s",
	    "a\x1b[2Jb"), 0);
	assert_int_equal(finding_once(&at, FINDING_WARN, "code", &e, "%s",
	    "a\x1b[2Jb"), 0);
	assert_int_equal(query_events_since(c, 0, count_event, &n, &e), 0);
	assert_int_equal(n, 1);
	catalogue_close(c);
}

static int64_t
lines_of(struct catalogue *c, const char *station)
{
	struct err e = ERR_INIT;
	int64_t n = 0;
	int rc = catalogue_step(c, SQL_LINE_EACH, &e, "t", station);

	for (; rc == 1; rc = catalogue_next(c, SQL_LINE_EACH, &e))
		n++;
	assert_int_equal(rc, 0);
	return n;
}

/* Who reads sees one moment, whatever others write meanwhile. */
static void
readers_see_one_moment(void **state)
{
	struct err e = ERR_INIT;
	struct catalogue *c = fresh(), *r = catalogue_open(file, false, &e);

	(void)state;
	assert_non_null(r);
	assert_int_equal(catalogue_begin_reading(r, &e), 0);
	assert_int_equal(lines_of(r, "ws-01"), 0);
	assert_int_equal(catalogue_run(c, SQL_LINE_ADD, &e, "tt", "ws-01",
	    "main"), 0);
	assert_int_equal(lines_of(r, "ws-01"), 0);
	assert_int_equal(catalogue_begin(r, &e), -1);
	err_clear(&e);
	assert_int_equal(catalogue_commit(r, &e), 0);
	assert_int_equal(lines_of(r, "ws-01"), 1);
	catalogue_close(r);
	catalogue_close(c);
}

/* A piece is undone alone; a transaction with all its pieces. */
static void
pieces(void **state)
{
	struct err e = ERR_INIT;
	struct catalogue *c = fresh();

	(void)state;
	assert_int_equal(catalogue_begin(c, &e), 0);
	assert_int_equal(catalogue_run(c, SQL_LINE_ADD, &e, "tt", "ws-01",
	    "before"), 0);
	assert_int_equal(catalogue_begin_piece(c, &e), 0);
	assert_int_equal(catalogue_run(c, SQL_LINE_ADD, &e, "tt", "ws-01",
	    "undone"), 0);
	assert_int_equal(catalogue_undo_piece(c, &e), 0);
	assert_int_equal(lines_of(c, "ws-01"), 1);
	assert_int_equal(catalogue_begin_piece(c, &e), 0);
	assert_int_equal(catalogue_run(c, SQL_LINE_ADD, &e, "tt", "ws-01",
	    "done"), 0);
	assert_int_equal(catalogue_end_piece(c, &e), 0);
	assert_int_equal(catalogue_commit(c, &e), 0);
	assert_int_equal(lines_of(c, "ws-01"), 2);
	/* There is none to undo: so as a whole. */
	assert_int_equal(catalogue_undo_piece(c, &e), -1);
	err_clear(&e);
	assert_int_equal(catalogue_begin(c, &e), 0);
	assert_int_equal(catalogue_begin_piece(c, &e), 0);
	assert_int_equal(catalogue_run(c, SQL_LINE_ADD, &e, "tt", "ws-01",
	    "lost"), 0);
	catalogue_rollback(c);
	assert_int_equal(lines_of(c, "ws-01"), 2);
	catalogue_close(c);
}

/* A branch does not see what another one stored, but what it forked from. */
static void
chunks_are_seen_where_they_may(void **state)
{
	struct err e = ERR_INIT;
	struct catalogue *c = fresh();
	struct chunks *k = chunks_new(c, &e);
	uint8_t id[3][32];
	int64_t part[3], n, len;
	int i;

	(void)state;
	assert_non_null(k);
	for (i = 0; i < 3; i++) {
		char ref[32];

		(void)snprintf(ref, sizeof(ref), "r%d", i);
		memset(id[i], 'a' + i, 32);
		/* Branch 2 forks at the part of branch 1. */
		assert_int_equal(catalogue_run(c, SQL_BRANCH_ADD, &e, "itiii",
		    (int64_t)1, ref, (int64_t)2026, (int64_t)i,
		    i == 2 ? part[1] : 0), 0);
		assert_int_equal(catalogue_run(c, SQL_PART_ADD, &e,
		    "iittbtiiii", (int64_t)i + 1, (int64_t)0, ref, "tree",
		    (const void *)id[i], (size_t)32, "path", (int64_t)0,
		    (int64_t)0, (int64_t)0, (int64_t)1), 0);
		part[i] = catalogue_added(c);
		assert_int_equal(catalogue_run(c, SQL_CHUNK_ADD, &e, "iibii",
		    (int64_t)i + 1, chunks_word(id[i]), (const void *)id[i],
		    (size_t)32, part[i], (int64_t)7), 0);
	}
	assert_int_equal(catalogue_run(c, SQL_LINE_ADD, &e, "tt", "ws", "main"),
	    0);
	assert_int_equal(chunks_branch(k, 1, 0, &e), 0);
	assert_int_equal(chunks_find(k, id[0], &n, &e), 1);
	assert_int_equal(n, 1);
	assert_int_equal(chunks_find(k, id[1], &n, &e), 0);
	assert_int_equal(chunks_find(k, id[2], &n, &e), 0);
	assert_int_equal(chunks_any(k, id[1], &n, &len, &e), 1);
	assert_int_equal(len, 7);
	assert_int_equal(chunks_branch(k, 3, part[1], &e), 0);
	assert_int_equal(chunks_find(k, id[0], &n, &e), 0);
	assert_int_equal(chunks_find(k, id[1], &n, &e), 1);
	assert_int_equal(chunks_find(k, id[2], &n, &e), 1);
	/* A promise counts until the part is over. */
	id[0][31] ^= 1;
	assert_int_equal(chunks_promise(k, id[0], 99, &e), 0);
	assert_int_equal(chunks_find(k, id[0], &n, &e), 1);
	assert_int_equal(n, 99);
	chunks_part(k);
	assert_int_equal(chunks_find(k, id[0], &n, &e), 0);
	chunks_free(k);
	catalogue_close(c);
}

static void
runs_come_back(void **state)
{
	static const int64_t list[] = {5, 6, 7, 1, 1, 2, 900000, 900001, 4};
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(4096);
	struct runs_writer w;
	struct runs_reader r;
	int64_t first, count, i, at = 0;
	int rc;

	(void)state;
	runs_begin(&w, &b);
	for (i = 0; i < 9; i++)
		assert_int_equal(runs_add(&w, list[i], &e), 0);
	assert_int_equal(runs_finish(&w, &e), 0);
	runs_open(&r, b.data, b.len);
	while ((rc = runs_next(&r, &first, &count, &e)) > 0)
		for (i = 0; i < count; i++)
			assert_int_equal(first + i, list[at++]);
	assert_int_equal(rc, 0);
	assert_int_equal(at, 9);
	/* A cut list is an error, not a shorter one. */
	runs_open(&r, b.data, b.len - 1);
	while ((rc = runs_next(&r, &first, &count, &e)) > 0)
		;
	assert_int_equal(rc, -1);
	assert_int_equal(e.code, ERR_FORMAT);
	buf_release(&b);
}

static void
runs_are_small(void **state)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(4096);
	struct runs_writer w;
	int64_t i;

	(void)state;
	runs_begin(&w, &b);
	for (i = 0; i < 5000; i++)
		assert_int_equal(runs_add(&w, i == 17 ? 77000 : 1000 + i, &e),
		    0);
	assert_int_equal(runs_finish(&w, &e), 0);
	assert_true(b.len < 16);
	buf_release(&b);
}

static int
bytes_of(void *arg, size_t i, struct buf *out, struct err *e)
{
	const char *const *chunk = arg;

	return buf_adds(out, chunk[i], e);
}

static int
prefix(const char *const part[], size_t np, const char *const whole[],
	size_t nw)
{
	struct err e = ERR_INIT;
	uint8_t pid[8][32], wid[8][32];
	int64_t plen[8], wlen[8];
	struct tail_list p = {pid[0], plen, np}, w = {wid[0], wlen, nw};
	size_t i;

	for (i = 0; i < np; i++) {
		plen[i] = (int64_t)strlen(part[i]);
		hash_blake2b(pid[i], part[i], strlen(part[i]));
	}
	for (i = 0; i < nw; i++) {
		wlen[i] = (int64_t)strlen(whole[i]);
		hash_blake2b(wid[i], whole[i], strlen(whole[i]));
	}
	return tail_is_prefix(&p, &w, bytes_of, (void *)(uintptr_t)whole, &e);
}

static void
tails_are_told_apart(void **state)
{
	static const char *const a[] = {"one", "two"};
	static const char *const grown[] = {"o", "netwo", "three"};
	static const char *const other[] = {"one", "twO", "three"};
	static const char *const shorter[] = {"one", "t"};

	(void)state;
	assert_int_equal(prefix(a, 2, grown, 3), 1);
	assert_int_equal(prefix(a, 2, other, 3), 0);
	assert_int_equal(prefix(a, 2, shorter, 2), 0);
	assert_int_equal(prefix(shorter, 2, a, 2), 1);
	assert_int_equal(prefix(a, 0, grown, 3), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_statement_is_sql),
		cmocka_unit_test(missing_is_told),
		cmocka_unit_test(rollback_leaves_nothing),
		cmocka_unit_test(readers_see_one_moment),
		cmocka_unit_test(pieces),
		cmocka_unit_test(events_are_clean_and_once),
		cmocka_unit_test(chunks_are_seen_where_they_may),
		cmocka_unit_test(runs_come_back),
		cmocka_unit_test(runs_are_small),
		cmocka_unit_test(tails_are_told_apart),
	};
	struct err e = ERR_INIT;

	if (crypto_setup(&e) < 0)
		return 1;
	return cmocka_run_group_tests(tests, setup, teardown);
}
