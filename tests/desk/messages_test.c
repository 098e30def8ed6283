/* desk/messages, intake, enter: exports laid one over the other. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "exports.h"

#include "base/banned.h"

static char dir[] = "/tmp/liudi-messages-XXXXXX";
static char *file;

static int
setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	file = str_fmt("%s/c.sqlite3", dir);
	return file ? 0 : -1;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	free(file);
	return file_remove_tree(dir, &e);
}

struct desk {
	struct catalogue *c;
	struct messages *m;
	struct messages_file f;
	struct messages_report r;
	struct export x;
};

/* Of whom it has exports. */
static void
desk_says(struct desk *d)
{
	d->f = (struct messages_file){.station = "ws-01", .source = "qq",
	    .path = "Anna.txt", .zone = "Asia/Shanghai", .mtime = 1795000000,
	    .taken = 1795000100, .format = "qq-txt", .platform = "qq",
	    .parser = 1};
	d->x = (struct export){.platform = "qq", .format = "qq-txt",
	    .type = "private", .conv = "Anna"};
}

static void
desk_open(struct desk *d)
{
	struct err e = ERR_INIT;

	memset(d, 0, sizeof(*d));
	assert_int_equal(catalogue_remove(file, &e), 0);
	d->c = catalogue_open(file, true, &e);
	assert_non_null(d->c);
	d->m = messages_open(d->c, true, &e);
	assert_non_null(d->m);
	desk_says(d);
}

static void
desk_close(struct desk *d)
{
	export_clear(&d->x);
	messages_close(d->m);
	catalogue_close(d->c);
}

static void
add(struct desk *d, int64_t fresh, int64_t same)
{
	assert_int_equal(lay(d->m, &d->x, &d->f, &d->r), 0);
	assert_int_equal(d->r.fresh, fresh);
	assert_int_equal(d->r.same, same);
	d->f.taken += 86400;
	d->f.mtime += 86400;
}

struct seen {
	struct buf b;
	size_t n;
	struct history_message last;
};

static int
take(void *arg, const struct history_message *h, struct err *e)
{
	static const char states[] = "-~<x";
	struct seen *s = arg;

	s->n++;
	s->last = *h;
	return buf_addf(&s->b, e, "%c%c:%s|", states[h->state], h->role[0],
	    h->text);
}

/* All messages: state, role, text. */
static void
are(struct desk *d, const char *want)
{
	struct history_filter f = {.since = HISTORY_NEVER,
	    .until = HISTORY_NEVER};
	struct seen s = {.b = BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;

	assert_int_equal(history_each(d->m, &f, take, &s, &e), 0);
	assert_string_equal(buf_str(&s.b), want);
	buf_release(&s.b);
}

static int
its_mtime(void *arg, const struct history_reading *r, struct err *e)
{
	int64_t *mtime = arg;

	(void)e;
	*mtime = r->mtime;
	return 0;
}

/* What a station says of a file's time need be no time at all. */
static void
times_of_files_are_claims(void **state)
{
	static const int64_t claims[][2] = {{INT64_MAX, 1795000100},
		{INT64_MAX / 1000 - 1, 1795000100}, {INT64_MIN, 0}};
	struct err e = ERR_INIT;
	struct desk d;
	int64_t got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		desk_open(&d);
		d.f.mtime = claims[i][0];
		say(&d.x, NULL, "Anna", "no time");
		assert_int_equal(lay(d.m, &d.x, &d.f, &d.r), 0);
		assert_int_equal(history_readings(d.m, NULL, 0, its_mtime,
		    &got, &e), 0);
		assert_int_equal(got, claims[i][1]);
		desk_close(&d);
	}
}

static void
what_is_new_is_kept(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	say(&d.x, "2026-11-01T08:00:00", "Anna", "hello");
	say(&d.x, "2026-11-01T08:00:00", "Anna", "ok");
	say(&d.x, "2026-11-01T08:00:00", "Anna", "ok");
	say(&d.x, "2026-11-01T08:00:05", "Li", "报价单");
	add(&d, 4, 0);
	are(&d, "-p:hello|-p:ok|-p:ok|-s:报价单|");
	add(&d, 0, 4);
	say(&d.x, "2026-11-02T08:00:05", "Anna", "thanks");
	add(&d, 1, 4);
	are(&d, "-p:hello|-p:ok|-p:ok|-s:报价单|-p:thanks|");
	/* The same version once more. */
	d.f.version--;
	assert_int_equal(lay(d.m, &d.x, &d.f, &d.r), 0);
	assert_int_equal(d.r.fresh + d.r.same, 0);
	desk_close(&d);
}

