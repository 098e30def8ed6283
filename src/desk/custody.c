/*
 * desk/custody.c - book and people as a model of recovery; docs/REPORTS.md
 * "Accounts when people leave".
 *
 * Of each account and part a `spec` says who has it.  Out of the specs three
 * models are built: `plain`; `strict`, in which stale passwords count for
 * nothing; and `things`, whose people are SIMs and mailboxes.
 */
#include "desk/custody.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "desk/dual.h"
#include "vault/recovery.h"

#include "base/banned.h"

#define DAY_S 86400
#define ROUTES_MAX 16		/* of an account; more are left out */
#define NODES_MAX 8		/* of a route: six words, login being two */
#define NAMES_LEN 192
#define LAST_DIGITS 4

struct ids {
	uint32_t *v;
	size_t n;
};

/*
 * Who has a part.  The company has it without X if COMPANY, or one of `keep` is
 * not in X; X has it if one of `reach` is in it.  Beside that of what was
 * sealed: group 0 can open it; under dual control one of 0 and one of 1 can.
 */
struct spec {
	bool said;		/* there is something to be had at all */
	bool company;
	bool dual;
	struct ids keep, reach;
	struct ids open_keep[2], open_reach[2];
	const struct book_account *via;	/* mailbox, main account */
	const char *thing;	/* number, address, name; or NULL */
};

struct route {
	unsigned bits;
	size_t n;
	enum custody_part part[NODES_MAX];
	int64_t node[NODES_MAX];	/* the same in `plain` and `strict` */
};

struct held {
	const struct book_account *a;
	const struct platform *platform;
	const struct people_shop *shop;
	const char *holder;	/* or NULL */
	const char *subject;	/* or NULL */
	bool stale;
	struct spec spec[CUSTODY_PARTS];
	struct route route[ROUTES_MAX];
	size_t nroutes;
};

struct custody {
	const struct book *b;
	struct people *p;
	const struct platforms *pl;
	int64_t utc;
	const struct book_account *a;
	struct held *held;		/* one each */
	size_t n;
	struct recovery *plain, *strict;
	size_t words;
};

static const char *const part_names[CUSTODY_PARTS] = {"password", "seed",
	"device", "phone", "email", "main", "licence", "subject"};

const char *
custody_part_name(enum custody_part part)
{
	return part_names[part];
}

/* --- Values. */

/* The value of F, or NULL: not said, or said that there is none. */
static const char *
value(const struct book_account *a, enum event_field f)
{
	return a->value[f] && a->value[f][0] ? a->value[f] : NULL;
}

static bool
is(const struct book_account *a, enum event_field f, const char *word)
{
	return a->value[f] && strcmp(a->value[f], word) == 0;
}

/* Who did V: its actor, else who is behind its station, else that one's id. */
static const char *
actor(const struct custody *c, const struct account_event *v)
{
	const char *who = v->actor && v->actor[0] ? v->actor :
	    people_behind(c->p, v->device);

	return who ? who : v->device;
}

static int
ids_add(struct ids *l, long person, struct err *e)
{
	uint32_t *v;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i] == (uint32_t)person)
			return 0;
	v = realloc(l->v, (l->n + 1) * sizeof(*v));
	if (!v)
		return err_nomem(e);
	l->v = v;
	l->v[l->n++] = (uint32_t)person;
	return 0;
}

static bool
ids_has(const struct ids *l, long person)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if ((long)l->v[i] == person)
			return true;
	return false;
}

static bool
has_left(const struct custody *c, long person)
{
	size_t n;

	return people_all(c->p, &n)[person].left;
}

/* --- Specs: who has a part of an account. */

/* NAME has it: for the company as well, unless he has left. */
static int
add_person(const struct custody *c, struct spec *s, const char *name,
	struct err *e)
{
	long person = people_index(c->p, name, e);

	if (person < 0 || ids_add(&s->reach, person, e) < 0)
		return -1;
	s->said = true;
	return has_left(c, person) ? 0 : ids_add(&s->keep, person, e);
}

struct knowing {
	const struct custody *c;
	struct spec *s;
	bool certain;	/* what they know is what counts */
};

static int
on_knows(void *arg, const char *person, const struct account_event *told,
	struct err *e)
{
	struct knowing *k = arg;
	const char *name = person && person[0] ? person : actor(k->c, told);
	long i = people_index(k->c->p, name, e);

