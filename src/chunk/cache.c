/* chunk/cache.c - head, generations and journals of one stream. */

#include "chunk/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "base/banned.h"

#define HEAD_MAGIC "liudi-head-1"
#define JOURNAL_MAGIC "liudi-journal-1"
#define JOURNAL_PREFIX "journal-"
#define MAX_JOURNALS 100000

struct head_file {
	char magic[16];
	struct cache_head head;
	uint8_t check[32];	/* BLAKE2b of what stands before it */
};

/* Last in a journal: entries, ids, then this. */
struct journal_end {
	char magic[16];
	int64_t entries_len;	/* bytes */
	int64_t nids;
	struct cache_part part;
	uint8_t check[32];
};

struct journal_file {
	char *path;
	struct journal_end end;
};

struct cache {
	char *dir;
	bool have;
	struct cache_head head;
	struct idset *ids;
	struct journal_file *j;	/* of the unfinished run, part by part */
	size_t nj;
};

struct cache_journal {
	struct cache *c;
	struct file_new f;	/* path is set when it is saved */
	char *tmp_target;
	struct entry_writer *w;
	int64_t nentries;
	struct buf ids;
};

static char *
gen_path(const struct cache *c, const char *what, uint64_t gen)
{
	return str_fmt("%s/%s-%" PRIu64, c->dir, what, gen);
}

static void
journals_forget(struct cache *c)
{
	for (size_t i = 0; i < c->nj; i++)
		free(c->j[i].path);
	free(c->j);
	c->j = NULL;
	c->nj = 0;
}

/* --- head --- */

static int
head_load(struct cache *c, struct err *e)
{
	struct buf b = BUF_INIT(sizeof(struct head_file));
	struct head_file hf;
	uint8_t check[32];
	char *path = path_join(c->dir, "head");
	int rc = -1;

	c->have = false;
	if (path == NULL) {
		(void)err_nomem(e);
		goto out;
	}
	if (file_load(path, &b, e) != 0) {
		if (e->code == ERR_NOENT || e->code == ERR_NOMEM) {
			err_clear(e);
			rc = 0;
		}
		goto out;
	}
	rc = 0;
	if (b.len != sizeof(hf))
		goto out;
	memcpy(&hf, b.data, sizeof(hf));
	hash_blake2b(check, &hf, offsetof(struct head_file, check));
	if (memcmp(hf.magic, HEAD_MAGIC, sizeof(HEAD_MAGIC)) != 0 ||
	    memcmp(check, hf.check, sizeof(check)) != 0)
		goto out;
	c->head = hf.head;
	c->have = true;
out:
	free(path);
	buf_release(&b);
	return rc;
}

static int
head_save(struct cache *c, const struct cache_head *h, struct err *e)
{
	struct head_file hf;
	char *path = path_join(c->dir, "head");
	int rc;

	if (path == NULL)
		return err_nomem(e);
	memset(&hf, 0, sizeof(hf));
	memcpy(hf.magic, HEAD_MAGIC, sizeof(HEAD_MAGIC));
	hf.head = *h;
	hash_blake2b(hf.check, &hf, offsetof(struct head_file, check));
	rc = file_save(path, &hf, sizeof(hf), 0600, e);
	free(path);
	if (rc == 0) {
		c->head = *h;
		c->have = true;
	}
	return rc;
}

/* --- journals --- */

static int
read_at(int fd, void *data, size_t n, int64_t off, const char *name,
	struct err *e)
{
	size_t got;

	if (file_pread(fd, data, n, off, &got, name, e) != 0)
		return -1;
	if (got != n)
		return err_set(e, ERR_FORMAT, "'%s' is cut", name);
	return 0;
}