static void
what_was_meddled_with_shows(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	say(&d.x, "2026-11-01T08:00:00", "Anna", "one");
	say(&d.x, "2026-11-01T09:00:00", "Li", "two");
	say(&d.x, "2026-11-01T10:00:00", "Li", "three");
	say(&d.x, "2026-11-01T11:00:00", "Li", "four");
	add(&d, 4, 0);
	export_clear(&d.x);
	say(&d.x, "2026-11-01T08:00:00", "Anna", "one");
	say(&d.x, "2026-11-01T10:00:00", "Li", "thirty");
	say(&d.x, "2026-11-01T11:00:00", "Li", "four");
	add(&d, 1, 2);
	assert_int_equal(d.r.vanished, 1);
	assert_int_equal(d.r.changed, 1);
	are(&d, "-p:one|xs:two|~s:three|-s:thirty|-s:four|");
	/* And not again. */
	add(&d, 0, 3);
	assert_int_equal(d.r.vanished + d.r.changed, 0);
	desk_close(&d);
}

static void
who_is_named_as_the_chat_is_the_other(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	d.x.type = "unknown";
	say(&d.x, "2026-11-01T08:00:00", "Li", "one");
	say(&d.x, "2026-11-01T09:00:00", "Anna", "two");
	d.x.conv = "Team";
	say(&d.x, "2026-11-01T10:00:00", "Li", "three");
	add(&d, 3, 0);
	are(&d, "-s:one|-p:two|-u:three|");
	desk_close(&d);
}

/* The last lines go, and the file is written again where it lay. */
static void
an_end_that_is_cut_shows(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	say(&d.x, "2026-11-01T08:00:00", "Anna", "one");
	say(&d.x, "2026-11-01T09:00:00", "Li", "call me at 138");
	add(&d, 2, 0);
	export_clear(&d.x);
	say(&d.x, "2026-11-01T08:00:00", "Anna", "one");
	/* Under another name it may be older. */
	d.f.path = "old.txt";
	add(&d, 0, 1);
	assert_int_equal(d.r.vanished, 0);
	d.f.path = "Anna.txt";
	add(&d, 0, 1);
	assert_int_equal(d.r.vanished, 1);
	say(&d.x, "2026-11-01T08:30:00", "Anna", "two");
	add(&d, 1, 1);
	assert_int_equal(d.r.vanished, 0);
	are(&d, "-p:one|-p:two|xs:call me at 138|");
	desk_close(&d);
}

static int
refused(struct desk *d, const char *text, size_t n)
{
	struct messages_report r = {0};
	struct err e = ERR_INIT;
	int fd = file_of(text, n), rc;

	d->f.version++;
	rc = messages_add(d->m, &d->f, fd, &r, &e);
	close(fd);
	return rc < 0 && e.code == ERR_FORMAT && r.fresh == 0;
}

static void
hostile_lines_change_nothing(void **state)
{
	static const char *const bad[] = {"\n", "{}\n", "[1]\n", "null\n",
	    "{\"v\":2}\n", "x", "{\"v\":1,\"type\":\"import\"}\n"};
	struct desk d;
	size_t i, good;

	(void)state;
	desk_open(&d);
	say(&d.x, "2026-11-01T08:00:00", "Anna", "one");
	good = d.x.b.len;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = ERR_INIT;

		assert_int_equal(buf_adds(&d.x.b, bad[i], &e), 0);
		assert_true(refused(&d, buf_str(&d.x.b), d.x.b.len));
		d.x.b.len = good;
	}
	assert_true(refused(&d, buf_str(&d.x.b), good - 1));	/* no LF */
	are(&d, "");
	d.x.b.data[good] = '\0';
	add(&d, 1, 0);
	desk_close(&d);
}

