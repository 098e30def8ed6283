/* control/invite.c - one string that lets a station in; FORMAT.md section 13. */
#include "control/invite.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "crypto/bech32.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define HRP "liudi-join"
#define VERSION 1
#define SUM_LEN 4
#define BYTES_MAX 1024		/* more than the fields of the struct hold */
#define TEXT_LEN(n) (sizeof(HRP) + ((n) * 8 + 4) / 5 + 6)
#define TIME_MAX INT64_C(253402300799)	/* the end of the year 9999 */
#define FILE_LEN_MAX 4096
#define LINE_LEN_MAX 256

/* --- The string. */

/* What an invitation says must hold before it is written and when read. */
static const char *
wrong_with(const struct invite *i)
{
	uint8_t raw[20];

	if (i->expires <= 0 || i->expires > TIME_MAX)
		return "it has no date of expiry";
	if (str_unhex(raw, sizeof(raw), i->head, strlen(i->head)) < 0)
		return "it names no control commit";
	if (!canon_id_ok(i->station))
		return "it names no station";
	if (!i->central[0] || !utf8_clean(i->central, strlen(i->central)))
		return "it names no central";
	return NULL;
}

/* All but the checksum.  B has room for it: growing would leave copies. */
static int
put_bytes(const struct invite *i, struct buf *b, struct err *e)
{
	size_t central_len = strlen(i->central);
	uint8_t head[20], fixed[9];
	uint8_t central_n[2] = {(uint8_t)(central_len >> 8),
	    (uint8_t)central_len};
	int k;

	if (str_unhex(head, sizeof(head), i->head, strlen(i->head)) < 0)
		return err_set(e, ERR_USAGE, "no control commit");
	fixed[0] = VERSION;
	for (k = 0; k < 8; k++)
		fixed[1 + k] = (uint8_t)((uint64_t)i->expires >> (56 - 8 * k));
	if (buf_add(b, fixed, 1, e) < 0 ||
	    buf_add(b, i->secret, sizeof(i->secret), e) < 0 ||
	    buf_add(b, fixed + 1, 8, e) < 0 ||
	    buf_add(b, head, sizeof(head), e) < 0 ||
	    buf_add(b, i->roots_sha256, sizeof(i->roots_sha256), e) < 0 ||
	    buf_addc(b, (char)strlen(i->station), e) < 0 ||
	    buf_adds(b, i->station, e) < 0 ||
	    buf_add(b, central_n, sizeof(central_n), e) < 0 ||
	    buf_adds(b, i->central, e) < 0 ||
	    buf_addc(b, (char)(i->has_host ? sizeof(i->host.pk) : 0), e) < 0)
		return -1;
	return i->has_host ?
	    buf_add(b, i->host.pk, sizeof(i->host.pk), e) : 0;
}

int
invite_text(const struct invite *i, struct buf *out, struct err *e)
{
	struct buf b = BUF_INIT(BYTES_MAX);
	const char *wrong = wrong_with(i);
	uint8_t sum[HASH_LEN];
	int rc = -1;

	if (wrong)
		return err_set(e, ERR_USAGE, "no invitation: %s", wrong);
	if (buf_reserve(&b, BYTES_MAX, e) < 0 || put_bytes(i, &b, e) < 0)
		goto out;
	hash_sha256(sum, b.data, b.len);
	if (buf_add(&b, sum, SUM_LEN, e) < 0)
		goto out;
	if (TEXT_LEN(b.len) > INVITE_TEXT_MAX) {
		(void)err_set(e, ERR_USAGE, "the central's address is too "
		    "long for an invitation");
		goto out;
	}
	rc = bech32_encode(out, HRP, b.data, b.len, e);
out:
	buf_wipe(&b);
	return rc;
}

/* Bytes still to be read. */
struct in {
	const uint8_t *p;
	size_t n;
};

static bool
take(struct in *in, void *to, size_t n)
{
	if (in->n < n)
		return false;
	memcpy(to, in->p, n);
	in->p += n;
	in->n -= n;
	return true;
}

/* A text of N bytes into TO, which holds SIZE with the NUL. */
static bool
take_text(struct in *in, char *to, size_t size, size_t n)
{
	if (n >= size || !take(in, to, n))
		return false;
	to[n] = '\0';
	return strlen(to) == n;
}

