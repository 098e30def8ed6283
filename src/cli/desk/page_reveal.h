/*
 * cli/desk/page_reveal.h - one secret of an account, shown once, to who says why.
 * Needs: cli/desk/page_acct.
 */
#ifndef LIUDI_CLI_DESK_PAGE_REVEAL_H
#define LIUDI_CLI_DESK_PAGE_REVEAL_H

#include "cli/desk/page_acct.h"

/* The form that asks for it; where nothing of A is sealed, that. */
void page_reveal_form(struct page *p, const struct book_account *a);

#endif
