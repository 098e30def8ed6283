/* agent/run.c - the workstation's arrow on one page. */

#include "agent/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agree.h"
#include "agent/branch.h"
#include "agent/collect.h"
#include "agent/pause.h"
#include "agent/part.h"
#include "agent/register.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "repo/receipt.h"
#include "base/banned.h"

#define STREAM_LEN 33
#define NOTICE_MAX (1024 * 1024)

/* One stream of a run. */
struct arrow {
	struct station *s;
	struct spool *sp;
	const struct run_options *o;
	struct run_result *r;
	const char *stream;
	int64_t started;		/* shared by all streams */
	uint8_t run[16];
	struct branch b;
	struct cache *cache;
	struct record_point before;	/* the branch before a new one */
	bool new_epoch;
	struct collect c;
	struct part_maker m;
};

static void
copy(char *dst, size_t n, const char *src)
{
	(void)snprintf(dst, n, "%s", src);
}

static void
note(const struct arrow *a, const char *text)
{
	if (a->o->watch.note != NULL)
		a->o->watch.note(a->o->watch.arg, text);
}

/* --- which branch --- */

static int
load_receipt(const struct arrow *a, struct receipt *rc, bool *have,
	struct err *e)
{
	char *path = str_fmt("%s/receipt-%s", a->s->path.state, a->stream);
	struct buf b = BUF_INIT(4096);
	struct err bad = ERR_INIT;

	*have = false;
	if (path == NULL)
		return err_nomem(e);
	if (file_load(path, &b, &bad) == 0 && receipt_check(rc, buf_str(&b),
		&a->s->control.servers, &bad) == 0)
		*have = true;
	buf_release(&b);
	free(path);
	return 0;
}

/* The year of the newest receipt; before the first, of control; never back. */
static int
epoch_now(const struct arrow *a, int *epoch, struct err *e)
{
	struct clock_date d;
	struct receipt rc;
	bool have;

	if (load_receipt(a, &rc, &have, e) != 0)
		return -1;
	clock_split_utc(have ? rc.utc : a->s->control.commit_utc, &d);
	*epoch = d.year;
	if (a->b.n > 0 && a->b.ref[a->b.n - 1].epoch > *epoch)
		*epoch = a->b.ref[a->b.n - 1].epoch;
	return 0;
}

static int
begin_branch(struct arrow *a, int epoch, int n, struct err *e)
{
	struct canon_ref ref = {.epoch = epoch, .incarnation = n};

	(void)snprintf(ref.station, sizeof(ref.station), "%s",
	    a->s->cfg.station);
	(void)snprintf(ref.stream, sizeof(ref.stream), "%s", a->stream);
	branch_point(&a->b, &a->before);
	return branch_begin(&a->b, a->s, &ref, a->sp, e);
}

/* Has the branch on our list come to be without its spool? */
static int
choose_branch(struct arrow *a, struct err *e)
{
	int epoch, n = 0;

	if (epoch_now(a, &epoch, e) != 0)
		return -1;
	if (a->b.n > 0 && a->b.head[0] != '\0') {
		if (epoch <= a->b.ref[a->b.n - 1].epoch)
			return 0;
		a->new_epoch = true;
		note(a, "a new year: this run stores everything once");
		return begin_branch(a, epoch, 0, e);
	}
	if (branch_ask(a->s, a->stream, epoch, &n, e) != 0)
		return -1;
	a->b.n = 0;
	if (n > 0)
		note(a, "the central knows this station from before: "
		    "beginning a new branch");
	return begin_branch(a, epoch, n, e);
}

static int
open_cache(struct arrow *a, const uint8_t *manifest, struct err *e)
{
	char *dir = path_join(a->s->path.cache, a->stream);
	bool doubt;

	if (dir == NULL)
		return err_nomem(e);
	a->cache = cache_open(dir, manifest, &doubt, e);
	free(dir);
	if (a->cache == NULL)
		return -1;
	if (doubt)
		note(a, "the record of what is stored does not fit the "
		    "branch: this run reads everything");
	return 0;
}

