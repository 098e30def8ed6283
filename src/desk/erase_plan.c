/* desk/erase_plan.c - may an epoch go?  docs/FORMAT.md section 18. */
#include "desk/erase_plan.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"
#include "desk/ledger.h"
#include "desk/retention.h"
#include "repo/packw.h"

#include "base/banned.h"

#define PLAN_MAX ((size_t)8 << 20)
#define RETENTION_MAX_LEN (1024 * 1024)

struct making {
	struct box *box;
	struct erase_plan_job *job;
	struct tombstones t;
	struct retention retention;
	char prefix[CANON_REF_LEN];	/* "refs/heads/ws/a/main/2023." */
	int64_t line;			/* of the catalogue */
	struct buf plan;
	const struct tombstone **order;	/* of the targets, NULL = none */
	size_t ntargets;
	bool decided;
	bool later;			/* the station began a later epoch */
	bool stale;			/* the catalogue lacks something */
	int reasons;
};

static int
tell(struct making *m, int64_t until, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static int
tell(struct making *m, int64_t until, struct err *e, const char *fmt, ...)
{
	struct buf clean = BUF_INIT(4096);
	char text[512];
	va_list ap;
	int rc = -1;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	m->reasons++;
	if (utf8_add_shown(&clean, text, strlen(text), e) == 0)
		rc = m->job->tell(m->job->arg, buf_str(&clean), until, e);
	buf_release(&clean);
	return rc;
}

/* --- What would go. */

/* "<REF> <id> <id or ->" of the fetch: what the central has, else. */
static const char *
rewritten_line(const struct making *m, const char *ref, size_t *len)
{
	const char *s = buf_str(m->job->rewritten);
	size_t n = strlen(ref);

	for (; *s; s += *len + (s[*len] == '\n')) {
		*len = strcspn(s, "\n");
		if (*len > n && memcmp(s, ref, n) == 0 && s[n] == ' ')
			return s;
	}
	return NULL;
}

/* The newest order for it that is good, but for signatures perhaps. */
static int
find_order(struct making *m, const char *ref, const char *head,
	const struct tombstone **found, bool *holds, struct err *e)
{
	char why[TOMBSTONE_WHY_LEN];
	size_t i;
	int rc;

	*found = NULL;
	*holds = false;
	for (i = m->t.n; i-- > 0;) {
		const struct tombstone *v = &m->t.v[i];

		if (!v->good || strcmp(v->order.ref, ref) != 0 ||
		    strcmp(v->order.head, head) != 0)
			continue;
		rc = tombstone_holds(&m->t, v, TOMBSTONE_TO_ERASE,
		    m->job->now_utc, why, e);
		if (rc < 0)
			return -1;
		if (rc == TOMBSTONE_HOLDS || (rc > 0 && !*found)) {
			*found = v;
			*holds = rc == TOMBSTONE_HOLDS;
		}
		if (*holds)
			break;
	}
	return 0;
}

static int
put_target(struct making *m, const char *live, const char *head, bool central,
	struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	const struct tombstone *order, **v;
	struct canon_run run;
	struct canon c;
	bool holds;
	char hex[65];
	int rc = -1;

	if (mirror_read(m->box->records, head, PACKW_COMMIT, &raw, e) < 0 ||
	    canon_parse(&c, raw.data, raw.len, e) < 0 ||
	    canon_run_parse(&run, c.message, c.message_len, e) < 0 ||
	    find_order(m, live, head, &order, &holds, e) < 0)
		goto out;
	v = realloc(m->order, (m->ntargets + 1) * sizeof(*v));
	if (!v) {
		(void)err_nomem(e);
		goto out;
	}
	m->order = v;
	m->order[m->ntargets++] = order;
	m->decided = m->decided && holds;
	str_hex(hex, run.manifest, sizeof(run.manifest));
	if (buf_addf(&m->plan, e, "target %s %s %lld %s %lld %s\n", live, head,
	    (long long)run.seq, hex, order ? (long long)order->n : -1LL,
	    central ? "there" : "-") < 0)
		goto out;
	rc = order ? buf_addf(&m->plan, e, "text %zu\n", order->text.len) : 0;
	if (rc == 0 && order)
		rc = buf_add(&m->plan, order->text.data, order->text.len, e);
out:
	buf_release(&raw);
	return rc;
}

/* Is the catalogue at the head of this branch?  1, 0, 2: where it broke, -1. */
static int
is_indexed(struct making *m, const char *ref, const char *head,
	struct err *e)
{
	struct catalogue *c = m->box->catalogue;
	int rc = c ? catalogue_step(c, SQL_BRANCH_GET, e, "t", ref) : 0;

	if (!c)
		return 0;
	if (rc > 0)
		rc = strcmp(catalogue_text(c, SQL_BRANCH_GET, 1), head) == 0 ?
		    1 : !catalogue_null(c, SQL_BRANCH_GET, 3) ? 2 : 0;
	catalogue_reset(c, SQL_BRANCH_GET);
	return rc;
}

static int
not_indexed(struct err *e)
{
	(void)err_set(e, ERR_FAIL,
	    "the catalogue is not of today: nobody knows what needs the epoch");
	return err_hint(e, "run 'liudi-desk sync', then try again");
}

static int
on_ref(void *arg, const char *ref, const char *head, struct err *e)
{
	struct making *m = arg;
	const struct erase_what *w = &m->job->what;
	char live[CANON_REF_LEN];
	struct err ignored = ERR_INIT;
	struct canon_ref parts;
	bool kept = mirror_kept(ref, live) != INT64_MAX;
	const char *line;
	size_t len;
	int rc;

	if (canon_ref_parse(&parts, live, &ignored) < 0 ||
	    strcmp(parts.station, w->station) != 0)
		return 0;
	rc = is_indexed(m, ref, head, e);
	if (rc < 0)
		return -1;
	m->stale = m->stale || rc == 0;
	if (strcmp(parts.stream, w->stream) != 0)
		return 0;
	if (parts.epoch != w->epoch) {
		m->later = m->later || parts.epoch > w->epoch;
		return rc != 2 || parts.epoch < w->epoch ? 0 : tell(m, 0, e,
		    "%s is broken, and nobody knows whether the rest of it "
		    "needs it, until that is erased", ref);
	}
	line = kept ? NULL : rewritten_line(m, ref, &len);
	if (line && line[len - 1] != '-' && tell(m, 0, e, "the central has "
	    "another history of %s than this desk; see 'liudi-desk sync'",
	    ref) < 0)
		return -1;
	return put_target(m, live, head, !kept && !line, e);
}

/* --- What forbids it.  Each says nothing, or why and until when. */

static int
on_hold(struct making *m, struct err *e)
{
	const struct retention_hold *h;
	char ref[CANON_REF_LEN];
	size_t i;

	(void)snprintf(ref, sizeof(ref), "%s", m->prefix);
	for (i = 0; (h = retention_held(&m->retention, ref, i)) != NULL; i++)
		if (tell(m, 0, e, "hold '%s' forbids it (%s), until it is "
		    "removed", h->name, h->reason) < 0)
			return -1;
	/* of one incarnation only */
	for (i = 0; i < m->retention.nholds; i++) {
		h = &m->retention.hold[i];
		if (strlen(h->refs) > strlen(ref) &&
		    str_starts(h->refs, ref) && tell(m, 0, e,
		    "hold '%s' forbids it (%s), until it is removed", h->name,
		    h->reason) < 0)
			return -1;
	}
	return 0;
}

static int
too_early(struct making *m, struct err *e)
{
	const struct erase_what *w = &m->job->what;
	int years = retention_years(&m->retention, w->stream);
	char when[CLOCK_TEXT_LEN];
	int64_t due;

	if (years == RETENTION_FOREVER)
		return tell(m, 0, e, "stream '%s' is kept for ever, until "
		    "'liudi-desk retention set' gives it a period",
		    w->stream);
	due = retention_due(w->epoch, years);
	if (m->job->now_utc >= due)
		return 0;
	(void)clock_text_utc(due, when);
	return years == 1 ? tell(m, due, e, "it is kept for a year behind its "
	    "end, until %s", when) : tell(m, due, e, "it is kept for %d years "
	    "behind its end, until %s", years, when);
}

static int
still_written(struct making *m, struct err *e)
{
	const struct signers *s = &m->box->control.stations;
	const char *station = m->job->what.station;
	size_t i;

	for (i = 0; !m->later && i < s->n; i++)
		if (strcmp(s->v[i].name, station) == 0 &&
		    s->v[i].valid_after <= m->job->now_utc &&
		    m->job->now_utc < s->v[i].valid_before)
			return tell(m, 0, e, "station %s may still write in "
			    "it, until it begins a later epoch, or is "
			    "suspended", station);
	return 0;
}

/* Another epoch's files whose bytes lie in this one. */
static int
pointed_at(struct making *m, struct err *e)
{
	struct catalogue *c = m->box->catalogue;
	const enum sql q = SQL_ELSEWHERE_INTO;
	char end[CANON_REF_LEN];
	int rc;

	(void)snprintf(end, sizeof(end), "%s", m->prefix);
	end[strlen(end) - 1]++;		/* '.': whatever begins with prefix */
	rc = catalogue_step(c, q, e, "ttii", m->prefix, end, m->line,
	    (int64_t)m->job->what.epoch);
	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		size_t n;
		const void *path = catalogue_blob(c, q, 6, &n);
		char who[96], one[224];

		(void)snprintf(who, sizeof(who), "%s/%s/%lld",
		    catalogue_text(c, q, 0), catalogue_text(c, q, 1),
		    (long long)catalogue_int(c, q, 2));
		(void)snprintf(one, sizeof(one), "%.80s/%.*s",
		    catalogue_text(c, q, 5), (int)(n < 120 ? n : 120),
		    (const char *)path);
		if (tell(m, 0, e, "%s needs it for %lld files (%lld as they "
		    "are now), one is %s; those until runs store them, the "
		    "others until that epoch is erased", who,
		    (long long)catalogue_int(c, q, 3),
		    (long long)catalogue_int(c, q, 4), one) < 0) {
			rc = -1;
			break;
		}
	}
	catalogue_reset(c, q);
	return rc < 0 ? -1 : 0;
}

