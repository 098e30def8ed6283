/* tests/desk/approve_test.c - who is let in, and who is not. */
#include "asks.h"

#include <inttypes.h>

#include "desk/approve.h"
#include "desk/event.h"
#include "desk/query.h"
#include "desk/sealed.h"
#include "open/identity.h"

#include "base/banned.h"

#define DAYS (7 * 86400)

/* A desk with a team, an invitation for ws-01, and a manager who reads. */
struct desk {
	struct deskhome home;
	struct box box;
	struct identities *ids;
	struct opener *op;
	char *records;		/* the central's */
	char invite[INVITE_ID_LEN];
	/* of the last look */
	struct approve a;
	int events;
	char text[1024];	/* of the last event */
	int worst;
};

static struct desk d;

static void
invite_into_control(const char *station, bool again, int64_t expires)
{
	struct invite i = {.expires = expires};
	struct invites_secret s;
	struct buf open = BUF_INIT(65536), sealed = BUF_INIT(65536);
	char path[INVITES_PATH_LEN], other[INVITES_PATH_LEN];
	struct err e = ERR_INIT;
	struct control c;

	memset(&s, 0, sizeof(s));
	memcpy(i.secret, secret, sizeof(secret));
	memcpy(s.secret, secret, sizeof(secret));
	(void)snprintf(i.station, sizeof(i.station), "%s", station);
	(void)snprintf(s.station, sizeof(s.station), "%s", station);
	(void)snprintf(s.person, sizeof(s.person), "Wang Fang");
	(void)snprintf(s.by, sizeof(s.by), "manager");
	s.again = again;
	invite_id(secret, d.invite);
	invites_path(d.invite, false, path);
	invites_path(d.invite, true, other);
	assert_int_equal(control_load(&c, d.home.control, NULL, &e), 0);
	assert_int_equal(invites_make(&c, &i, &s, &open, &sealed, &e), 0);
	control_release(&c);
	{
		const struct control_file files[] = {
			{path, open.data, open.len},
			{other, sealed.data, sealed.len}
		};

		assert_int_equal(control_edit(&central, d.home.control,
		    "manager", manager, T0 + 1, "invite", files, 2, &e), 0);
	}
	buf_release(&open);
	buf_release(&sealed);
}

static int
begin_desk(void **state)
{
	struct buf text = BUF_INIT(80), file = BUF_INIT(IDENTITY_FILE_MAX);
	struct seal_recipient r;
	struct err e = ERR_INIT;
	char *path;

	if (fresh(state) < 0)
		return -1;
	memset(&d, 0, sizeof(d));
	buf_init(&d.a.roster, APPROVE_TEXT_MAX);
	d.ids = identities_new(&e);
	assert_int_equal(identities_generate(d.ids, &e), 0);
	identities_recipient(d.ids, 0, &r);
	assert_int_equal(bech32_encode(&text, "age", r.pk, sizeof(r.pk), &e),
	    0);
	(void)snprintf(readers, sizeof(readers), "version 1\nmanager %s\n"
	    "owner %s\n", buf_str(&text), ages[1]);
	assert_int_equal(identities_save(d.ids, &file, "lamp", 4, &e), 0);
	d.op = opener_new(file.data, file.len, "lamp", &e);
	assert_non_null(d.op);
	path = str_fmt("%s/home-%d", dir, count);
	assert_int_equal(file_mkdirs(path, 0700, &e), 0);
	assert_int_equal(deskhome_names(&d.home, path, &e), 0);
	free(path);
	assert_int_equal(central_parse(&d.home.central, central.url, NULL,
	    &e), 0);
	d.records = str_fmt("%s/records.git", central.path);
	begin(d.home.control, owner, "owner");
	d.box.home = &d.home;
	d.box.opener = d.op;
	d.box.make = d.box.mirrors = true;
	buf_release(&text);
	buf_release(&file);
	return 0;
}

static int
end_desk(void **state)
{
	approve_release(&d.a);
	opener_free(d.op);
	identities_free(d.ids);
	deskhome_release(&d.home);
	free(d.records);
	return forget(state);
}

static int
on_event(void *arg, const struct query_event *ev, struct err *e)
{
	(void)arg;
	(void)e;
	d.events++;
	if (ev->severity > d.worst)
		d.worst = ev->severity;
	(void)snprintf(d.text, sizeof(d.text), "%s: %s: %s", ev->station,
	    ev->code, ev->text);
	return 0;
}

