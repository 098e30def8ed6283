/* desk/facts_shared.c - customers of D that somebody else has too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "desk/facts_names.h"

#include "base/banned.h"

#define HITS_MAX 100	/* messages that are looked at for one key */
#define SEEN_MAX 16	/* others of one key */

/* Addresses there say nothing of a company. */
static const char *const free_mail[] = {
	"@gmail.com", "@googlemail.com", "@outlook.com", "@hotmail.com",
	"@live.com", "@msn.com", "@yahoo.com", "@yahoo.co.uk", "@yahoo.fr",
	"@yahoo.de", "@yahoo.co.jp", "@yahoo.com.br", "@ymail.com",
	"@icloud.com", "@me.com", "@mac.com", "@aol.com", "@proton.me",
	"@protonmail.com", "@gmx.com", "@gmx.de", "@gmx.net", "@web.de",
	"@t-online.de", "@mail.com", "@mail.ru", "@yandex.ru", "@yandex.com",
	"@bk.ru", "@list.ru", "@inbox.ru", "@rambler.ru", "@zoho.com",
	"@orange.fr", "@free.fr", "@wanadoo.fr", "@laposte.net", "@libero.it",
	"@uol.com.br", "@naver.com", "@hanmail.net", "@daum.net",
	"@rediffmail.com", "@163.com", "@126.com", "@yeah.net", "@qq.com",
	"@vip.qq.com", "@foxmail.com", "@sina.com", "@sina.cn", "@sohu.com",
	"@139.com", "@189.cn", "@aliyun.com", "@tom.com", "@21cn.com", NULL
};

/* Somebody has a customer: in which conversation, as which message shows. */
struct found {
	size_t station;
	int64_t chat, n;
};

/* A key, and who is found by it: the same for all keys of one value. */
struct asked {
	const struct facts_key *key;
	const char *platform;		/* of an id; else "" */
	size_t from, n;			/* in `found` */
};

struct looking {
	struct facts_work *w;
	size_t *doer;			/* one each of stations: his first */
	struct facts_names names;
	size_t *first;			/* one each of stations */
	struct asked *asked;		/* one each of keys */
	struct found *found;
	size_t nfound;
	const struct facts_key *key;	/* at hand */
	size_t from;			/* its first of `found` */
	size_t seen[SEEN_MAX];		/* doers that were reported */
	size_t nseen;
	bool stands;			/* the value in the text at hand */
};

static bool
is_free(const char *domain)
{
	size_t i;

	for (i = 0; free_mail[i]; i++)
		if (strcmp(free_mail[i], domain) == 0)
			return true;
	return false;
}

/* The customer of the key is with another doer too. */
static int
other(struct looking *l, const struct found *o, struct err *e)
{
	static const char *const kinds[] = {"id", "email", "phone", "company",
	    "company"};
	const size_t doer = l->doer[o->station];
	struct facts_item *it;
	size_t i;

	if (doer == l->doer[l->w->chat[l->key->chat].station])
		return 0;
	for (i = 0; i < l->nseen; i++)
		if (l->seen[i] == doer)
			return 0;
	if (l->nseen == SEEN_MAX)
		return 0;
	l->seen[l->nseen++] = doer;
	it = facts_item_of(l->w, FACTS_SHARED, l->key->chat, e);
	if (!it)
		return -1;
	it->what = l->key->value;
	it->note = l->w->f->station[o->station].who.doer;
	it->text = kinds[l->key->kind];
	it->value = o->chat;
	if (facts_list_add(&it->messages, l->key->n, e) < 0)
		return -1;
	return o->n != 0 ? facts_list_add(&it->messages, o->n, e) : 0;
}

/* Is the doer of STATION among those who were found by the key at hand? */
static bool
is_found(const struct looking *l, size_t station)
{
	size_t i;

	for (i = l->from; i < l->nfound; i++)
		if (l->doer[l->found[i].station] == l->doer[station])
			return true;
	return false;
}

static int
find(struct looking *l, size_t station, int64_t chat, int64_t n, struct err *e)
{
	if (facts_grow(&l->found, l->nfound, sizeof(*l->found), e) < 0)
		return -1;
	l->found[l->nfound++] = (struct found){station, chat, n};
	return 0;
}

