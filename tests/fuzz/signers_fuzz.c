/* sign/signers: foreign allowed-signers files. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "sign/signers.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;
	struct buf line = BUF_INIT(4096);
	struct signers s, one;
	size_t i;

	if (crypto_setup(&e) < 0)
		abort();
	if (signers_parse(&s, (const char *)data, n, &e) < 0)
		return 0;
	for (i = 0; i < s.n && i < 16; i++) {
		/* What was read can be written, and is the same again. */
		buf_clear(&line);
		if (signers_line(&s.v[i], &line, &e) < 0 ||
		    signers_parse(&one, buf_str(&line), line.len, &e) < 0 ||
		    one.n != 1 ||
		    memcmp(&one.v[0], &s.v[i], sizeof(one.v[0])) != 0)
			abort();
		signers_release(&one);
	}
	signers_release(&s);
	buf_release(&line);
	return 0;
}
