/*
 * tests/agent/join_test.c - from one string to a request, and every way in
 * which it goes wrong; by a folder.  tests/flow/25-join.sh does it over ssh.
 */
#include "../control/team.h"

#include <sys/stat.h>

#include "agent/agree.h"
#include "agent/join.h"
#include "agent/status.h"
#include "base/path.h"
#include "control/request.h"
#include "repo/push.h"
#include "base/banned.h"

#define NOW (T0 + 1000)

static char *desk, *home;
static struct invite good;	/* and control has it */

/* --- the managers --- */

static void
put(const char *path, const char *text)
{
	struct err e = ERR_INIT;

	if (edit(desk, "manager", manager, T0 + 1, path, text, &e) != 0)
		fail_msg("%s", e.what);
}

static void
put_invite(const struct invite_file *f)
{
	struct buf text = BUF_INIT(4096);
	struct err e = ERR_INIT;
	char id[INVITE_ID_LEN], *path;

	invite_id(good.secret, id);
	path = str_fmt("invites/%s", id);
	assert_non_null(path);
	assert_int_equal(invite_file_text(f, &text, &e), 0);
	put(path, buf_str(&text));
	buf_release(&text);
	free(path);
}

static struct invite_file
public_half(void)
{
	struct invite_file f = {.expires = good.expires};
	struct err e = ERR_INIT;
	struct sshkey *login = invite_login(good.secret, &e);

	assert_non_null(login);
	memcpy(f.station, good.station, sizeof(f.station));
	sshkey_public(login, &f.ssh);
	sshkey_free(login);
	return f;
}

static int
before(void **state)
{
	struct buf roots = BUF_INIT(4096);
	struct err e = ERR_INIT;
	struct invite_file f;
	struct control c;

	if (fresh(state) != 0 || setenv("LIUDI_NOW", "1795001000", 1) != 0)
		return -1;
	desk = clone("desk");
	home = clone("home");
	begin(desk, owner, "owner");
	assert_int_equal(control_load(&c, desk, NULL, &e), 0);
	memset(&good, 0, sizeof(good));
	memset(good.secret, count, sizeof(good.secret));
	good.expires = NOW + 3600;
	memcpy(good.head, c.commit, sizeof(good.head));
	(void)snprintf(good.station, sizeof(good.station), "ws-01");
	(void)snprintf(good.central, sizeof(good.central), "%s", central.url);
	assert_int_equal(control_file_load(desk, c.commit, "roots", &roots,
	    &e), 1);
	hash_sha256(good.roots_sha256, roots.data, roots.len);
	buf_release(&roots);
	control_release(&c);
	f = public_half();
	put_invite(&f);
	return 0;
}

static int
after(void **state)
{
	free(desk);
	free(home);
	return forget(state);
}

/* The line of control that lets KEY in until UNTIL (INT64_MAX: for good). */
static void
let_in(const struct sshkey_pub *key, int64_t until)
{
	struct signer v = {.namespaces = "git", .valid_after = T0,
	    .valid_before = until, .pub = *key};
	struct buf line = BUF_INIT(4096);
	struct err e = ERR_INIT;

	memcpy(v.name, good.station, sizeof(v.name));
	assert_int_equal(signers_line(&v, &line, &e), 0);
	put("allowed_signers", buf_str(&line));
	buf_release(&line);
}

/* --- the station --- */

static char *
at(const char *name)
{
	char *path = path_join(home, name);

	assert_non_null(path);
	return path;
}

static bool
there(const char *name)
{
	char *path = at(name);
	bool yes = file_exists(path);

	free(path);
	return yes;
}

/* join_begin with the string of I. */
static int
join(struct join *j, const struct invite *i, struct err *e)
{
	struct buf text = BUF_INIT(INVITE_TEXT_MAX);
	int rc;

	err_clear(e);
	assert_int_equal(invite_text(i, &text, e), 0);
	rc = join_begin(j, home, buf_str(&text), text.len, e);
	buf_release(&text);
	return rc;
}

