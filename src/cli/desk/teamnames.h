/*
 * cli/desk/teamnames.h - what control says of names and platforms.
 * Needs: cli/desk/acct.
 */
#ifndef LIUDI_CLI_DESK_TEAMNAMES_H
#define LIUDI_CLI_DESK_TEAMNAMES_H

#include "cli/desk/acct.h"

#define TEAMNAMES_POLICY_MAX (4u << 20)

/*
 * For platforms_new() and naming_new(): control's platforms.ini, where there is
 * one, and policy.ini behind it, appended to OUT.  K is open.
 */
int teamnames_policy(struct acct *k, struct buf *out, struct err *e);

#endif
