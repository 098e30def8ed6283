/* tests/desk/merge_test.c - what became of messages: by hand and at random. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "desk/merge.h"

#include "base/banned.h"

#define SEC ((int64_t)1000)
#define MIN ((int64_t)60000)
#define HOUR ((int64_t)3600000)
#define ROWS_MAX 24

static uint64_t
hash(const char *text, size_t len)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (uint8_t)text[i]) * 1099511628211u;
	return h >> 16;
}

/* ---- by hand ---- */

struct side {
	struct merge_row row[ROWS_MAX];
	bool expected[ROWS_MAX];
	size_t n;
};

/*
 * Rows of TEXT, apart by "; ", as "TIME SENDER WORD FLAGS…": seconds; a letter,
 * or - for none; flags #N number, ! notice, * mark, ? unexpected, ~ gone,
 * <N older text.
 */
static void
rows(struct side *s, const char *text, int64_t grain)
{
	memset(s, 0, sizeof(*s));
	while (*text != '\0') {
		struct merge_row *r = &s->row[s->n];
		char *end;
		size_t n;

		assert_true(s->n < ROWS_MAX);
		r->at = strtoll(text, &end, 10) * SEC;
		r->at -= r->at % grain;
		r->grain = grain;
		r->was = MERGE_NONE;
		r->sender = end[1] == '-' ? 0 : (uint64_t)end[1];
		text = end + 3;
		n = strcspn(text, " ;");
		r->key = hash(text, n);
		s->expected[s->n] = true;
		for (text += n; *text != ';' && *text != '\0';) {
			switch (*text++) {
			case '#':
				r->id = strtoull(text, &end, 10);
				text = end;
				break;
			case '<':
				r->was = strtoul(text, &end, 10);
				text = end;
				break;
			case '!':
				r->notice = true;
				break;
			case '*':
				r->mark = true;
				break;
			case '~':
				r->gone = true;
				break;
			case '?':
				s->expected[s->n] = false;
				break;
			default:
				break;
			}
		}
		s->n++;
		text += strspn(text, "; ");
	}
}

static void
add_ref(struct buf *b, size_t to)
{
	struct err e = ERR_INIT;

	if (to != MERGE_NONE)
		assert_int_equal(buf_addf(b, &e, "%zu", to), 0);
}

/* "K0 C1 V | 0 1 -": fate and `to` of OLD, `from` of NEW. */
static void
shown(const struct merge *m, size_t nold, size_t nnew, struct buf *b)
{
	static const char letter[] = "KCRVO";
	struct err e = ERR_INIT;

	for (size_t i = 0; i < nold; i++) {
		assert_int_equal(buf_addf(b, &e, "%c", letter[m->fate[i]]), 0);
		add_ref(b, m->to[i]);
		assert_int_equal(buf_addc(b, ' ', &e), 0);
	}
	assert_int_equal(buf_adds(b, "|", &e), 0);
	for (size_t j = 0; j < nnew; j++) {
		assert_int_equal(buf_adds(b, m->from[j] == MERGE_NONE ? " -" :
		    " ", &e), 0);
		add_ref(b, m->from[j]);
	}
}

struct by_hand {
	const char *old, *new;
	int64_t grain;
	const char *first, *until;	/* NULL: of NEW's ends */
	const char *want;
	int64_t shift;
};

static void
check(const struct by_hand *c)
{
	struct side old, new;
	struct merge_span span;
	struct merge m;
	struct err e = ERR_INIT;
	struct buf b;

	rows(&old, c->old, c->grain);
	rows(&new, c->new, c->grain);
	span.first = c->first != NULL ? strtoll(c->first, NULL, 10) * SEC :
	    new.row[0].at;
	span.until = c->until != NULL ? strtoll(c->until, NULL, 10) * SEC :
	    new.row[new.n - 1].at;
	buf_init(&b, 4096);
	assert_int_equal(merge_make(&m, old.row, old.n, old.expected, new.row,
	    new.n, &span, &e), 0);
	shown(&m, old.n, new.n, &b);
	assert_int_equal(buf_addc(&b, '\0', &e), 0);
	if (strcmp((const char *)b.data, c->want) != 0 || m.shift != c->shift)
		fail_msg("%s => %s:\n  is   %s (%" PRId64 ")\n  want %s",
		    c->old, c->new, (const char *)b.data, m.shift, c->want);
	merge_release(&m);
	buf_release(&b);
}

