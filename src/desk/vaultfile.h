/*
 * desk/vaultfile.h - accounts of the book in the files of other programs: what
 * a successor takes with him.
 *
 * Spec: docs/REPORTS.md "Accounts in other programs".  Which events hold a
 * secret the book knows; whoever asks opens them.
 * Needs: base, crypto, account/{book,eventfile,platform}, vault/{bwcsv,kdbx},
 * desk/people.
 */
#ifndef LIUDI_DESK_VAULTFILE_H
#define LIUDI_DESK_VAULTFILE_H

#include "account/book.h"
#include "account/eventfile.h"
#include "account/platform.h"
#include "desk/people.h"
#include "vault/kdbx.h"

struct vaultfile_lack {
	bool address, password;	/* it has none */
	bool apart;		/* secrets that only two together open, */
	bool once;		/* and former ones, which count no more */
	bool shut;		/* secrets that this desk cannot open */
};
struct vaultfile_item {
	const struct book_account *account;
	const char *group;
	struct vaultfile_lack lack;	/* in the file that was written last */
};
struct vaultfile {
	struct vaultfile_item *v;	/* owned; by group, then name */
	size_t n;
	const struct platforms *platforms;	/* borrowed */
};

/*
 * Which accounts: those that are not closed and that PERSON holds, or of whose
 * shop he is a doer or responsible; PERSON NULL: all.  Borrows B and PL.  0, or
 * -1 (ERR_NOMEM); vaultfile_release() also then.
 */
int vaultfile_init(struct vaultfile *f, const struct book *b,
	const struct people *p, const struct platforms *pl,
	const char *person, struct err *e);
void vaultfile_release(struct vaultfile *f);

/*
 * The secrets of event V, as ledger_secret(): 1, 0 (none), -1.  ERR_NOENT: two
 * must agree; ERR_CRYPTO: not for this desk; then the file goes without them.
 */
typedef int (*vaultfile_secret)(void *arg, const struct account_event *v,
	struct event_secret *out, struct err *e);

/*
 * Add all to K: the group is the shop, else the platform; each change of an
 * account is a version of its entry.  0, or -1 and what FN or K said.
 */
int vaultfile_kdbx(struct vaultfile *f, vaultfile_secret fn, void *arg,
	struct kdbx *k, struct err *e);
/* As they are now, as Bitwarden's CSV, into OUT; the caller wipes it. */
int vaultfile_csv(struct vaultfile *f, vaultfile_secret fn, void *arg,
	struct buf *out, struct err *e);

#endif
