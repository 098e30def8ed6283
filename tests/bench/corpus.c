/*
 * tests/bench/corpus.c - a workstation's records, made up, day by day.
 *
 *	corpus --out DIR --scale SCALE --seed N --day D
 *
 * Day 0 writes the tree; day D > 0 advances a tree of day D-1 in place.  The
 * same seed gives the same bytes, names and times.  No state is kept beside
 * the tree: the plan of the days before is replayed in memory, without
 * writing, and only day D touches the disk.
 *
 * SCALE is small, 500m or 2g (a workstation of 47, 470, 1730 MB), tinyN[k|m]
 * (N files of about 1.4 KB) or blobN (N MB of pictures of 8 MB).
 *
 * A tool of the bench, not of the product: it prints, and exits when it fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/banned.h"

#define PATH_LEN	512
#define NAME_LEN	96
#define DAYS_MAX	448		/* bits of node.exports */
#define DAY_SEC		86400
#define EPOCH_SEC	1767571200	/* 2026-01-05 00:00 UTC */
#define WORDS		6000
#define SLOTS		65536		/* words by frequency */
#define PHRASES		400
#define SHOPS		5
#define SHOPS_DATED	2		/* of these each day is a folder */
#define DATED_KEPT	7

/* What a generator is for: one stream of numbers each. */
enum what {
	FOR_WORDS = 1, FOR_PHRASES, FOR_PLAN, FOR_DAY, FOR_SEGMENT, FOR_IMAGE,
	FOR_EDIT, FOR_META, FOR_PAGE, FOR_SHOP, FOR_SHEET, FOR_DB, FOR_TINY,
	FOR_SALT
};

enum kind { TXT, MHT, HTML, JPEG, PNG, PDF, XLSX, CSV, DB, KINDS };

/* A file of the plan. */
struct node {
	enum kind kind;
	uint64_t id;
	char dir[PATH_LEN / 2];
	char name[NAME_LEN];
	uint32_t size;			/* wanted at birth */
	unsigned edit, meta;		/* versions of content and of header */
	int shop, page, day;		/* HTML: day of its price */
	uint64_t exports[DAYS_MAX / 64];	/* MHT: days it was exported */
};

struct rng {
	uint64_t s[4];
};

struct out {
	uint8_t *p;
	size_t len, cap;
};

struct word {
	uint8_t nutf8, ngb;
	char utf8[16], gb[16];
};

struct phrase {
	uint8_t n;
	uint16_t word[12];
};

struct corpus {
	const char *root;
	uint64_t seed;
	unsigned percent;		/* of the 500m tree; 0: tiny or blob */
	uint64_t tiny, blob;
	int day, now;			/* wanted; being replayed */
	struct node *node;
	size_t n, cap;
	uint64_t next_id;
	struct word word[WORDS];
	uint16_t slot[SLOTS];
	struct phrase phrase[PHRASES];
	struct out buf;
	uint64_t written, nwritten, nmoved, nremoved;
};

/* The most frequent characters, in UTF-8 and, in the same order, GB 18030. */
static const char hanzi[] =
	"的一是不了在人有我他这个们中来上大为和国"
	"地到以说时要就出会可也你对生能而子那得于"
	"着下自之年过发后作里用道行所然家种事成方"
	"多经么去法学如都同现当没动面起看定天分还"
	"进好小部其些主样理心她本前开但因只从想实"
	"日军者意无力它与长把机十民第公此已工使情"
	"明性知全三又关点正业外将两高间由问很最重"
	"并物手应战向头文体政美相见被利什二等产或"
	"新己制身果加西斯月话合回特代内信表化老给"
	"世位次度门任常先海通教儿原东声提立及比员"
	"解水名真论处走义各入几口认条平系气题活尔"
	"更别打女变四神总何电数安少报才结反受目太"
	"量再感建务做接必场件计管期市直德资命山金"
	"指克许统区保至队形社便空决治展马科司五基"
	"眼书非则听白却界达光放强即像难且权思王象"
	"完设式色路记南品住告类求据程北边死张该交";
static const uint16_t hanzi_gb[] = {
	0xb5c4, 0xd2bb, 0xcac7, 0xb2bb, 0xc1cb, 0xd4da, 0xc8cb, 0xd3d0,
	0xced2, 0xcbfb, 0xd5e2, 0xb8f6, 0xc3c7, 0xd6d0, 0xc0b4, 0xc9cf,
	0xb4f3, 0xceaa, 0xbacd, 0xb9fa, 0xb5d8, 0xb5bd, 0xd2d4, 0xcbb5,
	0xcab1, 0xd2aa, 0xbecd, 0xb3f6, 0xbbe1, 0xbfc9, 0xd2b2, 0xc4e3,
	0xb6d4, 0xc9fa, 0xc4dc, 0xb6f8, 0xd7d3, 0xc4c7, 0xb5c3, 0xd3da,
	0xd7c5, 0xcfc2, 0xd7d4, 0xd6ae, 0xc4ea, 0xb9fd, 0xb7a2, 0xbaf3,
	0xd7f7, 0xc0ef, 0xd3c3, 0xb5c0, 0xd0d0, 0xcbf9, 0xc8bb, 0xbcd2,
	0xd6d6, 0xcac2, 0xb3c9, 0xb7bd, 0xb6e0, 0xbead, 0xc3b4, 0xc8a5,
	0xb7a8, 0xd1a7, 0xc8e7, 0xb6bc, 0xcdac, 0xcfd6, 0xb5b1, 0xc3bb,
	0xb6af, 0xc3e6, 0xc6f0, 0xbfb4, 0xb6a8, 0xccec, 0xb7d6, 0xbbb9,
	0xbdf8, 0xbac3, 0xd0a1, 0xb2bf, 0xc6e4, 0xd0a9, 0xd6f7, 0xd1f9,
	0xc0ed, 0xd0c4, 0xcbfd, 0xb1be, 0xc7b0, 0xbfaa, 0xb5ab, 0xd2f2,
	0xd6bb, 0xb4d3, 0xcfeb, 0xcab5, 0xc8d5, 0xbefc, 0xd5df, 0xd2e2,
	0xcede, 0xc1a6, 0xcbfc, 0xd3eb, 0xb3a4, 0xb0d1, 0xbbfa, 0xcaae,
	0xc3f1, 0xb5da, 0xb9ab, 0xb4cb, 0xd2d1, 0xb9a4, 0xcab9, 0xc7e9,
	0xc3f7, 0xd0d4, 0xd6aa, 0xc8ab, 0xc8fd, 0xd3d6, 0xb9d8, 0xb5e3,
	0xd5fd, 0xd2b5, 0xcde2, 0xbdab, 0xc1bd, 0xb8df, 0xbce4, 0xd3c9,
	0xceca, 0xbadc, 0xd7ee, 0xd6d8, 0xb2a2, 0xceef, 0xcad6, 0xd3a6,
	0xd5bd, 0xcff2, 0xcdb7, 0xcec4, 0xcce5, 0xd5fe, 0xc3c0, 0xcfe0,
	0xbcfb, 0xb1bb, 0xc0fb, 0xcab2, 0xb6fe, 0xb5c8, 0xb2fa, 0xbbf2,
	0xd0c2, 0xbcba, 0xd6c6, 0xc9ed, 0xb9fb, 0xbcd3, 0xcef7, 0xcbb9,
	0xd4c2, 0xbbb0, 0xbacf, 0xbbd8, 0xccd8, 0xb4fa, 0xc4da, 0xd0c5,
	0xb1ed, 0xbbaf, 0xc0cf, 0xb8f8, 0xcac0, 0xcebb, 0xb4ce, 0xb6c8,
	0xc3c5, 0xc8ce, 0xb3a3, 0xcfc8, 0xbaa3, 0xcda8, 0xbdcc, 0xb6f9,
	0xd4ad, 0xb6ab, 0xc9f9, 0xcce1, 0xc1a2, 0xbcb0, 0xb1c8, 0xd4b1,
	0xbde2, 0xcbae, 0xc3fb, 0xd5e6, 0xc2db, 0xb4a6, 0xd7df, 0xd2e5,
	0xb8f7, 0xc8eb, 0xbcb8, 0xbfda, 0xc8cf, 0xccf5, 0xc6bd, 0xcfb5,
	0xc6f8, 0xcce2, 0xbbee, 0xb6fb, 0xb8fc, 0xb1f0, 0xb4f2, 0xc5ae,
	0xb1e4, 0xcbc4, 0xc9f1, 0xd7dc, 0xbace, 0xb5e7, 0xcafd, 0xb0b2,
	0xc9d9, 0xb1a8, 0xb2c5, 0xbde1, 0xb7b4, 0xcadc, 0xc4bf, 0xccab,
	0xc1bf, 0xd4d9, 0xb8d0, 0xbda8, 0xcef1, 0xd7f6, 0xbdd3, 0xb1d8,
	0xb3a1, 0xbcfe, 0xbcc6, 0xb9dc, 0xc6da, 0xcad0, 0xd6b1, 0xb5c2,
	0xd7ca, 0xc3fc, 0xc9bd, 0xbdf0, 0xd6b8, 0xbfcb, 0xd0ed, 0xcdb3,
	0xc7f8, 0xb1a3, 0xd6c1, 0xb6d3, 0xd0ce, 0xc9e7, 0xb1e3, 0xbfd5,
	0xbef6, 0xd6ce, 0xd5b9, 0xc2ed, 0xbfc6, 0xcbbe, 0xcee5, 0xbbf9,
	0xd1db, 0xcae9, 0xb7c7, 0xd4f2, 0xccfd, 0xb0d7, 0xc8b4, 0xbde7,
	0xb4ef, 0xb9e2, 0xb7c5, 0xc7bf, 0xbcb4, 0xcff1, 0xc4d1, 0xc7d2,
	0xc8a8, 0xcbbc, 0xcdf5, 0xcff3, 0xcdea, 0xc9e8, 0xcabd, 0xc9ab,
	0xc2b7, 0xbcc7, 0xc4cf, 0xc6b7, 0xd7a1, 0xb8e6, 0xc0e0, 0xc7f3,
	0xbedd, 0xb3cc, 0xb1b1, 0xb1df, 0xcbc0, 0xd5c5, 0xb8c3, 0xbdbb,
};

