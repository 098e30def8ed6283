/* repo/canon.c - the one form of a commit; docs/FORMAT.md section 2. */
#include "repo/canon.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "sign/sshsig.h"

#include "base/banned.h"

#define NAMESPACE "git"
#define MAIL_HOST "@liudi.invalid"
#define MAX_TIME INT64_C(253402300799)	/* the end of year 9999 */
#define MAX_SEQ INT64_C(999999999999)
#define MAX_INCARNATION 999999
#define MIN_YEAR 1970
#define MAX_YEAR 9999
#define MAX_BUNDLE_LEN (UINT64_C(32) << 20)
#define MAX_PART_LEN (UINT64_C(48) << 20)

/* What is still to be read. */
struct cursor {
	const char *p;
	const char *end;
};

/* Step over TEXT if it comes next. */
static bool
skip(struct cursor *c, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(c->end - c->p) < n || memcmp(c->p, text, n) != 0)
		return false;
	c->p += n;
	return true;
}

/* The characters up to STOP go to OUT (CAP bytes with NUL); STOP is skipped. */
static bool
take(struct cursor *c, char stop, char *out, size_t cap)
{
	const char *q = memchr(c->p, stop, (size_t)(c->end - c->p));
	size_t n;

	if (!q)
		return false;
	n = (size_t)(q - c->p);
	if (n >= cap || memchr(c->p, '\0', n))
		return false;
	memcpy(out, c->p, n);
	out[n] = '\0';
	c->p = q + 1;
	return true;
}

/* A decimal number in [MIN, MAX] up to STOP, which is skipped. */
static bool
take_num(struct cursor *c, char stop, int64_t min, int64_t max, int64_t *out)
{
	char text[24];

	return take(c, stop, text, sizeof(text)) && text[0] != '-' &&
	    str_to_i64(text, min, max, out) == 0;
}

/* 64 hex digits. */
static bool
take_sha256(struct cursor *c, uint8_t out[static 32])
{
	if (c->end - c->p < 64 || str_unhex(out, 32, c->p, 64) < 0)
		return false;
	c->p += 64;
	return true;
}

/* 40 hex digits and LF. */
static bool
take_id(struct cursor *c, char out[static CANON_ID_LEN])
{
	uint8_t raw[20];

	return take(c, '\n', out, CANON_ID_LEN) &&
	    str_unhex(raw, sizeof(raw), out, strlen(out)) == 0;
}

static int
bad(struct err *e, const char *where)
{
	return err_set(e, ERR_FORMAT, "commit is not canonical: %s", where);
}

bool
canon_id_ok(const char *s)
{
	size_t i;

	for (i = 0; s[i]; i++) {
		if (i >= 32)
			return false;
		if ((s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= '0' && s[i] <= '9') || (s[i] == '-' && i > 0))
			continue;
		return false;
	}
	return i > 0;
}

/* "<name> <<name>@liudi.invalid> <seconds> +0000" and LF. */
static bool
take_person(struct cursor *c, char name[static 64], int64_t *utc)
{
	if (!take(c, ' ', name, 64) || !canon_id_ok(name))
		return false;
	return skip(c, "<") && skip(c, name) && skip(c, MAIL_HOST "> ") &&
	    take_num(c, ' ', 0, MAX_TIME, utc) && skip(c, "+0000\n");
}

/* Undo the header's folding: the armour as sshsig_armor() wrote it. */
static int
take_armor(struct cursor *c, struct buf *armor, struct err *e)
{
	const char *q;

	for (;;) {
		q = memchr(c->p, '\n', (size_t)(c->end - c->p));
		if (!q)
			return bad(e, "gpgsig does not end");
		if (buf_add(armor, c->p, (size_t)(q - c->p), e) < 0)
			return bad(e, "gpgsig is too long");
		c->p = q + 1;
		if (c->p == c->end || *c->p != ' ')
			return 0;
		c->p++;
		if (buf_addc(armor, '\n', e) < 0)
			return bad(e, "gpgsig is too long");
	}
}

/* The signature covers the object without its gpgsig header. */
static int
check_signature(struct canon *c, const char *data, size_t head_len,
	const char *tail, size_t tail_len, const struct buf *armor,
	struct err *e)
{
	struct buf blob = BUF_INIT(SSHSIG_ARMOR_MAX);
	struct buf body = BUF_INIT(CANON_MAX);
	int rc = -1;

