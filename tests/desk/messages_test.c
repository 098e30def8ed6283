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
	d->f = (struct messages_file){.station = "ws-01", .source = "qq",
	    .path = "Anna.txt", .zone = "Asia/Shanghai", .mtime = 1795000000,
	    .taken = 1795000100, .format = "qq-txt", .platform = "qq",
	    .parser = 1};
	d->x = (struct export){.platform = "qq", .format = "qq-txt",
	    .type = "private", .conv = "Anna"};
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_new_is_kept),
		cmocka_unit_test(what_was_meddled_with_shows),
		cmocka_unit_test(who_is_named_as_the_chat_is_the_other),
		cmocka_unit_test(an_end_that_is_cut_shows),
		cmocka_unit_test(hostile_lines_change_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