	if (i < 0 || ids_add(&k->s->reach, i, e) < 0)
		return -1;
	k->s->said = true;
	return !k->certain || has_left(k->c, i) ? 0 :
	    ids_add(&k->s->keep, i, e);
}

static int
add_opener(const struct custody *c, const struct people_reader *r,
	struct ids *reach, struct ids *keep, struct err *e)
{
	if (ids_add(reach, r->person, e) < 0)
		return -1;
	return r->until == INT64_MAX && !has_left(c, r->person) ?
	    ids_add(keep, r->person, e) : 0;
}

/*
 * Who can open V of A, the FIRST of what is to be opened or a further one: X has
 * it with any of them, the company only with all.  What was granted once, any
 * manager opens alone, and an owner does not.  What was not, no manager who came
 * later opens: nobody can make a new header for the seal within.
 */
static int
add_openers(const struct custody *c, struct spec *s,
	const struct book_account *a, const struct account_event *v,
	bool first, struct err *e)
{
	const bool given = is(a, EVENT_DUAL, "yes") && dual_granted(a, v);
	struct ids can[2] = {{NULL, 0}, {NULL, 0}};
	const struct people_reader *r;
	size_t n, i, g, k, kept;
	int rc = -1;

	r = people_readers(c->p, &n);
	for (i = 0; i < n; i++) {
		if ((given && r[i].owner) ||
		    !people_opens(c->p, i, v->device, v->ts))
			continue;
		s->said = true;
		g = s->dual && !r[i].owner;
		if (g == 1 && !given && v->ts < r[i].since)
			continue;
		if (add_opener(c, &r[i], &s->open_reach[g], &can[g], e) < 0 ||
		    (given && g == 1 && add_opener(c, &r[i],
		    &s->open_reach[0], &can[0], e) < 0))
			goto out;
	}
	for (g = 0; g < 2; g++) {
		if (first) {
			s->open_keep[g] = can[g];
			can[g] = (struct ids){NULL, 0};
			continue;
		}
		for (i = kept = 0; i < s->open_keep[g].n; i++) {
			k = s->open_keep[g].v[i];
			if (ids_has(&can[g], (long)k))
				s->open_keep[g].v[kept++] = (uint32_t)k;
		}
		s->open_keep[g].n = kept;
	}
	rc = 0;
out:
	free(can[0].v);
	free(can[1].v);
	return rc;
}

static int
spec_password(const struct custody *c, struct held *h, struct err *e)
{
	struct spec *s = &h->spec[CUSTODY_PASSWORD];
	struct knowing k = {c, s, h->a->npasswords <= 1};
	bool given = h->a->npasswords > 0;
	size_t i;

	for (i = 0; i < h->a->npasswords; i++)
		given = given && dual_granted(h->a, h->a->password[i]);
	s->dual = is(h->a, EVENT_DUAL, "yes") && !given;
	if (book_knows(c->b, h->a, false, on_knows, &k, e) != 0)
		return -1;
	for (i = 0; i < h->a->npasswords; i++)
		if (h->a->password[i]->has_password &&
		    add_openers(c, s, h->a, h->a->password[i],
		    i == 0, e) < 0)
			return -1;
	return 0;
}

static int
spec_seed(const struct custody *c, struct held *h, struct err *e)
{
	struct spec *s = &h->spec[CUSTODY_SEED];
	struct knowing k = {c, s, true};

	s->dual = is(h->a, EVENT_DUAL, "yes") &&
	    !(h->a->totp && dual_granted(h->a, h->a->totp));
	if (book_knows(c->b, h->a, true, on_knows, &k, e) != 0)
		return -1;
	return h->a->totp && h->a->totp->has_totp ?
	    add_openers(c, s, h->a, h->a->totp, true, e) : 0;
}

/* SIM or mailbox: whose it is and who holds it. */
static int
spec_thing(const struct custody *c, struct held *h, enum custody_part part,
	enum event_field f, struct err *e)
{
	const enum event_field owner = f + 1, holder = f + 2;
	struct spec *s = &h->spec[part];
	const char *who = value(h->a, holder);

	s->thing = value(h->a, f);
	if (!s->thing)
		return 0;
	s->said = true;
	s->company = is(h->a, owner, "company");
	if (!who && !s->company)
		who = h->holder;
	return who ? add_person(c, s, who, e) : 0;
}

/* The domain of ADDRESS is HOST or below it. */
static bool
below(const char *address, const char *host)
{
	const char *at = strchr(address, '@');
	size_t n = strlen(host), len = at ? strlen(at + 1) : 0;

	if (!at || len < n || !people_same(at + 1 + len - n, host))
		return false;
	return len == n || at[len - n] == '.';
}

