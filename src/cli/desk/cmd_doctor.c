/* cli/desk/cmd_doctor.c - liudi-desk doctor: is all as it should be? */
#include "cli/desk/deskcmds.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/utf8.h"
#include "cli/checks.h"
#include "cli/desk/shopdesk.h"
#include "cli/desk/show.h"
#include "desk/access.h"
#include "desk/deskkeys.h"
#include "desk/dual.h"
#include "desk/health.h"
#include "desk/ledger.h"
#include "desk/people.h"
#include "desk/received.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define TEXT_MAX (1024 * 1024)
#define LINE_MAX_LEN 2048
#define AHEAD_S 60	/* of the central's clock: more is told */

struct doctor {
	const struct cli *c;
	struct deskhome home;
	struct control control;
	bool control_there, online, shop_bad;
	struct buf policy, unsent;	/* of the shops that are captured */
	int64_t shops;
	int64_t now;
	enum cli_exit worst;
};

/* One line; FMT is in the user's language already. */
static void __attribute__((format(printf, 4, 5)))
say(struct doctor *d, enum checks_state state, const char *name,
	const char *fmt, ...)
{
	struct checks k = {d->c, CLI_INTEGRITY, d->worst};
	va_list ap;

	va_start(ap, fmt);
	checks_vsay(&k, state, name, NULL, fmt, ap);
	va_end(ap);
	d->worst = k.worst;
}

/* --- This machine. */

static void
check_keys(struct doctor *d)
{
	const char *name = deskcmd_name(&d->home);

	if (deskkeys_has(d->home.keys, name))
		say(d, CHECKS_OK, "keys", cli_tr("the keys of '%s' are on "
		    "this machine"), name);
	else
		say(d, CHECKS_WARN, "keys", cli_tr("the keys of '%s' are not "
		    "on this machine"), name);
	if (deskkeys_has(d->home.keys, DESKKEYS_OWNER))
		say(d, CHECKS_WARN, "owner", cli_tr("the owner's keys lie in "
		    "'%s': they belong into a safe"), d->home.keys);
	if (access_waits(&d->home))
		say(d, CHECKS_WARN, "access", cli_tr("what was read here is "
		    "not yet in the log that the owner reads: liudi-desk "
		    "sync"));
}

/* Those that may send now; one of them has a line for each of its keys. */
static long long
stations(const struct control *c)
{
	const struct signer *v = c->stations.v;
	const int64_t now = clock_now_utc();
	long long n = 0;
	size_t i, j;

	for (i = 0; i < c->stations.n; i++) {
		if (v[i].valid_after > now || v[i].valid_before <= now)
			continue;
		for (j = 0; j < i; j++)
			if (strcmp(v[j].name, v[i].name) == 0 &&
			    v[j].valid_after <= now && v[j].valid_before > now)
				break;
		n += j == i;
	}
	return n;
}

/* --- The central. */

/* Fetch, check, pin; what was known last is looked at where it is away. */
static int
check_control(struct doctor *d, struct err *e)
{
	char pin[CANON_ID_LEN], why[CLI_FILLED_LEN];
	char sends[CLI_COUNT_LEN], readers[CLI_COUNT_LEN];
	struct buf rewritten = BUF_INIT(65536);
	bool other;

	d->online = mirror_fetch(&d->home.central, "control",
	    d->home.control, &rewritten, e) == 0;
	other = rewritten.len > 0;
	buf_release(&rewritten);
	if (other)
		say(d, CHECKS_BAD, "control", "%s", cli_tr("the central's "
		    "control is not the one that this desk knows; it is never "
		    "replaced: put control.git of this desk back to the "
		    "central"));
	if (d->online) {
		say(d, CHECKS_OK, "central", cli_tr("the central is reached: "
		    "%s"), d->home.central.url);
	} else {
		say(d, CHECKS_WARN, "central", "%s",
		    cli_tr_filled(e->what, why));
		err_clear(e);
	}
	if (deskhome_pin_load(&d->home, pin, e) < 0 ||
	    control_load(&d->control, d->home.control, pin, e) < 0) {
		if (e->code != ERR_INTEGRITY && e->code != ERR_FORMAT &&
		    e->code != ERR_NOENT)
			return -1;
		say(d, CHECKS_BAD, "control", "%s",
		    cli_tr_filled(e->what, why));
		err_clear(e);
		return 0;
	}
	d->control_there = true;
	say(d, CHECKS_OK, "control", cli_tr("control is signed by who may: %s, "
	    "%s"), cli_count(stations(&d->control), "%lld station",
	    "%lld stations", sends), cli_count(
	    (int64_t)d->control.nrecipients, "%lld reader", "%lld readers",
	    readers));
	return deskhome_pin_save(&d->home, d->control.commit, e);
}

