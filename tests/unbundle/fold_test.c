/* tests/unbundle/fold_test.c - the fold against a plain list of files. */
#include "unbundle/fold.h"

#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/hash.h"

#include "base/banned.h"

#define NPATHS 40
#define MAX_IDS 12

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e);
}

static struct record_head
part(uint8_t run, int64_t seq, int64_t n, bool final, bool full)
{
	struct record_head h = {.station = "pc-1", .stream = "main",
		.epoch = 2026, .seq = seq, .part = n, .final = final,
		.full = full};

	memset(h.run, run, sizeof(h.run));
	return h;
}

/* A line whose ids are the letters of TEXT, 100 bytes each. */
static struct record_file
line(enum record_op op, const char *path, const char *text, uint8_t *ids)
{
	struct record_file f = {.op = op, .source = "wx", .path = path,
		.path_len = strlen(path), .mode = 0644, .mtime_sec = 1};
	size_t i, n = text ? strlen(text) : 0;

	memset(ids, 0, 32 * n + 1);
	for (i = 0; i < n; i++)
		ids[32 * i] = (uint8_t)text[i];
	f.content = RECORD_CHUNKS;
	f.chunks = ids;
	f.nchunks = n;
	f.size = (int64_t)n * 100;
	record_sum(f.sum, ids, n);
	return f;
}

static struct fold_change last;
static size_t changes;

static int
note(void *arg, const struct fold_change *c, struct err *e)
{
	(void)arg;
	(void)e;
	last = *c;
	changes++;
	return 0;
}

static int
is_stored(void *arg, const uint8_t id[static 32], struct err *e)
{
	(void)arg;
	(void)e;
	return id[0] != '!';
}

static struct fold *
start(bool full)
{
	struct err e = ERR_INIT;
	struct fold *f = fold_new(&e);
	struct record_head h = part(1, 0, 0, false, true);
	struct record_file r;
	uint8_t ids[32 * MAX_IDS + 1];

	assert_non_null(f);
	fold_watch(f, note, NULL);
	fold_stored(f, is_stored, NULL);
	assert_int_equal(fold_begin(f, &h, &e), 0);
	r = line(RECORD_ADDED, "a", "xyz", ids);
	assert_int_equal(fold_file_line(f, &r, &e), 0);
	r = line(RECORD_ADDED, "b", "", ids);
	assert_int_equal(fold_file_line(f, &r, &e), 0);
	r = line(RECORD_ADDED, "c", NULL, ids);
	r.content = RECORD_ELSEWHERE;
	r.elsewhere = (struct record_point){.have = true, .ref = "ws/q"};
	r.size = 70000;
	assert_int_equal(fold_file_line(f, &r, &e), 0);
	assert_int_equal(fold_end(f, false, &e), 0);
	h = part(2, 1, 0, true, full);
	assert_int_equal(fold_begin(f, &h, &e), 0);
	return f;
}

static void
expect_ok(struct fold *f, const struct record_file *r)
{
	struct err e = ERR_INIT;
	int rc = fold_file_line(f, r, &e);

	assert_string_equal(e.what, "");
	assert_int_equal(rc, 0);
}

/* ERR_INTEGRITY that names station, seq, path and WHY. */
static void
expect_broken(struct fold *f, const struct record_file *r, const char *why)
{
	struct err e = ERR_INIT;
	int rc = fold_file_line(f, r, &e);

	if (rc != -1 || e.code != ERR_INTEGRITY || !strstr(e.what, why) ||
	    !strstr(e.what, "pc-1/main seq 1, 'wx/"))
		fail_msg("%d '%s', not '%s'", rc, e.what, why);
}

