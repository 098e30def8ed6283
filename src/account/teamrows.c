/* account/teamrows.c - which rows of an export are the team's. */
#include "account/teamrows.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "account/markset.h"
#include "account/otpauth.h"
#include "base/str.h"
#include "base/utf8.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"

#include "base/banned.h"

struct row {
	struct teamrow shown;
	uint64_t number;		/* of the export's rows, from 0 */
	char *record;			/* its own, or NULL */
	char text[];			/* title, login */
};

struct teamrows {
	const struct platforms *platforms;
	struct naming *naming;
	const struct platform *only;
	const void *(*known)(void *arg, const struct platform *p,
		const char *name);
	void *known_arg;
	struct row **row;
	size_t n, cap;
	struct teamrows_counts counts;
	uint64_t number;		/* of the row to come */
	size_t next;			/* teamrows_again(): the row to come */
	/* logins of a platform, and secrets of one: the row that had it */
	struct markset seen;
	uint8_t *key;			/* of marks, so that no secret can be
					 * had of one; secmem */
	char *shop;
	teamrows_fn fn;
	void *fn_arg;
	char *scratch;			/* secmem: EVENT_SECRET_MAX for codes,
					 * as much for the seed */
};

struct teamrows *
teamrows_new(const struct platforms *p, struct naming *n, struct err *e)
{
	struct teamrows *t = calloc(1, sizeof(*t));

	if (t) {
		t->platforms = p;
		t->naming = n;
		t->key = secmem_new(HASH_LEN);
		t->scratch = secmem_new(2 * EVENT_SECRET_MAX);
	}
	if (!t || !t->key || !t->scratch) {
		teamrows_free(t);
		(void)err_nomem(e);
		return NULL;
	}
	secmem_random(t->key, HASH_LEN);
	return t;
}

void
teamrows_free(struct teamrows *t)
{
	size_t i;

	if (!t)
		return;
	markset_release(&t->seen);
	for (i = 0; i < t->n; i++) {
		free(t->row[i]->record);
		free(t->row[i]);
	}
	free(t->row);
	free(t->shop);
	secmem_free(t->key);
	secmem_free(t->scratch);
	free(t);
}

void
teamrows_only(struct teamrows *t, const struct platform *p)
{
	t->only = p;
}

void
teamrows_known(struct teamrows *t, const void *(*fn)(void *arg,
	const struct platform *p, const char *name), void *arg)
{
	t->known = fn;
	t->known_arg = arg;
}

/* --- Whose a row is */

/*
 * The next of several addresses, its length; *AT moves behind it.  White space is
 * in none, and people who write a list of their own put a sign before it.  A comma
 * alone ends none: what stands behind it, in a path, is nobody's host.
 */
static size_t
next_url(const char **at, const char **url)
{
	size_t n;

	*url = *at + strspn(*at, " \r\n\t,;\"");
	n = strcspn(*url, " \r\n\t");
	*at = *url + n;
	while (n > 0 && strchr(",;\"", (*url)[n - 1]))
		n--;
	return n;
}

/* The platform of an address, and its host. */
static const struct platform *
by_url(const struct teamrows *t, const char *url,
	char host[static PLATFORM_HOST_LEN])
{
	char one[2048];
	const struct platform *p = NULL;
	const char *at;
	size_t n;

	while (!p && (n = next_url(&url, &at)) > 0) {
		if (n >= sizeof(one))
			continue;
		memcpy(one, at, n);
		one[n] = '\0';
		p = platforms_host(t->platforms, one);
		if (p && (!platform_host(one, host) ||
		    str_starts(one, "android")))
			host[0] = '\0';
	}
	return p;
}

/* "eBay", "eBay - north", "ebay.com"; not "eBayer". */
static bool
is_called(const char *title, const char *name)
{
	const size_t n = name ? strlen(name) : 0;

	return n > 0 && strncasecmp(title, name, n) == 0 &&
	    (!title[n] || strchr(" -:/(,", title[n]) ||
	    str_starts(title + n, "（"));
}

static const struct platform *
by_title(const struct teamrows *t, const char *title)
{
	const struct platform *p;
	size_t i, n;

	p = platforms_all(t->platforms, &n);
	for (i = 0; i < n; i++)
		if (is_called(title, p[i].name) ||
		    is_called(title, p[i].name_zh))
			return &p[i];
	return strchr(title, '.') ? platforms_host(t->platforms, title) : NULL;
}

