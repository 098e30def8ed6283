/*
 * chat/qq_clip.c - what QQ gives when messages are copied.
 *
 *	Anna 3/1/2024 8:59:07 AM
 *	text
 *
 *	你撤回了一条消息
 *
 * The date is that of the copying machine's locale, and lacks for today; on a
 * telephone days have lines of their own: "— —  2020-2-21  — —".
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/clip_header.h"
#include "chat/draft.h"
#include "chat/kinds.h"
#include "chat/scan.h"

#include "base/banned.h"

struct reader {
	struct draft d;
	struct chat_stamp day;		/* of the last line that is a day */
	bool blank;
	bool need_blank;
	int month_first;
	bool guessed;
};

/* "— —  2020-2-21  — —" */
static bool
day_line(const char *s, size_t n, struct chat_stamp *day)
{
	struct scan c = scan_of(s, n);
	struct chat_stamp t = {.precision = STAMP_DAY};

	if (!scan_lit(&c, "—"))
		return false;
	while (scan_lit(&c, "—") || scan_blanks(&c) > 0)
		;
	if (!scan_ymd(&c, "-/.", &t))
		return false;
	while (scan_lit(&c, "—") || scan_blanks(&c) > 0)
		;
	if (!scan_done(&c) || !stamp_valid(&t))
		return false;
	*day = t;
	return true;
}

struct look {
	unsigned dated, bare, alone, slashes, year_first, halves, days;
	unsigned first_over, second_over;
};

static void
look_at(struct look *l, const struct chat_sniff *s)
{
	struct scan text = scan_of(s->text, s->ntext);
	struct clip_header h;
	struct chat_stamp day;
	bool blank = true;
	const char *p;
	size_t n;

	memset(l, 0, sizeof(*l));
	while (scan_line(&text, &p, &n)) {
		if (day_line(p, n, &day)) {
			l->days++;
			n = 0;	/* as good as an empty line */
		} else if (clip_header(&h, p, n) && h.nname > 0 && h.spaced) {
			l->halves += h.half != SCAN_NO_HALF;
			l->alone += h.dated && !blank;
			l->dated += h.dated;
			l->bare += !h.dated && blank;
			if (h.dated && h.date.digits[0] == 4)
				l->year_first++;
			else if (h.dated)
				l->slashes += h.date.sep == '/';
			if (h.dated && h.date.digits[0] != 4) {
				l->first_over += h.date.n[0] > 12;
				l->second_over += h.date.n[1] > 12;
			}
		}
		blank = n == 0;
	}
}

static int
score(const struct chat_sniff *s)
{
	struct look l;

	if (s->archive || s->ntext == 0)
		return 0;
	look_at(&l, s);
	if (l.dated == 0)
		return l.bare > 1 || l.days > 0 ? 35 + 20 * (l.days > 0) :
		    l.bare > 0 ? 20 : 0;
	if (l.year_first * 2 > l.dated)
		return 45 + (l.halves > 0 ? 15 : 0);
	return 72;
}

static int
finish(struct reader *r, struct err *e)
{
	if (!r->d.open)
		return 0;
	return draft_kind(&r->d, e) < 0 ? -1 : draft_emit(&r->d, e);
}

static int
begin(struct reader *r, const struct clip_header *h,
	const struct chat_line *line, struct err *e)
{
	const char *s = h->name;
	size_t n = h->nname;
	const char *end;

	if (finish(r, e) < 0)
		return -1;
	draft_begin(&r->d, line);
	r->d.m.when = clip_when(h, r->month_first,
	    r->day.year != 0 ? &r->day : NULL);
	if (h->dated && h->date.digits[0] != 4 && r->guessed) {
		r->d.m.warn |= CHAT_WARN_DATE_ORDER;
		r->d.job->warn |= CHAT_WARN_DATE_ORDER;
	}
	/* "【客户】Anna" */
	if (n > 6 && memcmp(s, "【", 3) == 0 &&
	    (end = memmem(s, n, "】", strlen("】"))) && end + 3 < s + n) {
		n -= (size_t)(end + 3 - s);
		s = end + 3;
	}
	return draft_name(&r->d, s, n, e);
}

static int
take(void *arg, const struct chat_line *line, struct err *e)
{
	struct reader *r = arg;
	struct clip_header h;
	struct chat_stamp day;
	int rc;

	if (line->n == 0) {
		r->blank = true;
		return r->d.open ? draft_line(&r->d, line, "", 0, e) : 0;
	}
	if (r->blank && day_line(line->s, line->n, &day)) {
		r->day = day;
		return finish(r, e);	/* as good as an empty line */
	} else if (clip_header(&h, line->s, line->n) && h.nname > 0 &&
	    h.spaced && (r->blank || (h.dated && !r->need_blank))) {
		rc = begin(r, &h, line, e);
	} else if (r->blank && kinds_recall(line->s, line->n)) {
		rc = finish(r, e);
		if (rc == 0) {
			draft_begin(&r->d, line);
			rc = draft_line(&r->d, line, line->s, line->n, e);
		}
	} else if (r->d.open) {
		if (clip_header(&h, line->s, line->n) && h.nname > 0)
			r->d.m.warn |= CHAT_WARN_SPLIT;
		rc = draft_line(&r->d, line, line->s, line->n, e);
	} else {
		rc = draft_unparsed(&r->d, line, e);
	}
	r->blank = false;
	return rc;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.blank = true};
	struct look look;
	int rc = -1;

	draft_init(&r.d, job);
	look_at(&look, job->sniff);
	r.need_blank = look.alone * 4 <= look.dated;
	if (look.first_over > 0 || look.second_over > 0) {
		r.month_first = look.second_over >= look.first_over;
	} else if (job->hints && job->hints->date_order != DATE_AUTO) {
		r.month_first = job->hints->date_order == DATE_MDY;
	} else {
		/* "3/1/2024 8:59:07 AM" is American. */
		r.month_first = look.slashes > 0 && look.halves > 0;
		r.guessed = true;
	}
	if (draft_lines(job, take, &r, e) == 0 && finish(&r, e) == 0)
		rc = 0;
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_qq_clip = {
	.name = "qq-clip",
	.platform = "qq",
	.version = 1,
	.score = score,
	.read = read_all
};
