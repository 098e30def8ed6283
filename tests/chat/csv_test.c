/* tests/chat/csv_test.c - rows, and what damaged quotes may cost. */
#include "chat/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "chat/sheet.h"

#include "base/banned.h"

static bool
is_time(void *arg, struct chat_str cell)
{
	struct chat_stamp s;

	(void)arg;
	return sheet_parse_time(&s, cell, DATE_DMY);
}

/* Rows as text: "[a][b]" with "!" behind damaged ones, "@off+len". */
static const char *
rows(struct buf *out, const char *data, size_t n, char delimiter,
	size_t columns)
{
	struct chat_bytes bytes = {(const uint8_t *)data, n};
	struct chat_encoding enc = {"UTF-8", 0, false};
	struct chat_input in;
	struct err e = ERR_INIT;
	struct csv_row row;
	struct csv *c;
	size_t i, k;
	int got;

	buf_release(out);
	buf_init(out, 64u << 20);
	chat_input_bytes(&in, &bytes, "x.csv");
	c = csv_open(&in, &enc, delimiter, &e);
	assert_non_null(c);
	if (columns > 0)
		csv_expect(c, columns, 0, is_time, NULL);
	while ((got = csv_next(c, &row, &e)) == 1) {
		assert_true(row.len > 0 && row.off + row.len <= n);
		for (i = 0; i < row.n; i++) {
			(void)buf_addc(out, '[', &e);
			for (k = 0; k < row.cell[i].n && k < 100; k++)
				(void)buf_addc(out, row.cell[i].s[k] == '\n' ?
				    '~' : row.cell[i].s[k], &e);
			(void)buf_addc(out, ']', &e);
		}
		(void)buf_addf(out, &e, "%s@%d+%d ", row.damaged ? "!" : "",
		    (int)row.off, (int)row.len);
	}
	assert_int_equal(got, 0);
	csv_close(c);
	return buf_str(out);
}

static void
is(const char *data, char delimiter, size_t columns, const char *want)
{
	struct buf b = BUF_INIT(0);

	assert_string_equal(rows(&b, data, strlen(data), delimiter, columns),
	    want);
	buf_release(&b);
}

static void
cells(void **state)
{
	(void)state;
	is("a,b\r\nc,d\r\n", ',', 0, "[a][b]@0+5 [c][d]@5+5 ");
	is("a,,\n,b,", ',', 0, "[a][][]@0+4 [][b][]@4+3 ");
	is("\"a,b\",\"c\"\"d\"\n", ',', 0, "[a,b][c\"d]@0+13 ");
	is("\"a\nb\r\nc\",d\ne,f\n", ',', 0, "[a~b~c][d]@0+11 [e][f]@11+4 ");
	is("\n\na;b\n\n", ';', 0, "[a][b]@2+4 ");
	is("5\" pipe,x\n", ',', 0, "[5\" pipe][x]@0+10 ");
	is("a, \"b,c\" ,d\n", ',', 0, "[a][b,c ][d]@0+12 ");
	is("\"\",\"\"\n", ',', 0, "[][]@0+6 ");
	is("sep=;\na;b\n", ',', 0, "[a][b]@6+4 ");
	is("", ',', 0, "");
}

/* A row without the end of its quote costs no other. */
static void
damaged(void **state)
{
	(void)state;
	is("2024-03-01 08:00,A,\"open\n2024-03-01 08:01,B,x\n"
	    "2024-03-01 08:02,C,\"y\"\n", ',', 3,
	    "[2024-03-01 08:00][A][open]!@0+25 "
	    "[2024-03-01 08:01][B][x]@25+21 "
	    "[2024-03-01 08:02][C][y]@46+23 ");
	/* To the end of the file. */
	is("2024-03-01 08:00,A,\"open\nmore\n2024-03-01 08:01,B,x\n", ',', 3,
	    "[2024-03-01 08:00][A][open~more]!@0+30 "
	    "[2024-03-01 08:01][B][x]@30+21 ");
	is("2024-03-01 08:00,A,\"open\nmore\n", ',', 3,
	    "[2024-03-01 08:00][A][open~more]!@0+30 ");
	/* What looks like a row in good quotes is text. */
	is("2024-03-01 08:00,A,\"see\n2024-03-01 08:01,B,x\nend\"\n", ',', 3,
	    "[2024-03-01 08:00][A][see~2024-03-01 08:01,B,x~end]@0+50 ");
	/* Text behind the end of a quote, in one line. */
	is("2024-03-01 08:00,A,\"x\"y\n", ',', 3,
	    "[2024-03-01 08:00][A][xy]@0+24 ");
}

