/* cli/desk/talk.c - a conversation as lines of a terminal. */
#include "cli/desk/talk.h"

#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "cli/cli.h"

#include "base/banned.h"

#define NAME_COLUMNS 14
#define NAME_NARROW 8		/* where lines are shorter than NARROW */
#define NARROW 60
#define FULL_WIDTH 80		/* of a line across, where no width is known */
#define SHOWN_MAX 16		/* bytes of one character as it is shown */
#define BOLD "\033[1m"
#define PLAIN "\033[22m"

/* --- Wrapping. */

struct wrap {
	struct buf *out;
	const struct talk_style *style;
	size_t indent, col;
	const struct talk_mark *mark;
	size_t nmark;
	bool marked;		/* inside of mark[0] */
	struct err *e;
};

/* What no line begins with. */
static bool
closes(uint32_t cp)
{
	static const uint32_t set[] = {0x3001, 0x3002, 0x3009, 0x300b, 0x300d,
		0x300f, 0x3011, 0xff01, 0xff09, 0xff0c, 0xff0e, 0xff1a, 0xff1b,
		0xff1f, 0x201d, 0x2019, 0x2026};
	size_t i;

	for (i = 0; i < sizeof(set) / sizeof(set[0]); i++)
		if (set[i] == cp)
			return true;
	return false;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* One character of N bytes, as it is shown; *width its columns. */
static size_t
shown(const char *s, size_t n, char out[SHOWN_MAX], size_t *width,
	uint32_t *cp)
{
	struct buf b = BUF_INIT(SHOWN_MAX - 1);
	struct err ignored = ERR_INIT;
	size_t len = utf8_next((const uint8_t *)s, n, cp);

	if (len == 0) {
		len = 1;
		*cp = 0xfffd;
	}
	/* it fits: at most \u{10ffff} */
	(void)utf8_add_shown(&b, s, len, &ignored);
	(void)snprintf(out, SHOWN_MAX, "%s", buf_str(&b));
	buf_release(&b);
	*width = utf8_width(out);
	return len;
}

/* The ends of marks take columns where there is no bold. */
static int
put_mark(struct wrap *w, bool on)
{
	const bool bold = w->style->bold;

	w->marked = on;
	w->col += bold ? 0 : 1;
	return buf_adds(w->out, bold ? (on ? BOLD : PLAIN) : on ? "[" : "]",
	    w->e);
}

/* What stands before byte AT of the text. */
static int
marks_at(struct wrap *w, size_t at)
{
	if (w->marked && w->mark->end <= at) {
		w->mark++;
		w->nmark--;
		if (put_mark(w, false) < 0)
			return -1;
	}
	return !w->marked && w->nmark > 0 && w->mark->start <= at ?
	    put_mark(w, true) : 0;
}

/* Pagers forget at the end of a line what a line before it switched on. */
static int
new_line(struct wrap *w)
{
	const bool again = w->marked && w->style->bold;

	w->col = w->indent;
	if ((again && buf_adds(w->out, PLAIN, w->e) < 0) ||
	    buf_addf(w->out, w->e, "\n%*s", (int)w->indent, "") < 0)
		return -1;
	return again ? buf_adds(w->out, BOLD, w->e) : 0;
}

/*
 * How much of TEXT stays together: a word, or a wide character.  *COLUMNS: what
 * it takes.  *CLOSE: it may stand in the last columns.
 */
static size_t
unit(const char *text, size_t n, size_t *columns, bool *close)
{
	char out[SHOWN_MAX];
	size_t i = 0, len, width;
	uint32_t cp;

	*columns = 0;
	*close = false;
	while (i < n && !is_blank(text[i]) && text[i] != '\n') {
		len = shown(text + i, n - i, out, &width, &cp);
		if (i > 0 && (width == 2 && cp >= 0x1100) && !closes(cp))
			break;
		*columns += width;
		i += len;
		if (cp >= 0x1100 && width == 2 && i < n) {
			*close = *close || closes(cp);
			(void)shown(text + i, n - i, out, &width, &cp);
			if (width > 0 && !closes(cp))
				break;
		}
	}
	return i;
}

/* N bytes that stay together; letter by letter if they are too long. */
static int
put_unit(struct wrap *w, const char *text, size_t at, size_t n)
{
	const size_t limit = w->style->width;
	char out[SHOWN_MAX];
	size_t i, len, width;
	uint32_t cp;

	for (i = at; i < at + n; i += len) {
		len = shown(text + i, at + n - i, out, &width, &cp);
		if (limit > 0 && w->col + width > limit &&
		    w->col > w->indent && new_line(w) < 0)
			return -1;
		if (marks_at(w, i) < 0 || buf_adds(w->out, out, w->e) < 0)
			return -1;
		w->col += width;
	}
	return 0;
}

/* One line of the text: [AT, END). */
static int
wrap_line(struct wrap *w, const char *text, size_t at, size_t end)
{
	const size_t limit = w->style->width;
	size_t blanks, len, columns;
	bool close, fresh = true;

	while (at < end) {
		for (blanks = 0; at + blanks < end &&
		    is_blank(text[at + blanks]); blanks++)
			;
		len = unit(text + at + blanks, end - at - blanks, &columns,
		    &close);
		if (limit > 0 && len > 0 && !fresh &&
		    w->col + blanks + columns > limit) {
			/* the blanks go with the end of the line */
			if (marks_at(w, at) < 0 || new_line(w) < 0)
				return -1;
			at += blanks;
			blanks = 0;
		}
		for (; blanks > 0 && len > 0; blanks--, at++) {
			if (marks_at(w, at) < 0 ||
			    buf_addc(w->out, ' ', w->e) < 0)
				return -1;
			w->col++;
		}
		at += blanks;
		if (put_unit(w, text, at, len) < 0)
			return -1;
		at += len;
		fresh = false;
	}
	return 0;
}

int
talk_wrap(struct buf *out, const struct talk_style *s, size_t indent,
	const char *text, size_t n, const struct talk_mark *mark, size_t nmark,
	struct err *e)
{
	struct wrap w = {out, s, indent, indent, mark, nmark, false, e};
	const char *nl;
	size_t at = 0, end;

	while (n > 0 && (text[n - 1] == '\n' || is_blank(text[n - 1])))
		n--;
	for (; at < n; at = end + 1) {
		nl = memchr(text + at, '\n', n - at);
		end = nl ? (size_t)(nl - text) : n;
		if (at > 0 && (marks_at(&w, at) < 0 || new_line(&w) < 0))
			return -1;
		if (wrap_line(&w, text, at, end > at && nl &&
		    text[end - 1] == '\r' ? end - 1 : end) < 0)
			return -1;
	}
	return w.marked ? put_mark(&w, false) : 0;
}

/* --- Pieces of a line. */

int
talk_cell(struct buf *out, const char *s, size_t columns, struct err *e)
{
	size_t n = strlen(s), used = 0, i, len, width, fits = 0, left;
	char c[SHOWN_MAX];
	uint32_t cp;

	/* how much fits, and how much with the … behind it */
	for (i = 0, left = n; i < n; i += len, left -= len) {
		len = shown(s + i, left, c, &width, &cp);
		if (used + width > columns)
			break;
		used += width;
		if (used < columns)
			fits = i + len;
	}
	if (i < n)
		n = fits;
	for (used = 0, i = 0; i < n; i += len) {
		len = shown(s + i, n - i, c, &width, &cp);
		used += width;
		if (buf_adds(out, c, e) < 0)
			return -1;
	}
	if (s[n] != '\0' && used++ < columns && buf_adds(out, "…", e) < 0)
		return -1;
	return buf_addf(out, e, "%*s", (int)(columns - used), "");
}

const char *
talk_day_text(int64_t at, char out[TALK_DAY_LEN])
{
	char text[CLOCK_TEXT_LEN];

	out[0] = '\0';
	if (at != TALK_NO_TIME)
		(void)snprintf(out, TALK_DAY_LEN, "%.10s",
		    clock_text_local(at / 1000 - (at % 1000 < 0), text));
	return out;
}

const char *
talk_clock(int64_t at, bool none, char out[TALK_CLOCK_LEN])
{
	char text[CLOCK_TEXT_LEN];

	if (none || at == TALK_NO_TIME)
		(void)snprintf(out, TALK_CLOCK_LEN, "--:--");
	else
		(void)snprintf(out, TALK_CLOCK_LEN, "%.5s",
		    clock_text_local(at / 1000 - (at % 1000 < 0), text) + 11);
	return out;
}

const char *
talk_weekday(int64_t at)
{
	const char *const names[7] = {cli_tr("Thursday"), cli_tr("Friday"),
	    cli_tr("Saturday"), cli_tr("Sunday"), cli_tr("Monday"),
	    cli_tr("Tuesday"), cli_tr("Wednesday")};
	struct clock_date d;
	int64_t day;
	int offset;

	/* 1970 began on a Thursday */
	clock_split_local(at / 1000 - (at % 1000 < 0), &d, &offset);
	d.hour = d.min = d.sec = 0;
	day = clock_join_utc(&d) / 86400;
	return names[((day % 7) + 7) % 7];
}

int
talk_day(struct buf *out, const struct talk_style *s, int64_t at,
	struct err *e)
{
	const size_t width = s->width ? s->width : FULL_WIDTH;
	char day[TALK_DAY_LEN];
	const char *name = at == TALK_NO_TIME ? cli_tr("no date") :
	    talk_weekday(at);
	size_t used;

	(void)talk_day_text(at, day);
	used = 4 + strlen(day) + utf8_width(name) + (day[0] != '\0');
	if (buf_addf(out, e, "── %s%s%s ", day, day[0] ? " " : "", name) < 0)
		return -1;
	for (; used < width; used++)
		if (buf_adds(out, "─", e) < 0)
			return -1;
	return buf_addc(out, '\n', e);
}

int
talk_line(struct buf *out, const struct talk_style *s,
	const struct talk_line *l, struct err *e)
{
	const size_t names = s->width > 0 && s->width < NARROW ? NAME_NARROW :
	    NAME_COLUMNS;
	const size_t indent = 2 + 5 + 2 + names + 2;
	char clock[TALK_CLOCK_LEN];
	size_t i;

	if (buf_addf(out, e, "%c%c%s  ", l->own ? '>' : ' ', l->sign,
	    talk_clock(l->at, l->no_clock, clock)) < 0 ||
	    talk_cell(out, l->name, names, e) < 0 ||
	    buf_adds(out, "  ", e) < 0 ||
	    talk_wrap(out, s, indent, l->text, l->text_len, l->mark, l->nmark,
	    e) < 0)
		return -1;
	for (i = 0; i < l->nnote; i++)
		if (((l->text_len > 0 || i > 0) &&
		    buf_addf(out, e, "\n%*s", (int)indent, "") < 0) ||
		    buf_addc(out, '(', e) < 0 ||
		    talk_wrap(out, s, indent + 1, l->note[i],
		    strlen(l->note[i]), NULL, 0, e) < 0 ||
		    buf_addc(out, ')', e) < 0)
			return -1;
	return buf_addc(out, '\n', e);
}

void
talk_part(const char *text, size_t n, size_t from, size_t budget,
	size_t *start, size_t *end)
{
	size_t a = from > budget / 3 ? from - budget / 3 : 0, b;

	if (n <= budget)
		a = 0;
	b = n - a > budget ? a + budget : n;
	while (a > 0 && ((uint8_t)text[a] & 0xc0) == 0x80)
		a--;
	while (b < n && ((uint8_t)text[b] & 0xc0) == 0x80)
		b++;
	*start = a;
	*end = b;
}
