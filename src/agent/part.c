/* agent/part.c - make the parts of a run. */

#include "agent/part.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/hash.h"
#include "base/banned.h"

/*
 * Eleven digits are what a central takes for a date at all; it then says what
 * time it is, and the commit is dated anew.
 */
#define MAX_DATE INT64_C(99999999999)

int
part_maker_init(struct part_maker *m, struct err *e)
{
	struct seal_recipient r[CONTROL_MAX_RECIPIENTS];
	const struct control *c = &m->s->control;
	size_t reader[CONTROL_MAX_RECIPIENTS];
	size_t n = control_readers(c, m->s->cfg.station, reader);

	buf_init(&m->lines, 256u * 1024 * 1024);
	for (size_t i = 0; i < n; i++) {
		const char *age = c->recipient[reader[i]].age;

		if (seal_recipient_parse(&r[i], age, strlen(age), e) != 0)
			return -1;
	}
	m->packer = packer_new(r, n, 3, e);
	return m->packer == NULL ? -1 : 0;
}

void
part_maker_release(struct part_maker *m)
{
	packer_free(m->packer);
	spool_part_free(m->part);
	cache_journal_free(m->journal);
	buf_release(&m->lines);
}

static int
part_open(struct part_maker *m, struct err *e)
{
	struct record_head *h = &m->head;

	if (m->open)
		return 0;
	if (branch_unsent(m->b, m->s, m->sp, &h->spooled, e) != 0)
		return -1;
	h->seq = m->b->head[0] == '\0' ? 0 : m->b->at.seq + 1;
	h->has_prev = m->b->head[0] != '\0';
	memcpy(h->prev, m->b->at.manifest, sizeof(h->prev));
	if (h->has_prev) {
		h->continues.have = false;
		h->prev_epoch_head.have = false;
	}
	memset(h->ops, 0, sizeof(h->ops));
	h->chunks = h->stored = 0;
	buf_clear(&m->lines);
	m->part = spool_part_new(m->sp, m->b->head, e);
	m->journal = m->part == NULL ? NULL : cache_journal_new(m->cache, e);
	if (m->journal == NULL ||
	    packer_begin(m->packer, m->part, h, e) != 0)
		return -1;
	m->open = true;
	return 0;
}

static int
bundle_lines(const struct packer_bundle *b, size_t n, struct buf *out,
	struct err *e)
{
	char path[CANON_PATH_LEN];

	for (size_t i = 0; i < n; i++) {
		canon_path_text(&b[i].path, path);
		if (record_bundle_line(path, b[i].sha256, b[i].bytes,
			b[i].ids.data, b[i].ids.len / HASH_LEN, out, e) != 0)
			return -1;
	}
	return 0;
}

/* Seal the manifest, put it into the part; RUN gets the message's facts. */
static int
write_manifest(struct part_maker *m, const struct packer_bundle *b, size_t n,
	const struct buf *sources, struct canon_run *run, struct err *e)
{
	struct buf text = BUF_INIT(512u * 1024 * 1024);
	struct buf sealed = BUF_INIT(16u * 1024 * 1024);
	struct canon_path path = {.started_utc = m->head.started,
	    .seq = m->head.seq, .bundle = -1};
	int rc = -1;

	m->head.finished = clock_now_utc();
	if (record_head_line(&m->head, &text, e) != 0 ||
	    bundle_lines(b, n, &text, e) != 0 ||
	    (sources != NULL &&
		buf_add(&text, sources->data, sources->len, e) != 0) ||
	    buf_add(&text, m->lines.data, m->lines.len, e) != 0)
		goto out;
	/* Megabytes, just where most memory is in use. */
	buf_release(&m->lines);
	if (packer_manifest(m->packer, &text, &sealed, e) != 0)
		goto out;
	memset(run, 0, sizeof(*run));
	run->seq = m->head.seq;
	hash_sha256(run->manifest, sealed.data, sealed.len);
	run->has_prev = m->head.has_prev;
	memcpy(run->prev, m->head.prev, sizeof(run->prev));
	run->nbundles = n;
	for (size_t i = 0; i < n; i++) {
		memcpy(run->bundle[i].sha256, b[i].sha256, HASH_LEN);
		run->bundle[i].bytes = b[i].bytes;
	}
	rc = spool_part_add(m->part, &path, sealed.data, sealed.len, e);
out:
	buf_release(&text);
	buf_release(&sealed);
	return rc;
}

/* Commit, journal, ref, cache: in this order. */
static int
settle(struct part_maker *m, const struct canon_run *run,
	struct cache_part *p, struct err *e)
{
	char id[CANON_ID_LEN], ref[CANON_REF_LEN];
	int64_t now = clock_now_utc();

