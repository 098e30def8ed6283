/* repo/drop.c - branches that go for good; docs/FORMAT.md section 18. */
#include "repo/drop.h"

#include <git2.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "repo/gitx.h"

#include "base/banned.h"

#define AT_ONCE 8		/* refs of a push, as the hook takes them */
#define SAID_MAX ((size_t)1 << 20)

/* Stock git without a deadline: it copies all that a mirror holds. */
static int
git(const struct central *c, const char *const argv[], struct buf *said,
	struct err *e)
{
	char **env = central_git_env(c, e);
	struct buf out = BUF_INIT(SAID_MAX);
	const char *const *vars;
	int rc;

	if (!env)
		return -1;
	memcpy(&vars, &env, sizeof(vars));
	rc = proc_run(argv, vars, NULL, 0, &out, said, 0, e);
	buf_release(&out);
	central_argv_free(env);
	return rc;
}

/* --- At the central. */

static int
refused(const char *said, struct err *e)
{
	const char *line = strstr(said, "liudi: REJECTED");
	const char *fatal = strstr(said, "fatal: ");

	if (line)
		return err_set(e, ERR_NET, "the central refused: %.*s",
		    (int)strcspn(line, "\n"), line);
	line = fatal ? fatal + strlen("fatal: ") : said;
	(void)err_set(e, ERR_NET, "cannot reach the central: %.*s",
	    (int)strcspn(line, "\n"), line);
	return err_hint(e, "check the network and 'central' in desk.ini, then "
	    "try again");
}

static int
push(const struct central *c, const char *dir, const struct drop_ref *v,
	size_t n, struct err *e)
{
	const char *argv[8 + 2 * AT_ONCE] = {"git", "-C", dir, "push", "-q",
		"--atomic"};
	struct buf said = BUF_INIT(SAID_MAX);
	char *word[1 + 2 * AT_ONCE] = {NULL};
	size_t k = 6, i;
	int rc = -1;

	word[0] = central_repo(c, "records");
	for (i = 0; i < n; i++) {
		word[1 + i] = str_fmt("--force-with-lease=%s:%s", v[i].ref,
		    v[i].head);
		word[1 + n + i] = str_fmt(":%s", v[i].ref);
	}
	for (i = 0; i < 1 + 2 * n; i++) {
		if (!word[i]) {
			(void)err_nomem(e);
			goto out;
		}
	}
	for (i = 0; i < n; i++)
		argv[k++] = word[1 + i];
	argv[k++] = word[0];
	for (i = 0; i < n; i++)
		argv[k++] = word[1 + n + i];
	argv[k] = NULL;
	rc = git(c, argv, &said, e);
	if (rc > 0)
		rc = refused(buf_str(&said), e);
out:
	for (i = 0; i < 1 + 2 * n; i++)
		free(word[i]);
	buf_release(&said);
	return rc;
}

int
drop_central(const struct central *c, const char *dir,
	const struct drop_ref *v, size_t n, struct err *e)
{
	size_t k;

	for (; n > 0; v += k, n -= k) {
		k = n < AT_ONCE ? n : AT_ONCE;
		if (push(c, dir, v, k, e) < 0)
			return -1;
	}
	return 0;
}

/* --- Here. */

static int
drop_ref(git_repository *repo, const struct drop_ref *v, struct err *e)
{
	git_reference *r = NULL;
	git_oid want;
	int rc = git_reference_lookup(&r, repo, v->ref);

	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0 || git_oid_fromstr(&want, v->head) < 0) {
		git_reference_free(r);
		return gitx_err(e, ERR_IO, "cannot read branch '%s'", v->ref);
	}
	rc = 0;
	if (git_reference_type(r) == GIT_REFERENCE_DIRECT &&
	    git_oid_equal(git_reference_target(r), &want) &&
	    git_reference_delete(r) < 0)
		rc = gitx_err(e, ERR_IO, "cannot delete branch '%s'", v->ref);
	git_reference_free(r);
	return rc;
}

int
drop_refs_there(const char *dir, const struct drop_ref *v, size_t n,
	struct err *e)
{
	git_repository *repo = NULL;
	git_oid id;
	size_t i;
	int rc = -1, there = 0;

