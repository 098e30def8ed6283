/*
 * desk/handover.c - what is left to do when a person goes; docs/REPORTS.md
 * "Handover".
 *
 * What he had is asked of the book as it was before the start, what he has of
 * the book as it is; a task is whatever is in one of the two.
 */
#include "desk/handover.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

struct work {
	struct handover *h;
	const struct handover_ask *ask;
	const struct custody *then, *now;
	/* the account at hand, now and as it was (NULL: not yet) */
	const struct book_account *a, *was;
	bool must, lost;
	char quoted[2][256];		/* of quote() */
	unsigned nquoted;
	struct err *e;
};

const char *
handover_step_name(enum handover_step s)
{
	static const char *const names[HANDOVER_STEPS] = {"freeze",
	    "inventory", "rotate", "rebind", "2fa", "transfer", "confirm",
	    "sign-off", "close"};

	return names[s];
}

const char *
handover_role_name(enum handover_role r)
{
	static const char *const names[HANDOVER_ROLES] = {"leaver",
	    "successor", "manager"};

	return names[r];
}

bool
handover_may_sign(const char *leaver, enum handover_role r, const char *by)
{
	return r == HANDOVER_LEAVER || !by || !people_same(by, leaver);
}

/* --- Tasks. */

static struct handover_task *
add(struct work *w, enum handover_step step, bool done)
{
	struct handover *h = w->h;
	struct handover_task *t;

	if ((h->n & (h->n - 1)) == 0) {
		t = realloc(h->task, (h->n ? 2 * h->n : 1) * sizeof(*t));
		if (!t) {
			(void)err_nomem(w->e);
			return NULL;
		}
		h->task = t;
	}
	t = &h->task[h->n++];
	memset(t, 0, sizeof(*t));
	t->step = step;
	t->account = w->a;
	t->must = w->must && !done;
	t->lost = w->lost && !done;
	t->done = done;
	t->order = h->n;
	return t;
}

static void __attribute__((format(printf, 2, 3)))
what(struct handover_task *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(t->what, sizeof(t->what), fmt, ap);
	va_end(ap);
}

/*
 * WORD for a shell.  Names come out of events, and who types a command after us
 * must not run what somebody put into one.  Good until the next but one.
 */
static const char *
quote(struct work *w, const char *word)
{
	char *q = w->quoted[w->nquoted++ % 2];
	size_t n = 0;

	q[n++] = '\'';
	for (; *word != '\0' && n + 6 < sizeof(w->quoted[0]); word++) {
		if (*word == '\'') {
			memcpy(q + n, "'\\''", 4);
			n += 4;
		} else {
			q[n++] = *word;
		}
	}
	q[n++] = '\'';
	q[n] = '\0';
	return q;
}

/* One that does not fit would be another one. */
static void __attribute__((format(printf, 2, 3)))
command(struct handover_task *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (t->done)
		return;
	va_start(ap, fmt);
	n = vsnprintf(t->command, sizeof(t->command), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(t->command))
		t->command[0] = '\0';
}

/* V, if it is of the time since the start. */
static const struct account_event *
since(const struct work *w, const struct account_event *v)
{
	return v && w->h->started && v->ts >= w->h->started ? v : NULL;
}

/* The newer of the two. */
static const struct account_event *
newer(const struct account_event *a, const struct account_event *b)
{
	return !a || (b && b->ts > a->ts) ? b : a;
}

static bool
had(const struct work *w, enum custody_part part)
{
	return w->was && !w->was->closed &&
	    custody_holds(w->then, w->was, part, w->ask->person);
}

static bool
has(const struct work *w, enum custody_part part)
{
	return !w->a->closed &&
	    custody_holds(w->now, w->a, part, w->ask->person);
}

static bool
listed(const struct book_account *const *v, size_t n,
	const struct book_account *a)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (v[i] == a)
			return true;
	return false;
}

/*
 * A task of one part, if it is or was his.  BY: what took it from him; *OUT is
 * NULL where there is none to do.
 */
