/*
 * desk/enter.h - lay an export on what was kept, and keep what is new of it.
 * Needs: desk/{intake,merge,records}.
 */
#ifndef LIUDI_DESK_ENTER_H
#define LIUDI_DESK_ENTER_H

#include "desk/intake.h"

/*
 * Put all of IN into the tables, as READING; inside a transaction.  WRITTEN: its
 * file was written anew where an earlier reading found it, so that it should
 * hold what was there before it was written.  0 or -1.
 */
int enter_all(struct intake *in, int64_t reading, bool written,
	struct messages_report *r, struct err *e);

#endif
