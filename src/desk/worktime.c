/* desk/worktime.c - when a station works; FORMAT section 9. */
#include "desk/worktime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "config/teamini.h"
#include "desk/zone.h"

#include "base/banned.h"

#define DAY_MS INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)
#define SPANS_MAX 8		/* hours in one day */
#define HOLIDAYS_MAX 256
#define VALUE_MAX 4096
#define DAY_MINUTES 1440
#define DEFAULT_WORK "mon-fri 09:00-18:00"

struct span {
	int from, until;	/* minutes; UNTIL may lie in the next day */
};

struct range {
	int64_t from, until;	/* days, both included */
};

struct worktime {
	struct zone *zone;
	int64_t cutoff;		/* ms behind midnight */
	struct span span[7][SPANS_MAX];	/* Monday is 0 */
	size_t nspan[7];
	struct range holiday[HOLIDAYS_MAX];
	size_t nholiday;
};

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static size_t
weekday(int64_t day)
{
	return (size_t)(((day + 3) % 7 + 7) % 7);
}

/* --- What policy.ini says. */

/* N digits at *S, and past them; -1. */
static int
take_number(const char **s, int n)
{
	int v = 0;

	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		v = v * 10 + (**s - '0');
	}
	return v;
}

/* "09:00", up to 24:00; minutes, or -1. */
static int
take_clock(const char **s)
{
	int h = take_number(s, 2), m;

	if (h < 0 || *(*s)++ != ':')
		return -1;
	m = take_number(s, 2);
	return m < 0 || m > 59 || h * 60 + m > DAY_MINUTES ? -1 : h * 60 + m;
}

static int
take_weekday(const char **s)
{
	static const char names[] = "montuewedthufrisatsun";
	int i;

	for (i = 0; i < 7; i++) {
		if (strncmp(*s, names + 3 * i, 3) == 0) {
			*s += 3;
			return i;
		}
	}
	return -1;
}

static void
skip_blanks(const char **s)
{
	while (**s == ' ' || **s == '\t')
		(*s)++;
}

static bool
add_span(struct worktime *w, size_t day, struct span span)
{
	size_t i;

	for (i = 0; i < w->nspan[day]; i++)
		if (span.from < w->span[day][i].until &&
		    w->span[day][i].from < span.until)
			return false;
	if (w->nspan[day] == SPANS_MAX)
		return false;
	w->span[day][w->nspan[day]++] = span;
	return true;
}

/* "mon-fri 09:00-18:00" at *S. */
static bool
take_work(struct worktime *w, const char **s)
{
	int first = take_weekday(s), last = first, i;
	struct span span;

	if (first >= 0 && **s == '-') {
		(*s)++;
		last = take_weekday(s);
	}
	if (first < 0 || last < 0 || (**s != ' ' && **s != '\t'))
		return false;
	skip_blanks(s);
	span.from = take_clock(s);
	if (span.from < 0 || span.from == DAY_MINUTES || *(*s)++ != '-')
		return false;
	span.until = take_clock(s);
	if (span.until < 0)
		return false;
	if (span.until <= span.from)
		span.until += DAY_MINUTES;
	for (i = first;; i = (i + 1) % 7) {
		if (!add_span(w, (size_t)i, span))
			return false;
		if (i == last)
			return true;
	}
}

/* "2026-10-01..2026-10-07" at *S. */
static bool
take_holiday(struct worktime *w, const char **s)
{
	struct range r;
	char text[11];

	(void)snprintf(text, sizeof(text), "%.10s", *s);
	if (w->nholiday == HOLIDAYS_MAX || worktime_day_parse(text, &r.from) < 0)
		return false;
	*s += 10;
	r.until = r.from;
	if (str_starts(*s, "..")) {
		(void)snprintf(text, sizeof(text), "%.10s", *s + 2);
		if (worktime_day_parse(text, &r.until) < 0 ||
		    r.until < r.from)
			return false;
		*s += 12;
	}
	w->holiday[w->nholiday++] = r;
	return true;
}

static bool
take_list(struct worktime *w, const char *s,
	bool (*take)(struct worktime *w, const char **s))
{
	for (;;) {
		skip_blanks(&s);
		if (!take(w, &s))
			return false;
		skip_blanks(&s);
		if (*s == '\0')
			return true;
		if (*s++ != ',')
			return false;
	}
}

static int
no_sense(const char *key, const char *value, const char *hint, struct err *e)
{
	(void)err_set(e, ERR_FORMAT, "policy.ini: %s = %.60s makes no sense",
	    key, value);
	return err_hint(e, "%s", hint);
}

static int
take_zone(struct worktime *w, const char *policy, const char *station,
	struct err *e)
{
	char name[VALUE_MAX];

	if (!teamini_get(policy, station, "zone", name, sizeof(name)))
		clock_zone(name, sizeof(name));
	w->zone = zone_new(name, e);
	if (w->zone || e->code != ERR_NOENT)
		return w->zone ? 0 : -1;
	return no_sense("zone", name, "write the name of a time zone, as "
	    "'Asia/Shanghai'", e);
}

