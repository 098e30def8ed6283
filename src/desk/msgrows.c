/* desk/msgrows.c - rows of messages, many in a blob. */
#include "desk/msgrows.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#include "base/banned.h"

/*
 * A row: a byte of the bits below, the number less that of the row before, and
 * what the bits say.  Numbers are 7 bits a byte, the lowest first, the top bit
 * set in all but the last; those that can be negative zigzag.
 */
enum {
	WHO = 3,		/* 0: the last one; 1: the one before; */
	WHO_OTHER = 1,
	WHO_NEW = 2,		/* … his number follows */
	FLAGS = 4,		/* not those that `who` had last */
	SEEN = 8,		/* not that of the row before */
	LINE = 16,		/* not the line behind that of the row before */
	MS = 32,		/* not 0 */
	ID = 64, KEY = 128	/* 6 bytes each; else 0 */
};

/*
 * Bytes of a block that is cut off; from twice as many on it is cut.  Of 400 or
 * 800 bytes a page of the file would hold less (tests/bench/messages.c).
 */
#define FILL 512
#define ROW_MAX 80		/* bytes */
#define KEPT 1024		/* blocks at hand: of as many conversations */
#define CHATS ((int64_t)1 << (63 - MSGROWS_SHIFT))
#define SLICE 4096		/* rows put at once */

/* Who of the last two in a block, and his flags. */
struct last {
	int64_t who, flags;
};

/* What the next row is told by. */
struct state {
	int64_t n, line;
	uint64_t seen;
	struct last a, b;
};

struct block {
	int64_t chat;		/* -1: none */
	struct msgrow *v;
	size_t n, cap;
};

struct msgrows {
	struct catalogue *c;
	struct block kept[KEPT];
	struct block old, out;	/* while putting */
	struct buf packed;
};

struct msgrows *
msgrows_new(struct catalogue *c, struct err *e)
{
	struct msgrows *r = calloc(1, sizeof(*r));

	if (!r) {
		(void)err_nomem(e);
		return NULL;
	}
	r->c = c;
	buf_init(&r->packed, (size_t)1 << 31);
	msgrows_forget(r);
	return r;
}

void
msgrows_free(struct msgrows *r)
{
	size_t i;

	if (!r)
		return;
	for (i = 0; i < KEPT; i++)
		free(r->kept[i].v);
	free(r->old.v);
	free(r->out.v);
	buf_release(&r->packed);
	free(r);
}

void
msgrows_forget(struct msgrows *r)
{
	size_t i;

	for (i = 0; i < KEPT; i++)
		r->kept[i].chat = -1;
}

/* --- A row and its bytes. */

static uint8_t *
put_number(uint8_t *p, uint64_t x)
{
	for (; x >= 0x80; x >>= 7)
		*p++ = (uint8_t)(x | 0x80);
	*p++ = (uint8_t)x;
	return p;
}

static uint8_t *
put_signed(uint8_t *p, int64_t x)
{
	return put_number(p, (uint64_t)x << 1 ^ (x < 0 ? UINT64_MAX : 0));
}

static uint8_t *
put_hash(uint8_t *p, uint64_t x)
{
	int i;

	for (i = 0; i < 6; i++, x >>= 8)
		*p++ = (uint8_t)x;
	return p;
}

static void
swap_last(struct state *s)
{
	struct last a = s->a;

	s->a = s->b;
	s->b = a;
}

/* Any number may stand in a damaged file. */
static int64_t
next_line(const struct state *s, int64_t by)
{
	return (int64_t)((uint64_t)s->line + (uint64_t)by);
}

