/*
 * cli/tr.h - the table behind cli_tr(), for the test that holds it in order.
 * Needs: cli/cli.h.
 */
#ifndef LIUDI_CLI_TR_H
#define LIUDI_CLI_TR_H

#include "cli/cli.h"

/* The I-th pair, borrowed, if there is one; returns how many there are. */
size_t tr_pair(size_t i, const char **en, const char **zh);

#endif
