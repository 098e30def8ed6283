/* desk/erased.c - orders of erasure at a desk; docs/FORMAT.md 18 and 20. */
#include "desk/erased.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "desk/finding.h"
#include "desk/sync.h"

#include "base/banned.h"

#define WS "refs/heads/ws/"
#define LIST_MAX ((size_t)32 << 20)
#define GIT_MS 60000

/* --- Names. */

/* "<REF> <id> -" among the lines: the central has it no longer. */
static bool
central_lost(const struct buf *rewritten, const char *ref)
{
	const char *s = buf_str(rewritten);
	size_t n = strlen(ref), len;

	for (; *s; s += len + (s[len] == '\n')) {
		len = strcspn(s, "\n");
		if (len > n + 2 && memcmp(s, ref, n) == 0 && s[n] == ' ' &&
		    s[len - 1] == '-' && s[len - 2] == ' ')
			return true;
	}
	return false;
}

static int
drop_line(struct buf *lines, const char *ref, struct err *e)
{
	struct buf rest = BUF_INIT(lines->max);
	const char *s = buf_str(lines);
	size_t n = strlen(ref), len;
	int rc = 0;

	for (; *s && rc == 0; s += len) {
		len = strcspn(s, "\n");
		len += s[len] == '\n';
		if (strncmp(s, ref, n) != 0 || s[n] != ' ')
			rc = buf_add(&rest, s, len, e);
	}
	if (rc == 0) {
		buf_release(lines);
		*lines = rest;
		return 0;
	}
	buf_release(&rest);
	return -1;
}

/* --- What goes, decided in the box. */

struct deciding {
	struct box *box;
	struct tombstones t;
	const struct buf *rewritten;
	struct buf out;		/* "<ref> <head>" lines */
	char *file;
};

/* Does REF, at HEAD, go?  1, 0, -1. */
static int
goes(const struct tombstones *t, const struct buf *rewritten, const char *ref,
	const char *head, struct err *e)
{
	char live[CANON_REF_LEN], why[TOMBSTONE_WHY_LEN];
	const struct tombstone *found;
	bool kept = mirror_kept(ref, live) != INT64_MAX;

	if (!str_starts(live, WS) || strlen(ref) >= DROP_REF_LEN ||
	    (!kept && !central_lost(rewritten, ref)))
		return 0;
	if (tombstones_find(t, live, head, TOMBSTONE_TO_ERASE,
	    clock_now_utc(), &found, why, e) < 0)
		return -1;
	return found != NULL;
}

static int
decide_ref(void *arg, const char *ref, const char *head, struct err *e)
{
	struct deciding *d = arg;
	int rc = goes(&d->t, d->rewritten, ref, head, e);

	return rc <= 0 ? rc : buf_addf(&d->out, e, "%s %s\n", ref, head);
}

static int
decide(struct box *b, void *arg, struct err *e)
{
	struct deciding *d = arg;
	int rc = -1;

	d->box = b;
	buf_init(&d->out, LIST_MAX);
	if (tombstones_load(&d->t, b->desk, b->control_clone,
	    &b->control, e) == 0 &&
	    mirror_refs(b->records, WS, decide_ref, d, e) == 0 &&
	    mirror_refs(b->records, MIRROR_KEPT, decide_ref, d, e) == 0)
		rc = file_save(d->file, d->out.data, d->out.len, 0600, e);
	tombstones_release(&d->t);
	buf_release(&d->out);
	return rc;
}

/* --- The list, in the desk process. */

struct list {
	struct drop_ref *v;
	size_t n;
};

