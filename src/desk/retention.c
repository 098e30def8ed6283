/* desk/retention.c - retention.ini; docs/FORMAT.md section 18. */
#include "desk/retention.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

#define WS "refs/heads/ws/"
/* An empty file would be none: what says so stands in it. */
#define NOTHING "# no stream has a period, nothing is held\n"

/* --- Reading. */

struct reader {
	struct retention r;
	char section[48];	/* "stream main"; "" before the first */
	size_t line;
};

static int
wrong(const struct reader *k, const char *why, struct err *e)
{
	return err_set(e, ERR_FORMAT, RETENTION_FILE ": line %zu: %s",
	    k->line, why);
}

/* As the hook's awk does, no other white space counts. */
static const char *
trim(const char *s, size_t *n)
{
	while (*n > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		--*n;
	}
	while (*n > 0 && (s[*n - 1] == ' ' || s[*n - 1] == '\t'))
		--*n;
	return s;
}

static int
begin_stream(struct reader *k, const char *name, struct err *e)
{
	struct retention_stream *v;
	size_t i;

	for (i = 0; i < k->r.nstreams; i++)
		if (strcmp(k->r.stream[i].name, name) == 0)
			return wrong(k, "a second section of that stream", e);
	if (k->r.nstreams == RETENTION_MAX)
		return wrong(k, "too many streams", e);
	v = realloc(k->r.stream, (k->r.nstreams + 1) * sizeof(*v));
	if (!v)
		return err_nomem(e);
	k->r.stream = v;
	v += k->r.nstreams++;
	memset(v, 0, sizeof(*v));
	(void)snprintf(v->name, sizeof(v->name), "%s", name);
	v->years = RETENTION_FOREVER;
	return 0;
}

static int
begin_hold(struct reader *k, const char *name, struct err *e)
{
	struct retention_hold *v;

	if (retention_hold(&k->r, name))
		return wrong(k, "a second hold of that name", e);
	if (k->r.nholds == RETENTION_MAX)
		return wrong(k, "too many holds", e);
	v = realloc(k->r.hold, (k->r.nholds + 1) * sizeof(*v));
	if (!v)
		return err_nomem(e);
	k->r.hold = v;
	v += k->r.nholds++;
	memset(v, 0, sizeof(*v));
	(void)snprintf(v->name, sizeof(v->name), "%s", name);
	return 0;
}

/* "[stream x]", "[hold x]" */
static int
begin_section(struct reader *k, const char *s, size_t n, struct err *e)
{
	const char *name;

	if (n < 2 || s[n - 1] != ']' || n - 2 >= sizeof(k->section))
		return wrong(k, "no such section", e);
	memcpy(k->section, s + 1, n - 2);
	k->section[n - 2] = '\0';
	name = strchr(k->section, ' ');
	if (!name || !canon_id_ok(name + 1))
		return wrong(k, "no such section", e);
	if (str_starts(k->section, "stream "))
		return begin_stream(k, name + 1, e);
	if (str_starts(k->section, "hold "))
		return begin_hold(k, name + 1, e);
	return wrong(k, "no such section", e);
}

static int
take_years(struct reader *k, const char *value, struct err *e)
{
	struct retention_stream *s = &k->r.stream[k->r.nstreams - 1];
	int64_t years;

	if (s->years != RETENTION_FOREVER)
		return wrong(k, "a second period", e);
	if (str_to_i64(value, 0, RETENTION_YEARS_MAX, &years) < 0)
		return wrong(k, "no number of years", e);
	s->years = (int)years;
	return 0;
}

/* KEY = VALUE of the section that was begun last. */
static int
take_key(struct reader *k, const char *key, const char *value, struct err *e)
{
	struct retention_hold *h;

	if (str_starts(k->section, "stream ") &&
	    strcmp(key, "keep_years") == 0)
		return take_years(k, value, e);
	if (!str_starts(k->section, "hold "))
		return wrong(k, "no such key", e);
	h = &k->r.hold[k->r.nholds - 1];
	if (strcmp(key, "refs") == 0) {
		if (h->refs[0] || strlen(value) >= sizeof(h->refs) ||
		    !str_starts(value, "refs/"))
			return wrong(k, "no prefix of branches", e);
		(void)snprintf(h->refs, sizeof(h->refs), "%s", value);
		return 0;
	}
	if (strcmp(key, "reason") != 0)
		return wrong(k, "no such key", e);
	if (h->reason[0] || strlen(value) >= sizeof(h->reason))
		return wrong(k, "a reason that is too long", e);
	(void)snprintf(h->reason, sizeof(h->reason), "%s", value);
	return 0;
}

