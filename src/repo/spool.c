/*
 * repo/spool.c - the station's own bare repository; docs/FORMAT.md section 2.
 *
 * Beside git's folders the spool has two of its own.  stage/ takes packs while
 * they are written.  packs/<commit> says which packs hold what the commit adds:
 *
 *	bundle <40 hex> <bytes>		may go once the commit is received
 *	skeleton <40 hex> <bytes>	commit, trees and manifest
 *	sent <40 hex> <bytes>		was a bundle; its file may be gone
 *	received			the central has the commit
 *
 * Invariants: (1) a file of packs/ is on the disk before its packs leave
 * stage/, and those are in objects/pack before a ref moves: what a crash leaves
 * is either reachable or named by a file of packs/ whose commit is not;
 * (2) commits with a file in packs/ are the newest of a branch without a gap:
 * received ones lose theirs, all at once, when their skeletons are merged;
 * (3) no other pack is ever removed.
 */
#include "repo/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "repo/gitx.h"
#include "repo/packw.h"

#include "base/banned.h"

#define MAX_LIST 4096		/* bytes of a file of packs/ */
#define MAX_TREE ((size_t)16 << 20)
#define MAX_MANIFEST ((size_t)16 << 20)
#define MAX_BUNDLE ((size_t)32 << 20)
#define MAX_PART ((uint64_t)48 << 20)
#define MAX_CHAIN 1000000u
#define MAX_PART_PACKS 8
#define MERGE_AT 64		/* received skeletons */
#define MERGED_MAX ((uint64_t)8 << 20)	/* then a new merged pack begins */
#define MERGED "merged"		/* file of packs/: the newest merged pack */
#define DEPTH 4			/* runs, year, month, day */

static const char config[] =
	"\tbigFileThreshold = 512k\n"
	"\tcompression = 0\n"
	"[pack]\n"
	"\twindow = 0\n"
	"\tdeltaCacheSize = 0\n"
	"[gc]\n"
	"\tauto = 0\n";

enum pack_kind { PACK_BUNDLE, PACK_SKELETON, PACK_SENT };

static const char *const kind_names[] = {"bundle", "skeleton", "sent"};

/* A file of packs/. */
struct part {
	char id[CANON_ID_LEN];	/* the commit */
	bool received;
	bool alive;		/* reachable; while looking for dead ones */
	size_t npacks;
	struct {
		enum pack_kind kind;
		char name[41];
		uint64_t bytes;
	} pack[MAX_PART_PACKS];
};

struct spool {
	char *dir;
	char *packs;		/* objects/pack */
	char *stage;
	char *lists;		/* packs */
	git_repository *repo;
	git_odb *odb;		/* borrowed from repo's; own reference */
	bool started;		/* libgit2 */
	struct part *part;
	size_t nparts, cap;
};

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

/* --- files of packs/ --- */

static struct part *
part_find(struct spool *s, const char *id)
{
	size_t i;

	/* A few dozen, newest last. */
	for (i = s->nparts; i > 0; i--)
		if (strcmp(s->part[i - 1].id, id) == 0)
			return &s->part[i - 1];
	return NULL;
}

/* Room for one more; the struct is copied in. */
static int
part_keep(struct spool *s, const struct part *p, struct err *e)
{
	size_t cap = s->cap ? s->cap * 2 : 64;
	struct part *old = part_find(s, p->id), *v;

	if (old) {
		*old = *p;
		return 0;
	}
	if (s->nparts == s->cap) {
		v = realloc(s->part, cap * sizeof(*v));
		if (!v)
			return err_nomem(e);
		s->part = v;
		s->cap = cap;
	}
	s->part[s->nparts++] = *p;
	return 0;
}

static int
part_add(struct part *p, enum pack_kind kind, const char *name, uint64_t bytes,
	struct err *e)
{
	if (p->npacks == MAX_PART_PACKS)
		return err_set(e, ERR_FORMAT, "spool: too many packs of %s",
		    p->id);
	p->pack[p->npacks].kind = kind;
	memcpy(p->pack[p->npacks].name, name, 41);
	p->pack[p->npacks++].bytes = bytes;
	return 0;
}

