/*
 * tests/bench/words.c - what the words of desk/words.h cost and are worth.
 *
 *	bench_words FILE [N [SEED]]
 *
 * An index without content of N (300,000) generated messages, half of them
 * Chinese, in the new database FILE: messages and MB a second of processor
 * time, with and without FTS5 behind the tokenizer; bytes of index for a byte
 * of text; milliseconds for the newest 50 of some questions, best of five.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "desk/words_query.h"
#include "speech.h"

#include "base/banned.h"

static double
now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
check(sqlite3 *db, int ok)
{
	if (ok)
		return;
	fprintf(stderr, "bench_words: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static void
run(sqlite3 *db, const char *sql)
{
	check(db, sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static int
nothing(void *arg, const struct words_token *t)
{
	(void)t;
	++*(uint64_t *)arg;
	return 0;
}

static int64_t
number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;
	int64_t n = -1;

	check(db, sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK);
	if (sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

static void
ask(sqlite3 *db, struct words *w, const char *typed)
{
	struct buf q = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;
	double best = 1e9, t;
	sqlite3_stmt *s;
	int i, rows = 0;

	if (words_query(w, typed, strlen(typed), &q, &e) != 0)
		exit(1);
	check(db, sqlite3_prepare_v2(db, "SELECT rowid FROM f WHERE f MATCH ?1 "
	    "ORDER BY rowid DESC LIMIT 50", -1, &s, NULL) == SQLITE_OK);
	sqlite3_bind_text(s, 1, buf_str(&q), -1, SQLITE_STATIC);
	for (i = 0; i < 5; i++) {
		t = now(CLOCK_MONOTONIC);
		for (rows = 0; sqlite3_step(s) == SQLITE_ROW; rows++)
			;
		check(db, sqlite3_reset(s) == SQLITE_OK);
		t = now(CLOCK_MONOTONIC) - t;
		best = t < best ? t : best;
	}
	sqlite3_finalize(s);
	printf("%8.2f ms  %2d rows  %s\n", best * 1e3, rows, typed);
	buf_release(&q);
}

static void
build(sqlite3 *db, struct words *w, uint64_t n, uint64_t seed)
{
	struct buf b = BUF_INIT(1u << 20);
	struct speech speech = {0};
	struct err e = ERR_INIT;
	uint64_t i, bytes = 0, tokens = 0;
	double t, make, split, index;
	sqlite3_stmt *s;
	int64_t size;

	speech.noise = seed;
	t = now(CLOCK_PROCESS_CPUTIME_ID);
	for (i = 1; i <= n; i++) {
		speech_say(&speech, &b, i, &e);
		bytes += b.len;
	}
	make = now(CLOCK_PROCESS_CPUTIME_ID) - t;
	speech.noise = seed;
	t = now(CLOCK_PROCESS_CPUTIME_ID);
	for (i = 1; i <= n; i++) {
		speech_say(&speech, &b, i, &e);
		(void)words_each(w, buf_str(&b), b.len, false, nothing,
		    &tokens);
	}
	split = now(CLOCK_PROCESS_CPUTIME_ID) - t - make;
	check(db, sqlite3_prepare_v2(db, "INSERT INTO f(rowid, t) "
	    "VALUES(?1, ?2)", -1, &s, NULL) == SQLITE_OK);
	speech.noise = seed;
	t = now(CLOCK_PROCESS_CPUTIME_ID);
	run(db, "BEGIN");
	for (i = 1; i <= n; i++) {
		speech_say(&speech, &b, i, &e);
		sqlite3_bind_int64(s, 1, (int64_t)i);
		sqlite3_bind_text(s, 2, buf_str(&b), (int)b.len,
		    SQLITE_STATIC);
		check(db, sqlite3_step(s) == SQLITE_DONE);
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
	run(db, "COMMIT");
	index = now(CLOCK_PROCESS_CPUTIME_ID) - t - make;
	size = number(db, "SELECT page_count * page_size FROM "
	    "pragma_page_count, pragma_page_size");
	printf("%" PRIu64 " messages, %.1f MB, %.1f bytes and %.1f tokens "
	    "each\n", n, (double)bytes / 1e6, (double)bytes / (double)n,
	    (double)tokens / (double)n);
	printf("tokens alone: %.0f messages/s, %.1f MB/s\n",
	    (double)n / split, (double)bytes / split / 1e6);
	printf("index: %.0f messages/s, %.1f MB/s; %.2f bytes a byte of text\n",
	    (double)n / index, (double)bytes / index / 1e6,
	    (double)size / (double)bytes);
	t = now(CLOCK_PROCESS_CPUTIME_ID);
	run(db, "INSERT INTO f(f) VALUES('optimize'); VACUUM");
	size = number(db, "SELECT page_count * page_size FROM "
	    "pragma_page_count, pragma_page_size");
	printf("optimized in %.1f s: %.2f bytes a byte of text\n",
	    now(CLOCK_PROCESS_CPUTIME_ID) - t, (double)size / (double)bytes);
	buf_release(&b);
}

int
main(int argc, char **argv)
{
	static const char *const typed[] = {"宁波", "阀门", "交货期", "信用证",
		"波", "FOB 宁波", "\"packing list\"", "\"best price\"",
		"8834719.25", "8,834,719.25", "L100A", "invo*", "fob -price",
		"\"宁波 可以\""};
	struct err e = ERR_INIT;
	struct words *w;
	sqlite3 *db;
	double t;
	size_t i;

	if (argc < 2 || argc > 4 || access(argv[1], F_OK) == 0) {
		fprintf(stderr, "usage: bench_words NEW-FILE [N [SEED]]\n");
		return 2;
	}
	t = now(CLOCK_MONOTONIC);
	w = words_new(&e);
	if (!w) {
		fprintf(stderr, "bench_words: %s\n", e.what);
		return 1;
	}
	printf("start: %.1f ms\n", (now(CLOCK_MONOTONIC) - t) * 1e3);
	if (sqlite3_open(argv[1], &db) != SQLITE_OK ||
	    words_register(w, db, &e) < 0)
		return 1;
	run(db, "PRAGMA journal_mode = off; PRAGMA synchronous = off;"
	    "PRAGMA cache_size = -65536;"
	    "CREATE VIRTUAL TABLE f USING fts5(t, content = '', "
	    "columnsize = 0, tokenize = '" WORDS_TOKENIZER "');"
	    "INSERT INTO f(f, rank) VALUES('hashsize', 33554432)");
	build(db, w, argc > 2 ? strtoull(argv[2], NULL, 10) : 300000,
	    argc > 3 ? strtoull(argv[3], NULL, 10) : 1);
	for (i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
		ask(db, w, typed[i]);
	sqlite3_close(db);
	words_free(w);
	return 0;
}
