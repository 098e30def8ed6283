/* tests/chat/qq_txt_test.c - QQ's text export, good and hostile. */
#include "rows.h"

#include "base/banned.h"

#define RULER "================================================================"
#define TITLE "消息记录（此消息记录为文本格式，不支持重新导入）\r\n\r\n"
#define SECTION(g, p) RULER "\r\n消息分组:" g "\r\n" RULER "\r\n消息对象:" p \
	"\r\n" RULER "\r\n\r\n"

static void
reads_a_group(void **state)
{
	(void)state;
	rows_are("x.txt", TITLE SECTION("我的群聊", "采购群")
	    "2024-05-02 7:01:02 【群主】王(小)(20001)\r\n你好\r\n\r\n第三行\r\n\r\n"
	    "2024-05-02 12:00:00 <x>:(<a.b@c.de>\r\n[图片][图片]\r\n\r\n"
	    "2024-05-02 12:00:01 系统消息(10000)\r\n王撤回了一条消息\r\n\r\n"
	    "2024-05-02 12:00:02 系统消息(10000)\r\n王加入本群\r\n\r\n"
	    "2024-05-02 12:00:03 【铁粉】李(20002)\r\n[文件]价 格.pdf\r\n\r\n"
	    "2024-05-02 12:00:03 【铁粉】李(20002)\r\n[文件]价 格.pdf\r\n\r\n",
	    "2024-05-02T07:01:02|20001|王(小)|text|你好\\n\\n第三行\n"
	    "2024-05-02T12:00:00|a.b@c.de|<x>:(|image|[图片][图片]\n"
	    "2024-05-02T12:00:01|10000|系统消息|recall|王撤回了一条消息|system\n"
	    "2024-05-02T12:00:02|10000|系统消息|system|王加入本群|system\n"
	    "2024-05-02T12:00:03|20002|李|file|[文件]价 格.pdf|+价 格.pdf\n"
	    "2024-05-02T12:00:03|20002|李|file|[文件]价 格.pdf|+价 格.pdf\n"
	    "= qq-txt 6/1/0\n");
}

static void
reads_halves_of_the_day(void **state)
{
	(void)state;
	rows_are("x.txt", TITLE SECTION("客户", "A")
	    "2024-05-01 12:00:00 AM A\nx\n\n2024-05-01 12:00:01 PM A\ny\n\n"
	    "2024-05-01 11:59:59 PM A\nz\n\n2024-05-02 23:59:00 PM A\nq\n",
	    "2024-05-01T00:00:00|-|A|text|x\n2024-05-01T12:00:01|-|A|text|y\n"
	    "2024-05-01T23:59:59|-|A|text|z\n2024-05-02T23:59:00|-|A|text|q\n"
	    "= qq-txt 4/0/0\n");
}

/* Two sections; a ruler and a partner's name that are only text. */
static void
knows_sections_from_text(void **state)
{
	(void)state;
	rows_are("x.txt", TITLE SECTION("g", "A")
	    "2024-05-02 10:00:00 A\r\n" RULER "\r\nnothing\r\n\r\n"
	    "2024-05-02 10:00:01 A\r\n消息对象:B\r\n\r\n"
	    SECTION("g", "C")
	    "2024-05-01 10:00:00 C\r\nearlier, and that is right\r\n\r\n",
	    "2024-05-02T10:00:00|-|A|text|" RULER "\\nnothing\n"
	    "2024-05-02T10:00:01|-|A|text|消息对象:B\n"
	    "2024-05-01T10:00:00|-|C|text|earlier, and that is right\n"
	    "= qq-txt 3/0/0\n");
}

/* Headers inside of a text, with and without an empty line before. */
static void
marks_forged_headers(void **state)
{
	(void)state;
	rows_are("x.txt", TITLE SECTION("g", "A")
	    "2024-05-02 10:00:00 A\r\nlook:\r\n2024-05-02 10:00:00 B\r\nno\r\n"
	    "\r\n2024-05-02 10:00:05 A\r\n2024-05-02 10:00:06\r\n\r\n"
	    "2024-04-02 10:00:05 B\r\nolder\r\n\r\n"
	    "2024-05-02 10:00:07 A\r\nx\r\n\r\n",
	    "2024-05-02T10:00:00|-|A|text|look:\\n2024-05-02 10:00:00 B\\nno"
	    "|split_ambiguous\n"
	    "2024-05-02T10:00:05|-|A|text|2024-05-02 10:00:06\n"
	    "2024-04-02T10:00:05|-|B|text|older|split_ambiguous\n"
	    "2024-05-02T10:00:07|-|A|text|x\n"
	    "= qq-txt 4/0/0 split_ambiguous\n");
}