static int
look(struct box *b, void *arg, struct err *e)
{
	const int64_t *now = arg;
	struct buf out = BUF_INIT(APPROVE_TEXT_MAX);
	int64_t last;
	int rc = -1;

	if (query_event_last(b->catalogue, &last, e) < 0 ||
	    approve_look(b, *now, &out, e) < 0)
		goto out;
	if (query_events_since(b->catalogue, last, on_event, NULL, e) < 0)
		goto out;
	approve_release(&d.a);
	buf_init(&d.a.roster, APPROVE_TEXT_MAX);
	rc = out.len > 0 ? approve_read(&d.a, buf_str(&out), out.len, e) : 0;
out:
	buf_release(&out);
	return rc;
}

/* Fetch and look; how many are good. */
static size_t
looked(int64_t now)
{
	struct err e = ERR_INIT;

	d.events = d.worst = 0;
	d.text[0] = '\0';
	assert_int_equal(mirror_fetch(&central, "records", d.home.records,
	    NULL, &e), 0);
	if (box_run_here(&d.box, look, &now, &e) < 0)
		fail_msg("%s", e.what);
	return d.a.n;
}

/* As looked, and decide.  1, 0, -1. */
static int
decided(int64_t now, struct err *e)
{
	const struct edit_job job = {.central = &central, .repo = "control",
	    .dir = d.home.control, .name = "manager", .key = manager,
	    .utc = now};
	struct control c;
	int rc;

	assert_int_equal(control_load(&c, d.home.control, NULL, e), 0);
	rc = approve_commit(&d.a, &c, d.home.records, &job, e);
	control_release(&c);
	return rc;
}

static void
asks(const struct ask *a)
{
	char head[CANON_ID_LEN];
	char *ref = NULL;

	ask_put(d.records, a, &ref, head);
	free(ref);
}

static void
load(const char *path, struct buf *out)
{
	struct err e = ERR_INIT;
	struct control c;

	assert_int_equal(control_load(&c, d.home.control, NULL, &e), 0);
	assert_int_not_equal(control_file_load(d.home.control, c.commit, path,
	    out, &e), -1);
	control_release(&c);
}

static void
lets_in(void **state)
{
	struct buf text = BUF_INIT(65536), roster = BUF_INIT(65536);
	struct ask a = ask_good(stranger, "ws-01");
	struct err e = ERR_INIT;
	char line[512];

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	assert_int_equal(looked(T0 + 50), 0);
	assert_int_equal(decided(T0 + 50, &e), 0);
	a.r.has_ssh = true;
	sshkey_public(second, &a.r.ssh);
	asks(&a);
	assert_int_equal(looked(T0 + 50), 1);
	assert_int_equal(d.events, 0);
	assert_string_equal(d.a.v[0].station, "ws-01");
	assert_string_equal(d.a.v[0].person, "Wang Fang");
	/* good since it asked, not since it was seen */
	assert_true(d.a.v[0].since == T0 + 10);
	assert_int_equal(decided(T0 + 50, &e), 1);
	load("allowed_signers", &text);
	assert_non_null(strstr(buf_str(&text), "ws-01 namespaces=\"git\","));
	buf_clear(&text);
	load("transport_keys", &text);
	assert_int_equal(strncmp(buf_str(&text), "station ws-01 ssh-", 18), 0);
	buf_clear(&text);
	invites_path(d.invite, false, line);
	load(line, &text);
	(void)snprintf(line, sizeof(line), "used %" PRId64 " ssh-", T0 + 50);
	assert_non_null(strstr(buf_str(&text), line));
	buf_clear(&text);
	load("roster.age", &text);
	assert_int_equal(sealed_text(d.op, text.data, text.len, NULL, NULL,
	    &roster, &e), 0);
	(void)snprintf(line, sizeof(line), "{\"station\":\"ws-01\",\"person\":"
	    "\"Wang Fang\",\"team\":null,\"since\":%" PRId64 "}\n", T0 + 10);
	assert_string_equal(buf_str(&roster), line);
	/* once */
	assert_int_equal(looked(T0 + 60), 0);
	assert_int_equal(d.events, 0);
	assert_int_equal(decided(T0 + 60, &e), 0);
	/* and the invitation goes when it expires */
	assert_int_equal(decided(T0 + DAYS, &e), 1);
	invites_path(d.invite, true, line);
	buf_clear(&text);
	load(line, &text);
	assert_int_equal(text.len, 0);
	buf_release(&text);
	buf_release(&roster);
}

