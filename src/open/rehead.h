/*
 * open/rehead.h - an age file for other readers, its payload left as it is.
 *
 * Spec: docs/FORMAT.md "Sealed files", "desk.git".  Whoever can open a file
 * makes a new header for its file key; the new file is that header and all that
 * stood behind the old one, and stock age reads it.  What is signed is the
 * original: its hash and signature are to be checked first, and the header is
 * swapped behind that.  Those who could read the original still can read it.
 * Needs: base, crypto, seal, open.
 */
#ifndef LIUDI_OPEN_REHEAD_H
#define LIUDI_OPEN_REHEAD_H

#include <stddef.h>

#include "base/buf.h"
#include "open/identity.h"
#include "seal/seal.h"

/*
 * Append to OUT the header that seal_header() makes for N recipients and the
 * file key of a file, of which HDR holds LEN bytes: its whole header, and what
 * may stand behind it is not looked at.  *OLD_LEN bytes of the file are the old
 * header, which is what goes.  The file is binary, not armoured.
 * 0, or -1 with OUT and *OLD_LEN as they were (ERR_CRYPTO: no identity opens
 * it; ERR_INTEGRITY: the header was changed or is cut; ERR_FORMAT: not a binary
 * age file, or a list of recipients that cannot be; ERR_NOMEM).
 */
int age_rehead(struct buf *out, size_t *old_len, const void *hdr, size_t len,
	const struct identities *ids, const struct seal_recipient *r, size_t n,
	struct err *e);

/* The same with other headers of the file: age_open_others(). */
int age_rehead_others(struct buf *out, size_t *old_len, const void *hdr,
	size_t len, const struct identities *ids, const void *others,
	size_t nothers, const struct seal_recipient *r, size_t n,
	struct err *e);

#endif
