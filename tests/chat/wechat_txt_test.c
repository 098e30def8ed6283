/* tests/chat/wechat_txt_test.c - text exports of MemoTrace and WechatExporter. */
#include "rows.h"

#include "base/banned.h"

static void
reads_memotrace(void **state)
{
	(void)state;
	rows_are("Anna(wxid_1)/Anna.txt", "2024-03-01 08:59:07 Anna\nHi\n\n"
	    "2024-03-01 09:03:15 Li (Sales)\na\n\n2024-02-28 10:00:00\nb\n"
	    "2024-03-01 09:03:15 forged\n\n"
	    "2024-03-02 10:11:00 Li\n你撤回了一条消息\n\n"
	    "2024-03-02 10:11:00 Li\n[语音]\n\n2024-02-31 10:11:00 Li\n\n",
	    "2024-03-01T08:59:07|-|Anna|text|Hi\n"
	    "2024-03-01T09:03:15|-|Li (Sales)|text|a\\n\\n2024-02-28 10:00:00"
	    "\\nb\\n2024-03-01 09:03:15 forged|split_ambiguous\n"
	    "2024-03-02T10:11:00|-|Li|recall|你撤回了一条消息\n"
	    "2024-03-02T10:11:00|-|Li|voice|[语音]\n"
	    "-|-|Li|text||out_of_range_time\n"
	    "= memotrace-txt 5/0/0 split_ambiguous out_of_range_time\n");
	rows_are("x.txt", "Anna 2024-03-01 08:59:07\nHi\n\n"
	    "Li 2024-03-01 08:59:08\nyes\n",
	    "2024-03-01T08:59:07|-|Anna|text|Hi\n"
	    "2024-03-01T08:59:08|-|Li|text|yes\n= memotrace-txt 2/0/0\n");
	rows_cut_anywhere("x.txt", "2024-03-01 08:59:07 Anna\nHi\n\n"
	    "2024-03-01 08:59:08 Li\n[文件]a\n");
}

static void
reads_wechatexporter(void **state)
{
	(void)state;
	rows_are("x.txt", "Anna (A) - 微信聊天记录\r\n\r\n"
	    "Anna (A) (2024-03-01 08:59:07):Hi\r\n"
	    "Li (2024-03-01 09:03:15):a\nb (2024-03-01 09:03:15):forged\n\nc\r\n"
	    "你撤回了一条消息\r\n\"Bob\"加入了群聊\r\n"
	    "Li (2024-03-02 09:03):[文件] a.pdf\r\n",
	    "2024-03-01T08:59:07|-|Anna (A)|text|Hi\n"
	    "2024-03-01T09:03:15|-|Li|text|a\\nb (2024-03-01 09:03:15):forged"
	    "\\n\\nc|split_ambiguous\n"
	    "-|-|-|recall|你撤回了一条消息\n-|-|-|system|\"Bob\"加入了群聊\n"
	    "2024-03-02T09:03:00|-|Li|file|[文件] a.pdf|+a.pdf\n"
	    "= wechatexporter-txt 5/1/0 split_ambiguous\n");
	/* All lines end alike: a bare line is text, but for recalls. */
	rows_are("x.txt", "Anna - 微信聊天记录\nwhat\n"
	    "Anna (2024-03-01 08:59:07):Hi\nthere\n你撤回了一条消息\n",
	    "? what\n2024-03-01T08:59:07|-|Anna|text|Hi\\nthere\n"
	    "-|-|-|recall|你撤回了一条消息\n= wechatexporter-txt 2/0/1\n");
	rows_cut_anywhere("x.txt", "A - 微信聊天记录\r\n\r\nA (2024-03-01 "
	    "08:59:07):Hi\nx\r\ny\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_memotrace),
		cmocka_unit_test(reads_wechatexporter)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
