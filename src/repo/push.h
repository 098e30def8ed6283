/*
 * repo/push.h - send commits to a central: our own receive-pack conversation.
 *
 * Spec: git's gitprotocol-pack(5).  Path and ssh centrals talk to a child
 * (git-receive-pack or ssh), so that hooks and receive.* settings hold; https
 * goes through libgit2's http subtransport; PUSH_STOCK runs `git push`.
 * Nothing waits for ever: both directions are polled, a stall longer than
 * STALL_MS ends the child's group.
 * Needs: base, crypto, sign; libgit2.
 */
#ifndef LIUDI_REPO_PUSH_H
#define LIUDI_REPO_PUSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "repo/canon.h"
#include "repo/central.h"

#define PUSH_STALL_MS 120000
#define PUSH_PACK_MAX (64 * 1024 * 1024)	/* bytes of one push */

enum push_how { PUSH_OWN, PUSH_STOCK };

struct push;

/*
 * Connect to records.git and read what it advertises.  C is borrowed until
 * push_close(); SPOOL_DIR is needed for PUSH_STOCK only.  NULL: ERR_NET (hint), or
 * ERR_FORMAT for a protocol error (the caller counts these for the fallback).
 */
struct push *push_open(const struct central *c, enum push_how how,
	const char *spool_dir, struct err *e);
/* Is E, of push_open(), ssh's word that C lets this key in no more? */
bool push_barred(const struct central *c, const struct err *e);

/* As push_open with a stall deadline of its own. */
struct push *push_open_stall(const struct central *c, enum push_how how,
	const char *spool_dir, int stall_ms, struct err *e);
/* The advertised commit of REF: 1 and *id, or 0. */
int push_advertised(struct push *p, const char *ref,
	char id[static CANON_ID_LEN]);
/* Each advertised ref. */
int push_each(struct push *p, int (*fn)(const char *ref, const char *id,
	void *arg, struct err *e), void *arg, struct err *e);

struct push_result {
	bool ok;		/* the central says that the ref moved */
	char reason[256];	/* why not: "ng" or "unpack" text */
	struct buf text;	/* what its hooks said (band 2), cap 64 KiB */
	char receipt[1024];	/* the liudi-receipt line for this ref, or "" */
	int64_t server_utc;	/* from a liudi-time line, or 0 */
};
void push_result_init(struct push_result *r);
void push_result_release(struct push_result *r);

/*
 * Move REF from OLD ("" = create) to NEW, sending these packs as one.  One call
 * per connection; OLD = NEW with no packs asks for a receipt again.
 * PROGRESS (may be NULL) gets bytes sent so far.  0 = the central has answered
 * for this ref (see r->ok), even if it broke off after that; -1: ERR_NET,
 * ERR_FORMAT, and then nobody knows.  The receipt and time lines are not in
 * r->text.  PUSH_STOCK cannot ask for a receipt again (r->ok without one).
 */
int push_send(struct push *p, const char *ref, const char *old,
	const char *new_id, const char *const packs[], size_t npacks,
	void (*progress)(void *arg, uint64_t sent, uint64_t total), void *arg,
	struct push_result *r, struct err *e);
void push_close(struct push *p);

#endif
