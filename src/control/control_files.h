/*
 * control/control_files.h - the files of one commit of control.  For this room.
 *
 * Spec: docs/FORMAT.md section 9.
 * Needs: base, crypto, sign, repo.
 */
#ifndef LIUDI_CONTROL_CONTROL_FILES_H
#define LIUDI_CONTROL_CONTROL_FILES_H

#include "control/control.h"
#include "repo/mirror.h"

#define CONTROL_FILE_MAX (1024 * 1024)

/*
 * Read the files of TREE into C, which the caller releases whatever happens.
 * -1: ERR_FORMAT (the text names the file).
 */
int control_files_read(struct control *c, struct mirror *m, const char *tree,
	struct err *e);

#endif
