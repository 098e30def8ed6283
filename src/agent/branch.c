/* agent/branch.c - branches of a station and their way to the central. */

#include "agent/branch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "repo/push.h"
#include "repo/receipt.h"
#include "base/banned.h"

#define PROTOCOL_TRIES 2	/* then stock git is asked to push */
#define RECEIPT_MAX 4096
#define IDLE_MAX 4		/* connections in a row that bring nothing */
#define FORK " fork"

static char *
list_path(const struct branch *b, const struct station *s)
{
	return str_fmt("%s/" BRANCH_LIST_PREFIX "%s", s->path.state, b->stream);
}

static char *
received_path(const struct station *s, const struct canon_ref *r)
{
	return str_fmt("%s/received/%s-%d.%d", s->path.state, r->stream,
	    r->epoch, r->incarnation);
}

/* The newest commit of R that the central has; "" = none. */
static int
received_load(const struct station *s, const struct canon_ref *r,
	char id[static CANON_ID_LEN], bool *forked, struct err *e)
{
	struct buf b = BUF_INIT(CANON_ID_LEN + sizeof(FORK));
	char *path = received_path(s, r);
	int rc = -1;

	id[0] = '\0';
	*forked = false;
	if (path == NULL)
		return err_nomem(e);
	if (file_load(path, &b, e) == 0) {
		(void)snprintf(id, CANON_ID_LEN, "%.40s", buf_str(&b));
		*forked = str_ends(buf_str(&b), FORK);
		rc = 0;
	} else if (e->code == ERR_NOENT) {
		err_clear(e);
		rc = 0;
	}
	buf_release(&b);
	free(path);
	return rc;
}

static int
received_save(const struct station *s, const struct canon_ref *r,
	const char *id, bool forked, struct err *e)
{
	char *dir = path_join(s->path.state, "received");
	char *path = received_path(s, r);
	char text[CANON_ID_LEN + sizeof(FORK)];
	int rc = -1;

	(void)snprintf(text, sizeof(text), "%s%s", id, forked ? FORK : "");
	if (dir == NULL || path == NULL)
		(void)err_nomem(e);
	else if (id[0] == '\0')
		rc = file_remove(path, e);
	else if (file_mkdirs(dir, 0700, e) == 0)
		rc = file_save(path, text, strlen(text), 0600, e);
	free(dir);
	free(path);
	return rc;
}

/* What the commit ID of the spool says. */
static int
read_commit(struct spool *sp, const char *id, struct canon_run *at,
	int64_t *utc, struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	struct canon c;
	int rc = spool_commit_read(sp, id, &raw, e);

	if (rc == 0)
		rc = err_set(e, ERR_FORMAT, "the spool lacks commit %s", id);
	else if (rc > 0)
		rc = canon_parse(&c, raw.data, raw.len, e) != 0 ||
		    canon_run_parse(at, c.message, c.message_len, e) != 0 ?
		    -1 : 0;
	if (rc == 0)
		*utc = c.time_utc;
	buf_release(&raw);
	return rc;
}

/* In one history the number tells which commit comes later. */
static int
seq_of(struct spool *sp, const char *id, int64_t *seq, struct err *e)
{
	struct canon_run at;
	int64_t utc;

	if (read_commit(sp, id, &at, &utc, e) != 0)
		return -1;
	*seq = at.seq;
	return 0;
}

int
branch_refresh(struct branch *b, struct spool *sp, struct err *e)
{
	char ref[CANON_REF_LEN];
	int rc;

	b->head[0] = '\0';
	b->head_utc = 0;
	memset(&b->at, 0, sizeof(b->at));
	if (b->n == 0)
		return 0;
	canon_ref_text(&b->ref[b->n - 1], ref);
	rc = spool_head(sp, ref, b->head, e);
	if (rc <= 0)
		return rc;
	return read_commit(sp, b->head, &b->at, &b->head_utc, e);
}

