/*
 * desk/opener_serve.h - what the opener's two sides say to each other, and the
 * helper's side.  For desk/opener.c.
 * Needs: base, crypto, seal, open.
 */
#ifndef LIUDI_DESK_OPENER_SERVE_H
#define LIUDI_DESK_OPENER_SERVE_H

#include "desk/opener.h"

/*
 * The conversation over the socket, all numbers little endian:
 *	request	u32 number of recipients to compare with, 32 bytes each,
 *		u32 room + 1 or 0 or REHEAD, u32 length, u32 length of other
 *		headers (age_open_others) and those, and without a room the age
 *		file; length STREAM: the file in segments of u32 length, bytes,
 *		up to one of length 0; REHEAD: only the file's beginning, and
 *		DATA is its header for the recipients
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
#define REHEAD UINT32_MAX	/* as a room */
#define ROOM_STRIDE ((size_t)OPENER_ROOM_LEN + 4096)

static inline void
put_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

static inline uint32_t
get_u32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

/* What the helper is told before it is forked. */
struct opener_start {
	const void *identity;	/* NULL = none */
	size_t n;
	char *pass;		/* or NULL; the helper frees its copy */
	uint8_t *rooms;
};

/*
 * The helper's life, for proc_fork(): prepare, enter the box, answer.  ARG: a
 * struct opener_start.  0 when the asker hung up.
 */
int opener_serve(int fd, void *arg);

#endif
