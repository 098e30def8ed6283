/* tests/chat/mail_test.c - .eml and mbox, good and hostile. */
#include "rows.h"

#include "base/banned.h"

#define FROM "From: =?UTF-8?B?5byg?= San <Z@x.cn>\r\n"
#define DATE "Date: Fri, 01 Mar 2024 08:59:07 +0800 (CST)\r\n"
#define WHO "2024-03-01T08:59:07+08:00|Z@x.cn|张 San|mail|"

static void
reads_one(void **state)
{
	(void)state;
	rows_are("a.eml", FROM DATE "To: b@y.de, \"C, D\" <c@y.de>\r\n"
	    "Cc: d@y.de\r\nSubject: Re: Fwd: =?gb2312?B?sai82w==?=\r\n"
	    "Message-ID: <1@x>\r\n\r\nline 1\r\n\r\nline 2\r\n\r\n",
	    WHO "line 1\\n\\nline 2|subject=Re: Fwd: 报价"
	    "|to=b@y.de, \"C, D\" <c@y.de>|cc=d@y.de\n= eml 1/0/0\n");
	/* Without a name, a date, an end. */
	rows_are("x", "from: a@b.c\nDATE: 1 Mar 24 8:59 -0000\nsubject:",
	    "2024-03-01T08:59:00+00:00|a@b.c|-|mail|\n= eml 1/0/0\n");
	rows_are("x", "From: a@b.c\nTo: d@e.f\nDate: Fri, 31 Feb 2024 1:2:3 Z\n"
	    "\nx", "-|a@b.c|-|mail|x|to=d@e.f|out_of_range_time\n"
	    "= eml 1/0/0 out_of_range_time\n");
	rows_are("x", "From: a@b.c\nDate: 1 Mar 2024 01:02:03 EST\n\nx",
	    "2024-03-01T01:02:03-05:00|a@b.c|-|mail|x\n= eml 1/0/0\n");
}

/* What is passed over takes its folded lines along, and nothing else. */
static void
passes_over_other_headers(void **state)
{
	(void)state;
	rows_are("x.eml", "Received: by x\r\n\tfor <y@z>\r\n" FROM
	    "X-Long: a\r\n Subject: none\r\n" DATE "Topic: no\r\n"
	    "SUBJECT : one\r\n two\r\nTo-Do: no\r\n\r\nReceived: text\r\n"
	    "X-Y: text", WHO "Received: text\\nX-Y: text|subject=one two\n"
	    "= eml 1/0/0\n");
}

#define MIXED(b) "Content-Type: multipart/mixed; boundary=" b "\r\n\r\n"
#define PART(b) "--" b "\r\n"

static void
chooses_the_text(void **state)
{
	(void)state;
	rows_are("x", FROM DATE MIXED("A") PART("A")
	    "Content-Type: multipart/alternative; boundary=\"B\"\r\n\r\n"
	    PART("B") "Content-Type: text/html\r\n\r\n<b>h</b>\r\n"
	    PART("B") "Content-Type: text/plain\r\n\r\np\r\n" PART("B--")
	    PART("A") "Content-Type: text/plain\r\n\r\nfooter\r\n"
	    PART("A") "Content-Type: text/plain; name=n.txt\r\n\r\nno\r\n"
	    PART("A") "Content-Type: application/pdf;\r\n"
	    " name*=utf-8''%E4%BB%B7.pdf\r\n\r\n%PDF\r\n"
	    PART("A") "Content-Type: image/png\r\n\r\nx\r\n"
	    PART("A") "Content-Type: message/rfc822\r\n\r\nSubject: in it\r\n"
	    "\r\nno\r\n" PART("A--"),
	    WHO "p\\nfooter|+n.txt!|+价.pdf!|+image/png!|+in it!\n"
	    "= eml 1/0/0\n");
	/* No plain text: what HTML shows; scripts are not shown. */
	rows_are("x", FROM DATE "Content-Type: multipart/alternative; "
	    "boundary=B\r\n\r\n" PART("B") "Content-Type: text/plain\r\n\r\n"
	    PART("B") "Content-Type: multipart/related; boundary=C\r\n\r\n"
	    PART("C") "Content-Type: text/html; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n<style>x"
	    "</style><script>alert(1)</script><p>=E4=BB=B7<br>&lt;2&gt;"
	    "<img src=3Dcid:1>\r\n" PART("C")
	    "Content-Type: image/gif; name=i.gif\r\n\r\n"
	    "GIF\r\n" PART("C--") PART("B--"),
	    WHO "价\\n<2>|+i.gif!\n= eml 1/0/0\n");
}