/* Branch and cache of this stream, whatever the last run left. */
static int
stage_open(struct arrow *a, struct err *e)
{
	if (branch_load(&a->b, a->s, a->sp, a->stream, e) != 0)
		return -1;
	if (open_cache(a, a->b.head[0] != '\0' ? a->b.at.manifest : NULL,
		e) != 0)
		return -1;
	if (a->o->dry_run || a->o->send_only)
		return 0;
	/* A run is finished in the epoch in which it began. */
	if (cache_resume(a->cache) == NULL || a->b.head[0] == '\0') {
		if (choose_branch(a, e) != 0)
			return -1;
		if (a->b.head[0] == '\0' && (a->new_epoch ?
			cache_fresh(a->cache, e) : cache_reset(a->cache, e)))
			return -1;
	}
	return 0;
}

/* --- collecting --- */

static int
resumed(void *arg, const struct entry *en, struct err *e)
{
	return collect_resumed(arg, en, e);
}

/* The run that is gone on with is of the same kind as it was. */
static int
resume_run(struct arrow *a, const struct cache_part *p, struct err *e)
{
	a->c.full = p->full;
	a->c.fresh = p->fresh;
	a->before.have = p->has_before;
	copy(a->before.ref, sizeof(a->before.ref), p->before.ref);
	a->before.seq = p->before.seq;
	memcpy(a->before.manifest, p->before.manifest, HASH_LEN);
	note(a, "going on with a run that was cut off");
	return cache_resumed_each(a->cache, resumed, &a->c, e);
}

/* What is to be said of chats goes into the record as well. */
static int
look_at_exports(struct arrow *a, struct err *e)
{
	struct buf remark = BUF_INIT(4096);
	int rc = 0;

	a->r->left += (int64_t)idset_count(a->c.left_now);
	for (size_t i = 0; i < a->c.nsrc && rc == 0; i++) {
		struct collect_source *cs = &a->c.src[i];

		if (cs->cfg->kind != CONFIG_CHAT || a->s->blocked[0] != '\0')
			continue;
		buf_clear(&remark);
		if (exports_look(cs->cfg, a->s->path.state, clock_now_utc(),
			&cs->exports, e) != 0 ||
		    exports_remark(cs->cfg, &cs->exports, &remark, e) != 0)
			rc = -1;
		else if (remark.len > 0)
			source_remark(cs->src, buf_str(&remark));
	}
	buf_release(&remark);
	return rc;
}

static int
stage_scan(struct arrow *a, struct err *e)
{
	const struct cache_head *h = cache_head(a->cache);
	const struct cache_part *resume = cache_resume(a->cache);
	int64_t full_after = (int64_t)a->s->cfg.full_every_days * 86400;
	struct collect *c = &a->c;

	if (collect_init(c, a->s, a->o, a->stream, a->cache, e) != 0)
		return -1;
	c->fresh = a->b.head[0] == '\0' || h == NULL;
	c->full = c->fresh || a->o->full ||
	    (full_after > 0 && a->started - h->full_utc >= full_after);
	if (resume != NULL && resume_run(a, resume, e) != 0)
		return -1;
	c->elsewhere = a->before;
	c->today = a->started / 86400;
	c->reread = a->s->cfg.reread && h != NULL && !c->full &&
	    c->today != h->reread_day;
	if (collect_scan(c, e) == 0)
		return look_at_exports(a, e);
	/* It would stand in the way of each later run. */
	if (e->code == ERR_FORMAT) {
		struct err later = ERR_INIT;

		(void)err_hint(e, "the next run reads everything");
		(void)cache_reset(a->cache, &later);
	}
	return -1;
}

