/* desk/tombstone.c - orders of erasure; docs/FORMAT.md section 18. */
#include "desk/tombstone.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "control/request.h"
#include "desk/numbered.h"
#include "desk/reheads.h"
#include "desk/retention.h"
#include "repo/packw.h"
#include "sign/sshsig.h"

#include "base/banned.h"

#define NAMESPACE "liudi-erasure"
#define FOLDER "erasure"
#define AHEAD_S 600		/* that a clock may be ahead of ours */
#define ROOTS_MAX (1024 * 1024)

/* --- The text. */

static int
no_order(struct err *e)
{
	return err_set(e, ERR_FORMAT, "this is no order of erasure");
}

int
tombstone_text(const struct tombstone_order *o, struct buf *out,
	struct err *e)
{
	char hex[65];

	str_hex(hex, o->manifest, sizeof(o->manifest));
	return buf_addf(out, e, "erase %s %s %lld %s\ncontrol %s\nby %s\n"
	    "date %lld\nreason %s\n", o->ref, o->head, (long long)o->seq, hex,
	    o->control, o->by, (long long)o->date, o->reason);
}

/* The word behind WHAT (with its blank), up to END, which is passed over. */
static int
take(const char **p, const char *what, char end, char *out, size_t size)
{
	const char *s = *p, *stop;

	if (!str_starts(s, what))
		return -1;
	s += strlen(what);
	stop = strchr(s, end);
	if (!stop || (size_t)(stop - s) >= size)
		return -1;
	memcpy(out, s, (size_t)(stop - s));
	out[stop - s] = '\0';
	*p = stop + 1;
	return 0;
}

static bool
is_commit(const char *s)
{
	uint8_t raw[20];

	return str_unhex(raw, sizeof(raw), s, strlen(s)) == 0;
}

static int
read_order(struct tombstone_order *o, const char *s)
{
	struct err ignored = ERR_INIT;
	char seq[24], manifest[65], date[24];
	struct canon_ref ref;

	memset(o, 0, sizeof(*o));
	if (take(&s, "erase ", ' ', o->ref, sizeof(o->ref)) < 0 ||
	    take(&s, "", ' ', o->head, sizeof(o->head)) < 0 ||
	    take(&s, "", ' ', seq, sizeof(seq)) < 0 ||
	    take(&s, "", '\n', manifest, sizeof(manifest)) < 0 ||
	    take(&s, "control ", '\n', o->control, sizeof(o->control)) < 0 ||
	    take(&s, "by ", '\n', o->by, sizeof(o->by)) < 0 ||
	    take(&s, "date ", '\n', date, sizeof(date)) < 0 ||
	    take(&s, "reason ", '\n', o->reason, sizeof(o->reason)) < 0)
		return -1;
	if (canon_ref_parse(&ref, o->ref, &ignored) < 0 ||
	    !is_commit(o->head) || !is_commit(o->control) ||
	    str_to_i64(seq, 0, INT64_MAX, &o->seq) < 0 ||
	    str_unhex(o->manifest, 32, manifest, strlen(manifest)) < 0 ||
	    !canon_id_ok(o->by) ||
	    str_to_i64(date, 0, INT64_MAX, &o->date) < 0 ||
	    !utf8_clean(o->reason, strlen(o->reason)) || *s)
		return -1;
	return 0;
}

int
tombstone_parse(struct tombstone_order *o, const char *text, size_t n,
	struct err *e)
{
	struct buf again = BUF_INIT(TOMBSTONE_MAX);
	struct tombstone_order got;
	int rc = -1;

	if (n > TOMBSTONE_MAX || memchr(text, '\0', n) ||
	    read_order(&got, text) < 0) {
		(void)no_order(e);
		goto out;
	}
	/* one text for one order */
	if (tombstone_text(&got, &again, e) < 0)
		goto out;
	if (again.len != n || memcmp(again.data, text, n) != 0) {
		(void)no_order(e);
		goto out;
	}
	*o = got;
	rc = 0;
out:
	buf_release(&again);
	return rc;
}

int
tombstone_sign(const struct sshkey *key, const void *text, size_t n,
	struct buf *out, struct err *e)
{
	struct buf blob = BUF_INIT(SSHSIG_ARMOR_MAX);
	int rc = -1;

