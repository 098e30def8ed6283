/* tests/desk/ledger_test.c - event files: taken, sent, met again, opened. */
#include "../control/team.h"
#include "desk/deskkeys.h"
#include "desk/finding.h"
#include "desk/ledger.h"
#include "desk/query.h"
#include "repo/mirror.h"

#define PASS "a word"
#define N(c) c "00102030405060708090a0b0c0d0e0f"
#define NAME N("0")

static struct opener *opener, *other;	/* the owner's, the manager's */
static struct deskhome one, two;
static struct control control;

static int
home(struct deskhome *h, const char *name)
{
	char *path = str_fmt("%s/%s-%d", dir, name, count);
	char *ini = str_fmt("[desk]\ncentral = %s\n", central.url);
	struct err e = ERR_INIT;
	int rc = -1;

	if (path && ini && deskhome_names(h, path, &e) == 0 &&
	    file_mkdirs(h->index, 0700, &e) == 0 &&
	    file_save(h->ini, ini, strlen(ini), 0600, &e) == 0) {
		deskhome_release(h);
		rc = deskhome_open(h, path, &e);
	}
	if (rc == 0)
		rc = control_fetch(&central, h->control, &e);
	free(path);
	free(ini);
	return rc;
}

static int
make_keys(void)
{
	char *keys = str_fmt("%s/keys", dir);
	struct err e = ERR_INIT;
	struct deskkeys o, m;

	if (!keys || deskkeys_make(keys, "owner", PASS, 4, &o, NULL, &e) < 0 ||
	    deskkeys_make(keys, "manager", PASS, 4, &m, NULL, &e) < 0)
		return -1;
	opener = deskkeys_opener(keys, "owner", PASS, &e);
	other = deskkeys_opener(keys, "manager", PASS, &e);
	(void)snprintf(readers, sizeof(readers),
	    "version 1\nmanager %s\nowner %s\n", m.recipient, o.recipient);
	free(keys);
	return opener && other ? 0 : -1;
}

static int
make(void **state)
{
	struct err e = ERR_INIT;
	char *first;

	if (fresh(state) < 0 || (!opener && make_keys() < 0))
		return -1;
	first = clone("first");
	begin(first, owner, "owner");
	(void)edit(first, "owner", owner, T0, "notes", "x\n", &e);
	free(first);
	if (home(&one, "one") < 0 || home(&two, "two") < 0)
		return -1;
	return control_load(&control, one.control, NULL, &e);
}

static int
unmake(void **state)
{
	control_release(&control);
	deskhome_release(&one);
	deskhome_release(&two);
	return forget(state);
}

static int
stop(void **state)
{
	opener_free(opener);
	opener_free(other);
	return teardown(state);
}

/* --- Events and files. */

/* Event N of account A by DEVICE; NAME of what is registered, or its text. */
static struct account_event
event(uint8_t n, uint8_t a, enum event_kind kind, const char *device,
	const char *name)
{
	struct account_event v = {.kind = kind, .ts = T0 + n,
	    .device = device};

	memset(v.id, n, sizeof(v.id));
	memset(v.account, a, sizeof(v.account));
	if (kind == EVENT_REGISTERED) {
		v.value[EVENT_PLATFORM] = "eb";
		v.value[EVENT_NAME] = name;
	} else if (kind == EVENT_FLAGGED) {
		v.value[EVENT_TEXT] = name;
	} else if (kind == EVENT_UPDATED) {
		v.value[EVENT_LOGIN] = name;
	}
	return v;
}

static void
put(struct buf *text, const struct account_event *v)
{
	struct err e = ERR_INIT;

	if (event_write(v, text, &e) < 0)
		fail_msg("%s", e.what);
	assert_int_equal(buf_addc(text, '\n', &e), 0);
}

static struct catalogue *
catalogue(const struct deskhome *h)
{
	struct err e = ERR_INIT;
	struct catalogue *c = catalogue_open(h->catalogue, true, &e);

	if (!c)
		fail_msg("%s", e.what);
	return c;
}

/* What came of a file: how many events of it count, how much is wrong. */
struct came {
	int64_t events, wrong;
};

