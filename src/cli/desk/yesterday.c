/* cli/desk/yesterday.c - the facts of the day before, counted once. */
#include "cli/desk/yesterday.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "config/teamini.h"

#include "base/banned.h"

#define KEPT_MAX ((size_t)64 << 20)
#define KEY_LEN 512

/* A file of the catalogue: any write to it makes another of this. */
static void
add_file(char *key, const char *name)
{
	const size_t n = strlen(key);
	struct stat s;

	if (stat(name, &s) == 0 && s.st_size > 0)
		(void)snprintf(key + n, KEY_LEN - n, " %lld %lld %lld.%09ld",
		    (long long)s.st_ino, (long long)s.st_size,
		    (long long)s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
	else
		(void)snprintf(key + n, KEY_LEN - n, " -");
}

/*
 * What they hang on, in a line.  Before anything is read: what is written meanwhile
 * makes them another's.
 */
static int
make_key(char key[KEY_LEN], const struct box *b, const struct facts_ask *ask,
	const char *zone, struct err *e)
{
	char *wal = str_fmt("%s-wal", b->home->catalogue);

	if (!wal)
		return err_nomem(e);
	(void)snprintf(key, KEY_LEN, "liudi-facts 1 %s %lld %lld %s",
	    b->control.commit, (long long)ask->day, (long long)ask->now,
	    zone);
	add_file(key, b->home->catalogue);
	add_file(key, wal);
	(void)snprintf(key + strlen(key), KEY_LEN - strlen(key), "\n");
	free(wal);
	return 0;
}

/* 1: *F is what KEY says. */
static int
load(struct facts *f, const char *file, const char *key)
{
	struct buf all = BUF_INIT(KEPT_MAX);
	const size_t n = strlen(key);
	struct err ignored = ERR_INIT;
	int rc = 0;

	if (file_load(file, &all, &ignored) == 0 && all.len > n &&
	    memcmp(all.data, key, n) == 0) {
		rc = facts_decode(f, all.data + n, all.len - n,
		    &ignored) == 0;
		if (rc == 0)
			facts_release(f);
	}
	buf_release(&all);
	return rc;
}

/* Who cannot keep them counts again. */
static void
keep(const struct facts *f, const char *file, const char *key)
{
	struct buf all = BUF_INIT(KEPT_MAX);
	struct err ignored = ERR_INIT;

	if (buf_adds(&all, key, &ignored) == 0 && facts_encode(f, &all,
	    &ignored) == 0)
		(void)file_save(file, all.data, all.len, 0600, &ignored);
	buf_release(&all);
}

static int
count(struct facts *f, struct box *b, const struct facts_ask *ask,
	struct err *e)
{
	struct messages *m = messages_open(b->catalogue, false, e);
	int rc = m ? facts_make(f, m, b->catalogue, ask, e) : -1;

	messages_close(m);
	return rc;
}

/*
 * Where the day is over for every station, later it is the same; else it is what
 * it is now.
 */
static int
settle(struct facts_ask *ask, bool *over, struct err *e)
{
	int64_t last = INT64_MIN, end;
	struct worktime *w;
	size_t i;

	for (i = 0; i < ask->nstations; i++) {
		w = worktime_new(ask->policy, ask->station[i], e);
		if (!w)
			return -1;
		end = worktime_start(w, ask->day + 1);
		last = end > last ? end : last;
		worktime_free(w);
	}
	*over = last <= ask->now;
	if (*over && last != INT64_MIN)
		ask->now = last;
	return 0;
}

int
yesterday_make(struct yesterday *y, struct box *b, const struct team *t,
	int64_t now, struct err *e)
{
	struct facts_ask ask = {.policy = buf_str(&t->policy),
	    .roster = &t->people, .station = t->station, .nstations = t->n,
	    .nactive = t->nactive, .now = now * 1000};
	char key[KEY_LEN], *file = NULL;
	bool over = false;
	int rc = -1;

	memset(y, 0, sizeof(*y));
	y->time = worktime_new(ask.policy, "", e);
	if (!y->time)
		return -1;
	ask.day = worktime_day(y->time, ask.now) - 1;
	if (!teamini_get(ask.policy, "", "zone", y->zone, sizeof(y->zone)))
		clock_zone(y->zone, sizeof(y->zone));
	if (settle(&ask, &over, e) < 0 || make_key(key, b, &ask, y->zone,
	    e) < 0)
		return -1;
	file = str_fmt("%s" CATALOGUE_FACTS, b->home->catalogue);
	if (!file)
		return err_nomem(e);
	if (over && load(&y->facts, file, key) > 0)
		rc = 0;
	else if (count(&y->facts, b, &ask, e) == 0) {
		if (over)
			keep(&y->facts, file, key);
		rc = 0;
	}
	free(file);
	return rc;
}

void
yesterday_release(struct yesterday *y)
{
	facts_release(&y->facts);
	worktime_free(y->time);
	memset(y, 0, sizeof(*y));
}

int
yesterday_keep(struct box *b, void *nothing, struct err *e)
{
	struct err ignored = ERR_INIT;
	struct yesterday y = {.time = NULL};
	struct team t = {0};

	(void)nothing;
	(void)e;
	if (b->catalogue && team_load(&t, b, &ignored) == 0)
		(void)yesterday_make(&y, b, &t, clock_now_utc(), &ignored);
	yesterday_release(&y);
	team_release(&t);
	return 0;
}
