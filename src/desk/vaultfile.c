/*
 * desk/vaultfile.c - accounts of the book in the files of other programs;
 * docs/REPORTS.md "Accounts in other programs".
 */
#include "desk/vaultfile.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "crypto/secmem.h"
#include "vault/bwcsv.h"

#include "base/banned.h"

#define VALUES (EVENT_REMARK + 1)
#define OTHERS 8		/* passwords of which each may be the true one */
#define TEXTS (VALUES + OTHERS + 8)
#define NONE SIZE_MAX

/* What becomes a field of its own, under its name. */
static const enum event_field FIELDS[] = {
	EVENT_PLATFORM, EVENT_PHONE, EVENT_PHONE_OWNER, EVENT_PHONE_HOLDER,
	EVENT_EMAIL, EVENT_EMAIL_OWNER, EVENT_EMAIL_HOLDER, EVENT_SUBJECT,
	EVENT_MAIN, EVENT_TWOFA_KIND, EVENT_HOLDER
};
#define CODES "recovery codes"

static const char *const OTHER[OTHERS] = {
	"password 2", "password 3", "password 4", "password 5", "password 6",
	"password 7", "password 8", "password 9"
};

/* --- Which accounts. */

static const char *
group_of(const struct platforms *pl, const struct book_account *a)
{
	const struct platform *p;

	if (a->value[EVENT_SHOP] && a->value[EVENT_SHOP][0])
		return a->value[EVENT_SHOP];
	if (!a->value[EVENT_PLATFORM])
		return "";
	p = platforms_find(pl, a->value[EVENT_PLATFORM]);
	return p ? p->name : a->value[EVENT_PLATFORM];
}

static bool
is_one_of(const char *person, const char *const *name, size_t n)
{
	size_t i;

	for (i = 0; i < n && !people_same(name[i], person); i++)
		;
	return i < n;
}

static bool
is_his(const struct people *p, const struct book_account *a,
	const char *person)
{
	const char *holder = a->value[EVENT_HOLDER];
	const struct people_shop *s;

	if (holder && people_same(holder, person))
		return true;
	s = a->value[EVENT_SHOP] ? people_shop(p, a->value[EVENT_SHOP]) : NULL;
	return s && (is_one_of(person, s->doer, s->ndoers) ||
	    is_one_of(person, s->responsible, s->nresponsible));
}

/* The book is sorted by name, which that keeps within a group. */
static int
by_group(const void *a, const void *b)
{
	struct vaultfile_item x, y;
	int order;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	order = strcmp(x.group, y.group);
	if (order != 0)
		return order;
	return x.account < y.account ? -1 : x.account > y.account;
}

int
vaultfile_init(struct vaultfile *f, const struct book *b,
	const struct people *p, const struct platforms *pl,
	const char *person, struct err *e)
{
	const struct book_account *all;
	struct vaultfile_item *v;
	size_t n, i;

	memset(f, 0, sizeof(*f));
	f->platforms = pl;
	all = book_accounts(b, &n);
	f->v = calloc(n + 1, sizeof(*f->v));
	if (!f->v)
		return err_nomem(e);
	for (i = 0; i < n; i++) {
		if (all[i].closed || (person && !is_his(p, &all[i], person)))
			continue;
		v = &f->v[f->n++];
		v->account = &all[i];
		v->group = group_of(pl, &all[i]);
	}
	if (f->n > 1)
		qsort(f->v, f->n, sizeof(*f->v), by_group);
	return 0;
}

void
vaultfile_release(struct vaultfile *f)
{
	free(f->v);
	f->v = NULL;
	f->n = 0;
}

/* --- One account: what it was after each change. */

/* By index among the account's events, or NONE. */
struct state {
	const char *value[VALUES];
	size_t password, totp, codes;
	size_t other[OTHERS], nothers;
	int64_t ts;
};

struct work {
	struct vaultfile *f;
	struct vaultfile_item *item;
	vaultfile_secret fn;
	void *arg;
	const struct book_account *a;
	struct event_secret *secret;	/* of each event */
	bool *asked;
	struct state *state;		/* of each version */
	size_t nstates;
};

/* As the book folds; false where nothing of the account changed. */
static bool
apply(struct state *s, const struct account_event *v, size_t i)
{
	enum event_field at;

	switch (v->kind) {
	case EVENT_REGISTERED:
	case EVENT_UPDATED:
	case EVENT_RENAMED:
	case EVENT_BOUND:
	case EVENT_TWOFA:
	case EVENT_ROTATED:
	case EVENT_TRANSFERRED:
		break;
	default:
		return false;
	}
	for (at = 0; at <= EVENT_REMARK; at++)
		if (v->value[at])
			s->value[at] = v->value[at];
	if (v->kind == EVENT_TRANSFERRED)
		s->value[EVENT_HOLDER] = v->value[EVENT_TO];
	if (v->kind == EVENT_ROTATED || v->has_password)
		s->password = v->has_password ? i : NONE;
	if (v->kind == EVENT_TWOFA || v->has_totp)
		s->totp = v->has_totp ? i : NONE;
	if (v->has_codes)
		s->codes = i;
	s->ts = v->ts;
	return true;
}

