/* open/slip39_share, open/slip39_words: words, fields, wrong words. */
#include "open/slip39_share.h"
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"

#include "base/banned.h"

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e);
}

static const char *
word(unsigned number)
{
	static char text[SLIP39_WORD_LEN + 1];

	slip39_word_text(text, number);
	return text;
}

/* --- the list --- */

/* The list as the file of the standard: git names it by its content. */
static void
list_is_the_standards(void **state)
{
	static const char head[] = "blob 7231";
	struct err e = ERR_INIT;
	struct buf file = BUF_INIT(16384);
	uint8_t id[HASH_SHA1_LEN];
	char hex[2 * HASH_SHA1_LEN + 1];
	unsigned i;

	(void)state;
	assert_int_equal(buf_add(&file, head, sizeof(head), &e), 0);
	for (i = 0; i < SLIP39_WORDS; i++)
		assert_int_equal(buf_addf(&file, &e, "%s\n", word(i)), 0);
	assert_int_equal(file.len, sizeof(head) + 7231);
	hash_sha1(id, file.data, file.len);
	str_hex(hex, id, sizeof(id));
	assert_string_equal(hex, "5673e7ca7f20ed7a5e70b3a7fa5e6df277ee29ab");
	buf_release(&file);
}

/* What the standard promises of them, which the functions lean upon. */
static void
list_is_as_promised(void **state)
{
	char before[SLIP39_WORD_LEN + 1] = "";
	unsigned i;
	size_t n;

	(void)state;
	for (i = 0; i < SLIP39_WORDS; i++) {
		n = strlen(word(i));
		assert_true(n >= SLIP39_PREFIX_LEN && n <= SLIP39_WORD_LEN);
		assert_true(strncmp(before, word(i), SLIP39_PREFIX_LEN) < 0);
		memcpy(before, word(i), n + 1);
	}
}

static void
words_are_found(void **state)
{
	char text[SLIP39_WORD_LEN + 1], upper[SLIP39_WORD_LEN + 1] = "";
	unsigned i;
	size_t n, k;

	(void)state;
	for (i = 0; i < SLIP39_WORDS; i++) {
		slip39_word_text(text, i);
		for (k = 0; k < sizeof(upper); k++)
			upper[k] = (char)toupper((unsigned char)text[k]);
		for (n = SLIP39_PREFIX_LEN; n <= strlen(text); n++) {
			assert_int_equal(slip39_word_find(text, n), i);
			assert_int_equal(slip39_word_find(upper, n), i);
		}
		for (n = 0; n < SLIP39_PREFIX_LEN; n++)
			assert_int_equal(slip39_word_find(text, n), -1);
	}
	assert_int_equal(slip39_word_find("AcAd", 4), 0);
	assert_int_equal(slip39_word_find("zero", 4), 1023);
	assert_int_equal(slip39_word_find("zeros", 5), -1);
	assert_int_equal(slip39_word_find("academix", 8), -1);
	assert_int_equal(slip39_word_find("academics", 9), -1);
	assert_int_equal(slip39_word_find("aca\0", 4), -1);
	assert_int_equal(slip39_word_find("zero\0\0\0", 7), -1);
	assert_int_equal(slip39_word_find("@cid", 4), -1);
	assert_int_equal(slip39_word_find("a[id", 4), -1);
	assert_int_equal(slip39_word_find("\xe1" "cid", 4), -1);
	assert_int_equal(slip39_word_find("1234", 4), -1);
	assert_int_equal(slip39_word_find("", 0), -1);
}

static void
near(const char *typed, const char *want)
{
	const char *got = slip39_word_nearest(typed, strlen(typed));

	if (want)
		assert_string_equal(got, want);
	else
		assert_null(got);
}

