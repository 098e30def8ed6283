/* tests/agent/register_test.c - accounts of a station, also when it is killed. */
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../control/team.h"
#include "agent/agree.h"
#include "agent/register.h"
#include "base/path.h"
#include "open/age_open.h"
#include "base/banned.h"

#define AGREED "2 0000000000000000000000000000000000000000000000000000000000" \
	"000000 en 1795000000\n"
#define PASS "correct horse"

static struct identities *ids[2];	/* manager, owner */

/* Readers whose files can be opened here. */
static int
setup_readers(void **state)
{
	struct buf b = BUF_INIT(sizeof(readers) - 1);
	struct seal_recipient r;
	struct err e = ERR_INIT;

	if (setup(state) != 0)
		return -1;
	(void)buf_adds(&b, "version 3\n", &e);
	for (size_t i = 0; i < 2; i++) {
		ids[i] = identities_new(&e);
		if (!ids[i] || identities_generate(ids[i], &e) < 0)
			return -1;
		identities_recipient(ids[i], 0, &r);
		(void)buf_adds(&b, i == 0 ? "manager " : "owner ", &e);
		(void)seal_recipient_text(&r, &b, &e);
		(void)buf_addc(&b, '\n', &e);
	}
	memcpy(readers, buf_str(&b), b.len + 1);
	buf_release(&b);
	return e.code == ERR_NONE ? 0 : -1;
}

static int
teardown_readers(void **state)
{
	identities_free(ids[0]);
	identities_free(ids[1]);
	return teardown(state);
}

/* Control names ws-01, whose key is that of `stranger`, if LET_IN. */
static void
team_of(bool let_in)
{
	struct buf line = BUF_INIT(1024);
	struct err e = ERR_INIT;
	struct sshkey_pub pub;
	char *a = clone("a");

	begin(a, owner, "owner");
	sshkey_public(stranger, &pub);
	assert_int_equal(buf_adds(&line, "ws-01 namespaces=\"git\",valid-after="
	    "\"20200101000000Z\" ", &e), 0);
	assert_int_equal(sshkey_public_text(&pub, &line, &e), 0);
	assert_int_equal(buf_addc(&line, '\n', &e), 0);
	if (let_in)
		assert_int_equal(edit(a, "manager", manager, T0 + 1,
		    "allowed_signers", buf_str(&line), &e), 0);
	buf_release(&line);
	free(a);
}

static void
open_station(struct station *s, bool fetch)
{
	struct err e = ERR_INIT;
	struct buf text = BUF_INIT(16384);
	char *home = clone("home");

	memset(s, 0, sizeof(*s));
	s->lock_fd = -1;
	assert_int_equal(station_paths_init(&s->path, home, &e), 0);
	assert_int_equal(file_mkdirs(s->path.state, 0700, &e), 0);
	s->cfg.station = str_dup("ws-01");
	{
		char *file = path_join(s->path.state, "key");

		/* A child has lost `stranger`: keys do not pass a fork. */
		if (!file_exists(file)) {
			assert_int_equal(sshkey_private_text(stranger, "x",
			    &text, &e), 0);
			assert_int_equal(file_save(file, text.data, text.len,
			    0600, &e), 0);
		}
		s->key = sshkey_load(file, &e);
		free(file);
	}
	assert_non_null(s->key);
	if (fetch) {
		struct control c;

		assert_int_equal(control_fetch(&central, s->path.control, &e),
		    0);
		assert_int_equal(control_load(&c, s->path.control, NULL, &e),
		    0);
		assert_int_equal(station_pin_save(s, c.commit, &e), 0);
		control_release(&c);
	}
	buf_release(&text);
	free(home);
}

static struct registrar *
opened(struct station *s)
{
	struct err e = ERR_INIT;
	struct registrar *r = register_open(s, &e);

	if (!r)
		fail_msg("%s", e.what);
	return r;
}

static int
count_file(const char *name, void *arg, struct err *e)
{
	size_t *n = arg;

	(void)e;
	n[0] += str_ends(name, ".age");
	n[1] += str_ends(name, ".new") || str_starts(name, ".tmp");
	return 0;
}

/* Sealed event files; half done ones beside them must be none. */
static size_t
sealed_files(const struct station *s)
{
	struct err e = ERR_INIT;
	char *dir_ = path_join(s->path.state, "accounts");
	char *events = path_join(dir_, "events");
	size_t n[2] = {0, 0};

	if (file_is_dir(events))
		assert_int_equal(file_each(events, count_file, n, &e), 0);
	if (file_is_dir(dir_))
		assert_int_equal(file_each(dir_, count_file, n, &e), 0);
	assert_int_equal(n[1], 0);
	free(dir_);
	free(events);
	return n[0];
}

