/*
 * chat/element_json.c - Element's export: the events of a Matrix room.
 * Spec: spec.matrix.org, "Client-Server API".
 *
 *	{"room_name":…, "exported_by":…, "messages":[{"type":"m.room.message",
 *	 "sender":"@…", "content":{"msgtype":"m.text", "body":…},
 *	 "origin_server_ts":ms, "event_id":"$…", "room_id":"!…"}]}
 *
 * An edit is an event of its own (m.replace); what was taken back has no
 * content and says so in "unsigned".
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/compose.h"
#include "chat/roads.h"
#include "chat/scan.h"
#include "chat/shape.h"

#include "base/banned.h"

struct reader {
	struct compose c;
	struct chat_job *job;
	struct buf name;
	bool asked;
};

static int
score(const struct chat_sniff *s)
{
	return chat_shape_score(s, SHAPE_ELEMENT);
}

static int
on_name(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;
	struct chat_str s = compose_jname(&r->c, v->value);

	buf_clear(&r->name);
	return s.n > 0 ? buf_add(&r->name, s.s, s.n, e) : 0;
}

/* "> <@anna:…> …" lines and the empty one in front of an answer. */
static struct chat_str
strip_quote(struct chat_str s)
{
	const char *p = s.s, *end = s.s + s.n, *line;

	while (p < end && *p == '>') {
		line = memchr(p, '\n', (size_t)(end - p));
		p = line ? line + 1 : end;
	}
	if (p > s.s && p < end && *p == '\n')
		p++;
	return p < end ? (struct chat_str){p, (size_t)(end - p)} : s;
}

static enum chat_kind
kind_of(const struct json_node *msgtype)
{
	static const struct {
		const char *type;
		enum chat_kind kind;
	} kinds[] = {{"m.text", CHAT_TEXT}, {"m.notice", CHAT_TEXT},
	    {"m.emote", CHAT_ACTION}, {"m.image", CHAT_IMAGE},
	    {"m.video", CHAT_VIDEO}, {"m.audio", CHAT_VOICE},
	    {"m.file", CHAT_FILE}, {"m.location", CHAT_LOCATION},
	    {"m.sticker", CHAT_STICKER}};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (compose_is(msgtype, kinds[i].type))
			return kinds[i].kind;
	return msgtype ? CHAT_OTHER : CHAT_TEXT;
}

static void
set_message(struct compose *c, const struct json *doc,
	const struct json_node *content)
{
	const struct json_node *relates, *fresh, *v, *answer;
	struct chat_msg *m = &c->m;
	struct chat_str url;

	relates = compose_get(doc, content, "m.relates_to");
	fresh = compose_get(doc, content, "m.new_content");
	if (compose_is(compose_get(doc, relates, "rel_type"), "m.replace"))
		compose_field(c, "edit_of", compose_jname(c, compose_get(doc,
		    relates, "event_id")));
	else
		fresh = NULL;
	if (compose_is(compose_get(doc, relates, "rel_type"), "m.thread"))
		m->thread = compose_jname(c, compose_get(doc, relates,
		    "event_id"));
	answer = compose_get(doc, relates, "m.in_reply_to");
	m->reply_to = compose_jname(c, compose_get(doc, answer, "event_id"));
	if (fresh)
		content = fresh;
	m->kind = kind_of(compose_get(doc, content, "msgtype"));
	m->text = compose_jtext(c, compose_get(doc, content, "body"));
	if (answer && m->text.n > 0)
		m->text = strip_quote(m->text);
	url = compose_jname(c, compose_get(doc, content, "url"));
	v = compose_get(doc, content, "file");
	if (url.n == 0 && v)
		url = compose_jname(c, compose_get(doc, v, "url"));
	if (url.n > 0)
		compose_attach(c, url, CHAT_REMOTE);
}

static bool
is_poll(const struct json_node *type)
{
	return compose_is(type, "m.poll.start") ||
	    compose_is(type, "org.matrix.msc3381.poll.start");
}

