/*
 * cli/desk/cmd_shop_note.c - liudi-desk shop reviewed, accept, ignore, ignored:
 * what a manager decides on a shop, signed.
 */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/shopdesk.h"
#include "cli/desk/show.h"
#include "desk/fetch.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define REST_MAX 65536u
#define TEXT_MAX_LEN 1000
#define PAGES_MAX 128		/* in a note */
#define LINE_MAX_LEN 65536u

/* What the box says, in memory that it shares; foreign, so held to caps. */
struct told {
	int64_t day;
	int64_t n;
	int64_t open;		/* days of those that are asked for */
	bool done;
	uint8_t record[SHOPDAY_SEEN_MAX][SHOP_HASH_LEN];
	struct { char page[SHOPS_NAME_MAX + 1]; bool mobile; }
		of[PAGES_MAX];
};

struct deed {
	struct shopdesk k;
	int64_t day;		/* SHOPDAY_NONE: the newest */
	int64_t since;		/* the same: that day alone */
	struct told *told;
};

static int
begin(struct deed *d, struct cli *c, struct err *e)
{
	memset(d, 0, sizeof(*d));
	if (shopdesk_is_name(c->args[0], e) < 0 ||
	    shopdesk_open(&d->k, c, true, e) < 0 ||
	    shopdesk_day(&d->k, "day", SHOPDAY_NONE, &d->day, e) < 0 ||
	    shopdesk_day(&d->k, "since", SHOPDAY_NONE, &d->since, e) < 0)
		return -1;
	d->told = (struct told *)opener_room(d->k.op, FETCH_ROOM_HELD);
	memset(d->told, 0, sizeof(*d->told));
	return shopdesk_note(&d->k, c->args[0], ACCESS_NO_DAY, ACCESS_NO_DAY,
	    e);
}

/* A copy that nobody changes any more; -1: it makes no sense. */
static int
believe(const struct deed *d, struct told *t, int64_t most, struct err *e)
{
	size_t i;

	memcpy(t, d->told, sizeof(*t));
	if (!t->done || t->n < 0 || t->n > most)
		return err_set(e, ERR_FAIL, "the reading process said what "
		    "makes no sense");
	for (i = 0; i < PAGES_MAX; i++) {
		t->of[i].page[SHOPS_NAME_MAX] = '\0';
		if (!utf8_clean(t->of[i].page, strlen(t->of[i].page)))
			return err_set(e, ERR_FAIL, "the reading process said "
			    "what makes no sense");
	}
	return 0;
}

/* REST, an object, as a note.  0 or -1. */
static int
write_note(struct deed *d, const char *type, const struct buf *rest,
	struct err *e)
{
	const struct access_log l = {&d->k.h, &d->k.control, d->k.name,
	    d->k.key};
	char why[CLI_FILLED_LEN];
	int rc = notes_write(&l, clock_now_utc(), type,
	    buf_str(rest) + 1, rest->len - 2, e);

	if (rc > 0) {
		cli_warn(d->k.c, "it is kept here and sent at the next sync: "
		    "%s", cli_tr_filled(e->what, why));
		err_clear(e);
		rc = 0;
	}
	return rc;
}

static void
put_day(struct jsonw *w, const char *key, int64_t day)
{
	char text[WORKTIME_DAY_LEN];

	jsonw_kstr(w, key, day == SHOPDAY_NONE ? NULL :
	    worktime_day_text(day, text));
}

static int
check_text(const char *option, const char *s, struct err *e)
{
	const size_t n = s ? strlen(s) : 0;

	return n == 0 || (n <= TEXT_MAX_LEN && utf8_clean(s, n)) ? 0 :
	    err_set(e, ERR_USAGE, "%s takes a line of plain text", option);
}

/* --- reviewed */

/* Which day is meant, and was the shop looked at on it?  SHOPDAY_NONE: no. */
static int64_t
day_of(const struct deed *d, const struct shopday *s, struct err *e)
{
	const int64_t day = d->day != SHOPDAY_NONE ? d->day :
	    shopday_last(s, d->k.today + 1);

	if (shopday_last(s, day) == day)
		return day;
	(void)err_set(e, ERR_NOENT,
	    "the shop was not looked at on that day");
	return SHOPDAY_NONE;
}

