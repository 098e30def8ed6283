/*
 * agent/agree.h - nothing is collected before its notice was agreed to.
 *
 * Spec: docs/FORMAT.md section 15; state/notice.
 * Needs: base, control, agent/station.
 */
#ifndef LIUDI_AGENT_AGREE_H
#define LIUDI_AGENT_AGREE_H

#include <stdbool.h>

#include "agent/station.h"
#include "control/notice.h"

/*
 * What was agreed to, into s->agreed; a file that does not say it counts as
 * none.
 */
int agree_load(struct station *s, struct err *e);
/* After station_control: is there a newer notice?  Sets s->blocked. */
bool agree_wanted(struct station *s);
/* The newest notice in LANGUAGE: 1 and N and TEXT, 0 if there is none, -1. */
int agree_text(const struct station *s, const char *language,
	struct notice *n, struct buf *text, struct err *e);
/* The person says yes to N, now. */
int agree_save(struct station *s, const struct notice *n, struct err *e);

#endif
