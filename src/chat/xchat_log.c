/*
 * chat/xchat_log.c - XChat's and HexChat's logs, and their scrollback.
 *
 *	**** BEGIN LOGGING AT Mon Dec 31 21:11:55 2011
 *	dec 31 21:11:58 <fpi> text
 *	dec 31 21:12:00 *	text of the program
 *
 *	T 1232074579 text
 *
 * The year stands only in the line of the beginning, the words of which are of
 * the machine's language, as are the names of months.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/irc_line.h"

#include "base/banned.h"

/* "**** … Mon Dec 31 21:11:55 2011": *begin if it may be one. */
static bool
state_line(const char *s, size_t n, struct chat_stamp *out)
{
	struct scan c = scan_of(s, n), at;
	struct chat_stamp t = {0};
	const char *blank;

	if (!scan_lit(&c, "**** "))
		return false;
	/* The month is the first word before a day and a time. */
	while ((blank = memchr(c.s, ' ', scan_left(&c))) != NULL) {
		at = scan_of(blank, (size_t)(c.end - blank));
		(void)scan_blanks(&at);
		c.s = blank + 1;
		if (!scan_month(&at, &t.mon) || scan_blanks(&at) == 0 ||
		    !scan_number(&at, 1, 2, &t.day, NULL) ||
		    scan_blanks(&at) == 0 ||
		    !scan_clock(&at, ":", &t, NULL) ||
		    scan_blanks(&at) == 0 ||
		    !scan_number(&at, 4, 4, &t.year, NULL) ||
		    !stamp_valid(&t))
			continue;
		*out = t;
		return true;
	}
	return false;
}

struct line {
	struct chat_stamp when;		/* no year */
	enum chat_kind kind;
	struct chat_str nick, text;
};

/* "dec 31 21:11:58 " */
static bool
parse_line(struct line *l, const char *s, size_t n)
{
	struct scan c = scan_of(s, n), back;
	struct chat_str text;

	memset(l, 0, sizeof(*l));
	(void)scan_blanks(&c);
	if (!scan_month(&c, &l->when.mon) || scan_blanks(&c) == 0 ||
	    !scan_number(&c, 1, 2, &l->when.day, NULL) ||
	    scan_blanks(&c) == 0 || !scan_clock(&c, ":", &l->when, NULL) ||
	    l->when.precision != STAMP_S ||
	    (!scan_done(&c) && !scan_char(&c, ' ')))
		return false;
	back = c;
	(void)scan_blanks(&c);
	text = (struct chat_str){c.s, scan_left(&c)};
	l->kind = CHAT_SYSTEM;
	if (irc_said(c.s, scan_left(&c), &l->nick, &l->text)) {
		l->kind = CHAT_TEXT;
		return true;
	}
	c = back;
	/* "* nick waves", but "*    notice". */
	if (scan_lit(&c, "* ") && !scan_done(&c) && *c.s != ' ' &&
	    *c.s != '\t' && irc_action(c.s, scan_left(&c), &l->nick,
	    &l->text)) {
		l->kind = CHAT_ACTION;
		return true;
	}
	c = scan_of(text.s, text.n);
	(void)(scan_lit(&c, "-->") || scan_lit(&c, "<--") ||
	    scan_lit(&c, "---") || scan_char(&c, '*'));
	(void)scan_blanks(&c);
	l->text = (struct chat_str){c.s, scan_left(&c)};
	return true;
}

static enum irc_what
what(const char *s, size_t n)
{
	struct chat_stamp t;
	struct line l;

	if (state_line(s, n, &t))
		return IRC_LOG;
	return parse_line(&l, s, n) ? IRC_LINE : IRC_OTHER;
}

static int
score(const struct chat_sniff *s)
{
	return irc_score(s, 95, what);
}

struct reader {
	struct draft d;
	struct chat_stamp last;		/* of the log, with its year */
};

