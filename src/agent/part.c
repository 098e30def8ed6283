/* agent/part.c - fill the parts of a run. */

#include "agent/part.h"

#include <string.h>

#include "base/str.h"
#include "crypto/hash.h"
#include "base/banned.h"

#define ZSTD_LEVEL 3
/* One failure a source. */
#define UNREAD_MAX (CONFIG_SOURCES_MAX * (ENTRY_KEY_MAX + 1024u))

int
part_maker_init(struct part_maker *m, struct err *e)
{
	const struct control *c = &m->s->control;
	struct settler_with w = {.s = m->s, .sp = m->sp, .b = m->b,
	    .cache = m->cache, .r = m->r, .fresh = m->fresh,
	    .before = m->before};
	size_t reader[CONTROL_MAX_RECIPIENTS];

	w.nrecipients = control_readers(c, m->s->cfg.station, reader);
	for (size_t i = 0; i < w.nrecipients; i++) {
		const char *age = c->recipient[reader[i]].age;

		if (seal_recipient_parse(&w.recipient[i], age, strlen(age),
			e) != 0)
			return -1;
	}
	buf_init(&m->unread, UNREAD_MAX);
	m->head.seq = m->b->head[0] == '\0' ? 0 : m->b->at.seq + 1;
	m->settler = settler_new(&w, e);
	if (m->settler == NULL)
		return -1;
	m->binder = binder_new(m->settler, e);
	if (m->binder == NULL)
		return -1;
	m->packer = packer_new(w.recipient, w.nrecipients, ZSTD_LEVEL,
	    m->binder, e);
	return m->packer == NULL ? -1 : 0;
}

void
part_maker_release(struct part_maker *m)
{
	packer_free(m->packer);
	binder_free(m->binder);
	settler_free(m->settler);
	part_job_free(m->job);
	part_job_free(m->last);
	m->packer = NULL;
	m->binder = NULL;
	m->settler = NULL;
	m->job = m->last = NULL;
	buf_release(&m->unread);
}

/* The failures that waited come first: they have the smaller keys. */
static int
write_unread(struct part_maker *m, struct err *e)
{
	struct entry en = {.kind = ENTRY_UNREAD, .extra_is = ENTRY_WHY};
	const char *at = buf_str(&m->unread), *end = at + m->unread.len;

	while (at < end) {
		en.key = at;
		en.key_len = (uint32_t)(strlen(at) + 1);
		en.key_len += (uint32_t)strlen(at + en.key_len);
		at += en.key_len + 1;
		en.extra = (const uint8_t *)at;
		en.extra_len = (uint32_t)strlen(at);
		at += en.extra_len + 1;
		if (cache_journal_entry(m->job->journal, &en, e) != 0)
			return -1;
	}
	buf_clear(&m->unread);
	return 0;
}

static int
part_open(struct part_maker *m, struct err *e)
{
	if (m->job != NULL)
		return 0;
	m->job = part_job_new(&m->head, m->sp, m->cache, e);
	if (m->job == NULL || packer_begin(m->packer, m->job, e) != 0)
		return -1;
	return write_unread(m, e);
}

/*
 * Hand the part over.  The one before must be settled by now, so that there
 * are not more and more of them where the disk is slow.
 */
static int
part_close(struct part_maker *m, struct err *e)
{
	int rc = packer_end(m->packer, m->job, e);

	if (rc == 0)
		rc = settler_wait(m->settler, m->handed, e);
	if (rc != 0)
		return -1;
	part_job_free(m->last);
	m->last = m->job;
	m->job = NULL;
	m->handed++;
	m->head.part++;
	m->head.seq++;
	return 0;
}

static int
part_close_if_full(struct part_maker *m, struct err *e)
{
	if (!packer_full(m->packer, m->job) &&
	    m->job->lines.len < PART_LINES_LEN)
		return 0;
	return part_close(m, e);
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
	    cache_journal_id(m->job->journal, id, e) != 0 ||
	    packer_chunk(m->packer, id, data, n, packed, e) != 0)
		return -1;
	m->job->head.chunks++;
	m->job->head.stored += (int64_t)n;
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
		if (record_file_line(f, &m->job->lines, e) != 0)
			return -1;
		m->job->head.ops[f->op]++;
	}
	if (en != NULL) {
		mine = *en;
		mine.seq = m->job->head.seq;
		if (f != NULL && f->op == RECORD_MOVED) {
			mine.extra_is = ENTRY_FROM;
			mine.extra = (const uint8_t *)f->from;
			mine.extra_len = (uint32_t)f->from_len;
		}
		if (cache_journal_entry(m->job->journal, &mine, e) != 0)
			return -1;
	}
	return part_close_if_full(m, e);
}

/*
 * A failure alone opens no part: a stream with nothing else to say stays
 * silent.  One that waits is enough for a source: it is partial by it.
 */
int
part_unread(void *arg, const struct entry *en, struct err *e)
{
	struct part_maker *m = arg;
	struct buf *b = &m->unread;

	if (m->job != NULL)
		return cache_journal_entry(m->job->journal, en, e);
	if (b->len > 0 && str_eq(buf_str(b) + m->last_unread, en->key))
		return 0;
	m->last_unread = b->len;
	if (buf_add(b, en->key, en->key_len, e) != 0 ||
	    buf_addc(b, '\0', e) != 0 ||
	    buf_add(b, en->extra, en->extra_len, e) != 0)
		return -1;
	return buf_addc(b, '\0', e);
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

/* What stands after the run, for the cache and for the manifest. */
static int
live_after(struct part_maker *m, struct cache_head *after, struct buf *gone,
	struct err *e)
{
	const struct cache_head *before = cache_head(m->cache);
	struct live l = {.files = 0};
	int rc;

	if (hash_init(&l.h, HASH_BLAKE2B, e) != 0)
		return -1;
	rc = cache_merge(m->cache, m->job->journal, gone, m->head.full,
	    live_line, &l, &after->gen, e);
	if (rc == 1) {
		memcpy(after->state, before->state, HASH_LEN);
		after->files = before->files;
		after->bytes = before->bytes;
	} else if (rc == 0) {
		hash_final(&l.h, after->state);
		after->files = l.files;
		after->bytes = l.bytes;
	}
	hash_release(&l.h);
	return rc < 0 ? -1 : 0;
}

int
part_final(struct part_maker *m, const struct buf *sources,
	const uint8_t sources_hash[static 32], struct buf *gone,
	struct err *e)
{
	struct record_head *h;
	struct cache_head *after;

	/* No run goes on behind this part. */
	buf_clear(&m->unread);
	/* The merge reads what the parts before have left in the cache. */
	if (part_open(m, e) != 0 ||
	    settler_wait(m->settler, m->handed, e) != 0)
		return -1;
	h = &m->job->head;
	after = &m->job->what.after;
	if (live_after(m, after, gone, e) != 0 ||
	    buf_add(&m->job->sources, sources->data, sources->len, e) != 0)
		return -1;
	memcpy(after->sources, sources_hash, HASH_LEN);
	after->full_utc = m->full_utc;
	after->reread_day = m->reread_day;
	h->final = true;
	h->has_state = true;
	memcpy(h->state, after->state, HASH_LEN);
	h->files = after->files;
	h->bytes = after->bytes;
	m->r->files += after->files;
	m->r->bytes += after->bytes;
	if (part_close(m, e) != 0)
		return -1;
	return settler_wait(m->settler, m->handed, e);
}
