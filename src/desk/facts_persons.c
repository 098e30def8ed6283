/* desk/facts_persons.c - sums of a person, and what he wrote of the day. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "config/teamini.h"
#include "desk/dayreports.h"
#include "desk/facts_work.h"

#include "base/banned.h"

#define WEEK 7

const char *
facts_written_name(enum facts_written w)
{
	static const char *const names[] = {"not_expected", "not_yet",
	    "missing", "late", "written"};

	return names[w];
}

/* --- What is expected. */

struct expected {
	bool daily, weekly;
};

static int
expected_of(const char *policy, const char *station, struct expected *x,
	struct err *e)
{
	char value[64];
	const char *s = value;
	size_t n;

	memset(x, 0, sizeof(*x));
	if (!teamini_get(policy, station, "reports", value, sizeof(value)) ||
	    strcmp(value, "none") == 0)
		return 0;
	for (; *s; s += n + (s[n] == ',')) {
		s += strspn(s, " \t");
		n = strcspn(s, ", \t");
		if (n == 5 && strncmp(s, "daily", n) == 0)
			x->daily = true;
		else if (n == 6 && strncmp(s, "weekly", n) == 0)
			x->weekly = true;
		else
			break;
		s += strspn(s + n, " \t");
	}
	if (!*s)
		return 0;
	(void)err_set(e, ERR_FORMAT, "policy.ini: %s = %.60s makes no sense",
	    "reports", value);
	return err_hint(e, "write 'daily', 'weekly', both with a comma "
	    "between, or 'none'");
}

/* --- What was written at a station. */

struct looking {
	struct facts_work *w;
	struct facts_report r;
	struct facts_person *p;
	size_t station;
	int64_t deadline;	/* ms; what is written then is late */
};

static int
on_report(void *arg, const struct dayreport *r, struct err *e)
{
	struct looking *l = arg;
	struct facts *f = l->w->f;
	const char *name = r->path;
	size_t i, n = r->path_len;

	for (i = 0; i < r->path_len; i++)
		if (r->path[i] == '/') {
			name = r->path + i + 1;
			n = r->path_len - i - 1;
		}
	l->r.versions++;
	l->r.at = r->at * 1000;
	l->r.typed = r->typed;
	l->r.state = l->r.at < l->deadline ? FACTS_WRITTEN : FACTS_LATE;
	l->r.file = facts_keep(f, name, n, e);
	l->r.text = facts_keep(f, r->text, strlen(r->text), e);
	return l->r.file && l->r.text ? 0 : -1;
}

/* Of several stations of one person the best counts; of equals the later. */
static void
take(struct facts_report *to, const struct facts_report *r)
{
	const size_t versions = to->versions + r->versions;

	if (r->state > to->state || (r->state == to->state && r->at > to->at))
		*to = *r;
	to->versions = versions;
}

/* What is missing is so once its time is over, of whom it was expected. */
static void
judge(struct looking *l, struct facts_report *to, bool expected)
{
	const struct facts_station *s = &l->w->f->station[l->station];

	if (l->r.state == FACTS_NOT_EXPECTED && expected && s->active &&
	    s->ran)
		l->r.state = l->w->ask->now < l->deadline ? FACTS_NOT_YET :
		    FACTS_MISSING;
	take(to, &l->r);
}

static const struct facts_report nothing = {FACTS_NOT_EXPECTED, 0, FACTS_NEVER,
	false, "", ""};

static int
daily(struct looking *l, bool expected, struct err *e)
{
	struct facts_work *w = l->w;
	const struct facts_station *s = &w->f->station[l->station];
	const int64_t day = w->ask->day;
	struct dayreports_ask ask = {s->who.station, REPORTFILE_DAY, day, day,
	    s->start / 1000, 0};

	l->deadline = worktime_start(w->time[l->station], day + 1);
	ask.until = l->deadline / 1000;
	l->r = nothing;
	if (dayreports_each(w->c, &ask, on_report, l, e) < 0)
		return -1;
	judge(l, &l->p->report, expected && s->works);
	return 0;
}

/* A plan is due when the first day of work of its week ends. */
static int
weekly(struct looking *l, bool expected, struct err *e)
{
	struct facts_work *w = l->w;
	struct worktime *time = w->time[l->station];
	const struct facts_station *s = &w->f->station[l->station];
	const int64_t monday = clock_day_monday(w->ask->day);
	struct dayreports_ask ask = {s->who.station, REPORTFILE_PLAN, monday,
	    monday, worktime_start(time, monday) / 1000,
	    worktime_start(time, monday + WEEK) / 1000};
	int64_t first = monday;

	while (first < monday + WEEK && !worktime_works(time, first))
		first++;
	l->deadline = worktime_start(time, first + 1);
	l->r = nothing;
	if (dayreports_each(w->c, &ask, on_report, l, e) < 0)
		return -1;
	judge(l, &l->p->plan, expected && s->works && first <= w->ask->day);
	return 0;
}

