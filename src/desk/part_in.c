/* desk/part_in.c - one part into the catalogue.  FORMAT sections 5 to 7. */
#include "desk/part_in.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "crypto/hash.h"
#include "desk/columns.h"
#include "desk/runs.h"
#include "desk/tail.h"
#include "unbundle/bundle_read.h"
#include "unbundle/manifest.h"

#include "base/banned.h"

#define IDS_MAX (256u * 1024 * 1024)
#define RUNS_MAX (256u * 1024 * 1024)
#define CAPTURE_MAX (64u * 1024 * 1024)
#define CAPTURE_IDS 16		/* of one tail: the beginning is enough */
#define TAILS_MAX 100000
#define EARLY_S 600		/* seconds that a clock may be ahead */
#define SKIPPED_MAX 20		/* lines of a part that are told one by one */

void
part_in_init(struct part_in *p)
{
	memset(p, 0, sizeof(*p));
	buf_init(&p->ids, IDS_MAX);
	buf_init(&p->bytes, CAPTURE_MAX);
}

void
part_in_release(struct part_in *p)
{
	size_t i;

	for (i = 0; i < p->ntails; i++) {
		free(p->tail[i].source);
		free(p->tail[i].path);
		buf_release(&p->tail[i].old_ids);
		buf_release(&p->tail[i].new_ids);
	}
	free(p->tail);
	free(p->captured);
	buf_release(&p->ids);
	buf_release(&p->bytes);
}

/* --- The head, held against commit, branch and policy. */

static int
wrong(struct err *e, const char *what)
{
	return err_set(e, ERR_INTEGRITY, "manifest: %s", what);
}

static int
check_context(const struct part_in *p, const struct record_head *h,
	struct err *e)
{
	const struct canon_ref *ref = &p->chain->ref;
	const struct canon_run *run = &p->link->run;

	if (strcmp(h->station, ref->station) != 0 ||
	    strcmp(h->stream, ref->stream) != 0 || h->epoch != ref->epoch)
		return wrong(e, "it is of another branch");
	if (h->seq != run->seq)
		return wrong(e, "it is of another commit");
	if (h->has_prev != run->has_prev || (h->has_prev &&
	    memcmp(h->prev, run->prev, sizeof(h->prev)) != 0))
		return wrong(e, "'prev' is not the manifest before");
	if (h->started != p->link->started_utc)
		return wrong(e, "'started' is not the time in its name");
	if (strcmp(h->org, p->with->control->org) != 0)
		return event_once(&p->at, EVENT_NOTE, "org", e,
		    "the team is called '%s' there", h->org);
	return 0;
}

/* Do the parts of a run follow each other? */
static int
check_order(struct part_in *p, const struct record_head *h,
	struct err *e)
{
	const struct part_before *b = p->before;
	bool goes_on = b->have && memcmp(b->run, h->run, sizeof(h->run)) == 0;

	if (goes_on && (b->final || h->part != b->part + 1 ||
	    h->full != b->full))
		return wrong(e, "it does not go on with the part before");
	p->gap = goes_on ? b->gap : h->part != 0;
	if (!goes_on && h->part != 0)
		return event_add(&p->at, EVENT_WARN, "part-gap", e,
		    "part %lld of a run whose parts before are not here",
		    (long long)h->part);
	if (b->have && !goes_on && !b->final && event_add(&p->at, EVENT_WARN,
	    "unfinished", e, "the run before was never finished") < 0)
		return -1;
	if (b->have && h->full && h->part == 0)
		return event_add(&p->at, EVENT_NOTE, "full-run", e,
		    "a full run in the middle of a branch");
	if (p->link->parent[0] == '\0' && !h->full)
		return wrong(e, "the first run of a branch is not full");
	return 0;
}

/*
 * Within a branch the numbers forbid it; a new branch may begin with an old
 * run, so that what came after it seems not to be.
 */
static int
check_again(const struct part_in *p, const struct record_head *h,
	struct err *e)
{
	struct catalogue *c = p->at.catalogue;
	int rc = catalogue_step(c, SQL_PART_AGAIN, e, "bbit",
	    (const void *)h->run, sizeof(h->run),
	    (const void *)p->link->run.manifest, (size_t)HASH_LEN, p->line,
	    p->link->id);

	if (rc > 0)
		rc = event_add(&p->at, EVENT_INTEGRITY, "again", e,
		    "the run of commit %.12s is played again",
		    catalogue_text(c, SQL_PART_AGAIN, 0));
	catalogue_reset(c, SQL_PART_AGAIN);
	return rc;
}

static int
check_dates(const struct part_in *p, const struct record_head *h,
	struct err *e)
{
	if (h->finished < h->started && event_add(&p->at, EVENT_NOTE, "clock",
	    e, "the run ended before it began") < 0)
		return -1;
	if (p->link->time_utc > p->at.utc + EARLY_S && event_add(&p->at,
	    EVENT_WARN, "future", e, "the commit is dated ahead of our "
	    "clock by %lld seconds",
	    (long long)(p->link->time_utc - p->at.utc)) < 0)
		return -1;
	if (h->started > p->link->time_utc + EARLY_S)
		return event_add(&p->at, EVENT_WARN, "clock", e,
		    "the run began %lld seconds after its commit",
		    (long long)(h->started - p->link->time_utc));
	return 0;
}

static bool
same_readers(const struct record_head *h, const struct policy_readers *r)
{
	size_t i;

	if (h->nrecipients != r->n)
		return false;
	for (i = 0; i < r->n; i++)
		if (strcmp(h->recipient[i], r->age[i]) != 0)
			return false;
	return true;
}

