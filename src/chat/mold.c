/* chat/mold.c - a header of the shape of one that was understood before. */
#include "chat/mold.h"

#include "base/banned.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
mold_make(struct mold *m, const char *s, size_t n)
{
	unsigned i = 0, len;
	size_t at = 0, text = 0, may_grow = 0;

	m->n = 0;
	if (n > MOLD_LEN)
		return false;
	for (;;) {
		for (len = 0; at < n && !is_digit(s[at]); len++)
			m->text[text++] = s[at++];
		m->len[i] = len;
		if (at == n)
			break;
		if (i == MOLD_NUMBERS)
			return false;
		for (len = 0; at < n && is_digit(s[at]); len++)
			at++;
		if (len > 4)
			return false;
		m->digits[i++] = len;
		may_grow += len == 1;
	}
	/* Behind a number that ends a header its digits could go on. */
	if (i == 0 || m->len[i] == 0)
		return false;
	m->longest = n + may_grow;
	m->n = i;
	return true;
}

bool
mold_fits(const struct mold *m, struct scan *c,
	int number[static MOLD_NUMBERS], unsigned digits[static MOLD_NUMBERS])
{
	const char *p = c->s, *text = m->text, *end;
	unsigned i, k, max, d;
	int v;

	/* What is too short for the longest is not looked at byte by byte. */
	if (m->n == 0 || scan_left(c) < m->longest)
		return false;
	for (i = 0; ; i++) {
		for (end = text + m->len[i]; text < end; )
			if (*p++ != *text++)
				return false;
		if (i == m->n)
			break;
		max = m->digits[i] <= 2 ? 2 : m->digits[i];
		for (v = 0, k = 0; k < max && (d = (unsigned)*p - '0') <= 9;
		    k++, p++)
			v = v * 10 + (int)d;
		if (k == 0 || (max > 2 && k != max))
			return false;
		number[i] = v;
		digits[i] = k;
	}
	c->s = p;
	return true;
}
