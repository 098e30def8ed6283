/* desk/facts_readable.c - up to when the accounts can really be read. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "config/teamini.h"
#include "desk/facts_work.h"
#include "desk/query.h"

#include "base/banned.h"

#define REASON_MAX 65536

/* A source of which no file could be read yet. */
struct shut {
	const char *source;
	const char *account;	/* of the configuration; "" */
	bool opened;
};

/* A file that could be read once. */
struct export {
	const char *source, *path;
	size_t account;
};

struct looking {
	struct facts_work *w;
	size_t station;
	struct shut *shut;
	size_t n;
	struct export *export;
	size_t nexports;
	struct err *e;
};

static struct shut *
shut_of(struct looking *l, const char *source)
{
	struct shut *s;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->shut[i].source, source) == 0)
			return &l->shut[i];
	if (facts_grow(&l->shut, l->n, sizeof(*l->shut), l->e) < 0)
		return NULL;
	s = &l->shut[l->n];
	memset(s, 0, sizeof(*s));
	s->account = "";
	s->source = facts_keep(l->w->f, source, strlen(source), l->e);
	if (!s->source)
		return NULL;
	l->n++;
	return s;
}

/* Sources that policy.ini names are expected even before anything came. */
static int
on_key(void *arg, const char *section, const char *key, const char *value)
{
	struct looking *l = arg;
	const char *own = l->w->f->station[l->station].who.station;
	const size_t n = strlen(own);
	struct shut *s;

	if (!str_starts(section, "source ") || strncmp(section + 7, own, n) ||
	    section[7 + n] != '/' || strcmp(key, "account") != 0)
		return 0;
	s = shut_of(l, section + 7 + n + 1);
	if (!s)
		return -1;
	s->account = facts_keep(l->w->f, value, strlen(value), l->e);
	return s->account ? 0 : -1;
}

/* Written at MTIME seconds, if we believe the file. */
static void
exported(struct facts_account *a, int64_t mtime)
{
	if (mtime * 1000 > a->exported)
		a->exported = mtime * 1000;
}

static int
on_reading(void *arg, const struct history_reading *r, struct err *e)
{
	struct looking *l = arg;
	struct facts_work *w = l->w;
	struct shut *s = shut_of(l, r->source);
	struct facts_account *a;
	struct export *x;
	size_t i;

	if (!s)
		return -1;
	if (r->error || !r->format || r->last == HISTORY_NEVER)
		return 0;
	s->opened = true;
	i = facts_account_of(w, l->station, r->source,
	    r->platform ? r->platform : "", r->account ? r->account : "", e);
	if (i == FACTS_NOWHERE)
		return -1;
	a = &w->f->account[i];
	/* a clock that is ahead would hide for years that nothing came */
	exported(a, r->mtime < r->taken ? r->mtime : r->taken);
	if (r->last > a->until)
		a->until = r->last;
	if (facts_grow(&l->export, l->nexports, sizeof(*x), e) < 0)
		return -1;
	x = &l->export[l->nexports];
	x->source = s->source;
	x->path = facts_keep(w->f, r->path, strlen(r->path), e);
	x->account = i;
	l->nexports += x->path != NULL;
	return x->path ? 0 : -1;
}

static int
cmp_exports(const void *a, const void *b)
{
	const struct export *x = a, *y = b;
	int c = strcmp(x->source, y->source);

	return c ? c : strcmp(x->path, y->path);
}

/* The same bytes exported once more are not read again: their time counts. */
static int
on_file(void *arg, const struct query_file *f, struct err *e)
{
	struct looking *l = arg;
	struct export key = {.source = f->source}, *x;
	char path[4096];

	(void)e;
	if (f->path_len >= sizeof(path))
		return 0;
	memcpy(path, f->path, f->path_len);
	path[f->path_len] = '\0';
	key.path = path;
	x = bsearch(&key, l->export, l->nexports, sizeof(key), cmp_exports);
	if (x && f->mtime_sec >= 0 && f->mtime_sec <= l->w->f->made / 1000)
		exported(&l->w->f->account[x->account], f->mtime_sec);
	return 0;
}

static int
live_files(struct looking *l, const char *station, struct err *e)
{
	struct err none = ERR_INIT;

	if (l->nexports == 0)
		return 0;
	qsort(l->export, l->nexports, sizeof(*l->export), cmp_exports);
	if (query_files(l->w->c, station, NULL, NULL, INT64_MAX, on_file, l,
	    &none) == 0 || none.code == ERR_NOENT)
		return 0;
	*e = none;
	return -1;
}

static int
list(struct facts_work *w, size_t account, size_t station, struct err *e)
{
	struct facts_account *a = &w->f->account[account];
	const struct facts_station *s = &w->f->station[station];
	struct buf why = BUF_INIT(REASON_MAX);
	int rc = -1;
	int64_t known = a->until > a->exported ? a->until : a->exported;
	struct facts_item *it;

	a->backed_up = a->exported >= s->start;
	a->unreadable = known == FACTS_NEVER || worktime_days_between(
	    w->time[station], known, s->cutoff) > FACTS_UNREADABLE_MS;
	/* who did not export may have talked */
	a->silent = a->silent && a->backed_up;
	if (a->silent && !facts_item_new(w, FACTS_SILENT, station, account, e))
		return -1;
	if (!a->unreadable || !s->active)
		return 0;
	it = facts_item_new(w, FACTS_UNREADABLE, station, account, e);
	if (!it)
		return -1;
	it->at = a->until;
	if (query_source_reason(w->c, a->who.station, a->source, &why,
	    e) == 0) {
		it->note = facts_keep(w->f, buf_str(&why), why.len, e);
		rc = it->note ? 0 : -1;
	}
	buf_release(&why);
	return rc;
}

static int
station(struct looking *l, struct err *e)
{
	struct facts_work *w = l->w;
	const char *name = w->f->station[l->station].who.station;
	size_t i;

	l->n = l->nexports = 0;
	if (teamini_each(w->ask->policy, on_key, l) < 0 || history_readings(
	    w->m, name, HISTORY_NEVER, on_reading, l, e) < 0 ||
	    live_files(l, name, e) < 0)
		return -1;
	for (i = 0; i < l->n; i++)
		if (!l->shut[i].opened && facts_account_of(w, l->station,
		    l->shut[i].source, "", l->shut[i].account, e) ==
		    FACTS_NOWHERE)
			return -1;
	for (i = 0; i < w->f->naccounts; i++)
		if (strcmp(w->f->account[i].who.station, name) == 0 &&
		    list(w, i, l->station, e) < 0)
			return -1;
	return 0;
}

int
facts_readable(struct facts_work *w, struct err *e)
{
	struct looking l = {.w = w, .e = e};
	int rc = 0;

	for (; rc == 0 && l.station < w->f->nstations; l.station++)
		rc = station(&l, e);
	free(l.shut);
	free(l.export);
	return rc;
}