/* Is it sealed to whom the policy named, and nobody else? */
static int
check_readers(struct part_in *p, const struct record_head *h, struct err *e)
{
	const struct policy_readers *r = NULL;
	struct buf text = BUF_INIT(RECORD_MAX_RECIPIENTS * 96);
	uint8_t sum[HASH_LEN];
	size_t i;
	int rc = -1;

	for (i = 0; i < h->nrecipients; i++) {
		if (seal_recipient_parse(&p->reader[i], h->recipient[i],
		    strlen(h->recipient[i]), e) < 0 ||
		    buf_adds(&text, h->recipient[i], e) < 0 ||
		    buf_addc(&text, '\n', e) < 0)
			goto out;
	}
	p->nreaders = h->nrecipients;
	hash_sha256(sum, buf_str(&text), text.len);
	if (memcmp(sum, h->recipients_sha256, sizeof(sum)) != 0) {
		(void)wrong(e, "'recipients_sha256' does not fit");
		goto out;
	}
	rc = policy_at(p->with->policy, h->policy_commit, h->station, &r, e);
	if (rc == 0)
		rc = event_add(&p->at, EVENT_INTEGRITY, "policy", e,
		    "it follows a policy that is not in control: %s",
		    h->policy_commit);
	else if (rc > 0 && (!same_readers(h, r) ||
	    r->version != h->policy_version))
		rc = event_add(&p->at, EVENT_INTEGRITY, "readers", e,
		    "it is not sealed to the readers of policy %lld",
		    (long long)r->version);
	else if (rc > 0)
		rc = 0;
out:
	buf_release(&text);
	return rc;
}

static int
on_head(void *arg, const struct record_head *h, struct err *e)
{
	struct part_in *p = arg;

	if (p->have_head)
		return wrong(e, "two heads");
	p->head = *h;
	p->have_head = true;
	if (check_context(p, h, e) < 0 || check_order(p, h, e) < 0 ||
	    check_again(p, h, e) < 0 || check_dates(p, h, e) < 0 ||
	    check_readers(p, h, e) < 0)
		return -1;
	if (h->has_receipt && catalogue_run(p->at.catalogue, SQL_PART_RECEIPT,
	    e, "ti", h->receipt_head, h->receipt_utc) < 0)
		return -1;
	return fold_begin(p->fold, h, e);
}

static int
on_bundle(void *arg, const struct manifest_bundle *b, struct err *e)
{
	struct part_in *p = arg;
	const struct canon_run *run = &p->link->run;
	const struct chain_file *f = &p->link->bundle[p->nbundles];
	size_t i;

	if (p->nbundles >= run->nbundles || strcmp(b->path, f->path) != 0)
		return wrong(e, "it names a bundle that is not in the commit");
	if (b->bytes != run->bundle[p->nbundles].bytes ||
	    memcmp(b->sha256, run->bundle[p->nbundles].sha256, 32) != 0)
		return wrong(e, "a bundle is not the one of the commit");
	if (p->bad->is[p->nbundles])
		return event_add(&p->at, EVENT_INTEGRITY, "bad-bundle", e,
		    "what it holds is left out: %s",
		    p->bad->why[p->nbundles++]);
	if (catalogue_run(p->at.catalogue, SQL_BUNDLE_ADD, e, "ittbiii",
	    p->at.part, f->blob, f->path, (const void *)b->sha256, (size_t)32,
	    (int64_t)b->bytes, p->next, (int64_t)b->n) < 0)
		return -1;
	if (buf_add(&p->ids, b->ids, b->n * 32, e) < 0)
		return -1;
	p->first[p->nbundles] = p->next;
	p->nchunks[p->nbundles++] = b->n;
	for (i = 0; i < b->n; i++)
		if (chunks_promise(p->chunks, b->ids + i * 32, p->next++,
		    e) < 0)
			return -1;
	return 0;
}

static int
on_source(void *arg, const struct record_source *s, struct err *e)
{
	struct part_in *p = arg;

	if (catalogue_run(p->at.catalogue, SQL_SOURCE_ADD, e, "ittttiiiiiii",
	    p->at.part, s->name, s->kind, s->state, s->reason, s->files,
	    s->bytes, s->symlinks, s->empty_dirs, s->special, s->unreadable,
	    s->skipped) < 0)
		return -1;
	if (strcmp(s->state, "ok") == 0)
		return 0;
	return event_add(&p->at, EVENT_WARN, "source", e,
	    "source '%s' was %s: %s", s->name, s->state, s->reason);
}

/* --- Changes, as the fold tells them. */

static int
on_stored(void *arg, const uint8_t id[static 32], struct err *e)
{
	struct part_in *p = arg;
	int64_t n;

	return chunks_find(p->chunks, id, &n, e);
}

/* The list of a live file as numbers. */
static int
runs_of(struct part_in *p, const struct fold_file *f, struct buf *runs,
	struct err *e)
{
	struct runs_writer w;
	size_t i;

	runs_begin(&w, runs);
	for (i = 0; i < f->nchunks; i++) {
		int64_t n = 0;
		int rc = chunks_find(p->chunks, f->chunks + i * 32, &n, e);

		if (rc == 0)
			return err_set(e, ERR_INTEGRITY, "'%s': a chunk was "
			    "never stored in this branch", f->path);
		if (rc < 0 || runs_add(&w, n, e) < 0)
			return -1;
	}
	return runs_finish(&w, e);
}

