/* desk/names.c - names that other systems can hold. */
#include "desk/names.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "base/utf8.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define COMPONENT_MAX 255
#define MARK_LEN 9		/* '~' and 8 digits */

static bool
is_device(const char *s, size_t n)
{
	static const char *const plain[] = {"con", "prn", "aux", "nul"};
	const char *dot = memchr(s, '.', n);
	size_t i;

	if (dot)
		n = (size_t)(dot - s);
	if (n == 4 && s[3] >= '1' && s[3] <= '9' &&
	    (strncasecmp(s, "com", 3) == 0 || strncasecmp(s, "lpt", 3) == 0))
		return true;
	for (i = 0; n == 3 && i < sizeof(plain) / sizeof(plain[0]); i++)
		if (strncasecmp(s, plain[i], 3) == 0)
			return true;
	return false;
}

static bool
is_odd(unsigned char c)
{
	return c < 0x20 || c == 0x7f || strchr("<>:\"\\|?*", c) != NULL;
}

static int
add_component(struct buf *out, const char *s, size_t n, struct err *e)
{
	const uint8_t *u = (const uint8_t *)s;
	size_t i = 0, len;
	uint32_t cp;

	if (is_device(s, n) && buf_addc(out, '_', e) < 0)
		return -1;
	while (i < n) {
		bool last = i + 1 == n;

		len = utf8_next(u + i, n - i, &cp);
		if (len == 0 || (len == 1 && (is_odd(u[i]) || (last &&
		    (u[i] == '.' || u[i] == ' '))))) {
			if (buf_addf(out, e, "%%%02X", u[i]) < 0)
				return -1;
			i++;
			continue;
		}
		if (buf_add(out, s + i, len, e) < 0)
			return -1;
		i += len;
	}
	return 0;
}

/* Cut at a character, and mark with what the whole name hashes to. */
static void
shorten(struct buf *out, size_t from)
{
	uint8_t hash[HASH_LEN];
	char mark[MARK_LEN * 2];
	size_t cut = from + COMPONENT_MAX - MARK_LEN;

	hash_blake2b(hash, out->data + from, out->len - from);
	while (cut > from && (out->data[cut] & 0xc0) == 0x80)
		cut--;
	mark[0] = '~';
	str_hex(mark + 1, hash, (MARK_LEN - 1) / 2);
	memcpy(out->data + cut, mark, MARK_LEN);
	out->len = cut + MARK_LEN;
	out->data[out->len] = '\0';
}

int
names_portable(struct buf *out, const char *path, size_t n, struct err *e)
{
	size_t at = 0;

	while (at < n) {
		const char *slash = memchr(path + at, '/', n - at);
		size_t len = slash ? (size_t)(slash - path) - at : n - at;
		size_t from;

		if (at > 0 && buf_addc(out, '/', e) < 0)
			return -1;
		from = out->len;
		if (add_component(out, path + at, len, e) < 0)
			return -1;
		if (out->len - from > COMPONENT_MAX)
			shorten(out, from);
		at += len + 1;
	}
	return 0;
}

struct entry {
	const char *path;
	size_t index;
};

static int
cmp(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = strcasecmp(x->path, y->path);

	if (c != 0)
		return c;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* "a/b.txt" -> "a/b~2.txt" */
static char *
numbered(const char *path, size_t number)
{
	const char *name = strrchr(path, '/');
	const char *dot;

	name = name ? name + 1 : path;
	dot = strrchr(name, '.');
	if (!dot || dot == name)
		dot = name + strlen(name);
	return str_fmt("%.*s~%zu%s", (int)(dot - path), path, number, dot);
}

/* New names for all but the first of each group of equals. */
static int
rename_equals(const struct entry *v, size_t n, char **fresh, struct err *e)
{
	size_t i, same = 1;
	int any = 0;

	for (i = 1; i < n; i++) {
		if (strcasecmp(v[i].path, v[i - 1].path) != 0) {
			same = 1;
			continue;
		}
		fresh[v[i].index] = numbered(v[i].path, ++same);
		if (!fresh[v[i].index])
			return err_nomem(e);
		any = 1;
	}
	return any;
}

/* One round: 1 if something was changed, 0, -1. */
static int
part_equals(char **paths, bool *changed, size_t n, struct err *e)
{
	struct entry *v = calloc(n + 1, sizeof(*v));
	char **fresh = calloc(n + 1, sizeof(*fresh));
	size_t i;
	int rc = -1;

	if (!v || !fresh) {
		(void)err_nomem(e);
		goto out;
	}
	for (i = 0; i < n; i++)
		v[i] = (struct entry){paths[i], i};
	qsort(v, n, sizeof(*v), cmp);
	rc = rename_equals(v, n, fresh, e);
	for (i = 0; i < n; i++) {
		if (!fresh[i])
			continue;
		free(paths[i]);
		paths[i] = fresh[i];
		changed[i] = true;
	}
out:
	free(fresh);
	free(v);
	return rc;
}

int
names_distinct(char **paths, bool *changed, size_t n, struct err *e)
{
	int rounds, rc = 1;

	/* A new name may meet one that was there; rarely more than once. */
	for (rounds = 0; rounds < 10 && rc > 0; rounds++)
		rc = part_equals(paths, changed, n, e);
	return rc < 0 ? -1 : 0;
}
