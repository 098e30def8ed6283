/* desk/feed.c - opened bundles, ahead of whoever reads them. */
#include "desk/feed.h"

#include <pthread.h>
#include <stdlib.h>

#include "desk/chain.h"
#include "repo/packr.h"

#include "base/banned.h"

#define SLOTS OPENER_ROOMS

struct slot {
	struct fetch_pull plain;
	struct err e;
	int rc;
	bool full;
	size_t index;		/* of the blob */
};

struct feed {
	struct mirror *records;
	struct packr *packs;
	struct opener *opener;
	const char (*blobs)[CANON_ID_LEN];
	size_t n;
	size_t given;		/* to the caller */
	bool stop;
	bool started;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t change;
	struct slot slot[SLOTS];	/* blob i is in slot i % SLOTS */
};

/* Wait until the slot of blob I holds it, or nothing.  False: stop. */
static bool
wait_for(struct feed *f, size_t i, bool full)
{
	const struct slot *s = &f->slot[i % SLOTS];
	bool go;

	(void)pthread_mutex_lock(&f->lock);
	/* One of another thread may still hold the blob before. */
	while ((s->full != full || (full && s->index != i)) && !f->stop)
		(void)pthread_cond_wait(&f->change, &f->lock);
	go = !f->stop;
	(void)pthread_mutex_unlock(&f->lock);
	return go;
}

static void
set_full(struct feed *f, size_t i, bool full)
{
	(void)pthread_mutex_lock(&f->lock);
	f->slot[i % SLOTS].full = full;
	f->slot[i % SLOTS].index = i;
	(void)pthread_cond_broadcast(&f->change);
	(void)pthread_mutex_unlock(&f->lock);
}

/*
 * No hash of the sealed bytes is asked for: whoever unpacks them holds every
 * chunk against its id.
 */
static int
open_blob(struct feed *f, size_t i, struct slot *s)
{
	const size_t room = i % SLOTS;
	struct buf sealed = {opener_room(f->opener, room), 0, CHAIN_BUNDLE_MAX,
	    CHAIN_BUNDLE_MAX};	/* it never grows, nor is it released */

	err_clear(&s->e);
	if (!packr_blob(f->packs, f->blobs[i], &sealed))
		return fetch_bundle(f->records, f->opener, room, f->blobs[i],
		    NULL, NULL, 0, NULL, &s->plain, &s->e);
	s->plain.data = sealed.data;
	return opener_open_room(f->opener, room, sealed.len, NULL, 0, NULL,
	    &s->plain.n, &s->e);
}

static void *
reader(void *arg)
{
	struct feed *f = arg;
	size_t i;

	for (i = 0; i < f->n; i++) {
		struct slot *s = &f->slot[i % SLOTS];

		if (!wait_for(f, i, false))
			break;
		s->rc = open_blob(f, i, s);
		set_full(f, i, true);
	}
	return NULL;
}

struct feed *
feed_new(struct mirror *records, const char *dir, struct opener *opener,
	const char (*blobs)[CANON_ID_LEN], size_t n, struct err *e)
{
	struct feed *f = calloc(1, sizeof(*f));

	if (!f) {
		(void)err_nomem(e);
		return NULL;
	}
	f->packs = packr_open(dir, e);
	if (!f->packs) {
		free(f);
		return NULL;
	}
	f->records = records;
	f->opener = opener;
	f->blobs = blobs;
	f->n = n;
	if (pthread_mutex_init(&f->lock, NULL) != 0 ||
	    pthread_cond_init(&f->change, NULL) != 0 ||
	    pthread_create(&f->thread, NULL, reader, f) != 0) {
		packr_close(f->packs);
		free(f);
		(void)err_set(e, ERR_FAIL, "cannot start a thread");
		return NULL;
	}
	f->started = true;
	return f;
}

int
feed_next(struct feed *f, size_t *index, struct fetch_pull *plain,
	struct err *e)
{
	const struct slot *s;
	bool more;

	(void)pthread_mutex_lock(&f->lock);
	more = f->given < f->n;
	if (more)
		*index = f->given++;
	(void)pthread_mutex_unlock(&f->lock);
	if (!more)
		return 0;
	if (!wait_for(f, *index, true))
		return 0;
	s = &f->slot[*index % SLOTS];
	if (s->rc < 0) {
		*e = s->e;
		return -1;
	}
	*plain = s->plain;
	return 1;
}

void
feed_done(struct feed *f, size_t index)
{
	set_full(f, index, false);
}

void
feed_stop(struct feed *f)
{
	(void)pthread_mutex_lock(&f->lock);
	f->stop = true;
	(void)pthread_cond_broadcast(&f->change);
	(void)pthread_mutex_unlock(&f->lock);
}

void
feed_free(struct feed *f)
{
	if (!f)
		return;
	if (f->started) {
		feed_stop(f);
		(void)pthread_join(f->thread, NULL);
	}
	(void)pthread_cond_destroy(&f->change);
	(void)pthread_mutex_destroy(&f->lock);
	packr_close(f->packs);
	free(f);
}