static struct came
take_as(struct catalogue *c, const char *name, const char *station,
	const void *text, size_t n)
{
	struct ledger_new f = {.name = name, .station = station,
	    .device = station, .text = text, .n = n};
	struct came came = {0, 0};
	struct err e = ERR_INIT;

	if (ledger_take(c, &f, &came.events, &came.wrong, &e) < 0)
		fail_msg("%s", e.what);
	return came;
}

static struct came
take_events(struct catalogue *c, const char *name, const char *station,
	const struct account_event *v, size_t n)
{
	struct buf text = BUF_INIT(EVENTFILE_MAX);
	struct came came;
	size_t i;

	for (i = 0; i < n; i++)
		put(&text, v + i);
	came = take_as(c, name, station, text.data, text.len);
	buf_release(&text);
	return came;
}

/* "shown login|" of each account of the book, sorted as it sorts them. */
static void
has_book(struct catalogue *c, const char *want)
{
	struct buf text = BUF_INIT(1u << 20);
	const struct book_account *a;
	struct err e = ERR_INIT;
	struct book *b = ledger_book(c, &e);
	size_t n, i;

	if (!b)
		fail_msg("%s", e.what);
	a = book_accounts(b, &n);
	for (i = 0; i < n; i++)
		assert_int_equal(buf_addf(&text, &e, "%s %s|", a[i].shown,
		    a[i].value[EVENT_LOGIN] ? a[i].value[EVENT_LOGIN] : "-"),
		    0);
	assert_string_equal(buf_str(&text), want);
	book_free(b);
	buf_release(&text);
}

struct told {
	size_t n;
	int severity;
	char text[512];			/* of the last */
};

static int
on_told(void *arg, const struct query_event *v, struct err *e)
{
	struct told *t = arg;

	(void)e;
	t->n++;
	t->severity = (int)v->severity;
	(void)snprintf(t->text, sizeof(t->text), "%s", v->text);
	return 0;
}

static void
tells(struct catalogue *c, size_t n, int severity, const char *text)
{
	struct err e = ERR_INIT;
	struct told t = {0};

	assert_int_equal(query_events_since(c, 0, on_told, &t, &e), 0);
	if (t.n != n || (n > 0 && (t.severity != severity ||
	    !strstr(t.text, text))))
		fail_msg("%zu findings, the last: %d %s", t.n, t.severity,
		    t.text);
}

struct file {
	size_t n;
	char station[33];		/* of the last; "": a desk's */
	bool secrets, blob;		/* it has */
};

static int
on_file(void *arg, const struct ledger_file *f, struct err *e)
{
	struct file *k = arg;

	(void)e;
	k->n++;
	(void)snprintf(k->station, sizeof(k->station), "%s", f->station ?
	    f->station : "");
	k->secrets = f->secrets != NULL;
	k->blob = f->blob != NULL;
	return 0;
}

static struct file
files(struct catalogue *c)
{
	struct err e = ERR_INIT;
	struct file f = {0};

	assert_int_equal(ledger_each(c, on_file, &f, &e), 0);
	return f;
}

/* --- Into the catalogue. */

static void
knows_names(void **state)
{
	char name[LEDGER_NAME_LEN] = "";

	(void)state;
	assert_true(ledger_name(NAME ".age", name));
	assert_string_equal(name, NAME);
	assert_false(ledger_name(NAME, name));
	assert_false(ledger_name(NAME ".ag", name));
	assert_false(ledger_name(NAME "0.age", name));
	assert_false(ledger_name("../" NAME ".age", name));
	assert_false(ledger_name("0" NAME ".new", name));
	assert_false(ledger_name("g00102030405060708090a0b0c0d0e0f.age",
	    name));
	assert_false(ledger_name(".age", name));
	assert_false(ledger_name("", name));
}

static void
takes_events_in_any_order(void **state)
{
	struct account_event v[3] = {
		event(1, 9, EVENT_REGISTERED, "ws-01", "acme-eb-01"),
		event(2, 9, EVENT_UPDATED, "ws-01", "first"),
		event(3, 9, EVENT_UPDATED, "ws-01", "second")};
	static const size_t order[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}};
	char name[LEDGER_NAME_LEN] = NAME;
	struct catalogue *c;
	struct err e = ERR_INIT;
	size_t i, k;

	(void)state;
	/* said last, by a clock that is behind */
	v[2].ts = T0 - 100;
	v[2].nprev = 1;
	memset(v[2].prev[0], 2, EVENT_ID_LEN);
	for (i = 0; i < 3; i++) {
		c = catalogue(&one);
		for (k = 0; k < 3; k++) {
			name[0] = (char)('a' + k);
			assert_int_equal(take_events(c, name, "ws-01",
			    v + order[i][k], 1).events, 1);
		}
		has_book(c, "acme-eb-01 second|");
		tells(c, 0, 0, "");
		assert_int_equal(files(c).n, 3);
		assert_string_equal(files(c).station, "ws-01");
		assert_false(files(c).secrets);
		catalogue_close(c);
		assert_int_equal(catalogue_remove(one.catalogue, &e), 0);
	}
}

