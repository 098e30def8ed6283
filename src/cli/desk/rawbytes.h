/*
 * cli/desk/rawbytes.h - the bytes of a message as they stand in the file that a
 * station sent, so that nobody has to believe a parser.
 *
 * Needs: cli/desk/talkask, desk, chat.
 */
#ifndef LIUDI_CLI_DESK_RAWBYTES_H
#define LIUDI_CLI_DESK_RAWBYTES_H

#include "cli/desk/talkask.h"

#define RAWBYTES_MAX (64u << 20)	/* of one message */

/*
 * In the box (records): to standard output, as they are, but on a terminal as
 * cli_put_shown() has them, line by line; which file of which commit it was
 * goes to standard error.  -1: ERR_FORMAT (they have no place of their own, as
 * in a database), ERR_INTEGRITY.
 */
int rawbytes_put(struct talkask *k, const struct history_message *h,
	struct err *e);

#endif