static void
say_lines(struct doctor *d, const char *name, const struct buf *lines)
{
	char line[LINE_MAX_LEN], filled[CLI_FILLED_LEN];
	const char *s = buf_str(lines), *told;
	size_t n;

	for (; *s; s += n + (s[n] == '\n')) {
		n = strcspn(s, "\n");
		/* with its end, as the table of languages has it */
		(void)snprintf(line, sizeof(line), "%.*s\n", (int)n, s);
		told = cli_tr_filled(line, filled);
		say(d, CHECKS_WARN, name, "%.*s", (int)strcspn(told, "\n"),
		    told);
	}
}

static int
check_folder(struct doctor *d, struct err *e)
{
	const struct central *c = &d->home.central;
	struct buf settings = BUF_INIT(TEXT_MAX), hooks = BUF_INIT(TEXT_MAX);
	const char *dir = deskcmd_hooks();
	int rc = -1;

	if (central_check(c, &settings, e) < 0)
		goto out;
	if (settings.len == 0)
		say(d, CHECKS_OK, "settings", cli_tr("git's settings there are "
		    "as they should be"));
	say_lines(d, "settings", &settings);
	if (file_is_dir(dir)) {
		if (health_hooks(c, dir, &hooks, e) < 0)
			goto out;
		if (hooks.len == 0)
			say(d, CHECKS_OK, "hooks", cli_tr("the hooks there are "
			    "those of this version"));
		say_lines(d, "hooks", &hooks);
		if (hooks.len > 0)
			cli_hint(d->c, "copy them from '%s'", dir);
	}
	say(d, CHECKS_NOTE, "folder", cli_tr("the central is a folder: whoever "
	    "can write it can delete it"));
	rc = 0;
out:
	buf_release(&settings);
	buf_release(&hooks);
	return rc;
}

/* --- In the box: what the records say. */

/* A hosting without the hooks: each line is one thing that it lets happen. */
static void
say_detection_only(struct doctor *d)
{
	say(d, CHECKS_WARN, "prevents", cli_tr("the central has no hooks of "
	    "liudi: it prevents nothing, and what happens is only noticed:"));
	say(d, CHECKS_WARN, "prevents", cli_tr("- branches can be deleted and "
	    "rewritten; the next sync tells it and keeps our copy, but what "
	    "no desk has fetched by then may be lost"));
	say(d, CHECKS_WARN, "prevents", cli_tr("- a station can write into the "
	    "branch of another; what that one did not sign is left out"));
	say(d, CHECKS_WARN, "prevents", cli_tr("- a key that was revoked can "
	    "still send what is dated before its end; only when it was first "
	    "seen here tells"));
	say(d, CHECKS_WARN, "prevents", cli_tr("- no receipt says when "
	    "something came: a date is the station's word until a desk has "
	    "fetched it"));
	say(d, CHECKS_WARN, "prevents", cli_tr("- anything of any size can be "
	    "pushed and fills the place, and whoever may read there sees all "
	    "branches' names and sizes"));
	say(d, CHECKS_WARN, "prevents", cli_tr("- a request with an invitation "
	    "that has ended is taken there; a desk refuses it"));
}

static int
check_waiting(struct doctor *d, struct box *b, struct err *e)
{
	struct received_open o = {0};
	char n[CLI_COUNT_LEN];

	if (!b->catalogue)
		return 0;
	if (received_count(b->catalogue, d->now, &o, e) < 0)
		return -1;
	if (o.wrong > 0)
		say(d, CHECKS_BAD, "receipts", "%s", cli_count(o.wrong,
		    "%lld receipt does not hold: see liudi-desk sync",
		    "%lld receipts do not hold: see liudi-desk sync", n));
	if (o.hidden > 0)
		say(d, CHECKS_BAD, "receipts", cli_tr("the central says that it "
		    "has %s which it does not show"), cli_count(o.hidden,
		    "%lld commit", "%lld commits", n));
	if (o.waiting > 0)
		say(d, CHECKS_WARN, "receipts", "%s", cli_count(o.waiting,
		    "%lld branch ends without a receipt",
		    "%lld branches end without a receipt", n));
	return 0;
}

