/*
 * web/peer.h - whose program is at the other end of a connection.
 *
 * A cookie goes to every port of an address, and who may use an address of
 * 127.0.0.0/8 is everybody: another user of this machine can be sent ours.  What
 * he cannot do is connect as us.
 * Linux; of the same machine and IPv4 only.
 * Needs: base.
 */
#ifndef LIUDI_WEB_PEER_H
#define LIUDI_WEB_PEER_H

#include <netinet/in.h>
#include <stdbool.h>

#include "base/err.h"

/* The kernel's table of connections, open: for the caller to close.  -1: ERR_IO. */
int peer_table(struct err *e);

/*
 * Is it a program of the user of this process that connects from CLIENT to
 * SERVER?  TABLE is read anew each time, by one at a time.  False too where it
 * cannot be known.
 */
bool peer_is_ours(int table, const struct sockaddr_in *client,
	const struct sockaddr_in *server);

#endif
