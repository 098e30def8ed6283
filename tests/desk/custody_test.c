/*
 * tests/desk/custody_test.c - LOST and REACH: one small team worked out by hand,
 * and each rule of docs/REPORTS.md "Accounts when people leave".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "desk/custody.h"
#include "desk/risk.h"

#include "accounts.h"

#include "base/banned.h"

#define NOW 1795000000
#define DAY 86400

/* Ways in as the tests want them, whatever the shipped table says. */
static const char policy[] =
    "[platform aa]\nname = Aa\nroutes = login, phone\nhosts = aa.example\n"
    "[platform bb]\nname = Bb\nroutes = login, email\nhosts = bb.example\n"
    "[platform cc]\nname = Cc\nroutes = login\nhosts = cc.example\n"
    "[platform dd]\nname = Dd\nroutes = login, phone+email, main\n"
    "[platform ee]\nname = Ee\nroutes = licence\n"
    "[platform ff]\nname = Ff\nroutes = subject\n"
    "[shop S]\nplatform = ee\ndoers = zhang, wang\nresponsible = wang\narea = site\n"
    "squad = 1\nsubject = company\n";

struct team {
	struct book *b;
	struct people *p;
	struct platforms *pl;
	struct control control;
	struct custody *c;
};

static const char *const readers[] = {"manager", "owner"};

static void
team_make(struct team *t, const struct made *m, size_t n, const char *more)
{
	struct err e = ERR_INIT;
	char text[4096];

	(void)snprintf(text, sizeof(text), "%s%s", policy, more);
	make_readers(&t->control, readers, 2);
	t->b = make_book(m, n);
	t->p = people_new(text, NULL, &t->control, &e);
	t->pl = platforms_new(text, &e);
	assert_non_null(t->p);
	assert_non_null(t->pl);
	t->c = custody_new(t->b, t->p, t->pl, NOW, &e);
	assert_string_equal(e.what, "");
	assert_non_null(t->c);
}

static void
team_release(struct team *t)
{
	custody_free(t->c);
	platforms_free(t->pl);
	people_free(t->p);
	book_free(t->b);
}

/* LEAVERS: names with commas between. */
static void
check(struct team *t, const char *leavers, const char *lost, const char *reach)
{
	struct custody_result r;
	struct err e = ERR_INIT;
	const char *person[8];
	char names[256], list[512], *rest = names, *word;
	size_t n = 0;

	(void)snprintf(names, sizeof(names), "%s", leavers);
	while ((word = strsep(&rest, ",")) != NULL)
		person[n++] = word;
	assert_int_equal(custody_whatif(t->c, person, n, &r, &e), 0);
	assert_string_equal(list_of(r.lost, r.nlost, list, sizeof(list)),
	    lost);
	assert_string_equal(list_of(r.reach, r.nreach, list, sizeof(list)),
	    reach);
	custody_result_free(&r);
}

#define REG EVENT_REGISTERED
#define SIX(team) \
	{1, REG, 10, "zhang", "ws-1", team "platform=aa name=qq-03 twofa=sms " \
	    "phone=13800001391 phone_owner=personal", 0}, \
	{2, REG, 11, "zhang", "ws-1", team "platform=bb name=ebay-01 " \
	    "email=zhang@qq.example email_owner=personal twofa=sms " \
	    "phone=13900002222 phone_owner=company phone_holder=li", 0}, \
	{3, REG, 12, "zhang", "ws-1", team "platform=cc name=wx-02", 0}, \
	{3, EVENT_SEEN, 13, "wang", "ws-2", "by=wang", 0}, \
	{4, REG, 14, "li", "ws-3", team "platform=aa name=tb-01 twofa=sms " \
	    "phone=13900002222 phone_owner=company phone_holder=li", 1}, \
	{5, REG, 15, "li", "ws-3", team "platform=bb name=ml-01 twofa=totp", \
	    3}, \
	{6, REG, 16, "wang", "ws-2", team "platform=cc name=am-01", 1}

