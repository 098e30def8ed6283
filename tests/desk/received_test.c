/* tests/desk/received_test.c - receipts and what is here. */
#include "central.h"

#include "desk/copies.h"
#include "desk/query.h"
#include "desk/received.h"

static struct box b;
static char *file;

static int
open_all(void **state)
{
	struct err e = ERR_INIT;

	(void)open_box(state);
	file = str_fmt("%s/c.sqlite3", box);
	memset(&b, 0, sizeof(b));
	b.catalogue = catalogue_open(file, true, &e);
	assert_non_null(b.catalogue);
	b.records = records;
	b.control = control;
	assert_int_equal(catalogue_run(b.catalogue, SQL_LINE_ADD, &e, "tt",
	    "ws-01", "main"), 0);
	assert_int_equal(catalogue_run(b.catalogue, SQL_LINE_ADD, &e, "tt",
	    "ws-02", "main"), 0);
	assert_int_equal(catalogue_run(b.catalogue, SQL_BRANCH_ADD, &e,
	    "itiii", (int64_t)1, REF, (int64_t)2026, (int64_t)0, (int64_t)0),
	    0);
	assert_int_equal(catalogue_run(b.catalogue, SQL_BRANCH_ADD, &e,
	    "itiii", (int64_t)2, REF2, (int64_t)2026, (int64_t)0, (int64_t)0),
	    0);
	return 0;
}

static int
close_all(void **state)
{
	catalogue_close(b.catalogue);
	free(file);
	return close_box(state);
}

/* Commit ID, number SEQ of BRANCH, dated and seen at UTC. */
static void
part(int64_t branch, int64_t seq, const char *id, int64_t utc,
	int64_t spooled)
{
	const uint8_t sum[32] = {0};
	struct err e = ERR_INIT;
	int64_t n;

	assert_int_equal(catalogue_run(b.catalogue, SQL_PART_ADD, &e,
	    "iittbtiiii", branch, seq, id, id, (const void *)sum, (size_t)32,
	    "runs/x", utc, utc, utc + 60, (int64_t)1), 0);
	n = catalogue_added(b.catalogue);
	assert_int_equal(catalogue_run(b.catalogue, SQL_PART_COUNTS, &e,
	    "ibiiiiiiiiiiiiiiiiiitii", n, (const void *)sum, (size_t)16,
	    (int64_t)0, (int64_t)1, (int64_t)0, utc, spooled, (int64_t)1,
	    (int64_t)0, (int64_t)0, (int64_t)0, (int64_t)0, (int64_t)0,
	    (int64_t)0, (int64_t)0, (int64_t)0, (int64_t)0, (int64_t)0,
	    (int64_t)0, (int64_t)0, "UTC", (int64_t)0, (int64_t)0), 0);
}

/* The time of the receipt that covers ID; QUERY_NONE if none does. */
static int64_t
received(const char *id)
{
	struct err e = ERR_INIT;
	int64_t utc = QUERY_NONE;

	assert_int_equal(catalogue_step(b.catalogue, SQL_PART_BY_COMMIT, &e,
	    "t", id), 1);
	if (!catalogue_null(b.catalogue, SQL_PART_BY_COMMIT, 14))
		utc = catalogue_int(b.catalogue, SQL_PART_BY_COMMIT, 14);
	catalogue_reset(b.catalogue, SQL_PART_BY_COMMIT);
	return utc;
}

struct want {
	const char *code;
	int severity, n;
};

static int
count_event(void *arg, const struct query_event *ev, struct err *e)
{
	struct want *w = arg;

	(void)e;
	if (strcmp(ev->code, w->code) == 0 && ev->severity == w->severity)
		w->n++;
	return 0;
}

static int
events(const char *code, int severity)
{
	struct want w = {code, severity, 0};
	struct err e = ERR_INIT;

	assert_int_equal(query_events_since(b.catalogue, 0, count_event, &w,
	    &e), 0);
	return w.n;
}

/* What is open after a look at time UTC. */
static int64_t
open_at(int64_t utc)
{
	struct received_open o;
	struct err e = ERR_INIT;

	if (received_index(&b, utc, &e) < 0)
		fail_msg("%s", e.what);
	assert_int_equal(received_count(b.catalogue, utc, &o, &e), 0);
	assert_int_equal(o.all, o.wrong + o.hidden + o.waiting);
	return o.all;
}

static void
covers_what_was_before(void **state)
{
	(void)state;
	part(1, 0, A, T0, 0);
	part(1, 1, B, T0 + 10, 1);
	part(2, 0, C, T0, 0);
	assert_int_equal(open_at(T0 + 100), 0);
	assert_true(received(A) == QUERY_NONE);
	receipt(REF, B, T0 + 20);
	assert_int_equal(open_at(T0 + 100), 0);
	assert_true(received(A) == T0 + 20);
	assert_true(received(B) == T0 + 20);
	assert_true(received(C) == QUERY_NONE);
	receipt(REF2, C, T0 + 30);
	/* again, and later: the first counts */
	receipt(REF, B, T0 + 5000);
	assert_int_equal(open_at(T0 + 9000), 0);
	assert_true(received(A) == T0 + 20);
	assert_true(received(C) == T0 + 30);
	assert_int_equal(events("clock", FINDING_WARN), 0);
	assert_int_equal(events("receipt", FINDING_INTEGRITY), 0);
}

