/* chat/scan.c - literals, numbers, clocks, words for the halves of a day. */
#include "chat/scan.h"

#include <string.h>
#include <strings.h>

#include "base/banned.h"

bool
scan_lit_whole(struct scan *c, const char *lit)
{
	size_t n = strlen(lit);

	if (scan_left(c) < n || memcmp(c->s, lit, n) != 0)
		return false;
	c->s += n;
	return true;
}

/* Length of the blank that begins at P, 0 if none does. */
static size_t
blank_at(const char *p, size_t n)
{
	static const char *const wide[] = {
		"\xe2\x80\xaf", "\xe2\x80\x89", "\xe2\x80\x82", "\xe2\x80\x83",
		"\xe3\x80\x80"
	};
	size_t i;

	if (n > 0 && (p[0] == ' ' || p[0] == '\t'))
		return 1;
	if (n >= 2 && memcmp(p, "\xc2\xa0", 2) == 0)
		return 2;
	if (n < 3 || ((unsigned char)p[0] & 0xfe) != 0xe2)
		return 0;
	for (i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (memcmp(p, wide[i], 3) == 0)
			return 3;
	return 0;
}

unsigned
scan_blanks_all(struct scan *c)
{
	unsigned count = 0;
	size_t n;

	while ((n = blank_at(c->s, scan_left(c))) > 0) {
		c->s += n;
		count++;
	}
	return count;
}

/* U+200B..200F, 202A..202E, 2060..2069, FEFF: three bytes each. */
static bool
mark_at(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;

	if (n < 3)
		return false;
	if (u[0] == 0xe2 && u[1] == 0x80)
		return (u[2] >= 0x8b && u[2] <= 0x8f) ||
		    (u[2] >= 0xaa && u[2] <= 0xae);
	if (u[0] == 0xe2 && u[1] == 0x81)
		return u[2] >= 0xa0 && u[2] <= 0xa9;
	return u[0] == 0xef && u[1] == 0xbb && u[2] == 0xbf;
}

unsigned
scan_marks_all(struct scan *c)
{
	unsigned count = 0;

	while (mark_at(c->s, scan_left(c))) {
		c->s += 3;
		count++;
	}
	return count;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Most numbers end at a character that is one of no script. */
static bool
may_be_digit(const struct scan *c)
{
	return c->s < c->end && ((unsigned char)*c->s >= 0x80 ||
	    is_digit(*c->s));
}

/* The value of the digit at P and its length, 0 if there is none. */
static size_t
digit_at(const char *p, size_t n, int *v)
{
	const unsigned char *u = (const unsigned char *)p;

	if (n > 0 && is_digit(*p)) {
		*v = *p - '0';
		return 1;
	}
	if (n >= 2 && u[0] == 0xd9 && u[1] >= 0xa0 && u[1] <= 0xa9) {
		*v = u[1] - 0xa0;
		return 2;
	}
	if (n >= 2 && u[0] == 0xdb && u[1] >= 0xb0 && u[1] <= 0xb9) {
		*v = u[1] - 0xb0;
		return 2;
	}
	/* Devanagari and Bengali. */
	if (n >= 3 && u[0] == 0xe0 && (u[1] == 0xa5 || u[1] == 0xa7) &&
	    u[2] >= 0xa6 && u[2] <= 0xaf) {
		*v = u[2] - 0xa6;
		return 3;
	}
	return 0;
}

/* scan_number(), made anew where MIN and MAX are known: headers are numbers. */
static inline bool
number(struct scan *c, unsigned min, unsigned max, int *out, unsigned *digits)
{
	struct scan at = *c;
	unsigned count = 0;
	int v = 0, d;
	size_t n;

	for (; count < max && at.s < at.end && is_digit(*at.s); count++)
		v = v * 10 + (*at.s++ - '0');
	while (count < max && may_be_digit(&at) &&
	    (n = digit_at(at.s, scan_left(&at), &d)) > 0) {
		v = v * 10 + d;
		at.s += n;
		count++;
	}
	if (count < min)
		return false;
	*c = at;
	*out = v;
	if (digits)
		*digits = count;
	return true;
}

bool
scan_number(struct scan *c, unsigned min, unsigned max, int *out,
	unsigned *digits)
{
	return number(c, min, max, out, digits);
}

enum place { BEFORE = 1, AFTER = 2, BOTH = 3 };	/* of the time */

/*
 * By their first bytes, for a name that begins like one of them follows most
 * times; of those the longer first where one begins with the other.
 */
static const struct half {
	const char *word;	/* two bytes and more */
	enum { AM, PM } half;
	enum place place;
} halves[] = {
	{"A.M.", AM, AFTER}, {"AM", AM, BOTH}, {"Am", AM, BOTH},
	{"CH", PM, AFTER}, {"MD", PM, AFTER}, {"P.M.", PM, AFTER},
	{"PM", PM, BOTH}, {"Pm", PM, BOTH}, {"PG", AM, AFTER},
	{"PTG", PM, AFTER}, {"PD", AM, AFTER}, {"SA", AM, AFTER},
	{"a.\xc2\xa0m.", AM, AFTER}, {"a. m.", AM, AFTER},
	{"a.\xe2\x80\xafm.", AM, AFTER}, {"a.m.", AM, AFTER}, {"am", AM, BOTH},
	{"de.", AM, BOTH}, {"du.", PM, BOTH}, {"m.d.", PM, AFTER},
	{"nm.", PM, AFTER}, {"p.\xc2\xa0m.", PM, AFTER}, {"p. m.", PM, AFTER},
	{"p.\xe2\x80\xafm.", PM, AFTER}, {"p.m.", PM, AFTER}, {"pm", PM, BOTH},
	{"p.d.", AM, AFTER}, {"vm.", AM, AFTER}, {"ÖÖ", AM, BOTH},
	{"ÖS", PM, BOTH}, {"μ.μ.", PM, AFTER}, {"μμ", PM, AFTER},
	{"π.μ.", AM, AFTER}, {"πμ", AM, AFTER}, {"пр.об.", AM, AFTER},
	{"дп", AM, AFTER}, {"пп", PM, AFTER}, {"сл.об.", PM, AFTER},
	{"ص", AM, AFTER}, {"ب.ظ.", PM, AFTER}, {"م", PM, AFTER},
	{"ق.ظ.", AM, AFTER}, {"म.पू.", AM, AFTER}, {"म.उ.", PM, AFTER},
	{"पूर्वाह्न", AM, BOTH}, {"अपराह्न", PM, BOTH}, {"முற்பகல்", AM, BOTH},
	{"பிற்பகல்", PM, BOTH}, {"上午", AM, BOTH}, {"下午", PM, BOTH},
	{"中午", PM, BOTH}, {"午前", AM, BOTH}, {"午後", PM, BOTH},
	{"凌晨", AM, BOTH}, {"傍晚", PM, BOTH}, {"清晨", AM, BEFORE},
	{"早上", AM, BEFORE}, {"早晨", AM, BEFORE}, {"晚上", PM, BEFORE},
	{"오전", AM, BOTH}, {"오후", PM, BOTH}
};
#define NHALVES (sizeof(halves) / sizeof(*halves))

/* "SA", "PTG": people may be called so; "20:59 CH" is no hour of twelve. */
static bool
is_name_too(const char *word)
{
	return word[0] >= 'A' && word[0] <= 'Z' && word[1] >= 'A' &&
	    word[1] <= 'Z' && word[1] != 'M';
}

/* The first whose first byte is FIRST or more; may be the end. */
static const struct half *
first_half(char first)
{
	size_t lo = 0, hi = NHALVES, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if ((unsigned char)halves[mid].word[0] < (unsigned char)first)
			lo = mid + 1;
		else
			hi = mid;
	}
	return halves + lo;
}

/* AM, PM, -1: no such word at PLACE of a time of that HOUR. */
static int
half_of_day(struct scan *c, enum place place, int hour)
{
	const struct half *h;

	/* None begins with ']', a blank or a digit, as what follows most does. */
	if (scan_left(c) < 2 || (unsigned char)*c->s < 'A' ||
	    (unsigned char)(*c->s - '[') < 6)
		return -1;
	for (h = first_half(*c->s); h < halves + NHALVES &&
	    h->word[0] == *c->s; h++)
		if (h->word[1] == c->s[1] && (h->place & place) &&
		    (hour <= 12 || !is_name_too(h->word)) &&
		    scan_lit(c, h->word))
			return h->half;
	return -1;
}

/* A letter, or a character of Chinese. */
static bool
goes_on(const struct scan *c)
{
	const unsigned char u = scan_done(c) ? 0 : (unsigned char)*c->s;

	return (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z') ||
	    (u >= 0xe4 && u <= 0xe9);
}

int
scan_hour(int hour, bool pm)
{
	if (pm && hour < 12)
		return hour + 12;
	return !pm && hour == 12 ? 0 : hour;
}

static bool
scan_sep(struct scan *c, const char *set, char *which)
{
	if (c->s == c->end)
		return false;
	for (; *set != '\0'; set++)
		if (*set == *c->s) {
			*which = *c->s++;
			return true;
		}
	return false;
}

bool
scan_clock(struct scan *c, const char *sep, struct chat_stamp *s,
	enum scan_half *half)
{
	struct scan at = *c, back;
	int hour, min, sec = 0, pm;
	bool seconds = false;
	char ch;

	pm = half_of_day(&at, BEFORE, 0);
	if (pm >= 0)
		(void)scan_blanks(&at);
	if (half)
		*half = pm >= 0 ? SCAN_BEFORE : SCAN_NO_HALF;
	if (!number(&at, 1, 2, &hour, NULL))
		return false;
	if (scan_lit(&at, "时") || scan_lit(&at, "時")) {
		if (!number(&at, 1, 2, &min, NULL) ||
		    !scan_lit(&at, "分"))
			return false;
		back = at;
		seconds = number(&at, 1, 2, &sec, NULL) &&
		    scan_lit(&at, "秒");
		if (!seconds) {
			sec = 0;
			at = back;
		}
	} else if (!scan_sep(&at, sep, &ch) ||
	    !number(&at, 2, 2, &min, NULL)) {
		return false;
	} else if ((back = at, scan_char(&at, ch))) {
		seconds = number(&at, 2, 2, &sec, NULL);
		if (!seconds)
			at = back;
	}
	if (pm < 0) {
		back = at;
		(void)scan_blanks(&at);
		pm = half_of_day(&at, AFTER, hour);
		/* "9:15 amazing", "9:15 下午茶" have no half. */
		if (pm >= 0 && goes_on(&at))
			pm = -1;
		if (pm < 0)
			at = back;
		else if (half)
			*half = SCAN_AFTER;
	}
	s->hour = pm < 0 ? hour : scan_hour(hour, pm == PM);
	s->min = min;
	s->sec = sec;
	s->us = 0;
	s->precision = seconds ? STAMP_S : STAMP_MIN;
	*c = at;
	return true;
}

bool
scan_ymd(struct scan *c, const char *seps, struct chat_stamp *s)
{
	struct scan at = *c;
	int y, m, d;
	char ch;

	if (!number(&at, 4, 4, &y, NULL) || !scan_sep(&at, seps, &ch) ||
	    !number(&at, 1, 2, &m, NULL) || !scan_char(&at, ch) ||
	    !number(&at, 1, 2, &d, NULL))
		return false;
	s->year = y;
	s->mon = m;
	s->day = d;
	*c = at;
	return true;
}

bool
scan_month(struct scan *c, int *out)
{
	static const struct {
		const char *name;
		int mon;
	} months[] = {
		{"juin", 6}, {"juil", 7}, {"jan", 1}, {"gen", 1}, {"ene", 1},
		{"feb", 2}, {"fev", 2}, {"fév", 2}, {"mar", 3}, {"mär", 3},
		{"mrt", 3}, {"apr", 4}, {"abr", 4}, {"avr", 4}, {"may", 5},
		{"mai", 5}, {"mei", 5}, {"mag", 5}, {"jun", 6}, {"giu", 6},
		{"jul", 7}, {"lug", 7}, {"aug", 8}, {"ago", 8}, {"aoû", 8},
		{"sep", 9}, {"set", 9}, {"oct", 10}, {"okt", 10}, {"ott", 10},
		{"out", 10}, {"nov", 11}, {"dec", 12}, {"dez", 12},
		{"dic", 12}, {"déc", 12}
	};
	const char first = scan_done(c) ? 0 : *c->s | 0x20;
	size_t i, n;

	/* Each line of some logs is asked whether it is a date. */
	if (first < 'a' || first > 'z')
		return false;
	for (i = 0; i < sizeof(months) / sizeof(*months); i++) {
		if (first != months[i].name[0])
			continue;
		n = strlen(months[i].name);
		if (scan_left(c) < n ||
		    strncasecmp(c->s, months[i].name, n) != 0)
			continue;
		c->s += n;
		while (!scan_done(c) && (((unsigned char)*c->s >= 0x80) ||
		    ((*c->s | 0x20) >= 'a' && (*c->s | 0x20) <= 'z')))
			c->s++;
		(void)scan_char(c, '.');
		*out = months[i].mon;
		return true;
	}
	return false;
}

bool
scan_three(struct scan *c, struct scan_date *d)
{
	struct scan at = *c;
	bool year_first;

	if (!scan_number(&at, 1, 4, &d->n[0], &d->digits[0]) ||
	    !scan_sep(&at, "/.-", &d->sep) ||
	    !scan_number(&at, 1, 2, &d->n[1], &d->digits[1]) ||
	    !scan_char(&at, d->sep) ||
	    !scan_number(&at, 1, 4, &d->n[2], &d->digits[2]))
		return false;
	year_first = d->digits[0] == 4;
	if (year_first ? d->digits[2] > 2 : d->digits[0] > 2 ||
	    (d->digits[2] != 2 && d->digits[2] != 4))
		return false;
	*c = at;
	return true;
}

void
scan_three_as(const struct scan_date *d, int month_first,
	struct chat_stamp *s)
{
	if (d->digits[0] == 4) {
		s->year = scan_year(d->n[0], 4);
		s->mon = d->n[1];
		s->day = d->n[2];
		return;
	}
	s->year = scan_year(d->n[2], d->digits[2]);
	s->mon = d->n[month_first ? 0 : 1];
	s->day = d->n[month_first ? 1 : 0];
}

int
scan_weekday(const struct chat_stamp *s)
{
	struct chat_stamp day = {.precision = STAMP_DAY, .year = s->year,
	    .mon = s->mon, .day = s->day};

	if (!stamp_valid(&day))
		return -1;
	/* 1970-01-01 was a Thursday. */
	return (int)((stamp_us(&day) / 1000000 / 86400 + 4) % 7);
}

void
scan_trim(const char **s, size_t *n)
{
	struct scan c = scan_of(*s, *n);
	size_t k;

	while (scan_blanks(&c) + scan_marks(&c) > 0)
		;
	for (;;) {
		for (k = 1; k <= 3 && k <= scan_left(&c); k++)
			if (blank_at(c.end - k, k) == k ||
			    (k == 3 && mark_at(c.end - 3, 3)))
				break;
		if (k > 3 || k > scan_left(&c))
			break;
		c.end -= k;
	}
	*s = c.s;
	*n = scan_left(&c);
}

bool
scan_id(const char *s, size_t *n, const char **id, size_t *nid)
{
	const char *open;
	size_t len, i;
	bool digits = true;

	*id = NULL;
	*nid = 0;
	if (*n < 3 || (s[*n - 1] != ')' && s[*n - 1] != '>'))
		return false;
	open = memrchr(s, s[*n - 1] == ')' ? '(' : '<', *n);
	if (!open)
		return false;
	len = *n - (size_t)(open - s) - 2;
	for (i = 1; i <= len; i++)
		digits = digits && open[i] >= '0' && open[i] <= '9';
	if (*open == '(' ? !digits || len < 5 || len > 12 :
	    len < 3 || !memchr(open + 1, '@', len))
		return false;
	*id = open + 1;
	*nid = len;
	*n = (size_t)(open - s);
	return true;
}

bool
scan_ends(const char *s, size_t n, const char *tail)
{
	size_t len = strlen(tail);

	return n >= len && memcmp(s + n - len, tail, len) == 0;
}

bool
scan_has(const char *s, size_t n, const char *word)
{
	const size_t len = strlen(word);
	struct scan c = scan_of(s, n);

	/* memmem() makes a table of each word, for texts that are short. */
	while (scan_left(&c) >= len && (c.s = memchr(c.s, *word,
	    scan_left(&c) - len + 1)) != NULL) {
		if (memcmp(c.s, word, len) == 0)
			return true;
		c.s++;
	}
	return false;
}

/* Does WORD come behind the text? */
static bool
is_behind(const char *word, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && word[i] == s[i] && word[i] != '\0'; i++)
		;
	return i < n ? (unsigned char)word[i] > (unsigned char)s[i] :
	    word[i] != '\0';
}

const char *
scan_place(const char *s, size_t n, const char *const *words, size_t count)
{
	size_t lo = 0, hi = count, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (is_behind(words[mid], s, n))
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo > 0 ? words[lo - 1] : "";
}

bool
scan_line(struct scan *text, const char **s, size_t *n)
{
	const char *lf;

	if (scan_done(text))
		return false;
	lf = memchr(text->s, '\n', scan_left(text));
	*s = text->s;
	*n = lf ? (size_t)(lf - text->s) : scan_left(text);
	text->s += *n + (lf ? 1 : 0);
	if (*n > 0 && (*s)[*n - 1] == '\r')
		(*n)--;
	return true;
}

int
scan_year(int year, unsigned digits)
{
	if (digits <= 2)
		return 2000 + year;
	/* The Buddhist era is 543 years ahead. */
	return year >= 2533 && year <= 2643 ? year - 543 : year;
}
