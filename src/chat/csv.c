/*
 * chat/csv.c - RFC 4180 as a state machine over lines.
 *
 * The lines of the row at hand are kept, so that a row whose quotes turn out
 * to be damaged can give back the lines that are not its own.
 */
#include "chat/csv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"

#include "base/banned.h"

#define VOTES 20		/* rows that decide about the delimiter */

struct held {
	size_t start, n;	/* in kept */
	uint64_t off, len;
	unsigned warn;
	bool over;		/* too long to be kept */
};

struct csv {
	struct chat_lines *lines;
	char delimiter;
	bool begun, ended;
	struct buf kept;	/* lines, each with a NUL */
	struct held *held;
	size_t nheld, cap, used;	/* used: by the row given out */
	struct buf text;	/* cells, one after the other */
	size_t end[CSV_CELLS_MAX];	/* of each cell in text */
	struct chat_str cell[CSV_CELLS_MAX];
	size_t ncell;
	bool quoted, closed, stray, many;
	size_t columns, key;
	bool (*is_key)(void *arg, struct chat_str cell);
	void *arg;
};

struct csv *
csv_open(const struct chat_input *in, const struct chat_encoding *enc,
	char delimiter, struct err *e)
{
	struct csv *c = calloc(1, sizeof(*c));

	if (!c) {
		(void)err_nomem(e);
		return NULL;
	}
	c->delimiter = delimiter;
	buf_init(&c->kept, 3 * CSV_RECORD_MAX);
	buf_init(&c->text, 3 * CSV_RECORD_MAX);
	c->lines = chat_lines_new(in, enc, e);
	if (!c->lines) {
		csv_close(c);
		return NULL;
	}
	return c;
}

void
csv_close(struct csv *c)
{
	if (!c)
		return;
	chat_lines_free(c->lines);
	buf_release(&c->kept);
	buf_release(&c->text);
	free(c->held);
	free(c);
}

void
csv_expect(struct csv *c, size_t columns, size_t key,
	bool (*is_key)(void *arg, struct chat_str cell), void *arg)
{
	c->columns = columns;
	c->key = key;
	c->is_key = is_key;
	c->arg = arg;
}

/* --- Lines */

/* One more line behind those that are held.  1; 0 at the end; -1. */
static int
hold(struct csv *c, struct err *e)
{
	struct chat_line line;
	struct held *grown, *h;
	int got;

	if (c->nheld == c->cap) {
		grown = realloc(c->held, (2 * c->cap + 16) * sizeof(*grown));
		if (!grown)
			return err_nomem(e);
		c->held = grown;
		c->cap = 2 * c->cap + 16;
	}
	got = chat_lines_next(c->lines, &line, e);
	if (got <= 0) {
		c->ended = true;
		return got;
	}
	h = &c->held[c->nheld];
	*h = (struct held){c->kept.len, line.n, line.off, line.len, 0,
	    line.cut || line.n > CSV_RECORD_MAX};
	if (line.replaced)
		h->warn |= CHAT_WARN_REPLACED;
	if (h->over)
		h->n = 200;	/* to be shown */
	while (h->over && h->n > 0 && (line.s[h->n] & 0xc0) == 0x80)
		h->n--;
	if (buf_add(&c->kept, line.s, h->n, e) < 0 ||
	    buf_addc(&c->kept, '\0', e) < 0)
		return -1;
	c->nheld++;
	return 1;
}

/* Forget the first N lines. */
static void
drop(struct csv *c, size_t n)
{
	size_t bytes, i;

	if (n == 0)
		return;
	bytes = n < c->nheld ? c->held[n].start : c->kept.len;
	buf_drop(&c->kept, bytes);
	c->nheld -= n;
	memmove(c->held, c->held + n, c->nheld * sizeof(*c->held));
	for (i = 0; i < c->nheld; i++)
		c->held[i].start -= bytes;
}

static const char *
line_of(const struct csv *c, size_t i)
{
	return (const char *)c->kept.data + c->held[i].start;
}