/* It fails with CODE and a hint, and nothing is there that is believed. */
static void
refused_with(const struct invite *i, enum err_code code, const char *what)
{
	struct err e = ERR_INIT;
	struct join j;

	if (join(&j, i, &e) != -1)
		fail_msg("taken: %s", what);
	join_end(&j);
	if (e.code != code || strstr(e.what, what) == NULL)
		fail_msg("'%s' (%d), not '%s'", e.what, (int)e.code, what);
	assert_string_not_equal(e.hint, "");
	assert_false(there("state/keys/join-ssh"));
	assert_false(there("state/keys/join-ssh.new"));
	assert_false(there("state/keys/known_hosts.new"));
}

static void
nothing_there(void)
{
	assert_false(there("liudi.ini"));
	assert_false(there("state/control.git"));
	assert_false(there("state/control-seen"));
}

static unsigned
mode_of(const char *name)
{
	char *path = at(name);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	free(path);
	return st.st_mode & 0777;
}

/* Once through; the person agrees to what there is. */
static void
ask_once(bool was_there)
{
	struct err e = ERR_INIT;
	bool at_central;
	struct join j;

	if (join(&j, &good, &e) != 0)
		fail_msg("%s", e.what);
	assert_false(j.in);
	if (join_send(&j, &at_central, &e) != 0)
		fail_msg("%s", e.what);
	assert_int_equal(at_central, was_there);
	join_end(&j);
	assert_true(there("state/asked"));
	assert_false(there("state/tmp/join.git"));
}

static void
looks_at_the_string_first(void **state)
{
	struct buf text = BUF_INIT(INVITE_TEXT_MAX);
	struct invite late = good;
	struct err e = ERR_INIT;
	struct join j;
	char *s;

	(void)state;
	late.expires = NOW;
	refused_with(&late, ERR_USAGE, "has expired");
	assert_false(there("state"));
	/* one letter is wrong, at any place */
	assert_int_equal(invite_text(&good, &text, &e), 0);
	s = str_dup(buf_str(&text));
	assert_non_null(s);
	for (size_t i = 0; s[i] != '\0'; i++) {
		char was = s[i];

		s[i] = was == 'q' ? 'p' : 'q';
		err_clear(&e);
		assert_int_equal(join_begin(&j, home, s, strlen(s), &e), -1);
		join_end(&j);
		assert_int_equal(e.code, ERR_USAGE);
		assert_string_not_equal(e.hint, "");
		s[i] = was;
	}
	assert_int_equal(join_begin(&j, home, "", 0, &e), -1);
	join_end(&j);
	assert_false(there("state"));
	free(s);
	buf_release(&text);
}

static void
believes_no_other_central(void **state)
{
	struct invite other = good;

	(void)state;
	other.roots_sha256[31] ^= 1;
	refused_with(&other, ERR_INTEGRITY, "other roots");
	nothing_there();
	other = good;
	other.head[0] = other.head[0] == '0' ? '1' : '0';
	refused_with(&other, ERR_INTEGRITY, "");
	nothing_there();
	/* a folder where nothing is */
	(void)snprintf(other.central, sizeof(other.central), "%s/none", dir);
	refused_with(&other, ERR_NET, "");
	nothing_there();
	/* and after all that the true one is taken */
	ask_once(false);
}

static void
asks_what_control_says_of_it(void **state)
{
	struct invite_file f = public_half();
	struct invite other = good;

	(void)state;
	other.secret[0] ^= 1;
	refused_with(&other, ERR_USAGE, "know no such invitation");
	(void)snprintf(f.station, sizeof(f.station), "ws-02");
	put_invite(&f);
	refused_with(&good, ERR_INTEGRITY, "another station");
	f = public_half();
	f.expires = NOW;
	put_invite(&f);
	refused_with(&good, ERR_USAGE, "has expired");
	f = public_half();
	f.used = NOW - 1;
	sshkey_public(stranger, &f.sign);
	put_invite(&f);
	refused_with(&good, ERR_USAGE, "used already");
	nothing_there();
}

