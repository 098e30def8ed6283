/* desk/vaultin.c - an export of credentials, read in a process of its own. */
#include "desk/vaultin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/sandbox.h"
#include "crypto/secmem.h"
#include "desk/parser.h"
#include "vault/onepux.h"

#include "base/banned.h"

#define TEXTS 8			/* of a row, former passwords aside */
#define NONE UINT32_MAX		/* a text that there is not */
#define FIRST_ROOM (1u << 20)
#define PIECE 65536
#define MEMORY_MAX (768ul << 20)

/*
 * A row on the pipe: ROW, its line, the number of former passwords; then each
 * text: its length or NONE, its bytes, NUL.  At the end REPORT and the report, or
 * FAILED and the error.
 */
enum kind { ROW = 1, REPORT, FAILED };

struct head {
	uint32_t kind, nold;
	uint64_t line;
};

/* --- In the box. */

/* What goes to the pipe in one piece: a row is dozens of small ones. */
struct out {
	int fd;
	size_t n;
	char data[PIECE];
};

static int
flush(struct out *o, struct err *e)
{
	const int rc = file_write(o->fd, o->data, o->n, "pipe", e);

	o->n = 0;
	return rc;
}

static int
put(struct out *o, const void *data, size_t n, struct err *e)
{
	if (o->n + n > sizeof(o->data) && flush(o, e) < 0)
		return -1;
	if (n > sizeof(o->data))
		return file_write(o->fd, data, n, "pipe", e);
	memcpy(o->data + o->n, data, n);
	o->n += n;
	return 0;
}

static int
put_text(struct out *o, const char *s, struct err *e)
{
	const uint32_t n = s ? (uint32_t)strlen(s) : NONE;

	if (put(o, &n, sizeof(n), e) < 0)
		return -1;
	return s ? put(o, s, (size_t)n + 1, e) : 0;
}

static int
put_row(void *arg, const struct creds_row *r, struct err *e)
{
	struct out *o = arg;
	const struct head head = {ROW, (uint32_t)r->nold, r->line};
	const char *const text[TEXTS] = {r->title, r->url, r->login,
	    r->password, r->totp, r->note, r->folder, r->fields};
	size_t i;

	if (put(o, &head, sizeof(head), e) < 0)
		return -1;
	for (i = 0; i < TEXTS; i++)
		if (put_text(o, text[i], e) < 0)
			return -1;
	for (i = 0; i < r->nold; i++)
		if (put_text(o, r->old[i], e) < 0)
			return -1;
	return 0;
}

static int
lock_up(struct err *e)
{
	const uint64_t s = parser_seconds(CREDS_BYTES_MAX);
	const struct rlimit cpu = {s, s};
#ifndef LIUDI_SANITIZED
	const struct rlimit memory = {MEMORY_MAX, MEMORY_MAX};

	if (setrlimit(RLIMIT_DATA, &memory) < 0)
		return err_sys(e, errno, "cannot limit memory");
#endif
	if (setrlimit(RLIMIT_CPU, &cpu) < 0)
		return err_sys(e, errno, "cannot limit time");
	return sandbox_enter(SANDBOX_PARSER, NULL, e);
}

/* All of the file; ERR_FORMAT where it is over the cap. */
static int
load(int fd, char **data, size_t *n, struct err *e)
{
	const off_t size = lseek(fd, 0, SEEK_END);

	if (size < 0)
		return err_sys(e, errno, "cannot read the export");
	if (size > (off_t)CREDS_BYTES_MAX)
		return err_set(e, ERR_FORMAT, "more than %u MiB",
		    CREDS_BYTES_MAX >> 20);
	*data = secmem_new((size_t)size + 1);
	if (!*data)
		return err_nomem(e);
	return file_pread(fd, *data, (size_t)size, 0, n, "export", e);
}

static int
read_boxed(int sock, void *arg)
{
	struct creds_charsets *charsets;
	struct err e = ERR_INIT, ignored = ERR_INIT;
	struct head end = {.kind = REPORT};
	struct creds_report r = {.format = CREDS_UNKNOWN};
	struct out *out;
	char *data = NULL;
	size_t n = 0;
	int rc = -1;

	charsets = creds_charsets_load(&e);
	out = secmem_new(sizeof(*out));
	if (!out)
		return 1;	/* the other side says that this was lost */
	out->fd = sock;
	out->n = 0;
	if (charsets && lock_up(&e) == 0 &&
	    load(*(const int *)arg, &data, &n, &e) == 0)
		rc = onepux_read_any(data, n, put_row, out, &r, &e);
	end.kind = rc == 0 ? REPORT : FAILED;
	/* If it cannot be told: the same. */
	if (put(out, &end, sizeof(end), &ignored) == 0 &&
	    (rc == 0 ? put(out, &r, sizeof(r), &ignored) :
	    put(out, &e, sizeof(e), &ignored)) == 0)
		(void)flush(out, &ignored);
	secmem_free(out);
	secmem_free(data);
	creds_charsets_free(charsets);
	return 0;
}

