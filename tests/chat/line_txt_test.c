/* tests/chat/line_txt_test.c - LINE's text export. */
#include "rows.h"

#include "base/banned.h"

static void
reads_locales(void **state)
{
	(void)state;
	rows_are("x.txt", "[LINE] Chat history with Anna\r\n"
	    "Saved on: 2024/03/03 09:00\r\n\r\nFri, 3/1/2024\r\n"
	    "08:59AM\tAnna\tHi\r\n12:15PM\tLi\t\"one\r\n\r\nFri, 3/1/2024\r\n"
	    "\"\"two\"\"\"\r\n12:16PM\t\tAnna left\r\n"
	    "12:17PM\tAnna unsent a message.\r\n\r\n"
	    "Sat, 3/2/2024\r\n12:00AM\tAnna\t[Photo]\r\n",
	    "2024-03-01T08:59:00|Anna|Anna|text|Hi\n"
	    "2024-03-01T12:15:00|Li|Li|text|one\\n\\nFri, 3/1/2024\\n\"two\"\n"
	    "2024-03-01T12:16:00|-|-|system|Anna left\n"
	    "2024-03-01T12:17:00|-|-|recall|Anna unsent a message.\n"
	    "2024-03-02T00:00:00|Anna|Anna|image|[Photo]\n"
	    "= line-txt 5/1/0\n");
	rows_are("x.txt", "[LINE] Annaとのトーク履歴\n保存日時：2024/03/03 09:00\n\n"
	    "2024/03/01(金)\n08:59\tAnna\tx\n\n2024.03.02 土曜日\n00:01\tAnna\ty\n",
	    "2024-03-01T08:59:00|Anna|Anna|text|x\n"
	    "2024-03-02T00:01:00|Anna|Anna|text|y\n= line-txt 2/0/0\n");
	rows_are("x.txt", "2024/3/1周五\n下午09:15\tAnna\tx\n2024/03/02（六）\n"
	    "上午12:00\tAnna\ty\n",
	    "2024-03-01T21:15:00|Anna|Anna|text|x\n"
	    "2024-03-02T00:00:00|Anna|Anna|text|y\n= line-txt 2/0/0\n");
	rows_are("x.txt", "[LINE] Chat history with An Na\n"
	    "Saved on: 2024/03/03 09:00\n\n2024.03.01 Friday\n"
	    "08:59 An Na Hi there\nyou\n09:00 Li \"yes\n09:01 An Na\n",
	    "2024-03-01T08:59:00|An Na|An Na|text|Hi there\\nyou\n"
	    "2024-03-01T09:00:00|Li|Li|text|\"yes\n"
	    "2024-03-01T09:01:00|An|An|text|Na\n= line-txt 3/0/0\n");
	/* The weekday tells which number is the day. */
	rows_are("x.txt", "[LINE] Chat history with A\n\nFri, 1/3/2024\n"
	    "10:00\tA\tx\nThu, 1/4/2024\n10:00\tA\ty\n",
	    "2024-03-01T10:00:00|A|A|text|x\n2024-01-04T10:00:00|A|A|text|y\n"
	    "= line-txt 2/0/0\n");
}

static void
takes_quotes_for_what_they_are(void **state)
{
	(void)state;
	rows_are("x.txt", "[LINE] Chat history with A\n\nFri, 3/1/2024\n"
	    "10:00\tA\t\"quoted\"\n10:01\tA\t\"no end\n10:02\tA\tx\n",
	    "2024-03-01T10:00:00|A|A|text|\"quoted\"\n"
	    "2024-03-01T10:01:00|A|A|text|\"no end\n"
	    "2024-03-01T10:02:00|A|A|text|x\n= line-txt 3/0/0\n");
}

static void
loses_nothing(void **state)
{
	(void)state;
	rows_are("x.txt", "[LINE] Chat history with A\n\nwhat\nFri, 3/1/2024\n"
	    "25:00\tA\tx\ny\n",
	    "? what\n-|A|A|text|x\\ny|out_of_range_time\n"
	    "= line-txt 1/0/1 out_of_range_time\n");
	/* No day yet: the time is all there is. */
	rows_are("x.txt", "[LINE] Chat history with A\n\n10:00\tA\tx\n",
	    "10:00:00|A|A|text|x\n= line-txt 1/0/0\n");
	rows_cut_anywhere("x.txt", "[LINE] 与A的聊天记录\n保存日期：2024/03/03\n\n"
	    "2024/3/1周五\n上午08:59\tA\t\"x\ny\"\n");
}

/* One message under such a line of a day, after a title in some language. */
static void
day_is(const char *title, const char *day)
{
	char data[512];

	(void)snprintf(data, sizeof(data), "%s\r\n\r\n%s\r\n"
	    "08:59\tAnna\tHi\r\n", title, day);
	rows_are("x.txt", data,
	    "2024-03-01T08:59:00|Anna|Anna|text|Hi\n= line-txt 1/0/0\n");
}

static void
reads_days_of_any_language(void **state)
{
	static const char en[] = "[LINE] Chat history with Anna\r\n"
	    "Saved on: 2024/03/03 09:00";

	(void)state;
	day_is(en, "Friday, March 1, 2024");
	day_is(en, "Fri, Mar 1, 2024");
	day_is(en, "1 March 2024, Friday");
	day_is("[LINE] 与Anna的聊天记录\r\n保存日期：2024/03/03 09:00",
	    "2024年3月1日 星期五");
	day_is("[LINE] Annaとのトーク履歴\r\n保存日時：2024/03/03 09:00",
	    "2024年3月1日(金)");
	day_is("[LINE] Anna님과의 대화 내용\r\n저장일: 2024.03.03 09:00",
	    "2024년 3월 1일 금요일");
	day_is("[LINE] ประวัติการแชทกับ Anna\r\nบันทึกเมื่อ: 03/03/2024 09:00",
	    "ศ. 01/03/2024");
	day_is("[LINE] Riwayat obrolan dengan Anna\r\n"
	    "Disimpan pada: 03/03/2024 09:00", "Jumat, 01/03/2024");
	rows_are("x.txt", "[LINE] Riwayat chat dengan A\r\n\r\n"
	    "Jum, 01/03/2024\r\n08.59\tA\tx\r\n",
	    "2024-03-01T08:59:00|A|A|text|x\n= line-txt 1/0/0\n");
	/* A text may look so, where no empty line stands before it. */
	rows_are("x.txt", "[LINE] Chat history with A\n\nFri, 3/1/2024\n"
	    "10:00\tA\tx\nDue, 01/04/2024\n10:01\tA\ty\n",
	    "2024-03-01T10:00:00|A|A|text|x\\nDue, 01/04/2024\n"
	    "2024-03-01T10:01:00|A|A|text|y\n= line-txt 2/0/0\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_days_of_any_language),
		cmocka_unit_test(reads_locales),
		cmocka_unit_test(takes_quotes_for_what_they_are),
		cmocka_unit_test(loses_nothing)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