static void
test_by_hand(void **state)
{
	static const struct by_hand cases[] = {
		/* the same, and more */
		{"1 A a; 2 B b", "1 A a; 2 B b; 3 A c", 1000, NULL, NULL,
		    "K0 K1 | 0 1 -", 0},
		/* a window begins later; retention */
		{"1 A a; 2 B b; 3 A c", "2 B b; 3 A c", 1000, NULL, NULL,
		    "O K0 K1 | 1 2", 0},
		{"1 A a; 2 B b", "900 A c", 1000, NULL, NULL, "O O | -", 0},
		/* an older export, imported late */
		{"1 A a; 2 B b; 3 A c", "1 A a; 2 B b", 1000, NULL, NULL,
		    "K0 K1 O | 0 1", 0},
		/* gone */
		{"1 A a; 2 B b; 3 A c", "1 A a; 3 A c", 1000, NULL, NULL,
		    "K0 V K1 | 0 2", 0},
		{"1 A a; 2 B b; 3 A c", "1 A a; 3 A c", 60000, NULL, NULL,
		    "K0 V K1 | 0 2", 0},
		/* the last ones: known from what came later elsewhere */
		{"1 A a; 2 B b", "1 A a", 1000, NULL, "5", "K0 V | 0", 0},
		{"1 A a; 2 B b", "1 A a", 1000, NULL, "1", "K0 O | 0", 0},
		{"1 A a; 2 B b", "1 A a", 60000, NULL, NULL, "K0 O | 0", 0},
		/* nobody expected it in such an export */
		{"1 A a; 2 B b ?; 3 A c", "1 A a; 3 A c", 1000, NULL, NULL,
		    "K0 O K1 | 0 2", 0},
		/* three equal ones */
		{"1 A ok; 2 A ok; 3 A ok; 70 B x", "1 A ok; 2 A ok; 70 B x",
		    60000, "-100", NULL, "V K0 K1 K2 | 1 2 3", 0},
		/* cut off within a minute: the first ones */
		{"1 A ok; 2 A ok; 3 A ok; 70 B x", "1 A ok; 2 A ok; 70 B x",
		    60000, NULL, NULL, "O K0 K1 K2 | 1 2 3", 0},
		{"1 A ok; 2 A x; 3 A ok; 70 B x", "3 A ok; 70 B x", 60000, NULL,
		    NULL, "O O K0 K1 | 2 3", 0},
		{"1 A ok ?; 1 A gone !* <0; 2 A x; 3 A ok; 70 B x",
		    "3 A gone !*; 70 B x", 60000, NULL, NULL,
		    "O K0 O O K1 | 1 4", 0},
		/* ended within a minute: the last ones */
		{"1 B x; 61 A ok; 62 A ok; 63 A ok", "1 B x; 61 A ok; 62 A ok",
		    60000, NULL, NULL, "K0 K1 K2 O | 0 1 2", 0},
		/* of equal ones those that are expected come first */
		{"1 A ok ?; 2 A ok; 70 B x", "1 A ok; 70 B x", 60000, "-100",
		    NULL, "O K0 K1 | 1 2", 0},
		/* and then what still lives; but where a window begins the last */
		{"1 A ok ?; 2 A ok ?~; 70 B x", "1 A ok; 70 B x", 60000,
		    "-100", NULL, "K0 O K1 | 0 2", 0},
		{"1 A ok; 2 A ok ?; 70 B x", "2 A ok; 70 B x", 60000, NULL,
		    NULL, "O K0 K1 | 1 2", 0},
		/* edited */
		{"1 A a; 2 B b; 3 A c", "1 A a; 2 B bb; 3 A c", 1000, NULL,
		    NULL, "K0 C1 K2 | 0 1 2", 0},
		{"1 A a; 2 B b; 3 A c", "1 A a; 2 B bb *; 3 A c", 60000, NULL,
		    NULL, "K0 C1 K2 | 0 1 2", 0},
		{"1 A b; 2 A a; 70 B x", "1 A a; 2 A c; 70 B x", 60000, "-100",
		    NULL, "C1 K0 K2 | 1 0 2", 0},
		{"1 A b; 2 A a; 3 B x", "1 A a; 2 A c; 3 A d *; 3 B x", 60000,
		    NULL, "99", "C2 K0 K3 | 1 - 0 2", 0},
		/* taken back, and said better, in one minute */
		{"1 B x; 61 A a", "1 B x; 62 A gone !; 63 A aa", 60000, NULL,
		    NULL, "K0 R1 | 0 - -", 0},
		{"1 B x; 61 A a; 121 A y", "1 B x; 62 A gone !; 63 A aa; "
		    "121 A y", 60000, NULL, NULL, "K0 C2 K3 | 0 - 1 2", 0},
		{"1 A a; 2 B b; 9 A c", "1 A a; 2 A bb; 9 A c", 1000, NULL,
		    NULL, "K0 C1 K2 | 0 1 2", 0},
		{"1 A a; 2 B b; 9 B c", "1 A a; 2 A bb; 9 B c", 1000, NULL,
		    NULL, "K0 V K2 | 0 - 2", 0},
		/* the only message */
		{"1 A a", "1 A b", 1000, NULL, NULL, "C0 | 0", 0},
		/* cut off where another was edited */
		{"1 A a; 2 A b; 70 B x", "2 A bb; 70 B x", 60000, NULL, NULL,
		    "O C0 K1 | 1 2", 0},
		/* the older text again: this is the older export */
		{"1 A a ?; 1 A aa <0; 2 B b", "1 A a; 2 B b", 1000, NULL, NULL,
		    "K0 O K1 | 0 2", 0},
		{"1 A a ?; 1 A aa ? <0; 1 A aaa <1; 2 B b", "1 A a; 2 B b",
		    1000, NULL, NULL, "K0 O O K1 | 0 3", 0},
		{"1 A a ?; 1 A aa; 2 B b", "1 A a; 2 B b", 1000, NULL, NULL,
		    "K0 C0 K1 | 0 2", 0},
		/* changed, and an export of another kind showed it first */
		{"1 A a; 1 A aa ?; 2 B b", "1 A aa; 2 B b", 1000, NULL, NULL,
		    "C0 K0 K1 | 1 2", 0},
		{"1 A a; 2 A b; 3 A c ?; 70 B x", "3 A c; 70 B x", 60000,
		    "-100", NULL, "V C0 K0 K1 | 2 3", 0},
		/* recalled: a mark in its place, a notice behind it */
		{"1 A a; 2 B b; 3 A c", "1 A a; 2 B gone !*; 3 A c", 1000, NULL,
		    NULL, "K0 R1 K2 | 0 1 2", 0},
		{"1 A a; 2 B b; 3 A c", "1 A a; 3 A c; 9 B gone !", 1000, NULL,
		    NULL, "K0 R2 K1 | 0 2 -", 0},
		{"1 A a; 2 B b; 3 A c", "1 A a; 3 A c; 9 - gone !", 1000, NULL,
		    NULL, "K0 R2 K1 | 0 2 -", 0},
		{"1 A a; 2 B b; 3 A c", "1 A a; 3 A c; 9 A gone !", 1000, NULL,
		    NULL, "K0 V K1 | 0 2 -", 0},
		{"1 A a; 2 B b; 3 A c", "1 A a; 3 A c; 400 B gone !", 1000,
		    NULL, NULL, "K0 V K1 | 0 2 -", 0},
		{"1 A a; 9 B b; 12 A c", "1 A a; 3 B gone !; 12 A c", 1000,
		    NULL, NULL, "K0 V K2 | 0 - 2", 0},
		/* the last of all */
		{"1 A a; 9 B b", "1 A a; 11 B gone !", 60000, NULL, NULL,
		    "K0 R1 | 0 -", 0},
		{"1 B a", "9 B gone !", 1000, NULL, NULL, "R0 | -", 0},
		{"1 B a; 5 A x", "5 A x; 9 B gone !", 1000, NULL, NULL,
		    "O K0 | 1 -", 0},
		/* each notice once, the nearest; an old notice no more */
		{"1 B a; 2 B b; 9 A c", "3 B gone !; 9 A c", 1000, "-9", NULL,
		    "V R0 K1 | - 2", 0},
		{"1 B a; 2 B gone !; 9 A c", "2 B gone !; 9 A c", 1000, "-9",
		    NULL, "V K0 K1 | 1 2", 0},
		{"1 B a; 2 B gone ! ?; 9 A c", "2 B gone !; 9 A c", 1000,
		    "-9", NULL, "R0 K0 K1 | 1 2", 0},
		{"10 B a; 250 B b", "312 B gone !; 340 B gone !", 1000, "-9",
		    NULL, "V R1 | - -", 0},
		{"10 B a; 250 B b", "280 B gone !; 309 B gone !", 1000, "-9",
		    NULL, "R0 R1 | - -", 0},
		/* numbers */
		{"1 A a #1; 2 A b #2; 3 A b #3",
		    "1 A a #1; 2 A bb #2; 3 A b #3", 1000, NULL, NULL, "K0 C1 K2 | 0 1 2", 0},
		{"1 A b #1; 1 A b #2; 1 A b #3; 2 B x #4",
		    "1 A b #1; 1 A b #3; 2 B x #4", 1000, "-9", NULL,
		    "K0 V K1 K2 | 0 2 3", 0},
		{"1 A a #1; 2 A b #2; 3 A c #3", "1 A a #1; 2 A x #9; 3 A c #3",
		    1000, NULL, NULL, "K0 V K2 | 0 - 2", 0},
		/* another kind of export says it in other words */
		{"1 A a #1 ?; 2 B b #2", "1 A aa #1; 2 B b #2", 1000, NULL,
		    NULL, "K0 K1 | 0 1", 0},
		/* which of two was taken back a kind without numbers guessed */
		{"1 A ok #1 ?~; 2 A ok #2; 3 A gone !* <0; 70 B x #3",
		    "1 A ok #1; 2 A gone !* #2; 70 B x #3", 60000, "-100",
		    NULL, "O K0 K1 K2 | 1 2 3", 0},
		/* numbered anew: no numbers at all */
		{"1 A a #1; 2 A b #2; 3 A c #3; 4 A d #4",
		    "2 A b #1; 3 A c #2; 4 A d #3; 5 A e #4", 1000, NULL, NULL,
		    "O K0 K1 K2 | 1 2 3 -", 0},
		/* the same number twice is none */
		{"1 A a #1; 2 A b #1", "1 A a #1; 2 A b #1", 1000, NULL, NULL,
		    "K0 K1 | 0 1", 0},
		/* a card in a group was renamed; but nobody gets B's words */
		{"1 A a; 2 B b; 3 A c", "1 A a; 2 C b; 3 A c", 1000, NULL, NULL,
		    "K0 K1 K2 | 0 1 2", 0},
		{"1 A a; 2 B b; 3 A c; 4 B d", "1 A a; 2 A b; 3 A c; 4 B d",
		    1000, NULL, NULL, "K0 V K2 K3 | 0 - 2 3", 0},
		{"1 A a; 2 B b", "1 - a; 2 B b", 1000, NULL, NULL,
		    "K0 K1 | 0 1", 0},
		/* the clock's zone changed */
		{"1 A a; 70 B b; 900 A c; 901 A ok",
		    "28801 A a; 28870 B b; 29700 A c; 29701 A ok; 29702 B n",
		    60000, NULL, NULL, "K0 K1 K2 K3 | 0 1 2 3 -", 28800000},
		{"28801 A a; 28870 B b; 29700 A c; 29701 A ok; 29702 B ok",
		    "1 A a; 70 B b; 901 A ok; 902 B ok", 1000, NULL, NULL,
		    "K0 K1 V K2 K3 | 0 1 3 4", -28800000},
		/* said again, not moved; one moment alone moves no clock */
		{"1 A a; 70 B b; 900 A c", "86401 A a; 86470 B b; 87300 A c",
		    1000, NULL, NULL, "O O O | - - -", 0},
		{"1 A a; 2 B b", "28801 A a; 28802 B b", 60000, NULL, NULL,
		    "O O | - -", 0},
		{"1 A a; 70 B b; 900 A c", "1361 A a; 1430 B b; 2260 A c",
		    1000, NULL, NULL, "O O O | - - -", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(&cases[i]);
}

/* Seconds in one kind of export, minutes in the other. */
static void
test_grains(void **state)
{
	struct side old, new;
	struct merge_span span = {0, 120 * SEC};
	struct merge m;
	struct err e = ERR_INIT;

	(void)state;
	rows(&old, "61 A a; 62 A a; 63 B b; 120 A c", SEC);
	rows(&new, "61 A a; 63 B b; 64 A a; 120 A c", MIN);
	assert_int_equal(merge_make(&m, old.row, old.n, NULL, new.row, new.n,
	    &span, &e), 0);
	for (size_t i = 0; i < old.n; i++)
		assert_int_equal(m.fate[i], MERGE_KEPT);
	merge_release(&m);
	assert_int_equal(merge_make(&m, new.row, new.n, NULL, old.row, 3,
	    &span, &e), 0);
	assert_int_equal(m.fate[2], MERGE_KEPT);
	assert_int_equal(m.fate[3], MERGE_OUT);
	merge_release(&m);
}

static void
test_empty(void **state)
{
	struct side s;
	struct merge_span span = {0, 100 * SEC};
	struct merge m;
	struct err e = ERR_INIT;

	(void)state;
	rows(&s, "1 A a; 2 B b", SEC);
	assert_int_equal(merge_make(&m, NULL, 0, NULL, NULL, 0, &span, &e), 0);
	merge_release(&m);
	assert_int_equal(merge_make(&m, NULL, 0, NULL, s.row, 2, &span, &e),
	    0);
	assert_int_equal(m.from[1], MERGE_NONE);
	merge_release(&m);
	assert_int_equal(merge_make(&m, s.row, 2, NULL, NULL, 0, &span, &e),
	    0);
	assert_int_equal(m.fate[0], MERGE_VANISHED);
	assert_int_equal(m.to[0], MERGE_NONE);
	merge_release(&m);
	merge_release(&m);
}

/* All equal: as many vanish as are missing. */
static void
test_equal(void **state)
{
	enum { N = 100000, GONE = 17 };
	struct merge_row *r = calloc(N, sizeof(*r));
	struct merge_span span = {-MIN, MIN};
	struct merge m;
	struct err e = ERR_INIT;
	size_t vanished = 0;

	(void)state;
	assert_non_null(r);
	for (size_t i = 0; i < N; i++)
		r[i] = (struct merge_row){.grain = MIN, .key = 1, .sender = 1,
		    .id = 7, .was = MERGE_NONE};
	assert_int_equal(merge_make(&m, r, N, NULL, r, N - GONE, &span, &e), 0);
	for (size_t i = 0; i < N; i++)
		vanished += m.fate[i] == MERGE_VANISHED;
	assert_int_equal(vanished, GONE);
	merge_release(&m);

	/* each the older text of the next, and all of them another now */
	for (size_t i = 1; i < N; i++)
		r[i].was = i - 1;
	assert_int_equal(merge_make(&m, r, N, NULL, r, 0, &span, &e), 0);
	assert_int_equal(m.fate[N - 1], MERGE_VANISHED);
	merge_release(&m);
	free(r);
}

/* ---- at random ---- */

/*
 * A conversation as it goes on, and what a desk keeps of it that knows nothing
 * but exports.  Everything that is done to a message which an export had shown
 * is to be reported, once, and nothing else.
 */
enum { LANES = 2, MSGS_MAX = 2000, TEXTS = 6 };

struct msg {
	int64_t at;
	uint64_t id, key, sender;
	bool notice, mark;
	bool gone;
	enum merge_fate due[LANES];	/* to be told; KEPT: nothing */
	bool shown[LANES];		/* as it is now, in an export */
	bool told;			/* what was done last */
};

/* What the desk keeps. */
struct kept {
	struct merge_row row;
	bool seen[LANES], lost, superseded;
	size_t order;
};

struct world {
	uint64_t rng;
	int64_t now;
	struct msg msg[MSGS_MAX];
	size_t n, window;
	uint64_t next_id, next_key;
	bool ids, marks;	/* of the platform */
	int64_t grain[LANES];
	int64_t clock;		/* ms by which it shows too much */
	uint64_t renamed;	/* what sender 1 is called now */
	struct kept kept[4 * MSGS_MAX];
	size_t nkept;
	/* an export of before */
	struct merge_row late[MSGS_MAX];
	size_t nlate, late_lane;
	size_t planted, told;
	uint64_t seed;
};

static uint64_t
draw(struct world *w, uint64_t below)
{
	uint64_t z = w->rng += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (z ^ z >> 31) % below;
}

static struct msg *
say(struct world *w)
{
	struct msg *m;

	assert_true(w->n < MSGS_MAX);
	m = &w->msg[w->n++];
	memset(m, 0, sizeof(*m));
	m->at = w->now;
	m->told = true;
	m->id = ++w->next_id;
	m->sender = 1 + draw(w, 2);
	/* every second is one of a few words */
	m->key = draw(w, 2) == 0 ? 1 + draw(w, TEXTS) : ++w->next_key;
	return m;
}

/* What is to be told of it, if somebody had seen it. */
static void
plant(struct world *w, struct msg *m, enum merge_fate fate)
{
	bool any = false;

	for (size_t l = 0; l < LANES; l++) {
		m->due[l] = m->shown[l] ? fate : MERGE_KEPT;
		any = any || m->shown[l];
		m->shown[l] = false;
	}
	m->told = !any;
	w->planted += any;
}

/* Which of two in a minute it was only one kind of export can tell. */
static bool
ambiguous(const struct world *w, const struct msg *m)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct msg *o = &w->msg[i];

		if (o != m && o->sender == m->sender &&
		    o->at / MIN == m->at / MIN && (o->notice ||
		    o->gone || o->mark || o->key == m->key))
			return w->grain[0] != w->grain[1] || w->ids;
	}
	return false;
}

