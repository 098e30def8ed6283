/* agent/binder.c - from sealed pieces to a part's pack. */

#include "agent/binder.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "base/banned.h"

/* Two of the blocks in which a pack holds bytes. */
#define PIECE_LEN (2u * 65535)
#define POOL_PIECES 16u		/* two megabytes */
#define WAKE_THREAD 6u		/* pieces: fewer switches */

enum piece_kind { PIECE_DATA, PIECE_BUNDLE, PIECE_PART };

/* What goes through the queue. */
struct piece {
	struct piece *next;
	enum piece_kind kind;
	size_t len;
	struct part_job *job;
	size_t nn;		/* number of the bundle */
	uint8_t *data;		/* PIECE_LEN, of PIECE_DATA only */
};

struct line {			/* first in, first out */
	struct piece *first, **end;
	size_t n;
};

struct binder {
	struct settler *to;
	pthread_t thread;
	bool running;

	/* the packer's */
	struct piece *open;	/* being filled */

	/* the thread's: the bundle that is coming */
	struct hash sha256;
	bool hashing;
	uint64_t bytes;		/* 0: not begun */

	/* shared, under lock */
	pthread_mutex_t lock;
	pthread_cond_t work, space;
	struct line queue;
	struct piece *spare;
	size_t npieces;		/* in all, with data */
	bool stop, failed;
	struct err err;
};

static void
line_init(struct line *l)
{
	l->first = NULL;
	l->end = &l->first;
	l->n = 0;
}

static void
line_put(struct line *l, struct piece *p)
{
	p->next = NULL;
	*l->end = p;
	l->end = &p->next;
	l->n++;
}

static struct piece *
line_take(struct line *l)
{
	struct piece *p = l->first;

	if (p == NULL)
		return NULL;
	l->first = p->next;
	if (l->first == NULL)
		l->end = &l->first;
	l->n--;
	return p;
}

static void
piece_free(struct piece *p)
{
	if (p != NULL)
		free(p->data);
	free(p);
}

static struct piece *
piece_new(enum piece_kind kind, struct err *e)
{
	struct piece *p = calloc(1, sizeof(*p));

	if (p != NULL) {
		p->kind = kind;
		if (kind == PIECE_DATA)
			p->data = malloc(PIECE_LEN);
		if (kind != PIECE_DATA || p->data != NULL)
			return p;
	}
	piece_free(p);
	(void)err_nomem(e);
	return NULL;
}

/* --- the thread --- */

/* Back to the pool. */
static void
give_back(struct binder *b, struct piece *p)
{
	(void)pthread_mutex_lock(&b->lock);
	p->next = b->spare;
	b->spare = p;
	(void)pthread_cond_signal(&b->space);
	(void)pthread_mutex_unlock(&b->lock);
}

/* More bytes of the bundle that is coming; it may have to be begun. */
static int
write_piece(struct binder *b, const struct piece *p, struct err *e)
{
	struct part_bundle *to = &p->job->bundle[p->nn];

	if (b->bytes == 0) {
		to->path = (struct canon_path){
		    .started_utc = p->job->head.started,
		    .seq = p->job->head.seq, .bundle = (int)p->nn};
		if (hash_restart(&b->sha256, e) != 0 ||
		    spool_part_begin(p->job->pack, &to->path, e) != 0)
			return -1;
	}
	b->bytes += p->len;
	hash_update(&b->sha256, p->data, p->len);
	return spool_part_write(p->job->pack, p->data, p->len, e);
}

static int
end_bundle(struct binder *b, struct part_job *j, size_t nn, struct err *e)
{
	struct part_bundle *to = &j->bundle[nn];

	hash_final(&b->sha256, to->sha256);
	to->bytes = b->bytes;
	b->bytes = 0;
	j->nbundles = nn + 1;
	return spool_part_end(j->pack, e);
}

static void
fail(struct binder *b, const struct err *why)
{
	(void)pthread_mutex_lock(&b->lock);
	if (!b->failed) {
		b->failed = true;
		b->err = *why;
	}
	(void)pthread_cond_signal(&b->space);
	(void)pthread_mutex_unlock(&b->lock);
}

/* FAILED: only pass on what others wait for. */
static int
work(struct binder *b, struct piece *p, bool failed, struct err *e)
{
	int rc = 0;

	switch (p->kind) {
	case PIECE_DATA:
		rc = failed ? 0 : write_piece(b, p, e);
		give_back(b, p);
		return rc;
	case PIECE_BUNDLE:
		rc = failed ? 0 : end_bundle(b, p->job, p->nn, e);
		break;
	case PIECE_PART:
		if (failed)
			settler_fail(b->to, &b->err);
		rc = settler_put(b->to, p->job, e);
		break;
	}
	piece_free(p);
	return rc;
}

