/* desk/facts_asked.c - inquiries: created, read, replied, quoted, ordered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "desk/facts_work.h"

#include "base/banned.h"

#define HITS_MAX 200
#define CHATS_MAX 32	/* of one customer */

/* A contact in what a conversation or its peer is called. */
struct named {
	size_t chat;
	const char *value;
};

struct looking {
	struct facts_work *w;
	struct named *named;
	size_t n;
	size_t at;		/* the conversation at hand */
	const char *value;	/* what was found */
	struct err *e;
};

/* The conversations of one customer. */
struct customer {
	struct facts_work *w;
	size_t chat[CHATS_MAX];
	size_t n;
};

static void
add_chat(struct customer *c, size_t chat)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->chat[i] == chat)
			return;
	if (c->n < CHATS_MAX)
		c->chat[c->n++] = chat;
}

static int
on_named(void *arg, const struct contacts_found *f)
{
	struct looking *l = arg;

	if (facts_grow(&l->named, l->n, sizeof(*l->named), l->e) < 0)
		return -1;
	l->named[l->n].chat = l->at;
	l->named[l->n].value = facts_keep(l->w->f, f->value, strlen(f->value),
	    l->e);
	return l->named[l->n++].value ? 0 : -1;
}

static int
name_all(struct looking *l, struct err *e)
{
	struct facts_work *w = l->w;
	size_t i;

	for (l->at = 0; l->at < w->nchats; l->at++) {
		const struct facts_chat *c = &w->chat[l->at];
		const char *names[] = {c->id, c->name, c->peer_id,
		    c->peer_name};

		for (i = 0; c->type != FACTS_LISTED && i < 4; i++)
			if (contacts_each(w->contacts, names[i],
			    strlen(names[i]), on_named, l, e) < 0)
				return -1;
	}
	return 0;
}

static int
on_hit(void *arg, const struct history_message *h, struct err *e)
{
	struct customer *c = arg;
	size_t i;

	(void)e;
	for (i = 0; strcmp(h->role, "peer") == 0 && i < c->w->nchats; i++)
		if (c->w->chat[i].n == h->chat &&
		    c->w->chat[i].type != FACTS_LISTED)
			add_chat(c, i);
	return 0;
}

static int
find_by(struct looking *l, struct customer *c, const char *value,
	struct err *e)
{
	struct history_filter f = {.since = HISTORY_NEVER,
	    .until = c->w->f->made};
	char typed[CONTACTS_VALUE_MAX + 2];
	size_t i;

	if (!*value || strlen(value) >= CONTACTS_VALUE_MAX)
		return 0;
	for (i = 0; i < l->n; i++)
		if (contacts_same(l->named[i].value, value))
			add_chat(c, l->named[i].chat);
	(void)snprintf(typed, sizeof(typed), "\"%s\"", value);
	return history_search(c->w->m, typed, &f, HITS_MAX, on_hit, c, e) < 0 ?
	    -1 : 0;
}

static int
on_plain(void *arg, const struct contacts_found *f)
{
	struct looking *l = arg;

	l->value = facts_keep(l->w->f, f->value, strlen(f->value), l->e);
	return l->value ? 1 : -1;
}

/* E-mail or phone of a list in the form in which they are compared. */
static int
plain(struct looking *l, const char *label, const char **value, struct err *e)
{
	char text[256];

	l->value = *value;
	(void)snprintf(text, sizeof(text), "%s %.200s", label, *value);
	if (contacts_each(l->w->contacts, text, strlen(text), on_plain, l,
	    e) < 0)
		return -1;
	*value = l->value;
	return 0;
}

static bool
is_quote(const struct facts_work *w, int64_t n)
{
	size_t i;

	for (i = 0; i < w->quotes.n; i++)
		if (w->quotes.v[i] == n)
			return true;
	return false;
}

/* What our own wrote there behind the inquiry. */
static void
follow(struct facts_work *w, struct facts_inquiry *q, size_t chat)
{
	const struct answers_row *r;
	size_t i;

	for (i = 0; i < w->nrows; i++) {
		r = &w->row[i];
		if (facts_row_chat(r) != chat || r->side != ANSWERS_SELF ||
		    r->automatic || !r->counts || r->at < q->at)
			continue;
		if (q->replied == FACTS_NEVER || r->at < q->replied)
			q->replied = r->at;
		if (is_quote(w, r->n) && (q->quoted == FACTS_NEVER ||
		    r->at < q->quoted))
			q->quoted = r->at;
	}
}

