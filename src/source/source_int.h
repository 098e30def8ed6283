/*
 * source/source_int.h - what source.c and source_file.c share.
 * Needs: base, config.
 */
#ifndef LIUDI_SOURCE_SOURCE_INT_H
#define LIUDI_SOURCE_SOURCE_INT_H

#include <sys/stat.h>

#include "base/path.h"
#include "source/folder.h"
#include "source/source.h"

/* One folder on the way from the root to the entry. */
struct source_frame {
	struct folder folder;
	size_t next;		/* item to look at next */
	int fd;			/* -1: closed meanwhile */
	bool look;		/* opened by name, cannot be read */
	bool included;		/* a pattern took all of it */
	uint64_t match;		/* components of the glob it may stand before */
	size_t path_len;	/* of the folder's path */
	dev_t dev;
	ino_t ino;
};

/* The -wal of a file copied under its lock, for when it is opened itself. */
struct source_held {
	char *path;		/* NULL: not in use */
	int fd;
	struct stat st;
};
#define SOURCE_HELD_MAX 8

struct source {
	const struct config_source *cfg;
	char *root;		/* absolute, no symlinks; NULL: not there */
	int root_fd;
	char **glob;		/* components behind the root */
	size_t nglob;
	struct source_frame *frame;
	size_t depth, cap;	/* frames in use, frames allocated */
	bool skip;		/* one folder, see source_skip() */
	dev_t skip_dev;
	ino_t skip_ino;
	bool matched;		/* something fits the configured path */
	bool done;
	struct source_held held[SOURCE_HELD_MAX];
	size_t held_next;	/* the oldest gives way */
	void *buf;		/* scratch of folder_read() */
	char path[PATH_MAX_LEN + 1 + 256];
	struct source_report report;
};

/* Give up what is held; H may not be in use. */
void source_held_release(struct source_held *h);

/* Fill ENTRY, but for its path; WAL: stat of its -wal or NULL. */
void source_fill(struct source_entry *entry, const struct stat *st,
	const struct stat *wal);

/* Open folder or file NAME without following a link; FLAGS as of open(2). */
int source_open_at(int dir, const char *name, int flags);

/*
 * Follow the N bytes of PATH, components below folder FD, without following
 * links.  Returns a new descriptor (of FD itself if N is 0) or -1 and errno.
 */
int source_descend(int fd, const char *path, size_t n, int flags);

/* True if the bytes at the start of FD are a database that SQLite may read. */
bool source_is_database(int fd, uint8_t head[static 100]);

/* The state becomes partial; the first reason stays. */
void source_note(struct source *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