/* --- Cells */

static void
begin_row(struct csv *c)
{
	buf_clear(&c->text);
	c->ncell = 0;
	c->quoted = c->closed = c->stray = c->many = false;
}

static void
end_cell(struct csv *c)
{
	if (c->ncell == CSV_CELLS_MAX) {
		c->many = true;
		return;
	}
	c->end[c->ncell++] = c->text.len;
	c->closed = false;
}

static size_t
cell_start(const struct csv *c)
{
	return c->ncell > 0 ? c->end[c->ncell - 1] : 0;
}

static bool
only_blanks(const struct csv *c)
{
	size_t i;

	for (i = cell_start(c); i < c->text.len; i++)
		if (c->text.data[i] != ' ')
			return false;
	return true;
}

/* Bytes that mean nothing but themselves from S. */
static size_t
plain(const struct csv *c, const char *s, size_t n)
{
	const char delimiter = c->quoted ? '"' : c->delimiter;
	size_t i = 0;

	while (i < n && s[i] != '"' && s[i] != delimiter)
		i++;
	return i;
}

/* A line of the row; room for it was made. */
static int
feed(struct csv *c, const char *s, size_t n, struct err *e)
{
	size_t i = 0, k;

	if (buf_reserve(&c->text, n + 1, e) < 0)
		return -1;
	while (i < n) {
		k = plain(c, s + i, n - i);
		if (k > 0) {
			/* Text behind a quote that ended. */
			if (c->closed && strspn(s + i, " ") < k)
				c->stray = true;
			(void)buf_add(&c->text, s + i, k, e);
			i += k;
			continue;
		}
		if (s[i] == c->delimiter && !c->quoted) {
			end_cell(c);
		} else if (c->quoted) {
			if (i + 1 < n && s[i + 1] == '"') {
				(void)buf_addc(&c->text, '"', e);
				i++;
			} else {
				c->quoted = false;
				c->closed = true;
			}
		} else if (!c->closed && only_blanks(c)) {
			c->text.len = cell_start(c);
			c->quoted = true;
		} else {
			c->stray = c->stray || c->closed;
			(void)buf_addc(&c->text, '"', e);
		}
		i++;
	}
	if (c->quoted)
		(void)buf_addc(&c->text, '\n', e);
	else
		end_cell(c);
	return 0;
}

/* The first COUNT lines that are held as one row. */
static int
feed_all(struct csv *c, size_t count, struct err *e)
{
	size_t i;

	begin_row(c);
	for (i = 0; i < count; i++) {
		if (feed(c, line_of(c, i), c->held[i].n, e) < 0)
			return -1;
		if (!c->quoted && i + 1 < count)
			c->ncell--;	/* the cell goes on by force */
	}
	if (c->quoted) {
		c->quoted = false;
		if (c->text.len > cell_start(c) &&
		    c->text.data[c->text.len - 1] == '\n')
			c->text.len--;
		end_cell(c);
	}
	return 0;
}

/* Line I looks like the beginning of a row. */
static bool
is_row(const struct csv *c, size_t i)
{
	const char *s = line_of(c, i);
	size_t n = c->held[i].n, at = 0, from = 0, k;
	bool quoted = false;

	if (!c->is_key)
		return false;
	for (k = 0; k <= n; k++) {
		if (k < n && s[k] == '"')
			quoted = !quoted;
		if (k < n && (quoted || s[k] != c->delimiter))
			continue;
		if (at++ == c->key)
			break;
		from = k + 1;
	}
	if (at != c->key + 1 || quoted)
		return false;
	if (k == n && c->columns > c->key + 1)
		return false;	/* the row would end here */
	if (k - from >= 2 && s[from] == '"' && s[k - 1] == '"') {
		from++;
		k--;
	}
	return c->is_key(c->arg, csv_trim((struct chat_str){s + from,
	    k - from}));
}

/* --- Rows */