#define HANZI (sizeof(hanzi_gb) / sizeof(hanzi_gb[0]))

static _Noreturn void __attribute__((format(printf, 1, 2)))
fail(const char *fmt, ...)
{
	va_list ap;
	int sys = errno;

	va_start(ap, fmt);
	fputs("corpus: error: ", stderr);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s%s\n", sys ? ": " : "", sys ? strerror(sys) : "");
	exit(1);
}

/* ---- numbers: splitmix64 to seed, xoshiro256** to run ---- */

static uint64_t
mix(uint64_t *x)
{
	uint64_t z = (*x += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static void
rng_init(struct rng *r, uint64_t seed, enum what what, uint64_t id,
	uint64_t ver)
{
	uint64_t x = seed;

	x = mix(&x) ^ (uint64_t)what;
	x = mix(&x) ^ id;
	x = mix(&x) ^ ver;
	for (int i = 0; i < 4; i++)
		r->s[i] = mix(&x);
}

static uint64_t
rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

static uint64_t
rng_next(struct rng *r)
{
	uint64_t *s = r->s, v = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return v;
}

/* 0 <= result < n <= 2^32; the bias is of no consequence here. */
static uint32_t
rng_below(struct rng *r, uint64_t n)
{
	return (uint32_t)(((rng_next(r) >> 32) * n) >> 32);
}

/* Mostly small, now and then four times MEAN. */
static uint32_t
rng_size(struct rng *r, uint32_t mean)
{
	uint64_t v = (uint64_t)mean * 4 * (rng_below(r, 1000) + 20) / 1000;

	v = v * (rng_below(r, 1000) + 20) / 1000;
	return (uint32_t)v + 64;
}

/* ---- bytes ---- */

static uint8_t *
out_room(struct out *o, size_t n)
{
	if (o->cap - o->len < n) {
		size_t cap = (o->len + n) * 3 / 2 + 4096;

		o->p = realloc(o->p, cap);
		if (!o->p)
			fail("out of memory");
		o->cap = cap;
	}
	o->len += n;
	return o->p + o->len - n;
}

static void
out_put(struct out *o, const void *p, size_t n)
{
	memcpy(out_room(o, n), p, n);
}

static void __attribute__((format(printf, 2, 3)))
out_fmt(struct out *o, const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(line))
		fail("a line is too long");
	out_put(o, line, (size_t)n);
}

static void
out_be32(struct out *o, uint32_t v)
{
	uint8_t b[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16),
		(uint8_t)(v >> 8), (uint8_t)v};

	out_put(o, b, 4);
}

static void
out_le(struct out *o, uint32_t v, int bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		*out_room(o, 1) = (uint8_t)v;
}

static void
out_random(struct out *o, struct rng *r, size_t n)
{
	uint8_t *p = out_room(o, n);

	for (; n >= 8; n -= 8, p += 8) {
		uint64_t v = rng_next(r);

		memcpy(p, &v, 8);
	}
	if (n > 0) {
		uint64_t v = rng_next(r);

		memcpy(p, &v, n);
	}
}

static uint32_t
crc32_of(const uint8_t *p, size_t n)
{
	static uint32_t table[256];
	uint32_t c = 0xffffffffu;

	if (table[1] == 0) {
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t v = i;

			for (int k = 0; k < 8; k++)
				v = v & 1 ? (v >> 1) ^ 0xedb88320u : v >> 1;
			table[i] = v;
		}
	}
	for (; n > 0; n--)
		c = table[(c ^ *p++) & 0xff] ^ (c >> 8);
	return ~c;
}

static void
out_base64(struct out *o, const uint8_t *p, size_t n)
{
	static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t col = 0;

	for (n -= n % 3; n > 0; n -= 3, p += 3) {
		uint32_t v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
		uint8_t *q = out_room(o, 4);

		for (int i = 0; i < 4; i++)
			q[i] = (uint8_t)abc[(v >> (18 - 6 * i)) & 63];
		if (++col == 19) {
			out_put(o, "\r\n", 2);
			col = 0;
		}
	}
	out_put(o, "\r\n", 2);
}

/* ---- words ---- */

static void
word_hanzi(struct word *w, struct rng *r)
{
	unsigned n = 1 + rng_below(r, 3);

	for (unsigned i = 0; i < n; i++) {
		/* The square makes some characters far more common. */
		uint32_t a = rng_below(r, 1000), c;

		c = (uint32_t)((uint64_t)a * a * HANZI / 1000000);
		memcpy(w->utf8 + w->nutf8, hanzi + 3 * c, 3);
		w->gb[w->ngb] = (char)(hanzi_gb[c] >> 8);
		w->gb[w->ngb + 1] = (char)(hanzi_gb[c] & 0xff);
		w->nutf8 += 3;
		w->ngb += 2;
	}
}

