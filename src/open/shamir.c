/* open/shamir.c - secret sharing over GF(256) (SLIP-0039). */
#include "open/shamir.h"

#include <stdbool.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define AT_SECRET 255
#define AT_DIGEST 254
#define DIGEST_LEN 4
#define REDUCE 0x11bu		/* x^8 + x^4 + x^3 + x + 1 */

/* Points of a polynomial, and room for a digest; guarded. */
struct points {
	unsigned n;
	uint8_t x[SHAMIR_MAX];
	uint8_t y[SHAMIR_MAX][SHAMIR_MAX_LEN];
	uint8_t secret[SHAMIR_MAX_LEN];
	uint8_t digest[SHAMIR_MAX_LEN];
	uint8_t mac[HASH_LEN];
};

/* By masks, not by tables of logarithms: the cache would tell the bytes. */
static uint8_t
gf_mul(uint8_t a, uint8_t b)
{
	uint32_t product = 0, x = a, i;

	for (i = 0; i < 8; i++) {
		product ^= (0u - ((uint32_t)b >> i & 1u)) & x;
		x <<= 1;
		x ^= (0u - (x >> 8)) & REDUCE;
	}
	return (uint8_t)product;
}

/* The 254th power. */
static uint8_t
gf_inverse(uint8_t a)
{
	uint8_t power = a, inverse = 1;
	int i;

	for (i = 0; i < 7; i++) {
		power = gf_mul(power, power);
		inverse = gf_mul(inverse, power);
	}
	return inverse;
}

/* The polynomials' values at AT (Lagrange); AT is none of p->x. */
static void
interpolate(uint8_t *out, const struct points *p, uint8_t at, size_t len)
{
	uint8_t num, den, weight;
	unsigned i, j;
	size_t k;

	memset(out, 0, len);
	for (i = 0; i < p->n; i++) {
		num = 1;
		den = 1;
		for (j = 0; j < p->n; j++) {
			if (j == i)
				continue;
			num = gf_mul(num, at ^ p->x[j]);
			den = gf_mul(den, p->x[i] ^ p->x[j]);
		}
		weight = gf_mul(num, gf_inverse(den));
		for (k = 0; k < len; k++)
			out[k] ^= gf_mul(weight, p->y[i][k]);
	}
}

static bool
in_range(unsigned threshold, unsigned n, size_t len)
{
	return threshold >= 1 && threshold <= n && n <= SHAMIR_MAX &&
	    len >= SHAMIR_MIN_LEN && len <= SHAMIR_MAX_LEN;
}

/* The first bytes of p->mac = HMAC(rest of p->digest, p->secret). */
static void
make_mac(struct points *p, size_t len)
{
	hash_hmac_sha256(p->mac, p->digest + DIGEST_LEN, len - DIGEST_LEN,
	    p->secret, len);
}

static void
add_point(struct points *p, uint8_t x, const uint8_t *y, size_t len)
{
	p->x[p->n] = x;
	memcpy(p->y[p->n++], y, len);
}

/* Two or more are needed. */
static void
split(struct points *p, uint8_t *shares, unsigned threshold, unsigned n,
	size_t len)
{
	unsigned i;

	p->n = 0;
	secmem_random(p->digest, len);
	make_mac(p, len);
	memcpy(p->digest, p->mac, DIGEST_LEN);
	for (i = 0; i < threshold - 2; i++) {
		secmem_random(shares + i * len, len);
		add_point(p, (uint8_t)i, shares + i * len, len);
	}
	add_point(p, AT_DIGEST, p->digest, len);
	add_point(p, AT_SECRET, p->secret, len);
	for (; i < n; i++)
		interpolate(shares + i * len, p, (uint8_t)i, len);
}

int
shamir_split(uint8_t *shares, unsigned threshold, unsigned n,
	const uint8_t *secret, size_t len, struct err *e)
{
	struct points *p;
	unsigned i;

	if (!in_range(threshold, n, len))
		return err_set(e, ERR_FAIL, "%u of %u shares of %zu bytes",
		    threshold, n, len);
	if (threshold == 1) {
		for (i = 0; i < n; i++)
			memcpy(shares + i * len, secret, len);
		return 0;
	}
	p = secmem_new(sizeof(*p));
	if (!p)
		return err_nomem(e);
	memcpy(p->secret, secret, len);
	split(p, shares, threshold, n, len);
	secmem_free(p);
	return 0;
}

int
shamir_join(uint8_t *secret, const uint8_t *x, const uint8_t *shares,
	unsigned n, size_t len, struct err *e)
{
	struct points *p = NULL;
	unsigned i;
	int rc = -1;

	if (!in_range(n, n, len))
		return err_set(e, ERR_FAIL, "%u shares of %zu bytes", n, len);
	if (n == 1) {
		memcpy(secret, shares, len);
		return 0;
	}
	p = secmem_new(sizeof(*p));
	if (!p)
		return err_nomem(e);
	p->n = 0;
	for (i = 0; i < n; i++)
		add_point(p, x[i], shares + i * len, len);
	interpolate(p->secret, p, AT_SECRET, len);
	interpolate(p->digest, p, AT_DIGEST, len);
	make_mac(p, len);
	if (!secmem_eq(p->mac, p->digest, DIGEST_LEN)) {
		(void)err_set(e, ERR_CRYPTO,
		    "the shares do not fit together");
		(void)err_hint(e, "each is whole by itself: one of them was "
		    "made up, or comes from another splitting");
		goto out;
	}
	memcpy(secret, p->secret, len);
	rc = 0;
out:
	secmem_free(p);
	return rc;
}