/* Where the request of J must be, and what is in it. */
static void
check_request(const struct join *j)
{
	struct buf out = BUF_INIT(65536), want = BUF_INIT(65536);
	struct request r = {.sign = j->sign, .has_notice = true,
	    .notice_version = 1, .agreed = j->s.agreed.agreed};
	struct err e = ERR_INIT;
	char *ref = request_ref(j->id, &j->sign, &e);
	char *repo = central_repo(&central, "records");
	char *what = str_fmt("%s:request", ref);
	const char *const argv[] = {"git", "--git-dir", repo, "cat-file",
	    "blob", what, NULL};

	assert_non_null(what);
	assert_int_equal(proc_run(argv, NULL, NULL, 0, &out, NULL, 60000, &e),
	    0);
	memcpy(r.invite, j->id, sizeof(r.invite));
	memcpy(r.station, good.station, sizeof(r.station));
	memcpy(r.notice_sha256, j->s.agreed.sha256, 32);
	(void)snprintf(r.os, sizeof(r.os), "Linux");
	(void)snprintf(r.agent, sizeof(r.agent), "liudi %s", LIUDI_VERSION);
	assert_int_equal(request_line(&r, good.secret, &want, &e), 0);
	assert_string_equal(buf_str(&out), buf_str(&want));
	buf_release(&out);
	buf_release(&want);
	free(ref);
	free(repo);
	free(what);
}

static void
asks_after_the_notice(void **state)
{
	struct buf text = BUF_INIT(4096);
	struct err e = ERR_INIT;
	struct notice n;
	bool at_central;
	struct join j;

	(void)state;
	put("notice.en.md", "we keep\n");
	put("policy.ini", "[team]\norg = x\nnotice = 1\n");
	assert_int_equal(join(&j, &good, &e), 0);
	assert_string_equal(j.s.blocked, "notice 1 is not agreed to");
	assert_int_equal(agree_text(&j.s, "en", &n, &text, &e), 1);
	assert_int_equal(agree_save(&j.s, &n, &e), 0);
	assert_string_equal(j.s.blocked, "");
	assert_false(there("state/asked"));
	assert_int_equal(join_send(&j, &at_central, &e), 0);
	assert_false(at_central);
	check_request(&j);
	join_end(&j);
	assert_true(there("state/asked"));
	assert_int_equal(mode_of("liudi.ini"), 0600);
	assert_int_equal(mode_of("state"), 0700);
	assert_int_equal(mode_of("state/keys"), 0700);
	assert_int_equal(mode_of("state/keys/ws-sign"), 0600);
	assert_int_equal(mode_of("state/keys/join-ssh"), 0600);
	/* a folder asks for no login */
	assert_false(there("state/keys/ws-ssh"));
	assert_false(there("state/keys/known_hosts"));
	/* again: nothing changes, nobody is asked */
	assert_int_equal(join(&j, &good, &e), 0);
	assert_string_equal(j.s.blocked, "");
	assert_int_equal(join_send(&j, &at_central, &e), 0);
	assert_true(at_central);
	check_request(&j);
	join_end(&j);
	buf_release(&text);
}

/* What a join leaves that was ended somewhere. */
static void
goes_on_from_anywhere(void **state)
{
	static const char *const lost[] = {
		"liudi.ini", "state/control-seen", "state/control.git",
		"state/asked", "state/keys/join-ssh", "state/keys/ws-gear"
	};
	struct err e = ERR_INIT;
	char *stale, *path;
	struct join j;

	(void)state;
	/* only begun */
	assert_int_equal(join(&j, &good, &e), 0);
	join_end(&j);
	assert_false(there("state/asked"));
	ask_once(false);
	for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
		path = at(lost[i]);
		assert_int_equal(file_remove_tree(path, &e), 0);
		free(path);
		ask_once(true);
		assert_true(there(lost[i]));
	}
	/* what another string's left must not count */
	stale = at("state/keys/known_hosts.new");
	assert_int_equal(file_save(stale, "host key\n", 9, 0600, &e), 0);
	path = at("state/tmp/join.git");
	assert_int_equal(file_mkdirs(path, 0700, &e), 0);
	/* found there, nothing is packed: so the folder of a dead one goes */
	ask_once(true);
	assert_false(there("state/keys/known_hosts"));
	assert_false(there("state/keys/known_hosts.new"));
	free(stale);
	free(path);
}

