/* desk/heads.c - what managers saw; docs/FORMAT.md section 16. */
#include "desk/heads.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "control/edit.h"
#include "desk/columns.h"
#include "desk/erased.h"
#include "desk/finding.h"
#include "repo/packw.h"

#include "base/banned.h"

/* --- The file in control's history. */

/* The file of commit ID; *UTC: of the commit.  1, 0 if there is none, -1. */
static int
file_of(struct mirror *control, const char *id, int64_t *utc,
	struct buf *text, struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	struct canon c;
	int rc = -1;

	buf_clear(text);
	if (mirror_read(control, id, PACKW_COMMIT, &raw, e) == 0 &&
	    canon_parse(&c, raw.data, raw.len, e) == 0) {
		*utc = c.time_utc;
		rc = mirror_blob_at(control, c.tree, WITNESS_PATH, text, e);
	}
	buf_release(&raw);
	return rc;
}

int
heads_history(struct mirror *control, const char *head, heads_fn fn,
	void *arg, struct err *e)
{
	struct buf now = BUF_INIT(HEADS_MAX), then = BUF_INIT(HEADS_MAX);
	char (*ids)[CANON_ID_LEN] = NULL;
	int64_t utc = 0, since = 0;
	bool have = false, same;
	size_t n = 0;
	int got, rc = -1;

	if (mirror_chain(control, head, "", &ids, &n, e) < 0)
		goto out;
	/* The date of a state is that of the first commit that has it. */
	while (n > 0) {
		got = file_of(control, ids[--n], &utc, &then, e);
		if (got < 0)
			goto out;
		same = have && got && str_cmp_bytes(now.data, now.len,
		    then.data, then.len) == 0;
		if (have && !same) {
			rc = fn(arg, since, buf_str(&now), now.len, e);
			if (rc != 0)
				goto out;
			rc = -1;
		}
		buf_clear(&now);
		if (buf_add(&now, then.data, then.len, e) < 0)
			goto out;
		have = got;
		since = utc;
	}
	rc = have ? fn(arg, since, buf_str(&now), now.len, e) : 0;
out:
	free(ids);
	buf_release(&now);
	buf_release(&then);
	return rc < 0 ? -1 : 0;
}

struct newest {
	struct witness w;
	struct buf text;
	int64_t utc;
	struct err bad;		/* it makes no sense: then w is empty */
	struct tombstones erased;
};

static int
take_newest(void *arg, int64_t utc, const char *text, size_t n,
	struct err *e)
{
	struct newest *k = arg;

	k->utc = utc;
	return buf_add(&k->text, text, n, e) < 0 ? -1 : 1;
}

/* Control's file today; none is empty. */
static int
load(const struct box *b, struct newest *k, struct err *e)
{
	memset(k, 0, sizeof(*k));
	buf_init(&k->text, HEADS_MAX);
	if (tombstones_load(&k->erased, b->desk, b->control_clone,
	    &b->control, e) < 0 || heads_history(b->control_clone,
	    b->control.commit, take_newest, k, e) < 0)
		return -1;
	if (witness_parse(&k->w, buf_str(&k->text), k->text.len,
	    &k->bad) == 0 || k->bad.code == ERR_FORMAT)
		return 0;
	*e = k->bad;
	return -1;
}

static void
unload(struct newest *k)
{
	tombstones_release(&k->erased);
	witness_release(&k->w);
	buf_release(&k->text);
}

/* --- Against the catalogue. */

enum found { NOT_HERE, HERE, KEPT, OTHER };

/* Where the commit of line L is.  *SEQ: how far its branch is known here. */
static int
find(const struct box *b, const struct witness_line *l, enum found *f,
	int64_t *seq, struct err *e)
{
	struct catalogue *c = b->catalogue;
	int64_t branch;
	int rc = catalogue_step(c, SQL_HEAD_OF, e, "t", l->head);

	*f = NOT_HERE;
	*seq = -1;
	if (rc > 0) {
		struct canon_ref ref;
		struct err ignored = ERR_INIT;

		*f = str_starts(catalogue_text(c, SQL_HEAD_OF, 0), MIRROR_KEPT) ?
		    KEPT : HERE;
		/* a fork begins with commits of a branch before it */
		if (canon_ref_parse(&ref, l->ref, &ignored) < 0 ||
		    catalogue_int(c, SQL_HEAD_OF, 1) != l->seq ||
		    strcmp(catalogue_text(c, SQL_HEAD_OF, 2), ref.station) != 0)
			*f = OTHER;
	}
	catalogue_reset(c, SQL_HEAD_OF);
	if (rc < 0)
		return -1;
	rc = catalogue_step(c, SQL_BRANCH_GET, e, "t", l->ref);
	branch = rc > 0 ? catalogue_int(c, SQL_BRANCH_GET, 0) : 0;
	catalogue_reset(c, SQL_BRANCH_GET);
	if (rc <= 0)
		return rc;
	rc = catalogue_step(c, SQL_PART_LAST, e, "i", branch);
	if (rc > 0)
		*seq = catalogue_int(c, SQL_PART_LAST, PART_SEQ);
	catalogue_reset(c, SQL_PART_LAST);
	return rc < 0 ? -1 : 0;
}

