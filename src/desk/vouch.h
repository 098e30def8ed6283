/*
 * desk/vouch.h - what the desk process can answer for of witness/heads.
 *
 * A box that read foreign bytes says how the file should be (desk/heads.h); it
 * is signed with a manager's name.  So each line is held against the refs and
 * commits of the mirror, and against the file as it is: what a box says can
 * keep a line as it was, no more.
 * Spec: docs/FORMAT.md section 16.
 * Needs: base, repo, control, desk/heads, desk/erased, desk/seen.
 */
#ifndef LIUDI_DESK_VOUCH_H
#define LIUDI_DESK_VOUCH_H

#include "desk/deskhome.h"
#include "desk/heads.h"
#include "desk/seen.h"

struct vouch {
	const struct deskhome *home;
	const struct seen *seen;		/* may be NULL */
	const struct heads_accept *accept;	/* may be NULL */
	int64_t now_utc;
};

/*
 * Append to OUT the file that N bytes of TEXT ask for: a line of control's is
 * replaced only by the head of that branch here, with the number, manifest and
 * first sight of that commit, where it stands on the commit of the line before;
 * and it goes only, or gives way to another history, where ACCEPT, a branch
 * that was kept, or an order of erasure says so.
 * 1; 0: control's is that already; -1: ERR_FORMAT (TEXT is no such file), or
 * this machine.
 */
int vouch_heads(const struct vouch *v, const char *text, size_t n,
	struct buf *out, struct err *e);

#endif
