/* tests/control/history_test.c - who may change the protected files. */
#include "../control/team.h"
#include "control/request.h"
#include "sign/sshsig.h"

static char *a;			/* the clone */
static char newer[512];		/* recipients */

static int
start(void **state)
{
	if (fresh(state) < 0)
		return -1;
	a = clone("a");
	begin(a, owner, "owner");
	(void)snprintf(newer, sizeof(newer), "version 4\nmanager %s\n"
	    "owner %s\nmanager-2 %s\n", ages[0], ages[1], ages[2]);
	return 0;
}

static int
stop(void **state)
{
	free(a);
	return forget(state);
}

static void
head_of(char id[static CANON_ID_LEN])
{
	struct err e = ERR_INIT;
	struct control c;

	if (control_load(&c, a, NULL, &e) < 0)
		fail_msg("%s", e.what);
	memcpy(id, c.commit, CANON_ID_LEN);
	control_release(&c);
}

static void
base_of(char base[static CONTROL_BASE_LEN])
{
	struct err e = ERR_INIT;
	struct control c;

	if (control_load(&c, a, NULL, &e) < 0)
		fail_msg("%s", e.what);
	memcpy(base, c.base, CONTROL_BASE_LEN);
	control_release(&c);
}

/* The consent of KEY to FILES on BASE, with its LF. */
static char *
consent(const struct sshkey *key, const char *ns, const char *base,
	const struct control_file *files, size_t n)
{
	struct buf text = BUF_INIT(4096), blob = BUF_INIT(1024);
	struct buf out = BUF_INIT(1024);
	struct err e = ERR_INIT;
	size_t len;

	assert_int_equal(control_consent_text(base, files, n, &text, &e), 0);
	assert_int_equal(sshsig_sign(key, ns, text.data, text.len, &blob, &e),
	    0);
	assert_int_equal(sshsig_armor(blob.data, blob.len, &out, &e), 0);
	assert_int_equal(buf_addc(&out, '\n', &e), 0);
	buf_release(&text);
	buf_release(&blob);
	return (char *)buf_take(&out, &len);
}

static char *
consent_name(int n, const struct sshkey *key)
{
	struct sshkey_pub pub;
	char hex[REQUEST_KEY_LEN];
	char *name;

	sshkey_public(key, &pub);
	request_key(&pub, hex);
	name = str_fmt("approve/%d.%s.sig", n, hex);
	assert_non_null(name);
	return name;
}

static int
commit(const char *name, const struct sshkey *key,
	const struct control_file *files, size_t n)
{
	struct err e = ERR_INIT;
	int rc = control_edit(&central, a, name, key, T0 + 1, "a change",
	    files, n, &e);

	if (rc < 0)
		print_error("%s\n", e.what);
	return rc;
}

/* 0: it is believed; else what it says is wrong. */
static char *
verdict(void)
{
	struct err e = ERR_INIT;
	struct control c;

	if (control_load(&c, a, NULL, &e) == 0) {
		control_release(&c);
		return NULL;
	}
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_true(e.hint[0] != '\0');
	return str_dup(e.what);
}

static void
expect(const char *part)
{
	char *said = verdict();

	if (!part && said)
		fail_msg("refused: %s", said);
	if (part && (!said || !strstr(said, part)))
		fail_msg("wanted '%s', got '%s'", part, said ? said : "");
	free(said);
}

static void
an_owner_decides_alone(void **state)
{
	static const char kept[] = "[stream chat]\nkeep_years = 3\n";
	const struct control_file files[] = {
		{"recipients", newer, strlen(newer)},
		{"retention.ini", kept, strlen(kept)}
	};
	const struct control_file gone = {"retention.ini", NULL, 0};

	(void)state;
	assert_int_equal(commit("owner", owner, files, 2), 0);
	expect(NULL);
	assert_int_equal(commit("owner", owner, &gone, 1), 0);
	expect(NULL);
}

static void
a_manager_does_not(void **state)
{
	static const char *const path[] = {
		"recipients", "retention.ini", "roots"
	};
	struct buf roots = BUF_INIT(4096);
	struct control_file f = {path[(size_t)(count % 3)], newer,
	    strlen(newer)};

	(void)state;
	add_root(&roots, "owner", owner);
	add_root(&roots, "manager", manager);
	if (strcmp(f.path, "roots") == 0) {
		f.data = roots.data;
		f.len = roots.len;
	}
	assert_int_equal(commit("manager", manager, &f, 1), 0);
	expect("no other root key consents");
	buf_release(&roots);
}

