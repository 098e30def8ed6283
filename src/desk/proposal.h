/*
 * desk/proposal.h - a change of who reads or of what is kept, that waits for a
 * second manager.
 *
 * Spec: docs/FORMAT.md sections 9 and 17.  Who proposes gives his consent
 * (approve/), who approves signs the commit.  The consent holds until what is
 * protected changes, or another consent is used.
 * Needs: base, crypto, sign, control, repo.
 */
#ifndef LIUDI_DESK_PROPOSAL_H
#define LIUDI_DESK_PROPOSAL_H

#include "base/buf.h"
#include "control/control.h"
#include "sign/sshkey.h"

#define PROPOSAL_MAX (256 * 1024)
#define PROPOSAL_TEXT_MAX 128		/* of the message */

struct proposal {
	char base[CONTROL_BASE_LEN];	/* what it stands on */
	char by[33];
	char message[PROPOSAL_TEXT_MAX];
	/* the new files; empty: it does not change */
	struct buf recipients, roots, retention;
	struct buf consent;		/* armour */
	struct sshkey_pub pub;		/* of who consents; proposal_read */
};

void proposal_init(struct proposal *p);
void proposal_release(struct proposal *p);

/* Sign with KEY, and append the file. */
int proposal_write(struct proposal *p, const struct sshkey *key,
	struct buf *out, struct err *e);

/*
 * Read a file, and check that its consent is one.  -1: ERR_FORMAT (not a
 * proposal), ERR_CRYPTO (it was changed).
 */
int proposal_read(struct proposal *p, const void *data, size_t n,
	struct err *e);

/*
 * Does it stand on CONTROL as it is now, and is it of a root key under that
 * name?  -1: ERR_FAIL (hint: propose again), ERR_CRYPTO.
 */
int proposal_check(const struct proposal *p, const struct control *control,
	struct err *e);

/* The files that it changes, borrowed; returns how many. */
#define PROPOSAL_FILES 3
size_t proposal_files(const struct proposal *p,
	struct control_file out[static PROPOSAL_FILES]);

/* How many consents control's commit has: the number of the next. */
int proposal_count(const char *dir, const char *commit, int64_t *n,
	struct err *e);

/* "approve/<n>.<key>.sig" */
#define PROPOSAL_PATH_LEN 64
void proposal_path(const struct proposal *p, int64_t n,
	char out[static PROPOSAL_PATH_LEN]);

#endif
