/* cli/desk/rawbytes.c - the bytes of a message as they were sent. */
#include "cli/desk/rawbytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "chat/archive.h"
#include "cli/desk/show.h"
#include "desk/bytes.h"
#include "desk/query.h"

#include "base/banned.h"

#define RUNS_MAX (1u << 20)	/* of a file that is shown */

static int64_t
read_fd(void *arg, uint64_t off, void *buf, size_t n, struct err *e)
{
	const int *fd = arg;
	size_t got = 0;

	if (off > INT64_MAX || file_pread(*fd, buf, n, (int64_t)off, &got,
	    "the file", e) < 0)
		return -1;
	return (int64_t)got;
}

static int
read_member(const struct chat_input *file, const struct history_message *h,
	uint8_t *out, struct err *e)
{
	struct chat_archive *a = chat_archive_open(file, e);
	struct chat_input in;
	int64_t i;
	int rc = -1;

	if (!a)
		return -1;
	i = chat_archive_find(a, h->member);
	if (i < 0) {
		(void)err_set(e, ERR_INTEGRITY, "the archive holds no '%s'",
		    h->member);
	} else {
		chat_archive_member(a, (size_t)i, &in);
		rc = chat_input_read(&in, (uint64_t)h->off, out,
		    (size_t)h->len, e);
	}
	chat_archive_close(a);
	return rc;
}

