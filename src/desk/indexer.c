/* desk/indexer.c - from verified branches to the catalogue. */
#include "desk/indexer.h"

#include <stdlib.h>
#include <string.h>

#include "base/proc.h"
#include "base/str.h"
#include "desk/columns.h"
#include "desk/copies.h"
#include "desk/part_in.h"
#include "desk/part_prime.h"

#include "base/banned.h"

struct ref {
	char name[CANON_REF_LEN];
	char live[CANON_REF_LEN];	/* as name, unless that is kept */
	char head[CANON_ID_LEN];
	struct canon_ref parts;
	int64_t died;		/* when it was kept; INT64_MAX: it lives */
	int64_t born;		/* behind what was kept then; 0 */
};

struct indexer {
	struct indexer_with with;
	struct chunks *chunks;
	struct fetch fetch;
	struct fold *fold;
	int64_t fold_line;	/* what `fold` holds; 0 = nothing */
	struct ref *ref;
	size_t nrefs;
	size_t parts;		/* new ones */
	size_t at;		/* the ref being followed */
	int64_t first_seen;	/* of the commit being read */
	/* the branch being followed */
	int64_t line, branch, fork;
	char fork_id[CANON_ID_LEN];	/* the commit of part `fork` */
	bool behind;		/* of the line: see part_in.h */
	bool stale;		/* a younger branch was folded already */
	struct chain chain;
	struct part_before before;
	struct chain_link link;
	struct bad_bundles bad;	/* of the part being read */
	bool doubt;		/* of `fold`: see part_in.h */
};

struct indexer *
indexer_new(const struct indexer_with *w, struct err *e)
{
	struct indexer *ix = calloc(1, sizeof(*ix));

	if (!ix) {
		(void)err_nomem(e);
		return NULL;
	}
	ix->with = *w;
	fetch_init(&ix->fetch, w->catalogue, w->records, w->opener);
	ix->chunks = chunks_new(w->catalogue, e);
	if (!ix->chunks) {
		indexer_free(ix);
		return NULL;
	}
	return ix;
}

void
indexer_free(struct indexer *ix)
{
	if (!ix)
		return;
	chunks_free(ix->chunks);
	fetch_release(&ix->fetch);
	fold_free(ix->fold);
	free(ix->ref);
	free(ix);
}

static struct finding_place
place(const struct indexer *ix, int64_t part)
{
	return (struct finding_place){ix->with.catalogue, part, ix->branch,
	    ix->chain.ref.station, ix->with.now_utc};
}

/*
 * Is it the repository's content that is wrong, or can we not go on?  What is
 * over a limit is content; a machine without memory says nothing of it.
 */
static bool
is_content(const struct err *e)
{
	return e->code == ERR_FORMAT || e->code == ERR_INTEGRITY ||
	    e->code == ERR_CRYPTO || e->code == ERR_NOENT ||
	    (e->code == ERR_NOMEM && !err_is_nomem(e));
}

/* --- The order of work. */

static int
on_ref(void *arg, const char *name, const char *head, struct err *e)
{
	struct indexer *ix = arg;
	struct err bad = ERR_INIT;
	struct ref *r;

	r = realloc(ix->ref, (ix->nrefs + 1) * sizeof(*r));
	if (!r)
		return err_nomem(e);
	ix->ref = r;
	r += ix->nrefs;
	memset(r, 0, sizeof(*r));
	r->died = mirror_kept(name, r->live);
	if (canon_ref_parse(&r->parts, r->live, &bad) < 0) {
		if (r->died != INT64_MAX)
			return 0;	/* told when it was live */
		const struct finding_place at = {ix->with.catalogue, 0, 0, "",
		    ix->with.now_utc};

		return finding_once(&at, FINDING_INTEGRITY, "ref", e,
		    "a branch with an odd name: %s", name);
	}
	(void)snprintf(r->name, sizeof(r->name), "%s", name);
	(void)snprintf(r->head, sizeof(r->head), "%s", head);
	ix->nrefs++;
	return 0;
}

