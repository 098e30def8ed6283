/* base/buf.c - a growing run of bytes with a maximum from birth. */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define MIN_CAP 64
#define MOST ((size_t)PTRDIFF_MAX - 1)	/* no object is larger */

void
buf_init(struct buf *b, size_t max)
{
	b->data = NULL;
	b->len = 0;
	b->cap = 0;
	b->max = max;
}

void
buf_release(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

void
buf_wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->cap + 1);
	buf_release(b);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

int
buf_reserve(struct buf *b, size_t n, struct err *e)
{
	size_t max = b->max < MOST ? b->max : MOST;
	size_t want, cap;
	uint8_t *data;

	if (b->len > max || n > max - b->len)
		return err_set(e, ERR_NOMEM, "more than %zu bytes", b->max);
	want = b->len + n;
	if (b->data && want <= b->cap)
		return 0;
	cap = b->cap < MIN_CAP ? MIN_CAP : b->cap;
	if (cap > max)
		cap = max;
	while (cap < want)
		cap = cap > max / 2 ? max : cap * 2;
	data = realloc(b->data, cap + 1);
	if (!data)
		return err_nomem(e);
	data[b->len] = '\0';
	b->data = data;
	b->cap = cap;
	return 0;
}

int
buf_add(struct buf *b, const void *data, size_t n, struct err *e)
{
	/* What is allocated is never more than max. */
	if ((!b->data || n > b->cap - b->len) && buf_reserve(b, n, e) < 0)
		return -1;
	if (n > 0)
		memcpy(b->data + b->len, data, n);
	b->len += n;
	b->data[b->len] = '\0';
	return 0;
}

int
buf_addc(struct buf *b, char c, struct err *e)
{
	return buf_add(b, &c, 1, e);
}

int
buf_adds(struct buf *b, const char *s, struct err *e)
{
	return buf_add(b, s, strlen(s), e);
}

int
buf_addf(struct buf *b, struct err *e, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return err_set(e, ERR_FAIL, "text cannot be formatted");
	if (buf_reserve(b, (size_t)n, e) < 0)
		return -1;
	va_start(ap, fmt);
	(void)vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return 0;
}

void
buf_drop(struct buf *b, size_t n)
{
	if (n == 0)
		return;
	b->len -= n;
	memmove(b->data, b->data + n, b->len);
	b->data[b->len] = '\0';
}

const char *
buf_str(const struct buf *b)
{
	return b->data ? (const char *)b->data : "";
}

uint8_t *
buf_take(struct buf *b, size_t *len)
{
	uint8_t *data = b->data;

	*len = b->len;
	buf_init(b, b->max);
	return data;
}
