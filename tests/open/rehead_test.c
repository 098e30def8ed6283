/* open/rehead: new readers for old files, judged by stock age too. */
#include "open/rehead.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "crypto/bech32.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "open/age_open.h"
#include "open/slip39.h"

#include "base/banned.h"

#define BIG (2 * 65536 + 777)

static char dir[] = "/tmp/liudi-rehead-XXXXXX";
static uint8_t *plain;			/* BIG bytes */
static struct identities *old_ids, *new_ids, *third_ids;
static struct seal_recipient old_r, new_r, third_r;

static int
to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

static struct identities *
generated(struct seal_recipient *r)
{
	struct err e = ERR_INIT;
	struct identities *ids = identities_new(&e);

	assert_non_null(ids);
	assert_int_equal(identities_generate(ids, &e), 0);
	identities_recipient(ids, 0, r);
	return ids;
}

static void
seal_to(const struct seal_recipient *r, size_t n, size_t len,
	struct buf *file)
{
	struct err e = ERR_INIT;
	struct seal *s = seal_new(r, n, to_buf, file, &e);

	assert_non_null(s);
	assert_int_equal(seal_write(s, plain, len, &e), 0);
	assert_int_equal(seal_finish(s, &e), 0);
	seal_free(s);
}

/* FILE with another header. */
static void
swapped(struct buf *out, const struct buf *file,
	const struct identities *ids, const struct seal_recipient *r, size_t n)
{
	struct err e = ERR_INIT;
	size_t old_len = 0;

	assert_int_equal(age_rehead(out, &old_len, file->data, file->len, ids,
	    r, n, &e), 0);
	assert_true(old_len > 100 && old_len < file->len);
	assert_memory_equal(file->data + old_len - 1, "\n", 1);
	assert_int_equal(buf_add(out, file->data + old_len,
	    file->len - old_len, &e), 0);
}

static void
assert_opens(const struct identities *ids, const struct buf *file, size_t n)
{
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(BIG);

	assert_int_equal(age_open_buf(ids, file->data, file->len, &out, &e),
	    0);
	assert_int_equal(out.len, n);
	if (n > 0)
		assert_memory_equal(out.data, plain, n);
	buf_release(&out);
}

static void
assert_no_match(const struct identities *ids, const struct buf *file)
{
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(BIG);

	assert_int_equal(age_open_buf(ids, file->data, file->len, &out, &e),
	    -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	buf_release(&out);
}

static void
new_readers(void **state)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, BIG};
	struct seal_recipient r[2] = {new_r, third_r};
	struct buf file = BUF_INIT(2 * BIG), other = BUF_INIT(2 * BIG);
	struct buf back = BUF_INIT(2 * BIG);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		buf_clear(&file);
		buf_clear(&other);
		buf_clear(&back);
		seal_to(&old_r, 1, sizes[i], &file);
		swapped(&other, &file, old_ids, r, 2);
		assert_opens(new_ids, &other, sizes[i]);
		assert_opens(third_ids, &other, sizes[i]);
		assert_no_match(old_ids, &other);
		/* And back: the ephemeral secret follows from the key. */
		swapped(&back, &other, third_ids, &old_r, 1);
		assert_int_equal(back.len, file.len);
		assert_memory_equal(back.data, file.data, file.len);
	}
	buf_release(&file);
	buf_release(&other);
	buf_release(&back);
}

/* Whoever opens the new file sees for whom it is. */
static void
header_is_recomputed(void **state)
{
	struct seal_recipient r[2] = {new_r, third_r}, turned[2];
	struct buf file = BUF_INIT(2 * BIG), other = BUF_INIT(2 * BIG);
	struct buf out = BUF_INIT(BIG);
	struct err e = ERR_INIT;
	struct age_open *a;

	(void)state;
	turned[0] = third_r;
	turned[1] = new_r;
	seal_to(&old_r, 1, 10, &file);
	swapped(&other, &file, old_ids, r, 2);
	a = age_open_new(new_ids, NULL, to_buf, &out, &e);
	assert_int_equal(age_open_feed(a, other.data, other.len, &e), 0);
	assert_true(age_open_header_is(other.data, other.len, age_open_key(a),
	    r, 2));
	assert_false(age_open_header_is(other.data, other.len,
	    age_open_key(a), turned, 2));
	assert_false(age_open_header_is(other.data, other.len,
	    age_open_key(a), r, 1));
	age_open_free(a);
	buf_release(&file);
	buf_release(&other);
	buf_release(&out);
}

static char *
save(const char *name, const void *data, size_t n)
{
	struct err e = ERR_INIT;
	char *path = path_join(dir, name);

	assert_int_equal(file_save(path, data, n, 0600, &e), 0);
	return path;
}

