/* config/config.c - liudi.ini and desk.ini, held against the table of keys.c. */
#include "config/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

#define SOURCE_PREFIX "source "
#define SOURCE_SECTION "source *"
#define SHOP_PREFIX "shop "
#define SHOP_SECTION "shop *"
#define SCHEDULE "schedule"
#define SHOP_NAME_MAX 27	/* its source is "shop-NAME" */
#define ID_MAX_LEN 32

struct reader {
	struct config *c;
	struct err *e;
	bool failed;
	const char *text, *end;	/* what is left */
	int line;		/* the one read last */
	const char *root;	/* "station" or "desk" */
	bool root_seen;
	const char *section;	/* of the table; NULL before the first */
	int section_line;
	struct config_source *src;	/* in a source section, else NULL */
	struct config_shop *shop;	/* in a shop's */
	bool schedule_seen;
	uint64_t seen;		/* bit i: key i of the table was given */
};

static const char *const kinds[] = {
	"chat", "shop", "account", "report", "files"
};

const char *
config_kind_name(enum config_kind k)
{
	return (size_t)k < sizeof(kinds) / sizeof(kinds[0]) ? kinds[k] : "?";
}

const char *
config_platform_name(enum config_platform p)
{
	static const char *const names[] = {
		"none", "qq", "qq-nt", "wangwang", "wechat", "whatsapp",
		"telegram"
	};

	return (size_t)p < sizeof(names) / sizeof(names[0]) ? names[p] : "?";
}

const char *
config_freeze_name(enum config_freeze f)
{
	static const char *const names[] = {"clock", "css", "none"};

	return (size_t)f < sizeof(names) / sizeof(names[0]) ? names[f] : "?";
}

bool
config_is_id(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n >= 1 && n <= ID_MAX_LEN && s[n] == '\0' && s[0] != '-';
}

/* ERR_CONFIG at LINE; WHAT is on the heap (NULL: no memory) and freed.  -1. */
static int
fail_at(struct reader *r, int line, char *what)
{
	r->failed = true;
	if (!what)
		return err_nomem(r->e);
	(void)err_set(r->e, ERR_CONFIG, "%s:%d: %s", r->c->file, line, what);
	free(what);
	return -1;
}

static int
fail(struct reader *r, char *what)
{
	return fail_at(r, r->line, what);
}

static int
fail_nomem(struct reader *r)
{
	r->failed = true;
	return err_nomem(r->e);
}

/* The section as the file names it: "station", "source chats". */
static char *
section_text(const struct reader *r)
{
	return r->src ? str_fmt(SOURCE_PREFIX "%s", r->src->name) :
	    r->shop ? str_fmt(SHOP_PREFIX "%s", r->shop->name) :
	    str_dup(r->section);
}

enum key_fault { KEY_MISSING, KEY_UNKNOWN, KEY_TWICE, KEY_EMPTY };

/* Whole formats: cli/ looks them up in another language. */
static int
fail_key(struct reader *r, int line, enum key_fault fault, const char *key)
{
	char *in = section_text(r), *text = NULL;

	if (!in)
		return fail_nomem(r);
	switch (fault) {
	case KEY_MISSING:
		text = str_fmt("no '%s' in [%s]", key, in);
		break;
	case KEY_UNKNOWN:
		text = str_fmt("unknown key '%s' in [%s]", key, in);
		break;
	case KEY_TWICE:
		text = str_fmt("a second '%s' in [%s]", key, in);
		break;
	case KEY_EMPTY:
		text = str_fmt("no value for '%s' in [%s]", key, in);
		break;
	}
	free(in);
	return fail_at(r, line, text);
}

static bool
is_in(const struct reader *r, const struct config_key *k)
{
	return r->section && strcmp(k->section, r->section) == 0;
}

/* Close enough for a slip of the fingers. */
static bool
is_near(const char *a, const char *b)
{
	size_t n = strlen(b);

	return str_distance(a, b) <= (n <= 3 ? 1 : n <= 6 ? 2 : 3);
}

