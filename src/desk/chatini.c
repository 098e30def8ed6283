/* desk/chatini.c - what policy.ini says of a source; FORMAT section 9. */
#include "desk/chatini.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "chat/pattern_txt.h"
#include "config/teamini.h"

#include "base/banned.h"

#define BLANKS " \t"

/* As teamini_get() finds them: of STATION/NAME before those of NAME. */
enum key { KEY_PLATFORM, KEY_ACCOUNT, KEY_SELF, KEY_ZONE, KEY_ORDER,
	KEY_ENCODING, KEY_HEADER, KEY_BLANK, KEYS };

static const char *const keys[KEYS] = {"platform", "account", "self", "zone",
    "date_order", "encoding", "header", "blank_before"};

static const char *const orders[] = {
	[DATE_AUTO] = "auto", [DATE_DMY] = "dmy", [DATE_MDY] = "mdy",
	[DATE_YMD] = "ymd"
};

struct chatini {
	char *value[KEYS];	/* NULL: missing */
	bool own[KEYS];		/* it is STATION/NAME's */
	char *self;		/* cut into pieces */
	const char *self_id[CHATINI_SELF_MAX];
	char *pattern;
	struct chat_hints hints;
};

/* --- What a value may be. */

#define SMALL "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define LETTERS SMALL "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool
is_made_of(const char *s, const char *set, size_t max)
{
	const size_t n = strspn(s, set);

	return n > 0 && n <= max && s[n] == '\0';
}

static int
find_order(const char *s)
{
	size_t i;

	for (i = 0; i < sizeof(orders) / sizeof(*orders); i++)
		if (strcmp(orders[i], s) == 0)
			return (int)i;
	return -1;
}

/* As chat/pattern_txt.h wants it. */
static char *
make_pattern(const char *header, const char *order, const char *blank)
{
	bool has_order = order && strcmp(order, "auto") != 0;

	return str_fmt("[pattern]\nheader = %s\n%s%s%s%s", header,
	    has_order ? "date = " : "", has_order ? order : "",
	    has_order ? "\n" : "", blank && strcmp(blank, "yes") == 0 ?
	    "blank = yes\n" : "");
}

static bool
is_header(const char *header)
{
	char *ini = make_pattern(header, NULL, NULL);
	struct err ignored = ERR_INIT;
	struct pattern p;
	bool good = ini && pattern_parse(&p, ini, strlen(ini), &ignored) == 0;

	free(ini);
	return good;
}

static bool
is_good(enum key k, const char *s)
{
	switch (k) {
	case KEY_PLATFORM:
		return is_made_of(s, SMALL DIGITS "-", 31);
	case KEY_ZONE:
		return is_made_of(s, LETTERS DIGITS "_+-/", 63) &&
		    s[0] != '/';
	case KEY_ORDER:
		return find_order(s) >= 0;
	case KEY_ENCODING:
		return strcmp(s, "auto") == 0 || chat_charset_known(s);
	case KEY_HEADER:
		return is_header(s);
	case KEY_BLANK:
		return strcmp(s, "yes") == 0 || strcmp(s, "no") == 0;
	case KEY_ACCOUNT:
		return strlen(s) <= CHATINI_VALUE_MAX &&
		    utf8_clean(s, strlen(s));
	default:
		return utf8_clean(s, strlen(s));
	}
}

int
chatini_check(const char *key, const char *value, struct err *e)
{
	static const char *const what[KEYS] = {
		[KEY_PLATFORM] = "small letters, digits and '-'",
		[KEY_ZONE] = "a zone such as Asia/Shanghai",
		[KEY_ORDER] = "auto, dmy, mdy or ymd",
		[KEY_ENCODING] = "auto, or an encoding such as GB18030",
		[KEY_HEADER] = "a header such as {name} ({date} {time}):{text}",
		[KEY_BLANK] = "yes or no"
	};
	size_t k;

	for (k = 0; k < KEYS && strcmp(keys[k], key) != 0; k++)
		;
	if (k == KEYS)
		return err_set(e, ERR_USAGE, "no such key: '%s'", key);
	if (value[0] == '\0' || is_good((enum key)k, value))
		return 0;
	return err_set(e, ERR_USAGE, "%s: %s, not '%s'", key, what[k] ?
	    what[k] : "plain text, not too long", value);
}

/* --- Reading. */

struct reading {
	struct chatini *c;
	const char *station, *source;
	bool nomem;
};

