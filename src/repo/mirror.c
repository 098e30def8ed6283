/* repo/mirror.c - the desk's copy of a repository; docs/FORMAT.md section 2. */
#include "repo/mirror.h"

#include <git2.h>
#include <string.h>

#include "base/clock.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "repo/conn.h"
#include "repo/gitx.h"
#include "repo/packw.h"

#include "base/banned.h"

#define STALL_MS 120000
#define MAX_REFS 100000
#define MAX_LIST ((size_t)32 << 20)	/* text of ls-remote */
#define MAX_CHAIN 1000000u
#define MAX_TREE ((size_t)16 << 20)
#define MAX_DEPTH 8

static const char config[] =
	"\tbigFileThreshold = 512k\n"
	"\tcompression = 0\n"
	"\tlogAllRefUpdates = always\n"
	"[fetch]\n"
	"\tunpackLimit = 1\n"
	"\tfsckObjects = true\n"
	"[pack]\n"
	"\twindow = 0\n"
	"[gc]\n"
	"\tauto = 0\n";

struct mirror {
	git_repository *repo;
	git_odb *odb;
	bool started;
};

/* Names and ids, sorted by name. */
struct refs {
	struct ref {
		char *name;
		char id[CANON_ID_LEN];
	} *v;
	size_t n, cap;
};

static void
refs_release(struct refs *r)
{
	while (r->n > 0)
		free(r->v[--r->n].name);
	free(r->v);
	r->v = NULL;
}

static int
refs_add(struct refs *r, const char *name, const char *id, struct err *e)
{
	size_t cap = r->cap ? r->cap * 2 : 64;
	struct ref *v;

	if (r->n == MAX_REFS)
		return err_set(e, ERR_FORMAT, "more than %d branches",
		    MAX_REFS);
	if (r->n == r->cap) {
		v = realloc(r->v, cap * sizeof(*v));
		if (!v)
			return err_nomem(e);
		r->v = v;
		r->cap = cap;
	}
	r->v[r->n].name = str_dup(name);
	if (!r->v[r->n].name)
		return err_nomem(e);
	memcpy(r->v[r->n++].id, id, CANON_ID_LEN);
	return 0;
}

