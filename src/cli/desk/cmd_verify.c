/* cli/desk/cmd_verify.c - liudi-desk verify: is it what was signed? */
#include "cli/desk/show.h"

#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "cli/desk/progress.h"
#include "desk/verify.h"

#include "base/banned.h"

struct work {
	const struct cli *c;
	int percent;		/* 0: chains only, 100: all anew */
	bool all;
	struct buf line;
	struct progress progress;
	const struct seen *seen;
};

static int
on_problem(void *arg, const char *ref, const char *text, struct err *e)
{
	struct work *k = arg;
	char filled[CLI_FILLED_LEN];

	progress_clear(&k->progress);
	if (!k->c->json) {
		const char *told = cli_tr_filled(text, filled);

		cli_put_shown(stdout, ref, strlen(ref));
		(void)fputs(": ", stdout);
		cli_put_shown(stdout, told, strlen(told));
		(void)fputc('\n', stdout);
		return 0;
	}
	return show_json_problem(&k->line, ref, text, e);
}

static int
print_report(struct work *k, const struct verify_report *r, struct err *e)
{
	char branches[CLI_COUNT_LEN], commits[CLI_COUNT_LEN];
	char receipts[CLI_COUNT_LEN];
	char bundles[CLI_COUNT_LEN], problems[CLI_COUNT_LEN];
	char size[CLI_SIZE_LEN];
	struct jsonw w;

	progress_clear(&k->progress);
	if (!k->c->json) {
		(void)printf(cli_tr("%s, %s, %s, %s opened (%s): %s\n"),
		    cli_count(r->branches, "%lld branch", "%lld branches",
		    branches), cli_count(r->commits, "%lld commit",
		    "%lld commits", commits), cli_count(r->receipts,
		    "%lld receipt", "%lld receipts", receipts),
		    cli_count(r->bundles,
		    "%lld bundle", "%lld bundles", bundles),
		    cli_size((uint64_t)r->bytes, size), cli_count(r->problems,
		    "%lld problem", "%lld problems", problems));
		if (r->erased > 0)
			(void)printf("%s\n", cli_count(r->erased,
			    "%lld branch was erased by order",
			    "%lld branches were erased by order", branches));
		return 0;
	}
	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "kind", "summary");
	jsonw_kint(&w, "branches", r->branches);
	jsonw_kint(&w, "commits", r->commits);
	jsonw_kint(&w, "receipts", r->receipts);
	jsonw_kint(&w, "bundles", r->bundles);
	jsonw_kint(&w, "bytes", r->bytes);
	jsonw_kint(&w, "erased", r->erased);
	jsonw_kint(&w, "problems", r->problems);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 ? -1 : show_json_line(&k->line, e);
}

static int
verify(struct box *b, void *arg, struct err *e)
{
	struct work *k = arg;
	struct verify_report r = {0};
	int64_t bytes = 0;

	if (verify_chains(b, &r, on_problem, k, e) < 0 ||
	    verify_erased(b, k->seen, &r, on_problem, k, e) < 0)
		return -1;
	if (k->all) {
		r.commits = 0;	/* counted again */
		if (verify_all(b, &r, on_problem, k, e) < 0)
			return -1;
	} else if (k->percent > 0) {
		if (!b->catalogue) {
			(void)err_set(e, ERR_NOENT,
			    "there is no catalogue to take a sample of");
			return err_hint(e, "run 'liudi-desk sync'");
		}
		if (query_bundle_bytes(b->catalogue, &bytes, e) < 0)
			return -1;
		progress_total(&k->progress, bytes / 100 * k->percent);
		if (verify_sample(b, k->percent, &r, on_problem, k, e) < 0)
			return -1;
	}
	if (print_report(k, &r, e) < 0)
		return -1;
	return r.problems > 0 ? (int)CLI_INTEGRITY : (int)CLI_DONE;
}

static int
percent_of(const struct cli *c, int *out, struct err *e)
{
	const char *s = cli_value(c, "sample");
	size_t n = s ? strlen(s) : 0;
	int64_t v = 0;
	char digits[8];

	*out = 0;
	if (!s)
		return 0;
	if (n > 0 && s[n - 1] == '%')
		n--;
	(void)snprintf(digits, sizeof(digits), "%.*s",
	    (int)(n < 7 ? n : 7), s);
	if (str_to_i64(digits, 1, 100, &v) < 0)
		return err_set(e, ERR_USAGE,
		    "--sample takes a percentage from 1%% to 100%%");
	*out = (int)v;
	return 0;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work k = {c, 0, cli_has(c, "all"), BUF_INIT(1024 * 1024),
	    {0}, NULL};
	struct opener *op = NULL;
	struct seen *seen = NULL, *lost = NULL;
	struct box b = {0};
	struct deskhome h;
	int rc = -1;

	if (percent_of(c, &k.percent, e) < 0)
		return CLI_USAGE;
	if (deskhome_open(&h, c->home, e) < 0)
		return CLI_FAILED;
	if (deskhome_fetched(h.records, e) < 0)
		goto out;
	seen = seen_load(h.seen, e);
	lost = seen ? seen_load(h.lost, e) : NULL;
	if (!lost)
		goto out;
	k.seen = seen;
	if (k.all || k.percent > 0) {
		op = show_opener(c, &h, e);
		if (!op)
			goto out;
	}
	progress_init(&k.progress, c, op);
	if (k.all)
		progress_total(&k.progress, progress_packs(h.records));
	b.home = &h;
	b.opener = op;
	b.pass = &access_own;	/* nothing is shown */
	b.mirrors = true;
	b.lost = lost;
	rc = box_run(&b, verify, &k, e);
out:
	opener_free(op);
	seen_free(seen);
	seen_free(lost);
	buf_release(&k.line);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"all", 'a', NULL, "open everything again, from the repository alone"},
	{"sample", 0, "N%", "also open so many of the bundles, at random"},
	{"identity", 'i', "FILE", "open with this age identity file"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_verify = {
	.name = "verify",
	.operands = "",
	.help = "check signatures and order; with a key, all bytes",
	.options = options,
	.min_args = 0,
	.max_args = 0,
	.run = run
};
