/*
 * chat/markup.c - libxml2's HTML reader, without a tree.
 *
 * The reader keeps its input and the names of all open elements, and looks
 * through these at every end of one: a text of half a million <div> would be
 * quadratic.  So it is replaced by a fresh one, which goes on where it stood,
 * whenever it holds too much of either.
 */
#include "chat/markup.h"

#include <libxml/HTMLparser.h>
#include <string.h>
#include <strings.h>

#include "base/banned.h"

#define PIECE (16u * 1024)
#define HELD_MAX (512u * 1024)
#define DEPTH_MAX 256
/* Around everything: behind the end of a root the reader would stop. */
#define ROOT "liudi-root"

struct parse {
	const struct markup_events *h;
};

static void
on_open(void *arg, const xmlChar *name, const xmlChar **attr)
{
	struct parse *p = arg;

	if (strcmp((const char *)name, ROOT) != 0)
		p->h->open(p->h->arg, (const char *)name, (const char *const *)attr);
}

static void
on_close(void *arg, const xmlChar *name)
{
	struct parse *p = arg;

	if (strcmp((const char *)name, ROOT) != 0)
		p->h->close(p->h->arg, (const char *)name);
}

static void
on_text(void *arg, const xmlChar *s, int n)
{
	struct parse *p = arg;

	if (n > 0)
		p->h->text(p->h->arg, (const char *)s, (size_t)n);
}

static htmlParserCtxtPtr
fresh(htmlSAXHandler *sax, struct parse *p, struct err *e)
{
	htmlParserCtxtPtr c = htmlCreatePushParserCtxt(sax, p, NULL, 0, NULL,
	    XML_CHAR_ENCODING_UTF8);

	if (!c) {
		(void)err_nomem(e);
		return NULL;
	}
	(void)htmlCtxtUseOptions(c, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
	    HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_NOIMPLIED |
	    HTML_PARSE_IGNORE_ENC | HTML_PARSE_COMPACT);
	(void)htmlParseChunk(c, "<" ROOT ">", (int)strlen("<" ROOT ">"), 0);
	return c;
}

/* What it has not looked at yet; it is in the middle of nothing. */
static size_t
pending(htmlParserCtxtPtr c)
{
	return (size_t)(c->input->end - c->input->cur);
}

static bool
in_raw_text(htmlParserCtxtPtr c)
{
	return c->name && (strcmp((const char *)c->name, "script") == 0 ||
	    strcmp((const char *)c->name, "style") == 0);
}

/*
 * It is time for a fresh one; *back is how many of the GIVEN bytes this one has
 * not used.  A tag or a comment without an end is not used at all: it stays
 * with the reader that has it.
 */
static bool
is_full(htmlParserCtxtPtr c, size_t given, size_t *back)
{
	bool ended = c->nameNr == 0 || c->instate == XML_PARSER_EOF;

	if (!ended && c->nameNr <= DEPTH_MAX && given < HELD_MAX)
		return false;
	*back = pending(c);
	return !in_raw_text(c) && *back < given;
}

int
markup_parse(const struct markup_events *h, const char *s, size_t n,
	struct err *e)
{
	htmlSAXHandler sax = {.startElement = on_open, .endElement = on_close,
	    .characters = on_text, .cdataBlock = on_text,
	    .ignorableWhitespace = on_text};
	struct parse p = {h};
	htmlParserCtxtPtr c = fresh(&sax, &p, e);
	size_t at = 0, given = 0, len, back;

	if (!c)
		return -1;
	while (at < n) {
		len = n - at < PIECE ? n - at : PIECE;
		(void)htmlParseChunk(c, s + at, (int)len, 0);
		at += len;
		given += len;
		if (!is_full(c, given, &back))
			continue;
		htmlFreeParserCtxt(c);
		c = fresh(&sax, &p, e);
		if (!c)
			return -1;
		at -= back;
		given = 0;
	}
	(void)htmlParseChunk(c, NULL, 0, 1);
	htmlFreeParserCtxt(c);
	return 0;
}

const char *
markup_attr(const char *const *attr, const char *name)
{
	for (; attr && attr[0]; attr += 2)
		if (strcmp(attr[0], name) == 0)
			return attr[1] ? attr[1] : "";
	return NULL;
}

bool
markup_class(const char *const *attr, const char *word)
{
	const char *s = markup_attr(attr, "class");
	size_t n = strlen(word), len;

	while (s && *s) {
		s += strspn(s, " \t\r\n");
		len = strcspn(s, " \t\r\n");
		if (len == n && memcmp(s, word, n) == 0)
			return true;
		s += len;
	}
	return false;
}

/* --- Text. */

