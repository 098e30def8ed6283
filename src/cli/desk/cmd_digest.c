/* cli/desk/cmd_digest.c - liudi-desk digest: what a day wants of a manager. */
#include "cli/desk/deskcmds.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/desk/digest_page.h"
#include "cli/desk/reads.h"
#include "cli/desk/show.h"
#include "config/teamini.h"
#include "desk/roster.h"
#include "desk/sealed.h"

#include "base/banned.h"

#define POLICY_MAX (1024 * 1024)
#define PAGE_MAX ((size_t)256 << 20)
#define ROWS_SHOWN 3
#define ZONE_LEN 128

struct work {
	const struct cli *c;
	int64_t day;
	const char *html;	/* file, "-", or NULL */
	struct buf out;
};

/* All that is counted from, in the box. */
struct team {
	struct buf policy;
	struct roster people;
	char (*name)[33];
	const char **station;
	size_t n, nactive;
};

static int
add_station(struct team *t, const char *name, struct err *e)
{
	char (*more)[33];
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->name[i], name) == 0)
			return 0;
	more = realloc(t->name, (t->n + 1) * sizeof(*more));
	if (!more)
		return err_nomem(e);
	t->name = more;
	(void)snprintf(t->name[t->n++], sizeof(*more), "%s", name);
	return 0;
}

static int
on_station(void *arg, const struct query_station *s, struct err *e)
{
	return add_station(arg, s->station, e);
}

/* Those that may send now; behind them those that once did. */
static int
add_stations(struct box *b, struct team *t, struct err *e)
{
	const int64_t now = clock_now_utc();
	size_t i;

	for (i = 0; i < b->control.stations.n; i++) {
		const struct signer *s = &b->control.stations.v[i];

		if (s->valid_after <= now && s->valid_before > now &&
		    add_station(t, s->name, e) < 0)
			return -1;
	}
	t->nactive = t->n;
	if (query_stations(b->catalogue, on_station, t, e) < 0)
		return -1;
	t->station = calloc(t->n + 1, sizeof(*t->station));
	if (!t->station)
		return err_nomem(e);
	for (i = 0; i < t->n; i++)
		t->station[i] = t->name[i];
	return 0;
}

static int
team_load(struct box *b, struct team *t, struct err *e)
{
	struct buf file = BUF_INIT(ROSTER_FILE_MAX);
	struct buf text = BUF_INIT(ROSTER_FILE_MAX);
	const char *control = b->home->control, *commit = b->control.commit;
	int rc = control_file_load(control, commit, "roster.age", &file, e);

	if (rc > 0)
		rc = sealed_text(b->opener, file.data, file.len, NULL, NULL,
		    &text, e);
	if (rc == 0)
		rc = roster_parse(&t->people, buf_str(&text), text.len, e);
	if (rc == 0 && control_file_load(control, commit, "policy.ini",
	    &t->policy, e) < 0)
		rc = -1;
	if (rc == 0)
		rc = add_stations(b, t, e);
	buf_wipe(&text);
	buf_release(&file);
	return rc;
}

static void
team_release(struct team *t)
{
	roster_release(&t->people);
	buf_release(&t->policy);
	free(t->name);
	free(t->station);
}

static int
put_page(struct work *k, const struct facts *f, const struct box *b,
	const struct team *t, struct worktime *time, struct err *e)
{
	struct digest_page page;
	char zone[ZONE_LEN];
	int rc;

	if (!teamini_get(buf_str(&t->policy), "", "zone", zone, sizeof(zone)))
		clock_zone(zone, sizeof(zone));
	rc = digest_page_make(&page, f, b->control.org, zone, time, e);
	if (rc == 0)
		rc = k->html ? digest_html(&page, &k->out, e) :
		    digest_text(&page, ROWS_SHOWN, &k->out, e);
	digest_page_release(&page);
	return rc;
}

static int
put(const struct work *k, struct err *e)
{
	if (k->html && strcmp(k->html, "-") != 0)
		return file_save(k->html, k->out.data, k->out.len, 0600, e);
	if (fwrite(k->out.data, 1, k->out.len, stdout) != k->out.len ||
	    fflush(stdout) != 0)
		return err_stdout(e);
	return 0;
}

static int
make(struct work *k, struct box *b, struct messages *m, const struct team *t,
	struct err *e)
{
	struct facts_ask ask = {.policy = buf_str(&t->policy),
	    .roster = &t->people, .station = t->station, .nstations = t->n,
	    .nactive = t->nactive, .day = k->day,
	    .now = clock_now_utc() * 1000};
	struct worktime *time = worktime_new(ask.policy, "", e);
	struct facts facts = {0};
	int rc = -1;

