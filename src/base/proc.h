/*
 * base/proc.h - children: spawn a program with pipes, or fork a boxed helper.
 *
 * A spawned program stands in a process group of its own, so that a kill
 * reaches what it started (ssh's own children).  SIGPIPE is ignored by
 * proc_setup(), which every main() calls first.
 * Needs: base/err, base/buf.
 */
#ifndef LIUDI_BASE_PROC_H
#define LIUDI_BASE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"

struct proc {
	pid_t pid;	/* -1 when none */
	int in;		/* to its standard input; -1 if not piped */
	int out;	/* from its standard output; -1 if not piped */
	int err;	/* from its standard error; -1 if not piped */
};
#define PROC_INIT {-1, -1, -1, -1}

enum proc_flags {
	PROC_IN = 1,	/* pipe to stdin (else /dev/null) */
	PROC_OUT = 2,	/* pipe from stdout (else inherited) */
	PROC_ERR = 4,	/* pipe from stderr (else inherited) */
	PROC_QUIET = 8,	/* stderr to /dev/null */
	PROC_TERMINAL = 16, /* stays in our group, and may so use the
			     * terminal; proc_kill() does not reach it */
	PROC_SIDE = 32	/* PROC_IN is a pipe to its descriptor 3, PROC_OUT one
			 * from its 4; it has no standard input and output */
};

/*
 * Ignore SIGPIPE; the first SIGINT or SIGTERM sets a flag that
 * proc_interrupted() reads, the second has its usual effect.
 */
void proc_setup(void);
bool proc_interrupted(void);

/* Is there a program of that name in PATH? */
bool proc_find(const char *name);

/*
 * Start ARGV[0] (looked up in PATH), NULL-terminated.  ENV: NULL-terminated
 * "NAME=value" that replace or add to ours, "NAME" alone removes it; NULL for
 * none.  Returns 0, or -1 (ERR_NOENT if the program is missing).
 */
int proc_spawn(struct proc *p, const char *const argv[],
	const char *const env[], int flags, struct err *e);

/* Close one of the pipes (-1 is ignored). */
void proc_close_in(struct proc *p);

/*
 * Wait for the end.  Returns the exit status 0..255, 256 + signal if it was
 * killed, or -1 (*e).  Pipes are closed.
 */
int proc_wait(struct proc *p, struct err *e);

/*
 * True if the child PID, spawned or forked, has ended; it is still to be
 * waited for.
 */
bool proc_ended(pid_t pid);

/* Kill the group (TERM, then KILL after a second), close pipes, reap. */
void proc_kill(struct proc *p);

/*
 * Run to the end with INPUT (may be NULL) on stdin; stdout is appended to OUT
 * (may be NULL: inherited), stderr to ERRTEXT (may be NULL: inherited).
 * DEADLINE_MS 0 = none; a child past it is killed (ERR_NET), as is one when
 * proc_interrupted() (ERR_INTR) or when it writes more than OUT or ERRTEXT may
 * hold (ERR_NOMEM).
 * Returns the exit status as proc_wait does, or -1.
 */
int proc_run(const char *const argv[], const char *const env[],
	const void *input, size_t input_len, struct buf *out,
	struct buf *errtext, int deadline_ms, struct err *e);

/*
 * Fork a helper that calls FN(fd, arg) and exits with its result (0..255); fd
 * is one end of a stream socket pair, *fd_out the other.  Returns the pid, or
 * -1 (*e).  The helper keeps only fds 0-2 and its socket and the NKEEP fds of
 * KEEP (at most 16), ignores SIGINT and is killed when the thread that forked
 * it ends.  FN shall enter a sandbox before it touches foreign bytes.
 */
pid_t proc_fork(int (*fn)(int fd, void *arg), void *arg, const int *keep,
	size_t nkeep, int *fd_out, struct err *e);

/* Wait for a pid from proc_fork; as proc_wait. */
int proc_wait_pid(pid_t pid, struct err *e);

#endif
