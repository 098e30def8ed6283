/* cli/desk/cmd_audit.c - liudi-desk audit: how it stands, on one screen. */
#include "cli/desk/show.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "desk/audit.h"
#include "desk/expect.h"
#include "desk/finding.h"
#include "desk/inichange.h"
#include "desk/query.h"

#include "base/banned.h"

#define ALARMS_MAX 10		/* of the newest, on the screen */
#define SILENT_WIDTH 10
#define DAY 86400

struct work {
	const struct cli *c;
	int64_t now;
	int64_t stations, silent, doubles, alarms, told, unclear;
	char said[sizeof(((struct err *)0)->what)];	/* of `expect`, last */
	struct buf line;
};

/* "3 h", "12 d". */
static void
age(const struct work *k, const struct audit_station *s, char *out, size_t n)
{
	int64_t t = k->now - s->sign;

	if (s->keys == 0)
		(void)snprintf(out, n, "%s", cli_tr(s->suspended ?
		    "suspended" : "ended"));
	else if (t < 2 * DAY)
		(void)snprintf(out, n, cli_tr("%lld h"), (long long)(t / 3600));
	else
		(void)snprintf(out, n, cli_tr("%lld d"), (long long)(t / DAY));
}

/* Of a slip in [team] each station tells: it is said once. */
static void
warn_unclear(struct work *k, const struct audit_station *s)
{
	char why[CLI_FILLED_LEN];

	if (s->unclear.code == ERR_NONE)
		return;
	k->unclear++;
	if (strcmp(k->said, s->unclear.what) == 0)
		return;
	(void)snprintf(k->said, sizeof(k->said), "%s", s->unclear.what);
	cli_warn(k->c, "%s; until it does, 3 days are taken",
	    cli_tr_filled(s->unclear.what, why));
	cli_hint(k->c, "%s", cli_tr_filled(s->unclear.hint, why));
}

static int
print_station(void *arg, const struct audit_station *s, struct err *e)
{
	struct work *k = arg;
	char when[SHOW_TIME_LEN], silent[64];

	(void)e;
	k->stations++;
	k->silent += s->silent;
	k->doubles += s->keys > 1;
	warn_unclear(k, s);
	age(k, s, silent, sizeof(silent));
	show_padded(s->station, 18);
	show_padded(show_time(s->started, when), 21);
	show_padded(show_time(s->received, when), 21);
	show_padded(silent, SILENT_WIDTH);
	(void)printf("%5lld  %8lld  ", (long long)s->gaps,
	    (long long)(s->integrity + s->warnings));
	if (s->keys > 1 || s->silent || s->integrity > 0)
		(void)puts(cli_tr(s->keys > 1 ? "TWO KEYS" : s->silent ?
		    "SILENT" : "INTEGRITY"));
	else if (s->keys > 0 && s->limit == EXPECT_NEVER)
		(void)puts(cli_tr("may be silent for ever"));
	else if (s->keys > 0 && s->limit > EXPECT_DEFAULT_S)
		(void)printf(cli_tr("may be silent for %lld d\n"),
		    (long long)(s->limit / DAY));
	else
		(void)putchar('\n');
	return 0;
}

static void
time_or_null(struct jsonw *w, const char *key, int64_t utc)
{
	if (utc == QUERY_NONE)
		jsonw_knull(w, key);
	else
		jsonw_kint(w, key, utc);
}

static int
json_station(void *arg, const struct audit_station *s, struct err *e)
{
	struct work *k = arg;
	struct jsonw w;

	k->stations++;
	k->silent += s->silent;
	k->doubles += s->keys > 1;
	warn_unclear(k, s);
	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "station");
	jsonw_kstr(&w, "station", s->station);
	jsonw_kbool(&w, "active", s->keys > 0);
	jsonw_kint(&w, "keys", s->keys);
	jsonw_kbool(&w, "suspended", s->suspended);
	time_or_null(&w, "started", s->started);
	time_or_null(&w, "received", s->received);
	jsonw_kint(&w, "sign", s->sign);
	jsonw_kbool(&w, "silent", s->silent);
	jsonw_kint(&w, "gaps", s->gaps);
	jsonw_kint(&w, "integrity", s->integrity);
	jsonw_kint(&w, "warnings", s->warnings);
	if (s->limit == EXPECT_NEVER)
		jsonw_knull(&w, "limit");
	else
		jsonw_kint(&w, "limit", s->limit);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(&k->line, e);
}