static void
what_came_past_the_hook(void **state)
{
	(void)state;
	part(1, 0, A, T0, 0);
	part(1, 1, B, T0 + 10, 0);
	receipt(REF, A, T0 + 1);
	/* first seen at T0 + 70 */
	assert_int_equal(open_at(T0 + 70 + RECEIVED_GRACE_S), 0);
	assert_int_equal(events("no-receipt", FINDING_INTEGRITY), 0);
	assert_int_equal(open_at(T0 + 71 + RECEIVED_GRACE_S), 1);
	assert_int_equal(open_at(T0 + 99 + RECEIVED_GRACE_S), 1);
	assert_int_equal(events("no-receipt", FINDING_INTEGRITY), 1);
	receipt(REF, B, T0 + 100 + RECEIVED_GRACE_S);
	assert_int_equal(open_at(T0 + 200 + RECEIVED_GRACE_S), 0);
	/* it was here long before */
	assert_int_equal(events("clock", FINDING_WARN), 0);
}

static void
what_is_not_shown(void **state)
{
	(void)state;
	part(1, 0, A, T0, 0);
	receipt(REF, A, T0 + 1);
	receipt(REF, B, T0 + 2);
	receipt(REF2, C, T0 + 3);
	assert_int_equal(open_at(T0 + 100), 2);
	assert_int_equal(open_at(T0 + 200), 2);
	assert_int_equal(events("hidden", FINDING_INTEGRITY), 2);
	part(1, 1, B, T0 + 2, 0);
	part(2, 0, C, T0 + 2, 0);
	assert_int_equal(open_at(T0 + 300), 0);
	assert_true(received(B) == T0 + 2);
}

static bool
of_the_first(void *arg, const char *ref)
{
	(void)arg;
	return strcmp(ref, REF) == 0;
}

static void
what_a_manager_settled(void **state)
{
	const struct mirror_accept settle = {of_the_first, NULL, 0};
	struct deskhome h = {.dir = NULL};
	struct err e = ERR_INIT;
	struct seen *lost;
	size_t n = 9;

	(void)state;
	h.lost = str_fmt("%s/lost", box);
	h.settled = str_fmt("%s/settled", box);
	b.home = &h;
	part(1, 0, A, T0, 0);
	receipt(REF, B, T0 + 2);
	receipt(REF2, C, T0 + 3);
	assert_int_equal(open_at(T0 + 100), 2);
	lost = seen_load(h.lost, &e);
	b.lost = lost;
	b.settle = &settle;
	assert_int_equal(open_at(T0 + 200), 1);
	assert_int_equal(events("lost", FINDING_WARN), 1);
	/* whatever a box writes, nothing that was not asked for */
	assert_int_equal(box_sh(NULL, "echo '5 " C " " REF2 "' >>%s",
	    h.settled), 0);
	assert_int_equal(received_settled(&h, &settle, lost, &n, &e), 0);
	assert_int_equal(n, 1);
	assert_true(seen_has(lost, REF, B));
	assert_false(seen_has(lost, REF2, C));
	assert_false(file_exists(h.settled));
	seen_free(lost);
	b.lost = lost = seen_load(h.lost, &e);
	assert_true(seen_has(lost, REF, B));
	assert_false(seen_has(lost, REF2, B));
	b.settle = NULL;
	assert_int_equal(open_at(T0 + 300), 1);
	receipt(REF, ID("eeee"), T0 + 4);
	assert_int_equal(open_at(T0 + 300), 2);
	/* an old list, and nobody asked */
	assert_int_equal(box_sh(NULL, "echo '5 " C " " REF2 "' >%s",
	    h.settled), 0);
	assert_int_equal(received_settled(&h, NULL, lost, &n, &e), 0);
	assert_int_equal(n, 0);
	assert_false(file_exists(h.settled));
	seen_free(lost);
	free(h.lost);
	free(h.settled);
}

static void
what_is_behind_a_broken_chain(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	part(1, 0, A, T0, 0);
	receipt(REF, B, T0 + 2);
	assert_int_equal(catalogue_run(b.catalogue, SQL_BRANCH_STOP, &e, "it",
	    (int64_t)1, "broken"), 0);
	assert_int_equal(open_at(T0 + 100), 0);
	assert_int_equal(events("hidden", FINDING_INTEGRITY), 0);
}

