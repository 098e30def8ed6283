/* account/book.c - docs/FORMAT.md "Account events", the book. */
#include "account/book.h"

#include <stdlib.h>
#include <string.h>

#include "account/naming.h"
#include "base/str.h"

#include "base/banned.h"

#define FIELDS (EVENT_REMARK + 1)
#define NAMELESS 4		/* bytes of the id that stand for a name */
#define PREFIX_MIN 6		/* digits of an id that are enough to ask */
#define FOLDED_MAX 65536u
#define NEAR 3			/* names that a wrong one may have meant */

struct node {
	struct account_event v;	/* first: an event's node is found by it */
	size_t turn;		/* how many were added before */
	size_t at;		/* its place in the order of its account */
	enum { NEW, BEGUN, PLACED } state;
	unsigned tried;		/* of its prev, while it is BEGUN */
	bool behind;		/* a change of the password stands behind it */
	bool counts;		/* it made the password that counts, or ended it */
	char text[];
};

struct block {			/* of what a fold allocated */
	struct block *next;
	char data[];
};

/* Somebody says that an account is, or was, called so. */
struct claim {
	const struct account_event *by;
	const char *name;
	char *folded;
	bool second;		/* another account had it first */
};

struct book {
	struct node **node;
	size_t n, cap, turns;
	struct block *block;
	struct book_account *account;
	size_t naccounts;
	const struct account_event **general;
	size_t ngeneral;
	struct claim *claim;
	size_t nclaims, claims_cap;
};

/* --- Events. */

struct book *
book_new(struct err *e)
{
	struct book *b = calloc(1, sizeof(*b));

	if (!b)
		(void)err_nomem(e);
	return b;
}

static void
release_fold(struct book *b)
{
	struct block *next;
	size_t i;

	for (; b->block; b->block = next) {
		next = b->block->next;
		free(b->block);
	}
	for (i = 0; i < b->nclaims; i++)
		free(b->claim[i].folded);
	free(b->claim);
	b->claim = NULL;
	b->nclaims = b->claims_cap = 0;
	b->account = NULL;
	b->general = NULL;
	b->naccounts = b->ngeneral = 0;
}

void
book_free(struct book *b)
{
	size_t i;

	if (!b)
		return;
	release_fold(b);
	for (i = 0; i < b->n; i++)
		free(b->node[i]);
	free(b->node);
	free(b);
}

static const char *
keep_text(char **end, const char *s)
{
	char *at = *end;
	size_t n;

	if (!s)
		return NULL;
	n = strlen(s) + 1;
	memcpy(at, s, n);
	*end += n;
	return at;
}

static size_t
text_len(const struct account_event *v)
{
	size_t n = 0, f;

	n += v->actor ? strlen(v->actor) + 1 : 0;
	n += v->device ? strlen(v->device) + 1 : 0;
	for (f = 0; f < EVENT_FIELDS; f++)
		n += v->value[f] ? strlen(v->value[f]) + 1 : 0;
	return n;
}

int
book_add(struct book *b, const struct account_event *v, struct err *e)
{
	struct node *node, **grown;
	size_t cap = b->cap ? b->cap * 2 : 256, f;
	char *end;

	if (b->n == BOOK_EVENTS_MAX)
		return err_set(e, ERR_NOMEM, "more than %u account events",
		    BOOK_EVENTS_MAX);
	if (b->n == b->cap) {
		grown = realloc(b->node, cap * sizeof(*grown));
		if (!grown)
			return err_nomem(e);
		b->node = grown;
		b->cap = cap;
	}
	node = calloc(1, sizeof(*node) + text_len(v));
	if (!node)
		return err_nomem(e);
	node->v = *v;
	node->turn = b->turns++;
	end = node->text;
	node->v.actor = keep_text(&end, v->actor);
	node->v.device = keep_text(&end, v->device ? v->device : "");
	for (f = 0; f < EVENT_FIELDS; f++)
		node->v.value[f] = keep_text(&end, v->value[f]);
	b->node[b->n++] = node;
	return 0;
}

