/* tests/account/book_test.c - accounts out of events, against a naive model. */
#include "account/book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "account/naming.h"
#include "base/str.h"

#include "base/banned.h"

#define MAX_EVENTS 48

/* --- Small histories, written by hand. */

struct world {
	struct book *b;
	struct err e;
};

static void
start(struct world *w)
{
	w->e = (struct err)ERR_INIT;
	w->b = book_new(&w->e);
	assert_non_null(w->b);
}

static void
id_of(uint8_t id[static EVENT_ID_LEN], uint8_t n)
{
	memset(id, 0, EVENT_ID_LEN);
	id[0] = n;
	id[15] = 1;
}

/* Event number ID of account ACCOUNT, which knew event PREV (0: none). */
static struct account_event
event(uint8_t id, uint8_t account, enum event_kind kind, int64_t ts,
	uint8_t prev)
{
	struct account_event v = {.kind = kind, .ts = ts, .device = "ws1"};

	id_of(v.id, id);
	if (account)
		id_of(v.account, account);
	if (prev) {
		id_of(v.prev[0], prev);
		v.nprev = 1;
	}
	return v;
}

static void
add(struct world *w, const struct account_event *v)
{
	assert_int_equal(book_add(w->b, v, &w->e), 0);
}

static void
registered(struct world *w, uint8_t id, uint8_t account, int64_t ts,
	const char *name)
{
	struct account_event v = event(id, account, EVENT_REGISTERED, ts, 0);

	v.value[EVENT_PLATFORM] = "eb";
	v.value[EVENT_NAME] = name;
	v.has_password = true;
	add(w, &v);
}

static void
fold(struct world *w)
{
	assert_int_equal(book_fold(w->b, &w->e), 0);
}

static const struct book_account *
find(struct world *w, const char *word)
{
	err_clear(&w->e);
	return book_find(w->b, word, &w->e);
}

static void
finish(struct world *w)
{
	book_free(w->b);
	w->b = NULL;
}

/* The newest of each field, and whose word it is. */
static void
test_fields(void **state)
{
	const struct book_account *a;
	struct account_event v;
	struct world w;
	size_t n;

	(void)state;
	start(&w);
	v = event(1, 9, EVENT_REGISTERED, 100, 0);
	v.value[EVENT_NAME] = "acme-eb-01";
	v.value[EVENT_LOGIN] = "acmeeb01";
	v.value[EVENT_PHONE] = "13800001391";
	v.value[EVENT_HOLDER] = "Li";
	add(&w, &v);
	v = event(2, 9, EVENT_UPDATED, 200, 1);
	v.value[EVENT_LOGIN] = "acme.eb01";
	v.value[EVENT_PHONE] = "";
	add(&w, &v);
	v = event(3, 9, EVENT_TRANSFERRED, 300, 2);
	v.value[EVENT_FROM] = "Li";
	v.value[EVENT_TO] = "Wang";
	v.value[EVENT_SHOP] = "Shop B";
	add(&w, &v);
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_int_equal(n, 1);
	assert_string_equal(a->shown, "acme-eb-01");
	assert_string_equal(a->value[EVENT_LOGIN], "acme.eb01");
	assert_null(a->value[EVENT_PHONE]);
	assert_int_equal(a->set_by[EVENT_PHONE]->id[0], 2);
	assert_string_equal(a->value[EVENT_HOLDER], "Wang");
	assert_string_equal(a->value[EVENT_SHOP], "Shop B");
	assert_null(a->value[EVENT_EMAIL]);
	assert_null(a->set_by[EVENT_EMAIL]);
	assert_int_equal(a->nevents, 3);
	assert_int_equal(a->nheads, 1);
	assert_int_equal(a->heads[0][0], 3);
	assert_false(a->closed);
	v = event(4, 9, EVENT_CLOSED, 400, 3);
	add(&w, &v);
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_true(a->closed);
	finish(&w);
}

