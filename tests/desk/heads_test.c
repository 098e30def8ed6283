/* tests/desk/heads_test.c - what managers saw, in control and here. */
#include "../control/team.h"

#include "desk/finding.h"
#include "desk/heads.h"
#include "desk/query.h"

#define ID(c) c c c c c c c c c c
#define REF "refs/heads/ws/ws-01/main/2026.0"
#define KEPT_REF "refs/liudi/kept/20261123T000000Z/ws/ws-01/main/2026.0"
#define OTHER "refs/heads/ws/ws-09/main/2026.0"
#define DAY 86400

static struct deskhome home;
static struct box b;
static char *file;

/* Control and the catalogue as they are now. */
static void
reload(void)
{
	struct err e = ERR_INIT;

	mirror_close(b.control_clone);
	control_release(&b.control);
	if (control_load(&b.control, home.control, NULL, &e) < 0)
		fail_msg("%s", e.what);
	b.control_clone = mirror_open(home.control, &e);
	assert_non_null(b.control_clone);
}

static void
new_catalogue(void)
{
	struct err e = ERR_INIT;

	catalogue_close(b.catalogue);
	assert_int_equal(catalogue_remove(file, &e), 0);
	b.catalogue = catalogue_open(file, true, &e);
	assert_non_null(b.catalogue);
	assert_int_equal(catalogue_run(b.catalogue, SQL_LINE_ADD, &e, "tt",
	    "ws-01", "main"), 0);
	assert_int_equal(catalogue_run(b.catalogue, SQL_BRANCH_ADD, &e,
	    "itiii", (int64_t)1, REF, (int64_t)2026, (int64_t)0, (int64_t)0),
	    0);
}

static void
part(int64_t seq, const char *id)
{
	const uint8_t sum[32] = {7};
	struct err e = ERR_INIT;

	assert_int_equal(catalogue_run(b.catalogue, SQL_PART_ADD, &e,
	    "iittbtiiii", (int64_t)1, seq, id, id, (const void *)sum,
	    (size_t)32, "runs/x", T0, T0, T0 + seq, (int64_t)1), 0);
}

static int
open_all(void **state)
{
	(void)state;
	if (fresh(state) < 0)
		return -1;
	memset(&b, 0, sizeof(b));
	memset(&home, 0, sizeof(home));
	home.control = clone("m");
	home.central = central;
	begin(home.control, owner, "owner");
	file = str_fmt("%s/c-%d.sqlite3", dir, count);
	b.home = &home;
	new_catalogue();
	reload();
	return 0;
}

static int
close_all(void **state)
{
	catalogue_close(b.catalogue);
	mirror_close(b.control_clone);
	control_release(&b.control);
	free(home.control);
	free(file);
	return forget(state);
}

/* What is due at UTC goes to control; "" if nothing is. */
static void
write_at(int64_t utc, struct buf *text)
{
	struct err e = ERR_INIT;
	int rc;

	buf_clear(text);
	rc = heads_due(&b, utc, NULL, text, &e);
	if (rc < 0)
		fail_msg("%s", e.what);
	if (rc == 0)
		buf_clear(text);
	else if (heads_write(&home, "manager", manager, utc, text, &e) != 0)
		fail_msg("%s", e.what);
	reload();
}

struct want {
	const char *code;
	int n;
};

static int
count_event(void *arg, const struct query_event *ev, struct err *e)
{
	struct want *w = arg;

	(void)e;
	w->n += strcmp(ev->code, w->code) == 0;
	return 0;
}

/* Lines that do not agree; so many events CODE there are then. */
static int64_t
apart(const char *code, int events)
{
	struct want w = {code, 0};
	struct err e = ERR_INIT;
	int64_t n = -1;

	if (heads_check(&b, T0, true, &n, &e) < 0)
		fail_msg("%s", e.what);
	assert_int_equal(query_events_since(b.catalogue, 0, count_event, &w,
	    &e), 0);
	assert_int_equal(w.n, events);
	return n;
}

static void
once_a_day(void **state)
{
	struct buf text = BUF_INIT(HEADS_MAX);

	(void)state;
	write_at(T0, &text);
	assert_string_equal(buf_str(&text), "");
	part(0, ID("aaaa"));
	write_at(T0, &text);
	assert_memory_equal(buf_str(&text), REF " 0 " ID("aaaa") " 07000000",
	    strlen(REF) + 3 + 40 + 9);
	assert_int_equal(apart("split", 0), 0);
	part(1, ID("bbbb"));
	write_at(T0 + 60, &text);
	assert_string_equal(buf_str(&text), "");
	write_at(T0 + DAY, &text);
	assert_non_null(strstr(buf_str(&text), " 1 " ID("bbbb")));
	write_at(T0 + 2 * DAY, &text);
	assert_string_equal(buf_str(&text), "");
	assert_int_equal(apart("split", 0), 0);
	buf_release(&text);
}

