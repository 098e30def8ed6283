/* repo/mirror.c - fetch without following a rewritten history, and walk. */
#include "repo/mirror.h"

#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/proc.h"
#include "base/str.h"
#include "repo/gitx.h"
#include "repo/packw.h"

#include "base/banned.h"

#define MAX_CHAIN 1000000
#define MAX_REFS 1000000
#define MAX_DEPTH 8
#define MAX_TREE (16u * 1024 * 1024)
#define MAX_OBJECT (64u * 1024 * 1024)
#define INCOMING "refs/incoming/"
#define HEADS "refs/heads/"

static const char config[] =
    "\tbigFileThreshold = 512k\n"
    "\tcompression = 0\n"
    "[gc]\n\tauto = 0\n"
    "[pack]\n\twindow = 0\n";

struct mirror {
	git_repository *repo;
	git_odb *odb;
};

/* --- fetching --- */

/* The central's branches, as they are now, under refs/incoming/. */
static int
fetch_incoming(const struct central *c, const char *name, const char *dir,
	struct err *e)
{
	char *url = central_repo(c, name);
	char **env = central_git_env(c, e);
	struct buf text = BUF_INIT(65536);
	int rc = -1, status;

	if (!url || !env) {
		if (!url)
			(void)err_nomem(e);
		goto out;
	}
	{
		const char *const argv[] = {"git", "-C", dir,
		    "-c", "fetch.unpackLimit=1", "-c", "gc.auto=0",
		    "-c", "transfer.fsckObjects=true",
		    "fetch", "--quiet", "--prune", "--no-tags",
		    "--no-write-fetch-head", "--no-auto-maintenance", url,
		    "+" HEADS "*:" INCOMING "*", NULL};

		status = proc_run(argv, (const char *const *)env, NULL, 0,
		    NULL, &text, 0, e);
	}
	if (status < 0)
		goto out;
	if (status != 0) {
		char *nl = text.data ? strchr((char *)text.data, '\n') : NULL;

		if (nl)
			*nl = '\0';
		(void)err_set(e, ERR_NET, "cannot fetch '%s': %s", url,
		    text.len > 0 ? buf_str(&text) : "git failed");
		(void)err_hint(e, "check the network and that the central "
		    "exists; then try again");
		goto out;
	}
	rc = 0;
out:
	central_argv_free(env);
	buf_release(&text);
	free(url);
	return rc;
}

static int
set_ref(git_repository *repo, const char *ref, const git_oid *id,
	struct err *e)
{
	git_reference *r = NULL;

	if (git_reference_create(&r, repo, ref, id, 1, "fetch") < 0)
		return gitx_err(e, ERR_IO, "cannot move '%s'", ref);
	git_reference_free(r);
	return 0;
}

static int
complain(struct buf *out, const char *ref, const char *what, struct err *e)
{
	return out ? buf_addf(out, e, "%s %s\n", ref, what) : 0;
}

/* One branch of the central: take it over if ours leads there. */
static int
take_ref(git_repository *repo, const char *incoming, struct buf *rewritten,
	struct err *e)
{
	char ref[256];
	git_oid now, ours;
	int rc;

	(void)snprintf(ref, sizeof(ref), HEADS "%s",
	    incoming + strlen(INCOMING));
	if (git_reference_name_to_id(&now, repo, incoming) < 0)
		return gitx_err(e, ERR_IO, "cannot read '%s'", incoming);
	rc = git_reference_name_to_id(&ours, repo, ref);
	if (rc == GIT_ENOTFOUND)
		return set_ref(repo, ref, &now, e);
	if (rc < 0)
		return gitx_err(e, ERR_IO, "cannot read '%s'", ref);
	if (git_oid_equal(&now, &ours))
		return 0;
	rc = git_graph_descendant_of(repo, &now, &ours);
	if (rc == 1)
		return set_ref(repo, ref, &now, e);
	if (rc < 0)
		return gitx_err(e, ERR_IO, "cannot compare '%s'", ref);
	rc = git_graph_descendant_of(repo, &ours, &now);
	return complain(rewritten, ref, rc == 1 ?
	    "went back to an earlier commit" : "was rewritten", e);
}

/* Names of refs that begin with PREFIX, sorted; free with git_strarray_free
 * semantics of our own: free each and the array. */
struct names {
	char **v;
	size_t n;
};