/* Behind the version. */
static bool
get_bytes(struct invite *i, struct in in)
{
	uint8_t time[8], head[20], n[2];
	uint64_t utc = 0;
	int k;

	if (!take(&in, i->secret, sizeof(i->secret)) ||
	    !take(&in, time, sizeof(time)) ||
	    !take(&in, head, sizeof(head)) ||
	    !take(&in, i->roots_sha256, sizeof(i->roots_sha256)))
		return false;
	for (k = 0; k < 8; k++)
		utc = utc << 8 | time[k];
	if (utc > (uint64_t)TIME_MAX)
		return false;
	i->expires = (int64_t)utc;
	str_hex(i->head, head, sizeof(head));
	if (!take(&in, n, 1) ||
	    !take_text(&in, i->station, sizeof(i->station), n[0]) ||
	    !take(&in, n, 2) ||
	    !take_text(&in, i->central, sizeof(i->central),
	    (size_t)n[0] << 8 | n[1]) || !take(&in, n, 1))
		return false;
	i->has_host = n[0] > 0;
	if (i->has_host && (n[0] != sizeof(i->host.pk) ||
	    !take(&in, i->host.pk, sizeof(i->host.pk))))
		return false;
	return in.n == 0 && !wrong_with(i);
}

static int
slip(struct err *e, const char *what)
{
	(void)err_set(e, ERR_USAGE, "%s", what);
	return err_hint(e, "copy the whole string, from 'liudi-join1' to its "
	    "last character");
}

static bool
is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Without the white space that comes along when a person copies. */
static int
trim(const char **text, size_t *n, struct err *e)
{
	while (*n > 0 && is_white(**text)) {
		(*text)++;
		(*n)--;
	}
	while (*n > 0 && is_white((*text)[*n - 1]))
		(*n)--;
	if (*n == 0)
		return slip(e, "no invitation was given");
	if (*n > INVITE_TEXT_MAX)
		return slip(e, "too long for an invitation");
	return 0;
}

int
invite_parse(struct invite *i, const char *text, size_t n, struct err *e)
{
	struct buf b = BUF_INIT(INVITE_TEXT_MAX);
	struct invite got;
	uint8_t sum[HASH_LEN];
	int rc = -1;

	memset(&got, 0, sizeof(got));
	if (trim(&text, &n, e) < 0 ||
	    buf_reserve(&b, INVITE_TEXT_MAX, e) < 0)
		goto out;
	if (bech32_decode(&b, HRP, text, n, e) < 0) {
		if (e->code == ERR_FORMAT)
			(void)slip(e, "not an invitation, or a slip in "
			    "copying it");
		goto out;
	}
	if (b.len <= 1 + SUM_LEN) {
		(void)slip(e, "not an invitation: too short");
		goto out;
	}
	hash_sha256(sum, b.data, b.len - SUM_LEN);
	if (memcmp(sum, b.data + b.len - SUM_LEN, SUM_LEN) != 0) {
		(void)slip(e, "a slip in copying the invitation");
		goto out;
	}
	if (b.data[0] != VERSION) {
		(void)err_set(e, ERR_USAGE, "the invitation is of version %d, "
		    "not %d", b.data[0], VERSION);
		(void)err_hint(e, "a newer liudi made it: install that here");
		goto out;
	}
	if (!get_bytes(&got, (struct in){b.data + 1, b.len - 1 - SUM_LEN})) {
		(void)err_set(e, ERR_USAGE, "the invitation makes no sense");
		(void)err_hint(e, "ask for another one");
		goto out;
	}
	*i = got;
	rc = 0;
out:
	invite_wipe(&got);
	buf_wipe(&b);
	return rc;
}

void
invite_wipe(struct invite *i)
{
	secmem_wipe(i, sizeof(*i));
}

/* --- What follows from the secret. */

void
invite_id(const uint8_t secret[static INVITE_SECRET_LEN],
	char id[static INVITE_ID_LEN])
{
	uint8_t out[HASH_LEN];

	hash_hkdf_sha256(out, secret, INVITE_SECRET_LEN, NULL, 0,
	    "liudi-enrol-id");
	str_hex(id, out, (INVITE_ID_LEN - 1) / 2);
	secmem_wipe(out, sizeof(out));
}

struct sshkey *
invite_login(const uint8_t secret[static INVITE_SECRET_LEN], struct err *e)
{
	uint8_t seed[HASH_LEN];
	struct sshkey *k;

	hash_hkdf_sha256(seed, secret, INVITE_SECRET_LEN, NULL, 0,
	    "liudi-enrol-ssh");
	k = sshkey_from_seed(seed, e);
	secmem_wipe(seed, sizeof(seed));
	return k;
}

