/*
 * control/edit.c - new files in one signed commit of control or desk, pushed.
 *
 * A change is rare and small, so stock git does the work: it writes objects in
 * a way that its own fsck likes, and it pushes through the central's hooks.
 */
#include "control/edit.h"

#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "control/control.h"
#include "repo/canon.h"
#include "repo/mirror.h"

#include "base/banned.h"

#define OUT_MAX (1024 * 1024)
#define LOCAL_MS 60000
#define PUSH_MS 300000
#define NENV_OWN 2
#define MAX_WORDS 16

struct edit {
	const struct edit_job *job;
	const char *dir;	/* the job's */
	char *branch;		/* called as the repository */
	char *index;		/* of this edit only */
	char **git_env;		/* from repo/central */
	const char **env;	/* git_env, GIT_DIR and GIT_INDEX_FILE */
	char *own[NENV_OWN];
	char head[CANON_ID_LEN];	/* "" = none yet */
	int64_t utc;
	char tree[CANON_ID_LEN];
	char id[CANON_ID_LEN];
	bool raced;		/* the push came too late */
	bool durable;		/* each object is synced */
};

static int
edit_init(struct edit *d, struct err *e)
{
	size_t n = 0, i;

	d->branch = str_fmt("refs/heads/%s", d->job->repo);
	d->index = path_join(d->dir, "edit.index");
	d->git_env = central_git_env(d->job->central, e);
	if (!d->git_env)
		return -1;
	while (d->git_env[n])
		n++;
	d->env = calloc(n + NENV_OWN + 1, sizeof(*d->env));
	d->own[0] = str_fmt("GIT_DIR=%s", d->dir);
	d->own[1] = d->index ? str_fmt("GIT_INDEX_FILE=%s", d->index) : NULL;
	if (!d->branch || !d->env || !d->own[0] || !d->own[1])
		return err_nomem(e);
	for (i = 0; i < n; i++)
		d->env[i] = d->git_env[i];
	/* the last of a name counts */
	for (i = 0; i < NENV_OWN; i++)
		d->env[n + i] = d->own[i];
	return 0;
}

static void
edit_release(struct edit *d)
{
	struct err ignored = ERR_INIT;
	size_t i;

	if (d->index)
		(void)file_remove(d->index, &ignored);
	central_argv_free(d->git_env);
	free(d->env);
	for (i = 0; i < NENV_OWN; i++)
		free(d->own[i]);
	free(d->index);
	free(d->branch);
}

/*
 * Run git; its first line of output, if any, goes into LINE.  Returns its exit
 * status, or -1.
 */
static int
git(const struct edit *d, const char *const argv[], const void *in, size_t n,
	char *line, size_t line_size, struct buf *said, struct err *e)
{
	struct buf out = BUF_INIT(OUT_MAX);
	const char *words[MAX_WORDS] = {"git", "-c", "core.fsync=all"};
	size_t len, i;
	int rc;

	for (i = 1; argv[i] && i + 3 < MAX_WORDS; i++)
		words[i + 2] = argv[i];
	rc = proc_run(d->durable ? words : argv, d->env, in, n, &out, said,
	    LOCAL_MS, e);
	len = strcspn(buf_str(&out), "\n");
	if (line && len < line_size) {
		memcpy(line, buf_str(&out), len);
		line[len] = '\0';
	}
	buf_release(&out);
	return rc;
}

/* As git(), where anything but success is an error. */
static int
git_ok(const struct edit *d, const char *const argv[], const void *in,
	size_t n, char *line, size_t line_size, struct err *e)
{
	struct buf said = BUF_INIT(OUT_MAX);
	int rc;

	if (line)
		line[0] = '\0';
	rc = git(d, argv, in, n, line, line_size, &said, e);
	if (rc > 0)
		rc = err_set(e, ERR_FAIL, "git %s in '%s': %.*s", argv[1],
		    d->dir, (int)strcspn(buf_str(&said), "\n"),
		    buf_str(&said));
	buf_release(&said);
	return rc;
}

/* The clone, and where its branch stands. */
static int
open_clone(struct edit *d, struct err *e)
{
	char *first = str_fmt("--initial-branch=%s", d->job->repo);
	char *commit = str_fmt("%s^{commit}", d->branch);
	char *file = path_join(d->dir, "HEAD");
	const char *const init[] = {
		"git", "init", "-q", "--bare", "--template=", first, d->dir,
		NULL
	};
	const char *const head[] = {
		"git", "rev-parse", "-q", "--verify", commit, NULL
	};
	int rc = -1;

	if (!file || !first || !commit) {
		(void)err_nomem(e);
		goto out;
	}
	if (!file_exists(file) && (file_mkdirs(d->dir, 0700, e) < 0 ||
	    git_ok(d, init, NULL, 0, NULL, 0, e) < 0))
		goto out;
	if (git(d, head, NULL, 0, d->head, sizeof(d->head), NULL, e) < 0)
		goto out;
	rc = 0;
out:
	free(file);
	free(first);
	free(commit);
	return rc;
}

