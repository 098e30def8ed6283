/* agent/packer.c - a ring of chunks and the thread that seals them. */

#include "agent/packer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "bundle/tarz.h"
#include "repo/canon.h"
#include "base/banned.h"

#define RING_LEN (1024u * 1024)
#define RING_ALIGN 8u
/* Each side sleeps until it has so much to do: fewer switches. */
#define WAKE_THREAD (RING_LEN / 4)
#define WAKE_CALLER (RING_LEN / 2)
/*
 * Padding rounds a bundle's length up to a step of 128 KiB there.  From
 * CLOSE_FROM on, a bundle is closed where little of a step is left; the longer
 * it gets, the more is good enough.
 */
#define CLOSE_FROM (PACKER_BUNDLE_LEN - 256u * 1024)
#define PAD_GOOD (8u * 1024)
#define PAD_PATIENCE 8		/* one byte of padding more per so many bytes */
#define LOOK_EVERY (32u * 1024)	/* bytes; each look ends a zstd block */
#define END_OVERHEAD 64u	/* of tar and zstd, about */
#define TAR_EXTRA 2048u		/* of an entry, and of what all tars have */

/* A part is closed with so many bundles, or so many sealed bytes. */
#define PART_BUNDLES 5u
#define PART_LEN (33u * 1024 * 1024)

/*
 * Where chunks are as small as this on average, opening, hashing and listing
 * files costs more than compressing them: there is time for a longer search.
 * The bundle before tells.  Pages of databases are larger.
 */
#define SMALL_CHUNKS 3072u

enum item_kind { ITEM_CHUNK, ITEM_BEGIN, ITEM_END };

/* In the ring: this, then the bytes. */
struct item {
	enum item_kind kind;
	bool packed;
	uint32_t len;		/* of the bytes */
	const uint8_t *outside;	/* where the bytes are; NULL: behind this */
	struct part_job *job;	/* that begins or ends */
	uint8_t id[32];
};

struct packer {
	struct seal_recipient recipient[SEAL_MAX_RECIPIENTS];
	size_t nrecipients;
	struct binder *to;

	/* the thread's own: the part and its open bundle */
	struct tarz *tarz;
	struct part_job *job;
	size_t nbundles;
	bool open;
	struct seal *seal;
	uint64_t plain_len;
	uint64_t tar_len;	/* of the open bundle, at most */
	uint64_t part_len;	/* sealed bytes of the part, about */
	uint64_t held;		/* bytes given to tarz since it was flushed */
	uint64_t chunks, chunk_bytes;	/* in the open bundle */

	/*
	 * Shared, under lock.  Bytes go in at `put`; the thread works on them
	 * where they are and moves `took` when it is done.  An item is in one
	 * piece: at `skip` the rest of the ring is left out.
	 */
	pthread_mutex_t lock;
	pthread_cond_t space, work;
	pthread_t thread;
	bool running, stop;
	uint8_t *ring;
	uint64_t put, took;	/* place: modulo RING_LEN */
	uint64_t skip;
	const struct part_job *full;	/* this part has enough */
	bool failed;
	struct err err;
};

/* --- the open bundle (thread) --- */

static int
sealed_sink(void *arg, const void *data, size_t n, struct err *e)
{
	struct packer *p = arg;

	return binder_data(p->to, p->job, p->nbundles, data, n, e);
}

static int
plain_sink(void *arg, const void *data, size_t n, struct err *e)
{
	struct packer *p = arg;

	p->plain_len += n;
	return seal_write(p->seal, data, n, e);
}

static int
bundle_open(struct packer *p, struct err *e)
{
	struct buf json = BUF_INIT(65536);
	int rc = -1;

	if (p->nbundles == CANON_MAX_BUNDLES)
		return err_set(e, ERR_FAIL, "too many bundles in a part");
	p->plain_len = 0;
	p->tar_len = TAR_EXTRA;
	p->held = 0;
	p->chunks = p->chunk_bytes = 0;
	p->seal = seal_new(p->recipient, p->nrecipients, sealed_sink, p, e);
	if (p->seal == NULL)
		return -1;
	if (tarz_begin(p->tarz, plain_sink, p, e) != 0 ||
	    record_bundle_json(&p->job->head, &json, e) != 0 ||
	    tarz_add(p->tarz, "liudi.json", json.data, json.len, false, e) !=
		0)
		goto out;
	p->open = true;
	rc = 0;
out:
	buf_release(&json);
	return rc;
}

