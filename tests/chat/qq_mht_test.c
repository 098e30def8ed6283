/* tests/chat/qq_mht_test.c - QQ's export with pictures, good and hostile. */
#include "rows.h"

#include "base/banned.h"

#define HEAD "\xef\xbb\xbf" "From: <Save by Tencent MsgMgr>\r\n" \
	"Subject: Tencent IM Message\r\nMIME-Version: 1.0\r\n" \
	"Content-Type:multipart/related;\r\n\tcharset=\"utf-8\"\r\n" \
	"\ttype=\"text/html\";\r\n\tboundary=\"----=_B\"\r\n\r\n"
#define HTML "------=_B\r\nContent-Type: text/html\r\n" \
	"Content-Transfer-Encoding:7bit\r\n\r\n<html><head><title>QQ Message" \
	"</title><style type=\"text/css\">td{x}</style></head><body><table>"
#define LABEL(s) "<tr><td><div style=padding-left:10px;>" s \
	"</div></td></tr>"
#define TOP(p) LABEL("<br><b>消息记录</b>") LABEL("消息分组:客户") \
	LABEL("消息对象:" p) LABEL("&nbsp;")
#define DAY(d) "<tr><td style=height:24px;>日期: " d "</td></tr>\r\n"
#define SELF "#42B475"
#define PEER "#006EFE"
#define ROW(c, who, t, body) "<tr><td><div style=color:" c ";x><div style=y>" \
	who "</div>" t "</div><div style=z>" body "</div></td></tr>"
#define FONT(s) "<font style=\"font-family:'A','B'\" color='000000'>" s "</font>"
#define END "</table></body></html>\r\n\r\n"
#define IMAGE(g) "------=_B\r\nContent-Type:image/jpeg\r\n" \
	"Content-Transfer-Encoding:base64\r\nContent-Location:{" g "}.dat\r\n" \
	"\r\n/9j/4AAQ\r\n\r\n"
#define LAST "------=_B--\r\n"

static void
reads_rows(void **state)
{
	(void)state;
	rows_are("x.mht", HEAD HTML TOP("An &lt;a&gt;") DAY("2024-05-01")
	    ROW(PEER, "An", "9:00:10", FONT("价 &lt;b&gt;<br>2&nbsp;&nbsp;3"))
	    ROW(PEER, "", "9:00:11", FONT("again"))
	    ROW(SELF, "Li", "12:00:00 PM", FONT("<br>x") "<IMG src=\"{A}.dat\">"
	    "<img src={B}.dat>") DAY("2024-5-2")
	    ROW(SELF, "", "0:00:01", "<IMG src=\"{A}.dat\">")
	    ROW(PEER, "An", "23:59:59", FONT("你撤回了一条消息"))
	    END IMAGE("A") IMAGE("C") LAST,
	    "2024-05-01T09:00:10|-|An|text|价 <b>\\n2  3|peer\n"
	    "2024-05-01T09:00:11|-|An|text|again|peer\n"
	    "2024-05-01T12:00:00|-|Li|text|\\nx|+{A}.dat!|+{B}.dat|self\n"
	    "2024-05-02T00:00:01|-|Li|image||+{A}.dat!|self\n"
	    "2024-05-02T23:59:59|-|An|recall|你撤回了一条消息|peer\n"
	    "= qq-mht 5/0/0\n");
}

/* The first row of a block may have the colour of somebody else. */
static void
outvotes_a_wrong_colour(void **state)
{
	(void)state;
	rows_are("x.mht", HEAD HTML TOP("An") DAY("2024-05-01")
	    ROW(SELF, "An", "9:00:10", "a") ROW(PEER, "", "9:00:11", "b")
	    ROW(PEER, "", "9:00:12", "c") ROW(PEER, "Li", "9:00:13", "d")
	    ROW(SELF, "", "9:00:14", "e") ROW(SELF, "", "9:00:14", "f")
	    END LAST,
	    "2024-05-01T09:00:10|-|An|text|a|peer\n"
	    "2024-05-01T09:00:11|-|An|text|b|peer\n"
	    "2024-05-01T09:00:12|-|An|text|c|peer\n"
	    "2024-05-01T09:00:13|-|Li|text|d|self\n"
	    "2024-05-01T09:00:14|-|Li|text|e|self\n"
	    "2024-05-01T09:00:14|-|Li|text|f|self\n"
	    "= qq-mht 6/0/0\n");
}

