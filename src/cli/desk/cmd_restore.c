/* cli/desk/cmd_restore.c - liudi-desk restore: files as they were. */
#include "cli/desk/show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/desk/progress.h"
#include "cli/desk/reads.h"
#include "desk/packout.h"
#include "desk/restore.h"

#include "base/banned.h"

struct work {
	const struct cli *c;
	struct restore_ask ask;
	struct progress progress;
};

static int
on_note(void *arg, enum restore_note kind, const char *path, size_t path_len,
	const char *text, struct err *e)
{
	struct work *k = arg;
	const struct cli *c = k->c;
	char filled[CLI_FILLED_LEN];

	(void)e;
	progress_clear(&k->progress);
	if (c->quiet && kind != RESTORE_FAILED)
		return 0;
	cli_put_shown(stderr, path, path_len);
	switch (kind) {
	case RESTORE_EXISTS:
		(void)fprintf(stderr, ": %s\n",
		    cli_tr("is there already, and stays"));
		break;
	case RESTORE_RENAMED:
		(void)fputs(" -> ", stderr);
		cli_put_shown(stderr, text, strlen(text));
		(void)fputc('\n', stderr);
		break;
	default:
		(void)fprintf(stderr, ": %s: ", cli_tr("not restored"));
		text = cli_tr_filled(text, filled);
		cli_put_shown(stderr, text, strlen(text));
		(void)fputc('\n', stderr);
	}
	return 0;
}

static void
on_planned(void *arg, int64_t bytes)
{
	struct work *k = arg;

	progress_total(&k->progress, bytes);
}

static int
restore(struct box *b, void *arg, struct err *e)
{
	struct work *k = arg;
	struct restore_report r;
	char size[CLI_SIZE_LEN], files[CLI_COUNT_LEN], bundles[CLI_COUNT_LEN];
	int rc;

	if (!b->catalogue) {
		(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
		return err_hint(e, "run 'liudi-desk sync'");
	}
	rc = restore_run(b, &k->ask, &r, e);
	progress_clear(&k->progress);
	if (rc < 0)
		return -1;
	if (!k->c->quiet)
		(void)printf(cli_tr("%s, %s, %s; %lld were there, "
		    "%lld renamed, %lld not restored\n"),
		    cli_count(r.files, "%lld file", "%lld files", files),
		    cli_size((uint64_t)r.bytes, size),
		    cli_count(r.bundles, "%lld bundle", "%lld bundles",
		    bundles), (long long)r.exists, (long long)r.renamed,
		    (long long)r.failed);
	if (r.older > 0)
		cli_warn(k->c, "%lld of them are perhaps not the newest: some "
		    "record could not be read ('liudi-desk ls -r' marks them)",
		    (long long)r.older);
	if (r.failed > 0)
		return (int)CLI_FAILED;
	return r.exists > 0 || r.older > 0 ? (int)CLI_WARNINGS : (int)CLI_DONE;
}

/* "STATION[:SOURCE[/PATH]]" */
static int
split_spec(const char *spec, char **station, char **source, char **path,
	struct err *e)
{
	const char *colon = strchr(spec, ':');

	*station = str_ndup(spec, colon ? (size_t)(colon - spec) :
	    strlen(spec));
	if (!*station)
		return err_nomem(e);
	return show_split(colon ? colon + 1 : NULL, source, path, e);
}

/*
 * The folder that the box may write to; made if it is missing.  What can be
 * known to be wrong with the target is told before anybody types a passphrase.
 */
static char *
writable(const char *to, bool overwrite, struct err *e)
{
	char *dir = packout_kind_of(to) == PACKOUT_NONE ? str_dup(to) :
	    path_dir(to);

	if (!dir) {
		(void)err_nomem(e);
		return NULL;
	}
	if (file_mkdirs(dir, 0700, e) < 0)
		goto fail;
	if (access(dir, W_OK | X_OK) < 0) {
		(void)err_sys(e, errno, "cannot write to '%s'", dir);
		goto fail;
	}
	if (packout_kind_of(to) == PACKOUT_NONE || !file_exists(to))
		return dir;
	if (file_is_dir(to))
		(void)err_set(e, ERR_USAGE, "'%s' is a folder", to);
	else if (!overwrite)
		(void)err_set(e, ERR_USAGE, "'%s' exists", to);
	else
		return dir;
	(void)err_hint(e, "choose another name, or --overwrite");
fail:
	free(dir);
	return NULL;
}

/* Who restores what is written down before the first byte. */
static int
note(const struct work *k, struct opener *op, struct access_pass *pass,
	struct err *e)
{
	const struct restore_ask *r = &k->ask;
	const int64_t day = r->at == INT64_MAX ? ACCESS_NO_DAY : r->at;
	char *view = r->path ? str_fmt("%s/%s", r->source, r->path) :
	    r->source ? str_dup(r->source) : NULL;
	const struct access_ask ask = {"restore", r->station, view, day, day,
	    NULL};
	int rc = -1;

	if (r->source && !view)
		(void)err_nomem(e);
	else
		rc = reads_note(k->c, op, &ask, pass, NULL, e);
	free(view);
	return rc;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct access_pass pass = {false};
	struct work k = {.c = c};
	char *station = NULL, *source = NULL, *path = NULL, *to = NULL;
	char *dir = NULL;
	struct opener *op = NULL;
	struct box b = {0};
	struct deskhome h;
	int rc = -1;

	k.ask.at = INT64_MAX;
	if (deskhome_names(&h, c->home, e) < 0)
		return CLI_FAILED;
	if (!cli_has(c, "to")) {
		(void)err_set(e, ERR_USAGE, "--to is missing");
		(void)err_hint(e, "name a folder, or a file ending in "
		    ".tar.zst or .zip");
		goto out;
	}
	if (cli_has(c, "at") &&
	    clock_parse(cli_value(c, "at"), &k.ask.at, e) < 0)
		goto out;
	if (split_spec(c->args[0], &station, &source, &path, e) < 0)
		goto out;
	to = path_expand(cli_value(c, "to"), NULL, e);
	if (!to)
		goto out;
	if (!file_exists(h.catalogue)) {
		(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
		(void)err_hint(e, "run 'liudi-desk sync'");
		goto out;
	}
	dir = writable(to, cli_has(c, "overwrite"), e);
	if (!dir)
		goto out;
	op = show_opener(c, &h, e);
	if (!op)
		goto out;
	progress_init(&k.progress, c, op);
	k.ask = (struct restore_ask){station, source, path, k.ask.at, to,
	    cli_has(c, "overwrite"), on_note, on_planned, &k};
	if (note(&k, op, &pass, e) < 0)
		goto out;
	b.home = &h;
	b.opener = op;
	b.pass = &pass;
	b.mirrors = true;
	b.rw = dir;
	rc = box_run(&b, restore, &k, e);
out:
	opener_free(op);
	free(station);
	free(source);
	free(path);
	free(to);
	free(dir);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"to", 't', "DIR|FILE",
	    "a folder, or an archive ending in .tar.zst or .zip"},
	{"at", 0, "DATE", "as it stood then, not now"},
	{"overwrite", 0, NULL, "replace files that are there"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"identity", 'i', "FILE", "open with this age identity file"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_restore = {
	.name = "restore",
	.operands = "STATION[:SOURCE[/PATH]]",
	.help = "write files as they stood at a time",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run
};
