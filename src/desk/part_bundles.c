/*
 * desk/part_bundles.c - a part's bundles: each chunk has the bytes that its id
 * says.  FORMAT section 7.
 */
#include "desk/part_bundles.h"

#include <string.h>

#include "desk/part_tails.h"
#include "unbundle/bundle_read.h"

#include "base/banned.h"

int
part_bundles_line(void *arg, const struct manifest_bundle *b, struct err *e)
{
	struct part_in *p = arg;
	const struct canon_run *run = &p->link->run;
	const struct chain_file *f = &p->link->bundle[p->nbundles];
	size_t i;

	if (p->nbundles >= run->nbundles || strcmp(b->path, f->path) != 0)
		return part_in_wrong(e,
		    "it names a bundle that is not in the commit");
	if (b->bytes != run->bundle[p->nbundles].bytes ||
	    memcmp(b->sha256, run->bundle[p->nbundles].sha256, 32) != 0)
		return part_in_wrong(e,
		    "a bundle is not the one of the commit");
	if (p->bad->is[p->nbundles])
		return finding_add(&p->at, FINDING_INTEGRITY, "bad-bundle", e,
		    "what it holds is left out: %s",
		    p->bad->why[p->nbundles++]);
	if (catalogue_run(p->at.catalogue, SQL_BUNDLE_ADD, e, "ittbiii",
	    p->at.part, f->blob, f->path, (const void *)b->sha256, (size_t)32,
	    (int64_t)b->bytes, p->next, (int64_t)b->n) < 0)
		return -1;
	if (buf_add(&p->ids, b->ids, b->n * 32, e) < 0)
		return -1;
	p->first[p->nbundles] = p->next;
	p->nchunks[p->nbundles++] = b->n;
	for (i = 0; i < b->n; i++)
		if (chunks_promise(p->chunks, b->ids + i * 32, p->next++,
		    e) < 0)
			return -1;
	return 0;
}

/* --- What they hold. */

struct bundle_in {
	struct part_in *p;
	size_t index;		/* of the bundle */
	size_t before;		/* chunks of the bundles before */
	size_t got;
	bool context;
};

static int
on_context(void *arg, const struct bundle_context *c, struct err *e)
{
	struct bundle_in *b = arg;
	const struct record_head *h = &b->p->head;

	if (strcmp(c->station, h->station) != 0 ||
	    strcmp(c->stream, h->stream) != 0 || c->epoch != h->epoch ||
	    c->seq != h->seq || c->part != h->part ||
	    memcmp(c->run, h->run, sizeof(h->run)) != 0)
		return err_set(e, ERR_INTEGRITY,
		    "bundle %zu: it is of another part", b->index);
	b->context = true;
	return 0;
}

static int
on_chunk(void *arg, size_t index, const uint8_t id[static 32],
	const void *data, size_t n, struct err *e)
{
	struct bundle_in *b = arg;
	struct part_in *p = b->p;
	struct captured *keep;

	if (index >= p->nchunks[b->index] ||
	    memcmp(p->ids.data + (b->before + index) * 32, id, 32) != 0)
		return err_set(e, ERR_INTEGRITY,
		    "bundle %zu: chunk %zu is not the one of the manifest",
		    b->index, index);
	b->got++;
	p->chunks_in++;
	p->bytes_in += (int64_t)n;
	keep = part_tails_captured(p, id);
	if (keep && keep->len == 0 && p->bytes.max - p->bytes.len >= n) {
		keep->at = p->bytes.len;
		keep->len = n;
		if (buf_add(&p->bytes, data, n, e) < 0)
			return -1;
	}
	return catalogue_run(p->at.catalogue, SQL_CHUNK_ADD, e, "iibii",
	    p->first[b->index] + (int64_t)index, chunks_word(id),
	    (const void *)id, (size_t)32, p->at.part, (int64_t)n);
}

static int
read_bundle(struct part_in *p, size_t i, size_t before, struct err *e)
{
	struct bundle_in b = {p, i, before, 0, false};
	const struct bundle_handler h = {on_context, on_chunk, &b};
	struct fetch_pull pull;
	int ok = 0;

	if (fetch_bundle(p->with->records, p->with->opener, FETCH_ROOM_READ,
	    p->link->bundle[i].blob, p->link->run.bundle[i].sha256, p->reader,
	    p->nreaders, &ok, &pull, e) < 0)
		return err_prefix(e, "bundle %zu", i);
	if (!ok && finding_add(&p->at, FINDING_INTEGRITY, "readers", e,
	    "bundle %zu opens for others than it says", i) < 0)
		return -1;
	if (bundle_read(fetch_pull, &pull, fetch_plain_max(p->nchunks[i]),
	    NULL, &h, e) < 0)
		return err_prefix(e, "bundle %zu", i);
	if (!b.context || b.got != p->nchunks[i])
		return err_set(e, ERR_INTEGRITY,
		    "bundle %zu: %zu chunks of %zu are there", i, b.got,
		    p->nchunks[i]);
	return 0;
}

/* Is it the bundle's own fault? */
static bool
is_bad(const struct err *e)
{
	return e->code == ERR_INTEGRITY || e->code == ERR_FORMAT ||
	    e->code == ERR_CRYPTO;
}

/* 1: some did not hold, and are marked now. */
int
part_bundles_read(struct part_in *p, struct err *e)
{
	size_t i, before = 0;
	int rc = 0;

	if (p->nbundles != p->link->run.nbundles)
		return part_in_wrong(e, "it lacks a bundle of the commit");
	for (i = 0; i < p->nbundles; i++) {
		struct err why = ERR_INIT;

		if (p->bad->is[i])
			continue;
		if (read_bundle(p, i, before, &why) < 0) {
			if (!is_bad(&why)) {
				*e = why;
				return -1;
			}
			p->bad->is[i] = true;
			(void)snprintf(p->bad->why[i],
			    sizeof(p->bad->why[i]), "%s", why.what);
			rc = 1;
		}
		before += p->nchunks[i];
	}
	return rc;
}