/* The file that H came in, into FD. */
static int
open_version(struct box *b, const struct history_message *h, int fd,
	uint64_t *size, struct err *e)
{
	struct stat st;

	if (bytes_version(b, h->version, fd, e) < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return err_sys(e, errno, "cannot read the file");
	*size = (uint64_t)st.st_size;
	return 0;
}

static int
read_bytes(struct box *b, const struct history_message *h, uint8_t *out,
	struct err *e)
{
	struct chat_input in = {.read = read_fd, .name = "", .path = h->path};
	int fd, rc = -1;

	/* the one folder where the box may make any */
	fd = file_nameless(b->home->index, e);
	if (fd < 0)
		return -1;
	in.arg = &fd;
	if (open_version(b, h, fd, &in.size, e) == 0)
		rc = h->member && h->member[0] ? read_member(&in, h, out, e) :
		    chat_input_read(&in, (uint64_t)h->off, out,
		    (size_t)h->len, e);
	(void)close(fd);	/* nobody reads it again */
	return rc;
}

/* --- A file that came with a message. */

struct wanted {
	const struct history_message *h;
	const char *name;
	int found;			/* 2: it lies where it should, 1: so it
					 * is called */
	int64_t size;
	struct buf runs;
};

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Does PATH lie where the export's folder and its own name for it lead? */
static bool
is_beside(const struct wanted *w, const struct query_file *f)
{
	const size_t dir = (size_t)(last_part(w->h->path) - w->h->path);
	const size_t n = strlen(w->name);

	return f->path_len == dir + n && memcmp(f->path, w->h->path,
	    dir) == 0 && memcmp(f->path + dir, w->name, n) == 0;
}

static int
on_file(void *arg, const struct query_file *f, struct err *e)
{
	struct wanted *w = arg;
	const char *name = last_part(w->name);
	const size_t n = strlen(name);
	int fits = 0;

	if (is_beside(w, f))
		fits = 2;
	else if (f->path_len > n && f->path[f->path_len - n - 1] == '/' &&
	    memcmp(f->path + f->path_len - n, name, n) == 0)
		fits = 1;
	if (fits <= w->found || f->elsewhere)
		return 0;
	w->found = fits;
	w->size = f->size;
	buf_clear(&w->runs);
	return buf_add(&w->runs, f->runs, f->runs_len, e);
}

/* A file of its own in the same source. */
static int
read_file(struct box *b, struct wanted *w, uint8_t *out, struct err *e)
{
	const struct bytes_of of = {w->runs.data, w->runs.len, INT64_MAX};
	int fd = file_nameless(b->home->index, e), rc = -1;
	struct bytes *y = fd >= 0 ? bytes_new(b, e) : NULL;
	int64_t size = 0;
	size_t got = 0;

	if (y && bytes_want(y, &of, e) >= 0 && bytes_fetch(y, e) >= 0 &&
	    bytes_write(y, &of, fd, &size, e) == 0 &&
	    file_pread(fd, out, (size_t)w->size, 0, &got, "the file",
	    e) == 0)
		rc = got == (size_t)w->size ? 0 : err_set(e, ERR_INTEGRITY,
		    "the file is shorter than its line says");
	bytes_free(y);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

static int
too_large(const char *name, struct err *e)
{
	(void)err_set(e, ERR_FORMAT, "'%.200s' is too large for a page",
	    name);
	return err_hint(e, "'liudi-desk restore' writes the whole file");
}

static int
not_kept(const char *name, struct err *e)
{
	return err_set(e, ERR_NOENT, "'%.200s' is not among the files that "
	    "were kept", name);
}

static int
find_file(struct box *b, const struct history_message *h, const char *name,
	uint8_t **data, size_t *n, struct err *e)
{
	struct wanted w = {.h = h, .name = name, .runs = BUF_INIT(RUNS_MAX)};
	uint8_t *all = NULL;
	int rc = -1;

	if (query_files(b->catalogue, h->station, h->source, NULL, INT64_MAX,
	    on_file, &w, e) < 0)
		goto out;
	if (w.found == 0)
		rc = not_kept(name, e);
	else if (w.size > (int64_t)RAWBYTES_FILE_MAX)
		rc = too_large(name, e);
	else if (!(all = malloc((size_t)w.size + 1)))
		rc = err_nomem(e);
	else
		rc = read_file(b, &w, all, e);
	if (rc == 0) {
		*data = all;
		*n = (size_t)w.size;
		all = NULL;
	}
out:
	free(all);
	buf_release(&w.runs);
	return rc;
}

/* Beside the messages in the archive that they came in. */
static int
find_member(const struct chat_input *file, const char *name, uint8_t **data,
	size_t *n, struct err *e)
{
	struct chat_archive *a = chat_archive_open(file, e);
	uint8_t *all = NULL;
	struct chat_input in;
	int64_t i;
	int rc = -1;

	if (!a)
		return -1;
	i = chat_archive_find(a, name);
	if (i >= 0)
		chat_archive_member(a, (size_t)i, &in);
	if (i < 0)
		rc = not_kept(name, e);
	else if (in.size > RAWBYTES_FILE_MAX)
		rc = too_large(name, e);
	else if (!(all = malloc((size_t)in.size + 1)))
		rc = err_nomem(e);
	else
		rc = chat_input_read(&in, 0, all, (size_t)in.size, e);
	if (rc == 0) {
		*data = all;
		*n = (size_t)in.size;
	} else {
		free(all);
	}
	chat_archive_close(a);
	return rc;
}

int
rawbytes_file(struct box *b, const struct history_message *h,
	const char *name, uint8_t **data, size_t *n, struct err *e)
{
	struct chat_input in = {.read = read_fd, .name = "", .path = h->path};
	int fd, rc = -1;

	if (!h->member || !h->member[0])
		return find_file(b, h, name, data, n, e);
	fd = file_nameless(b->home->index, e);
	if (fd < 0)
		return -1;
	in.arg = &fd;
	if (open_version(b, h, fd, &in.size, e) == 0)
		rc = find_member(&in, name, data, n, e);
	(void)close(fd);
	return rc;
}

/* --- A message. */

/* Where they come from: on standard error, so that they stay alone. */
static int
tell_place(const struct talkask *k, const struct history_message *h,
	struct err *e)
{
	struct query_part p;
	char when[SHOW_TIME_LEN];
	int rc = query_version_part(k->b->catalogue, h->version, &p, e);

	if (rc < 0 || k->c->quiet || k->c->json)
		return rc < 0 ? -1 : 0;
	cli_put_shown(stderr, h->station, strlen(h->station));
	(void)fputs(": ", stderr);
	cli_put_shown(stderr, h->source, strlen(h->source));
	(void)fputc('/', stderr);
	cli_put_shown(stderr, h->path, strlen(h->path));
	if (h->member && h->member[0]) {
		(void)fputs(": ", stderr);
		cli_put_shown(stderr, h->member, strlen(h->member));
	}
	(void)fprintf(stderr, cli_tr(", %lld bytes from %lld\n"),
	    (long long)h->len, (long long)h->off);
	if (rc > 0)
		(void)fprintf(stderr, cli_tr("run %.8s, commit %.12s, "
		    "received %s\n"), p.run, p.id,
		    show_time(p.receipt_utc, when));
	return 0;
}

/* A terminal gets no codes of a peer's. */
static void
put_shown(const uint8_t *data, size_t n)
{
	const uint8_t *nl;
	size_t at = 0, len;

	for (; at < n; at += len + 1) {
		nl = memchr(data + at, '\n', n - at);
		len = nl ? (size_t)(nl - data) - at : n - at;
		cli_put_shown(stdout, data + at, len);
		(void)fputc('\n', stdout);
	}
}

int
rawbytes_read(struct box *b, const struct history_message *h, uint8_t **data,
	struct err *e)
{
	uint8_t *all;

	if (h->off < 0 || h->len <= 0 || h->len > (int64_t)RAWBYTES_MAX) {
		(void)err_set(e, ERR_FORMAT, "message %lld has no bytes of "
		    "its own in '%s'", (long long)h->n, h->path);
		return err_hint(e, "'liudi-desk restore' writes the whole "
		    "file");
	}
	all = malloc((size_t)h->len);
	if (!all)
		return err_nomem(e);
	if (read_bytes(b, h, all, e) < 0) {
		free(all);
		return -1;
	}
	*data = all;
	return 0;
}

int
rawbytes_put(struct talkask *k, const struct history_message *h, struct err *e)
{
	const size_t n = (size_t)h->len;
	uint8_t *data = NULL;
	int rc = -1;

	if (rawbytes_read(k->b, h, &data, e) < 0)
		return -1;
	if (tell_place(k, h, e) < 0)
		goto out;
	rc = 0;
	if (isatty(STDOUT_FILENO) == 1)
		put_shown(data, n);
	else if (fwrite(data, 1, n, stdout) != n)
		rc = err_stdout(e);
out:
	free(data);
	return rc < 0 ? -1 : 1;
}
