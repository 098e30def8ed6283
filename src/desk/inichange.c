/* desk/inichange.c - who changed what is asked of stations; FORMAT section 9. */
#include "desk/inichange.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "config/teamini.h"
#include "repo/packw.h"

#include "base/banned.h"

#define POLICY_MAX (1024 * 1024)
#define STATION "station "

/* What one state of the file says, each key of a section once. */
struct said {
	struct inichange *v;	/* owned, sorted; the value is `to` */
	size_t n;
	bool nomem;
};

static int
cmp_place(const struct inichange *a, const struct inichange *b)
{
	int d = strcmp(a->station, b->station);

	return d != 0 ? d : strcmp(a->key, b->key);
}

static int
cmp(const void *a, const void *b)
{
	return cmp_place(a, b);
}

static bool
is_watched(const char *key)
{
	static const char *const keys[] = {"expect", "cutoff", "zone"};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static int
on_value(void *arg, const char *section, const char *key, const char *value)
{
	struct said *s = arg;
	const char *station = str_starts(section, STATION) ?
	    section + strlen(STATION) : "";
	struct inichange *v;

	if (!*value || !is_watched(key) || (*station ?
	    !canon_id_ok(station) : strcmp(section, "team") != 0))
		return 0;
	v = realloc(s->v, (s->n + 1) * sizeof(*v));
	if (!v) {
		s->nomem = true;
		return 1;
	}
	s->v = v;
	v += s->n++;
	memset(v, 0, sizeof(*v));
	(void)snprintf(v->key, sizeof(v->key), "%s", key);
	(void)snprintf(v->station, sizeof(v->station), "%s", station);
	(void)snprintf(v->to, sizeof(v->to), "%s",
	    utf8_clean(value, strlen(value)) ? value : "?");
	if (!utf8_valid(v->to, strlen(v->to)))	/* cut in a character */
		(void)snprintf(v->to, sizeof(v->to), "?");
	v->utc = (int64_t)s->n;		/* the last one counts */
	return 0;
}

static int
cmp_order(const void *a, const void *b)
{
	const struct inichange *x = a, *y = b;
	int d = cmp_place(x, y);

	return d != 0 ? d : x->utc < y->utc ? -1 : x->utc > y->utc;
}

static int
read_all(struct said *s, const char *text, struct err *e)
{
	size_t i, n = 0;

	memset(s, 0, sizeof(*s));
	(void)teamini_each(text, on_value, s);
	if (s->nomem)
		return err_nomem(e);
	if (s->n > 0)
		qsort(s->v, s->n, sizeof(*s->v), cmp_order);
	for (i = 0; i < s->n; i++)
		if (i + 1 == s->n || cmp_place(&s->v[i], &s->v[i + 1]) != 0)
			s->v[n++] = s->v[i];
	s->n = n;
	return 0;
}

struct each {
	struct mirror *control;
	inichange_fn fn;
	void *arg;
};

/* A is what one of the two says, OTHER what is there of it in the other one. */
static int
tell(const struct each *x, const struct canon *c, const struct inichange *was,
	const struct inichange *is, struct err *e)
{
	struct inichange change = is ? *is : *was;

	if (was && is && strcmp(was->to, is->to) == 0)
		return 0;
	(void)snprintf(change.from, sizeof(change.from), "%s",
	    was ? was->to : "");
	if (!is)
		change.to[0] = '\0';
	(void)snprintf(change.by, sizeof(change.by), "%s", c->name);
	change.utc = c->time_utc;
	return x->fn(x->arg, &change, e);
}

static const struct inichange *
find(const struct said *s, const struct inichange *what)
{
	return s->n == 0 ? NULL : bsearch(what, s->v, s->n, sizeof(*s->v),
	    cmp);
}

/* Commit C made NOW of BEFORE. */
static int
compare(const struct each *x, const struct canon *c, const char *before,
	const char *now, struct err *e)
{
	struct said a = {.n = 0}, b = {.n = 0};
	int rc = -1;
	size_t i;

	if (read_all(&a, before, e) < 0 || read_all(&b, now, e) < 0)
		goto out;
	for (i = 0; i < b.n; i++)
		if (tell(x, c, find(&a, &b.v[i]), &b.v[i], e) < 0)
			goto out;
	for (i = 0; i < a.n; i++)
		if (!find(&b, &a.v[i]) && tell(x, c, &a.v[i], NULL, e) < 0)
			goto out;
	rc = 0;
out:
	free(a.v);
	free(b.v);
	return rc;
}

/* Commit ID, borrowing RAW, and its policy.ini in TEXT. */
static int
state(const struct each *x, const char *id, struct canon *c, struct buf *raw,
	struct buf *text, struct err *e)
{
	buf_clear(raw);
	buf_clear(text);
	if (mirror_read(x->control, id, PACKW_COMMIT, raw, e) < 0 ||
	    canon_parse(c, raw->data, raw->len, e) < 0)
		return -1;
	return mirror_blob_at(x->control, c->tree, "policy.ini", text, e) < 0 ?
	    -1 : 0;
}

int
inichange_each(struct mirror *control, const char *head, int64_t since,
	inichange_fn fn, void *arg, struct err *e)
{
	const struct each x = {control, fn, arg};
	struct buf raw = BUF_INIT(CANON_MAX);
	struct buf text[2] = {BUF_INIT(POLICY_MAX), BUF_INIT(POLICY_MAX)};
	char (*ids)[CANON_ID_LEN] = NULL;
	struct canon c;
	size_t n = 0, i;
	int rc = -1;

	if (mirror_chain(control, head, "", &ids, &n, e) < 0)
		goto out;
	/* the newest that is older, or the first: what it says was said */
	for (i = n; i-- > 0;) {
		if (state(&x, ids[i], &c, &raw, &text[i % 2], e) < 0)
			goto out;
		if (c.time_utc < since || i == 0)
			break;
	}
	for (i++; i < n; i++) {
		struct buf *now = &text[i % 2], *before = &text[(i + 1) % 2];

		if (state(&x, ids[i], &c, &raw, now, e) < 0)
			goto out;
		if (str_cmp_bytes(before->data, before->len, now->data,
		    now->len) != 0 && compare(&x, &c, buf_str(before),
		    buf_str(now), e) < 0)
			goto out;
	}
	rc = 0;
out:
	free(ids);
	buf_release(&raw);
	buf_release(&text[0]);
	buf_release(&text[1]);
	return rc;
}