/* One line without its LF. */
static int
parse_line(struct part *p, char *line, struct err *e)
{
	uint8_t raw[20];
	int64_t bytes;
	char *name, *num;
	size_t k;

	if (strcmp(line, "received") == 0) {
		p->received = true;
		return 0;
	}
	name = strchr(line, ' ');
	num = name ? strchr(name + 1, ' ') : NULL;
	if (!num)
		goto bad;
	*name++ = '\0';
	*num++ = '\0';
	for (k = 0; k < 3; k++)
		if (strcmp(line, kind_names[k]) == 0)
			break;
	if (k == 3 || str_unhex(raw, 20, name, strlen(name)) < 0 ||
	    str_to_i64(num, 0, INT64_MAX, &bytes) < 0)
		goto bad;
	return part_add(p, (enum pack_kind)k, name, (uint64_t)bytes, e);
bad:
	return err_set(e, ERR_FORMAT, "spool: the list of packs of %s is bad",
	    p->id);
}

static int
parse_list(struct part *p, char *text, struct err *e)
{
	char *lf;

	for (; *text; text = lf + 1) {
		lf = strchr(text, '\n');
		if (!lf)
			return err_set(e, ERR_FORMAT,
			    "spool: the list of packs of %s is cut", p->id);
		*lf = '\0';
		if (parse_line(p, text, e) < 0)
			return -1;
	}
	return 0;
}

/* file_each() over packs/ */
static int
load_list(const char *name, void *arg, struct err *e)
{
	struct buf b = BUF_INIT(MAX_LIST);
	struct spool *s = arg;
	struct part p;
	uint8_t raw[20];
	char *path;
	int rc = -1;

	if (str_unhex(raw, 20, name, strlen(name)) < 0)
		return 0;	/* "merged", or not ours */
	memset(&p, 0, sizeof(p));
	memcpy(p.id, name, CANON_ID_LEN);
	path = path_join(s->lists, name);
	if (!path)
		return err_nomem(e);
	if (file_load(path, &b, e) < 0 || buf_reserve(&b, 0, e) < 0)
		goto out;
	if (b.data && parse_list(&p, (char *)b.data, e) < 0) {
		(void)err_hint(e, "remove '%s' if it cannot be restored; the "
		    "next run is then full", s->dir);
		goto out;
	}
	rc = part_keep(s, &p, e);
out:
	free(path);
	buf_release(&b);
	return rc;
}

static int
part_save(struct spool *s, const struct part *p, struct err *e)
{
	struct buf b = BUF_INIT(MAX_LIST);
	char *path = path_join(s->lists, p->id);
	size_t i;
	int rc = -1;

	if (!path)
		return err_nomem(e);
	for (i = 0; i < p->npacks; i++)
		if (buf_addf(&b, e, "%s %s %" PRIu64 "\n",
		    kind_names[p->pack[i].kind], p->pack[i].name,
		    p->pack[i].bytes) < 0)
			goto out;
	if (p->received && buf_adds(&b, "received\n", e) < 0)
		goto out;
	if (file_save(path, b.data, b.len, 0600, e) < 0)
		goto out;
	rc = part_keep(s, p, e);
out:
	free(path);
	buf_release(&b);
	return rc;
}

/* Forget part I; the order of the others stays. */
static int
part_remove(struct spool *s, size_t i, struct err *e)
{
	char *path = path_join(s->lists, s->part[i].id);
	int rc;

	if (!path)
		return err_nomem(e);
	rc = file_remove(path, e);
	free(path);
	if (rc < 0)
		return -1;
	memmove(s->part + i, s->part + i + 1,
	    (--s->nparts - i) * sizeof(*s->part));
	return 0;
}

static char *
pack_path(const char *dir, const char *name, const char *ext)
{
	return str_fmt("%s/pack-%s.%s", dir, name, ext);
}

static bool
pack_exists(struct spool *s, const char *name)
{
	char *path = pack_path(s->packs, name, "pack");
	bool yes = path && file_exists(path);

	free(path);
	return yes;
}