static int
add_one(struct registrar *r, const char *name, const char *dual,
	struct err *e)
{
	struct event_secret secret = {.password = PASS};
	struct account_event v;

	register_event(r, EVENT_REGISTERED, NULL, &v);
	v.value[EVENT_PLATFORM] = "eb";
	v.value[EVENT_SHOP] = "Main";
	v.value[EVENT_NAME] = name;
	v.value[EVENT_DUAL] = dual;
	return register_add(r, &v, &secret, e);
}

struct looked {
	struct account_event v;
	size_t n;
};

static int
look_event(void *arg, const struct account_event *v, const char *line,
	size_t n, struct err *e)
{
	struct looked *l = arg;

	(void)line;
	(void)n;
	(void)e;
	l->v = *v;
	l->n++;
	return 0;
}

/* The event file that ends with the event LAST, as the manager reads it. */
static void
open_file(const struct station *s, const uint8_t last[static EVENT_ID_LEN],
	struct looked *l, struct buf *sealed, bool *dual)
{
	struct buf raw = BUF_INIT(EVENTFILE_MAX);
	struct buf text = BUF_INIT(EVENTFILE_MAX);
	struct err e = ERR_INIT;
	char hex[EVENT_ID_HEX];
	struct stat st;
	char *file;

	str_hex(hex, last, EVENT_ID_LEN);
	file = str_fmt("%s/accounts/events/%s.age", s->path.state, hex);
	assert_non_null(file);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(file_load(file, &raw, &e), 0);
	assert_int_equal(age_open_buf(ids[0], raw.data, raw.len, &text, &e),
	    0);
	memset(l, 0, sizeof(*l));
	assert_int_equal(eventfile_read(text.data, text.len, look_event, l,
	    sealed, dual, &e), 0);
	free(file);
	buf_release(&raw);
	buf_release(&text);
}

static void
registers(void **state)
{
	struct buf sealed = BUF_INIT(EVENTFILE_MAX);
	struct buf plain = BUF_INIT(EVENTFILE_MAX);
	const struct register_account *a;
	struct event_secret got = {NULL, NULL, NULL};
	struct account_event v;
	struct err e = ERR_INIT;
	struct registrar *r;
	struct looked l;
	struct station s;
	char id[EVENT_ID_HEX];
	bool dual;
	size_t n;

	(void)state;
	assert_int_equal(setenv("LIUDI_NOW", "1795000200", 1), 0);
	team_of(true);
	open_station(&s, true);
	r = opened(&s);
	assert_non_null(strstr(register_policy(r), "[team]"));
	assert_int_equal(add_one(r, "acme-eb-02", NULL, &e), 0);
	assert_int_equal(add_one(r, "acme-eb-01", NULL, &e), 0);
	assert_int_equal(sealed_files(&s), 0);
	assert_int_equal(register_commit(r, &e), 0);
	assert_int_equal(register_commit(r, &e), 0);	/* nothing new */
	assert_int_equal(sealed_files(&s), 1);
	register_close(r);

	r = register_look(&s, &e);
	assert_non_null(r);
	assert_ptr_equal(register_find(r, "ACME-eb-01", &e),
	    register_accounts(r, &n));
	assert_int_equal(n, 2);
	a = register_accounts(r, &n);
	assert_string_equal(a[0].name, "acme-eb-01");
	assert_string_equal(a[0].shop, "Main");
	assert_int_equal(a[0].registered, 1795000200);
	str_hex(id, a[1].id, sizeof(a[1].id));
	id[6] = '\0';
	assert_ptr_equal(register_find(r, id, &e), a + 1);
	assert_null(register_find(r, "acme-eb-03", &e));
	assert_int_equal(e.code, ERR_NOENT);
	assert_string_equal(e.hint, "did you mean 'acme-eb-01'?");
	/* without the lock nothing is written */
	assert_int_equal(add_one(r, "x", NULL, &e), -1);
	register_close(r);

	r = opened(&s);
	a = register_find(r, "acme-eb-02", &e);
	assert_non_null(a);
	register_event(r, EVENT_CLOSED, a, &v);
	assert_int_equal(v.nprev, 1);
	assert_memory_equal(v.prev[0], a->last, EVENT_ID_LEN);
	assert_int_equal(register_add(r, &v, NULL, &e), 0);
	assert_int_equal(register_commit(r, &e), 0);
	a = register_find(r, "acme-eb-02", &e);
	assert_true(a->closed);
	assert_memory_equal(a->last, v.id, EVENT_ID_LEN);
	open_file(&s, v.id, &l, &sealed, &dual);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.v.kind, EVENT_CLOSED);
	assert_int_equal(sealed.len, 0);
	/* an account that two must open: so is what comes after */
	assert_int_equal(add_one(r, "acme-tb-01", "yes", &e), 0);
	assert_int_equal(register_commit(r, &e), 0);
	a = register_find(r, "acme-tb-01", &e);
	assert_true(a->dual);
	register_event(r, EVENT_ROTATED, a, &v);
	got.password = PASS "2";
	assert_int_equal(register_add(r, &v, &got, &e), 0);
	got.password = NULL;
	assert_int_equal(register_commit(r, &e), 0);
	open_file(&s, v.id, &l, &sealed, &dual);
	assert_true(dual);
	assert_int_equal(age_open_buf(ids[0], sealed.data, sealed.len, &plain,
	    &e), -1);
	assert_int_equal(age_open_buf(ids[1], sealed.data, sealed.len, &plain,
	    &e), 0);
	buf_clear(&sealed);
	assert_int_equal(age_open_buf(ids[0], plain.data, plain.len, &sealed,
	    &e), 0);
	assert_int_equal(eventfile_secret(sealed.data, sealed.len, v.id, &got,
	    &e), 1);
	assert_string_equal(got.password, PASS "2");
	event_secret_free(&got);
	assert_int_equal(sealed_files(&s), 4);
	register_close(r);
	station_close(&s);
	buf_release(&sealed);
	buf_release(&plain);
}

