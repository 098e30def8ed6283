/*
 * json/json.h - read one JSON value into a flat array of nodes.
 *
 * Hostile input is expected: caps on bytes, depth and nodes are the caller's;
 * duplicate keys, floats, and text behind the value are ERR_FORMAT.  Strings
 * may hold NUL (from \u0000); ill-formed UTF-8 is refused.
 * Needs: base; yajl.
 */
#ifndef LIUDI_JSON_JSON_H
#define LIUDI_JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum json_type { JSON_NULL, JSON_BOOL, JSON_INT, JSON_STR, JSON_ARRAY,
	JSON_OBJECT,
	JSON_NUM	/* of a lenient document: no int64, see str */
};

struct json_node {
	enum json_type type;
	uint32_t next;		/* index of the next sibling; 0 = none */
	uint32_t child;		/* first child of array and object; 0 = none */
	uint32_t n;		/* number of children (pairs count one) */
	int64_t num;		/* JSON_INT, JSON_BOOL */
	const char *str;	/* STR, NUM: NUL-terminated, len bytes */
	size_t len;
	const char *key;	/* inside an object */
	size_t key_len;
};

struct json;	/* a document; reusable, keeps its memory */

/* MAX_NODES caps nodes, MAX_DEPTH <= 64 nesting.  NULL when out of memory. */
struct json *json_new(size_t max_nodes, unsigned max_depth, struct err *e);
/*
 * For what other programs wrote.  It reads all that json_new() reads, in the
 * same way, and: a number that is no int64 is a JSON_NUM with its text; of
 * duplicate keys json_get() finds the last; each ill-formed byte and each lone
 * surrogate is U+FFFD; control characters may stand in strings; NaN is null.
 */
struct json *json_new_lenient(size_t max_nodes, unsigned max_depth,
	struct err *e);
void json_free(struct json *j);

/*
 * Parse N bytes (one value, white space around it allowed).  Returns the root,
 * valid until the next parse, or NULL (ERR_FORMAT, ERR_NOMEM).
 */
const struct json_node *json_parse(struct json *j, const void *data, size_t n,
	struct err *e);

/*
 * The same for a lenient document, without a copy: the N bytes and the one
 * behind them are overwritten, and the nodes point into them.
 */
const struct json_node *json_parse_here(struct json *j, void *data, size_t n,
	struct err *e);

/* Child of an object by key, or NULL.  First and next child, or NULL. */
const struct json_node *json_get(const struct json *j,
	const struct json_node *obj, const char *key);
const struct json_node *json_first(const struct json *j,
	const struct json_node *parent);
const struct json_node *json_next(const struct json *j,
	const struct json_node *node);

#endif
