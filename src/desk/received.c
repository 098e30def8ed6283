/* desk/received.c - receipts and what is here; FORMAT sections 10 and 20. */
#include "desk/received.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "desk/columns.h"
#include "desk/erased.h"
#include "desk/finding.h"
#include "desk/receipts.h"

#include "base/banned.h"

#define MARK "receipts"
#define TOLD_MAX 100		/* commits that do not hold, told in one sync */
#define SETTLED_MAX ((size_t)64 << 20)
#define EARLY_S 600		/* as the hook takes a commit ahead of it */
#define SLOW_BYTES_S 16384	/* a line as slow as that explains the rest */

/* A receipt that has no place yet, or does not hold. */
struct pending {
	char id[CANON_ID_LEN];
	struct receipt r;
};

struct received {
	struct box *box;
	int64_t now;
	struct receipts_at at;
	int64_t last_utc;	/* of the receipt before */
	size_t told;
	struct tombstones erased;
	struct buf settled;	/* "<utc> <head> <ref>" lines */
};

static struct finding_place
place_of(const struct received *k, const char *station, int64_t part,
	int64_t branch)
{
	return (struct finding_place){k->box->catalogue, part, branch, station,
	    k->now};
}

/* --- Where the walk stands: "<id> <tree> <utc>". */

static int
load_mark(struct received *k, struct err *e)
{
	struct catalogue *c = k->box->catalogue;
	int rc = catalogue_step(c, SQL_MARK_GET, e, "t", MARK);
	const char *s = rc > 0 ? catalogue_text(c, SQL_MARK_GET, 0) : "";
	const size_t n = CANON_ID_LEN - 1;

	memset(&k->at, 0, sizeof(k->at));
	k->last_utc = 0;
	if (strlen(s) > 2 * n + 2) {
		memcpy(k->at.id, s, n);
		memcpy(k->at.tree, s + n + 1, n);
		if (str_to_i64(s + 2 * n + 2, 0, INT64_MAX, &k->last_utc) < 0)
			memset(&k->at, 0, sizeof(k->at));
	}
	catalogue_reset(c, SQL_MARK_GET);
	return rc < 0 ? -1 : 0;
}

static int
save_mark(const struct received *k, struct err *e)
{
	char text[2 * CANON_ID_LEN + 24];

	(void)snprintf(text, sizeof(text), "%s %s %lld", k->at.id, k->at.tree,
	    (long long)k->last_utc);
	return catalogue_run(k->box->catalogue, SQL_MARK_SET, e, "tt", MARK,
	    text);
}

/* --- The station's clock against the central's. */

struct head {			/* of what was received */
	int64_t part, branch, seq, commit_utc, spooled, bytes;
	int64_t before_utc;	/* our own sight, where that was first */
	bool had;		/* a receipt already */
	char station[33], stream[33];
	bool folded;
};

/*
 * The next part says whether this one had to wait: it was made while this one
 * was not known to be received.
 */
static int
waited(const struct received *k, const struct head *h, bool *yes,
	struct err *e)
{
	struct catalogue *c = k->box->catalogue;
	int rc = catalogue_step(c, SQL_PART_AFTER, e, "ii", h->branch,
	    h->seq + 1);

	*yes = h->spooled > 0 || (rc > 0 &&
	    catalogue_int(c, SQL_PART_AFTER, 0) > 0);
	catalogue_reset(c, SQL_PART_AFTER);
	return rc < 0 ? -1 : 0;
}

static int
check_clock(const struct received *k, const struct head *h, int64_t utc,
	struct err *e)
{
	const struct finding_place at = place_of(k, h->station, h->part,
	    h->branch);
	int64_t apart = utc - h->commit_utc;
	bool ok = true;

	if (h->had)
		return 0;	/* given again */
	if (apart < -EARLY_S)
		return finding_once(&at, FINDING_WARN, "clock", e,
		    "commit %lld is dated %lld seconds after the central "
		    "received it: the clock of one of them is wrong",
		    (long long)h->seq, (long long)-apart);
	if (h->before_utc < utc)
		apart = h->before_utc - h->commit_utc;
	/* Another stream has no commit of each run that could say so. */
	if (apart <= RECEIVED_APART_S + h->bytes / SLOW_BYTES_S ||
	    !h->folded || strcmp(h->stream, "main") != 0)
		return 0;
	if (waited(k, h, &ok, e) < 0)
		return -1;
	return ok ? 0 : finding_once(&at, FINDING_WARN, "clock", e,
	    "commit %lld is dated %lld seconds before the central received "
	    "it, and did not wait: the station's clock is wrong, or was set",
	    (long long)h->seq, (long long)apart);
}