static void
repairs_encodings(void **state)
{
	static const char *const rows[][2] = {
		{"Content-Type: text/plain; charset=iso-8859-1\n\n价格",
		    "价格"},
		{"Content-Type: text/plain\n\n价格", "价格"},
		{"Content-Type: text/plain; charset=gb2312\n\n\xbc\xdb\xb8\xf1"
		    "\x96\x40", "价格朄"},
		{"Content-Type: text/plain; charset=iso-8859-1\n\nM\xfcller",
		    "Müller"},
		{"Content-Type: text/plain; charset=\"../x\"\n\nabc", "abc"},
		{"Content-Type: text/plain; charset=utf-8\n"
		    "Content-Transfer-Encoding: base64\n\n"
		    "5Lu3*5qC8\n", "价格"},
		{"Content-Type: text/plain; charset=iso-2022-jp\n\n"
		    "\x1b$B$\"\x1b(B", "あ"}
	};
	struct buf in = BUF_INIT(4096), want = BUF_INIT(4096);
	struct err e = ERR_INIT;
	struct rows r;
	const char *got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		buf_clear(&in);
		buf_clear(&want);
		(void)buf_addf(&in, &e, "From: a@b.c\nTo: d\n%s", rows[i][0]);
		(void)buf_addf(&want, &e, "-|a@b.c|-|mail|%s|to=d\n",
		    rows[i][1]);
		r = (struct rows){.quiet = false};
		got = rows_of(&r, "x", in.data, in.len);
		assert_memory_equal(got, buf_str(&want), want.len);
		buf_release(&r.out);
	}
	buf_release(&in);
	buf_release(&want);
}

static void
knows_its_own(void **state)
{
	const char *self[] = {"Z@x.cn"};
	struct chat_hints hints = {.self_id = self, .nself = 1};
	const char *in = FROM DATE "\r\nx";

	(void)state;
	rows_are_n("x", in, strlen(in), WHO "x|self\n= eml 1/0/0\n", &hints);
}

static void
is_no_mail(void **state)
{
	(void)state;
	/* A line that is no header, among enough that are. */
	rows_are("x", FROM DATE "To: d@e.f\r\nwrapped badly\r\n\r\nx",
	    WHO "x|to=d@e.f\n= eml 1/0/0\n");
	rows_are("x.eml", "hello\nworld\n", "= - 0/0/0\n");
}

/* --- mbox. */

#define H(s) "From: a@b.c\nSubject: " s "\n\n"
#define M(s, text) "-|a@b.c|-|mail|" text "|subject=" s "\n"

static void
splits(void **state)
{
	(void)state;
	rows_are("mbox", "\n\nFrom -\n" H("1") "x\n", M("1", "x")
	    "= mbox 1/0/0\n");
	rows_are("mbox", "From a@b.c Fri Jul  8 12:08:34 2011\n" H("1")
	    "x\n>From me\n>>From you\n> From\n\nFrom - Fri Jul  8 12:08:34 "
	    "2011\n" H("2") "y\n\nFrom 123@xxx\r\n" H("3") "z\n\nFrom \n"
	    H("4") "\n\nFrom -\n" H("5") "end",
	    M("1", "x\\nFrom me\\n>From you\\n> From") M("2", "y")
	    M("3", "z") M("4", "") M("5", "end") "= mbox 5/0/0\n");
}

static void
leaves_texts_whole(void **state)
{
	(void)state;
	rows_are("mbox", "\xef\xbb\xbf" "From -\n" H("1")
	    "a\nFrom \nb\n\nFrom Russia with love\nYear: 1963\n\n"
	    "From a@b.c Fri Jul  8 12:08:34 2011\nis not followed by one\n\n"
	    "From Anna\nSubject: x\n\nFrom: y\n",
	    M("1", "a\\nFrom \\nb\\n\\nFrom Russia with love\\nYear: 1963\\n"
	    "\\nFrom a@b.c Fri Jul  8 12:08:34 2011\\nis not followed by one"
	    "\\n\\nFrom Anna\\nSubject: x\\n\\nFrom: y") "= mbox 1/0/0\n");
	/* What is no mail is not lost. */
	rows_are("mbox", "From -\n" H("1") "a\n\nFrom -\n" "X: y\n\nb\n\n"
	    "From -\nnot: \n", M("1", "a") "-|-|-|mail|b\n-|-|-|mail|\n"
	    "= mbox 3/0/0\n");
}

/* --- Bombs. */