static void
hint_key(struct reader *r, const char *key)
{
	const struct config_key *k, *best = NULL;
	struct buf names = BUF_INIT(200);
	size_t n, i;

	k = config_keys(&n);
	for (i = 0; i < n; i++) {
		if (!is_in(r, &k[i]))
			continue;
		/* A list that is cut short is still a hint. */
		(void)buf_addf(&names, NULL, "%s%s", names.len > 0 ? ", " : "",
		    k[i].name);
		if (is_near(key, k[i].name) && (!best ||
		    str_distance(key, k[i].name) <
		    str_distance(key, best->name)))
			best = &k[i];
	}
	if (best)
		(void)err_hint(r->e, "did you mean '%s'?", best->name);
	else
		(void)err_hint(r->e, "keys here: %s", buf_str(&names));
	buf_release(&names);
}

static void
hint_section(struct reader *r, const char *name)
{
	const bool desk = strcmp(r->root, "desk") == 0;

	if (is_near(name, r->root))
		(void)err_hint(r->e, "did you mean '[%s]'?", r->root);
	else if (!desk && is_near(name, SCHEDULE))
		(void)err_hint(r->e, "did you mean '[%s]'?", SCHEDULE);
	else if (!desk && strncmp(name, "source", 6) == 0)
		(void)err_hint(r->e, "write '[source NAME]'");
	else if (!desk && strncmp(name, "shop", 4) == 0)
		(void)err_hint(r->e, "write '[shop NAME]'");
	else if (!desk && strchr(name, ' '))
		(void)err_hint(r->e, "did you mean '[source%s]'?",
		    strchr(name, ' '));
	else
		(void)err_hint(r->e, "sections here: [%s]%s", r->root,
		    desk ? "" : ", [schedule], [source NAME], [shop NAME]");
}

/* --- Values. */

/* Backslashes before what a glob would read otherwise; heap or NULL. */
static char *
quote_glob(const char *s)
{
	char *out = malloc(2 * strlen(s) + 1);
	char *p = out;

	if (!out)
		return NULL;
	for (; *s != '\0'; s++) {
		if (strchr("*?[\\", *s))
			*p++ = '\\';
		*p++ = *s;
	}
	*p = '\0';
	return out;
}

/* "~/x" with the home folder, which is no pattern if GLOB; heap or NULL. */
static char *
expand(struct reader *r, const char *value, bool glob)
{
	char *home, *quoted = NULL, *out = NULL;

	home = path_expand("~", NULL, r->e);
	if (!home) {
		r->failed = true;
		return NULL;
	}
	quoted = glob ? quote_glob(home) : str_dup(home);
	if (quoted)
		out = value[1] == '\0' ? str_dup(quoted) :
		    path_join(quoted, value + 2);
	if (!out)
		(void)fail_nomem(r);
	free(home);
	free(quoted);
	return out;
}

static bool
has_dots(const char *p)
{
	size_t n;

	for (; *p != '\0'; p += n + (p[n] == '/')) {
		n = strcspn(p, "/");
		if ((n == 1 && p[0] == '.') ||
		    (n == 2 && p[0] == '.' && p[1] == '.'))
			return true;
	}
	return false;
}

/* Double slashes and those at the end go. */
static void
squeeze(char *p)
{
	const size_t root = path_root(p);
	char *out = p + root;
	const char *s;

	for (s = out; *s != '\0'; s++)
		if (*s != '/' || out[-1] != '/')
			*out++ = *s;
	if (out > p + root && out[-1] == '/')
		out--;
	*out = '\0';
}

