/* tests/chat/whatsapp_txt_test.c - WhatsApp's text export in many locales. */
#include "rows.h"

#include "base/banned.h"

#define LRM "\xe2\x80\x8e"
#define NNBSP "\xe2\x80\xaf"

static void
reads_android(void **state)
{
	(void)state;
	rows_are("WhatsApp Chat with Bob.txt",
	    "3/1/24, 8:59" NNBSP "AM - Messages and calls are end-to-end "
	    "encrypted.\n"
	    "3/1/24, 12:05" NNBSP "AM - Bob: hi\nthere\n\n"
	    "3/1/24, 12:05" NNBSP "PM - Bob: IMG-20240301-WA0001.jpg (file "
	    "attached)\nlook\n"
	    "3/1/24, 1:05" NNBSP "PM - Bob: <Media omitted>\n"
	    "3/1/24, 1:06" NNBSP "PM - Li: This message was deleted\n"
	    "3/1/24, 1:07" NNBSP "PM - Li: new <This message was edited>\n"
	    "3/13/24, 1:08" NNBSP "PM - Li: null\n"
	    "3/13/24, 1:09" NNBSP "PM - Li: Location: "
	    "https://maps.google.com/?q=1,2\n"
	    "3/13/24, 1:10" NNBSP "PM - Li: POLL:\nq\nOPTION: a (0 votes)\n",
	    "2024-03-01T08:59:00|-|-|system|Messages and calls are end-to-end "
	    "encrypted.\n"
	    "2024-03-01T00:05:00|Bob|Bob|text|hi\\nthere\n"
	    "2024-03-01T12:05:00|Bob|Bob|image|look|+IMG-20240301-WA0001.jpg\n"
	    "2024-03-01T13:05:00|Bob|Bob|media_omitted|\n"
	    "2024-03-01T13:06:00|Li|Li|recall||deleted\n"
	    "2024-03-01T13:07:00|Li|Li|text|new|edited\n"
	    "2024-03-13T13:08:00|Li|Li|text|null\n"
	    "2024-03-13T13:09:00|Li|Li|location|Location: "
	    "https://maps.google.com/?q=1,2\n"
	    "2024-03-13T13:10:00|Li|Li|poll|POLL:\\nq\\nOPTION: a (0 votes)\n"
	    "= whatsapp-txt 9/1/0\n");
}

static void
reads_ios(void **state)
{
	(void)state;
	rows_are("WhatsApp Chat - G.zip/_chat.txt",
	    "\xef\xbb\xbf[13.02.24, 21:04:05] G: " LRM "Bob created group "
	    "“G”\r\n"
	    LRM "[13.02.24, 21:04:06] Bob: " LRM "image omitted\r\n"
	    "[13.02.24, 21:04:07] Bob: a " LRM "<attached: 0001-a b.pdf>\r\n"
	    "[13.02.24, 21:04:08] \xe2\x80\xaa+49\xc2\xa0" "170\xe2\x80\xac: "
	    "x\r\n"
	    "[13.02.24, 21:04:09] Li: " LRM "You deleted this message.\r\n"
	    "[13.02.24, 21:04:10] Li: \r\n",
	    "2024-02-13T21:04:05|-|-|system|Bob created group “G”\n"
	    "2024-02-13T21:04:06|Bob|Bob|media_omitted|image omitted\n"
	    "2024-02-13T21:04:07|Bob|Bob|file|a|+0001-a b.pdf\n"
	    "2024-02-13T21:04:08|+49\xc2\xa0" "170|+49\xc2\xa0" "170|text|x\n"
	    "2024-02-13T21:04:09|Li|Li|recall||deleted\n"
	    "2024-02-13T21:04:10|Li|Li|text|\n"
	    "= whatsapp-txt 6/1/0\n");
}

