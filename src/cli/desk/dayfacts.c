/* cli/desk/dayfacts.c - the facts of a day, counted once. */
#include "cli/desk/dayfacts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "desk/query.h"

#include "base/banned.h"

#define KEPT_MAX ((size_t)64 << 20)
#define KEY_LEN 512

/* A day, and what its facts hang on, as the first line of the file has it. */
struct asked {
	struct facts_ask ask;
	bool over;			/* for every station */
	bool keep;			/* today, or the day before */
	char *file;
	char key[KEY_LEN];
};

/*
 * Where the day is over for every station, later it is the same; else it is what
 * it is now.
 */
static int
settle(struct asked *a, struct err *e)
{
	int64_t last = INT64_MIN, end;
	struct worktime *w;
	size_t i;

	for (i = 0; i < a->ask.nstations; i++) {
		w = worktime_new(a->ask.policy, a->ask.station[i], e);
		if (!w)
			return -1;
		end = worktime_start(w, a->ask.day + 1);
		last = end > last ? end : last;
		worktime_free(w);
	}
	a->over = last <= a->ask.now;
	if (a->over && last != INT64_MIN)
		a->ask.now = last;
	return 0;
}

/*
 * The line, but for whether the day was over.  Before anything is read: what is
 * written meanwhile makes them another's.
 */
static int
make_key(struct asked *a, const struct box *b, const char *zone, struct err *e)
{
	struct query_inputs in;
	struct stat s;

	if (stat(b->home->catalogue, &s) < 0)
		s.st_ino = 0;
	if (query_inputs(b->catalogue, &in, e) < 0)
		return -1;
	(void)snprintf(a->key, KEY_LEN, "liudi-facts 3 " LIUDI_VERSION
	    " %s %lld %s %zu %zu %lld %lld %lld %lld %lld %lld", b->control.commit,
	    (long long)a->ask.day, zone, a->ask.nstations, a->ask.nactive,
	    (long long)s.st_ino, (long long)in.parts,
	    (long long)in.waiting, (long long)in.readings,
	    (long long)in.records, (long long)in.reports);
	/* two days lie side by side: today and the one before */
	a->file = str_fmt("%s%s", b->home->catalogue, a->ask.day % 2 == 0 ?
	    CATALOGUE_FACTS : CATALOGUE_FACTS_ODD);
	return a->file ? 0 : err_nomem(e);
}

/* 1: *D has what A asks for; of a day that was not over: as a sync had it. */
static int
load(struct dayfacts *d, const struct asked *a)
{
	struct buf all = BUF_INIT(KEPT_MAX);
	const size_t n = strlen(a->key);
	struct err ignored = ERR_INIT;
	const char *line;
	int rc = 0;

	if (file_load(a->file, &all, &ignored) == 0 && all.len > n + 3 &&
	    memcmp(all.data, a->key, n) == 0) {
		line = buf_str(&all) + n;
		d->early = memcmp(line, " -\n", 3) == 0;
		if (d->early || memcmp(line, " +\n", 3) == 0)
			rc = facts_decode(&d->facts, line + 3, all.len - n - 3,
			    &ignored) == 0;
		if (rc == 0)
			facts_release(&d->facts);
	}
	buf_release(&all);
	return rc;
}

/* Who cannot keep them counts again. */
static void
keep(const struct facts *f, const struct asked *a)
{
	struct buf all = BUF_INIT(KEPT_MAX);
	struct err ignored = ERR_INIT;

	if (buf_addf(&all, &ignored, "%s %c\n", a->key, a->over ? '+' :
	    '-') == 0 && facts_encode(f, &all, &ignored) == 0)
		(void)file_save(a->file, all.data, all.len, 0600, &ignored);
	buf_release(&all);
}

static int
count(struct dayfacts *d, struct box *b, const struct asked *a, struct err *e)
{
	struct messages *m = messages_open(b->catalogue, false, e);
	int rc = m ? facts_make(&d->facts, m, b->catalogue, &a->ask, e) : -1;

	messages_close(m);
	d->early = false;
	if (rc == 0 && a->keep)
		keep(&d->facts, a);
	return rc;
}

static int
begin(struct dayfacts *d, struct asked *a, const struct box *b,
	const struct team *t, int64_t day, struct err *e)
{
	memset(d, 0, sizeof(*d));
	d->time = worktime_new(a->ask.policy, "", e);
	if (!d->time)
		return -1;
	d->today = worktime_day(d->time, a->ask.now);
	a->ask.day = day == DAYFACTS_YESTERDAY ? d->today - 1 : day;
	a->keep = a->ask.day == d->today || a->ask.day == d->today - 1;
	team_zone(t, d->zone);
	return settle(a, e) < 0 || make_key(a, b, d->zone, e) < 0 ? -1 : 0;
}

/* ANEW: also where an earlier sync counted a day that was not over. */
static int
make(struct dayfacts *d, struct box *b, const struct team *t, int64_t now,
	int64_t day, bool anew, struct err *e)
{
	struct asked a = {.ask = {.policy = buf_str(&t->policy),
	    .roster = &t->people, .station = t->station, .nstations = t->n,
	    .nactive = t->nactive, .now = now * 1000}};
	int rc = begin(d, &a, b, t, day, e);

	if (rc == 0 && (!a.keep || load(d, &a) == 0 || (anew && d->early))) {
		facts_release(&d->facts);
		rc = count(d, b, &a, e);
	}
	free(a.file);
	return rc;
}

int
dayfacts_make(struct dayfacts *d, struct box *b, const struct team *t,
	int64_t now, int64_t day, struct err *e)
{
	return make(d, b, t, now, day, false, e);
}

void
dayfacts_release(struct dayfacts *d)
{
	facts_release(&d->facts);
	worktime_free(d->time);
	memset(d, 0, sizeof(*d));
}

int
dayfacts_keep(struct box *b, void *nothing, struct err *e)
{
	const int64_t now = clock_now_utc();
	struct err ignored = ERR_INIT;
	struct dayfacts d = {.time = NULL};
	struct team t = {0};
	int rc;

	(void)nothing;
	(void)e;
	if (b->catalogue && team_load(&t, b, &ignored) == 0) {
		rc = make(&d, b, &t, now, DAYFACTS_YESTERDAY, true, &ignored);
		if (rc == 0) {
			const int64_t today = d.today;

			dayfacts_release(&d);
			(void)make(&d, b, &t, now, today, true, &ignored);
		}
	}
	dayfacts_release(&d);
	team_release(&t);
	return 0;
}
