/* desk/part_prime.c - going on from what the catalogue holds. */
#include "desk/part_prime.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "desk/columns.h"
#include "desk/runs.h"

#include "base/banned.h"

#define IDS_MAX (256u * 1024 * 1024)

int
part_prime_ids(struct catalogue *c, const void *runs, size_t n, struct buf *ids,
	struct err *e)
{
	const enum sql q = SQL_CHUNK_SPAN;
	struct runs_reader r;
	int64_t first, count;
	int rc;

	runs_open(&r, runs, n);
	while ((rc = runs_next(&r, &first, &count, e)) > 0) {
		int row = catalogue_step(c, q, e, "ii", first,
		    first + count - 1);

		for (; row > 0; row = catalogue_next(c, q, e)) {
			size_t len;
			const void *id = catalogue_blob(c, q, 1, &len);

			if (len != 32 || buf_add(ids, id, len, e) < 0) {
				catalogue_reset(c, q);
				return len == 32 ? -1 : err_set(e, ERR_FORMAT,
				    "the catalogue is damaged");
			}
		}
		if (row < 0)
			return -1;
	}
	return rc;
}

static int
elsewhere_parse(struct record_point *w, const char *s, struct err *e)
{
	const char *a = strchr(s, ' ');
	const char *b = a ? strchr(a + 1, ' ') : NULL;
	char seq[24];

	memset(w, 0, sizeof(*w));
	if (!b || (size_t)(a - s) >= sizeof(w->ref) ||
	    (size_t)(b - a) > sizeof(seq))
		goto bad;
	memcpy(w->ref, s, (size_t)(a - s));
	memcpy(seq, a + 1, (size_t)(b - a) - 1);
	seq[b - a - 1] = '\0';
	if (str_to_i64(seq, 0, INT64_MAX, &w->seq) < 0 ||
	    str_unhex(w->manifest, 32, b + 1, strlen(b + 1)) < 0)
		goto bad;
	w->have = true;
	return 0;
bad:
	return err_set(e, ERR_FORMAT, "the catalogue is damaged");
}

static int
copy_blob(struct catalogue *c, enum sql q, int col, void *out, size_t n)
{
	size_t len;
	const void *p = catalogue_blob(c, q, col, &len);

	if (len == n)
		memcpy(out, p, n);
	return len == n ? 0 : -1;
}

/* The row of SQL_VERSION_LIVE that is there, into the fold. */
static int
prime_row(struct catalogue *c, struct fold *fold, struct buf *ids,
	bool *doubt, struct err *e)
{
	const enum sql q = SQL_VERSION_LIVE;
	struct fold_file f;
	const void *path, *runs;
	size_t len;
	int rc = -1;

	memset(&f, 0, sizeof(f));
	f.source = str_dup(catalogue_text(c, q, VERSION_SOURCE));
	path = catalogue_blob(c, q, VERSION_PATH, &f.path_len);
	f.path = str_ndup(path, f.path_len);
	if (!f.source || !f.path) {
		(void)err_nomem(e);
		goto out;
	}
	f.size = catalogue_int(c, q, VERSION_SIZE);
	f.mtime_sec = catalogue_int(c, q, VERSION_MTIME);
	f.mtime_nsec = (uint32_t)catalogue_int(c, q, VERSION_NSEC);
	f.mode = (unsigned)catalogue_int(c, q, VERSION_MODE);
	f.torn = catalogue_int(c, q, VERSION_TORN) != 0;
	f.tag = (uint64_t)catalogue_int(c, q, VERSION_DOUBT);
	*doubt = *doubt || f.tag != 0;
	if (copy_blob(c, q, VERSION_SUM, f.sum, 32) < 0 ||
	    copy_blob(c, q, VERSION_HASH, f.line_hash, 32) < 0 ||
	    copy_blob(c, q, VERSION_RUN, f.run, 16) < 0) {
		(void)err_set(e, ERR_FORMAT, "the catalogue is damaged");
		goto out;
	}
	buf_clear(ids);
	if (!catalogue_null(c, q, VERSION_ELSEWHERE)) {
		if (elsewhere_parse(&f.elsewhere, catalogue_text(c, q,
		    VERSION_ELSEWHERE), e) < 0)
			goto out;
	} else {
		runs = catalogue_blob(c, q, VERSION_RUNS, &len);
		if (part_prime_ids(c, runs, len, ids, e) < 0)
			goto out;
	}
	f.chunks = ids->data;
	f.nchunks = ids->len / 32;
	rc = fold_put(fold, &f, e);
out:
	free(f.source);
	free(f.path);
	return rc;
}

int
part_prime(struct catalogue *c, int64_t line, struct fold *fold,
	bool *doubt, struct err *e)
{
	struct buf ids = BUF_INIT(IDS_MAX);
	int rc = catalogue_step(c, SQL_VERSION_LIVE, e, "i", line);

	*doubt = false;
	while (rc > 0) {
		if (prime_row(c, fold, &ids, doubt, e) < 0) {
			catalogue_reset(c, SQL_VERSION_LIVE);
			rc = -1;
			break;
		}
		rc = catalogue_next(c, SQL_VERSION_LIVE, e);
	}
	buf_release(&ids);
	return rc;
}
