/* cli/desk/cmd_key.c - liudi-desk key: who reads and decides. */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "cli/desk/show.h"
#include "control/edit.h"
#include "crypto/secmem.h"
#include "desk/deskkeys.h"
#include "desk/managerline.h"
#include "desk/proposal.h"
#include "desk/retention.h"
#include "desk/shares.h"

#include "base/banned.h"

#define TEXT_MAX (1024 * 1024)
#define LINE_WORDS 6
#define ROOT_NAMESPACES "git,liudi-control,liudi-erasure"

/* --- key add, key renew */

/* What an owner is to be given. */
static int
print_line(const struct cli *c, const char *name, const struct deskkeys *keys,
	struct err *e)
{
	struct managerline line = {.pub = keys->pub};
	struct buf text = BUF_INIT(MANAGERLINE_MAX);
	int rc;

	(void)snprintf(line.name, sizeof(line.name), "%s", name);
	memcpy(line.age, keys->recipient, sizeof(line.age));
	rc = managerline_text(&line, &text, e);
	if (rc == 0) {
		(void)printf("%s\n", buf_str(&text));
		cli_hint(c, "an owner lets it in: liudi-desk key accept LINE");
	}
	buf_release(&text);
	return rc;
}

static enum cli_exit
run_add(struct cli *c, struct err *e)
{
	const char *name = c->args[0];
	struct control control;
	struct deskhome h;
	struct deskkeys keys;
	unsigned log_n;
	char *pass = NULL;
	int rc = -1;

	if (!canon_id_ok(name)) {
		(void)err_set(e, ERR_USAGE,
		    "'%s' is no name: small letters, digits and '-'", name);
		return CLI_FAILED;
	}
	if (deskcmd_log_n(c, &log_n, e) < 0)
		return CLI_FAILED;
	if (deskcmd_attach(c, name, &h, &control, e) < 0)
		goto out;
	if (signers_named(&control.roots, name, 0) ||
	    deskkeys_has(h.keys, name)) {
		(void)err_set(e, ERR_USAGE, "'%s' has keys already", name);
		(void)err_hint(e, "choose another name");
		goto out;
	}
	pass = cli_passphrase(c, "new passphrase of the manager", true, e);
	if (!pass || deskkeys_make(h.keys, name, pass, log_n, &keys, NULL,
	    e) < 0)
		goto out;
	rc = print_line(c, name, &keys, e);
out:
	secmem_free(pass);
	control_release(&control);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option add_options[] = {
	{"central", 0, "CENTRAL", "of the team, where there is no desk yet"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{"scrypt-log-n", 0, "N", "scrypt cost of the key files: 2^N (18)"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_key_add = {
	.name = "key add",
	.operands = "NAME",
	.help = "make a manager's keys on this machine",
	.options = add_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_add
};

static enum cli_exit
run_renew(struct cli *c, struct err *e)
{
	struct control control;
	struct deskhome h;
	struct deskkeys keys;
	const char *name;
	unsigned log_n;
	char *pass = NULL;
	int rc = -1;

	if (deskcmd_log_n(c, &log_n, e) < 0)
		return CLI_FAILED;
	if (deskcmd_attach(c, DESKKEYS_MANAGER, &h, &control, e) < 0)
		goto out;
	name = deskcmd_name(&h);
	if (control_is_owner(name)) {
		(void)err_set(e, ERR_USAGE,
		    "shares on paper hold an owner's key: it is not renewed");
		goto out;
	}
	pass = cli_passphrase(c, "passphrase of the manager", false, e);
	if (pass && deskkeys_renew(h.keys, name, pass, log_n, &keys, e) == 0)
		rc = print_line(c, name, &keys, e);
out:
	secmem_free(pass);
	control_release(&control);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option renew_options[] = {
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{"scrypt-log-n", 0, "N", "scrypt cost of the key files: 2^N (18)"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_key_renew = {
	.name = "key renew",
	.operands = "",
	.help = "make a new reader's key beside the old, once a year",
	.options = renew_options,
	.min_args = 0,
	.max_args = 0,
	.run = run_renew
};

/* --- Changing who reads. */

struct change {
	struct deskhome home;
	struct control control;
	struct buf roots, readers;	/* the new files; roots may be empty */
	bool renew;			/* roots stay as they are */
};

static int
change_open(struct change *k, const struct cli *c, struct err *e)
{
	memset(k, 0, sizeof(*k));
	buf_init(&k->roots, TEXT_MAX);
	buf_init(&k->readers, TEXT_MAX);
	return deskcmd_attach(c, DESKKEYS_OWNER, &k->home, &k->control, e);
}

static void
change_release(struct change *k)
{
	buf_release(&k->roots);
	buf_release(&k->readers);
	control_release(&k->control);
	deskhome_release(&k->home);
}

/* The names of an `only` line but one; 0 where nobody is left. */
static int
only_line(struct change *k, const struct control_only *o, const char *without,
	struct err *e)
{
	const struct control *c = &k->control;
	size_t i, n = 0;

	for (i = 0; i < c->nrecipients; i++) {
		const char *name = c->recipient[i].name;

		if (!(o->readers >> i & 1) ||
		    (without && strcmp(name, without) == 0))
			continue;
		if (n++ == 0 &&
		    buf_addf(&k->readers, e, "only %s", o->station) < 0)
			return -1;
		if (buf_addf(&k->readers, e, " %s", name) < 0)
			return -1;
	}
	return n == 0 ? 0 : buf_addc(&k->readers, '\n', e);
}

/* `recipients` of the next version: ADD more, or without one. */
static int
next_readers(struct change *k, const struct managerline *add,
	const char *without, struct err *e)
{
	const struct control *c = &k->control;
	struct control check;
	size_t i;

	if (buf_addf(&k->readers, e, "version %lld\n",
	    (long long)c->version + 1) < 0)
		return -1;
	for (i = 0; i < c->nrecipients; i++) {
		const struct control_recipient *r = &c->recipient[i];
		bool new = k->renew && strcmp(r->name, add->name) == 0;

		if ((!without || strcmp(r->name, without) != 0) &&
		    buf_addf(&k->readers, e, "%s %s\n", r->name,
		    new ? add->age : r->age) < 0)
			return -1;
	}
	if (add && !k->renew && buf_addf(&k->readers, e, "%s %s\n", add->name,
	    add->age) < 0)
		return -1;
	for (i = 0; i < c->nonly; i++)
		if (only_line(k, &c->only[i], without, e) < 0)
			return -1;
	/* as stations will read it */
	memset(&check, 0, sizeof(check));
	if (control_recipients_parse(&check, buf_str(&k->readers), e) < 0)
		return -1;
	control_release(&check);
	return 0;
}

static int
next_roots(struct change *k, const struct managerline *add,
	const char *without, struct err *e)
{
	struct signer s = {.valid_after = INT64_MIN,
	    .valid_before = INT64_MAX};
	size_t i;

	if (k->renew)
		return 0;
	for (i = 0; i < k->control.roots.n; i++)
		if ((!without ||
		    strcmp(k->control.roots.v[i].name, without) != 0) &&
		    signers_line(&k->control.roots.v[i], &k->roots, e) < 0)
			return -1;
	if (!add)
		return 0;
	(void)snprintf(s.name, sizeof(s.name), "%s", add->name);
	(void)snprintf(s.namespaces, sizeof(s.namespaces), "%s",
	    ROOT_NAMESPACES);
	s.pub = add->pub;
	return signers_line(&s, &k->roots, e);
}

static int
change(struct cli *c, struct change *k, const struct managerline *add,
	const char *without, const char *what, struct err *e)
{
	struct buf message = BUF_INIT(256);
	struct proposal p;
	int rc = -1;

	proposal_init(&p);
	if (next_readers(k, add, without, e) < 0 ||
	    next_roots(k, add, without, e) < 0 ||
	    buf_addf(&message, e, "%s %s", what,
	    add ? add->name : without) < 0 ||
	    buf_add(&p.recipients, k->readers.data, k->readers.len, e) < 0 ||
	    buf_add(&p.roots, k->roots.data, k->roots.len, e) < 0)
		goto out;
	rc = deskcmd_decide(c, &k->home, &k->control, &p, buf_str(&message),
	    e);
out:
	proposal_release(&p);
	buf_release(&message);
	return rc;
}

/* --- key accept */

/* The line as one argument, as the words of an unquoted one, or on stdin. */
static int
read_line(const struct cli *c, struct buf *line, struct err *e)
{
	size_t i;

	if (c->nargs == 1 && strcmp(c->args[0], "-") == 0)
		return file_load_fd(0, "standard input", line, e);
	for (i = 0; i < c->nargs; i++)
		if (buf_addf(line, e, "%s%s", i > 0 ? " " : "",
		    c->args[i]) < 0)
			return -1;
	return 0;
}

/* An owner's word counts alone, and opens half of what two must agree on. */
static int
check_owner(const struct cli *c, const struct change *k,
	const struct managerline *m, struct err *e)
{
	if (!control_is_owner(m->name) || (!cli_has(c, "propose") &&
	    deskcmd_owner(&k->home, &k->control)))
		return 0;
	(void)err_set(e, ERR_USAGE, "'%s' would be an owner", m->name);
	return err_hint(e, "an owner lets in an owner, on the machine where "
	    "his keys lie; for a manager choose another name");
}

/* 1: is there already, with these keys; 0: is new, or *RENEW; -1. */
static int
check_new(const struct control *c, const struct managerline *m, bool *renew,
	struct err *e)
{
	const struct signer *root = signers_named(&c->roots, m->name, 0);
	size_t i;

	for (i = 0; i < c->nrecipients; i++) {
		if (strcmp(c->recipient[i].name, m->name) != 0)
			continue;
		if (strcmp(c->recipient[i].age, m->age) == 0)
			return 1;
		*renew = root && !control_is_owner(m->name) &&
		    memcmp(root->pub.pk, m->pub.pk, sizeof(m->pub.pk)) == 0;
		if (*renew)
			return 0;
		(void)err_set(e, ERR_FAIL,
		    "the name '%s' belongs to another key", m->name);
		return err_hint(e, "retire it, or choose another name: "
		    "liudi-desk key add NAME");
	}
	return root ? err_set(e, ERR_FAIL,
	    "the name '%s' belongs to another key", m->name) : 0;
}

static enum cli_exit
run_accept(struct cli *c, struct err *e)
{
	struct buf text = BUF_INIT(MANAGERLINE_MAX + 64);
	char print[SHARES_PRINT_LEN];
	struct managerline line;
	struct change k;
	int rc = -1, done;

	if (read_line(c, &text, e) < 0 ||
	    managerline_parse(&line, buf_str(&text), text.len, e) < 0) {
		buf_release(&text);
		return CLI_FAILED;
	}
	if (change_open(&k, c, e) < 0)
		goto out;
	done = check_owner(c, &k, &line, e);
	if (done == 0)
		done = check_new(&k.control, &line, &k.renew, e);
	if (done < 0)
		goto out;
	rc = done > 0 ? 0 : change(c, &k, &line, NULL, "reader", e);
	shares_print(line.age, print);
	if (rc == 0 && !c->quiet) {
		(void)printf(cli_tr("%s reads what stations send from now on "
		    "(fingerprint %s)\n"), line.name, print);
		(void)printf(cli_tr("for what they sent before, run: "
		    "liudi-desk rehead --to %s\n"), line.name);
	}
out:
	buf_release(&text);
	change_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option owner_options[] = {
	{"propose", 0, "FILE", "without an owner: for a second manager"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_key_accept = {
	.name = "key accept",
	.operands = "LINE|-",
	.help = "let a manager read and decide",
	.options = owner_options,
	.min_args = 1,
	.max_args = LINE_WORDS,
	.run = run_accept
};

/* --- key retire */

/* Is nobody else what NAME is, owner or manager? */
static bool
is_last(const struct control *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->nrecipients; i++)
		if (strcmp(c->recipient[i].name, name) != 0 &&
		    control_is_owner(c->recipient[i].name) ==
		    control_is_owner(name))
			return false;
	return true;
}

static enum cli_exit
run_retire(struct cli *c, struct err *e)
{
	const char *name = c->args[0];
	struct change k;
	int rc = -1;

	if (change_open(&k, c, e) < 0)
		goto out;
	if (!signers_named(&k.control.roots, name, 0)) {
		(void)err_set(e, ERR_NOENT, "nobody is called '%s'", name);
		(void)err_hint(e, "see 'liudi-desk key list'");
		goto out;
	}
	if (is_last(&k.control, name)) {
		(void)err_set(e, ERR_USAGE, control_is_owner(name) ?
		    "'%s' is the only owner" : "'%s' is the only manager",
		    name);
		(void)err_hint(e, "let another in first: 'liudi-desk key add "
		    "NAME' on his machine, 'liudi-desk key accept' here");
		goto out;
	}
	rc = change(c, &k, NULL, name, "no reader any more:", e);
	if (rc == 0 && !c->quiet)
		(void)printf(cli_tr("%s reads nothing that is sent from now "
		    "on; what was sent before stays readable to that key\n"),
		    name);
out:
	change_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

const struct cli_command cmd_key_retire = {
	.name = "key retire",
	.operands = "NAME",
	.help = "seal nothing more to a manager",
	.options = owner_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_retire
};

/* --- approve */

static const struct control_recipient *
recipient_named(const struct control *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->nrecipients; i++)
		if (strcmp(c->recipient[i].name, name) == 0)
			return &c->recipient[i];
	return NULL;
}

/* A line for each reader of ONE whom OTHER has not so. */
static void
say_readers(const char *sign, const struct control *one,
	const struct control *other)
{
	char print[SHARES_PRINT_LEN];
	size_t i;

	for (i = 0; i < one->nrecipients; i++) {
		const struct control_recipient *r = &one->recipient[i];
		const struct control_recipient *o =
		    recipient_named(other, r->name);

		if (o && strcmp(o->age, r->age) == 0)
			continue;
		shares_print(r->age, print);
		(void)printf("%s %s  %s\n", sign, r->name, print);
	}
}

/* The same of those who decide. */
static int
say_roots(const char *sign, const struct signers *one,
	const struct signers *other, struct err *e)
{
	struct buf print = BUF_INIT(256);
	int rc = 0;
	size_t i;

	for (i = 0; i < one->n && rc == 0; i++) {
		const struct signer *o =
		    signers_named(other, one->v[i].name, 0);

		if (o && memcmp(o->pub.pk, one->v[i].pub.pk,
		    sizeof(o->pub.pk)) == 0)
			continue;
		buf_clear(&print);
		rc = deskcmd_fingerprint(&one->v[i].pub, &print, e);
		if (rc == 0)
			(void)printf("%s %s  %s\n", sign, one->v[i].name,
			    buf_str(&print));
	}
	buf_release(&print);
	return rc;
}

/* The lines of ONE that OTHER has not. */
static void
say_lines(const char *sign, const char *one, const char *other)
{
	size_t n, k;

	for (; *one; one += n + (one[n] == '\n')) {
		const char *o = other;

		n = strcspn(one, "\n");
		for (; *o; o += k + (o[k] == '\n')) {
			k = strcspn(o, "\n");
			if (k == n && memcmp(o, one, n) == 0)
				break;
		}
		if (*o || n == 0)
			continue;
		(void)printf("%s ", sign);
		cli_put_shown(stdout, one, n);
		(void)putchar('\n');
	}
}

/* What is kept for how long; it must be a good file. */
static int
say_retention(const struct change *k, const struct proposal *p,
	struct err *e)
{
	struct buf now = BUF_INIT(TEXT_MAX);
	struct retention r;
	int rc = -1;

	if (retention_parse(&r, buf_str(&p->retention), p->retention.len,
	    e) < 0)
		return -1;
	retention_release(&r);
	if (control_file_load(k->home.control, k->control.commit,
	    RETENTION_FILE, &now, e) >= 0) {
		say_lines("-", buf_str(&now), buf_str(&p->retention));
		say_lines("+", buf_str(&p->retention), buf_str(&now));
		rc = 0;
	}
	buf_release(&now);
	return rc;
}

/* Two managers who agree make nobody an owner, by neither of his keys. */
static int
check_owners(const struct control *now, const struct control *then,
	const struct signers *roots, struct err *e)
{
	const char *name = NULL;
	size_t i;

	for (i = 0; i < then->nrecipients; i++) {
		const struct control_recipient *r = &then->recipient[i], *had =
		    recipient_named(now, r->name);

		if (control_is_owner(r->name) &&
		    (!had || strcmp(had->age, r->age) != 0))
			name = r->name;
	}
	for (i = 0; i < roots->n; i++) {
		const struct signer *s = &roots->v[i], *had =
		    signers_named(&now->roots, s->name, 0);

		if (control_is_owner(s->name) && (!had ||
		    memcmp(had->pub.pk, s->pub.pk, sizeof(s->pub.pk)) != 0))
			name = s->name;
	}
	if (!name)
		return 0;
	(void)err_set(e, ERR_USAGE, "'%s' would be an owner", name);
	return err_hint(e, "an owner lets in an owner, on the machine where "
	    "his keys lie; for a manager choose another name");
}

/* Who would read and decide. */
static int
say_people(const struct control *now, const struct proposal *p,
	struct err *e)
{
	struct control then;
	struct signers roots = {NULL, 0};
	int rc = -1;

	memset(&then, 0, sizeof(then));
	if (control_recipients_parse(&then, buf_str(&p->recipients), e) < 0)
		return -1;
	say_readers("-", now, &then);
	say_readers("+", &then, now);
	rc = 0;
	if (p->roots.len > 0) {
		rc = signers_parse(&roots, buf_str(&p->roots), p->roots.len,
		    e);
		if (rc == 0)
			rc = say_roots("-", &now->roots, &roots, e);
		if (rc == 0)
			rc = say_roots("+", &roots, &now->roots, e);
	}
	if (rc == 0)
		rc = check_owners(now, &then, &roots, e);
	signers_release(&roots);
	if (rc == 0 && then.version != now->version + 1)
		rc = err_set(e, ERR_FORMAT, "this is no proposal");
	control_release(&then);
	return rc;
}

/* What would change, before anybody says yes to it. */
static int
say_proposal(const struct change *k, const struct proposal *p, struct err *e)
{
	(void)printf(cli_tr("%s proposes:\n"), p->by);
	if ((p->recipients.len > 0 && say_people(&k->control, p, e) < 0) ||
	    (p->retention.len > 0 && say_retention(k, p, e) < 0))
		return -1;
	(void)fflush(stdout);
	return 0;
}

static int
commit_proposal(const struct cli *c, const struct change *k,
	struct proposal *p, struct err *e)
{
	const char *name = deskcmd_name(&k->home);
	char path[PROPOSAL_PATH_LEN];
	struct sshkey *key = NULL;
	struct opener *op;
	int64_t n = 0;
	int rc = -1;

	if (strcmp(name, p->by) == 0) {
		(void)err_set(e, ERR_USAGE,
		    "who proposes a change does not approve it");
		return err_hint(e, "give the file to another manager");
	}
	if (proposal_count(k->home.control, k->control.commit, &n, e) < 0 ||
	    buf_addc(&p->consent, '\n', e) < 0)
		return -1;
	proposal_path(p, n, path);
	op = deskcmd_open_as(c, &k->home, name, &key, e);
	opener_free(op);
	if (!op)
		return -1;
	{
		struct control_file files[1 + PROPOSAL_FILES] = {
			{path, p->consent.data, p->consent.len}
		};

		rc = control_edit(&k->home.central, k->home.control, name,
		    key, clock_now_utc(), p->message, files,
		    1 + proposal_files(p, files + 1), e);
	}
	sshkey_free(key);
	return rc;
}

static enum cli_exit
run_approve(struct cli *c, struct err *e)
{
	struct buf file = BUF_INIT(PROPOSAL_MAX);
	struct proposal p;
	struct change k;
	int rc = -1;

	proposal_init(&p);
	if (change_open(&k, c, e) < 0 ||
	    file_load(c->args[0], &file, e) < 0 ||
	    proposal_read(&p, file.data, file.len, e) < 0 ||
	    proposal_check(&p, &k.control, e) < 0 ||
	    say_proposal(&k, &p, e) < 0)
		goto out;
	rc = commit_proposal(c, &k, &p, e);
	if (rc == 0 && !c->quiet)
		(void)printf("%s", cli_tr("approved\n"));
out:
	proposal_release(&p);
	buf_release(&file);
	change_release(&k);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option approve_options[] = {
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_approve = {
	.name = "approve",
	.operands = "FILE",
	.help = "agree to what another manager proposed",
	.options = approve_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_approve
};

/* --- key list */

static int
list_json(const struct control *c, size_t i, const char *sign, bool here,
	struct err *e)
{
	struct buf b = BUF_INIT(65536);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &b, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "name", c->recipient[i].name);
	jsonw_kstr(&w, "recipient", c->recipient[i].age);
	jsonw_kstr(&w, "key", sign[0] ? sign : NULL);
	jsonw_kbool(&w, "owner", control_is_owner(c->recipient[i].name));
	jsonw_kbool(&w, "here", here);
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&b, e);
	buf_release(&b);
	return rc;
}

static int
list(const struct cli *c, const struct deskhome *h,
	const struct control *control, struct err *e)
{
	struct buf print = BUF_INIT(256);
	char age[SHARES_PRINT_LEN];
	const struct signer *root;
	int rc = 0;
	size_t i;

	for (i = 0; i < control->nrecipients && rc == 0; i++) {
		const struct control_recipient *r = &control->recipient[i];
		bool here = deskkeys_has(h->keys, r->name);

		buf_clear(&print);
		root = signers_named(&control->roots, r->name, 0);
		if (root)
			rc = deskcmd_fingerprint(&root->pub, &print, e);
		if (rc < 0)
			break;
		if (c->json) {
			rc = list_json(control, i, buf_str(&print), here, e);
			continue;
		}
		shares_print(r->age, age);
		show_padded(r->name, 18);
		(void)printf("%s  %s%s\n", age, root ? buf_str(&print) : "-",
		    here ? cli_tr("  (here)") : "");
	}
	buf_release(&print);
	return rc;
}

static int
list_only(const struct control *c)
{
	size_t index[CONTROL_MAX_RECIPIENTS], i, j, n;

	for (i = 0; i < c->nonly; i++) {
		n = control_readers(c, c->only[i].station, index);
		(void)printf(cli_tr("records of %s:"), c->only[i].station);
		for (j = 0; j < n; j++)
			(void)printf(" %s", c->recipient[index[j]].name);
		(void)putchar('\n');
	}
	return 0;
}

static enum cli_exit
run_list(struct cli *c, struct err *e)
{
	struct control control;
	struct deskhome h;
	int rc = -1;

	if (deskcmd_attach(c, DESKKEYS_MANAGER, &h, &control, e) == 0)
		rc = list(c, &h, &control, e);
	if (rc == 0 && !c->json)
		rc = list_only(&control);
	control_release(&control);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

const struct cli_command cmd_key_list = {
	.name = "key list",
	.operands = "",
	.help = "list who reads and decides",
	.run = run_list
};
