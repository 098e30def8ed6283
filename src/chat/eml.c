/* chat/eml.c - a file that is one e-mail: .eml, or one of a Maildir. */
#include "chat/formats.h"

#include <string.h>

#include "chat/mail.h"
#include "chat/window.h"

#include "base/str.h"

#include "base/banned.h"

#define LINE_MAX (1u << 20)

/*
 * How many headers of the known ones, before the first empty line.  A line that
 * is none is forgiven where there were some.
 */
static unsigned
count_headers(const char *s, size_t n, unsigned *other)
{
	const char *end = s + n, *lf;
	unsigned count = 0;
	bool known, first = true;
	size_t len;

	*other = 0;
	for (; s < end; s = lf + 1) {
		lf = memchr(s, '\n', (size_t)(end - s));
		len = (size_t)((lf ? lf : end) - s);
		if (len == 0 || (len == 1 && *s == '\r'))
			break;
		if (first || (*s != ' ' && *s != '\t')) {
			if (!mail_is_header(s, len, &known))
				return lf && count < 3 ? 0 : count;
			count += known;
			*other += !known;
		}
		first = false;
		if (!lf)
			break;
	}
	return count;
}

static int
score(const struct chat_sniff *s)
{
	unsigned known, other;
	int bonus;

	if (s->archive || s->ntext == 0)
		return 0;
	known = count_headers(s->text, s->ntext, &other);
	/* Never so sure that a web archive's own reader has a rival. */
	bonus = str_ends(s->in->name, ".eml") ? 2 : 0;
	if (known == 0)
		return 0;
	return (known >= 3 ? 80 : known == 2 ? 75 : other > 2 ? 60 : 40) +
	    bonus;
}

static int
read_all(struct chat_job *job, struct err *e)
{
	struct mail *m = mail_new(job, e);
	struct window w;
	int64_t n;
	int rc = -1;

	if (!m)
		return -1;
	window_init(&w, job->in, LINE_MAX);
	mail_begin(m, 0);
	n = window_line(&w, e);
	/* A byte order mark is none of the name of the first header. */
	if (n >= 3 && memcmp(w.s, "\xef\xbb\xbf", 3) == 0) {
		window_drop(&w, 3);
		n = window_line(&w, e);
	}
	for (; n > 0; n = window_line(&w, e)) {
		if (mail_line(m, w.s, (size_t)n, e) < 0)
			goto out;
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

const struct chat_format chat_eml = {
	.name = "eml",
	.platform = "mail",
	.version = 1,
	.score = score,
	.read = read_all
};