static void
is_what_was_worked_out(void **state)
{
	static const struct made six[] = {SIX("")};
	static const struct made rebound[] = {SIX(""),
	    {1, EVENT_BOUND, 20, "chen", NULL, "phone=13900003333 "
		"phone_owner=company phone_holder=li", 0},
	    {2, EVENT_BOUND, 21, "chen", NULL, "email=shop@acme.example "
		"email_owner=company email_holder=li", 0}};
	struct team t;

	(void)state;
	team_make(&t, six, sizeof(six) / sizeof(*six), "");
	check(&t, "zhang", "ebay-01 qq-03", "ebay-01 qq-03 wx-02");
	check(&t, "zhang,wang", "ebay-01 qq-03 wx-02",
	    "am-01 ebay-01 qq-03 wx-02");
	check(&t, "wang", "", "am-01 wx-02");
	check(&t, "li", "", "ml-01 tb-01");
	/* the readers know what was sealed to them, but not all second factors */
	check(&t, "manager", "", "am-01 ml-01");
	check(&t, "manager,owner,li,wang", "am-01 ml-01",
	    "am-01 ml-01 tb-01 wx-02");
	team_release(&t);

	team_make(&t, rebound, sizeof(rebound) / sizeof(*rebound), "");
	check(&t, "zhang", "", "wx-02");
	team_release(&t);
}

static int
gather(void *arg, const char *route, bool has, const struct custody_view *part,
	size_t n, struct err *e)
{
	size_t i;

	if (buf_addf(arg, e, "%s%s", route, has ? " has" : "") < 0)
		return -1;
	for (i = 0; i < n; i++)
		if (buf_addf(arg, e, "%s%s%s", i ? " + " : ": ",
		    part[i].has ? "" : "no ", part[i].text) < 0)
			return -1;
	return buf_addf(arg, e, "\n");
}

static void
explain(struct team *t, const char *name, bool reach, const char *who,
	const char *want)
{
	struct buf out = BUF_INIT(65536);
	struct err e = ERR_INIT;
	const struct book_account *a = book_find(t->b, name, &e);

	assert_non_null(a);
	assert_int_equal(custody_explain(t->c, a, reach, &who, 1, gather, &out,
	    &e), 0);
	assert_string_equal(buf_str(&out), want);
	buf_release(&out);
}

static void
says_why(void **state)
{
	static const struct made six[] = {SIX("")};
	struct team t;

	(void)state;
	team_make(&t, six, sizeof(six) / sizeof(*six), "");
	explain(&t, "qq-03", false, "zhang",
	    "login: no password known to zhang + no SIM …1391, personal, held "
	    "by zhang\nphone: no SIM …1391, personal, held by zhang\n");
	explain(&t, "ebay-01", false, "zhang",
	    "login: no password known to zhang + SIM …2222, the company's, "
	    "held by li\nemail: no mailbox zhang@qq.example, personal, held by "
	    "zhang\n");
	explain(&t, "ebay-01", true, "zhang",
	    "login: password known to zhang + no SIM …2222, the company's, "
	    "held by li\nemail has: mailbox zhang@qq.example, personal, held "
	    "by zhang\n");
	explain(&t, "ml-01", true, "li",
	    "login has: sealed password, known to li, opened by manager, owner "
	    "+ sealed one-time codes, known to li, opened by manager, owner\n"
	    "email: no no mailbox is named\n");
	team_release(&t);
}

/* What was granted once any manager opens alone, and an owner does not. */
static void
granted_is_open(void **state)
{
	static const struct made m[] = {
		{1, REG, 10, NULL, "ws-1", "platform=cc name=a1 dual=yes", 1},
		{1, EVENT_GRANTED, 20, NULL, "owner", "to=zhang "
		    "of=01010101010101010101010101010101 until=30", 1},
		{1, EVENT_ROTATED, 40, NULL, "ws-1", "", 1},
	};
	struct team t;

	(void)state;
	team_make(&t, m, 1, "");
	check(&t, "manager", "", "");
	check(&t, "manager,ws-1", "a1", "a1");
	team_release(&t);
	team_make(&t, m, 2, "");
	check(&t, "manager", "", "a1");
	check(&t, "owner", "", "");
	check(&t, "owner,ws-1", "", "a1");
	check(&t, "manager,ws-1", "a1", "a1");
	team_release(&t);
	/* changed: of two again */
	team_make(&t, m, 3, "");
	check(&t, "manager", "", "");
	team_release(&t);
}