/* One header of each locale; the day is beyond 12. */
static void
reads_locales(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"2024/3/13 下午9:15 - A: x", "2024-03-13T21:15:00"},
		{"2024-03-13, 9:15 p.m. - A: x", "2024-03-13T21:15:00"},
		{"13.3.2024 klo 21.15 - A: x", "2024-03-13T21:15:00"},
		{"[13.3.2024 klo 21.15.15] A: x", "2024-03-13T21:15:15"},
		{"[13/03/2024 à 21:15:16] A: x", "2024-03-13T21:15:16"},
		{"13/3/24, 9:15 p.\xc2\xa0m. - A: x", "2024-03-13T21:15:00"},
		{"13-03-24 21:15 - A: x", "2024-03-13T21:15:00"},
		{"24-03-13 21:15 - A: x\n99-03-14 21:15 - A: x", NULL},
		{"2024. 3. 13. 오후 9:15 - A: x", "2024-03-13T21:15:00"},
		{"2024年3月13日 下午9:15 - A: x", "2024-03-13T21:15:00"},
		{"[2024/03/13 21:15:17] A: x", "2024-03-13T21:15:17"},
		{"١٣/٣/٢٠٢٤، ٩:١٥ م - A: x", "2024-03-13T21:15:00"},
		{"13/3/2567 21:15 - A: x", "2024-03-13T21:15:00"},
		{"13. 3. 2024 21:15 - A: x", "2024-03-13T21:15:00"},
		{"3/13/24, 9:15 pm – A: x", "2024-03-13T21:15:00"},
		{"[13.03.24, 12:00:00 AM] A: x", "2024-03-13T00:00:00"},
		{"13/03/24, 23:59 PM - A: x", "2024-03-13T23:59:00"}
	};
	char want[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (!cases[i].want)
			continue;
		(void)snprintf(want, sizeof(want),
		    "%s|A|A|text|x\n= whatsapp-txt 1/0/0\n", cases[i].want);
		rows_are("_chat.txt", cases[i].text, want);
	}
	/* A first number beyond 31 is a year: of 2099 here. */
	rows_are("_chat.txt", "24-03-13 21:15 - A: x\n99-03-14 21:15 - A: y\n",
	    "2024-03-13T21:15:00|A|A|text|x\n2099-03-14T21:15:00|A|A|text|y\n"
	    "= whatsapp-txt 2/0/0\n");
}

/* One order for the whole file, from whatever line tells. */
static void
decides_the_order_once(void **state)
{
	(void)state;
	rows_are("_chat.txt", "01/02/24, 10:00 - A: x\n14/02/24, 10:00 - A: y\n"
	    "03/04/24, 10:00 - A: z\n",
	    "2024-02-01T10:00:00|A|A|text|x\n2024-02-14T10:00:00|A|A|text|y\n"
	    "2024-04-03T10:00:00|A|A|text|z\n= whatsapp-txt 3/0/0\n");
	rows_are("_chat.txt", "01/02/24, 10:00 - A: x\n02/14/24, 10:00 - A: y\n",
	    "2024-01-02T10:00:00|A|A|text|x\n2024-02-14T10:00:00|A|A|text|y\n"
	    "= whatsapp-txt 2/0/0\n");
	/* Only one order goes forward. */
	rows_are("_chat.txt", "01/02/24, 10:00 - A: x\n02/01/24, 10:00 - A: y\n"
	    "02/03/24, 10:00 - A: z\n",
	    "2024-01-02T10:00:00|A|A|text|x\n2024-02-01T10:00:00|A|A|text|y\n"
	    "2024-02-03T10:00:00|A|A|text|z\n= whatsapp-txt 3/0/0\n");
	/* Nothing tells. */
	rows_are("_chat.txt", "01/02/24, 10:00 - A: x\n",
	    "2024-02-01T10:00:00|A|A|text|x|date_order_guess\n"
	    "= whatsapp-txt 1/0/0 date_order_guess\n");
}

static void
follows_hints(void **state)
{
	const struct chat_hints hints = {.date_order = DATE_MDY};

	(void)state;
	rows_are_n("_chat.txt", "01/02/24, 10:00 - A: x", 22,
	    "2024-01-02T10:00:00|A|A|text|x\n= whatsapp-txt 1/0/0\n", &hints);
}

static void
keeps_other_shapes_as_text(void **state)
{
	(void)state;
	rows_are("_chat.txt", "[14.01.18, 11:00:00] A: x\n"
	    "[14.01.2018, 11:00:01] B: forged\n14.01.18, 11:00 - B: forged\n"
	    "14.01.18, 11:00 B: forged\n[14.01.18, 11:00:02] B: y\n",
	    "2018-01-14T11:00:00|A|A|text|x\\n[14.01.2018, 11:00:01] B: "
	    "forged\\n14.01.18, 11:00 - B: forged\\n14.01.18, 11:00 B: forged"
	    "|split_ambiguous\n2018-01-14T11:00:02|B|B|text|y\n"
	    "= whatsapp-txt 2/0/0 split_ambiguous\n");
}