static int
pack_remove(struct spool *s, const char *name, struct err *e)
{
	char *idx = pack_path(s->packs, name, "idx");
	char *pack = pack_path(s->packs, name, "pack");
	int rc = -1;

	if (!idx || !pack)
		(void)err_nomem(e);
	else if (file_remove(idx, e) == 0)
		rc = file_remove(pack, e);
	free(idx);
	free(pack);
	return rc;
}

/* True if a part other than NOT still wants the pack. */
static bool
pack_wanted(const struct spool *s, const char *name, const struct part *not)
{
	const struct part *p;
	size_t i;

	for (p = s->part; p < s->part + s->nparts; p++)
		for (i = 0; p != not && i < p->npacks; i++)
			if (p->pack[i].kind != PACK_SENT &&
			    strcmp(p->pack[i].name, name) == 0)
				return true;
	return false;
}

/* --- opening --- */

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

/* What a killed run left: it would block each later one. */
static int
sweep(struct spool *s, struct err *e)
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

/* libgit2 keeps packs open that were removed: begin anew. */
static int
reopen(struct spool *s, struct err *e)
{
	git_odb_free(s->odb);
	git_repository_free(s->repo);
	s->odb = NULL;
	s->repo = NULL;
	if (git_repository_open_bare(&s->repo, s->dir) < 0 ||
	    git_repository_odb(&s->odb, s->repo) < 0)
		return gitx_err(e, ERR_IO, "cannot open the spool '%s'",
		    s->dir);
	return 0;
}

/* Append the object; 1, 0 if it is not here, -1. */
static int
read_object(struct spool *s, const char *id, git_object_t type,
	struct buf *out, struct err *e)
{
	git_odb_object *o = NULL;
	git_oid oid;
	int rc, got;

	if (git_oid_fromstr(&oid, id) < 0)
		return err_set(e, ERR_FORMAT, "'%.50s' is no object id", id);
	got = git_odb_read(&o, s->odb, &oid);
	if (got == GIT_ENOTFOUND)
		return 0;
	if (got < 0)
		return gitx_err(e, ERR_IO, "cannot read %s", id);
	if (git_odb_object_type(o) != type)
		rc = err_set(e, ERR_FORMAT, "%s is a %s", id,
		    git_object_type2string(git_odb_object_type(o)));
	else
		rc = buf_add(out, git_odb_object_data(o),
		    git_odb_object_size(o), e) < 0 ? -1 : 1;
	git_odb_object_free(o);
	return rc;
}

/* As read_object, for one that must be here. */
static int
need_object(struct spool *s, const char *id, git_object_t type,
	struct buf *out, struct err *e)
{
	int rc = read_object(s, id, type, out, e);

	if (rc == 0) {
		(void)err_set(e, ERR_INTEGRITY, "spool: %s is missing", id);
		return err_hint(e, "move '%s' away; the next run is then "
		    "full", s->dir);
	}
	return rc < 0 ? -1 : 0;
}

/* Tree and parent of a commit. */
static int
links_of(struct spool *s, const char *id, char tree[static CANON_ID_LEN],
	char parent[static CANON_ID_LEN], struct err *e)
{
	struct buf b = BUF_INIT(CANON_MAX);
	int rc = need_object(s, id, GIT_OBJECT_COMMIT, &b, e);

	if (rc == 0)
		rc = gitx_commit_links(b.data, b.len, tree, parent, e);
	buf_release(&b);
	return rc;
}