static int
by_id(const void *pa, const void *pb)
{
	const struct node *a = *(struct node *const *)pa;
	const struct node *b = *(struct node *const *)pb;
	int c = memcmp(a->v.id, b->v.id, EVENT_ID_LEN);

	return c ? c : (a->turn > b->turn) - (a->turn < b->turn);
}

static int
by_account(const void *pa, const void *pb)
{
	const struct node *a = *(struct node *const *)pa;
	const struct node *b = *(struct node *const *)pb;
	int c = memcmp(a->v.account, b->v.account, EVENT_ID_LEN);

	return c ? c : memcmp(a->v.id, b->v.id, EVENT_ID_LEN);
}

/* By the clock, then by id. */
static int
compare_time(const struct account_event *a, const struct account_event *b)
{
	if (a->ts != b->ts)
		return a->ts < b->ts ? -1 : 1;
	return memcmp(a->id, b->id, EVENT_ID_LEN);
}

static int
by_time(const void *pa, const void *pb)
{
	return compare_time(&(*(struct node *const *)pa)->v,
	    &(*(struct node *const *)pb)->v);
}

/* Of several with one id the first that was added stays. */
static void
drop_twins(struct book *b)
{
	size_t i, n = 0;

	if (b->n > 1)
		qsort(b->node, b->n, sizeof(*b->node), by_id);
	for (i = 0; i < b->n; i++) {
		if (n > 0 && memcmp(b->node[n - 1]->v.id, b->node[i]->v.id,
		    EVENT_ID_LEN) == 0)
			free(b->node[i]);
		else
			b->node[n++] = b->node[i];
	}
	b->n = n;
	if (n > 1)
		qsort(b->node, n, sizeof(*b->node), by_account);
}

/* --- The order of one account's events. */

struct group {
	struct node **node;	/* by id */
	size_t n;
	const struct account_event **event;	/* in order */
	size_t placed;
};

static struct node *
node_of(const struct account_event *v)
{
	return (struct node *)(uintptr_t)v;
}

