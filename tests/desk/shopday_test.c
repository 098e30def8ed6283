/* tests/desk/shopday_test.c - what a day of a shop is held against. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "desk/shopday.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define D INT64_C(20780)

static struct shopday *s;
static const char *by = "auto";

static int
make(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	s = shopday_new("lamps", &e);
	return s ? 0 : -1;
}

static int
unmake(void **state)
{
	(void)state;
	shopday_free(s);
	return 0;
}

/* A capture; RECORD 0: blocked.  PRINT: of which browser. */
static void
look_as(const char *station, const char *page, int64_t day, int at,
	uint8_t record, uint8_t print)
{
	struct shops_capture c = {.station = station, .shop = "lamps",
	    .day = day, .c = {.ts = day * 86400 + at, .page = page,
	    .view = "desktop", .url = "https://shop.example",
	    .state = record ? SHOP_OK : SHOP_BLOCKED,
	    .reason = record ? NULL : "a riddle", .has_record = record != 0,
	    .by = by}, .has_page = record != 0};
	struct err e = ERR_INIT;

	memset(c.c.record, record, sizeof(c.c.record));
	memset(c.print, print, sizeof(c.print));
	assert_int_equal(shopday_capture(s, &c, &e), 0);
}

static void
look(int64_t day, uint8_t record)
{
	look_as("a", "home", day, 600, record, 1);
}

static void
note(int64_t utc, const char *line)
{
	const struct notes_note v = {"emma", utc, line, strlen(line)};
	struct err e = ERR_INIT;

	assert_int_equal(shopday_note(s, &v, &e), 0);
}

/* That FIRST to LAST were reviewed, and the records SEEN, "" or one byte's. */
static void
review(int64_t utc, int64_t first, int64_t last, const char *seen)
{
	char a[WORKTIME_DAY_LEN], b[WORKTIME_DAY_LEN], hex[65] = "";
	char *line;
	size_t i;

	for (i = 0; *seen && i < 32; i++)
		memcpy(hex + 2 * i, seen, 3);
	line = str_fmt("{\"v\":1,\"type\":\"reviewed\",\"shop\":\"lamps\","
	    "\"first\":\"%s\",\"last\":\"%s\",\"seen\":[%s%s%s],"
	    "\"text\":null}", worktime_day_text(first, a),
	    worktime_day_text(last, b), *seen ? "\"" : "", hex,
	    *seen ? "\"" : "");
	note(utc, line);
	free(line);
}

static void
accept_day(int64_t utc, int64_t day, const char *record)
{
	char a[WORKTIME_DAY_LEN], hex[65] = "";
	char *line;
	size_t i;

	for (i = 0; record && i < 32; i++)
		memcpy(hex + 2 * i, record, 3);
	line = record ? str_fmt("{\"type\":\"baseline\",\"shop\":\"lamps\","
	    "\"day\":\"%s\",\"pages\":[{\"page\":\"home\","
	    "\"view\":\"desktop\",\"record\":\"%s\"}]}",
	    worktime_day_text(day, a), hex) :
	    str_fmt("{\"type\":\"baseline\",\"shop\":\"lamps\","
	    "\"day\":\"%s\",\"pages\":null}", worktime_day_text(day, a));
	note(utc, line);
	free(line);
}

static struct shopday_page got[8];
static size_t ngot;

static int
on_page(void *arg, const struct shopday_page *p, struct err *e)
{
	(void)arg;
	(void)e;
	assert_true(ngot < 8);
	got[ngot++] = *p;
	return 0;
}

static void
pages(int64_t day, size_t n)
{
	struct err e = ERR_INIT;

	ngot = 0;
	assert_int_equal(shopday_pages(s, day, on_page, NULL, &e), 0);
	assert_int_equal(ngot, n);
}

/* The one page of DAY is held against BASE of BASE_DAY. */
static void
held(int64_t day, enum shopday_held how, uint8_t base, int64_t base_day)
{
	pages(day, 1);
	assert_int_equal(got[0].held, how);
	assert_int_equal(got[0].base_day, base_day);
	assert_int_equal(got[0].base[31], base);
}

static void
open_days(int64_t day, int64_t n, int64_t first, int64_t reviewed)
{
	struct err e = ERR_INIT;
	struct shopday_open o;

	assert_int_equal(shopday_open(s, day, &o, &e), 0);
	assert_int_equal(o.n, n);
	assert_int_equal(o.first, first);
	assert_int_equal(o.reviewed, reviewed);
}

