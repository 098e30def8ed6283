/* tests/control/edit_test.c - changes of control and desk, and who was first. */
#include "../control/team.h"
#include "repo/mirror.h"

static void
tells_a_lost_race(void **state)
{
	char *a = clone("a"), *b = clone("b");
	struct err e = ERR_INIT;

	(void)state;
	begin(a, owner, "owner");
	assert_int_equal(control_fetch(&central, b, &e), 0);
	assert_int_equal(edit(a, "manager", manager, T0 + 1, "x", "x\n", &e),
	    0);
	assert_int_equal(edit(b, "manager", manager, T0 + 1, "y", "y\n", &e),
	    -1);
	assert_int_equal(e.code, ERR_NET);
	assert_non_null(strstr(e.what, "another desk"));
	assert_non_null(strstr(e.hint, "sync"));
	/* the clone did not move, so the next try is on the new head */
	assert_int_equal(control_fetch(&central, b, &e), 0);
	assert_int_equal(edit(b, "manager", manager, T0 + 2, "y", "y\n", &e),
	    0);
	assert_int_equal(edit(b, "manager", manager, T0 + 2, "../y", "y\n",
	    &e), -1);
	free(a);
	free(b);
}

static int
again(const char *repo, const char *where, unsigned tries, const char *path,
	const char *text, struct err *e)
{
	const struct control_file f = {path, text, strlen(text)};
	const struct edit_job job = {&central, repo, where, "manager",
	    manager, T0 + 9, "again", &f, 1};

	return edit_commit_again(&job, tries, e);
}

