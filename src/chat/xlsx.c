/* chat/xlsx.c - rows of a workbook.  Spec: ECMA-376 part 1, 18. */
#include "chat/xlsx.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlreader.h>

#include "base/str.h"
#include "chat/archive.h"

#include "base/banned.h"

#define TEXTS_COUNT_MAX 2000000u
#define ATTRIBUTE_MAX 512u
#define DIGITS 15		/* that a double holds */
#define EXPONENT_MAX 30		/* beyond it a number is no one's id or price */

struct sheet_of { char id[ATTRIBUTE_MAX]; size_t member; };

struct xlsx {
	struct chat_archive *archive;
	/* the part that is read */
	xmlTextReaderPtr xml;
	struct chat_input part;
	uint64_t at;
	struct err in_err;
	/* of the workbook */
	struct sheet_of sheet[XLSX_SHEETS_MAX];
	size_t nsheets;
	struct buf texts;		/* shared ones, one after the other */
	uint32_t *end;			/* of each */
	size_t ntexts, cap;
	/* of the row */
	struct buf text;
	size_t from[XLSX_COLUMNS_MAX], len[XLSX_COLUMNS_MAX];
	struct chat_str cell[XLSX_COLUMNS_MAX];
	size_t rows;
};

/* --- A part of the package as a stream of nodes. */

static int
on_read(void *arg, char *buf, int n)
{
	struct xlsx *x = arg;
	const int64_t got = n <= 0 ? 0 : x->part.read(x->part.arg, x->at, buf,
	    (size_t)n, &x->in_err);

	x->at += got > 0 ? (uint64_t)got : 0;
	return (int)got;
}

static int
on_close(void *arg)
{
	(void)arg;
	return 0;
}

static void
silent(void *arg, const char *text, xmlParserSeverities severity,
	xmlTextReaderLocatorPtr at)
{
	(void)arg;
	(void)text;
	(void)severity;
	(void)at;
}

static void
end_part(struct xlsx *x)
{
	xmlFreeTextReader(x->xml);
	x->xml = NULL;
}

