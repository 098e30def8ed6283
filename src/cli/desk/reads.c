/* cli/desk/reads.c - who reads is known before anything is shown. */
#include "cli/desk/reads.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "cli/desk/deskcmds.h"
#include "control/control.h"
#include "desk/deskkeys.h"

#include "base/banned.h"

#define ENDING ".sign.age"

/* Who reads. */
struct reader {
	const struct deskhome *home;
	struct opener *op;
	struct control control;
	struct sshkey *key;
	char name[READS_NAME_LEN];	/* of the file; then as control calls him */
};

/* Does the identity open this one? */
static void
try_name(struct reader *r, const char *name)
{
	struct err ignored = ERR_INIT;

	if (r->key || strlen(name) >= sizeof(r->name))
		return;
	r->key = deskkeys_sign(r->home->keys, name, r->op, &ignored);
	if (r->key)
		(void)snprintf(r->name, sizeof(r->name), "%s", name);
}

static int
try_file(const char *file, void *arg, struct err *e)
{
	const size_t n = strlen(file), end = strlen(ENDING);
	char name[READS_NAME_LEN];

	(void)e;
	if (!str_ends(file, ENDING) || n - end >= sizeof(name))
		return 0;
	(void)snprintf(name, sizeof(name), "%.*s", (int)(n - end), file);
	try_name(arg, name);
	return 0;
}

/* Of all signing keys here the one that OP opens; and its name in control. */
static void
find_key(struct reader *r, const struct control *control)
{
	const struct signers *roots = &control->roots;
	struct err ignored = ERR_INIT;
	struct sshkey_pub pub;
	size_t i;

	try_name(r, deskcmd_name(r->home));
	if (!r->key)
		(void)file_each(r->home->keys, try_file, r, &ignored);
	if (!r->key)
		return;
	sshkey_public(r->key, &pub);
	for (i = 0; i < roots->n; i++)
		if (memcmp(roots->v[i].pub.pk, pub.pk, sizeof(pub.pk)) == 0)
			(void)snprintf(r->name, sizeof(r->name), "%s",
			    roots->v[i].name);
}

struct sshkey *
reads_key(const struct deskhome *h, const struct control *control,
	struct opener *op, char *reader, struct err *e)
{
	struct reader r = {.home = h, .op = op};

	find_key(&r, control);
	if (!r.key) {
		(void)err_set(e, ERR_CRYPTO, "this identity opens no signing "
		    "key here, and who decides something signs it");
		(void)err_hint(e, "put the NAME.sign.age that belongs to it "
		    "into '%s'", h->keys);
	}
	(void)snprintf(reader, READS_NAME_LEN, "%s", r.name);
	return r.key;
}

bool
reads_is_owner(const struct opener *op, const struct control *control)
{
	struct seal_recipient have[CONTROL_MAX_RECIPIENTS], it;
	size_t n = opener_recipients(op, have, CONTROL_MAX_RECIPIENTS);
	struct err ignored = ERR_INIT;
	size_t i, j;

	for (i = 0; i < control->nrecipients; i++) {
		const struct control_recipient *to = &control->recipient[i];

		if (!control_is_owner(to->name) ||
		    seal_recipient_parse(&it, to->age, strlen(to->age),
		    &ignored) < 0)
			continue;
		for (j = 0; j < n; j++)
			if (memcmp(it.pk, have[j].pk, sizeof(it.pk)) == 0)
				return true;
	}
	return false;
}

static int
reader_open(struct reader *r, const struct deskhome *h, struct opener *op,
	struct err *e)
{
	char pin[CANON_ID_LEN];

	memset(r, 0, sizeof(*r));
	r->home = h;
	r->op = op;
	if (deskhome_fetched(h->control, e) < 0 ||
	    deskhome_pin_load(h, pin, e) < 0 ||
	    control_load(&r->control, h->control, pin[0] ? pin : NULL, e) < 0)
		return -1;
	find_key(r, &r->control);
	return 0;
}

