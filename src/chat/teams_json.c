/*
 * chat/teams_json.c - Microsoft Teams: lists of messages as Graph gives them,
 * in the spelling of the export for administrators or of Graph itself.
 *
 *	[{"Id":…, "Body":{"ContentType":"html", "Content":…},
 *	  "CreatedDateTime":ISO, "LastEditedDateTime":…, "DeletedDateTime":…,
 *	  "From":{"User":{"Id":…, "DisplayName":…}}, "ChatId":…,
 *	  "MessageType":"message", "Attachments":[{"Name":…}]}]
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/compose.h"
#include "chat/htmltext.h"
#include "chat/kinds.h"
#include "chat/roads.h"
#include "chat/scan.h"
#include "chat/shape.h"

#include "base/banned.h"

static int
score(const struct chat_sniff *s)
{
	return chat_shape_score(s, SHAPE_TEAMS);
}

/* NAME, or the same with a small first letter. */
static const struct json_node *
get(const struct json *doc, const struct json_node *obj, const char *name)
{
	const struct json_node *v = compose_get(doc, obj, name);
	char small[40];
	const size_t n = strlen(name);

	if (v || n >= sizeof(small))
		return v;
	memcpy(small, name, n + 1);
	small[0] = (char)(small[0] | 0x20);
	return compose_get(doc, obj, small);
}

static void
set_sender(struct compose *c, const struct json *doc,
	const struct json_node *from)
{
	struct chat_msg *m = &c->m;
	const struct json_node *who = get(doc, from, "User");

	if (!who) {
		who = get(doc, from, "Application");
		if (who)
			m->role = CHAT_BOT;
	}
	m->sender_id = compose_jname(c, get(doc, who, "Id"));
	m->sender_name = compose_jname(c, get(doc, who, "DisplayName"));
}

static void
set_conv(struct compose *c, const struct json *doc,
	const struct json_node *msg)
{
	struct chat_msg *m = &c->m;
	const struct json_node *channel = get(doc, msg, "ChannelIdentity");

	m->conv_id = compose_jname(c, get(doc, msg, "ChatId"));
	if (m->conv_id.n == 0) {
		m->conv_id = compose_jname(c, get(doc, channel, "ChannelId"));
		m->conv_type = m->conv_id.n > 0 ? CHAT_GROUP :
		    CHAT_CONV_UNKNOWN;
	} else {
		m->conv_type = scan_has(m->conv_id.s, m->conv_id.n,
		    "@thread") ? CHAT_GROUP : CHAT_PRIVATE;
	}
}

static void
add_files(struct compose *c, const struct json *doc, const struct json_node *v)
{
	const struct json_node *one;
	struct chat_str name;

	if (!v || v->type != JSON_ARRAY)
		return;
	for (one = json_first(doc, v); one; one = json_next(doc, one)) {
		if (compose_is(get(doc, one, "ContentType"),
		    "messageReference")) {
			c->m.reply_to = compose_jname(c, get(doc, one, "Id"));
			continue;
		}
		name = compose_jname(c, get(doc, one, "Name"));
		if (name.n > 0)
			compose_attach(c, name, CHAT_REMOTE);
	}
}

static void
set_content(struct compose *c, const struct json *doc,
	const struct json_node *msg)
{
	const struct json_node *body = get(doc, msg, "Body");
	const struct json_node *type = get(doc, msg, "MessageType");
	struct chat_msg *m = &c->m;
	struct chat_str raw = compose_jtext(c, get(doc, body, "Content"));

	m->text = compose_is(get(doc, body, "ContentType"), "text") ? raw :
	    chat_html_text(c, raw, CHAT_HTML_BLOCKS);
	add_files(c, doc, get(doc, msg, "Attachments"));
	if (type && !compose_is(type, "message") && !compose_is(type, "0")) {
		m->kind = CHAT_SYSTEM;
		if (m->text.n == 0)
			m->text = compose_jtext(c, compose_get(doc,
			    get(doc, msg, "EventDetail"), "@odata.type"));
	} else if (m->text.n == 0 && raw.n > 0 &&
	    scan_has(raw.s, raw.n, "<img")) {
		m->kind = CHAT_IMAGE;
	} else if (m->text.n == 0 && m->natt > 0) {
		m->kind = kinds_file(m->att[0].name.s, m->att[0].name.n);
	}
}

static int
on_msg(void *arg, const struct roads_value *v, struct err *e)
{
	const struct json_node *time = get(v->doc, v->value,
	    "CreatedDateTime");
	struct compose *c = arg;
	struct chat_msg *m = &c->m;

	compose_begin(c, v->off, v->n);
	if (!time)
		return compose_unparsed_json(c, v->off, v->n, v->doc,
		    v->value, e);
	if (!compose_iso(&m->when, time))
		m->warn |= CHAT_WARN_TIME;
	m->native_id = compose_jname(c, get(v->doc, v->value, "Id"));
	set_sender(c, v->doc, get(v->doc, v->value, "From"));
	set_conv(c, v->doc, v->value);
	set_content(c, v->doc, v->value);
	m->thread = compose_jname(c, get(v->doc, v->value, "ReplyToId"));
	m->edited = get(v->doc, v->value, "LastEditedDateTime") != NULL;
	if (get(v->doc, v->value, "DeletedDateTime")) {
		m->deleted = true;
		if (m->text.n == 0)
			m->kind = CHAT_RECALL;
	}
	return compose_emit(c, e);
}

static int
on_line(void *arg, const struct roads_line *l, struct err *e)
{
	struct compose *c = arg;

	if (!l->v.value && l->line)
		return compose_unparsed(c, l->v.off, l->v.n, l->line->s,
		    l->line->n, e);
	return on_msg(arg, &l->v, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const struct road roads[] = {{"[]", on_msg, NULL},
		{"value[]", on_msg, NULL}, {"messages[]", on_msg, NULL}};
	struct compose c;
	int rc;

	compose_init(&c, job);
	rc = roads_walk(job, roads, 3, &c, &c, e);
	if (rc == 0 && c.emitted == 0)	/* a line for each message */
		rc = roads_lines(job, on_line, &c, &c, e);
	compose_release(&c);
	return rc;
}

const struct chat_format chat_teams_json = {
	.name = "teams-json",
	.platform = "teams",
	.version = 1,
	.score = score,
	.read = read_all
};