static int
list_add(struct list *l, const char *line, size_t n, struct err *e)
{
	const char *space = memchr(line, ' ', n);
	char live[CANON_REF_LEN];
	struct err ignored = ERR_INIT;
	struct canon_ref parts;
	struct drop_ref *v;
	uint8_t raw[20];

	v = realloc(l->v, (l->n + 1) * sizeof(*v));
	if (!v)
		return err_nomem(e);
	l->v = v;
	v += l->n;
	if (!space || (size_t)(space - line) >= sizeof(v->ref) ||
	    str_unhex(raw, sizeof(raw), space + 1,
	    n - (size_t)(space - line) - 1) < 0)
		goto bad;
	(void)snprintf(v->ref, sizeof(v->ref), "%.*s", (int)(space - line),
	    line);
	str_hex(v->head, raw, sizeof(raw));
	/* nothing but branches of stations, however it came here */
	(void)mirror_kept(v->ref, live);
	if (canon_ref_parse(&parts, live, &ignored) < 0)
		goto bad;
	l->n++;
	return 0;
bad:
	return err_set(e, ERR_FORMAT, "the list of what is to be erased makes "
	    "no sense");
}

static int
list_load(struct list *l, const char *file, struct err *e)
{
	struct buf b = BUF_INIT(LIST_MAX);
	const char *s;
	size_t n;
	int rc = file_load(file, &b, e);

	for (s = buf_str(&b); rc == 0 && *s; s += n + (s[n] == '\n')) {
		n = strcspn(s, "\n");
		rc = list_add(l, s, n, e);
	}
	buf_release(&b);
	return rc;
}

int
erased_ordered(const struct deskhome *h, const struct buf *rewritten,
	const struct drop_ref *v, size_t n, struct err *e)
{
	struct mirror *desk = mirror_open(h->desk, e);
	struct mirror *clone = desk ? mirror_open(h->control, e) : NULL;
	struct control control = {.version = 0};
	struct tombstones t = {.n = 0};
	char pin[CANON_ID_LEN];
	int rc = -1;
	size_t i;

	if (!clone || deskhome_pin_load(h, pin, e) < 0 ||
	    control_load(&control, h->control, pin[0] ? pin : NULL, e) < 0 ||
	    tombstones_load(&t, desk, clone, &control, e) < 0)
		goto out;
	for (i = 0; i < n; i++) {
		rc = goes(&t, rewritten, v[i].ref, v[i].head, e);
		if (rc == 0)
			rc = err_set(e, ERR_INTEGRITY, "no order says that %s "
			    "is to be erased", v[i].ref);
		if (rc < 0)
			goto out;
	}
	rc = 0;
out:
	tombstones_release(&t);
	control_release(&control);
	mirror_close(clone);
	mirror_close(desk);
	return rc;
}

/* All of the catalogue's folder goes: whatever was made of the records. */
static int
sweep_index(const char *name, void *arg, struct err *e)
{
	char *path = path_join(arg, name);
	int rc;

	if (!path)
		return err_nomem(e);
	rc = file_is_dir(path) ? file_remove_tree(path, e) :
	    file_remove(path, e);
	free(path);
	return rc;
}

/*
 * Each step can be done again; JOURNAL stands until all are done.  The
 * catalogue goes before the names: who has none of these may keep it.
 */
static int
carry_out(const struct deskhome *h, const struct list *l,
	const char *journal, struct erased_result *r, struct err *e)
{
	struct err why = ERR_INIT;
	size_t i;
	int there = drop_refs_there(h->records, l->v, l->n, e);

	if (there < 0 || (there > 0 && file_is_dir(h->index) &&
	    file_each(h->index, sweep_index, h->index, e) < 0) ||
	    drop_refs(h->records, l->v, l->n, e) < 0)
		return -1;
	if (drop_objects(&h->central, h->records, &why) < 0) {
		if (why.code == ERR_INTR || why.code == ERR_NOMEM) {
			*e = why;
			return -1;
		}
		r->waiting = l->n;
		r->why = why;
		return 0;
	}
	for (i = 0; i < l->n; i++) {
		there = drop_there(h->records, l->v[i].head, e);
		if (there < 0)
			return -1;
		r->still += (size_t)there;
	}
	r->branches += l->n;
	return file_remove(journal, e);
}

