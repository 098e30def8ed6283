/* chat/sheet.c - rows of a table with a head. */
#include "chat/sheet.h"

#include <string.h>

#include "chat/scan.h"

#include "base/banned.h"

size_t
sheet_map(const struct chat_str *cell, size_t n,
	const struct sheet_kind *k, int *at)
{
	size_t i, found = 0;
	int col;

	for (i = 0; i < k->n; i++) {
		col = csv_column(cell, n, k->names[i]);
		found += col >= 0;
		if (at)
			at[i] = col;
	}
	return found;
}

int
sheet_score(const struct chat_sniff *s, const struct sheet_kind *k,
	unsigned need)
{
	struct csv_head h;
	int at[SHEET_COLUMNS_MAX];
	size_t i;

	if (!csv_look(&h, s))
		return 0;
	(void)sheet_map(h.cell, h.n, k, at);
	for (i = 0; i < k->n; i++)
		if ((need >> i & 1) != 0 && at[i] < 0)
			return 0;
	return CHAT_SURE;
}

int
sheet_unparsed(struct sheet *t, struct err *e)
{
	return compose_unparsed(&t->c, t->row->off, t->row->len, t->row->line,
	    t->row->line_len, e);
}

struct chat_str
sheet_raw(const struct sheet *t, size_t i)
{
	if (t->at[i] < 0 || (size_t)t->at[i] >= t->row->n)
		return (struct chat_str){NULL, 0};
	return t->row->cell[t->at[i]];
}

struct chat_str
sheet_name(struct sheet *t, size_t i)
{
	struct chat_str s = csv_trim(sheet_raw(t, i));

	return s.n > 0 ? compose_name(&t->c, s.s, s.n) :
	    (struct chat_str){NULL, 0};
}

struct chat_str
sheet_text(struct sheet *t, size_t i)
{
	struct chat_str s = sheet_raw(t, i);

	return s.s ? compose_text(&t->c, s.s, s.n) : s;
}

/* --- Times */

/* Three numbers of a date and their separators; *long_first: a year. */
static bool
three(struct scan *c, int v[3], unsigned digits[3])
{
	static const char seps[] = "/-.";
	char sep;

	if (!scan_number(c, 1, 4, &v[0], &digits[0]) || scan_done(c) ||
	    !strchr(seps, *c->s))
		return false;
	sep = *c->s;
	return scan_char(c, sep) && scan_number(c, 1, 2, &v[1], &digits[1]) &&
	    scan_char(c, sep) && scan_number(c, 1, 4, &v[2], &digits[2]);
}

/* "2024年3月1日" */
static bool
chinese(struct scan *c, struct chat_stamp *s)
{
	struct scan at = *c;

	if (!scan_number(&at, 4, 4, &s->year, NULL) ||
	    !scan_lit(&at, "年") || !scan_number(&at, 1, 2, &s->mon, NULL) ||
	    !scan_lit(&at, "月") || !scan_number(&at, 1, 2, &s->day, NULL) ||
	    !scan_lit(&at, "日"))
		return false;
	*c = at;
	return true;
}

/* "01-Mar-24", "1 March 2024" */
static bool
english(struct scan *c, struct chat_stamp *s)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	struct scan at = *c;
	unsigned digits;
	char name[3];
	int i;

	if (!scan_number(&at, 1, 2, &s->day, NULL) ||
	    !(scan_char(&at, '-') || scan_blanks(&at) > 0) ||
	    scan_left(&at) < 5)
		return false;
	for (i = 0; i < 3; i++)
		name[i] = (char)(at.s[i] | 0x20);
	for (i = 0; i < 12 && memcmp(months + 3 * i, name, 3) != 0; i++)
		;
	if (i == 12)
		return false;
	while (!scan_done(&at) && (*at.s | 0x20) >= 'a' &&
	    (*at.s | 0x20) <= 'z')
		at.s++;
	(void)scan_char(&at, '.');
	if (!(scan_char(&at, '-') || scan_blanks(&at) > 0) ||
	    !scan_number(&at, 2, 4, &s->year, &digits))
		return false;
	s->year = scan_year(s->year, digits);
	s->mon = i + 1;
	*c = at;
	return true;
}

static bool
date(struct scan *c, struct chat_stamp *s, enum date_order order)
{
	unsigned digits[3];
	int v[3];

	if (chinese(c, s) || english(c, s))
		return true;
	if (!three(c, v, digits))
		return false;
	if (digits[0] > 2 || v[0] > 31 || order == DATE_YMD) {
		s->year = scan_year(v[0], digits[0]);
		s->mon = v[1];
		s->day = v[2];
		return true;
	}
	s->year = scan_year(v[2], digits[2]);
	s->mon = order == DATE_MDY ? v[0] : v[1];
	s->day = order == DATE_MDY ? v[1] : v[0];
	return true;
}

bool
sheet_parse_time(struct chat_stamp *out, struct chat_str cell,
	enum date_order order)
{
	struct chat_stamp s = {0};
	struct scan c;

	cell = csv_trim(cell);
	if (cell.n == 0 || cell.n > 64)
		return false;
	if (stamp_parse_iso(out, cell.s, cell.n))
		return true;
	if (cell.n >= 9 && compose_epoch_text(out, cell.s, cell.n))
		return true;
	c = scan_of(cell.s, cell.n);
	if (!date(&c, &s, order))
		return false;
	s.precision = STAMP_DAY;
	if (!scan_done(&c)) {
		(void)scan_char(&c, ',');
		(void)scan_blanks(&c);
		if (!scan_clock(&c, ":", &s, NULL))
			return false;
		(void)scan_blanks(&c);
	}
	if (!scan_done(&c) || !stamp_valid(&s))
		return false;
	*out = s;
	return true;
}

