/* tests/agent/agree_test.c - nothing is read before it was agreed to. */
#include "../control/team.h"
#include "agent/agree.h"
#include "base/path.h"
#include "base/banned.h"

/* A station without anything but its folder. */
static void
open_station(struct station *s)
{
	struct err e = ERR_INIT;
	char *home = clone("home");

	memset(s, 0, sizeof(*s));
	s->lock_fd = -1;
	assert_int_equal(station_paths_init(&s->path, home, &e), 0);
	assert_int_equal(file_mkdirs(s->path.state, 0700, &e), 0);
	free(home);
}

static void
load_control(struct station *s)
{
	struct err e = ERR_INIT;

	if (s->have_control)
		control_release(&s->control);
	assert_int_equal(control_fetch(&central, s->path.control, &e), 0);
	assert_int_equal(control_load(&s->control, s->path.control, NULL, &e),
	    0);
	s->have_control = true;
}

static void
put(const char *a, const char *path, const char *text)
{
	struct err e = ERR_INIT;

	assert_int_equal(edit(a, "manager", manager, T0 + 1, path, text, &e),
	    0);
}

static void
blocks_until_this_version_is_agreed_to(void **state)
{
	struct buf text = BUF_INIT(4096);
	struct err e = ERR_INIT;
	struct station s;
	struct notice n;
	char *a = clone("a");

	(void)state;
	begin(a, owner, "owner");
	open_station(&s);
	load_control(&s);
	assert_int_equal(agree_load(&s, &e), 0);
	assert_false(agree_wanted(&s));
	assert_string_equal(s.blocked, "");
	assert_int_equal(agree_text(&s, "en", &n, &text, &e), 0);

	put(a, "notice.en.md", "we keep\n");
	put(a, "policy.ini", "[team]\norg = x\nnotice = 2\n");
	load_control(&s);
	assert_true(agree_wanted(&s));
	assert_string_equal(s.blocked, "notice 2 is not agreed to");
	assert_int_equal(agree_text(&s, "zh", &n, &text, &e), 1);
	assert_string_equal(buf_str(&text), "we keep\n");
	assert_string_equal(n.language, "en");
	assert_int_equal(setenv("LIUDI_NOW", "1795000100", 1), 0);
	assert_int_equal(agree_save(&s, &n, &e), 0);
	assert_string_equal(s.blocked, "");
	assert_int_equal(s.agreed.agreed, T0 + 100);

	/* and after a restart */
	memset(&s.agreed, 0xff, sizeof(s.agreed));
	assert_int_equal(agree_load(&s, &e), 0);
	assert_int_equal(s.agreed.version, 2);
	assert_memory_equal(s.agreed.sha256, n.sha256, sizeof(n.sha256));
	assert_false(agree_wanted(&s));

	/* a higher one asks again, a lower one does not */
	put(a, "policy.ini", "[team]\norg = x\nnotice = 3\n");
	load_control(&s);
	assert_true(agree_wanted(&s));
	put(a, "policy.ini", "[team]\norg = x\nnotice = 1\n");
	load_control(&s);
	assert_false(agree_wanted(&s));
	station_close(&s);
	buf_release(&text);
	free(a);
}

static void
takes_no_damaged_file_for_a_yes(void **state)
{
	static const char *const bad[] = {
		"", "1\n", "yes\n", "2 00 en 1795000000\n",
		"99999999999999999999 "
		"0000000000000000000000000000000000000000000000000000000000000000"
		" en 1795000000\n"
	};
	struct err e = ERR_INIT;
	struct station s;
	char *file;
	size_t i;

	(void)state;
	open_station(&s);
	file = path_join(s.path.state, "notice");
	assert_non_null(file);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(file_save(file, bad[i], strlen(bad[i]), 0600,
		    &e), 0);
		s.agreed.version = 7;
		assert_int_equal(agree_load(&s, &e), 0);
		assert_int_equal(e.code, ERR_NONE);
		assert_int_equal(s.agreed.version, 0);
		s.control.notice = 1;
		assert_true(agree_wanted(&s));
	}
	/* one that cannot be read is not passed over */
	assert_int_equal(file_remove(file, &e), 0);
	assert_int_equal(file_mkdirs(file, 0700, &e), 0);
	assert_int_equal(agree_load(&s, &e), -1);
	free(file);
	station_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    blocks_until_this_version_is_agreed_to, fresh, forget),
		cmocka_unit_test_setup_teardown(
		    takes_no_damaged_file_for_a_yes, fresh, forget)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
