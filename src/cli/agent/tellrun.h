/*
 * cli/agent/tellrun.h - when runs happen by themselves, and how the last went.
 * Needs: cli/cli.h, agent/{lastrun,schedule,station}.
 */
#ifndef LIUDI_CLI_AGENT_TELLRUN_H
#define LIUDI_CLI_AGENT_TELLRUN_H

#include "agent/lastrun.h"
#include "agent/schedule.h"
#include "base/jsonw.h"
#include "cli/cli.h"

#define TELLRUN_PATH_MAX 4096

/* What a schedule of this program and this home is; PROGRAM gets its path. */
int tellrun_job(struct schedule_job *j, const struct cli *c,
	const struct station *s, char program[TELLRUN_PATH_MAX],
	char home[TELLRUN_PATH_MAX], struct err *e);

/* A few lines of `status` and `schedule show`. */
void tellrun_text(const struct station *s, const struct schedule *sched,
	const struct lastrun *l);
/* Members of an open JSON object. */
void tellrun_json(struct jsonw *w, const struct station *s,
	const struct schedule *sched, const struct lastrun *l);

#endif
