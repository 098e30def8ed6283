/* desk/reheads.c - headers for readers of today (FORMAT 17; POSIX ustar). */
#include "desk/reheads.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "repo/packw.h"

#include "base/banned.h"

#define BLOCK 512u
#define NAME_LEN 64
#define SUM_AT 148		/* of the checksum in an entry's head */
#define SUM_LEN 8

struct reheads {
	struct catalogue *c;
};

/* --- The tar. */

/* The sum of all bytes of a head, those of the sum itself as blanks. */
static unsigned
head_sum(const uint8_t *head)
{
	unsigned sum = 0;
	size_t i;

	for (i = 0; i < BLOCK; i++)
		sum += i >= SUM_AT && i < SUM_AT + SUM_LEN ? ' ' : head[i];
	return sum;
}

size_t
reheads_tar_len(size_t n)
{
	return BLOCK + (n + BLOCK - 1) / BLOCK * BLOCK;
}

static int
add_zeros(struct buf *out, size_t n, struct err *e)
{
	static const uint8_t zero[REHEADS_TAR_END];

	return buf_add(out, zero, n, e);
}

int
reheads_tar_add(struct buf *out, const uint8_t sha256[static 32],
	const void *header, size_t n, struct err *e)
{
	char head[BLOCK] = {0};

	if (out->max < out->len || out->max - out->len < reheads_tar_len(n))
		return err_set(e, ERR_FAIL, "no room for a header");
	str_hex(head, sha256, 32);
	(void)snprintf(head + 100, 8, "%07o", 0644u);
	(void)snprintf(head + 108, 8, "%07o", 0u);
	(void)snprintf(head + 116, 8, "%07o", 0u);
	(void)snprintf(head + 124, 12, "%011o", (unsigned)n);
	(void)snprintf(head + 136, 12, "%011o", 0u);
	head[156] = '0';
	memcpy(head + 257, "ustar\0" "00", 8);
	(void)snprintf(head + SUM_AT, SUM_LEN, "%06o",
	    head_sum((const uint8_t *)head));
	head[SUM_AT + SUM_LEN - 1] = ' ';
	if (buf_add(out, head, sizeof(head), e) < 0 ||
	    buf_add(out, header, n, e) < 0)
		return -1;
	return add_zeros(out, (BLOCK - n % BLOCK) % BLOCK, e);
}

int
reheads_tar_end(struct buf *out, struct err *e)
{
	return add_zeros(out, REHEADS_TAR_END, e);
}

/* N octal digits. */
static int
octal(const uint8_t *p, size_t n, size_t *out)
{
	size_t v = 0;

	for (; n > 0; n--, p++) {
		if (*p < '0' || *p > '7')
			return -1;
		v = v * 8 + (size_t)(*p - '0');
	}
	*out = v;
	return 0;
}

static int
bad_tar(struct err *e)
{
	return err_set(e, ERR_FORMAT, "not a tar of headers");
}

int
reheads_tar_each(const void *tar, size_t len,
	int (*fn)(void *arg, const uint8_t sha256[static 32],
	const void *header, size_t n, struct err *e), void *arg,
	struct err *e)
{
	const uint8_t *p = tar;
	uint8_t sum[32];
	size_t n, want;

	while (len >= BLOCK && p[0] != 0) {
		if (octal(p + SUM_AT, 6, &want) < 0 || want != head_sum(p) ||
		    octal(p + 124, 11, &n) < 0 || p[156] != '0' ||
		    n > REHEADS_HEADER_MAX || p[NAME_LEN] != 0 ||
		    str_unhex(sum, sizeof(sum), (const char *)p,
		    NAME_LEN) < 0 || reheads_tar_len(n) > len)
			return bad_tar(e);
		if (fn(arg, sum, p + BLOCK, n, e) < 0)
			return -1;
		p += reheads_tar_len(n);
		len -= reheads_tar_len(n);
	}
	return len >= BLOCK ? 0 : bad_tar(e);
}

/* --- Into the catalogue. */

struct taking {
	struct catalogue *c;
	struct mirror *desk;
	size_t tars;
};

static int
take_header(void *arg, const uint8_t sha256[static 32], const void *header,
	size_t n, struct err *e)
{
	struct taking *t = arg;

	return catalogue_run(t->c, SQL_HEADER_ADD, e, "bb",
	    (const void *)sha256, (size_t)32, header, n);
}

