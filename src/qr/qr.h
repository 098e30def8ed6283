/*
 * qr/qr.h - QR codes, for a terminal and for a printed page.
 *
 * Spec: ISO/IEC 18004 through libqrencode, error correction level M; the text
 * is taken as it is (upper-case Bech32 fits the denser alphanumeric mode).
 * Needs: base; libqrencode.
 */
#ifndef LIUDI_QR_QR_H
#define LIUDI_QR_QR_H

#include "base/buf.h"

#define QR_TEXT_MAX 2048	/* bytes of text */
#define QR_QUIET 4		/* light modules around, as the standard asks */

/*
 * Append lines of half blocks in UTF-8, two rows of modules a line, for a
 * terminal of dark or light background (colours are set: black on white).
 * -1: ERR_USAGE (too long), ERR_NOMEM.
 */
int qr_terminal(const char *text, struct buf *out, struct err *e);

/* Columns that qr_terminal needs, 0 on failure. */
unsigned qr_columns(const char *text);

/* Append an <svg> element, one path, a unit a module, no script, no style. */
int qr_svg(const char *text, struct buf *out, struct err *e);

#endif
