/* vault/bwcsv.c - Bitwarden's CSV of one person's logins; RFC 4180. */
#include "vault/bwcsv.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

#include "base/banned.h"

#define FIELD_MAX 200	/* bytes; Bitwarden moves more characters */

int
bwcsv_header(struct buf *out, struct err *e)
{
	return buf_adds(out, "folder,favorite,type,name,notes,fields,reprompt,"
	    "login_uri,login_username,login_password,login_totp\n", e);
}

/* The text within quotes that are open. */
static int
add_quoted(struct buf *out, const char *text, struct err *e)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t n = text ? strlen(text) : 0, len;
	uint32_t cp;
	int rc = 0;

	for (; n > 0 && rc == 0; s += len, n -= len) {
		len = utf8_next(s, n, &cp);
		if (len == 0) {
			rc = buf_adds(out, "\xef\xbf\xbd", e);
			len = 1;
		} else if (cp == '"') {
			rc = buf_adds(out, "\"\"", e);
		} else {
			rc = buf_add(out, s, len, e);
		}
	}
	return rc;
}

static int
add_cell(struct buf *out, const char *text, const char *end, struct err *e)
{
	if (buf_addc(out, '"', e) < 0 || add_quoted(out, text, e) < 0 ||
	    buf_addc(out, '"', e) < 0)
		return -1;
	return buf_adds(out, end, e);
}

/* A cell that is a row of CSV itself: quoted, where a comma would split it. */
static int
add_uri(struct buf *out, const char *uri, struct err *e)
{
	struct buf row = BUF_INIT(SIZE_MAX);
	int rc;

	if (!uri || !strpbrk(uri, ",\""))
		return add_cell(out, uri, ",", e);
	rc = add_cell(&row, uri, "", e);
	if (rc == 0)
		rc = add_cell(out, buf_str(&row), ",", e);
	buf_release(&row);
	return rc;
}

static bool
blank(const char *s)
{
	return s[strspn(s, " \t\r\n")] == '\0';
}

/* Would it, which is not blank, come back as it is from the column `fields`? */
static bool
fits(const struct bwcsv_field *f)
{
	return strlen(f->value) <= FIELD_MAX && !strpbrk(f->value, "\r\n") &&
	    !strstr(f->value, ": ");
}

/* Those that fit, or those that do not, a line each. */
static int
add_fields(struct buf *out, const struct bwcsv_row *r, bool fit, bool *any,
	struct err *e)
{
	const struct bwcsv_field *f;
	size_t i;

	for (i = 0; i < r->nfields; i++) {
		f = &r->field[i];
		if (!f->value || blank(f->value) || fits(f) != fit)
			continue;
		if ((*any && buf_addc(out, '\n', e) < 0) ||
		    add_quoted(out, f->name, e) < 0 ||
		    buf_adds(out, ": ", e) < 0 ||
		    add_quoted(out, f->value, e) < 0)
			return -1;
		*any = true;
	}
	return 0;
}

int
bwcsv_add(struct buf *out, const struct bwcsv_row *r, struct err *e)
{
	bool notes = r->notes && r->notes[0], fields = false;

	if (add_cell(out, r->folder, ",,login,", e) < 0 ||
	    add_cell(out, r->name, ",\"", e) < 0 ||
	    add_quoted(out, r->notes, e) < 0 ||
	    add_fields(out, r, false, &notes, e) < 0 ||
	    buf_adds(out, "\",\"", e) < 0 ||
	    add_fields(out, r, true, &fields, e) < 0 ||
	    buf_adds(out, "\",0,", e) < 0 ||
	    add_uri(out, r->uri, e) < 0 ||
	    add_cell(out, r->login, ",", e) < 0 ||
	    add_cell(out, r->password, ",", e) < 0)
		return -1;
	return add_cell(out, r->totp, "\n", e);
}
