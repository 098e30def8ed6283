/*
 * source/folder.h - the names in one folder, in the order of a walk.
 *
 * A folder's name sorts as if it ended in '/', so that a walk depth-first gives
 * whole paths in the order of their bytes.  "x-wal", "x-shm" and "x-journal"
 * know the regular file "x" they stand beside.
 * Needs: base.
 */
#ifndef LIUDI_SOURCE_FOLDER_H
#define LIUDI_SOURCE_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum folder_flag {
	FOLDER_SIDE = 1,	/* stands beside item `base` */
	FOLDER_WAL = 2,		/* has a -wal, -journal, -shm */
	FOLDER_JOURNAL = 4,
	FOLDER_SHM = 8,
	FOLDER_LOOKED = 16,	/* for the walk: its header was read */
	FOLDER_DATABASE = 32	/* and it takes its sides in */
};

struct folder_item {
	union {
		uint64_t key;	/* the first 8 bytes, big endian */
		size_t at;	/* while reading: place of the name */
	} u;
	const char *name;	/* NUL-terminated */
	uint32_t base;		/* FOLDER_SIDE: index of its file */
	uint16_t len;
	uint8_t type;		/* DT_REG, DT_DIR, DT_LNK or another */
	uint8_t flags;
};

/* Reusable: keeps its memory.  All zeros = empty. */
struct folder {
	struct folder_item *item;
	size_t n, cap;
	char *names;
	size_t names_len, names_cap;
};

#define FOLDER_BUF_LEN ((size_t)128 << 10)

/*
 * Read the folder open as FD; BUF is FOLDER_BUF_LEN bytes of scratch, aligned
 * for a dirent.  Returns 0, or -1: ERR_NOMEM, ERR_IO (f holds what was read).
 */
int folder_read(struct folder *f, int fd, void *buf, struct err *e);

/*
 * Only NAME and, if it is a regular file, what stands beside it, without
 * reading the folder.  Returns 0 (f is empty if it is not there) or -1.
 */
int folder_look(struct folder *f, int fd, const char *name, struct err *e);

void folder_release(struct folder *f);

#endif
