/*
 * desk/part_files.h - a manifest's lines of files, into fold and
 * catalogue.  For desk/part_*.c.
 * Needs: base, desk/part_in.
 */
#ifndef LIUDI_DESK_PART_FILES_H
#define LIUDI_DESK_PART_FILES_H

#include "desk/part_in.h"

/* manifest_handler's `file`, the fold's watch and stored; ARG: a part_in. */
int part_files_line(void *arg, const struct record_file *f, struct err *e);
int part_files_change(void *arg, const struct fold_change *c, struct err *e);
int part_files_stored(void *arg, const uint8_t id[static 32], struct err *e);

/* What the station calls a change, held against what it was. */
int part_files_claim(struct part_in *p, const char *source, const char *path,
	size_t path_len, enum record_op claimed, enum record_op op,
	struct err *e);

#endif
