/* tests/desk/access_test.c - the log of readers: written, sent, read. */
#include "desks.h"

#include "desk/access.h"
#include "desk/access_read.h"
#include "repo/mirror.h"

static const struct access_ask question = {"restore", "ws-01", "chats",
    ACCESS_NO_DAY, ACCESS_NO_DAY, NULL};

static struct access_log
log_of(const struct deskhome *h)
{
	return (struct access_log){h, &control, "manager", manager};
}

/* --- Read it back. */

struct seen {
	size_t n;
	int64_t number[16];
	int64_t utc[16];
	char reason[16][32];
	char problem[512];
};

static int
on_event(void *arg, const struct access_event *v, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	assert_true(s->n < 16);
	assert_string_equal(v->reader, "manager");
	assert_string_equal(v->action, "restore");
	assert_string_equal(v->station, "ws-01");
	s->number[s->n] = v->n;
	s->utc[s->n] = v->utc;
	(void)snprintf(s->reason[s->n++], 32, "%s", v->reason ? v->reason :
	    "-");
	return 0;
}

static int
on_problem(void *arg, const char *where, const char *text, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	(void)snprintf(s->problem, sizeof(s->problem), "%s: %s", where, text);
	return 0;
}

static int
read_it(struct box *b, void *arg, struct err *e)
{
	return access_read(b, arg, e);
}

static void
look(const struct deskhome *h, struct seen *s, struct access_read *r)
{
	struct box b = {.home = h, .opener = opener, .mirrors = true,
	    .no_records = true};
	struct err e = ERR_INIT;

	memset(s, 0, sizeof(*s));
	*r = (struct access_read){.arg = s, .event = on_event,
	    .problem = on_problem};
	assert_int_equal(mirror_fetch(&central, "desk", h->desk, NULL, &e),
	    0);
	if (box_run_here(&b, read_it, r, &e) < 0)
		fail_msg("%s", e.what);
}

/* --- */

static void
writes_the_line_of_the_format(void **state)
{
	const struct access_log l = log_of(&one);
	const struct access_ask ask = {"open", NULL, "a/\"b\"", 0, 86400,
	    "投诉"};
	struct buf line = BUF_INIT(4096);
	struct err e = ERR_INIT;
	uint8_t prev[32] = {0xab};

	(void)state;
	assert_int_equal(access_line(&l, &question, T0, 0, NULL, &line, &e),
	    0);
	assert_string_equal(buf_str(&line), "{\"v\":1,\"n\":0,\"prev\":null,"
	    "\"utc\":1795000000,\"reader\":\"manager\",\"action\":\"restore\","
	    "\"station\":\"ws-01\",\"view\":\"chats\",\"days\":null,"
	    "\"reason\":null}");
	buf_clear(&line);
	assert_int_equal(access_line(&l, &ask, T0, 7, prev, &line, &e), 0);
	assert_string_equal(buf_str(&line), "{\"v\":1,\"n\":7,\"prev\":"
	    "\"ab00000000000000000000000000000000000000000000000000000000000000"
	    "\",\"utc\":1795000000,\"reader\":\"manager\",\"action\":\"open\","
	    "\"station\":null,\"view\":\"a/\\\"b\\\"\","
	    "\"days\":[\"1970-01-01\",\"1970-01-02\"],"
	    "\"reason\":\"投诉\"}");
	buf_release(&line);
}

static void
is_one_event_for_ten_minutes(void **state)
{
	const struct access_log l = log_of(&one);
	struct access_ask why = question;
	struct access_pass pass = {false};
	struct err e = ERR_INIT;
	struct access_read r;
	struct seen s;
	size_t waits;

	(void)state;
	why.reason = "asked";
	assert_false(access_waits(&one));
	assert_int_equal(access_note(&l, &question, T0, &pass, &e), 1);
	assert_true(pass.given);
	assert_true(access_waits(&one));
	pass.given = false;
	assert_int_equal(access_note(&l, &question, T0 + 599, &pass, &e), 0);
	assert_true(pass.given);
	assert_int_equal(access_note(&l, &why, T0 + 599, &pass, &e), 1);
	assert_int_equal(access_note(&l, &question, T0 + 600, &pass, &e), 1);
	/* a clock that went back proves nothing */
	assert_int_equal(access_note(&l, &question, T0 - 5, &pass, &e), 1);
	assert_int_equal(access_send(&l, &waits, &e), 0);
	assert_int_equal(waits, 0);
	assert_false(access_waits(&one));
	assert_int_equal(access_send(&l, &waits, &e), 0);
	look(&two, &s, &r);
	assert_int_equal(r.problems, 0);
	assert_int_equal(r.events, 4);
	assert_int_equal(s.n, 4);
	assert_string_equal(s.reason[1], "asked");
	assert_int_equal(s.utc[2], T0 + 600);
	assert_int_equal(s.number[3], 3);
}