static int
part_task(struct work *w, enum handover_step step, enum custody_part part,
	const struct account_event *by, struct handover_task **out)
{
	bool mine = has(w, part);

	*out = NULL;
	if (!mine && !had(w, part))
		return 0;
	*out = add(w, step, !mine);
	if (!*out)
		return -1;
	(*out)->by = mine ? NULL : since(w, by);
	custody_text(w->now, w->a, part, (*out)->what, sizeof((*out)->what));
	return 0;
}

/* --- Account by account. */

static const struct account_event *
set_by(const struct work *w, enum event_field f)
{
	return w->a->set_by[f];
}

static int
rotate(struct work *w)
{
	const struct account_event *by = w->a->npasswords > 0 ?
	    w->a->password[w->a->npasswords - 1] : NULL;
	struct handover_task *t;

	if (w->a->value[EVENT_QR] && strcmp(w->a->value[EVENT_QR],
	    "yes") == 0)
		return 0;
	if (part_task(w, HANDOVER_ROTATE, CUSTODY_PASSWORD, by, &t) < 0)
		return -1;
	if (t)
		command(t, "liudi-desk account rotated %s",
		    quote(w, w->a->shown));
	return 0;
}

static int
rebind(struct work *w)
{
	static const struct {
		enum custody_part part;
		enum event_field f;
		const char *field;
	} things[] = {
		{CUSTODY_PHONE, EVENT_PHONE, "phone"},
		{CUSTODY_EMAIL, EVENT_EMAIL, "email"}
	};
	struct handover_task *t;
	size_t i;

	for (i = 0; i < sizeof(things) / sizeof(*things); i++) {
		enum event_field f = things[i].f;

		if (part_task(w, HANDOVER_REBIND, things[i].part,
		    newer(newer(set_by(w, f), set_by(w, f + 1)),
		    set_by(w, f + 2)), &t) < 0)
			return -1;
		if (t)
			command(t, "liudi-desk account bound %s %s=… "
			    "%s_owner=company %s_holder=NAME",
			    quote(w, w->a->shown),
			    things[i].field, things[i].field, things[i].field);
	}
	if (part_task(w, HANDOVER_REBIND, CUSTODY_SUBJECT,
	    set_by(w, EVENT_SUBJECT), &t) < 0)
		return -1;
	if (t)
		command(t, "liudi-desk account update %s subject=company",
		    quote(w, w->a->shown));
	return 0;
}

static const char *
successor(const struct work *w)
{
	const char *shop = w->a->value[EVENT_SHOP];
	const char *who = people_successor(w->ask->people, shop ?
	    people_shop(w->ask->people, shop) : NULL, w->ask->person);

	return who ? who : "NAME";
}

static int
second_factor(struct work *w)
{
	struct handover_task *t = NULL;

	if (w->a->totp && part_task(w, HANDOVER_TWOFA, CUSTODY_SEED,
	    newer(w->a->totp, set_by(w, EVENT_TWOFA_KIND)), &t) < 0)
		return -1;
	if (t)
		command(t, "liudi-desk account twofa %s totp",
		    quote(w, w->a->shown));
	if (!custody_uses(w->now, w->a, CUSTODY_DEVICE))
		return 0;
	if (part_task(w, HANDOVER_TWOFA, CUSTODY_DEVICE,
	    set_by(w, EVENT_HOLDER), &t) < 0)
		return -1;
	if (t)
		command(t, "liudi-desk account transfer %s %s",
		    quote(w, w->a->shown), quote(w, successor(w)));
	return 0;
}

static bool
held_by(const struct custody *c, const struct book_account *a,
	const char *person)
{
	const char *holder = a && !a->closed ? custody_holder(c, a) : NULL;

	return holder && people_same(holder, person);
}