static void
rules_of_paths(void **state)
{
	uint8_t ids[32 * MAX_IDS + 1], ids2[32 * MAX_IDS + 1];
	struct record_file r, s;
	struct fold *f;

	(void)state;
	f = start(false);
	r = line(RECORD_ADDED, "a", "x", ids);
	expect_broken(f, &r, "was live before");
	r.op = RECORD_APPENDED;
	r.path = "n";
	expect_broken(f, &r, "was not live before");
	r = line(RECORD_REMOVED, "n", NULL, ids);
	expect_broken(f, &r, "was not live before");
	r = line(RECORD_TOUCHED, "n", NULL, ids);
	expect_broken(f, &r, "was not live before");
	r = line(RECORD_TOUCHED, "a", NULL, ids);
	expect_broken(f, &r, "another size");
	r.size = 300;
	expect_ok(f, &r);
	expect_broken(f, &r, "twice");
	/* What was removed does not come back in the same run. */
	r = line(RECORD_REMOVED, "b", NULL, ids);
	expect_ok(f, &r);
	expect_broken(f, &r, "stands again");
	s = line(RECORD_ADDED, "b", "x", ids2);
	expect_broken(f, &s, "stands again");
	s = line(RECORD_ADDED, "bad\x1b", "!", ids2);
	expect_broken(f, &s, "'wx/bad\\x1b': names a chunk that was never");
	fold_free(f);
}

static void
rules_of_moves(void **state)
{
	uint8_t ids[32 * MAX_IDS + 1];
	struct record_file r, m;
	struct fold *f = start(false);

	(void)state;
	m = line(RECORD_MOVED, "n", NULL, ids);
	m.from = "none";
	m.from_len = 4;
	expect_broken(f, &m, "from a path that was not live");
	m.from = "a";
	m.from_len = 1;
	expect_broken(f, &m, "another size");
	m.size = 300;
	m.path = "b";
	m.path_len = 1;
	expect_broken(f, &m, "target of a move");
	m.path = "a";
	expect_broken(f, &m, "target of a move");
	m.source = "zz";	/* never across sources */
	m.path = "n";
	{
		struct err e = ERR_INIT;

		assert_int_equal(fold_file_line(f, &m, &e), -1);
		assert_int_equal(e.code, ERR_INTEGRITY);
	}
	m.source = "wx";
	expect_ok(f, &m);
	assert_int_equal(last.op, RECORD_MOVED);
	assert_int_equal(last.old_nchunks, 3);
	assert_int_equal(last.now->nchunks, 3);
	assert_null(fold_find(f, "wx", "a", 1));
	assert_non_null(fold_find(f, "wx", "n", 1));
	/* `from` is not live after the run. */
	r = line(RECORD_ADDED, "a", "x", ids);
	expect_broken(f, &r, "stands again");
	/* Nor moved on, nor moved from what the run names. */
	m.path = "o";
	m.from = "n";
	expect_broken(f, &m, "the run names too");
	r = line(RECORD_ADDED, "new", "x", ids);
	expect_ok(f, &r);
	m.from = "new";
	m.from_len = 3;
	expect_broken(f, &m, "the run names too");
	/* A file that lies elsewhere moves with that. */
	m.from = "c";
	m.from_len = 1;
	m.size = 70000;
	expect_ok(f, &m);
	assert_true(last.now->elsewhere.have);
	fold_free(f);
}

