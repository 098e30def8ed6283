/* repo/spool_part.c - a new part; docs/FORMAT.md section 2. */
#include "repo/spool_part.h"

#include <errno.h>
#include <git2.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "repo/gitx.h"
#include "repo/spool_odb.h"

#include "base/banned.h"

#define MAX_TREE ((size_t)16 << 20)
#define MAX_BUNDLE ((size_t)32 << 20)
#define MAX_PART ((uint64_t)48 << 20)
#define DEPTH 4			/* runs, year, month, day */

struct spool_part {
	struct spool *s;	/* borrowed */
	char parent[CANON_ID_LEN];	/* when it is committed */
	struct packw *bundles;
	struct packw *skeleton;
	struct canon_path first;
	struct canon_path now;	/* between spool_part_begin and _end */
	size_t now_len;
	uint64_t total;
	size_t nfiles;
	bool has_manifest;
	uint64_t seen;		/* bit per bundle number */
	uint64_t bytes[CANON_MAX_BUNDLES];
	struct {
		char name[CANON_PATH_LEN];
		uint8_t id[20];
	} file[CANON_MAX_BUNDLES + 1];
};

struct spool_part *
spool_part_new(struct spool *s, struct err *e)
{
	struct spool_part *p = calloc(1, sizeof(*p));

	if (!p) {
		(void)err_nomem(e);
		return NULL;
	}
	p->s = s;
	p->skeleton = packw_new(s->stage, e);
	/* Sealed bytes in bulk: the push makes the only checksum they need. */
	p->bundles = p->skeleton ? packw_new_passing(s->stage, e) : NULL;
	if (!p->bundles) {
		spool_part_free(p);
		return NULL;
	}
	return p;
}

void
spool_part_free(struct spool_part *p)
{
	if (!p)
		return;
	packw_free(p->bundles);
	packw_free(p->skeleton);
	free(p);
}

/* What docs/FORMAT.md section 2 allows. */
static int
check_file(struct spool_part *p, const struct canon_path *path, size_t n,
	struct err *e)
{
	if (p->nfiles > 0 && (path->started_utc != p->first.started_utc ||
	    path->seq != p->first.seq))
		return err_set(e, ERR_FAIL, "part: files of two runs");
	if (path->bundle < 0 ? p->has_manifest :
	    path->bundle >= CANON_MAX_BUNDLES ||
	    (p->seen >> path->bundle & 1))
		return err_set(e, ERR_FAIL, "part: file %d twice or too many",
		    path->bundle);
	if (n > (path->bundle < 0 ? SPOOL_MAX_MANIFEST : MAX_BUNDLE) ||
	    p->total + n > MAX_PART)
		return err_set(e, ERR_FAIL, "part: too large");
	return 0;
}

/* The file at PATH, of N bytes, is in its pack and its id known. */
static void
file_added(struct spool_part *p, const struct canon_path *path, size_t n)
{
	char text[CANON_PATH_LEN];

	canon_path_text(path, text);
	(void)snprintf(p->file[p->nfiles].name, CANON_PATH_LEN, "%s",
	    path_name(text));
	if (path->bundle < 0) {
		p->has_manifest = true;
	} else {
		p->seen |= UINT64_C(1) << path->bundle;
		p->bytes[path->bundle] = n;
	}
	p->first = *path;
	p->total += n;
	p->nfiles++;
}

int
spool_part_add(struct spool_part *p, const struct canon_path *path,
	const void *data, size_t n, struct err *e)
{
	struct packw *to = path->bundle < 0 ? p->skeleton : p->bundles;

	if (check_file(p, path, n, e) < 0 || packw_add(to, PACKW_BLOB, data,
	    n, p->file[p->nfiles].id, e) < 0)
		return -1;
	file_added(p, path, n);
	return 0;
}

int
spool_part_begin(struct spool_part *p, const struct canon_path *path,
	struct err *e)
{
	if (path->bundle < 0)
		return err_set(e, ERR_FAIL, "part: a manifest in pieces");
	if (check_file(p, path, 0, e) < 0)
		return -1;
	p->now = *path;
	p->now_len = 0;
	return packw_begin(p->bundles, PACKW_BLOB, e);
}

int
spool_part_write(struct spool_part *p, const void *data, size_t n,
	struct err *e)
{
	p->now_len += n;
	if (check_file(p, &p->now, p->now_len, e) < 0)
		return -1;
	return packw_write(p->bundles, data, n, e);
}