static int
continued(struct making *m, struct err *e)
{
	struct catalogue *c = m->box->catalogue;
	const enum sql q = SQL_BRANCH_CONTINUES;
	int rc = catalogue_step(c, q, e, "ii", m->line,
	    (int64_t)m->job->what.epoch);

	for (; rc > 0; rc = catalogue_next(c, q, e))
		if (tell(m, 0, e, "%s goes on from it, until that is erased",
		    catalogue_text(c, q, 0)) < 0) {
			rc = -1;
			break;
		}
	catalogue_reset(c, q);
	return rc < 0 ? -1 : 0;
}

/* What could not be read may point here. */
static int
unread(struct making *m, struct err *e)
{
	struct catalogue *c = m->box->catalogue;
	const enum sql q = SQL_PART_UNREAD;
	int rc = catalogue_step(c, q, e, "ii", m->line,
	    (int64_t)m->job->what.epoch);

	for (; rc > 0; rc = catalogue_next(c, q, e))
		if (tell(m, 0, e, "%lld commits of %s could not be read (the "
		    "first is %lld), and nobody knows whether they need it, "
		    "until they are read or erased",
		    (long long)catalogue_int(c, q, 1), catalogue_text(c, q, 0),
		    (long long)catalogue_int(c, q, 2)) < 0) {
			rc = -1;
			break;
		}
	catalogue_reset(c, q);
	return rc < 0 ? -1 : 0;
}