/* NULL: of none that is kept; counted in *N, which may be NULL. */
static const struct platform *
platform_of(const struct teamrows *t, const struct creds_row *r,
	char host[static PLATFORM_HOST_LEN], struct teamrows_counts *n)
{
	const struct platform *p = NULL;

	host[0] = '\0';
	if (r->url)
		p = by_url(t, r->url, host);
	else if (r->title)
		p = by_title(t, r->title);
	if (p && p->business && (!t->only || p == t->only))
		return p;
	if (n) {
		n->others++;
		n->unknown += !p;
		n->elsewhere += p && !p->business;
		n->unasked += p && p->business;
	}
	return NULL;
}

static bool
fits(const char *s, size_t max, bool secret)
{
	const size_t n = s ? strlen(s) : 0;

	return n <= max && (secret ? utf8_valid(s, n) : utf8_clean(s, n));
}

/* A seed that codes can be made of. */
static bool
is_seed(const char *totp)
{
	struct otpauth o;
	struct err why = ERR_INIT;
	bool yes = totp && otpauth_parse(totp, strlen(totp), &o, &why) == 0;

	if (yes)
		secmem_wipe(&o, sizeof(o));
	return yes;
}

/* --- The same once more */

/* The mark of LOGIN of P. */
static void
login_mark(const struct teamrows *t, const struct platform *p,
	const char *login, uint8_t out[static MARK_LEN])
{
	char text[PLATFORM_CODE_LEN + EVENT_VALUE_MAX + 1];
	const size_t n = strlen(p->code) + 1;
	size_t i;

	memcpy(text, p->code, n);
	for (i = 0; login[i]; i++)
		text[n + i] = login[i] >= 'A' && login[i] <= 'Z' ?
		    (char)(login[i] | 0x20) : login[i];
	hash_blake2b_n(out, MARK_LEN, t->key, HASH_LEN, text, n + i);
}

/* WHAT ('p' password, 't' seed) of the login that LOGIN marks: the same. */
static void
secret_mark(const struct teamrows *t, char what,
	const uint8_t login[static MARK_LEN], const char *secret,
	uint8_t out[static MARK_LEN])
{
	uint8_t own[HASH_LEN], of[MARK_LEN + 1];

	memcpy(of, login, MARK_LEN);
	of[MARK_LEN] = (uint8_t)what;
	hash_blake2b_n(own, sizeof(own), t->key, HASH_LEN, of, sizeof(of));
	hash_blake2b_n(out, MARK_LEN, own, sizeof(own), secret,
	    strlen(secret));
	secmem_wipe(own, sizeof(own));
}

/* --- The first time through */

static int
keep(struct teamrows *t, const struct platform *p, const struct creds_row *r,
	const struct teamrow *like, struct err *e)
{
	const size_t ntitle = r->title ? strlen(r->title) + 1 : 0;
	const size_t nlogin = r->login ? strlen(r->login) + 1 : 0;
	struct row **grown, *row;

	if (t->n == TEAMROWS_MAX)
		return err_set(e, ERR_FORMAT, "more than %u rows of the team's",
		    TEAMROWS_MAX);
	if (t->n == t->cap) {
		grown = realloc(t->row, (t->cap * 2 + 64) *
		    sizeof(struct row *));
		if (!grown)
			return err_nomem(e);
		t->row = grown;
		t->cap = t->cap * 2 + 64;
	}
	row = malloc(sizeof(*row) + ntitle + nlogin);
	if (!row)
		return err_nomem(e);
	row->shown = *like;
	row->shown.platform = p;
	row->shown.line = r->line;
	row->shown.record = "";
	row->number = t->number;
	row->record = NULL;
	if (ntitle) {
		memcpy(row->text, r->title, ntitle);
		row->shown.title = row->text;
	}
	if (nlogin) {
		memcpy(row->text + ntitle, r->login, nlogin);
		row->shown.login = row->text + ntitle;
	}
	t->row[t->n++] = row;
	return 0;
}

static const void *
known(const struct teamrows *t, const struct platform *p,
	const struct creds_row *r)
{
	const void *a = NULL;

	if (t->known && r->login)
		a = t->known(t->known_arg, p, r->login);
	if (t->known && !a && r->title)
		a = t->known(t->known_arg, p, r->title);
	return a;
}

/*
 * Is it of a login that was there before, and what of it is new?  The login is
 * none that is too long.
 */
static int
compare(struct teamrows *t, const struct platform *p,
	const struct creds_row *r, struct teamrow *like, struct err *e)
{
	const uint32_t here = (uint32_t)t->n;
	int64_t login, password = -1, seed = -1;
	uint8_t of[MARK_LEN], mark[MARK_LEN];

	login_mark(t, p, r->login, of);
	login = markset_add(&t->seen, of, here, e);
	if (login < 0)
		return -1;
	like->first = (size_t)login;
	like->forked = like->first != t->n;
	/* One of `known` has no row that it could fork. */
	if (like->has_password) {
		secret_mark(t, 'p', of, r->password, mark);
		password = markset_add(&t->seen, mark, here, e);
		if (password < 0)
			return -1;
	}
	if (like->has_totp) {
		secret_mark(t, 't', of, r->totp, mark);
		seed = markset_add(&t->seen, mark, here, e);
		if (seed < 0)
			return -1;
	}
	like->has_password = password == (int64_t)t->n;
	like->has_totp = seed == (int64_t)t->n;
	return 0;
}

