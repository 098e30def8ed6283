/*
 * chat/whatsapp_txt.c - the text export of WhatsApp, in any locale.
 *
 *	[2024/3/1 上午8:59:00] name: text		iOS
 *	3/1/24, 8:59 AM - name: text			Android
 *	01/03/24 08:59:07: name: text			iOS, before 2018
 *	08:59, 01/03/2024 - name: text			Vietnamese
 *
 * The shape of a header (brackets, separators, digits of the year, seconds,
 * halves of the day) is that of the device and does not change within a file:
 * it is learned from the whole file first, and a line of another shape is text.
 * So are the order of day and month, and which names have a colon in them.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/draft.h"
#include "chat/kinds.h"
#include "chat/mold.h"
#include "chat/scan.h"
#include "chat/whatsapp_words.h"

#include "base/banned.h"

#define SHAPES 32
#define COLONS 4
#define NAME_SLOTS 16384u	/* power of two; half of them are used */
#define NAME_LEN_MAX 256u
#define LOOKED_MAX 2000u
#define NAMED_MONTH (1u << 18)	/* bits of a shape */
#define CLOCK_FIRST (1u << 19)
#define BY_COLON (1u << 20)
#define DAY_US ((int64_t)86400 * 1000000)
#define OFTEN 20u		/* lines that a notice never begins */
#define FORMS 12u		/* more than there are words for a time of day */

/* --- One line. */

struct header {
	unsigned shape;
	int field[3];		/* of the date, as they stand */
	unsigned digits[3];
	struct chat_stamp clock;
	const char *rest;	/* behind the header */
	size_t nrest;
};

/* Between two numbers of a date; returns its number, 0 if it is none. */
static unsigned
date_sep(struct scan *c)
{
	static const char *const seps[] = {"/", ".", "-", "年", "月", "년", "월"};
	unsigned i;

	for (i = 0; i < sizeof(seps) / sizeof(*seps); i++) {
		if (!scan_lit(c, seps[i]))
			continue;
		(void)scan_marks(c);
		/* "2024. 3. 1." */
		if (i != 0 && i != 2)
			(void)scan_blanks(c);
		return i + 1;
	}
	return 0;
}

/* "1. März 2024", "Mar 1, 2024": its order needs no guess. */
static bool
named_date(struct scan *c, struct header *h)
{
	struct scan at = *c;
	size_t near = scan_left(c) < 12 ? scan_left(c) : 12;
	bool first = !scan_done(c) && (*c->s < '0' || *c->s > '9');

	/* Most lines are texts: look for a digit before for a month. */
	if (first && (strcspn(c->s, "123") >= near ||
	    !scan_month(&at, &h->field[1]) || scan_blanks(&at) == 0))
		return false;
	if (!scan_number(&at, 1, 2, &h->field[0], &h->digits[0]))
		return false;
	if (first) {
		(void)scan_char(&at, ',');
	} else {
		(void)scan_char(&at, '.');
		if (scan_blanks(&at) == 0 || !scan_month(&at, &h->field[1]))
			return false;
	}
	(void)scan_blanks(&at);
	if (!scan_number(&at, 4, 4, &h->field[2], &h->digits[2]))
		return false;
	h->digits[1] = 2;
	h->shape |= NAMED_MONTH;
	*c = at;
	return true;
}

static bool
read_date(struct scan *c, struct header *h)
{
	unsigned one, two, year = 0;

	if (named_date(c, h))
		return true;
	if (!scan_number(c, 1, 4, &h->field[0], &h->digits[0]))
		return false;
	(void)scan_marks(c);
	one = date_sep(c);
	if (one == 0 || !scan_number(c, 1, 2, &h->field[1], &h->digits[1]))
		return false;
	(void)scan_marks(c);
	two = date_sep(c);
	if ((two != one && !(one == 4 && two == 5) &&
	    !(one == 6 && two == 7)) ||
	    !scan_number(c, 1, 4, &h->field[2], &h->digits[2]))
		return false;
	if (!scan_lit(c, "日") && !scan_lit(c, "일") && !scan_lit(c, " г."))
		(void)scan_char(c, '.');
	if (h->digits[0] == 3 || h->digits[2] == 3 ||
	    (h->digits[0] == 4 && h->digits[2] == 4) ||
	    (h->digits[0] < 4 && h->digits[2] == 1))
		return false;
	if (h->digits[0] == 4)
		year = 1;
	else if (h->digits[2] == 4)
		year = 2;
	h->shape |= one | year << 3;
	return true;
}