/* One event, of the gravest kind, once; nobody is let in. */
static void
refused(int64_t now, const char *why)
{
	struct err e = ERR_INIT;

	assert_int_equal(looked(now), 0);
	assert_int_equal(d.events, 1);
	assert_int_equal(d.worst, EVENT_INTEGRITY);
	if (!strstr(d.text, why))
		fail_msg("'%s' is not '%s'", d.text, why);
	assert_int_equal(looked(now), 0);
	assert_int_equal(d.events, 0);
	if (now < T0 + DAYS)
		assert_int_equal(decided(now, &e), 0);
}

static void
alarm_of_a_second_use(void **state)
{
	struct ask a = ask_good(stranger, "ws-01");
	struct err e = ERR_INIT;

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	asks(&a);
	assert_int_equal(looked(T0 + 50), 1);
	assert_int_equal(decided(T0 + 50, &e), 1);
	a = ask_good(second, "ws-01");
	asks(&a);
	refused(T0 + 60, "was used before");
}

static void
alarm_of_two_at_once(void **state)
{
	struct err e = ERR_INIT;
	struct sshkey *rival = sshkey_generate(&e);
	struct ask a = ask_good(stranger, "ws-01");
	struct ask b = ask_good(rival, "ws-01");

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	asks(&a);
	asks(&b);
	refused(T0 + 50, "none is let in");
	sshkey_free(rival);
}

static void
alarm_of_a_bad_mac(void **state)
{
	static const uint8_t guess[INVITE_SECRET_LEN] = {1};
	struct ask a = ask_good(stranger, "ws-01");

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	a.secret = guess;
	asks(&a);
	refused(T0 + 50, "bad MAC");
}

static void
alarm_of_one_too_late(void **state)
{
	struct ask a = ask_good(stranger, "ws-01");

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	asks(&a);
	refused(T0 + DAYS, "had expired");
}

static void
add_station(const struct sshkey *key, const char *name)
{
	struct buf line = BUF_INIT(4096);
	struct err e = ERR_INIT;
	struct sshkey_pub pub;

	sshkey_public(key, &pub);
	assert_int_equal(buf_addf(&line, &e,
	    "%s namespaces=\"git\",valid-after=\"20200101000000Z\" ", name), 0);
	assert_int_equal(sshkey_public_text(&pub, &line, &e), 0);
	assert_int_equal(buf_addc(&line, '\n', &e), 0);
	assert_int_equal(edit(d.home.control, "manager", manager, T0 + 2,
	    "allowed_signers", buf_str(&line), &e), 0);
	buf_release(&line);
}

static void
alarm_of_a_name_that_is_taken(void **state)
{
	struct ask a = ask_good(stranger, "ws-01");

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	add_station(second, "ws-01");
	asks(&a);
	refused(T0 + 50, "the name is taken");
}

static void
alarm_of_keys_that_are_taken(void **state)
{
	struct ask a = ask_good(manager, "ws-01");

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	asks(&a);
	refused(T0 + 50, "is that of a manager");
	/* the key that brought the request is nobody's login */
	a = ask_good(stranger, "ws-01");
	a.r.has_ssh = true;
	{
		struct err e = ERR_INIT;
		struct sshkey *login = invite_login(secret, &e);

		sshkey_public(login, &a.r.ssh);
		sshkey_free(login);
	}
	asks(&a);
	refused(T0 + 50, "its login is that of the invitation");
}

static void
new_keys_for_an_old_name(void **state)
{
	struct buf text = BUF_INIT(65536);
	struct ask a = ask_good(stranger, "ws-01");
	struct err e = ERR_INIT;
	struct control c;

	(void)state;
	invite_into_control("ws-01", true, T0 + DAYS);
	add_station(second, "ws-01");
	asks(&a);
	assert_int_equal(looked(T0 + 50), 1);
	assert_true(d.a.v[0].again);
	assert_int_equal(decided(T0 + 50, &e), 1);
	assert_int_equal(control_load(&c, d.home.control, NULL, &e), 0);
	assert_int_equal(c.stations.n, 2);
	/* the old one ends where the decision was made */
	assert_true(c.stations.v[0].valid_before == T0 + 50);
	assert_true(c.stations.v[1].valid_before == INT64_MAX);
	assert_memory_equal(c.stations.v[1].pub.pk, a.r.sign.pk, 32);
	control_release(&c);
	buf_release(&text);
}