/* A folder on this machine, with '/' in it: absolute or from home. */
static int
take_path(struct reader *r, const char *value, bool glob, char **out)
{
	char *p;

	if (path_root(value) == 0 && value[0] != '~') {
		(void)fail(r, str_fmt("path '%s' is not absolute", value));
		return err_hint(r->e, "begin it with '/' or '~/'");
	}
	if (value[0] == '~' && value[1] != '/' && value[1] != '\0') {
		(void)fail(r, str_fmt("no home of another user in '%s'",
		    value));
		return err_hint(r->e, "write the folder in full");
	}
	if (has_dots(value)) {
		(void)fail(r, str_fmt("'.' or '..' within path '%s'", value));
		return err_hint(r->e, "write the folder in full");
	}
	p = value[0] == '~' ? expand(r, value, glob) : str_dup(value);
	if (!p)
		return r->failed ? -1 : fail_nomem(r);
	if (strlen(p) > PATH_MAX_LEN) {
		free(p);
		return fail(r, str_fmt("path longer than %d bytes",
		    PATH_MAX_LEN));
	}
	squeeze(p);
	*out = p;
	return 0;
}

static int
set_path(struct reader *r, const char *value, bool glob, char **out)
{
	char *own = str_dup(value);
	int rc;

	if (!own)
		return fail_nomem(r);
	path_slashes(own);
	rc = take_path(r, own, glob, out);
	free(own);
	return rc;
}

/* A place as repo/central.h reads it; here only its first look. */
static int
set_central(struct reader *r, const char *value, char **out)
{
	const char *host = strstr(value, "://");

	if (str_starts(value, "ssh://") || str_starts(value, "https://")) {
		if (host[3] == '\0' || host[3] == '/')
			return fail(r, str_fmt("no host in '%s'", value));
		*out = str_dup(value);
		return *out ? 0 : fail_nomem(r);
	}
	if (path_root(value) > 0 || value[0] == '~')
		return set_path(r, value, false, out);
	(void)fail(r, str_fmt("'%s' is no place for a central", value));
	return err_hint(r->e,
	    "write ssh://user@host/path, https://host/path or a folder");
}

bool
config_times(const char *s, int minute[CONFIG_TIMES_MAX], size_t *n)
{
	int h, m;

	for (*n = 0; *s != '\0'; ++*n) {
		const size_t len = strcspn(s, " \t");

		if (*n == CONFIG_TIMES_MAX || len != 5 || s[2] != ':' ||
		    strspn(s, "0123456789") != 2 ||
		    strspn(s + 3, "0123456789") != 2)
			return false;
		h = (s[0] - '0') * 10 + s[1] - '0';
		m = (s[3] - '0') * 10 + s[4] - '0';
		minute[*n] = h * 60 + m;
		if (h > 23 || m > 59 || (*n > 0 &&
		    minute[*n] <= minute[*n - 1]))
			return false;
		s += len;
		s += strspn(s, " \t");
	}
	return *n > 0;
}

static int
set_times(struct reader *r, const char *value, char **out)
{
	int minute[CONFIG_TIMES_MAX];
	size_t n;

	if (!config_times(value, minute, &n)) {
		(void)fail(r, str_fmt("'%s' are no times of a day", value));
		return err_hint(r->e, "write them in order, for example "
		    "10:00 14:00 18:00; at most %d", CONFIG_TIMES_MAX);
	}
	*out = str_dup(value);
	return *out ? 0 : fail_nomem(r);
}

