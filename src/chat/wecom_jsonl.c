/*
 * chat/wecom_jsonl.c - WeCom's archive of conversations, decrypted, a line for
 * each message.  Spec: developer.work.weixin.qq.com, document 91774.
 *
 *	{"msgid":…, "action":"send|recall|switch", "from":…, "tolist":[…],
 *	 "roomid":…, "msgtime":ms, "msgtype":"text", "text":{"content":…}}
 *
 * A message that was taken back stands there still, and a line of msgtype
 * "revoke" names it; so the file is read twice.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/compose.h"
#include "chat/notedids.h"
#include "chat/roads.h"
#include "chat/shape.h"

#include "base/banned.h"

struct reader {
	struct compose c;
	struct notedids revoked;
	struct json *inner;	/* JSON in a string */
};

static int
score(const struct chat_sniff *s)
{
	return chat_shape_score(s, SHAPE_WECOM);
}

struct kind_row {
	const char *msgtype;
	enum chat_kind kind;
	const char *object;	/* where its name is not that of the type */
	const char *text[3];	/* what of it is shown, a line each */
};

static const struct kind_row kinds[] = {
	{"text", CHAT_TEXT, NULL, {"content"}},
	{"image", CHAT_IMAGE, NULL, {NULL}},
	{"revoke", CHAT_RECALL, NULL, {NULL}},
	{"agree", CHAT_SYSTEM, NULL, {"userid"}},
	{"disagree", CHAT_SYSTEM, NULL, {"userid"}},
	{"voice", CHAT_VOICE, NULL, {NULL}},
	{"video", CHAT_VIDEO, NULL, {NULL}},
	{"card", CHAT_CARD, NULL, {"corpname", "userid"}},
	{"location", CHAT_LOCATION, NULL, {"title", "address"}},
	{"emotion", CHAT_STICKER, NULL, {NULL}},
	{"file", CHAT_FILE, NULL, {"filename"}},
	{"link", CHAT_LINK, NULL, {"title", "description", "link_url"}},
	{"weapp", CHAT_LINK, NULL, {"title", "description"}},
	{"chatrecord", CHAT_LINK, NULL, {"title"}},
	{"todo", CHAT_OTHER, NULL, {"title", "content"}},
	{"vote", CHAT_POLL, NULL, {"votetitle"}},
	{"collect", CHAT_OTHER, NULL, {"title"}},
	{"redpacket", CHAT_REDPACKET, NULL, {"wish"}},
	{"external_redpacket", CHAT_REDPACKET, "redpacket", {"wish"}},
	{"meeting", CHAT_OTHER, NULL, {"topic", "address"}},
	{"meeting_voice_call", CHAT_CALL, NULL, {NULL}},
	{"voip_doc_share", CHAT_FILE, NULL, {"filename"}},
	{"voiptext", CHAT_CALL, "info", {NULL}},
	{"docmsg", CHAT_LINK, "doc", {"title", "link_url"}},
	{"markdown", CHAT_TEXT, "info", {"content"}},
	{"calendar", CHAT_OTHER, NULL, {"title", "place"}},
	{"sphfeed", CHAT_LINK, NULL, {"sph_name", "feed_desc"}},
	{"qydiskfile", CHAT_FILE, "info", {"filename"}},
};

static const struct kind_row *
row_of(const struct json_node *type)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (compose_is(type, kinds[i].msgtype))
			return &kinds[i];
	return NULL;
}

/* A customer: somebody of another company, or of WeChat. */
static bool
is_outside(struct chat_str id)
{
	return id.n > 2 && id.s[0] == 'w' &&
	    (id.s[1] == 'm' || id.s[1] == 'o');
}

static void
add_text(struct compose *c, const char *between, struct chat_str more)
{
	struct chat_msg *m = &c->m;

	if (more.n > 0)
		m->text = m->text.n > 0 ? compose_join(c, m->text, between,
		    more) : more;
}