static int
fill_head(struct arrow *a, struct err *e)
{
	const struct control *ct = &a->s->control;
	const struct cache_part *resume = cache_resume(a->cache);
	struct record_head *h = &a->m.head;
	size_t reader[CONTROL_MAX_RECIPIENTS];
	struct clock_date d;
	struct receipt rc;
	int offset;

	copy(h->org, sizeof(h->org), ct->org);
	copy(h->station, sizeof(h->station), a->s->cfg.station);
	copy(h->stream, sizeof(h->stream), a->stream);
	h->epoch = a->b.ref[a->b.n - 1].epoch;
	memcpy(h->run, a->run, sizeof(h->run));
	h->started = a->started;
	if (resume != NULL) {
		memcpy(h->run, resume->run, sizeof(h->run));
		h->started = resume->started;
		h->part = resume->part + 1;
	}
	h->full = a->c.full;
	if (a->new_epoch)
		h->prev_epoch_head = a->before;
	else if (a->b.head[0] == '\0')
		h->continues = a->before;
	h->nrecipients = control_readers(ct, h->station, reader);
	for (size_t i = 0; i < h->nrecipients; i++)
		copy(h->recipient[i], sizeof(h->recipient[i]),
		    ct->recipient[reader[i]].age);
	control_recipients_sha256(ct, h->station, h->recipients_sha256);
	h->policy_version = ct->version;
	copy(h->policy_commit, sizeof(h->policy_commit), ct->commit);
	h->control_seen = ct->commit_utc;
	if (load_receipt(a, &rc, &h->has_receipt, e) != 0)
		return -1;
	if (h->has_receipt) {
		h->receipt_utc = rc.utc;
		copy(h->receipt_ref, sizeof(h->receipt_ref), rc.ref);
		copy(h->receipt_head, sizeof(h->receipt_head), rc.head);
	}
	h->has_notice = a->s->agreed.version > 0;
	h->notice_version = a->s->agreed.version;
	memcpy(h->notice_sha256, a->s->agreed.sha256,
	    sizeof(h->notice_sha256));
	clock_zone(h->tz, sizeof(h->tz));
	clock_split_local(a->started, &d, &offset);
	h->utc_offset = offset;
	h->clock_synced = clock_synced();
	clock_boot_id(h->boot_id);
	copy(h->agent, sizeof(h->agent), "liudi " LIUDI_VERSION);
	return 0;
}

static int
source_line(const struct collect_source *cs, struct buf *out, struct err *e)
{
	const struct source_report *sr = source_report(cs->src);
	struct record_source l = {.files = sr->files, .bytes = sr->bytes,
	    .symlinks = sr->symlinks, .empty_dirs = sr->empty_dirs,
	    .special = sr->special, .unreadable = sr->unreadable,
	    .skipped = sr->skipped};

	copy(l.name, sizeof(l.name), cs->cfg->name);
	copy(l.kind, sizeof(l.kind), config_kind_name(cs->cfg->kind));
	copy(l.state, sizeof(l.state), source_state_name(sr->state));
	copy(l.reason, sizeof(l.reason), sr->reason);
	return record_source_line(&l, out, e);
}

/* Its files stay live; the record says why nothing comes any more. */
static int
orphan_line(const char *name, struct buf *out, struct err *e)
{
	struct record_source l = {.reason = "no longer configured"};

	copy(l.name, sizeof(l.name), name);
	copy(l.kind, sizeof(l.kind), config_kind_name(CONFIG_FILES));
	copy(l.state, sizeof(l.state), source_state_name(SOURCE_MISSING));
	return record_source_line(&l, out, e);
}

/* Source lines of the final part; both lists are sorted by name. */
static int
source_lines(const struct arrow *a, struct buf *out, struct err *e)
{
	const char *at = buf_str(&a->c.orphans);
	const char *end = at + a->c.orphans.len;

	for (size_t i = 0; i < a->c.nsrc || at < end;) {
		if (at == end || (i < a->c.nsrc &&
			strcmp(a->c.src[i].cfg->name, at) < 0)) {
			if (source_line(&a->c.src[i++], out, e) != 0)
				return -1;
		} else {
			if (orphan_line(at, out, e) != 0)
				return -1;
			at += strlen(at) + 1;
		}
	}
	return 0;
}

static void
tell_sources(const struct arrow *a)
{
	const struct run_watch *w = &a->o->watch;

	for (size_t i = 0; i < a->c.nsrc; i++) {
		const struct collect_source *cs = &a->c.src[i];
		const struct source_report *sr = source_report(cs->src);

		if (sr->state != SOURCE_OK || cs->exports.unreadable)
			a->r->warnings = true;
		if (w->source != NULL)
			w->source(w->arg, cs->cfg, sr, cs->ops);
		if (w->exports != NULL && cs->exports.there)
			w->exports(w->arg, cs->cfg, &cs->exports);
	}
}

/* Another stream than main stays silent when nothing is new. */
static bool
silent(const struct arrow *a, const uint8_t sources_hash[static HASH_LEN])
{
	const struct cache_head *h = cache_head(a->cache);

	return !str_eq(a->stream, "main") && h != NULL && !a->c.full &&
	    a->m.head.part == 0 && a->m.job == NULL && a->c.ngone == 0 &&
	    memcmp(h->sources, sources_hash, HASH_LEN) == 0;
}