/* The live row of a path, 0 if there is none; its runs if wanted. */
static int
live_row(struct part_in *p, const char *source, const char *path,
	size_t path_len, int64_t *n, struct buf *runs, struct err *e)
{
	struct catalogue *c = p->at.catalogue;
	size_t len;
	const void *data;
	int rc;

	*n = 0;
	rc = catalogue_step(c, SQL_VERSION_LIVE_ONE, e, "itb", p->line, source,
	    (const void *)path, path_len);
	if (rc > 0) {
		*n = catalogue_int(c, SQL_VERSION_LIVE_ONE, VERSION_N);
		data = catalogue_blob(c, SQL_VERSION_LIVE_ONE, VERSION_RUNS,
		    &len);
		if (runs && buf_add(runs, data, len, e) < 0)
			rc = -1;
	}
	catalogue_reset(c, SQL_VERSION_LIVE_ONE);
	return rc < 0 ? -1 : 0;
}

static int
close_row(struct part_in *p, const char *source, const char *path,
	size_t path_len, struct err *e)
{
	int64_t n;

	if (live_row(p, source, path, path_len, &n, NULL, e) < 0)
		return -1;
	return n == 0 ? 0 : catalogue_run(p->at.catalogue, SQL_VERSION_CLOSE,
	    e, "ii", n, p->at.part);
}

/* "ref seq manifest" of where a list stands that this epoch lacks, or NULL. */
static char *
elsewhere_text(const struct record_point *w, struct err *e)
{
	char hex[65];
	char *s;

	str_hex(hex, w->manifest, 32);
	s = str_fmt("%s %lld %s", w->ref, (long long)w->seq, hex);
	if (!s)
		(void)err_nomem(e);
	return s;
}

/*
 * Content of a live file as the catalogue keeps it.  A file whose list stands
 * elsewhere keeps the numbers it had.
 */
static int
content(struct part_in *p, const struct fold_change *c, struct buf *runs,
	char **elsewhere, struct err *e)
{
	int64_t n;

	*elsewhere = NULL;
	if (!c->now->elsewhere.have)
		return runs_of(p, c->now, runs, e);
	*elsewhere = elsewhere_text(&c->now->elsewhere, e);
	if (!*elsewhere)
		return -1;
	if (live_row(p, c->source, c->from ? c->from : c->path,
	    c->from ? c->from_len : c->path_len, &n, runs, e) < 0)
		return -1;
	if (n == 0)
		return event_add(&p->at, EVENT_WARN, "elsewhere", e,
		    "'%s' of '%s' lies in another epoch that is not here",
		    c->now->path, c->source);
	return 0;
}

/* A full run names what was there: where it lies may be new. */
static int
on_same(struct part_in *p, const struct fold_change *c, struct err *e)
{
	struct buf runs = BUF_INIT(RUNS_MAX);
	char *elsewhere = NULL;
	int64_t n;
	int rc = -1;

	p->same++;
	if (live_row(p, c->source, c->path, c->path_len, &n, NULL, e) < 0 ||
	    content(p, c, &runs, &elsewhere, e) < 0)
		goto out;
	rc = catalogue_run(p->at.catalogue, SQL_VERSION_RUNS, e, "ibtii", n,
	    runs.len > 0 ? runs.data : (const void *)"", runs.len, elsewhere,
	    p->at.part, (int64_t)c->now->tag);
out:
	free(elsewhere);
	buf_release(&runs);
	return rc;
}

static int
add_row(struct part_in *p, const struct fold_change *c, const struct buf *runs,
	const char *elsewhere, struct err *e)
{
	const struct fold_file *f = c->now;

	return catalogue_run(p->at.catalogue, SQL_VERSION_ADD, e,
	    "itbiniiiiibbtiibbi", p->line, c->source, (const void *)c->path,
	    c->path_len, p->at.part, f->size, f->mtime_sec,
	    (int64_t)f->mtime_nsec, (int64_t)f->mode, (int64_t)f->torn,
	    (const void *)f->sum, (size_t)32,
	    runs->len > 0 ? runs->data : (const void *)"", runs->len,
	    elsewhere, (int64_t)c->claimed, (int64_t)c->op,
	    (const void *)f->line_hash, (size_t)32, (const void *)c->from,
	    c->from ? c->from_len : (size_t)0, (int64_t)f->tag);
}

/* A line for what is gone, so that a run can be shown whole. */
static int
add_gone(struct part_in *p, const struct fold_change *c, struct err *e)
{
	return catalogue_run(p->at.catalogue, SQL_VERSION_ADD, e,
	    "itbiiiiiiinnniin", p->line, c->source, (const void *)c->path,
	    c->path_len, p->at.part, p->at.part, c->old_size, (int64_t)0,
	    (int64_t)0, (int64_t)0, (int64_t)0, (int64_t)c->claimed,
	    (int64_t)c->op);
}

static bool
is_loss(enum record_op op)
{
	return op == RECORD_REWRITTEN || op == RECORD_TRUNCATED ||
	    op == RECORD_REMOVED;
}

/*
 * A station that plays a loss down breaks its word; the rest is a note.  It
 * holds ids, not the old bytes, so cut and rewritten it cannot always tell
 * apart: both are a loss.
 */
static int
check_claim(struct part_in *p, const char *source, const char *path,
	size_t path_len, enum record_op claimed, enum record_op op,
	struct err *e)
{
	if (p->head.full || claimed == op ||
	    (is_loss(claimed) && is_loss(op)))
		return 0;
	return event_add(&p->at, is_loss(op) ? EVENT_INTEGRITY : EVENT_NOTE,
	    "class", e, "'%.*s' of '%s' was %s; the station calls it %s",
	    (int)path_len, path, source, record_op_name(op),
	    record_op_name(claimed));
}