static void
word_latin(struct word *w, struct rng *r)
{
	static const char syllable[][4] = {"ing", "er", "ship", "con", "re",
		"tion", "de", "co", "al", "pro", "st", "an", "pay", "ment",
		"or", "ti", "ex", "us", "ra", "ble", "in", "qua", "li", "ty",
		"sam", "ple", "box", "ed", "man", "ter", "lo", "go"};
	unsigned n = 1 + rng_below(r, 3);

	for (unsigned i = 0; i < n; i++) {
		const char *s = syllable[rng_below(r, 32)];
		size_t len = strnlen(s, 4);

		memcpy(w->utf8 + w->nutf8, s, len);
		w->nutf8 = (uint8_t)(w->nutf8 + len);
	}
	w->utf8[w->nutf8++] = ' ';
	memcpy(w->gb, w->utf8, w->nutf8);
	w->ngb = w->nutf8;
}

static void
words_init(struct corpus *c)
{
	struct rng r;
	uint32_t at = 0;
	uint64_t sum = 0, run = 0;

	rng_init(&r, c->seed, FOR_WORDS, 0, 0);
	for (size_t i = 0; i < WORDS; i++) {
		if (rng_below(&r, 100) < 70)
			word_hanzi(&c->word[i], &r);
		else
			word_latin(&c->word[i], &r);
		sum += 1000000000u / (i + 30);
	}
	for (size_t i = 0; i < WORDS; i++) {
		run += 1000000000u / (i + 30);
		for (; at < SLOTS && at * sum < run * SLOTS; at++)
			c->slot[at] = (uint16_t)i;
	}
	rng_init(&r, c->seed, FOR_PHRASES, 0, 0);
	for (size_t i = 0; i < PHRASES; i++) {
		struct phrase *p = &c->phrase[i];

		p->n = (uint8_t)(4 + rng_below(&r, 9));
		for (unsigned k = 0; k < p->n; k++)
			p->word[k] = c->slot[rng_below(&r, SLOTS)];
	}
}

static void
put_word(const struct corpus *c, struct out *o, unsigned w, bool gb)
{
	const struct word *x = &c->word[w];

	if (gb)
		out_put(o, x->gb, x->ngb);
	else
		out_put(o, x->utf8, x->nutf8);
}

/* What somebody says: words, a set phrase, a number, an address. */
static void
put_speech(const struct corpus *c, struct out *o, struct rng *r, bool gb)
{
	uint32_t how = rng_below(r, 100);
	unsigned n = 2 + rng_below(r, 5) + rng_below(r, 14);

	if (how < 13) {
		const struct phrase *p = &c->phrase[rng_below(r, PHRASES)];

		for (unsigned k = 0; k < p->n; k++)
			put_word(c, o, p->word[k], gb);
		n = rng_below(r, 4);
	}
	for (unsigned k = 0; k < n; k++)
		put_word(c, o, c->slot[rng_below(r, SLOTS)], gb);
	if (how >= 90)
		out_fmt(o, "NO.%010u", (unsigned)(rng_next(r) >> 32));
	else if (how >= 83)
		out_fmt(o, "USD %u.%02u x %u", rng_below(r, 300),
			rng_below(r, 100), 10 * (1 + rng_below(r, 500)));
	else if (how >= 80)
		out_fmt(o, "https://item.example.com/i/%u.htm?spm=%08x",
			rng_below(r, 4000), (unsigned)rng_next(r));
}

