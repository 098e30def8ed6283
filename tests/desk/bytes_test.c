/* desk/bytes: versions out of bundles, each opened once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "bundle/tarz.h"
#include "crypto/hash.h"
#include "desk/bytes.h"
#include "desk/chunks.h"
#include "desk/feed.h"
#include "desk/runs.h"
#include "seal/seal.h"

#include "base/banned.h"

/* Chunks 1 to 6, three in each bundle; the fifth is not kept in memory. */
#define NCHUNKS 6
#define LARGE ((size_t)3 << 20)
static const size_t lens[NCHUNKS] = {10, 4000, 1, 700000, LARGE, 7};

static char dir[] = "/tmp/liudi-bytes-XXXXXX";
static uint8_t *data[NCHUNKS];

static struct {
	const char *blob;
	struct buf plain;
	int opened;
	bool missing;
} bundles[2] = {{.blob = "aa"}, {.blob = "bb"}};

/* --- In the place of desk/feed: bundles that need no opener. */

struct feed {
	const char (*blobs)[CANON_ID_LEN];
	size_t n, at;
};

struct feed *
feed_new(struct mirror *records, const char *from, struct opener *opener,
	const char (*blobs)[CANON_ID_LEN], size_t n, struct err *e)
{
	struct feed *f = calloc(1, sizeof(*f));

	(void)records, (void)from, (void)opener, (void)e;
	assert_non_null(f);
	f->blobs = blobs;
	f->n = n;
	return f;
}

int
feed_next(struct feed *f, size_t *index, struct fetch_pull *plain,
	struct err *e)
{
	size_t i;

	if (f->at == f->n)
		return 0;
	*index = f->at++;
	i = strcmp(f->blobs[*index], "bb") == 0;
	bundles[i].opened++;
	if (bundles[i].missing)
		return err_set(e, ERR_NOENT, "it is for others");
	plain->data = bundles[i].plain.data;
	plain->n = bundles[i].plain.len;
	return 1;
}

void
feed_done(struct feed *f, size_t index)
{
	assert_true(index < f->n);
}

void
feed_stop(struct feed *f)
{
	f->at = f->n;
}

void
feed_free(struct feed *f)
{
	free(f);
}

/* --- A catalogue of them. */

struct desk {
	struct catalogue *c;
	struct deskhome home;
	struct box box;
	struct bytes *y;
	int out;
	struct err e;
};

static int
sink(void *arg, const void *bytes, size_t n, struct err *e)
{
	return buf_add(arg, bytes, n, e);
}

/* Chunks FIRST and the two behind it; WRONG: the last is another. */
static void
make_bundle(struct buf *b, int first, bool wrong)
{
	static const char context[] = "{\"v\":1,\"station\":\"ws\","
	    "\"stream\":\"main\",\"epoch\":1,\"seq\":1,"
	    "\"run\":\"00000000000000000000000000000000\",\"part\":1}\n";
	struct err e = ERR_INIT;
	struct tarz *t = tarz_new(1, &e);
	char name[80] = "chunks/";
	uint8_t id[HASH_LEN];
	int i, k;

	assert_non_null(t);
	buf_release(b);
	buf_init(b, (size_t)1 << 24);
	assert_int_equal(tarz_begin(t, sink, b, &e), 0);
	assert_int_equal(tarz_add(t, "liudi.json", context,
	    sizeof(context) - 1, false, &e), 0);
	for (i = first; i < first + 3; i++) {
		k = wrong && i == first + 2 ? 0 : i;
		hash_blake2b(id, data[k], lens[k]);
		str_hex(name + 7, id, sizeof(id));
		assert_int_equal(tarz_add(t, name, data[k], lens[k], false,
		    &e), 0);
	}
	assert_int_equal(tarz_finish(t, &e), 0);
	assert_int_equal(seal_pad(b, b->len, &e), 0);
	tarz_free(t);
}

static void
add_chunk(struct desk *d, int64_t n, const uint8_t *id, int64_t len)
{
	assert_int_equal(catalogue_run(d->c, SQL_CHUNK_ADD, &d->e, "iibii", n,
	    chunks_word(id), (const void *)id, (size_t)32, (int64_t)1, len),
	    0);
}

