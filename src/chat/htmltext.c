/* chat/htmltext.c - tags and entities out of a text. */
#include "chat/htmltext.h"

#include <string.h>
#include <strings.h>

#include "base/utf8.h"

#include "base/banned.h"

#define TAG_MAX 4096
#define BUDGET ((size_t)16 << 20)

struct out {
	char *s;
	size_t n;
	bool space;		/* a blank is due before the next character */
};

/*
 * The entity at S, an '&', as UTF-8 into OUT (4 bytes); never longer than it
 * was.  Returns the length of the entity, 0 if it is none.
 */
static size_t
entity(const char *s, size_t n, char *out, size_t *len)
{
	static const struct {
		const char *name;
		uint32_t cp;
	} names[] = {{"amp;", '&'}, {"lt;", '<'}, {"gt;", '>'},
	    {"quot;", '"'}, {"apos;", '\''}, {"nbsp;", ' '},
	    {"ldquo;", 0x201c}, {"rdquo;", 0x201d}, {"lsquo;", 0x2018},
	    {"rsquo;", 0x2019}, {"hellip;", 0x2026}, {"ndash;", 0x2013},
	    {"mdash;", 0x2014}, {"yen;", 0xa5}, {"euro;", 0x20ac},
	    {"copy;", 0xa9}, {"times;", 0xd7}, {"middot;", 0xb7}};
	size_t i, k;
	uint32_t cp = 0, d;
	bool hex;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		k = strlen(names[i].name);
		if (n > k && memcmp(s + 1, names[i].name, k) == 0) {
			*len = utf8_put(names[i].cp, out);
			return k + 1;
		}
	}
	if (n < 4 || s[1] != '#')
		return 0;
	hex = (s[2] | 0x20) == 'x';
	for (i = hex ? 3 : 2; i < n && i < 12 && s[i] != ';'; i++) {
		d = (uint32_t)(uint8_t)s[i];
		if (d >= '0' && d <= '9')
			d -= '0';
		else if (hex && (d | 0x20) >= 'a' && (d | 0x20) <= 'f')
			d = (d | 0x20) - 'a' + 10;
		else
			return 0;
		cp = cp * (hex ? 16 : 10) + d;
		if (cp > 0x10ffff)
			return 0;
	}
	if (i == n || s[i] != ';' || cp == 0 ||
	    (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	*len = utf8_put(cp, out);
	/* A control character is none that is shown. */
	if (cp < ' ' && cp != '\n' && cp != '\t')
		*out = ' ';
	return i + 1;
}

/*
 * Length of the tag at S, a '<'; 0 if it is text.  What was looked at in vain
 * is taken from *budget, so that no text takes the square of its length.
 */
static size_t
tag_len(const char *s, size_t n, size_t *budget)
{
	size_t i;
	char quote = '\0';
	const char *end;

	if (n < 3 || *budget == 0)
		return 0;
	if (n > TAG_MAX)
		n = TAG_MAX;
	if (n >= 7 && memcmp(s, "<!--", 4) == 0) {
		end = memmem(s + 4, n - 4, "-->", 3);
		if (end)
			return (size_t)(end - s) + 3;
	} else if (s[1] == '/' || s[1] == '!' || s[1] == '?' ||
	    ((s[1] | 0x20) >= 'a' && (s[1] | 0x20) <= 'z')) {
		for (i = 1; i < n; i++) {
			if (quote != '\0') {
				if (s[i] == quote)
					quote = '\0';
			} else if (s[i] == '"' || s[i] == '\'') {
				quote = s[i];
			} else if (s[i] == '>') {
				return i + 1;
			}
		}
		end = memchr(s, '>', n);	/* a quote is not closed */
		if (end)
			return (size_t)(end - s) + 1;
	} else {
		return 0;
	}
	*budget -= n < *budget ? n : *budget;
	return 0;
}

static bool
is_tag(const char *s, size_t n, const char *name)
{
	const size_t k = strlen(name);

	return n > k + 1 && strncasecmp(s + 1, name, k) == 0 &&
	    strchr(" \t\r\n/>", s[k + 1]) && s[k + 1] != '\0';
}

/* Tags that end a line. */
static bool
breaks(const char *s, size_t n)
{
	static const char *const names[] = {"br", "/p", "/div", "/li", "/tr",
		"/h1", "/h2", "/h3", "/h4", "/blockquote", "/ul", "/ol",
		"/table", "/pre"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is_tag(s, n, names[i]))
			return true;
	return false;
}

/* What a person does not see. */
static const char *
hidden_end(const char *s, size_t n)
{
	if (is_tag(s, n, "script"))
		return "</script";
	if (is_tag(s, n, "style"))
		return "</style";
	return NULL;
}

static void
put(struct out *o, const char *s, size_t n)
{
	if (o->space && o->n > 0 && o->s[o->n - 1] != '\n')
		o->s[o->n++] = ' ';
	o->space = false;
	memcpy(o->s + o->n, s, n);
	o->n += n;
}

static void
put_break(struct out *o)
{
	o->space = false;
	o->s[o->n++] = '\n';
}

struct chat_str
chat_html_text(struct compose *c, struct chat_str s, enum chat_html how)
{
	struct out o = {NULL, 0, false};
	const char *end, *p;
	char one[4];
	size_t i = 0, n, len, budget = BUDGET;
	bool open = true;	/* what is hidden may have an end */

	if (s.n == 0 || (how != CHAT_HTML_BLOCKS && !memchr(s.s, '&', s.n) &&
	    (how == CHAT_HTML_ENTITIES || !memchr(s.s, '<', s.n))))
		return s;
	o.s = compose_room(c, s.n + 1);
	if (!o.s)
		return (struct chat_str){"", 0};
	while (i < s.n) {
		n = 0;
		if (s.s[i] == '<' && how != CHAT_HTML_ENTITIES)
			n = tag_len(s.s + i, s.n - i, &budget);
		if (n > 0) {
			end = open ? hidden_end(s.s + i, n) : NULL;
			if (breaks(s.s + i, n))
				put_break(&o);
			i += n;
			p = end ? memmem(s.s + i, s.n - i, end, strlen(end)) :
			    NULL;
			if (p)
				i = (size_t)(p - s.s);
			open = open && (!end || p);
			continue;
		}
		if (s.s[i] == '&' &&
		    (n = entity(s.s + i, s.n - i, one, &len)) > 0) {
			put(&o, one, len);
			i += n;
			continue;
		}
		if (how == CHAT_HTML_BLOCKS && (s.s[i] == ' ' ||
		    (s.s[i] >= '\t' && s.s[i] <= '\r')))
			o.space = true;
		else
			put(&o, s.s + i, 1);
		i++;
	}
	while (how == CHAT_HTML_BLOCKS && o.n > 0 && o.s[o.n - 1] == '\n')
		o.n--;
	return (struct chat_str){o.s, o.n};
}

struct chat_str
chat_html_attribute(struct compose *c, struct chat_str s, const char *tag,
	const char *attribute)
{
	const size_t k = strlen(attribute);
	size_t i, n, a, from, budget = BUDGET;

	for (i = 0; i < s.n; i++) {
		if (s.s[i] != '<' || !is_tag(s.s + i, s.n - i, tag))
			continue;
		n = tag_len(s.s + i, s.n - i, &budget);
		for (a = 1; a + k + 2 < n; a++) {
			const char *p = s.s + i + a;

			if (strchr(" \t\r\n", p[-1]) == NULL ||
			    strncasecmp(p, attribute, k) != 0 ||
			    p[k] != '=' || (p[k + 1] != '"' &&
			    p[k + 1] != '\''))
				continue;
			from = a + k + 2;
			for (a = from; a < n && s.s[i + a] != p[k + 1]; a++)
				;
			return chat_html_text(c, (struct chat_str){
			    s.s + i + from, a - from}, CHAT_HTML_ENTITIES);
		}
		return (struct chat_str){NULL, 0};
	}
	return (struct chat_str){NULL, 0};
}
