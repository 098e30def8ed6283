/* tests/desk/health_test.c - what the records show of the central. */
#include "central.h"

#include "desk/health.h"

#include "base/banned.h"

static struct health
look(void)
{
	struct err e = ERR_INIT;
	struct health h;

	assert_int_equal(health_look(&h, records, &control, &e), 0);
	return h;
}

static void
counts_receipts(void **state)
{
	struct health h = look();

	(void)state;
	assert_true(h.receipts);
	assert_int_equal(h.good + h.wrong, 0);
	assert_true(h.newest == 0);
	receipt(REF, A, T0 + 50);
	receipt(REF, B, T0 + 20);
	receipt_by(forger, REF, C, T0 + 90);
	h = look();
	assert_int_equal(h.good, 2);
	assert_int_equal(h.wrong, 1);
	assert_true(h.newest == T0 + 50);
}

/* The first commit's `server_key`, made by hand. */
static void
begin_with(const struct sshkey *key)
{
	struct buf b = BUF_INIT(1024);
	struct err e = ERR_INIT;
	struct sshkey_pub pub;

	sshkey_public(key, &pub);
	assert_int_equal(sshkey_public_text(&pub, &b, &e), 0);
	assert_int_equal(box_sh(NULL, "cd %s/records.git && "
	    "b=$(echo 'central namespaces=\"liudi-receipt\" %s' | "
	    "git hash-object -w --stdin) && "
	    "t=$(printf '100644 blob %%s\\tserver_key\\n' $b | git mktree) && "
	    "c=$(echo liudi receipts | GIT_AUTHOR_NAME=central "
	    "GIT_AUTHOR_EMAIL=central@liudi.invalid GIT_COMMITTER_NAME=central "
	    "GIT_COMMITTER_EMAIL=central@liudi.invalid git commit-tree $t) && "
	    "git update-ref " RECEIPTS_REF " $c", box, buf_str(&b)), 0);
	buf_release(&b);
}

static void
knows_the_key(void **state)
{
	(void)state;
	/* no line for a key at all */
	assert_false(look().key);
	begin_with(central_key);
	assert_true(look().key);
	begin_with(forger);
	assert_false(look().key);
}

static void
sees_that_there_are_no_hooks(void **state)
{
	(void)state;
	assert_int_equal(box_sh(NULL, "git -C %s/records.git update-ref -d "
	    RECEIPTS_REF, box), 0);
	assert_false(look().receipts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(counts_receipts, open_box,
		    close_box),
		cmocka_unit_test_setup_teardown(knows_the_key, open_box,
		    close_box),
		cmocka_unit_test_setup_teardown(sees_that_there_are_no_hooks,
		    open_box, close_box)
	};

	(void)drop_receipt;
	return cmocka_run_group_tests(tests, setup, teardown);
}