/* Nobody knows a person by a new name of whom nothing else is left. */
static bool
stranger(const struct world *w, const struct msg *m)
{
	size_t n = 0;

	for (size_t i = w->window; i < w->n; i++)
		n += w->msg[i].sender == 1 && w->msg[i].told &&
		    !w->msg[i].gone && !w->msg[i].notice;
	return m->sender == 1 && w->renamed != 1 && n < 8;
}

/* Could a notice be about either?  Then which is taken is anybody's guess. */
static bool
near_another(const struct world *w, const struct msg *m, bool taken_back)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct msg *o = &w->msg[i];

		if (o != m && (taken_back ? !o->told &&
		    w->now - o->at < 7 * MIN : o->notice && !o->mark &&
		    o->at >= m->at && o->at - m->at < 7 * MIN))
			return true;
	}
	return false;
}

/* A message that may be tampered with: in the window, not at its ends. */
static struct msg *
victim(struct world *w)
{
	struct msg *m;
	size_t i;

	if (w->n < w->window + 4)
		return NULL;
	i = w->window + 1 + draw(w, w->n - w->window - 2);
	m = &w->msg[i];
	if (m->gone || m->notice || !m->told ||
	    m->at / MIN == w->msg[w->window].at / MIN || w->now - m->at < MIN ||
	    ambiguous(w, m) || stranger(w, m))
		return NULL;
	return m;
}

