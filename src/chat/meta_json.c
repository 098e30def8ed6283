/*
 * chat/meta_json.c - message_1.json of Messenger and Instagram.
 *
 *	{"participants":[{"name":…}], "messages":[{"sender_name":…,
 *	 "timestamp_ms":…, "content":…, "photos":[{"uri":…}], …,
 *	 "is_unsent":…}], "title":…, "thread_path":…}
 *
 * The newest is first.  Each byte of UTF-8 was written as a character of its
 * own ("\u00c3\u00bc" for one letter); strings where that cannot have been are
 * left alone.  Chats with end-to-end encryption have other names, and are
 * written well:
 *	{"participants":[…], "threadName":…, "messages":[{"senderName":…,
 *	 "text":…, "timestamp":ms, "media":[{"uri":…}], "isUnsent":…}]}
 */
#include "chat/formats.h"

#include <string.h>

#include "base/utf8.h"
#include "chat/backwards.h"
#include "chat/compose.h"
#include "chat/kinds.h"
#include "chat/roads.h"
#include "chat/shape.h"

#include "base/banned.h"

struct reader {
	struct compose c;
	struct backwards back;
	struct buf title, path;
	unsigned people;
	bool group;
};

/* --- Bytes that became characters */

static struct chat_str
repair(struct compose *c, struct chat_str s)
{
	char *out;
	size_t i, n = 0;

	for (i = 0; i < s.n && !(s.s[i] & 0x80); i++)
		;
	if (i >= s.n)
		return s;
	out = compose_room(c, s.n);
	if (!out)
		return s;
	for (i = 0; i < s.n; i++) {
		const uint8_t b = (uint8_t)s.s[i];

		if (b < 0x80) {
			out[n++] = (char)b;
		} else if ((b == 0xc2 || b == 0xc3) && i + 1 < s.n) {
			i++;
			out[n++] = (char)((b & 3) << 6 |
			    ((uint8_t)s.s[i] & 0x3f));
		} else {
			return s;	/* beyond U+00FF */
		}
	}
	return utf8_valid(out, n) ? (struct chat_str){out, n} : s;
}

static struct chat_str
name_of(struct compose *c, const struct json_node *v)
{
	return repair(c, compose_jname(c, v));
}

/* --- The thread */

static int
keep(struct reader *r, struct buf *b, const struct roads_value *v,
	struct err *e)
{
	struct chat_str s = name_of(&r->c, v->value);

	buf_clear(b);
	return s.n > 0 ? buf_add(b, s.s, s.n, e) : 0;
}

static int
on_title(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;

	return keep(r, &r->title, v, e);
}

static int
on_path(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;

	return keep(r, &r->path, v, e);
}

static int
on_person(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;

	(void)v, (void)e;
	r->people++;
	return 0;
}

static int
on_group(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;

	(void)v, (void)e;
	r->group = true;
	return 0;
}

/* --- A message */

enum {
	SENDER, SENDER2, TIME, TIME2, CONTENT, TEXT, TYPE, PHOTOS, VIDEOS,
	AUDIO, FILES, GIFS, STICKER, SHARE, MEDIA, CALL, UNSENT, UNSENT2, COUNT
};

static const char *const names[COUNT] = {
	"sender_name", "senderName", "timestamp_ms", "timestamp", "content",
	"text", "type", "photos", "videos", "audio_files", "files", "gifs",
	"sticker", "share", "media", "call_duration", "is_unsent", "isUnsent"
};

/* uri of each of a list, or of one; the kind if that says the message's. */
static void
add_uris(struct compose *c, const struct json *doc, const struct json_node *v,
	enum chat_kind kind)
{
	const struct json_node *one;
	struct chat_str uri;

	if (!v)
		return;
	if (v->type == JSON_ARRAY) {
		for (one = json_first(doc, v); one; one = json_next(doc, one))
			if (one->type == JSON_OBJECT)
				add_uris(c, doc, one, kind);
		return;
	}
	uri = name_of(c, compose_get(doc, v, "uri"));
	if (uri.n == 0)
		return;
	compose_attach(c, uri, memmem(uri.s, uri.n, "://", 3) ? CHAT_REMOTE :
	    CHAT_PRESENT);
	if (kind == CHAT_MEDIA_OMITTED)
		kind = kinds_file(uri.s, uri.n);
	if (c->m.text.n == 0 && c->m.kind == CHAT_TEXT)
		c->m.kind = kind;
}

static void
set_content(struct compose *c, const struct json *doc,
	const struct json_node *const *k)
{
	struct chat_msg *m = &c->m;
	struct chat_str link;

	m->text = k[CONTENT] ? repair(c, compose_jtext(c, k[CONTENT])) :
	    compose_jtext(c, k[TEXT]);
	add_uris(c, doc, k[PHOTOS], CHAT_IMAGE);
	add_uris(c, doc, k[VIDEOS], CHAT_VIDEO);
	add_uris(c, doc, k[AUDIO], CHAT_VOICE);
	add_uris(c, doc, k[FILES], CHAT_FILE);
	add_uris(c, doc, k[GIFS], CHAT_STICKER);
	add_uris(c, doc, k[STICKER], CHAT_STICKER);
	add_uris(c, doc, k[MEDIA], CHAT_MEDIA_OMITTED);
	if (k[SHARE]) {
		link = repair(c, compose_jtext(c, compose_get(doc, k[SHARE],
		    "link")));
		if (link.n > 0 && m->text.n == 0)
			m->text = link;
		else if (link.n > 0 && !memmem(m->text.s, m->text.n, link.s,
		    link.n))
			m->text = compose_join(c, m->text, "\n", link);
		if (m->kind == CHAT_TEXT && link.n > 0)
			m->kind = CHAT_LINK;
	}
	if (k[CALL] || compose_is(k[TYPE], "Call"))
		m->kind = CHAT_CALL;
	else if (compose_is(k[TYPE], "Subscribe") ||
	    compose_is(k[TYPE], "Unsubscribe"))
		m->kind = CHAT_SYSTEM;
}

