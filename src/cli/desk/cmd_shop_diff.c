/* cli/desk/cmd_shop_diff.c - liudi-desk shop diff: a shop on two days. */
#include "cli/desk/deskcmds.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/desk/reads.h"
#include "cli/desk/shopdesk.h"
#include "cli/desk/shoppair.h"
#include "cli/desk/show.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define TITLE_LEN 256

struct work {
	const struct cli *c;
	struct shoppair pair;
	const char *file;	/* or NULL */
	struct buf unsent;		/* notes that wait */
};

static const char *
hidden_text(const struct work *k, char n[static CLI_COUNT_LEN])
{
	return cli_count(k->pair.hidden, "%lld change is not told: a rule, or an "
	    "accepted day (--all)", "%lld changes are not told: rules, or an "
	    "accepted day (--all)", n);
}

/* --- */

static int
put_report(struct work *k, const char *const names[2], struct err *e)
{
	struct buf out = BUF_INIT(SHOPREPORT_MAX);
	char title[TITLE_LEN], n[CLI_COUNT_LEN];
	struct shopreport r = {.title = title,
	    .org = k->pair.b->control.org, .name = {names[0], names[1]},
	    .note = k->pair.hidden > 0 ? hidden_text(k, n) : NULL,
	    .all = k->pair.page != NULL};
	int rc = -1;

	(void)snprintf(title, sizeof(title), cli_tr("Shop %s: %s and %s"),
	    k->pair.shop, names[0], names[1]);
	if (shoppair_report(&k->pair, &r, &out, e) == 0)
		rc = file_save(k->file, out.data, out.len, 0600, e);
	buf_release(&out);
	return rc;
}

static int
differ(struct box *b, void *arg, struct err *e)
{
	char day[2][WORKTIME_DAY_LEN], n[CLI_COUNT_LEN];
	struct work *k = arg;
	const char *const names[2] = {
	    worktime_day_text(k->pair.day[0], day[0]),
	    worktime_day_text(k->pair.day[1], day[1])};
	int rc;

	if (!b->catalogue) {
		(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
		return err_hint(e, "run 'liudi-desk sync'");
	}
	rc = shoppair_load(&k->pair, b, e);
	if (rc == 0)
		rc = shoplook_put(&k->pair.look, k->c, "shop-diff",
		    k->pair.shop, names, e);
	if (rc == 0 && k->pair.hidden > 0 && !k->c->json)
		(void)printf("%s\n", hidden_text(k, n));
	if (rc == 0 && k->file)
		rc = put_report(k, names, e);
	if (rc == 0)
		rc = shoplook_differs(&k->pair.look) ? (int)CLI_WARNINGS :
		    (int)CLI_DONE;
	shoppair_release(&k->pair);
	return rc;
}

static int
take_day(const char *s, int64_t *day, struct err *e)
{
	if (worktime_day_parse(s, day) == 0)
		return 0;
	(void)err_set(e, ERR_USAGE, "'%.60s' is no day", s);
	return err_hint(e, "write it as 2026-11-23");
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work k = {.c = c, .pair = {.shop = c->args[0],
	    .page = cli_value(c, "page"), .view = cli_value(c, "view"),
	    .station = cli_value(c, "station"), .all = cli_has(c, "all"),
	    .unsent = &k.unsent}};
	struct access_pass pass = {false};
	struct access_ask ask = {.action = "open", .view = "shops"};
	struct opener *op = NULL;
	char *file = NULL, *dir = NULL;
	struct box b = {0};
	struct deskhome h;
	int rc = -1;

	if (take_day(c->args[1], &k.pair.day[0], e) < 0 ||
	    take_day(c->args[2], &k.pair.day[1], e) < 0 ||
	    deskhome_names(&h, c->home, e) < 0)
		return CLI_FAILED;
	if (cli_has(c, "output")) {
		k.file = file = path_expand(cli_value(c, "output"), NULL, e);
		dir = file ? path_dir(file) : NULL;
		if (!dir)
			goto out;
	}
	ask.first = k.pair.day[0] * 86400;
	ask.last = k.pair.day[1] * 86400;
	buf_init(&k.unsent, NOTES_UNSENT_MAX);
	k.pair.name = deskcmd_name(&h);
	op = notes_unsent(&h, &k.unsent, e) < 0 ? NULL :
	    show_opener(c, &h, e);
	if (!op || reads_note(c, op, &ask, &pass, NULL, e) < 0)
		goto out;
	b.home = &h;
	b.opener = op;
	b.pass = &pass;
	b.mirrors = true;
	b.rw = dir;
	rc = box_run(&b, differ, &k, e);
out:
	opener_free(op);
	buf_release(&k.unsent);
	free(file);
	free(dir);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"output", 'o', "FILE", "write both as a page for a browser"},
	{"page", 0, "PAGE", "of that page only, changed or not"},
	{"view", 0, "VIEW", "desktop or mobile only"},
	{"station", 0, "ID", "of that station, where several capture the shop"},
	{"all", 0, NULL, "also what rules hide, and what was accepted"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"identity", 'i', "FILE", "open with this age identity file"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_shop_diff = {
	.name = "shop diff",
	.operands = "NAME DAY DAY",
	.help = "what changed in a shop between two days, in words and pictures",
	.options = options,
	.min_args = 3,
	.max_args = 3,
	.run = run
};
