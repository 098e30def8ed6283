/*
 * desk/customers.c - what is open with the customers of one who goes;
 * docs/REPORTS.md "Handover".
 */
#include "desk/customers.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "desk/facts_work.h"

#include "base/banned.h"

#define DAY_MS INT64_C(86400000)
#define STATIONS_MAX 64		/* of one person */

const char *
customers_kind_name(enum customers_kind k)
{
	static const char *const names[CUSTOMERS_KINDS] = {"unanswered",
	    "inquiry_open", "promise"};

	return names[k];
}

/* --- Promises. */

/* Whole words of ASCII, in lower case; Chinese as it stands. */
static const char *const words[] = {"明天给", "明天发", "明天回", "明天报",
    "稍后", "晚点", "晚些", "尽快", "马上给", "马上发", "会给您", "会给你",
    "会发给", "下周", "明早", "will send", "i'll send", "we'll send",
    "will check", "i'll check", "will quote", "will get back",
    "get back to you", "let you know", "keep you posted", "by tomorrow",
    "tomorrow", "next week", "by monday", "by tuesday", "by wednesday",
    "by thursday", "by friday"};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
letter(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool
is_at(const char *text, size_t n, size_t i, const char *word)
{
	const size_t len = strlen(word);
	size_t k;

	if (len > n - i)
		return false;
	for (k = 0; k < len && lower(text[i + k]) == word[k]; k++)
		;
	return k == len && (!letter(word[0]) || ((i == 0 ||
	    !letter(text[i - 1])) && (i + len == n ||
	    !letter(text[i + len]))));
}

bool
customers_promises(const char *text, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < sizeof(words) / sizeof(*words); k++)
			if (is_at(text, n, i, words[k]))
				return true;
	return false;
}

/* --- All of it. */

struct work {
	struct customers *c;
	struct messages *m;
	const struct customers_ask *ask;
	/* the conversation at hand, and its last message */
	const struct history_chat *chat;
	int64_t at;
	bool promised;
	const char *text;
};

static struct customer *
add(struct work *w, struct err *e)
{
	struct customers *c = w->c;

	if (facts_grow(&c->v, c->n, sizeof(*c->v), e) < 0)
		return NULL;
	memset(&c->v[c->n], 0, sizeof(c->v[c->n]));
	return &c->v[c->n++];
}

/* The shop of the account with that login; else his first. */
static const struct people_shop *
shop_of(const struct work *w, const char *account)
{
	const struct book_account *a;
	const struct people_shop *found;
	size_t n, i;

	a = book_accounts(w->ask->book, &n);
	for (i = 0; *account && i < n; i++) {
		if (!a[i].value[EVENT_SHOP] ||
		    !str_eq(a[i].value[EVENT_LOGIN], account))
			continue;
		found = people_shop(w->ask->people, a[i].value[EVENT_SHOP]);
		if (found)
			return found;
	}
	return people_shop_of(w->ask->people, w->ask->person);
}

static void
hand_over(const struct work *w, struct customer *c)
{
	const struct people_shop *shop = shop_of(w, c->account);

	c->shop = shop ? shop->name : NULL;
	c->successor = people_successor(w->ask->people, shop,
	    w->ask->person);
}

static int
from_facts(struct work *w, struct err *e)
{
	const struct facts *f = &w->c->facts;
	struct customer *c;
	size_t i;

	for (i = 0; i < f->nitems; i++) {
		const struct facts_item *it = &f->item[i];

		if (it->kind != FACTS_UNANSWERED &&
		    it->kind != FACTS_INQUIRY_OPEN)
			continue;
		c = add(w, e);
		if (!c)
			return -1;
		c->kind = it->kind == FACTS_UNANSWERED ?
		    CUSTOMERS_UNANSWERED : CUSTOMERS_INQUIRY;
		c->station = it->who.station;
		c->platform = it->platform;
		c->account = it->account;
		c->peer = it->peer;
		c->chat = it->chat;
		c->at = it->at;
		c->text = it->text;
		hand_over(w, c);
	}
	return 0;
}

