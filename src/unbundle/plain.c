/* unbundle/plain.c - docs/FORMAT.md section 3; RFC 8878. */
#include "unbundle/plain.h"

#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/banned.h"

#define WINDOW_LOG_MAX 27
#define FRAME_MAGIC 0xfd2fb528u
#define PADDING_MAGIC 0x184d2a50u

enum place { AT_FRAME, IN_FRAME, AT_PADDING, IN_PADDING, AT_END };

struct plain {
	ZSTD_DCtx *d;
	bundle_pull pull;
	void *arg;
	const uint8_t *in;	/* borrowed from pull */
	size_t in_len;
	enum place place;
	uint8_t head[4];	/* bytes of a number, gathered */
	unsigned head_len;
	uint64_t padding_left;
	uint64_t total, max, zeros;
};

struct plain *
plain_new(bundle_pull pull, void *arg, uint64_t max, struct err *e)
{
	struct plain *p = calloc(1, sizeof(*p));

	if (!p) {
		err_nomem(e);
		return NULL;
	}
	p->pull = pull;
	p->arg = arg;
	p->max = max;
	p->d = ZSTD_createDCtx();
	if (!p->d || ZSTD_isError(ZSTD_DCtx_setParameter(p->d,
	    ZSTD_d_windowLogMax, WINDOW_LOG_MAX))) {
		plain_free(p);
		err_nomem(e);
		return NULL;
	}
	return p;
}

void
plain_free(struct plain *p)
{
	if (!p)
		return;
	ZSTD_freeDCtx(p->d);
	free(p);
}

uint64_t
plain_total(const struct plain *p)
{
	return p->total;
}

uint64_t
plain_zeros(const struct plain *p)
{
	return p->zeros;
}

/* 1: there is input, 0: it has ended, -1. */
static int
more(struct plain *p, struct err *e)
{
	const void *data = NULL;
	size_t n = 0;

	if (p->in_len > 0)
		return 1;
	if (p->pull(p->arg, &data, &n, e) < 0)
		return -1;
	p->in = data;
	p->in_len = n;
	return n > 0;
}

static int
cut_short(struct err *e)
{
	return err_set(e, ERR_FORMAT, "sealed bytes are cut short");
}

/* Gather 4 bytes, little endian; 1: *v, 0: no byte is left, -1. */
static int
number(struct plain *p, uint32_t *v, struct err *e)
{
	int rc;

	p->head_len = 0;
	while (p->head_len < 4) {
		rc = more(p, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			return p->head_len > 0 ? cut_short(e) : 0;
		p->head[p->head_len++] = *p->in++;
		p->in_len--;
	}
	*v = (uint32_t)p->head[0] | (uint32_t)p->head[1] << 8 |
	    (uint32_t)p->head[2] << 16 | (uint32_t)p->head[3] << 24;
	return 1;
}

/* A machine without room says nothing of the bytes. */
static int
zstd_failed(size_t code, struct err *e)
{
	if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation)
		return err_nomem(e);
	return err_set(e, ERR_FORMAT, "zstd: %s", ZSTD_getErrorName(code));
}

/* zstd itself would skip any skippable frame anywhere: look first. */
static int
begin_frame(struct plain *p, ZSTD_outBuffer *out, struct err *e)
{
	ZSTD_inBuffer in = {p->head, sizeof(p->head), 0};
	uint32_t magic;
	size_t left;
	int rc = number(p, &magic, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_FORMAT, "sealed bytes end without "
		    "padding");
	if (magic == PADDING_MAGIC) {
		p->place = AT_PADDING;
		return 0;
	}
	if (magic != FRAME_MAGIC)
		return err_set(e, ERR_FORMAT, "neither a zstd frame nor "
		    "padding: magic %08x", magic);
	left = ZSTD_decompressStream(p->d, out, &in);
	if (ZSTD_isError(left))
		return zstd_failed(left, e);
	if (in.pos < in.size)
		return err_set(e, ERR_FORMAT, "zstd: no frame header");
	p->place = IN_FRAME;
	return 0;
}

static int
continue_frame(struct plain *p, ZSTD_outBuffer *out, struct err *e)
{
	const size_t before = out->pos;
	ZSTD_inBuffer in;
	size_t left;
	int has_input = more(p, e);

	if (has_input < 0)
		return -1;
	/* Without input zstd may still have bytes to give. */
	in = (ZSTD_inBuffer){p->in, p->in_len, 0};
	left = ZSTD_decompressStream(p->d, out, &in);
	if (ZSTD_isError(left))
		return zstd_failed(left, e);
	if (!has_input && left > 0 && out->pos == before)
		return cut_short(e);
	if (p->in_len > 0)
		p->in += in.pos;
	p->in_len -= in.pos;
	if (left == 0)
		p->place = AT_FRAME;
	return 0;
}

static int
skip_padding(struct plain *p, struct err *e)
{
	size_t i, n;
	int rc = more(p, e);

	if (rc < 0)
		return -1;
	if (p->padding_left == 0) {
		if (rc > 0)
			return err_set(e, ERR_FORMAT,
			    "bytes behind the padding");
		p->place = AT_END;
		return 0;
	}
	if (rc == 0)
		return cut_short(e);
	n = p->in_len < p->padding_left ? p->in_len : (size_t)p->padding_left;
	for (i = 0; i < n; i++)
		if (p->in[i] != 0)
			return err_set(e, ERR_FORMAT,
			    "padding that is not zeros");
	p->in += n;
	p->in_len -= n;
	p->padding_left -= n;
	return 0;
}

static int
step(struct plain *p, ZSTD_outBuffer *out, struct err *e)
{
	uint32_t len;
	int rc;

	switch (p->place) {
	case AT_FRAME:
		return begin_frame(p, out, e);
	case IN_FRAME:
		return continue_frame(p, out, e);
	case AT_PADDING:
		rc = number(p, &len, e);
		if (rc == 0)
			return cut_short(e);
		p->padding_left = len;
		p->place = IN_PADDING;
		return rc < 0 ? -1 : 0;
	case IN_PADDING:
		return skip_padding(p, e);
	case AT_END:
		break;
	}
	return 0;
}

static void
count_zeros(struct plain *p, const uint8_t *d, size_t n)
{
	size_t i = n;

	while (i > 0 && d[i - 1] == 0)
		i--;
	p->zeros = i == 0 ? p->zeros + n : n - i;
}

int
plain_read(struct plain *p, void *out, size_t cap, size_t *n, struct err *e)
{
	ZSTD_outBuffer ob = {out, cap, 0};

	while (ob.pos < cap && p->place != AT_END)
		if (step(p, &ob, e) < 0)
			return -1;
	p->total += ob.pos;
	if (p->total > p->max)
		return err_set(e, ERR_FORMAT,
		    "more than %llu bytes when decompressed",
		    (unsigned long long)p->max);
	count_zeros(p, out, ob.pos);
	*n = ob.pos;
	return 0;
}
