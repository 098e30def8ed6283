/* repo/spool_date.c - new dates for commits that nobody has received. */
#include "repo/spool.h"

#include <stdlib.h>
#include <string.h>

#include "repo/packw.h"
#include "repo/spool_odb.h"
#include "repo/spool_packs.h"
#include "repo/spool_part.h"
#include "repo/spool_sweep.h"

#include "base/banned.h"

/* All but the commit goes over. */
static int
copy_object(void *arg, enum packw_type type, const uint8_t id[static 20],
	const void *data, size_t n, struct err *e)
{
	uint8_t made[20];

	if (type == PACKW_COMMIT)
		return 0;
	if (packw_add(arg, type, data, n, made, e) < 0)
		return -1;
	if (memcmp(made, id, 20) != 0)
		return err_set(e, ERR_INTEGRITY,
		    "spool: an object does not have its id");
	return 0;
}

static int
copy_skeletons(struct spool *s, const struct spool_packs *old, struct packw *to,
	struct err *e)
{
	char *path;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < old->npacks; i++) {
		if (old->pack[i].kind != PACK_SKELETON)
			continue;
		path = spool_pack_path(s->packs, old->pack[i].name, "pack");
		rc = path ? packw_each(path, SPOOL_MAX_MANIFEST, copy_object, to,
		    e) : err_nomem(e);
		free(path);
	}
	return rc;
}

/*
 * The commit OLD again on PARENT with time max(*UTC, its parent's); PARENT and
 * *UTC become those of the new commit.
 */
static int
redate_one(struct spool *s, const struct spool_packs *old, char parent[static 41],
	int64_t utc, const struct sshkey *key, struct err *e)
{
	struct buf b = BUF_INIT(CANON_MAX);
	struct packw *w = NULL;
	struct spool_packs l;
	struct canon c;
	size_t i;
	int rc = -1;

	memset(&l, 0, sizeof(l));
	if (spool_need(s, old->id, GIT_OBJECT_COMMIT, &b, e) < 0 ||
	    canon_parse(&c, b.data, b.len, e) < 0)
		goto out;
	w = packw_new(s->stage, e);
	if (!w || copy_skeletons(s, old, w, e) < 0)
		goto out;
	if (spool_add_commit(w, c.tree, parent, c.name, utc, c.message,
	    c.message_len, key, l.id, e) < 0)
		goto out;
	for (i = 0; i < old->npacks; i++)
		if (old->pack[i].kind == PACK_BUNDLE && spool_packs_add(&l,
		    PACK_BUNDLE, old->pack[i].name, old->pack[i].bytes, e) < 0)
			goto out;
	if (spool_stage(s, w, PACK_SKELETON, &l, e) < 0 ||
	    spool_publish(s, &l, e) < 0)
		goto out;
	memcpy(parent, l.id, CANON_ID_LEN);
	rc = 0;
out:
	packw_free(w);
	buf_release(&b);
	return rc;
}

/* The time of commit ID, 0 for "". */
static int
time_of(struct spool *s, const char *id, int64_t *utc, struct err *e)
{
	struct buf b = BUF_INIT(CANON_MAX);
	struct canon c;
	int rc = -1;

	*utc = 0;
	if (!*id)
		return 0;
	if (spool_need(s, id, GIT_OBJECT_COMMIT, &b, e) == 0 &&
	    canon_parse(&c, b.data, b.len, e) == 0) {
		*utc = c.time_utc;
		rc = 0;
	}
	buf_release(&b);
	return rc;
}

int
spool_redate(struct spool *s, const char *ref, const char *base,
	int64_t new_utc, const struct sshkey *key, struct err *e)
{
	char head[CANON_ID_LEN], parent[CANON_ID_LEN];
	struct spool_chain c = {NULL, 0, 0};
	struct spool_packs old, *p;
	int64_t min_utc;
	size_t i;
	int rc = -1;

	if (spool_head(s, ref, head, e) < 0 ||
	    spool_chain_walk(s, &c, head, base, e) < 0 ||
	    time_of(s, base, &min_utc, e) < 0)
		goto out;
	if (new_utc < min_utc)
		new_utc = min_utc;
	(void)snprintf(parent, sizeof(parent), "%s", base);
	for (i = c.n; i > 0; i--) {
		p = spool_packs_find(s, c.id[i - 1]);
		if (!p || p->received) {
			(void)err_set(e, ERR_FAIL, "commit %s was received: "
			    "its date stays", c.id[i - 1]);
			goto out;
		}
		old = *p;	/* the list grows below */
		if (redate_one(s, &old, parent, new_utc, key, e) < 0)
			goto out;
	}
	if (c.n > 0 && (spool_move(s, ref, head, parent, e) < 0 ||
	    spool_collect(s, e) < 0 || spool_reopen(s, e) < 0))
		goto out;
	rc = 0;
out:
	free(c.id);
	return rc;
}