/* The end of a journal: 0, 1 if the file is not a whole journal, -1. */
static int
journal_read_end(const char *path, struct journal_end *end, struct err *e)
{
	uint8_t check[32];
	struct stat st;
	int rc = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, errno, "cannot open '%s'", path);
	if (fstat(fd, &st) != 0) {
		(void)err_sys(e, errno, "cannot stat '%s'", path);
		goto out;
	}
	rc = 1;
	if (st.st_size < (off_t)sizeof(*end))
		goto out;
	if (read_at(fd, end, sizeof(*end), st.st_size - (off_t)sizeof(*end),
		path, e) != 0) {
		rc = -1;
		goto out;
	}
	hash_blake2b(check, end, offsetof(struct journal_end, check));
	if (memcmp(end->magic, JOURNAL_MAGIC, sizeof(JOURNAL_MAGIC)) == 0 &&
	    memcmp(check, end->check, sizeof(check)) == 0 &&
	    end->entries_len >= 0 && end->nids >= 0 &&
	    end->nids < INT64_MAX / 64 && end->entries_len + 32 * end->nids +
	    (int64_t)sizeof(*end) == st.st_size)
		rc = 0;
out:
	(void)close(fd);
	return rc;
}

static int
journal_seen(const char *name, void *arg, struct err *e)
{
	struct cache *c = arg;
	struct journal_file *v, jf;
	int rc;

	if (!str_starts(name, JOURNAL_PREFIX))
		return 0;
	if (c->nj >= MAX_JOURNALS)
		return err_set(e, ERR_FORMAT, "'%s' holds too many journals",
		    c->dir);
	jf.path = path_join(c->dir, name);
	v = realloc(c->j, (c->nj + 1) * sizeof(*v));
	if (v != NULL)
		c->j = v;
	if (jf.path == NULL || v == NULL) {
		free(jf.path);
		return err_nomem(e);
	}
	rc = journal_read_end(jf.path, &jf.end, e);
	if (rc != 0) {
		if (rc == 1)
			rc = file_remove(jf.path, e);
		free(jf.path);
		return rc;
	}
	c->j[c->nj++] = jf;
	return 0;
}

static int
journal_cmp(const void *a, const void *b)
{
	const struct journal_file *x = a, *y = b;

	return (x->end.part.at.seq > y->end.part.at.seq) -
	    (x->end.part.at.seq < y->end.part.at.seq);
}

/* Take the last journal away, on disk too. */
static int
journal_pop(struct cache *c, struct err *e)
{
	int rc = file_remove(c->j[c->nj - 1].path, e);

	free(c->j[--c->nj].path);
	return rc;
}

static int
journal_load_ids(struct cache *c, const struct journal_file *j, struct err *e)
{
	uint8_t ids[64][32];
	int64_t left = j->end.nids, off = j->end.entries_len;
	int rc = -1;
	int fd = open(j->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, errno, "cannot open '%s'", j->path);
	while (left > 0) {
		size_t n = left < 64 ? (size_t)left : 64;

		if (read_at(fd, ids, n * 32, off, j->path, e) != 0)
			goto out;
		for (size_t i = 0; i < n; i++)
			if (idset_add(c->ids, ids[i], e) < 0)
				goto out;
		left -= (int64_t)n;
		off += (int64_t)n * 32;
	}
	rc = 0;
out:
	(void)close(fd);
	return rc;
}

/* --- opening --- */

static int
remove_other(const char *name, void *arg, struct err *e)
{
	const struct cache *c = arg;
	char keep_files[64], keep_ids[64];
	char *path;
	int rc;

	(void)snprintf(keep_files, sizeof(keep_files), "files-%" PRIu64,
	    c->head.gen);
	(void)snprintf(keep_ids, sizeof(keep_ids), "ids-%" PRIu64,
	    c->head.gen);
	if (!str_starts(name, "files-") && !str_starts(name, "ids-"))
		return 0;
	if (c->have && (str_eq(name, keep_files) || str_eq(name, keep_ids)))
		return 0;
	path = path_join(c->dir, name);
	if (path == NULL)
		return err_nomem(e);
	rc = file_remove(path, e);
	free(path);
	return rc;
}

static int
open_ids(struct cache *c, struct err *e)
{
	char *path = NULL;
	bool anew = c->nj > 0 && c->j[0].end.part.fresh;

	idset_free(c->ids);
	c->ids = NULL;
	if (c->have && c->head.gen > 0 && !anew) {
		path = gen_path(c, "ids", c->head.gen);
		if (path == NULL)
			return err_nomem(e);
	}
	c->ids = idset_new(path, e);
	free(path);
	return c->ids == NULL ? -1 : 0;
}