static struct node *
find_node(const struct group *g, const uint8_t id[static EVENT_ID_LEN])
{
	size_t lo = 0, hi = g->n, mid;
	int c;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		c = memcmp(g->node[mid]->v.id, id, EVENT_ID_LEN);
		if (c == 0)
			return g->node[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/*
 * NODE, and before it what it says that it knew.  Ids are not hashes, so events
 * may name each other in a ring: it is cut where it was entered.  STACK has room
 * for all of the group.
 */
static void
place(struct group *g, struct node *node, struct node **stack)
{
	struct node *x, *p;
	size_t depth = 0;

	stack[depth++] = node;
	node->state = BEGUN;
	while (depth > 0) {
		x = stack[depth - 1];
		if (x->tried < x->v.nprev) {
			p = find_node(g, x->v.prev[x->tried++]);
			if (p && p->state == NEW) {
				p->state = BEGUN;
				stack[depth++] = p;
			}
			continue;
		}
		x->state = PLACED;
		x->at = g->placed;
		g->event[g->placed++] = &x->v;
		depth--;
	}
}

static int
order_group(struct group *g, struct err *e)
{
	struct node **sorted = calloc(2 * g->n, sizeof(*sorted));
	size_t i;

	if (!sorted)
		return err_nomem(e);
	memcpy(sorted, g->node, g->n * sizeof(*sorted));
	qsort(sorted, g->n, sizeof(*sorted), by_time);
	for (i = 0; i < g->n; i++) {
		sorted[i]->state = NEW;
		sorted[i]->tried = 0;
		sorted[i]->behind = sorted[i]->counts = false;
	}
	for (i = 0; i < g->n; i++)
		if (sorted[i]->state == NEW)
			place(g, sorted[i], sorted + g->n);
	free(sorted);
	return 0;
}

/* --- What an account is. */

static void *
alloc(struct book *b, size_t n, size_t size, struct err *e)
{
	struct block *k = n > SIZE_MAX / 2 / size ? NULL :
	    calloc(1, sizeof(*k) + n * size);

	if (!k) {
		(void)err_nomem(e);
		return NULL;
	}
	k->next = b->block;
	b->block = k;
	return k->data;
}

/* `granted` hands on what another event holds. */
static bool
changes_password(const struct account_event *v)
{
	return v->kind == EVENT_ROTATED ||
	    (v->has_password && v->kind != EVENT_GRANTED);
}

static void
set_field(struct book_account *a, const struct account_event *v, size_t f,
	const char *value)
{
	a->value[f] = value[0] ? value : NULL;
	a->set_by[f] = v;
}

static void
take_fields(struct book_account *a, const struct account_event *v)
{
	size_t f;

	for (f = 0; f < FIELDS; f++)
		if (v->value[f])
			set_field(a, v, f, v->value[f]);
	if (v->kind == EVENT_TRANSFERRED && v->value[EVENT_TO])
		set_field(a, v, EVENT_HOLDER, v->value[EVENT_TO]);
	if (v->kind == EVENT_CLOSED)
		a->closed = true;
}

/* A new second factor ends the seed before, also where its own is not told. */
static void
take_seed(struct book_account *a, const struct account_event *v)
{
	const char *kind = v->value[EVENT_TWOFA_KIND];

	if (v->kind == EVENT_GRANTED)
		return;
	if (v->has_totp)
		a->totp = v;
	else if (v->kind == EVENT_TWOFA ||
	    (kind && strcmp(kind, "totp") != 0))
		a->totp = NULL;
	if (v->has_codes)
		a->codes = v;
}

/* PREV of event I that stand before it, one call after the other. */
static struct node *
next_prev(const struct group *g, const struct account_event *v, size_t *i)
{
	struct node *p;

	while (*i < v->nprev) {
		p = find_node(g, v->prev[(*i)++]);
		if (p && p->at < node_of(v)->at)
			return p;
	}
	return NULL;
}

/* What no change of the password stands behind, counts. */
static void
mark_passwords(const struct group *g)
{
	const struct account_event *v;
	struct node *p;
	size_t i, k;
	bool behind;

	for (i = g->n; i > 0; i--) {
		v = g->event[i - 1];
		node_of(v)->counts = changes_password(v) &&
		    !node_of(v)->behind;
		behind = changes_password(v) || node_of(v)->behind;
		for (k = 0; behind && (p = next_prev(g, v, &k)) != NULL;)
			p->behind = true;
	}
}

static int
take_passwords(struct book *b, const struct group *g, struct book_account *a,
	struct err *e)
{
	const struct account_event **list, *v;
	size_t i, n = 0, last = 0;

	mark_passwords(g);
	for (i = 0; i < g->n; i++)
		n += node_of(g->event[i])->counts;
	list = alloc(b, n + 1, sizeof(*list), e);
	if (!list)
		return -1;
	for (i = n = 0; i < g->n; i++) {
		v = g->event[i];
		if (!node_of(v)->counts)
			continue;
		last = i + 1;
		if (v->has_password)
			list[n++] = v;
		else
			a->password_void = true;
	}
	a->password = list;
	a->npasswords = n;
	for (i = g->n; i > last; i--)
		if (g->event[i - 1]->kind == EVENT_CONFIRMED)
			break;
	a->confirmed = i > last ? g->event[i - 1] : NULL;
	return 0;
}

static int
take_heads(const struct group *g, struct book_account *a, struct err *e)
{
	bool *known = calloc(g->n, sizeof(*known));
	struct node *p;
	size_t i, k;

	if (!known)
		return err_nomem(e);
	for (i = 0; i < g->n; i++)
		for (k = 0; (p = next_prev(g, g->event[i], &k)) != NULL;)
			known[p->at] = true;
	for (i = g->n; i > 0 && a->nheads < EVENT_PREV_MAX; i--)
		if (!known[i - 1])
			memcpy(a->heads[a->nheads++], g->event[i - 1]->id,
			    EVENT_ID_LEN);
	free(known);
	return 0;
}

static int
fold_group(struct book *b, struct group *g, struct book_account *a,
	struct err *e)
{
	size_t i;

	memcpy(a->id, g->node[0]->v.account, EVENT_ID_LEN);
	for (i = 0; i < g->n; i++) {
		take_fields(a, g->event[i]);
		take_seed(a, g->event[i]);
	}
	a->event = g->event;
	a->nevents = g->n;
	return take_passwords(b, g, a, e) < 0 ? -1 : take_heads(g, a, e);
}

/* --- Names. */

/* What V says of a name, or NULL. */
static const char *
name_in(const struct account_event *v)
{
	const char *s = v->kind == EVENT_ALIASED ? v->value[EVENT_ALIAS] :
	    v->value[EVENT_NAME];

	return s && s[0] ? s : NULL;
}

static int
fold_name(const char *name, char **out, struct err *e)
{
	struct buf folded = BUF_INIT(FOLDED_MAX);
	int rc = naming_fold(name, &folded, e);

	if (rc == 0) {
		*out = str_dup(buf_str(&folded));
		rc = *out ? 0 : err_nomem(e);
	}
	buf_release(&folded);
	return rc;
}

static int
add_claim(struct book *b, const struct account_event *v, struct err *e)
{
	size_t cap = b->claims_cap ? b->claims_cap * 2 : 256;
	struct claim *grown, c = {v, name_in(v), NULL, false};

	if (!c.name)
		return 0;
	if (b->nclaims == b->claims_cap) {
		grown = realloc(b->claim, cap * sizeof(*grown));
		if (!grown)
			return err_nomem(e);
		b->claim = grown;
		b->claims_cap = cap;
	}
	if (fold_name(c.name, &c.folded, e) < 0)
		return -1;
	b->claim[b->nclaims++] = c;
	return 0;
}

static int
by_name_and_time(const void *pa, const void *pb)
{
	const struct claim *a = pa, *b = pb;
	int c = strcmp(a->folded, b->folded);

	return c ? c : compare_time(a->by, b->by);
}

static int
by_owner(const void *pa, const void *pb)
{
	const struct claim *a = pa, *b = pb;
	int c = memcmp(a->by->account, b->by->account, EVENT_ID_LEN);
	size_t i = node_of(a->by)->at, k = node_of(b->by)->at;

	return c ? c : (i > k) - (i < k);
}

/* Whoever says a name first has it, for good. */
static void
judge_claims(struct book *b)
{
	size_t i, first = 0;

	if (b->nclaims > 1)
		qsort(b->claim, b->nclaims, sizeof(*b->claim),
		    by_name_and_time);
	for (i = 0; i < b->nclaims; i++) {
		if (strcmp(b->claim[i].folded, b->claim[first].folded) != 0)
			first = i;
		b->claim[i].second = memcmp(b->claim[i].by->account,
		    b->claim[first].by->account, EVENT_ID_LEN) != 0;
	}
	if (b->nclaims > 1)
		qsort(b->claim, b->nclaims, sizeof(*b->claim), by_owner);
}

static char *
join(struct book *b, const char *name, const char *behind, struct err *e)
{
	size_t n = strlen(name) + strlen(behind) + 2;
	char *s = alloc(b, n, 1, e);

	if (s)
		(void)snprintf(s, n, "%s~%s", name, behind);
	return s;
}

/* How a claimed name can be shown without being taken for another's. */
static const char *
show_claim(struct book *b, const struct claim *c, struct err *e)
{
	return c->second ? join(b, c->name, c->by->device, e) : c->name;
}

static bool
has_alias(const char *const *list, size_t n, const char *s)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(list[i], s) == 0)
			return true;
	return false;
}

