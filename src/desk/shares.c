/* desk/shares.c - the owner's key in shares, as pages to be printed. */
#include "desk/shares.h"

#include <string.h>

#include "base/str.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "qr/qr.h"

#include "base/banned.h"

#define COLUMNS 3

static const char style[] =
"@page{size:A4;margin:14mm}\n"
"*{box-sizing:border-box}\n"
"body{margin:0;font:11pt/1.4 'Noto Sans','Noto Sans CJK SC','PingFang SC',"
"'Microsoft YaHei',sans-serif;color:#000;background:#fff}\n"
"section{max-width:182mm;margin:0 auto;padding:8mm 0;page-break-after:always;"
"break-after:page}\n"
"section:last-child{page-break-after:auto;break-after:auto}\n"
"@media print{section{padding:0}}\n"
"h1{font-size:17pt;line-height:1.25;margin:0 0 1mm}\n"
"h2{font-size:11pt;margin:4mm 0 1mm}\n"
"p,ol{margin:0 0 1.5mm}\n"
"ol{padding-left:6mm}\n"
"header{display:flex;justify-content:space-between;align-items:flex-end;"
"border-bottom:1.5pt solid #000;padding-bottom:2mm;margin-bottom:3mm}\n"
"header b{font-size:13pt;white-space:nowrap}\n"
".main{display:flex;gap:6mm;align-items:flex-start}\n"
".words{flex:1;display:flex;gap:4mm;border:1pt solid #000;padding:3mm}\n"
".words ol{flex:1;list-style:none;margin:0;padding:0;"
"font:12pt/1.75 'DejaVu Sans Mono','Courier New',monospace}\n"
".words i{display:inline-block;width:7mm;margin-right:2mm;text-align:right;"
"font-style:normal;font-size:8pt;color:#555}\n"
".qr{width:46mm;flex:none}\n"
".qr svg{display:block;width:46mm;height:46mm}\n"
".qr p{font-size:8.5pt;text-align:center}\n"
"table{border-collapse:collapse;margin:3mm 0 0}\n"
"td{padding:.4mm 4mm .4mm 0;vertical-align:top;font-size:9.5pt}\n"
"td:first-child{white-space:nowrap;color:#444}\n"
"code{font:9pt/1.3 'DejaVu Sans Mono','Courier New',monospace;"
"overflow-wrap:anywhere}\n"
".line{display:inline-block;min-width:70mm;border-bottom:.7pt solid #000}\n"
".small{font-size:9.5pt}\n";

void
shares_print(const char *recipient, char out[static SHARES_PRINT_LEN])
{
	uint8_t sum[HASH_LEN];
	char hex[17];

	hash_sha256(sum, recipient, strlen(recipient));
	str_hex(hex, sum, 8);
	(void)snprintf(out, SHARES_PRINT_LEN, "%.4s %.4s %.4s %.4s", hex,
	    hex + 4, hex + 8, hex + 12);
}

void
shares_sign_path(const char *name, const struct sshkey_pub *pub,
	char out[static SHARES_PATH_LEN])
{
	uint8_t blob[SSHKEY_BLOB_LEN], sum[HASH_LEN];
	char hex[17];

	sshkey_blob(pub, blob);
	hash_sha256(sum, blob, sizeof(blob));
	str_hex(hex, sum, 8);
	(void)snprintf(out, SHARES_PATH_LEN, "handover/%.32s.%s.sign.age",
	    name, hex);
}

