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

static int
read_bytes(struct talkask *k, const struct history_message *h, uint8_t *out,
	struct err *e)
{
	struct chat_input in = {.read = read_fd, .name = "", .path = h->path};
	struct stat st;
	int fd, rc = -1;

	/* the one folder where the box may make any */
	fd = file_nameless(k->b->home->index, e);
	if (fd < 0)
		return -1;
	if (bytes_version(k->b, h->version, fd, e) < 0)
		goto out;
	if (fstat(fd, &st) < 0) {
		(void)err_sys(e, errno, "cannot read the file");
		goto out;
	}
	in.arg = &fd;
	in.size = (uint64_t)st.st_size;
	rc = h->member && h->member[0] ? read_member(&in, h, out, e) :
	    chat_input_read(&in, (uint64_t)h->off, out, (size_t)h->len, e);
out:
	(void)close(fd);	/* nobody reads it again */
	return rc;
}

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
rawbytes_put(struct talkask *k, const struct history_message *h, struct err *e)
{
	const size_t n = (size_t)h->len;
	uint8_t *data;
	int rc = -1;

	if (h->off < 0 || h->len <= 0 || h->len > (int64_t)RAWBYTES_MAX) {
		(void)err_set(e, ERR_FORMAT, "message %lld has no bytes of "
		    "its own in '%s'", (long long)h->n, h->path);
		return err_hint(e, "'liudi-desk restore' writes the whole "
		    "file");
	}
	data = malloc(n);
	if (!data)
		return err_nomem(e);
	if (read_bytes(k, h, data, e) < 0 || tell_place(k, h, e) < 0)
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
