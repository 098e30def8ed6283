/*
 * desk/newfiles.h - what managers added to desk.git since somebody looked.
 *
 * Spec: docs/FORMAT.md section 17.  A commit counts if its signer is, or ever was,
 * a root of the team under its name; one that does not, or that does more than
 * add, is a finding.
 * Needs: base, control, repo, desk/{box,everroots,finding,reheads}.
 */
#ifndef LIUDI_DESK_NEWFILES_H
#define LIUDI_DESK_NEWFILES_H

#include "control/request.h"
#include "desk/box.h"

struct newfiles_file {
	const struct mirror_file *file;
	const char *name;		/* whoever signed, as control called him */
	const char *key;		/* his key, as folders are called after it */
};
typedef int (*newfiles_fn)(void *arg, const struct newfiles_file *f,
	struct err *e);

/*
 * In the box (mirrors): FN for each file that commits behind the mark MARK of the
 * catalogue added, in their order, all in one transaction with the mark; where
 * the branch was made anew, from its beginning.  *WRONG is raised by what was
 * found.  0, or -1 and nothing of it was.
 */
int newfiles_each(struct box *b, const char *mark, newfiles_fn fn, void *arg,
	int64_t *wrong, struct err *e);

#endif
