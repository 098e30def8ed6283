/* desk/expect.c - how long a station may be silent; FORMAT section 9. */
#include "desk/expect.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

#define HOUR 3600
#define DAY 86400
#define MAX_DAYS 3660
#define VALUE_MAX 64
#define LINE_MAX_LEN 256

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

/* LINE without blanks at its ends. */
static void
trimmed(const char *line, size_t n, char out[LINE_MAX_LEN])
{
	while (n > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		n--;
	}
	while (n > 0 && strchr(" \t\r", line[n - 1]))
		n--;
	(void)snprintf(out, LINE_MAX_LEN, "%.*s",
	    (int)(n < LINE_MAX_LEN ? n : 0), line);
}

int
expect_of(const char *text, const char *station, int64_t *out,
	struct err *e)
{
	char line[LINE_MAX_LEN], own[64], key[LINE_MAX_LEN];
	char team_says[LINE_MAX_LEN] = "", it_says[LINE_MAX_LEN] = "";
	bool in_team = false, in_own = false;
	const char *eq;
	size_t n;

	(void)snprintf(own, sizeof(own), "[station %s]", station);
	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		trimmed(text, n, line);
		if (line[0] == '[') {
			in_team = strcmp(line, "[team]") == 0;
			in_own = strcmp(line, own) == 0;
			continue;
		}
		eq = strchr(line, '=');
		if (!eq || (!in_team && !in_own))
			continue;
		trimmed(line, (size_t)(eq - line), key);
		if (strcmp(key, "expect") == 0)
			trimmed(eq + 1, strlen(eq + 1), in_own ? it_says :
			    team_says);
	}
	*out = EXPECT_DEFAULT_S;
	if (it_says[0])
		return expect_parse(it_says, out, e);
	return team_says[0] ? expect_parse(team_says, out, e) : 0;
}
