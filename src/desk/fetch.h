/*
 * desk/fetch.h - the bytes of single chunks, out of their bundles.
 *
 * For a close look at a few; a restore goes bundle by bundle (desk/restore.h).
 * Needs: base, repo, unbundle, desk/opener.
 */
#ifndef LIUDI_DESK_FETCH_H
#define LIUDI_DESK_FETCH_H

#include "desk/catalogue.h"
#include "desk/opener.h"
#include "repo/mirror.h"

/* A bundle_pull over bytes that are all there. */
struct fetch_pull {
	const void *data;
	size_t n;
};

struct fetch {
	struct catalogue *cat;		/* all borrowed */
	struct mirror *records;
	struct opener *opener;
	int64_t bundle;			/* whose plaintext is held; 0 = none */
	struct fetch_pull plain;
};

/* Who uses which room of the opener. */
enum { FETCH_ROOM_READ, FETCH_ROOM_AHEAD, FETCH_ROOM_HELD };

void fetch_init(struct fetch *f, struct catalogue *cat,
	struct mirror *records, struct opener *opener);
void fetch_release(struct fetch *f);

/* Append chunk number N, checked against its id. */
int fetch_chunk(struct fetch *f, int64_t n, struct buf *out, struct err *e);

/*
 * Read blob BLOB (at most MAX sealed bytes) and open it into PLAIN, which is
 * cleared first; SHA256 (may be NULL) is what its sealed bytes must have.
 * READERS and HEADER_OK as in opener_open.  -1: ERR_INTEGRITY where the bytes
 * are others.
 */
int fetch_open(struct mirror *records, struct opener *opener,
	const char *blob, size_t max, const uint8_t *sha256,
	const struct seal_recipient *readers, size_t nreaders,
	int *header_ok, struct buf *plain, struct err *e);

/* A bundle_pull, once. */
int fetch_pull(void *arg, const void **data, size_t *n, struct err *e);

/*
 * As fetch_open for a bundle, in room ROOM of the opener (FETCH_ROOM_*): *PLAIN
 * is borrowed until the room is used again.
 */
int fetch_bundle(struct mirror *records, struct opener *opener, size_t room,
	const char *blob, const uint8_t *sha256,
	const struct seal_recipient *readers, size_t nreaders,
	int *header_ok, struct fetch_pull *plain, struct err *e);

/* The most plain bytes that a bundle with N chunks can hold. */
uint64_t fetch_plain_max(uint64_t n);

#endif
