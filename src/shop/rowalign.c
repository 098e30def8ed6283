/* shop/rowalign.c - rows of two pictures: partners, and what changed in them. */
#include "shop/rowalign.h"

#include <stdlib.h>
#include <string.h>

#include "shop/align.h"
#include "shop/picture.h"
#include "shop/strips.h"

#include "base/banned.h"

#define BLOCKS 32		/* means of a row: what it looks like */
#define NOISE (2 * BLOCKS)	/* of a lossy picture, over all blocks */
#define APART 1024u		/* cost of rows that are not alike at all */
#define SWITCH (8 * APART)	/* cost of another offset: 8 such rows */
#define OFFSETS 16		/* that are tried in a gap */
#define SAMPLES 256		/* rows that vote for offsets */
#define NEAR 3			/* rows: where a vote may be twice */
#define CELL 16			/* pixels: what changes as one */
#define STRONG 32		/* a pixel that is another; in a cell, */
#define STRONG_MIN 4		/* so many; or its mean is so much another: */
#define MEAN_RED 8		/* what is lossy is so most of all in blue */
#define MEAN_GREEN 5
#define MEAN_BLUE 14
#define BLEED 3			/* rows into which a lossy neighbour reaches */
#define REACH 2			/* cells between those of one box */

struct side {			/* rows of a gap of one page */
	struct picture p;
	int32_t y;		/* of its first row */
	uint8_t (*look)[BLOCKS];
};

struct work {
	const struct shop_page *page[2];
	rowalign_bytes get;
	void *arg;
	struct rowalign *out;
	size_t runs_cap, boxes_cap;
	struct side side[2];
	struct err *e;
};

/* --- Runs and boxes. */

static int
grow(void **p, size_t n, size_t *cap, size_t size, struct err *e)
{
	void *more;

	if (n < *cap)
		return 0;
	*cap = *cap ? *cap * 2 : 64;
	more = realloc(*p, *cap * size);
	if (!more)
		return err_nomem(e);
	*p = more;
	return 0;
}

static int
add_run(struct work *w, enum rowalign_kind kind, int32_t ya, int32_t yb,
	int32_t n)
{
	struct rowalign *r = w->out;
	struct rowalign_run *last = r->nruns ? &r->run[r->nruns - 1] : NULL;

	if (n == 0)
		return 0;
	r->rows += n;
	r->inserted += kind == ROWALIGN_INSERTED ? n : 0;
	r->removed += kind == ROWALIGN_REMOVED ? n : 0;
	if (last && last->kind == kind) {
		last->n += n;
		return 0;
	}
	if (grow((void **)&r->run, r->nruns, &w->runs_cap, sizeof(*r->run),
	    w->e) < 0)
		return -1;
	r->run[r->nruns++] = (struct rowalign_run){kind, ya, yb, n};
	return 0;
}

static int
add_box(struct work *w, struct rowalign_box b)
{
	struct rowalign *r = w->out;

	if (r->nboxes == ROWALIGN_BOXES_MAX) {
		/* All is another: the last one is what is left. */
		struct rowalign_box *l = &r->box[r->nboxes - 1];
		const int32_t x1 = b.x + b.w > l->x + l->w ? b.x + b.w :
		    l->x + l->w;

		l->x = b.x < l->x ? b.x : l->x;
		l->w = x1 - l->x;
		l->h = b.y + b.h > l->y + l->h ? b.y + b.h - l->y : l->h;
		return 0;
	}
	if (grow((void **)&r->box, r->nboxes, &w->boxes_cap, sizeof(*r->box),
	    w->e) < 0)
		return -1;
	r->box[r->nboxes++] = b;
	return 0;
}

/* --- Opening strips. */

static int
wrong(struct work *w, const char *why)
{
	return err_set(w->e, ERR_FORMAT, "the strips of page '%.64s': %s",
	    w->page[0]->page ? w->page[0]->page : "", why);
}

/* Do they lie one under the other?  *ROWS: of all. */
static int
check(struct work *w, const struct shop_page *p, int32_t *rows)
{
	*rows = 0;
	for (size_t i = 0; i < p->nstrips; i++) {
		const struct shop_strip *s = &p->strip[i];

		if (s->y != *rows || s->h < 1 || s->h > STRIPS_MAX)
			return wrong(w, "they do not lie one under the other");
		*rows += s->h;
		if (*rows > PICTURE_HEIGHT_MAX)
			return wrong(w, "they are over the highest page");
	}
	return 0;
}

