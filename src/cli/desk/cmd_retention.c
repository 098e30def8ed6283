/* cli/desk/cmd_retention.c - liudi-desk retention, hold: what is kept. */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/desk/show.h"
#include "desk/deskkeys.h"
#include "desk/retention.h"

#include "base/banned.h"

#define TEXT_MAX (64 * 1024)
#define NAME_COLUMNS 18

struct keeping {
	struct deskhome home;
	struct control control;
	struct buf text;		/* retention.ini as it is */
	struct retention now;
};

static int
keeping_open(struct keeping *k, const struct cli *c, struct err *e)
{
	memset(k, 0, sizeof(*k));
	buf_init(&k->text, TEXT_MAX);
	if (deskcmd_attach(c, DESKKEYS_OWNER, &k->home, &k->control, e) < 0 ||
	    control_file_load(k->home.control, k->control.commit,
	    RETENTION_FILE, &k->text, e) < 0)
		return -1;
	return retention_parse(&k->now, buf_str(&k->text), k->text.len, e);
}

static void
keeping_release(struct keeping *k)
{
	buf_release(&k->text);
	retention_release(&k->now);
	control_release(&k->control);
	deskhome_release(&k->home);
}

/* NEW becomes retention.ini. */
static int
change(const struct cli *c, const struct keeping *k, const struct buf *new,
	const char *what, const char *name, struct err *e)
{
	char message[PROPOSAL_TEXT_MAX];
	struct proposal p;
	int rc = -1;

	if (strcmp(buf_str(new), buf_str(&k->text)) == 0)
		return 0;	/* it is so already */
	(void)snprintf(message, sizeof(message), "%s %s", what, name);
	proposal_init(&p);
	if (buf_add(&p.retention, new->data, new->len, e) == 0)
		rc = deskcmd_decide(c, &k->home, &k->control, &p, message, e);
	proposal_release(&p);
	return rc;
}

