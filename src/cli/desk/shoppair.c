/* cli/desk/shoppair.c - a shop on two days. */
#include "cli/desk/shoppair.h"

#include <string.h>

#include "base/banned.h"

static int
on_row(void *arg, const struct shops_row *r, struct err *e)
{
	struct shoppair *k = arg;
	const struct shops_capture *s = &r->last;
	struct shop_page page;
	int rc = shoplook_is_other(&k->look, k->station, s->station, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if ((k->page && strcmp(s->c.page, k->page) != 0) ||
	    (k->view && strcmp(s->c.view, k->view) != 0))
		return 0;
	/* What was blocked since shows nothing, whatever was seen before. */
	if (r->has_good && s->c.has_record && memcmp(s->c.record,
	    r->good.c.record, SHOP_HASH_LEN) == 0)
		rc = shops_page(k->b->catalogue, s->c.record, &page, e);
	if (rc < 0)
		return -1;
	return shoplook_add(&k->look, k->side, s->station, &s->c,
	    rc > 0 ? &page : NULL, e);
}

/* All that both sides show will be asked for. */
static int
want(struct shoppair *k, struct err *e)
{
	for (size_t i = 0; i < k->look.n; i++) {
		const struct shoplook_page *p = &k->look.v[i];

		if (p->n == 0 && !k->page)
			continue;
		for (int s = 0; s < 2; s++)
			for (size_t n = 0; p->side[s].has_page &&
			    n < p->side[s].page.nstrips; n++)
				if (shops_want(k->files, p->side[s].who,
				    k->shop, p->side[s].page.strip[n].sha256,
				    e) < 0)
					return -1;
	}
	return 0;
}

static int
get_strip(void *arg, const struct shopreport_pair *p, int side,
	const struct shop_strip *s, struct buf *out, struct err *e)
{
	struct shoppair *k = arg;

	return shops_part(k->files, p->side[side].who, k->shop, s->sha256,
	    out, e);
}

int
shoppair_load(struct shoppair *k, struct box *b, struct err *e)
{
	int rc = 0;

	k->b = b;
	for (k->side = 0; rc == 0 && k->side < 2; k->side++)
		rc = shops_each(b->catalogue, k->shop, k->day[k->side],
		    on_row, k, e);
	if (rc == 0 && k->look.n == 0) {
		rc = err_set(e, ERR_NOENT, "nothing was captured of shop "
		    "'%.64s' by then", k->shop);
		(void)err_hint(e, "see which there are: liudi-desk shops");
	}
	return rc < 0 ? -1 : shoplook_compare(&k->look, false, e);
}

void
shoppair_release(struct shoppair *k)
{
	shops_files_free(k->files);
	k->files = NULL;
	shoplook_release(&k->look);
}

int
shoppair_report(struct shoppair *k, struct shopreport *r, struct buf *out,
	struct err *e)
{
	r->get = get_strip;
	r->arg = k;
	k->files = shops_files_new(k->b, e);
	return k->files && want(k, e) == 0 ?
	    shoplook_html(&k->look, r, out, e) : -1;
}