/* Is H the mailbox ADDRESS, whose part before the '@' is LOCAL? */
static bool
is_mailbox(const struct held *h, const char *address, const char *local)
{
	const char *login = value(h->a, EVENT_LOGIN);
	const struct platform *p = h->platform;
	size_t i;

	if (!login || !p || h->a->closed)
		return false;
	for (i = 0; i < p->nhosts; i++)
		if (below(address, p->host[i]) && (people_same(login,
		    address) || people_same(login, local)))
			return true;
	/* of a domain of one's own: a box is not opened by mail to itself */
	return people_same(login, address) && !value(h->a, EVENT_EMAIL) &&
	    p->routes && !strstr(p->routes, "email");
}

/* The account that is the mailbox ADDRESS, or NULL. */
static const struct book_account *
mailbox(const struct custody *c, const char *address)
{
	char local[256];
	size_t i;

	(void)snprintf(local, sizeof(local), "%.*s",
	    (int)(strcspn(address, "@") % sizeof(local)), address);
	for (i = 0; i < c->n; i++)
		if (is_mailbox(&c->held[i], address, local))
			return c->held[i].a;
	return NULL;
}

static int
spec_rest(const struct custody *c, struct held *h, struct err *e)
{
	const char *main = value(h->a, EVENT_MAIN);
	struct err ignored = ERR_INIT;
	struct spec *s;

	s = &h->spec[CUSTODY_MAIN];
	s->thing = main;
	s->via = main ? book_find(c->b, main, &ignored) : NULL;
	s->said = s->via && s->via != h->a && !s->via->closed;
	s = &h->spec[CUSTODY_LICENCE];
	s->said = s->company = h->subject &&
	    strcmp(h->subject, "company") == 0;
	h->spec[CUSTODY_SUBJECT].company = s->company;
	h->spec[CUSTODY_SUBJECT].said = h->subject;
	if (h->subject && !s->company &&
	    add_person(c, &h->spec[CUSTODY_SUBJECT], h->subject, e) < 0)
		return -1;
	return h->holder ? add_person(c, &h->spec[CUSTODY_DEVICE], h->holder,
	    e) : 0;
}

/* What stands before the specs: who, whose, since when. */
static void
describe(const struct custody *c, struct held *h)
{
	const struct book_account *a = h->a;
	const char *word = value(a, EVENT_PLATFORM);
	const char *shop = value(a, EVENT_SHOP);
	const int64_t days = people_confirm_days(c->p);
	const struct account_event *newest;

	h->shop = shop ? people_shop(c->p, shop) : NULL;
	if (!word && h->shop)
		word = h->shop->platform;
	h->platform = word ? platforms_find(c->pl, word) : NULL;
	h->holder = value(a, EVENT_HOLDER);
	if (!h->holder && a->nevents > 0)
		h->holder = actor(c, a->event[0]);
	h->subject = value(a, EVENT_SUBJECT);
	/* the shop's name is that of its own account, not of its messengers' */
	if (!h->subject && h->shop && h->shop->platform && h->platform &&
	    platforms_find(c->pl, h->shop->platform) == h->platform)
		h->subject = h->shop->subject;
	newest = a->confirmed ? a->confirmed : a->npasswords > 0 ?
	    a->password[a->npasswords - 1] : NULL;
	h->stale = days > 0 && a->npasswords > 0 && !a->closed &&
	    c->utc - newest->ts > days * DAY_S;
}

static int
spec_all(struct custody *c, struct err *e)
{
	struct held *h;
	size_t i;

	for (i = 0; i < c->n; i++) {
		c->held[i].a = &c->a[i];
		describe(c, &c->held[i]);
	}
	for (h = c->held; h < c->held + c->n; h++) {
		struct spec *mail = &h->spec[CUSTODY_EMAIL];

		if (spec_password(c, h, e) < 0 || spec_seed(c, h, e) < 0 ||
		    spec_thing(c, h, CUSTODY_PHONE, EVENT_PHONE, e) < 0 ||
		    spec_thing(c, h, CUSTODY_EMAIL, EVENT_EMAIL, e) < 0 ||
		    spec_rest(c, h, e) < 0)
			return -1;
		if (mail->thing) {
			mail->via = mailbox(c, mail->thing);
			mail->via = mail->via == h->a ? NULL : mail->via;
			if (mail->via)	/* who can get into that one */
				mail->keep.n = mail->reach.n = 0;
		}
	}
	return 0;
}

