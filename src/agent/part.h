/*
 * agent/part.h - the parts of one run of one stream, as the reader fills them.
 *
 * A part that is full goes on to packer, binder and settler, each a thread,
 * and the next one is begun; there are never more than two.
 * Needs: base, chunk, record, seal, repo.
 */
#ifndef LIUDI_AGENT_PART_H
#define LIUDI_AGENT_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/branch.h"
#include "agent/collect.h"
#include "agent/packer.h"
#include "agent/part_job.h"
#include "agent/settler.h"

#define PART_LINES_LEN (1024u * 1024)	/* closed with so many bytes */

struct part_maker {
	struct station *s;
	struct spool *sp;
	struct branch *b;
	struct cache *cache;
	struct record_head head;	/* of the part to be made next */
	struct run_result *r;
	int64_t full_utc, reread_day;	/* for the head to be */
	bool fresh;			/* the run stores everything anew */
	struct record_point before;	/* the branch before, if it begins one */

	struct settler *settler;
	struct binder *binder;
	struct packer *packer;
	struct part_job *job;		/* being filled, or NULL */
	struct part_job *last;		/* handed over, may not be settled */
	uint64_t handed;		/* parts */
	struct buf unread;		/* key, 0, why, 0 for the next journal */
	size_t last_unread;		/* where the last of them begins */
};

/*
 * Start the threads.  HEAD is filled but for what part and commit decide; from
 * now on branch and cache are the settler's, until part_final is done.
 */
int part_maker_init(struct part_maker *m, struct err *e);
/* Ends the threads; parts that are not settled are dropped. */
void part_maker_release(struct part_maker *m);

/* collect_sink callbacks; ARG is the maker. */
int part_chunk(void *arg, const uint8_t id[static 32], const void *data,
	size_t n, bool packed, struct err *e);
int part_line(void *arg, const struct record_file *f, const struct entry *en,
	struct err *e);
int part_unread(void *arg, const struct entry *en, struct err *e);

/*
 * The run's last part: SOURCES are its source lines, GONE the keys that are no
 * longer live.  0: all parts are settled.
 */
int part_final(struct part_maker *m, const struct buf *sources,
	const uint8_t sources_hash[static 32], struct buf *gone,
	struct err *e);

#endif
