/* desk/daygrid.c - what became of each of thirty days, station by station. */
#include "desk/daygrid.h"

#include <stdlib.h>
#include <string.h>

#include "desk/finding.h"

#include "base/banned.h"

#define DAY_S 86400

const char *
daygrid_name(enum daygrid_cell c)
{
	static const char *const names[DAYGRID_CELLS] = {"nothing", "free",
	    "missed", "late", "done", "partial", "alarm"};

	return names[c];
}

static struct daygrid_row *
find_row(const struct daygrid *g, const char *station)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		if (strcmp(g->row[i].station, station) == 0)
			return &g->row[i];
	return NULL;
}

/* What that run says of DAY, where the runs before it came to BEFORE. */
static enum daygrid_cell
judge(const struct daygrid_row *row, const struct query_part *p, int64_t day,
	enum daygrid_cell before)
{
	const int64_t got = p->receipt_utc != QUERY_NONE ? p->receipt_utc :
	    p->first_seen;

	if (before == DAYGRID_ALARM || p->worst >= (int)FINDING_INTEGRITY)
		return DAYGRID_ALARM;
	/* the last one counts: it says how things were left */
	if (p->worst >= (int)FINDING_WARN)
		return DAYGRID_PARTIAL;
	return before <= DAYGRID_LATE && got != QUERY_NONE &&
	    worktime_day(row->time, got * 1000) > day + 1 ? DAYGRID_LATE :
	    DAYGRID_DONE;
}

static int
on_run(void *arg, const struct query_run *r, struct err *e)
{
	struct daygrid_row *row = find_row(arg, r->first.station);
	int64_t day, ago;
	uint8_t *cell;

	(void)e;
	if (!row || r->first.started == QUERY_NONE)
		return 0;
	day = worktime_day(row->time, r->first.started * 1000);
	ago = row->last - day;
	if (ago < 0 || ago >= DAYGRID_DAYS)
		return 0;
	cell = &row->cell[DAYGRID_DAYS - 1 - ago];
	*cell = (uint8_t)judge(row, &r->first, day, *cell);
	return 0;
}

/* The first day on which it could sign; INT64_MIN where that is not said. */
static int64_t
first_day(const struct daygrid_row *row, const struct signers *all)
{
	int64_t after = INT64_MAX;
	size_t i;

	for (i = 0; i < all->n; i++)
		if (strcmp(all->v[i].name, row->station) == 0 &&
		    all->v[i].valid_after < after)
			after = all->v[i].valid_after;
	return after == INT64_MIN || after == INT64_MAX ? INT64_MIN :
	    worktime_day(row->time, after * 1000);
}

/* As if nothing had come. */
static int
begin_row(struct daygrid_row *row, const struct signers *signers,
	const char *policy, int64_t now, int64_t back, struct err *e)
{
	int64_t today, first, day;
	int d;

	row->time = worktime_new(policy, row->station, e);
	if (!row->time)
		return -1;
	today = worktime_day(row->time, now * 1000);
	row->last = today - back;
	first = first_day(row, signers);
	for (d = 0; d < DAYGRID_DAYS; d++) {
		day = row->last - DAYGRID_DAYS + 1 + d;
		if (day >= first && day < today)
			row->cell[d] = worktime_works(row->time, day) ?
			    DAYGRID_MISSED : DAYGRID_FREE;
	}
	return 0;
}

int
daygrid_make(struct daygrid *g, struct catalogue *c,
	const struct signers *signers, const char *policy,
	const char *const *station, size_t n, int64_t now, int64_t back,
	struct err *e)
{
	/* zones and cutoffs move days by one at most */
	const int64_t until = now - (back - 2) * DAY_S;

	memset(g, 0, sizeof(*g));
	g->row = calloc(n + 1, sizeof(*g->row));
	if (!g->row)
		return err_nomem(e);
	for (; g->n < n; g->n++) {
		g->row[g->n].station = station[g->n];
		if (begin_row(&g->row[g->n], signers, policy, now, back,
		    e) < 0) {
			g->n++;
			return -1;
		}
	}
	return query_log(c, n == 1 ? station[0] : NULL, until -
	    (int64_t)(DAYGRID_DAYS + 3) * DAY_S, until, on_run, g, e);
}

void
daygrid_release(struct daygrid *g)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		worktime_free(g->row[i].time);
	free(g->row);
	memset(g, 0, sizeof(*g));
}