/* --- Routes: which parts. */

static void
add_part(struct route *r, enum custody_part part)
{
	if (r->n < NODES_MAX)
		r->part[r->n++] = part;
}

static void
add_login(const struct book_account *a, struct route *r)
{
	bool device = is(a, EVENT_QR, "yes");

	add_part(r, device ? CUSTODY_DEVICE : CUSTODY_PASSWORD);
	if (is(a, EVENT_TWOFA_KIND, "totp"))
		add_part(r, CUSTODY_SEED);
	else if (is(a, EVENT_TWOFA_KIND, "sms"))
		add_part(r, CUSTODY_PHONE);
	else if (is(a, EVENT_TWOFA_KIND, "device") && !device)
		add_part(r, CUSTODY_DEVICE);
}

static int
on_route(void *arg, unsigned bits)
{
	static const struct {
		unsigned bit;
		enum custody_part part;
	} parts[] = {
		{PLATFORM_PHONE, CUSTODY_PHONE},
		{PLATFORM_EMAIL, CUSTODY_EMAIL},
		{PLATFORM_MAIN, CUSTODY_MAIN},
		{PLATFORM_LICENCE, CUSTODY_LICENCE},
		{PLATFORM_SUBJECT, CUSTODY_SUBJECT}
	};
	struct held *h = arg;
	struct route *r = &h->route[h->nroutes];
	size_t i;

	if (h->nroutes == ROUTES_MAX)
		return 0;
	h->nroutes++;
	r->bits = bits;
	if (bits & PLATFORM_LOGIN)
		add_login(h->a, r);
	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (bits & parts[i].bit)
			add_part(r, parts[i].part);
	return 0;
}

static int
route_all(struct custody *c, struct err *e)
{
	const char *text;
	size_t i;

	for (i = 0; i < c->n; i++) {
		const struct platform *p = c->held[i].platform;

		text = p && p->routes && p->routes[0] ? p->routes : "login";
		if (platform_routes(text, on_route, &c->held[i], e) < 0)
			return -1;
	}
	return 0;
}

/* --- The models. */

struct model {
	const struct custody *c;
	struct recovery *r;
	bool strict;		/* what is stale counts for nothing */
	/* people are SIMs and mailboxes; all else is there if anybody has it */
	const struct custody_thing *thing;
	size_t nthings;
};

/* A leaf that KEEP keeps and REACH reaches. */
static int64_t
leaf(struct model *m, bool company, const struct ids *keep,
	const struct ids *reach, struct err *e)
{
	if (m->thing)
		return recovery_leaf(m->r, company || keep->n > 0, NULL, 0,
		    NULL, 0, e);
	return recovery_leaf(m->r, company, keep->v, keep->n, reach->v,
	    reach->n, e);
}

static int64_t
thing_leaf(struct model *m, const struct spec *s, bool sim, struct err *e)
{
	uint32_t i;

	if (!s->company && s->keep.n == 0)
		return recovery_leaf(m->r, false, NULL, 0, NULL, 0, e);
	for (i = 0; i < m->nthings; i++)
		if (m->thing[i].sim == sim && people_same(m->thing[i].name,
		    s->thing))
			return recovery_leaf(m->r, false, &i, 1, NULL, 0, e);
	return recovery_leaf(m->r, true, NULL, 0, NULL, 0, e);
}

/* What was sealed: opened by one of each group, or known. */
static int64_t
sealed(struct model *m, const struct spec *s, bool stale, struct err *e)
{
	static const struct ids none = {NULL, 0};
	int64_t top = recovery_account(m->r, e), node[2];
	int g;

	if (top < 0)
		return -1;
	node[0] = leaf(m, false, &s->keep, &s->reach, e);
	if (node[0] < 0 || recovery_route(m->r, top, node, 1, e) < 0)
		return -1;
	for (g = 0; g < 2; g++) {
		node[g] = leaf(m, false, stale ? &none : &s->open_keep[g],
		    &s->open_reach[g], e);
		if (node[g] < 0)
			return -1;
	}
	return recovery_route(m->r, top, node, s->dual ? 2 : 1, e) < 0 ? -1 :
	    top;
}

static int64_t
part_node(struct model *m, const struct held *h, enum custody_part part,
	struct err *e)
{
	const struct spec *s = &h->spec[part];

