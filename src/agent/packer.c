/* agent/packer.c - a ring of chunks and the thread that seals them. */

#include "agent/packer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "bundle/tarz.h"
#include "crypto/hash.h"
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

/* In the ring: this, then the bytes. */
struct item {
	const uint8_t *outside;	/* where the bytes are; NULL: behind this */
	uint32_t len;		/* of the bytes; 0 = close the bundle */
	bool packed;
	uint8_t id[32];
};

struct packer {
	struct seal_recipient recipient[SEAL_MAX_RECIPIENTS];
	size_t nrecipients;
	struct tarz *tarz;

	/* the part being made */
	struct spool_part *part;
	const struct record_head *head;
	struct packer_bundle bundle[CANON_MAX_BUNDLES];
	size_t nbundles;

	/* the open bundle, the thread's own */
	bool open;
	struct buf sealed;
	struct seal *seal;
	uint64_t plain_len;
	uint64_t held;		/* bytes given to tarz since it was flushed */

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
	size_t closed;
	bool failed;
	struct err err;
};

/* --- the open bundle (thread) --- */

static int
sealed_sink(void *arg, const void *data, size_t n, struct err *e)
{
	struct packer *p = arg;

	return buf_add(&p->sealed, data, n, e);
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
	buf_clear(&p->sealed);
	if (buf_reserve(&p->sealed, PACKER_BUNDLE_LEN + PACKER_BUNDLE_LEN / 8,
		e) != 0)
		return -1;
	p->plain_len = 0;
	p->held = 0;
	p->seal = seal_new(p->recipient, p->nrecipients, sealed_sink, p, e);
	if (p->seal == NULL)
		return -1;
	if (tarz_begin(p->tarz, plain_sink, p, e) != 0 ||
	    record_bundle_json(p->head, &json, e) != 0 ||
	    tarz_add(p->tarz, "liudi.json", json.data, json.len, false, e) !=
		0)
		goto out;
	buf_clear(&p->bundle[p->nbundles].ids);
	p->open = true;
	rc = 0;
out:
	buf_release(&json);
	return rc;
}

