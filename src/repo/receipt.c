/* repo/receipt.c - receipts of the central; docs/FORMAT.md section 10. */
#include "repo/receipt.h"

#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/str.h"
#include "sign/sshsig.h"

#include "base/banned.h"

#define NAMESPACE "liudi-receipt"
#define PREFIX "liudi-receipt 1 "
#define MAX_LINE 1024
#define MAX_TIME INT64_C(253402300799)

/* The word up to the next space goes to OUT; *P steps behind the space. */
static bool
word(const char **p, char *out, size_t cap)
{
	size_t n = strcspn(*p, " ");

	if ((*p)[n] != ' ' || n == 0 || n >= cap)
		return false;
	memcpy(out, *p, n);
	out[n] = '\0';
	*p += n + 1;
	return true;
}

/* The fields; *SIG is where the last one begins. */
static int
parse(struct receipt *r, const char *line, const char **sig, struct err *e)
{
	const char *p = line + strlen(PREFIX);
	struct canon_ref ref;
	uint8_t raw[20];
	char utc[24];

	if (strlen(line) > MAX_LINE || !str_starts(line, PREFIX) ||
	    !word(&p, utc, sizeof(utc)) || !word(&p, r->ref, sizeof(r->ref)) ||
	    !word(&p, r->head, sizeof(r->head)))
		return err_set(e, ERR_FORMAT, "receipt: not of the form known");
	if (str_to_i64(utc, 0, MAX_TIME, &r->utc) < 0)
		return err_set(e, ERR_FORMAT, "receipt: bad time");
	if (str_unhex(raw, sizeof(raw), r->head, strlen(r->head)) < 0)
		return err_set(e, ERR_FORMAT, "receipt: bad commit id");
	if (canon_ref_parse(&ref, r->ref, e) < 0)
		return err_prefix(e, "receipt");
	*sig = p;
	return 0;
}

int
receipt_check(struct receipt *r, const char *line,
	const struct signers *servers, struct err *e)
{
	struct buf blob = BUF_INIT(MAX_LINE);
	struct receipt got;
	struct sshkey_pub pub;
	const char *sig = line;
	int rc = -1;

	memset(&got, 0, sizeof(got));
	if (parse(&got, line, &sig, e) < 0)
		goto out;
	if (base64_decode(&blob, sig, strlen(sig), true, e) < 0) {
		(void)err_prefix(e, "receipt");
		goto out;
	}
	if (sshsig_verify(blob.data, blob.len, NAMESPACE, line,
	    (size_t)(sig - line) - 1, &pub, e) < 0) {
		(void)err_prefix(e, "receipt");
		goto out;
	}
	if (!signers_find(servers, &pub, NAMESPACE, got.utc)) {
		(void)err_set(e, ERR_CRYPTO,
		    "receipt: signed by a key that is not in server_keys");
		goto out;
	}
	*r = got;
	rc = 0;
out:
	buf_release(&blob);
	return rc;
}