/* A commit is never dated before its parent, whatever the clock says. */
static int
not_before_parent(struct edit *d, struct err *e)
{
	const char *const argv[] = {
		"git", "show", "-s", "--format=%ct", d->head, NULL
	};
	char text[32];
	int64_t utc;

	if (!d->head[0])
		return 0;
	if (git_ok(d, argv, NULL, 0, text, sizeof(text), e) < 0)
		return -1;
	if (str_to_i64(text, 0, INT64_MAX, &utc) < 0)
		return err_set(e, ERR_FORMAT, "%s commit %.12s: no date",
		    d->job->repo, d->head);
	if (d->utc < utc)
		d->utc = utc;
	return 0;
}

/* One line of `update-index --index-info`. */
static int
index_line(const struct edit *d, const struct control_file *f,
	struct buf *lines, struct err *e)
{
	const char *const argv[] = {
		"git", "hash-object", "-w", "--stdin", NULL
	};
	char id[CANON_ID_LEN];

	if (!path_is_safe(f->path, strlen(f->path)))
		return err_set(e, ERR_FAIL, "'%s' is no path", f->path);
	if (!f->data)
		return buf_addf(lines, e, "0 %040d\t%s\n", 0, f->path);
	if (git_ok(d, argv, f->data, f->len, id, sizeof(id), e) < 0)
		return -1;
	return buf_addf(lines, e, "100644 %s\t%s\n", id, f->path);
}

static int
write_tree(struct edit *d, struct err *e)
{
	const struct edit_job *j = d->job;
	const char *const read[] = {
		"git", "read-tree", d->head[0] ? d->head : "--empty", NULL
	};
	const char *const update[] = {
		"git", "update-index", "--add", "--index-info", NULL
	};
	const char *const write[] = {"git", "write-tree", NULL};
	struct buf lines = BUF_INIT(OUT_MAX);
	int rc = -1;
	size_t i;

	if (git_ok(d, read, NULL, 0, NULL, 0, e) < 0)
		goto out;
	for (i = 0; i < j->n; i++)
		if (index_line(d, &j->files[i], &lines, e) < 0)
			goto out;
	if (git_ok(d, update, lines.data, lines.len, NULL, 0, e) < 0 ||
	    git_ok(d, write, NULL, 0, d->tree, sizeof(d->tree), e) < 0)
		goto out;
	rc = 0;
out:
	buf_release(&lines);
	return rc;
}

static int
write_commit(struct edit *d, struct err *e)
{
	const struct edit_job *j = d->job;
	const char *const argv[] = {
		"git", "hash-object", "-t", "commit", "-w", "--stdin", NULL
	};
	struct buf raw = BUF_INIT(CANON_MAX);
	char *mail = str_fmt("%s@liudi.invalid", j->name);
	char *text = str_fmt("%s%s", j->message,
	    str_ends(j->message, "\n") ? "" : "\n");
	int rc = -1;

	if (!mail || !text) {
		(void)err_nomem(e);
		goto out;
	}
	if (canon_build(&raw, d->tree, d->head, j->name, mail, d->utc, text,
	    strlen(text), j->key, e) < 0)
		goto out;
	rc = git_ok(d, argv, raw.data, raw.len, d->id, sizeof(d->id), e);
out:
	buf_release(&raw);
	free(mail);
	free(text);
	return rc;
}

/* Another desk was first: as git says it, here and at the central. */
static bool
lost_race(const char *said)
{
	static const char *const sign[] = {
		"[rejected]", "fetch first", "cannot lock ref",
		"failed to update ref", "incorrect old value"
	};
	size_t i;

	for (i = 0; i < sizeof(sign) / sizeof(*sign); i++)
		if (strstr(said, sign[i]))
			return true;
	return false;
}

/* What the central or git said: the hook's own line if there is one. */
static int
push_error(struct edit *d, const char *said, struct err *e)
{
	const char *line = strstr(said, "liudi: REJECTED");
	const char *fatal = strstr(said, "fatal: ");
	size_t n;

	if (line) {
		n = strcspn(line, "\n");
		while (n > 0 && line[n - 1] == ' ')
			n--;
		return err_set(e, ERR_NET, "the central refused: %.*s", (int)n,
		    line);
	}
	d->raced = lost_race(said);
	if (d->raced) {
		(void)err_set(e, ERR_NET,
		    "another desk made a change at the same time");
		return err_hint(e, "run 'liudi-desk sync', then try again");
	}
	line = fatal ? fatal + strlen("fatal: ") : said;
	(void)err_set(e, ERR_NET, "cannot reach the central: %.*s",
	    (int)strcspn(line, "\n"), line);
	return err_hint(e, "check the network and 'central' in desk.ini, then "
	    "try again");
}

