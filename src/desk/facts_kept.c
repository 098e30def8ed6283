/*
 * desk/facts_kept.c - facts as bytes and back, for what is looked at often and
 * changes once a day.
 *
 * One walk for both ways, so that they cannot differ.  Numbers are of this machine:
 * the bytes are read where they were written (docs/FORMAT.md section 20).
 */
#include <stdlib.h>
#include <string.h>

#include "desk/facts_work.h"

#include "base/banned.h"

#define KEPT_MAX ((uint64_t)1 << 28)

struct walk {
	struct facts *f;
	struct buf *out;		/* NULL: it reads */
	const uint8_t *in;
	size_t left;
	struct err *e;
};

static int
raw(struct walk *w, void *v, size_t n)
{
	if (w->out)
		return buf_add(w->out, v, n, w->e);
	if (w->left < n)
		return err_set(w->e, ERR_FORMAT, "the facts end early");
	memcpy(v, w->in, n);
	w->in += n;
	w->left -= n;
	return 0;
}

static int
num(struct walk *w, int64_t *v)
{
	return raw(w, v, sizeof(*v));
}

static int
yes(struct walk *w, bool *v)
{
	uint8_t b = *v;
	int rc = raw(w, &b, 1);

	*v = b != 0;
	return rc;
}

/* How many of something that has a byte at least. */
static int
count(struct walk *w, size_t *n)
{
	uint64_t v = *n;

	if (raw(w, &v, sizeof(v)) < 0)
		return -1;
	if (!w->out && v > w->left)
		return err_set(w->e, ERR_FORMAT, "the facts end early");
	*n = (size_t)v;
	return 0;
}

static int
text(struct walk *w, const char **s)
{
	size_t n = w->out ? strlen(*s) : 0;

	if (count(w, &n) < 0)
		return -1;
	if (w->out)
		return buf_add(w->out, *s, n, w->e);
	*s = facts_keep(w->f, (const char *)w->in, n, w->e);
	w->in += n;
	w->left -= n;
	return *s ? 0 : -1;
}

/* An array of N of SIZE; to be read: made. */
static int
room(struct walk *w, void *v, size_t *n, size_t size)
{
	size_t many = *n, cap = 1;
	void *p;

	if (count(w, &many) < 0)
		return -1;
	if (w->out)
		return 0;
	while (cap < many)	/* as facts_grow() has it */
		cap *= 2;
	p = calloc(cap, size);
	if (!p)
		return err_nomem(w->e);
	memcpy(v, &p, sizeof(p));
	*n = many;
	return 0;
}

static int
list(struct walk *w, struct facts_list *l)
{
	size_t i;

	if (room(w, &l->v, &l->n, sizeof(*l->v)) < 0)
		return -1;
	for (i = 0; i < l->n; i++)
		if (num(w, &l->v[i]) < 0)
			return -1;
	return 0;
}

static int
size(struct walk *w, size_t *n)
{
	int64_t v = (int64_t)*n;

	if (num(w, &v) < 0)
		return -1;
	*n = (size_t)v;
	return 0;
}

static int
who(struct walk *w, struct facts_who *v)
{
	return text(w, &v->station) < 0 || text(w, &v->doer) < 0 ||
	    text(w, &v->responsible) < 0 ? -1 : 0;
}

static int
response(struct walk *w, struct facts_response *r)
{
	return list(w, &r->asked) < 0 || size(w, &r->open) < 0 ||
	    yes(w, &r->minute) < 0 || list(w, &r->work) < 0 ||
	    list(w, &r->wall) < 0 || num(w, &r->work_median) < 0 ||
	    num(w, &r->work_p90) < 0 || num(w, &r->wall_median) < 0 ||
	    num(w, &r->wall_p90) < 0 ? -1 : 0;
}

static int
station(struct walk *w, struct facts_station *s)
{
	return who(w, &s->who) < 0 || yes(w, &s->active) < 0 ||
	    yes(w, &s->works) < 0 || yes(w, &s->backed_up) < 0 ||
	    yes(w, &s->ran) < 0 ||
	    num(w, &s->last_run) < 0 || num(w, &s->start) < 0 ||
	    num(w, &s->cutoff) < 0 ? -1 : 0;
}

static int
account(struct walk *w, struct facts_account *a)
{
	if (who(w, &a->who) < 0 || text(w, &a->source) < 0 ||
	    text(w, &a->platform) < 0 || text(w, &a->account) < 0 ||
	    yes(w, &a->backed_up) < 0 || yes(w, &a->unreadable) < 0 ||
	    yes(w, &a->silent) < 0 || num(w, &a->exported) < 0 ||
	    num(w, &a->until) < 0 || num(w, &a->first) < 0 ||
	    num(w, &a->last) < 0 || response(w, &a->response) < 0)
		return -1;
	return list(w, &a->conversations) < 0 || list(w, &a->new_peers) < 0 ||
	    list(w, &a->in) < 0 || list(w, &a->out) < 0 ||
	    list(w, &a->automatic) < 0 || list(w, &a->unknown) < 0 ||
	    list(w, &a->internal) < 0 ? -1 : 0;
}

