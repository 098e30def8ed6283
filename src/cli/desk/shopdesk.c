/* cli/desk/shopdesk.c - what the commands on shops share. */
#include "cli/desk/shopdesk.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"
#include "cli/desk/deskcmds.h"
#include "desk/deskkeys.h"
#include "desk/expect.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define POLICY_MAX (1024u * 1024)
#define DAY_S 86400
#define VIEW_LEN (SHOPDESK_NAME_LEN + 8)

struct call {
	struct shopdesk *k;
	int (*fn)(struct shopdesk *k, void *arg, struct err *e);
	void *arg;
};

static int
no_catalogue(struct err *e)
{
	(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
	return err_hint(e, "run 'liudi-desk sync'");
}

int64_t
shopdesk_today(void)
{
	struct clock_date d;
	const int64_t now = clock_now_utc();
	int offset;

	clock_split_local(now, &d, &offset);
	return (now + offset) / DAY_S;
}

static int
open_control(struct shopdesk *k, bool fresh, struct err *e)
{
	char pin[CANON_ID_LEN];

	if (fresh)
		return deskcmd_control(k->c, true, &k->h, &k->control, e);
	if (deskhome_open(&k->h, k->c->home, e) < 0 ||
	    deskhome_fetched(k->h.control, e) < 0 ||
	    deskhome_pin_load(&k->h, pin, e) < 0)
		return -1;
	return control_load(&k->control, k->h.control, pin[0] ? pin : NULL,
	    e);
}

/* All that needs no key. */
static int
open_home(struct shopdesk *k, const struct cli *c, bool fresh, struct err *e)
{
	memset(k, 0, sizeof(*k));
	k->c = c;
	buf_init(&k->policy, POLICY_MAX);
	buf_init(&k->unsent, NOTES_UNSENT_MAX);
	k->today = shopdesk_today();
	if (open_control(k, fresh, e) < 0 ||
	    control_file_load(k->h.control, k->control.commit, "policy.ini",
	    &k->policy, e) < 0 || notes_unsent(&k->h, &k->unsent, e) < 0)
		return -1;
	return file_exists(k->h.catalogue) ? 0 : no_catalogue(e);
}

int
shopdesk_open(struct shopdesk *k, const struct cli *c, bool fresh,
	struct err *e)
{
	const char *as = cli_value(c, "as");

	if (open_home(k, c, fresh, e) < 0)
		return -1;
	k->name = as ? as : deskcmd_name(&k->h);
	k->op = deskcmd_open_as(c, &k->h, k->name, &k->key, e);
	return k->op ? 0 : -1;
}

int
shopdesk_join(struct shopdesk *k, const struct cli *c, struct opener *op,
	struct err *e)
{
	if (open_home(k, c, true, e) < 0)
		return -1;
	k->op = op;
	k->lent = true;
	k->name = k->reader;
	k->key = reads_key(&k->h, &k->control, op, k->reader, e);
	return k->key ? 0 : -1;
}

void
shopdesk_release(struct shopdesk *k)
{
	if (!k->lent)
		opener_free(k->op);
	sshkey_free(k->key);
	buf_release(&k->policy);
	buf_release(&k->unsent);
	control_release(&k->control);
	deskhome_release(&k->h);
}

int
shopdesk_note(struct shopdesk *k, const char *shop, int64_t first,
	int64_t last, struct err *e)
{
	char view[VIEW_LEN];
	const bool days = first != ACCESS_NO_DAY;
	const struct access_ask ask = {"open", NULL, view,
	    days ? first * DAY_S : first, days ? last * DAY_S : last, NULL};

	(void)snprintf(view, sizeof(view), "%s%s", shop ? "shop " : "shops",
	    shop ? shop : "");
	return k->lent ? reads_page(k->c, k->op, &ask, &k->pass, e) :
	    reads_note(k->c, k->op, &ask, &k->pass, NULL, e);
}

/* --- The box. */

static int
in_box(struct box *b, void *arg, struct err *e)
{
	struct call *call = arg;
	struct err why = ERR_INIT;
	struct notes_report r;
	int rc;

	call->k->b = b;
	if (!b->catalogue)
		return no_catalogue(e);
	/* what a sync that runs holds up, it takes itself */
	if (notes_index(b, &r, &why) < 0 && why.code == ERR_INTR) {
		*e = why;
		return -1;
	}
	rc = call->fn(call->k, call->arg, e);
	if (rc >= 0 && (fflush(stdout) != 0 || ferror(stdout)))
		rc = err_stdout(e);
	return rc;
}

int
shopdesk_run(struct shopdesk *k, int (*fn)(struct shopdesk *k, void *arg,
	struct err *e), void *arg, struct err *e)
{
	struct call call = {k, fn, arg};
	struct box b = {.home = &k->h, .opener = k->op, .pass = &k->pass,
	    .mirrors = true, .rw = k->rw};

	return box_run(&b, in_box, &call, e);
}

struct shopday *
shopdesk_of(struct catalogue *c, const char *shop, const struct buf *unsent,
	const char *name, struct err *e)
{
	struct shopday *s = shopday_new(shop, e);

	if (s && (shops_captures(c, shop, SHOPS_ANY_DAY, shopday_capture, s,
	    e) < 0 || notes_each(c, unsent, name, shopday_note, s, e) < 0)) {
		shopday_free(s);
		s = NULL;
	}
	return s;
}

struct shopday *
shopdesk_load(struct shopdesk *k, const char *shop, struct err *e)
{
	return shopdesk_of(k->b->catalogue, shop, &k->unsent, k->name, e);
}

struct shopday *
shopdesk_load_one(struct shopdesk *k, const char *shop, struct err *e)
{
	struct shopday *s = shopdesk_load(k, shop, e);

	if (!s || shopday_last(s, INT64_MAX) != SHOPDAY_NONE)
		return s;
	shopday_free(s);
	(void)err_set(e, ERR_NOENT, "no station captured a shop '%.60s'",
	    shop);
	(void)err_hint(e, "liudi-desk shops lists those that are captured");
	return NULL;
}

struct naming {
	int (*fn)(void *arg, const char *shop, struct err *e);
	void *arg;
	char last[SHOPDESK_NAME_LEN];
};

static int
on_row(void *arg, const struct shops_row *r, struct err *e)
{
	struct naming *n = arg;

	if (strcmp(n->last, r->last.shop) == 0)
		return 0;
	(void)snprintf(n->last, sizeof(n->last), "%s", r->last.shop);
	return n->fn(n->arg, n->last, e);
}

int
shopdesk_names(struct catalogue *c, int (*fn)(void *arg, const char *shop,
	struct err *e), void *arg, struct err *e)
{
	struct naming n = {fn, arg, ""};

	return shops_each(c, NULL, SHOPS_ANY_DAY, on_row, &n,
	    e);
}

/* --- Changes. */

struct telling {
	const struct shopday *s;
	int64_t day, *ignored;
	const char *page;
	shop_event_fn fn;
	void *arg;
};

static int
on_event(void *arg, const struct shop_event *v, struct err *e)
{
	struct telling *t = arg;

	if (!shopday_ignored(t->s, t->day, t->page, v))
		return t->fn(t->arg, v, e);
	if (t->ignored)
		++*t->ignored;
	return 0;
}

int
shopdesk_changes(struct shopdesk *k, const struct shopday *s, int64_t day,
	const struct shopday_page *p, shop_event_fn fn, void *arg,
	int64_t *ignored, struct err *e)
{
	struct telling t = {s, day, ignored, p->page, fn, arg};
	struct shop_page now, base;
	int rc = shops_page(k->b->catalogue, p->now, &now, e);

	memset(&base, 0, sizeof(base));
	if (rc > 0)
		rc = shops_page(k->b->catalogue, p->base, &base, e);
	if (rc == 0)
		rc = err_set(e, ERR_NOENT, "a page of a shop is not in the "
		    "catalogue");
	if (rc > 0)
		rc = shop_diff(&base, &now, on_event, &t, e);
	page_free(&base);
	page_free(&now);
	return rc < 0 ? -1 : 0;
}

int64_t
shopdesk_patience(const char *policy, const char *station)
{
	struct err ignored = ERR_INIT;
	int64_t limit;

	(void)expect_of(policy, station, &limit, &ignored);
	return limit == EXPECT_NEVER ? INT64_MAX :
	    (limit + DAY_S - 1) / DAY_S;
}

/* --- What was typed. */

int
shopdesk_day(const struct shopdesk *k, const char *name, int64_t def,
	int64_t *day, struct err *e)
{
	const char *s = cli_value(k->c, name);

	*day = !s ? def : k->today - (str_eq(s, "yesterday") ? 1 : 0);
	if (!s || str_eq(s, "today") || str_eq(s, "yesterday") ||
	    worktime_day_parse(s, day) == 0)
		return 0;
	(void)err_set(e, ERR_USAGE, "--%s takes a day, not '%.60s'", name, s);
	return err_hint(e, "write it as 2026-11-23, or today, or yesterday");
}

bool
shopdesk_is_verb(const char *word)
{
	static const char *const verbs[] = {"set", "list", "diff", "check",
	    "reviewed", "accept", "ignore", "ignored", "package"};
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(word, verbs[i]) == 0)
			return true;
	return false;
}

