/* agent/collect.c - the walk in step with the file state. */

#include "agent/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/gone.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "source/sniff.h"
#include "base/banned.h"

#define NAP_MS 200
#define LOOK_LEN 4096		/* tells a database from an export */
#define REREAD_DAYS 28		/* every unchanged byte within so many days */

int
collect_init(struct collect *c, const struct station *s,
	const struct run_options *o, const char *stream, struct cache *cache,
	struct err *e)
{
	memset(c, 0, sizeof(*c));
	c->s = s;
	c->o = o;
	c->stream = stream;
	c->cache = cache;
	c->list_fd = -1;
	buf_init(&c->cursor, ENTRY_KEY_MAX);
	buf_init(&c->gone_keys, ENTRY_MAX);
	buf_init(&c->orphans, ENTRY_MAX);
	c->progress.started_ms = clock_mono_ms();
	c->src = calloc(s->cfg.nsources + 1, sizeof(*c->src));
	if (c->src == NULL)
		return err_nomem(e);
	for (size_t i = 0; i < s->cfg.nsources; i++) {
		struct collect_source *cs = &c->src[c->nsrc];

		if (!str_eq(s->cfg.source[i].stream, stream))
			continue;
		cs->cfg = &s->cfg.source[i];
		cs->src = source_open(cs->cfg, e);
		if (cs->src == NULL)
			return -1;
		c->nsrc++;
		/* What we keep is no source, wherever a path leads. */
		source_skip(cs->src, s->path.state);
		if (s->blocked[0] != '\0')
			source_block(cs->src, s->blocked);
	}
	return 0;
}

void
collect_release(struct collect *c)
{
	for (size_t i = 0; i < c->nsrc; i++)
		source_close(c->src[i].src);
	free(c->src);
	free(c->gone);
	free(c->gone_class);
	idset_free(c->left);
	idset_free(c->left_before);
	idset_free(c->left_now);
	buf_release(&c->cursor);
	buf_release(&c->gone_keys);
	buf_release(&c->orphans);
	if (c->list_fd >= 0)
		(void)close(c->list_fd);
}

/* An unlinked file for the work list. */
static int
open_list(struct collect *c, struct err *e)
{
	char *path;

	if (file_mkdirs(c->s->path.tmp, 0700, e) != 0)
		return -1;
	path = path_join(c->s->path.tmp, "worklist");
	if (path == NULL)
		return err_nomem(e);
	c->list_fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (c->list_fd < 0)
		(void)err_sys(e, errno, "cannot make '%s'", path);
	else
		(void)unlink(path);
	free(path);
	return c->list_fd < 0 ? -1 : 0;
}

/* The walk and the file state, side by side. */
struct scan {
	struct collect *c;
	size_t source;			/* being walked, of c->src */
	size_t orphan;			/* the last one, in c->orphans */
	struct entry_reader *old;
	struct entry en;		/* of the state */
	bool have;
	struct entry_writer *out;
	struct buf key;			/* of the walk: source, 0, path */
};

/* Has this run, before it was cut off, moved the file at KEY elsewhere? */
static bool
has_left(const struct collect *c, const void *key, size_t len)
{
	uint8_t id[HASH_LEN];

	if (c->left == NULL)
		return false;
	hash_blake2b(id, key, len);
	return idset_has(c->left, id);
}

struct collect_source *
collect_source_named(struct collect *c, const char *name)
{
	for (size_t i = 0; i < c->nsrc; i++)
		if (str_eq(c->src[i].cfg->name, name))
			return &c->src[i];
	return NULL;
}

void
collect_unread(struct collect *c, struct collect_source *cs, const char *path,
	const char *why)
{
	source_unreadable(cs->src, why);
	cs->failed = true;
	if (c->o->watch.file != NULL)
		c->o->watch.file(c->o->watch.arg, cs->cfg->name, path, why);
}

/* What could not be read before the run was cut off; KEY is a string. */
static void
unread_before(struct collect *c, const char *key, const struct entry *en)
{
	struct collect_source *cs = collect_source_named(c, key);
	char why[256];
	size_t n = en->extra_len < sizeof(why) ? en->extra_len :
	    sizeof(why) - 1;

	if (cs == NULL)
		return;
	memcpy(why, en->extra, n);
	why[n] = '\0';
	collect_unread(c, cs, key + strlen(key) + 1, why);
}

