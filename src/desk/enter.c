/* desk/enter.c - docs/REPORTS.md "What became of a message", into the tables. */
#include "desk/enter.h"

#include <stdlib.h>
#include <string.h>

#include "desk/fresh.h"
#include "desk/merge.h"
#include "desk/tally.h"

#include "base/banned.h"

#define WINDOW_MS (2 * MERGE_DAY)	/* of old rows before and behind */

/* A row of before. */
struct old {
	int64_t n, flags, line;
	uint64_t key, id, seen;
	int64_t at;
	uint64_t who;
};

/* What a conversation's row will count more. */
struct counts {
	int64_t messages, in, out, lost, changed, recalled, first, last;
};

struct enter {
	struct intake *in;
	struct messages *m;
	struct messages_report *r;
	int64_t reading;
	int64_t until;		/* of the file, ms */
	bool written;
	struct fresh fresh;
	/* of the conversation at hand */
	struct intake_chat *k;
	struct old *old;
	size_t nold, old_cap;
	struct merge_row *before, *now;
	bool *expected;
	size_t now_cap;
	int64_t *number;	/* of each row of NOW, once it has one */
	size_t *place;		/* among all fresh rows, if it is one */
	struct counts counts;
};

/* --- One conversation. */

static int64_t
grain_of(int64_t flags)
{
	switch (flag_get(flags, FLAG_PRECISION, FLAG_PRECISION_MASK)) {
	case STAMP_MS:
		return 1;
	case STAMP_S:
		return 1000;
	case STAMP_MIN:
		return 60000;
	default:
		return MERGE_DAY;
	}
}

static void
fill_row(struct merge_row *r, int64_t at, uint64_t id, uint64_t key,
	uint64_t who, int64_t flags)
{
	r->at = at;
	r->grain = grain_of(flags);
	r->id = id;
	r->key = key;
	r->sender = who;
	r->was = MERGE_NONE;
	r->gone = false;
	r->notice = flag_get(flags, FLAG_KIND, FLAG_KIND_MASK) == CHAT_RECALL;
	r->mark = flag_get(flags, FLAG_MARK, 1);
}

/* By time, then by number. */
static int
old_cmp(const void *a, const void *b)
{
	const struct old *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->n > y->n) - (x->n < y->n);
}

/* The rows of the conversation from FROM to TO, ms. */
static int
load_old(struct enter *t, int64_t from, int64_t to, struct err *e)
{
	struct catalogue *c = t->m->c;
	struct old *o;
	size_t cap;
	int rc;

	t->nold = 0;
	rc = catalogue_step(c, SQL_MESSAGE_WINDOW, e, "iii", t->k->n,
	    NUMBER_OF(from < 0 ? 0 : from / 1000), NUMBER_OF(to / 1000 + 1));
	for (; rc == 1; rc = catalogue_next(c, SQL_MESSAGE_WINDOW, e)) {
		if (t->nold == t->old_cap) {
			cap = t->old_cap ? t->old_cap * 2 : 256;
			o = realloc(t->old, cap * sizeof(*o));
			if (!o)
				return err_nomem(e);
			t->old = o;
			t->old_cap = cap;
		}
		o = &t->old[t->nold++];
		o->n = catalogue_int(c, SQL_MESSAGE_WINDOW, 0);
		o->flags = catalogue_int(c, SQL_MESSAGE_WINDOW, 1);
		o->key = (uint64_t)catalogue_int(c, SQL_MESSAGE_WINDOW, 2);
		o->id = (uint64_t)catalogue_int(c, SQL_MESSAGE_WINDOW, 3);
		o->at = NUMBER_SECOND(o->n) * 1000 +
		    catalogue_int(c, SQL_MESSAGE_WINDOW, 4);
		o->seen = (uint64_t)catalogue_int(c, SQL_MESSAGE_WINDOW, 5);
		o->line = catalogue_int(c, SQL_MESSAGE_WINDOW, 6);
		o->who = (uint64_t)catalogue_int(c, SQL_MESSAGE_WINDOW, 7);
	}
	/* Those that stand behind their second are out of place. */
	if (rc == 0 && t->nold > 0)
		qsort(t->old, t->nold, sizeof(*t->old), old_cmp);
	return rc;
}