static size_t
index_of(const struct book_account *a, const struct account_event *v)
{
	size_t i;

	for (i = 0; v && i < a->nevents; i++)
		if (a->event[i] == v)
			return i;
	return NONE;
}

/* What counts now is what the book says. */
static void
settle(struct state *s, const struct book_account *a)
{
	size_t i, n = a->npasswords;

	memcpy(s->value, a->value, sizeof(s->value));
	s->value[EVENT_NAME] = a->shown;
	s->password = n > 0 ? index_of(a, a->password[n - 1]) : NONE;
	s->totp = index_of(a, a->totp);
	s->codes = index_of(a, a->codes);
	for (i = 0; i + 1 < n && i < OTHERS; i++)
		s->other[s->nothers++] = index_of(a, a->password[i]);
}

/* Programs that merge tell versions by their second. */
static void
versions(struct work *w)
{
	struct state s = { .password = NONE, .totp = NONE, .codes = NONE,
	    .ts = INT64_MIN };
	int64_t before;
	size_t i;

	w->nstates = 0;
	for (i = 0; i < w->a->nevents; i++) {
		before = s.ts;
		if (!apply(&s, w->a->event[i], i))
			continue;
		if (s.ts <= before)
			s.ts = before + 1;
		w->state[w->nstates++] = s;
	}
	if (w->nstates == 0) {
		s.ts = w->a->nevents > 0 ? w->a->event[0]->ts : 0;
		w->state[w->nstates++] = s;
	}
	settle(&w->state[w->nstates - 1], w->a);
}

/* Is it of event I what counts now? */
static bool
counts(const struct work *w, size_t i)
{
	const struct state *s = &w->state[w->nstates - 1];
	size_t k;

	for (k = 0; k < s->nothers; k++)
		if (s->other[k] == i)
			return true;
	return s->password == i || s->totp == i || s->codes == i;
}

/* The secrets of event I, opened once; NULL: it has none, or none for us. */
static int
open_secret(struct work *w, size_t i, const struct event_secret **out,
	struct err *e)
{
	struct err why = ERR_INIT;
	int rc;

	*out = NULL;
	if (i == NONE)
		return 0;
	if (!w->asked[i]) {
		w->asked[i] = true;
		rc = w->fn(w->arg, w->a->event[i], &w->secret[i], &why);
		if (rc < 0 && why.code != ERR_NOENT &&
		    why.code != ERR_CRYPTO) {
			*e = why;
			return -1;
		}
		if (rc < 0 && why.code == ERR_NOENT && counts(w, i))
			w->item->lack.apart = true;
		else if (rc < 0 && why.code == ERR_NOENT)
			w->item->lack.once = true;
		if (rc < 0 && why.code == ERR_CRYPTO)
			w->item->lack.shut = true;
	}
	*out = &w->secret[i];
	return 0;
}

/* The words of one version. */
struct texts {
	struct kdbx_text v[TEXTS];
	size_t n;
	const char *uri, *login, *password, *totp;
	struct buf notes;
};

static void
add(struct texts *t, const char *key, const char *value, bool secret)
{
	if (value && value[0])
		t->v[t->n++] = (struct kdbx_text){ key, value, secret };
}

static int
add_notes(struct texts *t, const struct state *s, struct err *e)
{
	const char *purpose = s->value[EVENT_PURPOSE];
	const char *note = s->value[EVENT_REMARK];

	buf_clear(&t->notes);
	if (purpose && buf_adds(&t->notes, purpose, e) < 0)
		return -1;
	if (purpose && purpose[0] && note && note[0] &&
	    buf_addc(&t->notes, '\n', e) < 0)
		return -1;
	return note ? buf_adds(&t->notes, note, e) : 0;
}

/* The fields that both kinds of file have under their own names. */
static int
add_fields(struct work *w, struct texts *t, const struct state *s,
	struct err *e)
{
	const struct event_secret *x;
	size_t i;

	for (i = 0; i < s->nothers; i++) {
		if (open_secret(w, s->other[i], &x, e) < 0)
			return -1;
		add(t, OTHER[i], x ? x->password : NULL, true);
	}
	if (open_secret(w, s->codes, &x, e) < 0)
		return -1;
	add(t, CODES, x ? x->codes : NULL, true);
	for (i = 0; i < sizeof(FIELDS) / sizeof(*FIELDS); i++)
		add(t, event_field_name(FIELDS[i]), s->value[FIELDS[i]],
		    false);
	return 0;
}

static int
fill(struct work *w, struct texts *t, const struct state *s, struct err *e)
{
	const struct event_secret *x;
	const struct platform *p;

	t->n = 0;
	t->uri = s->value[EVENT_URL];
	p = s->value[EVENT_PLATFORM] ? platforms_find(w->f->platforms,
	    s->value[EVENT_PLATFORM]) : NULL;
	if ((!t->uri || !t->uri[0]) && p)
		t->uri = p->url;
	t->login = s->value[EVENT_LOGIN];
	if (open_secret(w, s->password, &x, e) < 0)
		return -1;
	t->password = x ? x->password : NULL;
	if (open_secret(w, s->totp, &x, e) < 0)
		return -1;
	t->totp = x ? x->totp : NULL;
	return add_notes(t, s, e);
}