static int
add_tail(struct part_in *p, const struct fold_change *c, struct err *e)
{
	const struct fold_file *f = c->now;
	struct tail_case *t;
	size_t same = 0;

	while (same < f->nchunks && same < c->old_nchunks &&
	    memcmp(f->chunks + same * 32, c->old_chunks + same * 32, 32) == 0)
		same++;
	if (p->ntails == TAILS_MAX)
		return err_set(e, ERR_NOMEM, "too many changes to look at");
	t = realloc(p->tail, (p->ntails + 1) * sizeof(*t));
	if (!t)
		return err_nomem(e);
	p->tail = t;
	t += p->ntails;
	memset(t, 0, sizeof(*t));
	buf_init(&t->old_ids, IDS_MAX);
	buf_init(&t->new_ids, IDS_MAX);
	p->ntails++;
	t->version = catalogue_added(p->at.catalogue);
	t->claimed = c->claimed;
	t->old_size = c->old_size;
	t->new_size = f->size;
	t->path_len = c->path_len;
	t->source = str_dup(c->source);
	t->path = str_ndup(c->path, c->path_len);
	if (!t->source || !t->path)
		return err_nomem(e);
	if (buf_add(&t->old_ids, c->old_chunks + same * 32,
	    (c->old_nchunks - same) * 32, e) < 0)
		return -1;
	return buf_add(&t->new_ids, f->chunks + same * 32,
	    (f->nchunks - same) * 32, e);
}

static int
change(struct part_in *p, const struct fold_change *c, struct err *e)
{
	struct buf runs = BUF_INIT(RUNS_MAX);
	char *elsewhere = NULL;
	int rc = -1;

	if (c->same)
		return on_same(p, c, e);
	if (!c->now) {
		p->ops[c->op]++;
		if (close_row(p, c->source, c->path, c->path_len, e) < 0)
			return -1;
		return add_gone(p, c, e);
	}
	if (content(p, c, &runs, &elsewhere, e) < 0 ||
	    close_row(p, c->source, c->path, c->path_len, e) < 0)
		goto out;
	if (c->from && close_row(p, c->source, c->from, c->from_len, e) < 0)
		goto out;
	if (add_row(p, c, &runs, elsewhere, e) < 0)
		goto out;
	if (c->tail) {
		rc = add_tail(p, c, e);
		goto out;
	}
	p->ops[c->op]++;
	rc = check_claim(p, c->source, c->path, c->path_len, c->claimed, c->op,
	    e);
out:
	free(elsewhere);
	buf_release(&runs);
	return rc;
}

static int
ids_of_runs(struct catalogue *c, const void *runs, size_t n, struct buf *ids,
	struct err *e);

/*
 * The fold holds no list of a file that lay elsewhere; the catalogue does.
 * Cut, grown or rewritten is told apart all the same.
 */
static int
change_from_elsewhere(struct part_in *p, const struct fold_change *c,
	struct err *e)
{
	struct buf runs = BUF_INIT(RUNS_MAX), ids = BUF_INIT(IDS_MAX);
	struct fold_change closer = *c;
	int64_t n;
	int rc = -1;

	if (live_row(p, c->source, c->path, c->path_len, &n, &runs, e) < 0 ||
	    ids_of_runs(p->at.catalogue, runs.data, runs.len, &ids, e) < 0)
		goto out;
	closer.old_chunks = ids.data;
	closer.old_nchunks = ids.len / 32;
	closer.tail = ids.len > 0;
	rc = change(p, &closer, e);
out:
	buf_release(&runs);
	buf_release(&ids);
	return rc;
}

/*
 * Content that a line gives has its sum: it is what the station had.  What a
 * line only touches or moves is as sure as before.
 */
static int
on_change(void *arg, const struct fold_change *c, struct err *e)
{
	struct part_in *p = arg;
	struct fold_file *file;
	int rc;

	if (c->now && c->claimed != RECORD_TOUCHED &&
	    c->claimed != RECORD_MOVED && !c->now->elsewhere.have) {
		file = fold_find(p->fold, c->source, c->path, c->path_len);
		if (file)
			file->tag = 0;
	}
	if (c->now && c->op == RECORD_REWRITTEN && c->old_nchunks == 0 &&
	    c->old_size > 0 && !c->now->elsewhere.have)
		rc = change_from_elsewhere(p, c, e);
	else
		rc = change(p, c, e);
	if (rc == 0)
		return 0;
	p->stuck = true;	/* the fold has it, the catalogue not */
	return -1;
}

/*
 * A line that does not hold, while the fold is as before: its file stays as it
 * was, if it was there, and is marked until a later line or state makes it
 * sure.
 */
static int
skip_line(struct part_in *p, const struct record_file *f,
	const struct err *why, struct err *e)
{
	const char *path = f->from ? f->from : f->path;
	size_t len = f->from ? f->from_len : f->path_len;
	struct fold_file *file = fold_find(p->fold, f->source, path, len);
	int64_t n;

	p->gap = true;
	if (p->skipped++ < SKIPPED_MAX && event_add(&p->at, EVENT_INTEGRITY,
	    "bad-line", e, "a line is passed over: %s", why->what) < 0)
		return -1;
	if (!file)
		return 0;
	if (file->tag == 0)
		file->tag = (uint64_t)p->at.part;
	*p->doubt = true;
	if (live_row(p, f->source, path, len, &n, NULL, e) < 0)
		return -1;
	return catalogue_run(p->at.catalogue, SQL_VERSION_DOUBT, e, "ii", n,
	    p->at.part);
}

