/*
 * repo/spool.c - the station's own bare repository; docs/FORMAT.md section 2.
 *
 * Beside git's folders the spool has two of its own.  stage/ takes packs while
 * they are written; packs/ says which of them hold what a commit adds
 * (spool_packs.h).
 *
 * Invariants: (1) a file of packs/ is on the disk before its packs leave
 * stage/, and those are in objects/pack before a ref moves: what a crash leaves
 * is either reachable or named by a file of packs/ whose commit is not;
 * (2) commits with a file in packs/ are the newest of a branch without a gap:
 * received ones lose theirs, all at once, when their skeletons are merged;
 * (3) no other pack is ever removed.
 */
#include "repo/spool.h"

#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "repo/gitx.h"
#include "repo/spool_odb.h"
#include "repo/spool_packs.h"
#include "repo/spool_sweep.h"

#include "base/banned.h"

static const char config[] =
	"\tbigFileThreshold = 512k\n"
	"\tcompression = 0\n"
	"[pack]\n"
	"\twindow = 0\n"
	"\tdeltaCacheSize = 0\n"
	"[gc]\n"
	"\tauto = 0\n";

static int
make_folders(struct spool *s, const char *dir, struct err *e)
{
	s->dir = str_dup(dir);
	s->packs = path_join(dir, "objects/pack");
	s->stage = path_join(dir, "stage");
	s->lists = path_join(dir, "packs");
	if (!s->dir || !s->packs || !s->stage || !s->lists)
		return err_nomem(e);
	if (gitx_bare(dir, "none", config, e) < 0 || gitx_own(dir, e) < 0)
		return -1;
	if (file_mkdirs(s->stage, 0700, e) < 0)
		return -1;
	return file_mkdirs(s->lists, 0700, e);
}

struct spool *
spool_open(const char *dir, struct err *e)
{
	struct spool *s = calloc(1, sizeof(*s));

	if (!s) {
		(void)err_nomem(e);
		return NULL;
	}
	if (gitx_setup(e) < 0)
		goto bad;
	s->started = true;
	if (make_folders(s, dir, e) < 0 || spool_sweep(s, e) < 0 ||
	    spool_reopen(s, e) < 0)
		goto bad;
	if (file_each(s->lists, spool_packs_load, s, e) < 0 || spool_collect(s, e) < 0 ||
	    spool_reopen(s, e) < 0)
		goto bad;
	return s;
bad:
	spool_close(s);
	return NULL;
}

void
spool_close(struct spool *s)
{
	if (!s)
		return;
	git_odb_free(s->odb);
	git_repository_free(s->repo);
	if (s->started)
		gitx_teardown();
	free(s->part);
	free(s->dir);
	free(s->packs);
	free(s->stage);
	free(s->lists);
	free(s);
}

/* Folders above PATH up to DIR: a new one must be in its parent's entry. */
static int
sync_up(const char *dir, const char *path, struct err *e)
{
	char *at = path_dir(path), *up;
	int rc = at ? 0 : err_nomem(e);

	while (rc == 0 && strlen(at) > strlen(dir)) {
		up = path_dir(at);
		free(at);
		at = up;
		rc = at ? file_fsync_dir(at, e) : err_nomem(e);
	}
	free(at);
	return rc;
}

static int
write_ref(struct spool *s, const char *ref, const char *id, struct err *e)
{
	char *path = path_join(s->dir, ref), *dir = NULL;
	char text[CANON_ID_LEN + 1];
	bool fresh;
	int rc = -1;

	dir = path ? path_dir(path) : NULL;
	if (!dir) {
		(void)err_nomem(e);
		goto out;
	}
	fresh = !file_is_dir(dir);
	if (file_mkdirs(dir, 0700, e) < 0)
		goto out;
	if (fresh && sync_up(s->dir, path, e) < 0)
		goto out;
	(void)snprintf(text, sizeof(text), "%s\n", id);
	rc = file_save(path, text, strlen(text), 0600, e);
out:
	free(dir);
	free(path);
	return rc;
}

int
spool_move(struct spool *s, const char *ref, const char *old,
	const char *new_id, struct err *e)
{
	struct canon_ref parts;
	char now[CANON_ID_LEN];
	git_oid oid;

	if (canon_ref_parse(&parts, ref, e) < 0 ||
	    spool_head(s, ref, now, e) < 0)
		return -1;
	if (strcmp(now, old) != 0)
		return err_set(e, ERR_INTEGRITY,
		    "branch '%s' is at '%s', not at '%s'", ref, now, old);
	if (git_oid_fromstr(&oid, new_id) < 0 ||
	    !git_odb_exists(s->odb, &oid))
		return err_set(e, ERR_FAIL, "commit '%.50s' is not here",
		    new_id);
	return write_ref(s, ref, new_id, e);
}

int
spool_drop(struct spool *s, const char *ref, struct err *e)
{
	struct canon_ref parts;
	char *path, *dir;
	int rc = -1;

	if (canon_ref_parse(&parts, ref, e) < 0)
		return -1;
	path = path_join(s->dir, ref);
	dir = path ? path_dir(path) : NULL;
	if (!dir)
		(void)err_nomem(e);
	else if (!file_exists(path))
		rc = 0;
	else if (file_remove(path, e) == 0 && file_fsync_dir(dir, e) == 0 &&
	    spool_collect(s, e) == 0)
		rc = spool_reopen(s, e);
	free(dir);
	free(path);
	return rc;
}