/* Has desk.git any order?  One process of git, which parses it. */
static int
have_orders(const struct deskhome *h, bool *have, struct err *e)
{
	const char *const argv[] = {"git", "-C", h->desk, "cat-file", "-e",
		"refs/heads/desk:erasure", NULL};
	char **env = NULL;
	const char *const *vars;
	struct buf out = BUF_INIT(65536), said = BUF_INIT(65536);
	int rc;

	*have = false;
	if (!file_is_dir(h->desk))
		return 0;
	env = central_git_env(&h->central, e);
	if (!env)
		return -1;
	memcpy(&vars, &env, sizeof(vars));
	rc = proc_run(argv, vars, NULL, 0, &out, &said, GIT_MS, e);
	*have = rc == 0;
	central_argv_free(env);
	buf_release(&out);
	buf_release(&said);
	return rc < 0 ? -1 : 0;
}

/* What an earlier one left undone. */
static int
go_on(const struct deskhome *h, const char *journal,
	struct erased_result *r, struct err *e)
{
	struct list l = {NULL, 0};
	int rc = -1;

	if (!file_exists(journal))
		return 0;
	if (list_load(&l, journal, e) == 0)
		rc = carry_out(h, &l, journal, r, e);
	free(l.v);
	return rc;
}

static int
prune_new(const struct deskhome *h, const char *journal,
	const char *list_file, struct buf *rewritten,
	struct erased_result *r, struct err *e)
{
	struct deciding d = {.rewritten = rewritten};
	struct box b = {.home = h, .make = true, .mirrors = true};
	struct list l = {NULL, 0};
	struct buf text = BUF_INIT(LIST_MAX);
	char *file = str_dup(list_file);
	int rc = -1;
	size_t i;

	d.file = file;
	if (!file) {
		(void)err_nomem(e);
		goto out;
	}
	if (box_run(&b, decide, &d, e) < 0 || list_load(&l, file, e) < 0)
		goto out;
	if (l.n == 0) {
		rc = file_remove(file, e);
		goto out;
	}
	/* what a box wrote cannot be taken back once it is done */
	if (erased_ordered(h, rewritten, l.v, l.n, e) < 0)
		goto out;
	for (i = 0; i < l.n; i++)
		if (buf_addf(&text, e, "%s %s\n", l.v[i].ref,
		    l.v[i].head) < 0)
			goto out;
	if (file_save(journal, text.data, text.len, 0600, e) < 0 ||
	    carry_out(h, &l, journal, r, e) < 0)
		goto out;
	for (i = 0; i < l.n; i++)
		if (drop_line(rewritten, l.v[i].ref, e) < 0)
			goto out;
	rc = 0;
out:
	free(l.v);
	free(file);
	buf_release(&text);
	return rc;
}

int
erased_prune(const struct deskhome *h, struct buf *rewritten,
	struct erased_result *r, struct err *e)
{
	char *journal = path_join(h->dir, "erasing");
	char *file = path_join(h->index, "erase.list");
	bool have = false;
	int rc = -1;

	memset(r, 0, sizeof(*r));
	if (!journal || !file) {
		(void)err_nomem(e);
		goto out;
	}
	if (go_on(h, journal, r, e) < 0 || have_orders(h, &have, e) < 0)
		goto out;
	/* one list at a time */
	rc = have && r->waiting == 0 && file_is_dir(h->records) ?
	    prune_new(h, journal, file, rewritten, r, e) : 0;
out:
	free(journal);
	free(file);
	return rc;
}

/* --- Events. */

struct noting {
	struct box *box;
	const struct tombstones *t;
	const struct buf *rewritten;
	int64_t now;
};

static int
note_odd(const struct noting *k, struct err *e)
{
	const struct finding_place at = {k->box->catalogue, 0, 0, "", k->now};
	char why[TOMBSTONE_WHY_LEN];
	size_t i;
	int odd;

	for (i = 0; i < k->t->n; i++) {
		odd = tombstone_odd(k->t, &k->t->v[i], why, e);
		if (odd < 0 || (odd > 0 && finding_once(&at, FINDING_INTEGRITY,
		    "order", e, "desk.git has an order of erasure (number "
		    "%lld) that should not be there: %s",
		    (long long)k->t->v[i].n, why) < 0))
			return -1;
	}
	return k->t->left_out == 0 ? 0 : finding_once(&at, FINDING_INTEGRITY,
	    "order", e, "desk.git has more orders of erasure than one key may "
	    "sign, or many that nobody signed: those are left out");
}