int
shopdesk_is_name(const char *shop, struct err *e)
{
	const size_t n = strlen(shop);

	if (shopdesk_is_verb(shop))
		return err_set(e, ERR_USAGE, "write '%s' right behind 'shop'",
		    shop);
	if (n == 0 || n >= SHOPDESK_NAME_LEN || !utf8_clean(shop, n))
		return err_set(e, ERR_USAGE, "that is no name of a shop");
	return 0;
}

/* --- After a sync. */

static int
send_all(const struct deskhome *h, struct opener *op, size_t *waits,
	struct err *e)
{
	struct err ignored = ERR_INIT;
	const char *name = deskcmd_name(h);
	struct sshkey *key = deskkeys_sign(h->keys, name, op, &ignored);
	struct access_log l = {.home = h, .name = name, .key = key};
	struct control control;
	char pin[CANON_ID_LEN];
	int rc;

	*waits = 0;
	if (!key)	/* opened by an identity that signs nothing */
		return 0;
	rc = deskhome_pin_load(h, pin, e);
	if (rc == 0)
		rc = control_load(&control, h->control, pin[0] ? pin : NULL,
		    e);
	if (rc == 0) {
		l.control = &control;
		rc = notes_send(&l, waits, e);
		control_release(&control);
	}
	sshkey_free(key);
	return rc;
}

void
shopdesk_send(const struct cli *c, const struct deskhome *h,
	struct opener *op)
{
	char why[CLI_FILLED_LEN];
	struct err e = ERR_INIT;
	size_t waits;

	if (send_all(h, op, &waits, &e) < 0)
		cli_warn(c, "notes on shops wait here to be sent: %s",
		    cli_tr_filled(e.what, why));
}
