/* account/platform.c - what is known of platforms; docs/FORMAT.md section 9. */
#include "account/platform.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "account/shipped.h"
#include "base/str.h"
#include "base/utf8.h"
#include "config/teamini.h"

#include "base/banned.h"

#define SECTION "platform "
#define DENY_MAX 32u

struct host {
	const char *name;
	size_t platform;
};

struct platforms {
	struct platform *platform;
	size_t n, cap;
	void **mem;		/* all that platforms point to */
	size_t nmem, cap_mem;
	struct host *host;	/* sorted by name */
	size_t nhosts;
	size_t wrong;
	bool named;		/* the policy says which are the team's */
	bool shipped;		/* this is the shipped table being read */
	struct err *e;
	bool failed;
};

/* Own P, which may be NULL (then, or without memory, all is off). */
static void *
keep(struct platforms *s, void *p)
{
	void **grown;

	if (p && s->nmem == s->cap_mem) {
		grown = realloc(s->mem, (s->cap_mem + 256) * sizeof(*grown));
		if (!grown) {
			free(p);
			p = NULL;
		} else {
			s->mem = grown;
			s->cap_mem += 256;
		}
	}
	if (!p) {
		s->failed = true;
		(void)err_nomem(s->e);
		return NULL;
	}
	s->mem[s->nmem++] = p;
	return p;
}

static bool
is_code(const char *s)
{
	const size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789");

	return s[0] >= 'a' && s[0] <= 'z' && s[n] == '\0' && n >= 2 &&
	    n < PLATFORM_CODE_LEN;
}

static struct platform *
by_code(const struct platforms *s, const char *code)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->platform[i].code, code) == 0)
			return &s->platform[i];
	return NULL;
}

/* That of CODE, made where there is none. */
static struct platform *
want(struct platforms *s, const char *code)
{
	struct platform *p = by_code(s, code);

	if (p)
		return p;
	if (s->n == PLATFORM_MAX) {
		s->failed = true;
		(void)err_set(s->e, ERR_CONFIG, "more than %u platforms",
		    PLATFORM_MAX);
		return NULL;
	}
	if (s->n == s->cap) {
		p = realloc(s->platform, (s->cap + 64) * sizeof(*p));
		if (!p) {
			s->failed = true;
			(void)err_nomem(s->e);
			return NULL;
		}
		s->platform = p;
		s->cap += 64;
	}
	p = &s->platform[s->n++];
	*p = (struct platform){.routes = "login"};
	(void)snprintf(p->code, sizeof(p->code), "%s", code);
	p->name = keep(s, str_dup(code));
	return p;
}

/* "a, b c" cut up, lower case; *n of them. */
static const char *const *
words(struct platforms *s, const char *value, size_t max, size_t *n)
{
	char *text = keep(s, str_dup(value)), *at = text;
	const char **list = keep(s, calloc(max + 1, sizeof(*list)));

	*n = 0;
	if (!text || !list)
		return NULL;
	while (*(at += strspn(at, ", \t")) && *n < max) {
		list[(*n)++] = at;
		for (; *at && !strchr(", \t", *at); at++)
			if (*at >= 'A' && *at <= 'Z')
				*at = (char)(*at | 0x20);
		if (*at)
			*at++ = '\0';
	}
	if (*at)
		s->wrong++;	/* more than there is room for */
	return list;
}

static void
set_number(struct platforms *s, unsigned *out, const char *value)
{
	int64_t v;

	if (str_to_i64(value, 0, 4096, &v) == 0)
		*out = (unsigned)v;
	else
		s->wrong++;
}

static void
set_bool(struct platforms *s, bool *out, const char *value)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		s->wrong++;
	else
		*out = strcmp(value, "yes") == 0;
}

static int
no_part(void *arg, unsigned parts)
{
	(void)arg;
	(void)parts;
	return 0;
}

static void
set_text(struct platforms *s, const char **out, const char *value)
{
	if (!*value || !utf8_clean(value, strlen(value)))
		s->wrong++;
	else
		*out = keep(s, str_dup(value));
}

