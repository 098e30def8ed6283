/* tests/base/jsonw_test.c */
#include "base/jsonw.h"

#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/utf8.h"

#include "base/banned.h"

static void
one_line(void **state)
{
	static const uint8_t id[3] = {0, 0xab, 0xff};
	struct buf b = BUF_INIT(1000);
	struct err e = ERR_INIT;
	struct jsonw w;

	(void)state;
	jsonw_init(&w, &b, &e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kint(&w, "min", INT64_MIN);
	jsonw_kstr(&w, "s", "x");
	jsonw_kstr(&w, "none", NULL);
	jsonw_knull(&w, "null");
	jsonw_kbool(&w, "t", true);
	jsonw_kbool(&w, "f", false);
	jsonw_khex(&w, "id", id, sizeof(id));
	jsonw_key(&w, "a");
	jsonw_array(&w);
	jsonw_int(&w, 1);
	jsonw_array(&w);
	jsonw_array_end(&w);
	jsonw_str(&w, "two");
	jsonw_object(&w);
	jsonw_object_end(&w);
	jsonw_hex(&w, id, 1);
	jsonw_hex(&w, id, 0);
	jsonw_bool(&w, true);
	jsonw_null(&w);
	jsonw_array_end(&w);
	jsonw_kpath(&w, "path", "a/\xe7\x95\x99", 5);
	jsonw_kpath(&w, "from", "a\nb", 3);
	jsonw_kpath(&w, "p", "\xff", 1);
	jsonw_object_end(&w);
	assert_int_equal(jsonw_end(&w), 0);
	assert_string_equal(buf_str(&b), "{\"v\":1,"
	    "\"min\":-9223372036854775808,\"s\":\"x\",\"none\":null,"
	    "\"null\":null,\"t\":true,\"f\":false,\"id\":\"00abff\","
	    "\"a\":[1,[],\"two\",{},\"00\",\"\",true,null],"
	    "\"path\":\"a/\xe7\x95\x99\",\"from_b64\":\"YQpi\","
	    "\"p_b64\":\"/w==\"}");
	buf_release(&b);
}

static void
escapes(void **state)
{
	struct buf b = BUF_INIT(1000);
	struct err e = ERR_INIT;
	struct jsonw w;

	(void)state;
	jsonw_init(&w, &b, &e);
	jsonw_strn(&w, "\"q\\/\0\t\x1f\x7f<\xc2\x80\xff\xe7\x95 end", 18);
	assert_int_equal(jsonw_end(&w), 0);
	assert_string_equal(buf_str(&b), "\"\\\"q\\\\/\\u0000\\u0009"
	    "\\u001f\\u007f<\xc2\x80\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
	    " end\"");
	buf_release(&b);
}

/* What S of N bytes is by the definition, byte by byte. */
static void
quoted(char *out, const uint8_t *s, size_t n)
{
	uint32_t cp;
	size_t i, len;

	*out++ = '"';
	for (i = 0; i < n; i += len) {
		len = utf8_next(s + i, n - i, &cp);
		if (len == 0) {
			len = 1;
			memcpy(out, "\xef\xbf\xbd", 3);
			out += 3;
		} else if (cp == '"' || cp == '\\') {
			*out++ = '\\';
			*out++ = (char)cp;
		} else if (cp < 0x20 || cp == 0x7f) {
			out += snprintf(out, 7, "\\u%04x", (unsigned)cp);
		} else {
			memcpy(out, s + i, len);
			out += len;
		}
	}
	*out++ = '"';
	*out = '\0';
}

/* Wherever among eight bytes what is escaped lies, and what is ill-formed. */
static void
escapes_anywhere(void **state)
{
	static const char *const pieces[] = {"a", "bc", "0123456", "0123456789",
	    "你", "é", "\xf0\x9f\x98\x80", " !#[]^~", "\"", "\\", "\n", "\x1f",
	    "\x7f", "\xff", "\xe4\xbd", "\x80", "\xc2\x80"};
	char want[400];
	uint8_t s[48];
	struct buf b = BUF_INIT(1000);
	struct err e = ERR_INIT;
	struct jsonw w;
	uint32_t seed = 3;
	size_t i, n, k, len;

	(void)state;
	for (i = 0; i < 20000; i++) {
		for (n = 0; n + 12 < sizeof(s); n += len) {
			seed = seed * 1664525 + 1013904223;
			k = (seed >> 8) % (i % 2 == 0 ? 17 : 8);
			len = strlen(pieces[k]);
			memcpy(s + n, pieces[k], len);
		}
		n -= (seed >> 20) % 4;
		if (i % 5 == 0)
			s[(seed >> 16) % n] = 0;
		quoted(want, s, n);
		buf_clear(&b);
		jsonw_init(&w, &b, &e);
		jsonw_strn(&w, s, n);
		assert_int_equal(jsonw_end(&w), 0);
		assert_string_equal(buf_str(&b), want);
	}
	buf_clear(&b);
	jsonw_init(&w, &b, &e);
	jsonw_kint(&w, "", 0);
	jsonw_kint(&w, "a\"b", INT64_MAX);
	jsonw_kint(&w, "Z_9\\", -10);
	jsonw_kint(&w, "你", 9);
	assert_int_equal(jsonw_end(&w), 0);
	assert_string_equal(buf_str(&b), "\"\":0,\"a\\\"b\":"
	    "9223372036854775807,\"Z_9\\\\\":-10,\"你\":9");
	buf_release(&b);
}

static void
errors_stick(void **state)
{
	struct buf b = BUF_INIT(4);
	struct err e = ERR_INIT;
	struct jsonw w;

	(void)state;
	jsonw_init(&w, &b, &e);
	jsonw_str(&w, "abcdef");
	jsonw_int(&w, 1);
	jsonw_kpath(&w, "p", "\n", 1);
	assert_int_equal(jsonw_end(&w), -1);
	assert_int_equal(e.code, ERR_NOMEM);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line),
		cmocka_unit_test(escapes),
		cmocka_unit_test(escapes_anywhere),
		cmocka_unit_test(errors_stick)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
