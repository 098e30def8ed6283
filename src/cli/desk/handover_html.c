/*
 * cli/desk/handover_html.c - a handover on paper: A4, one file, no script,
 * nothing from elsewhere; all that is foreign is escaped.
 */
#include "cli/desk/handover_page.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/desk/escape.h"
#include "cli/desk/show.h"
#include "web/assets.h"

#include "base/banned.h"

#define WHY_MAX (1u << 20)
#define ID_SHOWN 4	/* bytes of an event's id */

int
handover_html_text(struct buf *out, const char *s, struct err *e)
{
	return escape_html(out, s, strlen(s), e);
}

/* TAG must be a bare word, CLASS "" or one. */
static int
cell(struct buf *out, const char *class, const char *s, struct err *e)
{
	if (*class ? buf_addf(out, e, "<td class=\"%s\">", class) < 0 :
	    buf_adds(out, "<td>", e) < 0)
		return -1;
	return handover_html_text(out, s, e) < 0 ? -1 :
	    buf_adds(out, "</td>", e);
}

int
handover_html_head(const char *title, struct buf *out, struct err *e)
{
	if (buf_addf(out, e, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	    "<title>", cli_tr("en")) < 0 ||
	    handover_html_text(out, title, e) < 0 ||
	    buf_addf(out, e, "</title>\n<style>%s</style>\n</head>\n"
	    "<body class=\"alone\">\n<main class=\"paper\">\n<header>\n"
	    "<h1>", web_paper_css) < 0 ||
	    handover_html_text(out, title, e) < 0)
		return -1;
	return buf_adds(out, "</h1>\n", e);
}

int
handover_html_end(struct buf *out, struct err *e)
{
	return buf_adds(out, "</main>\n</body>\n</html>\n", e);
}

/* A cell with the account's name, in the page a link to what is known of it. */
static int
account_cell(const struct handover_page *p, const struct book_account *a,
	struct buf *out, struct err *e)
{
	char hex[EVENT_ID_HEX];

	if (!a || !p->linked)
		return cell(out, "n", a ? a->shown : "", e);
	str_hex(hex, a->id, sizeof(a->id));
	if (buf_addf(out, e, "<td class=\"n\"><a href=\"/account/%s\">",
	    hex) < 0 || handover_html_text(out, a->shown, e) < 0)
		return -1;
	return buf_adds(out, "</a></td>", e);
}

/* --- Tasks. */

static int
put_task(const struct handover_page *p, const struct handover_task *t,
	struct buf *out, struct err *e)
{
	char told[CLI_FILLED_LEN], when[SHOW_TIME_LEN] = "";
	char id[2 * ID_SHOWN + 1] = "";

	if (t->by) {
		show_minute(t->by->ts, when);
		str_hex(id, t->by->id, ID_SHOWN);
	}
	if (buf_addf(out, e, "<tr><td class=\"b%s\">%s</td>", t->must ?
	    " must" : "", t->done ? "☑" : "☐") < 0 ||
	    account_cell(p, t->account, out, e) < 0 ||
	    buf_adds(out, "<td>", e) < 0 ||
	    handover_html_text(out, cli_tr_filled(t->what, told), e) < 0)
		return -1;
	if (t->command[0] && (buf_adds(out, "<br><code>", e) < 0 ||
	    handover_html_text(out, t->command, e) < 0 ||
	    buf_adds(out, "</code>", e) < 0))
		return -1;
	if (!t->by)
		return buf_adds(out, "</td><td class=\"w\"></td></tr>\n",
		    e);
	return buf_addf(out, e, "</td><td class=\"w\">%s<br><code>%s</code>"
	    "</td></tr>\n", when, id);
}

static int
put_step(const struct handover_page *p, enum handover_step s, struct buf *out,
	struct err *e)
{
	const struct handover *h = p->h;
	size_t done, n = handover_count(h, s, &done), i;

	if (n == 0)
		return 0;
	if (buf_addf(out, e, "<h2>%d. %s <span>%zu/%zu</span></h2>\n<table>\n",
	    (int)s + 1, handover_title(s), done, n) < 0)
		return -1;
	for (i = 0; i < h->n; i++)
		if (h->task[i].step == s && put_task(p, &h->task[i],
		    out, e) < 0)
			return -1;
	return buf_adds(out, "</table>\n", e);
}

