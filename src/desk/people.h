/*
 * desk/people.h - persons, shops and readers as policy.ini, roster.age and
 * recipients say.
 *
 * Spec: docs/FORMAT.md section 9 ([shop], [person], [accounts]), docs/REPORTS.md
 * "Accounts when people leave".  Names of persons are the same whatever the case
 * of ASCII letters and blanks at the ends.
 * Caps: PEOPLE_MAX persons, as many shops; PEOPLE_LIST_MAX names in a list.
 * Needs: base, config/teamini, control, repo, desk/{roster,worktime}.
 */
#ifndef LIUDI_DESK_PEOPLE_H
#define LIUDI_DESK_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "control/control.h"
#include "desk/roster.h"
#include "repo/mirror.h"

#define PEOPLE_MAX 4096u
#define PEOPLE_LIST_MAX 64u
#define PEOPLE_CONFIRM_DAYS 90
#define PEOPLE_GRANT_HOURS 24
#define PEOPLE_NONE (-1L)

struct people_shop {
	const char *name, *platform, *area, *squad, *subject;	/* or NULL */
	const char *const *doer;
	size_t ndoers;
	const char *const *responsible;	/* should be exactly one */
	size_t nresponsible;
};
struct people_person {
	const char *name;
	const char *key;		/* [person]: what his key is called */
	const char *deputy;		/* or NULL */
	bool left;			/* the day has come */
};
struct people_station {
	const char *station, *team;	/* team: or NULL */
	long person;			/* index */
	bool active;			/* a key of it may send */
};
struct people_reader {
	const char *key;
	long person;
	bool owner;
	/* INT64_MAX: now; else he opens only what was sealed before that */
	int64_t until;
	int64_t since;		/* he became one; INT64_MIN: always was */
};

struct people;
/*
 * POLICY: text of policy.ini; ROSTER may be NULL.  Copies all but C, which must
 * outlive it.  NULL: ERR_NOMEM, ERR_FORMAT (over a cap).
 */
struct people *people_new(const char *policy, const struct roster *roster,
	const struct control *c, struct err *e);
void people_free(struct people *p);

/* In no order; valid until people_index() adds one. */
const struct people_person *people_all(const struct people *p, size_t *n);
const struct people_shop *people_shops(const struct people *p, size_t *n);
const struct people_shop *people_shop(const struct people *p,
	const char *name);	/* or NULL */
const struct people_station *people_stations(const struct people *p,
	size_t *n);
const struct people_reader *people_readers(const struct people *p, size_t *n);

/* A name not known yet is added.  Its index; PEOPLE_NONE: ERR_NOMEM. */
long people_index(struct people *p, const char *name, struct err *e);
/* PEOPLE_NONE: nobody is called so. */
long people_find(const struct people *p, const char *name);
/* Two names of one person? */
bool people_same(const char *a, const char *b);
/* Who is behind STATION (roster), or NULL. */
const char *people_behind(const struct people *p, const char *station);
int people_confirm_days(const struct people *p);	/* 0: never stale */
/* For how long what an owner grants is shown: 1 to 720. */
int people_grant_hours(const struct people *p);

/* The key KEY was a reader's until UTC. */
int people_former(struct people *p, const char *key, int64_t utc,
	struct err *e);
/* He is one since UTC. */
void people_came(struct people *p, const char *key, int64_t utc);
/* The same of each that commits of CONTROL up to HEAD, checked, took or named. */
int people_formers(struct people *p, struct mirror *control, const char *head,
	struct err *e);
/* Can reader I open what DEVICE, a station or a reader's key, sealed at UTC? */
bool people_opens(const struct people *p, size_t i, const char *device,
	int64_t utc);

/* Is there a manager, who reads now, but for the N people PERSON? */
bool people_manager_but(const struct people *p, const char *const *person,
	size_t n);

/* Who takes over from PERSON in SHOP (may be NULL): or NULL. */
const char *people_successor(const struct people *p,
	const struct people_shop *shop, const char *person);
/* The first shop with PERSON among its doers, or NULL. */
const struct people_shop *people_shop_of(const struct people *p,
	const char *person);

/* The handbook's five: "alibaba", …; is WORD one? */
bool people_is_area(const char *word);

/*
 * FN for each rule of shops and readers that does not hold, in words (doctor's
 * red); SHOP is NULL where it is of no shop.  Nothing where policy.ini names
 * neither a shop nor a person.  0, or what FN returned.
 */
int people_check(const struct people *p,
	int (*fn)(void *arg, const char *shop, const char *what), void *arg);

#endif