static void
rules_of_content(void **state)
{
	uint8_t ids[32 * MAX_IDS + 1], good[33] = "x", bad[33] = "!";
	struct record_edit edits[2] = {{0, 2, 0, NULL}, {1, 1, 0, NULL}};
	struct record_file r;
	struct fold *f = start(false);

	(void)state;
	r = line(RECORD_REWRITTEN, "a", "!", ids);
	expect_broken(f, &r, "never stored");
	r = line(RECORD_REWRITTEN, "a", "q", ids);
	r.sum[0] ^= 1;
	expect_broken(f, &r, "sum does not fit");
	r = line(RECORD_REWRITTEN, "a", "q", ids);
	r.size = 0;
	expect_broken(f, &r, "size does not fit");
	r.size = 8 * 1024 * 1024 + 1;
	expect_broken(f, &r, "size does not fit");
	r.content = RECORD_EDITS;
	r.edits = edits;
	r.nedits = 2;
	expect_broken(f, &r, "edits do not fit");
	edits[0] = (struct record_edit){0, 4, 0, NULL};
	r.nedits = 1;
	expect_broken(f, &r, "edits do not fit");
	edits[0] = (struct record_edit){0, 0, 1, bad};
	expect_broken(f, &r, "never stored");
	edits[0] = (struct record_edit){3, 0, 1, good};
	expect_broken(f, &r, "sum does not fit");
	r.path = "c";
	expect_broken(f, &r, "a list that is not here");
	r.path = "a";
	r.content = RECORD_ELSEWHERE;
	expect_broken(f, &r, "outside a full run");
	r.content = RECORD_NOTHING;
	expect_broken(f, &r, "no chunks");
	r = line(RECORD_APPENDED, "a", "xyzx", ids);
	r.content = RECORD_EDITS;
	edits[0] = (struct record_edit){3, 0, 1, good};
	r.edits = edits;
	r.nedits = 1;
	expect_ok(f, &r);
	assert_int_equal(last.now->nchunks, 4);
	assert_int_equal(last.op, RECORD_APPENDED);
	assert_int_equal(fold_bytes(f), 70400);
	fold_free(f);
}

static void
rules_of_full_runs(void **state)
{
	uint8_t ids[32 * MAX_IDS + 1];
	struct record_file r;
	struct record_edit edit = {0, 0, 0, NULL};
	struct err e = ERR_INIT;
	struct fold *f = start(true);

	(void)state;
	r = line(RECORD_TOUCHED, "a", NULL, ids);
	expect_broken(f, &r, "only 'added'");
	r = line(RECORD_REMOVED, "a", NULL, ids);
	expect_broken(f, &r, "only 'added'");
	r = line(RECORD_ADDED, "a", "xyz", ids);
	r.content = RECORD_EDITS;
	r.edits = &edit;
	r.nedits = 1;
	expect_broken(f, &r, "a list that is not here");
	r = line(RECORD_ADDED, "a", "xyz", ids);
	expect_ok(f, &r);
	assert_int_equal(last.claimed, RECORD_ADDED);
	assert_true(last.same);
	expect_broken(f, &r, "twice");
	changes = 0;
	assert_int_equal(fold_count(f), 3);
	assert_int_equal(fold_end(f, false, &e), 0);
	assert_int_equal(changes, 2);	/* b and c are dropped */
	assert_int_equal(last.op, RECORD_REMOVED);
	assert_null(last.now);
	assert_int_equal(fold_count(f), 1);
	assert_int_equal(fold_bytes(f), 300);
	fold_free(f);
}

static void
classes_by_ids(void **state)
{
	static const struct {
		const char *old, *now;
		int64_t old_size, size;	/* 0: 100 a chunk */
		enum record_op op;
		bool tail;
	} cases[] = {
		{"abc", "abc", 0, 0, RECORD_TOUCHED, false},
		{"abc", "abcd", 0, 0, RECORD_APPENDED, false},
		{"", "a", 0, 0, RECORD_APPENDED, false},
		{"a", "", 0, 0, RECORD_TRUNCATED, false},
		{"abc", "ab", 0, 0, RECORD_TRUNCATED, false},
		{"abc", "abX", 0, 350, RECORD_APPENDED, true},
		{"abc", "abXY", 0, 0, RECORD_APPENDED, true},
		{"a", "XY", 0, 0, RECORD_APPENDED, true},
		{"abc", "abX", 0, 250, RECORD_TRUNCATED, true},
		{"abc", "aX", 0, 0, RECORD_TRUNCATED, true},
		{"abc", "abX", 0, 0, RECORD_REWRITTEN, false},
		{"abc", "aXcd", 0, 0, RECORD_REWRITTEN, false},
		{"abc", "Xbcd", 0, 0, RECORD_REWRITTEN, false},
		{"abc", "bc", 0, 0, RECORD_REWRITTEN, false},
		{"abc", "ab", 0, 400, RECORD_REWRITTEN, false},
	};
	uint8_t ids[32 * MAX_IDS + 1];
	struct record_head h;
	struct record_file r;
	struct err e = ERR_INIT;
	struct fold *f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f = start(false);
		r = line(RECORD_ADDED, "t", cases[i].old, ids);
		expect_ok(f, &r);
		assert_int_equal(last.op, RECORD_ADDED);
		assert_null(last.old_chunks);
		assert_int_equal(fold_end(f, false, &e), 0);
		h = part(3, 2, 0, true, false);
		assert_int_equal(fold_begin(f, &h, &e), 0);
		r = line(RECORD_REWRITTEN, "t", cases[i].now, ids);
		if (cases[i].size)
			r.size = cases[i].size;
		expect_ok(f, &r);
		if (last.op != cases[i].op || last.tail != cases[i].tail)
			fail_msg("case %zu: %d %d", i, last.op, last.tail);
		assert_int_equal(last.old_nchunks, strlen(cases[i].old));
		fold_free(f);
	}
}

