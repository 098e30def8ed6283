/* cli/desk/page_accounts.c - the register: which accounts there are, who works
 * with them, and how much hangs on whom. */
#include "cli/desk/page_acct.h"

#include <stdio.h>
#include <string.h>

#include "account/naming.h"
#include "base/clock.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/desk/acctwords.h"
#include "cli/desk/show.h"

#include "base/banned.h"

#define FOLD_MAX (4 * EVENT_VALUE_MAX)

struct reg {
	struct page_acct k;
	struct acctwords_filter f;
	const char *q;			/* looked for, or NULL */
	struct buf folded;		/* the same as names are compared */
	const char *risk;		/* "0", "1", …; or NULL: any */
	size_t shown;
};

/* What was asked for; an empty field is as good as none. */
static const char *
asked(const struct page *p, const char *name)
{
	const char *s = form_get(&p->query, name);

	return s && s[0] ? s : NULL;
}

static int
take_query(struct reg *r, struct err *e)
{
	const struct page *p = r->k.p;

	r->f = (struct acctwords_filter){asked(p, "who"),
	    asked(p, "platform"), asked(p, "shop"), asked(p, "closed")};
	r->risk = asked(p, "risk");
	r->q = asked(p, "q");
	buf_init(&r->folded, FOLD_MAX);
	return r->q ? naming_fold(r->q, &r->folded, e) : 0;
}

/* As names are compared, or as it is written. */
static int
holds(const struct reg *r, const char *s, struct err *e)
{
	struct buf folded = BUF_INIT(FOLD_MAX);
	int rc;

	if (!s)
		return 0;
	if (strstr(s, r->q))
		return 1;
	if (r->folded.len == 0)
		return 0;
	rc = naming_fold(s, &folded, e) < 0 ? -1 :
	    strstr(buf_str(&folded), buf_str(&r->folded)) != NULL;
	buf_release(&folded);
	return rc;
}

static int
is_found(const struct reg *r, const struct book_account *a, struct err *e)
{
	static const enum event_field fields[] = {EVENT_LOGIN, EVENT_SHOP,
	    EVENT_HOLDER, EVENT_PURPOSE, EVENT_URL, EVENT_PHONE, EVENT_EMAIL,
	    EVENT_REMARK};
	size_t i;
	int rc;

	if (!r->q)
		return 1;
	rc = holds(r, a->shown, e);
	for (i = 0; rc == 0 && i < a->naliases; i++)
		rc = holds(r, a->alias[i], e);
	for (i = 0; rc == 0 && i < sizeof(fields) / sizeof(fields[0]); i++)
		rc = holds(r, a->value[fields[i]], e);
	return rc;
}

/* --- What to show. */

/* A choice of what stands in field F of the accounts, each once. */
static void
put_choice(const struct reg *r, const char *name, const char *label,
	enum event_field f, const char *chosen)
{
	const struct risk *x = &r->k.risk;
	struct html *h = &r->k.p->h;
	size_t i, j;

	html_lit(h, "<label>");
	html_text(h, label);
	html_open(h, "select", "name", name, (char *)NULL);
	html_lit(h, "<option value=\"\">");
	html_text(h, cli_tr("any"));
	html_lit(h, "</option>");
	for (i = 0; i < x->n; i++) {
		const char *s = x->a[i].value[f];

		for (j = 0; s && j < i && !str_eq(s, x->a[j].value[f]); j++)
			;
		if (!s || !s[0] || j < i)
			continue;
		html_open(h, "option", "value", s, "selected", chosen &&
		    strcmp(chosen, s) == 0 ? "" : NULL, (char *)NULL);
		html_text(h, f == EVENT_PLATFORM ? leave_platform(&r->k.l,
		    &x->a[i]) : s);
		html_lit(h, "</option>");
	}
	html_lit(h, "</select></label> ");
}

static void
put_form(const struct reg *r)
{
	struct html *h = &r->k.p->h;

	html_lit(h, "<form class=\"ask\">");
	put_choice(r, "who", cli_tr("who works with it"), EVENT_HOLDER,
	    r->f.person);
	put_choice(r, "shop", cli_tr("shop"), EVENT_SHOP, r->f.shop);
	put_choice(r, "platform", cli_tr("platform"), EVENT_PLATFORM,
	    r->f.platform);
	html_lit(h, "<label>");
	html_text(h, cli_tr("name, login, telephone"));
	html_open(h, "input", "type", "search", "name", "q", "value",
	    r->q ? r->q : "", (char *)NULL);
	html_lit(h, "</label> <label>");
	html_open(h, "input", "type", "checkbox", "name", "closed", "value",
	    "1", "checked", r->f.closed ? "" : NULL, (char *)NULL);
	html_text(h, cli_tr("closed ones as well"));
	html_lit(h, "</label> <button>");
	html_text(h, cli_tr("show"));
	html_lit(h, "</button></form>\n");
}

