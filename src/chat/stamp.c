/* chat/stamp.c - ISO 8601, and the proleptic Gregorian calendar. */
#include "chat/stamp.h"

#include <string.h>

#include "base/banned.h"

#define US 1000000
#define YEAR_MIN 1990
#define YEAR_MAX 2100

static int
days_in(int year, int mon)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
	    31};

	if (mon == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[mon - 1];
}

bool
stamp_valid(const struct chat_stamp *s)
{
	if (s->precision == STAMP_NONE)
		return false;
	if (s->year != 0 || s->precision == STAMP_DAY) {
		if (s->year < YEAR_MIN || s->year > YEAR_MAX || s->mon < 1 ||
		    s->mon > 12 || s->day < 1 ||
		    s->day > days_in(s->year, s->mon))
			return false;
	}
	return s->hour >= 0 && s->hour <= 23 && s->min >= 0 && s->min <= 59 &&
	    s->sec >= 0 && s->sec <= 60 && s->us >= 0 && s->us < US &&
	    s->offset_min >= -24 * 60 && s->offset_min <= 24 * 60;
}

/* Days since 1970-01-01; eras of 400 years that begin in March. */
static int64_t
days_of(int64_t y, int m, int d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void
date_of(int64_t days, int *year, int *mon, int *day)
{
	int64_t era, doe, yoe, doy, mp;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*mon = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*mon <= 2));
}

/* The last DIGITS digits of N at P; returns what is behind them. */
static char *
put_number(char *p, int n, int digits)
{
	unsigned left = (unsigned)n;
	int i;

	for (i = digits - 1; i >= 0; i--) {
		p[i] = (char)('0' + left % 10);
		left /= 10;
	}
	return p + digits;
}

/* Three numbers with SEP between. */
static char *
put_three(char *p, int a, int digits, int b, int c, char sep)
{
	p = put_number(p, a, digits);
	*p++ = sep;
	p = put_number(p, b, 2);
	*p++ = sep;
	return put_number(p, c, 2);
}

void
stamp_text(char out[static STAMP_TEXT_LEN], const struct chat_stamp *s)
{
	int digits, us, off;
	char *p = out;

	out[0] = '\0';
	if (s->precision == STAMP_NONE)
		return;
	if (s->year != 0)
		p = put_three(p, s->year, 4, s->mon, s->day, '-');
	if (s->precision == STAMP_DAY) {
		*p = '\0';
		return;
	}
	if (s->year != 0)
		*p++ = 'T';
	p = put_three(p, s->hour, 2, s->min, s->sec, ':');
	if (s->us > 0) {
		for (us = s->us, digits = 6; us % 10 == 0; us /= 10)
			digits--;
		*p++ = '.';
		p = put_number(p, us, digits);
	}
	if (s->zone == STAMP_UTC) {
		*p++ = 'Z';
	} else if (s->zone == STAMP_OFFSET) {
		off = s->offset_min < 0 ? -s->offset_min : s->offset_min;
		*p++ = s->offset_min < 0 ? '-' : '+';
		p = put_number(p, off / 60, 2);
		*p++ = ':';
		p = put_number(p, off % 60, 2);
	}
	*p = '\0';
}

void
stamp_from_us(struct chat_stamp *s, int64_t us, enum stamp_precision p)
{
	int64_t days = us / ((int64_t)86400 * US);
	int64_t rest = us % ((int64_t)86400 * US);

	memset(s, 0, sizeof(*s));
	if (rest < 0) {
		rest += (int64_t)86400 * US;
		days--;
	}
	if (days < days_of(YEAR_MIN, 1, 1) || days > days_of(YEAR_MAX, 12, 31))
		return;
	date_of(days, &s->year, &s->mon, &s->day);
	s->us = (int)(rest % US);
	rest /= US;
	s->hour = (int)(rest / 3600);
	s->min = (int)(rest / 60 % 60);
	s->sec = (int)(rest % 60);
	s->zone = STAMP_UTC;
	s->precision = p;
}

int64_t
stamp_us(const struct chat_stamp *s)
{
	int64_t t = days_of(s->year, s->mon, s->day) * 86400;

	t += s->hour * 3600 + s->min * 60 + s->sec;
	if (s->zone == STAMP_OFFSET)
		t -= s->offset_min * 60;
	return t * US + s->us;
}

