/*
 * account/account_event.h - what happened to an account: one line of JSON.
 *
 * Spec: docs/FORMAT.md "Account events".  A line never holds a secret; those
 * are in account/eventfile.h.
 * Caps: EVENT_LINE_MAX bytes a line, EVENT_VALUE_MAX bytes a value,
 * EVENT_PREV_MAX ids in `prev`.
 * Needs: base, json.
 */
#ifndef LIUDI_ACCOUNT_ACCOUNT_EVENT_H
#define LIUDI_ACCOUNT_ACCOUNT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define EVENT_LINE_MAX 65536u
#define EVENT_VALUE_MAX 2048u	/* bytes of a value, without NUL */
#define EVENT_PREV_MAX 8u
#define EVENT_ID_LEN 16
#define EVENT_ID_HEX (2 * EVENT_ID_LEN + 1)	/* with NUL */

enum event_kind {
	EVENT_REGISTERED, EVENT_UPDATED, EVENT_ALIASED, EVENT_RENAMED,
	EVENT_BOUND, EVENT_TWOFA, EVENT_ROTATED, EVENT_SEEN, EVENT_REVEALED,
	EVENT_CONFIRMED, EVENT_TRANSFERRED, EVENT_ACKNOWLEDGED, EVENT_FLAGGED,
	EVENT_FROZEN, EVENT_EXPORTED, EVENT_CLOSED, EVENT_HANDOVER,
	EVENT_REQUESTED, EVENT_GRANTED,
	EVENT_KINDS
};
/* "registered", …; and back: EVENT_KINDS when there is none. */
const char *event_kind_name(enum event_kind k);
enum event_kind event_kind_of(const char *name);

/* The fields, in the order in which a line has them. */
enum event_field {
	EVENT_PLATFORM, EVENT_SHOP, EVENT_NAME, EVENT_LOGIN, EVENT_URL,
	EVENT_QR, EVENT_PHONE, EVENT_PHONE_OWNER, EVENT_PHONE_HOLDER,
	EVENT_EMAIL, EVENT_EMAIL_OWNER, EVENT_EMAIL_HOLDER, EVENT_SUBJECT,
	EVENT_MAIN, EVENT_TWOFA_KIND, EVENT_PURPOSE, EVENT_HOLDER, EVENT_DUAL,
	EVENT_REMARK, EVENT_ALIAS, EVENT_BY, EVENT_FROM, EVENT_TO,
	EVENT_REASON, EVENT_TEXT, EVENT_FORMAT, EVENT_PERSON, EVENT_STEP,
	EVENT_OF, EVENT_UNTIL,
	EVENT_FIELDS
};
/* "platform", …, "twofa" for EVENT_TWOFA_KIND, "note" for EVENT_REMARK. */
const char *event_field_name(enum event_field f);
enum event_field event_field_of(const char *name);	/* or EVENT_FIELDS */
/* May (MUST: must) a line of kind K have field F? */
bool event_may(enum event_kind k, enum event_field f);
bool event_must(enum event_kind k, enum event_field f);
/*
 * Is it one that a station's person may write?  The others are the managers':
 * whoever leaves shall not sign his own handover.
 */
bool event_of_station(enum event_kind k);
/* "company personal" where only some values are taken, else NULL. */
const char *event_choices(enum event_field f);

struct account_event {
	uint8_t id[EVENT_ID_LEN];	/* random, not zeros */
	/* random; zeros: of none (a handover, and a freeze of a person) */
	uint8_t account[EVENT_ID_LEN];
	enum event_kind kind;
	int64_t ts;			/* UTC seconds, as the writer's clock */
	int32_t offset;			/* its zone, minutes east of UTC */
	const char *actor;		/* person, or NULL */
	const char *device;		/* station or reader's name */
	/* NULL: not said; "": it has none any more */
	const char *value[EVENT_FIELDS];
	uint8_t prev[EVENT_PREV_MAX][EVENT_ID_LEN];
	size_t nprev;
	/* which secrets of this event its file holds; said in the line */
	bool has_password, has_totp, has_codes;
};

/*
 * Append the line without LF.  -1, OUT as it was: ERR_USAGE (what is wrong in
 * it: a field that the kind does not have or lacks, a value over the cap or
 * with control characters, a choice that is none, a secret that the kind does
 * not have), ERR_NOMEM.
 */
int event_write(const struct account_event *v, struct buf *out, struct err *e);

struct event_reader;	/* reusable; strings live until the next read */
struct event_reader *event_reader_new(struct err *e);
void event_reader_free(struct event_reader *r);
/*
 * One line, with or without its LF.  Unknown keys and fields of a later minor
 * form are passed over; a kind that is not known, and all that event_write()
 * would not write: -1, ERR_FORMAT (or ERR_NOMEM), *out untouched.
 */
int event_read(struct event_reader *r, const char *line, size_t n,
	struct account_event *out, struct err *e);

#endif
