/* unbundle/value.c - the values of a manifest's lines; FORMAT section 4. */
#include "unbundle/value.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

int
value_wrong(struct reader *r, const char *key)
{
	return err_set(r->e, ERR_FORMAT, "'%s' is not what it should be", key);
}

int
value_int(struct reader *r, const struct json_node *v, int64_t min, int64_t max,
	int64_t *out)
{
	if (v->type != JSON_INT || v->num < min || v->num > max)
		return value_wrong(r, v->key ? v->key : "a number");
	*out = v->num;
	return 0;
}

int
value_count(struct reader *r, const struct json_node *v, int64_t *out)
{
	return value_int(r, v, 0, INT64_MAX, out);
}

int
value_bool(struct reader *r, const struct json_node *v, bool *out)
{
	if (v->type != JSON_BOOL)
		return value_wrong(r, v->key);
	*out = v->num != 0;
	return 0;
}

int
value_text(struct reader *r, const struct json_node *v, char *out, size_t cap)
{
	if (v->type != JSON_STR || v->len == 0 || v->len >= cap ||
	    !utf8_clean(v->str, v->len))
		return value_wrong(r, v->key ? v->key : "a string");
	memcpy(out, v->str, v->len);
	out[v->len] = '\0';
	return 0;
}

int
value_text_or_null(struct reader *r, const struct json_node *v, char *out,
	size_t cap)
{
	out[0] = '\0';
	return v->type == JSON_NULL ? 0 : value_text(r, v, out, cap);
}

int
value_name(struct reader *r, const struct json_node *v, char out[static 33])
{
	size_t i;
	char c;

	if (value_text(r, v, out, 33) < 0)
		return -1;
	for (i = 0; i < v->len; i++) {
		c = out[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    (c == '-' && i > 0)))
			return value_wrong(r, v->key);
	}
	return 0;
}

int
value_hex(struct reader *r, const struct json_node *v, uint8_t *out, size_t n)
{
	if (v->type != JSON_STR || str_unhex(out, n, v->str, v->len) < 0)
		return value_wrong(r, v->key ? v->key : "an id");
	return 0;
}

int
value_hex_text(struct reader *r, const struct json_node *v, char *out, size_t n,
	bool may_be_null)
{
	uint8_t bytes[32];

	out[0] = '\0';
	if (v->type == JSON_NULL && may_be_null)
		return 0;
	if (value_hex(r, v, bytes, n) < 0)
		return -1;
	str_hex(out, bytes, n);
	return 0;
}

int
value_ids(struct reader *r, const struct json_node *list)
{
	const struct json_node *v;

	if (list->type != JSON_ARRAY)
		return value_wrong(r, list->key ? list->key : "edits");
	if (buf_reserve(&r->ids, (size_t)list->n * RECORD_ID_LEN, r->e) < 0)
		return -1;
	for (v = json_first(r->json, list); v; v = json_next(r->json, v)) {
		if (value_hex(r, v, r->ids.data + r->ids.len,
		    RECORD_ID_LEN) < 0)
			return -1;
		r->ids.len += RECORD_ID_LEN;
	}
	return 0;
}

/* --- Objects by table. */

int64_t
value_keys(struct reader *r, const struct json_node *obj, const struct table *t,
	const struct json_node *val[static VALUE_MAX_KEYS])
{
	const struct json_node *v;
	int64_t seen = 0;
	size_t i, next = 0;

	memset(val, 0, VALUE_MAX_KEYS * sizeof(*val));
	if (obj->type != JSON_OBJECT)
		return err_set(r->e, ERR_FORMAT, "not an object");
	for (v = json_first(r->json, obj); v; v = json_next(r->json, v)) {
		/* Keys mostly come in the order of the table. */
		for (i = 0; i < t->n; i++, next++) {
			if (next >= t->n)
				next = 0;
			if (strlen(t->keys[next]) == v->key_len &&
			    memcmp(t->keys[next], v->key, v->key_len) == 0)
				break;
		}
		if (i == t->n)
			return err_set(r->e, ERR_FORMAT, "unknown key '%.32s'",
			    utf8_clean(v->key, v->key_len) ? v->key : "?");
		val[next] = v;
		seen |= (int64_t)1 << next;
		next++;
	}
	return seen;
}

int
value_all_keys(struct reader *r, const struct json_node *obj,
	const struct table *t, const struct json_node *val[static VALUE_MAX_KEYS])
{
	int64_t seen = value_keys(r, obj, t, val);
	size_t i;

	if (seen < 0)
		return -1;
	for (i = 0; i < t->n; i++)
		if (!val[i])
			return err_set(r->e, ERR_FORMAT, "no key '%s'",
			    t->keys[i]);
	return 0;
}

int
value_point(struct reader *r, const struct json_node *v, struct record_point *p)
{
	static const char *const keys[] = {"ref", "seq", "manifest"};
	static const struct table t = TABLE(keys);
	const struct json_node *val[VALUE_MAX_KEYS];

	memset(p, 0, sizeof(*p));
	if (v->type == JSON_NULL)
		return 0;
	if (value_all_keys(r, v, &t, val) < 0 ||
	    value_text(r, val[0], p->ref, sizeof(p->ref)) < 0 ||
	    value_count(r, val[1], &p->seq) < 0 ||
	    value_hex(r, val[2], p->manifest, 32) < 0)
		return -1;
	p->have = true;
	return 0;
}