	if (s->via && s->said)
		return s->via - m->c->a;	/* accounts come first */
	if (part == CUSTODY_PASSWORD || part == CUSTODY_SEED)
		return sealed(m, s, m->strict && h->stale &&
		    part == CUSTODY_PASSWORD, e);
	if (m->thing && s->thing && (part == CUSTODY_PHONE ||
	    part == CUSTODY_EMAIL))
		return thing_leaf(m, s, part == CUSTODY_PHONE, e);
	return leaf(m, s->company, &s->keep, &s->reach, e);
}

/* Nodes of routes are kept of a model of people: both have the same ones. */
static int
build_routes(struct model *m, struct held *h, int64_t account, struct err *e)
{
	int64_t node[NODES_MAX];
	size_t i, k;

	for (i = 0; i < h->nroutes; i++) {
		struct route *r = &h->route[i];

		for (k = 0; k < r->n; k++) {
			node[k] = part_node(m, h, r->part[k], e);
			if (node[k] < 0)
				return -1;
		}
		if (recovery_route(m->r, account, node, r->n, e) < 0)
			return -1;
		if (!m->thing)
			memcpy(r->node, node, r->n * sizeof(*node));
	}
	return 0;
}

static struct recovery *
build(struct model *m, size_t people, struct err *e)
{
	const struct custody *c = m->c;
	size_t i;

	m->r = recovery_new(people, e);
	if (!m->r)
		return NULL;
	for (i = 0; i < c->n; i++)
		if (recovery_account(m->r, e) != (int64_t)i)
			goto fail;
	for (i = 0; i < c->n; i++)
		if (build_routes(m, &c->held[i], (int64_t)i, e) < 0)
			goto fail;
	return m->r;
fail:
	recovery_free(m->r);
	return NULL;
}

struct custody *
custody_new(const struct book *b, struct people *p,
	const struct platforms *pl, int64_t utc, struct err *e)
{
	struct custody *c = calloc(1, sizeof(*c));
	struct model plain = {.c = c}, strict = {.c = c, .strict = true};
	size_t people;

	if (!c) {
		(void)err_nomem(e);
		return NULL;
	}
	c->b = b;
	c->p = p;
	c->pl = pl;
	c->utc = utc;
	c->a = book_accounts(b, &c->n);
	c->held = calloc(c->n + 1, sizeof(*c->held));
	if (!c->held) {
		(void)err_nomem(e);
		goto fail;
	}
	if (spec_all(c, e) < 0 || route_all(c, e) < 0)
		goto fail;
	(void)people_all(p, &people);
	c->strict = build(&strict, people, e);
	c->plain = c->strict ? build(&plain, people, e) : NULL;
	if (!c->plain)
		goto fail;
	c->words = recovery_words(c->plain);
	return c;
fail:
	custody_free(c);
	return NULL;
}

void
custody_free(struct custody *c)
{
	size_t i;
	int k;

	if (!c)
		return;
	for (i = 0; c->held && i < c->n; i++)
		for (k = 0; k < CUSTODY_PARTS; k++) {
			struct spec *s = &c->held[i].spec[k];

			free(s->keep.v);
			free(s->reach.v);
			free(s->open_keep[0].v);
			free(s->open_keep[1].v);
			free(s->open_reach[0].v);
			free(s->open_reach[1].v);
		}
	free(c->held);
	recovery_free(c->plain);
	recovery_free(c->strict);
	free(c);
}

/* --- What if. */

static int
set_of(const struct custody *c, const char *const *person, size_t n,
	uint32_t *set, struct err *e)
{
	size_t i;
	long at;

	for (i = 0; i < n; i++) {
		at = people_find(c->p, person[i]);
		if (at < 0) {
			(void)err_set(e, ERR_NOENT, "nobody is called '%s'",
			    person[i]);
			return err_hint(e, "names are those of 'liudi-desk "
			    "risk' and 'liudi-desk shop list'");
		}
		set[i] = (uint32_t)at;
	}
	return 0;
}

/* The accounts of ROW, and not of BUT (may be NULL), that are not closed. */
static int
gather(const struct custody *c, const uint64_t *row, const uint64_t *but,
	const struct book_account ***out, size_t *n, struct err *e)
{
	const struct book_account **v = calloc(c->n + 1, sizeof(void *));
	size_t i;

	if (!v)
		return err_nomem(e);
	*n = 0;
	for (i = 0; i < c->n; i++)
		if ((row[i / 64] >> i % 64 & 1) && !c->a[i].closed &&
		    !(but && (but[i / 64] >> i % 64 & 1)))
			v[(*n)++] = &c->a[i];
	*out = v;
	return 0;
}

