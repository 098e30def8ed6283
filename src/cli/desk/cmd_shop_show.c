/* cli/desk/cmd_shop_show.c - liudi-desk shop NAME: a day of a shop. */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "cli/desk/shoprow.h"
#include "cli/desk/shopwords.h"
#include "cli/desk/show.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define LINE_MAX_LEN ((size_t)64 << 20)
#define TEXT_LEN 65536u
#define ROWS_MAX 2000		/* changes of a page; the rest is counted */
#define WIDTH_PAGE 16
#define WIDTH_VIEW 14
#define WIDTH_STATE 24
#define WIDTH_GRAVE 9

struct view {
	struct shopdesk *k;
	const struct shopday *s;
	const char *shop;
	int64_t day, asked;		/* asked: SHOPDAY_NONE: the newest */
	size_t stations;
	int64_t changes, ignored, bad, diffs;
	int64_t base_day;		/* the newest that something is held against */
	const struct shopday_page *page;	/* of on_change() */
	int64_t rows;
	struct jsonw *w;
	struct err *e;
};

/* --- For a terminal. */

static void
print_page(const struct view *v, const struct shopday_page *p)
{
	char day[WORKTIME_DAY_LEN], held[SHOPROW_HELD_LEN];
	char why[CLI_FILLED_LEN];

	show_padded(p->page, WIDTH_PAGE);
	show_padded(shopwords_view(p->view), WIDTH_VIEW);
	if (v->stations > 1)
		show_padded(p->station, WIDTH_PAGE);
	show_padded(p->day == v->day ? shopwords_state(p->state) :
	    cli_tr("not looked at"), WIDTH_STATE);
	if (p->day != v->day)
		(void)printf(cli_tr("since %s"),
		    worktime_day_text(p->day, day));
	else
		(void)fputs(shoprow_held(p, held), stdout);
	if (p->manual)
		(void)printf("; %s", cli_tr("saved by a person"));
	if (p->reason && p->day == v->day) {
		const char *reason = cli_tr_filled(p->reason, why);

		(void)fputs("; ", stdout);
		cli_put_shown(stdout, reason, strlen(reason));
	}
	(void)fputc('\n', stdout);
}

static int
print_change(void *arg, const struct shop_event *c, struct err *e)
{
	struct buf text = BUF_INIT(TEXT_LEN);
	struct view *v = arg;
	int rc;

	v->changes++;
	if (v->rows++ >= ROWS_MAX)
		return 0;
	rc = shopwords_event(c, &text, e);
	(void)fputs("  ", stdout);
	show_padded(shopwords_gravity(shop_change_gravity(c->change)),
	    WIDTH_GRAVE);
	show_padded(v->page->page, WIDTH_PAGE);
	show_padded(shopwords_view(v->page->view), WIDTH_VIEW);
	cli_put_shown(stdout, buf_str(&text), text.len);
	(void)fputc('\n', stdout);
	buf_release(&text);
	return rc;
}

static int
on_page(void *arg, const struct shopday_page *p, struct err *e)
{
	struct view *v = arg;

	(void)e;
	v->bad += p->day != v->day || !shop_state_shows(p->state);
	if (p->held == SHOPDAY_OTHER && p->base_day > v->base_day)
		v->base_day = p->base_day;
	v->diffs += p->held == SHOPDAY_OTHER || p->held == SHOPDAY_REBASED;
	print_page(v, p);
	return 0;
}

static int
on_changes(void *arg, const struct shopday_page *p, struct err *e)
{
	struct view *v = arg;

	if (p->held != SHOPDAY_OTHER && p->held != SHOPDAY_REBASED)
		return 0;
	v->page = p;
	v->rows = 0;
	if (shopdesk_changes(v->k, v->s, v->day, p, print_change, v,
	    &v->ignored, e) < 0)
		return -1;
	if (v->rows > ROWS_MAX)
		(void)printf(cli_tr("  … and %lld more; --json has them\n"),
		    (long long)(v->rows - ROWS_MAX));
	return 0;
}