/* CLAIM: the N of account A, in order. */
static int
name_account(struct book *b, struct book_account *a,
	const struct claim *claim, size_t n, struct err *e)
{
	const char **alias = alloc(b, n + 1, sizeof(*alias), e);
	const struct claim *now = NULL;
	const char *s;
	size_t i;

	if (!alias)
		return -1;
	for (i = 0; i < n; i++)
		if (claim[i].by->kind != EVENT_ALIASED)
			now = claim + i;
	if (now) {
		a->disputed = now->second;
		a->shown = show_claim(b, now, e);
		if (!a->shown)
			return -1;
	}
	for (i = 0; i < n; i++) {
		s = claim + i == now ? NULL : show_claim(b, claim + i, e);
		if (claim + i != now && !s)
			return -1;
		if (s && !(a->shown && strcmp(s, a->shown) == 0) &&
		    !has_alias(alias, a->naliases, s))
			alias[a->naliases++] = s;
	}
	a->alias = alias;
	return 0;
}

static int
by_shown(const void *pa, const void *pb)
{
	const struct book_account *a = pa, *b = pb;
	int c = strcmp(a->shown, b->shown);

	return c ? c : memcmp(a->id, b->id, EVENT_ID_LEN);
}

/* A third one of a name from the same station gets its id behind it. */
static int
part_namesakes(struct book *b, struct err *e)
{
	char hex[2 * NAMELESS + 1];
	struct book_account *a;
	const char *last = NULL;
	size_t i;

	qsort(b->account, b->naccounts, sizeof(*b->account), by_shown);
	for (i = 0; i < b->naccounts; i++) {
		a = b->account + i;
		if (!last || strcmp(last, a->shown) != 0) {
			last = a->shown;
			continue;
		}
		str_hex(hex, a->id, NAMELESS);
		a->shown = join(b, a->shown, hex, e);
		if (!a->shown)
			return -1;
	}
	qsort(b->account, b->naccounts, sizeof(*b->account), by_shown);
	return 0;
}