void
stamp_next_day(struct chat_stamp *s)
{
	if (s->year != 0)
		date_of(days_of(s->year, s->mon, s->day) + 1, &s->year,
		    &s->mon, &s->day);
}

/* --- Reading. */

struct cursor {
	const char *s;
	size_t n;
};

static bool
number(struct cursor *c, size_t min, size_t max, int *out)
{
	size_t i;
	int v = 0;

	for (i = 0; i < c->n && i < max && c->s[i] >= '0' && c->s[i] <= '9';
	    i++)
		v = v * 10 + (c->s[i] - '0');
	if (i < min)
		return false;
	c->s += i;
	c->n -= i;
	*out = v;
	return true;
}

static bool
one_of(struct cursor *c, const char *set, char *which)
{
	if (c->n == 0)
		return false;
	for (; *set != '\0'; set++)
		if (*set == c->s[0]) {
			*which = c->s[0];
			c->s++;
			c->n--;
			return true;
		}
	return false;
}

static bool
fraction(struct cursor *c, int *us)
{
	int scale = US / 10;
	size_t i;

	*us = 0;
	for (i = 0; i < c->n && c->s[i] >= '0' && c->s[i] <= '9'; i++) {
		*us += (c->s[i] - '0') * scale;
		scale /= 10;
	}
	c->s += i;
	c->n -= i;
	return i > 0 && i <= 9;
}

static bool
zone(struct cursor *c, struct chat_stamp *s)
{
	int h, m = 0;
	char ch;

	if (c->n > 1 && c->s[0] == ' ' && strchr("Z+-U", c->s[1])) {
		c->s++;
		c->n--;
	}
	if (c->n == 3 && memcmp(c->s, "UTC", 3) == 0) {
		c->n = 0;
		s->zone = STAMP_UTC;
		return true;
	}
	if (c->n == 0)
		return true;
	if (!one_of(c, "Zz+-", &ch))
		return false;
	if (ch == 'Z' || ch == 'z') {
		s->zone = STAMP_UTC;
		return true;
	}
	if (!number(c, 2, 2, &h))
		return false;
	if (c->n > 0 && c->s[0] == ':') {
		c->s++;
		c->n--;
	}
	if (c->n > 0 && !number(c, 2, 2, &m))
		return false;
	if (h > 15 || m > 59)
		return false;
	s->zone = STAMP_OFFSET;
	s->offset_min = (h * 60 + m) * (ch == '-' ? -1 : 1);
	return true;
}

static bool
time_of_day(struct cursor *c, struct chat_stamp *s)
{
	char ch;

	if (!number(c, 1, 2, &s->hour) || !one_of(c, ":", &ch) ||
	    !number(c, 2, 2, &s->min))
		return false;
	s->precision = STAMP_MIN;
	if (one_of(c, ":", &ch)) {
		if (!number(c, 2, 2, &s->sec))
			return false;
		s->precision = STAMP_S;
		if (one_of(c, ".,", &ch)) {
			if (!fraction(c, &s->us))
				return false;
			s->precision = STAMP_MS;
		}
	}
	return zone(c, s);
}

bool
stamp_parse_iso(struct chat_stamp *s, const char *text, size_t n)
{
	struct cursor c = {text, n};
	struct chat_stamp t = {0};
	char sep, again, ch;

	if (!number(&c, 4, 4, &t.year) || !one_of(&c, "-/.", &sep) ||
	    !number(&c, 1, 2, &t.mon) || !one_of(&c, "-/.", &again) ||
	    again != sep || !number(&c, 1, 2, &t.day) || t.year == 0)
		return false;
	t.precision = STAMP_DAY;
	if (c.n > 0) {
		if (!one_of(&c, "Tt ", &ch))
			return false;
		while (ch == ' ' && c.n > 0 && c.s[0] == ' ') {
			c.s++;
			c.n--;
		}
		if (!time_of_day(&c, &t))
			return false;
	}
	if (c.n > 0 || !stamp_valid(&t))
		return false;
	*s = t;
	return true;
}