/* --- The two lists. */

static int
put_list(const struct handover_page *p, const char *title, bool reach,
	struct buf *out, struct err *e)
{
	const struct handover *h = p->h;
	const struct book_account **v = reach ? h->now.reach : h->now.lost;
	const size_t n = reach ? h->now.nreach : h->now.nlost;
	struct buf why = BUF_INIT(WHY_MAX);
	size_t i;
	int rc = 0;

	if (n == 0)
		return 0;
	if (buf_addf(out, e, "<h2>%s <span>%zu</span></h2>\n<table>\n", title,
	    n) < 0)
		return -1;
	for (i = 0; rc == 0 && i < n; i++) {
		buf_clear(&why);
		rc = leave_why(h->custody, v[i], reach, &h->person, 1, "; ",
		    &why, e);
		if (rc == 0 && (buf_adds(out, "<tr>", e) < 0 ||
		    account_cell(p, v[i], out, e) < 0 ||
		    cell(out, "w", leave_platform(p->l, v[i]), e) < 0 ||
		    cell(out, "", buf_str(&why), e) < 0 ||
		    buf_adds(out, "</tr>\n", e) < 0))
			rc = -1;
	}
	buf_release(&why);
	return rc < 0 ? -1 : buf_adds(out, "</table>\n", e);
}

static int
put_sum(const struct handover *h, struct buf *out, struct err *e)
{
	return buf_addf(out, e, "<div class=\"sum\"><div class=\"%s\"><b>%zu"
	    "</b>%s</div><div class=\"%s\"><b>%zu</b>%s</div></div>\n",
	    h->now.nlost ? "no" : "ok", h->now.nlost,
	    cli_tr("accounts that the company would lose"),
	    h->now.nreach ? "no" : "ok", h->now.nreach,
	    cli_tr("accounts that are still open to the leaver"));
}

/* --- Customers, signatures. */

static int
put_customer(const struct handover_page *p, const struct customer *c,
	struct buf *out, struct err *e)
{
	const char *kind = c->kind == CUSTOMERS_UNANSWERED ?
	    cli_tr("unanswered") : c->kind == CUSTOMERS_INQUIRY ?
	    cli_tr("open inquiry") : cli_tr("promise");
	char when[SHOW_TIME_LEN];

	if (buf_adds(out, "<tr>", e) < 0 ||
	    cell(out, "w", show_minute(c->at / 1000, when), e) < 0 ||
	    cell(out, "w", kind, e) < 0)
		return -1;
	if (p->linked ? buf_addf(out, e, "<td class=\"n\">"
	    "<a href=\"/chat/%lld\">", (long long)c->chat) < 0 ||
	    handover_html_text(out, c->peer, e) < 0 ||
	    buf_adds(out, "</a></td>", e) < 0 :
	    cell(out, "n", c->peer, e) < 0)
		return -1;
	return cell(out, "", c->text, e) < 0 ? -1 :
	    buf_adds(out, "</tr>\n", e);
}

static int
put_customers(const struct handover_page *p, struct buf *out, struct err *e)
{
	const struct customers *c = p->customers;
	const char *last = NULL, *who;
	size_t i;

	for (i = 0; i < c->n; i++) {
		who = c->v[i].successor ? c->v[i].successor : "";
		if (!last || strcmp(last, who) != 0) {
			if ((last && buf_adds(out, "</table>\n", e) < 0) ||
			    buf_adds(out, "<h2>", e) < 0 ||
			    handover_html_text(out, cli_tr("open with "
			    "customers"), e) < 0 ||
			    buf_adds(out, " <span>→ ", e) < 0 ||
			    handover_html_text(out, *who ? who :
			    cli_tr("nobody is named"), e) < 0 ||
			    buf_adds(out, "</span></h2>\n<table>\n", e) < 0)
				return -1;
			last = who;
		}
		if (put_customer(p, &c->v[i], out, e) < 0)
			return -1;
	}
	return last ? buf_adds(out, "</table>\n", e) : 0;
}

