/* desk/opener.c - how to ask the helper that opens age files. */
#include "desk/opener.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/proc.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "desk/opener_serve.h"
#include "open/identity.h"

#include "base/banned.h"

struct opener {
	pid_t pid;
	int fd;
	uint8_t *rooms;		/* OPENER_ROOMS * ROOM_STRIDE bytes */
	size_t n;
	struct seal_recipient who[IDENTITY_MAX];
	opener_find find;
	void *find_arg;
	void (*watch)(void *arg, bool bundle, size_t bytes);
	void *watch_arg;
};

/* An answer being received. */
struct asking {
	struct opener *op;
	const struct part {
		const uint8_t *data;
		size_t n;
	} *part;		/* what is still to be sent */
	size_t nparts;
	size_t sent;		/* of part[0] */
	seal_sink sink;
	void *arg;
	bool sink_failed;
	uint8_t buf[FRAME_HEAD + FRAME_MAX];
	size_t have;
};

static int
gone(struct err *e)
{
	(void)err_set(e, ERR_FAIL, "the opener ended unexpectedly");
	return err_hint(e, "run the command again");
}

static void
hang_up(struct opener *op)
{
	if (op->fd >= 0)
		(void)close(op->fd);
	op->fd = -1;
}

/* Send what the socket takes now. */
static int
send_some(struct asking *k, struct err *e)
{
	ssize_t put;

	while (k->nparts > 0) {
		put = write(k->op->fd, k->part->data + k->sent,
		    k->part->n - k->sent);
		if (put < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (put < 0)
			return gone(e);
		k->sent += (size_t)put;
		if (k->sent == k->part->n) {
			k->part++;
			k->nparts--;
			k->sent = 0;
		}
	}
	return 0;
}

/* What a FAILED frame says, into *e. */
static void
take_error(const uint8_t *p, size_t n, struct err *e)
{
	const char *what = (const char *)p + 1;
	const uint8_t *nul;

	if (n < 2 || p[0] == ERR_NONE || p[0] > ERR_INTR) {
		(void)gone(e);
		return;
	}
	nul = memchr(p + 1, '\0', n - 1);
	(void)err_set(e, (enum err_code)p[0], "%.*s",
	    (int)(nul ? (size_t)(nul - p - 1) : n - 1), what);
	if (nul && (size_t)(nul - p) + 1 < n)
		(void)err_hint(e, "%.*s", (int)(n - (size_t)(nul - p) - 1),
		    (const char *)nul + 1);
}

/*
 * Use the whole frames in the buffer.  1 = the answer is complete and its last
 * frame stands at the buffer's front, 0 = more is needed, -1.
 */
static int
take_frames(struct asking *k, struct err *e)
{
	uint32_t n;

	while (k->have >= FRAME_HEAD) {
		n = get_u32(k->buf + 1);
		if (n > FRAME_MAX || k->buf[0] > FRAME_FAILED ||
		    (k->buf[0] == FRAME_DATA && !k->sink)) {
			hang_up(k->op);
			return gone(e);
		}
		if (k->have < FRAME_HEAD + n)
			return 0;
		if (k->buf[0] != FRAME_DATA)
			return 1;
		/* after a refusal the rest is read and dropped: the helper
		 * must come to the end of this answer */
		if (!k->sink_failed &&
		    k->sink(k->arg, k->buf + FRAME_HEAD, n, e) < 0)
			k->sink_failed = true;
		k->have -= FRAME_HEAD + n;
		memmove(k->buf, k->buf + FRAME_HEAD + n, k->have);
	}
	return 0;
}

/* Read what is there.  As take_frames. */
static int
receive_some(struct asking *k, struct err *e)
{
	ssize_t got;

	got = read(k->op->fd, k->buf + k->have, sizeof(k->buf) - k->have);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0)
		return gone(e);
	k->have += (size_t)got;
	return take_frames(k, e);
}

/*
 * Send and receive until the answer is complete: both at once, for the helper
 * stops reading where we stop.  The last frame stays in k->buf.
 */
