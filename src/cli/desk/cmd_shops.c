/* cli/desk/cmd_shops.c - liudi-desk shops: how each shop stands, a line each. */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "cli/desk/shoprow.h"
#include "cli/desk/show.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define LINE_MAX_LEN 65536u
#define WIDTH_SHOP 16
#define WIDTH_STATION 14
#define WIDTH_SEEN 17
#define WIDTH_STATE 22
#define WIDTH_CHANGES 34

struct all {
	struct shopdesk *k;
	int64_t shops, changed;
	enum cli_exit worst;
};

/* --- For a terminal. */

static int
print_row(const struct shoprow *r, struct err *e)
{
	struct buf text = BUF_INIT(LINE_MAX_LEN);
	char day[WORKTIME_DAY_LEN], n[CLI_COUNT_LEN];
	char station[SHOPDESK_NAME_LEN];
	int rc;

	(void)snprintf(station, sizeof(station), r->stations > 1 ?
	    "%s +%zu" : "%s", r->station, r->stations - 1);
	show_padded(r->shop, WIDTH_SHOP);
	show_padded(station, WIDTH_STATION);
	show_padded(shoprow_seen(r, n), WIDTH_SEEN);
	show_padded(shoprow_state(r, n), WIDTH_STATE);
	rc = shoprow_changes(r, &text, e);
	show_padded(buf_str(&text), WIDTH_CHANGES);
	(void)printf("  %s", r->open.reviewed == SHOPDAY_NONE ?
	    cli_tr("never") : worktime_day_text(r->open.reviewed, day));
	if (r->open.n > 0)
		(void)printf(" (%s)", cli_count(r->open.n, "%lld day open",
		    "%lld days open", n));
	(void)fputc('\n', stdout);
	buf_release(&text);
	return rc;
}

static void
print_head(void)
{
	show_padded(cli_tr("shop"), WIDTH_SHOP);
	show_padded(cli_tr("station"), WIDTH_STATION);
	show_padded(cli_tr("last seen"), WIDTH_SEEN);
	show_padded(cli_tr("state"), WIDTH_STATE);
	show_padded(cli_tr("since the day before"), WIDTH_CHANGES);
	(void)printf("  %s\n", cli_tr("reviewed"));
}

/* --- As JSON. */

static void
put_day(struct jsonw *w, const char *key, int64_t day)
{
	char text[WORKTIME_DAY_LEN];

	jsonw_kstr(w, key, day == SHOPDAY_NONE ? NULL :
	    worktime_day_text(day, text));
}

static int
json_row(const struct shoprow *r, struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	struct jsonw w;
	int c, rc;

	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "shop");
	jsonw_kstr(&w, "shop", r->shop);
	jsonw_kstr(&w, "station", r->station);
	jsonw_kint(&w, "stations", (int64_t)r->stations);
	put_day(&w, "day", r->day);
	put_day(&w, "good_day", r->good_day);
	jsonw_kstr(&w, "state", shop_state_name(r->worst));
	jsonw_kint(&w, "pages", r->pages);
	jsonw_kint(&w, "bad", r->bad);
	jsonw_kint(&w, "missed", r->missed);
	jsonw_kint(&w, "first", r->first);
	jsonw_kbool(&w, "old", r->old);
	jsonw_key(&w, "changes");
	jsonw_object(&w);
	for (c = 0; c < SHOP_CHANGES; c++)
		if (r->change[c] > 0)
			jsonw_kint(&w, shop_change_name((enum shop_change)c),
			    r->change[c]);
	jsonw_object_end(&w);
	jsonw_kint(&w, "ignored", r->ignored);
	put_day(&w, "reviewed", r->open.reviewed);
	jsonw_kint(&w, "open", r->open.n);
	put_day(&w, "open_since", r->open.first);
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

/* --- */

static int
on_shop(void *arg, const char *shop, struct err *e)
{
	struct all *a = arg;
	struct shoprow r;
	struct shopday *s = shopdesk_load(a->k, shop, e);
	int rc = -1;

	if (s && shoprow_fill(&r, a->k, s, shop, SHOPDAY_NONE, e) == 0) {
		if (a->shops++ == 0 && !a->k->c->json && !a->k->c->quiet)
			print_head();
		a->changed += r.changes > 0;
		if (r.open.n > 0 || r.bad > 0 || r.missed > 0 || r.old)
			a->worst = CLI_WARNINGS;
		rc = a->k->c->json ? json_row(&r, e) : print_row(&r, e);
	}
	shopday_free(s);
	return rc;
}

static int
list(struct shopdesk *k, void *arg, struct err *e)
{
	struct all *a = arg;
	char n[CLI_COUNT_LEN];

	if (shopdesk_names(k->b->catalogue, on_shop, a, e) < 0)
		return -1;
	if (k->c->json || k->c->quiet)
		return (int)a->worst;
	if (a->shops == 0)
		(void)puts(cli_tr("no station has captured a shop yet"));
	else
		(void)printf(cli_tr("%lld of %s changed\n"),
		    (long long)a->changed, cli_count(a->shops, "%lld shop",
		    "%lld shops", n));
	return (int)a->worst;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct shopdesk k;
	struct all a = {&k, 0, 0, CLI_DONE};
	int rc = -1;

	if (shopdesk_open(&k, c, false, e) == 0 && shopdesk_note(&k, NULL,
	    ACCESS_NO_DAY, ACCESS_NO_DAY, e) == 0)
		rc = shopdesk_run(&k, list, &a, e);
	shopdesk_release(&k);
	if (rc == CLI_WARNINGS)
		cli_hint(c, "look at one: liudi-desk shop NAME");
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"as", 0, "NAME", "whose keys open them"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_shops = {
	.name = "shops",
	.operands = "",
	.help = "how each shop stands, what changed, what nobody reviewed",
	.options = options,
	.run = run
};
