/*
 * bundle/tarz.c - docs/FORMAT.md section 7: POSIX ustar (IEEE 1003.1-1990) in
 * zstd frames (RFC 8878).
 *
 * libarchive writes the tar into a callback, which feeds the zstd context that
 * suits the entry: `text` works at the caller's level; `stored` makes next to
 * no effort, only enough to fold up the tar headers between bytes that do not
 * compress.  The numbers beside the parameters were measured on one core at
 * 2.8 GHz with zstd 1.5.4.
 */
#include "bundle/tarz.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/banned.h"

/* 2^23 would save 0.1 % and cost 6 MiB of memory. */
#define TEXT_WINDOW_LOG 20
/*
 * Level -10 runs at 3.4 GB/s on random bytes and at 1.8 with the headers of
 * 8 KiB entries between them, which then cost 1.3 % instead of 8.5.
 */
#define STORED_LEVEL (-10)
#define STORED_WINDOW_LOG 18
/*
 * A new frame begins without history.  A picture between texts is not worth
 * that; a folder of pictures is.
 */
#define SWITCH_AFTER (64 * 1024)	/* packed bytes in a row */
#define SWITCH_FREELY (8 * 1024)	/* a shorter frame is no loss */

/*
 * Lines: an id stands in a bundle's line and once more in a file's line, some
 * megabytes on.  Only long distance matching finds it: 2.10 MB of 8.31 MB (the
 * ids and sums alone are 1.49 MB) at 126 MB/s, against 2.93 MB at level 1 and
 * 2.22 MB with lazy matching and 24 MiB of tables at 28 MB/s.
 */
#define LINES_WINDOW_LOG 23
#define LINES_HASH_LOG 12
#define LINES_MIN_MATCH 7
#define LINES_LDM_HASH_LOG_MIN 14
#define LINES_LDM_HASH_LOG_MAX 20
#define LINES_LDM_MIN_MATCH 32	/* half of an id */
#define LINES_LDM_RATE_LOG 3
/* Below this, clearing those tables would cost more than a better search. */
#define LINES_SMALL (128 * 1024)
#define LINES_SMALL_LEVEL 9

/*
 * A longer search: 14.56 MB of 40 MB of notes of 1.5 KB, 15.54 at level 3.  With
 * the tables that zstd has for it, 14.17, and 2 MiB of memory more.
 */
#define LONGER_LEVEL 5
#define LONGER_HASH_LOG 18

struct tarz {
	int level;
	ZSTD_CCtx *text, *stored;
	ZSTD_CCtx *cur;			/* text, stored; NULL: no frame open */
	uint64_t frame_len;		/* plain bytes in the open frame */
	uint64_t packed_run;		/* packed bytes since the last other */
	struct archive *tar;		/* NULL: no file begun */
	struct archive_entry *entry;
	tarz_sink sink;			/* NULL: swallow (after an error) */
	void *sink_arg;
	uint64_t written;
	struct err *e;			/* of the call that is going on */
	uint8_t *out;
	size_t out_cap;
};

static int
zstd_failed(size_t code, struct err *e)
{
	return err_set(e, ERR_FAIL, "zstd: %s", ZSTD_getErrorName(code));
}

/* A context with COUNT parameters; NULL and *e. */
static ZSTD_CCtx *
new_context(const int (*params)[2], size_t count, struct err *e)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t i, code;

	if (!c) {
		err_nomem(e);
		return NULL;
	}
	for (i = 0; i < count; i++) {
		code = ZSTD_CCtx_setParameter(c,
		    (ZSTD_cParameter)params[i][0], params[i][1]);
		if (ZSTD_isError(code)) {
			zstd_failed(code, e);
			ZSTD_freeCCtx(c);
			return NULL;
		}
	}
	return c;
}

struct tarz *
tarz_new(int level, struct err *e)
{
	const int text[][2] = {
		{ZSTD_c_compressionLevel, level},
		{ZSTD_c_windowLog, TEXT_WINDOW_LOG},
	};
	static const int stored[][2] = {
		{ZSTD_c_compressionLevel, STORED_LEVEL},
		{ZSTD_c_windowLog, STORED_WINDOW_LOG},
	};
	struct tarz *t = calloc(1, sizeof(*t));

	if (!t) {
		err_nomem(e);
		return NULL;
	}
	t->level = level;
	t->text = new_context(text, sizeof(text) / sizeof(text[0]), e);
	if (!t->text)
		goto fail;
	t->stored = new_context(stored, sizeof(stored) / sizeof(stored[0]), e);
	if (!t->stored)
		goto fail;
	t->out_cap = ZSTD_CStreamOutSize();
	t->out = malloc(t->out_cap);
	t->entry = archive_entry_new();
	if (!t->out || !t->entry) {
		err_nomem(e);
		goto fail;
	}
	archive_entry_set_filetype(t->entry, AE_IFREG);
	archive_entry_set_perm(t->entry, 0644);
	archive_entry_set_mtime(t->entry, 0, 0);
	return t;
fail:
	tarz_free(t);
	return NULL;
}