static void
expect_part(const struct record_head *first, struct record_head h,
	const char *why)
{
	struct err e = ERR_INIT;
	struct fold *f = fold_new(&e);
	int rc;

	assert_non_null(f);
	assert_int_equal(fold_begin(f, first, &e), 0);
	assert_int_equal(fold_end(f, false, &e), 0);
	rc = fold_begin(f, &h, &e);
	if (!why)
		assert_int_equal(rc, 0);
	else if (rc != -1 || e.code != ERR_INTEGRITY || !strstr(e.what, why))
		fail_msg("%d '%s', not '%s'", rc, e.what, why);
	fold_free(f);
}

static void
rules_of_parts(void **state)
{
	struct record_head open = part(1, 5, 0, false, true);
	struct record_head shut = part(1, 5, 0, true, true), h;
	struct err e = ERR_INIT;
	struct fold *f = fold_new(&e);

	(void)state;
	expect_part(&open, part(1, 6, 1, true, true), NULL);
	expect_part(&open, part(2, 6, 0, true, true), NULL);
	expect_part(&open, part(1, 6, 2, true, true), "not in order");
	expect_part(&open, part(1, 6, 1, true, false), "both full and delta");
	expect_part(&open, part(1, 7, 1, true, true), "order of seq");
	expect_part(&open, part(1, 5, 1, true, true), "order of seq");
	expect_part(&open, part(2, 6, 1, true, true), "part 0");
	expect_part(&shut, part(1, 6, 1, true, true), "behind the final");
	expect_part(&shut, part(2, 6, 0, true, false), NULL);
	expect_part(&shut, part(2, 0, 0, true, true), NULL);
	expect_part(&shut, part(2, 0, 0, true, false), "begins with a delta");
	h = part(2, 6, 0, true, true);
	h.epoch = 2027;
	expect_part(&shut, h, "order of seq");
	h.station[0] = 'q';
	expect_part(&shut, h, "another stream");
	/* Begun twice, ended twice, lines outside. */
	assert_int_equal(fold_end(f, false, &e), -1);
	assert_int_equal(fold_begin(f, &open, &e), 0);
	h = part(1, 6, 1, true, true);
	assert_int_equal(fold_begin(f, &h, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_int_equal(fold_end(f, false, &e), 0);
	assert_int_equal(fold_end(f, false, &e), -1);
	fold_free(f);
}

/* --- A model: files in an array, the state computed from scratch. */

struct model_file {
	bool live;
	bool named;		/* in this run */
	char text[MAX_IDS + 1];
	int64_t mtime;
};

static uint32_t seed = 5;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)seed * n) >> 32);
}

static void
path_of(char *out, size_t i)
{
	/* Bytes that sort differently signed and unsigned. */
	(void)snprintf(out, 16, "%c%s%zu", i % 3 == 0 ? 'z' : 'a',
	    i % 5 == 0 ? "\xc3\xbf/" : "-", i);
}

