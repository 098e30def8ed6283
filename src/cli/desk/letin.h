/*
 * cli/desk/letin.h - a sync lets in who asks with an invitation.
 * Needs: cli/cli.h, desk.
 */
#ifndef LIUDI_CLI_DESK_LETIN_H
#define LIUDI_CLI_DESK_LETIN_H

#include "cli/cli.h"
#include "desk/box.h"

/*
 * In the box: judge what waits, and leave the answer in the opener's shared
 * memory, which nobody else uses until letin_decide().
 */
int letin_look(struct box *b, struct err *e);

/* Before a box: there is no answer yet. */
void letin_forget(const struct box *b);

/*
 * Outside, behind a box with letin_look(): decide, tell, and name in *WORST what
 * this sync ends with.  What goes wrong is told, too: the sync goes on.
 */
void letin_decide(const struct cli *c, struct box *b, enum cli_exit *worst);

#endif