void
invite_mac(const uint8_t secret[static INVITE_SECRET_LEN],
	const void *data, size_t n, uint8_t mac[static 32])
{
	uint8_t key[HASH_LEN];

	hash_hkdf_sha256(key, secret, INVITE_SECRET_LEN, NULL, 0,
	    "liudi-enrol-mac");
	hash_hmac_sha256(mac, key, sizeof(key), data, n);
	secmem_wipe(key, sizeof(key));
}

/* --- The public file. */

int
invite_file_text(const struct invite_file *f, struct buf *out, struct err *e)
{
	size_t start = out->len;
	int rc = -1;

	if (!canon_id_ok(f->station) || f->expires <= 0 ||
	    f->expires > TIME_MAX || f->used < 0 || f->used > TIME_MAX)
		return err_set(e, ERR_USAGE, "no invitation: bad name or time");
	if (buf_addf(out, e, "station %s\nexpires %" PRId64 "\nssh ",
	    f->station, f->expires) < 0 ||
	    sshkey_public_text(&f->ssh, out, e) < 0 ||
	    buf_addc(out, '\n', e) < 0)
		goto out;
	if (f->used && (buf_addf(out, e, "used %" PRId64 " ", f->used) < 0 ||
	    sshkey_public_text(&f->sign, out, e) < 0 ||
	    buf_addc(out, '\n', e) < 0))
		goto out;
	rc = 0;
out:
	if (rc < 0)
		out->len = start;
	return rc;
}

/* The next line, which is neither empty nor a comment: 1, 0, -1. */
static int
next_line(struct in *in, char line[static LINE_LEN_MAX])
{
	const uint8_t *lf;
	size_t n;

	while (in->n > 0) {
		lf = memchr(in->p, '\n', in->n);
		n = lf ? (size_t)(lf - in->p) : in->n;
		if (!lf || n >= LINE_LEN_MAX || memchr(in->p, '\0', n))
			return -1;
		memcpy(line, in->p, n);
		line[n] = '\0';
		in->p += n + 1;
		in->n -= n + 1;
		if (n > 0 && line[0] != '#')
			return 1;
	}
	return 0;
}

/* "<utc> ssh-ed25519 AAAA…" */
static bool
read_used(struct invite_file *f, char *s, struct err *e)
{
	char *space = strchr(s, ' ');

	if (!space)
		return false;
	*space++ = '\0';
	return str_to_i64(s, 1, TIME_MAX, &f->used) == 0 &&
	    sshkey_public_parse(&f->sign, space, strlen(space), e) == 0;
}

/* Line NO (from 0); the words come in this order. */
static bool
read_line(struct invite_file *f, int no, char *line, struct err *e)
{
	static const char *const word[] = {
		"station ", "expires ", "ssh ", "used "
	};
	char *s;

	if (no > 3 || !str_starts(line, word[no]))
		return false;
	s = line + strlen(word[no]);
	switch (no) {
	case 0:
		if (!canon_id_ok(s))
			return false;
		(void)snprintf(f->station, sizeof(f->station), "%s", s);
		return true;
	case 1:
		return str_to_i64(s, 1, TIME_MAX, &f->expires) == 0;
	case 2:
		return sshkey_public_parse(&f->ssh, s, strlen(s), e) == 0;
	default:
		return read_used(f, s, e);
	}
}

int
invite_file_parse(struct invite_file *f, const char *text, size_t n,
	struct err *e)
{
	struct in in = {(const uint8_t *)text, n};
	struct invite_file got;
	struct err why = ERR_INIT;
	char line[LINE_LEN_MAX];
	int no = 0, rc;

	memset(&got, 0, sizeof(got));
	if (n > FILE_LEN_MAX)
		return err_set(e, ERR_FORMAT, "invitation: more than %d bytes",
		    FILE_LEN_MAX);
	while ((rc = next_line(&in, line)) > 0) {
		if (!read_line(&got, no, line, &why)) {
			rc = -1;
			break;
		}
		no++;
	}
	if (why.code == ERR_NOMEM)
		return err_nomem(e);
	if (rc < 0 || no < 3)
		return err_set(e, ERR_FORMAT, "invitation: line %d is not "
		    "what should stand there", no + 1);
	*f = got;
	return 0;
}