static int
cmp_ref(const void *a, const void *b)
{
	const struct ref *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static const struct ref *
refs_find(const struct refs *r, const char *name)
{
	struct ref want;
	char *copy;

	if (r->n == 0)
		return NULL;
	/* bsearch only reads it */
	memcpy(&copy, &name, sizeof(copy));
	want.name = copy;
	return bsearch(&want, r->v, r->n, sizeof(*r->v), cmp_ref);
}

/* --- fetching --- */

static int
feed_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

/* What git says last, or, before the sentences that it adds, ssh. */
static void
take_last(const struct central *c, struct conn *conn, char last[static 256])
{
	const char *line = conn_last_line(conn);	/* ends the buffer */
	const char *barred = central_barred(c, buf_str(&conn->err));

	if (barred)
		line = barred;
	(void)snprintf(last, 256, "%.*s", (int)strcspn(line, "\r\n"), line);
}

/* Stock git under a stall deadline; its exit status or -1. */
static int
git(const struct central *c, const char *const argv[], struct buf *out,
	char last[static 256], struct err *e)
{
	char **env = central_git_env(c, e);
	const char *const *vars;
	struct conn conn;
	bool never = false;
	int rc = -1;

	if (!env)
		return -1;
	memcpy(&vars, &env, sizeof(vars));
	if (conn_spawn(&conn, argv, vars, STALL_MS, e) < 0)
		goto out;
	conn.feed = feed_buf;
	conn.arg = out;
	if (conn_read(&conn, &never, e) < 0)
		goto out;
	rc = conn_status(&conn);
	take_last(c, &conn, last);
	if (rc < 0)
		(void)err_set(e, ERR_NET, "git does not end");
out:
	conn_close(&conn);
	central_argv_free(env);
	return rc;
}

/* For folders of another user; as in central_git_env(). */
static const char *
upload_pack(const struct central *c)
{
	return c->kind == CENTRAL_PATH ?
	    "--upload-pack=git -c safe.directory=* upload-pack" :
	    "--upload-pack=git-upload-pack";
}

static int
unreachable(const struct central *c, const char *name, const char *last,
	struct err *e)
{
	/* the end of a long sentence of git's */
	if (strcmp(last, "and the repository exists.") == 0)
		last = "it is not there, or we may not read it";
	(void)err_set(e, ERR_NET, "cannot fetch %s.git: %s", name,
	    *last ? last : "git gives no reason");
	return err_hint(e, central_barred(c, last) ? "what was fetched before "
	    "stays good, but the central does not let this login in: the "
	    "managers may have revoked it; ask them" : "what was fetched "
	    "before stays good; check the address, the key and the network");
}

/* "<id> TAB <name>" lines. */
static int
parse_refs(struct refs *r, char *text, struct err *e)
{
	uint8_t raw[20];
	char *lf;

	for (; (lf = strchr(text, '\n')) != NULL; text = lf + 1) {
		*lf = '\0';
		if (strlen(text) < 42 || text[40] != '\t' ||
		    str_unhex(raw, 20, text, 40) < 0)
			return err_set(e, ERR_FORMAT,
			    "git ls-remote: line makes no sense");
		text[40] = '\0';
		if (refs_add(r, text + 41, text, e) < 0)
			return -1;
	}
	if (r->n > 0)
		qsort(r->v, r->n, sizeof(*r->v), cmp_ref);
	return 0;
}

static int
keep_ref(void *arg, const char *ref, const char *id, struct err *e)
{
	return refs_add(arg, ref, id, e);
}

static int
list_held(const char *dir, struct refs *r, struct err *e)
{
	struct mirror *m = mirror_open(dir, e);
	int rc;

	if (!m)
		return -1;
	rc = mirror_refs(m, "refs/heads/", keep_ref, r, e);
	mirror_close(m);
	return rc;
}

/*
 * A folder of this machine is read as it lies: git would start four programs
 * to say the same.  False: let git try, or say what is wrong.
 */
static bool
list_folder(const struct central *c, const char *dir, struct refs *r)
{
	struct refs found = {NULL, 0, 0};
	struct err ignored = ERR_INIT;

	if (c->kind != CENTRAL_PATH)
		return false;
	if (list_held(dir, &found, &ignored) < 0) {
		refs_release(&found);
		return false;
	}
	*r = found;
	return true;
}

/* What the central has. */
static int
list_remote(const struct central *c, const char *name, const char *url,
	struct refs *r, struct err *e)
{
	const char *argv[] = {"git", "ls-remote", "--heads", upload_pack(c),
		"--", url, NULL};
	struct buf out = BUF_INIT(MAX_LIST);
	char last[256];
	int rc = -1, status;

	if (list_folder(c, url, r))
		return 0;
	status = git(c, argv, &out, last, e);
	if (status == 0)
		rc = out.data ? parse_refs(r, (char *)out.data, e) : 0;
	else if (status > 0)
		rc = unreachable(c, name, last, e);
	buf_release(&out);
	return rc;
}

bool
mirror_follows(struct mirror *m, const char *id, const char *held)
{
	git_oid a, b;

	if (strcmp(id, held) == 0)
		return true;
	return git_oid_fromstr(&a, id) == 0 && git_oid_fromstr(&b, held) == 0 &&
	    git_odb_exists(m->odb, &a) &&
	    git_graph_descendant_of(m->repo, &a, &b) == 1;
}

/* --- what is kept */

#define KEPT_TIME_LEN 17	/* "20261123T103000Z", NUL */

int64_t
mirror_kept(const char *ref, char live[static CANON_REF_LEN])
{
	const size_t n = sizeof(MIRROR_KEPT) - 1;
	const char *rest = ref;
	int64_t t = 0;
	int len;

	if (!str_starts(ref, MIRROR_KEPT)) {
		t = INT64_MAX;
	} else {
		for (rest += n; *rest && *rest != '/'; rest++)
			if (*rest >= '0' && *rest <= '9' &&
			    rest - ref < (int)n + KEPT_TIME_LEN)
				t = t * 10 + (*rest - '0');
		rest += *rest == '/';
	}
	len = snprintf(live, CANON_REF_LEN, "%s%s",
	    t == INT64_MAX ? "" : "refs/heads/", rest);
	if (len < 0 || len >= CANON_REF_LEN)
		live[0] = '\0';
	return t;
}

static int
count_ref(void *arg, const char *ref, const char *id, struct err *e)
{
	(void)ref;
	(void)id;
	(void)e;
	++*(size_t *)arg;
	return 0;
}

/* A time under which nothing is kept yet: UTC, or some seconds later. */
static int
free_time(struct mirror *m, int64_t utc, char out[static KEPT_TIME_LEN],
	struct err *e)
{
	char prefix[sizeof(MIRROR_KEPT) + KEPT_TIME_LEN];
	struct clock_date d;
	size_t n = 1;

	for (; n > 0; utc++) {
		clock_split_utc(utc, &d);
		(void)snprintf(out, KEPT_TIME_LEN,
		    "%04d%02d%02dT%02d%02d%02dZ", d.year % 10000, d.month,
		    d.day, d.hour, d.min, d.sec);
		(void)snprintf(prefix, sizeof(prefix), MIRROR_KEPT "%s/", out);
		n = 0;
		if (mirror_refs(m, prefix, count_ref, &n, e) < 0)
			return -1;
	}
	return 0;
}

/* The old head gets its new name first: it is never without one. */
static int
move_aside(struct mirror *m, const struct ref *held, const struct ref *now,
	const char *when, struct err *e)
{
	char *kept = str_fmt(MIRROR_KEPT "%s/%s", when,
	    held->name + strlen("refs/heads/"));
	git_reference *r = NULL, *live = NULL;
	git_oid old, new;
	int rc = -1;

	if (!kept) {
		(void)err_nomem(e);
		goto out;
	}
	if (git_oid_fromstr(&old, held->id) < 0 ||
	    (now && git_oid_fromstr(&new, now->id) < 0)) {
		(void)err_set(e, ERR_FORMAT, "'%s' is at no object id",
		    held->name);
		goto out;
	}
	if (now && !git_odb_exists(m->odb, &new)) {
		(void)err_set(e, ERR_NET,
		    "the central changed while it was read");
		(void)err_hint(e, "run the command again");
		goto out;
	}
	if (git_reference_create(&r, m->repo, kept, &old, 0,
	    "liudi: kept") < 0) {
		(void)gitx_err(e, ERR_IO, "cannot keep '%s'", held->name);
		goto out;
	}
	git_reference_free(r);
	r = NULL;
	if ((now && git_reference_create_matching(&r, m->repo, held->name,
	    &new, 1, &old, "liudi: accepted") < 0) ||
	    (!now && (git_reference_lookup(&live, m->repo, held->name) < 0 ||
	    git_reference_delete(live) < 0))) {
		(void)gitx_err(e, ERR_IO, "cannot move '%s'", held->name);
		goto out;
	}
	rc = 0;
out:
	git_reference_free(r);
	git_reference_free(live);
	free(kept);
	return rc;
}

/*
 * What we held before against what the central showed before the fetch: both
 * are known, whatever was pushed meanwhile.
 */
static int
compare(const char *dir, const struct refs *held, const struct refs *shown,
	const struct mirror_accept *accept, struct buf *rewritten, size_t *n,
	struct err *e)
{
	struct mirror *m = mirror_open(dir, e);
	char when[KEPT_TIME_LEN] = "";
	const struct ref *now;
	size_t i;
	int rc = -1;

	if (!m)
		return -1;
	for (i = 0; i < held->n; i++) {
		now = refs_find(shown, held->v[i].name);
		if (now && mirror_follows(m, now->id, held->v[i].id))
			continue;
		++*n;
		if (accept && accept->fn(accept->arg, held->v[i].name)) {
			if (!when[0] && free_time(m, accept->utc, when, e) < 0)
				goto out;
			if (move_aside(m, &held->v[i], now, when, e) < 0)
				goto out;
			continue;
		}
		if (rewritten && buf_addf(rewritten, e, "%s %s %s\n",
		    held->v[i].name, held->v[i].id, now ? now->id : "-") < 0)
			goto out;
	}
	rc = 0;
out:
	mirror_close(m);
	return rc;
}

/* Nothing new: one connection is enough to know. */
static bool
refs_equal(const struct refs *a, const struct refs *b)
{
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (strcmp(a->v[i].name, b->v[i].name) != 0 ||
		    strcmp(a->v[i].id, b->v[i].id) != 0)
			return false;
	return true;
}

/*
 * Each fetch is a pack, and looking through thousands of them for each object
 * is all that a walk does; one index over all of them ends that.  Without it
 * the walk is only slower.
 */
static void
index_packs(const struct central *c, const char *dir)
{
	const char *argv[] = {"git", "-C", dir, "multi-pack-index", "write",
		NULL};
	struct buf out = BUF_INIT(65536);
	struct err ignored = ERR_INIT;
	char last[256];

	(void)git(c, argv, &out, last, &ignored);
	buf_release(&out);
}

int
mirror_fetch(const struct central *c, const char *name, const char *dir,
	struct buf *rewritten, struct err *e)
{
	return mirror_fetch_accept(c, name, dir, NULL, rewritten, e);
}

int
mirror_fetch_accept(const struct central *c, const char *name,
	const char *dir, const struct mirror_accept *accept,
	struct buf *rewritten, struct err *e)
{
	char *url = central_repo(c, name), last[256] = "";
	const char *argv[] = {"git", "-C", dir, "fetch", "--quiet",
		"--no-tags", "--no-auto-maintenance", "--no-write-fetch-head",
		"--no-recurse-submodules", upload_pack(c), "--", url,
		"refs/heads/*:refs/heads/*", NULL};
	struct refs held = {NULL, 0, 0}, shown = {NULL, 0, 0};
	struct buf out = BUF_INIT(65536);
	size_t n = 0;
	int rc = -1, status;

	if (!url) {
		(void)err_nomem(e);
		goto out;
	}
	if (gitx_bare(dir, name, config, e) < 0 ||
	    list_held(dir, &held, e) < 0 ||
	    list_remote(c, name, url, &shown, e) < 0)
		goto out;
	if (refs_equal(&held, &shown)) {
		rc = 0;
		goto out;
	}
	/* An empty central is not an error. */
	status = shown.n > 0 ? git(c, argv, &out, last, e) : 0;
	if (status < 0)
		goto out;
	index_packs(c, dir);
	if (compare(dir, &held, &shown, accept, rewritten, &n, e) < 0)
		goto out;
	/* git says 1 when it refused a ref; the rest came in. */
	if (status != 0 && !(status == 1 && n > 0)) {
		(void)unreachable(c, name, last, e);
		goto out;
	}
	rc = 0;
out:
	buf_release(&out);
	refs_release(&held);
	refs_release(&shown);
	free(url);
	return rc;
}

/* --- reading --- */

int
mirror_setup(struct err *e)
{
	return gitx_setup(e);
}

void
mirror_teardown(void)
{
	gitx_teardown();
}

struct mirror *
mirror_open(const char *dir, struct err *e)
{
	struct mirror *m = calloc(1, sizeof(*m));

	if (!m) {
		(void)err_nomem(e);
		return NULL;
	}
	if (gitx_setup(e) < 0)
		goto bad;
	m->started = true;
	if (git_repository_open_bare(&m->repo, dir) < 0 ||
	    git_repository_odb(&m->odb, m->repo) < 0) {
		(void)gitx_err(e, ERR_NOENT, "cannot open repository '%s'",
		    dir);
		goto bad;
	}
	return m;
bad:
	mirror_close(m);
	return NULL;
}

void
mirror_close(struct mirror *m)
{
	if (!m)
		return;
	git_odb_free(m->odb);
	git_repository_free(m->repo);
	if (m->started)
		gitx_teardown();
	free(m);
}

static int
collect_refs(struct mirror *m, const char *prefix, struct refs *r,
	struct err *e)
{
	git_reference_iterator *it = NULL;
	char id[CANON_ID_LEN];
	const char *name;
	int rc = -1, got;

	if (git_reference_iterator_new(&it, m->repo) < 0)
		return gitx_err(e, ERR_IO, "cannot list branches");
	while ((got = git_reference_next_name(&name, it)) == 0) {
		if (!str_starts(name, prefix))
			continue;
		if (mirror_head(m, name, id, e) < 0)
			goto out;
		if (*id && refs_add(r, name, id, e) < 0)
			goto out;
	}
	if (got != GIT_ITEROVER) {
		(void)gitx_err(e, ERR_IO, "cannot list branches");
		goto out;
	}
	if (r->n > 0)
		qsort(r->v, r->n, sizeof(*r->v), cmp_ref);
	rc = 0;
out:
	git_reference_iterator_free(it);
	return rc;
}

int
mirror_refs(struct mirror *m, const char *prefix,
	int (*fn)(void *arg, const char *ref, const char *id, struct err *e),
	void *arg, struct err *e)
{
	struct refs r = {NULL, 0, 0};
	size_t i;
	int rc = -1;

	if (collect_refs(m, prefix, &r, e) < 0)
		goto out;
	for (i = 0; i < r.n; i++)
		if (fn(arg, r.v[i].name, r.v[i].id, e) < 0)
			goto out;
	rc = 0;
out:
	refs_release(&r);
	return rc;
}

int
mirror_head(struct mirror *m, const char *ref,
	char id[static CANON_ID_LEN], struct err *e)
{
	git_oid oid;
	int rc = git_reference_name_to_id(&oid, m->repo, ref);

	id[0] = '\0';
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0)
		return gitx_err(e, ERR_IO, "cannot read branch '%s'", ref);
	(void)git_oid_tostr(id, CANON_ID_LEN, &oid);
	return 1;
}