/* A comma, blanks, a word for "at": all of it belongs to the shape. */
static bool
read_between(struct scan *c, struct header *h)
{
	static const char *const words[] = {"klo", "kl.", "à", "às", "um",
	    "at", "alle", "ore", "o", "в", "u", "om", "tại", "a las"};
	unsigned i, comma, word = 0;
	const char *begin = c->s;
	struct scan back;

	comma = scan_char(c, ',') ? 1 : scan_lit(c, "،") ? 2 :
	    scan_lit(c, "、") ? 3 : 0;
	(void)scan_marks(c);
	(void)scan_blanks(c);
	(void)scan_marks(c);
	if (c->s == begin)
		return false;
	for (i = 0; i < sizeof(words) / sizeof(*words) && word == 0; i++) {
		back = *c;
		if (scan_lit(c, words[i]) && scan_blanks(c) > 0)
			word = i + 1;
		else
			*c = back;
	}
	h->shape |= comma << 5 | word << 7;
	return true;
}

/* "09 h 05", "09 h 05 min 07 s", as in Quebec; or with ':' or '.'. */
static bool
read_clock(struct scan *c, struct header *h, enum scan_half *half)
{
	struct scan at = *c, back;

	if (scan_clock(c, ":.", &h->clock, half))
		return true;
	*half = SCAN_NO_HALF;
	h->clock.precision = STAMP_MIN;
	if (!scan_number(&at, 1, 2, &h->clock.hour, NULL) ||
	    scan_blanks(&at) == 0 || !scan_char(&at, 'h') ||
	    scan_blanks(&at) == 0 ||
	    !scan_number(&at, 2, 2, &h->clock.min, NULL))
		return false;
	back = at;
	if (scan_blanks(&at) > 0 && scan_lit(&at, "min") &&
	    scan_blanks(&at) > 0 &&
	    scan_number(&at, 2, 2, &h->clock.sec, NULL) &&
	    scan_blanks(&at) > 0 && scan_char(&at, 's'))
		h->clock.precision = STAMP_S;
	else
		at = back;
	*c = at;
	return true;
}

static bool
read_end(struct scan *c, bool bracket, struct header *h)
{
	static const char *const dashes[] = {"-", "–", "—"};
	unsigned i;

	(void)scan_marks(c);
	/* Seconds and a colon: of a telephone, and of many other logs. */
	if (!bracket && h->clock.precision == STAMP_S && scan_char(c, ':')) {
		h->shape |= BY_COLON;
		return scan_blanks(c) > 0;
	}
	if (bracket) {
		if (!scan_char(c, ']'))
			return false;
		(void)scan_blanks(c);
		return true;
	}
	if (scan_blanks(c) == 0)
		return false;
	(void)scan_marks(c);
	for (i = 0; i < 3; i++)
		if (scan_lit(c, dashes[i]))
			break;
	h->shape |= i << 14;
	return i < 3 && (scan_blanks(c) > 0 || scan_done(c));
}

