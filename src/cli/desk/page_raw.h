/*
 * cli/desk/page_raw.h - where a message is from, on the page of its conversation.
 * Needs: cli/desk/pages, desk/chathistory.
 */
#ifndef LIUDI_CLI_DESK_PAGE_RAW_H
#define LIUDI_CLI_DESK_PAGE_RAW_H

#include "cli/desk/pages.h"
#include "desk/chathistory.h"

/* A section on message N: its file, its commit, a link to its bytes.  0 or -1. */
int page_raw_about(struct page *p, struct messages *m, int64_t n,
	struct err *e);

#endif
