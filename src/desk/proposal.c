/* desk/proposal.c - docs/FORMAT.md sections 9 and 17. */
#include "desk/proposal.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "crypto/hash.h"
#include "repo/mirror.h"
#include "sign/sshsig.h"

#include "base/banned.h"

#define MARK "liudi-proposal1\n"
#define NAMESPACE "liudi-control"

void
proposal_init(struct proposal *p)
{
	memset(p, 0, sizeof(*p));
	buf_init(&p->recipients, PROPOSAL_MAX / 4);
	buf_init(&p->roots, PROPOSAL_MAX / 4);
	buf_init(&p->retention, PROPOSAL_MAX / 4);
	buf_init(&p->consent, SSHSIG_ARMOR_MAX + 1);
}

void
proposal_release(struct proposal *p)
{
	buf_release(&p->recipients);
	buf_release(&p->roots);
	buf_release(&p->retention);
	buf_release(&p->consent);
}

size_t
proposal_files(const struct proposal *p,
	struct control_file out[static PROPOSAL_FILES])
{
	const struct {
		const char *path;
		const struct buf *b;
	} all[PROPOSAL_FILES] = {
		{"recipients", &p->recipients}, {"roots", &p->roots},
		{"retention.ini", &p->retention}
	};
	size_t i, n = 0;

	for (i = 0; i < PROPOSAL_FILES; i++)
		if (all[i].b->len > 0)
			out[n++] = (struct control_file){all[i].path,
			    all[i].b->data, all[i].b->len};
	return n;
}

/* What the consent is over. */
static int
consent_text(const struct proposal *p, struct buf *out, struct err *e)
{
	struct control_file files[PROPOSAL_FILES];
	size_t n = proposal_files(p, files);

	return control_consent_text(p->base, files, n, out, e);
}

/* "WHAT bytes\n" and so many bytes. */
static int
put_file(struct buf *out, const char *what, const struct buf *b,
	struct err *e)
{
	if (buf_addf(out, e, "%s %zu\n", what, b->len) < 0)
		return -1;
	return b->len > 0 ? buf_add(out, b->data, b->len, e) : 0;
}

int
proposal_write(struct proposal *p, const struct sshkey *key, struct buf *out,
	struct err *e)
{
	struct buf text = BUF_INIT(4096), blob = BUF_INIT(SSHSIG_ARMOR_MAX);
	int rc = -1;

	buf_clear(&p->consent);
	if (consent_text(p, &text, e) < 0 ||
	    sshsig_sign(key, NAMESPACE, text.data, text.len, &blob, e) < 0 ||
	    sshsig_armor(blob.data, blob.len, &p->consent, e) < 0 ||
	    buf_addf(out, e, MARK "on %s\nby %s\nmessage %s\n",
	    p->base, p->by, p->message) < 0 ||
	    put_file(out, "recipients", &p->recipients, e) < 0 ||
	    put_file(out, "roots", &p->roots, e) < 0 ||
	    (p->retention.len > 0 &&
	    put_file(out, "retention.ini", &p->retention, e) < 0) ||
	    buf_add(out, p->consent.data, p->consent.len, e) < 0 ||
	    buf_addc(out, '\n', e) < 0)
		goto out;
	rc = 0;
out:
	buf_release(&text);
	buf_release(&blob);
	return rc;
}

static int
no_proposal(struct err *e)
{
	(void)err_set(e, ERR_FORMAT, "this is no proposal");
	return err_hint(e, "take the file that --propose made");
}

/* What is left of the file. */
struct rest {
	const char *p;
	size_t n;
};

/* "WHAT value\n" into OUT. */
static int
take_line(struct rest *r, const char *what, char *out, size_t size,
	struct err *e)
{
	const char *end = memchr(r->p, '\n', r->n);
	size_t k = strlen(what), len = end ? (size_t)(end - r->p) : 0;

	if (!end || len < k + 2 || memcmp(r->p, what, k) != 0 ||
	    r->p[k] != ' ' || len - k - 1 >= size ||
	    memchr(r->p, '\0', len))
		return no_proposal(e);
	memcpy(out, r->p + k + 1, len - k - 1);
	out[len - k - 1] = '\0';
	r->n -= len + 1;
	r->p = end + 1;
	return 0;
}

/* "WHAT bytes\n" and so many bytes. */
static int
take_file(struct rest *r, const char *what, struct buf *out, struct err *e)
{
	char digits[16];
	int64_t n;

	if (take_line(r, what, digits, sizeof(digits), e) < 0)
		return -1;
	if (str_to_i64(digits, 0, PROPOSAL_MAX / 4, &n) < 0 ||
	    (size_t)n > r->n || memchr(r->p, '\0', (size_t)n))
		return no_proposal(e);
	if (buf_add(out, r->p, (size_t)n, e) < 0)
		return -1;
	r->p += n;
	r->n -= (size_t)n;
	return 0;
}

