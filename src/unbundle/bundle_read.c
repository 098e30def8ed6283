/*
 * unbundle/bundle_read.c - docs/FORMAT.md section 7; POSIX ustar and pax.
 *
 * libarchive splits the tar and copies nothing of a chunk that lies whole in
 * one of our pieces; a chunk across two is put together once.
 */
#include "unbundle/bundle_read.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "crypto/hash.h"
#include "json/json.h"
#include "unbundle/plain.h"

#include "base/banned.h"

#define PIECE_LEN ((size_t)1024 * 1024)
#define CHUNK_MAX ((size_t)8 * 1024 * 1024)
#define CONTEXT_MAX 4096
#define END_LEN 1024		/* two zero blocks */
#define CHUNK_DIR "chunks/"
#define CHUNK_DIR_LEN (sizeof(CHUNK_DIR) - 1)

struct bundle {
	struct plain *plain;
	struct archive *tar;
	uint8_t *piece;		/* what libarchive was given last */
	uint8_t *whole;		/* a chunk put together, made when needed */
	bool failed;		/* *e tells why libarchive got no bytes */
	struct err *e;
};

static la_ssize_t
give_piece(struct archive *a, void *arg, const void **data)
{
	struct bundle *b = arg;
	size_t n;

	if (plain_read(b->plain, b->piece, PIECE_LEN, &n, b->e) < 0) {
		b->failed = true;
		archive_set_error(a, EIO, "no more bytes");
		return -1;
	}
	*data = b->piece;
	return (la_ssize_t)n;
}

static int
tar_failed(struct bundle *b)
{
	const char *why;

	if (b->failed)
		return -1;
	if (archive_errno(b->tar) == ENOMEM)
		return err_nomem(b->e);
	why = archive_error_string(b->tar);
	return err_set(b->e, ERR_FORMAT, "bundle is no tar: %s",
	    why ? why : "unknown");
}

/*
 * The N bytes of the entry in one run; *data is valid until the next call.
 * Holes and sizes that are not kept are refused.
 */
static int
entry_bytes(struct bundle *b, size_t n, const void **data)
{
	const void *block;
	size_t len, have = 0;
	la_int64_t at;
	int rc;

	*data = "";
	while ((rc = archive_read_data_block(b->tar, &block, &len, &at)) ==
	    ARCHIVE_OK) {
		if (at != (la_int64_t)have || len > n - have)
			return err_set(b->e, ERR_FORMAT,
			    "bundle entry is not one run of bytes");
		if (len == n) {
			*data = block;
			have = n;
			/* Asking again would move it away. */
			return 0;
		}
		if (len > 0 && !b->whole && !(b->whole = malloc(CHUNK_MAX)))
			return err_nomem(b->e);
		if (len > 0)
			memcpy(b->whole + have, block, len);
		have += len;
		*data = b->whole;
		if (have == n)
			return 0;
	}
	if (rc != ARCHIVE_EOF)
		return tar_failed(b);
	return have == n ? 0 : err_set(b->e, ERR_FORMAT,
	    "bundle entry is cut short");
}

/* 1: an entry with *name and *n, 0: end of the tar, -1. */
static int
next_entry(struct bundle *b, const char **name, size_t *n)
{
	struct archive_entry *entry;
	int rc = archive_read_next_header(b->tar, &entry);
	la_int64_t size;

	if (rc == ARCHIVE_EOF)
		return 0;
	if (rc != ARCHIVE_OK)
		return tar_failed(b);
	*name = archive_entry_pathname(entry);
	if (!*name || archive_entry_filetype(entry) != AE_IFREG ||
	    archive_entry_hardlink(entry) || !archive_entry_size_is_set(entry))
		return err_set(b->e, ERR_FORMAT,
		    "bundle holds what is no regular file");
	size = archive_entry_size(entry);
	if (size < 0 || size > (la_int64_t)CHUNK_MAX)
		return err_set(b->e, ERR_FORMAT,
		    "bundle entry of %lld bytes", (long long)size);
	*n = (size_t)size;
	return 1;
}

/* --- liudi.json */

static const struct json_node *
get(const struct json *j, const struct json_node *root, const char *key,
	enum json_type type)
{
	const struct json_node *v = json_get(j, root, key);

	return v && v->type == type ? v : NULL;
}

static int
parse_context(const struct json *j, const struct json_node *root,
	struct bundle_context *c)
{
	const struct json_node *v = get(j, root, "v", JSON_INT);
	const struct json_node *station = get(j, root, "station", JSON_STR);
	const struct json_node *stream = get(j, root, "stream", JSON_STR);
	const struct json_node *epoch = get(j, root, "epoch", JSON_INT);
	const struct json_node *seq = get(j, root, "seq", JSON_INT);
	const struct json_node *run = get(j, root, "run", JSON_STR);
	const struct json_node *part = get(j, root, "part", JSON_INT);