static int
bundle_close(struct packer *p, struct err *e)
{
	struct buf pad = BUF_INIT(PACKER_BUNDLE_LEN);
	int rc = -1;

	if (tarz_finish(p->tarz, e) != 0 ||
	    tarz_longer(p->tarz, p->chunk_bytes < p->chunks * SMALL_CHUNKS,
		e) != 0 ||
	    seal_pad(&pad, p->plain_len, e) != 0 ||
	    plain_sink(p, pad.data, pad.len, e) != 0 ||
	    seal_finish(p->seal, e) != 0 ||
	    binder_bundle(p->to, p->job, p->nbundles, e) != 0)
		goto out;
	p->open = false;
	p->nbundles++;
	p->part_len += p->plain_len;
	rc = 0;
out:
	buf_release(&pad);
	seal_free(p->seal);
	p->seal = NULL;
	return rc;
}

/* Is this a good place to close the open bundle? */
static int
is_full(struct packer *p, bool *full, struct err *e)
{
	uint64_t len, pad;

	*full = false;
	if (tarz_written(p->tarz) + p->held < CLOSE_FROM ||
	    p->held < LOOK_EVERY)
		return 0;
	if (tarz_flush(p->tarz, e) != 0)
		return -1;
	p->held = 0;
	len = tarz_written(p->tarz) + END_OVERHEAD;
	if (len < CLOSE_FROM)
		return 0;
	pad = seal_pad_len(len);
	*full = pad <= PAD_GOOD + (len - CLOSE_FROM) / PAD_PATIENCE;
	return 0;
}

static int
put_chunk(struct packer *p, const struct item *it, const void *data,
	struct err *e)
{
	char name[8 + 64 + 1] = "chunks/";
	bool full = false;

	if (p->open && p->tar_len + it->len + TAR_EXTRA > CANON_MAX_TAR &&
	    bundle_close(p, e) != 0)
		return -1;
	if (!p->open && bundle_open(p, e) != 0)
		return -1;
	p->tar_len += it->len + TAR_EXTRA;
	str_hex(name + 7, it->id, 32);
	if (buf_add(&p->job->bundle[p->nbundles].ids, it->id, 32, e) != 0)
		return -1;
	if (tarz_add(p->tarz, name, data, it->len, it->packed, e) != 0)
		return -1;
	p->held += it->len;
	p->chunks++;
	p->chunk_bytes += it->len;
	if (is_full(p, &full, e) != 0)
		return -1;
	return full ? bundle_close(p, e) : 0;
}

/* Work on an item; WHY, if not NULL: something has failed before. */
static int
take(struct packer *p, const struct item *it, const struct err *why,
	struct err *e)
{
	int rc = 0;

	switch (it->kind) {
	case ITEM_BEGIN:
		p->job = it->job;
		p->nbundles = 0;
		p->part_len = 0;
		break;
	case ITEM_CHUNK:
		if (why == NULL)
			rc = put_chunk(p, it, it->outside != NULL ?
			    it->outside : (const uint8_t *)(it + 1), e);
		break;
	case ITEM_END:
		if (why == NULL && p->open && (rc = bundle_close(p, e)) != 0)
			why = e;
		binder_part(p->to, p->job, why);
		p->job = NULL;
		break;
	}
	return rc;
}

/* --- the ring --- */

static size_t
item_size(const struct item *it)
{
	size_t n = sizeof(*it) + (it->outside != NULL ? 0 : it->len);

	return (n + RING_ALIGN - 1) / RING_ALIGN * RING_ALIGN;
}

static uint64_t
ring_left(uint64_t at)
{
	return RING_LEN - at % RING_LEN;
}

/* False if there is no room now. */
static bool
ring_in(struct packer *p, const struct item *it, const void *data)
{
	size_t need = item_size(it);
	uint64_t skip, left;
	uint8_t *to;

	if (p->put == p->took)
		p->put = p->took = 0;
	left = ring_left(p->put);
	skip = left < need ? left : 0;
	if (RING_LEN - (p->put - p->took) < skip + need)
		return false;
	if (skip > 0) {
		p->skip = p->put;
		p->put += skip;
	}
	to = p->ring + p->put % RING_LEN;
	memcpy(to, it, sizeof(*it));
	if (it->outside == NULL && it->len > 0)
		memcpy(to + sizeof(*it), data, it->len);
	p->put += need;
	return true;
}

/* The oldest item; there is one. */
static const struct item *
ring_first(struct packer *p)
{
	if (p->took == p->skip) {
		p->took += ring_left(p->took);
		p->skip = UINT64_MAX;
	}
	return (const void *)(p->ring + p->took % RING_LEN);
}

static bool
enough(const struct packer *p)
{
	return p->job != NULL &&
	    (p->nbundles >= PART_BUNDLES || p->part_len >= PART_LEN);
}