static int
cmp_ref(const void *a, const void *b)
{
	const struct canon_ref *x = &((const struct ref *)a)->parts;
	const struct canon_ref *y = &((const struct ref *)b)->parts;
	int64_t born_a = ((const struct ref *)a)->born;
	int64_t born_b = ((const struct ref *)b)->born;
	int64_t died_a = ((const struct ref *)a)->died;
	int64_t died_b = ((const struct ref *)b)->died;
	int c = strcmp(x->station, y->station);

	if (c == 0)
		c = strcmp(x->stream, y->stream);
	if (c == 0)
		c = born_a < born_b ? -1 : born_a > born_b;
	if (c == 0)
		c = x->epoch < y->epoch ? -1 : x->epoch > y->epoch;
	if (c == 0)
		c = x->incarnation < y->incarnation ? -1 :
		    x->incarnation > y->incarnation;
	if (c == 0)
		c = died_a < died_b ? -1 : died_a > died_b;
	return c;
}

static bool
same_line(const struct ref *a, const struct ref *b)
{
	return strcmp(a->parts.station, b->parts.station) == 0 &&
	    strcmp(a->parts.stream, b->parts.stream) == 0;
}

/*
 * Branches of a line come into being one after the other.  Where one was kept
 * and replaced, what has its name or a later one now is younger than all that
 * was there before.
 */
static void
find_births(struct indexer *ix)
{
	size_t i, k;

	for (i = 0; i < ix->nrefs; i++) {
		struct ref *r = &ix->ref[i];

		for (k = 0; k < ix->nrefs; k++) {
			const struct ref *old = &ix->ref[k];
			const struct canon_ref *o = &old->parts;

			if (old->died < r->died && old->died > r->born &&
			    same_line(old, r) &&
			    (o->epoch < r->parts.epoch ||
			    (o->epoch == r->parts.epoch &&
			    o->incarnation <= r->parts.incarnation)))
				r->born = old->died;
		}
	}
}

/* --- Where a branch was left. */

static int
find_line(struct indexer *ix, struct err *e)
{
	struct catalogue *c = ix->with.catalogue;
	const struct canon_ref *r = &ix->chain.ref;
	int rc = catalogue_step(c, SQL_LINE_GET, e, "tt", r->station,
	    r->stream);

	if (rc > 0)
		ix->line = catalogue_int(c, SQL_LINE_GET, 0);
	catalogue_reset(c, SQL_LINE_GET);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (catalogue_run(c, SQL_LINE_ADD, e, "tt", r->station, r->stream) < 0)
		return -1;
	ix->line = catalogue_added(c);
	return 0;
}

/* Stand behind the part whose row the statement holds. */
static void
stand_behind(struct indexer *ix, enum sql q)
{
	struct catalogue *c = ix->with.catalogue;
	struct chain *ch = &ix->chain;
	const void *p;
	size_t n;

	(void)snprintf(ch->id, sizeof(ch->id), "%s",
	    catalogue_text(c, q, PART_ID));
	(void)snprintf(ch->tree, sizeof(ch->tree), "%s",
	    catalogue_text(c, q, PART_TREE));
	ch->seq = catalogue_int(c, q, PART_SEQ);
	ch->time_utc = catalogue_int(c, q, PART_COMMIT_UTC);
	p = catalogue_blob(c, q, PART_MANIFEST, &n);
	if (n == sizeof(ch->manifest))
		memcpy(ch->manifest, p, n);
	memset(&ix->before, 0, sizeof(ix->before));
	p = catalogue_blob(c, q, PART_RUN, &n);
	if (n != sizeof(ix->before.run))
		return;		/* it was left out */
	memcpy(ix->before.run, p, n);
	ix->before.have = true;
	ix->before.part = catalogue_int(c, q, PART_PART);
	ix->before.final = catalogue_int(c, q, PART_FINAL) != 0;
	ix->before.full = catalogue_int(c, q, PART_FULL) != 0;
	ix->before.gap = catalogue_int(c, q, PART_GAP) != 0;
}

/*
 * How many of the commits, from the root on, are an older branch's: there it
 * forked.
 */
static int
shared(struct indexer *ix, char (*ids)[CANON_ID_LEN], size_t n, size_t *skip,
	struct err *e)
{
	struct catalogue *c = ix->with.catalogue;
	const enum sql q = SQL_PART_BY_COMMIT;
	int rc = 0;

	for (*skip = 0; *skip < n; ++*skip) {
		rc = catalogue_step(c, q, e, "t", ids[*skip]);
		if (rc <= 0)
			break;
		if (catalogue_int(c, q, PART_LINE) != ix->line ||
		    catalogue_int(c, q, PART_EPOCH) != ix->chain.ref.epoch) {
			catalogue_reset(c, q);
			return err_set(e, ERR_INTEGRITY,
			    "it begins with another branch's commits");
		}
		ix->fork = catalogue_int(c, q, PART_N);
		stand_behind(ix, q);
	}
	catalogue_reset(c, q);
	return rc < 0 ? -1 : 0;
}

