/* desk/words_query.c - words typed to an expression of FTS5, and to marks. */
#include "desk/words_query.h"

#include <stdlib.h>

#include "base/utf8.h"

#include "base/banned.h"

#define ALSO_MAX 4		/* other spellings of one word */

/* A word or phrase as typed. */
struct typed {
	size_t at, len;
	bool minus, star, quoted;
};

/* What the tokenizer makes of it. */
struct sense {
	size_t places, start, end;
	bool single;			/* the last is one character */
	struct buf also;		/* other spellings, '\n' behind each */
	size_t nalso;
	struct err *err;
};

struct line {
	struct typed t[WORDS_QUERY_WORDS];
	size_t n;
};

static bool
is_blank(uint32_t c)
{
	return c <= ' ' || c == 0x7f || c == 0x85 || c == 0xa0 ||
	    (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
	    c == 0x202f || c == 0x205f || c == 0x3000;
}

/* Corner brackets end with a corner bracket, the others with any other. */
static bool
corner(uint32_t c)
{
	return c >= 0x300c && c <= 0x300f;
}

/* Bit 0: opens a phrase; bit 1: closes one. */
static unsigned
quote(uint32_t c)
{
	switch (c) {
	case '"': case 0xff02: case 0x201c: case 0x201d: case 0x201e:
	case 0xab: case 0xbb:
		return 3;
	case 0x300c: case 0x300e:
		return 1;
	case 0x300d: case 0x300f:
		return 2;
	default:
		return 0;
	}
}

static size_t
next(const char *s, size_t n, size_t at, uint32_t *c)
{
	size_t len = utf8_next((const uint8_t *)s + at, n - at, c);

	if (len > 0)
		return len;
	*c = 0xfffd;
	return 1;
}

/* One word or phrase from AT on, which is no blank; returns where it ends. */
static size_t
take_one(const char *s, size_t n, size_t at, struct typed *t)
{
	uint32_t c, open = 0, last = 0;
	size_t len = next(s, n, at, &c);

	memset(t, 0, sizeof(*t));
	if (c == '-' || c == 0xff0d || c == 0x2212) {
		t->minus = true;
		at += len;
		if (at == n)
			return at;
		len = next(s, n, at, &c);
	}
	if (quote(c)) {
		open = c;
		t->quoted = true;
		at += len;
	}
	t->at = at;
	for (; at < n; at += len) {
		len = next(s, n, at, &c);
		if (open ? (quote(c) & 2) && corner(open) == corner(c) :
		    is_blank(c) || quote(c))
			break;
		last = c;
	}
	t->len = at - t->at;
	if (open && at < n)
		at += len;
	if (!open && (last == '*' || last == 0xff0a))
		t->star = true;
	else if (open && at < n && s[at] == '*') {
		t->star = true;
		at++;
	}
	return at;
}

static int
take_line(struct line *l, const char *s, size_t n, struct err *e)
{
	size_t at = 0, len;
	uint32_t c;

	l->n = 0;
	if (n > WORDS_QUERY_MAX)
		return err_set(e, ERR_USAGE, "the words to look for have more "
		    "than %d bytes", WORDS_QUERY_MAX);
	while (at < n) {
		len = next(s, n, at, &c);
		if (is_blank(c)) {
			at += len;
			continue;
		}
		if (l->n == WORDS_QUERY_WORDS)
			return err_set(e, ERR_USAGE, "more than %d words to "
			    "look for", WORDS_QUERY_WORDS);
		at = take_one(s, n, at, &l->t[l->n++]);
	}
	return 0;
}

static int
count(void *arg, const struct words_token *t)
{
	struct sense *s = arg;

	if (s->places++ == 0)
		s->start = t->start;
	s->end = t->end;
	s->single = t->single;
	return 0;
}

static int
collect(void *arg, const struct words_token *t)
{
	struct sense *s = arg;

	if (t->kind != WORDS_JOINED || t->start != s->start ||
	    t->end != s->end || s->nalso == ALSO_MAX)
		return 0;
	if (buf_add(&s->also, t->text, t->len, s->err) < 0 ||
	    buf_addc(&s->also, '\n', s->err) < 0)
		return 1;
	s->nalso++;
	return 0;
}

/* 0, or -1; S is to be released in either case. */
static int
sense_of(struct sense *s, struct words *w, const char *text, size_t n,
	struct err *e)
{
	int rc;

	memset(s, 0, sizeof(*s));
	buf_init(&s->also, WORDS_QUERY_MAX);
	s->err = e;
	rc = words_each(w, text, n, true, count, s);
	if (rc == 0)
		rc = words_each(w, text, n, false, collect, s);
	if (rc < 0)
		return err_nomem(e);
	return rc > 0 ? -1 : 0;
}

static bool
is_digits(const char *s, const struct typed *t)
{
	size_t i;

	for (i = 0; i < t->len; i++)
		if (!memchr("0123456789+-", s[t->at + i], 12))
			return false;
	return t->len > 0 && !t->minus && !t->star && !t->quoted;
}

/*
 * The words from I on that are one: groups of digits that the tokenizer joins,
 * else one word.  *s is what it makes of them.  Returns how many, or -1.
 */
static int
one_of(struct sense *s, struct words *w, const char *typed,
	const struct line *l, size_t i, struct err *e)
{
	const struct typed *t = &l->t[i];
	size_t k = i;

	while (k < l->n && is_digits(typed, &l->t[k]))
		k++;
	for (; k > i + 1; k--) {
		if (sense_of(s, w, typed + t->at, l->t[k - 1].at +
		    l->t[k - 1].len - t->at, e) < 0)
			return -1;
		if (s->nalso > 0)
			return (int)(k - i);
		buf_release(&s->also);
	}
	return sense_of(s, w, typed + t->at, t->len, e) < 0 ? -1 : 1;
}

/* In the quotes of FTS5, whose expression ends at a NUL. */
static int
add_quoted(struct buf *out, const char *s, size_t n, bool star, struct err *e)
{
	size_t i;

	if (buf_addc(out, '"', e) < 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (s[i] == '"' && buf_addc(out, '"', e) < 0)
			return -1;
		if (buf_addc(out, s[i] ? s[i] : '\x01', e) < 0)
			return -1;
	}
	return buf_adds(out, star ? "\" *" : "\"", e);
}

/* ("as typed" OR "other spelling" …) */
static int
add_sense(struct buf *out, const char *text, size_t n, bool star,
	const struct sense *s, struct err *e)
{
	const char *p = buf_str(&s->also), *end;

	if (buf_addc(out, '(', e) < 0 ||
	    add_quoted(out, text, n, star || s->single, e) < 0)
		return -1;
	for (; (end = strchr(p, '\n')); p = end + 1)
		if (buf_adds(out, " OR ", e) < 0 ||
		    add_quoted(out, p, (size_t)(end - p), star, e) < 0)
			return -1;
	return buf_addc(out, ')', e);
}

int
words_query(struct words *w, const char *typed, size_t n, struct buf *out,
	struct err *e)
{
	struct buf with = BUF_INIT(64u * WORDS_QUERY_MAX);
	struct buf without = BUF_INIT(64u * WORDS_QUERY_MAX);
	struct sense s = {.also = BUF_INIT(0)};
	struct line l;
	struct buf *to;
	size_t i;
	int many, rc = -1;

	if (take_line(&l, typed, n, e) < 0)
		return -1;
	for (i = 0; i < l.n; i += (size_t)many) {
		const struct typed *t = &l.t[i], *last;

		many = one_of(&s, w, typed, &l, i, e);
		if (many < 0)
			goto out;
		last = &l.t[i + (size_t)many - 1];
		to = t->minus ? &without : &with;
		if (s.places > 0 && ((to->len > 0 &&
		    buf_adds(to, t->minus ? " OR " : " AND ", e) < 0) ||
		    add_sense(to, typed + t->at, last->at + last->len - t->at,
		    t->star, &s, e) < 0))
			goto out;
		buf_release(&s.also);
	}
	rc = 1;
	if (with.len == 0)
		goto out;
	rc = without.len > 0 ? buf_addf(out, e, "(%s) NOT (%s)",
	    buf_str(&with), buf_str(&without)) :
	    buf_add(out, with.data, with.len, e);
out:
	buf_release(&s.also);
	buf_release(&with);
	buf_release(&without);
	return rc;
}

/* A token of the text, or of what is looked for. */
struct mark {
	size_t at, len;			/* in marks.words */
	size_t start, end, first_end;
	bool placed, single;
};

struct marks {
	struct buf words;
	struct mark *m;
	size_t n, cap;
	struct err *err;
};

static int
keep(void *arg, const struct words_token *t)
{
	struct marks *k = arg;
	struct mark *m;
	size_t cap;

	if (k->n == k->cap) {
		cap = k->cap ? 2 * k->cap : 64;
		m = realloc(k->m, cap * sizeof(*m));
		if (!m) {
			err_nomem(k->err);
			return 1;
		}
		k->m = m;
		k->cap = cap;
	}
	m = &k->m[k->n];
	m->at = k->words.len;
	m->len = t->len;
	m->start = t->start;
	m->end = t->end;
	m->first_end = t->first_end;
	m->placed = t->kind == WORDS_TOKEN;
	m->single = t->single;
	if (buf_add(&k->words, t->text, t->len, k->err) < 0)
		return 1;
	k->n++;
	return 0;
}

static int
marks_of(struct marks *k, struct words *w, const char *text, size_t n,
	bool as_phrase, struct err *e)
{
	int rc;

	memset(k, 0, sizeof(*k));
	buf_init(&k->words, 64u * WORDS_MARKS_MAX);
	k->err = e;
	rc = words_each(w, text, n, as_phrase, keep, k);
	if (rc < 0)
		return err_nomem(e);
	return rc > 0 ? -1 : 0;
}

static void
marks_release(struct marks *k)
{
	buf_release(&k->words);
	free(k->m);
}

struct range {
	size_t start, end;
};

struct ranges {
	struct range *r;
	size_t n, cap;
};

static int
add_range(struct ranges *to, size_t start, size_t end, struct err *e)
{
	struct range *r;
	size_t cap;

	if (to->n == to->cap) {
		cap = to->cap ? 2 * to->cap : 32;
		r = realloc(to->r, cap * sizeof(*r));
		if (!r)
			return err_nomem(e);
		to->r = r;
		to->cap = cap;
	}
	to->r[to->n].start = start;
	to->r[to->n++].end = end;
	return 0;
}

static bool
same(const struct marks *a, size_t i, const struct marks *b, size_t k,
	bool begins)
{
	const struct mark *x = &a->m[i], *y = &b->m[k];

	return (x->len == y->len || (begins && x->len > y->len)) &&
	    memcmp(a->words.data + x->at, b->words.data + y->at, y->len) == 0;
}

/* Where the tokens of PHRASE stand in TEXT one behind the other. */
static int
find(struct ranges *to, const struct marks *text, const struct marks *phrase,
	bool star, struct err *e)
{
	size_t i, j, k, last = 0, n = phrase->n;
	const struct mark *m;

	for (i = 0; n > 0 && i < text->n; i++) {
		if (n > 1 && !text->m[i].placed)
			continue;
		for (j = i, k = 0; k < n && j < text->n; j++) {
			if (!text->m[j].placed && j > i)
				continue;
			if (!same(text, j, phrase, k, k + 1 == n &&
			    (star || phrase->m[k].single)))
				break;
			last = j;
			k++;
		}
		if (k < n)
			continue;
		m = &text->m[last];
		if (add_range(to, text->m[i].start, phrase->m[n - 1].single ?
		    m->first_end : m->end, e) < 0)
			return -1;
	}
	return 0;
}

static int
find_sense(struct ranges *to, struct words *w, const struct marks *text,
	const char *typed, size_t n, bool star, const struct sense *s,
	struct err *e)
{
	const char *p = buf_str(&s->also), *end;
	struct marks phrase;
	int rc;

	rc = marks_of(&phrase, w, typed, n, true, e);
	if (rc == 0)
		rc = find(to, text, &phrase, star, e);
	marks_release(&phrase);
	for (; rc == 0 && (end = strchr(p, '\n')); p = end + 1) {
		rc = marks_of(&phrase, w, p, (size_t)(end - p), true, e);
		if (rc == 0)
			rc = find(to, text, &phrase, star, e);
		marks_release(&phrase);
	}
	return rc;
}

static int
range_cmp(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* In order, what touches as one. */
static int
tell(struct ranges *r, int (*fn)(void *, size_t, size_t), void *arg)
{
	size_t i, start, end;
	int rc = 0;

	if (r->n > 0)
		qsort(r->r, r->n, sizeof(*r->r), range_cmp);
	for (i = 0; i < r->n && rc == 0;) {
		start = r->r[i].start;
		end = r->r[i].end;
		for (i++; i < r->n && r->r[i].start <= end; i++)
			if (r->r[i].end > end)
				end = r->r[i].end;
		rc = fn(arg, start, end);
	}
	return rc;
}

int
words_marks(struct words *w, const char *typed, size_t typed_len,
	const char *text, size_t n,
	int (*fn)(void *arg, size_t start, size_t end), void *arg,
	struct err *e)
{
	struct sense s = {.also = BUF_INIT(0)};
	struct ranges r = {NULL, 0, 0};
	struct marks all = {.words = BUF_INIT(0)};
	struct line l;
	size_t i;
	int many, rc = -1;

	if (n > WORDS_MARKS_MAX)
		n = WORDS_MARKS_MAX;
	if (take_line(&l, typed, typed_len, e) < 0 ||
	    marks_of(&all, w, text, n, false, e) < 0)
		goto out;
	for (i = 0; i < l.n; i += (size_t)many) {
		const struct typed *t = &l.t[i], *last;

		many = one_of(&s, w, typed, &l, i, e);
		if (many < 0)
			goto out;
		last = &l.t[i + (size_t)many - 1];
		if (!t->minus && find_sense(&r, w, &all, typed + t->at,
		    last->at + last->len - t->at, t->star, &s, e) < 0)
			goto out;
		buf_release(&s.also);
	}
	rc = tell(&r, fn, arg);
out:
	buf_release(&s.also);
	marks_release(&all);
	free(r.r);
	return rc;
}
