/*
 * chunk/entry.h - what is known of a stored file, and files of such entries.
 *
 * The local form of the file state: written and read by this machine only,
 * front to back, sorted by key; see cache.h for who keeps which file.
 * Caps: an entry <= ENTRY_MAX bytes.
 * Needs: base.
 */
#ifndef LIUDI_CHUNK_ENTRY_H
#define LIUDI_CHUNK_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define ENTRY_MAX (512u * 1024 * 1024)
#define ENTRY_KEY_MAX (32 + 1 + 4095)

enum entry_kind {	/* what the entry says in a journal or work list */
	ENTRY_LIVE = 0,
	ENTRY_GONE = 1,		/* the key is no longer live */
	ENTRY_NEW = 2,		/* to be read, not known before */
	ENTRY_CHANGED = 3,	/* to be read; what was known stands before it */
	ENTRY_UNREAD = 4	/* in a journal: the run could not read it; the
				 * extra bytes say why */
};

enum entry_extra {	/* what the extra bytes are */
	ENTRY_PLAIN = 0,	/* there are none */
	ENTRY_ELSEWHERE = 1,	/* where its chunks are, in place of them */
	ENTRY_FROM = 2,		/* in a journal: the path it was moved from */
	ENTRY_WHY = 3		/* of ENTRY_UNREAD: why */
};

/*
 * What a walk compares and what a run needs to go on from.  KEY is source,
 * 0x00, path; pointers are borrowed until the reader's next call.
 */
struct entry {
	uint8_t kind;
	uint8_t class_;		/* enum chunker_class */
	uint8_t torn;
	uint8_t extra_is;	/* enum entry_extra */
	uint32_t mode;
	int64_t stat_size;
	int64_t mtime_sec, ctime_sec;
	uint32_t mtime_nsec, ctime_nsec;
	uint64_t ident;
	int64_t size;		/* bytes that were stored */
	int64_t seq;		/* of the commit that listed it last */
	uint32_t page;		/* cut at pages, or 0 */
	uint32_t last_len;	/* length of the last chunk */
	uint32_t nchunks;
	uint32_t extra_len;
	uint32_t key_len;
	uint8_t sum[32];
	uint8_t line[32];	/* hash of the canonical line */
	const char *key;
	const uint8_t *chunks;	/* nchunks * 32 */
	const uint8_t *extra;
};

/* As memcmp of the keys, the shorter first. */
int entry_cmp(const struct entry *a, const struct entry *b);

/* A file of entries being read through a buffer. */
struct entry_reader;

/*
 * Read from descriptor FD (not closed) from offset OFF up to END (-1: the end
 * of the file).
 */
struct entry_reader *entry_reader_new(int fd, int64_t off, int64_t end,
	struct err *e);
/* The reader closes FD when it is freed. */
void entry_reader_own(struct entry_reader *r);
/* 1 and *out, 0 at the end, -1 (ERR_FORMAT: cut or damaged). */
int entry_next(struct entry_reader *r, struct entry *out, struct err *e);
void entry_reader_free(struct entry_reader *r);

/* A file of entries being written. */
struct entry_writer;

struct entry_writer *entry_writer_new(int fd, struct err *e);
int entry_write(struct entry_writer *w, const struct entry *en,
	struct err *e);
/* Bytes written so far, those in the buffer counted. */
int64_t entry_written(const struct entry_writer *w);
int entry_writer_flush(struct entry_writer *w, struct err *e);
void entry_writer_free(struct entry_writer *w);	/* does not flush */

#endif