/* Lines that look like the ones before, and are none, or say something else. */
static void
knows_what_only_looks_alike(void **state)
{
	(void)state;
	rows_are("_chat.txt", "14/2/24, 9:05 PM - A: one\n"
	    "14/12/24, 11:59 AM - A: two\n"
	    "14/12/24, 12:00 AM - A: three\n"
	    "14/12/24, 12:00 PM - A: four\n"
	    "14/12/24, 13:00 PM - A: five\n"
	    "14/12/24, 10:5 PM - A: six\n"
	    "14/12/24, 10:055 PM - A: seven\n"
	    "14/12/2024, 10:05 PM - A: eight\n"
	    "14/12/24, 10:05 PM -  A: nine\n"
	    "14/12/24, 10:05 PM -A: ten\n"
	    "14/12/24, 10:05 PM -\n"
	    "\xe2\x80\x8e" "14/12/24, 10:05 PM - A: eleven\n"
	    "\xd9\xa1\xd9\xa4/12/24, 10:06 PM - A: twelve\n",
	    "2024-02-14T21:05:00|A|A|text|one\n"
	    "2024-12-14T11:59:00|A|A|text|two\n"
	    "2024-12-14T00:00:00|A|A|text|three\n"
	    "2024-12-14T12:00:00|A|A|text|four\n"
	    "2024-12-14T13:00:00|A|A|text|five\\n14/12/24, 10:5 PM - A: six"
	    "\\n14/12/24, 10:055 PM - A: seven\\n14/12/2024, 10:05 PM - A: "
	    "eight|split_ambiguous\n"
	    "2024-12-14T22:05:00|A|A|text|nine\\n14/12/24, 10:05 PM -A: ten\n"
	    "2024-12-14T22:05:00|-|-|system|\n"
	    "2024-12-14T22:05:00|A|A|text|eleven\n"
	    "2024-12-14T22:06:00|A|A|text|twelve\n"
	    "= whatsapp-txt 9/1/0 split_ambiguous\n");
}

static void
knows_names_with_colons(void **state)
{
	(void)state;
	rows_are("_chat.txt", "14/02/24, 10:00 - Sales: Li: x\n"
	    "14/02/24, 10:00 - Sales: Li: y: z\n14/02/24, 10:00 - Bob: a: b\n"
	    "14/02/24, 10:00 - Bob: at 10:30\n14/02/24, 10:00 - Bob:.\n",
	    "2024-02-14T10:00:00|Sales: Li|Sales: Li|text|x\n"
	    "2024-02-14T10:00:00|Sales: Li|Sales: Li|text|y: z\n"
	    "2024-02-14T10:00:00|Bob|Bob|text|a: b\n"
	    "2024-02-14T10:00:00|Bob|Bob|text|at 10:30\n"
	    "2024-02-14T10:00:00|Bob|Bob|text|.\n= whatsapp-txt 5/0/0\n");
	/* By the name of the file. */
	rows_are("WhatsApp Chat with Sales: Li.txt",
	    "14/02/24, 10:00 - Sales: Li: x\n",
	    "2024-02-14T10:00:00|Sales: Li|Sales: Li|text|x|split_ambiguous\n"
	    "= whatsapp-txt 1/0/0 split_ambiguous\n");
}

static void
loses_nothing(void **state)
{
	(void)state;
	rows_are("_chat.txt", "before\n14/02/24, 10:00 - A: x\n"
	    "30/02/24, 10:00 - A: y\n14/02/24, 25:00 - A: z\n",
	    "? before\n2024-02-14T10:00:00|A|A|text|x\n"
	    "-|A|A|text|y|out_of_range_time\n"
	    "-|A|A|text|z|out_of_range_time\n"
	    "= whatsapp-txt 3/0/1 out_of_range_time\n");
	rows_are("x.txt", "no dates\nat all\n", "= - 0/0/0\n");
	rows_are("x.txt", "", "! the file is empty\n");
	rows_are_n("x.txt", "\0\0\0\0", 4,
	    "! the file is damaged: it holds nothing but zeros\n", NULL);
	rows_cut_anywhere("_chat.txt", "\xef\xbb\xbf[13.02.24, 21:04:05] G: "
	    LRM "<attached: a.b>\n[13.02.24, 21:04:05] G:x\n[13.02.24, 2");
}