static int
transfer(struct work *w)
{
	const char *person = w->ask->person;
	bool his = held_by(w->now, w->a, person);
	struct handover_task *t;

	if (!his && !held_by(w->then, w->was, person))
		return 0;
	t = add(w, HANDOVER_TRANSFER, !his);
	if (!t)
		return -1;
	t->by = his ? NULL : since(w, set_by(w, EVENT_HOLDER));
	what(t, "in the hands of %s", w->a->closed ? "-" :
	    custody_holder(w->now, w->a));
	command(t, "liudi-desk account transfer %s %s",
	    quote(w, w->a->shown), quote(w, successor(w)));
	return 0;
}

/* Has another logged in since, with the password that counts? */
static int
confirm(struct work *w, size_t first)
{
	const struct account_event *by = since(w, w->a->confirmed);
	struct handover_task *t;
	const char *who = by && by->value[EVENT_BY] ? by->value[EVENT_BY] :
	    by ? custody_actor(w->now, by) : NULL;
	size_t i;

	for (i = first; i < w->h->n && w->h->task[i].step != HANDOVER_ROTATE &&
	    w->h->task[i].step != HANDOVER_TRANSFER; i++)
		;
	if (i == w->h->n || w->a->closed)
		return 0;
	if (who && people_same(who, w->ask->person))
		by = NULL;
	t = add(w, HANDOVER_CONFIRM, by);
	if (!t)
		return -1;
	t->must = t->lost = false;	/* neither list is shorter by it */
	t->by = by;
	if (by)
		what(t, "%s logged in", who);
	else
		what(t, "nobody has logged in since");
	command(t, "liudi-desk account confirm %s", quote(w, w->a->shown));
	return 0;
}

/* The same account in the book as it was, or NULL. */
static const struct book_account *
as_it_was(const struct work *w)
{
	const struct book_account *v;
	size_t n, i;

	v = book_accounts(w->h->before_book, &n);
	for (i = 0; i < n; i++)
		if (memcmp(v[i].id, w->a->id, sizeof(v[i].id)) == 0)
			return &v[i];
	return NULL;
}

static int
of_accounts(struct work *w)
{
	const struct custody_result *now = &w->h->now;
	const struct book_account *v;
	size_t n, i, first;

	v = book_accounts(w->ask->book, &n);
	for (i = 0; i < n; i++) {
		w->a = &v[i];
		w->was = as_it_was(w);
		w->lost = listed(now->lost, now->nlost, w->a);
		w->must = w->lost || listed(now->reach, now->nreach, w->a);
		first = w->h->n;
		if (rotate(w) < 0 || rebind(w) < 0 || second_factor(w) < 0 ||
		    transfer(w) < 0 || confirm(w, first) < 0)
			return -1;
	}
	w->a = w->was = NULL;
	w->must = w->lost = false;
	return 0;
}

/* --- Of the person. */

static int
freeze_station(struct work *w, const struct people_station *s)
{
	char ref[CANON_REF_LEN];
	struct handover_task *t = add(w, HANDOVER_FREEZE, !s->active);
	bool held;

	if (!t)
		return -1;
	if (s->active)
		what(t, "station %s may send", s->station);
	else
		what(t, "station %s cannot send any more", s->station);
	command(t, "liudi-desk station suspend %s", s->station);
	(void)snprintf(ref, sizeof(ref), "refs/heads/ws/%s/main/", s->station);
	held = w->ask->retention &&
	    retention_held(w->ask->retention, ref, 0);
	t = add(w, HANDOVER_FREEZE, held);
	if (!t)
		return -1;
	if (held)
		what(t, "a hold keeps the records of %s", s->station);
	else
		what(t, "no hold keeps the records of %s", s->station);
	command(t, "liudi-desk hold add left-%s %s --reason handover",
	    s->station, s->station);
	return 0;
}

