/* desk/records.c - lines of text in the catalogue, 64 at a time under zstd. */
#include "desk/records.h"

#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "base/buf.h"

#include "base/banned.h"

#define LEVEL 1		/* 3 fills as many pages, and costs more */
#define PLAIN_MAX (128u << 20)	/* a line at its cap behind a full record */
#define KEPT 1024		/* records at hand: of as many conversations */
#define KEPT_LEN (128u << 10)	/* larger ones are not kept */

struct record {
	int64_t n;		/* 0: none */
	int64_t reading;
	struct buf plain;	/* lines, each + LF */
	uint32_t start[RECORDS_LINES + 1];
	size_t lines;
};

struct records {
	struct catalogue *c;
	ZSTD_CCtx *pack;
	ZSTD_DCtx *unpack;
	struct buf plain, packed;	/* of the one being filled */
	int64_t reading, next;
	size_t lines;
	struct record kept[KEPT];
	struct record large;
};

struct records *
records_new(struct catalogue *c, struct err *e)
{
	struct records *r = calloc(1, sizeof(*r));
	size_t i;

	if (!r) {
		(void)err_nomem(e);
		return NULL;
	}
	r->c = c;
	buf_init(&r->plain, PLAIN_MAX);
	buf_init(&r->packed, PLAIN_MAX * 2);
	for (i = 0; i < KEPT; i++)
		buf_init(&r->kept[i].plain, KEPT_LEN);
	buf_init(&r->large.plain, PLAIN_MAX);
	r->pack = ZSTD_createCCtx();
	r->unpack = ZSTD_createDCtx();
	if (!r->pack || !r->unpack) {
		records_free(r);
		(void)err_nomem(e);
		return NULL;
	}
	return r;
}

void
records_free(struct records *r)
{
	size_t i;

	if (!r)
		return;
	ZSTD_freeCCtx(r->pack);
	ZSTD_freeDCtx(r->unpack);
	buf_release(&r->plain);
	buf_release(&r->packed);
	for (i = 0; i < KEPT; i++)
		buf_release(&r->kept[i].plain);
	buf_release(&r->large.plain);
	free(r);
}

int
records_begin(struct records *r, int64_t reading, struct err *e)
{
	buf_clear(&r->plain);
	r->lines = 0;
	r->reading = reading;
	if (catalogue_step(r->c, SQL_RECORD_LAST, e, "") != 1)
		return -1;
	r->next = catalogue_int(r->c, SQL_RECORD_LAST, 0) + 1;
	catalogue_reset(r->c, SQL_RECORD_LAST);
	return 0;
}

static int
flush(struct records *r, struct err *e)
{
	size_t n;

	if (r->lines == 0)
		return 0;
	buf_clear(&r->packed);
	if (buf_reserve(&r->packed, ZSTD_compressBound(r->plain.len), e) < 0)
		return -1;
	n = ZSTD_compressCCtx(r->pack, r->packed.data, r->packed.cap,
	    r->plain.data, r->plain.len, LEVEL);
	if (ZSTD_isError(n))
		return err_nomem(e);
	if (catalogue_run(r->c, SQL_RECORD_ADD, e, "iib", r->next, r->reading,
	    r->packed.data, n) < 0)
		return -1;
	r->next++;
	r->lines = 0;
	buf_clear(&r->plain);
	return 0;
}

int
records_add(struct records *r, const void *text, size_t n, int64_t *line,
	struct err *e)
{
	if (buf_add(&r->plain, text, n, e) < 0 ||
	    buf_addc(&r->plain, '\n', e) < 0)
		return -1;
	*line = r->next * RECORDS_LINES + (int64_t)r->lines;
	r->lines++;
	if (r->lines == RECORDS_LINES || r->plain.len >= RECORDS_LEN)
		return flush(r, e);
	return 0;
}

int
records_end(struct records *r, struct err *e)
{
	return flush(r, e);
}

static int
damaged(int64_t n, struct err *e)
{
	(void)err_set(e, ERR_FORMAT, "record %lld of the catalogue is damaged",
	    (long long)n);
	return err_hint(e, "run 'liudi-desk sync --rebuild'");
}

/* Where its lines begin. */
static int
split(struct record *k, struct err *e)
{
	const char *s = buf_str(&k->plain), *end = s + k->plain.len, *lf;

	for (k->lines = 0; s < end; s = lf + 1, k->lines++) {
		lf = memchr(s, '\n', (size_t)(end - s));
		if (!lf || k->lines == RECORDS_LINES)
			return damaged(k->n, e);
		k->start[k->lines] = (uint32_t)(s - buf_str(&k->plain));
	}
	k->start[k->lines] = (uint32_t)k->plain.len;
	return 0;
}

static int
unpack(struct records *r, struct record *k, int64_t n, const void *data,
	size_t len, struct err *e)
{
	unsigned long long plain = ZSTD_getFrameContentSize(data, len);
	size_t got;

	k->n = 0;
	if (plain > PLAIN_MAX)
		return damaged(n, e);
	buf_clear(&k->plain);
	if (buf_reserve(&k->plain, (size_t)plain, e) < 0)
		return -1;
	got = ZSTD_decompressDCtx(r->unpack, k->plain.data, (size_t)plain,
	    data, len);
	if (ZSTD_isError(got) || got != plain)
		return damaged(n, e);
	k->plain.len = got;
	if (split(k, e) < 0)
		return -1;
	k->n = n;
	return 0;
}

/* Record N out of the file; the ones at hand have been asked. */
static struct record *
load(struct records *r, int64_t n, struct err *e)
{
	struct record *k = NULL;
	const void *data;
	size_t len;
	int64_t reading;
	int rc = catalogue_step(r->c, SQL_RECORD_GET, e, "i", n);

	if (rc <= 0) {
		if (rc == 0)
			(void)damaged(n, e);
		return NULL;
	}
	reading = catalogue_int(r->c, SQL_RECORD_GET, 0);
	data = catalogue_blob(r->c, SQL_RECORD_GET, 1, &len);
	k = &r->kept[(uint64_t)n % KEPT];
	if (ZSTD_getFrameContentSize(data, len) >= KEPT_LEN)
		k = &r->large;
	if (unpack(r, k, n, data, len, e) < 0)
		k = NULL;
	else
		k->reading = reading;
	catalogue_reset(r->c, SQL_RECORD_GET);
	return k;
}

int
records_get(struct records *r, int64_t line, const char **text, size_t *n,
	int64_t *reading, struct err *e)
{
	int64_t at = line / RECORDS_LINES;
	size_t i = (size_t)(line % RECORDS_LINES);
	struct record *k;

	if (line < RECORDS_LINES)
		return damaged(at, e);
	k = &r->kept[(uint64_t)at % KEPT];
	if (k->n != at)
		k = r->large.n == at ? &r->large : load(r, at, e);
	if (!k)
		return -1;
	if (i >= k->lines)
		return damaged(at, e);
	*text = buf_str(&k->plain) + k->start[i];
	*n = k->start[i + 1] - k->start[i] - 1;
	*reading = k->reading;
	return 0;
}
