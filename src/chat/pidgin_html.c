/*
 * chat/pidgin_html.c - Pidgin's logs with fonts and colours.
 *
 *	<html><head>…<title>Conversation with X at … on ME (jabber)</title>…
 *	<font color="#16569E"><font size="2">(14:08:55)</font> <b>me:</b></font>
 *	 text<br/>
 *	<font size="2">(14:08:46)</font><b> what the program says</b><br/>
 *
 *	---- +++ me signed on @ 10/12/10 16:25:31 ----<br/>
 *
 * A text is HTML as the peer sent it and may have lines of its own, so a record
 * ends where the next one begins.  Date and zone stand in the file's name.
 */
#include "chat/formats.h"

#include <string.h>
#include <strings.h>

#include "chat/draft.h"
#include "chat/markup.h"
#include "chat/pidgin_name.h"

#include "base/banned.h"

#define RECORD_MAX (8u << 20)

enum colour { NONE, SELF, PEER, ACTION, OTHER };

struct reader {
	struct draft d;
	struct pidgin_name name;
	struct chat_stamp last;
	enum colour colour;
	struct buf raw;		/* of a record, behind its time */
	struct buf part;	/* a piece of it as text */
	bool begun;
	bool closed;		/* the line before ended in <br/> */
	bool cut;
};

static bool
tag(struct scan *c, const char *lit)
{
	size_t n = strlen(lit);

	if (scan_left(c) < n || strncasecmp(c->s, lit, n) != 0)
		return false;
	c->s += n;
	return true;
}

/* "<font color=..><font size="2">(14:08:55)</font>"; *t moves on. */
static bool
parse_header(struct scan *c, const struct pidgin_name *name,
	struct chat_stamp *t, enum colour *colour)
{
	static const struct {
		const char *tag;
		enum colour colour;
	} fonts[] = {{"<font color=\"#16569E\">", SELF},
	    {"<font color=\"#A82F2F\">", PEER},
	    {"<font color=\"#062585\">", ACTION}};
	struct scan at = *c;
	const char *end;
	size_t i;

	*colour = NONE;
	for (i = 0; i < 3 && *colour == NONE; i++)
		if (tag(&at, fonts[i].tag))
			*colour = fonts[i].colour;
	if (*colour == NONE && tag(&at, "<font color=\"")) {
		end = memchr(at.s, '>', scan_left(&at));
		if (!end || end - at.s > 20)
			return false;
		at.s = end + 1;
		*colour = OTHER;
	}
	if (!tag(&at, "<font size=\"2\">") || !pidgin_time(&at, name, t) ||
	    !tag(&at, "</font>"))
		return false;
	*c = at;
	return true;
}

static int
as_text(struct reader *r, const char *s, size_t n, struct err *e)
{
	bool cut;

	buf_clear(&r->part);
	if (markup_text(&r->part, s, n, &cut, e) < 0)
		return -1;
	r->cut = r->cut || cut;
	return 0;
}

/* "<b>who:</b></font>" before the text; what is not so is a program's. */
static int
take_who(struct reader *r, const char **s, size_t *n, struct err *e)
{
	static const char auto_reply[] = " <AUTO-REPLY>";
	struct scan c = scan_of(*s, *n);
	const char *end, *name;
	size_t len;

	(void)scan_blanks(&c);
	if (r->colour == NONE || r->colour == OTHER || !tag(&c, "<b>") ||
	    !(end = memmem(c.s, scan_left(&c), "</b>", 4))) {
		r->d.m.kind = CHAT_SYSTEM;
		return 0;
	}
	if (as_text(r, c.s, (size_t)(end - c.s), e) < 0)
		return -1;
	name = buf_str(&r->part);
	len = r->part.len;
	c.s = end + 4;
	(void)tag(&c, "</font>");
	*s = c.s;
	*n = scan_left(&c);
	if (len > 3 && memcmp(name, "***", 3) == 0) {
		/* "***who waves" */
		r->d.m.kind = CHAT_ACTION;
		name += 3;
		len -= 3;
		end = memchr(name, ' ', len);
		*s = end ? end + 1 : name + len;
		*n = len - (size_t)(*s - name);
		len = end ? (size_t)(end - name) : len;
		return draft_who(&r->d, name, len, e);
	}
	if (len > 0 && name[len - 1] == ':')
		len--;
	if (scan_ends(name, len, auto_reply))
		len -= strlen(auto_reply);
	r->d.m.role = r->colour == SELF ? CHAT_SELF : CHAT_PEER;
	return draft_who(&r->d, name, len, e);
}

static int
finish(struct reader *r, struct err *e)
{
	const char *s = buf_str(&r->raw);
	size_t n = r->raw.len;
	struct chat_line line;
	bool action;

	if (!r->d.open)
		return 0;
	if (take_who(r, &s, &n, e) < 0)
		return -1;
	action = r->d.m.kind == CHAT_ACTION;
	if (!action) {
		if (as_text(r, s, n, e) < 0)
			return -1;
		s = buf_str(&r->part);
		n = r->part.len;
	}
	if (r->cut)
		r->d.m.warn |= CHAT_WARN_LONG;
	line = (struct chat_line){.s = s, .n = n, .off = r->d.m.off,
	    .len = r->d.m.len};
	if (draft_line(&r->d, &line, s, n, e) < 0)
		return -1;
	return draft_emit(&r->d, e);
}