/* One strip into its rows of the gap.  Its size is asked before it is opened. */
static int
open_strip(struct work *w, int which, const struct shop_strip *s,
	int32_t rows, struct buf *webp)
{
	struct side *side = &w->side[which];
	int32_t width, height;
	struct picture p;
	size_t row;

	buf_clear(webp);
	if (w->get(w->arg, which, s, webp, w->e) < 0 ||
	    picture_webp_size(webp->data, webp->len, &width, &height,
	    w->e) < 0)
		return -1;
	if (width > PICTURE_WIDTH_MAX || height != s->h ||
	    (w->out->width[which] && w->out->width[which] != width))
		return wrong(w, "one is not as large as is said");
	w->out->width[which] = width;
	row = (size_t)width * 3;
	if (!side->p.rgb) {
		if ((uint64_t)width * (uint64_t)rows > ROWALIGN_PIXELS_MAX)
			return wrong(w, "they are too large to be compared");
		side->p.rgb = malloc(row * (size_t)rows);
		if (!side->p.rgb)
			return err_nomem(w->e);
		side->p.width = width;
		side->p.height = rows;
	}
	if (picture_decode(webp->data, webp->len, &p, w->e) < 0)
		return -1;
	memcpy(side->p.rgb + (size_t)(s->y - side->y) * row, p.rgb,
	    (size_t)height * row);
	picture_release(&p);
	return 0;
}

/* What each row looks like: the means of its blocks' brightness. */
static int
look_at(struct side *s, struct err *e)
{
	const int32_t width = s->p.width;

	s->look = calloc((size_t)s->p.height, sizeof(*s->look));
	if (!s->look)
		return err_nomem(e);
	for (int32_t y = 0; y < s->p.height; y++) {
		const uint8_t *at = s->p.rgb + (size_t)y * (size_t)width * 3;

		for (int32_t i = 0, x = 0; i < BLOCKS; i++) {
			const int32_t end = (i + 1) * width / BLOCKS;
			const uint32_t n = (uint32_t)(end - x);
			uint32_t sum = 0;

			for (; x < end; x++, at += 3)
				sum += 2u * at[0] + 5u * at[1] + at[2];
			s->look[y][i] = (uint8_t)(n ? sum / (8 * n) : 0);
		}
	}
	return 0;
}

/* Strips [S0, S1) of page WHICH, into the gap's side. */
static int
open_side(struct work *w, int which, size_t s0, size_t s1)
{
	const struct shop_strip *s = w->page[which]->strip;
	struct buf webp = BUF_INIT(PICTURE_BYTES_MAX);
	struct side *side = &w->side[which];
	int32_t rows;
	int rc = 0;

	if (s0 == s1)
		return 0;
	side->y = s[s0].y;
	rows = s[s1 - 1].y + s[s1 - 1].h - side->y;
	for (size_t i = s0; rc == 0 && i < s1; i++)
		rc = open_strip(w, which, &s[i], rows, &webp);
	buf_release(&webp);
	return rc < 0 ? -1 : look_at(side, w->e);
}

static void
close_side(struct side *s)
{
	picture_release(&s->p);
	free(s->look);
	memset(s, 0, sizeof(*s));
}

/* --- Offsets: how far B's rows may lie below A's, by votes. */

static uint32_t
distance(const uint8_t a[static BLOCKS], const uint8_t b[static BLOCKS])
{
	uint32_t sum = 0;

	for (int i = 0; i < BLOCKS; i++)
		sum += (uint32_t)abs(a[i] - b[i]);
	return sum;
}

/* Of rows Y of A and Z of B with those about them, at most MOST. */
static uint32_t
distance_about(const struct side *a, int32_t y, const struct side *b,
	int32_t z, uint32_t most)
{
	uint32_t sum = 3 * distance(a->look[y], b->look[z]);

	for (int32_t by = -NEAR; sum < most && by <= NEAR; by += 2 * NEAR) {
		const bool has = y + by >= 0 && y + by < a->p.height &&
		    z + by >= 0 && z + by < b->p.height;

		sum += has ? distance(a->look[y + by], b->look[z + by]) : 0;
	}
	return sum;
}

/*
 * The row of B that looks like row Y of A, and like no other near as much.  -1:
 * there is none.
 */
