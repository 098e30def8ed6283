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

#include "base/banned.h"

#define WHY_MAX (1u << 20)
#define ID_SHOWN 4	/* bytes of an event's id */

static const char style[] =
":root{color-scheme:light}*{box-sizing:border-box}"
"body{font:13px/1.45 system-ui,-apple-system,\"Segoe UI\",\"Noto Sans\","
"\"PingFang SC\",\"Microsoft YaHei\",\"Noto Sans CJK SC\",sans-serif;"
"color:#1b1f24;background:#f3f4f6;margin:0}"
"main{max-width:52rem;margin:0 auto;padding:1.5rem 1.2rem 3rem;"
"background:#fff}"
"h1{font-size:1.5rem;margin:0;overflow-wrap:anywhere}"
"header p,footer p{color:#4b535d;margin:.25rem 0 0}"
"h2{font-size:1rem;margin:1.1rem 0 .25rem;border-bottom:1px solid #1b1f24;"
"padding-bottom:.15rem;display:flex;justify-content:space-between}"
"h2 span{font-weight:400;color:#4b535d}"
"table{border-collapse:collapse;width:100%;table-layout:fixed}"
"th,td{text-align:left;vertical-align:top;padding:.22rem .6rem .22rem 0;"
"overflow-wrap:anywhere;border-top:1px solid #e6e9ed}"
"th{font-weight:600;color:#4b535d;font-size:.86rem}"
"tr:first-child>*{border-top:0}"
"code{font:11px/1.4 ui-monospace,\"DejaVu Sans Mono\",monospace;"
"color:#4b535d}"
".b{width:1.7rem;font-size:1.05rem;line-height:1.1}.n{width:11rem}"
".w{width:8.5rem;color:#4b535d}.must{color:#b3261e;font-weight:600}"
".sum{display:flex;gap:1rem;margin:.9rem 0 0}"
".sum div{flex:1;border:1px solid #d9dde3;border-radius:6px;"
"padding:.5rem .8rem}.sum b{font-size:1.5rem;display:block}"
".ok b{color:#1e6b34}.no b{color:#b3261e}"
".sign{display:flex;gap:1.2rem;margin-top:2.2rem;break-inside:avoid}"
".sign div{flex:1}.sign p{margin:0 0 1.9rem;font-weight:600}"
".sign i{display:block;border-top:1px solid #1b1f24;color:#4b535d;"
"font-style:normal;font-size:.85rem;padding-top:.15rem;margin-bottom:1.5rem;"
"min-height:1.4rem}.sign i b{color:#1b1f24}"
"footer{margin-top:1rem;font-size:.88rem}"
"@page{size:A4;margin:14mm}"
"@media print{body{background:none;font-size:9.5pt;line-height:1.35}"
"main{max-width:none;padding:0}h2{break-after:avoid}"
"tr{break-inside:avoid}}";

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
	    buf_addf(out, e, "</title>\n<style>%s</style>\n</head>\n<body>\n"
	    "<main>\n<header>\n<h1>", style) < 0 ||
	    handover_html_text(out, title, e) < 0)
		return -1;
	return buf_adds(out, "</h1>\n", e);
}

int
handover_html_end(struct buf *out, struct err *e)
{
	return buf_adds(out, "</main>\n</body>\n</html>\n", e);
}

/* --- Tasks. */

static int
put_task(const struct handover_task *t, struct buf *out, struct err *e)
{
	char told[CLI_FILLED_LEN], when[SHOW_TIME_LEN] = "";
	char id[2 * ID_SHOWN + 1] = "";

	if (t->by) {
		show_minute(t->by->ts, when);
		str_hex(id, t->by->id, ID_SHOWN);
	}
	if (buf_addf(out, e, "<tr><td class=\"b%s\">%s</td>", t->must ?
	    " must" : "", t->done ? "☑" : "☐") < 0 ||
	    cell(out, "n", t->account ? t->account->shown : "", e) < 0 ||
	    buf_adds(out, "<td>", e) < 0 ||
	    handover_html_text(out, cli_tr_filled(t->what, told), e) < 0)
		return -1;
	if (t->command[0] && (buf_adds(out, "<br><code>", e) < 0 ||
	    handover_html_text(out, t->command, e) < 0 ||
	    buf_adds(out, "</code>", e) < 0))
		return -1;
	return buf_addf(out, e, "</td><td class=\"w\">%s<br><code>%s</code>"
	    "</td></tr>\n", when, id);
}

static int
put_step(const struct handover *h, enum handover_step s, struct buf *out,
	struct err *e)
{
	size_t done, n = handover_count(h, s, &done), i;

	if (n == 0)
		return 0;
	if (buf_addf(out, e, "<h2>%d. %s <span>%zu/%zu</span></h2>\n<table>\n",
	    (int)s + 1, handover_title(s), done, n) < 0)
		return -1;
	for (i = 0; i < h->n; i++)
		if (h->task[i].step == s && put_task(&h->task[i], out, e) < 0)
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
		    cell(out, "n", v[i]->shown, e) < 0 ||
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
put_customer(const struct customer *c, struct buf *out, struct err *e)
{
	const char *kind = c->kind == CUSTOMERS_UNANSWERED ?
	    cli_tr("unanswered") : c->kind == CUSTOMERS_INQUIRY ?
	    cli_tr("open inquiry") : cli_tr("promise");
	char when[SHOW_TIME_LEN];

	if (buf_adds(out, "<tr>", e) < 0 ||
	    cell(out, "w", show_minute(c->at / 1000, when), e) < 0 ||
	    cell(out, "w", kind, e) < 0 || cell(out, "n", c->peer, e) < 0 ||
	    cell(out, "", c->text, e) < 0)
		return -1;
	return buf_adds(out, "</tr>\n", e);
}

static int
put_customers(const struct customers *c, struct buf *out, struct err *e)
{
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
		if (put_customer(&c->v[i], out, e) < 0)
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

static int
put_head(const struct handover_page *p, struct buf *out, struct err *e)
{
	const struct handover *h = p->h;
	char title[CLI_FILLED_LEN], when[SHOW_TIME_LEN], now[SHOW_TIME_LEN];

	(void)snprintf(title, sizeof(title), cli_tr("Handover of %s"),
	    h->person);
	if (handover_html_head(title, out, e) < 0 ||
	    buf_adds(out, "<p>", e) < 0 ||
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

int
handover_html(const struct handover_page *p, struct buf *out, struct err *e)
{
	int s;

	if (put_head(p, out, e) < 0 || put_sum(p->h, out, e) < 0 ||
	    put_list(p, cli_tr("the company would lose"), false, out,
	    e) < 0 || put_list(p, cli_tr("still open to the leaver"), true,
	    out, e) < 0)
		return -1;
	for (s = 0; s < HANDOVER_SIGNOFF; s++)
		if (put_step(p->h, (enum handover_step)s, out, e) < 0)
			return -1;
	if (put_customers(p->customers, out, e) < 0 ||
	    put_signatures(p->h, out, e) < 0 ||
	    buf_adds(out, "<footer><p>", e) < 0 || handover_html_text(out,
	    cli_tr("Each step is computed from signed events, not ticked by "
	    "hand; beside what is done stands when, and the beginning of the "
	    "event's id. Red boxes keep the handover from being closed. It "
	    "can be closed when both lists are empty."), e) < 0 ||
	    buf_adds(out, "</p></footer>\n", e) < 0)
		return -1;
	return handover_html_end(out, e);
}
