/* shop/mhtml.c - parts of a saved page.  Spec: RFC 2557, RFC 2045, RFC 2046. */
#include "shop/mhtml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/str.h"

#include "base/banned.h"

#define BOUNDARY_MAX 256u
#define DEPTH_MAX 64u

struct span { const char *s; size_t n; };

enum state { RAW, AT_WORK, DONE };

struct part {
	struct span body;
	char *url, *type, *id;	/* owned; id "" where it has none */
	char encoding[24];
	struct buf data;	/* decoded; from DONE on as it is handed out */
	uint8_t sha256[HASH_LEN];
	enum state state;
};

struct page {
	struct part *part;
	size_t n, cap;
	struct part **by_id;	/* those that have one, sorted */
	size_t nids;
	unsigned depth;		/* parts AT_WORK */
};

/* --- Headers. */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next line without its end; false: there is none. */
static bool
next_line(struct span *rest, struct span *line)
{
	const char *lf;

	if (rest->n == 0)
		return false;
	lf = memchr(rest->s, '\n', rest->n);
	line->s = rest->s;
	line->n = lf ? (size_t)(lf - rest->s) : rest->n;
	rest->s += line->n + (lf != NULL);
	rest->n -= line->n + (lf != NULL);
	if (line->n > 0 && line->s[line->n - 1] == '\r')
		line->n--;
	return true;
}

/* The headers in front of REST: up to the empty line, which goes as well. */
static int
take_headers(struct span *rest, struct span *headers, struct err *e)
{
	struct span line;

	headers->s = rest->s;
	while (next_line(rest, &line)) {
		headers->n = (size_t)(rest->s - headers->s);
		if (headers->n > MHTML_HEADER_MAX)
			break;
		if (line.n == 0)
			return 0;
	}
	return err_set(e, ERR_FORMAT, "saved page: a header has no end");
}

/*
 * The value of header NAME, lines that go on joined, blanks at the ends cut off;
 * on the heap, "" where there is none.  NULL: no memory.
 */
static char *
header(struct span headers, const char *name)
{
	const size_t len = strlen(name);
	struct buf out = BUF_INIT(MHTML_HEADER_MAX);
	struct err e = ERR_INIT;
	struct span line;
	bool in = false;
	char *s = NULL;
	size_t skip = 0;

	while (next_line(&headers, &line)) {
		if (in && line.n > 0 && is_blank(*line.s)) {
			skip = 0;
		} else if (!in && line.n > len && line.s[len] == ':' &&
		    strncasecmp(line.s, name, len) == 0) {
			in = true;
			skip = len + 1;
		} else if (in) {
			break;
		} else {
			continue;
		}
		for (; skip < line.n && is_blank(line.s[skip]); skip++)
			continue;
		if (buf_add(&out, line.s + skip, line.n - skip, &e) < 0)
			goto out;
	}
	while (out.len > 0 && is_blank((char)out.data[out.len - 1]))
		out.len--;
	s = str_ndup(out.len ? (const char *)out.data : "", out.len);
out:
	buf_release(&out);
	return s;
}

/* Parameter NAME of a Content-Type into OUT; false: none, or too long. */
static bool
parameter(const char *value, const char *name, char *out, size_t size)
{
	const size_t len = strlen(name);
	const char *p = value, *end;

	while ((p = strchr(p, ';')) != NULL) {
		for (p++; is_blank(*p); p++)
			continue;
		if (strncasecmp(p, name, len) != 0 || p[len] != '=')
			continue;
		p += len + 1;
		if (*p == '"')
			end = strchr(++p, '"');
		else
			end = p + strcspn(p, "; \t");
		if (!end || end == p || (size_t)(end - p) >= size)
			return false;
		memcpy(out, p, (size_t)(end - p));
		out[end - p] = '\0';
		return true;
	}
	return false;
}

/* --- Bodies. */

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ?
	    c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 2045 6.7; what is no code stands for itself. */