/* "2026-01-05", "2026-01-05 10:00:00" ('b'oth) or "10:00:00". */
static void
put_time(struct out *o, char what, int64_t sec)
{
	struct tm tm;
	time_t t = (time_t)sec;

	if (!gmtime_r(&t, &tm))
		fail("a time cannot be shown");
	if (what != 't')
		out_fmt(o, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1,
			tm.tm_mday);
	if (what == 'b')
		out_put(o, " ", 1);
	if (what != 'd')
		out_fmt(o, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static int64_t
day_sec(int day)
{
	return EPOCH_SEC + (int64_t)day * DAY_SEC;
}

/* ---- kinds ---- */

/*
 * WANT bytes of conversation on DAY; day 0 holds the months before as well.
 * FMT: 't' a text export, 'h' rows of a table.
 */
static void
put_segment(const struct corpus *c, struct out *o, const struct node *n,
	int day, size_t want, char fmt)
{
	bool gb = fmt == 't' && n->id % 2 == 0;
	size_t end = o->len + want;
	int64_t t = day_sec(day) + (day > 0 ? 9 * 3600 : -(int64_t)want * 60);
	struct rng r;

	rng_init(&r, c->seed, FOR_SEGMENT, n->id, (uint64_t)day);
	while (o->len < end) {
		unsigned who = rng_below(&r, 3) ? 0 : 1 + rng_below(&r, 3);
		unsigned account = (unsigned)(n->id * 7919 + who * 104729);

		t += 5 + rng_below(&r, day > 0 ? 600 : 3600);
		if (fmt == 't') {
			put_time(o, 'b', t);
			out_put(o, " ", 1);
			put_word(c, o, (account + who) % WORDS, gb);
			out_fmt(o, "(%u)\r\n", 100000 + account % 99999999);
		} else {
			out_fmt(o, "<tr><td><div style=color:#%s;padding-left:"
				"10px;><div style=float:left;>",
				who ? "006EFE" : "42B475");
			put_word(c, o, (account + who) % WORDS, false);
			out_fmt(o, "</div>");
			put_time(o, 't', t);
			out_fmt(o, "</div><div style=padding-left:20px;>"
				"<font style=\"font-size:9pt;\">");
		}
		put_speech(c, o, &r, gb);
		if (fmt == 't')
			out_put(o, "\r\n\r\n", 4);
		else
			out_fmt(o, "</font></div></td></tr>\r\n");
	}
}

/* The part of a picture that was not touched, then what a retouch made new. */
static void
put_pixels(const struct corpus *c, struct out *o, const struct node *n,
	size_t len)
{
	size_t keep = n->edit ? len * 2 / 5 : len;
	struct rng r;

	rng_init(&r, c->seed, FOR_IMAGE, n->id, 0);
	out_random(o, &r, keep);
	rng_init(&r, c->seed, FOR_EDIT, n->id, n->edit);
	out_random(o, &r, len - keep);
}

static void
put_comment(const struct corpus *c, struct out *o, const struct node *n)
{
	struct rng r;

	rng_init(&r, c->seed, FOR_META, n->id, n->meta);
	for (unsigned i = 0; i < 10 + n->meta * 7; i++)
		put_word(c, o, c->slot[rng_below(&r, SLOTS)], false);
}

static void
put_jpeg(const struct corpus *c, struct out *o, const struct node *n)
{
	static const uint8_t app0[] = {0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J', 'F',
		'I', 'F', 0, 1, 1, 0, 0, 72, 0, 72, 0, 0, 0xff, 0xfe};
	static const uint8_t sof[] = {0xff, 0xc0, 0, 17, 8, 4, 0, 3, 0, 3,
		1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xff, 0xda, 0, 12, 3,
		1, 0, 2, 0x11, 3, 0x11, 0, 63, 0};
	size_t at, len;

	out_put(o, app0, sizeof(app0));
	at = o->len;
	out_put(o, "\0", 2);
	put_comment(c, o, n);
	len = o->len - at;
	o->p[at] = (uint8_t)(len >> 8);
	o->p[at + 1] = (uint8_t)len;
	for (int t = 0; t < 2; t++) {
		out_put(o, "\xff\xdb\0\x43", 4);
		*out_room(o, 1) = (uint8_t)t;
		for (int i = 0; i < 64; i++)
			*out_room(o, 1) = (uint8_t)(3 + i * (t + 1) / 2);
	}
	out_put(o, sof, sizeof(sof));
	at = o->len;
	put_pixels(c, o, n, n->size);
	for (; at < o->len; at++) {	/* no marker inside the scan */
		if (o->p[at] == 0xff)
			o->p[at] = 0xfe;
	}
	out_put(o, "\xff\xd9", 2);
}

static void
put_png_chunk(struct out *o, const char *type, const uint8_t *p, size_t n)
{
	size_t at;

	out_be32(o, (uint32_t)n);
	at = o->len;
	out_put(o, type, 4);
	out_put(o, p, n);
	out_be32(o, crc32_of(o->p + at, n + 4));
}

static void
put_png(const struct corpus *c, struct out *o, const struct node *n)
{
	static const uint8_t ihdr[13] = {0, 0, 4, 0, 0, 0, 3, 0, 8, 2};
	struct out px = {0};

	out_put(o, "\x89PNG\r\n\x1a\n", 8);
	put_png_chunk(o, "IHDR", ihdr, sizeof(ihdr));
	out_put(&px, "Comment\0", 8);
	put_comment(c, &px, n);
	put_png_chunk(o, "tEXt", px.p, px.len);
	px.len = 0;
	put_pixels(c, &px, n, n->size);
	for (size_t at = 0; at < px.len; at += 8192) {
		size_t len = px.len - at < 8192 ? px.len - at : 8192;

		put_png_chunk(o, "IDAT", px.p + at, len);
	}
	put_png_chunk(o, "IEND", px.p, 0);
	free(px.p);
}

/* An update appended, as programs that fill in forms do it. */
static void
put_pdf_update(const struct corpus *c, struct out *o, const struct node *n)
{
	struct rng r;

	rng_init(&r, c->seed, FOR_EDIT, n->id, n->edit);
	out_fmt(o, "%u 0 obj\n<</Type/Annot/Contents(", 900 + n->edit);
	put_speech(c, o, &r, false);
	out_fmt(o, ")>>\nendobj\nxref\n%u 1\n%010u 00000 n\ntrailer\n"
		"<</Root 1 0 R/Prev %u>>\nstartxref\n%zu\n%%%%EOF\n",
		900 + n->edit, rng_below(&r, 100000), n->size, o->len);
}

static void
put_pdf(const struct corpus *c, struct out *o, const struct node *n)
{
	size_t from = o->len;
	unsigned obj = 1;
	struct rng r;

	out_fmt(o, "%%PDF-1.5\n%%\xe2\xe3\xcf\xd3\n");
	rng_init(&r, c->seed, FOR_IMAGE, n->id, 0);
	while (o->len - from < n->size) {
		unsigned len = 2000 + rng_below(&r, 40000);

		out_fmt(o, "%u 0 obj\n<</Length %u/Filter/FlateDecode>>\n"
			"stream\n", obj++, len);
		out_random(o, &r, len);
		out_fmt(o, "\nendstream\nendobj\n%u 0 obj\n<</Type/Page/Parent "
			"2 0 R/MediaBox[0 0 595 842]/Contents %u 0 R>>\n"
			"endobj\n", obj, obj - 1);
		obj++;
	}
	out_fmt(o, "xref\n0 %u\n0000000000 65535 f \n", obj);
	for (unsigned i = 1; i < obj; i++)
		out_fmt(o, "%010u 00000 n \n", i * 9377);
	out_fmt(o, "trailer\n<</Size %u/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n",
		obj, o->len - from);
}

static void
put_zip_header(struct out *o, bool central, const char *name,
	const uint8_t *p, size_t n, size_t at)
{
	out_put(o, central ? "PK\1\2\x14\0" : "PK\3\4", central ? 6 : 4);
	out_put(o, "\x14\0\0\0\0\0\0\0\x21\x5c", 10);
	out_le(o, crc32_of(p, n), 4);
	out_le(o, (uint32_t)n, 4);
	out_le(o, (uint32_t)n, 4);
	out_le(o, (uint32_t)strlen(name), 2);
	out_le(o, 0, 2);
	if (central) {
		out_put(o, "\0\0\0\0\0\0\0\0\0\0", 10);
		out_le(o, (uint32_t)at, 4);
	}
	out_put(o, name, strlen(name));
}

/*
 * A workbook whose members are as dense as deflate leaves them.  A save keeps
 * the first member and writes the others anew.
 */
static void
put_xlsx(const struct corpus *c, struct out *o, const struct node *n)
{
	static const char *const name[] = {"xl/media/image1.jpeg",
		"xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"};
	struct out member = {0}, dir = {0};
	size_t base = o->len, at;

	for (unsigned i = 0; i < 3; i++) {
		struct rng r;

		rng_init(&r, c->seed, FOR_SHEET, n->id * 4 + i,
			i == 0 ? 0 : n->edit);
		member.len = 0;
		out_random(&member, &r, n->size / 4 * (i == 2 ? 2 : 1));
		at = o->len - base;
		put_zip_header(o, false, name[i], member.p, member.len, at);
		out_put(o, member.p, member.len);
		put_zip_header(&dir, true, name[i], member.p, member.len, at);
	}
	at = o->len - base;
	out_put(o, dir.p, dir.len);
	out_put(o, "PK\5\6\0\0\0\0\3\0\3\0", 12);
	out_le(o, (uint32_t)dir.len, 4);
	out_le(o, (uint32_t)at, 4);
	out_le(o, 0, 2);
	free(member.p);
	free(dir.p);
}

static void
put_csv_rows(const struct corpus *c, struct out *o, const struct node *n,
	int day, size_t want)
{
	size_t end = o->len + want;
	struct rng r;

	rng_init(&r, c->seed, FOR_SEGMENT, n->id, (uint64_t)day);
	while (o->len < end) {
		out_fmt(o, "%u,", rng_below(&r, 1u << 31));
		put_time(o, 'b', day_sec(day) + rng_below(&r, DAY_SEC));
		out_put(o, ",", 1);
		put_word(c, o, c->slot[rng_below(&r, SLOTS)], false);
		out_fmt(o, ",SKU-%05u,%u,%u.%02u,%s,", rng_below(&r, 4000),
			1 + rng_below(&r, 20), rng_below(&r, 500),
			rng_below(&r, 100),
			rng_below(&r, 4) ? "shipped" : "paid");
		put_word(c, o, c->slot[rng_below(&r, SLOTS)], false);
		out_put(o, "\r\n", 2);
	}
}

/*
 * An export of a whole conversation: the table grows, a picture or two come
 * after the others, and the head says when it was exported.
 */
static void
put_mht(const struct corpus *c, struct out *o, const struct node *n)
{
	struct out px = {0};

	out_fmt(o, "From: <Save by Tencent MsgMgr>\r\nSubject: Tencent IM "
		"Message\r\nMIME-Version: 1.0\r\nDate: ");
	put_time(o, 'b', day_sec(n->day) + 64800);
	out_fmt(o, "\r\nContent-Type: multipart/related; boundary=\"--=_Part_%08x\""
		"\r\n\r\n----=_Part_%08x\r\nContent-Type: text/html\r\n\r\n"
		"<html><body><table>\r\n", (unsigned)n->id, (unsigned)n->id);
	put_segment(c, o, n, 0, n->size * 3 / 5, 'h');
	for (int d = 1; d <= n->day; d++) {
		if (n->exports[d / 64] >> (d % 64) & 1)
			put_segment(c, o, n, d, 6000, 'h');
	}
	out_fmt(o, "</table></body></html>\r\n");
	for (int d = 0; d <= n->day; d++) {
		struct rng r;
		size_t left = d == 0 ? n->size * 2 / 5 : 8000;

		if (d > 0 && !(n->exports[d / 64] >> (d % 64) & 1))
			continue;
		rng_init(&r, c->seed, FOR_IMAGE, n->id, (uint64_t)d);
		while (left > 4000) {
			size_t len = 3000 + rng_below(&r, 45000);

			len = len > left ? left : len;
			left -= len;
			out_fmt(o, "\r\n----=_Part_%08x\r\nContent-Type: image/"
				"jpeg\r\nContent-Transfer-Encoding: base64\r\n"
				"Content-Location: {%016llx}.dat\r\n\r\n",
				(unsigned)n->id, (unsigned long long)
				rng_next(&r));
			px.len = 0;
			out_random(&px, &r, len * 3 / 4);
			out_base64(o, px.p, px.len);
		}
	}
	out_fmt(o, "\r\n----=_Part_%08x--\r\n", (unsigned)n->id);
	free(px.p);
}

/* A saved product page: the shop's frame, the product, the day's price. */
static void
put_html(const struct corpus *c, struct out *o, const struct node *n)
{
	size_t from = o->len;
	struct rng shop, page, day;

	rng_init(&shop, c->seed, FOR_SHOP, (uint64_t)n->shop, 0);
	rng_init(&page, c->seed, FOR_PAGE, (uint64_t)n->shop * 1000 +
		(uint64_t)n->page, 0);
	rng_init(&day, c->seed, FOR_PAGE, n->id, (uint64_t)(n->day + 1000));
	out_fmt(o, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\n"
		"<meta name=\"csrf\" content=\"%016llx%016llx\">\n<style>\n",
		(unsigned long long)rng_next(&day),
		(unsigned long long)rng_next(&day));
	while (o->len - from < n->size / 3)
		out_fmt(o, ".c%04x{margin:%upx;padding:%upx;color:#%06x}\n",
			rng_below(&shop, 65536), rng_below(&shop, 40),
			rng_below(&shop, 40), rng_below(&shop, 1 << 24));
	out_fmt(o, "</style></head><body>\n<h1>");
	put_speech(c, o, &page, false);
	out_fmt(o, "</h1>\n<b class=\"price\">USD %u.%02u</b><i>%u left</i>\n",
		rng_below(&day, 90), rng_below(&day, 100),
		rng_below(&day, 9000));
	while (o->len - from < n->size) {
		out_fmt(o, "<p class=\"c%04x\">", rng_below(&shop, 65536));
		for (unsigned i = 0; i < 6; i++)
			put_speech(c, o, &page, false);
		out_fmt(o, "</p>\n<img src=\"https://img.example.com/%08x.jpg\">"
			"\n", (unsigned)(rng_next(&page) >> 32));
	}
	out_fmt(o, "<!-- rendered ");
	put_time(o, 'b', day_sec(n->day) + rng_below(&day, DAY_SEC));
	out_fmt(o, " -->\n</body></html>\n");
}

/* ---- the disk ---- */

static void
full_path(const struct corpus *c, char path[static PATH_LEN],
	const struct node *n)
{
	int len = snprintf(path, PATH_LEN, "%s/%s/%s", c->root, n->dir, n->name);

	if (len < 0 || len >= PATH_LEN)
		fail("a path is too long");
}

static void
make_parents(const char *path)
{
	char dir[PATH_LEN];

	(void)snprintf(dir, sizeof(dir), "%s", path);
	for (char *p = strchr(dir + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(dir, 0755) && errno != EEXIST)
			fail("cannot make '%s'", dir);
		*p = '/';
	}
}

static void
set_time(const struct corpus *c, const char *path)
{
	uint64_t h = 0;
	struct timespec t[2] = {{0}};

	for (const char *p = path + strlen(c->root); *p; p++)
		h = h * 131 + (unsigned char)*p;
	t[0].tv_sec = t[1].tv_sec = (time_t)(day_sec(c->now) + 28800 +
		(int64_t)(h % 36000));
	t[0].tv_nsec = t[1].tv_nsec = (long)(h % 999999937);
	if (utimensat(AT_FDCWD, path, t, 0))
		fail("cannot set the time of '%s'", path);
}

static void
write_file(struct corpus *c, const char *path, int flags)
{
	const struct out *o = &c->buf;
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);

	if (fd < 0 && errno == ENOENT) {
		make_parents(path);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
	}
	if (fd < 0)
		fail("cannot write '%s'", path);
	for (size_t at = 0; at < o->len;) {
		ssize_t n = write(fd, o->p + at, o->len - at);

		if (n < 0)
			fail("cannot write '%s'", path);
		at += (size_t)n;
	}
	if (close(fd))
		fail("cannot write '%s'", path);
	set_time(c, path);
	c->written += o->len;
	c->nwritten++;
}

static void
read_file(struct corpus *c, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		fail("cannot read '%s'", path);
	c->buf.len = 0;
	(void)out_room(&c->buf, (size_t)st.st_size);
	if (read(fd, c->buf.p, c->buf.len) != (ssize_t)c->buf.len)
		fail("cannot read '%s'", path);
	(void)close(fd);
}

static bool
writing(const struct corpus *c)
{
	return c->now == c->day;
}

static void
node_write(struct corpus *c, const struct node *n)
{
	char path[PATH_LEN];

	if (!writing(c))
		return;
	c->buf.len = 0;
	switch (n->kind) {
	case TXT:
		put_segment(c, &c->buf, n, 0, n->size, 't');
		break;
	case MHT:
		put_mht(c, &c->buf, n);
		break;
	case HTML:
		put_html(c, &c->buf, n);
		break;
	case JPEG:
		put_jpeg(c, &c->buf, n);
		break;
	case PNG:
		put_png(c, &c->buf, n);
		break;
	case PDF:
		put_pdf(c, &c->buf, n);
		break;
	case XLSX:
		put_xlsx(c, &c->buf, n);
		break;
	case CSV:
		out_fmt(&c->buf, "order,time,buyer,sku,n,amount,state,note\r\n");
		put_csv_rows(c, &c->buf, n, 0, n->size);
		break;
	case DB:
	case KINDS:
		return;
	}
	full_path(c, path, n);
	write_file(c, path, O_TRUNC);
}

/* The day's lines at the end of a log, a table or a PDF, in place. */
static void
node_append(struct corpus *c, const struct node *n, size_t want)
{
	char path[PATH_LEN];

	if (!writing(c))
		return;
	c->buf.len = 0;
	if (n->kind == TXT)
		put_segment(c, &c->buf, n, c->now, want, 't');
	else if (n->kind == CSV)
		put_csv_rows(c, &c->buf, n, c->now, want);
	else
		put_pdf_update(c, &c->buf, n);
	full_path(c, path, n);
	write_file(c, path, O_APPEND);
}

/* A log "tidied up": the older half goes, at the start of a message. */
static void
node_trim(struct corpus *c, const struct node *n)
{
	char path[PATH_LEN];
	size_t cut;

	if (!writing(c))
		return;
	full_path(c, path, n);
	read_file(c, path);
	for (cut = c->buf.len / 2; cut + 4 < c->buf.len; cut++) {
		if (memcmp(c->buf.p + cut, "\r\n\r\n", 4) == 0)
			break;
	}
	cut += 4;
	if (cut >= c->buf.len)
		return;
	memmove(c->buf.p, c->buf.p + cut, c->buf.len - cut);
	c->buf.len -= cut;
	write_file(c, path, O_TRUNC);
}

/* NAME may be NULL: as it was. */
static void
node_move(struct corpus *c, struct node *n, const char *dir, const char *name)
{
	char from[PATH_LEN], to[PATH_LEN];

	full_path(c, from, n);
	(void)snprintf(n->dir, sizeof(n->dir), "%s", dir);
	if (name)
		(void)snprintf(n->name, sizeof(n->name), "%s", name);
	full_path(c, to, n);
	if (!writing(c))
		return;
	make_parents(to);
	if (rename(from, to))
		fail("cannot rename '%s'", from);
	c->nmoved++;
}

/* The order of the others stays: the plan depends on it. */
static void
node_remove(struct corpus *c, size_t i)
{
	char path[PATH_LEN];

	if (writing(c)) {
		full_path(c, path, &c->node[i]);
		if (unlink(path))
			fail("cannot remove '%s'", path);
		*strrchr(path, '/') = '\0';
		(void)rmdir(path);	/* if it was the last one there */
		c->nremoved++;
	}
	c->n--;
	memmove(&c->node[i], &c->node[i + 1],
		(c->n - i) * sizeof(c->node[0]));
}

static struct node * __attribute__((format(printf, 5, 6)))
node_add(struct corpus *c, enum kind kind, uint32_t size, const char *dir,
	const char *fmt, ...)
{
	struct node *n;
	va_list ap;

	if (c->n == c->cap) {
		c->cap = c->cap * 2 + 256;
		c->node = realloc(c->node, c->cap * sizeof(c->node[0]));
		if (!c->node)
			fail("out of memory");
	}
	n = &c->node[c->n++];
	memset(n, 0, sizeof(*n));
	n->kind = kind;
	n->id = ++c->next_id;
	n->size = size;
	n->day = c->now;
	(void)snprintf(n->dir, sizeof(n->dir), "%s", dir);
	va_start(ap, fmt);
	(void)vsnprintf(n->name, sizeof(n->name), fmt, ap);
	va_end(ap);
	return n;
}

/* ---- databases ---- */

static uint64_t db_salt;

/* SQLite draws the salts of a WAL from here: they must repeat as well. */
static int
salt_fill(sqlite3_vfs *vfs, int n, char *p)
{
	(void)vfs;
	for (int i = 0; i < n; i++)
		p[i] = (char)(mix(&db_salt) >> 56);
	return n;
}

static void
db_vfs(void)
{
	static sqlite3_vfs vfs;
	sqlite3_vfs *unix_vfs = sqlite3_vfs_find(NULL);

	if (!unix_vfs)
		fail("SQLite has no VFS");
	vfs = *unix_vfs;
	vfs.zName = "bench";
	vfs.pNext = NULL;
	vfs.xRandomness = salt_fill;
	if (sqlite3_vfs_register(&vfs, 1))
		fail("SQLite refuses the VFS");
}

static void
db_run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL))
		fail("SQLite: %s: %s", sql, sqlite3_errmsg(db));
}

