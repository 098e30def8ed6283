/* desk/verify.c - is what we hold what was signed? */
#include "desk/verify.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/utf8.h"
#include "crypto/hash.h"
#include "desk/chain.h"
#include "desk/columns.h"
#include "desk/erased.h"
#include "desk/fetch.h"
#include "desk/indexer.h"
#include "desk/query.h"
#include "desk/receipts.h"
#include "desk/sync.h"
#include "unbundle/bundle_read.h"

#include "base/banned.h"

/* Receipts, sorted by what they are for. */
struct claimed {
	struct receipt r;
	bool met;
};

struct verify {
	struct box *box;
	struct verify_report *report;
	verify_fn fn;
	void *arg;
	struct claimed *claimed;
	size_t nclaimed, cap;
	struct tombstones erased;
};

static int
problem(struct verify *v, const char *ref, const char *text, struct err *e)
{
	struct buf shown = BUF_INIT(65536);
	int rc = -1;

	v->report->problems++;
	if (utf8_add_shown(&shown, text, strlen(text), e) == 0)
		rc = v->fn(v->arg, ref, buf_str(&shown), e);
	buf_release(&shown);
	return rc;
}

/* Things of the repository, not of this machine. */
static bool
is_content(const struct err *e)
{
	return e->code == ERR_FORMAT || e->code == ERR_INTEGRITY ||
	    e->code == ERR_CRYPTO || e->code == ERR_NOENT ||
	    (e->code == ERR_NOMEM && !err_is_nomem(e));
}

/* --- Receipts. */

static int
cmp_claimed(const void *a, const void *b)
{
	return strcmp(((const struct claimed *)a)->r.head,
	    ((const struct claimed *)b)->r.head);
}

static int
on_receipt(void *arg, const char *id, const struct receipt *r,
	const char *why, struct err *e)
{
	struct verify *v = arg;
	struct claimed *more;
	struct err what = ERR_INIT;

	v->report->receipts++;
	if (!r) {
		(void)err_set(&what, ERR_INTEGRITY, "commit %.12s: %s", id,
		    why);
		return problem(v, RECEIPTS_REF, what.what, e);
	}
	if (v->nclaimed == v->cap) {
		v->cap = v->cap ? v->cap * 2 : 64;
		more = realloc(v->claimed, v->cap * sizeof(*more));
		if (!more)
			return err_nomem(e);
		v->claimed = more;
	}
	v->claimed[v->nclaimed++] = (struct claimed){*r, false};
	return 0;
}

static int
load_receipts(struct verify *v, struct err *e)
{
	struct receipts_at at = {"", ""};
	struct err why = ERR_INIT;

	if (v->box->control.servers.n == 0)
		return 0;
	if (receipts_walk(v->box->records, RECEIPTS_REF,
	    &v->box->control.servers, &at, on_receipt, v, &why) < 0) {
		if (is_content(&why))
			return problem(v, RECEIPTS_REF, why.what, e);
		*e = why;
		return -1;
	}
	if (v->nclaimed > 0)
		qsort(v->claimed, v->nclaimed, sizeof(*v->claimed),
		    cmp_claimed);
	return 0;
}

/* Commit ID is in the history of REF: the receipts that say so are right. */
static void
meet(struct verify *v, const char *ref, const char *id)
{
	size_t lo = 0, hi = v->nclaimed, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (strcmp(v->claimed[mid].r.head, id) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < v->nclaimed && strcmp(v->claimed[lo].r.head, id) == 0;
	    lo++)
		if (strcmp(v->claimed[lo].r.ref, ref) == 0)
			v->claimed[lo].met = true;
}

static int
cmp_time(const void *a, const void *b)
{
	const struct claimed *x = a, *y = b;
	int c = strcmp(x->r.ref, y->r.ref);

	return c ? c : (x->r.utc > y->r.utc) - (x->r.utc < y->r.utc);
}