/* Did an earlier reading of the file that is read now hold OLD? */
static int
of_this_file(struct enter *t, const struct old *o, bool *out, struct err *e)
{
	const struct messages_file *f = t->in->f;
	struct catalogue *c = t->m->c;
	int rc = catalogue_step(c, SQL_RECORD_PATH, e, "ittt",
	    o->line / RECORDS_LINES, f->station, f->source, f->path);

	if (rc < 0)
		return -1;
	*out = rc == 1;
	catalogue_reset(c, SQL_RECORD_PATH);
	return 0;
}

/* Can row O be missed?  It must have been in exports like this one. */
static int
expect(struct enter *t, const struct old *o, bool *out, struct err *e)
{
	*out = flag_get(o->flags, FLAG_STATE, FLAG_STATE_MASK) == STATE_LIVE &&
	    (o->seen & t->k->lane) != 0 &&
	    flag_get(o->flags, FLAG_PRECISION, FLAG_PRECISION_MASK) !=
	    STAMP_NONE;
	/* Behind its last message only the file itself is a measure. */
	if (*out && o->at > t->in->last) {
		*out = false;
		return t->written ? of_this_file(t, o, out, e) : 0;
	}
	return 0;
}

/* Which rows are the newer text of which. */
static int
link_old(struct enter *t, struct err *e)
{
	struct tally places = TALLY_INIT(t->m->seed);
	struct catalogue *c = t->m->c;
	size_t i, was;
	uint64_t *slot;
	int rc = -1, there;

	for (i = 0; i < t->nold; i++)
		if (flag_get(t->old[i].flags, FLAG_WAS, 1))
			break;
	if (i == t->nold)
		return 0;
	for (i = 0; i < t->nold; i++) {
		slot = tally_at(&places, (uint64_t)t->old[i].n, e);
		if (!slot)
			goto out;
		*slot = i + 1;
	}
	for (i = 0; i < t->nold; i++) {
		if (!flag_get(t->old[i].flags, FLAG_WAS, 1))
			continue;
		there = catalogue_step(c, SQL_CHANGE_TO, e, "i", t->old[i].n);
		if (there < 0)
			goto out;
		if (there == 0)
			continue;
		was = (size_t)tally_get(&places,
		    (uint64_t)catalogue_int(c, SQL_CHANGE_TO, 0));
		catalogue_reset(c, SQL_CHANGE_TO);
		if (was != 0)
			t->before[i].was = was - 1;
	}
	rc = 0;
out:
	tally_release(&places);
	return rc;
}

static int
prepare_old(struct enter *t, struct err *e)
{
	size_t i;

	free(t->before);
	free(t->expected);
	t->expected = NULL;
	t->before = malloc((t->nold + 1) * sizeof(*t->before));
	t->expected = malloc((t->nold + 1) * sizeof(*t->expected));
	if (!t->before || !t->expected)
		return err_nomem(e);
	for (i = 0; i < t->nold; i++) {
		const struct old *o = &t->old[i];

		fill_row(&t->before[i], o->at, o->id, o->key, o->who,
		    o->flags);
		t->before[i].gone = flag_get(o->flags, FLAG_STATE,
		    FLAG_STATE_MASK) != STATE_LIVE;
		if (expect(t, o, &t->expected[i], e) < 0)
			return -1;
	}
	return link_old(t, e);
}

static int
prepare_new(struct enter *t, struct err *e)
{
	size_t n = t->k->to - t->k->from, i;

	if (n > t->now_cap) {
		free(t->now);
		free(t->number);
		free(t->place);
		t->now_cap = 0;
		t->now = malloc(n * sizeof(*t->now));
		t->number = malloc(n * sizeof(*t->number));
		t->place = malloc(n * sizeof(*t->place));
		if (!t->now || !t->number || !t->place)
			return err_nomem(e);
		t->now_cap = n;
	}
	for (i = 0; i < n; i++) {
		const struct intake_row *r = &t->in->row[t->k->from + i];

		fill_row(&t->now[i], r->at, r->id, r->key, r->who, r->flags);
		t->number[i] = 0;
		t->place[i] = SIZE_MAX;
	}
	return 0;
}

static void
count(struct counts *k, int64_t flags, int by)
{
	unsigned role = flag_get(flags, FLAG_ROLE, FLAG_ROLE_MASK);

	k->messages += by;
	k->in += role == CHAT_PEER ? by : 0;
	k->out += role == CHAT_SELF ? by : 0;
}