static void
nearest_words(void **state)
{
	(void)state;
	near("academix", "academic");
	near("ACADEMCI", "academic");
	near("academically", "academic");	/* the first four letters */
	near("yero", "zero");
	near("satohsi", "satoshi");
	near("wrk", "work");
	near("xxxxxxxx", NULL);
	near("", NULL);
	near("w0rk", NULL);
	near("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL);
}

/* --- shares --- */

/* A share of random fields. */
static void
random_share(struct slip39_share *s, size_t len)
{
	uint8_t r[10];

	memset(s, 0, sizeof(*s));
	secmem_random(r, sizeof(r));
	s->id = (unsigned)(r[0] << 8 | r[1]) & 0x7fff;
	s->extendable = r[2] & 1;
	s->exponent = r[3] & 15;
	s->group = r[4] & 15;
	s->group_count = (r[5] & 15) + 1;
	s->group_threshold = r[6] % s->group_count + 1;
	s->member = r[7] & 15;
	s->threshold = (r[8] & 15) + 1;
	s->len = len;
	secmem_random(s->value, len);
}

static void
assert_same(const struct slip39_share *a, const struct slip39_share *b)
{
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->extendable, b->extendable);
	assert_int_equal(a->exponent, b->exponent);
	assert_int_equal(a->group, b->group);
	assert_int_equal(a->group_threshold, b->group_threshold);
	assert_int_equal(a->group_count, b->group_count);
	assert_int_equal(a->member, b->member);
	assert_int_equal(a->threshold, b->threshold);
	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->value, b->value, a->len);
	assert_int_equal(a->nwords, b->nwords);
}

static void
round_trips(void **state)
{
	static const unsigned words[] = {	/* of 16, 18, ... 64 bytes */
		20, 22, 23, 25, 27, 28, 30, 31, 33
	};
	struct err e = ERR_INIT;
	struct slip39_share a, b;
	char text[SLIP39_LINE_MAX];
	size_t len, i;

	(void)state;
	for (len = SHAMIR_MIN_LEN; len <= SHAMIR_MAX_LEN; len += 2) {
		for (i = 0; i < 50; i++) {
			random_share(&a, len);
			assert_int_equal(slip39_share_encode(&a, &e), 0);
			slip39_share_text(text, &a);
			assert_int_equal(slip39_share_decode(&b, text,
			    strlen(text), &e), 0);
			assert_same(&a, &b);
		}
		if (len <= 32)
			assert_int_equal(a.nwords, words[(len - 16) / 2]);
	}
	assert_int_equal(a.nwords, SLIP39_MAX_WORDS);
}

/* As a person types: capitals, four letters, lines, odd white space. */
static void
as_typed(void **state)
{
	struct err e = ERR_INIT;
	struct slip39_share a, b;
	char text[SLIP39_TEXT_MAX], one[SLIP39_WORD_LEN + 1];
	size_t i, n = 0;

	(void)state;
	random_share(&a, 32);
	assert_int_equal(slip39_share_encode(&a, &e), 0);
	for (i = 0; i < a.nwords; i++) {
		slip39_word_text(one, a.word[i]);
		one[0] = (char)toupper((unsigned char)one[0]);
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    i % 2 ? "%.4s\r\n" : "\t%s  ", one);
	}
	assert_int_equal(slip39_share_decode(&b, text, n, &e), 0);
	assert_same(&a, &b);
}

static int
decode_words(struct slip39_share *out, const struct slip39_share *s,
	struct err *e)
{
	char text[SLIP39_LINE_MAX];

	slip39_share_text(text, s);
	return slip39_share_decode(out, text, strlen(text), e);
}

/* The hint names this word, counted from 1. */
static bool
hints_at(const struct err *e, size_t no)
{
	char want[64];

	(void)snprintf(want, sizeof(want), "look at word %zu on", no);
	return strstr(e->hint, want) != NULL;
}

/*
 * Every other word in every place is found out, and the place is told.  The
 * checksum is linear: what holds for one share holds for all of its length.
 */