/* Forget a file that was begun, finished or not. */
static void
drop_file(struct tarz *t)
{
	t->sink = NULL;	/* what libarchive still writes goes nowhere */
	t->cur = NULL;
	if (t->tar)
		(void)archive_write_free(t->tar);	/* only closes */
	t->tar = NULL;
}

void
tarz_free(struct tarz *t)
{
	if (!t)
		return;
	drop_file(t);
	if (t->entry)
		archive_entry_free(t->entry);
	ZSTD_freeCCtx(t->text);
	ZSTD_freeCCtx(t->stored);
	free(t->out);
	free(t);
}

/* Push bytes through the open frame; HOW: go on, flush, or end it. */
static int
feed(struct tarz *t, const void *data, size_t n, ZSTD_EndDirective how)
{
	ZSTD_inBuffer in = {data, n, 0};
	ZSTD_outBuffer out;
	size_t left;

	t->frame_len += n;
	do {
		out = (ZSTD_outBuffer){t->out, t->out_cap, 0};
		left = ZSTD_compressStream2(t->cur, &out, &in, how);
		if (ZSTD_isError(left))
			return zstd_failed(left, t->e);
		if (out.pos > 0 &&
		    t->sink(t->sink_arg, t->out, out.pos, t->e) < 0)
			return -1;
		t->written += out.pos;
	} while (how != ZSTD_e_continue ? left > 0 : in.pos < in.size);
	return 0;
}

static la_ssize_t
write_tar(struct archive *a, void *arg, const void *data, size_t n)
{
	struct tarz *t = arg;

	if (t->sink && feed(t, data, n, ZSTD_e_continue) < 0) {
		archive_set_error(a, EIO, "sink");
		t->sink = NULL;
	}
	return t->sink ? (la_ssize_t)n : -1;
}

static int
open_frame(struct tarz *t, ZSTD_CCtx *c)
{
	size_t code = ZSTD_CCtx_reset(c, ZSTD_reset_session_only);

	if (ZSTD_isError(code))
		return zstd_failed(code, t->e);
	t->cur = c;
	t->frame_len = 0;
	return 0;
}

int
tarz_longer(struct tarz *t, bool longer, struct err *e)
{
	size_t code;

	drop_file(t);
	code = ZSTD_CCtx_reset(t->text, ZSTD_reset_session_only);
	if (!ZSTD_isError(code))
		code = ZSTD_CCtx_setParameter(t->text,
		    ZSTD_c_compressionLevel,
		    longer ? LONGER_LEVEL : t->level);
	if (!ZSTD_isError(code))	/* 0: as the level has it */
		code = ZSTD_CCtx_setParameter(t->text, ZSTD_c_hashLog,
		    longer ? LONGER_HASH_LOG : 0);
	return ZSTD_isError(code) ? zstd_failed(code, e) : 0;
}

int
tarz_begin(struct tarz *t, tarz_sink sink, void *arg, struct err *e)
{
	struct archive *a;

	drop_file(t);
	t->e = e;
	t->sink_arg = arg;
	t->written = 0;
	t->packed_run = 0;
	if (open_frame(t, t->text) < 0)
		return -1;
	a = archive_write_new();
	if (!a)
		return err_nomem(e);
	/* No blocking: the end is two zero blocks, not filled up to 10 KiB. */
	if (archive_write_set_format_ustar(a) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(a, 0) != ARCHIVE_OK ||
	    archive_write_open(a, t, NULL, write_tar, NULL) != ARCHIVE_OK) {
		err_set(e, ERR_FAIL, "libarchive: %s", archive_error_string(a));
		(void)archive_write_free(a);
		return -1;
	}
	t->tar = a;
	t->sink = sink;
	return 0;
}

/* Give the file up; *e is set already if the sink or zstd failed. */
static int
tar_failed(struct tarz *t)
{
	if (t->sink)
		err_set(t->e, ERR_FAIL, "libarchive: %s",
		    archive_error_string(t->tar));
	drop_file(t);
	return -1;
}

