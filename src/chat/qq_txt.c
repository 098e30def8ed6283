/*
 * chat/qq_txt.c - the text export of QQ's message manager.
 *
 *	消息记录（此消息记录为文本格式，不支持重新导入）
 *
 *	================ (64)
 *	消息分组:<group>
 *	================
 *	消息对象:<name>
 *	================
 *
 *	2024-03-01 9:03:15 【管理员】Sales-Li(10002)
 *	text
 *
 * A text may have empty lines, so a message ends where the next header is; a
 * header has an empty line before it.  A line like a header without one is text
 * that somebody pasted, or made to look like one.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/draft.h"
#include "chat/kinds.h"
#include "chat/scan.h"

#include "base/banned.h"

#define TITLE "消息记录（此消息记录为文本格式"
#define GROUP "消息分组:"
#define PARTNER "消息对象:"
#define RULER_MIN 60

struct header {
	struct chat_stamp when;
	const char *name, *id;
	size_t nname, nid;
	bool padded;		/* two digits for the hour */
};

/* As everywhere, but that an address has no blank. */
static void
split_name(struct header *h)
{
	const size_t n = h->nname;

	if (scan_id(h->name, &h->nname, &h->id, &h->nid) &&
	    memchr(h->id, ' ', h->nid)) {
		h->id = NULL;
		h->nid = 0;
		h->nname = n;
	}
}

/* "【管理员】name": a rank or a title that the group gave. */
static void
strip_title(struct header *h)
{
	const char *end;
	size_t n;

	if (h->nname < 6 || memcmp(h->name, "【", 3) != 0)
		return;
	end = memmem(h->name, h->nname, "】", strlen("】"));
	if (!end)
		return;
	n = (size_t)(end + 3 - h->name);
	if (n == h->nname && !h->id)
		return;
	h->name += n;
	h->nname -= n;
}

static bool
parse_header(struct header *h, const char *s, size_t n)
{
	struct scan c = scan_of(s, n);

	if (n < 18 || s[0] < '0' || s[0] > '9' || s[4] < '-' || s[4] > '/')
		return false;
	memset(h, 0, sizeof(*h));
	if (!scan_ymd(&c, "-/", &h->when) || scan_blanks(&c) == 0)
		return false;
	h->padded = scan_left(&c) > 2 && c.s[2] == ':';
	if (!scan_clock(&c, ":", &h->when, NULL) ||
	    h->when.precision != STAMP_S || !scan_char(&c, ' '))
		return false;
	(void)scan_blanks(&c);
	if (scan_done(&c))
		return false;
	h->name = c.s;
	h->nname = scan_left(&c);
	while (h->nname > 0 && h->name[h->nname - 1] == ' ')
		h->nname--;
	split_name(h);
	strip_title(h);
	return true;
}

static bool
is_ruler(const char *s, size_t n)
{
	size_t i;

	if (n < RULER_MIN)
		return false;
	for (i = 0; i < n; i++)
		if (s[i] != '=')
			return false;
	return true;
}

static bool
starts(const char *s, size_t n, const char *lit)
{
	struct scan c = scan_of(s, n);

	return scan_lit(&c, lit);
}

/* --- What kind of file it is. */

struct look {
	unsigned title, section, headers, alone, ids, unpadded;
};

/* ALONE are the headers without an empty line before. */
static void
look_at(struct look *l, const struct chat_sniff *s)
{
	struct scan text = scan_of(s->text, s->ntext);
	bool blank = true;
	struct header h;
	const char *p;
	size_t n;

	memset(l, 0, sizeof(*l));
	while (scan_line(&text, &p, &n)) {
		if (starts(p, n, TITLE))
			l->title++;
		else if (starts(p, n, PARTNER) || starts(p, n, GROUP))
			l->section++;
		else if (parse_header(&h, p, n)) {
			l->headers++;
			l->alone += !blank;
			l->ids += h.id != NULL;
			l->unpadded += !h.padded;
		}
		blank = n == 0 || is_ruler(p, n);
	}
}

static int
score(const struct chat_sniff *s)
{
	struct look l;

	if (s->archive || s->ntext == 0)
		return 0;
	look_at(&l, s);
	if (l.title > 0 && (l.section > 0 || l.headers > 0))
		return CHAT_SURE;
	if (l.headers == 0)
		return l.title > 0 || l.section > 1 ? 90 : 0;
	if (l.section > 0)
		return 95;
	if (l.ids * 2 >= l.headers)
		return 75;
	return l.unpadded > 0 ? 62 : 50;
}

/* --- Reading. */

struct reader {
	struct draft d;
	bool need_blank;
	bool blank;		/* the line before was empty, or a section */
	bool section;		/* between its rulers */
	bool ruler;		/* one is held back */
	struct chat_line held;	/* its place; its text is all the same */
	int64_t last_us;	/* when the last was; -1: there was none */
	bool program;		/* QQ's, not a person, wrote the open one */
	bool grouped;		/* the section is of a group */
};