static void
check_clock(struct doctor *d, const struct health *h)
{
	char when[CLOCK_TEXT_LEN], n[CLI_COUNT_LEN];

	if (h->newest == 0) {
		say(d, CHECKS_OK, "receipts", cli_tr("no receipt is here "
		    "yet: nothing was sent, or not fetched: liudi-desk "
		    "sync"));
		return;
	}
	say(d, CHECKS_OK, "receipts", cli_tr("%s, the newest of %s"),
	    cli_count(h->good, "%lld receipt holds", "%lld receipts hold", n),
	    clock_text_local(h->newest, when));
	if (h->newest > d->now + AHEAD_S)
		say(d, CHECKS_WARN, "clock", cli_tr("the central's clock is at "
		    "least %lld s ahead of this machine's"),
		    (long long)(h->newest - d->now));
	else
		say(d, CHECKS_OK, "clock", cli_tr("no receipt is dated ahead "
		    "of this machine's clock"));
}

/* --- Shops that stations capture. */

struct looking {
	struct doctor *d;
	struct catalogue *c;
};

static int
on_shop(void *arg, const char *shop, struct err *e)
{
	const struct looking *l = arg;
	struct doctor *d = l->d;
	const int64_t today = shopdesk_today();
	struct shopday *s = shopdesk_of(l->c, shop, &d->unsent,
	    deskcmd_name(&d->home), e);
	char n[CLI_COUNT_LEN], day[WORKTIME_DAY_LEN];
	const char *station;
	struct shopday_open o;
	int64_t good, ts;
	int rc = s ? shopday_open(s, today + 1, &o, e) : -1;

	if (rc < 0)
		goto out;
	d->shops++;
	(void)shopday_stations(s, today + 1, &station);
	good = shopday_last_good(s, today + 1, &ts);
	if (good == SHOPDAY_NONE)
		say(d, CHECKS_WARN, "shops", cli_tr("shop '%s' was never seen"),
		    shop);
	else if (today - good > shopdesk_patience(buf_str(&d->policy),
	    station))
		say(d, CHECKS_WARN, "shops", cli_tr("shop '%s' was last seen "
		    "on %s"), shop, worktime_day_text(good, day));
	if (o.n > 0)
		say(d, CHECKS_WARN, "shops", cli_tr("shop '%s': %s to be "
		    "reviewed, the first is %s"), shop, cli_count(o.n,
		    "%lld day", "%lld days", n), worktime_day_text(o.first,
		    day));
out:
	shopday_free(s);
	return rc;
}

static int
check_shops(struct doctor *d, struct box *b, struct err *e)
{
	struct looking l = {d, b->catalogue};
	const enum cli_exit before = d->worst;

	if (!b->catalogue)
		return 0;
	d->worst = CLI_DONE;
	if (shopdesk_names(b->catalogue, on_shop, &l, e) < 0)
		return -1;
	if (d->shops > 0 && d->worst == CLI_DONE)
		say(d, CHECKS_OK, "shops", cli_tr("all shops are seen and "
		    "reviewed"));
	d->worst = cli_worse(before, d->worst);
	return 0;
}

static int
look(struct box *b, void *arg, struct err *e)
{
	struct doctor *d = arg;
	const bool named = b->control.servers.n > 0;
	struct health h;

	d->worst = CLI_DONE;
	if (health_look(&h, b->records, &b->control, e) < 0)
		return -1;
	if (!h.receipts && named) {
		say(d, CHECKS_BAD, "receipts", cli_tr("control names the "
		    "central's key, but the central has no receipts"));
	} else if (!h.receipts) {
		say_detection_only(d);
	} else if (!h.key) {
		say(d, named ? CHECKS_BAD : CHECKS_WARN, "key", named ?
		    cli_tr("the central signs with another key than control "
		    "names") : cli_tr("control does not name the central's "
		    "key: its receipts are not looked at"));
	} else {
		say(d, CHECKS_OK, "key", cli_tr("control names the key by "
		    "which the central signs receipts"));
		check_clock(d, &h);
		if (check_waiting(d, b, e) < 0)
			return -1;
	}
	if (check_shops(d, b, e) < 0)
		return -1;
	return (int)d->worst;
}

static int
check_records(struct doctor *d, struct err *e)
{
	struct box b = {.home = &d->home, .mirrors = true};
	char why[CLI_FILLED_LEN];
	int rc;

	if (!file_exists(d->home.records)) {
		say(d, CHECKS_WARN, "records", cli_tr("no records yet: "
		    "liudi-desk sync"));
		return 0;
	}
	if (control_file_load(d->home.control, d->control.commit,
	    "policy.ini", &d->policy, e) < 0 || notes_unsent(&d->home,
	    &d->unsent, e) < 0)
		return -1;
	rc = box_run(&b, look, d, e);
	if (rc < 0 && e->code != ERR_INTEGRITY)
		return -1;
	if (rc < 0) {
		say(d, CHECKS_BAD, "records", "%s",
		    cli_tr_filled(e->what, why));
		err_clear(e);
		return 0;
	}
	d->worst = cli_worse(d->worst, (enum cli_exit)rc);
	return 0;
}