/* --- One receipt. */

static int
keep(const struct received *k, const char *id, const struct receipt *r,
	const char *why, struct err *e)
{
	return catalogue_run(k->box->catalogue, SQL_RECEIPT_ADD, e, "tittt",
	    id, r ? r->utc : 0, r ? r->ref : "", r ? r->head : "", why);
}

static int
wrong(struct received *k, const char *id, const char *station,
	const char *why, struct err *e)
{
	const struct finding_place at = place_of(k, station, 0, 0);

	if (keep(k, id, NULL, why, e) < 0)
		return -1;
	if (k->told++ >= TOLD_MAX)
		return 0;
	return finding_once(&at, FINDING_INTEGRITY, "receipt", e,
	    "commit %.12s of the central's receipts: %s", id, why);
}

/* 1: *H is the commit that R names; 0: it is not here; -1. */
static int
find_head(const struct received *k, const struct receipt *r, struct head *h,
	bool *fits, struct err *e)
{
	struct catalogue *c = k->box->catalogue;
	const enum sql q = SQL_PART_BY_COMMIT;
	struct canon_ref ref;
	int rc = catalogue_step(c, q, e, "t", r->head);

	*fits = false;
	if (rc > 0 && canon_ref_parse(&ref, r->ref, e) < 0) {
		rc = -1;
	} else if (rc > 0) {
		memset(h, 0, sizeof(*h));
		h->part = catalogue_int(c, q, PART_N);
		h->branch = catalogue_int(c, q, PART_BRANCH);
		h->seq = catalogue_int(c, q, PART_SEQ);
		h->commit_utc = catalogue_int(c, q, PART_COMMIT_UTC);
		h->spooled = catalogue_int(c, q, PART_SPOOLED);
		h->before_utc = catalogue_int(c, q, PART_FIRST_SEEN);
		h->had = !catalogue_null(c, q, PART_RECEIPT_UTC);
		h->folded = catalogue_int(c, q, PART_FOLDED) != 0;
		(void)snprintf(h->station, sizeof(h->station), "%s",
		    catalogue_text(c, q, PART_STATION));
		(void)snprintf(h->stream, sizeof(h->stream), "%s",
		    catalogue_text(c, q, PART_STREAM));
		/* a fork begins with commits of a branch before it */
		*fits = strcmp(ref.station, h->station) == 0 &&
		    strcmp(ref.stream, h->stream) == 0 &&
		    ref.epoch == catalogue_int(c, q, PART_EPOCH) &&
		    ref.incarnation >= catalogue_int(c, q, PART_INCARNATION);
	}
	catalogue_reset(c, q);
	return rc;
}

static int
bytes_of(const struct received *k, struct head *h, struct err *e)
{
	struct catalogue *c = k->box->catalogue;
	int rc = catalogue_step(c, SQL_PART_BYTES, e, "i", h->part);

	h->bytes = rc > 0 ? catalogue_int(c, SQL_PART_BYTES, 0) : 0;
	catalogue_reset(c, SQL_PART_BYTES);
	return rc < 0 ? -1 : 0;
}

static int
cover(const struct received *k, struct head *h, int64_t utc, struct err *e)
{
	if (catalogue_run(k->box->catalogue, SQL_RECEIPT_COVER, e, "iii",
	    h->branch, h->seq, utc) < 0 || bytes_of(k, h, e) < 0)
		return -1;
	return check_clock(k, h, utc, e);
}

/* On 0 the receipt has its place, on 1 its commit is not here. */
static int
take(struct received *k, const char *id, const struct receipt *r,
	struct err *e)
{
	struct head h;
	struct err why = ERR_INIT;
	bool fits;
	int rc = find_head(k, r, &h, &fits, e);

	if (rc <= 0)
		return rc < 0 ? -1 : 1;
	if (!fits) {
		(void)err_set(&why, ERR_INTEGRITY, "it names commit %.12s of "
		    "another branch for %s", r->head, r->ref);
		return wrong(k, id, h.station, why.what, e);
	}
	return cover(k, &h, r->utc, e);
}

static int
check_order(struct received *k, const char *id, const struct receipt *r,
	struct err *e)
{
	const struct finding_place at = place_of(k, "", 0, 0);