	if (buf_add(&body, data, head_len, e) < 0 ||
	    buf_add(&body, tail, tail_len, e) < 0)
		goto out;
	if (sshsig_dearmor(buf_str(armor), armor->len, &blob, e) < 0)
		goto out;
	rc = sshsig_verify(blob.data, blob.len, NAMESPACE, body.data, body.len,
	    &c->signer, e);
out:
	buf_release(&body);
	buf_release(&blob);
	return rc;
}

/* Everything but the signature's meaning; the armour goes to ARMOR. */
static int
parse_form(struct canon *c, const char *data, size_t n, size_t *head_len,
	struct buf *armor, struct err *e)
{
	struct cursor in = {data, data + n};
	int64_t committed;
	char name[64];

	if (n > CANON_MAX)
		return bad(e, "too long");
	if (!skip(&in, "tree ") || !take_id(&in, c->tree))
		return bad(e, "tree");
	if (skip(&in, "parent ") && !take_id(&in, c->parent))
		return bad(e, "parent");
	if (!skip(&in, "author ") || !take_person(&in, c->name, &c->time_utc))
		return bad(e, "author");
	if (!skip(&in, "committer ") || !take_person(&in, name, &committed))
		return bad(e, "committer");
	if (strcmp(name, c->name) != 0 || committed != c->time_utc)
		return bad(e, "author and committer differ");
	*head_len = (size_t)(in.p - data);
	if (!skip(&in, "gpgsig "))
		return bad(e, "gpgsig");
	if (take_armor(&in, armor, e) < 0)
		return -1;
	/* The empty line belongs to what is signed. */
	c->message = in.p + 1;
	if (!skip(&in, "\n"))
		return bad(e, "a header behind gpgsig");
	c->message_len = (size_t)(in.end - in.p);
	if (c->message_len == 0 || in.end[-1] != '\n')
		return bad(e, "message does not end in LF");
	if (memchr(in.p, '\0', c->message_len) ||
	    !utf8_valid(in.p, c->message_len))
		return bad(e, "message is not text");
	return 0;
}

int
canon_parse(struct canon *c, const void *data, size_t n, struct err *e)
{
	struct buf armor = BUF_INIT(SSHSIG_ARMOR_MAX);
	struct canon got;
	size_t head_len = 0;
	int rc = -1;

	memset(&got, 0, sizeof(got));
	if (n == 0) {
		(void)bad(e, "empty");
		goto out;
	}
	if (parse_form(&got, data, n, &head_len, &armor, e) < 0)
		goto out;
	if (check_signature(&got, data, head_len, got.message - 1,
	    got.message_len + 1, &armor, e) < 0)
		goto out;
	*c = got;
	rc = 0;
out:
	buf_release(&armor);
	return rc;
}

/* Append the armour as a header: each LF is followed by a space. */
static int
add_gpgsig(struct buf *out, const struct buf *armor, struct err *e)
{
	size_t i;

	if (buf_adds(out, "gpgsig ", e) < 0)
		return -1;
	for (i = 0; i < armor->len; i++) {
		if (buf_addc(out, (char)armor->data[i], e) < 0)
			return -1;
		if (armor->data[i] == '\n' && buf_addc(out, ' ', e) < 0)
			return -1;
	}
	return buf_addc(out, '\n', e);
}

/* What stands before gpgsig. */
static int
add_head(struct buf *out, const char *tree, const char *parent,
	const char *name, const char *mail, int64_t utc, struct err *e)
{
	if (buf_addf(out, e, "tree %s\n", tree) < 0)
		return -1;
	if (*parent && buf_addf(out, e, "parent %s\n", parent) < 0)
		return -1;
	return buf_addf(out, e, "author %s <%s> %" PRId64 " +0000\n"
	    "committer %s <%s> %" PRId64 " +0000\n", name, mail, utc,
	    name, mail, utc);
}

static bool
is_id(const char *s)
{
	uint8_t raw[20];

	return str_unhex(raw, sizeof(raw), s, strlen(s)) == 0;
}

int
canon_build(struct buf *out, const char *tree, const char *parent,
	const char *name, const char *mail, int64_t time_utc,
	const char *message, size_t message_len, const struct sshkey *key,
	struct err *e)
{
	struct buf body = BUF_INIT(CANON_MAX);
	struct buf blob = BUF_INIT(SSHSIG_ARMOR_MAX);
	struct buf armor = BUF_INIT(SSHSIG_ARMOR_MAX);
	struct buf whole = BUF_INIT(CANON_MAX);
	struct canon check;
	size_t head_len;
	int rc = -1;