static int
add_own(struct teamrows *t, const struct platform *p,
	const struct creds_row *r, struct err *e)
{
	struct teamrow like = {.has_password = r->password != NULL,
	    .has_totp = is_seed(r->totp), .first = t->n};
	bool old = true;
	size_t i;

	if (!r->login && !r->password && !r->totp) {
		t->counts.bare++;
		return 0;
	}
	for (i = 0; i < r->nold; i++)
		old = old && r->old[i][0] &&
		    fits(r->old[i], EVENT_SECRET_MAX - 1, true);
	if (!old || !fits(r->login, EVENT_VALUE_MAX, false) ||
	    !fits(r->title, EVENT_VALUE_MAX, false) ||
	    !fits(r->password, EVENT_SECRET_MAX - 1, true)) {
		if (t->counts.unfit < CREDS_BAD_MAX)
			t->counts.unfit_line[t->counts.unfit] = r->line;
		t->counts.unfit++;
		return 0;
	}
	like.known = known(t, p, r);
	if (like.known && (like.has_password || !like.has_totp)) {
		t->counts.known++;
		return 0;
	}
	if (r->login && compare(t, p, r, &like, e) < 0)
		return -1;
	if (like.forked && !like.has_password && !like.has_totp) {
		t->counts.same++;
		return 0;
	}
	return keep(t, p, r, &like, e);
}

int
teamrows_add(void *teamrows, const struct creds_row *r, struct err *e)
{
	struct teamrows *t = teamrows;
	char host[PLATFORM_HOST_LEN];
	const struct platform *p = platform_of(t, r, host, &t->counts);
	const int rc = p ? add_own(t, p, r, e) : 0;

	t->number++;
	return rc;
}

/* --- Names */

/* By what the person called it, or by its login; ONLY_SAME: else none. */
static int
name(struct teamrows *t, struct row *row, bool only_same, struct err *e)
{
	const struct teamrow *r = &row->shown;
	char record[NAMING_NAME_MAX];

	/* what did not fit the first time fits no better the second */
	if (only_same && r->title && strlen(r->title) < NAMING_NAME_MAX &&
	    naming_takes(t->naming, r->platform, r->title))
		memcpy(record, r->title, strlen(r->title) + 1);
	else if (naming_record(t->naming, r->platform, t->shop, r->login,
	    only_same, record, e) < 0)
		return -1;
	if (!record[0])
		return 0;
	row->record = str_dup(record);
	if (!row->record)
		return err_nomem(e);
	row->shown.record = row->record;
	return naming_used(t->naming, record, e) < 0 || (r->login &&
	    naming_used(t->naming, r->login, e) < 0) ? -1 : 0;
}

int
teamrows_name(struct teamrows *t, const char *shop, struct err *e)
{
	struct row *r;
	size_t i;
	int round;

	/* Of 100,000 rows these are a tenth of all memory. */
	markset_release(&t->seen);
	free(t->shop);
	t->shop = shop ? str_dup(shop) : NULL;
	if (shop && !t->shop)
		return err_nomem(e);
	/* First those that have a number: nobody else is to be given it. */
	for (round = 0; round < 2; round++) {
		for (i = 0; i < t->n; i++) {
			r = t->row[i];
			if (!r->shown.forked && !r->shown.known &&
			    !r->record && name(t, r, round == 0, e) < 0)
				return -1;
		}
	}
	for (i = 0; i < t->n; i++) {
		r = t->row[i];
		if (r->shown.forked)
			r->shown.record = t->row[r->shown.first]->shown.record;
	}
	return 0;
}

size_t
teamrows_n(const struct teamrows *t)
{
	return t->n;
}

const struct teamrow *
teamrows_at(const struct teamrows *t, size_t i)
{
	return &t->row[i]->shown;
}

const struct teamrows_counts *
teamrows_counts(const struct teamrows *t)
{
	return &t->counts;
}

/* --- The second time */

void
teamrows_events(struct teamrows *t, teamrows_fn fn, void *arg)
{
	t->fn = fn;
	t->fn_arg = arg;
	t->number = 0;
	t->next = 0;
}