/* A date is claimed easily: it is not taken from before the invitation. */
static void
no_key_is_good_long_before(void **state)
{
	struct ask a = ask_good(stranger, "ws-01");

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	a.utc = 86400;
	asks(&a);
	assert_int_equal(looked(T0 + 50), 1);
	assert_true(d.a.v[0].since ==
	    T0 + DAYS - (int64_t)INVITES_DAYS_MAX * 86400);
	a.utc = T0 + 5000;
	asks(&a);
	assert_int_equal(looked(T0 + 50), 1);
}

static void
sealed_for_the_readers_of_today(void **state)
{
	struct buf text = BUF_INIT(65536);
	struct err e = ERR_INIT;
	struct control c;
	bool current = true;
	char path[INVITES_PATH_LEN];

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	(void)snprintf(readers + strlen(readers), 100, "manager-2 %s\n",
	    ages[2]);
	memcpy(strstr(readers, "version 1"), "version 2", 9);
	assert_int_equal(edit(d.home.control, "owner", owner, T0 + 3,
	    "recipients", readers, &e), 0);
	assert_int_equal(looked(T0 + 50), 0);
	assert_int_equal(d.a.nseal, 1);
	assert_int_equal(decided(T0 + 50, &e), 1);
	assert_int_equal(control_load(&c, d.home.control, NULL, &e), 0);
	invites_path(d.invite, true, path);
	load(path, &text);
	{
		struct buf plain = BUF_INIT(65536);

		assert_int_equal(sealed_text(d.op, text.data, text.len, &c,
		    &current, &plain, &e), 0);
		buf_release(&plain);
	}
	assert_true(current);
	control_release(&c);
	assert_int_equal(looked(T0 + 50), 0);
	assert_int_equal(d.a.nseal, 0);
	buf_release(&text);
}

/* The box was fooled: what it says goes no further than control allows. */
static void
what_the_box_says_is_held_against_control(void **state)
{
	char text[1024], key[65];
	struct sshkey_pub pub;
	struct err e = ERR_INIT;
	static const char *const invites[] = {"0123456789abcdef", NULL};
	static const char *const names[] = {"ws-02", "manager", "ws-01"};
	size_t i, j;

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	assert_int_equal(looked(T0 + 50), 0);
	sshkey_public(stranger, &pub);
	str_hex(key, pub.pk, sizeof(pub.pk));
	for (i = 0; i < 2; i++)
		for (j = 0; j < 3 - i; j++) {
			err_clear(&e);
			(void)snprintf(text, sizeof(text),
			    "in %s %s 0 %" PRId64 " %s - \n\n",
			    invites[i] ? invites[i] : d.invite, names[j], T0,
			    key);
			approve_release(&d.a);
			assert_int_equal(approve_read(&d.a, text,
			    strlen(text), &e), 0);
			assert_int_equal(decided(T0 + 50, &e), -1);
			assert_int_equal(e.code, ERR_INTEGRITY);
		}
	/* expired, as this process sees it */
	(void)snprintf(text, sizeof(text), "in %s ws-01 0 %" PRId64
	    " %s - \n\n", d.invite, T0, key);
	approve_release(&d.a);
	assert_int_equal(approve_read(&d.a, text, strlen(text), &e), 0);
	assert_int_equal(decided(T0 + DAYS, &e), -1);
}

/* As the box would answer; 1, 0, -1. */
static int
answered(const char *text, struct err *e)
{
	err_clear(e);
	approve_release(&d.a);
	assert_int_equal(approve_read(&d.a, text, strlen(text), e), 0);
	return decided(T0 + 50, e);
}

