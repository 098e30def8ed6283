/*
 * desk/managerline.h - the line by which a manager asks to be let in.
 * Spec: docs/FORMAT.md section 17.
 * Needs: base, crypto, seal, sign, repo.
 */
#ifndef LIUDI_DESK_MANAGERLINE_H
#define LIUDI_DESK_MANAGERLINE_H

#include <stddef.h>

#include "base/buf.h"
#include "desk/deskkeys.h"
#include "sign/sshkey.h"

#define MANAGERLINE_MAX 512

struct managerline {
	char name[33];
	char age[DESKKEYS_RECIPIENT_LEN];
	struct sshkey_pub pub;
};

/*
 * Parse N bytes; white space at both ends is passed over.  -1: ERR_USAGE (not
 * such a line; a slip in copying; each with a hint).
 */
int managerline_parse(struct managerline *m, const char *text, size_t n,
	struct err *e);

/* Append the line, without LF. */
int managerline_text(const struct managerline *m, struct buf *out,
	struct err *e);

#endif
