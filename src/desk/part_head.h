/*
 * desk/part_head.h - a manifest's head, held against commit, branch
 * and policy.  For desk/part_in.c.
 * Needs: base, crypto, desk/part_in.
 */
#ifndef LIUDI_DESK_PART_HEAD_H
#define LIUDI_DESK_PART_HEAD_H

#include "desk/part_in.h"

/*
 * manifest_handler's `head`; ARG is a struct part_in.  What does not fit is an
 * event, what cannot be is -1; then the fold begins the part.
 */
int part_head_take(void *arg, const struct record_head *h, struct err *e);

#endif