/* --- The book: what an owner granted is no secret of two any more. */

/* How many: which they are is read with a key, and an event. */
static int
on_book(struct box *b, void *arg, struct err *e)
{
	struct book *book = b->catalogue ? ledger_book(b->catalogue, e) :
	    NULL;
	const struct book_account *a;
	char words[CLI_COUNT_LEN];
	int64_t granted = 0;
	struct doctor *d = arg;
	size_t n, i;

	if (!b->catalogue)
		return 0;
	if (!book)
		return -1;
	a = book_accounts(book, &n);
	for (i = 0; i < n; i++)
		granted += dual_to_change(&a[i]) != NULL;
	if (granted > 0)
		say(d, CHECKS_WARN, "granted", cli_tr("%s whose secrets an "
		    "owner granted: have them changed ('liudi-desk account "
		    "list' names them)"), cli_count(granted, "%lld account",
		    "%lld accounts", words));
	book_free(book);
	return (int)d->worst;
}

static int
check_book(struct doctor *d, struct err *e)
{
	struct box b = {.home = &d->home};
	enum cli_exit before = d->worst;
	int rc;

	if (!file_exists(d->home.catalogue))
		return 0;
	d->worst = CLI_DONE;
	rc = box_run(&b, on_book, d, e);
	d->worst = cli_worse(before, rc < 0 ? CLI_DONE : (enum cli_exit)rc);
	return rc < 0 ? -1 : 0;
}

/* --- Shops and who reads, as policy.ini has them. */

static int
on_rule(void *arg, const char *shop, const char *what)
{
	struct doctor *d = arg;
	char told[CLI_FILLED_LEN];

	d->shop_bad = d->shop_bad || shop;
	if (shop)
		say(d, CHECKS_BAD, "shop", cli_tr("shop '%s': %s"), shop,
		    cli_tr_filled(what, told));
	else
		say(d, CHECKS_BAD, "reader", "%s", cli_tr_filled(what, told));
	return 0;
}

static int
check_people(struct doctor *d, struct err *e)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	struct people *p = NULL;
	enum cli_exit before = d->worst;
	int rc = -1;
	size_t n;

	if (control_file_load(d->home.control, d->control.commit,
	    "policy.ini", &text, e) >= 0)
		p = people_new(buf_str(&text), NULL, &d->control, e);
	if (!p)
		goto out;
	/* a rule of the house, not a broken record */
	d->worst = CLI_DONE;
	(void)people_check(p, on_rule, d);
	d->worst = cli_worse(before, d->worst == CLI_DONE ? CLI_DONE :
	    CLI_WARNINGS);
	(void)people_shops(p, &n);
	if (n > 0 && !d->shop_bad)
		say(d, CHECKS_OK, "shop", cli_tr("each shop has two people, "
		    "one of them responsible"));
	rc = 0;
out:
	people_free(p);
	buf_release(&text);
	return rc;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct doctor d;
	int rc = -1;

	memset(&d, 0, sizeof(d));
	d.c = c;
	d.now = clock_now_utc();
	buf_init(&d.policy, TEXT_MAX);
	buf_init(&d.unsent, NOTES_UNSENT_MAX);
	if (deskhome_open(&d.home, c->home, e) < 0)
		goto out;
	check_keys(&d);
	if (check_control(&d, e) < 0)
		goto out;
	if (d.home.central.kind == CENTRAL_PATH) {
		if (d.online && check_folder(&d, e) < 0)
			goto out;
	} else {
		say(&d, CHECKS_OK, "settings", cli_tr("hooks and settings of "
		    "another machine cannot be looked at from here; its "
		    "receipts can"));
	}
	if (d.control_there && (check_people(&d, e) < 0 ||
	    check_book(&d, e) < 0 || check_records(&d, e) < 0))
		goto out;
	rc = (int)d.worst;
out:
	buf_release(&d.policy);
	buf_release(&d.unsent);
	control_release(&d.control);
	deskhome_release(&d.home);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

const struct cli_command cmd_doctor = {
	.name = "doctor",
	.operands = "",
	.help = "say what is not as it should be, here and at the central",
	.run = run
};
