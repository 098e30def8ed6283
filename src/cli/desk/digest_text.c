/* cli/desk/digest_text.c - the page of a day for a terminal. */
#include <string.h>

#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/desk/digest_page.h"
#include "cli/desk/talk.h"

#include "base/banned.h"

#define COLUMNS 100

/* S in one line, to the right if RIGHT. */
static int
put(struct buf *out, const char *s, size_t columns, bool right, struct err *e)
{
	char flat[2048];
	size_t i, width;

	for (i = 0; s[i] && i < sizeof(flat) - 1; i++)
		flat[i] = s[i] == '\n' || s[i] == '\r' || s[i] == '\t' ? ' ' :
		    s[i];
	flat[i] = '\0';
	width = utf8_width(flat);
	if (right && width < columns)
		return buf_addf(out, e, "%*s%s", (int)(columns - width), "",
		    flat);
	return talk_cell(out, flat, columns, e);
}

static int
put_row(struct buf *out, const struct digest_section *s,
	const char *const cell[], struct err *e)
{
	size_t i, used = 2, width;

	if (buf_adds(out, "  ", e) < 0)
		return -1;
	for (i = 0; i < s->cells; i++) {
		width = s->width[i];
		if (width == 0)
			width = COLUMNS - used;
		if (put(out, cell[i] ? cell[i] : "", width, s->right[i],
		    e) < 0 || (i + 1 < s->cells && buf_addc(out, ' ', e) < 0))
			return -1;
		used += width + 1;
	}
	while (out->len > 0 && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
	return buf_addc(out, '\n', e);
}

static int
put_section(const struct digest_section *s, size_t most, struct buf *out,
	struct err *e)
{
	size_t i, shown = s->n > most + 1 ? most : s->n;

	if (buf_addf(out, e, "\n%s", s->title) < 0)
		return -1;
	if (s->urgent && buf_addf(out, e, " (%zu)", s->count) < 0)
		return -1;
	if (buf_addc(out, '\n', e) < 0 ||
	    (s->head[0] && put_row(out, s, s->head, e) < 0))
		return -1;
	for (i = 0; i < shown; i++)
		if (put_row(out, s, (const char *const *)s->row[i].cell,
		    e) < 0)
			return -1;
	if (shown == s->n)
		return 0;
	/* a table ends in its sums */
	if (buf_addf(out, e, cli_tr("  and %zu more: --html or --json has "
	    "them\n"), s->n - shown - (s->head[0] != NULL)) < 0)
		return -1;
	return s->head[0] ? put_row(out, s, (const char *const *)
	    s->row[s->n - 1].cell, e) : 0;
}

int
digest_text(const struct digest_page *p, size_t most, struct buf *out,
	struct err *e)
{
	size_t i;

	if (utf8_add_shown(out, p->title, strlen(p->title), e) < 0 ||
	    buf_addf(out, e, "    %s\n", p->made) < 0)
		return -1;
	for (i = 0; i < p->n; i++)
		if (put_section(&p->section[i], p->section[i].urgent ? most :
		    4 * most, out, e) < 0)
			return -1;
	if (p->quiet && buf_addf(out, e, "\n%s\n", p->quiet) < 0)
		return -1;
	return buf_addf(out, e, "%s\n", p->foot);
}