static int
cmp_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Section 6, done by hand with sorted lines of "path -> canonical line". */
static void
model_state(const struct model_file *m, uint8_t out[static 32])
{
	char *paths[NPATHS], names[NPATHS][16];
	uint8_t hashes[NPATHS * 32], ids[32 * MAX_IDS + 1];
	struct buf scratch = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct record_file r;
	size_t i, n = 0, k;

	for (i = 0; i < NPATHS; i++) {
		path_of(names[i], i);
		if (m[i].live)
			paths[n++] = names[i];
	}
	qsort(paths, n, sizeof(paths[0]), cmp_text);
	for (k = 0; k < n; k++) {
		i = (size_t)(paths[k] - names[0]) / sizeof(names[0]);
		r = line(RECORD_ADDED, paths[k], m[i].text, ids);
		r.mtime_sec = m[i].mtime;
		assert_int_equal(record_state_hash(hashes + 32 * k, &r,
		    &scratch, &e), 0);
	}
	hash_blake2b(out, hashes, 32 * n);
	buf_release(&scratch);
}

static void
random_text(char *out)
{
	size_t i, n = rnd(MAX_IDS + 1);

	for (i = 0; i < n; i++)
		out[i] = (char)('a' + rnd(6));
	out[n] = '\0';
}

/* A random line that keeps the rules; applied to both. */
static void
random_line(struct fold *f, struct model_file *m, bool full)
{
	size_t i = rnd(NPATHS), j = rnd(NPATHS);
	char path[16], from[16], text[MAX_IDS + 1];
	uint8_t old[32 * MAX_IDS + 1], ids[32 * MAX_IDS + 1];
	struct record_edit *edits = NULL;
	struct record_file r;
	struct err e = ERR_INIT;

	if (m[i].named)
		return;
	path_of(path, i);
	path_of(from, j);
	random_text(text);
	r = line(m[i].live && !full ? RECORD_REWRITTEN : RECORD_ADDED, path,
	    text, ids);
	r.mtime_sec = rnd(3);
	if (!full && m[i].live && rnd(4) == 0) {
		r = line(RECORD_REMOVED, path, NULL, ids);
		m[i].live = false;
	} else if (!full && m[i].live && rnd(4) == 0) {
		r = line(RECORD_TOUCHED, path, m[i].text, ids);
		r.mtime_sec = m[i].mtime = rnd(1000);
	} else if (!full && !m[i].live && m[j].live && !m[j].named &&
	    rnd(2) == 0) {
		r = line(RECORD_MOVED, path, m[j].text, ids);
		r.from = from;
		r.from_len = strlen(from);
		r.mtime_sec = m[j].mtime;
		m[i] = m[j];
		m[j].live = false;
		m[j].named = true;
	} else {
		if (r.op == RECORD_REWRITTEN && rnd(2) == 0) {
			struct record_file was = line(RECORD_ADDED, path,
			    m[i].text, old);

			assert_int_equal(record_diff(old, was.nchunks, ids,
			    r.nchunks, &edits, &r.nedits, &e), 0);
			r.content = RECORD_EDITS;
			r.edits = edits;
		}
		m[i].live = true;
		memcpy(m[i].text, text, sizeof(text));
		m[i].mtime = r.mtime_sec;
	}
	m[i].named = true;
	expect_ok(f, &r);
	free(edits);
}

static int
count_sorted(void *arg, struct fold_file *file, struct err *e)
{
	struct fold_file **before = arg;

	(void)e;
	if (*before)
		assert_true(record_cmp((*before)->source, (*before)->path,
		    (*before)->path_len, file->source, file->path,
		    file->path_len) < 0);
	*before = file;
	return 0;
}

static int
put_again(void *arg, struct fold_file *file, struct err *e)
{
	return fold_put(arg, file, e);
}