/* Message N has other flags; PLACE: among the fresh ones, or SIZE_MAX. */
static int
set_flags(struct enter *t, int64_t n, size_t place, int64_t flags,
	struct err *e)
{
	if (place != SIZE_MAX && fresh_flags(&t->fresh, place, flags))
		return 0;
	return catalogue_run(t->m->c, SQL_MESSAGE_FLAGS, e, "ii", n, flags);
}

/* Message N, whose flags were FLAGS, is now in STATE; NOW: what it became. */
static int
set_state(struct enter *t, int64_t n, size_t place, int64_t flags,
	unsigned state, int64_t now, struct err *e)
{
	bool quiet = state == STATE_CHANGED &&
	    flag_get(flags, FLAG_KIND, FLAG_KIND_MASK) == CHAT_INQUIRY;

	flags &= ~((int64_t)FLAG_STATE_MASK << FLAG_STATE);
	flags |= (int64_t)state << FLAG_STATE;
	if (set_flags(t, n, place, flags, e) < 0 ||
	    catalogue_run(t->m->c, SQL_CHANGE_ADD, e, "iiiii", n,
	    (int64_t)state, now, t->reading, (int64_t)quiet) < 0)
		return -1;
	if (state == STATE_CHANGED)
		count(&t->counts, flags, -1);
	if (quiet)
		return 0;
	t->counts.changed += state == STATE_CHANGED;
	t->counts.recalled += state == STATE_RECALLED;
	t->counts.lost += state == STATE_VANISHED;
	t->r->changed += state == STATE_CHANGED;
	t->r->recalled += state == STATE_RECALLED;
	t->r->vanished += state == STATE_VANISHED;
	return 0;
}

/* Row I of the export, which nobody has: number it. */
static int
enter_row(struct enter *t, const struct merge *g, size_t i, bool became,
	struct err *e)
{
	const struct intake_row *row = &t->in->row[t->k->from + i];
	int64_t at = row->at - g->shift;
	unsigned flags = row->flags | (unsigned)became << FLAG_WAS;
	size_t o = g->from[i];

	/* What a message became stands where it stood, as exactly. */
	if (o != MERGE_NONE && t->before[o].grain < t->now[i].grain) {
		at = t->old[o].at;
		flags &= ~(unsigned)(FLAG_PRECISION_MASK << FLAG_PRECISION);
		flags |= flag_get(t->old[o].flags, FLAG_PRECISION,
		    FLAG_PRECISION_MASK) << FLAG_PRECISION;
	}
	if (at < 0)
		at = 0;
	if (fresh_add(&t->fresh, t->in, row, t->k, at, flags, &t->number[i],
	    &t->place[i], e) < 0)
		return -1;
	count(&t->counts, flags, 1);
	if (row->timed && (t->counts.first == INT64_MIN ||
	    at < t->counts.first))
		t->counts.first = at;
	if (row->timed && at > t->counts.last)
		t->counts.last = at;
	t->r->fresh++;
	return 0;
}

/* Does the export end before the one in which O was missed, or with it? */
static int
is_older(struct enter *t, const struct old *o, bool *out, struct err *e)
{
	struct catalogue *c = t->m->c;
	int rc;

	*out = false;
	if (flag_get(o->flags, FLAG_STATE, FLAG_STATE_MASK) !=
	    STATE_VANISHED && !flag_get(o->flags, FLAG_BACK, 1))
		return 0;
	rc = catalogue_step(c, SQL_CHANGE_LOST, e, "i", o->n);
	if (rc < 0)
		return -1;
	*out = rc == 1 && t->in->last <= catalogue_int(c, SQL_CHANGE_LOST, 0);
	catalogue_reset(c, SQL_CHANGE_LOST);
	return 0;
}

/*
 * O is in the export again.  What was missed in a kind of export is expected
 * there no more until a later one of that kind has it.
 */
static int
keep(struct enter *t, struct old *o, struct err *e)
{
	struct catalogue *c = t->m->c;
	bool lost = flag_get(o->flags, FLAG_STATE, FLAG_STATE_MASK) ==
	    STATE_VANISHED, older;
	uint64_t seen = o->seen | t->k->lane;

	t->r->same++;
	if (is_older(t, o, &older, e) < 0)
		return -1;
	if (older || (!lost && seen == o->seen))
		return 0;
	if (lost) {
		seen = t->k->lane;
		o->flags &= ~(int64_t)(FLAG_STATE_MASK << FLAG_STATE);
		o->flags |= (int64_t)1 << FLAG_BACK;
		t->counts.lost--;
		if (catalogue_run(c, SQL_CHANGE_BACK, e, "ii", o->n,
		    t->reading) < 0)
			return -1;
	}
	return catalogue_run(c, SQL_MESSAGE_SEEN, e, "iii", o->n,
	    (int64_t)seen, o->flags);
}

