/* base/str.c - small things on C strings and hex. */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define DISTANCE_MAX_LEN 63

char *
str_dup(const char *s)
{
	return str_ndup(s, strlen(s));
}

char *
str_ndup(const char *s, size_t n)
{
	char *copy;

	if (n == SIZE_MAX)
		return NULL;
	copy = malloc(n + 1);
	if (!copy)
		return NULL;
	if (n > 0)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *
str_fmt(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return NULL;
	s = malloc((size_t)n + 1);
	if (!s)
		return NULL;
	va_start(ap, fmt);
	(void)vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

bool
str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s);
	size_t m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

bool
str_eq(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

int
str_to_i64(const char *s, int64_t min, int64_t max, int64_t *out)
{
	bool neg = *s == '-';
	int64_t v = 0;
	int d;

	if (neg)
		s++;
	if (*s == '\0' || (*s == '0' && (s[1] != '\0' || neg)))
		return -1;
	/* Gathered below zero, where the range is one longer. */
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		d = *s - '0';
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_sub_overflow(v, d, &v))
			return -1;
	}
	if (!neg) {
		if (v == INT64_MIN)
			return -1;
		v = -v;
	}
	if (v < min || v > max)
		return -1;
	*out = v;
	return 0;
}

void
str_hex(char *out, const uint8_t *data, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < n; i++) {
		*out++ = digits[data[i] >> 4];
		*out++ = digits[data[i] & 15];
	}
	*out = '\0';
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int
str_unhex(uint8_t *out, size_t n, const char *s, size_t s_len)
{
	size_t i;

	if (s_len / 2 != n || s_len % 2 != 0)
		return -1;
	for (i = 0; i < s_len; i++)
		if (hex_value(s[i]) < 0)
			return -1;
	for (i = 0; i < n; i++)
		out[i] = (uint8_t)(hex_value(s[2 * i]) << 4 |
		    hex_value(s[2 * i + 1]));
	return 0;
}

static unsigned
min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* Rows of the usual table; only the last three are needed. */
unsigned
str_distance(const char *a, const char *b)
{
	unsigned row[3][DISTANCE_MAX_LEN + 1];
	unsigned *before = row[0], *last = row[1], *now = row[2], *spare;
	size_t n = strlen(a), m = strlen(b);
	size_t i, j;

	if (n > DISTANCE_MAX_LEN || m > DISTANCE_MAX_LEN)
		return DISTANCE_MAX_LEN + 1;
	for (j = 0; j <= m; j++) {
		before[j] = 0;
		last[j] = (unsigned)j;
	}
	for (i = 1; i <= n; i++) {
		now[0] = (unsigned)i;
		for (j = 1; j <= m; j++) {
			now[j] = min3(last[j] + 1, now[j - 1] + 1,
			    last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[m];
}

int
str_cmp_bytes(const void *a, size_t a_len, const void *b, size_t b_len)
{
	size_t n = a_len < b_len ? a_len : b_len;
	int rc = n > 0 ? memcmp(a, b, n) : 0;

	if (rc != 0)
		return rc;
	return a_len < b_len ? -1 : a_len > b_len;
}