/* Accounts outlive the epoch in which they were entered: in desk.git. */
static int
accounts_missing(struct making *m, struct err *e)
{
	char name[LEDGER_NAME_LEN];
	int64_t n = ledger_missing(m->box->catalogue, m->line,
	    (int64_t)m->job->what.epoch, name, e);

	if (n <= 0)
		return n < 0 ? -1 : 0;
	return tell(m, 0, e, "desk.git lacks %lld event files of accounts that "
	    "lie in it (one is %s), until a sync has copied them",
	    (long long)n, name);
}

static int (*const checks[])(struct making *m, struct err *e) = {
	on_hold, too_early, still_written, pointed_at, continued, unread,
	accounts_missing
};

/* --- Together. */

static int
find_line(struct making *m, struct err *e)
{
	struct catalogue *c = m->box->catalogue;
	int rc = catalogue_step(c, SQL_LINE_GET, e, "tt",
	    m->job->what.station, m->job->what.stream);

	if (rc > 0)
		m->line = catalogue_int(c, SQL_LINE_GET, 0);
	catalogue_reset(c, SQL_LINE_GET);
	return rc < 0 ? -1 : 0;
}

static int
load_retention(struct making *m, struct err *e)
{
	struct buf text = BUF_INIT(RETENTION_MAX_LEN);
	const struct control *c = &m->box->control;
	int rc = -1;

	if (control_file_load(m->box->home->control, c->commit,
	    RETENTION_FILE, &text, e) >= 0)
		rc = retention_parse(&m->retention, buf_str(&text), text.len,
		    e);
	buf_release(&text);
	return rc;
}

