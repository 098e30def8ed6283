/* agent/taken.c - what was taken of each source. */
#include "agent/taken.h"

#include <stdlib.h>
#include <string.h>

#include "agent/branch.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "chunk/cache.h"
#include "repo/spool.h"

#include "base/banned.h"

struct load {
	struct taken *t;
	struct station *s;
	struct spool *spool;
	taken_fn fn;
	void *arg;
	char (*stream)[33];
	size_t nstreams;
};

static int
on_stream(const char *name, void *arg, struct err *e)
{
	struct load *k = arg;
	char (*grown)[33];

	if (!config_is_id(name))
		return 0;
	grown = realloc(k->stream, (k->nstreams + 1) * sizeof(*grown));
	if (!grown)
		return err_nomem(e);
	k->stream = grown;
	(void)snprintf(k->stream[k->nstreams++], sizeof(*grown), "%s", name);
	return 0;
}

static int
cmp_streams(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Entries are sorted by source: it is the last one, or a new one. */
static struct taken_source *
source_of(struct taken *t, const char *stream, const char *name)
{
	struct taken_source *s = t->n > 0 ? &t->v[t->n - 1] : NULL, *grown;

	if (s && strcmp(s->name, name) == 0 && strcmp(s->stream, stream) == 0)
		return s;
	grown = realloc(t->v, (t->n + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	t->v = grown;
	s = &t->v[t->n++];
	memset(s, 0, sizeof(*s));
	(void)snprintf(s->name, sizeof(s->name), "%s", name);
	(void)snprintf(s->stream, sizeof(s->stream), "%s", stream);
	return s;
}

static int
add_entry(struct load *k, const char *stream, const struct entry *en,
	struct err *e)
{
	const char *zero = memchr(en->key, '\0', en->key_len);
	struct taken_source *s;
	size_t at;

	if (!zero)
		return err_set(e, ERR_FORMAT, "the file state is damaged");
	s = source_of(k->t, stream, en->key);
	if (!s)
		return err_nomem(e);
	s->files++;
	s->bytes += en->size;
	if (en->mtime_sec > s->newest)
		s->newest = en->mtime_sec;
	at = (size_t)(zero - en->key) + 1;
	return k->fn ? k->fn(k->arg, s->name, en->key + at, en->key_len - at,
	    en->size, en->mtime_sec, e) : 0;
}

static int
each_entry(struct load *k, const char *stream, struct cache *c,
	struct err *e)
{
	struct entry_reader *r = cache_files(c, e);
	struct entry en;
	int rc;

	if (!r)
		return e->code == ERR_NONE ? 0 : -1;
	while ((rc = entry_next(r, &en, e)) > 0)
		if (add_entry(k, stream, &en, e) < 0) {
			rc = -1;
			break;
		}
	entry_reader_free(r);
	return rc;
}

static int
load_stream(struct load *k, const char *stream, struct err *e)
{
	char *dir = path_join(k->s->path.cache, stream);
	struct cache *c = NULL;
	struct branch b;
	int64_t unsent;
	bool doubt;
	int rc = -1;

	if (!dir) {
		(void)err_nomem(e);
		goto out;
	}
	if (branch_load(&b, k->s, k->spool, stream, e) < 0 ||
	    branch_unsent(&b, k->s, k->spool, &unsent, e) < 0)
		goto out;
	k->t->unsent += unsent;
	c = cache_open(dir, b.head[0] ? b.at.manifest : NULL, &doubt, e);
	if (c)
		rc = each_entry(k, stream, c, e);
out:
	cache_close(c);
	free(dir);
	return rc;
}

int
taken_load(struct taken *t, struct station *s, taken_fn fn, void *arg,
	struct err *e)
{
	struct load k = {.t = t, .s = s, .fn = fn, .arg = arg};
	int rc = -1;
	size_t i;

	memset(t, 0, sizeof(*t));
	if (!file_is_dir(s->path.cache))
		return 0;
	if (station_lock(s, e) < 0 ||
	    file_each(s->path.cache, on_stream, &k, e) < 0)
		goto out;
	if (k.nstreams > 0)
		qsort(k.stream, k.nstreams, sizeof(*k.stream), cmp_streams);
	k.spool = spool_open(s->path.spool, e);
	if (!k.spool)
		goto out;
	for (i = 0; i < k.nstreams; i++)
		if (load_stream(&k, k.stream[i], e) < 0)
			goto out;
	rc = 0;
out:
	spool_close(k.spool);
	free(k.stream);
	return rc;
}

void
taken_release(struct taken *t)
{
	free(t->v);
	memset(t, 0, sizeof(*t));
}
