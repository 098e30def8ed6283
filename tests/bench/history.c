/*
 * tests/bench/history.c - a station's branch of many runs, for next to nothing.
 *
 *	[RECEIPTS="KEY REF PARENT TREE"] \
 *	bench_history REPO KEY STATION N START [AGE-RECIPIENT...]
 *
 * N signed commits from START (seconds since 1970) on, a run every 2 h 24 min:
 * ten a day.  Trees, names, trailers and signatures are as FORMAT.md section 2
 * wants them; the sealed files are noise of the size of a run with nothing
 * new, and sealed to the recipients if some are named.  All in one pack of the
 * bare repository REPO; prints the head.  With RECEIPTS there is a receipt for
 * each, signed with KEY, on PARENT, whose tree is TREE; a second line is the
 * head of these.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "repo/canon.h"
#include "repo/gitx.h"
#include "repo/packw.h"
#include "seal/seal.h"
#include "sign/sshkey.h"
#include "sign/sshsig.h"

#include "base/banned.h"

#define STEP 8640
#define MANIFEST_LEN 4096
#define BUNDLE_LEN 4608
#define DEPTH 4			/* runs/YYYY/MM/DD */

struct history {
	struct packw *pack;
	struct sshkey *key;
	const char *station;
	struct buf dir[DEPTH + 1];	/* the root, then a folder each */
	char name[DEPTH][8];		/* of the folder below each */
	uint8_t bytes[BUNDLE_LEN];
	uint64_t noise;
	struct seal_recipient to[SEAL_MAX_RECIPIENTS];
	size_t nto;
	struct buf sealed;
	char parent[CANON_ID_LEN];
	struct sshkey *central;		/* NULL: no receipts */
	char ref[CANON_REF_LEN];
	char receipt[CANON_ID_LEN], receipt_tree[CANON_ID_LEN];
};

static void
fill(struct history *h)
{
	size_t i;

	for (i = 0; i < sizeof(h->bytes); i++) {
		h->noise = h->noise * UINT64_C(6364136223846793005) + 1;
		h->bytes[i] = (uint8_t)(h->noise >> 56);
	}
}

