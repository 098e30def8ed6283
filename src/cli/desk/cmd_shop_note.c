/*
 * cli/desk/cmd_shop_note.c - liudi-desk shop reviewed, accept, ignore, ignored:
 * what a manager decides on a shop, signed.
 */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "cli/desk/shopdeed.h"
#include "cli/desk/show.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define LINE_MAX_LEN 65536u

static int
open_desk(struct shopdesk *k, struct cli *c, struct err *e)
{
	return shopdesk_is_name(c->args[0], e) < 0 ||
	    shopdesk_open(k, c, true, e) < 0 || shopdesk_note(k, c->args[0],
	    ACCESS_NO_DAY, ACCESS_NO_DAY, e) < 0 ? -1 : 0;
}

/* What was done is done; whether the central has it by now is said first. */
static void
tell(const struct cli *c, const struct shopdeed_done *d, const char *text)
{
	char why[CLI_FILLED_LEN];

	if (d->kept)
		cli_warn(c, "it is kept here and sent at the next sync: "
		    "%s", cli_tr_filled(d->why.what, why));
	if (!c->quiet)
		(void)puts(text);
}

/* --- reviewed */

static int
reviewed(struct shopdesk *k, struct cli *c, struct err *e)
{
	char text[CLI_FILLED_LEN], day[WORKTIME_DAY_LEN], n[CLI_COUNT_LEN];
	struct shopdeed_done d;
	int64_t first, last;
	int rc;

	if (shopdesk_day(k, "day", SHOPDAY_NONE, &last, e) < 0 ||
	    shopdesk_day(k, "since", SHOPDAY_NONE, &first, e) < 0)
		return -1;
	rc = shopdeed_reviewed(k, c->args[0], first, last, cli_value(c,
	    "note"), &d, e);
	if (rc < 0)
		return -1;
	(void)snprintf(text, sizeof(text), cli_tr("reviewed: %s, up to %s"),
	    cli_count(d.open, "%lld day", "%lld days", n),
	    worktime_day_text(d.day, day));
	tell(c, &d, rc > 0 ? cli_tr("it is reviewed already") : text);
	return 0;
}

