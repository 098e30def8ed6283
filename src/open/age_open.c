/* open/age_open.c - read age v1 files (age-encryption.org/v1). */
#include "open/age_open.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/aead_open.h"
#include "crypto/hash.h"
#include "crypto/scrypt.h"
#include "crypto/secmem.h"
#include "crypto/x25519.h"
#include "open/age_header.h"
#include "open/armor.h"

#include "base/banned.h"

#define NONCE_LEN 16		/* of the payload */
#define SEALED_LEN (SEAL_PIECE_LEN + AEAD_TAG_LEN)
#define LEAD_MAX 1024		/* text looked through for armour's begin */
#define SCRYPT_LABEL "age-encryption.org/v1/scrypt"
#define SCRYPT_LABEL_LEN (sizeof(SCRYPT_LABEL) - 1)

enum form {
	FORM_UNKNOWN,
	FORM_BINARY,
	FORM_ARMORED,
	FORM_NEITHER	/* to be told apart yet: see look_through() */
};

enum stage { IN_HEADER, IN_NONCE, IN_PIECES };

struct secrets {
	uint8_t key[SEAL_KEY_LEN];
	uint8_t payload_key[AEAD_KEY_LEN];
};

struct age_open {
	const struct identities *ids;
	const char *pass;
	const uint8_t *others;	/* headers of the same key */
	size_t nothers;		/* bytes */
	seal_sink sink;
	void *arg;
	enum form form;
	enum stage stage;
	enum age_result result;
	bool finished;
	struct armor armor;
	struct age_header header;
	size_t header_len;
	struct secrets *secrets;	/* guarded */
	uint64_t counter;		/* pieces opened */
	size_t len;			/* bytes in sealed */
	uint8_t sealed[SEALED_LEN];
	uint8_t plain[SEAL_PIECE_LEN];
};

struct age_open *
age_open_new(const struct identities *ids, const char *pass, seal_sink sink,
	void *arg, struct err *e)
{
	struct age_open *a = malloc(sizeof(*a));

	if (!a) {
		(void)err_nomem(e);
		return NULL;
	}
	a->ids = ids;
	a->pass = pass;
	a->others = NULL;
	a->nothers = 0;
	a->sink = sink;
	a->arg = arg;
	a->form = FORM_UNKNOWN;
	a->stage = IN_HEADER;
	a->result = AGE_OK;
	a->finished = false;
	armor_init(&a->armor);
	age_header_init(&a->header);
	a->header_len = 0;
	a->counter = 0;
	a->len = 0;
	a->secrets = secmem_new(sizeof(*a->secrets));
	if (!a->secrets) {
		age_open_free(a);
		(void)err_nomem(e);
		return NULL;
	}
	return a;
}

void
age_open_others(struct age_open *a, const void *others, size_t n)
{
	a->others = others;
	a->nothers = n;
}

void
age_open_free(struct age_open *a)
{
	if (!a)
		return;
	armor_release(&a->armor);
	age_header_release(&a->header);
	secmem_free(a->secrets);
	secmem_wipe(a->plain, sizeof(a->plain));
	free(a);
}

enum age_result
age_open_result(const struct age_open *a)
{
	return a->result;
}

const uint8_t *
age_open_key(const struct age_open *a)
{
	return a->stage == IN_HEADER ? NULL : a->secrets->key;
}

size_t
age_open_header_len(const struct age_open *a)
{
	return a->header_len;
}

/* Note the kind of a failure whose text is in *E; memory is another matter. */
static int
fail(struct age_open *a, enum age_result kind, const struct err *e)
{
	if (a->result == AGE_OK)
		a->result = e->code == ERR_NOMEM ? AGE_OTHER : kind;
	return -1;
}

/* 1 if this identity opens the stanza, 0 if not. */
static int
unwrap_x25519(struct age_open *a, const struct age_wrap *w, size_t i,
	struct err *e)
{
	static const uint8_t nonce[AEAD_NONCE_LEN];
	struct seal_recipient me;
	uint8_t shared[X25519_LEN], salt[2 * X25519_LEN], wrap[HASH_LEN];
	int rc;

	if (x25519_shared(shared, identities_secret(a->ids, i),
	    w->share) < 0) {
		(void)err_set(e, ERR_FORMAT,
		    "an X25519 stanza that opens for everybody");
		return fail(a, AGE_HEADER, e);
	}
	identities_recipient(a->ids, i, &me);
	memcpy(salt, w->share, X25519_LEN);
	memcpy(salt + X25519_LEN, me.pk, X25519_LEN);
	hash_hkdf_sha256(wrap, shared, sizeof(shared), salt, sizeof(salt),
	    "age-encryption.org/v1/X25519");
	rc = aead_open(a->secrets->key, wrap, nonce, w->body,
	    sizeof(w->body)) == 0;
	secmem_wipe(shared, sizeof(shared));
	secmem_wipe(wrap, sizeof(wrap));
	return rc;
}

