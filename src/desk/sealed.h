/*
 * desk/sealed.h - lines of text that only the readers of all records open.
 *
 * Spec: docs/FORMAT.md sections 3 and 9: the `.age` files of control.
 * Needs: base, bundle, unbundle, seal, control, desk/opener.
 */
#ifndef LIUDI_DESK_SEALED_H
#define LIUDI_DESK_SEALED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "control/control.h"
#include "desk/opener.h"

/* Append N bytes, sealed to every recipient of C in order. */
int sealed_make(const struct control *c, const void *data, size_t n,
	struct buf *out, struct err *e);

/*
 * Append what the sealed file of N bytes says, as far as TEXT may hold it.  With
 * C (may be NULL), *CURRENT says whether it is sealed to every recipient of C
 * and nobody else.  Parses: in the box.  -1: ERR_CRYPTO (not sealed to this
 * desk), ERR_INTEGRITY, ERR_FORMAT.
 */
int sealed_text(struct opener *op, const void *file, size_t n,
	const struct control *c, bool *current, struct buf *text,
	struct err *e);

#endif
