/*
 * cli/desk/letin.h - a sync lets in who asks with an invitation.
 * Needs: cli/cli.h, desk.
 */
#ifndef LIUDI_CLI_DESK_LETIN_H
#define LIUDI_CLI_DESK_LETIN_H

#include "cli/cli.h"
#include "desk/box.h"

/*
 * Fetch is done, and no record was read yet: so that nobody has spoken to the
 * opener but who is trusted with what comes of it (desk/invited.h).  SHOW(ARG)
 * runs in the box that judged, with its catalogue: events behind SINCE are new;
 * it returns an exit code.  *WORST takes that and what this ends with: what goes
 * wrong is told, and the sync goes on.
 */
void letin_run(const struct cli *c, const struct deskhome *h,
	struct opener *op, int (*show)(void *arg, struct box *b, int64_t since,
	struct err *e), void *arg, enum cli_exit *worst);

#endif
