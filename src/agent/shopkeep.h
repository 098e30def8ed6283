/*
 * agent/shopkeep.h - the shops of a station: captured once a day, collected as
 * sources.
 *
 * Folders below the station's state: shops/NAME (collected), browser/ (profiles
 * that are thrown away), logins/NAME and strips/NAME (never collected).
 * Needs: base, config, shop/{browser,shopfolder,visit}.
 */
#ifndef LIUDI_AGENT_SHOPKEEP_H
#define LIUDI_AGENT_SHOPKEEP_H

#include "config/config.h"
#include "shop/visit.h"

#define SHOPKEEP_TEXT_LEN VISIT_TEXT_LEN

/*
 * The folder of each shop of CFG, made where it is missing, as its source
 * "shop-NAME", unless it names one.
 */
int shopkeep_sources(struct config *cfg, const char *state, struct err *e);

struct shopkeep_page {		/* a page that was looked at */
	const struct config_shop *shop;
	const struct config_page *page;	/* NULL: the file is left */
	const char *file;		/* of the inbox, foreign text; or NULL */
	const char *view;		/* "desktop", "mobile" */
	enum shop_state state;
	char reason[SHOPKEEP_TEXT_LEN];	/* foreign text; "" */
	bool is_new;
	uint64_t bytes;			/* new in the folder */
	int ms;
};
typedef void (*shopkeep_fn)(void *arg, const struct shopkeep_page *p);

struct shopkeep_job {
	const struct config *cfg;
	const char *state;		/* the station's folder */
	const char *name;		/* of one shop, or NULL */
	bool due;			/* only pages that have not been looked at
					 * today, or last an hour ago in vain */
	shopkeep_fn fn;			/* after each page */
	void *arg;
};
/*
 * Capture.  0; 1: there were pages, and no browser is installed (a line says so in
 * their folders).  -1: ERR_USAGE (as root; no such shop), ERR_LOCKED (another run
 * captures), ERR_IO, ERR_SPACE, ERR_FAIL.
 */
int shopkeep_capture(const struct shopkeep_job *j, struct err *e);

/* A window in which a person logs in; until it is closed. */
int shopkeep_login(const struct shopkeep_job *j, struct err *e);

#endif
