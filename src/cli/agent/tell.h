/*
 * cli/agent/tell.h - what a person should know of exports and of
 * pages of shops.
 * Needs: cli/cli.h, agent/{exports,shopkeep}, base/jsonw.
 */
#ifndef LIUDI_CLI_AGENT_TELL_H
#define LIUDI_CLI_AGENT_TELL_H

#include "agent/exports.h"
#include "agent/shopkeep.h"
#include "base/jsonw.h"
#include "cli/cli.h"

/*
 * What is wrong with the exports in the source CFG, and the few clicks of that
 * client's export; nothing if all is well.  With -q only what would be lost:
 * empty exports, and sources in which nothing can be read.
 */
void tell_exports(const struct cli *c, const struct config_source *cfg,
	const struct exports *x);

/* The members of a JSON object, which is open, on the same. */
void tell_exports_json(struct jsonw *w, const struct config_source *cfg,
	const struct exports *x);

/* A page of a shop that was looked at: one line, or one of JSON. */
void tell_page(const struct cli *c, const struct shopkeep_page *p);

#endif