/* --- Outside. */

/* Until the pipe ends. */
static int
take(struct vaultin *v, int sock, struct err *e)
{
	size_t room = FIRST_ROOM, got;
	char *grown;

	for (;;) {
		grown = secmem_new(room);
		if (!grown)
			return err_nomem(e);
		if (v->n > 0)
			memcpy(grown, v->data, v->n);
		secmem_free(v->data);
		v->data = grown;
		if (file_read(sock, v->data + v->n, room - v->n, &got, "pipe",
		    e) < 0)
			return -1;
		v->n += got;
		if (v->n < room)
			return 0;
		if (room >= VAULTIN_MAX)
			return err_set(e, ERR_FORMAT, "more than %zu MiB of "
			    "rows", VAULTIN_MAX >> 20);
		room *= 2;
	}
}

struct walk {
	const char *at, *end;
};

static bool
next(struct walk *w, void *out, size_t n)
{
	if ((size_t)(w->end - w->at) < n)
		return false;
	memcpy(out, w->at, n);
	w->at += n;
	return true;
}

static bool
next_text(struct walk *w, const char **out)
{
	uint32_t n;

	*out = NULL;
	if (!next(w, &n, sizeof(n)))
		return false;
	if (n == NONE)
		return true;
	if ((size_t)(w->end - w->at) <= n || w->at[n] || n == 0 ||
	    strlen(w->at) != n)
		return false;
	*out = w->at;
	w->at += (size_t)n + 1;
	return true;
}

static bool
next_row(struct walk *w, const struct head *head, struct creds_row *row,
	const char *old[CREDS_OLD_MAX])
{
	const char **const text[TEXTS] = {&row->title, &row->url, &row->login,
	    &row->password, &row->totp, &row->note, &row->folder,
	    &row->fields};
	size_t i;

	*row = (struct creds_row){.line = head->line, .old = old,
	    .nold = head->nold};
	if (head->nold > CREDS_OLD_MAX)
		return false;
	for (i = 0; i < TEXTS; i++)
		if (!next_text(w, text[i]))
			return false;
	for (i = 0; i < head->nold; i++)
		if (!next_text(w, &old[i]) || !old[i])
			return false;
	return head->nold == 0 || row->password;
}

/* Over all of it: FN (may be NULL) for rows; the end into *R or *SAID. */
static int
walk(const struct vaultin *v, creds_fn fn, void *arg, struct creds_report *r,
	struct err *said, struct err *e)
{
	struct walk w = {v->data, v->data + v->n};
	const char *old[CREDS_OLD_MAX];
	struct creds_row row;
	struct head head;
	int rc;

	while (next(&w, &head, sizeof(head))) {
		if (head.kind == ROW && next_row(&w, &head, &row, old)) {
			rc = fn ? fn(arg, &row, e) : 0;
			if (rc != 0)
				return rc;
			continue;
		}
		if (head.kind == REPORT && next(&w, r, sizeof(*r)) &&
		    w.at == w.end && (unsigned)r->format <= CREDS_1PUX)
			return 0;
		if (head.kind == FAILED && next(&w, said, sizeof(*said)) &&
		    w.at == w.end) {
			parser_take_err(e, said);
			return -1;
		}
		break;
	}
	return err_set(e, ERR_FORMAT, "the reading process was lost");
}

int
vaultin_read(struct vaultin *v, int fd, struct err *e)
{
	struct err said, why = ERR_INIT;
	int sock = -1, status, rc;
	pid_t pid;

	*v = (struct vaultin){.n = 0};
	pid = proc_fork(read_boxed, &fd, &fd, 1, &sock, e);
	if (pid < 0)
		return -1;
	rc = take(v, sock, e);
	(void)close(sock);	/* whoever still writes, ends */
	status = proc_wait_pid(pid, &why);
	if (rc < 0)
		return -1;
	if (status != 0) {
		parser_lost(status, e);
		return -1;
	}
	return walk(v, NULL, NULL, &v->report, &said, e);
}

void
vaultin_release(struct vaultin *v)
{
	secmem_free(v->data);
	*v = (struct vaultin){.n = 0};
}

int
vaultin_each(const struct vaultin *v, creds_fn fn, void *arg,
	struct err *e)
{
	struct creds_report r;
	struct err said;

	return walk(v, fn, arg, &r, &said, e);
}