/* Accounts stand by id, as the claims do. */
static int
name_accounts(struct book *b, struct err *e)
{
	struct book_account *a;
	size_t i, from, at = 0;
	char *hex;

	judge_claims(b);
	for (i = 0; i < b->naccounts; i++) {
		a = b->account + i;
		for (from = at; at < b->nclaims && memcmp(a->id,
		    b->claim[at].by->account, EVENT_ID_LEN) == 0;)
			at++;
		if (name_account(b, a, b->claim + from, at - from, e) < 0)
			return -1;
		if (a->shown)
			continue;
		hex = alloc(b, 2 * NAMELESS + 1, 1, e);
		if (!hex)
			return -1;
		str_hex(hex, a->id, NAMELESS);
		a->shown = hex;
	}
	return b->naccounts ? part_namesakes(b, e) : 0;
}

/* --- All of them. */

static size_t
count_groups(const struct book *b)
{
	size_t i, n = 0;

	for (i = 0; i < b->n; i++)
		n += i == 0 || memcmp(b->node[i - 1]->v.account,
		    b->node[i]->v.account, EVENT_ID_LEN) != 0;
	return n;
}

static int
one_group(struct book *b, struct group *g, struct err *e)
{
	static const uint8_t none[EVENT_ID_LEN];
	size_t i;

	g->event = alloc(b, g->n, sizeof(*g->event), e);
	if (!g->event || order_group(g, e) < 0)
		return -1;
	if (memcmp(g->node[0]->v.account, none, EVENT_ID_LEN) == 0) {
		b->general = g->event;
		b->ngeneral = g->n;
		return 0;
	}
	for (i = 0; i < g->n; i++)
		if (add_claim(b, g->event[i], e) < 0)
			return -1;
	return fold_group(b, g, b->account + b->naccounts++, e);
}

int
book_fold(struct book *b, struct err *e)
{
	struct group g;
	size_t i, end;

	release_fold(b);
	drop_twins(b);
	b->account = alloc(b, count_groups(b) + 1, sizeof(*b->account), e);
	if (!b->account)
		return -1;
	for (i = 0; i < b->n; i = end) {
		for (end = i + 1; end < b->n && memcmp(
		    b->node[i]->v.account, b->node[end]->v.account,
		    EVENT_ID_LEN) == 0;)
			end++;
		g = (struct group){b->node + i, end - i, NULL, 0};
		if (one_group(b, &g, e) < 0)
			return -1;
	}
	return name_accounts(b, e);
}