/* Its kind, and in *name that of the file which it says it is. */
static void
classify(struct reader *r, struct chat_str *name)
{
	struct draft *d = &r->d;

	draft_trim(d);
	d->m.kind = kinds_bracket(buf_str(&d->text), d->text.len, name);
	if (kinds_recall(buf_str(&d->text), d->text.len))
		d->m.kind = CHAT_RECALL;
	else if (r->program)
		d->m.kind = CHAT_SYSTEM;
	if (r->program)
		d->m.role = CHAT_PROGRAM;
}

static int
finish(struct reader *r, struct err *e)
{
	struct draft *d = &r->d;
	struct chat_str name;

	if (!d->open)
		return 0;
	classify(r, &name);
	if (d->m.kind == CHAT_FILE && name.s &&
	    draft_attach(d, name.s, name.n, CHAT_OMITTED, e) < 0)
		return -1;
	return draft_emit(d, e);
}

static int
begin(struct reader *r, const struct header *h, const struct chat_line *line,
	struct err *e)
{
	struct draft *d = &r->d;
	int64_t at;

	if (finish(r, e) < 0)
		return -1;
	draft_begin(d, line);
	d->m.when = h->when;
	r->program = kinds_qq_program(&(struct chat_str){h->id, h->nid},
	    &(struct chat_str){NULL, 0});
	/* The program has a number in a talk of two as well. */
	if (h->id && !r->program)
		r->grouped = true;
	d->m.conv_type = r->grouped ? CHAT_GROUP : CHAT_PRIVATE;
	/* The program writes in the order of time: a header that goes back is
	 * perhaps none. */
	if (stamp_valid(&h->when)) {
		at = stamp_us(&h->when);
		if (at < r->last_us)
			d->m.warn |= CHAT_WARN_SPLIT;
		r->last_us = at;
	}
	if (draft_id(d, h->id, h->nid, e) < 0)
		return -1;
	return draft_name(d, h->nname > 0 ? h->name : NULL, h->nname, e);
}

static int
body(struct reader *r, const struct chat_line *line, const char *s, size_t n,
	struct err *e)
{
	struct header h;

	if (!r->d.open)
		return draft_unparsed(&r->d, line, e);
	if (parse_header(&h, s, n))
		r->d.m.warn |= CHAT_WARN_SPLIT;
	return draft_line(&r->d, line, s, n, e);
}

/* A ruler that was no part of a section is a line of text. */
static int
release_ruler(struct reader *r, struct err *e)
{
	static const char ruler[] = "========================================"
	    "========================";

	if (!r->ruler)
		return 0;
	r->ruler = false;
	r->held.s = ruler;
	r->held.n = sizeof(ruler) - 1;
	return body(r, &r->held, ruler, r->held.n, e);
}

/* 1: the line belongs to a section; 0: it does not; -1. */
static int
section(struct reader *r, const struct chat_line *line, struct err *e)
{
	bool partner = starts(line->s, line->n, PARTNER);

	if (is_ruler(line->s, line->n)) {
		if (r->section)
			return 1;
		if (release_ruler(r, e) < 0)
			return -1;
		r->ruler = true;
		r->held = *line;
		return 1;
	}
	if ((r->ruler || r->section) &&
	    (partner || starts(line->s, line->n, GROUP))) {
		if (finish(r, e) < 0)
			return -1;
		r->ruler = false;
		r->section = r->blank = true;
		r->last_us = -1;
		r->grouped = false;
		if (!partner)
			return 1;
		return draft_conv(&r->d, line->s + strlen(PARTNER),
		    line->n - strlen(PARTNER), e) < 0 ? -1 : 1;
	}
	return release_ruler(r, e);
}

static int
take(struct reader *r, const struct chat_line *line, struct err *e)
{
	struct header h;
	int rc;

	if (r->ruler || r->section || (line->n > 0 && line->s[0] == '=')) {
		rc = section(r, line, e);
		if (rc != 0)
			return rc < 0 ? -1 : 0;
	}
	if (line->n == 0) {
		r->blank = true;
		return r->d.open ? draft_line(&r->d, line, "", 0, e) : 0;
	}
	rc = 0;
	if ((r->blank || !r->need_blank) &&
	    parse_header(&h, line->s, line->n))
		rc = begin(r, &h, line, e);
	else if (r->d.open || !starts(line->s, line->n, TITLE))
		rc = body(r, line, line->s, line->n, e);
	r->blank = r->section = false;
	return rc;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct chat_lines *lines = NULL;
	struct reader r = {.blank = true, .last_us = -1};
	struct chat_line line;
	struct look look;
	int rc = -1, got;

	draft_init(&r.d, job);
	look_at(&look, job->sniff);
	r.need_blank = look.alone * 4 <= look.headers;
	lines = chat_lines_new(job->in, &job->sniff->encoding, e);
	if (!lines)
		goto out;
	while ((got = chat_lines_next(lines, &line, e)) == 1)
		if (take(&r, &line, e) < 0)
			goto out;
	if (got < 0 || release_ruler(&r, e) < 0 || finish(&r, e) < 0)
		goto out;
	rc = 0;
out:
	chat_lines_free(lines);
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_qq_txt = {
	.name = "qq-txt",
	.platform = "qq",
	.version = 2,
	.score = score,
	.read = read_all
};