/* 1: the branch is in the catalogue; 0: it is new. */
static int
find_branch(struct indexer *ix, const char *ref, char head[CANON_ID_LEN],
	struct err *e)
{
	struct catalogue *c = ix->with.catalogue;
	int rc = catalogue_step(c, SQL_BRANCH_GET, e, "t", ref);

	head[0] = '\0';
	if (rc > 0) {
		ix->branch = catalogue_int(c, SQL_BRANCH_GET, 0);
		(void)snprintf(head, CANON_ID_LEN, "%s",
		    catalogue_text(c, SQL_BRANCH_GET, 1));
		ix->fork = catalogue_int(c, SQL_BRANCH_GET, 2);
	}
	catalogue_reset(c, SQL_BRANCH_GET);
	if (rc <= 0)
		return rc;
	rc = catalogue_step(c, SQL_PART_LAST, e, "i", ix->branch);
	if (rc > 0)
		stand_behind(ix, SQL_PART_LAST);
	catalogue_reset(c, SQL_PART_LAST);
	if (rc == 0 && ix->fork != 0) {
		rc = catalogue_step(c, SQL_PART_GET, e, "i", ix->fork);
		if (rc > 0)
			stand_behind(ix, SQL_PART_GET);
		catalogue_reset(c, SQL_PART_GET);
	}
	return rc < 0 ? -1 : 1;
}

/* What is kept is told where it gets its name in the catalogue. */
static int
tell_kept(struct indexer *ix, const struct ref *r, struct err *e)
{
	struct finding_place at = {ix->with.catalogue, 0, ix->branch,
	    r->parts.station, ix->with.now_utc};

	if (r->died == INT64_MAX)
		return 0;
	return finding_add(&at, FINDING_WARN, "kept", e, "%s: what was here is "
	    "kept as %s; what the central has now is followed", r->live,
	    r->name);
}

/*
 * A branch that was kept since: what the catalogue has under the name that it
 * had until then is its.
 */
static int
rename_kept(struct indexer *ix, const struct ref *r, struct err *e)
{
	struct catalogue *c = ix->with.catalogue;
	int rc;

	if (r->died == INT64_MAX)
		return 0;
	rc = catalogue_step(c, SQL_BRANCH_GET, e, "t", r->name);
	catalogue_reset(c, SQL_BRANCH_GET);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	rc = catalogue_step(c, SQL_BRANCH_GET, e, "t", r->live);
	if (rc > 0)
		ix->branch = catalogue_int(c, SQL_BRANCH_GET, 0);
	catalogue_reset(c, SQL_BRANCH_GET);
	if (rc <= 0)
		return rc;
	if (catalogue_begin(c, e) < 0)
		return -1;
	if (catalogue_run(c, SQL_BRANCH_RENAME, e, "tt", r->live,
	    r->name) == 0 && tell_kept(ix, r, e) == 0)
		return catalogue_commit(c, e);
	catalogue_rollback(c);
	return -1;
}

static int
add_branch(struct indexer *ix, const struct ref *new, struct err *e)
{
	const char *ref = new->name;
	struct catalogue *c = ix->with.catalogue;
	const struct canon_ref *r = &ix->chain.ref;
	struct finding_place at;

	if (catalogue_run(c, SQL_BRANCH_ADD, e, "itiii", ix->line, ref,
	    (int64_t)r->epoch, (int64_t)r->incarnation, ix->fork) < 0)
		return -1;
	ix->branch = catalogue_added(c);
	if (tell_kept(ix, new, e) < 0)
		return -1;
	at = place(ix, 0);
	if (ix->fork != 0)
		return finding_add(&at, FINDING_WARN, "forked", e,
		    "%s goes on from commit %lld of a branch before it: the "
		    "station was set back", ref, (long long)ix->chain.seq);
	if (r->incarnation > 0)
		return finding_add(&at, FINDING_WARN, "continued", e,
		    "%s begins anew: the station lost what it knew", ref);
	return 0;
}

/* --- Parts. */