static bool
parse_header(struct header *h, const char *s, size_t n)
{
	enum scan_half half;
	struct scan c = scan_of(s, n), date;
	bool bracket;

	memset(h, 0, sizeof(*h));
	(void)scan_marks(&c);
	bracket = scan_char(&c, '[');
	(void)scan_marks(&c);
	if (scan_lit(&c, "Le "))
		h->shape |= 1u << 16;
	date = c;
	if (read_date(&c, h)) {
		(void)scan_marks(&c);
		if (!read_between(&c, h) || !read_clock(&c, h, &half))
			return false;
	} else {
		c = date;
		h->shape = CLOCK_FIRST;
		if (!read_clock(&c, h, &half) || !scan_char(&c, ',') ||
		    scan_blanks(&c) == 0 || !read_date(&c, h))
			return false;
	}
	h->shape |= (unsigned)half << 11 | (unsigned)bracket << 13 |
	    (h->clock.precision == STAMP_S ? 1u << 17 : 0);
	if (!read_end(&c, bracket, h))
		return false;
	h->rest = c.s;
	h->nrest = scan_left(&c);
	return true;
}

/* --- The same once more. */

/* A header that was read, and what all like it have. */
struct form {
	struct mold mold;
	struct header like;
};

struct forms {
	struct form form[FORMS];
	unsigned n, last;	/* the one that fit last */
};

static enum scan_half
half_of(unsigned shape)
{
	return (enum scan_half)(shape >> 11 & 3);
}

/* As parse_header() says of a line like that one; false: ask it. */
static bool
form_fits(const struct form *f, struct header *h, const char *s, size_t n)
{
	const bool clock_first = (f->like.shape & CLOCK_FIRST) != 0;
	const unsigned date = clock_first ? f->mold.n - 3 : 0;
	const unsigned clock = clock_first ? 0 : 3;
	const bool seconds = f->like.clock.precision == STAMP_S;
	struct scan c = scan_of(s, n);
	unsigned digits[MOLD_NUMBERS], i;
	int v[MOLD_NUMBERS];

	if (!mold_fits(&f->mold, &c, v, digits) || digits[clock + 1] != 2 ||
	    (seconds && digits[clock + 2] != 2) ||
	    (digits[date] < 4 && digits[date + 2] != f->like.digits[2]))
		return false;
	*h = f->like;
	for (i = 0; i < 3; i++) {
		h->field[i] = v[date + i];
		h->digits[i] = digits[date + i];
	}
	h->clock.hour = v[clock];
	if (half_of(h->shape) != SCAN_NO_HALF) {
		if (v[clock] > 12)
			return false;
		h->clock.hour = scan_hour(v[clock], f->like.clock.hour >= 12);
	}
	h->clock.min = v[clock + 1];
	h->clock.sec = seconds ? v[clock + 2] : 0;
	(void)scan_blanks(&c);
	h->rest = c.s;
	h->nrest = scan_left(&c);
	return true;
}

static bool
same_header(const struct header *a, const struct header *b)
{
	return a->shape == b->shape && a->rest == b->rest &&
	    memcmp(a->field, b->field, sizeof(a->field)) == 0 &&
	    memcmp(a->digits, b->digits, sizeof(a->digits)) == 0 &&
	    a->clock.hour == b->clock.hour && a->clock.min == b->clock.min &&
	    a->clock.sec == b->clock.sec;
}

/* Remember the form of line S, of which parse_header() said H. */
static void
keep_form(struct forms *k, const struct header *h, const char *s, size_t n)
{
	const size_t len = n - h->nrest;
	const unsigned numbers = h->clock.precision == STAMP_S ? 6 : 5;
	struct form *f = &k->form[k->n];
	struct header again;

	if (k->n == FORMS || (h->shape & NAMED_MONTH) || len == 0 ||
	    s[len - 1] != ' ' || !mold_make(&f->mold, s, len) ||
	    f->mold.n != numbers)
		return;
	f->like = *h;
	/* It is not, where other scripts have digits, or "14:00 PM" stands. */
	if (form_fits(f, &again, s, n) && same_header(h, &again))
		k->last = k->n++;
}

