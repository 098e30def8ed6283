/* desk/fields.c - the values of small JSON objects. */
#include "desk/fields.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

static const struct json_node *
value(const struct fields *f, const char *key, enum json_type type)
{
	const struct json_node *v = json_get(f->json, f->object, key);

	return v && v->type == type ? v : NULL;
}

bool
fields_text(const struct fields *f, const char *key, char *out, size_t cap,
	bool may_be_null)
{
	const struct json_node *v = value(f, key, JSON_STR);

	if (!v && may_be_null && fields_null(f, key)) {
		out[0] = '\0';
		return true;
	}
	if (!v || v->len >= cap || !utf8_clean(v->str, v->len))
		return false;
	memcpy(out, v->str, v->len);
	out[v->len] = '\0';
	return true;
}

bool
fields_int(const struct fields *f, const char *key, int64_t *out)
{
	const struct json_node *v = value(f, key, JSON_INT);

	if (!v)
		return false;
	*out = v->num;
	return true;
}

bool
fields_bool(const struct fields *f, const char *key, bool *out)
{
	const struct json_node *v = value(f, key, JSON_BOOL);

	if (!v)
		return false;
	*out = v->num != 0;
	return true;
}

bool
fields_hex(const struct fields *f, const char *key, uint8_t *out, size_t n)
{
	const struct json_node *v = value(f, key, JSON_STR);

	return v && str_unhex(out, n, v->str, v->len) == 0;
}

bool
fields_null(const struct fields *f, const char *key)
{
	return value(f, key, JSON_NULL) != NULL;
}
