/* tests/chat/text_test.c - encodings and lines. */
#include "chat/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <iconv.h>
#include <string.h>

#include "base/banned.h"

static void
encode(struct buf *out, const char *name, const char *text)
{
	struct err e = ERR_INIT;
	char *in = (char *)(uintptr_t)text, *to;
	size_t left = strlen(text), room;
	iconv_t cd = iconv_open(name, "UTF-8");

	assert_true(cd != (iconv_t)-1);
	buf_clear(out);
	assert_int_equal(buf_reserve(out, left * 8 + 16, &e), 0);
	to = (char *)out->data;
	room = out->cap;
	assert_int_equal((int)iconv(cd, &in, &left, &to, &room), 0);
	out->len = (size_t)((uint8_t *)to - out->data);
	(void)iconv_close(cd);
}

static const char *
found(const void *data, size_t n)
{
	static struct chat_encoding enc;
	struct chat_bytes b = {data, n};
	struct err e = ERR_INIT;
	struct chat_input in;

	chat_input_bytes(&in, &b, "x");
	assert_int_equal(chat_encoding_find(&enc, &in, &e), 0);
	return enc.name;
}

static void
finds_encodings(void **state)
{
	static const struct {
		const char *name, *want, *line;
	} cases[] = {
		{"GB18030", "GB18030", "您好，有现货。价格是多少？\r\n"},
		{"BIG5", "BIG5-HKSCS", "您好，有現貨。價格是多少？\r\n"},
		{"CP932", "CP932", "こんにちは、在庫はありますか。\r\n"},
		{"EUC-KR", "CP949", "안녕하세요 재고가 있습니까\r\n"},
		{"UTF-8", "UTF-8", "Müller 您好 안녕\r\n"},
		{"UTF-16LE", "UTF-16LE", "2024-03-01 8:59:07 您好 Müller\r\n"},
		{"UTF-16BE", "UTF-16BE", "2024-03-01 8:59:07 您好 Müller\r\n"},
		{"CP1252", "CP1252", "Müller hätte gern größere Stückzahlen\r\n"},
		{"ASCII", "UTF-8", "nothing special\r\n"}
	};
	struct buf b = BUF_INIT(1 << 20), text = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_clear(&text);
		for (k = 0; k < 8; k++)
			(void)buf_adds(&text, cases[i].line, &e);
		encode(&b, cases[i].name, buf_str(&text));
		assert_string_equal(found(b.data, b.len), cases[i].want);
	}
	buf_release(&b);
	buf_release(&text);
	assert_string_equal(found("\xef\xbb\xbf\xff", 4), "UTF-8");
	assert_string_equal(found("\xff\xfe" "a", 3), "UTF-16LE");
	assert_string_equal(found("", 0), "UTF-8");
	/* A character that the end cuts off makes no other encoding. */
	assert_string_equal(found("ok \xe4\xbd\xa0\xe5\xa5", 8), "UTF-8");
}

/* One broken byte in a long text of UTF-8, late in the file. */
static void
forgives_a_broken_byte(void **state)
{
	struct buf b = BUF_INIT(8u << 20);
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < 40000; i++)
		(void)buf_adds(&b, "2024-03-01 您好 hello\n", &e);
	assert_string_equal(found(b.data, b.len), "UTF-8");
	b.data[b.len / 2] = 0xff;
	assert_string_equal(found(b.data, b.len), "UTF-8");
	buf_release(&b);
}

static struct chat_lines *
open_lines(const void *data, size_t n, const char *encoding, unsigned bom)
{
	static struct chat_bytes b;
	static struct chat_input in;
	struct chat_encoding enc = {"", bom, false};
	struct chat_lines *l;
	struct err e = ERR_INIT;

	b = (struct chat_bytes){data, n};
	chat_input_bytes(&in, &b, "x");
	(void)snprintf(enc.name, sizeof(enc.name), "%s", encoding);
	l = chat_lines_new(&in, &enc, &e);
	assert_non_null(l);
	return l;
}

static void
want_line(struct chat_lines *l, const char *text, uint64_t off, uint64_t len)
{
	struct chat_line line;
	struct err e = ERR_INIT;

	assert_int_equal(chat_lines_next(l, &line, &e), 1);
	assert_string_equal(line.s, text);
	assert_int_equal(line.n, strlen(text));
	assert_int_equal(line.off, off);
	assert_int_equal(line.len, len);
}

static void
want_end(struct chat_lines *l)
{
	struct chat_line line;
	struct err e = ERR_INIT;

	assert_int_equal(chat_lines_next(l, &line, &e), 0);
	assert_int_equal(chat_lines_next(l, &line, &e), 0);
	chat_lines_free(l);
}

