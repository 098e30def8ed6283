/*
 * cli/desk/daycell.h - how a day of a station looks: a sign, a colour, words.
 * Needs: desk/daygrid.
 */
#ifndef LIUDI_CLI_DESK_DAYCELL_H
#define LIUDI_CLI_DESK_DAYCELL_H

#include "desk/daygrid.h"

/* A class of the style; NULL: none. */
const char *daycell_class(enum daygrid_cell c);
const char *daycell_sign(enum daygrid_cell c, bool zh);
/* English, for cli_tr(). */
const char *daycell_text(enum daygrid_cell c);
/* Has somebody to look at it? */
bool daycell_bad(enum daygrid_cell c);

#endif
