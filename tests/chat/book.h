/*
 * tests/chat/book.h - workbooks made by hand, for xlsx_test and goods_test.
 * Needs: cmocka, libarchive.
 */
#ifndef LIUDI_TESTS_CHAT_BOOK_H
#define LIUDI_TESTS_CHAT_BOOK_H

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "chat/input.h"

#define BOOK_MAX ((size_t)64 << 20)
#define BOOK_NS "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/" \
	"2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/" \
	"officeDocument/2006/relationships\""
#define BOOK_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

struct book {
	uint8_t *data;
	size_t n;
	struct archive *a;
	struct chat_bytes bytes;
	struct chat_input in;
};

static inline void
book_part(struct book *b, const char *path, const char *text, size_t n)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, path);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, (la_int64_t)n);
	assert_int_equal(archive_write_header(b->a, entry), ARCHIVE_OK);
	assert_true(archive_write_data(b->a, text, n) == (la_ssize_t)n);
	archive_entry_free(entry);
}

static inline void
book_text(struct book *b, const char *path, const char *text)
{
	book_part(b, path, text, strlen(text));
}

static inline void
book_begin(struct book *b)
{
	memset(b, 0, sizeof(*b));
	b->data = malloc(BOOK_MAX);
	assert_non_null(b->data);
	b->a = archive_write_new();
	assert_int_equal(archive_write_set_format_zip(b->a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(b->a, b->data, BOOK_MAX,
	    &b->n), ARCHIVE_OK);
}

/* Workbook and relations for sheets 1 to N, of which HIDDEN is. */
static inline void
book_sheets(struct book *b, int n, int hidden)
{
	char text[8192], rels[8192];
	size_t at, to;
	int i;

	at = (size_t)snprintf(text, sizeof(text), BOOK_HEAD "<workbook "
	    BOOK_NS "><sheets>");
	to = (size_t)snprintf(rels, sizeof(rels), BOOK_HEAD "<Relationships>");
	for (i = 1; i <= n; i++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at, "<sheet "
		    "name=\"S%d\" sheetId=\"%d\" %sr:id=\"rId%d\"/>", i, i,
		    i == hidden ? "state=\"hidden\" " : "", i);
		to += (size_t)snprintf(rels + to, sizeof(rels) - to,
		    "<Relationship Id=\"rId%d\" Type=\"x\" Target=\"%s"
		    "worksheets/sheet%d.xml\"/>", i, i == 2 ? "/xl/" : "", i);
	}
	(void)snprintf(text + at, sizeof(text) - at, "</sheets></workbook>");
	(void)snprintf(rels + to, sizeof(rels) - to, "</Relationships>");
	book_text(b, "xl/workbook.xml", text);
	book_text(b, "xl/_rels/workbook.xml.rels", rels);
}

static inline const struct chat_input *
book_end(struct book *b)
{
	assert_int_equal(archive_write_close(b->a), ARCHIVE_OK);
	(void)archive_write_free(b->a);
	b->bytes = (struct chat_bytes){b->data, b->n};
	chat_input_bytes(&b->in, &b->bytes, "book.xlsx");
	return &b->in;
}

/* A book of one sheet with these rows, and shared texts (or NULL). */
static inline const struct chat_input *
book_of(struct book *b, const char *rows, const char *shared)
{
	char *text = malloc(strlen(rows) + 4096);
	const size_t most = strlen(rows) + 4096;

	assert_non_null(text);
	book_begin(b);
	book_sheets(b, 1, 0);
	(void)snprintf(text, most, BOOK_HEAD "<worksheet " BOOK_NS
	    "><sheetData>%s</sheetData></worksheet>", rows);
	book_text(b, "xl/worksheets/sheet1.xml", text);
	if (shared) {
		(void)snprintf(text, most, BOOK_HEAD "<sst " BOOK_NS
		    ">%.3000s</sst>", shared);
		book_text(b, "xl/sharedStrings.xml", text);
	}
	free(text);
	return book_end(b);
}

static inline void
book_free(struct book *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

#endif