/* Has his customer ordered behind it? */
static void
find_order(struct facts_work *w, struct facts_inquiry *q)
{
	const size_t station = w->chat[q->chat].station;
	const struct facts_inquiry *o;
	size_t i;

	for (i = 0; i < w->ninquiries; i++) {
		o = &w->inquiry[i];
		if (o->order && o->at >= q->at &&
		    ((*q->email && contacts_same(o->email, q->email)) ||
		    (*q->phone && contacts_same(o->phone, q->phone)) ||
		    (*q->name && strcmp(o->name, q->name) == 0 &&
		    w->chat[o->chat].station == station)))
			q->ordered = true;
	}
}

static int
join(struct looking *l, struct facts_inquiry *q, struct err *e)
{
	struct facts_work *w = l->w;
	struct customer c = {.w = w};
	const size_t station = w->chat[q->chat].station;
	size_t i;

	if (find_by(l, &c, q->email, e) < 0 || find_by(l, &c, q->phone, e) < 0)
		return -1;
	for (i = 0; *q->name && i < w->nchats; i++)
		if (w->chat[i].station == station &&
		    w->chat[i].type != FACTS_LISTED &&
		    (strcmp(w->chat[i].name, q->name) == 0 ||
		    strcmp(w->chat[i].peer_name, q->name) == 0))
			add_chat(&c, i);
	for (i = 0; i < c.n; i++)
		follow(w, q, c.chat[i]);
	find_order(w, q);
	return 0;
}

static const char *
customer_of(const struct facts_inquiry *q)
{
	return *q->email ? q->email : *q->phone ? q->phone : q->name;
}

/* Was the same customer counted on that day? */
static bool
again(const struct facts_work *w, size_t i)
{
	const struct facts_inquiry *q = &w->inquiry[i];
	struct worktime *time = w->time[w->chat[q->chat].station];
	size_t k;

	for (k = 0; k < i; k++)
		if (!w->inquiry[k].order && *customer_of(q) &&
		    strcmp(customer_of(&w->inquiry[k]), customer_of(q)) == 0 &&
		    worktime_day(time, w->inquiry[k].at) ==
		    worktime_day(time, q->at))
			return true;
	return false;
}

static int
open_one(struct facts_work *w, const struct facts_inquiry *q, struct err *e)
{
	const size_t station = w->chat[q->chat].station;
	int64_t waits = worktime_between(w->time[station], q->at,
	    w->f->station[station].cutoff);
	struct facts_item *it;

	if (q->replied != FACTS_NEVER || waits <= w->patience[station])
		return 0;
	it = facts_item_of(w, FACTS_INQUIRY_OPEN, q->chat, e);
	if (!it || facts_list_add(&w->f->inquiries.open, q->n, e) < 0)
		return -1;
	it->at = q->at;
	it->value = waits;
	it->text = q->text;
	it->peer = *q->name ? q->name : it->peer;
	it->note = q->read == FACTS_NEVER ? "unread" : "";
	return facts_list_add(&it->messages, q->n, e);
}

static int
count(struct facts_work *w, const struct facts_inquiry *q, struct err *e)
{
	const struct facts_station *s =
	    &w->f->station[w->chat[q->chat].station];
	struct facts_inquiries *all = &w->f->inquiries;

	if (facts_list_add(&all->all, q->n, e) < 0 ||
	    (q->at >= s->start && facts_list_add(&all->created, q->n, e) < 0))
		return -1;
	if (q->read != FACTS_NEVER && facts_list_add(&all->read, q->n, e) < 0)
		return -1;
	if (q->replied != FACTS_NEVER && facts_list_add(&all->replied, q->n,
	    e) < 0)
		return -1;
	if (q->quoted != FACTS_NEVER && facts_list_add(&all->quoted, q->n,
	    e) < 0)
		return -1;
	if (q->ordered && facts_list_add(&all->ordered, q->n, e) < 0)
		return -1;
	return open_one(w, q, e);
}

static int
one(struct looking *l, size_t i, struct err *e)
{
	struct facts_work *w = l->w;
	struct facts_inquiry *q = &w->inquiry[i];

	if (q->order)
		return q->at < w->f->station[w->chat[q->chat].station].start ?
		    0 : facts_list_add(&w->f->inquiries.orders, q->n, e);
	if (join(l, q, e) < 0)
		return -1;
	return again(w, i) ? 0 : count(w, q, e);
}

int
facts_asked(struct facts_work *w, struct err *e)
{
	struct looking l = {.w = w, .e = e};
	int rc = -1;
	size_t i;

	if (w->ninquiries > 0 && name_all(&l, e) < 0)
		goto out;
	for (i = 0; i < w->ninquiries; i++)
		if (plain(&l, "", &w->inquiry[i].email, e) < 0 ||
		    plain(&l, "phone", &w->inquiry[i].phone, e) < 0)
			goto out;
	for (i = 0; i < w->ninquiries; i++)
		if (one(&l, i, e) < 0)
			goto out;
	rc = 0;
out:
	free(l.named);
	return rc;
}
