/*
 * chat/roads.h - where in a JSON export the messages are.
 *
 * A road is a path from the text's value: keys with '.' between, "[]" for each
 * value of an array, '*' for any key: "chats.list[].messages[]".  "" is the
 * value itself, which in JSON Lines is each line.
 * Needs: base, json/walk, chat/{format,compose}.
 */
#ifndef LIUDI_CHAT_ROADS_H
#define LIUDI_CHAT_ROADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "chat/compose.h"
#include "chat/format.h"
#include "json/walk.h"

#define ROADS_MAX 24

/* What lies at a road's end; VALUE is NULL where it cannot be read. */
struct roads_value {
	const struct json_place *place;
	const struct json *doc;
	const struct json_node *value;
	uint64_t off, n;
};

struct road {
	const char *path;
	int (*take)(void *arg, const struct roads_value *v, struct err *e);
	/* What the road goes through has ended; may be NULL. */
	int (*leave)(void *arg, struct err *e);
};

/*
 * Go all roads from the beginning of the file; those of the same path: the
 * first.  Where the text is cut off, or is none from some place on, job->warn
 * says so, and the rest is unparsed if C (may be NULL) had messages before.
 * 0, or -1.
 */
int roads_walk(struct chat_job *job, const struct road *roads, size_t n,
	void *arg, struct compose *c, struct err *e);

/*
 * JSON Lines: TAKE for each line that is not empty and no comment ('#'), or, if
 * the file begins with '[', for each value of that array; if its values go
 * over lines, for each of them.  A line that is no
 * JSON is handed over with VALUE NULL and its text in LINE.
 */
struct roads_line {
	struct roads_value v;
	const struct chat_line *line;	/* NULL where it is no line */
};
int roads_lines(struct chat_job *job,
	int (*take)(void *arg, const struct roads_line *l, struct err *e),
	void *arg, struct compose *c, struct err *e);

#endif
