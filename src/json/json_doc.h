/*
 * json/json_doc.h - inside of a document, for the two readers that fill it.
 *
 * Needs: base, json/json.
 */
#ifndef LIUDI_JSON_JSON_DOC_H
#define LIUDI_JSON_JSON_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "json/json.h"

#define JSON_DEPTH_MAX 64

/* One open array or object. */
struct level {
	uint32_t node;
	uint32_t last;		/* newest child; 0 = none */
};

struct json {
	bool lenient;
	size_t max_nodes;
	unsigned max_depth;
	struct json_node *nodes;
	size_t n, cap;
	char *text;		/* all strings of the document, each + NUL */
	size_t text_len, text_cap;
	char *mended;		/* lenient: strings that grew, each + NUL */
	size_t mended_len, mended_cap;
	const struct json_node **sorted;	/* scratch of check_keys() */
	size_t sorted_cap;
	struct level level[JSON_DEPTH_MAX];
	unsigned depth;
	const char *key;	/* of the value to come, else NULL */
	size_t key_len;
	struct err *e;		/* of this parse */
};

/* Room for one more node at least.  0, or -1 (j->e). */
int json_grow(struct json *j);

/* A node of TYPE as the next child of the open level, or NULL (j->e). */
static inline struct json_node *
json_add(struct json *j, enum json_type type)
{
	struct level *up;
	struct json_node *node;
	uint32_t index;

	if (j->n == j->cap && json_grow(j) < 0)
		return NULL;
	index = (uint32_t)j->n++;
	node = &j->nodes[index];
	*node = (struct json_node){.type = type};
	node->key = j->key;
	node->key_len = j->key_len;
	j->key = NULL;
	j->key_len = 0;
	if (j->depth > 0) {
		up = &j->level[j->depth - 1];
		if (up->last != 0)
			j->nodes[up->last].next = index;
		else
			j->nodes[up->node].child = index;
		up->last = index;
		j->nodes[up->node].n++;
	}
	return node;
}

/*
 * The lenient reader: N > 0 bytes, and one behind them, are overwritten by the
 * strings.  Returns the root, or NULL (j->e).
 */
const struct json_node *json_lenient(struct json *j, char *data, size_t n);

#endif
