/* cli/agent/cmd_report.c - liudi report: a day in three lines, a week's plan. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/reports.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "cli/agent/commands.h"
#include "cli/agent/ownday.h"
#include "base/banned.h"

#define BACK_DAYS 366
#define AHEAD_DAYS 31		/* of a plan */
#define JSON_MAX (256u << 10)

static const struct cli_option options[] = {
	{"week", 'w', NULL, "the plan of the week instead, a line for each task"},
	{"day", 0, "DATE", "of that day, or of the week it is in"},
	{"list", 'l', NULL, "only show what was written"},
	{NULL, 0, NULL, NULL}
};

struct work {
	const struct cli *c;
	const struct station *s;
	struct ownday now;
	struct reportfile r;	/* being written */
	int versions;		/* that there are of it */
	bool first;
};

/* "the report of 2026-11-23", into OUT. */
#define WHAT_LEN 128
static const char *
what(enum reportfile_kind kind, int64_t day, char out[WHAT_LEN])
{
	char text[CLOCK_WEEK_LEN], monday[CLOCK_DAY_LEN];

	switch (kind) {
	case REPORTFILE_PLAN:
		(void)snprintf(out, WHAT_LEN,
		    cli_tr("plan of the week %s (from %s)"),
		    clock_week_text(day, text), clock_day_text(day, monday));
		break;
	case REPORTFILE_OBJECTION:
		(void)snprintf(out, WHAT_LEN,
		    cli_tr("objection to the numbers of %s"),
		    clock_day_text(day, text));
		break;
	default:
		(void)snprintf(out, WHAT_LEN, cli_tr("report of %s"),
		    clock_day_text(day, text));
	}
	return out;
}

/* --- What there is. */

/* What stands before line I. */
static const char *
label(enum reportfile_kind kind, size_t i)
{
	switch (kind != REPORTFILE_DAY ? REPORTFILE_DAYS : i) {
	case REPORTFILE_DONE:
		return cli_tr("What was done: ");
	case REPORTFILE_OPEN:
		return cli_tr("What is open: ");
	case REPORTFILE_TOMORROW:
		return cli_tr("What is for tomorrow: ");
	default:
		return "- ";
	}
}

static int
put_json(const struct reportfile *r, int version, struct err *e)
{
	struct buf b = BUF_INIT(JSON_MAX);
	char day[CLOCK_DAY_LEN];
	struct jsonw w;
	int rc;

	jsonw_init(&w, &b, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", reportfile_kind_name(r->kind));
	jsonw_kstr(&w, "day", clock_day_text(r->day, day));
	jsonw_kint(&w, "version", version);
	jsonw_kint(&w, "written", r->written);
	jsonw_key(&w, "lines");
	jsonw_array(&w);
	for (size_t i = 0; i < r->n; i++)
		jsonw_str(&w, r->line[i]);
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	rc = jsonw_end(&w);
	if (rc == 0)
		(void)printf("%s\n", buf_str(&b));
	buf_release(&b);
	return rc;
}

static int
on_listed(void *arg, const struct reportfile *r, int version, struct err *e)
{
	struct work *k = arg;
	char text[WHAT_LEN], when[CLOCK_TEXT_LEN];

	if (k->c->json)
		return put_json(r, version, e);
	(void)printf(cli_tr("%s%s, version %d, written %s\n"), k->first ? "" :
	    "\n", what(r->kind, r->day, text), version,
	    clock_text_local(r->written, when));
	k->first = false;
	for (size_t i = 0; i < r->n; i++) {
		(void)printf("  %s", label(r->kind, i));
		cli_put_shown(stdout, r->line[i], strlen(r->line[i]));
		(void)printf("\n");
	}
	return 0;
}

static int
list(struct work *k, struct err *e)
{
	k->first = true;
	if (reports_each(k->s, on_listed, k, e) != 0)
		return -1;
	if (k->first && !k->c->json && !k->c->quiet)
		(void)printf("%s", cli_tr("Nothing was written here yet.\n"));
	return 0;
}

/* --- What is written. */

static int
on_there(void *arg, const struct reportfile *r, int version, struct err *e)
{
	struct work *k = arg;

	(void)e;
	if (r->kind == k->r.kind && r->day == k->r.day)
		k->versions = version;
	return 0;
}

/* TEXT as a line; of a plan an empty one is none. */
static int
take(struct work *k, const char *text, size_t n, struct err *e)
{
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t' ||
	    text[n - 1] == '\r'))
		n--;
	for (; n > 0 && (*text == ' ' || *text == '\t'); n--)
		text++;
	if (reportfile_check(text, n, e) != 0)
		return -1;
	return n == 0 && k->r.kind == REPORTFILE_PLAN ? 0 :
	    reportfile_add(&k->r, text, n, e);
}