	if (now > MAX_DATE)
		now = MAX_DATE;
	canon_ref_text(&m->b->ref[m->b->n - 1], ref);
	memcpy(p->at.ref, ref, sizeof(ref));
	p->at.seq = run->seq;
	memcpy(p->at.manifest, run->manifest, HASH_LEN);
	p->has_prev = run->has_prev;
	memcpy(p->prev, run->prev, HASH_LEN);
	memcpy(p->run, m->head.run, sizeof(p->run));
	p->part = m->head.part;
	p->started = m->head.started;
	p->final = m->head.final;
	p->full = m->head.full;
	p->fresh = m->fresh;
	p->has_before = m->before.have;
	(void)snprintf(p->before.ref, sizeof(p->before.ref), "%s",
	    m->before.ref);
	p->before.seq = m->before.seq;
	memcpy(p->before.manifest, m->before.manifest, HASH_LEN);
	p->after.at = p->at;
	if (spool_part_commit(m->part, m->s->cfg.station,
		now > m->b->head_utc ? now : m->b->head_utc, run, m->s->key,
		id, e) != 0 ||
	    cache_journal_save(m->journal, p, e) != 0 ||
	    spool_move(m->sp, ref, m->b->head, id, e) != 0 ||
	    branch_refresh(m->b, m->sp, e) != 0)
		return -1;
	return m->head.final ? cache_finish(m->cache, p, e) :
	    cache_advance(m->cache, p, e);
}

static void
count_part(struct part_maker *m)
{
	m->r->ran = true;
	m->r->parts++;
	for (int i = 0; i < RECORD_NOPS; i++)
		m->r->ops[i] += m->head.ops[i];
	m->r->chunks += m->head.chunks;
	m->r->stored += m->head.stored;
}

static int
part_close(struct part_maker *m, const struct buf *sources,
	struct cache_part *p, struct err *e)
{
	const struct packer_bundle *b;
	struct canon_run run;
	size_t n;

	if (packer_end(m->packer, &b, &n, e) != 0 ||
	    write_manifest(m, b, n, sources, &run, e) != 0 ||
	    settle(m, &run, p, e) != 0)
		return -1;
	count_part(m);
	spool_part_free(m->part);
	cache_journal_free(m->journal);
	m->part = NULL;
	m->journal = NULL;
	m->open = false;
	m->head.part++;
	return 0;
}

static int
part_close_if_full(struct part_maker *m, struct err *e)
{
	struct cache_part p;

	if (packer_closed(m->packer) < PART_BUNDLES &&
	    m->lines.len < PART_LINES_LEN)
		return 0;
	memset(&p, 0, sizeof(p));
	return part_close(m, NULL, &p, e);
}

int
part_chunk(void *arg, const uint8_t id[static 32], const void *data,
	size_t n, bool packed, struct err *e)
{
	struct part_maker *m = arg;
	int rc = idset_add(cache_ids(m->cache), id, e);

	if (rc <= 0)
		return rc;
	if (part_open(m, e) != 0 ||
	    cache_journal_id(m->journal, id, e) != 0 ||
	    packer_chunk(m->packer, id, data, n, packed, e) != 0)
		return -1;
	m->head.chunks++;
	m->head.stored += (int64_t)n;
	return part_close_if_full(m, e);
}

int
part_line(void *arg, const struct record_file *f, const struct entry *en,
	struct err *e)
{
	struct part_maker *m = arg;
	struct entry mine;

	if (part_open(m, e) != 0)
		return -1;
	if (f != NULL) {
		if (record_file_line(f, &m->lines, e) != 0)
			return -1;
		m->head.ops[f->op]++;
	}
	if (en != NULL) {
		mine = *en;
		mine.seq = m->head.seq;
		if (f != NULL && f->op == RECORD_MOVED) {
			mine.extra_is = ENTRY_FROM;
			mine.extra = (const uint8_t *)f->from;
			mine.extra_len = (uint32_t)f->from_len;
		}
		if (cache_journal_entry(m->journal, &mine, e) != 0)
			return -1;
	}
	return part_close_if_full(m, e);
}

struct live {
	struct hash h;
	int64_t files, bytes;
};

static void
live_line(void *arg, const struct entry *en)
{
	struct live *l = arg;

	hash_update(&l->h, en->line, sizeof(en->line));
	l->files++;
	l->bytes += en->size;
}

int
part_final(struct part_maker *m, const struct buf *sources,
	const uint8_t sources_hash[static 32], struct buf *gone,
	struct err *e)
{
	const struct cache_head *before = cache_head(m->cache);
	struct cache_part p;
	struct cache_head *after = &p.after;
	struct live l = {.files = 0};
	int rc = -1;

	memset(&p, 0, sizeof(p));
	if (hash_init(&l.h, HASH_BLAKE2B, e) != 0)
		return -1;
	if (part_open(m, e) != 0)
		goto out;
	rc = cache_merge(m->cache, m->journal, gone, m->head.full, live_line,
	    &l, &after->gen, e);
	if (rc < 0)
		goto out;
	if (rc == 1) {
		memcpy(after->state, before->state, HASH_LEN);
		after->files = before->files;
		after->bytes = before->bytes;
	} else {
		hash_final(&l.h, after->state);
		after->files = l.files;
		after->bytes = l.bytes;
	}
	memcpy(after->sources, sources_hash, HASH_LEN);
	after->full_utc = m->full_utc;
	after->reread_day = m->reread_day;
	m->head.final = true;
	m->head.has_state = true;
	memcpy(m->head.state, after->state, HASH_LEN);
	m->head.files = after->files;
	m->head.bytes = after->bytes;
	m->r->files += after->files;
	m->r->bytes += after->bytes;
	rc = part_close(m, sources, &p, e);
out:
	hash_release(&l.h);
	return rc;
}