/* Mark the parts from HEAD down; they have no gap (invariant 2). */
static int
mark_alive(struct spool *s, const char *head, struct err *e)
{
	char id[CANON_ID_LEN], tree[CANON_ID_LEN], parent[CANON_ID_LEN];
	struct part *p;

	memcpy(id, head, CANON_ID_LEN);
	while (*id && (p = part_find(s, id)) != NULL && !p->alive) {
		p->alive = true;
		if (links_of(s, id, tree, parent, e) < 0)
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
	struct part *p = &s->part[i];
	size_t k;

	for (k = 0; k < p->npacks; k++)
		if (!pack_wanted(s, p->pack[k].name, p) &&
		    pack_remove(s, p->pack[k].name, e) < 0)
			return -1;
	return part_remove(s, i, e);
}

/* Finish what spool_received() and a merge began. */
static int
part_finish(struct spool *s, size_t *i, struct err *e)
{
	struct part *p = &s->part[*i];
	bool merged = p->received;
	size_t k;

	for (k = 0; k < p->npacks; k++) {
		if (p->pack[k].kind == PACK_SKELETON)
			merged = merged && !pack_exists(s, p->pack[k].name);
		if (p->pack[k].kind == PACK_SENT &&
		    !pack_wanted(s, p->pack[k].name, p) &&
		    pack_remove(s, p->pack[k].name, e) < 0)
			return -1;
	}
	if (!merged) {
		++*i;
		return 0;
	}
	return part_remove(s, *i, e);
}

/* Drop what no branch reaches. */
static int
collect(struct spool *s, struct err *e)
{
	size_t i;

	for (i = 0; i < s->nparts; i++)
		s->part[i].alive = false;
	if (mark_all(s, e) < 0)
		return -1;
	for (i = 0; i < s->nparts;) {
		if (s->part[i].alive) {
			if (part_finish(s, &i, e) < 0)
				return -1;
		} else if (part_drop(s, i, e) < 0) {
			return -1;
		}
	}
	return 0;
}

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
	if (make_folders(s, dir, e) < 0 || sweep(s, e) < 0 ||
	    reopen(s, e) < 0)
		goto bad;
	if (file_each(s->lists, load_list, s, e) < 0 || collect(s, e) < 0 ||
	    reopen(s, e) < 0)
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

/* --- reading --- */

int
spool_head(struct spool *s, const char *ref, char id[static CANON_ID_LEN],
	struct err *e)
{
	git_oid oid;
	int rc = git_reference_name_to_id(&oid, s->repo, ref);

	id[0] = '\0';
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0)
		return gitx_err(e, ERR_IO, "cannot read branch '%s'", ref);
	(void)git_oid_tostr(id, CANON_ID_LEN, &oid);
	return 1;
}

int
spool_commit_read(struct spool *s, const char *id, struct buf *out,
	struct err *e)
{
	return read_object(s, id, GIT_OBJECT_COMMIT, out, e);
}

/* Ids from HEAD down to, not including, STOP ("" = all); newest first. */
struct chain {
	char (*id)[CANON_ID_LEN];
	size_t n, cap;
};

static int
chain_add(struct chain *c, const char *id, struct err *e)
{
	size_t cap = c->cap ? c->cap * 2 : 64;
	char (*v)[CANON_ID_LEN];

	if (c->n == c->cap) {
		v = c->n < MAX_CHAIN ? realloc(c->id, cap * sizeof(*v)) : NULL;
		if (!v)
			return err_nomem(e);
		c->id = v;
		c->cap = cap;
	}
	memcpy(c->id[c->n++], id, CANON_ID_LEN);
	return 0;
}

static int
chain_walk(struct spool *s, struct chain *c, const char *head,
	const char *stop, struct err *e)
{
	char id[CANON_ID_LEN], tree[CANON_ID_LEN], parent[CANON_ID_LEN];

	(void)snprintf(id, sizeof(id), "%s", head);
	while (*id && strcmp(id, stop) != 0) {
		if (chain_add(c, id, e) < 0 ||
		    links_of(s, id, tree, parent, e) < 0)
			return -1;
		memcpy(id, parent, CANON_ID_LEN);
	}
	if (!*id && *stop)
		return err_set(e, ERR_INTEGRITY,
		    "commit %s is not in the history of this spool", stop);
	return 0;
}

int
spool_has(struct spool *s, const char *ref, const char *id, bool *yes,
	struct err *e)
{
	char at[CANON_ID_LEN], tree[CANON_ID_LEN], parent[CANON_ID_LEN];
	size_t n = 0;

	*yes = false;
	if (spool_head(s, ref, at, e) < 0)
		return -1;
	while (*at) {
		if (strcmp(at, id) == 0) {
			*yes = true;
			return 0;
		}
		if (++n > MAX_CHAIN)
			return err_set(e, ERR_INTEGRITY, "spool: endless "
			    "history");
		if (links_of(s, at, tree, parent, e) < 0)
			return -1;
		memcpy(at, parent, CANON_ID_LEN);
	}
	return 0;
}