/* What knew another stands behind it, whatever its clock says. */
static void
test_order(void **state)
{
	const struct book_account *a;
	struct account_event v;
	struct world w;
	size_t n;

	(void)state;
	start(&w);
	registered(&w, 1, 9, 9000, "acme-eb-01");	/* a clock ahead */
	v = event(2, 9, EVENT_UPDATED, 200, 1);
	v.value[EVENT_SHOP] = "new";
	add(&w, &v);
	v = event(3, 9, EVENT_UPDATED, 8000, 0);
	v.value[EVENT_SHOP] = "newest";
	add(&w, &v);
	v = event(4, 9, EVENT_UPDATED, 8000, 77);	/* knew what we lack */
	v.value[EVENT_URL] = "u";
	add(&w, &v);
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_int_equal(a->event[0]->id[0], 1);
	assert_int_equal(a->event[1]->id[0], 2);
	assert_int_equal(a->event[2]->id[0], 3);
	assert_int_equal(a->event[3]->id[0], 4);
	assert_string_equal(a->value[EVENT_SHOP], "newest");
	assert_int_equal(a->nheads, 3);
	assert_int_equal(a->heads[0][0], 4);	/* the newest first */
	finish(&w);
}

/* Ids may name each other in a ring, and themselves. */
static void
test_ring(void **state)
{
	const struct book_account *a;
	struct account_event v;
	struct world w;
	size_t n;

	(void)state;
	start(&w);
	v = event(1, 9, EVENT_ROTATED, 100, 2);
	add(&w, &v);
	v = event(2, 9, EVENT_ROTATED, 200, 1);
	add(&w, &v);
	v = event(3, 9, EVENT_FLAGGED, 300, 3);
	v.value[EVENT_TEXT] = "x";
	add(&w, &v);
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_int_equal(a->nevents, 3);
	assert_int_equal(a->event[0]->id[0], 2);
	assert_int_equal(a->event[1]->id[0], 1);
	assert_int_equal(a->npasswords, 0);
	assert_true(a->password_void);
	finish(&w);
}

static void
test_twins(void **state)
{
	const struct book_account *a;
	struct account_event v;
	struct world w;
	size_t n;

	(void)state;
	start(&w);
	registered(&w, 1, 9, 100, "first");
	registered(&w, 1, 9, 100, "second");
	v = event(1, 8, EVENT_CLOSED, 1, 0);
	add(&w, &v);
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_int_equal(n, 1);
	assert_string_equal(a->shown, "first");
	assert_int_equal(a->nevents, 1);
	finish(&w);
}

/* --- Names. */

static void
test_disputes(void **state)
{
	const struct book_account *a;
	struct account_event v;
	struct world w;
	size_t n;

	(void)state;
	start(&w);
	registered(&w, 1, 9, 200, "acme-eb-01");
	registered(&w, 2, 8, 100, "Acme_EB_o1");	/* looks the same */
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_int_equal(n, 2);
	assert_string_equal(a[0].shown, "Acme_EB_o1");
	assert_false(a[0].disputed);
	assert_string_equal(a[1].shown, "acme-eb-01~ws1");
	assert_true(a[1].disputed);
	assert_string_equal(a[1].value[EVENT_NAME], "acme-eb-01");
	assert_int_equal(find(&w, "acme eb 01")->id[0], 8);
	assert_int_equal(find(&w, "acme-eb-01~ws1")->id[0], 9);

	/* Settled: the old word for it still leads there. */
	v = event(3, 9, EVENT_RENAMED, 300, 1);
	v.value[EVENT_NAME] = "acme-eb-02";
	add(&w, &v);
	fold(&w);
	a = find(&w, "acme-eb-02");
	assert_non_null(a);
	assert_false(a->disputed);
	assert_int_equal(a->naliases, 1);
	assert_string_equal(a->alias[0], "acme-eb-01~ws1");
	assert_ptr_equal(find(&w, "acme-eb-01~ws1"), a);
	assert_int_equal(find(&w, "acme-eb-01")->id[0], 8);

	/* A name that was given up, closed or an alias is never free again. */
	v = event(4, 8, EVENT_RENAMED, 400, 2);
	v.value[EVENT_NAME] = "acme-eb-07";
	add(&w, &v);
	v = event(5, 8, EVENT_CLOSED, 410, 4);
	add(&w, &v);
	v = event(6, 8, EVENT_ALIASED, 420, 5);
	v.value[EVENT_ALIAS] = "old shop";
	add(&w, &v);
	registered(&w, 7, 7, 500, "acme-eb-01");
	registered(&w, 10, 6, 500, "oldshop");
	registered(&w, 11, 5, 501, "oldshop");
	fold(&w);
	a = find(&w, "acme-eb-07");
	assert_int_equal(a->id[0], 8);
	assert_int_equal(a->naliases, 2);
	assert_string_equal(a->alias[0], "Acme_EB_o1");
	assert_string_equal(a->alias[1], "old shop");
	assert_int_equal(find(&w, "acme-eb-01")->id[0], 8);
	assert_int_equal(find(&w, "acme-eb-01~ws1")->id[0], 7);
	assert_int_equal(find(&w, "oldshop")->id[0], 8);
	/* The third one from the same station. */
	assert_int_equal(find(&w, "oldshop~ws1")->id[0], 5);
	assert_int_equal(find(&w, "oldshop~ws1~06000000")->id[0], 6);
	finish(&w);
}

