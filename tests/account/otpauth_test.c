/* tests/account/otpauth_test.c - seeds: URIs, base32, authenticator exports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "account/otpauth.h"
#include "base/base64.h"

#include "base/banned.h"

/* RFC 4648 section 10. */
static const struct {
	const char *plain, *coded;
} rfc4648[] = {{"f", "MY======"}, {"fo", "MZXQ===="}, {"foo", "MZXW6==="},
	{"foob", "MZXW6YQ="}, {"fooba", "MZXW6YTB"},
	{"foobar", "MZXW6YTBOI======"}};

static void
keeps_the_vectors_of_base32(void **state)
{
	struct buf out = BUF_INIT(4096);
	struct err e = ERR_INIT;
	uint8_t data[64];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(rfc4648) / sizeof(rfc4648[0]); i++) {
		assert_int_equal(otpauth_base32_decode(rfc4648[i].coded,
		    strlen(rfc4648[i].coded), data, sizeof(data), &len, &e), 0);
		assert_int_equal(len, strlen(rfc4648[i].plain));
		assert_memory_equal(data, rfc4648[i].plain, len);
		buf_clear(&out);
		assert_int_equal(otpauth_base32_encode(data, len, &out, &e),
		    0);
		assert_int_equal(out.len, strcspn(rfc4648[i].coded, "="));
		assert_memory_equal(out.data, rfc4648[i].coded, out.len);
	}
	/* as people type it */
	assert_int_equal(otpauth_base32_decode("mzxw 6ytb-oi", 12, data,
	    sizeof(data), &len, &e), 0);
	assert_int_equal(len, 6);
	assert_memory_equal(data, "foobar", 6);
	buf_release(&out);
}