static void *
thread_main(void *arg)
{
	struct binder *b = arg;
	struct err e = ERR_INIT;
	struct piece *p;
	bool failed;

	(void)pthread_mutex_lock(&b->lock);
	for (;;) {
		while (b->queue.first == NULL && !b->stop)
			(void)pthread_cond_wait(&b->work, &b->lock);
		p = line_take(&b->queue);
		if (p == NULL)
			break;
		failed = b->failed;
		(void)pthread_mutex_unlock(&b->lock);
		if (work(b, p, failed, &e) != 0)
			fail(b, &e);
		(void)pthread_mutex_lock(&b->lock);
	}
	(void)pthread_mutex_unlock(&b->lock);
	return NULL;
}

/* --- the packer's side --- */

struct binder *
binder_new(struct settler *to, struct err *e)
{
	struct binder *b = calloc(1, sizeof(*b));
	int sys;

	if (b == NULL) {
		(void)err_nomem(e);
		return NULL;
	}
	b->to = to;
	line_init(&b->queue);
	(void)pthread_mutex_init(&b->lock, NULL);
	(void)pthread_cond_init(&b->work, NULL);
	(void)pthread_cond_init(&b->space, NULL);
	if (hash_init(&b->sha256, HASH_SHA256, e) != 0)
		goto fail;
	b->hashing = true;
	sys = pthread_create(&b->thread, NULL, thread_main, b);
	if (sys != 0) {
		(void)err_sys(e, sys, "cannot start a thread");
		goto fail;
	}
	b->running = true;
	return b;
fail:
	binder_free(b);
	return NULL;
}

void
binder_free(struct binder *b)
{
	struct piece *p;

	if (b == NULL)
		return;
	if (b->running) {
		(void)pthread_mutex_lock(&b->lock);
		b->stop = b->failed = true;
		(void)pthread_cond_signal(&b->work);
		(void)pthread_mutex_unlock(&b->lock);
		(void)pthread_join(b->thread, NULL);
	}
	while ((p = b->spare) != NULL) {
		b->spare = p->next;
		piece_free(p);
	}
	piece_free(b->open);
	if (b->hashing)
		hash_release(&b->sha256);
	(void)pthread_mutex_destroy(&b->lock);
	(void)pthread_cond_destroy(&b->work);
	(void)pthread_cond_destroy(&b->space);
	free(b);
}

static void
put(struct binder *b, struct piece *p)
{
	(void)pthread_mutex_lock(&b->lock);
	line_put(&b->queue, p);
	if (p->kind != PIECE_DATA || b->queue.n >= WAKE_THREAD)
		(void)pthread_cond_signal(&b->work);
	(void)pthread_mutex_unlock(&b->lock);
}

/* An empty piece to fill. */
static int
take_piece(struct binder *b, struct err *e)
{
	bool more = false;

	(void)pthread_mutex_lock(&b->lock);
	while (!b->failed && b->spare == NULL && b->npieces >= POOL_PIECES) {
		(void)pthread_cond_signal(&b->work);
		(void)pthread_cond_wait(&b->space, &b->lock);
	}
	if (b->failed) {
		*e = b->err;
	} else if (b->spare != NULL) {
		b->open = b->spare;
		b->spare = b->open->next;
	} else {
		b->npieces++;
		more = true;
	}
	(void)pthread_mutex_unlock(&b->lock);
	if (more)
		b->open = piece_new(PIECE_DATA, e);
	if (b->open == NULL)
		return -1;
	b->open->len = 0;
	return 0;
}

int
binder_data(struct binder *b, struct part_job *j, size_t nn, const void *data,
	size_t n, struct err *e)
{
	const uint8_t *from = data;
	size_t run;

	while (n > 0) {
		if (b->open == NULL && take_piece(b, e) != 0)
			return -1;
		b->open->job = j;
		b->open->nn = nn;
		run = PIECE_LEN - b->open->len;
		if (run > n)
			run = n;
		memcpy(b->open->data + b->open->len, from, run);
		b->open->len += run;
		from += run;
		n -= run;
		if (b->open->len == PIECE_LEN) {
			put(b, b->open);
			b->open = NULL;
		}
	}
	return 0;
}

int
binder_bundle(struct binder *b, struct part_job *j, size_t nn, struct err *e)
{
	struct piece *p = piece_new(PIECE_BUNDLE, e);

	if (p == NULL)
		return -1;
	p->job = j;
	p->nn = nn;
	if (b->open != NULL) {
		put(b, b->open);
		b->open = NULL;
	}
	put(b, p);
	return 0;
}

void
binder_part(struct binder *b, struct part_job *j, const struct err *why)
{
	struct err e = ERR_INIT;
	struct piece *p = piece_new(PIECE_PART, &e);

	if (why != NULL)
		fail(b, why);
	/* Others wait for the part: without room, behind our thread's back. */
	if (p == NULL) {
		fail(b, &e);
		settler_fail(b->to, &e);
		(void)settler_put(b->to, j, &e);
		return;
	}
	p->job = j;
	put(b, p);
}