static int
set_text(struct reader *r, const struct config_key *k, const char *value,
	char **out)
{
	if (strcmp(k->name, "central") == 0)
		return set_central(r, value, out);
	if (strcmp(k->name, "path") == 0)
		return set_path(r, value, true, out);
	if (strcmp(k->name, "at") == 0)
		return set_times(r, value, out);
	if (strcmp(k->name, "language") == 0 && (strlen(value) > 16 ||
	    value[strspn(value, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")] != '\0')) {
		(void)fail(r, str_fmt("'%s' is no language", value));
		return err_hint(r->e, "write en, zh-CN, …");
	}
	*out = str_dup(value);
	return *out ? 0 : fail_nomem(r);
}

static int
set_id(struct reader *r, const struct config_key *k, const char *value,
	char **out)
{
	if (!config_is_id(value)) {
		(void)fail(r, str_fmt("'%s' is not an id, but '%s'", k->name,
		    value));
		return err_hint(r->e, "1 to %d of a-z, 0-9 and '-', not "
		    "beginning with '-'", ID_MAX_LEN);
	}
	*out = str_dup(value);
	return *out ? 0 : fail_nomem(r);
}

static int
set_bool(struct reader *r, const struct config_key *k, const char *value,
	bool *out)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0) {
		(void)fail(r, str_fmt("'%s' is neither yes nor no, but '%s'",
		    k->name, value));
		return err_hint(r->e, "write 'yes' or 'no'");
	}
	*out = strcmp(value, "yes") == 0;
	return 0;
}

static int
set_int(struct reader *r, const struct config_key *k, const char *value,
	int *out)
{
	int64_t v;

	if (str_to_i64(value, k->min, k->max, &v) < 0) {
		(void)fail(r, str_fmt("'%s' is not a number from %lld to "
		    "%lld, but '%s'", k->name, (long long)k->min,
		    (long long)k->max, value));
		return err_hint(r->e, "the default is %s", k->value);
	}
	*out = (int)v;
	return 0;
}

/* The index of the word goes into a bool or an enum. */
static int
set_choice(struct reader *r, const struct config_key *k, const char *value,
	uint8_t *field)
{
	const size_t len = strlen(value);
	const char *word = k->choices;
	unsigned index = 0;
	size_t n;
	bool flag;

	for (; *word != '\0'; word += n + (word[n] == ' '), index++) {
		n = strcspn(word, " ");
		if (n == len && memcmp(word, value, n) == 0)
			break;
	}
	if (*word == '\0') {
		(void)fail(r, str_fmt("'%s' cannot be '%s'", k->name, value));
		return err_hint(r->e, "one of: %s", k->choices);
	}
	flag = index == 1;
	if (k->size == sizeof(flag))
		memcpy(field, &flag, sizeof(flag));
	else
		memcpy(field, &index, sizeof(index));
	return 0;
}

static int
add_pattern(struct reader *r, const struct config_key *k, const char *value)
{
	const bool include = strcmp(k->name, "include") == 0;
	char ***list = include ? &r->src->include : &r->src->exclude;
	size_t *n = include ? &r->src->ninclude : &r->src->nexclude;
	char **grown;

	if (*n == CONFIG_PATTERNS_MAX)
		return fail(r, str_fmt("more than %d patterns '%s'",
		    CONFIG_PATTERNS_MAX, k->name));
	if (strlen(value) > PATH_MAX_LEN)
		return fail(r, str_fmt("pattern longer than %d bytes",
		    PATH_MAX_LEN));
	grown = realloc(*list, (*n + 1) * sizeof(*grown));
	if (!grown)
		return fail_nomem(r);
	*list = grown;
	grown[*n] = str_dup(value);
	if (!grown[*n])
		return fail_nomem(r);
	++*n;
	return 0;
}

/* "https://…" of `url`, "NAME https://…" of `page`. */
static int
add_page(struct reader *r, const struct config_key *k, const char *value)
{
	const bool home = strcmp(k->name, "url") == 0;
	const size_t n = home ? 0 : strcspn(value, " \t");
	const char *url = value + n + strspn(value + n, " \t");
	struct config_shop *s = r->shop;
	struct config_page *grown, page;
	size_t i;

	if (!str_starts(url, "http://") && !str_starts(url, "https://")) {
		(void)fail(r, str_fmt("'%s' is no page: '%s'", k->name,
		    value));
		return err_hint(r->e, home ? "write https://…" :
		    "write NAME https://…");
	}
	if (s->npages == CONFIG_PAGES_MAX)
		return fail(r, str_fmt("more than %d pages",
		    CONFIG_PAGES_MAX));
	grown = realloc(s->page, (s->npages + 1) * sizeof(*grown));
	if (!grown)
		return fail_nomem(r);
	s->page = grown;
	page.name = home ? str_dup("home") : str_ndup(value, n);
	page.url = str_dup(url);
	/* The shop's own page is the first, wherever its line stands. */
	i = home ? 0 : s->npages;
	memmove(grown + i + 1, grown + i, (s->npages - i) * sizeof(*grown));
	grown[i] = page;
	s->npages++;
	if (!page.name || !page.url)
		return fail_nomem(r);
	if (!home && !config_is_id(page.name))
		return fail(r, str_fmt("'%s' is no name for a page",
		    page.name));
	for (i = 0; i < s->npages; i++)
		if (strcmp(grown[i].name, page.name) == 0 &&
		    grown[i].url != page.url)
			return fail(r, str_fmt("a second page '%s'",
			    page.name));
	return 0;
}

static int
set_value(struct reader *r, const struct config_key *k, const char *value)
{
	uint8_t *base = r->src ? (uint8_t *)r->src : r->shop ?
	    (uint8_t *)r->shop : (uint8_t *)r->c;
	void *field = base + k->at;

	switch (k->type) {
	case CONFIG_TEXT:
		return set_text(r, k, value, field);
	case CONFIG_ID:
		return set_id(r, k, value, field);
	case CONFIG_BOOL:
		return set_bool(r, k, value, field);
	case CONFIG_INT:
		return set_int(r, k, value, field);
	case CONFIG_CHOICE:
		return set_choice(r, k, value, field);
	case CONFIG_PATTERN:
		return add_pattern(r, k, value);
	case CONFIG_PAGE:
		return add_page(r, k, value);
	}
	return fail(r, str_dup("a key of no type"));
}

/* --- Sections. */

/* What must be given is there; the rest gets its default. */
static int
end_section(struct reader *r)
{
	const struct config_key *k;
	size_t n, i;

	if (!r->section)
		return 0;
	k = config_keys(&n);
	for (i = 0; i < n; i++) {
		if (!is_in(r, &k[i]) || (r->seen & (UINT64_C(1) << i)))
			continue;
		if (!k[i].value) {
			(void)fail_key(r, r->section_line, KEY_MISSING,
			    k[i].name);
			return err_hint(r->e, "%s: %s", k[i].name, k[i].help);
		}
		if (k[i].value[0] != '\0' && set_value(r, &k[i],
		    k[i].value) < 0)
			return -1;
	}
	return 0;
}

static int
begin_source(struct reader *r, const char *name)
{
	struct config *c = r->c;
	struct config_source *grown;
	size_t i;

	if (!config_is_id(name)) {
		(void)fail(r, str_fmt("'%s' is no name for a source", name));
		return err_hint(r->e, "1 to %d of a-z, 0-9 and '-', not "
		    "beginning with '-'", ID_MAX_LEN);
	}
	for (i = 0; i < c->nsources; i++)
		if (strcmp(c->source[i].name, name) == 0)
			return fail(r, str_fmt("a second section [source %s]",
			    name));
	if (c->nsources == CONFIG_SOURCES_MAX)
		return fail(r, str_fmt("more than %d sources",
		    CONFIG_SOURCES_MAX));
	grown = realloc(c->source, (c->nsources + 1) * sizeof(*grown));
	if (!grown)
		return fail_nomem(r);
	c->source = grown;
	r->src = &grown[c->nsources];
	*r->src = (struct config_source){0};
	r->src->name = str_dup(name);
	if (!r->src->name)
		return fail_nomem(r);
	c->nsources++;
	r->section = SOURCE_SECTION;
	return 0;
}

/* What liudi-desk does with a shop: `liudi-desk shop NAME` shows one. */
static bool
is_verb(const char *name)
{
	static const char *const verbs[] = {"set", "list", "diff", "check",
	    "reviewed", "accept", "ignore", "ignored", "package"};
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(name, verbs[i]) == 0)
			return true;
	return false;
}

