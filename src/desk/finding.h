/*
 * desk/finding.h - what does not fit, written down.
 *
 * Texts are English and clean: foreign bytes in them are escaped.  Codes are
 * short and stay the same, for scripts.
 * Needs: base.
 */
#ifndef LIUDI_DESK_FINDING_H
#define LIUDI_DESK_FINDING_H

#include "desk/catalogue.h"

enum finding_severity {	/* in the catalogue: keep the numbers */
	FINDING_NOTE = 1,		/* worth knowing */
	FINDING_WARN = 2,		/* something was not kept */
	FINDING_INTEGRITY = 3	/* signed history and facts do not agree */
};
/* "note", "warning", "integrity" */
const char *finding_severity_name(int severity);

/* Where an event belongs; part and branch 0 = none. */
struct finding_place {
	struct catalogue *catalogue;
	int64_t part;
	int64_t branch;
	const char *station;
	int64_t utc;
};

/* 0 or -1. */
int finding_add(const struct finding_place *at, enum finding_severity severity,
	const char *code, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* As finding_add, but not if the station has the same code and text already. */
int finding_once(const struct finding_place *at, enum finding_severity severity,
	const char *code, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

#endif
