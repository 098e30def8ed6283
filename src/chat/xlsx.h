/*
 * chat/xlsx.h - rows of the sheets of a workbook (.xlsx).
 *
 * Spec: ECMA-376 part 1, section 18 (SpreadsheetML); part 2 (packages).  What a
 * sheet shows is read, nothing is computed; hidden sheets are left out.  A
 * document type, and so every entity, is refused.
 * Caps: chat/archive.h for what is unpacked; XLSX_SHEETS_MAX sheets and
 * XLSX_COLUMNS_MAX columns, what is behind them is passed over; a cell's text
 * XLSX_CELL_MAX bytes, the rest of it is cut; XLSX_TEXTS_MAX bytes of shared
 * texts, XLSX_ROWS_MAX rows of a sheet.
 * Needs: base, chat/{archive,input,message}; libxml2.
 */
#ifndef LIUDI_CHAT_XLSX_H
#define LIUDI_CHAT_XLSX_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "chat/input.h"
#include "chat/message.h"

#define XLSX_SHEETS_MAX 16u
#define XLSX_COLUMNS_MAX 256u
#define XLSX_ROWS_MAX 1048576u
#define XLSX_CELL_MAX 1024u
#define XLSX_TEXTS_MAX (32u << 20)

struct xlsx;

/*
 * IN stays the caller's and must outlive it.  NULL: ERR_FORMAT (no workbook, a
 * part of it is missing or damaged), ERR_NOMEM, of IN.
 */
struct xlsx *xlsx_open(const struct chat_input *in, struct err *e);
void xlsx_close(struct xlsx *x);	/* NULL does nothing */

/* Sheets that are shown, in the order of the workbook; at least one. */
size_t xlsx_sheets(const struct xlsx *x);

/* To the beginning of sheet I < xlsx_sheets().  0, or -1 as above. */
int xlsx_begin(struct xlsx *x, size_t i, struct err *e);

struct xlsx_row {
	const struct chat_str *cell;	/* valid until the next row */
	size_t n;			/* up to the last that is not empty */
};
/*
 * 1 and *row; 0 at the end of the sheet; -1 as above.  Rows without a text are
 * none.  Numbers are written out, to 15 digits: "19.9", "1600123456789".
 */
int xlsx_next(struct xlsx *x, struct xlsx_row *row, struct err *e);

/* Append S, a number as a workbook has it, as above; what is none as it is. */
int xlsx_number(struct buf *out, struct chat_str s, struct err *e);

#endif
