/*
 * cli/desk/cmd_handover.c - liudi-desk handover: from the day somebody goes to the
 * day when both lists are empty.
 */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "cli/desk/acct.h"
#include "cli/desk/handover_page.h"
#include "cli/desk/show.h"

#include "base/banned.h"

#define PAGE_MAX ((size_t)64 << 20)
#define VIEW_LEN 256

/* What the box answers to a change that was asked for. */
enum answer { ANSWER_RUNS, ANSWER_NOT_STARTED, ANSWER_OPEN, ANSWER_FINISHED };

struct work {
	const char *person;
	const char *html;	/* file, "-", or NULL */
	bool show;
	bool closing;		/* say what is missing */
};

/* --- In the box. */

static int
put(const struct work *x, const struct buf *out, bool json, struct err *e)
{
	const char *s;
	size_t n;

	if (x->html && strcmp(x->html, "-") != 0)
		return file_save(x->html, out->data, out->len, 0600, e);
	if (x->html || json)
		return fwrite(out->data, 1, out->len, stdout) == out->len ?
		    0 : err_stdout(e);
	for (s = buf_str(out); *s; s += n + (s[n] == '\n')) {
		n = strcspn(s, "\n");
		cli_put_shown(stdout, s, n);
		(void)fputc('\n', stdout);
	}
	return 0;
}

static int
put_page(struct acct *k, const struct work *x, struct handover_page *p,
	struct err *e)
{
	struct buf out = BUF_INIT(PAGE_MAX);
	const struct handover *h = p->h;
	int rc = 0;

	if (x->closing)
		rc = handover_missing(p, !h->finished, &out, e);
	else if (x->html)
		rc = handover_html(p, &out, e);
	else if (k->c->json)
		rc = handover_json(p, &out, e);
	else
		rc = handover_text(p, &out, e);
	if (rc == 0 && k->c->json && !x->closing && !x->html && (leave_list(
	    p->l, true, h->custody, "lost", h->now.lost, h->now.nlost, "",
	    &h->person, 1, e) < 0 || leave_list(p->l, true, h->custody, "reach",
	    h->now.reach, h->now.nreach, "", &h->person, 1, e) < 0))
		rc = -1;
	if (rc == 0 && !(x->closing && (k->c->json || k->c->quiet)))
		rc = put(x, &out, k->c->json, e);
	buf_release(&out);
	return rc;
}

static int
answer_of(const struct handover *h)
{
	if (h->started == 0 || h->closed)
		return ANSWER_NOT_STARTED;
	return h->finished ? ANSWER_FINISHED : ANSWER_OPEN;
}

static int
in_box(struct acct *k, void *arg, struct err *e)
{
	const struct work *x = arg;
	struct messages *m = NULL;
	struct customers customers = {.n = 0};
	struct handover h = {.n = 0};
	struct leave l;
	struct handover_page p = {&l, &h, &customers, k->control.org,
	    clock_now_utc(), false};
	int rc = -1;

	if (leave_open(&l, k->b, k->people, &k->policy, e) == 0) {
		const struct handover_ask ask = {k->book, k->people,
		    l.platforms, &l.retention, x->person, p.utc};

		rc = handover_make(&h, &ask, e);
	}
	if (rc == 0 && x->show)
		rc = handover_customers(&customers, &m, k->b->catalogue,
		    &(struct customers_ask){x->person, k->people, k->book,
		    buf_str(&k->policy), &k->roster, 0, 0}, e);
	if (rc == 0 && (x->show || (x->closing && answer_of(&h) !=
	    ANSWER_NOT_STARTED)))
		rc = put_page(k, x, &p, e);
	if (rc == 0)
		rc = answer_of(&h);
	handover_release(&h);
	customers_release(&customers);
	messages_close(m);
	leave_release(&l);
	return rc;
}

/* --- The commands. */

static int
begin(struct acct *k, struct cli *c, const char *step, struct err *e)
{
	char view[VIEW_LEN];

	(void)snprintf(view, sizeof(view), "handover %s %.200s", step,
	    c->args[0]);
	if (acct_open(k, c, NULL, e) < 0)
		return -1;
	return acct_note(k, "open", view, e);
}

static int
write_step(struct acct *k, const char *person, const char *step,
	const char *by, const char *text, struct err *e)
{
	struct account_event v;

	acct_event(k, &v, EVENT_HANDOVER);
	v.value[EVENT_PERSON] = person;
	v.value[EVENT_STEP] = step;
	v.value[EVENT_BY] = by;
	v.value[EVENT_TEXT] = text;
	return acct_write(k, &v, NULL, e);
}