static void
add_bundle(struct desk *d, const char *blob, int64_t first, int64_t count)
{
	static const uint8_t sum[32];

	assert_int_equal(catalogue_run(d->c, SQL_BUNDLE_ADD, &d->e, "ittbiii",
	    (int64_t)1, blob, "path", (const void *)sum, (size_t)32,
	    (int64_t)99, first, count), 0);
}

static void
desk_open(struct desk *d)
{
	uint8_t id[HASH_LEN];
	char *file = str_fmt("%s/c.sqlite3", dir);
	int i;

	memset(d, 0, sizeof(*d));
	assert_non_null(file);
	assert_int_equal(catalogue_remove(file, &d->e), 0);
	d->c = catalogue_open(file, true, &d->e);
	assert_non_null(d->c);
	free(file);
	for (i = 0; i < NCHUNKS; i++) {
		hash_blake2b(id, data[i], lens[i]);
		add_chunk(d, i + 1, id, (int64_t)lens[i]);
	}
	for (i = 0; i < 2; i++) {
		add_bundle(d, bundles[i].blob, i * 3 + 1, 3);
		make_bundle(&bundles[i].plain, i * 3, false);
		bundles[i].opened = 0;
		bundles[i].missing = false;
	}
	d->home.index = dir;
	d->home.records = dir;
	d->box.home = &d->home;
	d->box.catalogue = d->c;
	d->y = bytes_new(&d->box, &d->e);
	assert_non_null(d->y);
	d->out = file_nameless(dir, &d->e);
	assert_true(d->out >= 0);
}

static void
desk_close(struct desk *d)
{
	bytes_free(d->y);
	catalogue_close(d->c);
	close(d->out);
}

/* "356": these chunks; B must be released. */
static struct bytes_of
of(struct buf *b, const char *chunks, int64_t limit)
{
	struct err e = ERR_INIT;
	struct runs_writer w;

	buf_init(b, 4096);
	runs_begin(&w, b);
	for (; *chunks; chunks++)
		assert_int_equal(runs_add(&w, *chunks - '0', &e), 0);
	assert_int_equal(runs_finish(&w, &e), 0);
	return (struct bytes_of){b->data, b->len, limit};
}

static int
want(struct desk *d, const char *chunks, int64_t limit)
{
	struct buf b;
	struct bytes_of f = of(&b, chunks, limit);
	int rc = bytes_want(d->y, &f, &d->e);

	buf_release(&b);
	return rc;
}

/* What CHUNKS give, as bytes_write() says; if they are there, their bytes. */
static int
write_one(struct desk *d, const char *chunks, int64_t limit)
{
	struct buf b;
	struct bytes_of f = of(&b, chunks, limit);
	int64_t size = -1, at = 0, n;
	uint8_t *got = malloc(LARGE);
	size_t len;
	int rc;

	assert_non_null(got);
	err_clear(&d->e);
	rc = bytes_write(d->y, &f, d->out, &size, &d->e);
	buf_release(&b);
	for (; rc == 0 && *chunks && at < limit; chunks++, at += n) {
		n = (int64_t)lens[*chunks - '1'];
		n = n < limit - at ? n : limit - at;
		assert_int_equal(file_pread(d->out, got, (size_t)n, at, &len,
		    "x", &d->e), 0);
		assert_int_equal(len, n);
		assert_memory_equal(got, data[*chunks - '1'], (size_t)n);
	}
	if (rc == 0) {
		assert_int_equal(size, at);
		assert_int_equal(lseek(d->out, 0, SEEK_END), at);
	}
	free(got);
	return rc;
}

