/* desk/facts_shared.c - customers of D that somebody else has too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "desk/facts_work.h"

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

/* One key, and who else is found by it. */
struct looking {
	struct facts_work *w;
	const struct facts_key *key;
	size_t seen[SEEN_MAX];		/* stations whose doer was reported */
	size_t nseen;
	struct err *e;
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

static const char *
doer(const struct looking *l, size_t station)
{
	return l->w->f->station[station].who.doer;
}

/* The customer is at STATION too, in conversation CHAT, as message N shows. */
static int
other(struct looking *l, const char *name, int64_t chat, int64_t n,
	struct err *e)
{
	static const char *const kinds[] = {"id", "email", "phone", "company",
	    "company"};
	const size_t station = facts_station_find(l->w, name);
	const size_t own = l->w->chat[l->key->chat].station;
	struct facts_item *it;
	size_t i;

	if (station == FACTS_NOWHERE ||
	    strcmp(doer(l, station), doer(l, own)) == 0)
		return 0;
	for (i = 0; i < l->nseen; i++)
		if (strcmp(doer(l, l->seen[i]), doer(l, station)) == 0)
			return 0;
	if (l->nseen == SEEN_MAX)
		return 0;
	l->seen[l->nseen++] = station;
	it = facts_item_of(l->w, FACTS_SHARED, l->key->chat, e);
	if (!it)
		return -1;
	it->what = l->key->value;
	it->note = doer(l, station);
	it->text = kinds[l->key->kind];
	it->value = chat;
	if (facts_list_add(&it->messages, l->key->n, e) < 0)
		return -1;
	return n != 0 ? facts_list_add(&it->messages, n, e) : 0;
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

/* Conversations and senders that are called so. */
static int
on_chat(void *arg, const struct history_chat *h, struct err *e)
{
	struct looking *l = arg;
	bool same = strcmp(h->id, l->key->value) == 0;

	if (h->internal || strcmp(h->type, "group") == 0)
		return 0;
	if (l->key->kind == FACTS_KEY_ID && !same)
		return 0;
	return other(l, h->station, h->n, 0, e);
}

/* Messages of peers in which it stands. */
static int
on_hit(void *arg, const struct history_message *h, struct err *e)
{
	struct looking *l = arg;
	const struct json_node *root, *v;
	int rc = 0;

	if (strcmp(h->role, "peer") != 0)
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
	return rc > 0 ? other(l, h->station, h->chat, h->n, e) : rc;
}

static int
look(struct looking *l, struct err *e)
{
	struct facts_work *w = l->w;
	const struct facts_key *k = l->key;
	const struct facts_chat *c = &w->chat[k->chat];
	struct history_filter f = {.since = HISTORY_NEVER,
	    .until = w->f->made, .peer = k->value};
	char typed[CONTACTS_VALUE_MAX + 3];

	if (k->kind == FACTS_KEY_DOMAIN && is_free(k->value))
		return 0;
	if (k->kind == FACTS_KEY_ID)
		f.platform = w->f->account[c->account].platform;
	if (k->kind != FACTS_KEY_COMPANY &&
	    history_chats(w->m, &f, on_chat, l, e) < 0)
		return -1;
	f.peer = NULL;
	if (k->kind == FACTS_KEY_ID || strlen(k->value) >= CONTACTS_VALUE_MAX)
		return 0;
	(void)snprintf(typed, sizeof(typed), "\"%s\"", k->value);
	return history_search(w->m, typed, &f, HITS_MAX, on_hit, l, e) < 0 ?
	    -1 : 0;
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

int
facts_shared(struct facts_work *w, struct err *e)
{
	struct looking l = {.w = w, .e = e};
	const struct facts_key *k, *last = NULL;
	size_t i;

	if (add_asked(w, e) < 0)
		return -1;
	if (w->nkeys > 0)
		qsort(w->key, w->nkeys, sizeof(*w->key), cmp_keys);
	for (i = 0; i < w->nkeys; i++) {
		k = &w->key[i];
		/* one customer is told of once for each who has him too */
		if (!last || last->chat != k->chat)
			l.nseen = 0;
		else if (last->kind == k->kind &&
		    strcmp(last->value, k->value) == 0)
			continue;
		l.key = last = k;
		if (!w->chat[k->chat].internal && look(&l, e) < 0)
			return -1;
	}
	return 0;
}