static void
refuse(const char *seed, const char *why)
{
	struct err e = ERR_INIT;
	struct otpauth o;
	size_t i;

	memset(&o, 0x55, sizeof(o));
	assert_int_equal(otpauth_parse(seed, strlen(seed), &o, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	if (!strstr(e.what, why))
		fail_msg("'%s', not '%s'", e.what, why);
	for (i = 0; i < sizeof(o); i++)
		assert_int_equal(((uint8_t *)&o)[i], 0);
}

static void
says_what_is_wrong_with_a_seed(void **state)
{
	char text[400];

	(void)state;
	refuse("JBSWY3DPEHPK3PX0", "character 16 of the seed is no base32");
	refuse("JBSWY3DP1HPK3PXP", "character 9 of the seed");
	refuse("JBSWY3DP=HPK3PXP", "character 10 of the seed");
	refuse("JBSWY3DPEHPK3PXPA", "no base32 has 17 characters");
	refuse("", "the seed is empty");
	refuse("====", "the seed is empty");
	refuse("none", "a seed of 2 bytes is too short");
	refuse("steam://JBSWY3DPEHPK3PXP", "neither an otpauth URI nor");
	memset(text, 'A', sizeof(text));
	text[399] = '\0';
	refuse(text, "the seed is longer than 128 bytes");
	refuse("otpauth://totp/x", "has no seed");
	refuse("otpauth://totp/x?issuer=y", "has no seed");
	refuse("otpauth://sotp/x?secret=JBSWY3DPEHPK3PXP", "neither totp nor");
	refuse("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&algorithm=MD5",
	    "a hash other than");
	refuse("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&digits=5", "6 to 8");
	refuse("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&digits=9", "6 to 8");
	refuse("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=0", "period");
	refuse("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=86401",
	    "period");
	refuse("otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP&counter=-1",
	    "counter");
	refuse("otpauth://totp/%4?secret=JBSWY3DPEHPK3PXP", "the label");
	refuse("otpauth://totp/x?secret=JBSWY3DPEHPK3PX%zz",
	    "parameter 'secret'");
}

static void
reads_a_uri(void **state)
{
	static const char uri[] = " otpauth://totp/ACME%20Co:li%40acme.example?"
	    "secret=JBSWY3DPEHPK3PXP&issuer=%E5%BA%97&algorithm=SHA256&"
	    "digits=8&period=60&image=x\r\n";
	struct err e = ERR_INIT;
	struct otpauth o;

	(void)state;
	assert_int_equal(otpauth_parse(uri, strlen(uri), &o, &e), 0);
	assert_false(o.hotp);
	assert_int_equal(o.secret_len, 10);
	assert_memory_equal(o.secret, "Hello!\xde\xad\xbe\xef", 10);
	assert_int_equal(o.hash, OTPAUTH_SHA256);
	assert_int_equal(o.digits, 8);
	assert_int_equal(o.period, 60);
	assert_string_equal(o.issuer, "\xe5\xba\x97");
	assert_string_equal(o.label, "li@acme.example");
	assert_int_equal(otpauth_parse("jbsw y3dp ehpk 3pxp", 19, &o, &e), 0);
	assert_int_equal(o.digits, 6);
	assert_int_equal(o.period, 30);
	assert_int_equal(o.hash, OTPAUTH_SHA1);
	assert_string_equal(o.label, "");
	/* no label at all; an issuer in the label; hostile names */
	assert_int_equal(otpauth_parse("otpauth://hotp?secret=JBSWY3DPEHPK3PXP"
	    "&counter=7", 48, &o, &e), 0);
	assert_true(o.hotp);
	assert_int_equal(o.counter, 7);
	assert_int_equal(otpauth_parse("otpauth://totp/A: b%1b%ff?secret="
	    "JBSWY3DPEHPK3PXP", 49, &o, &e), 0);
	assert_string_equal(o.issuer, "A");
	assert_string_equal(o.label, "b??");
}

static void
writes_what_it_reads(void **state)
{
	struct otpauth o = {.secret = "0123456789", .secret_len = 10,
	    .hash = OTPAUTH_SHA512, .digits = 7, .period = 45,
	    .issuer = "\xe5\xba\x97 & co", .label = "a:b%"};
	struct buf out = BUF_INIT(OTPAUTH_URI_MAX);
	struct err e = ERR_INIT;
	struct otpauth back;

	(void)state;
	assert_int_equal(otpauth_uri(&o, &out, &e), 0);
	assert_string_equal(buf_str(&out), "otpauth://totp/%E5%BA%97%20%26%20"
	    "co:a%3Ab%25?secret=GAYTEMZUGU3DOOBZ&issuer=%E5%BA%97%20%26%20co&"
	    "algorithm=SHA512&digits=7&period=45");
	assert_int_equal(otpauth_parse(buf_str(&out), out.len, &back, &e), 0);
	assert_memory_equal(&back, &o, sizeof(o));
	o.hotp = true;
	o.counter = 18;
	o.issuer[0] = '\0';
	buf_clear(&out);
	assert_int_equal(otpauth_uri(&o, &out, &e), 0);
	assert_string_equal(buf_str(&out), "otpauth://hotp/a%3Ab%25?secret="
	    "GAYTEMZUGU3DOOBZ&algorithm=SHA512&digits=7&counter=18");
	buf_release(&out);
}

/* --- Exports of the authenticator, as this test makes them */

struct seen {
	char text[2048];
	unsigned n;
	int stop;
};

static int
on_seed(void *arg, const struct otpauth *o, struct err *e)
{
	struct seen *s = arg;
	size_t n = strlen(s->text);

	if (++s->n == (unsigned)s->stop)
		return err_set(e, ERR_FAIL, "enough");
	(void)snprintf(s->text + n, sizeof(s->text) - n,
	    "%s|%s|%zu|%d|%u|%d|%llu\n", o->issuer, o->label, o->secret_len,
	    (int)o->hash, o->digits, o->hotp, (unsigned long long)o->counter);
	return 0;
}

static void
add_varint(struct buf *b, uint64_t v)
{
	struct err e = ERR_INIT;

	for (; v > 0x7f; v >>= 7)
		assert_int_equal(buf_addc(b, (char)(v | 0x80), &e), 0);
	assert_int_equal(buf_addc(b, (char)v, &e), 0);
}

static void
add_number(struct buf *b, unsigned field, uint64_t v)
{
	add_varint(b, field << 3);
	add_varint(b, v);
}

static void
add_bytes(struct buf *b, unsigned field, const void *data, size_t n)
{
	struct err e = ERR_INIT;

	add_varint(b, field << 3 | 2);
	add_varint(b, n);
	assert_int_equal(buf_add(b, data, n, &e), 0);
}

static void
add_seed(struct buf *b, const char *name, const char *issuer,
	unsigned algorithm, unsigned digits, unsigned type)
{
	struct buf m = BUF_INIT(4096);

	add_bytes(&m, 1, "Hello!\xde\xad\xbe\xef", 10);
	add_bytes(&m, 2, name, strlen(name));
	add_bytes(&m, 3, issuer, strlen(issuer));
	add_number(&m, 4, algorithm);
	add_number(&m, 5, digits);
	add_number(&m, 6, type);
	if (type == 1)
		add_number(&m, 7, 300);
	add_bytes(b, 1, m.data, m.len);
	buf_release(&m);
}

/* "otpauth-migration://offline?data=…" of PAYLOAD. */
static void
to_uri(const struct buf *payload, struct buf *out)
{
	struct buf b64 = BUF_INIT(65536);
	struct err e = ERR_INIT;
	size_t i;

	buf_clear(out);
	assert_int_equal(base64_encode(&b64, payload->data, payload->len, true,
	    &e), 0);
	assert_int_equal(buf_adds(out, "otpauth-migration://offline?data=",
	    &e), 0);
	for (i = 0; i < b64.len; i++)
		assert_int_equal(strchr("+/=", b64.data[i]) ?
		    buf_addf(out, &e, "%%%02X", b64.data[i]) :
		    buf_addc(out, (char)b64.data[i], &e), 0);
	buf_release(&b64);
}

static void
good_payload(struct buf *b)
{
	add_seed(b, "ACME:li", "ACME", 1, 1, 2);
	add_seed(b, "wang", "\xe5\xba\x97", 2, 2, 2);
	add_seed(b, "zhang", "", 0, 0, 0);
	add_seed(b, "md5", "Old", 4, 1, 2);
	add_seed(b, "counter", "Old", 3, 1, 1);
	add_number(b, 2, 1);
	add_number(b, 3, 3);
	add_number(b, 4, 1);
	add_number(b, 5, (uint64_t)-7);
}

static void
reads_an_export(void **state)
{
	struct buf b = BUF_INIT(65536), uri = BUF_INIT(65536);
	struct otpauth_batch batch;
	struct err e = ERR_INIT;
	struct seen s = {.n = 0};

	(void)state;
	good_payload(&b);
	to_uri(&b, &uri);
	assert_true(otpauth_is_migration(buf_str(&uri), uri.len));
	assert_false(otpauth_is_migration("otpauth://totp/x", 16));
	assert_int_equal(otpauth_migration(buf_str(&uri), uri.len, &batch,
	    on_seed, &s, &e), 0);
	assert_string_equal(s.text, "ACME|li|10|0|6|0|0\n"
	    "\xe5\xba\x97|wang|10|1|8|0|0\n|zhang|10|0|6|0|0\n"
	    "Old|counter|10|2|6|1|300\n");
	assert_int_equal(batch.id, -7);
	assert_int_equal(batch.index, 1);
	assert_int_equal(batch.size, 3);
	assert_int_equal(batch.other, 1);
	s = (struct seen){.stop = 2};
	assert_int_equal(otpauth_migration(buf_str(&uri), uri.len, &batch,
	    on_seed, &s, &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	assert_int_equal(s.n, 2);
	buf_release(&b);
	buf_release(&uri);
}

static void
refuse_export(const char *text)
{
	struct otpauth_batch batch;
	struct err e = ERR_INIT;
	struct seen s = {.n = 0};

	assert_int_equal(otpauth_migration(text, strlen(text), &batch,
	    on_seed, &s, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(s.n, 0);
}

static void
hands_over_all_or_nothing(void **state)
{
	struct buf b = BUF_INIT(65536), uri = BUF_INIT(65536);
	size_t i, whole;

	(void)state;
	refuse_export("otpauth-migration://offline?");
	refuse_export("otpauth-migration://offline?data=");
	refuse_export("otpauth-migration://offline?data=%");
	refuse_export("otpauth-migration://offline?data=CjEKCkhlbGxvId6tvu8");
	refuse_export("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP");
	good_payload(&b);
	whole = b.len;
	/* cut behind the first seed: nothing of it comes out */
	b.len = whole - 1;
	to_uri(&b, &uri);
	refuse_export(buf_str(&uri));
	/* a batch that cannot be, and more seeds than there are in one */
	b.len = whole;
	add_number(&b, 4, 3);
	to_uri(&b, &uri);
	refuse_export(buf_str(&uri));
	b.len = 0;
	for (i = 0; i < 65; i++)
		add_seed(&b, "x", "y", 1, 1, 2);
	to_uri(&b, &uri);
	refuse_export(buf_str(&uri));
	buf_release(&b);
	buf_release(&uri);
}

/* Bytes of a sound code changed, cut and doubled by a fixed rule. */
static void
bears_mutated_exports(void **state)
{
	struct buf b = BUF_INIT(65536), uri = BUF_INIT(65536);
	struct otpauth_batch batch;
	uint64_t rule = 20261123;
	unsigned round, good = 0;
	struct err e = ERR_INIT;
	struct seen s;

	(void)state;
	for (round = 0; round < 2000; round++) {
		b.len = 0;
		good_payload(&b);
		rule = rule * 6364136223846793005u + 1442695040888963407u;
		b.data[(rule >> 33) % b.len] ^= (uint8_t)(1 << (rule >> 29) %
		    8);
		if (round % 3 == 1)
			b.len = (rule >> 40) % b.len;
		if (round % 5 == 2)
			b.data[(rule >> 17) % (b.len + 1)] = (uint8_t)rule;
		to_uri(&b, &uri);
		s = (struct seen){.n = 0};
		if (otpauth_migration(buf_str(&uri), uri.len, &batch, on_seed,
		    &s, &e) == 0) {
			good++;
			assert_true(batch.size > 0);
			assert_in_range(batch.index, 0, batch.size - 1);
		} else {
			assert_int_equal(e.code, ERR_FORMAT);
			assert_int_equal(s.n, 0);
		}
	}
	/* most flips of a bit are in a name: both ways are seen */
	assert_in_range(good, 100, 1900);
	buf_release(&b);
	buf_release(&uri);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_vectors_of_base32),
		cmocka_unit_test(says_what_is_wrong_with_a_seed),
		cmocka_unit_test(reads_a_uri),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(reads_an_export),
		cmocka_unit_test(hands_over_all_or_nothing),
		cmocka_unit_test(bears_mutated_exports)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
