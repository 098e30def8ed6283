/* desk/answers.c - turns, answers, who waits; docs/REPORTS.md "Facts of a day". */
#include "desk/answers.h"

#include <stdlib.h>

#include "base/banned.h"

static int
cmp_u64(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int
cmp_i64(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The answer at I came faster than a person types. */
static bool
at_once(const struct answers_row *rows, size_t i)
{
	const struct answers_row *r = &rows[i], *p = r - 1;

	/* minutes tell nothing of seconds */
	return i > 0 && r->side == ANSWERS_SELF && r->text != 0 &&
	    !r->minute && !p->minute && p->chat == r->chat &&
	    p->side == ANSWERS_PEER &&
	    r->at - p->at <= ANSWERS_AUTOMATIC_MS;
}

int
answers_automatic(struct answers_row *rows, size_t n, struct err *e)
{
	uint64_t *texts = malloc((n + 1) * sizeof(*texts)), *it;
	size_t i, have = 0;

	if (!texts)
		return err_nomem(e);
	for (i = 0; i < n; i++)
		if (at_once(rows, i))
			texts[have++] = rows[i].text;
	qsort(texts, have, sizeof(*texts), cmp_u64);
	for (i = 0; i < n; i++) {
		if (!at_once(rows, i))
			continue;
		it = bsearch(&rows[i].text, texts, have, sizeof(*texts),
		    cmp_u64);
		rows[i].automatic = (it > texts && it[-1] == *it) ||
		    (it + 1 < texts + have && it[1] == *it);
	}
	free(texts);
	return 0;
}

/* Something that is said, and not by a program. */
static bool
said(const struct answers_row *r)
{
	return r->side != ANSWERS_OTHER && r->counts && !r->automatic;
}

static bool
answers(const struct answers_row *r)
{
	return r->side == ANSWERS_SELF && said(r);
}

int
answers_turns(const struct answers_row *rows, size_t n, int64_t from,
	int64_t until, answers_turn_fn fn, void *arg, struct err *e)
{
	size_t i, k, last = ANSWERS_NONE;
	struct answers_turn t;
	int rc;

	for (i = 0; i < n; i++) {
		const struct answers_row *r = &rows[i];

		if (!said(r) || r->at >= until)
			continue;
		if (r->side == ANSWERS_PEER && r->at >= from && (r->inquiry ||
		    last == ANSWERS_NONE || rows[last].chat != r->chat ||
		    r->at - rows[last].at > ANSWERS_SILENCE_MS)) {
			for (k = i + 1; k < n && rows[k].chat == r->chat &&
			    rows[k].at < until && !answers(&rows[k]); k++)
				;
			t.asked = i;
			t.answered = k < n && rows[k].chat == r->chat &&
			    rows[k].at < until ? k : ANSWERS_NONE;
			t.minute = r->minute || (t.answered != ANSWERS_NONE &&
			    rows[k].minute);
			rc = fn(arg, &t, e);
			if (rc != 0)
				return rc;
		}
		last = i;
	}
	return 0;
}

size_t
answers_open(const struct answers_row *rows, size_t n, int64_t until)
{
	size_t i, first = ANSWERS_NONE;

	for (i = 0; i < n && rows[i].at < until; i++) {
		if (answers(&rows[i]))
			first = ANSWERS_NONE;
		else if (said(&rows[i]) && first == ANSWERS_NONE)
			first = i;
	}
	return first;
}

int64_t
answers_rank(int64_t *v, size_t n, unsigned percent)
{
	qsort(v, n, sizeof(*v), cmp_i64);
	return v[(n * percent + 99) / 100 - 1];
}