static int
tell_unmet(struct verify *v, struct err *e)
{
	struct erased_receipts orders;
	struct err what = ERR_INIT;
	bool erased;
	size_t i;
	int rc = erased_receipts_init(&orders, &v->erased, v->box->records,
	    clock_now_utc(), e);

	if (v->nclaimed > 0)
		qsort(v->claimed, v->nclaimed, sizeof(*v->claimed), cmp_time);
	for (i = 0; rc == 0 && i < v->nclaimed; i++)
		erased_receipts_met(&orders, v->claimed[i].r.ref,
		    v->claimed[i].r.head, v->claimed[i].r.utc);
	for (i = 0; rc == 0 && i < v->nclaimed; i++) {
		const struct receipt *r = &v->claimed[i].r;

		if (v->claimed[i].met)
			continue;
		rc = erased_receipts_gone(&orders, r->ref, r->utc, &erased,
		    e);
		if (rc < 0 || erased || seen_has(v->box->lost, r->ref,
		    r->head))
			continue;
		(void)err_set(&what, ERR_INTEGRITY,
		    "the central received commit %.12s, which is not in it",
		    r->head);
		rc = problem(v, r->ref, what.what, e);
	}
	erased_receipts_release(&orders);
	return rc;
}

/* --- Chains. */

/*
 * Where a branch that forked leaves its parent, the commits before have the
 * same numbers and parents: from the root on it is one chain.
 */
static int
walk(struct verify *v, const char *ref, const char *head, struct err *e)
{
	char live[CANON_REF_LEN];
	struct chain_link link;
	struct chain c;
	char (*ids)[CANON_ID_LEN] = NULL;
	size_t n = 0, i;
	int rc = -1;

	(void)mirror_kept(ref, live);
	if (chain_begin(&c, v->box->records, &v->box->control, live, e) < 0)
		return -1;
	if (mirror_chain(v->box->records, head, "", &ids, &n, e) < 0)
		return -1;
	/* Also behind where the chain breaks, which is told by itself. */
	for (i = 0; i < n; i++)
		meet(v, live, ids[i]);
	for (i = 0; i < n; i++) {
		if (proc_interrupted()) {
			(void)err_set(e, ERR_INTR, "interrupted");
			goto out;
		}
		if (chain_next(&c, ids[i], &link, e) < 0)
			goto out;
		v->report->commits++;
	}
	rc = 0;
out:
	free(ids);
	return rc;
}

static int
on_ref(void *arg, const char *ref, const char *head, struct err *e)
{
	struct verify *v = arg;
	struct err why = ERR_INIT;
	char live[CANON_REF_LEN];

	(void)mirror_kept(ref, live);
	if (!str_starts(live, "refs/heads/ws/"))
		return 0;
	v->report->branches++;
	if (walk(v, ref, head, &why) == 0)
		return 0;
	if (is_content(&why))
		return problem(v, ref, why.what, e);
	*e = why;
	return -1;
}

int
verify_chains(struct box *b, struct verify_report *r, verify_fn fn,
	void *arg, struct err *e)
{
	struct verify v = {.box = b, .report = r, .fn = fn, .arg = arg};
	int rc = -1;

	if (tombstones_load(&v.erased, b->desk, b->control_clone, &b->control,
	    e) == 0 && load_receipts(&v, e) == 0 &&
	    mirror_refs(b->records, "refs/heads/ws/", on_ref, &v, e) == 0 &&
	    mirror_refs(b->records, MIRROR_KEPT, on_ref, &v, e) == 0)
		rc = tell_unmet(&v, e);
	free(v.claimed);
	tombstones_release(&v.erased);
	return rc;
}

/* --- What is gone. */

static int
on_missing(void *arg, const char *ref, const char *text, struct err *e)
{
	return problem(arg, ref, text, e);
}

int
verify_erased(struct box *b, const struct seen *seen,
	struct verify_report *r, verify_fn fn, void *arg, struct err *e)
{
	struct verify v = {.box = b, .report = r, .fn = fn, .arg = arg};

	return erased_missing(b, seen, on_missing, &v, &r->erased, e);
}

/* --- A sample. */

struct sampled {
	struct buf ids;		/* what the catalogue says, in order */
	size_t got;
};

