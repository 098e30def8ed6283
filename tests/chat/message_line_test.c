/* tests/chat/message_line_test.c - docs/REPORTS.md, byte by byte. */
#include "chat/import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "chat/formats.h"

#include "base/banned.h"

#define STR(s) {s, sizeof(s) - 1}

static void
writes_a_message(void **state)
{
	const struct chat_attachment att = {STR("a.jpg"), CHAT_OMITTED};
	const struct chat_field field = {"status", STR("已读")};
	struct chat_msg m = {
		.kind = CHAT_IMAGE, .role = CHAT_SELF,
		.conv_type = CHAT_PRIVATE, .conv_name = STR("Anna"),
		.sender_id = STR("10001"), .text = STR("a\"\n"), .att = &att,
		.natt = 1, .edited = true, .field = &field, .nfield = 1,
		.warn = CHAT_WARN_SPLIT | CHAT_WARN_DATE_ORDER, .off = 7,
		.len = 9
	};
	struct buf b = BUF_INIT(4096);
	struct err e = ERR_INIT;

	(void)state;
	assert_true(stamp_parse_iso(&m.when, "2024-03-01 08:59:07", 19));
	assert_int_equal(chat_message_line(&b, &chat_qq_txt, 3, &m, &e), 0);
	assert_string_equal(buf_str(&b),
	    "{\"v\":1,\"type\":\"message\",\"n\":3,\"platform\":\"qq\","
	    "\"format\":\"qq-txt\",\"parser_ver\":2,\"account\":null,"
	    "\"conv_id\":null,\"conv_name\":\"Anna\","
	    "\"conv_type\":\"private\",\"native_id\":null,"
	    "\"ts_raw\":\"2024-03-01T08:59:07\",\"ts_utc\":null,"
	    "\"tz_src\":null,\"precision\":\"s\",\"seq\":3,"
	    "\"sender_id\":\"10001\",\"sender_name\":null,"
	    "\"sender_role\":\"self\",\"kind\":\"image\","
	    "\"text\":\"a\\\"\\u000a\",\"attachments\":[{\"name\":\"a.jpg\","
	    "\"state\":\"omitted\"}],\"reply_to\":null,"
	    "\"forwarded_from\":null,\"thread\":null,\"state\":\"edited\","
	    "\"src\":{\"member\":null,\"offset\":7,\"length\":9},"
	    "\"warn\":[\"date_order_guess\",\"split_ambiguous\"],"
	    "\"status\":\"已读\"}\n");
	/* A moment has a ts_utc. */
	assert_true(stamp_parse_iso(&m.when, "2024-03-01T08:59:07.5+08:00",
	    27));
	buf_clear(&b);
	assert_int_equal(chat_message_line(&b, &chat_qq_txt, 3, &m, &e), 0);
	assert_non_null(strstr(buf_str(&b), "\"ts_utc\":1709254747500,"
	    "\"tz_src\":\"absolute\",\"precision\":\"ms\""));
	memset(&m, 0, sizeof(m));
	m.kind = CHAT_SYSTEM;
	buf_clear(&b);
	assert_int_equal(chat_message_line(&b, &chat_qq_txt, 1, &m, &e), 0);
	assert_non_null(strstr(buf_str(&b), "\"ts_raw\":null,\"ts_utc\":null,"
	    "\"tz_src\":null,\"precision\":\"none\""));
	assert_non_null(strstr(buf_str(&b), "\"sender_role\":\"system\""));
	buf_release(&b);
}

static void
writes_a_report(void **state)
{
	struct chat_report r = {.format = &chat_qq_txt, .messages = 2,
	    .system = 1, .unparsed = 3, .warn = CHAT_WARN_ENCODING,
	    .first = {"2024-03-01T08:59:07", "A", "x"}, .last = {"", "", "y"}};
	struct buf b = BUF_INIT(4096);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(chat_report_line(&b, "a b.txt", &r, &e), 0);
	assert_string_equal(buf_str(&b),
	    "{\"v\":1,\"type\":\"import\",\"file\":\"a b.txt\","
	    "\"format\":\"qq-txt\",\"messages\":2,\"system\":1,"
	    "\"unparsed\":3,\"first\":{\"ts_raw\":\"2024-03-01T08:59:07\","
	    "\"sender\":\"A\",\"text\":\"x\"},\"last\":{\"ts_raw\":null,"
	    "\"sender\":null,\"text\":\"y\"},\"warn\":[\"encoding_guess\"]}\n");
	memset(&r, 0, sizeof(r));
	r.warn = CHAT_WARN_EMPTY;
	buf_clear(&b);
	assert_int_equal(chat_report_line(&b, "x", &r, &e), 0);
	assert_string_equal(buf_str(&b),
	    "{\"v\":1,\"type\":\"import\",\"file\":\"x\",\"format\":null,"
	    "\"messages\":0,\"system\":0,\"unparsed\":0,\"first\":null,"
	    "\"last\":null,\"warn\":[\"empty\"]}\n");
	buf_release(&b);
}

/* Each has its word. */
static void
names_all(void **state)
{
	unsigned i;

	(void)state;
	assert_string_equal(chat_kind_name(CHAT_ACTION), "action");
	assert_string_equal(chat_kind_name(CHAT_OTHER), "other");
	assert_string_equal(chat_kind_name((enum chat_kind)99), "other");
	assert_string_equal(chat_role_name(CHAT_BOT), "bot");
	assert_string_equal(chat_conv_name(CHAT_MAILS), "mail");
	assert_string_equal(chat_present_name(CHAT_REMOTE), "remote");
	for (i = 0; i < CHAT_WARN_BITS; i++)
		assert_string_not_equal(chat_warn_name(
		    (enum chat_warn)(1u << i)), "other");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_message),
		cmocka_unit_test(writes_a_report),
		cmocka_unit_test(names_all)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
