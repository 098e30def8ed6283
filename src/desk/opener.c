/* desk/opener.c - the boxed helper that opens age files, and how to ask it. */
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
#include "base/sandbox.h"
#include "crypto/secmem.h"
#include "open/age_open.h"
#include "open/identity.h"

#include "base/banned.h"

/*
 * The conversation over the socket, all numbers little endian:
 *	request	u32 number of recipients to compare with, 32 bytes each,
 *		u32 room + 1 or 0, u32 length, and without a room the age file;
 *		length STREAM: the file in segments of u32 length, bytes, up to
 *		one of length 0
 *	answer	frames of u8 kind, u32 length, bytes: any number of DATA, then
 *		DONE (request: u8 header is as wanted, u32 length of what the
 *		room holds now; first of all: 32 bytes per identity) or FAILED
 *		(u8 code, what, NUL, hint)
 * FAILED may come before the end of a stream: the rest is read and dropped.
 * The asker can change a room at any time: nothing of it is looked at twice,
 * all goes through memory of the helper's own.
 */
enum frame { FRAME_DATA, FRAME_DONE, FRAME_FAILED };
#define FRAME_HEAD 5
#define PIECE 65536
#define FRAME_MAX PIECE
#define PK_LEN 32
#define DONE_LEN 5
#define STREAM UINT32_MAX	/* more than OPENER_FILE_MAX */
#define ROOM_PIECE (4u * PIECE)	/* so that most of age's pieces lie whole */
#define ROOM_STRIDE ((size_t)OPENER_ROOM_LEN + 4096)

struct opener {
	pid_t pid;
	int fd;
	uint8_t *rooms;		/* OPENER_ROOMS * ROOM_STRIDE bytes */
	size_t n;
	struct seal_recipient who[IDENTITY_MAX];
	void (*watch)(void *arg, bool bundle, size_t bytes);
	void *watch_arg;
};

static void
put_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

static uint32_t
get_u32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

/* --- The helper's side.  Blocking: the parent reads while it writes. */

struct server {
	int fd;
	const char *pass;
	struct identities *ids;
	uint8_t *rooms;
	uint8_t in[ROOM_PIECE];
	/* the request being answered */
	uint8_t *room;		/* NULL = over the socket */
	size_t taken, given;	/* of the room's bytes */
	struct seal_recipient want[SEAL_MAX_RECIPIENTS];
	size_t nwant;
	struct buf head;	/* the file's beginning, to compare */
};

/* 1, 0 where the parent closed the socket before the first byte, -1. */
static int
read_all(int fd, void *data, size_t n)
{
	uint8_t *p = data;
	size_t have = 0;
	ssize_t got;

	while (have < n) {
		got = read(fd, p + have, n - have);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || (got == 0 && have > 0))
			return -1;
		if (got == 0)
			return 0;
		have += (size_t)got;
	}
	return 1;
}