/* As parse_header(), of a file of which K is known. */
static bool
find_header(struct forms *k, struct header *h, const char *s, size_t n)
{
	unsigned i;

	if (k->n > 0 && form_fits(&k->form[k->last], h, s, n))
		return true;
	for (i = 0; i < k->n; i++) {
		if (i != k->last && form_fits(&k->form[i], h, s, n)) {
			k->last = i;
			return true;
		}
	}
	if (!parse_header(h, s, n))
		return false;
	keep_form(k, h, s, n);
	return true;
}

/* The next place where a name may end; false if there is none. */
static bool
next_colon(const struct header *h, size_t *at)
{
	size_t i = *at;
	const char *p;

	while (i < h->nrest && i < NAME_LEN_MAX) {
		p = memchr(h->rest + i, ':', h->nrest - i);
		if (!p)
			return false;
		i = (size_t)(p - h->rest);
		/* "12:30" and "https://" are no ends. */
		if (i > 0 && i <= NAME_LEN_MAX && (i + 1 == h->nrest ||
		    h->rest[i + 1] == ' ' || ((unsigned char)h->rest[i + 1] >=
		    0x80) || (*at == 0 && h->rest[i + 1] != '/' &&
		    !(h->rest[i + 1] >= '0' && h->rest[i + 1] <= '9')))) {
			*at = i;
			return true;
		}
		i++;
	}
	return false;
}

/* --- What the whole file says. */

/* What three numbers may be; the year first only if it has two digits. */
static const enum date_order orders[] = {DATE_DMY, DATE_MDY, DATE_YMD};
#define ORDERS 3
#define FIRST_YEAR 2009		/* WhatsApp is not older */
#define NO_DAY INT64_MIN

struct shape {
	unsigned shape;
	uint64_t n;
	uint64_t impossible[ORDERS];	/* such a date there cannot be */
	uint64_t back[ORDERS];		/* steps back in time */
	int64_t last[ORDERS], low[ORDERS], high[ORDERS];
	int field[3];			/* the last date, and its midnight */
	unsigned digits[3];
	int64_t day[ORDERS];		/* NO_DAY: there is none */
	bool over31;			/* a first number is no day */
	bool unpadded;
};

struct learned {
	struct forms forms;
	struct shape shape[SHAPES];
	size_t nshapes;
	struct {
		uint64_t hash;
		uint32_t n;
	} name[NAME_SLOTS];
	size_t nnames;
	unsigned looked;	/* lines in which words were looked for */
	bool english, am_pm;
	bool groups;		/* texts that only groups have */
	/* what follows from it */
	const struct shape *major;
	enum date_order order;
	bool guessed;
};

static uint64_t
hash_of(const char *s, size_t n)
{
	uint64_t h = 14695981039346656037u;
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 1099511628211u;
	return h | 1;
}

/* How often that name began a line; ADD times more from now on. */
static uint32_t
name_count(struct learned *l, const char *s, size_t n, uint32_t add)
{
	uint64_t h = hash_of(s, n);
	size_t i = (size_t)(h >> 20) & (NAME_SLOTS - 1);

	while (l->name[i].hash != 0 && l->name[i].hash != h)
		i = (i + 1) & (NAME_SLOTS - 1);
	if (l->name[i].hash == 0) {
		if (add == 0 || l->nnames >= NAME_SLOTS / 2)
			return 0;
		l->name[i].hash = h;
		l->nnames++;
	}
	l->name[i].n += add;
	return l->name[i].n;
}

static struct shape *
shape_of(struct learned *l, unsigned shape)
{
	size_t i;

	for (i = 0; i < l->nshapes; i++)
		if (l->shape[i].shape == shape)
			return &l->shape[i];
	if (l->nshapes == SHAPES)
		return NULL;
	l->shape[l->nshapes].shape = shape;
	return &l->shape[l->nshapes++];
}

