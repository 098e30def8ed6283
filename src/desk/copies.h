/*
 * desk/copies.h - a sealed file that two stations sent.
 *
 * Sealing is never the same twice, so the second took what the first made: out
 * of its folder, or because both have one key.  What a station cannot open it
 * can still send, and the hook cannot see it.
 * Needs: base, desk/catalogue.
 */
#ifndef LIUDI_DESK_COPIES_H
#define LIUDI_DESK_COPIES_H

#include "desk/chain.h"
#include "desk/finding.h"

/*
 * Note the files of LINK, a part of LINE, whose row is there; an event at AT
 * for each that another station sent before.  In a transaction.
 */
int copies_note(const struct finding_place *at, int64_t line,
	const struct chain_link *link, struct err *e);

#endif
