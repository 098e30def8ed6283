/*
 * desk/people.c - persons, shops and readers; docs/FORMAT.md section 9,
 * docs/REPORTS.md "Accounts when people leave".
 */
#include "desk/people.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "config/teamini.h"
#include "desk/worktime.h"
#include "repo/packw.h"

#include "base/banned.h"

#define BLANKS " \t"
#define DAY_S 86400
#define CONFIRM_DAYS_MAX 100000
#define GRANT_HOURS_MAX 720
#define WHAT_LEN 512
#define TEXT_MAX (1024 * 1024)

struct people {
	const struct control *control;
	struct people_person *person;
	size_t npersons;
	struct people_shop *shop;
	size_t nshops;
	struct people_station *station;
	size_t nstations;
	struct people_reader *reader;
	size_t nreaders;
	int confirm_days, grant_hours;
	bool said;		/* policy.ini has shops or persons */
	/* owned */
	void **keep;
	size_t nkept;
};

/* --- Memory. */

/* V, pointer to an array of N things of SIZE bytes, gets room for one more. */
static int
grow(void *v, size_t n, size_t size, struct err *e)
{
	void *p;

	if ((n & (n - 1)) != 0)
		return 0;
	memcpy(&p, v, sizeof(p));
	p = realloc(p, (n ? 2 * n : 1) * size);
	if (!p)
		return err_nomem(e);
	memcpy(v, &p, sizeof(p));
	return 0;
}

/* P owns WHAT from now on, also where it cannot. */
static int
own(struct people *p, void *what, struct err *e)
{
	if (!what)
		return err_nomem(e);
	if (grow(&p->keep, p->nkept, sizeof(*p->keep), e) < 0) {
		free(what);
		return -1;
	}
	p->keep[p->nkept++] = what;
	return 0;
}

/* S without blanks at its ends; NULL: ERR_NOMEM. */
static const char *
kept(struct people *p, const char *s, size_t n, struct err *e)
{
	char *copy;

	while (n > 0 && strchr(BLANKS, *s)) {
		s++;
		n--;
	}
	while (n > 0 && strchr(BLANKS, s[n - 1]))
		n--;
	copy = str_ndup(s, n);
	return own(p, copy, e) < 0 ? NULL : copy;
}

/* --- Persons. */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
people_same(const char *a, const char *b)
{
	size_t n, m, i;

	a += strspn(a, BLANKS);
	b += strspn(b, BLANKS);
	for (n = strlen(a); n > 0 && strchr(BLANKS, a[n - 1]); n--)
		;
	for (m = strlen(b); m > 0 && strchr(BLANKS, b[m - 1]); m--)
		;
	for (i = 0; i < n && i < m && lower(a[i]) == lower(b[i]); i++)
		;
	return i == n && i == m;
}

long
people_find(const struct people *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->npersons; i++)
		if (people_same(p->person[i].name, name))
			return (long)i;
	return PEOPLE_NONE;
}

long
people_index(struct people *p, const char *name, struct err *e)
{
	long i = people_find(p, name);
	struct people_person *one;

	if (i >= 0)
		return i;
	if (p->npersons == PEOPLE_MAX) {
		(void)err_set(e, ERR_FORMAT, "more than %u persons",
		    PEOPLE_MAX);
		return PEOPLE_NONE;
	}
	if (grow(&p->person, p->npersons, sizeof(*one), e) < 0)
		return PEOPLE_NONE;
	one = &p->person[p->npersons];
	memset(one, 0, sizeof(*one));
	one->name = kept(p, name, strlen(name), e);
	return one->name ? (long)p->npersons++ : PEOPLE_NONE;
}

/* --- policy.ini */

struct reading {
	struct people *p;
	struct err *e;
};

static struct people_shop *
shop_of(struct people *p, const char *name, struct err *e)
{
	struct people_shop *s;
	size_t i;

	name += strspn(name, BLANKS);
	for (i = 0; i < p->nshops; i++)
		if (people_same(p->shop[i].name, name))
			return &p->shop[i];
	if (i == PEOPLE_MAX) {
		(void)err_set(e, ERR_FORMAT, "more than %u shops", PEOPLE_MAX);
		return NULL;
	}
	if (grow(&p->shop, i, sizeof(*s), e) < 0)
		return NULL;
	s = &p->shop[i];
	memset(s, 0, sizeof(*s));
	s->name = kept(p, name, strlen(name), e);
	if (!s->name)
		return NULL;
	p->nshops++;
	return s;
}