static int64_t
db_number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t v;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) ||
	    sqlite3_step(st) != SQLITE_ROW)
		fail("SQLite: %s: %s", sql, sqlite3_errmsg(db));
	v = sqlite3_column_int64(st, 0);
	(void)sqlite3_finalize(st);
	return v;
}

static void
db_insert(struct corpus *c, sqlite3 *db, sqlite3_stmt *st, struct rng *r,
	int64_t t)
{
	struct out *o = &c->buf;
	size_t text, extra;
	char who[32];

	o->len = 0;
	put_speech(c, o, r, false);
	if (rng_below(r, 3) == 0)
		put_speech(c, o, r, false);
	text = o->len;
	/* What a client keeps beside the text: ids, keys, a packed thumbnail */
	out_random(o, r, 8 + rng_below(r, 26));
	extra = o->len - text;
	(void)snprintf(who, sizeof(who), "wxid_%08x",
		(unsigned)(rng_below(r, 300) * 2654435761u));
	sqlite3_bind_int64(st, 1, (int64_t)(rng_next(r) >> 1));
	sqlite3_bind_int64(st, 2, rng_below(r, 10) ? 1 : 49);
	sqlite3_bind_int64(st, 3, t);
	sqlite3_bind_text(st, 4, who, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(st, 5, (const char *)o->p, (int)text,
		SQLITE_TRANSIENT);
	sqlite3_bind_blob(st, 6, o->p + text, (int)extra, SQLITE_TRANSIENT);
	if (sqlite3_step(st) != SQLITE_DONE || sqlite3_reset(st))
		fail("SQLite: %s", sqlite3_errmsg(db));
}

static sqlite3 *
db_open(struct corpus *c, const struct node *n, char path[static PATH_LEN])
{
	sqlite3 *db = NULL;

	full_path(c, path, n);
	make_parents(path);
	db_salt = c->seed ^ n->id << 32 ^ (uint64_t)c->now;
	sqlite3_randomness(0, NULL);
	if (sqlite3_open(path, &db))
		fail("cannot open '%s': %s", path, sqlite3_errmsg(db));
	db_run(db, "PRAGMA page_size=4096; PRAGMA journal_mode=WAL;"
		"PRAGMA synchronous=OFF; PRAGMA cache_size=-65536");
	return db;
}

/*
 * Leave the database with its log beside it (LIVE: the client is still
 * running) or whole.
 */
static void
db_close(struct corpus *c, sqlite3 *db, char path[static PATH_LEN], bool live)
{
	static const char *const tail[] = {"", "-wal", "-shm"};
	int on = 1;
	size_t len = strlen(path);

	if (live) {
		if (sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
		    NULL) || sqlite3_file_control(db, "main",
		    SQLITE_FCNTL_PERSIST_WAL, &on))
			fail("SQLite: %s", sqlite3_errmsg(db));
	} else {
		db_run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	}
	if (sqlite3_close(db))
		fail("SQLite: %s", sqlite3_errmsg(db));
	for (size_t i = 0; i < 3; i++) {
		struct stat st;

		(void)snprintf(path + len, PATH_LEN - len, "%s", tail[i]);
		if (stat(path, &st))
			continue;
		set_time(c, path);
		c->nwritten++;
		c->written += (uint64_t)st.st_size;
	}
}