/* The frame that suits an entry of N bytes. */
static int
choose_frame(struct tarz *t, size_t n, bool packed)
{
	ZSTD_CCtx *want = t->text;

	t->packed_run = packed ? t->packed_run + n : 0;
	if (packed && (t->cur == t->stored || t->packed_run >= SWITCH_AFTER ||
	    t->frame_len < SWITCH_FREELY))
		want = t->stored;
	if (want == t->cur)
		return 0;
	if (t->frame_len > 0 && feed(t, NULL, 0, ZSTD_e_end) < 0)
		return -1;
	return open_frame(t, want);
}

/*
 * zstd stores a block raw unless it shrinks by a 64th: a header between bytes
 * that do not compress would never be folded up, at 580 bytes an entry.  In
 * blocks of their own they take 90.
 */
static int
apart(struct tarz *t)
{
	if (t->cur != t->stored || feed(t, NULL, 0, ZSTD_e_flush) == 0)
		return 0;
	t->sink = NULL;
	return -1;
}

int
tarz_add(struct tarz *t, const char *name, const void *data, size_t n,
	bool packed, struct err *e)
{
	if (!t->tar)
		return err_set(e, ERR_FAIL, "bundle is not begun");
	t->e = e;
	if (choose_frame(t, n, packed) < 0) {
		drop_file(t);
		return -1;
	}
	archive_entry_set_pathname(t->entry, name);
	archive_entry_set_size(t->entry, (la_int64_t)n);
	if (archive_write_header(t->tar, t->entry) != ARCHIVE_OK ||
	    apart(t) < 0)
		return tar_failed(t);
	if (n > 0 && archive_write_data(t->tar, data, n) != (la_ssize_t)n)
		return tar_failed(t);
	if (apart(t) < 0 || archive_write_finish_entry(t->tar) != ARCHIVE_OK)
		return tar_failed(t);
	return 0;
}

uint64_t
tarz_written(const struct tarz *t)
{
	return t->written;
}

int
tarz_flush(struct tarz *t, struct err *e)
{
	if (!t->tar)
		return err_set(e, ERR_FAIL, "bundle is not begun");
	t->e = e;
	if (feed(t, NULL, 0, ZSTD_e_flush) < 0) {
		drop_file(t);
		return -1;
	}
	return 0;
}

int
tarz_finish(struct tarz *t, struct err *e)
{
	int rc = -1;

	if (!t->tar)
		return err_set(e, ERR_FAIL, "bundle is not begun");
	t->e = e;
	if (archive_write_close(t->tar) != ARCHIVE_OK)
		return tar_failed(t);
	rc = feed(t, NULL, 0, ZSTD_e_end);
	drop_file(t);
	return rc;
}

/* The table has a place for each 2^LINES_LDM_RATE_LOG-th byte of N. */
static int
ldm_hash_log(size_t n)
{
	int log = LINES_LDM_HASH_LOG_MIN;

	while (log < LINES_LDM_HASH_LOG_MAX &&
	    (size_t)1 << (log + LINES_LDM_RATE_LOG) < n)
		log++;
	return log;
}

/* A context of its own for N bytes of lines; its tables are megabytes. */
static ZSTD_CCtx *
lines_context(size_t n, struct err *e)
{
	const int small[][2] = {
		{ZSTD_c_compressionLevel, LINES_SMALL_LEVEL},
	};
	const int large[][2] = {
		{ZSTD_c_compressionLevel, 1},
		{ZSTD_c_windowLog, LINES_WINDOW_LOG},
		{ZSTD_c_strategy, ZSTD_fast},
		{ZSTD_c_hashLog, LINES_HASH_LOG},
		{ZSTD_c_minMatch, LINES_MIN_MATCH},
		{ZSTD_c_enableLongDistanceMatching, 1},
		{ZSTD_c_ldmHashLog, ldm_hash_log(n)},
		{ZSTD_c_ldmMinMatch, LINES_LDM_MIN_MATCH},
		{ZSTD_c_ldmHashRateLog, LINES_LDM_RATE_LOG},
	};

	return n <= LINES_SMALL ?
	    new_context(small, sizeof(small) / sizeof(small[0]), e) :
	    new_context(large, sizeof(large) / sizeof(large[0]), e);
}

