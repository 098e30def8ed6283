/* chat/archive.c - members of a zip or tar as inputs, by libarchive. */
#include "chat/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/utf8.h"
#include "chat/text.h"

#include "base/banned.h"

#define BLOCK (64u * 1024)
#define PATH_LEN_MAX 4096u
#define PATHS_LEN_MAX (64u << 20)
#define ALWAYS_ALLOWED (16ull << 20)

struct member {
	struct chat_archive *archive;
	uint64_t size;
	size_t entry;		/* its number among all, folders counted */
};

struct chat_archive {
	const struct chat_input *in;
	uint64_t in_off;
	struct err in_err;	/* what IN said, for libarchive cannot hold it */
	uint8_t block[BLOCK];
	struct member *member;
	char **path;
	size_t n, cap;
	size_t paths_len;
	/* the one reader: stands in entry `at` (of all), `off` bytes in */
	struct archive *reader;
	size_t at;
	uint64_t off;
	uint8_t skip[BLOCK];
};

bool
chat_archive_is(const uint8_t *head, size_t n)
{
	return (n >= 4 && (memcmp(head, "PK\3\4", 4) == 0 ||
	    memcmp(head, "PK\5\6", 4) == 0)) ||
	    (n >= 262 && memcmp(head + 257, "ustar", 5) == 0) ||
	    (n >= 3 && memcmp(head, "\x1f\x8b\x08", 3) == 0);
}

/* --- libarchive's side. */

static la_ssize_t
on_read(struct archive *r, void *arg, const void **buf)
{
	struct chat_archive *a = arg;
	int64_t got = a->in->read(a->in->arg, a->in_off, a->block, BLOCK,
	    &a->in_err);

	if (got < 0) {
		archive_set_error(r, EIO, "cannot read the archive");
		return -1;
	}
	a->in_off += (uint64_t)got;
	*buf = a->block;
	return (la_ssize_t)got;
}

static la_int64_t
on_skip(struct archive *r, void *arg, la_int64_t n)
{
	struct chat_archive *a = arg;
	uint64_t left = a->in->size - a->in_off;

	(void)r;
	if (n < 0 || a->in_off > a->in->size)
		return 0;
	if ((uint64_t)n > left)
		n = (la_int64_t)left;
	a->in_off += (uint64_t)n;
	return n;
}

static la_int64_t
on_seek(struct archive *r, void *arg, la_int64_t off, int whence)
{
	struct chat_archive *a = arg;
	int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ?
	    (int64_t)a->in_off : (int64_t)a->in->size;

	if (off < -base || (off > 0 && base > INT64_MAX - off)) {
		archive_set_error(r, EINVAL, "seek before the beginning");
		return ARCHIVE_FATAL;
	}
	a->in_off = (uint64_t)(base + off);
	return base + off;
}

static int
fail(struct chat_archive *a, struct err *e)
{
	const char *why = a->reader ? archive_error_string(a->reader) : NULL;

	if (a->in_err.code != ERR_NONE) {
		*e = a->in_err;
		return -1;
	}
	if (a->reader && archive_errno(a->reader) == ENOMEM)
		return err_nomem(e);
	return err_set(e, ERR_FORMAT, "damaged archive: %s",
	    why ? why : "no reason given");
}

static void
close_reader(struct chat_archive *a)
{
	/* Nothing was written; a damaged end was told of when it was met. */
	if (a->reader)
		(void)archive_read_free(a->reader);
	a->reader = NULL;
}

