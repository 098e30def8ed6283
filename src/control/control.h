/*
 * control/control.h - what the managers decided: keys, readers, policy.
 *
 * Spec: docs/FORMAT.md section 9.  The history of control.git is checked from
 * the pinned roots on: linear, canonical, each commit signed by a key in its
 * parent's roots.  Caps: each file <= 1 MiB.
 * Needs: base, crypto, config, sign, repo.
 */
#ifndef LIUDI_CONTROL_CONTROL_H
#define LIUDI_CONTROL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "repo/canon.h"
#include "repo/central.h"
#include "sign/signers.h"

#define CONTROL_MAX_RECIPIENTS 16

struct control_recipient {
	char name[33];
	char age[80];		/* "age1…" */
};

struct control {
	char commit[CANON_ID_LEN];	/* the newest commit, checked */
	int64_t commit_utc;		/* its committer time */
	char org[128];
	int64_t version;		/* of recipients */
	struct control_recipient recipient[CONTROL_MAX_RECIPIENTS];
	size_t nrecipients;
	struct signers roots;
	struct signers stations;	/* allowed_signers */
	struct signers servers;		/* server_keys; may be empty */
};

/*
 * Fetch control.git into DIR.  -1: ERR_NET: what DIR holds stays good.
 */
int control_fetch(const struct central *c, const char *dir, struct err *e);

/*
 * Check and read the newest commit in DIR.  PINNED (may be NULL): the id of a
 * commit that must be in the history; it was checked before, so the check
 * starts there.  -1: ERR_NOENT (no branch yet), ERR_INTEGRITY, ERR_FORMAT.
 */
int control_load(struct control *c, const char *dir, const char *pinned,
	struct err *e);
void control_release(struct control *c);

/*
 * Append the file at PATH of commit COMMIT (checked by control_load) in DIR:
 * 1, 0 if there is none, -1.
 */
int control_file_load(const char *dir, const char *commit, const char *path,
	struct buf *out, struct err *e);

/* Raw 32-byte SHA-256 over each recipient string + LF. */
void control_recipients_sha256(const struct control *c, uint8_t out[32]);

#endif
