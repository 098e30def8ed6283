/* desk/enter.c - docs/REPORTS.md "What became of a message", into the tables. */
#include "desk/enter.h"

#include <stdlib.h>
#include <string.h>

#include "desk/merge.h"
#include "desk/tally.h"

#include "base/banned.h"

#define WINDOW_MS (2 * MERGE_DAY)	/* of old rows before and behind */

/* A row of before. */
struct old {
	struct msgrow row;	/* as it is to be written, if it is altered */
	int64_t flags;		/* as desk/merge saw them */
	int64_t at;
	uint64_t who;		/* the sender as desk/merge compares it */
	bool altered;
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
	struct tally whos;	/* sender -> who */
	/* of the conversation at hand */
	struct intake_chat *k;
	struct old *old;
	size_t nold, old_cap;
	struct merge_row *before, *now;
	bool *expected;
	size_t now_cap;
	int64_t *number;	/* of each row of NOW, once it has one */
	size_t *place;		/* among those that are new, if it is one */
	struct msgrow *add;	/* the new ones */
	size_t nadd;
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
	return (x->row.n > y->row.n) - (x->row.n < y->row.n);
}

/* What merge compares of the sender of R. */
static int
who_of(struct enter *t, const struct msgrow *r, uint64_t *who, struct err *e)
{
	struct catalogue *c = t->m->c;
	uint64_t *slot;
	int rc;

	*who = 0;
	if (r->who == 0 || flag_get(r->flags, FLAG_ROLE, FLAG_ROLE_MASK) ==
	    FLAG_ROLE_SYSTEM)
		return 0;
	slot = tally_at(&t->whos, (uint64_t)r->who, e);
	if (!slot)
		return -1;
	if (*slot == 0) {
		rc = catalogue_step(c, SQL_SENDER_WHO, e, "i", r->who);
		if (rc < 0)
			return -1;
		if (rc == 1)
			*slot = (uint64_t)catalogue_int(c, SQL_SENDER_WHO, 0);
		catalogue_reset(c, SQL_SENDER_WHO);
	}
	*who = *slot;
	return 0;
}

static int
add_old(struct enter *t, const struct msgrow *r, struct err *e)
{
	struct old *o;
	size_t cap;

	if (t->nold == t->old_cap) {
		cap = t->old_cap ? t->old_cap * 2 : 256;
		o = realloc(t->old, cap * sizeof(*o));
		if (!o)
			return err_nomem(e);
		t->old = o;
		t->old_cap = cap;
	}
	o = &t->old[t->nold++];
	o->row = *r;
	o->flags = r->flags;
	o->at = NUMBER_SECOND(r->n) * 1000 + r->ms;
	o->altered = false;
	return who_of(t, r, &o->who, e);
}

/* The rows of the conversation from FROM to TO, ms. */
static int
load_old(struct enter *t, int64_t from, int64_t to, struct err *e)
{
	int64_t n = NUMBER_OF(from < 0 ? 0 : from / 1000);
	int64_t end = NUMBER_OF(to / 1000 + 1);
	bool sorted = true;
	const struct msgrow *v;
	size_t i, many;

	t->nold = 0;
	do {
		if (msgrows_from(t->m->rows, t->k->n, n, &v, &many, e) < 0)
			return -1;
		for (i = 0; i < many && v[i].n < end; i++) {
			if (add_old(t, &v[i], e) < 0)
				return -1;
			sorted = sorted && (t->nold < 2 || old_cmp(
			    &t->old[t->nold - 2], &t->old[t->nold - 1]) < 0);
		}
		n = i > 0 ? v[i - 1].n + 1 : end;
	} while (i > 0 && i == many);
	/* Those that stand behind their second are out of place. */
	if (!sorted)
		qsort(t->old, t->nold, sizeof(*t->old), old_cmp);
	return 0;
}

