/* sign/signers.c - allowed-signers files (ssh-keygen(1)), our forms only. */
#include "sign/signers.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#include "base/banned.h"

#define TEXT_MAX (1024 * 1024)
#define LINES_MAX 10000
#define TIME_LEN 15	/* YYYYMMDDHHMMSSZ */
#define TIME_MAX INT64_C(253402300799)	/* the end of the year 9999 */

/* What is left of a line. */
struct line {
	const char *p;
	size_t n;
};

/* Step over this text if it comes next. */
static bool
take(struct line *l, const char *text)
{
	size_t n = strlen(text);

	if (l->n < n || memcmp(l->p, text, n) != 0)
		return false;
	l->p += n;
	l->n -= n;
	return true;
}

static bool
is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* [a-z0-9][a-z0-9-]* with at most MAX characters. */
static bool
is_name(const char *s, size_t n, size_t max)
{
	size_t i;

	if (n == 0 || n > max || s[0] == '-')
		return false;
	for (i = 0; i < n; i++)
		if (!is_word_char(s[i]) && s[i] != '-')
			return false;
	return true;
}

static bool
are_names(const char *s, size_t n)
{
	const char *comma;
	size_t len;

	for (;;) {
		comma = memchr(s, ',', n);
		len = comma ? (size_t)(comma - s) : n;
		if (!is_name(s, len, n))
			return false;
		if (!comma)
			return true;
		s += len + 1;
		n -= len + 1;
	}
}

/* Two or four digits. */
static int
number(const char *s, size_t n)
{
	int v = 0;

	for (; n > 0; n--, s++) {
		if (*s < '0' || *s > '9')
			return -1;
		v = v * 10 + *s - '0';
	}
	return v;
}

/*
 * Only the full form in UTC: ssh-keygen reads one without 'Z' in the local
 * zone of whoever checks.
 */
static bool
parse_time(const char *s, size_t n, int64_t *utc)
{
	struct clock_date d, again;

	if (n != TIME_LEN || s[14] != 'Z')
		return false;
	d.year = number(s, 4);
	d.month = number(s + 4, 2);
	d.day = number(s + 6, 2);
	d.hour = number(s + 8, 2);
	d.min = number(s + 10, 2);
	d.sec = number(s + 12, 2);
	if (d.year < 1970 || d.month < 1 || d.month > 12 || d.day < 1 ||
	    d.day > 31 || d.hour < 0 || d.hour > 23 || d.min < 0 ||
	    d.min > 59 || d.sec < 0 || d.sec > 59)
		return false;
	*utc = clock_join_utc(&d);
	clock_split_utc(*utc, &again);
	/* Not 30 February.  At 0 ssh-keygen takes the option for absent. */
	return again.day == d.day && *utc > 0;
}

/* The text in quotes that comes next. */
static bool
take_quoted(struct line *l, struct line *value)
{
	const char *end;

	if (!take(l, "\"") || !(end = memchr(l->p, '"', l->n)))
		return false;
	value->p = l->p;
	value->n = (size_t)(end - l->p);
	l->p += value->n + 1;
	l->n -= value->n + 1;
	return true;
}

/* One option, each at most once. */
static bool
take_option(struct line *l, struct signer *s)
{
	struct line v;

	if (take(l, "namespaces=")) {
		if (s->namespaces[0] || !take_quoted(l, &v) ||
		    v.n >= sizeof(s->namespaces) || !are_names(v.p, v.n))
			return false;
		memcpy(s->namespaces, v.p, v.n);
		s->namespaces[v.n] = '\0';
		return true;
	}
	if (take(l, "valid-after="))
		return s->valid_after == INT64_MIN && take_quoted(l, &v) &&
		    parse_time(v.p, v.n, &s->valid_after);
	if (take(l, "valid-before="))
		return s->valid_before == INT64_MAX && take_quoted(l, &v) &&
		    parse_time(v.p, v.n, &s->valid_before);
	return false;
}

/* NULL, or what is wrong with the line. */
static const char *
parse_line(struct signer *s, struct line l, struct err *e)
{
	const char *space = memchr(l.p, ' ', l.n);
	size_t n = space ? (size_t)(space - l.p) : l.n;

	memset(s, 0, sizeof(*s));
	s->valid_after = INT64_MIN;
	s->valid_before = INT64_MAX;
	if (!space || !is_name(l.p, n, sizeof(s->name) - 1))
		return "not the name of a signer";
	memcpy(s->name, l.p, n);
	l.p += n + 1;
	l.n -= n + 1;
	do {
		if (!take_option(&l, s))
			return "an unknown, doubled or malformed option";
	} while (take(&l, ","));
	if (!s->namespaces[0])
		return "no namespaces";
	if (s->valid_after >= s->valid_before)
		return "valid-before is not behind valid-after";
	if (!take(&l, " ") || sshkey_public_parse(&s->pub, l.p, l.n, e) < 0)
		return "not an ssh-ed25519 key";
	return NULL;
}

