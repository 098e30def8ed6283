/*
 * control/control.h - what the managers decided: keys, readers, policy.
 *
 * Spec: docs/FORMAT.md section 9.  The history of control.git is checked from
 * the pinned roots on: linear, canonical, each commit signed by a key in its
 * parent's roots, protected files changed by an owner or with the consent of a
 * second root key.  Caps: each file <= 1 MiB.
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
#include "sign/sshkey.h"

#define CONTROL_MAX_RECIPIENTS 16

/* A file to be written by control_edit (control/edit.h). */
struct control_file {
	const char *path;
	const void *data;	/* NULL removes the file */
	size_t len;
};

struct control_recipient {
	char name[33];
	char age[80];		/* "age1…" */
};

/* Whose records not every recipient may read. */
struct control_only {
	char station[33];
	uint32_t readers;	/* bit i: recipient[i] may */
};

/* Who may log in at the central. */
struct control_login {
	bool manager;		/* else a station */
	char name[33];
	struct sshkey_pub pub;
};

/* Whose keys are worth nothing for good. */
struct control_revoked {
	char station[33];
	int64_t utc;		/* those that had ended by then */
};

#define CONTROL_BASE_LEN 65

struct control {
	char commit[CANON_ID_LEN];	/* the newest commit, checked */
	int64_t commit_utc;		/* its committer time */
	char base[CONTROL_BASE_LEN];	/* what a consent would stand on */
	char org[128];
	int64_t version;		/* of recipients */
	struct control_recipient recipient[CONTROL_MAX_RECIPIENTS];
	size_t nrecipients;
	struct control_only *only;	/* owned; sorted by station */
	size_t nonly;
	struct signers roots;
	struct signers stations;	/* allowed_signers */
	struct signers servers;		/* server_keys; may be empty */
	struct control_login *login;	/* owned; transport_keys in order */
	size_t nlogin;
	int64_t notice;			/* version that must be agreed to; 0 */
	struct control_revoked *revoked;	/* owned; policy.ini in order */
	size_t nrevoked;
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
/*
 * As control_load, after a fetch: where what came does not hold, the branch of
 * DIR goes back to PINNED ("" = none), so that the last good state is read from
 * now on and a central that is mended is followed again.  1: so it was, C is
 * that of PINNED, and *e (its code, what and hint) says what came; 0: C is the
 * newest; -1.
 */
int control_take(struct control *c, const char *dir, const char *pinned,
	struct err *e);
void control_release(struct control *c);

/*
 * Append the file at PATH of commit COMMIT (checked by control_load) in DIR:
 * 1, 0 if there is none, -1.
 */
int control_file_load(const char *dir, const char *commit, const char *path,
	struct buf *out, struct err *e);

/*
 * Read the text of a file `recipients` into *C: version, recipients, only.
 * *C is set only on success; control_release frees it.  -1: ERR_FORMAT.
 */
int control_recipients_parse(struct control *c, const char *text,
	struct err *e);

/*
 * The recipients of STATION's records, in order: indices into c->recipient.
 * Returns how many (all, where no `only` line names it).
 */
size_t control_readers(const struct control *c, const char *station,
	size_t index[static CONTROL_MAX_RECIPIENTS]);

/* Was a key of STATION that ended at UNTIL revoked, and not just suspended? */
bool control_revoked(const struct control *c, const char *station,
	int64_t until);

/* Raw 32-byte SHA-256 over each of STATION's recipient strings + LF. */
void control_recipients_sha256(const struct control *c, const char *station,
	uint8_t out[32]);

/* Is the name that of an owner: "owner" or "owner-…"? */
bool control_is_owner(const char *name);

/* The files that only an owner or two root keys change; NULL at the end. */
extern const char *const control_protected[];

/*
 * Append the text that a second root key signs (namespace liudi-control) for
 * changes of protected files on BASE: FILES (data NULL: gone) in any order;
 * those that are not protected are passed over, and what does not change must
 * not be among them.  -1: ERR_FAIL (none is protected).
 */
int control_consent_text(const char *base, const struct control_file *files,
	size_t n, struct buf *out, struct err *e);

#endif
