/* config/teamini.c - the values of control's policy.ini; FORMAT section 9. */
#include "config/teamini.h"

#include <stdio.h>
#include <string.h>

#include "base/banned.h"

#define BLANKS " \t\r"

/* The section that LINE begins: 1 ours, 0 another, -1 it begins none. */
static int
begins_ours(const char *line, size_t n, const char *section)
{
	const char *at = line + strspn(line, BLANKS);
	const size_t len = strlen(section);

	if (at >= line + n || *at != '[')
		return -1;
	at++;
	return (size_t)(line + n - at) > len && at[len] == ']' &&
	    memcmp(at, section, len) == 0;
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
teamini_set(struct buf *out, const char *text, const char *section,
	const char *key, const char *value, struct err *e)
{
	bool ours = false, done = value[0] == '\0';
	size_t n;
	int which;

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		which = begins_ours(text, n, section);
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
	return done ? 0 : buf_addf(out, e, "[%s]\n%s = %s\n", section, key,
	    value);
}

/* S up to END without blanks at its ends, ended by a NUL there. */
static char *
trimmed(char *s, char *end)
{
	while (s < end && strchr(BLANKS, *s))
		s++;
	while (end > s && strchr(BLANKS, end[-1]))
		end--;
	*end = '\0';
	return s;
}

int
teamini_each(const char *text, teamini_fn fn, void *arg)
{
	char line[TEAMINI_LINE_MAX + 1], section[TEAMINI_LINE_MAX + 1] = "";
	char *at, *eq, *value;
	size_t n;
	int rc;

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (n > TEAMINI_LINE_MAX)
			continue;
		memcpy(line, text, n);
		at = trimmed(line, line + n);
		if (*at == '[') {
			(void)snprintf(section, sizeof(section), "%.*s",
			    (int)strcspn(at + 1, "]"), at + 1);
			continue;
		}
		eq = strchr(at, '=');
		if (!eq || *at == '#' || *at == ';')
			continue;
		value = trimmed(eq + 1, eq + strlen(eq));
		rc = fn(arg, section, trimmed(at, eq), value);
		if (rc != 0)
			return rc;
	}
	return 0;
}

struct get {
	const char *station, *key;
	char *out;
	size_t size;
	bool own;	/* what was found is the station's */
};

static int
on_value(void *arg, const char *section, const char *key, const char *value)
{
	struct get *g = arg;
	bool own = strncmp(section, "station ", 8) == 0 &&
	    strcmp(section + 8, g->station) == 0;

	if (strcmp(key, g->key) != 0 || !*value ||
	    (!own && (g->own || strcmp(section, "team") != 0)))
		return 0;
	g->own = own;
	(void)snprintf(g->out, g->size, "%s",
	    strlen(value) < g->size ? value : "");
	return 0;
}

bool
teamini_get(const char *text, const char *station, const char *key,
	char *out, size_t size)
{
	struct get g = {station, key, out, size, false};

	out[0] = '\0';
	(void)teamini_each(text, on_value, &g);
	return out[0] != '\0';
}
