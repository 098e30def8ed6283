/*
 * tests/fuzz/dayreports_fuzz.c - a file of a source of kind report: its name up to
 * the first LF, its bytes behind it.
 *
 * What is read can be written, and is read as the same again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "desk/dayreports.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
again(const struct reportfile *r)
{
	struct buf out = BUF_INIT(4 * REPORTFILE_MAX);
	struct err e = ERR_INIT;
	struct reportfile back;
	size_t i;

	if (reportfile_write(r, &out, &e) < 0)
		abort();
	/* what was said twice as long without its blanks may be over the cap */
	if (out.len <= REPORTFILE_MAX) {
		if (reportfile_read(&back, out.data, out.len, &e) != 0 ||
		    back.kind != r->kind || back.day != r->day ||
		    back.written != r->written || back.n != r->n)
			abort();
		for (i = 0; i < r->n; i++)
			if (strcmp(back.line[i], r->line[i]) != 0)
				abort();
		reportfile_release(&back);
	}
	buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const uint8_t *lf = n > 0 ? memchr(data, '\n', n) : NULL;
	const size_t name = lf ? (size_t)(lf - data) : n;
	const size_t rest = lf ? n - name - 1 : 0;
	struct buf text = BUF_INIT(REPORTFILE_MAX);
	enum reportfile_kind kind;
	struct err e = ERR_INIT;
	struct reportfile r;
	int64_t day;

	(void)dayreports_name((const char *)data, name, &kind, &day);
	if (kind == REPORTFILE_OBJECTION)
		abort();
	if (rest > 0 && reportfile_read(&r, lf + 1, rest, &e) == 0) {
		again(&r);
		reportfile_release(&r);
	}
	if (rest > 0 && dayreports_text(&text, lf + 1, rest, &e) < 0)
		abort();
	if (!utf8_valid(text.data, text.len))
		abort();
	buf_release(&text);
	return 0;
}
