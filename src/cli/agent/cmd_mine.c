/*
 * cli/agent/cmd_mine.c - liudi mine: what was taken from this station, where it
 * is, who can read it and until when; and a word against a number.
 */

#include <stdlib.h>
#include <string.h>

#include "agent/reports.h"
#include "agent/status.h"
#include "agent/taken.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "cli/agent/commands.h"
#include "cli/agent/ownday.h"
#include "config/teamini.h"
#include "base/banned.h"

#define FILE_MAX (1024 * 1024)
#define BACK_DAYS 366
#define JSON_MAX (256u << 10)
#define FOREVER (-1)

static const struct cli_option options[] = {
	{"files", 'f', NULL, "name each file, too"},
	{"objection", 0, "TEXT", "say this to the numbers of a day"},
	{"day", 0, "DATE", "of that day; else today"},
	{NULL, 0, NULL, NULL}
};

struct work {
	const struct cli *c;
	struct station *s;
	struct status st;
	struct taken t;
	struct buf retention;
};

/* --- Until when. */

struct keeping {
	const char *stream, *station;
	int64_t years;			/* FOREVER */
	char hold[256];			/* why nothing may go; "" */
};

static int
on_keep(void *arg, const char *section, const char *key, const char *value)
{
	struct keeping *k = arg;
	const char *name = strchr(section, ' ');
	char prefix[64];
	int64_t years;

	if (name == NULL)
		return 0;
	if (str_starts(section, "stream ") && strcmp(name + 1, k->stream) ==
	    0 && strcmp(key, "keep_years") == 0 &&
	    str_to_i64(value, 0, 1000, &years) == 0)
		k->years = years;
	(void)snprintf(prefix, sizeof(prefix), "refs/heads/ws/%s/",
	    k->station);
	if (str_starts(section, "hold ") && strcmp(key, "refs") == 0 &&
	    (str_starts(prefix, value) || str_starts(value, prefix)))
		(void)snprintf(k->hold, sizeof(k->hold), "%s", name + 1);
	return 0;
}

static void
keeping_of(const struct work *k, const char *stream, struct keeping *out)
{
	memset(out, 0, sizeof(*out));
	out->stream = stream;
	out->station = k->s->cfg.station;
	out->years = FOREVER;
	(void)teamini_each(buf_str(&k->retention), on_keep, out);
}

static int
load_retention(struct work *k, struct err *e)
{
	if (!k->s->have_control)
		return 0;
	return control_file_load(k->s->path.control, k->s->control.commit,
	    "retention.ini", &k->retention, e) < 0 ? -1 : 0;
}

/* --- What is shown. */

static int
on_file(void *arg, const char *source, const char *path, size_t path_len,
	int64_t bytes, int64_t mtime, struct err *e)
{
	char when[CLOCK_TEXT_LEN];
	struct work *k = arg;
	struct buf line = BUF_INIT(JSON_MAX);
	struct jsonw w;

	if (!k->c->json) {
		(void)printf("%s  %10lld  %s/", clock_text_local(mtime, when),
		    (long long)bytes, source);
		cli_put_shown(stdout, path, path_len);
		(void)printf("\n");
		return 0;
	}
	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "file");
	jsonw_kstr(&w, "source", source);
	jsonw_kpath(&w, "path", path, path_len);
	jsonw_kint(&w, "bytes", bytes);
	jsonw_kint(&w, "mtime", mtime);
	jsonw_object_end(&w);
	if (jsonw_end(&w) == 0)
		(void)printf("%s\n", buf_str(&line));
	buf_release(&line);
	return 0;
}

static void
put_sources(const struct work *k)
{
	char size[CLI_SIZE_LEN], when[CLOCK_TEXT_LEN], files[CLI_COUNT_LEN];

	(void)printf("%s\n", cli_tr("What was taken from here, source by "
	    "source:"));
	for (size_t i = 0; i < k->t.n; i++) {
		const struct taken_source *s = &k->t.v[i];

		(void)printf(cli_tr("  %s: %s, %s, the newest of %s\n"),
		    s->name, cli_count(s->files, "%lld file", "%lld files",
		    files), cli_size((uint64_t)s->bytes, size),
		    clock_text_local(s->newest, when));
	}
	if (k->t.n == 0)
		(void)printf("%s", cli_tr("  nothing yet\n"));
}