static int
write_all(int fd, const void *data, size_t n)
{
	const uint8_t *p = data;
	ssize_t put;

	while (n > 0) {
		put = write(fd, p, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		p += put;
		n -= (size_t)put;
	}
	return 0;
}

static int
send_frame(int fd, enum frame kind, const void *data, size_t n)
{
	uint8_t head[FRAME_HEAD];

	head[0] = (uint8_t)kind;
	put_u32(head + 1, (uint32_t)n);
	if (write_all(fd, head, sizeof(head)) < 0)
		return -1;
	return write_all(fd, data, n);
}

static int
send_failed(int fd, const struct err *e)
{
	char text[sizeof(e->what) + sizeof(e->hint) + 2];
	int n;

	text[0] = (char)e->code;
	n = snprintf(text + 1, sizeof(text) - 1, "%s%c%s", e->what, 0,
	    e->hint);
	return send_frame(fd, FRAME_FAILED, text, (size_t)n + 1);
}

static int
send_data(void *arg, const void *data, size_t n, struct err *e)
{
	const struct server *s = arg;
	const uint8_t *p = data;
	size_t piece;

	while (n > 0) {
		piece = n < FRAME_MAX ? n : FRAME_MAX;
		if (send_frame(s->fd, FRAME_DATA, p, piece) < 0)
			return err_sys(e, errno, "the opener lost its asker");
		p += piece;
		n -= piece;
	}
	return 0;
}

/* As send_data; behind what was read there is room for what it held. */
static int
put_data(void *arg, const void *data, size_t n, struct err *e)
{
	struct server *s = arg;

	if (n > s->taken - s->given)
		return err_set(e, ERR_FAIL, "the opener has no room");
	memcpy(s->room + s->given, data, n);
	s->given += n;
	return 0;
}

/* Number of recipients, the recipients, room, length.  As read_all. */
static int
read_request(struct server *s, uint32_t *len)
{
	uint8_t word[4];
	uint32_t n, i;
	int rc;

	rc = read_all(s->fd, word, sizeof(word));
	if (rc <= 0)
		return rc;
	n = get_u32(word);
	if (n > SEAL_MAX_RECIPIENTS)
		return -1;
	for (i = 0; i < n; i++) {
		s->want[i].kind = SEAL_X25519;
		if (read_all(s->fd, s->want[i].pk, PK_LEN) <= 0)
			return -1;
	}
	s->nwant = n;
	if (read_all(s->fd, word, sizeof(word)) <= 0)
		return -1;
	n = get_u32(word);
	if (n > OPENER_ROOMS || read_all(s->fd, word, sizeof(word)) <= 0)
		return -1;
	s->room = n > 0 ? s->rooms + (n - 1) * ROOM_STRIDE : NULL;
	s->taken = s->given = 0;
	*len = get_u32(word);
	return s->room && *len > OPENER_ROOM_LEN ? -1 : 1;
}

/* Keep what could be the header. */
static int
keep_head(struct server *s, const void *data, size_t n, struct err *e)
{
	size_t room = AGE_HEADER_MAX - s->head.len;

	if (s->nwant == 0)
		return 0;
	return buf_add(&s->head, data, n < room ? n : room, e);
}

/* As feed(), out of the room. */
static int
feed_room(struct server *s, struct age_open *a, size_t len, struct err *e)
{
	size_t n;

	while (a && s->taken < len) {
		n = len - s->taken < ROOM_PIECE ? len - s->taken : ROOM_PIECE;
		memcpy(s->in, s->room + s->taken, n);
		s->taken += n;
		if (keep_head(s, s->in, n, e) < 0 ||
		    age_open_feed(a, s->in, n, e) < 0)
			return 1;
	}
	return a ? 0 : 1;
}

/*
 * Feed LEN bytes of the socket to A (NULL: it failed already).  The whole of a
 * request is read even after a failure, so that the next one begins where it
 * should.  0, 1 = a is of no more use (*e says why), -1 = the socket is.
 */
static int
feed(struct server *s, struct age_open *a, uint32_t len, struct err *e)
{
	bool failed = !a;
	size_t n;

	while (len > 0) {
		n = len < PIECE ? len : PIECE;
		if (read_all(s->fd, s->in, n) <= 0)
			return -1;
		len -= (uint32_t)n;
		if (failed)
			continue;
		failed = keep_head(s, s->in, n, e) < 0 ||
		    age_open_feed(a, s->in, n, e) < 0;
	}
	return failed ? 1 : 0;
}

/* As feed(), segment by segment; 2 = as 1, and the asker knows it. */
static int
feed_stream(struct server *s, struct age_open *a, struct err *e)
{
	bool failed = !a;
	uint8_t word[4];
	uint32_t n;

	if (failed && send_failed(s->fd, e) < 0)
		return -1;
	for (;;) {
		if (read_all(s->fd, word, sizeof(word)) <= 0)
			return -1;
		n = get_u32(word);
		if (n == 0)
			return failed ? 2 : 0;
		if (n > PIECE || read_all(s->fd, s->in, n) <= 0)
			return -1;
		if (failed)
			continue;
		failed = keep_head(s, s->in, n, e) < 0 ||
		    age_open_feed(a, s->in, n, e) < 0;
		if (failed && send_failed(s->fd, e) < 0)
			return -1;
	}
}

/* 0 = answered, -1 = the socket is of no more use. */
static int
answer(struct server *s, uint32_t len)
{
	struct err e = ERR_INIT;
	struct age_open *a;
	uint8_t done[DONE_LEN] = {0};
	int rc;

	buf_clear(&s->head);
	a = age_open_new(s->ids, s->pass, s->room ? put_data : send_data, s,
	    &e);
	if (s->room)
		rc = feed_room(s, a, len, &e);
	else if (len == STREAM)
		rc = feed_stream(s, a, &e);
	else
		rc = feed(s, a, len, &e);
	if (rc == 0 && age_open_finish(a, &e) < 0)
		rc = 1;
	if (rc == 0 && s->nwant > 0)
		done[0] = age_open_header_is(s->head.data, s->head.len,
		    age_open_key(a), s->want, s->nwant);
	age_open_free(a);
	put_u32(done + 1, (uint32_t)s->given);
	if (rc == 0)
		rc = send_frame(s->fd, FRAME_DONE, done, sizeof(done));
	else if (rc == 1)
		rc = send_failed(s->fd, &e);
	return rc < 0 ? -1 : 0;
}

/* What the helper is told before it is forked. */
struct start {
	const void *identity;	/* NULL = none */
	size_t n;
	const char *pass;
	uint8_t *rooms;
};

/* Everything that needs more rights than the box gives. */
static int
prepare(struct server *s, const struct start *start, struct err *e)
{
	sandbox_no_dump();
	s->rooms = start->rooms;
	buf_init(&s->head, AGE_HEADER_MAX);
	if (start->identity) {
		s->ids = identities_new(e);
		if (!s->ids || identities_load(s->ids, start->identity,
		    start->n, start->pass, e) < 0)
			return -1;
	} else {
		s->pass = start->pass;
	}
	return sandbox_enter(SANDBOX_OPENER, NULL, e);
}

static int
send_ready(const struct server *s)
{
	uint8_t pks[IDENTITY_MAX * PK_LEN];
	struct seal_recipient r;
	size_t i, n = s->ids ? identities_count(s->ids) : 0;

	for (i = 0; i < n && i < IDENTITY_MAX; i++) {
		identities_recipient(s->ids, i, &r);
		memcpy(pks + i * PK_LEN, r.pk, PK_LEN);
	}
	return send_frame(s->fd, FRAME_DONE, pks, i * PK_LEN);
}

/* The helper's life: 0 when the parent hung up. */
static int
serve(int fd, void *arg)
{
	struct server *s = calloc(1, sizeof(*s));
	struct err e = ERR_INIT;
	uint32_t len = 0;
	int rc;

	if (!s)
		return 1;
	s->fd = fd;
	if (prepare(s, arg, &e) < 0) {
		(void)send_failed(fd, &e);
		return 1;
	}
	rc = send_ready(s);
	while (rc == 0) {
		rc = read_request(s, &len);
		if (rc <= 0)
			break;
		rc = answer(s, len);
	}
	identities_free(s->ids);
	buf_wipe(&s->head);
	return rc == 0 ? 0 : 1;
}

/* --- The asker's side. */

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

static struct opener *
start(struct start *how, struct err *e)
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
	op->pid = proc_fork(serve, how, NULL, 0, &op->fd, e);
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
	struct start how = {.identity = identity, .n = n, .pass = pass};

	return start(&how, e);
}