static void
test_find(void **state)
{
	struct account_event v;
	struct world w;

	(void)state;
	start(&w);
	registered(&w, 1, 9, 100, "acme-eb-01");
	v = event(2, 9, EVENT_UPDATED, 101, 1);
	v.value[EVENT_LOGIN] = "acmeshop";
	add(&w, &v);
	registered(&w, 3, 8, 100, "acme-tb-01");
	v = event(4, 8, EVENT_UPDATED, 101, 3);
	v.value[EVENT_LOGIN] = "ACME.shop";
	add(&w, &v);
	v = event(5, 7, EVENT_FLAGGED, 50, 0);	/* nothing else is known */
	v.value[EVENT_TEXT] = "who is this";
	add(&w, &v);
	fold(&w);
	assert_int_equal(find(&w, "0900000000000000000000000000")->id[0], 9);
	assert_int_equal(
	    find(&w, "09000000000000000000000000000001")->id[0], 9);
	assert_int_equal(find(&w, "080000")->id[0], 8);
	assert_null(find(&w, "08000"));
	assert_null(find(&w, "-"));
	assert_int_equal(w.e.code, ERR_NOENT);
	assert_string_equal(find(&w, "07000000")->shown, "07000000");
	assert_null(find(&w, "acme-shop"));
	assert_int_equal(w.e.code, ERR_USAGE);
	assert_non_null(strstr(w.e.what, "acme-eb-01, acme-tb-01"));
	assert_null(find(&w, "acme-eb-03"));
	assert_int_equal(w.e.code, ERR_NOENT);
	assert_non_null(strstr(w.e.hint, "acme-eb-01"));
	finish(&w);
}

/* --- Passwords. */

static struct account_event
rotated(uint8_t id, int64_t ts, uint8_t prev, bool told)
{
	struct account_event v = event(id, 9, EVENT_ROTATED, ts, prev);

	v.has_password = told;
	return v;
}

static void
test_rotations(void **state)
{
	const struct book_account *a;
	struct account_event v;
	struct world w;
	size_t n;

	(void)state;
	start(&w);
	registered(&w, 1, 9, 100, "acme-eb-01");
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_int_equal(a->npasswords, 1);

	/* Two that did not know each other: both are kept. */
	v = rotated(2, 200, 1, true);
	add(&w, &v);
	v = rotated(3, 300, 1, true);
	add(&w, &v);
	v = event(4, 9, EVENT_CONFIRMED, 250, 2);
	v.value[EVENT_BY] = "Li";
	add(&w, &v);
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_int_equal(a->npasswords, 2);
	assert_int_equal(a->password[0]->id[0], 2);
	assert_int_equal(a->password[1]->id[0], 3);
	assert_null(a->confirmed);

	/* One that knew both, by way of an event between, ends it. */
	v = event(5, 9, EVENT_FLAGGED, 400, 3);
	v.value[EVENT_TEXT] = "two of them";
	id_of(v.prev[1], 4);
	v.nprev = 2;
	add(&w, &v);
	v = rotated(6, 350, 5, true);
	add(&w, &v);
	v = event(7, 9, EVENT_CONFIRMED, 500, 6);
	v.value[EVENT_BY] = "Li";
	add(&w, &v);
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_int_equal(a->npasswords, 1);
	assert_int_equal(a->password[0]->id[0], 6);
	assert_int_equal(a->confirmed->id[0], 7);
	assert_false(a->password_void);

	/* Changed, and not told; beside it one that may be the true one. */
	v = rotated(8, 600, 7, false);
	add(&w, &v);
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_int_equal(a->npasswords, 0);
	assert_true(a->password_void);
	assert_null(a->confirmed);
	v = rotated(10, 601, 7, true);
	add(&w, &v);
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_int_equal(a->npasswords, 1);
	assert_true(a->password_void);
	finish(&w);
}

