/* desk/dual.c - requests and grants; docs/FORMAT.md section 21 "A grant". */
#include "desk/dual.h"

#include <string.h>

#include "base/str.h"

#include "base/banned.h"

/* Does V, a request or a grant, speak of the event ID? */
static bool
is_of(const struct account_event *v, const uint8_t id[static EVENT_ID_LEN])
{
	const char *of = v->value[EVENT_OF];
	uint8_t it[EVENT_ID_LEN];

	return of && str_unhex(it, sizeof(it), of, strlen(of)) == 0 &&
	    memcmp(it, id, sizeof(it)) == 0;
}

/* The event of A that V speaks of, or NULL. */
static const struct account_event *
event_of(const struct book_account *a, const struct account_event *v)
{
	size_t i;

	for (i = 0; i < a->nevents; i++)
		if (is_of(v, a->event[i]->id))
			return a->event[i];
	return NULL;
}

int64_t
dual_until(const struct account_event *g)
{
	const char *s = g->value[EVENT_UNTIL];
	int64_t until;

	return s && str_to_i64(s, 0, INT64_MAX, &until) == 0 ? until : 0;
}

bool
dual_holds(const struct account_event *g, const char *person, int64_t utc)
{
	const char *to = g->value[EVENT_TO];

	return g->kind == EVENT_GRANTED && to && people_same(to, person) &&
	    utc < dual_until(g);
}

bool
dual_open(const struct book_account *a, const struct account_event *v,
	const char *person, int64_t utc)
{
	size_t i;

	for (i = 0; i < a->nevents; i++)
		if (dual_holds(a->event[i], person, utc) &&
		    is_of(a->event[i], v->id))
			return true;
	return false;
}

bool
dual_granted(const struct book_account *a, const struct account_event *v)
{
	size_t i;

	for (i = 0; i < a->nevents; i++)
		if (a->event[i]->kind == EVENT_GRANTED &&
		    is_of(a->event[i], v->id))
			return true;
	return false;
}

/* Does it hold a password, seed or codes that count now? */
static bool
counts(const struct book_account *a, const struct account_event *v)
{
	size_t i;

	if (v == NULL || a->closed)
		return false;
	for (i = 0; i < a->npasswords; i++)
		if (a->password[i] == v)
			return true;
	return a->totp == v || a->codes == v;
}

const struct account_event *
dual_to_change(const struct book_account *a)
{
	size_t i;

	for (i = a->nevents; i > 0; i--)
		if (a->event[i - 1]->kind == EVENT_GRANTED &&
		    counts(a, event_of(a, a->event[i - 1])))
			return a->event[i - 1];
	return NULL;
}

/* Was what the request at AT asks for granted behind it, to who asked? */
static bool
is_answered(const struct book_account *a, size_t at)
{
	const struct account_event *v = a->event[at], *g;
	size_t i;

	for (i = at + 1; i < a->nevents; i++) {
		g = a->event[i];
		if (g->kind == EVENT_GRANTED && g->value[EVENT_TO] &&
		    people_same(g->value[EVENT_TO], v->value[EVENT_BY]) &&
		    str_eq(g->value[EVENT_OF], v->value[EVENT_OF]))
			return true;
	}
	return false;
}

/*
 * If what is asked for could be another account's, who grants the one would give
 * the other away; and who asks must be who says so.
 */
static bool
is_request(const struct book_account *a, const struct people *p,
	const struct account_event *v)
{
	const char *by = v->value[EVENT_BY], *who;

	if (v->kind != EVENT_REQUESTED || !by || !event_of(a, v))
		return false;
	who = people_behind(p, v->device);
	return who && people_same(who, by);
}

size_t
dual_requests(const struct book_account *a, const struct people *p,
	const char *person,
	const struct account_event *out[static DUAL_EVENTS_MAX])
{
	const struct account_event *v;
	size_t i, k, n = 0;

	for (i = a->nevents; i > 0 && n < DUAL_EVENTS_MAX; i--) {
		v = a->event[i - 1];
		if (!is_request(a, p, v) || is_answered(a, i - 1) ||
		    (person && !people_same(person, v->value[EVENT_BY])))
			continue;
		person = v->value[EVENT_BY];
		for (k = 0; k < n && !str_eq(out[k]->value[EVENT_OF],
		    v->value[EVENT_OF]); k++)
			;
		if (k == n)
			out[n++] = v;
	}
	return n;
}