static void
put_received(const struct work *k)
{
	char when[CLOCK_TEXT_LEN], count[CLI_COUNT_LEN];

	for (size_t i = 0; i < k->st.nreceipts; i++)
		(void)printf(cli_tr("The central had all of it up to %s "
		    "(stream %s; its signed receipt is here).\n"),
		    clock_text_local(k->st.receipt[i].last.utc, when),
		    k->st.receipt[i].stream);
	if (k->st.nreceipts == 0)
		(void)printf("%s", cli_tr("no receipt of the central yet\n"));
	if (k->t.unsent > 0)
		(void)printf("%s\n", cli_count(k->t.unsent, "%lld commit "
		    "waits here to be sent", "%lld commits wait here to be "
		    "sent", count));
}

static void
put_readers(const struct work *k)
{
	size_t index[CONTROL_MAX_RECIPIENTS];
	size_t n = control_readers(&k->s->control, k->s->cfg.station, index);

	(void)printf("%s", cli_tr("It can be read by:"));
	for (size_t i = 0; i < n; i++)
		(void)printf(" %s", k->s->control.recipient[index[i]].name);
	(void)printf("\n%s\n", cli_tr("Each opening of it stands in a signed "
	    "log that the owner can read. Nothing here can open it again."));
}

static void
put_keeping(const struct work *k)
{
	struct keeping keep;

	for (size_t i = 0; i < k->t.n; i++) {
		const char *stream = k->t.v[i].stream;

		if (i > 0 && strcmp(stream, k->t.v[i - 1].stream) == 0)
			continue;
		keeping_of(k, stream, &keep);
		if (keep.years == FOREVER)
			(void)printf(cli_tr("Stream %s is kept: no end is "
			    "set.\n"), stream);
		else
			(void)printf(cli_tr("Stream %s is kept for %lld years "
			    "behind the end of each year.\n"), stream,
			    (long long)keep.years);
		if (keep.hold[0] != '\0') {
			(void)printf("%s", cli_tr("A hold forbids erasing "
			    "it: "));
			cli_put_shown(stdout, keep.hold, strlen(keep.hold));
			(void)printf("\n");
		}
	}
}

static void
put_numbers(void)
{
	(void)printf("%s\n", cli_tr("The managers' desk counts of it, for each "
	    "day: reports and plans that are there or missing, messages in "
	    "and out, how soon customers had an answer, and who waits. The "
	    "rules are in docs/REPORTS.md; ask for your own page, which they "
	    "can print. To say something to a number: liudi mine --objection "
	    "TEXT --day DATE"));
}