/* Text of others inside HTML. */
static int
add_escaped(struct buf *out, const char *s, struct err *e)
{
	for (; *s; s++) {
		int rc;

		switch (*s) {
		case '&':
			rc = buf_adds(out, "&amp;", e);
			break;
		case '<':
			rc = buf_adds(out, "&lt;", e);
			break;
		case '>':
			rc = buf_adds(out, "&gt;", e);
			break;
		case '"':
			rc = buf_adds(out, "&quot;", e);
			break;
		default:
			rc = buf_addc(out, *s, e);
		}
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* Where the i-th word begins, and its length; 0 behind the last. */
static const char *
word_at(const char *text, size_t i, size_t *len)
{
	while (i-- > 0 && *text) {
		text += strcspn(text, " ");
		text += strspn(text, " ");
	}
	*len = strcspn(text, " ");
	return text;
}

static size_t
count_words(const char *text)
{
	size_t n = 0, len;

	while (word_at(text, n, &len), len > 0)
		n++;
	return n;
}

static int
add_words(struct buf *out, const char *text, struct err *e)
{
	size_t n = count_words(text), rows = (n + COLUMNS - 1) / COLUMNS;
	size_t i, len;

	if (buf_adds(out, "<div class=\"words\">\n", e) < 0)
		return -1;
	for (i = 0; i < n; i++) {
		const char *w = word_at(text, i, &len);

		if (i % rows == 0 && buf_adds(out, i > 0 ? "</ol>\n<ol>\n" :
		    "<ol>\n", e) < 0)
			return -1;
		if (buf_addf(out, e, "<li><i>%zu</i>", i + 1) < 0 ||
		    buf_add(out, w, len, e) < 0 ||
		    buf_adds(out, "</li>\n", e) < 0)
			return -1;
	}
	return buf_adds(out, "</ol>\n</div>\n", e);
}

static int
add_row(struct buf *out, const char *what, const char *value, bool code,
	struct err *e)
{
	if (buf_addf(out, e, "<tr><td>%s</td><td>%s", what,
	    code ? "<code>" : "") < 0 || add_escaped(out, value, e) < 0)
		return -1;
	return buf_adds(out, code ? "</code></td></tr>\n" : "</td></tr>\n",
	    e);
}

static int
add_facts(const struct shares_sheet *s, size_t i, struct buf *out,
	struct err *e)
{
	char print[SHARES_PRINT_LEN];

	shares_print(s->recipient, print);
	if (buf_adds(out, "<table>\n", e) < 0 ||
	    add_row(out, "Team 团队", s->org, false, e) < 0 ||
	    add_row(out, "Made on 制作日期", s->date, false, e) < 0 ||
	    add_row(out, "Central 中心地址", s->central, true, e) < 0 ||
	    add_row(out, "Reader's key 读取密钥", s->recipient, true, e) < 0 ||
	    add_row(out, "its fingerprint 其指纹", print, true, e) < 0 ||
	    add_row(out, "Signing key 签名密钥", s->sign, true, e) < 0)
		return -1;
	if (s->keeper && s->keeper[i])
		return add_row(out, "Kept by 保管人", s->keeper[i], false,
		    e) < 0 ? -1 : buf_adds(out, "</table>\n", e);
	return buf_adds(out, "<tr><td>Kept by, where 保管人与地点</td><td>"
	    "<span class=\"line\">&nbsp;</span></td></tr>\n</table>\n", e);
}

static int
add_english(const struct shares_sheet *s, size_t n, struct buf *out,
	struct err *e)
{
	return buf_addf(out, e,
	    "<h2>What this is for</h2>\n"
	    "<p class=\"small\">This sheet is one of %zu. Any %u of them give "
	    "back the key of the owner, which reads all records of the team "
	    "and names new managers. Fewer tell nothing. Keep it where paper "
	    "is safe, away from the other sheets; no photograph, no copy on a "
	    "computer. Who collects %u sheets can read everything.</p>\n"
	    "<h2>How to use it</h2>\n"
	    "<ol class=\"small\">\n"
	    "<li>Once a year, and whenever a keeper changes: <code>liudi-desk "
	    "shares rehearse</code> with %u sheets shows the fingerprint above, "
	    "and no key.</li>\n"
	    "<li>When the manager or his key is gone, on a computer of your "
	    "own: <code>liudi-desk shares recover --central ADDRESS</code>, "
	    "then <code>liudi-desk key accept</code> and <code>liudi-desk "
	    "rehead --all</code>.</li>\n"
	    "<li>Without liudi: the words are SLIP-0039, which the Python "
	    "program shamir-mnemonic reads (<code>shamir recover</code>); "
	    "RECOVERY.md says how they become a key for age.</li>\n"
	    "</ol>\n", n, s->threshold, s->threshold, s->threshold);
}

static int
add_chinese(const struct shares_sheet *s, size_t n, struct buf *out,
	struct err *e)
{
	return buf_addf(out, e,
	    "<h2>用途与用法</h2>\n"
	    "<p class=\"small\">本页是 %zu 份之一，任意 %u 份即可恢复所有者的密钥，"
	    "用它能读取团队的全部记录，并任命新的管理者；少于 %u 份则什么也得不到。"
	    "请与其他各份分开，存放在安全之处；不要拍照，不要在电脑上留副本。</p>\n"
	    "<ol class=\"small\">\n"
	    "<li>每年一次，以及保管人变更时：用 %u 份运行 <code>liudi-desk shares "
	    "rehearse</code>，核对上面的指纹；密钥不会显示。</li>\n"
	    "<li>管理者或其密钥不在了：在自己的电脑上运行 <code>liudi-desk shares "
	    "recover --central 地址</code>，再运行 <code>liudi-desk key "
	    "accept</code> 和 <code>liudi-desk rehead --all</code>。</li>\n"
	    "<li>没有 liudi 时：这些词是 SLIP-0039，Python 程序 "
	    "shamir-mnemonic 可读（<code>shamir recover</code>）；"
	    "步骤见 RECOVERY.md。</li>\n"
	    "</ol>\n", n, s->threshold, s->threshold, s->threshold);
}

static int
add_sheet(const struct shares_sheet *s, size_t i, struct buf *out,
	struct err *e)
{
	const size_t n = slip39_set_count(s->set);
	const char *text = slip39_set_text(s->set, i);

	if (buf_addf(out, e, "<section>\n<header><h1>liudi 留底: share %zu of "
	    "%zu<br>密钥分片，第 %zu 份，共 %zu 份</h1><b>any %u open 任意 %u "
	    "份可用</b></header>\n<div class=\"main\">\n", i + 1, n, i + 1, n,
	    s->threshold, s->threshold) < 0 ||
	    add_words(out, text, e) < 0 ||
	    buf_adds(out, "<div class=\"qr\">", e) < 0 ||
	    qr_svg(text, out, e) < 0 ||
	    buf_adds(out, "<p>the same words<br>同样的词</p></div>\n</div>\n",
	    e) < 0)
		return -1;
	if (add_facts(s, i, out, e) < 0 || add_english(s, n, out, e) < 0 ||
	    add_chinese(s, n, out, e) < 0)
		return -1;
	return buf_adds(out, "</section>\n", e);
}

int
shares_html(const struct shares_sheet *s, struct buf *out, struct err *e)
{
	size_t i;

	/* at once: growing would leave copies of the words behind */
	if (buf_reserve(out, SHARES_PAGE_MAX - 1, e) < 0 ||
	    buf_addf(out, e, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta http-equiv=\""
	    "Content-Security-Policy\" content=\"default-src 'none'; "
	    "style-src 'unsafe-inline'\">\n<title>liudi: shares</title>\n"
	    "<style>\n%s</style>\n</head>\n<body>\n", style) < 0)
		return -1;
	for (i = 0; i < slip39_set_count(s->set); i++)
		if (add_sheet(s, i, out, e) < 0)
			return -1;
	return buf_adds(out, "</body>\n</html>\n", e);
}

int
shares_text(const struct shares_sheet *s, struct buf *out, struct err *e)
{
	const size_t n = slip39_set_count(s->set);
	size_t i;

	for (i = 0; i < n; i++)
		if (buf_addf(out, e, "%s\n", slip39_set_text(s->set, i)) < 0)
			return -1;
	return 0;
}
