/*
 * chat/discord_txt.c - DiscordChatExporter's plain text.
 *
 *	============== (62)
 *	Guild: Direct Messages
 *	Channel: Private / Anna
 *	==============
 *
 *	[01/03/2024 08:59] anna (pinned)
 *	text
 *
 *	{Attachments}
 *	https://...
 *
 * The date is that of the exporting machine's locale.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/draft.h"
#include "chat/kinds.h"
#include "chat/scan.h"

#include "base/banned.h"

struct header {
	struct chat_stamp clock;
	struct scan_date date;	/* or: */
	struct chat_stamp day;	/* year 0: it is `date` */
	bool half;
	const char *name;
	size_t nname;
};

/* "1-Mar-24", "01 March 2024" */
static bool
named_date(struct scan *c, struct chat_stamp *s)
{
	struct scan at = *c;
	unsigned digits;
	int year;

	if (!scan_number(&at, 1, 2, &s->day, NULL) ||
	    (!scan_char(&at, '-') && !scan_char(&at, ' ') &&
	    !scan_char(&at, '.')) ||
	    !scan_month(&at, &s->mon) ||
	    (!scan_char(&at, '-') && !scan_char(&at, ' ')) ||
	    !scan_number(&at, 2, 4, &year, &digits) || digits == 3)
		return false;
	s->year = scan_year(year, digits);
	*c = at;
	return true;
}

static bool
parse_header(struct header *h, const char *s, size_t n)
{
	struct scan c = scan_of(s, n);
	enum scan_half half = SCAN_NO_HALF;

	memset(h, 0, sizeof(*h));
	if (!scan_char(&c, '['))
		return false;
	if (!named_date(&c, &h->day)) {
		memset(&h->day, 0, sizeof(h->day));
		if (!scan_three(&c, &h->date))
			return false;
	}
	(void)scan_char(&c, '.');
	(void)scan_char(&c, ',');
	if (scan_blanks(&c) == 0 ||
	    !scan_clock(&c, ":.", &h->clock, &half) ||
	    !scan_char(&c, ']') || !scan_char(&c, ' ') || scan_done(&c))
		return false;
	h->half = half != SCAN_NO_HALF;
	h->name = c.s;
	h->nname = scan_left(&c);
	if (scan_ends(h->name, h->nname, " (pinned)"))
		h->nname -= strlen(" (pinned)");
	return true;
}

static bool
starts(const char *s, size_t n, const char *lit)
{
	struct scan c = scan_of(s, n);

	return scan_lit(&c, lit);
}

static bool
is_ruler(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (s[i] != '=')
			return false;
	return n >= 40;
}

struct look {
	unsigned headers, first_over, second_over, slashes, halves;
	bool guild, channel, ruler;
};

static void
look_at(struct look *l, const struct chat_sniff *s)
{
	struct scan text = scan_of(s->text, s->ntext);
	unsigned line = 0;
	struct header h;
	const char *p;
	size_t n;

	memset(l, 0, sizeof(*l));
	while (scan_line(&text, &p, &n)) {
		if (line++ < 4) {
			l->ruler |= is_ruler(p, n);
			l->guild |= starts(p, n, "Guild: ");
			l->channel |= starts(p, n, "Channel: ");
		}
		if (!parse_header(&h, p, n))
			continue;
		l->headers++;
		l->halves += h.half;
		if (h.day.year == 0 && h.date.digits[0] != 4) {
			l->first_over += h.date.n[0] > 12;
			l->second_over += h.date.n[1] > 12;
			l->slashes += h.date.sep == '/';
		}
	}
}

static int
score(const struct chat_sniff *s)
{
	struct look l;

	if (s->archive || s->ntext == 0)
		return 0;
	look_at(&l, s);
	return l.ruler && l.guild && l.channel ? CHAT_SURE : 0;
}

enum block { BODY, ATTACHMENTS, EMBED, OTHER_BLOCK };

struct reader {
	struct draft d;
	enum block block;
	bool blank, preamble, month_first, guessed, footer;
	unsigned rulers;
};

static int
finish(struct reader *r, struct err *e)
{
	struct draft *d = &r->d;
	const char *names = buf_str(&d->names);
	const char *s, *slash;
	size_t n;

	if (!d->open)
		return 0;
	draft_trim(d);
	if (d->natt > 0 && d->text.len == 0) {
		s = names + d->att[0].off;
		n = d->att[0].len;
		slash = memchr(s, '?', n);
		d->m.kind = kinds_file(s, slash ? (size_t)(slash - s) : n);
	}
	return draft_emit(d, e);
}