/* Names with commas between; each is a person. */
static int
names(struct people *p, const char *value, const char *const **list,
	size_t *count, struct err *e)
{
	const char **v = calloc(PEOPLE_LIST_MAX, sizeof(*v));
	size_t n = 0, len;

	if (own(p, v, e) < 0)
		return -1;
	for (; *value; value += len + (value[len] == ',')) {
		len = strcspn(value, ",");
		if (strspn(value, BLANKS) >= len)
			continue;
		if (n == PEOPLE_LIST_MAX)
			return err_set(e, ERR_FORMAT, "policy.ini: more than "
			    "%u names in a list", PEOPLE_LIST_MAX);
		v[n] = kept(p, value, len, e);
		if (!v[n] || people_index(p, v[n], e) < 0)
			return -1;
		n++;
	}
	*list = v;
	*count = n;
	return 0;
}

static int
on_shop(struct people *p, const char *name, const char *key, const char *value,
	struct err *e)
{
	struct people_shop *s = shop_of(p, name, e);
	const struct {
		const char *key;
		const char **out;
	} text[] = {
		{"platform", s ? &s->platform : NULL},
		{"area", s ? &s->area : NULL},
		{"squad", s ? &s->squad : NULL},
		{"subject", s ? &s->subject : NULL}
	};
	size_t i;

	if (!s)
		return -1;
	if (strcmp(key, "doers") == 0)
		return names(p, value, &s->doer, &s->ndoers, e);
	if (strcmp(key, "responsible") == 0)
		return names(p, value, &s->responsible, &s->nresponsible, e);
	for (i = 0; i < sizeof(text) / sizeof(*text); i++)
		if (strcmp(text[i].key, key) == 0) {
			*text[i].out = kept(p, value, strlen(value), e);
			return *text[i].out ? 0 : -1;
		}
	return 0;
}

static int
on_person(struct people *p, const char *name, const char *key,
	const char *value, struct err *e)
{
	const long at = people_index(p, name, e);
	struct people_person *one;
	const char **out;
	int64_t day;

	if (at < 0)
		return -1;
	one = &p->person[at];
	if (strcmp(key, "left") == 0) {
		/* what is no day is told by doctor, and counts as gone */
		one->left = worktime_day_parse(value, &day) < 0 ||
		    day * DAY_S <= clock_now_utc();
		return 0;
	}
	out = strcmp(key, "reader") == 0 ? &one->key :
	    strcmp(key, "deputy") == 0 ? &one->deputy : NULL;
	if (out)
		*out = kept(p, value, strlen(value), e);
	return out && !*out ? -1 : 0;
}

static int
on_value(void *arg, const char *section, const char *key, const char *value)
{
	struct reading *r = arg;
	int64_t n;

	if (!*value)
		return 0;
	if (str_starts(section, "shop ") && section[5]) {
		r->p->said = true;
		return on_shop(r->p, section + 5, key, value, r->e);
	}
	if (str_starts(section, "person ") && section[7]) {
		r->p->said = true;
		return on_person(r->p, section + 7, key, value, r->e);
	}
	if (strcmp(section, "accounts") != 0)
		return 0;
	if (strcmp(key, "confirm_days") == 0 &&
	    str_to_i64(value, 0, CONFIRM_DAYS_MAX, &n) == 0)
		r->p->confirm_days = (int)n;
	if (strcmp(key, "grant_hours") == 0 &&
	    str_to_i64(value, 1, GRANT_HOURS_MAX, &n) == 0)
		r->p->grant_hours = (int)n;
	return 0;
}

/* --- Roster and recipients. */

static bool
may_send(const struct control *c, const char *station)
{
	const int64_t now = clock_now_utc();
	const struct signer *s;
	size_t i;

	for (i = 0; (s = signers_named(&c->stations, station, i)) != NULL; i++)
		if (s->valid_after <= now && s->valid_before > now)
			return true;
	return false;
}