/* "source STATION/NAME": 2; "source NAME": 1; another: 0. */
static int
whose(const struct reading *r, const char *section)
{
	const size_t n = strlen(r->station);

	if (!str_starts(section, "source "))
		return 0;
	section += strlen("source ");
	if (strcmp(section, r->source) == 0)
		return 1;
	return strncmp(section, r->station, n) == 0 && section[n] == '/' &&
	    strcmp(section + n + 1, r->source) == 0 ? 2 : 0;
}

static int
on_value(void *arg, const char *section, const char *key, const char *value)
{
	struct reading *r = arg;
	struct chatini *c = r->c;
	const int own = whose(r, section);
	size_t k;
	char *copy;

	for (k = 0; k < KEYS && strcmp(keys[k], key) != 0; k++)
		;
	if (own == 0 || k == KEYS || value[0] == '\0' ||
	    (own == 1 && c->own[k]) || !is_good((enum key)k, value))
		return 0;
	copy = str_dup(value);
	if (!copy) {
		r->nomem = true;
		return 1;
	}
	free(c->value[k]);
	c->value[k] = copy;
	c->own[k] = own == 2;
	return 0;
}

/* The account, and what stands between the commas of `self`. */
static int
split_self(struct chatini *c, struct err *e)
{
	char *at, *next;
	size_t n;

	c->hints.self_id = c->self_id;
	if (c->value[KEY_ACCOUNT])
		c->self_id[c->hints.nself++] = c->value[KEY_ACCOUNT];
	if (!c->value[KEY_SELF])
		return 0;
	c->self = str_dup(c->value[KEY_SELF]);
	if (!c->self)
		return err_nomem(e);
	for (at = c->self; at && c->hints.nself < CHATINI_SELF_MAX;
	    at = next) {
		next = strchr(at, ',');
		if (next)
			*next++ = '\0';
		at += strspn(at, BLANKS);
		n = strlen(at);
		while (n > 0 && strchr(BLANKS, at[n - 1]))
			at[--n] = '\0';
		if (n > 0 && n <= CHATINI_VALUE_MAX)
			c->self_id[c->hints.nself++] = at;
	}
	return 0;
}

static int
make_hints(struct chatini *c, struct err *e)
{
	const char *order = c->value[KEY_ORDER];
	const char *encoding = c->value[KEY_ENCODING];

	if (order)
		c->hints.date_order = (enum date_order)find_order(order);
	if (encoding && strcmp(encoding, "auto") != 0)
		c->hints.encoding = encoding;
	if (c->value[KEY_HEADER]) {
		c->pattern = make_pattern(c->value[KEY_HEADER], order,
		    c->value[KEY_BLANK]);
		if (!c->pattern)
			return err_nomem(e);
		c->hints.pattern_ini = c->pattern;
		c->hints.pattern_len = strlen(c->pattern);
	}
	return split_self(c, e);
}

/* The station's zone is that of all its sources. */
static int
find_zone(struct chatini *c, const char *text, const char *station,
	struct err *e)
{
	char zone[CHATINI_VALUE_MAX];

	if (c->value[KEY_ZONE] || !teamini_get(text, station, "zone", zone,
	    sizeof(zone)) || !is_good(KEY_ZONE, zone))
		return 0;
	c->value[KEY_ZONE] = str_dup(zone);
	return c->value[KEY_ZONE] ? 0 : err_nomem(e);
}

struct chatini *
chatini_new(const char *text, const char *station, const char *source,
	struct err *e)
{
	struct chatini *c = calloc(1, sizeof(*c));
	struct reading r = {c, station, source, false};

	if (!c) {
		(void)err_nomem(e);
		return NULL;
	}
	(void)teamini_each(text, on_value, &r);
	if (r.nomem)
		(void)err_nomem(e);
	if (!r.nomem && find_zone(c, text, station, e) == 0 &&
	    make_hints(c, e) == 0)
		return c;
	chatini_free(c);
	return NULL;
}

void
chatini_free(struct chatini *c)
{
	size_t k;

	if (!c)
		return;
	for (k = 0; k < KEYS; k++)
		free(c->value[k]);
	free(c->self);
	free(c->pattern);
	free(c);
}

const struct chat_hints *
chatini_hints(const struct chatini *c)
{
	return &c->hints;
}

const char *
chatini_account(const struct chatini *c)
{
	return c->value[KEY_ACCOUNT];
}

const char *
chatini_platform(const struct chatini *c)
{
	return c->value[KEY_PLATFORM];
}

const char *
chatini_zone(const struct chatini *c)
{
	return c->value[KEY_ZONE];
}