static enum cli_exit
run_reviewed(struct cli *c, struct err *e)
{
	struct shopdesk k;
	int rc = -1;

	memset(&k, 0, sizeof(k));
	if (open_desk(&k, c, e) == 0)
		rc = reviewed(&k, c, e);
	shopdesk_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option reviewed_options[] = {
	{"day", 0, "DATE", "that day; else the last on which it was looked "
	    "at"},
	{"since", 0, "DATE", "and all days from that one on"},
	{"note", 0, "TEXT", "what there is to say about it"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"as", 0, "NAME", "whose keys sign it"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_shop_reviewed = {
	.name = "shop reviewed",
	.operands = "NAME",
	.help = "sign that a day of a shop was looked at",
	.options = reviewed_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_reviewed
};

/* --- accept */

static int
accept(struct shopdesk *k, struct cli *c, struct err *e)
{
	const bool rolling = cli_has(c, "rolling");
	char text[CLI_FILLED_LEN], day[WORKTIME_DAY_LEN];
	struct shopdeed_done d;
	int64_t asked;

	if (shopdesk_day(k, "day", SHOPDAY_NONE, &asked, e) < 0 ||
	    shopdeed_accept(k, c->args[0], asked, rolling, &d, e) < 0)
		return -1;
	(void)snprintf(text, sizeof(text), rolling ? cli_tr("behind %s each "
	    "day is held against the one before it") : cli_tr("accepted: "
	    "later days are held against %s"), worktime_day_text(d.day, day));
	tell(c, &d, text);
	return 0;
}

static enum cli_exit
run_accept(struct cli *c, struct err *e)
{
	struct shopdesk k;
	int rc = -1;

	memset(&k, 0, sizeof(k));
	if (open_desk(&k, c, e) == 0)
		rc = accept(&k, c, e);
	shopdesk_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option accept_options[] = {
	{"day", 0, "DATE", "as it was on that day; else on the last"},
	{"rolling", 0, NULL, "hold each day against the one before it again"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"as", 0, "NAME", "whose keys sign it"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_shop_accept = {
	.name = "shop accept",
	.operands = "NAME",
	.help = "hold later days of a shop against this one",
	.options = accept_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_accept
};

/* --- ignore */

static int
ignore(struct shopdesk *k, struct cli *c, struct shopdeed_rule *r,
	struct err *e)
{
	struct shopdeed_done d;

	if (shopdesk_day(k, "until", SHOPDAY_NONE, &r->until, e) < 0 ||
	    shopdeed_ignore(k, c->args[0], r, &d, e) < 0)
		return -1;
	tell(c, &d, cli_tr("it is not told any more; the rules: "
	    "liudi-desk shop ignored NAME"));
	return 0;
}

static enum cli_exit
run_ignore(struct cli *c, struct err *e)
{
	struct shopdeed_rule r = {.change = c->args[1],
	    .what = c->nargs > 2 ? c->args[2] : NULL,
	    .page = cli_value(c, "page")};
	struct shopdesk k;
	int rc = -1;

	memset(&k, 0, sizeof(k));
	if (shopdeed_rule_check(&r, e) == 0 && open_desk(&k, c, e) == 0)
		rc = ignore(&k, c, &r, e);
	shopdesk_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option ignore_options[] = {
	{"page", 0, "PAGE", "only on this page"},
	{"until", 0, "DATE", "up to that day; a day that is past ends the rule"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"as", 0, "NAME", "whose keys sign it"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_shop_ignore = {
	.name = "shop ignore",
	.operands = "NAME CHANGE [WHAT]",
	.help = "do not tell a kind of change of a shop any more",
	.options = ignore_options,
	.min_args = 2,
	.max_args = 3,
	.run = run_ignore
};

/* --- ignored */

struct listing {
	struct shopdesk *k;
	int64_t n;
};

static void
put_day(struct jsonw *w, const char *key, int64_t day)
{
	char text[WORKTIME_DAY_LEN];

	jsonw_kstr(w, key, day == SHOPDAY_NONE ? NULL :
	    worktime_day_text(day, text));
}

static void
put_text(const char *s, size_t columns)
{
	show_padded(s ? s : "*", columns);
}

static int
json_rule(const struct shopday_rule *r, struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "shop-rule");
	jsonw_kstr(&w, "change", r->change);
	jsonw_kstr(&w, "what", r->what);
	jsonw_kstr(&w, "page", r->page);
	put_day(&w, "until", r->until);
	jsonw_kstr(&w, "by", r->by);
	jsonw_kint(&w, "utc", r->utc);
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

static int
on_rule(void *arg, const struct shopday_rule *r, struct err *e)
{
	struct listing *l = arg;
	char text[WORKTIME_DAY_LEN], when[SHOW_TIME_LEN];

	l->n++;
	if (l->k->c->json)
		return json_rule(r, e);
	put_text(r->change, 16);
	put_text(r->what, 32);
	put_text(r->page, 14);
	show_padded(r->until == SHOPDAY_NONE ? cli_tr("for ever") :
	    worktime_day_text(r->until, text), 12);
	(void)printf("%s  ", show_minute(r->utc, when));
	cli_put_shown(stdout, r->by, strlen(r->by));
	return putchar('\n') == EOF ? err_stdout(e) : 0;
}

static int
list_rules(struct shopdesk *k, void *arg, struct err *e)
{
	struct listing *l = arg;
	struct shopday *s = shopdesk_load_one(k, k->c->args[0], e);
	int rc = s ? shopday_rules(s, on_rule, l, e) : -1;

	if (rc == 0 && l->n == 0 && !k->c->json && !k->c->quiet)
		(void)puts(cli_tr("every change is told"));
	shopday_free(s);
	return rc;
}

static enum cli_exit
run_ignored(struct cli *c, struct err *e)
{
	struct shopdesk k;
	struct listing l = {&k, 0};
	int rc = -1;

	memset(&k, 0, sizeof(k));
	if (shopdesk_is_name(c->args[0], e) < 0)
		return CLI_FAILED;
	if (shopdesk_open(&k, c, false, e) == 0 && shopdesk_note(&k,
	    c->args[0], ACCESS_NO_DAY, ACCESS_NO_DAY, e) == 0)
		rc = shopdesk_run(&k, list_rules, &l, e);
	shopdesk_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option ignored_options[] = {
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"as", 0, "NAME", "whose keys open it"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_shop_ignored = {
	.name = "shop ignored",
	.operands = "NAME",
	.help = "list the changes of a shop that are not told",
	.options = ignored_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_ignored
};