int
custody_whatif(struct custody *c, const char *const *person, size_t n,
	struct custody_result *out, struct err *e)
{
	const size_t words = c->words;
	uint32_t *set = calloc(n + 1, sizeof(*set));
	uint64_t *row = calloc(3 * words + 1, sizeof(*row));
	const uint32_t *one = set;
	struct custody_result r = {0};
	int rc = -1;

	if (!set || !row) {
		(void)err_nomem(e);
		goto out;
	}
	if (set_of(c, person, n, set, e) < 0 ||
	    recovery_solve(c->plain, &one, &n, 1, row, row + words, e) < 0 ||
	    recovery_solve(c->strict, &one, &n, 1, row + 2 * words, NULL,
	    e) < 0 || gather(c, row, NULL, &r.lost, &r.nlost, e) < 0 ||
	    gather(c, row + words, NULL, &r.reach, &r.nreach, e) < 0 ||
	    gather(c, row + 2 * words, row, &r.stale, &r.nstale, e) < 0)
		goto out;
	*out = r;
	memset(&r, 0, sizeof(r));
	rc = 0;
out:
	custody_result_free(&r);
	free(set);
	free(row);
	return rc;
}

void
custody_result_free(struct custody_result *r)
{
	free(r->lost);
	free(r->stale);
	free(r->reach);
	memset(r, 0, sizeof(*r));
}

/* --- In words. */

const char *
custody_last(const char *number, char out[CUSTODY_LAST_LEN])
{
	char last[LAST_DIGITS + 1] = "";
	size_t n = 0, i = strlen(number);

	while (i > 0 && n < LAST_DIGITS) {
		i--;
		if (number[i] >= '0' && number[i] <= '9')
			last[LAST_DIGITS - ++n] = number[i];
	}
	(void)snprintf(out, CUSTODY_LAST_LEN, "…%s",
	    last + LAST_DIGITS - n);
	return out;
}

/* "li, wang"; "-" of nobody. */
static void
add_names(const struct custody *c, const struct ids *l, char *out)
{
	const struct people_person *all;
	size_t n, i, used = 0;

	all = people_all(c->p, &n);
	(void)snprintf(out, NAMES_LEN, "-");
	for (i = 0; i < l->n && used < NAMES_LEN; i++)
		used += (size_t)snprintf(out + used, NAMES_LEN - used, "%s%s",
		    i ? ", " : "", all[l->v[i]].name);
}

/* Texts that differ in their beginnings, so that each is found by its own. */
static void
say_secret(const struct custody *c, const struct spec *s, bool seed, char *out,
	size_t size)
{
	struct ids open = s->open_reach[0];
	char know[NAMES_LEN], can[2][NAMES_LEN];

	add_names(c, &s->reach, know);
	add_names(c, &open, can[0]);
	add_names(c, &s->open_reach[1], can[1]);
	if (open.n + s->open_reach[1].n > 0 && s->dual)
		(void)snprintf(out, size, seed ? "one-time codes under dual "
		    "control, known to %s, opened by %s together with %s" :
		    "password under dual control, known to %s, opened by %s "
		    "together with %s", know, can[0], can[1]);
	else if (open.n > 0 && s->reach.n > 0)
		(void)snprintf(out, size, seed ? "sealed one-time codes, "
		    "known to %s, opened by %s" : "sealed password, known to "
		    "%s, opened by %s", know, can[0]);
	else if (open.n > 0)
		(void)snprintf(out, size, seed ? "one-time codes opened by "
		    "%s" : "password opened by %s", can[0]);
	else if (s->reach.n > 0)
		(void)snprintf(out, size, seed ? "one-time codes known to %s" :
		    "password known to %s", know);
	else
		(void)snprintf(out, size, "%s", seed ?
		    "one-time codes that nobody has" :
		    "password that nobody has");
}