static int
add_station(struct people *p, const struct roster_row *row, struct err *e)
{
	struct people_station *s;
	long person = people_index(p, row->person, e);

	if (person < 0 || grow(&p->station, p->nstations, sizeof(*s), e) < 0)
		return -1;
	s = &p->station[p->nstations];
	s->person = person;
	s->active = may_send(p->control, row->station);
	s->team = row->team[0] ? kept(p, row->team, strlen(row->team), e) :
	    NULL;
	s->station = kept(p, row->station, strlen(row->station), e);
	if (!s->station || (row->team[0] && !s->team))
		return -1;
	p->nstations++;
	return 0;
}

/* Whose key it is: [person] says so, else he is called as the key. */
static long
holder(struct people *p, const char *key, struct err *e)
{
	size_t i;
	long at;

	for (i = 0; i < p->npersons; i++)
		if (p->person[i].key && strcmp(p->person[i].key, key) == 0)
			return (long)i;
	at = people_index(p, key, e);
	if (at >= 0 && !p->person[at].key)
		p->person[at].key = kept(p, key, strlen(key), e);
	return at;
}

static int
add_reader(struct people *p, const char *key, int64_t until, struct err *e)
{
	struct people_reader *r;
	long person = holder(p, key, e);

	if (person < 0 || grow(&p->reader, p->nreaders, sizeof(*r), e) < 0)
		return -1;
	r = &p->reader[p->nreaders];
	r->key = kept(p, key, strlen(key), e);
	r->person = person;
	r->owner = control_is_owner(key);
	r->until = until;
	r->since = INT64_MIN;
	if (!r->key)
		return -1;
	p->nreaders++;
	return 0;
}

int
people_former(struct people *p, const char *key, int64_t utc, struct err *e)
{
	size_t i;

	for (i = 0; i < p->nreaders; i++)
		if (strcmp(p->reader[i].key, key) == 0) {
			if (p->reader[i].until < utc)
				p->reader[i].until = utc;
			return 0;
		}
	return add_reader(p, key, utc, e);
}

void
people_came(struct people *p, const char *key, int64_t utc)
{
	size_t i;

	for (i = 0; i < p->nreaders; i++)
		if (strcmp(p->reader[i].key, key) == 0)
			p->reader[i].since = utc;
}

/* Those of IS that WAS, which is not before the first, did not name. */
static void
came(struct people *p, const struct control *was, const struct control *is,
	int64_t utc)
{
	size_t i, k;

	for (i = 0; was->nrecipients > 0 && i < is->nrecipients; i++) {
		const char *key = is->recipient[i].name;

		for (k = 0; k < was->nrecipients &&
		    strcmp(was->recipient[k].name, key) != 0; k++)
			;
		if (k == was->nrecipients)
			people_came(p, key, utc);
	}
}

/* Those of WAS that IS does not name any more were readers until UTC. */
static int
gone(struct people *p, const struct control *was, const struct control *is,
	int64_t utc, struct err *e)
{
	size_t i, k;

	for (i = 0; i < was->nrecipients; i++) {
		const char *key = was->recipient[i].name;

		for (k = 0; k < is->nrecipients &&
		    strcmp(is->recipient[k].name, key) != 0; k++)
			;
		if (k == is->nrecipients && people_former(p, key, utc, e) < 0)
			return -1;
	}
	return 0;
}

int
people_formers(struct people *p, struct mirror *control, const char *head,
	struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX), text = BUF_INIT(TEXT_MAX);
	struct control was = {.version = 0}, is = {.version = 0};
	char (*ids)[CANON_ID_LEN] = NULL;
	struct canon c;
	size_t n = 0, i;
	int rc = -1;

	if (mirror_chain(control, head, "", &ids, &n, e) < 0)
		goto out;
	for (i = 0; i < n; i++) {
		buf_clear(&raw);
		buf_clear(&text);
		if (mirror_read(control, ids[i], PACKW_COMMIT, &raw, e) < 0 ||
		    canon_parse(&c, raw.data, raw.len, e) < 0 ||
		    mirror_blob_at(control, c.tree, "recipients", &text,
		    e) < 0 || control_recipients_parse(&is, buf_str(&text),
		    e) < 0 || gone(p, &was, &is, c.time_utc, e) < 0)
			goto out;
		came(p, &was, &is, c.time_utc);
		control_release(&was);
		was = is;
		memset(&is, 0, sizeof(is));
	}
	rc = 0;
out:
	free(ids);
	control_release(&was);
	control_release(&is);
	buf_release(&raw);
	buf_release(&text);
	return rc;
}

