/*
 * tests/fuzz/notes_fuzz.c - notes as they come out of desk.git, and those of shops.
 *
 * The head lies within the first line; what a shop takes of it can be asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "desk/shopday.h"
#include "json/json.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
on_rule(void *arg, const struct shopday_rule *r, struct err *e)
{
	const struct shop_event v = {.change = SHOP_PRICE, .what = r->what,
	    .before = r->change, .after = r->page};

	(void)e;
	(void)shopday_ignored(arg, 20000, "home", &v);
	if (!r->by || !r->change)
		abort();
	return 0;
}

static void
of_shop(const struct notes_note *v)
{
	struct err e = ERR_INIT;
	struct shopday *s = shopday_new("lamps", &e);
	struct shopday_open open;

	if (!s || shopday_note(s, v, &e) < 0 ||
	    shopday_rules(s, on_rule, s, &e) < 0 ||
	    shopday_open(s, 20000, &open, &e) < 0)
		abort();
	shopday_free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;
	struct json *j = json_new(4096, 4, &e);
	struct notes_note v = {.by = "emma"};
	struct notes_head h;

	if (!j)
		abort();
	if (notes_head(j, data, n, &h, &e) == 0) {
		if (h.len >= n || data[h.len] != '\n' || h.n < 0 || h.utc < 0 ||
		    memchr(data, '\n', h.len))
			abort();
		v.utc = h.utc;
	}
	v.line = (const char *)data;
	v.n = n > 0 && memchr(data, '\n', n) ? (size_t)((const uint8_t *)
	    memchr(data, '\n', n) - data) : n;
	of_shop(&v);
	json_free(j);
	return 0;
}