int
mirror_put_back(struct mirror *m, const char *ref, const char *id,
	struct err *e)
{
	git_reference *r = NULL;
	git_oid oid;
	int rc;

	if (git_oid_fromstr(&oid, id) < 0)
		return err_set(e, ERR_FORMAT, "'%.50s' is no object id", id);
	rc = git_reference_create(&r, m->repo, ref, &oid, 1,
	    "liudi: put back");
	git_reference_free(r);
	return rc < 0 ? gitx_err(e, ERR_IO, "cannot move '%s'", ref) : 0;
}

/*
 * libgit2 hashes what it reads with a SHA-1 that looks for collisions, at a
 * quarter of the speed of libcrypto's.  A blob is covered by a signed SHA-256
 * as well, so the fast one does: 28 % of a restore's processor time.
 */
static int
read_blob(struct mirror *m, const git_oid *oid, git_odb_object **out,
	struct err *e)
{
	char head[40], id[GIT_OID_HEXSZ + 1];
	uint8_t have[HASH_SHA1_LEN];
	struct hash h;
	int n, rc;

	(void)git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	rc = git_odb_read(out, m->odb, oid);
	(void)git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
	(void)git_oid_tostr(id, sizeof(id), oid);
	if (rc < 0)
		return gitx_err(e, ERR_INTEGRITY, "cannot read %s", id);
	if (hash_init(&h, HASH_SHA1, e) < 0)
		goto fail;
	n = snprintf(head, sizeof(head), "blob %zu", git_odb_object_size(*out));
	hash_update(&h, head, (size_t)n + 1);
	hash_update(&h, git_odb_object_data(*out), git_odb_object_size(*out));
	hash_final(&h, have);
	hash_release(&h);
	if (memcmp(have, oid->id, sizeof(have)) == 0)
		return 0;
	(void)err_set(e, ERR_INTEGRITY, "object %s is damaged", id);
fail:
	git_odb_object_free(*out);
	*out = NULL;
	return -1;
}

