/* desk/facts_names: by id, address, company and number, whoever is called so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "desk/facts_names.h"

#include "base/banned.h"

#define CHAT(n, station, platform, id, name, type, internal) \
	{n, station, "qq", platform, NULL, id, name, type, internal, \
	1, 1, 0, 0, 0, 0, 0, 0}

/* The newest first. */
static const struct history_chat chats[] = {
	CHAT(9, "ws-02", "qq", "100", "JimBob@Lamps.example", "private", false),
	CHAT(8, "ws-01", "qq", "100", "Ann <ann.x@lamps.example>", "private",
	    false),
	CHAT(7, "ws-01", "wechat", "200", "again ann.x@lamps.example",
	    "private", false),
	CHAT(6, "ws-03", "whatsapp", "8613800000002@s.whatsapp.net", "",
	    "private", false),
	CHAT(5, "ws-02", "qq", "300", "bob@lamps.example", "group", false),
	CHAT(4, "ws-02", "qq", "300", "bob@lamps.example", "private", true),
	CHAT(3, "ws-99", "qq", "300", "bob@lamps.example", "private", false),
	CHAT(2, "ws-03", "qq", "400", "Carl", "private", false)
};

int
history_chats(struct messages *m, const struct history_filter *f,
	history_chat_fn fn, void *arg, struct err *e)
{
	size_t i;
	int rc = 0;

	(void)m;
	assert_true(f->until == 5000);
	for (i = 0; rc == 0 && i < sizeof(chats) / sizeof(*chats); i++)
		rc = fn(arg, &chats[i], e);
	return rc;
}

int
history_senders(struct messages *m, history_sender_fn fn, void *arg,
	struct err *e)
{
	(void)m;
	if (fn(arg, 5, "", "zoe@z.example", e) < 0 ||
	    fn(arg, 2, "carl@c.example", "ＣＡＲＬ２@c.example", e) < 0)
		return -1;
	return fn(arg, 77, "", "zoe@z.example", e);
}

/* The rest of the history is for other parts of a report. */
#define NOT_ASKED(name, ...) \
	int \
	name(__VA_ARGS__) \
	{ \
		fail_msg("%s was asked", #name); \
		return -1; \
	}
#define UNUSED __attribute__((unused))
NOT_ASKED(history_older, UNUSED struct messages *m, UNUSED int64_t chat,
	UNUSED int64_t before, UNUSED struct err *e)
NOT_ASKED(history_each, UNUSED struct messages *m,
	UNUSED const struct history_filter *f, UNUSED history_message_fn fn,
	UNUSED void *arg, UNUSED struct err *e)
NOT_ASKED(history_get, UNUSED struct messages *m, UNUSED int64_t n,
	UNUSED history_message_fn fn, UNUSED void *arg, UNUSED struct err *e)
NOT_ASKED(history_search, UNUSED struct messages *m, UNUSED const char *typed,
	UNUSED const struct history_filter *f, UNUSED int64_t limit,
	UNUSED history_message_fn fn, UNUSED void *arg, UNUSED struct err *e)
NOT_ASKED(history_readings, UNUSED struct messages *m,
	UNUSED const char *station, UNUSED int64_t since,
	UNUSED history_reading_fn fn, UNUSED void *arg, UNUSED struct err *e)
NOT_ASKED(history_changes, UNUSED struct messages *m, UNUSED int64_t since,
	UNUSED int64_t until, UNUSED history_change_fn fn, UNUSED void *arg,
	UNUSED struct err *e)

static struct facts_station stations[3] = {
	{.who.station = "ws-01"}, {.who.station = "ws-02"},
	{.who.station = "ws-03"}
};
static struct facts facts = {.station = stations, .nstations = 3,
	.made = 5000};
static struct facts_names names;

static int
make(void **state)
{
	struct facts_work w = {.f = &facts};
	struct err e = ERR_INIT;

	(void)state;
	return facts_names_make(&names, &w, &e);
}

static int
drop(void **state)
{
	(void)state;
	facts_names_release(&names);
	facts.station = NULL;
	facts.nstations = 0;
	facts_release(&facts);
	return 0;
}

/* The numbers of the conversations, one for each station; 0 is none. */
static void
is(const char *platform, const char *value, int64_t a, int64_t b, int64_t c)
{
	size_t i, first[] = {FACTS_NOWHERE, FACTS_NOWHERE, FACTS_NOWHERE};
	const int64_t want[] = {a, b, c};
	struct err e = ERR_INIT;

	if (platform)
		facts_names_id(&names, platform, value, first);
	else
		assert_int_equal(facts_names_value(&names, value, first, &e),
		    0);
	for (i = 0; i < 3; i++)
		assert_int_equal(first[i] == FACTS_NOWHERE ? 0 :
		    names.chat[first[i]].n, want[i]);
}

static void
by_id(void **state)
{
	(void)state;
	is("qq", "100", 8, 9, 0);
	is("wechat", "100", 0, 0, 0);
	is("wechat", "200", 7, 0, 0);
	is("qq", "10", 0, 0, 0);
	is("qq", "1000", 0, 0, 0);
	is("qq", "300", 0, 0, 0);	/* a group, own staff, nobody's */
}

static void
by_value(void **state)
{
	(void)state;
	is(NULL, "ann.x@lamps.example", 8, 0, 0);
	is(NULL, "ANN.X@lamps.example", 8, 0, 0);
	is(NULL, "jimbob@lamps.example", 0, 9, 0);
	is(NULL, "bob@lamps.example", 0, 0, 0);	/* jimbob is another */
	is(NULL, "@lamps.example", 8, 9, 0);
	is(NULL, "@lamps.examples", 0, 0, 0);
	is(NULL, "13800000002", 0, 0, 6);
	is(NULL, "13800000003", 0, 0, 0);
	is(NULL, "", 0, 0, 0);
}

static void
by_sender(void **state)
{
	(void)state;
	is(NULL, "carl@c.example", 0, 0, 2);
	is(NULL, "carl2@c.example", 0, 0, 2);
	is(NULL, "@c.example", 0, 0, 2);
	is(NULL, "zoe@z.example", 0, 0, 0);
}

/* No address is that long. */
static void
by_much(void **state)
{
	char value[CONTACTS_VALUE_MAX + 1];

	(void)state;
	memset(value, '1', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	is(NULL, value, 0, 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_id),
		cmocka_unit_test(by_value),
		cmocka_unit_test(by_sender),
		cmocka_unit_test(by_much),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
