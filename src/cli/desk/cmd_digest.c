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
#include "cli/desk/team.h"

#include "base/banned.h"

#define POLICY_MAX (1024 * 1024)
#define PAGE_MAX ((size_t)256 << 20)
#define ROWS_SHOWN 3

struct work {
	const struct cli *c;
	int64_t day;
	const char *html;	/* file, "-", or NULL */
	struct buf out;
};

static int
put_page(struct work *k, const struct facts *f, const struct box *b,
	const struct team *t, struct worktime *time, struct err *e)
{
	struct digest_page page;
	char zone[TEAM_ZONE_LEN];
	int rc;

	team_zone(t, zone);
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
	struct team t = {0};
	struct messages *m = NULL;
	int rc = -1;

	if (!b->catalogue) {
		(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
		return err_hint(e, "run 'liudi-desk sync'");
	}
	m = messages_open(b->catalogue, false, e);
	if (m && team_load(&t, b, e) == 0)
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
