/*
 * cli/desk/talkfile_lines.c - a conversation in ChatLab's lines, as chat/chatlab.c
 * reads them; what that format has no place for stands under "liudi".
 */
#include "cli/desk/talkfile.h"

#include <string.h>

#include "base/str.h"
#include "chat/chatlab.h"

#include "base/banned.h"

#define VERSION "0.0.1"		/* of ChatLab's format */

/* Own messages all have one sender: the owner of the export. */
static const char *
owner(const struct talkfile *t)
{
	const struct talkfile_chat *c = &t->chat[0];
	size_t i;

	for (i = 0; i < t->nmember; i++)
		if (t->member[i].self && t->member[i].id[0])
			return t->member[i].id;
	return c->account[0] ? c->account : "self";
}

static int
end_line(struct talkfile *t, struct jsonw *w, struct err *e)
{
	jsonw_object_end(w);
	return jsonw_end(w) < 0 ? -1 : buf_addc(&t->out, '\n', e);
}

static void
put_time(struct jsonw *w, const char *key, int64_t utc)
{
	char text[CLOCK_TEXT_LEN];

	jsonw_kstr(w, key, utc == HISTORY_NEVER ? NULL :
	    talkfile_utc(utc, text));
}

static void
put_record(struct jsonw *w, const struct talkfile_record *r)
{
	const struct query_part *p = &r->part;

	jsonw_object(w);
	jsonw_kstr(w, "station", r->station);
	jsonw_kstr(w, "source", r->source);
	jsonw_kstr(w, "file", r->path);
	if (r->known) {
		jsonw_kstr(w, "run", p->run[0] ? p->run : NULL);
		jsonw_kstr(w, "commit", p->id);
		jsonw_kstr(w, "manifest_sha256", p->manifest);
		put_time(w, "received", p->receipt_utc);
		put_time(w, "first_seen", p->first_seen);
	}
	jsonw_object_end(w);
}

/* The custody note. */
static void
put_custody(const struct talkfile *t, struct jsonw *w)
{
	const struct talkfile_chat *c = &t->chat[0];
	size_t i;

	jsonw_key(w, "liudi");
	jsonw_object(w);
	jsonw_kint(w, "v", 1);
	put_time(w, "exported", t->exported);
	jsonw_kstr(w, "exported_by", t->k->reader);
	jsonw_kstr(w, "station", c->station);
	jsonw_kstr(w, "person", c->person[0] ? c->person : NULL);
	jsonw_kstr(w, "account", c->account[0] ? c->account : NULL);
	jsonw_kstr(w, "search", t->asked);
	jsonw_kint(w, "messages", t->messages);
	jsonw_key(w, "records");
	jsonw_array(w);
	for (i = 0; i < t->nrecord; i++)
		put_record(w, &t->record[i]);
	jsonw_array_end(w);
	jsonw_object_end(w);
}

static int
put_member(struct talkfile *t, const char *id, const char *name, struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, &t->out, e);
	jsonw_object(&w);
	jsonw_kstr(&w, "_type", "member");
	jsonw_kstr(&w, "platformId", id);
	jsonw_kstr(&w, "accountName", name);
	return end_line(t, &w, e);
}

static int
begin(struct talkfile *t, struct err *e)
{
	const struct talkfile_chat *c = &t->chat[0];
	bool self = false;
	struct jsonw w;
	size_t i;

	jsonw_init(&w, &t->out, e);
	jsonw_object(&w);
	jsonw_kstr(&w, "_type", "header");
	jsonw_key(&w, "chatlab");
	jsonw_object(&w);
	jsonw_kstr(&w, "version", VERSION);
	jsonw_kint(&w, "exportedAt", t->exported);
	jsonw_kstr(&w, "generator", "liudi");
	jsonw_object_end(&w);
	jsonw_key(&w, "meta");
	jsonw_object(&w);
	jsonw_kstr(&w, "name", c->name[0] ? c->name : c->id);
	jsonw_kstr(&w, "platform", c->platform);
	jsonw_kstr(&w, "type", str_eq(c->type, "group") ? "group" :
	    "private");
	if (c->id[0])
		jsonw_kstr(&w, "groupId", c->id);
	jsonw_kstr(&w, "ownerId", owner(t));
	jsonw_object_end(&w);
	put_custody(t, &w);
	if (end_line(t, &w, e) < 0)
		return -1;
	for (i = 0; i < t->nmember; i++) {
		const struct talkfile_member *m = &t->member[i];

		/* the owner once, under whatever names */
		if (m->self && self)
			continue;
		self = self || m->self;
		if (put_member(t, m->self ? owner(t) : m->id[0] ? m->id :
		    m->name, m->name, e) < 0)
			return -1;
	}
	return 0;
}

static const char *
state(const struct history_message *h)
{
	return h->state == HISTORY_CHANGED ? "changed" :
	    h->state == HISTORY_RECALLED ? "recalled" :
	    h->state == HISTORY_VANISHED ? "vanished" : "live";
}

static const char *
text_of(const struct talkfile *t, const struct json_node *line, const char *key)
{
	const struct json_node *v = line ? json_get(t->k->json, line, key) :
	    NULL;

	return v && v->type == JSON_STR ? v->str : NULL;
}

static int
message(struct talkfile *t, const struct history_message *h, struct err *e)
{
	const bool self = str_eq(h->role, "self");
	const char *id = h->sender_id && h->sender_id[0] ? h->sender_id :
	    talkask_sender(h);
	const struct json_node *line = talkask_json(t->k, h);
	const char *native = text_of(t, line, "native_id");
	const char *reply = text_of(t, line, "reply_to");
	struct jsonw w;

	jsonw_init(&w, &t->out, e);
	jsonw_object(&w);
	jsonw_kstr(&w, "_type", "message");
	jsonw_kstr(&w, "sender", self ? owner(t) : id);
	jsonw_kstr(&w, "accountName", talkask_sender(h));
	/* its readers want a number: without a time, that of its place */
	jsonw_kint(&w, "timestamp", h->at == HISTORY_NEVER ?
	    h->n >> MESSAGES_SHIFT : h->at / 1000 - (h->at % 1000 < 0));
	jsonw_kint(&w, "type", chatlab_type(h->kind));
	jsonw_key(&w, "content");
	jsonw_strn(&w, h->text ? h->text : "", h->text_len);
	if (native)
		jsonw_kstr(&w, "platformMessageId", native);
	if (reply)
		jsonw_kstr(&w, "replyToMessageId", reply);
	jsonw_key(&w, "liudi");
	jsonw_object(&w);
	jsonw_kint(&w, "message", h->n);
	jsonw_key(&w, "at");
	if (h->at == HISTORY_NEVER)
		jsonw_null(&w);
	else
		jsonw_int(&w, h->at);
	jsonw_kstr(&w, "kind", h->kind);
	jsonw_kstr(&w, "state", state(h));
	jsonw_kint(&w, "record", (int64_t)t->in_record);
	if (h->member && h->member[0])
		jsonw_kstr(&w, "member", h->member);
	jsonw_kint(&w, "offset", h->off);
	jsonw_kint(&w, "length", h->len);
	jsonw_object_end(&w);
	return end_line(t, &w, e);
}

static int
end(struct talkfile *t, struct err *e)
{
	(void)t;
	(void)e;
	return 0;
}

const struct talkfile_format talkfile_lines = {
	.ending = {".jsonl", NULL},
	.one_chat = true,
	.begin = begin,
	.message = message,
	.end = end
};