static void
agrees_with_a_model(void **state)
{
	struct model_file m[NPATHS];
	struct fold *f = NULL, *g;
	struct fold_file *before;
	struct record_head h;
	struct err e = ERR_INIT;
	uint8_t want[32];
	size_t i, live;
	int seq, parts, p, k;
	bool full;

	(void)state;
	memset(m, 0, sizeof(m));
	f = fold_new(&e);
	assert_non_null(f);
	for (seq = 0; seq < 600; ) {
		full = seq == 0 || rnd(8) == 0;
		parts = 1 + (int)rnd(3);
		for (i = 0; i < NPATHS; i++)
			m[i].named = false;
		for (p = 0; p < parts; p++, seq++) {
			h = part(0, seq, p, p == parts - 1, full);
			memcpy(h.run, &(int){seq - p}, sizeof(int));
			assert_int_equal(fold_begin(f, &h, &e), 0);
			for (k = 0; k < 25; k++)
				random_line(f, m, full);
			for (i = 0; full && h.final && i < NPATHS; i++)
				m[i].live &= m[i].named;
			if (!h.final) {
				assert_int_equal(fold_end(f, true, &e), 0);
				continue;
			}
			assert_int_equal(fold_end(f, false, &e), 0);
			model_state(m, want);
			assert_int_equal(fold_state(f, h.state, &e), 0);
			assert_memory_equal(h.state, want, 32);
		}
		for (i = live = 0; i < NPATHS; i++)
			live += m[i].live;
		assert_int_equal(fold_count(f), live);
		before = NULL;
		assert_int_equal(fold_each(f, count_sorted, &before, &e), 0);
		if (rnd(10) != 0)
			continue;
		/* Go on from a saved point. */
		g = fold_new(&e);
		assert_non_null(g);
		assert_int_equal(fold_each(f, put_again, g, &e), 0);
		assert_int_equal(fold_bytes(f), fold_bytes(g));
		fold_free(f);
		f = g;
	}
	fold_free(f);
}

static void
compares_the_state(void **state)
{
	struct err e = ERR_INIT;
	struct fold *f = fold_new(&e);
	struct record_head h = part(1, 0, 0, true, true);

	(void)state;
	h.has_state = true;
	hash_blake2b(h.state, NULL, 0);	/* no live file: hash of nothing */
	assert_int_equal(fold_begin(f, &h, &e), 0);
	assert_int_equal(fold_end(f, true, &e), 0);
	h.seq++;
	h.run[0]++;
	h.state[31] ^= 1;
	assert_int_equal(fold_begin(f, &h, &e), 0);
	assert_int_equal(fold_end(f, true, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_non_null(strstr(e.what, "pc-1/main seq 1: state does not fit"));
	fold_free(f);
}

/* A saved point within a run knows what the run has named. */
static void
goes_on_within_a_run(void **state)
{
	uint8_t ids[32 * MAX_IDS + 1];
	struct err e = ERR_INIT;
	struct fold *f = start(true), *g = fold_new(&e);
	struct record_file r = line(RECORD_ADDED, "a", "x", ids);
	struct record_head h = part(2, 1, 1, true, true);

	(void)state;
	expect_ok(f, &r);
	assert_int_equal(fold_each(f, put_again, g, &e), 0);
	assert_int_equal(fold_put(g, fold_find(f, "wx", "a", 1), &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_int_equal(fold_begin(g, &h, &e), 0);
	expect_broken(g, &r, "twice");
	assert_int_equal(fold_end(g, false, &e), 0);
	assert_int_equal(fold_count(g), 1);	/* b and c were not named */
	/* An id of a run that comes again is another run. */
	h = part(9, 2, 0, true, false);
	assert_int_equal(fold_begin(g, &h, &e), 0);
	assert_int_equal(fold_end(g, false, &e), 0);
	h = part(2, 3, 0, true, true);
	assert_int_equal(fold_begin(g, &h, &e), 0);
	assert_int_equal(fold_end(g, false, &e), 0);
	assert_int_equal(fold_count(g), 0);
	fold_free(f);
	fold_free(g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_of_paths),
		cmocka_unit_test(rules_of_moves),
		cmocka_unit_test(rules_of_content),
		cmocka_unit_test(rules_of_full_runs),
		cmocka_unit_test(classes_by_ids),
		cmocka_unit_test(rules_of_parts),
		cmocka_unit_test(agrees_with_a_model),
		cmocka_unit_test(compares_the_state),
		cmocka_unit_test(goes_on_within_a_run),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