bool
sheet_when(const struct sheet *t, struct chat_str cell,
	struct chat_stamp *out)
{
	return sheet_parse_time(out, cell, t->order);
}

static bool
is_time(void *arg, struct chat_str cell)
{
	struct chat_stamp s;

	(void)arg;
	return sheet_parse_time(&s, cell, DATE_DMY) ||
	    sheet_parse_time(&s, cell, DATE_MDY);
}

/* Three numbers into V, and no year is the first? */
static bool
year_is_last(struct chat_str cell, int v[3])
{
	struct scan c;
	unsigned digits[3];

	cell = csv_trim(cell);
	c = scan_of(cell.s, cell.n);
	return three(&c, v, digits) && digits[0] <= 2 && v[0] <= 31;
}

/* --- Reading */

static int
open_table(struct sheet *t, const struct sheet_kind *k,
	struct csv_head *h, struct csv **csv, struct err *e)
{
	struct csv_row row;
	int got;

	*csv = csv_open(t->job->in, &t->job->sniff->encoding, h->delimiter,
	    e);
	if (!*csv)
		return -1;
	if (!k->headless && !t->learned) {
		got = csv_next(*csv, &row, e);
		if (got < 0)
			return -1;
		(void)sheet_map(row.cell, got == 1 ? row.n : 0, k, t->at);
	}
	if (t->at[k->time] >= 0)
		csv_expect(*csv, h->n, (size_t)t->at[k->time], is_time, NULL);
	return 0;
}

/* Once through the file: is the day before the month? */
static int
find_order(struct sheet *t, const struct sheet_kind *k,
	struct csv_head *h, struct err *e)
{
	const struct csv_row *at = t->row;
	unsigned dmy = 0, mdy = 0;
	struct csv *csv = NULL;
	struct csv_row row;
	int rc = -1, got = 0, v[3];

	if (open_table(t, k, h, &csv, e) < 0)
		goto out;
	t->row = &row;
	while (dmy + mdy < 50 && (got = csv_next(csv, &row, e)) == 1) {
		if (!year_is_last(sheet_raw(t, k->time), v))
			continue;
		dmy += v[0] > 12 && v[1] <= 12;
		mdy += v[1] > 12 && v[0] <= 12;
	}
	if (got < 0)
		goto out;
	t->order = mdy > dmy ? DATE_MDY : DATE_DMY;
	t->guessed = mdy == dmy;
	rc = 0;
out:
	t->row = at;
	csv_close(csv);
	return rc;
}

/* Many tables have no date whose order is a question: they are read once. */
static int
settle_order(struct sheet *t, const struct sheet_kind *k,
	struct csv_head *h, struct err *e)
{
	int v[3];

	if (t->order != DATE_AUTO || !year_is_last(sheet_raw(t, k->time), v))
		return 0;
	return find_order(t, k, h, e);
}

/* The order of day and month was no matter for this one. */
static bool
order_matters(const struct sheet *t, struct chat_str cell)
{
	struct chat_stamp a, b;
	int v[3];

	return t->guessed && year_is_last(cell, v) &&
	    sheet_parse_time(&a, cell, DATE_DMY) &&
	    sheet_parse_time(&b, cell, DATE_MDY) &&
	    (a.mon != b.mon || a.day != b.day);
}

static int
each_row(struct sheet *t, const struct sheet_kind *k, struct csv_head *h,
	struct csv *csv, struct err *e)
{
	struct csv_row row;
	int got;

	t->row = &row;
	while ((got = csv_next(csv, &row, e)) == 1) {
		compose_begin(&t->c, row.off, row.len);
		t->c.m.warn |= row.warn;
		if (settle_order(t, k, h, e) < 0)
			return -1;
		if (order_matters(t, sheet_raw(t, k->time)))
			t->c.m.warn |= CHAT_WARN_DATE_ORDER;
		if (row.n == 0) {
			if (sheet_unparsed(t, e) < 0)
				return -1;
		} else if (k->row(t, e) < 0) {
			return -1;
		}
		t->rows++;
	}
	return got;
}

int
sheet_read(struct chat_job *job, const struct sheet_kind *k,
	struct err *e)
{
	struct sheet t = {.job = job};
	struct csv_head head;
	struct csv *csv = NULL;
	size_t i;
	int rc = -1;

	compose_init(&t.c, job);
	for (i = 0; i < SHEET_COLUMNS_MAX; i++)
		t.at[i] = k->headless ? (int)i : -1;
	if (!csv_look(&head, job->sniff)) {
		(void)err_set(e, ERR_FORMAT, "no table");
		goto out;
	}
	if (k->learn && sheet_map(head.cell, head.n, k, NULL) < 2)
		t.learned = k->learn(&t, &head);
	if (job->hints)
		t.order = job->hints->date_order;
	if (open_table(&t, k, &head, &csv, e) == 0)
		rc = each_row(&t, k, &head, csv, e);
out:
	csv_close(csv);
	compose_release(&t.c);
	return rc;
}

struct chat_str
sheet_basename(struct chat_str path)
{
	size_t i;

	for (i = path.n; i > 0; i--)
		if (path.s[i - 1] == '/' || path.s[i - 1] == '\\')
			break;
	if (i == 0)
		return path;	/* which may be none */
	return (struct chat_str){path.s + i, path.n - i};
}

struct chat_str
sheet_stem(const struct chat_input *in)
{
	const char *name = in->name ? in->name : "";
	const char *dot = strrchr(name, '.');
	const size_t n = dot && dot != name ? (size_t)(dot - name) :
	    strlen(name);

	return n > 0 ? (struct chat_str){name, n} :
	    (struct chat_str){NULL, 0};
}
