/* shop/shopfolder.c - files of captures.  Spec: docs/FORMAT.md "Shop pages". */
#include "shop/shopfolder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define KNOWN_ENTRY (SHOPFOLDER_KEY_LEN + SHOP_HASH_LEN)
#define KNOWN_MAX 20000u	/* entries; then the older half goes */

struct shopfolder {
	char *parts, *strips, *pages, *captures;	/* folders */
	struct buf text;	/* of a page, of lines */
	char *known_file;	/* NULL: there is none */
	struct buf known;	/* KNOWN_ENTRY bytes each */
	bool learned;		/* it is to be written */
};

static const struct { const char *type, *extension; } extensions[] = {
	{"text/html", "html"}, {"application/xhtml+xml", "xhtml"},
	{"text/css", "css"}, {"image/jpeg", "jpg"}, {"image/png", "png"},
	{"image/webp", "webp"}, {"image/gif", "gif"}, {"image/avif", "avif"},
	{"image/bmp", "bmp"}, {"image/svg+xml", "svg"}, {"image/x-icon", "ico"},
	{"image/vnd.microsoft.icon", "ico"}, {"font/woff2", "woff2"},
	{"font/woff", "woff"}, {"multipart/related", "mhtml"}
};

const char *
shopfolder_extension(const char *type)
{
	for (size_t i = 0; i < sizeof(extensions) / sizeof(*extensions); i++)
		if (strcmp(type, extensions[i].type) == 0)
			return extensions[i].extension;
	return "bin";
}

static int
make(char **out, const char *dir, const char *name, struct err *e)
{
	*out = path_join(dir, name);
	if (!*out)
		return err_nomem(e);
	return file_mkdirs(*out, 0700, e);
}

struct shopfolder *
shopfolder_open(const char *dir, struct err *e)
{
	struct shopfolder *f = calloc(1, sizeof(*f));

	if (!f) {
		(void)err_nomem(e);
		return NULL;
	}
	buf_init(&f->text, SHOPFOLDER_LINES_MAX);
	buf_init(&f->known, (size_t)KNOWN_MAX * KNOWN_ENTRY);
	if (make(&f->parts, dir, "parts", e) < 0 ||
	    make(&f->strips, dir, "strips", e) < 0 ||
	    make(&f->pages, dir, "pages", e) < 0 ||
	    make(&f->captures, dir, "captures", e) < 0) {
		shopfolder_close(f);
		return NULL;
	}
	return f;
}

/* What cannot be written is worked out anew next time. */
static void
save_known(struct shopfolder *f)
{
	struct err ignored = ERR_INIT;

	if (f->learned)
		(void)file_save(f->known_file, f->known.data, f->known.len,
		    0600, &ignored);
}

int
shopfolder_sweep(struct shopfolder *f, struct err *e)
{
	const char *const all[] = {f->parts, f->strips, f->pages, f->captures};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(all) / sizeof(*all); i++)
		rc = file_sweep(all[i], e);
	return rc;
}

void
shopfolder_close(struct shopfolder *f)
{
	if (!f)
		return;
	save_known(f);
	free(f->known_file);
	buf_release(&f->known);
	free(f->parts);
	free(f->strips);
	free(f->pages);
	free(f->captures);
	buf_release(&f->text);
	free(f);
}

/*
 * A file that is named after its bytes.  One that is there and has their number is
 * taken for it; a shorter one is what a crash of the machine left, and what is no
 * file (a link that a person made) is replaced.
 */
static int
keep(const char *dir, const void *data, size_t n, const char *extension,
	uint8_t sha256[static SHOP_HASH_LEN], struct err *e)
{
	char hex[2 * SHOP_HASH_LEN + 1];
	struct stat st;
	char *path;
	int rc;

	hash_sha256(sha256, data, n);
	str_hex(hex, sha256, SHOP_HASH_LEN);
	path = str_fmt("%s/%s.%s", dir, hex, extension);
	if (!path)
		return err_nomem(e);
	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    (uint64_t)st.st_size == n)
		rc = 0;
	else
		rc = file_save(path, data, n, 0600, e) < 0 ? -1 : 1;
	free(path);
	return rc;
}

