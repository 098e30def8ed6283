/*
 * desk/reheads.h - headers that were made later, for readers of today.
 *
 * Spec: docs/FORMAT.md section 17 `rewrap/`.  Tars of desk.git go into the
 * catalogue; the opener asks there for what none of its identities opens.  A
 * header that is wrong does no harm: the key it gives must have made the MAC of
 * the file's own header (open/age_open.h).
 * Caps: a tar REHEADS_TAR_MAX, a header REHEADS_HEADER_MAX.
 * Needs: base, repo, desk/catalogue.
 */
#ifndef LIUDI_DESK_REHEADS_H
#define LIUDI_DESK_REHEADS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "desk/catalogue.h"
#include "repo/mirror.h"

#define REHEADS_TAR_MAX (8u * 1024 * 1024)
#define REHEADS_HEADER_MAX 16384
#define REHEADS_REF "refs/heads/desk"

/*
 * Take all tars that are not in the catalogue yet.  One that is not such a tar
 * is taken as far as it is one.  1: there were some, and the catalogue has
 * parts that were left out: built anew, it may have them; 0; -1.
 */
int reheads_take(struct catalogue *c, struct mirror *desk, struct err *e);

/* The tree of the branch's head: 1, 0 (nothing there yet), -1. */
int reheads_tree(struct mirror *desk, char tree[static CANON_ID_LEN],
	struct err *e);

/* A connection of its own: the opener may ask in any thread. */
struct reheads;

struct reheads *reheads_open(const char *catalogue, struct err *e);
void reheads_free(struct reheads *r);	/* NULL does nothing */

/* An opener_find: the newest headers first, as many as there is room. */
int reheads_find(void *reheads, const uint8_t sha256[static 32],
	struct buf *out, struct err *e);
/* 1 if this very header is there, 0, -1. */
int reheads_has(struct reheads *r, const uint8_t sha256[static 32],
	const void *header, size_t n, struct err *e);

/* --- The tar: ustar, entries named by 64 hex. */

/* Append an entry.  -1: ERR_FAIL (OUT has no room: its max), ERR_NOMEM. */
int reheads_tar_add(struct buf *out, const uint8_t sha256[static 32],
	const void *header, size_t n, struct err *e);
/* Bytes that an entry of N takes. */
size_t reheads_tar_len(size_t n);
#define REHEADS_TAR_END 1024
int reheads_tar_end(struct buf *out, struct err *e);

/* Each entry of a tar.  -1: ERR_FORMAT, or what FN returned. */
int reheads_tar_each(const void *tar, size_t len,
	int (*fn)(void *arg, const uint8_t sha256[static 32],
	const void *header, size_t n, struct err *e), void *arg,
	struct err *e);

#endif
