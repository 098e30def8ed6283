/*
 * web/form.h - what stands behind the "?" of an address, and in a form that was
 * sent: names and values.
 *
 * Foreign bytes.  Caps: FORM_TEXT_MAX bytes, FORM_FIELDS_MAX fields.
 * Spec: application/x-www-form-urlencoded of the URL standard.
 * Needs: base.
 */
#ifndef LIUDI_WEB_FORM_H
#define LIUDI_WEB_FORM_H

#include <stddef.h>

#include "base/err.h"

#define FORM_FIELDS_MAX 48
#define FORM_TEXT_MAX 4096

struct form {
	size_t n;
	const char *name[FORM_FIELDS_MAX];	/* into text, UTF-8 */
	const char *value[FORM_FIELDS_MAX];
	char text[FORM_TEXT_MAX + 1];
};

/*
 * *F is S taken apart and decoded.  -1: ERR_FORMAT (over a cap, a wrong escape, a
 * NUL, not UTF-8).
 */
int form_parse(struct form *f, const char *s, size_t n, struct err *e);

/* The value of the first field NAME, or NULL. */
const char *form_get(const struct form *f, const char *name);

/* Decode the N bytes of a path in place; its new length, or -1 as above. */
int form_path(char *s, size_t n, size_t *len, struct err *e);

#endif