/* The identity file of IDS, in the clear. */
static char *
save_identity(const char *name, const struct identities *ids)
{
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(256);
	char *path;
	size_t i;

	assert_int_equal(bech32_encode(&text, "age-secret-key-",
	    identities_secret(ids, 0), 32, &e), 0);
	for (i = 0; i < text.len; i++)
		if (text.data[i] >= 'a' && text.data[i] <= 'z')
			text.data[i] -= 'a' - 'A';
	path = save(name, text.data, text.len);
	buf_release(&text);
	return path;
}

/*
 * A file that stock age made, the new header by us, the swap by cat and tail
 * as docs/FORMAT.md says, and stock age to open it.
 */
static void
stock_tools(void **state)
{
	struct err e = ERR_INIT;
	struct buf to = BUF_INIT(256), file = BUF_INIT(2 * BIG);
	struct buf head = BUF_INIT(65536), out = BUF_INIT(2 * BIG);
	struct seal_recipient r[2] = {third_r, new_r};
	const char *seal[] = {"age", "-r", NULL, NULL};
	const char *open[] = {"sh", "-c", "{ cat \"$1\"; tail -c +\"$2\" "
	    "\"$3\"; } | age -d -i \"$4\"", "sh", NULL, NULL, NULL, NULL,
	    NULL};
	char at[32], *paths[3];
	size_t old_len, i;

	(void)state;
	assert_int_equal(seal_recipient_text(&old_r, &to, &e), 0);
	seal[2] = buf_str(&to);
	assert_int_equal(proc_run(seal, NULL, plain, BIG, &file, NULL, 30000,
	    &e), 0);
	assert_int_equal(age_rehead(&head, &old_len, file.data, file.len,
	    old_ids, r, 2, &e), 0);
	(void)snprintf(at, sizeof(at), "%zu", old_len + 1);
	open[4] = paths[0] = save("head", head.data, head.len);
	open[5] = at;
	open[6] = paths[1] = save("file", file.data, file.len);
	open[7] = paths[2] = save_identity("identity", new_ids);
	assert_int_equal(proc_run(open, NULL, NULL, 0, &out, NULL, 30000, &e),
	    0);
	assert_int_equal(out.len, BIG);
	assert_memory_equal(out.data, plain, BIG);
	for (i = 0; i < 3; i++) {
		assert_int_equal(unlink(paths[i]), 0);
		free(paths[i]);
	}
	buf_release(&to);
	buf_release(&file);
	buf_release(&head);
	buf_release(&out);
}

/* As much as the header suffices, from any number of recipients. */
static void
header_alone(void **state)
{
	struct err e = ERR_INIT;
	struct seal_recipient many[SEAL_MAX_RECIPIENTS];
	struct buf file = BUF_INIT(2 * BIG), a = BUF_INIT(65536);
	struct buf b = BUF_INIT(65536);
	size_t n, whole, len, i;

	(void)state;
	for (n = 1; n <= SEAL_MAX_RECIPIENTS; n += 31) {
		for (i = 0; i < n; i++)
			many[i] = i + 1 < n ? new_r : old_r;
		buf_clear(&file);
		buf_clear(&a);
		seal_to(many, n, BIG, &file);
		assert_int_equal(age_rehead(&a, &whole, file.data, file.len,
		    old_ids, &third_r, 1, &e), 0);
		/* The payload is not looked at. */
		buf_clear(&b);
		memset(file.data + whole, 0, file.len - whole);
		assert_int_equal(age_rehead(&b, &i, file.data, file.len,
		    old_ids, &third_r, 1, &e), 0);
		assert_int_equal(i, whole);
		assert_int_equal(b.len, a.len);
		assert_memory_equal(b.data, a.data, a.len);
		for (len = 0; len <= whole; len++) {
			buf_clear(&b);
			assert_int_equal(buf_adds(&b, "kept", &e), 0);
			i = 77;
			if (age_rehead(&b, &i, file.data, len, old_ids,
			    &third_r, 1, &e) == 0) {
				assert_int_equal(len, whole);
				assert_int_equal(i, whole);
				assert_int_equal(b.len, 4 + a.len);
				assert_memory_equal(b.data + 4, a.data, a.len);
				continue;
			}
			assert_true(len < whole);
			assert_true(e.code == ERR_INTEGRITY ||
			    e.code == ERR_FORMAT);
			assert_int_equal(b.len, 4);
			assert_int_equal(i, 77);
		}
	}
	buf_release(&file);
	buf_release(&a);
	buf_release(&b);
}