static int
begin_shop(struct reader *r, const char *name)
{
	struct config *c = r->c;
	struct config_shop *grown;
	size_t i;

	if (!config_is_id(name) || strlen(name) > SHOP_NAME_MAX) {
		(void)fail(r, str_fmt("'%s' is no name for a shop", name));
		return err_hint(r->e, "1 to %d of a-z, 0-9 and '-', not "
		    "beginning with '-'", SHOP_NAME_MAX);
	}
	if (is_verb(name)) {
		(void)fail(r, str_fmt("'%s' is no name for a shop", name));
		return err_hint(r->e, "'liudi-desk shop %s' means something "
		    "else: take another word", name);
	}
	for (i = 0; i < c->nshops; i++)
		if (strcmp(c->shop[i].name, name) == 0)
			return fail(r, str_fmt("a second section [shop %s]",
			    name));
	if (c->nshops == CONFIG_SHOPS_MAX)
		return fail(r, str_fmt("more than %d shops",
		    CONFIG_SHOPS_MAX));
	grown = realloc(c->shop, (c->nshops + 1) * sizeof(*grown));
	if (!grown)
		return fail_nomem(r);
	c->shop = grown;
	r->shop = &grown[c->nshops];
	*r->shop = (struct config_shop){0};
	r->shop->name = str_dup(name);
	if (!r->shop->name)
		return fail_nomem(r);
	c->nshops++;
	r->section = SHOP_SECTION;
	return 0;
}

