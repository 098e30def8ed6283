/*
 * source/source.h - what there is to collect: walk a source in order, read a
 * file of it.
 *
 * A walk gives regular files in the order of the unsigned bytes of their
 * paths (a folder sorts as if its name ended in '/').  Symlinks are counted,
 * never followed, but for those in the configured path itself; special files
 * are counted.  An SQLite database and its "-wal" are one entry; "-shm", "-wal"
 * and "-journal" beside a database are not entries.  Beside a file that SQLite
 * cannot read (encrypted by its vendor) they are, whatever the patterns say, if
 * that file is one.  Nothing here writes to a source, but for the "-shm" that
 * SQLite itself keeps beside a database it reads.
 *
 * The root is the configured path up to its first component with a glob; paths
 * are relative to it, and only folders that can still match are entered.  A
 * configured path that is a file is a source of that one file, below the
 * folder it is in.  A file is left out if a pattern of "exclude" matches it;
 * a folder with all below it if one matches the folder, or (one that ends in
 * '/' or in a component of two stars) all below it.  A pattern of "include"
 * that matches a folder takes all below it.
 *
 * Memory: the names of the folders on the way from the root to the entry.  At
 * most 50 descriptors are open, however deep a tree is.
 * Needs: base, config; sqlite3.
 */
#ifndef LIUDI_SOURCE_SOURCE_H
#define LIUDI_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"

struct source_entry {
	const char *path;	/* relative bytes, NUL-terminated; borrowed
				 * until the next call */
	size_t path_len;
	int64_t size;		/* of the file as stat says */
	int64_t mtime_sec;	/* the newer of file and -wal */
	int64_t ctime_sec;
	uint32_t mtime_nsec;
	uint32_t ctime_nsec;
	uint64_t ident;		/* inode; for a database mixed with its -wal */
	unsigned mode;		/* st_mode & 07777 */
	bool database;		/* has a -wal or -journal beside it */
};

enum source_state { SOURCE_OK, SOURCE_PARTIAL, SOURCE_MISSING, SOURCE_BLOCKED,
	SOURCE_UNREADABLE };
/* "ok", "partial", … */
const char *source_state_name(enum source_state s);

struct source_report {
	enum source_state state;
	char reason[256];	/* clean UTF-8; when ok "" or a remark */
	int64_t files, bytes;	/* regular files seen */
	int64_t symlinks, empty_dirs, special;
	int64_t unreadable;	/* files and folders */
	int64_t skipped;	/* files and folders left out by a pattern, or
				 * with a path of more than 4095 bytes */
	bool complete;		/* the walk saw everything there is */
};

struct source;

/*
 * Open; a root that is not there is no error, see the report.  CFG is used
 * until the source is closed.  NULL: ERR_NOMEM, ERR_CONFIG.
 */
struct source *source_open(const struct config_source *cfg, struct err *e);
void source_close(struct source *s);
/* Leave out the folder DIR, which may be missing, wherever it lies below. */
void source_skip(struct source *s, const char *dir);

/*
 * Read nothing of it: the walk is at its end, the state is blocked, for the
 * reason WHY.  Before the first source_next.
 */
void source_block(struct source *s, const char *why);

/* The next entry: 1, 0 at the end, -1.  One walk per source_open. */
int source_next(struct source *s, struct source_entry *entry, struct err *e);

/* Counts so far; state is final after source_next returned 0. */
const struct source_report *source_report(const struct source *s);
/*
 * Count a file that could not be read later on; state becomes partial.  WHY is
 * made clean UTF-8; the first reason stays.
 */
void source_unreadable(struct source *s, const char *why);

/*
 * A remark for who reads the report, where nothing else is to be said: the
 * state stays as it is.  Made clean UTF-8.
 */
void source_remark(struct source *s, const char *text);

/*
 * What stat says of PATH now, in the form of a walk (path = NULL; without its
 * -wal).  1, or 0 if it is no regular file that can be looked at.
 */
int source_look(const struct source *s, const char *path,
	struct source_entry *entry);
/*
 * The first N bytes of PATH as they are, fewer only where it has no more.
 * Returns how many, or -1: it cannot be read, or is gone.
 */
int64_t source_head(const struct source *s, const char *path, void *data,
	size_t n);

/* A file being read, from its beginning. */
struct source_file;

/*
 * Open PATH of the source.  A live SQLite database (by its header, unless the
 * configuration says databases = no) is copied through SQLite's backup API by
 * a boxed child into an unlinked temporary in TMP_DIR, so that what is read is
 * one consistent state including its -wal.  One in WAL mode that has no -wal is
 * read in place: SQLite would leave files beside it.  One that SQLite takes for
 * damaged is read as plain bytes, and the source becomes partial if it has a
 * -wal.  A file that is no database to SQLite and has a "-shm" is copied with
 * its -wal while the checkpoint lock is held, for some 10 seconds at most;
 * the -wal, if it is opened next, is then the one of that moment.
 * *out gets the file.  Returns 0, or -1: ERR_NOENT (gone meanwhile), ERR_IO
 * (unreadable; busy: with a hint), ERR_SPACE (in TMP_DIR), ERR_NOMEM, ERR_FAIL
 * (no sandbox).  A child killed half way leaves files for file_sweep(TMP_DIR).
 */
int source_file_open(struct source *s, const char *path, const char *tmp_dir,
	struct source_file **out, struct err *e);
/* Up to N bytes; *got 0 at the end. */
int source_file_read(struct source_file *f, void *data, size_t n, size_t *got,
	struct err *e);
/* The page size where it is a consistent database, else 0. */
unsigned source_file_page_size(const struct source_file *f);
/* Length when opened (a database: of the copy). */
int64_t source_file_size(const struct source_file *f);
/*
 * True if size, mtime or ctime are no longer those of the opening, so that what
 * was read may be of two states.  Never for a file that was copied whole.
 */
bool source_file_changed(const struct source_file *f);
/* What stat said at the opening, in the form of a walk (path = NULL). */
void source_file_stat(const struct source_file *f, struct source_entry *entry);
void source_file_close(struct source_file *f);

#endif