static void
stands_on_what_another_made(void **state)
{
	char *a = clone("a"), *b = clone("b");
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(100);
	struct control c;

	(void)state;
	begin(a, owner, "owner");
	assert_int_equal(control_fetch(&central, b, &e), 0);
	assert_int_equal(edit(a, "manager", manager, T0 + 1, "x", "x\n", &e),
	    0);
	/* one try is no more than control_edit does */
	assert_int_equal(again("control", b, 1, "y", "y\n", &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_int_equal(again("control", b, EDIT_TRIES, "y", "y\n", &e), 0);
	assert_int_equal(control_load(&c, b, NULL, &e), 0);
	assert_int_equal(control_file_load(b, c.commit, "x", &text, &e), 1);
	assert_int_equal(control_file_load(b, c.commit, "y", &text, &e), 1);
	assert_string_equal(buf_str(&text), "x\ny\n");
	control_release(&c);
	buf_release(&text);
	free(a);
	free(b);
}

static void
leaves_what_another_changed(void **state)
{
	char *a = clone("a"), *b = clone("b");
	struct err e = ERR_INIT;

	(void)state;
	begin(a, owner, "owner");
	assert_int_equal(control_fetch(&central, b, &e), 0);
	assert_int_equal(edit(a, "manager", manager, T0 + 1, "x", "x\n", &e),
	    0);
	assert_int_equal(again("control", b, EDIT_TRIES, "x", "y\n", &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	assert_non_null(strstr(e.what, "'x'"));
	assert_true(e.hint[0] != '\0');
	/* a consent stands on what is protected, and that did not change */
	err_clear(&e);
	assert_int_equal(edit(a, "manager", manager, T0 + 2, "x", "z\n", &e),
	    0);
	assert_int_equal(again("control", b, EDIT_TRIES, "approve/0.x.sig",
	    "y\n", &e), 0);
	free(a);
	free(b);
}

/* Ours never goes on top of what should not be there. */
static void
does_not_stand_on_a_forgery(void **state)
{
	char *a = clone("a"), *b = clone("b");
	struct err e = ERR_INIT;

	(void)state;
	begin(a, owner, "owner");
	assert_int_equal(control_fetch(&central, b, &e), 0);
	assert_int_equal(edit(a, "manager", stranger, T0 + 1, "x", "x\n",
	    &e), 0);
	assert_int_equal(again("control", b, EDIT_TRIES, "y", "y\n", &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	free(a);
	free(b);
}

static void
writes_the_desk_too(void **state)
{
	char *a = clone("a"), *b = clone("b");
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(100);
	struct mirror *m;
	char head[CANON_ID_LEN];

	(void)state;
	assert_int_equal(again("desk", a, 1, "access/k/0.age", "1\n", &e), 0);
	assert_int_equal(mirror_fetch(&central, "desk", b, NULL, &e), 0);
	assert_int_equal(again("desk", a, 1, "access/k/1.age", "2\n", &e), 0);
	assert_int_equal(again("desk", b, 3, "access/l/0.age", "3\n", &e), 0);
	m = mirror_open(b, &e);
	assert_non_null(m);
	assert_int_equal(mirror_head(m, "refs/heads/desk", head, &e), 1);
	mirror_close(m);
	assert_int_equal(control_file_load(b, head, "access/k/0.age", &text,
	    &e), 1);
	assert_int_equal(control_file_load(b, head, "access/k/1.age", &text,
	    &e), 1);
	assert_int_equal(control_file_load(b, head, "access/l/0.age", &text,
	    &e), 1);
	assert_string_equal(buf_str(&text), "1\n2\n3\n");
	/* the same name, decided twice */
	assert_int_equal(again("desk", a, 3, "access/l/0.age", "4\n", &e),
	    -1);
	assert_int_equal(e.code, ERR_FAIL);
	buf_release(&text);
	free(a);
	free(b);
}

static void
keeps_until_it_can_send(void **state)
{
	char *a = clone("a"), *b = clone("b");
	const struct control_file f = {"access/k/0.age", "1\n", 2};
	const struct control_file g = {"access/k/0.age", "2\n", 2};
	const struct edit_job job = {&central, "desk", a, "manager", manager,
	    T0 + 1, "kept", &f, 1};
	const struct edit_job later = {&central, "desk", a, "manager",
	    manager, T0 + 2, "kept", &g, 1};
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(100);
	char head[CANON_ID_LEN];
	struct mirror *m;
	bool raced;

	(void)state;
	assert_int_equal(edit_kept(&job, &e), EDIT_KEPT_NONE);
	assert_int_equal(edit_keep(&job, &e), 0);
	assert_int_equal(edit_kept(&job, &e), EDIT_KEPT_WAITS);
	/* the branch did not move, here or there; what is kept is replaced */
	assert_int_equal(edit_keep(&later, &e), 0);
	m = mirror_open(a, &e);
	assert_int_equal(mirror_head(m, "refs/heads/desk", head, &e), 0);
	mirror_close(m);
	assert_int_equal(mirror_fetch(&central, "desk", b, NULL, &e), 0);
	assert_int_equal(edit_send(&later, &raced, &e), 0);
	assert_false(raced);
	assert_int_equal(edit_kept(&later, &e), EDIT_KEPT_SENT);
	assert_int_equal(edit_drop(&later, &e), 0);
	assert_int_equal(edit_kept(&later, &e), EDIT_KEPT_NONE);
	assert_int_equal(mirror_fetch(&central, "desk", b, NULL, &e), 0);
	m = mirror_open(b, &e);
	assert_int_equal(mirror_head(m, "refs/heads/desk", head, &e), 1);
	mirror_close(m);
	assert_int_equal(control_file_load(b, head, "access/k/0.age", &text,
	    &e), 1);
	assert_string_equal(buf_str(&text), "2\n");
	/* another desk is first */
	assert_int_equal(edit_keep(&job, &e), 0);
	assert_int_equal(again("desk", b, 1, "access/l/0.age", "3\n", &e), 0);
	assert_int_equal(edit_send(&job, &raced, &e), -1);
	assert_true(raced);
	assert_int_equal(e.code, ERR_NET);
	assert_int_equal(edit_kept(&job, &e), EDIT_KEPT_WAITS);
	buf_release(&text);
	free(a);
	free(b);
}

int
main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fresh, forget)
	const struct CMUnitTest tests[] = {
		CASE(tells_a_lost_race),
		CASE(stands_on_what_another_made),
		CASE(leaves_what_another_changed),
		CASE(does_not_stand_on_a_forgery),
		CASE(writes_the_desk_too),
		CASE(keeps_until_it_can_send),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