static int
decode_quoted(struct span in, struct buf *out, struct err *e)
{
	size_t i = 0;

	if (buf_reserve(out, in.n, e) < 0)
		return -1;
	while (i < in.n) {
		int hi, lo;

		if (in.s[i] != '=') {
			out->data[out->len++] = (uint8_t)in.s[i++];
			continue;
		}
		if (i + 1 < in.n && in.s[i + 1] == '\n') {
			i += 2;
			continue;
		}
		if (i + 2 < in.n && in.s[i + 1] == '\r' && in.s[i + 2] == '\n') {
			i += 3;
			continue;
		}
		hi = i + 2 < in.n ? hex_digit(in.s[i + 1]) : -1;
		lo = i + 2 < in.n ? hex_digit(in.s[i + 2]) : -1;
		if (hi < 0 || lo < 0) {
			out->data[out->len++] = (uint8_t)in.s[i++];
			continue;
		}
		out->data[out->len++] = (uint8_t)(hi << 4 | lo);
		i += 3;
	}
	return 0;
}

/* RFC 2045 6.8: what is none of the alphabet is passed over. */
static int
decode_base64(struct span in, struct buf *out, struct err *e)
{
	unsigned bits = 0, have = 0;
	size_t i;

	if (buf_reserve(out, in.n / 4 * 3 + 3, e) < 0)
		return -1;
	for (i = 0; i < in.n && in.s[i] != '='; i++) {
		const char c = in.s[i];
		unsigned v;

		if (c >= 'A' && c <= 'Z')
			v = (unsigned)(c - 'A');
		else if (c >= 'a' && c <= 'z')
			v = (unsigned)(c - 'a') + 26;
		else if (c >= '0' && c <= '9')
			v = (unsigned)(c - '0') + 52;
		else if (c == '+' || c == '/')
			v = c == '+' ? 62 : 63;
		else
			continue;
		bits = bits << 6 | v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out->data[out->len++] = (uint8_t)(bits >> have);
			bits &= (1u << have) - 1;
		}
	}
	return 0;
}

static int
decode(struct part *p, struct err *e)
{
	int rc;

	if (strcasecmp(p->encoding, "quoted-printable") == 0)
		rc = decode_quoted(p->body, &p->data, e);
	else if (strcasecmp(p->encoding, "base64") == 0)
		rc = decode_base64(p->body, &p->data, e);
	else
		rc = buf_add(&p->data, p->body.s, p->body.n, e);
	return rc;
}

/* --- The parts of the file. */

/*
 * The next boundary at the start of a line: what is before it (without its line
 * end) is BODY, REST begins behind its line.  1: another part follows; 0: it was
 * the last; -1: the file ends without.
 */
static int
to_boundary(struct span *rest, struct span mark, struct span *body)
{
	const char *from = rest->s, *at = from, *end = from + rest->n;
	struct span line;
	int more;

	for (;;) {
		at = memmem(at, (size_t)(end - at), mark.s, mark.n);
		if (!at)
			return -1;
		if (at == from || at[-1] == '\n')
			break;
		at++;
	}
	body->s = from;
	body->n = (size_t)(at - from);
	if (body->n > 0)
		body->n--;
	if (body->n > 0 && body->s[body->n - 1] == '\r')
		body->n--;
	more = !(end - at >= (ptrdiff_t)mark.n + 2 &&
	    memcmp(at + mark.n, "--", 2) == 0);
	rest->s = at;
	rest->n = (size_t)(end - at);
	(void)next_line(rest, &line);
	return more;
}

