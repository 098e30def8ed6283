/* desk/proof.c - where an event of an account was sealed. */
#include "desk/proof.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

/* Columns of SQL_PROOF. */
enum { PROOF_NAME, PROOF_SUM, PROOF_STATION, PROOF_COMMIT, PROOF_RECEIVED };

static void
text(struct catalogue *c, int column, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", catalogue_null(c, SQL_PROOF, column) ?
	    "" : catalogue_text(c, SQL_PROOF, column));
}

int
proof_of(struct catalogue *c, const uint8_t event[static EVENT_ID_LEN],
	struct proof *out, struct err *e)
{
	const enum sql q = SQL_PROOF;
	const uint8_t *sum;
	size_t n = 0;
	int rc = catalogue_step(c, q, e, "b", event, (size_t)EVENT_ID_LEN);

	memset(out, 0, sizeof(*out));
	if (rc > 0) {
		text(c, PROOF_NAME, out->name, sizeof(out->name));
		text(c, PROOF_STATION, out->station, sizeof(out->station));
		text(c, PROOF_COMMIT, out->commit, sizeof(out->commit));
		if (!catalogue_null(c, q, PROOF_RECEIVED))
			out->received = catalogue_int(c, q, PROOF_RECEIVED);
		sum = catalogue_blob(c, q, PROOF_SUM, &n);
		if (n == 32)
			str_hex(out->sum, sum, n);
	}
	catalogue_reset(c, q);
	return rc;
}
