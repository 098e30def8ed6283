/* desk/parser.c - one chat export, read in a process that ends behind it. */
#include "desk/parser.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sandbox.h"

#include "base/banned.h"

#define GRACE_S 10	/* between the first signal and the last */

static int64_t
read_fd(void *arg, uint64_t off, void *buf, size_t n, struct err *e)
{
	const struct parser_job *job = arg;
	size_t got = 0;

	if (off > INT64_MAX || file_pread(job->fd, buf, n, (int64_t)off, &got,
	    job->path, e) < 0)
		return -1;
	return (int64_t)got;
}

uint64_t
parser_seconds(uint64_t size)
{
	return 120 + size / (4u << 20);
}

/* Memory and time end; no file can be opened any more. */
static int
lock_up(const struct parser_job *job, struct err *e)
{
	const uint64_t s = parser_seconds(job->size);
	const struct rlimit cpu = {s, s + GRACE_S};
	const struct rlimit file = {job->written_max, job->written_max};
#ifndef LIUDI_SANITIZED
	const struct rlimit memory = {PARSER_MEMORY_MAX, PARSER_MEMORY_MAX};

	if (setrlimit(RLIMIT_DATA, &memory) < 0)
		return err_sys(e, errno, "cannot limit memory");
#endif
	if (setrlimit(RLIMIT_CPU, &cpu) < 0)
		return err_sys(e, errno, "cannot limit time");
	if (job->written_max > 0 && setrlimit(RLIMIT_FSIZE, &file) < 0)
		return err_sys(e, errno, "cannot limit what is written");
	return sandbox_enter(SANDBOX_PARSER, NULL, e);
}

int
parser_read(const struct parser_job *job, const struct chat_sink *sink,
	struct chat_report *r, struct err *e)
{
	struct parser_job mine = *job;
	const struct chat_input in = {read_fd, &mine, job->size,
	    path_name(job->path), job->path};
	struct chat_charsets *charsets = chat_charsets_load(e);
	int rc = -1;

	memset(r, 0, sizeof(*r));
	if (charsets && lock_up(job, e) == 0)
		rc = chat_import(&in, job->hints, sink, r, e);
	chat_charsets_free(charsets);
	return rc;
}

int
parser_goods(const struct parser_job *job, struct goods *out, struct err *e)
{
	struct parser_job mine = *job;
	const struct chat_input in = {read_fd, &mine, job->size,
	    path_name(job->path), job->path};
	struct chat_charsets *charsets = chat_charsets_load(e);
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (charsets && lock_up(job, e) == 0)
		rc = goods_read(&in, out, e);
	chat_charsets_free(charsets);
	return rc;
}

void
parser_lost(int status, struct err *e)
{
	if (status == 256 + SIGXCPU || status == 256 + SIGKILL)
		(void)err_set(e, ERR_FORMAT, "reading took too long");
	else if (status == 256 + SIGXFSZ)
		(void)err_set(e, ERR_FORMAT, "it holds too much to be kept");
	else
		(void)err_set(e, ERR_FORMAT,
		    "the reading process was lost (%d)", status);
}

void
parser_take_err(struct err *e, const struct err *said)
{
	*e = *said;
	e->what[sizeof(e->what) - 1] = '\0';
	e->hint[sizeof(e->hint) - 1] = '\0';
	if (e->code <= ERR_NONE || e->code > ERR_INTR)
		e->code = ERR_FORMAT;
}