/* Returns the end of what it wrote, at most ROW_MAX bytes. */
static uint8_t *
encode(struct state *s, const struct msgrow *r, uint8_t *p)
{
	unsigned bits = 0;
	uint8_t *first = p++;

	p = put_number(p, (uint64_t)(r->n - s->n));
	if (r->who != s->a.who) {
		swap_last(s);
		bits = WHO_OTHER;
	}
	if (r->who != s->a.who) {
		bits = WHO_NEW;
		p = put_number(p, (uint64_t)r->who);
		s->a = (struct last){r->who, 0};
	}
	if (r->flags != s->a.flags) {
		bits |= FLAGS;
		p = put_number(p, (uint64_t)r->flags);
	}
	if (r->seen != s->seen) {
		bits |= SEEN;
		p = put_number(p, r->seen);
	}
	if (r->line != next_line(s, 1)) {
		bits |= LINE;
		p = put_signed(p, (int64_t)((uint64_t)r->line -
		    (uint64_t)s->line));
	}
	if (r->ms != 0) {
		bits |= MS;
		p = put_signed(p, r->ms);
	}
	if (r->id != 0) {
		bits |= ID;
		p = put_hash(p, r->id);
	}
	if (r->key != 0) {
		bits |= KEY;
		p = put_hash(p, r->key);
	}
	*first = (uint8_t)bits;
	s->n = r->n;
	s->line = r->line;
	s->seen = r->seen;
	s->a.flags = r->flags;
	return p;
}

struct input {
	const uint8_t *p, *end;
	bool bad;
};

static uint64_t
get_number(struct input *in)
{
	uint64_t x = 0;
	unsigned shift;

	for (shift = 0; shift < 64 && in->p < in->end; shift += 7) {
		x |= (uint64_t)(*in->p & 0x7f) << shift;
		if (*in->p++ < 0x80)
			return x;
	}
	in->bad = true;
	return 0;
}

static int64_t
get_signed(struct input *in)
{
	uint64_t x = get_number(in);

	return (int64_t)(x >> 1 ^ (x & 1 ? UINT64_MAX : 0));
}

static uint64_t
get_hash(struct input *in)
{
	uint64_t x = 0;
	int i;

	if (in->end - in->p < 6) {
		in->bad = true;
		return 0;
	}
	for (i = 5; i >= 0; i--)
		x = x << 8 | in->p[i];
	in->p += 6;
	return x;
}

static void
decode(struct state *s, struct input *in, struct msgrow *r)
{
	unsigned bits = *in->p++;

	r->n = (int64_t)((uint64_t)s->n + get_number(in));
	if ((bits & WHO) != 0)
		swap_last(s);
	if ((bits & WHO) > WHO_OTHER)
		s->a = (struct last){(int64_t)get_number(in), 0};
	if (bits & FLAGS)
		s->a.flags = (int64_t)get_number(in);
	if (bits & SEEN)
		s->seen = get_number(in);
	s->line = next_line(s, bits & LINE ? get_signed(in) : 1);
	r->who = s->a.who;
	r->flags = s->a.flags;
	r->seen = s->seen;
	r->line = s->line;
	r->ms = bits & MS ? get_signed(in) : 0;
	r->id = bits & ID ? get_hash(in) : 0;
	r->key = bits & KEY ? get_hash(in) : 0;
	s->n = r->n;
}

/* --- Blocks. */

static int
damaged(struct err *e)
{
	(void)err_set(e, ERR_FORMAT, "the catalogue is damaged");
	return err_hint(e, "run 'liudi-desk sync --rebuild'");
}

static int64_t
key_of(int64_t chat, int64_t n)
{
	n = n < 0 ? 0 : n < MSGROWS_END ? n : MSGROWS_END - 1;
	return (int64_t)((uint64_t)chat << MSGROWS_SHIFT | (uint64_t)n);
}

static int
grow(struct block *b, size_t n, struct err *e)
{
	struct msgrow *v;
	size_t cap;

	if (b->n + n <= b->cap)
		return 0;
	cap = b->n + n + b->cap / 2 + 64;
	v = realloc(b->v, cap * sizeof(*v));
	if (!v)
		return err_nomem(e);
	b->v = v;
	b->cap = cap;
	return 0;
}

