/*
 * base/utf8.h - is it UTF-8, how wide is it, and how to show it safely.
 * Spec: RFC 3629 (no surrogates, no overlong forms, nothing above U+10FFFF).
 * Needs: base/buf.
 */
#ifndef LIUDI_BASE_UTF8_H
#define LIUDI_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* How many of the N bytes are ASCII (NUL, too) from the first on. */
size_t utf8_ascii(const void *s, size_t n);

/* How many of the N bytes are well-formed (NUL, too) from the first on. */
size_t utf8_run(const void *s, size_t n);

/* True if all N bytes are well-formed UTF-8. */
bool utf8_valid(const void *s, size_t n);

/* True if well-formed and without U+0000..U+001F and U+007F. */
bool utf8_clean(const void *s, size_t n);

/*
 * Decode one character at S (N > 0 bytes left) into *cp.  Returns its length
 * in bytes, or 0 if the bytes are ill-formed.
 */
size_t utf8_next(const uint8_t *s, size_t n, uint32_t *cp);

/*
 * Encode CP, which is no surrogate and not above U+10FFFF, into OUT.  Returns
 * its length, 1 to 4 bytes; no NUL is added.
 */
size_t utf8_put(uint32_t cp, char *out);

/*
 * Columns of a terminal that S takes: 2 for East Asian wide and full-width
 * characters and most emoji, 0 for combining marks, else 1.
 */
size_t utf8_width(const char *s);

/*
 * Append S for a person's eyes: control characters, bidi controls, characters
 * without any width and ill-formed bytes come out as \xNN or \u{NNNN};
 * everything else as it is.  A joiner stays where its script or emoji needs it.
 */
int utf8_add_shown(struct buf *b, const void *s, size_t n, struct err *e);

#endif