static bool
looks_damaged(const struct csv *c, size_t lines)
{
	return lines > 1 && (c->quoted || c->stray ||
	    (c->columns > 0 && c->ncell != c->columns));
}

/*
 * The row from the first line that is held, and how many lines it takes.
 * -1: error.
 */
static int
collect(struct csv *c, size_t *lines, bool *damaged, struct err *e)
{
	size_t n = 0, i, bytes = 0;
	int got;

	begin_row(c);
	*damaged = false;
	do {
		if (n == c->nheld) {
			got = hold(c, e);
			if (got < 0)
				return -1;
			if (got == 0)
				break;
		}
		if (c->held[n].over)
			break;
		bytes += c->held[n].n + 1;
		if (feed(c, line_of(c, n), c->held[n].n, e) < 0)
			return -1;
		n++;
	} while (c->quoted && bytes < CSV_RECORD_MAX);
	*lines = n;
	if (!looks_damaged(c, n) && !c->quoted)
		return 0;
	for (i = 1; i < n && !is_row(c, i); i++)
		;
	/* A quote alone is no reason where no row is lost. */
	*damaged = c->quoted || i < n;
	if (!*damaged)
		return 0;
	*lines = i;
	return feed_all(c, i, e);
}

static void
point(struct csv *c)
{
	const char *text = buf_str(&c->text);
	size_t i, from = 0;

	for (i = 0; i < c->ncell; i++) {
		c->cell[i] = (struct chat_str){text + from,
		    c->end[i] - from};
		from = c->end[i];
	}
}

/* The line that says what is between the cells. */
static bool
takes_sep(struct csv *c)
{
	const char *s = line_of(c, 0);

	if (c->begun || c->held[0].n != 5 || strncasecmp(s, "sep=", 4) != 0)
		return false;
	c->delimiter = s[4];
	return true;
}

int
csv_next(struct csv *c, struct csv_row *row, struct err *e)
{
	size_t lines = 1, i;
	int got;

	drop(c, c->used);
	c->used = 0;
	for (;;) {
		got = c->nheld > 0 ? 1 : hold(c, e);
		if (got <= 0)
			return got;
		if (c->held[0].n > 0 && !takes_sep(c))
			break;
		drop(c, 1);
	}
	c->begun = true;
	memset(row, 0, sizeof(*row));
	row->off = c->held[0].off;
	if (c->held[0].over) {
		row->warn = CHAT_WARN_LONG;
	} else {
		if (collect(c, &lines, &row->damaged, e) < 0)
			return -1;
		point(c);
		row->cell = c->cell;
		row->n = c->many ? 0 : c->ncell;
	}
	for (i = 0; i < lines; i++)
		row->warn |= c->held[i].warn;
	if (row->damaged)
		row->warn |= CHAT_WARN_SPLIT;
	row->len = c->held[lines - 1].off + c->held[lines - 1].len - row->off;
	row->line = line_of(c, 0);
	row->line_len = c->held[0].n;
	c->used = lines;
	return 1;
}

/* --- Heads */

/* Cells of the row at *s, which is moved behind it. */
static size_t
count_cells(const char **s, const char *end, char delimiter)
{
	const char *p = *s;
	bool quoted = false;
	size_t n = 1;

	for (; p < end; p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '\n' && !quoted)
			break;
		else if (*p == delimiter && !quoted)
			n++;
	}
	*s = p < end ? p + 1 : end;
	return n;
}

/* How many of the first rows have the same number of cells, times that. */
static unsigned
vote(const char *s, const char *end, char delimiter)
{
	size_t n[VOTES], rows, i, k, same, best = 0, columns = 1;

	for (rows = 0; rows < VOTES && s < end; rows++)
		n[rows] = count_cells(&s, end, delimiter);
	for (i = 0; i < rows; i++) {
		same = 0;
		for (k = 0; k < rows; k++)
			same += n[k] == n[i];
		if (n[i] > 1 && (same > best ||
		    (same == best && n[i] > columns))) {
			best = same;
			columns = n[i];
		}
	}
	return columns < 2 || columns > CSV_CELLS_MAX ? 0 :
	    (unsigned)(1000 * best / rows + columns);
}

