/*
 * tests/desk/days_test.c - thirty days of exports, through the importers, laid
 * one on the other: what was done to messages is told, and nothing else.
 * LIUDI_DAYS_SEEDS: how many stations (2).
 */
#include "exports.h"

#include "chat/import.h"
#include "days.h"

#include <inttypes.h>

#include "base/str.h"

#include "base/banned.h"

#define FILE_AT (DAYS_EVENING + 60)
#define TAKEN_AT (DAYS_EVENING + 900)

struct station {
	struct days w;
	struct catalogue *c;
	struct messages *m;
	uint64_t seed;
	int64_t version;
	/* an import */
	struct chat_report report;
	struct buf lines;
	uint64_t n;
	/* what became of a message */
	const struct history_change *change;
};

static char dir[] = "/tmp/liudi-days-XXXXXX";
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

static int
on_message(void *arg, const struct chat_msg *m, struct err *e)
{
	struct station *s = arg;

	/* all talks are of two, the program's words notwithstanding */
	assert_int_not_equal(m->conv_type, CHAT_GROUP);
	return chat_message_line(&s->lines, s->report.format, ++s->n, m, e);
}

static void
import(struct station *s, const struct days_file *f)
{
	const struct chat_sink sink = {on_message, NULL, s};
	struct chat_bytes bytes = {f->b.data, f->b.len};
	const char *name = strrchr(f->path, '/') + 1;
	struct chat_hints hints = {0};
	struct chat_input in;
	struct err e = ERR_INIT;

	chat_input_bytes(&in, &bytes, name);
	in.path = f->path;
	buf_clear(&s->lines);
	s->n = 0;
	if (chat_import(&in, &hints, &sink, &s->report, &e) != 0)
		fail_msg("seed %" PRIu64 ", day %d, %s: %s", s->seed, s->w.day,
		    f->path, e.what);
	assert_int_equal(s->report.unparsed, 0);
}

static void
take(struct station *s, const struct days_file *f)
{
	struct messages_file mf = {.version = ++s->version, .station = "ws-01",
	    .source = "chats", .path = f->path, .zone = "Asia/Shanghai",
	    .mtime = days_at(&s->w, s->w.day, FILE_AT) / 1000,
	    .taken = days_at(&s->w, s->w.day, TAKEN_AT) / 1000};
	struct messages_report r = {0};
	struct err e = ERR_INIT;
	int fd;

	import(s, f);
	mf.format = s->report.format->name;
	mf.platform = s->report.format->platform;
	mf.parser = s->report.format->version;
	mf.messages = (int64_t)s->report.messages;
	mf.system = (int64_t)s->report.system;
	mf.warn = s->report.warn;
	fd = file_of(s->lines.data, s->lines.len);
	if (messages_add(s->m, &mf, fd, &r, &e) < 0)
		fail_msg("%s: %s", f->path, e.what);
	close(fd);
}

/* A message of before: was that planted, and not yet told? */
static int
judge(void *arg, const struct history_message *h, struct err *e)
{
	static const char *const names[] = {"live", "edited", "recalled",
	    "vanished"};
	struct station *s = arg;
	const char *what = names[s->change->what];

	(void)e;
	for (size_t i = 0; i < s->w.ndeed; i++) {
		struct deed *d = &s->w.deed[i];

		if (!d->told && strcmp(d->what, what) == 0 &&
		    strlen(d->before) == h->text_len &&
		    memcmp(d->before, h->text, h->text_len) == 0 &&
		    llabs(d->at - h->at) < 60000) {
			d->told = true;
			return 0;
		}
	}
	print_message("seed %" PRIu64 ", day %d: %s in %s at %" PRId64
	    ": '%.*s'\n", s->seed, s->w.day, what, h->path, h->at,
	    (int)h->text_len, h->text);
	for (size_t i = 0; i < s->w.ndeed; i++)
		if (!s->w.deed[i].told)
			print_message("  %s at %" PRId64 ": '%s'\n",
			    s->w.deed[i].what, s->w.deed[i].at,
			    s->w.deed[i].before);
	fail_msg("nobody did that; what is not told stands above");
	return 0;
}

struct changes {
	struct history_change c[64];
	size_t n;
};

static int
gather_change(void *arg, const struct history_change *c, struct err *e)
{
	struct changes *all = arg;

	(void)e;
	assert_true(all->n < 64);
	all->c[all->n++] = *c;
	return 0;
}

static void
judge_day(struct station *s)
{
	int64_t taken = days_at(&s->w, s->w.day, TAKEN_AT) / 1000;
	struct changes all = {.n = 0};
	struct err e = ERR_INIT;

	assert_int_equal(history_changes(s->m, taken, taken + 1, gather_change,
	    &all, &e), 0);
	for (size_t i = 0; i < all.n; i++) {
		s->change = &all.c[i];
		assert_int_equal(history_get(s->m, all.c[i].message, judge, s,
		    &e), 1);
	}
	for (size_t i = 0; i < s->w.ndeed; i++) {
		const struct deed *d = &s->w.deed[i];

		if (!d->told)
			fail_msg("seed %" PRIu64 ", day %d: '%s' at %" PRId64
			    " was %s: not told", s->seed, s->w.day, d->before,
			    d->at, d->what);
	}
}

static void
thirty_days(struct station *s, uint64_t seed)
{
	struct err e = ERR_INIT;

	memset(s, 0, sizeof(*s));
	s->seed = seed;
	s->lines = (struct buf)BUF_INIT((size_t)1 << 26);
	assert_int_equal(catalogue_remove(file, &e), 0);
	s->c = catalogue_open(file, true, &e);
	assert_non_null(s->c);
	s->m = messages_open(s->c, true, &e);
	assert_non_null(s->m);
	days_init(&s->w, seed, DAYS_START);
	for (int day = 0; day < DAYS; day++) {
		size_t first = days_draw(&s->w, FILES_MAX);

		days_step(&s->w, day);
		/* in any order */
		for (size_t i = 0; i < s->w.nfile; i++)
			take(s, &s->w.file[(first + i) % s->w.nfile]);
		judge_day(s);
	}
	assert_true(s->w.ndeed > 30);
	days_release(&s->w);
	buf_release(&s->lines);
	messages_close(s->m);
	catalogue_close(s->c);
}

static void
test_days(void **state)
{
	const char *given = getenv("LIUDI_DAYS_SEEDS");
	uint64_t n = given != NULL ? strtoull(given, NULL, 10) : 2;
	struct station *s = malloc(sizeof(*s));

	(void)state;
	assert_non_null(s);
	for (uint64_t seed = 1; seed <= n; seed++)
		thirty_days(s, seed);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