int
mirror_read(struct mirror *m, const char *id, int type, struct buf *out,
	struct err *e)
{
	git_odb_object *o = NULL;
	git_object_t kind;
	git_oid oid;
	size_t n;
	int rc;

	if (git_oid_fromstr(&oid, id) < 0)
		return err_set(e, ERR_FORMAT, "'%.50s' is no object id", id);
	/* The size first: what does not fit is not even unpacked. */
	rc = git_odb_read_header(&n, &kind, m->odb, &oid);
	if (rc == GIT_ENOTFOUND)
		return err_set(e, ERR_INTEGRITY, "object %s is missing", id);
	if (rc < 0)
		return gitx_err(e, ERR_INTEGRITY, "cannot read %s", id);
	if ((int)kind != type)
		return err_set(e, ERR_INTEGRITY, "object %s is a %s", id,
		    git_object_type2string(kind));
	if (out->len > out->max || n > out->max - out->len)
		return err_set(e, ERR_INTEGRITY,
		    "object %s is too large (%zu bytes)", id, n);
	if (type == PACKW_BLOB) {
		if (read_blob(m, &oid, &o, e) < 0)
			return -1;
	} else if (git_odb_read(&o, m->odb, &oid) < 0) {
		return gitx_err(e, ERR_INTEGRITY, "cannot read %s", id);
	}
	rc = buf_add(out, git_odb_object_data(o), git_odb_object_size(o), e);
	git_odb_object_free(o);
	return rc;
}

