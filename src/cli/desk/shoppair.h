/*
 * cli/desk/shoppair.h - a shop on two days, in the box: for `shop diff` and for the
 * page that shows both.
 *
 *	struct shoppair k = {.shop = "lamps", .day = {20000, 20001}};
 *
 *	shoppair_load(&k, b, e);	what each day has, and what changed,
 *					without what rules of the later day and
 *					an accepted one keep from being told
 *	shoppair_report(&k, &r, out, e);
 *	shoppair_release(&k);		also on failure
 *
 * Everything in it is foreign.
 * Needs: cli/desk/{shopdesk,shoplook,shopreport}, desk/{box,notes,shopday,shops}.
 */
#ifndef LIUDI_CLI_DESK_SHOPPAIR_H
#define LIUDI_CLI_DESK_SHOPPAIR_H

#include "cli/desk/shoplook.h"
#include "desk/shops.h"

struct shoppair {
	const char *shop;
	const char *page, *view, *station;	/* that alone; or NULL */
	int64_t day[2];
	bool all;		/* nothing is kept from being told */
	const struct buf *unsent;	/* notes of NAME that wait, or NULL */
	const char *name;
	struct shoplook look;
	int64_t hidden;		/* changes that are not told */
	/* inside */
	struct box *b;
	int side;
	struct shops_files *files;
};

/* -1: ERR_NOENT (hint: nothing was captured), ERR_USAGE (of two stations), …. */
int shoppair_load(struct shoppair *k, struct box *b, struct err *e);
void shoppair_release(struct shoppair *k);

/* R: as shoplook_html(), but its get and arg. */
int shoppair_report(struct shoppair *k, struct shopreport *r, struct buf *out,
	struct err *e);

#endif
