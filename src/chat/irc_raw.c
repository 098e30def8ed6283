/*
 * chat/irc_raw.c - logs of channels as archives keep them.
 *
 *	[12:18] <nick> text
 *	=== nick [host] has joined #channel
 *
 * There is no date in them: it is looked for in the file's name, and goes on by
 * a day where the clock falls back.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/irc_line.h"

#include "base/banned.h"

struct line {
	bool timed;
	struct chat_stamp clock;
	enum chat_kind kind;
	struct chat_str nick, text;
};

static bool
parse_line(struct line *l, const char *s, size_t n)
{
	struct scan c = scan_of(s, n);

	memset(l, 0, sizeof(*l));
	if (scan_lit(&c, "=== ") || scan_lit(&c, "*** ")) {
		l->kind = CHAT_SYSTEM;
		l->text = (struct chat_str){c.s, scan_left(&c)};
		return true;
	}
	if (!scan_char(&c, '[') || !scan_clock(&c, ":", &l->clock, NULL) ||
	    !scan_char(&c, ']') || scan_blanks(&c) == 0)
		return false;
	l->timed = true;
	if (irc_said(c.s, scan_left(&c), &l->nick, &l->text)) {
		l->kind = CHAT_TEXT;
		return true;
	}
	if (scan_lit(&c, "* ") && irc_action(c.s, scan_left(&c), &l->nick,
	    &l->text)) {
		l->kind = CHAT_ACTION;
		return true;
	}
	(void)(scan_lit(&c, "*** ") || scan_lit(&c, "-!- ") ||
	    scan_lit(&c, "=== "));
	l->kind = CHAT_SYSTEM;
	l->text = (struct chat_str){c.s, scan_left(&c)};
	return true;
}

static int
score(const struct chat_sniff *s)
{
	struct scan text = scan_of(s->text, s->ntext);
	unsigned said = 0, lines = 0, others = 0;
	struct line l;
	const char *p;
	size_t n;

	if (s->archive)
		return 0;
	while (scan_line(&text, &p, &n)) {
		if (parse_line(&l, p, n)) {
			lines++;
			said += l.timed && l.kind == CHAT_TEXT;
		} else if (n > 0) {
			others++;
		}
	}
	return said > 0 && lines > others ? 82 : 0;
}

/* "2004-11-15", "20041115" anywhere in the name. */
static void
find_date(const char *name, struct chat_stamp *out)
{
	struct chat_stamp t = {.precision = STAMP_DAY};
	const char *p;
	struct scan c;
	int i, v;

	for (p = name; *p; p++) {
		if (*p < '0' || *p > '9' || (p > name && p[-1] >= '0' &&
		    p[-1] <= '9'))
			continue;
		c = scan_of(p, strlen(p));
		if (scan_ymd(&c, "-_.", &t) && stamp_valid(&t)) {
			*out = t;
			return;
		}
		for (i = v = 0; i < 8 && p[i] >= '0' && p[i] <= '9'; i++)
			v = v * 10 + (p[i] - '0');
		t.year = v / 10000;
		t.mon = v / 100 % 100;
		t.day = v % 100;
		if (i == 8 && !(p[8] >= '0' && p[8] <= '9') &&
		    stamp_valid(&t)) {
			*out = t;
			return;
		}
	}
}

struct reader {
	struct draft d;
	struct chat_stamp day;
	int last;		/* minute of the day */
};

static int
take(void *arg, const struct chat_line *line, struct err *e)
{
	struct reader *r = arg;
	struct line l;
	int now;

	if (!parse_line(&l, line->s, line->n))
		return draft_unparsed(&r->d, line, e);
	if (l.timed) {
		now = l.clock.hour * 60 + l.clock.min;
		/* Logs of several servers may step back a little. */
		if (now + 12 * 60 < r->last)
			stamp_next_day(&r->day);
		r->last = now;
		l.clock.year = r->day.year;
		l.clock.mon = r->day.mon;
		l.clock.day = r->day.day;
	}
	return irc_emit(&r->d, line, l.timed ? &l.clock : NULL, l.kind,
	    &l.nick, l.text.s, l.text.n, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.last = 0};
	int rc;

	draft_init(&r.d, job);
	find_date(job->in->name, &r.day);
	rc = draft_lines(job, take, &r, e);
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_irc_raw = {
	.name = "irc-raw",
	.platform = "irc",
	.version = 1,
	.score = score,
	.read = read_all
};