/* A chain that broke has its own event; an order says that it goes. */
static int
excused(const struct box *b, const struct newest *k,
	const struct witness_line *l, int64_t now, bool *yes, struct err *e)
{
	struct catalogue *c = b->catalogue;
	int rc = catalogue_step(c, SQL_BRANCH_GET, e, "t", l->ref);

	*yes = rc > 0 && !catalogue_null(c, SQL_BRANCH_GET, 3);
	catalogue_reset(c, SQL_BRANCH_GET);
	if (rc < 0)
		return -1;
	return *yes ? 0 : erased_gone(&k->erased, b->records, l->ref, l->seq,
	    l->manifest, now, yes, e);
}

/* It is gone for good, as a manager knows (desk/received.h). */
static bool
is_settled(const struct box *b, const struct witness_line *l)
{
	return seen_has(b->lost, l->ref, l->head) || (b->settle &&
	    b->settle->fn(b->settle->arg, l->ref));
}

static int
tell(const struct box *b, const struct witness_line *l, bool other,
	int64_t now, struct err *e)
{
	struct finding_place at = {b->catalogue, 0, 0, "", now};
	struct canon_ref ref;

	if (canon_ref_parse(&ref, l->ref, e) < 0)
		return -1;
	at.station = ref.station;
	if (other)
		return finding_once(&at, FINDING_INTEGRITY, "split", e,
		    "a manager "
		    "saw %.12s as commit %lld of %s, and here that is another: "
		    "the central shows two histories", l->head,
		    (long long)l->seq, l->ref);
	return finding_once(&at, FINDING_INTEGRITY, "withheld", e,
	    "a manager saw "
	    "commit %lld of %s (%.12s), and the central does not show it "
	    "here", (long long)l->seq, l->ref, l->head);
}

int
heads_check(struct box *b, int64_t now_utc, bool say, int64_t *n,
	struct err *e)
{
	const struct finding_place at = {b->catalogue, 0, 0, "", now_utc};
	struct newest k;
	enum found f;
	int64_t seq;
	bool yes;
	int rc = load(b, &k, e);
	size_t i;

	*n = 0;
	if (rc == 0 && k.bad.code != ERR_NONE && say)
		rc = finding_once(&at, FINDING_WARN, "witness", e,
		    "what managers saw cannot be read: %s", k.bad.what);
	for (i = 0; rc == 0 && i < k.w.n; i++) {
		const struct witness_line *l = &k.w.v[i];

		rc = find(b, l, &f, &seq, e);
		if (rc < 0 || f == HERE || f == KEPT ||
		    (f == NOT_HERE && seq < l->seq && is_settled(b, l)))
			continue;
		rc = excused(b, &k, l, now_utc, &yes, e);
		if (rc < 0 || yes)
			continue;
		++*n;
		if (say)
			rc = tell(b, l, f == OTHER || seq >= l->seq, now_utc,
			    e);
	}
	unload(&k);
	return rc;
}

/* --- What to write. */

/* Lines that a manager set aside. */
static void
forget(struct witness *w, const struct heads_accept *accept)
{
	size_t i, n = 0;

	for (i = 0; accept && i < w->n; i++)
		if (!accept->fn(accept->arg, w->v[i].ref))
			w->v[n++] = w->v[i];
	if (accept)
		w->n = n;
}

/* Our line of the branch in the row, or control's where that knows more. */
static int
choose(const struct box *b, const struct witness *old,
	struct witness_line *mine, struct err *e)
{
	const struct witness_line *was = witness_find(old, mine->ref);
	enum found f;
	int64_t seq;

	if (!was)
		return 0;
	if (find(b, was, &f, &seq, e) < 0)
		return -1;
	if (f != KEPT && (was->seq > mine->seq ||
	    strcmp(was->head, mine->head) == 0 || f != HERE))
		*mine = *was;
	return 0;
}

static int
grow(struct witness *w, const struct witness_line *l, struct err *e)
{
	struct witness_line *v = realloc(w->v, (w->n + 1) * sizeof(*v));

	if (!v)
		return err_nomem(e);
	w->v = v;
	w->v[w->n++] = *l;
	return 0;
}

/* Each branch that is followed here. */
static int
ours(const struct box *b, const struct witness *old, struct witness *w,
	struct err *e)
{
	struct catalogue *c = b->catalogue;
	const enum sql q = SQL_HEAD_EACH;
	struct witness_line l;
	const void *sum;
	size_t n;
	int rc = catalogue_step(c, q, e, "");

	for (; rc > 0; rc = catalogue_next(c, q, e)) {
		memset(&l, 0, sizeof(l));
		(void)snprintf(l.ref, sizeof(l.ref), "%s",
		    catalogue_text(c, q, 0));
		l.seq = catalogue_int(c, q, 1);
		(void)snprintf(l.head, sizeof(l.head), "%s",
		    catalogue_text(c, q, 2));
		sum = catalogue_blob(c, q, 3, &n);
		if (n == sizeof(l.manifest))
			memcpy(l.manifest, sum, n);
		l.seen = catalogue_int(c, q, 4);
		if (choose(b, old, &l, e) < 0 || grow(w, &l, e) < 0) {
			catalogue_reset(c, q);
			return -1;
		}
	}
	return rc;
}

