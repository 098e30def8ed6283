/*
 * desk/stationline.h - the line by which a station asks to be let in.
 * Spec: docs/FORMAT.md section 11.
 * Needs: base, crypto, sign, repo.
 */
#ifndef LIUDI_DESK_STATIONLINE_H
#define LIUDI_DESK_STATIONLINE_H

#include <stddef.h>

#include "base/err.h"
#include "sign/sshkey.h"

#define STATIONLINE_MAX 512

struct stationline {
	char name[33];
	struct sshkey_pub pub;
};

/*
 * Parse N bytes; white space at both ends is passed over.  -1: ERR_USAGE (not
 * such a line; a slip in copying; each with a hint).
 */
int stationline_parse(struct stationline *s, const char *text, size_t n,
	struct err *e);

#endif