static int
on_file(void *arg, const struct record_file *f, struct err *e)
{
	struct part_in *p = arg;
	struct err why = ERR_INIT;

	if (fold_file_line(p->fold, f, &why) == 0)
		return 0;
	if (p->stuck || (why.code != ERR_INTEGRITY &&
	    why.code != ERR_FORMAT)) {
		*e = why;
		return -1;
	}
	return skip_line(p, f, &why, e);
}

/* --- Bundles: each chunk has the bytes that its id says. */

struct bundle_in {
	struct part_in *p;
	size_t index;		/* of the bundle */
	size_t before;		/* chunks of the bundles before */
	size_t got;
	bool context;
};

static int
on_context(void *arg, const struct bundle_context *c, struct err *e)
{
	struct bundle_in *b = arg;
	const struct record_head *h = &b->p->head;

	if (strcmp(c->station, h->station) != 0 ||
	    strcmp(c->stream, h->stream) != 0 || c->epoch != h->epoch ||
	    c->seq != h->seq || c->part != h->part ||
	    memcmp(c->run, h->run, sizeof(h->run)) != 0)
		return err_set(e, ERR_INTEGRITY,
		    "bundle %zu: it is of another part", b->index);
	b->context = true;
	return 0;
}

static int
cmp_captured(const void *a, const void *b)
{
	return memcmp(((const struct captured *)a)->id,
	    ((const struct captured *)b)->id, 32);
}

static struct captured *
captured_find(const struct part_in *p, const uint8_t *id)
{
	return p->ncaptured == 0 ? NULL : bsearch(id, p->captured,
	    p->ncaptured, sizeof(*p->captured), cmp_captured);
}

static int
on_chunk(void *arg, size_t index, const uint8_t id[static 32],
	const void *data, size_t n, struct err *e)
{
	struct bundle_in *b = arg;
	struct part_in *p = b->p;
	struct captured *keep;

	if (index >= p->nchunks[b->index] ||
	    memcmp(p->ids.data + (b->before + index) * 32, id, 32) != 0)
		return err_set(e, ERR_INTEGRITY,
		    "bundle %zu: chunk %zu is not the one of the manifest",
		    b->index, index);
	b->got++;
	keep = captured_find(p, id);
	if (keep && keep->len == 0 && p->bytes.max - p->bytes.len >= n) {
		keep->at = p->bytes.len;
		keep->len = n;
		if (buf_add(&p->bytes, data, n, e) < 0)
			return -1;
	}
	return catalogue_run(p->at.catalogue, SQL_CHUNK_ADD, e, "iibii",
	    p->first[b->index] + (int64_t)index, chunks_word(id),
	    (const void *)id, (size_t)32, p->at.part, (int64_t)n);
}

static int
read_bundle(struct part_in *p, size_t i, size_t before, struct err *e)
{
	struct bundle_in b = {p, i, before, 0, false};
	const struct bundle_handler h = {on_context, on_chunk, &b};
	struct fetch_pull pull;
	int ok = 0;

	if (fetch_bundle(p->with->records, p->with->opener, FETCH_ROOM_READ,
	    p->link->bundle[i].blob, p->link->run.bundle[i].sha256, p->reader,
	    p->nreaders, &ok, &pull, e) < 0)
		return err_prefix(e, "bundle %zu", i);
	if (!ok && event_add(&p->at, EVENT_INTEGRITY, "readers", e,
	    "bundle %zu opens for others than it says", i) < 0)
		return -1;
	if (bundle_read(fetch_pull, &pull, fetch_plain_max(p->nchunks[i]),
	    NULL, &h, e) < 0)
		return err_prefix(e, "bundle %zu", i);
	if (!b.context || b.got != p->nchunks[i])
		return err_set(e, ERR_INTEGRITY,
		    "bundle %zu: %zu chunks of %zu are there", i, b.got,
		    p->nchunks[i]);
	return 0;
}

/* Is it the bundle's own fault? */
static bool
is_bad(const struct err *e)
{
	return e->code == ERR_INTEGRITY || e->code == ERR_FORMAT ||
	    e->code == ERR_CRYPTO;
}

/* 1: some did not hold, and are marked now. */
static int
read_bundles(struct part_in *p, struct err *e)
{
	size_t i, before = 0;
	int rc = 0;

	if (p->nbundles != p->link->run.nbundles)
		return wrong(e, "it lacks a bundle of the commit");
	for (i = 0; i < p->nbundles; i++) {
		struct err why = ERR_INIT;

		if (p->bad->is[i])
			continue;
		if (read_bundle(p, i, before, &why) < 0) {
			if (!is_bad(&why)) {
				*e = why;
				return -1;
			}
			p->bad->is[i] = true;
			(void)snprintf(p->bad->why[i],
			    sizeof(p->bad->why[i]), "%s", why.what);
			rc = 1;
		}
		before += p->nchunks[i];
	}
	return rc;
}

/* --- Tails. */

