/* base/clock.c - the proleptic Gregorian calendar, and what a person types. */
#include "base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "base/str.h"

#include "base/banned.h"

#define DAY_SEC 86400

/* LIUDI_NOW, if it is set and a number. */
static bool
pinned(int64_t *utc)
{
	const char *s = getenv("LIUDI_NOW");

	return s && str_to_i64(s, 0, INT64_C(253402300799), utc) == 0;
}

int64_t
clock_now_utc(void)
{
	struct timespec ts;
	int64_t utc;

	if (pinned(&utc))
		return utc;
	(void)clock_gettime(CLOCK_REALTIME, &ts);	/* cannot fail */
	return ts.tv_sec;
}

int64_t
clock_mono_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);	/* cannot fail */
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
clock_nap_ms(int64_t ms)
{
	const struct timespec ts = {ms / 1000, (long)(ms % 1000) * 1000000};

	(void)nanosleep(&ts, NULL);	/* a shorter one is asked for */
}

/*
 * Days since 1970-01-01.  Years are counted from March, so that the leap day
 * is the last of its year; 400 years have 146097 days.
 */
static int64_t
days_of(int64_t year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void
clock_split_utc(int64_t utc, struct clock_date *d)
{
	int64_t days = utc / DAY_SEC, sec = utc % DAY_SEC;
	int64_t era, doe, yoe, doy, mp;

	if (sec < 0) {
		sec += DAY_SEC;
		days--;
	}
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	d->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	d->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	d->year = (int)(yoe + era * 400 + (d->month <= 2));
	d->hour = (int)(sec / 3600);
	d->min = (int)(sec / 60 % 60);
	d->sec = (int)(sec % 60);
}

int64_t
clock_join_utc(const struct clock_date *d)
{
	return days_of(d->year, d->month, d->day) * DAY_SEC +
	    (int64_t)d->hour * 3600 + (int64_t)d->min * 60 + d->sec;
}

const char *
clock_text_local(int64_t utc, char out[CLOCK_TEXT_LEN])
{
	struct clock_date d;
	int offset;

	clock_split_local(utc, &d, &offset);
	(void)snprintf(out, CLOCK_TEXT_LEN, "%04d-%02d-%02d %02d:%02d:%02d",
	    d.year % 10000, d.month % 100, d.day % 100, d.hour % 100,
	    d.min % 100, d.sec % 100);
	return out;
}

const char *
clock_text_utc(int64_t utc, char out[CLOCK_TEXT_LEN])
{
	struct clock_date d;

	clock_split_utc(utc, &d);
	(void)snprintf(out, CLOCK_TEXT_LEN, "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    d.year % 10000, d.month % 100, d.day % 100, d.hour % 100,
	    d.min % 100, d.sec % 100);
	return out;
}

const char *
clock_day_text(int64_t day, char out[CLOCK_DAY_LEN])
{
	struct clock_date d;

	clock_split_utc(day * DAY_SEC, &d);
	(void)snprintf(out, CLOCK_DAY_LEN, "%04d-%02d-%02d", d.year % 10000,
	    d.month % 100, d.day % 100);
	return out;
}

/* N digits at *S, and past them; -1. */
static int
take_digits(const char **s, int n)
{
	int v = 0;

	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		v = v * 10 + **s - '0';
	}
	return v;
}

int
clock_day_parse(const char *s, int64_t *day)
{
	struct clock_date d = {0}, back;
	int64_t utc;

	d.year = take_digits(&s, 4);
	if (d.year < 1970 || *s++ != '-')
		return -1;
	d.month = take_digits(&s, 2);
	if (d.month < 1 || d.month > 12 || *s++ != '-')
		return -1;
	d.day = take_digits(&s, 2);
	if (d.day < 1 || d.day > 31 || *s)
		return -1;
	utc = clock_join_utc(&d);
	clock_split_utc(utc, &back);
	if (back.day != d.day)
		return -1;
	*day = utc / DAY_SEC;
	return 0;
}