static void *
thread_main(void *arg)
{
	struct packer *p = arg;
	const struct item *it;
	struct err e = ERR_INIT;
	bool failed;
	int rc;

	(void)pthread_mutex_lock(&p->lock);
	for (;;) {
		while (p->put == p->took && !p->stop)
			(void)pthread_cond_wait(&p->work, &p->lock);
		if (p->put == p->took)
			break;
		it = ring_first(p);
		failed = p->failed;
		(void)pthread_mutex_unlock(&p->lock);
		rc = take(p, it, failed ? &p->err : NULL, &e);
		(void)pthread_mutex_lock(&p->lock);
		p->full = enough(p) ? p->job : NULL;
		if (rc != 0 && !p->failed) {
			p->failed = true;
			p->err = e;
		}
		p->took += item_size(it);
		if (p->put - p->took <= WAKE_CALLER)
			(void)pthread_cond_signal(&p->space);
	}
	(void)pthread_mutex_unlock(&p->lock);
	return NULL;
}

static int
start(struct packer *p, struct err *e)
{
	int sys;

	p->ring = malloc(RING_LEN);
	if (p->ring == NULL)
		return err_nomem(e);
	sys = pthread_create(&p->thread, NULL, thread_main, p);
	if (sys != 0)
		return err_sys(e, sys, "cannot start a thread");
	p->running = true;
	return 0;
}

/* Until the thread has done all there is. */
static void
wait_idle(struct packer *p)
{
	(void)pthread_cond_signal(&p->work);
	while (p->put != p->took)
		(void)pthread_cond_wait(&p->space, &p->lock);
}

static int
send_item(struct packer *p, const struct item *it, const void *data,
	struct err *e)
{
	int rc = -1;

	(void)pthread_mutex_lock(&p->lock);
	while (!ring_in(p, it, data)) {
		(void)pthread_cond_signal(&p->work);
		(void)pthread_cond_wait(&p->space, &p->lock);
	}
	if (it->outside != NULL)
		wait_idle(p);
	else if (it->kind == ITEM_END || p->put - p->took >= WAKE_THREAD)
		(void)pthread_cond_signal(&p->work);
	if (!p->failed)
		rc = 0;
	else
		*e = p->err;
	(void)pthread_mutex_unlock(&p->lock);
	return rc;
}

/* --- public --- */

struct packer *
packer_new(const struct seal_recipient *r, size_t n, int zstd_level,
	struct binder *to, struct err *e)
{
	struct packer *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		(void)err_nomem(e);
		return NULL;
	}
	memcpy(p->recipient, r, n * sizeof(*r));
	p->nrecipients = n;
	p->to = to;
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->space, NULL);
	(void)pthread_cond_init(&p->work, NULL);
	p->skip = UINT64_MAX;
	p->tarz = tarz_new(zstd_level, e);
	if (p->tarz == NULL || start(p, e) != 0) {
		packer_free(p);
		return NULL;
	}
	return p;
}

void
packer_free(struct packer *p)
{
	if (p == NULL)
		return;
	if (p->running) {
		(void)pthread_mutex_lock(&p->lock);
		p->stop = true;
		p->failed = true;
		(void)pthread_cond_signal(&p->work);
		(void)pthread_mutex_unlock(&p->lock);
		(void)pthread_join(p->thread, NULL);
	}
	seal_free(p->seal);
	tarz_free(p->tarz);
	free(p->ring);
	(void)pthread_mutex_destroy(&p->lock);
	(void)pthread_cond_destroy(&p->space);
	(void)pthread_cond_destroy(&p->work);
	free(p);
}

int
packer_begin(struct packer *p, struct part_job *j, struct err *e)
{
	struct item it = {.kind = ITEM_BEGIN, .job = j};

	return send_item(p, &it, NULL, e);
}

int
packer_chunk(struct packer *p, const uint8_t id[static 32], const void *data,
	size_t n, bool packed, struct err *e)
{
	struct item it = {.kind = ITEM_CHUNK, .len = (uint32_t)n,
	    .packed = packed};

	if (n + sizeof(it) > RING_LEN / 2)
		it.outside = data;
	memcpy(it.id, id, sizeof(it.id));
	return send_item(p, &it, data, e);
}

bool
packer_full(struct packer *p, const struct part_job *j)
{
	bool full;

	(void)pthread_mutex_lock(&p->lock);
	full = p->full == j;
	(void)pthread_mutex_unlock(&p->lock);
	return full;
}

int
packer_end(struct packer *p, struct part_job *j, struct err *e)
{
	struct item it = {.kind = ITEM_END, .job = j};

	return send_item(p, &it, NULL, e);
}