static void
caps(void **state)
{
	const size_t n = 6u << 20;
	char *big = malloc(2 * n + 64);
	struct buf b = BUF_INIT(0);
	size_t at = 0, i;

	(void)state;
	assert_non_null(big);
	/* A line over the cap, then a row. */
	memset(big, 'x', n);
	memcpy(big + n, "\na,b\n", 5);
	assert_non_null(strstr(rows(&b, big, n + 5, ',', 0),
	    "@0+6291457 [a][b]@6291457+4 "));
	/* A quote that never ends, over more lines than are kept. */
	memcpy(big, "2024-03-01 08:00,A,\"open\n", 25);
	for (at = 25; at < n; at += 8)
		memcpy(big + at, "no row \n", 8);
	memcpy(big + at, "2024-03-01 08:01,B,x\n", 21);
	assert_non_null(strstr(rows(&b, big, at + 21, ',', 3),
	    "[2024-03-01 08:01][B][x]"));
	/* More cells than there may be. */
	for (i = 0; i < 1000; i++)
		big[i] = ',';
	big[1000] = '\n';
	assert_string_equal(rows(&b, big, 1001, ',', 0), "@0+1001 ");
	buf_release(&b);
	free(big);
}

static void
looks(const char *text, char delimiter, size_t n)
{
	struct chat_sniff s = {.text = text, .ntext = strlen(text)};
	struct csv_head h;

	if (n == 0) {
		assert_false(csv_look(&h, &s));
		return;
	}
	assert_true(csv_look(&h, &s));
	assert_int_equal(h.delimiter, delimiter);
	assert_int_equal(h.n, n);
}

static void
votes(void **state)
{
	struct chat_sniff s = {.text = "\"A b\", Name ;x\n1,2\n",
		.ntext = 19};
	struct csv_head h;

	(void)state;
	looks("a,b\n1,2\n3,4\n", ',', 2);
	looks("a;b;c\n1;2,5;x\n2;\"3;4\";y\n", ';', 3);
	looks("a\tb\n1\t2, and 3\n", '\t', 2);
	looks("sep=|\na|b\n", '|', 2);
	looks("one line\n", 0, 0);
	looks("{\"a\":1,\n\"b\":2}\n", 0, 0);
	looks("", 0, 0);
	assert_true(csv_look(&h, &s));
	assert_int_equal(csv_column(h.cell, h.n, "x|a b"), 0);
	assert_int_equal(csv_column(h.cell, h.n, "name ;x"), 1);
	assert_int_equal(csv_column(h.cell, h.n, "name"), -1);
	s.text = "询盘ID(tradeId),Owner （业务员）,(x),)\n1,2,3,4\n";
	s.ntext = strlen(s.text);
	assert_true(csv_look(&h, &s));
	assert_int_equal(csv_column(h.cell, h.n, "询盘id"), 0);
	assert_int_equal(csv_column(h.cell, h.n, "a|tradeid"), 0);
	assert_int_equal(csv_column(h.cell, h.n, "业务员"), 1);
	assert_int_equal(csv_column(h.cell, h.n, "owner"), 1);
	assert_int_equal(csv_column(h.cell, h.n, "x"), -1);
	assert_true(csv_is((struct chat_str){"ABC", 3}, "x|abc"));
	assert_false(csv_is((struct chat_str){"AB", 2}, "x|abc"));
}

static void
time_is(const char *text, enum date_order order, const char *want)
{
	struct chat_stamp s;
	char out[STAMP_TEXT_LEN] = "";

	if (sheet_parse_time(&s, (struct chat_str){text, strlen(text)},
	    order))
		stamp_text(out, &s);
	assert_string_equal(out, want);
}

static void
times(void **state)
{
	(void)state;
	time_is("2024-03-01 08:59:07", DATE_DMY, "2024-03-01T08:59:07");
	time_is("2024/3/1 8:59", DATE_MDY, "2024-03-01T08:59:00");
	time_is("1709254747", DATE_DMY, "2024-03-01T00:59:07Z");
	time_is("1709254747123", DATE_DMY, "2024-03-01T00:59:07.123Z");
	time_is("3/4/2024 8:59", DATE_DMY, "2024-04-03T08:59:00");
	time_is("3/4/2024 8:59 PM", DATE_MDY, "2024-03-04T20:59:00");
	time_is("03.04.24, 8:59", DATE_DMY, "2024-04-03T08:59:00");
	time_is("2024年3月1日 8:59:07", DATE_DMY, "2024-03-01T08:59:07");
	time_is("2024-03-01T08:59:07.0000000+08:00", DATE_DMY,
	    "2024-03-01T08:59:07+08:00");
	time_is("01-Mar-24 08:59 PM", DATE_MDY, "2024-03-01T20:59:00");
	time_is("1 March 2024", DATE_MDY, "2024-03-01");
	time_is("01-Foo-24 08:59", DATE_MDY, "");
	time_is("31/31/2024 8:59", DATE_DMY, "");
	time_is("2024-02-30 08:59:07", DATE_DMY, "");
	time_is("12345", DATE_DMY, "");
	time_is("hello", DATE_DMY, "");
	time_is("", DATE_DMY, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells),
		cmocka_unit_test(damaged),
		cmocka_unit_test(caps),
		cmocka_unit_test(votes),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