static bool
is_alarm(const struct work *k, const struct query_event *ev)
{
	return ev->severity >= FINDING_INTEGRITY &&
	    ev->utc >= k->now - AUDIT_NEWS_DAYS * DAY;
}

static int
count_alarm(void *arg, const struct query_event *ev, struct err *e)
{
	struct work *k = arg;

	(void)e;
	k->alarms += is_alarm(k, ev);
	return 0;
}

static int
print_alarm(void *arg, const struct query_event *ev, struct err *e)
{
	struct work *k = arg;
	char when[SHOW_TIME_LEN], out[CLI_FILLED_LEN];
	const char *text;

	(void)e;
	if (!is_alarm(k, ev) || k->told++ < k->alarms - ALARMS_MAX)
		return 0;
	text = cli_tr_filled(ev->text, out);
	(void)printf("%s  %s: ", show_time(ev->utc, when), ev->station[0] ?
	    ev->station : cli_tr("central"));
	cli_put_shown(stdout, text, strlen(text));
	(void)fputc('\n', stdout);
	return 0;
}

static int
json_alarm(void *arg, const struct query_event *ev, struct err *e)
{
	struct work *k = arg;
	struct jsonw w;

	if (!is_alarm(k, ev))
		return 0;
	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "alarm");
	jsonw_kstr(&w, "station", ev->station);
	jsonw_kstr(&w, "code", ev->code);
	jsonw_kstr(&w, "text", ev->text);
	jsonw_kint(&w, "utc", ev->utc);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(&k->line, e);
}

/* Not foreign to a manager, but another one wrote it. */
static void
put_value(const char *s)
{
	if (*s)
		cli_put_shown(stdout, s, strlen(s));
	else
		(void)fputs(cli_tr("(nothing)"), stdout);
}

static int
print_change(void *arg, const struct inichange *c, struct err *e)
{
	char when[SHOW_TIME_LEN];

	(void)arg;
	(void)e;
	(void)printf(cli_tr("%s  %s: %s changed '%s' in policy.ini: "),
	    show_time(c->utc, when), c->station[0] ? c->station :
	    cli_tr("all stations"), c->by, c->key);
	put_value(c->from);
	(void)fputs(" -> ", stdout);
	put_value(c->to);
	(void)fputc('\n', stdout);
	return 0;
}

static int
json_change(void *arg, const struct inichange *c, struct err *e)
{
	struct work *k = arg;
	struct jsonw w;

	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "policy");
	jsonw_kstr(&w, "station", c->station[0] ? c->station : NULL);
	jsonw_kstr(&w, "key", c->key);
	jsonw_kstr(&w, "from", c->from[0] ? c->from : NULL);
	jsonw_kstr(&w, "to", c->to[0] ? c->to : NULL);
	jsonw_kstr(&w, "by", c->by);
	jsonw_kint(&w, "utc", c->utc);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(&k->line, e);
}

static void
head(void)
{
	show_padded(cli_tr("station"), 18);
	show_padded(cli_tr("last run (its clock)"), 21);
	show_padded(cli_tr("received (central)"), 21);
	show_padded(cli_tr("silent"), SILENT_WIDTH);
	(void)printf(" %s  %s\n", cli_tr("gaps"), cli_tr("problems"));
}

