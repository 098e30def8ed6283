/*
 * repo/push_stock.h - the fallback: stock git does the talking.
 * Needs: base.
 */
#ifndef LIUDI_REPO_PUSH_STOCK_H
#define LIUDI_REPO_PUSH_STOCK_H

#include "repo/central.h"
#include "repo/proto.h"
#include "repo/push.h"

/*
 * The branches of records.git of an https central, by git's remote helper (a
 * station may not fetch, so `git ls-remote` is of no use).
 */
int push_stock_list(const struct central *c, const char *spool_dir,
	int stall_ms, struct proto_adv *adv, struct err *e);

/* `git push` of NEW_ID to REF; as push_send(). */
int push_stock_send(const struct central *c, const char *spool_dir,
	int stall_ms, const char *ref, const char *new_id,
	struct push_result *r, struct err *e);

#endif
