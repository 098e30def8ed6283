/* sign/sshsig: foreign signatures, armoured or raw. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "sign/sshsig.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;
	struct buf blob = BUF_INIT(65536), again = BUF_INIT(65536);
	struct sshkey_pub pub;

	if (crypto_setup(&e) < 0)
		abort();
	if (sshsig_dearmor((const char *)data, n, &blob, &e) == 0) {
		if (sshsig_armor(blob.data, blob.len, &again, &e) < 0 ||
		    again.len != n || memcmp(again.data, data, n) != 0)
			abort();	/* two texts for one blob */
		(void)sshsig_verify(blob.data, blob.len, "git", "x", 1, &pub,
		    &e);
	}
	(void)sshsig_verify(data, n, "git", "x", 1, &pub, &e);
	buf_release(&blob);
	buf_release(&again);
	return 0;
}
