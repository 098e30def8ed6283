/*
 * base/err.h - what went wrong, and what the user can do about it.
 *
 * Every function that can fail takes a `struct err *` last.  It returns 0 when
 * done and -1 when not, and then *e says why.  A value above 0 is an outcome
 * that the function documents.  Whoever stands at the cause has written the
 * best text: codes and texts from below go up unchanged.
 * Needs: libc.
 */
#ifndef LIUDI_BASE_ERR_H
#define LIUDI_BASE_ERR_H

#include <stdbool.h>
#include <stdarg.h>

enum err_code {
	ERR_NONE = 0,
	ERR_FAIL,	/* anything else */
	ERR_USAGE,	/* the command line is wrong */
	ERR_CONFIG,	/* a configuration file is wrong */
	ERR_IO,		/* a file or device */
	ERR_SPACE,	/* no room left on a device */
	ERR_NOENT,	/* the thing does not exist */
	ERR_NOMEM,	/* out of memory, or over a cap on memory */
	ERR_NET,	/* the central cannot be reached, or refused */
	ERR_CRYPTO,	/* a key or passphrase does not fit, a tag is wrong */
	ERR_FORMAT,	/* foreign bytes that are not what they should be */
	ERR_INTEGRITY,	/* signed history and facts do not agree */
	ERR_LOCKED,	/* another run holds the lock */
	ERR_INTR	/* interrupted by the user */
};

struct err {
	enum err_code code;
	int sys;		/* errno, or 0 */
	char what[512];		/* what failed; lower case, no full stop */
	char hint[256];		/* what to do; "" if nothing helps */
};

/* An empty error. */
#define ERR_INIT {ERR_NONE, 0, "", ""}

/* Set code and text (cut at 511 bytes); clears sys and hint.  Always -1. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Set from errno value SYS: code is ERR_NOENT for ENOENT, ERR_SPACE for ENOSPC,
 * EDQUOT and EFBIG, ERR_NOMEM for ENOMEM, ERR_INTR for EINTR, else ERR_IO; the
 * text gets ": " and strerror(SYS).  Always -1.
 */
int err_sys(struct err *e, int sys, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Out of memory.  Always -1. */
int err_nomem(struct err *e);
/* Is that it?  ERR_NOMEM also says that something is over its maximum. */
bool err_is_nomem(const struct err *e);

/* What went to standard output could not be written (ERR_IO).  Always -1. */
int err_stdout(struct err *e);
bool err_is_stdout(const struct err *e);

/* Set the hint unless one is there already: the first hint wins.  Always -1. */
int err_hint(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Put "TEXT: " before what; for a thing that the text does not name. -1. */
int err_prefix(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Forget the error. */
void err_clear(struct err *e);

#endif
