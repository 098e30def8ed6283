/* tests/control/witness_test.c - the heads that a manager saw. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "control/witness.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define ID "00112233445566778899aabbccddeeff00112233"
#define SUM "abababababababababababababababababababababababababababababababab"
#define REST " 7 " ID " " SUM " 1795000000\n"
#define A "refs/heads/ws/ws-01/chat/2026.0"
#define B "refs/heads/ws/ws-01/chat/2026.1"
#define C "refs/heads/ws/ws-02/main/2025.0"

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e);
}

static void
comes_back(void **state)
{
	static const char text[] = A REST B " 0 " ID " " SUM " 0\n" C REST;
	struct buf out = BUF_INIT(4096);
	const struct witness_line *l;
	struct err e = ERR_INIT;
	struct witness w;

	(void)state;
	assert_int_equal(witness_parse(&w, text, strlen(text), &e), 0);
	assert_int_equal(w.n, 3);
	l = witness_find(&w, C);
	assert_non_null(l);
	assert_string_equal(l->ref, C);
	assert_int_equal(l->seq, 7);
	assert_string_equal(l->head, ID);
	assert_int_equal(l->manifest[31], 0xab);
	assert_int_equal(l->seen, 1795000000);
	assert_ptr_equal(witness_find(&w, A), &w.v[0]);
	assert_ptr_equal(witness_find(&w, B), &w.v[1]);
	assert_null(witness_find(&w, "refs/heads/ws/ws-01/chat/2026.2"));
	assert_null(witness_find(&w, ""));
	assert_int_equal(witness_text(&w, &out, &e), 0);
	assert_string_equal(buf_str(&out), text);
	/* what is not sorted is not written */
	w.v[1] = w.v[2];
	buf_clear(&out);
	assert_int_equal(witness_text(&w, &out, &e), -1);
	assert_int_equal(out.len, 0);
	w.v[1].ref[0] = 'x';
	w.n = 1;
	w.v[0].head[3] = 'X';
	assert_int_equal(witness_text(&w, &out, &e), -1);
	witness_release(&w);
	assert_int_equal(witness_parse(&w, "# none\n\n", 8, &e), 0);
	assert_int_equal(w.n, 0);
	assert_null(witness_find(&w, A));
	witness_release(&w);
	buf_release(&out);
}

static void
refuses_what_is_not_a_line(void **state)
{
	static const struct {
		const char *text, *line;
	} bad[] = {
		{A REST A REST, "line 2"},
		{B REST A REST, "line 2"},
		{"\n#\n" A "\n", "line 3"},
		{A " 7 " ID " " SUM " 5", "line 1"},
		{A " 7 " ID " " SUM "\n", "line 1"},
		{A " 7 " ID " " SUM " 5 \n", "line 1"},
		{A " 7 " ID " " SUM " 5 6\n", "line 1"},
		{A "  7 " ID " " SUM " 5\n", "line 1"},
		{A " 07 " ID " " SUM " 5\n", "line 1"},
		{A " -1 " ID " " SUM " 5\n", "line 1"},
		{A " 7 " SUM " " SUM " 5\n", "line 1"},
		{A " 7 " ID " " ID " 5\n", "line 1"},
		{A " 7 " ID " " SUM " -5\n", "line 1"},
		{A " 7 " ID " " SUM " 99999999999999\n", "line 1"},
		{"refs/heads/control" REST, "line 1"},
		{"refs/heads/ws/ws-01/chat/2026.00" REST, "line 1"},
		{"refs/heads/ws/../chat/2026.0" REST, "line 1"},
		{"\r\n", "line 1"}
	};
	struct err e = ERR_INIT;
	struct witness w = {NULL, 3};
	char big[400];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err_clear(&e);
		if (witness_parse(&w, bad[i].text, strlen(bad[i].text),
		    &e) != -1)
			fail_msg("taken: %s", bad[i].text);
		assert_int_equal(e.code, ERR_FORMAT);
		assert_non_null(strstr(e.what, bad[i].line));
		assert_int_equal(w.n, 3);
	}
	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\n';
	assert_int_equal(witness_parse(&w, big, sizeof(big), &e), -1);
	big[0] = '\0';
	big[1] = '\n';
	assert_int_equal(witness_parse(&w, big, 2, &e), -1);
}

static void
keeps_its_caps(void **state)
{
	struct buf text = BUF_INIT(8 << 20);
	struct err e = ERR_INIT;
	struct witness w;
	int i;

	(void)state;
	for (i = 0; i < 8000; i++)
		assert_int_equal(buf_addf(&text, &e, "refs/heads/ws/w%05d/m/"
		    "2026.0 1 " ID " %.24s%.40s 5\n", i, SUM, SUM), 0);
	/* more than 1 MiB */
	assert_int_equal(witness_parse(&w, buf_str(&text), text.len, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	text.len /= 2;
	while (text.data[text.len - 1] != '\n')
		text.len--;
	assert_int_equal(witness_parse(&w, buf_str(&text), text.len, &e), 0);
	assert_true(w.n >= 3990);
	assert_non_null(witness_find(&w, "refs/heads/ws/w00000/m/2026.0"));
	assert_non_null(witness_find(&w, "refs/heads/ws/w03900/m/2026.0"));
	witness_release(&w);
	buf_release(&text);
}

/* printf 'liudi-digest-1\nabc' | sha256sum */
static void
digest_is_as_written(void **state)
{
	char digest[WITNESS_DIGEST_LEN];
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(witness_digest("abc", 3, digest, &e), 0);
	assert_string_equal(digest, "6650aa5a2bdec15d");
	assert_int_equal(witness_digest("", 0, digest, &e), 0);
	assert_string_equal(digest, "13339dca038d4e17");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back),
		cmocka_unit_test(refuses_what_is_not_a_line),
		cmocka_unit_test(keeps_its_caps),
		cmocka_unit_test(digest_is_as_written),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
