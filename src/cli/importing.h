/*
 * cli/importing.h - an import of credentials as a person meets it.
 *
 * Which rows are the team's, what of the rest is left and why, the question, what
 * was done.  How rows are read and events are kept is the program's own.
 * Needs: cli/cli.h, account/{creds,platform,teamrows}.
 */
#ifndef LIUDI_CLI_IMPORTING_H
#define LIUDI_CLI_IMPORTING_H

#include "account/teamrows.h"
#include "cli/cli.h"

/* What the program brings; ARG is handed to its functions. */
struct importing_side {
	/* FN for each row, in the same order each time; as creds_read(). */
	int (*each)(void *arg, creds_fn fn, void *fn_arg,
		struct creds_report *r, struct err *e);
	/* The name of an account that teamrows_known() found. */
	const char *(*name)(const void *known);
	/*
	 * Keep an event of the row that is number AT: kind, values, and, but of
	 * one that is known, the account are set; what is not is the function's,
	 * the account included.  0 or -1.
	 */
	int (*event)(void *arg, size_t at, const struct teamrow *row,
		struct account_event *v, const struct event_secret *s,
		struct err *e);
	/* All of them have come: they are on file, or -1. */
	int (*commit)(void *arg, struct err *e);
	/* "1 row is of an account that …", "%lld rows are of accounts …" */
	const char *known_one, *known_many;
};

/*
 * All of it: read, show, ask, keep, say (JSON with --json), by the options
 * `dry-run`, `yes` and `shop` of the command.  ONLY: rows of this platform alone,
 * or NULL.  T is new but for teamrows_known().
 * *SEALED: how many rows were registered; their events are on file.  CLI_DONE;
 * CLI_WARNINGS: a row could not be read; CLI_FAILED: *e.
 */
enum cli_exit importing_run(const struct cli *c, struct teamrows *t,
	const struct platforms *p, const struct platform *only,
	const struct importing_side *side, void *arg, size_t *sealed,
	struct err *e);

#endif