static void
everything_else_is_free(void **state)
{
	static const char team[] = "[team]\norg = y\n";
	const struct control_file files[] = {
		{"allowed_signers", "#\n", 2},
		{"policy.ini", team, strlen(team)},
		{"invites/0011223344556677", "x\n", 2},
		{"recipients.old", "x\n", 2},
		{"roots.txt", "x\n", 2}
	};

	(void)state;
	assert_int_equal(commit("manager", manager, files, 5), 0);
	expect(NULL);
}

static void
two_decide_together(void **state)
{
	static const char hold[] = "[hold x]\nrefs = ws/\n";
	struct control_file files[3] = {
		{"recipients", newer, strlen(newer)},
		{"retention.ini", hold, strlen(hold)}
	};
	char head[CANON_ID_LEN], base[CONTROL_BASE_LEN];
	char *name = consent_name(0, second), *text;

	(void)state;
	base_of(base);
	text = consent(second, "liudi-control", base, files, 2);
	files[2] = (struct control_file){name, text, strlen(text)};
	assert_int_equal(commit("manager", manager, files, 3), 0);
	expect(NULL);
	free(name);
	free(text);
	/* the next one is numbered on; a file that goes is a change as well */
	head_of(head);
	files[0] = (struct control_file){"retention.ini", NULL, 0};
	name = consent_name(1, manager);
	base_of(base);
	text = consent(manager, "liudi-control", base, files, 1);
	files[1] = (struct control_file){name, text, strlen(text)};
	assert_int_equal(commit("manager-2", second, files, 2), 0);
	expect(NULL);
	/* also from a pin behind the first of them */
	{
		struct err e = ERR_INIT;
		struct control c;

		assert_int_equal(control_load(&c, a, head, &e), 0);
		control_release(&c);
	}
	free(name);
	free(text);
}

/* What else is written between consent and commit is no matter. */
static void
a_consent_outlives_other_files(void **state)
{
	struct control_file files[2] = {{"recipients", newer, strlen(newer)}};
	const struct control_file witness = {"witness/heads", "", 0};
	char base[CONTROL_BASE_LEN];
	char *name = consent_name(0, second), *text;

	(void)state;
	base_of(base);
	text = consent(second, "liudi-control", base, files, 1);
	assert_int_equal(commit("manager", manager, &witness, 1), 0);
	files[1] = (struct control_file){name, text, strlen(text)};
	assert_int_equal(commit("manager", manager, files, 2), 0);
	expect(NULL);
	free(name);
	free(text);
}

/* One thing wrong with the consent each. */
static void
try_consent(const struct sshkey *key, const char *ns, bool this_parent,
	const char *as, size_t cut, size_t more, const char *why)
{
	static const char other[] = "[hold y]\nrefs = ws/\n";
	struct control_file files[4] = {
		{"recipients", newer, strlen(newer)}
	};
	char base[CONTROL_BASE_LEN] = "00112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff";
	char *text, *extra = consent_name(7, key);
	size_t n = 2;

	if (this_parent)
		base_of(base);
	text = consent(key, ns, base, files, 1);
	files[1] = (struct control_file){as, text, strlen(text) - cut};
	if (more == 1)
		files[n++] = (struct control_file){extra, text, strlen(text)};
	if (more == 2)
		files[n++] = (struct control_file){"retention.ini", other,
		    strlen(other)};
	assert_int_equal(commit("manager", manager, files, n), 0);
	expect(why);
	free(text);
	free(extra);
}

#define WRONG(fn, name_n, key, ns, here, cut, more, why) \
	static void \
	fn(void **state) \
	{ \
		char *as = consent_name(name_n, key); \
	\
		(void)state; \
		try_consent(key, ns, here, as, cut, more, why); \
		free(as); \
	}

#define NS "liudi-control"
WRONG(right_consent, 0, second, NS, true, 0, 0, NULL)
WRONG(consent_of_an_owner, 0, owner, NS, true, 0, 0, NULL)
WRONG(own_consent, 0, manager, NS, true, 0, 0, "consents to itself")
WRONG(stranger_consents, 0, stranger, NS, true, 0, 0, "no root key consents")
WRONG(wrong_number, 1, second, NS, true, 0, 0, "wrong name")
WRONG(wrong_namespace, 0, second, "git", true, 0, 0, "not one to this change")
WRONG(wrong_base, 0, second, NS, false, 0, 0, "not one to this change")
WRONG(wrong_files, 0, second, NS, true, 0, 2, "not one to this change")
WRONG(no_line_end, 0, second, NS, true, 1, 0, "not one to this change")
WRONG(two_consents, 0, second, NS, true, 0, 1, "more than one consent")

static void
wrong_key_in_name(void **state)
{
	char *as = consent_name(0, owner);

	(void)state;
	try_consent(second, NS, true, as, 0, 0, "wrong name");
	free(as);
}