static void
reverse(char (*v)[CANON_ID_LEN], size_t n)
{
	char t[CANON_ID_LEN];
	size_t i;

	for (i = 0; i < n / 2; i++) {
		memcpy(t, v[i], sizeof(t));
		memcpy(v[i], v[n - 1 - i], sizeof(t));
		memcpy(v[n - 1 - i], t, sizeof(t));
	}
}

/* The parent of commit AT replaces it. */
static int
step(struct mirror *m, char at[static CANON_ID_LEN], struct buf *b,
	struct err *e)
{
	char tree[CANON_ID_LEN], parent[CANON_ID_LEN];

	buf_clear(b);
	if (mirror_read(m, at, PACKW_COMMIT, b, e) < 0 ||
	    gitx_commit_links(b->data, b->len, tree, parent, e) < 0)
		return -1;
	memcpy(at, parent, CANON_ID_LEN);
	return 0;
}

int
mirror_chain(struct mirror *m, const char *head, const char *stop,
	char (**ids)[CANON_ID_LEN], size_t *n, struct err *e)
{
	struct buf b = BUF_INIT(CANON_MAX);
	char (*v)[CANON_ID_LEN] = NULL, (*more)[CANON_ID_LEN];
	char at[CANON_ID_LEN];
	size_t len = 0, cap = 0;
	int rc = -1;

	(void)snprintf(at, sizeof(at), "%s", head);
	while (*at && strcmp(at, stop) != 0) {
		if (len == MAX_CHAIN) {
			(void)err_set(e, ERR_INTEGRITY,
			    "history of more than %u commits", MAX_CHAIN);
			goto out;
		}
		if (len == cap) {
			cap = cap ? cap * 2 : 64;
			more = realloc(v, cap * sizeof(*v));
			if (!more) {
				(void)err_nomem(e);
				goto out;
			}
			v = more;
		}
		memcpy(v[len++], at, CANON_ID_LEN);
		if (step(m, at, &b, e) < 0)
			goto out;
	}
	if (!*at && *stop) {
		(void)err_set(e, ERR_INTEGRITY,
		    "commit %s is not in the history of %s", stop, head);
		goto out;
	}
	reverse(v, len);
	*ids = v;
	v = NULL;
	*n = len;
	rc = 0;
out:
	free(v);
	buf_release(&b);
	return rc;
}