/* More than a file holds: several, and all of it or nothing. */
static void
registers_many(void **state)
{
	struct err e = ERR_INIT;
	struct registrar *r;
	struct station s;
	char name[32];
	size_t n;

	(void)state;
	team_of(true);
	open_station(&s, true);
	r = opened(&s);
	for (int i = 0; i < 2500; i++) {
		(void)snprintf(name, sizeof(name), "acme-eb-%d", i);
		assert_int_equal(add_one(r, name, NULL, &e), 0);
	}
	register_close(r);	/* never said to be kept */
	r = opened(&s);
	(void)register_accounts(r, &n);
	assert_int_equal(n, 0);
	assert_int_equal(sealed_files(&s), 0);
	for (int i = 0; i < 2500; i++) {
		(void)snprintf(name, sizeof(name), "acme-eb-%d", i);
		assert_int_equal(add_one(r, name, NULL, &e), 0);
	}
	assert_int_equal(register_commit(r, &e), 0);
	assert_int_equal(sealed_files(&s), 3);
	register_close(r);
	r = register_look(&s, &e);
	(void)register_accounts(r, &n);
	assert_int_equal(n, 2500);
	register_close(r);
	station_close(&s);
}

static void
refuses(struct station *s, const char *says)
{
	struct err e = ERR_INIT;

	assert_null(register_open(s, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	if (!strstr(e.what, says))
		fail_msg("'%s' does not say '%s'", e.what, says);
	assert_true(e.hint[0] != '\0');
}

static void
asks_first_who_may_read(void **state)
{
	struct err e = ERR_INIT;
	struct registrar *r;
	struct station s;
	char *a = clone("a"), *file;
	size_t n;

	(void)state;
	team_of(false);
	open_station(&s, false);
	refuses(&s, "not known yet who may read");
	station_close(&s);
	open_station(&s, true);
	refuses(&s, "has not added this station");
	station_close(&s);
	free(a);
	(void)forget(NULL);
	(void)fresh(NULL);
	team_of(true);
	a = clone("a");
	assert_int_equal(edit(a, "manager", manager, T0 + 2, "policy.ini",
	    "[team]\norg = x\nnotice = 2\n", &e), 0);
	free(a);
	open_station(&s, true);
	refuses(&s, "notice 2 is not agreed to");
	/* A line of `known` that is damaged does not stand in the way. */
	file = path_join(s.path.state, "notice");
	assert_int_equal(file_save(file, AGREED, sizeof(AGREED) - 1, 0600,
	    &e), 0);
	free(file);
	r = opened(&s);
	assert_int_equal(add_one(r, "acme-eb-01", NULL, &e), 0);
	assert_int_equal(register_commit(r, &e), 0);
	/* and only one at a time */
	assert_null(register_open(&s, &e));
	assert_int_equal(e.code, ERR_LOCKED);
	register_close(r);
	file = str_fmt("%s/accounts/known", s.path.state);
	{
		struct buf b = BUF_INIT(65536);

		assert_int_equal(file_load(file, &b, &e), 0);
		assert_null(strstr(buf_str(&b), PASS));
		assert_int_equal(buf_adds(&b, "{\"v\":1,\"account\":\n[]\n"
		    "{\"v\":2}", &e), 0);
		assert_int_equal(file_save(file, b.data, b.len, 0600, &e), 0);
		buf_release(&b);
	}
	err_clear(&e);
	r = opened(&s);
	(void)register_accounts(r, &n);
	assert_int_equal(n, 1);
	assert_int_equal(register_damaged(r), 3);
	register_close(r);
	free(file);
	station_close(&s);
}

/* The account NAME, and at once another password of it. */
static int
add_twice(struct registrar *r, const char *name, const char *dual,
	struct err *e)
{
	struct event_secret secret = {.password = PASS "2"};
	const struct register_account *a;
	struct account_event v;

	if (add_one(r, name, dual, e) != 0)
		return -1;
	a = register_find(r, name, e);
	if (!a)
		return -1;
	register_event(r, EVENT_ROTATED, a, &v);
	return register_add(r, &v, &secret, e);
}

/*
 * Two more accounts, in three files; at the NTH step of base/file the process
 * ends, or fails.
 */
static int
try_to_add(unsigned long nth, bool kill, int number)
{
	struct err e = ERR_INIT;
	struct registrar *r;
	struct station s;
	char name[32];
	pid_t pid;
	int status;

	(void)snprintf(name, sizeof(name), "acme-eb-%03d", number);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		open_station(&s, false);
		file_fault(nth, EIO, kill);
		r = register_open(&s, &e);
		if (!r || add_twice(r, name, NULL, &e) != 0)
			_exit(1);
		name[5] = 'w';
		if (add_twice(r, name, "yes", &e) != 0 ||
		    register_commit(r, &e) != 0)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
is_whole_after_a_crash(void **state)
{
	struct err e = ERR_INIT;
	struct registrar *r;
	struct station s;
	size_t n, before = 0, lost = 0, kept = 0;
	int rc;

	(void)state;
	team_of(true);
	open_station(&s, true);
	for (int kill = 0; kill < 2; kill++) {
		for (int nth = 1;; nth++) {
			assert_true(nth < 100);
			rc = try_to_add((unsigned long)nth, kill != 0,
			    100 * kill + nth);
			/* what a run does */
			assert_int_equal(register_settle(s.path.state, &e), 0);
			r = register_look(&s, &e);
			assert_non_null(r);
			(void)register_accounts(r, &n);
			assert_int_equal(sealed_files(&s), n / 2 * 3);
			assert_true(n == before || n == before + 2);
			if (rc == 0)
				assert_int_equal(n, before + 2);
			else if (n == before)
				lost++;
			else
				kept++;
			before = n;
			register_close(r);
			if (rc == 0)
				break;
			assert_int_equal(rc, kill ? 86 : 1);
		}
	}
	/* Both happened: else nothing was shown. */
	assert_true(lost > 4 && kept > 1);
	station_close(&s);
}

static void
is_a_source_of_its_own(void **state)
{
	static const char text[] = "[station]\nid = ws-01\ncentral = /c\n"
	    "[source zoo]\nkind = files\npath = /z\n";
	static const char own[] = "[station]\nid = ws-01\ncentral = /c\n"
	    "[source accounts]\nkind = files\npath = /z\n";
	struct err e = ERR_INIT;
	struct config c;
	char *state_dir = str_fmt("%s/st[a]te", dir);
	char *events = str_fmt("%s/accounts/events", state_dir);

	(void)state;
	assert_int_equal(config_parse_station(&c, "f", text, sizeof(text) - 1,
	    &e), 0);
	assert_int_equal(register_source(&c, state_dir, &e), 0);
	assert_int_equal(c.nsources, 1);	/* no account yet */
	assert_int_equal(file_mkdirs(events, 0700, &e), 0);
	assert_int_equal(register_source(&c, state_dir, &e), 0);
	assert_int_equal(c.nsources, 2);
	assert_string_equal(c.source[0].name, "accounts");
	assert_int_equal(c.source[0].kind, CONFIG_ACCOUNT);
	assert_string_equal(c.source[0].stream, "main");
	assert_true(c.source[0].databases);
	assert_true(path_match("st\\[a]te", "st[a]te"));
	assert_non_null(strstr(c.source[0].path, "/st\\[a]te/accounts/events"));
	assert_string_equal(c.source[1].name, "zoo");
	config_release(&c);
	assert_int_equal(config_parse_station(&c, "f", own, sizeof(own) - 1,
	    &e), 0);
	assert_int_equal(register_source(&c, state_dir, &e), 0);
	assert_int_equal(c.nsources, 1);
	assert_string_equal(c.source[0].path, "/z");
	config_release(&c);
	free(events);
	free(state_dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(registers, fresh, forget),
		cmocka_unit_test_setup_teardown(registers_many, fresh, forget),
		cmocka_unit_test_setup_teardown(asks_first_who_may_read, fresh,
		    forget),
		cmocka_unit_test_setup_teardown(is_whole_after_a_crash, fresh,
		    forget),
		cmocka_unit_test_setup_teardown(is_a_source_of_its_own, fresh,
		    forget),
	};

	return cmocka_run_group_tests(tests, setup_readers, teardown_readers);
}
