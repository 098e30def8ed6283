/*
 * chat/telegram_json.c - Telegram Desktop's result.json, of one chat or of all.
 *
 *	{"name":…, "type":"personal_chat", "id":…, "messages":[{"id":…,
 *	 "type":"message|service", "date":local, "date_unixtime":"…",
 *	 "from":…, "from_id":"user1", "text":"…" or ["…", {"type":…,
 *	 "text":"…"}], "reply_to_message_id":…, "forwarded_from":…,
 *	 "edited_unixtime":"…", "photo"|"file":path, "media_type":…,
 *	 "file_name":…, "actor":…, "action":…}]}
 *	{"personal_information":{"user_id":…}, "chats":{"list":[…]},
 *	 "left_chats":{"list":[…]}}
 */
#include "chat/formats.h"

#include <stdio.h>
#include <string.h>

#include "chat/compose.h"
#include "chat/roads.h"
#include "chat/shape.h"

#include "base/banned.h"

struct reader {
	struct compose c;
	struct chat_job *job;
	char self[32];		/* "user123", "" if not known */
	char chat_id[32], chat_name[512], chat_type[32];
	bool has_name, changed;
};

static int
score(const struct chat_sniff *s)
{
	return chat_shape_score(s, SHAPE_TELEGRAM);
}

/* --- Whose, and which chat */

static int
on_self(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;
	struct chat_str id = compose_jname(&r->c, v->value);

	(void)e;
	if (id.n > 0 && id.n < sizeof(r->self) - 5)
		(void)snprintf(r->self, sizeof(r->self), "user%.*s",
		    (int)id.n, id.s);
	return 0;
}

/* The beginning of a value that is no list. */
static bool
copy(struct reader *r, char *out, size_t size, const struct roads_value *v)
{
	struct chat_str s = compose_jname(&r->c, v->value);
	size_t n = s.n < size ? s.n : size - 1;

	while (n > 0 && n < s.n && (s.s[n] & 0xc0) == 0x80)
		n--;
	if (n > 0)
		memcpy(out, s.s, n);
	out[n] = '\0';
	r->changed = true;
	return s.s != NULL;
}

static int
on_name(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;

	(void)e;
	r->has_name = copy(r, r->chat_name, sizeof(r->chat_name), v);
	return 0;
}

static int
on_type(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;

	(void)e;
	(void)copy(r, r->chat_type, sizeof(r->chat_type), v);
	return 0;
}

static int
on_id(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;

	(void)e;
	(void)copy(r, r->chat_id, sizeof(r->chat_id), v);
	return 0;
}

static int
on_chat_end(void *arg, struct err *e)
{
	struct reader *r = arg;

	(void)e;
	r->chat_id[0] = r->chat_name[0] = r->chat_type[0] = '\0';
	r->has_name = false;
	r->changed = true;
	return 0;
}

static void
set_conv(struct reader *r)
{
	const struct chat_str none = {NULL, 0};
	enum chat_conv type = CHAT_CONV_UNKNOWN;
	const char *t = r->chat_type;

	if (strcmp(t, "personal_chat") == 0 || strcmp(t, "bot_chat") == 0 ||
	    strcmp(t, "saved_messages") == 0)
		type = CHAT_PRIVATE;
	else if (strstr(t, "group") || strstr(t, "channel"))
		type = CHAT_GROUP;
	compose_conv(&r->c, r->chat_id[0] != '\0' ? compose_lit(r->chat_id) :
	    none, r->has_name ? compose_lit(r->chat_name) : none, type);
	r->changed = false;
}

/* --- One message */

enum {
	ID, TYPE, DATE, UNIX, FROM, FROM_ID, TEXT, ENTITIES, REPLY, FORWARD,
	EDITED, EDITED_UNIX, PHOTO, FILE_, MEDIA, FILE_NAME, ACTOR, ACTOR_ID,
	ACTION, REASON, TITLE, MEMBERS, POLL, CONTACT, LOCATION, PLACE,
	STICKER, INVOICE, COUNT
};

static const char *const names[COUNT] = {
	"id", "type", "date", "date_unixtime", "from", "from_id", "text",
	"text_entities", "reply_to_message_id", "forwarded_from", "edited",
	"edited_unixtime", "photo", "file", "media_type", "file_name",
	"actor", "actor_id", "action", "discard_reason", "title", "members",
	"poll", "contact_information", "location_information", "place_name",
	"sticker_emoji", "invoice_information"
};

