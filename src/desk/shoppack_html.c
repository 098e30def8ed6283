/* desk/shoppack_html.c - saved HTML and styles that ask nobody for anything. */
#include "desk/shoppack.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

#include "base/banned.h"

#define URL_MAX 8192u

/*
 * What may be loaded is what lies beside it; file: as a scheme, for the page's own
 * origin is nobody's there.
 */
#define POLICY "default-src 'none'; img-src file: data:; " \
	"style-src file: data: 'unsafe-inline'; font-src file: data:; " \
	"media-src file: data:; frame-src file:; form-action 'none'; " \
	"base-uri 'none'"

/* Words that lead a browser away or into the network whatever a policy says. */
static const struct { const char *word, *instead; } leading[] = {
	{"http-equiv", "data-was"}, {"dns-prefetch", "none"},
	{"preconnect", "none"}, {"prerender", "none"}
};

static bool
ends_url(char c)
{
	return strchr("\"'() \t\r\n<>`", c) != NULL;
}

/* The address at AT without "&amp;"; its length there, 0 if it is too long. */
static size_t
take_url(const char *at, const char *end, char url[static URL_MAX], size_t *n)
{
	const char *p = at;

	for (*n = 0; p < end && *p != '\0' && !ends_url(*p); p++) {
		if (*n + 1 >= URL_MAX)
			return 0;
		url[(*n)++] = *p;
		if (*p == '&' && end - p >= 5 && memcmp(p, "&amp;", 5) == 0)
			p += 4;
	}
	url[*n] = '\0';
	return (size_t)(p - at);
}

/* At an address that may have a file: with its name, and how far it went. */
static int
put_address(const char *at, const char *end, shoppack_local local, void *arg,
	struct buf *out, size_t *went, struct err *e)
{
	char url[URL_MAX];
	const char *file = NULL;
	size_t n, len = take_url(at, end, url, &n);

	/* In a list of addresses a comma stands behind each. */
	if (len > 0) {
		file = local(arg, url, n);
		if (!file && n > 1 && url[n - 1] == ',' &&
		    (file = local(arg, url, n - 1)) != NULL)
			len--;
	}
	*went = file ? len : 0;
	return file ? buf_adds(out, file, e) : 0;
}

static bool
begins_url(const char *at, const char *end)
{
	const size_t n = (size_t)(end - at);

	return (n > 4 && strncasecmp(at, "cid:", 4) == 0) ||
	    (n > 7 && strncasecmp(at, "http://", 7) == 0) ||
	    (n > 8 && strncasecmp(at, "https://", 8) == 0);
}

static size_t
leads(const char *at, const char *end, const char **instead)
{
	for (size_t i = 0; i < sizeof(leading) / sizeof(*leading); i++) {
		const size_t n = strlen(leading[i].word);

		if ((size_t)(end - at) >= n &&
		    strncasecmp(at, leading[i].word, n) == 0) {
			*instead = leading[i].instead;
			return n;
		}
	}
	return 0;
}

/* AT to END with addresses and, HTML, words that lead away replaced. */
static int
rewrite(const char *at, const char *end, bool html, shoppack_local local,
	void *arg, struct buf *out, struct err *e)
{
	const char *from = at, *instead = "";

	while (at < end) {
		size_t went = 0;

		if (html && (went = leads(at, end, &instead)) > 0) {
			if (buf_add(out, from, (size_t)(at - from), e) < 0 ||
			    buf_adds(out, instead, e) < 0)
				return -1;
		} else if (begins_url(at, end) && (at == from ||
		    ends_url(at[-1]) || at[-1] == ',' || at[-1] == '=')) {
			const size_t before = out->len;
			const size_t gap = (size_t)(at - from);

			if (buf_add(out, from, gap, e) < 0 ||
			    put_address(at, end, local, arg, out, &went,
			    e) < 0)
				return -1;
			if (went == 0) {	/* it stays as it is */
				out->len = before;
				at++;
				continue;
			}
		} else {
			at++;
			continue;
		}
		at += went;
		from = at;
	}
	return buf_add(out, from, (size_t)(at - from), e);
}

/*
 * "utf-8", or what the head of the page says, if letters of ASCII are the same
 * bytes in it and no others: else words that lead away could hide.
 */
static const char *
charset_of(const char *text, size_t n)
{
	static const char *const known[] = {"gbk", "gb2312", "gb18030", "big5",
	    "shift_jis", "euc-jp", "euc-kr", "koi8-r", "windows-1250",
	    "windows-1251", "windows-1252", "windows-1254", "iso-8859-1",
	    "iso-8859-2", "iso-8859-15"};
	const size_t end = n < 2048 ? n : 2048;
	const char *best = "utf-8";
	size_t i = 0, length = 0;

	while (i + 8 < end && strncasecmp(text + i, "charset=", 8) != 0)
		i++;
	i += 8;
	i += i < end && (text[i] == '"' || text[i] == '\'');
	for (size_t k = 0; k < sizeof(known) / sizeof(*known); k++) {
		const size_t len = strlen(known[k]);

		if (i < end && end - i >= len && len > length &&
		    strncasecmp(text + i, known[k], len) == 0) {
			best = known[k];
			length = len;
		}
	}
	return best;
}

int
shoppack_html(const char *text, size_t n, shoppack_local local, void *arg,
	struct buf *out, struct err *e)
{
	size_t head = 0;

	/* Behind the word that makes the page what it is, before all else. */
	while (head < n && strchr(" \t\r\n", text[head]) && text[head])
		head++;
	if (n - head > 9 && strncasecmp(text + head, "<!doctype", 9) == 0) {
		const char *gt = memchr(text + head, '>', n - head);

		head = gt ? (size_t)(gt + 1 - text) : 0;
	} else {
		head = 0;
	}
	if (rewrite(text, text + head, true, local, arg, out, e) < 0 ||
	    buf_addf(out, e,
	    "<meta charset=\"%s\"><meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"" POLICY "\"><meta http-equiv=\"x-dns-prefetch-control\" "
	    "content=\"off\"><meta name=\"referrer\" content=\"no-referrer\">",
	    charset_of(text, n)) < 0)
		return -1;
	return rewrite(text + head, text + n, true, local, arg, out, e);
}

int
shoppack_css(const char *text, size_t n, shoppack_local local, void *arg,
	struct buf *out, struct err *e)
{
	return rewrite(text, text + n, false, local, arg, out, e);
}