static void
test_seeds(void **state)
{
	const struct book_account *a;
	struct account_event v;
	struct world w;
	size_t n;

	(void)state;
	start(&w);
	v = event(1, 9, EVENT_REGISTERED, 100, 0);
	v.value[EVENT_NAME] = "n";
	v.value[EVENT_TWOFA_KIND] = "totp";
	v.has_totp = v.has_codes = true;
	add(&w, &v);
	v = event(2, 9, EVENT_UPDATED, 200, 1);
	v.value[EVENT_TWOFA_KIND] = "totp";
	add(&w, &v);
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_int_equal(a->totp->id[0], 1);
	v = event(3, 9, EVENT_TWOFA, 300, 2);
	v.value[EVENT_TWOFA_KIND] = "totp";
	add(&w, &v);
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_null(a->totp);
	assert_int_equal(a->codes->id[0], 1);
	v = event(4, 9, EVENT_TWOFA, 400, 3);
	v.value[EVENT_TWOFA_KIND] = "totp";
	v.has_totp = v.has_codes = true;
	add(&w, &v);
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_int_equal(a->totp->id[0], 4);
	v = event(5, 9, EVENT_UPDATED, 500, 4);
	v.value[EVENT_TWOFA_KIND] = "sms";
	add(&w, &v);
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_null(a->totp);

	/* What is handed on is no new one. */
	v = event(6, 9, EVENT_GRANTED, 600, 5);
	v.value[EVENT_TO] = "Li";
	v.has_password = v.has_totp = v.has_codes = true;
	add(&w, &v);
	fold(&w);
	a = book_accounts(w.b, &n);
	assert_null(a->totp);
	assert_int_equal(a->npasswords, 0);
	assert_int_equal(a->codes->id[0], 4);
	finish(&w);
}

/* --- Who knows. */

static int
list_person(void *arg, const char *person, const struct account_event *told,
	struct err *e)
{
	return buf_addf(arg, e, "%s:%d ", person ? person : told->device,
	    told->id[0]);
}

static void
knows(struct world *w, bool seed, const char *expect)
{
	struct buf b = BUF_INIT(4096);
	const struct book_account *a;
	size_t n;

	fold(w);
	a = book_accounts(w->b, &n);
	assert_int_equal(book_knows(w->b, a, seed, list_person, &b, &w->e),
	    0);
	assert_string_equal(buf_str(&b), expect);
	buf_release(&b);
}

static void
says(struct world *w, uint8_t id, enum event_kind kind, enum event_field f,
	const char *who)
{
	struct account_event v = event(id, 9, kind, id * 100, id - 1);

	v.value[f] = who;
	add(w, &v);
}

static int
refuse(void *arg, const char *person, const struct account_event *told,
	struct err *e)
{
	(void)arg;
	(void)person;
	(void)told;
	return err_set(e, ERR_IO, "no more");
}