static int
add_part(struct indexer *ix, bool folded, int64_t *part, struct err *e)
{
	const struct chain_link *l = &ix->link;
	struct catalogue *c = ix->with.catalogue;
	struct finding_place at;

	if (catalogue_run(c, SQL_PART_ADD, e, "iittbtiiii", ix->branch,
	    l->run.seq, l->id, l->tree, (const void *)l->run.manifest,
	    (size_t)32, l->manifest.path, l->started_utc, l->time_utc,
	    ix->first_seen, (int64_t)folded) < 0)
		return -1;
	*part = catalogue_added(c);
	at = place(ix, *part);
	if (copies_note(&at, ix->line, l, e) < 0)
		return -1;
	return catalogue_run(c, SQL_BRANCH_HEAD, e, "it", ix->branch, l->id);
}

static void
drop_fold(struct indexer *ix)
{
	fold_free(ix->fold);
	ix->fold = NULL;
	ix->fold_line = 0;
}

static int
need_fold(struct indexer *ix, struct err *e)
{
	if (ix->fold && ix->fold_line == ix->line)
		return 0;
	drop_fold(ix);
	ix->fold = fold_new(e);
	if (!ix->fold)
		return -1;
	if (part_prime(ix->with.catalogue, ix->line, ix->fold, &ix->doubt,
	    e) < 0) {
		drop_fold(ix);
		return -1;
	}
	ix->fold_line = ix->line;
	return 0;
}

/* The line's newest part that was folded; 0 if there is none. */
static int
line_last(struct indexer *ix, int64_t *part, struct err *e)
{
	struct catalogue *c = ix->with.catalogue;
	int rc = catalogue_step(c, SQL_PART_LINE_LAST, e, "i", ix->line);

	*part = rc > 0 ? catalogue_int(c, SQL_PART_LINE_LAST, PART_N) : 0;
	catalogue_reset(c, SQL_PART_LINE_LAST);
	return rc < 0 ? -1 : 0;
}

/* The first part behind a fork: the files go back to where it forked. */
static int
rewind_line(struct indexer *ix, int64_t part, struct err *e)
{
	struct catalogue *c = ix->with.catalogue;

	drop_fold(ix);
	if (catalogue_run(c, SQL_VERSION_REWIND_NEW, e, "iii", ix->line,
	    ix->fork, part) < 0)
		return -1;
	return catalogue_run(c, SQL_VERSION_REWIND_OLD, e, "iii", ix->line,
	    ix->fork, part);
}

/* Inside a transaction.  As part_in_read(). */
static int
read_part(struct indexer *ix, int64_t last, struct err *e)
{
	struct part_in p;
	int64_t part;
	int rc = -1;

	part_in_init(&p);
	if (add_part(ix, true, &part, e) < 0)
		goto out;
	if (ix->fork != 0 && last > ix->fork &&
	    strcmp(ix->link.parent, ix->fork_id) == 0 &&
	    rewind_line(ix, part, e) < 0)
		goto out;
	if (need_fold(ix, e) < 0)
		goto out;
	p.with = &ix->with;
	p.chunks = ix->chunks;
	p.fetch = &ix->fetch;
	p.fold = ix->fold;
	p.chain = &ix->chain;
	p.link = &ix->link;
	p.before = &ix->before;
	p.at = place(ix, part);
	p.line = ix->line;
	p.bad = &ix->bad;
	p.doubt = &ix->doubt;
	p.behind = ix->behind;
	rc = part_in_read(&p, e);
	if (rc != 0)
		goto out;
	if (p.head.full && p.head.final)
		ix->behind = false;
	ix->before.have = true;
	memcpy(ix->before.run, p.head.run, sizeof(ix->before.run));
	ix->before.part = p.head.part;
	ix->before.final = p.head.final;
	ix->before.full = p.head.full;
	ix->before.gap = p.gap;
out:
	part_in_release(&p);
	return rc;
}

/* The name among today's readers of the station that one of R is, or NULL. */
static const char *
reader_name(const struct indexer *ix, const struct seal_recipient *r, size_t n)
{
	const struct control *c = ix->with.control;
	size_t index[CONTROL_MAX_RECIPIENTS];
	size_t i, k = control_readers(c, ix->chain.ref.station, index);

	for (i = 0; i < k; i++)
		if (policy_is_one(c->recipient[index[i]].age, r, n))
			return c->recipient[index[i]].name;
	return NULL;
}

/*
 * A part that no identity opens: is that as it should be, as it was sealed when
 * its readers were others?  Told once for the branch, with the way to read it.
 * 1, 0, -1.
 */
