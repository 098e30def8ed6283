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

/* Who of the readers of an event file. */
enum sealedto { SEALEDTO_ALL, SEALEDTO_OWNERS, SEALEDTO_MANAGERS };

/*
 * The N bytes SEALED, secrets of an event file that was sealed for P: are they
 * for WHO of P?  A desk that is one of those knows; another one counts how many
 * can open them.  Of those for owners, the managers' seal within is looked at as
 * far as can be: an owner's desk counts who opens it, another one goes by its
 * length.  1, 0, or -1 (ERR_NOMEM, ERR_IO).
 */
int sealedto_check(struct box *b, const struct policy_readers *p,
	enum sealedto who, const void *sealed, size_t n, struct err *e);

/*
 * The same for STATION's readers by any control that ever named some: what an
 * owner granted is for the managers of the day on which it was entered.
 */
int sealedto_ever(struct box *b, const char *station, enum sealedto who,
	const void *sealed, size_t n, struct err *e);

/*
 * Is this desk among WHO of the readers of STATION by each control that ever named
 * any?  Then what that station seals to them opens here.  1, 0, or -1.
 */
int sealedto_always(struct box *b, const char *station, enum sealedto who,
	struct err *e);

#endif
