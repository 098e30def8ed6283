/*
 * cli/desk/cmd_lock.c - liudi-desk lock: nothing of what was read stays on this
 * disk in the clear.
 */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "desk/catalogue.h"

#include "base/banned.h"

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct deskhome h;
	int lock = -1, rc = -1;

	if (deskhome_open(&h, c->home, e) < 0)
		return CLI_FAILED;
	/* What a sync that was killed left there is of the same kind. */
	if (deskhome_lock(&h, &lock, e) < 0 || file_sweep(h.index, e) < 0 ||
	    catalogue_remove(h.catalogue, e) < 0)
		goto out;
	if (!c->quiet)
		(void)printf("%s", cli_tr("the catalogue is deleted; the next "
		    "'liudi-desk sync' makes it anew\n"));
	rc = 0;
out:
	if (lock >= 0)
		(void)close(lock);	/* the lock ends with it */
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

const struct cli_command cmd_lock = {
	.name = "lock",
	.operands = "",
	.help = "delete the catalogue with the texts of messages in it",
	.min_args = 0,
	.max_args = 0,
	.run = run
};
