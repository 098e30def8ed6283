/*
 * chat/qianniu_clip.c - what QianNiu gives when messages are copied.
 *
 *	nick 2024-3-1 8:59:07		the blank may be missing
 *	from --> to 2024-3-1 8:59:07
 *	[nick] 2024-03-01 08:59:07
 *	nick				time in a line of its own
 *	2024-3-1 8:59:07
 *
 * then the text, and perhaps whether it was read.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/clip_header.h"
#include "chat/draft.h"
#include "chat/kinds.h"
#include "chat/scan.h"

#include "base/banned.h"

#define RECALL "撤回了一条消息"

struct reader {
	struct draft d;
	struct buf held;	/* a line that may be a nick, and its place */
	struct chat_line held_at;
	bool holding;
	bool apart;		/* nick and time are two lines */
	bool blank;
};

static bool
is_status(const char *s, size_t n)
{
	return scan_is(s, n, "已读") || scan_is(s, n, "未读") ||
	    scan_is(s, n, "发送中") || scan_is(s, n, "发送失败");
}

/* A header of one line; dates of other orders are not QianNiu's. */
static bool
is_header(struct clip_header *h, const char *s, size_t n)
{
	return clip_header(h, s, n) && h->dated && h->date.digits[0] == 4 &&
	    h->half == SCAN_NO_HALF && h->nname > 0;
}

static bool
is_time(struct clip_header *h, const char *s, size_t n)
{
	return clip_header(h, s, n) && h->dated && h->date.digits[0] == 4 &&
	    h->half == SCAN_NO_HALF && h->nname == 0;
}

struct look {
	unsigned headers, tight, unpadded, arrows, status, apart, recalls;
};

static void
look_at(struct look *l, const struct chat_sniff *s)
{
	struct scan text = scan_of(s->text, s->ntext);
	struct clip_header h;
	bool ended[2] = {true, true};	/* what stood two lines before */
	const char *p;
	size_t n;

	memset(l, 0, sizeof(*l));
	while (scan_line(&text, &p, &n)) {
		if (is_header(&h, p, n)) {
			l->headers++;
			l->tight += !h.spaced;
			l->unpadded += h.unpadded;
			l->arrows += scan_has(h.name, h.nname, " --> ");
		} else if (is_time(&h, p, n)) {
			l->apart += !ended[0] && ended[1];
		} else if (is_status(p, n)) {
			l->status++;
		} else if (scan_ends(p, n, RECALL)) {
			l->recalls++;
		}
		ended[1] = ended[0];
		ended[0] = n == 0 || is_status(p, n);
	}
}

static int
score(const struct chat_sniff *s)
{
	struct look l;

	if (s->archive || s->ntext == 0)
		return 0;
	look_at(&l, s);
	if (l.headers == 0)
		return l.apart > 0 ? 40 + (l.status > 0 ? 30 : 0) : 0;
	return 55 + (l.tight + l.arrows + l.status > 0 ? 25 : 0) +
	    (l.unpadded > 0 ? 10 : 0);
}

/* The site stands before the nick in some exports. */
static int
say_who(struct draft *d, const char *s, size_t n, struct err *e)
{
	static const char *const sites[] = {"cntaobao", "cnalichn", "enaliint"};
	struct scan c;
	size_t i;

	for (i = 0; i < 3; i++) {
		c = scan_of(s, n);
		if (scan_lit(&c, sites[i]) && !scan_done(&c)) {
			s = c.s;
			n = scan_left(&c);
			break;
		}
	}
	scan_trim(&s, &n);
	return draft_who(d, s, n, e);
}

static int
finish(struct reader *r, struct err *e)
{
	struct draft *d = &r->d;
	const char *s, *last;
	size_t n;

	if (!d->open)
		return 0;
	draft_trim(d);
	s = buf_str(&d->text);
	last = memrchr(s, '\n', d->text.len);
	last = last ? last + 1 : s;
	n = d->text.len - (size_t)(last - s);
	if (d->m.when.precision != STAMP_NONE && is_status(last, n)) {
		if (draft_field(d, "status", last, n, e) < 0)
			return -1;
		draft_cut_back(d, n);
	}
	if (d->m.kind == CHAT_TEXT && draft_kind(d, e) < 0)
		return -1;
	return draft_emit(d, e);
}