const struct book_account *
book_accounts(const struct book *b, size_t *n)
{
	*n = b->naccounts;
	return b->account;
}

const struct account_event *const *
book_general(const struct book *b, size_t *n)
{
	*n = b->ngeneral;
	return b->general;
}

/* --- Looking for one. */

struct search {
	const char *word;
	char *folded;
	const struct book_account *found;
	size_t n;
	struct buf names;	/* of what was found */
};

static int
is_called(const struct search *s, const char *name, struct err *e)
{
	char *folded = NULL;
	int rc;

	if (!name || s->folded[0] == '\0')
		return 0;
	if (fold_name(name, &folded, e) < 0)
		return -1;
	rc = strcmp(folded, s->folded) == 0;
	free(folded);
	return rc;
}

static bool
is_id(const struct search *s, const struct book_account *a)
{
	char hex[EVENT_ID_HEX];
	size_t n = strlen(s->word);

	str_hex(hex, a->id, EVENT_ID_LEN);
	return n >= PREFIX_MIN && n < sizeof(hex) &&
	    memcmp(hex, s->word, n) == 0;
}

/* 1: WORD may mean A; 0; -1. */
static int
may_mean(const struct search *s, const struct book_account *a,
	struct err *e)
{
	int rc = is_id(s, a);
	size_t i;

	if (rc == 0)
		rc = is_called(s, a->value[EVENT_LOGIN], e);
	for (i = 0; rc == 0 && i < a->naliases; i++)
		rc = is_called(s, a->alias[i], e);
	return rc;
}

static int
note_found(struct search *s, const struct book_account *a, struct err *e)
{
	s->found = a;
	if (s->n++ > 0 && buf_adds(&s->names, ", ", e) < 0)
		return -1;
	return buf_adds(&s->names, a->shown, e);
}

/* Whole ids and shown names rule; the other names are asked behind them. */
static int
look(struct search *s, const struct book *b, bool by_shown_name,
	struct err *e)
{
	const struct book_account *a;
	size_t i;
	int rc;

	for (i = 0; i < b->naccounts; i++) {
		a = b->account + i;
		if (!by_shown_name)
			rc = may_mean(s, a, e);
		else
			rc = strlen(s->word) == EVENT_ID_HEX - 1 &&
			    is_id(s, a) ? 1 : is_called(s, a->shown, e);
		if (rc < 0 || (rc > 0 && note_found(s, a, e) < 0))
			return -1;
	}
	return 0;
}

static int
not_found(const struct search *s, const struct book *b, struct err *e)
{
	struct buf near = BUF_INIT(4096);
	struct err ignored = ERR_INIT;
	char *folded;
	size_t i, n = 0;

	for (i = 0; i < b->naccounts && n < NEAR; i++) {
		folded = NULL;
		if (fold_name(b->account[i].shown, &folded, &ignored) < 0)
			break;
		if (str_distance(folded, s->folded) <= 2 &&
		    buf_addf(&near, &ignored, "%s%s", n > 0 ? ", " : "",
		    b->account[i].shown) == 0)
			n++;
		free(folded);
	}
	(void)err_set(e, ERR_NOENT, "no account is called '%.200s'", s->word);
	if (n > 0)
		(void)err_hint(e, "there is: %.200s", buf_str(&near));
	buf_release(&near);
	return -1;
}

const struct book_account *
book_find(const struct book *b, const char *word, struct err *e)
{
	struct search s = {word, NULL, NULL, 0, BUF_INIT(1u << 20)};
	const struct book_account *found = NULL;

	if (fold_name(word, &s.folded, e) < 0)
		return NULL;
	if (look(&s, b, true, e) < 0 ||
	    (s.n == 0 && look(&s, b, false, e) < 0))
		goto out;
	if (s.n == 0)
		(void)not_found(&s, b, e);
	else if (s.n > 1)
		(void)err_set(e, ERR_USAGE, "'%.100s' may be %.300s", word,
		    buf_str(&s.names));
	else
		found = s.found;
out:
	free(s.folded);
	buf_release(&s.names);
	return found;
}