static int32_t
find_alike(const struct side *a, int32_t y, const struct side *b)
{
	uint32_t best = 5 * NOISE * 2, second = UINT32_MAX;
	int32_t at = -1;

	for (int32_t z = 0; z < b->p.height; z++) {
		const uint32_t limit = best * 2 + NOISE;
		const uint32_t d = distance_about(a, y, b, z, limit);

		if (d < best) {
			if (at >= 0 && z - at > NEAR)
				second = best;
			best = d;
			at = z;
		} else if (d < second && z - at > NEAR) {
			second = d;
		}
	}
	return at >= 0 && second > best * 2 + NOISE ? at : -1;
}

/* The row in A's [FROM, TO) that is least like the one above it; -1: all are. */
static int32_t
find_edge(const struct side *a, int32_t from, int32_t to)
{
	uint32_t most = 2 * NOISE;
	int32_t at = -1;

	for (int32_t y = from > 0 ? from : 1; y < to; y++) {
		const uint32_t d = distance(a->look[y], a->look[y - 1]);

		if (d > most) {
			most = d;
			at = y;
		}
	}
	return at;
}

struct offset { int32_t by; int votes; };

static int
compare_by(const void *x, const void *y)
{
	const struct offset *p = x, *q = y;

	return p->by < q->by ? -1 : p->by > q->by;
}

static int
compare_votes(const void *x, const void *y)
{
	const struct offset *p = x, *q = y;

	return p->votes != q->votes ? q->votes - p->votes : compare_by(x, y);
}

/* Those that are tried, 0 and the last one first; returns how many. */
static int
find_offsets(const struct side *a, const struct side *b,
	int32_t out[static OFFSETS])
{
	const int32_t step = a->p.height / SAMPLES > 4 ? a->p.height /
	    SAMPLES : 4;
	struct offset v[SAMPLES + 1];
	int n = 0, m = 0, k = 0;

	for (int32_t y = 0; y < a->p.height && n < SAMPLES; y += step) {
		const int32_t at = find_edge(a, y, y + step < a->p.height ?
		    y + step : a->p.height);
		const int32_t to = at < 0 ? -1 : find_alike(a, at, b);

		if (to >= 0)
			v[n++] = (struct offset){to - at, 1};
	}
	qsort(v, (size_t)n, sizeof(*v), compare_by);
	for (int i = 0; i < n; i++) {
		if (m > 0 && v[m - 1].by == v[i].by)
			v[m - 1].votes++;
		else
			v[m++] = v[i];
	}
	qsort(v, (size_t)m, sizeof(*v), compare_votes);
	out[k++] = 0;
	if (b->p.height != a->p.height)
		out[k++] = b->p.height - a->p.height;
	for (int i = 0; i < m && k < OFFSETS; i++)
		if (v[i].by != out[0] && v[i].by != out[k > 1])
			out[k++] = v[i].by;
	return k;
}

/* --- The cheapest way down both (Viterbi): steps, and changes of offset. */

struct way {
	int32_t by[OFFSETS];
	int n;
	uint32_t (*cost)[OFFSETS];	/* of the first i rows of A, at by[k] */
	uint8_t (*from)[OFFSETS];	/* from which offset; k: a step */
};

static void
relax(struct way *v, int32_t i, int k, uint32_t cost, int from)
{
	if (cost >= v->cost[i][k])
		return;
	v->cost[i][k] = cost;
	v->from[i][k] = (uint8_t)from;
}

/* From row I of A on: rows are inserted here, or left out, or walked. */
static void
go_on(struct way *v, const struct side *a, const struct side *b, int32_t i)
{
	uint32_t now[OFFSETS];

	memcpy(now, v->cost[i], sizeof(now));
	for (int k = 0; k < v->n; k++) {
		if (now[k] == UINT32_MAX)
			continue;
		for (int to = 0; to < v->n; to++) {
			const int32_t more = v->by[to] - v->by[k];

			if (more > 0 && i + v->by[to] <= b->p.height)
				relax(v, i, to, now[k] + SWITCH, k);
			else if (more < 0 && i - more <= a->p.height)
				relax(v, i - more, to, now[k] + SWITCH, k);
		}
	}
	for (int k = 0; k < v->n && i < a->p.height; k++) {
		const int32_t z = i + v->by[k];
		uint32_t d;

		if (v->cost[i][k] == UINT32_MAX || z < 0 || z >= b->p.height)
			continue;
		d = distance(a->look[i], b->look[z]);
		relax(v, i + 1, k, v->cost[i][k] + (d < APART ? d : APART), k);
	}
}