int
branch_load(struct branch *b, const struct station *s, struct spool *sp,
	const char *stream, struct err *e)
{
	struct buf text = BUF_INIT(65536);
	char *path, *line, *save = NULL;
	int rc = -1;

	memset(b, 0, sizeof(*b));
	(void)snprintf(b->stream, sizeof(b->stream), "%s", stream);
	path = list_path(b, s);
	if (path == NULL)
		return err_nomem(e);
	if (file_load(path, &text, e) != 0) {
		if (e->code != ERR_NOENT)
			goto out;
		err_clear(e);
	}
	/* strtok_r wants bytes, even where there is no list yet. */
	if (buf_addc(&text, '\n', e) != 0)
		goto out;
	for (line = strtok_r((char *)text.data, "\n", &save);
	    line != NULL && b->n < BRANCH_MAX;
	    line = strtok_r(NULL, "\n", &save))
		if (canon_ref_parse(&b->ref[b->n++], line, e) != 0)
			goto out;
	rc = branch_refresh(b, sp, e);
	/* Begun, and killed before its first commit: it never was. */
	while (rc == 0 && b->head[0] == '\0' && b->n > 1) {
		b->n--;
		rc = branch_refresh(b, sp, e);
	}
out:
	buf_release(&text);
	free(path);
	return rc;
}

int
branch_save(const struct branch *b, const struct station *s, struct err *e)
{
	struct buf text = BUF_INIT(65536);
	char *path = list_path(b, s);
	char ref[CANON_REF_LEN];
	int rc = -1;

	if (path == NULL)
		return err_nomem(e);
	for (size_t i = 0; i < b->n; i++) {
		canon_ref_text(&b->ref[i], ref);
		if (buf_addf(&text, e, "%s\n", ref) != 0)
			goto out;
	}
	rc = file_save(path, text.data, text.len, 0600, e);
out:
	buf_release(&text);
	free(path);
	return rc;
}

int
branch_begin(struct branch *b, const struct station *s,
	const struct canon_ref *ref, struct spool *sp, struct err *e)
{
	char text[CANON_REF_LEN];

	if (b->n == BRANCH_MAX)
		return err_set(e, ERR_FAIL, "too many unsent branches");
	b->ref[b->n++] = *ref;
	canon_ref_text(ref, text);
	if (spool_drop(sp, text, e) != 0 ||
	    received_save(s, ref, "", false, e) != 0 ||
	    branch_save(b, s, e) != 0)
		return -1;
	return branch_refresh(b, sp, e);
}

void
branch_point(const struct branch *b, struct record_point *p)
{
	memset(p, 0, sizeof(*p));
	if (b->head[0] == '\0')
		return;
	p->have = true;
	canon_ref_text(&b->ref[b->n - 1], p->ref);
	p->seq = b->at.seq;
	memcpy(p->manifest, b->at.manifest, sizeof(p->manifest));
}

static int
count_one(void *arg, const char *id, const char *const packs[],
	size_t npacks, uint64_t bytes, struct err *e)
{
	(void)id;
	(void)packs;
	(void)npacks;
	(void)bytes;
	(void)e;
	++*(int64_t *)arg;
	return 0;
}

int
branch_unsent(const struct branch *b, const struct station *s,
	struct spool *sp, int64_t *n, struct err *e)
{
	char ref[CANON_REF_LEN], id[CANON_ID_LEN];
	bool forked;

	*n = 0;
	if (b->head[0] == '\0')
		return 0;
	canon_ref_text(&b->ref[b->n - 1], ref);
	if (received_load(s, &b->ref[b->n - 1], id, &forked, e) != 0)
		return -1;
	if (spool_unsent(sp, ref, id, count_one, n, e) == 0)
		return 0;
	if (e->code != ERR_INTEGRITY)
		return -1;
	err_clear(e);
	*n = 0;
	return 0;
}

/* --- talking to the central --- */

struct highest {
	const struct station *s;
	const char *stream;
	int epoch;
	int n;
};

