/* desk/shoplist_page.c - what lists of goods are called, and their records. */
#include "desk/shoplist_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define PAGE_NAME "products"
#define ROOM 65536		/* of a record, beside its goods */

/* --- What a list is called. */

static bool
is_list(const char *path, size_t n)
{
	static const char *const endings[] = {".csv", ".tsv", ".txt", ".xlsx",
	    ".xls"};
	size_t i, k, len;

	for (i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		len = strlen(endings[i]);
		if (n <= len)
			continue;
		for (k = 0; k < len && (path[n - len + k] | 0x20) ==
		    (endings[i][k] | 0x20); k++)
			;
		if (k == len)
			return true;
	}
	return false;
}

/* "Listing_2026-11-23 (1)" -> "listing": what stays the same in each export. */
static size_t
stem(const char *s, size_t n, char *out, size_t size)
{
	size_t i, len = 0;

	for (i = 0; i < n && len + 1 < size; i++) {
		const uint8_t c = (uint8_t)s[i];
		const bool letter = c >= 0x80 || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z');

		if (letter)
			out[len++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 :
			    c);
		else if (c == '/' && len > 0 && out[len - 1] != '/')
			out[len++] = '/';
		else if (c != '/' && len > 0 && out[len - 1] != ' ' &&
		    out[len - 1] != '/')
			out[len++] = ' ';
		while (c == '/' && len > 1 && out[len - 2] == ' ') {
			out[len - 2] = '/';
			len--;
		}
	}
	while (len > 0 && (out[len - 1] == ' ' || out[len - 1] == '/'))
		len--;
	out[len] = '\0';
	return len;
}

/* A name that is too long ends in a hash of all of it. */
static void
shorten(char out[static SHOPS_NAME_MAX + 1], const char *name, size_t n)
{
	uint8_t sum[HASH_LEN];
	char hex[9];
	size_t cut = SHOPS_NAME_MAX - 9;

	if (n <= SHOPS_NAME_MAX) {
		memcpy(out, name, n + 1);
		return;
	}
	hash_sha256(sum, name, n);
	str_hex(hex, sum, 4);
	while (cut > 0 && ((uint8_t)name[cut] & 0xc0) == 0x80)
		cut--;
	(void)snprintf(out, SHOPS_NAME_MAX + 1, "%.*s-%s", (int)cut, name,
	    hex);
}

bool
shoplist_name(const void *path, size_t n,
	char out[static SHOPS_NAME_MAX + 1])
{
	const char *s = path, *dot, *rest;
	char plain[1024], name[sizeof(plain) + sizeof(PAGE_NAME)];
	size_t len;

	if (!is_list(s, n) || n >= sizeof(plain) || !utf8_clean(s, n))
		return false;
	dot = memrchr(s, '.', n);
	len = stem(s, (size_t)(dot - s), plain, sizeof(plain));
	rest = str_starts(plain, PAGE_NAME) ? plain + strlen(PAGE_NAME) :
	    plain;
	rest += *rest == ' ' || *rest == '/';
	len = (size_t)snprintf(name, sizeof(name), "%s%s%s", PAGE_NAME,
	    *rest ? "/" : "", rest);
	shorten(out, name, len);
	return true;
}

/* --- A record of goods. */

static size_t
text_len(const char *s)
{
	return s ? 2 * strlen(s) : 0;
}

int
shoplist_write(struct shop_item *item, size_t *n, bool cut, const char *page,
	const char *columns, struct buf *out, struct err *e)
{
	struct shop_page p = {.page = page, .view = SHOPLIST_VIEW,
	    .url = "", .item = item};
	/* quotes and backslashes take two bytes */
	size_t room = PAGE_MAX - ROOM, i, need;

	for (i = 0; i < *n && i < SHOP_LINES_MAX; i++) {
		need = 96 + text_len(item[i].id) + text_len(item[i].title) +
		    text_len(item[i].price);
		if (need > room)
			break;
		room -= need;
	}
	p.cut = cut || i < *n;
	*n = p.nitems = i;
	p.print = (struct shop_fingerprint){SHOPLIST_VIEW, columns,
	    SHOPLIST_VIEW, "", 1};
	return page_write(&p, out, e);
}

int
shoplist_goods(const struct goods *g, struct buf *out, size_t *n,
	struct err *e)
{
	struct shop_item *item = calloc(g->n + 1, sizeof(*item));
	int rc;

	if (!item)
		return err_nomem(e);
	for (*n = 0; *n < g->n; ++*n)
		item[*n] = (struct shop_item){.id = g->item[*n].id,
		    .title = g->item[*n].title, .price = g->item[*n].price};
	rc = shoplist_write(item, n, g->over > 0, "", g->columns, out, e);
	free(item);
	return rc;
}
