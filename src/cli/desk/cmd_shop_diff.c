/* cli/desk/cmd_shop_diff.c - liudi-desk shop diff: a shop on two days. */
#include "cli/desk/deskcmds.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "cli/desk/reads.h"
#include "cli/desk/shoplook.h"
#include "cli/desk/show.h"
#include "desk/shops.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define TITLE_LEN 256

struct work {
	const struct cli *c;
	const char *shop, *page, *view, *station;
	int64_t day[2];
	const char *file;	/* or NULL */
	/* in the box */
	struct box *b;
	int side;
	struct shoplook look;
	struct shops_files *files;
};

static int
on_row(void *arg, const struct shops_row *r, struct err *e)
{
	struct work *k = arg;
	const struct shops_capture *s = &r->last;
	struct shop_page page;
	int rc = shoplook_is_other(&k->look, k->station, s->station, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if ((k->page && strcmp(s->c.page, k->page) != 0) ||
	    (k->view && strcmp(s->c.view, k->view) != 0))
		return 0;
	/* What was blocked since shows nothing, whatever was seen before. */
	if (r->has_good && s->c.has_record && memcmp(s->c.record,
	    r->good.c.record, SHOP_HASH_LEN) == 0)
		rc = shops_page(k->b->catalogue, s->c.record, &page, e);
	if (rc < 0)
		return -1;
	return shoplook_add(&k->look, k->side, s->station, &s->c,
	    rc > 0 ? &page : NULL, e);
}

/* All that both sides show will be asked for. */
static int
want(struct work *k, struct err *e)
{
	for (size_t i = 0; i < k->look.n; i++) {
		const struct shoplook_page *p = &k->look.v[i];

		if (p->n == 0 && !k->page)
			continue;
		for (int s = 0; s < 2; s++)
			for (size_t n = 0; p->side[s].has_page &&
			    n < p->side[s].page.nstrips; n++)
				if (shops_want(k->files, p->side[s].who,
				    k->shop, p->side[s].page.strip[n].sha256,
				    e) < 0)
					return -1;
	}
	return 0;
}

static int
get_strip(void *arg, const struct shopreport_pair *p, int side,
	const struct shop_strip *s, struct buf *out, struct err *e)
{
	struct work *k = arg;

	return shops_part(k->files, p->side[side].who, k->shop, s->sha256,
	    out, e);
}

static int
put_report(struct work *k, const char *const names[2], struct err *e)
{
	struct buf out = BUF_INIT(SHOPREPORT_MAX);
	char title[TITLE_LEN];
	struct shopreport r = {.title = title,
	    .org = k->b->control.org,
	    .name = {names[0], names[1]}, .all = k->page != NULL,
	    .get = get_strip, .arg = k};
	int rc = -1;

	(void)snprintf(title, sizeof(title), cli_tr("Shop %s: %s and %s"),
	    k->shop, names[0], names[1]);
	k->files = shops_files_new(k->b, e);
	if (k->files && want(k, e) == 0 &&
	    shoplook_html(&k->look, &r, &out, e) == 0)
		rc = file_save(k->file, out.data, out.len, 0600, e);
	shops_files_free(k->files);
	buf_release(&out);
	return rc;
}

static int
differ(struct box *b, void *arg, struct err *e)
{
	char day[2][WORKTIME_DAY_LEN];
	const char *const names[2] = {day[0], day[1]};
	struct work *k = arg;
	int rc = 0;

	if (!b->catalogue) {
		(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
		return err_hint(e, "run 'liudi-desk sync'");
	}
	k->b = b;
	for (k->side = 0; rc == 0 && k->side < 2; k->side++) {
		(void)worktime_day_text(k->day[k->side], day[k->side]);
		rc = shops_each(b->catalogue, k->shop, k->day[k->side],
		    on_row, k, e);
	}
	if (rc == 0 && k->look.n == 0) {
		rc = err_set(e, ERR_NOENT, "nothing was captured of shop "
		    "'%.64s' by then", k->shop);
		(void)err_hint(e, "see which there are: liudi-desk shops");
	}
	if (rc == 0)
		rc = shoplook_compare(&k->look, false, e);
	if (rc == 0)
		rc = shoplook_put(&k->look, k->c, "shop-diff", k->shop, names,
		    e);
	if (rc == 0 && k->file)
		rc = put_report(k, names, e);
	if (rc == 0)
		rc = shoplook_differs(&k->look) ? (int)CLI_WARNINGS :
		    (int)CLI_DONE;
	shoplook_release(&k->look);
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
	struct work k = {.c = c, .shop = c->args[0],
	    .page = cli_value(c, "page"), .view = cli_value(c, "view"),
	    .station = cli_value(c, "station")};
	struct access_pass pass = {false};
	struct access_ask ask = {.action = "open", .view = "shops"};
	struct opener *op = NULL;
	char *file = NULL, *dir = NULL;
	struct box b = {0};
	struct deskhome h;
	int rc = -1;

	if (take_day(c->args[1], &k.day[0], e) < 0 ||
	    take_day(c->args[2], &k.day[1], e) < 0 ||
	    deskhome_names(&h, c->home, e) < 0)
		return CLI_FAILED;
	if (cli_has(c, "output")) {
		k.file = file = path_expand(cli_value(c, "output"), NULL, e);
		dir = file ? path_dir(file) : NULL;
		if (!dir)
			goto out;
	}
	ask.first = k.day[0] * 86400;
	ask.last = k.day[1] * 86400;
	op = show_opener(c, &h, e);
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