static void
what_does_not_hold(void **state)
{
	int64_t n;

	(void)state;
	part(1, 0, A, T0, 0);
	part(2, 0, C, T0, 0);
	receipt_by(forger, REF, A, T0 + 1);
	receipt(REF2, A, T0 + 1);
	receipt("refs/heads/ws/ws-01/main/2025.0", A, T0 + 1);
	assert_int_equal(open_at(T0 + 100), 3);
	assert_int_equal(events("receipt", FINDING_INTEGRITY), 3);
	assert_true(received(A) == QUERY_NONE);
	/* a fork may begin with it */
	receipt("refs/heads/ws/ws-01/main/2026.1", A, T0 + 2);
	assert_int_equal(open_at(T0 + 100), 3);
	assert_true(received(A) == T0 + 2);
	/* a manager lets that key in, and nobody else's */
	sshkey_public(forger, &b.control.servers.v[0].pub);
	n = open_at(T0 + 200);
	sshkey_public(central_key, &b.control.servers.v[0].pub);
	assert_int_equal(n, 2);
	assert_int_equal(open_at(T0 + 200), 2);
}

static void
another_branch_of_receipts(void **state)
{
	(void)state;
	part(1, 0, A, T0, 0);
	part(1, 1, B, T0, 0);
	receipt(REF, A, T0 + 1);
	receipt(REF, C, T0 + 2);
	assert_int_equal(open_at(T0 + 100), 1);
	drop_receipt();
	receipt(REF, B, T0 + 3);
	assert_int_equal(open_at(T0 + 100), 0);
	assert_true(received(B) == T0 + 3);
}

static void
clocks(void **state)
{
	(void)state;
	part(1, 0, A, T0, 0);
	receipt(REF, A, T0 + RECEIVED_APART_S);
	assert_int_equal(open_at(T0 + 1000), 0);
	assert_int_equal(events("clock", FINDING_WARN), 0);
	/* it waited, as the next one says */
	part(1, 1, B, T0 + 1000, 0);
	part(1, 2, C, T0 + 5000, 1);
	receipt(REF, B, T0 + 5000);
	receipt(REF, C, T0 + 5000);
	assert_int_equal(open_at(T0 + 6000), 0);
	/* a desk saw it before the receipt */
	assert_int_equal(events("clock", FINDING_WARN), 0);
	/* dated after it was received */
	part(2, 0, ID("eeee"), T0 + 9000, 0);
	receipt(REF2, ID("eeee"), T0 + 8000);
	assert_int_equal(open_at(T0 + 9000), 0);
	assert_int_equal(events("clock", FINDING_WARN), 1);
	/* the central's own */
	receipt(REF2, ID("eeee"), T0 + 7000);
	receipt(REF2, ID("eeee"), T0 + 99000);
	assert_int_equal(open_at(T0 + 9000), 0);
	assert_int_equal(events("central-clock", FINDING_WARN), 2);
}

static void
without_a_key_nothing_is_asked(void **state)
{
	size_t n = b.control.servers.n;

	(void)state;
	part(1, 0, A, T0, 0);
	receipt_by(forger, REF, A, T0 + 1);
	b.control.servers.n = 0;
	assert_int_equal(open_at(T0 + 100), 0);
	b.control.servers.n = n;
	assert_int_equal(open_at(T0 + 100), 1);
}

static void
a_copy_of_another_station(void **state)
{
	struct finding_place at = {b.catalogue, 0, 1, "ws-01", T0};
	struct chain_link *link = calloc(1, sizeof(*link));
	struct err e = ERR_INIT;

	(void)state;
	assert_non_null(link);
	link->run.nbundles = 2;
	link->run.manifest[0] = 1;
	link->run.bundle[0].sha256[0] = 2;
	link->run.bundle[1].sha256[0] = 3;
	assert_int_equal(copies_note(&at, 1, link, &e), 0);
	/* of the same station: as a fork has it */
	assert_int_equal(copies_note(&at, 1, link, &e), 0);
	assert_int_equal(events("copied", FINDING_INTEGRITY), 0);
	link->run.manifest[0] = 4;
	link->run.bundle[0].sha256[0] = 5;
	at.station = "ws-02";
	assert_int_equal(copies_note(&at, 2, link, &e), 0);
	assert_int_equal(events("copied", FINDING_INTEGRITY), 1);
	link->run.manifest[0] = 1;
	assert_int_equal(copies_note(&at, 2, link, &e), 0);
	assert_int_equal(events("copied", FINDING_INTEGRITY), 3);
	free(link);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)
	const struct CMUnitTest tests[] = {
		TEST(covers_what_was_before),
		TEST(what_came_past_the_hook),
		TEST(what_is_not_shown),
		TEST(what_a_manager_settled),
		TEST(what_is_behind_a_broken_chain),
		TEST(what_does_not_hold),
		TEST(another_branch_of_receipts),
		TEST(clocks),
		TEST(without_a_key_nothing_is_asked),
		TEST(a_copy_of_another_station)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