static void
set_key(struct platforms *s, struct platform *p, const char *key,
	const char *value)
{
	static const struct {
		const char *key;
		size_t at;
		enum { TEXT, NUMBER, BOOL } type;
	} table[] = {
		{"name", offsetof(struct platform, name), TEXT},
		{"name_zh", offsetof(struct platform, name_zh), TEXT},
		{"url", offsetof(struct platform, url), TEXT},
		{"chars", offsetof(struct platform, chars), TEXT},
		{"edge", offsetof(struct platform, edge), TEXT},
		{"rename", offsetof(struct platform, rename), TEXT},
		{"checked", offsetof(struct platform, checked), TEXT},
		{"min", offsetof(struct platform, min), NUMBER},
		{"max", offsetof(struct platform, max), NUMBER},
		{"wide", offsetof(struct platform, wide), NUMBER},
		{"letter_first", offsetof(struct platform, letter_first), BOOL},
		{"not_only_digits", offsetof(struct platform, not_only_digits),
		    BOOL},
		{"no_double", offsetof(struct platform, no_double), BOOL},
		{"assigned", offsetof(struct platform, assigned), BOOL},
		{"dual", offsetof(struct platform, dual), BOOL},
		{"business", offsetof(struct platform, business), BOOL}
	};
	struct err ignored = ERR_INIT;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		void *field = (char *)p + table[i].at;

		if (strcmp(key, table[i].key) != 0)
			continue;
		if (table[i].type == TEXT)
			set_text(s, field, value);
		else if (table[i].type == NUMBER)
			set_number(s, field, value);
		else
			set_bool(s, field, value);
		return;
	}
	if (strcmp(key, "hosts") == 0)
		p->host = words(s, value, PLATFORM_HOSTS_MAX, &p->nhosts);
	else if (strcmp(key, "deny") == 0)
		p->deny = words(s, value, DENY_MAX, &p->ndeny);
	else if (strcmp(key, "source") == 0)
		p->found = strcmp(value, "found") == 0;
	else if (strcmp(key, "routes") == 0 && platform_routes(value, no_part,
	    NULL, &ignored) == 0)
		p->routes = keep(s, str_dup(value));
	else
		s->wrong++;
}

static int
on_value(void *arg, const char *section, const char *key, const char *value)
{
	struct platforms *s = arg;
	const char *code = section + strlen(SECTION);
	struct platform *p;

	if (!str_starts(section, SECTION))
		return 0;
	if (!is_code(code)) {
		s->wrong++;
		return 0;
	}
	p = want(s, code);
	if (p && p->name) {
		/* What a team says of a platform is nobody's guess. */
		if (!s->shipped && strcmp(key, "business") != 0 &&
		    strcmp(key, "dual") != 0)
			p->found = true;
		set_key(s, p, key, value);
	}
	return s->failed;
}

/* Does the policy say itself which platforms are the team's? */
static int
on_choice(void *arg, const char *section, const char *key, const char *value)
{
	struct platforms *s = arg;

	(void)value;
	if ((str_starts(section, SECTION) && strcmp(key, "business") == 0) ||
	    (str_starts(section, "shop ") && strcmp(key, "platform") == 0))
		s->named = true;
	return s->named;
}

static int
on_shop(void *arg, const char *section, const char *key, const char *value)
{
	struct platforms *s = arg;
	const struct platform *p;

	if (!str_starts(section, "shop ") || strcmp(key, "platform") != 0)
		return 0;
	p = platforms_find(s, value);
	if (p)
		s->platform[p - s->platform].business = true;
	else
		s->wrong++;
	return 0;
}

static int
compare_platforms(const void *a, const void *b)
{
	return strcmp(((const struct platform *)a)->code,
	    ((const struct platform *)b)->code);
}

static int
compare_hosts(const void *a, const void *b)
{
	return strcmp(((const struct host *)a)->name,
	    ((const struct host *)b)->name);
}

static void
index_hosts(struct platforms *s)
{
	size_t i, k, n = 0;

	for (i = 0; i < s->n; i++)
		n += s->platform[i].nhosts;
	s->host = calloc(n + 1, sizeof(*s->host));
	if (!s->host) {
		s->failed = true;
		(void)err_nomem(s->e);
		return;
	}
	for (i = 0; i < s->n; i++)
		for (k = 0; k < s->platform[i].nhosts; k++)
			s->host[s->nhosts++] = (struct host){
			    s->platform[i].host[k], i};
	qsort(s->host, s->nhosts, sizeof(*s->host), compare_hosts);
}

