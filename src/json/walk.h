/*
 * json/walk.h - go through a JSON text of any size, taking values out of it.
 *
 * Only what is taken is parsed and in memory; all else is passed over, a string
 * of gigabytes too.  The text may hold several values one after the other
 * (JSON Lines).  Where it is cut off, what is whole was handed over before.
 * Caps: depth 64; JSON_WALK_TAKE_MAX bytes of a value, in which each string
 * longer than JSON_WALK_STR_MAX becomes "".
 * Needs: base, json/json.
 */
#ifndef LIUDI_JSON_WALK_H
#define LIUDI_JSON_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "json/json.h"

#define JSON_WALK_DEPTH 64
#define JSON_WALK_TAKE_MAX (10u << 20)
#define JSON_WALK_STR_MAX (8u << 20)
#define JSON_WALK_NODES_MAX 65536u	/* in a value that is taken */
#define JSON_WALK_KEY_MAX 256u		/* bytes of a key; more are cut off */

/* Where a value stands: level 0 is the text itself. */
struct json_level {
	const char *key;	/* unescaped; NULL in an array and at level 0 */
	uint64_t index;		/* of this value among its siblings */
};

struct json_place {
	unsigned depth;		/* of the value: level[depth] is its own */
	struct json_level level[JSON_WALK_DEPTH + 1];
	uint64_t off;		/* of its first byte */
	char first;		/* that byte: '{' '[' '"' or of a scalar */
	bool elided;		/* take(): a string in it became "" */
};

enum json_act { JSON_SKIP, JSON_INTO, JSON_TAKE };

struct json_walker {
	/* What to do with the value there.  INTO a scalar is SKIP. */
	enum json_act (*visit)(void *arg, const struct json_place *p);
	/*
	 * A value that visit() took, N bytes of the text from p->off; borrowed
	 * during the call.  VALUE is parsed leniently (json_new_lenient()), or
	 * NULL if it is over a cap, or no JSON inside.
	 */
	int (*take)(void *arg, const struct json_place *p,
		const struct json *doc, const struct json_node *value,
		uint64_t n, struct err *e);
	/*
	 * An array or object that was gone INTO has ended, before p->off; may
	 * be NULL.
	 */
	int (*leave)(void *arg, const struct json_place *p, struct err *e);
	/* Up to N bytes from OFF; 0 at the end, -1. */
	int64_t (*read)(void *arg, uint64_t off, void *buf, size_t n,
		struct err *e);
	void *arg;		/* of the first three */
	void *read_arg;
};

/*
 * From OFF to the end; U+FEFF in front is passed over.  0: the text is whole.
 * 1: it is cut off in the middle.  -1: ERR_FORMAT with the offset (what was
 * taken before stays taken), ERR_NOMEM, or what a callback set.
 */
int json_walk(const struct json_walker *w, uint64_t off, struct err *e);

#endif
