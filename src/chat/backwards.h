/*
 * chat/backwards.h - messages of a JSON export that has the newest first.
 *
 * They are noted while the file is read once, and then read again from the end,
 * a block at a time.  More than BACKWARDS_MAX are turned round in groups of so
 * many.
 * Needs: base, json/json, chat/{format,roads}.
 */
#ifndef LIUDI_CHAT_BACKWARDS_H
#define LIUDI_CHAT_BACKWARDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "chat/format.h"
#include "chat/roads.h"

#define BACKWARDS_MAX 500000u

struct backwards {
	struct chat_job *job;
	int (*take)(void *arg, const struct roads_value *v, struct err *e);
	void *arg;
	uint64_t *off;
	uint64_t *len;
	size_t n, cap;
	int64_t first_us, last_us;	/* of what is noted; INT64_MIN: none */
};

/*
 * Empty; JOB and ARG are borrowed and outlive B.  Values are handed to TAKE, the
 * last first, which returns -1 to stop.
 */
void backwards_init(struct backwards *b, struct chat_job *job,
	int (*take)(void *arg, const struct roads_value *v, struct err *e),
	void *arg);
/* What was noted; also after an init alone, or twice. */
void backwards_release(struct backwards *b);

/* Note a value and its time, if it has one (NULL). */
int backwards_add(struct backwards *b, const struct roads_value *v,
	const struct chat_stamp *when, struct err *e);

/*
 * Hand over what is noted, the oldest first, and forget it: from the end if the
 * first is younger than the last.  V->place is NULL.
 */
int backwards_emit(struct backwards *b, struct err *e);

#endif
