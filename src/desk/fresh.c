/* desk/fresh.c - new messages: numbered at once, indexed in batches. */
#include "desk/fresh.h"

#include <stdlib.h>
#include <string.h>

#include "desk/messages_in.h"

#include "base/banned.h"

#define BATCH_TEXT (32u << 20)	/* bytes of text that wait */
#define BATCH 4096		/* rows put at once */

void
fresh_init(struct fresh *t, struct catalogue *c, struct msgrows *rows,
	uint64_t seed)
{
	memset(t, 0, sizeof(*t));
	t->c = c;
	t->rows = rows;
	buf_init(&t->texts, (size_t)1 << 32);
	t->seconds.seed = seed;
}

void
fresh_release(struct fresh *t)
{
	free(t->row);
	buf_release(&t->texts);
	tally_release(&t->seconds);
}

struct buf *
fresh_text(struct fresh *t)
{
	return &t->texts;
}

void
fresh_drop(struct fresh *t)
{
	t->n = 0;
	buf_clear(&t->texts);
	tally_clear(&t->seconds);
}

void
fresh_cut(struct fresh *t, size_t n)
{
	struct err ignored = ERR_INIT;
	uint64_t *next;
	int64_t last;

	while (t->n > n) {
		last = t->row[--t->n].n;
		next = tally_at(&t->seconds, (uint64_t)NUMBER_SECOND(last),
		    &ignored);
		if (next)	/* it has a place there */
			*next = (uint64_t)last;
	}
	/* The last text may have no message yet. */
	t->texts.len = n > 0 ? t->row[n - 1].text + t->row[n - 1].len : 0;
}

static int
fresh_cmp(const void *a, const void *b)
{
	const struct fresh_row *x = a, *y = b;

	return (x->n > y->n) - (x->n < y->n);
}

/* Which conversation each is of. */
static int
put_numbers(struct fresh *t, struct err *e)
{
	struct msgrow *v = calloc(BATCH, sizeof(*v));
	size_t i, n;
	int rc = 0;

	if (!v)
		return err_nomem(e);
	for (i = 0; rc == 0 && i < t->n; i += n) {
		for (n = 0; n < BATCH && i + n < t->n; n++)
			v[n] = (struct msgrow){.n = t->row[i + n].n,
			    .who = t->row[i + n].chat};
		rc = msgrows_put(t->rows, MSGROWS_ALL, v, n, e);
	}
	free(v);
	return rc;
}

int
fresh_flush(struct fresh *t, struct err *e)
{
	size_t i;

	if (t->n == 0)
		return 0;
	qsort(t->row, t->n, sizeof(*t->row), fresh_cmp);
	if (put_numbers(t, e) < 0)
		return -1;
	for (i = 0; i < t->n; i++) {
		const struct fresh_row *f = &t->row[i];

		if (f->len > 0 && catalogue_run(t->c, SQL_WORDS_ADD, e, "is",
		    f->n, buf_str(&t->texts) + f->text, f->len) < 0)
			return -1;
	}
	fresh_drop(t);
	return 0;
}

/* The number behind the last one of SECOND or before it that is written. */
static int
number_behind(struct fresh *t, int64_t second, int64_t *out, struct err *e)
{
	const struct msgrow *v;
	size_t n;

	if (msgrows_before(t->rows, MSGROWS_ALL, NUMBER_OF(second + 1), &v,
	    &n, e) < 0)
		return -1;
	*out = NUMBER_OF(second);
	if (n > 0 && v[n - 1].n >= *out)
		*out = v[n - 1].n + 1;
	return 0;
}

/* From second S on, all full, the way to second END, where one is free. */
static int
shorten(struct fresh *t, int64_t s, int64_t end, struct err *e)
{
	uint64_t *next;
	int64_t on;

	for (; s < end; s = on) {
		next = tally_at(&t->seconds, (uint64_t)s, e);
		if (!next)
			return -1;
		on = NUMBER_SECOND((int64_t)*next);
		*next = (uint64_t)NUMBER_OF(end);
	}
	return 0;
}

/*
 * The next number at or behind SECOND that nobody has.  Those of one second
 * ascend, so that messages of one moment keep their order.  A full second says
 * where to go on, and all on the way learn it: an export in which hours are full
 * would else be walked through for each message.
 */
static int
number_for(struct fresh *t, int64_t second, int64_t *out, struct err *e)
{
	uint64_t *next;
	int64_t s = second, n;

	for (;;) {
		next = tally_at(&t->seconds, (uint64_t)s, e);
		if (!next)
			return -1;
		n = (int64_t)*next;
		if (n == 0 && number_behind(t, s, &n, e) < 0)
			return -1;
		*next = (uint64_t)n + (NUMBER_SECOND(n) == s);
		if (NUMBER_SECOND(n) == s)
			break;
		s = NUMBER_SECOND(n);
	}
	*out = n;
	return shorten(t, second, s, e);
}

int
fresh_add(struct fresh *t, int64_t chat, int64_t second, int64_t *n,
	struct err *e)
{
	struct fresh_row *f;
	size_t cap;

	if (t->n == t->cap) {
		cap = t->cap ? t->cap + t->cap / 2 : 256;
		f = realloc(t->row, cap * sizeof(*f));
		if (!f)
			return err_nomem(e);
		t->row = f;
		t->cap = cap;
	}
	if (number_for(t, second, n, e) < 0)
		return -1;
	f = &t->row[t->n];
	f->n = *n;
	f->chat = chat;
	f->text = t->n > 0 ? f[-1].text + f[-1].len : 0;
	f->len = t->texts.len - f->text;
	t->n++;
	return t->held || t->texts.len < BATCH_TEXT ? 0 : fresh_flush(t, e);
}