/* A branch that is here, and that an order names. */
static int
note_ref(void *arg, const char *ref, const char *head, struct err *e)
{
	const struct noting *k = arg;
	struct finding_place at = {k->box->catalogue, 0, 0, "", k->now};
	char why[TOMBSTONE_WHY_LEN], live[CANON_REF_LEN];
	const struct tombstone *found;
	struct err ignored = ERR_INIT;
	struct canon_ref parts;
	bool lost;

	if (mirror_kept(ref, live) != INT64_MAX ||
	    canon_ref_parse(&parts, ref, &ignored) < 0)
		return 0;
	at.station = parts.station;
	lost = central_lost(k->rewritten, ref);
	if (tombstones_find(k->t, ref, head, TOMBSTONE_TO_ERASE, k->now,
	    &found, why, e) < 0)
		return -1;
	if (found)
		return finding_once(&at, FINDING_WARN, "erase", e,
		    "%s was ordered "
		    "erased, and the central has it still; finish it with "
		    "'liudi-desk erase'", ref);
	if (!why[0])
		return 0;
	if (!lost)
		return finding_once(&at, FINDING_NOTE, "erase", e,
		    "%s is ordered "
		    "erased, but not yet: %s", ref, why);
	return finding_once(&at, FINDING_INTEGRITY, "erase", e, "the central "
	    "erased %s, but the order for it does not hold, and our copy "
	    "stays: %s", ref, why);
}

int
erased_note(struct box *b, const struct buf *rewritten, int64_t now_utc,
	struct err *e)
{
	const struct buf none = BUF_INIT(1);
	struct tombstones t;
	struct noting k = {b, &t, rewritten ? rewritten : &none, now_utc};
	int rc = -1;

	if (tombstones_load(&t, b->desk, b->control_clone, &b->control,
	    e) < 0)
		goto out;
	if (t.n == 0)
		rc = 0;
	else if (note_odd(&k, e) == 0)
		rc = mirror_refs(b->records, WS, note_ref, &k, e);
out:
	tombstones_release(&t);
	return rc;
}

/* --- What is missing. */

struct looking {
	const char *live;
	bool found;
};

static int
look_kept(void *arg, const char *ref, const char *head, struct err *e)
{
	struct looking *l = arg;
	char live[CANON_REF_LEN];

	(void)head;
	(void)e;
	(void)mirror_kept(ref, live);
	l->found = l->found || strcmp(live, l->live) == 0;
	return 0;
}

/* Is there a branch of that name, or was one kept?  1, 0, -1. */
static int
is_here(struct mirror *records, const char *ref, struct err *e)
{
	struct looking l = {ref, false};
	char id[CANON_ID_LEN];
	int rc = mirror_head(records, ref, id, e);

	if (rc != 0)
		return rc;
	if (mirror_refs(records, MIRROR_KEPT, look_kept, &l, e) < 0)
		return -1;
	return l.found;
}

