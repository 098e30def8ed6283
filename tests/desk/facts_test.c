/*
 * tests/desk/facts_test.c - a day of an invented team, each fact planted and
 * each number counted by hand.
 *
 * The history is a table: its functions are those of this file.  Monday
 * 2026-11-23; ws-01 and ws-02 are in Shanghai (its midnight is 16:00 UTC),
 * ws-03 is in New York (05:00 UTC).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "desk/facts.h"
#include "desk/query.h"
#include "desk/dayreports.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define MIN INT64_C(60000)
#define HOUR (60 * MIN)

static const char policy[] =
    "[team]\n"
    "zone = Asia/Shanghai\n"
    "contacts = @acme.example\n"
    "responsible = 张总\n"
    "[station ws-03]\n"
    "zone = America/New_York\n"
    "[source ws-01/qq]\n"
    "account = 10001\n"
    "self = Sales-Wang\n"
    "responsible = 店长\n"
    "[source ws-03/wechat]\n"
    "account = li-abroad\n"
    "[watch]\n"
    "kickback = high: 回扣, never said\n"
    "tone = low: stupid\n";

/* --- The tables. */

static const struct history_chat chats[] = {
	{.n = 1, .station = "ws-01", .source = "qq", .platform = "qq",
	    .account = "10001", .id = "2001", .name = "Anna (Oslo)",
	    .type = "private"},
	{.n = 2, .station = "ws-01", .source = "qq", .platform = "qq",
	    .account = "10001", .id = "2002", .name = "Bob",
	    .type = "private"},
	{.n = 3, .station = "ws-01", .source = "qq", .platform = "qq",
	    .account = "10001", .id = "2003", .name = "Carl",
	    .type = "private"},
	{.n = 4, .station = "ws-01", .source = "qq", .platform = "qq",
	    .account = "10001", .id = "10003", .name = "Li",
	    .type = "private", .internal = true},
	{.n = 5, .station = "ws-01", .source = "qq", .platform = "qq",
	    .account = "10001", .id = "2005", .name = "Dora",
	    .type = "private"},
	{.n = 6, .station = "ws-01", .source = "qq", .platform = "qq",
	    .account = "10001", .id = "2006", .name = "Frank Miller",
	    .type = "private"},
	{.n = 7, .station = "ws-01", .source = "qq", .platform = "qq",
	    .account = "10001", .id = "3007", .name = "Lamps worldwide",
	    .type = "group"},
	{.n = 10, .station = "ws-02", .source = "wa", .platform = "whatsapp",
	    .account = "+86 138 0000 0002", .id = "",
	    .name = "+44 7700 900123", .type = "private"},
	{.n = 11, .station = "ws-02", .source = "wa", .platform = "whatsapp",
	    .account = "+86 138 0000 0002", .id = "", .name = "Eve",
	    .type = "private"},
	{.n = 12, .station = "ws-02", .source = "wa", .platform = "whatsapp",
	    .account = "+86 138 0000 0002", .id = "", .name = "Bob L.",
	    .type = "private"},
	{.n = 14, .station = "ws-02", .source = "we", .platform = "wechat",
	    .account = "chen", .id = "", .name = "Eve", .type = "private"},
	{.n = 13, .station = "ws-02", .source = "line", .platform = "line",
	    .account = "", .id = "", .name = "Gina", .type = "private"},
	{.n = 20, .station = "ws-03", .source = "qq", .platform = "qq",
	    .account = "10003", .id = "2001", .name = "Anna K",
	    .type = "private"},
	{.n = 21, .station = "ws-03", .source = "qq", .platform = "qq",
	    .account = "10003", .id = "2021", .name = "Robert",
	    .type = "private"},
	{.n = 30, .station = "ws-01", .source = "inq", .platform = "alibaba",
	    .account = "acme", .id = "", .name = "inquiries",
	    .type = "inquiry"}
};
#define NCHATS (sizeof(chats) / sizeof(*chats))

struct row {
	int64_t n;
	int64_t chat;
	const char *at;		/* UTC */
	const char *role;
	const char *text;
	const char *kind;	/* NULL: text */
	const char *line;	/* of an inquiry */
	const char *sender;	/* NULL: "" */
	enum history_state state;
	int64_t next;
};
#define PEER "peer"
#define SELF "self"
#define SAID(n_, chat_, at_, role_, text_) {.n = (n_), .chat = (chat_), \
	.at = (at_), .role = (role_), .text = (text_)}
#define ASKED(n_, at_, text_, line_, sender_) {.n = (n_), .chat = 30, \
	.at = (at_), .role = PEER, .text = (text_), .kind = "inquiry", \
	.line = (line_), .sender = (sender_)}
#define ORDERED(n_, at_, line_, sender_) {.n = (n_), .chat = 30, \
	.at = (at_), .role = PEER, .text = "USD 99", .kind = "order", \
	.line = (line_), .sender = (sender_)}

