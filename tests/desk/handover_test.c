/*
 * tests/desk/handover_test.c - what is left to do, out of events alone; docs/
 * REPORTS.md "Handover".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "desk/handover.h"

#include "accounts.h"

#include "base/banned.h"

#define REG EVENT_REGISTERED
#define START 100

static const char policy[] =
    "[platform aa]\nname = Aa\nroutes = login, phone\n"
    "[platform cc]\nname = Cc\nroutes = login\n"
    "[shop S]\ndoers = zhang, wang\nresponsible = wang\n";

static const struct made all[] = {
	{1, REG, 10, "zhang", "ws-1", "platform=aa name=a1 shop=S twofa=sms "
	    "phone=13800001391 phone_owner=personal", 1},
	{2, REG, 11, "zhang", "ws-1", "platform=cc name=a2 shop=S twofa=totp",
	    3},
	{3, REG, 12, "wang", "ws-2", "platform=cc name=a3", 1},
	{4, REG, 13, "zhang", "ws-1", "platform=cc name=a4 qr=yes", 0},
	/* from here on behind the start */
	{0, EVENT_HANDOVER, START, "chen", NULL, "person=zhang step=start", 0},
	{1, EVENT_BOUND, 101, "chen", NULL, "phone=13900003333 "
	    "phone_owner=company phone_holder=wang", 0},
	{2, EVENT_ROTATED, 102, "wang", "ws-2", "", 1},
	{2, EVENT_TWOFA, 103, "wang", "ws-2", "twofa=totp", 2},
	{2, EVENT_TRANSFERRED, 104, "chen", NULL, "from=zhang to=wang", 0},
	{2, EVENT_CONFIRMED, 105, "wang", "ws-2", "by=wang", 0},
	{4, EVENT_TRANSFERRED, 106, "chen", NULL, "from=zhang to=wang", 0},
	{0, EVENT_HANDOVER, 107, "chen", NULL,
	    "person=zhang step=signoff by=absent text=leaver", 0},
	{0, EVENT_HANDOVER, 108, "chen", NULL,
	    "person=ZHANG step=signoff by=wang text=successor", 0},
	{1, EVENT_TRANSFERRED, 109, "chen", NULL, "from=zhang to=wang", 0},
	{0, EVENT_HANDOVER, 110, "chen", NULL, "person=zhang step=close", 0},
};
#define BEFORE 4
#define STARTED 5
#define REBOUND 6
#define DONE (sizeof(all) / sizeof(*all) - 1)

struct team {
	struct handover_ask ask;
	struct book *b;
	struct people *p;
	struct platforms *pl;
	struct control control;
	struct roster roster;
	struct retention retention;
};

static void
make_of(struct team *t, struct handover *h, const struct made *events,
	size_t n, const char *person)
{
	static const char *const readers[] = {"manager", "owner"};
	struct roster_row row = {"ws-1", "zhang", "", 1};
	struct err e = ERR_INIT;

	memset(t, 0, sizeof(*t));
	make_readers(&t->control, readers, 2);
	assert_int_equal(roster_put(&t->roster, &row, &e), 0);
	t->b = make_book(events, n);
	t->p = people_new(policy, &t->roster, &t->control, &e);
	t->pl = platforms_new(policy, &e);
	t->ask = (struct handover_ask){t->b, t->p, t->pl, &t->retention,
	    person, 1000};
	assert_int_equal(handover_make(h, &t->ask, &e), 0);
}

/* The first N events. */
static void
make(struct team *t, struct handover *h, size_t n, const char *person)
{
	make_of(t, h, all, n, person);
}

static void
done(struct team *t, struct handover *h)
{
	handover_release(h);
	platforms_free(t->pl);
	people_free(t->p);
	book_free(t->b);
	roster_release(&t->roster);
}

/* "rotate a1 open must: …" for each task of an account. */
static void
expect(const struct handover *h, enum handover_step step, const char *want)
{
	struct buf out = BUF_INIT(65536);
	struct err e = ERR_INIT;
	size_t i;

	for (i = 0; i < h->n; i++) {
		const struct handover_task *t = &h->task[i];

		if (t->step == step)
			assert_int_equal(buf_addf(&out, &e, "%s %s%s: %s\n",
			    t->account ? t->account->shown : "-",
			    t->done ? t->by ? "done by" : "done" : "open",
			    t->must ? " must" : "", t->what), 0);
	}
	assert_string_equal(buf_str(&out), want);
	buf_release(&out);
}

