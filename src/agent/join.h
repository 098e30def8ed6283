/*
 * agent/join.h - a station asks to be let in, with one string.
 *
 * Spec: docs/FORMAT.md sections 13 to 15.  The string pins the central's host
 * key and control's history; nothing is believed that does not fit them.  Each
 * step may be done again with the same string: the keys stay, and a request
 * that is there is not sent twice.
 * Needs: base, control, crypto, repo, sign, agent/station, agent/agree.
 */
#ifndef LIUDI_AGENT_JOIN_H
#define LIUDI_AGENT_JOIN_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/station.h"
#include "control/invite.h"

struct join {
	struct station s;	/* locked */
	struct invite invite;
	char id[INVITE_ID_LEN];
	struct sshkey_pub sign, ssh;
	bool in;		/* control names this key already */
};

/*
 * Read the N characters of TEXT, make keys, fetch control with the invitation's
 * login and check it, write liudi.ini.  join_end on every way out.  -1:
 * ERR_USAGE (no such string, or expired), ERR_CONFIG (liudi.ini names another
 * station or central), ERR_NET, ERR_INTEGRITY (control is not that of the
 * string).
 */
int join_begin(struct join *j, const char *home, const char *text, size_t n,
	struct err *e);
/*
 * Bring the request, after agree_save() where agree_wanted().  *there: it was
 * at the central already.  -1: ERR_NET (REASON says what the central said).
 */
int join_send(struct join *j, bool *there, struct err *e);
void join_end(struct join *j);

#endif
