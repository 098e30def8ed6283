/*
 * agent/run.h - one run of the workstation's arrow.
 *
 * source -> collect -> chunk -> seal -> commit -> push, one call a stage, in
 * run.c.  A run first finishes what the last one left.
 * Needs: everything agent may include.
 */
#ifndef LIUDI_AGENT_RUN_H
#define LIUDI_AGENT_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/exports.h"
#include "agent/shopkeep.h"
#include "agent/station.h"
#include "record/record.h"
#include "source/source.h"

struct run_progress {
	int64_t bytes, total_bytes;	/* read of what is to be read */
	int64_t files, total_files;
	int64_t started_ms;		/* monotonic */
	bool pushing;			/* then bytes and total are of a push */
};

/* What a run tells while it works; each may be NULL. */
struct run_watch {
	/* Now and then, at least every 200 ms while bytes flow. */
	void (*progress)(void *arg, const struct run_progress *p);
	/* A source is done: its report and its lines by op. */
	void (*source)(void *arg, const struct config_source *cfg,
		const struct source_report *r, const int64_t ops[]);
	/* How the exports in a source of kind chat stand; after the above. */
	void (*exports)(void *arg, const struct config_source *cfg,
		const struct exports *x);
	/* A single file could not be read, was torn, or is left for later. */
	void (*file)(void *arg, const char *source, const char *path,
		const char *why);
	/*
	 * Text from the central's hooks, foreign bytes.  MENDED: a refusal that
	 * the run now does away with by itself.
	 */
	void (*remote)(void *arg, const char *text, size_t n, bool mended);
	/* A page of a shop was captured, before anything is collected. */
	void (*shop)(void *arg, const struct shopkeep_page *p);
	/* One line on something unusual (a full run, what is waited for). */
	void (*note)(void *arg, const char *text);
	/* The person is to agree to this first: 1 yes, 0 no, -1. */
	int (*agree)(void *arg, const struct notice *n, const struct buf *text,
		struct err *e);
	void *arg;
};

struct run_options {
	bool dry_run;		/* look, tell, keep nothing */
	bool full;		/* read and list everything */
	bool no_push;
	bool send_only;		/* look at nothing, send what waits */
	const char *language;	/* of a notice, "en" */
	struct run_watch watch;
};

struct run_result {
	bool ran;		/* a commit was made */
	bool warnings;		/* a source or file could not be read, or
				 * nothing in a source of chats can be */
	int64_t left;		/* exports still being written */
	bool spooled;		/* something is not received centrally yet */
	bool blocked;		/* a notice is not agreed to */
	bool paused;		/* the person wants nothing to be read */
	bool integrity;		/* the central lost data, or has other data */
	char why[512];		/* of spooled or integrity */
	char hint[256];
	char ref[128];		/* branch of the main stream */
	int64_t seq;
	int64_t parts;
	int64_t ops[RECORD_NOPS];
	int64_t files, bytes;	/* live */
	int64_t chunks, stored;	/* new chunks and their plain bytes */
	int64_t sent;		/* bytes of packs that were received */
	int64_t receipt_utc;	/* 0 = the central gave none */
};

/*
 * Run.  S is open; the lock is taken here.  0 = see R (which is also filled as
 * far as it got on failure); -1: ERR_LOCKED, ERR_SPACE, ERR_INTR, …: nothing
 * that was kept is lost, the next run goes on.
 */
int run_station(struct station *s, const struct run_options *o,
	struct run_result *r, struct err *e);

#endif
