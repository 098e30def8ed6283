/*
 * chat/weflow_json.c - WeFlow and EchoTrace: a WeChat conversation in a file.
 *
 *	{"weflow":{…}, "session":{"wxid":…, "displayName":…, "type":"私聊"},
 *	 "messages":[{"localId":…, "createTime":s, "type":"文本消息",
 *	  "content":…, "isSend":1|0|null, "senderUsername":…,
 *	  "senderDisplayName":…}], "avatars":{…}}
 *
 * localType is not to be trusted; the avatars may come first.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/compose.h"
#include "chat/roads.h"
#include "chat/scan.h"
#include "chat/shape.h"
#include "chat/wechat.h"

#include "base/banned.h"

struct reader {
	struct compose c;
	struct chat_job *job;
	bool known, asked;
};

static int
score(const struct chat_sniff *s)
{
	return chat_shape_score(s, SHAPE_WEFLOW);
}

static int
on_session(void *arg, const struct roads_value *v, struct err *e)
{
	enum {WXID, REMARK, DISPLAY, NICK, TYPE, COUNT};
	static const char *const names[COUNT] = {"wxid", "remark",
		"displayName", "nickname", "type"};
	const struct json_node *k[COUNT];
	struct reader *r = arg;
	struct chat_str id, name;
	enum chat_conv type = CHAT_CONV_UNKNOWN;

	(void)e;
	compose_pick(v->doc, v->value, names, COUNT, k);
	id = compose_jname(&r->c, k[WXID]);
	name = compose_jname(&r->c, k[DISPLAY]);
	if (name.n == 0)
		name = compose_jname(&r->c, k[REMARK]);
	if (name.n == 0)
		name = compose_jname(&r->c, k[NICK]);
	if (compose_is(k[TYPE], "私聊") || compose_is(k[TYPE], "private"))
		type = CHAT_PRIVATE;
	if (compose_is(k[TYPE], "群聊") || compose_is(k[TYPE], "group") ||
	    (id.n > 0 && scan_ends(id.s, id.n, "@chatroom")))
		type = CHAT_GROUP;
	compose_conv(&r->c, id, name, type);
	r->known = true;
	return 0;
}

static int
on_msg(void *arg, const struct roads_value *v, struct err *e)
{
	enum {LOCAL, SERVER, TIME, SHOWN, TYPE, NUMBER, CONTENT, SEND, ID,
		NAME, COUNT};
	static const char *const names[COUNT] = {"localId", "serverId",
		"createTime", "formattedTime", "type", "localType", "content",
		"isSend", "senderUsername", "senderDisplayName"};
	static const struct road head = {"session", on_session, NULL};
	const struct json_node *k[COUNT];
	struct reader *r = arg;
	struct chat_msg *m = &r->c.m;
	enum chat_kind kind;
	bool known = false;

	if (!r->known && !r->asked) {
		r->asked = true;
		if (roads_walk(r->job, &head, 1, r, NULL, e) < 0)
			return -1;
	}
	compose_pick(v->doc, v->value, names, COUNT, k);
	compose_begin(&r->c, v->off, v->n);
	if (!k[TIME] && !k[CONTENT])
		return compose_unparsed_json(&r->c, v->off, v->n, v->doc,
		    v->value, e);
	m->native_id = compose_jname(&r->c, k[LOCAL] ? k[LOCAL] : k[SERVER]);
	if (!compose_epoch(&m->when, k[TIME]) && !(k[SHOWN] &&
	    k[SHOWN]->type == JSON_STR && stamp_parse_iso(&m->when,
	    k[SHOWN]->str, k[SHOWN]->len)))
		m->warn |= CHAT_WARN_TIME;
	m->sender_id = compose_jname(&r->c, k[ID]);
	m->sender_name = compose_jname(&r->c, k[NAME]);
	if (k[SEND])
		m->role = compose_int(k[SEND], 0) != 0 ? CHAT_SELF :
		    CHAT_PEER;
	kind = CHAT_OTHER;
	if (k[TYPE] && k[TYPE]->type == JSON_STR)
		kind = wechat_kind_word(k[TYPE]->str, k[TYPE]->len, &known);
	if (!known)
		kind = wechat_kind(compose_int(k[NUMBER], -1), -1);
	wechat_content(&r->c, kind, compose_jtext(&r->c, k[CONTENT]));
	return compose_emit(&r->c, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const struct road roads[] = {{"messages[]", on_msg, NULL},
		{"session", on_session, NULL}};
	struct reader r = {.job = job};
	int rc;

	compose_init(&r.c, job);
	rc = roads_walk(job, roads, 2, &r, &r.c, e);
	compose_release(&r.c);
	return rc;
}

const struct chat_format chat_weflow_json = {
	.name = "weflow-json",
	.platform = "wechat",
	.version = 1,
	.score = score,
	.read = read_all
};