	if (!v || !station || !stream || !epoch || !seq || !run || !part ||
	    root->n != 7 || v->num != 1 || station->len > 32 ||
	    stream->len > 32 || epoch->num < 1 || epoch->num > 9999 ||
	    seq->num < 0 || part->num < 0 ||
	    str_unhex(c->run, sizeof(c->run), run->str, run->len) < 0)
		return -1;
	memcpy(c->station, station->str, station->len);
	memcpy(c->stream, stream->str, stream->len);
	c->epoch = (int)epoch->num;
	c->seq = seq->num;
	c->part = part->num;
	return 0;
}

static int
read_context(struct bundle *b, const struct bundle_handler *h)
{
	struct bundle_context c;
	const struct json_node *root;
	struct json *j = NULL;
	const void *data;
	const char *name;
	size_t n;
	int rc = next_entry(b, &name, &n);

	memset(&c, 0, sizeof(c));
	if (rc < 0)
		return -1;
	if (rc == 0 || !str_eq(name, "liudi.json") || n > CONTEXT_MAX)
		return err_set(b->e, ERR_FORMAT,
		    "bundle does not begin with liudi.json");
	rc = -1;
	if (entry_bytes(b, n, &data) < 0)
		goto out;
	j = json_new(64, 2, b->e);
	root = j ? json_parse(j, data, n, b->e) : NULL;
	if (!root) {
		err_prefix(b->e, "liudi.json");
		goto out;
	}
	if (parse_context(j, root, &c) < 0) {
		err_set(b->e, ERR_FORMAT, "liudi.json is not what it should "
		    "be");
		goto out;
	}
	rc = h->context ? h->context(h->arg, &c, b->e) : 0;
out:
	json_free(j);
	return rc;
}

/* --- Chunks. */

static int
read_chunk(struct bundle *b, size_t index, const char *name, size_t n,
	bool (*wanted)(void *arg, const uint8_t id[static 32]),
	const struct bundle_handler *h)
{
	uint8_t id[32], real[32];
	const void *data;

	if (!str_starts(name, CHUNK_DIR) ||
	    str_unhex(id, sizeof(id), name + CHUNK_DIR_LEN,
	    strlen(name + CHUNK_DIR_LEN)) < 0)
		return err_set(b->e, ERR_FORMAT,
		    "bundle entry %zu has no name of a chunk", index);
	if (wanted && !wanted(h->arg, id))
		return 0;	/* libarchive skips its bytes */
	if (entry_bytes(b, n, &data) < 0)
		return -1;
	hash_blake2b(real, data, n);
	if (memcmp(real, id, sizeof(id)) != 0)
		return err_set(b->e, ERR_INTEGRITY,
		    "chunk %s does not have the bytes of its name",
		    name + CHUNK_DIR_LEN);
	return h->chunk ? h->chunk(h->arg, index, id, data, n, b->e) : 0;
}

/* Behind the last entry: two zero blocks, the padding, and no more. */
static int
read_end(struct bundle *b)
{
	const uint64_t end = (uint64_t)archive_read_header_position(b->tar) +
	    END_LEN;
	size_t n;

	do {
		if (plain_read(b->plain, b->piece, PIECE_LEN, &n, b->e) < 0)
			return -1;
	} while (n > 0);
	if (plain_total(b->plain) != end || plain_zeros(b->plain) < END_LEN)
		return err_set(b->e, ERR_FORMAT,
		    "bundle does not end with two zero blocks");
	return 0;
}

static int
read_entries(struct bundle *b,
	bool (*wanted)(void *arg, const uint8_t id[static 32]),
	const struct bundle_handler *h)
{
	const char *name;
	size_t index, n;
	int rc;

	if (read_context(b, h) < 0)
		return -1;
	for (index = 0; (rc = next_entry(b, &name, &n)) > 0; index++) {
		rc = read_chunk(b, index, name, n, wanted, h);
		if (rc != 0)
			return rc < 0 ? -1 : 0;
	}
	return rc < 0 ? -1 : read_end(b);
}

static int
open_tar(struct bundle *b)
{
	b->tar = archive_read_new();
	if (!b->tar)
		return err_nomem(b->e);
	if (archive_read_support_format_tar(b->tar) != ARCHIVE_OK ||
	    archive_read_open(b->tar, b, NULL, give_piece, NULL) != ARCHIVE_OK)
		return tar_failed(b);
	return 0;
}

int
bundle_read(bundle_pull pull, void *pull_arg, uint64_t max_plain,
	bool (*wanted)(void *arg, const uint8_t id[static 32]),
	const struct bundle_handler *h, struct err *e)
{
	struct bundle b = {.e = e};
	int rc = -1;

	b.plain = plain_new(pull, pull_arg, max_plain, e);
	if (!b.plain)
		goto out;
	b.piece = malloc(PIECE_LEN);
	if (!b.piece) {
		err_nomem(e);
		goto out;
	}
	if (open_tar(&b) == 0)
		rc = read_entries(&b, wanted, h);
out:
	if (b.tar)
		(void)archive_read_free(b.tar);	/* nothing left to say */
	plain_free(b.plain);
	free(b.piece);
	free(b.whole);
	return rc;
}
