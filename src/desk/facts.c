/* desk/facts.c - what a manager wants to know of a day; docs/REPORTS.md. */
#include "desk/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "config/teamini.h"
#include "desk/facts_work.h"
#include "desk/query.h"

#include "base/banned.h"

#define JSON_NODES 4096
#define MINUTE_MS INT64_C(60000)

/* --- Lists, strings, items. */

int
facts_grow(void *v, size_t n, size_t size, struct err *e)
{
	void *p;

	if ((n & (n - 1)) != 0)
		return 0;
	memcpy(&p, v, sizeof(p));
	p = realloc(p, (n ? 2 * n : 1) * size);
	if (!p)
		return err_nomem(e);
	memcpy(v, &p, sizeof(p));
	return 0;
}

int
facts_list_add(struct facts_list *l, int64_t n, struct err *e)
{
	if (facts_grow(&l->v, l->n, sizeof(*l->v), e) < 0)
		return -1;
	l->v[l->n++] = n;
	return 0;
}

static int
take_all(struct facts_list *to, const struct facts_list *from, struct err *e)
{
	size_t i;

	for (i = 0; i < from->n; i++)
		if (facts_list_add(to, from->v[i], e) < 0)
			return -1;
	return 0;
}

void
facts_response_rank(struct facts_response *r)
{
	r->work_median = r->work_p90 = r->wall_median = r->wall_p90 = -1;
	if (r->work.n == 0)
		return;
	r->work_median = answers_rank(r->work.v, r->work.n, 50);
	r->work_p90 = answers_rank(r->work.v, r->work.n, 90);
	r->wall_median = answers_rank(r->wall.v, r->wall.n, 50);
	r->wall_p90 = answers_rank(r->wall.v, r->wall.n, 90);
}

int
facts_response_add(struct facts_response *to,
	const struct facts_response *from, struct err *e)
{
	if (take_all(&to->asked, &from->asked, e) < 0 ||
	    take_all(&to->work, &from->work, e) < 0 ||
	    take_all(&to->wall, &from->wall, e) < 0)
		return -1;
	to->open += from->open;
	to->minute = to->minute || from->minute;
	facts_response_rank(to);
	return 0;
}

void
facts_response_release(struct facts_response *r)
{
	free(r->asked.v);
	free(r->work.v);
	free(r->wall.v);
}

const char *
facts_keep(struct facts *f, const char *s, size_t n, struct err *e)
{
	char *copy;

	if (n == 0)
		return "";
	if (facts_grow(&f->strings, f->nstrings, sizeof(*f->strings), e) < 0)
		return NULL;
	copy = str_ndup(s, n);
	if (!copy) {
		(void)err_nomem(e);
		return NULL;
	}
	return f->strings[f->nstrings++] = copy;
}

const char *
facts_excerpt(struct facts *f, const char *s, size_t n, struct err *e)
{
	size_t end = n < FACTS_TEXT_MAX ? n : FACTS_TEXT_MAX;

	/* not in the middle of a character */
	while (end < n && end > 0 && ((unsigned char)s[end] & 0xc0) == 0x80)
		end--;
	return facts_keep(f, s, end, e);
}

size_t
facts_station_find(const struct facts_work *w, const char *station)
{
	size_t i;

	for (i = 0; i < w->f->nstations; i++)
		if (strcmp(w->f->station[i].who.station, station) == 0)
			return i;
	return FACTS_NOWHERE;
}

/* --- Who: the doer, and who answers for him. */

struct answerable {
	const char *station, *source;
	char name[ROSTER_TEXT_LEN];
	int rank;	/* of what was found: 4 the source there, 1 the team */
};

static int
on_responsible(void *arg, const char *section, const char *key,
	const char *value)
{
	struct answerable *a = arg;
	const char *name = str_starts(section, "source ") ? section + 7 : NULL;
	size_t n = strlen(a->station);
	int rank = 0;

	if (strcmp(key, "responsible") != 0 || !*value)
		return 0;
	if (strcmp(section, "team") == 0)
		rank = 1;
	else if (str_starts(section, "station ") &&
	    strcmp(section + 8, a->station) == 0)
		rank = 2;
	else if (name && a->source && strcmp(name, a->source) == 0)
		rank = 3;
	else if (name && a->source && strncmp(name, a->station, n) == 0 &&
	    name[n] == '/' && strcmp(name + n + 1, a->source) == 0)
		rank = 4;
	if (rank > a->rank) {
		a->rank = rank;
		(void)snprintf(a->name, sizeof(a->name), "%s", value);
	}
	return 0;
}