/* Two lines of one chat with what stands before the name. */
static void
locale_is(const char *one, const char *two, const char *seconds)
{
	char data[512], want[512];

	(void)snprintf(data, sizeof(data), "%sAnna: at 5:30\nmore\n%sLi: y\n",
	    one, two);
	(void)snprintf(want, sizeof(want),
	    "2024-03-01T08:59:%s|Anna|Anna|text|at 5:30\\nmore\n"
	    "2024-03-14T21:05:%s|Li|Li|text|y\n= whatsapp-txt 2/0/0\n",
	    seconds, seconds);
	rows_are("WhatsApp Chat with Anna.txt", data, want);
}

static void
reads_rare_locales(void **state)
{
	(void)state;
	/* Quebec, Bulgaria, Vietnam, Malaysia, Albania, Thailand. */
	locale_is("2024-03-01 08 h 59 - ", "2024-03-14 21 h 05 - ", "00");
	locale_is("[2024-03-01 08 h 59 min 07 s] ",
	    "[2024-03-14 21 h 05 min 07 s] ", "07");
	locale_is("01.03.24 г., 08:59 - ", "14.03.24 г., 21:05 - ", "00");
	locale_is("08:59, 01/03/2024 - ", "21:05, 14/03/2024 - ", "00");
	locale_is("[08:59:07, 01/03/2024] ", "[21:05:07, 14/03/2024] ", "07");
	locale_is("1/03/2024, 8:59 PG - ", "14/03/2024, 9:05 PTG - ", "00");
	locale_is("1.3.24, 8:59 p.d. - ", "14.3.24, 9:05 m.d. - ", "00");
	locale_is("1/3/67 08:59 - ", "14/3/67 21:05 - ", "00");
	locale_is("१/३/२४, ८:५९ म.पू. - ", "१४/३/२४, ९:०५ म.उ. - ", "00");
	locale_is("১/৩/২৪, ৮:৫৯ AM - ", "১৪/৩/২৪, ৯:০৫ PM - ", "00");
	/* The words of a half behind the time. */
	locale_is("2024/3/1 8:59 上午 - ", "2024/3/14 9:05下午 - ", "00");
	locale_is("2024. 3. 1. 8:59 오전 - ", "2024. 3. 14. 9:05 오후 - ",
	    "00");
	/* Months by name, and what telephones wrote before 2018. */
	locale_is("Mar 1, 2024, 8:59 AM - ", "Mar 14, 2024, 9:05 PM - ", "00");
	locale_is("1. März 2024, 08:59 - ", "14. März 2024, 21:05 - ", "00");
	locale_is("01/03/24 08:59:07: ", "14/03/24 21:05:07: ", "07");
	locale_is("3/1/24, 8:59:07 AM: ", "3/14/24, 9:05:07 PM: ", "07");
	/* The year first, with two digits: days are likelier than years. */
	locale_is("[24-03-01, 08:59:07] ", "[24-03-14, 21:05:07] ", "07");
	rows_are("WhatsApp Chat with Anna.txt",
	    "24-03-10 08:59 - Anna: x\n24-03-11 08:59 - Anna: y\n",
	    "2024-03-10T08:59:00|Anna|Anna|text|x\n"
	    "2024-03-11T08:59:00|Anna|Anna|text|y\n= whatsapp-txt 2/0/0\n");
	rows_are("WhatsApp Chat with Anna.txt",
	    "24-03-10 08:59 - Anna: x\n25-03-10 08:59 - Anna: y\n",
	    "2010-03-24T08:59:00|Anna|Anna|text|x\n"
	    "2010-03-25T08:59:00|Anna|Anna|text|y\n= whatsapp-txt 2/0/0\n");
	/* A log that only looks so is not taken from who knows it. */
	rows_end("x.log", "2024-03-01 08:59:07\tAnna\tx: y\n", 30,
	    "= weechat 1/0/0\n");
}

