/*
 * chat/signal_md.c - what sigexport writes of Signal: chat.md.
 *
 *	[2019-05-29, 15:04] Me: text
 *
 * A line looks like one of WhatsApp: the name of the file tells, and "Me".
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/draft.h"
#include "chat/kinds.h"
#include "chat/scan.h"

#include "base/banned.h"

struct header {
	struct chat_stamp when;
	const char *name, *text;
	size_t nname, ntext;
};

static bool
parse_header(struct header *h, const char *s, size_t n)
{
	struct scan c = scan_of(s, n);
	const char *colon;

	memset(h, 0, sizeof(*h));
	if (!scan_char(&c, '[') || !scan_ymd(&c, "-", &h->when) ||
	    (scan_char(&c, ','), !scan_char(&c, ' ')) ||
	    !scan_clock(&c, ":", &h->when, NULL) || !scan_char(&c, ']') ||
	    !scan_char(&c, ' '))
		return false;
	colon = memmem(c.s, scan_left(&c), ": ", 2);
	if (!colon && scan_ends(c.s, scan_left(&c), ":"))
		colon = c.end - 1;
	if (!colon)
		return false;
	h->name = c.s;
	h->nname = (size_t)(colon - c.s);
	h->text = colon + 1 < c.end ? colon + 2 : c.end;
	h->ntext = (size_t)(c.end - h->text);
	return true;
}

static int
score(const struct chat_sniff *s)
{
	struct scan text = scan_of(s->text, s->ntext);
	unsigned headers = 0, me = 0;
	size_t n, len = strlen(s->in->name);
	struct header h;
	const char *p;

	if (s->archive)
		return 0;
	while (scan_line(&text, &p, &n)) {
		if (!parse_header(&h, p, n))
			continue;
		headers++;
		me += scan_is(h.name, h.nname, "Me");
	}
	if (headers == 0)
		return 0;
	return 30 + (me > 0 ? 45 : 0) +
	    (scan_ends(s->in->name, len, ".md") ? 25 + 45 * (me == 0) : 0);
}

struct reader {
	struct draft d;
	enum stamp_precision precision;	/* of all headers */
};

/* "![](./media/a.jpg)" and "[a](media/a.pdf)" anywhere in the text. */
static int
find_media(struct draft *d, struct err *e)
{
	const char *s = buf_str(&d->text), *p = s, *close;
	size_t left;

	while ((p = memmem(p, d->text.len - (size_t)(p - s), "](", 2))) {
		p += 2;
		left = d->text.len - (size_t)(p - s);
		close = memchr(p, ')', left);
		if (!close)
			break;
		if ((left > 2 && memcmp(p, "./", 2) == 0) ||
		    (left > 6 && memcmp(p, "media/", 6) == 0)) {
			if (draft_attach(d, p, (size_t)(close - p),
			    CHAT_MISSING, e) < 0)
				return -1;
			/* It alone makes the kind. */
			if (d->natt == 1 && close + 1 == s + d->text.len &&
			    (s[0] == '!' || s[0] == '['))
				d->m.kind = kinds_file(p,
				    (size_t)(close - p));
		}
		p = close;
	}
	return 0;
}

static int
finish(struct reader *r, struct err *e)
{
	if (!r->d.open)
		return 0;
	draft_trim(&r->d);
	if (scan_is(buf_str(&r->d.text), r->d.text.len,
	    "This message was deleted.")) {
		r->d.m.kind = CHAT_RECALL;
		r->d.m.deleted = true;
	} else if (find_media(&r->d, e) < 0) {
		return -1;
	}
	return draft_emit(&r->d, e);
}

static int
take(void *arg, const struct chat_line *line, struct err *e)
{
	struct reader *r = arg;
	struct header h;
	bool is = parse_header(&h, line->s, line->n);

	if (is && r->precision == STAMP_NONE)
		r->precision = h.when.precision;
	if (is && h.when.precision == r->precision) {
		if (finish(r, e) < 0)
			return -1;
		draft_begin(&r->d, line);
		r->d.m.when = h.when;
		if (scan_is(h.name, h.nname, "Me"))
			r->d.m.role = CHAT_SELF;
		if (draft_who(&r->d, h.name, h.nname, e) < 0)
			return -1;
		return draft_line(&r->d, line, h.text, h.ntext, e);
	}
	if (!r->d.open)
		return draft_unparsed(&r->d, line, e);
	if (is)
		r->d.m.warn |= CHAT_WARN_SPLIT;
	return draft_line(&r->d, line, line->s, line->n, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.precision = STAMP_NONE};
	int rc = -1;

	draft_init(&r.d, job);
	if (draft_lines(job, take, &r, e) == 0 && finish(&r, e) == 0)
		rc = 0;
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_signal_md = {
	.name = "signal-md",
	.platform = "signal",
	.version = 1,
	.score = score,
	.read = read_all
};