/* Names that signed all of the orders that are there. */
static int
put_signers(struct making *m, struct err *e)
{
	const char *names[TOMBSTONE_SIGS], *other[TOMBSTONE_SIGS];
	size_t n = 0, k, i, j, no;
	bool first = true;

	for (i = 0; i < m->ntargets; i++) {
		if (!m->order[i])
			continue;
		no = tombstone_signers(m->order[i], &m->box->control.roots,
		    first ? names : other);
		if (first) {
			n = no;
			first = false;
			continue;
		}
		for (j = 0; j < n; j += k < no) {
			for (k = 0; k < no; k++)
				if (strcmp(names[j], other[k]) == 0)
					break;
			if (k == no)
				names[j] = names[--n];
		}
	}
	for (i = 0; i < n; i++)
		if (buf_addf(&m->plan, e, "signed %s\n", names[i]) < 0)
			return -1;
	return 0;
}

/* Of this epoch, what went before. */
static int
put_rest(struct making *m, struct err *e)
{
	char why[TOMBSTONE_WHY_LEN];
	size_t i, gone = 0;
	int rc;

	for (i = 0; i < m->t.n; i++) {
		const struct tombstone *v = &m->t.v[i];

		if (m->ntargets > 0 || !v->good ||
		    !str_starts(v->order.ref, m->prefix))
			continue;
		rc = tombstone_holds(&m->t, v, TOMBSTONE_TO_MISS,
		    m->job->now_utc, why, e);
		if (rc < 0)
			return -1;
		gone += rc == TOMBSTONE_HOLDS;
	}
	if (m->ntargets == 0 && gone == 0) {
		(void)err_set(e, ERR_NOENT, "there is no epoch %d of %s (%s)",
		    m->job->what.epoch, m->job->what.station,
		    m->job->what.stream);
		return err_hint(e, "see 'liudi-desk log %s'",
		    m->job->what.station);
	}
	return buf_addf(&m->plan, e, "next %lld\ngone %zu\n%s",
	    (long long)tombstones_free(&m->t, m->ntargets), gone, m->ntargets > 0 && m->decided ?
	    "decided\n" : "");
}

