/* cli/desk/page_acct.c - what the pages of accounts share. */
#include "cli/desk/page_acct.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "desk/ledger.h"

#include "base/banned.h"

#define HREF_MAX 8192

int
page_acct_open(struct page_acct *k, struct page *p, struct err *e)
{
	memset(k, 0, sizeof(*k));
	k->p = p;
	if (page_people(p, e) < 0)
		return -1;
	k->book = ledger_book(p->b->catalogue, e);
	if (!k->book)
		return -1;
	k->people = people_new(buf_str(&p->team.policy), &p->team.people,
	    &p->b->control, e);
	if (!k->people || leave_open(&k->l, p->b, k->people, &p->team.policy,
	    e) < 0)
		return -1;
	k->c = custody_new(k->book, k->people, k->l.platforms, p->now, e);
	return k->c ? 0 : -1;
}

int
page_acct_weigh(struct page_acct *k, struct err *e)
{
	return risk_make(&k->risk, k->book, k->people, k->c, e);
}

void
page_acct_close(struct page_acct *k)
{
	risk_release(&k->risk);
	custody_free(k->c);
	leave_release(&k->l);
	people_free(k->people);
	book_free(k->book);
}

const struct book_account *
page_acct_find(const struct book *b, const char *hex, struct err *e)
{
	uint8_t id[EVENT_ID_LEN];
	const struct book_account *a;
	size_t n, i;

	a = book_accounts(b, &n);
	if (str_unhex(id, sizeof(id), hex, strlen(hex)) == 0)
		for (i = 0; i < n; i++)
			if (memcmp(a[i].id, id, sizeof(id)) == 0)
				return &a[i];
	(void)err_set(e, ERR_NOENT, "there is no such account");
	return NULL;
}

int
page_acct_name(struct page *p, struct page_view *v, struct err *e)
{
	struct book *b = ledger_book(p->b->catalogue, e);
	const struct book_account *a = b ? page_acct_find(b, p->arg, e) :
	    NULL;

	if (a)
		(void)snprintf(v->text, sizeof(v->text), "account %s",
		    a->shown);
	book_free(b);
	return a ? 0 : -1;
}

void
page_acct_begin(struct page *p, const char *title)
{
	static const struct { const char *path, *text; } tabs[] = {
		{"/accounts", "Register"}, {"/risk", "Risk"},
		{"/whatif", "What if …"}, {"/handovers", "Handovers"}
	};
	struct html *h = &p->h;
	size_t i;

	page_begin(p, title);
	html_lit(h, "<p class=\"tabs\">");
	for (i = 0; i < sizeof(tabs) / sizeof(tabs[0]); i++) {
		html_open(h, "a", "href", tabs[i].path, "aria-current",
		    strcmp(tabs[i].path, p->ask->path) == 0 ? "page" : NULL,
		    (char *)NULL);
		html_text(h, cli_tr(tabs[i].text));
		html_lit(h, "</a> ");
	}
	html_lit(h, "</p>\n");
}

/* A link of ours to PATH and NAME; a name may hold what ends a segment. */
static void
put_link(struct html *h, const char *path, const char *name,
	const char *text)
{
	struct buf href = BUF_INIT(HREF_MAX);

	if (h->rc == 0 && (buf_adds(&href, path, h->e) < 0 ||
	    html_path(&href, name, h->e) < 0))
		h->rc = -1;
	html_lit(h, "<bdi>");
	html_link(h, NULL, buf_str(&href), text);
	html_lit(h, "</bdi>");
	buf_release(&href);
}

void
page_acct_link(struct html *h, const struct book_account *a)
{
	char hex[EVENT_ID_HEX];

	str_hex(hex, a->id, sizeof(a->id));
	put_link(h, "/account/", hex, a->shown);
}

void
page_acct_person(struct html *h, const char *person)
{
	put_link(h, "/whatif?leaves=", person, person);
}

void
page_acct_handover(struct html *h, const char *person, const char *text)
{
	/* it is a segment, and a slash would end it */
	put_link(h, strchr(person, '/') ? "/handovers?of=" : "/handover/",
	    person, text);
}

void
page_acct_risk(const struct page_acct *k, size_t i)
{
	static const struct { const char *class, *sign, *text; } kinds[] = {
		[RISK_LOST] = {"missed", "✗", "lost as it stands"},
		[RISK_ONE] = {"late", "!", "hangs on"},
		[RISK_TWO] = {"done", "✓", "hangs on two people"},
		[RISK_MORE] = {"done", "✓", "hangs on more than two"}
	};
	const struct book_account *a = &k->risk.a[i];
	const enum risk_bus bus = k->risk.bus[i];
	struct html *h = &k->p->h;

	html_open(h, "span", "class", a->closed ? "none" : kinds[bus].class,
	    (char *)NULL);
	if (a->closed) {
		html_text(h, cli_tr("closed"));
		html_lit(h, "</span>");
		return;
	}
	html_textf(h, "%s %s", kinds[bus].sign, bus == RISK_ONE &&
	    !k->risk.one[i] ? cli_tr("hangs on one person") :
	    cli_tr(kinds[bus].text));
	if (bus == RISK_ONE && k->risk.one[i]) {
		html_lit(h, " ");
		page_acct_person(h, k->risk.one[i]);
	}
	html_lit(h, "</span>");
	if (custody_stale(k->c, a)) {
		html_lit(h, " <small class=\"late\">");
		html_text(h, cli_tr("not tried for too long"));
		html_lit(h, "</small>");
	}
}

void
page_acct_td_open(struct html *h, const char *class, const char *label)
{
	html_open(h, "td", "class", class, "data-label", label,
	    (char *)NULL);
}

void
page_acct_td(struct html *h, const char *class, const char *label,
	const char *text)
{
	page_acct_td_open(h, class, label);
	html_lit(h, "<bdi>");
	html_text(h, text && text[0] ? text : "-");
	html_lit(h, "</bdi></td>");
}

void
page_acct_head(struct html *h, const char *const *label)
{
	html_lit(h, "<tr>");
	for (; *label; label++) {
		/* over links stands nothing: no heading */
		if ((*label)[0])
			html_lit(h, "<th scope=\"col\">");
		else
			html_lit(h, "<td>");
		html_text(h, (*label)[0] ? cli_tr(*label) : "");
		html_close(h, (*label)[0] ? "th" : "td");
	}
	html_lit(h, "</tr>\n");
}

const char *
page_acct_word(const struct book_account *a, char out[EVENT_ID_HEX])
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789._-~";

	/* a "-" first would be an option, a "~" somebody's home */
	if (a->shown[0] != '-' && a->shown[0] != '~' &&
	    a->shown[strspn(a->shown, plain)] == '\0')
		return a->shown;
	str_hex(out, a->id, sizeof(a->id));
	return out;
}