static int
see_ref(const char *ref, const char *id, void *arg, struct err *e)
{
	struct highest *h = arg;
	struct canon_ref r;

	(void)id;
	if (canon_ref_parse(&r, ref, e) != 0) {
		err_clear(e);
		return 0;
	}
	if (str_eq(r.station, h->s->cfg.station) &&
	    str_eq(r.stream, h->stream) && r.epoch == h->epoch &&
	    r.incarnation > h->n)
		h->n = r.incarnation;
	return 0;
}

static int
connect_central(const struct station *s, enum push_how how, struct push **p,
	struct err *e)
{
	struct err ignored = ERR_INIT;
	bool barred;

	*p = push_open(&s->central, how, s->path.spool, e);
	barred = *p == NULL && push_barred(&s->central, e);
	/* Without a network nothing new is known; a full disk is told later. */
	if (*p != NULL || barred)
		(void)station_barred(s, barred, &ignored);
	return *p == NULL ? -1 : 0;
}

int
branch_ask(const struct station *s, const char *stream, int epoch,
	int *incarnation, struct err *e)
{
	struct highest h = {s, stream, epoch, -1};
	struct push *p;
	int rc;

	if (connect_central(s, s->cfg.push_stock ? PUSH_STOCK : PUSH_OWN, &p,
		e) != 0)
		return -1;
	rc = push_each(p, see_ref, &h, e);
	push_close(p);
	*incarnation = h.n + 1;
	return rc;
}

/* One push: as many of the oldest unsent commits as fit. */
struct batch {
	char target[CANON_ID_LEN];	/* the newest commit in it */
	char **pack;
	size_t npacks, cap;
	uint64_t bytes;
	size_t ncommits;
	bool full;
};

static void
batch_release(struct batch *t)
{
	for (size_t i = 0; i < t->npacks; i++)
		free(t->pack[i]);
	free(t->pack);
	memset(t, 0, sizeof(*t));
}

static int
batch_add(void *arg, const char *id, const char *const packs[], size_t npacks,
	uint64_t bytes, struct err *e)
{
	struct batch *t = arg;

	if (t->full || (t->ncommits > 0 && t->bytes + bytes > PUSH_PACK_MAX)) {
		t->full = true;
		return 0;
	}
	for (size_t i = 0; i < npacks; i++) {
		bool have = false;

		for (size_t k = 0; k < t->npacks && !have; k++)
			have = str_eq(t->pack[k], packs[i]);
		if (have)
			continue;
		if (t->npacks == t->cap) {
			size_t cap = t->cap == 0 ? 16 : 2 * t->cap;
			char **v = realloc(t->pack, cap * sizeof(*v));

			if (v == NULL)
				return err_nomem(e);
			t->pack = v;
			t->cap = cap;
		}
		t->pack[t->npacks] = str_dup(packs[i]);
		if (t->pack[t->npacks] == NULL)
			return err_nomem(e);
		t->npacks++;
	}
	t->bytes += bytes;
	t->ncommits++;
	(void)snprintf(t->target, sizeof(t->target), "%s", id);
	return 0;
}

struct sender {
	struct branch *b;
	struct station *s;
	struct spool *sp;
	const struct run_options *o;
	struct run_result *r;
	enum push_how how;
	unsigned protocol_errors;
	unsigned idle;		/* connections since one brought something */
	bool asked;		/* for a receipt that was missed */
};

static void
on_sent(void *arg, uint64_t sent, uint64_t total)
{
	struct sender *x = arg;
	struct run_progress p = {.bytes = (int64_t)sent,
	    .total_bytes = (int64_t)total, .pushing = true};

	if (x->o->watch.progress != NULL)
		x->o->watch.progress(x->o->watch.arg, &p);
}

static void
spooled(struct run_result *r, const char *why, const char *hint)
{
	r->spooled = true;
	if (r->why[0] != '\0')
		return;
	(void)snprintf(r->why, sizeof(r->why), "%s", why);
	(void)snprintf(r->hint, sizeof(r->hint), "%s", hint);
}

static void
integrity(struct sender *x, const char *why)
{
	x->r->integrity = true;
	(void)snprintf(x->r->why, sizeof(x->r->why), "%s", why);
	(void)snprintf(x->r->hint, sizeof(x->r->hint), "tell the manager; "
	    "the next run sends everything again in a new branch");
}