static int
begin_section(struct reader *r, const char *name)
{
	if (end_section(r) < 0)
		return -1;
	r->section = NULL;
	r->src = NULL;
	r->shop = NULL;
	r->seen = 0;
	r->section_line = r->line;
	if (strcmp(name, r->root) == 0) {
		if (r->root_seen)
			return fail(r, str_fmt("a second section [%s]", name));
		r->root_seen = true;
		r->section = r->root;
		return 0;
	}
	if (strcmp(r->root, "desk") != 0 && strcmp(name, SCHEDULE) == 0) {
		if (r->schedule_seen)
			return fail(r, str_fmt("a second section [%s]", name));
		r->schedule_seen = true;
		r->section = SCHEDULE;
		return 0;
	}
	if (strcmp(r->root, "desk") != 0 && str_starts(name, SOURCE_PREFIX))
		return begin_source(r, name + strlen(SOURCE_PREFIX));
	if (strcmp(r->root, "desk") != 0 && str_starts(name, SHOP_PREFIX))
		return begin_shop(r, name + strlen(SHOP_PREFIX));
	(void)fail(r, str_fmt("unknown section '[%s]'", name));
	hint_section(r, name);
	return -1;
}

/* --- Lines. */

/* A line that begins with '['; LINE is changed. */
static int
section_line(struct reader *r, char *line)
{
	char *close = strchr(line, ']');
	const char *rest;

	rest = close ? close + 1 + strspn(close + 1, " \t\r\n") : NULL;
	if (!close || (*rest != '\0' && *rest != ';' && *rest != '#')) {
		(void)fail(r, str_dup("not a '[section]' line"));
		return err_hint(r->e, "write nothing behind the ']'");
	}
	*close = '\0';
	return begin_section(r, line + 1);
}

/* Bytes that have no business in a line. */
static int
check_line(struct reader *r, const char *s, size_t n)
{
	size_t i;

	if (!utf8_valid(s, n)) {
		(void)fail(r, str_dup("ill-formed UTF-8"));
		return err_hint(r->e, "save the file as UTF-8");
	}
	for (i = 0; i < n; i++)
		if (((uint8_t)s[i] < 0x20 && s[i] != '\t' && s[i] != '\n' &&
		    !(s[i] == '\r' && (i + 1 == n || s[i + 1] == '\n'))) ||
		    s[i] == 0x7f)
			return fail(r, str_dup("a control character"));
	return 0;
}

