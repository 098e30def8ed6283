/*
 * chat/irssi_log.c - irssi's log.
 *
 *	--- Log opened Fri Mar 01 08:59:00 2024
 *	08:59 -!- anna [~a@host] has joined #shop
 *	08:59 <@anna> text
 *	09:04  * li waves
 *	--- Day changed Sat Mar 02 2024
 *
 * The date stands only in the lines of the log itself.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/irc_line.h"

#include "base/banned.h"

/* "Fri Mar 01 08:59:00 2024", "Sat Mar 02 2024", with other words for it. */
static bool
long_date(const char *s, size_t n, struct chat_stamp *out)
{
	struct scan c = scan_of(s, n);
	struct chat_stamp t = {.precision = STAMP_DAY};
	const char *blank;
	struct chat_stamp clock;

	blank = memchr(c.s, ' ', scan_left(&c));
	if (!blank)
		return false;
	c.s = blank;
	(void)scan_blanks(&c);
	if (!scan_month(&c, &t.mon) || scan_blanks(&c) == 0 ||
	    !scan_number(&c, 1, 2, &t.day, NULL) || scan_blanks(&c) == 0)
		return false;
	if (scan_clock(&c, ":", &clock, NULL))
		(void)scan_blanks(&c);
	if (!scan_number(&c, 4, 4, &t.year, NULL) || !stamp_valid(&t))
		return false;
	*out = t;
	return true;
}

/* 1: a line of the log itself with a date, 2: one without, 0: none. */
static int
state_line(const char *s, size_t n, struct chat_stamp *day)
{
	static const char *const words[] = {"Log opened ", "Day changed ",
	    "Day changed to ", "Log closed "};
	struct scan c = scan_of(s, n), at;
	size_t i;

	if (!scan_lit(&c, "--- "))
		return 0;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		at = c;
		if (scan_lit(&at, words[i]) && long_date(at.s,
		    scan_left(&at), day))
			return i == 3 ? 2 : 1;
	}
	return 0;
}

struct line {
	struct chat_stamp clock;
	enum chat_kind kind;
	struct chat_str nick, text;
};

static bool
parse_line(struct line *l, const char *s, size_t n)
{
	struct scan c = scan_of(s, n);
	const char *end;

	memset(l, 0, sizeof(*l));
	if (!scan_clock(&c, ":", &l->clock, NULL) || !scan_char(&c, ' '))
		return false;
	l->text = (struct chat_str){c.s, scan_left(&c)};
	if (irc_said(c.s, scan_left(&c), &l->nick, &l->text)) {
		l->kind = CHAT_TEXT;
	} else if (scan_lit(&c, " * ")) {
		l->kind = CHAT_ACTION;
		return irc_action(c.s, scan_left(&c), &l->nick, &l->text);
	} else if (scan_lit(&c, "-!- ")) {
		l->kind = CHAT_SYSTEM;
		l->text = (struct chat_str){c.s, scan_left(&c)};
	} else if (scan_char(&c, '-') && (end = memchr(c.s, ' ',
	    scan_left(&c))) && end > c.s && end[-1] == '-') {
		l->kind = CHAT_TEXT;	/* a notice: "-nick:#chan- text" */
		l->nick = (struct chat_str){c.s, (size_t)(end - c.s) - 1};
		l->text = (struct chat_str){end + 1,
		    (size_t)(c.end - end) - 1};
		end = memchr(l->nick.s, ':', l->nick.n);
		if (end && end > l->nick.s)
			l->nick.n = (size_t)(end - l->nick.s);
	} else {
		return false;
	}
	return true;
}

static enum irc_what
what(const char *s, size_t n)
{
	struct chat_stamp day;
	struct line l;

	if (state_line(s, n, &day))
		return IRC_LOG;
	return parse_line(&l, s, n) ? IRC_LINE : IRC_OTHER;
}

static int
score(const struct chat_sniff *s)
{
	return irc_score(s, 98, what);
}

struct reader {
	struct draft d;
	struct chat_stamp day;
};

static int
take(void *arg, const struct chat_line *line, struct err *e)
{
	struct reader *r = arg;
	struct chat_stamp day;
	struct line l;
	int state = state_line(line->s, line->n, &day);

	if (state > 0) {
		if (state == 1)
			r->day = day;
		return 0;
	}
	if (!parse_line(&l, line->s, line->n))
		return draft_unparsed(&r->d, line, e);
	l.clock.year = r->day.year;
	l.clock.mon = r->day.mon;
	l.clock.day = r->day.day;
	return irc_emit(&r->d, line, &l.clock, l.kind, &l.nick, l.text.s,
	    l.text.n, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.day = {0}};
	int rc;

	draft_init(&r.d, job);
	rc = draft_lines(job, take, &r, e);
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_irssi = {
	.name = "irssi",
	.platform = "irc",
	.version = 1,
	.score = score,
	.read = read_all
};
