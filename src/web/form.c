/* web/form.c - application/x-www-form-urlencoded. */
#include "web/form.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

#include "base/banned.h"

static int
bad(struct err *e)
{
	return err_set(e, ERR_FORMAT, "the address or the form is not well "
	    "formed");
}

/* -1: it is none. */
static int
digit(char c)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;
	int d = at ? (int)(at - digits) : -1;

	return d > 15 ? d - 6 : d;
}

/* Decode S[0..n) to where it stands; PLUS: "+" is a blank.  Length, or -1. */
static int
decode(char *s, size_t n, bool plus, size_t *len, struct err *e)
{
	size_t i, o = 0;
	uint8_t c;

	for (i = 0; i < n; i++) {
		c = (uint8_t)s[i];
		if (c == '%') {
			if (n - i < 3 || digit(s[i + 1]) < 0 ||
			    digit(s[i + 2]) < 0)
				return bad(e);
			c = (uint8_t)(16 * digit(s[i + 1]) + digit(s[i + 2]));
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (c == '\0')
			return bad(e);
		s[o++] = (char)c;
	}
	if (!utf8_valid(s, o))
		return bad(e);
	*len = o;
	return 0;
}

/* One field of [S, END), whose last byte may be written over by a NUL. */
static int
take_field(struct form *f, char *s, char *end, struct err *e)
{
	char *eq = memchr(s, '=', (size_t)(end - s));
	size_t n;

	if (f->n == FORM_FIELDS_MAX)
		return bad(e);
	if (decode(s, (size_t)((eq ? eq : end) - s), true, &n, e) < 0)
		return -1;
	s[n] = '\0';
	f->name[f->n] = s;
	f->value[f->n] = "";
	if (eq) {
		if (decode(eq + 1, (size_t)(end - eq - 1), true, &n, e) < 0)
			return -1;
		eq[1 + n] = '\0';
		f->value[f->n] = eq + 1;
	}
	f->n++;
	return 0;
}

int
form_parse(struct form *f, const char *s, size_t n, struct err *e)
{
	char *at = f->text, *end, *last;

	f->n = 0;
	if (n > FORM_TEXT_MAX)
		return bad(e);
	if (n > 0)
		memcpy(f->text, s, n);
	f->text[n] = '\0';
	last = f->text + n;
	while (at < last) {
		end = memchr(at, '&', (size_t)(last - at));
		if (!end)
			end = last;
		if (end > at && take_field(f, at, end, e) < 0)
			return -1;
		at = end + 1;
	}
	return 0;
}

const char *
form_get(const struct form *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (strcmp(f->name[i], name) == 0)
			return f->value[i];
	return NULL;
}

int
form_path(char *s, size_t n, size_t *len, struct err *e)
{
	return decode(s, n, false, len, e);
}
