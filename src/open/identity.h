/*
 * open/identity.h - age identities, in memory and in files.
 *
 * A file is an age identity file ("AGE-SECRET-KEY-1…" lines and comments),
 * plain or itself an age file under a passphrase (scrypt), binary or armoured.
 * Needs: base, crypto, seal.
 */
#ifndef LIUDI_OPEN_IDENTITY_H
#define LIUDI_OPEN_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "seal/seal.h"

#define IDENTITY_MAX 64			/* identities in one set */
#define IDENTITY_FILE_MAX (1024 * 1024)	/* bytes of a file */
#define IDENTITY_SCRYPT_LOG_N 18	/* what age uses */

/* A set of secrets in guarded memory. */
struct identities;

struct identities *identities_new(struct err *e);
void identities_free(struct identities *ids);	/* wipes */
size_t identities_count(const struct identities *ids);

/* Add a fresh random identity.  0 or -1. */
int identities_generate(struct identities *ids, struct err *e);
/* Add one from "AGE-SECRET-KEY-1…".  -1: ERR_FORMAT. */
int identities_add(struct identities *ids, const char *s, size_t n,
	struct err *e);
/* Add one by its 32 bytes, as shares give them.  -1: ERR_FORMAT (too many). */
int identities_add_secret(struct identities *ids, const uint8_t sk[static 32],
	struct err *e);
/* The recipient of the i-th. */
void identities_recipient(const struct identities *ids, size_t i,
	struct seal_recipient *r);
/* The secret of the i-th: 32 bytes, borrowed. */
const uint8_t *identities_secret(const struct identities *ids, size_t i);

/* True if the bytes are an age file that wants a passphrase. */
bool identity_wants_passphrase(const void *data, size_t n);

/*
 * Add all of an identity file's bytes.  PASS (may be NULL) opens a file under
 * a passphrase.  -1: ERR_CRYPTO (wrong passphrase, hint), ERR_FORMAT.
 */
int identities_load(struct identities *ids, const void *data, size_t n,
	const char *pass, struct err *e);

/*
 * Write the set as an identity file under a passphrase, 1 <= LOG_N <= 22.
 */
int identities_save(const struct identities *ids, struct buf *out,
	const char *pass, unsigned log_n, struct err *e);

#endif