/* The stamp of H if its date stands in that ORDER. */
static struct chat_stamp
stamp_of(const struct header *h, enum date_order order)
{
	struct chat_stamp s = h->clock;
	int year = order == DATE_YMD ? 0 : 2;

	s.year = scan_year(h->field[year], h->digits[year]);
	if (h->digits[year] <= 2 && s.year >= 2060 && s.year <= 2080)
		s.year -= 43;		/* 2567 of the Thai calendar */
	if (order == DATE_YMD) {
		s.mon = h->field[1];
		s.day = h->field[2];
	} else {
		s.mon = h->field[order == DATE_MDY ? 0 : 1];
		s.day = h->field[order == DATE_MDY ? 1 : 0];
	}
	return s;
}

/* Chats have many lines a day: what its numbers may be is asked once. */
static void
learn_day(struct shape *s, const struct header *h)
{
	struct chat_stamp t;
	int i;

	memcpy(s->field, h->field, sizeof(s->field));
	memcpy(s->digits, h->digits, sizeof(s->digits));
	s->over31 |= h->field[0] > 31 && h->digits[0] < 4;
	s->unpadded |= (h->field[0] < 10 && h->digits[0] == 1) ||
	    (h->field[1] < 10 && h->digits[1] == 1);
	for (i = 0; i < ORDERS; i++) {
		t = stamp_of(h, orders[i]);
		t.hour = t.min = t.sec = 0;
		s->day[i] = stamp_valid(&t) && t.year >= FIRST_YEAR ?
		    stamp_us(&t) : NO_DAY;
	}
}

static void
learn_dates(struct shape *s, const struct header *h)
{
	const struct chat_stamp *t = &h->clock;
	const int64_t clock = ((int64_t)t->hour * 3600 + t->min * 60 +
	    t->sec) * 1000000;
	int64_t us;
	int i;

	if (s->n == 1 || memcmp(s->field, h->field, sizeof(s->field)) != 0 ||
	    memcmp(s->digits, h->digits, sizeof(s->digits)) != 0)
		learn_day(s, h);
	for (i = 0; i < ORDERS; i++) {
		if (s->day[i] == NO_DAY || t->hour > 23 || t->min > 59 ||
		    t->sec > 60) {
			s->impossible[i]++;
			continue;
		}
		us = s->day[i] + clock;
		s->back[i] += us < s->last[i];
		s->last[i] = us;
		if (s->low[i] == 0 || us < s->low[i])
			s->low[i] = us;
		if (us > s->high[i])
			s->high[i] = us;
	}
}

static void
learn(struct learned *l, const char *line, size_t n)
{
	struct header h;
	struct shape *s;
	size_t at = 0;
	int k;

	if (!find_header(&l->forms, &h, line, n))
		return;
	s = shape_of(l, h.shape);
	if (!s)
		return;
	s->n++;
	learn_dates(s, &h);
	for (k = 0; k < COLONS && next_colon(&h, &at); k++) {
		(void)name_count(l, h.rest, at, 1);
		at++;
	}
	/* Notices have no name before them, or stand at the beginning. */
	if (k > 0 && l->looked >= LOOKED_MAX)
		return;
	l->looked++;
	if (!l->english)
		l->english = words_english(h.rest, h.nrest);
	if (!l->groups)
		l->groups = words_group(h.rest, h.nrest);
	if (!l->am_pm)
		l->am_pm = scan_has(line, n < 40 ? n : 40, "AM") ||
		    scan_has(line, n < 40 ? n : 40, "PM");
}

/*
 * Nothing in the numbers tells.  Who writes single digits in English has the
 * American order, and so has who writes "AM" behind a slash; else the day is
 * first.
 */
static enum date_order
usual_order(const struct learned *l)
{
	bool slash = (l->major->shape & 7) == 1;

	if (slash && l->major->unpadded && (l->english || l->am_pm))
		return DATE_MDY;
	return DATE_DMY;
}

static uint64_t
least(const uint64_t n[ORDERS])
{
	return n[0] < n[1] ? n[0] : n[1];
}

/*
 * "24-03-01": no year has four digits, and with the year first fewer dates are
 * impossible, or fewer run back, or the chat takes days instead of years.
 * Nobody writes so with a slash or a dot, but for what no day can be.
 */