static void
lets_nobody_speak_for_others(void **state)
{
	const struct account_event own = event(1, 9, EVENT_REGISTERED,
	    "ws-01", "acme-eb-01"), foreign[] = {own, event(2, 8,
	    EVENT_REGISTERED, "ws-02", "acme-eb-02")};
	const struct account_event flagged = event(3, 9, EVENT_FLAGGED,
	    "ws-01", "look here");
	struct catalogue *c = catalogue(&one);
	struct came came;

	(void)state;
	/* one that is another's spoils the file */
	came = take_events(c, N("a"), "ws-01", foreign, 2);
	assert_int_equal(came.events, 0);
	assert_int_equal(came.wrong, 1);
	tells(c, 1, FINDING_INTEGRITY, "it says that 'ws-02' made it");
	has_book(c, "");
	came = take_events(c, N("b"), "ws-01", &flagged, 1);
	assert_int_equal(came.events, 0);
	tells(c, 2, FINDING_INTEGRITY, "'flagged' is for managers to say");
	/* a desk may say both */
	assert_int_equal(take_events(c, N("c"), NULL, foreign, 2).events,
	    2);
	assert_int_equal(take_events(c, N("d"), NULL, &flagged, 1).events,
	    1);
	tells(c, 2, FINDING_INTEGRITY, "");
	has_book(c, "acme-eb-01 -|acme-eb-02 -|");
	catalogue_close(c);
}

static void
keeps_what_makes_no_sense_without_events(void **state)
{
	static const char *const bad[] = {"", "\n", "{}\n", "{\"v\":1}",
		"no json\n", "{\"v\":2,\"type\":\"registered\"}\n",
		"\xff\xfe\n", "{\"v\":1,\"type\":\"secrets\",\"sealed\":\"\"}\n"};
	const struct account_event good = event(1, 9, EVENT_REGISTERED,
	    "ws-01", "acme-eb-01");
	struct buf text = BUF_INIT(EVENTFILE_MAX);
	char name[LEDGER_NAME_LEN] = NAME;
	struct catalogue *c = catalogue(&one);
	struct err e = ERR_INIT;
	struct came came;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		name[0] = (char)('a' + i);
		came = take_as(c, name, "ws-01", bad[i], strlen(bad[i]));
		assert_int_equal(came.events, 0);
		assert_int_equal(came.wrong, 1);
		tells(c, i + 1, FINDING_WARN, "cannot be read: ");
	}
	/* cut at any byte but its last: nothing of it counts */
	put(&text, &good);
	for (n = 1; n + 1 < text.len; n += 7) {
		(void)snprintf(name, sizeof(name), "%032zx", n);
		came = take_as(c, name, "ws-01", text.data, n);
		assert_int_equal(came.events, 0);
		assert_int_equal(came.wrong, 1);
	}
	/* an event with secrets that the file does not have */
	buf_clear(&text);
	{
		struct account_event lone = good;

		lone.has_password = true;
		put(&text, &lone);
	}
	(void)snprintf(name, sizeof(name), "%032x", 0xffffu);
	assert_int_equal(take_as(c, name, "ws-01", text.data,
	    text.len).events, 0);
	has_book(c, "");
	assert_int_equal(files(c).n, sizeof(bad) / sizeof(bad[0]) + n / 7 + 1);
	buf_release(&text);
	err_clear(&e);
	catalogue_close(c);
}

