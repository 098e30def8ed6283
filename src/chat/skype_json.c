/*
 * chat/skype_json.c - messages.json of Skype's export.
 *
 *	{"userId":"8:live:…", "exportDate":…, "conversations":[{"id":…,
 *	 "displayName":…, "MessageList":[{"id":…, "displayName":…,
 *	  "originalarrivaltime":ISO, "messagetype":"RichText", "content":XML,
 *	  "from":…, "properties":{"edittime":…, "deletetime":…}}]}]}
 *
 * The newest is first; one line of any length.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/backwards.h"
#include "chat/compose.h"
#include "chat/htmltext.h"
#include "chat/roads.h"
#include "chat/shape.h"

#include "base/banned.h"

struct reader {
	struct compose c;
	struct backwards back;
	char self[256];
	struct buf conv_id, conv_name;
	bool has_name;
};

static int
score(const struct chat_sniff *s)
{
	return chat_shape_score(s, SHAPE_SKYPE);
}

static int
keep(struct reader *r, struct buf *b, const struct roads_value *v,
	struct err *e)
{
	struct chat_str s = compose_jname(&r->c, v->value);

	buf_clear(b);
	return s.n > 0 ? buf_add(b, s.s, s.n, e) : 0;
}

static int
on_self(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;
	struct chat_str s = compose_jname(&r->c, v->value);

	(void)e;
	if (s.n < sizeof(r->self)) {
		if (s.n > 0)
			memcpy(r->self, s.s, s.n);
		r->self[s.n] = '\0';
	}
	return 0;
}

static int
on_conv_id(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;

	return keep(r, &r->conv_id, v, e);
}

static int
on_conv_name(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;

	return keep(r, &r->conv_name, v, e);
}

/* "https://…/contacts/8:live:anna" of old versions. */
static struct chat_str
strip_url(struct chat_str s)
{
	const char *slash = s.n > 8 && memcmp(s.s, "http", 4) == 0 ?
	    memrchr(s.s, '/', s.n) : NULL;

	if (!slash)
		return s;
	return (struct chat_str){slash + 1,
	    s.n - (size_t)(slash + 1 - s.s)};
}

static bool
starts(const struct json_node *v, const char *s)
{
	return v && v->type == JSON_STR && strncmp(v->str, s, strlen(s)) == 0;
}

static enum chat_kind
kind_of(const struct json_node *type, struct chat_str content)
{
	static const struct {
		const char *type;
		enum chat_kind kind;
	} kinds[] = {{"RichText/UriObject", CHAT_IMAGE},
	    {"RichText/Media_Video", CHAT_VIDEO},
	    {"RichText/Media_FlikMsg", CHAT_VIDEO},
	    {"RichText/Media_AudioMsg", CHAT_VOICE},
	    {"RichText/Media_Album", CHAT_IMAGE},
	    {"RichText/Media_GenericFile", CHAT_FILE},
	    {"RichText/Media_Card", CHAT_LINK},
	    {"RichText/Contacts", CHAT_CARD},
	    {"RichText/Location", CHAT_LOCATION},
	    {"RichText/ScheduledCallInvite", CHAT_CALL},
	    {"RichText", CHAT_TEXT}, {"Text", CHAT_TEXT},
	    {"Event/Call", CHAT_CALL}, {"Event", CHAT_SYSTEM},
	    {"ThreadActivity", CHAT_SYSTEM}, {"Notice", CHAT_SYSTEM},
	    {"PopCard", CHAT_LINK}};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (starts(type, kinds[i].type))
			return kinds[i].kind;
	return type && content.n == 0 ? CHAT_SYSTEM : CHAT_OTHER;
}

static void
set_content(struct compose *c, const struct json_node *type,
	struct chat_str content)
{
	struct chat_msg *m = &c->m;
	struct chat_str name;

	m->kind = kind_of(type, content);
	if (content.n > 0 && memmem(content.s, content.n, "<e_m ", 5))
		m->edited = true;
	if (content.n > 0 && memmem(content.s, content.n, "<URIObject", 10)) {
		name = chat_html_attribute(c, content, "OriginalName", "v");
		if (name.n > 0) {
			compose_attach(c, name, CHAT_REMOTE);
			m->text = name;
			return;
		}
	}
	if (m->kind == CHAT_CALL) {
		name = chat_html_attribute(c, content, "partlist", "type");
		if (name.n > 0) {
			m->text = name;
			return;
		}
	}
	m->text = content.n > 0 && type && strcmp(type->str, "Text") == 0 ?
	    content : chat_html_text(c, content, CHAT_HTML_INLINE);
}

