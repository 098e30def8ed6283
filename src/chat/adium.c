/*
 * chat/adium.c - the logs of Adium, XML.
 *
 *	<chat xmlns="http://purl.org/net/ulf/ns/0.4-02" account="me" …>
 *	<message sender="them" time="2014-03-16T23:55:48-0400" alias="Them">
 *	 <div>text</div></message>
 *	<status type="online" sender="them" time="…"/>
 *
 * Read as HTML is: there are no entities to expand, and a log that a crash cut
 * off is read to its end.
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
	bool opened;
	enum chat_kind kind;
	struct buf account, sender, alias, time, type, text;
	struct markup_out out;
	bool failed;
};

static void
keep(struct reader *r, struct buf *b, const char *const *attr,
	const char *name)
{
	const char *s = markup_attr(attr, name);
	struct err ignored = ERR_INIT;
	size_t n = s ? markup_fit(s, strlen(s), b->max) : 0;

	buf_clear(b);
	if (n > 0 && buf_add(b, s, n, &ignored) < 0)
		r->failed = true;
}

static void
on_open(void *arg, const char *name, const char *const *attr)
{
	struct reader *r = arg;

	if (strcmp(name, "chat") == 0)
		keep(r, &r->account, attr, "account");
	if (!r->opened && (strcmp(name, "message") == 0 ||
	    strcmp(name, "event") == 0 || strcmp(name, "status") == 0 ||
	    strcmp(name, "action") == 0)) {
		r->opened = true;
		r->kind = *name == 'm' ? CHAT_TEXT :
		    *name == 'a' ? CHAT_ACTION : CHAT_SYSTEM;
		keep(r, &r->sender, attr, "sender");
		keep(r, &r->alias, attr, "alias");
		keep(r, &r->time, attr, "time");
		keep(r, &r->type, attr, "type");
		return;
	}
	markup_out_open(&r->out, name);
}

static void
on_close(void *arg, const char *name)
{
	struct reader *r = arg;

	markup_out_close(&r->out, name);
}

static void
on_text(void *arg, const char *s, size_t n)
{
	struct reader *r = arg;

	if (r->opened)
		markup_out_text(&r->out, s, n);
}

static int
emit(struct reader *r, const struct chat_line *line, struct err *e)
{
	struct draft *d = &r->d;
	const struct buf *sender = &r->sender, *name = &r->alias;
	const struct buf *text = &r->text;

	draft_begin(d, line);
	d->m.kind = r->kind;
	d->m.conv_type = CHAT_PRIVATE;
	if (name->len == 0)
		name = sender;
	if (r->out.cut)
		d->m.warn |= CHAT_WARN_LONG;
	if (r->time.len > 0 && !stamp_parse_iso(&d->m.when, buf_str(&r->time),
	    r->time.len))
		d->m.warn |= CHAT_WARN_TIME;
	if (sender->len > 0 && r->account.len > 0 && r->kind != CHAT_SYSTEM)
		d->m.role = strcmp(buf_str(sender), buf_str(&r->account)) ==
		    0 ? CHAT_SELF : CHAT_PEER;
	if (text->len == 0 && r->kind == CHAT_SYSTEM)
		text = &r->type;
	if (draft_id(d, sender->len > 0 ? buf_str(sender) : NULL, sender->len,
	    e) < 0 || draft_name(d, name->len > 0 ? buf_str(name) : NULL,
	    name->len, e) < 0 || draft_line(d, line, buf_str(text), text->len,
	    e) < 0)
		return -1;
	return draft_emit(d, e);
}

static int
take(void *arg, const struct pieces *p, const struct chat_line *line,
	struct err *e)
{
	struct reader *r = arg;
	const struct markup_events h = {on_open, on_close, on_text, r};

	r->opened = false;
	buf_clear(&r->text);
	memset(&r->out, 0, sizeof(r->out));
	r->out.b = &r->text;
	if (markup_parse(&h, line->s, line->n, e) < 0 ||
	    markup_out_end(&r->out, e) < 0)
		return -1;
	if (r->failed)
		return err_nomem(e);
	if (p->torn && line->off <= 3)
		return 0;
	if (p->torn || !r->opened || (r->time.len == 0 && r->sender.len == 0))
		return draft_unparsed(&r->d, line, e);
	return emit(r, line, e);
}

/* "them@gmail.com (2014-03-16T23.55.43-0400).xml" */
static int
conversation(struct draft *d, const char *name, struct err *e)
{
	const char *end = strstr(name, " (");

	return !end || end == name ? 0 :
	    draft_conv(d, name, (size_t)(end - name), e);
}

static int
score(const struct chat_sniff *s)
{
	if (s->archive || s->ntext == 0)
		return 0;
	return strstr(s->text, "purl.org/net/ulf/ns/") ? CHAT_SURE : 0;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const char *const marks[] = {"<message ", "<event ", "<status ",
	    "<action ", NULL};
	struct reader r = {.opened = false};
	int rc = -1;

	draft_init(&r.d, job);
	buf_init(&r.account, CHAT_NAME_MAX);
	buf_init(&r.sender, CHAT_NAME_MAX);
	buf_init(&r.alias, CHAT_NAME_MAX);
	buf_init(&r.time, CHAT_NAME_MAX);
	buf_init(&r.type, CHAT_NAME_MAX);
	buf_init(&r.text, CHAT_TEXT_MAX);
	if (conversation(&r.d, job->in->name, e) == 0)
		rc = pieces_each(job, marks, take, &r, e);
	buf_release(&r.account);
	buf_release(&r.sender);
	buf_release(&r.alias);
	buf_release(&r.time);
	buf_release(&r.type);
	buf_release(&r.text);
	draft_release(&r.d);
	return rc;
}

const struct chat_format chat_adium = {
	.name = "adium",
	.platform = "adium",
	.version = 1,
	.score = score,
	.read = read_all
};