/* Room for one more entry; the array doubles. */
static int
grow(struct signers *s, struct err *e)
{
	struct signer *v;
	size_t cap;

	if (s->n & (s->n - 1))
		return 0;
	cap = s->n == 0 ? 1 : s->n * 2;
	v = realloc(s->v, cap * sizeof(*v));
	if (!v)
		return err_nomem(e);
	s->v = v;
	return 0;
}

static int
add_line(struct signers *s, struct line l, size_t no, struct err *e)
{
	const char *bad;

	if (no > LINES_MAX)
		return err_set(e, ERR_FORMAT, "more than %d lines", LINES_MAX);
	if (l.n == 0 || l.p[0] == '#')
		return 0;
	if (grow(s, e) < 0)
		return -1;
	bad = parse_line(&s->v[s->n], l, e);
	if (bad)
		return e->code == ERR_NOMEM ? -1 : err_set(e, ERR_FORMAT,
		    "allowed signers, line %zu: %s", no, bad);
	s->n++;
	return 0;
}

int
signers_parse(struct signers *s, const char *text, size_t n, struct err *e)
{
	struct signers got = {NULL, 0};
	struct err why = ERR_INIT;
	const char *lf;
	size_t no, len;
	int rc = -1;

	if (n > TEXT_MAX)
		return err_set(e, ERR_FORMAT, "allowed signers: more than "
		    "%d bytes", TEXT_MAX);
	for (no = 1; n > 0; no++) {
		/* A shell's 'read' would not see a last line without LF. */
		lf = memchr(text, '\n', n);
		if (!lf) {
			(void)err_set(&why, ERR_FORMAT, "allowed signers, "
			    "line %zu: no line end", no);
			goto out;
		}
		len = (size_t)(lf - text);
		if (add_line(&got, (struct line){text, len}, no, &why) < 0)
			goto out;
		text += len + 1;
		n -= len + 1;
	}
	*s = got;
	got = (struct signers){NULL, 0};
	rc = 0;
out:
	if (rc < 0)
		*e = why;
	signers_release(&got);
	return rc;
}

void
signers_release(struct signers *s)
{
	free(s->v);
	s->v = NULL;
	s->n = 0;
}

/* NAMESPACE_ stands in the comma-separated list. */
static bool
has_namespace(const char *list, const char *namespace_)
{
	size_t n = strlen(namespace_), len;

	for (;; list += len + 1) {
		len = strcspn(list, ",");
		if (len == n && memcmp(list, namespace_, n) == 0)
			return true;
		if (list[len] == '\0')
			return false;
	}
}

const struct signer *
signers_find(const struct signers *s, const struct sshkey_pub *pub,
	const char *namespace_, int64_t utc)
{
	const struct signer *c;
	size_t i;

	for (i = 0; i < s->n; i++) {
		c = &s->v[i];
		/* Both ends belong to it, as ssh-keygen has it. */
		if (memcmp(c->pub.pk, pub->pk, sizeof(pub->pk)) == 0 &&
		    utc >= c->valid_after && utc <= c->valid_before &&
		    has_namespace(c->namespaces, namespace_))
			return c;
	}
	return NULL;
}

const struct signer *
signers_named(const struct signers *s, const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->v[i].name, name) == 0 && n-- == 0)
			return &s->v[i];
	return NULL;
}

static int
add_time(struct buf *out, const char *option, int64_t utc, struct err *e)
{
	struct clock_date d;

	clock_split_utc(utc, &d);
	return buf_addf(out, e, ",%s=\"%04d%02d%02d%02d%02d%02dZ\"", option,
	    d.year, d.month, d.day, d.hour, d.min, d.sec);
}

int
signers_line(const struct signer *s, struct buf *out, struct err *e)
{
	size_t start = out->len;

	if (!is_name(s->name, strlen(s->name), sizeof(s->name) - 1) ||
	    !are_names(s->namespaces, strlen(s->namespaces)) ||
	    s->valid_after >= s->valid_before ||
	    (s->valid_after != INT64_MIN && s->valid_after <= 0) ||
	    (s->valid_before != INT64_MAX && s->valid_before > TIME_MAX))
		return err_set(e, ERR_FORMAT,
		    "not a signer that can be written: '%s'", s->name);
	if (buf_addf(out, e, "%s namespaces=\"%s\"", s->name,
	    s->namespaces) < 0)
		goto fail;
	if (s->valid_after != INT64_MIN &&
	    add_time(out, "valid-after", s->valid_after, e) < 0)
		goto fail;
	if (s->valid_before != INT64_MAX &&
	    add_time(out, "valid-before", s->valid_before, e) < 0)
		goto fail;
	if (buf_addc(out, ' ', e) < 0 ||
	    sshkey_public_text(&s->pub, out, e) < 0 ||
	    buf_addc(out, '\n', e) < 0)
		goto fail;
	return 0;
fail:
	out->len = start;
	return -1;
}
