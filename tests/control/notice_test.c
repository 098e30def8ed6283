/* tests/control/notice_test.c - what is asked, what was agreed to. */
#include "../control/team.h"
#include "control/notice.h"

static struct control
ask(const char *a, const char *policy_text)
{
	struct err e = ERR_INIT;
	struct control c;

	assert_int_equal(edit(a, "manager", manager, T0 + 1, "policy.ini",
	    policy_text, &e), 0);
	if (control_load(&c, a, NULL, &e) < 0)
		fail_msg("%s", e.what);
	return c;
}

static void
put(const char *a, const char *path, const char *text)
{
	struct err e = ERR_INIT;

	assert_int_equal(edit(a, "manager", manager, T0 + 1, path, text, &e),
	    0);
}

#define ASK "[team]\norg = x\nnotice = 3\n"

static void
shows_the_language_or_another(void **state)
{
	struct buf text = BUF_INIT(4096);
	struct err e = ERR_INIT;
	char *a = clone("a");
	struct control c;
	struct notice n;
	uint8_t want[32];

	(void)state;
	begin(a, owner, "owner");
	c = ask(a, "[team]\norg = x\n");
	assert_int_equal(notice_load(a, &c, "en", &n, &text, &e), 0);
	assert_false(notice_wanted(&c, NULL));
	control_release(&c);
	/* asked, but there is no text; none of these is one */
	put(a, "notice.en.txt", "x\n");
	put(a, "notice..md", "x\n");
	put(a, "notice.EN.md", "x\n");
	put(a, "notice.md", "x\n");
	c = ask(a, ASK);
	assert_int_equal(notice_load(a, &c, "en", &n, &text, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(text.len, 0);
	control_release(&c);
	/* in any language */
	put(a, "notice.fr.md", "bonjour\n");
	put(a, "notice.zh.md", "你好\n");
	c = ask(a, "[team]\norg = x\nnotice = 4\n");
	assert_int_equal(notice_load(a, &c, "de", &n, &text, &e), 1);
	assert_string_equal(n.language, "fr");
	assert_string_equal(buf_str(&text), "bonjour\n");
	/* in this one, behind what TEXT holds already */
	assert_int_equal(notice_load(a, &c, "zh", &n, &text, &e), 1);
	assert_string_equal(n.language, "zh");
	assert_string_equal(buf_str(&text), "bonjour\n你好\n");
	assert_int_equal(n.version, 4);
	assert_int_equal(n.agreed, 0);
	hash_sha256(want, "你好\n", strlen("你好\n"));
	assert_memory_equal(n.sha256, want, 32);
	control_release(&c);
	/* in English; NULL and a hostile language are no language */
	put(a, "notice.en.md", "hello\n");
	c = ask(a, ASK);
	buf_clear(&text);
	assert_int_equal(notice_load(a, &c, NULL, &n, &text, &e), 1);
	assert_int_equal(notice_load(a, &c, "../../x", &n, &text, &e), 1);
	assert_int_equal(notice_load(a, &c, "", &n, &text, &e), 1);
	assert_string_equal(n.language, "en");
	assert_string_equal(buf_str(&text), "hello\nhello\nhello\n");
	control_release(&c);
	/* nobody can agree to nothing */
	put(a, "notice.en.md", "");
	c = ask(a, ASK "# again\n");
	assert_int_equal(notice_load(a, &c, "en", &n, &text, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	control_release(&c);
	buf_release(&text);
	free(a);
}

static void
wants_only_what_is_newer(void **state)
{
	struct control c = {.notice = 0};
	struct notice n = {.version = 0};

	(void)state;
	assert_false(notice_wanted(&c, NULL));
	assert_false(notice_wanted(&c, &n));
	c.notice = 2;
	assert_true(notice_wanted(&c, NULL));
	assert_true(notice_wanted(&c, &n));
	n.version = 2;
	assert_true(notice_wanted(&c, &n));	/* shown, not agreed to */
	n.agreed = T0;
	assert_false(notice_wanted(&c, &n));
	n.version = 1;
	assert_true(notice_wanted(&c, &n));
	n.version = 3;				/* control went back */
	assert_false(notice_wanted(&c, &n));
}

#define SUM "abababababababababababababababababababababababababababababababab"

static void
keeps_what_was_agreed(void **state)
{
	static const char *const bad[] = {
		"", "\n", "2 " SUM " en 5", "2 " SUM " en 5\n\n",
		"2 " SUM " en 5\nx", "2 " SUM " en\n", "2 " SUM " en 5 6\n",
		"0 " SUM " en 5\n", "-2 " SUM " en 5\n", "02 " SUM " en 5\n",
		"2 " SUM "ab en 5\n", "2 ABAB en 5\n", "2 " SUM " EN 5\n",
		"2 " SUM " e 5\n", "2 " SUM " englishes 5\n",
		"2 " SUM " en 0\n", "2 " SUM " en -5\n", "2  " SUM " en 5\n",
		"2 " SUM " en 5\r\n"
	};
	struct notice n = {.version = 2, .language = "zh", .agreed = T0};
	struct notice got;
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(1000);
	char *file = str_fmt("%s/notice", dir);
	char big[2000];
	size_t i;

	(void)state;
	assert_int_equal(notice_agreed_load(file, &got, &e), 0);
	memset(n.sha256, 0xab, sizeof(n.sha256));
	assert_int_equal(notice_agreed_save(file, &n, &e), 0);
	assert_int_equal(file_load(file, &text, &e), 0);
	assert_string_equal(buf_str(&text), "2 " SUM " zh 1795000000\n");
	assert_int_equal(notice_agreed_load(file, &got, &e), 1);
	assert_int_equal(got.version, 2);
	assert_int_equal(got.agreed, T0);
	assert_string_equal(got.language, "zh");
	assert_memory_equal(got.sha256, n.sha256, 32);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err_clear(&e);
		assert_int_equal(file_save(file, bad[i], strlen(bad[i]), 0600,
		    &e), 0);
		if (notice_agreed_load(file, &got, &e) != -1)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(e.code, ERR_FORMAT);
		assert_true(e.hint[0] != '\0');
	}
	memset(big, 'x', sizeof(big));
	assert_int_equal(file_save(file, big, sizeof(big), 0600, &e), 0);
	assert_int_equal(notice_agreed_load(file, &got, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	n.agreed = 0;
	assert_int_equal(notice_agreed_save(file, &n, &e), -1);
	n.agreed = 1;
	n.version = 0;
	assert_int_equal(notice_agreed_save(file, &n, &e), -1);
	buf_release(&text);
	free(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(shows_the_language_or_another,
		    fresh, forget),
		cmocka_unit_test(wants_only_what_is_newer),
		cmocka_unit_test(keeps_what_was_agreed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
