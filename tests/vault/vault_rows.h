/* tests/vault/vault_rows.h - rows as one text, for the tests of readers. */
#ifndef LIUDI_TESTS_VAULT_ROWS_H
#define LIUDI_TESTS_VAULT_ROWS_H

#include "account/creds.h"
#include "base/buf.h"

typedef int (*rows_reader)(const void *data, size_t n, creds_fn fn, void *arg,
	struct creds_report *r, struct err *e);

static inline int
rows_add(void *arg, const struct creds_row *r, struct err *e)
{
	struct buf *out = arg;
	const char *const part[] = {r->title, r->url, r->login, r->password,
	    r->totp, r->note, r->folder, r->fields};
	size_t i;

	for (i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		assert_int_equal(buf_addf(out, e, "%s|", part[i] ? part[i] :
		    "-"), 0);
	for (i = 0; i < r->nold; i++)
		assert_int_equal(buf_addf(out, e, "<%s", r->old[i]), 0);
	return buf_addc(out, '\n', e);
}

static inline struct creds_report
rows_of(rows_reader reader, const void *data, size_t n, const char *want)
{
	struct buf out = BUF_INIT(1u << 20);
	struct creds_report r;
	struct err e = ERR_INIT;

	if (reader(data, n, rows_add, &out, &r, &e) != 0)
		fail_msg("%s", e.what);
	assert_string_equal(buf_str(&out), want);
	buf_release(&out);
	return r;
}

static inline void
rows_refused(rows_reader reader, const void *data, size_t n, const char *why)
{
	struct buf out = BUF_INIT(1u << 20);
	struct creds_report r;
	struct err e = ERR_INIT;

	assert_int_equal(reader(data, n, rows_add, &out, &r, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_string_equal(e.what, why);
	buf_release(&out);
}

/* FN stops the reader, and what it returned comes back. */
static inline int
rows_stop(void *arg, const struct creds_row *r, struct err *e)
{
	(void)r;
	(void)e;
	return ++*(int *)arg;
}

#endif
