/* cli/desk/decide.c - what only an owner changes, or two managers together. */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "control/edit.h"

#include "base/banned.h"

/* For a second manager to approve: liudi-desk approve. */
static int
propose(const struct cli *c, const struct deskhome *h,
	const struct control *control, struct proposal *p,
	const char *message, const char *file, struct err *e)
{
	const char *name = deskcmd_name(h);
	struct buf out = BUF_INIT(PROPOSAL_MAX);
	struct sshkey *key = NULL;
	struct opener *op;
	int rc = -1;

	memcpy(p->base, control->base, sizeof(p->base));
	(void)snprintf(p->by, sizeof(p->by), "%s", name);
	(void)snprintf(p->message, sizeof(p->message), "%s", message);
	op = deskcmd_open_as(c, h, name, &key, e);
	opener_free(op);
	if (op && proposal_write(p, key, &out, e) == 0)
		rc = file_save(file, out.data, out.len, 0644, e);
	sshkey_free(key);
	buf_release(&out);
	return rc;
}

int
deskcmd_decide(const struct cli *c, const struct deskhome *h,
	const struct control *control, struct proposal *p,
	const char *message, struct err *e)
{
	struct control_file files[PROPOSAL_FILES];
	size_t n = proposal_files(p, files);
	const char *file = cli_value(c, "propose");
	const char *owner = deskcmd_owner(h, control);
	struct opener *op;
	struct sshkey *key = NULL;
	int rc;

	if (file) {
		if (propose(c, h, control, p, message, file, e) < 0)
			return -1;
		if (!c->quiet)
			(void)printf(cli_tr("proposed; another manager looks "
			    "at it and runs: liudi-desk approve %s\n"),
			    file);
		return 1;
	}
	if (!owner) {
		(void)err_set(e, ERR_NOENT, "only an owner decides that, and "
		    "no owner's keys are on this machine");
		return err_hint(e, "put owner.identity and owner.sign.age into "
		    "'%s', or let two managers decide: --propose FILE",
		    h->keys);
	}
	op = deskcmd_open_as(c, h, owner, &key, e);
	opener_free(op);
	if (!op)
		return -1;
	rc = control_edit(&h->central, h->control, owner, key,
	    clock_now_utc(), message, files, n, e);
	sshkey_free(key);
	return rc;
}