static int
start(struct chat_archive *a, struct err *e)
{
	close_reader(a);
	a->in_off = 0;
	err_clear(&a->in_err);
	a->reader = archive_read_new();
	if (!a->reader)
		return err_nomem(e);
	if (archive_read_support_format_zip_seekable(a->reader) !=
	    ARCHIVE_OK ||
	    archive_read_support_format_tar(a->reader) != ARCHIVE_OK ||
	    archive_read_support_filter_gzip(a->reader) != ARCHIVE_OK ||
	    archive_read_set_read_callback(a->reader, on_read) !=
	    ARCHIVE_OK ||
	    archive_read_set_skip_callback(a->reader, on_skip) !=
	    ARCHIVE_OK ||
	    archive_read_set_seek_callback(a->reader, on_seek) !=
	    ARCHIVE_OK ||
	    archive_read_set_callback_data(a->reader, a) != ARCHIVE_OK ||
	    archive_read_open1(a->reader) != ARCHIVE_OK)
		return fail(a, e);
	a->at = SIZE_MAX;
	a->off = 0;
	return 0;
}

/* The next entry: 1, 0 at the end, -1. */
static int
next_entry(struct chat_archive *a, struct archive_entry **entry,
	struct err *e)
{
	int rc = archive_read_next_header(a->reader, entry);

	if (rc == ARCHIVE_EOF)
		return 0;
	if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
		return fail(a, e);
	a->at++;	/* SIZE_MAX + 1 is 0 */
	a->off = 0;
	return 1;
}

/* --- The list. */

/* Names are UTF-8, or in the code page of a Chinese Windows, flagged or not. */
static int
name_of(struct archive_entry *entry, struct buf *out, struct err *e)
{
	const char *raw = archive_entry_pathname(entry);
	bool replaced;

	if (!raw || !utf8_valid(raw, strlen(raw))) {
		const char *utf8 = archive_entry_pathname_utf8(entry);

		if (utf8)
			raw = utf8;
	}
	if (!raw)
		return buf_adds(out, "?", e);
	if (strlen(raw) > PATH_LEN_MAX / 4)
		return err_set(e, ERR_FORMAT, "a name in the archive is too "
		    "long");
	if (utf8_valid(raw, strlen(raw)))
		return buf_adds(out, raw, e);
	return chat_text_convert(out, "GB18030", raw, strlen(raw), &replaced,
	    e);
}

static int
add_member(struct chat_archive *a, const char *path, uint64_t size,
	struct err *e)
{
	size_t cap = a->cap ? a->cap * 2 : 64;
	void *m, *p;

	if (a->n == CHAT_MEMBERS_MAX)
		return err_set(e, ERR_FORMAT, "more than %u files in the "
		    "archive", CHAT_MEMBERS_MAX);
	a->paths_len += strlen(path);
	if (a->paths_len > PATHS_LEN_MAX)
		return err_set(e, ERR_FORMAT, "the names in the archive are "
		    "too long");
	if (a->n == a->cap) {
		m = realloc(a->member, cap * sizeof(*a->member));
		if (!m)
			return err_nomem(e);
		a->member = m;
		p = realloc(a->path, cap * sizeof(*a->path));
		if (!p)
			return err_nomem(e);
		a->path = p;
		a->cap = cap;
	}
	a->path[a->n] = str_dup(path);
	if (!a->path[a->n])
		return err_nomem(e);
	a->member[a->n] = (struct member){a, size, a->at};
	a->n++;
	return 0;
}

static int
list(struct chat_archive *a, struct err *e)
{
	struct buf path = BUF_INIT(2 * PATH_LEN_MAX);
	struct archive_entry *entry;
	uint64_t total = 0, most;
	int rc = -1, got;
	int64_t size;

	most = a->in->size > CHAT_UNPACKED_MAX / CHAT_RATIO_MAX ?
	    CHAT_UNPACKED_MAX : a->in->size * CHAT_RATIO_MAX;
	if (most < ALWAYS_ALLOWED)
		most = ALWAYS_ALLOWED;
	while ((got = next_entry(a, &entry, e)) == 1) {
		if (a->at > 2 * (size_t)CHAT_MEMBERS_MAX) {
			(void)err_set(e, ERR_FORMAT, "too many entries in "
			    "the archive");
			goto out;
		}
		if (archive_entry_filetype(entry) != AE_IFREG ||
		    archive_entry_hardlink(entry) ||
		    archive_entry_is_encrypted(entry))
			continue;
		size = archive_entry_size_is_set(entry) ?
		    archive_entry_size(entry) : 0;
		total += size > 0 ? (uint64_t)size : 0;
		if (size < 0 || total > most) {
			(void)err_set(e, ERR_FORMAT, "the archive would be "
			    "more than %llu bytes unpacked",
			    (unsigned long long)most);
			goto out;
		}
		buf_clear(&path);
		if (name_of(entry, &path, e) < 0 ||
		    add_member(a, buf_str(&path), (uint64_t)size, e) < 0)
			goto out;
	}
	rc = got;
out:
	buf_release(&path);
	return rc;
}

