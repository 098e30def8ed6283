/* desk/msgline: a good line, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "desk/msgline.h"

#include "base/banned.h"

#define GOOD "{\"v\":1,\"type\":\"message\",\"n\":3,\"platform\":\"qq\"," \
	"\"format\":\"qq-txt\",\"parser_ver\":2,\"account\":null," \
	"\"conv_id\":null,\"conv_name\":\"Anna \\u6797\"," \
	"\"conv_type\":\"private\",\"native_id\":\"17\"," \
	"\"ts_raw\":\"2024-03-01T08:59:07\",\"ts_utc\":null," \
	"\"tz_src\":null,\"precision\":\"s\",\"seq\":3," \
	"\"sender_id\":null,\"sender_name\":\"Li\"," \
	"\"sender_role\":\"self\",\"kind\":\"file\",\"text\":\"a\\u000ab\"," \
	"\"attachments\":[{\"name\":\"x.pdf\",\"state\":\"missing\"}]," \
	"\"reply_to\":null,\"forwarded_from\":null,\"thread\":null," \
	"\"state\":\"edited\",\"src\":{\"member\":\"m.txt\",\"offset\":10," \
	"\"length\":20},\"warn\":[\"date_order_guess\"],\"target\":\"9\"}"

static struct msgline_reader *R;

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	R = msgline_new(&e);
	return R ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	msgline_free(R);
	return 0;
}

static void
is(const struct chat_str *s, const char *want)
{
	assert_int_equal(s->n, strlen(want));
	assert_memory_equal(s->s, want, s->n);
}

static void
a_good_line(void **state)
{
	struct chat_str target;
	struct msgline m;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(msgline_parse(R, &m, GOOD, strlen(GOOD), &e), 0);
	is(&m.platform, "qq");
	is(&m.format, "qq-txt");
	assert_int_equal(m.parser_ver, 2);
	assert_null(m.conv_id.s);
	is(&m.conv_name, "Anna 林");
	assert_int_equal(m.conv_type, CHAT_PRIVATE);
	is(&m.native_id, "17");
	is(&m.ts_raw, "2024-03-01T08:59:07");
	assert_int_equal(m.when.hour, 8);
	assert_true(m.ts_utc == MSGLINE_NEVER);
	assert_int_equal(m.precision, STAMP_S);
	assert_null(m.sender_id.s);
	is(&m.sender_name, "Li");
	assert_string_equal(msgline_role(&m), "self");
	assert_int_equal(m.kind, CHAT_FILE);
	is(&m.text, "a\nb");
	assert_int_equal(m.natt, 1);
	is(&m.att[0].name, "x.pdf");
	assert_int_equal(m.att[0].state, CHAT_MISSING);
	assert_true(m.edited);
	assert_false(m.recalled);
	is(&m.member, "m.txt");
	assert_int_equal(m.off, 10);
	assert_int_equal(m.len, 20);
	target = msgline_field(&m, "target");
	is(&target, "9");
	assert_null(msgline_field(&m, "edit_of").s);
}

/* GOOD with FROM, which is in it, replaced by TO; 0 or the error's code. */
static int
with(const char *from, const char *to)
{
	const char *at = strstr(GOOD, from);
	struct buf b = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	struct msgline m = {.parser_ver = -7};
	int rc;

	assert_non_null(at);
	assert_int_equal(buf_add(&b, GOOD, (size_t)(at - GOOD), &e), 0);
	assert_int_equal(buf_adds(&b, to, &e), 0);
	assert_int_equal(buf_adds(&b, at + strlen(from), &e), 0);
	rc = msgline_parse(R, &m, b.data, b.len, &e);
	buf_release(&b);
	if (rc == 0)
		return 0;
	assert_int_equal(m.parser_ver, -7);	/* untouched */
	return (int)e.code;
}

