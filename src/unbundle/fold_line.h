/*
 * unbundle/fold_line.h - what fold.c needs of fold_line.c beside
 * fold_file_line().  For these two only.
 * Needs: base, crypto, record.
 */
#ifndef LIUDI_UNBUNDLE_FOLD_LINE_H
#define LIUDI_UNBUNDLE_FOLD_LINE_H

#include "unbundle/node.h"

/* Files that the full run did not name are no longer there. */
int fold_line_drop(struct fold *f, struct err *e);

/* The hash of the node's canonical line, anew. */
int fold_line_refresh(struct fold *f, struct node *n, struct err *e);

/* A copy on the heap; NULL for none. */
int fold_line_ids(uint8_t **out, const uint8_t *ids, size_t n, struct err *e);

#endif