struct platforms *
platforms_new(const char *policy, struct err *e)
{
	struct platforms *s = calloc(1, sizeof(*s));
	size_t i;

	if (!s) {
		(void)err_nomem(e);
		return NULL;
	}
	s->e = e;
	s->shipped = true;
	(void)teamini_each(shipped_platforms, on_value, s);
	s->shipped = false;
	if (policy && !s->failed) {
		(void)teamini_each(policy, on_choice, s);
		for (i = 0; s->named && i < s->n; i++)
			s->platform[i].business = false;
		(void)teamini_each(policy, on_value, s);
		(void)teamini_each(policy, on_shop, s);
	}
	if (!s->failed) {
		qsort(s->platform, s->n, sizeof(*s->platform),
		    compare_platforms);
		index_hosts(s);
	}
	s->e = NULL;
	if (!s->failed)
		return s;
	platforms_free(s);
	return NULL;
}

void
platforms_free(struct platforms *p)
{
	size_t i;

	if (!p)
		return;
	for (i = 0; i < p->nmem; i++)
		free(p->mem[i]);
	free(p->mem);
	free(p->platform);
	free(p->host);
	free(p);
}

const struct platform *
platforms_all(const struct platforms *p, size_t *n)
{
	*n = p->n;
	return p->platform;
}

size_t
platforms_wrong(const struct platforms *p)
{
	return p->wrong;
}

const struct platform *
platforms_find(const struct platforms *p, const char *word)
{
	const struct platform *at;
	size_t i;

	for (i = 0; i < p->n; i++)
		if (strcasecmp(p->platform[i].code, word) == 0)
			return &p->platform[i];
	for (i = 0; i < p->n; i++) {
		at = &p->platform[i];
		if (strcasecmp(at->name, word) == 0 || (at->name_zh &&
		    strcmp(at->name_zh, word) == 0))
			return at;
	}
	return NULL;
}

/* --- Hosts, as a browser finds them: WHATWG URL, 2024 */

/*
 * The length of the scheme that URL begins with, 0: none.  What has a dot before
 * the ':' is a host with its port, as people write it.
 */