/* What is found and what is there; returns the number of the newest found. */
static int64_t
has(struct desk *d, const char *typed, int64_t found, const char *all)
{
	struct history_filter f = {.since = HISTORY_NEVER,
	    .until = HISTORY_NEVER};
	struct seen s = {.b = BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;

	assert_int_equal(history_search(d->m, typed, &f, 100, take, &s, &e),
	    0);
	assert_int_equal(s.n, found);
	buf_release(&s.b);
	are(d, all);
	return s.last.n;
}

/* Mails come one in a file: many share a transaction, out of order. */
static void
many_exports_at_once(void **state)
{
	static const char *const when[] = {"2026-11-01T08:00:05",
	    "2026-11-01T08:00:03", "2026-11-01T08:00:03",
	    "2026-11-01T08:00:01"};
	static const char *const said[] = {"mail four", "mail two",
	    "mail three", "mail one"};
	static const char *const path[] = {"1.eml", "2.eml", "3.eml", "4.eml"};
	struct desk d, other;
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	desk_open(&d);
	d.x.type = "mail";
	assert_int_equal(messages_begin(d.m, &e), 0);
	for (i = 0; i < 4; i++) {
		d.f.path = path[i];
		say(&d.x, when[i], "Anna", said[i]);
		add(&d, 1, 0);
		export_clear(&d.x);
	}
	/* The same once more is known, though nothing is written yet. */
	say(&d.x, when[3], "Anna", said[3]);
	add(&d, 0, 1);
	other = d;
	other.c = catalogue_open(file, false, &e);
	other.m = messages_open(other.c, false, &e);
	assert_non_null(other.m);
	has(&other, "mail", 0, "");
	assert_int_equal(messages_end(d.m, &e), 0);
	has(&other, "mail", 0, "");
	messages_close(other.m);
	catalogue_close(other.c);
	other.c = catalogue_open(file, false, &e);
	other.m = messages_open(other.c, false, &e);
	assert_non_null(other.m);
	has(&other, "mail", 4,
	    "-u:mail one|-u:mail two|-u:mail three|-u:mail four|");
	assert_int_equal(messages_end(d.m, &e), 0);
	has(&d, "two", 1,
	    "-u:mail one|-u:mail two|-u:mail three|-u:mail four|");
	messages_close(other.m);
	catalogue_close(other.c);
	desk_close(&d);
}

/* What fails when half of it is written takes along nothing of before. */
static void
what_is_refused_takes_no_others(void **state)
{
	/* the last conversation that rows can have */
	static const char full[] = "INSERT INTO chat(n, account, id, name, "
	    "fold, type) VALUES(67108863, 9, 'x', 'x', 'x', 0)";
	struct messages_report r;
	struct desk d;
	struct err e = ERR_INIT;
	int64_t two, three;
	sqlite3 *db = NULL;
	size_t good;
	int fd, i;

	(void)state;
	desk_open(&d);
	say(&d.x, "2026-11-01T08:00:00", "Anna", "one");
	add(&d, 1, 0);
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, full, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(messages_begin(d.m, &e), 0);
	say(&d.x, "2026-11-01T08:00:01", "Anna", "two");
	add(&d, 1, 1);
	good = d.x.b.len;
	/* Of a full second, whose numbers are free again, and a new chat. */
	for (i = 0; i < 20; i++)
		say(&d.x, "2026-11-01T08:00:01", "Anna", "refused");
	d.x.conv = "Berta";
	say(&d.x, "2026-11-01T08:00:01", "Berta", "refused");
	fd = file_of(buf_str(&d.x.b), d.x.b.len);
	d.f.version++;
	assert_int_equal(messages_add(d.m, &d.f, fd, &r, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	close(fd);
	/* As if it had never been tried. */
	d.x.conv = "Anna";
	d.x.b.len = good;
	d.x.b.data[good] = '\0';
	say(&d.x, "2026-11-01T08:00:01", "Anna", "three");
	add(&d, 1, 2);
	err_clear(&e);
	assert_int_equal(messages_end(d.m, &e), 0);
	has(&d, "refused", 0, "-p:one|-p:two|-p:three|");
	two = has(&d, "two", 1, "-p:one|-p:two|-p:three|");
	three = has(&d, "three", 1, "-p:one|-p:two|-p:three|");
	assert_int_equal(three, two + 1);
	desk_close(&d);
}

/* What history_changes() says: state and the two texts. */
struct changes {
	struct messages *m;
	struct buf b;
	int64_t pair[32][3];
	size_t n;
};

static int
take_change(void *arg, const struct history_change *h, struct err *e)
{
	struct changes *k = arg;

	(void)e;
	k->pair[k->n][0] = h->what;
	k->pair[k->n][1] = h->message;
	k->pair[k->n][2] = h->now;
	k->n++;
	return 0;
}

static int
add_text(void *arg, const struct history_message *h, struct err *e)
{
	return buf_addf(arg, e, "%s", h->text);
}

static void
changes_are(struct desk *d, const char *want)
{
	struct changes k = {.b = BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;
	size_t i;

	assert_int_equal(history_changes(d->m, 0, INT64_MAX, take_change, &k,
	    &e), 0);
	for (i = 0; i < k.n; i++) {
		assert_int_equal(buf_addc(&k.b, "-~<x"[k.pair[i][0]], &e), 0);
		assert_int_equal(history_get(d->m, k.pair[i][1], add_text,
		    &k.b, &e), 1);
		assert_int_equal(buf_addc(&k.b, '>', &e), 0);
		if (k.pair[i][2])
			assert_int_equal(history_get(d->m, k.pair[i][2],
			    add_text, &k.b, &e), 1);
		assert_int_equal(buf_addc(&k.b, '|', &e), 0);
	}
	assert_string_equal(buf_str(&k.b), want);
	buf_release(&k.b);
}

static void
before_and_after_know_each_other(void **state)
{
	struct history_filter f = {.since = HISTORY_NEVER,
	    .until = HISTORY_NEVER};
	struct seen s = {.b = BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;
	struct desk d;

	(void)state;
	desk_open(&d);
	d.x.format = d.f.format = "discord-json";
	d.x.id = "1";
	say(&d.x, "2026-11-01T08:00:00", "Anna", "one");
	d.x.id = "2";
	say(&d.x, "2026-11-01T09:00:00", "Li", "two");
	d.x.id = "3";
	say(&d.x, "2026-11-01T10:00:00", "Li", "three");
	add(&d, 3, 0);
	export_clear(&d.x);
	d.x.id = "1";
	say(&d.x, "2026-11-01T08:00:00", "Anna", "one");
	d.x.id = "2";
	d.x.state = "edited";
	say(&d.x, "2026-11-01T09:00:00", "Li", "two, or three");
	d.x.id = "3";
	d.x.state = "recalled";
	d.x.kind = "recall";
	say(&d.x, "2026-11-01T10:00:00", "Li", "");
	add(&d, 2, 1);
	assert_int_equal(d.r.changed, 1);
	assert_int_equal(d.r.recalled, 1);
	changes_are(&d, "~two>two, or three|<three>|");
	assert_int_equal(history_search(d.m, "or", &f, 5, take, &s, &e), 0);
	assert_int_equal(s.n, 1);
	assert_int_equal(history_get(d.m, s.last.was, take, &s, &e), 1);
	assert_int_equal(s.last.state, HISTORY_CHANGED);
	assert_string_equal(buf_str(&s.b), "-s:two, or three|~s:two|");
	buf_release(&s.b);
	add(&d, 0, 3);
	changes_are(&d, "~two>two, or three|<three>|");
	desk_close(&d);
}

/* What is lost and comes back in a later export was a matter of settings. */
static void
what_returns_is_no_loss(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	say(&d.x, "2026-11-01T08:00:00", "Anna", "one");
	say(&d.x, "2026-11-01T09:00:00", "Li", "two");
	say(&d.x, "2026-11-01T10:00:00", "Li", "three");
	add(&d, 3, 0);
	export_clear(&d.x);
	say(&d.x, "2026-11-01T08:00:00", "Anna", "one");
	say(&d.x, "2026-11-01T10:00:00", "Li", "three");
	add(&d, 0, 2);
	changes_are(&d, "xtwo>|");
	export_clear(&d.x);
	say(&d.x, "2026-11-01T08:00:00", "Anna", "one");
	say(&d.x, "2026-11-01T09:00:00", "Li", "two");
	say(&d.x, "2026-11-01T10:00:00", "Li", "three");
	/* The old export under another name. */
	d.f.path = "old.txt";
	add(&d, 0, 3);
	changes_are(&d, "xtwo>|");
	d.f.path = "Anna.txt";
	say(&d.x, "2026-11-02T10:00:00", "Li", "four");
	add(&d, 1, 3);
	changes_are(&d, "");
	are(&d, "-p:one|-s:two|-s:three|-s:four|");
	desk_close(&d);
}

/* The row of a list that says how it stands is no edit when it stands better. */
static void
inquiries_go_on(void **state)
{
	struct desk d;
	int i;

	(void)state;
	desk_open(&d);
	d.x.format = "inquiry-csv";
	d.x.type = "inquiry";
	for (i = 0; i < 2; i++) {
		export_clear(&d.x);
		d.x.id = "88";
		d.x.kind = "inquiry";
		d.x.status = i ? "quoted" : "new";
		say(&d.x, "2026-11-01T08:00:00", "Bob", "LED lamps");
		add(&d, 1, 0);
		assert_int_equal(d.r.changed, 0);
	}
	changes_are(&d, "");
	are(&d, "~u:LED lamps|-u:LED lamps|");
	desk_close(&d);
}

/* The log goes on holding what it says was taken back. */
static void
a_log_says_which(void **state)
{
	struct desk d;
	int i;

	(void)state;
	desk_open(&d);
	d.x.format = "wecom-jsonl";
	for (i = 0; i < 2; i++) {
		export_clear(&d.x);
		d.x.id = "a";
		say(&d.x, "2026-11-01T08:00:00", "Li", "wrong price");
		d.x.id = "b";
		say(&d.x, "2026-11-01T08:01:00", "Anna", "?");
		d.x.id = "c";
		d.x.kind = "recall";
		d.x.target = "a";
		say(&d.x, "2026-11-01T08:02:00", "Li", "");
		add(&d, i ? 0 : 3, i ? 3 : 0);
		changes_are(&d, "<wrong price>|");
	}
	desk_close(&d);
}

static void
two_kinds_of_export_are_one_history(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	say(&d.x, "2026-11-01T08:00:00", "Anna", "one");
	say(&d.x, "2026-11-01T09:00:00", "Li", "two");
	add(&d, 2, 0);
	export_clear(&d.x);
	d.x.format = d.f.format = "qq-mht";
	d.f.path = "Anna.mht";
	d.x.conv_id = "4711";		/* it knows more of her */
	say(&d.x, "2026-11-01T08:00:00", "Anna", "one ");
	say(&d.x, "2026-11-01T10:00:00", "Li", "three");
	add(&d, 1, 1);
	changes_are(&d, "");		/* it never had the second */
	are(&d, "-p:one|-s:two|-s:three|");
	desk_close(&d);
}

/* Exports of which nothing, or only the end, has a time are written anew, too. */
static void
no_times(void **state)
{
	struct desk d;
	int day;

	(void)state;
	desk_open(&d);
	for (day = 0; day < 3; day++) {
		export_clear(&d.x);
		say(&d.x, NULL, "Anna", "one");
		say(&d.x, NULL, "Anna", "two");
		if (day > 0)
			say(&d.x, NULL, "Anna", "three");
		add(&d, day == 0 ? 2 : day == 1, day == 0 ? 0 : 1 + day);
		d.f.mtime += 10 * 86400;
		d.f.taken += 10 * 86400;
	}
	are(&d, "-p:one|-p:two|-p:three|");
	/* … beside one that has times */
	export_clear(&d.x);
	d.x.conv = "Berta";
	d.f.path = "Berta.txt";
	say(&d.x, NULL, "Berta", "hello");
	say(&d.x, "2026-11-01T08:00:00", "Berta", "early");
	add(&d, 2, 0);
	d.f.mtime += 10 * 86400;
	d.f.taken += 10 * 86400;
	say(&d.x, "2026-11-20T08:00:00", "Berta", "late");
	add(&d, 1, 2);
	are(&d, "-p:hello|-p:early|-p:one|-p:two|-p:three|-p:late|");
	desk_close(&d);
}

/* More in a second than have room go on behind it, in their order. */
static void
a_crowded_second(void **state)
{
	struct history_filter f = {.since = HISTORY_NEVER,
	    .until = HISTORY_NEVER};
	struct seen s = {.b = BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;
	struct desk d;
	char text[16], last[64];
	int i;

	(void)state;
	desk_open(&d);
	for (i = 0; i < 300; i++) {
		(void)snprintf(text, sizeof(text), "m%d", i);
		say(&d.x, "2026-11-01T08:00:00", "Li", text);
	}
	add(&d, 300, 0);
	say(&d.x, "2026-11-01T08:00:03", "Li", "behind");
	add(&d, 1, 300);
	assert_int_equal(history_each(d.m, &f, take, &s, &e), 0);
	assert_int_equal(s.n, 301);
	(void)snprintf(last, sizeof(last), "-s:m%d|-s:behind|", 299);
	assert_true(str_ends(buf_str(&s.b), last));
	buf_clear(&s.b);
	assert_int_equal(history_get(d.m, s.last.n, take, &s, &e), 1);
	/* Wherever it stands, its time is its own. */
	assert_int_equal(s.last.at % 60000, 3000);
	buf_release(&s.b);
	desk_close(&d);
}

static void
whole_or_nothing_when_killed(void **state)
{
	struct history_filter f = {.since = HISTORY_NEVER,
	    .until = HISTORY_NEVER};
	struct err e = ERR_INIT;
	int fd, i, k, whole = 0;
	char text[64];
	struct desk d;
	pid_t pid;

	(void)state;
	desk_open(&d);
	say(&d.x, "2026-11-01T07:00:00", "Anna", "first");
	add(&d, 1, 0);
	for (i = 0; i < 3000; i++) {
		(void)snprintf(text, sizeof(text), "2026-11-01T%02d:%02d:%02d",
		    8 + i / 3600, i / 60 % 60, i % 60);
		say(&d.x, text, "Li", text);
	}
	fd = file_of(buf_str(&d.x.b), d.x.b.len);
	messages_close(d.m);
	catalogue_close(d.c);
	for (k = 0; k < 12; k++) {
		struct seen s = {.b = BUF_INIT(1 << 24)};

		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			d.c = catalogue_open(file, true, &e);
			d.m = d.c ? messages_open(d.c, true, &e) : NULL;
			d.f.version = 100;
			(void)(d.m && messages_add(d.m, &d.f, fd, &d.r, &e));
			_exit(0);
		}
		(void)usleep((useconds_t)(k * k * 1500));
		(void)kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		d.c = catalogue_open(file, true, &e);
		assert_non_null(d.c);
		d.m = messages_open(d.c, true, &e);
		assert_non_null(d.m);
		assert_int_equal(history_each(d.m, &f, take, &s, &e), 0);
		assert_true(s.n == 1 || s.n == 3001);
		whole += s.n == 3001;
		s.n = 0;
		assert_int_equal(history_search(d.m, "2026", &f, 5000, take,
		    &s, &e), 0);
		assert_true(s.n == (whole ? 3000 : 0));
		buf_release(&s.b);
		messages_close(d.m);
		catalogue_close(d.c);
	}
	close(fd);
	d.c = catalogue_open(file, true, &e);
	d.m = messages_open(d.c, true, &e);
	d.f.version = 99;
	assert_int_equal(lay(d.m, &d.x, &d.f, &d.r), 0);
	assert_int_equal(d.r.fresh, whole ? 0 : 3000);
	desk_close(&d);
}

/* --- Killed while many exports share transactions. */

#define SHARED 120		/* exports */
#define SHARED_TOGETHER 40

/* Export K: of one of three chats, with seconds that others have, too. */
static void
lay_one(struct desk *d, int k)
{
	static const char *const chats[] = {"Anna", "Berta", "Anna Li"};
	char when[32], text[32];
	int i;

	export_clear(&d->x);
	d->x.conv = chats[k % 3];
	d->f.path = chats[k % 3];
	for (i = k / 6; i < k / 2 + 20; i++) {
		if (i % 17 == k % 17)
			continue;	/* one was taken out */
		(void)snprintf(when, sizeof(when), "2026-11-01T08:%02d:%02d",
		    i / 60, i / 5 * 5 % 60);
		(void)snprintf(text, sizeof(text), "number %d", i);
		say(&d->x, when, i % 2 ? "Li" : chats[k % 3], text);
	}
	d->f.version = k;
	d->f.mtime = 1795000000 + k * 3600;
	d->f.taken = d->f.mtime + 60;
	assert_int_equal(lay(d->m, &d->x, &d->f, &d->r), 0);
}

static void
lay_together(struct desk *d)
{
	struct err e = ERR_INIT;
	int k;

	for (k = 0; k < SHARED; k++) {
		if (k % SHARED_TOGETHER == 0)
			assert_int_equal(messages_begin(d->m, &e), 0);
		lay_one(d, k);
		if (k % SHARED_TOGETHER == SHARED_TOGETHER - 1)
			assert_int_equal(messages_end(d->m, &e), 0);
	}
}

static int
take_whole(void *arg, const struct history_message *h, struct err *e)
{
	struct buf *b = arg;

	return buf_addf(b, e, "%lld %lld %d %lld %lld %s %s %s\n",
	    (long long)h->n, (long long)h->at, (int)h->state,
	    (long long)h->was, (long long)h->next, h->path, h->sender,
	    h->text);
}

static int
take_sums(void *arg, const struct history_chat *h, struct err *e)
{
	return buf_addf(arg, e, "%s %lld %lld %lld %lld %lld %lld %lld\n",
	    h->name, (long long)h->messages, (long long)h->in,
	    (long long)h->out, (long long)h->first, (long long)h->last,
	    (long long)h->lost, (long long)h->changed);
}

/* All that can be asked: numbers, words, counts kept and counts made. */
static void
tell_all(struct desk *d, struct buf *b)
{
	struct history_filter f = {.since = HISTORY_NEVER,
	    .until = HISTORY_NEVER};
	struct buf sums = BUF_INIT(1 << 20);
	struct seen s = {.b = BUF_INIT(1 << 24)};
	struct err e = ERR_INIT;

	assert_int_equal(history_each(d->m, &f, take_whole, b, &e), 0);
	assert_int_equal(history_search(d->m, "number", &f, INT64_MAX,
	    take, &s, &e), 0);
	assert_int_equal(buf_addf(b, &e, "found %zu\n", s.n), 0);
	assert_int_equal(history_chats(d->m, &f, take_sums, b, &e), 0);
	f.since = 0;		/* counted from the rows */
	assert_int_equal(history_chats(d->m, &f, take_sums, &sums, &e), 0);
	assert_true(str_ends(buf_str(b), buf_str(&sums)));
	buf_release(&sums);
	buf_release(&s.b);
}

/* It opens FILE and lays all; killed after US microseconds. */
static void
die_after(int64_t us)
{
	struct desk d;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		desk_open(&d);
		lay_together(&d);
		_exit(0);
	}
	(void)usleep((useconds_t)us);
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Whenever it dies, what follows makes the same of it as if it had not. */
static void
killed_between_many(void **state)
{
	struct buf want = BUF_INIT(1 << 24), got = BUF_INIT(1 << 24);
	int64_t begin = clock_mono_ms(), took;
	struct err e = ERR_INIT;
	struct desk d;
	int k;

	(void)state;
	desk_open(&d);
	lay_together(&d);
	took = clock_mono_ms() - begin;
	tell_all(&d, &want);
	assert_true(want.len > 1000);
	desk_close(&d);
	for (k = 1; k <= 12; k++) {
		die_after(took * 1000 * k / 12);
		memset(&d, 0, sizeof(d));
		d.c = catalogue_open(file, true, &e);
		assert_non_null(d.c);
		d.m = messages_open(d.c, true, &e);
		assert_non_null(d.m);
		desk_says(&d);
		lay_together(&d);
		buf_clear(&got);
		tell_all(&d, &got);
		assert_string_equal(buf_str(&got), buf_str(&want));
		desk_close(&d);
	}
	buf_release(&want);
	buf_release(&got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_of_files_are_claims),
		cmocka_unit_test(what_is_new_is_kept),
		cmocka_unit_test(what_was_meddled_with_shows),
		cmocka_unit_test(who_is_named_as_the_chat_is_the_other),
		cmocka_unit_test(an_end_that_is_cut_shows),
		cmocka_unit_test(before_and_after_know_each_other),
		cmocka_unit_test(what_returns_is_no_loss),
		cmocka_unit_test(inquiries_go_on),
		cmocka_unit_test(a_log_says_which),
		cmocka_unit_test(two_kinds_of_export_are_one_history),
		cmocka_unit_test(no_times),
		cmocka_unit_test(a_crowded_second),
		cmocka_unit_test(whole_or_nothing_when_killed),
		cmocka_unit_test(hostile_lines_change_nothing),
		cmocka_unit_test(many_exports_at_once),
		cmocka_unit_test(what_is_refused_takes_no_others),
		cmocka_unit_test(killed_between_many),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