/* How many there are, and links to those that want to be looked at. */
static void
put_sentence(const struct reg *r)
{
	static const struct { const char *one, *many, *href; } kinds[] = {
		[RISK_LOST] = {"%lld lost as it stands",
		    "%lld lost as they stand", "?risk=0"},
		[RISK_ONE] = {"%lld hangs on one person",
		    "%lld hang on one person", "?risk=1"}
	};
	const struct risk *x = &r->k.risk;
	struct html *h = &r->k.p->h;
	char text[CLI_COUNT_LEN];
	int i;

	html_open(h, "p", "class", x->count[RISK_LOST] > 0 ? "sentence do" :
	    "sentence", (char *)NULL);
	html_text(h, cli_count((int64_t)x->open, "%lld account",
	    "%lld accounts", text));
	for (i = RISK_LOST; i <= RISK_ONE; i++) {
		if (x->count[i] == 0)
			continue;
		html_lit(h, " · ");
		html_link(h, NULL, kinds[i].href, cli_count(
		    (int64_t)x->count[i], kinds[i].one, kinds[i].many, text));
	}
	if (x->stale > 0) {
		html_lit(h, " · ");
		html_text(h, cli_count((int64_t)x->stale,
		    "%lld not tried for too long",
		    "%lld not tried for too long", text));
	}
	html_lit(h, "</p>\n");
}

static void
put_row(const struct reg *r, size_t i)
{
	const struct book_account *a = &r->k.risk.a[i];
	struct html *h = &r->k.p->h;
	char when[SHOW_TIME_LEN];

	html_lit(h, "<tr><th scope=\"row\">");
	page_acct_link(h, a);
	if (a->disputed) {
		html_lit(h, " <small class=\"late\">");
		html_text(h, cli_tr("disputed"));
		html_lit(h, "</small>");
	}
	html_lit(h, "</th>");
	page_acct_td(h, NULL, cli_tr("platform"), leave_platform(&r->k.l, a));
	page_acct_td(h, NULL, cli_tr("shop"), a->value[EVENT_SHOP]);
	page_acct_td(h, NULL, cli_tr("login"), a->value[EVENT_LOGIN]);
	page_acct_td(h, NULL, cli_tr("who works with it"),
	    a->value[EVENT_HOLDER]);
	page_acct_td(h, NULL, cli_tr("password"), acctwords_state(a));
	page_acct_td(h, "when", cli_tr("last confirmed"), a->confirmed ?
	    show_minute(a->confirmed->ts, when) : cli_tr("never"));
	page_acct_td_open(h, NULL, cli_tr("risk"));
	page_acct_risk(&r->k, i);
	html_lit(h, "</td></tr>\n");
}

static int
put_table(struct reg *r, struct err *e)
{
	static const char *const heads[] = {"account", "platform", "shop",
	    "login", "who works with it", "password", "last confirmed",
	    "risk", NULL};
	const struct risk *x = &r->k.risk;
	struct html *h = &r->k.p->h;
	size_t i;
	int rc = 1;

	html_lit(h, "<section><table class=\"stack\">");
	page_acct_head(h, heads);
	for (i = 0; rc >= 0 && i < x->n; i++) {
		const struct book_account *a = &x->a[i];

		if (!acctwords_fits(&r->f, a) || (r->risk && (a->closed ||
		    r->risk[0] != '0' + x->bus[i])))
			continue;
		rc = is_found(r, a, e);
		if (rc <= 0)
			continue;
		r->shown++;
		put_row(r, i);
	}
	html_lit(h, "</table>");
	if (r->shown == 0)
		html_element(h, "p", NULL, cli_tr("no account"));
	html_lit(h, "</section>\n");
	return rc < 0 ? -1 : 0;
}

static int
make(struct page *p, struct err *e)
{
	struct reg r = {.shown = 0};
	int rc = page_acct_open(&r.k, p, e);

	if (rc == 0)
		rc = page_acct_weigh(&r.k, e);
	if (rc == 0)
		rc = take_query(&r, e);
	if (rc == 0) {
		page_acct_begin(p, cli_tr("Accounts"));
		put_sentence(&r);
		put_form(&r);
		rc = put_table(&r, e);
		page_finish(p);
	}
	buf_release(&r.folded);
	page_acct_close(&r.k);
	return rc;
}

const struct page_kind page_accounts = {
	.path = "/accounts", .title = "Accounts", .action = "open",
	.view = "accounts", .make = make
};