#define DB_INSERT "INSERT INTO MSG(MsgSvrID,Type,CreateTime,StrTalker," \
	"StrContent,BytesExtra) VALUES(?,?,?,?,?,?)"

static void
db_create(struct corpus *c, const struct node *n)
{
	char path[PATH_LEN];
	int64_t t = day_sec(0) - 300 * DAY_SEC, pages = 0;
	sqlite3_stmt *st = NULL;
	struct rng r;
	sqlite3 *db;

	if (!writing(c))
		return;
	db = db_open(c, n, path);
	db_run(db, "CREATE TABLE MSG(localId INTEGER PRIMARY KEY,"
		"MsgSvrID INT,Type INT,Status INT DEFAULT 0,CreateTime INT,"
		"StrTalker TEXT,StrContent TEXT,BytesExtra BLOB);"
		"CREATE INDEX MSG_svr ON MSG(MsgSvrID);"
		"CREATE INDEX MSG_talker ON MSG(StrTalker,CreateTime)");
	if (sqlite3_prepare_v2(db, DB_INSERT, -1, &st, NULL))
		fail("SQLite: %s", sqlite3_errmsg(db));
	rng_init(&r, c->seed, FOR_DB, n->id, 0);
	while (pages * 4096 < n->size) {
		db_run(db, "BEGIN");
		for (int i = 0; i < 500; i++) {
			t += rng_below(&r, 600);
			db_insert(c, db, st, &r, t);
		}
		db_run(db, "COMMIT");
		pages = db_number(db, "PRAGMA page_count");
	}
	(void)sqlite3_finalize(st);
	db_close(c, db, path, false);
}