/* What the object of a message of that type shows. */
static void
add_object(struct compose *c, const struct kind_row *row,
	const struct json *doc, const struct json_node *o)
{
	struct chat_str name;
	size_t i;

	for (i = 0; row && i < 3 && row->text[i]; i++)
		add_text(c, "\n", compose_jtext(c,
		    compose_get(doc, o, row->text[i])));
	name = compose_jname(c, compose_get(doc, o, "filename"));
	if (name.n > 0) {
		compose_attach(c, name, CHAT_REMOTE);
		return;
	}
	name = compose_jname(c, compose_get(doc, o, "sdkfileid"));
	if (name.n > 0)
		compose_attach(c, compose_join(c, compose_lit("sdkfileid:"),
		    "", name), CHAT_REMOTE);
}

/* Items of a mixed message or a record: their content is JSON in a string. */
static void
add_items(struct reader *r, const struct json *doc,
	const struct json_node *items, const char *between)
{
	const struct json_node *one, *content, *o;
	const struct kind_row *row;
	enum chat_kind first = CHAT_OTHER;
	struct err inside = ERR_INIT;
	struct chat_str s;
	char *copy;

	if (!items || items->type != JSON_ARRAY)
		return;
	for (one = json_first(doc, items); one; one = json_next(doc, one)) {
		content = compose_get(doc, one, "content");
		row = row_of(compose_get(doc, one, "type"));
		if (row && (first == CHAT_OTHER || row->kind == CHAT_TEXT))
			first = row->kind;
		if (!content || content->type != JSON_STR)
			continue;
		s = (struct chat_str){content->str, content->len};
		/* It is borrowed from there until the message is gone. */
		copy = compose_room(&r->c, s.n + 1);
		if (!copy)
			return;
		memcpy(copy, s.s, s.n);
		copy[s.n] = '\0';
		o = s.n > 0 ? json_parse_here(r->inner, copy, s.n, &inside) :
		    NULL;
		if (o && o->type == JSON_OBJECT)
			add_object(&r->c, row, r->inner, o);
		else
			add_text(&r->c, between, compose_jtext(&r->c,
			    content));
	}
	if (r->c.m.kind == CHAT_OTHER)
		r->c.m.kind = first;
}

static void
add_votes(struct compose *c, const struct json *doc,
	const struct json_node *items)
{
	const struct json_node *one;

	if (!items || items->type != JSON_ARRAY)
		return;
	for (one = json_first(doc, items); one; one = json_next(doc, one))
		add_text(c, "\n- ", compose_jtext(c, one));
}

static void
set_content(struct reader *r, const struct json *doc,
	const struct json_node *msg, const struct json_node *type)
{
	const struct kind_row *row = row_of(type);
	const struct json_node *o;
	struct chat_msg *m = &r->c.m;

	m->kind = row ? row->kind : CHAT_OTHER;
	o = type && type->type == JSON_STR ? compose_get(doc, msg,
	    row && row->object ? row->object : type->str) : NULL;
	if (!o)
		o = compose_get(doc, msg, "info");
	if (m->kind == CHAT_RECALL) {
		compose_field(&r->c, "target", compose_jname(&r->c,
		    compose_get(doc, o, "pre_msgid")));
		return;
	}
	add_object(&r->c, row, doc, o);
	add_votes(&r->c, doc, compose_get(doc, o, "voteitem"));
	add_items(r, doc, compose_get(doc, o, "item"), "\n");
	if (row && strcmp(row->msgtype, "agree") == 0)
		m->text = compose_join(&r->c, m->text, " ",
		    compose_lit("agree"));
	else if (row && strcmp(row->msgtype, "disagree") == 0)
		m->text = compose_join(&r->c, m->text, " ",
		    compose_lit("disagree"));
}

