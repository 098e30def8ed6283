/*
 * chat/empathy.c - the logs of Empathy and Telepathy, XML; the times are UTC.
 *
 *	<message time='20100114T00:00:01' id='a@b' name='A' isuser='false'
 *	 type='normal'>text</message>
 *	<call time='20100113T17:48:01' id='a@b' name='A' duration='1' …/>
 *
 * Read as HTML is: there are no entities to expand.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/draft.h"
#include "chat/markup.h"
#include "chat/pieces.h"
#include "chat/scan.h"

#include "base/banned.h"

struct reader {
	struct draft d;
	const struct chat_line *line;
	bool opened, group;
	struct buf text;
	struct markup_out out;
	struct err why;
	bool failed;
};

static bool
parse_time(const char *s, struct chat_stamp *out)
{
	struct chat_stamp t = {.precision = STAMP_S, .zone = STAMP_UTC};
	struct scan c = scan_of(s, strlen(s));

	if (!scan_number(&c, 4, 4, &t.year, NULL) ||
	    !scan_number(&c, 2, 2, &t.mon, NULL) ||
	    !scan_number(&c, 2, 2, &t.day, NULL) || !scan_char(&c, 'T') ||
	    !scan_number(&c, 2, 2, &t.hour, NULL) || !scan_char(&c, ':') ||
	    !scan_number(&c, 2, 2, &t.min, NULL) || !scan_char(&c, ':') ||
	    !scan_number(&c, 2, 2, &t.sec, NULL))
		return stamp_parse_iso(out, s, strlen(s));
	*out = t;
	return true;
}

static int
open_record(struct reader *r, bool call, const char *const *attr)
{
	const char *time = markup_attr(attr, "time");
	const char *type = markup_attr(attr, "type");
	const char *id = markup_attr(attr, call ? "actor" : "id");
	const char *name = markup_attr(attr, call ? "actorname" : "name");
	const char *self = markup_attr(attr, "isuser");
	const char *reason = markup_attr(attr, "reason");
	struct draft *d = &r->d;

	draft_begin(d, r->line);
	d->m.conv_type = r->group ? CHAT_GROUP : CHAT_PRIVATE;
	if (time && !parse_time(time, &d->m.when))
		d->m.warn |= CHAT_WARN_TIME;
	if (call)
		d->m.kind = CHAT_CALL;
	else if (type && strcmp(type, "action") == 0)
		d->m.kind = CHAT_ACTION;
	if (self && !call)
		d->m.role = strcmp(self, "true") == 0 ? CHAT_SELF : CHAT_PEER;
	if (!id)
		id = markup_attr(attr, "id");
	if (!name || *name == '\0')
		name = id;
	if (draft_id(d, id, id ? strlen(id) : 0, &r->why) < 0 ||
	    draft_name(d, name, name ? strlen(name) : 0, &r->why) < 0)
		return -1;
	if (call && reason)
		markup_out_text(&r->out, reason, strlen(reason));
	return 0;
}

static void
on_open(void *arg, const char *name, const char *const *attr)
{
	struct reader *r = arg;
	bool call = strcmp(name, "call") == 0;

	if (!r->opened && (call || strcmp(name, "message") == 0) &&
	    markup_attr(attr, "time")) {
		r->opened = true;
		if (open_record(r, call, attr) < 0)
			r->failed = true;
	}
}

static void
on_close(void *arg, const char *name)
{
	(void)arg;
	(void)name;
}

static void
on_text(void *arg, const char *s, size_t n)
{
	struct reader *r = arg;

	if (r->opened)
		markup_out_text(&r->out, s, n);
}

static int
take(void *arg, const struct pieces *p, const struct chat_line *line,
	struct err *e)
{
	struct reader *r = arg;
	const struct markup_events h = {on_open, on_close, on_text, r};

	if (p->torn)
		return line->off <= 3 ? 0 : draft_unparsed(&r->d, line, e);
	r->opened = r->failed = false;
	r->line = line;
	buf_clear(&r->text);
	memset(&r->out, 0, sizeof(r->out));
	r->out.b = &r->text;
	r->out.keep = true;
	if (markup_parse(&h, line->s, line->n, e) < 0 ||
	    markup_out_end(&r->out, e) < 0)
		return -1;
	if (r->failed) {
		*e = r->why;
		return -1;
	}
	if (!r->opened)
		return draft_unparsed(&r->d, line, e);
	if (r->out.cut)
		r->d.m.warn |= CHAT_WARN_LONG;
	if (draft_line(&r->d, line, buf_str(&r->text), r->text.len, e) < 0)
		return -1;
	return draft_emit(&r->d, e);
}

/* ".../[chatrooms/]anna@b.c/20100114.log" */
static int
conversation(struct reader *r, const char *path, struct err *e)
{
	const char *end = strrchr(path, '/'), *s;

	if (!end)
		return 0;
	for (s = end; s > path && s[-1] != '/'; s--)
		;
	r->group = s - path >= 10 && memcmp(s - 10, "chatrooms/", 10) == 0;
	return s == end ? 0 : draft_conv(&r->d, s, (size_t)(end - s), e);
}

static int
score(const struct chat_sniff *s)
{
	bool log;

	if (s->archive || s->ntext == 0)
		return 0;
	log = strstr(s->text, "<log>") != NULL;
	if (strstr(s->text, "empathy-log.xsl"))
		return CHAT_SURE;
	return log && (strstr(s->text, "<message time=") ||
	    strstr(s->text, "<call time=")) ? 95 : 0;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const char *const marks[] = {"<message ", "<call ", NULL};
	struct reader r = {.why = ERR_INIT};
	int rc = -1;

	draft_init(&r.d, job);
	buf_init(&r.text, CHAT_TEXT_MAX);
	if (conversation(&r, job->in->path, e) == 0)
		rc = pieces_each(job, marks, take, &r, e);
	buf_release(&r.text);
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_empathy = {
	.name = "empathy",
	.platform = "empathy",
	.version = 1,
	.score = score,
	.read = read_all
};
