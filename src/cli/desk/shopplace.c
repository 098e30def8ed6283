/* cli/desk/shopplace.c - goods, pictures and lines by what an event calls them. */
#include "cli/desk/shopplace.h"

#include <string.h>

#include "shop/picture.h"

#include "base/banned.h"

static const struct shop_image *
find_image(const struct shop_page *p, const char *src, int32_t y, int32_t h)
{
	for (size_t i = 0; src && i < p->nimages; i++)
		if (strcmp(p->image[i].src, src) == 0 && p->image[i].y >= y &&
		    (int64_t)p->image[i].y - y < h)
			return &p->image[i];
	return NULL;
}

static const struct shop_item *
find_item(const struct shop_page *p, const char *id)
{
	for (size_t i = 0; id && i < p->nitems; i++)
		if (strcmp(p->item[i].id, id) == 0)
			return &p->item[i];
	return NULL;
}

/* WHOLE: it is all of the line. */
static const struct shop_line *
find_line(const struct shop_page *p, const char *text, bool whole)
{
	for (size_t i = 0; text && *text && i < p->ntext; i++)
		if (whole ? strcmp(p->text[i].text, text) == 0 :
		    strstr(p->text[i].text, text) != NULL)
			return &p->text[i];
	return NULL;
}

/* The columns of what changed in the rows of PLACE on the later page. */
static void
narrow(const struct rowalign *rows, struct shopplace *at)
{
	int32_t x0 = INT32_MAX, x1 = 0;

	for (size_t i = 0; i < rows->nboxes; i++) {
		const struct rowalign_box *b = &rows->box[i];

		if (b->y >= (int64_t)at->y + at->h || at->y >= b->y + b->h)
			continue;
		x0 = b->x < x0 ? b->x : x0;
		x1 = b->x + b->w > x1 ? b->x + b->w : x1;
	}
	if (x1 > x0) {
		at->x = x0;
		at->w = x1 - x0;
	}
}

/* Rows of a line: of text, or that of a link, which has none itself. */
static bool
find_text(const struct shop_page *p, const struct shop_event *v, int side,
	struct shopplace *at)
{
	const bool link = v->change == SHOP_LINK_ADDED ||
	    v->change == SHOP_LINK_REMOVED || v->change == SHOP_LINK_CHANGED;
	const struct shop_line *l = find_line(p, link ? v->what : side ?
	    v->after : v->before, !link);

	if (l) {
		at->y = l->y;
		at->h = l->h;
	}
	return l != NULL;
}

bool
shopplace_find(const struct shopreport_pair *pair,
	const struct rowalign *rows, int32_t width,
	const struct shop_event *v, int side, struct shopplace *at)
{
	const struct shop_page *p = pair->side[side].page;
	const bool came = v->change == SHOP_ITEM_ADDED ||
	    v->change == SHOP_IMAGE_ADDED || v->change == SHOP_TEXT_ADDED ||
	    v->change == SHOP_TEXT_HIDDEN || v->change == SHOP_LINK_ADDED;
	const bool went = v->change == SHOP_ITEM_REMOVED ||
	    v->change == SHOP_IMAGE_REMOVED ||
	    v->change == SHOP_TEXT_REMOVED || v->change == SHOP_LINK_REMOVED;
	const bool own = side == (went ? 0 : 1);
	const struct shop_item *it = find_item(p, v->what);
	const struct shop_image *m;
	bool found = own && v->h > 0;

	if ((came || went) && !own)
		return false;
	*at = (struct shopplace){0, v->y, width, v->h};
	if (it) {
		at->y = it->y;
		at->h = it->h;
		found = true;
	} else if (!found || !own) {
		found = find_text(p, v, side, at);
	}
	m = find_image(p, it ? it->image : side ? v->after : v->before,
	    found ? at->y : 0, found ? at->h : INT32_MAX);
	if (!m && own && !it)
		m = find_image(p, v->what, at->y, at->h);
	if (m && m->cw > 0 && m->ch > 0 && m->x >= 0 && m->x < width) {
		at->x = m->x;
		at->w = m->cw < width - m->x ? m->cw : width - m->x;
		at->y = it ? at->y : m->y;
		at->h = it ? at->h : m->ch;
		found = true;
	} else if (side == 1 && v->change == SHOP_LOOK) {
		narrow(rows, at);
	}
	if (!found && !own && v->change == SHOP_LOOK)
		found = v->h > 0;	/* as high as on the other side */
	/* The page says any number. */
	if (at->y < 0 || at->y >= PICTURE_HEIGHT_MAX || at->h <= 0)
		return false;
	if (at->h > PICTURE_HEIGHT_MAX)
		at->h = PICTURE_HEIGHT_MAX;
	return found;
}
