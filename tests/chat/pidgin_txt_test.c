/* tests/chat/pidgin_txt_test.c - Pidgin's plain text logs. */
#include "rows.h"

#include "base/banned.h"

#define NAME "jabber/me@x/anna@y/2010-01-11.235900+0800CST.txt"

static void
reads_conversations(void **state)
{
	(void)state;
	rows_are(NAME, "Conversation with anna@y at Mon 11 Jan 2010 23:59:00 CST "
	    "on me@x/home (jabber)\n(23:59:01) anna: Hi: you\n(more)\n"
	    "(23:59:02) me@x/home: yes\n(00:00:01) anna has signed off.\n"
	    "(00:00:02) ***anna waves\n(01/12/2010 12:00:03 AM) anna: \n",
	    "2010-01-11T23:59:01+08:00|anna|anna|text|Hi: you\\n(more)\n"
	    "2010-01-11T23:59:02+08:00|me@x/home|me@x/home|text|yes|self\n"
	    "2010-01-12T00:00:01+08:00|-|-|system|anna has signed off.\n"
	    "2010-01-12T00:00:02+08:00|anna|anna|action|waves\n"
	    "2010-01-12T00:00:03+08:00|anna|anna|text|\n= pidgin-txt 5/1/0\n");
	/* Without its name there is no date. */
	rows_are("x.txt", "Conversation with a at x on b (icq)\nwhat\n"
	    "(23:59:01) a: x\n(25:00:00) a: y\n",
	    "? what\n23:59:01|a|a|text|x\n-|a|a|text|y|out_of_range_time\n"
	    "= pidgin-txt 2/0/1 out_of_range_time\n");
}

static void
reads_system_logs(void **state)
{
	(void)state;
	rows_are("jabber/me@x/.system/2010-12-10.162531+0000GMT.txt",
	    "System log for account me@x (jabber) connected at x\n"
	    "---- +++ me@x signed on @ 10/12/10 16:25:31 ----\nwhat\n",
	    "2010-12-10T16:25:31+00:00|-|-|system|+++ me@x signed on\n? what\n"
	    "= pidgin-txt 1/1/1\n");
	rows_cut_anywhere(NAME, "Conversation with a at x on b (icq)\n"
	    "(23:59:01) a: x\n(01/12/2010 12:00:03 AM) ***a b\n");
}

static void
reads_chinese_clocks(void **state)
{
	(void)state;
	rows_are("jabber/me@x/anna@y/2024-03-01.085900+0800CST.txt",
	    "Conversation (bonjour)\n(08时59分07秒) anna: hi\n"
	    "(下午 09时00分) me: yo\n",
	    "2024-03-01T08:59:07+08:00|anna|anna|text|hi\n"
	    "2024-03-01T21:00:00+08:00|me|me|text|yo\n= pidgin-txt 2/0/0\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_chinese_clocks),
		cmocka_unit_test(reads_conversations),
		cmocka_unit_test(reads_system_logs)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