static void
names_release(struct names *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
names_load(struct names *l, git_repository *repo, const char *prefix,
	struct err *e)
{
	git_reference_iterator *it = NULL;
	const char *name;
	char glob[300];
	size_t cap = 0;
	int rc;

	memset(l, 0, sizeof(*l));
	(void)snprintf(glob, sizeof(glob), "%s*", prefix);
	if (git_reference_iterator_glob_new(&it, repo, glob) < 0)
		return gitx_err(e, ERR_IO, "cannot list branches");
	while ((rc = git_reference_next_name(&name, it)) == 0) {
		if (l->n == cap) {
			char **v;

			cap = cap ? 2 * cap : 64;
			v = cap > MAX_REFS ? NULL :
			    realloc(l->v, cap * sizeof(*v));
			if (!v)
				break;
			l->v = v;
		}
		l->v[l->n] = str_dup(name);
		if (!l->v[l->n])
			break;
		l->n++;
	}
	git_reference_iterator_free(it);
	if (rc != GIT_ITEROVER)
		return rc == 0 ? err_nomem(e) :
		    gitx_err(e, ERR_IO, "cannot list branches");
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), by_name);
	return 0;
}

/* Branches of ours that the central no longer has. */
static int
report_lost(git_repository *repo, struct buf *rewritten, struct err *e)
{
	struct names l;
	int rc = names_load(&l, repo, HEADS, e);

	for (size_t i = 0; rc == 0 && i < l.n; i++) {
		char incoming[256];
		git_oid id;

		(void)snprintf(incoming, sizeof(incoming), INCOMING "%s",
		    l.v[i] + strlen(HEADS));
		if (git_reference_name_to_id(&id, repo, incoming) ==
		    GIT_ENOTFOUND)
			rc = complain(rewritten, l.v[i],
			    "is gone from the central", e);
	}
	names_release(&l);
	return rc;
}

int
mirror_fetch(const struct central *c, const char *name, const char *dir,
	struct buf *rewritten, struct err *e)
{
	git_repository *repo = NULL;
	struct names l = {NULL, 0};
	int rc = -1;

	if (gitx_setup(e) < 0)
		return -1;
	if (gitx_bare(dir, "none", config, e) < 0 ||
	    fetch_incoming(c, name, dir, e) < 0)
		goto out;
	if (git_repository_open_bare(&repo, dir) < 0) {
		(void)gitx_err(e, ERR_IO, "cannot open '%s'", dir);
		goto out;
	}
	if (names_load(&l, repo, INCOMING, e) < 0)
		goto out;
	for (size_t i = 0; i < l.n; i++)
		if (take_ref(repo, l.v[i], rewritten, e) < 0)
			goto out;
	rc = report_lost(repo, rewritten, e);
out:
	names_release(&l);
	git_repository_free(repo);
	gitx_teardown();
	return rc;
}

/* --- reading --- */

struct mirror *
mirror_open(const char *dir, struct err *e)
{
	struct mirror *m = calloc(1, sizeof(*m));

	if (!m) {
		(void)err_nomem(e);
		return NULL;
	}
	if (gitx_setup(e) < 0) {
		free(m);
		return NULL;
	}
	if (git_repository_open_bare(&m->repo, dir) < 0 ||
	    git_repository_odb(&m->odb, m->repo) < 0) {
		(void)gitx_err(e, ERR_NOENT, "cannot open '%s'", dir);
		mirror_close(m);
		return NULL;
	}
	return m;
}

void
mirror_close(struct mirror *m)
{
	if (!m)
		return;
	git_odb_free(m->odb);
	git_repository_free(m->repo);
	free(m);
	gitx_teardown();
}

int
mirror_refs(struct mirror *m, const char *prefix,
	int (*fn)(void *arg, const char *ref, const char *id, struct err *e),
	void *arg, struct err *e)
{
	struct names l;
	int rc = names_load(&l, m->repo, prefix, e);

	for (size_t i = 0; rc == 0 && i < l.n; i++) {
		char id[CANON_ID_LEN];

		rc = mirror_head(m, l.v[i], id, e);
		if (rc == 1)
			rc = fn(arg, l.v[i], id, e);
	}
	names_release(&l);
	return rc;
}

int
mirror_head(struct mirror *m, const char *ref, char id[static CANON_ID_LEN],
	struct err *e)
{
	git_oid oid;
	int rc = git_reference_name_to_id(&oid, m->repo, ref);

	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0)
		return gitx_err(e, ERR_IO, "cannot read '%s'", ref);
	(void)git_oid_tostr(id, CANON_ID_LEN, &oid);
	return 1;
}

