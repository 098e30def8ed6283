/* tests/fuzz/proposal_fuzz.c - files from another manager. */
#include "desk/proposal.h"

#include <stdlib.h>

#include "crypto/hash.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct proposal p;

	if (crypto_setup(&e) < 0)
		abort();
	proposal_init(&p);
	if (proposal_read(&p, data, size, &e) == 0 &&
	    ((p.recipients.len == 0 && p.retention.len == 0) ||
	    !canon_id_ok(p.by)))
		abort();
	proposal_release(&p);
	return 0;
}
