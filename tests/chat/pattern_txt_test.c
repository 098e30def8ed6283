/* tests/chat/pattern_txt_test.c - texts by the headers that an ini file describes. */
#include "rows.h"

#include "chat/pattern_txt.h"

#include "base/banned.h"

static void
with(const char *ini, const char *data, const char *want)
{
	const struct chat_hints hints = {.pattern_ini = ini,
	    .pattern_len = strlen(ini)};

	rows_are_n("x.txt", data, strlen(data), want, &hints);
}

static void
reads_by_description(void **state)
{
	(void)state;
	with("# mine\n[pattern]\nname = ww\nheader = {name} ({date} {time}):{text}"
	    "\n", "what\nA (B) (2024-03-01  8:59:07):Hi\nthere\n"
	    "C (2024-03-01 下午9:00):\n",
	    "? what\n2024-03-01T08:59:07|-|A (B)|text|Hi\\nthere\n"
	    "2024-03-01T21:00:00|-|C|text|\n= pattern 2/0/1\n");
	with("header = [{date} {time}] {name}<{id}> -> {to}\ndate = dmy\n"
	    "blank = yes\n", "[1/3/24 8:59 PM] A<7> -> B\nHi\n"
	    "[1/3/24 8:59 PM] X<7> -> B\n\n[1-Mar-24 21:00] A<8> -> C\n[图片]\n",
	    "2024-03-01T20:59:00|7|A|text|Hi\\n[1/3/24 8:59 PM] X<7> -> B|"
	    "target=B\n2024-03-01T21:00:00|8|A|image|[图片]|target=C\n"
	    "= pattern 2/0/0\n");
	with("header = {date} {*} {name}\ndate = mdy\n",
	    "3/1/2024 xx A\nHi\n2024年3月2日 yy B\nHo\n",
	    "2024-03-01|-|A|text|Hi\n2024-03-02|-|B|text|Ho\n"
	    "= pattern 2/0/0\n");
	with("header = {date}\n", "nothing\n", "? nothing\n! no message in it\n");
}

static void
refuses_descriptions(void **state)
{
	static const char *const cases[][2] = {
		{"", "there is no 'header'"}, {"header\n", "a line without '='"},
		{"header = {name}\n",
		    "'header' has neither '{date}' nor '{time}'"},
		{"header = {date}{text}x\n",
		    "'{text}' is not at the end of 'header'"},
		{"header = {date}\ndate = x\n",
		    "'date' is none of ymd, dmy, mdy"},
		{"colour = red\n", "no such key: 'colour'"},
		{"header = {date} . . . . . . . . . . . . . . . . . .\n",
		    "'header' has too many pieces"}
	};
	struct err e = ERR_INIT;
	struct pattern p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(pattern_parse(&p, cases[i][0],
		    strlen(cases[i][0]), &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_string_equal(e.what, cases[i][1]);
	}
}

/* Many places to try, line by line. */
static void
ends_soon(void **state)
{
	static const char ini[] = "header = {name}a{id}a{to}a{*}a{*}a{date}x\n";
	struct pattern_match m;
	struct err e = ERR_INIT;
	struct pattern p;
	char line[2000];

	(void)state;
	assert_int_equal(pattern_parse(&p, ini, sizeof(ini) - 1, &e), 0);
	memset(line, 'a', sizeof(line));
	assert_false(pattern_match(&p, line, sizeof(line), &m));
	assert_true(pattern_match(&p, "1a2a3a4a5a2024-03-01x", 21, &m));
	assert_int_equal(m.to.n, 1);
	assert_int_equal(m.when.precision, STAMP_DAY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_by_description),
		cmocka_unit_test(refuses_descriptions),
		cmocka_unit_test(ends_soon)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
