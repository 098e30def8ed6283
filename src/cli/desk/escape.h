/*
 * cli/desk/escape.h - foreign text inside of HTML and CSV, harmless.
 *
 * Needs: base.
 */
#ifndef LIUDI_CLI_DESK_ESCAPE_H
#define LIUDI_CLI_DESK_ESCAPE_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Append S as text of an element or of a quoted attribute: & < > " ' become
 * references; control and bidi characters, but LF and TAB, come out as
 * utf8_add_shown() has them.
 */
int escape_html(struct buf *out, const char *s, size_t n, struct err *e);

/*
 * Append S as a cell of RFC 4180, in quotes.  What a table calculator would take
 * for a formula (= + - @, their full-width twins, TAB, CR or LF in front, or
 * behind characters that show nothing) gets a ' before it; control and bidi
 * characters, but LF, CR and TAB, as above.
 */
int escape_csv(struct buf *out, const char *s, size_t n, struct err *e);

#endif