static int
take_all(struct worktime *w, const char *policy, const char *station,
	struct err *e)
{
	char value[VALUE_MAX];
	const char *s = value;
	int minutes;

	if (take_zone(w, policy, station, e) < 0)
		return -1;
	if (!teamini_get(policy, station, "work", value, sizeof(value)))
		(void)snprintf(value, sizeof(value), "%s", DEFAULT_WORK);
	if (strcmp(value, "none") != 0 && !take_list(w, value, take_work))
		return no_sense("work", value, "write 'mon-fri 09:00-18:00', "
		    "more of them with commas between, or 'none'", e);
	if (teamini_get(policy, station, "holidays", value, sizeof(value)) &&
	    !take_list(w, value, take_holiday))
		return no_sense("holidays", value, "write days as "
		    "'2026-10-01..2026-10-07, 2026-12-25'", e);
	if (teamini_get(policy, station, "leave", value, sizeof(value)) &&
	    !take_list(w, value, take_holiday))
		return no_sense("leave", value, "write days as "
		    "'2026-10-01..2026-10-07, 2026-12-25'", e);
	if (!teamini_get(policy, station, "cutoff", value, sizeof(value)))
		return 0;
	minutes = take_clock(&s);
	if (minutes < 0 || minutes == DAY_MINUTES || *s)
		return no_sense("cutoff", value, "write when its day begins, "
		    "as '12:00'", e);
	w->cutoff = minutes * MINUTE_MS;
	return 0;
}

struct worktime *
worktime_new(const char *policy, const char *station, struct err *e)
{
	struct worktime *w = calloc(1, sizeof(*w));

	if (!w) {
		(void)err_nomem(e);
		return NULL;
	}
	if (take_all(w, policy, station, e) == 0)
		return w;
	worktime_free(w);
	return NULL;
}

void
worktime_free(struct worktime *w)
{
	if (!w)
		return;
	zone_free(w->zone);
	free(w);
}

/* --- Days and hours. */

static int64_t
wall(struct worktime *w, int64_t utc_ms)
{
	return utc_ms + zone_offset(w->zone, utc_ms);
}

int64_t
worktime_day(struct worktime *w, int64_t utc_ms)
{
	return floor_div(wall(w, utc_ms) - w->cutoff, DAY_MS);
}

int64_t
worktime_start(struct worktime *w, int64_t day)
{
	return zone_to_utc(w->zone, day * DAY_MS + w->cutoff);
}

static bool
holiday(const struct worktime *w, int64_t day)
{
	size_t i;

	for (i = 0; i < w->nholiday; i++)
		if (day >= w->holiday[i].from && day <= w->holiday[i].until)
			return true;
	return false;
}

bool
worktime_works(const struct worktime *w, int64_t day)
{
	return w->nspan[weekday(day)] > 0 && !holiday(w, day);
}

static int64_t
overlap(int64_t from, int64_t until, int64_t a, int64_t b)
{
	int64_t first = from > a ? from : a, last = until < b ? until : b;

	return last > first ? last - first : 0;
}

int64_t
worktime_between(struct worktime *w, int64_t from, int64_t until)
{
	int64_t day, last, sum = 0;
	size_t i, d;

	if (until <= from)
		return 0;
	/* hours of the day before may reach into the first */
	last = floor_div(wall(w, until), DAY_MS);
	for (day = floor_div(wall(w, from), DAY_MS) - 1; day <= last; day++) {
		d = weekday(day);
		for (i = 0; i < w->nspan[d] && !holiday(w, day); i++)
			sum += overlap(from, until, zone_to_utc(w->zone,
			    day * DAY_MS + w->span[d][i].from * MINUTE_MS),
			    zone_to_utc(w->zone, day * DAY_MS +
			    w->span[d][i].until * MINUTE_MS));
	}
	return sum;
}

int64_t
worktime_days_between(struct worktime *w, int64_t from, int64_t until)
{
	int64_t day, last, sum = 0;

	if (until <= from)
		return 0;
	last = worktime_day(w, until);
	for (day = worktime_day(w, from); day <= last; day++)
		if (worktime_works(w, day))
			sum += overlap(from, until, worktime_start(w, day),
			    worktime_start(w, day + 1));
	return sum;
}

/* --- As text. */

const char *
worktime_day_text(int64_t day, char out[WORKTIME_DAY_LEN])
{
	return clock_day_text(day, out);
}

int
worktime_day_parse(const char *s, int64_t *day)
{
	return clock_day_parse(s, day);
}

const char *
worktime_clock(struct worktime *w, int64_t utc_ms,
	char out[WORKTIME_CLOCK_LEN])
{
	struct clock_date d;

	clock_split_utc(floor_div(wall(w, utc_ms), 1000), &d);
	(void)snprintf(out, WORKTIME_CLOCK_LEN, "%04d-%02d-%02d %02d:%02d",
	    d.year % 10000, d.month, d.day, d.hour, d.min);
	return out;
}
