/*
 * desk/standing.h - new texts of control's allowed_signers and transport_keys.
 *
 * Spec: docs/FORMAT.md section 9.  Lines that are not meant stay as they are,
 * comments too.
 * Needs: base, sign.
 */
#ifndef LIUDI_DESK_STANDING_H
#define LIUDI_DESK_STANDING_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "sign/signers.h"

/*
 * Append TEXT with an end at UTC in every line of STATION that is open then;
 * *ENDED: how many were.  -1: ERR_FORMAT.
 */
int standing_end(struct buf *out, const char *text, const char *station,
	int64_t utc, size_t *ended, struct err *e);
/* Append a line: PUB may sign as STATION from UTC on. */
int standing_begin(struct buf *out, const char *station,
	const struct sshkey_pub *pub, int64_t utc, struct err *e);

/* Append TEXT without the logins of STATION; *DROPPED: how many there were. */
int standing_no_login(struct buf *out, const char *text, const char *station,
	size_t *dropped, struct err *e);
int standing_login(struct buf *out, const char *station,
	const struct sshkey_pub *pub, struct err *e);

#endif