static const struct row rows[] = {
	/* long ago */
	SAID(1, 12, "2024-05-01T02:00:00Z", PEER, "write to bob@lamps.example"),
	SAID(2, 20, "2025-05-01T02:00:00Z", PEER, "hello from Oslo"),
	SAID(3, 11, "2024-06-01T02:00:00Z", SELF, "您要的回扣没问题"),
	/* ws-02 talks on eight of ten working days, with two accounts */
	SAID(10, 11, "2026-11-09T02:00:00Z", SELF, "good morning Eve"),
	SAID(11, 11, "2026-11-10T02:00:00Z", SELF, "good morning Eve!"),
	SAID(12, 11, "2026-11-11T02:00:00Z", SELF, "good morning, Eve"),
	SAID(13, 11, "2026-11-12T02:00:00Z", SELF, "good morning"),
	SAID(14, 11, "2026-11-13T02:00:00Z", SELF, "weekend soon"),
	SAID(15, 11, "2026-11-16T02:00:00Z", SELF, "Monday"),
	SAID(16, 11, "2026-11-17T02:00:00Z", SELF, "Tuesday"),
	SAID(17, 11, "2026-11-18T02:00:00Z", SELF, "Wednesday"),
	SAID(110, 14, "2026-11-09T02:00:00Z", SELF, "good morning Eve"),
	SAID(111, 14, "2026-11-10T02:00:00Z", SELF, "good morning Eve!"),
	SAID(112, 14, "2026-11-11T02:00:00Z", SELF, "good morning, Eve"),
	SAID(113, 14, "2026-11-12T02:00:00Z", SELF, "good morning"),
	SAID(114, 14, "2026-11-13T02:00:00Z", SELF, "weekend soon"),
	SAID(115, 14, "2026-11-16T02:00:00Z", SELF, "Monday"),
	SAID(116, 14, "2026-11-17T02:00:00Z", SELF, "Tuesday"),
	SAID(117, 14, "2026-11-18T02:00:00Z", SELF, "Wednesday"),
	/* Thursday: an inquiry of a customer with a conversation */
	ASKED(20, "2026-11-19T02:00:00Z", "L-400",
	    "{\"owner\":\"Wang\",\"replied\":null}", "Frank Miller"),
	SAID(21, 6, "2026-11-19T03:00:00Z", SELF, "Our quotation: USD 5.20"),
	/* Friday */
	SAID(30, 1, "2026-11-20T02:00:00Z", PEER, "what is the price of L-100?"),
	SAID(31, 1, "2026-11-20T02:30:00Z", SELF, "12.50 a piece"),
	ASKED(32, "2026-11-20T08:00:00Z", "L-100",
	    "{\"email\":\"Bob@x.example\",\"replied\":null}", "Bob X"),
	SAID(33, 10, "2026-11-20T13:00:00Z", PEER, "please confirm the order"),
	SAID(34, 10, "2026-11-20T13:01:00Z", PEER, "thanks"),
	/* an order before its inquiry, and one of another */
	ORDERED(35, "2026-11-20T07:00:00Z", "{\"email\":\"BOB@x.example\"}",
	    "Robert"),
	/* Monday in Shanghai */
	SAID(40, 1, "2026-11-23T01:00:00Z", PEER, "any news of L-100?"),
	ASKED(41, "2026-11-23T01:00:00Z", "L-300",
	    "{\"email\":\"hans@gmail.com\",\"read\":\"2026-11-23T09:30:00\","
	    "\"replied\":\"2026-11-23T10:00:00\"}", "Hans"),
	ASKED(42, "2026-11-23T01:05:00Z", "L-301",
	    "{\"email\":\"hans@gmail.com\",\"replied\":null}", "Hans"),
	ORDERED(62, "2026-11-23T01:10:00Z", "{\"phone\":\"13900002222\"}",
	    "Frank Miller"),
	ORDERED(63, "2026-11-23T02:10:00Z", "{\"email\":\"hans@gmail.com\"}",
	    "H. Schmidt"),
	SAID(43, 1, "2026-11-23T01:20:00Z", SELF, "it leaves today"),
	SAID(44, 7, "2026-11-23T01:30:00Z", PEER, "does anybody have L-200?"),
	SAID(45, 2, "2026-11-23T02:00:00Z", PEER, "price for 500 pcs?"),
	SAID(46, 2, "2026-11-23T02:00:03Z", SELF, "您好，稍后回复您！"),
	SAID(47, 4, "2026-11-23T02:30:00Z", SELF, "加我微信 wang_private88"),
	SAID(48, 4, "2026-11-23T02:31:00Z", PEER, "why?"),
	SAID(49, 3, "2026-11-23T03:00:00Z", PEER, "hello, do you have L-7?"),
	SAID(50, 3, "2026-11-23T03:00:02Z", SELF, "您好 稍后回复您"),
	SAID(51, 3, "2026-11-23T04:00:00Z", SELF, "sorry, yes we do"),
	SAID(52, 5, "2026-11-23T06:50:00Z", PEER, "call me at 13900001111"),
	SAID(53, 5, "2026-11-23T06:51:00Z", SELF, "13900001111, noted"),
	SAID(54, 5, "2026-11-23T06:52:00Z", SELF, "or write to wang@acme.example"),
	SAID(55, 5, "2026-11-23T06:53:00Z", SELF,
	    "=HYPERLINK(1) 加我微信：wang_private88\x1b[2J 有回扣"),
	{.n = 56, .chat = 5, .at = "2026-11-23T06:54:00Z", .role = PEER,
	    .text = "old text", .state = HISTORY_CHANGED, .next = 57},
	SAID(57, 5, "2026-11-23T06:54:00Z", PEER, "ok 👍"),
	{.n = 58, .chat = 5, .at = "2026-11-23T06:55:00Z", .role = "system",
	    .text = "call ended", .kind = "system"},
	SAID(59, 1, "2026-11-23T09:00:00Z", PEER, "Thank you!"),
	SAID(60, 13, "2026-11-23T09:00:00Z", "unknown", "hi"),
	SAID(61, 13, "2026-11-23T09:01:00Z", "unknown", "hi, price?"),
	/* Monday evening in New York, Tuesday noon in Shanghai */
	SAID(70, 21, "2026-11-24T03:00:00Z", PEER, "mail: BOB@lamps.example"),
	/* Tuesday there */
	SAID(80, 2, "2026-11-23T16:00:00Z", SELF, "good morning, 500 pcs: ..."),
	SAID(81, 21, "2026-11-24T05:00:00Z", SELF, "good morning"),
};
#define NROWS (sizeof(rows) / sizeof(*rows))

