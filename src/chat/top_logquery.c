/*
 * chat/top_logquery.c - answers of Taobao's interface for logs of WangWang.
 *
 *	{"…_response":{"from_id":…, "to_id":…, "msg_lists":{"msg_list":[
 *	 {"direction":0, "time":…, "type":0, "content":…, "length":…}]}}}
 *
 * from_id is the account that was asked for; direction 0 is from it.
 */
#include "chat/formats.h"

#include <string.h>

#include "chat/compose.h"
#include "chat/kinds.h"
#include "chat/roads.h"
#include "chat/shape.h"
#include "chat/site.h"

#include "base/banned.h"

struct reader {
	struct compose c;
	struct chat_job *job;
	struct buf from, to;
	bool asked;
};

static int
score(const struct chat_sniff *s)
{
	return chat_shape_score(s, SHAPE_TOP);
}

static int
keep(struct reader *r, struct buf *b, const struct roads_value *v,
	struct err *e)
{
	struct chat_str id = chat_site_strip(compose_jname(&r->c, v->value));

	buf_clear(b);
	return id.n > 0 ? buf_add(b, id.s, id.n, e) : 0;
}

static int
on_from(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;

	return keep(r, &r->from, v, e);
}

static int
on_to(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;
	struct chat_str id;

	if (keep(r, &r->to, v, e) < 0)
		return -1;
	id = (struct chat_str){buf_str(&r->to), r->to.len};
	compose_conv(&r->c, id, id, CHAT_PRIVATE);
	return 0;
}

/* Pictures and words of a message whose text is not given. */
static void
add_lists(struct compose *c, const struct json *doc,
	const struct json_node *urls, const struct json_node *words)
{
	const struct json_node *v;

	while (urls && urls->type == JSON_OBJECT)
		urls = json_first(doc, urls);
	if (urls && urls->type == JSON_ARRAY)
		for (v = json_first(doc, urls); v; v = json_next(doc, v))
			if (v->type == JSON_STR)
				compose_attach(c, compose_jname(c, v),
				    CHAT_REMOTE);
	while (words && words->type == JSON_OBJECT)
		words = json_first(doc, words);
	if (c->m.text.n > 0 || !words || words->type != JSON_ARRAY)
		return;
	for (v = json_first(doc, words); v; v = json_next(doc, v))
		if (v->type == JSON_STR)
			c->m.text = compose_join(c, c->m.text,
			    c->m.text.n > 0 ? " " : "", compose_jtext(c, v));
}

static int
on_msg(void *arg, const struct roads_value *v, struct err *e)
{
	enum {DIRECTION, TIME, CONTENT, URLS, WORDS, COUNT};
	static const char *const names[COUNT] = {"direction", "time",
		"content", "url_lists", "word_lists"};
	static const struct road head[] = {{"*.from_id", on_from, NULL},
		{"*.to_id", on_to, NULL}, {"from_id", on_from, NULL},
		{"to_id", on_to, NULL}};
	const struct json_node *k[COUNT];
	struct reader *r = arg;
	struct chat_msg *m = &r->c.m;
	struct chat_str time;
	const struct buf *who;
	bool self;

	if (!r->asked && r->from.len == 0 && r->to.len == 0) {
		r->asked = true;
		if (roads_walk(r->job, head, 4, r, NULL, e) < 0)
			return -1;
	}
	compose_pick(v->doc, v->value, names, COUNT, k);
	compose_begin(&r->c, v->off, v->n);
	if (!k[TIME] || !k[DIRECTION])
		return compose_unparsed_json(&r->c, v->off, v->n, v->doc,
		    v->value, e);
	time = compose_jname(&r->c, k[TIME]);
	if (!stamp_parse_iso(&m->when, time.s, time.n) &&
	    !compose_epoch(&m->when, k[TIME]))
		m->warn |= CHAT_WARN_TIME;
	self = compose_int(k[DIRECTION], 0) == 0;
	m->role = self ? CHAT_SELF : CHAT_PEER;
	who = self ? &r->from : &r->to;
	if (who->len > 0)
		m->sender_id = (struct chat_str){buf_str(who), who->len};
	m->text = compose_jtext(&r->c, k[CONTENT]);
	add_lists(&r->c, v->doc, k[URLS], k[WORDS]);
	if (m->text.n == 0)
		m->kind = m->natt > 0 ? CHAT_IMAGE : CHAT_TEXT;
	else
		m->kind = kinds_bracket(m->text.s, m->text.n, NULL);
	return compose_emit(&r->c, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const struct road roads[] = {{"*.from_id", on_from, NULL},
		{"*.to_id", on_to, NULL}, {"from_id", on_from, NULL},
		{"to_id", on_to, NULL},
		{"*.msg_lists.msg_list[]", on_msg, NULL},
		{"*.msg_lists[]", on_msg, NULL},
		{"msg_lists.msg_list[]", on_msg, NULL},
		{"msg_lists[]", on_msg, NULL}};
	struct reader r = {.job = job};
	int rc;

	compose_init(&r.c, job);
	buf_init(&r.from, CHAT_NAME_MAX);
	buf_init(&r.to, CHAT_NAME_MAX);
	rc = roads_walk(job, roads, sizeof(roads) / sizeof(roads[0]), &r,
	    &r.c, e);
	buf_release(&r.from);
	buf_release(&r.to);
	compose_release(&r.c);
	return rc;
}

const struct chat_format chat_top_logquery = {
	.name = "top-logquery",
	.platform = "taobao",
	.version = 1,
	.score = score,
	.read = read_all
};
