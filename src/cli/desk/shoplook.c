/* cli/desk/shoplook.c - two looks at the pages of a shop. */
#include "cli/desk/shoplook.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/desk/shopwords.h"
#include "cli/desk/show.h"
#include "desk/shopday.h"

#include "base/banned.h"

#define LINE_MAX_LEN (1u << 20)
#define LINES_MIN 6		/* of text, to be called another one */

static const char *
or_empty(const char *s)
{
	return s ? s : "";
}

/* --- What there is. */

int
shoplook_is_other(struct shoplook *l, const char *asked, const char *station,
	struct err *e)
{
	if (asked)
		return strcmp(station, asked) != 0;
	if (!*l->station)
		(void)snprintf(l->station, sizeof(l->station), "%s", station);
	if (strcmp(station, l->station) == 0)
		return 0;
	(void)err_set(e, ERR_USAGE, "more than one station captures this "
	    "shop");
	return err_hint(e, "say which: --station %s", station);
}

static struct shoplook_page *
find(struct shoplook *l, const struct shop_capture *c)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].page, c->page) == 0 &&
		    strcmp(l->v[i].view, c->view) == 0 &&
		    l->v[i].manual == shopday_is_manual(c))
			return &l->v[i];
	return NULL;
}

static struct shoplook_page *
find_or_add(struct shoplook *l, const struct shop_capture *c, struct err *e)
{
	struct shoplook_page *p = find(l, c);

	if (p)
		return p;
	if (l->n == l->cap) {
		const size_t cap = l->cap ? 2 * l->cap : 16;

		p = realloc(l->v, cap * sizeof(*p));
		if (!p) {
			(void)err_nomem(e);
			return NULL;
		}
		l->v = p;
		l->cap = cap;
	}
	p = &l->v[l->n++];
	memset(p, 0, sizeof(*p));
	p->manual = shopday_is_manual(c);
	p->page = str_dup(c->page);
	p->view = str_dup(c->view);
	if (p->page && p->view)
		return p;
	(void)err_nomem(e);
	return NULL;
}

static void
release_side(struct shoplook_side *s)
{
	free(s->who);
	free(s->url);
	free(s->reason);
	free(s->by);
	if (s->has_page)
		page_free(&s->page);
	memset(s, 0, sizeof(*s));
}

int
shoplook_add(struct shoplook *l, int side, const char *who,
	const struct shop_capture *c, struct shop_page *p, struct err *e)
{
	struct shoplook_page *of = find_or_add(l, c, e);
	struct shoplook_side *s;

	if (!of) {
		if (p)
			page_free(p);
		return -1;
	}
	s = &of->side[side];
	release_side(s);
	if (p)
		s->page = *p;
	s->has_page = p != NULL;
	s->has_c = true;
	s->c = *c;
	s->c.page = of->page;
	s->c.view = of->view;
	s->who = str_dup(who);
	s->c.url = s->url = str_dup(c->url);
	s->c.by = s->by = str_dup(c->by);
	s->c.reason = s->reason = c->reason ? str_dup(c->reason) : NULL;
	return s->who && s->url && s->by && (s->reason || !c->reason) ? 0 :
	    err_nomem(e);
}

void
shoplook_release(struct shoplook *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].page);
		free(l->v[i].view);
		free(l->v[i].event);
		release_side(&l->v[i].side[0]);
		release_side(&l->v[i].side[1]);
	}
	free(l->v);
	memset(l, 0, sizeof(*l));
}

/* --- Comparing. */

static int
keep(void *arg, const struct shop_event *v, struct err *e)
{
	struct shoplook_page *p = arg;

	if (p->n == p->cap) {
		const size_t cap = p->cap ? 2 * p->cap : 32;
		struct shop_event *more = realloc(p->event, cap *
		    sizeof(*more));

		if (!more)
			return err_nomem(e);
		p->event = more;
		p->cap = cap;
	}
	p->event[p->n++] = *v;
	return 0;
}

static bool
same_print(const struct shop_fingerprint *x, const struct shop_fingerprint *y)
{
	return str_eq(x->browser, y->browser) && str_eq(x->flags, y->flags) &&
	    str_eq(x->view, y->view) && str_eq(x->fonts, y->fonts) &&
	    x->driver == y->driver;
}

/*
 * More of the text differs than is the same: that is another language, or somebody
 * who is logged in, and a list of all of it says nothing.
 */
