/* tests/control/control_test.c - what control's history may and may not be. */
#include "../control/team.h"

#define KEY "ssh-ed25519 " \
	"AAAAC3NzaC1lZDI1NTE5AAAAILFVqwLoud2nEMNIoZSerRT4XNkGF1P1r9/B0PkTUYPE"

static void
loads_what_was_decided(void **state)
{
	char *a = clone("a"), *b = clone("b");
	uint8_t sum[32], want[32];
	struct err e = ERR_INIT;
	struct control c;
	char pin[CANON_ID_LEN], text[256];

	(void)state;
	assert_int_equal(control_fetch(&central, b, &e), 0);
	assert_int_equal(control_load(&c, b, NULL, &e), -1);
	assert_int_equal(e.code, ERR_NOENT);
	err_clear(&e);
	begin(a, owner, "owner");
	assert_int_equal(control_load(&c, a, NULL, &e), 0);
	assert_string_equal(c.org, "ACME 外贸");
	assert_int_equal(c.version, 3);
	assert_int_equal(c.nrecipients, 2);
	assert_string_equal(c.recipient[0].name, "manager");
	assert_int_equal(c.roots.n, 3);
	assert_int_equal(c.nlogin, 0);
	assert_int_equal(c.nonly, 0);
	assert_int_equal(c.notice, 0);
	assert_int_equal(c.stations.n, 0);
	assert_int_equal(c.servers.n, 0);
	assert_int_equal(c.commit_utc, T0);
	control_recipients_sha256(&c, "ws-01", sum);
	(void)snprintf(text, sizeof(text), "%s\n%s\n", ages[0], ages[1]);
	hash_sha256(want, text, strlen(text));
	assert_memory_equal(sum, want, 32);
	memcpy(pin, c.commit, sizeof(pin));
	control_release(&c);
	/* never dated before the parent, whatever the clock says */
	assert_int_equal(edit(a, "manager", manager, T0 - 500, "notice.en.md",
	    "text\n", &e), 0);
	/* another desk sees it, from the pin or from the start */
	assert_int_equal(control_fetch(&central, b, &e), 0);
	assert_int_equal(control_load(&c, b, pin, &e), 0);
	assert_int_equal(c.commit_utc, T0);
	assert_string_not_equal(c.commit, pin);
	{
		struct buf file = BUF_INIT(100);

		assert_int_equal(control_file_load(b, c.commit,
		    "notice.en.md", &file, &e), 1);
		assert_string_equal(buf_str(&file), "text\n");
		assert_int_equal(control_file_load(b, c.commit, "none",
		    &file, &e), 0);
		buf_release(&file);
	}
	control_release(&c);
	assert_int_equal(control_load(&c, b, NULL, &e), 0);
	control_release(&c);
	free(a);
	free(b);
}

static void
expect_integrity(const char *where, const char *pin)
{
	struct err e = ERR_INIT;
	struct control c;

	assert_int_equal(control_load(&c, where, pin, &e), -1);
	if (e.code != ERR_INTEGRITY)
		print_error("%s\n", e.what);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_true(e.hint[0] != '\0');
}

static void
refuses_strangers(void **state)
{
	struct err e = ERR_INIT;
	char *a = clone("a");

	(void)state;
	begin(a, owner, "owner");
	assert_int_equal(edit(a, "manager", stranger, T0 + 1, "x", "x\n",
	    &e), 0);
	expect_integrity(a, NULL);
	free(a);
}

static void
refuses_a_wrong_name(void **state)
{
	struct err e = ERR_INIT;
	char *a = clone("a");

	(void)state;
	begin(a, owner, "owner");
	assert_int_equal(edit(a, "owner", manager, T0 + 1, "x", "x\n", &e),
	    0);
	expect_integrity(a, NULL);
	free(a);
}

static void
refuses_a_strange_beginning(void **state)
{
	char *a = clone("a");

	(void)state;
	begin(a, stranger, "owner");
	expect_integrity(a, NULL);
	free(a);
}

static void
new_roots_sign_only_later(void **state)
{
	struct buf roots = BUF_INIT(4096);
	struct err e = ERR_INIT;
	struct control c;
	char *a = clone("a");

	(void)state;
	begin(a, owner, "owner");
	add_root(&roots, "owner", owner);
	add_root(&roots, "manager-3", stranger);
	assert_int_equal(edit(a, "owner", owner, T0 + 1, "roots",
	    buf_str(&roots), &e), 0);
	assert_int_equal(edit(a, "manager-3", stranger, T0 + 2, "x", "x\n",
	    &e), 0);
	assert_int_equal(control_load(&c, a, NULL, &e), 0);
	assert_int_equal(c.roots.n, 2);
	control_release(&c);
	/* and the manager who was left out does not any more */
	assert_int_equal(edit(a, "manager", manager, T0 + 3, "x", "y\n", &e),
	    0);
	expect_integrity(a, NULL);
	buf_release(&roots);
	free(a);
}