/* A walk through two trees at once. */
struct walk {
	struct mirror *m;
	int (*fn)(void *arg, const struct mirror_file *f, struct err *e);
	void *arg;
	char path[CANON_PATH_LEN];	/* of the folder, with its '/' */
	size_t len;
	int depth;
};

static int
odd(const struct walk *w, const struct gitx_entry *entry, const char *what,
	struct err *e)
{
	return err_set(e, ERR_INTEGRITY, "'%s%.100s' %s", w->path, entry->name,
	    what);
}

static int walk_trees(struct walk *w, const char *old, const char *new,
	struct err *e);

static int
added_file(struct walk *w, const struct gitx_entry *entry, struct err *e)
{
	struct mirror_file f;
	git_object_t type;
	git_oid oid;
	size_t n;

	memset(&f, 0, sizeof(f));
	memcpy(f.path, w->path, w->len);
	memcpy(f.path + w->len, entry->name, entry->name_len);
	str_hex(f.id, entry->id, 20);
	if (git_oid_fromraw(&oid, entry->id) < 0 ||
	    git_odb_read_header(&n, &type, w->m->odb, &oid) < 0)
		return gitx_err(e, ERR_INTEGRITY, "'%s' cannot be read",
		    f.path);
	if (type != GIT_OBJECT_BLOB)
		return odd(w, entry, "is no file", e);
	f.bytes = n;
	return w->fn(w->arg, &f, e);
}

