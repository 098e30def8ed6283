/* tests/base/base64_test.c - the vectors are those of RFC 4648 section 10. */
#include "base/base64.h"

#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/banned.h"

static void
vectors(void **state)
{
	static const struct {
		const char *plain, *padded, *bare;
	} t[] = {
		{"", "", ""}, {"f", "Zg==", "Zg"}, {"fo", "Zm8=", "Zm8"},
		{"foo", "Zm9v", "Zm9v"}, {"foob", "Zm9vYg==", "Zm9vYg"},
		{"fooba", "Zm9vYmE=", "Zm9vYmE"},
		{"foobar", "Zm9vYmFy", "Zm9vYmFy"}
	};
	struct err e = ERR_INIT;
	size_t i;
	int pad;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		for (pad = 0; pad < 2; pad++) {
			const char *text = pad ? t[i].padded : t[i].bare;
			struct buf b = BUF_INIT(100);

			assert_int_equal(buf_adds(&b, "<", &e), 0);
			assert_int_equal(base64_encode(&b, t[i].plain,
			    strlen(t[i].plain), pad, &e), 0);
			assert_string_equal(buf_str(&b) + 1, text);
			buf_clear(&b);
			assert_int_equal(base64_decode(&b, text, strlen(text),
			    pad, &e), 0);
			assert_string_equal(buf_str(&b), t[i].plain);
			buf_release(&b);
		}
}

static void
strict(void **state)
{
	static const struct {
		const char *text;
		bool pad;
	} bad[] = {
		{"Zg", true}, {"Zg=", true}, {"Zg===", true}, {"Zg==", false},
		{"Zh==", true}, {"Zm9=", true}, {"Zh", false}, {"Zm9", false},
		{"Z", false}, {"Z===", true}, {"====", true}, {"=", true},
		{"Zg==Zg==", true}, {"Zm 9v", false}, {"Zm9v\n", false},
		{" Zm9v", false}, {"Zm-_", true}, {"Zm9vZ", false},
		{"Z=9v", true}, {"\xc3\xa9xx", true}
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = ERR_INIT;
		struct buf b = BUF_INIT(100);

		assert_int_equal(base64_decode(&b, bad[i].text,
		    strlen(bad[i].text), bad[i].pad, &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
		buf_release(&b);
	}
}

static void
all_bytes_and_limits(void **state)
{
	struct buf text = BUF_INIT(344), back = BUF_INIT(256);
	struct err e = ERR_INIT;
	uint8_t all[256];
	size_t i, n;

	(void)state;
	for (i = 0; i < 256; i++)
		all[i] = (uint8_t)(i * 167 + 3);
	for (n = 0; n <= 256; n++) {
		buf_clear(&text);
		buf_clear(&back);
		assert_int_equal(base64_encode(&text, all, n, n % 2 == 0, &e),
		    0);
		assert_int_equal(base64_decode(&back, buf_str(&text),
		    text.len, n % 2 == 0, &e), 0);
		assert_int_equal(back.len, n);
		assert_memory_equal(back.data, all, n);
	}
	assert_int_equal(base64_encode(&text, all, 1, true, &e), -1);
	assert_int_equal(e.code, ERR_NOMEM);
	buf_release(&text);
	buf_release(&back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(strict),
		cmocka_unit_test(all_bytes_and_limits)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