	if (!is_id(tree) || (*parent && !is_id(parent))) {
		(void)bad(e, "tree or parent is no object id");
		goto out;
	}
	if (add_head(&body, tree, parent, name, mail, time_utc, e) < 0)
		goto out;
	head_len = body.len;
	if (buf_addc(&body, '\n', e) < 0 ||
	    buf_add(&body, message, message_len, e) < 0)
		goto out;
	if (sshsig_sign(key, NAMESPACE, body.data, body.len, &blob, e) < 0 ||
	    sshsig_armor(blob.data, blob.len, &armor, e) < 0)
		goto out;
	if (buf_add(&whole, body.data, head_len, e) < 0 ||
	    add_gpgsig(&whole, &armor, e) < 0 ||
	    buf_add(&whole, body.data + head_len, body.len - head_len, e) < 0)
		goto out;
	/* Never hand out what our own readers would refuse. */
	if (canon_parse(&check, whole.data, whole.len, e) < 0)
		goto out;
	rc = buf_add(out, whole.data, whole.len, e);
out:
	buf_release(&whole);
	buf_release(&armor);
	buf_release(&blob);
	buf_release(&body);
	return rc;
}

static int
add_sha256(struct buf *out, const char *key, const uint8_t sum[static 32],
	struct err *e)
{
	char hex[65];

	str_hex(hex, sum, 32);
	return buf_addf(out, e, "%s: sha256:%s", key, hex);
}

int
canon_run_message(const struct canon_run *r, struct buf *out, struct err *e)
{
	size_t i;

	if (buf_addf(out, e, "liudi %" PRId64 "\n\n", r->seq) < 0 ||
	    add_sha256(out, "Liudi-Manifest", r->manifest, e) < 0 ||
	    buf_addc(out, '\n', e) < 0)
		return -1;
	for (i = 0; i < r->nbundles; i++)
		if (add_sha256(out, "Liudi-Bundle", r->bundle[i].sha256,
		    e) < 0 ||
		    buf_addf(out, e, " %" PRIu64 "\n", r->bundle[i].bytes) < 0)
			return -1;
	if (!r->has_prev)
		return 0;
	if (add_sha256(out, "Liudi-Prev", r->prev, e) < 0)
		return -1;
	return buf_addc(out, '\n', e);
}

/* The Liudi-Bundle lines, and the cap on what they add up to. */
static int
parse_bundles(struct canon_run *r, struct cursor *in, struct err *e)
{
	uint64_t total = 0;
	int64_t bytes;

	while (skip(in, "Liudi-Bundle: sha256:")) {
		if (r->nbundles == CANON_MAX_BUNDLES)
			return err_set(e, ERR_FORMAT,
			    "commit message: more than %d bundles",
			    CANON_MAX_BUNDLES);
		if (!take_sha256(in, r->bundle[r->nbundles].sha256) ||
		    !skip(in, " ") ||
		    !take_num(in, '\n', 1, (int64_t)MAX_BUNDLE_LEN, &bytes))
			return err_set(e, ERR_FORMAT,
			    "commit message: bad Liudi-Bundle line");
		r->bundle[r->nbundles++].bytes = (uint64_t)bytes;
		total += (uint64_t)bytes;
	}
	if (total > MAX_PART_LEN)
		return err_set(e, ERR_FORMAT,
		    "commit message: bundles of more than 48 MiB");
	return 0;
}

int
canon_run_parse(struct canon_run *r, const char *message, size_t n,
	struct err *e)
{
	struct cursor in = {message, message + n};
	struct canon_run got;

	memset(&got, 0, sizeof(got));
	if (!skip(&in, "liudi ") ||
	    !take_num(&in, '\n', 0, MAX_SEQ, &got.seq) || !skip(&in, "\n"))
		return err_set(e, ERR_FORMAT,
		    "commit message: bad first line");
	if (!skip(&in, "Liudi-Manifest: sha256:") ||
	    !take_sha256(&in, got.manifest) || !skip(&in, "\n"))
		return err_set(e, ERR_FORMAT,
		    "commit message: bad Liudi-Manifest line");
	if (parse_bundles(&got, &in, e) < 0)
		return -1;
	if (skip(&in, "Liudi-Prev: sha256:")) {
		got.has_prev = true;
		if (!take_sha256(&in, got.prev) || !skip(&in, "\n"))
			return err_set(e, ERR_FORMAT,
			    "commit message: bad Liudi-Prev line");
	}
	if (got.has_prev != (got.seq > 0))
		return err_set(e, ERR_FORMAT,
		    "commit message: Liudi-Prev does not fit the number");
	if (in.p != in.end)
		return err_set(e, ERR_FORMAT,
		    "commit message: text behind the last line");
	*r = got;
	return 0;
}