static int
take_pair(struct reader *k, const char *s, size_t n, struct err *e)
{
	const char *eq = memchr(s, '=', n);
	char key[16], value[256];
	const char *v;
	size_t nk, nv;

	if (!eq)
		return wrong(k, "neither a section nor a key", e);
	nk = (size_t)(eq - s);
	(void)trim(s, &nk);
	nv = n - (size_t)(eq - s) - 1;
	v = trim(eq + 1, &nv);
	if (nk >= sizeof(key) || nv >= sizeof(value) || nv == 0)
		return wrong(k, "no such key", e);
	memcpy(key, s, nk);
	key[nk] = '\0';
	memcpy(value, v, nv);
	value[nv] = '\0';
	return take_key(k, key, value, e);
}

static int
take_line(struct reader *k, const char *s, size_t n, struct err *e)
{
	k->line++;
	if (!utf8_valid(s, n) || memchr(s, '\0', n) || memchr(s, '\r', n))
		return wrong(k, "is no text", e);
	s = trim(s, &n);
	if (n == 0 || *s == '#')
		return 0;
	if (*s == '[')
		return begin_section(k, s, n, e);
	return take_pair(k, s, n, e);
}

static int
check_holds(const struct retention *r, struct err *e)
{
	size_t i;

	for (i = 0; i < r->nholds; i++)
		if (!r->hold[i].refs[0])
			return err_set(e, ERR_FORMAT, RETENTION_FILE
			    ": hold '%s' names nothing", r->hold[i].name);
	return 0;
}

int
retention_parse(struct retention *r, const char *text, size_t n,
	struct err *e)
{
	struct reader k;
	const char *end;
	size_t len;
	int rc = -1;

	memset(&k, 0, sizeof(k));
	for (; n > 0; text += len, n -= len) {
		end = memchr(text, '\n', n);
		len = end ? (size_t)(end - text) : n;
		if (take_line(&k, text, len, e) < 0)
			goto out;
		len += end ? 1 : 0;
	}
	if (check_holds(&k.r, e) < 0)
		goto out;
	*r = k.r;
	memset(&k.r, 0, sizeof(k.r));
	rc = 0;
out:
	retention_release(&k.r);
	return rc;
}

void
retention_release(struct retention *r)
{
	free(r->stream);
	free(r->hold);
	memset(r, 0, sizeof(*r));
}

/* --- What it says. */

int
retention_years(const struct retention *r, const char *stream)
{
	size_t i;

	for (i = 0; i < r->nstreams; i++)
		if (strcmp(r->stream[i].name, stream) == 0)
			return r->stream[i].years;
	return RETENTION_FOREVER;
}

int64_t
retention_due(int epoch, int years)
{
	const struct clock_date d = {epoch + years + 1, 1, 1, 0, 0, 0};

	return clock_join_utc(&d);
}

const struct retention_hold *
retention_held(const struct retention *r, const char *ref, size_t i)
{
	size_t k;

	for (k = 0; k < r->nholds; k++)
		if (str_starts(ref, r->hold[k].refs) && i-- == 0)
			return &r->hold[k];
	return NULL;
}

const struct retention_hold *
retention_hold(const struct retention *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->nholds; i++)
		if (strcmp(r->hold[i].name, name) == 0)
			return &r->hold[i];
	return NULL;
}

/* --- As people say it. */

int
retention_period(const char *s, int *years, struct err *e)
{
	size_t n = strlen(s);
	char digits[8];
	int64_t v;

	if (strcmp(s, "forever") == 0) {
		*years = RETENTION_FOREVER;
		return 0;
	}
	if (n > 1 && s[n - 1] == 'y')
		n--;
	(void)snprintf(digits, sizeof(digits), "%.*s", (int)n, s);
	if (n >= sizeof(digits) ||
	    str_to_i64(digits, 0, RETENTION_YEARS_MAX, &v) < 0) {
		(void)err_set(e, ERR_USAGE, "'%.40s' is no period", s);
		return err_hint(e, "whole years behind the end of an epoch, as "
		    "7 or 7y, or 'forever'");
	}
	*years = (int)v;
	return 0;
}

int
retention_prefix(const char *what, char out[static CANON_REF_LEN],
	struct err *e)
{
	char word[3][34], text[CANON_REF_LEN];
	size_t n = 0, len;
	const char *p = what;
	int64_t year;

	if (strcmp(what, "all") == 0) {
		(void)snprintf(out, CANON_REF_LEN, WS);
		return 0;
	}
	for (;; p += len + 1) {
		len = strcspn(p, "/");
		if (n == 3 || len >= sizeof(word[0]))
			goto bad;
		memcpy(word[n], p, len);
		word[n++][len] = '\0';
		if (!p[len])
			break;
	}
	if (!canon_id_ok(word[0]) || (n > 1 && !canon_id_ok(word[1])) ||
	    (n > 2 && str_to_i64(word[2], 1000, 9999, &year) < 0))
		goto bad;
	(void)snprintf(text, sizeof(text), WS "%s/%s%s%s%s", word[0],
	    n > 1 ? word[1] : "", n > 1 ? "/" : "", n > 2 ? word[2] : "",
	    n > 2 ? "." : "");
	memcpy(out, text, CANON_REF_LEN);
	return 0;
bad:
	(void)err_set(e, ERR_USAGE, "'%.60s' names nothing that could be held",
	    what);
	return err_hint(e, "name STATION, STATION/STREAM, "
	    "STATION/STREAM/EPOCH or 'all'");
}

