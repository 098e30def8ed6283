/*
 * chat/stamp.h - a moment as an export writes it, and how exact it is.
 *
 * Needs: base.
 */
#ifndef LIUDI_CHAT_STAMP_H
#define LIUDI_CHAT_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stamp_precision { STAMP_NONE, STAMP_DAY, STAMP_MIN, STAMP_S, STAMP_MS };
/* Whose clock: the workstation's wall clock, one with an offset, or UTC. */
enum stamp_zone { STAMP_LOCAL, STAMP_OFFSET, STAMP_UTC };

struct chat_stamp {
	enum stamp_precision precision;	/* STAMP_NONE: nothing else counts */
	enum stamp_zone zone;
	/* Year 0: the file has no date, only a time of day. */
	int year, mon, day, hour, min, sec, us;	/* microseconds */
	int offset_min;			/* of STAMP_OFFSET, east of UTC */
};

#define STAMP_TEXT_LEN 48

/* A date that exists between 1990 and 2100, or none, and a time of day. */
bool stamp_valid(const struct chat_stamp *s);

/*
 * ISO 8601 into OUT: "2024-03-01T08:59:07", seconds always; ".123" or
 * ".123456" if there are some, without zeros at the end; "Z" or "+08:00".
 * "" for STAMP_NONE; "08:59:07" where there is no date, "2024-03-01" for
 * STAMP_DAY.
 */
void stamp_text(char out[static STAMP_TEXT_LEN], const struct chat_stamp *s);

/* UTC from seconds, milliseconds, microseconds since 1970; NONE if out of range. */
void stamp_from_us(struct chat_stamp *s, int64_t us, enum stamp_precision p);

/*
 * ISO 8601 and its relatives ("2024-03-01 8:59:07", "2024/3/1 8:59",
 * "2024-03-01T00:59:07.123Z", "…+08:00", "…+0800"), the whole of the N bytes.
 * False, and *s untouched, if it is none or does not exist.
 */
bool stamp_parse_iso(struct chat_stamp *s, const char *text, size_t n);

/* Microseconds since 1970 of UTC and OFFSET stamps; of LOCAL as if in UTC. */
int64_t stamp_us(const struct chat_stamp *s);

/* The date of S one day on (for clocks that run over midnight). */
void stamp_next_day(struct chat_stamp *s);

#endif
