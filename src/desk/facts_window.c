/* desk/facts_window.c - counts, turns, who waits, who is silent. */
#include <stdlib.h>
#include <string.h>

#include "desk/facts_work.h"

#include "base/banned.h"

#define SILENT_DAYS_MIN 5
#define SILENT_NUM 4	/* four fifths */
#define SILENT_DEN 5

static int
cmp_rows(const void *a, const void *b)
{
	const struct answers_row *x = a, *y = b;

	if (x->chat != y->chat)
		return x->chat < y->chat ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->n > y->n) - (x->n < y->n);
}

struct turns {
	struct facts_work *w;
	const struct answers_row *rows;
	struct facts_response *r;
	struct worktime *time;
};

static int
on_turn(void *arg, const struct answers_turn *t, struct err *e)
{
	struct turns *all = arg;
	const struct answers_row *asked = &all->rows[t->asked], *answered;

	if (all->w->chat[facts_row_chat(asked)].type == FACTS_GROUP)
		return 0;
	if (facts_list_add(&all->r->asked, asked->n, e) < 0)
		return -1;
	if (t->answered == ANSWERS_NONE) {
		all->r->open++;
		return 0;
	}
	answered = &all->rows[t->answered];
	all->r->minute = all->r->minute || t->minute;
	if (facts_list_add(&all->r->wall, answered->at - asked->at, e) < 0)
		return -1;
	return facts_list_add(&all->r->work, worktime_between(all->time,
	    asked->at, answered->at), e);
}

/* Turns of the N rows of account A, added to those of all. */
static int
respond(struct facts_work *w, struct facts_account *a, size_t station,
	const struct answers_row *rows, size_t n, struct err *e)
{
	const struct facts_station *s = &w->f->station[station];
	struct turns t = {.w = w, .rows = rows, .r = &a->response,
	    .time = w->time[station]};

	if (answers_turns(rows, n, s->start, s->cutoff, on_turn, &t, e) < 0)
		return -1;
	facts_response_rank(&a->response);
	return facts_response_add(&w->f->response, &a->response, e);
}

/* Is conversation CHAT, the N rows, open for too long? */
static int
wait(struct facts_work *w, size_t chat, const struct answers_row *rows,
	size_t n, struct err *e)
{
	const struct facts_chat *c = &w->chat[chat];
	const struct facts_station *s = &w->f->station[c->station];
	size_t first = answers_open(rows, n, s->cutoff), i;
	struct facts_item *it;
	int64_t waits;

	if (first == ANSWERS_NONE || c->type == FACTS_GROUP)
		return 0;
	waits = worktime_between(w->time[c->station], rows[first].at,
	    s->cutoff);
	if (waits <= w->patience[c->station])
		return 0;
	it = facts_item_of(w, FACTS_UNANSWERED, chat, e);
	if (!it)
		return -1;
	it->at = rows[first].at;
	it->value = waits;
	for (i = first; i < n; i++)
		if (rows[i].side == ANSWERS_PEER && rows[i].counts &&
		    facts_list_add(&it->messages, rows[i].n, e) < 0)
			return -1;
	return 0;
}

/* in, out, automatic of D; DAYS gets a bit for each day with an answer. */
static int
count(struct facts_work *w, struct facts_account *a, size_t station,
	const struct answers_row *rows, size_t n, uint32_t *days,
	struct err *e)
{
	const struct facts_station *s = &w->f->station[station];
	const struct answers_row *r;
	struct facts_list *to;
	int64_t day;

	for (r = rows; r < rows + n; r++) {
		day = r->side == ANSWERS_SELF && !r->automatic ?
		    worktime_day(w->time[station], r->at) - w->ask->day +
		    FACTS_WINDOW_DAYS : -1;
		if (day >= 0 && day < 32)
			*days |= UINT32_C(1) << day;
		if (r->at < s->start)
			continue;
		to = r->side == ANSWERS_PEER ? &a->in :
		    r->automatic ? &a->automatic : &a->out;
		if (facts_list_add(to, r->n, e) < 0)
			return -1;
		if (r->automatic)
			continue;
		w->chat[facts_row_chat(r)].today = true;
		if (to != &a->out)
			continue;
		if (a->first == FACTS_NEVER || r->at < a->first)
			a->first = r->at;
		if (r->at > a->last)
			a->last = r->at;
	}
	return 0;
}

/* Said nothing in D, and talks on most days; facts_readable.c knows the rest. */
static void
silence(struct facts_work *w, size_t account, size_t station, uint32_t days)
{
	struct facts_account *a = &w->f->account[account];
	int worked = 0, talked = 0, i;

	for (i = 0; i < FACTS_WINDOW_DAYS; i++) {
		if (!worktime_works(w->time[station], w->ask->day -
		    FACTS_WINDOW_DAYS + i))
			continue;
		worked++;
		talked += days >> i & 1;
	}
	a->silent = w->f->station[station].active &&
	    w->f->station[station].works && a->out.n == 0 &&
	    talked >= SILENT_DAYS_MIN &&
	    talked * SILENT_DEN >= worked * SILENT_NUM;
}

/* The N rows of one account. */
static int
account_of_rows(struct facts_work *w, struct answers_row *rows, size_t n,
	struct err *e)
{
	size_t account = (size_t)(rows[0].chat >> 32), i, k;
	size_t station = w->chat[facts_row_chat(&rows[0])].station;
	struct facts_account *a = &w->f->account[account];
	uint32_t days = 0;

	if (answers_automatic(rows, n, e) < 0 ||
	    count(w, a, station, rows, n, &days, e) < 0 ||
	    respond(w, a, station, rows, n, e) < 0)
		return -1;
	for (i = 0; i < n; i = k) {
		for (k = i + 1; k < n && rows[k].chat == rows[i].chat; k++)
			;
		if (wait(w, facts_row_chat(&rows[i]), rows + i, k - i, e) < 0)
			return -1;
	}
	silence(w, account, station, days);
	return 0;
}

static int
conversations(struct facts_work *w, struct err *e)
{
	struct facts_account *a;
	const struct facts_chat *c;
	struct facts_item *it;
	size_t i;

	for (i = 0; i < w->nchats; i++) {
		c = &w->chat[i];
		a = &w->f->account[c->account];
		if (!c->today)
			continue;
		if (facts_list_add(&a->conversations, c->n, e) < 0)
			return -1;
		if (!c->old && (c->type == FACTS_PRIVATE ||
		    c->type == FACTS_MAIL) &&
		    facts_list_add(&a->new_peers, c->n, e) < 0)
			return -1;
	}
	for (i = 0; i < w->f->naccounts; i++) {
		a = &w->f->account[i];
		if (a->unknown.n <= a->in.n + a->out.n)
			continue;
		it = facts_item_new(w, FACTS_UNKNOWN_SIDE,
		    facts_station_find(w, a->who.station), i, e);
		if (!it)
			return -1;
		it->value = (int64_t)a->unknown.n;
	}
	return 0;
}

int
facts_window(struct facts_work *w, struct err *e)
{
	size_t i, k;

	if (w->nrows > 0)
		qsort(w->row, w->nrows, sizeof(*w->row), cmp_rows);
	facts_response_rank(&w->f->response);
	for (i = 0; i < w->f->naccounts; i++)
		facts_response_rank(&w->f->account[i].response);
	for (i = 0; i < w->nrows; i = k) {
		for (k = i + 1; k < w->nrows &&
		    w->row[k].chat >> 32 == w->row[i].chat >> 32; k++)
			;
		if (account_of_rows(w, w->row + i, k - i, e) < 0)
			return -1;
	}
	return conversations(w, e);
}