static void
times(void **state)
{
	static const char *const good[] = {"\"2024-03-01T08:59:07Z\"",
	    "\"2024-03-01T08:59:07.123+08:00\"", "\"2024-03-01\"",
	    "\"08:59:07\"", "null"};
	static const char *const bad[] = {"\"\"", "\"yesterday\"",
	    "\"2024-13-01T08:59:07\"", "\"25:00:00\"", "7", "[]",
	    "\"2024-03-01T08:59:07 and much more behind it, which is long\""};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(with("\"2024-03-01T08:59:07\"", good[i]), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(with("\"2024-03-01T08:59:07\"", bad[i]),
		    ERR_FORMAT);
	assert_int_equal(with("\"ts_utc\":null", "\"ts_utc\":0"), 0);
	assert_int_equal(with("\"ts_utc\":null", "\"ts_utc\":7258118399999"),
	    0);
	assert_int_equal(with("\"ts_utc\":null", "\"ts_utc\":7258118400000"),
	    ERR_FORMAT);
	assert_int_equal(with("\"ts_utc\":null", "\"ts_utc\":-1"), ERR_FORMAT);
	assert_int_equal(with("\"ts_utc\":null", "\"ts_utc\":1.5"),
	    ERR_FORMAT);
}

static void
what_is_none(void **state)
{
	static const char *const swaps[][2] = {
		{"\"v\":1", "\"v\":2"}, {"\"v\":1", "\"v\":\"1\""},
		{"\"v\":1,", ""}, {"\"message\"", "\"import\""},
		{"\"platform\":\"qq\"", "\"platform\":\"QQ\""},
		{"\"platform\":\"qq\"", "\"platform\":\"\""},
		{"\"platform\":\"qq\"", "\"platform\":null"},
		{"\"qq-txt\"", "\"0123456789012345678901234567890123\""},
		{"\"parser_ver\":2", "\"parser_ver\":-2"},
		{"\"private\"", "\"secret\""}, {"\"private\"", "1"},
		{"\"17\"", "17"}, {"\"17\"", "\"1\\u00007\""},
		{"\"precision\":\"s\"", "\"precision\":\"h\""},
		{"\"precision\":\"s\",", ""},
		{"\"self\"", "\"me\""}, {"\"kind\":\"file\"", "\"kind\":\"\""},
		{"\"kind\":\"file\",", ""},
		{"\"text\":\"a\\u000ab\",", ""},
		{"\"a\\u000ab\"", "[\"a\"]"}, {"\"a\\u000ab\"", "\"a\xff\""},
		{"[{\"name\":\"x.pdf\",\"state\":\"missing\"}]", "null"},
		{"[{\"name\":\"x.pdf\",\"state\":\"missing\"}]", "[1]"},
		{"\"missing\"", "\"gone\""}, {"\"name\":", "\"mane\":"},
		{"\"edited\"", "\"deleted\""}, {"\"offset\":10", "\"offset\":-1"},
		{"\"offset\":10", "\"offset\":9223372036854775807"},
		{"\"length\":20", "\"length\":\"20\""},
		{"\"m.txt\"", "{}"}, {"\"date_order_guess\"", "\"guess\""},
		{"\"target\":\"9\"", "\"target\":9"},
		{"\"9\"}", "\"9\"}{}"}, {"\"9\"}", "\"9\""},
	};
	struct err e = ERR_INIT;
	struct msgline m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(swaps) / sizeof(swaps[0]); i++)
		if (with(swaps[i][0], swaps[i][1]) != ERR_FORMAT)
			fail_msg("%s", swaps[i][1]);
	for (i = 0; i < strlen(GOOD); i++)
		assert_int_equal(msgline_parse(R, &m, GOOD, i, &e), -1);
}

/* A string of N bytes, in quotes. */
static char *
long_one(size_t n)
{
	char *s = malloc(n + 3);

	assert_non_null(s);
	memset(s, 'x', n + 2);
	s[0] = s[n + 1] = '"';
	s[n + 2] = '\0';
	return s;
}

static void
lengths_are_held(void **state)
{
	static const struct {
		const char *what;
		size_t max;
	} caps[] = {{"\"17\"", CHAT_NAME_MAX}, {"\"x.pdf\"", CHAT_NAME_MAX},
	    {"\"a\\u000ab\"", CHAT_TEXT_MAX}, {"\"9\"", MSGLINE_FIELD_MAX}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		char *most = long_one(caps[i].max);
		char *more = long_one(caps[i].max + 1);

		assert_int_equal(with(caps[i].what, most), 0);
		assert_int_equal(with(caps[i].what, more), ERR_FORMAT);
		free(most);
		free(more);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_line),
		cmocka_unit_test(times),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(lengths_are_held),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