/* One cell at *s into H; false at the end of the row. */
static bool
head_cell(struct csv_head *h, const char **s, const char *end, size_t *used)
{
	const char *p = *s;
	const size_t from = *used;
	bool quoted = false, more;

	for (; p < end && (quoted || (*p != '\n' && *p != h->delimiter));
	    p++) {
		if (*p == '"' && (quoted || *used == from)) {
			if (quoted && p + 1 < end && p[1] == '"')
				p++;
			else {
				quoted = !quoted;
				continue;
			}
		}
		if (*used < sizeof(h->text))
			h->text[(*used)++] = *p;
	}
	more = p < end && *p == h->delimiter;
	*s = p + (p < end);
	h->cell[h->n++] = csv_trim((struct chat_str){h->text + from,
	    *used - from});
	return more;
}

bool
csv_look(struct csv_head *out, const struct chat_sniff *s)
{
	static const char marks[] = ",;\t|";
	const char *p = s->text, *end = s->text + s->ntext;
	unsigned got, best = 0;
	size_t i, used = 0;

	if (s->archive || s->ntext == 0 || *p == '{' || *p == '[' ||
	    *p == '<')
		return false;
	memset(out, 0, sizeof(*out));
	for (i = 0; marks[i] != '\0'; i++) {
		got = vote(p, end, marks[i]);
		if (got > best) {
			best = got;
			out->delimiter = marks[i];
		}
	}
	if (end - p > 6 && strncasecmp(p, "sep=", 4) == 0) {
		out->delimiter = p[4];
		(void)count_cells(&p, end, '\n');
		best = 1;
	}
	if (best == 0)
		return false;
	while (out->n < 64 && head_cell(out, &p, end, &used))
		;
	return out->n > 1;
}

struct chat_str
csv_trim(struct chat_str s)
{
	while (s.n > 0 && (*s.s == ' ' || (*s.s >= '\t' && *s.s <= '\r'))) {
		s.s++;
		s.n--;
	}
	while (s.n > 0 && (s.s[s.n - 1] == ' ' ||
	    (s.s[s.n - 1] >= '\t' && s.s[s.n - 1] <= '\r')))
		s.n--;
	return s;
}

bool
csv_is(struct chat_str cell, const char *names)
{
	const char *p = names;
	size_t n;

	for (;;) {
		n = strcspn(p, "|");
		if (n == cell.n && strncasecmp(p, cell.s, n) == 0)
			return true;
		if (p[n] == '\0')
			return false;
		p += n + 1;
	}
}

/* Where the brackets at a cell's end begin; *mark: the length of one. */
static const char *
brackets(struct chat_str s, size_t *mark)
{
	const char *open = NULL;

	*mark = 1;
	if (s.n > 2 && s.s[s.n - 1] == ')')
		open = memrchr(s.s, '(', s.n);
	if (!open && s.n > 6 && memcmp(s.s + s.n - 3, "）", 3) == 0) {
		open = memmem(s.s, s.n, "（", 3);
		*mark = 3;
	}
	return open;
}

static bool
is_named(struct chat_str cell, const char *names)
{
	const char *open;
	size_t mark, at;

	cell = csv_trim(cell);
	if (csv_is(cell, names))
		return true;
	open = brackets(cell, &mark);
	if (!open || open == cell.s)
		return false;
	at = (size_t)(open - cell.s);
	return csv_is(csv_trim((struct chat_str){cell.s, at}), names) ||
	    csv_is((struct chat_str){open + mark, cell.n - at - 2 * mark},
	    names);
}

int
csv_column(const struct chat_str *cell, size_t n, const char *names)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (is_named(cell[i], names))
			return (int)i;
	return -1;
}