static int
find_way(struct way *v, const struct side *a, const struct side *b,
	struct err *e)
{
	const size_t n = (size_t)a->p.height + 1;

	v->n = find_offsets(a, b, v->by);
	v->cost = malloc(n * sizeof(*v->cost));
	v->from = calloc(n, sizeof(*v->from));
	if (!v->cost || !v->from)
		return err_nomem(e);
	memset(v->cost, 0xff, n * sizeof(*v->cost));
	v->cost[0][0] = 0;
	for (int32_t i = 0; i <= a->p.height; i++)
		go_on(v, a, b, i);
	return 0;
}

/* --- Pixels of rows that are partners. */

struct cells {			/* N rows from YA, YB */
	int32_t ya, yb, n, width;
	int32_t from, to;	/* of these rows: those that are compared */
	int32_t cols, rows;
	uint8_t *hit;		/* cols * rows: 1 changed, 2 and in a box */
};

static bool
cell_changed(const struct work *w, const struct cells *c, int32_t col,
	int32_t row)
{
	const struct picture *p = &w->side[0].p, *q = &w->side[1].p;
	const int32_t x1 = (col + 1) * CELL < c->width ? (col + 1) * CELL :
	    c->width;
	const int32_t y0 = row * CELL > c->from ? row * CELL : c->from;
	const int32_t y1 = (row + 1) * CELL < c->to ? (row + 1) * CELL : c->to;
	int32_t sum[3] = {0, 0, 0}, strong = 0, n = 0;

	for (int32_t y = y0; y < y1; y++) {
		const uint8_t *s = p->rgb + ((size_t)(c->ya + y) *
		    (size_t)p->width + (size_t)col * CELL) * 3;
		const uint8_t *t = q->rgb + ((size_t)(c->yb + y) *
		    (size_t)q->width + (size_t)col * CELL) * 3;

		for (int32_t x = col * CELL; x < x1; x++, s += 3, t += 3) {
			const int dr = s[0] - t[0], dg = s[1] - t[1];
			const int db = s[2] - t[2];

			sum[0] += dr;
			sum[1] += dg;
			sum[2] += db;
			strong += abs(2 * dr + 5 * dg + db) > 8 * STRONG;
			n++;
		}
	}
	return strong >= STRONG_MIN || abs(sum[0]) > MEAN_RED * n ||
	    abs(sum[1]) > MEAN_GREEN * n || abs(sum[2]) > MEAN_BLUE * n;
}

/* The box of all that hangs together with a cell.  STACK: room for all cells. */
static int
box_of(struct work *w, struct cells *c, int32_t from, int32_t *stack)
{
	int32_t x0 = c->cols, x1 = 0, y0 = c->rows, y1 = 0, n = 0;
	struct rowalign_box b;

	stack[n++] = from;
	c->hit[from] = 2;
	while (n > 0) {
		const int32_t at = stack[--n];
		const int32_t x = at % c->cols, y = at / c->cols;

		x0 = x < x0 ? x : x0;
		x1 = x + 1 > x1 ? x + 1 : x1;
		y0 = y < y0 ? y : y0;
		y1 = y + 1 > y1 ? y + 1 : y1;
		for (int32_t v = y - REACH; v <= y + REACH; v++) {
			for (int32_t u = x - REACH; u <= x + REACH; u++) {
				if (u < 0 || v < 0 || u >= c->cols ||
				    v >= c->rows || c->hit[v * c->cols + u] != 1)
					continue;
				c->hit[v * c->cols + u] = 2;
				stack[n++] = v * c->cols + u;
			}
		}
	}
	b.x = x0 * CELL;
	b.w = (x1 * CELL < c->width ? x1 * CELL : c->width) - b.x;
	b.h = (y1 * CELL < c->n ? y1 * CELL : c->n) - y0 * CELL;
	b.y = w->side[1].y + c->yb + y0 * CELL;
	return add_box(w, b);
}

static int
add_compared(struct work *w, const struct cells *c)
{
	for (int32_t row = 0; row < c->rows; row++) {
		const int32_t y = row * CELL;
		const bool hit = memchr(c->hit + row * c->cols, 2,
		    (size_t)c->cols);

		if (add_run(w, hit ? ROWALIGN_CHANGED : ROWALIGN_SAME,
		    w->side[0].y + c->ya + y, w->side[1].y + c->yb + y,
		    c->n - y < CELL ? c->n - y : CELL) < 0)
			return -1;
	}
	return 0;
}

