/*
 * tests/crypto/bech32_test.c - checksums: the strings of BIP-173; bytes: an
 * age recipient and identity with the same 32 bytes.
 */
#include "crypto/bech32.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/hex_vector.h"

#include "base/banned.h"

static int
decode(const char *hrp, const char *s, struct err *e)
{
	struct buf b = BUF_INIT(BECH32_MAX_LEN);
	int rc = bech32_decode(&b, hrp, s, strlen(s), e);

	buf_release(&b);
	return rc;
}

/* Those of BIP-173's valid strings whose digits are whole bytes. */
static void
valid(void **state)
{
	struct buf b = BUF_INIT(100);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(decode("a", "A12UEL5L", &e), 0);
	assert_int_equal(decode("A", "a12uel5l", &e), 0);
	assert_int_equal(decode("an83characterlonghumanreadablepartthatcontains"
	    "thenumber1andtheexcludedcharactersbio",
	    "an83characterlonghumanreadablepartthatcontainsthenumber1and"
	    "theexcludedcharactersbio1tt5tgs", &e), 0);
	assert_int_equal(decode("abcdef", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6"
	    "mua7lmqqqxw", &e), 0);
	assert_int_equal(bech32_decode(&b, "split", "split1checkupstage"
	    "handshakeupstreamerranterredcaperred2y9e3w", 60, &e), 0);
	assert_hex(b.data, b.len, "c5f38b70305f519bf66d85fb6cf03058"
	    "f3dde463ecd7918f2dc743918f2d");
	buf_clear(&b);
	assert_int_equal(bech32_encode(&b, "Split", (const uint8_t *)"\xc5", 0,
	    &e), 0);
	assert_int_equal(decode("split", buf_str(&b), &e), 0);
	buf_release(&b);
}

static void
invalid(void **state)
{
	static const struct {
		const char *hrp, *text;
	} t[] = {
		{"\x20", "\x20" "1nwldj5"}, {"\x7f", "\x7f" "1axkwrx"},
		{"\x80", "\x80" "1eym55h"}, {"pzry", "pzry9x0s0muk"},
		{"", "1pzry9x0s0muk"}, {"x", "x1b4n0q5v"}, {"li", "li1dgmt3"},
		{"de", "de1lg7wt\xff"}, {"a", "A1G7SGD8"}, {"", "10a06t8"},
		{"", "1qzzfhee"}, {"", ""}, {"a", "a"}, {"a", "a1"},
		{"a", "A12uel5l"}, {"a", "a12uel5m"}, {"b", "a12uel5l"},
		{"aa", "a12uel5l"}, {"a", "a12uel5l "}
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct err e = ERR_INIT;

		if (decode(t[i].hrp, t[i].text, &e) != -1)
			fail_msg("'%s'", t[i].text);
		assert_int_equal(e.code, ERR_FORMAT);
	}
}

/* Right checksums over digits that are not whole bytes. */
static void
stray_bits(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(decode("a", "a1q3g6mn3", &e), -1);
	assert_non_null(strstr(e.what, "last bits"));
	assert_int_equal(decode("a", "a1qpamnt9j", &e), -1);
	assert_non_null(strstr(e.what, "last bits"));
	assert_int_equal(decode("a", "a1qy089ch6", &e), 0);
}

static void
age_keys(void **state)
{
	struct buf b = BUF_INIT(100), text = BUF_INIT(100);
	struct err e = ERR_INIT;
	uint8_t key[32];
	size_t i;

	(void)state;
	for (i = 0; i < 32; i++)
		key[i] = (uint8_t)(i * 8 + 1);
	assert_int_equal(bech32_encode(&text, "age", key, 32, &e), 0);
	assert_string_equal(buf_str(&text), 
	    "age1qyy3zxfp9ycnjs2f29vkz6t30xqcnyve5x5mrwwpe8ganc0f78uspk8w9k");
	assert_int_equal(bech32_decode(&b, "age", buf_str(&text), text.len,
	    &e), 0);
	assert_int_equal(b.len, 32);
	assert_memory_equal(b.data, key, 32);
	for (i = 0; i < text.len; i++)
		text.data[i] = (uint8_t)toupper(text.data[i]);
	buf_clear(&b);
	assert_int_equal(bech32_decode(&b, "age", buf_str(&text), text.len,
	    &e), 0);
	assert_memory_equal(b.data, key, 32);
	/* Each single wrong character is found. */
	for (i = 4; i < text.len; i++) {
		uint8_t was = text.data[i];

		text.data[i] = was == 'Q' ? 'P' : 'Q';
		assert_int_equal(bech32_decode(&b, "age", buf_str(&text),
		    text.len, &e), -1);
		text.data[i] = was;
	}
	buf_release(&b);
	buf_release(&text);
}

/* Every length up to the largest; a buffer of the exact size is enough. */
static void
lengths(void **state)
{
	uint8_t data[2600];
	struct err e = ERR_INIT;
	size_t n, text_len;

	(void)state;
	for (n = 0; n < sizeof(data); n++)
		data[n] = (uint8_t)(n * n + n / 3);
	for (n = 0; n < sizeof(data); n += n < 60 ? 1 : 97) {
		struct buf text = BUF_INIT(BECH32_MAX_LEN);
		struct buf back = BUF_INIT(n);

		text_len = 4 + (n * 8 + 4) / 5 + 6;
		if (text_len > BECH32_MAX_LEN) {
			assert_int_equal(bech32_encode(&text, "key", data, n,
			    &e), -1);
			assert_int_equal(e.code, ERR_FORMAT);
			continue;
		}
		assert_int_equal(bech32_encode(&text, "key", data, n, &e), 0);
		assert_int_equal(text.len, text_len);
		assert_int_equal(bech32_decode(&back, "key", buf_str(&text),
		    text.len, &e), 0);
		assert_int_equal(back.len, n);
		if (n > 0)
			assert_memory_equal(back.data, data, n);
		buf_release(&text);
		buf_release(&back);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid),
		cmocka_unit_test(invalid),
		cmocka_unit_test(stray_bits),
		cmocka_unit_test(age_keys),
		cmocka_unit_test(lengths)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