static void
reads_groups(void **state)
{
	(void)state;
	rows_are("x.mht", HEAD HTML TOP("g") DAY("2024-05-01")
	    ROW(PEER, "A(x)(20001)", "9:00:10", "a")
	    ROW(PEER, "B&lt;b@c.de&gt;", "9:00:11", "b")
	    ROW(PEER, "系统消息(10000)", "9:00:12", "c joined")
	    TOP("h") DAY("2023-01-01") ROW(SELF, "L", "1:00:00", "d")
	    END LAST,
	    "2024-05-01T09:00:10|20001|A(x)|text|a|peer\n"
	    "2024-05-01T09:00:11|b@c.de|B|text|b|peer\n"
	    "2024-05-01T09:00:12|10000|系统消息|system|c joined|system\n"
	    "2023-01-01T01:00:00|-|L|text|d|self\n"
	    "= qq-mht 4/1/0\n");
}

static void
loses_nothing(void **state)
{
	(void)state;
	rows_are("x.mht", HEAD HTML TOP("A") DAY("2024-05-01")
	    LABEL("what is this") DAY("soon") ROW(PEER, "A", "late", "x")
	    "stray<tr></tr>" ROW(PEER, "A", "25:00:00", "y")
	    ROW(PEER, "A", "9:00:00", "</div></div>z<div>q") "<tr><td><div>"
	    "<div>A</div>9:00:01</div><div>cut off",
	    "? what is this\n? 日期: soon\n"
	    "? <tr><td><div style=color:#006EFE;x><div style=y>A</div>late"
	    "</div><div style=z>x</div></td></tr>\n"
	    "? stray<tr></tr>\n"
	    "-|-|A|text|y|peer|out_of_range_time\n"
	    "2024-05-01T09:00:00|-|A|text|z\\nq|peer\n"
	    "2024-05-01T09:00:01|-|A|text|cut off|peer\n"
	    "= qq-mht 3/0/4 out_of_range_time\n");
	rows_are("x.mht", HEAD HTML END LAST, "! no message in it\n");
	rows_are("x.mht", "From: <Save by Tencent MsgMgr>\r\n\r\n",
	    "! no boundary in its head\n");
}

/* A body that would be a page, or another row. */
static void
trusts_no_body(void **state)
{
	(void)state;
	rows_are("x.mht", HEAD HTML TOP("A") DAY("2024-05-01")
	    ROW(PEER, "A", "9:00:00", "<script>alert(1)</script>a"
	    "<a href=\"javascript:x\">b</a><!ENTITY x \"y\">&x;")
	    ROW(PEER, "A", "9:00:01", "&lt;/div&gt;&lt;/td&gt;&lt;/tr&gt;")
	    END LAST,
	    "2024-05-01T09:00:00|-|A|text|ab<!ENTITY x \"y\">&x;|peer\n"
	    "2024-05-01T09:00:01|-|A|text|</div></td></tr>|peer\n"
	    "= qq-mht 2/0/0\n");
}

/* N bytes of PIECE in the middle of a row. */
static void
big_row(const char *piece, size_t times, const char *want)
{
	struct buf b = BUF_INIT(64u << 20);
	struct err e = ERR_INIT;
	size_t i;

	assert_int_equal(buf_adds(&b, HEAD HTML TOP("A") DAY("2024-05-01")
	    "<tr><td><div style=color:#006EFE><div>A</div>9:00:00</div><div>",
	    &e), 0);
	for (i = 0; i < times; i++)
		assert_int_equal(buf_adds(&b, piece, &e), 0);
	assert_int_equal(buf_adds(&b, "</div></td></tr>" END LAST, &e), 0);
	rows_end("x.mht", b.data, b.len, want);
	buf_release(&b);
}

static void
survives_bombs(void **state)
{
	(void)state;
	big_row("<div>", 300000, "= qq-mht 1/0/0\n");
	big_row("<IMG src=\"{A}.dat\">", 100000, "= qq-mht 1/0/0 cut_text\n");
	big_row("0123456789abcdef", 520000, "= qq-mht 1/0/0\n");
}

static void
may_be_cut_anywhere(void **state)
{
	(void)state;
	rows_cut_anywhere("x.mht", HEAD HTML TOP("A") DAY("2024-05-01")
	    ROW(PEER, "A", "9:00:00", FONT("x价") "<IMG src=\"{A}.dat\">")
	    END IMAGE("A") LAST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_rows),
		cmocka_unit_test(outvotes_a_wrong_colour),
		cmocka_unit_test(reads_groups),
		cmocka_unit_test(loses_nothing),
		cmocka_unit_test(trusts_no_body),
		cmocka_unit_test(survives_bombs),
		cmocka_unit_test(may_be_cut_anywhere)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