static int64_t
ms(const char *s)
{
	struct err e = ERR_INIT;
	int64_t t;

	assert_int_equal(clock_parse(s, &t, &e), 0);
	return t * 1000;
}

static const struct history_chat *
chat_of(int64_t n)
{
	size_t i;

	for (i = 0; i < NCHATS; i++)
		if (chats[i].n == n)
			return &chats[i];
	return NULL;
}

static bool
in(const struct history_filter *f, const struct row *r)
{
	const struct history_chat *c = chat_of(r->chat);
	int64_t at = ms(r->at);

	if ((f->station && strcmp(f->station, c->station) != 0) ||
	    (f->platform && strcmp(f->platform, c->platform) != 0) ||
	    (f->chat && f->chat != r->chat))
		return false;
	return (f->since == HISTORY_NEVER || at >= f->since) &&
	    (f->until == HISTORY_NEVER || at < f->until);
}

int
history_chats(struct messages *m, const struct history_filter *f,
	history_chat_fn fn, void *arg, struct err *e)
{
	size_t i, k;
	int rc;

	(void)m;
	for (i = NCHATS; i-- > 0;) {
		for (k = 0; k < NROWS; k++)
			if (rows[k].chat == chats[i].n && in(f, &rows[k]))
				break;
		rc = k < NROWS ? fn(arg, &chats[i], e) : 0;
		if (rc != 0)
			return rc;
	}
	return 0;
}

int
history_older(struct messages *m, int64_t chat, int64_t before,
	struct err *e)
{
	size_t i;

	(void)m;
	(void)e;
	for (i = 0; i < NROWS; i++)
		if (rows[i].chat == chat && ms(rows[i].at) < before)
			return 1;
	return 0;
}

int
history_senders(struct messages *m, history_sender_fn fn, void *arg,
	struct err *e)
{
	size_t i;
	int rc = 0;

	(void)m;
	for (i = 0; rc == 0 && i < NROWS; i++)
		if (rows[i].sender)
			rc = fn(arg, rows[i].chat, "", rows[i].sender, e);
	return rc;
}

static int
give(const struct row *r, history_message_fn fn, void *arg, struct err *e)
{
	const struct history_chat *c = chat_of(r->chat);
	char raw[CLOCK_TEXT_LEN];
	struct history_message h = {.n = r->n, .chat = r->chat,
	    .at = ms(r->at), .ts_raw = raw, .sender = r->sender ? r->sender :
	    "", .sender_id = "", .role = r->role,
	    .kind = r->kind ? r->kind : "text", .text = r->text,
	    .text_len = strlen(r->text), .state = r->state, .next = r->next,
	    .station = c->station, .source = c->source, .line = r->line,
	    .line_len = r->line ? strlen(r->line) : 0};

	/* what the file says is the clock of Shanghai */
	(void)clock_text_utc(h.at / 1000 + 8 * 3600, raw);
	raw[19] = '\0';
	h.precision = strcmp(c->platform, "whatsapp") == 0 ? "min" : "s";
	return fn(arg, &h, e);
}

int
history_each(struct messages *m, const struct history_filter *f,
	history_message_fn fn, void *arg, struct err *e)
{
	size_t i;
	int rc = 0;

	(void)m;
	for (i = 0; rc == 0 && i < NROWS; i++)
		if (in(f, &rows[i]))
			rc = give(&rows[i], fn, arg, e);
	return rc;
}

int
history_get(struct messages *m, int64_t n, history_message_fn fn, void *arg,
	struct err *e)
{
	size_t i;

	(void)m;
	for (i = 0; i < NROWS; i++)
		if (rows[i].n == n)
			return give(&rows[i], fn, arg, e) < 0 ? -1 : 1;
	return 0;
}

/* Newest first; upper and lower case are one. */
int
history_search(struct messages *m, const char *typed,
	const struct history_filter *f, int64_t limit, history_message_fn fn,
	void *arg, struct err *e)
{
	char word[256];
	size_t i, n = strcspn(typed + (*typed == '"'), "\"");
	int rc = 0;

	(void)m;
	(void)snprintf(word, sizeof(word), "%.*s", (int)n,
	    typed + (*typed == '"'));
	for (i = NROWS; rc == 0 && limit > 0 && i-- > 0;) {
		if (!in(f, &rows[i]) || !strcasestr(rows[i].text, word))
			continue;
		limit--;
		rc = give(&rows[i], fn, arg, e);
	}
	return rc;
}