/* For the seal within nobody makes a new header. */
static void
who_came_later_opens_what_came_later(void **state)
{
	static const struct made m[] = {
		{1, REG, 10, NULL, "ws-1", "platform=cc name=a1 dual=yes", 1},
		{2, REG, 30, NULL, "ws-1", "platform=cc name=a2 dual=yes", 1},
		{3, REG, 10, NULL, "ws-1", "platform=cc name=a3", 1},
	};
	struct err e = ERR_INIT;
	struct custody *c;
	struct team t;

	(void)state;
	team_make(&t, m, 3, "");
	people_came(t.p, "manager", 20);
	c = custody_new(t.b, t.p, t.pl, NOW, &e);
	custody_free(t.c);
	t.c = c;
	check(&t, "ws-1", "a1", "a1 a2 a3");
	check(&t, "manager,owner", "", "a2 a3");
	/* the owner came later: he has new headers made */
	people_came(t.p, "manager", INT64_MIN);
	people_came(t.p, "owner", 20);
	c = custody_new(t.b, t.p, t.pl, NOW, &e);
	custody_free(t.c);
	t.c = c;
	check(&t, "manager,owner", "", "a1 a2 a3");
	team_release(&t);
}

static void
follows_each_rule(void **state)
{
	static const struct made m[] = {
		/* 1: dual; 2: QR and its device; 3: device as second factor */
		{1, REG, 10, NULL, "ws-1", "platform=cc name=a1 dual=yes", 1},
		{2, REG, 11, "li", "ws-3", "platform=cc name=a2 qr=yes", 0},
		{3, REG, 12, "li", "ws-3", "platform=cc name=a3 twofa=device "
		    "holder=wang", 1},
		/* 4: main account; 5: phone and mailbox; the mailbox is 6 */
		{4, REG, 13, "tom", "ws-3", "platform=dd name=a4 main=a3", 0},
		{5, REG, 14, "tom", "ws-3", "platform=dd name=a5 "
		    "phone=13100000005 phone_owner=personal phone_holder=sun "
		    "email=box@mail.cc.example email_owner=personal", 0},
		{6, REG, 15, "wang", "ws-2", "platform=cc name=a6 login=box "
		    "holder=li", 1},
		/* papers, a real name, the shop's */
		{7, REG, 16, "li", "ws-3", "platform=ee name=a7 shop=S", 0},
		{8, REG, 17, "li", "ws-3", "platform=ee name=a8 shop=S "
		    "subject=zhou", 0},
		{9, REG, 18, "li", "ws-3", "platform=ff name=a9 subject=zhou",
		    0},
		/* the shop's name is not that of an account elsewhere */
		{12, REG, 18, "tom", "ws-3", "platform=ff name=c0 shop=S", 0},
		/* closed, and changed without being told */
		{10, REG, 19, "li", "ws-3", "platform=cc name=b0", 0},
		{10, EVENT_CLOSED, 20, "li", "ws-3", "", 0},
		{11, REG, 21, "li", "ws-3", "platform=cc name=b1", 1},
		{11, EVENT_ROTATED, 22, "wang", "ws-2", "", 0},
	};
	struct roster_row row = {"ws-1", "chen", "", 1};
	struct roster roster = {NULL, 0};
	struct err e = ERR_INIT;
	struct custody *again;
	struct people *p;
	struct team t;

	(void)state;
	team_make(&t, m, sizeof(m) / sizeof(*m), "[person tom]\n"
	    "left = 2020-01-01\n");
	/* a8 has no way at all: its real name is not the company's */
	/* under dual control both must be there, or both gone */
	check(&t, "manager", "a8 c0", "a6");
	check(&t, "owner", "a8 c0", "a6");
	check(&t, "manager,owner", "a8 c0", "a1 a6");
	check(&t, "li", "a2 a8 c0", "a2 a6");
	check(&t, "wang", "a3 a4 a8 b1 c0", "a3 a4 a6 b1");
	/* a5 by phone and mailbox together, whose account li and wang know */
	check(&t, "sun", "a5 a8 c0", "");
	check(&t, "sun,li", "a2 a5 a8 c0", "a2 a5 a6");
	check(&t, "zhou", "a8 a9 c0", "a9");
	check(&t, "tom", "a8 c0", "a4 a5");
	team_release(&t);

	/* who is behind ws-1 knows a1; without a roster that is ws-1 itself */
	team_make(&t, m, sizeof(m) / sizeof(*m), "");
	check(&t, "ws-1", "a8 c0", "a1");
	check(&t, "ws-1,manager,owner", "a1 a8 c0", "a1 a6");
	assert_int_equal(roster_put(&roster, &row, &e), 0);
	p = people_new(policy, &roster, &t.control, &e);
	again = custody_new(t.b, p, t.pl, NOW, &e);
	custody_free(t.c);
	people_free(t.p);
	t.c = again;
	t.p = p;
	check(&t, "chen", "a8 c0", "a1");
	roster_release(&roster);
	team_release(&t);
}

