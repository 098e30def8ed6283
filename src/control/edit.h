/*
 * control/edit.h - change control: new files in one signed commit, pushed.
 *
 * A lost race (another desk was first) is tried again on the new head by the
 * caller: it gets ERR_NET with the hint to sync.
 * Needs: base, sign, repo.
 */
#ifndef LIUDI_CONTROL_EDIT_H
#define LIUDI_CONTROL_EDIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "repo/central.h"
#include "sign/sshkey.h"

struct control_file {
	const char *path;
	const void *data;	/* NULL removes the file */
	size_t len;
};

/*
 * Commit FILES on top of the branch in the local clone DIR (made if missing;
 * an orphan if the branch does not exist), signed by KEY as NAME, and push it.
 */
int control_edit(const struct central *c, const char *dir, const char *name,
	const struct sshkey *key, int64_t utc, const char *message,
	const struct control_file *files, size_t n, struct err *e);

#endif