	if (r->utc < k->last_utc - EARLY_S && finding_once(&at, FINDING_WARN,
	    "central-clock", e, "receipt %.12s is %lld seconds older than the "
	    "one before: the central's clock was set back", id,
	    (long long)(k->last_utc - r->utc)) < 0)
		return -1;
	if (r->utc > k->now + EARLY_S && finding_once(&at, FINDING_WARN,
	    "central-clock", e, "receipt %.12s is dated ahead of our clock by "
	    "%lld seconds", id, (long long)(r->utc - k->now)) < 0)
		return -1;
	k->last_utc = r->utc;
	return 0;
}

static int
on_receipt(void *arg, const char *id, const struct receipt *r,
	const char *why, struct err *e)
{
	struct received *k = arg;
	int rc;

	if (!r)
		return wrong(k, id, "", why, e);
	if (check_order(k, id, r, e) < 0)
		return -1;
	rc = take(k, id, r, e);
	return rc > 0 ? keep(k, id, r, NULL, e) : rc;
}

/* --- What was left from before. */

static int
load_pending(struct catalogue *c, struct pending **out, size_t *n,
	struct err *e)
{
	const enum sql q = SQL_RECEIPT_EACH;
	struct pending *v = NULL, *more;
	int rc = catalogue_step(c, q, e, "");

	for (*n = 0; rc > 0; rc = catalogue_next(c, q, e)) {
		more = realloc(v, (*n + 1) * sizeof(*v));
		if (!more) {
			catalogue_reset(c, q);
			rc = err_nomem(e);
			break;
		}
		v = more;
		memset(&v[*n], 0, sizeof(*v));
		(void)snprintf(v[*n].id, sizeof(v->id), "%s",
		    catalogue_text(c, q, 0));
		v[*n].r.utc = catalogue_int(c, q, 1);
		(void)snprintf(v[*n].r.ref, sizeof(v->r.ref), "%s",
		    catalogue_text(c, q, 2));
		(void)snprintf(v[*n].r.head, sizeof(v->r.head), "%s",
		    catalogue_text(c, q, 3));
		++*n;
	}
	if (rc < 0) {
		free(v);
		v = NULL;
		*n = 0;
	}
	*out = v;
	return rc;
}

/* Without the order of time: these were passed already. */
static int
on_again(void *arg, const char *id, const struct receipt *r, const char *why,
	struct err *e)
{
	struct received *k = arg;
	int rc;

	if (!r)
		return wrong(k, id, "", why, e);
	rc = take(k, id, r, e);
	return rc > 0 ? keep(k, id, r, NULL, e) : rc;
}

/* A key may have come into control since, a branch may be followed again. */
static int
try_again(struct received *k, struct err *e)
{
	struct catalogue *c = k->box->catalogue;
	struct pending *v = NULL;
	size_t n = 0, i;
	int rc = load_pending(c, &v, &n, e);

	for (i = 0; rc == 0 && i < n; i++) {
		rc = catalogue_run(c, SQL_RECEIPT_DROP, e, "t", v[i].id);
		if (rc == 0)
			rc = receipts_again(k->box->records,
			    &k->box->control.servers, &k->at, v[i].id,
			    on_again, k, e);
	}
	free(v);
	return rc;
}

/* --- What should be here. */

/* A chain that broke has its own event, and what is behind it no place. */
static int
stopped(const struct received *k, const char *ref, bool *yes, struct err *e)
{
	struct catalogue *c = k->box->catalogue;
	int rc = catalogue_step(c, SQL_BRANCH_GET, e, "t", ref);

	*yes = rc > 0 && !catalogue_null(c, SQL_BRANCH_GET, 3);
	catalogue_reset(c, SQL_BRANCH_GET);
	return rc < 0 ? -1 : 0;
}

/* A manager knows that it is gone: said before, or now. */
static int
settled(struct received *k, const struct receipt *r, bool *yes,
	struct err *e)
{
	const struct box *b = k->box;

	*yes = seen_has(b->lost, r->ref, r->head);
	if (*yes || !b->settle || !b->settle->fn(b->settle->arg, r->ref))
		return 0;
	*yes = true;
	return buf_addf(&k->settled, e, "%lld %s %s\n", (long long)k->now,
	    r->head, r->ref);
}