/* A string, or a list of strings and of objects with a text. */
static struct chat_str
join_text(struct compose *c, const struct json *doc, const struct json_node *v)
{
	const struct json_node *one, *part;
	size_t len = 0, n = 0;
	char *out;

	if (!v || v->type != JSON_ARRAY)
		return compose_jtext(c, v);
	for (one = json_first(doc, v); one; one = json_next(doc, one)) {
		part = one->type == JSON_OBJECT ?
		    json_get(doc, one, "text") : one;
		if (part && part->type == JSON_STR)
			len += part->len;
	}
	out = compose_room(c, len + 1);
	if (!out)
		return (struct chat_str){"", 0};
	for (one = json_first(doc, v); one; one = json_next(doc, one)) {
		part = one->type == JSON_OBJECT ?
		    json_get(doc, one, "text") : one;
		if (!part || part->type != JSON_STR)
			continue;
		memcpy(out + n, part->str, part->len);
		n += part->len;
	}
	return compose_text(c, out, n);
}

static enum chat_present
state_of(struct chat_str path)
{
	/* "(File not included. Change data exporting settings …)" */
	return path.n > 0 && path.s[0] == '(' ? CHAT_OMITTED : CHAT_PRESENT;
}

static enum chat_kind
kind_of_media(const struct json_node *media)
{
	static const struct {
		const char *type;
		enum chat_kind kind;
	} kinds[] = {{"sticker", CHAT_STICKER}, {"voice_message", CHAT_VOICE},
	    {"video_message", CHAT_VIDEO}, {"video_file", CHAT_VIDEO},
	    {"animation", CHAT_VIDEO}, {"audio_file", CHAT_FILE}};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (compose_is(media, kinds[i].type))
			return kinds[i].kind;
	return CHAT_FILE;
}

static void
add_line(struct compose *c, const char *between, struct chat_str more)
{
	if (more.n > 0)
		c->m.text = c->m.text.n > 0 ? compose_join(c, c->m.text,
		    between, more) : more;
}

static void
set_media(struct compose *c, const struct json *doc,
	const struct json_node *const *k)
{
	struct chat_msg *m = &c->m;
	struct chat_str path, name;

	if (k[PHOTO]) {
		m->kind = CHAT_IMAGE;
		path = compose_jname(c, k[PHOTO]);
		compose_attach(c, path, state_of(path));
	} else if (k[FILE_] || k[MEDIA]) {
		m->kind = kind_of_media(k[MEDIA]);
		path = compose_jname(c, k[FILE_]);
		name = compose_jname(c, k[FILE_NAME]);
		compose_attach(c, name.n > 0 ? name : path, state_of(path));
		if (m->text.n == 0 && m->kind == CHAT_FILE)
			m->text = name;
		if (m->text.n == 0 && m->kind == CHAT_STICKER)
			m->text = compose_jtext(c, k[STICKER]);
	} else if (k[CONTACT]) {
		m->kind = CHAT_CARD;
		add_line(c, "\n", compose_jtext(c, compose_get(doc,
		    k[CONTACT], "first_name")));
		add_line(c, " ", compose_jtext(c, compose_get(doc,
		    k[CONTACT], "last_name")));
		add_line(c, " ", compose_jtext(c, compose_get(doc,
		    k[CONTACT], "phone_number")));
	} else if (k[LOCATION]) {
		m->kind = CHAT_LOCATION;
		add_line(c, "\n", compose_jtext(c, k[PLACE]));
		add_line(c, "\n", compose_jtext(c, compose_get(doc,
		    k[LOCATION], "latitude")));
		add_line(c, ",", compose_jtext(c, compose_get(doc,
		    k[LOCATION], "longitude")));
	} else if (k[POLL]) {
		m->kind = CHAT_POLL;
		add_line(c, "\n", join_text(c, doc, compose_get(doc,
		    k[POLL], "question")));
	} else if (k[INVOICE]) {
		m->kind = CHAT_ORDER;
		add_line(c, "\n", compose_jtext(c, compose_get(doc,
		    k[INVOICE], "title")));
	}
}