static int
begin(struct reader *r, const struct clip_header *h,
	const struct chat_line *line, struct err *e)
{
	const char *s = h->name, *arrow;
	size_t n = h->nname;

	if (finish(r, e) < 0)
		return -1;
	draft_begin(&r->d, line);
	r->d.m.when = clip_when(h, 0, NULL);
	arrow = memmem(s, n, " --> ", 5);
	if (arrow) {
		n = (size_t)(arrow - s);
	} else if (n > 2 && s[0] == '[' && s[n - 1] == ']') {
		s++;
		n -= 2;
	}
	return say_who(&r->d, s, n, e);
}

/* "nick 撤回了一条消息", "由 A 转交给 B": without a time. */
static int
notice(struct reader *r, const struct chat_line *line, struct err *e)
{
	const char *s = line->s;
	size_t n = line->n, len = strlen(RECALL);
	bool recall = scan_ends(s, n, RECALL);
	size_t name = recall ? n - len : 0;

	if (finish(r, e) < 0)
		return -1;
	draft_begin(&r->d, line);
	r->d.m.kind = recall ? CHAT_RECALL : CHAT_SYSTEM;
	if (name > 0 && !scan_is(s, name, "你") && !scan_is(s, name, "您") &&
	    !scan_is(s, name, "对方")) {
		if (say_who(&r->d, s, name, e) < 0)
			return -1;
		s += name;
		n -= name;
	}
	return draft_line(&r->d, line, s, n, e) < 0 ? -1 : finish(r, e);
}

static bool
is_notice(const char *s, size_t n)
{
	struct scan c = scan_of(s, n);

	return kinds_recall(s, n) || (n < 200 && scan_lit(&c, "由 ") &&
	    scan_has(s, n, "转交给"));
}

static int
body(struct reader *r, const struct chat_line *line, const char *s, size_t n,
	struct err *e)
{
	if (r->d.open)
		return draft_line(&r->d, line, s, n, e);
	return draft_unparsed(&r->d, line, e);
}

static int
release(struct reader *r, struct err *e)
{
	if (!r->holding)
		return 0;
	r->holding = false;
	r->held_at.s = buf_str(&r->held);
	r->held_at.n = r->held.len;
	return body(r, &r->held_at, r->held_at.s, r->held_at.n, e);
}

/* A nick that was held back, and now its time. */
static int
begin_apart(struct reader *r, struct clip_header *h,
	const struct chat_line *line, struct err *e)
{
	r->holding = false;
	h->name = buf_str(&r->held);
	h->nname = r->held.len;
	if (begin(r, h, &r->held_at, e) < 0)
		return -1;
	draft_span(&r->d, line);
	return 0;
}

static int
take(void *arg, const struct chat_line *line, struct err *e)
{
	struct reader *r = arg;
	struct clip_header h;
	int rc;

	if (r->holding && is_time(&h, line->s, line->n)) {
		r->blank = false;
		return begin_apart(r, &h, line, e);
	}
	if (release(r, e) < 0)
		return -1;
	if (line->n == 0) {
		r->blank = true;
		return r->d.open ? draft_line(&r->d, line, "", 0, e) : 0;
	}
	if (!r->apart && is_header(&h, line->s, line->n)) {
		rc = begin(r, &h, line, e);
	} else if (r->blank && is_notice(line->s, line->n)) {
		rc = notice(r, line, e);
	} else if (r->apart && r->blank && line->n < 200) {
		buf_clear(&r->held);
		rc = buf_add(&r->held, line->s, line->n, e);
		r->held_at = *line;
		r->holding = true;
	} else {
		rc = body(r, line, line->s, line->n, e);
	}
	/* Behind "已读" the next begins, with an empty line or without. */
	r->blank = is_status(line->s, line->n);
	return rc;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.blank = true};
	struct look look;
	int rc = -1;

	draft_init(&r.d, job);
	buf_init(&r.held, 256);
	look_at(&look, job->sniff);
	r.apart = look.apart > look.headers;
	if (draft_lines(job, take, &r, e) == 0 && release(&r, e) == 0 &&
	    finish(&r, e) == 0)
		rc = 0;
	buf_release(&r.held);
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_qianniu_clip = {
	.name = "qianniu-clip",
	.platform = "qianniu",
	.version = 1,
	.score = score,
	.read = read_all
};