int
collect_resumed(struct collect *c, const struct entry *en, struct err *e)
{
	struct buf from = BUF_INIT(ENTRY_KEY_MAX);
	uint8_t id[HASH_LEN];
	int rc = -1;

	buf_clear(&c->cursor);
	if (buf_add(&c->cursor, en->key, en->key_len, e) != 0)
		return -1;
	if (en->kind == ENTRY_UNREAD)
		unread_before(c, buf_str(&c->cursor), en);
	if (en->extra_is != ENTRY_FROM)
		return 0;
	if (c->left == NULL && (c->left = idset_new(NULL, e)) == NULL)
		return -1;
	if (buf_add(&from, en->key, strlen(en->key) + 1, e) != 0 ||
	    buf_add(&from, en->extra, en->extra_len, e) != 0)
		goto out;
	hash_blake2b(id, from.data, from.len);
	rc = idset_add(c->left, id, e) < 0 ? -1 : 0;
out:
	buf_release(&from);
	return rc;
}

/* The state's entry goes to the work list: it is no longer there. */
static int
list_gone(struct scan *x, size_t source, enum gone_fate fate, struct err *e)
{
	struct entry en = x->en;
	int64_t off = entry_written(x->out);

	en.kind = ENTRY_GONE;
	if (gone_add(x->c, source, &en, off, fate, e) != 0 ||
	    entry_write(x->out, &en, e) != 0)
		return -1;
	x->c->gone[x->c->ngone - 1].end = entry_written(x->out);
	return 0;
}

/* The next entry of the state that no earlier part of this run moved. */
static int
state_next(struct scan *x, struct err *e)
{
	int rc;

	do {
		rc = x->old == NULL ? 0 : entry_next(x->old, &x->en, e);
		x->have = rc == 1;
		if (!x->have || !has_left(x->c, x->en.key, x->en.key_len))
			break;
		rc = list_gone(x, GONE_NO_SOURCE, GONE_MOVED, e);
	} while (rc == 0);
	return rc < 0 ? -1 : 0;
}

static bool
behind_cursor(const struct collect *c, const char *key, size_t len)
{
	return c->cursor.len == 0 || str_cmp_bytes(key, len, c->cursor.data,
	    c->cursor.len) > 0;
}

/* FNV-1a: which day of the cycle this file is reread on. */
static bool
reread_today(const struct collect *c, const struct buf *key)
{
	uint32_t h = 2166136261u;

	if (!c->reread)
		return false;
	for (size_t i = 0; i < key->len; i++)
		h = (h ^ key->data[i]) * 16777619u;
	return h % REREAD_DAYS == (uint32_t)(c->today % REREAD_DAYS);
}

static bool
unchanged(const struct entry *a, const struct source_entry *b)
{
	/* What could not be read at a beginning is stored when it can. */
	return a->extra_is == ENTRY_PLAIN && a->stat_size == b->size && a->mtime_sec == b->mtime_sec &&
	    a->mtime_nsec == b->mtime_nsec && a->ctime_sec == b->ctime_sec &&
	    a->ctime_nsec == b->ctime_nsec && a->ident == b->ident &&
	    a->mode == b->mode;
}

static int
list_file(struct scan *x, const struct source_entry *se, bool known,
	struct err *e)
{
	struct entry en = {.kind = known ? ENTRY_CHANGED : ENTRY_NEW};

	collect_stat(&en, se);
	en.key = (const char *)x->key.data;
	en.key_len = (uint32_t)x->key.len;
	if (known && entry_write(x->out, &x->en, e) != 0)
		return -1;
	x->c->progress.total_files++;
	x->c->progress.total_bytes += se->size;
	return entry_write(x->out, &en, e);
}

void
collect_stat(struct entry *en, const struct source_entry *se)
{
	en->mode = se->mode;
	en->stat_size = se->size;
	en->mtime_sec = se->mtime_sec;
	en->mtime_nsec = se->mtime_nsec;
	en->ctime_sec = se->ctime_sec;
	en->ctime_nsec = se->ctime_nsec;
	en->ident = se->ident;
}

/* Pass over state entries before KEY (NULL: all of this SOURCE): not met. */
static int
pass_state(struct scan *x, const struct buf *key, const char *source,
	struct err *e)
{
	while (x->have) {
		int c = key != NULL ? str_cmp_bytes(x->en.key, x->en.key_len,
		    key->data, key->len) :
		    strcmp(x->en.key, source) <= 0 ? -1 : 1;

		if (c >= 0)
			break;
		if (behind_cursor(x->c, x->en.key, x->en.key_len) &&
		    list_gone(x, x->source, GONE_OPEN, e) != 0)
			return -1;
		if (state_next(x, e) != 0)
			return -1;
	}
	return 0;
}

