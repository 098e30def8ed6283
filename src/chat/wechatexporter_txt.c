/*
 * chat/wechatexporter_txt.c - WechatExporter's text export.
 *
 *	Anna - 微信聊天记录
 *
 *	Anna (2024-03-01 08:59:07):text
 *	你撤回了一条消息
 *
 * A record ends in CR LF, a line within a text in LF alone: that is how a bare
 * line of the program is told from one of a text.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/draft.h"
#include "chat/kinds.h"
#include "chat/scan.h"

#include "base/banned.h"

#define TITLE " - 微信聊天记录"

struct header {
	struct chat_stamp when;
	const char *name, *text;
	size_t nname, ntext;
};

/* "name (time):text"; the first place where it fits. */
static bool
parse_header(struct header *h, const char *s, size_t n)
{
	const char *p = s, *close;
	size_t left;

	while ((p = memmem(p, n - (size_t)(p - s), " (", 2)) != NULL) {
		p += 2;
		left = n - (size_t)(p - s);
		close = memmem(p, left < 40 ? left : 40, "):", 2);
		if (!close || !stamp_parse_iso(&h->when, p,
		    (size_t)(close - p)))
			continue;
		h->name = s;
		h->nname = (size_t)(p - 2 - s);
		h->text = close + 2;
		h->ntext = n - (size_t)(close + 2 - s);
		return h->nname > 0 && h->when.precision >= STAMP_MIN;
	}
	return false;
}

static bool
crlf(const struct chat_line *line)
{
	return line->len - line->n >= 2;
}

static int
score(const struct chat_sniff *s)
{
	struct scan text = scan_of(s->text, s->ntext);
	unsigned headers = 0, line = 0;
	bool title = false;
	struct header h;
	const char *p;
	size_t n;

	if (s->archive)
		return 0;
	while (scan_line(&text, &p, &n)) {
		if (line++ == 0)
			title = scan_ends(p, n, TITLE);
		headers += parse_header(&h, p, n);
	}
	if (title)
		return headers > 0 ? CHAT_SURE : 60;
	return headers > 0 ? 70 : 0;
}

struct reader {
	struct draft d;
	bool mixed;		/* both ends of lines are in the file */
	bool ended;		/* the line before ended its record */
	bool begun;		/* behind the title */
};

static int
finish(struct reader *r, struct err *e)
{
	struct draft *d = &r->d;
	bool bare = d->m.when.precision == STAMP_NONE;

	if (!d->open)
		return 0;
	if (draft_kind(d, e) < 0)
		return -1;
	if (bare && d->m.kind != CHAT_RECALL)
		d->m.kind = CHAT_SYSTEM;
	return draft_emit(d, e);
}

/* Does the file end lines both ways?  The head tells. */
static bool
is_mixed(const struct chat_sniff *s)
{
	const char *p = s->text;
	bool with = false, without = false;

	while ((p = strchr(p, '\n')) != NULL) {
		if (p > s->text && p[-1] == '\r')
			with = true;
		else
			without = true;
		p++;
	}
	return with && without;
}

/* A line of the program's own, without a time. */
static int
bare(struct reader *r, const struct chat_line *line, struct err *e)
{
	if (finish(r, e) < 0)
		return -1;
	draft_begin(&r->d, line);
	return draft_line(&r->d, line, line->s, line->n, e);
}

static int
take(void *arg, const struct chat_line *line, struct err *e)
{
	struct reader *r = arg;
	struct header h;
	int rc = 0;

	if (!r->begun) {
		r->begun = true;
		if (scan_ends(line->s, line->n, TITLE))
			return draft_conv(&r->d, line->s,
			    line->n - strlen(TITLE), e);
	}
	if ((!r->mixed || r->ended) && parse_header(&h, line->s, line->n)) {
		rc = finish(r, e);
		if (rc == 0) {
			draft_begin(&r->d, line);
			r->d.m.when = h.when;
			if (draft_name(&r->d, h.name, h.nname, e) < 0 ||
			    draft_line(&r->d, line, h.text, h.ntext, e) < 0)
				rc = -1;
		}
	} else if (line->n > 0 && (r->mixed ? r->ended :
	    kinds_recall(line->s, line->n))) {
		rc = bare(r, line, e);
	} else if (r->d.open) {
		if (parse_header(&h, line->s, line->n))
			r->d.m.warn |= CHAT_WARN_SPLIT;
		rc = draft_line(&r->d, line, line->s, line->n, e);
	} else {
		rc = draft_unparsed(&r->d, line, e);
	}
	r->ended = crlf(line);
	return rc;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.ended = true};
	int rc = -1;

	draft_init(&r.d, job);
	r.mixed = is_mixed(job->sniff) &&
	    strcmp(job->sniff->encoding.name, "UTF-8") == 0;
	if (draft_lines(job, take, &r, e) == 0 && finish(&r, e) == 0)
		rc = 0;
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_wechatexporter_txt = {
	.name = "wechatexporter-txt",
	.platform = "wechat",
	.version = 1,
	.score = score,
	.read = read_all
};