/* All of one tar, or nothing. */
static int
take_tar(struct taking *t, const char *blob, struct err *e)
{
	struct buf tar = BUF_INIT(REHEADS_TAR_MAX);
	int rc = -1;

	if (mirror_read(t->desk, blob, PACKW_BLOB, &tar, e) < 0) {
		/* too large for one, or gone: as good as none */
		if (e->code == ERR_INTEGRITY) {
			err_clear(e);
			rc = 0;
		}
		buf_release(&tar);
		return rc;
	}
	if (catalogue_begin(t->c, e) < 0)
		goto out;
	rc = reheads_tar_each(tar.data, tar.len, take_header, t, e);
	if (rc < 0 && e->code == ERR_FORMAT) {
		err_clear(e);	/* what came before is good */
		rc = 0;
	}
	if (rc == 0)
		rc = catalogue_run(t->c, SQL_HEADER_TAR_ADD, e, "t", blob);
	if (rc == 0)
		rc = catalogue_commit(t->c, e);
	t->tars++;
	if (rc < 0)
		catalogue_rollback(t->c);
out:
	buf_release(&tar);
	return rc;
}

static int
on_tar(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	struct taking *t = arg;
	int rc;

	if (mode != 0100644 || !str_ends(name, ".tar"))
		return 0;
	rc = catalogue_step(t->c, SQL_HEADER_TAR, e, "t", id);
	catalogue_reset(t->c, SQL_HEADER_TAR);
	return rc != 0 ? (rc < 0 ? -1 : 0) : take_tar(t, id, e);
}

static int
on_branch(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	struct taking *t = arg;

	(void)name;
	return mode != 040000 ? 0 :
	    mirror_entries(t->desk, id, on_tar, t, e);
}

int
reheads_tree(struct mirror *desk, char tree[static CANON_ID_LEN],
	struct err *e)
{
	char head[CANON_ID_LEN];
	int rc = mirror_head(desk, REHEADS_REF, head, e);

	if (rc <= 0)
		return rc;
	return mirror_tree(desk, head, tree, e) < 0 ? -1 : 1;
}

int
reheads_take(struct catalogue *c, struct mirror *desk, struct err *e)
{
	struct taking t = {c, desk, 0};
	char tree[CANON_ID_LEN];
	int rc = reheads_tree(desk, tree, e);

	if (rc <= 0)
		return rc;
	if (mirror_entries_at(desk, tree, "rewrap", on_branch, &t, e) < 0)
		return -1;
	if (t.tars == 0)
		return 0;
	rc = catalogue_step(c, SQL_PART_CLOSED, e, "");
	catalogue_reset(c, SQL_PART_CLOSED);
	return rc;
}

/* --- Out of it. */

struct reheads *
reheads_open(const char *catalogue, struct err *e)
{
	struct reheads *r = calloc(1, sizeof(*r));

	if (!r) {
		(void)err_nomem(e);
		return NULL;
	}
	r->c = catalogue_open(catalogue, false, e);
	if (r->c)
		return r;
	free(r);
	return NULL;
}

void
reheads_free(struct reheads *r)
{
	if (!r)
		return;
	catalogue_close(r->c);
	free(r);
}

int
reheads_find(void *reheads, const uint8_t sha256[static 32],
	struct buf *out, struct err *e)
{
	struct reheads *r = reheads;
	const void *p;
	size_t n;
	int rc = catalogue_step(r->c, SQL_HEADER_OF, e, "b",
	    (const void *)sha256, (size_t)32);

	while (rc > 0) {
		p = catalogue_blob(r->c, SQL_HEADER_OF, 0, &n);
		if (n > out->max - out->len)
			break;
		if (buf_add(out, p, n, e) < 0) {
			rc = -1;
			break;
		}
		rc = catalogue_next(r->c, SQL_HEADER_OF, e);
	}
	catalogue_reset(r->c, SQL_HEADER_OF);
	return rc < 0 ? -1 : 0;
}

int
reheads_has(struct reheads *r, const uint8_t sha256[static 32],
	const void *header, size_t n, struct err *e)
{
	const void *p;
	size_t len;
	bool has = false;
	int rc = catalogue_step(r->c, SQL_HEADER_OF, e, "b",
	    (const void *)sha256, (size_t)32);

	while (rc > 0 && !has) {
		p = catalogue_blob(r->c, SQL_HEADER_OF, 0, &len);
		has = len == n && memcmp(p, header, n) == 0;
		rc = catalogue_next(r->c, SQL_HEADER_OF, e);
	}
	catalogue_reset(r->c, SQL_HEADER_OF);
	return rc < 0 ? -1 : has;
}