static void
tamper(struct world *w)
{
	struct msg *m = victim(w);

	if (m == NULL || near_another(w, m, false))
		return;
	if (draw(w, 2) == 0) {
		m->gone = true;
		plant(w, m, MERGE_VANISHED);
	} else {
		m->key = ++w->next_key;
		m->mark = w->marks;
		plant(w, m, MERGE_CHANGED);
	}
}

/* Take back one of the last minutes, or, with marks, of any time. */
static void
take_back(struct world *w)
{
	struct msg *m = victim(w), *notice;
	uint64_t sender;

	if (m == NULL || (!w->marks && (w->now - m->at > 4 * MIN ||
	    near_another(w, m, true))))
		return;
	plant(w, m, MERGE_RECALLED);
	if (w->marks) {
		m->key = 0xdead;
		m->notice = m->mark = true;
		return;
	}
	m->gone = true;
	sender = m->sender;
	notice = say(w);
	notice->key = 0xdead;
	notice->notice = true;
	notice->sender = draw(w, 2) == 0 ? sender : 0;
}

static size_t
render(struct world *w, size_t lane, struct merge_row *out)
{
	size_t n = 0;

	for (size_t i = w->window; i < w->n; i++) {
		struct msg *m = &w->msg[i];
		int64_t at = m->at + w->clock;

		if (m->gone)
			continue;
		out[n++] = (struct merge_row){.at = at - at % w->grain[lane],
		    .grain = w->grain[lane], .key = m->key,
		    .id = w->ids && lane == 0 ? m->id : 0,
		    .sender = m->sender == 1 ? w->renamed : m->sender,
		    .was = MERGE_NONE, .notice = m->notice, .mark = m->mark};
		m->shown[lane] = true;
	}
	return n;
}