int
erased_gone(const struct tombstones *t, struct mirror *records,
	const char *ref, int64_t seq, const uint8_t manifest[static 32],
	int64_t now_utc, bool *gone, struct err *e)
{
	char why[TOMBSTONE_WHY_LEN];
	size_t i;
	int rc;

	*gone = false;
	if (t->n == 0)
		return 0;
	rc = is_here(records, ref, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	for (i = 0; i < t->n; i++) {
		const struct tombstone_order *o = &t->v[i].order;

		if (!t->v[i].good || strcmp(o->ref, ref) != 0 ||
		    o->seq < seq || (o->seq == seq &&
		    memcmp(o->manifest, manifest, 32) != 0))
			continue;
		rc = tombstone_holds(t, &t->v[i], TOMBSTONE_TO_MISS, now_utc,
		    why, e);
		if (rc < 0)
			return -1;
		*gone = *gone || rc == TOMBSTONE_HOLDS;
	}
	return 0;
}

int
erased_explains(const struct tombstones *t, struct mirror *records,
	const char *ref, int64_t seq, const uint8_t manifest[static 32],
	int64_t now_utc, struct err *e)
{
	struct err ignored = ERR_INIT;
	struct canon_ref parts;
	bool gone;
	int rc;

	if (canon_ref_parse(&parts, ref, &ignored) < 0)
		return 0;
	rc = is_here(records, ref, e);
	if (rc != 0)
		return rc;
	if (erased_gone(t, records, ref, seq, manifest, now_utc, &gone,
	    e) < 0)
		return -1;
	return gone;
}

/* --- Receipts of what is missing. */

struct erased_reach {
	bool met;		/* a receipt for its head: */
	int64_t utc;		/* the first */
	enum { NOT_ASKED, HOLDS, HOLDS_NOT } holds;
};

int
erased_receipts_init(struct erased_receipts *r, const struct tombstones *t,
	struct mirror *records, int64_t now_utc, struct err *e)
{
	*r = (struct erased_receipts){t, records, now_utc, NULL};
	if (t->n == 0)
		return 0;
	r->v = calloc(t->n, sizeof(*r->v));
	return r->v ? 0 : err_nomem(e);
}

void
erased_receipts_release(struct erased_receipts *r)
{
	free(r->v);
	r->v = NULL;
}

void
erased_receipts_met(struct erased_receipts *r, const char *ref,
	const char *head, int64_t utc)
{
	size_t i;

	for (i = 0; i < r->t->n; i++) {
		const struct tombstone *o = &r->t->v[i];

		if (!o->good || strcmp(o->order.head, head) != 0 ||
		    strcmp(o->order.ref, ref) != 0)
			continue;
		if (!r->v[i].met || utc < r->v[i].utc)
			r->v[i].utc = utc;
		r->v[i].met = true;
	}
}

/* An epoch has a receipt a day: an order is held against control once. */
static int
reach_holds(struct erased_receipts *r, size_t i, struct err *e)
{
	char why[TOMBSTONE_WHY_LEN];
	int rc;

	if (r->v[i].holds == NOT_ASKED) {
		rc = tombstone_holds(r->t, &r->t->v[i], TOMBSTONE_TO_MISS,
		    r->now_utc, why, e);
		if (rc < 0)
			return -1;
		r->v[i].holds = rc == TOMBSTONE_HOLDS ? HOLDS : HOLDS_NOT;
	}
	return r->v[i].holds == HOLDS;
}

int
erased_receipts_gone(struct erased_receipts *r, const char *ref, int64_t utc,
	bool *gone, struct err *e)
{
	size_t i;
	int rc = 0;

	*gone = false;
	for (i = 0; i < r->t->n && rc == 0; i++)
		if (r->v[i].met && utc <= r->v[i].utc &&
		    strcmp(r->t->v[i].order.ref, ref) == 0)
			rc = reach_holds(r, i, e);
	if (rc <= 0)
		return rc;
	rc = is_here(r->records, ref, e);
	*gone = rc == 0;
	return rc < 0 ? -1 : 0;
}

/* --- What was here once. */

struct missing {
	struct box *box;
	const struct tombstones *t;
	int (*fn)(void *arg, const char *ref, const char *text,
		struct err *e);
	void *arg;
	int64_t *branches;
	struct sight {
		const char *ref, *head;
		int64_t utc;
		size_t i;	/* in the order of the file */
	} *v;
	size_t n, cap;
};

static int
take_sight(void *arg, const char *ref, const char *head, int64_t utc,
	struct err *e)
{
	struct missing *m = arg;
	size_t cap = m->cap ? m->cap * 2 : 1024;
	struct sight *v;

	if (!str_starts(ref, WS))
		return 0;
	if (m->n == m->cap) {
		v = realloc(m->v, cap * sizeof(*v));
		if (!v)
			return err_nomem(e);
		m->v = v;
		m->cap = cap;
	}
	m->v[m->n] = (struct sight){ref, head, utc, m->n};
	m->n++;
	return 0;
}

static int
cmp_sight(const void *a, const void *b)
{
	const struct sight *x = a, *y = b;
	int c = strcmp(x->ref, y->ref);

	return c ? c : (x->i > y->i) - (x->i < y->i);
}

/*
 * Of the N sights of a branch that an order names: did this desk see that head,
 * and later another one, which no order names?  1, 0, -1.
 */
static int
was_longer(const struct missing *m, const struct sight *s, size_t n,
	struct err *e)
{
	char why[TOMBSTONE_WHY_LEN];
	const struct tombstone *found = NULL;
	size_t i = n;

	while (i > 0 && !found)
		if (tombstones_find(m->t, s->ref, s[--i].head,
		    TOMBSTONE_TO_MISS, clock_now_utc(), &found, why, e) < 0)
			return -1;
	return found && i < n - 1;
}

/* The N sights of one branch. */
static int
check_sight(const struct missing *m, const struct sight *s, size_t n,
	struct err *e)
{
	char why[TOMBSTONE_WHY_LEN], text[256], when[CLOCK_TEXT_LEN];
	const struct sight *last = &s[n - 1];
	const struct tombstone *found;
	int rc = is_here(m->box->records, s->ref, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (tombstones_find(m->t, s->ref, NULL, TOMBSTONE_TO_MISS,
	    clock_now_utc(), &found, why, e) < 0)
		return -1;
	rc = found ? was_longer(m, s, n, e) : 0;
	if (rc < 0)
		return -1;
	if (found && rc == 0) {
		++*m->branches;
		return 0;
	}
	if (rc > 0)
		(void)snprintf(text, sizeof(text), "it is gone, and it was "
		    "here at %s with commit %.12s, behind the one that its "
		    "order names", clock_text_utc(last->utc, when),
		    last->head);
	else if (why[0])
		(void)snprintf(text, sizeof(text), "it is gone, and the order "
		    "for it does not hold: %s", why);
	else
		(void)snprintf(text, sizeof(text), "it was here at %s, and it "
		    "is gone without an order", clock_text_utc(s->utc, when));
	return m->fn(m->arg, s->ref, text, e);
}

static int
check_sights(struct missing *m, struct err *e)
{
	size_t i, n;

	if (m->n > 0)
		qsort(m->v, m->n, sizeof(*m->v), cmp_sight);
	for (i = 0; i < m->n; i += n) {
		for (n = 1; i + n < m->n &&
		    strcmp(m->v[i].ref, m->v[i + n].ref) == 0; n++)
			;
		if (check_sight(m, &m->v[i], n, e) < 0)
			return -1;
	}
	return 0;
}

static int
check_odd(struct missing *m, struct err *e)
{
	char why[TOMBSTONE_WHY_LEN], path[TOMBSTONE_PATH_LEN];
	size_t i;
	int odd;

	for (i = 0; i < m->t->n; i++) {
		odd = tombstone_odd(m->t, &m->t->v[i], why, e);
		if (odd < 0)
			return -1;
		tombstone_path(m->t->v[i].n, NULL, path);
		if (odd > 0 && m->fn(m->arg, path, why, e) < 0)
			return -1;
	}
	return m->t->left_out == 0 ? 0 : m->fn(m->arg, "erasure/", "desk.git "
	    "has more orders of erasure than one key may sign, or many that "
	    "nobody signed: those are left out", e);
}

int
erased_missing(struct box *b, const struct seen *seen,
	int (*fn)(void *arg, const char *ref, const char *text,
	struct err *e), void *arg, int64_t *branches, struct err *e)
{
	struct tombstones t;
	struct missing m = {.box = b, .t = &t, .fn = fn, .arg = arg,
	    .branches = branches};
	int rc = -1;

	*branches = 0;
	if (tombstones_load(&t, b->desk, b->control_clone, &b->control,
	    e) < 0 || check_odd(&m, e) < 0)
		goto out;
	if (seen && (seen_each(seen, take_sight, &m, e) < 0 ||
	    check_sights(&m, e) < 0))
		goto out;
	rc = 0;
out:
	tombstones_release(&t);
	free(m.v);
	return rc;
}
