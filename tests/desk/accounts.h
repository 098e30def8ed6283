/*
 * tests/desk/accounts.h - a book made of a table, for tests of custody and
 * handover.  Included once by each.
 */
#ifndef TESTS_DESK_ACCOUNTS_H
#define TESTS_DESK_ACCOUNTS_H

#include <stdlib.h>
#include <string.h>

#include "account/book.h"
#include "account/platform.h"
#include "desk/people.h"

/* An event: values as "key=value" words, blanks between. */
struct made {
	int account;			/* 0: of none */
	enum event_kind kind;
	int64_t ts;
	const char *actor, *device;
	const char *values;
	unsigned secrets;		/* 1 password, 2 seed, 4: not knowing what
					 * stands before it */
};

static inline void
add_event(struct book *b, const struct made *m, uint8_t n, uint8_t before)
{
	struct account_event v;
	struct err e = ERR_INIT;
	char text[1024], *word, *rest = text, *eq;

	memset(&v, 0, sizeof(v));
	memset(v.id, n, sizeof(v.id));
	memset(v.account, m->account, sizeof(v.account));
	v.kind = m->kind;
	v.ts = m->ts;
	v.actor = m->actor;
	v.device = m->device ? m->device : "manager";
	v.has_password = m->secrets & 1;
	v.has_totp = m->secrets & 2;
	v.nprev = before && !(m->secrets & 4);
	memset(v.prev[0], before, sizeof(v.prev[0]));
	(void)snprintf(text, sizeof(text), "%s", m->values);
	while ((word = strsep(&rest, " ")) != NULL) {
		eq = strchr(word, '=');
		if (!eq)
			continue;
		*eq = '\0';
		assert_int_not_equal(event_field_of(word), EVENT_FIELDS);
		v.value[event_field_of(word)] = eq + 1;
	}
	assert_int_equal(book_add(b, &v, &e), 0);
}

static inline struct book *
make_book(const struct made *m, size_t n)
{
	struct err e = ERR_INIT;
	struct book *b = book_new(&e);
	size_t i, k;

	assert_non_null(b);
	for (i = 0; i < n; i++) {
		for (k = i; k > 0 && m[k - 1].account != m[i].account; k--)
			;
		add_event(b, &m[i], (uint8_t)(i + 1), (uint8_t)k);
	}
	assert_int_equal(book_fold(b, &e), 0);
	return b;
}

static inline void
make_readers(struct control *c, const char *const *names, size_t n)
{
	size_t i;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < n; i++)
		(void)snprintf(c->recipient[i].name,
		    sizeof(c->recipient[i].name), "%s", names[i]);
	c->nrecipients = n;
}

/* "a b c": the names of accounts. */
static inline const char *
list_of(const struct book_account *const *v, size_t n, char *out, size_t size)
{
	size_t i, used = 0;

	out[0] = '\0';
	for (i = 0; i < n && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s",
		    i ? " " : "", v[i]->shown);
	return out;
}

#endif
