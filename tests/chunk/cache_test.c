/* tests/chunk/cache_test.c - head, journals, and crashes between them. */
#undef NDEBUG
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "chunk/cache.h"
#include "crypto/hash.h"

static char dir[64];

static int
fresh_dir(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/cache-test-XXXXXX");
	return mkdtemp(dir) == NULL;
}

static int
drop_dir(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return file_remove_tree(dir, &e);
}

static void
hash_of(uint8_t out[32], const char *s)
{
	hash_blake2b(out, s, strlen(s));
}

/* An entry "src\0NAME" whose content is the one chunk TEXT. */
struct made {
	struct entry en;
	char key[64];
	uint8_t id[32];
};

static void
make(struct made *m, const char *name, const char *text)
{
	memset(m, 0, sizeof(*m));
	memcpy(m->key, "src", 4);
	(void)snprintf(m->key + 4, sizeof(m->key) - 4, "%s", name);
	hash_of(m->id, text);
	m->en.key = m->key;
	m->en.key_len = (uint32_t)(4 + strlen(name));
	m->en.size = (int64_t)strlen(text);
	m->en.chunks = m->id;
	m->en.nchunks = 1;
	memcpy(m->en.sum, m->id, 32);
	memcpy(m->en.line, m->id, 32);
}

struct seen {
	char names[512];
	int n;
};

static void
see(void *arg, const struct entry *en)
{
	struct seen *s = arg;

	(void)strncat(s->names, en->key + 4, en->key_len - 4);
	(void)strncat(s->names, " ", 2);
	s->n++;
}

/* A part with these entries; committed as MANIFEST if the journal is to
 * count; returns what was merged. */
static void
write_part(struct cache *c, const char *prev, const char *manifest,
	int64_t seq, const char *const names[], const char *const texts[],
	const char *gone, bool final, bool full, struct seen *s, bool finish)
{
	struct err e = ERR_INIT;
	struct cache_journal *j = cache_journal_new(c, &e);
	struct cache_part p;
	struct made m;
	struct buf g = BUF_INIT(1024);

	memset(&p, 0, sizeof(p));
	assert_non_null(j);
	for (size_t i = 0; names[i] != NULL; i++) {
		make(&m, names[i], texts[i]);
		if (idset_add(cache_ids(c), m.id, &e) == 1)
			assert_int_equal(cache_journal_id(j, m.id, &e), 0);
		assert_int_equal(cache_journal_entry(j, &m.en, &e), 0);
	}
	if (gone != NULL) {
		uint32_t len = (uint32_t)(4 + strlen(gone));

		assert_int_equal(buf_add(&g, &len, 4, &e), 0);
		assert_int_equal(buf_add(&g, "src", 4, &e), 0);
		assert_int_equal(buf_adds(&g, gone, &e), 0);
	}
	memset(s, 0, sizeof(*s));
	p.at.seq = seq;
	hash_of(p.at.manifest, manifest);
	p.has_prev = prev != NULL;
	if (prev != NULL)
		hash_of(p.prev, prev);
	p.final = final;
	p.full = p.fresh = full;
	p.after.at = p.at;
	if (final)
		assert_true(cache_merge(c, j, &g, full, see, s, &p.after.gen,
		    &e) >= 0);
	assert_int_equal(cache_journal_save(j, &p, &e), 0);
	if (finish && final)
		assert_int_equal(cache_finish(c, &p, &e), 0);
	else if (finish)
		assert_int_equal(cache_advance(c, &p, &e), 0);
	cache_journal_free(j);
	buf_release(&g);
}

static struct cache *
open_at(const char *manifest, bool want_doubt)
{
	struct err e = ERR_INIT;
	uint8_t h[32];
	bool doubt;
	struct cache *c;

	if (manifest != NULL)
		hash_of(h, manifest);
	c = cache_open(dir, manifest != NULL ? h : NULL, &doubt, &e);
	assert_non_null(c);
	assert_int_equal(doubt, want_doubt);
	return c;
}

