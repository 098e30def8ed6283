/*
 * open/armor.h - age's ASCII armour, undone as it comes in.
 *
 * Spec: age-encryption.org/v1 "ASCII armor"; RFC 7468 section 3, strict:
 * lines of 64 columns, only the last one shorter, canonical base64 with its
 * padding.  LF or CRLF; white space before and behind the block.
 * Keeps one line.  Needs: base.
 */
#ifndef LIUDI_OPEN_ARMOR_H
#define LIUDI_OPEN_ARMOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define ARMOR_BEGIN "-----BEGIN AGE ENCRYPTED FILE-----"
#define ARMOR_END "-----END AGE ENCRYPTED FILE-----"
#define ARMOR_COLUMNS 64
#define ARMOR_LINE_LEN 48	/* bytes in a full line */

enum armor_stage { ARMOR_BEFORE, ARMOR_BODY, ARMOR_LAST, ARMOR_AFTER };

/* Storage is the caller's. */
struct armor {
	enum armor_stage stage;
	bool space;		/* white space opened this line */
	size_t len;		/* characters in line */
	char line[ARMOR_COLUMNS + 16];
	struct buf raw;		/* what the line means */
};

/* Takes decoded bytes.  0, or -1 (*e set). */
typedef int (*armor_sink)(void *arg, const void *data, size_t n,
	struct err *e);

void armor_init(struct armor *a);
void armor_release(struct armor *a);

/* True if the bytes begin as armour does: white space, or '-'. */
bool armor_begins(const void *data, size_t n);

/* Both: 0, or -1 (ERR_FORMAT; what SINK set).  Then only armor_release(). */
int armor_feed(struct armor *a, const void *data, size_t n, armor_sink sink,
	void *arg, struct err *e);
/* No more bytes: the armour must be whole. */
int armor_finish(struct armor *a, armor_sink sink, void *arg, struct err *e);

#endif
