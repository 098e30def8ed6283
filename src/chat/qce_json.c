/*
 * chat/qce_json.c - QQChatExporter: one JSON text, or a line for each message.
 *
 *	{"metadata":{…}, "chatInfo":{"name":…, "type":"group", "selfUid":…,
 *	 "selfUin":…}, "messages":[{"messageId":…, "timestamp":ISO or ms,
 *	  "sender":{"uid":…, "uin":…, "name":…}, "isSystemMessage":…,
 *	  "isRecalled":…, "content":{"text":…, "resources":[{"type":…,
 *	  "filename":…}], "reply":{"referencedMessageId":…}}}], "avatars":{…}}
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/compose.h"
#include "chat/kinds.h"
#include "chat/roads.h"
#include "chat/shape.h"

#include "base/banned.h"

struct reader {
	struct compose c;
	struct chat_job *job;
	struct buf uid, uin;	/* of the own account */
	bool known, asked;
};

static int
score(const struct chat_sniff *s)
{
	const int whole = chat_shape_score(s, SHAPE_QCE);

	return whole > 0 ? whole : chat_shape_score(s, SHAPE_QCE_LINES);
}

static const struct json_node *
first_of(const struct json_node *const *k, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (k[i] && (k[i]->type == JSON_INT || (k[i]->str &&
		    k[i]->len > 0)))
			return k[i];
	return NULL;
}

static int
keep(struct reader *r, struct buf *b, const struct json_node *v, struct err *e)
{
	struct chat_str s = compose_jname(&r->c, v);

	buf_clear(b);
	return s.n > 0 && !(s.n == 1 && s.s[0] == '0') ?
	    buf_add(b, s.s, s.n, e) : 0;
}

static int
on_info(void *arg, const struct roads_value *v, struct err *e)
{
	enum {PEER, UID, GROUP, ID, NAME, TYPE, SELF_UID, SELF_UIN, COUNT};
	static const char *const names[COUNT] = {"peerUin", "peerUid",
		"groupCode", "id", "name", "type", "selfUid", "selfUin"};
	const struct json_node *k[COUNT];
	struct reader *r = arg;
	enum chat_conv type = CHAT_CONV_UNKNOWN;

	compose_pick(v->doc, v->value, names, COUNT, k);
	if (compose_is(k[TYPE], "group"))
		type = CHAT_GROUP;
	else if (compose_is(k[TYPE], "private") ||
	    compose_is(k[TYPE], "friend") || compose_is(k[TYPE], "temp"))
		type = CHAT_PRIVATE;
	compose_conv(&r->c, compose_jname(&r->c, first_of(k, ID + 1)),
	    compose_jname(&r->c, k[NAME]), type);
	r->known = true;
	return keep(r, &r->uid, k[SELF_UID], e) < 0 ? -1 :
	    keep(r, &r->uin, k[SELF_UIN], e);
}

static bool
is_own(const struct buf *own, struct chat_str id)
{
	return own->len > 0 && id.n == own->len &&
	    memcmp(own->data, id.s, id.n) == 0;
}

static void
set_sender(struct reader *r, const struct json *doc,
	const struct json_node *sender)
{
	enum {UIN, UID, NAME, CARD, REMARK, NICK, COUNT};
	static const char *const names[COUNT] = {"uin", "uid", "name",
		"groupCard", "remark", "nickname"};
	const struct json_node *k[COUNT];
	struct chat_msg *m = &r->c.m;
	struct chat_str uid, uin;

	compose_pick(doc, sender, names, COUNT, k);
	uin = compose_jname(&r->c, k[UIN]);
	uid = compose_jname(&r->c, k[UID]);
	m->sender_id = uin.n > 0 && !(uin.n == 1 && uin.s[0] == '0') ? uin :
	    uid;
	m->sender_name = compose_jname(&r->c, first_of(k + NAME, 4));
	if (is_own(&r->uid, uid) || is_own(&r->uin, uin))
		m->role = CHAT_SELF;
	else if (r->uid.len > 0 || r->uin.len > 0)
		m->role = CHAT_PEER;
}

static enum chat_kind
kind_of_resource(const struct json_node *type)
{
	static const struct {
		const char *type;
		enum chat_kind kind;
	} kinds[] = {{"image", CHAT_IMAGE}, {"video", CHAT_VIDEO},
	    {"audio", CHAT_VOICE}, {"voice", CHAT_VOICE}, {"ptt", CHAT_VOICE},
	    {"file", CHAT_FILE}, {"sticker", CHAT_STICKER},
	    {"market_face", CHAT_STICKER}};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (compose_is(type, kinds[i].type))
			return kinds[i].kind;
	return CHAT_FILE;
}

/* The attachments; returns the kind of the first. */
static enum chat_kind
add_resources(struct compose *c, const struct json *doc,
	const struct json_node *list)
{
	enum {FILENAME, NAME, MD5, TYPE, PATH, URL, COUNT};
	static const char *const names[COUNT] = {"filename", "name", "md5",
		"type", "localPath", "url"};
	const struct json_node *k[COUNT], *one;
	enum chat_kind kind = CHAT_TEXT;
	enum chat_present state;

	if (!list || list->type != JSON_ARRAY)
		return kind;
	for (one = json_first(doc, list); one; one = json_next(doc, one)) {
		compose_pick(doc, one, names, COUNT, k);
		if (kind == CHAT_TEXT)
			kind = kind_of_resource(k[TYPE]);
		state = k[PATH] && k[PATH]->len > 0 ? CHAT_PRESENT :
		    k[URL] && k[URL]->len > 0 ? CHAT_REMOTE : CHAT_OMITTED;
		compose_attach(c, compose_jname(c, first_of(k, TYPE)), state);
	}
	return kind;
}