/* What is no message: members, names, reactions. */
static void
set_event(struct compose *c, const struct json *doc,
	const struct json_node *type, const struct json_node *content,
	const struct json_node *event)
{
	static const char *const shown[] = {"membership", "displayname",
		"name", "topic", "reason"};
	struct chat_msg *m = &c->m;
	const struct json_node *v;
	struct chat_str s;
	size_t i;

	if (compose_is(type, "m.reaction")) {
		v = compose_get(doc, content, "m.relates_to");
		m->kind = CHAT_REACTION;
		m->text = compose_jtext(c, compose_get(doc, v, "key"));
		compose_field(c, "target", compose_jname(c, compose_get(doc,
		    v, "event_id")));
		return;
	}
	if (compose_is(type, "m.room.redaction")) {
		v = compose_get(doc, event, "redacts");
		m->kind = CHAT_RECALL;
		m->text = compose_jtext(c, compose_get(doc, content,
		    "reason"));
		compose_field(c, "target", compose_jname(c, v ? v :
		    compose_get(doc, content, "redacts")));
		return;
	}
	if (is_poll(type)) {
		v = compose_get(doc, content, "m.poll");
		if (!v)
			v = compose_get(doc, content,
			    "org.matrix.msc3381.poll.start");
		v = compose_get(doc, v, "question");
		m->kind = CHAT_POLL;
		m->text = compose_jtext(c, compose_get(doc, v, "body"));
		if (m->text.n == 0)
			m->text = compose_jtext(c, compose_get(doc, v,
			    "org.matrix.msc1767.text"));
		return;
	}
	m->kind = compose_is(type, "m.call.invite") ? CHAT_CALL :
	    compose_is(type, "m.room.encrypted") ? CHAT_OTHER : CHAT_SYSTEM;
	m->text = compose_jtext(c, type);
	for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		s = compose_jtext(c, compose_get(doc, content, shown[i]));
		if (s.n > 0)
			m->text = compose_join(c, m->text, " ", s);
	}
}

static int
on_msg(void *arg, const struct roads_value *v, struct err *e)
{
	enum {TYPE, SENDER, CONTENT, TIME, ID, ROOM, UNSIGNED, COUNT};
	static const char *const names[COUNT] = {"type", "sender", "content",
		"origin_server_ts", "event_id", "room_id", "unsigned"};
	static const struct road head = {"room_name", on_name, NULL};
	const struct json_node *k[COUNT];
	struct reader *r = arg;
	struct compose *c = &r->c;
	struct chat_msg *m = &c->m;

	if (!r->asked && r->name.len == 0) {
		r->asked = true;
		if (roads_walk(r->job, &head, 1, r, NULL, e) < 0)
			return -1;
	}
	compose_pick(v->doc, v->value, names, COUNT, k);
	compose_begin(c, v->off, v->n);
	if (!k[TIME] || !k[TYPE])
		return compose_unparsed_json(c, v->off, v->n, v->doc,
		    v->value, e);
	if (!compose_epoch(&m->when, k[TIME]))
		m->warn |= CHAT_WARN_TIME;
	m->native_id = compose_jname(c, k[ID]);
	m->conv_id = compose_jname(c, k[ROOM]);
	if (r->name.len > 0)
		m->conv_name = (struct chat_str){buf_str(&r->name),
		    r->name.len};
	m->sender_id = compose_jname(c, k[SENDER]);
	if (compose_is(k[TYPE], "m.sticker")) {
		set_message(c, v->doc, k[CONTENT]);
		m->kind = CHAT_STICKER;
	} else if (compose_is(k[TYPE], "m.room.message")) {
		set_message(c, v->doc, k[CONTENT]);
	} else {
		set_event(c, v->doc, k[TYPE], k[CONTENT], v->value);
	}
	if (compose_get(v->doc, k[UNSIGNED], "redacted_because")) {
		m->deleted = true;
		m->kind = CHAT_RECALL;
	}
	return compose_emit(c, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const struct road roads[] = {{"messages[]", on_msg, NULL},
		{"room_name", on_name, NULL}};
	struct reader r = {.job = job};
	int rc;

	compose_init(&r.c, job);
	buf_init(&r.name, CHAT_NAME_MAX);
	rc = roads_walk(job, roads, 2, &r, &r.c, e);
	buf_release(&r.name);
	compose_release(&r.c);
	return rc;
}

const struct chat_format chat_element_json = {
	.name = "element-json",
	.platform = "matrix",
	.version = 1,
	.score = score,
	.read = read_all
};
