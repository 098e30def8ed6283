/* desk/fresh.c - new messages: numbered at once, written in batches. */
#include "desk/fresh.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define BATCH_TEXT (32u << 20)	/* bytes of text that wait */

void
fresh_init(struct fresh *t, struct messages *m)
{
	memset(t, 0, sizeof(*t));
	t->m = m;
	buf_init(&t->texts, (size_t)1 << 32);
	t->seconds.seed = t->waiting.seed = m->seed;
}

void
fresh_release(struct fresh *t)
{
	free(t->row);
	buf_release(&t->texts);
	tally_release(&t->seconds);
	tally_release(&t->waiting);
}

static int
fresh_cmp(const void *a, const void *b)
{
	const struct fresh_row *x = a, *y = b;

	return (x->n > y->n) - (x->n < y->n);
}

int
fresh_flush(struct fresh *t, struct err *e)
{
	struct catalogue *c = t->m->c;
	size_t i;

	if (t->n > 0)
		qsort(t->row, t->n, sizeof(*t->row), fresh_cmp);
	for (i = 0; i < t->n; i++) {
		const struct fresh_row *f = &t->row[i];

		if (catalogue_run(c, SQL_MESSAGE_ADD, e, "iiiiiiiii", f->n,
		    f->chat, f->sender, f->flags, (int64_t)f->key,
		    (int64_t)f->id, f->ms, (int64_t)f->seen, f->line) < 0)
			return -1;
		if (f->len > 0 && catalogue_run(c, SQL_WORDS_ADD, e, "is",
		    f->n, buf_str(&t->texts) + f->text, f->len) < 0)
			return -1;
	}
	t->written += t->n;
	t->n = 0;
	buf_clear(&t->texts);
	tally_clear(&t->seconds);
	tally_clear(&t->waiting);
	return 0;
}

/*
 * The next number at or behind SECOND that nobody has.  Those of one second
 * ascend, so that messages of one moment keep their order.  A full second says
 * where to go on.
 */
static int
number_for(struct fresh *t, int64_t second, int64_t *out, struct err *e)
{
	struct catalogue *c = t->m->c;
	uint64_t *next;
	int64_t s = second, n;

	for (;;) {
		next = tally_at(&t->seconds, (uint64_t)s, e);
		if (!next)
			return -1;
		n = (int64_t)*next;
		if (n == 0) {
			if (catalogue_step(c, SQL_MESSAGE_TOP, e, "i",
			    NUMBER_OF(s + 1)) != 1)
				return -1;
			n = catalogue_int(c, SQL_MESSAGE_TOP, 0) + 1;
			catalogue_reset(c, SQL_MESSAGE_TOP);
			if (n < NUMBER_OF(s))
				n = NUMBER_OF(s);
		}
		*next = (uint64_t)n + (NUMBER_SECOND(n) == s);
		if (NUMBER_SECOND(n) == s)
			break;
		s = NUMBER_SECOND(n);
	}
	if (s != second) {
		next = tally_at(&t->seconds, (uint64_t)second, e);
		if (!next)
			return -1;
		*next = (uint64_t)NUMBER_OF(s);
	}
	*out = n;
	return 0;
}

int
fresh_add(struct fresh *t, struct intake *in, const struct intake_row *row,
	const struct intake_chat *k, int64_t at, unsigned flags, int64_t *n,
	size_t *place, struct err *e)
{
	const char *line;
	struct fresh_row *f;
	size_t cap;
	uint64_t *w;

	if (t->n == t->cap) {
		cap = t->cap ? t->cap * 2 : 256;
		f = realloc(t->row, cap * sizeof(*f));
		if (!f)
			return err_nomem(e);
		t->row = f;
		t->cap = cap;
	}
	f = &t->row[t->n];
	memset(f, 0, sizeof(*f));
	f->text = t->texts.len;
	if (intake_line(in, row, &line, &t->texts, e) < 0 ||
	    records_add(t->m->records, line, row->len, &f->line, e) < 0 ||
	    number_for(t, at / 1000, &f->n, e) < 0)
		return -1;
	f->len = t->texts.len - f->text;
	f->chat = k->n;
	f->sender = row->sender;
	f->flags = flags;
	f->ms = at - NUMBER_SECOND(f->n) * 1000;
	f->key = row->key;
	f->id = row->id;
	f->seen = k->lane;
	w = tally_at(&t->waiting, (uint64_t)k->n, e);
	if (!w)
		return -1;
	*w = 1;
	*n = f->n;
	*place = t->written + t->n;
	t->n++;
	return t->texts.len < BATCH_TEXT ? 0 : fresh_flush(t, e);
}

bool
fresh_waits(const struct fresh *t, int64_t chat)
{
	return tally_get(&t->waiting, (uint64_t)chat) != 0;
}

bool
fresh_flags(struct fresh *t, size_t place, int64_t flags)
{
	if (place < t->written)
		return false;
	t->row[place - t->written].flags = flags;
	return true;
}