int
mirror_read(struct mirror *m, const char *id, int type, struct buf *out,
	struct err *e)
{
	git_odb_object *o = NULL;
	git_oid oid;
	int rc = -1;

	if (git_oid_fromstr(&oid, id) < 0)
		return err_set(e, ERR_FORMAT, "'%.50s' is no object id", id);
	if (git_odb_read(&o, m->odb, &oid) < 0)
		return gitx_err(e, ERR_INTEGRITY, "cannot read object %s", id);
	if ((int)git_odb_object_type(o) != type)
		(void)err_set(e, ERR_INTEGRITY, "object %s is of another kind",
		    id);
	else
		rc = buf_add(out, git_odb_object_data(o),
		    git_odb_object_size(o), e);
	git_odb_object_free(o);
	return rc;
}

static void
reverse(char (*ids)[CANON_ID_LEN], size_t n)
{
	char t[CANON_ID_LEN];

	for (size_t i = 0; i < n / 2; i++) {
		memcpy(t, ids[i], sizeof(t));
		memcpy(ids[i], ids[n - 1 - i], sizeof(t));
		memcpy(ids[n - 1 - i], t, sizeof(t));
	}
}

int
mirror_chain(struct mirror *m, const char *head, const char *stop,
	char (**ids)[CANON_ID_LEN], size_t *n, struct err *e)
{
	char (*v)[CANON_ID_LEN] = NULL;
	char at[CANON_ID_LEN], tree[CANON_ID_LEN];
	struct buf raw = BUF_INIT(CANON_MAX);
	size_t len = 0, cap = 0;
	int rc = -1;

	(void)snprintf(at, sizeof(at), "%s", head);
	while (at[0] != '\0' && strcmp(at, stop) != 0) {
		if (len == cap) {
			void *p;

			cap = cap ? 2 * cap : 256;
			p = cap > 2 * MAX_CHAIN ? NULL :
			    realloc(v, cap * sizeof(*v));
			if (!p) {
				(void)err_nomem(e);
				goto out;
			}
			v = p;
		}
		memcpy(v[len++], at, sizeof(at));
		buf_clear(&raw);
		if (mirror_read(m, at, PACKW_COMMIT, &raw, e) < 0 ||
		    gitx_commit_links(raw.data, raw.len, tree, at, e) < 0)
			goto out;
	}
	if (strcmp(at, stop) != 0) {
		(void)err_set(e, ERR_INTEGRITY,
		    "commit %.50s is not before %.50s", stop, head);
		goto out;
	}
	reverse(v, len);
	*ids = v;
	*n = len;
	v = NULL;
	rc = 0;
out:
	free(v);
	buf_release(&raw);
	return rc;
}

/* --- trees --- */

struct diff {
	struct mirror *m;
	int (*fn)(void *arg, const struct mirror_file *f, struct err *e);
	void *arg;
	char path[4096];
};

static void
hex_id(char out[static CANON_ID_LEN], const uint8_t *id)
{
	str_hex(out, id, 20);
}

static int
load_tree(struct mirror *m, const char *id, struct buf *out, struct err *e)
{
	return id[0] == '\0' ? 0 : mirror_read(m, id, PACKW_TREE, out, e);
}

static int
added_file(struct diff *d, const struct gitx_entry *en, size_t at,
	struct err *e)
{
	struct mirror_file f;
	git_oid oid;
	git_object_t type;
	size_t size;

	(void)at;
	if (en->mode != GITX_FILE)
		return err_set(e, ERR_INTEGRITY, "'%s' has mode %o", d->path,
		    en->mode);
	if (strlen(d->path) >= sizeof(f.path))
		return err_set(e, ERR_INTEGRITY, "'%.100s…' is no path of "
		    "records", d->path);
	memset(&f, 0, sizeof(f));
	(void)snprintf(f.path, sizeof(f.path), "%s", d->path);
	hex_id(f.id, en->id);
	memcpy(oid.id, en->id, sizeof(oid.id));
	if (git_odb_read_header(&size, &type, d->m->odb, &oid) < 0 ||
	    type != GIT_OBJECT_BLOB)
		return gitx_err(e, ERR_INTEGRITY, "'%s' is not there", d->path);
	f.bytes = size;
	return d->fn(d->arg, &f, e);
}

static int
diff_trees(struct diff *d, const char *old, const char *now, size_t at,
	int depth, struct err *e);