/* S behind what is at OUT, up to its cap, between characters; a LF between. */
static void
append(char *out, const char *s)
{
	size_t have = strlen(out), n = s ? strlen(s) : 0;

	if (n == 0 || have + 2 >= EVENT_SECRET_MAX)
		return;
	if (have > 0)
		out[have++] = '\n';
	if (n > EVENT_SECRET_MAX - 1 - have)
		n = EVENT_SECRET_MAX - 1 - have;
	while (n > 0 && !utf8_valid(s, n))
		n--;
	memcpy(out + have, s, n);
	out[have + n] = '\0';
}

/* The seed as a URI into OUT; false: it has none that fits. */
static bool
seed_to(char *out, const char *totp)
{
	struct buf b = {(uint8_t *)out, 0, EVENT_SECRET_MAX - 1,
	    EVENT_SECRET_MAX - 1};	/* never grows */
	struct err why = ERR_INIT;
	struct otpauth o;
	bool done;

	if (!totp || otpauth_parse(totp, strlen(totp), &o, &why) < 0)
		return false;
	done = otpauth_uri(&o, &b, &why) == 0;
	secmem_wipe(&o, sizeof(o));
	return done;
}

static int
give(struct teamrows *t, const struct teamrow *row, enum event_kind kind,
	struct account_event *v, const struct event_secret *s, struct err *e)
{
	v->kind = kind;
	return t->fn(t->fn_arg, row, v, s, e);
}

/* A further secret of an account that has its event. */
static int
give_more(struct teamrows *t, const struct teamrow *row,
	const struct creds_row *r, const char *seed, struct err *e)
{
	struct account_event v = {.value = {NULL}};
	struct event_secret s = {.password = r->password};
	int rc = 0;

	if (row->has_password)
		rc = give(t, row, EVENT_ROTATED, &v, &s, e);
	if (rc != 0 || !row->has_totp)
		return rc;
	v.value[EVENT_TWOFA_KIND] = "totp";
	s = (struct event_secret){.totp = seed};
	return give(t, row, EVENT_TWOFA, &v, &s, e);
}

static int
give_new(struct teamrows *t, const struct teamrow *row,
	const struct creds_row *r, const char *seed, const char *host,
	struct err *e)
{
	struct account_event v = {.value = {NULL}};
	char *codes = t->scratch, url[PLATFORM_HOST_LEN + 16] = "";
	struct event_secret s = {.password = r->nold ? r->old[0] : r->password,
	    .totp = seed};
	size_t i;

	codes[0] = '\0';
	append(codes, r->note);
	append(codes, r->fields);
	if (r->totp && !seed)
		append(codes, r->totp);
	if (codes[0])
		s.codes = codes;
	if (host[0])
		(void)snprintf(url, sizeof(url), "https://%s/", host);
	v.value[EVENT_PLATFORM] = row->platform->code;
	v.value[EVENT_SHOP] = t->shop;
	v.value[EVENT_NAME] = row->record;
	v.value[EVENT_LOGIN] = row->login;
	v.value[EVENT_URL] = url[0] && utf8_clean(url, strlen(url)) ? url :
	    NULL;
	v.value[EVENT_TWOFA_KIND] = seed ? "totp" : NULL;
	v.value[EVENT_DUAL] = row->platform->dual ? "yes" : NULL;
	v.value[EVENT_REMARK] = row->title;
	if (give(t, row, EVENT_REGISTERED, &v, &s, e) != 0)
		return -1;
	/* Then what became of its password, one event behind the other. */
	v = (struct account_event){.value = {NULL}};
	for (i = 1; i <= r->nold; i++) {
		s = (struct event_secret){.password = i < r->nold ? r->old[i] :
		    r->password};
		if (give(t, row, EVENT_ROTATED, &v, &s, e) != 0)
			return -1;
	}
	return 0;
}

int
teamrows_again(void *teamrows, const struct creds_row *r, struct err *e)
{
	struct teamrows *t = teamrows;
	const struct teamrow *row;
	char *seed = t->scratch + EVENT_SECRET_MAX;
	char host[PLATFORM_HOST_LEN];
	int rc;

	if (t->next == t->n || t->row[t->next]->number != t->number++)
		return 0;
	row = &t->row[t->next++]->shown;
	if (platform_of(t, r, host, NULL) != row->platform || (r->login &&
	    (!row->login || strcmp(r->login, row->login) != 0)))
		return err_set(e, ERR_FORMAT,
		    "the export changed while it was read");
	if (!seed_to(seed, r->totp))
		seed = NULL;
	rc = row->forked || row->known ? give_more(t, row, r, seed, e) :
	    give_new(t, row, r, seed, host, e);
	secmem_wipe(t->scratch, 2 * EVENT_SECRET_MAX);
	return rc;
}