static int
cmp_line(const void *a, const void *b)
{
	return strcmp(((const struct witness_line *)a)->ref,
	    ((const struct witness_line *)b)->ref);
}

/*
 * What another manager saw, and we do not see, stays said; but not what was
 * kept here for another history, or was erased.
 */
static int
theirs(const struct box *b, const struct newest *k, int64_t now,
	struct witness *w, struct err *e)
{
	const struct witness *old = &k->w;
	const size_t mine = w->n;
	enum found f;
	int64_t seq;
	bool gone;
	size_t i;

	for (i = 0; i < old->n; i++) {
		const struct witness known = {w->v, mine};

		if (witness_find(&known, old->v[i].ref))
			continue;
		if (find(b, &old->v[i], &f, &seq, e) < 0 ||
		    excused(b, k, &old->v[i], now, &gone, e) < 0)
			return -1;
		if (f != KEPT && !gone && grow(w, &old->v[i], e) < 0)
			return -1;
	}
	if (w->n > 0)
		qsort(w->v, w->n, sizeof(*w->v), cmp_line);
	return 0;
}

static bool
same_day(int64_t a, int64_t b)
{
	struct clock_date x, y;

	clock_split_utc(a, &x);
	clock_split_utc(b, &y);
	return x.year == y.year && x.month == y.month && x.day == y.day;
}

int
heads_due(struct box *b, int64_t now_utc, const struct heads_accept *accept,
	struct buf *out, struct err *e)
{
	struct witness w = {NULL, 0};
	struct newest k;
	int rc = -1;

	if (load(b, &k, e) < 0)
		goto out;
	rc = 0;
	if (k.w.n > 0 && same_day(k.utc, now_utc) && !accept)
		goto out;
	forget(&k.w, accept);
	rc = -1;
	if (ours(b, &k.w, &w, e) < 0 || theirs(b, &k, now_utc, &w, e) < 0 ||
	    witness_text(&w, out, e) < 0)
		goto out;
	rc = out->len > 0 && str_cmp_bytes(out->data, out->len, k.text.data,
	    k.text.len) != 0;
out:
	witness_release(&w);
	unload(&k);
	return rc;
}

int
heads_save(struct box *b, int64_t now_utc, const struct heads_accept *accept,
	struct err *e)
{
	struct buf text = BUF_INIT(HEADS_MAX);
	int rc = heads_due(b, now_utc, accept, &text, e);

	if (rc > 0)
		rc = file_save(b->home->heads, text.data, text.len, 0600, e);
	else if (rc == 0)
		rc = file_remove(b->home->heads, e);
	buf_release(&text);
	return rc;
}

int
heads_write(const struct deskhome *h, const char *name,
	const struct sshkey *key, int64_t now_utc, const struct buf *text,
	struct err *e)
{
	const struct control_file file = {WITNESS_PATH, text->data, text->len};
	const struct edit_job job = {&h->central, "control", h->control, name,
	    key, now_utc, "witness", &file, 1};

	if (edit_commit_again(&job, EDIT_TRIES, e) == 0)
		return 0;
	if (e->code != ERR_FAIL)
		return -1;
	/* Another desk was first: today's is there. */
	err_clear(e);
	return 1;
}

/* --- Against the branches. */

struct standing {
	struct mirror *records;
	const struct witness_line *line;
	bool found;
};

static int
look(void *arg, const char *ref, const char *head, struct err *e)
{
	struct standing *s = arg;
	char live[CANON_REF_LEN];
	char (*ids)[CANON_ID_LEN] = NULL;
	struct err why = ERR_INIT;
	size_t n = 0;

	(void)mirror_kept(ref, live);
	if (s->found || strcmp(live, s->line->ref) != 0)
		return 0;
	if (mirror_chain(s->records, head, "", &ids, &n, &why) < 0) {
		if (why.code == ERR_INTEGRITY || why.code == ERR_FORMAT)
			return 0;
		*e = why;
		return -1;
	}
	s->found = s->line->seq < (int64_t)n &&
	    strcmp(ids[s->line->seq], s->line->head) == 0;
	free(ids);
	return 0;
}

int
heads_stand(struct mirror *records, const struct witness *w,
	int (*fn)(void *arg, const struct witness_line *l, struct err *e),
	void *arg, struct err *e)
{
	size_t i;

	for (i = 0; i < w->n; i++) {
		struct standing s = {records, &w->v[i], false};

		if (mirror_refs(records, w->v[i].ref, look, &s, e) < 0 ||
		    mirror_refs(records, MIRROR_KEPT, look, &s, e) < 0)
			return -1;
		if (!s.found && fn(arg, &w->v[i], e) < 0)
			return -1;
	}
	return 0;
}
