/* tests/desk/opener_test.c - the boxed helper: what it opens and refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/proc.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "desk/opener.h"
#include "open/identity.h"
#include "seal/seal.h"

#include "base/banned.h"

#define LARGE (5 * 1024 * 1024 + 17)

static struct identities *ids;
static struct seal_recipient mine, other;
static struct buf key_file = BUF_INIT(IDENTITY_FILE_MAX);
static struct buf other_file = BUF_INIT(IDENTITY_FILE_MAX);
static uint8_t *plain;

static int
add(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

static void
seal_to(struct buf *out, const struct seal_recipient *r, size_t nr, size_t n)
{
	struct err e = ERR_INIT;
	struct seal *s = seal_new(r, nr, add, out, &e);

	assert_non_null(s);
	assert_int_equal(seal_write(s, plain, n, &e), 0);
	assert_int_equal(seal_finish(s, &e), 0);
	seal_free(s);
}

static int
setup(void **state)
{
	struct identities *second;
	struct err e = ERR_INIT;

	(void)state;
	proc_setup();
	if (crypto_setup(&e) < 0)
		return -1;
	plain = malloc(LARGE);
	ids = identities_new(&e);
	second = identities_new(&e);
	if (!plain || !ids || !second || identities_generate(ids, &e) < 0 ||
	    identities_generate(second, &e) < 0 ||
	    identities_save(ids, &key_file, "open sesame", 4, &e) < 0 ||
	    identities_save(second, &other_file, "open sesame", 4, &e) < 0)
		return -1;
	identities_recipient(ids, 0, &mine);
	identities_recipient(second, 0, &other);
	identities_free(second);
	secmem_random(plain, LARGE);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	identities_free(ids);
	buf_wipe(&key_file);
	buf_wipe(&other_file);
	free(plain);
	return 0;
}

static struct opener *
open_mine(void)
{
	struct err e = ERR_INIT;
	struct opener *op = opener_new(key_file.data, key_file.len,
	    "open sesame", &e);

	if (!op)
		print_error("%s\n", e.what);
	assert_non_null(op);
	return op;
}

static void
opens_all_sizes(void **state)
{
	static const size_t size[] = {0, 1, 65535, 65536, 65537, 131072,
	    LARGE};
	struct buf sealed = BUF_INIT(LARGE * 2), got = BUF_INIT(LARGE);
	struct opener *op = open_mine();
	struct seal_recipient who[2];
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	assert_int_equal(opener_recipients(op, who, 2), 1);
	assert_memory_equal(who[0].pk, mine.pk, 32);
	for (i = 0; i < sizeof(size) / sizeof(*size); i++) {
		buf_clear(&sealed);
		buf_clear(&got);
		seal_to(&sealed, &mine, 1, size[i]);
		assert_int_equal(opener_open(op, sealed.data, sealed.len,
		    NULL, 0, NULL, add, &got, &e), 0);
		assert_int_equal(got.len, size[i]);
		if (size[i] > 0)
			assert_memory_equal(got.data, plain, size[i]);
	}
	opener_free(op);
	buf_release(&sealed);
	buf_release(&got);
}

static void
says_whose_the_header_is(void **state)
{
	const struct seal_recipient both[2] = {mine, other};
	const struct seal_recipient turned[2] = {other, mine};
	struct buf sealed = BUF_INIT(LARGE), got = BUF_INIT(LARGE);
	struct opener *op = open_mine();
	struct err e = ERR_INIT;
	int ok = -1;

	(void)state;
	seal_to(&sealed, both, 2, 100000);
	assert_int_equal(opener_open(op, sealed.data, sealed.len, both, 2,
	    &ok, add, &got, &e), 0);
	assert_int_equal(ok, 1);
	buf_clear(&got);
	assert_int_equal(opener_open(op, sealed.data, sealed.len, turned, 2,
	    &ok, add, &got, &e), 0);
	assert_int_equal(ok, 0);
	buf_clear(&got);
	assert_int_equal(opener_open(op, sealed.data, sealed.len, both, 1,
	    &ok, add, &got, &e), 0);
	assert_int_equal(ok, 0);
	assert_memory_equal(got.data, plain, 100000);
	opener_free(op);
	buf_release(&sealed);
	buf_release(&got);
}

static int
refuse(void *arg, const void *data, size_t n, struct err *e)
{
	(void)arg;
	(void)data;
	(void)n;
	return err_set(e, ERR_SPACE, "no room");
}

static void
goes_on_after_each_refusal(void **state)
{
	struct buf sealed = BUF_INIT(LARGE * 2), got = BUF_INIT(LARGE);
	struct buf foreign = BUF_INIT(LARGE);
	struct opener *op = open_mine();
	struct err e = ERR_INIT;
	size_t n;

	(void)state;
	seal_to(&sealed, &mine, 1, LARGE);
	seal_to(&foreign, &other, 1, 1000);
	assert_int_equal(opener_open(op, foreign.data, foreign.len, NULL, 0,
	    NULL, add, &got, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	assert_int_equal(got.len, 0);
	err_clear(&e);
	assert_int_equal(opener_open(op, plain, LARGE, NULL, 0, NULL, add,
	    &got, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(opener_open(op, "", 0, NULL, 0, NULL, add, &got,
	    &e), -1);
	/* cut and changed files give a true beginning, then an error */
	err_clear(&e);
	assert_int_equal(opener_open(op, sealed.data, sealed.len - 1, NULL, 0,
	    NULL, add, &got, &e), -1);
	assert_int_not_equal(e.code, ERR_NONE);
	assert_true(got.len > 0 && got.len < LARGE);
	assert_memory_equal(got.data, plain, got.len);
	n = sealed.len / 2;
	sealed.data[n] ^= 1;
	buf_clear(&got);
	assert_int_equal(opener_open(op, sealed.data, sealed.len, NULL, 0,
	    NULL, add, &got, &e), -1);
	assert_true(got.len < n);
	assert_memory_equal(got.data, plain, got.len);
	sealed.data[n] ^= 1;
	/* a sink that refuses: its own error, and the next answer is whole */
	err_clear(&e);
	assert_int_equal(opener_open(op, sealed.data, sealed.len, NULL, 0,
	    NULL, refuse, NULL, &e), -1);
	assert_int_equal(e.code, ERR_SPACE);
	buf_clear(&got);
	assert_int_equal(opener_open(op, sealed.data, sealed.len, NULL, 0,
	    NULL, add, &got, &e), 0);
	assert_int_equal(got.len, LARGE);
	assert_memory_equal(got.data, plain, LARGE);
	opener_free(op);
	buf_release(&sealed);
	buf_release(&foreign);
	buf_release(&got);
}

