/* cli/desk/cmd_rehead.c - liudi-desk rehead: old records for new readers. */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "cli/desk/show.h"
#include "control/edit.h"
#include "desk/deskkeys.h"
#include "desk/rehead_make.h"
#include "desk/reheads.h"
#include "desk/sync.h"

#include "base/banned.h"

#define COMMIT_MAX REHEADS_TAR_MAX	/* bytes of one commit, about */
#define COMMIT_FILES 64

struct work {
	const struct cli *c;
	struct deskhome home;
	struct control control;
	struct opener *op;
	struct sshkey *sign;
	const char *as;
	uint32_t to;		/* recipients; 0 = all */
	char *dir;		/* tars that are to be sent */
	/* being gathered for a commit */
	char *path[COMMIT_FILES];
	struct buf data[COMMIT_FILES];
	size_t n, bytes;
	const char *folder;
	int64_t sent;
	int lock;		/* of the folder; -1: not taken */
};

static int
add_name(struct work *k, const struct control *c, const char *name,
	struct err *e)
{
	size_t i;

	for (i = 0; i < c->nrecipients; i++)
		if (strcmp(c->recipient[i].name, name) == 0) {
			k->to |= (uint32_t)1 << i;
			return 0;
		}
	(void)err_set(e, ERR_USAGE, "'%s' is no reader", name);
	return err_hint(e, "see 'liudi-desk key list'");
}

static int
find_names(struct work *k, struct err *e)
{
	const struct control *c = &k->control;
	const char *first = cli_value(k->c, "to");
	size_t i;

	if (first && add_name(k, c, first, e) < 0)
		return -1;
	for (i = 0; i < k->c->nargs; i++)
		if (add_name(k, c, k->c->args[i], e) < 0)
			return -1;
	return 0;
}

/* --- In the box. */

static int
on_problem(void *arg, const char *ref, const char *text, struct err *e)
{
	char filled[CLI_FILLED_LEN];
	const char *told = cli_tr_filled(text, filled);

	(void)arg;
	(void)e;
	cli_put_shown(stdout, ref, strlen(ref));
	(void)fputs(": ", stdout);
	cli_put_shown(stdout, told, strlen(told));
	(void)fputc('\n', stdout);
	return 0;
}

static int
make(struct box *b, void *arg, struct err *e)
{
	struct work *k = arg;
	struct rehead_job job = {.to = k->to, .dir = k->dir,
	    .problem = on_problem};
	char branches[CLI_COUNT_LEN], files[CLI_COUNT_LEN];
	char headers[CLI_COUNT_LEN];

	if (rehead_make(b, &job, e) < 0)
		return -1;
	if (!k->c->quiet)
		(void)printf(cli_tr("%s, %s, %s to be sent\n"),
		    cli_count(job.branches, "%lld branch", "%lld branches",
		    branches), cli_count(job.files, "%lld file",
		    "%lld files", files), cli_count(job.made,
		    "%lld new header", "%lld new headers", headers));
	return job.problems > 0 ? (int)CLI_INTEGRITY : (int)CLI_DONE;
}

/* --- Into desk.git. */

static void
drop(struct work *k)
{
	size_t i;

	for (i = 0; i < k->n; i++) {
		free(k->path[i]);
		buf_release(&k->data[i]);
	}
	k->n = k->bytes = 0;
}

static int
send_gathered(struct work *k, struct err *e)
{
	struct control_file files[COMMIT_FILES];
	const struct edit_job job = {&k->home.central, "desk", k->home.desk,
	    k->as, k->sign, clock_now_utc(), "new headers for readers",
	    files, k->n};
	size_t i;
	int rc;

	if (k->n == 0)
		return 0;
	for (i = 0; i < k->n; i++)
		files[i] = (struct control_file){k->path[i], k->data[i].data,
		    k->data[i].len};
	rc = edit_commit_again(&job, EDIT_TRIES, e);
	if (rc == 0)
		k->sent += (int64_t)k->n;
	drop(k);
	return rc;
}

