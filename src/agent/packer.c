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

struct item {
	uint32_t len;		/* of the bytes; 0 = close the bundle */
	uint8_t packed;
	uint8_t outside;	/* bytes are at `big`, not in the ring */
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

	/* shared, under lock */
	pthread_mutex_t lock;
	pthread_cond_t space, work, idle;
	pthread_t thread;
	bool running, stop, busy;
	uint8_t *ring;
	size_t head_pos, used;
	const uint8_t *big;
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

static void
ring_in(struct packer *p, const void *data, size_t n)
{
	size_t at = (p->head_pos + p->used) % RING_LEN;
	size_t first = n < RING_LEN - at ? n : RING_LEN - at;

	if (n == 0)		/* then DATA may be NULL */
		return;
	memcpy(p->ring + at, data, first);
	memcpy(p->ring, (const uint8_t *)data + first, n - first);
	p->used += n;
}

static void
ring_out(struct packer *p, void *data, size_t n)
{
	size_t first = n < RING_LEN - p->head_pos ? n :
	    RING_LEN - p->head_pos;

	memcpy(data, p->ring + p->head_pos, first);
	memcpy((uint8_t *)data + first, p->ring, n - first);
	p->head_pos = (p->head_pos + n) % RING_LEN;
	p->used -= n;
}

static void *
thread_main(void *arg)
{
	struct packer *p = arg;
	struct item it;
	struct err e = ERR_INIT;
	uint8_t *data = malloc(RING_LEN);

	(void)pthread_mutex_lock(&p->lock);
	if (data == NULL) {
		p->failed = true;
		(void)err_nomem(&p->err);
	}
	for (;;) {
		const uint8_t *bytes = data;
		bool outside;

		while (p->used == 0 && !p->stop) {
			p->busy = false;
			(void)pthread_cond_signal(&p->idle);
			(void)pthread_cond_wait(&p->work, &p->lock);
		}
		if (p->used == 0)
			break;
		p->busy = true;
		ring_out(p, &it, sizeof(it));
		outside = it.outside;
		if (outside)
			bytes = p->big;
		else if (data != NULL)
			ring_out(p, data, it.len);
		else
			p->used = 0;
		(void)pthread_cond_signal(&p->space);
		if (!p->failed) {
			int rc;

			(void)pthread_mutex_unlock(&p->lock);
			rc = put(p, &it, bytes, &e);
			(void)pthread_mutex_lock(&p->lock);
			p->closed = p->nbundles;
			if (rc != 0) {
				p->failed = true;
				p->err = e;
			}
		}
		if (outside) {
			p->big = NULL;
			(void)pthread_cond_signal(&p->space);
		}
	}
	p->busy = false;
	(void)pthread_cond_signal(&p->idle);
	(void)pthread_mutex_unlock(&p->lock);
	free(data);
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

static int
send_item(struct packer *p, const struct item *it, const void *data,
	struct err *e)
{
	size_t need = sizeof(*it) + (it->outside ? 0 : it->len);
	int rc = -1;

	if (start(p, e) != 0)
		return -1;
	(void)pthread_mutex_lock(&p->lock);
	while (RING_LEN - p->used < need && !p->failed)
		(void)pthread_cond_wait(&p->space, &p->lock);
	if (p->failed)
		goto out;
	if (it->outside)
		p->big = data;
	ring_in(p, it, sizeof(*it));
	if (!it->outside)
		ring_in(p, data, it->len);
	(void)pthread_cond_signal(&p->work);
	while (it->outside && p->big != NULL && !p->failed)
		(void)pthread_cond_wait(&p->space, &p->lock);
	if (!p->failed)
		rc = 0;
out:
	if (rc != 0)
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
	(void)pthread_cond_init(&p->idle, NULL);
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
	(void)pthread_cond_destroy(&p->idle);
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
	struct item it = {.len = (uint32_t)n, .packed = packed,
	    .outside = n + sizeof(it) > RING_LEN / 2};

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
	int rc = 0;

	if (p->running) {
		if (send_item(p, &it, NULL, e) != 0)
			return -1;
		(void)pthread_mutex_lock(&p->lock);
		while (p->used > 0 || p->busy)
			(void)pthread_cond_wait(&p->idle, &p->lock);
		if (p->failed) {
			*e = p->err;
			rc = -1;
		}
		(void)pthread_mutex_unlock(&p->lock);
	}
	/* The manifest comes next, and wants the room. */
	buf_release(&p->sealed);
	*b = p->bundle;
	*n = p->nbundles;
	return rc;
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