static void
believes_the_first_words_of_an_event(void **state)
{
	const struct account_event first[] = {
		event(1, 9, EVENT_REGISTERED, "ws-01", "acme-eb-01"),
		event(2, 9, EVENT_UPDATED, "ws-01", "li")};
	const struct account_event again[] = {first[0],
		event(2, 9, EVENT_UPDATED, "ws-01", "thief"),
		event(3, 8, EVENT_REGISTERED, "ws-01", "acme-eb-02")};
	struct catalogue *c = catalogue(&one);
	struct came came;

	(void)state;
	assert_int_equal(take_events(c, N("a"), "ws-01", first, 2).events,
	    2);
	/* the same once more is nothing; the same id with other words is told */
	came = take_events(c, N("b"), "ws-01", first, 2);
	assert_int_equal(came.events, 0);
	assert_int_equal(came.wrong, 0);
	came = take_events(c, N("c"), "ws-01", again, 3);
	assert_int_equal(came.events, 1);
	assert_int_equal(came.wrong, 1);
	tells(c, 1, FINDING_INTEGRITY, "account event 0202020202020202020202"
	    "0202020202 stands in another file with another text; the first "
	    "counts");
	has_book(c, "acme-eb-01 li|acme-eb-02 -|");
	catalogue_close(c);
}

static void
takes_ten_thousand(void **state)
{
	struct buf text = BUF_INIT(EVENTFILE_MAX);
	char name[LEDGER_NAME_LEN], shown[32];
	struct catalogue *c = catalogue(&one);
	struct err e = ERR_INIT;
	struct account_event v;
	struct book *b;
	unsigned i;
	size_t n;

	(void)state;
	for (i = 0; i < 10000; i++) {
		(void)snprintf(shown, sizeof(shown), "acme-eb-%u", i);
		v = event(0, 0, EVENT_REGISTERED, "ws-01", shown);
		memcpy(v.id, &i, sizeof(i));
		v.id[15] = v.account[15] = 1;
		memcpy(v.account, &i, sizeof(i));
		put(&text, &v);
		if (i % EVENTFILE_EVENTS == EVENTFILE_EVENTS - 1) {
			(void)snprintf(name, sizeof(name), "%032x", i);
			assert_int_equal(take_as(c, name, "ws-01", text.data,
			    text.len).events, EVENTFILE_EVENTS);
			buf_clear(&text);
		}
	}
	b = ledger_book(c, &e);
	assert_non_null(b);
	(void)book_accounts(b, &n);
	assert_int_equal(n, 10000);
	assert_non_null(book_find(b, "acme-eb-9999", &e));
	/* one more than a file may have */
	for (i = 0; i <= EVENTFILE_EVENTS; i++) {
		v = event(0, 0, EVENT_REGISTERED, "ws-01", "x");
		memcpy(v.id, &i, sizeof(i));
		v.id[15] = v.account[15] = 2;
		put(&text, &v);
	}
	assert_int_equal(take_as(c, NAME, "ws-01", text.data,
	    text.len).events, 0);
	tells(c, 1, FINDING_WARN, "cannot be read");
	book_free(b);
	buf_release(&text);
	catalogue_close(c);
}

/* --- Written here, sent, had elsewhere. */

static struct ledger_desk
desk_of(const struct deskhome *h)
{
	return (struct ledger_desk){h, &control, "manager", manager};
}

/* A file of one event, with PASSWORD (may be NULL). */
static int
say(const struct deskhome *h, struct account_event v, const char *password,
	bool send, struct err *e)
{
	const struct ledger_desk d = desk_of(h);
	const struct event_secret s = {.password = password};
	struct eventfile f;
	int rc;

	assert_int_equal(eventfile_init(&f, e), 0);
	if (eventfile_add(&f, &v, password ? &s : NULL, e) != 0)
		fail_msg("%s", e->what);
	rc = send ? ledger_write(&d, &f, e) : ledger_keep(&d, &f, e);
	eventfile_release(&f);
	return rc;
}

struct index {
	struct ledger_report r;
};

static int
index_it(struct box *b, void *arg, struct err *e)
{
	struct index *x = arg;

	return ledger_index(b, &x->r, e);
}

/* A sync of H as far as accounts go; FETCH: desk.git first. */
static struct ledger_report
index_of(const struct deskhome *h, bool fetch)
{
	struct box b = {.home = h, .opener = opener, .make = true,
	    .mirrors = true, .no_records = true};
	struct err e = ERR_INIT;
	struct index x;

	if (fetch && mirror_fetch(&central, "desk", h->desk, NULL, &e) < 0)
		fail_msg("%s", e.what);
	if (box_run_here(&b, index_it, &x, &e) < 0)
		fail_msg("%s", e.what);
	return x.r;
}

