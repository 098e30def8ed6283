/* shop/captures.c - lines of captures/.  Spec: docs/FORMAT.md "Shop pages". */
#include "shop/captures.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/str.h"
#include "json/json.h"

#include "base/banned.h"

#define NODES_MAX 64
#define ZONE_MAX (24 * 60)	/* minutes */

static const char *const names[SHOP_STATES] = {
	[SHOP_OK] = "ok",
	[SHOP_PARTIAL] = "partial",
	[SHOP_CUT] = "cut",
	[SHOP_BLOCKED] = "blocked",
	[SHOP_LOGIN_NEEDED] = "login-needed",
	[SHOP_UNREACHABLE] = "unreachable",
	[SHOP_TIMEOUT] = "timeout",
	[SHOP_CRASHED] = "crashed",
	[SHOP_NO_BROWSER] = "no-browser",
	[SHOP_MISSING] = "missing",
	[SHOP_NO_LIST] = "no-list"
};

const char *
shop_state_name(enum shop_state s)
{
	return names[s];
}

enum shop_state
shop_state_of(const char *name)
{
	enum shop_state s = SHOP_OK;

	while (s < SHOP_STATES && strcmp(names[s], name) != 0)
		s++;
	return s;
}

bool
shop_state_shows(enum shop_state s)
{
	return s == SHOP_OK || s == SHOP_PARTIAL || s == SHOP_CUT;
}

int
captures_write(const struct shop_capture *c, struct buf *out, struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, out, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "capture");
	jsonw_kint(&w, "ts", c->ts);
	jsonw_kint(&w, "offset", c->offset);
	jsonw_kstr(&w, "page", c->page);
	jsonw_kstr(&w, "view", c->view);
	jsonw_kstr(&w, "url", c->url);
	jsonw_kstr(&w, "state", shop_state_name(c->state));
	jsonw_kstr(&w, "reason", c->reason);
	if (c->has_record)
		jsonw_khex(&w, "record", c->record, SHOP_HASH_LEN);
	else
		jsonw_knull(&w, "record");
	jsonw_kstr(&w, "by", c->by);
	if (c->saved)
		jsonw_kstr(&w, "saved", c->saved);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : buf_addc(out, '\n', e);
}

/* --- Reading. */

/* The text at KEY; NULL: it is none, or not one to show. */
static const char *
word(const struct json *j, const struct json_node *obj, const char *key)
{
	const struct json_node *n = json_get(j, obj, key);

	return n && n->type == JSON_STR && n->len <= SHOP_TEXT_MAX &&
	    !memchr(n->str, '\0', n->len) ? n->str : NULL;
}

static bool
is_null(const struct json *j, const struct json_node *obj, const char *key)
{
	const struct json_node *n = json_get(j, obj, key);

	return n && n->type == JSON_NULL;
}

/* False: it is no line of a capture. */
static bool
fill(const struct json *j, const struct json_node *obj,
	struct shop_capture *c)
{
	const struct json_node *v, *ts, *offset;
	const char *type, *state, *record;

	if (obj->type != JSON_OBJECT)
		return false;
	v = json_get(j, obj, "v");
	ts = json_get(j, obj, "ts");
	offset = json_get(j, obj, "offset");
	type = word(j, obj, "type");
	state = word(j, obj, "state");
	record = word(j, obj, "record");
	c->page = word(j, obj, "page");
	c->view = word(j, obj, "view");
	c->url = word(j, obj, "url");
	c->reason = word(j, obj, "reason");
	c->by = word(j, obj, "by");
	c->saved = word(j, obj, "saved");
	if (!v || v->type != JSON_INT || v->num != 1 || !str_eq(type, "capture"))
		return false;
	if (!ts || ts->type != JSON_INT || !offset ||
	    offset->type != JSON_INT || offset->num < -ZONE_MAX ||
	    offset->num > ZONE_MAX)
		return false;
	if (!c->page || !c->view || !c->url || !c->by || !state)
		return false;
	c->ts = ts->num;
	c->offset = (int32_t)offset->num;
	c->state = shop_state_of(state);
	c->has_record = record != NULL;
	if (c->state == SHOP_STATES ||
	    c->has_record != shop_state_shows(c->state))
		return false;
	return record ? str_unhex(c->record, SHOP_HASH_LEN, record,
	    strlen(record)) == 0 : is_null(j, obj, "record");
}

int
captures_read(const void *text, size_t n,
	int (*fn)(void *arg, const struct shop_capture *c, struct err *e),
	void *arg, struct err *e)
{
	struct json *j = json_new(NODES_MAX, 2, e);
	const char *at = text, *end = at + n, *lf;
	const struct json_node *obj;
	struct shop_capture c;
	long long line = 1;
	int rc = j ? 0 : -1;

	for (; rc == 0 && at < end; at = lf + 1, line++) {
		lf = memchr(at, '\n', (size_t)(end - at));
		if (!lf)
			break;
		memset(&c, 0, sizeof(c));
		obj = lf - at > CAPTURES_LINE_MAX ? NULL :
		    json_parse(j, at, (size_t)(lf - at), e);
		if (obj && fill(j, obj, &c)) {
			rc = fn(arg, &c, e);
			continue;
		}
		rc = -1;
		if (e->code != ERR_NOMEM)
			(void)err_set(e, ERR_FORMAT, "line %lld is no capture",
			    line);
	}
	json_free(j);
	return rc;
}
