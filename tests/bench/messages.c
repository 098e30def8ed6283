/*
 * tests/bench/messages.c - what the catalogue of all messages costs.
 *
 *	bench_messages FILE [N [SEED [LETTERS [TEXTS]]]]
 *	bench_messages --into FILE N PEOPLE END LONG
 *
 * N (1,000,000) invented messages of twenty people over two years, each with
 * some hundred conversations in one export, into the new catalogue FILE; then
 * the same exports again, a day of 20,000 messages more, and an old export that
 * comes last.  Messages a second of processor time, without that of inventing
 * them; bytes of index for a byte of text; milliseconds for the newest 50 of
 * some questions, each with two messages before and behind it: the first time,
 * and the best of five.  LETTERS: one in so many messages is twelve times as
 * long, as e-mail is; 0, none.  TEXTS: a file that gets the texts, a line each.
 *
 * --into: no questions; N messages of stations ws-01 to ws-PEOPLE in the two years
 * up to END (seconds) go into the catalogue of a desk, and behind them one
 * conversation of ws-01 with LONG messages.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/file.h"
#include "base/jsonw.h"
#include "desk/chathistory.h"
#include "desk/messages.h"
#include "speech.h"

#include "base/banned.h"

#define PEOPLE 20
#define CHATS 200		/* of each */
#define YEARS_S (2 * 365 * 86400)
#define START 1700000000	/* seconds */
#define DAY 20000		/* messages of one */
#define LINES (64u << 20)	/* bytes of an export at once */

static double
now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
check(int rc, const struct err *e)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "bench_messages: %s\n", e->what);
	exit(1);
}

struct bench {
	struct messages *m;
	struct speech speech;
	struct buf text, line;
	FILE *texts;
	uint64_t said, bytes, letters;
	int64_t version;
	uint32_t chats;		/* in one export, at most */
	int64_t taken;		/* seconds */
	double spent, wall;	/* in messages_add() */
	struct messages_report sum;
};

/* Twelve sayings are a letter. */
static void
lengthen(struct bench *b, struct err *e)
{
	struct buf more = BUF_INIT(1u << 20);
	int i;

	for (i = 1; i < 12; i++) {
		speech_say(&b->speech, &more, 0, e);
		check(buf_addc(&b->text, ' ', e), e);
		check(buf_add(&b->text, more.data, more.len, e), e);
	}
	buf_release(&more);
}

static void
put_line(struct bench *b, int fd, uint32_t chat, int64_t at, bool own)
{
	struct err e = ERR_INIT;
	struct jsonw w;
	char name[32];

	speech_say(&b->speech, &b->text, ++b->said, &e);
	if (b->letters && b->said % b->letters == 0)
		lengthen(b, &e);
	b->bytes += b->text.len;
	if (b->texts)
		(void)fprintf(b->texts, "%s\n", buf_str(&b->text));
	(void)snprintf(name, sizeof(name), "客户 %u", chat);
	jsonw_init(&w, &b->line, &e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "message");
	jsonw_kint(&w, "n", (int64_t)b->said);
	jsonw_kstr(&w, "platform", "qq");
	jsonw_kstr(&w, "format", "qce-json");
	jsonw_kint(&w, "parser_ver", 1);
	jsonw_knull(&w, "account");
	jsonw_knull(&w, "conv_id");
	jsonw_kstr(&w, "conv_name", name);
	jsonw_kstr(&w, "conv_type", "private");
	jsonw_knull(&w, "native_id");
	jsonw_kstr(&w, "ts_raw", "2024-03-01T08:59:07Z");
	jsonw_kint(&w, "ts_utc", at * 1000);
	jsonw_kstr(&w, "tz_src", "absolute");
	jsonw_kstr(&w, "precision", "s");
	jsonw_kint(&w, "seq", (int64_t)b->said);
	jsonw_knull(&w, "sender_id");
	jsonw_kstr(&w, "sender_name", own ? "李明" : name);
	jsonw_kstr(&w, "sender_role", "unknown");
	jsonw_kstr(&w, "kind", "text");
	jsonw_kstr(&w, "text", buf_str(&b->text));
	jsonw_key(&w, "attachments");
	jsonw_array(&w);
	jsonw_array_end(&w);
	jsonw_knull(&w, "reply_to");
	jsonw_knull(&w, "forwarded_from");
	jsonw_knull(&w, "thread");
	jsonw_kstr(&w, "state", "live");
	jsonw_key(&w, "src");
	jsonw_object(&w);
	jsonw_knull(&w, "member");
	jsonw_kint(&w, "offset", (int64_t)b->bytes);
	jsonw_kint(&w, "length", (int64_t)b->text.len + 40);
	jsonw_object_end(&w);
	jsonw_key(&w, "warn");
	jsonw_array(&w);
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	check(jsonw_end(&w), &e);
	check(buf_addc(&b->line, '\n', &e), &e);
	if (b->line.len > LINES / 2) {
		check(file_write(fd, b->line.data, b->line.len, "lines", &e),
		    &e);
		buf_clear(&b->line);
	}
}