static int
on_objection(void *arg, const struct dayreport *r, struct err *e)
{
	struct looking *l = arg;
	const struct facts_station *s = &l->w->f->station[l->station];
	const int64_t at = r->at * 1000;
	char day[CLOCK_DAY_LEN];
	struct facts_objection *o;
	struct facts_person *p = l->p;
	struct facts_item *it;

	if (r->day != l->w->ask->day && (at < s->start || at >= l->deadline))
		return 0;
	if (facts_grow(&p->objection, p->nobjections, sizeof(*o), e) < 0)
		return -1;
	o = &p->objection[p->nobjections];
	o->day = r->day;
	o->at = at;
	o->text = facts_keep(l->w->f, r->text, strlen(r->text), e);
	it = facts_item_new(l->w, FACTS_OBJECTION, l->station, FACTS_NOWHERE,
	    e);
	if (!o->text || !it)
		return -1;
	p->nobjections++;
	(void)clock_day_text(r->day, day);
	it->what = facts_keep(l->w->f, day, strlen(day), e);
	it->at = at;
	it->text = o->text;
	return it->what ? 0 : -1;
}

static int
objections(struct looking *l, struct err *e)
{
	struct facts_work *w = l->w;
	const struct dayreports_ask ask = {w->f->station[l->station].who.station,
	    REPORTFILE_OBJECTION, INT64_MIN + 1, INT64_MAX, INT64_MAX,
	    INT64_MAX};

	l->deadline = worktime_start(w->time[l->station], w->ask->day + 1);
	return dayreports_each(w->c, &ask, on_objection, l, e);
}

/* --- Persons. */

static struct facts_person *
person_of(struct facts_work *w, const char *name, struct err *e)
{
	struct facts *f = w->f;
	struct facts_person *p;
	size_t i;

	for (i = 0; i < f->npersons; i++)
		if (strcmp(f->person[i].name, name) == 0)
			return &f->person[i];
	if (facts_grow(&f->person, i, sizeof(*p), e) < 0)
		return NULL;
	p = &f->person[f->npersons++];
	memset(p, 0, sizeof(*p));
	p->name = name;
	p->report = p->plan = nothing;
	p->first = p->last = FACTS_NEVER;
	facts_response_rank(&p->response);
	return p;
}

static int
add_station(struct facts_work *w, size_t station, struct err *e)
{
	const struct facts_station *s = &w->f->station[station];
	struct looking l = {.w = w, .station = station};
	struct expected x;

	if (expected_of(w->ask->policy, s->who.station, &x, e) < 0)
		return -1;
	l.p = person_of(w, s->who.doer, e);
	if (!l.p)
		return -1;
	l.p->stations++;
	return daily(&l, x.daily, e) < 0 || weekly(&l, x.weekly, e) < 0 ||
	    objections(&l, e) < 0 ? -1 : 0;
}

static int
add_account(struct facts_work *w, const struct facts_account *a,
	struct err *e)
{
	struct facts_person *p = person_of(w, a->who.doer, e);

	if (!p)
		return -1;
	p->conversations += a->conversations.n;
	p->new_peers += a->new_peers.n;
	p->in += a->in.n;
	p->out += a->out.n;
	if (a->first != FACTS_NEVER && (p->first == FACTS_NEVER ||
	    a->first < p->first))
		p->first = a->first;
	if (a->last > p->last)
		p->last = a->last;
	return facts_response_add(&p->response, &a->response, e);
}

static int
missing(struct facts_work *w, size_t station, enum facts_kind kind,
	struct err *e)
{
	struct facts_item *it = facts_item_new(w, kind, station,
	    FACTS_NOWHERE, e);
	char week[CLOCK_WEEK_LEN];

	if (!it)
		return -1;
	it->severity = FACTS_MEDIUM;
	it->at = w->f->station[station].last_run;
	if (kind == FACTS_PLAN_MISSING) {
		(void)clock_week_text(w->ask->day, week);
		it->what = facts_keep(w->f, week, strlen(week), e);
	}
	return it->what ? 0 : -1;
}

static int
tell_missing(struct facts_work *w, const struct facts_person *p,
	struct err *e)
{
	size_t i;

	for (i = 0; i < w->f->nstations; i++)
		if (w->f->station[i].active &&
		    strcmp(w->f->station[i].who.doer, p->name) == 0)
			break;
	if (i == w->f->nstations)
		return 0;
	if (p->report.state == FACTS_MISSING &&
	    missing(w, i, FACTS_REPORT_MISSING, e) < 0)
		return -1;
	return p->plan.state == FACTS_MISSING ? missing(w, i,
	    FACTS_PLAN_MISSING, e) : 0;
}

static void
count_open(struct facts_work *w, struct facts_person *p)
{
	size_t i;

	for (i = 0; i < w->f->nitems; i++) {
		const struct facts_item *it = &w->f->item[i];

		if (strcmp(it->who.doer, p->name) != 0)
			continue;
		p->unanswered += it->kind == FACTS_UNANSWERED;
		p->inquiries_open += it->kind == FACTS_INQUIRY_OPEN;
	}
}

static int
cmp_persons(const void *a, const void *b)
{
	const struct facts_person *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int
facts_persons(struct facts_work *w, struct err *e)
{
	struct facts *f = w->f;
	size_t i;

	for (i = 0; i < f->nstations; i++)
		if (f->station[i].active && add_station(w, i, e) < 0)
			return -1;
	for (i = 0; i < f->naccounts; i++)
		if (add_account(w, &f->account[i], e) < 0)
			return -1;
	if (f->npersons > 0)
		qsort(f->person, f->npersons, sizeof(*f->person), cmp_persons);
	for (i = 0; i < f->npersons; i++) {
		count_open(w, &f->person[i]);
		if (tell_missing(w, &f->person[i], e) < 0)
			return -1;
	}
	return 0;
}
