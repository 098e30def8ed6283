/*
 * desk/sealedto.h - for whom secrets of accounts are sealed: told without opening
 * them.
 *
 * Spec: docs/FORMAT.md section 21, "A desk".
 * Needs: base, desk/{box,policy}.
 */
#ifndef LIUDI_DESK_SEALEDTO_H
#define LIUDI_DESK_SEALEDTO_H

#include "desk/box.h"
#include "desk/policy.h"

/*
 * The N bytes SEALED, the secrets of an event file that was sealed for P: are they
 * for all of P (DUAL: for its owners)?  A desk that is one of those knows; another
 * one counts how many can open them.  1, 0, or -1 (ERR_NOMEM, ERR_IO).
 */
int sealedto_check(struct box *b, const struct policy_readers *p, bool dual,
	const void *sealed, size_t n, struct err *e);

/*
 * Is this desk among the readers of STATION by each control that ever named any?
 * Then what that station seals opens here.  1, 0, or -1.
 */
int sealedto_always(struct box *b, const char *station, struct err *e);

#endif