static void
loses_nothing(void **state)
{
	(void)state;
	rows_are("x.txt", TITLE "what is this\r\n" SECTION("g", "A")
	    "2024-02-30 10:00:00 A\r\nno such day\r\n\r\n"
	    "2024-05-02 24:00:00 A\r\nno such hour\r\n\r\n"
	    "2024-05-02 10:00:00 A\r\n\r\n\r\n",
	    "? what is this\n"
	    "-|-|A|text|no such day|out_of_range_time\n"
	    "-|-|A|text|no such hour|out_of_range_time\n"
	    "2024-05-02T10:00:00|-|A|text|\n"
	    "= qq-txt 3/0/1 out_of_range_time\n");
}

static void
reads_every_encoding(void **state)
{
	static const char gb[] = "\xcf\xfb\xcf\xa2\xbc\xc7\xc2\xbc\xa3\xa8\xb4"
	    "\xcb\xcf\xfb\xcf\xa2\xbc\xc7\xc2\xbc\xce\xaa\xce\xc4\xb1\xbe\xb8"
	    "\xf1\xca\xbd\xa3\xac\r\n\r\n2024-03-01 9:03:15 \xc0\xee(10002)\r\n"
	    "\xc4\xfa\xba\xc3\r\n\r\n";
	static const char utf16[] = "2\0" "0\0" "2\0" "4\0-\0" "0\0" "3\0-\0"
	    "0\0" "1\0 \0" "9\0:\0" "0\0" "3\0:\0" "1\0" "5\0 \0A\0(\0" "1\0"
	    "0\0" "0\0" "0\0" "1\0)\0\r\0\n\0\x60\x4f\x7d\x59\r\0\n\0";

	(void)state;
	rows_are_n("x.txt", gb, sizeof(gb) - 1,
	    "2024-03-01T09:03:15|10002|李|text|您好\n"
	    "= qq-txt 1/0/0 encoding_guess\n", NULL);
	rows_are_n("x.txt", utf16, sizeof(utf16) - 1,
	    "2024-03-01T09:03:15|10001|A|text|你好\n= qq-txt 1/0/0\n", NULL);
}

static void
says_who_is_self(void **state)
{
	static const char *const self[] = {"10002", "Li"};
	const struct chat_hints hints = {.self_id = self, .nself = 2};
	static const char text[] = TITLE
	    "2024-03-01 9:03:15 a(10002)\na\n\n2024-03-01 9:03:15 b(10003)\nb\n";

	(void)state;
	rows_are_n("x.txt", text, sizeof(text) - 1,
	    "2024-03-01T09:03:15|10002|a|text|a|self\n"
	    "2024-03-01T09:03:15|10003|b|text|b|peer\n= qq-txt 2/0/0\n", &hints);
}

static void
survives_hostile_bytes(void **state)
{
	static const char nul[] = TITLE "2024-03-01 9:03:15 a(10002)\na\0b\xff\n"
	    "\xe2\x80\xae" "2024-03-01 9:03:15 x(10003)\nc";
	size_t n = 100u << 20, head;
	char *big = malloc(n);

	(void)state;
	rows_are_n("x.txt", nul, sizeof(nul) - 1,
	    "2024-03-01T09:03:15|10002|a|text|a\xef\xbf\xbd" "b\xef\xbf\xbd\\n"
	    "\xe2\x80\xae" "2024-03-01 9:03:15 x(10003)\\nc|replaced_bytes\n"
	    "= qq-txt 1/0/0 encoding_guess replaced_bytes\n", NULL);
	rows_are("x.txt", TITLE "2024-03-01 9:03:15 a(10002)\nab\xe4\xbd",
	    "2024-03-01T09:03:15|10002|a|text|ab\xef\xbf\xbd\xef\xbf\xbd"
	    "|truncated_tail\n= qq-txt 1/0/0 truncated_tail\n");
	/* One line of 100 MB. */
	assert_non_null(big);
	memset(big, 'x', n);
	head = strlen(TITLE "2024-03-01 9:03:15 a(10002)\n");
	memcpy(big, TITLE "2024-03-01 9:03:15 a(10002)\n", head);
	memcpy(big + n - 40, "\n\n2024-03-01 9:03:16 a(10002)\nend\n     ", 38);
	rows_end("x.txt", big, n, "= qq-txt 2/0/0 cut_text\n");
	free(big);
	rows_cut_anywhere("x.txt", TITLE SECTION("g", "A")
	    "2024-05-02 10:00:00 A\r\n[文件]b\r\n\r\n2024-05-02 10:00:00 (10001)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_group),
		cmocka_unit_test(reads_halves_of_the_day),
		cmocka_unit_test(knows_sections_from_text),
		cmocka_unit_test(marks_forged_headers),
		cmocka_unit_test(loses_nothing),
		cmocka_unit_test(reads_every_encoding),
		cmocka_unit_test(says_who_is_self),
		cmocka_unit_test(survives_hostile_bytes)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
