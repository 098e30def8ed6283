/* cli/desk/daycell.c - how a day of a station looks: a sign, a colour, words. */
#include "cli/desk/daycell.h"

#include "base/banned.h"

static const struct { const char *class, *en, *zh, *text; } cells[] = {
	[DAYGRID_NOTHING] = {NULL, "", "", "nothing is expected"},
	[DAYGRID_FREE] = {NULL, "·", "·", "no working day"},
	[DAYGRID_MISSED] = {"missed", "✗", "✗", "nothing came"},
	[DAYGRID_LATE] = {"late", "L", "晚", "came later"},
	[DAYGRID_DONE] = {"done", "✓", "✓", "came"},
	[DAYGRID_PARTIAL] = {"late", "△", "△", "came, with warnings"},
	[DAYGRID_ALARM] = {"alarm", "!", "！", "does not agree"},
};

const char *
daycell_class(enum daygrid_cell c)
{
	return cells[c].class;
}

const char *
daycell_sign(enum daygrid_cell c, bool zh)
{
	return zh ? cells[c].zh : cells[c].en;
}

const char *
daycell_text(enum daygrid_cell c)
{
	return cells[c].text;
}

bool
daycell_bad(enum daygrid_cell c)
{
	return c == DAYGRID_MISSED || c == DAYGRID_ALARM ||
	    c == DAYGRID_PARTIAL;
}