static int
work_init(struct work *w, struct vaultfile_item *item, struct err *e)
{
	const struct book_account *a = item->account;

	w->a = a;
	w->item = item;
	w->secret = calloc(a->nevents + 1, sizeof(*w->secret));
	w->asked = calloc(a->nevents + 1, sizeof(*w->asked));
	w->state = calloc(a->nevents + 1, sizeof(*w->state));
	if (!w->secret || !w->asked || !w->state)
		return err_nomem(e);
	memset(&item->lack, 0, sizeof(item->lack));
	versions(w);
	return 0;
}

static void
work_release(struct work *w)
{
	size_t i;

	for (i = 0; w->secret && i < w->a->nevents; i++)
		event_secret_free(&w->secret[i]);
	free(w->secret);
	free(w->asked);
	free(w->state);
	w->secret = NULL;
}

/* After fill() of what counts now. */
static void
note_lack(struct work *w, const struct texts *t)
{
	w->item->lack.address = !t->uri || !t->uri[0];
	w->item->lack.password = !t->password || !t->password[0];
}

/* --- KeePass. */

static int
entry_version(struct work *w, struct texts *t, const struct state *s,
	struct kdbx_version *out, struct err *e)
{
	if (fill(w, t, s, e) < 0)
		return -1;
	add(t, "Title", s->value[EVENT_NAME] ? s->value[EVENT_NAME] :
	    w->a->shown, false);
	add(t, "UserName", t->login, false);
	add(t, "Password", t->password, true);
	add(t, "URL", t->uri, false);
	add(t, "Notes", buf_str(&t->notes), false);
	add(t, "otp", t->totp, true);
	if (add_fields(w, t, s, e) < 0)
		return -1;
	*out = (struct kdbx_version){ .text = t->v, .n = t->n,
	    .created = w->state[0].ts, .modified = s->ts,
	    .tags = s->value[EVENT_PLATFORM] };
	return 0;
}

static int
add_entry(struct work *w, struct kdbx *k, struct err *e)
{
	struct kdbx_version *v = calloc(w->nstates, sizeof(*v));
	struct texts *t = calloc(w->nstates, sizeof(*t));
	size_t i, last = w->nstates - 1;
	int rc = v && t ? 0 : err_nomem(e);

	for (i = 0; t && i < w->nstates; i++)
		buf_init(&t[i].notes, 2 * EVENT_VALUE_MAX + 2);
	for (i = 0; rc == 0 && i < w->nstates; i++)
		rc = entry_version(w, &t[i], &w->state[i], &v[i], e);
	if (rc == 0) {
		note_lack(w, &t[last]);
		rc = kdbx_entry(k, w->item->group, w->a->id, &v[last],
		    v, last, e);
	}
	for (i = 0; t && i < w->nstates; i++)
		buf_release(&t[i].notes);
	free(v);
	free(t);
	return rc;
}

int
vaultfile_kdbx(struct vaultfile *f, vaultfile_secret fn, void *arg,
	struct kdbx *k, struct err *e)
{
	struct work w = { .f = f, .fn = fn, .arg = arg };
	int rc = 0;
	size_t i;

	for (i = 0; rc == 0 && i < f->n; i++) {
		rc = work_init(&w, &f->v[i], e);
		if (rc == 0)
			rc = add_entry(&w, k, e);
		work_release(&w);
	}
	return rc;
}

/* --- Bitwarden. */

static int
add_row(struct work *w, struct texts *t, struct buf *out, struct err *e)
{
	const struct state *s = &w->state[w->nstates - 1];
	struct bwcsv_field field[TEXTS];
	struct bwcsv_row r;
	size_t i;

	if (fill(w, t, s, e) < 0 || add_fields(w, t, s, e) < 0)
		return -1;
	note_lack(w, t);
	for (i = 0; i < t->n; i++)
		field[i] = (struct bwcsv_field){ t->v[i].key, t->v[i].value };
	r = (struct bwcsv_row){ .folder = w->item->group,
	    .name = w->a->shown, .notes = buf_str(&t->notes), .uri = t->uri,
	    .login = t->login, .password = t->password, .totp = t->totp,
	    .field = field, .nfields = t->n };
	return bwcsv_add(out, &r, e);
}

int
vaultfile_csv(struct vaultfile *f, vaultfile_secret fn, void *arg,
	struct buf *out, struct err *e)
{
	struct work w = { .f = f, .fn = fn, .arg = arg };
	struct texts t = { .notes = BUF_INIT(2 * EVENT_VALUE_MAX + 2) };
	int rc = bwcsv_header(out, e);
	size_t i;

	for (i = 0; rc == 0 && i < f->n; i++) {
		rc = work_init(&w, &f->v[i], e);
		if (rc == 0)
			rc = add_row(&w, &t, out, e);
		work_release(&w);
	}
	buf_release(&t.notes);
	return rc;
}