static bool
is_year_first(const struct shape *s)
{
	int64_t span = s->high[2] - s->low[2];
	int i;

	if ((s->shape >> 3 & 3) || ((s->shape & 7) != 3 && !s->over31))
		return false;
	if (s->impossible[2] != least(s->impossible))
		return s->impossible[2] < least(s->impossible);
	if (s->back[2] != least(s->back))
		return s->back[2] < least(s->back);
	for (i = 0; i < 2; i++)
		if (s->impossible[i] == s->impossible[2] &&
		    s->high[i] - s->low[i] <= 12 * span + DAY_US)
			return false;
	return true;
}

static void
decide_order(struct learned *l, const struct chat_hints *hints)
{
	const struct shape *s = l->major;
	enum date_order said = hints ? hints->date_order : DATE_AUTO;

	if (s->shape & NAMED_MONTH) {
		l->order = DATE_DMY;
	} else if ((s->shape >> 3 & 3) == 1 || is_year_first(s)) {
		l->order = DATE_YMD;
	} else if (s->impossible[0] != s->impossible[1]) {
		l->order = s->impossible[0] < s->impossible[1] ? DATE_DMY :
		    DATE_MDY;
	} else if (said == DATE_DMY || said == DATE_MDY) {
		l->order = said;
	} else if (s->back[0] != s->back[1]) {
		l->order = s->back[0] < s->back[1] ? DATE_DMY : DATE_MDY;
	} else {
		l->order = usual_order(l);
		l->guessed = true;
	}
}

static bool
decide(struct learned *l, const struct chat_hints *hints)
{
	size_t i;

	l->major = NULL;
	for (i = 0; i < l->nshapes; i++)
		if (!l->major || l->shape[i].n > l->major->n)
			l->major = &l->shape[i];
	if (!l->major)
		return false;
	decide_order(l, hints);
	return true;
}

/* --- What kind of file it is. */

static int
score(const struct chat_sniff *s)
{
	struct scan text = scan_of(s->text, s->ntext);
	struct learned *l;
	struct header h;
	const char *p;
	size_t n, lines = 0;
	bool first = false;
	int points = 0;

	if (s->archive || s->ntext == 0)
		return 0;
	l = calloc(1, sizeof(*l));
	if (!l)
		return 0;
	while (scan_line(&text, &p, &n)) {
		if (n == 0)
			continue;
		if (lines++ == 0)
			first = parse_header(&h, p, n);
		learn(l, p, n);
	}
	if (decide(l, NULL)) {
		points = first ? 75 : l->major->n > 1 ? 40 : 20;
		if (l->major->n * 2 >= lines)
			points += 5;
		if (l->nnames > 0)
			points += 5;
		else
			points -= 60;
		if (l->major->shape & BY_COLON)
			points -= 35;
		if (words_chat_name(s->in->path, &p, &n) ||
		    strstr(s->in->path, "_chat.txt"))
			points += 10;
	}
	free(l);
	return points > 0 ? points : 0;
}

/* --- Reading. */

struct reader {
	struct draft d;
	struct learned *l;
	const struct chat_sniff *sniff;
	const char *peer;	/* of a chat of two, by the name of the file */
	size_t npeer;
	bool marked;		/* the text began with a mark */
};

/*
 * Where the name ends; false: there is none.  *often: many lines begin so.  A
 * later colon is better where each line that has the first has it too, or where
 * the file bears that name.
 */
static bool
name_end(struct reader *r, const struct header *h, size_t *out,
	bool *often)
{
	size_t at = 0, best = 0, seen = 0;
	uint32_t first = 0, n;

	while (seen < COLONS && next_colon(h, &at)) {
		n = name_count(r->l, h->rest, at, 0);
		if (seen++ == 0) {
			best = at;
			first = n;
		} else if ((n >= 2 && n == first) || (r->peer &&
		    at == r->npeer && memcmp(h->rest, r->peer, at) == 0)) {
			best = at;
		}
		at++;
	}
	*out = best;
	*often = first >= OFTEN;
	if (seen > 1 && first < 2)
		r->d.m.warn |= CHAT_WARN_SPLIT;
	return seen > 0;
}

