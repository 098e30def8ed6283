/*
 * open/age_open.h - read age v1 files.
 *
 * Spec: age-encryption.org/v1; the vectors of C2SP/CCTV.  Accepts X25519 and
 * scrypt stanzas (a file with unknown stanzas beside a matching one opens),
 * binary or ASCII armour.  Only authenticated bytes reach the sink.
 * Caps: header AGE_HEADER_MAX bytes, scrypt log N <= 22.
 * Needs: base, crypto, seal.
 */
#ifndef LIUDI_OPEN_AGE_OPEN_H
#define LIUDI_OPEN_AGE_OPEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "open/identity.h"
#include "seal/seal.h"

#define AGE_HEADER_MAX (256 * 1024)
#define AGE_STANZA_MAX 128

enum age_result {
	AGE_OK = 0,
	AGE_NO_MATCH,		/* none of the identities fits */
	AGE_HEADER,		/* not an age header, or not canonical */
	AGE_HMAC,		/* the header was changed */
	AGE_PAYLOAD,		/* the payload is cut or changed */
	AGE_ARMOR,		/* the armour is wrong */
	AGE_OTHER		/* out of memory, the sink failed */
};

/*
 * A reader: feed it the file in any pieces; it keeps one piece.  It fails as
 * early as it can; on failure *e is set and age_open_result() says of what
 * kind.  ERR_CRYPTO: not for these identities, or the wrong passphrase;
 * ERR_INTEGRITY: cut or changed; ERR_FORMAT: not an age file.  What SINK got
 * until then is the true beginning of the file, and all of it that is
 * authentic.
 */
struct age_open;

/* PASS and IDS are borrowed and may be NULL.  NULL on failure. */
struct age_open *age_open_new(const struct identities *ids, const char *pass,
	seal_sink sink, void *arg, struct err *e);
/*
 * Headers that were made for the same file key later (open/rehead.h), one behind
 * the other: where nothing fits the file's own header, the key comes from the
 * first of them that fits and whose key made the MAC of the file's own.  OTHERS
 * is borrowed; a header that is none ends the list.
 */
void age_open_others(struct age_open *a, const void *others, size_t n);
/* The next N bytes, in any pieces.  0, or -1 (see age_open_result). */
int age_open_feed(struct age_open *a, const void *data, size_t n,
	struct err *e);
/* No more bytes: the file must be whole.  0 or -1. */
int age_open_finish(struct age_open *a, struct err *e);
enum age_result age_open_result(const struct age_open *a);
/* The file key (borrowed, NULL before the header is done); header length. */
const uint8_t *age_open_key(const struct age_open *a);
size_t age_open_header_len(const struct age_open *a);
/* Wipes the keys; NULL does nothing. */
void age_open_free(struct age_open *a);

/* A whole file at once, appended to OUT (whose max caps it), or nothing. */
int age_open_buf(const struct identities *ids, const void *data, size_t n,
	struct buf *out, struct err *e);
/* The same with a passphrase, which may be NULL. */
int age_open_buf_pass(const struct identities *ids, const char *pass,
	const void *data, size_t n, struct buf *out, struct err *e);

/*
 * True if the header of the file (DATA, binary form) is what seal_header()
 * makes of KEY and these recipients, byte for byte.
 */
bool age_open_header_is(const void *data, size_t n,
	const uint8_t key[static SEAL_KEY_LEN],
	const struct seal_recipient *r, size_t nr);

/* What can be said without a key. */
struct age_stanza {
	char type[64];		/* cut, safe to print */
	size_t nargs;
	size_t body_len;
	unsigned scrypt_log_n;	/* 0 unless scrypt */
};
struct age_info {
	bool armored;
	size_t nstanzas;
	struct age_stanza stanza[AGE_STANZA_MAX];
	size_t header_len;
	uint64_t payload_len;	/* sealed bytes behind the header */
	uint64_t plain_len;	/* what they open to */
};

/* A look at a file that comes in pieces; nothing of it is kept but the header. */
struct age_look;
/* NULL: ERR_NOMEM.  Owned by the caller until age_look_free(). */
struct age_look *age_look_new(struct err *e);
/*
 * The next N bytes (borrowed; 0 does nothing).  0, or -1: ERR_FORMAT (not an age
 * file), ERR_INTEGRITY (an age file that was cut), ERR_NOMEM; then only
 * age_look_free().
 */
int age_look_feed(struct age_look *l, const void *data, size_t n,
	struct err *e);
/* True once the header is whole: *INFO without the two lengths behind it. */
bool age_look_header(const struct age_look *l, struct age_info *info);
/*
 * No more bytes: 0 and *INFO, or -1 as age_look_feed() says, a file that ends
 * too early as well; *INFO is untouched then.
 */
int age_look_finish(struct age_look *l, struct age_info *info,
	struct err *e);
/* And all that it holds, at any time; NULL does nothing. */
void age_look_free(struct age_look *l);

/* The same of a file that is all there. */
int age_inspect(struct age_info *info, const void *data, size_t n,
	struct err *e);

#endif
