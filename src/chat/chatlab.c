/*
 * chat/chatlab.c - ChatLab's own format, as lines or as one JSON text.
 *
 *	{"_type":"header", "chatlab":{…}, "meta":{"name":…, "platform":…,
 *	 "type":"group", "groupId":…, "ownerId":…}}
 *	{"_type":"member", "platformId":…, "accountName":…}
 *	{"_type":"message", "sender":…, "accountName":…, "timestamp":s,
 *	 "type":0, "content":…}
 *	{"chatlab":{…}, "meta":{…}, "members":[…], "messages":[…]}
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/chatlab.h"
#include "chat/compose.h"
#include "chat/roads.h"
#include "chat/shape.h"

#include "base/banned.h"

struct reader {
	struct compose c;
	struct chat_job *job;
	struct buf owner;
	bool known, asked;
};

static int
score(const struct chat_sniff *s)
{
	const int whole = chat_shape_score(s, SHAPE_CHATLAB);

	return whole > 0 ? whole : chat_shape_score(s, SHAPE_CHATLAB_LINES);
}

static int
on_meta(void *arg, const struct roads_value *v, struct err *e)
{
	enum {NAME, TYPE, GROUP, OWNER, COUNT};
	static const char *const names[COUNT] = {"name", "type", "groupId",
		"ownerId"};
	const struct json_node *k[COUNT];
	struct reader *r = arg;
	struct chat_str owner;

	compose_pick(v->doc, v->value, names, COUNT, k);
	compose_conv(&r->c, compose_jname(&r->c, k[GROUP]),
	    compose_jname(&r->c, k[NAME]), compose_is(k[TYPE], "group") ?
	    CHAT_GROUP : compose_is(k[TYPE], "private") ? CHAT_PRIVATE :
	    CHAT_CONV_UNKNOWN);
	r->known = true;
	owner = compose_jname(&r->c, k[OWNER]);
	buf_clear(&r->owner);
	return owner.n > 0 ? buf_add(&r->owner, owner.s, owner.n, e) : 0;
}

/* Where a kind has two numbers, the first is written. */
static const struct {
	int type;
	enum chat_kind kind;
} kinds[] = {{0, CHAT_TEXT}, {1, CHAT_IMAGE}, {2, CHAT_VOICE},
	{3, CHAT_VIDEO}, {4, CHAT_FILE}, {5, CHAT_STICKER},
	{7, CHAT_LINK}, {8, CHAT_LOCATION}, {20, CHAT_REDPACKET},
	{21, CHAT_TRANSFER}, {22, CHAT_ACTION}, {23, CHAT_CALL},
	{24, CHAT_LINK}, {25, CHAT_TEXT}, {26, CHAT_TEXT},
	{27, CHAT_CARD}, {80, CHAT_SYSTEM}, {81, CHAT_RECALL}};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static enum chat_kind
kind_of(int64_t type)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (kinds[i].type == type)
			return kinds[i].kind;
	return CHAT_OTHER;
}

int
chatlab_type(const char *kind)
{
	size_t i;

	for (i = 0; kind && i < KINDS; i++)
		if (strcmp(chat_kind_name(kinds[i].kind), kind) == 0)
			return kinds[i].type;
	return CHATLAB_OTHER;
}

static int
message(struct reader *r, const struct roads_value *v, struct err *e)
{
	enum {SENDER, NAME, CARD, TIME, TYPE, CONTENT, ID, REPLY, COUNT};
	static const char *const names[COUNT] = {"sender", "accountName",
		"groupNickname", "timestamp", "type", "content",
		"platformMessageId", "replyToMessageId"};
	const struct json_node *k[COUNT];
	struct compose *c = &r->c;
	struct chat_msg *m = &c->m;

	compose_pick(v->doc, v->value, names, COUNT, k);
	compose_begin(c, v->off, v->n);
	if (!k[SENDER] || !k[TIME])
		return compose_unparsed_json(c, v->off, v->n, v->doc,
		    v->value, e);
	if (!compose_epoch(&m->when, k[TIME]))
		m->warn |= CHAT_WARN_TIME;
	m->sender_id = compose_jname(c, k[SENDER]);
	m->sender_name = compose_jname(c, k[NAME] ? k[NAME] : k[CARD]);
	if (r->owner.len > 0)
		m->role = m->sender_id.n == r->owner.len &&
		    memcmp(m->sender_id.s, r->owner.data, r->owner.len) == 0 ?
		    CHAT_SELF : CHAT_PEER;
	m->kind = kind_of(compose_int(k[TYPE], 0));
	m->text = compose_jtext(c, k[CONTENT]);
	m->native_id = compose_jname(c, k[ID]);
	m->reply_to = compose_jname(c, k[REPLY]);
	return compose_emit(c, e);
}

static int
on_msg(void *arg, const struct roads_value *v, struct err *e)
{
	static const struct road head = {"meta", on_meta, NULL};
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
	struct roads_value meta = l->v;
	const struct json_node *type;

	if (!l->v.value)
		return compose_unparsed(&r->c, l->v.off, l->v.n,
		    l->line ? l->line->s : "", l->line ? l->line->n : 0, e);
	type = compose_get(l->v.doc, l->v.value, "_type");
	if (compose_is(type, "header")) {
		meta.value = compose_get(l->v.doc, l->v.value, "meta");
		return on_meta(r, &meta, e);
	}
	if (compose_is(type, "member"))
		return 0;
	if (!compose_is(type, "message"))
		return compose_unparsed_json(&r->c, l->v.off, l->v.n,
		    l->v.doc, l->v.value, e);
	return message(r, &l->v, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const struct road roads[] = {{"messages[]", on_msg, NULL},
		{"meta", on_meta, NULL}};
	struct reader r = {.job = job};
	int rc;

	compose_init(&r.c, job);
	buf_init(&r.owner, CHAT_NAME_MAX);
	if (chat_shape_score(job->sniff, SHAPE_CHATLAB) > 0)
		rc = roads_walk(job, roads, 2, &r, &r.c, e);
	else
		rc = roads_lines(job, on_line, &r, &r.c, e);
	buf_release(&r.owner);
	compose_release(&r.c);
	return rc;
}

const struct chat_format chat_chatlab = {
	.name = "chatlab",
	.platform = "chatlab",
	.version = 1,
	.score = score,
	.read = read_all
};
