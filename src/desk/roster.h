/*
 * desk/roster.h - who is behind a station: the text of control's roster.age.
 *
 * Spec: docs/FORMAT.md section 9.  Caps: 10,000 lines.
 * Needs: base, json, repo.
 */
#ifndef LIUDI_DESK_ROSTER_H
#define LIUDI_DESK_ROSTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define ROSTER_TEXT_LEN 129
#define ROSTER_FILE_MAX (1024u * 1024)

struct roster_row {
	char station[33];
	char person[ROSTER_TEXT_LEN];	/* "" = not said */
	char team[ROSTER_TEXT_LEN];
	int64_t since;
};

struct roster {
	struct roster_row *v;	/* owned, sorted by station */
	size_t n;
};

/* *r is set only on success.  -1: ERR_FORMAT with the line number. */
int roster_parse(struct roster *r, const char *text, size_t n,
	struct err *e);
void roster_release(struct roster *r);
/* The row of STATION, or NULL. */
const struct roster_row *roster_find(const struct roster *r,
	const char *station);
/* Add a row, or put it in place of the station's. */
int roster_put(struct roster *r, const struct roster_row *row,
	struct err *e);
int roster_text(const struct roster *r, struct buf *out, struct err *e);

#endif
