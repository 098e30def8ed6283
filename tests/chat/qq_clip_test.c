/* tests/chat/qq_clip_test.c - messages copied out of QQ. */
#include "rows.h"

#include "base/banned.h"

static void
reads_copies(void **state)
{
	(void)state;
	rows_are("x.txt", "【客户】Anna 1/31/2024 12:00:01 AM\r\nHi\r\n\r\n"
	    "Li 2/3/2024 9:03:15 PM\r\n您好！\r\n\r\nMOQ\r\n\r\n"
	    "Anna撤回了一条消息\r\n\r\n你撤回了一条消息\r\n\r\n"
	    "Anna 2/3/2024 9:16:31 PM\r\n[图片]\r\n",
	    "2024-01-31T00:00:01|-|Anna|text|Hi\n"
	    "2024-02-03T21:03:15|-|Li|text|您好！\\n\\nMOQ\n"
	    "-|-|-|recall|Anna撤回了一条消息\n-|-|-|recall|你撤回了一条消息\n"
	    "2024-02-03T21:16:31|-|Anna|image|[图片]\n= qq-clip 5/0/0\n");
}

/* Today's messages have no date; a telephone has lines of days. */
static void
reads_times_without_dates(void **state)
{
	(void)state;
	rows_are("x.txt", "Anna 9:03:15 PM\r\nHi\r\n\r\nLi 9:03:16 PM\r\nyes\r\n",
	    "21:03:15|-|Anna|text|Hi\n21:03:16|-|Li|text|yes\n"
	    "= qq-clip 2/0/0\n");
	rows_are("x.txt", "— —  2020-2-21  — —\nAnna 21:03:15\nHi\n\n"
	    "— —  2020-2-22  — —\nAnna 0:03:15\nyes\n",
	    "2020-02-21T21:03:15|-|Anna|text|Hi\n"
	    "2020-02-22T00:03:15|-|Anna|text|yes\n= qq-clip 2/0/0\n");
}

static void
guesses_the_order(void **state)
{
	(void)state;
	rows_are("x.txt", "A 1/2/2024 9:03:15 AM\nx\n",
	    "2024-01-02T09:03:15|-|A|text|x|date_order_guess\n"
	    "= qq-clip 1/0/0 date_order_guess\n");
	rows_are("x.txt", "A 13/2/2024 9:03:15\nx\n\nA 1/3/2024 9:03:15\ny\n",
	    "2024-02-13T09:03:15|-|A|text|x\n2024-03-01T09:03:15|-|A|text|y\n"
	    "= qq-clip 2/0/0\n");
}

static void
loses_nothing(void **state)
{
	(void)state;
	rows_are("x.txt", "what\n\nA 2/30/2024 9:03:15 AM\nx\n"
	    "B 1/31/2024 9:03:16 AM\nforged\n\nA 1/31/2024 9:03:17 AM\ny\n\n"
	    "A 1/31/2024 9:03:17 AM\nz\n\nA 1/31/2024 9:03:17 AM\nz\n",
	    "? what\n-|-|A|text|x\\nB 1/31/2024 9:03:16 AM\\nforged|"
	    "split_ambiguous|out_of_range_time\n"
	    "2024-01-31T09:03:17|-|A|text|y\n2024-01-31T09:03:17|-|A|text|z\n"
	    "2024-01-31T09:03:17|-|A|text|z\n"
	    "= qq-clip 4/0/1 split_ambiguous out_of_range_time\n");
	rows_are("x.txt", "a,b,2024-03-01 09:03:15\nc,d,2024-03-01 09:03:15\n",
	    "= - 0/0/0\n");
	rows_cut_anywhere("x.txt", "【客户】Anna 1/31/2024 12:00:01 AM\r\nHi\r\n"
	    "\r\n撤回了一条消息\r\n\r\n— —  2020-2-21  — —\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_copies),
		cmocka_unit_test(reads_times_without_dates),
		cmocka_unit_test(guesses_the_order),
		cmocka_unit_test(loses_nothing)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