static int
freeze(struct work *w)
{
	const struct people_station *s;
	const struct people_reader *r;
	struct handover_task *t;
	long who = people_find(w->ask->people, w->ask->person);
	const bool another = people_manager_but(w->ask->people,
	    &w->ask->person, 1);
	size_t n, i;

	s = people_stations(w->ask->people, &n);
	for (i = 0; i < n; i++)
		if (s[i].person == who && freeze_station(w, &s[i]) < 0)
			return -1;
	r = people_readers(w->ask->people, &n);
	for (i = 0; i < n; i++) {
		if (r[i].person != who)
			continue;
		t = add(w, HANDOVER_FREEZE, r[i].until != INT64_MAX);
		if (!t)
			return -1;
		if (t->done)
			what(t, "key '%s' opens nothing that is sealed from "
			    "now on", r[i].key);
		else if (another || r[i].owner)
			what(t, "key '%s' opens what is sealed", r[i].key);
		else
			what(t, "key '%s' opens what is sealed, and he is the "
			    "only manager: let in another first", r[i].key);
		/* as long as it does, no new password shuts him out */
		t->must = !t->done && !w->h->finished;
		if (another || r[i].owner)
			command(t, "liudi-desk key retire %s", r[i].key);
		else
			command(t, "liudi-desk key add NAME");
	}
	return 0;
}

static int
signatures(struct work *w)
{
	struct handover_task *t;
	int r;

	for (r = 0; r < HANDOVER_ROLES; r++) {
		const struct account_event *v = w->h->sign[r];
		const char *by = v && v->value[EVENT_BY] ?
		    v->value[EVENT_BY] : "-";

		t = add(w, HANDOVER_SIGNOFF, v);
		if (!t)
			return -1;
		t->by = v;
		if (v)
			what(t, r == HANDOVER_LEAVER ? "leaver: %s" :
			    r == HANDOVER_SUCCESSOR ? "successor: %s" :
			    "manager: %s", by);
		else
			what(t, r == HANDOVER_LEAVER ?
			    "leaver has not signed" :
			    r == HANDOVER_SUCCESSOR ?
			    "successor has not signed" :
			    "manager has not signed");
		command(t, "liudi-desk handover signoff %s --as %s "
		    "--by NAME", quote(w, w->ask->person),
		    handover_role_name(r));
	}
	return 0;
}

static int
of_person(struct work *w)
{
	const char *person = w->ask->person;
	struct handover_task *t;

	if (freeze(w) < 0)
		return -1;
	t = add(w, HANDOVER_INVENTORY, w->h->started > 0);
	if (!t)
		return -1;
	what(t, "%zu would be lost, %zu are still open to him",
	    w->h->now.nlost, w->h->now.nreach);
	command(t, "liudi-desk handover start %s", quote(w, person));
	if (signatures(w) < 0)
		return -1;
	t = add(w, HANDOVER_CLOSE, w->h->closed > 0);
	if (!t)
		return -1;
	if (t->done)
		what(t, "closed");
	else if (w->h->finished)
		what(t, "both lists are empty: it can be closed");
	else
		what(t, "both lists must be empty first");
	command(t, "liudi-desk handover close %s", quote(w, person));
	return 0;
}

/* --- All of it. */

/* A station has no say in it: the leaver sits at one. */
static bool
of_station(const struct people *p, const struct account_event *v)
{
	const struct people_station *s;
	size_t n, i;

	s = people_stations(p, &n);
	for (i = 0; i < n; i++)
		if (strcmp(s[i].station, v->device) == 0)
			return true;
	return false;
}

