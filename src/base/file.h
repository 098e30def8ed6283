/*
 * base/file.h - files that appear whole or not at all.
 *
 * file_save() writes a temporary name in the same folder, fsyncs it, renames
 * it over the target and fsyncs the folder: after a crash at any point the
 * target is the old or the new file, whole.  Temporary names begin with
 * FILE_TMP_PREFIX; file_sweep() removes those a killed process left.
 * Every write, fsync and rename goes through file_* so that tests can make
 * each fail (file_fault).
 * Needs: base/buf, base/path.
 */
#ifndef LIUDI_BASE_FILE_H
#define LIUDI_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define FILE_TMP_PREFIX ".tmp-"

/*
 * Append the whole of PATH to B.  Returns 0, or -1 (ERR_NOENT, ERR_IO,
 * ERR_NOMEM: longer than b->max allows).
 */
int file_load(const char *path, struct buf *b, struct err *e);
int file_load_fd(int fd, const char *name, struct buf *b, struct err *e);
/*
 * As file_load, for a secret: refuses a file that anybody but its owner may
 * read or write (ERR_CONFIG, hint).
 */
int file_load_private(const char *path, struct buf *b, struct err *e);

/* Replace PATH by these bytes, mode MODE (e.g. 0600), durably. */
int file_save(const char *path, const void *data, size_t n, unsigned mode,
	struct err *e);

/* A file being written beside its target; see file_new_commit(). */
struct file_new {
	int fd;
	char *tmp;	/* owned; NULL when not in use */
	char *path;	/* owned */
};
#define FILE_NEW_INIT {-1, NULL, NULL}

/* Open a temporary beside PATH.  0 or -1; release on every way out. */
int file_new_open(struct file_new *f, const char *path, unsigned mode,
	struct err *e);
/* fsync, rename over PATH, fsync the folder.  Then only release. */
int file_new_commit(struct file_new *f, struct err *e);
/* Closes; removes the temporary if not committed. */
void file_new_release(struct file_new *f);

/*
 * Make a file of mode 0600 in the folder DIR that has no name there, and goes
 * with its last descriptor.  The descriptor, to be read and written, or -1.
 */
int file_nameless(const char *dir, struct err *e);

/* Write all N bytes (EINTR and short writes handled). */
int file_write(int fd, const void *data, size_t n, const char *name,
	struct err *e);
int file_pwrite(int fd, const void *data, size_t n, int64_t off,
	const char *name, struct err *e);
/*
 * Read up to N bytes; *got = bytes read, less than N only at the end.
 */
int file_read(int fd, void *data, size_t n, size_t *got, const char *name,
	struct err *e);
int file_pread(int fd, void *data, size_t n, int64_t off, size_t *got,
	const char *name, struct err *e);
int file_fsync(int fd, const char *name, struct err *e);
/*
 * A hint: let the disk begin with the N bytes at OFF, so that the file_fsync()
 * that must follow has less to wait for.
 */
void file_write_early(int fd, int64_t off, int64_t n);
int file_fsync_dir(const char *dir, struct err *e);

/* Rename FROM over TO and fsync TO's folder. */
int file_rename(const char *from, const char *to, struct err *e);

/* Unlink; a missing file is no error. */
int file_remove(const char *path, struct err *e);

/* Make DIR and its parents, mode MODE for those made. */
int file_mkdirs(const char *dir, unsigned mode, struct err *e);

/* Remove a folder and all below it; symlinks are removed, not followed. */
int file_remove_tree(const char *dir, struct err *e);

/* Remove left-over temporaries directly in DIR.  Missing DIR is no error. */
int file_sweep(const char *dir, struct err *e);

bool file_exists(const char *path);	/* lstat works */
bool file_is_dir(const char *path);	/* follows symlinks */

/* Each NAME in DIR but "." and "..", in no order; FN returns -1 to stop. */
int file_each(const char *dir,
	int (*fn)(const char *name, void *arg, struct err *e), void *arg,
	struct err *e);

/*
 * Take the lock file PATH (made 0600) without waiting for a process that lives;
 * children of a killed one get 2 s to let go of it.  Returns 0 and *fd to
 * close when done, or -1 (ERR_LOCKED names the process that holds it, where
 * it can be read).  The lock ends with the process.
 */
int file_lock(const char *path, int *fd, struct err *e);

/*
 * Tests only: the NTH call from now of a write, fsync, rename, unlink or mkdir
 * of this module fails with errno SYS (kill: the process ends with _exit(86)).
 * NTH 0 turns it off.  Also from the environment LIUDI_FILE_FAULT="<nth>:<errno
 * number or 'kill'>", read once, only in builds with -DLIUDI_FAULTS.
 */
void file_fault(unsigned long nth, int sys, bool kill);

#endif
