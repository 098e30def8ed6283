/*
 * agent/gone.h - files that are no longer where they were: candidates for
 * `moved`, else `removed`.
 * Needs: base, chunk.
 */
#ifndef LIUDI_AGENT_GONE_H
#define LIUDI_AGENT_GONE_H

#include "agent/collect.h"

enum gone_fate { GONE_OPEN, GONE_MOVED, GONE_STAYS };

struct collect_gone {
	uint64_t sum;		/* first 8 bytes of its sum */
	uint64_t stat;		/* of size and time: what a move keeps */
	int64_t off, end;	/* in the work list */
	uint32_t order;		/* in the order of keys */
	uint32_t taken;		/* of those with this content, the first ones */
	uint16_t source;	/* index, or GONE_NO_SOURCE */
	uint8_t fate;
	uint8_t class_;		/* enum chunker_class */
};
/* The same, to be found by `stat`. */
struct gone_class {
	uint64_t stat;
	uint8_t class_;
};
#define GONE_NO_SOURCE UINT16_MAX

/* Note an entry of source number SOURCE that stands at OFF of the work list. */
int gone_add(struct collect *c, size_t source, const struct entry *en,
	int64_t off, enum gone_fate fate, struct err *e);
/* Those from FIRST on stay live: nobody saw that they are gone. */
void gone_keep(struct collect *c, size_t first);
/* When the scan is done: by content, and by size and time. */
int gone_sort(struct collect *c, struct err *e);
/*
 * The class (enum chunker_class) in which a file gone with the size and time of
 * EN was cut; 0 if there is none.  Cut in another one, the same bytes would not
 * be known as moved.
 */
uint8_t gone_class(const struct collect *c, const struct entry *en);
/*
 * An entry gone from source number SOURCE with this content (read into KEY),
 * marked as moved: 1, or 0 if there is none.
 */
int gone_take(struct collect *c, size_t source, const uint8_t sum[static 32],
	struct buf *key, struct err *e);

/* Copy what a walk knows into an entry (key and content stay). */
void collect_stat(struct entry *en, const struct source_entry *se);

#endif
