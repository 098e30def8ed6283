/* desk/chathistory, pick, records: what is asked of all messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "exports.h"

#include "base/banned.h"

static char dir[] = "/tmp/liudi-history-XXXXXX";
static char *file;
static struct catalogue *C;
static struct messages *M;

/* 2026-11-01 00:00 in Shanghai, ms. */
#define DAY1 (INT64_C(1793491200000) - 8 * 3600000)
#define MS_A_DAY INT64_C(86400000)

/* Two people: Li talks to Anna and in a group, Wang to Anna and to Li. */
static void
fill(void)
{
	static const char *const li[] = {"Sales-Li"};
	static const char *const wang[] = {"Wang", "10002"};
	struct messages_file f = {.station = "ws-01", .source = "qq",
	    .path = "a/Anna.txt", .zone = "Asia/Shanghai", .zone_sure = true,
	    .mtime = 1793600000, .taken = 1793600100, .format = "qq-txt",
	    .platform = "qq", .account = "10001", .self_id = li, .nself = 1};
	struct export x = {.platform = "qq", .format = "qq-txt",
	    .type = "private", .conv = "Anna"};
	struct messages_report r;

	x.attachment = "报价单.xlsx";
	say(&x, "2026-11-01T09:00:00", "Anna", "FOB 宁波 please");
	say(&x, "2026-11-01T09:00:30", "Sales-Li", "价格 1,200.50");
	x.kind = "recall";
	x.role = "system";
	say(&x, "2026-11-02T09:00:00", NULL, "Anna 撤回了一条消息");
	say(&x, "2026-11-03T10:00:00", "Anna", "宁波港 ok");
	x.conv = "Team 深圳";
	x.type = "group";
	x.sender_id = "777";
	say(&x, "2026-11-02T12:00:00", "Böb", "宁波 again");
	say(&x, NULL, "Sales-Li", "when?");
	assert_int_equal(lay(M, &x, &f, &r), 0);
	assert_int_equal(r.fresh, 6);
	export_clear(&x);

	f = (struct messages_file){.version = 9, .station = "ws-02",
	    .source = "qq", .path = "w.txt", .zone = "", .mtime = 1793700000,
	    .taken = 1793700100, .format = "qq-txt", .platform = "qq",
	    .account = "10002", .self_id = wang, .nself = 2};
	x = (struct export){.platform = "qq", .format = "qq-txt",
	    .type = "private", .conv = "Anna"};
	say(&x, "2026-11-01T09:30:00", "Anna", "宁波 or Shanghai?");
	x.conv_id = "10001";
	x.conv = "Li";
	say(&x, "2026-11-01T10:30:00", "Wang", "lunch?");
	assert_int_equal(lay(M, &x, &f, &r), 0);
	assert_int_equal(r.fresh, 2);
	export_clear(&x);

	f.version = 20;
	f.path = "movie.mp4";
	f.format = f.platform = NULL;
	f.error = "no format is known that looks like this";
	f.taken++;
	{
		struct err e = ERR_INIT;

		assert_int_equal(messages_add(M, &f, -1, &r, &e), 0);
	}
}

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	file = str_fmt("%s/c.sqlite3", dir);
	C = file ? catalogue_open(file, true, &e) : NULL;
	if (!C || messages_open(C, false, &e) || e.code != ERR_NOENT ||
	    !strstr(e.hint, "sync"))
		return -1;
	M = messages_open(C, true, &e);
	if (!M)
		return -1;
	fill();
	return 0;
}

static int
teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	messages_close(M);
	catalogue_close(C);
	free(file);
	return file_remove_tree(dir, &e);
}

struct got {
	struct buf b;
	int64_t n[64];
	int64_t at;			/* of the first */
	size_t count, stop;
};

static int
got(void *arg, const struct history_message *h, struct err *e)
{
	struct got *g = arg;

	assert_int_equal(strlen(h->text), h->text_len);
	assert_true(h->line_len > 0 && h->line[0] == '{');
	if (g->count == 0)
		g->at = h->at;
	g->n[g->count++] = h->n;
	if (buf_addf(&g->b, e, "%s|", h->text) < 0)
		return -1;
	return g->count == g->stop ? 7 : 0;
}

