/* cli/desk/shopwords.c - changes, gravity and states as words. */
#include "cli/desk/shopwords.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "cli/cli.h"

#include "base/banned.h"

const char *
shopwords_change(enum shop_change c)
{
	switch (c) {
	case SHOP_REBASED:
		return cli_tr("taken in another way (browser, fonts, columns), "
		    "not compared");
	case SHOP_TITLE:
		return cli_tr("title of the page");
	case SHOP_ADDRESS:
		return cli_tr("the address leads elsewhere");
	case SHOP_ITEM_ADDED:
		return cli_tr("new goods");
	case SHOP_ITEM_REMOVED:
		return cli_tr("goods gone");
	case SHOP_ITEM_MOVED:
		return cli_tr("goods moved");
	case SHOP_ITEM_NAMED:
		return cli_tr("goods renamed");
	case SHOP_PRICE:
		return cli_tr("price");
	case SHOP_IMAGE_ADDED:
		return cli_tr("new picture");
	case SHOP_IMAGE_REMOVED:
		return cli_tr("picture gone");
	case SHOP_IMAGE_REPLACED:
		return cli_tr("picture replaced");
	case SHOP_IMAGE_BROKEN:
		return cli_tr("picture broken");
	case SHOP_TEXT_ADDED:
		return cli_tr("new text");
	case SHOP_TEXT_REMOVED:
		return cli_tr("text gone");
	case SHOP_TEXT_CHANGED:
		return cli_tr("text changed");
	case SHOP_TEXT_HIDDEN:
		return cli_tr("new text that nobody sees");
	case SHOP_LINK_ADDED:
		return cli_tr("new link");
	case SHOP_LINK_REMOVED:
		return cli_tr("link gone");
	case SHOP_LINK_CHANGED:
		return cli_tr("a link leads elsewhere");
	case SHOP_LENGTH:
		return cli_tr("length of the page");
	case SHOP_LOOK:
		return cli_tr("looks different");
	case SHOP_CHANGES:
		break;
	}
	return "";
}

const char *
shopwords_gravity(enum shop_gravity g)
{
	switch (g) {
	case SHOP_GRAVE:
		return cli_tr("grave");
	case SHOP_NORMAL:
		return cli_tr("normal");
	case SHOP_MINOR:
		break;
	}
	return cli_tr("minor");
}

const char *
shopwords_state(enum shop_state s)
{
	return cli_tr(shop_state_name(s));
}

const char *
shopwords_view(const char *view)
{
	if (strcmp(view, "desktop") == 0)
		return cli_tr("desktop");
	if (strcmp(view, "list") == 0)
		return cli_tr("list of goods");
	return strcmp(view, "mobile") == 0 ? cli_tr("mobile") : view;
}

const char *
shopwords_what(const struct shop_event *v)
{
	return v->what && !str_eq(v->what, v->before) &&
	    !str_eq(v->what, v->after) ? v->what : "";
}

int
shopwords_clip(const char *s, size_t most, struct buf *out, struct err *e)
{
	const size_t n = strlen(s);
	size_t i = 0, chars = 0;

	while (i < n) {
		uint32_t cp;
		size_t len = utf8_next((const uint8_t *)s + i, n - i, &cp);

		if (chars++ == most)
			return buf_adds(out, "…", e);
		/* What is ill-formed is shown as such by whoever shows it. */
		len = len ? len : 1;
		if (cp == '\n' || cp == '\r' || cp == '\t' ?
		    buf_addc(out, ' ', e) < 0 :
		    buf_add(out, s + i, len, e) < 0)
			return -1;
		i += len;
	}
	return 0;
}

int
shopwords_event(const struct shop_event *v, struct buf *out, struct err *e)
{
	const char *what = shopwords_what(v);
	const bool both = v->before && v->after &&
	    strcmp(v->before, v->after) != 0;
	const char *one = v->after ? v->after : v->before;

	if (buf_adds(out, shopwords_change(v->change), e) < 0)
		return -1;
	if (*what && (buf_adds(out, ": ", e) < 0 ||
	    shopwords_clip(what, SHOPWORDS_CLIP, out, e) < 0))
		return -1;
	if (one && buf_adds(out, *what ? ", " : ": ", e) < 0)
		return -1;
	if (both && (shopwords_clip(v->before, SHOPWORDS_CLIP, out, e) < 0 ||
	    buf_adds(out, " -> ", e) < 0))
		return -1;
	return one ? shopwords_clip(one, SHOPWORDS_CLIP, out, e) : 0;
}