static int
put_signature(const struct handover *h, enum handover_role r,
	const char *title, struct buf *out, struct err *e)
{
	const struct account_event *v = h->sign[r];
	const char *by = v && v->value[EVENT_BY] ? v->value[EVENT_BY] : "";
	char when[SHOW_TIME_LEN] = "";

	if (v)
		show_minute(v->ts, when);
	if (strcmp(by, HANDOVER_ABSENT) == 0)
		by = cli_tr("absent");
	if (buf_addf(out, e, "<div><p>%s</p><i>%s <b>", title,
	    cli_tr("full name")) < 0 || handover_html_text(out, by, e) < 0)
		return -1;
	return buf_addf(out, e, "</b></i><i>%s</i><i>%s <b>%s</b></i></div>",
	    cli_tr("signature"), cli_tr("date"), when);
}

static int
put_signatures(const struct handover *h, struct buf *out, struct err *e)
{
	if (buf_adds(out, "<div class=\"sign\">", e) < 0 ||
	    put_signature(h, HANDOVER_LEAVER, cli_tr("who leaves"), out,
	    e) < 0 || put_signature(h, HANDOVER_SUCCESSOR,
	    cli_tr("who takes over"), out, e) < 0 ||
	    put_signature(h, HANDOVER_MANAGER, cli_tr("manager"), out,
	    e) < 0)
		return -1;
	return buf_adds(out, "</div>\n", e);
}

/* When it began, and of when this is. */
static int
put_times(const struct handover_page *p, struct buf *out, struct err *e)
{
	const struct handover *h = p->h;
	char when[SHOW_TIME_LEN], now[SHOW_TIME_LEN];

	if (buf_adds(out, "<p>", e) < 0 ||
	    handover_html_text(out, p->org, e) < 0 ||
	    buf_adds(out, " · ", e) < 0)
		return -1;
	if (h->started ? buf_addf(out, e, cli_tr("started %s"),
	    show_minute(h->started, when)) < 0 : buf_adds(out,
	    cli_tr("not started: this is what a start would find"), e) < 0)
		return -1;
	if (h->closed && (buf_adds(out, " · ", e) < 0 || buf_addf(out, e,
	    cli_tr("closed %s"), show_minute(h->closed, when)) < 0))
		return -1;
	if (buf_adds(out, " · ", e) < 0 || buf_addf(out, e,
	    cli_tr("as of %s"), show_minute(p->utc, now)) < 0)
		return -1;
	return buf_adds(out, "</p>\n</header>\n", e);
}

/* On paper there are lines to sign on; here it is said who has signed. */
static int
put_rest(const struct handover_page *p, struct buf *out, struct err *e)
{
	if (!p->linked)
		return 0;
	if (buf_adds(out, "<div class=\"screen\">", e) < 0 ||
	    put_step(p, HANDOVER_SIGNOFF, out, e) < 0 ||
	    put_step(p, HANDOVER_CLOSE, out, e) < 0)
		return -1;
	return buf_adds(out, "</div>\n", e);
}

int
handover_html_body(const struct handover_page *p, struct buf *out,
	struct err *e)
{
	int s;

	if (put_times(p, out, e) < 0 || put_sum(p->h, out, e) < 0 ||
	    put_list(p, cli_tr("the company would lose"), false, out,
	    e) < 0 || put_list(p, cli_tr("still open to the leaver"), true,
	    out, e) < 0)
		return -1;
	for (s = 0; s < HANDOVER_SIGNOFF; s++)
		if (put_step(p, (enum handover_step)s, out, e) < 0)
			return -1;
	if (put_rest(p, out, e) < 0 || put_customers(p, out, e) < 0 ||
	    put_signatures(p->h, out, e) < 0 ||
	    buf_adds(out, "<footer><p>", e) < 0 || handover_html_text(out,
	    cli_tr("Each step is computed from signed events, not ticked by "
	    "hand; beside what is done stands when, and the beginning of the "
	    "event's id. Red boxes keep the handover from being closed. It "
	    "can be closed when both lists are empty."), e) < 0)
		return -1;
	return buf_adds(out, "</p></footer>\n", e);
}

const char *
handover_html_title(const struct handover_page *p,
	char out[static CLI_FILLED_LEN])
{
	(void)snprintf(out, CLI_FILLED_LEN, cli_tr("Handover of %s"),
	    p->h->person);
	return out;
}

int
handover_html(const struct handover_page *p, struct buf *out, struct err *e)
{
	char title[CLI_FILLED_LEN];

	if (handover_html_head(handover_html_title(p, title), out, e) < 0 ||
	    handover_html_body(p, out, e) < 0)
		return -1;
	return handover_html_end(out, e);
}