/* SOURCE NULL: of the station. */
static int
who(struct facts_work *w, struct facts_who *out, const char *station,
	const char *source, struct err *e)
{
	const struct roster_row *row = roster_find(w->ask->roster, station);
	struct answerable a = {.station = station, .source = source};
	const char *doer = row && row->person[0] ? row->person : station;

	out->station = facts_keep(w->f, station, strlen(station), e);
	out->doer = facts_keep(w->f, doer, strlen(doer), e);
	(void)teamini_each(w->ask->policy, on_responsible, &a);
	out->responsible = a.name[0] ?
	    facts_keep(w->f, a.name, strlen(a.name), e) : out->doer;
	return out->station && out->doer && out->responsible ? 0 : -1;
}

size_t
facts_account_of(struct facts_work *w, size_t station, const char *source,
	const char *platform, const char *account, struct err *e)
{
	const char *name = w->f->station[station].who.station;
	struct facts_account *a;
	size_t i;

	for (i = 0; i < w->f->naccounts; i++) {
		a = &w->f->account[i];
		if (strcmp(a->who.station, name) == 0 &&
		    strcmp(a->source, source) == 0 &&
		    strcmp(a->platform, platform) == 0 &&
		    strcmp(a->account, account) == 0)
			return i;
	}
	if (facts_grow(&w->f->account, i, sizeof(*a), e) < 0)
		return FACTS_NOWHERE;
	a = &w->f->account[i];
	memset(a, 0, sizeof(*a));
	a->exported = a->until = a->first = a->last = FACTS_NEVER;
	a->source = facts_keep(w->f, source, strlen(source), e);
	a->platform = facts_keep(w->f, platform, strlen(platform), e);
	a->account = facts_keep(w->f, account, strlen(account), e);
	if (who(w, &a->who, name, source, e) < 0 || !a->source ||
	    !a->platform || !a->account)
		return FACTS_NOWHERE;
	w->f->naccounts++;
	return i;
}

struct facts_item *
facts_item_new(struct facts_work *w, enum facts_kind kind, size_t station,
	size_t account, struct err *e)
{
	struct facts_item *it;

	if (facts_grow(&w->f->item, w->f->nitems, sizeof(*it), e) < 0)
		return NULL;
	it = &w->f->item[w->f->nitems++];
	memset(it, 0, sizeof(*it));
	it->kind = kind;
	it->severity = FACTS_HIGH;
	it->source = it->platform = it->account = it->peer = "";
	it->what = it->note = it->text = it->now = "";
	it->at = FACTS_NEVER;
	it->who = w->f->station[station].who;
	if (account != FACTS_NOWHERE) {
		const struct facts_account *a = &w->f->account[account];

		it->who = a->who;
		it->source = a->source;
		it->platform = a->platform;
		it->account = a->account;
	}
	return it;
}

struct facts_item *
facts_item_of(struct facts_work *w, enum facts_kind kind, size_t chat,
	struct err *e)
{
	const struct facts_chat *c = &w->chat[chat];
	struct facts_item *it = facts_item_new(w, kind, c->station, c->account,
	    e);

	if (it) {
		it->chat = c->n;
		it->peer = c->name[0] ? c->name : c->id;
	}
	return it;
}

const char *
facts_kind_name(enum facts_kind k)
{
	static const char *const names[FACTS_NKINDS] = {"not_backed_up",
	    "paused", "unreadable", "vanished", "recalled", "edited", "leaked",
	    "unanswered", "inquiry_open", "watch", "shared",
	    "report_missing", "plan_missing", "objection", "silent",
	    "unknown_side"};

	return names[k];
}

/* --- Stations. */

static int
patience_of(const char *policy, const char *station, int64_t *out,
	struct err *e)
{
	int64_t minutes = FACTS_UNANSWERED_MIN;
	char value[32];

	if (teamini_get(policy, station, "unanswered", value, sizeof(value)) &&
	    str_to_i64(value, 1, 100000, &minutes) < 0) {
		(void)err_set(e, ERR_FORMAT, "policy.ini: %s = %.60s makes no "
		    "sense", "unanswered", value);
		return err_hint(e, "write how many minutes of work");
	}
	*out = minutes * MINUTE_MS;
	return 0;
}

struct runs {
	struct facts_work *w;
	struct facts_station *s;
	int64_t end;
	bool before, after;	/* there are runs before the end, behind it */
	const char *paused;	/* what the last run of D says; NULL: it read */
};

