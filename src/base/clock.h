/*
 * base/clock.h - what time it is, in seconds since 1970 UTC, and as text.
 * LIUDI_NOW in the environment (seconds) pins clock_now_utc() for tests; the
 * manifest then says clock_synced false.
 * Needs: base/err.
 */
#ifndef LIUDI_BASE_CLOCK_H
#define LIUDI_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

int64_t clock_now_utc(void);
int64_t clock_mono_ms(void);	/* for durations; never pinned */
/* Sleep for MS >= 0 milliseconds, or until a signal comes. */
void clock_nap_ms(int64_t ms);

struct clock_date {
	int year, month, day, hour, min, sec;	/* month 1-12, day 1-31 */
};

/* Proleptic Gregorian calendar, any year 1..9999. */
void clock_split_utc(int64_t utc, struct clock_date *d);
int64_t clock_join_utc(const struct clock_date *d);

/* A day as the number of days since 1970-01-01: "2026-11-23". */
#define CLOCK_DAY_LEN 16
const char *clock_day_text(int64_t day, char out[CLOCK_DAY_LEN]);
/* And back: 0, or -1 (no such day, years 1970 to 9999). */
int clock_day_parse(const char *s, int64_t *day);
/* The Monday of its week. */
int64_t clock_day_monday(int64_t day);
/* "2026-W48", the week of ISO 8601 that DAY is in. */
#define CLOCK_WEEK_LEN 24
const char *clock_week_text(int64_t day, char out[CLOCK_WEEK_LEN]);

/* clock_split_utc() in the local zone (TZ, /etc/localtime); OFFSET seconds east. */
void clock_split_local(int64_t utc, struct clock_date *d, int *offset);
/*
 * That local wall time; a day or hour past the end of its month or day runs on
 * into the next, as one that daylight saving skips does.  -1: none.
 */
int clock_join_local(const struct clock_date *d, int64_t *utc);

/* "2026-11-23 10:30:00" in the local zone; "2026-11-23T10:30:00Z". */
#define CLOCK_TEXT_LEN 32
const char *clock_text_local(int64_t utc, char out[CLOCK_TEXT_LEN]);
const char *clock_text_utc(int64_t utc, char out[CLOCK_TEXT_LEN]);

/*
 * A point in time typed by a person: "2026-11-23" (the end of that local day:
 * its last second), "2026-11-23 18:00[:05]", "...T18:00:05Z" (UTC), "now",
 * "yesterday" (the end of it).  Returns 0, or -1 (ERR_USAGE with a hint).
 */
int clock_parse(const char *s, int64_t *utc, struct err *e);

/* IANA name of the local zone ("Asia/Shanghai"), "UTC" if unknown. */
void clock_zone(char *out, size_t n);

/* 1 if the kernel says that the clock is disciplined, 0 if not, -1 unknown. */
int clock_synced(void);

/* The boot's id as 32 lower-case hex digits + NUL, zeros if unknown. */
void clock_boot_id(char out[33]);

#endif