/* What stands open is a line each, with what there is to be done. */
static void
print_open(const struct work *k, const struct audit_open *o)
{
	if (k->doubles > 0)
		(void)printf(cli_tr("stations for which two keys are good, "
		    "of which liudi makes one: %lld\n"),
		    (long long)k->doubles);
	if (o->stopped > 0)
		(void)printf(cli_tr("branches that are not followed any "
		    "further, as their chain is broken: %lld\n"),
		    (long long)o->stopped);
	if (o->receipts.wrong > 0)
		(void)printf(cli_tr("receipts of the central that do not "
		    "hold: %lld\n"), (long long)o->receipts.wrong);
	if (o->receipts.hidden > 0)
		(void)printf(cli_tr("commits that the central received and "
		    "does not show: %lld\n"), (long long)o->receipts.hidden);
	if (o->receipts.waiting > 0)
		(void)printf(cli_tr("branches whose newest commits have no "
		    "receipt: %lld\n"), (long long)o->receipts.waiting);
	if (o->apart > 0)
		(void)printf(cli_tr("branches that another manager saw "
		    "otherwise: %lld\n"), (long long)o->apart);
}

static int
summary(struct work *k, const struct audit_open *o, struct err *e)
{
	char stations[CLI_COUNT_LEN], alarms[CLI_COUNT_LEN];
	struct jsonw w;

	if (!k->c->json) {
		print_open(k, o);
		(void)printf(cli_tr("%s, %lld silent; %s in %d days, %lld "
		    "open\n"), cli_count(k->stations, "%lld station",
		    "%lld stations", stations), (long long)k->silent,
		    cli_count(k->alarms, "%lld alarm", "%lld alarms", alarms),
		    AUDIT_NEWS_DAYS, (long long)o->all);
		return 0;
	}
	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "summary");
	jsonw_kint(&w, "stations", k->stations);
	jsonw_kint(&w, "silent", k->silent);
	jsonw_kint(&w, "alarms", k->alarms);
	jsonw_kint(&w, "broken", o->stopped);
	jsonw_kint(&w, "bad_receipts", o->receipts.wrong);
	jsonw_kint(&w, "hidden", o->receipts.hidden);
	jsonw_kint(&w, "no_receipt", o->receipts.waiting);
	jsonw_kint(&w, "seen_otherwise", o->apart);
	jsonw_kint(&w, "two_keys", k->doubles);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(&k->line, e);
}

static int
audit(struct box *b, void *arg, struct err *e)
{
	struct work *k = arg;
	const bool json = k->c->json;
	struct audit_open o;

	if (!b->catalogue) {
		(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
		return err_hint(e, "run 'liudi-desk sync'");
	}
	if (!json)
		head();
	if (audit_stations(b, k->now, json ? json_station : print_station, k,
	    e) < 0 || query_events_since(b->catalogue, 0, count_alarm, k,
	    e) < 0 || query_events_since(b->catalogue, 0, json ? json_alarm :
	    print_alarm, k, e) < 0)
		return -1;
	if (inichange_each(b->control_clone, b->control.commit, k->now -
	    AUDIT_NEWS_DAYS * DAY, json ? json_change : print_change, k,
	    e) < 0 || audit_open(b, k->now, &o, e) < 0)
		return -1;
	o.all += k->doubles;
	if (summary(k, &o, e) < 0)
		return -1;
	if (k->alarms > 0 || o.all > 0)
		return (int)CLI_INTEGRITY;
	return k->silent + k->unclear > 0 ? (int)CLI_WARNINGS : (int)CLI_DONE;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work k = {.c = c, .now = clock_now_utc(),
	    .line = BUF_INIT(1024 * 1024)};
	struct seen *lost = NULL;
	struct box b = {0};
	struct deskhome h;
	int rc = -1;

	if (deskhome_open(&h, c->home, e) < 0)
		return CLI_FAILED;
	if (deskhome_fetched(h.records, e) < 0)
		goto out;
	lost = seen_load(h.lost, e);
	if (!lost)
		goto out;
	b.lost = lost;
	b.home = &h;
	b.mirrors = true;
	rc = box_run(&b, audit, &k, e);
out:
	seen_free(lost);
	buf_release(&k.line);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_audit = {
	.name = "audit",
	.operands = "",
	.help = "show who is silent, and what does not agree",
	.options = options,
	.min_args = 0,
	.max_args = 0,
	.run = run
};
