/* qr/qr.c - QR codes, for a terminal and for a printed page. */
#include "qr/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <string.h>

#include "base/banned.h"

#define DARK 1	/* of a module's byte, bit 0 */

static QRcode *
encode(const char *text, struct err *e)
{
	QRcode *q;

	if (strlen(text) > QR_TEXT_MAX) {
		(void)err_set(e, ERR_USAGE, "too long for a QR code");
		return NULL;
	}
	/* case-sensitive: the text is not changed behind our back */
	q = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	if (!q && errno == ENOMEM)
		(void)err_nomem(e);
	else if (!q)
		(void)err_set(e, ERR_USAGE, "no QR code can hold this");
	return q;
}

/* The module at X, Y, which may lie outside. */
static int
dark(const QRcode *q, int x, int y)
{
	if (x < 0 || y < 0 || x >= q->width || y >= q->width)
		return 0;
	return q->data[y * q->width + x] & DARK;
}

/* Two modules, one above the other, as ink on white. */
static const char *
half_blocks(int upper, int lower)
{
	if (upper)
		return lower ? "\xe2\x96\x88" : "\xe2\x96\x80";
	return lower ? "\xe2\x96\x84" : " ";
}

int
qr_terminal(const char *text, struct buf *out, struct err *e)
{
	QRcode *q = encode(text, e);
	int x, y, rc = -1;

	if (!q)
		return -1;
	for (y = -QR_QUIET; y < q->width + QR_QUIET; y += 2) {
		if (buf_adds(out, "\033[30;107m", e) < 0)
			goto out;
		for (x = -QR_QUIET; x < q->width + QR_QUIET; x++)
			if (buf_adds(out, half_blocks(dark(q, x, y),
			    dark(q, x, y + 1)), e) < 0)
				goto out;
		if (buf_adds(out, "\033[0m\n", e) < 0)
			goto out;
	}
	rc = 0;
out:
	QRcode_free(q);
	return rc;
}

unsigned
qr_columns(const char *text)
{
	struct err ignored = ERR_INIT;
	QRcode *q = encode(text, &ignored);
	unsigned n = q ? (unsigned)q->width + 2 * QR_QUIET : 0;

	QRcode_free(q);
	return n;
}

/* A run of dark modules in row Y is one rectangle of the path. */
static int
svg_row(const QRcode *q, int y, struct buf *out, struct err *e)
{
	int x, n;

	for (x = 0; x < q->width; x += n) {
		for (n = 0; dark(q, x + n, y); n++)
			;
		if (n == 0) {
			n = 1;
			continue;
		}
		if (buf_addf(out, e, "M%d %dh%dv1h-%dz", x + QR_QUIET,
		    y + QR_QUIET, n, n) < 0)
			return -1;
	}
	return 0;
}

int
qr_svg(const char *text, struct buf *out, struct err *e)
{
	QRcode *q = encode(text, e);
	int side, y, rc = -1;

	if (!q)
		return -1;
	side = q->width + 2 * QR_QUIET;
	if (buf_addf(out, e, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
	    "<path fill=\"#fff\" d=\"M0 0h%dv%dh-%dz\"/>"
	    "<path fill=\"#000\" d=\"", side, side, side, side, side) < 0)
		goto out;
	for (y = 0; y < q->width; y++)
		if (svg_row(q, y, out, e) < 0)
			goto out;
	if (buf_adds(out, "\"/></svg>\n", e) < 0)
		goto out;
	rc = 0;
out:
	QRcode_free(q);
	return rc;
}