static bool
is_other_text(const struct shoplook_page *p, const struct shop_page *a,
	const struct shop_page *b)
{
	const size_t lines = a->ntext > b->ntext ? a->ntext : b->ntext;
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->event[i].change == SHOP_TEXT_ADDED ||
		    p->event[i].change == SHOP_TEXT_REMOVED ||
		    p->event[i].change == SHOP_TEXT_CHANGED;
	return lines >= LINES_MIN && n > lines / 2;
}

static int
compare(struct shoplook_page *p, bool facts, struct err *e)
{
	struct shop_page a = p->side[0].page, b = p->side[1].page;

	if (!p->side[0].has_page || !p->side[1].has_page)
		return 0;
	p->facts_only = facts && !same_print(&a.print, &b.print);
	if (p->facts_only) {
		/* How it looks, and how long it is, is the browser's. */
		b.print = a.print;
		b.height = a.height;
		a.nstrips = b.nstrips = 0;
	}
	if (shop_diff(&a, &b, keep, p, e) < 0)
		return -1;
	if (facts && is_other_text(p, &a, &b)) {
		p->n = 0;
		p->strange = true;
	}
	return 0;
}

int
shoplook_compare(struct shoplook *l, bool facts, struct err *e)
{
	for (size_t i = 0; i < l->n; i++)
		if (compare(&l->v[i], facts, e) < 0)
			return -1;
	return 0;
}

static struct shopreport_pair
pair_of(const struct shoplook_page *p)
{
	struct shopreport_pair out = {.page = p->page, .view = p->view,
	    .event = p->event, .nevents = p->n, .facts_only = p->facts_only,
	    .strange = p->strange};

	for (int i = 0; i < 2; i++)
		out.side[i] = (struct shopreport_side){
		    or_empty(p->side[i].who),
		    p->side[i].has_c ? &p->side[i].c : NULL,
		    p->side[i].has_page ? &p->side[i].page : NULL};
	return out;
}

int64_t
shoplook_hide(struct shoplook *l, bool (*fn)(void *arg,
	const struct shoplook_page *p, const struct shop_event *v), void *arg)
{
	int64_t hidden = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct shoplook_page *p = &l->v[i];
		size_t kept = 0;

		for (size_t k = 0; k < p->n; k++)
			if (!fn(arg, p, &p->event[k]))
				p->event[kept++] = p->event[k];
		p->hidden += p->n - kept;
		hidden += (int64_t)(p->n - kept);
		p->n = kept;
	}
	return hidden;
}

bool
shoplook_differs(const struct shoplook *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct shopreport_pair p = pair_of(&l->v[i]);

		if (shopreport_verdict(&p) != SHOPREPORT_SAME)
			return true;
	}
	return false;
}

bool
shoplook_changed(const struct shoplook *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct shopreport_pair p = pair_of(&l->v[i]);

		if (shopreport_verdict(&p) == SHOPREPORT_CHANGED)
			return true;
	}
	return false;
}

/* --- For a terminal. */

static void
put_shown(const char *s)
{
	cli_put_shown(stdout, s, strlen(s));
}

static void
put_side(const char *name, const struct shopreport_side *s)
{
	char when[SHOPREPORT_TIME_LEN], why[CLI_FILLED_LEN];

	(void)fputs("    ", stdout);
	show_padded(name, 12);
	if (!s->c) {
		(void)printf("%s\n", cli_tr("not looked at"));
		return;
	}
	(void)printf("%s  %s  ", shopreport_time(s->c, when),
	    shopwords_state(s->c->state));
	put_shown(*s->who ? s->who : cli_tr("this desk"));
	if (s->c->reason) {
		(void)fputs("  ", stdout);
		put_shown(cli_tr_filled(s->c->reason, why));
	}
	(void)putchar('\n');
}

static int
put_event(const struct shop_event *v, struct err *e)
{
	struct buf text = BUF_INIT(LINE_MAX_LEN);
	int rc = shopwords_event(v, &text, e);

	if (rc == 0) {
		(void)fputs("    ", stdout);
		show_padded(shopwords_gravity(shop_change_gravity(v->change)),
		    8);
		put_shown(buf_str(&text));
		(void)putchar('\n');
	}
	buf_release(&text);
	return rc;
}

