/*
 * cli/desk/pager.h - long output page by page, where a person reads it.
 *
 * $PAGER, else less, with LESS=FRX unless that is set: what fits on the screen
 * just stands there.  Only where standard output is a terminal, and not with
 * --json.  Open it behind all questions.
 * Needs: cli/cli.h, base.
 */
#ifndef LIUDI_CLI_DESK_PAGER_H
#define LIUDI_CLI_DESK_PAGER_H

#include <stdint.h>

#include "base/proc.h"
#include "cli/cli.h"
#include "cli/desk/talk.h"

struct pager {
	struct proc proc;
	int terminal;		/* standard output as it was; -1: no pager */
};
#define PAGER_INIT {PROC_INIT, -1}

/* What standard output can do; asked before pager_open(). */
void pager_style(struct talk_style *s);

/*
 * From here on standard output goes through the pager, if there is one; less
 * begins with the last page where LINES, which may be too few, do not fit on the
 * first (0: never).  What fails only means that there is none.
 */
void pager_open(struct pager *p, const struct cli *c, int64_t lines);
/* Wait until the reader is done; standard output is the terminal again. */
void pager_close(struct pager *p);

#endif