/* Is row I what old row O was before it was meddled with? */
static bool
older(const struct enter *t, size_t o, size_t i)
{
	return t->before[o].mark && !t->now[i].mark;
}

/*
 * Row TO is what O was before somebody edited it or took it back: an older
 * export came late.
 */
static int
set_older(struct enter *t, struct old *o, size_t to, struct err *e)
{
	const struct intake_row *row = &t->in->row[t->k->from + to];
	bool recalled = flag_get(o->flags, FLAG_KIND, FLAG_KIND_MASK) ==
	    CHAT_RECALL;

	o->flags |= (int64_t)1 << FLAG_WAS;
	if (set_flags(t, o->n, SIZE_MAX, o->flags, e) < 0)
		return -1;
	return set_state(t, t->number[to], t->place[to], row->flags,
	    recalled ? STATE_RECALLED : STATE_CHANGED, o->n, e);
}

/* What G says became of old row I. */
static int
settle_old(struct enter *t, const struct merge *g, size_t i, struct err *e)
{
	struct old *o = &t->old[i];
	size_t to = g->to[i];
	int64_t now = to == MERGE_NONE ? 0 : t->number[to];

	switch (g->fate[i]) {
	case MERGE_KEPT:
		return keep(t, o, e);
	case MERGE_CHANGED:
		if (older(t, i, to))
			return set_older(t, o, to, e);
		return set_state(t, o->n, SIZE_MAX, o->flags, STATE_CHANGED,
		    now, e);
	case MERGE_RECALLED:
		return set_state(t, o->n, SIZE_MAX, o->flags, STATE_RECALLED,
		    now, e);
	case MERGE_VANISHED:
		return set_state(t, o->n, SIZE_MAX, o->flags, STATE_VANISHED,
		    0, e);
	case MERGE_OUT:
		break;
	}
	return 0;
}

/*
 * Messages that say which one they take back or replace, by its number, where
 * the export goes on holding that one.
 */
static int
settle_targets(struct enter *t, const struct merge *g, struct err *e)
{
	struct tally ids = TALLY_INIT(t->m->seed);
	size_t i, n = t->k->to - t->k->from, at;
	const struct intake_row *row = t->in->row + t->k->from;
	uint64_t *slot;
	int rc = -1;

	for (i = 0; i < n; i++)
		if (row[i].target != 0)
			break;
	if (i == n)
		return 0;
	for (i = 0; i < n; i++) {
		if (row[i].id == 0)
			continue;
		slot = tally_at(&ids, row[i].id, e);
		if (!slot)
			goto out;
		*slot = i + 1;
	}
	for (i = 0; i < n; i++) {
		int64_t number, flags;
		size_t place;

		at = (size_t)tally_get(&ids, row[i].target);
		if (row[i].target == 0 || g->from[i] != MERGE_NONE ||
		    at == 0 || --at == i || row[at].target != 0)
			continue;
		number = t->number[at];
		place = t->place[at];
		flags = row[at].flags;
		if (g->from[at] != MERGE_NONE &&
		    g->fate[g->from[at]] == MERGE_KEPT) {
			number = t->old[g->from[at]].n;
			flags = t->old[g->from[at]].flags;
			place = SIZE_MAX;
		}
		if (number == 0 || flag_get(flags, FLAG_STATE,
		    FLAG_STATE_MASK) != STATE_LIVE)
			continue;
		if (set_state(t, number, place, flags, row[i].replaces ?
		    STATE_CHANGED : STATE_RECALLED, t->number[i], e) < 0)
			goto out;
	}
	rc = 0;
out:
	tally_release(&ids);
	return rc;
}

