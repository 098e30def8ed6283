/*
 * chat/mbox.c - many e-mails in one file, each behind a line "From ...".
 *
 *	From a@b.c Fri Jul  8 12:08:34 2011	From - Fri Aug 24 11:55:47 2018
 *	From 1844347792267117879@xxx		From -		From
 *
 * Such a line separates only behind an empty one, and only if a header follows:
 * Thunderbird leaves "From " as it is in texts.  Without a date it must not be
 * a name either ("From Russia").  ">From " in a text was "From ".
 */
#include "chat/formats.h"

#include <string.h>
#include <strings.h>

#include "chat/mail.h"
#include "chat/scan.h"
#include "chat/window.h"

#include "base/banned.h"

#define LINE_MAX (1u << 20)

static size_t
without_end(const char *s, size_t n)
{
	while (n > 0 && (s[n - 1] == '\n' || s[n - 1] == '\r'))
		n--;
	return n;
}

/* "Fri Jul  8 12:08:34 2011", whatever stands behind it. */
static bool
is_date(const char *s, size_t n)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri",
	    "Sat", "Sun"};
	struct scan c = scan_of(s, n);
	size_t i;

	for (i = 0; i < 7; i++)
		if (scan_lit(&c, days[i]))
			break;
	if (i == 7 || scan_left(&c) < 12)
		return false;
	return memchr(c.s, ':', scan_left(&c)) != NULL;
}

static bool
is_separator(const uint8_t *line, size_t n)
{
	const char *s = (const char *)line, *blank;
	size_t len;

	if (n < 5 || memcmp(s, "From ", 5) != 0)
		return false;
	n = without_end(s, n);
	s += 5;
	n = n < 5 ? 0 : n - 5;
	while (n > 0 && s[n - 1] == ' ')
		n--;
	if (n == 0)
		return true;
	blank = memchr(s, ' ', n);
	len = blank ? (size_t)(blank - s) : n;
	if (len == n)
		return (n == 1 && *s == '-') || memchr(s, '@', n);
	while (len < n && s[len] == ' ')
		len++;
	/* An address may have blanks of its own. */
	for (; len < n; len++)
		if (s[len - 1] == ' ' && is_date(s + len, n - len))
			return true;
	return false;
}

/* What follows the line of N bytes is a header, or nothing. */
static int
header_follows(struct window *w, size_t n, struct err *e)
{
	bool known;
	int rc = 1;

	while (w->n < n + 128 && rc == 1) {
		rc = window_more(w, e);
		if (rc < 0)
			return -1;
	}
	return w->n == n || mail_is_header(w->s + n, w->n - n, &known);
}

/* ">From ", ">>From ": one less. */
static bool
is_quoted(const uint8_t *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] == '>')
		i++;
	return i > 0 && n - i >= 5 && memcmp(s + i, "From ", 5) == 0;
}

static int
score(const struct chat_sniff *s)
{
	const char *p = s->text, *end = s->text + s->ntext, *lf;
	bool known;
	size_t n;

	if (s->archive)
		return 0;
	while (p < end && (*p == '\n' || *p == '\r'))
		p++;
	lf = memchr(p, '\n', (size_t)(end - p));
	if (!lf || !is_separator((const uint8_t *)p, (size_t)(lf - p)))
		return 0;
	n = (size_t)(end - lf - 1);
	if (!mail_is_header(lf + 1, n, &known))
		return 0;
	return known ? CHAT_SURE : 80;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct mail *m = mail_new(job, e);
	bool blank = true, ended = true;
	struct window w;
	int64_t n;
	int rc = -1, sep;
	size_t quoted;

	if (!m)
		return -1;
	window_init(&w, job->in, LINE_MAX);
	mail_begin(m, 0);
	n = window_line(&w, e);
	if (n >= 3 && memcmp(w.s, "\xef\xbb\xbf", 3) == 0) {
		window_drop(&w, 3);
		n = window_line(&w, e);
	}
	for (; n > 0; n = window_line(&w, e)) {
		sep = blank && *w.s == 'F' && is_separator(w.s, (size_t)n) ?
		    header_follows(&w, (size_t)n, e) : 0;
		if (sep < 0)
			goto out;
		quoted = ended && *w.s == '>' && is_quoted(w.s, (size_t)n);
		if (sep == 1) {
			if (mail_end(m, w.off, e) < 0)
				goto out;
			mail_begin(m, w.off);
		} else if (mail_line(m, w.s + quoted, (size_t)n - quoted,
		    e) < 0) {
			goto out;
		}
		ended = w.s[n - 1] == '\n';
		blank = ended && (n == 1 || (n == 2 && *w.s == '\r'));
		window_drop(&w, (size_t)n);
	}
	if (n < 0)
		goto out;
	rc = mail_end(m, w.off, e);
out:
	window_release(&w);
	mail_free(m);
	return rc;
}

const struct chat_format chat_mbox = {
	.name = "mbox",
	.platform = "mail",
	.version = 1,
	.score = score,
	.read = read_all
};