int
history_readings(struct messages *m, const char *station, int64_t since,
	history_reading_fn fn, void *arg, struct err *e)
{
	static const struct {
		const char *station, *source, *format, *platform, *account,
		    *error, *mtime, *last;
	} all[] = {
		{"ws-01", "qq", "qq-txt", "qq", "10001", NULL,
		    "2026-11-23T10:00:00Z", "2026-11-23T09:00:00Z"},
		{"ws-01", "inq", "alibaba-inquiry", "alibaba", "acme", NULL,
		    "2026-11-23T01:06:00Z", "2026-11-23T01:05:00Z"},
		{"ws-02", "wa", "whatsapp-txt", "whatsapp",
		    "+86 138 0000 0002", NULL, "2026-11-20T12:00:00Z",
		    "2026-11-20T13:01:00Z"},
		{"ws-02", "line", "line-txt", "line", "", NULL,
		    "2026-11-23T12:00:00Z", "2026-11-23T09:01:00Z"},
		{"ws-02", "we", "weflow", "wechat", "chen", NULL,
		    "2026-11-23T12:00:00Z", "2026-11-18T02:00:00Z"},
		{"ws-02", "wangwang", NULL, NULL, NULL, "no format",
		    "2026-11-23T12:00:00Z", NULL},
		/* a clock that is ahead */
		{"ws-03", "qq", "qq-txt", "qq", "10003", NULL,
		    "2099-01-01T00:00:00Z", "2026-11-18T10:00:00Z"},
		{"ws-03", "qq", NULL, NULL, NULL, "kept, not readable",
		    "2026-11-23T12:00:00Z", NULL}
	};
	size_t i;

	(void)m;
	(void)since;
	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct history_reading r = {.station = all[i].station,
		    .source = all[i].source, .format = all[i].format,
		    .platform = all[i].platform, .account = all[i].account,
		    .error = all[i].error, .path = "export", .mtime = ms(all[i].mtime) / 1000,
		    .taken = ms(strcmp(all[i].station, "ws-03") == 0 ?
		    "2026-11-18T12:00:00Z" : "2026-11-23T16:00:00Z") / 1000, .last = all[i].last ? ms(all[i].last) : HISTORY_NEVER};

		if ((!station || strcmp(station, r.station) == 0) &&
		    fn(arg, &r, e) < 0)
			return -1;
	}
	return 0;
}

int
history_changes(struct messages *m, int64_t since, int64_t until,
	history_change_fn fn, void *arg, struct err *e)
{
	static const struct {
		enum history_state what;
		int64_t message, now;
		const char *taken;
	} all[] = {
		{HISTORY_VANISHED, 31, 0, "2026-11-23T10:00:00Z"},
		{HISTORY_CHANGED, 56, 57, "2026-11-23T10:00:00Z"},
		{HISTORY_RECALLED, 2, 0, "2026-11-24T04:59:59Z"},
		/* other days: there, and here */
		{HISTORY_VANISHED, 2, 0, "2026-11-24T05:00:00Z"},
		{HISTORY_VANISHED, 30, 0, "2026-11-23T16:00:00Z"},
		{HISTORY_CHANGED, 41, 42, "2026-11-23T10:00:00Z"}
	};
	size_t i;

	(void)m;
	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct history_change c = {all[i].what, all[i].message,
		    all[i].now, 1, ms(all[i].taken) / 1000};

		if (c.taken >= since && c.taken < until &&
		    fn(arg, &c, e) < 0)
			return -1;
	}
	return 0;
}

int
query_log(struct catalogue *c, const char *station, int64_t since,
	int64_t until, query_run_fn fn, void *arg, struct err *e)
{
	static const struct {
		const char *station, *started, *receipt;
		bool finished;
	} all[] = {
		/* it says Monday; the central had it on Tuesday */
		{"ws-01", "2026-11-23T10:00:00Z", "2026-11-23T16:00:00Z", true},
		{"ws-01", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z", true},
		{"ws-01", "2026-11-23T09:00:00Z", "2026-11-23T09:00:00Z",
		    false},
		{"ws-02", "2026-11-23T15:59:59Z", NULL, true},
		{"ws-03", "2026-11-24T04:00:00Z", "2026-11-24T04:00:05Z", true}
	};
	size_t i;

	(void)c;
	(void)since;
	(void)until;
	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct query_run r = {.finished = all[i].finished};

		if (strcmp(station, all[i].station) != 0)
			continue;
		r.first.n = (int64_t)i;
		r.first.started = ms(all[i].started) / 1000;
		r.first.receipt_utc = all[i].receipt ?
		    ms(all[i].receipt) / 1000 : QUERY_NONE;
		if (fn(arg, &r, e) < 0)
			return -1;
	}
	return 0;
}

/* By the run above: one of another day was paused, one of D is. */
int
query_part_sources(struct catalogue *c, int64_t part, query_source_fn fn,
	void *arg, struct err *e)
{
	static const char *const says[][2] = {{"ok", ""},
		{"blocked", "paused at the station until 2026-11-22T18:00:00Z"},
		{"ok", ""},
		{"blocked", "paused at the station until 2026-11-24T02:00:00Z"},
		{"blocked", "nobody agreed to the notice"}};
	const struct query_source s = {.name = "a", .kind = "chat",
	    .state = says[part][0], .reason = says[part][1]};

	(void)c;
	return fn(arg, &s, e);
}

int
query_source_reason(struct catalogue *c, const char *station,
	const char *source, struct buf *out, struct err *e)
{
	(void)c;
	return strcmp(station, "ws-02") == 0 && strcmp(source, "wangwang") ==
	    0 ? buf_adds(out, "kept, but nobody can read it", e) : 0;
}

/* The list of inquiries was exported again, and is the same. */
int
query_files(struct catalogue *c, const char *station, const char *source,
	const char *path, int64_t at, query_file_fn fn, void *arg,
	struct err *e)
{
	struct query_file f = {.source = "inq", .path = "export",
	    .path_len = 6, .mtime_sec = ms("2026-11-23T12:00:00Z") / 1000};

