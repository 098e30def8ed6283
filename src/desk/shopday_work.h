/*
 * desk/shopday_work.h - what desk/shopday.c and shopday_notes.c share.
 * Needs: desk/shopday.h, json.
 */
#ifndef LIUDI_DESK_SHOPDAY_WORK_H
#define LIUDI_DESK_SHOPDAY_WORK_H

#include "desk/shopday.h"
#include "json/json.h"

struct look {			/* a day of a line */
	int64_t day;
	/* its last capture */
	int64_t ts;
	enum shop_state state;
	char *reason;
	/* the last that showed the page */
	bool good;
	int64_t good_ts;
	uint8_t record[SHOP_HASH_LEN];
	uint8_t print[SHOPS_PRINT_LEN];
};
struct line {
	char *station, *page, *view, *url;
	bool manual;		/* what persons saved: a line of its own */
	struct look *look;	/* by day */
	size_t n;
};
struct seen {			/* a reviewed note */
	int64_t first, last, utc;
	char *by;
	uint8_t (*record)[SHOP_HASH_LEN];
	size_t n;
};
struct entry { char *page, *view; uint8_t record[SHOP_HASH_LEN]; };
struct baseline {
	int64_t day, utc;
	struct entry *entry;	/* none: each against the one before it */
	size_t n;
};
struct rule {
	char *by, *change, *what, *page;
	int64_t utc, until;
};

struct shopday {
	char *shop;
	struct line *line;
	size_t nlines;
	struct seen *seen;
	size_t nseen;
	struct baseline *baseline;
	size_t nbaselines;
	struct rule *rule;
	size_t nrules;
	struct json *json;
};

/*
 * Room for one more of SIZE bytes behind the N at *VEC, zeroed; what is returned is
 * that place.  VEC: a pointer to the array's pointer.  NULL: ERR_NOMEM.
 */
void *shopday_more(void *vec, size_t n, size_t size, struct err *e);
/* What notes left behind. */
void shopday_forget(struct shopday *s);

#endif