/* The next line without its leading blanks to OUT; false at the end. */
static bool
next_line(struct reader *r, char out[static CONFIG_LINE_MAX + 1])
{
	const char *nl;
	size_t n;

	if (r->failed || r->text == r->end)
		return false;
	nl = memchr(r->text, '\n', (size_t)(r->end - r->text));
	n = nl ? (size_t)(nl + 1 - r->text) : (size_t)(r->end - r->text);
	r->line++;
	if (r->line == 1 && n >= 3 && memcmp(r->text, "\xef\xbb\xbf", 3) == 0) {
		r->text += 3;
		n -= 3;
	}
	while (n > 0 && (*r->text == ' ' || *r->text == '\t')) {
		r->text++;
		n--;
	}
	if (n > CONFIG_LINE_MAX) {
		(void)fail(r, str_fmt("line longer than %d bytes",
		    CONFIG_LINE_MAX));
		return false;
	}
	if (check_line(r, r->text, n) < 0)
		return false;
	memcpy(out, r->text, n);
	out[n] = '\0';
	r->text += n;
	return true;
}

static int
on_value(struct reader *r, const char *name, const char *value)
{
	const struct config_key *k;
	size_t n, i;

	if (!r->section) {
		(void)fail(r, str_fmt("'%s' stands before any section", name));
		(void)err_hint(r->e, "begin with '[%s]'", r->root);
		return -1;
	}
	k = config_keys(&n);
	for (i = 0; i < n; i++)
		if (is_in(r, &k[i]) && strcmp(k[i].name, name) == 0)
			break;
	if (i == n) {
		(void)fail_key(r, r->line, KEY_UNKNOWN, name);
		hint_key(r, name);
		return -1;
	}
	if (k[i].type != CONFIG_PATTERN && strcmp(name, "page") != 0 &&
	    (r->seen & (UINT64_C(1) << i))) {
		(void)fail_key(r, r->line, KEY_TWICE, name);
		return -1;
	}
	if (value[0] == '\0') {
		(void)fail_key(r, r->line, KEY_EMPTY, name);
		if (k[i].value)
			(void)err_hint(r->e, "leave the line out for the "
			    "default");
		return -1;
	}
	if (!utf8_clean(value, strlen(value))) {
		(void)fail(r, str_fmt("a control character in '%s'", name));
		return -1;
	}
	r->seen |= UINT64_C(1) << i;
	return set_value(r, &k[i], value);
}

/* The first of ENDS or of a remark, a ';' behind a blank, or the end of S. */
static char *
find_end(char *s, const char *ends)
{
	bool blank = false;

	for (; *s != '\0'; s++) {
		if (strchr(ends, *s) || (*s == ';' && blank))
			break;
		blank = *s == ' ' || *s == '\t';
	}
	return s;
}

/* Blanks and the line's end behind S go. */
static void
strip(char *s)
{
	size_t n = strlen(s);

	while (n > 0 && strchr(" \t\r\n", s[n - 1]))
		s[--n] = '\0';
}

/* A line that is not empty; it is changed. */
static int
read_line(struct reader *r, char *line)
{
	char *mark, *value;

	strip(line);
	if (*line == '\0' || *line == '#' || *line == ';')
		return 0;
	if (*line == '[')
		return section_line(r, line);
	mark = find_end(line, "=:");
	if (*mark != '=' && *mark != ':')
		return fail(r, str_dup("not a 'key = value' line"));
	*mark = '\0';
	value = mark + 1;
	*find_end(value, "") = '\0';
	value += strspn(value, " \t");
	strip(line);
	strip(value);
	return on_value(r, line, value);
}

