/*
 * tests/chat/rows.h - a file in memory through chat_import(), as text:
 *
 *	ts|id|name|kind|text[|+attachment][|flags]
 *	? line that was not understood
 *	= format messages/system/unparsed [warnings]
 *
 * or "! why" at the end; '-' for what the file does not say, "\n" in texts.
 */
#ifndef LIUDI_TESTS_CHAT_ROWS_H
#define LIUDI_TESTS_CHAT_ROWS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chat/import.h"

struct rows {
	struct buf out;
	bool quiet;	/* only the last line */
	struct chat_hints hints;
};

static void
rows_str(struct rows *r, const char *s, size_t n)
{
	struct err e = ERR_INIT;
	size_t i;

	if (!s)
		assert_int_equal(buf_addc(&r->out, '-', &e), 0);
	for (i = 0; s && i < n; i++)
		assert_int_equal(s[i] == '\n' ? buf_adds(&r->out, "\\n", &e) :
		    buf_addc(&r->out, s[i], &e), 0);
}

static void
rows_warn(struct rows *r, unsigned warn, char before)
{
	struct err e = ERR_INIT;
	unsigned i;

	for (i = 0; i < CHAT_WARN_BITS; i++)
		if (warn & 1u << i)
			assert_int_equal(buf_addf(&r->out, &e, "%c%s", before,
			    chat_warn_name((enum chat_warn)(1u << i))), 0);
}

static int
rows_message(void *arg, const struct chat_msg *m, struct err *e)
{
	struct rows *r = arg;
	char when[STAMP_TEXT_LEN];
	size_t i;

	/* What it promises of its strings. */
	assert_true(m->text.n <= CHAT_TEXT_MAX);
	assert_true(!m->text.s || !memchr(m->text.s, 0, m->text.n));
	assert_true(m->when.precision == STAMP_NONE || stamp_valid(&m->when));
	if (r->quiet)
		return 0;
	stamp_text(when, &m->when);
	if (buf_addf(&r->out, e, "%s|", when[0] ? when : "-") < 0)
		return -1;
	rows_str(r, m->sender_id.s, m->sender_id.n);
	(void)buf_addc(&r->out, '|', e);
	rows_str(r, m->sender_name.s, m->sender_name.n);
	(void)buf_addf(&r->out, e, "|%s|", chat_kind_name(m->kind));
	rows_str(r, m->text.s, m->text.n);
	for (i = 0; i < m->natt; i++) {
		(void)buf_adds(&r->out, "|+", e);
		rows_str(r, m->att[i].name.s, m->att[i].name.n);
		if (m->att[i].state == CHAT_PRESENT)
			(void)buf_adds(&r->out, "!", e);
	}
	for (i = 0; i < m->nfield; i++) {
		(void)buf_addf(&r->out, e, "|%s=", m->field[i].key);
		rows_str(r, m->field[i].value.s, m->field[i].value.n);
	}
	if (m->role != CHAT_UNKNOWN)
		(void)buf_addf(&r->out, e, "|%s", chat_role_name(m->role));
	if (m->edited)
		(void)buf_adds(&r->out, "|edited", e);
	if (m->deleted)
		(void)buf_adds(&r->out, "|deleted", e);
	rows_warn(r, m->warn, '|');
	return buf_addc(&r->out, '\n', e);
}

static int
rows_unparsed(void *arg, uint64_t off, uint64_t n, const char *text,
	struct err *e)
{
	struct rows *r = arg;

	(void)off;
	assert_true(n > 0);
	if (r->quiet)
		return 0;
	(void)buf_adds(&r->out, "? ", e);
	rows_str(r, text, strlen(text));
	return buf_addc(&r->out, '\n', e);
}

/* Valid until the next call with R. */
static const char *
rows_of(struct rows *r, const char *path, const void *data, size_t n)
{
	const struct chat_sink sink = {rows_message, rows_unparsed, r};
	const char *name = strrchr(path, '/');
	struct chat_bytes bytes = {data, n};
	struct chat_report report;
	struct err e = ERR_INIT;
	struct chat_input in;
	int rc;

	buf_release(&r->out);
	buf_init(&r->out, 64u << 20);
	chat_input_bytes(&in, &bytes, name ? name + 1 : path);
	in.path = path;
	rc = chat_import(&in, &r->hints, &sink, &report, &e);
	if (rc < 0)
		(void)buf_addf(&r->out, &e, "! %s", e.what);
	else
		(void)buf_addf(&r->out, &e, "= %s %llu/%llu/%llu",
		    rc == 1 ? "-" : report.format->name,
		    (unsigned long long)report.messages,
		    (unsigned long long)report.system,
		    (unsigned long long)report.unparsed);
	if (rc == 0)
		rows_warn(r, report.warn, ' ');
	(void)buf_addc(&r->out, '\n', &e);
	return buf_str(&r->out);
}

/* DATA, a C string, becomes exactly WANT. */
#define rows_are(path, data, want) \
	rows_are_n(path, data, strlen(data), want, NULL)

static void
rows_are_n(const char *path, const void *data, size_t n, const char *want,
	const struct chat_hints *hints)
{
	struct rows r = {.quiet = false};

	if (hints)
		r.hints = *hints;
	assert_string_equal(rows_of(&r, path, data, n), want);
	buf_release(&r.out);
}

/* Only the last line. */
static inline void
rows_end(const char *path, const void *data, size_t n, const char *want)
{
	struct rows r = {.quiet = true};

	assert_string_equal(rows_of(&r, path, data, n), want);
	buf_release(&r.out);
}

/* Every beginning of DATA is read without a complaint but ERR_FORMAT's. */
static inline void
rows_cut_anywhere(const char *path, const char *data)
{
	size_t n = strlen(data), i;
	struct rows r = {.quiet = true};
	char *copy;

	for (i = 0; i <= n; i++) {
		copy = malloc(i + 1);	/* to its size, for a sanitizer */
		assert_non_null(copy);
		memcpy(copy, data, i);
		(void)rows_of(&r, path, copy, i);
		free(copy);
	}
	buf_release(&r.out);
}

#endif