/* The room; else the customer; else the two of them in one order. */
static void
set_conv(struct reader *r, const struct json *doc,
	const struct json_node *room, const struct json_node *to)
{
	struct chat_msg *m = &r->c.m;
	struct chat_str from = m->sender_id, other;
	const struct json_node *first;
	size_t n;
	int cmp;

	m->conv_id = compose_jname(&r->c, room);
	if (m->conv_id.n > 0) {
		m->conv_type = CHAT_GROUP;
		return;
	}
	m->conv_type = CHAT_PRIVATE;
	m->conv_id = (struct chat_str){NULL, 0};
	first = to && to->type == JSON_ARRAY ? json_first(doc, to) : NULL;
	other = compose_jname(&r->c, first);
	if (other.n == 0 || from.n == 0)
		return;
	if (is_outside(from) || is_outside(other)) {
		m->conv_id = is_outside(from) ? from : other;
		return;
	}
	n = from.n < other.n ? from.n : other.n;
	cmp = memcmp(from.s, other.s, n);
	if (cmp < 0 || (cmp == 0 && from.n <= other.n))
		m->conv_id = compose_join(&r->c, from, "|", other);
	else
		m->conv_id = compose_join(&r->c, other, "|", from);
}

static int
on_line(void *arg, const struct roads_line *l, struct err *e)
{
	enum {ID, ACTION, FROM, TO, ROOM, TIME, TYPE, COUNT};
	static const char *const names[COUNT] = {"msgid", "action", "from",
		"tolist", "roomid", "msgtime", "msgtype"};
	const struct json_node *k[COUNT];
	struct reader *r = arg;
	struct chat_msg *m = &r->c.m;
	const struct roads_value *v = &l->v;

	compose_begin(&r->c, v->off, v->n);
	if (!v->value)
		return compose_unparsed(&r->c, v->off, v->n, l->line ?
		    l->line->s : "", l->line ? l->line->n : 0, e);
	compose_pick(v->doc, v->value, names, COUNT, k);
	if (compose_is(k[ACTION], "switch"))
		return 0;	/* somebody changed companies */
	if (!k[TYPE] || !k[ID])
		return compose_unparsed_json(&r->c, v->off, v->n, v->doc,
		    v->value, e);
	m->native_id = compose_jname(&r->c, k[ID]);
	if (!compose_epoch(&m->when, k[TIME]))
		m->warn |= CHAT_WARN_TIME;
	m->sender_id = compose_jname(&r->c, k[FROM]);
	if (m->sender_id.n > 2 && m->sender_id.s[0] == 'w' &&
	    m->sender_id.s[1] == 'b')
		m->role = CHAT_BOT;
	else if (is_outside(m->sender_id))
		m->role = CHAT_PEER;
	set_content(r, v->doc, v->value, k[TYPE]);
	set_conv(r, v->doc, k[ROOM], k[TO]);
	m->deleted = m->kind != CHAT_RECALL && notedids_has(&r->revoked,
	    m->native_id.s, m->native_id.n);
	return compose_emit(&r->c, e);
}

/* First time: what was taken back. */
static int
note_revoked(void *arg, const struct roads_line *l, struct err *e)
{
	const struct json_node *id;
	struct reader *r = arg;

	if (!l->v.value)
		return 0;
	id = compose_get(l->v.doc, compose_get(l->v.doc, l->v.value,
	    "revoke"), "pre_msgid");
	return id && id->type == JSON_STR && id->len > 0 ?
	    notedids_add(&r->revoked, id->str, id->len, e) : 0;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct reader r = {.inner = NULL};
	struct err first = ERR_INIT;
	int rc = -1;

	compose_init(&r.c, job);
	r.inner = json_new_lenient(JSON_WALK_NODES_MAX, JSON_WALK_DEPTH, e);
	if (!r.inner)
		goto out;
	/* Where it ends too early, the second time says it. */
	if (roads_lines(job, note_revoked, &r, NULL, &first) < 0 &&
	    first.code != ERR_FORMAT) {
		*e = first;
		goto out;
	}
	rc = roads_lines(job, on_line, &r, &r.c, e);
out:
	notedids_release(&r.revoked);
	json_free(r.inner);
	compose_release(&r.c);
	return rc;
}

const struct chat_format chat_wecom_jsonl = {
	.name = "wecom-jsonl",
	.platform = "wecom",
	.version = 1,
	.score = score,
	.read = read_all
};