static void
test_knows(void **state)
{
	const struct book_account *a;
	struct account_event v;
	struct world w;
	size_t n;

	(void)state;
	start(&w);
	v = event(1, 9, EVENT_REGISTERED, 100, 0);
	v.value[EVENT_NAME] = "n";
	v.value[EVENT_HOLDER] = "Li";
	v.has_password = v.has_totp = true;
	add(&w, &v);
	knows(&w, false, "ws1:1 Li:1 ");
	knows(&w, true, "ws1:1 Li:1 ");
	says(&w, 2, EVENT_SEEN, EVENT_BY, "Zhao");
	says(&w, 3, EVENT_REVEALED, EVENT_BY, "manager");
	says(&w, 4, EVENT_CONFIRMED, EVENT_BY, "li");
	says(&w, 5, EVENT_EXPORTED, EVENT_BY, "Qian");
	knows(&w, false, "ws1:1 Li:1 Zhao:2 manager:3 Qian:5 ");
	knows(&w, true, "ws1:1 Li:1 manager:3 Qian:5 ");

	/* A new one: whoever held or held on to the old one is out. */
	v = rotated(6, 600, 5, true);
	v.actor = "Wang";
	add(&w, &v);
	v = event(7, 9, EVENT_TRANSFERRED, 700, 6);
	v.value[EVENT_FROM] = "Li";
	v.value[EVENT_TO] = "Sun";
	add(&w, &v);
	knows(&w, false, "Wang:6 Sun:7 ");
	knows(&w, true, "ws1:1 Li:1 manager:3 Qian:5 Sun:7 ");

	/* Not told: who did it knows. */
	v = rotated(8, 800, 7, false);
	v.actor = "Li";
	add(&w, &v);
	knows(&w, false, "Li:8 ");
	a = book_accounts(w.b, &n);
	assert_int_equal(book_knows(w.b, a, false, refuse, NULL, &w.e), -1);
	assert_int_equal(w.e.code, ERR_IO);
	finish(&w);

	/* No password was ever told: its first event counts. */
	start(&w);
	v = event(1, 9, EVENT_REGISTERED, 100, 0);
	v.value[EVENT_NAME] = "n";
	v.actor = "Li";
	add(&w, &v);
	says(&w, 2, EVENT_SEEN, EVENT_BY, "Zhao");
	says(&w, 3, EVENT_CONFIRMED, EVENT_BY, NULL);	/* whoever it was */
	knows(&w, false, "Li:1 Zhao:2 ws1:3 ");
	knows(&w, true, "");
	finish(&w);
}

static void
test_general(void **state)
{
	const struct account_event *const *g;
	struct account_event v;
	struct world w;
	size_t n;

	(void)state;
	start(&w);
	fold(&w);
	(void)book_accounts(w.b, &n);
	assert_int_equal(n, 0);
	assert_null(find(&w, "x"));
	v = event(2, 0, EVENT_HANDOVER, 200, 0);
	v.value[EVENT_PERSON] = "Li";
	v.value[EVENT_STEP] = "close";
	add(&w, &v);
	v = event(1, 0, EVENT_HANDOVER, 100, 0);
	v.value[EVENT_PERSON] = "Li";
	v.value[EVENT_STEP] = "start";
	add(&w, &v);
	fold(&w);
	(void)book_accounts(w.b, &n);
	assert_int_equal(n, 0);
	g = book_general(w.b, &n);
	assert_int_equal(n, 2);
	assert_string_equal(g[0]->value[EVENT_STEP], "start");
	finish(&w);
}

/* --- Random histories, by the book and by a model that takes its time. */

static uint32_t seed = 1;

static uint32_t
rnd(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)seed * n) >> 32);
}

static const char *
pick(const char *const *list, uint32_t n)
{
	return list[rnd(n)];
}

