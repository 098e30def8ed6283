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
#define RAWBYTES_FILE_MAX (16u << 20)	/* of a file that came with one */

/*
 * In the box (records): its bytes, h->len of them, into *DATA, which is the
 * caller's to free().  -1: ERR_FORMAT (they have no place of their own, as in a
 * database), ERR_INTEGRITY.
 */
int rawbytes_read(struct box *b, const struct history_message *h,
	uint8_t **data, struct err *e);

/*
 * In the box (records): file NAME that came with it, *N bytes into *DATA, which is
 * the caller's to free(): of the archive that it is from, else of the same source,
 * beside the export or wherever one is called so.  -1: ERR_NOENT (it is not kept),
 * ERR_FORMAT (longer than RAWBYTES_FILE_MAX; hint), ERR_INTEGRITY.
 */
int rawbytes_file(struct box *b, const struct history_message *h,
	const char *name, uint8_t **data, size_t *n, struct err *e);

/*
 * In the box (records): to standard output, as they are, but on a terminal as
 * cli_put_shown() has them, line by line; which file of which commit it was
 * goes to standard error.  -1: as rawbytes_read().
 */
int rawbytes_put(struct talkask *k, const struct history_message *h,
	struct err *e);

#endif
