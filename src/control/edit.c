/*
 * control/edit.c - new files in one signed commit of control.git, pushed.
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
#include "repo/canon.h"

#include "base/banned.h"

#define BRANCH "refs/heads/control"
#define OUT_MAX (1024 * 1024)
#define LOCAL_MS 60000
#define PUSH_MS 300000
#define NENV_OWN 2

struct edit {
	const struct central *central;
	const char *dir;
	char *index;		/* of this edit only */
	char **git_env;		/* from repo/central */
	const char **env;	/* git_env, GIT_DIR and GIT_INDEX_FILE */
	char *own[NENV_OWN];
	char head[CANON_ID_LEN];	/* "" = none yet */
	int64_t utc;
	char tree[CANON_ID_LEN];
	char id[CANON_ID_LEN];
};

static int
edit_init(struct edit *d, struct err *e)
{
	size_t n = 0, i;

	d->index = path_join(d->dir, "edit.index");
	d->git_env = central_git_env(d->central, e);
	if (!d->git_env)
		return -1;
	while (d->git_env[n])
		n++;
	d->env = calloc(n + NENV_OWN + 1, sizeof(*d->env));
	d->own[0] = str_fmt("GIT_DIR=%s", d->dir);
	d->own[1] = d->index ? str_fmt("GIT_INDEX_FILE=%s", d->index) : NULL;
	if (!d->env || !d->own[0] || !d->own[1])
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
	size_t len;
	int rc;

	rc = proc_run(argv, d->env, in, n, &out, said, LOCAL_MS, e);
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
	const char *const init[] = {
		"git", "init", "-q", "--bare", "--template=",
		"--initial-branch=control", d->dir, NULL
	};
	const char *const head[] = {
		"git", "rev-parse", "-q", "--verify", BRANCH "^{commit}", NULL
	};
	char *file = path_join(d->dir, "HEAD");
	int rc = -1;

	if (!file)
		return err_nomem(e);
	if (!file_exists(file) && (file_mkdirs(d->dir, 0700, e) < 0 ||
	    git_ok(d, init, NULL, 0, NULL, 0, e) < 0))
		goto out;
	if (git(d, head, NULL, 0, d->head, sizeof(d->head), NULL, e) < 0)
		goto out;
	rc = 0;
out:
	free(file);
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
		return err_set(e, ERR_FORMAT, "control commit %.12s: no date",
		    d->head);
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
write_tree(struct edit *d, const struct control_file *files, size_t n,
	struct err *e)
{
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
	for (i = 0; i < n; i++)
		if (index_line(d, &files[i], &lines, e) < 0)
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
write_commit(struct edit *d, const char *name, const struct sshkey *key,
	const char *message, struct err *e)
{
	const char *const argv[] = {
		"git", "hash-object", "-t", "commit", "-w", "--stdin", NULL
	};
	struct buf raw = BUF_INIT(CANON_MAX);
	char *mail = str_fmt("%s@liudi.invalid", name);
	char *text = str_fmt("%s%s", message,
	    str_ends(message, "\n") ? "" : "\n");
	int rc = -1;

	if (!mail || !text) {
		(void)err_nomem(e);
		goto out;
	}
	if (canon_build(&raw, d->tree, d->head, name, mail, d->utc, text,
	    strlen(text), key, e) < 0)
		goto out;
	rc = git_ok(d, argv, raw.data, raw.len, d->id, sizeof(d->id), e);
out:
	buf_release(&raw);
	free(mail);
	free(text);
	return rc;
}

/* What the central or git said: the hook's own line if there is one. */
static int
push_error(const char *said, struct err *e)
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
	if (strstr(said, "[rejected]") || strstr(said, "fetch first")) {
		(void)err_set(e, ERR_NET,
		    "another desk changed control at the same time");
		return err_hint(e, "run 'liudi-desk sync', then try again");
	}
	line = fatal ? fatal + strlen("fatal: ") : said;
	(void)err_set(e, ERR_NET, "cannot reach the central: %.*s",
	    (int)strcspn(line, "\n"), line);
	return err_hint(e, "check the network and 'central' in desk.ini, then "
	    "try again");
}

static int
push(const struct edit *d, struct err *e)
{
	char *url = central_repo(d->central, "control");
	char *spec = str_fmt("%s:" BRANCH, d->id);
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
		(void)push_error(buf_str(&said), e);
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
		"git", "update-ref", BRANCH, d->id,
		d->head[0] ? d->head :
		    "0000000000000000000000000000000000000000", NULL
	};

	return git_ok(d, argv, NULL, 0, NULL, 0, e);
}

int
control_edit(const struct central *c, const char *dir, const char *name,
	const struct sshkey *key, int64_t utc, const char *message,
	const struct control_file *files, size_t n, struct err *e)
{
	struct edit d = {.central = c, .dir = dir, .utc = utc};
	int rc = -1;

	if (edit_init(&d, e) < 0 || open_clone(&d, e) < 0 ||
	    not_before_parent(&d, e) < 0 || write_tree(&d, files, n, e) < 0 ||
	    write_commit(&d, name, key, message, e) < 0 ||
	    push(&d, e) < 0 || move_branch(&d, e) < 0)
		goto out;
	rc = 0;
out:
	edit_release(&d);
	return rc;
}
