/* chat/draft.c - a message that grows line by line. */
#include "chat/draft.h"

#include <string.h>

#include "chat/kinds.h"

#include "base/banned.h"

#define NAMES_MAX (CHAT_ATTACHMENTS_MAX * CHAT_NAME_MAX)

void
draft_init(struct draft *d, struct chat_job *job)
{
	memset(d, 0, sizeof(*d));
	d->job = job;
	buf_init(&d->text, CHAT_TEXT_MAX);
	buf_init(&d->name, CHAT_NAME_MAX);
	buf_init(&d->id, CHAT_NAME_MAX);
	buf_init(&d->conv_id, CHAT_NAME_MAX);
	buf_init(&d->conv_name, CHAT_NAME_MAX);
	buf_init(&d->forwarded, CHAT_NAME_MAX);
	buf_init(&d->reply, CHAT_NAME_MAX);
	buf_init(&d->names, NAMES_MAX);
}

void
draft_release(struct draft *d)
{
	buf_release(&d->text);
	buf_release(&d->name);
	buf_release(&d->id);
	buf_release(&d->conv_id);
	buf_release(&d->conv_name);
	buf_release(&d->forwarded);
	buf_release(&d->reply);
	buf_release(&d->names);
}

void
draft_span(struct draft *d, const struct chat_line *line)
{
	d->m.len = line->off + line->len - d->m.off;
	if (line->cut)
		d->m.warn |= CHAT_WARN_LONG;
	if (line->torn)
		d->m.warn |= CHAT_WARN_TAIL;
	else if (line->replaced)
		d->m.warn |= CHAT_WARN_REPLACED;
}

void
draft_begin(struct draft *d, const struct chat_line *line)
{
	enum chat_conv type = d->m.conv_type;

	memset(&d->m, 0, sizeof(d->m));
	d->m.conv_type = type;
	d->m.off = line->off;
	d->open = true;
	d->has_name = d->has_id = d->has_forwarded = d->has_reply = false;
	d->natt = d->nfield = 0;
	buf_clear(&d->text);
	buf_clear(&d->names);
	draft_span(d, line);
}

/* At most MAX of N bytes, no character torn. */
static size_t
cut_at(const char *s, size_t n, size_t max)
{
	if (n <= max)
		return n;
	while (max > 0 && ((unsigned char)s[max] & 0xc0) == 0x80)
		max--;
	return max;
}

static int
set(struct draft *d, struct buf *b, bool *has, const char *s, size_t n,
	struct err *e)
{
	size_t len = s ? cut_at(s, n, CHAT_NAME_MAX) : 0;

	*has = s != NULL;
	buf_clear(b);
	if (len < n)
		d->m.warn |= CHAT_WARN_LONG;
	return s ? buf_add(b, s, len, e) : 0;
}

int
draft_name(struct draft *d, const char *s, size_t n, struct err *e)
{
	return set(d, &d->name, &d->has_name, s, n, e);
}

int
draft_id(struct draft *d, const char *s, size_t n, struct err *e)
{
	return set(d, &d->id, &d->has_id, s, n, e);
}

int
draft_conv(struct draft *d, const char *s, size_t n, struct err *e)
{
	return set(d, &d->conv_name, &d->has_conv, s, n, e);
}

int
draft_forwarded(struct draft *d, const char *s, size_t n, struct err *e)
{
	return set(d, &d->forwarded, &d->has_forwarded, s, n, e);
}

int
draft_reply(struct draft *d, const char *s, size_t n, struct err *e)
{
	return set(d, &d->reply, &d->has_reply, s, n, e);
}

int
draft_line(struct draft *d, const struct chat_line *line, const char *s,
	size_t n, struct err *e)
{
	size_t room = CHAT_TEXT_MAX - d->text.len, len;
	bool first = !d->m.text.s;

	/* The first line has no line feed before it, empty as it may be. */
	d->m.text.s = "";
	draft_span(d, line);
	if (!first) {
		if (room == 0) {
			d->m.warn |= CHAT_WARN_LONG;
			return 0;
		}
		if (buf_addc(&d->text, '\n', e) < 0)
			return -1;
		room--;
	}
	len = cut_at(s, n, room);
	if (len < n)
		d->m.warn |= CHAT_WARN_LONG;
	return buf_add(&d->text, s, len, e);
}

/* Into `names`; *off and *len say where. */
static int
keep(struct draft *d, const char *s, size_t n, size_t *off, size_t *len,
	struct err *e)
{
	*len = cut_at(s, n, CHAT_NAME_MAX);
	*off = d->names.len;
	if (d->names.max - d->names.len < *len)
		*len = 0;
	if (*len < n)
		d->m.warn |= CHAT_WARN_LONG;
	return buf_add(&d->names, s, *len, e);
}

int
draft_attach(struct draft *d, const char *s, size_t n,
	enum chat_present state, struct err *e)
{
	if (d->natt == CHAT_ATTACHMENTS_MAX) {
		d->m.warn |= CHAT_WARN_LONG;
		return 0;
	}
	if (keep(d, s, n, &d->att[d->natt].off, &d->att[d->natt].len, e) < 0)
		return -1;
	d->att[d->natt++].state = state;
	return 0;
}

