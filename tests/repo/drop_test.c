/* repo/drop: branches go, with their objects, and nothing else does. */
#include "spool_box.h"

#include "repo/central.h"
#include "repo/drop.h"
#include "repo/mirror.h"
#include "repo/push.h"

static struct sshkey *key;

static int
head_is(const char *dir, const char *ref, const char *want)
{
	struct err e = ERR_INIT;
	char id[CANON_ID_LEN];
	struct mirror *m = mirror_open(dir, &e);
	int rc;

	assert_non_null(m);
	rc = mirror_head(m, ref, id, &e);
	mirror_close(m);
	return want ? rc == 1 && strcmp(id, want) == 0 : rc == 0;
}

static void
test_drop(void **state)
{
	struct drop_ref one = {REF0, ""}, old = {REF0, ""};
	char id[4][CANON_ID_LEN];
	struct err e = ERR_INIT;
	struct central c;
	struct spool *s;
	char *box = box_new(), *url = str_fmt("%s/central", box);
	char *spool = str_fmt("%s/spool", box);
	char *copy = str_fmt("%s/copy", box);
	char *git = str_fmt("%s/records.git", url);
	int i;

	(void)state;
	assert_int_equal(central_parse(&c, url, NULL, &e), 0);
	box_central(url);
	s = spool_open(spool, &e);
	assert_non_null(s);
	for (i = 0; i < 4; i++)
		assert_int_equal(part_commit(s, REF0, i, (size_t)i % 2, 3000,
		    key, id[i], &e), 0);
	spool_close(s);
	/* a second branch stands on the first two */
	assert_int_equal(box_sh(NULL, "git -C '%s' push -q '%s' " REF0
	    " %s:" REF1, spool, git, id[1]), 0);
	assert_int_equal(mirror_fetch(&c, "records", copy, NULL, &e), 0);
	memcpy(one.head, id[3], CANON_ID_LEN);
	memcpy(old.head, id[2], CANON_ID_LEN);

	/* at another head it stays, there and here */
	assert_int_equal(drop_central(&c, copy, &old, 1, &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_true(head_is(git, REF0, id[3]));
	err_clear(&e);
	assert_int_equal(drop_refs(copy, &old, 1, &e), 0);
	assert_true(head_is(copy, REF0, id[3]));

	assert_int_equal(drop_central(&c, copy, &one, 1, &e), 0);
	assert_true(head_is(git, REF0, NULL));
	assert_true(head_is(git, REF1, id[1]));
	assert_true(head_is(copy, REF0, id[3]));
	assert_int_equal(drop_central(&c, copy, &one, 0, &e), 0);

	/* as a fetch that was killed leaves it */
	assert_int_equal(box_sh(NULL, "for p in '%s'/objects/pack/*.pack; do "
	    "echo fetch-pack >\"${p%%pack}keep\"; done", copy), 0);
	for (i = 0; i < 2; i++) {	/* a second time, too */
		assert_int_equal(drop_refs(copy, &one, 1, &e), 0);
		assert_true(head_is(copy, REF0, NULL));
		assert_int_equal(drop_there(copy, id[3], &e), i == 0);
		if (drop_objects(&c, copy, &e) < 0)
			fail_msg("%s", e.what);
		assert_int_equal(drop_there(copy, id[3], &e), 0);
		assert_int_equal(drop_there(copy, id[2], &e), 0);
		assert_int_equal(drop_there(copy, id[1], &e), 1);
	}
	assert_true(head_is(copy, REF1, id[1]));
	assert_int_equal(box_sh(NULL, "git -C '%s' fsck --strict", copy), 0);
	assert_int_equal(drop_refs(url, &one, 1, &e), -1);
	central_release(&c);
	free(git);
	free(copy);
	free(spool);
	free(url);
	box_free(box);
}

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	proc_setup();
	if (crypto_setup(&e) < 0)
		return -1;
	key = sshkey_generate(&e);
	return key ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	sshkey_free(key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drop),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