static int
tell_hidden(struct received *k, const struct pending *p,
	struct erased_receipts *orders, struct err *e)
{
	struct catalogue *c = k->box->catalogue;
	char when[CLOCK_TEXT_LEN];
	struct canon_ref ref;
	bool excused = false;

	if (p->r.head[0] == '\0')
		return 0;	/* told as what does not hold */
	if (canon_ref_parse(&ref, p->r.ref, e) < 0)
		return -1;
	const struct finding_place at = place_of(k, ref.station, 0, 0);

	if (stopped(k, p->r.ref, &excused, e) < 0)
		return -1;
	if (excused)
		return catalogue_run(c, SQL_RECEIPT_EXCUSE, e, "ti", p->id,
		    (int64_t)1);
	if (erased_receipts_gone(orders, p->r.ref, p->r.utc, &excused, e) < 0)
		return -1;
	if (excused && finding_once(&at, FINDING_NOTE, "erased", e,
	    "%s was erased "
	    "at the central, as desk.git orders", p->r.ref) < 0)
		return -1;
	if (excused)
		return catalogue_run(c, SQL_RECEIPT_DROP, e, "t", p->id);
	if (settled(k, &p->r, &excused, e) < 0 || (excused &&
	    (finding_once(&at, FINDING_WARN, "lost", e,
	    "commit %.12s of %s, which "
	    "the central received at %s, is gone: a manager settled it",
	    p->r.head, p->r.ref, clock_text_utc(p->r.utc, when)) < 0 ||
	    catalogue_run(c, SQL_RECEIPT_EXCUSE, e, "ti", p->id,
	    (int64_t)1) < 0)))
		return -1;
	if (excused)
		return 0;
	return finding_once(&at, FINDING_INTEGRITY, "hidden", e, "the central "
	    "received commit %.12s of %s at %s and does not show it",
	    p->r.head, p->r.ref, clock_text_utc(p->r.utc, when));
}

static int
check_shown(struct received *k, struct err *e)
{
	struct erased_receipts orders;
	struct pending *v = NULL;
	size_t n = 0, i;
	int rc = load_pending(k->box->catalogue, &v, &n, e);

	if (rc == 0)
		rc = erased_receipts_init(&orders, &k->erased,
		    k->box->records, k->now, e);
	if (rc < 0)
		goto out;
	/* What has a place is here: the rest of an erased branch has none. */
	for (i = 0; i < n; i++)
		erased_receipts_met(&orders, v[i].r.ref, v[i].r.head,
		    v[i].r.utc);
	for (i = 0; rc == 0 && i < n; i++)
		rc = tell_hidden(k, &v[i], &orders, e);
	erased_receipts_release(&orders);
out:
	free(v);
	return rc;
}

/* What a branch ends in, and has no receipt, though there was time. */
static int
check_waiting(struct received *k, struct err *e)
{
	struct catalogue *c = k->box->catalogue;
	const enum sql q = SQL_RECEIPT_WAITING;
	int rc = catalogue_step(c, q, e, "i", k->now - RECEIVED_GRACE_S);

	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		/* not of the part: it passes when a receipt comes */
		const struct finding_place at = place_of(k,
		    catalogue_text(c, q, 2), 0, catalogue_int(c, q, 0));

		if (finding_once(&at, FINDING_INTEGRITY, "no-receipt", e,
		    "%s: the central gave no receipt for commit %lld and "
		    "what is behind it", catalogue_text(c, q, 1),
		    (long long)catalogue_int(c, q, 3)) < 0) {
			rc = -1;
			break;
		}
	}
	catalogue_reset(c, q);
	return rc;
}

/* --- All of it. */

/* What was kept gives its times, and is asked nothing. */
static int
on_kept(void *arg, const char *id, const struct receipt *r, const char *why,
	struct err *e)
{
	struct received *k = arg;
	struct head h;
	bool fits = false;
	int rc = r ? find_head(k, r, &h, &fits, e) : 0;

	(void)id;
	(void)why;
	return rc > 0 && fits ? cover(k, &h, r->utc, e) : rc < 0 ? -1 : 0;
}

static int
on_kept_ref(void *arg, const char *ref, const char *head, struct err *e)
{
	struct received *k = arg;
	struct receipts_at at = {"", ""};
	struct err why = ERR_INIT;
	char live[CANON_REF_LEN];

	(void)head;
	(void)mirror_kept(ref, live);
	if (strcmp(live, RECEIPTS_REF) != 0)
		return 0;
	if (receipts_walk(k->box->records, ref, &k->box->control.servers, &at,
	    on_kept, k, &why) >= 0 || why.code == ERR_INTEGRITY ||
	    why.code == ERR_FORMAT)
		return 0;
	*e = why;
	return -1;
}

