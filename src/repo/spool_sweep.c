/* repo/spool_sweep.c - what a crash left; see the invariants in spool.c. */
#include "repo/spool_sweep.h"

#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "repo/gitx.h"
#include "repo/spool_odb.h"
#include "repo/spool_packs.h"

#include "base/banned.h"

struct sweep {
	const char *dir;
	const char *prefix;	/* NULL = any */
	const char *suffix;
	int depth;		/* folders below are swept as well */
};

static int
sweep_one(const char *name, void *arg, struct err *e)
{
	struct sweep *w = arg, below;
	char *path = path_join(w->dir, name);
	int rc = 0;

	if (!path)
		return err_nomem(e);
	if (file_is_dir(path) && w->depth > 0) {
		below = *w;
		below.dir = path;
		below.depth--;
		rc = file_each(path, sweep_one, &below, e);
	} else if ((!w->prefix || str_starts(name, w->prefix)) &&
	    (!w->suffix || str_ends(name, w->suffix))) {
		rc = file_remove_tree(path, e);
	}
	free(path);
	return rc;
}

int
spool_sweep(struct spool *s, struct err *e)
{
	struct sweep locks = {s->dir, NULL, ".lock", 0};
	struct sweep stage = {s->stage, NULL, NULL, 0};
	struct sweep packs = {s->packs, "tmp_", NULL, 0};
	struct sweep ref_locks = {NULL, NULL, ".lock", 8};
	struct sweep ref_temps = {NULL, FILE_TMP_PREFIX, NULL, 8};
	char *refs = path_join(s->dir, "refs");
	int rc = -1;

	if (!refs)
		return err_nomem(e);
	ref_locks.dir = ref_temps.dir = refs;
	if (file_each(s->dir, sweep_one, &locks, e) < 0 ||
	    file_each(s->stage, sweep_one, &stage, e) < 0 ||
	    file_each(s->packs, sweep_one, &packs, e) < 0 ||
	    file_each(refs, sweep_one, &ref_locks, e) < 0 ||
	    file_each(refs, sweep_one, &ref_temps, e) < 0)
		goto out;
	if (file_sweep(s->dir, e) < 0)
		goto out;
	rc = file_sweep(s->lists, e);
out:
	free(refs);
	return rc;
}

/* Mark the parts from HEAD down; they have no gap (invariant 2). */
static int
mark_alive(struct spool *s, const char *head, struct err *e)
{
	char id[CANON_ID_LEN], tree[CANON_ID_LEN], parent[CANON_ID_LEN];
	struct spool_packs *p;

	memcpy(id, head, CANON_ID_LEN);
	while (*id && (p = spool_packs_find(s, id)) != NULL && !p->alive) {
		p->alive = true;
		if (spool_links(s, id, tree, parent, e) < 0)
			return -1;
		memcpy(id, parent, CANON_ID_LEN);
	}
	return 0;
}

static int
mark_all(struct spool *s, struct err *e)
{
	git_reference_iterator *it = NULL;
	char head[CANON_ID_LEN];
	const char *name;
	int rc = -1;

	if (git_reference_iterator_new(&it, s->repo) < 0)
		return gitx_err(e, ERR_IO, "cannot list the spool's branches");
	while (git_reference_next_name(&name, it) == 0) {
		if (spool_head(s, name, head, e) < 0)
			goto out;
		if (*head && mark_alive(s, head, e) < 0)
			goto out;
	}
	rc = 0;
out:
	git_reference_iterator_free(it);
	return rc;
}

/* Remove the packs of part I that no other one wants, then the part. */
static int
part_drop(struct spool *s, size_t i, struct err *e)
{
	struct spool_packs *p = &s->part[i];
	size_t k;

	for (k = 0; k < p->npacks; k++)
		if (!spool_pack_wanted(s, p->pack[k].name, p) &&
		    spool_pack_remove(s, p->pack[k].name, e) < 0)
			return -1;
	return spool_packs_remove(s, i, e);
}

/* Finish what spool_received() and a merge began. */
static int
part_finish(struct spool *s, size_t *i, struct err *e)
{
	struct spool_packs *p = &s->part[*i];
	bool merged = p->received;
	size_t k;

	for (k = 0; k < p->npacks; k++) {
		if (p->pack[k].kind == PACK_SKELETON)
			merged = merged && !spool_pack_exists(s, p->pack[k].name);
		if (p->pack[k].kind == PACK_SENT &&
		    !spool_pack_wanted(s, p->pack[k].name, p) &&
		    spool_pack_remove(s, p->pack[k].name, e) < 0)
			return -1;
	}
	if (!merged) {
		++*i;
		return 0;
	}
	return spool_packs_remove(s, *i, e);
}

int
spool_collect(struct spool *s, struct err *e)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < s->nparts; i++)
		s->part[i].alive = false;
	if (mark_all(s, e) < 0)
		return -1;
	for (i = 0; i < s->nparts && rc == 0;)
		rc = s->part[i].alive ? part_finish(s, &i, e) :
		    part_drop(s, i, e);
	if (!s->repo && spool_reopen(s, rc < 0 ? NULL : e) < 0)
		rc = -1;
	return rc;
}