/* Note the chunks whose bytes will be looked at, before they come by. */
static int
want_tails(struct part_in *p, struct err *e)
{
	size_t i, j, n = 0;

	if (p->ntails == 0)
		return 0;
	p->captured = calloc(p->ntails * CAPTURE_IDS, sizeof(*p->captured));
	if (!p->captured)
		return err_nomem(e);
	for (i = 0; i < p->ntails; i++) {
		const struct tail_case *t = &p->tail[i];

		if (t->new_size <= t->old_size)
			continue;
		for (j = 0; j < CAPTURE_IDS && j < t->new_ids.len / 32; j++)
			memcpy(p->captured[n++].id, t->new_ids.data + j * 32,
			    32);
	}
	qsort(p->captured, n, sizeof(*p->captured), cmp_captured);
	/* The same id twice would hide one of the two from bsearch. */
	for (i = j = 0; i < n; i++)
		if (i == 0 || cmp_captured(&p->captured[i],
		    &p->captured[j - 1]) != 0)
			p->captured[j++] = p->captured[i];
	p->ncaptured = j;
	return 0;
}

struct tail_source {
	struct part_in *p;
	const uint8_t *ids;
};

static int
tail_chunk(void *arg, size_t i, struct buf *out, struct err *e)
{
	const struct tail_source *s = arg;
	const uint8_t *id = s->ids + i * 32;
	const struct captured *k = captured_find(s->p, id);
	int64_t n, len;
	int rc;

	if (k && k->len > 0)
		return buf_add(out, s->p->bytes.data + k->at, k->len, e);
	rc = chunks_any(s->p->chunks, id, &n, &len, e);
	if (rc <= 0)
		return rc < 0 ? -1 : err_set(e, ERR_INTEGRITY,
		    "a chunk was never stored");
	return fetch_chunk(s->p->fetch, n, out, e);
}

/* Lengths of a list; *len is on the heap. */
static int
lengths(struct part_in *p, const struct buf *ids, int64_t **len,
	struct err *e)
{
	size_t i, n = ids->len / 32;
	int64_t number;

	*len = calloc(n + 1, sizeof(**len));
	if (!*len)
		return err_nomem(e);
	for (i = 0; i < n; i++) {
		int rc = chunks_any(p->chunks, ids->data + i * 32, &number,
		    &(*len)[i], e);

		if (rc <= 0)
			return rc < 0 ? -1 : err_set(e, ERR_INTEGRITY,
			    "a chunk was never stored");
	}
	return 0;
}

static int
judge_tail(struct part_in *p, struct tail_case *t, enum record_op *op,
	struct err *e)
{
	bool grew = t->new_size > t->old_size;
	const struct buf *a = grew ? &t->old_ids : &t->new_ids;
	const struct buf *b = grew ? &t->new_ids : &t->old_ids;
	int64_t *la = NULL, *lb = NULL;
	struct tail_source src = {p, b->data};
	struct tail_list part, whole;
	int rc = -1;

	*op = RECORD_REWRITTEN;
	if (t->new_size == t->old_size)
		return 0;
	if (lengths(p, a, &la, e) < 0 || lengths(p, b, &lb, e) < 0)
		goto out;
	part = (struct tail_list){a->data, la, a->len / 32};
	whole = (struct tail_list){b->data, lb, b->len / 32};
	rc = tail_is_prefix(&part, &whole, tail_chunk, &src, e);
	if (rc > 0)
		*op = grew ? RECORD_APPENDED : RECORD_TRUNCATED;
	rc = rc < 0 ? -1 : 0;
out:
	free(la);
	free(lb);
	return rc;
}

static int
judge_tails(struct part_in *p, struct err *e)
{
	size_t i;

	for (i = 0; i < p->ntails; i++) {
		struct tail_case *t = &p->tail[i];
		enum record_op op;

		if (judge_tail(p, t, &op, e) < 0)
			return err_prefix(e, "'%s' of '%s'", t->path,
			    t->source);
		p->ops[op]++;
		if (catalogue_run(p->at.catalogue, SQL_VERSION_OP, e, "ii",
		    t->version, (int64_t)op) < 0)
			return -1;
		if (check_claim(p, t->source, t->path, t->path_len,
		    t->claimed, op, e) < 0)
			return -1;
	}
	return 0;
}

/* --- What only the whole part shows. */

static int
runs_bytes(struct catalogue *c, const void *runs, size_t n, int64_t *bytes,
	struct err *e)
{
	struct runs_reader r;
	int64_t first, count;
	int rc;

	*bytes = 0;
	runs_open(&r, runs, n);
	while ((rc = runs_next(&r, &first, &count, e)) > 0) {
		if (catalogue_step(c, SQL_CHUNK_SUM, e, "ii", first,
		    first + count - 1) < 0)
			return -1;
		*bytes += catalogue_int(c, SQL_CHUNK_SUM, 0);
		catalogue_reset(c, SQL_CHUNK_SUM);
	}
	return rc;
}

/* Each new row's chunks are as long as the file. */
static int
check_sizes(struct part_in *p, struct err *e)
{
	struct catalogue *c = p->at.catalogue;
	const enum sql q = SQL_VERSION_OF_PART;
	int rc = catalogue_step(c, q, e, "i", p->at.part);

	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		size_t len;
		const void *runs = catalogue_blob(c, q, VERSION_RUNS, &len);
		int64_t bytes;

		if (catalogue_int(c, q, VERSION_OP) == RECORD_REMOVED ||
		    !catalogue_null(c, q, VERSION_ELSEWHERE))
			continue;
		if (runs_bytes(c, runs, len, &bytes, e) < 0)
			goto fail;
		if (bytes == catalogue_int(c, q, VERSION_SIZE))
			continue;
		if (event_add(&p->at, EVENT_INTEGRITY, "size", e,
		    "'%s' of '%s' has %lld bytes, not %lld",
		    catalogue_text(c, q, VERSION_PATH),
		    catalogue_text(c, q, VERSION_SOURCE), (long long)bytes,
		    (long long)catalogue_int(c, q, VERSION_SIZE)) < 0)
			goto fail;
	}
	return rc;