int64_t
clock_day_monday(int64_t day)
{
	return day - ((day + 3) % 7 + 7) % 7;
}

/* A week is of the year that its Thursday is in. */
const char *
clock_week_text(int64_t day, char out[CLOCK_WEEK_LEN])
{
	const int64_t thursday = clock_day_monday(day) + 3;
	struct clock_date d;

	clock_split_utc(thursday * DAY_SEC, &d);
	(void)snprintf(out, CLOCK_WEEK_LEN, "%04d-W%02d", d.year % 10000,
	    (int)((thursday - days_of(d.year, 1, 1)) / 7 + 1) % 100);
	return out;
}

/* The last second of the local day that is DAYS behind D. */
static int
end_of_day(struct clock_date d, int days, int64_t *utc)
{
	d.day += days + 1;
	d.hour = d.min = d.sec = 0;
	if (clock_join_local(&d, utc) < 0)
		return -1;
	(*utc)--;
	return 0;
}

/* N digits at *S of a number in [MIN, MAX]; 0 or -1. */
static int
digits(const char **s, int n, int min, int max, int *out)
{
	int v = 0;

	for (; n > 0; n--, (*s)++) {
		if (!isdigit((unsigned char)**s))
			return -1;
		v = v * 10 + (**s - '0');
	}
	if (v < min || v > max)
		return -1;
	*out = v;
	return 0;
}

static int
skip(const char **s, char c)
{
	if (**s != c)
		return -1;
	(*s)++;
	return 0;
}

static int
month_days(int year, int month)
{
	static const int days[] =
	    {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

static int
parse_day(const char **s, struct clock_date *d)
{
	if (digits(s, 4, 1, 9999, &d->year) < 0 || skip(s, '-') < 0 ||
	    digits(s, 2, 1, 12, &d->month) < 0 || skip(s, '-') < 0)
		return -1;
	return digits(s, 2, 1, month_days(d->year, d->month), &d->day);
}

static int
parse_time(const char **s, struct clock_date *d)
{
	if (digits(s, 2, 0, 23, &d->hour) < 0 || skip(s, ':') < 0 ||
	    digits(s, 2, 0, 59, &d->min) < 0)
		return -1;
	if (**s != ':')
		return 0;
	(*s)++;
	return digits(s, 2, 0, 59, &d->sec);
}

/* The text forms; *utc is set only when all of S has been read. */
static int
parse(const char *s, int64_t *utc)
{
	struct clock_date d = {0, 0, 0, 0, 0, 0};
	int offset;

	if (str_eq(s, "now")) {
		*utc = clock_now_utc();
		return 0;
	}
	if (str_eq(s, "yesterday")) {
		clock_split_local(clock_now_utc(), &d, &offset);
		return end_of_day(d, -1, utc);
	}
	if (parse_day(&s, &d) < 0)
		return -1;
	if (*s == '\0')
		return end_of_day(d, 0, utc);
	if (*s != ' ' && *s != 'T')
		return -1;
	s++;
	if (parse_time(&s, &d) < 0)
		return -1;
	if (str_eq(s, "Z")) {
		*utc = clock_join_utc(&d);
		return 0;
	}
	return *s == '\0' ? clock_join_local(&d, utc) : -1;
}

int
clock_parse(const char *s, int64_t *utc, struct err *e)
{
	if (parse(s, utc) == 0)
		return 0;
	(void)err_set(e, ERR_USAGE, "'%s' is not a point in time", s);
	return err_hint(e, "write it as 2026-11-23, '2026-11-23 18:00', "
	    "2026-11-23T18:00:05Z, now or yesterday");
}

int
clock_synced(void)
{
	struct timex tx;
	int64_t utc;

	if (pinned(&utc))
		return 0;
	memset(&tx, 0, sizeof(tx));
	if (adjtimex(&tx) < 0)
		return -1;
	return (tx.status & STA_UNSYNC) ? 0 : 1;
}