static void
no_key_but_one_that_asked(void **state)
{
	char text[2048], key[65], other[65], line[256];
	struct buf signers = BUF_INIT(65536);
	struct ask a = ask_good(stranger, "ws-01");
	struct sshkey_pub pub;
	struct err e = ERR_INIT;
	struct invite_file f;
	struct control c;

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	asks(&a);
	assert_int_equal(looked(T0 + 50), 1);
	sshkey_public(stranger, &pub);
	str_hex(key, pub.pk, sizeof(pub.pk));
	sshkey_public(second, &pub);
	str_hex(other, pub.pk, sizeof(pub.pk));
	/* nobody asked with this key */
	(void)snprintf(text, sizeof(text), "in %s ws-01 0 %" PRId64
	    " %s - \n\n", d.invite, T0 + 10, other);
	assert_int_equal(answered(text, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	/* one invitation lets in one */
	(void)snprintf(text, sizeof(text), "in %s ws-01 0 1 %s - \n"
	    "in %s ws-01 0 1 %s - \n\n", d.invite, key, d.invite, key);
	assert_int_equal(answered(text, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	/* the invitation's own login is nobody's */
	assert_int_equal(control_load(&c, d.home.control, NULL, &e), 0);
	assert_int_equal(invites_load(d.home.control, c.commit, d.invite, &f,
	    &e), 1);
	control_release(&c);
	str_hex(other, f.ssh.pk, sizeof(f.ssh.pk));
	(void)snprintf(text, sizeof(text), "in %s ws-01 0 1 %s %s \n\n",
	    d.invite, key, other);
	assert_int_equal(answered(text, &e), -1);
	/* another secret in the place of the invitation's */
	(void)snprintf(text, sizeof(text), "seal %s {\"v\":1,\"secret\":\""
	    "00000000000000000000000000000000\",\"station\":\"ws-01\"}\n\n",
	    d.invite);
	assert_int_equal(answered(text, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	/* who asked is let in, but not from 1970 on */
	(void)snprintf(text, sizeof(text), "in %s ws-01 0 1 %s - \n\n",
	    d.invite, key);
	assert_int_equal(answered(text, &e), 1);
	load("allowed_signers", &signers);
	(void)snprintf(line, sizeof(line), "ws-01 namespaces=\"git\","
	    "valid-after=\"1970");
	assert_null(strstr(buf_str(&signers), line));
	assert_non_null(strstr(buf_str(&signers), "ws-01 namespaces"));
	buf_release(&signers);
}

#define ID "0123456789abcdef"
#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
refuses_nonsense(void **state)
{
	static const char *const bad[] = {
		"", "in", "\x01", "in \n\n", "let " ID " a 0 1 " HEX " - \n\n",
		"in " ID " a 0 1 " HEX " - ", "in " ID " a 0 1 " HEX " - x\n",
		"in " ID " A 0 1 " HEX " - x\n\n",
		"in " ID " a 2 1 " HEX " - x\n\n",
		"in " ID " a 0 0 " HEX " - x\n\n",
		"in " ID " a 0 1 " HEX "ab - x\n\n",
		"in " ID " a 0 1 " HEX " x x\n\n",
		"in " ID "0 a 0 1 " HEX " - x\n\n",
		"in " ID " a 0 1 " HEX " - \x1b[2J\n\n",
		"in " ID " a 0 1 " HEX "\n\n",
		"seal \n\n", "seal " ID "\n\n", "seal " ID " \n\n",
		"seal 0123456789abcdeg x\n\n", "\n\xff\n",
		"in ../../../../etc a 0 1 " HEX " - x\n\n"
	};
	struct approve a;
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err_clear(&e);
		if (approve_read(&a, bad[i], strlen(bad[i]), &e) == 0)
			fail_msg("taken: '%s'", bad[i]);
		assert_int_equal(e.code, ERR_FORMAT);
	}
	assert_int_equal(approve_read(&a, "\n", 1, &e), 0);
	assert_true(approve_is_empty(&a));
	approve_release(&a);
	assert_int_equal(approve_read(&a, "seal " ID " {}\n\nr\n",
	    strlen("seal " ID " {}\n\nr\n"), &e), 0);
	assert_string_equal(a.seal[0].text, "{}\n");
	assert_string_equal(buf_str(&a.roster), "r\n");
	approve_release(&a);
}

#define WITH_DESK(f) cmocka_unit_test_setup_teardown(f, begin_desk, end_desk)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_nonsense),
		WITH_DESK(lets_in),
		WITH_DESK(alarm_of_a_second_use),
		WITH_DESK(alarm_of_two_at_once),
		WITH_DESK(alarm_of_a_bad_mac),
		WITH_DESK(alarm_of_one_too_late),
		WITH_DESK(alarm_of_a_name_that_is_taken),
		WITH_DESK(alarm_of_keys_that_are_taken),
		WITH_DESK(new_keys_for_an_old_name),
		WITH_DESK(no_key_is_good_long_before),
		WITH_DESK(sealed_for_the_readers_of_today),
		WITH_DESK(what_the_box_says_is_held_against_control),
		WITH_DESK(no_key_but_one_that_asked)
	};

	(void)clone;
	return cmocka_run_group_tests(tests, setup, teardown);
}