static size_t
make_history(struct account_event *v)
{
	static const char *const names[] = {"acme-eb-01", "acmeebO1",
	    "acme-eb-02", "tb_3", "TB-3", "x"};
	static const char *const who[] = {"Li", "Wang", "li", "Zhao"};
	static const char *const devices[] = {"ws1", "ws2", "zhang"};
	size_t n = 1 + rnd(MAX_EVENTS - 1), i, k;

	memset(v, 0, n * sizeof(*v));
	for (i = 0; i < n; i++) {
		v[i] = event((uint8_t)(i + 1), (uint8_t)(200 + rnd(4)),
		    (enum event_kind)rnd(EVENT_KINDS), 100 + rnd(40), 0);
		v[i].id[1] = (uint8_t)rnd(256);
		v[i].id[0] = (uint8_t)rnd(256);
		v[i].id[2] = (uint8_t)i;
		v[i].device = pick(devices, 3);
		v[i].actor = rnd(3) ? pick(who, 4) : NULL;
		for (k = 0; k < EVENT_FIELDS; k++)
			if (rnd(8) == 0)
				v[i].value[k] = rnd(9) ? pick(who, 4) : "";
		v[i].value[EVENT_NAME] =
		    v[i].kind == EVENT_REGISTERED ||
		    v[i].kind == EVENT_RENAMED ? pick(names, 6) : NULL;
		v[i].value[EVENT_ALIAS] = v[i].kind == EVENT_ALIASED ?
		    pick(names, 6) : NULL;
		v[i].has_password = (v[i].kind == EVENT_REGISTERED ||
		    v[i].kind == EVENT_ROTATED) && rnd(2);
		v[i].has_totp = v[i].kind == EVENT_TWOFA && rnd(2);
		v[i].has_codes = v[i].kind == EVENT_TWOFA && rnd(2);
		v[i].nprev = rnd(4);
		/* Mostly what was before; now and then a ring. */
		for (k = 0; k < v[i].nprev; k++)
			memcpy(v[i].prev[k], v[rnd(9) || i == 0 ?
			    rnd((uint32_t)i + 1) : i].id, EVENT_ID_LEN);
	}
	for (i = 0; i < n; i++)		/* also forward, to what was not yet */
		if (v[i].nprev && rnd(12) == 0)
			memcpy(v[i].prev[0], v[rnd((uint32_t)n)].id,
			    EVENT_ID_LEN);
	return n;
}

/* The model: plain lists, every question asked of all. */
struct model {
	const struct account_event *v;
	size_t n;
	const struct account_event *order[MAX_EVENTS];
	size_t len;
	bool begun[MAX_EVENTS];
};

static int
same(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, EVENT_ID_LEN) == 0;
}

static bool
before(const struct account_event *a, const struct account_event *b)
{
	return a->ts != b->ts ? a->ts < b->ts :
	    memcmp(a->id, b->id, EVENT_ID_LEN) < 0;
}

static void
visit(struct model *m, size_t i)
{
	size_t k, j;

	m->begun[i] = true;
	for (k = 0; k < m->v[i].nprev; k++)
		for (j = 0; j < m->n; j++)
			if (!m->begun[j] && same(m->v[j].id, m->v[i].prev[k])
			    && same(m->v[j].account, m->v[i].account))
				visit(m, j);
	m->order[m->len++] = m->v + i;
}

static void
order_of(struct model *m, const uint8_t *account)
{
	size_t i, best;

	m->len = 0;
	memset(m->begun, 0, sizeof(m->begun));
	for (;;) {
		best = SIZE_MAX;
		for (i = 0; i < m->n; i++)
			if (!m->begun[i] && same(m->v[i].account, account) &&
			    (best == SIZE_MAX || before(m->v + i,
			    m->v + best)))
				best = i;
		if (best == SIZE_MAX)
			return;
		visit(m, best);
	}
}

/* Does order[b] stand behind order[a]? */
static bool
behind(const struct model *m, size_t a, size_t b)
{
	size_t k, j;

	for (k = 0; k < m->order[b]->nprev; k++)
		for (j = 0; j < b; j++)
			if (same(m->order[j]->id, m->order[b]->prev[k]) &&
			    (j == a || (j > a && behind(m, a, j))))
				return true;
	return false;
}

