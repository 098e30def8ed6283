/*
 * cli/desk/talkfile_html.c - messages as a page to be read and printed.
 *
 * One file, no script, nothing from elsewhere; all that came from a station or a
 * peer is escaped.  For eyes, so it is in the language of the user.
 */
#include "cli/desk/talkfile.h"

#include <string.h>

#include "base/str.h"
#include "cli/desk/escape.h"

#include "base/banned.h"

#define NAMES_MAX ((size_t)1 << 20)

static const char style[] =
":root{color-scheme:light}"
"*{box-sizing:border-box}"
"body{font:15px/1.5 system-ui,-apple-system,\"Segoe UI\",\"Noto Sans\","
"\"PingFang SC\",\"Microsoft YaHei\",\"Noto Sans CJK SC\",sans-serif;"
"color:#1b1f24;background:#f3f4f6;margin:0}"
".page{max-width:52rem;margin:0 auto;padding:1.5rem 1rem 3rem}"
"header,footer{background:#fff;border:1px solid #d9dde3;border-radius:8px;"
"padding:1rem 1.25rem}"
"h1{font-size:1.35rem;margin:0 0 .25rem;overflow-wrap:anywhere}"
"header p,footer p{margin:.15rem 0;color:#4b535d}"
"h2{font-size:.8rem;font-weight:600;color:#4b535d;text-align:center;"
"margin:1.5rem 0 .5rem}"
"h3{font-size:.95rem;margin:2rem 0 .25rem;padding-top:.75rem;"
"border-top:2px solid #d9dde3;overflow-wrap:anywhere}"
"footer h2{text-align:left;font-size:1rem;color:inherit;margin:0 0 .5rem}"
"footer{margin-top:2rem}"
".m{width:fit-content;min-width:9rem;max-width:80%;margin:.4rem 0;"
"padding:.4rem .7rem;background:#fff;border:1px solid #d9dde3;"
"border-radius:8px}"
".m.own{margin-left:auto;background:#e4f0e6;border-color:#bfd8c4}"
".m.sys{margin:.4rem auto;max-width:90%;background:none;border:0;"
"color:#4b535d;font-size:.87rem;text-align:center}"
".m.gone{border:1px dashed #b3261e}"
".m.old{border-style:dashed}"
".h{font-size:.8rem;color:#4b535d;display:flex;gap:.6rem;"
"align-items:baseline}"
".h b{color:#1b1f24;overflow-wrap:anywhere}"
".h a{margin-left:auto;color:#4b535d;text-decoration:none}"
".t{white-space:pre-wrap;overflow-wrap:anywhere}"
".f{font-size:.87rem;color:#4b535d;overflow-wrap:anywhere}"
".n{font-size:.8rem;color:#b3261e}"
"table{border-collapse:collapse;width:100%;font-size:.8rem}"
"th,td{text-align:left;vertical-align:top;padding:.3rem .5rem .3rem 0;"
"border-top:1px solid #d9dde3;overflow-wrap:anywhere}"
"td:first-child,th:first-child{white-space:nowrap}"
"code{font:.75rem/1.4 ui-monospace,Consolas,\"DejaVu Sans Mono\",monospace;"
"overflow-wrap:anywhere}"
"@page{margin:16mm 14mm}"
"@media print{body{background:none;font-size:10.5pt}"
".page{max-width:none;padding:0}"
"header,footer{border:0;padding:0;border-radius:0}"
"header{border-bottom:1pt solid #000;padding-bottom:6pt}"
"footer{border-top:1pt solid #000;padding-top:6pt}"
".m{break-inside:avoid;background:none;border-color:#999}"
".m.own{border-width:1pt;border-color:#333}"
"h2,h3{break-after:avoid}tr{break-inside:avoid}}";

static int
text(struct talkfile *t, const char *s, struct err *e)
{
	return escape_html(&t->out, s ? s : "", s ? strlen(s) : 0, e);
}

/* "<TAG>TEXT</TAG>": TAG may have attributes. */
static int
element(struct talkfile *t, const char *tag, const char *s, struct err *e)
{
	const int name = (int)strcspn(tag, " ");

	if (buf_addf(&t->out, e, "<%s>", tag) < 0 || text(t, s, e) < 0)
		return -1;
	return buf_addf(&t->out, e, "</%.*s>", name, tag);
}

/* "LABEL: VALUE" as a paragraph. */
static int
fact(struct talkfile *t, const char *label, const char *value, struct err *e)
{
	if (!value || value[0] == '\0')
		return 0;
	if (buf_adds(&t->out, "<p>", e) < 0 || text(t, label, e) < 0 ||
	    buf_adds(&t->out, ": ", e) < 0 ||
	    element(t, "bdi", value, e) < 0)
		return -1;
	return buf_adds(&t->out, "</p>\n", e);
}

static const char *
name_of(const struct talkfile_chat *c)
{
	return c->name[0] ? c->name : c->id[0] ? c->id : "?";
}