static int
unwrap_scrypt(struct age_open *a, const struct age_wrap *w, struct err *e)
{
	static const uint8_t nonce[AEAD_NONCE_LEN];
	uint8_t salt[SCRYPT_LABEL_LEN + AGE_SALT_LEN], wrap[32];
	int rc;

	memcpy(salt, SCRYPT_LABEL, SCRYPT_LABEL_LEN);
	memcpy(salt + SCRYPT_LABEL_LEN, w->share, AGE_SALT_LEN);
	if (scrypt_derive(wrap, a->pass, strlen(a->pass), salt, sizeof(salt),
	    w->log_n, e) < 0)
		return fail(a, AGE_OTHER, e);
	rc = aead_open(a->secrets->key, wrap, nonce, w->body,
	    sizeof(w->body)) == 0;
	secmem_wipe(wrap, sizeof(wrap));
	return rc;
}

/* 1 if one of ours opens the stanza, 0 if none. */
static int
unwrap(struct age_open *a, const struct age_wrap *w, struct err *e)
{
	size_t i, n = a->ids ? identities_count(a->ids) : 0;
	int rc;

	if (w->kind == AGE_WRAP_SCRYPT && a->pass)
		return unwrap_scrypt(a, w, e);
	for (i = 0; w->kind == AGE_WRAP_X25519 && i < n; i++) {
		rc = unwrap_x25519(a, w, i, e);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
no_match(struct age_open *a, struct err *e)
{
	if (a->header.wrap[0].kind != AGE_WRAP_SCRYPT)
		(void)err_set(e, ERR_CRYPTO,
		    "none of the identities opens this file");
	else if (a->pass)
		(void)err_set(e, ERR_CRYPTO, "wrong passphrase");
	else
		(void)err_set(e, ERR_CRYPTO, "the file is under a passphrase");
	return fail(a, AGE_NO_MATCH, e);
}

/* Did the file key make the MAC of the file's own header? */
static bool
mac_fits(const struct age_open *a)
{
	const struct age_header *h = &a->header;
	uint8_t key[HASH_LEN], mac[HASH_LEN];

	hash_hkdf_sha256(key, a->secrets->key, SEAL_KEY_LEN, NULL, 0,
	    "header");
	hash_hmac_sha256(mac, key, sizeof(key), h->text.data, h->mac_over);
	secmem_wipe(key, sizeof(key));
	return secmem_eq(mac, h->mac, sizeof(mac));
}

/*
 * The next of the other headers, *N bytes at *P: 1 if it gives the file key, 0
 * if not, -1 if it is none.  What is wrong with it is no fault of the file.
 */
static int
try_other(struct age_open *a, struct age_header *h, const uint8_t **p,
	size_t *n)
{
	struct err ignored = ERR_INIT;
	size_t used = 0, i;
	int rc = 0;

	if (age_header_feed(h, *p, *n, &used, &ignored) < 0 ||
	    h->stage != AGE_IN_PAYLOAD)
		return -1;
	*p += used;
	*n -= used;
	for (i = 0; i < h->n && rc == 0; i++)
		if (h->wrap[i].kind == AGE_WRAP_X25519)
			rc = unwrap(a, &h->wrap[i], &ignored);
	a->result = AGE_OK;
	return rc > 0 && mac_fits(a);
}

/* 1 if one of the other headers gives the file key, 0, -1. */
static int
unwrap_others(struct age_open *a, struct err *e)
{
	const uint8_t *p = a->others;
	size_t n = a->nothers;
	struct age_header *h = malloc(sizeof(*h));
	int rc = 0;

	if (!h) {
		(void)err_nomem(e);
		return fail(a, AGE_OTHER, e);
	}
	while (rc == 0 && n > 0) {
		age_header_init(h);
		rc = try_other(a, h, &p, &n);
		age_header_release(h);
	}
	free(h);
	return rc > 0;
}

/* The header is whole: find the file key, and see that it made the MAC. */
static int
end_header(struct age_open *a, struct err *e)
{
	struct age_header *h = &a->header;
	size_t i;
	int rc = 0;

	for (i = 0; i < h->n && rc == 0; i++)
		rc = unwrap(a, &h->wrap[i], e);
	if (rc == 0 && a->nothers > 0)
		rc = unwrap_others(a, e);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return no_match(a, e);
	if (!mac_fits(a)) {
		(void)err_set(e, ERR_INTEGRITY, "the age header was changed");
		return fail(a, AGE_HMAC, e);
	}
	a->header_len = h->text.len;
	a->stage = IN_NONCE;
	age_header_release(h);
	return 0;
}

/* True if these N sealed bytes are the next piece; it is in a->plain then. */
static bool
open_piece(struct age_open *a, const uint8_t *p, size_t n, bool last)
{
	uint8_t nonce[AEAD_NONCE_LEN] = {0};
	uint64_t c = a->counter;
	int i;

	for (i = AEAD_NONCE_LEN - 2; c > 0; i--, c >>= 8)
		nonce[i] = (uint8_t)c;
	nonce[AEAD_NONCE_LEN - 1] = last;
	return aead_open(a->plain, a->secrets->payload_key, nonce, p, n) == 0;
}

/* Give away what a piece held. */
static int
release_piece(struct age_open *a, size_t n, struct err *e)
{
	a->counter++;
	if (n > 0 && a->sink(a->arg, a->plain, n, e) < 0)
		return fail(a, AGE_OTHER, e);
	return 0;
}

/* An age file that was cut, or the beginning of anything at all. */
static int
cut_header(const struct age_header *h, struct err *e)
{
	return err_set(e, h->stage == AGE_IN_VERSION ? ERR_FORMAT :
	    ERR_INTEGRITY, "the age header is cut");
}

static int
bad_payload(struct age_open *a, const char *text, struct err *e)
{
	(void)err_set(e, ERR_INTEGRITY, "%s", text);
	return fail(a, AGE_PAYLOAD, e);
}

/*
 * A full piece with bytes behind it.  It may still be marked as the last one:
 * then it is authentic, and what follows is not.
 */
static int
middle_piece(struct age_open *a, const uint8_t *p, struct err *e)
{
	if (open_piece(a, p, SEALED_LEN, false))
		return release_piece(a, SEAL_PIECE_LEN, e);
	if (!open_piece(a, p, SEALED_LEN, true))
		return bad_payload(a, "the sealed bytes were changed", e);
	if (release_piece(a, SEAL_PIECE_LEN, e) < 0)
		return -1;
	return bad_payload(a, "bytes behind the end of the sealed file", e);
}

/* What is left when the file ends. */
static int
last_piece(struct age_open *a, struct err *e)
{
	size_t n = a->len;

	if (n < AEAD_TAG_LEN)
		return bad_payload(a, "the sealed file is cut", e);
	if (open_piece(a, a->sealed, n, true)) {
		if (n == AEAD_TAG_LEN && a->counter > 0)
			return bad_payload(a, "an empty last piece", e);
		return release_piece(a, n - AEAD_TAG_LEN, e);
	}
	if (n == SEALED_LEN && open_piece(a, a->sealed, n, false)) {
		if (release_piece(a, SEAL_PIECE_LEN, e) < 0)
			return -1;
		return bad_payload(a, "the sealed file is cut", e);
	}
	return bad_payload(a, "the sealed bytes were cut or changed", e);
}

/* Move up to N bytes into a->sealed until it holds WANT; how many. */
static size_t
gather(struct age_open *a, const uint8_t *p, size_t n, size_t want)
{
	size_t m = want - a->len;

	if (m > n)
		m = n;
	memcpy(a->sealed + a->len, p, m);
	a->len += m;
	return m;
}

/* Bytes behind the header. */
static int
feed_payload(struct age_open *a, const uint8_t *p, size_t n, struct err *e)
{
	size_t m;

	if (a->stage == IN_NONCE) {
		m = gather(a, p, n, NONCE_LEN);
		p += m;
		n -= m;
		if (a->len < NONCE_LEN)
			return 0;
		hash_hkdf_sha256(a->secrets->payload_key, a->secrets->key,
		    SEAL_KEY_LEN, a->sealed, NONCE_LEN, "payload");
		a->len = 0;
		a->stage = IN_PIECES;
	}
	/* Only a byte behind it shows that a full piece is not the last. */
	while (n > 0) {
		if (a->len == SEALED_LEN) {
			a->len = 0;
			if (middle_piece(a, a->sealed, e) < 0)
				return -1;
		}
		if (a->len == 0 && n > SEALED_LEN) {
			m = SEALED_LEN;
			if (middle_piece(a, p, e) < 0)
				return -1;
		} else {
			m = gather(a, p, n, SEALED_LEN);
		}
		p += m;
		n -= m;
	}
	return 0;
}

/*
 * The armour is wrong.  A full piece that waits for a byte behind it is
 * authentic all the same, and belongs to the true beginning of the file.
 */
static int
bad_armor(struct age_open *a, struct err *e)
{
	struct err ignored = ERR_INIT;

	if (a->result != AGE_OK)
		return -1;	/* feed_binary() found something first */
	if (a->stage != IN_HEADER && e->code == ERR_FORMAT)
		e->code = ERR_INTEGRITY;
	if (a->stage == IN_PIECES && a->len == SEALED_LEN &&
	    open_piece(a, a->sealed, a->len, false))
		(void)release_piece(a, SEAL_PIECE_LEN, &ignored);
	return fail(a, AGE_ARMOR, e);
}

/*
 * What is neither may be armour with text before it, which a person should
 * be told: look for its first line a little further on.
 */
static int
look_through(struct age_open *a, const uint8_t *p, size_t n, bool ended,
	struct err *e)
{
	struct buf *t = &a->header.text;
	size_t room = t->len < LEAD_MAX ? LEAD_MAX - t->len : 0;

	if (buf_add(t, p, n < room ? n : room, e) < 0)
		return fail(a, AGE_OTHER, e);
	if (t->len < LEAD_MAX && !ended)
		return 0;
	n = t->len < LEAD_MAX ? t->len : LEAD_MAX;
	if (memmem(t->data, n, ARMOR_BEGIN, sizeof(ARMOR_BEGIN) - 1)) {
		(void)err_set(e, ERR_FORMAT, "text before the armour");
		return fail(a, AGE_ARMOR, e);
	}
	(void)err_set(e, ERR_FORMAT, "not an age v1 file");
	return fail(a, AGE_HEADER, e);
}

/* The file without armour. */
static int
feed_binary(void *arg, const void *data, size_t n, struct err *e)
{
	struct age_open *a = arg;
	const uint8_t *p = data;
	size_t used;

	if (a->stage != IN_HEADER)
		return feed_payload(a, p, n, e);
	if (age_header_feed(&a->header, p, n, &used, e) < 0) {
		if (a->form == FORM_ARMORED || e->code == ERR_NOMEM ||
		    a->header.stage != AGE_IN_VERSION)
			return fail(a, AGE_HEADER, e);
		a->form = FORM_NEITHER;
		err_clear(e);
		return look_through(a, p + used, n - used, false, e);
	}
	if (a->header.stage != AGE_IN_PAYLOAD)
		return 0;
	if (end_header(a, e) < 0)
		return -1;
	return feed_payload(a, p + used, n - used, e);
}

int
age_open_feed(struct age_open *a, const void *data, size_t n, struct err *e)
{
	if (a->result != AGE_OK || a->finished)
		return err_set(e, ERR_FAIL, "the age file has ended");
	if (n == 0)
		return 0;
	if (a->form == FORM_UNKNOWN)
		a->form = armor_begins(data, n) ? FORM_ARMORED : FORM_BINARY;
	if (a->form == FORM_NEITHER)
		return look_through(a, data, n, false, e);
	if (a->form == FORM_BINARY)
		return feed_binary(a, data, n, e);
	if (armor_feed(&a->armor, data, n, feed_binary, a, e) < 0)
		return bad_armor(a, e);
	return 0;
}

int
age_open_finish(struct age_open *a, struct err *e)
{
	if (a->result != AGE_OK || a->finished)
		return err_set(e, ERR_FAIL, "the age file has ended");
	if (a->form == FORM_NEITHER)
		return look_through(a, NULL, 0, true, e);
	/* The armour first: what it holds may be cut because it is. */
	if (a->form == FORM_ARMORED &&
	    armor_finish(&a->armor, feed_binary, a, e) < 0)
		return bad_armor(a, e);
	if (a->stage != IN_PIECES) {
		/* age counts the nonce among the header. */
		(void)cut_header(&a->header, e);
		return fail(a, AGE_HEADER, e);
	}
	if (last_piece(a, e) < 0)
		return -1;
	a->finished = true;
	return 0;
}

static int
to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

int
age_open_buf(const struct identities *ids, const void *data, size_t n,
	struct buf *out, struct err *e)
{
	return age_open_buf_pass(ids, NULL, data, n, out, e);
}

int
age_open_buf_pass(const struct identities *ids, const char *pass,
	const void *data, size_t n, struct buf *out, struct err *e)
{
	struct age_open *a = NULL;
	size_t start = out->len;
	int rc = -1;

	/* Room at once: growing would leave copies of plaintext behind. */
	if (out->max >= start && n <= out->max - start &&
	    buf_reserve(out, n, e) < 0)
		return -1;
	a = age_open_new(ids, pass, to_buf, out, e);
	if (!a || age_open_feed(a, data, n, e) < 0 ||
	    age_open_finish(a, e) < 0)
		goto out;
	rc = 0;
out:
	if (rc < 0 && out->data) {
		secmem_wipe(out->data + start, out->len - start);
		out->len = start;
	}
	age_open_free(a);
	return rc;
}

bool
age_open_header_is(const void *data, size_t n,
	const uint8_t key[static SEAL_KEY_LEN],
	const struct seal_recipient *r, size_t nr)
{
	struct buf want = BUF_INIT(AGE_HEADER_MAX);
	struct err e = ERR_INIT;
	bool is;

	is = seal_header(&want, key, r, nr, &e) == 0 && want.len <= n &&
	    memcmp(want.data, data, want.len) == 0;
	buf_release(&want);
	return is;
}

/* --- What can be said without a key. */

struct age_look {
	enum form form;
	struct armor armor;
	struct age_header header;
	size_t header_len;
	uint64_t payload_len;
};

struct age_look *
age_look_new(struct err *e)
{
	struct age_look *l = malloc(sizeof(*l));

	if (!l) {
		(void)err_nomem(e);
		return NULL;
	}
	l->form = FORM_UNKNOWN;
	armor_init(&l->armor);
	age_header_init(&l->header);
	l->header_len = 0;
	l->payload_len = 0;
	return l;
}

void
age_look_free(struct age_look *l)
{
	if (!l)
		return;
	armor_release(&l->armor);
	age_header_release(&l->header);
	free(l);
}

static int
look_binary(void *arg, const void *data, size_t n, struct err *e)
{
	struct age_look *l = arg;
	size_t used = 0;

	if (l->header.stage != AGE_IN_PAYLOAD) {
		if (age_header_feed(&l->header, data, n, &used, e) < 0)
			return -1;
		l->header_len += used;
	}
	l->payload_len += n - used;
	return 0;
}

int
age_look_feed(struct age_look *l, const void *data, size_t n, struct err *e)
{
	if (n == 0)
		return 0;
	if (l->form == FORM_UNKNOWN)
		l->form = armor_begins(data, n) ? FORM_ARMORED : FORM_BINARY;
	if (l->form == FORM_ARMORED)
		return armor_feed(&l->armor, data, n, look_binary, l, e);
	return look_binary(l, data, n, e);
}

bool
age_look_header(const struct age_look *l, struct age_info *info)
{
	const struct age_header *h = &l->header;

	if (h->stage != AGE_IN_PAYLOAD)
		return false;
	memset(info, 0, sizeof(*info));
	info->armored = l->form == FORM_ARMORED;
	info->nstanzas = h->n;
	memcpy(info->stanza, h->info, h->n * sizeof(h->info[0]));
	info->header_len = l->header_len;
	return true;
}

/* What N sealed bytes behind the header open to. */
static int
plain_len(uint64_t n, uint64_t *plain, struct err *e)
{
	uint64_t pieces, rest;

	if (n < NONCE_LEN + AEAD_TAG_LEN)
		return err_set(e, ERR_INTEGRITY, "the sealed file is cut");
	n -= NONCE_LEN;
	pieces = (n + SEALED_LEN - 1) / SEALED_LEN;
	rest = n - (pieces - 1) * SEALED_LEN;
	/* A last piece holds a byte, unless it is the only one. */
	if (rest < AEAD_TAG_LEN || (rest == AEAD_TAG_LEN && pieces > 1))
		return err_set(e, ERR_INTEGRITY, "the sealed file is cut");
	*plain = n - pieces * AEAD_TAG_LEN;
	return 0;
}

int
age_look_finish(struct age_look *l, struct age_info *info, struct err *e)
{
	uint64_t plain = 0;

	if (l->form == FORM_ARMORED &&
	    armor_finish(&l->armor, look_binary, l, e) < 0)
		return -1;
	if (l->header.stage != AGE_IN_PAYLOAD)
		return cut_header(&l->header, e);
	if (plain_len(l->payload_len, &plain, e) < 0)
		return -1;
	(void)age_look_header(l, info);	/* it is whole */
	info->payload_len = l->payload_len;
	info->plain_len = plain;
	return 0;
}

int
age_inspect(struct age_info *info, const void *data, size_t n, struct err *e)
{
	struct age_look *l = age_look_new(e);
	int rc = -1;

	if (l && age_look_feed(l, data, n, e) == 0)
		rc = age_look_finish(l, info, e);
	age_look_free(l);
	return rc;
}