static void
bomb(const char *head, const char *piece, size_t times, const char *tail,
	const char *want)
{
	struct buf b = BUF_INIT(256u << 20);
	struct err e = ERR_INIT;
	size_t i;

	assert_int_equal(buf_adds(&b, head, &e), 0);
	for (i = 0; i < times; i++)
		assert_int_equal(buf_adds(&b, piece, &e), 0);
	assert_int_equal(buf_adds(&b, tail, &e), 0);
	rows_end("x.eml", b.data, b.len, want);
	buf_release(&b);
}

static void
survives_bombs(void **state)
{
	(void)state;
	/* Parts; parts without heads; levels; levels of messages. */
	bomb(FROM DATE MIXED("A"), PART("A") "Content-Type: image/png\r\n\r\n"
	    "x\r\n", 100000, "", "= eml 1/0/0 cut_text\n");
	bomb(FROM DATE MIXED("A"), PART("A") "\r\nx\r\n", 100000, "",
	    "= eml 1/0/0 cut_text\n");
	bomb(FROM DATE, "Content-Type: multipart/mixed; boundary=A\r\n\r\n"
	    "--A\r\n", 100000, "x", "= eml 1/0/0 cut_text\n");
	bomb(FROM DATE MIXED("A"), PART("A")
	    "Content-Type: message/rfc822\r\n\r\n", 100000, "x",
	    "= eml 1/0/0 cut_text\n");
	/* A head, a line, a text without an end. */
	bomb(FROM DATE, "X-Y: z\r\n", 300000, "\r\nx", "= eml 1/0/0\n");
	bomb(FROM DATE "Subject: ", "=?utf-8?q?x?= ", 300000, "\r\n\r\nx",
	    "= eml 1/0/0 cut_text\n");
	bomb(FROM DATE "\r\n", "word ", 4000000, "",
	    "= eml 1/0/0 cut_text\n");
	bomb(FROM DATE "To: ", "<", 500000, "\r\n\r\nx",
	    "= eml 1/0/0 cut_text\n");
	bomb(FROM DATE "To: ", "g:a@b,", 100000, "\r\n\r\nx",
	    "= eml 1/0/0 cut_text\n");
	bomb(FROM DATE "To: ", "(", 500000, "\r\n\r\nx",
	    "= eml 1/0/0 cut_text\n");
	bomb(FROM DATE "To: ", "(", 100000, "\r\n\r\nx", "= eml 1/0/0\n");
	bomb(FROM DATE "To: ", "g:", 60000, "\r\n\r\nx", "= eml 1/0/0\n");
	bomb(FROM DATE "To: ", "\"a\\", 40000, "\r\n\r\nx",
	    "= eml 1/0/0\n");
	bomb(FROM DATE "Content-Type: text/plain", "; a*0*=b", 10000,
	    "\r\n\r\nx", "= eml 1/0/0\n");
	bomb(FROM DATE "Content-Type: text/html\r\n\r\n", "<div>", 300000,
	    "x", "= eml 1/0/0\n");
}

/* What is attached costs nothing, and what comes behind it is found. */
static void
passes_over_what_is_attached(void **state)
{
	(void)state;
	bomb(FROM DATE MIXED("A") PART("A") "Content-Type: application/zip; "
	    "name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n",
	    "AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIIIJJJJKKKKLLLLMMMMNNNNOOOOPPPP"
	    "\r\n", 400000, "\r\n" PART("A")
	    "Content-Type: text/plain\r\n\r\nbehind\r\n" PART("A--"),
	    "= eml 1/0/0\n");
}

static void
may_be_cut_anywhere(void **state)
{
	(void)state;
	rows_cut_anywhere("x.mbox", "From a@b Fri Jul  8 12:08:34 2011\n"
	    "From: =?utf-8?B?5byg?= <a@b.c>\nSubject: =?utf-8?q?=c2=a2?=\n"
	    "Content-Type: multipart/mixed; boundary=A\n\n--A\n\nx\n--A\n"
	    "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
	    "PGI+eDwvYj4=\n--A--\n\nFrom -\n" H("2") "y\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_one),
		cmocka_unit_test(passes_over_other_headers),
		cmocka_unit_test(chooses_the_text),
		cmocka_unit_test(repairs_encodings),
		cmocka_unit_test(knows_its_own),
		cmocka_unit_test(is_no_mail),
		cmocka_unit_test(splits),
		cmocka_unit_test(leaves_texts_whole),
		cmocka_unit_test(survives_bombs),
		cmocka_unit_test(passes_over_what_is_attached),
		cmocka_unit_test(may_be_cut_anywhere)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
