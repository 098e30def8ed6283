/*
 * cli/desk/digest_line.h - what was seen, into control.
 * Needs: cli/cli.h, desk.
 */
#ifndef LIUDI_CLI_DESK_DIGEST_LINE_H
#define LIUDI_CLI_DESK_DIGEST_LINE_H

#include "cli/cli.h"
#include "desk/opener.h"
#include "desk/vouch.h"

/*
 * Commit what a sync's box left in the desk's file `heads`, as far as V's desk
 * can answer for it.  It is no part of
 * the sync: what keeps it back is told, and changes no exit code.
 */
void digest_line_witness(const struct cli *c, const struct vouch *v,
	struct opener *op);

#endif
