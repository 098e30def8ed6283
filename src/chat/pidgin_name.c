/* chat/pidgin_name.c - Pidgin's file names, titles, times and presence. */
#include "chat/pidgin_name.h"

#include <stdio.h>
#include <string.h>

#include "base/banned.h"

static bool
two(struct scan *c, int *out)
{
	return scan_number(c, 2, 2, out, NULL);
}

/* "2010-01-11.000101+0000GMT" */
static bool
begin_of(const char *s, size_t n, struct chat_stamp *out)
{
	struct chat_stamp t = {.precision = STAMP_S};
	struct scan c = scan_of(s, n);
	bool west = false;
	int h = 0, m = 0;

	if (!scan_ymd(&c, "-", &t) || !scan_char(&c, '.') ||
	    !two(&c, &t.hour) || !two(&c, &t.min) || !two(&c, &t.sec))
		return false;
	if (scan_char(&c, '+') || (west = scan_char(&c, '-'))) {
		if (two(&c, &h) && two(&c, &m) && h <= 15 && m < 60) {
			t.zone = STAMP_OFFSET;
			t.offset_min = (h * 60 + m) * (west ? -1 : 1);
		}
	}
	if (!stamp_valid(&t))
		return false;
	*out = t;
	return true;
}

/* The component of PATH that ends at *end; *end moves before it. */
static struct chat_str
component(const char *path, const char **end)
{
	const char *slash = memrchr(path, '/', (size_t)(*end - path));
	const char *s = slash ? slash + 1 : path;
	struct chat_str out = {s, (size_t)(*end - s)};

	*end = slash ? slash : path;
	if (out.n == 0)
		out.s = NULL;
	return out;
}

void
pidgin_name(struct pidgin_name *p, const char *path)
{
	const char *end = path + strlen(path);
	struct chat_str name;

	memset(p, 0, sizeof(*p));
	name = component(path, &end);
	if (!name.s || !begin_of(name.s, name.n, &p->begin))
		return;
	p->peer = component(path, &end);
	p->account = component(path, &end);
	if (p->peer.s && scan_ends(p->peer.s, p->peer.n, ".chat")) {
		p->room = true;
		p->peer.n -= 5;
	}
}

bool
pidgin_title(const char *s, size_t n, struct chat_str *peer,
	struct chat_str *account)
{
	struct scan c = scan_of(s, n);
	const char *at, *on, *next, *paren;

	*peer = *account = (struct chat_str){NULL, 0};
	if (!scan_lit(&c, "Conversation with "))
		return scan_lit(&c, "Conversation (") ||
		    scan_lit(&c, "System log for account ");
	at = memmem(c.s, scan_left(&c), " at ", 4);
	*peer = (struct chat_str){c.s, at ? (size_t)(at - c.s) :
	    scan_left(&c)};
	/* The last " on " stands before the account. */
	for (on = NULL, next = c.s; (next = memmem(next,
	    (size_t)(c.end - next), " on ", 4)) != NULL; next += 4)
		on = next;
	if (!on)
		return true;
	paren = memrchr(on, '(', (size_t)(c.end - on));
	on += 4;
	*account = (struct chat_str){on, (size_t)((paren && paren > on ?
	    paren - 1 : c.end) - on)};
	return true;
}

bool
pidgin_time(struct scan *c, const struct pidgin_name *name,
	struct chat_stamp *s)
{
	struct chat_stamp t = *s, first, other;
	struct scan at = *c, back;
	bool known = s->precision != STAMP_NONE, dated;
	struct scan_date d;
	int64_t one, two_;

	if (!known)
		t = name->begin;
	if (!scan_char(&at, '('))
		return false;
	back = at;
	dated = scan_three(&at, &d) && (scan_blanks(&at) > 0 ||
	    scan_char(&at, 'T'));
	if (!dated)
		at = back;
	if (!scan_clock(&at, ":", &t, NULL) || !scan_char(&at, ')'))
		return false;
	if (dated) {
		/* Of the two orders the one near the file's own date. */
		scan_three_as(&d, 1, &t);
		first = t;
		scan_three_as(&d, 0, &t);
		other = t;
		t = first;
		if (!stamp_valid(&first)) {
			t = other;
		} else if (stamp_valid(&other) &&
		    name->begin.precision != STAMP_NONE) {
			one = stamp_us(&first) - stamp_us(&name->begin);
			two_ = stamp_us(&other) - stamp_us(&name->begin);
			if ((two_ < 0 ? -two_ : two_) < (one < 0 ? -one : one))
				t = other;
		}
	} else if (known && t.hour + 12 < s->hour) {
		stamp_next_day(&t);
	}
	*s = t;
	*c = at;
	return true;
}

int
pidgin_presence(struct draft *d, const struct pidgin_name *name,
	struct chat_stamp *last, const struct chat_line *line, const char *s,
	size_t n, struct err *e)
{
	struct scan c = scan_of(s, n), at;
	const char *sign;
	char time[48];

	if (!scan_lit(&c, "---- ") || !scan_ends(c.s, scan_left(&c), " ----"))
		return draft_unparsed(d, line, e);
	c.end -= 5;
	draft_begin(d, line);
	d->m.kind = CHAT_SYSTEM;
	sign = memrchr(c.s, '@', scan_left(&c));
	n = sign ? (size_t)(c.end - sign) : 0;
	if (sign && sign > c.s && n > 2 && n < 44) {
		(void)snprintf(time, sizeof(time), "(%.*s)", (int)(n - 2),
		    sign + 2);
		at = scan_of(time, strlen(time));
		if (pidgin_time(&at, name, last)) {
			d->m.when = *last;
			c.end = sign;
		}
	}
	while (!scan_done(&c) && c.end[-1] == ' ')
		c.end--;
	if (draft_line(d, line, c.s, scan_left(&c), e) < 0)
		return -1;
	return draft_emit(d, e);
}
