/* desk/fetch.c - the bytes of single chunks, out of their bundles. */
#include "desk/fetch.h"

#include <string.h>

#include "crypto/hash.h"
#include "desk/chain.h"
#include "desk/columns.h"
#include "repo/canon.h"
#include "repo/packw.h"
#include "unbundle/bundle_read.h"

#include "base/banned.h"

#define CHUNK_MAX (8u * 1024 * 1024)

void
fetch_init(struct fetch *f, struct catalogue *cat, struct mirror *records,
	struct opener *opener)
{
	f->cat = cat;
	f->records = records;
	f->opener = opener;
	f->bundle = 0;
}

void
fetch_release(struct fetch *f)
{
	f->bundle = 0;
}

static int
to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

static int
check_sha256(const struct buf *sealed, const uint8_t *want, struct err *e)
{
	uint8_t have[HASH_LEN];

	if (!want)
		return 0;
	hash_sha256(have, sealed->data, sealed->len);
	return memcmp(have, want, HASH_LEN) == 0 ? 0 : err_set(e,
	    ERR_INTEGRITY, "its SHA-256 is not the signed one");
}

int
fetch_open(struct mirror *records, struct opener *opener, const char *blob,
	size_t max, const uint8_t *sha256,
	const struct seal_recipient *readers, size_t nreaders, int *header_ok,
	struct buf *plain, struct err *e)
{
	struct buf sealed = BUF_INIT(max);
	int rc = -1;

	buf_clear(plain);
	if (mirror_read(records, blob, PACKW_BLOB, &sealed, e) < 0 ||
	    check_sha256(&sealed, sha256, e) < 0)
		goto out;
	/* What age gives back is never longer than the file. */
	if (buf_reserve(plain, sealed.len, e) < 0)
		goto out;
	rc = opener_open(opener, sealed.data, sealed.len, readers, nreaders,
	    header_ok, to_buf, plain, e);
out:
	buf_release(&sealed);
	return rc;
}

int
fetch_bundle(struct mirror *records, struct opener *opener, size_t room,
	const char *blob, const uint8_t *sha256,
	const struct seal_recipient *readers, size_t nreaders,
	int *header_ok, struct fetch_pull *plain, struct err *e)
{
	_Static_assert(CHAIN_BUNDLE_MAX <= OPENER_ROOM_LEN, "fits a room");
	/* As large as it may get: it never grows, nor is it released. */
	struct buf sealed = {opener_room(opener, room), 0, CHAIN_BUNDLE_MAX,
	    CHAIN_BUNDLE_MAX};

	if (mirror_read(records, blob, PACKW_BLOB, &sealed, e) < 0 ||
	    check_sha256(&sealed, sha256, e) < 0)
		return -1;
	plain->data = sealed.data;
	return opener_open_room(opener, room, sealed.len, readers, nreaders,
	    header_ok, &plain->n, e);
}

int
fetch_pull(void *arg, const void **data, size_t *n, struct err *e)
{
	struct fetch_pull *p = arg;

	(void)e;
	*data = p->data;
	*n = p->n;
	p->n = 0;
	return 0;
}

uint64_t
fetch_plain_max(uint64_t n)
{
	/* Each with a header of its own; liudi.json; the end of the tar. */
	uint64_t max = n < CANON_MAX_TAR / 1024 ?
	    n * (CHUNK_MAX + 2048u) + 65536 : CANON_MAX_TAR;

	return max < CANON_MAX_TAR ? max : CANON_MAX_TAR;
}

struct single {
	const uint8_t *id;
	struct buf *out;
	bool found;
};

static bool
is_it(void *arg, const uint8_t id[static 32])
{
	const struct single *s = arg;

	return memcmp(s->id, id, 32) == 0;
}

static int
take(void *arg, size_t index, const uint8_t id[static 32], const void *data,
	size_t n, struct err *e)
{
	struct single *s = arg;

	(void)index;
	if (memcmp(s->id, id, 32) != 0)
		return 0;
	s->found = true;
	return buf_add(s->out, data, n, e) < 0 ? -1 : 1;
}

/* Hold the plaintext of the bundle in which chunk N lies. */
static int
hold(struct fetch *f, int64_t n, uint64_t *nchunks, struct err *e)
{
	struct catalogue *c = f->cat;
	char blob[CANON_ID_LEN];
	int64_t bundle;
	int rc = catalogue_step(c, SQL_BUNDLE_AT, e, "i", n);

	if (rc <= 0)
		return rc < 0 ? -1 : err_set(e, ERR_FAIL,
		    "the catalogue lacks chunk %lld", (long long)n);
	bundle = catalogue_int(c, SQL_BUNDLE_AT, BUNDLE_N);
	*nchunks = (uint64_t)catalogue_int(c, SQL_BUNDLE_AT, BUNDLE_CHUNKS);
	(void)snprintf(blob, sizeof(blob), "%s",
	    catalogue_text(c, SQL_BUNDLE_AT, BUNDLE_BLOB));
	catalogue_reset(c, SQL_BUNDLE_AT);
	if (bundle == f->bundle)
		return 0;
	f->bundle = 0;
	if (fetch_bundle(f->records, f->opener, FETCH_ROOM_HELD, blob, NULL,
	    NULL, 0, NULL, &f->plain, e) < 0)
		return -1;
	f->bundle = bundle;
	return 0;
}

int
fetch_chunk(struct fetch *f, int64_t n, struct buf *out, struct err *e)
{
	struct fetch_pull pull;
	struct single s = {NULL, out, false};
	const struct bundle_handler h = {NULL, take, &s};
	uint8_t id[32];
	uint64_t nchunks = 0;
	size_t len = 0;
	const void *p;
	int rc = catalogue_step(f->cat, SQL_CHUNK_SPAN, e, "ii", n, n);

	if (rc > 0) {
		p = catalogue_blob(f->cat, SQL_CHUNK_SPAN, 1, &len);
		if (len == sizeof(id))
			memcpy(id, p, sizeof(id));
	}
	catalogue_reset(f->cat, SQL_CHUNK_SPAN);
	if (rc < 0)
		return -1;
	if (len != sizeof(id))
		return err_set(e, ERR_FAIL, "the catalogue lacks chunk %lld",
		    (long long)n);
	if (hold(f, n, &nchunks, e) < 0)
		return -1;
	s.id = id;
	pull = f->plain;
	if (bundle_read(fetch_pull, &pull, fetch_plain_max(nchunks), is_it,
	    &h, e) < 0)
		return -1;
	if (!s.found)
		return err_set(e, ERR_INTEGRITY,
		    "a bundle lacks a chunk that it had");
	return 0;
}
