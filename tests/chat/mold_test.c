/* chat/mold: what looks like a header of before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "chat/mold.h"

#include "base/banned.h"

/* "1:2 |3:2 |" and what is behind; "": it does not fit. */
static void
fits(const struct mold *m, const char *s, const char *want)
{
	struct scan c = scan_of(s, strlen(s));
	unsigned digits[MOLD_NUMBERS], i;
	int v[MOLD_NUMBERS];
	char got[256] = "";
	size_t n = 0;

	if (mold_fits(m, &c, v, digits)) {
		for (i = 0; i < m->n; i++)
			n += (size_t)snprintf(got + n, sizeof(got) - n,
			    "%d:%u ", v[i], digits[i]);
		(void)snprintf(got + n, sizeof(got) - n, "%.*s",
		    (int)scan_left(&c), c.s);
	} else {
		assert_ptr_equal(c.s, s);
	}
	assert_string_equal(got, want);
}

static bool
make(struct mold *m, const char *s)
{
	return mold_make(m, s, strlen(s));
}

static void
numbers_differ_and_nothing_else(void **state)
{
	struct mold m;

	(void)state;
	assert_true(make(&m, "[1/12/2024, 9:05 PM] "));
	fits(&m, "[31/3/2025, 12:59 PM] Anna",
	    "31:2 3:1 2025:4 12:2 59:2 Anna");
	fits(&m, "[1/2/2024, 19:05 PM] Anna",
	    "1:1 2:1 2024:4 19:2 5:2 Anna");
}

static void
what_does_not_fit(void **state)
{
	static const char *const others[] = {"[31/3/25, 12:59 PM] Anna",
	    "[31/3/20255, 12:59 PM] Anna", "[311/3/2025, 12:59 PM] Anna",
	    "[31/3/2025, 12:59 AM] Anna", "[31/3/2025,  12:59 PM] Anna",
	    "[31.3.2025, 12:59 PM] Anna", "31/3/2025, 12:59 PM] Annaaaaa",
	    "[/3/2025, 12:59 PM] Annaaaaaa", "[31/3/2025, 12:59 PM]Annaaaa",
	    "[\xd9\xa1/3/2025, 12:59 PM] Annaa", "", "[31/3/2025, 12:59 P"};
	struct mold m;
	size_t i;

	(void)state;
	assert_true(make(&m, "[1/12/2024, 9:05 PM] "));
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		fits(&m, others[i], "");
}

static void
what_makes_none(void **state)
{
	char far[MOLD_LEN + 1];
	struct mold m;

	(void)state;
	assert_false(make(&m, ""));
	fits(&m, "", "");
	assert_false(make(&m, "no number: "));
	assert_false(make(&m, "12345 "));
	assert_false(make(&m, "1:2"));	/* and a third digit? */
	assert_true(make(&m, "1 2 3 4 5 6 7 8 "));
	fits(&m, "1 2 3 4 5 6 7 88 and so on", "1:1 2:1 3:1 4:1 5:1 6:1 7:1 "
	    "88:2 and so on");
	assert_false(make(&m, "1 2 3 4 5 6 7 8 9 "));
	fits(&m, "1 2 3 4 5 6 7 8 9 and so on", "");
	memset(far, ' ', sizeof(far));
	far[0] = '1';
	assert_true(mold_make(&m, far, MOLD_LEN));
	assert_false(mold_make(&m, far, MOLD_LEN + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_differ_and_nothing_else),
		cmocka_unit_test(what_does_not_fit),
		cmocka_unit_test(what_makes_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