static int
put_json(const struct work *k, struct err *e)
{
	size_t index[CONTROL_MAX_RECIPIENTS];
	size_t n = k->s->have_control ? control_readers(&k->s->control,
	    k->s->cfg.station, index) : 0;
	struct buf line = BUF_INIT(JSON_MAX);
	struct keeping keep;
	struct jsonw w;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < k->t.n; i++) {
		const struct taken_source *s = &k->t.v[i];

		buf_clear(&line);
		keeping_of(k, s->stream, &keep);
		jsonw_init(&w, &line, e);
		jsonw_object(&w);
		jsonw_kint(&w, "v", 1);
		jsonw_kstr(&w, "type", "source");
		jsonw_kstr(&w, "source", s->name);
		jsonw_kstr(&w, "stream", s->stream);
		jsonw_kint(&w, "files", s->files);
		jsonw_kint(&w, "bytes", s->bytes);
		jsonw_kint(&w, "newest", s->newest);
		if (keep.years == FOREVER)
			jsonw_knull(&w, "keep_years");
		else
			jsonw_kint(&w, "keep_years", keep.years);
		jsonw_kstr(&w, "hold", keep.hold[0] != '\0' ? keep.hold :
		    NULL);
		jsonw_object_end(&w);
		rc = jsonw_end(&w);
		if (rc == 0)
			(void)printf("%s\n", buf_str(&line));
	}
	buf_clear(&line);
	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "mine");
	jsonw_kstr(&w, "station", k->s->cfg.station);
	jsonw_key(&w, "readers");
	jsonw_array(&w);
	for (size_t i = 0; i < n; i++)
		jsonw_str(&w, k->s->control.recipient[index[i]].name);
	jsonw_array_end(&w);
	jsonw_kint(&w, "unsent", k->t.unsent);
	if (k->st.nreceipts > 0)
		jsonw_kint(&w, "received", k->st.receipt[0].last.utc);
	else
		jsonw_knull(&w, "received");
	jsonw_object_end(&w);
	if (rc == 0)
		rc = jsonw_end(&w);
	if (rc == 0)
		(void)printf("%s\n", buf_str(&line));
	buf_release(&line);
	return rc;
}

static int
show(struct work *k, struct err *e)
{
	if (status_load(&k->st, k->s, e) != 0 || load_retention(k, e) != 0 ||
	    taken_load(&k->t, k->s, cli_has(k->c, "files") ? on_file : NULL,
		k, e) != 0)
		return -1;
	if (k->c->json)
		return put_json(k, e);
	put_sources(k);
	put_received(k);
	if (k->s->have_control) {
		put_readers(k);
		put_keeping(k);
	}
	put_numbers();
	return 0;
}

/* --- A word against a number. */

static int
object(struct work *k, const char *text, struct err *e)
{
	struct reportfile r = {.kind = REPORTFILE_OBJECTION};
	struct ownday now;
	char day[CLOCK_DAY_LEN];
	size_t n = strlen(text);
	int version, rc = -1;

	while (n > 0 && text[n - 1] == ' ')
		n--;
	for (; n > 0 && *text == ' '; n--)
		text++;
	if (n == 0)
		return err_set(e, ERR_USAGE, "nothing was written: nothing is "
		    "kept");
	if (reportfile_check(text, n, e) != 0 ||
	    ownday_now(k->s, &now, e) != 0 || ownday_asked(k->c, &now,
		BACK_DAYS, 0, &r.day, e) != 0 ||
	    reportfile_add(&r, text, n, e) != 0)
		goto out;
	r.written = now.now;
	r.offset = now.offset;
	if (reports_keep(k->s, &r, &version, e) != 0)
		goto out;
	rc = 0;
	if (k->c->json)
		(void)printf("{\"v\":1,\"type\":\"objection\",\"day\":\"%s\","
		    "\"version\":%d}\n", clock_day_text(r.day, day), version);
	else if (!k->c->quiet)
		(void)printf(cli_tr("kept: objection to the numbers of %s; "
		    "the next run takes it to the managers\n"),
		    clock_day_text(r.day, day));
out:
	reportfile_release(&r);
	return rc;
}

static enum cli_exit
run_mine(struct cli *c, struct err *e)
{
	const char *text = cli_value(c, "objection");
	struct station s;
	struct work k = {.c = c, .s = &s, .retention = BUF_INIT(FILE_MAX)};
	int rc = -1;

	if (station_open(&s, c->home, e) != 0)
		goto out;
	if (text == NULL && cli_has(c, "day")) {
		(void)err_set(e, ERR_USAGE, "--day is of --objection");
		goto out;
	}
	rc = text != NULL ? object(&k, text, e) : show(&k, e);
out:
	taken_release(&k.t);
	buf_release(&k.retention);
	station_close(&s);
	return rc == 0 ? CLI_DONE : CLI_FAILED;
}

const struct cli_command cmd_mine = {
	.name = "mine",
	.operands = "",
	.help = "show what was taken from here, who can read it, until when",
	.options = options,
	.run = run_mine,
};