static int
push(struct edit *d, struct err *e)
{
	char *url = central_repo(d->job->central, d->job->repo);
	char *spec = str_fmt("%s:%s", d->id, d->branch);
	struct buf out = BUF_INIT(OUT_MAX), said = BUF_INIT(OUT_MAX);
	int rc = -1, status;

	if (!url || !spec) {
		(void)err_nomem(e);
		goto out;
	}
	{
		const char *const argv[] = {"git", "push", "-q", url, spec,
		    NULL};

		status = proc_run(argv, d->env, NULL, 0, &out, &said, PUSH_MS,
		    e);
	}
	if (status < 0)
		goto out;
	if (status > 0) {
		(void)push_error(d, buf_str(&said), e);
		goto out;
	}
	rc = 0;
out:
	buf_release(&out);
	buf_release(&said);
	free(url);
	free(spec);
	return rc;
}

/* The clone follows only what the central has taken. */
static int
move_branch(const struct edit *d, struct err *e)
{
	const char *const argv[] = {
		"git", "update-ref", d->branch, d->id,
		d->head[0] ? d->head :
		    "0000000000000000000000000000000000000000", NULL
	};

	return git_ok(d, argv, NULL, 0, NULL, 0, e);
}

/* One try.  HEAD: what it was made on; *raced: another desk was first. */
static int
try_once(const struct edit_job *j, char head[static CANON_ID_LEN],
	bool *raced, struct err *e)
{
	struct edit d = {.job = j, .dir = j->dir, .utc = j->utc};
	int rc = -1;

	if (edit_init(&d, e) < 0 || open_clone(&d, e) < 0 ||
	    not_before_parent(&d, e) < 0 || write_tree(&d, e) < 0 ||
	    write_commit(&d, e) < 0 || push(&d, e) < 0 ||
	    move_branch(&d, e) < 0)
		goto out;
	rc = 0;
out:
	memcpy(head, d.head, CANON_ID_LEN);
	*raced = d.raced;
	edit_release(&d);
	return rc;
}

int
edit_commit(const struct edit_job *job, struct err *e)
{
	char head[CANON_ID_LEN];
	bool raced;

	return try_once(job, head, &raced, e);
}

/* --- Kept here first, and sent when the central can be reached. */

static char *
kept_ref(const struct edit_job *j)
{
	return str_fmt(EDIT_UNSENT "%s", j->repo);
}

/* d->id becomes what is kept, "" = nothing. */
static int
find_kept(struct edit *d, struct err *e)
{
	char *commit = str_fmt(EDIT_UNSENT "%s^{commit}", d->job->repo);
	const char *const argv[] = {
		"git", "rev-parse", "-q", "--verify", commit, NULL
	};
	int rc = commit ? git(d, argv, NULL, 0, d->id, sizeof(d->id), NULL,
	    e) : err_nomem(e);

	free(commit);
	return rc < 0 ? -1 : 0;
}

/* Is it part of the branch by now?  1, 0, -1. */
static int
is_sent(const struct edit *d, struct err *e)
{
	const char *const argv[] = {
		"git", "merge-base", "--is-ancestor", d->id, d->head, NULL
	};
	int rc;

	if (!d->head[0])
		return 0;
	rc = git(d, argv, NULL, 0, NULL, 0, NULL, e);
	return rc < 0 ? -1 : rc == 0;
}

int
edit_keep(const struct edit_job *job, struct err *e)
{
	struct edit d = {.job = job, .dir = job->dir, .utc = job->utc,
	    .durable = true};
	char *ref = kept_ref(job);
	const char *const argv[] = {"git", "update-ref", ref, d.id, NULL};
	int rc = -1;

	if (!ref) {
		(void)err_nomem(e);
		goto out;
	}
	if (edit_init(&d, e) < 0 || open_clone(&d, e) < 0 ||
	    not_before_parent(&d, e) < 0 || write_tree(&d, e) < 0 ||
	    write_commit(&d, e) < 0)
		goto out;
	rc = git_ok(&d, argv, NULL, 0, NULL, 0, e);
out:
	edit_release(&d);
	free(ref);
	return rc;
}

