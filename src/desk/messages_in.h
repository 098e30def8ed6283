/*
 * desk/messages_in.h - inside of desk/messages, for its own files.
 * Needs: desk/{fresh,messages,msgline,msgrows,records,sametext,words}.
 */
#ifndef LIUDI_DESK_MESSAGES_IN_H
#define LIUDI_DESK_MESSAGES_IN_H

#include "base/buf.h"
#include "desk/fresh.h"
#include "desk/messages.h"
#include "desk/msgline.h"
#include "desk/msgrows.h"
#include "desk/sametext.h"
#include "desk/records.h"
#include "desk/words.h"

#define MESSAGES_SECRET_LEN 32

struct messages {
	struct catalogue *c;	/* borrowed */
	struct words *words;
	struct sametext *plain;
	struct msgline_reader *line;
	struct records *records;
	struct msgrows *rows;
	struct fresh fresh;	/* what the open transaction indexes */
	bool begun;		/* … of several exports */
	struct err lost;	/* why that is given up already, or none */
	bool reading;		/* in one transaction, from open to close */
	uint8_t secret[MESSAGES_SECRET_LEN];	/* of all hashes */
	uint64_t seed;				/* of tables in memory */
	struct buf scratch;
};

/* A message's flags in its row. */
enum {
	FLAG_KIND = 0, FLAG_KIND_MASK = 31,		/* enum chat_kind */
	FLAG_ROLE = 5, FLAG_ROLE_MASK = 7,		/* below */
	FLAG_PRECISION = 8, FLAG_PRECISION_MASK = 7,	/* stamp_precision */
	FLAG_ZONE = 11, FLAG_ZONE_MASK = 3,		/* enum flag_zone */
	FLAG_MARK = 13,			/* not as it was sent: edited, or a mark */
	FLAG_STATE = 14, FLAG_STATE_MASK = 3,		/* history_state */
	FLAG_WAS = 16,			/* something became this */
	FLAG_BACK = 17			/* it had vanished */
};
/* After enum chat_role. */
#define FLAG_ROLE_SYSTEM 4
/* Whose clock it was: `tz_src`. */
enum flag_zone { ZONE_ABSOLUTE, ZONE_CONFIG, ZONE_WORKSTATION, ZONE_GUESS };

static inline unsigned
flag_get(int64_t flags, unsigned shift, unsigned mask)
{
	return (unsigned)(flags >> shift) & mask;
}

/* States; the same numbers as enum history_state. */
enum { STATE_LIVE, STATE_CHANGED, STATE_RECALLED, STATE_VANISHED };

/* The keyed hash of N bytes, 48 bits, never 0. */
uint64_t messages_hash(const struct messages *m, char what, const void *data,
	size_t n);

/* The second that a number lies in, and back. */
#define NUMBER_OF(second) ((int64_t)((uint64_t)(second) << MESSAGES_SHIFT))
#define NUMBER_SECOND(n) ((n) >> MESSAGES_SHIFT)

#endif