/* The block that Q found into B. */
static int
unpack(struct msgrows *r, enum sql q, struct block *b, struct err *e)
{
	int64_t key = catalogue_int(r->c, q, 0);
	struct state s = {.n = key & (MSGROWS_END - 1)};
	struct input in;
	int64_t at = -1;
	size_t len;

	b->chat = -1;
	b->n = 0;
	in.bad = false;
	in.p = catalogue_blob(r->c, q, 1, &len);
	if (len == 0)
		return damaged(e);
	in.end = in.p + len;
	while (in.p < in.end) {
		if (grow(b, 1, e) < 0)
			return -1;
		decode(&s, &in, &b->v[b->n]);
		if (in.bad || s.n <= at || s.n >= MSGROWS_END)
			return damaged(e);
		at = s.n;
		b->n++;
	}
	if (b->v[0].n != (key & (MSGROWS_END - 1)))
		return damaged(e);
	b->chat = key >> MSGROWS_SHIFT;
	return 0;
}

/* The block of CHAT that begins at N or before it, else the one behind: 1, 0. */
static int
load(struct msgrows *r, int64_t chat, int64_t n, bool behind, struct block *b,
	struct err *e)
{
	enum sql q = behind ? SQL_BLOCK_BEHIND : SQL_BLOCK_AT;
	int rc = catalogue_step(r->c, q, e, "ii", key_of(chat, n),
	    key_of(chat, behind ? MSGROWS_END : 0));

	if (rc == 1 && unpack(r, q, b, e) < 0)
		rc = -1;
	catalogue_reset(r->c, q);
	return rc;
}

static int64_t
last_of(const struct block *b)
{
	return b->v[b->n - 1].n;
}