fail:
	catalogue_reset(c, q);
	return -1;
}

static int
be_sure(void *arg, struct fold_file *file, struct err *e)
{
	(void)arg;
	(void)e;
	file->tag = 0;
	return 0;
}

/* What stands is what the station says: whatever was lost on the way. */
static int
end_doubt(struct part_in *p, struct err *e)
{
	if (!*p->doubt)
		return 0;
	*p->doubt = false;
	if (fold_each(p->fold, be_sure, NULL, e) < 0)
		return -1;
	return catalogue_run(p->at.catalogue, SQL_VERSION_SURE_ALL, e, "i",
	    p->line);
}

static int
check_state(struct part_in *p, struct err *e)
{
	uint8_t state[32];

	if (!p->head.final)
		return 0;
	if (fold_state(p->fold, state, e) < 0)
		return -1;
	if (!p->head.has_state || memcmp(state, p->head.state, 32) != 0)
		return event_add(&p->at, EVENT_INTEGRITY, "state", e,
		    "the files that stand now are not those that the station "
		    "says");
	if (end_doubt(p, e) < 0)
		return -1;
	if ((int64_t)fold_count(p->fold) != p->head.files ||
	    fold_bytes(p->fold) != p->head.bytes)
		return event_add(&p->at, EVENT_NOTE, "counts", e,
		    "the station counts %lld files, we %zu",
		    (long long)p->head.files, fold_count(p->fold));
	return 0;
}

/* All lines are in: what a full run did not name is gone, if it is whole. */
static int
end_lines(struct part_in *p, struct err *e)
{
	if (p->skipped > SKIPPED_MAX && event_add(&p->at, EVENT_INTEGRITY,
	    "bad-line", e, "%zu more lines are passed over",
	    p->skipped - SKIPPED_MAX) < 0)
		return -1;
	if (p->gap)
		fold_keep(p->fold);
	if (p->gap && p->head.full && p->head.final && event_add(&p->at,
	    EVENT_WARN, "full-gap", e, "a full run of which something is "
	    "missing: what it does not name stays") < 0)
		return -1;
	if (fold_end(p->fold, false, e) < 0)
		return -1;
	return check_state(p, e);
}

static int
save_counts(struct part_in *p, struct err *e)
{
	const struct record_head *h = &p->head;

	return catalogue_run(p->at.catalogue, SQL_PART_COUNTS, e,
	    "ibiiiiiiiiiiiiiiiiiitii", p->at.part, (const void *)h->run,
	    (size_t)16, h->part, (int64_t)h->final, (int64_t)h->full,
	    h->finished, h->spooled, h->policy_version,
	    (int64_t)fold_count(p->fold), fold_bytes(p->fold), h->stored,
	    h->chunks, p->ops[RECORD_ADDED], p->ops[RECORD_APPENDED],
	    p->ops[RECORD_REWRITTEN], p->ops[RECORD_TRUNCATED],
	    p->ops[RECORD_REMOVED], p->ops[RECORD_MOVED],
	    p->ops[RECORD_TOUCHED], p->same, h->tz, h->utc_offset,
	    (int64_t)p->gap);
}

/*
 * The manifest's own header can be judged once it has said for whom it is: for
 * today's readers at the first try, for others at a second.
 */
static int
open_manifest(struct part_in *p, struct buf *plain, struct err *e)
{
	return fetch_open(p->with->records, p->with->opener,
	    p->link->manifest.blob, CHAIN_MANIFEST_MAX, p->link->run.manifest,
	    NULL, 0, NULL, plain, e);
}

static int
check_manifest_header(struct part_in *p, struct buf *plain, struct err *e)
{
	int ok = 0;

	if (fetch_open(p->with->records, p->with->opener,
	    p->link->manifest.blob, CHAIN_MANIFEST_MAX, NULL, p->reader,
	    p->nreaders, &ok, plain, e) < 0)
		return -1;
	return ok ? 0 : event_add(&p->at, EVENT_INTEGRITY, "readers", e,
	    "the manifest opens for others than it says");
}

/* The manifest, its bundles, and what only both show.  As part_in_read. */
static int
read_all(struct part_in *p, struct buf *plain, struct err *e)
{
	const struct manifest_handler h = {on_head, on_bundle, on_source,
	    on_file, p};
	int rc;

	if (open_manifest(p, plain, e) < 0)
		return err_prefix(e, "manifest");
	if (manifest_read(plain->data, plain->len, &h, e) < 0)
		return -1;
	if (!p->have_head)
		return wrong(e, "it is empty");
	if (end_lines(p, e) < 0 || check_manifest_header(p, plain, e) < 0 ||
	    want_tails(p, e) < 0)
		return -1;
	rc = read_bundles(p, e);
	if (rc != 0)
		return rc;
	if (check_sizes(p, e) < 0 || judge_tails(p, e) < 0)
		return -1;
	return save_counts(p, e);
}

