/* desk/facts_leaked.c - contacts given to customers that nobody registered. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "config/teamini.h"
#include "desk/facts_work.h"

#include "base/banned.h"

#define NAME_MAX_LEN 512
#define HITS_MAX 200	/* of one contact in one conversation */

/* Values that are the team's own, and "@domain". */
struct book {
	struct facts_work *w;
	const char **v;
	size_t n;
	struct err *e;
};

static int
book_add(struct book *b, const char *s, size_t n)
{
	if (n == 0)
		return 0;
	if (facts_grow(&b->v, b->n, sizeof(*b->v), b->e) < 0)
		return -1;
	b->v[b->n] = facts_keep(b->w->f, s, n, b->e);
	return b->v[b->n++] ? 0 : -1;
}

static int
on_contact(void *arg, const struct contacts_found *c)
{
	return book_add(arg, c->value, strlen(c->value));
}

/* "+86 574 8765 4321" is 8657487654321 too. */
static int
add_digits(struct book *b, const char *s, size_t n)
{
	char digits[NAME_MAX_LEN];
	size_t i, k = 0;

	if (strspn(s, "+0123456789 -().") < n || n >= sizeof(digits))
		return 0;
	for (i = 0; i < n; i++)
		if (s[i] >= '0' && s[i] <= '9')
			digits[k++] = s[i];
	return book_add(b, digits, k);
}

/* Names with commas between. */
static int
add_names(struct book *b, const char *s)
{
	char low[NAME_MAX_LEN];
	size_t n, i;

	for (; *s; s += n + (s[n] == ',')) {
		s += strspn(s, " \t");
		n = strcspn(s, ",");
		if (n >= sizeof(low))
			continue;
		for (i = 0; i < n; i++)
			low[i] = (char)(s[i] >= 'A' && s[i] <= 'Z' ?
			    s[i] + 32 : s[i]);
		for (; i > 0 && (low[i - 1] == ' ' || low[i - 1] == '\t'); i--)
			;
		low[i] = '\0';
		if (book_add(b, low, i) < 0 || add_digits(b, low, i) < 0 ||
		    contacts_each(b->w->contacts, low, i, on_contact, b,
		    b->e) < 0)
			return -1;
	}
	return 0;
}

static int
on_key(void *arg, const char *section, const char *key, const char *value)
{
	bool source = str_starts(section, "source ");
	bool team = strcmp(section, "team") == 0 ||
	    str_starts(section, "station ");

	if ((source && (strcmp(key, "account") == 0 ||
	    strcmp(key, "self") == 0)) ||
	    (team && strcmp(key, "contacts") == 0))
		return add_names(arg, value);
	return 0;
}

static int
book_make(struct book *b)
{
	const struct facts *f = b->w->f;
	size_t i;

	if (teamini_each(b->w->ask->policy, on_key, b) < 0)
		return -1;
	for (i = 0; i < f->naccounts; i++)
		if (add_names(b, f->account[i].account) < 0)
			return -1;
	return 0;
}

static bool
book_has(const struct book *b, const char *value)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (contacts_same(b->v[i], value) || (b->v[i][0] == '@' &&
		    str_ends(value, b->v[i])))
			return true;
	return false;
}

/* --- The peer's own. */

struct own {
	const struct facts_claim *claim;
	bool found;
};

static int
on_hit(void *arg, const struct history_message *h, struct err *e)
{
	struct own *o = arg;

	(void)e;
	o->found = strcmp(h->role, "peer") == 0;
	return o->found;
}

static int
on_named(void *arg, const struct contacts_found *c)
{
	struct own *o = arg;

	o->found = contacts_same(c->value, o->claim->value);
	return o->found;
}

/* 1: it stands in the peer's name or id, or he wrote it before; 0; -1. */
static int
peers_own(struct facts_work *w, const struct facts_claim *c, struct err *e)
{
	const struct facts_chat *chat = &w->chat[c->chat];
	const char *names[] = {chat->id, chat->name, chat->peer_id,
	    chat->peer_name};
	struct history_filter f = {.chat = chat->n, .since = HISTORY_NEVER,
	    .until = c->at};
	char typed[CONTACTS_VALUE_MAX + 2];
	struct own o = {c, false};
	size_t i;

	for (i = 0; !o.found && i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(names[i], c->value) == 0)
			o.found = true;
		else if (contacts_each(w->contacts, names[i],
		    strlen(names[i]), on_named, &o, e) < 0)
			return -1;
	}
	(void)snprintf(typed, sizeof(typed), "\"%s\"", c->value);
	if (!o.found && c->kind != CONTACTS_ADD && history_search(w->m, typed,
	    &f, HITS_MAX, on_hit, &o, e) < 0)
		return -1;
	return o.found;
}

static int
report(struct facts_work *w, const struct facts_claim *c, struct err *e)
{
	struct facts_item *it = facts_item_of(w, FACTS_LEAKED, c->chat, e);

	if (!it)
		return -1;
	it->at = c->at;
	it->what = c->value;
	it->note = contacts_kind_name(c->kind);
	it->text = c->text;
	return facts_list_add(&it->messages, c->n, e);
}

int
facts_leaked(struct facts_work *w, struct err *e)
{
	struct book book = {.w = w, .e = e};
	int64_t named = 0;	/* the message that had another contact */
	size_t i;
	int rc = book_make(&book), own;

	for (i = 0; rc == 0 && i < w->nclaims; i++) {
		const struct facts_claim *c = &w->claim[i];
		bool add = c->kind == CONTACTS_ADD;

		/* of one message those come first that say where */
		if (add && named == c->n)
			continue;
		named = c->n;
		if (!add && book_has(&book, c->value))
			continue;
		own = add ? 0 : peers_own(w, c, e);
		rc = own < 0 ? -1 : own ? 0 : report(w, c, e);
	}
	free(book.v);
	return rc;
}