/* The first row of B at or behind N. */
static size_t
place(const struct block *b, int64_t n)
{
	size_t lo = 0, hi = b->n, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (b->v[mid].n < n)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Is there such a conversation?  Of which a message is, a damaged file says. */
static bool
is_chat(int64_t chat)
{
	return chat >= 0 && chat < CHATS;
}

static struct block *
slot_of(struct msgrows *r, int64_t chat)
{
	return &r->kept[(uint64_t)chat % KEPT];
}

int
msgrows_from(struct msgrows *r, int64_t chat, int64_t from,
	const struct msgrow **v, size_t *n, struct err *e)
{
	struct block *b = slot_of(r, chat);
	int rc = 1;
	size_t i;

	*n = 0;
	if (!is_chat(chat))
		return damaged(e);
	if (b->chat != chat || from < b->v[0].n || from > last_of(b)) {
		rc = load(r, chat, from, false, b, e);
		if (rc == 0 || (rc == 1 && last_of(b) < from))
			rc = load(r, chat, from, true, b, e);
	}
	if (rc != 1)
		return rc;
	i = place(b, from);
	*v = b->v + i;
	*n = b->n - i;
	return 0;
}

int
msgrows_before(struct msgrows *r, int64_t chat, int64_t to,
	const struct msgrow **v, size_t *n, struct err *e)
{
	struct block *b = slot_of(r, chat);
	int rc = 1;

	*n = 0;
	if (!is_chat(chat))
		return damaged(e);
	if (to <= 0)
		return 0;
	if (b->chat != chat || to <= b->v[0].n || to - 1 > last_of(b))
		rc = load(r, chat, to - 1, false, b, e);
	if (rc != 1)
		return rc;
	*v = b->v;
	*n = place(b, to);
	return 0;
}

int
msgrows_get(struct msgrows *r, int64_t chat, int64_t n, struct msgrow *out,
	struct err *e)
{
	const struct msgrow *v;
	size_t many;

	if (n < 0 || msgrows_from(r, chat, n, &v, &many, e) < 0)
		return n < 0 ? 0 : -1;
	if (many == 0 || v->n != n)
		return 0;
	*out = *v;
	return 1;
}

/* --- Putting. */

/* Rows of V into r->packed until it has CUT bytes: *took of the N. */
static int
pack(struct msgrows *r, const struct msgrow *v, size_t n, size_t cut,
	size_t *took, struct err *e)
{
	struct state s = {.n = v->n};
	uint8_t *p;
	size_t i;

	buf_clear(&r->packed);
	for (i = 0; i < n && r->packed.len < cut; i++) {
		if (buf_reserve(&r->packed, ROW_MAX, e) < 0)
			return -1;
		p = r->packed.data + r->packed.len;
		r->packed.len += (size_t)(encode(&s, &v[i], p) - p);
	}
	*took = i;
	return 0;
}

/* Write r->out as one block, or as several that are about as long. */
static int
write_out(struct msgrows *r, int64_t chat, struct err *e)
{
	const struct msgrow *v = r->out.v;
	size_t cut = SIZE_MAX, i, took;

	if (pack(r, v, r->out.n, cut, &took, e) < 0)
		return -1;
	if (r->packed.len >= 2 * FILL)
		cut = r->packed.len / (r->packed.len / FILL);
	for (i = 0; i < r->out.n; i += took)
		if (pack(r, v + i, r->out.n - i, cut, &took, e) < 0 ||
		    catalogue_run(r->c, SQL_BLOCK_PUT, e, "ib", key_of(chat,
		    v[i].n), (const void *)r->packed.data,
		    r->packed.len) < 0)
			return -1;
	return 0;
}

/* r->out becomes the rows of r->old and V, those of V where both have one. */
static int
lay_over(struct msgrows *r, const struct msgrow *v, size_t n, struct err *e)
{
	const struct block *old = &r->old;
	struct block *out = &r->out;
	size_t i = 0, j = 0;

	out->n = 0;
	if (grow(out, old->n + n, e) < 0)
		return -1;
	while (i < old->n || j < n) {
		if (j == n || (i < old->n && old->v[i].n < v[j].n)) {
			out->v[out->n++] = old->v[i++];
			continue;
		}
		i += i < old->n && old->v[i].n == v[j].n;
		out->v[out->n++] = v[j++];
	}
	return 0;
}

/* The first number of the block behind r->old, or MSGROWS_END. */
static int
find_end(struct msgrows *r, int64_t chat, int64_t *end, struct err *e)
{
	const enum sql q = SQL_BLOCK_BEHIND;
	int rc = catalogue_step(r->c, q, e, "ii", key_of(chat,
	    last_of(&r->old)), key_of(chat, MSGROWS_END));

	*end = rc == 1 ? catalogue_int(r->c, q, 0) & (MSGROWS_END - 1) :
	    MSGROWS_END;
	catalogue_reset(r->c, q);
	return rc < 0 ? -1 : 0;
}

/* Those of the N rows of V that belong to the block of the first: *done. */
static int
put_some(struct msgrows *r, int64_t chat, const struct msgrow *v, size_t n,
	size_t *done, struct err *e)
{
	int64_t end = MSGROWS_END, first = -1;
	int rc = load(r, chat, v->n, false, &r->old, e);

	if (rc == 0)		/* it comes before all others */
		rc = load(r, chat, v->n, true, &r->old, e);
	if (rc < 0)
		return -1;
	if (rc == 0)
		r->old.n = 0;
	else
		first = r->old.v[0].n;
	if (rc == 1 && v[n - 1].n > last_of(&r->old) &&
	    find_end(r, chat, &end, e) < 0)
		return -1;
	while (v[n - 1].n >= end)
		n--;
	*done = n;
	if (lay_over(r, v, n, e) < 0)
		return -1;
	if (first >= 0 && first != r->out.v[0].n && catalogue_run(r->c,
	    SQL_BLOCK_DROP, e, "i", key_of(chat, first)) < 0)
		return -1;
	return write_out(r, chat, e);
}

int
msgrows_put(struct msgrows *r, int64_t chat, const struct msgrow *v, size_t n,
	struct err *e)
{
	struct block *b = slot_of(r, chat);
	size_t done;

	if (b->chat == chat)
		b->chat = -1;
	if (n == 0)
		return 0;
	if (!is_chat(chat) || v[0].n < 0 || v[n - 1].n >= MSGROWS_END)
		return err_set(e, ERR_FORMAT, "too many conversations");
	for (; n > 0; v += done, n -= done)
		if (put_some(r, chat, v, n < SLICE ? n : SLICE, &done, e) < 0)
			return -1;
	return 0;
}
