/*
 * desk/numbered.h - files of desk.git that are called after a number.
 *
 * Spec: docs/FORMAT.md section 17.  What does not have such a name is passed
 * over, so that a file that somebody put there by hand takes no number; nor
 * does a gap stop anybody: the next number follows on the highest.
 * Needs: base, crypto, seal, repo, control, desk/reheads.
 */
#ifndef LIUDI_DESK_NUMBERED_H
#define LIUDI_DESK_NUMBERED_H

#include <stdbool.h>
#include <stdint.h>

#include "control/control.h"
#include "crypto/hash.h"
#include "repo/mirror.h"
#include "seal/seal.h"

#define NUMBERED_MAX 999999999
#define NUMBERED_FILE_MAX 65536	/* of a chain, sealed */
#define NUMBERED_FOLDER_LEN 48

/* Is NAME "<n>ENDING", n unpadded and <= NUMBERED_MAX?  0, or -1. */
int numbered_name(const char *name, const char *ending, int64_t *n);

/*
 * One more than the highest "<n>ENDING" in the folder PATH of TREE, 0 where
 * there is none.  -1: ERR_INTEGRITY (hint): the highest is NUMBERED_MAX; as
 * mirror_entries().
 */
int numbered_next(struct mirror *desk, const char *tree, const char *path,
	const char *ending, int64_t *next, struct err *e);

/*
 * A chain: sealed lines {"v":1,"n","prev",…}, each with the hash of the file
 * before it, written by whoever has the key that its folder is called after.
 */
struct numbered_chain {
	char folder[NUMBERED_FOLDER_LEN];	/* "access/<key>" */
	int64_t n;			/* of the next file */
	bool has_prev;
	uint8_t prev[HASH_LEN];
};

/*
 * Where FOLDER of the clone DIR goes on.  Where its last file cannot be read, the
 * next follows on none: what is to be written down must be all the same.  0, -1.
 */
int numbered_follow(struct numbered_chain *k, const char *folder,
	const char *dir, struct err *e);

/* Append {"v":1,"n":N,"prev":…, of a line; PREV NULL: null. */
int numbered_line(int64_t n, const uint8_t *prev, struct buf *out,
	struct err *e);

/*
 * The next file, which *f owns (numbered_free()): a line that ends in the N bytes
 * of END, LF and padding, sealed to the NR of R.
 */
int numbered_make(struct numbered_chain *k, const char *end, size_t n,
	const struct seal_recipient *r, size_t nr, struct control_file *f,
	struct err *e);
/* N files and the array. */
void numbered_free(struct control_file *f, size_t n);

#endif