static void
cuts_lines(void **state)
{
	struct chat_lines *l;

	(void)state;
	l = open_lines("a\r\n\nb\rc\n\xef\xbb\xbf" "d", 12, "UTF-8", 0);
	want_line(l, "a", 0, 3);
	want_line(l, "", 3, 1);
	want_line(l, "b\rc", 4, 4);
	want_line(l, "\xef\xbb\xbf" "d", 8, 4);
	want_end(l);
	l = open_lines("\xef\xbb\xbf" "a\n", 5, "UTF-8", 0);
	want_line(l, "a", 0, 5);
	want_end(l);
	l = open_lines("", 0, "UTF-8", 0);
	want_end(l);
	/* A line feed in the half of a character is none. */
	l = open_lines("\xff\xfe" "a\0\x0a\x0a\r\0\n\0b\0\n", 13, "UTF-16LE",
	    2);
	want_line(l, "a\xe0\xa8\x8a", 2, 8);
	want_line(l, "b\xef\xbf\xbd", 10, 3);
	want_end(l);
	l = open_lines("\0a\0\r\0\n\x0a\0\0b", 10, "UTF-16BE", 0);
	want_line(l, "a", 0, 6);
	want_line(l, "\xe0\xa8\x80" "b", 6, 4);
	want_end(l);
}

static void
repairs_bytes(void **state)
{
	struct chat_line line;
	struct chat_lines *l;
	struct err e = ERR_INIT;

	(void)state;
	l = open_lines("a\0b\xff\nok\n", 8, "UTF-8", 0);
	assert_int_equal(chat_lines_next(l, &line, &e), 1);
	assert_string_equal(line.s, "a\xef\xbf\xbd" "b\xef\xbf\xbd");
	assert_true(line.replaced);
	assert_int_equal(chat_lines_next(l, &line, &e), 1);
	assert_false(line.replaced);
	want_end(l);
	/* A bad byte costs itself, not the line. */
	l = open_lines("\xc4\xfa\xff\xba\xc3\n\xc4", 7, "GB18030", 0);
	assert_int_equal(chat_lines_next(l, &line, &e), 1);
	assert_string_equal(line.s, "您\xef\xbf\xbd好");
	assert_int_equal(chat_lines_next(l, &line, &e), 1);
	assert_string_equal(line.s, "\xef\xbf\xbd");
	assert_true(line.last);
	want_end(l);
	l = open_lines("ab\xe4\xbd", 4, "UTF-8", 0);
	assert_int_equal(chat_lines_next(l, &line, &e), 1);
	assert_true(line.torn && line.last && line.replaced);
	want_end(l);
	l = open_lines("\xe4\xbd\xa0", 3, "UTF-8", 0);
	assert_int_equal(chat_lines_next(l, &line, &e), 1);
	assert_true(line.last && !line.torn);
	want_end(l);
}

/* As chat_input_bytes(), at most `step` bytes at a time. */
struct slow {
	const uint8_t *data;
	size_t n, step;
};

static int64_t
read_slowly(void *arg, uint64_t off, void *buf, size_t n, struct err *e)
{
	const struct slow *s = arg;
	size_t left = off < s->n ? s->n - (size_t)off : 0;

	(void)e;
	n = n < left ? n : left;
	n = n < s->step ? n : s->step;
	memcpy(buf, s->data + off, n);
	return (int64_t)n;
}

/* The lines of S are its bytes between line feeds, each repaired alone. */
static void
same_as_alone(const struct slow *s)
{
	struct chat_input in = {.read = read_slowly,
	    .arg = (void *)(uintptr_t)s, .size = s->n, .name = "x", .path = ""};
	struct chat_encoding enc = {"UTF-8", 0, false};
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct chat_lines *l = chat_lines_new(&in, &enc, &e);
	const uint8_t *lf;
	struct chat_line line;
	size_t at = 0, n;
	bool replaced;

	assert_non_null(l);
	while (at < s->n) {
		lf = memchr(s->data + at, '\n', s->n - at);
		n = lf ? (size_t)(lf - s->data) - at : s->n - at;
		replaced = false;
		buf_clear(&b);
		assert_int_equal(chat_text_convert(&b, "UTF-8", s->data + at,
		    n, &replaced, &e), 0);
		assert_int_equal(chat_lines_next(l, &line, &e), 1);
		assert_int_equal(line.n, b.len);
		assert_memory_equal(line.s, buf_str(&b), b.len + 1);
		assert_int_equal(line.replaced, replaced);
		assert_int_equal(line.off, at);
		at += n + (lf ? 1 : 0);
	}
	want_end(l);
	buf_release(&b);
}