static int
add_sealed(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

/* N bytes of noise, or an age file of that length that holds some. */
static int
make_bytes(struct history *h, size_t n, struct err *e)
{
	struct seal *s;
	int rc;

	fill(h);
	buf_clear(&h->sealed);
	if (h->nto == 0)
		return buf_add(&h->sealed, h->bytes, n, e);
	s = seal_new(h->to, h->nto, add_sealed, &h->sealed, e);
	if (!s)
		return -1;
	/* the header and a nonce are there; a tag comes behind */
	rc = seal_write(s, h->bytes, n - h->sealed.len - 16, e);
	if (rc == 0)
		rc = seal_finish(s, e);
	seal_free(s);
	return rc;
}

/* A blob of N bytes, under its name in the folder of the day. */
static int
add_file(struct history *h, struct canon_path *p, size_t n, uint8_t sum[32],
	struct err *e)
{
	char path[CANON_PATH_LEN];
	uint8_t id[20];

	if (make_bytes(h, n, e) < 0)
		return -1;
	hash_sha256(sum, h->sealed.data, h->sealed.len);
	canon_path_text(p, path);
	if (packw_add(h->pack, PACKW_BLOB, h->sealed.data, h->sealed.len, id,
	    e) < 0)
		return -1;
	return gitx_tree_put(&h->dir[DEPTH], GITX_FILE,
	    strrchr(path, '/') + 1, id, e);
}

/* Leave the folders in which the run before stood and this one does not. */
static void
enter_day(struct history *h, const struct canon_path *p)
{
	char path[CANON_PATH_LEN], *s = path;
	size_t i;
	bool same = true;

	canon_path_text(p, path);
	for (i = 0; i < DEPTH; i++) {
		size_t n = strcspn(s, "/");

		if (strlen(h->name[i]) != n || memcmp(h->name[i], s, n) != 0)
			same = false;
		(void)snprintf(h->name[i], sizeof(h->name[i]), "%.*s", (int)n,
		    s);
		if (!same)
			buf_clear(&h->dir[i + 1]);
		s += n + 1;
	}
}

/* The trees, from the day's up to the root: *tree. */
static int
add_trees(struct history *h, char tree[CANON_ID_LEN], struct err *e)
{
	uint8_t id[20];
	size_t i = DEPTH;

	for (;;) {
		if (packw_add(h->pack, PACKW_TREE, h->dir[i].data,
		    h->dir[i].len, id, e) < 0)
			return -1;
		if (i == 0)
			break;
		i--;
		if (gitx_tree_put(&h->dir[i], GITX_DIR, h->name[i], id, e) < 0)
			return -1;
	}
	str_hex(tree, id, sizeof(id));
	return 0;
}

static int
add_commit(struct history *h, const struct canon_run *r, const char *tree,
	int64_t utc, struct err *e)
{
	struct buf message = BUF_INIT(CANON_MAX), raw = BUF_INIT(CANON_MAX);
	char mail[64];
	uint8_t id[20];
	int rc = -1;

	(void)snprintf(mail, sizeof(mail), "%s@liudi.invalid", h->station);
	if (canon_run_message(r, &message, e) < 0 || canon_build(&raw, tree,
	    h->parent, h->station, mail, utc, buf_str(&message), message.len,
	    h->key, e) < 0)
		goto out;
	if (packw_add(h->pack, PACKW_COMMIT, raw.data, raw.len, id, e) < 0)
		goto out;
	str_hex(h->parent, id, sizeof(id));
	rc = 0;
out:
	buf_release(&message);
	buf_release(&raw);
	return rc;
}

/* As the hook writes it. */
static int
add_receipt(struct history *h, int64_t utc, struct err *e)
{
	static const char who[] = "central <central@liudi.invalid>";
	struct buf raw = BUF_INIT(CANON_MAX), blob = BUF_INIT(1024);
	struct buf line = BUF_INIT(1024);
	uint8_t id[20];
	int rc = -1;

	if (buf_addf(&line, e, "liudi-receipt 1 %" PRId64 " %s %s", utc,
	    h->ref, h->parent) < 0 || sshsig_sign(h->central, "liudi-receipt",
	    buf_str(&line), line.len, &blob, e) < 0 ||
	    buf_addc(&line, ' ', e) < 0 || base64_encode(&line, blob.data,
	    blob.len, true, e) < 0 || buf_addf(&raw, e, "tree %s\nparent %s\n"
	    "author %s %" PRId64 " +0000\ncommitter %s %" PRId64 " +0000\n\n"
	    "%s\n", h->receipt_tree, h->receipt, who, utc, who, utc,
	    buf_str(&line)) < 0 || packw_add(h->pack, PACKW_COMMIT, raw.data,
	    raw.len, id, e) < 0)
		goto out;
	str_hex(h->receipt, id, sizeof(id));
	rc = 0;
out:
	buf_release(&raw);
	buf_release(&blob);
	buf_release(&line);
	return rc;
}

static int
want_receipts(struct history *h, struct err *e)
{
	const char *text = getenv("RECEIPTS");
	char file[1024];

	if (!text)
		return 0;
	if (sscanf(text, "%1023s %127s %40s %40s", file, h->ref, h->receipt,
	    h->receipt_tree) != 4)
		return err_set(e, ERR_USAGE, "RECEIPTS has four words");
	h->central = sshkey_load(file, e);
	return h->central ? 0 : -1;
}

static int
add_run(struct history *h, struct canon_run *r, int64_t utc, struct err *e)
{
	struct canon_path p = {utc, r->seq, 0};
	char tree[CANON_ID_LEN];

	enter_day(h, &p);
	r->nbundles = 1;
	r->bundle[0].bytes = BUNDLE_LEN;
	if (add_file(h, &p, BUNDLE_LEN, r->bundle[0].sha256, e) < 0)
		return -1;
	p.bundle = -1;
	if (add_file(h, &p, MANIFEST_LEN, r->manifest, e) < 0 ||
	    add_trees(h, tree, e) < 0 ||
	    add_commit(h, r, tree, utc + 60, e) < 0 ||
	    (h->central && add_receipt(h, utc + 90, e) < 0))
		return -1;
	r->has_prev = true;
	memcpy(r->prev, r->manifest, sizeof(r->prev));
	r->seq++;
	return 0;
}

static int
make(struct history *h, char *const argv[], struct err *e)
{
	char *packs = str_fmt("%s/objects/pack", argv[1]), name[41];
	struct canon_run r;
	int64_t n, utc;
	int rc = -1;

	memset(&r, 0, sizeof(r));
	h->station = argv[3];
	if (str_to_i64(argv[4], 1, 1000000, &n) < 0 ||
	    str_to_i64(argv[5], 0, INT64_C(1) << 33, &utc) < 0) {
		(void)err_set(e, ERR_USAGE, "numbers, please");
		goto out;
	}
	for (; argv[6 + h->nto] && h->nto < SEAL_MAX_RECIPIENTS; h->nto++)
		if (seal_recipient_parse(&h->to[h->nto], argv[6 + h->nto],
		    strlen(argv[6 + h->nto]), e) < 0)
			goto out;
	h->key = sshkey_load(argv[2], e);
	h->pack = packs ? packw_new(packs, e) : NULL;
	if (!h->key || !h->pack || want_receipts(h, e) < 0)
		goto out;
	for (; n > 0; n--, utc += STEP)
		if (add_run(h, &r, utc, e) < 0)
			goto out;
	rc = packw_finish(h->pack, name, e);
out:
	packw_free(h->pack);
	sshkey_free(h->key);
	sshkey_free(h->central);
	free(packs);
	return rc;
}

int
main(int argc, char *argv[])
{
	struct err e = ERR_INIT;
	struct history h;
	size_t i;
	int rc = -1;

	memset(&h, 0, sizeof(h));
	for (i = 0; i <= DEPTH; i++)
		buf_init(&h.dir[i], 1 << 24);
	buf_init(&h.sealed, 1 << 16);
	if (argc < 6)
		(void)err_set(&e, ERR_USAGE,
		    "REPO KEY STATION N START [AGE-RECIPIENT...]");
	else if (crypto_setup(&e) == 0)
		rc = make(&h, argv, &e);
	for (i = 0; i <= DEPTH; i++)
		buf_release(&h.dir[i]);
	buf_release(&h.sealed);
	if (rc < 0) {
		(void)fprintf(stderr, "bench_history: error: %s\n", e.what);
		return 1;
	}
	(void)printf("%s\n", h.parent);
	if (h.receipt[0])
		(void)printf("%s\n", h.receipt);
	return 0;
}
