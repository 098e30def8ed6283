/* tests/chat/telegram_html_test.c - Telegram's pages, good and hostile. */
#include "rows.h"

#include "base/banned.h"

#define HEAD "<!DOCTYPE html><html><head><title>Exported Data</title></head>" \
	"<body><div class=\"page_wrap\"><div class=\"page_header\"><div " \
	"class=\"content\"><div class=\"text bold\">\nAnna\n</div></div></div>" \
	"<div class=\"page_body chat_page\"><div class=\"history\">\n"
#define DAY(t) "<div class=\"message service\" id=\"message-1\"><div " \
	"class=\"body details\">\n" t "\n</div></div>\n"
#define SERVICE(i, t) "<div class=\"message service\" id=\"message" i "\">" \
	"<div class=\"body details\">\n" t "\n</div></div>\n"
#define MSG(i, c, d, x) "<div class=\"message default clearfix" c "\" id=\"" \
	"message" i "\">\n<div class=\"pull_left userpic_wrap\"><div " \
	"class=\"userpic\"><div class=\"initials\" style=\"x\">A</div></div>" \
	"</div><div class=\"body\"><div class=\"pull_right date details\" " \
	"title=\"" d "\">08:59</div>" x "</div></div>\n"
#define WHO(n) "<div class=\"from_name\">\n" n " \n</div>"
#define TEXT(t) "<div class=\"text\">\n" t "\n</div>"
#define AT "01.03.2024 08:59:07 UTC+08:00"
#define TS "2024-03-01T08:59:07+08:00|-|"

static void
reads_messages(void **state)
{
	(void)state;
	rows_are("messages.html", HEAD DAY("1 March 2024")
	    MSG("1", "", AT, WHO("A &amp; B") TEXT("x <b>y</b> &lt;z&gt;<br>"
	    "<a href=\"http://q\">q</a><div>d</div>"))
	    MSG("2", " joined", AT, TEXT("again"))
	    SERVICE("3", "B joined <a href=\"\">group</a>")
	    MSG("4", "", "31.12.2023 23:59:59 UTC-03:30", WHO("Bot via @x")
	    "<div class=\"reply_to details\">\nIn reply to <a "
	    "href=\"messages2.html#go_to_message77\">this message</a></div>"
	    TEXT("t"))
	    MSG("5", "", "01.03.2024 08:59:07", "<div class=\"forwarded body\">"
	    "<div class=\"from_name\">\nC <span class=\"date details\" "
	    "title=\"01.01.2020 00:00:00\"> 01.01.2020 00:00:00</span></div>"
	    TEXT("f") "</div>")
	    "</div></div></div></body></html>",
	    TS "A & B|text|x y <z>\\nq\\nd\n" TS "A & B|text|again\n"
	    "2024-03-01|-|-|system|B joined group\n"
	    "2023-12-31T23:59:59-03:30|-|Bot|text|t\n"
	    "2024-03-01T08:59:07|-|-|text|f\n= telegram-html 5/1/0\n");
}

#define MEDIA(x) "<div class=\"media_wrap clearfix\">" x "</div>"
#define LEFT_OUT(c, t, s) MEDIA("<div class=\"media clearfix pull_left " c \
	"\"><div class=\"fill pull_left\"></div><div class=\"body\"><div " \
	"class=\"title bold\">\n" t "\n</div><div class=\"description\">\nNot " \
	"included, change data exporting settings to download.\n</div><div " \
	"class=\"status details\">\n" s "\n</div></div></div>")

static void
reads_media(void **state)
{
	(void)state;
	rows_are("messages.html", HEAD
	    MSG("1", "", AT, WHO("A") MEDIA("<a class=\"photo_wrap clearfix\" "
	    "href=\"photos/1.jpg\"><img src=\"photos/1_t.jpg\"></a>")
	    TEXT("caption"))
	    MSG("2", "", AT, WHO("A") LEFT_OUT("media_file", "a.pdf", "1 KB"))
	    MSG("3", "", AT, WHO("A") LEFT_OUT("media_call", "Outgoing",
	    "(5 seconds)"))
	    MSG("4", "", AT, WHO("A") MEDIA("<div class=\"media_poll\"><div "
	    "class=\"question bold\">Q?</div><div class=\"details\">x</div>"
	    "<div class=\"answer\">- a</div></div>"))
	    MSG("5", "", AT, WHO("A") MEDIA("<a class=\"media clearfix "
	    "media_location\" href=\"https://maps.google.com/x\"><div "
	    "class=\"body\"><div class=\"title bold\">Location</div></div>"
	    "</a>")),
	    TS "A|image|caption|+photos/1.jpg!\n" TS "A|file||+a.pdf\n"
	    TS "A|call|Outgoing\\n(5 seconds)\n" TS "A|poll|Q?\\n- a\n"
	    TS "A|location||+https://maps.google.com/x\n"
	    "= telegram-html 5/0/0\n");
}

static void
is_not_taken_in(void **state)
{
	(void)state;
	rows_are("messages.html", HEAD
	    MSG("1", "", AT, WHO("A") TEXT("<script>x</script>&lt;div class="
	    "&quot;message &quot;&gt;"))
	    MSG("2", "", "99.99.2024 08:59:07", WHO("A") TEXT("x"))
	    MSG("3", "", "soon", WHO("A") TEXT("<div class=\"x"))
	    "<div class=\"message ",
	    TS "A|text|<div class=\"message \">\n"
	    "-|-|A|text|x|out_of_range_time\n"
	    "-|-|A|text||out_of_range_time\n? <div class=\"message \n"
	    "= telegram-html 3/0/1 out_of_range_time\n");
	/* An id that is no number, and one that no buffer holds. */
	rows_are("messages.html", HEAD
	    MSG("\xe4\xbb\xb7", "", AT, WHO("A") TEXT("x"))
	    MSG("1111111111111111111111111111111111", "", AT, TEXT("y")),
	    TS "A|text|x\n" TS "-|text|y\n= telegram-html 2/0/0\n");
	rows_cut_anywhere("x.html", HEAD DAY("1 May 2024")
	    MSG("1", "", AT, WHO("A") TEXT("x")));
}

static void
survives_bombs(void **state)
{
	struct buf b = BUF_INIT(64u << 20);
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	assert_int_equal(buf_adds(&b, HEAD "<div class=\"message default\" "
	    "id=\"message1\"><div class=\"text\">", &e), 0);
	for (i = 0; i < 1500000; i++)
		assert_int_equal(buf_adds(&b, "<div>", &e), 0);
	assert_int_equal(buf_adds(&b, MSG("2", "", AT, TEXT("x")), &e), 0);
	rows_end("x.html", b.data, b.len, "= telegram-html 2/0/1\n");
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_messages),
		cmocka_unit_test(reads_media),
		cmocka_unit_test(is_not_taken_in),
		cmocka_unit_test(survives_bombs)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