/* A line of Anna's, and what becomes of it. */
static void
text_is(const char *text, const char *want)
{
	char data[512], row[512];

	(void)snprintf(data, sizeof(data), "14/03/2024, 08:59 - Anna: %s\n",
	    text);
	(void)snprintf(row, sizeof(row),
	    "2024-03-14T08:59:00|Anna|Anna|%s\n= whatsapp-txt 1/0/0\n", want);
	rows_are("WhatsApp Chat with Anna.txt", data, row);
}

static void
knows_words_of_many_languages(void **state)
{
	static const char *const omitted[] = {"<Ficheiro não revelado>",
	    "<המדיה לא נכללה>", "<ไม่รวมไฟล์สื่อ>", "<Bỏ qua phương tiện>",
	    "<Media utelämnad>", "<Media jätettiin pois>",
	    "<Média vynechána>", "<Hiányzó médiafájl>", "<Mitjans omesos>",
	    "<Медията е пропусната>", "<Media disingkirkan>"};
	static const char *const deleted[] = {"您已删除这条消息",
	    "This message was deleted by admin Bob", "Apagou esta mensagem",
	    "Сообщение удалено", "メッセージを削除しました",
	    "Ta wiadomość została usunięta", "Tin nhắn này đã bị xóa",
	    "ข้อความนี้ถูกลบ", "Det här meddelandet raderades",
	    "Це повідомлення видалено", "Acest mesaj a fost șters",
	    "Bạn đã xóa tin nhắn này", "Message deleted",
	    "This message was deleted", "This message was deleted by admin",
	    "You deleted this message.", "Αυτό το μήνυμα διαγράφηκε",
	    "הודעה זו נמחקה", "این پیام حذف شد", "تم حذف هذه الرسالة",
	    "यह मैसेज हटा दिया गया", "คุณลบข้อความนี้แล้ว", "คุณลบข้อความนี้",
	    "你已删除此消息", "您刪除了此訊息。", "這則訊息已被刪除",
	    "이 메시지는 삭제되었습니다"};
	static const char *const calls[] = {"Appel vidéo manqué",
	    "Missed group video call", "Video call", "Videollamada perdida",
	    "Voice call", "未接視訊通話", "视频通话", "语音通话"};
	static const char *const edited[] = {
	    "<Ta wiadomość została zmodyfikowana>",
	    "<Tin nhắn này đã được chỉnh sửa>", "<ข้อความนี้แก้ไขแล้ว>",
	    "<Beskeden er redigeret>", "<Zpráva byla upravena>"};
	char text[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(omitted) / sizeof(*omitted); i++)
		text_is(omitted[i], "media_omitted|");
	for (i = 0; i < sizeof(deleted) / sizeof(*deleted); i++)
		text_is(deleted[i], "recall||deleted");
	for (i = 0; i < sizeof(edited) / sizeof(*edited); i++) {
		(void)snprintf(text, sizeof(text), "hi %s", edited[i]);
		text_is(text, "text|hi|edited");
	}
	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		(void)snprintf(text, sizeof(text), "call|%s", calls[i]);
		text_is(calls[i], text);
	}
	text_is("投票：a?", "poll|投票：a?");
	rows_are("_chat.txt", "14/03/2024, 08:59 - A: ENCUESTA:\n"
	    "14/03/2024, 08:59 - A: UMFRAGE:\n",
	    "2024-03-14T08:59:00|A|A|poll|ENCUESTA:\n"
	    "2024-03-14T08:59:00|A|A|poll|UMFRAGE:\n= whatsapp-txt 2/0/0\n");
	text_is("Video call me", "text|Video call me");
	text_is("You deleted this message, why?",
	    "text|You deleted this message, why?");
	/* A file is one in any language, if the program speaks. */
	text_is(LRM "a b.pdf (bilag)", "file||+a b.pdf");
	text_is("a b.pdf (bilag)", "text|a b.pdf (bilag)");
	text_is("<b> I never", "text|<b> I never");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_rare_locales),
		cmocka_unit_test(knows_words_of_many_languages),
		cmocka_unit_test(reads_android),
		cmocka_unit_test(reads_ios),
		cmocka_unit_test(reads_locales),
		cmocka_unit_test(decides_the_order_once),
		cmocka_unit_test(follows_hints),
		cmocka_unit_test(keeps_other_shapes_as_text),
		cmocka_unit_test(knows_what_only_looks_alike),
		cmocka_unit_test(knows_names_with_colons),
		cmocka_unit_test(loses_nothing)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
