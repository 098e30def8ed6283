/*
 * chat/archive.h - the files in a zip, a tar or a gzipped tar, each as a
 * chat_input.
 *
 * Nothing is written to disk, whatever the names say; folders, links and
 * archives in the archive are not listed.  Members share one reader: read them
 * one after the other, in the order of their numbers, each forward.  A step
 * back costs a new start.
 * Caps: CHAT_MEMBERS_MAX names; the members' sizes together
 * CHAT_UNPACKED_MAX bytes and CHAT_RATIO_MAX times the archive (16 MiB are
 * always allowed).  A member ends where it says it does.
 * Needs: base, chat/input, chat/text; libarchive.
 */
#ifndef LIUDI_CHAT_ARCHIVE_H
#define LIUDI_CHAT_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "chat/input.h"

#define CHAT_MEMBERS_MAX 100000u
#define CHAT_UNPACKED_MAX (2ull << 30)
#define CHAT_RATIO_MAX 200u

struct chat_archive;

/* True if the file begins as one that chat_archive_open() may read. */
bool chat_archive_is(const uint8_t *head, size_t n);

/* IN stays the caller's and must outlive it.  NULL: ERR_FORMAT, ERR_NOMEM. */
struct chat_archive *chat_archive_open(const struct chat_input *in,
	struct err *e);
/* Its paths and members end with it; NULL does nothing. */
void chat_archive_close(struct chat_archive *a);

/* Regular files in it, in the order in which they lie. */
size_t chat_archive_count(const struct chat_archive *a);
/* Path in the archive, UTF-8, '/' between; of all, for chat_sniff. */
const char *chat_archive_path(const struct chat_archive *a, size_t i);
const char *const *chat_archive_paths(const struct chat_archive *a);

/* Member I < count as an input (its size is known); good until close. */
void chat_archive_member(struct chat_archive *a, size_t i,
	struct chat_input *out);

/* The member of that path, or of that last part of a path; -1: none. */
int64_t chat_archive_find(const struct chat_archive *a, const char *path);

#endif
