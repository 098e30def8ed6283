/* chat/mold.c - a header of the shape of one that was understood before. */
#include "chat/mold.h"

#include "base/banned.h"

#define NUMBER '\0'	/* where one stands; no text has it */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
mold_make(struct mold *m, const char *s, size_t n)
{
	unsigned digits, i = 0;
	size_t at = 0, may_grow = 0;

	m->n = m->len = 0;
	/* Behind a number that ends a header its digits could go on. */
	if (n == 0 || n > MOLD_LEN || is_digit(s[n - 1]))
		return false;
	while (at < n) {
		if (!is_digit(s[at])) {
			if (s[at] == NUMBER)
				return false;
			m->text[m->len++] = s[at++];
			continue;
		}
		for (digits = 0; is_digit(s[at]); digits++)
			at++;
		if (digits > 4 || i == MOLD_NUMBERS)
			return false;
		m->digits[i++] = digits;
		m->text[m->len++] = NUMBER;
		may_grow += digits == 1;
	}
	m->longest = n + may_grow;
	m->n = i;
	return i > 0;
}

bool
mold_fits(const struct mold *m, struct scan *c,
	int number[static MOLD_NUMBERS], unsigned digits[static MOLD_NUMBERS])
{
	const char *p = c->s, *text = m->text, *end = text + m->len;
	unsigned i = 0, k, max, d;
	int v;

	/* What is too short for the longest is not looked at byte by byte. */
	if (m->n == 0 || scan_left(c) < m->longest)
		return false;
	for (; text < end; text++) {
		if (*text != NUMBER) {
			if (*p++ != *text)
				return false;
			continue;
		}
		max = m->digits[i] <= 2 ? 2 : m->digits[i];
		for (v = 0, k = 0; k < max && (d = (unsigned)*p - '0') <= 9;
		    k++, p++)
			v = v * 10 + (int)d;
		if (k == 0 || (max > 2 && k != max))
			return false;
		number[i] = v;
		digits[i++] = k;
	}
	c->s = p;
	return true;
}
