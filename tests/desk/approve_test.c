/* tests/desk/approve_test.c - who is let in, and who is not. */
#include "asks.h"

#include <inttypes.h>

#include "desk/approve.h"
#include "desk/finding.h"
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
	struct invited invited;
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
	invited_release(&d.invited);
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
	struct buf sealed = BUF_INIT(INVITED_TEXT_MAX);
	int64_t last;
	int rc = -1;

	invited_release(&d.invited);
	if (query_event_last(b->catalogue, &last, e) < 0 ||
	    invited_look(b, &b->control, &sealed, e) < 0 ||
	    invited_read(&d.invited, buf_str(&sealed), sealed.len, e) < 0 ||
	    approve_look(b, &d.invited, *now, &out, e) < 0)
		goto out;
	if (query_events_since(b->catalogue, last, on_event, NULL, e) < 0)
		goto out;
	approve_release(&d.a);
	rc = approve_read(&d.a, buf_str(&out), out.len, e);
out:
	buf_release(&sealed);
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
	rc = approve_commit(&d.a, &d.invited, &c, d.home.records, &job, e);
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
	assert_string_equal(d.a.v[0].invite, d.invite);
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
	assert_int_equal(d.worst, FINDING_INTEGRITY);
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
	assert_false(d.invited.v[0].file.current);
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
	assert_true(d.invited.v[0].file.current);
	buf_release(&text);
}

/* As the box would answer; 1, 0, -1. */
static int
answered(const char *text, int64_t now, struct err *e)
{
	err_clear(e);
	approve_release(&d.a);
	assert_int_equal(approve_read(&d.a, text, strlen(text), e), 0);
	return decided(now, e);
}

/* "in INVITE SINCE KEY -", as a box says that was fooled. */
static const char *
claim(const char *invite, int64_t since, const struct sshkey *key)
{
	static char text[512];
	struct sshkey_pub pub;
	char hex[65];

	sshkey_public(key, &pub);
	str_hex(hex, pub.pk, sizeof(pub.pk));
	(void)snprintf(text, sizeof(text), "in %s %" PRId64 " %s -\n", invite,
	    since, hex);
	return text;
}