/* Did an earlier reading of the file that is read now hold OLD? */
static int
of_this_file(struct enter *t, const struct old *o, bool *out, struct err *e)
{
	const struct messages_file *f = t->in->f;
	struct catalogue *c = t->m->c;
	int rc = catalogue_step(c, SQL_RECORD_PATH, e, "ittt",
	    o->row.line / RECORDS_LINES, f->station, f->source, f->path);

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
	const int64_t flags = o->row.flags;

	*out = flag_get(flags, FLAG_STATE, FLAG_STATE_MASK) == STATE_LIVE &&
	    (o->row.seen & t->k->lane) != 0 &&
	    flag_get(flags, FLAG_PRECISION, FLAG_PRECISION_MASK) !=
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
		if (flag_get(t->old[i].row.flags, FLAG_WAS, 1))
			break;
	if (i == t->nold)
		return 0;
	for (i = 0; i < t->nold; i++) {
		slot = tally_at(&places, (uint64_t)t->old[i].row.n, e);
		if (!slot)
			goto out;
		*slot = i + 1;
	}
	for (i = 0; i < t->nold; i++) {
		if (!flag_get(t->old[i].row.flags, FLAG_WAS, 1))
			continue;
		there = catalogue_step(c, SQL_CHANGE_TO, e, "i",
		    t->old[i].row.n);
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

		fill_row(&t->before[i], o->at, o->row.id, o->row.key, o->who,
		    o->row.flags);
		t->before[i].gone = flag_get(o->row.flags, FLAG_STATE,
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
		free(t->add);
		t->now_cap = 0;
		t->now = malloc(n * sizeof(*t->now));
		t->number = malloc(n * sizeof(*t->number));
		t->place = malloc(n * sizeof(*t->place));
		t->add = malloc(n * sizeof(*t->add));
		if (!t->now || !t->number || !t->place || !t->add)
			return err_nomem(e);
		t->now_cap = n;
	}
	t->nadd = 0;
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

/* Old row O has other flags now. */
static void
set_flags(struct old *o, int64_t flags)
{
	o->row.flags = flags;
	o->altered = true;
}

/* N, whose flags were FLAGS, is noted to be in STATE; NOW: what it became. */
static int
note_state(struct enter *t, int64_t n, int64_t flags, unsigned state,
	int64_t now, struct err *e)
{
	bool quiet = state == STATE_CHANGED &&
	    flag_get(flags, FLAG_KIND, FLAG_KIND_MASK) == CHAT_INQUIRY;

	if (catalogue_run(t->m->c, SQL_CHANGE_ADD, e, "iiiii", n,
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

static int64_t
in_state(int64_t flags, unsigned state)
{
	flags &= ~((int64_t)FLAG_STATE_MASK << FLAG_STATE);
	return flags | (int64_t)state << FLAG_STATE;
}

static int
set_old_state(struct enter *t, struct old *o, unsigned state, int64_t now,
	struct err *e)
{
	set_flags(o, in_state(o->flags, state));
	return note_state(t, o->row.n, o->flags, state, now, e);
}

/* The same of row I of the export, if it is a new one, or what it is. */
static int
set_new_state(struct enter *t, const struct merge *g, size_t i,
	unsigned state, int64_t now, struct err *e)
{
	int64_t flags = t->in->row[t->k->from + i].flags;

	if (t->place[i] == SIZE_MAX)
		set_flags(&t->old[g->from[i]], in_state(flags, state));
	else
		t->add[t->place[i]].flags = in_state(flags, state);
	return note_state(t, t->number[i], flags, state, now, e);
}

/* A new message: its number, its line, and what a search finds it by. */
static int
add_row(struct enter *t, const struct intake_row *row, int64_t at,
	unsigned flags, struct msgrow *r, struct err *e)
{
	struct messages *m = t->m;
	const char *line;

	memset(r, 0, sizeof(*r));
	if (intake_line(t->in, row, &line, fresh_text(&m->fresh), e) < 0 ||
	    records_add(m->records, line, row->len, &r->line, e) < 0 ||
	    fresh_add(&m->fresh, t->k->n, at / 1000, &r->n, e) < 0)
		return -1;
	r->who = row->sender;
	r->flags = flags;
	r->ms = at - NUMBER_SECOND(r->n) * 1000;
	r->key = row->key;
	r->id = row->id;
	r->seen = t->k->lane;
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
	if (add_row(t, row, at, flags, &t->add[t->nadd], e) < 0)
		return -1;
	t->number[i] = t->add[t->nadd].n;
	t->place[i] = t->nadd++;
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
	rc = catalogue_step(c, SQL_CHANGE_LOST, e, "i", o->row.n);
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
	uint64_t seen = o->row.seen | t->k->lane;

	t->r->same++;
	if (is_older(t, o, &older, e) < 0)
		return -1;
	if (older || (!lost && seen == o->row.seen))
		return 0;
	if (lost) {
		seen = t->k->lane;
		o->flags &= ~(int64_t)(FLAG_STATE_MASK << FLAG_STATE);
		o->flags |= (int64_t)1 << FLAG_BACK;
		t->counts.lost--;
		if (catalogue_run(c, SQL_CHANGE_BACK, e, "ii",
		    o->row.n, t->reading) < 0)
			return -1;
	}
	o->row.seen = seen;
	set_flags(o, o->flags);
	return 0;
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
set_older(struct enter *t, const struct merge *g, struct old *o, size_t to,
	struct err *e)
{
	bool recalled = flag_get(o->flags, FLAG_KIND, FLAG_KIND_MASK) ==
	    CHAT_RECALL;

	o->flags |= (int64_t)1 << FLAG_WAS;
	set_flags(o, o->flags);
	return set_new_state(t, g, to, recalled ? STATE_RECALLED :
	    STATE_CHANGED, o->row.n, e);
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
			return set_older(t, g, o, to, e);
		return set_old_state(t, o, STATE_CHANGED, now, e);
	case MERGE_RECALLED:
		return set_old_state(t, o, STATE_RECALLED, now, e);
	case MERGE_VANISHED:
		return set_old_state(t, o, STATE_VANISHED, 0, e);
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
		struct old *o;
		unsigned state;

		at = (size_t)tally_get(&ids, row[i].target);
		if (row[i].target == 0 || g->from[i] != MERGE_NONE ||
		    at == 0 || --at == i || row[at].target != 0)
			continue;
		state = row[i].replaces ? STATE_CHANGED : STATE_RECALLED;
		o = g->from[at] != MERGE_NONE &&
		    g->fate[g->from[at]] == MERGE_KEPT ?
		    &t->old[g->from[at]] : NULL;
		if (flag_get(o ? o->flags : row[at].flags, FLAG_STATE,
		    FLAG_STATE_MASK) != STATE_LIVE)
			continue;
		if ((o ? set_old_state(t, o, state, t->number[i], e) :
		    set_new_state(t, g, at, state, t->number[i], e)) < 0)
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
			t->number[i] = t->old[o].row.n;
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

static int
row_cmp(const void *a, const void *b)
{
	const struct msgrow *x = a, *y = b;

	return (x->n > y->n) - (x->n < y->n);
}

/* Write the rows that are new, and the old ones that are not as they were. */
static int
save(struct enter *t, struct err *e)
{
	size_t i, n = t->nadd;
	struct msgrow *v;

	for (i = 0; i < t->nold; i++)
		n += t->old[i].altered;
	if (n == 0)
		return 0;
	v = realloc(t->add, (n > t->now_cap ? n : t->now_cap) * sizeof(*v));
	if (!v)
		return err_nomem(e);
	t->add = v;
	for (i = 0; i < t->nold; i++)
		if (t->old[i].altered)
			v[t->nadd++] = t->old[i].row;
	qsort(v, n, sizeof(*v), row_cmp);
	return msgrows_put(t->m->rows, t->k->n, v, n, e);
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
	if (settle(t, &g, e) < 0 || save(t, e) < 0 || count_more(t, e) < 0)
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

	t.whos.seed = in->m->seed;
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
	if (records_end(in->m->records, e) < 0)
		goto out;
	rc = 0;
out:
	tally_release(&t.whos);
	free(t.old);
	free(t.before);
	free(t.expected);
	free(t.now);
	free(t.number);
	free(t.place);
	free(t.add);
	return rc;
}