	(void)c;
	(void)source;
	(void)path;
	(void)at;
	if (strcmp(station, "ws-01") != 0)
		return err_set(e, ERR_NOENT, "nothing is kept");
	if (fn(arg, &f, e) < 0)
		return -1;
	f.mtime_sec = INT64_MAX;
	if (fn(arg, &f, e) < 0)
		return -1;
	f.path = "another";
	f.path_len = 7;
	f.mtime_sec = ms("2026-11-23T13:00:00Z") / 1000;
	return fn(arg, &f, e);
}

/* Of the week of Monday 2026-11-23, at ws-01, and at ws-04 of the same person. */
int
dayreports_each(struct catalogue *c, const struct dayreports_ask *ask,
	dayreports_fn fn, void *arg, struct err *e)
{
	static const struct {
		const char *station, *day, *at, *text;
		enum reportfile_kind kind;
	} all[] = {
		{"ws-01", "2026-11-23", "2026-11-23T12:00:00Z", "first\n\n",
		    REPORTFILE_DAY},
		{"ws-01", "2026-11-23", "2026-11-23T15:59:59Z", "second\n\n",
		    REPORTFILE_DAY},
		/* Tuesday's at the very end of it; no name says which day */
		{"ws-01", NULL, "2026-11-24T16:00:00Z", "by itself",
		    REPORTFILE_DAY},
		{"ws-01", "2026-11-25", "2026-11-26T16:00:00Z", "late",
		    REPORTFILE_DAY},
		{"ws-04", "2026-11-25", "2026-11-25T08:00:00Z", "elsewhere",
		    REPORTFILE_DAY},
		{"ws-01", "2026-11-23", "2026-11-23T16:00:00Z", "task",
		    REPORTFILE_PLAN},
		{"ws-01", "2026-11-20", "2026-11-23T03:00:00Z", "was ill",
		    REPORTFILE_OBJECTION}
	};
	size_t i;

	(void)c;
	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct dayreport r = {.station = all[i].station,
		    .source = "reports", .path = "a/x.1.txt", .path_len = 9,
		    .kind = all[i].kind, .day = DAYREPORTS_NO_DAY,
		    .typed = true, .at = ms(all[i].at) / 1000,
		    .text = all[i].text};

		if (all[i].day)
			assert_int_equal(worktime_day_parse(all[i].day,
			    &r.day), 0);
		if (strcmp(ask->station, r.station) != 0 ||
		    r.kind != ask->kind || (all[i].day ?
		    r.day < ask->first || r.day > ask->last :
		    r.at < ask->from || r.at >= ask->until))
			continue;
		if (fn(arg, &r, e) < 0)
			return -1;
	}
	return 0;
}

/* --- The facts. */

static struct facts facts;

static int
make(void **state)
{
	static const char *const stations[] = {"ws-01", "ws-02", "ws-03"};
	static const char people[] =
	    "{\"station\":\"ws-01\",\"person\":\"王芳\",\"team\":\"\","
	    "\"since\":0}\n"
	    "{\"station\":\"ws-02\",\"person\":\"陈工\",\"team\":\"\","
	    "\"since\":0}\n"
	    "{\"station\":\"ws-03\",\"person\":\"李\",\"team\":\"\","
	    "\"since\":0}\n";
	struct facts_ask ask = {.policy = policy, .station = stations,
	    .nstations = 3, .nactive = 3};
	struct roster roster = {NULL, 0};
	struct err e = ERR_INIT;
	int rc;

	(void)state;
	if (roster_parse(&roster, people, strlen(people), &e) < 0) {
		print_message("%s\n", e.what);
		return -1;
	}
	ask.roster = &roster;
	assert_int_equal(worktime_day_parse("2026-11-23", &ask.day), 0);
	ask.now = ms("2026-11-25T00:00:00Z");
	rc = facts_make(&facts, NULL, NULL, &ask, &e);
	if (rc < 0)
		print_message("%s\n", e.what);
	roster_release(&roster);
	return rc;
}

static int
unmake(void **state)
{
	(void)state;
	facts_release(&facts);
	return 0;
}

static const struct facts_account *
account(const char *station, const char *source)
{
	size_t i;

	for (i = 0; i < facts.naccounts; i++)
		if (strcmp(facts.account[i].who.station, station) == 0 &&
		    strcmp(facts.account[i].source, source) == 0)
			return &facts.account[i];
	return NULL;
}

/* The messages, as text. */
static const char *
list(const struct facts_list *l, char out[256])
{
	size_t i, at = 0;

	out[0] = '\0';
	for (i = 0; i < l->n; i++)
		at += (size_t)snprintf(out + at, 256 - at, "%s%lld",
		    i ? " " : "", (long long)l->v[i]);
	return out;
}

#define assert_list(l, want) do { \
	char text_[256]; \
	assert_string_equal(list(&(l), text_), want); \
} while (0)

static void
counts(void **state)
{
	const struct facts_account *a = account("ws-01", "qq");

	(void)state;
	assert_non_null(a);
	assert_list(a->conversations, "1 2 3 5 7");
	assert_list(a->new_peers, "2 3 5");
	assert_list(a->in, "40 59 45 49 52 57 44");
	assert_list(a->out, "43 51 53 54 55");
	assert_list(a->automatic, "46 50");
	assert_list(a->internal, "47 48");
	assert_list(a->unknown, "");
	assert_true(a->first == ms("2026-11-23T01:20:00Z"));
	assert_true(a->last == ms("2026-11-23T06:53:00Z"));
	assert_string_equal(a->who.doer, "王芳");
	assert_string_equal(a->who.responsible, "店长");
	a = account("ws-02", "wa");
	assert_list(a->in, "");
	assert_list(a->out, "");
	assert_true(a->first == FACTS_NEVER);
	assert_string_equal(a->who.responsible, "张总");
	/* its Monday ends at 05:00 UTC */
	a = account("ws-03", "qq");
	assert_list(a->in, "70");
	assert_list(a->out, "");
	assert_list(a->new_peers, "21");
	a = account("ws-02", "line");
	assert_list(a->unknown, "60 61");
}

