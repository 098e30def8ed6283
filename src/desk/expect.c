/* desk/expect.c - how long a station may be silent; FORMAT section 9. */
#include "desk/expect.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "config/teamini.h"

#include "base/banned.h"

#define HOUR 3600
#define DAY 86400
#define MAX_DAYS 3660
#define VALUE_MAX 256

int
expect_parse(const char *s, int64_t *out, struct err *e)
{
	static const struct {
		const char *end;
		int64_t unit, max;
	} forms[] = {
		{"h", HOUR, (int64_t)MAX_DAYS * 24},
		{"d", DAY, MAX_DAYS},
		{"/week", 0, 7}
	};
	char number[VALUE_MAX];
	int64_t n;
	size_t i;

	if (strcmp(s, "none") == 0) {
		*out = EXPECT_NEVER;
		return 0;
	}
	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if (!str_ends(s, forms[i].end) || strlen(s) >= sizeof(number))
			continue;
		(void)snprintf(number, sizeof(number), "%.*s",
		    (int)(strlen(s) - strlen(forms[i].end)), s);
		if (str_to_i64(number, 1, forms[i].max, &n) < 0)
			continue;
		*out = forms[i].unit ? n * forms[i].unit : (8 - n) * DAY;
		return 0;
	}
	(void)err_set(e, ERR_FORMAT, "policy.ini: expect = %.40s makes no "
	    "sense", s);
	return err_hint(e, "write '3d', '12h', '5/week' or 'none'");
}

int
expect_of(const char *text, const char *station, int64_t *out,
	struct err *e)
{
	char says[VALUE_MAX], team[VALUE_MAX];
	bool own;

	*out = EXPECT_DEFAULT_S;
	if (!teamini_get(text, station, "expect", says, sizeof(says)) ||
	    expect_parse(says, out, e) == 0)
		return 0;
	/* No station has this name: what is left is the team's. */
	(void)teamini_get(text, "", "expect", team, sizeof(team));
	own = strcmp(says, team) != 0;
	err_clear(e);
	(void)err_set(e, ERR_FORMAT, "policy.ini: [%s%s] expect = %.40s makes "
	    "no sense", own ? "station " : "team", own ? station : "", says);
	return err_hint(e, "write '3d', '12h', '5/week' or 'none'");
}
