/* vault/onepux, kpxml, bwjson: exports as foreign bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "vault/bwjson.h"
#include "vault/onepux.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
on_row(void *arg, const struct creds_row *r, struct err *e)
{
	uint64_t *rows = arg;
	size_t i;

	(void)e;
	++*rows;
	if (r->nold > CREDS_OLD_MAX || (r->nold > 0 && !r->password) ||
	    (r->title && !*r->title) || (r->password && !*r->password))
		abort();
	for (i = 0; i < r->nold; i++)
		if (!*r->old[i])
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
	if (onepux_read_any(data, n, on_row, &rows, &r, &e) < 0 &&
	    e.code != ERR_FORMAT)
		abort();
	if (rows != r.rows)
		abort();
	rows = 0;
	if (bwjson_read_1password(data, n, on_row, &rows, &r, &e) < 0 &&
	    e.code != ERR_FORMAT)
		abort();
	return 0;
}
