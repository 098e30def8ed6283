/*
 * cli/desk/progress.h - a line on the terminal about what is being opened.
 *
 * On standard error, if that is a terminal and neither --json nor -q was given;
 * else all of this does nothing.  The opener counts (desk/opener.h), also from
 * a second thread; whoever prints clears the line first.
 * Needs: cli/cli.h, desk/opener.
 */
#ifndef LIUDI_CLI_DESK_PROGRESS_H
#define LIUDI_CLI_DESK_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"
#include "desk/opener.h"

struct progress {
	bool tty;
	bool drawn;
	int64_t started_ms, told_ms;
	int64_t bundles, bytes;
	int64_t files;		/* chats that were read */
	int64_t total_bytes;	/* 0 = not known */
};

/* OP may be NULL: then nothing is opened, and nothing shown. */
void progress_init(struct progress *p, const struct cli *c,
	struct opener *op);
/* What will be opened in all, in sealed bytes; about. */
void progress_total(struct progress *p, int64_t bytes);
/* One more chat file was read. */
void progress_file(struct progress *p);
void progress_clear(struct progress *p);

/* Bytes of the packs of the repository in DIR; 0 if they cannot be seen. */
int64_t progress_packs(const char *dir);

#endif