/* A day of messages, some recalled or read, one deleted. */
static void
db_advance(struct corpus *c, const struct node *n, bool live)
{
	char path[PATH_LEN], sql[128];
	int64_t rows;
	sqlite3_stmt *st = NULL;
	struct rng r;
	sqlite3 *db;
	unsigned talks;

	if (!writing(c))
		return;
	db = db_open(c, n, path);
	if (sqlite3_prepare_v2(db, DB_INSERT, -1, &st, NULL))
		fail("SQLite: %s", sqlite3_errmsg(db));
	rng_init(&r, c->seed, FOR_DB, n->id, (uint64_t)c->now);
	rows = db_number(db, "SELECT max(localId) FROM MSG");
	talks = 10 + rng_below(&r, 25);
	for (unsigned k = 0; k < talks; k++) {
		unsigned say = 3 + rng_below(&r, 11);

		db_run(db, "BEGIN");
		for (unsigned i = 0; i < say; i++)
			db_insert(c, db, st, &r, day_sec(c->now) + 30000 +
				k * 900 + i * 20);
		(void)snprintf(sql, sizeof(sql), "UPDATE MSG SET Status=%u "
			"WHERE localId=%lld", k + 1, (long long)rows -
			rng_below(&r, 200));
		db_run(db, sql);
		db_run(db, "COMMIT");
		/* A client does so every few MB: both files change each day. */
		if (k == talks / 2)
			db_run(db, "PRAGMA wal_checkpoint(PASSIVE)");
	}
	(void)snprintf(sql, sizeof(sql), "DELETE FROM MSG WHERE localId=%lld",
		(long long)(rows - 1 - rng_below(&r, (uint64_t)rows / 2)));
	db_run(db, sql);
	(void)sqlite3_finalize(st);
	db_close(c, db, path, live);
}

/* ---- the plan ---- */

static unsigned
scaled(const struct corpus *c, unsigned n)
{
	unsigned v = (n * c->percent + 50) / 100;

	return v > 0 ? v : 1;
}

/* A node of KIND, or of any picture kind for JPEG; NULL if none is left. */
static struct node *
pick(struct corpus *c, struct rng *r, enum kind kind)
{
	if (c->n == 0)
		return NULL;
	for (int tries = 0; tries < 20000; tries++) {
		struct node *n = &c->node[rng_below(r, c->n)];

		if (n->kind == kind || (kind == JPEG && n->kind == PNG))
			return n;
	}
	return NULL;
}

static void
dated_dir(char dir[static PATH_LEN / 2], int shop, int day)
{
	struct out o = {0};

	out_fmt(&o, "shop/shop%d/", shop);
	put_time(&o, 'd', day_sec(day));
	(void)snprintf(dir, PATH_LEN / 2, "%.*s", (int)o.len, (char *)o.p);
	free(o.p);
}

static void
add_page(struct corpus *c, int shop, int page, int day)
{
	char dir[PATH_LEN / 2];
	struct rng r;
	struct node *n;

	rng_init(&r, c->seed, FOR_SHOP, (uint64_t)shop, (uint64_t)page + 1);
	if (shop < SHOPS_DATED)
		dated_dir(dir, shop, day);
	else
		(void)snprintf(dir, sizeof(dir), "shop/shop%d", shop);
	n = node_add(c, HTML, 16000 + rng_below(&r, 30000), dir,
		"item-%04d.html", page);
	n->shop = shop;
	n->page = page;
	n->day = day;
	node_write(c, n);
}

static void
add_picture(struct corpus *c, struct rng *r)
{
	char dir[PATH_LEN / 2];
	struct node *n;
	bool png = rng_below(r, 6) == 0;
	uint32_t size = 8000 + rng_size(r, 158000);

	if (c->now > 0)
		(void)snprintf(dir, sizeof(dir), "pictures/2026-%02d",
			1 + c->now / 30 % 12);
	else
		(void)snprintf(dir, sizeof(dir), "pictures/2025-%02u",
			1 + rng_below(r, 12));
	n = node_add(c, png ? PNG : JPEG, size, dir, "%s_%06u.%s",
		png ? "screen" : "IMG", (unsigned)c->next_id,
		png ? "png" : "jpg");
	node_write(c, n);
}

static void
add_pdf(struct corpus *c, struct rng *r)
{
	struct node *n = node_add(c, PDF, rng_size(r, 400000),
		"documents/\xe5\x90\x88\xe5\x90\x8c", "PI-2026-%04u.pdf",
		(unsigned)c->next_id);

	node_write(c, n);
}

static void
day_zero(struct corpus *c)
{
	static const uint32_t db_size[] = {30000000, 17000000, 8000000};
	struct rng r;

	rng_init(&r, c->seed, FOR_PLAN, 0, 0);
	for (unsigned i = 0; i < scaled(c, 1690); i++)
		add_picture(c, &r);
	for (unsigned i = 0; i < scaled(c, 100); i++)
		add_pdf(c, &r);
	for (unsigned i = 0; i < scaled(c, 230); i++)
		node_write(c, node_add(c, TXT, rng_size(&r, 135000),
			i % 2 ? "chat/\xe6\x97\xba\xe6\x97\xba" : "chat/qq",
			"buyer %04u.txt", i));
	for (unsigned i = 0; i < scaled(c, 12); i++)
		node_write(c, node_add(c, MHT, rng_size(&r, 2000000),
			"chat/exports", "export-%02u.mht", i));
	for (int shop = 0; shop < SHOPS; shop++) {
		if (shop < SHOPS_DATED) {
			for (int d = 1 - DATED_KEPT; d <= 0; d++)
				for (int i = 0; i < (int)scaled(c, 8); i++)
					add_page(c, shop, i, d);
			continue;
		}
		for (int i = 0; i < (int)scaled(c, 140); i++)
			add_page(c, shop, i, 0);
	}
	for (unsigned i = 0; i < scaled(c, 40); i++)
		node_write(c, node_add(c, XLSX, rng_size(&r, 150000),
			"documents/quotes", "quote %03u.xlsx", i));
	for (unsigned i = 0; i < scaled(c, 20); i++)
		node_write(c, node_add(c, CSV, rng_size(&r, 230000),
			"orders", "orders-%02u.csv", i));
	for (unsigned i = 0; i < 3; i++)
		db_create(c, node_add(c, DB, db_size[i] / 100 * c->percent,
			"chat/wechat/Msg", "MSG%u.db", i));
}

static void
day_new(struct corpus *c, struct rng *r)
{
	unsigned pictures = scaled(c, 14) + rng_below(r, scaled(c, 10));

	for (unsigned i = 0; i < pictures; i++)
		add_picture(c, r);
	if (rng_below(r, 100) < (c->percent < 100 ? c->percent : 100))
		add_pdf(c, r);
	for (int shop = 0; shop < SHOPS_DATED; shop++)
		for (int i = 0; i < (int)scaled(c, 8); i++)
			add_page(c, shop, i, c->now);
	for (size_t i = 0; i < c->n;) {
		struct node *n = &c->node[i];

		if (n->kind == HTML && n->shop < SHOPS_DATED &&
		    n->day <= c->now - DATED_KEPT)
			node_remove(c, i);
		else
			i++;
	}
}