static int
on_chunk(void *arg, size_t index, const uint8_t id[static 32],
	const void *data, size_t n, struct err *e)
{
	struct sampled *s = arg;

	(void)data;
	(void)n;
	s->got++;
	if ((index + 1) * 32 > s->ids.len ||
	    memcmp(s->ids.data + index * 32, id, 32) != 0)
		return err_set(e, ERR_INTEGRITY,
		    "chunk %zu is not the one of the catalogue", index);
	return 0;
}

static int
load_ids(struct catalogue *c, int64_t first, int64_t count, struct buf *ids,
	struct err *e)
{
	const enum sql q = SQL_CHUNK_SPAN;
	int rc = catalogue_step(c, q, e, "ii", first, first + count - 1);

	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		size_t len;
		const void *id = catalogue_blob(c, q, 1, &len);

		if (buf_add(ids, id, len, e) < 0) {
			catalogue_reset(c, q);
			return -1;
		}
	}
	return rc;
}

/* The bundle in the row of SQL_BUNDLE_EACH. */
static int
check_bundle(struct verify *v, struct err *e)
{
	struct catalogue *c = v->box->catalogue;
	const enum sql q = SQL_BUNDLE_EACH;
	struct sampled s = {BUF_INIT(256u * 1024 * 1024), 0};
	const struct bundle_handler h = {NULL, on_chunk, &s};
	const int64_t count = catalogue_int(c, q, BUNDLE_CHUNKS);
	struct fetch_pull pull;
	size_t len;
	const void *sha = catalogue_blob(c, q, BUNDLE_SHA256, &len);
	int rc = -1;

	if (load_ids(c, catalogue_int(c, q, BUNDLE_FIRST), count, &s.ids,
	    e) < 0)
		goto out;
	if (fetch_bundle(v->box->records, v->box->opener, FETCH_ROOM_READ,
	    catalogue_text(c, q, BUNDLE_BLOB), len == 32 ? sha : NULL, NULL,
	    0, NULL, &pull, e) < 0)
		goto out;
	if (bundle_read(fetch_pull, &pull, fetch_plain_max((uint64_t)count),
	    NULL, &h, e) < 0)
		goto out;
	if (s.got != (size_t)count) {
		(void)err_set(e, ERR_INTEGRITY, "%zu chunks of %lld are there",
		    s.got, (long long)count);
		goto out;
	}
	rc = 0;
out:
	buf_release(&s.ids);
	return rc;
}

