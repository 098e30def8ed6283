/*
 * seal/seal.h - age v1 files to X25519 recipients, and the padding inside.
 *
 * Spec: docs/FORMAT.md "Sealed files"; age-encryption.org/v1.
 * The file key comes from the kernel's random source; nothing of it is left
 * when the file is done, so that the writer cannot read what it wrote.
 * Needs: base, crypto.
 */
#ifndef LIUDI_SEAL_SEAL_H
#define LIUDI_SEAL_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define SEAL_MAX_RECIPIENTS 32
#define SEAL_PIECE_LEN 65536	/* plaintext bytes per age payload chunk */
#define SEAL_KEY_LEN 16		/* an age file key */

enum seal_kind { SEAL_X25519 };

/* Who may read. */
struct seal_recipient {
	enum seal_kind kind;
	uint8_t pk[32];
};

/*
 * Parse "age1…".  0, or -1 (ERR_FORMAT: not a recipient, a low-order point).
 */
int seal_recipient_parse(struct seal_recipient *r, const char *s, size_t n,
	struct err *e);
/* Append "age1…". */
int seal_recipient_text(const struct seal_recipient *r, struct buf *out,
	struct err *e);

/*
 * The header of a file with this key for these recipients, with the derived
 * ephemeral secrets, up to and with the LF behind the MAC; appended to OUT.
 * Readers use it to recompute what a file's header must be.
 */
int seal_header(struct buf *out, const uint8_t key[static SEAL_KEY_LEN],
	const struct seal_recipient *r, size_t n, struct err *e);

/* Takes sealed bytes.  0, or -1 (*e set). */
typedef int (*seal_sink)(void *arg, const void *data, size_t n, struct err *e);

struct seal;

/*
 * Begin a file for N recipients, 1 <= n <= SEAL_MAX_RECIPIENTS; the header is
 * given to SINK at once.  NULL on failure (*e).
 */
struct seal *seal_new(const struct seal_recipient *r, size_t n,
	seal_sink sink, void *arg, struct err *e);
int seal_write(struct seal *s, const void *data, size_t n, struct err *e);
/* The last piece.  0 or -1; then only seal_free(). */
int seal_finish(struct seal *s, struct err *e);
void seal_free(struct seal *s);	/* wipes the key */

/*
 * Bytes of padding frame (8 or more) to put behind PLAIN bytes: T - PLAIN.
 */
uint64_t seal_pad_len(uint64_t plain);
/* Append that frame to OUT. */
int seal_pad(struct buf *out, uint64_t plain, struct err *e);

#endif
