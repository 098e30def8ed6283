/*
 * desk/shopday.h - a day of a shop: what is held against what, and what nobody
 * has looked at yet.
 *
 * Rules: docs/REPORTS.md "What changed in a shop".  Captures of one shop, of all
 * stations, and the managers' notes go in; nothing is read and nothing compared
 * here.  A line is a page in a view as a station captures it.
 * Needs: base, json, shop/{captures,diff}, desk/{shops,notes,worktime}.
 */
#ifndef LIUDI_DESK_SHOPDAY_H
#define LIUDI_DESK_SHOPDAY_H

#include "desk/notes.h"
#include "desk/shops.h"
#include "shop/diff.h"

#define SHOPDAY_LEFT_OFF 7	/* days without a capture, while another
				 * station has some */
#define SHOPDAY_NONE INT64_MIN
#define SHOPDAY_LIST "list"	/* the view of lists of goods */
#define SHOPDAY_SEEN_MAX 256	/* records in a note */

struct shopday;

/* Copies SHOP.  NULL: ERR_NOMEM. */
struct shopday *shopday_new(const char *shop, struct err *e);
void shopday_free(struct shopday *s);	/* NULL does nothing */
/*
 * A capture of that shop, in the order of shops_captures().  A shops_fn; of
 * others nothing is taken.
 */
int shopday_capture(void *s, const struct shops_capture *c, struct err *e);
/* The same of a note, for notes_each(). */
int shopday_note(void *s, const struct notes_note *v, struct err *e);

/* Did a person save it?  Then it is held against such alone. */
bool shopday_is_manual(const struct shop_capture *c);

/* The newest day with a capture up to DAY, or SHOPDAY_NONE. */
int64_t shopday_last(const struct shopday *s, int64_t day);
/*
 * The same of captures that show a page, lists of goods aside unless there is
 * nothing else; *TS: when the newest was made.
 */
int64_t shopday_last_good(const struct shopday *s, int64_t day, int64_t *ts);
/* What is captured by a station that went on with it, or alone. */
size_t shopday_stations(const struct shopday *s, int64_t day,
	const char **newest);

enum shopday_held {
	SHOPDAY_UNSEEN,		/* the page was not seen that day */
	SHOPDAY_FIRST,		/* there is nothing before it */
	SHOPDAY_REBASED,	/* what is before it cannot be compared */
	SHOPDAY_SAME,		/* the very same record */
	SHOPDAY_OTHER		/* to be compared: base with now */
};
struct shopday_page {		/* texts are good until shopday_free() */
	const char *station, *page, *view, *url;
	int64_t ts;		/* of the newest capture of the day, or before */
	int64_t day;
	enum shop_state state;
	const char *reason;	/* or NULL */
	bool manual;		/* saved by a person: held against such only */
	int64_t good_day;	/* of the newest that shows it; SHOPDAY_NONE */
	uint8_t good[SHOP_HASH_LEN];	/* its record, where there is one */
	enum shopday_held held;
	uint8_t now[SHOP_HASH_LEN], base[SHOP_HASH_LEN];	/* as `held` has it */
	int64_t base_day;	/* SHOPDAY_NONE unless there is a base */
	bool accepted;		/* the base is what a manager accepted */
};
/*
 * FN for each line on DAY, without those that a station left off.  0, or what FN
 * gave.
 */
int shopday_pages(const struct shopday *s, int64_t day,
	int (*fn)(void *arg, const struct shopday_page *p, struct err *e),
	void *arg, struct err *e);

/*
 * What a manager accepted of PAGE in VIEW (MANUAL: of what persons saved) that holds
 * on DAY and is of a day behind SINCE: its record and day.  False: nothing.
 */
bool shopday_accepted(const struct shopday *s, const char *page,
	const char *view, bool manual, int64_t since, int64_t day,
	uint8_t record[static SHOP_HASH_LEN], int64_t *of);

/* Do rules that hold on DAY say not to tell that change of PAGE? */
bool shopday_ignored(const struct shopday *s, int64_t day, const char *page,
	const struct shop_event *v);

/* An ignore rule: the newest of its kind; texts NULL where any fits. */
struct shopday_rule {
	const char *by, *change, *what, *page;
	int64_t utc;
	int64_t until;		/* a day; SHOPDAY_NONE: for ever */
};
int shopday_rules(const struct shopday *s,
	int (*fn)(void *arg, const struct shopday_rule *r, struct err *e),
	void *arg, struct err *e);

/* The days up to DAY that are to be reviewed. */
struct shopday_open {
	int64_t n, first, last;	/* of open ones; SHOPDAY_NONE */
	int64_t reviewed;	/* the newest day that is; SHOPDAY_NONE */
	const char *by;		/* who did that last, or NULL */
};
int shopday_open(const struct shopday *s, int64_t day,
	struct shopday_open *o, struct err *e);	/* 0, or -1 (ERR_NOMEM) */
bool shopday_is_open(const struct shopday *s, int64_t day);
/*
 * The records of days FIRST to LAST that are other than what their page showed
 * before: what a reviewed note says was seen.  At most MAX into OUT; returns how
 * many there are, or -1 (ERR_NOMEM).
 */
int64_t shopday_seen(const struct shopday *s, int64_t first, int64_t last,
	uint8_t (*out)[SHOP_HASH_LEN], size_t max, struct err *e);

#endif