static bool
chosen(int percent)
{
	uint32_t r = 0;

	/* Without the kernel's random source: all of them. */
	if (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
		return true;
	return r % 10000 < (uint32_t)percent * 100;
}

int
verify_sample(struct box *b, int percent, struct verify_report *r,
	verify_fn fn, void *arg, struct err *e)
{
	struct verify v = {.box = b, .report = r, .fn = fn, .arg = arg};
	const enum sql q = SQL_BUNDLE_EACH;
	int rc = catalogue_step(b->catalogue, q, e, "");

	for (; rc > 0; rc = catalogue_next(b->catalogue, q, e)) {
		struct err why = ERR_INIT;

		if (proc_interrupted()) {
			rc = err_set(e, ERR_INTR, "interrupted");
			break;
		}
		if (!chosen(percent))
			continue;
		r->bundles++;
		r->bytes += catalogue_int(b->catalogue, q, BUNDLE_BYTES);
		if (check_bundle(&v, &why) == 0)
			continue;
		if (!is_content(&why)) {
			*e = why;
			rc = -1;
			break;
		}
		if (problem(&v, catalogue_text(b->catalogue, q, BUNDLE_PATH),
		    why.what, e) < 0) {
			rc = -1;
			break;
		}
	}
	catalogue_reset(b->catalogue, q);
	return rc < 0 ? -1 : 0;
}

/* --- Everything. */

static int
hash_file(void *arg, const struct query_file *f, struct err *e)
{
	struct hash *h = arg;
	char head[96];
	int n = snprintf(head, sizeof(head), "%lld %lld %u %u ",
	    (long long)f->size, (long long)f->mtime_sec,
	    (unsigned)f->mtime_nsec, f->mode);

	(void)e;
	hash_update(h, head, (size_t)n);
	hash_update(h, f->source, strlen(f->source) + 1);
	hash_update(h, f->path, f->path_len);
	if (f->sum)
		hash_update(h, f->sum, 32);
	return 0;
}

/* One number for all that stands of a station. */
static int
station_sum(struct catalogue *c, const char *station, uint8_t out[32],
	struct err *e)
{
	struct hash h;
	int rc;

	if (hash_init(&h, HASH_BLAKE2B, e) < 0)
		return -1;
	rc = query_files(c, station, NULL, NULL, INT64_MAX, hash_file, &h, e);
	hash_final(&h, out);
	hash_release(&h);
	return rc;
}

struct compare {
	struct verify *v;
	struct catalogue *scratch;
};

static int
compare_station(void *arg, const struct query_station *s, struct err *e)
{
	struct compare *c = arg;
	uint8_t a[32], b[32];
	bool ours = false;

	if (query_has_station(c->v->box->catalogue, s->station, &ours, e) < 0)
		return -1;
	if (!ours)
		return 0;	/* not indexed yet: 'sync' will */
	if (station_sum(c->scratch, s->station, a, e) < 0 ||
	    station_sum(c->v->box->catalogue, s->station, b, e) < 0)
		return -1;
	return memcmp(a, b, 32) == 0 ? 0 : problem(c->v, s->station,
	    "the catalogue does not say what the repository says; run "
	    "'liudi-desk sync' (--rebuild if it stays)", e);
}

static int
on_event(void *arg, const struct query_event *ev, struct err *e)
{
	struct verify *v = arg;

	return ev->severity < 3 ? 0 : problem(v, ev->station, ev->text, e);
}

static int
sum_bundles(struct catalogue *c, struct verify_report *r, struct err *e)
{
	const enum sql q = SQL_BUNDLE_EACH;
	int rc = catalogue_step(c, q, e, "");

	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		r->bundles++;
		r->bytes += catalogue_int(c, q, BUNDLE_BYTES);
	}
	return rc;
}

static int
all_into(struct verify *v, struct catalogue *scratch, struct err *e)
{
	struct box *b = v->box;
	struct indexer_with w = {scratch, b->records, &b->control, b->policy,
	    b->opener, clock_now_utc(), NULL, NULL};
	struct compare c = {v, scratch};
	struct tombstones erased;
	struct indexer *ix = NULL;
	size_t parts = 0;
	int rc = -1;

	if (tombstones_load(&erased, b->desk, b->control_clone, &b->control,
	    e) < 0)
		goto out;
	w.erased = &erased;
	ix = indexer_new(&w, e);
	if (!ix)
		goto out;
	if (indexer_run(ix, &parts, e) < 0)
		goto out;
	v->report->commits += (int64_t)parts;
	if (sum_bundles(scratch, v->report, e) < 0 ||
	    query_events_since(scratch, 0, on_event, v, e) < 0)
		goto out;
	rc = b->catalogue ? query_stations(scratch, compare_station, &c, e) :
	    0;
out:
	indexer_free(ix);
	tombstones_release(&erased);
	return rc;
}

int
verify_all(struct box *b, struct verify_report *r, verify_fn fn, void *arg,
	struct err *e)
{
	struct verify v = {.box = b, .report = r, .fn = fn, .arg = arg};
	struct err ignored = ERR_INIT;
	struct catalogue *scratch = NULL;
	char *file;
	int rc = -1;

	if (sync_may_read(&b->control, b->opener, e) < 0)
		return -1;
	file = path_join(b->home->index, "verify.sqlite3");
	if (!file)
		return err_nomem(e);
	if (catalogue_remove(file, e) < 0)
		goto out;
	scratch = catalogue_open(file, true, e);
	if (!scratch)
		goto out;
	rc = all_into(&v, scratch, e);
out:
	catalogue_close(scratch);
	/* What is left of it is removed by the next one. */
	(void)catalogue_remove(file, &ignored);
	free(file);
	return rc;
}