static int
ask_day(struct work *k, struct err *e)
{
	char line[CLI_PASS_MAX + 1];

	for (size_t i = 0; i < REPORTFILE_DAYS; i++)
		if (cli_ask(label(REPORTFILE_DAY, i), line, e) != 0 ||
		    take(k, line, strlen(line), e) != 0)
			return -1;
	return 0;
}

static int
ask_plan(struct work *k, struct err *e)
{
	char line[CLI_PASS_MAX + 1], prompt[64];

	while (k->r.n < REPORTFILE_LINES_MAX) {
		(void)snprintf(prompt, sizeof(prompt), cli_tr("Task %zu (an "
		    "empty line ends): "), k->r.n + 1);
		if (cli_ask(prompt, line, e) != 0)
			return -1;
		if (line[0] == '\0')
			return 0;
		if (take(k, line, strlen(line), e) != 0)
			return -1;
	}
	return 0;
}

static int
ask(struct work *k, struct err *e)
{
	char text[WHAT_LEN];

	(void)printf("%s\n", what(k->r.kind, k->r.day, text));
	if (k->versions > 0)
		(void)printf(cli_tr("There is version %d already: what is "
		    "written now counts instead, and that stays on file.\n"),
		    k->versions);
	(void)fflush(stdout);
	return k->r.kind == REPORTFILE_PLAN ? ask_plan(k, e) : ask_day(k, e);
}

/* From a program or a file: a line for each. */
static int
read_lines(struct work *k, struct err *e)
{
	struct buf b = BUF_INIT(REPORTFILE_MAX);
	size_t at = 0, end;
	const char *lf, *p;
	int rc = -1;

	if (file_load_fd(STDIN_FILENO, "standard input", &b, e) != 0)
		goto out;
	p = buf_str(&b);
	/* empty lines at the end are none */
	for (end = b.len; end > 0 && (p[end - 1] == '\n' ||
	    p[end - 1] == '\r' || p[end - 1] == ' '); end--)
		;
	for (; at < end; at += (size_t)(lf - (p + at)) + 1) {
		lf = memchr(p + at, '\n', end - at);
		if (lf == NULL)
			lf = p + end;
		if (take(k, p + at, (size_t)(lf - (p + at)), e) != 0) {
			if (k->r.n == REPORTFILE_DAYS &&
			    k->r.kind == REPORTFILE_DAY)
				(void)err_hint(e, "the first line is what was "
				    "done, the second what is open, the third "
				    "what is for tomorrow");
			goto out;
		}
	}
	rc = 0;
out:
	buf_release(&b);
	return rc;
}

static int
check_said(struct work *k, struct err *e)
{
	/* a day has all its lines */
	while (k->r.kind == REPORTFILE_DAY && k->r.n < REPORTFILE_DAYS)
		if (reportfile_add(&k->r, "", 0, e) != 0)
			return -1;
	for (size_t i = 0; i < k->r.n; i++)
		if (k->r.line[i][0] != '\0')
			return 0;
	return err_set(e, ERR_USAGE, "nothing was written: nothing is kept");
}

static int
write_it(struct work *k, struct err *e)
{
	const bool plan = cli_has(k->c, "week");
	char text[WHAT_LEN];
	int version = 0;

	k->r.kind = plan ? REPORTFILE_PLAN : REPORTFILE_DAY;
	if (ownday_asked(k->c, &k->now, BACK_DAYS, plan ? AHEAD_DAYS : 0,
	    &k->r.day, e) != 0)
		return -1;
	if (plan)
		k->r.day = clock_day_monday(k->r.day);
	if (reports_each(k->s, on_there, k, e) != 0)
		return -1;
	if ((isatty(STDIN_FILENO) == 1 ? ask(k, e) : read_lines(k, e)) != 0 ||
	    check_said(k, e) != 0)
		return -1;
	k->r.written = k->now.now;
	k->r.offset = k->now.offset;
	if (reports_keep(k->s, &k->r, &version, e) != 0)
		return -1;
	if (k->c->json)
		return put_json(&k->r, version, e);
	if (!k->c->quiet)
		(void)printf(cli_tr("kept: %s, version %d; the next run takes "
		    "it along\n"), what(k->r.kind, k->r.day, text), version);
	return 0;
}

static enum cli_exit
run_report(struct cli *c, struct err *e)
{
	struct station s;
	struct work k = {.c = c, .s = &s};
	int rc = -1;

	if (station_open(&s, c->home, e) != 0 ||
	    ownday_now(&s, &k.now, e) != 0)
		goto out;
	rc = cli_has(c, "list") ? list(&k, e) : write_it(&k, e);
out:
	reportfile_release(&k.r);
	station_close(&s);
	return rc == 0 ? CLI_DONE : CLI_FAILED;
}

const struct cli_command cmd_report = {
	.name = "report",
	.operands = "",
	.help = "write what a day brought in three lines, or the week's plan",
	.options = options,
	.run = run_report,
};
