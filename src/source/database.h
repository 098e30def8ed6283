/*
 * source/database.h - one consistent copy of a file that a program has open.
 *
 * Copies are unlinked temporaries in TMP_DIR, given as a descriptor.  No byte
 * of a database or of its -wal is changed.
 * Spec: www.sqlite.org/fileformat2.html, www.sqlite.org/walformat.html.
 * Needs: base; sqlite3.
 */
#ifndef LIUDI_SOURCE_DATABASE_H
#define LIUDI_SOURCE_DATABASE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"

#define DATABASE_HEAD_LEN 100

/* True if SQLite would take these first bytes for those of a database. */
bool database_is(const uint8_t head[static DATABASE_HEAD_LEN]);
/* Of such a head: the page size, and whether it is in WAL mode. */
unsigned database_page_size(const uint8_t head[static DATABASE_HEAD_LEN]);
bool database_is_wal(const uint8_t head[static DATABASE_HEAD_LEN]);

/*
 * Copy the database PATH (absolute, no symlinks in it) with what its -wal or
 * hot -journal holds, through SQLite in a boxed child.  SHOWN names it in
 * messages.  Returns 0 and *fd_out; 1 if it is no database to SQLite; or -1:
 * ERR_NOENT, ERR_IO, ERR_SPACE, ERR_NOMEM, ERR_FAIL (no sandbox).
 */
int database_copy(const char *path, const char *shown, const char *tmp_dir,
	int *fd_out, struct err *e);

/* A file that SQLite cannot read and its -wal, of one moment. */
struct database_pair {
	int fd;			/* of the copy */
	int wal_fd;		/* of that of its -wal; -1: it has none */
	struct stat wal;	/* what stat said of the -wal before */
};

/*
 * Copy the bytes of FD, a file NAME in folder DIR that SQLite cannot read, and
 * of its -wal, while no checkpoint can run in it (its "-shm" is there).
 * Returns 0 and *out; 1 if the lock could not be had or kept for the time it
 * takes; or -1 as above.
 */
int database_copy_locked(int fd, int dir, const char *name,
	const char *tmp_dir, struct database_pair *out, struct err *e);

#endif