struct opener *
opener_new_pass(const char *pass, struct err *e)
{
	struct start how = {.pass = pass};

	return start(&how, e);
}

/*
 * One request: FILE of N bytes, or (FILE NULL) those of ROOM, of which *LEN
 * remain.
 */
static int
ask(struct opener *op, const void *file, size_t room, size_t n,
	const struct seal_recipient *expect, size_t nexpect, int *header_ok,
	size_t *len, seal_sink sink, void *arg, struct err *e)
{
	uint8_t head[4 + SEAL_MAX_RECIPIENTS * PK_LEN + 8];
	struct part parts[2];
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
	put_u32(head + at, file ? 0 : (uint32_t)room + 1);
	put_u32(head + at + 4, (uint32_t)n);
	parts[0] = (struct part){head, at + 8};
	parts[1] = (struct part){file, n};
	k->op = op;
	k->part = parts;
	k->nparts = file && n > 0 ? 2 : 1;
	k->sink = sink;
	k->arg = arg;
	if (talk(k, e) < 0 || k->sink_failed)
		goto out;
	if (op->watch)
		op->watch(op->watch_arg, !file, n);
	if (k->buf[0] == FRAME_FAILED) {
		take_error(k->buf + FRAME_HEAD, get_u32(k->buf + 1), e);
		goto out;
	}
	if (header_ok)
		*header_ok = k->buf[FRAME_HEAD] == 1;
	*len = get_u32(k->buf + FRAME_HEAD + 1);
	rc = 0;
out:
	secmem_wipe(k, sizeof(*k));
	free(k);
	return rc;
}

int
opener_open(struct opener *op, const void *file, size_t n,
	const struct seal_recipient *expect, size_t nexpect, int *header_ok,
	seal_sink sink, void *arg, struct err *e)
{
	size_t len;

	if (n > OPENER_FILE_MAX)
		return err_set(e, ERR_FORMAT, "the sealed file is too large");
	return ask(op, n > 0 ? file : "", 0, n, expect, nexpect, header_ok,
	    &len, sink, arg, e);
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
	uint8_t head[12] = {0};
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
	if (n > OPENER_ROOM_LEN)
		return err_set(e, ERR_FORMAT, "the sealed file is too large");
	if (ask(op, NULL, room, n, expect, nexpect, header_ok, len, NULL, NULL,
	    e) < 0)
		return -1;
	return *len <= n ? 0 : gone(e);
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
