/*
 * vault/kdbx.h - write a KeePass file that KeePassXC, KeePass 2.50 and later,
 * KeePassDX open.
 *
 * Spec: KDBX 4.0: Argon2id, ChaCha20 outside and inside, HMAC-SHA-256 blocks,
 * no compression.  Written only: to read one takes ciphers that nothing else
 * here needs, so what comes in comes as XML.
 * Entries have stable UUIDs, so that a later file merges into an earlier one,
 * and a history of former values; programs that merge tell versions of an entry
 * apart by the second of `modified`.
 * Secret values are encrypted as they come and are never kept in the clear.
 *
 *     k = kdbx_new("acme", utc, e);
 *     kdbx_entry(k, "shop", id, &now, former, nformer, "ebay", e);
 *     kdbx_finish(k, pass, pass_len, &KDBX_COST, &out, e);
 *     kdbx_free(k);
 *
 * Caps: KDBX_MAX bytes.
 * Needs: base, crypto.
 */
#ifndef LIUDI_VAULT_KDBX_H
#define LIUDI_VAULT_KDBX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define KDBX_MAX (256u << 20)
#define KDBX_UUID_LEN 16

struct kdbx_cost {		/* of the passphrase, as crypto/argon2.h */
	uint64_t bytes;
	uint64_t passes;
};
/* A good half of a second, and memory that a telephone has, too. */
extern const struct kdbx_cost KDBX_COST;

/*
 * Texts may be any bytes: what is no UTF-8 comes out as U+FFFD, and outside of
 * secret values so does what XML cannot say (control characters; CR LF and CR
 * come out as LF).  A control character of a secret value is in the file, and
 * shown, but KeePassXC drops it when it saves.
 */
struct kdbx_text {
	const char *key, *value;	/* keys of a version differ */
	bool secret;			/* protected in memory, too */
};
struct kdbx_version {		/* of an entry */
	const struct kdbx_text *text;	/* "Title", "UserName", "Password", "URL",
					 * "Notes", "otp" (an otpauth URI) and
					 * any others */
	size_t n;
	int64_t created, modified;	/* UTC seconds */
	const char *tags;		/* split at ';', or NULL */
};

struct kdbx;

/* NAME of the database; UTC is now.  NULL: ERR_NOMEM. */
struct kdbx *kdbx_new(const char *name, int64_t utc, struct err *e);
void kdbx_free(struct kdbx *k);		/* wipes; NULL does nothing */

/*
 * One more entry with its former versions, the oldest first.  GROUP is a name,
 * "" for none; entries come in the order of their groups' bytes.  UUID: not all
 * zeros, once only.  0, or -1 (ERR_USAGE: the order, an empty key or one that
 * is there twice; ERR_NOMEM, also over KDBX_MAX); then only kdbx_free().
 */
int kdbx_entry(struct kdbx *k, const char *group,
	const uint8_t uuid[static KDBX_UUID_LEN],
	const struct kdbx_version *now, const struct kdbx_version *history,
	size_t nhistory, struct err *e);

/*
 * Append the encrypted file, under a passphrase of PASS_LEN bytes.  Once; then
 * only kdbx_free().  0, or -1 (ERR_FORMAT: cost out of bounds; ERR_NOMEM).
 */
int kdbx_finish(struct kdbx *k, const void *pass, size_t pass_len,
	const struct kdbx_cost *cost, struct buf *out, struct err *e);

#endif