/* The armour at the end, over what stands before it. */
static int
take_consent(struct proposal *p, const struct rest *r, struct err *e)
{
	struct buf text = BUF_INIT(4096), blob = BUF_INIT(SSHSIG_ARMOR_MAX);
	int rc = -1;

	if (r->n < 2 || r->n > SSHSIG_ARMOR_MAX || r->p[r->n - 1] != '\n') {
		(void)no_proposal(e);
		goto out;
	}
	if (sshsig_dearmor(r->p, r->n - 1, &blob, e) < 0) {
		(void)no_proposal(e);
		goto out;
	}
	if (buf_add(&p->consent, r->p, r->n - 1, e) < 0 ||
	    consent_text(p, &text, e) < 0)
		goto out;
	if (sshsig_verify(blob.data, blob.len, NAMESPACE, text.data, text.len,
	    &p->pub, e) < 0) {
		(void)err_set(e, ERR_CRYPTO, "the proposal was changed behind "
		    "its signature");
		goto out;
	}
	rc = 0;
out:
	buf_release(&text);
	buf_release(&blob);
	return rc;
}

int
proposal_read(struct proposal *p, const void *data, size_t n, struct err *e)
{
	struct rest r = {data, n};
	uint8_t raw[HASH_LEN];

	if (n > PROPOSAL_MAX || n < strlen(MARK) ||
	    memcmp(data, MARK, strlen(MARK)) != 0)
		return no_proposal(e);
	r.p += strlen(MARK);
	r.n -= strlen(MARK);
	if (take_line(&r, "on", p->base, sizeof(p->base), e) < 0 ||
	    take_line(&r, "by", p->by, sizeof(p->by), e) < 0 ||
	    take_line(&r, "message", p->message, sizeof(p->message), e) < 0 ||
	    take_file(&r, "recipients", &p->recipients, e) < 0 ||
	    take_file(&r, "roots", &p->roots, e) < 0)
		return -1;
	if (r.n > 14 && memcmp(r.p, "retention.ini ", 14) == 0 &&
	    (take_file(&r, "retention.ini", &p->retention, e) < 0 ||
	    p->retention.len == 0))
		return no_proposal(e);
	if (str_unhex(raw, sizeof(raw), p->base, strlen(p->base)) < 0 ||
	    !canon_id_ok(p->by) ||
	    (p->recipients.len == 0 && p->retention.len == 0) ||
	    (p->recipients.len == 0 && p->roots.len > 0) ||
	    !utf8_clean(p->message, strlen(p->message)))
		return no_proposal(e);
	return take_consent(p, &r, e);
}

int
proposal_check(const struct proposal *p, const struct control *control,
	struct err *e)
{
	const struct signer *s = signers_named(&control->roots, p->by, 0);

	if (strcmp(p->base, control->base) != 0) {
		(void)err_set(e, ERR_FAIL, "who reads and what is kept was "
		    "changed since that was proposed");
		return err_hint(e, "propose it again");
	}
	if (s && memcmp(s->pub.pk, p->pub.pk, sizeof(s->pub.pk)) == 0)
		return 0;
	return err_set(e, ERR_CRYPTO,
	    "the proposal is not signed by '%s' of this team", p->by);
}

void
proposal_path(const struct proposal *p, int64_t n,
	char out[static PROPOSAL_PATH_LEN])
{
	uint8_t blob[SSHKEY_BLOB_LEN], sum[HASH_LEN];
	char hex[17];

	sshkey_blob(&p->pub, blob);
	hash_sha256(sum, blob, sizeof(blob));
	str_hex(hex, sum, 8);
	(void)snprintf(out, PROPOSAL_PATH_LEN, "approve/%lld.%s.sig",
	    (long long)n, hex);
}

/* --- How many there are. */

static int
one_more(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	int64_t *n = arg;

	(void)name;
	(void)mode;
	(void)id;
	(void)e;
	(*n)++;
	return 0;
}

int
proposal_count(const char *dir, const char *commit, int64_t *n,
	struct err *e)
{
	struct mirror *m = mirror_open(dir, e);
	char tree[CANON_ID_LEN];
	int64_t found = 0;
	int rc = -1;

	if (m && mirror_tree(m, commit, tree, e) == 0 &&
	    mirror_entries_at(m, tree, "approve", one_more, &found, e) >= 0) {
		*n = found;
		rc = 0;
	}
	mirror_close(m);
	return rc;
}