static int
count_name(const char *name, void *arg, struct err *e)
{
	size_t *n = arg;

	(void)name;
	(void)e;
	++*n;
	return 0;
}

static size_t
unsent(const struct deskhome *h)
{
	struct err e = ERR_INIT;
	size_t n = 0;

	if (file_is_dir(h->unsent))
		assert_int_equal(file_each(h->unsent, count_name, &n, &e), 0);
	return n;
}

static void
says_what_another_desk_reads(void **state)
{
	struct ledger_report r;
	struct catalogue *c;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(say(&one, event(1, 9, EVENT_REGISTERED, "manager",
	    "acme-eb-01"), NULL, true, &e), 0);
	assert_int_equal(unsent(&one), 0);
	r = index_of(&two, true);
	assert_int_equal(r.files, 1);
	assert_int_equal(r.events, 1);
	assert_int_equal(r.wrong + r.later + r.copies, 0);
	c = catalogue(&two);
	has_book(c, "acme-eb-01 -|");
	assert_true(files(c).blob);
	assert_string_equal(files(c).station, "");
	catalogue_close(c);
	/* nothing is new the second time; what the writer had is not taken twice */
	r = index_of(&two, true);
	assert_int_equal(r.files + r.events + r.wrong, 0);
	r = index_of(&one, true);
	assert_int_equal(r.files, 1);
	r = index_of(&one, true);
	assert_int_equal(r.files + r.events + r.wrong, 0);
}

static void
keeps_what_cannot_be_sent(void **state)
{
	const struct ledger_desk d = desk_of(&one);
	char *away = str_fmt("%s.away", central.url);
	struct ledger_sent sent;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(rename(central.url, away), 0);
	assert_int_equal(say(&one, event(1, 9, EVENT_REGISTERED, "manager",
	    "acme-eb-01"), NULL, true, &e), 1);
	assert_int_equal(e.code, ERR_NET);
	err_clear(&e);
	/* kept is kept, and said to nobody */
	assert_int_equal(say(&one, event(2, 9, EVENT_UPDATED, "manager",
	    "li"), NULL, false, &e), 0);
	assert_int_equal(unsent(&one), 2);
	assert_int_equal(ledger_send(&d, &sent, &e), -1);
	assert_int_equal(sent.waits, 2);
	err_clear(&e);
	/* it counts here at once */
	assert_int_equal(index_of(&one, false).events, 2);
	assert_int_equal(rename(away, central.url), 0);
	assert_int_equal(ledger_send(&d, &sent, &e), 0);
	assert_int_equal(sent.sent, 2);
	assert_int_equal(sent.clashes, 0);
	assert_int_equal(unsent(&one), 0);
	assert_int_equal(ledger_send(&d, &sent, &e), 0);
	assert_int_equal(sent.sent, 0);
	assert_int_equal(index_of(&two, true).events, 2);
	free(away);
}

/* More files than a commit takes. */
static void
sends_many_at_once(void **state)
{
	const struct ledger_desk d = desk_of(&one);
	struct ledger_sent sent;
	struct err e = ERR_INIT;
	uint8_t i;

	(void)state;
	for (i = 1; i <= 40; i++)
		assert_int_equal(say(&one, event(i, i, EVENT_REGISTERED,
		    "manager", "x"), NULL, false, &e), 0);
	assert_int_equal(unsent(&one), 40);
	assert_int_equal(ledger_send(&d, &sent, &e), 0);
	assert_int_equal(sent.sent, 40);
	assert_int_equal(index_of(&two, true).files, 40);
}

/* Each file of FROM under its name in TO, with other bytes. */
struct forging {
	const struct deskhome *to;
	const char *bytes;
};

static int
forge(const char *name, void *arg, struct err *e)
{
	const struct forging *f = arg;
	char *path = str_fmt("%s/%s", f->to->unsent, name);
	int rc;

	assert_non_null(path);
	assert_int_equal(file_mkdirs(f->to->unsent, 0700, e), 0);
	rc = file_save(path, f->bytes, strlen(f->bytes), 0600, e);
	free(path);
	return rc;
}

