/*
 * desk/chatini.h - what control's policy.ini says of a source of chats.
 *
 * Spec: docs/FORMAT.md section 9.  What makes no sense there is as if it were
 * missing: a typing error of a manager shall not keep exports from being read.
 * Needs: base, chat, config/teamini.
 */
#ifndef LIUDI_DESK_CHATINI_H
#define LIUDI_DESK_CHATINI_H

#include "chat/format.h"

#define CHATINI_VALUE_MAX 256u	/* bytes of an id, a name, a zone */
#define CHATINI_SELF_MAX 32u

struct chatini;

/*
 * TEXT is policy.ini; SOURCE that of STATION.  It holds copies.  NULL:
 * ERR_NOMEM.
 */
struct chatini *chatini_new(const char *text, const char *station,
	const char *source, struct err *e);
void chatini_free(struct chatini *c);

/* All borrowed from C. */
const struct chat_hints *chatini_hints(const struct chatini *c);
const char *chatini_account(const struct chatini *c);	/* or NULL */
const char *chatini_platform(const struct chatini *c);	/* or NULL */
const char *chatini_zone(const struct chatini *c);	/* or NULL */

/*
 * Would VALUE be taken for KEY?  0, or -1 (ERR_USAGE, what could be there).
 */
int chatini_check(const char *key, const char *value, struct err *e);

#endif