void
retention_what(const char *refs, char out[static CANON_REF_LEN])
{
	struct err ignored = ERR_INIT;
	char back[CANON_REF_LEN];
	size_t n;

	if (strcmp(refs, WS) == 0) {
		(void)snprintf(out, CANON_REF_LEN, "all");
		return;
	}
	(void)snprintf(out, CANON_REF_LEN, "%s", refs);
	if (!str_starts(refs, WS))
		return;
	(void)snprintf(out, CANON_REF_LEN, "%s", refs + strlen(WS));
	n = strlen(out);
	if (n > 0)
		out[n - 1] = '\0';
	if (retention_prefix(out, back, &ignored) < 0 ||
	    strcmp(back, refs) != 0)
		(void)snprintf(out, CANON_REF_LEN, "%s", refs);
}

/* --- Changing it. */

/* TEXT but for the section that is headed "[SECTION]". */
static int
without(const char *text, const char *section, struct buf *out,
	struct err *e)
{
	bool skip = false;
	const char *s;
	size_t n, k, want = strlen(section);

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		k = n;
		s = trim(text, &k);
		if (*s == '[' && k > 0)
			skip = k == want + 2 &&
			    memcmp(s + 1, section, want) == 0;
		if (!skip && (buf_add(out, text, n, e) < 0 ||
		    buf_addc(out, '\n', e) < 0))
			return -1;
	}
	/* empty lines at the end, where something was */
	while (out->len > 1 && out->data[out->len - 1] == '\n' &&
	    out->data[out->len - 2] == '\n')
		out->data[--out->len] = '\0';
	if (out->len == 1 && out->data[0] == '\n')
		buf_clear(out);
	return 0;
}

/* What says that the file is empty is not true any more. */
static int
take_nothing_away(struct buf *b, struct err *e)
{
	if (strcmp(buf_str(b), NOTHING) == 0)
		buf_clear(b);
	return b->len > 0 ? buf_addc(b, '\n', e) : 0;
}

/* OUT must be one that retention_parse() takes. */
static int
finish(struct buf *made, struct buf *out, struct err *e)
{
	struct retention r;

	if (made->len == 0 && buf_adds(made, NOTHING, e) < 0)
		return -1;
	if (retention_parse(&r, buf_str(made), made->len, e) < 0)
		return -1;
	retention_release(&r);
	return buf_add(out, made->data, made->len, e);
}

int
retention_set(const char *text, const char *stream, int years,
	struct buf *out, struct err *e)
{
	struct buf made = BUF_INIT(out->max);
	char section[48];
	int rc = -1;

	(void)snprintf(section, sizeof(section), "stream %s", stream);
	if (without(text, section, &made, e) < 0)
		goto out;
	if (years != RETENTION_FOREVER &&
	    (take_nothing_away(&made, e) < 0 || buf_addf(&made, e,
	    "[%s]\nkeep_years = %d\n", section, years) < 0))
		goto out;
	rc = finish(&made, out, e);
out:
	buf_release(&made);
	return rc;
}

int
retention_hold_add(const char *text, const struct retention_hold *hold,
	struct buf *out, struct err *e)
{
	struct buf made = BUF_INIT(out->max);
	struct retention r;
	bool there;
	int rc = -1;

	if (retention_parse(&r, text, strlen(text), e) < 0)
		return -1;
	there = retention_hold(&r, hold->name) != NULL;
	retention_release(&r);
	if (there) {
		(void)err_set(e, ERR_FAIL, "there is a hold '%s' already",
		    hold->name);
		(void)err_hint(e, "choose another name");
		goto out;
	}
	if (buf_adds(&made, text, e) < 0 || take_nothing_away(&made, e) < 0 ||
	    buf_addf(&made, e, "[hold %s]\nrefs = %s\n", hold->name,
	    hold->refs) < 0)
		goto out;
	if (hold->reason[0] && buf_addf(&made, e, "reason = %s\n",
	    hold->reason) < 0)
		goto out;
	rc = finish(&made, out, e);
out:
	buf_release(&made);
	return rc;
}

int
retention_hold_remove(const char *text, const char *name,
	struct buf *out, struct err *e)
{
	struct buf made = BUF_INIT(out->max);
	char section[48];
	struct retention r;
	bool there;
	int rc = -1;

	if (retention_parse(&r, text, strlen(text), e) < 0)
		return -1;
	there = retention_hold(&r, name) != NULL;
	retention_release(&r);
	if (!there) {
		(void)err_set(e, ERR_NOENT, "there is no hold '%.40s'", name);
		return err_hint(e, "see 'liudi-desk hold list'");
	}
	(void)snprintf(section, sizeof(section), "hold %s", name);
	if (without(text, section, &made, e) == 0)
		rc = finish(&made, out, e);
	buf_release(&made);
	return rc;
}