int
spool_part_end(struct spool_part *p, struct err *e)
{
	if (packw_end(p->bundles, p->file[p->nfiles].id, e) < 0)
		return -1;
	file_added(p, &p->now, p->now_len);
	return 0;
}

/* The id of folder NAME in a raw tree: 1, 0 if there is none, -1. */
static int
subtree(const struct buf *tree, const char *name, char id[static CANON_ID_LEN],
	struct err *e)
{
	struct gitx_entry entry;
	size_t pos = 0;
	int more;

	id[0] = '\0';
	while ((more = gitx_tree_next(tree->data, tree->len, &pos, &entry,
	    e)) > 0) {
		if (strcmp(entry.name, name) != 0)
			continue;
		if (entry.mode != GITX_DIR)
			return err_set(e, ERR_INTEGRITY,
			    "spool: '%s' is no folder", name);
		str_hex(id, entry.id, 20);
		return 1;
	}
	return more;
}

/*
 * The tree OLD ("" = empty) with the part's files at the folders of DIR[0..N);
 * trees that are new go to the skeleton.
 */
static int
build_tree(struct spool_part *p, const char *old, char *const dir[], size_t n,
	uint8_t id[static 20], struct err *e)
{
	struct buf tree = BUF_INIT(MAX_TREE);
	char below[CANON_ID_LEN];
	uint8_t sub[20];
	size_t i;
	int rc = -1;

	if (*old && spool_need(p->s, old, GIT_OBJECT_TREE, &tree, e) < 0)
		goto out;
	if (n > 0) {
		if (subtree(&tree, dir[0], below, e) < 0 ||
		    build_tree(p, below, dir + 1, n - 1, sub, e) < 0 ||
		    gitx_tree_put(&tree, GITX_DIR, dir[0], sub, e) < 0)
			goto out;
	}
	for (i = 0; n == 0 && i < p->nfiles; i++)
		if (gitx_tree_put(&tree, GITX_FILE, p->file[i].name,
		    p->file[i].id, e) < 0)
			goto out;
	rc = packw_add(p->skeleton, PACKW_TREE, tree.data, tree.len, id, e);
out:
	buf_release(&tree);
	return rc;
}

/* The root tree of the new commit. */
static int
build_root(struct spool_part *p, const char *old, char tree[static CANON_ID_LEN],
	struct err *e)
{
	char path[CANON_PATH_LEN], *dir[DEPTH], *at = path;
	uint8_t id[20];
	size_t i;

	canon_path_text(&p->first, path);
	for (i = 0; i < DEPTH; i++) {
		dir[i] = at;
		at = strchr(at, '/');
		if (!at)
			return err_set(e, ERR_FAIL, "part: bad path");
		*at++ = '\0';
	}
	if (build_tree(p, old, dir, DEPTH, id, e) < 0)
		return -1;
	str_hex(tree, id, 20);
	return 0;
}

/* RUN says what was added. */
static int
check_run(const struct spool_part *p, const struct canon_run *run,
	struct err *e)
{
	size_t i;

	if (!p->has_manifest || run->seq != p->first.seq ||
	    run->nbundles != p->nfiles - 1)
		return err_set(e, ERR_FAIL, "part: message and files differ");
	for (i = 0; i < run->nbundles; i++)
		if (!(p->seen >> i & 1) || p->bytes[i] != run->bundle[i].bytes)
			return err_set(e, ERR_FAIL,
			    "part: bundle %zu and the message differ", i);
	return 0;
}

/* The parent's tree and time; RUN must follow on it. */
static int
check_parent(struct spool_part *p, const struct canon_run *run,
	char tree[static CANON_ID_LEN], int64_t *min_utc, struct err *e)
{
	struct buf b = BUF_INIT(CANON_MAX);
	struct canon_run prev;
	struct canon c;
	int rc = -1;

	tree[0] = '\0';
	*min_utc = 0;
	if (!*p->parent)
		return 0;
	if (spool_need(p->s, p->parent, GIT_OBJECT_COMMIT, &b, e) < 0 ||
	    canon_parse(&c, b.data, b.len, e) < 0 ||
	    canon_run_parse(&prev, c.message, c.message_len, e) < 0)
		goto out;
	if (run->seq != prev.seq + 1 ||
	    memcmp(run->prev, prev.manifest, sizeof(run->prev)) != 0) {
		(void)err_set(e, ERR_FAIL, "part: number %" PRId64
		    " does not follow on %s", run->seq, p->parent);
		goto out;
	}
	memcpy(tree, c.tree, CANON_ID_LEN);
	*min_utc = c.time_utc;
	rc = 0;
out:
	buf_release(&b);
	return rc;
}