int
shopfolder_part(struct shopfolder *f, const void *data, size_t n,
	const char *type, uint8_t sha256[static SHOP_HASH_LEN], struct err *e)
{
	return keep(f->parts, data, n, shopfolder_extension(type), sha256, e);
}

int
shopfolder_strip(struct shopfolder *f, const void *webp, size_t n,
	uint8_t sha256[static SHOP_HASH_LEN], struct err *e)
{
	return keep(f->strips, webp, n, "webp", sha256, e);
}

/* --- Strips that were made before. */

int
shopfolder_known(struct shopfolder *f, const char *dir, struct err *e)
{
	struct err ignored = ERR_INIT;

	if (file_mkdirs(dir, 0700, e) < 0 || file_sweep(dir, e) < 0)
		return -1;
	f->known_file = path_join(dir, "known");
	if (!f->known_file)
		return err_nomem(e);
	/* What is no such file, or none, is none. */
	if (file_load(f->known_file, &f->known, &ignored) < 0 ||
	    f->known.len % KNOWN_ENTRY != 0)
		buf_clear(&f->known);
	return 0;
}

bool
shopfolder_knows(struct shopfolder *f,
	const uint8_t key[static SHOPFOLDER_KEY_LEN],
	uint8_t sha256[static SHOP_HASH_LEN])
{
	char hex[2 * SHOP_HASH_LEN + 1];
	const uint8_t *at = f->known.data;
	struct stat st;
	size_t left = f->known.len;
	char *path;
	bool is;

	for (; left > 0; at += KNOWN_ENTRY, left -= KNOWN_ENTRY)
		if (memcmp(at, key, SHOPFOLDER_KEY_LEN) == 0)
			break;
	if (left == 0)
		return false;
	memcpy(sha256, at + SHOPFOLDER_KEY_LEN, SHOP_HASH_LEN);
	str_hex(hex, sha256, SHOP_HASH_LEN);
	path = str_fmt("%s/%s.webp", f->strips, hex);
	is = path && lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size > 0;
	free(path);
	return is;
}

void
shopfolder_learn(struct shopfolder *f,
	const uint8_t key[static SHOPFOLDER_KEY_LEN],
	const uint8_t sha256[static SHOP_HASH_LEN])
{
	struct err ignored = ERR_INIT;

	if (!f->known_file)
		return;
	if (f->known.len >= (size_t)KNOWN_MAX * KNOWN_ENTRY)
		buf_drop(&f->known, (size_t)KNOWN_MAX / 2 * KNOWN_ENTRY);
	if (buf_add(&f->known, key, SHOPFOLDER_KEY_LEN, &ignored) == 0 &&
	    buf_add(&f->known, sha256, SHOP_HASH_LEN, &ignored) < 0)
		f->known.len -= SHOPFOLDER_KEY_LEN;
	f->learned = f->known.len % KNOWN_ENTRY == 0;
}

/* --- Lines. */

/* The captures of the month of UTC, MONTHS before it; on the heap. */
static char *
month_of(const struct shopfolder *f, int64_t utc, int months)
{
	struct clock_date d;

	clock_split_utc(utc, &d);
	d.month -= months;
	if (d.month < 1) {
		d.month += 12;
		d.year--;
	}
	return str_fmt("%s/%04d-%02d.jsonl", f->captures, d.year, d.month);
}

/* All of a file; without one, nothing. */
static int
load(const char *path, struct buf *text, struct err *e)
{
	buf_clear(text);
	if (file_load(path, text, e) == 0)
		return 0;
	if (e->code != ERR_NOENT)
		return -1;
	err_clear(e);
	return 0;
}

/* Behind the last whole line: what stands there was being written. */
static int
append(const char *path, const struct buf *line, struct buf *text,
	struct err *e)
{
	int64_t size;
	int fd, rc = -1;