int
part_in_read(struct part_in *p, struct err *e)
{
	struct buf plain = BUF_INIT(CHAIN_MANIFEST_MAX);
	int rc = -1;

	chunks_part(p->chunks);
	fold_watch(p->fold, on_change, p);
	fold_stored(p->fold, on_stored, p);
	if (catalogue_step(p->at.catalogue, SQL_CHUNK_NEXT, e, "") < 0)
		goto out;
	p->next = catalogue_int(p->at.catalogue, SQL_CHUNK_NEXT, 0);
	catalogue_reset(p->at.catalogue, SQL_CHUNK_NEXT);
	rc = read_all(p, &plain, e);
out:
	fold_watch(p->fold, NULL, NULL);
	fold_stored(p->fold, NULL, NULL);
	buf_release(&plain);
	return rc;
}

/* --- Going on from what is saved. */

static int
ids_of_runs(struct catalogue *c, const void *runs, size_t n, struct buf *ids,
	struct err *e)
{
	const enum sql q = SQL_CHUNK_SPAN;
	struct runs_reader r;
	int64_t first, count;
	int rc;

	runs_open(&r, runs, n);
	while ((rc = runs_next(&r, &first, &count, e)) > 0) {
		int row = catalogue_step(c, q, e, "ii", first,
		    first + count - 1);

		for (; row > 0; row = catalogue_next(c, q, e)) {
			size_t len;
			const void *id = catalogue_blob(c, q, 1, &len);

			if (len != 32 || buf_add(ids, id, len, e) < 0) {
				catalogue_reset(c, q);
				return len == 32 ? -1 : err_set(e, ERR_FORMAT,
				    "the catalogue is damaged");
			}
		}
		if (row < 0)
			return -1;
	}
	return rc;
}

static int
elsewhere_parse(struct record_point *w, const char *s, struct err *e)
{
	const char *a = strchr(s, ' ');
	const char *b = a ? strchr(a + 1, ' ') : NULL;
	char seq[24];

	memset(w, 0, sizeof(*w));
	if (!b || (size_t)(a - s) >= sizeof(w->ref) ||
	    (size_t)(b - a) > sizeof(seq))
		goto bad;
	memcpy(w->ref, s, (size_t)(a - s));
	memcpy(seq, a + 1, (size_t)(b - a) - 1);
	seq[b - a - 1] = '\0';
	if (str_to_i64(seq, 0, INT64_MAX, &w->seq) < 0 ||
	    str_unhex(w->manifest, 32, b + 1, strlen(b + 1)) < 0)
		goto bad;
	w->have = true;
	return 0;
bad:
	return err_set(e, ERR_FORMAT, "the catalogue is damaged");
}

static int
copy_blob(struct catalogue *c, enum sql q, int col, void *out, size_t n)
{
	size_t len;
	const void *p = catalogue_blob(c, q, col, &len);

	if (len == n)
		memcpy(out, p, n);
	return len == n ? 0 : -1;
}

/* The row of SQL_VERSION_LIVE that is there, into the fold. */
static int
prime_row(struct catalogue *c, struct fold *fold, struct buf *ids,
	bool *doubt, struct err *e)
{
	const enum sql q = SQL_VERSION_LIVE;
	struct fold_file f;
	const void *path, *runs;
	size_t len;
	int rc = -1;

	memset(&f, 0, sizeof(f));
	f.source = str_dup(catalogue_text(c, q, VERSION_SOURCE));
	path = catalogue_blob(c, q, VERSION_PATH, &f.path_len);
	f.path = str_ndup(path, f.path_len);
	if (!f.source || !f.path) {
		(void)err_nomem(e);
		goto out;
	}
	f.size = catalogue_int(c, q, VERSION_SIZE);
	f.mtime_sec = catalogue_int(c, q, VERSION_MTIME);
	f.mtime_nsec = (uint32_t)catalogue_int(c, q, VERSION_NSEC);
	f.mode = (unsigned)catalogue_int(c, q, VERSION_MODE);
	f.torn = catalogue_int(c, q, VERSION_TORN) != 0;
	f.tag = (uint64_t)catalogue_int(c, q, VERSION_DOUBT);
	*doubt = *doubt || f.tag != 0;
	if (copy_blob(c, q, VERSION_SUM, f.sum, 32) < 0 ||
	    copy_blob(c, q, VERSION_HASH, f.line_hash, 32) < 0 ||
	    copy_blob(c, q, VERSION_RUN, f.run, 16) < 0) {
		(void)err_set(e, ERR_FORMAT, "the catalogue is damaged");
		goto out;
	}
	buf_clear(ids);
	if (!catalogue_null(c, q, VERSION_ELSEWHERE)) {
		if (elsewhere_parse(&f.elsewhere, catalogue_text(c, q,
		    VERSION_ELSEWHERE), e) < 0)
			goto out;
	} else {
		runs = catalogue_blob(c, q, VERSION_RUNS, &len);
		if (ids_of_runs(c, runs, len, ids, e) < 0)
			goto out;
	}
	f.chunks = ids->data;
	f.nchunks = ids->len / 32;
	rc = fold_put(fold, &f, e);
out:
	free(f.source);
	free(f.path);
	return rc;
}

int
part_in_prime(struct catalogue *c, int64_t line, struct fold *fold,
	bool *doubt, struct err *e)
{
	struct buf ids = BUF_INIT(IDS_MAX);
	int rc = catalogue_step(c, SQL_VERSION_LIVE, e, "i", line);

	*doubt = false;
	while (rc > 0) {
		if (prime_row(c, fold, &ids, doubt, e) < 0) {
			catalogue_reset(c, SQL_VERSION_LIVE);
			rc = -1;
			break;
		}
		rc = catalogue_next(c, SQL_VERSION_LIVE, e);
	}
	buf_release(&ids);
	return rc;
}
