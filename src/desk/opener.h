/*
 * desk/opener.h - the process that holds the manager's identity.
 *
 * Age files go in, authenticated bytes come out; the identity never does.  The
 * helper is forked, opens the identity file (scrypt), then gives up everything
 * but reading, writing and memory (SANDBOX_OPENER), and then takes requests
 * one after the other.  Whoever asks holds no key.
 * Caps: an identity file IDENTITY_FILE_MAX, an age file that is handed over
 * whole OPENER_FILE_MAX.
 *
 *     op = opener_new(identity, n, pass, e);
 *     opener_open(op, file, len, want, nwant, &as_wanted, sink, arg, e);
 *     opener_free(op);
 *
 * Needs: base, crypto, seal, open.
 */
#ifndef LIUDI_DESK_OPENER_H
#define LIUDI_DESK_OPENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "seal/seal.h"

#define OPENER_OTHERS_MAX 65536	/* bytes of headers beside a file's own */
#define OPENER_REHEAD_MAX 65536	/* bytes of a file that hold its header */
#define OPENER_FILE_MAX (256u * 1024 * 1024)

/*
 * Rooms are memory that asker and helper share: what is large is opened where
 * it lies, without passing the socket twice.  A room belongs to whoever asks
 * between opener_room() and the next request for it.
 */
#define OPENER_ROOMS 3
#define OPENER_ROOM_LEN (32u * 1024 * 1024)

struct opener;

/*
 * Fork the helper and wait until it is boxed and ready.  IDENTITY: the bytes of
 * an age identity file, plain or under a passphrase; PASS (may be NULL) opens
 * it.  NULL: ERR_CRYPTO (wrong passphrase, hint), ERR_FORMAT, ERR_FAIL (no
 * sandbox).
 */
struct opener *opener_new(const void *identity, size_t n, const char *pass,
	struct err *e);

/*
 * As opener_new without an identity: PASS opens files that are themselves under
 * a passphrase (age -p).
 */
struct opener *opener_new_pass(const char *pass, struct err *e);

/*
 * Open one age file (binary or armoured) into SINK, which gets authenticated
 * bytes in order while the rest is still being read; on failure what it got is
 * a true beginning of the file.  With NEXPECT > 0 and HEADER_OK not NULL,
 * *header_ok says on success whether the header is byte for byte what
 * seal_header() makes for these recipients in this order.
 * -1: ERR_CRYPTO (no identity fits), ERR_INTEGRITY (cut or changed), ERR_FORMAT
 * (not an age file), what SINK set, or ERR_FAIL (the helper is gone; then only
 * opener_free).  After any other -1 the next file may be opened.
 */
int opener_open(struct opener *op, const void *file, size_t n,
	const struct seal_recipient *expect, size_t nexpect, int *header_ok,
	seal_sink sink, void *arg, struct err *e);

/* Up to MAX bytes into DATA; *n = 0 is the end.  0, or -1 (*e set). */
typedef int (*opener_source)(void *arg, void *data, size_t max, size_t *n,
	struct err *e);

/*
 * As opener_open for a file of any length out of SOURCE: neither side keeps
 * more than some pieces of it.  What SOURCE set is returned too.
 */
int opener_open_stream(struct opener *op, opener_source source,
	void *source_arg, seal_sink sink, void *arg, struct err *e);

/* OPENER_ROOM_LEN bytes and one for a NUL, until opener_free(). */
uint8_t *opener_room(const struct opener *op, size_t room);

/*
 * As opener_open for the N bytes at the front of ROOM: *LEN opened bytes take
 * their place.  On failure what the room holds means nothing.
 */
int opener_open_room(struct opener *op, size_t room, size_t n,
	const struct seal_recipient *expect, size_t nexpect, int *header_ok,
	size_t *len, struct err *e);

/*
 * Other headers of a file by the SHA-256 of all of it (open/rehead.h), appended
 * to OUT one behind the other; asked for behind a file that no identity opens,
 * in the thread that asked, and the file is then tried once more.  NULL: none.
 * A stream is not looked up.
 */
typedef int (*opener_find)(void *arg, const uint8_t sha256[static 32],
	struct buf *out, struct err *e);
void opener_others(struct opener *op, opener_find fn, void *arg);

/*
 * Append the header that a file would have for N readers: FILE holds LEN bytes,
 * all of the file (what opener_others() named is asked for by its hash).  As
 * age_rehead().
 */
int opener_rehead(struct opener *op, const void *file, size_t len,
	const struct seal_recipient *r, size_t n, struct buf *out,
	struct err *e);

/* The recipients of the identities it holds; at most MAX; returns how many. */
size_t opener_recipients(const struct opener *op, struct seal_recipient *out,
	size_t max);

/*
 * Call FN behind each opener_open (BUNDLE false) and opener_open_room (true)
 * with the sealed bytes, in the thread that asked.  NULL: no more.
 */
void opener_watch(struct opener *op,
	void (*fn)(void *arg, bool bundle, size_t bytes), void *arg);

/* Its socket, for a helper of ours to keep (base/proc.h); still owned. */
int opener_fd(const struct opener *op);

/* Ends the helper.  NULL is fine. */
void opener_free(struct opener *op);

#endif
