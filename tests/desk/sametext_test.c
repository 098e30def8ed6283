/* desk/sametext: what counts as the same text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "desk/sametext.h"

#include "base/banned.h"

static struct sametext *S;

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	S = sametext_new(&e);
	return S ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	sametext_free(S);
	return 0;
}

static void
is_n(const char *text, size_t n, const char *want)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	assert_int_equal(buf_adds(&b, "[", &e), 0);
	assert_int_equal(sametext_add(S, text, n, &b, &e), 0);
	assert_int_equal(buf_adds(&b, "]", &e), 0);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static void
is(const char *text, const char *want)
{
	is_n(text, strlen(text), want);
}

static void
blanks_are_one(void **state)
{
	(void)state;
	is("", "[]");
	is("  \n\t", "[]");
	is("a", "[a]");
	is(" a  b\nc\r\n", "[a b c]");
	is("宁波\xe3\x80\x80港", "[宁波 港]");	/* U+3000 */
	is("a\xc2\xa0 b", "[a b]");
}

static void
what_is_not_seen_goes(void **state)
{
	(void)state;
	is("\xe2\x80\x8e" "a\xe2\x80\x8b" "b\xef\xbb\xbf", "[ab]");
	is("\xe2\x80\xaa+86 138\xe2\x80\xac", "[+86 138]");
	is("a \xe2\x80\x8b b", "[a b]");
}

static void
forms_are_one(void **state)
{
	(void)state;
	is("ＦＯＢ，１２", "[FOB,12]");
	is("e\xcc\x81", "[é]");
	is("é", "[é]");
	is("ｶﾞ", "[ガ]");
	is("\xe1\x84\x80\xe1\x85\xa1", "[가]");
	is("ﬁne", "[fine]");
}

static void
an_edit_is_an_edit(void **state)
{
	(void)state;
	is("Price", "[Price]");
	is("電匯", "[電匯]");
	is("cafe", "[cafe]");
	is("café", "[café]");
	is("1,200.50", "[1,200.50]");
}

static void
ill_formed_is_marked(void **state)
{
	(void)state;
	is("a\xff" "b\xe5\xae", "[a\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd]");
	is_n("a\0b", 3, "[a b]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blanks_are_one),
		cmocka_unit_test(what_is_not_seen_goes),
		cmocka_unit_test(forms_are_one),
		cmocka_unit_test(an_edit_is_an_edit),
		cmocka_unit_test(ill_formed_is_marked),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
