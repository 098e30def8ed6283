/* desk/audit.c - how it stands. */
#include "desk/audit.h"

#include <stdlib.h>
#include <string.h>

#include "desk/expect.h"
#include "desk/finding.h"
#include "desk/heads.h"
#include "desk/query.h"

#include "base/banned.h"

#define DAY 86400
#define POLICY_MAX (1024 * 1024)

struct names {
	char (*v)[33];
	size_t n;
};

static int
add_name(struct names *s, const char *name, struct err *e)
{
	char (*more)[33];
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->v[i], name) == 0)
			return 0;
	more = realloc(s->v, (s->n + 1) * sizeof(*more));
	if (!more)
		return err_nomem(e);
	s->v = more;
	(void)snprintf(s->v[s->n++], sizeof(*more), "%s", name);
	return 0;
}

static int
cmp_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int
all_names(const struct box *b, struct names *s, struct err *e)
{
	const enum sql q = SQL_STATION_EACH;
	int rc = catalogue_step(b->catalogue, q, e, "");
	size_t i;

	for (; rc > 0; rc = catalogue_next(b->catalogue, q, e))
		if (add_name(s, catalogue_text(b->catalogue, q, 0), e) < 0) {
			catalogue_reset(b->catalogue, q);
			return -1;
		}
	for (i = 0; rc == 0 && i < b->control.stations.n; i++)
		rc = add_name(s, b->control.stations.v[i].name, e);
	if (s->n > 0)
		qsort(s->v, s->n, sizeof(*s->v), cmp_name);
	return rc;
}

/* The receipt, or where there is none our own sight: neither is its word. */
static int
take_gaps(const struct box *b, struct audit_station *s, int64_t now,
	struct err *e)
{
	struct catalogue *c = b->catalogue;
	const enum sql q = SQL_AUDIT_SIGNS;
	int64_t before = 0, at;
	int rc = catalogue_step(c, q, e, "t", s->station);

	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		at = catalogue_int(c, q, 0);
		if (before != 0 && s->limit != EXPECT_NEVER &&
		    at - before > s->limit && at > now - AUDIT_GAP_DAYS * DAY)
			s->gaps++;
		before = at;
	}
	if (before != 0)
		s->sign = before;
	return rc;
}

static int
take_last(const struct box *b, struct audit_station *s, struct err *e)
{
	struct catalogue *c = b->catalogue;
	const enum sql q = SQL_AUDIT_LAST;
	int rc = catalogue_step(c, q, e, "t", s->station);

	s->started = s->received = QUERY_NONE;
	if (rc > 0 && !catalogue_null(c, q, 0))
		s->started = catalogue_int(c, q, 0);
	if (rc > 0 && !catalogue_null(c, q, 1))
		s->received = catalogue_int(c, q, 1);
	catalogue_reset(c, q);
	return rc < 0 ? -1 : 0;
}

static int
take_news(const struct box *b, struct audit_station *s, int64_t now,
	struct err *e)
{
	struct catalogue *c = b->catalogue;
	const enum sql q = SQL_AUDIT_NEWS;
	int rc = catalogue_step(c, q, e, "tiii", s->station,
	    now - AUDIT_NEWS_DAYS * DAY, (int64_t)FINDING_INTEGRITY,
	    (int64_t)FINDING_WARN);

	if (rc > 0) {
		s->integrity = catalogue_int(c, q, 0);
		s->warnings = catalogue_int(c, q, 1);
	}
	catalogue_reset(c, q);
	return rc < 0 ? -1 : 0;
}

/* Since when it may send, if it may now; else, whether it was taken back. */
static void
take_right(const struct box *b, struct audit_station *s, int64_t now)
{
	int64_t until = INT64_MIN;
	size_t i;

	for (i = 0; i < b->control.stations.n; i++) {
		const struct signer *k = &b->control.stations.v[i];

		if (strcmp(k->name, s->station) != 0)
			continue;
		if (k->valid_before > until)
			until = k->valid_before;
		if (k->valid_after > now || k->valid_before <= now)
			continue;
		s->keys++;
		if (k->valid_after > s->sign)
			s->sign = k->valid_after;
	}
	s->suspended = s->keys == 0 && until != INT64_MIN &&
	    !control_revoked(&b->control, s->station, until);
}

static int
one(const struct box *b, const char *name, const char *policy, int64_t now,
	struct audit_station *s, struct err *e)
{
	memset(s, 0, sizeof(*s));
	(void)snprintf(s->station, sizeof(s->station), "%s", name);
	/* A slip of one manager must not blind the others. */
	(void)expect_of(policy, name, &s->limit, &s->unclear);
	if (take_last(b, s, e) < 0 || take_gaps(b, s, now, e) < 0 ||
	    take_news(b, s, now, e) < 0)
		return -1;
	take_right(b, s, now);
	s->silent = s->keys > 0 && s->limit != EXPECT_NEVER &&
	    now - s->sign > s->limit;
	return 0;
}

int
audit_stations(struct box *b, int64_t now_utc, audit_fn fn, void *arg,
	struct err *e)
{
	struct buf policy = BUF_INIT(POLICY_MAX);
	struct names s = {NULL, 0};
	char tree[CANON_ID_LEN];
	struct audit_station a;
	int rc = -1;
	size_t i;

	if (all_names(b, &s, e) < 0 || mirror_tree(b->control_clone,
	    b->control.commit, tree, e) < 0 || mirror_blob_at(
	    b->control_clone, tree, "policy.ini", &policy, e) < 0)
		goto out;
	for (i = 0; i < s.n; i++)
		if (one(b, s.v[i], buf_str(&policy), now_utc, &a, e) < 0 ||
		    fn(arg, &a, e) < 0)
			goto out;
	rc = 0;
out:
	free(s.v);
	buf_release(&policy);
	return rc;
}

int
audit_open(struct box *b, int64_t now_utc, struct audit_open *o,
	struct err *e)
{
	memset(o, 0, sizeof(*o));
	if (query_stopped(b->catalogue, &o->stopped, e) < 0 ||
	    received_count(b->catalogue, now_utc, &o->receipts, e) < 0 ||
	    heads_check(b, now_utc, false, &o->apart, e) < 0)
		return -1;
	o->all = o->stopped + o->receipts.all + o->apart;
	return 0;
}