static int
on_message(void *arg, const struct history_message *h, struct err *e)
{
	struct work *w = arg;

	if (h->state == HISTORY_CHANGED || h->at == HISTORY_NEVER ||
	    strcmp(h->role, "system") == 0)
		return 0;
	w->promised = strcmp(h->role, "self") == 0 &&
	    customers_promises(h->text, h->text_len);
	if (!w->promised)
		return 0;
	w->at = h->at;
	w->text = facts_excerpt(&w->c->facts, h->text, h->text_len, e);
	return w->text ? 0 : -1;
}

static const char *
keep(struct work *w, const char *s, struct err *e)
{
	return facts_keep(&w->c->facts, s ? s : "", s ? strlen(s) : 0, e);
}

struct chats {
	struct history_chat *v;		/* strings are the facts' */
	size_t n;
	struct work *w;
};

static int
on_chat(void *arg, const struct history_chat *h, struct err *e)
{
	struct chats *all = arg;
	struct history_chat *c;

	if (h->internal || strcmp(h->type, "group") == 0 ||
	    strcmp(h->type, "inquiry") == 0)
		return 0;
	if (facts_grow(&all->v, all->n, sizeof(*all->v), e) < 0)
		return -1;
	c = &all->v[all->n];
	*c = *h;
	c->station = keep(all->w, h->station, e);
	c->platform = keep(all->w, h->platform, e);
	c->account = keep(all->w, h->account, e);
	c->name = keep(all->w, h->name && *h->name ? h->name : h->id, e);
	if (!c->station || !c->platform || !c->account || !c->name)
		return -1;
	all->n++;
	return 0;
}

static int
promised(struct work *w, const struct history_chat *h, int64_t since,
	struct err *e)
{
	const struct history_filter f = {.chat = h->n, .since = since,
	    .until = w->ask->now + 1};
	struct customer *c;

	w->promised = false;
	if (history_each(w->m, &f, on_message, w, e) < 0)
		return -1;
	if (!w->promised)
		return 0;
	c = add(w, e);
	if (!c)
		return -1;
	c->kind = CUSTOMERS_PROMISE;
	c->station = h->station;
	c->platform = h->platform;
	c->account = h->account;
	c->peer = h->name;
	c->chat = h->n;
	c->at = w->at;
	c->text = w->text;
	hand_over(w, c);
	return 0;
}

static int
promises(struct work *w, const char *station, struct err *e)
{
	const struct history_filter f = {.station = station, .since =
	    w->ask->now - CUSTOMERS_PROMISE_DAYS * DAY_MS,
	    .until = w->ask->now + 1};
	struct chats all = {NULL, 0, w};
	int rc = history_chats(w->m, &f, on_chat, &all, e);
	size_t i;

	for (i = 0; rc == 0 && i < all.n; i++)
		rc = promised(w, &all.v[i], f.since, e);
	free(all.v);
	return rc;
}

static int
cmp(const void *a, const void *b)
{
	const struct customer *x = a, *y = b;
	int d = strcmp(x->successor ? x->successor : "",
	    y->successor ? y->successor : "");

	if (d != 0)
		return d;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->at != y->at ? x->at < y->at ? -1 : 1 : 0;
}

int
customers_make(struct customers *c, struct messages *m,
	struct catalogue *catalogue, const struct customers_ask *ask,
	struct err *e)
{
	struct work w = {.c = c, .m = m, .ask = ask};
	struct facts_ask facts = {.policy = ask->policy,
	    .roster = ask->roster, .day = ask->day, .now = ask->now};
	const long who = people_find(ask->people, ask->person);
	const struct people_station *s;
	const char *station[STATIONS_MAX];
	size_t n, i;

	memset(c, 0, sizeof(*c));
	s = people_stations(ask->people, &n);
	for (i = 0; i < n && facts.nstations < STATIONS_MAX; i++)
		if (s[i].person == who)
			station[facts.nstations++] = s[i].station;
	if (facts.nstations == 0)
		return 0;
	facts.station = station;
	if (facts_make(&c->facts, m, catalogue, &facts, e) < 0 ||
	    from_facts(&w, e) < 0)
		return -1;
	for (i = 0; i < facts.nstations; i++)
		if (promises(&w, station[i], e) < 0)
			return -1;
	if (c->n > 0)
		qsort(c->v, c->n, sizeof(*c->v), cmp);
	return 0;
}

void
customers_release(struct customers *c)
{
	facts_release(&c->facts);
	free(c->v);
	memset(c, 0, sizeof(*c));
}