/* Wherever the good and the bad lie, and however they are read. */
static void
repairs_each_line_alone(void **state)
{
	static const struct {
		const char *s;
		size_t n;
	} pieces[] = {
		{"\n", 1}, {"\n\n", 2}, {"a", 1}, {"word ", 5},
		{"0123456789abcdef", 16}, {"你", 3}, {"您好，有现货。", 21},
		{"é", 2}, {"한", 3}, {"\xf0\x9f\x98\x80", 4}, {"\x7f", 1},
		{"\xe1\x80\x80\xec\xbf\xbf", 6}, {"\xee\x80\x80你", 6},
		/* bad ones from here */
		{"\0", 1}, {"\xff", 1}, {"\xe4\xbd", 2}, {"\x80", 1},
		{"\xed\xa0\x80你", 6}, {"你\xed\xbf\xbf", 6},
		{"\xe0\x80\x80你", 6}, {"你\xe0\x9f\xbf", 6},
		{"\xf4\x90\x80\x80", 4}, {"\xc1\x81", 2}
	};
	static const size_t steps[] = {1, 5, 8, 64, 4000, 1 << 20};
	uint8_t text[4096];
	struct slow s = {text, 0, 0};
	uint32_t seed = 1, good;
	size_t i, k;

	(void)state;
	for (i = 0; i < 600; i++) {
		/* All good, one bad in thirty, all that there are. */
		good = i % 3 == 0 ? 1 : i % 3 == 1 ? 30 : 2;
		for (s.n = 0; s.n + 32 < sizeof(text);) {
			seed = seed * 1664525 + 1013904223;
			k = (seed >> 8) % (good > 1 &&
			    (seed >> 24) % good == 0 ? 23 : 13);
			memcpy(text + s.n, pieces[k].s, pieces[k].n);
			s.n += pieces[k].n;
		}
		s.step = steps[i / 3 % 6];
		same_as_alone(&s);
	}
}

/* Longer than the cap: cut between characters, the next line whole. */
static void
caps_lines(void **state)
{
	size_t n = 20u << 20, i;
	char *big = malloc(n);
	struct chat_line line;
	struct chat_lines *l;
	struct err e = ERR_INIT;

	(void)state;
	assert_non_null(big);
	for (i = 0; i + 3 <= n; i += 3)
		memcpy(big + i, "你", 3);
	memcpy(big + n - 8, "\nend\r\nx", 8);
	l = open_lines(big, n - 1, "UTF-8", 0);
	assert_int_equal(chat_lines_next(l, &line, &e), 1);
	assert_true(line.cut);
	assert_true(line.n <= CHAT_LINE_MAX && line.n > CHAT_LINE_MAX - 4);
	assert_int_equal(line.n % 3, 0);
	assert_int_equal(line.len, n - 7);
	assert_false(line.replaced);
	want_line(l, "end", n - 7, 5);
	want_line(l, "x", n - 2, 1);
	want_end(l);
	free(big);
}

static void
converts_pieces(void **state)
{
	struct buf b = BUF_INIT(1000);
	struct err e = ERR_INIT;
	bool replaced = false;

	(void)state;
	assert_int_equal(chat_text_convert(&b, "GB18030", "\xc4\xfa", 2,
	    &replaced, &e), 0);
	assert_string_equal(buf_str(&b), "您");
	assert_false(replaced);
	assert_int_equal(chat_text_convert(&b, "UTF-8", "x\0", 2, &replaced,
	    &e), 0);
	assert_string_equal(buf_str(&b), "您x\xef\xbf\xbd");
	assert_true(replaced);
	assert_int_equal(chat_text_convert(&b, "no such thing", "x", 1,
	    &replaced, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	buf_release(&b);
}

static void
holds_charsets(void **state)
{
	struct err e = ERR_INIT;
	struct chat_charsets *c = chat_charsets_load(&e);

	(void)state;
	assert_non_null(c);
	chat_charsets_free(c);
	chat_charsets_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_encodings),
		cmocka_unit_test(forgives_a_broken_byte),
		cmocka_unit_test(cuts_lines),
		cmocka_unit_test(repairs_bytes),
		cmocka_unit_test(repairs_each_line_alone),
		cmocka_unit_test(caps_lines),
		cmocka_unit_test(converts_pieces),
		cmocka_unit_test(holds_charsets)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
