/* tests/repo/spool_box.h - parts made up for tests. */
#ifndef LIUDI_TESTS_REPO_SPOOL_BOX_H
#define LIUDI_TESTS_REPO_SPOOL_BOX_H

#include "box.h"

#include "repo/spool.h"

#define REF0 "refs/heads/ws/pc-07/main/2026.0"
#define REF1 "refs/heads/ws/pc-07/main/2026.1"
#define DAY INT64_C(1795430400)		/* 2026-11-23 10:40:00 */

/* Manifest number SEQ is this text. */
static inline void
part_manifest(int64_t seq, char out[64], uint8_t sum[32])
{
	(void)snprintf(out, 64, "manifest %lld", (long long)seq);
	hash_sha256(sum, out, strlen(out));
}

/*
 * Commit part SEQ on PARENT with NBUNDLES bundles of BYTES each; the ref does
 * not move.  0 or -1.
 */
static inline int
part_make(struct spool *s, const char *parent, int64_t seq, size_t nbundles,
	size_t bytes, int64_t utc, const struct sshkey *key,
	char id[static CANON_ID_LEN], struct err *e)
{
	struct spool_part *p = spool_part_new(s, e);
	struct canon_path path = {DAY + seq * 3600, seq, -1};
	struct canon_run run;
	uint8_t *data = malloc(bytes ? bytes : 1);
	char manifest[64];
	size_t i;
	int rc = -1;

	memset(&run, 0, sizeof(run));
	run.seq = seq;
	run.has_prev = seq > 0;
	part_manifest(seq - 1, manifest, run.prev);
	part_manifest(seq, manifest, run.manifest);
	if (!run.has_prev)
		memset(run.prev, 0, 32);
	if (!p)
		goto out;
	for (i = 0; i < nbundles; i++) {
		box_bytes(data, bytes, (uint64_t)seq * 100 + i);
		path.bundle = (int)i;
		if (spool_part_add(p, &path, data, bytes, e) < 0)
			goto out;
		hash_sha256(run.bundle[i].sha256, data, bytes);
		run.bundle[i].bytes = bytes;
	}
	run.nbundles = nbundles;
	path.bundle = -1;
	if (spool_part_add(p, &path, manifest, strlen(manifest), e) < 0)
		goto out;
	rc = spool_part_commit(p, parent, "pc-07", utc, &run, key, id, e);
out:
	free(data);
	spool_part_free(p);
	return rc;
}

/* part_make() and spool_move() on REF. */
static inline int
part_commit(struct spool *s, const char *ref, int64_t seq, size_t nbundles,
	size_t bytes, const struct sshkey *key, char id[static CANON_ID_LEN],
	struct err *e)
{
	char head[CANON_ID_LEN];

	if (spool_head(s, ref, head, e) < 0 || part_make(s, head, seq,
	    nbundles, bytes, DAY + seq * 3600, key, id, e) < 0)
		return -1;
	return spool_move(s, ref, head, id, e);
}

#endif