static int
take(void *arg, const struct chat_line *line, struct err *e)
{
	struct reader *r = arg;
	struct line l;

	if (state_line(line->s, line->n, &r->last))
		return 0;
	if (!parse_line(&l, line->s, line->n))
		return draft_unparsed(&r->d, line, e);
	if (r->last.year != 0) {
		/* A log that runs over New Year. */
		if (l.when.mon + 6 < r->last.mon)
			r->last.year++;
		l.when.year = r->last.year;
		r->last.mon = l.when.mon;
	} else {
		l.when.mon = l.when.day = 0;
	}
	if (!stamp_valid(&l.when))
		return draft_unparsed(&r->d, line, e);
	return irc_emit(&r->d, line, &l.when, l.kind, &l.nick, l.text.s,
	    l.text.n, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.last = {0}};
	int rc;

	draft_init(&r.d, job);
	rc = draft_lines(job, take, &r, e);
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_xchat = {
	.name = "xchat",
	.platform = "irc",
	.version = 1,
	.score = score,
	.read = read_all
};

/* --- Scrollback. */

/* "T 1232074579 text" */
static bool
scrollback_line(int64_t *t, struct chat_str *text, const char *s, size_t n)
{
	size_t i;

	if (n < 3 || s[0] != 'T' || s[1] != ' ')
		return false;
	*t = 0;
	for (i = 2; i < n && i < 14 && s[i] >= '0' && s[i] <= '9'; i++)
		*t = *t * 10 + (s[i] - '0');
	if (i == 2 || (i < n && s[i] != ' '))
		return false;
	*text = (struct chat_str){s + i + (i < n), n - i - (i < n)};
	return true;
}

static int
scrollback_score(const struct chat_sniff *s)
{
	struct scan text = scan_of(s->text, s->ntext);
	unsigned lines = 0, others = 0;
	struct chat_str rest;
	const char *p;
	int64_t t;
	size_t n;

	if (s->archive)
		return 0;
	while (scan_line(&text, &p, &n)) {
		if (scrollback_line(&t, &rest, p, n))
			lines++;
		else if (n > 0)
			others++;
	}
	return lines > 0 && lines > others ? 88 : 0;
}

struct scrollback {
	struct draft d;
	struct buf text;
};

static int
scrollback_take(void *arg, const struct chat_line *line, struct err *e)
{
	struct scrollback *r = arg;
	enum chat_kind kind = CHAT_SYSTEM;
	struct chat_str raw, nick = {NULL, 0}, text;
	struct chat_stamp when;
	struct scan c;
	int64_t t;

	if (!scrollback_line(&t, &raw, line->s, line->n))
		return draft_unparsed(&r->d, line, e);
	buf_clear(&r->text);
	if (buf_add(&r->text, raw.s, raw.n, e) < 0)
		return -1;
	if (r->text.data)
		r->text.len = irc_strip((char *)r->text.data, r->text.len);
	stamp_from_us(&when, t * 1000000, STAMP_S);
	if (when.precision == STAMP_NONE)
		when = (struct chat_stamp){.precision = STAMP_DAY};
	text = (struct chat_str){r->text.data ? (char *)r->text.data : "",
	    r->text.len};
	if (irc_said(text.s, text.n, &nick, &text)) {
		kind = CHAT_TEXT;
	} else {
		c = scan_of(text.s, text.n);
		(void)scan_char(&c, '*');
		(void)scan_blanks(&c);
		text = (struct chat_str){c.s, scan_left(&c)};
	}
	return irc_emit(&r->d, line, &when, kind, &nick, text.s, text.n, e);
}

static int
scrollback_read(struct chat_job *job, struct err *e)
{
	struct scrollback r;
	int rc;

	draft_init(&r.d, job);
	buf_init(&r.text, CHAT_LINE_MAX);
	rc = draft_lines(job, scrollback_take, &r, e);
	buf_release(&r.text);
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_xchat_scrollback = {
	.name = "xchat-scrollback",
	.platform = "irc",
	.version = 1,
	.score = scrollback_score,
	.read = scrollback_read
};