static int
add(struct reader *r, const char *s, size_t n, struct err *e)
{
	if (n + 1 > r->raw.max - r->raw.len) {
		r->cut = true;
		return 0;
	}
	if (r->raw.len > 0 && buf_addc(&r->raw, '\n', e) < 0)
		return -1;
	return buf_add(&r->raw, s, n, e);
}

static bool
ends_record(const char *s, size_t n)
{
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\r'))
		n--;
	return n >= 5 && (strncasecmp(s + n - 5, "<br/>", 5) == 0 ||
	    strncasecmp(s + n - 4, "<br>", 4) == 0);
}

/* The line with the title, and nothing else. */
static int
take_title(struct reader *r, const struct chat_line *line, struct err *e)
{
	const char *h3 = memmem(line->s, line->n, "<h3>", 4);
	struct chat_str peer, account;

	if (!h3)
		h3 = memmem(line->s, line->n, "<title>", 7);
	if (!h3)
		return 0;
	h3 = strchr(h3, '>') + 1;
	if (as_text(r, h3, line->n - (size_t)(h3 - line->s), e) < 0)
		return -1;
	r->closed = true;
	/* In another language it is a title still, if a heading holds it. */
	if (!pidgin_title(buf_str(&r->part), r->part.len, &peer, &account))
		return r->name.begin.precision != STAMP_NONE &&
		    memmem(line->s, line->n, "</h3>", 5) != NULL;
	if (peer.s && !r->name.peer.s &&
	    draft_conv(&r->d, peer.s, peer.n, e) < 0)
		return -1;
	return 1;
}

/* "---- text @ 10/12/10 16:25:31 ----", of the log of an account. */
static int
take_presence(struct reader *r, const struct chat_line *line, struct err *e)
{
	if (finish(r, e) < 0 || as_text(r, line->s, line->n, e) < 0)
		return -1;
	return pidgin_presence(&r->d, &r->name, &r->last, line,
	    buf_str(&r->part), r->part.len, e);
}

static int
take(void *arg, const struct chat_line *line, struct err *e)
{
	struct reader *r = arg;
	struct scan c = scan_of(line->s, line->n);
	struct chat_stamp t = r->last;
	enum colour colour;
	bool header, was = r->closed;
	int rc;

	if (!r->begun) {
		r->begun = true;
		rc = take_title(r, line, e);
		if (rc != 0)
			return rc < 0 ? -1 : 0;
	}
	header = parse_header(&c, &r->name, &t, &colour);
	/* Of a line that was cut nobody knows. */
	r->closed = line->cut || ends_record(line->s, line->n);
	if (header && (was || !r->d.open)) {
		if (finish(r, e) < 0)
			return -1;
		r->last = t;
		r->colour = colour;
		buf_clear(&r->raw);
		r->cut = false;
		draft_begin(&r->d, line);
		r->d.m.when = t;
		r->d.m.conv_type = r->name.room ? CHAT_GROUP : CHAT_PRIVATE;
		return add(r, c.s, scan_left(&c), e);
	}
	if (was && line->n > 5 && memcmp(line->s, "---- ", 5) == 0)
		return take_presence(r, line, e);
	if (scan_is(line->s, line->n, "</body></html>") ||
	    scan_is(line->s, line->n, "</html>"))
		return 0;
	if (!r->d.open)
		return draft_unparsed(&r->d, line, e);
	if (header)
		r->d.m.warn |= CHAT_WARN_SPLIT;
	draft_span(&r->d, line);
	return add(r, line->s, line->n, e);
}

static int
score(const struct chat_sniff *s)
{
	struct pidgin_name name;
	unsigned records = 0;
	const char *p;
	bool title;

	if (s->archive || s->ntext == 0)
		return 0;
	title = strstr(s->text, "<title>Conversation with ") ||
	    strstr(s->text, "<title>Conversation (") ||
	    strstr(s->text, "<title>System log for account ");
	for (p = s->text; (p = strcasestr(p, "<font size=\"2\">(")) != NULL;
	    p++)
		records++;
	if (records == 0)
		return title ? 90 : 0;
	pidgin_name(&name, s->in->path);
	return title ? CHAT_SURE :
	    name.begin.precision != STAMP_NONE ? 85 : 60;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.closed = true};
	int rc = -1;

	draft_init(&r.d, job);
	buf_init(&r.raw, RECORD_MAX);
	buf_init(&r.part, CHAT_TEXT_MAX);
	pidgin_name(&r.name, job->in->path);
	if (r.name.peer.s &&
	    draft_conv(&r.d, r.name.peer.s, r.name.peer.n, e) < 0)
		goto out;
	if (draft_lines(job, take, &r, e) == 0 && finish(&r, e) == 0)
		rc = 0;
out:
	buf_release(&r.raw);
	buf_release(&r.part);
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_pidgin_html = {
	.name = "pidgin-html",
	.platform = "pidgin",
	.version = 1,
	.score = score,
	.read = read_all
};