static void
single_errors(void **state)
{
	struct err e = ERR_INIT;
	struct slip39_share a, wrong, out;
	size_t len, i;
	unsigned d;

	(void)state;
	for (len = 16; len <= 32; len += 16) {
		random_share(&a, len);
		assert_int_equal(slip39_share_encode(&a, &e), 0);
		wrong = a;
		for (i = 0; i < a.nwords; i++) {
			/* All 1023 of the short one; of both at the flag. */
			for (d = 1; d < SLIP39_WORDS;
			    d += len == 16 || i == 1 ? 1 : 13) {
				wrong.word[i] = (uint16_t)(a.word[i] ^ d);
				assert_int_equal(decode_words(&out, &wrong,
				    &e), -1);
				assert_int_equal(e.code, ERR_FORMAT);
				assert_non_null(strstr(e.what, "checksum"));
				assert_true(hints_at(&e, i + 1));
			}
			wrong.word[i] = a.word[i];
		}
	}
}

/* Two and three wrong words are found; two are never put on one wrong place. */
static void
more_errors(void **state)
{
	struct err e = ERR_INIT;
	struct slip39_share a, wrong, out;
	unsigned k, i, n;
	uint8_t r[9];
	size_t at;

	(void)state;
	random_share(&a, 32);
	assert_int_equal(slip39_share_encode(&a, &e), 0);
	for (k = 0; k < 3000; k++) {
		wrong = a;
		n = 2 + k % 2;
		secmem_random(r, sizeof(r));
		for (i = 0; i < n; i++) {
			at = (r[i] + i * 11u) % a.nwords;
			wrong.word[at] ^= (uint16_t)((r[3 + i] << 2 | 1) &
			    0x3ff);
		}
		if (memcmp(wrong.word, a.word, sizeof(a.word)) == 0)
			continue;
		assert_int_equal(decode_words(&out, &wrong, &e), -1);
		assert_non_null(strstr(e.what, "checksum"));
	}
	for (i = 0; i + 1 < a.nwords; i++) {	/* neighbours swapped */
		wrong = a;
		wrong.word[i] = a.word[i + 1];
		wrong.word[i + 1] = a.word[i];
		if (a.word[i] == a.word[i + 1])
			continue;
		assert_int_equal(decode_words(&out, &wrong, &e), -1);
		assert_non_null(strstr(e.hint, "each word"));
	}
}