/* Take ref I off the list. */
static int
leave(struct sender *x, size_t i, struct err *e)
{
	struct branch *b = x->b;

	if (received_save(x->s, &b->ref[i], "", false, e) != 0)
		return -1;
	memmove(&b->ref[i], &b->ref[i + 1],
	    (b->n - i - 1) * sizeof(b->ref[0]));
	b->n--;
	return branch_save(b, x->s, e);
}

/* Go on in the next incarnation: same commits, another name. */
static int
fork_branch(struct sender *x, struct push *p, size_t i,
	const char *received, struct err *e)
{
	struct canon_ref *r = &x->b->ref[i];
	struct highest h = {x->s, x->b->stream, r->epoch, -1};
	char old[CANON_REF_LEN], ref[CANON_REF_LEN], head[CANON_ID_LEN];

	if (push_each(p, see_ref, &h, e) != 0)
		return -1;
	canon_ref_text(r, old);
	if (spool_head(x->sp, old, head, e) < 0)
		return -1;
	r->incarnation = h.n + 1;
	canon_ref_text(r, ref);
	/* A run killed in here, or one before a loss, may have left it. */
	if (spool_drop(x->sp, ref, e) != 0 ||
	    spool_move(x->sp, ref, "", head, e) != 0 ||
	    received_save(x->s, r, received, received[0] != '\0', e) != 0 ||
	    branch_save(x->b, x->s, e) != 0)
		return -1;
	if (x->o->watch.note != NULL)
		x->o->watch.note(x->o->watch.arg, "the central has other "
		    "commits of this station: going on in a new branch");
	return 0;
}

enum verdict { SEND, DONE, AGAIN, LOST, FORGED };

/* May a ref that the central does not have be created there? */
static int
may_create(struct sender *x, struct push *p, size_t i, const char *received,
	bool forked, enum verdict *v, struct err *e)
{
	struct highest h = {x->s, x->b->stream, x->b->ref[i].epoch, -1};

	if (received[0] == '\0')
		return 0;
	if (push_each(p, see_ref, &h, e) != 0)
		return -1;
	/* A fork begins at a commit of the one before, if that is there. */
	if (!forked || h.n < 0)
		*v = LOST;
	return 0;
}

/*
 * What a manager saw of ref I: *SEEN is its head there, if it is of our history
 * ("" where nobody says); *v is FORGED where it is not,
 * though we had sent that far.
 */
static int
ask_witness(struct sender *x, size_t i, const char *received,
	char seen[static CANON_ID_LEN], enum verdict *v, struct err *e)
{
	const struct witness_line *w;
	char ref[CANON_REF_LEN];
	int64_t had;
	bool known;

	seen[0] = '\0';
	canon_ref_text(&x->b->ref[i], ref);
	w = witness_find(&x->s->witness, ref);
	if (w == NULL)
		return 0;
	if (spool_has(x->sp, ref, w->head, &known, e) != 0)
		return -1;
	if (known) {
		memcpy(seen, w->head, CANON_ID_LEN);
		return 0;
	}
	/* An older spool, or a new one, does not know what it sent. */
	if (received[0] == '\0')
		return 0;
	if (spool_has(x->sp, ref, received, &known, e) != 0)
		return -1;
	if (!known)
		return 0;
	if (seq_of(x->sp, received, &had, e) != 0)
		return -1;
	if (had >= w->seq)
		*v = FORGED;
	return 0;
}

/*
 * The central's head of our ref is ADV, not what we noted: is it of our history,
 * and not older than what it had?
 */
