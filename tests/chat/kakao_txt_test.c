/* tests/chat/kakao_txt_test.c - KakaoTalk's text exports. */
#include "rows.h"

#include "base/banned.h"

static void
reads_windows(void **state)
{
	(void)state;
	rows_are("x.txt", "Anna 님과 카카오톡 대화\r\n저장한 날짜 : 2024-03-03 09:00:00"
	    "\r\n\r\n--------------- 2024년 3월 1일 금요일 ---------------\r\n"
	    "[An [x] a] [오전 12:59] Hi\r\n[Li] [오후 12:15] 첫째\r\n둘째 : 값\r\n"
	    "Bob님이 들어왔습니다.\r\n"
	    "--------------- 2024년 3월 2일 토요일 ---------------\r\n"
	    "[Li] [오전 12:00] 사진 3장\r\n[Li] [오전 12:01] 파일: a b.pdf\r\n"
	    "[Li] [오전 12:02] 삭제된 메시지입니다.\r\n",
	    "2024-03-01T00:59:00|An [x] a|An [x] a|text|Hi\n"
	    "2024-03-01T12:15:00|Li|Li|text|첫째\\n둘째 : 값\n"
	    "2024-03-01|-|-|system|Bob님이 들어왔습니다.\n"
	    "2024-03-02T00:00:00|Li|Li|image|사진 3장\n"
	    "2024-03-02T00:01:00|Li|Li|file|파일: a b.pdf|+a b.pdf\n"
	    "2024-03-02T00:02:00|Li|Li|recall|삭제된 메시지입니다.|deleted\n"
	    "= kakao-txt 6/1/0\n");
	rows_are("x.txt", "KakaoTalk Chats with A\nDate Saved : 2024-03-03\n\n"
	    "--------------- Friday, March 1, 2024 ---------------\n"
	    "[A] [9:15 PM] x\n",
	    "2024-03-01T21:15:00|A|A|text|x\n= kakao-txt 1/0/0\n");
}

static void
reads_telephones(void **state)
{
	(void)state;
	rows_are("x.txt", "\xef\xbb\xbf" "Anna 님과 카카오톡 대화\r\n"
	    "저장한 날짜 : 2024년 3월 3일 오전 9:00\r\n\r\n\r\n"
	    "2024년 3월 1일 오전 8:59\r\n2024년 3월 1일 오전 8:59, Anna : Hi\r\n"
	    "2024년 3월 1일 오후 9:15, 회원님 : a : b\r\nc\r\n"
	    "2024년 3월 1일 오후 9:16, Anna님이 나갔습니다.\r\n",
	    "2024-03-01T08:59:00|Anna|Anna|text|Hi\n"
	    "2024-03-01T21:15:00|회원님|회원님|text|a : b\\nc|self\n"
	    "2024-03-01T21:16:00|-|-|system|Anna님이 나갔습니다.\n"
	    "= kakao-txt 3/1/0\n");
	rows_are("x.txt", "Anna 님과 카카오톡 대화\n저장한 날짜 : 2024. 3. 3. 오전 9:00\n\n"
	    "2024년 3월 1일 금요일\n2024. 3. 1. 오전 8:59, Anna : Hi\n"
	    "2024. 3. 1. 20:59, Anna : 동영상\n",
	    "2024-03-01T08:59:00|Anna|Anna|text|Hi\n"
	    "2024-03-01T20:59:00|Anna|Anna|video|동영상\n= kakao-txt 2/0/0\n");
	rows_are("x.txt", "KakaoTalk Chats with A\nDate Saved : x\n\n"
	    "February 10, 2016, 2:33 AM\nFebruary 10, 2016, 2:33 AM, A : x\n"
	    "February 10, 2016, 12:33 PM, you : Photo\n",
	    "2016-02-10T02:33:00|A|A|text|x\n"
	    "2016-02-10T12:33:00|you|you|image|Photo|self\n= kakao-txt 2/0/0\n");
	rows_are("x.txt", "KakaoTalk Chats with A\n\n"
	    "8:34pm, July 9, 2015, A : x\n",
	    "2015-07-09T20:34:00|A|A|text|x\n= kakao-txt 1/0/0\n");
}

static void
loses_nothing(void **state)
{
	(void)state;
	rows_are("x.txt", "A 님과 카카오톡 대화\nwhat\n"
	    "2024년 13월 1일 오전 8:59, A : x\n",
	    "? what\n-|A|A|text|x|out_of_range_time\n"
	    "= kakao-txt 1/0/1 out_of_range_time\n");
	rows_cut_anywhere("x.txt", "A 님과 카카오톡 대화\n저장한 날짜 : 2024-03-03\n"
	    "--------------- 2024년 3월 1일 금요일 ---------------\n"
	    "[A] [오전 12:59] Hi\n2024. 3. 1. 오전 8:59, A : x\n");
}

static void
reads_other_languages(void **state)
{
	(void)state;
	rows_are("x.txt", "Talk_2024.3.3 09:00-1.txt\nDate Saved : x\n\n"
	    "Friday, March 1, 2024\nMar 1, 2024 at 8:59\xe2\x80\xaf" "AM, A : x\n"
	    "Mar 1, 2024 at 21:15, B : y\n",
	    "2024-03-01T08:59:00|A|A|text|x\n"
	    "2024-03-01T21:15:00|B|B|text|y\n= kakao-txt 2/0/0\n");
	rows_are("x.txt", "Aさんとのトーク\n保存した日付 : 2024年3月3日 午前9:00\n\n"
	    "2024年3月1日 午前8:59\n2024年3月1日 午前8:59, A : x\n"
	    "2024年3月1日 午後9:15, B : y\n",
	    "2024-03-01T08:59:00|A|A|text|x\n"
	    "2024-03-01T21:15:00|B|B|text|y\n= kakao-txt 2/0/0\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_other_languages),
		cmocka_unit_test(reads_windows),
		cmocka_unit_test(reads_telephones),
		cmocka_unit_test(loses_nothing)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