static char *
lower(char *s)
{
	for (char *p = s; p && *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return s;
}

static int
add_part(struct page *g, struct span headers, struct span body,
	struct err *e)
{
	char *encoding;
	struct part *p;
	size_t n;

	if (g->n == MHTML_PARTS_MAX)
		return err_set(e, ERR_FORMAT, "saved page: more than %u parts",
		    MHTML_PARTS_MAX);
	if (g->n == g->cap) {
		const size_t cap = g->cap ? g->cap * 2 : 64;

		p = realloc(g->part, cap * sizeof(*p));
		if (!p)
			return err_nomem(e);
		g->part = p;
		g->cap = cap;
	}
	p = &g->part[g->n++];
	memset(p, 0, sizeof(*p));
	p->body = body;
	buf_init(&p->data, 2 * MHTML_MAX);
	p->url = header(headers, "Content-Location");
	p->type = lower(header(headers, "Content-Type"));
	p->id = header(headers, "Content-ID");
	encoding = header(headers, "Content-Transfer-Encoding");
	if (!p->url || !p->type || !p->id || !encoding) {
		free(encoding);
		return err_nomem(e);
	}
	(void)snprintf(p->encoding, sizeof(p->encoding), "%.20s", encoding);
	free(encoding);
	p->type[strcspn(p->type, "; \t")] = '\0';
	n = strlen(p->id);
	if (n >= 2 && p->id[0] == '<' && p->id[n - 1] == '>') {
		memmove(p->id, p->id + 1, n - 2);
		p->id[n - 2] = '\0';
	} else if (n == 0 && strncasecmp(p->url, "cid:", 4) == 0) {
		/* Chromium's styles have no Content-ID. */
		free(p->id);
		p->id = str_dup(p->url + 4);
		if (!p->id)
			return err_nomem(e);
	}
	return 0;
}

static int
split(struct page *g, struct span file, struct err *e)
{
	char mark[BOUNDARY_MAX + 3] = "--", *type;
	struct span headers, body, m;
	bool ok;
	int more;

	if (take_headers(&file, &headers, e) < 0)
		return -1;
	type = header(headers, "Content-Type");
	if (!type)
		return err_nomem(e);
	ok = strncasecmp(type, "multipart/", 10) == 0 &&
	    parameter(type, "boundary", mark + 2, sizeof(mark) - 2);
	free(type);
	if (!ok)
		return err_set(e, ERR_FORMAT, "no saved page (MHTML): it names "
		    "no boundary between parts");
	m = (struct span){mark, strlen(mark)};
	more = to_boundary(&file, m, &body);
	while (more == 1) {
		if (take_headers(&file, &headers, e) < 0)
			return -1;
		more = to_boundary(&file, m, &body);
		if (more >= 0 && add_part(g, headers, body, e) < 0)
			return -1;
	}
	if (more < 0)
		return err_set(e, ERR_FORMAT, "the saved page is cut off");
	return 0;
}

/* --- The same names for the same parts. */

static bool
names_parts(const struct part *p)
{
	return strcmp(p->type, "text/html") == 0 ||
	    strcmp(p->type, "text/css") == 0 ||
	    strcmp(p->type, "image/svg+xml") == 0 ||
	    strcmp(p->type, "application/xhtml+xml") == 0;
}

static int
compare_ids(const void *a, const void *b)
{
	const struct part *const *p = a, *const *q = b;

	return strcmp((*p)->id, (*q)->id);
}

static int
sort_ids(struct page *g, struct err *e)
{
	g->by_id = malloc((g->n ? g->n : 1) * sizeof(*g->by_id));
	if (!g->by_id)
		return err_nomem(e);
	for (size_t i = 0; i < g->n; i++)
		if (*g->part[i].id)
			g->by_id[g->nids++] = &g->part[i];
	qsort(g->by_id, g->nids, sizeof(*g->by_id), compare_ids);
	return 0;
}

static struct part *
find(struct page *g, struct span id)
{
	size_t low = 0, high = g->nids;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;
		struct part *p = g->by_id[mid];
		const int c = str_cmp_bytes(id.s, id.n, p->id, strlen(p->id));

		if (c == 0)
			return p;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

static int finish(struct page *g, struct part *p, struct err *e);

/* "cid:" and the name that part T has for good. */
static int
add_cid(struct page *g, struct part *t, struct buf *out, struct err *e)
{
	char hex[2 * HASH_LEN + 1];

	if (t->state == RAW && finish(g, t, e) < 0)
		return -1;
	if (t->state == AT_WORK)
		return buf_addf(out, e, "cid:%zu", (size_t)(t - g->part));
	str_hex(hex, t->sha256, HASH_LEN);
	return buf_addf(out, e, "cid:%s", hex);
}

static int
rename_cids(struct page *g, struct part *p, struct err *e)
{
	struct buf out = BUF_INIT(2 * MHTML_MAX);
	const char *at = (const char *)p->data.data, *end = at + p->data.len;
	const char *cid;
	int rc = -1;

	if (buf_reserve(&out, p->data.len, e) < 0)
		goto out;
	while (at < end && (cid = memmem(at, (size_t)(end - at), "cid:", 4))) {
		struct span id = {cid + 4, 0};
		struct part *t;

		while (id.s + id.n < end && !is_blank(id.s[id.n]) &&
		    !strchr("\"'()<>&\\,;", id.s[id.n]))
			id.n++;
		t = id.n > 0 ? find(g, id) : NULL;
		if (buf_add(&out, at, (size_t)(cid - at), e) < 0 ||
		    (t ? add_cid(g, t, &out, e) :
		    buf_add(&out, cid, 4 + id.n, e)) < 0)
			goto out;
		at = id.s + id.n;
	}
	if (buf_add(&out, at, (size_t)(end - at), e) < 0)
		goto out;
	buf_release(&p->data);
	p->data = out;
	return 0;
out:
	buf_release(&out);
	return rc;
}

/* Calls itself as deep as parts name each other, DEPTH_MAX at most. */
static int
finish(struct page *g, struct part *p, struct err *e)
{
	if (g->depth == DEPTH_MAX)
		return err_set(e, ERR_FORMAT,
		    "saved page: frames within frames, too deep");
	g->depth++;
	p->state = AT_WORK;
	if (decode(p, e) < 0 || (names_parts(p) && p->data.len > 0 &&
	    rename_cids(g, p, e) < 0))
		return -1;
	hash_sha256(p->sha256, p->data.data ? (const void *)p->data.data : "",
	    p->data.len);
	p->state = DONE;
	g->depth--;
	return 0;
}

static int
hand_out(struct page *g, size_t i, mhtml_fn fn, void *arg, struct err *e)
{
	struct part *p = &g->part[i];
	char cid[4 + 2 * HASH_LEN + 1] = "cid:";
	struct mhtml_part out = {.url = p->url, .type = p->type,
	    .data = buf_str(&p->data), .n = p->data.len, .root = i == 0};

	memcpy(out.sha256, p->sha256, HASH_LEN);
	if (!*p->url || strncasecmp(p->url, "cid:", 4) == 0) {
		str_hex(cid + 4, p->sha256, HASH_LEN);
		out.url = *p->url || *p->id ? cid : "";
	}
	return fn(arg, &out, e);
}

bool
mhtml_is(const void *text, size_t n)
{
	struct span rest = {text, n < MHTML_HEADER_MAX ? n : MHTML_HEADER_MAX};
	struct span headers;
	struct err e = ERR_INIT;
	char *type;
	bool is;

	if (take_headers(&rest, &headers, &e) < 0)
		return false;
	type = header(headers, "Content-Type");
	is = type && strncasecmp(type, "multipart/related", 17) == 0;
	free(type);
	return is;
}

int
mhtml_read(const void *text, size_t n, mhtml_fn fn, void *arg, struct err *e)
{
	struct page g = {.n = 0};
	int rc = -1;
	size_t i;

	if (n > MHTML_MAX)
		return err_set(e, ERR_FORMAT, "saved page: over %zu bytes",
		    MHTML_MAX);
	if (split(&g, (struct span){text, n}, e) < 0)
		goto out;
	if (g.n == 0) {
		(void)err_set(e, ERR_FORMAT, "saved page: no parts in it");
		goto out;
	}
	if (sort_ids(&g, e) < 0)
		goto out;
	for (i = 0; i < g.n; i++)
		if (g.part[i].state == RAW && finish(&g, &g.part[i], e) < 0)
			goto out;
	rc = 0;
	for (i = 0; rc == 0 && i < g.n; i++)
		rc = hand_out(&g, i, fn, arg, e);
out:
	for (i = 0; i < g.n; i++) {
		free(g.part[i].url);
		free(g.part[i].type);
		free(g.part[i].id);
		buf_release(&g.part[i].data);
	}
	free(g.part);
	free(g.by_id);
	return rc;
}