static void
against_the_day_before(void **state)
{
	(void)state;
	look(D, 1);
	look(D + 1, 1);
	look(D + 2, 2);
	look(D + 5, 3);
	held(D, SHOPDAY_FIRST, 0, SHOPDAY_NONE);
	held(D + 1, SHOPDAY_SAME, 1, D);
	held(D + 2, SHOPDAY_OTHER, 1, D + 1);
	held(D + 5, SHOPDAY_OTHER, 2, D + 2);
	/* a day without a capture shows the last, and compares nothing */
	held(D + 3, SHOPDAY_UNSEEN, 0, SHOPDAY_NONE);
	assert_int_equal(got[0].day, D + 2);
	pages(D - 1, 0);
	assert_int_equal(shopday_last(s, D + 4), D + 2);
	assert_int_equal(shopday_last(s, D - 1), SHOPDAY_NONE);
}

static void
the_last_of_a_day_counts(void **state)
{
	(void)state;
	look_as("a", "home", D, 1, 1, 1);
	look_as("a", "home", D + 1, 1, 2, 1);
	look_as("a", "home", D + 1, 2, 3, 1);
	look_as("a", "home", D + 1, 3, 0, 1);
	held(D + 1, SHOPDAY_OTHER, 1, D);
	assert_int_equal(got[0].now[0], 3);
	assert_int_equal(got[0].state, SHOP_BLOCKED);
	assert_string_equal(got[0].reason, "a riddle");
}

static void
blocked_is_no_change(void **state)
{
	int64_t ts;

	(void)state;
	look(D, 1);
	look(D + 1, 0);
	look(D + 2, 1);
	look(D + 3, 0);
	held(D + 1, SHOPDAY_UNSEEN, 0, SHOPDAY_NONE);
	assert_int_equal(got[0].good_day, D);
	assert_int_equal(got[0].good[0], 1);
	held(D + 2, SHOPDAY_SAME, 1, D);
	assert_int_equal(shopday_last_good(s, D + 3, &ts), D + 2);
	assert_int_equal(ts, (D + 2) * 86400 + 600);
}

static void
another_browser_begins_anew(void **state)
{
	(void)state;
	look_as("a", "home", D, 0, 1, 1);
	look_as("a", "home", D + 1, 0, 2, 2);
	look_as("a", "home", D + 2, 0, 3, 2);
	look_as("a", "home", D + 3, 0, 4, 1);
	held(D + 1, SHOPDAY_REBASED, 1, D);
	held(D + 2, SHOPDAY_OTHER, 2, D + 1);
	/* one that was here before: against itself, not against the other */
	held(D + 3, SHOPDAY_OTHER, 1, D);
}

static void
what_was_accepted(void **state)
{
	(void)state;
	look(D, 1);
	look(D + 1, 2);
	look(D + 2, 3);
	look(D + 3, 1);
	accept_day(10, D, "01");
	held(D + 2, SHOPDAY_OTHER, 1, D);
	assert_true(got[0].accepted);
	held(D + 3, SHOPDAY_SAME, 1, D);
	/* that day itself is held against the one before it */
	accept_day(20, D + 1, "02");
	held(D + 1, SHOPDAY_OTHER, 1, D);
	held(D + 3, SHOPDAY_OTHER, 2, D + 1);
	/* the later word on a day counts, whichever came first here */
	accept_day(30, D + 1, NULL);
	held(D + 3, SHOPDAY_OTHER, 3, D + 2);
	assert_false(got[0].accepted);
	accept_day(25, D + 1, "01");
	held(D + 3, SHOPDAY_OTHER, 3, D + 2);
	/* what is not here holds nothing */
	accept_day(40, D + 2, "77");
	held(D + 3, SHOPDAY_OTHER, 3, D + 2);
}

static void
accepted_with_another_browser(void **state)
{
	(void)state;
	look_as("a", "home", D, 0, 1, 1);
	accept_day(10, D, "01");
	look_as("a", "home", D + 1, 0, 2, 2);
	look_as("a", "home", D + 2, 0, 3, 2);
	look_as("a", "home", D + 3, 0, 4, 2);
	held(D + 1, SHOPDAY_REBASED, 1, D);
	held(D + 3, SHOPDAY_OTHER, 2, D + 1);
	assert_true(got[0].accepted);
}

