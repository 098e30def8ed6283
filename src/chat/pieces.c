/* chat/pieces.c - look for "<", then for the rest of a mark. */
#include "chat/pieces.h"

#include <string.h>

#include "base/banned.h"

#define MARK_MAX 64u

void
pieces_init(struct pieces *p, const struct chat_job *job,
	const char *const *marks)
{
	memset(p, 0, sizeof(*p));
	window_init(&p->w, job->in, PIECE_MAX);
	p->encoding = job->sniff->encoding.name;
	p->marks = marks;
	p->torn = true;
	buf_init(&p->text, 4 * (size_t)PIECE_MAX + 64);
}

void
pieces_release(struct pieces *p)
{
	window_release(&p->w);
	buf_release(&p->text);
}

static bool
at_mark(const struct pieces *p, const uint8_t *s, size_t n)
{
	size_t i, len;

	for (i = 0; p->marks[i]; i++) {
		len = strlen(p->marks[i]);
		if (n >= len && memcmp(s, p->marks[i], len) == 0)
			return true;
	}
	return false;
}

/* The first mark at FROM or behind it; *n: up to where there is none. */
static bool
find_mark(const struct pieces *p, size_t from, size_t *n)
{
	const uint8_t *s = p->w.s, *at = s + from, *end = s + p->w.n;

	while (at < end && (at = memchr(at, '<', (size_t)(end - at)))) {
		if (at_mark(p, at, (size_t)(end - at))) {
			*n = (size_t)(at - s);
			return true;
		}
		if (end - at < (ptrdiff_t)MARK_MAX && !p->w.eof)
			break;
		at++;
	}
	*n = at ? (size_t)(at - s) : p->w.n;
	return false;
}

int
pieces_next(struct pieces *p, struct chat_line *line, struct err *e)
{
	size_t from = 1, n;
	bool replaced = false, ended;
	int rc = 1;

	memset(line, 0, sizeof(*line));
	while (p->w.n < MARK_MAX && rc == 1) {
		rc = window_more(&p->w, e);
		if (rc < 0)
			return -1;
	}
	if (p->w.n == 0)
		return 0;
	p->torn = !at_mark(p, p->w.s, p->w.n);
	while (!find_mark(p, from, &n)) {
		ended = p->w.eof;
		from = n > from ? n : from;
		rc = window_more(&p->w, e);
		if (rc < 0)
			return -1;
		/* At the end even the last bytes may be looked at. */
		if (rc == 1 || p->w.eof != ended)
			continue;
		n = p->w.eof ? p->w.n : from;
		break;
	}
	buf_clear(&p->text);
	if (chat_text_convert(&p->text, p->encoding, p->w.s, n, &replaced,
	    e) < 0)
		return -1;
	line->s = buf_str(&p->text);
	line->n = p->text.len;
	line->off = p->w.off;
	line->len = n;
	line->replaced = replaced;
	window_drop(&p->w, n);
	return 1;
}

int
pieces_each(struct chat_job *job, const char *const *marks,
	int (*take)(void *arg, const struct pieces *p,
	const struct chat_line *line, struct err *e), void *arg,
	struct err *e)
{
	struct chat_line line;
	struct pieces p;
	int got;

	pieces_init(&p, job, marks);
	while ((got = pieces_next(&p, &line, e)) == 1)
		if (take(arg, &p, &line, e) < 0) {
			got = -1;
			break;
		}
	pieces_release(&p);
	return got;
}

unsigned
pieces_count(const struct chat_sniff *s, const char *mark)
{
	const char *p = s->text;
	unsigned n = 0;

	while ((p = strstr(p, mark)) != NULL) {
		n++;
		p += strlen(mark);
	}
	return n;
}