static int
by_time(const void *a, const void *b)
{
	const struct kept *p = a, *q = b;

	if (p->row.at != q->row.at)
		return p->row.at < q->row.at ? -1 : 1;
	return p->order < q->order ? -1 : p->order > q->order;
}

/* Sorted anew; `was` goes by order and comes back as places. */
static void
sort_kept(struct world *w)
{
	size_t *place = calloc(w->nkept + 1, sizeof(*place));

	assert_non_null(place);
	qsort(w->kept, w->nkept, sizeof(*w->kept), by_time);
	for (size_t i = 0; i < w->nkept; i++)
		place[w->kept[i].order] = i;
	for (size_t i = 0; i < w->nkept; i++) {
		w->kept[i].order = i;
		if (w->kept[i].row.was != MERGE_NONE)
			w->kept[i].row.was = place[w->kept[i].row.was];
	}
	free(place);
}

/* One that was reported must be planted: that moment, sender and fate. */
static bool
was_planted(struct world *w, size_t lane, const struct merge_row *r,
    enum merge_fate fate)
{
	struct msg *best = NULL;

	for (size_t i = 0; i < w->n; i++) {
		struct msg *m = &w->msg[i];

		if (m->told || m->due[lane] != fate ||
		    m->at / MIN != r->at / MIN ||
		    (m->sender == 2) != (r->sender == 2))
			continue;
		if (best == NULL || llabs(m->at - r->at) <=
		    llabs(best->at - r->at))
			best = m;
	}
	if (best == NULL)
		return false;
	best->told = true;
	w->told++;
	return true;
}