static void
the_first_bytes_of_a_name_stay(void **state)
{
	const struct forging f = {&two, "other bytes"};
	const struct ledger_desk d1 = desk_of(&one), d2 = desk_of(&two);
	struct ledger_report r;
	struct ledger_sent sent;
	struct catalogue *c;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(say(&one, event(1, 9, EVENT_REGISTERED, "manager",
	    "acme-eb-01"), NULL, false, &e), 0);
	assert_int_equal(file_each(one.unsent, forge, (void *)(uintptr_t)&f,
	    &e), 0);
	/* no age file: told, kept here, and not again */
	r = index_of(&two, false);
	assert_int_equal(r.events, 0);
	assert_true(r.wrong + r.later > 0);
	assert_int_equal(ledger_send(&d1, &sent, &e), 0);
	assert_int_equal(sent.sent, 1);
	/* what desk.git has is left there */
	assert_int_equal(mirror_fetch(&central, "desk", two.desk, NULL, &e),
	    0);
	assert_int_equal(ledger_send(&d2, &sent, &e), 0);
	assert_int_equal(sent.sent, 0);
	assert_int_equal(sent.clashes, 1);
	assert_int_equal(strlen(sent.clash), LEDGER_NAME_LEN - 1);
	assert_int_equal(unsent(&two), 1);
	r = index_of(&two, true);
	assert_int_equal(r.wrong, 1);
	c = catalogue(&two);
	tells(c, 2, FINDING_INTEGRITY, "desk.git has other bytes as event "
	    "file");
	has_book(c, "");
	catalogue_close(c);
}

/* A commit to desk.git as NAME, by KEY. */
static void
to_desk_git(const char *name, const struct sshkey *key, const char *path,
	const char *text)
{
	const struct control_file f = {path, text, text ? strlen(text) : 0};
	const struct edit_job job = {&central, "desk", two.desk, name, key,
	    T0, "accounts", &f, 1};
	struct err e = ERR_INIT;

	if (edit_commit(&job, &e) < 0)
		fail_msg("%s", e.what);
}

static void
desk_git_is_what_roots_added(void **state)
{
	struct ledger_report r;
	struct catalogue *c;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(say(&one, event(1, 9, EVENT_REGISTERED, "manager",
	    "acme-eb-01"), NULL, true, &e), 0);
	assert_int_equal(mirror_fetch(&central, "desk", two.desk, NULL, &e),
	    0);
	to_desk_git("manager", stranger, LEDGER_FOLDER "/" N("a") ".age", "x");
	to_desk_git("nobody", stranger, LEDGER_FOLDER "/" NAME ".age", "x");
	r = index_of(&two, false);
	assert_int_equal(r.files, 1);
	assert_int_equal(r.wrong, 2);
	c = catalogue(&two);
	tells(c, 2, FINDING_INTEGRITY, "is not signed by a manager or owner "
	    "of this team");
	/* a root's that is no age file, or no event file's name */
	to_desk_git("manager", manager, LEDGER_FOLDER "/README", "x");
	to_desk_git("manager", manager, LEDGER_FOLDER "/1" NAME ".age", "x");
	catalogue_close(c);
	r = index_of(&two, false);
	assert_int_equal(r.files + r.wrong, 0);
	to_desk_git("manager", manager, LEDGER_FOLDER "/" N("1")
	    ".age", "no age file");
	r = index_of(&two, false);
	assert_int_equal(r.events, 0);
	assert_int_equal(r.wrong, 1);
	c = catalogue(&two);
	tells(c, 3, FINDING_WARN, "cannot be read");
	has_book(c, "acme-eb-01 -|");
	catalogue_close(c);
}

/* --- Secrets. */

#define UNTIL (T0 + 3600)

struct ask {
	struct ledger_seer who;
	uint8_t event[EVENT_ID_LEN];
	struct event_secret s;
	struct buf inner;
	struct err why;
	int rc;
};

static int
ask_secret(struct box *b, void *arg, struct err *e)
{
	struct ask *a = arg;

	(void)e;
	a->rc = ledger_secret(b, &a->who, a->event, &a->s, &a->why);
	return 0;
}

static int
ask_inner(struct box *b, void *arg, struct err *e)
{
	struct ask *a = arg;

	(void)e;
	a->rc = ledger_inner(b, a->event, &a->inner, &a->why);
	return 0;
}