static void
shows_what_a_start_would_find(void **state)
{
	struct handover h;
	struct team t;
	size_t n, d;

	(void)state;
	make(&t, &h, BEFORE, "Zhang");
	assert_string_equal(h.person, "zhang");
	assert_int_equal(h.started, 0);
	assert_int_equal(h.now.nlost, 2);	/* by his SIM and his device */
	assert_int_equal(h.now.nreach, 3);
	assert_false(h.finished);
	expect(&h, HANDOVER_FREEZE,
	    "- done: station ws-1 cannot send any more\n"
	    "- open: no hold keeps the records of ws-1\n");
	expect(&h, HANDOVER_INVENTORY,
	    "- open: 2 would be lost, 3 are still open to him\n");
	expect(&h, HANDOVER_ROTATE,
	    "a1 open must: sealed password, known to zhang, opened by "
	    "manager, owner\n"
	    "a2 open must: sealed password, known to zhang, opened by "
	    "manager, owner\n");
	expect(&h, HANDOVER_REBIND,
	    "a1 open must: SIM …1391, personal, held by zhang\n");
	/* what nobody else gets into stands first */
	expect(&h, HANDOVER_TWOFA,
	    "a4 open must: device of zhang\n"
	    "a2 open must: sealed one-time codes, known to zhang, opened by "
	    "manager, owner\n");
	expect(&h, HANDOVER_TRANSFER,
	    "a1 open must: in the hands of zhang\n"
	    "a4 open must: in the hands of zhang\n"
	    "a2 open must: in the hands of zhang\n");
	n = handover_count(&h, HANDOVER_SIGNOFF, &d);
	assert_int_equal(n, 3);
	assert_int_equal(d, 0);
	done(&t, &h);
}

static void
is_done_by_events(void **state)
{
	struct handover h;
	struct team t;

	(void)state;
	make(&t, &h, REBOUND, "zhang");
	assert_int_equal(h.started, START);
	/* a1: he still knows its password, which helps him no more */
	assert_int_equal(h.now.nreach, 2);
	expect(&h, HANDOVER_REBIND,
	    "a1 done by: SIM …3333, the company's, held by wang\n");
	expect(&h, HANDOVER_ROTATE,
	    "a2 open must: sealed password, known to zhang, opened by "
	    "manager, owner\n"
	    "a1 open: sealed password, known to zhang, opened by manager, "
	    "owner\n");
	done(&t, &h);

	make(&t, &h, DONE, "zhang");
	assert_true(h.finished);
	assert_int_equal(h.closed, 0);
	expect(&h, HANDOVER_ROTATE,
	    "a1 open: sealed password, known to zhang, wang, opened by "
	    "manager, owner\n"
	    "a2 done by: sealed password, known to wang, opened by manager, "
	    "owner\n");
	expect(&h, HANDOVER_TWOFA,
	    "a2 done by: sealed one-time codes, known to wang, opened by "
	    "manager, owner\n"
	    "a4 done by: device of wang\n");
	expect(&h, HANDOVER_TRANSFER,
	    "a1 done by: in the hands of wang\n"
	    "a2 done by: in the hands of wang\n"
	    "a4 done by: in the hands of wang\n");
	expect(&h, HANDOVER_CONFIRM,
	    "a1 open: nobody has logged in since\n"
	    "a2 done by: wang logged in\n"
	    "a4 open: nobody has logged in since\n");
	expect(&h, HANDOVER_SIGNOFF,
	    "- done by: leaver: absent\n"
	    "- done by: successor: wang\n"
	    "- open: manager has not signed\n");
	expect(&h, HANDOVER_CLOSE,
	    "- open: both lists are empty: it can be closed\n");
	done(&t, &h);

	make(&t, &h, DONE + 1, "zhang");
	assert_int_equal(h.closed, 110);
	done(&t, &h);
}

static void
names_the_commands(void **state)
{
	struct handover h;
	struct team t;
	size_t i, n = 0;

	(void)state;
	make(&t, &h, STARTED, "zhang");
	for (i = 0; i < h.n; i++) {
		const struct handover_task *task = &h.task[i];

		assert_true(task->done == (task->command[0] == '\0'));
		if (task->step == HANDOVER_TRANSFER && n++ == 0)
			assert_string_equal(task->command,
			    "liudi-desk account transfer 'a1' 'wang'");
	}
	assert_int_equal(n, 3);
	done(&t, &h);
}