static void
set_content(struct reader *r, const struct json *doc,
	const struct json_node *content)
{
	struct chat_msg *m = &r->c.m;
	const struct json_node *reply;
	enum chat_kind kind = CHAT_TEXT;

	if (content && content->type == JSON_STR) {
		m->text = compose_jtext(&r->c, content);
	} else {
		m->text = compose_jtext(&r->c,
		    compose_get(doc, content, "text"));
		kind = add_resources(&r->c, doc,
		    compose_get(doc, content, "resources"));
		reply = compose_get(doc, content, "reply");
		if (reply) {
			m->reply_to = compose_jname(&r->c, compose_get(doc,
			    reply, "referencedMessageId"));
			if (!m->reply_to.s)
				m->reply_to = compose_jname(&r->c,
				    compose_get(doc, reply, "messageId"));
		}
	}
	m->kind = kinds_bracket(m->text.s ? m->text.s : "", m->text.n, NULL);
	if (m->kind == CHAT_TEXT && m->text.n == 0)
		m->kind = kind;
	/* "[图片: IMG_01.jpg]" and the like. */
	else if (m->kind == CHAT_TEXT && kind != CHAT_TEXT &&
	    m->text.s[0] == '[' && m->text.s[m->text.n - 1] == ']' &&
	    !memchr(m->text.s + 1, '[', m->text.n - 1))
		m->kind = kind;
}

static bool
set_time(struct chat_stamp *out, const struct json_node *stamp,
	const struct json_node *time)
{
	return (stamp && stamp->type == JSON_STR &&
	    stamp_parse_iso(out, stamp->str, stamp->len)) ||
	    compose_epoch(out, stamp) || (time && time->type == JSON_STR &&
	    stamp_parse_iso(out, time->str, time->len));
}

static int
message(struct reader *r, const struct roads_value *v, struct err *e)
{
	enum {ID, STAMP, TIME, SENDER, SYSTEM, SYSTEM4, RECALLED, RECALLED4,
		CONTENT, COUNT};
	static const char *const names[COUNT] = {"messageId", "timestamp",
		"time", "sender", "isSystemMessage", "system", "isRecalled",
		"recalled", "content"};
	const struct json_node *k[COUNT];
	struct chat_msg *m = &r->c.m;

	compose_pick(v->doc, v->value, names, COUNT, k);
	compose_begin(&r->c, v->off, v->n);
	if (!k[STAMP] && !k[TIME])
		return compose_unparsed_json(&r->c, v->off, v->n, v->doc,
		    v->value, e);
	m->native_id = compose_jname(&r->c, k[ID] ? k[ID] :
	    compose_get(v->doc, v->value, "id"));
	if (!set_time(&m->when, k[STAMP], k[TIME]))
		m->warn |= CHAT_WARN_TIME;
	set_sender(r, v->doc, k[SENDER]);
	set_content(r, v->doc, k[CONTENT]);
	if (compose_true(k[SYSTEM]) || compose_true(k[SYSTEM4])) {
		m->kind = m->text.n > 0 && kinds_recall(m->text.s,
		    m->text.n) ? CHAT_RECALL : CHAT_SYSTEM;
		if (m->kind == CHAT_SYSTEM && m->sender_id.n == 0)
			m->role = CHAT_UNKNOWN;
	}
	m->deleted = compose_true(k[RECALLED]) || compose_true(k[RECALLED4]);
	return compose_emit(&r->c, e);
}

static int
on_msg(void *arg, const struct roads_value *v, struct err *e)
{
	static const struct road head = {"chatInfo", on_info, NULL};
	struct reader *r = arg;

	if (!r->known && !r->asked) {
		r->asked = true;
		if (roads_walk(r->job, &head, 1, r, NULL, e) < 0)
			return -1;
	}
	return message(r, v, e);
}

static int
on_line(void *arg, const struct roads_line *l, struct err *e)
{
	struct reader *r = arg;
	struct roads_value info = l->v;
	const struct json_node *v = l->v.value;

	if (!v)
		return compose_unparsed(&r->c, l->v.off, l->v.n,
		    l->line ? l->line->s : "", l->line ? l->line->n : 0, e);
	info.value = compose_get(l->v.doc, v, "chatInfo");
	if (info.value)
		return on_info(r, &info, e);
	if (compose_get(l->v.doc, v, "metadata") &&
	    !compose_get(l->v.doc, v, "content"))
		return 0;
	return message(r, &l->v, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const struct road roads[] = {{"messages[]", on_msg, NULL},
		{"chatInfo", on_info, NULL}};
	struct reader r = {.job = job};
	int rc;

	compose_init(&r.c, job);
	buf_init(&r.uid, CHAT_NAME_MAX);
	buf_init(&r.uin, CHAT_NAME_MAX);
	if (chat_shape_score(job->sniff, SHAPE_QCE) > 0)
		rc = roads_walk(job, roads, 2, &r, &r.c, e);
	else
		rc = roads_lines(job, on_line, &r, &r.c, e);
	buf_release(&r.uid);
	buf_release(&r.uin);
	compose_release(&r.c);
	return rc;
}

const struct chat_format chat_qce_json = {
	.name = "qce-json",
	.platform = "qq",
	.version = 1,
	.score = score,
	.read = read_all
};
