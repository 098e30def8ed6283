/*
 * desk/fields.h - the values of small JSON objects.  For this room.
 *
 * Each is false where the key is missing or holds something else.
 * Needs: json.
 */
#ifndef LIUDI_DESK_FIELDS_H
#define LIUDI_DESK_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json/json.h"

struct fields {
	const struct json *json;
	const struct json_node *object;
};

/* Clean text of at most CAP - 1 bytes; null is "" where it may be. */
bool fields_text(const struct fields *f, const char *key, char *out,
	size_t cap, bool may_be_null);
bool fields_int(const struct fields *f, const char *key, int64_t *out);
bool fields_bool(const struct fields *f, const char *key, bool *out);
/* N bytes of hex. */
bool fields_hex(const struct fields *f, const char *key, uint8_t *out,
	size_t n);
/* Is it there, and null? */
bool fields_null(const struct fields *f, const char *key);

#endif
