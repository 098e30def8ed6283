/* cli/desk/cmd_show.c - liudi-desk show: the lines of one run. */
#include "cli/desk/show.h"

#include <stdlib.h>
#include <string.h>

#include "desk/finding.h"

#include "base/banned.h"

#define MAX_PARTS 4096

struct work {
	const struct cli *c;
	struct query_part *part;
	size_t nparts;
	struct buf line;
};

static int
keep_part(void *arg, const struct query_part *p, struct err *e)
{
	struct work *k = arg;

	if (k->nparts == MAX_PARTS)
		return err_set(e, ERR_NOMEM, "the run has too many parts");
	k->part[k->nparts++] = *p;
	return 0;
}

static int
print_file(void *arg, const struct query_file *f, struct err *e)
{
	char size[CLI_SIZE_LEN], when[SHOW_TIME_LEN];

	(void)arg;
	(void)e;
	(void)printf("%s %-10s ", show_mark(f->op), cli_tr(record_op_name(f->op)));
	(void)printf("%10s  %-19s  %s/", cli_size((uint64_t)f->size, size),
	    f->op == RECORD_REMOVED ? "" : show_time(f->mtime_sec, when),
	    f->source);
	cli_put_shown(stdout, f->path, f->path_len);
	if (f->was) {
		(void)fputs("  <- ", stdout);
		cli_put_shown(stdout, f->was, f->was_len);
	}
	if (f->claimed != f->op)
		(void)printf(cli_tr("  (the station says: %s)"),
		    cli_tr(record_op_name(f->claimed)));
	if (f->torn)
		(void)printf("  %s", cli_tr("(changed while it was read)"));
	if (f->older)
		(void)printf("  %s", cli_tr("(perhaps not the newest)"));
	(void)fputc('\n', stdout);
	return 0;
}

static int
json_file(void *arg, const struct query_file *f, struct err *e)
{
	struct work *k = arg;
	struct jsonw w;

	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "op", record_op_name(f->op));
	jsonw_kstr(&w, "claimed", record_op_name(f->claimed));
	jsonw_kstr(&w, "source", f->source);
	jsonw_kpath(&w, "path", f->path, f->path_len);
	if (f->was)
		jsonw_kpath(&w, "from", f->was, f->was_len);
	jsonw_kint(&w, "size", f->size);
	jsonw_kint(&w, "mtime", f->mtime_sec);
	jsonw_kbool(&w, "torn", f->torn);
	jsonw_kbool(&w, "older", f->older);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(&k->line, e);
}

static int
print_event(void *arg, const struct query_event *ev, struct err *e)
{
	char out[CLI_FILLED_LEN];
	const char *text;

	(void)arg;
	(void)e;
	(void)printf("%s: ", cli_tr(finding_severity_name(ev->severity)));
	text = cli_tr_filled(ev->text, out);
	cli_put_shown(stdout, text, strlen(text));
	(void)fputc('\n', stdout);
	return 0;
}

static void
print_part(const struct query_part *p)
{
	char when[SHOW_TIME_LEN];

	(void)printf(cli_tr("%s@%lld  run %.8s  part %lld%s\n"), p->station,
	    (long long)p->seq, p->run, (long long)p->part,
	    p->final ? cli_tr(" (last)") : "");
	(void)printf(cli_tr("commit    %.12s\n"), p->id);
	(void)printf(cli_tr("claimed   %s (started), "),
	    show_time(p->started, when));
	(void)printf(cli_tr("%s (commit)\n"), show_time(p->commit_utc, when));
	(void)printf(cli_tr("received  %s\n"), show_time(p->receipt_utc,
	    when));
	(void)printf(cli_tr("seen      %s\n\n"), show_time(p->first_seen,
	    when));
}

static int
show_run(struct box *b, void *arg, struct err *e)
{
	struct work *k = arg;
	int rc = (int)CLI_DONE;
	size_t i;

	if (!b->catalogue) {
		(void)err_set(e, ERR_NOENT, "there is no catalogue yet");
		return err_hint(e, "run 'liudi-desk sync'");
	}
	if (query_run_parts(b->catalogue, k->c->args[0], keep_part, k, e) < 0)
		return -1;
	for (i = 0; i < k->nparts; i++) {
		const struct query_part *p = &k->part[i];

		if (p->worst >= FINDING_INTEGRITY)
			rc = (int)CLI_INTEGRITY;
		if (!k->c->json)
			print_part(p);
		if (query_part_files(b->catalogue, p->n, k->c->json ?
		    json_file : print_file, k, e) < 0)
			return -1;
		if (!k->c->json && query_part_events(b->catalogue, p->n,
		    print_event, k, e) < 0)
			return -1;
	}
	return rc;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work k = {c, NULL, 0, BUF_INIT(1024 * 1024)};
	struct box b = {0};
	struct deskhome h;
	int rc = -1;

	if (deskhome_names(&h, c->home, e) < 0)
		return CLI_FAILED;
	k.part = calloc(MAX_PARTS, sizeof(*k.part));
	if (!k.part) {
		(void)err_nomem(e);
		goto out;
	}
	b.home = &h;
	rc = box_run(&b, show_run, &k, e);
out:
	free(k.part);
	buf_release(&k.line);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_show = {
	.name = "show",
	.operands = "RUN|STATION@N|STATION",
	.help = "show what one run added, changed and removed",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run
};
