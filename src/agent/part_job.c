/* agent/part_job.c - the life of a part. */

#include "agent/part_job.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

struct part_job *
part_job_new(const struct record_head *head, struct spool *sp,
	struct cache *c, struct err *e)
{
	struct part_job *j = calloc(1, sizeof(*j));

	if (j == NULL) {
		(void)err_nomem(e);
		return NULL;
	}
	j->head = *head;
	buf_init(&j->lines, 256u * 1024 * 1024);
	buf_init(&j->sources, 16u * 1024 * 1024);
	for (size_t i = 0; i < CANON_MAX_BUNDLES; i++)
		buf_init(&j->bundle[i].ids, 64u * 1024 * 1024);
	j->pack = spool_part_new(sp, e);
	if (j->pack != NULL)
		j->journal = cache_journal_new(c, e);
	if (j->journal == NULL) {
		part_job_free(j);
		return NULL;
	}
	return j;
}

void
part_job_free(struct part_job *j)
{
	if (j == NULL)
		return;
	spool_part_free(j->pack);
	cache_journal_free(j->journal);
	buf_release(&j->lines);
	buf_release(&j->sources);
	for (size_t i = 0; i < CANON_MAX_BUNDLES; i++)
		buf_release(&j->bundle[i].ids);
	free(j);
}
