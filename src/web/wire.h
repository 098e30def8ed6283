/*
 * web/wire.h - what the process that speaks HTTP and the one that has the records
 * say to each other: one question, one answer, in turns, over a socket pair.
 *
 * Both are the same program; who asks may have been taken over by a browser's
 * bytes, so lengths are held against their caps.
 * Needs: base, crypto.
 */
#ifndef LIUDI_WEB_WIRE_H
#define LIUDI_WEB_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define WIRE_PATH_MAX 1024
#define WIRE_FIELDS_MAX 4096	/* bytes behind "?", and of a form */
#define WIRE_BODY_MAX ((size_t)32 << 20)
#define WIRE_NAME_MAX 200
/* Of these a name is, which stands in a header. */
#define WIRE_NAME_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789._-"

struct wire_ask {
	uint8_t post;			/* not 0: it is one */
	uint8_t zh;			/* the language that is asked for */
	char path[WIRE_PATH_MAX + 1];	/* decoded */
	char query[WIRE_FIELDS_MAX + 1];	/* as it came */
	size_t nquery;
	char form[WIRE_FIELDS_MAX + 1];	/* of a POST */
	size_t nform;
};

enum wire_type {
	WIRE_HTML, WIRE_JSON, WIRE_TEXT, WIRE_CSV, WIRE_WEBP, WIRE_PNG,
	WIRE_JPEG, WIRE_GIF, WIRE_CSS, WIRE_BYTES, WIRE_SCRIPT, WIRE_SVG,
	WIRE_TYPES
};

struct wire_answer {
	int status;			/* HTTP */
	enum wire_type type;
	uint8_t foreign;		/* a page of somebody else: shown, with
					 * nothing allowed to it */
	char to[WIRE_PATH_MAX + 1];	/* of 303: a path of ours, else "" */
	char file[WIRE_NAME_MAX + 1];	/* saved under that name, else "" */
	size_t n;			/* bytes of the body, behind it */
};

/* 0; 1: the other side is gone; -1: ERR_IO, ERR_FORMAT (over a cap). */
int wire_put_ask(int fd, const struct wire_ask *q, struct err *e);
int wire_get_ask(int fd, struct wire_ask *q, struct err *e);
int wire_put_answer(int fd, const struct wire_answer *a, const void *body,
	struct err *e);
/* *BODY (a->n bytes) is the caller's to free(). */
int wire_get_answer(int fd, struct wire_answer *a, void **body,
	struct err *e);

#endif
