/* desk/feed.c - opened bundles, one ahead of the reader. */
#include "desk/feed.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/banned.h"

#define SLOTS 2		/* in the rooms FETCH_ROOM_READ and _AHEAD */

struct slot {
	struct fetch_pull plain;
	struct err e;
	int rc;
	bool full;
};

struct feed {
	struct mirror *records;
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

/* Wait until slot S is (not) full.  False if the feed is to stop. */
static bool
wait_for(struct feed *f, struct slot *s, bool full)
{
	bool go;

	(void)pthread_mutex_lock(&f->lock);
	while (s->full != full && !f->stop)
		(void)pthread_cond_wait(&f->change, &f->lock);
	go = !f->stop;
	(void)pthread_mutex_unlock(&f->lock);
	return go;
}

static void
set_full(struct feed *f, struct slot *s, bool full)
{
	(void)pthread_mutex_lock(&f->lock);
	s->full = full;
	(void)pthread_cond_broadcast(&f->change);
	(void)pthread_mutex_unlock(&f->lock);
}

static void *
reader(void *arg)
{
	struct feed *f = arg;
	size_t i;

	for (i = 0; i < f->n; i++) {
		struct slot *s = &f->slot[i % SLOTS];

		if (!wait_for(f, s, false))
			break;
		s->rc = fetch_bundle(f->records, f->opener,
		    FETCH_ROOM_READ + i % SLOTS, f->blobs[i], NULL, NULL, 0,
		    NULL, &s->plain, &s->e);
		set_full(f, s, true);
	}
	return NULL;
}

struct feed *
feed_new(struct mirror *records, struct opener *opener,
	const char (*blobs)[CANON_ID_LEN], size_t n, struct err *e)
{
	struct feed *f = calloc(1, sizeof(*f));

	if (!f) {
		(void)err_nomem(e);
		return NULL;
	}
	f->records = records;
	f->opener = opener;
	f->blobs = blobs;
	f->n = n;
	if (pthread_mutex_init(&f->lock, NULL) != 0 ||
	    pthread_cond_init(&f->change, NULL) != 0 ||
	    pthread_create(&f->thread, NULL, reader, f) != 0) {
		free(f);
		(void)err_set(e, ERR_FAIL, "cannot start a thread");
		return NULL;
	}
	f->started = true;
	return f;
}

int
feed_next(struct feed *f, struct fetch_pull *plain, struct err *e)
{
	struct slot *s;

	/* The one before is done with: its slot can be filled again. */
	if (f->given > 0)
		set_full(f, &f->slot[(f->given - 1) % SLOTS], false);
	if (f->given == f->n)
		return 0;
	s = &f->slot[f->given++ % SLOTS];
	(void)wait_for(f, s, true);
	if (s->rc < 0) {
		*e = s->e;
		return -1;
	}
	*plain = s->plain;
	return 1;
}

void
feed_free(struct feed *f)
{
	if (!f)
		return;
	if (f->started) {
		(void)pthread_mutex_lock(&f->lock);
		f->stop = true;
		(void)pthread_cond_broadcast(&f->change);
		(void)pthread_mutex_unlock(&f->lock);
		(void)pthread_join(f->thread, NULL);
	}
	(void)pthread_cond_destroy(&f->change);
	(void)pthread_mutex_destroy(&f->lock);
	free(f);
}
