/*
 * unbundle/value.h - a manifest being read, and the values of its lines.  For
 * manifest*.c and value.c only.
 *
 * A line is looked at as a whole: its keys are sorted into an array by a table
 * first, so that an unknown key and a missing one are both found, whatever the
 * order; then each kind of line takes what it needs.
 * Needs: base, json, record.
 */
#ifndef LIUDI_UNBUNDLE_VALUE_H
#define LIUDI_UNBUNDLE_VALUE_H

#include "json/json.h"
#include "unbundle/manifest.h"

#define VALUE_MAX_KEYS 30

enum section { BEFORE_HEAD, BUNDLES, SOURCES, FILES };

struct reader {
	const struct manifest_handler *h;
	struct json *json;
	enum section section;
	size_t line;		/* number, from 1 */
	size_t nbundles;
	char last[96];		/* path or source of the line before */
	bool final;
	struct buf ids, path, from;
	struct record_edit *edits;
	size_t edits_cap;
	struct err *e;
};

/* Each returns 0 or -1 with *e set. */
int value_wrong(struct reader *r, const char *key);	/* always -1 */
int value_int(struct reader *r, const struct json_node *v, int64_t min,
	int64_t max, int64_t *out);
int value_count(struct reader *r, const struct json_node *v, int64_t *out);
int value_bool(struct reader *r, const struct json_node *v, bool *out);
/* Clean text of 1 to CAP - 1 bytes. */
int value_text(struct reader *r, const struct json_node *v, char *out,
	size_t cap);
/* As value_text; null is the empty string. */
int value_text_or_null(struct reader *r, const struct json_node *v, char *out,
	size_t cap);
/* [a-z0-9][a-z0-9-]{0,31} */
int value_name(struct reader *r, const struct json_node *v,
	char out[static 33]);
int value_hex(struct reader *r, const struct json_node *v, uint8_t *out,
	size_t n);
/* N bytes as hex text, kept as text; null is "" where it may be. */
int value_hex_text(struct reader *r, const struct json_node *v, char *out,
	size_t n, bool may_be_null);
/* Add the ids of an array to r->ids. */
int value_ids(struct reader *r, const struct json_node *list);
int value_point(struct reader *r, const struct json_node *v,
	struct record_point *p);

struct table {
	size_t n;
	const char *const *keys;
};
#define TABLE(a) {sizeof(a) / sizeof((a)[0]), (a)}

/*
 * Sort the values of OBJ into VAL by the keys of T (NULL where absent).
 * Returns a bit per key that is there, or -1: not an object, or a key that T
 * does not know.
 */
int64_t value_keys(struct reader *r, const struct json_node *obj,
	const struct table *t,
	const struct json_node *val[static VALUE_MAX_KEYS]);
/* As value_keys; every key of T must be there.  0 or -1. */
int value_all_keys(struct reader *r, const struct json_node *obj,
	const struct table *t,
	const struct json_node *val[static VALUE_MAX_KEYS]);

/* Lines of their kinds, in modules of their own. */
int manifest_head(struct reader *r, const struct json_node *line);
int manifest_file(struct reader *r, const struct json_node *line);

#endif