int
draft_field(struct draft *d, const char *key, const char *s, size_t n,
	struct err *e)
{
	if (d->nfield == DRAFT_FIELDS)
		return 0;
	d->field[d->nfield].key = key;
	return keep(d, s, n, &d->field[d->nfield].off,
	    &d->field[d->nfield].len, e) < 0 ? -1 : (d->nfield++, 0);
}

void
draft_cut_front(struct draft *d, size_t n)
{
	buf_drop(&d->text, n);
}

void
draft_cut_back(struct draft *d, size_t n)
{
	d->text.len -= n;
	if (d->text.data)
		d->text.data[d->text.len] = '\0';
}

void
draft_trim(struct draft *d)
{
	size_t n = d->text.len;

	while (n > 0 && d->text.data[n - 1] == '\n')
		n--;
	draft_cut_back(d, d->text.len - n);
}

int
draft_kind(struct draft *d, struct err *e)
{
	struct chat_str name;

	draft_trim(d);
	if (kinds_recall(buf_str(&d->text), d->text.len)) {
		d->m.kind = CHAT_RECALL;
		return 0;
	}
	d->m.kind = kinds_bracket(buf_str(&d->text), d->text.len, &name);
	if (name.s)
		return draft_attach(d, name.s, name.n, CHAT_OMITTED, e);
	return 0;
}

int
draft_who(struct draft *d, const char *s, size_t n, struct err *e)
{
	return draft_name(d, s, n, e) < 0 ? -1 : draft_id(d, s, n, e);
}

int
draft_lines(struct chat_job *job,
	int (*take)(void *arg, const struct chat_line *line, struct err *e),
	void *arg, struct err *e)
{
	struct chat_lines *l = chat_lines_new(job->in, &job->sniff->encoding,
	    e);
	struct chat_line line;
	int got = -1;

	if (!l)
		return -1;
	while ((got = chat_lines_next(l, &line, e)) == 1) {
		if (take(arg, &line, e) < 0) {
			got = -1;
			break;
		}
	}
	chat_lines_free(l);
	return got;
}

enum chat_role
draft_role(const struct chat_hints *h, const struct chat_str *id,
	const struct chat_str *name)
{
	size_t i, n;

	if (!h || h->nself == 0 || (!id->s && !name->s))
		return CHAT_UNKNOWN;
	for (i = 0; i < h->nself; i++) {
		n = strlen(h->self_id[i]);
		if ((id->s && id->n == n &&
		    memcmp(id->s, h->self_id[i], n) == 0) ||
		    (name->s && name->n == n &&
		    memcmp(name->s, h->self_id[i], n) == 0))
			return CHAT_SELF;
	}
	return CHAT_PEER;
}

static struct chat_str
shown(const struct buf *b, bool has)
{
	if (!has)
		return (struct chat_str){NULL, 0};
	return (struct chat_str){buf_str(b), b->len};
}

static void
point(struct draft *d)
{
	const char *names = buf_str(&d->names);
	size_t i;

	d->m.text = shown(&d->text, true);
	d->m.sender_name = shown(&d->name, d->has_name);
	d->m.sender_id = shown(&d->id, d->has_id);
	d->m.conv_id = shown(&d->conv_id, d->has_conv_id);
	d->m.conv_name = shown(&d->conv_name, d->has_conv);
	d->m.forwarded_from = shown(&d->forwarded, d->has_forwarded);
	d->m.reply_to = shown(&d->reply, d->has_reply);
	for (i = 0; i < d->natt; i++)
		d->shown[i] = (struct chat_attachment){
		    {names + d->att[i].off, d->att[i].len}, d->att[i].state};
	d->m.att = d->shown;
	d->m.natt = d->natt;
	for (i = 0; i < d->nfield; i++)
		d->fields[i] = (struct chat_field){d->field[i].key,
		    {names + d->field[i].off, d->field[i].len}};
	d->m.field = d->fields;
	d->m.nfield = d->nfield;
}

int
draft_emit(struct draft *d, struct err *e)
{
	if (!d->open)
		return 0;
	d->open = false;
	point(d);
	if (d->m.role == CHAT_UNKNOWN && d->m.kind != CHAT_SYSTEM)
		d->m.role = draft_role(d->job->hints, &d->m.sender_id,
		    &d->m.sender_name);
	if (d->m.when.precision != STAMP_NONE && !stamp_valid(&d->m.when)) {
		memset(&d->m.when, 0, sizeof(d->m.when));
		d->m.warn |= CHAT_WARN_TIME;
	}
	return d->job->sink->message(d->job->sink->arg, &d->m, e);
}

int
draft_unparsed(struct draft *d, const struct chat_line *line, struct err *e)
{
	size_t i;

	for (i = 0; i < line->n; i++)
		if (line->s[i] != ' ' && line->s[i] != '\t')
			return d->job->sink->unparsed(d->job->sink->arg,
			    line->off, line->len, line->s, e);
	return 0;
}