static int
chat_facts(struct talkfile *t, const struct talkfile_chat *c, struct err *e)
{
	struct buf who = BUF_INIT(NAMES_MAX);
	int rc = -1;

	if (c->person[0] ? buf_addf(&who, e, "%s (%s)", c->person,
	    c->station) < 0 : buf_adds(&who, c->station, e) < 0)
		goto out;
	rc = fact(t, cli_tr("station"), buf_str(&who), e) < 0 ||
	    fact(t, cli_tr("platform"), c->platform, e) < 0 ||
	    fact(t, cli_tr("account"), c->account, e) < 0 ? -1 : 0;
out:
	buf_release(&who);
	return rc;
}

static int
span(struct talkfile *t, struct err *e)
{
	char first[TALK_DAY_LEN], last[TALK_DAY_LEN], zone[64];
	char count[CLI_COUNT_LEN];
	struct buf b = BUF_INIT(1024);
	int rc;

	clock_zone(zone, sizeof(zone));
	rc = buf_adds(&b, cli_count(t->messages, "%lld message",
	    "%lld messages", count), e);
	if (rc == 0 && t->first != HISTORY_NEVER)
		rc = buf_addf(&b, e, ", %s – %s",
		    talk_day_text(t->first, first),
		    talk_day_text(t->last, last));
	if (rc == 0)
		rc = buf_addf(&b, e, " (%s)", zone);
	if (rc == 0)
		rc = fact(t, cli_tr("contents"), buf_str(&b), e);
	buf_release(&b);
	return rc;
}

static int
begin(struct talkfile *t, struct err *e)
{
	const struct talkfile_chat *c = &t->chat[0];
	const char *title = t->nchat == 1 ? name_of(c) : t->asked;

	/* a search in many conversations is named by its words */
	if (buf_addf(&t->out, e, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>"
	    "<meta charset=\"utf-8\">\n<meta http-equiv="
	    "\"Content-Security-Policy\" content=\"default-src 'none'; "
	    "style-src 'unsafe-inline'\">\n<meta name=\"viewport\" content="
	    "\"width=device-width, initial-scale=1\">\n<meta name="
	    "\"referrer\" content=\"no-referrer\">\n<title>",
	    cli_tr("en")) < 0 || text(t, title, e) < 0 ||
	    buf_addf(&t->out, e, "</title>\n<style>%s</style>\n</head>\n"
	    "<body>\n<div class=\"page\">\n<header>", style) < 0 ||
	    (t->nchat > 1 && element(t, "p", cli_tr("searched for"), e) < 0) ||
	    element(t, "h1 dir=\"auto\"", title, e) < 0 ||
	    buf_addc(&t->out, '\n', e) < 0)
		return -1;
	if (t->nchat == 1 && chat_facts(t, c, e) < 0)
		return -1;
	if (t->asked && t->nchat == 1 && fact(t, cli_tr("searched for"), t->asked, e) < 0)
		return -1;
	if (span(t, e) < 0)
		return -1;
	return buf_adds(&t->out, "</header>\n<main>\n", e);
}

/* Where a conversation begins, and a day. */
static int
headings(struct talkfile *t, const struct history_message *h, bool new_chat,
	struct err *e)
{
	const struct talkfile_chat *c = &t->chat[t->in_chat];
	char day[TALK_DAY_LEN], line[128];

	if (new_chat && t->nchat > 1) {
		if (buf_adds(&t->out, "<h3><bdi>", e) < 0 ||
		    text(t, name_of(c), e) < 0 ||
		    buf_adds(&t->out, "</bdi> · ", e) < 0 ||
		    text(t, c->platform, e) < 0 ||
		    buf_adds(&t->out, " · ", e) < 0 ||
		    element(t, "bdi", c->person[0] ? c->person : c->station,
		    e) < 0 || buf_adds(&t->out, "</h3>\n", e) < 0)
			return -1;
	}
	(void)talk_day_text(h->at, day);
	if (!new_chat && str_eq(day, t->day))
		return 0;
	(void)snprintf(t->day, sizeof(t->day), "%s", day);
	(void)snprintf(line, sizeof(line), "%s %s", day,
	    h->at == HISTORY_NEVER ? cli_tr("no date") : talk_weekday(h->at));
	return element(t, "h2", line[0] == ' ' ? line + 1 : line, e) < 0 ? -1 :
	    buf_addc(&t->out, '\n', e);
}

static const char *
class_of(const struct history_message *h)
{
	const bool own = str_eq(h->role, "self");

	switch (h->state) {
	case HISTORY_CHANGED:
		return own ? "m own old" : "m old";
	case HISTORY_RECALLED:
	case HISTORY_VANISHED:
		return own ? "m own gone" : "m gone";
	default:
		return own ? "m own" : str_eq(h->role, "system") ? "m sys" :
		    "m";
	}
}