static void
two_histories(void **state)
{
	struct buf text = BUF_INIT(HEADS_MAX);

	(void)state;
	part(0, ID("aaaa"));
	part(1, ID("bbbb"));
	write_at(T0, &text);
	new_catalogue();
	part(0, ID("aaaa"));
	assert_int_equal(apart("withheld", 1), 1);
	part(1, ID("cccc"));
	assert_int_equal(apart("split", 1), 1);
	assert_int_equal(apart("split", 1), 1);
	/* what was said stays said */
	write_at(T0 + DAY, &text);
	assert_string_equal(buf_str(&text), "");
	part(2, ID("dddd"));
	write_at(T0 + DAY, &text);
	assert_string_equal(buf_str(&text), "");
	/* until a manager follows the other one */
	assert_int_equal(catalogue_run(b.catalogue, SQL_BRANCH_ADD, &(struct
	    err)ERR_INIT, "itiii", (int64_t)1, KEPT_REF, (int64_t)2026,
	    (int64_t)0, (int64_t)0), 0);
	assert_int_equal(catalogue_run(b.catalogue, SQL_PART_ADD, &(struct
	    err)ERR_INIT, "iittbtiiii", (int64_t)2, (int64_t)1, ID("bbbb"),
	    ID("bbbb"), (const void *)dir, (size_t)3, "runs/x", T0, T0, T0,
	    (int64_t)1), 0);
	assert_int_equal(apart("split", 1), 0);
	write_at(T0 + DAY, &text);
	assert_non_null(strstr(buf_str(&text), REF " 2 " ID("dddd")));
	buf_release(&text);
}

static void
a_broken_chain_is_told_elsewhere(void **state)
{
	struct buf text = BUF_INIT(HEADS_MAX);

	(void)state;
	part(0, ID("aaaa"));
	part(1, ID("bbbb"));
	write_at(T0, &text);
	new_catalogue();
	part(0, ID("aaaa"));
	assert_int_equal(catalogue_run(b.catalogue, SQL_BRANCH_STOP, &(struct
	    err)ERR_INIT, "it", (int64_t)1, "broken"), 0);
	assert_int_equal(apart("withheld", 0), 0);
	buf_release(&text);
}

static bool
is_other(void *arg, const char *ref)
{
	(void)arg;
	return strcmp(ref, OTHER) == 0;
}

static const struct heads_accept set_aside = {is_other, NULL};

static void
what_makes_no_sense(void **state)
{
	struct buf text = BUF_INIT(HEADS_MAX);
	struct err e = ERR_INIT;

	(void)state;
	part(0, ID("aaaa"));
	if (edit(home.control, "manager", manager, T0, WITNESS_PATH, "x\n",
	    &e) < 0)
		fail_msg("%s", e.what);
	reload();
	assert_int_equal(apart("witness", 1), 0);
	write_at(T0, &text);
	assert_non_null(strstr(buf_str(&text), REF));
	assert_int_equal(apart("witness", 1), 0);
	/* a branch that nobody here knows */
	assert_int_equal(edit(home.control, "manager", manager, T0,
	    WITNESS_PATH, OTHER " 3 " ID("eeee") " " ID("0123") ID("01")
	    "0123 5\n", &e), 0);
	reload();
	assert_int_equal(apart("withheld", 1), 1);
	write_at(T0 + DAY, &text);
	assert_non_null(strstr(buf_str(&text), REF));
	assert_non_null(strstr(buf_str(&text), OTHER " 3 "));
	/* until a manager asks for it no more, on the same day */
	buf_clear(&text);
	assert_int_equal(heads_due(&b, T0 + DAY, &set_aside, &text, &e), 1);
	assert_non_null(strstr(buf_str(&text), REF));
	assert_null(strstr(buf_str(&text), OTHER));
	buf_release(&text);
}

/* What an offline sync left must not be written over what others saw since. */
static void
nothing_old_waits(void **state)
{
	struct buf text = BUF_INIT(HEADS_MAX);
	struct err e = ERR_INIT;

	(void)state;
	home.heads = str_fmt("%s.heads", file);
	part(0, ID("aaaa"));
	assert_int_equal(heads_save(&b, T0, NULL, &e), 0);
	assert_true(file_exists(home.heads));
	part(1, ID("bbbb"));
	write_at(T0 + DAY, &text);
	assert_int_equal(heads_save(&b, T0 + DAY, NULL, &e), 0);
	assert_false(file_exists(home.heads));
	free(home.heads);
	home.heads = NULL;
	buf_release(&text);
}

struct states {
	int64_t utc[8];
	size_t n, stop;
};

static int
on_state(void *arg, int64_t utc, const char *text, size_t n, struct err *e)
{
	struct states *s = arg;

	(void)e;
	assert_int_equal(strlen(text), n);
	s->utc[s->n++] = utc;
	return s->n == s->stop;
}

static void
each_state_once(void **state)
{
	struct buf text = BUF_INIT(HEADS_MAX);
	struct states s = {.stop = 0};
	struct err e = ERR_INIT;

	(void)state;
	part(0, ID("aaaa"));
	write_at(T0 + 5, &text);
	assert_int_equal(edit(home.control, "manager", manager, T0 + 7,
	    "other", "x\n", &e), 0);
	reload();
	part(1, ID("bbbb"));
	write_at(T0 + DAY, &text);
	assert_int_equal(edit(home.control, "manager", manager, T0 + DAY + 1,
	    WITNESS_PATH, NULL, &e), 0);
	reload();
	assert_int_equal(heads_history(b.control_clone, b.control.commit,
	    on_state, &s, &e), 0);
	assert_int_equal(s.n, 2);
	assert_true(s.utc[0] == T0 + DAY && s.utc[1] == T0 + 5);
	s = (struct states){.stop = 1};
	assert_int_equal(heads_history(b.control_clone, b.control.commit,
	    on_state, &s, &e), 0);
	assert_int_equal(s.n, 1);
	buf_release(&text);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)
	const struct CMUnitTest tests[] = {
		TEST(once_a_day),
		TEST(two_histories),
		TEST(a_broken_chain_is_told_elsewhere),
		TEST(what_makes_no_sense),
		TEST(nothing_old_waits),
		TEST(each_state_once)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
