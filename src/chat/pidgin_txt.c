/*
 * chat/pidgin_txt.c - Pidgin's plain text logs.
 *
 *	Conversation with anna at Mon 11 Jan 2010 00:01:01 GMT on me/x (jabber)
 *	(00:01:01) anna: text
 *	(00:01:02) what the program says
 *
 *	System log for account me (jabber) connected at …
 *	---- +++ me signed on @ 10/12/10 16:25:31 ----
 *
 * Date and zone stand in the name of the file.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/draft.h"
#include "chat/pidgin_name.h"

#include "base/banned.h"

static int
score(const struct chat_sniff *s)
{
	struct scan text = scan_of(s->text, s->ntext);
	struct chat_str peer, account;
	struct pidgin_name name;
	struct chat_stamp t = {0};
	unsigned timed = 0, line = 0;
	bool title = false;
	struct scan c;
	const char *p;
	size_t n;

	if (s->archive)
		return 0;
	pidgin_name(&name, s->in->path);
	while (scan_line(&text, &p, &n)) {
		if (line++ == 0)
			title = pidgin_title(p, n, &peer, &account);
		c = scan_of(p, n);
		timed += pidgin_time(&c, &name, &t) && scan_char(&c, ' ');
	}
	if (title)
		return 95;
	return timed > 0 && name.begin.precision != STAMP_NONE ? 80 :
	    timed * 2 > line ? 45 : 0;
}

struct reader {
	struct draft d;
	struct pidgin_name name;
	struct chat_stamp last;
	struct buf account;
	bool begun, system;
};

static int
title(struct reader *r, const char *s, size_t n, struct err *e)
{
	struct chat_str peer, account;
	struct scan c = scan_of(s, n);

	if (!pidgin_title(s, n, &peer, &account))
		return 0;
	r->system = scan_lit(&c, "System log");
	if (peer.s && draft_conv(&r->d, peer.s, peer.n, e) < 0)
		return -1;
	if (account.s) {
		buf_clear(&r->account);
		if (buf_add(&r->account, account.s, account.n <
		    CHAT_NAME_MAX ? account.n : CHAT_NAME_MAX, e) < 0)
			return -1;
	}
	return 1;
}

static int
finish(struct reader *r, struct err *e)
{
	if (!r->d.open)
		return 0;
	draft_trim(&r->d);
	return draft_emit(&r->d, e);
}

static int
begin(struct reader *r, struct scan *c, const struct chat_line *line,
	struct err *e)
{
	const char *colon = memmem(c->s, scan_left(c), ": ", 2);
	struct draft *d = &r->d;
	size_t n;

	if (!colon && scan_ends(c->s, scan_left(c), ":"))
		colon = c->end - 1;
	draft_begin(d, line);
	d->m.when = r->last;
	d->m.conv_type = r->name.room ? CHAT_GROUP : CHAT_PRIVATE;
	if (scan_lit(c, "***") && colon == NULL) {
		/* "***nick waves" */
		const char *blank = memchr(c->s, ' ', scan_left(c));

		n = blank ? (size_t)(blank - c->s) : scan_left(c);
		d->m.kind = CHAT_ACTION;
		if (draft_who(d, c->s, n, e) < 0)
			return -1;
		c->s += n;
		(void)scan_char(c, ' ');
	} else if (!colon || colon == c->s) {
		d->m.kind = CHAT_SYSTEM;
	} else {
		n = (size_t)(colon - c->s);
		/* "<AUTO-REPLY>" stands behind the name. */
		if (draft_who(d, c->s, n, e) < 0)
			return -1;
		if (!r->name.room && r->account.len > 0)
			d->m.role = n == r->account.len && memcmp(c->s,
			    r->account.data, n) == 0 ? CHAT_SELF : CHAT_UNKNOWN;
		c->s = colon + 1 < c->end ? colon + 2 : c->end;
	}
	return draft_line(d, line, c->s, scan_left(c), e);
}

static int
take(void *arg, const struct chat_line *line, struct err *e)
{
	struct reader *r = arg;
	struct scan c = scan_of(line->s, line->n);
	int rc;

	if (!r->begun) {
		r->begun = true;
		rc = title(r, line->s, line->n, e);
		if (rc != 0)
			return rc < 0 ? -1 : 0;
	}
	if (r->system)
		return line->n == 0 ? 0 : pidgin_presence(&r->d, &r->name,
		    &r->last, line, line->s, line->n, e);
	if (pidgin_time(&c, &r->name, &r->last) && scan_char(&c, ' ')) {
		if (finish(r, e) < 0)
			return -1;
		return begin(r, &c, line, e);
	}
	if (!r->d.open)
		return draft_unparsed(&r->d, line, e);
	return draft_line(&r->d, line, line->s, line->n, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.begun = false};
	int rc = -1;

	draft_init(&r.d, job);
	buf_init(&r.account, CHAT_NAME_MAX);
	pidgin_name(&r.name, job->in->path);
	if (r.name.peer.s &&
	    draft_conv(&r.d, r.name.peer.s, r.name.peer.n, e) < 0)
		goto out;
	if (draft_lines(job, take, &r, e) == 0 && finish(&r, e) == 0)
		rc = 0;
out:
	buf_release(&r.account);
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_pidgin_txt = {
	.name = "pidgin-txt",
	.platform = "pidgin",
	.version = 1,
	.score = score,
	.read = read_all
};