/* --- a new part --- */

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
	if (n > (path->bundle < 0 ? MAX_MANIFEST : MAX_BUNDLE) ||
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

	if (*old && need_object(p->s, old, GIT_OBJECT_TREE, &tree, e) < 0)
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
	if (need_object(p->s, p->parent, GIT_OBJECT_COMMIT, &b, e) < 0 ||
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

/* Build the commit object and put it into PACK; ID becomes its id. */
static int
add_commit(struct packw *pack, const char *tree, const char *parent,
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

/* Finish a pack in stage/ and note it in L. */
static int
stage_pack(struct spool *s, struct packw *w, enum pack_kind kind,
	struct part *l, struct err *e)
{
	char name[41], *path;
	struct stat st;

	if (packw_finish(w, name, e) < 0)
		return -1;
	if (!*name)
		return 0;
	path = pack_path(s->stage, name, "pack");
	if (!path)
		return err_nomem(e);
	if (stat(path, &st) < 0) {
		(void)err_sys(e, errno, "cannot look at '%s'", path);
		free(path);
		return -1;
	}
	free(path);
	return part_add(l, kind, name, (uint64_t)st.st_size, e);
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
		from = pack_path(s->stage, name, exts[i]);
		to = pack_path(s->packs, name, exts[i]);
		if (!from || !to)
			rc = err_nomem(e);
		else if (file_exists(from))
			rc = file_rename(from, to, e);
		free(from);
		free(to);
	}
	return rc;
}

/* The list, then the packs: see invariant 1. */
static int
part_publish(struct spool *s, const struct part *l, struct err *e)
{
	size_t i;

	if (part_save(s, l, e) < 0)
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
	struct part l;
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
	if (add_commit(p->skeleton, tree, p->parent, station, time_utc,
	    message.data, message.len, key, l.id, e) < 0)
		goto out;
	if (stage_pack(p->s, p->bundles, PACK_BUNDLE, &l, e) < 0 ||
	    stage_pack(p->s, p->skeleton, PACK_SKELETON, &l, e) < 0)
		goto out;
	if (part_publish(p->s, &l, e) < 0)
		goto out;
	memcpy(id, l.id, CANON_ID_LEN);
	rc = 0;
out:
	buf_release(&message);
	return rc;
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
	    collect(s, e) == 0)
		rc = reopen(s, e);
	free(dir);
	free(path);
	return rc;
}

/* --- re-dating --- */

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
copy_skeletons(struct spool *s, const struct part *old, struct packw *to,
	struct err *e)
{
	char *path;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < old->npacks; i++) {
		if (old->pack[i].kind != PACK_SKELETON)
			continue;
		path = pack_path(s->packs, old->pack[i].name, "pack");
		rc = path ? packw_each(path, MAX_MANIFEST, copy_object, to,
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
redate_one(struct spool *s, const struct part *old, char parent[static 41],
	int64_t utc, const struct sshkey *key, struct err *e)
{
	struct buf b = BUF_INIT(CANON_MAX);
	struct packw *w = NULL;
	struct part l;
	struct canon c;
	size_t i;
	int rc = -1;

	memset(&l, 0, sizeof(l));
	if (need_object(s, old->id, GIT_OBJECT_COMMIT, &b, e) < 0 ||
	    canon_parse(&c, b.data, b.len, e) < 0)
		goto out;
	w = packw_new(s->stage, e);
	if (!w || copy_skeletons(s, old, w, e) < 0)
		goto out;
	if (add_commit(w, c.tree, parent, c.name, utc, c.message,
	    c.message_len, key, l.id, e) < 0)
		goto out;
	for (i = 0; i < old->npacks; i++)
		if (old->pack[i].kind == PACK_BUNDLE && part_add(&l,
		    PACK_BUNDLE, old->pack[i].name, old->pack[i].bytes, e) < 0)
			goto out;
	if (stage_pack(s, w, PACK_SKELETON, &l, e) < 0 ||
	    part_publish(s, &l, e) < 0)
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
	if (need_object(s, id, GIT_OBJECT_COMMIT, &b, e) == 0 &&
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
	struct chain c = {NULL, 0, 0};
	struct part old, *p;
	int64_t min_utc;
	size_t i;
	int rc = -1;

	if (spool_head(s, ref, head, e) < 0 ||
	    chain_walk(s, &c, head, base, e) < 0 ||
	    time_of(s, base, &min_utc, e) < 0)
		goto out;
	if (new_utc < min_utc)
		new_utc = min_utc;
	(void)snprintf(parent, sizeof(parent), "%s", base);
	for (i = c.n; i > 0; i--) {
		p = part_find(s, c.id[i - 1]);
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
	    collect(s, e) < 0 || reopen(s, e) < 0))
		goto out;
	rc = 0;
out:
	free(c.id);
	return rc;
}

/* --- sending --- */

static int
gone(const char *id, struct err *e)
{
	(void)err_set(e, ERR_INTEGRITY, "what commit %s holds was received "
	    "once and is not kept here", id);
	return err_hint(e, "the central lost it: restore the central, or let "
	    "the next run begin a new branch");
}

static int
give_unsent(struct spool *s, const char *id,
	int (*fn)(void *arg, const char *id, const char *const packs[],
		size_t npacks, uint64_t bytes, struct err *e),
	void *arg, struct err *e)
{
	const struct part *p = part_find(s, id);
	char *paths[MAX_PART_PACKS] = {NULL};
	const char *list[MAX_PART_PACKS];
	uint64_t bytes = 0;
	size_t i, n = 0;
	int rc = -1;

	if (!p)
		return gone(id, e);
	for (i = 0; i < p->npacks; i++) {
		if (p->pack[i].kind == PACK_SENT ||
		    !pack_exists(s, p->pack[i].name)) {
			(void)gone(id, e);
			goto out;
		}
		paths[n] = pack_path(s->packs, p->pack[i].name, "pack");
		if (!paths[n]) {
			(void)err_nomem(e);
			goto out;
		}
		list[n] = paths[n];
		n++;
		bytes += p->pack[i].bytes;
	}
	rc = fn(arg, id, list, n, bytes, e);
out:
	for (i = 0; i < n; i++)
		free(paths[i]);
	return rc;
}

int
spool_unsent(struct spool *s, const char *ref, const char *received,
	int (*fn)(void *arg, const char *id, const char *const packs[],
		size_t npacks, uint64_t bytes, struct err *e),
	void *arg, struct err *e)
{
	struct chain c = {NULL, 0, 0};
	char head[CANON_ID_LEN];
	size_t i;
	int rc = -1;

	if (spool_head(s, ref, head, e) < 0 ||
	    chain_walk(s, &c, head, received, e) < 0)
		goto out;
	for (i = c.n; i > 0; i--)
		if (give_unsent(s, c.id[i - 1], fn, arg, e) < 0)
			goto out;
	rc = 0;
out:
	free(c.id);
	return rc;
}

/* The list says so first; then the files go. */
static int
part_received(struct spool *s, struct part *p, struct err *e)
{
	struct part l = *p;
	size_t i;

	l.received = true;
	for (i = 0; i < l.npacks; i++)
		if (l.pack[i].kind == PACK_BUNDLE)
			l.pack[i].kind = PACK_SENT;
	if (part_save(s, &l, e) < 0)
		return -1;
	for (i = 0; i < l.npacks; i++)
		if (l.pack[i].kind == PACK_SENT &&
		    !pack_wanted(s, l.pack[i].name, NULL) &&
		    pack_remove(s, l.pack[i].name, e) < 0)
			return -1;
	return 0;
}

/* The pack that the last merge made, if another may still grow it. */
static int
last_merged(struct spool *s, char name[static 41], struct err *e)
{
	struct buf b = BUF_INIT(64);
	char *path = path_join(s->lists, MERGED), *pack = NULL;
	struct stat st;
	uint8_t raw[20];
	int rc = -1;

	name[0] = '\0';
	if (!path)
		return err_nomem(e);
	if (!file_exists(path)) {
		rc = 0;
		goto out;
	}
	if (file_load(path, &b, e) < 0)
		goto out;
	rc = 0;
	if (b.len != 41 || str_unhex(raw, 20, buf_str(&b), 40) < 0)
		goto out;
	str_hex(name, raw, 20);
	pack = pack_path(s->packs, name, "pack");
	if (!pack || stat(pack, &st) < 0 ||
	    (uint64_t)st.st_size > MERGED_MAX)
		name[0] = '\0';
out:
	free(pack);
	free(path);
	buf_release(&b);
	return rc;
}

static int
save_merged(struct spool *s, const char *name, struct err *e)
{
	char *path = path_join(s->lists, MERGED);
	char text[CANON_ID_LEN + 1];
	int rc;

	if (!path)
		return err_nomem(e);
	(void)snprintf(text, sizeof(text), "%s\n", name);
	rc = file_save(path, text, strlen(text), 0600, e);
	free(path);
	return rc;
}

static bool
listed(const char *const names[], size_t n, const char *name)
{
	while (n > 0)
		if (strcmp(names[--n], name) == 0)
			return true;
	return false;
}

/* The skeletons of received parts into NAMES (room for all packs). */
static size_t
received_skeletons(const struct spool *s, const char *names[], size_t n)
{
	const struct part *p;
	size_t i;

	for (p = s->part; p < s->part + s->nparts; p++)
		for (i = 0; p->received && i < p->npacks; i++)
			if (p->pack[i].kind == PACK_SKELETON &&
			    !listed(names, n, p->pack[i].name))
				names[n++] = p->pack[i].name;
	return n;
}

/*
 * One pack in place of many: thousands make every look-up slow.  A crash on the
 * way leaves both, or lists of packs that are gone: part_finish() sees those.
 */
static int
merge(struct spool *s, struct err *e)
{
	const char **names = calloc(s->nparts * MAX_PART_PACKS + 1,
	    sizeof(*names));
	char last[41], made[41];
	size_t n = 0, i;
	int rc = -1;

	if (!names)
		return err_nomem(e);
	if (last_merged(s, last, e) < 0)
		goto out;
	if (*last)
		names[n++] = last;
	n = received_skeletons(s, names, n);
	if (packw_merge(s->packs, names, n, made, e) < 0 ||
	    save_merged(s, made, e) < 0)
		goto out;
	for (i = 0; i < s->nparts;) {
		if (!s->part[i].received)
			i++;
		else if (part_remove(s, i, e) < 0)
			goto out;
	}
	rc = 0;
out:
	free(names);
	return rc;
}

/* The commits from ID down that are not marked received; newest first. */
static int
chain_waiting(struct spool *s, struct chain *c, const char *id, struct err *e)
{
	char at[CANON_ID_LEN], tree[CANON_ID_LEN], parent[CANON_ID_LEN];
	const struct part *p;

	(void)snprintf(at, sizeof(at), "%s", id);
	while (*at && (p = part_find(s, at)) != NULL && !p->received) {
		if (chain_add(c, at, e) < 0 ||
		    links_of(s, at, tree, parent, e) < 0)
			return -1;
		memcpy(at, parent, CANON_ID_LEN);
	}
	return 0;
}

int
spool_received(struct spool *s, const char *ref, const char *id,
	struct err *e)
{
	struct chain c = {NULL, 0, 0};
	size_t i, n = 0;
	bool yes;
	int rc = -1;

	if (spool_has(s, ref, id, &yes, e) < 0)
		goto out;
	if (!yes) {
		(void)err_set(e, ERR_INTEGRITY,
		    "commit '%.50s' is not on branch '%s'", id, ref);
		goto out;
	}
	if (chain_waiting(s, &c, id, e) < 0)
		goto out;
	/* The oldest first: what is left after a crash has no gap. */
	for (i = c.n; i > 0; i--)
		if (part_received(s, part_find(s, c.id[i - 1]), e) < 0)
			goto out;
	for (i = 0; i < s->nparts; i++)
		n += s->part[i].received;
	if (n > MERGE_AT && merge(s, e) < 0)
		goto out;
	rc = reopen(s, e);
out:
	free(c.id);
	return rc;
}

int
spool_size(struct spool *s, uint64_t *bytes, struct err *e)
{
	const struct part *p;
	size_t i;

	(void)e;
	*bytes = 0;
	for (p = s->part; p < s->part + s->nparts; p++)
		for (i = 0; !p->received && i < p->npacks; i++)
			*bytes += p->pack[i].bytes;
	return 0;
}