static void
day_changed(struct corpus *c, struct rng *r)
{
	struct node *n;

	for (unsigned i = 0; i < scaled(c, 10); i++) {
		if ((n = pick(c, r, TXT)))
			node_append(c, n, 200 + rng_below(r, 6000));
	}
	for (unsigned i = 0; i < scaled(c, 2); i++) {
		if ((n = pick(c, r, CSV)))
			node_append(c, n, 200 + rng_below(r, 4000));
	}
	for (unsigned i = 0; i < scaled(c, 3); i++) {
		if (!(n = pick(c, r, MHT)))
			continue;
		n->day = c->now;
		n->exports[c->now / 64] |= (uint64_t)1 << (c->now % 64);
		node_write(c, n);
	}
	for (unsigned i = 0; i < scaled(c, 5); i++) {
		if (!(n = pick(c, r, XLSX)))
			continue;
		n->edit++;
		node_write(c, n);
	}
	for (unsigned i = 0; i < scaled(c, 3); i++) {
		if (!(n = pick(c, r, JPEG)))
			continue;
		if (rng_below(r, 2))
			n->edit++;
		else
			n->meta++;
		node_write(c, n);
	}
	for (unsigned i = 0; i < scaled(c, 4); i++) {
		if (!(n = pick(c, r, HTML)) || n->shop < SHOPS_DATED)
			continue;
		n->day = c->now;
		node_write(c, n);
	}
	if (c->now % 3 == 0 && (n = pick(c, r, PDF))) {
		n->edit++;
		node_append(c, n, 0);
	}
	if (c->now % 5 == 0 && (n = pick(c, r, TXT)))
		node_trim(c, n);
}

/* All of a folder of pictures gets another name. */
static void
rename_folder(struct corpus *c, struct rng *r)
{
	char from[PATH_LEN / 2], to[PATH_LEN / 2];
	const struct node *n = pick(c, r, JPEG);

	if (!n)
		return;
	(void)snprintf(from, sizeof(from), "%s", n->dir);
	if (snprintf(to, sizeof(to), "pictures/\xe6\x97\xa7 %d", c->now) < 0)
		return;
	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(c->node[i].dir, from) == 0)
			node_move(c, &c->node[i], to, NULL);
	}
	if (writing(c)) {
		char path[PATH_LEN];

		(void)snprintf(path, sizeof(path), "%s/%s", c->root, from);
		(void)rmdir(path);
	}
}

static void
day_moved(struct corpus *c, struct rng *r)
{
	char name[NAME_LEN + 16];
	struct node *n;

	for (unsigned i = 0; i < scaled(c, 3); i++) {
		if (!(n = pick(c, r, i % 2 ? PDF : JPEG)))
			continue;
		(void)snprintf(name, sizeof(name), "d%d-%u %.48s", c->now, i,
			n->name);
		node_move(c, n, "documents/sorted", name);
	}
	for (unsigned i = 0; i < scaled(c, 2); i++) {
		if ((n = pick(c, r, JPEG)))
			node_remove(c, (size_t)(n - c->node));
	}
	if (c->now % 10 == 4)
		rename_folder(c, r);
}

static void
day_later(struct corpus *c)
{
	struct rng r;

	rng_init(&r, c->seed, FOR_DAY, 0, (uint64_t)c->now);
	day_new(c, &r);
	day_changed(c, &r);
	day_moved(c, &r);
	for (size_t i = 0; i < c->n; i++) {
		if (c->node[i].kind == DB)
			db_advance(c, &c->node[i], c->now % 4 == 1 ||
				c->now % 4 == 2);
	}
}

/* ---- many small files, and few large ones ---- */

static void
tiny_write(struct corpus *c, uint64_t i, int ver)
{
	struct node n = {.id = i};
	char path[PATH_LEN];
	struct rng r;
	uint32_t size;

	rng_init(&r, c->seed, FOR_TINY, i, (uint64_t)ver);
	size = rng_below(&r, 200) == 0 ? 5000 + rng_below(&r, 35000) :
		rng_size(&r, 1230);
	c->buf.len = 0;
	put_segment(c, &c->buf, &n, ver, size, 't');
	(void)snprintf(path, sizeof(path), "%s/%03u/%03u/note%07u.txt", c->root,
		(unsigned)(i / 100000), (unsigned)(i / 500 % 200), (unsigned)i);
	write_file(c, path, O_TRUNC);
}

static void
tiny_day(struct corpus *c)
{
	struct rng r;

	if (c->day == 0) {
		for (uint64_t i = 0; i < c->tiny; i++)
			tiny_write(c, i, 0);
		return;
	}
	rng_init(&r, c->seed, FOR_DAY, 1, (uint64_t)c->day);
	for (uint64_t k = 0; k < c->tiny / 1000 + 1; k++)
		tiny_write(c, rng_below(&r, c->tiny), c->day);
	for (uint64_t k = 0; k < c->tiny / 2000 + 1; k++)
		tiny_write(c, c->tiny + (uint64_t)c->day * (c->tiny / 2000 + 1)
			+ k, 0);
}

static void
blob_day(struct corpus *c)
{
	for (uint64_t at = 0; at < c->blob; at += 8) {
		uint32_t mb = c->blob - at < 8 ? (uint32_t)(c->blob - at) : 8;
		struct node *n;

		c->now = 0;
		n = node_add(c, JPEG, mb * 1000000, "pictures", "raw%05u.jpg",
			(unsigned)(at / 8));
		c->now = c->day;
		if (c->day == 0)
			node_write(c, n);
	}
}

static uint64_t
scale_number(const char *s)
{
	char *end = NULL;
	uint64_t v = strtoull(s, &end, 10);

	if (*end == 'k')
		v *= 1000, end++;
	else if (*end == 'm')
		v *= 1000000, end++;
	return end == s || *end || v > 10000000 ? 0 : v;
}

static bool
scale_parse(struct corpus *c, const char *s)
{
	if (strcmp(s, "small") == 0)
		c->percent = 10;
	else if (strcmp(s, "500m") == 0)
		c->percent = 100;
	else if (strcmp(s, "2g") == 0)
		c->percent = 368;
	else if (strncmp(s, "tiny", 4) == 0)
		c->tiny = scale_number(s + 4);
	else if (strncmp(s, "blob", 4) == 0)
		c->blob = scale_number(s + 4);
	return c->percent || c->tiny || c->blob;
}

static void
usage(void)
{
	fputs("usage: corpus --out DIR --scale small|500m|2g|tinyN[k|m]|blobN\n"
		"              [--seed N] [--day D]\n", stderr);
	exit(2);
}

static void
options(struct corpus *c, int argc, char **argv)
{
	static const struct option table[] = {
		{"out", required_argument, NULL, 'o'},
		{"scale", required_argument, NULL, 's'},
		{"seed", required_argument, NULL, 'r'},
		{"day", required_argument, NULL, 'd'},
		{0}
	};
	int opt;
	bool scale = false;

	c->seed = 1;
	while ((opt = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (opt == 'o')
			c->root = optarg;
		else if (opt == 's')
			scale = scale_parse(c, optarg);
		else if (opt == 'r')
			c->seed = strtoull(optarg, NULL, 0);
		else if (opt == 'd')
			c->day = (int)strtol(optarg, NULL, 10);
		else
			usage();
	}
	if (!c->root || !scale || optind != argc || c->day < 0 ||
	    c->day >= DAYS_MAX || strlen(c->root) > PATH_LEN / 4)
		usage();
}

int
main(int argc, char **argv)
{
	static struct corpus c;

	options(&c, argc, argv);
	errno = 0;
	words_init(&c);
	db_vfs();
	if (c.tiny) {
		c.now = c.day;
		tiny_day(&c);
	} else if (c.blob) {
		blob_day(&c);
	} else {
		day_zero(&c);
		for (c.now = 1; c.now <= c.day; c.now++) {
			day_later(&c);
			if (c.now == c.day)
				break;
		}
	}
	printf("day %d: %llu files and %.1f MB written, %llu moved, "
		"%llu removed\n", c.day, (unsigned long long)c.nwritten,
		(double)c.written / 1e6, (unsigned long long)c.nmoved,
		(unsigned long long)c.nremoved);
	free(c.node);
	free(c.buf.p);
	return 0;
}