/* How many line feeds stand before and behind an element; 0: it is inline. */
static unsigned
breaks(const char *name)
{
	static const char *const blocks[] = {"address", "article", "aside",
	    "blockquote", "center", "dd", "div", "dl", "dt", "fieldset",
	    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
	    "header", "hr", "li", "main", "nav", "ol", "pre", "section",
	    "table", "tr", "ul"};
	size_t i;

	if (strcmp(name, "p") == 0)
		return 1;
	for (i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if (strcmp(name, blocks[i]) == 0)
			return 1;
	return 0;
}

static bool
is_hidden(const char *name)
{
	return strcmp(name, "script") == 0 || strcmp(name, "style") == 0 ||
	    strcmp(name, "title") == 0;
}

size_t
markup_fit(const char *s, size_t n, size_t room)
{
	if (n <= room)
		return n;
	while (room > 0 && ((unsigned char)s[room] & 0xc0) == 0x80)
		room--;
	return room;
}

static void
put(struct markup_out *o, const char *s, size_t n)
{
	struct err ignored = ERR_INIT;
	size_t fits = markup_fit(s, n, o->b->max - o->b->len);

	o->cut = o->cut || fits < n;
	if (fits > 0 && buf_add(o->b, s, fits, &ignored) < 0)
		o->failed = true;
}

/* Line feeds and blanks that come before what is shown next. */
static void
settle(struct markup_out *o)
{
	if (o->b->len > 0) {
		for (; o->lines > 0; o->lines--) {
			put(o, "\n", 1);
			o->space = false;
		}
		if (o->space)
			put(o, " ", 1);
	}
	o->lines = 0;
	o->space = false;
}

static void
want_line(struct markup_out *o)
{
	if (o->lines == 0 && o->b->len > 0 &&
	    o->b->data[o->b->len - 1] != '\n')
		o->lines = 1;
	o->space = false;
}

void
markup_out_open(struct markup_out *o, const char *name)
{
	if (is_hidden(name)) {
		o->skip++;
	} else if (strcmp(name, "br") == 0) {
		settle(o);
		put(o, "\n", 1);
	} else if (strcmp(name, "td") == 0 || strcmp(name, "th") == 0) {
		o->space = true;
	} else if (breaks(name) > 0) {
		want_line(o);
	}
}

void
markup_out_close(struct markup_out *o, const char *name)
{
	if (is_hidden(name))
		o->skip -= o->skip > 0;
	else if (breaks(name) > 0)
		want_line(o);
}

/* U+00A0 is a blank that stays. */
static size_t
nbsp(const char *s, size_t n)
{
	return n >= 2 && memcmp(s, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

void
markup_out_text(struct markup_out *o, const char *s, size_t n)
{
	size_t i = 0, from;

	if (o->skip > 0 || o->cut)
		return;
	while (i < n) {
		if (!o->keep && strchr(" \t\r\n", s[i]) && s[i] != '\0') {
			/* At the beginning of a line it is nothing. */
			if (o->lines == 0 && o->b->len > 0 &&
			    o->b->data[o->b->len - 1] != '\n')
				o->space = true;
			i++;
			continue;
		}
		settle(o);
		if (nbsp(s + i, n - i) > 0) {
			put(o, " ", 1);
			i += 2;
			continue;
		}
		from = i;
		while (i < n && nbsp(s + i, n - i) == 0 && (o->keep ||
		    (s[i] != ' ' && s[i] != '\t' && s[i] != '\r' &&
		    s[i] != '\n')))
			i++;
		put(o, s + from, i - from);
	}
}

int
markup_out_end(struct markup_out *o, struct err *e)
{
	struct buf *b = o->b;

	o->lines = 0;
	o->space = false;
	while (b->len > 0 && (b->data[b->len - 1] == ' ' ||
	    b->data[b->len - 1] == '\n' || b->data[b->len - 1] == '\r' ||
	    b->data[b->len - 1] == '\t'))
		b->data[--b->len] = '\0';
	return o->failed ? err_nomem(e) : 0;
}

static void
text_open(void *arg, const char *name, const char *const *attr)
{
	(void)attr;
	markup_out_open(arg, name);
}

static void
text_close(void *arg, const char *name)
{
	markup_out_close(arg, name);
}

static void
text_text(void *arg, const char *s, size_t n)
{
	markup_out_text(arg, s, n);
}

static int
to_text(struct buf *out, const char *s, size_t n, bool kept, bool *cut,
	struct err *e)
{
	struct markup_out o = {.b = out, .keep = kept};
	const struct markup_events h = {text_open, text_close, text_text, &o};

	if (markup_parse(&h, s, n, e) < 0 || markup_out_end(&o, e) < 0)
		return -1;
	if (cut)
		*cut = o.cut;
	return 0;
}

int
markup_text(struct buf *out, const char *s, size_t n, bool *cut,
	struct err *e)
{
	return to_text(out, s, n, false, cut, e);
}

int
markup_text_kept(struct buf *out, const char *s, size_t n, bool *cut,
	struct err *e)
{
	return to_text(out, s, n, true, cut, e);
}