	if (sshsig_sign(key, NAMESPACE, text, n, &blob, e) == 0 &&
	    sshsig_armor(blob.data, blob.len, out, e) == 0 &&
	    buf_addc(out, '\n', e) == 0)
		rc = 0;
	buf_release(&blob);
	return rc;
}

void
tombstone_path(int64_t n, const struct sshkey_pub *pub,
	char out[static TOMBSTONE_PATH_LEN])
{
	char key[REQUEST_KEY_LEN];

	if (!pub) {
		(void)snprintf(out, TOMBSTONE_PATH_LEN, FOLDER "/%lld.order",
		    (long long)n);
		return;
	}
	request_key(pub, key);
	(void)snprintf(out, TOMBSTONE_PATH_LEN, FOLDER "/%lld.%s.sig",
	    (long long)n, key);
}

/* --- What control said at a commit. */

static void
rules_release(struct tombstone_rules *a)
{
	signers_release(&a->roots);
	retention_release(&a->retention);
	a->good = false;
}

/* A file of commit ID of CLONE; missing is empty. */
static int
file_at(struct mirror *clone, const char *id, const char *path,
	struct buf *out, struct err *e)
{
	char tree[CANON_ID_LEN];
	int rc = mirror_tree(clone, id, tree, e);

	if (rc == 0)
		rc = mirror_blob_at(clone, tree, path, out, e);
	return rc < 0 ? -1 : 0;
}

/* Rules that make no sense are not good, and no error. */
static int
rules_load(struct tombstone_rules *a, struct mirror *clone, const char *id,
	struct err *e)
{
	struct buf roots = BUF_INIT(ROOTS_MAX), text = BUF_INIT(ROOTS_MAX);
	struct err why = ERR_INIT;
	int rc = -1;

	memset(a, 0, sizeof(*a));
	if (file_at(clone, id, "roots", &roots, e) < 0 ||
	    file_at(clone, id, RETENTION_FILE, &text, e) < 0)
		goto out;
	rc = 0;
	a->good = signers_parse(&a->roots, buf_str(&roots), roots.len,
	    &why) == 0 && retention_parse(&a->retention, buf_str(&text),
	    text.len, &why) == 0;
	if (why.code == ERR_NOMEM) {
		*e = why;
		rc = -1;
	}
out:
	buf_release(&roots);
	buf_release(&text);
	return rc;
}

/* --- Loading. */

/* A file of erasure/. */
struct found {
	int64_t n;
	char id[CANON_ID_LEN];
	char key[REQUEST_KEY_LEN + 1];	/* of its name; "": the order */
};

struct loading {
	struct tombstones *t;
	struct mirror *desk;
	struct found *v;		/* owned */
	size_t n;
	/* how many of each root of today, then of all others, were taken */
	size_t *count;			/* owned */
	size_t odd;
};

/* "<n>.<rest>" */
static const char *
split_name(const char *name, int64_t *n)
{
	const char *dot = strchr(name, '.');
	char digits[16];

	if (!dot || (size_t)(dot - name) >= sizeof(digits))
		return NULL;
	memcpy(digits, name, (size_t)(dot - name));
	digits[dot - name] = '\0';
	return str_to_i64(digits, 0, NUMBERED_MAX, n) == 0 ? dot + 1 : NULL;
}

/* Whatever it is: no order can be called so any more. */
static int
take_number(struct tombstones *t, int64_t n, struct err *e)
{
	int64_t *v = realloc(t->taken, (t->ntaken + 1) * sizeof(*v));

	if (!v)
		return err_nomem(e);
	t->taken = v;
	v[t->ntaken++] = n;
	return 0;
}

static int
on_file(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	struct loading *l = arg;
	struct found *v;
	int64_t n;
	const char *rest = split_name(name, &n);
	bool order = rest && strcmp(rest, "order") == 0;

	if (!rest)
		return 0;
	if (take_number(l->t, n, e) < 0)
		return -1;
	if (mode != 0100644 || (!order && !str_ends(rest, ".sig")))
		return 0;
	v = realloc(l->v, (l->n + 1) * sizeof(*v));
	if (!v)
		return err_nomem(e);
	l->v = v;
	v += l->n++;
	v->n = n;
	memcpy(v->id, id, sizeof(v->id));
	(void)snprintf(v->key, sizeof(v->key), "%.*s", order ? 0 :
	    (int)(strlen(rest) - strlen(".sig")), rest);
	return 0;
}