/* The same commit?  NULL is none. */
static bool
same(const uint8_t *a, const uint8_t *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return memcmp(a, b, 32) == 0;
}

static const uint8_t *
part_prev(const struct cache_part *p)
{
	return p->has_prev ? p->prev : NULL;
}

/* Do head and journals, in a row, lead to the commit with this manifest? */
static bool
leads_to(const struct cache *c, const uint8_t *manifest)
{
	const uint8_t *at = c->have ? c->head.at.manifest : NULL;

	for (size_t i = 0; i < c->nj; i++) {
		const struct cache_part *p = &c->j[i].end.part;

		/* Before a run that stores all anew nothing counts. */
		if (!same(part_prev(p), at) && !(i == 0 && p->fresh))
			return false;
		if (p->final && i + 1 < c->nj)
			return false;
		at = p->at.manifest;
	}
	return same(at, manifest);
}

static int
settle(struct cache *c, const uint8_t *manifest, bool *doubt, struct err *e)
{
	/* They led to this head, or to a branch that never came to be. */
	while (c->have && c->nj > 0 && same(c->head.at.manifest, manifest))
		if (journal_pop(c, e) != 0)
			return -1;
	/* The newest journal may belong to a commit that never came. */
	if (c->nj > 0 &&
	    !same(c->j[c->nj - 1].end.part.at.manifest, manifest) &&
	    same(part_prev(&c->j[c->nj - 1].end.part), manifest) &&
	    journal_pop(c, e) != 0)
		return -1;
	if (!leads_to(c, manifest)) {
		*doubt = c->have || c->nj > 0 || manifest != NULL;
		return cache_reset(c, e);
	}
	if (open_ids(c, e) != 0) {
		*doubt = true;
		err_clear(e);
		return cache_reset(c, e);
	}
	for (size_t i = 0; i < c->nj; i++)
		if (journal_load_ids(c, &c->j[i], e) != 0)
			return -1;
	if (c->nj > 0 && c->j[c->nj - 1].end.part.final)
		return cache_finish(c, &c->j[c->nj - 1].end.part, e);
	return 0;
}

/* The head must have its files, whole as far as their number goes. */
static bool
generation_is_there(const struct cache *c)
{
	char *f = gen_path(c, "files", c->head.gen);
	char *i = gen_path(c, "ids", c->head.gen);
	bool ok = c->head.gen == 0 || (f != NULL && i != NULL &&
	    file_exists(f) && file_exists(i));

	free(f);
	free(i);
	return ok;
}

struct cache *
cache_open(const char *dir, const uint8_t *manifest, bool *doubt,
	struct err *e)
{
	struct cache *c = calloc(1, sizeof(*c));

	*doubt = false;
	if (c == NULL || (c->dir = str_dup(dir)) == NULL) {
		(void)err_nomem(e);
		goto fail;
	}
	if (file_mkdirs(dir, 0700, e) != 0 || file_sweep(dir, e) != 0 ||
	    head_load(c, e) != 0 ||
	    file_each(dir, journal_seen, c, e) != 0)
		goto fail;
	if (c->have && !generation_is_there(c)) {
		*doubt = true;
		c->have = false;
	}
	if (c->nj > 1)
		qsort(c->j, c->nj, sizeof(*c->j), journal_cmp);
	if (settle(c, manifest, doubt, e) != 0 ||
	    file_each(dir, remove_other, c, e) != 0)
		goto fail;
	return c;
fail:
	cache_close(c);
	return NULL;
}

void
cache_close(struct cache *c)
{
	if (c == NULL)
		return;
	journals_forget(c);
	idset_free(c->ids);
	free(c->dir);
	free(c);
}

const struct cache_head *
cache_head(const struct cache *c)
{
	return c->have ? &c->head : NULL;
}

const struct cache_part *
cache_resume(const struct cache *c)
{
	return c->nj > 0 ? &c->j[c->nj - 1].end.part : NULL;
}

