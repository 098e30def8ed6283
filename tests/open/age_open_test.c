/* open/age_open: the vectors of C2SP/CCTV, stock age, and hostile files. */
#include "open/age_open.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <zlib.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define BIG (5 * 65536 + 4321)
#define OUT_MAX (32 * 1024 * 1024)
#define ARMOR_HEAD "-----BEGIN AGE ENCRYPTED FILE-----\n"
#define ARMOR_TAIL "-----END AGE ENCRYPTED FILE-----\n"

static char dir[] = "/tmp/liudi-open-XXXXXX";
static uint8_t *plain;			/* BIG bytes */
static struct identities *mine;		/* one identity */
static struct seal_recipient me;

static int
to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

/* Open in pieces of STEP bytes. */
static enum age_result
open_in_steps(const struct identities *ids, const char *pass,
	const uint8_t *data, size_t n, size_t step, struct buf *out,
	struct err *e)
{
	struct age_open *a = age_open_new(ids, pass, to_buf, out, e);
	enum age_result r;
	size_t off, m;
	int rc = 0;

	assert_non_null(a);
	assert_null(age_open_key(a));
	for (off = 0; off < n && rc == 0; off += m) {
		m = n - off < step ? n - off : step;
		rc = age_open_feed(a, data + off, m, e);
	}
	if (rc == 0)
		rc = age_open_finish(a, e);
	r = age_open_result(a);
	assert_int_equal(rc == 0, r == AGE_OK);
	if (rc == 0) {
		assert_non_null(age_open_key(a));
		assert_int_equal(age_open_feed(a, data, 1, e), -1);
	}
	assert_int_equal(age_open_finish(a, e), -1);
	age_open_free(a);
	return r;
}

/* --- vectors --- */

struct vector {
	const char *expect;
	char *payload;		/* hex SHA-256, or NULL */
	char *key;		/* hex, or NULL */
	char *pass;
	bool unknown;		/* a header key not known here */
	bool compressed;
	struct identities *ids;
};

static const struct {
	const char *name;
	enum age_result result;
} outcomes[] = {
	{"success", AGE_OK}, {"no match", AGE_NO_MATCH},
	{"HMAC failure", AGE_HMAC}, {"header failure", AGE_HEADER},
	{"armor failure", AGE_ARMOR}, {"payload failure", AGE_PAYLOAD},
};

static void
take_line(struct vector *v, char *line)
{
	struct err e = ERR_INIT;
	char *value = strstr(line, ": ");

	if (!value) {
		v->unknown = true;
		return;
	}
	*value = '\0';
	value += 2;
	if (str_eq(line, "expect"))
		v->expect = value;
	else if (str_eq(line, "payload"))
		v->payload = value;
	else if (str_eq(line, "file key"))
		v->key = value;
	else if (str_eq(line, "passphrase"))
		v->pass = value;
	else if (str_eq(line, "compressed"))
		v->compressed = str_eq(value, "zlib");
	else if (str_eq(line, "identity"))
		v->unknown |= identities_add(v->ids, value, strlen(value),
		    &e) < 0;
	else if (!str_eq(line, "comment") && !str_eq(line, "armored"))
		v->unknown = true;
}

static void
inflate_to(struct buf *out, const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;
	uLongf len = OUT_MAX;

	assert_int_equal(buf_reserve(out, OUT_MAX, &e), 0);
	assert_int_equal(uncompress(out->data, &len, data, n), Z_OK);
	out->len = len;
}