/* By number, the order before its signatures. */
static int
cmp_found(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return strcmp(x->key, y->key);
}

static int
cmp_int(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int
read_text(const struct loading *l, const char *id, struct tombstone *t,
	struct err *e)
{
	struct err why = ERR_INIT;

	if (mirror_read(l->desk, id, PACKW_BLOB, &t->text, &why) < 0) {
		if (why.code != ERR_INTEGRITY) {
			*e = why;
			return -1;
		}
		return 0;	/* too long: none */
	}
	t->good = tombstone_parse(&t->order, buf_str(&t->text), t->text.len,
	    &why) == 0;
	return 0;
}

/* The file must be one over that order, and called after its key. */
static int
add_signature(const struct loading *l, const struct found *f,
	struct tombstone *t, struct err *e)
{
	struct buf file = BUF_INIT(SSHSIG_ARMOR_MAX + 1);
	struct buf blob = BUF_INIT(SSHSIG_ARMOR_MAX);
	char want[REQUEST_KEY_LEN];
	struct err why = ERR_INIT;
	struct sshkey_pub pub;
	int rc = -1;

	if (mirror_read(l->desk, f->id, PACKW_BLOB, &file, &why) < 0 ||
	    file.len == 0 || file.data[file.len - 1] != '\n' ||
	    sshsig_dearmor(buf_str(&file), file.len - 1, &blob, &why) < 0 ||
	    sshsig_verify(blob.data, blob.len, NAMESPACE, t->text.data,
	    t->text.len, &pub, &why) < 0) {
		if (why.code == ERR_NOMEM || why.code == ERR_IO) {
			*e = why;
			goto out;
		}
		t->nbad++;
		rc = 0;
		goto out;
	}
	rc = 0;
	request_key(&pub, want);
	if (strcmp(want, f->key) != 0)
		t->nbad++;
	else if (t->npub < TOMBSTONE_SIGS)
		t->pub[t->npub++] = pub;
out:
	buf_release(&file);
	buf_release(&blob);
	return rc;
}

/*
 * Is there room for T?  Who fills desk.git with orders fills his own share: one
 * that another root signed as well is still taken.
 */
static bool
has_room(struct loading *l, const struct tombstone *t)
{
	const struct signers *roots = &l->t->today.roots;
	size_t of[TOMBSTONE_SIGS], i, k;
	bool room = false;

	if (!t->good || t->npub == 0)
		return l->odd++ < TOMBSTONE_ODD_MAX;
	for (i = 0; i < t->npub; i++) {
		for (k = 0; k < roots->n; k++)
			if (memcmp(roots->v[k].pub.pk, t->pub[i].pk,
			    sizeof(t->pub[i].pk)) == 0)
				break;
		of[i] = k;
		room = room || l->count[k] < TOMBSTONE_OF_KEY;
	}
	for (i = 0; i < t->npub && room; i++)
		l->count[of[i]]++;
	return room;
}

/* The order F, with its signatures behind it. */
static int
add_order(struct loading *l, const struct found *f, size_t nsigs,
	struct err *e)
{
	struct tombstone one, *v;
	size_t i;
	int rc = -1;

	memset(&one, 0, sizeof(one));
	buf_init(&one.text, TOMBSTONE_MAX);
	one.n = f->n;
	if (read_text(l, f->id, &one, e) < 0)
		goto out;
	for (i = 0; i < nsigs && one.good; i++)
		if (add_signature(l, &f[1 + i], &one, e) < 0)
			goto out;
	if (!has_room(l, &one)) {
		l->t->left_out++;
		rc = 0;
		goto out;
	}
	v = realloc(l->t->v, (l->t->n + 1) * sizeof(*v));
	if (!v) {
		(void)err_nomem(e);
		goto out;
	}
	l->t->v = v;
	v[l->t->n++] = one;
	return 0;
out:
	buf_release(&one.text);
	return rc;
}

static int
add_orders(struct loading *l, struct err *e)
{
	size_t i, n;

	l->count = calloc(l->t->today.roots.n + 1, sizeof(*l->count));
	if (!l->count)
		return err_nomem(e);
	qsort(l->v, l->n, sizeof(*l->v), cmp_found);
	for (i = 0; i < l->n; i += n) {
		for (n = 1; i + n < l->n && l->v[i + n].n == l->v[i].n; n++)
			;
		/* signatures of nothing are nothing */
		if (!l->v[i].key[0] && add_order(l, &l->v[i], n - 1, e) < 0)
			return -1;
	}
	return 0;
}

/* What lies in erasure/: 1, 0 if there is nothing, -1. */
static int
find_files(struct loading *l, struct err *e)
{
	char tree[CANON_ID_LEN];
	struct err why = ERR_INIT;
	int there = l->desk ? reheads_tree(l->desk, tree, e) : 0;

	if (there <= 0)
		return there;
	if (mirror_entries_at(l->desk, tree, FOLDER, on_file, l, &why) < 0) {
		if (why.code != ERR_INTEGRITY) {
			*e = why;
			return -1;
		}
		l->t->left_out++;	/* a folder as large as nobody makes one */
	}
	if (l->t->ntaken > 0)
		qsort(l->t->taken, l->t->ntaken, sizeof(*l->t->taken),
		    cmp_int);
	return l->n > 0;
}

void
tombstones_release(struct tombstones *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		buf_release(&t->v[i].text);
	free(t->v);
	free(t->taken);
	free(t->history);
	rules_release(&t->today);
	memset(t, 0, sizeof(*t));
}

int64_t
tombstones_free(const struct tombstones *t, size_t count)
{
	int64_t next = 0;
	size_t i;

	for (i = 0; i < t->ntaken && t->taken[i] - next < (int64_t)count; i++)
		next = t->taken[i] + 1;
	return next;
}

/* --- Does it hold? */

size_t
tombstone_signers(const struct tombstone *t, const struct signers *roots,
	const char *names[TOMBSTONE_SIGS])
{
	const char *have[TOMBSTONE_SIGS];
	size_t i, k, n = 0;

	for (i = 0; i < t->npub; i++) {
		const struct signer *s = signers_find(roots, &t->pub[i],
		    NAMESPACE, t->order.date);

		if (!s)
			continue;
		for (k = 0; k < n; k++)
			if (strcmp(have[k], s->name) == 0)
				break;
		if (k < n)
			continue;
		have[n] = s->name;
		if (names)
			names[n] = s->name;
		n++;
	}
	return n;
}

static int
cmp_id(const void *a, const void *b)
{
	return memcmp(a, b, CANON_ID_LEN);
}

/* Is commit ID in the history that was checked? */
static bool
in_history(const struct tombstones *all, const char *id)
{
	return all->nhistory > 0 && bsearch(id, all->history, all->nhistory,
	    CANON_ID_LEN, cmp_id) != NULL;
}

int
tombstones_load(struct tombstones *t, struct mirror *desk,
	struct mirror *clone, const struct control *control, struct err *e)
{
	struct loading l = {.t = t, .desk = desk};
	int rc;

	memset(t, 0, sizeof(*t));
	t->clone = clone;
	rc = find_files(&l, e);
	if (rc > 0)
		rc = rules_load(&t->today, clone, control->commit, e);
	if (rc == 0 && l.n > 0)
		rc = add_orders(&l, e);
	if (rc == 0 && t->n > 0)
		rc = mirror_chain(clone, control->commit, "", &t->history,
		    &t->nhistory, e);
	if (rc == 0 && t->nhistory > 0)
		qsort(t->history, t->nhistory, CANON_ID_LEN, cmp_id);
	free(l.v);
	free(l.count);
	return rc;
}

static int
no(char why[static TOMBSTONE_WHY_LEN], const char *text)
{
	(void)snprintf(why, TOMBSTONE_WHY_LEN, "%s", text);
	return 0;
}

/* All but the signatures. */
static int
check_rules(const struct tombstone *t, const struct tombstone_rules *then,
	const struct tombstone_rules *now, enum tombstone_for what,
	char why[static TOMBSTONE_WHY_LEN])
{
	const struct retention_hold *h;
	struct err ignored = ERR_INIT;
	struct canon_ref ref;
	int years;

	if (canon_ref_parse(&ref, t->order.ref, &ignored) < 0)
		return no(why, "it names no branch");
	years = retention_years(&then->retention, ref.stream);
	if (years == RETENTION_FOREVER)
		return no(why, "the stream was kept for ever");
	if (t->order.date < retention_due(ref.epoch, years))
		return no(why, "it was made before the period had passed");
	h = retention_held(what == TOMBSTONE_TO_ERASE ? &now->retention :
	    &then->retention, t->order.ref, 0);
	if (!h)
		return 1;
	(void)snprintf(why, TOMBSTONE_WHY_LEN, "hold '%s' forbids it",
	    h->name);
	return 0;
}

static int
check_signers(const struct tombstone *t, const struct tombstone_rules *then,
	const struct tombstone_rules *now, enum tombstone_for what,
	char why[static TOMBSTONE_WHY_LEN])
{
	size_t today = tombstone_signers(t, &now->roots, NULL);
	size_t before = tombstone_signers(t, &then->roots, NULL);

	if (today >= 2 || (before >= 2 && what == TOMBSTONE_TO_MISS))
		return TOMBSTONE_HOLDS;
	(void)no(why, before >= 2 ? "those who signed it are no roots any more"
	    : before + today > 0 ? "only one root key signed it" :
	    "no root key signed it");
	return TOMBSTONE_UNSIGNED;
}

/* Is the state of control that it names one that was?  1, 0, -1. */
static int
load_then(const struct tombstones *all, const struct tombstone *t,
	struct tombstone_rules *then, char why[static TOMBSTONE_WHY_LEN],
	struct err *e)
{
	memset(then, 0, sizeof(*then));
	if (!in_history(all, t->order.control))
		return no(why, "it names a state of control that never was");
	if (rules_load(then, all->clone, t->order.control, e) < 0)
		return -1;
	return then->good && all->today.good ? 1 : no(why,
	    "what control says of periods makes no sense");
}

int
tombstone_holds(const struct tombstones *all, const struct tombstone *t,
	enum tombstone_for what, int64_t now_utc,
	char why[static TOMBSTONE_WHY_LEN], struct err *e)
{
	struct tombstone_rules then;
	int rc;

	if (!t->good)
		return no(why, "it is no order");
	if (t->order.date > now_utc + AHEAD_S)
		return no(why, "it is dated in the future");
	rc = load_then(all, t, &then, why, e);
	if (rc > 0)
		rc = check_rules(t, &then, &all->today, what, why);
	if (rc > 0)
		rc = check_signers(t, &then, &all->today, what, why);
	rules_release(&then);
	return rc;
}

int
tombstone_odd(const struct tombstones *all, const struct tombstone *t,
	char why[static TOMBSTONE_WHY_LEN], struct err *e)
{
	struct tombstone_rules then;
	size_t i;
	int rc;

	if (!t->good || t->nbad > 0) {
		(void)no(why, t->good ? "a signature of it is none" :
		    "it is no order");
		return 1;
	}
	rc = load_then(all, t, &then, why, e);
	if (rc <= 0) {
		rules_release(&then);
		return rc < 0 ? -1 : 1;
	}
	rc = 0;
	for (i = 0; i < t->npub; i++)
		if (!signers_find(&then.roots, &t->pub[i], NAMESPACE,
		    t->order.date) && !signers_find(&all->today.roots,
		    &t->pub[i], NAMESPACE, t->order.date)) {
			(void)no(why, "a key that is no root signed it");
			rc = 1;
		}
	rules_release(&then);
	return rc;
}

int
tombstones_find(const struct tombstones *all, const char *ref,
	const char *head, enum tombstone_for what, int64_t now_utc,
	const struct tombstone **found, char why[static TOMBSTONE_WHY_LEN],
	struct err *e)
{
	char one[TOMBSTONE_WHY_LEN] = "";
	size_t i;
	int rc;

	*found = NULL;
	why[0] = '\0';
	for (i = all->n; i-- > 0;) {
		const struct tombstone *v = &all->v[i];

		if (!v->good || strcmp(v->order.ref, ref) != 0 ||
		    (head && strcmp(v->order.head, head) != 0))
			continue;
		rc = tombstone_holds(all, v, what, now_utc, one, e);
		if (rc < 0)
			return -1;
		if (rc == TOMBSTONE_HOLDS) {
			*found = v;
			return 0;
		}
		if (!why[0])
			memcpy(why, one, sizeof(one));
	}
	return 0;
}