static void
responses(void **state)
{
	const struct facts_account *a = account("ws-01", "qq");

	(void)state;
	/* 20 minutes, nobody, an hour, one minute; the group has no turn */
	assert_list(a->response.asked, "40 45 49 52");
	assert_int_equal(a->response.open, 1);
	assert_true(a->response.work_median == 20 * MIN);
	/* 11:00 to 12:00 */
	assert_true(a->response.work_p90 == 60 * MIN);
	assert_true(a->response.wall_median == 20 * MIN);
	assert_true(a->response.wall_p90 == 60 * MIN);
	assert_false(a->response.minute);
	/* the team: one more, in New York, which is open */
	assert_int_equal(facts.response.asked.n, 5);
	assert_int_equal(facts.response.open, 2);
	assert_true(facts.response.work_median == 20 * MIN);
	a = account("ws-02", "wa");
	assert_true(a->response.work_median == -1);
}

static void
asked(void **state)
{
	(void)state;
	/* Hans asked twice that day */
	assert_list(facts.inquiries.created, "41");
	assert_list(facts.inquiries.all, "20 32 41");
	assert_list(facts.inquiries.read, "41");
	assert_list(facts.inquiries.replied, "20 41");
	assert_list(facts.inquiries.quoted, "20");
	assert_list(facts.inquiries.open, "32");
	/* Frank by his name, Hans by his address; Bob's order was before */
	assert_list(facts.inquiries.ordered, "20 41");
	assert_list(facts.inquiries.orders, "62 63");
}

static void
readable(void **state)
{
	const struct facts_account *a;

	(void)state;
	a = account("ws-01", "qq");
	assert_true(a->backed_up && !a->unreadable);
	assert_true(a->until == ms("2026-11-23T09:00:00Z"));
	a = account("ws-01", "inq");
	assert_true(a->exported == ms("2026-11-23T12:00:00Z"));
	/* 27 hours of working days: three on Friday, all of Monday */
	a = account("ws-02", "wa");
	assert_true(!a->backed_up && !a->unreadable);
	a = account("ws-02", "wangwang");
	assert_true(a->unreadable && a->until == FACTS_NEVER);
	/* Wednesday 07:00 there; what is kept but not read changes nothing */
	a = account("ws-03", "qq");
	assert_true(a->unreadable && !a->backed_up);
	assert_true(a->exported == ms("2026-11-18T12:00:00Z"));
	a = account("ws-03", "wechat");
	assert_true(a->unreadable);
	assert_string_equal(a->account, "li-abroad");
	assert_false(facts.station[0].backed_up);
	assert_true(facts.station[0].last_run == ms("2026-11-23T16:00:00Z"));
	assert_true(facts.station[1].backed_up);
	assert_true(facts.station[2].backed_up);
}

/* All that is listed: nothing less, and nothing more. */
static void
items(void **state)
{
	static const char *const want[] = {
		"not_backed_up ws-01//0  0 ",
		"paused ws-02//0  0 ",
		"unreadable ws-02/wangwang/0  0 ",
		"unreadable ws-03/wechat/0  0 ",
		"unreadable ws-03/qq/0  0 ",
		"vanished ws-01/qq/1  0 31",
		"recalled ws-03/qq/20  0 2",
		"edited ws-01/qq/5  0 56 57",
		"leaked ws-01/qq/5 wang_private88 0 55",
		"unanswered ws-02/wa/10  540 33",
		"unanswered ws-01/qq/2  480 45",
		"inquiry_open ws-01/inq/30  660 32",
		"watch ws-01/qq/5 回扣 0 55",
		"shared ws-01/qq/1 2001 0 40",
		"shared ws-03/qq/21 bob@lamps.example 0 70 1",
		"objection ws-01//0 2026-11-20 0 ",
	    "silent ws-02/we/0  0 ",
		"unknown_side ws-02/line/0  0 "
	};
	char line[512], messages[256];
	size_t i;

	(void)state;
	for (i = 0; i < facts.nitems; i++) {
		const struct facts_item *it = &facts.item[i];
		bool waits = it->kind == FACTS_UNANSWERED ||
		    it->kind == FACTS_INQUIRY_OPEN;

		(void)snprintf(line, sizeof(line), "%s %s/%s/%lld %s %lld %s",
		    facts_kind_name(it->kind), it->who.station, it->source,
		    (long long)it->chat, it->what,
		    waits ? (long long)(it->value / MIN) : 0,
		    list(&it->messages, messages));
		assert_true(i < sizeof(want) / sizeof(*want));
		assert_string_equal(line, want[i]);
	}
	assert_int_equal(i, sizeof(want) / sizeof(*want));
}

static const struct facts_item *
item(enum facts_kind kind)
{
	size_t i;

	for (i = 0; i < facts.nitems; i++)
		if (facts.item[i].kind == kind)
			return &facts.item[i];
	return NULL;
}