/* What the program says: who did what. */
static void
set_service(struct compose *c, const struct json *doc,
	const struct json_node *const *k)
{
	struct chat_msg *m = &c->m;
	const struct json_node *one;

	m->sender_name = compose_jname(c, k[ACTOR]);
	m->sender_id = compose_jname(c, k[ACTOR_ID]);
	if (compose_is(k[ACTION], "phone_call") ||
	    compose_is(k[ACTION], "group_call")) {
		m->kind = CHAT_CALL;
		add_line(c, " ", compose_jtext(c, k[REASON]));
		return;
	}
	m->kind = CHAT_SYSTEM;
	if (m->text.n > 0)
		return;
	m->text = compose_jtext(c, k[ACTION]);
	add_line(c, ": ", compose_jtext(c, k[TITLE]));
	if (!k[MEMBERS] || k[MEMBERS]->type != JSON_ARRAY)
		return;
	for (one = json_first(doc, k[MEMBERS]); one; one = json_next(doc, one))
		if (one->type == JSON_STR)
			add_line(c, one == json_first(doc, k[MEMBERS]) ?
			    ": " : ", ", compose_jtext(c, one));
}

static bool
was_edited(const struct json_node *const *k)
{
	struct chat_stamp t;

	if (k[EDITED_UNIX])
		return compose_epoch(&t, k[EDITED_UNIX]);
	/* Old versions wrote 1970 for never. */
	return k[EDITED] && k[EDITED]->type == JSON_STR &&
	    strncmp(k[EDITED]->str, "1970", 4) != 0;
}

static void
set_role(struct reader *r)
{
	struct chat_msg *m = &r->c.m;

	if (r->self[0] == '\0' || m->sender_id.n == 0)
		return;
	if (strncmp(m->sender_id.s, r->self, m->sender_id.n) == 0 &&
	    r->self[m->sender_id.n] == '\0')
		m->role = CHAT_SELF;
	else if (strncmp(m->sender_id.s, r->self + 4, m->sender_id.n) == 0 &&
	    r->self[4 + m->sender_id.n] == '\0')
		m->role = CHAT_SELF;	/* old versions: the bare number */
	else
		m->role = CHAT_PEER;
}

static int
on_msg(void *arg, const struct roads_value *v, struct err *e)
{
	const struct json_node *k[COUNT];
	struct reader *r = arg;
	struct compose *c = &r->c;
	struct chat_msg *m = &c->m;

	if (r->changed)
		set_conv(r);
	compose_pick(v->doc, v->value, names, COUNT, k);
	compose_begin(c, v->off, v->n);
	if (!k[TYPE] || (!k[DATE] && !k[UNIX]))
		return compose_unparsed_json(c, v->off, v->n, v->doc,
		    v->value, e);
	m->native_id = compose_jname(c, k[ID]);
	if (!compose_epoch(&m->when, k[UNIX]) && !(k[DATE] &&
	    k[DATE]->type == JSON_STR && stamp_parse_iso(&m->when,
	    k[DATE]->str, k[DATE]->len)))
		m->warn |= CHAT_WARN_TIME;
	m->text = join_text(c, v->doc, k[TEXT] ? k[TEXT] : k[ENTITIES]);
	if (compose_is(k[TYPE], "service")) {
		set_service(c, v->doc, k);
	} else {
		m->sender_name = compose_jname(c, k[FROM]);
		m->sender_id = compose_jname(c, k[FROM_ID]);
		set_media(c, v->doc, k);
	}
	set_role(r);
	m->reply_to = compose_jname(c, k[REPLY]);
	m->forwarded_from = compose_jname(c, k[FORWARD]);
	m->edited = was_edited(k);
	return compose_emit(c, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const struct road roads[] = {
		{"messages[]", on_msg, NULL},
		{"chats.list[].messages[]", on_msg, NULL},
		{"left_chats.list[].messages[]", on_msg, NULL},
		{"name", on_name, NULL}, {"type", on_type, NULL},
		{"id", on_id, NULL},
		{"chats.list[].name", on_name, on_chat_end},
		{"chats.list[].type", on_type, NULL},
		{"chats.list[].id", on_id, NULL},
		{"left_chats.list[].name", on_name, on_chat_end},
		{"left_chats.list[].type", on_type, NULL},
		{"left_chats.list[].id", on_id, NULL},
		{"personal_information.user_id", on_self, NULL}};
	struct reader r = {.job = job};
	int rc;

	compose_init(&r.c, job);
	rc = roads_walk(job, roads, sizeof(roads) / sizeof(roads[0]), &r,
	    &r.c, e);
	compose_release(&r.c);
	return rc;
}

const struct chat_format chat_telegram_json = {
	.name = "telegram-json",
	.platform = "telegram",
	.version = 1,
	.score = score,
	.read = read_all
};