static bool
check_outcome(const char *name, const struct vector *v, const uint8_t *data,
	size_t n, size_t step)
{
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(OUT_MAX);
	uint8_t sum[HASH_LEN];
	char hex[2 * HASH_LEN + 1];
	enum age_result got;
	bool ok = false;
	size_t i;

	got = open_in_steps(v->ids, v->pass, data, n, step, &out, &e);
	for (i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (str_eq(v->expect, outcomes[i].name))
			ok = outcomes[i].result == got;
	hash_sha256(sum, out.data ? out.data : (const uint8_t *)"", out.len);
	str_hex(hex, sum, sizeof(sum));
	if (v->payload && !str_eq(v->payload, hex))
		ok = false;
	if (!ok)
		print_message("%s, step %zu: expected %s, got %d (%s), "
		    "%zu bytes\n", name, step, v->expect, got, e.what,
		    out.len);
	buf_release(&out);
	return ok;
}

/* 1 as expected, 0 not, -1 skipped. */
static int
run_vector(const char *path, const char *name)
{
	static const size_t steps[] = {SIZE_MAX, 1, 65552, 4099};
	struct err e = ERR_INIT;
	struct buf file = BUF_INIT(OUT_MAX), raw = BUF_INIT(OUT_MAX);
	struct vector v = {.ids = identities_new(&e)};
	char *p, *lf;
	size_t i;
	int rc = 1;

	assert_non_null(v.ids);
	assert_int_equal(file_load(path, &file, &e), 0);
	for (p = (char *)file.data; (lf = strchr(p, '\n')) != p; p = lf + 1) {
		assert_non_null(lf);
		*lf = '\0';
		take_line(&v, p);
	}
	p++;
	buf_drop(&file, 0);
	if (v.compressed)
		inflate_to(&raw, (uint8_t *)p,
		    file.len - (size_t)(p - (char *)file.data));
	else
		assert_int_equal(buf_add(&raw, p, file.len -
		    (size_t)(p - (char *)file.data), &e), 0);
	if (v.unknown || !v.expect)
		rc = -1;
	for (i = 0; rc > 0 && i < (v.pass ? 1 : 4); i++)
		rc = check_outcome(name, &v, raw.data, raw.len, steps[i]);
	identities_free(v.ids);
	buf_release(&file);
	buf_release(&raw);
	return rc;
}

struct tally {
	const char *dir;
	int good, bad, skipped;
};

static int
count_vector(const char *name, void *arg, struct err *e)
{
	struct tally *t = arg;
	char *path = path_join(t->dir, name);
	int rc = run_vector(path, name);

	(void)e;
	t->good += rc > 0;
	t->bad += rc == 0;
	t->skipped += rc < 0;
	free(path);
	return 0;
}

static void
vectors(void **state)
{
	struct err e = ERR_INIT;
	struct tally t = {0};
	const char *shared = getenv("LIUDI_SHARED");
	char *path = path_join(shared ? shared : LIUDI_SOURCE_DIR "/../shared",
	    "vectors/age");

	(void)state;
	if (!file_is_dir(path)) {
		print_message("skipped: no '%s'\n", path);
		free(path);
		skip();
	}
	t.dir = path;
	assert_int_equal(file_each(path, count_vector, &t, &e), 0);
	print_message("%d as expected, %d not, %d skipped\n", t.good, t.bad,
	    t.skipped);
	assert_int_equal(t.bad, 0);
	assert_true(t.good > 0);
	free(path);
}

/* --- stock age --- */

static void
age_seals_we_open(void **state)
{
	static const size_t sizes[] = {
		0, 1, 65535, 65536, 65537, 131071, 131072, 131073, BIG
	};
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(256), file = BUF_INIT(2 * BIG);
	struct buf out = BUF_INIT(BIG);
	const char *argv[] = {"age", "-r", NULL, "-r", "age1zvkyg2lqzraa2lnj"
		"vqej32nkuu0ues2s82hzrye869xeexvn73equnujwj", NULL, NULL};
	size_t i, step;

	(void)state;
	assert_int_equal(seal_recipient_text(&me, &text, &e), 0);
	argv[2] = buf_str(&text);
	for (i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		argv[5] = i % 2 ? "-a" : NULL;	/* armoured too */
		buf_clear(&file);
		assert_int_equal(proc_run(argv, NULL, plain, sizes[i / 2],
		    &file, NULL, 30000, &e), 0);
		for (step = 1; step <= BIG; step = step * 17 + 3) {
			buf_clear(&out);
			assert_int_equal(open_in_steps(mine, NULL, file.data,
			    file.len, step, &out, &e), AGE_OK);
			assert_int_equal(out.len, sizes[i / 2]);
			if (out.len > 0)
				assert_memory_equal(out.data, plain, out.len);
		}
	}
	buf_release(&text);
	buf_release(&file);
	buf_release(&out);
}

/* --- our own files --- */

static void
seal_to_me(size_t n, struct buf *file)
{
	struct err e = ERR_INIT;
	struct seal *s = seal_new(&me, 1, to_buf, file, &e);

	assert_non_null(s);
	assert_int_equal(seal_write(s, plain, n, &e), 0);
	assert_int_equal(seal_finish(s, &e), 0);
	seal_free(s);
}

static void
headers_are_recomputed(void **state)
{
	struct err e = ERR_INIT;
	struct buf file = BUF_INIT(2 * BIG), out = BUF_INIT(2 * BIG);
	struct seal_recipient r[2];
	struct seal *s;
	struct age_open *a;
	uint8_t key[SEAL_KEY_LEN];

	(void)state;
	r[0] = me;
	assert_int_equal(seal_recipient_parse(&r[1], "age1zvkyg2lqzraa2lnjvqe"
	    "j32nkuu0ues2s82hzrye869xeexvn73equnujwj", 62, &e), 0);
	s = seal_new(r, 2, to_buf, &file, &e);
	assert_int_equal(seal_write(s, plain, 100, &e), 0);
	assert_int_equal(seal_finish(s, &e), 0);
	seal_free(s);
	a = age_open_new(mine, NULL, to_buf, &out, &e);
	assert_int_equal(age_open_feed(a, file.data, file.len, &e), 0);
	assert_int_equal(age_open_finish(a, &e), 0);
	memcpy(key, age_open_key(a), sizeof(key));
	assert_true(age_open_header_is(file.data, file.len, key, r, 2));
	assert_true(age_open_header_is(file.data, age_open_header_len(a), key,
	    r, 2));
	assert_false(age_open_header_is(file.data, age_open_header_len(a) - 1,
	    key, r, 2));
	assert_false(age_open_header_is(file.data, file.len, key, r, 1));
	r[1] = me;
	assert_false(age_open_header_is(file.data, file.len, key, r, 2));
	age_open_free(a);
	age_open_free(NULL);
	buf_release(&file);
	buf_release(&out);
}

static void
whole_buffers(void **state)
{
	struct err e = ERR_INIT;
	struct buf file = BUF_INIT(2 * BIG), out = BUF_INIT(BIG);
	struct buf small = BUF_INIT(1000);

	(void)state;
	seal_to_me(BIG - 1, &file);
	assert_int_equal(buf_addc(&out, 'x', &e), 0);
	assert_int_equal(age_open_buf(mine, file.data, file.len, &out, &e),
	    0);
	assert_int_equal(out.len, BIG);
	assert_int_equal(out.data[0], 'x');
	assert_memory_equal(out.data + 1, plain, BIG - 1);
	/* Too small a buffer, a changed byte: nothing is given. */
	assert_int_equal(age_open_buf(mine, file.data, file.len, &small, &e),
	    -1);
	assert_int_equal(e.code, ERR_NOMEM);
	assert_int_equal(small.len, 0);
	file.data[file.len - 1] ^= 1;
	buf_clear(&out);
	assert_int_equal(age_open_buf(mine, file.data, file.len, &out, &e),
	    -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_int_equal(out.len, 0);
	buf_release(&file);
	buf_release(&out);
	buf_release(&small);
}

static int
refuse(void *arg, const void *data, size_t n, struct err *e)
{
	(void)arg;
	(void)data;
	(void)n;
	return err_set(e, ERR_SPACE, "full");
}

static void
a_failing_sink_is_no_damage(void **state)
{
	struct err e = ERR_INIT;
	struct buf file = BUF_INIT(2 * BIG);
	struct age_open *a = age_open_new(mine, NULL, refuse, NULL, &e);

	(void)state;
	seal_to_me(BIG, &file);
	assert_int_equal(age_open_feed(a, file.data, file.len, &e), -1);
	assert_int_equal(e.code, ERR_SPACE);
	assert_int_equal(age_open_result(a), AGE_OTHER);
	age_open_free(a);
	buf_release(&file);
}

/* Every cut and every changed byte of a small file is found. */
static void
damage_shows(void **state)
{
	struct err e = ERR_INIT;
	struct buf file = BUF_INIT(4096), out = BUF_INIT(4096);
	enum age_result r;
	size_t i;

	(void)state;
	seal_to_me(50, &file);
	for (i = 0; i < file.len; i++) {
		buf_clear(&out);
		r = open_in_steps(mine, NULL, file.data, i, SIZE_MAX, &out,
		    &e);
		assert_true(r == (i < file.len - 66 ? AGE_HEADER :
		    AGE_PAYLOAD));
		assert_int_equal(out.len, 0);
	}
	for (i = 0; i < file.len; i++) {
		file.data[i] ^= 4;
		r = open_in_steps(mine, NULL, file.data, file.len, SIZE_MAX,
		    &out, &e);
		assert_true(r == AGE_HEADER || r == AGE_NO_MATCH ||
		    r == AGE_HMAC || r == AGE_PAYLOAD);
		assert_int_equal(out.len, 0);
		file.data[i] ^= 4;
	}
	assert_int_equal(open_in_steps(mine, NULL, file.data, file.len, 1,
	    &out, &e), AGE_OK);
	buf_release(&file);
	buf_release(&out);
}

/* --- armour --- */

/* FILE in armour: lines of COLS columns with EOL behind them. */
static void
add_armor(struct buf *out, const struct buf *file, size_t cols,
	const char *eol)
{
	struct err e = ERR_INIT;
	struct buf b64 = BUF_INIT(OUT_MAX);
	size_t off, n;

	assert_int_equal(base64_encode(&b64, file->data, file->len, true, &e),
	    0);
	for (off = 0; off < b64.len; off += n) {
		n = b64.len - off < cols ? b64.len - off : cols;
		assert_int_equal(buf_add(out, b64.data + off, n, &e), 0);
		assert_int_equal(buf_adds(out, eol, &e), 0);
	}
	buf_release(&b64);
}

static void
expect_armor(const struct buf *file, const char *before, size_t cols,
	const char *eol, const char *after, enum age_result want)
{
	static const size_t steps[] = {SIZE_MAX, 1, 13};
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(OUT_MAX), out = BUF_INIT(OUT_MAX);
	size_t i;

	assert_int_equal(buf_adds(&text, before, &e), 0);
	add_armor(&text, file, cols, eol);
	assert_int_equal(buf_adds(&text, after, &e), 0);
	for (i = 0; i < 3; i++) {
		buf_clear(&out);
		if (open_in_steps(mine, NULL, text.data, text.len, steps[i],
		    &out, &e) != want)
			fail_msg("not %d (%s): %s", want, e.what,
			    buf_str(&text));
	}
	buf_release(&text);
	buf_release(&out);
}

static void
armor_is_strict(void **state)
{
	static const char head[] = ARMOR_HEAD, tail[] = ARMOR_TAIL;
	struct buf f = BUF_INIT(OUT_MAX);
	size_t n;

	(void)state;
	for (n = 40; n < 90; n++) {	/* each length of the last line */
		buf_clear(&f);
		seal_to_me(n, &f);
		expect_armor(&f, head, 64, "\n", tail, AGE_OK);
	}
	expect_armor(&f, "-----BEGIN AGE ENCRYPTED FILE-----\r\n", 64, "\r\n",
	    "-----END AGE ENCRYPTED FILE-----\r\n", AGE_OK);
	expect_armor(&f, head, 64, "\n", "-----END AGE ENCRYPTED FILE-----",
	    AGE_OK);
	expect_armor(&f, " \n\t\r\n\n" ARMOR_HEAD, 64, "\n",
	    ARMOR_TAIL "\n \t\r\n  ", AGE_OK);

	expect_armor(&f, " " ARMOR_HEAD, 64, "\n", tail, AGE_ARMOR);
	expect_armor(&f, "x\n" ARMOR_HEAD, 64, "\n", tail, AGE_ARMOR);
	expect_armor(&f, "a\n" ARMOR_HEAD, 64, "\n", tail, AGE_ARMOR);
	expect_armor(&f, "\n\nSee:\n" ARMOR_HEAD, 64, "\n", tail, AGE_ARMOR);
	expect_armor(&f, ARMOR_HEAD ARMOR_HEAD, 64, "\n", tail, AGE_ARMOR);
	expect_armor(&f, ARMOR_HEAD "\n", 64, "\n", tail, AGE_ARMOR);
	expect_armor(&f, ARMOR_HEAD "A: b\n\n", 64, "\n", tail, AGE_ARMOR);
	expect_armor(&f, "-----BEGIN AGE ENCRYPTED FILE----- \n", 64, "\n",
	    tail, AGE_ARMOR);
	expect_armor(&f, "-----BEGIN AGE ENCRYPTED FILE-----\r\r\n", 64, "\n",
	    tail, AGE_ARMOR);
	expect_armor(&f, head, 64, "\n\n", tail, AGE_ARMOR);
	expect_armor(&f, head, 64, " \n", tail, AGE_ARMOR);
	expect_armor(&f, head, 64, "\r", tail, AGE_ARMOR);
	expect_armor(&f, head, 64, "", tail, AGE_ARMOR);
	expect_armor(&f, head, 60, "\n", tail, AGE_ARMOR);
	expect_armor(&f, head, 63, "\n", tail, AGE_ARMOR);
	expect_armor(&f, head, 65, "\n", tail, AGE_ARMOR);
	expect_armor(&f, head, 68, "\n", tail, AGE_ARMOR);
	expect_armor(&f, head, SIZE_MAX, "\n", tail, AGE_ARMOR);
	expect_armor(&f, head, 64, "\n", "", AGE_ARMOR);
	expect_armor(&f, head, 64, "\n", "\n" ARMOR_TAIL, AGE_ARMOR);
	expect_armor(&f, head, 64, "\n", "AAAA\n" ARMOR_TAIL, AGE_ARMOR);
	expect_armor(&f, head, 64, "\n", ARMOR_TAIL "x", AGE_ARMOR);
	expect_armor(&f, head, 64, "\n", ARMOR_TAIL ARMOR_HEAD, AGE_ARMOR);
	expect_armor(&f, head, 64, "\n",
	    "-----END AGE ENCRYPTED FILE----- \n", AGE_ARMOR);
	f.len -= 60;
	expect_armor(&f, head, 64, "\n", tail, AGE_PAYLOAD);
	f.len = 100;
	expect_armor(&f, head, 64, "\n", tail, AGE_HEADER);
	f.len = 0;
	expect_armor(&f, head, 64, "\n", tail, AGE_HEADER);
	buf_release(&f);
}

/* --- headers --- */

#define V1 "age-encryption.org/v1\n"
#define SHARE "TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc"
#define BODY "hjabGXwSLQ9c3S6Lw2i+S2Tu2fiwQHHslbBN6B41FLE\n"
#define MAC "--- 8McE3ix9R34E/vLrQv3yepsHjo/LXhfs22Ab3UyInmg\n"
#define SALT "rF0/NwblUHHTpgQgRpe5CQ"
#define OTHER "-> other\n\n"
#define SCRYPT18 V1 "-> scrypt " SALT " 18\n" BODY MAC
#define LINE64 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAA\n"

static void
headers_are_strict(void **state)
{
	static const struct {
		const char *text;
		enum age_result want;
	} t[] = {
		{V1 OTHER MAC, AGE_NO_MATCH},
		{V1 "-> a b c d e f g\n" LINE64 LINE64 "\n" MAC,
		    AGE_NO_MATCH},
		{V1 "-> ->\nAAAA\n" MAC, AGE_NO_MATCH},
		{V1 "-> X25519 " SHARE "\n" BODY MAC, AGE_NO_MATCH},
		{V1 "-> scrypt " SALT " 10\n" BODY MAC, AGE_NO_MATCH},
		{V1 "-> scrypt " SALT " 22\n" BODY MAC, AGE_NO_MATCH},
		{V1 MAC, AGE_HEADER},
		{V1 "\n" OTHER MAC, AGE_HEADER},
		{V1 OTHER "\n" MAC, AGE_HEADER},
		{V1 "->other\n\n" MAC, AGE_HEADER},
		{V1 "-> \n\n" MAC, AGE_HEADER},
		{V1 "->\n\n" MAC, AGE_HEADER},
		{V1 "->  a\n\n" MAC, AGE_HEADER},
		{V1 "-> a \n\n" MAC, AGE_HEADER},
		{V1 "-> a\tb\n\n" MAC, AGE_HEADER},
		{V1 "-> a\x7f\n\n" MAC, AGE_HEADER},
		{V1 "-> \xc3\xa9\n\n" MAC, AGE_HEADER},
		{V1 "-> a\r\n\n" MAC, AGE_HEADER},
		{V1 "-> a\n\r\n" MAC, AGE_HEADER},
		{V1 "-> a\nAAAA=\n" MAC, AGE_HEADER},
		{V1 "-> a\nAB\n" MAC, AGE_HEADER},
		{V1 "-> a\n" LINE64 MAC, AGE_HEADER},
		{V1 "-> a\n" LINE64 "-> b\n\n" MAC, AGE_HEADER},
		{V1 "-> a\nA" LINE64 "\n" MAC, AGE_HEADER},
		{V1 "-> a\nAAAA" LINE64 "\n" MAC, AGE_HEADER},
		{V1 "-> a\nAAAA\nAAAA\n" MAC, AGE_HEADER},
		{V1 "-> X25519\n" BODY MAC, AGE_HEADER},
		{V1 "-> X25519 " SHARE " x\n" BODY MAC, AGE_HEADER},
		{V1 "-> X25519 " SHARE "=\n" BODY MAC, AGE_HEADER},
		{V1 "-> X25519 " SHARE "AA\n" BODY MAC, AGE_HEADER},
		{V1 "-> X25519 TEiF\n" BODY MAC, AGE_HEADER},
		{V1 "-> X25519 " SHARE "\n\n" MAC, AGE_HEADER},
		{V1 "-> X25519 " SHARE "\n" LINE64 "\n" MAC, AGE_HEADER},
		{V1 OTHER "-> X25519 " SHARE "\nAAAA\n" MAC, AGE_HEADER},
		{V1 "-> scrypt " SALT "\n" BODY MAC, AGE_HEADER},
		{V1 "-> scrypt " SALT " 10 x\n" BODY MAC, AGE_HEADER},
		{V1 "-> scrypt " SALT "A 10\n" BODY MAC, AGE_HEADER},
		{V1 "-> scrypt AAAA 10\n" BODY MAC, AGE_HEADER},
		{V1 "-> scrypt " SALT " 0\n" BODY MAC, AGE_HEADER},
		{V1 "-> scrypt " SALT " 010\n" BODY MAC, AGE_HEADER},
		{V1 "-> scrypt " SALT " +10\n" BODY MAC, AGE_HEADER},
		{V1 "-> scrypt " SALT " -1\n" BODY MAC, AGE_HEADER},
		{V1 "-> scrypt " SALT " 1e1\n" BODY MAC, AGE_HEADER},
		{V1 "-> scrypt " SALT " 0x10\n" BODY MAC, AGE_HEADER},
		{V1 "-> scrypt " SALT " 23\n" BODY MAC, AGE_HEADER},
		{V1 "-> scrypt " SALT " 4294967306\n" BODY MAC, AGE_HEADER},
		{V1 "-> scrypt " SALT " 18446744073709551626\n" BODY MAC,
		    AGE_HEADER},
		{V1 "-> scrypt " SALT " 10\nAAAA\n" MAC, AGE_HEADER},
		{V1 "-> scrypt " SALT " 10\n" BODY OTHER MAC, AGE_HEADER},
		{V1 OTHER "-> scrypt " SALT " 10\n" BODY MAC, AGE_HEADER},
		{V1 OTHER "---\n", AGE_HEADER},
		{V1 OTHER "--- \n", AGE_HEADER},
		{V1 OTHER "----\n", AGE_HEADER},
		{V1 OTHER "---8McE3ix9R34E/vLrQv3yepsHjo/LXhfs22Ab3UyInmg\n",
		    AGE_HEADER},
		{V1 OTHER "---  8McE3ix9R34E/vLrQv3yepsHjo/LXhfs22Ab3UyInmg\n",
		    AGE_HEADER},
		{V1 OTHER "--- 8McE3ix9R34E/vLrQv3yepsHjo/LXhfs22Ab3UyInmh\n",
		    AGE_HEADER},
		{V1 OTHER "--- 8McE3ix9R34E/vLrQv3yepsHjo/LXhfs22Ab3UyInm\n",
		    AGE_HEADER},
		{V1 OTHER "--- 8McE3ix9R34E/vLrQv3yepsHjo/LXhfs22Ab3UyInmg \n",
		    AGE_HEADER},
		{V1 OTHER "--- 8McE3ix9R34E/vLrQv3yepsHjo/LXhfs22Ab3UyInmg\r\n",
		    AGE_HEADER},
		{V1 OTHER "--- 8McE3ix9R34E/vLrQv3yepsHjo/LXhfs22Ab3UyInmg",
		    AGE_HEADER},
		{"", AGE_HEADER}, {"a", AGE_HEADER}, {"b", AGE_HEADER},
		{"age-encryption.org/v2\n" OTHER MAC, AGE_HEADER},
		{"age-encryption.org/v1 \n" OTHER MAC, AGE_HEADER},
		{"age-encryption.org/v1\r\n" OTHER MAC, AGE_HEADER},
		{"\xef\xbb\xbf" V1 OTHER MAC, AGE_HEADER},
		{"hello " ARMOR_HEAD, AGE_ARMOR},
		{"- ", AGE_ARMOR}, {"\n", AGE_ARMOR},
	};
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(4096);
	size_t i, step;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		for (step = 1; step < 1000; step += 97)
			if (open_in_steps(mine, NULL,
			    (const uint8_t *)t[i].text, strlen(t[i].text),
			    step, &out, &e) != t[i].want)
				fail_msg("not %d (%s): %s", t[i].want, e.what,
				    t[i].text);
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

static void
caps_hold(void **state)
{
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(OUT_MAX), out = BUF_INIT(64);
	struct age_info *info = malloc(sizeof(*info));
	size_t i, k;

	(void)state;
	for (k = AGE_STANZA_MAX; k <= AGE_STANZA_MAX + 1; k++) {
		buf_clear(&text);
		assert_int_equal(buf_adds(&text, V1, &e), 0);
		for (i = 0; i < k; i++)
			assert_int_equal(buf_adds(&text, OTHER, &e), 0);
		assert_int_equal(buf_adds(&text, MAC, &e), 0);
		for (i = 0; i < 32; i++)
			assert_int_equal(buf_addc(&text, 'x', &e), 0);
		assert_int_equal(open_in_steps(mine, NULL, text.data, text.len,
		    1000, &out, &e), k == AGE_STANZA_MAX ? AGE_NO_MATCH :
		    AGE_HEADER);
		assert_int_equal(age_inspect(info, text.data, text.len, &e),
		    k == AGE_STANZA_MAX ? 0 : -1);
	}
	/* A stanza without end stops at the cap of the header. */
	buf_clear(&text);
	assert_int_equal(buf_adds(&text, V1 "-> a\n", &e), 0);
	while (text.len < AGE_HEADER_MAX + 1000)
		assert_int_equal(buf_adds(&text, LINE64, &e), 0);
	assert_int_equal(open_in_steps(mine, NULL, text.data, text.len, 1000,
	    &out, &e), AGE_HEADER);
	assert_non_null(strstr(e.what, "ended"));
	free(info);
	buf_release(&text);
	buf_release(&out);
}

static void
inspects_without_a_key(void **state)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, BIG};
	struct err e = ERR_INIT;
	struct buf file = BUF_INIT(2 * BIG), text = BUF_INIT(OUT_MAX);
	struct age_info *info = malloc(sizeof(*info));
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		buf_clear(&file);
		seal_to_me(sizes[i], &file);
		assert_int_equal(age_inspect(info, file.data, file.len, &e),
		    0);
		assert_false(info->armored);
		assert_int_equal(info->nstanzas, 1);
		assert_string_equal(info->stanza[0].type, "X25519");
		assert_int_equal(info->stanza[0].nargs, 1);
		assert_int_equal(info->stanza[0].body_len, 32);
		assert_int_equal(info->stanza[0].scrypt_log_n, 0);
		assert_int_equal(info->plain_len, sizes[i]);
		assert_int_equal(info->header_len + info->payload_len,
		    file.len);
		buf_clear(&text);
		assert_int_equal(buf_adds(&text, ARMOR_HEAD, &e), 0);
		add_armor(&text, &file, 64, "\n");
		assert_int_equal(buf_adds(&text, ARMOR_TAIL, &e), 0);
		assert_int_equal(age_inspect(info, text.data, text.len, &e),
		    0);
		assert_true(info->armored);
		assert_int_equal(info->plain_len, sizes[i]);
	}
	assert_int_equal(age_inspect(info, file.data, 190, &e), -1);
	assert_int_equal(age_inspect(info, "", 0, &e), -1);
	assert_int_equal(age_inspect(info, SCRYPT18 "0123456789abcdef"
	    "0123456789abcdef", strlen(SCRYPT18) + 31, &e), -1);
	assert_int_equal(age_inspect(info, SCRYPT18 "0123456789abcdef"
	    "0123456789abcdef", strlen(SCRYPT18) + 32, &e), 0);
	assert_int_equal(info->stanza[0].scrypt_log_n, 18);
	assert_int_equal(info->plain_len, 0);
	free(info);
	buf_release(&file);
	buf_release(&text);
}

static int
setup(void **state)
{
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	plain = malloc(BIG);
	if (!plain || crypto_setup(&e) < 0 || !mkdtemp(dir))
		return -1;
	for (i = 0; i < BIG; i++)
		plain[i] = (uint8_t)(i * 7 + i / 251);
	mine = identities_new(&e);
	if (!mine || identities_generate(mine, &e) < 0)
		return -1;
	identities_recipient(mine, 0, &me);
	return 0;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	free(plain);
	identities_free(mine);
	return file_remove_tree(dir, &e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(age_seals_we_open),
		cmocka_unit_test(headers_are_recomputed),
		cmocka_unit_test(whole_buffers),
		cmocka_unit_test(a_failing_sink_is_no_damage),
		cmocka_unit_test(damage_shows),
		cmocka_unit_test(armor_is_strict),
		cmocka_unit_test(headers_are_strict),
		cmocka_unit_test(caps_hold),
		cmocka_unit_test(inspects_without_a_key),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
