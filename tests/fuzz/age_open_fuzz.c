/* open/: foreign age files and identity files, in two ways of feeding. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "open/age_open.h"

#include "base/banned.h"

/* The corpus is sealed to this key. */
#define SECRET "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFP" \
	"YYSJZGFPQ4EGAEX"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

static enum age_result
run(const struct identities *ids, const uint8_t *data, size_t n, size_t step,
	struct buf *out)
{
	struct err e = ERR_INIT;
	struct age_open *a = age_open_new(ids, NULL, to_buf, out, &e);
	enum age_result r;
	size_t off, m;
	int rc = 0;

	if (!a)
		abort();
	for (off = 0; off < n && rc == 0; off += m) {
		m = n - off < step ? n - off : step;
		rc = age_open_feed(a, data + off, m, &e);
	}
	if (rc == 0)
		rc = age_open_finish(a, &e);
	r = age_open_result(a);
	if ((rc == 0) != (r == AGE_OK))
		abort();
	age_open_free(a);
	return r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;
	struct buf a = BUF_INIT(4 << 20), b = BUF_INIT(4 << 20);
	struct age_info *info = malloc(sizeof(*info));
	struct identities *ids;

	if (!info || crypto_setup(&e) < 0 || !(ids = identities_new(&e)) ||
	    identities_add(ids, SECRET, strlen(SECRET), &e) < 0)
		abort();
	/* However it is fed: the same end and the same bytes. */
	if (run(ids, data, n, SIZE_MAX, &a) != run(ids, data, n, 7, &b) ||
	    a.len != b.len || (a.len > 0 && memcmp(a.data, b.data, a.len)))
		abort();
	(void)age_inspect(info, data, n, &e);
	(void)identity_wants_passphrase(data, n);
	(void)identities_load(ids, data, n, NULL, &e);
	identities_free(ids);
	free(info);
	buf_release(&a);
	buf_release(&b);
	return 0;
}
