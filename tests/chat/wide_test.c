/* chat/wide: UTF-16 as UTF-8, and where each byte of it stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "chat/wide.h"

#include "base/banned.h"

#define MANY 60000u		/* characters: some four blocks */

static uint64_t noise = 1;

static uint32_t
roll(uint32_t n)
{
	noise = noise * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(noise >> 33) % n;
}

/* A text in both encodings, and where each byte of UTF-8 comes from. */
struct text {
	uint8_t wide[MANY * 4 + 8];
	uint8_t utf8[MANY * 4 + 8];
	uint32_t place[MANY * 4 + 8];
	size_t nwide, nutf8;
	bool big;
};

static void
add_unit(struct text *t, uint32_t unit)
{
	t->wide[t->nwide++] = (uint8_t)(t->big ? unit >> 8 : unit);
	t->wide[t->nwide++] = (uint8_t)(t->big ? unit : unit >> 8);
}

/* Character C, or half of a pair, which is SHOWN. */
static void
add(struct text *t, uint32_t c, uint32_t shown)
{
	size_t at = t->nwide, n, i;

	if (c >= 0x10000) {
		add_unit(t, 0xd800 + ((c - 0x10000) >> 10));
		add_unit(t, 0xdc00 + ((c - 0x10000) & 0x3ff));
	} else {
		add_unit(t, c);
	}
	n = utf8_put(shown, (char *)t->utf8 + t->nutf8);
	for (i = 0; i < n; i++)
		t->place[t->nutf8++] = (uint32_t)at;
}

static void
are_same(struct text *t, size_t bom)
{
	struct chat_bytes bytes = {t->wide, t->nwide};
	struct chat_input in, out;
	struct chat_wide *w;
	struct err e = ERR_INIT;
	uint8_t got[5000];
	uint64_t place;
	size_t off, n, i;

	chat_input_bytes(&in, &bytes, "a.json");
	w = chat_wide_new(&in, bom, t->big, &e);
	assert_non_null(w);
	chat_wide_input(w, &out);
	assert_int_equal(out.size, t->nutf8);
	assert_string_equal(out.name, "a.json");
	for (off = 0; off < t->nutf8; off += n) {
		n = t->nutf8 - off < sizeof(got) ? t->nutf8 - off :
		    sizeof(got);
		assert_int_equal(chat_input_read(&out, off, got, n, &e), 0);
		assert_memory_equal(got, t->utf8 + off, n);
	}
	for (i = 0; t->nutf8 > 0 && i < 2000; i++) {
		off = roll((uint32_t)t->nutf8);
		assert_int_equal(chat_input_read(&out, off, got, 1, &e), 0);
		assert_int_equal(got[0], t->utf8[off]);
		assert_int_equal(chat_wide_place(w, off, &place, &e), 0);
		assert_int_equal(place, t->place[off]);
	}
	assert_int_equal(chat_wide_place(w, t->nutf8, &place, &e), 0);
	assert_int_equal(place, t->nwide);
	assert_int_equal(out.read(out.arg, t->nutf8, got, 1, &e), 0);
	chat_wide_free(w);
}

static uint32_t
any(void)
{
	static const uint32_t some[] = {'a', '"', 0xe9, 0x4f60, 0xfffd,
	    0x1f600, 0x10ffff, 0x10000, 0xffff, 0x7ff, 0x800, '\n'};

	return some[roll(sizeof(some) / sizeof(*some))];
}

/* Pairs lie across the borders of blocks, one way or the other. */
static void
all_of_it_and_any_byte(void **state)
{
	struct text *t = calloc(1, sizeof(*t));
	unsigned k, i;
	uint32_t c;

	(void)state;
	assert_non_null(t);
	for (k = 0; k < 6; k++) {
		memset(t, 0, sizeof(*t));
		t->big = k % 2;
		if (k >= 2)
			add_unit(t, 0xfeff);
		if (k >= 4)
			add(t, 'x', 'x');
		for (i = 0; i < MANY; i++) {
			c = k % 3 == 0 ? 0x1f600 : any();
			add(t, c, c);
		}
		are_same(t, k >= 2 ? 2 : 0);
	}
	free(t);
}

/* Halves of pairs, NUL, and a file that ends within a character. */
static void
no_characters(void **state)
{
	struct text *t = calloc(1, sizeof(*t));
	unsigned i;

	(void)state;
	assert_non_null(t);
	are_same(t, 0);
	add(t, 0xdc00, 0xfffd);
	add(t, 'a', 'a');
	add(t, 0, 0xfffd);
	/* the last unit of a block is a first half without a second */
	for (i = 3; i < 16383; i++)
		add(t, 'b', 'b');
	add(t, 0xd83d, 0xfffd);
	add(t, 'c', 'c');
	/* a second half begins the next one, and no first is before it */
	while (t->nwide < 2 * 32768)
		add(t, 'd', 'd');
	add(t, 0xde00, 0xfffd);
	add(t, 0xd83d, 0xfffd);
	t->wide[t->nwide++] = 'x';
	t->place[t->nutf8] = (uint32_t)t->nwide - 1;
	t->place[t->nutf8 + 1] = t->place[t->nutf8 + 2] =
	    (uint32_t)t->nwide - 1;
	t->nutf8 += utf8_put(0xfffd, (char *)t->utf8 + t->nutf8);
	are_same(t, 0);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it_and_any_byte),
		cmocka_unit_test(no_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