/*
 * N rows from YA and YB of the gap are partners: what of them changed?  TOP and
 * BOTTOM rows of them are not asked.
 */
static int
compare(struct work *w, int32_t ya, int32_t yb, int32_t n, int32_t top,
	int32_t bottom)
{
	const int32_t width = w->side[0].p.width < w->side[1].p.width ?
	    w->side[0].p.width : w->side[1].p.width;
	struct cells c = {ya, yb, n, width, top, n - bottom,
	    (width + CELL - 1) / CELL, (n + CELL - 1) / CELL, NULL};
	const size_t all = (size_t)c.cols * (size_t)c.rows;
	int32_t *stack = NULL;
	int rc = -1;

	if (n == 0)
		return 0;
	c.hit = malloc(all);
	stack = malloc(all * sizeof(*stack));
	if (!c.hit || !stack) {
		(void)err_nomem(w->e);
		goto out;
	}
	for (size_t i = 0; i < all; i++)
		c.hit[i] = cell_changed(w, &c, (int32_t)i % c.cols,
		    (int32_t)i / c.cols);
	rc = 0;
	for (size_t i = 0; rc == 0 && i < all; i++)
		if (c.hit[i] == 1)
			rc = box_of(w, &c, (int32_t)i, stack);
	if (rc == 0)
		rc = add_compared(w, &c);
out:
	free(c.hit);
	free(stack);
	return rc;
}

/* --- A gap. */

struct piece { int32_t ya, yb, n; };	/* partners */

/* Back along the way from offset K; the pieces, the last one first.  Returns how many. */
static size_t
walk_back(const struct way *v, int32_t i, int k, struct piece *piece)
{
	size_t n = 0;

	piece[0] = (struct piece){i, i + v->by[k], 0};
	while (i > 0 || k != 0) {
		const int from = v->from[i][k];

		if (from == k) {
			i--;
			piece[n].ya--;
			piece[n].yb--;
			piece[n].n++;
			continue;
		}
		if (v->by[from] > v->by[k])
			i -= v->by[from] - v->by[k];
		k = from;
		if (piece[n].n > 0)
			n++;
		piece[n] = (struct piece){i, i + v->by[k], 0};
	}
	return piece[n].n > 0 ? n + 1 : n;
}

/* What lies before two partners: rows of either only, in place of each other. */
static int
apart(struct work *w, int32_t ya, int32_t na, int32_t yb, int32_t nb)
{
	const int32_t n = na < nb ? na : nb;

	if (compare(w, ya, yb, n, 0, 0) < 0)
		return -1;
	return add_run(w, na > n ? ROWALIGN_REMOVED : ROWALIGN_INSERTED,
	    w->side[0].y + ya + n, w->side[1].y + yb + n,
	    na > n ? na - n : nb - n);
}

static int
add_way(struct work *w, const struct way *v)
{
	const int32_t na = w->side[0].p.height, nb = w->side[1].p.height;
	/* A piece has a row at least. */
	struct piece *piece = malloc(((size_t)na + 2) * sizeof(*piece));
	int32_t ya = 0, yb = 0;
	size_t n;
	int rc = 0;

	if (!piece)
		return err_nomem(w->e);
	n = walk_back(v, na, na == nb ? 0 : 1, piece);
	while (rc == 0 && n > 0) {
		const struct piece *p = &piece[--n];

		rc = apart(w, ya, p->ya - ya, yb, p->yb - yb);
		if (rc == 0)
			rc = compare(w, p->ya, p->yb, p->n,
			    p->ya > 0 && p->yb > 0 ? BLEED : 0,
			    p->ya + p->n < na && p->yb + p->n < nb ? BLEED : 0);
		ya = p->ya + p->n;
		yb = p->yb + p->n;
	}
	if (rc == 0)
		rc = apart(w, ya, na - ya, yb, nb - yb);
	free(piece);
	return rc;
}