static int
catch_up(struct sender *x, struct push *p, size_t i, const char *adv,
	char received[static CANON_ID_LEN], enum verdict *v, struct err *e)
{
	char ref[CANON_REF_LEN];
	int64_t had, has;
	bool known;

	canon_ref_text(&x->b->ref[i], ref);
	if (spool_has(x->sp, ref, adv, &known, e) != 0)
		return -1;
	if (!known) {
		*v = AGAIN;
		return fork_branch(x, p, i, received, e);
	}
	/* It has more than it told us (a cut line), or less than it had? */
	if (received[0] != '\0') {
		if (seq_of(x->sp, received, &had, e) != 0 ||
		    seq_of(x->sp, adv, &has, e) != 0)
			return -1;
		if (has < had) {
			*v = LOST;
			return 0;
		}
	}
	if (received_save(x->s, &x->b->ref[i], adv, false, e) != 0 ||
	    spool_received(x->sp, ref, adv, e) != 0)
		return -1;
	memcpy(received, adv, CANON_ID_LEN);
	return 0;
}

/* Does the central have what a manager has SEEN there?  Both are of ours. */
static int
not_older(struct sender *x, const char *adv, const char *seen,
	enum verdict *v, struct err *e)
{
	int64_t had, has;

	if (str_eq(adv, seen))
		return 0;
	if (seq_of(x->sp, seen, &had, e) != 0 ||
	    seq_of(x->sp, adv, &has, e) != 0)
		return -1;
	if (has < had)
		*v = LOST;
	return 0;
}

/*
 * Somebody with our key (a copy of this disk) has begun a later incarnation:
 * only the newest may grow, so go on in one of our own.  The desk sees both.
 */
static int
step_aside(struct sender *x, struct push *p, size_t i, const char *received,
	enum verdict *v, struct err *e)
{
	const struct canon_ref *r = &x->b->ref[i];
	struct highest h = {x->s, x->b->stream, r->epoch, -1};

	if (push_each(p, see_ref, &h, e) != 0)
		return -1;
	if (h.n <= r->incarnation)
		return 0;
	*v = AGAIN;
	return fork_branch(x, p, i, received, e);
}

/*
 * Compare what the central advertises with what we know.  FROM gets the commit
 * to push from ("" = create).
 */
static int
reconcile(struct sender *x, struct push *p, size_t i, const char *head,
	char received[static CANON_ID_LEN], bool forked, const char *seen,
	char from[static CANON_ID_LEN], enum verdict *v, struct err *e)
{
	char ref[CANON_REF_LEN], adv[CANON_ID_LEN];
	bool known = true;

	canon_ref_text(&x->b->ref[i], ref);
	*v = SEND;
	from[0] = '\0';
	/* The spool may be an older one than the note beside it. */
	if (received[0] != '\0' &&
	    spool_has(x->sp, ref, received, &known, e) != 0)
		return -1;
	if (!known)
		received[0] = '\0';
	if (!push_advertised(p, ref, adv)) {
		if (seen[0] == '\0')
			return may_create(x, p, i, received, forked, v, e);
		*v = LOST;
		return 0;
	}
	memcpy(from, adv, CANON_ID_LEN);
	if (!str_eq(adv, received) &&
	    catch_up(x, p, i, adv, received, v, e) != 0)
		return -1;
	if (*v == SEND && seen[0] != '\0' &&
	    not_older(x, adv, seen, v, e) != 0)
		return -1;
	if (*v != SEND)
		return 0;
	if (str_eq(adv, head)) {
		*v = DONE;
		return 0;
	}
	return step_aside(x, p, i, received, v, e);
}

static int
keep_receipt(struct sender *x, const struct push_result *pr, struct err *e)
{
	struct receipt rc;
	struct err bad = ERR_INIT;
	char *path;
	int ret;

	/* without a key in control there is nothing to hold it against */
	if (pr->receipt[0] == '\0' || !x->s->have_control ||
	    x->s->control.servers.n == 0)
		return 0;
	if (receipt_check(&rc, pr->receipt, &x->s->control.servers, &bad) !=
	    0) {
		if (x->o->watch.note != NULL)
			x->o->watch.note(x->o->watch.arg,
			    "the central's receipt is not signed by its key");
		return 0;
	}
	x->r->receipt_utc = rc.utc;
	path = str_fmt("%s/receipt-%s", x->s->path.state, x->b->stream);
	if (path == NULL)
		return err_nomem(e);
	ret = file_save(path, pr->receipt, strlen(pr->receipt), 0600, e);
	free(path);
	return ret;
}