bool
people_opens(const struct people *p, size_t i, const char *device, int64_t utc)
{
	size_t index[CONTROL_MAX_RECIPIENTS], n, k;

	if (p->reader[i].until != INT64_MAX)
		return utc < p->reader[i].until;
	n = control_readers(p->control, device, index);
	for (k = 0; k < n; k++)
		if (strcmp(p->control->recipient[index[k]].name,
		    p->reader[i].key) == 0)
			return true;
	return false;
}

struct people *
people_new(const char *policy, const struct roster *roster,
	const struct control *c, struct err *e)
{
	struct people *p = calloc(1, sizeof(*p));
	struct reading r = {p, e};
	size_t i;

	if (!p) {
		(void)err_nomem(e);
		return NULL;
	}
	p->control = c;
	p->confirm_days = PEOPLE_CONFIRM_DAYS;
	p->grant_hours = PEOPLE_GRANT_HOURS;
	if (teamini_each(policy, on_value, &r) != 0)
		goto fail;
	for (i = 0; roster && i < roster->n; i++)
		if (roster->v[i].person[0] &&
		    add_station(p, &roster->v[i], e) < 0)
			goto fail;
	for (i = 0; i < c->nrecipients; i++)
		if (add_reader(p, c->recipient[i].name, INT64_MAX, e) < 0)
			goto fail;
	return p;
fail:
	people_free(p);
	return NULL;
}

void
people_free(struct people *p)
{
	size_t i;

	if (!p)
		return;
	for (i = 0; i < p->nkept; i++)
		free(p->keep[i]);
	free(p->keep);
	free(p->person);
	free(p->shop);
	free(p->station);
	free(p->reader);
	free(p);
}

/* --- What is asked. */

const struct people_person *
people_all(const struct people *p, size_t *n)
{
	*n = p->npersons;
	return p->person;
}

const struct people_shop *
people_shops(const struct people *p, size_t *n)
{
	*n = p->nshops;
	return p->shop;
}

const struct people_shop *
people_shop(const struct people *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->nshops; i++)
		if (people_same(p->shop[i].name, name))
			return &p->shop[i];
	return NULL;
}

const struct people_station *
people_stations(const struct people *p, size_t *n)
{
	*n = p->nstations;
	return p->station;
}

const struct people_reader *
people_readers(const struct people *p, size_t *n)
{
	*n = p->nreaders;
	return p->reader;
}

const char *
people_behind(const struct people *p, const char *station)
{
	size_t i;

	for (i = 0; i < p->nstations; i++)
		if (strcmp(p->station[i].station, station) == 0)
			return p->person[p->station[i].person].name;
	for (i = 0; i < p->nreaders; i++)
		if (strcmp(p->reader[i].key, station) == 0)
			return p->person[p->reader[i].person].name;
	return NULL;
}

int
people_confirm_days(const struct people *p)
{
	return p->confirm_days;
}

int
people_grant_hours(const struct people *p)
{
	return p->grant_hours;
}

static bool
stays(const struct people *p, const char *name, const char *leaver)
{
	long i = people_find(p, name);

	return !people_same(name, leaver) && i >= 0 && !p->person[i].left;
}

const char *
people_successor(const struct people *p, const struct people_shop *shop,
	const char *person)
{
	size_t i;

	if (!shop)
		return NULL;
	for (i = 0; i < shop->ndoers; i++)
		if (stays(p, shop->doer[i], person))
			return shop->doer[i];
	for (i = 0; i < shop->nresponsible; i++)
		if (stays(p, shop->responsible[i], person))
			return shop->responsible[i];
	return NULL;
}

const struct people_shop *
people_shop_of(const struct people *p, const char *person)
{
	size_t i, k;

	for (i = 0; i < p->nshops; i++)
		for (k = 0; k < p->shop[i].ndoers; k++)
			if (people_same(p->shop[i].doer[k], person))
				return &p->shop[i];
	return NULL;
}

bool
people_is_area(const char *word)
{
	static const char *const areas[] = {"alibaba", "site", "b2b",
	    "content", "inquiry"};
	size_t i;

	for (i = 0; i < sizeof(areas) / sizeof(*areas); i++)
		if (strcmp(areas[i], word) == 0)
			return true;
	return false;
}