static int
look_reviewed(struct shopdesk *k, void *arg, struct err *e)
{
	struct deed *d = arg;
	struct told *t = d->told;
	struct shopday *s = shopdesk_load_one(k, k->c->args[0], e);
	int64_t first, day;
	int rc = -1;

	t->day = s ? day_of(d, s, e) : SHOPDAY_NONE;
	if (t->day == SHOPDAY_NONE)
		goto out;
	first = d->since != SHOPDAY_NONE ? d->since : t->day;
	/* each day between two captures is none, so this ends */
	for (day = t->day; day != SHOPDAY_NONE && day >= first;
	    day = shopday_last(s, day - 1))
		t->open += shopday_is_open(s, day);
	t->n = shopday_seen(s, first, t->day, t->record, SHOPDAY_SEEN_MAX,
	    e);
	t->done = true;
	rc = t->n < 0 ? -1 : 0;
out:
	shopday_free(s);
	return rc;
}

static int
put_reviewed(struct deed *d, const struct told *t, struct buf *out,
	struct err *e)
{
	char hex[2 * SHOP_HASH_LEN + 1];
	struct jsonw w;
	int64_t i;

	jsonw_init(&w, out, e);
	jsonw_object(&w);
	jsonw_kstr(&w, "shop", d->k.c->args[0]);
	put_day(&w, "first", d->since != SHOPDAY_NONE ? d->since : t->day);
	put_day(&w, "last", t->day);
	jsonw_key(&w, "seen");
	jsonw_array(&w);
	for (i = 0; i < t->n; i++) {
		str_hex(hex, t->record[i], SHOP_HASH_LEN);
		jsonw_str(&w, hex);
	}
	jsonw_array_end(&w);
	jsonw_kstr(&w, "text", cli_value(d->k.c, "note"));
	jsonw_object_end(&w);
	return jsonw_end(&w);
}

static int
reviewed(struct deed *d, struct err *e)
{
	struct buf rest = BUF_INIT(REST_MAX);
	char day[WORKTIME_DAY_LEN], n[CLI_COUNT_LEN];
	struct told t;
	int rc = -1;

	if (shopdesk_run(&d->k, look_reviewed, d, e) < 0 ||
	    believe(d, &t, INT64_MAX, e) < 0)
		goto out;
	if (t.n > SHOPDAY_SEEN_MAX) {
		(void)err_set(e, ERR_USAGE, "too much changed in these days "
		    "for one note");
		(void)err_hint(e, "name fewer days");
		goto out;
	}
	if (t.open == 0 && !cli_has(d->k.c, "note")) {
		if (!d->k.c->quiet)
			(void)puts(cli_tr("it is reviewed already"));
		rc = 0;
		goto out;
	}
	if (put_reviewed(d, &t, &rest, e) < 0 ||
	    write_note(d, "reviewed", &rest, e) < 0)
		goto out;
	if (!d->k.c->quiet)
		(void)printf(cli_tr("reviewed: %s, up to %s\n"), cli_count(
		    t.open, "%lld day", "%lld days", n),
		    worktime_day_text(t.day, day));
	rc = 0;
out:
	buf_release(&rest);
	return rc;
}