static void
refused(const void *data, size_t len, const struct identities *ids, size_t n,
	enum err_code code)
{
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(65536);
	struct seal_recipient r[SEAL_MAX_RECIPIENTS + 1];
	size_t old_len = 77, i;

	for (i = 0; i < SEAL_MAX_RECIPIENTS + 1; i++)
		r[i] = third_r;
	assert_int_equal(age_rehead(&out, &old_len, data, len, ids, r, n, &e),
	    -1);
	assert_int_equal(e.code, code);
	assert_int_equal(old_len, 77);
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

static void
hostile(void **state)
{
	static const char other[] = "age-encryption.org/v2\n-> X25519 a\n";
	struct err e = ERR_INIT;
	struct buf file = BUF_INIT(2 * BIG), sealed = BUF_INIT(65536);
	uint8_t *mac;

	(void)state;
	seal_to(&old_r, 1, 100, &file);
	refused(file.data, file.len, new_ids, 1, ERR_CRYPTO);
	refused(file.data, file.len, NULL, 1, ERR_CRYPTO);
	refused(file.data, file.len, old_ids, 0, ERR_FORMAT);
	refused(file.data, file.len, old_ids, SEAL_MAX_RECIPIENTS + 1,
	    ERR_FORMAT);
	refused(other, sizeof(other) - 1, old_ids, 1, ERR_FORMAT);
	refused("-----BEGIN AGE ENCRYPTED FILE-----\n", 35, old_ids, 1,
	    ERR_FORMAT);
	refused("hello", 5, old_ids, 1, ERR_FORMAT);
	mac = memmem(file.data, file.len, "--- ", 4);
	assert_non_null(mac);
	mac[4] = mac[4] == 'A' ? 'B' : 'A';
	refused(file.data, file.len, old_ids, 1, ERR_INTEGRITY);
	/* Under a passphrase: nobody's to re-head. */
	assert_int_equal(identities_save(old_ids, &sealed, "pass", 1, &e), 0);
	refused(sealed.data, sealed.len, old_ids, 1, ERR_CRYPTO);
	buf_release(&file);
	buf_release(&sealed);
}

/*
 * The key of the one who could read is gone: two of the owner's three shares
 * make the key that gives the files to somebody else.
 */
static void
drill(void **state)
{
	struct err e = ERR_INIT;
	struct slip39_plan plan;
	struct slip39_set *set;
	struct slip39 *shares = slip39_new(&e);
	struct seal_recipient owner_r, again_r, r[2];
	struct identities *owner = generated(&owner_r), *again;
	struct buf file = BUF_INIT(2 * BIG), other = BUF_INIT(2 * BIG);
	uint8_t *secret;
	size_t i, len;

	(void)state;
	r[0] = third_r;
	r[1] = owner_r;
	seal_to(r, 2, BIG, &file);
	slip39_plan_simple(&plan, 2, 3);
	set = slip39_split(&plan, identities_secret(owner, 0), 32, NULL, &e);
	assert_non_null(set);
	identities_free(owner);
	for (i = 0; i < 3; i += 2)
		assert_int_equal(slip39_add(shares, slip39_set_text(set, i),
		    strlen(slip39_set_text(set, i)), &e), 0);
	secret = slip39_combine(shares, NULL, &len, &e);
	assert_non_null(secret);
	assert_int_equal(len, 32);
	again = identities_new(&e);
	assert_non_null(again);
	assert_int_equal(identities_add_secret(again, secret, &e), 0);
	identities_recipient(again, 0, &again_r);
	assert_memory_equal(again_r.pk, owner_r.pk, sizeof(owner_r.pk));
	r[0] = new_r;
	swapped(&other, &file, again, r, 2);
	assert_opens(new_ids, &other, BIG);
	assert_opens(again, &other, BIG);
	assert_no_match(third_ids, &other);
	secmem_free(secret);
	identities_free(again);
	slip39_free(shares);
	slip39_set_free(set);
	buf_release(&file);
	buf_release(&other);
}

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	plain = malloc(BIG);
	if (!plain || crypto_setup(&e) < 0 || !mkdtemp(dir))
		return -1;
	secmem_random(plain, BIG);
	old_ids = generated(&old_r);
	new_ids = generated(&new_r);
	third_ids = generated(&third_r);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	identities_free(old_ids);
	identities_free(new_ids);
	identities_free(third_ids);
	free(plain);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_readers),
		cmocka_unit_test(header_is_recomputed),
		cmocka_unit_test(stock_tools),
		cmocka_unit_test(header_alone),
		cmocka_unit_test(hostile),
		cmocka_unit_test(drill),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