static void
what_items_say(void **state)
{
	const struct facts_item *it;

	(void)state;
	it = item(FACTS_PAUSED);
	assert_string_equal(it->text, "paused at the station until "
	    "2026-11-24T02:00:00Z");
	it = item(FACTS_UNREADABLE);
	assert_string_equal(it->source, "wangwang");
	assert_string_equal(it->note, "kept, but nobody can read it");
	it = item(FACTS_WATCH);
	assert_int_equal(it->today, 1);
	assert_true(it->value == 2);
	assert_string_equal(it->note, "kickback");
	it = item(FACTS_SHARED);
	assert_string_equal(it->note, "李");
	assert_string_equal(it->text, "id");
	assert_true(it->value == 20);
	it = item(FACTS_EDITED);
	assert_string_equal(it->text, "old text");
	assert_string_equal(it->now, "ok 👍");
	assert_string_equal(it->peer, "Dora");
	it = item(FACTS_VANISHED);
	assert_string_equal(it->peer, "Anna (Oslo)");
	assert_string_equal(it->note, "");
	it = item(FACTS_LEAKED);
	assert_string_equal(it->note, "wechat");
	assert_string_equal(it->peer, "Dora");
	assert_true(it->at == ms("2026-11-23T06:53:00Z"));
	it = item(FACTS_INQUIRY_OPEN);
	assert_string_equal(it->note, "unread");
	assert_string_equal(it->peer, "Bob X");
	it = item(FACTS_NOT_BACKED_UP);
	assert_string_equal(it->who.doer, "王芳");
	assert_string_equal(it->who.responsible, "张总");
	it = item(FACTS_UNANSWERED);
	assert_string_equal(it->text, "please confirm the order");
	it = item(FACTS_UNKNOWN_SIDE);
	assert_true(it->value == 2);
}

/* A year before the first run of all nothing was missed. */
static void
before_it_began(void **state)
{
	static const char *const stations[] = {"ws-01", "ws-09"};
	struct roster none = {NULL, 0};
	struct facts_ask ask = {.roster = &none, .station = stations,
	    .nstations = 2, .nactive = 2, .policy = "[team]\nzone = UTC\n",
	    .now = ms("2026-11-25T00:00:00Z")};
	struct err e = ERR_INIT;
	struct facts f;

	(void)state;
	assert_int_equal(worktime_day_parse("2025-11-24", &ask.day), 0);
	assert_int_equal(facts_make(&f, NULL, NULL, &ask, &e), 0);
	assert_int_equal(f.nitems, 1);
	assert_int_equal(f.item[0].kind, FACTS_NOT_BACKED_UP);
	assert_string_equal(f.item[0].who.station, "ws-09");
	assert_true(f.item[0].at == FACTS_NEVER);
	facts_release(&f);
}

/* Of ws-01 and ws-04, which are one person's, by POLICY, at NOW. */
static void
make_of(struct facts *f, const char *text, const char *day, const char *now)
{
	static const char *const stations[] = {"ws-01", "ws-04"};
	static const char people[] =
	    "{\"station\":\"ws-01\",\"person\":\"王芳\",\"team\":\"\","
	    "\"since\":0}\n"
	    "{\"station\":\"ws-04\",\"person\":\"王芳\",\"team\":\"\","
	    "\"since\":0}\n";
	struct roster roster = {NULL, 0};
	struct facts_ask ask = {.roster = &roster, .station = stations,
	    .nstations = 2, .nactive = 2, .policy = text, .now = ms(now),
	    .numbers = true};
	struct err e = ERR_INIT;

	assert_int_equal(roster_parse(&roster, people, strlen(people), &e), 0);
	assert_int_equal(worktime_day_parse(day, &ask.day), 0);
	assert_int_equal(facts_make(f, NULL, NULL, &ask, &e), 0);
	assert_int_equal(f->npersons, 1);
	assert_string_equal(f->person[0].name, "王芳");
	assert_int_equal(f->person[0].stations, 2);
	roster_release(&roster);
}

#define WANTED "[team]\nzone = Asia/Shanghai\nreports = daily, weekly\n"

static size_t
count_of(const struct facts *f, enum facts_kind kind)
{
	size_t i, n = 0;

	for (i = 0; i < f->nitems; i++)
		n += f->item[i].kind == kind;
	return n;
}

