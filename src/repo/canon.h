/*
 * repo/canon.h - the one form of a commit: write it, read it, refuse others.
 *
 * Spec: docs/FORMAT.md section 2.  Pure: bytes in, facts out.
 * Caps: a commit object <= CANON_MAX bytes.
 * Needs: base, crypto, sign.
 */
#ifndef LIUDI_REPO_CANON_H
#define LIUDI_REPO_CANON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "sign/sshkey.h"

#define CANON_MAX 65536
#define CANON_MAX_BUNDLES 64
#define CANON_MAX_TAR (1ull << 30)	/* bytes of a bundle's tar */
#define CANON_ID_LEN 41		/* hex of a git object id and NUL */

/* What every signed commit says (records and control alike). */
struct canon {
	char tree[CANON_ID_LEN];
	char parent[CANON_ID_LEN];	/* "" = none */
	char name[64];			/* author = committer name */
	int64_t time_utc;		/* author = committer date */
	const char *message;		/* borrowed from the bytes parsed */
	size_t message_len;
	struct sshkey_pub signer;	/* the key inside the signature */
};

/*
 * Parse and check form and signature (namespace "git").  Which key may sign is
 * up to the caller.  -1: ERR_FORMAT (not canonical; the text says where),
 * ERR_CRYPTO (bad signature).
 */
int canon_parse(struct canon *c, const void *data, size_t n, struct err *e);

/* What the message of a records commit says. */
struct canon_run {
	int64_t seq;
	uint8_t manifest[32];		/* SHA-256 of the .manifest.age */
	bool has_prev;
	uint8_t prev[32];
	size_t nbundles;
	struct {
		uint8_t sha256[32];
		uint64_t bytes;
	} bundle[CANON_MAX_BUNDLES];
};
/*
 * N bytes of a commit's MESSAGE, exactly as canon_run_message() writes it.  0, or
 * -1: ERR_FORMAT.
 */
int canon_run_parse(struct canon_run *r, const char *message, size_t n,
	struct err *e);
/* Append the message. */
int canon_run_message(const struct canon_run *r, struct buf *out,
	struct err *e);

/*
 * Append the whole commit object: headers, signature by KEY, message.  NAME and
 * MAIL ("<name> <mail> <time> +0000").
 */
int canon_build(struct buf *out, const char *tree, const char *parent,
	const char *name, const char *mail, int64_t time_utc,
	const char *message, size_t message_len, const struct sshkey *key,
	struct err *e);

/* True if S is well-formed as a station, stream, or other short id. */
bool canon_id_ok(const char *s);

/* Parts of "refs/heads/ws/<station>/<stream>/<epoch>.<n>". */
struct canon_ref {
	char station[33];
	char stream[33];
	int epoch;
	int incarnation;
};
/* *R is set only on success; nothing to release.  -1: ERR_FORMAT. */
int canon_ref_parse(struct canon_ref *r, const char *ref, struct err *e);
#define CANON_REF_LEN 128
/* The name that canon_ref_parse() reads as R, which it must have given. */
void canon_ref_text(const struct canon_ref *r, char out[CANON_REF_LEN]);

/* Parts of "runs/YYYY/MM/DD/HHMMSSZ-<seq>.manifest.age" or ".bundle-NN.age". */
struct canon_path {
	int64_t started_utc;
	int64_t seq;
	int bundle;	/* -1 = manifest */
};
/* *P is set only on success; nothing to release.  -1: ERR_FORMAT. */
int canon_path_parse(struct canon_path *p, const char *path, struct err *e);
#define CANON_PATH_LEN 96
/* The path that canon_path_parse() reads as P. */
void canon_path_text(const struct canon_path *p, char out[CANON_PATH_LEN]);

#endif