/* What a leaver's own station says of his handover is not one. */
static void
takes_no_word_of_a_station(void **state)
{
	static const struct made events[] = {
		{1, REG, 10, "zhang", "ws-1", "platform=cc name=a1 shop=S", 1},
		{0, EVENT_HANDOVER, 20, "chen", "ws-1",
		    "person=zhang step=start", 0},
		{0, EVENT_HANDOVER, 30, "chen", NULL,
		    "person=zhang step=start", 0},
		{0, EVENT_HANDOVER, 31, "chen", "ws-1",
		    "person=zhang step=signoff by=chen text=manager", 0},
		{0, EVENT_HANDOVER, 32, "chen", "ws-1",
		    "person=zhang step=close", 0},
	};
	struct handover h;
	struct team t;
	size_t d;

	(void)state;
	make_of(&t, &h, events, 2, "zhang");
	assert_int_equal(h.started, 0);
	done(&t, &h);
	make_of(&t, &h, events, sizeof(events) / sizeof(*events), "zhang");
	assert_int_equal(h.started, 30);
	assert_int_equal(h.closed, 0);
	assert_int_equal(handover_count(&h, HANDOVER_SIGNOFF, &d), 3);
	assert_int_equal(d, 0);
	done(&t, &h);
}

/* A name may hold what a shell would run, or be too long to be typed. */
static void
quotes_for_a_shell(void **state)
{
#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	static const struct made events[] = {
		{1, REG, 10, "zhang", "ws-1",
		    "platform=cc name=a';reboot;' qr=yes", 0},
		{2, REG, 11, "zhang", "ws-1",
		    "platform=cc name=" A64 A64 A64 A64 " qr=yes", 0},
	};
	struct handover h;
	struct team t;
	size_t i, n = 0;

	(void)state;
	make_of(&t, &h, events, 2, "zhang");
	for (i = 0; i < h.n; i++) {
		const struct handover_task *task = &h.task[i];

		if (task->step != HANDOVER_TRANSFER)
			continue;
		if (n++ == 0)
			assert_string_equal(task->command, "liudi-desk "
			    "account transfer 'a'\\'';reboot;'\\''' 'NAME'");
		else
			assert_string_equal(task->command, "");
	}
	assert_int_equal(n, 2);
	done(&t, &h);
}

/* A reader: what was sealed while he was one stays open to him. */
static void
knows_a_manager(void **state)
{
	struct handover h;
	struct err e = ERR_INIT;
	struct team t;
	size_t i;

	(void)state;
	make(&t, &h, BEFORE, "manager");
	assert_int_equal(h.now.nlost, 0);
	assert_int_equal(h.now.nreach, 2);	/* not a1: its SIM is zhang's */
	expect(&h, HANDOVER_FREEZE, "- open must: key 'manager' opens what is "
	    "sealed, and he is the only manager: let in another first\n");
	for (i = 0; i < h.n; i++)
		if (h.task[i].step == HANDOVER_FREEZE)
			assert_string_equal(h.task[i].command,
			    "liudi-desk key add NAME");
	handover_release(&h);
	t.control.nrecipients = 1;
	(void)snprintf(t.control.recipient[0].name,
	    sizeof(t.control.recipient[0].name), "owner");
	people_free(t.p);
	t.ask.people = t.p = people_new(policy, NULL, &t.control, &e);
	assert_int_equal(people_former(t.p, "manager", 50, &e), 0);
	assert_int_equal(handover_make(&h, &t.ask, &e), 0);
	assert_int_equal(h.now.nreach, 2);
	expect(&h, HANDOVER_FREEZE, "- done: key 'manager' opens nothing "
	    "that is sealed from now on\n");
	expect(&h, HANDOVER_ROTATE,
	    "a2 open must: sealed password, known to zhang, opened by owner, "
	    "manager\n"
	    "a3 open must: sealed password, known to wang, opened by owner, "
	    "manager\n"
	    "a1 open: sealed password, known to zhang, opened by owner, "
	    "manager\n");
	done(&t, &h);
}

static void
refuses_nobody(void **state)
{
	struct handover h;
	struct err e = ERR_INIT;
	struct team t;

	(void)state;
	make(&t, &h, BEFORE, "zhang");
	handover_release(&h);
	t.ask.person = "zhangsan";
	assert_int_equal(handover_make(&h, &t.ask, &e), -1);
	assert_int_equal(e.code, ERR_NOENT);
	done(&t, &h);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_what_a_start_would_find),
		cmocka_unit_test(is_done_by_events),
		cmocka_unit_test(names_the_commands),
		cmocka_unit_test(takes_no_word_of_a_station),
		cmocka_unit_test(quotes_for_a_shell),
		cmocka_unit_test(knows_a_manager),
		cmocka_unit_test(refuses_nobody)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
