/*
 * repo/conn.h - a child we talk to in both directions at once.
 *
 * Never waits for ever: when no byte moves for STALL_MS the call fails
 * (ERR_NET) and the child's group is to be killed by conn_close().  A child
 * that stops reading does not end the conversation: what it still says is
 * read.  For this room only.
 * Needs: base.
 */
#ifndef LIUDI_REPO_CONN_H
#define LIUDI_REPO_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/proc.h"

struct conn {
	struct proc proc;
	bool forked;		/* from proc_fork: in and out are one socket */
	int stall_ms;
	bool deaf;		/* it reads no more (EPIPE) */
	bool ended;		/* it says no more */
	uint64_t sent;
	struct buf err;		/* the end of what it wrote to stderr */
	uint8_t *chunk;		/* what is read into */
	/* gets what the child says; -1 ends the call */
	int (*feed)(void *arg, const void *data, size_t n, struct err *e);
	void *arg;
};

/* Start ARGV.  0 or -1; conn_close() on every way out. */
int conn_spawn(struct conn *c, const char *const argv[],
	const char *const env[], int stall_ms, struct err *e);
/* Fork FN, a helper that talks through its socket. */
int conn_fork(struct conn *c, int (*fn)(int fd, void *arg), void *arg,
	int stall_ms, struct err *e);

/*
 * Send N bytes, feeding what comes meanwhile.  0 also when the child is deaf:
 * look at c->deaf.
 */
int conn_write(struct conn *c, const void *data, size_t n, struct err *e);
/* We say no more. */
void conn_shut(struct conn *c);
/* Feed until *DONE or the child's end. */
int conn_read(struct conn *c, const bool *done, struct err *e);

/* Wait for a child that has ended, at most a moment; its status or -1. */
int conn_status(struct conn *c);
/* Kill what still lives, release. */
void conn_close(struct conn *c);

/* The last line of stderr, "" if none; borrowed. */
const char *conn_last_line(struct conn *c);

#endif