/* What became of one push. */
static int
take_result(struct sender *x, size_t i, const char *received,
	const struct batch *t, const struct push_result *pr, enum verdict *v,
	struct err *e)
{
	/* Once is enough, unless what it has lies in its own future. */
	const bool redate = !pr->ok && pr->server_utc != 0 &&
	    x->idle < IDLE_MAX;
	enum station_standing standing;
	struct sshkey_pub pub;
	char ref[CANON_REF_LEN];

	canon_ref_text(&x->b->ref[i], ref);
	if (pr->text.len > 0 && x->o->watch.remote != NULL)
		x->o->watch.remote(x->o->watch.arg,
		    (const char *)pr->text.data, pr->text.len, redate);
	if (pr->ok) {
		x->r->sent += (int64_t)t->bytes;
		*v = AGAIN;
		x->idle = 0;
		if (received_save(x->s, &x->b->ref[i], t->target, false, e) !=
			0 ||
		    spool_received(x->sp, ref, t->target, e) != 0)
			return -1;
		return keep_receipt(x, pr, e);
	}
	*v = DONE;
	if (redate) {
		if (spool_redate(x->sp, ref, received, pr->server_utc,
			x->s->key, e) != 0)
			return -1;
		*v = AGAIN;
		return 0;
	}
	sshkey_public(x->s->key, &pub);
	standing = station_standing(&x->s->control, x->s->cfg.station, &pub);
	spooled(x->r, pr->reason, standing == STATION_SUSPENDED ?
	    "the managers have suspended this station: what it keeps waits "
	    "here; ask them to resume it" : standing == STATION_REVOKED ?
	    "the managers have revoked the keys of this station: ask them "
	    "for a new invitation" : "the central refused the push; its own "
	    "words are above; the manager can mend it");
	return 0;
}

/*
 * Is the newest receipt of this stream for HEAD of ref I?  Where control names
 * no key for receipts, none is missed.
 */
static int
have_receipt(const struct sender *x, const char *ref, const char *head,
	bool *have, struct err *e)
{
	struct buf b = BUF_INIT(RECEIPT_MAX);
	struct err bad = ERR_INIT;
	struct receipt rc;
	char *path;

	*have = !x->s->have_control || x->s->control.servers.n == 0;
	if (*have)
		return 0;
	path = str_fmt("%s/receipt-%s", x->s->path.state, x->b->stream);
	if (path == NULL)
		return err_nomem(e);
	if (file_load(path, &b, &bad) == 0 && receipt_check(&rc, buf_str(&b),
		&x->s->control.servers, &bad) == 0)
		*have = str_eq(rc.ref, ref) && str_eq(rc.head, head);
	buf_release(&b);
	free(path);
	return 0;
}

/*
 * The central has HEAD, and its receipt was lost on the way: ask for one, once
 * a run.  What comes of it changes nothing else.  P (may be NULL) is a
 * connection that was not used yet.
 */
static int
ask_receipt(struct sender *x, struct push *p, const char *ref,
	const char *head, struct err *e)
{
	struct err ignored = ERR_INIT;
	struct push_result pr;
	struct push *own = NULL;
	char adv[CANON_ID_LEN];
	bool have;
	int rc = 0;

	if (have_receipt(x, ref, head, &have, e) != 0)
		return -1;
	if (have || x->asked || x->how == PUSH_STOCK)
		return 0;
	x->asked = true;
	push_result_init(&pr);
	if (p == NULL && connect_central(x->s, x->how, &own, &ignored) == 0)
		p = own;
	if (p != NULL && push_advertised(p, ref, adv) && str_eq(adv, head) &&
	    push_send(p, ref, head, head, NULL, 0, NULL, NULL, &pr,
		&ignored) == 0 && pr.ok)
		rc = keep_receipt(x, &pr, e);
	push_close(own);
	push_result_release(&pr);
	return rc;
}