static const struct cli_option decide_options[] = {
	{"propose", 0, "FILE", "without an owner: for a second manager"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

/* --- retention show */

/* A line of JSON with what FILL says of IT. */
static int
put_json(void (*fill)(struct jsonw *w, const void *it), const void *it,
	struct err *e)
{
	struct buf b = BUF_INIT(4096);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &b, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	fill(&w, it);
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&b, e);
	buf_release(&b);
	return rc;
}

static void
stream_json(struct jsonw *w, const void *it)
{
	const struct retention_stream *s = it;

	jsonw_kstr(w, "stream", s->name);
	if (s->years == RETENTION_FOREVER) {
		jsonw_key(w, "keep_years");
		jsonw_null(w);
	} else {
		jsonw_kint(w, "keep_years", s->years);
	}
}

static int
show_streams(const struct cli *c, const struct retention *r, struct err *e)
{
	char years[CLI_COUNT_LEN];
	size_t i;

	for (i = 0; i < r->nstreams; i++) {
		const struct retention_stream *s = &r->stream[i];

		if (c->json) {
			if (put_json(stream_json, s, e) < 0)
				return -1;
			continue;
		}
		show_padded(s->name, NAME_COLUMNS);
		(void)printf("%s\n", s->years == RETENTION_FOREVER ?
		    cli_tr("for ever") : cli_count(s->years, "%lld year",
		    "%lld years", years));
	}
	if (!c->json)
		(void)printf("%s\n", r->nstreams > 0 ?
		    cli_tr("every other stream is kept for ever") :
		    cli_tr("every stream is kept for ever"));
	return 0;
}

static void
hold_json(struct jsonw *w, const void *it)
{
	const struct retention_hold *h = it;

	jsonw_kstr(w, "hold", h->name);
	jsonw_kstr(w, "refs", h->refs);
	jsonw_kstr(w, "reason", h->reason[0] ? h->reason : NULL);
}

static int
show_holds(const struct cli *c, const struct retention *r, struct err *e)
{
	char what[CANON_REF_LEN];
	size_t i;

	for (i = 0; i < r->nholds; i++) {
		const struct retention_hold *h = &r->hold[i];

		if (c->json) {
			if (put_json(hold_json, h, e) < 0)
				return -1;
			continue;
		}
		retention_what(h->refs, what);
		show_padded(h->name, NAME_COLUMNS);
		show_padded(what, 2 * NAME_COLUMNS);
		cli_put_shown(stdout, h->reason, strlen(h->reason));
		(void)putchar('\n');
	}
	return 0;
}

static enum cli_exit
run_show(struct cli *c, struct err *e)
{
	struct keeping k;
	int rc = keeping_open(&k, c, e);

	if (rc == 0)
		rc = show_streams(c, &k.now, e);
	if (rc == 0 && k.now.nholds > 0) {
		if (!c->json)
			(void)printf("%s\n", cli_tr("held back:"));
		rc = show_holds(c, &k.now, e);
	}
	keeping_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

const struct cli_command cmd_retention_show = {
	.name = "retention show",
	.operands = "",
	.help = "show how long streams are kept, and what is held",
	.run = run_show
};

/* --- retention set */

static enum cli_exit
run_set(struct cli *c, struct err *e)
{
	const char *stream = c->args[0];
	struct buf new = BUF_INIT(TEXT_MAX);
	char after[CLI_COUNT_LEN];
	struct keeping k;
	int years, rc = -1;

	if (retention_period(c->args[1], &years, e) < 0)
		return CLI_FAILED;
	if (!canon_id_ok(stream)) {
		(void)err_set(e, ERR_USAGE,
		    "'%s' is no name: small letters, digits and '-'", stream);
		return CLI_FAILED;
	}
	if (keeping_open(&k, c, e) == 0 && (retention_years(&k.now, stream) ==
	    years || retention_set(buf_str(&k.text), stream, years, &new,
	    e) == 0))
		rc = new.len == 0 ? 0 : change(c, &k, &new, "retention of",
		    stream, e);
	if (rc == 0 && !c->quiet && years == RETENTION_FOREVER)
		(void)printf(cli_tr("%s is kept for ever\n"), stream);
	else if (rc == 0 && !c->quiet)
		(void)printf(cli_tr("an epoch of %s may be erased %s after "
		    "its end\n"), stream, cli_count(years, "%lld year",
		    "%lld years", after));
	buf_release(&new);
	keeping_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

const struct cli_command cmd_retention_set = {
	.name = "retention set",
	.operands = "STREAM PERIOD",
	.help = "decide how long the epochs of a stream are kept",
	.options = decide_options,
	.min_args = 2,
	.max_args = 2,
	.run = run_set
};

/* --- hold list */

static enum cli_exit
run_hold_list(struct cli *c, struct err *e)
{
	struct keeping k;
	int rc = keeping_open(&k, c, e);

	if (rc == 0)
		rc = show_holds(c, &k.now, e);
	if (rc == 0 && k.now.nholds == 0 && !c->json)
		(void)printf("%s\n", cli_tr("nothing is held"));
	keeping_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

const struct cli_command cmd_hold_list = {
	.name = "hold list",
	.operands = "",
	.help = "list what may not be erased, and why",
	.run = run_hold_list
};

/* --- hold add */

static int
read_hold(const struct cli *c, struct retention_hold *h, struct err *e)
{
	const char *reason = cli_value(c, "reason");

	memset(h, 0, sizeof(*h));
	if (!canon_id_ok(c->args[0]))
		return err_set(e, ERR_USAGE,
		    "'%s' is no name: small letters, digits and '-'",
		    c->args[0]);
	(void)snprintf(h->name, sizeof(h->name), "%s", c->args[0]);
	if (retention_prefix(c->args[1], h->refs, e) < 0)
		return -1;
	if (!reason) {
		(void)err_set(e, ERR_USAGE, "a hold has a reason");
		return err_hint(e, "say why: --reason TEXT");
	}
	if (!utf8_clean(reason, strlen(reason)) ||
	    strlen(reason) > RETENTION_REASON_MAX || reason[0] == '\0')
		return err_set(e, ERR_USAGE, "a reason is one line of %d bytes "
		    "at most", RETENTION_REASON_MAX);
	(void)snprintf(h->reason, sizeof(h->reason), "%s", reason);
	return 0;
}

static enum cli_exit
run_hold_add(struct cli *c, struct err *e)
{
	struct buf new = BUF_INIT(TEXT_MAX);
	struct retention_hold hold;
	struct keeping k;
	int rc = -1;

	if (read_hold(c, &hold, e) < 0)
		return CLI_FAILED;
	if (keeping_open(&k, c, e) == 0 && retention_hold_add(
	    buf_str(&k.text), &hold, &new, e) == 0)
		rc = change(c, &k, &new, "hold", hold.name, e);
	if (rc == 0 && !c->quiet)
		(void)printf(cli_tr("nothing of %s is erased while hold '%s' "
		    "stands\n"), c->args[1], hold.name);
	buf_release(&new);
	keeping_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option hold_options[] = {
	{"reason", 0, "TEXT", "why, for whoever would erase it"},
	{"propose", 0, "FILE", "without an owner: for a second manager"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_hold_add = {
	.name = "hold add",
	.operands = "NAME STATION[/STREAM[/EPOCH]]|all",
	.help = "let nothing of it be erased",
	.options = hold_options,
	.min_args = 2,
	.max_args = 2,
	.run = run_hold_add
};

/* --- hold remove */

static enum cli_exit
run_hold_remove(struct cli *c, struct err *e)
{
	struct buf new = BUF_INIT(TEXT_MAX);
	struct keeping k;
	int rc = -1;

	if (keeping_open(&k, c, e) == 0 && retention_hold_remove(
	    buf_str(&k.text), c->args[0], &new, e) == 0)
		rc = change(c, &k, &new, "no hold any more:", c->args[0], e);
	if (rc == 0 && !c->quiet)
		(void)printf(cli_tr("hold '%s' is gone\n"), c->args[0]);
	buf_release(&new);
	keeping_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

const struct cli_command cmd_hold_remove = {
	.name = "hold remove",
	.operands = "NAME",
	.help = "end a hold",
	.options = decide_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_hold_remove
};