static int
say_sender(struct reader *r, const char *s, size_t n, struct err *e)
{
	scan_trim(&s, &n);
	if (draft_name(&r->d, s, n, e) < 0)
		return -1;
	return draft_id(&r->d, s, n, e);
}

static int
begin(struct reader *r, const struct header *h, const struct chat_line *line,
	struct err *e)
{
	const char *text = h->rest;
	struct draft *d = &r->d;
	struct scan c;
	size_t at, n = h->nrest;
	bool often;

	draft_begin(d, line);
	d->m.when = stamp_of(h, r->l->order);
	if (r->l->guessed)
		d->m.warn |= CHAT_WARN_DATE_ORDER;
	d->m.conv_type = r->l->groups ? CHAT_GROUP : CHAT_CONV_UNKNOWN;
	if (!name_end(r, h, &at, &often) ||
	    (!often && words_system(h->rest, at))) {
		d->m.kind = CHAT_SYSTEM;
		d->m.warn &= ~(unsigned)CHAT_WARN_SPLIT;
	} else {
		if (say_sender(r, h->rest, at, e) < 0)
			return -1;
		text += at + 1;
		n -= at + 1;
	}
	c = scan_of(text, n);
	if (!scan_char(&c, ' '))
		(void)scan_lit(&c, "\xc2\xa0");
	r->marked = scan_marks(&c) > 0;
	return draft_line(d, line, c.s, scan_left(&c), e);
}

/* Out of the text: U+200E, which the program strews in. */
static void
strip_marks(struct draft *d)
{
	static const char mark[] = "\xe2\x80\x8e";
	char *p = (char *)d->text.data, *to, *end;

	if (!p || !scan_has(p, d->text.len, mark))
		return;
	end = (char *)d->text.data + d->text.len;
	for (to = p; p < end; ) {
		if (end - p >= 3 && memcmp(p, mark, 3) == 0)
			p += 3;
		else
			*to++ = *p++;
	}
	draft_cut_back(d, (size_t)(end - to));
}

static void
trim_end(struct draft *d)
{
	const char *s = buf_str(&d->text);
	size_t n = d->text.len;

	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\n'))
		n--;
	draft_cut_back(d, d->text.len - n);
}

/* Is there a file of that name beside the chat? */
static enum chat_present
present(const struct chat_sniff *s, const char *name, size_t n)
{
	const char *last;
	size_t i;

	if (s->nmember == 0)
		return CHAT_MISSING;
	for (i = 0; i < s->nmember; i++) {
		last = strrchr(s->member[i], '/');
		last = last ? last + 1 : s->member[i];
		if (strlen(last) == n && memcmp(last, name, n) == 0)
			return CHAT_PRESENT;
	}
	return CHAT_MISSING;
}

/* "<attached: f>" at the end, "f (file attached)" in the first line. */
static int
take_attachment(struct reader *r, struct err *e)
{
	struct draft *d = &r->d;
	const char *s = buf_str(&d->text), *name;
	size_t n = d->text.len, len, cut;
	bool front;

	if (!words_attached(s, n, r->marked, &name, &len, &cut, &front))
		return 0;
	d->m.kind = kinds_file(name, len);
	if (d->m.kind == CHAT_STICKER && scan_has(name, len, "PHOTO"))
		d->m.kind = CHAT_IMAGE;
	if (draft_attach(d, name, len, present(r->sniff, name, len), e) < 0)
		return -1;
	if (front)
		draft_cut_front(d, cut);
	else
		draft_cut_back(d, cut);
	trim_end(d);
	return 0;
}

static int
no_sender(struct draft *d, enum chat_kind kind, struct err *e)
{
	d->m.kind = kind;
	return draft_name(d, NULL, 0, e) < 0 ? -1 : draft_id(d, NULL, 0, e);
}