static void
waits_and_is_numbered_anew(void **state)
{
	const struct access_log l = log_of(&one), other = log_of(&two);
	struct access_log keyless = l;
	char *away = str_fmt("%s.away", central.url);
	struct access_pass pass = {false};
	struct err e = ERR_INIT;
	struct access_read r;
	struct seen s;
	size_t waits;

	(void)state;
	assert_int_equal(access_note(&l, &question, T0, &pass, &e), 1);
	assert_int_equal(rename(central.url, away), 0);
	assert_int_equal(access_send(&l, &waits, &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_int_equal(waits, 1);
	err_clear(&e);
	assert_int_equal(access_note(&l, &question, T0 + 700, &pass, &e), 1);
	assert_int_equal(rename(away, central.url), 0);
	/* the same key elsewhere takes number 0 */
	assert_int_equal(access_note(&other, &question, T0 + 50, &pass, &e),
	    1);
	assert_int_equal(access_send(&other, NULL, &e), 0);
	/* without the key it cannot be numbered anew, and stays */
	keyless.key = NULL;
	assert_int_equal(access_send(&keyless, &waits, &e), -1);
	assert_int_equal(waits, 2);
	err_clear(&e);
	assert_int_equal(access_send(&l, &waits, &e), 0);
	look(&two, &s, &r);
	assert_int_equal(r.problems, 0);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.utc[0], T0 + 50);
	assert_int_equal(s.utc[1], T0);
	assert_int_equal(s.utc[2], T0 + 700);
	assert_int_equal(s.number[2], 2);
	free(away);
}

/* What was sent, and the answer to it lost, is not sent twice. */
static void
is_sent_once(void **state)
{
	const struct access_log l = log_of(&one);
	const struct edit_job job = {&central, "desk", one.desk, "manager",
	    manager, T0, "access", NULL, 0};
	struct access_pass pass = {false};
	struct err e = ERR_INIT;
	struct access_read r;
	struct seen s;
	bool raced;

	(void)state;
	assert_int_equal(access_note(&l, &question, T0, &pass, &e), 1);
	assert_int_equal(edit_send(&job, &raced, &e), 0);
	assert_true(access_waits(&one));
	assert_int_equal(access_send(&l, NULL, &e), 0);
	assert_false(access_waits(&one));
	/* a list without a commit is of something that was never shown */
	assert_int_equal(access_note(&l, &question, T0 + 700, &pass, &e), 1);
	assert_int_equal(edit_drop(&job, &e), 0);
	assert_int_equal(access_send(&l, NULL, &e), 0);
	assert_false(access_waits(&one));
	look(&one, &s, &r);
	assert_int_equal(r.problems, 0);
	assert_int_equal(s.n, 1);
}

/* Killed when it was sent, and another desk wrote since: still once. */
static void
is_sent_once_where_others_write(void **state)
{
	const struct access_log l = log_of(&one), other = log_of(&two);
	char *to = str_fmt("%s/desk.git", central.url);
	const char *const push[] = {"git", "--git-dir", one.desk, "push", "-q",
	    to, EDIT_UNSENT "desk:refs/heads/desk", NULL};
	struct buf out = BUF_INIT(4096), said = BUF_INIT(4096);
	struct access_pass pass = {false};
	struct err e = ERR_INIT;
	struct access_read r;
	struct seen s;

	(void)state;
	assert_int_equal(access_note(&l, &question, T0, &pass, &e), 1);
	assert_int_equal(proc_run(push, NULL, NULL, 0, &out, &said, 60000,
	    &e), 0);
	look(&two, &s, &r);
	assert_int_equal(s.n, 1);
	assert_int_equal(access_note(&other, &question, T0 + 50, &pass, &e),
	    1);
	assert_int_equal(access_send(&other, NULL, &e), 0);
	assert_int_equal(access_send(&l, NULL, &e), 0);
	assert_false(access_waits(&one));
	look(&two, &s, &r);
	assert_int_equal(r.problems, 0);
	assert_int_equal(s.n, 2);
	free(to);
	buf_release(&out);
	buf_release(&said);
}

static void
gives_no_pass_without_an_event(void **state)
{
	const struct access_log l = log_of(&one);
	struct access_ask bad = question;
	struct access_pass pass = {true};
	struct box b = {.home = &one, .opener = opener, .mirrors = true,
	    .pass = &pass};
	struct err e = ERR_INIT;
	char reason[ACCESS_REASON_MAX + 2];

	(void)state;
	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	bad.reason = reason;
	assert_int_equal(access_note(&l, &bad, T0, &pass, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_false(pass.given);
	err_clear(&e);
	bad.reason = "two\nlines";
	assert_int_equal(access_note(&l, &bad, T0, &pass, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	err_clear(&e);
	/* and without a pass nothing is started */
	assert_int_equal(box_run(&b, read_it, NULL, &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	assert_non_null(strstr(e.what, "access log"));
	b.pass = NULL;
	err_clear(&e);
	assert_int_equal(box_run(&b, read_it, NULL, &e), -1);
	assert_non_null(strstr(e.what, "access log"));
	/* no place to write to */
	err_clear(&e);
	assert_int_equal(file_remove_tree(one.dir, &e), 0);
	pass.given = true;
	assert_int_equal(access_note(&l, &question, T0, &pass, &e), -1);
	assert_false(pass.given);
}

/* A log of somebody else's key, and events in the wrong place. */
static void
names_what_does_not_fit(void **state)
{
	const struct access_log l = log_of(&one);
	struct access_pass pass = {false};
	struct err e = ERR_INIT;
	struct access_read r;
	struct seen s;
	struct sshkey_pub pub;
	char key[REQUEST_KEY_LEN], path[64];
	struct control_file f = {path, "rubbish\n", 8};
	struct edit_job job = {&central, "desk", one.desk, "manager-2",
	    second, T0 + 5, "x", &f, 1};

	(void)state;
	assert_int_equal(access_note(&l, &question, T0, &pass, &e), 1);
	assert_int_equal(access_send(&l, NULL, &e), 0);
	sshkey_public(manager, &pub);
	request_key(&pub, key);
	(void)snprintf(path, sizeof(path), "access/%s/1.age", key);
	assert_int_equal(edit_commit(&job, &e), 0);
	look(&one, &s, &r);
	assert_int_equal(r.events, 2);
	assert_int_equal(r.problems, 2);	/* another key; no age file */
	assert_int_equal(s.n, 1);
	assert_non_null(strstr(s.problem, "does not open"));
	(void)snprintf(path, sizeof(path), "access/%s/x.age", key);
	assert_int_equal(edit_commit(&job, &e), 0);
	look(&one, &s, &r);
	assert_int_equal(r.problems, 3);
	assert_non_null(strstr(s.problem, "name of no event"));
	f.data = NULL;
	(void)snprintf(path, sizeof(path), "access/%s/0.age", key);
	assert_int_equal(edit_commit(&job, &e), 0);
	look(&one, &s, &r);
	assert_int_equal(r.problems, 5);
	assert_non_null(strstr(s.problem, "/0.age: it was removed or changed"));
	job.key = stranger;
	f = (struct control_file){"notes/x", "y", 1};
	assert_int_equal(edit_commit(&job, &e), 0);
	look(&one, &s, &r);
	assert_int_equal(r.problems, 6);
	assert_non_null(strstr(s.problem, "not signed by"));
}

/*
 * A log with a hole, an end that nobody can read and names that are none: what
 * is read from then on is written down all the same, and the owner sees both.
 */
static void
goes_on_behind_what_somebody_did(void **state)
{
	static const char *const name[] = {"1.age", "2.age", "1000000000.age",
	    "x.age", "999999999.age"};
	const struct access_log l = log_of(&one);
	char key[REQUEST_KEY_LEN], path[5][64];
	char *big = calloc(1, ACCESS_FILE_MAX + 1);
	struct control_file f[5];
	struct edit_job job = {&central, "desk", one.desk, "manager",
	    manager, T0 + 2000, "x", f, 4};
	struct access_pass pass = {false};
	struct err e = ERR_INIT;
	struct access_read r;
	struct sshkey_pub pub;
	struct seen s;
	size_t i;

	(void)state;
	assert_non_null(big);
	for (i = 0; i < 3; i++)
		assert_int_equal(access_note(&l, &question,
		    T0 + (int64_t)i * 700, &pass, &e), 1);
	assert_int_equal(access_send(&l, NULL, &e), 0);
	sshkey_public(manager, &pub);
	request_key(&pub, key);
	for (i = 0; i < 5; i++) {
		(void)snprintf(path[i], sizeof(path[i]), "access/%s/%s", key,
		    name[i]);
		f[i] = (struct control_file){path[i], "x", 1};
	}
	f[0].data = NULL;
	f[1] = (struct control_file){path[1], big, ACCESS_FILE_MAX + 1};
	assert_int_equal(edit_commit(&job, &e), 0);
	for (i = 3; i < 5; i++) {
		pass.given = false;
		assert_int_equal(access_note(&l, &question,
		    T0 + (int64_t)i * 700, &pass, &e), 1);
		assert_true(pass.given);
	}
	assert_int_equal(access_send(&l, NULL, &e), 0);
	look(&one, &s, &r);
	assert_int_equal(s.n, 5);
	assert_int_equal(s.number[3], 3);
	assert_int_equal(s.number[4], 4);
	assert_true(r.problems >= 2);	/* 1.age gone, 2.age another */
	/* only where there is no number left it ends, and says why */
	f[0] = f[4];
	job.n = 1;
	assert_int_equal(edit_commit(&job, &e), 0);
	assert_int_equal(access_note(&l, &question, T0 + 9000, &pass, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_non_null(strstr(e.what, "999999999.age"));
	assert_true(e.hint[0] != '\0');
	assert_false(pass.given);
	free(big);
}

int
main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, make, unmake)
	const struct CMUnitTest tests[] = {
		CASE(writes_the_line_of_the_format),
		CASE(is_one_event_for_ten_minutes),
		CASE(waits_and_is_numbered_anew),
		CASE(is_sent_once),
		CASE(is_sent_once_where_others_write),
		CASE(gives_no_pass_without_an_event),
		CASE(names_what_does_not_fit),
		CASE(goes_on_behind_what_somebody_did),
	};

	return cmocka_run_group_tests(tests, setup, stop);
}