/* Row NOW is what WAS became; it has the more exact of both times. */
static void
link_kept(struct world *w, size_t was, size_t now)
{
	const struct merge_row *old = &w->kept[was].row;
	struct merge_row *r = &w->kept[now].row;

	r->was = was;
	if (old->grain < r->grain) {
		r->grain = old->grain;
		r->at = old->at;
	}
}

static void
add(struct world *w, size_t lane, const struct merge_row *r, int64_t shift,
    size_t was)
{
	struct kept *k = &w->kept[w->nkept];

	assert_true(w->nkept < sizeof(w->kept) / sizeof(*w->kept));
	memset(k, 0, sizeof(*k));
	k->row = *r;
	k->row.at -= shift;
	k->row.was = MERGE_NONE;
	k->seen[lane] = true;
	k->order = w->nkept++;
	if (was != MERGE_NONE)
		link_kept(w, was, w->nkept - 1);
}

static void
apply(struct world *w, size_t lane, const struct merge_row *new, size_t nnew,
    const struct merge *m, bool late)
{
	size_t nold = w->nkept;

	for (size_t j = 0; j < nnew; j++) {
		size_t i = m->from[j];

		if (i == MERGE_NONE)
			add(w, lane, &new[j], m->shift, MERGE_NONE);
		else if (m->to[i] == j && m->fate[i] != MERGE_KEPT)
			add(w, lane, &new[j], m->shift, i);
		else
			w->kept[i].seen[lane] = true;
	}
	for (size_t i = 0; i < nold; i++) {
		struct kept *k = &w->kept[i];

		if (m->fate[i] == MERGE_KEPT || m->fate[i] == MERGE_OUT)
			continue;
		if (late || !was_planted(w, lane, &k->row, m->fate[i]))
			fail_msg("seed %" PRIu64 ": fate %d of row %zu at %"
			    PRId64 ", sender %" PRIu64 ", lane %zu%s", w->seed,
			    (int)m->fate[i], i, k->row.at, k->row.sender, lane,
			    late ? ", late" : "");
		if (m->fate[i] == MERGE_CHANGED || (m->to[i] != MERGE_NONE &&
		    new[m->to[i]].mark)) {
			k->superseded = true;
			if (m->from[m->to[i]] != i)
				link_kept(w, i, m->from[m->to[i]]);
		} else {
			k->lost = true;
		}
	}
}