static void
refused(const char *text, size_t n, const char *what, const char *hint)
{
	struct err e = ERR_INIT;
	struct slip39_share s;

	assert_int_equal(slip39_share_decode(&s, text, n, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_non_null(strstr(e.what, what));
	assert_non_null(strstr(e.hint, hint));
}

static void
hostile_text(void **state)
{
	char text[SLIP39_TEXT_MAX + 1];
	size_t i;

	(void)state;
	refused("", 0, "0 words", "missing");
	refused("  \n", 3, "0 words", "missing");
	refused("acid acid", 9, "2 words", "missing");
	refused("acid acidd", 10, "word 2, 'acidd', is not", "is it 'acid'?");
	refused("acid xxxxxxx", 12, "word 2, 'xxxxxxx', is not", "four");
	refused("acid aci", 8, "word 2, 'aci', is not", "'acid'");
	refused("acid \x1b[31m", 10, "word 2 holds a character", "four");
	refused("acid ac\0d", 9, "word 2 holds a character", "four");
	refused("\xe9\x95\xbf", 3, "word 1 holds a character", "four");
	refused("xxxxxxxxxxxxxxxxxxxxxxxxx", 25, "'xxxxxxxxxxxxxxxx...'",
	    "four");
	memset(text, 'a', sizeof(text));
	refused(text, sizeof(text), "too long", "");
	refused(text, sizeof(text) - 1, "word 1, 'aaaa", "four");
	memset(text, ' ', sizeof(text));
	refused(text, SLIP39_TEXT_MAX, "0 words", "missing");
	for (i = 0; i + 5 <= SLIP39_TEXT_MAX; i += 5)
		memcpy(text + i, "acid ", 5);
	refused(text, SLIP39_TEXT_MAX, "more than 59 words", "");
	for (i = 1; i <= SLIP39_MAX_WORDS; i++)
		refused(text, i * 5, i < 20 || i % 8 == 0 || i % 8 == 2 ||
		    i % 8 == 5 ? "which no share has" : "checksum", "");
}

/* The standard's own way to the checksum, word for word. */
static void
put_checksum(struct slip39_share *s)
{
	static const uint32_t gen[10] = {
		0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009,
		0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x3f3f120
	};
	const char *cs = s->word[1] & 16 ? "shamir_extendable" : "shamir";
	size_t n = strlen(cs), i;
	uint32_t chk = 1, b, v;
	unsigned k;

	for (i = 0; i < n + s->nwords; i++) {
		v = i < n ? (uint32_t)cs[i] :
		    i < n + s->nwords - 3 ? s->word[i - n] : 0;
		b = chk >> 20;
		chk = (chk & 0xfffff) << 10 ^ v;
		for (k = 0; k < 10; k++)
			if (b >> k & 1)
				chk ^= gen[k];
	}
	chk ^= 1;
	for (k = 0; k < 3; k++)
		s->word[s->nwords - 3 + k] = chk >> 10 * (2 - k) & 1023;
}

/* The right checksum over what must not be: padding, groups. */
static void
ill_formed(void **state)
{
	struct err e = ERR_INIT;
	struct slip39_share a, b, out;
	unsigned bit;

	(void)state;
	random_share(&a, 16);	/* 2 bits of padding */
	assert_int_equal(slip39_share_encode(&a, &e), 0);
	for (bit = 0; bit < 2; bit++) {
		b = a;
		b.word[4] |= (uint16_t)(0x200 >> bit);
		put_checksum(&b);
		assert_int_equal(decode_words(&out, &b, &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
		assert_non_null(strstr(e.what, "well formed"));
	}
	b = a;
	b.word[4] ^= 0x80;	/* the first bit of the value */
	put_checksum(&b);
	assert_int_equal(decode_words(&out, &b, &e), 0);
	assert_int_equal(out.value[0], a.value[0] ^ 0x80);
	b.word[2] = 3 << 2;	/* 4 groups of 1 */
	b.word[3] = 0;
	put_checksum(&b);
	assert_int_equal(decode_words(&out, &b, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_non_null(strstr(e.what, "4 groups are wanted, and there are 1"
	    ));
}

/* What is no share is not written. */
static void
not_written(void **state)
{
	struct err e = ERR_INIT;
	struct slip39_share a;

	(void)state;
	random_share(&a, 16);
	a.group_count = 2;
	a.group_threshold = 3;
	assert_int_equal(slip39_share_encode(&a, &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	random_share(&a, 15);
	assert_int_equal(slip39_share_encode(&a, &e), -1);
	random_share(&a, 16);
	a.len = 66;
	assert_int_equal(slip39_share_encode(&a, &e), -1);
	a.len = 16;
	a.exponent = 16;
	assert_int_equal(slip39_share_encode(&a, &e), -1);
	a.exponent = 0;
	a.id = 1 << 15;
	assert_int_equal(slip39_share_encode(&a, &e), -1);
	a.id = 0;
	a.threshold = 0;
	assert_int_equal(slip39_share_encode(&a, &e), -1);
	a.threshold = 17;
	assert_int_equal(slip39_share_encode(&a, &e), -1);
	a.threshold = 16;
	a.member = 16;
	assert_int_equal(slip39_share_encode(&a, &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_is_the_standards),
		cmocka_unit_test(list_is_as_promised),
		cmocka_unit_test(words_are_found),
		cmocka_unit_test(nearest_words),
		cmocka_unit_test(round_trips),
		cmocka_unit_test(as_typed),
		cmocka_unit_test(single_errors),
		cmocka_unit_test(more_errors),
		cmocka_unit_test(hostile_text),
		cmocka_unit_test(ill_formed),
		cmocka_unit_test(not_written),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