/* What the text of a sender stands for. */
static int
classify(struct reader *r, struct err *e)
{
	struct draft *d = &r->d;
	const char *s;
	size_t n, cut;

	cut = words_edited(buf_str(&d->text), d->text.len);
	if (cut > 0) {
		d->m.edited = true;
		draft_cut_back(d, cut);
		trim_end(d);
	}
	if (take_attachment(r, e) < 0 || d->natt > 0)
		return d->natt > 0 ? 0 : -1;
	s = buf_str(&d->text);
	n = d->text.len;
	if (words_deleted(s, n)) {
		d->m.kind = CHAT_RECALL;
		d->m.deleted = true;
		draft_cut_back(d, n);
	} else if (words_omitted(s, n, r->marked)) {
		d->m.kind = CHAT_MEDIA_OMITTED;
		if (s[0] == '<')
			draft_cut_back(d, n);
	} else {
		d->m.kind = words_kind(s, n, r->marked);
		/* What the program itself says comes under somebody's name. */
		if (d->m.kind == CHAT_TEXT && (r->marked ||
		    words_opening(s, n)) && n > 0 && !memchr(s, '\n', n))
			return no_sender(d, CHAT_SYSTEM, e);
	}
	return 0;
}

static int
finish(struct reader *r, struct err *e)
{
	struct draft *d = &r->d;

	if (!d->open)
		return 0;
	strip_marks(d);
	trim_end(d);
	if (d->m.kind != CHAT_SYSTEM && classify(r, e) < 0)
		return -1;
	return draft_emit(d, e);
}

static int
take(struct reader *r, const struct chat_line *line, struct err *e)
{
	struct header h;
	bool is;

	is = find_header(&r->l->forms, &h, line->s, line->n);
	if (is && h.shape == r->l->major->shape) {
		if (finish(r, e) < 0)
			return -1;
		return begin(r, &h, line, e);
	}
	if (!r->d.open)
		return draft_unparsed(&r->d, line, e);
	if (is)
		r->d.m.warn |= CHAT_WARN_SPLIT;
	return draft_line(&r->d, line, line->s, line->n, e);
}

/* The whole file once, to know its shape. */
static int
learn_all(struct learned *l, struct chat_job *job, struct err *e)
{
	struct chat_lines *lines = chat_lines_new(job->in,
	    &job->sniff->encoding, e);
	struct chat_line line;
	int got;

	if (!lines)
		return -1;
	while ((got = chat_lines_next(lines, &line, e)) == 1)
		learn(l, line.s, line.n);
	chat_lines_free(lines);
	return got;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct chat_lines *lines = NULL;
	struct reader r = {.sniff = job->sniff};
	struct chat_line line;
	int rc = -1, got;

	draft_init(&r.d, job);
	r.l = calloc(1, sizeof(*r.l));
	if (!r.l) {
		(void)err_nomem(e);
		goto out;
	}
	if (learn_all(r.l, job, e) < 0)
		goto out;
	if (!decide(r.l, job->hints)) {
		(void)err_set(e, ERR_FORMAT, "no line with a date");
		goto out;
	}
	if (words_chat_name(job->in->path, &r.peer, &r.npeer) &&
	    draft_conv(&r.d, r.peer, r.npeer, e) < 0)
		goto out;
	if (r.l->guessed)
		job->warn |= CHAT_WARN_DATE_ORDER;
	lines = chat_lines_new(job->in, &job->sniff->encoding, e);
	if (!lines)
		goto out;
	while ((got = chat_lines_next(lines, &line, e)) == 1)
		if (take(&r, &line, e) < 0)
			goto out;
	if (got < 0 || finish(&r, e) < 0)
		goto out;
	rc = 0;
out:
	chat_lines_free(lines);
	free(r.l);
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_whatsapp_txt = {
	.name = "whatsapp-txt",
	.platform = "whatsapp",
	.version = 1,
	.score = score,
	.read = read_all
};
