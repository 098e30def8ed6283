/* agent/settler.c - commit a part, so that a crash at any point is forgiven. */

#include "agent/settler.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bundle/tarz.h"
#include "crypto/hash.h"
#include "base/banned.h"

/*
 * Eleven digits are what a central takes for a date at all; it then says what
 * time it is, and the commit is dated anew.
 */
#define MAX_DATE INT64_C(99999999999)

struct settler {
	struct settler_with w;
	pthread_t thread;
	bool running;

	/* shared, under lock */
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	bool stop;
	struct part_job *job;	/* handed over, not settled */
	uint64_t settled;
	bool failed;
	struct err err;
};

/* --- the manifest (thread) --- */

static int
to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

/* Put what comes before the file lines in front of them. */
static int
add_front(struct buf *lines, const struct buf *front, struct err *e)
{
	if (buf_reserve(lines, front->len, e) != 0)
		return -1;
	memmove(lines->data + front->len, lines->data, lines->len);
	memcpy(lines->data, front->data, front->len);
	lines->len += front->len;
	return 0;
}

/* The whole text, in job->lines. */
static int
manifest_text(struct part_job *j, struct err *e)
{
	struct buf front = BUF_INIT(256u * 1024 * 1024);
	char path[CANON_PATH_LEN];
	int rc = -1;

	if (record_head_line(&j->head, &front, e) != 0)
		goto out;
	for (size_t i = 0; i < j->nbundles; i++) {
		const struct part_bundle *b = &j->bundle[i];

		canon_path_text(&b->path, path);
		if (record_bundle_line(path, b->sha256, b->bytes, b->ids.data,
			b->ids.len / HASH_LEN, &front, e) != 0)
			goto out;
	}
	if (buf_add(&front, j->sources.data, j->sources.len, e) != 0)
		goto out;
	rc = add_front(&j->lines, &front, e);
out:
	buf_release(&front);
	return rc;
}

/* Lines to zstd, padding, age; TEXT is released on the way. */
static int
seal_text(struct settler *s, struct buf *text, struct buf *out,
	struct err *e)
{
	struct buf plain = BUF_INIT(512u * 1024 * 1024);
	struct seal *seal = NULL;
	int rc = -1;

	if (tarz_lines(text->data, text->len, &plain, e) != 0)
		goto out;
	buf_release(text);
	if (seal_pad(&plain, plain.len, e) != 0 ||
	    (seal = seal_new(s->w.recipient, s->w.nrecipients, to_buf, out,
		e)) == NULL ||
	    seal_write(seal, plain.data, plain.len, e) != 0 ||
	    seal_finish(seal, e) != 0)
		goto out;
	rc = 0;
out:
	seal_free(seal);
	buf_release(&plain);
	return rc;
}

/* Seal the manifest, put it into the part; RUN gets the message's facts. */
static int
write_manifest(struct settler *s, struct part_job *j, struct canon_run *run,
	struct err *e)
{
	struct buf sealed = BUF_INIT(16u * 1024 * 1024);
	struct canon_path path = {.started_utc = j->head.started,
	    .seq = j->head.seq, .bundle = -1};
	int rc = -1;

	j->head.finished = clock_now_utc();
	if (manifest_text(j, e) != 0 ||
	    seal_text(s, &j->lines, &sealed, e) != 0)
		goto out;
	memset(run, 0, sizeof(*run));
	run->seq = j->head.seq;
	hash_sha256(run->manifest, sealed.data, sealed.len);
	run->has_prev = j->head.has_prev;
	memcpy(run->prev, j->head.prev, sizeof(run->prev));
	run->nbundles = j->nbundles;
	for (size_t i = 0; i < j->nbundles; i++) {
		memcpy(run->bundle[i].sha256, j->bundle[i].sha256, HASH_LEN);
		run->bundle[i].bytes = j->bundle[i].bytes;
	}
	rc = spool_part_add(j->pack, &path, sealed.data, sealed.len, e);
out:
	buf_release(&sealed);
	return rc;
}

/* --- the commit (thread) --- */

/* The head's keys that depend on the part before. */
static int
follow(struct settler *s, struct record_head *h, struct err *e)
{
	const struct branch *b = s->w.b;

	if (branch_unsent(b, s->w.s, s->w.sp, &h->spooled, e) != 0)
		return -1;
	h->has_prev = b->head[0] != '\0';
	memcpy(h->prev, b->at.manifest, sizeof(h->prev));
	if (h->has_prev) {
		h->continues.have = false;
		h->prev_epoch_head.have = false;
	}
	return 0;
}

/* What the journal says of the part. */
static void
describe(const struct settler *s, const char *ref, const struct canon_run *run,
	struct part_job *j)
{
	struct cache_part *p = &j->what;
	const struct record_point *before = &s->w.before;