static int
make(struct making *m, struct err *e)
{
	struct box *b = m->box;
	size_t i;

	if (tombstones_load(&m->t, b->desk, b->control_clone, &b->control,
	    e) < 0 || load_retention(m, e) < 0)
		return -1;
	if (mirror_refs(b->records, "refs/heads/ws/", on_ref, m, e) < 0 ||
	    mirror_refs(b->records, MIRROR_KEPT, on_ref, m, e) < 0)
		return -1;
	if (put_signers(m, e) < 0 || put_rest(m, e) < 0)
		return -1;
	if (m->ntargets == 0)
		return 0;
	if (m->stale)
		return not_indexed(e);
	if (find_line(m, e) < 0)
		return -1;
	for (i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		if (checks[i](m, e) < 0)
			return -1;
	return 0;
}

int
erase_plan_make(struct box *b, struct erase_plan_job *job, struct err *e)
{
	struct making m = {.box = b, .job = job, .decided = true};
	int rc = -1;

	buf_init(&m.plan, PLAN_MAX);
	(void)snprintf(m.prefix, sizeof(m.prefix), "refs/heads/ws/%s/%s/%d.",
	    job->what.station, job->what.stream, job->what.epoch);
	if (make(&m, e) < 0)
		goto out;
	rc = m.reasons < 100 ? m.reasons : 100;
	if (rc == 0 && file_save(job->file, m.plan.data, m.plan.len, 0600,
	    e) < 0)
		rc = -1;
out:
	tombstones_release(&m.t);
	retention_release(&m.retention);
	buf_release(&m.plan);
	free(m.order);
	return rc;
}

/* --- The plan, in the desk process. */

struct reading {
	struct erase_plan *p;
	const struct erase_what *what;
	const char *s;
	size_t left;
};

static int
no_plan(struct err *e)
{
	return err_set(e, ERR_FORMAT, "the plan of the erasure makes no sense");
}

/* Is it of the epoch that was asked for? */
static bool
is_asked(const struct erase_what *w, const char *ref)
{
	struct err ignored = ERR_INIT;
	struct canon_ref r;

	return canon_ref_parse(&r, ref, &ignored) == 0 &&
	    strcmp(r.station, w->station) == 0 &&
	    strcmp(r.stream, w->stream) == 0 && r.epoch == w->epoch;
}

/* "target <ref> <head> <seq> <manifest> <n> there|-" */
static int
take_target(struct reading *k, char *words[6], struct err *e)
{
	struct erase_plan *p = k->p;
	struct erase_target *t;
	uint8_t raw[20];

	if (p->n == ERASE_TARGETS_MAX)
		return no_plan(e);
	t = realloc(p->v, (p->n + 1) * sizeof(*t));
	if (!t)
		return err_nomem(e);
	p->v = t;
	t += p->n++;
	memset(t, 0, sizeof(*t));
	buf_init(&t->text, TOMBSTONE_MAX);
	if (strlen(words[0]) >= sizeof(t->ref) || !is_asked(k->what,
	    words[0]) || str_unhex(raw, 20, words[1], strlen(words[1])) < 0 ||
	    str_to_i64(words[2], 0, INT64_MAX, &t->seq) < 0 ||
	    str_unhex(t->manifest, 32, words[3], strlen(words[3])) < 0 ||
	    str_to_i64(words[4], -1, INT64_MAX, &t->n) < 0)
		return no_plan(e);
	(void)snprintf(t->ref, sizeof(t->ref), "%s", words[0]);
	str_hex(t->head, raw, sizeof(raw));
	t->central = strcmp(words[5], "there") == 0;
	return 0;
}

/* The order's own words must be those of its target: they will be signed. */
static int
take_text(struct reading *k, const char *digits, struct err *e)
{
	struct erase_target *t = k->p->n ? &k->p->v[k->p->n - 1] : NULL;
	int64_t n;

	if (!t || t->n < 0 || t->text.len > 0 ||
	    str_to_i64(digits, 1, TOMBSTONE_MAX, &n) < 0 ||
	    (size_t)n > k->left)
		return no_plan(e);
	if (buf_add(&t->text, k->s, (size_t)n, e) < 0)
		return -1;
	k->s += n;
	k->left -= (size_t)n;
	if (tombstone_parse(&t->order, buf_str(&t->text), t->text.len, e) < 0)
		return -1;
	return strcmp(t->order.ref, t->ref) == 0 &&
	    strcmp(t->order.head, t->head) == 0 &&
	    t->order.seq == t->seq ? 0 : no_plan(e);
}

static int
take_line(struct reading *k, char *line, struct err *e)
{
	struct erase_plan *p = k->p;
	char *words[7] = {NULL}, *s = line;
	size_t n = 0;
	int64_t v;

	while (s && n < 7) {
		words[n++] = s;
		s = strchr(s, ' ');
		if (s)
			*s++ = '\0';
	}
	if (s)
		return no_plan(e);
	if (n == 7 && strcmp(words[0], "target") == 0)
		return take_target(k, words + 1, e);
	if (n == 2 && strcmp(words[0], "text") == 0)
		return take_text(k, words[1], e);
	if (n == 2 && strcmp(words[0], "signed") == 0 &&
	    p->nsigners < TOMBSTONE_SIGS && canon_id_ok(words[1])) {
		(void)snprintf(p->signer[p->nsigners++], 33, "%s", words[1]);
		return 0;
	}
	if (n == 2 && strcmp(words[0], "next") == 0)
		return str_to_i64(words[1], 0, INT64_MAX, &p->next) < 0 ?
		    no_plan(e) : 0;
	if (n == 2 && strcmp(words[0], "gone") == 0) {
		if (str_to_i64(words[1], 0, 1000000, &v) < 0)
			return no_plan(e);
		p->gone = (size_t)v;
		return 0;
	}
	p->decided = n == 1 && strcmp(words[0], "decided") == 0;
	return p->decided ? 0 : no_plan(e);
}

/* The newest incarnation first: the central takes no other order of things. */
static int
cmp_target(const void *a, const void *b)
{
	const struct erase_target *x = a, *y = b;
	struct err ignored = ERR_INIT;
	struct canon_ref r, s;

	(void)canon_ref_parse(&r, x->ref, &ignored);	/* they are good */
	(void)canon_ref_parse(&s, y->ref, &ignored);
	return r.incarnation < s.incarnation ? 1 :
	    r.incarnation > s.incarnation ? -1 : strcmp(x->head, y->head);
}

int
erase_plan_load(struct erase_plan *p, const struct erase_what *what,
	const char *file, struct err *e)
{
	struct buf b = BUF_INIT(PLAN_MAX);
	struct reading k = {p, what, NULL, 0};
	char line[512];
	const char *end;
	size_t n;
	int rc = -1;

	memset(p, 0, sizeof(*p));
	if (file_load(file, &b, e) < 0)
		goto out;
	k.s = buf_str(&b);
	k.left = b.len;
	while (k.left > 0) {
		end = memchr(k.s, '\n', k.left);
		n = end ? (size_t)(end - k.s) : 0;
		if (!end || n >= sizeof(line) || memchr(k.s, '\0', n)) {
			(void)no_plan(e);
			goto out;
		}
		memcpy(line, k.s, n);
		line[n] = '\0';
		k.s = end + 1;
		k.left -= n + 1;
		if (take_line(&k, line, e) < 0)
			goto out;
	}
	if (p->n > 0)
		qsort(p->v, p->n, sizeof(*p->v), cmp_target);
	rc = 0;
out:
	buf_release(&b);
	return rc;
}

void
erase_plan_release(struct erase_plan *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		buf_release(&p->v[i].text);
	free(p->v);
	memset(p, 0, sizeof(*p));
}
