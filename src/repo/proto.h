/*
 * repo/proto.h - what receive-pack says: advertisement and report.
 *
 * Spec: git's gitprotocol-pack(5), gitprotocol-common(5).  Pure: bytes come in
 * as they arrive, in any split; facts come out.  For this room only.
 * Caps: a pkt-line 65520 bytes, 100,000 refs, 64 KiB of hook text.
 * Needs: base.
 */
#ifndef LIUDI_REPO_PROTO_H
#define LIUDI_REPO_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "repo/canon.h"
#include "repo/push.h"

#define PROTO_PKT_MAX 65520
#define PROTO_MAX_REFS 100000

/* Collects pkt-lines. */
struct pkt_reader {
	struct buf line;	/* head of 4 and what has come of the rest */
	size_t want;		/* bytes of the whole line, 0 = head not full */
};

void pkt_reader_init(struct pkt_reader *r);
void pkt_reader_release(struct pkt_reader *r);
/*
 * Take bytes from *P (moved on) up to END.  1: a line, its payload at *line
 * (valid until the next call; *n 0 and *flush for "0000"); 0: all taken; -1:
 * ERR_FORMAT.
 */
int pkt_reader_next(struct pkt_reader *r, const uint8_t **p,
	const uint8_t *end, const uint8_t **line, size_t *n, bool *flush,
	struct err *e);

struct proto_ref {
	char id[CANON_ID_LEN];
	char *name;
};

struct proto_adv {
	struct pkt_reader pkt;
	bool begun;		/* the first line with a capability list */
	bool done;		/* its flush has come */
	bool service;		/* within "# service=" of smart http */
	bool report_status;
	bool side_band;
	struct proto_ref *ref;	/* in the order given */
	size_t nrefs, cap;
};

void proto_adv_init(struct proto_adv *a);
void proto_adv_release(struct proto_adv *a);
/*
 * Feed bytes; stops behind the flush, *used = bytes taken.  -1: ERR_FORMAT, or
 * ERR_NET where the other side says why it refuses.
 */
int proto_adv_feed(struct proto_adv *a, const void *data, size_t n,
	size_t *used, struct err *e);

struct proto_report {
	const char *ref;	/* the one that is pushed; borrowed */
	const char *head;	/* where to; borrowed */
	struct push_result *r;	/* borrowed */
	struct pkt_reader outer;
	struct pkt_reader inner;
	struct buf line;	/* of band 2, not ended yet */
	bool unpack_ok;
	bool got_unpack;
	bool got_ref;		/* "ok" or "ng" of our ref has come */
	bool inner_done;
	bool done;		/* the conversation is at its end */
};

void proto_report_init(struct proto_report *p, const char *ref,
	const char *head, struct push_result *r);
void proto_report_release(struct proto_report *p);
/* -1: ERR_FORMAT, or ERR_NET for a fatal error of the other side. */
int proto_report_feed(struct proto_report *p, const void *data, size_t n,
	struct err *e);
/* No more bytes will come: the last line of text may lack its LF. */
void proto_report_end(struct proto_report *p);

/* One line of hook text (no LF), as from band 2; also for PUSH_STOCK. */
void proto_hook_line(struct push_result *r, const char *ref, const char *head,
	const char *line);

#endif