static int
body(struct talkfile *t, const struct history_message *h,
	const struct talk_line *l, struct err *e)
{
	struct buf files = BUF_INIT(NAMES_MAX);
	int rc = -1;
	size_t i;

	if (buf_adds(&t->out, "<div class=\"t\" dir=\"auto\">", e) < 0 ||
	    escape_html(&t->out, l->text, l->text_len, e) < 0 ||
	    buf_adds(&t->out, "</div>", e) < 0 ||
	    /* where there is no text, they stand in its place */
	    (h->text_len > 0 &&
	    talkask_files(t->k, h, true, "\n", &files, e) < 0))
		goto out;
	if (files.len > 0 && (buf_adds(&t->out, "<div class=\"f t\">", e) < 0 ||
	    text(t, buf_str(&files), e) < 0 ||
	    buf_adds(&t->out, "</div>", e) < 0))
		goto out;
	for (i = 0; i < l->nnote; i++)
		if (element(t, "div class=\"n\"", l->note[i], e) < 0)
			goto out;
	rc = buf_adds(&t->out, "</div>\n", e);
out:
	buf_release(&files);
	return rc;
}

static int
message(struct talkfile *t, const struct history_message *h, struct err *e)
{
	char clock[TALK_CLOCK_LEN], utc[CLOCK_TEXT_LEN];
	struct talkask_notes notes;
	struct talk_line l;

	if (headings(t, h, t->in_chat != t->last_chat, e) < 0)
		return -1;
	t->last_chat = t->in_chat;
	talkask_line(t->k, &l, &notes, h);
	if (buf_addf(&t->out, e, "<div class=\"%s\" id=\"m%lld\">"
	    "<div class=\"h\">", class_of(h), (long long)h->n) < 0 ||
	    (!str_eq(h->role, "system") &&
	    element(t, "b dir=\"auto\"", l.name, e) < 0) ||
	    buf_addf(&t->out, e, "<time datetime=\"%s\">%s</time>"
	    "<a href=\"#r%zu\">[%zu]</a></div>", talkfile_utc_ms(h->at, utc),
	    talk_clock(h->at, l.no_clock, clock), t->in_record + 1,
	    t->in_record + 1) < 0)
		return -1;
	return body(t, h, &l, e);
}

/* --- The custody note. */

static int
add_time(struct talkfile *t, const char *label, int64_t utc, struct err *e)
{
	char when[CLOCK_TEXT_LEN];

	if (buf_adds(&t->out, "<br>", e) < 0 || text(t, label, e) < 0)
		return -1;
	return buf_addf(&t->out, e, ": %s", utc == QUERY_NONE ? "–" :
	    clock_text_utc(utc, when));
}

static int
record(struct talkfile *t, size_t i, struct err *e)
{
	const struct talkfile_record *r = &t->record[i];
	const struct query_part *p = &r->part;

	if (buf_addf(&t->out, e, "<tr id=\"r%zu\"><td>[%zu]</td><td>", i + 1,
	    i + 1) < 0 || text(t, r->station, e) < 0 ||
	    buf_adds(&t->out, "<br>", e) < 0 || text(t, r->source, e) < 0 ||
	    buf_addc(&t->out, '/', e) < 0 ||
	    element(t, "bdi", r->path, e) < 0 ||
	    buf_adds(&t->out, "</td><td>", e) < 0)
		return -1;
	if (r->known && (text(t, cli_tr("commit"), e) < 0 ||
	    buf_addf(&t->out, e, " <code>%s</code><br>", p->id) < 0 ||
	    text(t, cli_tr("manifest SHA-256"), e) < 0 ||
	    buf_addf(&t->out, e, " <code>%s</code><br>", p->manifest) < 0 ||
	    text(t, cli_tr("run"), e) < 0 ||
	    buf_addf(&t->out, e, " <code>%s</code>", p->run) < 0 ||
	    add_time(t, cli_tr("received by the central"), p->receipt_utc,
	    e) < 0 || add_time(t, cli_tr("first seen at this desk"),
	    p->first_seen, e) < 0))
		return -1;
	return buf_adds(&t->out, "</td></tr>\n", e);
}

static int
end(struct talkfile *t, struct err *e)
{
	char when[CLOCK_TEXT_LEN];
	size_t i;

	if (buf_adds(&t->out, "</main>\n<footer>", e) < 0 ||
	    element(t, "h2", cli_tr("Where this is from"), e) < 0 ||
	    fact(t, cli_tr("exported at"), clock_text_utc(t->exported, when),
	    e) < 0 || fact(t, cli_tr("exported by"), t->k->reader, e) < 0 ||
	    element(t, "p", cli_tr("The number behind each message is that of "
	    "the record below in which the station sent it. What was recalled, "
	    "edited or has vanished since is shown as it was copied before."),
	    e) < 0 || buf_adds(&t->out, "\n<table>\n", e) < 0)
		return -1;
	for (i = 0; i < t->nrecord; i++)
		if (record(t, i, e) < 0)
			return -1;
	return buf_adds(&t->out, "</table>\n</footer>\n</div>\n</body>\n"
	    "</html>\n", e);
}

const struct talkfile_format talkfile_html = {
	.ending = {".html", ".htm"},
	.begin = begin,
	.message = message,
	.end = end
};