static int
not_for_us(struct indexer *ix, struct err *e)
{
	const struct finding_place at = place(ix, 0);
	struct seal_recipient r[CONTROL_MAX_RECIPIENTS];
	size_t n = opener_recipients(ix->with.opener, r,
	    CONTROL_MAX_RECIPIENTS);
	const char *name, *ref = ix->ref[ix->at].live;
	int rc = policy_reads(ix->with.policy, ix->link.started_utc,
	    at.station, r, n, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	ix->behind = true;
	name = reader_name(ix, r, n);
	rc = name ? finding_once(&at, FINDING_WARN, "before", e,
	    "%s was sealed in "
	    "part before '%s' could read it; for that part, who can read it "
	    "runs: liudi-desk rehead --to %s", ref, name, name) :
	    finding_once(&at, FINDING_NOTE, "others", e,
	    "%s is sealed to others", ref);
	return rc < 0 ? -1 : 1;
}

/* A part that is written down, but not believed.  CODE NULL: it was told. */
static int
leave_out(struct indexer *ix, const char *code, const char *why,
	struct err *e)
{
	struct finding_place at;
	int64_t part;

	if (catalogue_begin(ix->with.catalogue, e) < 0)
		return -1;
	if (add_part(ix, false, &part, e) < 0)
		goto fail;
	at = place(ix, part);
	if (code && finding_add(&at, FINDING_INTEGRITY, code, e,
	    "commit %lld is "
	    "left out: %s", (long long)ix->link.run.seq, why) < 0)
		goto fail;
	/* What it changed nobody knows; an older branch changes nothing. */
	if (!ix->stale && catalogue_run(ix->with.catalogue,
	    SQL_VERSION_DOUBT_ALL, e, "ii", ix->line, part) < 0)
		goto fail;
	memset(&ix->before, 0, sizeof(ix->before));
	return catalogue_commit(ix->with.catalogue, e);
fail:
	catalogue_rollback(ix->with.catalogue);
	return -1;
}

static void
undo_part(struct indexer *ix)
{
	catalogue_rollback(ix->with.catalogue);
	drop_fold(ix);
	fetch_release(&ix->fetch);
}

/* In a transaction of its own, which stands where it returns 0. */
static int
try_part(struct indexer *ix, int64_t last, struct err *e)
{
	int rc;

	if (catalogue_begin(ix->with.catalogue, e) < 0)
		return -1;
	rc = read_part(ix, last, e);
	if (rc == 0)
		rc = catalogue_commit(ix->with.catalogue, e);
	if (rc != 0)
		undo_part(ix);
	return rc;
}

static int
index_part(struct indexer *ix, struct err *e)
{
	struct err why = ERR_INIT;
	int64_t last;
	int tries = 0, rc;

	ix->parts++;
	if (ix->stale)
		return leave_out(ix, "two-alive",
		    "a younger branch was there already: two machines have "
		    "the same key", e);
	if (line_last(ix, &last, e) < 0)
		return -1;
	memset(&ix->bad, 0, sizeof(ix->bad));
	/* Each try but the last finds a bundle that does not hold. */
	do {
		err_clear(&why);
		rc = try_part(ix, last, &why);
	} while (rc > 0 && ++tries <= CANON_MAX_BUNDLES);
	if (rc == 0)
		return 0;
	if (rc < 0 && !is_content(&why)) {
		*e = why;
		return -1;
	}
	rc = why.code == ERR_CRYPTO ? not_for_us(ix, e) : 0;
	if (rc < 0)
		return -1;
	return leave_out(ix, rc > 0 ? NULL : why.code == ERR_CRYPTO ?
	    "closed" : "bad-part", why.what, e);
}

/* --- Branches. */

/* The chain is broken: nothing behind this commit is looked at. */
static int
stop_branch(struct indexer *ix, const char *why, struct err *e)
{
	struct finding_place at = place(ix, 0);

	if (catalogue_run(ix->with.catalogue, SQL_BRANCH_STOP, e, "it",
	    ix->branch, why) < 0)
		return -1;
	return finding_once(&at, FINDING_INTEGRITY, "chain", e, "%s", why);
}

static int
younger(struct indexer *ix, struct err *e)
{
	struct catalogue *c = ix->with.catalogue;
	size_t i;
	int rc = 0;

	for (i = ix->at + 1; rc == 0 && i < ix->nrefs &&
	    same_line(&ix->ref[i], &ix->ref[ix->at]); i++) {
		rc = catalogue_step(c, SQL_BRANCH_FOLDED, e, "t",
		    ix->ref[i].name);
		catalogue_reset(c, SQL_BRANCH_FOLDED);
	}
	ix->stale = rc > 0;
	return rc < 0 ? -1 : 0;
}

/* The commit at which the branch forked. */
static int
find_fork(struct indexer *ix, struct err *e)
{
	struct catalogue *c = ix->with.catalogue;
	int rc;

	ix->fork_id[0] = '\0';
	if (ix->fork == 0)
		return 0;
	rc = catalogue_step(c, SQL_PART_GET, e, "i", ix->fork);
	if (rc > 0)
		(void)snprintf(ix->fork_id, sizeof(ix->fork_id), "%s",
		    catalogue_text(c, SQL_PART_GET, PART_ID));
	catalogue_reset(c, SQL_PART_GET);
	return rc < 0 ? -1 : 0;
}

/* 0: at the head, or stopped with an event; -1: cannot go on. */
static int
follow(struct indexer *ix, char (*ids)[CANON_ID_LEN], const int64_t *seen,
	size_t n, struct err *e)
{
	struct err why = ERR_INIT;
	size_t i;

	if (younger(ix, e) < 0 || find_fork(ix, e) < 0 ||
	    chunks_branch(ix->chunks, ix->branch, ix->fork, e) < 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (proc_interrupted())
			return err_set(e, ERR_INTR, "interrupted");
		if (chain_next(&ix->chain, ids[i], &ix->link, &why) < 0) {
			if (!is_content(&why)) {
				*e = why;
				return -1;
			}
			return stop_branch(ix, why.what, e);
		}
		ix->first_seen = seen[i];
		if (index_part(ix, e) < 0)
			return -1;
	}
	return 0;
}

static int
open_branch(struct indexer *ix, const struct ref *r, struct err *e)
{
	int rc;

	ix->line = ix->branch = ix->fork = 0;
	memset(&ix->before, 0, sizeof(ix->before));
	if (chain_begin(&ix->chain, ix->with.records, ix->with.control,
	    r->live, e) < 0 || rename_kept(ix, r, e) < 0)
		return -1;
	ix->branch = 0;
	if (find_line(ix, e) < 0)
		return -1;
	rc = catalogue_step(ix->with.catalogue, SQL_PART_BEHIND, e, "i",
	    ix->line);
	catalogue_reset(ix->with.catalogue, SQL_PART_BEHIND);
	ix->behind = rc > 0;
	return rc < 0 ? -1 : 0;
}

static int
one_branch(struct indexer *ix, const struct ref *r, struct err *e)
{
	struct err why = ERR_INIT;
	char (*ids)[CANON_ID_LEN] = NULL;
	char head[CANON_ID_LEN];
	int64_t *seen = NULL;
	size_t n = 0, skip = 0;
	int rc = -1;
	int known;

	if (open_branch(ix, r, e) < 0)
		return -1;
	known = find_branch(ix, r->name, head, e);
	if (known < 0)
		return -1;
	if (known && strcmp(head, r->head) == 0)
		return 0;
	if (mirror_chain(ix->with.records, r->head, known ? ix->chain.id : "",
	    &ids, &n, &why) < 0)
		goto broken;
	if (!known && shared(ix, ids, n, &skip, &why) < 0)
		goto broken;
	if (!known && add_branch(ix, r, e) < 0)
		goto out;
	seen = calloc(n + 1, sizeof(*seen));
	if (!seen) {
		(void)err_nomem(e);
		goto out;
	}
	if (seen_times(ix->with.seen, r->live, ids, n, ix->with.now_utc, seen,
	    e) == 0)
		rc = follow(ix, ids + skip, seen + skip, n - skip, e);
	goto out;
broken:
	if (!is_content(&why)) {
		*e = why;
		goto out;
	}
	if (!known && add_branch(ix, r, e) < 0)
		goto out;
	rc = stop_branch(ix, why.what, e);
out:
	free(ids);
	free(seen);
	return rc;
}

int
indexer_run(struct indexer *ix, size_t *parts, struct err *e)
{
	size_t i;

	if (mirror_refs(ix->with.records, "refs/heads/ws/", on_ref, ix,
	    e) < 0 || mirror_refs(ix->with.records, MIRROR_KEPT, on_ref, ix,
	    e) < 0)
		return -1;
	find_births(ix);
	if (ix->nrefs > 0)
		qsort(ix->ref, ix->nrefs, sizeof(*ix->ref), cmp_ref);
	for (i = 0; i < ix->nrefs; i++) {
		ix->at = i;
		if (one_branch(ix, &ix->ref[i], e) < 0)
			return -1;
	}
	*parts = ix->parts;
	return 0;
}
