/*
 * repo/packr.h - blobs that lie in packs as they are, read in one go.
 *
 * Sealed bytes stand in packs as deflate's stored blocks (core.compression=0).
 * libgit2 takes them through zlib all the same, and then hashes them: a third
 * of the work of a restore.  Here they are read to where they are needed, and
 * NOTHING is checked: whoever reads must know the bytes in another way.
 * Spec: git's gitformat-pack(5), pack version 2, idx version 2; RFC 1950, 1951.
 * Opening looks at every idx: packs that come later are not seen.
 * Needs: base.
 */
#ifndef LIUDI_REPO_PACKR_H
#define LIUDI_REPO_PACKR_H

#include <stdbool.h>

#include "base/buf.h"

struct packr;

/* The packs of the bare repository DIR; those that cannot be read are left
 * out.  NULL: ERR_NOMEM. */
struct packr *packr_open(const char *dir, struct err *e);
void packr_close(struct packr *p);

/*
 * Append the blob ID (40 hex) to OUT.  False, and OUT as it was: it is not
 * here, not stored like that, damaged, or too large for OUT.  mirror_read()
 * reads it, or says why not.
 */
bool packr_blob(struct packr *p, const char *id, struct buf *out);

#endif