int
cache_reset(struct cache *c, struct err *e)
{
	char *path = path_join(c->dir, "head");
	int rc = -1;

	if (path == NULL) {
		(void)err_nomem(e);
		goto out;
	}
	while (c->nj > 0)
		if (journal_pop(c, e) != 0)
			goto out;
	if (file_remove(path, e) != 0)
		goto out;
	c->have = false;
	memset(&c->head, 0, sizeof(c->head));
	if (open_ids(c, e) != 0)
		goto out;
	rc = 0;
out:
	free(path);
	return rc;
}

int
cache_fresh(struct cache *c, struct err *e)
{
	idset_free(c->ids);
	c->ids = idset_new(NULL, e);
	return c->ids == NULL ? -1 : 0;
}

struct idset *
cache_ids(struct cache *c)
{
	return c->ids;
}

struct entry_reader *
cache_files(struct cache *c, struct err *e)
{
	struct entry_reader *r = NULL;
	char *path;
	int fd;

	if (!c->have || c->head.gen == 0)
		return NULL;
	path = gen_path(c, "files", c->head.gen);
	if (path == NULL) {
		(void)err_nomem(e);
		return NULL;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		(void)err_sys(e, errno, "cannot open '%s'", path);
	else if ((r = entry_reader_new(fd, 0, -1, e)) == NULL)
		(void)close(fd);
	else
		entry_reader_own(r);
	free(path);
	return r;
}

int
cache_resumed_each(struct cache *c, int (*fn)(void *arg,
	const struct entry *en, struct err *e), void *arg, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->nj; i++) {
		struct entry_reader *r;
		struct entry en;
		int fd = open(c->j[i].path, O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return err_sys(e, errno, "cannot open '%s'",
			    c->j[i].path);
		r = entry_reader_new(fd, 0, c->j[i].end.entries_len, e);
		if (r == NULL) {
			(void)close(fd);
			return -1;
		}
		entry_reader_own(r);
		while ((rc = entry_next(r, &en, e)) == 1)
			if (fn(arg, &en, e) != 0) {
				rc = -1;
				break;
			}
		entry_reader_free(r);
	}
	return rc;
}

/* --- writing --- */

struct cache_journal *
cache_journal_new(struct cache *c, struct err *e)
{
	struct cache_journal *j = calloc(1, sizeof(*j));

	if (j == NULL) {
		(void)err_nomem(e);
		return NULL;
	}
	j->c = c;
	j->f = (struct file_new)FILE_NEW_INIT;
	buf_init(&j->ids, 512u * 1024 * 1024);
	j->tmp_target = path_join(c->dir, "journal");
	if (j->tmp_target == NULL) {
		(void)err_nomem(e);
		goto fail;
	}
	if (file_new_open(&j->f, j->tmp_target, 0600, e) != 0 ||
	    (j->w = entry_writer_new(j->f.fd, e)) == NULL)
		goto fail;
	return j;
fail:
	cache_journal_free(j);
	return NULL;
}

void
cache_journal_free(struct cache_journal *j)
{
	if (j == NULL)
		return;
	entry_writer_free(j->w);
	file_new_release(&j->f);
	buf_release(&j->ids);
	free(j->tmp_target);
	free(j);
}

int
cache_journal_entry(struct cache_journal *j, const struct entry *en,
	struct err *e)
{
	j->nentries++;
	return entry_write(j->w, en, e);
}

int
cache_journal_id(struct cache_journal *j, const uint8_t id[static 32],
	struct err *e)
{
	return buf_add(&j->ids, id, 32, e);
}

int
cache_journal_save(struct cache_journal *j, const struct cache_part *part,
	struct err *e)
{
	struct journal_end end;
	char *path;

	memset(&end, 0, sizeof(end));
	memcpy(end.magic, JOURNAL_MAGIC, sizeof(JOURNAL_MAGIC));
	end.entries_len = entry_written(j->w);
	end.nids = (int64_t)(j->ids.len / 32);
	end.part = *part;
	hash_blake2b(end.check, &end, offsetof(struct journal_end, check));
	path = str_fmt("%s/" JOURNAL_PREFIX "%" PRId64, j->c->dir,
	    part->at.seq);
	if (path == NULL)
		return err_nomem(e);
	free(j->f.path);
	j->f.path = path;
	if (entry_writer_flush(j->w, e) != 0 ||
	    file_write(j->f.fd, j->ids.data, j->ids.len, path, e) != 0 ||
	    file_write(j->f.fd, &end, sizeof(end), path, e) != 0 ||
	    file_new_commit(&j->f, e) != 0)
		return -1;
	return 0;
}

/* --- merging --- */

/* The journalled entries of a run, one stream over its parts. */
struct chain {
	struct cache *c;
	struct cache_journal *last;	/* not saved yet */
	size_t next;			/* journal to open */
	bool last_done;
	struct entry_reader *r;
	struct entry en;
	bool have;
};

static int
chain_next(struct chain *ch, struct err *e)
{
	ch->have = false;
	for (;;) {
		int fd, rc;
		int64_t len;

		if (ch->r != NULL) {
			rc = entry_next(ch->r, &ch->en, e);
			if (rc == 1 && ch->en.kind == ENTRY_UNREAD)
				continue;
			if (rc != 0) {
				ch->have = rc == 1;
				return rc;
			}
			entry_reader_free(ch->r);
			ch->r = NULL;
		}
		if (ch->next < ch->c->nj) {
			const struct journal_file *j = &ch->c->j[ch->next++];

			fd = open(j->path, O_RDONLY | O_CLOEXEC);
			len = j->end.entries_len;
		} else if (!ch->last_done) {
			ch->last_done = true;
			if (entry_writer_flush(ch->last->w, e) != 0)
				return -1;
			fd = open(ch->last->f.tmp, O_RDONLY | O_CLOEXEC);
			len = entry_written(ch->last->w);
		} else {
			return 0;
		}
		if (fd < 0)
			return err_sys(e, errno, "cannot read the journal");
		ch->r = entry_reader_new(fd, 0, len, e);
		if (ch->r == NULL) {
			(void)close(fd);
			return -1;
		}
		entry_reader_own(ch->r);
	}
}

/* Keys that are gone, sorted, each as u32 length and bytes. */
struct gone {
	const uint8_t *p, *end;
	const char *key;
	uint32_t len;
	bool have;
};

static void
gone_next(struct gone *g)
{
	g->have = g->p != NULL && g->end - g->p > 4;
	if (!g->have)
		return;
	memcpy(&g->len, g->p, 4);
	g->key = (const char *)g->p + 4;
	g->p += 4 + g->len;
}

/* Is EN's key among those gone?  Keys are asked for in order. */
static bool
gone_has(struct gone *g, const struct entry *en)
{
	int c = 1;

	while (g->have && (c = str_cmp_bytes(g->key, g->len, en->key,
		    en->key_len)) < 0)
		gone_next(g);
	return g->have && c == 0;
}

struct merge {
	struct entry_reader *old;
	struct entry old_en;
	bool old_have;
	struct chain new_;
	struct gone gone;
};

static int
old_next(struct merge *m, struct err *e)
{
	int rc = m->old == NULL ? 0 : entry_next(m->old, &m->old_en, e);

	m->old_have = rc == 1;
	return rc < 0 ? -1 : 0;
}

static int
merge_all(struct merge *m, struct entry_writer *w,
	void (*line)(void *arg, const struct entry *en), void *arg,
	struct err *e)
{
	if (old_next(m, e) != 0 || chain_next(&m->new_, e) < 0)
		return -1;
	gone_next(&m->gone);
	while (m->old_have || m->new_.have) {
		int c = !m->old_have ? 1 : !m->new_.have ? -1 :
		    entry_cmp(&m->old_en, &m->new_.en);
		struct entry *en = c < 0 ? &m->old_en : &m->new_.en;

		if (en->extra_is == ENTRY_FROM) {
			en->extra_is = ENTRY_PLAIN;
			en->extra_len = 0;
		}
		if (!gone_has(&m->gone, en)) {
			if (entry_write(w, en, e) != 0)
				return -1;
			line(arg, en);
		}
		if (c <= 0 && old_next(m, e) != 0)
			return -1;
		if (c >= 0 && chain_next(&m->new_, e) < 0)
			return -1;
	}
	return 0;
}

static bool
nothing_new(const struct cache *c, const struct cache_journal *j,
	const struct buf *gone)
{
	for (size_t i = 0; i < c->nj; i++)
		if (c->j[i].end.entries_len > 0 || c->j[i].end.nids > 0)
			return false;
	return j->nentries == 0 && j->ids.len == 0 &&
	    (gone == NULL || gone->len == 0);
}

int
cache_merge(struct cache *c, struct cache_journal *j, struct buf *gone,
	bool full, void (*line)(void *arg, const struct entry *en), void *arg,
	uint64_t *gen, struct err *e)
{
	struct merge m = {.new_ = {.c = c, .last = j}};
	struct file_new f = FILE_NEW_INIT;
	struct entry_writer *w = NULL;
	uint64_t next = c->have ? c->head.gen + 1 : 1;
	char *path = NULL;
	int rc = -1;

	if (c->have && !full && nothing_new(c, j, gone)) {
		*gen = c->head.gen;
		return 1;
	}
	if (gone != NULL && gone->len > 0) {
		m.gone.p = gone->data;
		m.gone.end = gone->data + gone->len;
	}
	path = gen_path(c, "files", next);
	if (path == NULL) {
		(void)err_nomem(e);
		goto out;
	}
	if (!full && (m.old = cache_files(c, e)) == NULL &&
	    e->code != ERR_NONE)
		goto out;
	if (file_new_open(&f, path, 0600, e) != 0 ||
	    (w = entry_writer_new(f.fd, e)) == NULL ||
	    merge_all(&m, w, line, arg, e) != 0 ||
	    entry_writer_flush(w, e) != 0 || file_new_commit(&f, e) != 0)
		goto out;
	*gen = next;
	rc = 0;
out:
	entry_reader_free(m.old);
	entry_reader_free(m.new_.r);
	entry_writer_free(w);
	file_new_release(&f);
	free(path);
	return rc;
}

int
cache_advance(struct cache *c, const struct cache_part *part, struct err *e)
{
	struct journal_file *v;
	struct journal_file jf;

	v = realloc(c->j, (c->nj + 1) * sizeof(*v));
	if (v == NULL)
		return err_nomem(e);
	c->j = v;
	jf.path = str_fmt("%s/" JOURNAL_PREFIX "%" PRId64, c->dir,
	    part->at.seq);
	if (jf.path == NULL)
		return err_nomem(e);
	if (journal_read_end(jf.path, &jf.end, e) != 0) {
		free(jf.path);
		return e->code != ERR_NONE ? -1 :
		    err_set(e, ERR_FORMAT, "the journal is damaged");
	}
	c->j[c->nj++] = jf;
	return 0;
}

int
cache_finish(struct cache *c, const struct cache_part *part, struct err *e)
{
	const struct cache_head after = part->after;
	bool new_gen = !c->have || after.gen != c->head.gen;
	char *ids = NULL, *files = NULL, *last = NULL;
	int rc = -1;

	ids = gen_path(c, "ids", after.gen);
	files = gen_path(c, "files", after.gen);
	last = str_fmt("%s/" JOURNAL_PREFIX "%" PRId64, c->dir,
	    part->at.seq);
	if (ids == NULL || files == NULL || last == NULL) {
		(void)err_nomem(e);
		goto out;
	}
	if (new_gen) {
		if (!file_exists(files)) {
			(void)err_set(e, ERR_FORMAT, "'%s' is missing", files);
			goto out;
		}
		if (idset_save(c->ids, ids, e) != 0)
			goto out;
	}
	if (head_save(c, &after, e) != 0)
		goto out;
	while (c->nj > 0)
		if (journal_pop(c, e) != 0)
			goto out;
	if (file_remove(last, e) != 0 ||
	    file_each(c->dir, remove_other, c, e) != 0)
		goto out;
	rc = new_gen ? open_ids(c, e) : 0;
out:
	free(ids);
	free(files);
	free(last);
	return rc;
}
