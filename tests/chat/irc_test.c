/* tests/chat/irc_test.c - logs of irssi, weechat, XChat and of archives. */
#include "rows.h"

#include "base/banned.h"

static void
reads_irssi(void **state)
{
	(void)state;
	rows_are("x.log", "--- Log opened Sun Dec 31 08:59:00 2023\n"
	    "08:59 -!- anna [~a@b] has joined #shop\n08:59 <@anna> Hi <b>\n"
	    "09:03 < li>\n09:04  * li waves back\n09:05 -serv:#x- notice\n"
	    "09:05 -!- Netsplit over\nwhat\n--- Day changed Mon Jan 01 2024\n"
	    "00:00 <+anna> ok\n24:00 <anna> no\n"
	    "--- Log closed Mon Jan 01 00:02:00 2024\n",
	    "2023-12-31T08:59:00|-|anna|system|anna [~a@b] has joined #shop\n"
	    "2023-12-31T08:59:00|anna|anna|text|Hi <b>\n"
	    "2023-12-31T09:03:00|li|li|text|\n"
	    "2023-12-31T09:04:00|li|li|action|waves back\n"
	    "2023-12-31T09:05:00|serv|serv|text|notice\n"
	    "2023-12-31T09:05:00|-|-|system|Netsplit over\n? what\n"
	    "2024-01-01T00:00:00|anna|anna|text|ok\n"
	    "-|anna|anna|text|no|out_of_range_time\n"
	    "= irssi 8/2/1 out_of_range_time\n");
	rows_cut_anywhere("x.log", "--- Log opened Sun Dec 31 08:59:00 2023\n"
	    "08:59 -!- a [b] has quit [c]\n08:59 <@a> b\n08:59  * a b\n");
}

static void
reads_weechat(void **state)
{
	(void)state;
	rows_are("x.weechatlog", "2024-03-01 08:59:00\t-->\tanna (~a@b) has "
	    "joined #shop\n2024-03-01 08:59:07\t@anna\tHi\tyou\n"
	    "2024-03-01 08:59:08\t *\tli waves\n2024-03-01 08:59:09\t\t\n"
	    "2024-03-01 08:59:10\t--\tMode #x [+n]\nwhat\n"
	    "2024-02-30 08:59:00\tanna\tno\n",
	    "2024-03-01T08:59:00|-|anna|system|anna (~a@b) has joined #shop\n"
	    "2024-03-01T08:59:07|anna|anna|text|Hi\tyou\n"
	    "2024-03-01T08:59:08|li|li|action|waves\n"
	    "2024-03-01T08:59:09|-|-|system|\n"
	    "2024-03-01T08:59:10|-|-|system|Mode #x [+n]\n? what\n"
	    "? 2024-02-30 08:59:00\tanna\tno\n= weechat 5/3/2\n");
	rows_cut_anywhere("x.log", "2024-03-01 08:59:08\t *\tli waves\n"
	    "2024-03-01 08:59:08\t@li\tx\n");
}

static void
reads_xchat(void **state)
{
	(void)state;
	rows_are("x.log", "**** BEGIN LOGGING AT Sun Dec 31 21:11:55 2023\n\n"
	    "dez 31 21:11:55 -->\tanna (~a@b) has joined #x\n"
	    "dez 31 21:11:56 <anna>\tHi\ndez 31 21:11:57 * anna waves\n"
	    "dez 31 99:11:57 <anna> no\njan 01 00:00:01 <anna> new\n"
	    "**** ENDING LOGGING AT Mon Jan 01 00:59:00 2024\n",
	    "2023-12-31T21:11:55|-|anna|system|anna (~a@b) has joined #x\n"
	    "2023-12-31T21:11:56|anna|anna|text|Hi\n"
	    "2023-12-31T21:11:57|anna|anna|action|waves\n"
	    "? dez 31 99:11:57 <anna> no\n"
	    "2024-01-01T00:00:01|anna|anna|text|new\n= xchat 4/1/1\n");
	rows_are("scrollback.txt", "T 1232074579 \x03" "19,5*\x0f\tNow talking\n"
	    "T 1232959932 \x03" "31\x08<\x08" "fpi\x08>\x08\x0f\x03" "30Hi\n"
	    "T 0 <fpi> x\nT x\n",
	    "2009-01-16T02:56:19Z|-|-|system|Now talking\n"
	    "2009-01-26T08:52:12Z|fpi|fpi|text|Hi\n"
	    "-|fpi|fpi|text|x|out_of_range_time\n? T x\n"
	    "= xchat-scrollback 3/1/1 out_of_range_time\n");
	rows_cut_anywhere("x.log", "**** BEGIN LOGGING AT Sun Dec 31 21:11:55 "
	    "2023\nT 1232074579 \x03" "19,5*\n dec 31 21:11:55 * a b\n");
}

static void
reads_archives(void **state)
{
	(void)state;
	rows_are("2004-12-31.txt", "[23:59] <|x|> a\n"
	    "=== y [~a@b] has joined #x\n[00:01] <x> b\n[00:02] * x waves\n"
	    "what\n",
	    "2004-12-31T23:59:00||x|||x||text|a\n"
	    "-|-|y|system|y [~a@b] has joined #x\n"
	    "2005-01-01T00:01:00|x|x|text|b\n"
	    "2005-01-01T00:02:00|x|x|action|waves\n? what\n= irc-raw 4/1/1\n");
	/* No date: times only. */
	rows_are("x.txt", "[23:59] <x> a\n[00:01] <x> b\n",
	    "23:59:00|x|x|text|a\n00:01:00|x|x|text|b\n= irc-raw 2/0/0\n");
	rows_cut_anywhere("20041231.txt", "[23:59:01] <x> a\n=== b\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_irssi),
		cmocka_unit_test(reads_weechat),
		cmocka_unit_test(reads_xchat),
		cmocka_unit_test(reads_archives)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