static void
import(struct world *w, size_t lane, const struct merge_row *new, size_t nnew,
    bool late)
{
	struct merge_row *old = calloc(w->nkept + 1, sizeof(*old));
	bool *expected = calloc(w->nkept + 1, sizeof(*expected));
	struct merge_span span;
	struct merge m;
	struct err e = ERR_INIT;

	assert_true(old != NULL && expected != NULL);
	sort_kept(w);
	for (size_t i = 0; i < w->nkept; i++) {
		old[i] = w->kept[i].row;
		old[i].gone = w->kept[i].lost || w->kept[i].superseded;
		expected[i] = w->kept[i].seen[lane] && !old[i].gone;
	}
	span.first = new[0].at;
	span.until = new[nnew - 1].at;
	assert_int_equal(merge_make(&m, old, w->nkept, expected, new, nnew,
	    &span, &e), 0);
	apply(w, lane, new, nnew, &m, late);
	merge_release(&m);
	free(old);
	free(expected);
}

/* All that was done is told; then some of it may be kept to come late. */
static void
export(struct world *w)
{
	struct merge_row *new = calloc(MSGS_MAX, sizeof(*new));
	size_t lane = draw(w, LANES), n;

	assert_non_null(new);
	/* the minute is over, and somebody says something */
	w->now += 2 * MIN;
	say(w)->key = ++w->next_key;
	w->now += 2 * MIN;
	n = render(w, lane, new);
	import(w, lane, new, n, false);
	for (size_t i = 0; i < w->n; i++) {
		struct msg *m = &w->msg[i];

		/* nobody can tell what is missing before the first */
		if (m->told || m->due[lane] == MERGE_KEPT ||
		    (m->at + w->clock) / MIN <= new[0].at / MIN)
			continue;
		if (i >= w->window)
			fail_msg("seed %" PRIu64 ": message %zu at %" PRId64
			    ": %d is not told", w->seed, i, m->at,
			    (int)m->due[lane]);
	}
	if (w->nlate > 0 && draw(w, 4) == 0) {
		import(w, w->late_lane, w->late, w->nlate, true);
		w->nlate = 0;
	} else if (draw(w, 3) == 0 && w->clock == 0 && w->renamed == 1) {
		memcpy(w->late, new, n * sizeof(*new));
		w->nlate = n;
		w->late_lane = lane;
	}
	free(new);
}

