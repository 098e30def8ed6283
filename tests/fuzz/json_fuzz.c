/* json/json: a value of foreign bytes, and every node of what comes out. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "json/json.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Returns the number of nodes at and below NODE. */
static size_t
visit(const struct json *j, const struct json_node *node)
{
	const struct json_node *child;
	size_t count = 1, children = 0;

	if (node->type == JSON_STR && (!utf8_valid(node->str, node->len) ||
	    node->str[node->len] != '\0'))
		abort();
	for (child = json_first(j, node); child; child = json_next(j, child)) {
		if ((child->key != NULL) != (node->type == JSON_OBJECT))
			abort();
		if (child->key && !memchr(child->key, '\0', child->key_len) &&
		    json_get(j, node, child->key) != child)
			abort();	/* a second of that name */
		children++;
		count += visit(j, child);
	}
	if (children != node->n)
		abort();
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;
	struct json *j = json_new(1000, 16, &e);
	const struct json_node *root;

	if (!j)
		abort();
	root = json_parse(j, data, n, &e);
	if (root && visit(j, root) > 1000)
		abort();
	if (!root && e.code != ERR_FORMAT)
		abort();
	json_free(j);
	return 0;
}