/* What came out of the box is a name and bytes: neither is believed. */
static bool
plain_name(const char *s, const char *ending)
{
	size_t n = strlen(s);

	if (n == 0 || n >= CANON_REF_LEN || s[0] == '.' ||
	    (ending && !str_ends(s, ending)))
		return false;
	return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

static int
add_tar(const char *name, void *arg, struct err *e)
{
	struct work *k = arg;
	char *file;
	int rc = -1;

	if (!plain_name(name, ".tar"))
		return err_set(e, ERR_FAIL, "the reading process wrote "
		    "something else than headers");
	if ((k->n == COMMIT_FILES || k->bytes > COMMIT_MAX / 2) &&
	    send_gathered(k, e) < 0)
		return -1;
	file = str_fmt("%s/%s/%s", k->dir, k->folder, name);
	k->path[k->n] = str_fmt("rewrap/%s/%s", k->folder, name);
	buf_init(&k->data[k->n], REHEADS_TAR_MAX);
	k->n++;
	if (!file || !k->path[k->n - 1])
		(void)err_nomem(e);
	else
		rc = file_load(file, &k->data[k->n - 1], e);
	k->bytes += k->data[k->n - 1].len;
	free(file);
	return rc;
}

static int
add_folder(const char *name, void *arg, struct err *e)
{
	struct work *k = arg;
	char *dir;
	int rc;

	if (!plain_name(name, NULL))
		return err_set(e, ERR_FAIL, "the reading process wrote "
		    "something else than headers");
	dir = str_fmt("%s/%s", k->dir, name);
	if (!dir)
		return err_nomem(e);
	k->folder = name;
	rc = file_each(dir, add_tar, k, e);
	free(dir);
	return rc;
}

static int
send_all(struct work *k, struct err *e)
{
	int rc = file_each(k->dir, add_folder, k, e);

	if (rc == 0)
		rc = send_gathered(k, e);
	drop(k);
	return rc;
}

/* --- */

static int
prepare(struct work *k, struct err *e)
{
	const char *as = cli_value(k->c, "as");

	if (deskcmd_attach(k->c, DESKKEYS_OWNER, &k->home, &k->control,
	    e) < 0 || find_names(k, e) < 0)
		return -1;
	k->as = as ? as : deskcmd_owner(&k->home, &k->control);
	if (!k->as)
		k->as = deskcmd_name(&k->home);
	k->dir = str_fmt("%s/rehead.tmp", k->home.dir);
	if (!k->dir)
		return err_nomem(e);
	k->op = deskcmd_open_as(k->c, &k->home, k->as, &k->sign, e);
	/* What lies in the folder may be another's who is at it. */
	if (!k->op || deskhome_lock(&k->home, &k->lock, e) < 0 ||
	    file_remove_tree(k->dir, e) < 0 ||
	    file_mkdirs(k->dir, 0700, e) < 0)
		return -1;
	return sync_fetch(&k->home, NULL, NULL, e);
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work k = {.c = c, .lock = -1};
	struct err ignored = ERR_INIT;
	struct box b = {0};
	int rc = -1;

	if (cli_has(c, "all") == cli_has(c, "to") ||
	    (c->nargs > 0 && !cli_has(c, "to"))) {
		(void)err_set(e, ERR_USAGE, "for whom: --to NAME..., or --all");
		return CLI_FAILED;
	}
	if (prepare(&k, e) < 0)
		goto out;
	b.home = &k.home;
	b.opener = k.op;
	b.pass = &access_own;	/* nothing is shown */
	b.make = b.mirrors = true;
	b.rw = k.dir;
	rc = box_run(&b, make, &k, e);
	if (rc >= 0 && send_all(&k, e) < 0)
		rc = -1;
	if (rc >= 0 && !c->quiet && k.sent > 0)
		(void)printf("%s", cli_tr("sent; at the next 'liudi-desk sync' "
		    "their desks read the old records\n"));
out:
	if (k.lock >= 0)
		(void)file_remove_tree(k.dir, &ignored);
	opener_free(k.op);
	sshkey_free(k.sign);
	if (k.lock >= 0)
		(void)close(k.lock);	/* the lock ends with it */
	free(k.dir);
	control_release(&k.control);
	deskhome_release(&k.home);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"all", 0, NULL, "for all who may read today"},
	{"to", 0, "NAME", "for this one, and those named behind it"},
	{"as", 0, "NAME", "whose keys open the records"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_rehead = {
	.name = "rehead",
	.operands = "[NAME...]",
	.help = "make records readable for new managers",
	.options = options,
	.min_args = 0,
	.max_args = 16,
	.run = run
};