	if (load(path, text, e) < 0)
		return -1;
	size = (int64_t)text->len;
	while (size > 0 && text->data[size - 1] != '\n')
		size--;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(e, errno, "cannot open '%s'", path);
	if ((size_t)size < text->len && ftruncate(fd, size) < 0) {
		(void)err_sys(e, errno, "cannot shorten '%s'", path);
		goto out;
	}
	rc = file_pwrite(fd, line->data, line->len, size, path, e) < 0 ? -1 :
	    file_fsync(fd, path, e);
out:
	(void)close(fd);
	return rc;
}

int
shopfolder_capture(struct shopfolder *f, struct shop_capture *c,
	const struct shop_page *p, struct err *e)
{
	struct buf line = BUF_INIT(CAPTURES_LINE_MAX);
	char *path = NULL;
	int rc = -1, is_new = 0;

	c->has_record = p != NULL;
	if (p) {
		buf_clear(&f->text);
		if (page_write(p, &f->text, e) < 0)
			goto out;
		if (f->text.len > PAGE_MAX) {
			(void)err_set(e, ERR_FORMAT, "the facts of the page "
			    "are over %u bytes", PAGE_MAX);
			goto out;
		}
		is_new = keep(f->pages, f->text.data, f->text.len, "json",
		    c->record, e);
		if (is_new < 0)
			goto out;
	}
	path = month_of(f, c->ts, 0);
	if (!path) {
		(void)err_nomem(e);
		goto out;
	}
	if (captures_write(c, &line, e) < 0 ||
	    append(path, &line, &f->text, e) < 0 ||
	    file_fsync_dir(f->captures, e) < 0)
		goto out;
	rc = is_new;
out:
	free(path);
	buf_release(&line);
	return rc;
}

struct wanted {
	const char *page, *view, *by;
	struct shopfolder_last *last;
	bool found;
};

static int
on_line(void *arg, const struct shop_capture *c, struct err *e)
{
	struct wanted *w = arg;

	(void)e;
	if (strcmp(c->page, w->page) != 0 || strcmp(c->view, w->view) != 0 ||
	    (w->by && strcmp(c->by, w->by) != 0))
		return 0;
	w->found = true;
	w->last->ts = c->ts;
	w->last->state = c->state;
	w->last->has_record = c->has_record;
	memcpy(w->last->record, c->record, SHOP_HASH_LEN);
	return 0;
}

int
shopfolder_last(struct shopfolder *f, const char *page, const char *view,
	const char *by, int64_t utc, struct shopfolder_last *out,
	struct err *e)
{
	struct wanted w = {page, view, by, out, false};

	for (int months = 0; months < 2 && !w.found; months++) {
		char *path = month_of(f, utc, months);
		int rc = path ? load(path, &f->text, e) : err_nomem(e);

		if (rc == 0)
			rc = captures_read(buf_str(&f->text), f->text.len,
			    on_line, &w, e);
		if (rc < 0 && path)
			(void)err_prefix(e, "'%s'", path);
		free(path);
		if (rc < 0)
			return -1;
	}
	return w.found;
}

/* --- The first of all. */

struct earliest {
	char name[16];	/* "YYYY-MM.jsonl" */
};

static int
on_month(const char *name, void *arg, struct err *e)
{
	struct earliest *first = arg;

	(void)e;
	if (strlen(name) == 13 && str_ends(name, ".jsonl") &&
	    (!*first->name || strcmp(name, first->name) < 0))
		memcpy(first->name, name, 14);
	return 0;
}

static int
on_first(void *arg, const struct shop_capture *c, struct err *e)
{
	(void)e;
	*(int64_t *)arg = c->ts;
	return 1;	/* no more */
}

int
shopfolder_first(struct shopfolder *f, int64_t utc, int64_t *out,
	struct err *e)
{
	struct earliest first = {""};
	char *path;
	int rc;

	*out = utc;
	if (file_each(f->captures, on_month, &first, e) < 0)
		return -1;
	if (!*first.name)
		return 0;
	path = path_join(f->captures, first.name);
	rc = path ? load(path, &f->text, e) : err_nomem(e);
	if (rc == 0)
		rc = captures_read(buf_str(&f->text), f->text.len, on_first,
		    out, e);
	free(path);
	return rc < 0 ? -1 : 0;
}