static void
reports(void **state)
{
	static const struct {
		const char *policy, *day, *now;
		enum facts_written report, plan;
	} all[] = {
	    {WANTED, "2026-11-23", "2026-11-27T00:00:00Z", FACTS_WRITTEN,
	        FACTS_LATE},
	    {WANTED, "2026-11-24", "2026-11-27T00:00:00Z", FACTS_MISSING,
	        FACTS_LATE},
	    {WANTED, "2026-11-24", "2026-11-24T15:00:00Z", FACTS_NOT_YET,
	        FACTS_LATE},
	    /* written at midnight it is the next day's, where one wrote in time */
	    {WANTED, "2026-11-25", "2026-11-27T00:00:00Z", FACTS_WRITTEN,
	        FACTS_LATE},
	    {WANTED, "2026-12-01", "2026-12-05T00:00:00Z", FACTS_MISSING,
	        FACTS_MISSING},
	    {WANTED, "2026-11-30", "2026-11-30T10:00:00Z", FACTS_NOT_YET,
	        FACTS_NOT_YET},
	    /* a Sunday, a day of leave, a week of it, none wanted */
	    {WANTED, "2026-11-29", "2026-12-05T00:00:00Z", FACTS_NOT_EXPECTED,
	        FACTS_LATE},
	    {WANTED "leave = 2026-11-24\n", "2026-11-24",
	        "2026-11-27T00:00:00Z", FACTS_NOT_EXPECTED, FACTS_LATE},
	    {WANTED "holidays = 2026-11-30..2026-12-06\n", "2026-12-01",
	        "2026-12-05T00:00:00Z", FACTS_NOT_EXPECTED,
	        FACTS_NOT_EXPECTED},
	    {WANTED "leave = 2026-11-30\n", "2026-12-01",
	        "2026-12-01T10:00:00Z", FACTS_NOT_YET, FACTS_NOT_YET},
	    {"[team]\nzone = Asia/Shanghai\n", "2026-12-01",
	        "2026-12-05T00:00:00Z", FACTS_NOT_EXPECTED,
	        FACTS_NOT_EXPECTED},
	    {"[team]\nzone = Asia/Shanghai\nreports = none\n", "2026-11-23",
	        "2026-12-05T00:00:00Z", FACTS_WRITTEN, FACTS_LATE},
	    {"[team]\nzone = Asia/Shanghai\nreports = weekly\n", "2026-12-01",
	        "2026-12-05T00:00:00Z", FACTS_NOT_EXPECTED, FACTS_MISSING},
	};
	const struct facts_person *p;
	struct facts f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		make_of(&f, all[i].policy, all[i].day, all[i].now);
		p = &f.person[0];
		if (p->report.state != all[i].report ||
		    p->plan.state != all[i].plan)
			print_message("case %zu: %s %s\n", i,
			    facts_written_name(p->report.state),
			    facts_written_name(p->plan.state));
		assert_int_equal(p->report.state, all[i].report);
		assert_int_equal(p->plan.state, all[i].plan);
		assert_int_equal(count_of(&f, FACTS_REPORT_MISSING),
		    all[i].report == FACTS_MISSING);
		assert_int_equal(count_of(&f, FACTS_PLAN_MISSING),
		    all[i].plan == FACTS_MISSING);
		facts_release(&f);
	}
	make_of(&f, WANTED, "2026-11-23", "2026-11-27T00:00:00Z");
	p = &f.person[0];
	assert_int_equal(p->report.versions, 2);
	assert_string_equal(p->report.text, "second\n\n");
	assert_string_equal(p->report.file, "x.1.txt");
	/* told on the day it was made, of another day */
	assert_int_equal(count_of(&f, FACTS_OBJECTION), 1);
	assert_int_equal(p->nobjections, 1);
	assert_string_equal(p->objection[0].text, "was ill");
	facts_release(&f);
	make_of(&f, WANTED, "2026-11-20", "2026-11-27T00:00:00Z");
	assert_int_equal(f.person[0].nobjections, 1);
	facts_release(&f);
	make_of(&f, WANTED, "2026-11-24", "2026-11-27T00:00:00Z");
	assert_int_equal(f.person[0].nobjections, 0);
	facts_release(&f);
}

/* A person's numbers are those of his accounts. */
static void
persons(void **state)
{
	size_t i, k, in, out, asked;

	(void)state;
	assert_int_equal(facts.npersons, 3);
	for (i = 0; i < facts.npersons; i++) {
		const struct facts_person *p = &facts.person[i];

		in = out = asked = 0;
		for (k = 0; k < facts.naccounts; k++) {
			const struct facts_account *a = &facts.account[k];

			if (strcmp(a->who.doer, p->name) != 0)
				continue;
			in += a->in.n;
			out += a->out.n;
			asked += a->response.asked.n;
		}
		assert_int_equal(p->in, in);
		assert_int_equal(p->out, out);
		assert_int_equal(p->response.asked.n, asked);
		assert_int_equal(p->response.work.n, asked - p->response.open);
	}
}

/* Kept and had back it is the same; cut anywhere it is none. */
static void
kept(void **state)
{
	struct buf a = BUF_INIT(1u << 24), b = BUF_INIT(1u << 24);
	struct err e = ERR_INIT;
	struct facts f;
	size_t n;

	(void)state;
	assert_int_equal(facts_encode(&facts, &a, &e), 0);
	assert_int_equal(facts_decode(&f, a.data, a.len, &e), 0);
	assert_int_equal(f.nitems, facts.nitems);
	assert_string_equal(f.item[0].who.doer, facts.item[0].who.doer);
	assert_int_equal(facts_encode(&f, &b, &e), 0);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	facts_release(&f);
	for (n = 0; n < a.len; n += 1 + n / 40) {
		assert_int_equal(facts_decode(&f, a.data, n, &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
		facts_release(&f);
	}
	assert_int_equal(buf_addc(&a, 'x', &e), 0);
	assert_int_equal(facts_decode(&f, a.data, a.len, &e), -1);
	facts_release(&f);
	buf_release(&a);
	buf_release(&b);
}

static void
refuses_policy(void **state)
{
	static const char *const stations[] = {"ws-01"};
	struct roster none = {NULL, 0};
	struct facts_ask ask = {.roster = &none, .station = stations,
	    .nstations = 1, .nactive = 1, .policy = "[team]\nunanswered = soon\n"};
	struct err e = ERR_INIT;
	struct facts f;

	(void)state;
	assert_int_equal(facts_make(&f, NULL, NULL, &ask, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	facts_release(&f);
	ask.policy = "[team]\nreports = daily, hourly\n";
	assert_int_equal(facts_make(&f, NULL, NULL, &ask, &e), -1);
	facts_release(&f);
	ask.policy = "[team]\nwork = whenever\n";
	assert_int_equal(facts_make(&f, NULL, NULL, &ask, &e), -1);
	facts_release(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(responses),
		cmocka_unit_test(asked),
		cmocka_unit_test(readable),
		cmocka_unit_test(items),
		cmocka_unit_test(what_items_say),
		cmocka_unit_test(persons),
		cmocka_unit_test(reports),
		cmocka_unit_test(before_it_began),
		cmocka_unit_test(kept),
		cmocka_unit_test(refuses_policy)
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