int
canon_ref_parse(struct canon_ref *r, const char *ref, struct err *e)
{
	struct cursor in = {ref, ref + strlen(ref)};
	struct canon_ref got;
	int64_t epoch, incarnation;
	const char *tail;

	memset(&got, 0, sizeof(got));
	if (!skip(&in, "refs/heads/ws/") ||
	    !take(&in, '/', got.station, sizeof(got.station)) ||
	    !canon_id_ok(got.station) ||
	    !take(&in, '/', got.stream, sizeof(got.stream)) ||
	    !canon_id_ok(got.stream) ||
	    !take_num(&in, '.', MIN_YEAR, MAX_YEAR, &epoch))
		goto bad;
	tail = in.p;
	if (*tail == '-' || str_to_i64(tail, 0, MAX_INCARNATION,
	    &incarnation) < 0)
		goto bad;
	got.epoch = (int)epoch;
	got.incarnation = (int)incarnation;
	*r = got;
	return 0;
bad:
	return err_set(e, ERR_FORMAT, "'%.100s' is no branch of a station",
	    ref);
}

void
canon_ref_text(const struct canon_ref *r, char out[CANON_REF_LEN])
{
	(void)snprintf(out, CANON_REF_LEN, "refs/heads/ws/%s/%s/%d.%d",
	    r->station, r->stream, r->epoch, r->incarnation);
}

void
canon_path_text(const struct canon_path *p, char out[CANON_PATH_LEN])
{
	struct clock_date d;
	int n;

	clock_split_utc(p->started_utc, &d);
	n = snprintf(out, CANON_PATH_LEN,
	    "runs/%04d/%02d/%02d/%02d%02d%02dZ-%" PRId64 ".", d.year, d.month,
	    d.day, d.hour, d.min, d.sec, p->seq);
	if (n < 0 || n >= CANON_PATH_LEN)
		return;
	if (p->bundle < 0)
		(void)snprintf(out + n, CANON_PATH_LEN - (size_t)n,
		    "manifest.age");
	else
		(void)snprintf(out + n, CANON_PATH_LEN - (size_t)n,
		    "bundle-%02d.age", p->bundle);
}

/* N digits into *V. */
static bool
take_digits(struct cursor *c, int n, int *v)
{
	int i;

	*v = 0;
	if (c->end - c->p < n)
		return false;
	for (i = 0; i < n; i++, c->p++) {
		if (*c->p < '0' || *c->p > '9')
			return false;
		*v = *v * 10 + (*c->p - '0');
	}
	return true;
}

/* False where the calendar has no such second. */
static bool
join_date(const struct clock_date *d, int64_t *utc)
{
	struct clock_date back;

	if (d->year < MIN_YEAR || d->month < 1 || d->month > 12 ||
	    d->day < 1 || d->day > 31 || d->hour > 23 || d->min > 59 ||
	    d->sec > 59)
		return false;
	*utc = clock_join_utc(d);
	clock_split_utc(*utc, &back);
	return back.day == d->day && back.month == d->month;
}

int
canon_path_parse(struct canon_path *p, const char *path, struct err *e)
{
	struct cursor in = {path, path + strlen(path)};
	struct canon_path got = {0, 0, -1};
	struct clock_date d;

	if (strlen(path) >= CANON_PATH_LEN || !skip(&in, "runs/") ||
	    !take_digits(&in, 4, &d.year) || !skip(&in, "/") ||
	    !take_digits(&in, 2, &d.month) || !skip(&in, "/") ||
	    !take_digits(&in, 2, &d.day) || !skip(&in, "/") ||
	    !take_digits(&in, 2, &d.hour) || !take_digits(&in, 2, &d.min) ||
	    !take_digits(&in, 2, &d.sec) || !skip(&in, "Z-") ||
	    !take_num(&in, '.', 0, MAX_SEQ, &got.seq) ||
	    !join_date(&d, &got.started_utc))
		goto bad;
	if (!skip(&in, "manifest")) {
		if (!skip(&in, "bundle-") || !take_digits(&in, 2, &got.bundle))
			goto bad;
		if (got.bundle >= CANON_MAX_BUNDLES)
			goto bad;
	}
	if (!skip(&in, ".age") || in.p != in.end)
		goto bad;
	*p = got;
	return 0;
bad:
	return err_set(e, ERR_FORMAT, "'%.120s' is no path of a run", path);
}