static int
report(struct walk *w, struct facts_report *r)
{
	int64_t state = (int64_t)r->state;

	if (num(w, &state) < 0)
		return -1;
	if (state < 0 || state > FACTS_WRITTEN)
		return err_set(w->e, ERR_FORMAT, "the facts make no sense");
	r->state = (enum facts_written)state;
	return size(w, &r->versions) < 0 || num(w, &r->at) < 0 ||
	    yes(w, &r->typed) < 0 || text(w, &r->file) < 0 ||
	    text(w, &r->text) < 0 ? -1 : 0;
}

static int
person(struct walk *w, struct facts_person *p)
{
	size_t i;

	if (text(w, &p->name) < 0 || size(w, &p->stations) < 0 ||
	    report(w, &p->report) < 0 || report(w, &p->plan) < 0 ||
	    room(w, &p->objection, &p->nobjections,
	    sizeof(*p->objection)) < 0)
		return -1;
	for (i = 0; i < p->nobjections; i++) {
		struct facts_objection *o = &p->objection[i];

		if (num(w, &o->day) < 0 || num(w, &o->at) < 0 ||
		    text(w, &o->text) < 0)
			return -1;
	}
	return size(w, &p->conversations) < 0 ||
	    size(w, &p->new_peers) < 0 || size(w, &p->in) < 0 ||
	    size(w, &p->out) < 0 || response(w, &p->response) < 0 ||
	    size(w, &p->unanswered) < 0 ||
	    size(w, &p->inquiries_open) < 0 || num(w, &p->first) < 0 ||
	    num(w, &p->last) < 0 ? -1 : 0;
}

static int
item(struct walk *w, struct facts_item *it)
{
	int64_t kind = (int64_t)it->kind, severity = (int64_t)it->severity;

	if (num(w, &kind) < 0 || num(w, &severity) < 0 || who(w, &it->who) < 0)
		return -1;
	if (kind < 0 || kind >= FACTS_NKINDS || severity < 0 ||
	    severity > FACTS_HIGH)
		return err_set(w->e, ERR_FORMAT, "the facts make no sense");
	it->kind = (enum facts_kind)kind;
	it->severity = (enum facts_severity)severity;
	return text(w, &it->source) < 0 || text(w, &it->platform) < 0 ||
	    text(w, &it->account) < 0 || num(w, &it->chat) < 0 ||
	    text(w, &it->peer) < 0 || num(w, &it->at) < 0 ||
	    num(w, &it->value) < 0 || size(w, &it->today) < 0 ||
	    text(w, &it->what) < 0 || text(w, &it->note) < 0 ||
	    text(w, &it->text) < 0 || text(w, &it->now) < 0 ||
	    list(w, &it->messages) < 0 ? -1 : 0;
}

static int
inquiries(struct walk *w, struct facts_inquiries *q)
{
	return list(w, &q->created) < 0 || list(w, &q->all) < 0 ||
	    list(w, &q->read) < 0 || list(w, &q->replied) < 0 ||
	    list(w, &q->quoted) < 0 || list(w, &q->open) < 0 ||
	    list(w, &q->ordered) < 0 || list(w, &q->orders) < 0 ? -1 : 0;
}

static int
all(struct walk *w)
{
	struct facts *f = w->f;
	size_t i;

	if (num(w, &f->day) < 0 || num(w, &f->made) < 0 || room(w, &f->station,
	    &f->nstations, sizeof(*f->station)) < 0)
		return -1;
	for (i = 0; i < f->nstations; i++)
		if (station(w, &f->station[i]) < 0)
			return -1;
	if (room(w, &f->account, &f->naccounts, sizeof(*f->account)) < 0)
		return -1;
	for (i = 0; i < f->naccounts; i++)
		if (account(w, &f->account[i]) < 0)
			return -1;
	if (room(w, &f->person, &f->npersons, sizeof(*f->person)) < 0)
		return -1;
	for (i = 0; i < f->npersons; i++)
		if (person(w, &f->person[i]) < 0)
			return -1;
	if (room(w, &f->item, &f->nitems, sizeof(*f->item)) < 0)
		return -1;
	for (i = 0; i < f->nitems; i++)
		if (item(w, &f->item[i]) < 0)
			return -1;
	return response(w, &f->response) < 0 ? -1 :
	    inquiries(w, &f->inquiries);
}

int
facts_encode(const struct facts *f, struct buf *out, struct err *e)
{
	/* what is written is not changed; the walk is the reader's as well */
	struct facts same = *f;
	struct walk w = {.f = &same, .out = out, .e = e};

	return all(&w);
}

int
facts_decode(struct facts *f, const void *data, size_t n, struct err *e)
{
	struct walk w = {.f = f, .in = data, .left = n, .e = e};

	memset(f, 0, sizeof(*f));
	if (n > KEPT_MAX)
		return err_set(e, ERR_FORMAT, "the facts are too long");
	if (all(&w) < 0)
		return -1;
	return w.left == 0 ? 0 : err_set(e, ERR_FORMAT, "there is something "
	    "behind the facts");
}