	if (gitx_setup(e) < 0)
		return -1;
	if (git_repository_open_bare(&repo, dir) < 0) {
		(void)gitx_err(e, ERR_NOENT, "cannot open repository '%s'",
		    dir);
		goto out;
	}
	for (i = 0; i < n && !there; i++) {
		int found = git_reference_name_to_id(&id, repo, v[i].ref);

		if (found < 0 && found != GIT_ENOTFOUND) {
			(void)gitx_err(e, ERR_IO, "cannot read branch '%s'",
			    v[i].ref);
			goto out;
		}
		there = found == 0;
	}
	rc = there;
out:
	git_repository_free(repo);
	gitx_teardown();
	return rc;
}

int
drop_refs(const char *dir, const struct drop_ref *v, size_t n, struct err *e)
{
	git_repository *repo = NULL;
	size_t i;
	int rc = -1;

	if (gitx_setup(e) < 0)
		return -1;
	if (git_repository_open_bare(&repo, dir) < 0) {
		(void)gitx_err(e, ERR_NOENT, "cannot open repository '%s'",
		    dir);
		goto out;
	}
	for (i = 0; i < n; i++)
		if (drop_ref(repo, &v[i], e) < 0)
			goto out;
	rc = 0;
out:
	git_repository_free(repo);
	gitx_teardown();
	return rc;
}

/* A fetch that was killed leaves its pack locked: repack would pass it over. */
static int
unlock_pack(const char *name, void *arg, struct err *e)
{
	char *path;
	int rc;

	if (!str_ends(name, ".keep"))
		return 0;
	path = path_join(arg, name);
	rc = path ? file_remove(path, e) : err_nomem(e);
	free(path);
	return rc;
}

/* A repack that failed leaves what it wrote: as much as the disk had room. */
static int
remove_half(const char *name, void *arg, struct err *e)
{
	char *path;
	int rc;

	if (!str_starts(name, "tmp_") && !str_starts(name, ".tmp-"))
		return 0;
	path = path_join(arg, name);
	rc = path ? file_remove(path, e) : err_nomem(e);
	free(path);
	return rc;
}

static int
each_pack(const char *dir, int (*fn)(const char *name, void *arg,
	struct err *e), struct err *e)
{
	char *packs = path_join(dir, "objects/pack");
	int rc;

	if (!packs)
		return err_nomem(e);
	rc = file_is_dir(packs) ? file_each(packs, fn, packs, e) : 0;
	free(packs);
	return rc;
}

int
drop_objects(const struct central *c, const char *dir, struct err *e)
{
	/* what only a log of refs still names is not kept by it */
	const char *const step[][9] = {
		{"git", "-C", dir, "reflog", "expire", "--expire=never",
		    "--expire-unreachable=now", "--all", NULL},
		{"git", "-C", dir, "repack", "-a", "-d", "-q", NULL},
		{"git", "-C", dir, "prune", "--expire=now", NULL},
		{"git", "-C", dir, "multi-pack-index", "write", NULL}
	};
	struct buf said = BUF_INIT(SAID_MAX);
	struct err ignored = ERR_INIT;
	size_t i;
	int rc = each_pack(dir, unlock_pack, e);

	for (i = 0; i < sizeof(step) / sizeof(*step) && rc == 0; i++) {
		buf_clear(&said);
		rc = git(c, step[i], &said, e);
		/* without the index a walk is only slower */
		if (rc > 0 && strcmp(step[i][3], "multi-pack-index") == 0)
			rc = 0;
		if (rc > 0)
			rc = err_set(e, ERR_FAIL, "git %s in '%s': %.*s",
			    step[i][3], dir, (int)strcspn(buf_str(&said),
			    "\n"), buf_str(&said));
	}
	if (rc < 0)	/* the sync that comes next needs the room */
		(void)each_pack(dir, remove_half, &ignored);
	buf_release(&said);
	return rc;
}

int
drop_there(const char *dir, const char *id, struct err *e)
{
	git_repository *repo = NULL;
	git_odb *odb = NULL;
	git_oid oid;
	int rc = -1;

	if (gitx_setup(e) < 0)
		return -1;
	if (git_oid_fromstr(&oid, id) < 0 ||
	    git_repository_open_bare(&repo, dir) < 0 ||
	    git_repository_odb(&odb, repo) < 0)
		(void)gitx_err(e, ERR_NOENT, "cannot open repository '%s'",
		    dir);
	else
		rc = git_odb_exists(odb, &oid) == 1;
	git_odb_free(odb);
	git_repository_free(repo);
	gitx_teardown();
	return rc;
}
