/*
 * cli/agent/remember.h - how a run ended, kept for the next and for who asks;
 * and a message on the screen where nobody would notice otherwise.
 * Needs: cli/cli.h, agent/{lastrun,run,station}.
 */
#ifndef LIUDI_CLI_AGENT_REMEMBER_H
#define LIUDI_CLI_AGENT_REMEMBER_H

#include "agent/lastrun.h"
#include "agent/run.h"
#include "cli/cli.h"

struct remember {
	struct station *s;	/* at least its paths */
	int64_t began;
	enum due_do what;	/* DUE_RUN, DUE_KEEP or DUE_SEND */
	const struct run_result *r;	/* NULL: it did not get so far */
};

/*
 * A run of M ended with RC, and E if it says why.  Where one was in the way,
 * or it was interrupted, nothing.  After `tell_after` failures in a row a
 * message is shown where notify-send(1) is there, and once a day from then on.
 * What cannot be kept of it is no error of the run.
 */
void remember_run(const struct cli *c, const struct remember *m,
	enum cli_exit rc, const struct err *e);

/* A run that is due is put off, for WHY. */
int remember_put_off(const struct station *s, struct lastrun *l,
	enum due_why why, struct err *e);

#endif
