/* desk/runs.c - a file's chunk numbers, packed. */
#include "desk/runs.h"

#include "base/banned.h"

#define NUMBER_MAX ((int64_t)1 << 52)	/* far above any catalogue */

static int
put(struct buf *out, uint64_t v, struct err *e)
{
	while (v >= 0x80) {
		if (buf_addc(out, (char)(v & 0x7f) | (char)0x80, e) < 0)
			return -1;
		v >>= 7;
	}
	return buf_addc(out, (char)v, e);
}

static int
get(struct runs_reader *r, uint64_t *v)
{
	unsigned shift;

	*v = 0;
	for (shift = 0; shift < 63 && r->p < r->end; shift += 7) {
		*v |= (uint64_t)(*r->p & 0x7f) << shift;
		if (!(*r->p++ & 0x80))
			return 0;
	}
	return -1;
}

static uint64_t
zigzag(int64_t v)
{
	return v < 0 ? ((uint64_t)-(v + 1) << 1) + 1 : (uint64_t)v << 1;
}

static int64_t
unzigzag(uint64_t v)
{
	return v & 1 ? -(int64_t)(v >> 1) - 1 : (int64_t)(v >> 1);
}

void
runs_begin(struct runs_writer *w, struct buf *out)
{
	w->out = out;
	w->first = w->count = w->end = 0;
}

int
runs_finish(struct runs_writer *w, struct err *e)
{
	if (w->count == 0)
		return 0;
	if (put(w->out, zigzag(w->first - w->end), e) < 0 ||
	    put(w->out, (uint64_t)w->count - 1, e) < 0)
		return -1;
	w->end = w->first + w->count;
	w->count = 0;
	return 0;
}

int
runs_add(struct runs_writer *w, int64_t number, struct err *e)
{
	if (w->count > 0 && number == w->first + w->count) {
		w->count++;
		return 0;
	}
	if (runs_finish(w, e) < 0)
		return -1;
	w->first = number;
	w->count = 1;
	return 0;
}

void
runs_open(struct runs_reader *r, const void *data, size_t n)
{
	r->p = data;
	r->end = n > 0 ? r->p + n : r->p;
	r->at = 0;
}

int
runs_next(struct runs_reader *r, int64_t *first, int64_t *count,
	struct err *e)
{
	uint64_t delta, more;

	if (r->p == r->end)
		return 0;
	if (get(r, &delta) < 0 || get(r, &more) < 0 ||
	    delta > (uint64_t)NUMBER_MAX * 2 || more >= (uint64_t)NUMBER_MAX)
		goto bad;
	*first = r->at + unzigzag(delta);
	*count = (int64_t)more + 1;
	if (*first < 1 || *first > NUMBER_MAX)
		goto bad;
	r->at = *first + *count;
	return 1;
bad:
	(void)err_set(e, ERR_FORMAT, "the catalogue's chunk list is damaged");
	return err_hint(e, "run 'liudi-desk sync --rebuild'");
}