/* --- Who knows. */

struct telling {
	const char *person;	/* NULL: whoever was behind the device */
	const struct account_event *by;
	size_t turn;
	bool again;
};

struct knowing {
	const struct book_account *a;
	bool seed;
	struct telling *t;
	size_t n;
};

/* Was what counts made by event I? */
static bool
is_origin(const struct knowing *k, size_t i, bool unsaid)
{
	const struct account_event *v = k->a->event[i];

	if (k->seed)
		return v == k->a->totp;
	return unsaid ? i == 0 : node_of(v)->counts;
}

static void
tell(struct knowing *k, const char *person, const struct account_event *by)
{
	k->t[k->n] = (struct telling){person, by, k->n, false};
	k->n++;
}

/* Whom event V makes know, beside its maker; false: nobody. */
static bool
tells(const struct knowing *k, const struct account_event *v,
	const char **person)
{
	switch (v->kind) {
	case EVENT_REGISTERED:
	case EVENT_UPDATED:
		*person = v->value[EVENT_HOLDER];
		break;
	case EVENT_TRANSFERRED:
		*person = v->value[EVENT_TO];
		break;
	case EVENT_SEEN:
	case EVENT_CONFIRMED:
		if (k->seed)
			return false;
		/* fallthrough */
	case EVENT_REVEALED:
	case EVENT_EXPORTED:
		*person = v->value[EVENT_BY];
		/* a station does not know who works there */
		if (!*person)
			*person = v->actor;
		return true;
	default:
		return false;
	}
	return *person && (*person)[0];
}

static void
gather(struct knowing *k)
{
	const struct book_account *a = k->a;
	const char *person = NULL;
	size_t i;
	bool unsaid = true, since = false;

	for (i = 0; i < a->nevents; i++)
		unsaid = unsaid && !node_of(a->event[i])->counts;
	for (i = 0; i < a->nevents; i++) {
		if (is_origin(k, i, unsaid)) {
			since = true;
			tell(k, a->event[i]->actor, a->event[i]);
		}
		if (since && tells(k, a->event[i], &person))
			tell(k, person, a->event[i]);
	}
}

static unsigned char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') :
	    (unsigned char)c;
}

/* Persons are the same in any case of ASCII; then devices. */
static int
compare_who(const struct telling *a, const struct telling *b)
{
	const char *x = a->person ? a->person : a->by->device;
	const char *y = b->person ? b->person : b->by->device;

	if (!a->person != !b->person)
		return a->person ? -1 : 1;
	while (*x && lower(*x) == lower(*y)) {
		x++;
		y++;
	}
	return lower(*x) - lower(*y);
}

static int
by_who(const void *pa, const void *pb)
{
	const struct telling *a = pa, *b = pb;
	int c = compare_who(a, b);

	return c ? c : (a->turn > b->turn) - (a->turn < b->turn);
}

static int
by_turn(const void *pa, const void *pb)
{
	const struct telling *a = pa, *b = pb;

	return (a->turn > b->turn) - (a->turn < b->turn);
}

int
book_knows(const struct book *b, const struct book_account *a, bool seed,
	book_knows_fn fn, void *arg, struct err *e)
{
	struct knowing k = {a, seed, NULL, 0};
	size_t i;
	int rc = 0;

	(void)b;
	k.t = calloc(2 * a->nevents + 1, sizeof(*k.t));
	if (!k.t)
		return err_nomem(e);
	gather(&k);
	qsort(k.t, k.n, sizeof(*k.t), by_who);
	for (i = 1; i < k.n; i++)
		k.t[i].again = compare_who(k.t + i - 1, k.t + i) == 0;
	qsort(k.t, k.n, sizeof(*k.t), by_turn);
	for (i = 0; rc == 0 && i < k.n; i++)
		if (!k.t[i].again)
			rc = fn(arg, k.t[i].person, k.t[i].by, e);
	free(k.t);
	return rc;
}