static bool
configured(const struct config *cfg, const char *name)
{
	for (size_t i = 0; i < cfg->nsources; i++)
		if (str_eq(cfg->source[i].name, name))
			return true;
	return false;
}

/* The state's entry is of a source that is not configured any more. */
static int
see_orphan(struct scan *x, struct err *e)
{
	struct buf *o = &x->c->orphans;

	if (o->len == 0 || !str_eq(buf_str(o) + x->orphan, x->en.key)) {
		x->orphan = o->len;
		if (buf_add(o, x->en.key, strlen(x->en.key) + 1, e) != 0)
			return -1;
	}
	/* A full run keeps live what it names. */
	if (!x->c->full || !behind_cursor(x->c, x->en.key, x->en.key_len))
		return 0;
	return list_gone(x, GONE_NO_SOURCE, GONE_STAYS, e);
}

/*
 * Pass over state entries of sources before NAME (NULL: all that is left).
 * Those of a source that another stream has now are removed here; those of one
 * that is not configured any more stay live.
 */
static int
pass_sources(struct scan *x, const char *name, struct err *e)
{
	while (x->have && (name == NULL || strcmp(x->en.key, name) < 0)) {
		if (!configured(&x->c->s->cfg, x->en.key)) {
			if (see_orphan(x, e) != 0)
				return -1;
		} else if (behind_cursor(x->c, x->en.key, x->en.key_len) &&
		    list_gone(x, GONE_NO_SOURCE, GONE_OPEN, e) != 0) {
			return -1;
		}
		if (state_next(x, e) != 0)
			return -1;
	}
	return 0;
}

bool
collect_is_orphan(const struct collect *c, const char *name)
{
	const char *at = buf_str(&c->orphans), *end = at + c->orphans.len;

	for (; at < end; at += strlen(at) + 1)
		if (str_eq(at, name))
			return true;
	return false;
}

/* --- exports that are still being written --- */

/* Which the run before left; *path is where this one's go. */
static int
open_left(struct collect *c, char **path, struct err *e)
{
	*path = str_fmt("%s/unsettled-%s", c->s->path.state,
	    c->stream);
	if (*path == NULL)
		return err_nomem(e);
	c->left_now = idset_new(NULL, e);
	if (c->left_now == NULL)
		return -1;
	if (!file_exists(*path))
		return 0;
	c->left_before = idset_new(*path, e);
	/* Without it an export may wait once more. */
	if (c->left_before == NULL && e->code == ERR_FORMAT)
		err_clear(e);
	return e->code == ERR_NONE ? 0 : -1;
}

static int
save_left(const struct collect *c, const char *path, struct err *e)
{
	if (c->o->dry_run)
		return 0;
	if (idset_count(c->left_now) > 0)
		return idset_save(c->left_now, path, e);
	return file_exists(path) ? file_remove(path, e) : 0;
}

/*
 * Seconds until the export SE, which is to be read, has not changed for long
 * enough; 0: it need not be waited for.  What has only grown since it was kept
 * loses nothing by being read at once, and logs grow all day; so do databases,
 * which are copied as of one moment.
 */
static int64_t
unsettled_s(const struct scan *x, const struct collect_source *cs,
	const struct source_entry *se, bool known)
{
	const struct collect *c = x->c;
	int64_t age = clock_now_utc() - se->mtime_sec;
	uint8_t head[LOOK_LEN];
	enum sniff_kind k;
	int64_t n;

	if (cs->cfg->kind != CONFIG_CHAT || c->o->dry_run || se->database ||
	    age < 0 || age >= cs->cfg->settle)
		return 0;
	if (known && (c->full || se->size >= x->en.stat_size))
		return 0;
	n = source_head(cs->src, se->path, head, sizeof(head));
	k = n < 0 ? SNIFF_UNKNOWN : sniff(head, (size_t)n, se->path).kind;
	return k == SNIFF_OPAQUE || k == SNIFF_SQLITE ? 0 :
	    cs->cfg->settle - age;
}

/* Sleep until the monotonic time MS.  -1: interrupted. */
static int
wait_until(int64_t ms, struct err *e)
{
	while (clock_mono_ms() < ms) {
		if (proc_interrupted())
			return err_set(e, ERR_INTR, "interrupted");
		clock_nap_ms(NAP_MS);
	}
	return 0;
}

/*
 * Wait for SE to settle, if there is a need: 1: it can be read; 0: it is left
 * for the next run, or is gone; -1.
 */