static void
reader_release(struct reader *r)
{
	sshkey_free(r->key);
	control_release(&r->control);
}

static void
send(const struct cli *c, const struct access_log *log)
{
	char why[CLI_FILLED_LEN];
	struct err e = ERR_INIT;

	if (access_send(log, NULL, &e) < 0)
		cli_warn(c, "the access log here is ahead of the central's; "
		    "it is sent at the next sync: %s",
		    cli_tr_filled(e.what, why));
}

/* Who cannot sign gets leave all the same: the owner, or where ANYBODY may. */
static int
note_unsigned(const struct cli *c, const struct reader *r, bool anybody,
	struct access_pass *pass, struct err *e)
{
	if (reads_is_owner(r->op, &r->control)) {
		cli_warn(c, "the owner's signing key is not here: what is "
		    "read now stands in no access log");
	} else if (anybody) {
		cli_warn(c, "this identity opens no signing key here: what is "
		    "indexed now stands in no access log");
	} else {
		(void)err_set(e, ERR_CRYPTO, "this identity opens no signing "
		    "key here, and who reads records signs for it");
		return err_hint(e, "put the NAME.sign.age that belongs to it "
		    "into '%s'", r->home->keys);
	}
	access_unlogged(pass);
	return 0;
}

static int
note(const struct cli *c, const struct reader *r, const struct access_ask *ask,
	bool at_once, struct access_pass *pass, struct err *e)
{
	const struct access_log log = {r->home, &r->control, r->name, r->key};

	if (access_note(&log, ask, clock_now_utc(), pass, e) < 0)
		return -1;
	if (at_once)
		send(c, &log);
	return 0;
}

/* How the two askers differ. */
struct manner {
	bool anybody;		/* who cannot sign may go on */
	bool at_once;		/* sent now, not by the next sync */
};

static int
note_as(const struct cli *c, struct opener *op, const struct access_ask *ask,
	struct manner how, struct access_pass *pass, char *reader,
	struct err *e)
{
	struct deskhome h;
	struct reader r;
	int rc = -1;

	pass->given = false;
	if (deskhome_open(&h, c->home, e) < 0)
		return -1;
	if (reader_open(&r, &h, op, e) == 0)
		rc = r.key ? note(c, &r, ask, how.at_once, pass, e) :
		    note_unsigned(c, &r, how.anybody, pass, e);
	if (rc == 0 && reader)
		(void)snprintf(reader, READS_NAME_LEN, "%s", r.key ? r.name :
		    DESKKEYS_OWNER);
	reader_release(&r);
	deskhome_release(&h);
	return rc;
}

int
reads_note(const struct cli *c, struct opener *op, const struct access_ask *ask,
	struct access_pass *pass, char *reader, struct err *e)
{
	struct access_ask why = *ask;

	if (!why.reason)
		why.reason = cli_value(c, "why");
	return note_as(c, op, &why, (struct manner){.at_once = true}, pass,
	    reader, e);
}

int
reads_page(const struct cli *c, struct opener *op, const struct access_ask *ask,
	struct access_pass *pass, struct err *e)
{
	struct access_ask why = *ask;

	if (!why.reason)
		why.reason = cli_value(c, "why");
	return note_as(c, op, &why, (struct manner){0}, pass, NULL, e);
}

int
reads_index(const struct cli *c, struct opener *op, bool at_once,
	struct access_pass *pass, struct err *e)
{
	const int64_t now = clock_now_utc();
	const struct access_ask ask = {"index", NULL, NULL, now, now, NULL};

	return note_as(c, op, &ask, (struct manner){true, at_once}, pass, NULL,
	    e);
}

void
reads_send(const struct cli *c, const struct deskhome *h, struct opener *op)
{
	struct err ignored = ERR_INIT;
	struct reader r;

	if (!access_waits(h))
		return;
	if (reader_open(&r, h, op, &ignored) == 0) {
		const struct access_log log = {h, &r.control, r.name, r.key};

		send(c, &log);
	}
	reader_release(&r);
}