static void
two_stations(void **state)
{
	const char *newest;
	int64_t d;

	(void)state;
	/* b goes on with what a captured until D + 1 */
	for (d = D; d < D + 2; d++)
		look_as("a", "home", d, 0, 1, 1);
	for (d = D + 2; d < D + 12; d++)
		look_as("b", "home", d, 0, 2, 1);
	pages(D + 2, 2);
	assert_string_equal(got[1].station, "b");
	assert_int_equal(got[1].held, SHOPDAY_OTHER);
	assert_int_equal(got[1].base_day, D + 1);
	/* a's line is told until it was silent for a week */
	pages(D + 7, 2);
	pages(D + 8, 1);
	assert_string_equal(got[0].station, "b");
	assert_int_equal(shopday_stations(s, D + 2, &newest), 2);
	assert_string_equal(newest, "b");
	assert_int_equal(shopday_stations(s, D + 8, &newest), 1);
}

static void
one_station_alone_is_never_left_off(void **state)
{
	(void)state;
	look(D, 1);
	pages(D + 400, 1);
	assert_int_equal(got[0].day, D);
}

static void
a_page_that_was_dropped(void **state)
{
	int64_t d;

	(void)state;
	for (d = D; d < D + 10; d++)
		look_as("a", "home", d, 0, 1, 1);
	look_as("a", "lights", D, 0, 1, 1);
	pages(D + 6, 2);
	pages(D + 7, 1);
}

static void
open_until_somebody_signs(void **state)
{
	uint8_t seen[4][SHOP_HASH_LEN];
	struct err e = ERR_INIT;

	(void)state;
	look(D, 1);
	look(D + 1, 1);
	look(D + 2, 2);
	look(D + 3, 0);
	open_days(D + 3, 4, D, SHOPDAY_NONE);
	assert_int_equal(shopday_seen(s, D, D + 3, seen, 4, &e), 2);
	assert_int_equal(seen[0][0], 1);
	assert_int_equal(seen[1][0], 2);
	assert_int_equal(shopday_seen(s, D + 1, D + 1, seen, 4, &e), 0);
	/* without what was seen the first and the changed day stay open */
	review(5, D, D + 3, "");
	open_days(D + 3, 2, D, D + 3);
	review(6, D, D, "01");
	open_days(D + 3, 1, D + 2, D + 3);
	assert_true(shopday_is_open(s, D + 2));
	review(7, D + 2, D + 2, "02");
	open_days(D + 3, 0, SHOPDAY_NONE, D + 3);
	/* a page that came later of that day */
	look_as("a", "lights", D + 2, 900, 4, 1);
	open_days(D + 3, 1, D + 2, D + 3);
	/* a day on which nobody looked is none */
	assert_false(shopday_is_open(s, D + 9));
}

static void
notes_that_make_no_sense(void **state)
{
	(void)state;
	look(D, 1);
	note(1, "no JSON");
	note(1, "[]");
	note(1, "{\"type\":\"reviewed\",\"shop\":\"other\","
	    "\"first\":\"2020-01-01\",\"last\":\"2030-01-01\",\"seen\":[]}");
	note(1, "{\"type\":\"reviewed\",\"shop\":\"lamps\","
	    "\"first\":\"2030-01-01\",\"last\":\"2020-01-01\",\"seen\":[]}");
	note(1, "{\"type\":\"reviewed\",\"shop\":\"lamps\","
	    "\"first\":\"2020-01-01\",\"last\":\"2030-01-01\",\"seen\":7}");
	note(1, "{\"type\":\"baseline\",\"shop\":\"lamps\","
	    "\"day\":\"2020-01-01\",\"pages\":[7,{\"page\":1}]}");
	note(1, "{\"type\":\"praise\",\"shop\":\"lamps\"}");
	open_days(D, 1, D, SHOPDAY_NONE);
	held(D, SHOPDAY_FIRST, 0, SHOPDAY_NONE);
}

static bool
is_ignored(int64_t day, const char *page, enum shop_change c,
	const char *what, const char *after)
{
	const struct shop_event v = {c, what, NULL, after, 0, 0};

	return shopday_ignored(s, day, page, &v);
}

static int
count(void *arg, const struct shopday_rule *r, struct err *e)
{
	(void)e;
	assert_string_equal(r->by, "emma");
	++*(int *)arg;
	return 0;
}