static void
each(const struct history_filter *f, const char *want)
{
	struct got g = {.b = BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;

	assert_int_equal(history_each(M, f, got, &g, &e), 0);
	assert_string_equal(buf_str(&g.b), want);
	buf_release(&g.b);
}

/* All in the order of time. */
#define WHOLE "FOB 宁波 please|价格 1,200.50|宁波 or Shanghai?|lunch?|" \
	"Anna 撤回了一条消息|宁波 again|when?|宁波港 ok|"
#define ALL .since = HISTORY_NEVER, .until = HISTORY_NEVER

static void
filters(void **state)
{
	struct history_filter f = {ALL};

	(void)state;
	each(&f, WHOLE);
}

static void
one_filter_after_the_other(void **state)
{
	struct history_filter f = {ALL};

	(void)state;
	f.station = "ws-02";
	each(&f, "宁波 or Shanghai?|lunch?|");
	f.station = "ws";
	each(&f, "");
	f.station = NULL;
	f.platform = "whatsapp";
	each(&f, "");
	f.platform = "qq";
	f.since = DAY1 + MS_A_DAY;
	f.until = DAY1 + 2 * MS_A_DAY;
	each(&f, "Anna 撤回了一条消息|宁波 again|when?|");
	f = (struct history_filter){.peer = "ANNA", ALL};
	each(&f, "FOB 宁波 please|价格 1,200.50|宁波 or Shanghai?|Anna 撤回了一条消息|宁波港 ok|");
	f.peer = "bob";			/* a sender: only what he said */
	each(&f, "宁波 again|");
	f.peer = "10001";		/* the id of a conversation */
	each(&f, "lunch?|");
	f.peer = "nobody";
	each(&f, "");
}

static size_t
search(const char *typed, const struct history_filter *f, int64_t limit,
	const char *want)
{
	struct got g = {.b = BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;

	assert_int_equal(history_search(M, typed, f, limit, got, &g, &e), 0);
	assert_string_equal(buf_str(&g.b), want);
	buf_release(&g.b);
	return g.count;
}

static void
what_is_typed_is_found(void **state)
{
	struct history_filter all = {ALL}, f = {.station = "ws-01", ALL};
	struct got g = {.b = BUF_INIT(1 << 20), .stop = 1};
	struct err e = ERR_INIT;

	(void)state;
	search("宁波", &all, 50, "宁波港 ok|宁波 again|宁波 or Shanghai?|FOB 宁波 please|");
	search("宁波", &all, 2, "宁波港 ok|宁波 again|");
	search("宁波", &all, 0, "");
	search("宁波", &f, 50, "宁波港 ok|宁波 again|FOB 宁波 please|");
	f.until = DAY1 + MS_A_DAY;
	search("宁波", &f, 50, "FOB 宁波 please|");
	search("報價單", &all, 50, "FOB 宁波 please|");	/* the name of a file */
	search("1200.5", &all, 50, "价格 1,200.50|");
	search("宁波 -fob -again", &all, 50, "宁波港 ok|宁波 or Shanghai?|");
	assert_int_equal(history_search(M, " ,. ", &all, 9, got, &g, &e), 1);
	assert_int_equal(g.count, 0);
	assert_int_equal(history_search(M, "宁波", &all, 9, got, &g, &e), 7);
	assert_int_equal(g.count, 1);
	buf_release(&g.b);
}

static int
look(void *arg, const struct history_message *h, struct err *e)
{
	(void)arg;
	(void)e;
	assert_int_equal(h->at, DAY1 + 9 * 3600000);
	assert_string_equal(h->ts_raw, "2026-11-01T09:00:00");
	assert_string_equal(h->precision, "s");
	assert_string_equal(h->tz_src, "config");
	assert_string_equal(h->sender, "Anna");
	assert_string_equal(h->sender_id, "");
	assert_string_equal(h->role, "peer");
	assert_string_equal(h->kind, "text");
	assert_string_equal(h->text, "FOB 宁波 please");
	assert_int_equal(h->state, HISTORY_LIVE);
	assert_int_equal(h->next, 0);
	assert_int_equal(h->was, 0);
	assert_int_equal(h->first_taken, 1793600100);
	assert_int_equal(h->lost_taken, HISTORY_NEVER);
	assert_int_equal(h->version, 1);
	assert_string_equal(h->station, "ws-01");
	assert_string_equal(h->source, "qq");
	assert_string_equal(h->path, "a/Anna.txt");
	assert_string_equal(h->member, "");
	assert_int_equal(h->off, 100);
	assert_int_equal(h->len, 99);
	return 0;
}

static void
around(int64_t n, int count, const char *want)
{
	struct got g = {.b = BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;

	assert_int_equal(history_around(M, n, count, got, &g, &e), 0);
	assert_string_equal(buf_str(&g.b), want);
	buf_release(&g.b);
}

static void
one_message_and_what_is_around(void **state)
{
	struct history_filter all = {ALL};
	struct got g = {.b = BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(history_each(M, &all, got, &g, &e), 0);
	assert_int_equal(g.count, 8);
	assert_int_equal(history_get(M, g.n[0], look, NULL, &e), 1);
	assert_int_equal(history_get(M, g.n[0] + 1, look, NULL, &e), 0);
	around(g.n[0], 1, "FOB 宁波 please|价格 1,200.50|");
	around(g.n[1], 1, "FOB 宁波 please|价格 1,200.50|Anna 撤回了一条消息|");
	around(g.n[1], 0, "价格 1,200.50|");
	around(g.n[1], 50, "FOB 宁波 please|价格 1,200.50|Anna 撤回了一条消息|宁波港 ok|");
	around(1, 5, "");
	buf_release(&g.b);
}

static int
list(void *arg, const struct history_chat *c, struct err *e)
{
	return buf_addf(arg, e, "%s %s '%s' %s%s %lld %lld/%lld|", c->station,
	    c->id, c->name, c->type, c->internal ? "!" : "",
	    (long long)c->messages, (long long)c->in, (long long)c->out);
}

static void
chats(const struct history_filter *f, const char *want)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	assert_int_equal(history_chats(M, f, list, &b, &e), 0);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static void
conversations(void **state)
{
	struct history_filter f = {ALL};

	(void)state;
	chats(&f, "ws-01  'Anna' private 4 2/1|ws-01  'Team 深圳' group 2 1/1|"
	    "ws-02 10001 'Li' private! 1 0/1|ws-02  'Anna' private 1 1/0|");
	/* one by its number; a number of none; one of another station */
	f.chat = 1;
	chats(&f, "ws-01  'Anna' private 4 2/1|");
	f.station = "ws-01";
	chats(&f, "ws-01  'Anna' private 4 2/1|");
	f.station = "ws-02";
	chats(&f, "");
	f.station = NULL;
	f.chat = 99;
	chats(&f, "");
	f.chat = 0;
	f.peer = "anna";
	chats(&f, "ws-01  'Anna' private 4 2/1|ws-02  'Anna' private 1 1/0|");
	f.since = DAY1;
	f.until = DAY1 + MS_A_DAY;
	chats(&f, "ws-02  'Anna' private 1 1/0|ws-01  'Anna' private 2 1/1|");
	f.peer = NULL;
	f.since = DAY1 + 40 * MS_A_DAY;
	f.until = HISTORY_NEVER;
	chats(&f, "");
}

/* Where a conversation begins and ends, as a walk through it finds. */
static void
the_ends_of_a_conversation(void **state)
{
	struct err e = ERR_INIT;
	int64_t chat, last;

	(void)state;
	for (chat = 1; chat <= 4; chat++) {
		struct history_filter f = {ALL, .chat = chat};
		struct got g = {.b = BUF_INIT(1 << 20)};

		assert_int_equal(history_each(M, &f, got, &g, &e), 0);
		assert_true(g.count > 0);
		assert_int_equal(history_older(M, chat, g.at, &e), 0);
		assert_int_equal(history_older(M, chat, g.at + 1, &e), 1);
		assert_int_equal(history_last(M, chat, &last, &e), 1);
		assert_int_equal(last, g.n[g.count - 1]);
		buf_release(&g.b);
	}
	last = 77;
	assert_int_equal(history_older(M, 5, INT64_MAX, &e), 0);
	assert_int_equal(history_last(M, 5, &last, &e), 0);
	assert_int_equal(last, 77);
}

static int
reading(void *arg, const struct history_reading *r, struct err *e)
{
	return buf_addf(arg, e, "%lld %s %s %s %d|", (long long)r->version,
	    r->path, r->format ? r->format : "-", r->error ? "error" : "read",
	    r->first != HISTORY_NEVER);
}

static void
readings(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(history_readings(M, NULL, 0, reading, &b, &e), 0);
	assert_string_equal(buf_str(&b), "1 a/Anna.txt qq-txt read 1|"
	    "10 w.txt qq-txt read 1|20 movie.mp4 - error 0|");
	buf_clear(&b);
	assert_int_equal(history_readings(M, "ws-02", 1793700101, reading, &b,
	    &e), 0);
	assert_string_equal(buf_str(&b), "20 movie.mp4 - error 0|");
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters),
		cmocka_unit_test(one_filter_after_the_other),
		cmocka_unit_test(what_is_typed_is_found),
		cmocka_unit_test(one_message_and_what_is_around),
		cmocka_unit_test(conversations),
		cmocka_unit_test(the_ends_of_a_conversation),
		cmocka_unit_test(readings),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
