/* tests/chat/qianniu_clip_test.c - messages copied out of QianNiu. */
#include "rows.h"

#include "base/banned.h"

static void
reads_all_headers(void **state)
{
	(void)state;
	rows_are("x.txt", "cntaobaobuyer 2024-3-1 8:59:07\r\n亲\r\n\r\n"
	    "旗舰店:小李2024-3-1 9:03:15\r\n有的\r\n\r\n今天\r\n已读\r\n\r\n"
	    "buyer 撤回了一条消息\r\n\r\n你撤回了一条消息\r\n\r\n"
	    "由 服务助手 转交给 旗舰店:小王\r\n\r\n"
	    "旗舰店:小王 --> buyer 2024-3-1 21:15:30\r\nhttps://a/b\r\n未读\r\n"
	    "[buyer] 2024-03-02 00:00:00\r\n[图片]\r\n",
	    "2024-03-01T08:59:07|buyer|buyer|text|亲\n"
	    "2024-03-01T09:03:15|旗舰店:小李|旗舰店:小李|text|有的\\n\\n今天|"
	    "status=已读\n"
	    "-|buyer|buyer|recall|撤回了一条消息\n"
	    "-|-|-|recall|你撤回了一条消息\n"
	    "-|-|-|system|由 服务助手 转交给 旗舰店:小王\n"
	    "2024-03-01T21:15:30|旗舰店:小王|旗舰店:小王|text|https://a/b|"
	    "status=未读\n2024-03-02T00:00:00|buyer|buyer|image|[图片]\n"
	    "= qianniu-clip 7/1/0\n");
}

static void
reads_nick_and_time_apart(void **state)
{
	(void)state;
	rows_are("x.txt", "buyer\n2024-3-1 8:59:07\n亲\n已读\n\nshop:li\n"
	    "2024-3-1 8:59:08\nyes\n\nno nick\n",
	    "2024-03-01T08:59:07|buyer|buyer|text|亲|status=已读\n"
	    "2024-03-01T08:59:08|shop:li|shop:li|text|yes\\n\\nno nick\n"
	    "= qianniu-clip 2/0/0\n");
	rows_are("x.txt", "buyer\n2024-3-1 8:59:07\n亲\n未读\nshop:li\n"
	    "2024-3-1 8:59:08\nyes\n已读\n",
	    "2024-03-01T08:59:07|buyer|buyer|text|亲|status=未读\n"
	    "2024-03-01T08:59:08|shop:li|shop:li|text|yes|status=已读\n"
	    "= qianniu-clip 2/0/0\n");
	/* A time alone in a text is text. */
	rows_are("x.txt", "buyer 2024-3-1 8:59:07\nsee\n2024-3-1 8:59:07\n已读\n",
	    "2024-03-01T08:59:07|buyer|buyer|text|see\\n2024-3-1 8:59:07|"
	    "status=已读\n= qianniu-clip 1/0/0\n");
}

static void
loses_nothing(void **state)
{
	(void)state;
	rows_are("x.txt", "what\nbuyer 2024-13-1 8:59:07\nx\n未读\n",
	    "? what\n-|buyer|buyer|text|x|status=未读|out_of_range_time\n"
	    "= qianniu-clip 1/0/1 out_of_range_time\n");
	rows_cut_anywhere("x.txt", "buyer\n2024-3-1 8:59:07\n亲\n已读\n\n"
	    "a --> b 2024-3-1 8:59:07\n[b] 2024-3-1 8:59:07\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_headers),
		cmocka_unit_test(reads_nick_and_time_apart),
		cmocka_unit_test(loses_nothing)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
