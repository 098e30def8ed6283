/*
 * chat/discord_json.c - DiscordChatExporter's JSON.
 *
 *	{"guild":{…}, "channel":{"id":…, "type":…, "name":…}, "messages":[
 *	 {"id":…, "type":"Default", "timestamp":ISO, "timestampEdited":…,
 *	  "content":…, "author":{"id":…, "name":…, "isBot":…},
 *	  "attachments":[{"url":…, "fileName":…}], "reference":{…}}]}
 *
 * The order of the file is not always that of time.
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
	bool known, asked;
};

static int
score(const struct chat_sniff *s)
{
	return chat_shape_score(s, SHAPE_DISCORD);
}

static int
on_channel(void *arg, const struct roads_value *v, struct err *e)
{
	const struct json_node *type = compose_get(v->doc, v->value, "type");
	struct reader *r = arg;

	(void)e;
	compose_conv(&r->c, compose_jname(&r->c, compose_get(v->doc, v->value,
	    "id")), compose_jname(&r->c, compose_get(v->doc, v->value,
	    "name")), compose_is(type, "DirectTextChat") ? CHAT_PRIVATE :
	    CHAT_GROUP);
	r->known = true;
	return 0;
}

static void
add_files(struct compose *c, const struct json *doc, const struct json_node *v)
{
	const struct json_node *one;
	struct chat_str name, url;

	if (!v || v->type != JSON_ARRAY)
		return;
	for (one = json_first(doc, v); one; one = json_next(doc, one)) {
		name = compose_jname(c, compose_get(doc, one, "fileName"));
		url = compose_jname(c, compose_get(doc, one, "url"));
		if (name.n == 0)
			name = url;
		compose_attach(c, name, url.n > 4 &&
		    memcmp(url.s, "http", 4) == 0 ? CHAT_REMOTE :
		    CHAT_PRESENT);
	}
}

/* What is shown where there is no text: cards and stickers. */
static void
add_others(struct compose *c, const struct json *doc,
	const struct json_node *embeds, const struct json_node *stickers)
{
	static const char *const parts[] = {"title", "description", "url"};
	const struct json_node *one;
	struct chat_msg *m = &c->m;
	struct chat_str s;
	size_t i;

	if (m->text.n > 0)
		return;
	one = stickers && stickers->type == JSON_ARRAY ?
	    json_first(doc, stickers) : NULL;
	if (one) {
		m->kind = CHAT_STICKER;
		m->text = compose_jtext(c, compose_get(doc, one, "name"));
		return;
	}
	if (!embeds || embeds->type != JSON_ARRAY)
		return;
	for (one = json_first(doc, embeds); one; one = json_next(doc, one))
		for (i = 0; i < 3; i++) {
			s = compose_jtext(c, compose_get(doc, one, parts[i]));
			if (s.n > 0)
				m->text = m->text.n == 0 ? s :
				    compose_join(c, m->text, "\n", s);
		}
	if (m->text.n > 0 && m->kind == CHAT_TEXT)
		m->kind = CHAT_LINK;
}

static void
set_kind(struct chat_msg *m, const struct json_node *type)
{
	static const char *const said[] = {"Default", "Reply", "0", "19",
		"ThreadStarterMessage", "ChatInputCommand",
		"ContextMenuCommand", "21", "20", "23"};
	size_t i;

	if (compose_is(type, "Call") || compose_is(type, "3")) {
		m->kind = CHAT_CALL;
		return;
	}
	for (i = 0; type && type->type == JSON_STR &&
	    i < sizeof(said) / sizeof(said[0]); i++)
		if (strcmp(type->str, said[i]) == 0)
			break;
	if (type && type->type == JSON_STR &&
	    i == sizeof(said) / sizeof(said[0]))
		m->kind = CHAT_SYSTEM;
	else if (m->kind == CHAT_TEXT && m->text.n == 0 && m->natt > 0)
		m->kind = kinds_file(m->att[0].name.s, m->att[0].name.n);
}

static int
on_msg(void *arg, const struct roads_value *v, struct err *e)
{
	enum {ID, TYPE, TIME, EDITED, CONTENT, AUTHOR, FILES, EMBEDS,
		STICKERS, REFERENCE, COUNT};
	static const char *const names[COUNT] = {"id", "type", "timestamp",
		"timestampEdited", "content", "author", "attachments",
		"embeds", "stickers", "reference"};
	static const struct road head = {"channel", on_channel, NULL};
	const struct json_node *k[COUNT];
	struct reader *r = arg;
	struct compose *c = &r->c;
	struct chat_msg *m = &c->m;

	if (!r->known && !r->asked) {
		r->asked = true;
		if (roads_walk(r->job, &head, 1, r, NULL, e) < 0)
			return -1;
	}
	compose_pick(v->doc, v->value, names, COUNT, k);
	compose_begin(c, v->off, v->n);
	if (!k[TIME] || !k[AUTHOR])
		return compose_unparsed_json(c, v->off, v->n, v->doc,
		    v->value, e);
	m->native_id = compose_jname(c, k[ID]);
	if (!compose_iso(&m->when, k[TIME]))
		m->warn |= CHAT_WARN_TIME;
	m->sender_id = compose_jname(c, compose_get(v->doc, k[AUTHOR], "id"));
	m->sender_name = compose_jname(c, compose_get(v->doc, k[AUTHOR],
	    "name"));
	if (compose_true(compose_get(v->doc, k[AUTHOR], "isBot")))
		m->role = CHAT_BOT;
	m->text = compose_jtext(c, k[CONTENT]);
	add_files(c, v->doc, k[FILES]);
	add_others(c, v->doc, k[EMBEDS], k[STICKERS]);
	set_kind(m, k[TYPE]);
	m->edited = k[EDITED] != NULL;
	if (compose_is(k[TYPE], "Reply") || compose_is(k[TYPE], "19"))
		m->reply_to = compose_jname(c, compose_get(v->doc,
		    k[REFERENCE], "messageId"));
	return compose_emit(c, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const struct road roads[] = {{"messages[]", on_msg, NULL},
		{"channel", on_channel, NULL}};
	struct reader r = {.job = job};
	int rc;

	compose_init(&r.c, job);
	rc = roads_walk(job, roads, 2, &r, &r.c, e);
	compose_release(&r.c);
	return rc;
}

const struct chat_format chat_discord_json = {
	.name = "discord-json",
	.platform = "discord",
	.version = 1,
	.score = score,
	.read = read_all
};