/* What is left for a manager to do, and how. */
static int
print_rest(const struct view *v, struct err *e)
{
	char day[WORKTIME_DAY_LEN], before[WORKTIME_DAY_LEN];
	char n[CLI_COUNT_LEN];
	struct shopday_open o;

	if (shopday_open(v->s, v->k->today + 1, &o, e) < 0)
		return -1;
	if (v->ignored > 0)
		(void)printf("%s\n", cli_count(v->ignored, "%lld change is "
		    "not shown: a rule says so", "%lld changes are not "
		    "shown: rules say so", n));
	if (o.n > 0)
		(void)printf(cli_tr("%s to be reviewed, the first is %s\n"),
		    cli_count(o.n, "%lld day", "%lld days", n),
		    worktime_day_text(o.first, day));
	else if (o.by)
		(void)printf(cli_tr("all is reviewed; last by %s\n"), o.by);
	(void)worktime_day_text(v->day, day);
	if (v->base_day != SHOPDAY_NONE)
		cli_hint(v->k->c, "side by side: liudi-desk shop diff %s %s %s",
		    v->shop, worktime_day_text(v->base_day, before), day);
	if (shopday_is_open(v->s, v->day))
		cli_hint(v->k->c, "when you have looked at it: liudi-desk shop "
		    "reviewed %s --day %s", v->shop, day);
	return 0;
}

static int
print_all(struct view *v, struct err *e)
{
	char day[WORKTIME_DAY_LEN];
	const char *newest;

	v->stations = shopday_stations(v->s, v->day, &newest);
	cli_put_shown(stdout, v->shop, strlen(v->shop));
	(void)printf("  %s  ", worktime_day_text(v->day, day));
	cli_put_shown(stdout, newest, strlen(newest));
	(void)fputc('\n', stdout);
	if (shopday_pages(v->s, v->day, on_page, v, e) < 0)
		return -1;
	if (v->diffs > 0)
		(void)puts(cli_tr("changes:"));
	return shopday_pages(v->s, v->day, on_changes, v, e) < 0 ? -1 :
	    print_rest(v, e);
}

/* --- As JSON: a line. */

static void
put_day(struct jsonw *w, const char *key, int64_t day)
{
	char text[WORKTIME_DAY_LEN];

	jsonw_kstr(w, key, day == SHOPDAY_NONE ? NULL :
	    worktime_day_text(day, text));
}

static int
json_change(void *arg, const struct shop_event *c, struct err *e)
{
	static const char *const gravity[] = {"minor", "normal", "grave"};
	struct view *v = arg;
	struct jsonw *w = v->w;

	(void)e;
	v->changes++;
	jsonw_object(w);
	jsonw_kstr(w, "change", shop_change_name(c->change));
	jsonw_kstr(w, "gravity", gravity[shop_change_gravity(c->change)]);
	jsonw_kstr(w, "what", c->what);
	jsonw_kstr(w, "before", c->before);
	jsonw_kstr(w, "after", c->after);
	jsonw_kint(w, "y", c->y);
	jsonw_kint(w, "h", c->h);
	jsonw_object_end(w);
	return 0;
}