static int
begin_part(struct xlsx *x, size_t member, struct err *e)
{
	end_part(x);
	chat_archive_member(x->archive, member, &x->part);
	x->at = 0;
	err_clear(&x->in_err);
	x->xml = xmlReaderForIO(on_read, on_close, x, NULL, NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (!x->xml)
		return err_nomem(e);
	xmlTextReaderSetErrorHandler(x->xml, silent, NULL);
	return 0;
}

static int
damaged(struct xlsx *x, struct err *e)
{
	if (x->in_err.code != ERR_NONE) {
		*e = x->in_err;
		return -1;
	}
	return err_set(e, ERR_FORMAT, "the workbook is damaged: %.80s",
	    x->part.name);
}

/* To the next node that matters: 1; 0 at the end of the part; -1. */
static int
next_node(struct xlsx *x, struct err *e)
{
	const int rc = xmlTextReaderRead(x->xml);

	if (rc != 1)
		return rc == 0 ? 0 : damaged(x, e);
	switch (xmlTextReaderNodeType(x->xml)) {
	case XML_READER_TYPE_DOCUMENT_TYPE:
	case XML_READER_TYPE_ENTITY_REFERENCE:
		return err_set(e, ERR_FORMAT, "the workbook holds what no "
		    "workbook does: a document type");
	default:
		return 1;
	}
}

static bool
is_named(struct xlsx *x, const char *name)
{
	const char *its = (const char *)xmlTextReaderConstLocalName(x->xml);

	return its && strcmp(its, name) == 0;
}

static bool
begins(struct xlsx *x, const char *name)
{
	return xmlTextReaderNodeType(x->xml) == XML_READER_TYPE_ELEMENT &&
	    is_named(x, name);
}

/* An element that holds nothing ends where it begins. */
static bool
ends(struct xlsx *x, const char *name)
{
	const int type = xmlTextReaderNodeType(x->xml);

	return is_named(x, name) && (type == XML_READER_TYPE_END_ELEMENT ||
	    (type == XML_READER_TYPE_ELEMENT &&
	    xmlTextReaderIsEmptyElement(x->xml) == 1));
}

/* The attribute of that name, whatever its namespace; "" where there is none. */
static void
attribute(struct xlsx *x, const char *name, char out[static ATTRIBUTE_MAX])
{
	const char *value;

	out[0] = '\0';
	while (xmlTextReaderMoveToNextAttribute(x->xml) == 1) {
		value = (const char *)xmlTextReaderConstValue(x->xml);
		if (is_named(x, name) && value)
			(void)snprintf(out, ATTRIBUTE_MAX, "%s", value);
	}
	(void)xmlTextReaderMoveToElement(x->xml);
}

/* What the node says, behind what was taken from FROM on, up to the cap. */
static int
add_text(struct xlsx *x, struct buf *out, size_t from, struct err *e)
{
	const int type = xmlTextReaderNodeType(x->xml);
	const size_t room = XLSX_CELL_MAX - (out->len - from);
	const char *s;
	size_t n;

	if (type != XML_READER_TYPE_TEXT && type != XML_READER_TYPE_CDATA &&
	    type != XML_READER_TYPE_SIGNIFICANT_WHITESPACE &&
	    type != XML_READER_TYPE_WHITESPACE)
		return 0;
	s = (const char *)xmlTextReaderConstValue(x->xml);
	n = s ? strnlen(s, room + 1) : 0;
	if (n > room)
		for (n = room; n > 0 && ((uint8_t)s[n] & 0xc0) == 0x80; n--)
			;
	return n > 0 ? buf_add(out, s, n, e) : 0;
}

/* --- What is where. */

static int
find_member(struct xlsx *x, const char *path, size_t *member, struct err *e)
{
	const char *const *all = chat_archive_paths(x->archive);
	size_t i, n = chat_archive_count(x->archive);

	*member = 0;
	for (i = 0; i < n; i++)
		if (strcmp(all[i], path) == 0) {
			*member = i;
			return 0;
		}
	return err_set(e, ERR_FORMAT, "the workbook lacks a part: %.80s",
	    path);
}

static int
read_workbook(struct xlsx *x, struct err *e)
{
	char state[ATTRIBUTE_MAX];
	size_t member;
	int got;

	if (find_member(x, "xl/workbook.xml", &member, e) < 0 ||
	    begin_part(x, member, e) < 0)
		return -1;
	while ((got = next_node(x, e)) == 1) {
		if (!begins(x, "sheet") || x->nsheets == XLSX_SHEETS_MAX)
			continue;
		attribute(x, "state", state);
		attribute(x, "id", x->sheet[x->nsheets].id);
		x->nsheets += state[0] == '\0' ||
		    strcmp(state, "visible") == 0;
	}
	if (got == 0 && x->nsheets == 0)
		got = err_set(e, ERR_FORMAT, "the workbook has no sheet");
	return got;
}

/* Where the sheets lie, by what the workbook calls them. */
static int
read_relations(struct xlsx *x, struct err *e)
{
	char id[ATTRIBUTE_MAX], to[ATTRIBUTE_MAX], path[ATTRIBUTE_MAX + 4];
	size_t member, i, found = 0;
	int got;

	if (find_member(x, "xl/_rels/workbook.xml.rels", &member, e) < 0 ||
	    begin_part(x, member, e) < 0)
		return -1;
	while ((got = next_node(x, e)) == 1) {
		if (!begins(x, "Relationship"))
			continue;
		attribute(x, "Id", id);
		attribute(x, "Target", to);
		(void)snprintf(path, sizeof(path), "%s%s",
		    to[0] == '/' ? "" : "xl/", to[0] == '/' ? to + 1 : to);
		for (i = 0; i < x->nsheets; i++) {
			if (!id[0] || strcmp(x->sheet[i].id, id) != 0)
				continue;
			if (find_member(x, path, &x->sheet[i].member, e) < 0)
				return -1;
			x->sheet[i].id[0] = '\0';	/* once */
			found++;
		}
	}
	if (got == 0 && found < x->nsheets)
		got = err_set(e, ERR_FORMAT, "the workbook lacks a part: "
		    "%.80s", "a sheet");
	return got;
}

static int
end_shared(struct xlsx *x, struct err *e)
{
	const size_t cap = x->cap ? 2 * x->cap : 1024;
	uint32_t *grown;

	if (x->ntexts == TEXTS_COUNT_MAX)
		return err_set(e, ERR_FORMAT, "the workbook holds too many "
		    "texts");
	if (x->ntexts == x->cap) {
		grown = realloc(x->end, cap * sizeof(*grown));
		if (!grown)
			return err_nomem(e);
		x->end = grown;
		x->cap = cap;
	}
	x->end[x->ntexts++] = (uint32_t)x->texts.len;
	return 0;
}

/* A workbook without texts has none of these. */
static int
read_shared(struct xlsx *x, struct err *e)
{
	struct err ignored = ERR_INIT;
	bool text = false, aside = false;	/* how it is read aloud */
	size_t member, from = 0;
	int got;

	if (find_member(x, "xl/sharedStrings.xml", &member, &ignored) < 0)
		return 0;
	if (begin_part(x, member, e) < 0)
		return -1;
	while ((got = next_node(x, e)) == 1) {
		if (begins(x, "si"))
			from = x->texts.len;
		if (begins(x, "t") || begins(x, "rPh")) {
			text = text || is_named(x, "t");
			aside = aside || is_named(x, "rPh");
		} else if (text && !aside && XLSX_TEXTS_MAX - x->texts.len <
		    XLSX_CELL_MAX) {
			return err_set(e, ERR_FORMAT, "the workbook holds "
			    "too many texts");
		} else if (text && !aside &&
		    add_text(x, &x->texts, from, e) < 0) {
			return -1;
		}
		if (ends(x, "t"))
			text = false;
		if (ends(x, "rPh"))
			aside = false;
		if (ends(x, "si") && end_shared(x, e) < 0)
			return -1;
	}
	return got;
}

struct xlsx *
xlsx_open(const struct chat_input *in, struct err *e)
{
	struct xlsx *x = calloc(1, sizeof(*x));

	if (!x) {
		(void)err_nomem(e);
		return NULL;
	}
	buf_init(&x->texts, XLSX_TEXTS_MAX);
	buf_init(&x->text, (size_t)XLSX_COLUMNS_MAX * (XLSX_CELL_MAX + 1));
	x->archive = chat_archive_open(in, e);
	if (!x->archive || read_workbook(x, e) < 0 ||
	    read_relations(x, e) < 0 || read_shared(x, e) < 0) {
		xlsx_close(x);
		return NULL;
	}
	end_part(x);
	return x;
}

void
xlsx_close(struct xlsx *x)
{
	if (!x)
		return;
	end_part(x);
	chat_archive_close(x->archive);
	buf_release(&x->texts);
	buf_release(&x->text);
	free(x->end);
	free(x);
}

size_t
xlsx_sheets(const struct xlsx *x)
{
	return x->nsheets;
}

int
xlsx_begin(struct xlsx *x, size_t i, struct err *e)
{
	x->rows = 0;
	return begin_part(x, x->sheet[i].member, e);
}

/* --- Numbers. */

struct decimal {
	char digit[64];
	size_t n;
	long point;		/* before which of them */
	bool minus;
};

/* Digits and where the point is; false: it is no number, or an odd one. */
static bool
take_decimal(struct chat_str s, struct decimal *d)
{
	const char *p = s.s, *end = s.s + s.n;
	bool point = false, any = false, minus;
	long power = 0;

	memset(d, 0, sizeof(*d));
	d->minus = p < end && *p == '-';
	for (p += d->minus; p < end; p++) {
		if (*p == '.' && !point) {
			point = true;
			continue;
		}
		if (*p < '0' || *p > '9')
			break;
		any = true;
		d->point += !point && (d->n > 0 || *p != '0');
		d->point -= point && d->n == 0 && *p == '0';
		if (d->n == 0 && *p == '0')
			continue;
		if (d->n == sizeof(d->digit))
			return false;
		d->digit[d->n++] = *p;
	}
	if (any && p < end && (*p == 'e' || *p == 'E')) {
		p++;
		minus = p < end && *p == '-';
		p += p < end && (*p == '-' || *p == '+');
		any = p < end;
		for (; p < end && *p >= '0' && *p <= '9' && power < 1000; p++)
			power = 10 * power + (*p - '0');
		d->point += minus ? -power : power;
	}
	return any && p == end && d->point > -EXPONENT_MAX &&
	    d->point < EXPONENT_MAX;
}

static void
round_decimal(struct decimal *d)
{
	size_t i;

	if (d->n > DIGITS) {
		const bool up = d->digit[DIGITS] >= '5';

		d->n = DIGITS;
		for (i = DIGITS; up && i > 0 && d->digit[i - 1] == '9'; i--)
			d->digit[i - 1] = '0';
		if (up && i > 0)
			d->digit[i - 1]++;
		if (up && i == 0) {
			d->digit[0] = '1';
			d->point++;
		}
	}
	while (d->n > 0 && d->digit[d->n - 1] == '0')
		d->n--;
}

int
xlsx_number(struct buf *out, struct chat_str s, struct err *e)
{
	struct decimal d;
	long i;

	/* Digits alone may be an id: as they are. */
	if (!memchr(s.s, '.', s.n) && !memchr(s.s, 'e', s.n) &&
	    !memchr(s.s, 'E', s.n))
		return buf_add(out, s.s, s.n, e);
	if (!take_decimal(s, &d))
		return buf_add(out, s.s, s.n, e);
	round_decimal(&d);
	if (d.n == 0)
		return buf_addc(out, '0', e);
	if ((d.minus && buf_addc(out, '-', e) < 0) ||
	    (d.point <= 0 && buf_addc(out, '0', e) < 0))
		return -1;
	for (i = d.point < 0 ? d.point : 0; i < (long)d.n || i < d.point; i++) {
		if (i == d.point && buf_addc(out, '.', e) < 0)
			return -1;
		if (buf_addc(out, i >= 0 && i < (long)d.n ? d.digit[i] : '0',
		    e) < 0)
			return -1;
	}
	return 0;
}

/* --- Rows. */

enum cell_kind { CELL_NUMBER, CELL_SHARED, CELL_TEXT, CELL_ERROR };

static enum cell_kind
kind_of(const char *type)
{
	return strcmp(type, "s") == 0 ? CELL_SHARED :
	    strcmp(type, "e") == 0 ? CELL_ERROR :
	    type[0] == '\0' || strcmp(type, "n") == 0 ? CELL_NUMBER :
	    CELL_TEXT;
}

/* "BC12" is column 54; NEXT where it does not say. */
static size_t
column_of(const char *ref, size_t next)
{
	size_t n = 0;

	for (; *ref >= 'A' && *ref <= 'Z'; ref++)
		if (n <= XLSX_COLUMNS_MAX)
			n = 26 * n + (size_t)(*ref - 'A') + 1;
	return n == 0 ? next : n - 1;
}

static struct chat_str
shared(const struct xlsx *x, struct chat_str number)
{
	char text[16];
	int64_t i;

	if (number.n == 0 || number.n >= sizeof(text))
		return (struct chat_str){NULL, 0};
	memcpy(text, number.s, number.n);
	text[number.n] = '\0';
	if (str_to_i64(text, 0, INT_MAX, &i) < 0 || (size_t)i >= x->ntexts)
		return (struct chat_str){NULL, 0};
	return (struct chat_str){(const char *)x->texts.data +
	    (i ? x->end[i - 1] : 0), x->end[i] - (i ? x->end[i - 1] : 0)};
}

/* SAID is what stands in the cell. */
static int
end_cell(struct xlsx *x, size_t column, enum cell_kind kind,
	const struct buf *said, struct err *e)
{
	struct chat_str s = {buf_str(said), said->len};

	if (column >= XLSX_COLUMNS_MAX || x->len[column] > 0 || s.n == 0 ||
	    kind == CELL_ERROR)
		return 0;
	if (kind == CELL_SHARED)
		s = shared(x, s);
	x->from[column] = x->text.len;
	if (s.n > 0 && (kind == CELL_NUMBER ? xlsx_number(&x->text, s, e) :
	    buf_add(&x->text, s.s, s.n, e)) < 0)
		return -1;
	x->len[column] = x->text.len - x->from[column];
	return 0;
}

/* The row that has begun, up to its end. */
static int
read_row(struct xlsx *x, struct err *e)
{
	char ref[ATTRIBUTE_MAX], type[ATTRIBUTE_MAX];
	struct buf said = BUF_INIT(2 * XLSX_CELL_MAX);
	enum cell_kind kind = CELL_NUMBER;
	bool text = false, aside = false;
	size_t column = 0, next = 0;
	int got = 1;

	while (!ends(x, "row") && (got = next_node(x, e)) == 1) {
		if (begins(x, "c")) {
			attribute(x, "r", ref);
			attribute(x, "t", type);
			column = column_of(ref, next);
			kind = kind_of(type);
			next = column + 1;
			buf_clear(&said);
		}
		if (text && !aside && add_text(x, &said, 0, e) < 0)
			got = -1;
		if (begins(x, "rPh"))
			aside = true;
		if (begins(x, "v") || begins(x, "t"))
			text = true;
		if (ends(x, "rPh"))
			aside = false;
		if (ends(x, "v") || ends(x, "t"))
			text = false;
		if (got == 1 && ends(x, "c"))
			got = end_cell(x, column, kind, &said, e) < 0 ? -1 : 1;
		if (got < 0)
			break;
	}
	buf_release(&said);
	return got == 0 ? damaged(x, e) : got < 0 ? -1 : 0;
}

int
xlsx_next(struct xlsx *x, struct xlsx_row *row, struct err *e)
{
	size_t i, n;
	int got;

	while ((got = next_node(x, e)) == 1) {
		if (!begins(x, "row"))
			continue;
		if (x->rows++ == XLSX_ROWS_MAX)
			return err_set(e, ERR_FORMAT, "the sheet has too "
			    "many rows");
		buf_clear(&x->text);
		memset(x->len, 0, sizeof(x->len));
		if (read_row(x, e) < 0)
			return -1;
		for (n = XLSX_COLUMNS_MAX; n > 0 && x->len[n - 1] == 0; n--)
			;
		if (n == 0)
			continue;
		for (i = 0; i < n; i++)
			x->cell[i] = (struct chat_str){x->len[i] ?
			    (const char *)x->text.data + x->from[i] : "",
			    x->len[i]};
		*row = (struct xlsx_row){x->cell, n};
		return 1;
	}
	return got;
}
