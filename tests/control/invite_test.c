/* tests/control/invite_test.c - one string lets one station in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/str.h"
#include "control/invite.h"
#include "crypto/bech32.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define KEY "ssh-ed25519 " \
	"AAAAC3NzaC1lZDI1NTE5AAAAILFVqwLoud2nEMNIoZSerRT4XNkGF1P1r9/B0PkTUYPE"

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e);
}

static struct invite
sample(void)
{
	struct invite i;
	size_t k;

	memset(&i, 0, sizeof(i));
	for (k = 0; k < sizeof(i.secret); k++)
		i.secret[k] = (uint8_t)k;
	i.expires = INT64_C(1795600000);
	(void)snprintf(i.head, sizeof(i.head),
	    "00112233445566778899aabbccddeeff00112233");
	memset(i.roots_sha256, 0xab, sizeof(i.roots_sha256));
	(void)snprintf(i.station, sizeof(i.station), "ws-01");
	(void)snprintf(i.central, sizeof(i.central),
	    "ssh://liudi@central.example:2222/srv/liudi");
	i.has_host = true;
	memset(i.host.pk, 0x5c, sizeof(i.host.pk));
	return i;
}

static void
text_of(const struct invite *i, struct buf *out)
{
	struct err e = ERR_INIT;

	buf_clear(out);
	if (invite_text(i, out, &e) < 0)
		fail_msg("%s", e.what);
}

static void
comes_back(void **state)
{
	/* as another program writes it */
	static const char known[] =
	    "liudi-join1qyqqzqsrqszsvpcgpy9qkrqdpc8sqqqqqp4sdt5qqqgjyv6y24n80"
	    "zye42aueh0wluqpzg3n4w46h2at4w46h2at4w46h2at4w46h2at4w46h2at4w46h"
	    "2at4w4s2amn95crzqp2wdeksw309akxjatyd9qxxetww3exzmpwv4uxzmtsd3jn5"
	    "v3jxgez7umjwchkc6t4v35jqhzut3w9chzut3w9chzut3w9chzut3w9chzut3w9c"
	    "hzut3w9chzu7pv7vhchhw0kh";
	struct buf text = BUF_INIT(2048);
	struct invite i = sample(), got;
	struct err e = ERR_INIT;
	char padded[1200];
	size_t k;

	(void)state;
	text_of(&i, &text);
	assert_string_equal(buf_str(&text), known);
	assert_int_equal(invite_parse(&got, buf_str(&text), text.len, &e), 0);
	assert_memory_equal(&got, &i, sizeof(i));
	/* in capitals, with white space at the ends */
	(void)snprintf(padded, sizeof(padded), "\t \r\n%s \n", buf_str(&text));
	for (k = 0; padded[k]; k++)
		if (padded[k] >= 'a' && padded[k] <= 'z')
			padded[k] = (char)(padded[k] - 'a' + 'A');
	assert_int_equal(invite_parse(&got, padded, strlen(padded), &e), 0);
	assert_memory_equal(&got, &i, sizeof(i));
	/* without a host key: a folder or https */
	i.has_host = false;
	memset(&i.host, 0, sizeof(i.host));
	memset(i.central, 0, sizeof(i.central));
	(void)snprintf(i.central, sizeof(i.central), "/srv/留底");
	text_of(&i, &text);
	assert_int_equal(invite_parse(&got, buf_str(&text), text.len, &e), 0);
	assert_memory_equal(&got, &i, sizeof(i));
	invite_wipe(&got);
	assert_int_equal(got.secret[3], 0);
	assert_int_equal(got.expires, 0);
	buf_release(&text);
}

static void
must_refuse(const char *text, size_t n, const char *what)
{
	struct invite got, before;
	struct err e = ERR_INIT;

	memset(&got, 7, sizeof(got));
	before = got;
	if (invite_parse(&got, text, n, &e) != -1)
		fail_msg("taken with %s: %.*s", what, (int)n, text);
	assert_int_equal(e.code, ERR_USAGE);
	assert_true(e.hint[0] != '\0');
	assert_memory_equal(&got, &before, sizeof(got));
}

