/*
 * cli/desk/digest_html.c - the page of a day for a browser and for paper.
 *
 * One file, no script, nothing from elsewhere; all that came from a station or
 * a peer is escaped.
 */
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/desk/digest_page.h"
#include "cli/desk/escape.h"

#include "base/banned.h"

static const char style[] =
":root{color-scheme:light}*{box-sizing:border-box}"
"body{font:14px/1.45 system-ui,-apple-system,\"Segoe UI\",\"Noto Sans\","
"\"PingFang SC\",\"Microsoft YaHei\",\"Noto Sans CJK SC\",sans-serif;"
"color:#1b1f24;background:#f3f4f6;margin:0}"
"main{max-width:64rem;margin:0 auto;padding:1.5rem 1rem 3rem}"
"h1{font-size:1.4rem;margin:0;overflow-wrap:anywhere}"
"header p,footer p{color:#4b535d;margin:.25rem 0 0}"
"section{background:#fff;border:1px solid #d9dde3;border-radius:8px;"
"margin:.7rem 0 0;padding:.45rem .9rem .5rem}"
"section.do{border-left:4px solid #b3261e}"
".do table{table-layout:fixed}"
"h2{font-size:1rem;margin:0 0 .3rem}"
"h2 b{color:#b3261e;font-weight:600}"
"table{border-collapse:collapse;width:100%}"
"th,td{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;"
"overflow-wrap:anywhere}"
"td{border-top:1px solid #e6e9ed}"
"th{font-weight:600;color:#4b535d;font-size:.86rem}"
"tr:first-child td{border-top:0}"
"td{font-variant-numeric:tabular-nums}"
".r{text-align:right;white-space:nowrap}"
".who{width:10rem}.where{width:14rem}.when{width:9.5rem}"
"td.when{color:#4b535d}"
"footer{margin-top:1rem}"
"@page{size:A4;margin:12mm}"
"@media print{body{background:none;font-size:9pt;line-height:1.3}"
"main{max-width:none;padding:0}"
"section{border:0;border-radius:0;border-top:1pt solid #999;"
"margin:5pt 0 0;padding:4pt 0 0}section.do{border-left:0}"
"h2{break-after:avoid}tr{break-inside:avoid}"
".who{width:8rem}.where{width:10rem}.when{width:7rem}}";

static int
text(struct buf *out, const char *s, struct err *e)
{
	return escape_html(out, s, strlen(s), e);
}

static int
put_cell(struct buf *out, const struct digest_section *s, size_t i,
	const char *tag, const char *cell, struct err *e)
{
	static const char *const classes[] = {"who", "where", "when"};
	const char *class = s->right[i] ? "r" : "";

	/* those that tell what to do have their columns below each other */
	if (s->urgent && i + 1 < s->cells)
		class = classes[i];
	if (*class ? buf_addf(out, e, "<%s class=\"%s\">", tag, class) < 0 :
	    buf_addf(out, e, "<%s>", tag) < 0)
		return -1;
	return text(out, cell ? cell : "", e) < 0 ? -1 :
	    buf_addf(out, e, "</%s>", tag);
}

static int
put_row(struct buf *out, const struct digest_section *s, const char *tag,
	const char *const cell[], struct err *e)
{
	size_t i;

	if (buf_adds(out, "<tr>", e) < 0)
		return -1;
	for (i = 0; i < s->cells; i++)
		if (put_cell(out, s, i, tag, cell[i], e) < 0)
			return -1;
	return buf_adds(out, "</tr>\n", e);
}

static int
put_section(struct buf *out, const struct digest_section *s, struct err *e)
{
	size_t i;

	if (buf_addf(out, e, "<section%s>\n<h2>", s->urgent ?
	    " class=\"do\"" : "") < 0 || text(out, s->title, e) < 0 ||
	    (s->urgent && buf_addf(out, e, " <b>%zu</b>", s->count) < 0) ||
	    buf_adds(out, "</h2>\n<table>\n", e) < 0)
		return -1;
	if (s->head[0] && (buf_adds(out, "<thead>", e) < 0 ||
	    put_row(out, s, "th", s->head, e) < 0 ||
	    buf_adds(out, "</thead>\n", e) < 0))
		return -1;
	if (buf_adds(out, "<tbody>\n", e) < 0)
		return -1;
	for (i = 0; i < s->n; i++)
		if (put_row(out, s, "td", (const char *const *)s->row[i].cell,
		    e) < 0)
			return -1;
	return buf_adds(out, "</tbody>\n</table>\n</section>\n", e);
}

int
digest_html(const struct digest_page *p, struct buf *out, struct err *e)
{
	size_t i;

	if (buf_addf(out, e, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	    "<title>", cli_tr("en")) < 0 || text(out, p->title, e) < 0 ||
	    buf_addf(out, e, "</title>\n<style>%s</style>\n</head>\n<body>\n"
	    "<main>\n<header>\n<h1>", style) < 0 ||
	    text(out, p->title, e) < 0 ||
	    buf_adds(out, "</h1>\n<p>", e) < 0 || text(out, p->made, e) < 0 ||
	    buf_adds(out, "</p>\n</header>\n", e) < 0)
		return -1;
	for (i = 0; i < p->n; i++)
		if (put_section(out, &p->section[i], e) < 0)
			return -1;
	if (buf_adds(out, "<footer>\n", e) < 0 || (p->quiet &&
	    (buf_adds(out, "<p>", e) < 0 || text(out, p->quiet, e) < 0 ||
	    buf_adds(out, "</p>\n", e) < 0)) ||
	    buf_adds(out, "<p>", e) < 0 || text(out, p->foot, e) < 0)
		return -1;
	return buf_adds(out, "</p>\n</footer>\n</main>\n</body>\n</html>\n",
	    e);
}