static void
ask_at(struct ask *a, struct ledger_seer who, uint8_t n, struct opener *op,
	int (*fn)(struct box *b, void *arg, struct err *e))
{
	struct box b = {.home = &one, .opener = op, .make = true,
	    .mirrors = true, .no_records = true};
	struct err e = ERR_INIT;

	*a = (struct ask){.who = who, .inner = BUF_INIT(EVENTFILE_MAX),
	    .why = ERR_INIT};
	memset(a->event, n, sizeof(a->event));
	if (box_run_here(&b, fn, a, &e) < 0)
		fail_msg("%s", e.what);
}

static void
ask(struct ask *a, uint8_t n, struct opener *op,
	int (*fn)(struct box *b, void *arg, struct err *e))
{
	ask_at(a, (struct ledger_seer){"Wang", UNTIL - 1}, n, op, fn);
}

static void
opens_one_secret(void **state)
{
	struct err e = ERR_INIT;
	struct ask a;

	(void)state;
	assert_int_equal(say(&one, event(1, 9, EVENT_REGISTERED, "manager",
	    "acme-eb-01"), "hunter2", true, &e), 0);
	assert_int_equal(say(&one, event(2, 9, EVENT_UPDATED, "manager",
	    "li"), NULL, true, &e), 0);
	assert_int_equal(index_of(&one, true).events, 2);
	ask(&a, 1, opener, ask_secret);
	assert_int_equal(a.rc, 1);
	assert_string_equal(a.s.password, "hunter2");
	assert_null(a.s.totp);
	event_secret_free(&a.s);
	ask(&a, 2, opener, ask_secret);
	assert_int_equal(a.rc, 0);
	ask(&a, 77, opener, ask_secret);
	assert_int_equal(a.rc, 0);
	/* not of two: there is no inner file */
	ask(&a, 1, opener, ask_inner);
	assert_int_equal(a.rc, 0);
}

static void
two_open_what_is_dual(void **state)
{
	const struct ledger_desk d = desk_of(&one);
	struct account_event v = event(1, 9, EVENT_REGISTERED, "manager",
	    "acme-eb-01");
	struct account_event grant = event(2, 9, EVENT_GRANTED, "owner",
	    NULL);
	struct err e = ERR_INIT;
	struct ask a, b;
	char until[32];

	(void)state;
	v.value[EVENT_DUAL] = "yes";
	assert_int_equal(say(&one, v, "hunter2", true, &e), 0);
	assert_int_equal(index_of(&one, true).events, 1);
	ask(&a, 1, other, ask_secret);
	assert_int_equal(a.rc, -1);
	assert_int_equal(a.why.code, ERR_NOENT);
	assert_non_null(strstr(a.why.hint, "account grant"));
	/* the outer seal is the owner's, the inner one the manager's */
	ask(&a, 1, other, ask_inner);
	assert_int_equal(a.rc, -1);
	assert_int_equal(a.why.code, ERR_CRYPTO);
	ask(&a, 1, opener, ask_inner);
	assert_int_equal(a.rc, 1);
	grant.value[EVENT_TO] = "Wang";
	grant.value[EVENT_OF] = "01010101010101010101010101010101";
	(void)snprintf(until, sizeof(until), "%lld", (long long)UNTIL);
	grant.value[EVENT_UNTIL] = until;
	grant.has_password = true;
	assert_int_equal(ledger_grant(&d, &grant, a.inner.data, a.inner.len,
	    &e), 0);
	/* where there is a catalogue, it is there at once */
	assert_int_equal(index_of(&one, true).events, 0);
	ask(&b, 1, other, ask_secret);
	assert_int_equal(b.rc, 1);
	assert_string_equal(b.s.password, "hunter2");
	event_secret_free(&b.s);
	/* to him, and until then */
	ask_at(&b, (struct ledger_seer){"Li", UNTIL - 1}, 1, other,
	    ask_secret);
	assert_int_equal(b.rc, -1);
	assert_int_equal(b.why.code, ERR_NOENT);
	ask_at(&b, (struct ledger_seer){"Wang", UNTIL}, 1, other, ask_secret);
	assert_int_equal(b.rc, -1);
	assert_int_equal(b.why.code, ERR_NOENT);
	assert_non_null(strstr(b.why.what, "ended"));
	/* what was granted is the managers': the owner alone opens nothing */
	ask(&b, 1, opener, ask_secret);
	assert_int_equal(b.rc, -1);
	assert_int_equal(b.why.code, ERR_CRYPTO);
	buf_release(&a.inner);
}

