/* tests/chat/xlsx_test.c - rows of workbooks, and books that mean harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/str.h"
#include "chat/xlsx.h"
#include "book.h"

#include "base/banned.h"

static char told[65536];

/* Rows of sheet I as "a|b|c\n". */
static int
rows_of(const struct chat_input *in, size_t sheet, struct err *e)
{
	struct xlsx *x;
	struct xlsx_row row;
	size_t i, at = 0;
	int got = -1;

	err_clear(e);
	told[0] = '\0';
	x = xlsx_open(in, e);
	if (x && xlsx_begin(x, sheet, e) == 0)
		while ((got = xlsx_next(x, &row, e)) == 1)
			for (i = 0; i < row.n && at < sizeof(told); i++)
				at += (size_t)snprintf(told + at,
				    sizeof(told) - at, "%.*s%s",
				    (int)row.cell[i].n, row.cell[i].s,
				    i + 1 < row.n ? "|" : "\n");
	xlsx_close(x);
	return got;
}

static void
check(const char *rows, const char *shared, const char *want)
{
	struct err e = ERR_INIT;
	struct book b;

	assert_int_equal(rows_of(book_of(&b, rows, shared), 0, &e), 0);
	assert_string_equal(told, want);
	book_free(&b);
}

static void
cells(void **state)
{
	(void)state;
	check("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c><c r=\"C1\" "
	    "t=\"s\"><v>0</v></c></row><row/><row r=\"3\"><c r=\"B3\"/></row>"
	    "<row><c t=\"inlineStr\"><is><t>in</t><rPh><t>no</t></rPh><r><t>"
	    " line</t></r></is></c><c t=\"str\"><f>A1</f><v>a &amp; b</v></c>"
	    "<c t=\"e\"><v>#N/A</v></c><c><v>19.899999999999999</v></c><c "
	    "t=\"b\"><v>1</v></c></row>",
	    "<si><t>价格</t></si><si><r><t>Pro</t></r><r><t>duct</t></r>"
	    "<rPh sb=\"0\"><t>no</t></rPh></si>",
	    "Product||价格\nin line|a & b||19.9|1\n");
	/* a shared text that is none, one that is written twice, no row */
	check("<row><c t=\"s\"><v>7</v></c><c t=\"s\"><v>-1</v></c><c t=\"s\">"
	    "<v>x</v></c><c r=\"B9\"><v>2</v></c></row>",
	    "<si><t>only</t></si>", "|2\n");
	check("", NULL, "");
}

static void
number(const char *in, const char *want)
{
	struct buf out = BUF_INIT(256);
	struct err e = ERR_INIT;

	assert_int_equal(xlsx_number(&out, (struct chat_str){in, strlen(in)},
	    &e), 0);
	assert_string_equal(buf_str(&out), want);
	buf_release(&out);
}

static void
numbers(void **state)
{
	(void)state;
	number("1600123456789", "1600123456789");
	number("00012", "00012");
	number("1.600123456789E+12", "1600123456789");
	number("19.899999999999999", "19.9");
	number("0.30000000000000004", "0.3");
	number("5.0000000000000003E-2", "0.05");
	number("-2.50", "-2.5");
	number("9.9999999999999999", "10");
	number("0.0", "0");
	number("1e3", "1000");
	number("1E-7", "0.0000001");
	number("123.0", "123");
	/* no numbers, or none of anybody's */
	number("1e400", "1e400");
	number("e", "e");
	number("1.2.3", "1.2.3");
	number("1e", "1e");
	number(".", ".");
	number("", "");
}

static void
sheets(void **state)
{
	struct err e = ERR_INIT;
	struct xlsx *x;
	struct book b;

	(void)state;
	book_begin(&b);
	book_sheets(&b, 3, 1);
	book_text(&b, "xl/worksheets/sheet1.xml", "<worksheet><sheetData><row>"
	    "<c><v>1</v></c></row></sheetData></worksheet>");
	book_text(&b, "xl/worksheets/sheet2.xml", "<worksheet><sheetData><row>"
	    "<c><v>2</v></c></row></sheetData></worksheet>");
	book_text(&b, "xl/worksheets/sheet3.xml", "<x:worksheet xmlns:x=\"u\">"
	    "<x:sheetData><x:row><x:c><x:v>3</x:v></x:c></x:row></x:sheetData>"
	    "</x:worksheet>");
	x = xlsx_open(book_end(&b), &e);
	assert_non_null(x);
	assert_int_equal(xlsx_sheets(x), 2);
	xlsx_close(x);
	assert_int_equal(rows_of(&b.in, 1, &e), 0);
	assert_string_equal(told, "3\n");
	assert_int_equal(rows_of(&b.in, 0, &e), 0);
	assert_string_equal(told, "2\n");
	book_free(&b);
}

