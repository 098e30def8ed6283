/*
 * chat/memotrace_txt.c - MemoTrace's text export of WeChat.
 *
 *	2024-03-01 08:59:07 name
 *	text
 *
 * with an empty line between messages; some tools write the name first.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/clip_header.h"
#include "chat/draft.h"
#include "chat/kinds.h"
#include "chat/scan.h"

#include "base/banned.h"

struct header {
	struct chat_stamp when;
	const char *name;
	size_t nname;
};

static bool
time_first(struct header *h, const char *s, size_t n)
{
	struct scan c = scan_of(s, n);

	memset(h, 0, sizeof(*h));
	if (n < 21 || !scan_ymd(&c, "-", &h->when) || c.s != s + 10 ||
	    !scan_char(&c, ' ') || scan_left(&c) < 10 || c.s[2] != ':' ||
	    !scan_clock(&c, ":", &h->when, NULL) ||
	    h->when.precision != STAMP_S || !scan_char(&c, ' ') ||
	    scan_done(&c))
		return false;
	h->name = c.s;
	h->nname = scan_left(&c);
	return true;
}

static bool
name_first(struct header *h, const char *s, size_t n)
{
	struct clip_header c;

	if (!clip_header(&c, s, n) || !c.dated || !c.spaced ||
	    c.date.digits[0] != 4 || c.date.sep != '-' || c.unpadded ||
	    c.half != SCAN_NO_HALF || c.nname == 0)
		return false;
	h->when = clip_when(&c, 0, NULL);
	h->name = c.name;
	h->nname = c.nname;
	return true;
}

struct look {
	unsigned first, second, alone, ids;
	bool begins;
};

static void
look_at(struct look *l, const struct chat_sniff *s)
{
	struct scan text = scan_of(s->text, s->ntext);
	bool blank = true, seen = false;
	struct header h;
	const char *p;
	size_t n;

	memset(l, 0, sizeof(*l));
	while (scan_line(&text, &p, &n)) {
		if (time_first(&h, p, n)) {
			l->first++;
			l->alone += !blank;
			l->ids += h.nname > 7 &&
			    h.name[h.nname - 1] == ')' &&
			    h.name[h.nname - 2] >= '0' &&
			    h.name[h.nname - 2] <= '9';
			l->begins |= !seen;
		} else if (name_first(&h, p, n)) {
			l->second++;
			l->alone += !blank;
			l->begins |= !seen;
		}
		blank = n == 0;
		seen |= n > 0;
	}
}

static int
score(const struct chat_sniff *s)
{
	struct look l;

	if (s->archive || s->ntext == 0)
		return 0;
	look_at(&l, s);
	if (l.first + l.second == 0 || !l.begins)
		return 0;
	if (l.second > l.first)
		return 58;
	return l.ids * 2 > l.first ? 45 : 66;
}

struct reader {
	struct draft d;
	bool blank, need_blank, swapped;
};

static int
finish(struct reader *r, struct err *e)
{
	if (!r->d.open)
		return 0;
	return draft_kind(&r->d, e) < 0 ? -1 : draft_emit(&r->d, e);
}

static int
take(void *arg, const struct chat_line *line, struct err *e)
{
	struct reader *r = arg;
	struct header h;
	bool is;
	int rc;

	is = r->swapped ? name_first(&h, line->s, line->n) :
	    time_first(&h, line->s, line->n);
	if (is && (r->blank || !r->need_blank)) {
		rc = finish(r, e);
		if (rc == 0) {
			draft_begin(&r->d, line);
			r->d.m.when = h.when;
			rc = draft_name(&r->d, h.name, h.nname, e);
		}
	} else if (!r->d.open) {
		rc = draft_unparsed(&r->d, line, e);
	} else {
		if (is)
			r->d.m.warn |= CHAT_WARN_SPLIT;
		rc = draft_line(&r->d, line, line->s, line->n, e);
	}
	r->blank = line->n == 0;
	return rc;
}

/* ".../Anna(wxid_1)/Anna.txt": the folder says with whom. */
static int
say_conv(struct draft *d, const char *path, struct err *e)
{
	const char *end = strrchr(path, '/'), *open, *begin;

	if (!end || end - path < 4 || end[-1] != ')')
		return 0;
	begin = memrchr(path, '/', (size_t)(end - path));
	begin = begin ? begin + 1 : path;
	open = memrchr(begin, '(', (size_t)(end - begin));
	if (!open || open == begin || end - open < 4)
		return 0;
	if (draft_conv(d, begin, (size_t)(open - begin), e) < 0)
		return -1;
	d->has_conv_id = true;
	return buf_add(&d->conv_id, open + 1,
	    (size_t)(end - open) - 2 > CHAT_NAME_MAX ? 0 :
	    (size_t)(end - open) - 2, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.blank = true};
	struct look look;
	int rc = -1;

	draft_init(&r.d, job);
	look_at(&look, job->sniff);
	r.need_blank = look.alone * 4 <= look.first + look.second;
	r.swapped = look.second > look.first;
	if (say_conv(&r.d, job->in->path, e) == 0 &&
	    draft_lines(job, take, &r, e) == 0 && finish(&r, e) == 0)
		rc = 0;
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_memotrace_txt = {
	.name = "memotrace-txt",
	.platform = "wechat",
	.version = 1,
	.score = score,
	.read = read_all
};