/* --- The rules that doctor holds shops and readers to. */

struct check {
	const struct people *p;
	int (*fn)(void *arg, const char *shop, const char *what);
	void *arg;
	int rc;			/* not 0: stop */
};

static void __attribute__((format(printf, 3, 4)))
tell(struct check *k, const char *shop, const char *fmt, ...)
{
	char what[WHAT_LEN];
	va_list ap;

	if (k->rc != 0)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	k->rc = k->fn(k->arg, shop, what);
}

/* How many different people who are still here work for S. */
static size_t
staff(const struct people *p, const struct people_shop *s)
{
	const char *seen[2 * PEOPLE_LIST_MAX];
	size_t n = 0, i, k;

	for (i = 0; i < s->ndoers + s->nresponsible; i++) {
		const char *name = i < s->ndoers ? s->doer[i] :
		    s->responsible[i - s->ndoers];

		for (k = 0; k < n && !people_same(seen[k], name); k++)
			;
		if (k == n && stays(p, name, ""))
			seen[n++] = name;
	}
	return n;
}

static void
check_shop(struct check *k, const struct people_shop *s)
{
	if (s->ndoers == 0)
		tell(k, s->name, "nobody does its work (doers)");
	if (staff(k->p, s) < 2)
		tell(k, s->name, "fewer than two people work for it");
	if (s->nresponsible == 0)
		tell(k, s->name, "nobody is responsible for it");
	else if (s->nresponsible > 1)
		tell(k, s->name, "%zu people are responsible for it, so "
		    "nobody is", s->nresponsible);
	else if (!stays(k->p, s->responsible[0], ""))
		tell(k, s->name, "'%s', who is responsible for it, has left",
		    s->responsible[0]);
	if (!s->area)
		tell(k, s->name, "no area is named (alibaba, site, b2b, "
		    "content, inquiry)");
	else if (!people_is_area(s->area))
		tell(k, s->name, "'%s' is no area (alibaba, site, b2b, "
		    "content, inquiry)", s->area);
	if (!s->squad)
		tell(k, s->name, "no squad is named");
	if (s->subject && strcmp(s->subject, "company") != 0)
		tell(k, s->name, "it is registered in the real name of '%s': "
		    "if that person leaves, so may the shop", s->subject);
}

/* Is the person at I, no owner, one who reads now? */
static bool
reads(const struct people *p, long i)
{
	size_t k;

	for (k = 0; k < p->nreaders; k++)
		if (p->reader[k].person == i && !p->reader[k].owner &&
		    p->reader[k].until == INT64_MAX)
			return true;
	return false;
}

bool
people_manager_but(const struct people *p, const char *const *person,
	size_t n)
{
	size_t i, k;

	for (i = 0; i < p->nreaders; i++) {
		const long who = p->reader[i].person;

		if (p->person[who].left || !reads(p, who))
			continue;
		for (k = 0; k < n && !people_same(p->person[who].name,
		    person[k]); k++)
			;
		if (k == n)
			return true;
	}
	return false;
}

static void
check_reader(struct check *k, long i)
{
	const struct people_person *one = &k->p->person[i];
	long deputy = one->deputy ? people_find(k->p, one->deputy) :
	    PEOPLE_NONE;

	if (!people_manager_but(k->p, &one->name, 1))
		tell(k, NULL, "nobody but '%s' and owners can read: his own "
		    "records have no other manager", one->name);
	if (!one->deputy)
		tell(k, NULL, "'%s' reads and has no deputy", one->name);
	else if (deputy == i || deputy < 0 || !reads(k->p, deputy))
		tell(k, NULL, "'%s', deputy of '%s', cannot read",
		    one->deputy, one->name);
}

int
people_check(const struct people *p,
	int (*fn)(void *arg, const char *shop, const char *what), void *arg)
{
	struct check k = {p, fn, arg, 0};
	size_t i;

	if (!p->said)
		return 0;
	for (i = 0; i < p->nshops; i++)
		check_shop(&k, &p->shop[i]);
	for (i = 0; i < p->npersons; i++)
		if (reads(p, (long)i)) {
			if (p->person[i].left)
				tell(&k, NULL, "'%s' has left and still "
				    "reads", p->person[i].name);
			else
				check_reader(&k, (long)i);
		}
	return k.rc;
}
