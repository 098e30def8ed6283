/*
 * json/json.c - RFC 8259 through yajl into a flat array of nodes.
 *
 * yajl splits and unescapes; what it lets through (ill-formed UTF-8, lone
 * surrogates, duplicate keys, floats) is refused here.
 */
#include "json/json_doc.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

#define INPUT_MAX ((size_t)1 << 30)	/* yajl's own sums stay in range */
#define FEW_KEYS 8		/* compared in pairs; more are sorted */
#define NODES_FIRST 64

struct json *
json_new(size_t max_nodes, unsigned max_depth, struct err *e)
{
	struct json *j = calloc(1, sizeof(*j));

	if (!j) {
		(void)err_nomem(e);
		return NULL;
	}
	j->max_nodes = max_nodes < UINT32_MAX ? max_nodes : UINT32_MAX;
	j->max_depth = max_depth < JSON_DEPTH_MAX ? max_depth :
	    JSON_DEPTH_MAX;
	return j;
}

struct json *
json_new_lenient(size_t max_nodes, unsigned max_depth, struct err *e)
{
	struct json *j = json_new(max_nodes, max_depth, e);

	if (j)
		j->lenient = true;
	return j;
}

void
json_free(struct json *j)
{
	if (!j)
		return;
	free(j->nodes);
	free(j->text);
	free(j->mended);
	free(j->sorted);
	free(j);
}

int
json_grow(struct json *j)
{
	struct json_node *grown;
	size_t cap = j->cap > 0 ? 2 * j->cap : NODES_FIRST;

	if (j->n == j->max_nodes)
		return err_set(j->e, ERR_FORMAT,
		    "JSON of more than %zu values", j->max_nodes);
	if (cap > j->max_nodes)
		cap = j->max_nodes;
	grown = realloc(j->nodes, cap * sizeof(*grown));
	if (!grown)
		return err_nomem(j->e);
	j->nodes = grown;
	j->cap = cap;
	return 0;
}

/* A copy among the strings of the document: room was made before. */
static const char *
keep(struct json *j, const unsigned char *s, size_t n)
{
	char *out = j->text + j->text_len;

	if (n > 0)
		memcpy(out, s, n);
	out[n] = '\0';
	j->text_len += n + 1;
	return out;
}

/* --- yajl's callbacks: 1 to go on, 0 to stop with *e set. */

static int
on_null(void *arg)
{
	return json_add(arg, JSON_NULL) != NULL;
}

static int
on_bool(void *arg, int v)
{
	struct json_node *node = json_add(arg, JSON_BOOL);

	if (!node)
		return 0;
	node->num = v != 0;
	return 1;
}

static int
on_number(void *arg, const char *s, size_t n)
{
	struct json *j = arg;
	struct json_node *node = json_add(j, JSON_INT);
	char text[24];

	if (!node)
		return 0;
	if (n < sizeof(text)) {
		memcpy(text, s, n);
		text[n] = '\0';
		if (str_to_i64(text, INT64_MIN, INT64_MAX, &node->num) == 0)
			return 1;
	}
	(void)err_set(j->e, ERR_FORMAT,
	    "JSON number that is no whole number of 64 bits");
	return 0;
}

static int
on_string(void *arg, const unsigned char *s, size_t n)
{
	struct json *j = arg;
	struct json_node *node = json_add(j, JSON_STR);

	if (!node)
		return 0;
	node->str = keep(j, s, n);
	node->len = n;
	return 1;
}

static int
on_key(void *arg, const unsigned char *s, size_t n)
{
	struct json *j = arg;

	j->key = keep(j, s, n);
	j->key_len = n;
	return 1;
}

static int
begin(struct json *j, enum json_type type)
{
	if (j->depth == j->max_depth) {
		(void)err_set(j->e, ERR_FORMAT,
		    "JSON nested more than %u deep", j->max_depth);
		return 0;
	}
	if (!json_add(j, type))
		return 0;
	j->level[j->depth++] = (struct level){(uint32_t)(j->n - 1), 0};
	return 1;
}

static int
on_array(void *arg)
{
	return begin(arg, JSON_ARRAY);
}

static int
on_object(void *arg)
{
	return begin(arg, JSON_OBJECT);
}

static int
on_array_end(void *arg)
{
	struct json *j = arg;

	j->depth--;
	return 1;
}

static int
cmp_key(const struct json_node *a, const struct json_node *b)
{
	return str_cmp_bytes(a->key, a->key_len, b->key, b->key_len);
}

static int
cmp_sorted(const void *a, const void *b)
{
	return cmp_key(*(const struct json_node *const *)a,
	    *(const struct json_node *const *)b);
}

static int
twice(struct json *j)
{
	return err_set(j->e, ERR_FORMAT, "JSON object with a key given twice");
}

/* An object of many keys, which must not take the square of the time. */
static int
check_many_keys(struct json *j, const struct json_node *obj)
{
	const struct json_node *node;
	size_t i, n = 0;
	void *grown;

	if (obj->n > j->sorted_cap) {
		grown = realloc(j->sorted, obj->n * sizeof(*j->sorted));
		if (!grown)
			return err_nomem(j->e);
		j->sorted = grown;
		j->sorted_cap = obj->n;
	}
	for (node = json_first(j, obj); node; node = json_next(j, node))
		j->sorted[n++] = node;
	qsort(j->sorted, n, sizeof(*j->sorted), cmp_sorted);
	for (i = 1; i < n; i++)
		if (cmp_key(j->sorted[i - 1], j->sorted[i]) == 0)
			return twice(j);
	return 0;
}