/* Consents are not used twice, changed or taken away. */
static void
approve_only_grows(void **state)
{
	struct err e = ERR_INIT;
	char *name = consent_name(0, second);
	struct control c;
	char pin[CANON_ID_LEN];

	(void)state;
	right_consent(state);
	head_of(pin);
	assert_int_equal(edit(a, "owner", owner, T0 + 2, name, "other\n", &e),
	    0);
	expect("approve");
	assert_int_equal(control_load(&c, a, pin, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	free(name);
}

static void
approve_is_not_removed(void **state)
{
	struct err e = ERR_INIT;
	char *name = consent_name(0, second);

	(void)state;
	right_consent(state);
	assert_int_equal(edit(a, "owner", owner, T0 + 2, name, NULL, &e), 0);
	expect("approve");
	free(name);
}

static void
a_consent_is_used_once(void **state)
{
	struct control_file files[2] = {{"recipients", newer, strlen(newer)}};
	struct control_file back = {"recipients", readers, strlen(readers)};
	char base[CONTROL_BASE_LEN];
	char *name = consent_name(0, second), *next = consent_name(1, second);
	char *text;

	(void)state;
	base_of(base);
	text = consent(second, NS, base, files, 1);
	files[1] = (struct control_file){name, text, strlen(text)};
	assert_int_equal(commit("manager", manager, files, 2), 0);
	assert_int_equal(commit("owner", owner, &back, 1), 0);
	expect(NULL);
	files[1].path = next;
	assert_int_equal(commit("manager", manager, files, 2), 0);
	expect("not one to this change");
	free(name);
	free(next);
	free(text);
}

/*
 * A file that says nothing of its commit would take the name of one that is to
 * come: neither a manager nor an owner puts it there.
 */
static void
a_consent_to_nothing(void **state)
{
	struct control_file files[2] = {{consent_name(1, owner), "x\n", 2},
	    {"recipients", newer, strlen(newer)}};
	char *name;

	(void)state;
	assert_int_equal(commit("manager", manager, files, 1), 0);
	expect("adds a consent to nothing");
	memcpy(&name, &files[0].path, sizeof(name));
	free(name);
}

static void
an_owner_with_no_consent_at_all(void **state)
{
	struct control_file files[2] = {{consent_name(0, manager), "x\n", 2},
	    {"recipients", newer, strlen(newer)}};
	char *name;

	(void)state;
	assert_int_equal(commit("owner", owner, files, 2), 0);
	expect("not one to this change");
	memcpy(&name, &files[0].path, sizeof(name));
	free(name);
}

/* Who is no root any more does not consent. */
static void
former_roots_do_not_consent(void **state)
{
	struct buf roots = BUF_INIT(4096);
	struct control_file f;

	(void)state;
	add_root(&roots, "owner", owner);
	add_root(&roots, "manager", manager);
	f = (struct control_file){"roots", roots.data, roots.len};
	assert_int_equal(commit("owner", owner, &f, 1), 0);
	expect(NULL);
	stranger_consents(state);
	buf_release(&roots);
}

static void
consent_text_is_as_written(void **state)
{
	static const char base[] = "00112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff";
	static const char want[] = "00112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff\n"
	    "recipients "
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"
	    "retention.ini -\n"
	    "roots "
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n";
	const struct control_file files[] = {
		{"roots", "", 0}, {"policy.ini", "x", 1},
		{"retention.ini", NULL, 0}, {"recipients", "abc", 3}
	};
	struct buf text = BUF_INIT(1000);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(control_consent_text(base, files, 4, &text, &e), 0);
	assert_string_equal(buf_str(&text), want);
	assert_int_equal(control_consent_text(base, files + 1, 1, &text,
	    &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	assert_string_equal(buf_str(&text), want);
	buf_release(&text);
}

int
main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, start, stop)
	const struct CMUnitTest tests[] = {
		CASE(an_owner_decides_alone),
		/* a file each, by the count of tests */
		CASE(a_manager_does_not),
		CASE(a_manager_does_not),
		CASE(a_manager_does_not),
		CASE(everything_else_is_free),
		CASE(two_decide_together),
		CASE(a_consent_outlives_other_files),
		CASE(right_consent),
		CASE(consent_of_an_owner),
		CASE(own_consent),
		CASE(stranger_consents),
		CASE(wrong_number),
		CASE(wrong_namespace),
		CASE(wrong_base),
		CASE(wrong_files),
		CASE(no_line_end),
		CASE(two_consents),
		CASE(wrong_key_in_name),
		CASE(approve_only_grows),
		CASE(approve_is_not_removed),
		CASE(a_consent_is_used_once),
		CASE(a_consent_to_nothing),
		CASE(an_owner_with_no_consent_at_all),
		CASE(former_roots_do_not_consent),
		cmocka_unit_test(consent_text_is_as_written),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