static enum cli_exit
run_start(struct cli *c, struct err *e)
{
	struct work x = {.person = c->args[0]};
	struct acct k;
	int rc = begin(&k, c, "start", e);

	if (rc == 0)
		rc = acct_run(&k, in_box, &x, e);
	if (rc > 0 && rc != ANSWER_NOT_STARTED) {
		rc = err_set(e, ERR_FAIL, "the handover of '%s' has begun "
		    "already", x.person);
		(void)err_hint(e, "liudi-desk handover show '%s'", x.person);
	} else if (rc > 0) {
		rc = write_step(&k, x.person, "start", k.me, NULL, e);
		if (rc == 0 && !c->quiet)
			(void)printf(cli_tr("the handover of %s has begun; "
			    "what is to be done: liudi-desk handover show "
			    "'%s'\n"), x.person, x.person);
	}
	acct_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static enum cli_exit
run_show(struct cli *c, struct err *e)
{
	struct work x = {.person = c->args[0], .show = true};
	struct acct k;
	int rc = -1;

	x.html = cli_value(c, "html");
	if (x.html && c->json) {
		(void)err_set(e, ERR_USAGE, "--json and --html are two forms "
		    "of the same");
		return CLI_FAILED;
	}
	if (begin(&k, c, "show", e) < 0)
		goto out;
	if (acct_target(&k, &x.html, e) == 0)
		rc = acct_run(&k, in_box, &x, e);
out:
	acct_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static enum cli_exit
run_signoff(struct cli *c, struct err *e)
{
	const char *as = cli_value(c, "as"), *by = cli_value(c, "by");
	struct work x = {.person = c->args[0]};
	struct acct k;
	int r, rc = -1;

	for (r = 0; as && r < HANDOVER_ROLES &&
	    strcmp(as, handover_role_name((enum handover_role)r)) != 0; r++)
		;
	if (!as || r == HANDOVER_ROLES || !by || !*by ||
	    (strcmp(by, HANDOVER_ABSENT) == 0 && r != HANDOVER_LEAVER)) {
		(void)err_set(e, ERR_USAGE, "who signs, and as what?");
		(void)err_hint(e, "--as leaver, successor or manager, --by "
		    "NAME; a leaver may be absent");
		return CLI_FAILED;
	}
	if (!handover_may_sign(x.person, (enum handover_role)r, by)) {
		(void)err_set(e, ERR_USAGE, "'%s' leaves, and signs as leaver "
		    "only", x.person);
		return CLI_FAILED;
	}
	if (begin(&k, c, "signoff", e) == 0)
		rc = acct_run(&k, in_box, &x, e);
	if (rc == ANSWER_NOT_STARTED) {
		rc = err_set(e, ERR_FAIL, "no handover of '%s' has begun",
		    x.person);
		(void)err_hint(e, "liudi-desk handover start '%s'", x.person);
	} else if (rc > 0) {
		rc = write_step(&k, x.person, "signoff", by, as, e);
	}
	acct_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static enum cli_exit
run_close(struct cli *c, struct err *e)
{
	struct work x = {.person = c->args[0], .closing = true};
	struct acct k;
	int rc = begin(&k, c, "close", e);

	if (rc == 0)
		rc = acct_run(&k, in_box, &x, e);
	if (rc == ANSWER_NOT_STARTED) {
		rc = err_set(e, ERR_FAIL, "no handover of '%s' has begun",
		    x.person);
		(void)err_hint(e, "liudi-desk handover start '%s'", x.person);
	} else if (rc == ANSWER_OPEN) {
		rc = err_set(e, ERR_FAIL, "the handover of '%s' cannot be "
		    "closed: both lists must be empty", x.person);
		(void)err_hint(e, "do what is listed above; then close again");
	} else if (rc > 0) {
		rc = write_step(&k, x.person, "close", k.me, NULL, e);
		if (rc == 0 && !c->quiet)
			(void)printf(cli_tr("the handover of %s is closed: "
			    "nothing is lost with him, and nothing is open "
			    "to him\n"), x.person);
	}
	acct_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

#define COMMON \
	{"why", 0, "TEXT", "the reason, for the access log"}, \
	{"passphrase-fd", 0, "N", \
	    "read the passphrase from file descriptor N"}, \
	{NULL, 0, NULL, NULL}

static const struct cli_option plain_options[] = {
	COMMON
};

static const struct cli_option show_options[] = {
	{"html", 0, "FILE", "write it as HTML, to be printed; - for standard "
	    "output"},
	COMMON
};

static const struct cli_option signoff_options[] = {
	{"as", 0, "ROLE", "leaver, successor or manager"},
	{"by", 0, "NAME", "who signs; absent, where the leaver cannot"},
	COMMON
};

const struct cli_command cmd_handover_start = {
	.name = "handover start",
	.operands = "PERSON",
	.help = "begin to take over what a person holds",
	.options = plain_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_start
};

const struct cli_command cmd_handover_show = {
	.name = "handover show",
	.operands = "PERSON",
	.help = "what is done of a handover, and what is left, with commands",
	.options = show_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_show
};

const struct cli_command cmd_handover_signoff = {
	.name = "handover signoff",
	.operands = "PERSON",
	.help = "write down who signed the paper",
	.options = signoff_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_signoff
};

const struct cli_command cmd_handover_close = {
	.name = "handover close",
	.operands = "PERSON",
	.help = "end a handover; only where nothing is lost and nothing open",
	.options = plain_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_close
};