/* docs/FORMAT.md section 15: a person at the station wanted nothing read. */
static int
on_source(void *arg, const struct query_source *s, struct err *e)
{
	struct runs *runs = arg;

	if (runs->paused || strcmp(s->state, "blocked") != 0 ||
	    !str_starts(s->reason, "paused at the station until "))
		return 0;
	runs->paused = facts_keep(runs->w->f, s->reason, strlen(s->reason), e);
	return runs->paused ? 0 : -1;
}

static int
on_run(void *arg, const struct query_run *r, struct err *e)
{
	const struct query_part *p = &r->first;
	struct runs *runs = arg;
	int64_t at = p->receipt_utc != QUERY_NONE ? p->receipt_utc : p->started;

	if (!r->finished)
		return 0;
	runs->before = runs->before || at * 1000 < runs->end;
	runs->after = runs->after || at * 1000 >= runs->end;
	if (at * 1000 > runs->s->last_run)
		runs->s->last_run = at * 1000;
	if (at * 1000 < runs->s->start || at * 1000 >= runs->end)
		return 0;
	runs->s->backed_up = true;
	runs->paused = NULL;
	return query_part_sources(runs->w->c, p->n, on_source, runs, e);
}

static int
add_paused(struct facts_work *w, size_t station, const char *why,
	struct err *e)
{
	struct facts_item *it = facts_item_new(w, FACTS_PAUSED, station,
	    FACTS_NOWHERE, e);

	if (!it)
		return -1;
	it->severity = FACTS_MEDIUM;
	it->at = w->f->station[station].last_run;
	it->text = why;
	return 0;
}

static int
add_station(struct facts_work *w, const char *name, struct err *e)
{
	size_t i = w->f->nstations;
	struct facts_station *s = &w->f->station[i];
	struct runs runs = {.w = w, .s = s};
	struct facts_item *it;

	memset(s, 0, sizeof(*s));
	s->last_run = FACTS_NEVER;
	if (who(w, &s->who, name, NULL, e) < 0 ||
	    patience_of(w->ask->policy, name, &w->patience[i], e) < 0)
		return -1;
	w->time[i] = worktime_new(w->ask->policy, name, e);
	if (!w->time[i])
		return -1;
	w->f->nstations++;
	s->active = i < w->ask->nactive;
	s->works = worktime_works(w->time[i], w->ask->day);
	s->start = worktime_start(w->time[i], w->ask->day);
	runs.end = worktime_start(w->time[i], w->ask->day + 1);
	s->cutoff = runs.end < w->ask->now ? runs.end : w->ask->now;
	if (query_log(w->c, name, INT64_MIN, INT64_MAX, on_run, &runs, e) < 0)
		return -1;
	s->ran = runs.before;
	if (runs.paused && add_paused(w, i, runs.paused, e) < 0)
		return -1;
	/* nobody misses who was not there yet */
	if (!s->active || !s->works || s->backed_up ||
	    (runs.after && !runs.before))
		return 0;
	it = facts_item_new(w, FACTS_NOT_BACKED_UP, i, FACTS_NOWHERE, e);
	if (it)
		it->at = s->last_run;
	return it ? 0 : -1;
}

static int
add_stations(struct facts_work *w, struct err *e)
{
	const size_t n = w->ask->nstations;
	size_t i;

	w->f->station = calloc(n + 1, sizeof(*w->f->station));
	w->time = calloc(n + 1, sizeof(struct worktime *));
	w->patience = calloc(n + 1, sizeof(*w->patience));
	if (!w->f->station || !w->time || !w->patience)
		return err_nomem(e);
	for (i = 0; i < n; i++)
		if (add_station(w, w->ask->station[i], e) < 0)
			return -1;
	return 0;
}

/* --- Tools. */

struct facts_tools {
	struct contacts *contacts;
	struct smalltalk *talk;
	struct json *json;
};

struct facts_tools *
facts_tools_new(struct err *e)
{
	struct facts_tools *t = calloc(1, sizeof(*t));

	if (!t) {
		(void)err_nomem(e);
		return NULL;
	}
	t->contacts = contacts_new(e);
	t->talk = t->contacts ? smalltalk_new(e) : NULL;
	t->json = t->talk ? json_new_lenient(JSON_NODES, 16, e) : NULL;
	if (t->json)
		return t;
	facts_tools_free(t);
	return NULL;
}

void
facts_tools_free(struct facts_tools *t)
{
	if (!t)
		return;
	contacts_free(t->contacts);
	smalltalk_free(t->talk);
	json_free(t->json);
	free(t);
}

/* --- All of it. */

struct filling {
	struct facts *f;
	struct facts_item *it;
};