/* Each single character wrong, lost, doubled, or swapped with the next. */
static void
notices_every_slip(void **state)
{
	static const char odd[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l1bioAZ -_\n";
	struct buf text = BUF_INIT(2048);
	struct invite i = sample();
	char *s, copy[1024];
	size_t n, k, j;

	(void)state;
	text_of(&i, &text);
	s = (char *)text.data;
	n = text.len;
	assert_true(n < sizeof(copy) - 1);
	for (k = 0; k < n; k++) {
		memcpy(copy, s, n);
		for (j = 0; j < sizeof(odd); j++) {
			copy[k] = odd[j];
			/* white space at the ends makes it a lost character */
			if (odd[j] != s[k])
				must_refuse(copy, n, "a wrong character");
		}
		memcpy(copy, s, k);
		memcpy(copy + k, s + k + 1, n - k - 1);
		must_refuse(copy, n - 1, "a lost character");
		for (j = 0; j < sizeof(odd); j++) {
			memcpy(copy, s, k);
			copy[k] = odd[j];
			memcpy(copy + k + 1, s + k, n - k);
			if (k > 0 || !strchr(" \n", odd[j]) || !odd[j])
				must_refuse(copy, n + 1, "one more character");
		}
		if (k + 1 < n && s[k] != s[k + 1]) {
			memcpy(copy, s, n);
			copy[k] = s[k + 1];
			copy[k + 1] = s[k];
			must_refuse(copy, n, "two swapped");
		}
		must_refuse(s, k, "its end cut off");
	}
	buf_release(&text);
}

/* Bytes with good checksums that mean nothing. */
static void
hostile(const uint8_t *bytes, size_t n, const char *what)
{
	struct buf b = BUF_INIT(2048), text = BUF_INIT(4096);
	struct err e = ERR_INIT;
	uint8_t sum[32];

	hash_sha256(sum, bytes, n);
	assert_int_equal(buf_add(&b, bytes, n, &e), 0);
	assert_int_equal(buf_add(&b, sum, 4, &e), 0);
	assert_int_equal(bech32_encode(&text, "liudi-join", b.data, b.len,
	    &e), 0);
	must_refuse(buf_str(&text), text.len, what);
	buf_release(&b);
	buf_release(&text);
}

static void
refuses_hostile_bytes(void **state)
{
	struct buf text = BUF_INIT(2048), b = BUF_INIT(2048);
	struct invite i = sample();
	struct err e = ERR_INIT;
	uint8_t was[700];
	size_t n, k, station = 1 + 16 + 8 + 20 + 32;

	(void)state;
	text_of(&i, &text);
	assert_int_equal(bech32_decode(&b, "liudi-join", buf_str(&text),
	    text.len, &e), 0);
	n = b.len - 4;
	memcpy(was, b.data, n);
	for (k = 0; k < n; k++)
		hostile(was, k, "a short end");
	was[n] = 0;
	hostile(was, n + 1, "a byte too many");
	was[0] = 2;
	hostile(was, n, "a later version");
	was[0] = 1;
	memset(was + 17, 0, 8);
	hostile(was, n, "no expiry");
	memset(was + 17, 0xff, 8);
	hostile(was, n, "an expiry below zero");
	memcpy(was, b.data, n);
	for (k = 0; k < 256; k++) {
		if (k == 5)
			continue;
		was[station] = (uint8_t)k;
		hostile(was, n, "a wrong length");
	}
	was[station] = 5;
	was[station + 1] = '-';
	hostile(was, n, "a bad station");
	was[station + 1] = 'w';
	was[station + 3] = '\0';
	hostile(was, n, "a NUL in the station");
	memcpy(was, b.data, n);
	was[station + 8] ^= 0xff;
	hostile(was, n, "a long central");
	memcpy(was, b.data, n);
	was[station + 10] = '\n';
	hostile(was, n, "a line end in the central");
	was[station + 10] = 0xff;
	hostile(was, n, "a central that is no UTF-8");
	memcpy(was, b.data, n);
	was[n - 33] = 31;
	hostile(was, n, "a short host key");
	buf_release(&b);
	buf_release(&text);
}

static void
refuses_what_is_none(void **state)
{
	static char big[INVITE_TEXT_MAX + 2];

	(void)state;
	must_refuse("", 0, "nothing");
	must_refuse(" \n\t", 3, "white space");
	must_refuse("liudi-join1", 11, "a beginning");
	must_refuse("age1qqqqqqqqqqqqqqqqqqqq", 24, "another kind");
	memset(big, 'q', sizeof(big));
	memcpy(big, "liudi-join1", 11);
	must_refuse(big, sizeof(big), "length");
	must_refuse(big, INVITE_TEXT_MAX, "zeros");
}

static void
makes_no_bad_strings(void **state)
{
	struct buf text = BUF_INIT(2048);
	struct invite i = sample();
	struct err e = ERR_INIT;

	(void)state;
	/* the longest that is still one */
	memset(i.central, 'x', sizeof(i.central) - 1);
	assert_int_equal(invite_text(&i, &text, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(text.len, 0);
	i.central[460] = '\0';
	assert_int_equal(invite_text(&i, &text, &e), 0);
	assert_true(text.len <= INVITE_TEXT_MAX);
	buf_clear(&text);
	i = sample();
	i.expires = 0;
	assert_int_equal(invite_text(&i, &text, &e), -1);
	i = sample();
	i.head[7] = 'x';
	assert_int_equal(invite_text(&i, &text, &e), -1);
	i = sample();
	i.station[0] = '-';
	assert_int_equal(invite_text(&i, &text, &e), -1);
	i = sample();
	i.central[0] = '\0';
	assert_int_equal(invite_text(&i, &text, &e), -1);
	buf_release(&text);
}

/* Against an HKDF written out here: extract with zeros, expand one block. */
static void
derive(const uint8_t secret[16], const char *info, uint8_t out[32])
{
	static const uint8_t zeros[32];
	uint8_t prk[32], block[64];
	size_t n = strlen(info);

	hash_hmac_sha256(prk, zeros, sizeof(zeros), secret, 16);
	memcpy(block, info, n);
	block[n] = 1;
	hash_hmac_sha256(out, prk, sizeof(prk), block, n + 1);
}

static void
derives_as_written(void **state)
{
	struct invite i = sample();
	struct err e = ERR_INIT;
	uint8_t want[32], got[32];
	char id[INVITE_ID_LEN], hex[INVITE_ID_LEN];
	struct sshkey *k;

	(void)state;
	derive(i.secret, "liudi-enrol-id", want);
	str_hex(hex, want, 8);
	invite_id(i.secret, id);
	assert_string_equal(id, hex);
	derive(i.secret, "liudi-enrol-ssh", want);
	k = invite_login(i.secret, &e);
	assert_non_null(k);
	assert_memory_equal(sshkey_secret(k), want, 32);
	sshkey_free(k);
	derive(i.secret, "liudi-enrol-mac", want);
	hash_hmac_sha256(want, want, 32, "abc", 3);
	invite_mac(i.secret, "abc", 3, got);
	assert_memory_equal(got, want, 32);
	/* and as another program computes it */
	assert_string_equal(id, "946a910ec92261e9");
}

static void
public_file_comes_back(void **state)
{
	static const char text[] = "station ws-01\nexpires 1795600000\n"
	    "ssh " KEY "\n";
	static const char used[] = "station ws-01\nexpires 1795600000\n"
	    "ssh " KEY "\nused 1795000000 " KEY "\n";
	struct buf out = BUF_INIT(4096);
	struct invite_file f;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(invite_file_parse(&f, text, strlen(text), &e), 0);
	assert_string_equal(f.station, "ws-01");
	assert_int_equal(f.expires, 1795600000);
	assert_int_equal(f.used, 0);
	assert_int_equal(invite_file_text(&f, &out, &e), 0);
	assert_string_equal(buf_str(&out), text);
	f.used = 1795000000;
	f.sign = f.ssh;
	buf_clear(&out);
	assert_int_equal(invite_file_text(&f, &out, &e), 0);
	assert_string_equal(buf_str(&out), used);
	assert_int_equal(invite_file_parse(&f, used, strlen(used), &e), 0);
	assert_int_equal(f.used, 1795000000);
	assert_memory_equal(&f.sign, &f.ssh, sizeof(f.ssh));
	f.station[0] = '\0';
	assert_int_equal(invite_file_text(&f, &out, &e), -1);
	buf_release(&out);
}

static void
public_file_is_strict(void **state)
{
	static const char *const bad[] = {
		"", "# nothing\n", "station ws-01\n",
		"station ws-01\nexpires 5\n",
		"station ws-01\nexpires 5\nssh " KEY,
		"station ws-01\nssh " KEY "\nexpires 5\n",
		"station WS\nexpires 5\nssh " KEY "\n",
		"station ws-01\nexpires 05\nssh " KEY "\n",
		"station ws-01\nexpires -5\nssh " KEY "\n",
		"station ws-01\nexpires 99999999999999999999\nssh " KEY "\n",
		"station ws-01\nexpires 5\nssh ssh-rsa AAAA\n",
		"station ws-01\nexpires 5\nssh " KEY "\nused 0 " KEY "\n",
		"station ws-01\nexpires 5\nssh " KEY "\nused 5\n",
		"station ws-01\nexpires 5\nssh " KEY "\nused 5 x\n",
		"station ws-01\nexpires 5\nssh " KEY "\nmore 5\n",
		"station ws-01\nexpires 5\nssh " KEY "\nused 5 " KEY "\n"
		    "used 6 " KEY "\n"
	};
	static char big[5000];
	struct invite_file f;
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err_clear(&e);
		if (invite_file_parse(&f, bad[i], strlen(bad[i]), &e) != -1)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(e.code, ERR_FORMAT);
	}
	memset(big, '\n', sizeof(big));
	assert_int_equal(invite_file_parse(&f, big, sizeof(big), &e), -1);
	memset(big, 'x', sizeof(big));
	assert_int_equal(invite_file_parse(&f, big, 4000, &e), -1);
	assert_int_equal(invite_file_parse(&f, "station a\0b\n", 12, &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back),
		cmocka_unit_test(notices_every_slip),
		cmocka_unit_test(refuses_hostile_bytes),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(makes_no_bad_strings),
		cmocka_unit_test(derives_as_written),
		cmocka_unit_test(public_file_comes_back),
		cmocka_unit_test(public_file_is_strict),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