static int
on_value(void *arg, const struct contacts_found *c)
{
	struct looking *l = arg;
	const char *at = strchr(c->value, '@');

	l->stands = l->key->kind == FACTS_KEY_DOMAIN ?
	    c->kind == CONTACTS_EMAIL && at && strcmp(at, l->key->value) == 0 :
	    contacts_same(c->value, l->key->value);
	return l->stands;
}

/* Is the key a contact in TEXT? */
static int
stands_in(struct looking *l, const char *text, size_t n, struct err *e)
{
	l->stands = false;
	return contacts_each(l->w->contacts, text, n, on_value, l, e) < 0 ?
	    -1 : l->stands;
}

/* Conversations and senders that are called so: each doer's newest. */
static int
find_named(struct looking *l, const char *platform, struct err *e)
{
	const size_t n = l->w->f->nstations;
	const struct facts_place *p;
	size_t i, best;

	for (i = 0; i < n; i++)
		l->first[i] = FACTS_NOWHERE;
	if (l->key->kind == FACTS_KEY_ID)
		facts_names_id(&l->names, platform, l->key->value, l->first);
	else if (facts_names_value(&l->names, l->key->value, l->first, e) < 0)
		return -1;
	for (;;) {
		for (i = best = 0; i < n; i++)
			if (l->first[i] < l->first[best])
				best = i;
		if (l->first[best] == FACTS_NOWHERE)
			return 0;
		p = &l->names.chat[l->first[best]];
		l->first[best] = FACTS_NOWHERE;
		if (!is_found(l, p->station) &&
		    find(l, p->station, p->n, 0, e) < 0)
			return -1;
	}
}

/* Messages of peers in which it stands. */
static int
on_hit(void *arg, const struct history_message *h, struct err *e)
{
	struct looking *l = arg;
	const size_t station = facts_station_find(l->w, h->station);
	const struct json_node *root, *v;
	int rc = 0;

	if (strcmp(h->role, "peer") != 0 || station == FACTS_NOWHERE ||
	    is_found(l, station))
		return 0;
	if (l->key->kind != FACTS_KEY_COMPANY)
		rc = stands_in(l, h->text, h->text_len, e);
	if (rc == 0 && strcmp(h->kind, "inquiry") == 0) {
		root = json_parse(l->w->json, h->line, h->line_len, e);
		if (!root)
			return -1;
		v = json_get(l->w->json, root, l->key->kind ==
		    FACTS_KEY_COMPANY ? "company" : l->key->kind ==
		    FACTS_KEY_PHONE ? "phone" : "email");
		if (v && v->type == JSON_STR)
			rc = l->key->kind == FACTS_KEY_COMPANY ?
			    strcmp(v->str, l->key->value) == 0 :
			    stands_in(l, v->str, v->len, e);
	}
	return rc > 0 ? find(l, station, h->chat, h->n, e) : rc;
}

/* Who has the customer of A's key. */
static int
look(struct looking *l, const struct asked *a, struct err *e)
{
	const struct facts_key *k = l->key = a->key;
	struct history_filter f = {.since = HISTORY_NEVER,
	    .until = l->w->f->made};
	char typed[CONTACTS_VALUE_MAX + 3];

	l->from = l->nfound;
	if (k->kind == FACTS_KEY_DOMAIN && is_free(k->value))
		return 0;
	if (k->kind != FACTS_KEY_COMPANY && find_named(l, a->platform, e) < 0)
		return -1;
	if (k->kind == FACTS_KEY_ID || strlen(k->value) >= CONTACTS_VALUE_MAX)
		return 0;
	(void)snprintf(typed, sizeof(typed), "\"%s\"", k->value);
	return history_search(l->w->m, typed, &f, HITS_MAX, on_hit, l, e) < 0 ?
	    -1 : 0;
}

static int
cmp_asked(const void *a, const void *b)
{
	const struct asked *x = a, *y = b;
	int c = x->key->kind != y->key->kind ?
	    (x->key->kind < y->key->kind ? -1 : 1) :
	    strcmp(x->key->value, y->key->value);

	return c ? c : strcmp(x->platform, y->platform);
}

