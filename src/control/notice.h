/*
 * control/notice.h - what a person at a station agreed to.
 *
 * Spec: docs/FORMAT.md sections 9 and 15.
 * Needs: base, crypto, repo, control/control.
 */
#ifndef LIUDI_CONTROL_NOTICE_H
#define LIUDI_CONTROL_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "control/control.h"

struct notice {
	int64_t version;
	uint8_t sha256[32];
	char language[9];	/* "en", "zh" */
	int64_t agreed;		/* UTC seconds; 0 = not yet */
};

/*
 * The text of the newest notice in LANGUAGE, in "en" if there is none, in any
 * language if there is none of these either: appended to TEXT, and *N names it.
 * 1; 0 if control asks for no notice; -1: ERR_FORMAT (a version without text).
 */
int notice_load(const char *dir, const struct control *c,
	const char *language, struct notice *n, struct buf *text,
	struct err *e);

/* The file state/notice: 1, 0 if there is none, -1 (ERR_FORMAT). */
int notice_agreed_load(const char *file, struct notice *n, struct err *e);
/* -1: as file_save, ERR_FAIL (nothing that one can agree to). */
int notice_agreed_save(const char *file, const struct notice *n,
	struct err *e);

/*
 * True if nothing may be collected: control asks for more than was agreed.
 * AGREED may be NULL: nothing was.
 */
bool notice_wanted(const struct control *c, const struct notice *agreed);

#endif