/* The export of PERSON: N messages in the SPAN seconds from START on. */
static int
invent(struct bench *b, uint64_t n, int64_t start, int64_t span)
{
	uint32_t chat, chats = n < b->chats * 4 ? (uint32_t)n / 4 :
	    b->chats;
	int fd = memfd_create("export", MFD_CLOEXEC);
	struct err e = ERR_INIT;
	uint64_t i, many;
	int64_t at;

	if (fd < 0)
		check(err_set(&e, ERR_IO, "no memory file"), &e);
	for (chat = 0; chat < chats; chat++) {
		many = n / chats + (chat < n % chats);
		at = start + speech_roll(&b->speech, 3600);
		for (i = 0; i < many; i++) {
			put_line(b, fd, chat, at,
			    speech_roll(&b->speech, 2) != 0);
			/* Four in five go on talking. */
			at += speech_roll(&b->speech, 5) ?
			    1 + speech_roll(&b->speech, 60) :
			    1 + speech_roll(&b->speech, (uint32_t)(1 +
			    (uint64_t)span * 10 / many));
			if (at >= start + span)
				at = start + span - 1;
		}
	}
	check(file_write(fd, b->line.data, b->line.len, "lines", &e), &e);
	buf_clear(&b->line);
	return fd;
}

static void
lay(struct bench *b, int person, int fd)
{
	struct messages_report r = {0};
	struct err e = ERR_INIT;
	static const char *const self[] = {"李明"};
	char station[16];
	struct messages_file f = {.version = ++b->version, .station = station,
	    .source = "qq", .path = b->chats == CHATS ? "all.json" :
	    "one.json", .zone = "Asia/Shanghai", .self_id = self, .nself = 1,
	    .mtime = b->taken + b->version, .taken = b->taken + b->version,
	    .format = "qce-json", .platform = "qq", .parser = 1};
	double cpu, wall;

	(void)snprintf(station, sizeof(station), "ws-%02d", person);
	cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	wall = now(CLOCK_MONOTONIC);
	check(messages_add(b->m, &f, fd, &r, &e), &e);
	b->spent += now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	b->wall += now(CLOCK_MONOTONIC) - wall;
	b->sum.fresh += r.fresh;
	b->sum.same += r.same;
	b->sum.changed += r.changed + r.recalled + r.vanished;
}

static void
told(struct bench *b, const char *what)
{
	printf("%s: %" PRId64 " new, %" PRId64 " same, %" PRId64
	    " changed; %.2f s of processor time, %.2f s, %.0f a second\n",
	    what, b->sum.fresh, b->sum.same, b->sum.changed, b->spent, b->wall,
	    (double)(b->sum.fresh + b->sum.same) / b->spent);
	b->spent = b->wall = 0;
	b->sum = (struct messages_report){0};
}