static void
say_thing(const struct custody *c, const struct spec *s, bool sim, char *out,
	size_t size)
{
	char last[CUSTODY_LAST_LEN], who[NAMES_LEN];
	const char *name = s->thing;

	if (!name) {
		(void)snprintf(out, size, "%s", sim ?
		    "no telephone is named" : "no mailbox is named");
		return;
	}
	if (sim)
		name = custody_last(name, last);
	add_names(c, &s->reach, who);
	if (s->via)
		(void)snprintf(out, size, "mailbox %s, an account here: %s",
		    name, s->via->shown);
	else if (s->company && s->reach.n > 0)
		(void)snprintf(out, size, sim ?
		    "SIM %s, the company's, held by %s" :
		    "mailbox %s, the company's, held by %s", name, who);
	else if (s->company)
		(void)snprintf(out, size, sim ? "SIM %s, the company's" :
		    "mailbox %s, the company's", name);
	else
		(void)snprintf(out, size, sim ?
		    "SIM %s, personal, held by %s" :
		    "mailbox %s, personal, held by %s", name, who);
}

static void
say_part(const struct custody *c, const struct held *h, enum custody_part part,
	char *out, size_t size)
{
	const struct spec *s = &h->spec[part];

	switch (part) {
	case CUSTODY_PASSWORD:
	case CUSTODY_SEED:
		say_secret(c, s, part == CUSTODY_SEED, out, size);
		return;
	case CUSTODY_PHONE:
	case CUSTODY_EMAIL:
		say_thing(c, s, part == CUSTODY_PHONE, out, size);
		return;
	case CUSTODY_DEVICE:
		(void)snprintf(out, size, "device of %s",
		    h->holder ? h->holder : "-");
		return;
	case CUSTODY_MAIN:
		if (s->said)
			(void)snprintf(out, size, "main account %s",
			    s->via->shown);
		else
			(void)snprintf(out, size, "no main account is named");
		return;
	case CUSTODY_LICENCE:
		(void)snprintf(out, size, "%s", s->company ?
		    "the company's papers" : "the company's papers do not "
		    "help: the real name is not the company's");
		return;
	default:
		if (!h->subject)
			(void)snprintf(out, size, "no real name is noted");
		else if (s->company)
			(void)snprintf(out, size, "the company's real name");
		else
			(void)snprintf(out, size, "real name of %s",
			    h->subject);
	}
}

/* "phone+email" */
static void
route_name(unsigned bits, char *out, size_t size)
{
	static const struct {
		unsigned bit;
		const char *name;
	} words[] = {
		{PLATFORM_LOGIN, "login"}, {PLATFORM_PHONE, "phone"},
		{PLATFORM_EMAIL, "email"}, {PLATFORM_MAIN, "main"},
		{PLATFORM_LICENCE, "licence"}, {PLATFORM_SUBJECT, "subject"}
	};
	size_t i, used = 0;

	out[0] = '\0';
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if ((bits & words[i].bit) && used < size)
			used += (size_t)snprintf(out + used, size - used,
			    "%s%s", used ? "+" : "", words[i].name);
}

static const struct held *
held_of(const struct custody *c, const struct book_account *a)
{
	return &c->held[a - c->a];
}

int
custody_explain(struct custody *c, const struct book_account *a, bool reach,
	const char *const *person, size_t n, custody_fn fn, void *arg,
	struct err *e)
{
	const struct held *h = held_of(c, a);
	struct custody_view view[NODES_MAX];
	uint32_t *set = calloc(n + 1, sizeof(*set));
	char name[64];
	size_t i, k;
	int rc = 0, has;
	bool all;

	if (!set)
		return err_nomem(e);
	if (set_of(c, person, n, set, e) < 0)
		rc = -1;
	for (i = 0; rc == 0 && i < h->nroutes; i++) {
		const struct route *r = &h->route[i];

		for (k = 0, all = true; rc == 0 && k < r->n; k++) {
			has = recovery_has(c->plain, set, n, !reach,
			    r->node[k], e);
			rc = has < 0 ? -1 : 0;
			view[k].part = r->part[k];
			view[k].has = has > 0;
			view[k].said = h->spec[r->part[k]].said;
			all = all && view[k].has;
			say_part(c, h, r->part[k], view[k].text,
			    sizeof(view[k].text));
		}
		route_name(r->bits, name, sizeof(name));
		if (rc == 0)
			rc = fn(arg, name, all, view, r->n, e);
	}
	free(set);
	return rc;
}

void
custody_text(const struct custody *c, const struct book_account *a,
	enum custody_part part, char *out, size_t size)
{
	say_part(c, held_of(c, a), part, out, size);
}

bool
custody_holds(const struct custody *c, const struct book_account *a,
	enum custody_part part, const char *person)
{
	const struct spec *s = &held_of(c, a)->spec[part];
	long i = people_find(c->p, person);

	return i >= 0 && (ids_has(&s->reach, i) ||
	    ids_has(&s->open_reach[0], i) || ids_has(&s->open_reach[1], i));
}

