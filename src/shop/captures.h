/*
 * shop/captures.h - the lines that say when a page of a shop was looked at, and
 * how it went.
 *
 * Spec: docs/FORMAT.md "Shop pages".  Foreign bytes when read.
 * Cap: CAPTURES_LINE_MAX bytes a line.
 * Needs: base, json, shop/page.
 */
#ifndef LIUDI_SHOP_CAPTURES_H
#define LIUDI_SHOP_CAPTURES_H

#include "shop/page.h"

#define CAPTURES_LINE_MAX 65536u

enum shop_state {
	SHOP_OK,
	SHOP_PARTIAL,		/* something of it did not come in time */
	SHOP_CUT,		/* it is longer than what was taken */
	SHOP_BLOCKED,		/* refused, or a riddle for people */
	SHOP_LOGIN_NEEDED, SHOP_UNREACHABLE, SHOP_TIMEOUT, SHOP_CRASHED,
	SHOP_NO_BROWSER,
	/* of a list of goods, at the desk only */
	SHOP_MISSING,		/* it was there, and is not */
	SHOP_NO_LIST,		/* what is there cannot be read as one */
	SHOP_STATES
};
/* "ok", …, "login-needed"; and back: SHOP_STATES when there is none. */
const char *shop_state_name(enum shop_state s);
enum shop_state shop_state_of(const char *name);
/* Is it one that shows the page?  Only these have a record. */
bool shop_state_shows(enum shop_state s);

struct shop_capture {		/* a line of captures/ */
	int64_t ts;
	int32_t offset;		/* minutes */
	const char *page, *view, *url, *reason;
	enum shop_state state;
	bool has_record;
	uint8_t record[SHOP_HASH_LEN];
	const char *by;		/* "auto", "manual", "check"; at the desk
				 * "person": a list of goods */
	const char *saved;	/* of "manual": the file in parts/; or NULL */
};
/* Append the line with LF. */
int captures_write(const struct shop_capture *c, struct buf *out,
	struct err *e);
/*
 * FN for each whole line of the N bytes of TEXT; its strings are good until it
 * returns.  A last line without LF is none.  -1: ERR_FORMAT (its number), what FN
 * gave.
 */
int captures_read(const void *text, size_t n,
	int (*fn)(void *arg, const struct shop_capture *c, struct err *e),
	void *arg, struct err *e);

#endif