	if (time && facts_make(&facts, m, b->catalogue, &ask, e) == 0)
		rc = k->c->json ? digest_json(&facts, &k->out, e) :
		    put_page(k, &facts, b, t, time, e);
	facts_release(&facts);
	worktime_free(time);
	return rc < 0 ? -1 : put(k, e);
}

static int
digest(struct box *b, void *arg, struct err *e)
{
	struct team t = {.policy = BUF_INIT(POLICY_MAX)};
	struct messages *m = NULL;
	int rc = -1;

	if (!b->catalogue) {
		(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
		return err_hint(e, "run 'liudi-desk sync'");
	}
	m = messages_open(b->catalogue, false, e);
	if (m && team_load(b, &t, e) == 0)
		rc = make(arg, b, m, &t, e);
	messages_close(m);
	team_release(&t);
	return rc < 0 ? -1 : (int)CLI_DONE;
}

/* The day that is meant, of the team's zone: POLICY says which. */
static int
take_day(struct work *k, const char *policy, struct err *e)
{
	const char *day = cli_value(k->c, "day");
	struct worktime *time;

	if (day && worktime_day_parse(day, &k->day) == 0)
		return 0;
	if (day && strcmp(day, "today") != 0 &&
	    strcmp(day, "yesterday") != 0) {
		(void)err_set(e, ERR_USAGE, "--day takes a day, not '%s'",
		    day);
		return err_hint(e, "write it as 2026-11-23, or today, or "
		    "yesterday");
	}
	time = worktime_new(policy, "", e);
	if (!time)
		return -1;
	k->day = worktime_day(time, clock_now_utc() * 1000) -
	    (day && strcmp(day, "today") == 0 ? 0 : 1);
	worktime_free(time);
	return 0;
}

/* Before anybody types a passphrase. */
static int
prepare(struct work *k, const struct deskhome *h, struct err *e)
{
	struct buf policy = BUF_INIT(POLICY_MAX);
	char pin[CANON_ID_LEN];
	int rc = -1;

	if (!file_exists(h->catalogue)) {
		(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
		return err_hint(e, "run 'liudi-desk sync'");
	}
	if (k->html && k->c->json)
		return err_set(e, ERR_USAGE, "--json and --html are two "
		    "forms of the same");
	if (deskhome_pin_load(h, pin, e) == 0 && control_file_load(h->control,
	    pin, "policy.ini", &policy, e) >= 0)
		rc = take_day(k, buf_str(&policy), e);
	buf_release(&policy);
	return rc;
}

/* Who reads what of which day is written down before anything is shown. */
static int
note(const struct work *k, struct opener *op, struct access_pass *pass,
	struct err *e)
{
	const struct access_ask ask = {"open", NULL, "digest",
	    k->day * 86400, k->day * 86400, NULL};

	return reads_note(k->c, op, &ask, pass, NULL, e);
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work k = {.c = c, .out = BUF_INIT(PAGE_MAX)};
	struct access_pass pass = {false};
	struct opener *op = NULL;
	char *file = NULL, *dir = NULL;
	struct box b = {0};
	struct deskhome h;
	int rc = -1;

	if (deskhome_names(&h, c->home, e) < 0)
		return CLI_FAILED;
	k.html = cli_value(c, "html");
	if (prepare(&k, &h, e) < 0)
		goto out;
	if (k.html && strcmp(k.html, "-") != 0) {
		k.html = file = path_expand(k.html, NULL, e);
		dir = file ? path_dir(file) : NULL;
		if (!dir)
			goto out;
	}
	op = show_opener(c, &h, e);
	if (!op || note(&k, op, &pass, e) < 0)
		goto out;
	b.home = &h;
	b.opener = op;
	b.pass = &pass;
	b.mirrors = true;
	b.no_records = true;
	b.rw = dir;
	rc = box_run(&b, digest, &k, e);
out:
	opener_free(op);
	buf_release(&k.out);
	free(file);
	free(dir);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"day", 0, "DATE", "that day; else yesterday, in the team's zone"},
	{"html", 0, "FILE", "write the whole page as HTML; - for standard output"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"identity", 'i', "FILE", "open with this age identity file"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_digest = {
	.name = "digest",
	.operands = "",
	.help = "one page on a day: what wants to be done, and the numbers",
	.options = options,
	.min_args = 0,
	.max_args = 0,
	.run = run
};
