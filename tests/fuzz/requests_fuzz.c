/* tests/fuzz/requests_fuzz.c - requests to be let in, and the secrets' lines. */
#include "desk/requests.h"

#include <stdlib.h>

#include "crypto/hash.h"
#include "desk/invites.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t secret[INVITE_SECRET_LEN] = {
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	};
	struct err e = ERR_INIT;
	struct invites_secret s;
	struct request r;

	if (crypto_setup(&e) < 0)
		abort();
	if (requests_parse(&r, (const char *)data, size, secret, &e) == 0 &&
	    !canon_id_ok(r.station))
		abort();
	err_clear(&e);
	if (invites_secret_parse(&s, (const char *)data, size, &e) == 0 &&
	    !canon_id_ok(s.station))
		abort();
	return 0;
}