static void
counts_who_left(void **state)
{
	static const struct made m[] = {
		{1, REG, 10, "zhou", "ws-1", "platform=cc name=a1", 0},
		{2, REG, 11, "zhou", "ws-1", "platform=cc name=a2", 1},
	};
	struct err e = ERR_INIT;
	uint8_t bus[2];
	struct team t;

	(void)state;
	team_make(&t, m, 2, "[person zhou]\nleft = 2020-01-01\n"
	    "[person li]\nleft = 2999-01-01\n");
	/* he keeps nothing for the company, and still knows both */
	check(&t, "li", "a1", "");
	check(&t, "zhou", "a1", "a1 a2");
	assert_int_equal(custody_bus(t.c, bus, &e), 0);
	assert_int_equal(bus[0], 0);
	assert_int_equal(bus[1], 2);
	team_release(&t);
}

static void
knows_former_readers(void **state)
{
	static const struct made m[] = {
		{1, REG, 10, "li", "ws-1", "platform=cc name=a1", 1},
		{2, REG, 11, "li", "ws-1", "platform=cc name=a2", 1},
		{2, EVENT_ROTATED, 50, "li", "ws-1", "", 1},
	};
	struct err e = ERR_INIT;
	struct custody *c;
	struct team t;

	(void)state;
	team_make(&t, m, 3, "[person qian]\nreader = old\n");
	check(&t, "qian", "", "");
	assert_int_equal(people_former(t.p, "old", 50, &e), 0);
	c = custody_new(t.b, t.p, t.pl, NOW, &e);
	custody_free(t.c);
	t.c = c;
	check(&t, "qian", "", "a1");
	/* but he keeps nothing */
	check(&t, "manager,owner,li", "a1 a2", "a1 a2");
	team_release(&t);
}

static void
tells_what_is_stale(void **state)
{
	static const struct made m[] = {
		/* old; old and confirmed; new; old, but somebody knows it */
		{1, REG, NOW - 100 * DAY, "zhou", "ws-1",
		    "platform=cc name=a1", 1},
		{2, REG, NOW - 100 * DAY, "zhou", "ws-1",
		    "platform=cc name=a2", 1},
		{2, EVENT_CONFIRMED, NOW - 89 * DAY, "zhou", "ws-1", "by=zhou",
		    0},
		{3, REG, NOW - 89 * DAY, "zhou", "ws-1",
		    "platform=cc name=a3", 1},
		{4, REG, NOW - 100 * DAY, "zhou", "ws-1",
		    "platform=cc name=a4", 1},
		{4, EVENT_SEEN, NOW - 99 * DAY, "li", "ws-1", "by=li", 0},
	};
	static const char *const person = "zhou";
	struct custody_result r;
	struct err e = ERR_INIT;
	struct team t;
	char list[64];

	(void)state;
	team_make(&t, m, 6, "");
	assert_int_equal(custody_whatif(t.c, &person, 1, &r, &e), 0);
	assert_int_equal(r.nlost, 0);
	assert_string_equal(list_of(r.stale, r.nstale, list, sizeof(list)),
	    "a1");
	assert_true(custody_stale(t.c, r.stale[0]));
	custody_result_free(&r);
	team_release(&t);
	team_make(&t, m, 6, "[accounts]\nconfirm_days = 0\n");
	assert_int_equal(custody_whatif(t.c, &person, 1, &r, &e), 0);
	assert_int_equal(r.nstale, 0);
	custody_result_free(&r);
	team_release(&t);
}

