/* chat/pattern_txt.c - a text whose headers are described in an ini file. */
#include "chat/pattern_txt.h"

#include <string.h>

#include "chat/draft.h"
#include "chat/formats.h"
#include "chat/scan.h"

#include "base/banned.h"

#define HEADER_MAX 2048u	/* bytes of a line that may be one */
#define STEPS_MAX 20000u	/* of one match */

/* --- The description. */

static int
add_piece(struct pattern *p, int kind, size_t off, size_t n, struct err *e)
{
	if (p->npieces == PATTERN_PIECES)
		return err_set(e, ERR_CONFIG, "'header' has too many pieces");
	p->piece[p->npieces].kind = kind;
	p->piece[p->npieces].off = off;
	p->piece[p->npieces++].n = n;
	return 0;
}

static int
parse_header(struct pattern *p, struct err *e)
{
	static const struct {
		const char *word;
		int kind;
	} fields[] = {
		{"{name}", PATTERN_NAME}, {"{id}", PATTERN_ID},
		{"{to}", PATTERN_TO}, {"{*}", PATTERN_ANY},
		{"{date}", PATTERN_DATE}, {"{time}", PATTERN_TIME},
		{"{text}", PATTERN_REST}
	};
	const char *s = p->header;
	size_t i, from = 0, at = 0, len = strlen(s);
	bool time = false;

	while (at < len) {
		for (i = 0; i < 7; i++)
			if (strncmp(s + at, fields[i].word,
			    strlen(fields[i].word)) == 0)
				break;
		if (i == 7 && s[at] != ' ') {
			at++;
			continue;
		}
		if (at > from && add_piece(p, PATTERN_TEXT, from, at - from,
		    e) < 0)
			return -1;
		if (add_piece(p, i < 7 ? fields[i].kind : PATTERN_BLANK, 0, 0,
		    e) < 0)
			return -1;
		at += i < 7 ? strlen(fields[i].word) : 1;
		from = at;
		time |= i < 7 && (fields[i].kind == PATTERN_TIME ||
		    fields[i].kind == PATTERN_DATE);
		if (i == 6 && at < len)
			return err_set(e, ERR_CONFIG,
			    "'{text}' is not at the end of 'header'");
	}
	if (at > from && add_piece(p, PATTERN_TEXT, from, at - from, e) < 0)
		return -1;
	if (!time)
		return err_set(e, ERR_CONFIG,
		    "'header' has neither '{date}' nor '{time}'");
	return 0;
}

static int
set_key(struct pattern *p, const char *key, size_t nkey, const char *value,
	size_t n, struct err *e)
{
	if (scan_is(key, nkey, "header")) {
		if (n >= sizeof(p->header) || memchr(value, 0, n))
			return err_set(e, ERR_CONFIG, "'header' is too long");
		memcpy(p->header, value, n);
		p->header[n] = '\0';
	} else if (scan_is(key, nkey, "date")) {
		if (scan_is(value, n, "ymd"))
			p->order = DATE_YMD;
		else if (scan_is(value, n, "dmy"))
			p->order = DATE_DMY;
		else if (scan_is(value, n, "mdy"))
			p->order = DATE_MDY;
		else
			return err_set(e, ERR_CONFIG,
			    "'date' is none of ymd, dmy, mdy");
	} else if (scan_is(key, nkey, "blank")) {
		p->blank = scan_is(value, n, "yes");
	} else if (!scan_is(key, nkey, "name")) {
		return err_set(e, ERR_CONFIG, "no such key: '%.*s'",
		    (int)(nkey < 40 ? nkey : 40), key);
	}
	return 0;
}

int
pattern_parse(struct pattern *p, const char *ini, size_t n, struct err *e)
{
	struct scan text = scan_of(ini, n);
	const char *s, *eq, *value;
	size_t len, nkey, nvalue;

	memset(p, 0, sizeof(*p));
	p->order = DATE_YMD;
	if (n > PATTERN_INI_MAX)
		return err_set(e, ERR_CONFIG, "the pattern is too long");
	while (scan_line(&text, &s, &len)) {
		scan_trim(&s, &len);
		if (len == 0 || s[0] == '#' || s[0] == ';' || s[0] == '[')
			continue;
		eq = memchr(s, '=', len);
		if (!eq)
			return err_set(e, ERR_CONFIG, "a line without '='");
		nkey = (size_t)(eq - s);
		value = eq + 1;
		nvalue = len - nkey - 1;
		scan_trim(&value, &nvalue);
		while (nkey > 0 && s[nkey - 1] == ' ')
			nkey--;
		if (set_key(p, s, nkey, value, nvalue, e) < 0)
			return -1;
	}
	if (p->header[0] == '\0')
		return err_set(e, ERR_CONFIG, "there is no 'header'");
	return parse_header(p, e);
}

/* --- Matching. */