/* From the first commit on, behind all that is kept. */
static int
begin(struct received *k, struct err *e)
{
	memset(&k->at, 0, sizeof(k->at));
	k->last_utc = 0;
	if (catalogue_run(k->box->catalogue, SQL_RECEIPT_CLEAR, e, "") < 0)
		return -1;
	return mirror_refs(k->box->records, MIRROR_KEPT, on_kept_ref, k, e);
}

static int
walk(struct received *k, struct err *e)
{
	const struct finding_place at = place_of(k, "", 0, 0);
	struct err why = ERR_INIT;
	int rc;

	if (k->at.id[0] == '\0' && begin(k, e) < 0)
		return -1;
	rc = receipts_walk(k->box->records, RECEIPTS_REF,
	    &k->box->control.servers, &k->at, on_receipt, k, &why);
	if (rc > 0) {
		/* A manager followed another one. */
		if (begin(k, e) < 0)
			return -1;
		rc = receipts_walk(k->box->records, RECEIPTS_REF,
		    &k->box->control.servers, &k->at, on_receipt, k, &why);
	}
	if (rc == 0)
		return 0;
	if (why.code != ERR_INTEGRITY && why.code != ERR_FORMAT) {
		*e = why;
		return -1;
	}
	return finding_once(&at, FINDING_INTEGRITY, "receipt", e, "%s",
	    why.what);
}

struct add_lost {
	const struct deskhome *home;
	const struct mirror_accept *settle;
	struct seen *lost;
	size_t *n;
};

/* Of what a box wrote only that counts which was asked for. */
static int
add_lost(void *arg, const char *ref, const char *head, int64_t utc,
	struct err *e)
{
	const struct add_lost *a = arg;

	if (!a->settle || !a->settle->fn(a->settle->arg, ref))
		return 0;
	++*a->n;
	return seen_add(a->lost, a->home->lost, ref, head, utc, e);
}

int
received_index(struct box *b, int64_t now_utc, struct err *e)
{
	struct received k = {.box = b, .now = now_utc,
	    .settled = BUF_INIT(SETTLED_MAX)};
	int rc = -1;

	if (b->control.servers.n == 0)
		return 0;
	if (tombstones_load(&k.erased, b->desk, b->control_clone, &b->control,
	    e) < 0 || catalogue_begin(b->catalogue, e) < 0)
		goto out;
	if (load_mark(&k, e) == 0 && try_again(&k, e) == 0 &&
	    walk(&k, e) == 0 && save_mark(&k, e) == 0 &&
	    check_shown(&k, e) == 0 && check_waiting(&k, e) == 0 &&
	    (k.settled.len == 0 || file_save(b->home->settled, k.settled.data,
	    k.settled.len, 0600, e) == 0))
		rc = catalogue_commit(b->catalogue, e);
	else
		catalogue_rollback(b->catalogue);
out:
	tombstones_release(&k.erased);
	buf_release(&k.settled);
	return rc;
}

int
received_settled(const struct deskhome *h, const struct mirror_accept *settle,
	struct seen *lost, size_t *n, struct err *e)
{
	struct add_lost a = {h, settle, lost, n};
	struct seen *list = NULL;
	int rc = -1;

	*n = 0;
	if (!file_exists(h->settled))
		return 0;
	list = seen_load(h->settled, e);
	if (list && seen_each(list, add_lost, &a, e) == 0)
		rc = file_remove(h->settled, e);
	seen_free(list);
	return rc;
}

int
received_count(struct catalogue *c, int64_t now_utc, struct received_open *o,
	struct err *e)
{
	const enum sql q = SQL_RECEIPT_OPEN;
	int rc = catalogue_step(c, q, e, "i", now_utc - RECEIVED_GRACE_S);

	memset(o, 0, sizeof(*o));
	if (rc > 0) {
		o->wrong = catalogue_int(c, q, 0);
		o->hidden = catalogue_int(c, q, 1);
		o->waiting = catalogue_int(c, q, 2);
		o->all = o->wrong + o->hidden + o->waiting;
	}
	catalogue_reset(c, q);
	return rc < 0 ? -1 : 0;
}