/* Strips of A [a0, a1) and of B [b0, b1) that have no partner. */
static int
gap(struct work *w, size_t a0, size_t a1, size_t b0, size_t b1, int32_t ya,
	int32_t yb)
{
	const struct shop_strip *s = w->page[0]->strip, *t = w->page[1]->strip;
	struct way v = {.n = 0};
	int rc = -1;

	if (a0 == a1 && b0 == b1)
		return 0;
	if (a0 == a1)
		return add_run(w, ROWALIGN_INSERTED, ya, yb, t[b1 - 1].y +
		    t[b1 - 1].h - yb);
	if (b0 == b1)
		return add_run(w, ROWALIGN_REMOVED, ya, yb, s[a1 - 1].y +
		    s[a1 - 1].h - ya);
	if (open_side(w, 0, a0, a1) == 0 && open_side(w, 1, b0, b1) == 0 &&
	    find_way(&v, &w->side[0], &w->side[1], w->e) == 0)
		rc = add_way(w, &v);
	close_side(&w->side[0]);
	close_side(&w->side[1]);
	free(v.cost);
	free(v.from);
	return rc;
}

/* --- All of it. */

static uint64_t
strip_hash(const struct shop_strip *s)
{
	uint64_t h;

	memcpy(&h, s->sha256, sizeof(h));
	return h;
}

static int
match_strips(const struct shop_page *a, const struct shop_page *b,
	size_t *match, struct err *e)
{
	uint64_t *x = malloc((a->nstrips + 1) * sizeof(*x));
	uint64_t *y = malloc((b->nstrips + 1) * sizeof(*y));
	int rc = -1;

	if (!x || !y) {
		(void)err_nomem(e);
		goto out;
	}
	for (size_t i = 0; i < a->nstrips; i++)
		x[i] = strip_hash(&a->strip[i]);
	for (size_t i = 0; i < b->nstrips; i++)
		y[i] = strip_hash(&b->strip[i]);
	rc = align(x, a->nstrips, y, b->nstrips, match, e);
	/* A station may make two that begin alike, and say any height. */
	for (size_t i = 0; rc == 0 && i < a->nstrips; i++)
		if (match[i] != ALIGN_NONE &&
		    (a->strip[i].h != b->strip[match[i]].h ||
		    memcmp(a->strip[i].sha256, b->strip[match[i]].sha256,
		    SHOP_HASH_LEN) != 0))
			match[i] = ALIGN_NONE;
out:
	free(x);
	free(y);
	return rc;
}

static int
lay(struct work *w, const size_t *match)
{
	const struct shop_page *a = w->page[0], *b = w->page[1];
	size_t a0 = 0, b0 = 0, i;
	int32_t ya = 0, yb = 0;
	int rc = 0;

	for (i = 0; rc == 0 && i <= a->nstrips; i++) {
		const size_t to = i < a->nstrips ? match[i] : b->nstrips;

		if (to == ALIGN_NONE)
			continue;
		rc = gap(w, a0, i, b0, to, ya, yb);
		if (rc < 0 || i == a->nstrips)
			break;
		rc = add_run(w, ROWALIGN_SAME, a->strip[i].y, b->strip[to].y,
		    a->strip[i].h);
		a0 = i + 1;
		b0 = to + 1;
		ya = a->strip[i].y + a->strip[i].h;
		yb = b->strip[to].y + b->strip[to].h;
	}
	return rc;
}

int
rowalign(const struct shop_page *a, const struct shop_page *b,
	rowalign_bytes get, void *arg, struct rowalign *out, struct err *e)
{
	struct work w = {.page = {a, b}, .get = get, .arg = arg, .out = out,
	    .e = e};
	size_t *match = NULL;
	int32_t rows;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (check(&w, a, &rows) < 0 || check(&w, b, &rows) < 0)
		return -1;
	match = malloc((a->nstrips + 1) * sizeof(*match));
	if (!match)
		return err_nomem(e);
	if (match_strips(a, b, match, e) == 0)
		rc = lay(&w, match);
	free(match);
	if (rc < 0)
		rowalign_release(out);
	return rc;
}

void
rowalign_release(struct rowalign *r)
{
	free(r->run);
	free(r->box);
	memset(r, 0, sizeof(*r));
}

int32_t
rowalign_at(const struct rowalign *r, int side, int32_t y)
{
	int32_t before = 0;

	for (size_t i = 0; i < r->nruns; i++) {
		const struct rowalign_run *u = &r->run[i];
		const int32_t from = side ? u->yb : u->ya;
		const bool has = u->kind != (side ? ROWALIGN_REMOVED :
		    ROWALIGN_INSERTED);

		if (has && y < from + u->n)
			return y < from ? before : before + y - from;
		before += u->n;
	}
	return before;
}