static int
stage_store(struct arrow *a, struct err *e)
{
	struct part_maker *m = &a->m;
	struct collect_sink k = {part_chunk, part_line, part_unread, m};
	struct buf sources = BUF_INIT(16u * 1024 * 1024);
	const struct cache_head *h = cache_head(a->cache);
	uint8_t sum[HASH_LEN];
	int rc = -1;

	m->s = a->s;
	m->sp = a->sp;
	m->b = &a->b;
	m->cache = a->cache;
	m->r = a->r;
	m->fresh = a->c.fresh;
	m->before = a->before;
	m->full_utc = a->c.full || h == NULL ? a->started : h->full_utc;
	m->reread_day = a->c.reread ? a->c.today :
	    h != NULL ? h->reread_day : a->c.today;
	if (fill_head(a, e) != 0 || part_maker_init(m, e) != 0 ||
	    collect_store(&a->c, &k, e) != 0 ||
	    collect_removed(&a->c, &k, e) != 0 ||
	    source_lines(a, &sources, e) != 0)
		goto out;
	hash_blake2b(sum, sources.data, sources.len);
	tell_sources(a);
	if (a->c.orphans.len > 0 && h != NULL &&
	    memcmp(h->sources, sum, sizeof(sum)) != 0)
		note(a, "a source is no longer configured: what is on file "
		    "of it stays there");
	if (silent(a, sum)) {
		rc = 0;
		goto out;
	}
	rc = part_final(m, &sources, sum, &a->c.gone_keys, e);
	if (rc == 0 && str_eq(a->stream, "main")) {
		canon_ref_text(&a->b.ref[a->b.n - 1], a->r->ref);
		a->r->seq = a->b.at.seq;
	}
out:
	buf_release(&sources);
	return rc;
}

static int
stage_send(struct arrow *a, struct err *e)
{
	if (a->o->no_push) {
		a->r->spooled = true;
		copy(a->r->why, sizeof(a->r->why), "not sent: --no-push");
		return 0;
	}
	return branch_send(&a->b, a->s, a->sp, a->o, a->r, e);
}

static int
run_stream(struct arrow *a, struct err *e)
{
	int rc = -1;

	if (stage_open(a, e) != 0)
		goto out;
	if (a->o->send_only) {
		if (str_eq(a->stream, "main")) {
			a->r->seq = a->b.at.seq;
			if (a->b.n > 0)
				canon_ref_text(&a->b.ref[a->b.n - 1],
				    a->r->ref);
		}
		rc = stage_send(a, e);
		goto out;
	}
	if (stage_scan(a, e) != 0)
		goto out;
	if (a->o->dry_run) {
		tell_sources(a);
		a->r->files += a->c.progress.total_files;
		a->r->bytes += a->c.progress.total_bytes;
		a->r->ops[RECORD_REMOVED] += (int64_t)a->c.ngone;
		rc = 0;
		goto out;
	}
	if (stage_store(a, e) != 0 || stage_send(a, e) != 0)
		goto out;
	rc = 0;
out:
	part_maker_release(&a->m);
	collect_release(&a->c);
	cache_close(a->cache);
	return rc;
}

/* --- all streams --- */

/* Streams of this run: names, each once. */
struct streams {
	char name[CONFIG_SOURCES_MAX + 1 + BRANCH_MAX][STREAM_LEN];
	size_t n;
};

static int
add_stream(struct streams *t, const char *name, struct err *e)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->name[i], name))
			return 0;
	if (t->n == sizeof(t->name) / sizeof(t->name[0]))
		return err_set(e, ERR_FAIL, "too many streams");
	copy(t->name[t->n++], sizeof(t->name[0]), name);
	return 0;
}

static int
seen_branch(const char *name, void *arg, struct err *e)
{
	const char *stream = name + strlen(BRANCH_LIST_PREFIX);

	if (!str_starts(name, BRANCH_LIST_PREFIX) || !canon_id_ok(stream))
		return 0;
	return add_stream(arg, stream, e);
}

/*
 * "main" first and always, then those of the configuration, and those that
 * lost their last source but may still have something to send or to remove.
 */
static int
streams_of(struct streams *t, const struct station *s, struct err *e)
{
	t->n = 0;
	if (add_stream(t, "main", e) != 0)
		return -1;
	for (size_t i = 0; i < s->cfg.nsources; i++)
		if (add_stream(t, s->cfg.source[i].stream, e) != 0)
			return -1;
	return file_each(s->path.state, seen_branch, t, e);
}