struct chat_archive *
chat_archive_open(const struct chat_input *in, struct err *e)
{
	struct chat_archive *a = calloc(1, sizeof(*a));

	if (!a) {
		(void)err_nomem(e);
		return NULL;
	}
	a->in = in;
	if (start(a, e) < 0 || list(a, e) < 0) {
		chat_archive_close(a);
		return NULL;
	}
	close_reader(a);	/* it stands behind the last */
	return a;
}

void
chat_archive_close(struct chat_archive *a)
{
	size_t i;

	if (!a)
		return;
	close_reader(a);
	for (i = 0; i < a->n; i++)
		free(a->path[i]);
	free(a->path);
	free(a->member);
	free(a);
}

size_t
chat_archive_count(const struct chat_archive *a)
{
	return a->n;
}

const char *
chat_archive_path(const struct chat_archive *a, size_t i)
{
	return a->path[i];
}

const char *const *
chat_archive_paths(const struct chat_archive *a)
{
	return (const char *const *)a->path;
}

int64_t
chat_archive_find(const struct chat_archive *a, const char *path)
{
	const char *last;
	size_t i;

	for (i = 0; i < a->n; i++) {
		last = strrchr(a->path[i], '/');
		if (strcmp(a->path[i], path) == 0 ||
		    (last && strcmp(last + 1, path) == 0))
			return (int64_t)i;
	}
	return -1;
}

/* --- Members. */

/* Bring the reader to OFF in the entry of M. */
static int
move_to(struct chat_archive *a, const struct member *m, uint64_t off,
	struct err *e)
{
	struct archive_entry *entry;
	uint64_t left;
	la_ssize_t got;
	int rc;

	if (!a->reader || a->at == SIZE_MAX || a->at > m->entry ||
	    (a->at == m->entry && a->off > off)) {
		if (start(a, e) < 0)
			return -1;
	}
	while (a->at != m->entry) {
		rc = next_entry(a, &entry, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			return err_set(e, ERR_FORMAT, "the archive changed");
	}
	while (a->off < off) {
		left = off - a->off;
		got = archive_read_data(a->reader, a->skip,
		    left < BLOCK ? (size_t)left : BLOCK);
		if (got < 0)
			return fail(a, e);
		if (got == 0)
			return 0;
		a->off += (uint64_t)got;
	}
	return 0;
}

static int64_t
read_member(void *arg, uint64_t off, void *buf, size_t n, struct err *e)
{
	const struct member *m = arg;
	struct chat_archive *a = m->archive;
	uint8_t *p = buf;
	size_t done = 0;
	la_ssize_t got;

	if (off >= m->size)
		return 0;
	if (n > m->size - off)
		n = (size_t)(m->size - off);
	if (move_to(a, m, off, e) < 0)
		return -1;
	while (done < n && a->off == off + done) {
		got = archive_read_data(a->reader, p + done, n - done);
		if (got < 0)
			return fail(a, e);
		if (got == 0)
			break;
		done += (size_t)got;
		a->off += (uint64_t)got;
	}
	return (int64_t)done;
}

void
chat_archive_member(struct chat_archive *a, size_t i,
	struct chat_input *out)
{
	const char *last = strrchr(a->path[i], '/');

	memset(out, 0, sizeof(*out));
	out->read = read_member;
	out->arg = &a->member[i];
	out->size = a->member[i].size;
	out->path = a->path[i];
	out->name = last ? last + 1 : a->path[i];
}
