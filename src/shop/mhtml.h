/*
 * shop/mhtml.h - the parts of a saved page.  Spec: RFC 2557, RFC 2045, RFC 2046.
 *
 * What differs from one saving to the next though the page did not is made the
 * same: boundary and dates are gone, and a "cid:" that names a part is "cid:" and
 * the SHA-256 of that part, or "cid:" and its place where parts name each other
 * in a circle.
 * Foreign bytes.  Caps: MHTML_MAX bytes, MHTML_PARTS_MAX parts, a header
 * MHTML_HEADER_MAX bytes.
 * Needs: base, crypto.
 */
#ifndef LIUDI_SHOP_MHTML_H
#define LIUDI_SHOP_MHTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/hash.h"

#define MHTML_MAX ((size_t)256 << 20)
#define MHTML_PARTS_MAX 20000u
#define MHTML_HEADER_MAX 65536u

struct mhtml_part {
	const char *url;	/* Content-Location, else "cid:…" as above, else "" */
	const char *type;	/* "text/html"; lower case, without parameters */
	const void *data;	/* decoded, and made the same */
	size_t n;
	uint8_t sha256[HASH_LEN];	/* of that */
	bool root;		/* the page itself: the first part */
};

/* Does the file begin as one? */
bool mhtml_is(const void *text, size_t n);

/*
 * FN for each part, in the order of the file; everything is good until it
 * returns.  What it returns other than 0 stops and is returned.  -1: ERR_FORMAT
 * (no parts, cut, over a cap), ERR_NOMEM.
 */
typedef int (*mhtml_fn)(void *arg, const struct mhtml_part *p, struct err *e);
int mhtml_read(const void *text, size_t n, mhtml_fn fn, void *arg,
	struct err *e);

#endif