/* One connection: look, send one batch. */
static int
send_once(struct sender *x, size_t i, enum verdict *v, struct err *e)
{
	char ref[CANON_REF_LEN];
	char head[CANON_ID_LEN] = "", received[CANON_ID_LEN] = "";
	char from[CANON_ID_LEN], seen[CANON_ID_LEN];
	struct batch t = {0};
	struct push_result pr;
	struct push *p = NULL;
	bool forked;
	int rc = -1;

	push_result_init(&pr);
	canon_ref_text(&x->b->ref[i], ref);
	*v = DONE;
	if (spool_head(x->sp, ref, head, e) < 0 ||
	    received_load(x->s, &x->b->ref[i], received, &forked, e) != 0)
		goto out;
	if (head[0] == '\0') {
		rc = 0;
		goto out;
	}
	if (ask_witness(x, i, received, seen, v, e) != 0)
		goto out;
	if (*v == FORGED || str_eq(head, received)) {
		rc = *v == FORGED ? 0 : ask_receipt(x, NULL, ref, head, e);
		goto out;
	}
	if (connect_central(x->s, x->how, &p, e) != 0 ||
	    reconcile(x, p, i, head, received, forked, seen, from, v, e) != 0)
		goto out;
	if (*v == DONE && ask_receipt(x, p, ref, head, e) != 0)
		goto out;
	if (*v == SEND && spool_unsent(x->sp, ref, received, batch_add, &t,
		e) != 0) {
		if (e->code != ERR_INTEGRITY)
			goto out;
		/* Part of it left the spool, and is not there either. */
		err_clear(e);
		*v = LOST;
	}
	if (*v == SEND) {
		if (push_send(p, ref, from, t.target,
			(const char *const *)t.pack, t.npacks, on_sent, x,
			&pr, e) != 0 ||
		    take_result(x, i, received, &t, &pr, v, e) != 0)
			goto out;
	}
	rc = 0;
out:
	push_close(p);
	push_result_release(&pr);
	batch_release(&t);
	return rc;
}

static int
send_branch(struct sender *x, size_t i, bool *done, struct err *e)
{
	enum verdict v = AGAIN;

	*done = false;
	while (v == AGAIN) {
		if (send_once(x, i, &v, e) == 0) {
			if (v == AGAIN && ++x->idle > 2 * IDLE_MAX) {
				spooled(x->r, "the central changes its mind "
				    "each time", "");
				return 0;
			}
			continue;
		}
		if (e->code == ERR_FORMAT && x->how == PUSH_OWN &&
		    ++x->protocol_errors >= PROTOCOL_TRIES) {
			x->how = PUSH_STOCK;
			err_clear(e);
			continue;
		}
		if (e->code == ERR_FORMAT && x->how == PUSH_OWN) {
			err_clear(e);
			continue;
		}
		if (e->code != ERR_NET && e->code != ERR_FORMAT)
			return -1;
		spooled(x->r, e->what, e->hint);
		err_clear(e);
		return 0;
	}
	if (v == LOST || v == FORGED) {
		integrity(x, v == LOST ? "the central no longer has what it "
		    "had received from this station" : "the managers were "
		    "shown other commits of this station than it sent");
		/* What left the spool cannot be sent again: begin anew. */
		return leave(x, i, e);
	}
	*done = !x->r->spooled;
	return 0;
}

int
branch_send(struct branch *b, struct station *s, struct spool *sp,
	const struct run_options *o, struct run_result *r, struct err *e)
{
	struct sender x = {.b = b, .s = s, .sp = sp, .o = o, .r = r,
	    .how = s->cfg.push_stock ? PUSH_STOCK : PUSH_OWN};
	size_t i = 0;

	while (i < b->n) {
		size_t before = b->n;
		bool done;

		if (send_branch(&x, i, &done, e) != 0)
			return -1;
		if (b->n < before)
			continue;
		if (!done)
			break;
		if (i + 1 < b->n) {
			if (leave(&x, i, e) != 0)
				return -1;
		} else {
			i++;
		}
	}
	return branch_refresh(b, sp, e);
}
