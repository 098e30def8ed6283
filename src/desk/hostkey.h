/*
 * desk/hostkey.h - the key by which ssh knows the central's host.
 *
 * For the string of an invitation: what this machine trusts, a station may.
 * Needs: base, sign, repo; the programs ssh and ssh-keygen.
 */
#ifndef LIUDI_DESK_HOSTKEY_H
#define LIUDI_DESK_HOSTKEY_H

#include "repo/central.h"
#include "sign/sshkey.h"

/*
 * The Ed25519 key of C's host in the known_hosts of this user, as ssh itself is
 * set up for it: 1, 0 if there is none, -1.
 */
int hostkey_known(const struct central *c, struct sshkey_pub *pub,
	struct err *e);

/* The first Ed25519 key of FILE: a .pub or lines of known_hosts. */
int hostkey_file(const char *file, struct sshkey_pub *pub, struct err *e);

/* The same of TEXT, as those two read it: 1 or 0. */
int hostkey_text(const char *text, struct sshkey_pub *pub);

#endif
