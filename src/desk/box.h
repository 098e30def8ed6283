/*
 * desk/box.h - the process in which foreign bytes are parsed.
 *
 * The working part of a command runs in a forked helper: it keeps standard
 * input and output, the opener's socket, and what the importer wants kept; it
 * gives up network, programs and every file but the mirrors (to read), the
 * folder of the catalogue and one more tree (to write).  It holds no key.
 * Needs: base, repo, control, desk/{importer,opener}.
 */
#ifndef LIUDI_DESK_BOX_H
#define LIUDI_DESK_BOX_H

#include "control/control.h"
#include "desk/access.h"
#include "desk/catalogue.h"
#include "desk/deskhome.h"
#include "desk/importer.h"
#include "desk/opener.h"
#include "desk/policy.h"
#include "desk/seen.h"
#include "repo/mirror.h"

struct box {
	/* asked for */
	const struct deskhome *home;
	struct opener *opener;		/* or NULL */
	struct importer *importer;	/* or NULL */
	bool make;			/* the catalogue may be made */
	bool mirrors;			/* open them and load control */
	bool no_records;		/* of the mirrors not that one */
	bool bare;			/* no catalogue, nothing to write: for
					 * what only managers wrote */
	const char *rw;			/* one more tree, or NULL */
	const struct access_pass *pass;	/* with opener and mirrors: leave */
	const struct seen *lost;	/* desk/received.h; or NULL */
	const struct mirror_accept *settle;	/* the same */
	/* there while FN runs */
	struct catalogue *catalogue;	/* NULL where it is missing, unless
					 * `make` */
	struct mirror *records, *control_clone;
	struct mirror *desk;		/* NULL where there is none */
	struct control control;
	struct policy *policy;
};

/*
 * Run FN(box, arg) in the helper and wait.  Returns what FN returned, 0..125,
 * or -1 (*e as FN left it).  ARG is FN's copy; what it changes stays there.
 * With an opener and `mirrors` records can be read: without a pass (desk/access.h)
 * nothing is started.
 * With `mirrors`, the control commit that was checked becomes the pin.
 */
int box_run(struct box *b, int (*fn)(struct box *b, void *arg, struct err *e),
	void *arg, struct err *e);

/* The same in this process and without a sandbox, for tests. */
int box_run_here(struct box *b, int (*fn)(struct box *b, void *arg,
	struct err *e), void *arg, struct err *e);

#endif