/* Go into a folder: OLD may be NULL. */
static int
enter(struct walk *w, const struct gitx_entry *old,
	const struct gitx_entry *new, struct err *e)
{
	char old_id[CANON_ID_LEN] = "", new_id[CANON_ID_LEN];
	size_t len = w->len;
	int rc;

	if (w->depth == MAX_DEPTH)
		return odd(w, new, "is too deep", e);
	if (old)
		str_hex(old_id, old->id, 20);
	str_hex(new_id, new->id, 20);
	memcpy(w->path + len, new->name, new->name_len);
	w->path[len + new->name_len] = '/';
	w->len = len + new->name_len + 1;
	w->path[w->len] = '\0';
	w->depth++;
	rc = walk_trees(w, old_id, new_id, e);
	w->depth--;
	w->len = len;
	w->path[len] = '\0';
	return rc;
}

/* An entry of NEW; OLD is the one of the same name, or NULL. */
static int
walk_entry(struct walk *w, const struct gitx_entry *old,
	const struct gitx_entry *new, struct err *e)
{
	if (old && old->mode == new->mode && memcmp(old->id, new->id, 20) == 0)
		return 0;
	if (w->len + new->name_len + 2 > sizeof(w->path) ||
	    memchr(new->name, '/', new->name_len))
		return odd(w, new, "has a name that is none of ours", e);
	if (old && (old->mode != GITX_DIR || new->mode != GITX_DIR))
		return odd(w, new, "was changed", e);
	if (new->mode == GITX_DIR)
		return enter(w, old, new, e);
	if (new->mode != GITX_FILE)
		return odd(w, new, "is no plain file", e);
	return added_file(w, new, e);
}

/* The next entry of both; they must be in git's order. */
static int
next_sorted(const struct buf *b, size_t *pos, struct gitx_entry *at,
	struct err *e)
{
	struct gitx_entry prev = *at;
	bool first = *pos == 0;
	int rc = gitx_tree_next(b->data, b->len, pos, at, e);

	if (rc > 0 && !first && gitx_tree_cmp(&prev, at) >= 0)
		return err_set(e, ERR_INTEGRITY, "tree is not in order");
	return rc;
}

static bool
same_name(const struct gitx_entry *a, const struct gitx_entry *b)
{
	return a->name_len == b->name_len &&
	    memcmp(a->name, b->name, a->name_len) == 0;
}

static int
walk_both(struct walk *w, const struct buf *old, const struct buf *new,
	struct err *e)
{
	struct gitx_entry a, b;
	size_t pa = 0, pb = 0;
	int ra, rb;

	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	ra = next_sorted(old, &pa, &a, e);
	rb = next_sorted(new, &pb, &b, e);
	if (rb == 0)
		return err_set(e, ERR_INTEGRITY, "folder '%s' is empty",
		    w->path);
	while (ra > 0 || rb > 0) {
		if (ra < 0 || rb < 0)
			return -1;
		if (ra > 0 && rb > 0 && same_name(&a, &b)) {
			if (walk_entry(w, &a, &b, e) < 0)
				return -1;
			ra = next_sorted(old, &pa, &a, e);
			rb = next_sorted(new, &pb, &b, e);
		} else if (rb > 0 && (ra == 0 || gitx_tree_cmp(&b, &a) < 0)) {
			if (walk_entry(w, NULL, &b, e) < 0)
				return -1;
			rb = next_sorted(new, &pb, &b, e);
		} else {
			return odd(w, &a, "was removed", e);
		}
	}
	return ra < 0 || rb < 0 ? -1 : 0;
}