static void
finds_single_points(void **state)
{
	static const struct made six[] = {SIX("")};
	struct custody_thing *v;
	struct err e = ERR_INIT;
	uint8_t bus[6];
	struct team t;
	size_t n;

	(void)state;
	team_make(&t, six, sizeof(six) / sizeof(*six), "");
	assert_int_equal(custody_bus(t.c, bus, &e), 0);
	/* am-01 ebay-01 ml-01 qq-03 tb-01 wx-02: am and ml have three who can */
	assert_int_equal(bus[0], 3);
	assert_int_equal(bus[1], 1);
	assert_int_equal(bus[2], 3);
	assert_int_equal(bus[3], 1);
	assert_int_equal(bus[4], 3);
	assert_int_equal(bus[5], 2);
	assert_int_equal(custody_things(t.c, &v, &n, &e), 0);
	assert_int_equal(n, 3);
	/* without …2222 nobody gets into tb-01; ebay-01 has its mailbox */
	assert_string_equal(v[0].name, "13900002222");
	assert_int_equal(v[0].accounts, 2);
	assert_int_equal(v[0].lost, 1);
	assert_string_equal(v[1].name, "13800001391");
	assert_int_equal(v[1].lost, 1);
	assert_false(v[2].sim);
	assert_int_equal(v[2].lost, 0);
	free(v);
	/* asking did not change what is known */
	check(&t, "zhang", "ebay-01 qq-03", "ebay-01 qq-03 wx-02");
	explain(&t, "wx-02", false, "zhang",
	    "login has: password known to zhang, wang\n");
	team_release(&t);
}

static void
weighs_all(void **state)
{
	static const struct made six[] = {SIX("")};
	struct err e = ERR_INIT;
	struct risk r;
	struct team t;

	(void)state;
	team_make(&t, six, sizeof(six) / sizeof(*six), "");
	assert_int_equal(risk_make(&r, t.b, t.p, t.c, &e), 0);
	assert_int_equal(r.open, 6);
	assert_int_equal(r.count[RISK_LOST], 0);
	assert_int_equal(r.count[RISK_ONE], 2);
	assert_int_equal(r.count[RISK_TWO], 1);
	assert_int_equal(r.count[RISK_MORE], 3);
	/* ebay-01 and qq-03 are his; the others hang on nobody */
	assert_string_equal(r.one[1], "zhang");
	assert_string_equal(r.one[3], "zhang");
	assert_null(r.one[0]);
	assert_null(r.one[5]);
	assert_string_equal(r.person[0].p->name, "zhang");
	assert_int_equal(r.person[0].lost, 2);
	assert_int_equal(r.person[0].reach, 3);
	assert_int_equal(r.person[1].lost, 0);
	assert_int_equal(r.nthings, 3);
	assert_string_equal(r.thing[0].name, "13900002222");
	risk_release(&r);
	team_release(&t);
}

static void
refuses_unknown_people(void **state)
{
	static const struct made six[] = {SIX("")};
	static const char *const person = "zhangg";
	struct custody_result r;
	struct err e = ERR_INIT;
	struct team t;

	(void)state;
	team_make(&t, six, sizeof(six) / sizeof(*six), "");
	assert_int_equal(custody_whatif(t.c, &person, 1, &r, &e), -1);
	assert_int_equal(e.code, ERR_NOENT);
	assert_string_equal(e.what, "nobody is called 'zhangg'");
	team_release(&t);
}

static void
shows_four_digits(void **state)
{
	char out[CUSTODY_LAST_LEN];

	(void)state;
	assert_string_equal(custody_last("+86 138-0000-1391", out), "…1391");
	assert_string_equal(custody_last("13 9 1 ", out), "…1391");
	assert_string_equal(custody_last("12", out), "…12");
	assert_string_equal(custody_last("", out), "…");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_what_was_worked_out),
		cmocka_unit_test(says_why),
		cmocka_unit_test(granted_is_open),
		cmocka_unit_test(who_came_later_opens_what_came_later),
		cmocka_unit_test(follows_each_rule),
		cmocka_unit_test(counts_who_left),
		cmocka_unit_test(knows_former_readers),
		cmocka_unit_test(tells_what_is_stale),
		cmocka_unit_test(finds_single_points),
		cmocka_unit_test(weighs_all),
		cmocka_unit_test(refuses_unknown_people),
		cmocka_unit_test(shows_four_digits)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