static int
on_msg(void *arg, const struct roads_value *v, struct err *e)
{
	enum {ID, NAME, TIME, TYPE, CONTENT, FROM, PROPERTIES, COUNT};
	static const char *const names[COUNT] = {"id", "displayName",
		"originalarrivaltime", "messagetype", "content", "from",
		"properties"};
	const struct json_node *k[COUNT];
	struct reader *r = arg;
	struct compose *c = &r->c;
	struct chat_msg *m = &c->m;

	compose_pick(v->doc, v->value, names, COUNT, k);
	c->elided = v->place && v->place->elided;
	compose_begin(c, v->off, v->n);
	if (!k[TIME] || !k[FROM])
		return compose_unparsed_json(c, v->off, v->n, v->doc,
		    v->value, e);
	m->native_id = compose_jname(c, k[ID]);
	if (!compose_iso(&m->when, k[TIME]))
		m->warn |= CHAT_WARN_TIME;
	m->sender_id = strip_url(compose_jname(c, k[FROM]));
	m->sender_name = compose_jname(c, k[NAME]);
	if (r->self[0] != '\0')
		m->role = m->sender_id.n == strlen(r->self) &&
		    memcmp(m->sender_id.s, r->self, m->sender_id.n) == 0 ?
		    CHAT_SELF : CHAT_PEER;
	set_content(c, k[TYPE] && k[TYPE]->type == JSON_STR ? k[TYPE] : NULL,
	    compose_jtext(c, k[CONTENT]));
	if (compose_get(v->doc, k[PROPERTIES], "edittime"))
		m->edited = true;
	if (compose_get(v->doc, k[PROPERTIES], "deletetime")) {
		m->deleted = true;
		m->edited = false;
		if (m->text.n == 0)
			m->kind = CHAT_RECALL;
	}
	return compose_emit(c, e);
}

static int
note_msg(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;
	struct chat_stamp when;

	if (!compose_iso(&when, compose_get(v->doc, v->value,
	    "originalarrivaltime")))
		return backwards_add(&r->back, v, NULL, e);
	return backwards_add(&r->back, v, &when, e);
}

/* The list of a conversation has ended. */
static int
on_list_end(void *arg, struct err *e)
{
	struct reader *r = arg;
	const struct chat_str id = {buf_str(&r->conv_id), r->conv_id.len};
	const struct chat_str name = {buf_str(&r->conv_name),
		r->conv_name.len};
	const struct chat_str none = {NULL, 0};

	compose_conv(&r->c, id.n > 0 ? id : none, name.n > 0 ? name : none,
	    id.n > 3 && memcmp(id.s, "19:", 3) == 0 ? CHAT_GROUP :
	    CHAT_PRIVATE);
	return backwards_emit(&r->back, e);
}

static int
on_conv_end(void *arg, struct err *e)
{
	struct reader *r = arg;

	(void)e;
	buf_clear(&r->conv_id);
	buf_clear(&r->conv_name);
	return 0;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const struct road roads[] = {
		{"conversations[].MessageList[]", note_msg, on_list_end},
		{"conversations[].id", on_conv_id, on_conv_end},
		{"conversations[].displayName", on_conv_name, NULL},
		{"conversations[].threadProperties.topic", on_conv_name, NULL},
		{"userId", on_self, NULL}};
	struct reader r = {.self = ""};
	int rc;

	compose_init(&r.c, job);
	backwards_init(&r.back, job, on_msg, &r);
	buf_init(&r.conv_id, CHAT_NAME_MAX);
	buf_init(&r.conv_name, CHAT_NAME_MAX);
	rc = roads_walk(job, roads, sizeof(roads) / sizeof(roads[0]), &r,
	    &r.c, e);
	/* Cut off in a list: what there was of it. */
	if (rc == 0 && r.back.n > 0)
		rc = on_list_end(&r, e);
	backwards_release(&r.back);
	buf_release(&r.conv_id);
	buf_release(&r.conv_name);
	compose_release(&r.c);
	return rc;
}

const struct chat_format chat_skype_json = {
	.name = "skype-json",
	.platform = "skype",
	.version = 1,
	.score = score,
	.read = read_all
};