static int
settle(struct enter *t, const struct merge *g, struct err *e)
{
	size_t i, n = t->k->to - t->k->from;

	for (i = 0; i < n; i++) {
		size_t o = g->from[i];

		if (o != MERGE_NONE && g->fate[o] == MERGE_KEPT &&
		    g->to[o] == i) {
			t->number[i] = t->old[o].n;
			continue;
		}
		if (enter_row(t, g, i, o != MERGE_NONE && !older(t, o, i),
		    e) < 0)
			return -1;
	}
	for (i = 0; i < t->nold; i++)
		if (settle_old(t, g, i, e) < 0)
			return -1;
	return settle_targets(t, g, e);
}

/* What the export should hold of the conversation. */
static void
span_of(const struct enter *t, struct merge_span *s)
{
	const struct intake_row *row = t->in->row + t->k->from;
	size_t i, n = t->k->to - t->k->from;

	for (i = 0; i < n; i++)
		if (row[i].timed && flag_get(row[i].flags, FLAG_KIND,
		    FLAG_KIND_MASK) != CHAT_SYSTEM)
			break;
	s->first = row[i < n ? i : 0].at;
	s->until = t->until;
}

static int
count_more(struct enter *t, struct err *e)
{
	const struct counts *k = &t->counts;

	return catalogue_run(t->m->c, SQL_CHAT_COUNT, e,
	    "iiiiiiiiiii", t->k->n, k->messages, k->in, k->out, k->first,
	    k->last, k->lost, k->changed, k->recalled, (int64_t)t->k->digest,
	    (int64_t)t->k->lane);
}

/* Has nothing been read of the conversation since the very same? */
static int
is_known(struct enter *t, bool *out, struct err *e)
{
	struct catalogue *c = t->m->c;

	if (catalogue_step(c, SQL_CHAT_DIGEST, e, "i", t->k->n) != 1)
		return -1;
	*out = catalogue_int(c, SQL_CHAT_DIGEST, 0) == (int64_t)t->k->digest &&
	    catalogue_int(c, SQL_CHAT_DIGEST, 1) == (int64_t)t->k->lane;
	catalogue_reset(c, SQL_CHAT_DIGEST);
	return 0;
}

static int
enter_chat(struct enter *t, struct err *e)
{
	const struct intake_row *row = t->in->row + t->k->from;
	size_t n = t->k->to - t->k->from;
	struct merge_span span;
	struct merge g = {0};
	bool known;
	int rc = -1;

	if (n == 0)
		return 0;
	/* Twice in one file: in an archive of several kinds of exports. */
	if (fresh_waits(&t->fresh, t->k->n) && fresh_flush(&t->fresh, e) < 0)
		return -1;
	if (is_known(t, &known, e) < 0)
		return -1;
	if (known) {
		t->r->same += (int64_t)n;
		return 0;
	}
	memset(&t->counts, 0, sizeof(t->counts));
	t->counts.first = t->counts.last = INT64_MIN;
	span_of(t, &span);
	if (load_old(t, row[0].at - WINDOW_MS, (span.until > row[n - 1].at ?
	    span.until : row[n - 1].at) + WINDOW_MS, e) < 0 ||
	    prepare_old(t, e) < 0 || prepare_new(t, e) < 0)
		return -1;
	if (merge_make(&g, t->before, t->nold, t->expected, t->now, n, &span,
	    e) < 0)
		return -1;
	if (settle(t, &g, e) < 0 || count_more(t, e) < 0)
		goto out;
	rc = 0;
out:
	merge_release(&g);
	return rc;
}

int
enter_all(struct intake *in, int64_t reading, bool written,
	struct messages_report *r, struct err *e)
{
	struct enter t = {
		.in = in, .m = in->m, .r = r, .reading = reading,
		.until = in->last, .written = written
	};
	const struct messages_file *f = in->f;
	size_t i;
	int rc = -1;

	fresh_init(&t.fresh, in->m);
	if (written && f->mtime * 1000 > t.until)
		t.until = f->mtime * 1000;
	if (t.until > f->taken * 1000)
		t.until = f->taken * 1000;
	if (records_begin(in->m->records, reading, e) < 0)
		goto out;
	for (i = 0; i < in->nchat; i++) {
		t.k = &in->chat[i];
		if (enter_chat(&t, e) < 0)
			goto out;
	}
	if (fresh_flush(&t.fresh, e) < 0 || records_end(in->m->records, e) < 0)
		goto out;
	rc = 0;
out:
	fresh_release(&t.fresh);
	free(t.old);
	free(t.before);
	free(t.expected);
	free(t.now);
	free(t.number);
	free(t.place);
	return rc;
}
