/*
 * desk/everroots.h - who is, or ever was, a root of the team.
 *
 * Desk.git is only added to, and whoever signed a commit of it may have gone
 * since.
 * Needs: base, sign, repo.
 */
#ifndef LIUDI_DESK_EVERROOTS_H
#define LIUDI_DESK_EVERROOTS_H

#include "repo/canon.h"
#include "repo/mirror.h"
#include "sign/signers.h"

/*
 * The roots of COMMIT of control and of all before it, each key and name once;
 * signers_release() it.  The history was checked when control was loaded.
 */
int everroots_load(struct mirror *control, const char *commit,
	struct signers *out, struct err *e);

/* Was one of them, with whatever key, called NAME? */
bool everroots_named(const struct signers *s, const char *name);

/* Was that key one of them, under that name? */
bool everroots_has(const struct signers *s, const struct sshkey_pub *pub,
	const char *name);

#endif