/* NOW has EN; OLD is the entry of that name before, or NULL. */
static int
diff_entry(struct diff *d, const struct gitx_entry *old,
	const struct gitx_entry *en, size_t at, int depth, struct err *e)
{
	char a[CANON_ID_LEN] = "", b[CANON_ID_LEN];
	int len;

	len = snprintf(d->path + at, sizeof(d->path) - at, "%s%.*s",
	    at > 0 ? "/" : "", (int)en->name_len, en->name);
	if (len < 0 || (size_t)len >= sizeof(d->path) - at)
		return err_set(e, ERR_INTEGRITY, "a path is too long");
	if (old && old->mode == en->mode && memcmp(old->id, en->id, 20) == 0)
		return 0;
	if (en->mode != GITX_DIR) {
		if (old)
			return err_set(e, ERR_INTEGRITY, "'%s' was changed",
			    d->path);
		return added_file(d, en, at, e);
	}
	if (old && old->mode != GITX_DIR)
		return err_set(e, ERR_INTEGRITY, "'%s' was changed", d->path);
	if (old)
		hex_id(a, old->id);
	hex_id(b, en->id);
	return diff_trees(d, a, b, at + (size_t)len, depth + 1, e);
}

static int
diff_trees(struct diff *d, const char *old, const char *now, size_t at,
	int depth, struct err *e)
{
	struct buf a = BUF_INIT(MAX_TREE), b = BUF_INIT(MAX_TREE);
	struct gitx_entry x, y;
	size_t i = 0, j = 0;
	int have_x, have_y, rc = -1;

	if (depth > MAX_DEPTH)
		return err_set(e, ERR_INTEGRITY, "the tree is too deep");
	if (load_tree(d->m, old, &a, e) < 0 || load_tree(d->m, now, &b, e) < 0)
		goto out;
	have_x = gitx_tree_next(a.data, a.len, &i, &x, e);
	have_y = gitx_tree_next(b.data, b.len, &j, &y, e);
	while (have_x == 1 || have_y == 1) {
		int c = have_x != 1 ? 1 : have_y != 1 ? -1 :
		    gitx_tree_cmp(&x, &y);

		if (have_x < 0 || have_y < 0)
			goto out;
		if (c < 0) {
			d->path[at] = '\0';
			(void)err_set(e, ERR_INTEGRITY,
			    "'%s/%.*s' was removed", d->path,
			    (int)x.name_len, x.name);
			goto out;
		}
		if (diff_entry(d, c == 0 ? &x : NULL, &y, at, depth, e) < 0)
			goto out;
		if (c == 0)
			have_x = gitx_tree_next(a.data, a.len, &i, &x, e);
		have_y = gitx_tree_next(b.data, b.len, &j, &y, e);
	}
	rc = have_x < 0 || have_y < 0 ? -1 : 0;
out:
	buf_release(&a);
	buf_release(&b);
	return rc;
}

int
mirror_added(struct mirror *m, const char *old_tree, const char *new_tree,
	int (*fn)(void *arg, const struct mirror_file *f, struct err *e),
	void *arg, struct err *e)
{
	struct diff *d = calloc(1, sizeof(*d));
	int rc;

	if (!d)
		return err_nomem(e);
	d->m = m;
	d->fn = fn;
	d->arg = arg;
	rc = diff_trees(d, old_tree, new_tree, 0, 0, e);
	free(d);
	return rc;
}

int
mirror_blob_at(struct mirror *m, const char *tree, const char *path,
	struct buf *out, struct err *e)
{
	struct buf raw = BUF_INIT(MAX_TREE);
	char at[CANON_ID_LEN];
	int rc = -1, more = 1;

	(void)snprintf(at, sizeof(at), "%s", tree);
	while (more) {
		size_t len = strcspn(path, "/"), pos = 0;
		struct gitx_entry en;
		int have;

		buf_clear(&raw);
		more = path[len] == '/';
		if (load_tree(m, at, &raw, e) < 0)
			goto out;
		while ((have = gitx_tree_next(raw.data, raw.len, &pos, &en,
			    e)) == 1)
			if (en.name_len == len &&
			    memcmp(en.name, path, len) == 0)
				break;
		if (have <= 0 || (en.mode == GITX_DIR) != more) {
			rc = have < 0 ? -1 : 0;
			goto out;
		}
		hex_id(at, en.id);
		path += len + (more ? 1 : 0);
	}
	rc = mirror_read(m, at, PACKW_BLOB, out, e) < 0 ? -1 : 1;
out:
	buf_release(&raw);
	return rc;
}
