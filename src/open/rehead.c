/* open/rehead.c - an age file for other readers (age-encryption.org/v1). */
#include "open/rehead.h"

#include <stdint.h>

#include "open/age_open.h"
#include "open/armor.h"

#include "base/banned.h"

/* Less than a piece of payload: none is opened on the way to the header. */
#define STEP 512

/* No payload is opened here, so nothing can come. */
static int
no_payload(void *arg, const void *data, size_t n, struct err *e)
{
	(void)arg;
	(void)data;
	(void)n;
	return err_set(e, ERR_FAIL, "payload while a header was read");
}

/* Feed A as much as the header takes. */
static int
read_header(struct age_open *a, const uint8_t *p, size_t len, struct err *e)
{
	size_t n;

	while (!age_open_key(a)) {
		if (len == 0)
			return age_open_finish(a, e);
		n = len < STEP ? len : STEP;
		if (age_open_feed(a, p, n, e) < 0)
			return -1;
		p += n;
		len -= n;
	}
	return 0;
}

int
age_rehead_others(struct buf *out, size_t *old_len, const void *hdr,
	size_t len, const struct identities *ids, const void *others,
	size_t nothers, const struct seal_recipient *r, size_t n,
	struct err *e)
{
	struct age_open *a = NULL;
	int rc = -1;

	if (armor_begins(hdr, len)) {
		(void)err_set(e, ERR_FORMAT, "an armoured file has no header "
		    "to swap");
		return err_hint(e, "take the armour off first");
	}
	a = age_open_new(ids, NULL, no_payload, NULL, e);
	if (a)
		age_open_others(a, others, nothers);
	if (!a || read_header(a, hdr, len, e) < 0 ||
	    seal_header(out, age_open_key(a), r, n, e) < 0)
		goto out;
	*old_len = age_open_header_len(a);
	rc = 0;
out:
	age_open_free(a);
	return rc;
}

int
age_rehead(struct buf *out, size_t *old_len, const void *hdr, size_t len,
	const struct identities *ids, const struct seal_recipient *r, size_t n,
	struct err *e)
{
	return age_rehead_others(out, old_len, hdr, len, ids, NULL, 0, r, n,
	    e);
}