/* The box was fooled: what it says goes no further than control allows. */
static void
what_the_box_says_is_held_against_control(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	assert_int_equal(looked(T0 + 50), 0);
	/* no such invitation; and nobody asked by this one */
	assert_int_equal(answered(claim("0123456789abcdef", T0, stranger),
	    T0 + 50, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_int_equal(answered(claim(d.invite, T0, stranger), T0 + 50, &e),
	    -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	/* expired, as this process sees it */
	assert_int_equal(answered(claim(d.invite, T0, stranger), T0 + DAYS,
	    &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
}

static void
put_roster(const char *text)
{
	struct buf sealed = BUF_INIT(65536);
	struct err e = ERR_INIT;
	struct control c;

	assert_int_equal(control_load(&c, d.home.control, NULL, &e), 0);
	assert_int_equal(sealed_make(&c, text, strlen(text), &sealed, &e), 0);
	control_release(&c);
	{
		const struct control_file file = {"roster.age", sealed.data,
		    sealed.len};

		assert_int_equal(control_edit(&central, d.home.control,
		    "manager", manager, T0 + 2, "roster", &file, 1, &e), 0);
	}
	buf_release(&sealed);
}

static void
roster_is(const char *want)
{
	struct buf file = BUF_INIT(65536), text = BUF_INIT(65536);
	struct err e = ERR_INIT;

	load("roster.age", &file);
	assert_int_equal(sealed_text(d.op, file.data, file.len, NULL, NULL,
	    &text, &e), 0);
	assert_string_equal(buf_str(&text), want);
	buf_release(&file);
	buf_release(&text);
}

#define LI "{\"station\":\"ws-00\",\"person\":\"Li\",\"team\":null,\"since\":5}\n"
#define ZHAO "{\"station\":\"ws-02\",\"person\":\"Zhao\",\"team\":\"a\"," \
	"\"since\":6}\n"

/* Names come from managers alone: the box has no words for them. */
static void
the_box_names_nobody(void **state)
{
	struct ask a = ask_good(stranger, "ws-01");
	struct err e = ERR_INIT;
	struct approve got;
	char text[1024], line[512];

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	put_roster(LI ZHAO);
	asks(&a);
	assert_int_equal(looked(T0 + 50), 1);
	(void)snprintf(text, sizeof(text), "%s\n%s",
	    claim(d.invite, T0 + 10, stranger),
	    "{\"station\":\"ws-02\",\"person\":\"Li\"}\n");
	assert_int_equal(approve_read(&got, text, strlen(text), &e), -1);
	assert_int_equal(answered(claim(d.invite, T0 + 10, stranger), T0 + 50,
	    &e), 1);
	(void)snprintf(line, sizeof(line), LI "{\"station\":\"ws-01\","
	    "\"person\":\"Wang Fang\",\"team\":null,\"since\":%" PRId64
	    "}\n" ZHAO, T0 + 10);
	roster_is(line);
}

/* New keys for a name that is there are the invitation's to give. */
static void
the_box_lets_nobody_in_anew(void **state)
{
	struct ask a = ask_good(stranger, "ws-01");
	struct err e = ERR_INIT;

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	asks(&a);
	assert_int_equal(looked(T0 + 50), 1);
	add_station(second, "ws-01");
	assert_int_equal(answered(claim(d.invite, T0 + 10, stranger), T0 + 50,
	    &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
}

/* Who says nothing of the stations that are there lets in nobody. */
static void
no_roster_is_made_anew(void **state)
{
	struct ask a = ask_good(stranger, "ws-01");
	struct err e = ERR_INIT;

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	put_roster("{\"station\":\"WS\"}\n");
	asks(&a);
	assert_int_equal(looked(T0 + 50), 0);
	assert_non_null(strstr(d.text, "nobody is let in: roster.age"));
	assert_int_equal(answered(claim(d.invite, T0 + 10, stranger), T0 + 50,
	    &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	roster_is("{\"station\":\"WS\"}\n");
}

/* Another secret in the place of the invitation's. */
static void
a_secret_is_that_of_its_name(void **state)
{
	static const uint8_t other[INVITE_SECRET_LEN] = {1};
	struct invites_secret s;
	struct buf text = BUF_INIT(4096), all = BUF_INIT(4096);
	struct err e = ERR_INIT;
	struct invited i;
	char name[INVITE_ID_LEN];
	int k;

	(void)state;
	memset(&s, 0, sizeof(s));
	memcpy(s.secret, secret, sizeof(secret));
	(void)snprintf(s.station, sizeof(s.station), "ws-01");
	(void)snprintf(s.by, sizeof(s.by), "manager");
	assert_int_equal(invites_secret_text(&s, &text, &e), 0);
	for (k = 0; k < 2; k++) {
		invite_id(k == 0 ? secret : other, name);
		buf_clear(&all);
		assert_int_equal(buf_addf(&all, &e, "%s 1 %zu\n%sroster 1 0\n",
		    name, text.len, buf_str(&text)), 0);
		assert_int_equal(invited_read(&i, buf_str(&all), all.len, &e),
		    0);
		assert_int_equal(invited_find(&i, name)->file.why.code,
		    k == 0 ? ERR_NONE : ERR_INTEGRITY);
		assert_null(invited_find(&i, "0123456789abcdef"));
		invited_release(&i);
	}
	buf_release(&text);
	buf_release(&all);
}

static void
refuses_nonsense_of_managers(void **state)
{
	static const char *const bad[] = {
		"", "roster", "roster 1 0", "roster 2 0\n", "roster 1 1\n",
		"roster 1 99999999999\n", "roster 1 -1\n", "roster  0\n",
		"roster 1 0\n\n", "roster 1 0\nroster 1 0\n", "\n",
		"roster - a\x1b[2J\n", "0123456789abcdef 1 0\n",
		"0123456789abcde - x\nroster 1 0\n",
		"0123456789abcdef - x\n0123456789abcdef - x\nroster 1 0\n"
	};
	struct invited i;
	struct err e = ERR_INIT;
	size_t k;

	(void)state;
	for (k = 0; k < sizeof(bad) / sizeof(*bad); k++) {
		err_clear(&e);
		if (invited_read(&i, bad[k], strlen(bad[k]), &e) == 0)
			fail_msg("taken: '%s'", bad[k]);
		assert_int_equal(e.code, ERR_FORMAT);
	}
}

static void
no_key_but_one_that_asked(void **state)
{
	char text[2048], other[65], line[256];
	struct buf signers = BUF_INIT(65536);
	struct ask a = ask_good(stranger, "ws-01");
	struct err e = ERR_INIT;
	struct invite_file f;
	struct control c;

	(void)state;
	invite_into_control("ws-01", false, T0 + DAYS);
	asks(&a);
	assert_int_equal(looked(T0 + 50), 1);
	/* nobody asked with this key */
	assert_int_equal(answered(claim(d.invite, T0 + 10, second), T0 + 50,
	    &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	/* one invitation lets in one */
	(void)snprintf(line, sizeof(line), "%s", claim(d.invite, 1, stranger));
	(void)snprintf(text, sizeof(text), "%s%s", line, line);
	assert_int_equal(answered(text, T0 + 50, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	/* the invitation's own login is nobody's */
	assert_int_equal(control_load(&c, d.home.control, NULL, &e), 0);
	assert_int_equal(invites_load(d.home.control, c.commit, d.invite, &f,
	    &e), 1);
	control_release(&c);
	str_hex(other, f.ssh.pk, sizeof(f.ssh.pk));
	(void)snprintf(text, sizeof(text), "%.*s%s\n",
	    (int)strlen(line) - 2, line, other);
	assert_int_equal(answered(text, T0 + 50, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	/* who asked is let in, but not from 1970 on */
	assert_int_equal(looked(T0 + 50), 1);
	assert_int_equal(answered(line, T0 + 50, &e), 1);
	load("allowed_signers", &signers);
	assert_null(strstr(buf_str(&signers), "valid-after=\"1970"));
	assert_non_null(strstr(buf_str(&signers), "ws-01 namespaces"));
	buf_release(&signers);
}

#define ID "0123456789abcdef"
#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
refuses_nonsense(void **state)
{
	static const char *const bad[] = {
		"in", "\x01", "\n", "in \n", "let " ID " 1 " HEX " -\n",
		"in " ID " 1 " HEX " -", "in " ID " 1 " HEX " - x\n",
		"in " ID " 1 " HEX " - \n", "in " ID " 0 " HEX " -\n",
		"in " ID " 1 " HEX "ab -\n", "in " ID " 1 " HEX " x\n",
		"in " ID "0 1 " HEX " -\n", "in " ID " 1 " HEX "\n",
		"in " ID " 1 " HEX " -\n\n", "in " ID " 1 " HEX " -\nr\n",
		"seal " ID " {}\n", "\xff\n",
		"in ../../../../etc 1 " HEX " -\n"
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
	assert_int_equal(approve_read(&a, "", 0, &e), 0);
	assert_int_equal(a.n, 0);
	approve_release(&a);
	assert_int_equal(approve_read(&a, "in " ID " 1 " HEX " -\n",
	    strlen("in " ID " 1 " HEX " -\n"), &e), 0);
	assert_int_equal(a.n, 1);
	approve_release(&a);
}

#define WITH_DESK(f) cmocka_unit_test_setup_teardown(f, begin_desk, end_desk)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_nonsense),
		cmocka_unit_test(refuses_nonsense_of_managers),
		cmocka_unit_test(a_secret_is_that_of_its_name),
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
		WITH_DESK(no_key_but_one_that_asked),
		WITH_DESK(the_box_names_nobody),
		WITH_DESK(the_box_lets_nobody_in_anew),
		WITH_DESK(no_roster_is_made_anew)
	};

	(void)clone;
	return cmocka_run_group_tests(tests, setup, teardown);
}