static int
cmp_source(const void *a, const void *b)
{
	const struct config_source *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int
cmp_shop(const void *a, const void *b)
{
	const struct config_shop *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int
parse(struct config *c, const char *file, const char *root, const void *text,
	size_t n, struct err *e)
{
	struct reader r = {.c = c, .e = e, .root = root};
	char line[CONFIG_LINE_MAX + 1];
	int rc = -1;

	*c = (struct config){0};
	c->file = str_dup(file);
	if (!c->file) {
		(void)err_nomem(e);
		goto out;
	}
	if (n > CONFIG_FILE_MAX) {
		(void)err_set(e, ERR_CONFIG, "'%s' is larger than %zu bytes",
		    file, CONFIG_FILE_MAX);
		goto out;
	}
	r.text = n > 0 ? text : "";
	r.end = r.text + n;
	while (next_line(&r, line))
		if (read_line(&r, line) < 0)
			break;
	if (r.failed)
		goto out;
	/* One that is not there has its defaults all the same. */
	if ((strcmp(root, "desk") != 0 && !r.schedule_seen &&
	    begin_section(&r, SCHEDULE) < 0) || end_section(&r) < 0)
		goto out;
	if (!r.root_seen) {
		(void)err_set(e, ERR_CONFIG, "%s: no section [%s]", file,
		    root);
		goto out;
	}
	if (c->nsources > 1)
		qsort(c->source, c->nsources, sizeof(*c->source), cmp_source);
	if (c->nshops > 1)
		qsort(c->shop, c->nshops, sizeof(*c->shop), cmp_shop);
	rc = 0;
out:
	if (rc < 0)
		config_release(c);
	return rc;
}

static int
load(struct config *c, const char *file, const char *root, struct err *e)
{
	struct buf b = BUF_INIT(CONFIG_FILE_MAX);
	int rc = -1;

	*c = (struct config){0};
	if (file_load(file, &b, e) < 0) {
		if (e && e->code == ERR_NOMEM)
			(void)err_set(e, ERR_CONFIG,
			    "'%s' is larger than %zu bytes", file,
			    CONFIG_FILE_MAX);
		goto out;
	}
	rc = parse(c, file, root, b.data, b.len, e);
out:
	buf_release(&b);
	return rc;
}

int
config_load_station(struct config *c, const char *file, struct err *e)
{
	return load(c, file, "station", e);
}

int
config_load_desk(struct config *c, const char *file, struct err *e)
{
	return load(c, file, "desk", e);
}

int
config_parse_station(struct config *c, const char *file, const void *text,
	size_t n, struct err *e)
{
	return parse(c, file, "station", text, n, e);
}

int
config_parse_desk(struct config *c, const char *file, const void *text,
	size_t n, struct err *e)
{
	return parse(c, file, "desk", text, n, e);
}

/* Ends in end_section(), as a section of the file does. */
int
config_imply(struct config *c, const char *name, enum config_kind kind,
	const char *dir, struct err *e)
{
	struct reader r = {.c = c, .e = e, .root = "station"};
	size_t n, i;
	const struct config_key *k = config_keys(&n);

	for (i = 0; i < c->nsources; i++)
		if (strcmp(c->source[i].name, name) == 0)
			return 0;
	if (begin_source(&r, name) < 0)
		return -1;
	r.src->kind = kind;
	r.src->path = quote_glob(dir);
	if (!r.src->path)
		return err_nomem(e);
	for (i = 0; i < n; i++)
		if (is_in(&r, &k[i]) && !k[i].value)
			r.seen |= UINT64_C(1) << i;	/* kind, path */
	if (end_section(&r) < 0)
		return -1;
	qsort(c->source, c->nsources, sizeof(*c->source), cmp_source);
	return 0;
}

static void
release_list(char **list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

void
config_release(struct config *c)
{
	size_t i;

	for (i = 0; i < c->nsources; i++) {
		free(c->source[i].name);
		free(c->source[i].path);
		free(c->source[i].stream);
		release_list(c->source[i].include, c->source[i].ninclude);
		release_list(c->source[i].exclude, c->source[i].nexclude);
	}
	for (i = 0; i < c->nshops; i++) {
		for (size_t k = 0; k < c->shop[i].npages; k++) {
			free(c->shop[i].page[k].name);
			free(c->shop[i].page[k].url);
		}
		free(c->shop[i].page);
		free(c->shop[i].language);
		free(c->shop[i].name);
	}
	free(c->shop);
	free(c->source);
	free(c->file);
	free(c->station);
	free(c->central);
	free(c->ssh);
	free(c->name);
	free(c->run_at);
	*c = (struct config){0};
}
