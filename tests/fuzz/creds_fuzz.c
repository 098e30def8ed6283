/* account/creds: exports as foreign bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "account/creds.h"
#include "crypto/hash.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static size_t
length(const char *s)
{
	if (s && !*s)
		abort();	/* none is NULL */
	return s ? strlen(s) : 0;
}

static int
on_row(void *arg, const struct creds_row *r, struct err *e)
{
	uint64_t *rows = arg;

	(void)e;
	++*rows;
	if (r->line == 0 || length(r->title) + length(r->url) +
	    length(r->login) + length(r->password) + length(r->totp) +
	    length(r->note) + length(r->folder) + length(r->fields) >
	    CREDS_ROW_MAX + 65536)
		abort();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct creds_report r;
	struct err e = ERR_INIT;
	uint64_t rows = 0;

	if (crypto_setup(&e) < 0)
		abort();
	if (creds_read(data, n, on_row, &rows, &r, &e) < 0) {
		if (e.code != ERR_FORMAT)
			abort();
	} else if (r.format == CREDS_UNKNOWN) {
		abort();
	}
	if (rows != r.rows || creds_format_name(r.format) == NULL)
		abort();
	return 0;
}
