/*
 * base/jsonw.h - write one line of JSON in the project's canonical form.
 *
 * Form: docs/FORMAT.md "JSON": no spaces, keys in the order written, integers
 * only, `"` and `\` escaped, control characters as \u00xx, all else raw UTF-8
 * (ill-formed bytes as U+FFFD: use jsonw_kpath where they matter).
 * Errors stick: write the whole line, then ask jsonw_end() once.
 * Needs: base/buf.
 */
#ifndef LIUDI_BASE_JSONW_H
#define LIUDI_BASE_JSONW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct jsonw {
	struct buf *out;	/* borrowed; bytes are appended */
	struct err *e;		/* borrowed; the first error stays */
	bool failed;
	bool comma;		/* the next value needs a comma before it */
};

/* Start writing behind what OUT holds already. */
void jsonw_init(struct jsonw *w, struct buf *out, struct err *e);

void jsonw_object(struct jsonw *w);	/* { */
void jsonw_object_end(struct jsonw *w);	/* } */
void jsonw_array(struct jsonw *w);	/* [ */
void jsonw_array_end(struct jsonw *w);	/* ] */
void jsonw_key(struct jsonw *w, const char *key);

/* Values; inside an object each follows a key. */
void jsonw_str(struct jsonw *w, const char *s);	/* NULL writes null */
void jsonw_strn(struct jsonw *w, const void *s, size_t n);
void jsonw_int(struct jsonw *w, int64_t n);
void jsonw_bool(struct jsonw *w, bool v);
void jsonw_null(struct jsonw *w);
void jsonw_hex(struct jsonw *w, const uint8_t *data, size_t n);

/* Key and value in one. */
void jsonw_kstr(struct jsonw *w, const char *key, const char *s);
void jsonw_kint(struct jsonw *w, const char *key, int64_t n);
void jsonw_kbool(struct jsonw *w, const char *key, bool v);
void jsonw_knull(struct jsonw *w, const char *key);
void jsonw_khex(struct jsonw *w, const char *key, const uint8_t *d, size_t n);

/*
 * A path under KEY, or under KEY "_b64" in base64 where it is not utf8_clean().
 */
void jsonw_kpath(struct jsonw *w, const char *key, const void *p, size_t n);

/* Returns 0, or -1 if anything above failed (ERR_NOMEM). */
int jsonw_end(struct jsonw *w);

#endif
