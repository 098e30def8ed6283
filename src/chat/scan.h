/*
 * chat/scan.h - the pieces of which the headers of text exports are made.
 *
 * A scan stands somewhere in a line; each function moves on and says true, or
 * says false and stays.  Needs: base, chat/stamp.
 */
#ifndef LIUDI_CHAT_SCAN_H
#define LIUDI_CHAT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "chat/stamp.h"

struct scan {
	const char *s, *end;
};

static inline struct scan
scan_of(const char *s, size_t n)
{
	return (struct scan){s, n > 0 ? s + n : s};
}

static inline size_t
scan_left(const struct scan *c)
{
	return (size_t)(c->end - c->s);
}

static inline bool
scan_done(const struct scan *c)
{
	return c->s == c->end;
}

static inline bool
scan_char(struct scan *c, char ch)
{
	if (c->s == c->end || *c->s != ch)
		return false;
	c->s++;
	return true;
}

/* The text LIT, which is not empty. */
bool scan_lit_whole(struct scan *c, const char *lit);
static inline bool
scan_lit(struct scan *c, const char *lit)
{
	/* Tables are searched with it, and most words differ at once. */
	return c->s != c->end && *c->s == *lit && scan_lit_whole(c, lit);
}

/* Blanks of all widths; returns how many. */
unsigned scan_blanks_all(struct scan *c);
static inline unsigned
scan_blanks(struct scan *c)
{
	/* Most times there is a letter or a digit, and none. */
	return c->s == c->end || (*c->s > ' ' && *c->s < 0x7f) ? 0 :
	    scan_blanks_all(c);
}

/* What cannot be seen: direction marks, zero widths, U+FEFF. */
unsigned scan_marks_all(struct scan *c);
static inline unsigned
scan_marks(struct scan *c)
{
	return c->s == c->end || (unsigned char)*c->s < 0x80 ? 0 :
	    scan_marks_all(c);
}

/* MIN to MAX digits, also Arabic ones; MAX < 10.  *digits may be NULL. */
bool scan_number(struct scan *c, unsigned min, unsigned max, int *out,
	unsigned *digits);

enum scan_half {	/* of the day, and where it stands */
	SCAN_NO_HALF, SCAN_BEFORE, SCAN_AFTER
};

/*
 * H:MM, H:MM:SS or 8时59分07秒, with or without one of the words for the halves
 * of a day, in the languages of the exports; a word that goes on ("下午茶") is
 * none.  Sets hour, min, sec, us, precision of *s and *half (may be NULL).
 * SEP: characters between, ":" or ":.".  What cannot be (hour 24, minute 60) is
 * read and is for stamp_valid() to find.
 */
bool scan_clock(struct scan *c, const char *sep, struct chat_stamp *s,
	enum scan_half *half);

/* "12:05 AM" is 00:05; 13 and more stay what they are. */
int scan_hour(int hour, bool pm);

/* YYYY-M-D, "-" being any of SEPS, twice the same.  Sets the date of *s. */
bool scan_ymd(struct scan *c, const char *seps, struct chat_stamp *s);

/* The name of a month, or its beginning, in several languages; 1 to 12. */
bool scan_month(struct scan *c, int *out);

/*
 * A date of three numbers, "/", "." or "-" between; *first, *second, *third are
 * as they stand, the year being where a number has four digits or *third is.
 */
struct scan_date {
	int n[3];
	unsigned digits[3];
	char sep;
};
bool scan_three(struct scan *c, struct scan_date *d);
/* Into the date of *s; ORDER 0: day first, 1: month first. */
void scan_three_as(const struct scan_date *d, int month_first,
	struct chat_stamp *s);

/* The weekday of a date, Sunday = 0; -1: no such date. */
int scan_weekday(const struct chat_stamp *s);

/* N bytes at S without blanks and marks at both ends. */
void scan_trim(const char **s, size_t *n);

/*
 * "name(10001)", "name<a@b.c>": the last brackets hold an id, and *n is what
 * stands before them.  False: there is none, *id is NULL and *n as it was.
 */
bool scan_id(const char *s, size_t *n, const char **id, size_t *nid);

/* The text ends in TAIL; holds WORD. */
bool scan_ends(const char *s, size_t n, const char *tail);
bool scan_has(const char *s, size_t n, const char *word);
static inline bool
scan_is(const char *s, size_t n, const char *lit)
{
	return n > 0 && *s == *lit && n == strlen(lit) &&
	    memcmp(s, lit, n) == 0;
}

/*
 * The last of the COUNT WORDS, which are sorted as strcmp() does, that does not
 * come behind the text: the text itself, if it is one of them.  If none of them
 * is the beginning of another, also that with which the text begins.  "": all
 * come behind it.
 */
const char *scan_place(const char *s, size_t n, const char *const *words,
	size_t count);

/* The next line of a text of several; false at its end. */
bool scan_line(struct scan *text, const char **s, size_t *n);

/* A year of two digits is of 2000; one of the Thai calendar ours. */
int scan_year(int year, unsigned digits);

#endif