static void
live(struct world *w, uint64_t seed)
{
	static const int64_t grain[] = {1, SEC, MIN};

	memset(w, 0, sizeof(*w));
	w->rng = w->seed = seed;
	w->ids = draw(w, 2) == 0;
	w->marks = draw(w, 2) == 0;
	w->now = 1700000000000;
	w->next_key = 1000;
	w->renamed = 1;
	for (size_t l = 0; l < LANES; l++)
		w->grain[l] = grain[draw(w, 3)];
	for (int step = 0; step < 600; step++) {
		uint64_t k = draw(w, 100);

		w->now += (int64_t)draw(w, draw(w, 10) == 0 ? 600000 : 20000);
		if (k < 70)
			(void)say(w);
		else if (k < 78)
			tamper(w);
		else if (k < 84)
			take_back(w);
		else if (k < 97)
			export(w);
		else if (k == 97 && w->n > w->window + 20)
			w->window += draw(w, 10);
		else if (k == 98 && w->nkept > 20 && draw(w, 3) == 0)
			w->clock = (int64_t)draw(w, 12) * HOUR / 2;
		else if (k == 99 && draw(w, 3) == 0)
			w->renamed = 100 + draw(w, 100);
	}
}

static void
test_random(void **state)
{
	const char *given = getenv("LIUDI_MERGE_SEEDS");
	uint64_t n = given != NULL ? strtoull(given, NULL, 10) : 25;
	struct world *w = malloc(sizeof(*w));
	size_t told = 0;

	(void)state;
	assert_non_null(w);
	for (uint64_t seed = 1; seed <= n; seed++) {
		live(w, seed);
		told += w->told;
	}
	/* the world does happen */
	assert_true(told > n * 5);
	free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_grains),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
