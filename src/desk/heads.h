/*
 * desk/heads.h - witness/heads of control: what managers saw, for all to hold
 * against what the central shows them.
 *
 * What one manager saw, another must find here, and a digest of it that was
 * posted or printed still finds it years later.
 * Spec: docs/FORMAT.md section 16.
 * Needs: base, repo, control, desk/box.
 */
#ifndef LIUDI_DESK_HEADS_H
#define LIUDI_DESK_HEADS_H

#include "control/witness.h"
#include "desk/box.h"
#include "sign/sshkey.h"

#define HEADS_MAX ((size_t)4 << 20)	/* bytes of the file */

/*
 * In the box: each line of control's file against the catalogue; *N are those
 * that do not agree.  TELL: with an event for each, once.  0 or -1.
 */
int heads_check(struct box *b, int64_t now_utc, bool tell, int64_t *n,
	struct err *e);

/* Of which branches the lines that are there hold no longer. */
struct heads_accept {
	bool (*fn)(void *arg, const char *ref);
	void *arg;
};

/*
 * In the box: the file as it should be now, appended to OUT.  1: it is another
 * than control's, and that is of an earlier day, or ACCEPT (may be NULL) is
 * there; 0: nothing to write; -1.
 */
int heads_due(struct box *b, int64_t now_utc,
	const struct heads_accept *accept, struct buf *out, struct err *e);

/* The same into the desk's file `heads`, if there is something to write. */
int heads_save(struct box *b, int64_t now_utc,
	const struct heads_accept *accept, struct err *e);

/*
 * Not in the box: commit TEXT (of vouch_heads) to control, as NAME with KEY.
 * 0; 1: another desk did so at the same time; -1: ERR_NET.
 */
int heads_write(const struct deskhome *h, const char *name,
	const struct sshkey *key, int64_t now_utc, const struct buf *text,
	struct err *e);

/* A state of the file: N bytes of TEXT, committed at UTC. */
typedef int (*heads_fn)(void *arg, int64_t utc, const char *text, size_t n,
	struct err *e);
/*
 * Each state in the history of commit HEAD of control, the newest first; FN
 * returns 1 to end there.
 */
int heads_history(struct mirror *control, const char *head, heads_fn fn,
	void *arg, struct err *e);

/*
 * Each line of W against the branches of RECORDS, kept ones as well: FN is told
 * of each that does not stand.
 */
int heads_stand(struct mirror *records, const struct witness *w,
	int (*fn)(void *arg, const struct witness_line *l, struct err *e),
	void *arg, struct err *e);

#endif