	(void)snprintf(p->at.ref, sizeof(p->at.ref), "%s", ref);
	p->at.seq = run->seq;
	memcpy(p->at.manifest, run->manifest, HASH_LEN);
	p->has_prev = run->has_prev;
	memcpy(p->prev, run->prev, HASH_LEN);
	memcpy(p->run, j->head.run, sizeof(p->run));
	p->part = j->head.part;
	p->started = j->head.started;
	p->final = j->head.final;
	p->full = j->head.full;
	p->fresh = s->w.fresh;
	p->has_before = before->have;
	(void)snprintf(p->before.ref, sizeof(p->before.ref), "%s",
	    before->ref);
	p->before.seq = before->seq;
	memcpy(p->before.manifest, before->manifest, HASH_LEN);
	p->after.at = p->at;
}

/* Commit, journal, ref, cache: in this order. */
static int
commit(struct settler *s, struct part_job *j, const struct canon_run *run,
	struct err *e)
{
	struct branch *b = s->w.b;
	char id[CANON_ID_LEN], ref[CANON_REF_LEN];
	int64_t now = clock_now_utc();

	if (now > MAX_DATE)
		now = MAX_DATE;
	canon_ref_text(&b->ref[b->n - 1], ref);
	describe(s, ref, run, j);
	if (spool_part_commit(j->pack, b->head, s->w.s->cfg.station,
		now > b->head_utc ? now : b->head_utc, run, s->w.s->key, id,
		e) != 0 ||
	    cache_journal_save(j->journal, &j->what, e) != 0 ||
	    spool_move(s->w.sp, ref, b->head, id, e) != 0 ||
	    branch_refresh(b, s->w.sp, e) != 0)
		return -1;
	return j->head.final ? cache_finish(s->w.cache, &j->what, e) :
	    cache_advance(s->w.cache, &j->what, e);
}

static void
count_part(struct run_result *r, const struct record_head *h)
{
	r->ran = true;
	r->parts++;
	for (int i = 0; i < RECORD_NOPS; i++)
		r->ops[i] += h->ops[i];
	r->chunks += h->chunks;
	r->stored += h->stored;
}

static int
settle(struct settler *s, struct part_job *j, struct err *e)
{
	struct canon_run run;

	if (follow(s, &j->head, e) != 0 ||
	    write_manifest(s, j, &run, e) != 0 || commit(s, j, &run, e) != 0)
		return -1;
	count_part(s->w.r, &j->head);
	return 0;
}

static void *
thread_main(void *arg)
{
	struct settler *s = arg;
	struct err e = ERR_INIT;
	int rc;

	(void)pthread_mutex_lock(&s->lock);
	for (;;) {
		while (s->job == NULL && !s->stop)
			(void)pthread_cond_wait(&s->work, &s->lock);
		if (s->job == NULL)
			break;
		if (!s->failed) {
			(void)pthread_mutex_unlock(&s->lock);
			rc = settle(s, s->job, &e);
			(void)pthread_mutex_lock(&s->lock);
			if (rc != 0) {
				s->failed = true;
				s->err = e;
			}
		}
		s->job = NULL;
		s->settled++;
		(void)pthread_cond_broadcast(&s->done);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* --- public --- */

struct settler *
settler_new(const struct settler_with *w, struct err *e)
{
	struct settler *s = calloc(1, sizeof(*s));
	int sys;

	if (s == NULL) {
		(void)err_nomem(e);
		return NULL;
	}
	s->w = *w;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->work, NULL);
	(void)pthread_cond_init(&s->done, NULL);
	sys = pthread_create(&s->thread, NULL, thread_main, s);
	if (sys != 0) {
		(void)err_sys(e, sys, "cannot start a thread");
		settler_free(s);
		return NULL;
	}
	s->running = true;
	return s;
}

void
settler_free(struct settler *s)
{
	if (s == NULL)
		return;
	if (s->running) {
		(void)pthread_mutex_lock(&s->lock);
		s->stop = true;
		(void)pthread_cond_signal(&s->work);
		(void)pthread_mutex_unlock(&s->lock);
		(void)pthread_join(s->thread, NULL);
	}
	(void)pthread_mutex_destroy(&s->lock);
	(void)pthread_cond_destroy(&s->work);
	(void)pthread_cond_destroy(&s->done);
	free(s);
}

int
settler_put(struct settler *s, struct part_job *j, struct err *e)
{
	int rc = 0;

	(void)pthread_mutex_lock(&s->lock);
	while (s->job != NULL)
		(void)pthread_cond_wait(&s->done, &s->lock);
	s->job = j;
	if (s->failed) {
		*e = s->err;
		rc = -1;
	}
	(void)pthread_cond_signal(&s->work);
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}

void
settler_fail(struct settler *s, const struct err *why)
{
	(void)pthread_mutex_lock(&s->lock);
	if (!s->failed) {
		s->failed = true;
		s->err = *why;
	}
	(void)pthread_mutex_unlock(&s->lock);
}

int
settler_wait(struct settler *s, uint64_t n, struct err *e)
{
	int rc = 0;

	(void)pthread_mutex_lock(&s->lock);
	while (s->settled < n)
		(void)pthread_cond_wait(&s->done, &s->lock);
	if (s->failed) {
		*e = s->err;
		rc = -1;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}
