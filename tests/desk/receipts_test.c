/* tests/desk/receipts_test.c - a branch of receipts, commit by commit. */
#include "central.h"

struct got {
	int good, bad;
	struct receipt last;
	char why[512];
};

static int
take(void *arg, const char *id, const struct receipt *r, const char *why,
	struct err *e)
{
	struct got *g = arg;

	(void)e;
	assert_int_equal(strlen(id), CANON_ID_LEN - 1);
	if (r) {
		g->good++;
		g->last = *r;
	} else {
		g->bad++;
		(void)snprintf(g->why, sizeof(g->why), "%s", why);
	}
	return 0;
}

static int
walk(struct receipts_at *at, struct got *g)
{
	struct err e = ERR_INIT;
	int rc = receipts_walk(records, RECEIPTS_REF, &control.servers, at,
	    take, g, &e);

	if (rc < 0)
		print_message("%s\n", e.what);
	return rc;
}

/* WHY is said of the newest commit, and COUNT are good. */
static void
wrong(const char *why, int count)
{
	struct receipts_at at = {"", ""};
	struct got g = {0, 0, {0, "", ""}, ""};

	assert_int_equal(walk(&at, &g), 0);
	assert_int_equal(g.good, count);
	assert_int_equal(g.bad, 1);
	if (!strstr(g.why, why))
		fail_msg("'%s' is not '%s'", g.why, why);
	drop_receipt();
}

static void
goes_on_where_it_was(void **state)
{
	struct receipts_at at = {"", ""};
	struct got g = {0, 0, {0, "", ""}, ""};

	(void)state;
	assert_int_equal(walk(&at, &g), 0);
	assert_int_equal(g.good + g.bad, 0);
	receipt(REF, A, T0);
	receipt(REF2, B, T0 + 1);
	assert_int_equal(walk(&at, &g), 0);
	assert_int_equal(g.good, 2);
	assert_string_equal(g.last.ref, REF2);
	assert_string_equal(g.last.head, B);
	assert_true(g.last.utc == T0 + 1);
	assert_int_equal(walk(&at, &g), 0);
	assert_int_equal(g.good, 2);
	receipt(REF, C, T0 + 2);
	assert_int_equal(walk(&at, &g), 0);
	assert_int_equal(g.good, 3);
	assert_int_equal(g.bad, 0);
	/* another history */
	drop_receipt();
	drop_receipt();
	assert_int_equal(walk(&at, &g), 1);
	receipt(REF, C, T0 + 3);
	assert_int_equal(walk(&at, &g), 1);
	assert_int_equal(g.good, 3);
}

static void
no_branch_is_none(void **state)
{
	struct receipts_at at = {"", ""};
	struct got g = {0, 0, {0, "", ""}, ""};
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(receipts_walk(records, "refs/heads/other",
	    &control.servers, &at, take, &g, &e), 0);
	assert_string_equal(at.id, "");
}

static void
each_form_but_one_is_wrong(void **state)
{
	struct buf b = BUF_INIT(4096);
	struct err e = ERR_INIT;

	(void)state;
	receipt(REF, A, T0);
	receipt_by(forger, REF, B, T0);
	wrong("server_keys", 1);
	sign_line(&b, REF, B, T0, central_key);
	commit(RECEIPTS_REF, buf_str(&b), "somebody", T0);
	wrong("not as the central writes it", 1);
	commit(RECEIPTS_REF, buf_str(&b), "central", T0 + 1);
	wrong("not as the central writes it", 1);
	assert_int_equal(buf_adds(&b, "more\n", &e), 0);
	commit(RECEIPTS_REF, buf_str(&b), "central", T0);
	wrong("no receipt", 1);
	commit(RECEIPTS_REF, "liudi receipts\n", "central", T0);
	wrong("receipt", 1);
	sign_line(&b, REF, B, T0, central_key);
	b.data[16]++;	/* the time */
	commit(RECEIPTS_REF, buf_str(&b), "central", T0);
	wrong("", 1);
	sign_line(&b, "refs/heads/other", B, T0, central_key);
	commit(RECEIPTS_REF, buf_str(&b), "central", T0);
	wrong("", 1);
	buf_release(&b);
}

/* A tree of its own would carry what nobody looks at. */
static void
the_tree_stays(void **state)
{
	struct buf b = BUF_INIT(4096);

	(void)state;
	receipt(REF, A, T0);
	sign_line(&b, REF, B, T0, central_key);
	assert_int_equal(box_sh(NULL, "cd %s/records.git && printf %%s '%.*s'"
	    " >m && echo >>m && c=$(GIT_AUTHOR_NAME=central "
	    "GIT_AUTHOR_EMAIL=central@liudi.invalid GIT_COMMITTER_NAME=central "
	    "GIT_COMMITTER_EMAIL=central@liudi.invalid "
	    "GIT_AUTHOR_DATE='%lld +0000' GIT_COMMITTER_DATE='%lld +0000' "
	    "git commit-tree -p " RECEIPTS_REF " $(git mktree </dev/null) <m) "
	    "&& git update-ref " RECEIPTS_REF " $c", box, (int)b.len - 1,
	    buf_str(&b), (long long)T0, (long long)T0), 0);
	wrong("not as the central writes it", 1);
	buf_release(&b);
}

/* Those behind a wrong one still count; looked at again it may be right. */
static void
each_stands_for_itself(void **state)
{
	struct receipts_at at = {"", ""};
	struct got g = {0, 0, {0, "", ""}, ""};
	struct err e = ERR_INIT;
	char id[CANON_ID_LEN];

	(void)state;
	receipt_by(forger, REF, A, T0);
	assert_int_equal(mirror_head(records, RECEIPTS_REF, id, &e), 1);
	receipt(REF, B, T0);
	assert_int_equal(walk(&at, &g), 0);
	assert_int_equal(g.good, 1);
	assert_int_equal(g.bad, 1);
	assert_int_equal(receipts_again(records, &control.servers, &at, id,
	    take, &g, &e), 0);
	assert_int_equal(g.bad, 2);
	sshkey_public(forger, &control.servers.v[0].pub);
	assert_int_equal(receipts_again(records, &control.servers, &at, id,
	    take, &g, &e), 0);
	assert_int_equal(g.good, 2);
	assert_string_equal(g.last.head, A);
	sshkey_public(central_key, &control.servers.v[0].pub);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_box, close_box)
	const struct CMUnitTest tests[] = {
		TEST(goes_on_where_it_was),
		TEST(no_branch_is_none),
		TEST(each_form_but_one_is_wrong),
		TEST(the_tree_stays),
		TEST(each_stands_for_itself)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