static void
each_bundle_is_opened_once(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(want(&d, "123456", INT64_MAX), 0);
	assert_int_equal(want(&d, "26", INT64_MAX), 0);
	assert_int_equal(want(&d, "", INT64_MAX), 0);
	assert_int_equal(bytes_fetch(d.y, &d.e), 0);
	assert_int_equal(write_one(&d, "123456", INT64_MAX), 0);
	assert_int_equal(write_one(&d, "26", INT64_MAX), 0);
	assert_int_equal(write_one(&d, "6154", INT64_MAX), 0);
	assert_int_equal(write_one(&d, "1221", INT64_MAX), 0);
	assert_int_equal(write_one(&d, "56", (int64_t)LARGE - 5), 0);
	assert_int_equal(write_one(&d, "", INT64_MAX), 0);
	assert_int_equal(bundles[0].opened, 1);
	assert_int_equal(bundles[1].opened, 1);
	desk_close(&d);
}

/* Of what nobody announced, and of a beginning, no more than it needs. */
static void
only_what_it_needs(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(write_one(&d, "2456", 3000), 0);
	assert_int_equal(bundles[1].opened, 0);
	assert_int_equal(write_one(&d, "31", INT64_MAX), 0);
	assert_int_equal(bundles[0].opened, 2);
	assert_int_equal(write_one(&d, "45", INT64_MAX), 0);
	assert_int_equal(bundles[1].opened, 1);
	desk_close(&d);
}

static void
what_cannot_be_had(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	bundles[1].missing = true;
	assert_int_equal(want(&d, "16", INT64_MAX), 0);
	assert_int_equal(bytes_fetch(d.y, &d.e), 0);
	assert_int_equal(write_one(&d, "16", INT64_MAX), 1);
	assert_string_equal(d.e.what, "it is for others");
	assert_int_equal(write_one(&d, "1", INT64_MAX), 0);
	assert_int_equal(write_one(&d, "16", 10), 0);
	assert_int_equal(write_one(&d, "6", INT64_MAX), 1);
	assert_int_equal(bundles[1].opened, 1);
	desk_close(&d);
	/* A bundle that is not what the catalogue says of it. */
	desk_open(&d);
	make_bundle(&bundles[1].plain, 3, true);
	assert_int_equal(write_one(&d, "45", INT64_MAX), 0);
	assert_int_equal(write_one(&d, "6", INT64_MAX), 1);
	assert_int_equal(d.e.code, ERR_INTEGRITY);
	assert_int_equal(write_one(&d, "123", INT64_MAX), 0);
	desk_close(&d);
}

static void
a_catalogue_that_lacks_something(void **state)
{
	uint8_t id[32] = {1};
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(want(&d, "67", INT64_MAX), -1);
	assert_int_equal(d.e.code, ERR_FORMAT);
	desk_close(&d);
	desk_open(&d);
	add_chunk(&d, 7, id, 5);
	assert_int_equal(write_one(&d, "7", INT64_MAX), -1);
	assert_int_equal(d.e.code, ERR_FORMAT);
	desk_close(&d);
}

/* More than can be kept is not noted, but one alone is had all the same. */
static void
no_room(void **state)
{
	uint8_t id[32] = {1};
	struct desk d;

	(void)state;
	desk_open(&d);
	add_chunk(&d, 7, id, BYTES_KEPT_MAX / 2);
	add_chunk(&d, 8, id, BYTES_KEPT_MAX / 2);
	add_bundle(&d, "cc", 7, 2);
	assert_int_equal(want(&d, "1", INT64_MAX), 0);
	assert_int_equal(want(&d, "7", INT64_MAX), 0);
	assert_int_equal(want(&d, "8", INT64_MAX), 1);
	desk_close(&d);
}

static int
setup(void **state)
{
	uint64_t noise = 1;
	size_t i, k;

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	for (i = 0; i < NCHUNKS; i++) {
		data[i] = malloc(lens[i]);
		if (!data[i])
			return -1;
		for (k = 0; k < lens[i]; k++) {
			noise = noise * 6364136223846793005u + 1;
			data[i][k] = (uint8_t)(noise >> 56);
		}
	}
	return 0;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < NCHUNKS; i++)
		free(data[i]);
	for (i = 0; i < 2; i++)
		buf_release(&bundles[i].plain);
	return file_remove_tree(dir, &e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_bundle_is_opened_once),
		cmocka_unit_test(only_what_it_needs),
		cmocka_unit_test(what_cannot_be_had),
		cmocka_unit_test(a_catalogue_that_lacks_something),
		cmocka_unit_test(no_room),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
