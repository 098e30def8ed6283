/* tests/chat/pidgin_html_test.c - Pidgin's logs in HTML, good and hostile. */
#include "rows.h"

#include "base/banned.h"

#define NAME "jabber/me@x/anna@y/2010-01-11.235900+0800CST.html"
#define TITLE "<html><head><meta http-equiv=\"content-type\" content=\"text/" \
	"html; charset=UTF-8\"><title>Conversation with anna@y at x on me " \
	"(jabber)</title></head><body><h3>Conversation with anna@y at x on me " \
	"(jabber)</h3>\n"
#define HEAD(c, t, n) "<font color=\"" c "\"><font size=\"2\">(" t \
	")</font> <b>" n "</b></font> "
#define SELF "#16569E"
#define PEER "#A82F2F"
#define SAYS(t, s) "<font size=\"2\">(" t ")</font><b> " s "</b><br/>\n"

static void
reads_conversations(void **state)
{
	(void)state;
	rows_are(NAME, TITLE
	    HEAD(PEER, "23:59:01", "An &amp; Na:") "<body><b>Hi</b> &lt;x&gt;"
	    "<br>2<script>x</script></body><br/>\n"
	    HEAD(SELF, "23:59:02", "me &lt;AUTO-REPLY&gt;:") "away<br/>\n"
	    SAYS("00:00:01", "anna is now known as a:.\n")
	    HEAD("#062585", "00:00:02", "***anna waves") "<br/>\n"
	    "<font color=\"#FF0000\"><font size=\"2\">(00:00:03)</font><b> "
	    "failed</b></font><br/>\n"
	    HEAD(PEER, "2010-01-12 00:00:04", "a:") "lines<br/>in<br/>\nit\n"
	    "more<br/>\n</body></html>\n",
	    "2010-01-11T23:59:01+08:00|An & Na|An & Na|text|Hi <x>\\n2|peer\n"
	    "2010-01-11T23:59:02+08:00|me|me|text|away|self\n"
	    "2010-01-12T00:00:01+08:00|-|-|system|anna is now known as a:.\n"
	    "2010-01-12T00:00:02+08:00|anna|anna|action|waves\n"
	    "2010-01-12T00:00:03+08:00|-|-|system|failed\n"
	    "2010-01-12T00:00:04+08:00|a|a|text|lines\\nin\\nit more|peer\n"
	    "= pidgin-html 6/2/0\n");
}

static void
reads_system_logs(void **state)
{
	(void)state;
	rows_are("jabber/me/.system/2010-12-10.162531+0000GMT.html",
	    "<html><head><title>System log for account me (jabber) connected "
	    "at x</title></head><body><h3>System log for account me (jabber) "
	    "connected at x</h3>\n---- +++ me &lt;x&gt; signed on @ 10/12/10 "
	    "16:25:31 ----<br/>\n---- no<br/>\n</body></html>\n",
	    "2010-12-10T16:25:31+00:00|-|-|system|+++ me <x> signed on\n"
	    "? ---- no<br/>\n= pidgin-html 1/1/1\n");
}

static void
is_not_taken_in(void **state)
{
	(void)state;
	/* A header in the middle of a text that has not ended. */
	rows_are(NAME, TITLE HEAD(PEER, "23:59:01", "a:") "x\n"
	    HEAD(SELF, "23:59:02", "me:") "I pay<br/>\n",
	    "2010-01-11T23:59:01+08:00|a|a|text|x (23:59:02) me: I pay|peer"
	    "|split_ambiguous\n= pidgin-html 1/0/0 split_ambiguous\n");
	rows_are(NAME, TITLE "what\n" HEAD(PEER, "25:59:01", "a:") "x<br/>\n",
	    "? what\n-|a|a|text|x|peer|out_of_range_time\n"
	    "= pidgin-html 1/0/1 out_of_range_time\n");
	rows_cut_anywhere(NAME, TITLE HEAD(PEER, "23:59:01", "a:") "x<br/>\n"
	    SAYS("00:00:01", "s"));
}

static void
says_what_is_damaged(void **state)
{
	static const char nul[938];

	(void)state;
	rows_end(NAME, nul, sizeof(nul),
	    "! the file is damaged: it holds nothing but zeros\n");
	rows_end(NAME, "", 0, "! the file is empty\n");
	rows_end(NAME, TITLE, strlen(TITLE), "! no message in it\n");
}

static void
survives_bombs(void **state)
{
	struct buf b = BUF_INIT(64u << 20);
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	assert_int_equal(buf_adds(&b, TITLE HEAD(PEER, "23:59:01", "a:"), &e),
	    0);
	for (i = 0; i < 300000; i++)
		assert_int_equal(buf_adds(&b, "<div>\n", &e), 0);
	for (i = 0; i < 2000000; i++)
		assert_int_equal(buf_adds(&b, "<b> &lt;", &e), 0);
	assert_int_equal(buf_adds(&b, "<br/>\n" HEAD(PEER, "23:59:02", "a:")
	    "x<br/>\n", &e), 0);
	rows_end(NAME, b.data, b.len, "= pidgin-html 2/0/0 cut_text\n");
	buf_release(&b);
}

static void
reads_titles_of_any_language(void **state)
{
	(void)state;
	rows_are("jabber/me@x/anna@y/2024-03-01.085900+0800CST.html",
	    "<html><head><title>与 anna 的对话</title></head><body>"
	    "<h3>与 anna 的对话</h3>\n" HEAD(PEER, "08时59分07秒", "anna:")
	    "hi<br/>\n</body></html>\n",
	    "2024-03-01T08:59:07+08:00|anna|anna|text|hi|peer\n"
	    "= pidgin-html 1/0/0\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_titles_of_any_language),
		cmocka_unit_test(reads_conversations),
		cmocka_unit_test(reads_system_logs),
		cmocka_unit_test(is_not_taken_in),
		cmocka_unit_test(says_what_is_damaged),
		cmocka_unit_test(survives_bombs)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
