/*
 * chat/qianniu_json.c - what scripts on QianNiu's web page save: a file for
 * each buyer.
 *
 *	{"user":…, "exportTime":…, "count":…,
 *	 "chats":[{"date":…, "time":…, "sender":…, "text":…, "imgUrl":…}]}
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
	bool asked, known;	/* who the buyer is */
	struct buf buyer;
};

static int
score(const struct chat_sniff *s)
{
	return chat_shape_score(s, SHAPE_QIANNIU);
}

static int
on_user(void *arg, const struct roads_value *v, struct err *e)
{
	struct reader *r = arg;
	struct chat_str id;

	id = chat_site_strip(compose_jname(&r->c, v->value));
	compose_conv(&r->c, id, id, CHAT_PRIVATE);
	r->known = true;
	buf_clear(&r->buyer);
	return id.n > 0 ? buf_add(&r->buyer, id.s, id.n, e) : 0;
}

/* "2024-03-01" and "08:59:07", or either of them with both. */
static bool
parse_when(struct compose *c, const struct json_node *date,
	const struct json_node *clock, struct chat_stamp *out)
{
	const struct chat_str d = compose_jname(c, date);
	const struct chat_str t = compose_jname(c, clock);
	struct chat_str both;

	if (d.n > 0 && t.n > 0) {
		both = compose_join(c, d, " ", t);
		if (stamp_parse_iso(out, both.s, both.n))
			return true;
	}
	return (t.n > 0 && stamp_parse_iso(out, t.s, t.n)) ||
	    compose_epoch(out, clock) ||
	    (d.n > 0 && stamp_parse_iso(out, d.s, d.n));
}

static void
attach(struct compose *c, const struct json *doc, const struct json_node *v)
{
	const struct json_node *one;

	if (v && v->type == JSON_ARRAY) {
		for (one = json_first(doc, v); one; one = json_next(doc, one))
			attach(c, doc, one);
	} else if (v && v->type == JSON_STR && v->len > 0) {
		compose_attach(c, compose_jname(c, v), CHAT_REMOTE);
	}
}

static int
on_chat(void *arg, const struct roads_value *v, struct err *e)
{
	enum {DATE, TIME, SENDER, TEXT, IMG, IMGS, COUNT};
	static const char *const names[COUNT] = {"date", "time", "sender",
		"text", "imgUrl", "imgUrls"};
	static const struct road head = {"user", on_user, NULL};
	const struct json_node *k[COUNT];
	struct reader *r = arg;
	struct chat_msg *m = &r->c.m;

	if (!r->known && !r->asked) {
		r->asked = true;
		if (roads_walk(r->job, &head, 1, r, NULL, e) < 0)
			return -1;
	}
	compose_pick(v->doc, v->value, names, COUNT, k);
	compose_begin(&r->c, v->off, v->n);
	if (!k[SENDER] && !k[TEXT] && !k[IMG])
		return compose_unparsed_json(&r->c, v->off, v->n, v->doc,
		    v->value, e);
	if (!parse_when(&r->c, k[DATE], k[TIME], &m->when))
		m->warn |= CHAT_WARN_TIME;
	m->sender_name = chat_site_strip(compose_jname(&r->c, k[SENDER]));
	m->sender_id = m->sender_name;
	/* The other side of a buyer is the shop that saved this. */
	if (r->buyer.len > 0 && m->sender_id.n > 0)
		m->role = m->sender_id.n == r->buyer.len &&
		    memcmp(m->sender_id.s, r->buyer.data, r->buyer.len) == 0 ?
		    CHAT_PEER : CHAT_SELF;
	m->text = compose_jtext(&r->c, k[TEXT]);
	attach(&r->c, v->doc, k[IMG]);
	attach(&r->c, v->doc, k[IMGS]);
	if (m->text.n == 0)
		m->kind = m->natt > 0 ? CHAT_IMAGE : CHAT_TEXT;
	else if (kinds_recall(m->text.s, m->text.n))
		m->kind = CHAT_RECALL;
	else
		m->kind = kinds_bracket(m->text.s, m->text.n, NULL);
	return compose_emit(&r->c, e);
}

static int
read_all(struct chat_job *job, struct err *e)
{
	static const struct road roads[] = {{"user", on_user, NULL},
		{"chats[]", on_chat, NULL}};
	struct reader r = {.job = job};
	int rc;

	compose_init(&r.c, job);
	buf_init(&r.buyer, CHAT_NAME_MAX);
	rc = roads_walk(job, roads, 2, &r, &r.c, e);
	buf_release(&r.buyer);
	compose_release(&r.c);
	return rc;
}

const struct chat_format chat_qianniu_json = {
	.name = "qianniu-json",
	.platform = "qianniu",
	.version = 1,
	.score = score,
	.read = read_all
};