static int
check_keys(struct json *j, const struct json_node *obj)
{
	const struct json_node *a, *b;

	if (obj->n > FEW_KEYS)
		return check_many_keys(j, obj);
	for (a = json_first(j, obj); a; a = json_next(j, a))
		for (b = json_next(j, a); b; b = json_next(j, b))
			if (cmp_key(a, b) == 0)
				return twice(j);
	return 0;
}

static int
on_object_end(void *arg)
{
	struct json *j = arg;

	j->depth--;
	return check_keys(j, &j->nodes[j->level[j->depth].node]) == 0;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_bool,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_object,
	.yajl_map_key = on_key,
	.yajl_end_map = on_object_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_array_end,
};

/* --- What yajl does not look at. */

/* Four hex digits, or -1. */
static int
hex4(const uint8_t *s, const uint8_t *end)
{
	int v = 0, i;

	if (end - s < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		v *= 16;
		if (s[i] >= '0' && s[i] <= '9')
			v += s[i] - '0';
		else if ((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'f')
			v += (s[i] | 0x20) - 'a' + 10;
		else
			return -1;
	}
	return v;
}

/*
 * Surrogates come in pairs; yajl would write '?' for a lone one, so that two
 * documents read the same.  A backslash outside a string is no JSON anyway.
 */
static bool
surrogates_ok(const uint8_t *s, size_t n)
{
	const uint8_t *end = s + n;
	int v;

	while ((s = memchr(s, '\\', (size_t)(end - s))) != NULL) {
		if (end - s < 2)
			return true;
		s += 2;
		if (s[-1] != 'u')
			continue;
		v = hex4(s, end);
		if (v >= 0xdc00 && v <= 0xdfff)
			return false;
		if (v < 0xd800 || v > 0xdbff)
			continue;
		s += 4;
		if (end - s < 2 || s[0] != '\\' || s[1] != 'u')
			return false;
		v = hex4(s + 2, end);
		if (v < 0xdc00 || v > 0xdfff)
			return false;
		s += 6;
	}
	return true;
}

static void
json_begin(struct json *j, struct err *e)
{
	j->e = e;
	j->n = 0;
	j->depth = 0;
	j->key = NULL;
	j->key_len = 0;
}

/* Every string with its NUL is no longer than it was between its quotes. */
static int
make_room(struct json *j, size_t n)
{
	char *grown;

	j->text_len = 0;
	if (n + 1 <= j->text_cap)
		return 0;
	grown = realloc(j->text, n + 1);
	if (!grown)
		return err_nomem(j->e);
	j->text = grown;
	j->text_cap = n + 1;
	return 0;
}

static int
run_yajl(struct json *j, const void *data, size_t n)
{
	yajl_handle h = yajl_alloc(&callbacks, NULL, j);
	yajl_status status;

	if (!h)
		return err_nomem(j->e);
	status = yajl_parse(h, data, n);
	if (status == yajl_status_ok)
		status = yajl_complete_parse(h);
	if (status == yajl_status_error)
		(void)err_set(j->e, ERR_FORMAT,
		    "not one JSON value (byte %zu)",
		    yajl_get_bytes_consumed(h));
	yajl_free(h);
	return status == yajl_status_ok ? 0 : -1;
}

const struct json_node *
json_parse_here(struct json *j, void *data, size_t n, struct err *e)
{
	const struct json_node *root = NULL;

	json_begin(j, e);
	if (n == 0 || n > INPUT_MAX)
		(void)err_set(e, ERR_FORMAT, n == 0 ? "no JSON at all" :
		    "JSON longer than 1 GiB");
	else
		root = json_lenient(j, data, n);
	j->e = NULL;
	return root;
}

const struct json_node *
json_parse(struct json *j, const void *data, size_t n, struct err *e)
{
	const struct json_node *root = NULL;

	json_begin(j, e);
	if (n == 0 || n > INPUT_MAX)
		(void)err_set(e, ERR_FORMAT, n == 0 ? "no JSON at all" :
		    "JSON longer than 1 GiB");
	else if (j->lenient) {
		if (make_room(j, n) == 0) {
			memcpy(j->text, data, n);
			root = json_lenient(j, j->text, n);
		}
	} else if (!utf8_valid(data, n) || !surrogates_ok(data, n))
		(void)err_set(e, ERR_FORMAT, "JSON with ill-formed UTF-8");
	else if (make_room(j, n) == 0 && run_yajl(j, data, n) == 0) {
		if (j->n > 0)
			root = &j->nodes[0];
		else
			(void)err_set(e, ERR_FORMAT, "no JSON at all");
	}
	j->e = NULL;	/* the caller's, gone by the next call */
	return root;
}

const struct json_node *
json_get(const struct json *j, const struct json_node *obj, const char *key)
{
	const struct json_node *node, *found = NULL;
	const size_t len = strlen(key);

	if (obj->type != JSON_OBJECT)
		return NULL;
	for (node = json_first(j, obj); node; node = json_next(j, node))
		if (node->key_len == len && memcmp(node->key, key, len) == 0) {
			found = node;
			if (!j->lenient)
				break;	/* there is no other */
		}
	return found;
}

const struct json_node *
json_first(const struct json *j, const struct json_node *parent)
{
	return parent->child != 0 ? &j->nodes[parent->child] : NULL;
}

const struct json_node *
json_next(const struct json *j, const struct json_node *node)
{
	return node->next != 0 ? &j->nodes[node->next] : NULL;
}