static bool
is_manual(const struct shopreport_pair *p)
{
	const struct shop_capture *c = p->side[0].c ? p->side[0].c :
	    p->side[1].c;

	return c && shopday_is_manual(c);
}

static int
put_page(const struct shopreport_pair *p, const char *const names[2],
	struct err *e)
{
	const enum shopreport_verdict v = shopreport_verdict(p);
	int rc = 0;

	put_shown(p->page);
	(void)printf("  %s  %s%s%s\n", shopwords_view(p->view), is_manual(p) ?
	    cli_tr("saved by a person") : "", is_manual(p) ? "  " : "",
	    v == SHOPREPORT_SAME ? cli_tr("no difference") :
	    v == SHOPREPORT_CANNOT ? cli_tr("cannot be compared") : "");
	if (v == SHOPREPORT_SAME)
		return 0;
	if (p->strange)
		(void)printf("    %s\n", shopreport_why_not(p));
	put_side(names[0], &p->side[0]);
	put_side(names[1], &p->side[1]);
	for (size_t i = 0; rc == 0 && i < p->nevents; i++)
		rc = put_event(&p->event[i], e);
	return rc;
}

static int
put_json(const struct shopreport_pair *p, size_t hidden, const char *type,
	const char *shop, struct err *e)
{
	static const char *const verdict[] = {
		[SHOPREPORT_SAME] = "same", [SHOPREPORT_CHANGED] = "changed",
		[SHOPREPORT_CANNOT] = "not-compared"};
	static const char *const sides[] = {"before", "after"};
	struct buf line = BUF_INIT((size_t)64 << 20);
	struct jsonw w;
	int rc;

	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", type);
	jsonw_kstr(&w, "shop", shop);
	jsonw_kstr(&w, "page", p->page);
	jsonw_kstr(&w, "view", p->view);
	jsonw_kstr(&w, "verdict", verdict[shopreport_verdict(p)]);
	jsonw_kbool(&w, "facts_only", p->facts_only);
	jsonw_kbool(&w, "manual", is_manual(p));
	jsonw_kint(&w, "hidden", (int64_t)hidden);
	for (int i = 0; i < 2; i++) {
		const struct shop_capture *c = p->side[i].c;

		jsonw_key(&w, sides[i]);
		jsonw_object(&w);
		jsonw_kstr(&w, "station", *p->side[i].who ? p->side[i].who :
		    NULL);
		if (c) {
			jsonw_kint(&w, "ts", c->ts);
			jsonw_kstr(&w, "state", shop_state_name(c->state));
			jsonw_kstr(&w, "reason", c->reason);
			jsonw_kstr(&w, "url", c->url);
		}
		jsonw_object_end(&w);
	}
	jsonw_key(&w, "changes");
	jsonw_array(&w);
	for (size_t i = 0; i < p->nevents; i++) {
		const struct shop_event *v = &p->event[i];

		jsonw_object(&w);
		jsonw_kstr(&w, "change", shop_change_name(v->change));
		jsonw_kint(&w, "gravity", shop_change_gravity(v->change));
		jsonw_kstr(&w, "what", v->what);
		jsonw_kstr(&w, "before", v->before);
		jsonw_kstr(&w, "after", v->after);
		jsonw_kint(&w, "y", v->y);
		jsonw_kint(&w, "h", v->h);
		jsonw_object_end(&w);
	}
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
	buf_release(&line);
	return rc;
}

int
shoplook_put(const struct shoplook *l, const struct cli *c, const char *type,
	const char *shop, const char *const names[2], struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct shopreport_pair p = pair_of(&l->v[i]);

		if ((c->json ? put_json(&p, l->v[i].hidden, type, shop, e) :
		    put_page(&p, names, e)) < 0)
			return -1;
	}
	return fflush(stdout) == 0 ? 0 : err_stdout(e);
}

int
shoplook_html(const struct shoplook *l, struct shopreport *r, struct buf *out,
	struct err *e)
{
	struct shopreport_pair *pair = calloc(l->n + 1, sizeof(*pair));
	int rc;

	if (!pair)
		return err_nomem(e);
	for (size_t i = 0; i < l->n; i++)
		pair[i] = pair_of(&l->v[i]);
	r->pair = pair;
	r->n = l->n;
	rc = shopreport_html(r, out, e);
	r->pair = NULL;
	r->n = 0;
	free(pair);
	return rc;
}
