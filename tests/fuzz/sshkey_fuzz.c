/* sign/sshkey: foreign private keys and public lines. */
#include <stdint.h>
#include <stdlib.h>

#include "crypto/hash.h"
#include "sign/sshkey.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(65536);
	struct sshkey *k, *again;
	struct sshkey_pub pub;

	if (crypto_setup(&e) < 0)
		abort();
	if (sshkey_public_parse(&pub, (const char *)data, n, &e) == 0 &&
	    sshkey_public_text(&pub, &out, &e) < 0)
		abort();
	buf_clear(&out);
	k = sshkey_parse(data, n, &e);
	if (k) {
		if (sshkey_private_text(k, "", &out, &e) < 0)
			abort();
		again = sshkey_parse(out.data, out.len, &e);
		if (!again)
			abort();
		sshkey_free(again);
	}
	sshkey_free(k);
	buf_wipe(&out);
	return 0;
}