static int
on_text(void *arg, const struct history_message *h, struct err *e)
{
	struct filling *x = arg;

	x->it->text = facts_excerpt(x->f, h->text, h->text_len, e);
	x->it->note = facts_keep(x->f, h->kind, strlen(h->kind), e);
	return x->it->text && x->it->note ? 0 : -1;
}

/* What was not kept while the window was walked. */
static int
fill(struct facts_work *w, struct err *e)
{
	struct filling x = {.f = w->f};
	size_t i;

	for (i = 0; i < w->f->nitems; i++) {
		x.it = &w->f->item[i];
		if (x.it->kind == FACTS_UNANSWERED && history_get(w->m,
		    x.it->messages.v[0], on_text, &x, e) < 0)
			return -1;
	}
	return 0;
}

/* By kind; then the gravest, the longest waiting, the oldest. */
static int
cmp_items(const void *a, const void *b)
{
	const struct facts_item *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if ((x->today > 0) != (y->today > 0))
		return x->today > 0 ? -1 : 1;
	if (x->value != y->value)
		return x->value > y->value ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return strcmp(x->who.station, y->who.station);
}

static int
cmp_accounts(const void *a, const void *b)
{
	const struct facts_account *x = a, *y = b;
	int c = strcmp(x->who.station, y->who.station);

	if (c == 0)
		c = strcmp(x->source, y->source);
	if (c == 0)
		c = strcmp(x->platform, y->platform);
	return c ? c : strcmp(x->account, y->account);
}

static void
work_release(struct facts_work *w)
{
	size_t i;

	for (i = 0; w->time && i < w->ask->nstations; i++)
		worktime_free(w->time[i]);
	free(w->time);
	free(w->patience);
	free(w->chat);
	free(w->row);
	free(w->quotes.v);
	free(w->claim);
	free(w->key);
	free(w->inquiry);
}

int
facts_make(struct facts *f, struct messages *m, struct catalogue *c,
	const struct facts_ask *ask, struct err *e)
{
	struct facts_work w = {.f = f, .m = m, .c = c, .ask = ask};
	struct facts_tools *own = ask->tools ? NULL : facts_tools_new(e);
	const struct facts_tools *tools = ask->tools ? ask->tools : own;
	int rc = -1;

	memset(f, 0, sizeof(*f));
	f->day = ask->day;
	f->made = ask->now;
	if (!tools)
		return -1;
	w.contacts = tools->contacts;
	w.talk = tools->talk;
	w.json = tools->json;
	if (add_stations(&w, e) < 0 || facts_walk(&w, e) < 0 ||
	    facts_window(&w, e) < 0 || facts_readable(&w, e) < 0 ||
	    facts_asked(&w, e) < 0 || facts_persons(&w, e) < 0)
		goto out;
	if (!ask->numbers && (facts_leaked(&w, e) < 0 ||
	    facts_shared(&w, e) < 0 || facts_past(&w, e) < 0))
		goto out;
	if (fill(&w, e) < 0)
		goto out;
	if (f->nitems > 0)
		qsort(f->item, f->nitems, sizeof(*f->item), cmp_items);
	if (f->naccounts > 0)
		qsort(f->account, f->naccounts, sizeof(*f->account),
		    cmp_accounts);
	rc = 0;
out:
	work_release(&w);
	facts_tools_free(own);
	return rc;
}

static void
release_account(struct facts_account *a)
{
	free(a->conversations.v);
	free(a->new_peers.v);
	free(a->in.v);
	free(a->out.v);
	free(a->automatic.v);
	free(a->unknown.v);
	free(a->internal.v);
	facts_response_release(&a->response);
}

void
facts_release(struct facts *f)
{
	size_t i;

	for (i = 0; i < f->naccounts; i++)
		release_account(&f->account[i]);
	for (i = 0; i < f->npersons; i++) {
		facts_response_release(&f->person[i].response);
		free(f->person[i].objection);
	}
	free(f->person);
	for (i = 0; i < f->nitems; i++)
		free(f->item[i].messages.v);
	for (i = 0; i < f->nstrings; i++)
		free(f->strings[i]);
	facts_response_release(&f->response);
	free(f->inquiries.created.v);
	free(f->inquiries.all.v);
	free(f->inquiries.read.v);
	free(f->inquiries.replied.v);
	free(f->inquiries.quoted.v);
	free(f->inquiries.open.v);
	free(f->inquiries.ordered.v);
	free(f->inquiries.orders.v);
	free(f->account);
	free(f->station);
	free(f->item);
	free(f->strings);
	memset(f, 0, sizeof(*f));
}
