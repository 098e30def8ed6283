/* cli/desk/cmd_log.c - liudi-desk log: one line per run. */
#include "cli/desk/show.h"

#include <string.h>

#include "base/banned.h"

struct work {
	const struct cli *c;
	int64_t since, until;
	struct buf line;
};

static int
print_run(void *arg, const struct query_run *r, struct err *e)
{
	const struct query_part *p = &r->first;
	const struct show_counts n = show_counts(r);
	char when[SHOW_TIME_LEN], flags[SHOW_FLAGS_LEN];

	(void)arg;
	(void)e;
	(void)printf("%-8.8s  ", p->run[0] ? p->run : "-");
	/* three words: the station's, the central's, our own */
	show_padded(show_time(p->started, when), 21);
	show_padded(show_time(p->receipt_utc, when), 21);
	show_padded(show_time(p->first_seen, when), 21);
	show_padded(p->station, 16);
	(void)printf("  %3lld  +%lld >%lld ~%lld !%lld -%lld  %s\n",
	    (long long)r->parts, (long long)n.fresh, (long long)n.grown,
	    (long long)n.moved, (long long)n.cut, (long long)n.gone,
	    show_flags(r, flags));
	return 0;
}

static int
json_run(void *arg, const struct query_run *r, struct err *e)
{
	struct work *k = arg;
	struct jsonw w;

	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	show_run_json(&w, r);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(&k->line, e);
}

static int
log_runs(struct box *b, void *arg, struct err *e)
{
	struct work *k = arg;
	const char *station = k->c->nargs > 0 ? k->c->args[0] : NULL;
	bool known = true;

	if (!b->catalogue) {
		(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
		return err_hint(e, "run 'liudi-desk sync'");
	}
	if (station && query_has_station(b->catalogue, station, &known, e) < 0)
		return -1;
	if (!known)
		return err_set(e, ERR_NOENT, "there is no station '%s'",
		    station);
	if (!k->c->json && !k->c->quiet)
		(void)printf("%s\n", cli_tr("run       started (its clock)  "
		    "received (central)   first seen here      station         "
		    "parts  +new >grown ~moved !cut -gone"));
	return query_log(b->catalogue, station, k->since, k->until,
	    k->c->json ? json_run : print_run, k, e);
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work k = {c, INT64_MIN, INT64_MAX, BUF_INIT(65536)};
	struct box b = {0};
	struct deskhome h;
	int rc = -1;

	if (show_since(c, &k.since, e) < 0 || show_until(c, &k.until, e) < 0)
		return CLI_FAILED;
	if (deskhome_names(&h, c->home, e) < 0)
		return CLI_FAILED;
	b.home = &h;
	rc = box_run(&b, log_runs, &k, e);
	buf_release(&k.line);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option options[] = {
	{"since", 0, "DATE", "runs from this day or time on"},
	{"until", 0, "DATE", "runs up to this day or time"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_log = {
	.name = "log",
	.operands = "[STATION]",
	.help = "list runs, with what changed and when they came",
	.options = options,
	.min_args = 0,
	.max_args = 1,
	.run = run
};