static void
say_name(const struct model *m, const struct account_event *claim,
	const char *name, char *out, size_t room)
{
	const char *other;
	struct buf a = BUF_INIT(256), b = BUF_INIT(256);
	struct err e = ERR_INIT;
	const struct account_event *first = claim;
	size_t i;

	assert_int_equal(naming_fold(name, &a, &e), 0);
	for (i = 0; i < m->n; i++) {
		other = m->v[i].kind == EVENT_ALIASED ?
		    m->v[i].value[EVENT_ALIAS] : m->v[i].value[EVENT_NAME];
		if (!other)
			continue;
		buf_clear(&b);
		assert_int_equal(naming_fold(other, &b, &e), 0);
		if (strcmp(buf_str(&a), buf_str(&b)) == 0 &&
		    before(m->v + i, first))
			first = m->v + i;
	}
	(void)snprintf(out, room, same(first->account, claim->account) ?
	    "%s" : "%s~%s", name, claim->device);
	buf_release(&a);
	buf_release(&b);
}

static void
model_passwords(const struct model *m, FILE *f)
{
	bool is_void = false;
	size_t i, k, last = 0;

	for (i = 0; i < m->len; i++) {
		if (!m->order[i]->has_password &&
		    m->order[i]->kind != EVENT_ROTATED)
			continue;
		for (k = i + 1; k < m->len; k++)
			if ((m->order[k]->has_password ||
			    m->order[k]->kind == EVENT_ROTATED) &&
			    behind(m, i, k))
				break;
		if (k < m->len)
			continue;
		last = i + 1;
		if (m->order[i]->has_password)
			fprintf(f, " pw%zu", i);
		else
			is_void = true;
	}
	fprintf(f, "%s", is_void ? " void" : "");
	for (i = m->len; i > last; i--)
		if (m->order[i - 1]->kind == EVENT_CONFIRMED) {
			fprintf(f, " ok%zu", i - 1);
			break;
		}
}

static void
model_heads(const struct model *m, FILE *f)
{
	size_t i, k, heads = 0;

	for (i = m->len; i > 0 && heads < EVENT_PREV_MAX; i--) {
		for (k = i; k < m->len; k++)
			if (behind(m, i - 1, k))
				break;
		if (k < m->len)
			continue;
		fprintf(f, " h%zu", i - 1);
		heads++;
	}
}

static void
model_fields(const struct model *m, FILE *f)
{
	const char *value;
	size_t k, i;

	for (k = 0; k <= EVENT_REMARK; k++)
		for (i = m->len; i > 0; i--) {
			value = m->order[i - 1]->value[k];
			if (k == EVENT_HOLDER &&
			    m->order[i - 1]->kind == EVENT_TRANSFERRED &&
			    m->order[i - 1]->value[EVENT_TO])
				value = m->order[i - 1]->value[EVENT_TO];
			if (!value)
				continue;
			fprintf(f, " %zu=%s@%zu", k, value, i - 1);
			break;
		}
}

static void
model_names(const struct model *m, FILE *f)
{
	char all[MAX_EVENTS][64], now[64] = "";
	const struct account_event *v;
	size_t n = 0, i, k, current = SIZE_MAX;

	for (i = 0; i < m->len; i++)
		if (m->order[i]->value[EVENT_NAME])
			current = i;
	if (current != SIZE_MAX)
		say_name(m, m->order[current],
		    m->order[current]->value[EVENT_NAME], now, sizeof(now));
	fprintf(f, "%s:", now);
	for (i = 0; i < m->len; i++) {
		v = m->order[i];
		if (i == current || (!v->value[EVENT_NAME] &&
		    !v->value[EVENT_ALIAS]))
			continue;
		say_name(m, v, v->value[EVENT_NAME] ? v->value[EVENT_NAME] :
		    v->value[EVENT_ALIAS], all[n], sizeof(all[n]));
		for (k = 0; k < n && strcmp(all[k], all[n]) != 0; k++)
			;
		if (k < n || strcmp(all[n], now) == 0)
			continue;
		fprintf(f, " %s", all[n++]);
	}
}

static char *
by_model(const struct account_event *v, size_t n, const uint8_t *account)
{
	struct model m = {.v = v, .n = n};
	char *text = NULL;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	order_of(&m, account);
	model_names(&m, f);
	for (i = 0; i < m.len; i++)
		fprintf(f, " %02x%02x", m.order[i]->id[0], m.order[i]->id[2]);
	model_fields(&m, f);
	model_passwords(&m, f);
	model_heads(&m, f);
	assert_int_equal(fclose(f), 0);
	return text;
}