static int
begin(struct reader *r, const struct header *h, const struct chat_line *line,
	struct err *e)
{
	struct draft *d = &r->d;

	if (finish(r, e) < 0)
		return -1;
	draft_begin(d, line);
	d->m.when = h->clock;
	if (h->day.year != 0) {
		d->m.when.year = h->day.year;
		d->m.when.mon = h->day.mon;
		d->m.when.day = h->day.day;
	} else {
		scan_three_as(&h->date, r->month_first, &d->m.when);
		if (r->guessed && h->date.digits[0] != 4)
			d->m.warn |= CHAT_WARN_DATE_ORDER;
	}
	r->block = BODY;
	return draft_who(d, h->name, h->nname, e);
}

/* "{Attachments}": what the lines behind it are. */
static bool
is_block(const char *s, size_t n, enum block *out)
{
	if (scan_is(s, n, "{Attachments}"))
		*out = ATTACHMENTS;
	else if (scan_is(s, n, "{Embed}"))
		*out = EMBED;
	else if (scan_is(s, n, "{Stickers}") || scan_is(s, n, "{Reactions}"))
		*out = OTHER_BLOCK;
	else
		return false;
	return true;
}

static int
body(struct reader *r, const struct chat_line *line, struct err *e)
{
	struct draft *d = &r->d;

	if (r->block == BODY || r->block == EMBED)
		return draft_line(d, line, line->s, line->n, e);
	draft_span(d, line);
	if (r->block == ATTACHMENTS && line->n > 0)
		return draft_attach(d, line->s, line->n, starts(line->s,
		    line->n, "http") ? CHAT_REMOTE : CHAT_MISSING, e);
	return 0;
}

static int
preamble(struct reader *r, const struct chat_line *line, struct err *e)
{
	static const char *const heads[] = {"Guild: ", "Topic: ", "After: ",
	    "Before: "};
	struct scan c = scan_of(line->s, line->n);
	size_t i;

	if (is_ruler(line->s, line->n)) {
		r->preamble = ++r->rulers < 2;
		return 0;
	}
	if (scan_lit(&c, "Channel: "))
		return draft_conv(&r->d, c.s, scan_left(&c), e);
	if (starts(line->s, line->n, "Guild: Direct Messages"))
		r->d.m.conv_type = CHAT_PRIVATE;
	else if (starts(line->s, line->n, "Guild: "))
		r->d.m.conv_type = CHAT_GROUP;
	for (i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (starts(line->s, line->n, heads[i]))
			return 0;
	return draft_unparsed(&r->d, line, e);
}

static int
take(void *arg, const struct chat_line *line, struct err *e)
{
	struct reader *r = arg;
	struct header h;
	int rc = 0;

	if (r->preamble)
		return preamble(r, line, e);
	if (r->blank && is_ruler(line->s, line->n)) {
		rc = finish(r, e);	/* the footer */
		r->footer = true;
	} else if (r->footer) {
		if (!is_ruler(line->s, line->n) &&
		    !starts(line->s, line->n, "Exported "))
			rc = draft_unparsed(&r->d, line, e);
	} else if (r->blank && parse_header(&h, line->s, line->n)) {
		rc = begin(r, &h, line, e);
	} else if (!r->d.open) {
		rc = draft_unparsed(&r->d, line, e);
	} else if (is_block(line->s, line->n, &r->block)) {
		draft_trim(&r->d);
		draft_span(&r->d, line);
	} else {
		if (parse_header(&h, line->s, line->n))
			r->d.m.warn |= CHAT_WARN_SPLIT;
		rc = body(r, line, e);
	}
	r->blank = line->n == 0;
	return rc;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.blank = true, .preamble = true};
	struct look look;
	int rc = -1;

	draft_init(&r.d, job);
	look_at(&look, job->sniff);
	if (look.first_over > 0 || look.second_over > 0) {
		r.month_first = look.second_over > look.first_over;
	} else if (job->hints && (job->hints->date_order == DATE_DMY ||
	    job->hints->date_order == DATE_MDY)) {
		r.month_first = job->hints->date_order == DATE_MDY;
	} else {
		r.month_first = look.slashes > 0 && look.halves > 0;
		r.guessed = true;
	}
	if (draft_lines(job, take, &r, e) == 0 && finish(&r, e) == 0)
		rc = 0;
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_discord_txt = {
	.name = "discord-txt",
	.platform = "discord",
	.version = 1,
	.score = score,
	.read = read_all
};