static int
cmp_places(const void *a, const void *b)
{
	const struct asked *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

/* Each value once, whatever has it: a company's domain is that of many. */
static int
look_all(struct looking *l, struct err *e)
{
	struct facts_work *w = l->w;
	struct asked *a;
	size_t i;

	for (i = 0; i < w->nkeys; i++)
		l->asked[i] = (struct asked){&w->key[i],
		    w->key[i].kind == FACTS_KEY_ID ? w->f->account[w->chat[
		    w->key[i].chat].account].platform : "", 0, 0};
	qsort(l->asked, w->nkeys, sizeof(*l->asked), cmp_asked);
	for (i = 0; i < w->nkeys; i++) {
		a = &l->asked[i];
		if (i == 0 || cmp_asked(a - 1, a) != 0) {
			if (look(l, a, e) < 0)
				return -1;
		}
		a->from = l->from;
		a->n = l->nfound - l->from;
	}
	qsort(l->asked, w->nkeys, sizeof(*l->asked), cmp_places);
	return 0;
}

/* By what is told, and once for each conversation. */
static int
cmp_keys(const void *a, const void *b)
{
	const struct facts_key *x = a, *y = b;
	int c;

	if (x->chat != y->chat)
		return x->chat < y->chat ? -1 : 1;
	c = x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) :
	    strcmp(x->value, y->value);
	return c ? c : (x->n > y->n) - (x->n < y->n);
}

/* Inquiries created in D have keys of their own. */
static int
add_asked(struct facts_work *w, struct err *e)
{
	const struct facts_inquiry *q;
	size_t i, k;

	for (i = 0; i < w->ninquiries; i++) {
		q = &w->inquiry[i];
		const struct facts_key keys[] = {
			{FACTS_KEY_EMAIL, q->email, q->chat, q->n},
			{FACTS_KEY_PHONE, q->phone, q->chat, q->n},
			{FACTS_KEY_DOMAIN, strchr(q->email, '@') ?
			    strchr(q->email, '@') : "", q->chat, q->n},
			{FACTS_KEY_COMPANY, q->company, q->chat, q->n}
		};

		if (q->order ||
		    q->at < w->f->station[w->chat[q->chat].station].start)
			continue;
		for (k = 0; k < 4; k++) {
			if (!*keys[k].value)
				continue;
			if (facts_grow(&w->key, w->nkeys, sizeof(*w->key),
			    e) < 0)
				return -1;
			w->key[w->nkeys++] = keys[k];
		}
	}
	return 0;
}

static int
tell(struct looking *l, struct err *e)
{
	struct facts_work *w = l->w;
	const struct facts_key *k, *last = NULL;
	size_t i, at;

	for (i = 0; i < w->nkeys; i++) {
		k = &w->key[i];
		/* one customer is told of once for each who has him too */
		if (!last || last->chat != k->chat)
			l->nseen = 0;
		else if (last->kind == k->kind &&
		    strcmp(last->value, k->value) == 0)
			continue;
		l->key = last = k;
		for (at = 0; !w->chat[k->chat].internal &&
		    at < l->asked[i].n; at++)
			if (other(l, &l->found[l->asked[i].from + at], e) < 0)
				return -1;
	}
	return 0;
}

/* Stations of one doer; is there more than one? */
static bool
find_doers(struct looking *l)
{
	const struct facts *f = l->w->f;
	bool many = false;
	size_t i, k;

	for (i = 0; i < f->nstations; i++) {
		for (k = 0; strcmp(f->station[k].who.doer,
		    f->station[i].who.doer) != 0; k++)
			;
		l->doer[i] = k;
		many = many || k > 0;
	}
	return many;
}

int
facts_shared(struct facts_work *w, struct err *e)
{
	struct looking l = {.w = w};
	int rc = -1;

	l.doer = calloc(w->f->nstations + 1, sizeof(*l.doer));
	l.first = calloc(w->f->nstations + 1, sizeof(*l.first));
	if (!l.doer || !l.first) {
		(void)err_nomem(e);
		goto out;
	}
	/* with nobody else it takes no time */
	if (!find_doers(&l)) {
		rc = 0;
		goto out;
	}
	if (add_asked(w, e) < 0)
		goto out;
	if (w->nkeys == 0) {
		rc = 0;
		goto out;
	}
	qsort(w->key, w->nkeys, sizeof(*w->key), cmp_keys);
	l.asked = calloc(w->nkeys, sizeof(*l.asked));
	if (!l.asked) {
		(void)err_nomem(e);
		goto out;
	}
	if (facts_names_make(&l.names, w, e) < 0 || look_all(&l, e) < 0)
		goto out;
	rc = tell(&l, e);
out:
	facts_names_release(&l.names);
	free(l.asked);
	free(l.found);
	free(l.first);
	free(l.doer);
	return rc;
}