int
spool_add_commit(struct packw *pack, const char *tree, const char *parent,
	const char *name, int64_t utc, const void *message, size_t n,
	const struct sshkey *key, char id[static CANON_ID_LEN], struct err *e)
{
	struct buf b = BUF_INIT(CANON_MAX);
	char mail[96];
	uint8_t raw[20];
	int rc = -1;

	(void)snprintf(mail, sizeof(mail), "%s@liudi.invalid", name);
	if (canon_build(&b, tree, parent, name, mail, utc, message, n, key,
	    e) < 0)
		goto out;
	if (packw_add(pack, PACKW_COMMIT, b.data, b.len, raw, e) < 0)
		goto out;
	str_hex(id, raw, 20);
	rc = 0;
out:
	buf_release(&b);
	return rc;
}

int
spool_stage(struct spool *s, struct packw *w, enum pack_kind kind,
	struct spool_packs *l, struct err *e)
{
	char name[41], *path;
	struct stat st;

	if (packw_finish(w, name, e) < 0)
		return -1;
	if (!*name)
		return 0;
	path = spool_pack_path(s->stage, name, "pack");
	if (!path)
		return err_nomem(e);
	if (stat(path, &st) < 0) {
		(void)err_sys(e, errno, "cannot look at '%s'", path);
		free(path);
		return -1;
	}
	free(path);
	return spool_packs_add(l, kind, name, (uint64_t)st.st_size, e);
}

/* From stage/ to objects/pack: .pack first, then .idx. */
static int
unstage(struct spool *s, const char *name, struct err *e)
{
	static const char *const exts[] = {"pack", "idx"};
	char *from, *to;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < 2; i++) {
		from = spool_pack_path(s->stage, name, exts[i]);
		to = spool_pack_path(s->packs, name, exts[i]);
		if (!from || !to)
			rc = err_nomem(e);
		else if (file_exists(from))
			rc = file_rename(from, to, e);
		free(from);
		free(to);
	}
	return rc;
}

int
spool_publish(struct spool *s, const struct spool_packs *l, struct err *e)
{
	size_t i;

	if (spool_packs_save(s, l, e) < 0)
		return -1;
	for (i = 0; i < l->npacks; i++)
		if (unstage(s, l->pack[i].name, e) < 0)
			return -1;
	if (git_odb_refresh(s->odb) < 0)
		return gitx_err(e, ERR_IO, "cannot read the spool's packs");
	return 0;
}

int
spool_part_commit(struct spool_part *p, const char *parent,
	const char *station, int64_t time_utc, const struct canon_run *run,
	const struct sshkey *key, char id[static CANON_ID_LEN], struct err *e)
{
	struct buf message = BUF_INIT(CANON_MAX);
	char tree[CANON_ID_LEN], old[CANON_ID_LEN];
	struct spool_packs l;
	int64_t min_utc;
	int rc = -1;

	memset(&l, 0, sizeof(l));
	(void)snprintf(p->parent, sizeof(p->parent), "%s", parent);
	if (check_run(p, run, e) < 0 ||
	    check_parent(p, run, old, &min_utc, e) < 0)
		goto out;
	if (time_utc < min_utc)
		time_utc = min_utc;
	if (build_root(p, old, tree, e) < 0 ||
	    canon_run_message(run, &message, e) < 0)
		goto out;
	if (spool_add_commit(p->skeleton, tree, p->parent, station, time_utc,
	    message.data, message.len, key, l.id, e) < 0)
		goto out;
	if (spool_stage(p->s, p->bundles, PACK_BUNDLE, &l, e) < 0 ||
	    spool_stage(p->s, p->skeleton, PACK_SKELETON, &l, e) < 0)
		goto out;
	if (spool_publish(p->s, &l, e) < 0)
		goto out;
	memcpy(id, l.id, CANON_ID_LEN);
	rc = 0;
out:
	buf_release(&message);
	return rc;
}
