/*
 * desk/vaultin.h - an export of credentials, read in a process of its own.
 *
 * The file is parsed behind a sandbox (vault/onepux.h); its rows come back over a
 * pipe and are held in secure memory, to be gone through more than once.  Of
 * what comes back only the form is believed.
 * Callers have called crypto_setup().
 * Needs: base, crypto, account/creds, vault/onepux.
 */
#ifndef LIUDI_DESK_VAULTIN_H
#define LIUDI_DESK_VAULTIN_H

#include "account/creds.h"

#define VAULTIN_MAX ((size_t)128 << 20)	/* bytes of all rows */

struct vaultin {
	char *data;		/* secure memory */
	size_t n;
	struct creds_report report;
};

/*
 * Read all of FD, a file, from its beginning; vaultin_release() on every way
 * out.  -1: ERR_FORMAT as onepux_read_any(), or the process was lost; ERR_FAIL
 * (no sandbox), ERR_NOMEM, ERR_IO.
 */
int vaultin_read(struct vaultin *v, int fd, struct err *e);
void vaultin_release(struct vaultin *v);	/* wipes */

/* FN for each row, in the order of the file; not 0 stops, and is returned. */
int vaultin_each(const struct vaultin *v, creds_fn fn, void *arg,
	struct err *e);

#endif