static int
settled(struct scan *x, struct collect_source *cs,
	const struct source_entry *se, bool known, struct err *e)
{
	struct collect *c = x->c;
	int64_t left_ms = unsettled_s(x, cs, se, known) * 1000;
	int64_t now = clock_mono_ms();
	struct source_entry then;
	uint8_t id[HASH_LEN];

	hash_blake2b(id, x->key.data, x->key.len);
	if (left_ms == 0 ||
	    (c->left_before != NULL && idset_has(c->left_before, id)))
		return 1;
	if (c->wait_until_ms == 0) {
		c->wait_until_ms = now + (int64_t)cs->cfg->settle * 1000;
		if (c->o->watch.note != NULL)
			c->o->watch.note(c->o->watch.arg, "waiting for an "
			    "export that was written just now");
	}
	if (wait_until(now + left_ms < c->wait_until_ms ? now + left_ms :
		c->wait_until_ms, e) != 0)
		return -1;
	if (now + left_ms <= c->wait_until_ms) {
		if (source_look(cs->src, se->path, &then) == 0)
			return 0;
		if (then.size == se->size && then.mtime_sec == se->mtime_sec &&
		    then.mtime_nsec == se->mtime_nsec)
			return 1;
	}
	if (c->o->watch.file != NULL)
		c->o->watch.file(c->o->watch.arg, cs->cfg->name, se->path,
		    "still being written: the next run takes it");
	return idset_add(c->left_now, id, e) < 0 ? -1 : 0;
}

static int
scan_file(struct scan *x, struct collect_source *cs, const struct source_entry *se,
	struct err *e)
{
	const char *source = cs->cfg->name;
	struct collect *c = x->c;
	bool known, list;
	int ready;

	buf_clear(&x->key);
	if (buf_add(&x->key, source, strlen(source) + 1, e) != 0 ||
	    buf_add(&x->key, se->path, se->path_len, e) != 0 ||
	    pass_state(x, &x->key, source, e) != 0)
		return -1;
	/* A path that this run has moved away may not stand in it again. */
	if (has_left(c, x->key.data, x->key.len))
		return 0;
	known = x->have && str_cmp_bytes(x->en.key, x->en.key_len,
	    x->key.data, x->key.len) == 0;
	list = behind_cursor(c, buf_str(&x->key), x->key.len) &&
	    (!known || c->full || !unchanged(&x->en, se) ||
		reread_today(c, &x->key));
	ready = list ? settled(x, cs, se, known, e) : 0;
	if (ready < 0 || (ready > 0 && list_file(x, se, known, e) != 0))
		return -1;
	return known ? state_next(x, e) : 0;
}

static int
scan_source(struct scan *x, struct collect_source *cs, struct err *e)
{
	struct source_entry se;
	size_t first_gone;
	int rc;

	x->source = (size_t)(cs - x->c->src);
	if (pass_sources(x, cs->cfg->name, e) != 0)
		return -1;
	first_gone = x->c->ngone;
	while ((rc = source_next(cs->src, &se, e)) == 1) {
		if (scan_file(x, cs, &se, e) != 0)
			return -1;
		if (proc_interrupted())
			return err_set(e, ERR_INTR, "interrupted");
	}
	if (rc != 0 || pass_state(x, NULL, cs->cfg->name, e) != 0)
		return -1;
	cs->complete = source_report(cs->src)->complete;
	/* A walk that did not see everything proves no removal. */
	if (!cs->complete)
		gone_keep(x->c, first_gone);
	return 0;
}

int
collect_scan(struct collect *c, struct err *e)
{
	struct scan x = {.c = c, .key = BUF_INIT(ENTRY_KEY_MAX)};
	char *left = NULL;
	int rc = -1;

	if (open_list(c, e) != 0 || open_left(c, &left, e) != 0)
		goto out;
	x.old = cache_files(c->cache, e);
	if ((x.old == NULL && e->code != ERR_NONE) ||
	    (x.out = entry_writer_new(c->list_fd, e)) == NULL ||
	    state_next(&x, e) != 0)
		goto out;
	for (size_t i = 0; i < c->nsrc; i++)
		if (scan_source(&x, &c->src[i], e) != 0)
			goto out;
	if (pass_sources(&x, NULL, e) != 0 || save_left(c, left, e) != 0)
		goto out;
	rc = entry_writer_flush(x.out, e);
out:
	free(left);
	entry_reader_free(x.old);
	entry_writer_free(x.out);
	buf_release(&x.key);
	return rc;
}
