/*
 * desk/answers.h - who waits for an answer, and how long it took.
 *
 * Definitions: docs/REPORTS.md "Facts of a day".  Rows in, numbers out; nothing
 * is read or written here.  Rows are sorted by chat, and within one by time.
 * Needs: base.
 */
#ifndef LIUDI_DESK_ANSWERS_H
#define LIUDI_DESK_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define ANSWERS_SILENCE_MS INT64_C(28800000)	/* behind it a turn begins */
#define ANSWERS_AUTOMATIC_MS 5000	/* no person answers that fast, twice */
#define ANSWERS_NONE SIZE_MAX

enum answers_side { ANSWERS_PEER, ANSWERS_SELF, ANSWERS_OTHER };

struct answers_row {
	int64_t chat, n;	/* the message's number */
	int64_t at;		/* ms since 1970 */
	uint64_t text;		/* what is sent again has the same; 0: no text */
	uint8_t side;		/* enum answers_side */
	bool counts;		/* of a peer: it is meaningful; of self: it is an
				 * answer, whatever it says */
	bool minute;		/* its clock shows minutes at best */
	bool inquiry;		/* begins a turn in any case */
	bool automatic;		/* set by answers_automatic() */
};

/*
 * Mark what programs answered among the N rows of an account: the same text,
 * within ANSWERS_AUTOMATIC_MS after the peer, and that at least twice.
 * -1: ERR_NOMEM.
 */
int answers_automatic(struct answers_row *rows, size_t n, struct err *e);

struct answers_turn {
	size_t asked;		/* row that began it */
	size_t answered;	/* row; ANSWERS_NONE */
	bool minute;		/* what lies between is exact to one minute */
};
/* -1 stops. */
typedef int (*answers_turn_fn)(void *arg, const struct answers_turn *t,
	struct err *e);
/*
 * Each turn that began in [FROM, UNTIL); of the N rows those from UNTIL on are
 * as if they were not there.  0, or what FN returned.
 */
int answers_turns(const struct answers_row *rows, size_t n, int64_t from,
	int64_t until, answers_turn_fn fn, void *arg, struct err *e);

/*
 * Of the N rows of one chat, before UNTIL: the first that nobody answered, if
 * the last that counts is a peer's; else ANSWERS_NONE.
 */
size_t answers_open(const struct answers_row *rows, size_t n, int64_t until);

/*
 * Of N > 0 numbers, which are sorted here, the one that PERCENT of them do not
 * exceed: the ceil(N * PERCENT / 100)th.
 */
int64_t answers_rank(int64_t *v, size_t n, unsigned percent);

#endif