static enum cli_exit
run_reviewed(struct cli *c, struct err *e)
{
	struct deed d;
	int rc = -1;

	memset(&d, 0, sizeof(d));
	if (check_text("--note", cli_value(c, "note"), e) < 0)
		return CLI_FAILED;
	if (begin(&d, c, e) == 0) {
		if (d.since != SHOPDAY_NONE && d.day != SHOPDAY_NONE &&
		    d.since > d.day)
			(void)err_set(e, ERR_USAGE, "--since is behind --day");
		else
			rc = reviewed(&d, e);
	}
	shopdesk_release(&d.k);
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
add_page(void *arg, const struct shopday_page *p, struct err *e)
{
	struct told *t = arg;

	if (p->good_day == SHOPDAY_NONE)
		return 0;
	if (t->n == PAGES_MAX)
		return err_set(e, ERR_FAIL, "the shop has more than %d pages",
		    PAGES_MAX);
	memcpy(t->record[t->n], p->good, SHOP_HASH_LEN);
	(void)snprintf(t->of[t->n].page, sizeof(t->of[t->n].page), "%s",
	    p->page);
	t->of[t->n].mobile = strcmp(p->view, "mobile") == 0;
	t->n++;
	return 0;
}

static int
look_accept(struct shopdesk *k, void *arg, struct err *e)
{
	struct deed *d = arg;
	struct told *t = d->told;
	struct shopday *s = shopdesk_load_one(k, k->c->args[0], e);
	int rc = -1;

	t->day = s ? day_of(d, s, e) : SHOPDAY_NONE;
	if (t->day != SHOPDAY_NONE)
		rc = shopday_pages(s, t->day, add_page, t, e);
	if (rc == 0 && t->n == 0)
		rc = err_set(e, ERR_NOENT, "no page of the shop was seen by "
		    "that day");
	t->done = rc == 0;
	shopday_free(s);
	return rc;
}

static int
put_accept(struct deed *d, const struct told *t, struct buf *out,
	struct err *e)
{
	const bool rolling = cli_has(d->k.c, "rolling");
	struct jsonw w;
	int64_t i;

	jsonw_init(&w, out, e);
	jsonw_object(&w);
	jsonw_kstr(&w, "shop", d->k.c->args[0]);
	put_day(&w, "day", t->day);
	jsonw_key(&w, "pages");
	if (rolling)
		jsonw_null(&w);
	else
		jsonw_array(&w);
	for (i = 0; !rolling && i < t->n; i++) {
		jsonw_object(&w);
		jsonw_kstr(&w, "page", t->of[i].page);
		jsonw_kstr(&w, "view", t->of[i].mobile ? "mobile" :
		    "desktop");
		jsonw_khex(&w, "record", t->record[i], SHOP_HASH_LEN);
		jsonw_object_end(&w);
	}
	if (!rolling)
		jsonw_array_end(&w);
	jsonw_object_end(&w);
	return jsonw_end(&w);
}

static int
accept(struct deed *d, struct err *e)
{
	struct buf rest = BUF_INIT(REST_MAX);
	char day[WORKTIME_DAY_LEN];
	struct told t;
	int rc = -1;

	if (shopdesk_run(&d->k, look_accept, d, e) < 0 ||
	    believe(d, &t, PAGES_MAX, e) < 0 ||
	    put_accept(d, &t, &rest, e) < 0 ||
	    write_note(d, "baseline", &rest, e) < 0)
		goto out;
	if (!d->k.c->quiet)
		(void)printf(cli_has(d->k.c, "rolling") ? cli_tr("behind %s "
		    "each day is held against the one before it\n") :
		    cli_tr("accepted: later days are held against %s\n"),
		    worktime_day_text(t.day, day));
	rc = 0;
out:
	buf_release(&rest);
	return rc;
}

static enum cli_exit
run_accept(struct cli *c, struct err *e)
{
	struct deed d;
	int rc = -1;

	memset(&d, 0, sizeof(d));
	if (begin(&d, c, e) == 0)
		rc = accept(&d, e);
	shopdesk_release(&d.k);
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
check_change(const char *name, struct err *e)
{
	int c;

	for (c = 0; c < SHOP_CHANGES; c++)
		if (c != SHOP_REBASED && strcmp(name,
		    shop_change_name((enum shop_change)c)) == 0)
			return 0;
	(void)err_set(e, ERR_USAGE, "'%.60s' is no change", name);
	return err_hint(e, "one of: title address item-added item-removed "
	    "item-moved item-named price image-added image-removed "
	    "image-replaced image-broken text-added text-removed text-changed "
	    "text-hidden link-added link-removed link-changed length look");
}

static int
look_there(struct shopdesk *k, void *arg, struct err *e)
{
	struct shopday *s = shopdesk_load_one(k, k->c->args[0], e);

	(void)arg;
	shopday_free(s);
	return s ? 0 : -1;
}

static int
ignore(struct deed *d, struct err *e)
{
	const struct cli *c = d->k.c;
	struct buf rest = BUF_INIT(REST_MAX);
	struct jsonw w;
	int64_t until;
	int rc = -1;

	if (shopdesk_day(&d->k, "until", SHOPDAY_NONE, &until, e) < 0 ||
	    shopdesk_run(&d->k, look_there, NULL, e) < 0)
		goto out;
	jsonw_init(&w, &rest, e);
	jsonw_object(&w);
	jsonw_kstr(&w, "shop", c->args[0]);
	jsonw_kstr(&w, "change", c->args[1]);
	jsonw_kstr(&w, "what", c->nargs > 2 ? c->args[2] : NULL);
	jsonw_kstr(&w, "page", cli_value(c, "page"));
	put_day(&w, "until", until);
	jsonw_object_end(&w);
	if (jsonw_end(&w) < 0 || write_note(d, "ignore", &rest, e) < 0)
		goto out;
	if (!c->quiet)
		(void)puts(cli_tr("it is not told any more; the rules: "
		    "liudi-desk shop ignored NAME"));
	rc = 0;
out:
	buf_release(&rest);
	return rc;
}

static enum cli_exit
run_ignore(struct cli *c, struct err *e)
{
	struct deed d;
	int rc = -1;

	memset(&d, 0, sizeof(d));
	if (check_change(c->args[1], e) < 0 ||
	    check_text("WHAT", c->nargs > 2 ? c->args[2] : NULL, e) < 0 ||
	    check_text("--page", cli_value(c, "page"), e) < 0)
		return CLI_FAILED;
	if (begin(&d, c, e) == 0)
		rc = ignore(&d, e);
	shopdesk_release(&d.k);
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