static void
refuses_another_history(void **state)
{
	static const char nowhere[] =
	    "0123456789012345678901234567890123456789";
	struct err e = ERR_INIT;
	struct control c;
	char *a = clone("a");

	(void)state;
	begin(a, owner, "owner");
	assert_int_equal(control_load(&c, a, nowhere, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	free(a);
}

static void
refuses_files_that_are_not_right(void **state)
{
	static const struct {
		const char *path, *text;
	} bad[] = {
		{"recipients", "manager age1x\n"},
		{"recipients", "version 0\n"},
		{"recipients", "version 4\n"},
		{"recipients", "version 4\nmanager age1qqqq\n"},
		{"policy.ini", "[team]\n"},
		{"policy.ini", "org = outside\n"},
		{"policy.ini", "[team]\norg = x\nnotice = -1\n"},
		{"policy.ini", "[team]\norg = x\nnotice = two\n"},
		{"policy.ini", "[team]\norg = x\nnotice = "
		    "11111111111111111111111111111111\n"},
		{"policy.ini", "[team]\norg = x\n[station a]\nrevoked = -1\n"},
		{"transport_keys", "station ws-01\n"},
		{"transport_keys", "guest ws-01 " KEY "\n"},
		{"transport_keys", "station WS " KEY "\n"},
		{"transport_keys", "station ws-01 ssh-rsa AAAA\n"},
		{"transport_keys", "station  ws-01 " KEY "\n"},
		{"allowed_signers", "nonsense\n"},
		{"recipients", NULL}
	};
	struct err e = ERR_INIT;
	struct control c;
	char *a = clone("a");
	size_t i, n = sizeof(bad) / sizeof(*bad);

	(void)state;
	begin(a, owner, "owner");
	for (i = 0; i <= n; i++) {
		/* bring back what the last one spoilt, unless it is next */
		struct control_file files[2] = {{"policy.ini", policy,
		    strlen(policy)}};
		size_t k = 1;

		if (i > 0 && bad[i - 1].path[0] != 'p')
			files[0] = (struct control_file){bad[i - 1].path,
			    bad[i - 1].path[0] == 'r' ? readers : "",
			    bad[i - 1].path[0] == 'r' ? strlen(readers) : 0};
		if (i < n && strcmp(bad[i].path, files[0].path) == 0)
			k = 0;
		if (i < n)
			files[k++] = (struct control_file){bad[i].path,
			    bad[i].text,
			    bad[i].text ? strlen(bad[i].text) : 0};
		assert_int_equal(control_edit(&central, a, "owner", owner,
		    T0 + 1, "a change", files, k, &e), 0);
		if (i == n)
			break;
		if (control_load(&c, a, NULL, &e) != -1)
			fail_msg("%s was taken: %s", bad[i].path, bad[i].text);
		assert_int_equal(e.code, ERR_FORMAT);
	}
	assert_int_equal(control_load(&c, a, NULL, &e), 0);
	control_release(&c);
	free(a);
}

/* All three may read, but who is named in `only` lines. */
static void
reads_who_may_read(void **state)
{
	size_t index[CONTROL_MAX_RECIPIENTS];
	struct err e = ERR_INIT;
	uint8_t sum[32], want[32];
	char text[2048];
	struct control c;

	(void)state;
	(void)snprintf(text, sizeof(text), "version 9\nmanager %s\nowner %s\n"
	    "only %s\nonly ws-2 owner only\nonly ws-1 only manager owner\n"
	    "only age1 manager owner\n",
	    ages[0], ages[1], ages[2]);
	assert_int_equal(control_recipients_parse(&c, text, &e), 0);
	assert_int_equal(c.version, 9);
	assert_int_equal(c.nrecipients, 3);
	assert_string_equal(c.recipient[2].name, "only");
	assert_int_equal(c.nonly, 3);
	assert_int_equal(control_readers(&c, "age1", index), 2);
	assert_int_equal(control_readers(&c, "ws-1", index), 3);
	assert_int_equal(control_readers(&c, "ws-3", index), 3);
	assert_int_equal(control_readers(&c, "ws-2", index), 2);
	assert_int_equal(index[0], 1);
	assert_int_equal(index[1], 2);
	control_recipients_sha256(&c, "ws-2", sum);
	(void)snprintf(text, sizeof(text), "%s\n%s\n", ages[1], ages[2]);
	hash_sha256(want, text, strlen(text));
	assert_memory_equal(sum, want, 32);
	control_release(&c);
}

static void
refuses_readers_that_are_not_right(void **state)
{
	static const char *const bad[] = {
		"only ws-1\n", "only ws-1 \n", "only ws-1 manager\n",
		"only ws-1 manager second\n", "only ws-1 owner nobody\n",
		"only WS owner manager\n", "only ws-1 owner  manager\n",
		"only ws-1 owner manager\nonly ws-1 owner second\n",
		"only ws-1 owner\n", "second age1qqqq\n",
		"only ws-1 owner manager\nlate age1qqqq\n", "x\n", "only \n"
	};
	struct err e = ERR_INIT;
	struct control c;
	char text[2048];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		(void)snprintf(text, sizeof(text), "version 9\nmanager %s\n"
		    "owner %s\nsecond %s\n%s", ages[0], ages[1], ages[2],
		    bad[i]);
		err_clear(&e);
		if (control_recipients_parse(&c, text, &e) != -1)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(e.code, ERR_FORMAT);
	}
	/* two at least, an owner among them */
	(void)snprintf(text, sizeof(text), "version 9\nowner %s\n", ages[0]);
	assert_int_equal(control_recipients_parse(&c, text, &e), -1);
	(void)snprintf(text, sizeof(text), "version 9\nmanager %s\nm %s\n",
	    ages[0], ages[1]);
	assert_int_equal(control_recipients_parse(&c, text, &e), -1);
	(void)snprintf(text, sizeof(text), "version 9\nmanager %s\n"
	    "owner-2 %s\n", ages[0], ages[1]);
	assert_int_equal(control_recipients_parse(&c, text, &e), 0);
	control_release(&c);
}

static void
reads_logins_and_notice(void **state)
{
	static const char logins[] = "# who\nstation ws-01 " KEY " at home\n"
	    "manager manager " KEY "\n";
	struct err e = ERR_INIT;
	struct control c;
	char *a = clone("a");

	(void)state;
	begin(a, owner, "owner");
	assert_int_equal(edit(a, "manager", manager, T0 + 1, "transport_keys",
	    logins, &e), 0);
	assert_int_equal(edit(a, "manager", manager, T0 + 1, "policy.ini",
	    "[team]\norg = x\nnotice=12\nrevoked = no\n[more]\nnotice = 3\n"
	    "[station ws-01]\nexpect = 1d\nrevoked = 50\n[station ]\n"
	    "revoked = 60\n[station\nrevoked = x\n", &e), 0);
	assert_int_equal(control_load(&c, a, NULL, &e), 0);
	assert_int_equal(c.nlogin, 2);
	assert_false(c.login[0].manager);
	assert_string_equal(c.login[0].name, "ws-01");
	assert_true(c.login[1].manager);
	assert_memory_equal(&c.login[0].pub, &c.login[1].pub, 32);
	assert_int_equal(c.notice, 12);
	assert_true(control_revoked(&c, "ws-01", 50));
	assert_true(control_revoked(&c, "ws-01", INT64_MIN));
	assert_false(control_revoked(&c, "ws-01", 51));
	assert_false(control_revoked(&c, "ws-0", 50));
	assert_false(control_revoked(&c, "ws-012", 50));
	control_release(&c);
	free(a);
}

static void
knows_owners(void **state)
{
	(void)state;
	assert_true(control_is_owner("owner"));
	assert_true(control_is_owner("owner-2"));
	assert_false(control_is_owner("owner2"));
	assert_false(control_is_owner("manager"));
	assert_false(control_is_owner("own"));
	assert_false(control_is_owner(""));
}

int
main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fresh, forget)
	const struct CMUnitTest tests[] = {
		CASE(loads_what_was_decided),
		CASE(refuses_strangers),
		CASE(refuses_a_wrong_name),
		CASE(refuses_a_strange_beginning),
		CASE(new_roots_sign_only_later),
		CASE(refuses_another_history),
		CASE(refuses_files_that_are_not_right),
		CASE(reads_logins_and_notice),
		cmocka_unit_test(reads_who_may_read),
		cmocka_unit_test(refuses_readers_that_are_not_right),
		cmocka_unit_test(knows_owners),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
