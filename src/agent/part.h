/*
 * agent/part.h - the parts of one run of one stream: bundles, manifest,
 * commit, journal, in the order that a crash at any point forgives.
 *
 * Order: bundles' pack, manifest and commit's pack, journal, ref, cache.
 * Needs: base, bundle, chunk, record, seal, sign, repo.
 */
#ifndef LIUDI_AGENT_PART_H
#define LIUDI_AGENT_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/branch.h"
#include "agent/collect.h"
#include "agent/packer.h"

#define PART_BUNDLES 5			/* a part is closed when so many are */
#define PART_LINES_LEN (2u * 1024 * 1024)	/* or with so many bytes of lines */

struct part_maker {
	struct station *s;
	struct spool *sp;
	struct branch *b;
	struct cache *cache;
	struct packer *packer;
	struct record_head head;	/* of the part being made */
	struct run_result *r;
	int64_t full_utc, reread_day;	/* for the head to be */
	bool fresh;			/* the run stores everything anew */
	struct record_point before;	/* the branch before, if it begins one */
	bool open;
	struct spool_part *part;
	struct cache_journal *journal;
	struct buf lines;		/* file lines of this part */
};

/* HEAD is filled but for what part and commit decide. */
int part_maker_init(struct part_maker *m, struct err *e);
void part_maker_release(struct part_maker *m);

/* collect_sink callbacks; ARG is the maker. */
int part_chunk(void *arg, const uint8_t id[static 32], const void *data,
	size_t n, bool packed, struct err *e);
int part_line(void *arg, const struct record_file *f, const struct entry *en,
	struct err *e);

/*
 * The run's last part: SOURCES are its source lines, GONE the keys that are no
 * longer live.
 */
int part_final(struct part_maker *m, const struct buf *sources,
	const uint8_t sources_hash[static 32], struct buf *gone,
	struct err *e);

#endif
