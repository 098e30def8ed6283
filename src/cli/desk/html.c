/* cli/desk/html.c - HTML put together so that no text of others becomes markup. */
#include "cli/desk/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/desk/escape.h"

#include "base/banned.h"

#define SHORT_TEXT 512

void
html_begin(struct html *h, struct buf *out, struct err *e)
{
	h->out = out;
	h->e = e;
	h->rc = 0;
}

int
html_end(const struct html *h)
{
	return h->rc;
}

void
html_constant(struct html *h, const char *s)
{
	if (h->rc == 0)
		h->rc = buf_adds(h->out, s, h->e);
}

void
html_textn(struct html *h, const char *s, size_t n)
{
	if (h->rc == 0)
		h->rc = escape_html(h->out, s, n, h->e);
}

void
html_text(struct html *h, const char *s)
{
	if (s)
		html_textn(h, s, strlen(s));
}

void
html_textf(struct html *h, const char *fmt, ...)
{
	char text[SHORT_TEXT];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	html_text(h, text);
}

void
html_int(struct html *h, int64_t n)
{
	html_textf(h, "%lld", (long long)n);
}

void
html_open(struct html *h, const char *tag, ...)
{
	const char *name, *value;
	va_list ap;

	html_constant(h, "<");
	html_constant(h, tag);
	va_start(ap, tag);
	while ((name = va_arg(ap, const char *)) != NULL) {
		value = va_arg(ap, const char *);
		if (!value)
			continue;
		html_constant(h, " ");
		html_constant(h, name);
		html_constant(h, "=\"");
		html_text(h, value);
		html_constant(h, "\"");
	}
	va_end(ap);
	html_constant(h, ">");
}

void
html_close(struct html *h, const char *tag)
{
	html_constant(h, "</");
	html_constant(h, tag);
	html_constant(h, ">");
}

void
html_element(struct html *h, const char *tag, const char *class,
	const char *text)
{
	html_open(h, tag, "class", class, (char *)NULL);
	html_text(h, text);
	html_close(h, tag);
}

void
html_link(struct html *h, const char *class, const char *href,
	const char *text)
{
	html_open(h, "a", "class", class, "href", href, (char *)NULL);
	html_text(h, text);
	html_close(h, "a");
}

int
html_path(struct buf *out, const char *s, struct err *e)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *s; s++)
		if (strchr(plain, *s) ? buf_addc(out, *s, e) < 0 :
		    buf_addf(out, e, "%%%02X", (unsigned)(uint8_t)*s) < 0)
			return -1;
	return 0;
}