bool
custody_uses(const struct custody *c, const struct book_account *a,
	enum custody_part part)
{
	const struct held *h = held_of(c, a);
	size_t i, k;

	for (i = 0; i < h->nroutes; i++)
		for (k = 0; k < h->route[i].n; k++)
			if (h->route[i].part[k] == part)
				return true;
	return false;
}

const char *
custody_actor(const struct custody *c, const struct account_event *v)
{
	return actor(c, v);
}

const char *
custody_holder(const struct custody *c, const struct book_account *a)
{
	return held_of(c, a)->holder;
}

const char *
custody_subject(const struct custody *c, const struct book_account *a)
{
	return held_of(c, a)->subject;
}

bool
custody_stale(const struct custody *c, const struct book_account *a)
{
	return held_of(c, a)->stale;
}

/* --- Risk. */

int
custody_bus(struct custody *c, uint8_t *out, struct err *e)
{
	/* the model has nodes of its own behind the accounts */
	uint8_t *all = calloc(64 * c->words + 1, 1);
	int rc;

	if (!all)
		return err_nomem(e);
	rc = recovery_bus(c->plain, 2, all, e);
	if (rc == 0)
		memcpy(out, all, c->n);
	free(all);
	return rc;
}

static int
add_thing(struct custody_thing **v, size_t *n, bool sim, const char *name,
	struct err *e)
{
	struct custody_thing *more;
	size_t i;

	for (i = 0; i < *n; i++)
		if ((*v)[i].sim == sim && people_same((*v)[i].name, name)) {
			(*v)[i].accounts++;
			return 0;
		}
	more = realloc(*v, (*n + 1) * sizeof(*more));
	if (!more)
		return err_nomem(e);
	*v = more;
	more[(*n)++] = (struct custody_thing){sim, name, 1, 0};
	return 0;
}

static int
count_things(const struct custody *c, struct custody_thing **v, size_t *n,
	struct err *e)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		const struct spec *s = c->held[i].spec;

		if (c->a[i].closed)
			continue;
		if (s[CUSTODY_PHONE].thing && add_thing(v, n, true,
		    s[CUSTODY_PHONE].thing, e) < 0)
			return -1;
		if (s[CUSTODY_EMAIL].thing && !s[CUSTODY_EMAIL].via &&
		    add_thing(v, n, false, s[CUSTODY_EMAIL].thing, e) < 0)
			return -1;
	}
	return 0;
}

static int
cmp_things(const void *a, const void *b)
{
	const struct custody_thing *x = a, *y = b;

	if (x->lost != y->lost)
		return x->lost > y->lost ? -1 : 1;
	if (x->accounts != y->accounts)
		return x->accounts > y->accounts ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* How many accounts are gone without thing I that are not gone anyway. */
static int
lost_without(const struct custody *c, struct recovery *r,
	struct custody_thing *t, size_t n, struct err *e)
{
	const size_t words = recovery_words(r);
	uint64_t *row = calloc(2 * words + 1, sizeof(*row));
	uint32_t i;
	size_t none = 0, one = 1, k;
	const uint32_t *set = &i;
	int rc = -1;

	if (!row)
		return err_nomem(e);
	i = 0;
	if (recovery_solve(r, &set, &none, 1, row, NULL, e) < 0)
		goto out;
	for (i = 0; i < n; i++) {
		if (recovery_solve(r, &set, &one, 1, row + words, NULL,
		    e) < 0)
			goto out;
		for (k = 0; k < c->n; k++)
			t[i].lost += !c->a[k].closed &&
			    (row[words + k / 64] >> k % 64 & 1) &&
			    !(row[k / 64] >> k % 64 & 1);
	}
	rc = 0;
out:
	free(row);
	return rc;
}

int
custody_things(struct custody *c, struct custody_thing **out, size_t *n,
	struct err *e)
{
	struct custody_thing *v = NULL;
	struct model m = {.c = c};
	struct recovery *r = NULL;
	int rc = -1;

	*n = 0;
	if (count_things(c, &v, n, e) < 0)
		goto out;
	if (*n > 0) {
		m.thing = v;
		m.nthings = *n;
		r = build(&m, *n, e);
		if (!r || lost_without(c, r, v, *n, e) < 0)
			goto out;
		qsort(v, *n, sizeof(*v), cmp_things);
	}
	*out = v;
	v = NULL;
	rc = 0;
out:
	free(v);
	recovery_free(r);
	return rc;
}