static int
bundle_close(struct packer *p, struct err *e)
{
	struct packer_bundle *b = &p->bundle[p->nbundles];
	struct buf pad = BUF_INIT(PACKER_BUNDLE_LEN);
	int rc = -1;

	if (tarz_finish(p->tarz, e) != 0 ||
	    seal_pad(&pad, p->plain_len, e) != 0 ||
	    plain_sink(p, pad.data, pad.len, e) != 0 ||
	    seal_finish(p->seal, e) != 0)
		goto out;
	hash_sha256(b->sha256, p->sealed.data, p->sealed.len);
	b->bytes = p->sealed.len;
	b->path = (struct canon_path){.started_utc = p->head->started,
	    .seq = p->head->seq, .bundle = (int)p->nbundles};
	if (spool_part_add(p->part, &b->path, p->sealed.data, p->sealed.len,
		e) != 0)
		goto out;
	p->open = false;
	p->nbundles++;
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
put(struct packer *p, const struct item *it, const void *data, struct err *e)
{
	char name[8 + 64 + 1] = "chunks/";
	bool full = false;

	if (it->len == 0)
		return p->open ? bundle_close(p, e) : 0;
	if (!p->open && bundle_open(p, e) != 0)
		return -1;
	str_hex(name + 7, it->id, 32);
	if (buf_add(&p->bundle[p->nbundles].ids, it->id, 32, e) != 0)
		return -1;
	if (tarz_add(p->tarz, name, data, it->len, it->packed, e) != 0)
		return -1;
	p->held += it->len;
	if (is_full(p, &full, e) != 0)
		return -1;
	return full ? bundle_close(p, e) : 0;
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

static void *
thread_main(void *arg)
{
	struct packer *p = arg;
	const struct item *it;
	struct err e = ERR_INIT;
	int rc;

	(void)pthread_mutex_lock(&p->lock);
	for (;;) {
		while (p->put == p->took && !p->stop)
			(void)pthread_cond_wait(&p->work, &p->lock);
		if (p->put == p->took)
			break;
		it = ring_first(p);
		if (!p->failed) {
			(void)pthread_mutex_unlock(&p->lock);
			rc = put(p, it, it->outside != NULL ? it->outside :
			    (const uint8_t *)(it + 1), &e);
			(void)pthread_mutex_lock(&p->lock);
			p->closed = p->nbundles;
			if (rc != 0) {
				p->failed = true;
				p->err = e;
			}
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

	if (p->running)
		return 0;
	if (p->ring == NULL && (p->ring = malloc(RING_LEN)) == NULL)
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

	if (start(p, e) != 0)
		return -1;
	(void)pthread_mutex_lock(&p->lock);
	while (!p->failed && !ring_in(p, it, data)) {
		(void)pthread_cond_signal(&p->work);
		(void)pthread_cond_wait(&p->space, &p->lock);
	}
	if (it->outside != NULL || it->len == 0)
		wait_idle(p);
	else if (p->put - p->took >= WAKE_THREAD)
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
	struct err *e)
{
	struct packer *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		(void)err_nomem(e);
		return NULL;
	}
	memcpy(p->recipient, r, n * sizeof(*r));
	p->nrecipients = n;
	buf_init(&p->sealed, 32u * 1024 * 1024);
	for (size_t i = 0; i < CANON_MAX_BUNDLES; i++)
		buf_init(&p->bundle[i].ids, 64u * 1024 * 1024);
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->space, NULL);
	(void)pthread_cond_init(&p->work, NULL);
	p->skip = UINT64_MAX;
	p->tarz = tarz_new(zstd_level, e);
	if (p->tarz == NULL) {
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
	buf_release(&p->sealed);
	for (size_t i = 0; i < CANON_MAX_BUNDLES; i++)
		buf_release(&p->bundle[i].ids);
	free(p->ring);
	(void)pthread_mutex_destroy(&p->lock);
	(void)pthread_cond_destroy(&p->space);
	(void)pthread_cond_destroy(&p->work);
	free(p);
}

int
packer_begin(struct packer *p, struct spool_part *part,
	const struct record_head *head, struct err *e)
{
	if (p->failed) {
		*e = p->err;
		return -1;
	}
	p->part = part;
	p->head = head;
	p->nbundles = 0;
	p->closed = 0;
	return 0;
}

int
packer_chunk(struct packer *p, const uint8_t id[static 32], const void *data,
	size_t n, bool packed, struct err *e)
{
	struct item it = {.len = (uint32_t)n, .packed = packed};

	if (n + sizeof(it) > RING_LEN / 2)
		it.outside = data;
	memcpy(it.id, id, sizeof(it.id));
	return send_item(p, &it, data, e);
}

size_t
packer_closed(struct packer *p)
{
	size_t n;

	(void)pthread_mutex_lock(&p->lock);
	n = p->closed;
	(void)pthread_mutex_unlock(&p->lock);
	return n;
}

int
packer_end(struct packer *p, const struct packer_bundle **b, size_t *n,
	struct err *e)
{
	struct item it = {.len = 0};

	if (p->running && send_item(p, &it, NULL, e) != 0)
		return -1;
	/* The manifest comes next, and wants the room. */
	buf_release(&p->sealed);
	*b = p->bundle;
	*n = p->nbundles;
	return 0;
}

int
packer_manifest(struct packer *p, const struct buf *lines, struct buf *out,
	struct err *e)
{
	struct buf plain = BUF_INIT(64u * 1024 * 1024);
	struct seal *s = NULL;
	int rc = -1;

	buf_clear(&p->sealed);
	if (tarz_lines(p->tarz, lines->data, lines->len, &plain, e) != 0 ||
	    seal_pad(&plain, plain.len, e) != 0 ||
	    (s = seal_new(p->recipient, p->nrecipients, sealed_sink, p, e)) ==
		NULL ||
	    seal_write(s, plain.data, plain.len, e) != 0 ||
	    seal_finish(s, e) != 0 ||
	    buf_add(out, p->sealed.data, p->sealed.len, e) != 0)
		goto out;
	rc = 0;
out:
	seal_free(s);
	buf_release(&plain);
	return rc;
}