static bool
has(struct cache *c, const char *text)
{
	uint8_t id[32];

	hash_of(id, text);
	return idset_has(cache_ids(c), id);
}

static void
list(struct cache *c, char out[512])
{
	struct err e = ERR_INIT;
	struct entry_reader *r = cache_files(c, &e);
	struct entry en;

	out[0] = '\0';
	while (r != NULL && entry_next(r, &en, &e) == 1) {
		(void)strncat(out, en.key + 4, en.key_len - 4);
		(void)strncat(out, " ", 2);
	}
	entry_reader_free(r);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NOTHING ((const char *const[]){NULL})

static void
runs_follow_each_other(void **state)
{
	struct seen s;
	char l[512];
	struct cache *c = open_at(NULL, false);

	(void)state;
	assert_null(cache_head(c));
	write_part(c, NULL, "m0", 0, NAMES("a", "c"), NAMES("A", "C"), NULL,
	    true, true, &s, true);
	assert_string_equal(s.names, "a c ");
	cache_close(c);

	c = open_at("m0", false);
	assert_non_null(cache_head(c));
	assert_null(cache_resume(c));
	assert_true(has(c, "A"));
	assert_false(has(c, "B"));
	write_part(c, "m0", "m1", 1, NAMES("b", "c"), NAMES("B", "C2"), "a",
	    true, false, &s, true);
	assert_string_equal(s.names, "b c ");
	cache_close(c);

	c = open_at("m1", false);
	list(c, l);
	assert_string_equal(l, "b c ");
	assert_true(has(c, "A"));
	assert_true(has(c, "C"));
	assert_true(has(c, "C2"));
	/* Nothing new: the generation stays. */
	write_part(c, "m1", "m2", 2, NOTHING, NOTHING, NULL, true, false, &s,
	    true);
	assert_int_equal(s.n, 0);
	assert_int_equal(cache_head(c)->gen, 2);
	cache_close(c);
	cache_close(open_at("m2", false));
}

/* Killed between journal and ref: as if it had not been. */
static void
a_journal_without_its_commit_is_dropped(void **state)
{
	struct seen s;
	char l[512];
	struct cache *c = open_at(NULL, false);

	(void)state;
	write_part(c, NULL, "m0", 0, NAMES("a"), NAMES("A"), NULL, true, true,
	    &s, true);
	write_part(c, "m0", "m1", 1, NAMES("b"), NAMES("B"), NULL, true,
	    false, &s, false);
	cache_close(c);
	c = open_at("m0", false);
	list(c, l);
	assert_string_equal(l, "a ");
	assert_true(has(c, "A"));
	assert_false(has(c, "B"));
	assert_null(cache_resume(c));
	cache_close(c);
}

/* Killed between ref and cache: the journal is replayed. */
static void
a_journal_with_its_commit_is_replayed(void **state)
{
	struct seen s;
	char l[512];
	struct cache *c = open_at(NULL, false);

	(void)state;
	write_part(c, NULL, "m0", 0, NAMES("a"), NAMES("A"), NULL, true, true,
	    &s, true);
	write_part(c, "m0", "m1", 1, NAMES("b"), NAMES("B"), NULL, true,
	    false, &s, false);
	cache_close(c);
	c = open_at("m1", false);
	list(c, l);
	assert_string_equal(l, "a b ");
	assert_true(has(c, "B"));
	assert_int_equal(cache_head(c)->at.seq, 1);
	cache_close(c);
}

static int
join(void *arg, const struct entry *en, struct err *e)
{
	(void)e;
	(void)strncat(arg, en->key + 4, en->key_len - 4);
	return 0;
}

/* Killed in a run of several parts: it can be gone on with. */
static void
parts_are_resumed(void **state)
{
	struct err e = ERR_INIT;
	struct seen s;
	char l[512] = "";
	struct cache *c = open_at(NULL, false);

	(void)state;
	write_part(c, NULL, "m0", 0, NAMES("a"), NAMES("A"), NULL, false, true,
	    &s, true);
	write_part(c, "m0", "m1", 1, NAMES("b"), NAMES("B"), NULL, false,
	    true, &s, false);
	cache_close(c);

	c = open_at("m1", false);
	assert_null(cache_head(c));
	assert_non_null(cache_resume(c));
	assert_int_equal(cache_resume(c)->at.seq, 1);
	assert_int_equal(cache_resumed_each(c, join, l, &e), 0);
	assert_string_equal(l, "ab");
	assert_true(has(c, "A"));
	assert_true(has(c, "B"));
	write_part(c, "m1", "m2", 2, NAMES("c"), NAMES("C"), NULL, true, true,
	    &s, true);
	assert_string_equal(s.names, "a b c ");
	cache_close(c);
	c = open_at("m2", false);
	list(c, l);
	assert_string_equal(l, "a b c ");
	assert_null(cache_resume(c));
	cache_close(c);
}

static void
what_does_not_fit_the_branch_is_doubt(void **state)
{
	struct err e = ERR_INIT;
	struct seen s;
	char path[96];
	struct cache *c = open_at(NULL, false);

	(void)state;
	write_part(c, NULL, "m0", 0, NAMES("a"), NAMES("A"), NULL, true, true,
	    &s, true);
	cache_close(c);
	c = open_at("another", true);
	assert_null(cache_head(c));
	assert_false(has(c, "A"));
	cache_close(c);
	/* And stays forgotten. */
	c = open_at("m0", true);
	assert_null(cache_head(c));
	write_part(c, "m0", "m1", 1, NAMES("a"), NAMES("A"), NULL, true, true,
	    &s, true);
	cache_close(c);
	/* A head that was damaged is none. */
	(void)snprintf(path, sizeof(path), "%s/head", dir);
	assert_int_equal(file_save(path, "rubbish", 7, 0600, &e), 0);
	c = open_at("m1", true);
	assert_null(cache_head(c));
	cache_close(c);
}

/* A kill while the journals of a finished run go: what is left is done. */
static void
journals_of_a_finished_run(void **state)
{
	struct buf left = BUF_INIT(65536);
	struct err e = ERR_INIT;
	struct seen s;
	char path[128];
	struct cache *c = open_at(NULL, false);

	(void)state;
	write_part(c, NULL, "m0", 0, NAMES("a"), NAMES("A"), NULL, true, true,
	    &s, true);
	write_part(c, "m0", "m1", 1, NAMES("b"), NAMES("B"), NULL, false,
	    false, &s, true);
	(void)snprintf(path, sizeof(path), "%s/journal-1", dir);
	assert_int_equal(file_load(path, &left, &e), 0);
	write_part(c, "m1", "m2", 2, NAMES("c"), NAMES("C"), NULL, true, false,
	    &s, true);
	cache_close(c);
	assert_int_equal(file_save(path, left.data, left.len, 0600, &e), 0);
	c = open_at("m2", false);
	assert_non_null(cache_head(c));
	assert_null(cache_resume(c));
	assert_true(has(c, "B"));
	assert_false(file_exists(path));
	cache_close(c);
	buf_release(&left);
}

/* Where a file came from is for a run that is gone on with, not for later. */
static void
from_stays_in_the_journal(void **state)
{
	struct err e = ERR_INIT;
	struct cache_part p = {.final = 1, .full = 1, .fresh = 1};
	struct cache *c = open_at(NULL, false);
	struct cache_journal *j = cache_journal_new(c, &e);
	struct entry_reader *r;
	struct entry en;
	struct made m;
	struct seen s = {.n = 0};

	(void)state;
	make(&m, "to", "A");
	m.en.extra_is = ENTRY_FROM;
	m.en.extra = (const uint8_t *)"from";
	m.en.extra_len = 4;
	assert_int_equal(cache_journal_entry(j, &m.en, &e), 0);
	hash_of(p.at.manifest, "m0");
	p.after.at = p.at;
	assert_int_equal(cache_merge(c, j, NULL, true, see, &s, &p.after.gen,
	    &e), 0);
	assert_int_equal(cache_journal_save(j, &p, &e), 0);
	assert_int_equal(cache_finish(c, &p, &e), 0);
	cache_journal_free(j);
	r = cache_files(c, &e);
	assert_int_equal(entry_next(r, &en, &e), 1);
	assert_int_equal(en.extra_is, ENTRY_PLAIN);
	assert_int_equal(en.extra_len, 0);
	assert_int_equal(en.nchunks, 1);
	entry_reader_free(r);
	cache_close(c);
}

/* What could not be read is for a run that is gone on with, too. */
static void
unread_stays_in_the_journal(void **state)
{
	struct err e = ERR_INIT;
	struct cache_part p = {.final = 1, .full = 1, .fresh = 1};
	struct cache *c = open_at(NULL, false);
	struct cache_journal *j = cache_journal_new(c, &e);
	struct entry_reader *r;
	struct entry en;
	struct made m;
	struct seen s = {.n = 0};

	(void)state;
	make(&m, "a", "A");
	assert_int_equal(cache_journal_entry(j, &m.en, &e), 0);
	make(&m, "b", "B");
	m.en.kind = ENTRY_UNREAD;
	m.en.extra_is = ENTRY_WHY;
	m.en.extra = (const uint8_t *)"denied";
	m.en.extra_len = 6;
	assert_int_equal(cache_journal_entry(j, &m.en, &e), 0);
	hash_of(p.at.manifest, "m0");
	p.after.at = p.at;
	assert_int_equal(cache_merge(c, j, NULL, true, see, &s, &p.after.gen,
	    &e), 0);
	assert_int_equal(s.n, 1);
	assert_int_equal(cache_journal_save(j, &p, &e), 0);
	assert_int_equal(cache_finish(c, &p, &e), 0);
	cache_journal_free(j);
	r = cache_files(c, &e);
	assert_int_equal(entry_next(r, &en, &e), 1);
	assert_int_equal(en.kind, ENTRY_LIVE);
	assert_int_equal(entry_next(r, &en, &e), 0);
	entry_reader_free(r);
	cache_close(c);
}

/* A new branch stores everything anew, also when its first run is cut off. */
static void
a_new_branch_knows_no_chunks(void **state)
{
	struct err e = ERR_INIT;
	struct seen s;
	char l[512];
	struct cache *c = open_at(NULL, false);

	(void)state;
	write_part(c, NULL, "m0", 0, NAMES("a"), NAMES("A"), NULL, true, true,
	    &s, true);
	assert_int_equal(cache_fresh(c, &e), 0);
	list(c, l);
	assert_string_equal(l, "a ");
	assert_false(has(c, "A"));
	write_part(c, NULL, "n0", 0, NAMES("b"), NAMES("B"), NULL, false,
	    true, &s, true);
	cache_close(c);
	c = open_at("n0", false);
	assert_non_null(cache_resume(c));
	assert_false(has(c, "A"));
	assert_true(has(c, "B"));
	write_part(c, "n0", "n1", 1, NAMES("c"), NAMES("A"), NULL, true, true,
	    &s, true);
	cache_close(c);
	c = open_at("n1", false);
	list(c, l);
	assert_string_equal(l, "b c ");
	assert_true(has(c, "A"));
	cache_close(c);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, fresh_dir, drop_dir)
	const struct CMUnitTest tests[] = {
		T(runs_follow_each_other),
		T(a_journal_without_its_commit_is_dropped),
		T(a_journal_with_its_commit_is_replayed),
		T(parts_are_resumed),
		T(what_does_not_fit_the_branch_is_doubt),
		T(a_new_branch_knows_no_chunks),
		T(journals_of_a_finished_run),
		T(from_stays_in_the_journal),
		T(unread_stays_in_the_journal),
	};
	struct err e = ERR_INIT;

	if (crypto_setup(&e) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