static int
json_page(void *arg, const struct shopday_page *p, struct err *e)
{
	static const char *const held[] = {"unseen", "first", "rebased",
	    "same", "other"};
	struct view *v = arg;
	struct jsonw *w = v->w;
	const bool has_base = p->base_day != SHOPDAY_NONE;
	int rc = 0;

	v->bad += p->day != v->day || !shop_state_shows(p->state);
	jsonw_object(w);
	jsonw_kstr(w, "page", p->page);
	jsonw_kstr(w, "view", p->view);
	jsonw_kstr(w, "station", p->station);
	jsonw_kstr(w, "url", p->url);
	jsonw_kint(w, "ts", p->ts);
	put_day(w, "day", p->day);
	jsonw_kstr(w, "state", shop_state_name(p->state));
	jsonw_kstr(w, "reason", p->reason);
	jsonw_kbool(w, "manual", p->manual);
	put_day(w, "good_day", p->good_day);
	jsonw_kstr(w, "held", held[p->held]);
	if (p->held != SHOPDAY_UNSEEN)
		jsonw_khex(w, "record", p->now, sizeof(p->now));
	else
		jsonw_knull(w, "record");
	if (has_base)
		jsonw_khex(w, "base", p->base, sizeof(p->base));
	else
		jsonw_knull(w, "base");
	put_day(w, "base_day", p->base_day);
	jsonw_kbool(w, "accepted", p->accepted);
	jsonw_key(w, "changes");
	jsonw_array(w);
	if (p->held == SHOPDAY_OTHER || p->held == SHOPDAY_REBASED)
		rc = shopdesk_changes(v->k, v->s, v->day, p, json_change, v,
		    &v->ignored, e);
	jsonw_array_end(w);
	jsonw_object_end(w);
	return rc;
}

static int
json_all(struct view *v, struct err *e)
{
	struct buf line = BUF_INIT(LINE_MAX_LEN);
	struct shopday_open o;
	struct jsonw w;
	int rc;

	if (shopday_open(v->s, v->k->today + 1, &o, e) < 0)
		return -1;
	v->w = &w;
	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "shop-day");
	jsonw_kstr(&w, "shop", v->shop);
	put_day(&w, "day", v->day);
	jsonw_kbool(&w, "reviewed", !shopday_is_open(v->s, v->day));
	jsonw_key(&w, "pages");
	jsonw_array(&w);
	rc = shopday_pages(v->s, v->day, json_page, v, e);
	jsonw_array_end(&w);
	jsonw_kint(&w, "ignored", v->ignored);
	jsonw_kint(&w, "open", o.n);
	put_day(&w, "open_since", o.first);
	jsonw_object_end(&w);
	if (rc == 0)
		rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

/* --- */

static int
show(struct shopdesk *k, void *arg, struct err *e)
{
	struct view v = {.k = k, .shop = k->c->args[0],
	    .asked = *(const int64_t *)arg, .base_day = SHOPDAY_NONE};
	struct shopday *s = shopdesk_load_one(k, v.shop, e);
	int rc = -1;

	v.s = s;
	if (s) {
		v.day = v.asked != SHOPDAY_NONE ? v.asked :
		    shopday_last(s, k->today + 1);
		if (v.day == SHOPDAY_NONE || shopday_last(s, v.day) != v.day)
			(void)err_set(e, ERR_NOENT,
			    "the shop was not looked at on that day");
		else
			rc = k->c->json ? json_all(&v, e) : print_all(&v, e);
	}
	if (rc == 0)
		rc = v.bad > 0 || shopday_is_open(s, v.day) ? CLI_WARNINGS :
		    CLI_DONE;
	shopday_free(s);
	return rc;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct shopdesk k = {.c = c};
	int64_t day = SHOPDAY_NONE;
	int rc = -1;

	if (shopdesk_is_name(c->args[0], e) < 0)
		return CLI_FAILED;
	if (shopdesk_open(&k, c, false, e) == 0 &&
	    shopdesk_day(&k, "day", SHOPDAY_NONE, &day, e) == 0 &&
	    shopdesk_note(&k, c->args[0], day == SHOPDAY_NONE ?
	    ACCESS_NO_DAY : day, day == SHOPDAY_NONE ? ACCESS_NO_DAY : day,
	    e) == 0)
		rc = shopdesk_run(&k, show, &day, e);
	shopdesk_release(&k);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"day", 0, "DATE", "that day; else the last on which it was looked "
	    "at"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"as", 0, "NAME", "whose keys open them"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_shop_show = {
	.name = "shop",
	.operands = "NAME",
	.help = "a day of a shop: its pages, what changed, what is open",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run
};
