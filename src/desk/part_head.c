/* desk/part_head.c - a manifest's head, held against commit, branch, policy. */
#include "desk/part_head.h"

#include <string.h>

#include "crypto/hash.h"
#include "desk/erased.h"

#include "base/banned.h"

#define EARLY_S 600		/* seconds that a clock may be ahead */
#define BEHIND_S 900		/* and behind */

static int
check_context(const struct part_in *p, const struct record_head *h,
	struct err *e)
{
	const struct canon_ref *ref = &p->chain->ref;
	const struct canon_run *run = &p->link->run;

	if (strcmp(h->station, ref->station) != 0 ||
	    strcmp(h->stream, ref->stream) != 0 || h->epoch != ref->epoch)
		return part_in_wrong(e, "it is of another branch");
	if (h->seq != run->seq)
		return part_in_wrong(e, "it is of another commit");
	if (h->has_prev != run->has_prev || (h->has_prev &&
	    memcmp(h->prev, run->prev, sizeof(h->prev)) != 0))
		return part_in_wrong(e, "'prev' is not the manifest before");
	if (h->started != p->link->started_utc)
		return part_in_wrong(e,
		    "'started' is not the time in its name");
	if (strcmp(h->org, p->with->control->org) != 0)
		return finding_once(&p->at, FINDING_NOTE, "org", e,
		    "the team is called '%s' there", h->org);
	return 0;
}

/* The epoch before is here, or an order says that it was erased. */
static int
check_epoch(const struct part_in *p, const struct record_head *h,
	struct err *e)
{
	const struct record_point *was = &h->prev_epoch_head;
	int rc;

	if (!was->have || !p->with->erased)
		return 0;
	rc = erased_explains(p->with->erased, p->with->records, was->ref,
	    was->seq, was->manifest, p->with->now_utc, e);
	return rc != 0 ? (rc < 0 ? -1 : 0) : finding_add(&p->at,
	    FINDING_INTEGRITY, "epoch", e,
	    "the epoch before it, %s, is missing, "
	    "and no order says that it was erased", was->ref);
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
		return part_in_wrong(e,
		    "it does not go on with the part before");
	p->gap = goes_on ? b->gap : h->part != 0;
	if (!goes_on && h->part != 0)
		return finding_add(&p->at, FINDING_WARN, "part-gap", e,
		    "part %lld of a run whose parts before are not here",
		    (long long)h->part);
	if (b->have && !goes_on && !b->final && finding_add(&p->at,
	    FINDING_WARN, "unfinished", e, "the run before was never finished") < 0)
		return -1;
	if (b->have && h->full && h->part == 0)
		return finding_add(&p->at, FINDING_NOTE, "full-run", e,
		    "a full run in the middle of a branch");
	if (p->link->parent[0] == '\0' && !h->full)
		return part_in_wrong(e,
		    "the first run of a branch is not full");
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
		rc = finding_add(&p->at, FINDING_INTEGRITY, "again", e,
		    "the run of commit %.12s is played again",
		    catalogue_text(c, SQL_PART_AGAIN, 0));
	catalogue_reset(c, SQL_PART_AGAIN);
	return rc;
}

static int
check_dates(const struct part_in *p, const struct record_head *h,
	struct err *e)
{
	int64_t newest;

	if (h->finished < h->started && finding_add(&p->at, FINDING_NOTE,
	    "clock", e, "the run ended before it began") < 0)
		return -1;
	if (p->link->time_utc > p->at.utc + EARLY_S && finding_add(&p->at,
	    FINDING_WARN, "future", e, "the commit is dated ahead of our "
	    "clock by %lld seconds",
	    (long long)(p->link->time_utc - p->at.utc)) < 0)
		return -1;
	newest = h->has_receipt && h->receipt_utc > h->control_seen ?
	    h->receipt_utc : h->control_seen;
	if (newest > p->link->time_utc + BEHIND_S && finding_add(&p->at,
	    FINDING_WARN, "clock", e, "the commit is dated %lld seconds before "
	    "what its station had seen of the central",
	    (long long)(newest - p->link->time_utc)) < 0)
		return -1;
	if (h->started > p->link->time_utc + EARLY_S)
		return finding_add(&p->at, FINDING_WARN, "clock", e,
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
		(void)part_in_wrong(e, "'recipients_sha256' does not fit");
		goto out;
	}
	rc = policy_at(p->with->policy, h->policy_commit, h->station, &r, e);
	if (rc == 0)
		rc = finding_add(&p->at, FINDING_INTEGRITY, "policy", e,
		    "it follows a policy that is not in control: %s",
		    h->policy_commit);
	else if (rc > 0 && (!same_readers(h, r) ||
	    r->version != h->policy_version))
		rc = finding_add(&p->at, FINDING_INTEGRITY, "readers", e,
		    "it is not sealed to the readers of policy %lld",
		    (long long)r->version);
	else if (rc > 0)
		rc = 0;
out:
	buf_release(&text);
	return rc;
}

int
part_head_take(void *arg, const struct record_head *h, struct err *e)
{
	struct part_in *p = arg;

	if (p->have_head)
		return part_in_wrong(e, "two heads");
	p->head = *h;
	p->have_head = true;
	if (check_context(p, h, e) < 0 || check_epoch(p, h, e) < 0 ||
	    check_order(p, h, e) < 0 ||
	    check_again(p, h, e) < 0 || check_dates(p, h, e) < 0 ||
	    check_readers(p, h, e) < 0)
		return -1;
	return fold_begin(p->fold, h, e);
}