static bool
read_date(const struct pattern *p, struct scan *c, struct chat_stamp *s)
{
	struct scan at = *c;
	struct scan_date d;
	unsigned digits;
	int y;

	if (scan_three(&at, &d)) {
		if (d.digits[0] == 4 || p->order != DATE_YMD)
			scan_three_as(&d, p->order == DATE_MDY, s);
		else {
			s->year = scan_year(d.n[0], d.digits[0]);
			s->mon = d.n[1];
			s->day = d.n[2];
		}
	} else if (scan_number(&at, 4, 4, &s->year, NULL) &&
	    scan_lit(&at, "年") && scan_number(&at, 1, 2, &s->mon, NULL) &&
	    scan_lit(&at, "月") && scan_number(&at, 1, 2, &s->day, NULL) &&
	    scan_lit(&at, "日")) {
		;
	} else {
		at = *c;
		if (scan_month(&at, &s->mon)) {
			if (scan_blanks(&at) == 0 ||
			    !scan_number(&at, 1, 2, &s->day, NULL))
				return false;
		} else if (!scan_number(&at, 1, 2, &s->day, NULL) ||
		    (scan_blanks(&at) == 0 && !scan_char(&at, '-')) ||
		    !scan_month(&at, &s->mon)) {
			return false;
		}
		(void)(scan_char(&at, ',') || scan_char(&at, '-'));
		(void)scan_blanks(&at);
		if (!scan_number(&at, 2, 4, &y, &digits))
			return false;
		s->year = scan_year(y, digits);
	}
	if (s->precision == STAMP_NONE)
		s->precision = STAMP_DAY;
	*c = at;
	return true;
}

struct matcher {
	const struct pattern *p;
	struct pattern_match *m;
	unsigned steps;
};

static struct chat_str *
place(struct pattern_match *m, int kind)
{
	return kind == PATTERN_NAME ? &m->name : kind == PATTERN_ID ? &m->id :
	    kind == PATTERN_TO ? &m->to : NULL;
}

/* Pieces from I on fit C to its end.  Depth: PATTERN_PIECES. */
static bool
fits(struct matcher *k, size_t i, struct scan c)
{
	const struct pattern_piece *q = &k->p->piece[i];
	struct chat_str *out;
	struct scan rest;
	const char *s;

	if (++k->steps > STEPS_MAX)
		return false;
	if (i == k->p->npieces) {
		(void)scan_blanks(&c);
		return scan_done(&c);
	}
	switch (q->kind) {
	case PATTERN_TEXT:
		if (scan_left(&c) < q->n || memcmp(c.s, k->p->header + q->off,
		    q->n) != 0)
			return false;
		c.s += q->n;
		return fits(k, i + 1, c);
	case PATTERN_BLANK:
		return scan_blanks(&c) > 0 && fits(k, i + 1, c);
	case PATTERN_DATE:
		return read_date(k->p, &c, &k->m->when) && fits(k, i + 1, c);
	case PATTERN_TIME:
		return scan_clock(&c, ":.", &k->m->when, NULL) &&
		    fits(k, i + 1, c);
	case PATTERN_REST:
		k->m->text = (struct chat_str){c.s, scan_left(&c)};
		return true;
	default:
		break;
	}
	/* The shortest that lets the others fit. */
	out = place(k->m, q->kind);
	for (s = c.s + 1; s <= c.end; s++) {
		if (s < c.end && ((unsigned char)*s & 0xc0) == 0x80)
			continue;
		rest = scan_of(s, (size_t)(c.end - s));
		if (!fits(k, i + 1, rest))
			continue;
		if (out)
			*out = (struct chat_str){c.s, (size_t)(s - c.s)};
		return true;
	}
	return false;
}

bool
pattern_match(const struct pattern *p, const char *s, size_t n,
	struct pattern_match *m)
{
	struct matcher k = {p, m, 0};

	memset(m, 0, sizeof(*m));
	if (n == 0 || n > HEADER_MAX)
		return false;
	return fits(&k, 0, scan_of(s, n));
}

/* --- Reading. */

struct reader {
	struct draft d;
	struct pattern p;
	bool blank;
};

static int
finish(struct reader *r, struct err *e)
{
	if (!r->d.open)
		return 0;
	return draft_kind(&r->d, e) < 0 ? -1 : draft_emit(&r->d, e);
}

static int
begin(struct reader *r, const struct pattern_match *m,
	const struct chat_line *line, struct err *e)
{
	struct draft *d = &r->d;

	if (finish(r, e) < 0)
		return -1;
	draft_begin(d, line);
	d->m.when = m->when;
	if (draft_name(d, m->name.s, m->name.n, e) < 0 ||
	    draft_id(d, m->id.s, m->id.n, e) < 0)
		return -1;
	if (m->to.s && draft_field(d, "target", m->to.s, m->to.n, e) < 0)
		return -1;
	return m->text.s ? draft_line(d, line, m->text.s, m->text.n, e) : 0;
}

static int
take(void *arg, const struct chat_line *line, struct err *e)
{
	struct reader *r = arg;
	struct pattern_match m;
	int rc;

	if ((r->blank || !r->p.blank) && pattern_match(&r->p, line->s, line->n,
	    &m))
		rc = begin(r, &m, line, e);
	else if (r->d.open)
		rc = draft_line(&r->d, line, line->s, line->n, e);
	else
		rc = draft_unparsed(&r->d, line, e);
	r->blank = line->n == 0;
	return rc;
}

/* It is never guessed: whoever has a pattern says so. */
static int
score(const struct chat_sniff *s)
{
	(void)s;
	return 0;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.blank = true};
	int rc = -1;

	if (!job->hints || !job->hints->pattern_ini)
		return err_set(e, ERR_FORMAT, "there is no pattern");
	if (pattern_parse(&r.p, job->hints->pattern_ini,
	    job->hints->pattern_len, e) < 0)
		return -1;
	draft_init(&r.d, job);
	if (draft_lines(job, take, &r, e) == 0 && finish(&r, e) == 0)
		rc = 0;
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_pattern = {
	.name = "pattern",
	.platform = "other",
	.version = 1,
	.score = score,
	.read = read_all
};