static void
rules(void **state)
{
	struct err e = ERR_INIT;
	int n = 0;

	(void)state;
	note(1, "{\"type\":\"ignore\",\"shop\":\"lamps\",\"change\":"
	    "\"image-replaced\",\"what\":\"*clock*\",\"page\":\"home\","
	    "\"until\":null}");
	assert_true(is_ignored(D, "home", SHOP_IMAGE_REPLACED,
	    "https://x/clock.png", NULL));
	assert_false(is_ignored(D, "home", SHOP_IMAGE_REPLACED,
	    "https://x/banner.png", NULL));
	assert_false(is_ignored(D, "item", SHOP_IMAGE_REPLACED,
	    "https://x/clock.png", NULL));
	assert_false(is_ignored(D, "home", SHOP_IMAGE_BROKEN,
	    "https://x/clock.png", NULL));
	note(1, "{\"type\":\"ignore\",\"shop\":\"lamps\",\"change\":"
	    "\"text-changed\",\"what\":\"ends in * days\",\"page\":null,"
	    "\"until\":null}");
	assert_true(is_ignored(D, "any", SHOP_TEXT_CHANGED, NULL,
	    "ends in 3 days"));
	assert_false(is_ignored(D, "any", SHOP_TEXT_CHANGED, NULL,
	    "ends in 3 days, really"));
	assert_false(is_ignored(D, "any", SHOP_TEXT_CHANGED, NULL, NULL));
	note(1, "{\"type\":\"ignore\",\"shop\":\"lamps\",\"change\":"
	    "\"look\",\"what\":null,\"page\":null,\"until\":null}");
	assert_true(is_ignored(D, "any", SHOP_LOOK, NULL, NULL));
	/* the later of the same kind: up to that day */
	note(2, "{\"type\":\"ignore\",\"shop\":\"lamps\",\"change\":"
	    "\"look\",\"what\":null,\"page\":null,\"until\":\"2026-11-23\"}");
	assert_true(is_ignored(20780, "any", SHOP_LOOK, NULL, NULL));
	assert_false(is_ignored(20781, "any", SHOP_LOOK, NULL, NULL));
	assert_int_equal(shopday_rules(s, count, &n, &e), 0);
	assert_int_equal(n, 3);
}

/* What a person saves stands beside what the station captured, never for it. */
static void
saved_by_hand(void **state)
{
	uint8_t record[SHOP_HASH_LEN];
	int64_t of;

	(void)state;
	look(D, 1);
	look(D + 1, 2);
	by = "manual";
	look_as("a", "home", D + 1, 700, 7, 3);
	by = "auto";
	look(D + 2, 0);
	by = "manual";
	look_as("a", "home", D + 2, 700, 8, 3);
	by = "auto";
	/* the automatic one of the day is there, against its like */
	pages(D + 1, 2);
	assert_false(got[0].manual);
	assert_int_equal(got[0].held, SHOPDAY_OTHER);
	assert_int_equal(got[0].now[0], 2);
	assert_int_equal(got[0].base[0], 1);
	assert_true(got[1].manual);
	assert_int_equal(got[1].held, SHOPDAY_FIRST);
	/* so it is where that was blocked */
	pages(D + 2, 2);
	assert_int_equal(got[0].state, SHOP_BLOCKED);
	assert_int_equal(got[0].held, SHOPDAY_UNSEEN);
	assert_int_equal(got[1].held, SHOPDAY_OTHER);
	assert_int_equal(got[1].base[0], 7);
	/* and nobody is missed on a day on which nothing was saved */
	look(D + 3, 2);
	pages(D + 3, 1);
	assert_false(got[0].manual);
	/* what was accepted of one is nothing of the other */
	accept_day(100, D + 1, "02");
	assert_true(shopday_accepted(s, "home", "desktop", false, D, D + 2,
	    record, &of));
	assert_int_equal(record[0], 2);
	assert_int_equal(of, D + 1);
	assert_false(shopday_accepted(s, "home", "desktop", true, D, D + 2,
	    record, &of));
	assert_false(shopday_accepted(s, "home", "desktop", false, D + 1,
	    D + 2, record, &of));
	assert_false(shopday_accepted(s, "home", "desktop", false, D - 1, D,
	    record, &of));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make, unmake)
	const struct CMUnitTest tests[] = {
		TEST(saved_by_hand),
		TEST(against_the_day_before),
		TEST(the_last_of_a_day_counts),
		TEST(blocked_is_no_change),
		TEST(another_browser_begins_anew),
		TEST(what_was_accepted),
		TEST(accepted_with_another_browser),
		TEST(two_stations),
		TEST(one_station_alone_is_never_left_off),
		TEST(a_page_that_was_dropped),
		TEST(open_until_somebody_signs),
		TEST(notes_that_make_no_sense),
		TEST(rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
