/* desk/packout.c - restored files as one archive. */
#include "desk/packout.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"

#include "base/banned.h"

#define STEP (256u * 1024)
/* The dates that a zip can hold: others take libarchive out of its tables. */
#define ZIP_FIRST INT64_C(315532800)	/* 1980 */
#define ZIP_LAST INT64_C(4354732799)	/* the end of 2107, less a day */

struct packout {
	struct archive *a;
	struct archive_entry *entry;
	enum packout_kind kind;
	locale_t utf8;		/* names are UTF-8, whatever the user's are */
	uint8_t step[STEP];
};

enum packout_kind
packout_kind_of(const char *name)
{
	if (str_ends(name, ".tar.zst"))
		return PACKOUT_TAR_ZSTD;
	return str_ends(name, ".zip") ? PACKOUT_ZIP : PACKOUT_NONE;
}

static int
fail(struct packout *p, const char *what, struct err *e)
{
	const char *why = archive_error_string(p->a);

	return err_set(e, ERR_IO, "cannot %s the archive: %s", what,
	    why ? why : "no reason given");
}

static int
configure(struct packout *p, enum packout_kind kind, struct err *e)
{
	locale_t before = p->utf8 ? uselocale(p->utf8) : (locale_t)0;
	int rc;

	if (kind == PACKOUT_ZIP) {
		rc = archive_write_set_format_zip(p->a);
		if (rc == ARCHIVE_OK)
			rc = archive_write_set_options(p->a,
			    "zip:hdrcharset=UTF-8");
	} else {
		rc = archive_write_set_format_pax(p->a);
		if (rc == ARCHIVE_OK)
			rc = archive_write_add_filter_zstd(p->a);
	}
	if (before)
		(void)uselocale(before);	/* it was in use before */
	return rc == ARCHIVE_OK ? 0 : fail(p, "set up", e);
}

struct packout *
packout_new(int fd, enum packout_kind kind, struct err *e)
{
	struct packout *p = calloc(1, sizeof(*p));

	if (!p || !(p->a = archive_write_new()) ||
	    !(p->entry = archive_entry_new())) {
		packout_free(p);
		(void)err_nomem(e);
		return NULL;
	}
	p->kind = kind;
	/* Without it names are still right, if in a roundabout form. */
	p->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (configure(p, kind, e) < 0)
		goto fail;
	if (archive_write_open_fd(p->a, fd) != ARCHIVE_OK) {
		(void)fail(p, "begin", e);
		goto fail;
	}
	return p;
fail:
	packout_free(p);
	return NULL;
}

void
packout_free(struct packout *p)
{
	if (!p)
		return;
	archive_entry_free(p->entry);
	(void)archive_write_free(p->a);	/* finish was asked before */
	if (p->utf8)
		freelocale(p->utf8);
	free(p);
}

static int
copy(struct packout *p, int from, int64_t off, int64_t size, struct err *e)
{
	while (size > 0) {
		size_t want = size < (int64_t)STEP ? (size_t)size : STEP;
		size_t got;

		if (file_pread(from, p->step, want, off, &got, "pool", e) < 0)
			return -1;
		if (got != want)
			return err_set(e, ERR_IO, "a temporary was cut");
		if (archive_write_data(p->a, p->step, got) != (la_ssize_t)got)
			return fail(p, "write", e);
		off += (int64_t)got;
		size -= (int64_t)got;
	}
	return 0;
}

static int64_t
within(int64_t v, int64_t low, int64_t high)
{
	if (v < low)
		return low;
	return v > high ? high : v;
}

static int
add(struct packout *p, const char *path, int64_t size, unsigned mode,
	int64_t mtime_sec, uint32_t mtime_nsec, int from, int64_t off,
	struct err *e)
{
	struct archive_entry *t = archive_entry_clear(p->entry);

	if (p->kind == PACKOUT_ZIP)
		mtime_sec = within(mtime_sec, ZIP_FIRST, ZIP_LAST);
	archive_entry_copy_pathname(t, path);
	archive_entry_set_filetype(t, AE_IFREG);
	archive_entry_set_perm(t, (mode_t)(mode & 0777));
	archive_entry_set_size(t, size);
	archive_entry_set_mtime(t, (time_t)mtime_sec, (long)mtime_nsec);
	if (archive_write_header(p->a, t) < ARCHIVE_WARN)
		return fail(p, "write", e);
	if (copy(p, from, off, size, e) < 0)
		return -1;
	return archive_write_finish_entry(p->a) < ARCHIVE_WARN ?
	    fail(p, "write", e) : 0;
}

int
packout_add(struct packout *p, const char *path, int64_t size, unsigned mode,
	int64_t mtime_sec, uint32_t mtime_nsec, int from, int64_t off,
	struct err *e)
{
	locale_t before = p->utf8 ? uselocale(p->utf8) : (locale_t)0;
	int rc = add(p, path, size, mode, mtime_sec, mtime_nsec, from, off, e);

	if (before)
		(void)uselocale(before);	/* it was in use before */
	return rc;
}

int
packout_finish(struct packout *p, struct err *e)
{
	return archive_write_close(p->a) < ARCHIVE_WARN ?
	    fail(p, "end", e) : 0;
}