int
tarz_lines(const void *data, size_t n, struct buf *out, struct err *e)
{
	size_t room = ZSTD_compressBound(n), most = out->max - out->len, code;
	ZSTD_CCtx *c = lines_context(n, e);
	int rc = -1;

	if (!c)
		return -1;
	if (room > most)
		room = most;
	if (buf_reserve(out, room, e) < 0)
		goto out;
	/* In one call: in pieces, zstd would keep the window once more. */
	code = ZSTD_compress2(c, out->data + out->len, room, data, n);
	if (ZSTD_isError(code)) {
		(void)(room == most ? err_set(e, ERR_NOMEM,
		    "more than %zu bytes", out->max) : zstd_failed(code, e));
		goto out;
	}
	out->len += code;
	out->data[out->len] = '\0';
	rc = 0;
out:
	ZSTD_freeCCtx(c);
	return rc;
}

struct magic {
	unsigned at, n;
	const char *bytes;
};

/* Formats whose bytes are compressed (or encrypted) inside. */
static const struct magic magics[] = {
	{0, 3, "\xff\xd8\xff"},			/* JPEG */
	{0, 8, "\x89PNG\r\n\x1a\n"},
	{0, 4, "GIF8"},
	{8, 4, "WEBP"},
	{8, 4, "AVI "},
	{4, 4, "ftyp"},				/* MP4, MOV, HEIC, AVIF, M4A */
	{4, 8, "JXL \r\n\x87\n"},		/* JPEG XL */
	{0, 4, "PK\x03\x04"},			/* ZIP, docx, xlsx, apk */
	{0, 4, "PK\x05\x06"},
	{0, 3, "\x1f\x8b\x08"},			/* gzip */
	{0, 6, "\xfd" "7zXZ\0"},
	{0, 4, "\x28\xb5\x2f\xfd"},		/* zstd */
	{0, 4, "\x04\x22\x4d\x18"},		/* lz4 */
	{0, 4, "LZIP"},
	{0, 6, "7z\xbc\xaf\x27\x1c"},
	{0, 6, "Rar!\x1a\x07"},
	{4, 6, "1AY&SY"},			/* bzip2 */
	{0, 4, "MSCF"},				/* CAB */
	{0, 5, "%PDF-"},
	{0, 3, "ID3"},				/* MP3 */
	{0, 4, "OggS"},
	{0, 4, "fLaC"},
	{0, 4, "\x1a\x45\xdf\xa3"},		/* Matroska, WebM */
	{0, 4, "\x30\x26\xb2\x75"},		/* ASF, WMV, WMA */
	{0, 4, "FLV\x01"},
	{0, 4, "\0\0\x01\xba"},			/* MPEG-PS */
	{0, 5, "#!AMR"},
	{0, 9, "#!SILK_V3"},
	{1, 9, "#!SILK_V3"},			/* as WeChat stores voice */
	{0, 4, "wOFF"},
	{0, 4, "wOF2"},
	{0, 21, "age-encryption.org/v1"},
};

/* The sync word and a possible header of MPEG audio or ADTS. */
static bool
is_mpeg_audio(const uint8_t *d, size_t n)
{
	if (n < 4 || d[0] != 0xff)
		return false;
	if (d[1] == 0xf1 || d[1] == 0xf9)	/* ADTS */
		return (d[2] & 0x3c) <= 0x30;
	return (d[1] & 0xe6) == 0xe2 && (d[1] & 0x18) != 0x08 &&
	    (d[2] & 0xf0) != 0xf0 && (d[2] & 0xf0) != 0 &&
	    (d[2] & 0x0c) != 0x0c;
}

#define LOOK_LEN 4096
#define LOOK_MIN 2048
/*
 * Chi-square of bytes that are all alike is 255 +- 23; twice that at 4 KiB is
 * 0.6 % that coding could gain.  Text and records have thousands.
 */
#define CHI_SQUARE_MAX 512

static bool
looks_random(const uint8_t *d, size_t n)
{
	uint32_t count[256] = {0};
	uint64_t squares = 0;
	size_t i;

	for (i = 0; i < n; i++)
		count[d[i]]++;
	for (i = 0; i < 256; i++)
		squares += (uint64_t)count[i] * count[i];
	/* sum (c - n/256)^2 / (n/256) = 256 sum c^2 / n - n */
	return 256 * squares < (CHI_SQUARE_MAX + (uint64_t)n) * n;
}

bool
tarz_is_packed(const uint8_t *data, size_t n)
{
	const struct magic *m;
	size_t i;

	for (i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		m = &magics[i];
		if (n >= m->at + m->n &&
		    memcmp(data + m->at, m->bytes, m->n) == 0)
			return true;
	}
	if (is_mpeg_audio(data, n))
		return true;
	if (n > LOOK_LEN)
		n = LOOK_LEN;
	return n >= LOOK_MIN && looks_random(data, n);
}
