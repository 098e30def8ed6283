/*
 * source/source.h - what there is to collect: walk a source in order, read a
 * file of it.
 *
 * A walk gives regular files in the order of the unsigned bytes of their
 * paths (a folder sorts as if its name ended in '/').  Symlinks are counted,
 * never followed; special files are counted.  An SQLite database and its
 * "-wal" are one entry; "-shm", "-wal" and "-journal" beside a database are
 * not entries.  Nothing here writes to a source, but for the "-shm" that SQLite
 * itself keeps beside a database it reads.
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
	char reason[256];	/* clean UTF-8; "" when ok */
	int64_t files, bytes;	/* regular files seen */
	int64_t symlinks, empty_dirs, special, unreadable, skipped;
	bool complete;		/* the walk saw everything there is */
};

struct source;

/* Open; a root that is not there is no error, see the report. */
struct source *source_open(const struct config_source *cfg, struct err *e);
void source_close(struct source *s);

/* The next entry: 1, 0 at the end, -1.  One walk per source_open. */
int source_next(struct source *s, struct source_entry *entry, struct err *e);

/* Counts so far; state is final after source_next returned 0. */
const struct source_report *source_report(const struct source *s);
/* Count a file that could not be read later on; state becomes partial. */
void source_unreadable(struct source *s, const char *why);

/* A file being read, from its beginning. */
struct source_file;

/*
 * Open PATH of the source.  An SQLite database (by its first bytes, unless the
 * configuration says databases = no) is copied through SQLite's backup API
 * into an unlinked temporary in TMP_DIR, so that what is read is one
 * consistent state including its -wal.  *out gets the file.
 * Returns 0, or -1: ERR_NOENT (gone meanwhile), ERR_IO (unreadable, busy).
 */
int source_file_open(struct source *s, const char *path, const char *tmp_dir,
	struct source_file **out, struct err *e);
/* Up to N bytes; *got 0 at the end. */
int source_file_read(struct source_file *f, void *data, size_t n, size_t *got,
	struct err *e);
/* The page size where it was copied as a database, else 0. */
unsigned source_file_page_size(const struct source_file *f);
/* Length when opened (a database: of the copy). */
int64_t source_file_size(const struct source_file *f);
/* True if size, mtime or ctime are no longer those of the opening. */
bool source_file_changed(const struct source_file *f);
/* What stat said at the opening, in the form of a walk (path = NULL). */
void source_file_stat(const struct source_file *f, struct source_entry *entry);
void source_file_close(struct source_file *f);

#endif
