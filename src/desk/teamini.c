/* desk/teamini.c - one value of control's policy.ini, the rest as it stands. */
#include "desk/teamini.h"

#include <stdbool.h>
#include <string.h>

#include "base/banned.h"

#define BLANKS " \t\r"
#define SECTION "[team]"

/* The section that LINE begins: 1 ours, 0 another, -1 it begins none. */
static int
begins_ours(const char *line, size_t n)
{
	const char *at = line + strspn(line, BLANKS);

	if (at >= line + n || *at != '[')
		return -1;
	return (size_t)(line + n - at) >= strlen(SECTION) &&
	    memcmp(at, SECTION, strlen(SECTION)) == 0;
}

/* "KEY = …", "KEY: …" */
static bool
is_key(const char *line, size_t n, const char *key)
{
	const char *at = line + strspn(line, BLANKS);

	if ((size_t)(line + n - at) < strlen(key) || at >= line + n ||
	    memcmp(at, key, strlen(key)) != 0)
		return false;
	at += strlen(key);
	at += strspn(at, BLANKS);
	return at < line + n && (*at == '=' || *at == ':');
}

int
teamini_set(struct buf *out, const char *text, const char *key,
	const char *value, struct err *e)
{
	bool ours = false, done = false;
	size_t n;
	int which;

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		which = begins_ours(text, n);
		if (which >= 0)
			ours = which == 1;
		if (ours && is_key(text, n, key))
			continue;
		if (buf_add(out, text, n, e) < 0 || buf_addc(out, '\n', e) < 0)
			return -1;
		if (which == 1 && !done) {
			if (buf_addf(out, e, "%s = %s\n", key, value) < 0)
				return -1;
			done = true;
		}
	}
	return done ? 0 : buf_addf(out, e, SECTION "\n%s = %s\n", key, value);
}