int
edit_kept(const struct edit_job *job, struct err *e)
{
	struct edit d = {.job = job, .dir = job->dir};
	int rc = -1;

	if (edit_init(&d, e) < 0 || open_clone(&d, e) < 0 ||
	    find_kept(&d, e) < 0)
		goto out;
	rc = EDIT_KEPT_NONE;
	if (d.id[0])
		rc = is_sent(&d, e);
	if (d.id[0] && rc >= 0)
		rc = rc > 0 ? EDIT_KEPT_SENT : EDIT_KEPT_WAITS;
out:
	edit_release(&d);
	return rc;
}

int
edit_send(const struct edit_job *job, bool *raced, struct err *e)
{
	struct edit d = {.job = job, .dir = job->dir};
	int rc = -1;

	if (edit_init(&d, e) < 0 || open_clone(&d, e) < 0 ||
	    find_kept(&d, e) < 0)
		goto out;
	if (d.id[0] && (push(&d, e) < 0 || move_branch(&d, e) < 0))
		goto out;
	rc = 0;
out:
	*raced = d.raced;
	edit_release(&d);
	return rc;
}

int
edit_drop(const struct edit_job *job, struct err *e)
{
	struct edit d = {.job = job, .dir = job->dir};
	char *ref = kept_ref(job);
	const char *const argv[] = {"git", "update-ref", "-d", ref, NULL};
	int rc = -1;

	if (!ref)
		(void)err_nomem(e);
	else if (edit_init(&d, e) == 0 && open_clone(&d, e) == 0)
		rc = git_ok(&d, argv, NULL, 0, NULL, 0, e);
	edit_release(&d);
	free(ref);
	return rc;
}

/* --- The same again on what another desk made. */

/* A file of two commits is the same, or missing in both.  1, 0, -1. */
static int
same_file(const char *dir, const char *a, const char *b, const char *path,
	struct err *e)
{
	struct buf x = BUF_INIT(OUT_MAX), y = BUF_INIT(OUT_MAX);
	int in_a = control_file_load(dir, a, path, &x, e);
	int in_b = in_a < 0 ? -1 : control_file_load(dir, b, path, &y, e);
	int rc = -1;

	if (in_a >= 0 && in_b >= 0)
		rc = in_a == in_b &&
		    str_cmp_bytes(x.data, x.len, y.data, y.len) == 0;
	buf_release(&x);
	buf_release(&y);
	return rc;
}

/* The other desk's commit must be good before ours says that it was. */
static int
catch_up(const struct edit_job *j, const char *old, char now[CANON_ID_LEN],
	struct err *e)
{
	struct control control;
	struct mirror *m;
	char *branch;
	int rc;

	if (mirror_fetch(j->central, j->repo, j->dir, NULL, e) < 0)
		return -1;
	if (strcmp(j->repo, "control") == 0) {
		rc = control_take(&control, j->dir, old, e);
		if (rc < 0)
			return -1;
		memcpy(now, control.commit, CANON_ID_LEN);
		control_release(&control);
		return rc > 0 ? -1 : 0;
	}
	branch = str_fmt("refs/heads/%s", j->repo);
	m = branch ? mirror_open(j->dir, e) : NULL;
	rc = m ? mirror_head(m, branch, now, e) : branch ? -1 : err_nomem(e);
	mirror_close(m);
	free(branch);
	return rc > 0 ? 0 : rc < 0 ? -1 :
	    err_set(e, ERR_INTEGRITY, "%s.git lost its branch", j->repo);
}

/* Nothing of ours was changed since OLD, so ours can stand on what is now. */
static int
check_untouched(const struct edit_job *j, const char *old, const char *now,
	struct err *e)
{
	size_t i;
	int same;

	for (i = 0; i < j->n; i++) {
		same = same_file(j->dir, old, now, j->files[i].path, e);
		if (same < 0)
			return -1;
		if (same)
			continue;
		(void)err_set(e, ERR_FAIL, "another desk changed '%s' at the "
		    "same time", j->files[i].path);
		return err_hint(e, "look at what it says now, then decide "
		    "again");
	}
	return 0;
}

int
edit_commit_again(const struct edit_job *job, unsigned tries, struct err *e)
{
	char head[CANON_ID_LEN], now[CANON_ID_LEN];
	bool raced = false;

	while (try_once(job, head, &raced, e) < 0) {
		/* without a head there was nothing; now there is a team */
		if (!raced || tries-- <= 1 || !head[0])
			return -1;
		err_clear(e);
		if (catch_up(job, head, now, e) < 0 ||
		    check_untouched(job, head, now, e) < 0)
			return -1;
	}
	return 0;
}

int
control_edit(const struct central *c, const char *dir, const char *name,
	const struct sshkey *key, int64_t utc, const char *message,
	const struct control_file *files, size_t n, struct err *e)
{
	const struct edit_job job = {c, "control", dir, name, key, utc,
	    message, files, n};

	return edit_commit(&job, e);
}