static int
talk(struct asking *k, struct err *e)
{
	struct pollfd p = {.fd = k->op->fd};
	int rc = 0;

	if (k->op->fd < 0)
		return gone(e);
	while (rc == 0) {
		p.events = POLLIN;
		if (k->nparts > 0)
			p.events |= POLLOUT;
		if (poll(&p, 1, -1) < 0) {
			if (errno == EINTR && !proc_interrupted())
				continue;
			hang_up(k->op);
			return err_set(e, ERR_INTR, "interrupted");
		}
		if (p.revents & POLLOUT && send_some(k, e) < 0)
			rc = -1;
		/* even where sending failed there may be words why */
		if (p.revents & (POLLIN | POLLHUP | POLLERR))
			rc = receive_some(k, e);
	}
	if (rc < 0)
		hang_up(k->op);
	else
		secmem_wipe(k->buf + k->have, sizeof(k->buf) - k->have);
	return rc;
}

/* Pages come into being when they are written to. */
static uint8_t *
map_rooms(void)
{
	void *p = mmap(NULL, OPENER_ROOMS * ROOM_STRIDE,
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Guarded, and of this file alone: the helper gets it by being forked. */
static int
copy_pass(char **out, const char *pass, struct err *e)
{
	size_t n = pass ? strlen(pass) + 1 : 0;

	*out = NULL;
	if (!pass)
		return 0;
	*out = secmem_new(n);
	if (!*out)
		return err_nomem(e);
	memcpy(*out, pass, n);
	return 0;
}

static struct opener *
start(struct opener_start *how, struct err *e)
{
	struct opener *op = calloc(1, sizeof(*op));
	struct asking *k = calloc(1, sizeof(*k));
	size_t i, n;
	int flags;

	if (op) {
		op->fd = -1;
		op->rooms = how->rooms = map_rooms();
	}
	if (!op || !k || !op->rooms) {
		(void)err_nomem(e);
		goto fail;
	}
	op->pid = proc_fork(opener_serve, how, NULL, 0, &op->fd, e);
	if (op->pid < 0) {
		op->fd = -1;
		goto fail;
	}
	flags = fcntl(op->fd, F_GETFL);
	if (flags < 0 || fcntl(op->fd, F_SETFL, flags | O_NONBLOCK) < 0) {
		(void)err_sys(e, errno, "cannot set up the opener");
		goto fail;
	}
	k->op = op;
	if (talk(k, e) < 0)
		goto fail;
	n = get_u32(k->buf + 1);
	if (k->buf[0] == FRAME_FAILED) {
		take_error(k->buf + FRAME_HEAD, n, e);
		goto fail;
	}
	op->n = n / PK_LEN < IDENTITY_MAX ? n / PK_LEN : IDENTITY_MAX;
	for (i = 0; i < op->n; i++) {
		op->who[i].kind = SEAL_X25519;
		memcpy(op->who[i].pk, k->buf + FRAME_HEAD + i * PK_LEN,
		    PK_LEN);
	}
	free(k);
	return op;
fail:
	free(k);
	opener_free(op);
	return NULL;
}

struct opener *
opener_new(const void *identity, size_t n, const char *pass, struct err *e)
{
	struct opener_start how = {.identity = identity, .n = n};
	struct opener *op = NULL;

	if (copy_pass(&how.pass, pass, e) == 0)
		op = start(&how, e);
	secmem_free(how.pass);
	return op;
}

struct opener *
opener_new_pass(const char *pass, struct err *e)
{
	return opener_new(NULL, 0, pass, e);
}

/* What a request asks for. */
struct question {
	const void *file;	/* NULL: what lies in the room */
	uint32_t room;		/* or REHEAD */
	size_t n;		/* bytes of either */
	const struct seal_recipient *expect;
	size_t nexpect;
	int *header_ok;
	seal_sink sink;
	void *arg;
};

/* Once.  OTHERS may be empty; *LEN: what DONE says of length. */
static int
ask_once(struct opener *op, const struct question *q,
	const struct buf *others, size_t *len, struct err *e)
{
	const void *file = q->file;
	const struct seal_recipient *expect = q->expect;
	const size_t nexpect = q->nexpect, n = q->n;
	uint8_t head[4 + SEAL_MAX_RECIPIENTS * PK_LEN + 12];
	struct part parts[3];
	struct asking *k;
	size_t i, at = 4;
	int rc = -1;

	if (nexpect > SEAL_MAX_RECIPIENTS)
		return err_set(e, ERR_FORMAT, "too many recipients");
	k = calloc(1, sizeof(*k));
	if (!k)
		return err_nomem(e);
	put_u32(head, (uint32_t)nexpect);
	for (i = 0; i < nexpect; i++, at += PK_LEN)
		memcpy(head + at, expect[i].pk, PK_LEN);
	put_u32(head + at, q->room == REHEAD ? REHEAD :
	    file ? 0 : q->room + 1);
	put_u32(head + at + 4, (uint32_t)n);
	put_u32(head + at + 8, (uint32_t)others->len);
	parts[0] = (struct part){head, at + 12};
	k->op = op;
	k->part = parts;
	k->nparts = 1;
	if (others->len > 0)
		parts[k->nparts++] = (struct part){others->data, others->len};
	if (file && n > 0)
		parts[k->nparts++] = (struct part){file, n};
	k->sink = q->sink;
	k->arg = q->arg;
	if (talk(k, e) < 0 || k->sink_failed)
		goto out;
	if (k->buf[0] == FRAME_FAILED) {
		take_error(k->buf + FRAME_HEAD, get_u32(k->buf + 1), e);
		goto out;
	}
	if (q->header_ok)
		*q->header_ok = k->buf[FRAME_HEAD] == 1;
	*len = get_u32(k->buf + FRAME_HEAD + 1);
	rc = 0;
out:
	secmem_wipe(k, sizeof(*k));
	free(k);
	return rc;
}

/* As ask_once, and once more with other headers where there are some. */
static int
ask(struct opener *op, const struct question *q, const void *whole,
	size_t nwhole, size_t *len, struct err *e)
{
	struct buf others = BUF_INIT(OPENER_OTHERS_MAX);
	struct err why = ERR_INIT;
	uint8_t sum[HASH_LEN];
	int rc = ask_once(op, q, &others, len, e);

	if (rc < 0 && e->code == ERR_CRYPTO && op->find && op->fd >= 0) {
		/* nothing was opened: the room is as it was */
		hash_sha256(sum, whole, nwhole);
		rc = op->find(op->find_arg, sum, &others, &why);
		if (rc < 0) {
			*e = why;
		} else if (others.len == 0) {
			rc = -1;
		} else {
			err_clear(e);
			rc = ask_once(op, q, &others, len, e);
		}
	}
	if (op->watch && op->fd >= 0 && q->room != REHEAD)
		op->watch(op->watch_arg, !q->file, q->n);
	buf_release(&others);
	return rc;
}

int
opener_open(struct opener *op, const void *file, size_t n,
	const struct seal_recipient *expect, size_t nexpect, int *header_ok,
	seal_sink sink, void *arg, struct err *e)
{
	const struct question q = {n > 0 ? file : "", 0, n, expect, nexpect,
	    header_ok, sink, arg};
	size_t len;

	if (n > OPENER_FILE_MAX)
		return err_set(e, ERR_FORMAT, "the sealed file is too large");
	return ask(op, &q, q.file, n, &len, e);
}

/* A file on its way to the helper. */
struct stream {
	opener_source source;
	void *arg;
	bool ended, failed;	/* failed: the source, *e says why */
	struct part part;
	uint8_t segment[4 + PIECE];
};

/* The next segment becomes k's part; an empty one where there is no use. */
static void
next_segment(struct asking *k, struct stream *s, bool useless, struct err *e)
{
	size_t n = 0;

	if (!useless && !k->sink_failed &&
	    s->source(s->arg, s->segment + 4, PIECE, &n, e) < 0) {
		s->failed = true;
		n = 0;
	}
	put_u32(s->segment, (uint32_t)n);
	s->ended = n == 0;
	s->part = (struct part){s->segment, 4 + n};
	k->part = &s->part;
	k->nparts = 1;
}

/*
 * As talk().  An answer may come before the file's end: then the helper still
 * waits for the end of the request.
 */
static int
talk_stream(struct asking *k, struct stream *s, struct err *e)
{
	struct pollfd p = {.fd = k->op->fd};
	struct err late = ERR_INIT;
	int rc = 0;

	if (k->op->fd < 0)
		return gone(e);
	while (rc >= 0 && (rc == 0 || k->nparts > 0 || !s->ended)) {
		if (k->nparts == 0 && !s->ended)
			next_segment(k, s, rc != 0, e);
		p.events = rc == 0 ? POLLIN : 0;
		if (k->nparts > 0)
			p.events |= POLLOUT;
		if (poll(&p, 1, -1) < 0) {
			if (errno == EINTR && !proc_interrupted())
				continue;
			hang_up(k->op);
			return err_set(e, ERR_INTR, "interrupted");
		}
		if (p.revents & POLLOUT && send_some(k, &late) < 0)
			rc = -1;
		if (rc <= 0 && p.revents & (POLLIN | POLLHUP | POLLERR))
			rc = receive_some(k, &late);
	}
	if (rc < 0)
		hang_up(k->op);
	if (!s->failed && (rc < 0 || k->sink_failed))
		*e = late;
	return rc < 0 || k->sink_failed || s->failed ? -1 : 0;
}

int
opener_open_stream(struct opener *op, opener_source source, void *source_arg,
	seal_sink sink, void *arg, struct err *e)
{
	struct asking *k = calloc(1, sizeof(*k));
	struct stream *s = calloc(1, sizeof(*s));
	uint8_t head[16] = {0};
	struct part first = {head, sizeof(head)};
	int rc = -1;

	if (!k || !s) {
		(void)err_nomem(e);
		goto out;
	}
	put_u32(head + 8, STREAM);
	k->op = op;
	k->part = &first;
	k->nparts = 1;
	k->sink = sink;
	k->arg = arg;
	s->source = source;
	s->arg = source_arg;
	if (talk_stream(k, s, e) < 0)
		goto out;
	if (k->buf[0] == FRAME_FAILED)
		take_error(k->buf + FRAME_HEAD, get_u32(k->buf + 1), e);
	else
		rc = 0;
out:
	if (k)
		secmem_wipe(k, sizeof(*k));
	free(k);
	free(s);
	return rc;
}

uint8_t *
opener_room(const struct opener *op, size_t room)
{
	return op->rooms + room * ROOM_STRIDE;
}

int
opener_open_room(struct opener *op, size_t room, size_t n,
	const struct seal_recipient *expect, size_t nexpect, int *header_ok,
	size_t *len, struct err *e)
{
	const struct question q = {NULL, (uint32_t)room, n, expect, nexpect,
	    header_ok, NULL, NULL};

	if (n > OPENER_ROOM_LEN)
		return err_set(e, ERR_FORMAT, "the sealed file is too large");
	if (ask(op, &q, opener_room(op, room), n, len, e) < 0)
		return -1;
	return *len <= n ? 0 : gone(e);
}

static int
add_header(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

int
opener_rehead(struct opener *op, const void *file, size_t len,
	const struct seal_recipient *r, size_t n, struct buf *out,
	struct err *e)
{
	const struct question q = {file, REHEAD,
	    len < OPENER_REHEAD_MAX ? len : OPENER_REHEAD_MAX, r, n, NULL,
	    add_header, out};
	const size_t before = out->len;
	size_t old;

	if (len == 0 || n == 0)
		return err_set(e, ERR_FORMAT, "not an age file");
	if (ask(op, &q, file, len, &old, e) == 0)
		return 0;
	out->len = before;
	return -1;
}

void
opener_others(struct opener *op, opener_find fn, void *arg)
{
	op->find = fn;
	op->find_arg = arg;
}

size_t
opener_recipients(const struct opener *op, struct seal_recipient *out,
	size_t max)
{
	size_t n = op->n < max ? op->n : max;

	memcpy(out, op->who, n * sizeof(*out));
	return n;
}

void
opener_watch(struct opener *op,
	void (*fn)(void *arg, bool bundle, size_t bytes), void *arg)
{
	op->watch = fn;
	op->watch_arg = arg;
}

int
opener_fd(const struct opener *op)
{
	return op->fd;
}

void
opener_free(struct opener *op)
{
	struct err ignored = ERR_INIT;

	if (!op)
		return;
	hang_up(op);
	if (op->pid > 0) {
		/* it may be deep in scrypt, where it hears nothing */
		(void)kill(op->pid, SIGKILL);
		(void)proc_wait_pid(op->pid, &ignored);
	}
	if (op->rooms)
		(void)munmap(op->rooms, OPENER_ROOMS * ROOM_STRIDE);
	free(op);
}
