/*
 * cli/desk/reads.h - what is read of people's records is written down first.
 *
 * Whoever opens records for somebody to see asks here; the pass is what
 * box_run() wants.  tests/structure.sh holds commands to it.
 * Needs: cli/cli.h, desk.
 */
#ifndef LIUDI_CLI_DESK_READS_H
#define LIUDI_CLI_DESK_READS_H

#include "cli/cli.h"
#include "control/control.h"
#include "desk/access.h"
#include "desk/deskhome.h"
#include "desk/opener.h"
#include "sign/sshkey.h"

#define READS_NAME_LEN 33	/* of a reader, and NUL */

/*
 * Write ASK into the access log, with its reason or that of option --why, and send it;
 * where it cannot be sent, say so and go on.  OP: whoever's signing key it opens
 * is the reader, by name in READER (READS_NAME_LEN bytes; may be NULL).  0, or
 * -1: then nothing may be shown.
 */
int reads_note(const struct cli *c, struct opener *op,
	const struct access_ask *ask, struct access_pass *pass, char *reader,
	struct err *e);

/* The same, but it is sent by reads_send() and not at once. */
int reads_page(const struct cli *c, struct opener *op,
	const struct access_ask *ask, struct access_pass *pass,
	struct err *e);

/*
 * The signing key that OP opens, of those that are here, and in READER
 * (READS_NAME_LEN bytes) whose it is.  NULL: ERR_CRYPTO (hint), none.
 */
struct sshkey *reads_key(const struct deskhome *h,
	const struct control *control, struct opener *op, char *reader,
	struct err *e);

/*
 * Before a sync opens records for the catalogue: write "index" down, of today;
 * it is sent only AT_ONCE.  Where no signing key can be had, that is a warning:
 * a desk must see what its stations sent.  0, or -1: then nothing may be opened.
 */
int reads_index(const struct cli *c, struct opener *op, bool at_once,
	struct access_pass *pass, struct err *e);

/* Has OP an identity of an owner of this team? */
bool reads_is_owner(const struct opener *op, const struct control *control);

/* Send what waits from before; a warning where it cannot be. */
void reads_send(const struct cli *c, const struct deskhome *h,
	struct opener *op);

#endif