/* Nothing is read before the person agreed; runs go on all the same. */
static int
stage_agree(struct station *s, const struct run_options *o,
	struct run_result *r, struct err *e)
{
	struct buf text = BUF_INIT(NOTICE_MAX);
	struct notice n;
	int yes = 0, rc = -1;

	if (agree_load(s, e) != 0)
		return -1;
	r->blocked = agree_wanted(s);
	if (!r->blocked || o->watch.agree == NULL)
		return 0;
	if (agree_text(s, o->language, &n, &text, e) < 0) {
		/* The manager's slip; it stands in the way of no run. */
		if (e->code != ERR_FORMAT)
			goto out;
		err_clear(e);
	} else {
		yes = o->watch.agree(o->watch.arg, &n, &text, e);
	}
	if (yes < 0 || (yes > 0 && agree_save(s, &n, e) != 0))
		goto out;
	r->blocked = yes == 0;
	rc = 0;
out:
	buf_release(&text);
	return rc;
}

/* What must be known before anything is kept. */
static int
stage_control(struct station *s, const struct run_options *o,
	struct run_result *r, struct err *e)
{
	bool offline;

	if (station_lock(s, e) != 0 || station_control(s, &offline, e) != 0)
		return -1;
	if (s->refused.code != 0) {
		r->integrity = true;
		(void)snprintf(r->why, sizeof(r->why), "%s", s->refused.what);
		(void)snprintf(r->hint, sizeof(r->hint), "%s",
		    s->refused.hint);
	}
	/* Looking at what would be kept is no reason to wait. */
	if (!s->waiting || o->dry_run)
		return stage_agree(s, o, r, e) != 0 ? -1 :
		    pause_block(s, &r->paused, e);
	if (!s->asked) {
		(void)err_set(e, ERR_NET, "this station has not asked to be "
		    "let in yet");
		return err_hint(e, "run 'liudi join' again with the "
		    "manager's invitation");
	}
	(void)err_set(e, ERR_NET, "waiting for the manager to let this "
	    "station in");
	return err_hint(e, offline ? "the central is not reached: check the "
	    "network; if the invitation has ended, ask for a new one" :
	    "the manager's next 'liudi-desk sync' does; if the invitation has "
	    "ended before, ask for a new one");
}

/*
 * Pages that are due.  What cannot be captured today is told, and no reason to
 * keep nothing else.
 */
static int
stage_shops(struct station *s, const struct run_options *o,
	struct run_result *r, struct err *e)
{
	const struct shopkeep_job j = {.cfg = &s->cfg, .state = s->path.state,
	    .due = true, .fn = o->watch.shop, .arg = o->watch.arg};
	struct err why = ERR_INIT;

	if (o->dry_run || o->send_only || s->blocked[0] != '\0' ||
	    s->cfg.nshops == 0 ||
	    shopkeep_capture(&j, &why) == 0)
		return 0;
	if (why.code == ERR_INTR || why.code == ERR_SPACE) {
		*e = why;
		return -1;
	}
	r->warnings = true;
	if (why.code != ERR_NONE && o->watch.note != NULL)
		o->watch.note(o->watch.arg, why.what);
	return 0;
}

int
run_station(struct station *s, const struct run_options *o,
	struct run_result *r, struct err *e)
{
	struct streams *t = NULL;
	struct arrow *a = NULL;
	struct spool *sp = NULL;
	uint8_t run[16];
	int64_t started = clock_now_utc();
	int rc = -1;

	memset(r, 0, sizeof(*r));
	secmem_random(run, sizeof(run));
	if (stage_control(s, o, r, e) != 0 ||
	    (!o->dry_run && register_settle(s->path.state, e) != 0) ||
	    stage_shops(s, o, r, e) != 0)
		goto out;
	t = calloc(1, sizeof(*t));
	a = calloc(1, sizeof(*a));
	if (t == NULL || a == NULL) {
		(void)err_nomem(e);
		goto out;
	}
	sp = spool_open(s->path.spool, e);
	if (sp == NULL || streams_of(t, s, e) != 0)
		goto out;
	for (size_t i = 0; i < t->n; i++) {
		memset(a, 0, sizeof(*a));
		a->s = s;
		a->sp = sp;
		a->o = o;
		a->r = r;
		a->stream = t->name[i];
		a->started = started;
		a->c.list_fd = -1;
		memcpy(a->run, run, sizeof(run));
		if (run_stream(a, e) != 0)
			goto out;
	}
	rc = 0;
out:
	free(t);
	free(a);
	spool_close(sp);
	return rc;
}