static size_t
place_of(const struct book_account *a, const uint8_t *id)
{
	size_t i;

	for (i = 0; i < a->nevents && !same(a->event[i]->id, id); i++)
		;
	assert_true(i < a->nevents);
	return i;
}

/* The same text, from what the book says. */
static char *
by_book(const struct book_account *a)
{
	bool named = a->value[EVENT_NAME] != NULL;
	const char *end = strrchr(a->shown, '~');
	char *text = NULL;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	/* Without the id that parts namesakes. */
	if (end && strlen(end) == 9)
		fprintf(f, "%.*s:", (int)(end - a->shown), a->shown);
	else
		fprintf(f, "%s:", named ? a->shown : "");
	for (i = 0; i < a->naliases; i++)
		fprintf(f, " %s", a->alias[i]);
	for (i = 0; i < a->nevents; i++)
		fprintf(f, " %02x%02x", a->event[i]->id[0],
		    a->event[i]->id[2]);
	for (i = 0; i <= EVENT_REMARK; i++)
		if (a->set_by[i])
			fprintf(f, " %zu=%s@%zu", i,
			    a->value[i] ? a->value[i] : "",
			    place_of(a, a->set_by[i]->id));
	for (i = 0; i < a->npasswords; i++)
		fprintf(f, " pw%zu", place_of(a, a->password[i]->id));
	if (a->password_void)
		fprintf(f, " void");
	if (a->confirmed)
		fprintf(f, " ok%zu", place_of(a, a->confirmed->id));
	for (i = 0; i < a->nheads; i++)
		fprintf(f, " h%zu", place_of(a, a->heads[i]));
	assert_int_equal(fclose(f), 0);
	return text;
}

static void
shuffle(struct account_event *v, size_t n)
{
	struct account_event x;
	size_t i, k;

	for (i = n; i > 1; i--) {
		k = rnd((uint32_t)i);
		x = v[i - 1];
		v[i - 1] = v[k];
		v[k] = x;
	}
}

static void
test_model(void **state)
{
	static struct account_event v[MAX_EVENTS];
	const struct book_account *a;
	struct world w;
	char *model, *book;
	size_t n, i, k, naccounts, round, disputes = 0, several = 0;

	(void)state;
	for (round = 0; round < 1000; round++) {
		n = make_history(v);
		start(&w);
		for (i = 0; i < n; i++)
			add(&w, v + i);
		fold(&w);
		a = book_accounts(w.b, &naccounts);
		for (k = 0; k < naccounts; k++) {
			model = by_model(v, n, a[k].id);
			book = by_book(a + k);
			assert_string_equal(book, model);
			free(model);
			free(book);
			disputes += a[k].disputed;
			several += a[k].npasswords > 1;
		}
		finish(&w);
	}
	/* The histories were worth something. */
	assert_true(disputes > 100);
	assert_true(several > 100);
}

/* Whatever came first, the book is the same. */
static void
test_permutations(void **state)
{
	static struct account_event v[MAX_EVENTS];
	const struct book_account *a;
	struct world w;
	char *first[8], *again;
	size_t n, i, k, naccounts, round, turn;

	(void)state;
	for (round = 0; round < 100; round++) {
		n = make_history(v);
		for (turn = 0; turn < 6; turn++) {
			start(&w);
			for (i = 0; i < n; i++)
				add(&w, v + i);
			fold(&w);
			a = book_accounts(w.b, &naccounts);
			for (k = 0; k < naccounts; k++) {
				again = by_book(a + k);
				if (turn == 0) {
					first[k] = again;
					continue;
				}
				assert_string_equal(again, first[k]);
				free(again);
			}
			finish(&w);
			shuffle(v, n);
		}
		for (k = 0; k < naccounts; k++)
			free(first[k]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_disputes),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_rotations),
		cmocka_unit_test(test_seeds),
		cmocka_unit_test(test_knows),
		cmocka_unit_test(test_general),
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_permutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
