/*
 * cli/desk/shopdesk.h - what the commands on shops share.
 *
 *     shopdesk_open(&k, c, false, e);
 *     shopdesk_note(&k, "lamps", day, day, e);	the access log, before anything
 *     shopdesk_run(&k, fn, arg, e);		FN in the box, with k->b
 *     shopdesk_release(&k);			also on failure
 *
 * Needs: cli/cli.h, cli/desk/reads.h, desk/{box,notes,shopday}.
 */
#ifndef LIUDI_CLI_DESK_SHOPDESK_H
#define LIUDI_CLI_DESK_SHOPDESK_H

#include "cli/cli.h"
#include "cli/desk/reads.h"
#include "control/control.h"
#include "desk/box.h"
#include "desk/shopday.h"

#define SHOPDESK_NAME_LEN 256		/* of a shop, shown or asked for */

struct shopdesk {
	const struct cli *c;
	struct deskhome h;
	struct control control;
	const char *name;		/* whose keys: option --as, desk.ini */
	struct opener *op;
	struct sshkey *key;
	struct buf policy;		/* policy.ini */
	struct buf unsent;		/* of notes */
	bool lent;			/* op is the page's */
	char reader[READS_NAME_LEN];	/* then name points here */
	struct access_pass pass;
	const char *rw;			/* one more tree to write, or NULL */
	int64_t today;			/* the desk's */
	/* in the box */
	struct box *b;
};

/*
 * Home, control, policy, keys.  FRESH: control is fetched first, where the central
 * can be reached (for who seals to its readers).  0 or -1.
 */
int shopdesk_open(struct shopdesk *k, const struct cli *c, bool fresh,
	struct err *e);
/* The same, fresh, for a form of the page, with its opener, which stays its own. */
int shopdesk_join(struct shopdesk *k, const struct cli *c, struct opener *op,
	struct err *e);
void shopdesk_release(struct shopdesk *k);

/*
 * Write down that SHOP (NULL: all) is looked at, of days FIRST to LAST
 * (ACCESS_NO_DAY: none in particular).  0 or -1.
 */
int shopdesk_note(struct shopdesk *k, const char *shop, int64_t first,
	int64_t last, struct err *e);

/*
 * FN in the box, with mirrors and catalogue, notes of desk.git being taken first.
 * What FN gave, or -1.
 */
int shopdesk_run(struct shopdesk *k, int (*fn)(struct shopdesk *k, void *arg,
	struct err *e), void *arg, struct err *e);

/* In the box: SHOP's captures and notes.  NULL on failure. */
struct shopday *shopdesk_load(struct shopdesk *k, const char *shop,
	struct err *e);
/* The same, and -1 with ERR_NOENT (hint) where nothing of it was captured. */
struct shopday *shopdesk_load_one(struct shopdesk *k, const char *shop,
	struct err *e);
/*
 * The first, of a catalogue alone; UNSENT (notes_unsent(); may be NULL) are notes of
 * NAME.
 */
struct shopday *shopdesk_of(struct catalogue *c, const char *shop,
	const struct buf *unsent, const char *name, struct err *e);
/* FN for the name of each shop of C, once, in order. */
int shopdesk_names(struct catalogue *c, int (*fn)(void *arg, const char *shop,
	struct err *e), void *arg, struct err *e);

/*
 * In the box: FN for each change of P, a page that is SHOPDAY_OTHER or
 * SHOPDAY_REBASED, the gravest first; *IGNORED (may be NULL) is raised by each that
 * a rule of DAY says not to tell.  0, or -1.
 */
int shopdesk_changes(struct shopdesk *k, const struct shopday *s, int64_t day,
	const struct shopday_page *p, shop_event_fn fn, void *arg,
	int64_t *ignored, struct err *e);

/*
 * How many days ago may a shop have been seen that STATION captures, by POLICY,
 * the text of policy.ini?  INT64_MAX: any.
 */
int64_t shopdesk_patience(const char *policy, const char *station);
/* The day here and now, since 1970-01-01. */
int64_t shopdesk_today(void);

/*
 * Option NAME as a day: DATE, "today", "yesterday"; DEF where it is not given.  0,
 * or -1: ERR_USAGE (hint).
 */
int shopdesk_day(const struct shopdesk *k, const char *name, int64_t def,
	int64_t *day, struct err *e);

/* Is it one of the verbs behind `shop`, and so no name of a shop? */
bool shopdesk_is_verb(const char *word);
/* A verb of `shop` that stands where a name should?  0, or -1: ERR_USAGE. */
int shopdesk_is_name(const char *shop, struct err *e);

/* Behind a sync: notes that wait.  What does not go is told, and waits on. */
void shopdesk_send(const struct cli *c, const struct deskhome *h,
	struct opener *op);

#endif