static int
walk_trees(struct walk *w, const char *old, const char *new, struct err *e)
{
	struct buf a = BUF_INIT(MAX_TREE), b = BUF_INIT(MAX_TREE);
	int rc = -1;

	if (*old && mirror_read(w->m, old, PACKW_TREE, &a, e) < 0)
		goto out;
	if (mirror_read(w->m, new, PACKW_TREE, &b, e) < 0)
		goto out;
	rc = walk_both(w, &a, &b, e);
	if (rc < 0 && e->code == ERR_FORMAT)
		e->code = ERR_INTEGRITY;	/* a tree that is none */
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
	struct walk w = {.m = m, .fn = fn, .arg = arg};

	if (strcmp(old_tree, new_tree) == 0)
		return 0;
	return walk_trees(&w, old_tree, new_tree, e);
}

int
mirror_entries(struct mirror *m, const char *tree,
	int (*fn)(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e), void *arg, struct err *e)
{
	struct buf b = BUF_INIT(MAX_TREE);
	struct gitx_entry entry;
	char id[CANON_ID_LEN];
	size_t pos = 0;
	int rc = mirror_read(m, tree, PACKW_TREE, &b, e);

	while (rc == 0 && (rc = gitx_tree_next(b.data, b.len, &pos, &entry,
	    e)) > 0) {
		str_hex(id, entry.id, 20);
		rc = fn(arg, entry.name, entry.mode, id, e);
	}
	buf_release(&b);
	return rc;
}

/* The entry NAME of tree ID: 1, 0, -1. */
static int
find_entry(struct mirror *m, const char *id, const char *name, size_t n,
	unsigned *mode, char found[static CANON_ID_LEN], struct err *e)
{
	struct buf b = BUF_INIT(MAX_TREE);
	struct gitx_entry entry;
	size_t pos = 0;
	int rc = mirror_read(m, id, PACKW_TREE, &b, e);

	if (rc == 0)
		while ((rc = gitx_tree_next(b.data, b.len, &pos, &entry,
		    e)) > 0)
			if (entry.name_len == n &&
			    memcmp(entry.name, name, n) == 0) {
				*mode = entry.mode;
				str_hex(found, entry.id, 20);
				break;
			}
	buf_release(&b);
	return rc;
}

int
mirror_tree(struct mirror *m, const char *id, char tree[static CANON_ID_LEN],
	struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	int rc = -1;

	if (mirror_read(m, id, PACKW_COMMIT, &raw, e) < 0)
		goto out;
	if (raw.len < 46 || memcmp(raw.data, "tree ", 5) != 0) {
		(void)err_set(e, ERR_FORMAT, "commit %.12s has no tree", id);
		goto out;
	}
	memcpy(tree, raw.data + 5, CANON_ID_LEN - 1);
	tree[CANON_ID_LEN - 1] = '\0';
	rc = 0;
out:
	buf_release(&raw);
	return rc;
}

/* What lies at PATH of TREE: 1, 0, -1. */
static int
find_path(struct mirror *m, const char *tree, const char *path,
	unsigned *mode, char at[static CANON_ID_LEN], struct err *e)
{
	char next[CANON_ID_LEN];
	size_t n;
	int rc;

	*mode = GITX_DIR;
	(void)snprintf(at, CANON_ID_LEN, "%s", tree);
	for (; *path; path += n + (path[n] == '/')) {
		n = strcspn(path, "/");
		if (*mode != GITX_DIR)
			return 0;
		rc = find_entry(m, at, path, n, mode, next, e);
		if (rc <= 0)
			return rc;
		memcpy(at, next, sizeof(next));
	}
	return 1;
}

int
mirror_entries_at(struct mirror *m, const char *tree, const char *path,
	int (*fn)(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e), void *arg, struct err *e)
{
	char at[CANON_ID_LEN];
	unsigned mode;
	int rc = find_path(m, tree, path, &mode, at, e);

	if (rc <= 0 || mode != GITX_DIR)
		return rc < 0 ? -1 : 0;
	return mirror_entries(m, at, fn, arg, e) < 0 ? -1 : 1;
}

int
mirror_blob_at(struct mirror *m, const char *tree, const char *path,
	struct buf *out, struct err *e)
{
	char at[CANON_ID_LEN];
	unsigned mode;
	int rc = find_path(m, tree, path, &mode, at, e);

	if (rc <= 0 || mode != GITX_FILE)
		return rc < 0 ? -1 : 0;
	return mirror_read(m, at, PACKW_BLOB, out, e) < 0 ? -1 : 1;
}
