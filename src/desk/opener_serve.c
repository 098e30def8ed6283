/*
 * desk/opener_serve.c - the boxed helper that opens age files.  Blocking: the
 * asker reads while it writes.
 */
#include "desk/opener_serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sandbox.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "open/age_open.h"
#include "open/identity.h"
#include "open/rehead.h"

#include "base/banned.h"

#define ROOM_PIECE (4u * PIECE)	/* so that most of age's pieces lie whole */

struct server {
	int fd;
	const char *pass;
	struct identities *ids;
	uint8_t *rooms;
	uint8_t in[ROOM_PIECE];
	/* the request being answered */
	uint8_t *room;		/* NULL = over the socket */
	size_t taken, given;	/* of the room's bytes */
	bool rehead;
	struct buf others;	/* headers of the same key */
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

/* As read_all. */
static int
read_others(struct server *s)
{
	struct err ignored = ERR_INIT;
	uint8_t word[4];
	uint32_t n;

	if (read_all(s->fd, word, sizeof(word)) <= 0)
		return -1;
	n = get_u32(word);
	buf_clear(&s->others);
	if (n == 0)
		return 1;
	if (n > OPENER_OTHERS_MAX || buf_reserve(&s->others, n, &ignored) < 0)
		return -1;
	s->others.len = n;
	return read_all(s->fd, s->others.data, n) <= 0 ? -1 : 1;
}

/* Number of recipients, the recipients, room, lengths.  As read_all. */
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
	s->rehead = n == REHEAD;
	if (s->rehead)
		n = 0;
	if (n > OPENER_ROOMS || read_all(s->fd, word, sizeof(word)) <= 0)
		return -1;
	s->room = n > 0 ? s->rooms + (n - 1) * ROOM_STRIDE : NULL;
	s->taken = s->given = 0;
	*len = get_u32(word);
	if (s->room && *len > OPENER_ROOM_LEN)
		return -1;
	if (s->rehead && (*len > PIECE || s->nwant == 0))
		return -1;
	return read_others(s);
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

/* As answer(): a header for the recipients. */
static int
answer_rehead(struct server *s, uint32_t len)
{
	struct buf out = BUF_INIT(AGE_HEADER_MAX);
	struct err e = ERR_INIT;
	uint8_t done[DONE_LEN] = {0};
	size_t old;
	int rc = -1;

	if (len > 0 && read_all(s->fd, s->in, len) <= 0)
		goto out;
	if (age_rehead_others(&out, &old, s->in, len, s->ids, s->others.data,
	    s->others.len, s->want, s->nwant, &e) < 0) {
		rc = send_failed(s->fd, &e);
		goto out;
	}
	put_u32(done + 1, (uint32_t)old);
	rc = send_data(s, out.data, out.len, &e);
	if (rc == 0)
		rc = send_frame(s->fd, FRAME_DONE, done, sizeof(done));
out:
	buf_release(&out);
	return rc;
}

/* 0 = answered, -1 = the socket is of no more use. */
static int
answer(struct server *s, uint32_t len)
{
	struct err e = ERR_INIT;
	struct age_open *a;
	uint8_t done[DONE_LEN] = {0};
	int rc;

	if (s->rehead)
		return answer_rehead(s, len);
	buf_clear(&s->head);
	a = age_open_new(s->ids, s->pass, s->room ? put_data : send_data, s,
	    &e);
	if (a)
		age_open_others(a, s->others.data, s->others.len);
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

/* Everything that needs more rights than the box gives. */
static int
prepare(struct server *s, const struct opener_start *start, struct err *e)
{
	uint8_t sum[HASH_LEN];
	int rc;

	sandbox_no_dump();
	/* libcrypto reads its configuration and loads what that names. */
	hash_sha256(sum, "", 0);
	s->rooms = start->rooms;
	buf_init(&s->head, AGE_HEADER_MAX);
	buf_init(&s->others, OPENER_OTHERS_MAX);
	if (start->identity) {
		s->ids = identities_new(e);
		rc = s->ids ? identities_load(s->ids, start->identity,
		    start->n, start->pass, e) : -1;
		secmem_free(start->pass);	/* not needed any more */
		if (rc < 0)
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

int
opener_serve(int fd, void *arg)
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
	buf_release(&s->others);
	return rc == 0 ? 0 : 1;
}