static void
one_station_in_a_home(void **state)
{
	struct err e = ERR_INIT;
	struct invite other = good;
	struct station s;
	struct join j;

	(void)state;
	ask_once(false);
	(void)snprintf(other.station, sizeof(other.station), "ws-02");
	assert_int_equal(join(&j, &other, &e), -1);
	join_end(&j);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.what, "already names station 'ws-01'"));
	other = good;
	(void)snprintf(other.central, sizeof(other.central), "%s/else", dir);
	assert_int_equal(join(&j, &other, &e), -1);
	join_end(&j);
	assert_int_equal(e.code, ERR_CONFIG);
	/* what the first one made stays */
	assert_true(there("state/asked"));
	assert_true(there("state/keys/join-ssh"));
	assert_true(there("state/control-seen"));
	/* nor while it is at work */
	err_clear(&e);
	assert_int_equal(station_open(&s, home, &e), 0);
	assert_int_equal(station_lock(&s, &e), 0);
	assert_int_equal(join(&j, &good, &e), -1);
	join_end(&j);
	assert_int_equal(e.code, ERR_LOCKED);
	station_close(&s);
}

/* What `liudi status` has to tell. */
static enum status_in
stands(void)
{
	struct err e = ERR_INIT;
	struct station s;
	struct status st;

	assert_int_equal(station_open(&s, home, &e), 0);
	assert_int_equal(status_load(&st, &s, &e), 0);
	assert_int_equal(st.nreceipts, 0);
	station_close(&s);
	return st.in;
}

static void
fetch_control(void)
{
	struct err e = ERR_INIT;
	struct station s;
	bool offline;

	assert_int_equal(station_open(&s, home, &e), 0);
	assert_int_equal(station_control(&s, &offline, &e), 0);
	station_close(&s);
}

static void
is_let_in(void **state)
{
	struct err e = ERR_INIT;
	struct sshkey_pub key;
	struct station s;
	struct join j;
	bool offline;

	(void)state;
	assert_int_equal(join(&j, &good, &e), 0);
	join_end(&j);
	assert_int_equal(stands(), STATUS_NOT_ASKED);
	ask_once(false);
	assert_int_equal(stands(), STATUS_WAITING);
	assert_int_equal(station_open(&s, home, &e), 0);
	assert_int_equal(station_control(&s, &offline, &e), 0);
	assert_true(s.waiting);
	assert_true(s.asked);
	sshkey_public(s.key, &key);
	station_close(&s);
	/* the name with another key is somebody else */
	sshkey_public(stranger, &j.sign);
	let_in(&j.sign, INT64_MAX);
	ask_once(true);
	let_in(&key, INT64_MAX);
	assert_int_equal(station_open(&s, home, &e), 0);
	assert_int_equal(station_control(&s, &offline, &e), 0);
	assert_false(s.waiting);
	station_close(&s);
	assert_false(there("state/keys/join-ssh"));
	assert_false(there("state/asked"));
	assert_int_equal(stands(), STATUS_IN);
	assert_int_equal(join(&j, &good, &e), 0);
	assert_true(j.in);
	join_end(&j);
	assert_false(there("state/keys/join-ssh"));
	/* not any more */
	let_in(&key, NOW);
	refused_with(&good, ERR_USAGE, "have suspended this station");
	assert_true(there("liudi.ini"));
	assert_int_equal(stands(), STATUS_SUSPENDED);
	sshkey_public(stranger, &key);
	let_in(&key, INT64_MAX);
	fetch_control();
	assert_int_equal(stands(), STATUS_OUT);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, before, after)
	const struct CMUnitTest tests[] = {
		T(looks_at_the_string_first),
		T(believes_no_other_central),
		T(asks_what_control_says_of_it),
		T(asks_after_the_notice),
		T(goes_on_from_anywhere),
		T(one_station_in_a_home),
		T(is_let_in)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