static int64_t
number(const char *file, const char *sql)
{
	sqlite3_stmt *s = NULL;
	sqlite3 *db = NULL;
	int64_t n = -1;

	if (sqlite3_open(file, &db) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return n;
}

static void
sizes(struct bench *b, const char *file)
{
	static const char *const parts[][2] = {
		{"words", "SELECT total(pgsize) FROM dbstat "
		    "WHERE name LIKE 'words%'"},
		{"rows", "SELECT total(pgsize) FROM dbstat "
		    "WHERE name = 'block'"},
		{"all else", "SELECT total(pgsize) FROM dbstat "
		    "WHERE name NOT IN ('block', 'record') "
		    "AND name NOT LIKE 'words%'"},
		{"index", "SELECT total(pgsize) FROM dbstat "
		    "WHERE name <> 'record'"},
		{"text apart", "SELECT total(pgsize) FROM dbstat "
		    "WHERE name = 'record'"}};
	size_t i;

	printf("%.1f MB of text, %.1f bytes each; bytes for a byte of it:",
	    (double)b->bytes / 1e6, (double)b->bytes / (double)b->said);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		printf(" %s %.2f%s", parts[i][0],
		    (double)number(file, parts[i][1]) / (double)b->bytes,
		    i + 1 < sizeof(parts) / sizeof(parts[0]) ? "," : "\n");
}

struct found {
	int64_t n[50];
	size_t count, around;
};

static int
found(void *arg, const struct history_message *h, struct err *e)
{
	struct found *f = arg;

	(void)e;
	f->n[f->count++] = h->n;
	return 0;
}

static int
around(void *arg, const struct history_message *h, struct err *e)
{
	struct found *f = arg;

	(void)e;
	f->around += h->text_len > 0;
	return 0;
}

static void
ask(struct bench *b, const char *typed)
{
	struct history_filter all = {.since = HISTORY_NEVER,
	    .until = HISTORY_NEVER};
	double first = 0, best = 1e9, t;
	struct err e = ERR_INIT;
	struct found f;
	size_t k;
	int i;

	for (i = 0; i < 6; i++) {
		f.count = f.around = 0;
		t = now(CLOCK_MONOTONIC);
		check(history_search(b->m, typed, &all, 50, found, &f, &e),
		    &e);
		for (k = 0; k < f.count; k++)
			check(history_around(b->m, f.n[k], 2, around, &f, &e),
			    &e);
		t = now(CLOCK_MONOTONIC) - t;
		if (i == 0)
			first = t;
		else
			best = t < best ? t : best;
	}
	printf("%8.2f ms, at first %8.2f ms, %2zu found, %3zu around  %s\n",
	    best * 1e3, first * 1e3, f.count, f.around, typed);
}

static void
ask_all(struct bench *b)
{
	static const char *const typed[] = {"宁波", "信用证", "波",
	    "\"packing list\"", "8834719.25", "FOB 宁波"};
	size_t i;

	for (i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
		ask(b, typed[i]);
}

/* Station ws-01 and on, as those of a desk are called. */
static int
fill(struct bench *b, char **argv)
{
	const uint64_t n = strtoull(argv[3], NULL, 10);
	const int people = (int)strtol(argv[4], NULL, 10);
	const int64_t end = strtoll(argv[5], NULL, 10);
	struct err e = ERR_INIT;
	struct catalogue *c;
	int i, fd;

	c = catalogue_open(argv[2], true, &e);
	b->m = c ? messages_open(c, true, &e) : NULL;
	check(b->m ? 0 : -1, &e);
	b->version = 1000000;	/* none of the desk's own */
	b->taken = end - 3600 - b->version;
	for (i = 1; i <= people; i++) {
		fd = invent(b, n / (uint64_t)people, end - YEARS_S, YEARS_S);
		lay(b, i, fd);
		(void)close(fd);
	}
	b->chats = 1;
	fd = invent(b, strtoull(argv[6], NULL, 10), end - YEARS_S, YEARS_S);
	lay(b, 1, fd);
	(void)close(fd);
	told(b, "all");
	messages_close(b->m);
	catalogue_close(c);
	return 0;
}

int
main(int argc, char **argv)
{
	struct bench b = {.chats = CHATS, .taken = START + YEARS_S +
	    86400 * 30, .text = BUF_INIT(1u << 20), .line = BUF_INIT(LINES)};
	uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000;
	struct err e = ERR_INIT;
	int64_t start = START, day = START + YEARS_S;
	struct catalogue *c;
	struct rusage u;
	int i, fd;

	if (argc == 7 && strcmp(argv[1], "--into") == 0) {
		b.speech.noise = 1;
		return fill(&b, argv);
	}
	if (argc < 2 || argc > 6 || access(argv[1], F_OK) == 0) {
		fprintf(stderr, "usage: bench_messages NEW-FILE [N [SEED "
		    "[LETTERS [TEXTS]]]]\n");
		return 2;
	}
	b.speech.noise = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
	b.letters = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;
	b.texts = argc > 5 ? fopen(argv[5], "w") : NULL;
	c = catalogue_open(argv[1], true, &e);
	b.m = c ? messages_open(c, true, &e) : NULL;
	check(b.m ? 0 : -1, &e);
	for (i = 0; i < PEOPLE; i++) {
		fd = invent(&b, n / PEOPLE, start, YEARS_S);
		lay(&b, i, fd);
		if (i + 1 < PEOPLE)
			(void)close(fd);
	}
	told(&b, "all");
	lay(&b, PEOPLE - 1, fd);
	told(&b, "the last export again");
	(void)close(fd);
	for (i = 0; i < PEOPLE; i++) {
		fd = invent(&b, DAY / PEOPLE, day, 86400);
		lay(&b, i, fd);
		(void)close(fd);
	}
	told(&b, "a day more");
	sizes(&b, argv[1]);
	ask_all(&b);
	fd = invent(&b, n / PEOPLE / 4, start - YEARS_S, YEARS_S);
	lay(&b, PEOPLE, fd);
	(void)close(fd);
	told(&b, "an old export at last");
	ask_all(&b);
	(void)getrusage(RUSAGE_SELF, &u);
	printf("peak memory: %ld MB\n", u.ru_maxrss / 1024);
	messages_close(b.m);
	catalogue_close(c);
	buf_release(&b.text);
	buf_release(&b.line);
	return b.texts && fclose(b.texts) != 0;
}