static void
fails(struct book *b, const char *why)
{
	struct err e = ERR_INIT;

	assert_int_equal(rows_of(&b->in, 0, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	if (!strstr(e.what, why))
		fail_msg("'%s' does not say '%s'", e.what, why);
	book_free(b);
}

static void
what_is_missing(void **state)
{
	struct book b;

	(void)state;
	book_begin(&b);
	book_text(&b, "hello.txt", "hello");
	(void)book_end(&b);
	fails(&b, "lacks a part: xl/workbook.xml");
	book_begin(&b);
	book_text(&b, "xl/workbook.xml", "<workbook><sheets/></workbook>");
	(void)book_end(&b);
	fails(&b, "has no sheet");
	book_begin(&b);
	book_sheets(&b, 1, 0);
	(void)book_end(&b);
	fails(&b, "lacks a part: xl/worksheets/sheet1.xml");
	book_begin(&b);
	book_text(&b, "xl/workbook.xml", "<workbook xmlns:r=\"r\"><sheets>"
	    "<sheet name=\"a\" r:id=\"rId9\"/></sheets></workbook>");
	book_text(&b, "xl/_rels/workbook.xml.rels", "<Relationships/>");
	(void)book_end(&b);
	fails(&b, "lacks a part: a sheet");
	book_begin(&b);
	book_sheets(&b, 1, 0);
	book_text(&b, "xl/worksheets/sheet1.xml", "<worksheet><row><c><v>1");
	(void)book_end(&b);
	fails(&b, "is damaged: sheet1.xml");
	/* cut off */
	(void)book_of(&b, "<row><c><v>1</v></c></row>", NULL);
	b.bytes.n = b.in.size = b.n / 2;
	fails(&b, "");
}

static void
entities(void **state)
{
	struct book b;

	(void)state;
	book_begin(&b);
	book_sheets(&b, 1, 0);
	book_text(&b, "xl/worksheets/sheet1.xml", "<!DOCTYPE x [<!ENTITY a "
	    "\"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c"
	    " \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;\">"
	    "]><worksheet><sheetData><row><c t=\"str\"><v>&d;</v></c></row>"
	    "</sheetData></worksheet>");
	(void)book_end(&b);
	fails(&b, "");
	book_begin(&b);
	book_sheets(&b, 1, 0);
	book_text(&b, "xl/worksheets/sheet1.xml", "<!DOCTYPE x [<!ENTITY a "
	    "\"b\">]><worksheet><sheetData><row><c t=\"str\"><v>a</v></c>"
	    "</row></sheetData></worksheet>");
	(void)book_end(&b);
	fails(&b, "a document type");
	book_begin(&b);
	book_sheets(&b, 1, 0);
	book_text(&b, "xl/sharedStrings.xml", "<!DOCTYPE x SYSTEM "
	    "\"file:///etc/passwd\"><sst><si><t>&x;</t></si></sst>");
	book_text(&b, "xl/worksheets/sheet1.xml", "<worksheet/>");
	(void)book_end(&b);
	fails(&b, "a document type");
}

static char *
repeated(const char *what, size_t times)
{
	const size_t n = strlen(what);
	char *s = malloc(n * times + 1);
	size_t i;

	assert_non_null(s);
	for (i = 0; i < times; i++)
		memcpy(s + i * n, what, n);
	s[n * times] = '\0';
	return s;
}

static void
caps(void **state)
{
	struct err e = ERR_INIT;
	char *s, *rows;
	struct book b;

	(void)state;
	/* a million columns: those behind the cap are passed over */
	s = repeated("<c><v>1</v></c>", 1000000);
	rows = str_fmt("<row>%s</row><row><c r=\"ZZZZZZ2\"><v>1</v></c><c "
	    "r=\"A2\"><v>7</v></c></row>", s);
	assert_int_equal(rows_of(book_of(&b, rows, NULL), 0, &e), 0);
	assert_string_equal(told + 2 * XLSX_COLUMNS_MAX, "7\n");
	book_free(&b);
	free(rows);
	free(s);
	/* a text is cut, and no character torn */
	s = repeated("价", 2000);
	rows = str_fmt("<row><c t=\"str\"><v>%s</v></c></row>", s);
	assert_int_equal(rows_of(book_of(&b, rows, NULL), 0, &e), 0);
	assert_int_equal(strlen(told), XLSX_CELL_MAX / 3 * 3 + 1);
	book_free(&b);
	free(rows);
	free(s);
	/* 40 MiB of shared texts */
	s = repeated("<si><t>0123456789012345678901234567890123456789"
	    "</t></si>", 1000000);
	book_begin(&b);
	book_sheets(&b, 1, 0);
	book_text(&b, "xl/sharedStrings.xml", "<sst/>");
	rows = str_fmt("<sst>%s</sst>", s);
	book_text(&b, "xl/worksheets/sheet1.xml", "<worksheet/>");
	(void)book_end(&b);
	book_free(&b);
	book_begin(&b);
	book_sheets(&b, 1, 0);
	book_text(&b, "xl/sharedStrings.xml", rows);
	book_text(&b, "xl/worksheets/sheet1.xml", "<worksheet/>");
	(void)book_end(&b);
	fails(&b, "");
	free(rows);
	free(s);
}

/* 64 MiB of nothing in a few kilobytes. */
static void
bomb(void **state)
{
	struct err e = ERR_INIT;
	struct book b;
	char *s = calloc(1, (size_t)48 << 20);

	(void)state;
	assert_non_null(s);
	memset(s, ' ', (size_t)48 << 20);
	book_begin(&b);
	book_sheets(&b, 1, 0);
	book_part(&b, "xl/worksheets/sheet1.xml", s, (size_t)48 << 20);
	(void)book_end(&b);
	assert_true(b.n < 200000);
	assert_int_equal(rows_of(&b.in, 0, &e), -1);
	assert_non_null(strstr(e.what, "unpacked"));
	book_free(&b);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells),
		cmocka_unit_test(numbers),
		cmocka_unit_test(sheets),
		cmocka_unit_test(what_is_missing),
		cmocka_unit_test(entities),
		cmocka_unit_test(caps),
		cmocka_unit_test(bomb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