static int
on_msg(void *arg, const struct roads_value *v, struct err *e)
{
	const struct json_node *k[COUNT];
	struct reader *r = arg;
	struct compose *c = &r->c;
	struct chat_msg *m = &c->m;

	compose_pick(v->doc, v->value, names, COUNT, k);
	c->elided = v->place && v->place->elided;
	compose_begin(c, v->off, v->n);
	if (!(k[TIME] || k[TIME2]) || !(k[SENDER] || k[SENDER2]))
		return compose_unparsed_json(c, v->off, v->n, v->doc,
		    v->value, e);
	if (!compose_epoch(&m->when, k[TIME] ? k[TIME] : k[TIME2]))
		m->warn |= CHAT_WARN_TIME;
	m->sender_name = k[SENDER] ? name_of(c, k[SENDER]) :
	    compose_jname(c, k[SENDER2]);
	m->sender_id = m->sender_name;
	set_content(c, v->doc, k);
	if (compose_true(k[UNSENT]) || compose_true(k[UNSENT2])) {
		m->deleted = true;
		m->kind = CHAT_RECALL;
	}
	return compose_emit(c, e);
}

static int
note_msg(void *arg, const struct roads_value *v, struct err *e)
{
	const struct json_node *time;
	struct reader *r = arg;
	struct chat_stamp when;

	time = compose_get(v->doc, v->value, "timestamp_ms");
	if (!time)
		time = compose_get(v->doc, v->value, "timestamp");
	return backwards_add(&r->back, v, compose_epoch(&when, time) ?
	    &when : NULL, e);
}

static void
set_conv(struct reader *r)
{
	const struct chat_str none = {NULL, 0};
	const struct chat_str title = {buf_str(&r->title), r->title.len};
	const struct chat_str path = {buf_str(&r->path), r->path.len};
	enum chat_conv type = CHAT_CONV_UNKNOWN;

	if (r->people > 0)
		type = r->group || r->people > 2 ? CHAT_GROUP : CHAT_PRIVATE;
	compose_conv(&r->c, path.n > 0 ? path : none,
	    title.n > 0 ? title : none, type);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const struct road head[] = {
		{"title", on_title, NULL}, {"threadName", on_title, NULL},
		{"thread_path", on_path, NULL},
		{"participants[]", on_person, NULL},
		{"joinable_mode", on_group, NULL}};
	static const struct road road = {"messages[]", note_msg, NULL};
	struct reader r = {.people = 0};
	struct err first = ERR_INIT;
	int rc = -1;

	compose_init(&r.c, job);
	backwards_init(&r.back, job, on_msg, &r);
	buf_init(&r.title, CHAT_NAME_MAX);
	buf_init(&r.path, CHAT_NAME_MAX);
	if (roads_walk(job, head, sizeof(head) / sizeof(head[0]), &r, NULL,
	    &first) < 0 && first.code != ERR_FORMAT) {
		*e = first;
		goto out;
	}
	set_conv(&r);
	rc = roads_walk(job, &road, 1, &r, &r.c, e);
	/* No JSON from some place on: what was before it. */
	if (rc == 0 || (e->code == ERR_FORMAT && r.back.n > 0)) {
		job->warn |= rc < 0 ? CHAT_WARN_TAIL : 0;
		err_clear(e);
		rc = backwards_emit(&r.back, e);
	}
out:
	backwards_release(&r.back);
	buf_release(&r.title);
	buf_release(&r.path);
	compose_release(&r.c);
	return rc;
}

/* Where it says so; the two are the same else. */
static bool
is_instagram(const struct chat_sniff *s)
{
	return (s->in->path && strstr(s->in->path, "instagram")) ||
	    memmem(s->text, s->ntext, "your_instagram_activity", 23);
}

static int
score_messenger(const struct chat_sniff *s)
{
	int points = chat_shape_score(s, SHAPE_META);

	if (points == 0)
		return chat_shape_score(s, SHAPE_META_E2EE);
	return is_instagram(s) ? 0 : points;
}

static int
score_instagram(const struct chat_sniff *s)
{
	return is_instagram(s) ? chat_shape_score(s, SHAPE_META) : 0;
}

const struct chat_format chat_messenger_json = {
	.name = "messenger-json",
	.platform = "messenger",
	.version = 1,
	.score = score_messenger,
	.read = read_all
};

const struct chat_format chat_instagram_json = {
	.name = "instagram-json",
	.platform = "instagram",
	.version = 1,
	.score = score_instagram,
	.read = read_all
};