/* Start, close and who signed between them. */
void
handover_history(struct handover *h, const struct handover_ask *ask)
{
	const struct account_event *const *v;
	size_t n, i, len;
	int r;

	v = book_general(ask->book, &n);
	for (i = 0; i < n; i++) {
		const char *person = v[i]->value[EVENT_PERSON];
		const char *step = v[i]->value[EVENT_STEP];
		const char *text = v[i]->value[EVENT_TEXT];

		if (v[i]->kind != EVENT_HANDOVER || !person || !step ||
		    !people_same(person, ask->person) ||
		    of_station(ask->people, v[i]))
			continue;
		if (strcmp(step, "start") == 0 &&
		    (!h->started || h->closed)) {
			h->started = v[i]->ts;
			h->closed = 0;
			memset(h->sign, 0, sizeof(h->sign));
		} else if (strcmp(step, "close") == 0 && h->started) {
			h->closed = v[i]->ts;
		}
		for (r = 0; text && strcmp(step, "signoff") == 0 &&
		    r < HANDOVER_ROLES; r++) {
			len = strlen(handover_role_name(r));
			if (strncmp(text, handover_role_name(r), len) == 0 &&
			    (text[len] == '\0' || text[len] == ' ') &&
			    handover_may_sign(ask->person, (enum handover_role)
			    r, v[i]->value[EVENT_BY]))
				h->sign[r] = v[i];
		}
	}
}

static int
copy_before(struct book *to, const struct account_event *const *v, size_t n,
	int64_t started, struct err *e)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((!started || v[i]->ts < started) &&
		    book_add(to, v[i], e) < 0)
			return -1;
	return 0;
}

/* The book as it was at the start; as it is, where there was none. */
static int
look_back(struct handover *h, const struct handover_ask *ask, struct err *e)
{
	const struct book_account *a;
	size_t n, i;

	h->before_book = book_new(e);
	if (!h->before_book)
		return -1;
	a = book_accounts(ask->book, &n);
	for (i = 0; i < n; i++)
		if (copy_before(h->before_book, a[i].event, a[i].nevents,
		    h->started, e) < 0)
			return -1;
	if (book_fold(h->before_book, e) < 0)
		return -1;
	h->before = custody_new(h->before_book, ask->people, ask->platforms,
	    h->started ? h->started : ask->utc, e);
	return h->before ? 0 : -1;
}

static int
cmp_tasks(const void *a, const void *b)
{
	const struct handover_task *x = a, *y = b;

	if (x->step != y->step)
		return x->step < y->step ? -1 : 1;
	if (x->account && y->account && x->lost != y->lost)
		return x->lost ? -1 : 1;
	if (x->account && y->account && x->must != y->must)
		return x->must ? -1 : 1;
	if (x->account && y->account && x->account != y->account)
		return strcmp(x->account->shown, y->account->shown);
	return x->order < y->order ? -1 : x->order > y->order;
}

int
handover_make(struct handover *h, const struct handover_ask *ask,
	struct err *e)
{
	struct handover_ask named = *ask;
	struct work w = {.h = h, .ask = &named, .e = e};
	const struct people_person *all;
	size_t n;
	long who;

	memset(h, 0, sizeof(*h));
	h->custody = custody_new(ask->book, ask->people, ask->platforms,
	    ask->utc, e);
	if (!h->custody || custody_whatif(h->custody, &ask->person, 1,
	    &h->now, e) < 0)
		return -1;
	who = people_find(ask->people, ask->person);
	all = people_all(ask->people, &n);
	h->person = named.person = all[who].name;
	h->finished = h->now.nlost == 0 && h->now.nreach == 0;
	handover_history(h, &named);
	if (look_back(h, &named, e) < 0)
		return -1;
	w.then = h->before;
	w.now = h->custody;
	if (of_accounts(&w) < 0 || of_person(&w) < 0)
		return -1;
	qsort(h->task, h->n, sizeof(*h->task), cmp_tasks);
	return 0;
}

void
handover_release(struct handover *h)
{
	free(h->task);
	custody_result_free(&h->now);
	custody_free(h->custody);
	custody_free(h->before);
	book_free(h->before_book);
	memset(h, 0, sizeof(*h));
}

size_t
handover_count(const struct handover *h, enum handover_step s, size_t *done)
{
	size_t i, n = 0;

	*done = 0;
	for (i = 0; i < h->n; i++)
		if (h->task[i].step == s) {
			n++;
			*done += h->task[i].done;
		}
	return n;
}
