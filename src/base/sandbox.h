/*
 * base/sandbox.h - give up, for good, what this process will not need.
 *
 * seccomp is required: if the kernel refuses it, sandbox_enter() fails
 * (ERR_FAIL with a hint).  Landlock is used where the kernel has it.  There is
 * no way back out.  Sanitizer builds skip the seccomp part of SANDBOX_OPENER
 * (their runtime needs more calls) and keep the rest.
 * Spec: seccomp(2), landlock(7).  Linux only; other systems: sandbox_have()
 * says false.
 * Landlock binds the calling thread only: enter while there is one thread.
 * A call that is not allowed fails with EPERM; one made under another system
 * call table ends the process.  No page can be made executable, so whatever
 * loads code on demand (iconv, NSS) is called once before; the local zone is
 * read here.  Give SQLite "temp_store = memory".
 * Needs: base/err.
 */
#ifndef LIUDI_BASE_SANDBOX_H
#define LIUDI_BASE_SANDBOX_H

#include <stdbool.h>

#include "base/err.h"

enum sandbox_kind {
	/* read, write, poll, memory, time, exit: no open, no socket, no exec */
	SANDBOX_OPENER,
	/* files below the named folders, no network, no exec, no new process */
	SANDBOX_PARSER,
	/* as a parser, and fork, limit, end and box what it forked; no path */
	SANDBOX_STARTER,
	/* as a parser, and accept at a socket that listens already; no path */
	SANDBOX_SERVER
};

struct sandbox_paths {
	const char *const *ro;	/* NULL-terminated; readable trees */
	const char *const *rw;	/* NULL-terminated; writable trees */
};

/* False on systems without seccomp; sandbox_enter() then fails. */
bool sandbox_have(void);

/* The version of the kernel's Landlock, 0 where it has none. */
int sandbox_landlock(void);

/*
 * Also: no core dump, not dumpable, no new privileges.  PATHS may be NULL (no
 * file access beyond open descriptors); without a rw tree nothing can be
 * opened for writing, with or without Landlock.  A missing ro tree is passed
 * over.  Returns 0, or -1 (*e).
 */
int sandbox_enter(enum sandbox_kind kind, const struct sandbox_paths *paths,
	struct err *e);

/*
 * No core dumps, and (but in sanitizer builds) no process of the same user can
 * trace this one or read its memory.  For this process and what it forks.
 */
void sandbox_no_dump(void);

#endif