/* --- What stations have. */

static int64_t
version(struct catalogue *c, int64_t line, const char *path, int64_t size,
	const void *sum)
{
	struct err e = ERR_INIT;

	assert_int_equal(catalogue_run(c, SQL_VERSION_ADD, &e,
	    "itbiniiiiibbtiibbi", line, "accounts", (const void *)path,
	    strlen(path), (int64_t)1, size, (int64_t)0, (int64_t)0,
	    (int64_t)0600, (int64_t)0, sum, sum ? (size_t)32 : 0,
	    (const void *)NULL, (size_t)0, (const char *)NULL, (int64_t)0,
	    (int64_t)0, (const void *)NULL, (size_t)0, (const void *)NULL,
	    (size_t)0, (int64_t)0), 0);
	return catalogue_added(c);
}

/* A part of ws-01's with a source of kind account. */
static int64_t
station(struct catalogue *c)
{
	struct err e = ERR_INIT;
	uint8_t sum[32] = {1};
	int64_t line;

	assert_int_equal(catalogue_run(c, SQL_LINE_ADD, &e, "tt", "ws-01",
	    "main"), 0);
	line = catalogue_added(c);
	assert_int_equal(catalogue_run(c, SQL_BRANCH_ADD, &e, "itiin", line,
	    "refs/heads/ws/ws-01/main/2026.0", (int64_t)2026, (int64_t)0), 0);
	assert_int_equal(catalogue_run(c, SQL_PART_ADD, &e, "iittbtiiii",
	    catalogue_added(c), (int64_t)0, "c", "t", (const void *)sum,
	    sizeof(sum), "p", T0, T0, T0, (int64_t)1), 0);
	assert_int_equal(catalogue_run(c, SQL_SOURCE_ADD, &e, "itttt",
	    (int64_t)1, "accounts", "account", "ok", ""), 0);
	return line;
}

static void
stations_take_nothing_back(void **state)
{
	const struct account_event v = event(1, 9, EVENT_REGISTERED, "ws-01",
	    "acme-eb-01");
	char name[LEDGER_NAME_LEN] = "";
	struct ledger_report r;
	struct catalogue *c = catalogue(&one);
	struct err e = ERR_INIT;
	uint8_t sum[32] = {7};
	int64_t line = station(c);

	(void)state;
	assert_int_equal(take_events(c, NAME, "ws-01", &v, 1).events, 1);
	/* removed: that is told, and changes nothing */
	(void)version(c, line, NAME ".age", 0, NULL);
	/* too large; of no such name; removed, and never here */
	(void)version(c, line, N("a") ".age",
	    (int64_t)LEDGER_FILE_MAX + 1, sum);
	(void)version(c, line, "notes.txt", 5, sum);
	(void)version(c, line, N("b") ".age",
	    0, NULL);
	assert_int_equal(ledger_missing(c, line, 2026, name, &e), 1);
	assert_string_equal(name, "a00102030405060708090a0b0c0d0e0f");
	assert_int_equal(ledger_missing(c, line, 2025, name, &e), 0);
	catalogue_close(c);
	r = index_of(&one, false);
	assert_int_equal(r.files + r.events, 0);
	assert_int_equal(r.wrong, 2);
	c = catalogue(&one);
	tells(c, 2, FINDING_WARN, "event file a00102030405060708090a0b0c0d0e0f"
	    " is too large");
	has_book(c, "acme-eb-01 -|");
	catalogue_close(c);
	/* each is told once */
	assert_int_equal(index_of(&one, false).wrong, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, make, unmake)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(knows_names),
		T(takes_events_in_any_order),
		T(lets_nobody_speak_for_others),
		T(keeps_what_makes_no_sense_without_events),
		T(believes_the_first_words_of_an_event),
		T(takes_ten_thousand),
		T(says_what_another_desk_reads),
		T(keeps_what_cannot_be_sent),
		T(sends_many_at_once),
		T(the_first_bytes_of_a_name_stay),
		T(desk_git_is_what_roots_added),
		T(opens_one_secret),
		T(two_open_what_is_dual),
		T(stations_take_nothing_back),
	};

	return cmocka_run_group_tests(tests, setup, stop);
}