static void
refuses_identities(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_null(opener_new(key_file.data, key_file.len, "wrong", &e));
	assert_int_equal(e.code, ERR_CRYPTO);
	assert_true(e.hint[0] != '\0');
	err_clear(&e);
	assert_null(opener_new(key_file.data, key_file.len, NULL, &e));
	assert_int_not_equal(e.code, ERR_NONE);
	err_clear(&e);
	assert_null(opener_new("nonsense\n", 9, NULL, &e));
	assert_int_equal(e.code, ERR_FORMAT);
	opener_free(NULL);
}

static void
opens_passphrase_files(void **state)
{
	struct buf got = BUF_INIT(IDENTITY_FILE_MAX);
	struct opener *op;
	struct err e = ERR_INIT;

	(void)state;
	op = opener_new_pass("open sesame", &e);
	assert_non_null(op);
	assert_int_equal(opener_open(op, key_file.data, key_file.len, NULL, 0,
	    NULL, add, &got, &e), 0);
	assert_non_null(strstr(buf_str(&got), "AGE-SECRET-KEY-1"));
	opener_free(op);
	op = opener_new_pass("wrong", &e);
	assert_non_null(op);
	assert_int_equal(opener_open(op, key_file.data, key_file.len, NULL, 0,
	    NULL, add, &got, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	opener_free(op);
	buf_wipe(&got);
}

/* In place, in each room, and as refused as over the socket. */
static void
opens_in_rooms(void **state)
{
	const size_t sizes[] = {0, 1, 65536, 65537, LARGE};
	struct seal_recipient both[2] = {mine, other};
	struct opener *op = open_mine();
	struct err e = ERR_INIT;
	size_t i, len;
	int as_wanted;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct buf f = BUF_INIT(2 * LARGE);
		uint8_t *room = opener_room(op, i % OPENER_ROOMS);

		seal_to(&f, both, 2, sizes[i]);
		memcpy(room, f.data, f.len);
		assert_int_equal(opener_open_room(op, i % OPENER_ROOMS, f.len,
		    both, 2, &as_wanted, &len, &e), 0);
		assert_int_equal(len, sizes[i]);
		assert_memory_equal(room, plain, len);
		assert_true(as_wanted);
		memcpy(room, f.data, f.len);
		room[f.len - 1] ^= 1;
		assert_int_equal(opener_open_room(op, i % OPENER_ROOMS, f.len,
		    NULL, 0, NULL, &len, &e), -1);
		assert_int_equal(e.code, ERR_INTEGRITY);
		err_clear(&e);
		buf_release(&f);
	}
	assert_int_equal(opener_open_room(op, 0, 0, NULL, 0, NULL, &len, &e),
	    -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(opener_open_room(op, 0, OPENER_ROOM_LEN + 1, NULL, 0,
	    NULL, &len, &e), -1);
	opener_free(op);
}

/* A file that is read in uneven pieces, and fails behind BREAKS bytes. */
struct reading {
	const uint8_t *data;
	size_t n, breaks, asked;
};

static int
read_some(void *arg, void *data, size_t max, size_t *n, struct err *e)
{
	struct reading *r = arg;

	r->asked++;
	if (r->breaks == 0)
		return err_set(e, ERR_IO, "it broke");
	*n = 1 + (r->asked * 7919) % max;
	if (*n > r->n)
		*n = r->n;
	if (*n > r->breaks)
		*n = r->breaks;
	memcpy(data, r->data, *n);
	r->data += *n;
	r->n -= *n;
	r->breaks -= *n;
	return 0;
}

static void
opens_streams(void **state)
{
	static const size_t size[] = {0, 1, 65535, 65536, 65537, 131072,
	    LARGE};
	struct buf sealed = BUF_INIT(LARGE * 2), got = BUF_INIT(LARGE);
	struct opener *op = open_mine();
	struct err e = ERR_INIT;
	struct reading r;
	size_t i, asked;

	(void)state;
	for (i = 0; i < sizeof(size) / sizeof(*size); i++) {
		buf_clear(&sealed);
		buf_clear(&got);
		seal_to(&sealed, &mine, 1, size[i]);
		r = (struct reading){sealed.data, sealed.len, SIZE_MAX, 0};
		assert_int_equal(opener_open_stream(op, read_some, &r, add,
		    &got, &e), 0);
		assert_int_equal(got.len, size[i]);
		if (size[i] > 0)
			assert_memory_equal(got.data, plain, size[i]);
	}
	/* changed early: the rest is not even read */
	asked = r.asked;
	sealed.data[300000] ^= 1;
	buf_clear(&got);
	r = (struct reading){sealed.data, sealed.len, SIZE_MAX, 0};
	assert_int_equal(opener_open_stream(op, read_some, &r, add, &got,
	    &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_int_equal(got.len, 4 * 65536);
	assert_memory_equal(got.data, plain, got.len);
	assert_true(r.asked < asked);
	sealed.data[300000] ^= 1;
	/* cut; a sink that refuses; a source that breaks; then a whole one */
	err_clear(&e);
	buf_clear(&got);
	r = (struct reading){sealed.data, sealed.len - 1, SIZE_MAX, 0};
	assert_int_equal(opener_open_stream(op, read_some, &r, add, &got,
	    &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_int_equal(got.len, LARGE - LARGE % 65536);
	err_clear(&e);
	r = (struct reading){sealed.data, sealed.len, SIZE_MAX, 0};
	assert_int_equal(opener_open_stream(op, read_some, &r, refuse, NULL,
	    &e), -1);
	assert_int_equal(e.code, ERR_SPACE);
	assert_true(r.asked < asked);
	err_clear(&e);
	buf_clear(&got);
	r = (struct reading){sealed.data, sealed.len, LARGE / 2, 0};
	assert_int_equal(opener_open_stream(op, read_some, &r, add, &got,
	    &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_true(got.len > 0 && got.len < LARGE);
	assert_memory_equal(got.data, plain, got.len);
	err_clear(&e);
	buf_clear(&got);
	assert_int_equal(opener_open(op, sealed.data, sealed.len, NULL, 0,
	    NULL, add, &got, &e), 0);
	assert_int_equal(got.len, LARGE);
	opener_free(op);
	buf_release(&sealed);
	buf_release(&got);
}

/* --- Headers beside a file's own. */

struct beside {
	uint8_t sum[32];	/* of the file they are for */
	struct buf headers;
	size_t asked;
};

static int
find(void *arg, const uint8_t sha256[static 32], struct buf *out,
	struct err *e)
{
	struct beside *b = arg;

	b->asked++;
	return memcmp(b->sum, sha256, 32) != 0 ? 0 :
	    buf_add(out, b->headers.data, b->headers.len, e);
}

/* A file to the other, and the header that its reader makes for us. */
static void
make_beside(struct beside *b, const struct buf *foreign)
{
	struct opener *theirs;
	struct err e = ERR_INIT;

	theirs = opener_new(other_file.data, other_file.len, "open sesame",
	    &e);
	assert_non_null(theirs);
	b->asked = 0;
	buf_clear(&b->headers);
	hash_sha256(b->sum, foreign->data, foreign->len);
	assert_int_equal(opener_rehead(theirs, foreign->data, foreign->len,
	    &mine, 1, &b->headers, &e), 0);
	assert_true(b->headers.len > 100);
	opener_free(theirs);
}

static void
opens_by_other_headers(void **state)
{
	struct buf foreign = BUF_INIT(LARGE * 2), got = BUF_INIT(LARGE);
	struct buf again = BUF_INIT(LARGE);
	struct beside b = {.headers = BUF_INIT(OPENER_OTHERS_MAX)};
	struct opener *op = open_mine();
	struct err e = ERR_INIT;
	size_t len = 0;
	int ok = 0;

	(void)state;
	seal_to(&foreign, &other, 1, 200000);
	make_beside(&b, &foreign);
	/* nobody to ask */
	assert_int_equal(opener_open(op, foreign.data, foreign.len, NULL, 0,
	    NULL, add, &got, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	err_clear(&e);
	opener_others(op, find, &b);
	/* readers are judged by the file's own header */
	assert_int_equal(opener_open(op, foreign.data, foreign.len, &other, 1,
	    &ok, add, &got, &e), 0);
	assert_int_equal(ok, 1);
	assert_int_equal(got.len, 200000);
	assert_memory_equal(got.data, plain, 200000);
	assert_int_equal(b.asked, 1);
	memcpy(opener_room(op, 1), foreign.data, foreign.len);
	assert_int_equal(opener_open_room(op, 1, foreign.len, &mine, 1, &ok,
	    &len, &e), 0);
	assert_int_equal(ok, 0);
	assert_int_equal(len, 200000);
	assert_memory_equal(opener_room(op, 1), plain, 200000);
	/* a chain: a header made through a header */
	assert_int_equal(opener_rehead(op, foreign.data, foreign.len, &mine,
	    1, &again, &e), 0);
	assert_int_equal(again.len, b.headers.len);
	assert_memory_equal(again.data, b.headers.data, again.len);
	opener_free(op);
	buf_release(&foreign);
	buf_release(&again);
	buf_release(&got);
	buf_release(&b.headers);
}

static void
refuses_headers_of_others(void **state)
{
	struct buf foreign = BUF_INIT(LARGE), second = BUF_INIT(LARGE);
	struct buf good = BUF_INIT(LARGE), got = BUF_INIT(LARGE);
	struct beside b = {.headers = BUF_INIT(OPENER_OTHERS_MAX)};
	struct opener *op = open_mine();
	struct err e = ERR_INIT;

	(void)state;
	seal_to(&foreign, &other, 1, 5000);
	seal_to(&second, &other, 1, 5000);
	make_beside(&b, &foreign);
	assert_int_equal(buf_add(&good, b.headers.data, b.headers.len, &e),
	    0);
	/* one of another file, under this file's name */
	make_beside(&b, &second);
	hash_sha256(b.sum, foreign.data, foreign.len);
	opener_others(op, find, &b);
	assert_int_equal(opener_open(op, foreign.data, foreign.len, NULL, 0,
	    NULL, add, &got, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	assert_int_equal(got.len, 0);
	/* the right one behind it */
	err_clear(&e);
	assert_int_equal(buf_add(&b.headers, good.data, good.len, &e), 0);
	assert_int_equal(opener_open(op, foreign.data, foreign.len, NULL, 0,
	    NULL, add, &got, &e), 0);
	assert_int_equal(got.len, 5000);
	/* rubbish, and a cut one */
	buf_clear(&b.headers);
	assert_int_equal(buf_add(&b.headers, plain, 5000, &e), 0);
	assert_int_equal(opener_open(op, foreign.data, foreign.len, NULL, 0,
	    NULL, add, &got, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	buf_clear(&b.headers);
	err_clear(&e);
	assert_int_equal(buf_add(&b.headers, good.data, good.len - 1, &e), 0);
	assert_int_equal(opener_open(op, foreign.data, foreign.len, NULL, 0,
	    NULL, add, &got, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	/* a header of the file that was changed: the key no longer fits it */
	err_clear(&e);
	buf_clear(&b.headers);
	assert_int_equal(buf_add(&b.headers, good.data, good.len, &e), 0);
	foreign.data[60] = foreign.data[60] == 'A' ? 'B' : 'A';
	hash_sha256(b.sum, foreign.data, foreign.len);
	assert_int_equal(opener_open(op, foreign.data, foreign.len, NULL, 0,
	    NULL, add, &got, &e), -1);
	/* no reader, no header for others */
	err_clear(&e);
	opener_others(op, NULL, NULL);
	buf_clear(&got);
	assert_int_equal(opener_rehead(op, second.data, second.len, &mine, 1,
	    &got, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	assert_int_equal(got.len, 0);
	/* and it goes on */
	err_clear(&e);
	buf_clear(&second);
	seal_to(&second, &mine, 1, 100);
	assert_int_equal(opener_open(op, second.data, second.len, NULL, 0,
	    NULL, add, &got, &e), 0);
	opener_free(op);
	buf_release(&foreign);
	buf_release(&second);
	buf_release(&good);
	buf_release(&got);
	buf_release(&b.headers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_all_sizes),
		cmocka_unit_test(says_whose_the_header_is),
		cmocka_unit_test(goes_on_after_each_refusal),
		cmocka_unit_test(refuses_identities),
		cmocka_unit_test(opens_in_rooms),
		cmocka_unit_test(opens_passphrase_files),
		cmocka_unit_test(opens_streams),
		cmocka_unit_test(opens_by_other_headers),
		cmocka_unit_test(refuses_headers_of_others),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