static size_t
scheme_of(const char *url)
{
	const size_t n = strspn(url, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");

	if (url[n] != ':' || n == 0 || strchr("0123456789+.-", url[0]))
		return 0;
	return memchr(url, '.', n) && !str_starts(url + n, "://") ? 0 : n;
}

/* A scheme whose '\\' is a '/', and that needs none of them: "https:host". */
static bool
is_special(const char *url, size_t n)
{
	static const char *const name[] = {"https", "http", "wss", "ws",
	    "ftp"};
	size_t i;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (strlen(name[i]) == n && strncasecmp(url, name[i], n) == 0)
			return true;
	return n == 0;		/* people leave out what is usual */
}

/* Where the host of URL is, with its port; NULL: it has none. */
static const char *
find_host(const char *url, size_t *n, bool *special)
{
	const size_t scheme = scheme_of(url);
	const char *at = url + scheme + (scheme > 0), *from;
	size_t i;

	*special = is_special(url, scheme);
	if (scheme > 0 && *special)
		at += strspn(at, "/\\");
	else if (scheme > 0 && !str_starts(at, "//"))
		return NULL;
	else if (scheme > 0)
		at += 2;
	from = at;
	*n = strcspn(at, *special ? "/\\?#" : "/?#");
	for (i = 0; i < *n; i++)	/* the last one counts */
		if (at[i] == '@')
			from = at + i + 1;
	*n -= (size_t)(from - at);
	return from;
}

/* Behind the host: nothing, or ':' and a port that there can be. */
static bool
is_port(const char *s, size_t n)
{
	unsigned long port = 0;
	size_t i;

	for (i = 1; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		port = port * 10 + (unsigned long)(s[i] - '0');
		if (port > 65535)
			return false;
	}
	return true;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 :
	    -1;
}

/* "%2e" is a dot.  How many bytes, less than PLATFORM_HOST_LEN; 0: too many. */
static size_t
unescape(char out[static PLATFORM_HOST_LEN], const char *s, size_t n)
{
	size_t i, k = 0;

	for (i = 0; i < n; i++) {
		if (k == PLATFORM_HOST_LEN - 1)
			return 0;
		if (s[i] == '%' && n - i > 2 && hex_digit(s[i + 1]) >= 0 &&
		    hex_digit(s[i + 2]) >= 0) {
			out[k++] = (char)(hex_digit(s[i + 1]) * 16 +
			    hex_digit(s[i + 2]));
			i += 2;
		} else {
			out[k++] = s[i];
		}
	}
	out[k] = '\0';
	return k;
}

/* CP as names of hosts have it: full-width signs are ASCII, so are their dots. */
static uint32_t
fold_sign(uint32_t cp)
{
	if (cp >= 0xff01 && cp <= 0xff5e)
		cp -= 0xff01 - '!';
	if (cp == 0x3002 || cp == 0xff61)
		cp = '.';
	return cp >= 'A' && cp <= 'Z' ? cp | 0x20 : cp;
}

/*
 * The N bytes of S folded, in their place: no sign becomes longer.  False: no
 * host can be called so, or nobody could look it up.
 */
static bool
fold_host(char *s, size_t n)
{
	const uint8_t *at = (const uint8_t *)s, *end = at + n;
	char *out = s;
	uint32_t cp;

	if (!utf8_valid(s, n))
		return false;
	while (at < end) {
		const uint8_t *from = at;
		size_t len;

		at += utf8_next(at, (size_t)(end - at), &cp);
		len = (size_t)(at - from);
		cp = fold_sign(cp);
		if (cp <= ' ' || (cp < 128 && strchr("#%/:<>?@[\\]^|\x7f",
		    (int)cp)) || (cp == '.' && (out == s || out[-1] == '.')))
			return false;
		if (cp < 128)
			*out++ = (char)cp;
		for (; cp >= 128 && len > 0; len--)
			*out++ = (char)*from++;
	}
	if (out > s && out[-1] == '.')	/* "ebay.com." is that very host */
		out--;
	*out = '\0';
	return out > s;
}

/* "com.taobao.taobao" the other way round: apps are called from the top down. */
static void
turn(char host[static PLATFORM_HOST_LEN])
{
	char text[PLATFORM_HOST_LEN];
	const size_t n = strlen(host);
	size_t i, k;

	memcpy(text, host, n + 1);
	for (i = 0; i < n; i += k + 1) {
		k = strcspn(text + i, ".");
		memcpy(host + n - i - k, text + i, k);
		if (i + k < n)
			host[n - i - k - 1] = '.';
	}
}

bool
platform_host(const char *url, char out[static PLATFORM_HOST_LEN])
{
	const char *at;
	bool special;
	size_t n, k;

	while (*url && (unsigned char)*url <= ' ')
		url++;
	at = find_host(url, &n, &special);
	k = at ? strcspn(at, ":") : 0;
	if (k > n)
		k = n;
	if (!at || !is_port(at + k, n - k))
		k = 0;
	k = k > 0 ? unescape(out, at, k) : 0;
	if (k == 0 || !fold_host(out, k)) {
		out[0] = '\0';
		return false;
	}
	if (str_starts(url, "android://") || str_starts(url, "androidapp://"))
		turn(out);
	return true;
}

const struct platform *
platforms_host(const struct platforms *p, const char *url)
{
	char host[PLATFORM_HOST_LEN];
	struct host key, *found;

	key.name = platform_host(url, host) ? host : NULL;
	while (key.name && *key.name) {
		found = bsearch(&key, p->host, p->nhosts, sizeof(*p->host),
		    compare_hosts);
		if (found)
			return &p->platform[found->platform];
		key.name = strchr(key.name, '.');
		if (key.name)
			key.name++;
	}
	return NULL;
}

/* --- Rules of names */

/* Is CP of the class "a-z0-9_."?  '-' stands for itself at an end. */
static bool
in_class(const char *class, uint32_t cp)
{
	const uint8_t *at = (const uint8_t *)class;
	const uint8_t *end = at + strlen(class);
	uint32_t from, to;

	while (at < end) {
		at += utf8_next(at, (size_t)(end - at), &from);
		to = from;
		if (end - at >= 2 && *at == '-') {
			at++;
			at += utf8_next(at, (size_t)(end - at), &to);
		}
		if (cp >= from && cp <= to)
			return true;
	}
	return false;
}

/* LOGIN without what parts words, in lower case: denied words hide so. */
static bool
has_word(const char *login, const char *word)
{
	const char *at, *w;

	for (; *login; login++) {
		for (at = login, w = word; *at && *w; at++) {
			if (*w == (*at >= 'A' && *at <= 'Z' ? *at | 0x20 : *at))
				w++;
			else if (!strchr("-_. ", *at) || w == word)
				break;
		}
		if (!*w)
			return true;
	}
	return false;
}

/* What one walk over the characters tells. */
struct form {
	unsigned length;
	uint32_t first, last;
	uint32_t not_taken;	/* a character that is none of `chars` */
	bool digits, twice;	/* only digits; two signs in a row */
};

static bool
is_alnum(uint32_t cp)
{
	return (cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') ||
	    (cp >= 'A' && cp <= 'Z') || cp > 0x7f;
}

static int
form_of(const struct platform *p, const char *login, struct form *f)
{
	const uint8_t *at = (const uint8_t *)login;
	const uint8_t *end = at + strlen(login);
	uint32_t cp;
	size_t n;

	*f = (struct form){.digits = true};
	for (; at < end; at += n) {
		n = utf8_next(at, (size_t)(end - at), &cp);
		if (n == 0 || cp < 0x20 || cp == 0x7f)
			return -1;
		f->length += cp > 0x7f && p->wide ? p->wide : 1;
		if (f->first == 0)
			f->first = cp;
		f->digits = f->digits && cp >= '0' && cp <= '9';
		f->twice = f->twice || (f->last == cp && !is_alnum(cp));
		if (p->chars && !in_class(p->chars, cp) && f->not_taken == 0)
			f->not_taken = cp;
		f->last = cp;
	}
	return 0;
}

static int
broken(int added)
{
	return added < 0 ? -1 : 1;
}

static int
check_length(const struct platform *p, const struct form *f, struct buf *why,
	struct err *e)
{
	if (f->length >= p->min && (p->max == 0 || f->length <= p->max))
		return 0;
	if (p->max == 0)
		return broken(buf_addf(why, e,
		    "%s: %u characters at least, this has %u", p->name, p->min,
		    f->length));
	return broken(buf_addf(why, e, "%s: %u to %u characters, this has %u",
	    p->name, p->min, p->max, f->length));
}

static int
check_signs(const struct platform *p, const struct form *f, struct buf *why,
	struct err *e)
{
	char sign[5] = "";

	if (f->not_taken) {
		sign[utf8_put(f->not_taken, sign)] = '\0';
		return broken(buf_addf(why, e, "%s: no '%s', only %s", p->name,
		    sign, p->chars));
	}
	if (p->letter_first && (f->first < 'A' || !is_alnum(f->first)))
		return broken(buf_addf(why, e, "%s: begins with a letter",
		    p->name));
	if (p->edge && (!in_class(p->edge, f->first) ||
	    !in_class(p->edge, f->last)))
		return broken(buf_addf(why, e, "%s: begins and ends with %s",
		    p->name, p->edge));
	if (p->not_only_digits && f->digits)
		return broken(buf_addf(why, e, "%s: not of digits alone",
		    p->name));
	if (p->no_double && f->twice)
		return broken(buf_addf(why, e, "%s: no sign twice in a row",
		    p->name));
	return 0;
}

int
platform_check(const struct platform *p, const char *login,
	struct buf *why, struct err *e)
{
	struct form f;
	size_t i;
	int rc;

	buf_clear(why);
	if (form_of(p, login, &f) < 0)
		return broken(buf_addf(why, e, "%s: no control characters",
		    p->name));
	rc = check_length(p, &f, why, e);
	if (rc == 0)
		rc = check_signs(p, &f, why, e);
	for (i = 0; rc == 0 && i < p->ndeny; i++)
		if (has_word(login, p->deny[i]))
			rc = broken(buf_addf(why, e, "%s: not with '%s' in it",
			    p->name, p->deny[i]));
	return rc;
}

int
platform_routes(const char *text, int (*fn)(void *arg, unsigned parts),
	void *arg, struct err *e)
{
	static const struct {
		const char *word;
		enum platform_route part;
	} table[] = {{"login", PLATFORM_LOGIN}, {"phone", PLATFORM_PHONE},
		{"email", PLATFORM_EMAIL}, {"main", PLATFORM_MAIN},
		{"licence", PLATFORM_LICENCE}, {"subject", PLATFORM_SUBJECT}};
	unsigned parts = 0;
	size_t n, i;
	int rc;

	for (;;) {
		text += strspn(text, " \t");
		n = strcspn(text, ",+ \t");
		for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
			if (n == strlen(table[i].word) &&
			    memcmp(text, table[i].word, n) == 0)
				break;
		if (i == sizeof(table) / sizeof(table[0]))
			return err_set(e, ERR_CONFIG,
			    "no such way back into an account: '%.*s'",
			    (int)(n < 32 ? n : 32), text);
		parts |= table[i].part;
		text += n;
		text += strspn(text, " \t");
		if (*text == '+') {
			text++;
			continue;
		}
		if (*text && *text != ',')
			return err_set(e, ERR_CONFIG, "between ways back into "
			    "an account stands ',' or '+', not '%.32s'", text);
		rc = fn(arg, parts);
		if (rc != 0 || !*text)
			return rc;
		parts = 0;
		text++;
	}
}
