/* open/slip39.c - a secret in shares of words (SLIP-0039). */
#include "open/slip39.h"

#include <string.h>

#include "base/buf.h"
#include "crypto/pbkdf2.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define ROUNDS 2500u		/* of each of the four steps, at exponent 0 */
#define STEPS 4
#define HALF_MAX (SHAMIR_MAX_LEN / 2)
#define SALT_PREFIX "shamir"
#define SALT_PREFIX_LEN (sizeof(SALT_PREFIX) - 1)
#define SHARES_MAX (SLIP39_MAX_GROUPS * SLIP39_MAX_MEMBERS)

struct slip39 {
	size_t n;
	/* One more: a share is read where it would stand. */
	struct slip39_share share[SHARES_MAX + 1];
};

/* Of a size that keeps an array in guarded memory aligned: it ends a page. */
struct slip39_line {
	size_t group;
	size_t member;
	char text[SLIP39_LINE_MAX];
};

struct slip39_set {
	size_t n;
	struct slip39_line line[];
};

/* Rows of secret bytes for one level of sharing, and what they make. */
struct rows {
	uint8_t x[SHAMIR_MAX];
	uint8_t y[SHAMIR_MAX * SHAMIR_MAX_LEN];
	uint8_t member[SHAMIR_MAX * SHAMIR_MAX_LEN];
	uint8_t member_x[SHAMIR_MAX];
	uint8_t sealed[SHAMIR_MAX_LEN];
	struct slip39_share share;
};

/* --- the secret under a passphrase --- */

/* Of the four steps; guarded. */
struct cipher {
	uint8_t left[HALF_MAX];
	uint8_t right[HALF_MAX];
	uint8_t f[HALF_MAX];
	uint8_t salt[SALT_PREFIX_LEN + 2 + HALF_MAX];
	uint8_t pass[1 + SLIP39_PASS_MAX];
};

static int
check_pass(const char *pass, struct err *e)
{
	const char *p;

	for (p = pass; *p; p++) {
		if (*p < 32 || *p > 126) {
			(void)err_set(e, ERR_USAGE, "the passphrase of shares "
			    "may hold printable ASCII only");
			return err_hint(e, "letters a to z, digits, "
			    "punctuation and the space; or none at all");
		}
	}
	if (p - pass > SLIP39_PASS_MAX)
		return err_set(e, ERR_USAGE, "the passphrase is longer than "
		    "%d characters", SLIP39_PASS_MAX);
	return 0;
}

/* What goes in front of the right half; how many bytes. */
static size_t
salt_prefix(uint8_t *salt, const struct slip39_share *s)
{
	if (s->extendable)
		return 0;
	memcpy(salt, SALT_PREFIX, SALT_PREFIX_LEN);
	salt[SALT_PREFIX_LEN] = (uint8_t)(s->id >> 8);
	salt[SALT_PREFIX_LEN + 1] = (uint8_t)s->id;
	return SALT_PREFIX_LEN + 2;
}

/*
 * A Feistel network of four steps, taken in the other order to decrypt.  OUT
 * may be IN; S gives id, extendable and exponent.
 */
static int
crypt_secret(uint8_t *out, const uint8_t *in, size_t len, const char *pass,
	const struct slip39_share *s, bool decrypt, struct err *e)
{
	struct cipher *c;
	size_t half = len / 2, pass_len, prefix, k;
	int i, rc = -1;

	if (!pass)
		pass = "";
	if (check_pass(pass, e) < 0)
		return -1;
	pass_len = strlen(pass);
	c = secmem_new(sizeof(*c));
	if (!c)
		return err_nomem(e);
	memcpy(c->left, in, half);
	memcpy(c->right, in + half, half);
	memcpy(c->pass + 1, pass, pass_len);
	prefix = salt_prefix(c->salt, s);
	for (i = 0; i < STEPS; i++) {
		c->pass[0] = (uint8_t)(decrypt ? STEPS - 1 - i : i);
		memcpy(c->salt + prefix, c->right, half);
		if (pbkdf2_sha256(c->f, half, c->pass, 1 + pass_len, c->salt,
		    prefix + half, ROUNDS << s->exponent, e) < 0)
			goto out;
		for (k = 0; k < half; k++)
			c->f[k] ^= c->left[k];
		memcpy(c->left, c->right, half);
		memcpy(c->right, c->f, half);
	}
	memcpy(out, c->right, half);
	memcpy(out + half, c->left, half);
	rc = 0;
out:
	secmem_free(c);
	return rc;
}

/* --- splitting --- */

void
slip39_plan_simple(struct slip39_plan *plan, unsigned threshold,
	unsigned count)
{
	memset(plan, 0, sizeof(*plan));
	plan->exponent = SLIP39_EXPONENT;
	plan->extendable = true;
	plan->group_threshold = 1;
	plan->ngroups = 1;
	plan->group[0].threshold = threshold;
	plan->group[0].count = count;
}

static int
check_group(const struct slip39_group *g, struct err *e)
{
	if (g->count < 1 || g->count > SLIP39_MAX_MEMBERS)
		return err_set(e, ERR_USAGE, "%u shares, not 1 to %d",
		    g->count, SLIP39_MAX_MEMBERS);
	if (g->threshold < 1 || g->threshold > g->count)
		return err_set(e, ERR_USAGE, "%u of %u shares cannot be",
		    g->threshold, g->count);
	if (g->threshold == 1 && g->count > 1) {
		(void)err_set(e, ERR_USAGE, "1 of %u shares would be %u "
		    "copies of the whole secret", g->count, g->count);
		return err_hint(e, "make 1 of 1 and copy it, or ask for 2");
	}
	return 0;
}

static int
check_plan(const struct slip39_plan *plan, size_t len, struct err *e)
{
	unsigned i;

	if (len < SLIP39_SPLIT_MIN || len > SLIP39_SPLIT_MAX || len % 2)
		return err_set(e, ERR_USAGE, "a secret of %zu bytes, not an "
		    "even number from %d to %d", len, SLIP39_SPLIT_MIN,
		    SLIP39_SPLIT_MAX);
	if (plan->exponent > SLIP39_EXPONENT_MAX)
		return err_set(e, ERR_USAGE, "an exponent of %u, not 0 to %d",
		    plan->exponent, SLIP39_EXPONENT_MAX);
	if (plan->ngroups < 1 || plan->ngroups > SLIP39_MAX_GROUPS)
		return err_set(e, ERR_USAGE, "%u groups, not 1 to %d",
		    plan->ngroups, SLIP39_MAX_GROUPS);
	if (plan->group_threshold < 1 ||
	    plan->group_threshold > plan->ngroups)
		return err_set(e, ERR_USAGE, "%u of %u groups cannot be",
		    plan->group_threshold, plan->ngroups);
	for (i = 0; i < plan->ngroups; i++)
		if (check_group(&plan->group[i], e) < 0)
			return -1;
	return 0;
}

/* The shares of group no s->group, whose secret is its row of R. */
static int
split_group(struct slip39_set *set, struct rows *r,
	const struct slip39_group *g, struct err *e)
{
	struct slip39_share *s = &r->share;
	struct slip39_line *line;
	unsigned i;

	if (shamir_split(r->member, g->threshold, g->count,
	    r->y + s->group * s->len, s->len, e) < 0)
		return -1;
	s->threshold = g->threshold;
	for (i = 0; i < g->count; i++) {
		s->member = i;
		memcpy(s->value, r->member + i * s->len, s->len);
		if (slip39_share_encode(s, e) < 0)
			return -1;
		line = &set->line[set->n++];
		line->group = s->group;
		line->member = i;
		slip39_share_text(line->text, s);
	}
	return 0;
}

static int
split_all(struct slip39_set *set, struct rows *r,
	const struct slip39_plan *plan, const uint8_t *secret, size_t len,
	const char *pass, struct err *e)
{
	struct slip39_share *s = &r->share;
	uint16_t id;

	secmem_random(&id, sizeof(id));
	memset(s, 0, sizeof(*s));
	s->id = id & 0x7fff;
	s->extendable = plan->extendable;
	s->exponent = plan->exponent;
	s->group_threshold = plan->group_threshold;
	s->group_count = plan->ngroups;
	s->len = len;
	if (crypt_secret(r->sealed, secret, len, pass, s, false, e) < 0 ||
	    shamir_split(r->y, plan->group_threshold, plan->ngroups,
	    r->sealed, len, e) < 0)
		return -1;
	for (; s->group < plan->ngroups; s->group++)
		if (split_group(set, r, &plan->group[s->group], e) < 0)
			return -1;
	return 0;
}

struct slip39_set *
slip39_split(const struct slip39_plan *plan, const uint8_t *secret, size_t len,
	const char *pass, struct err *e)
{
	struct slip39_set *set = NULL;
	struct rows *r = NULL;
	size_t n = 0;
	unsigned i;

	if (check_plan(plan, len, e) < 0)
		return NULL;
	for (i = 0; i < plan->ngroups; i++)
		n += plan->group[i].count;
	set = secmem_new(sizeof(*set) + n * sizeof(set->line[0]));
	r = secmem_new(sizeof(*r));
	if (!set || !r) {
		(void)err_nomem(e);
		goto fail;
	}
	set->n = 0;
	if (split_all(set, r, plan, secret, len, pass, e) < 0)
		goto fail;
	secmem_free(r);
	return set;
fail:
	secmem_free(r);
	secmem_free(set);
	return NULL;
}

size_t
slip39_set_count(const struct slip39_set *set)
{
	return set->n;
}

const char *
slip39_set_text(const struct slip39_set *set, size_t i)
{
	return set->line[i].text;
}

void
slip39_set_place(const struct slip39_set *set, size_t i, unsigned *group,
	unsigned *member)
{
	*group = (unsigned)set->line[i].group;
	*member = (unsigned)set->line[i].member;
}

void
slip39_set_free(struct slip39_set *set)
{
	secmem_free(set);
}

/* --- recovering --- */

struct slip39 *
slip39_new(struct err *e)
{
	struct slip39 *s = secmem_new(sizeof(*s));

	if (!s) {
		(void)err_nomem(e);
		return NULL;
	}
	s->n = 0;
	return s;
}

void
slip39_free(struct slip39 *s)
{
	secmem_free(s);
}

size_t
slip39_count(const struct slip39 *s)
{
	return s->n;
}

const struct slip39_share *
slip39_last(const struct slip39 *s)
{
	return s->n > 0 ? &s->share[s->n - 1] : NULL;
}

/* Shares of a group that are there; *threshold if there is any. */
static unsigned
members(const struct slip39 *s, unsigned group, unsigned *threshold)
{
	unsigned have = 0;
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (s->share[i].group == group) {
			*threshold = s->share[i].threshold;
			have++;
		}
	}
	return have;
}

bool
slip39_complete(const struct slip39 *s, unsigned *shares, unsigned *groups)
{
	unsigned g, have, begun = 0, threshold = 0;

	*shares = 0;
	for (g = 0; g < SLIP39_MAX_GROUPS; g++) {
		have = members(s, g, &threshold);
		if (have > 0) {
			begun++;
			*shares += threshold - have;
		}
	}
	*groups = s->n > 0 ? s->share[0].group_threshold - begun : 1;
	return *shares == 0 && *groups == 0;
}

/* What is the same in all shares of a set. */
static int
check_set(const struct slip39_share *a, const struct slip39_share *first,
	struct err *e)
{
	const char *what = NULL;

	if (a->id != first->id || a->extendable != first->extendable ||
	    a->exponent != first->exponent)
		what = "the first two words of a set are the same";
	else if (a->group_threshold != first->group_threshold ||
	    a->group_count != first->group_count)
		what = "its groups are others";
	else if (a->len != first->len)
		what = "it is longer or shorter";
	if (!what)
		return 0;
	(void)err_set(e, ERR_FORMAT, "of another set than share 1: %s", what);
	return err_hint(e, "shares of two splittings cannot be mixed: look "
	    "for the sheet with the same first two words");
}

/* Share A beside one of its group, which is no I. */
static int
check_member(const struct slip39_share *a, const struct slip39_share *b,
	size_t i, struct err *e)
{
	if (a->threshold != b->threshold)
		return err_set(e, ERR_FORMAT, "of another set than share %zu: "
		    "their group needs %u or %u shares", i, b->threshold,
		    a->threshold);
	if (a->member != b->member)
		return 0;
	if (secmem_eq(a->value, b->value, a->len)) {
		(void)err_set(e, ERR_USAGE, "the same as share %zu", i);
		return err_hint(e, "another one is needed");
	}
	return err_set(e, ERR_FORMAT, "of another set than share %zu: both "
	    "are member %u of group %u", i, a->member + 1, a->group + 1);
}

/* Share A, well formed, beside those that are there. */
static int
check_fit(const struct slip39 *s, const struct slip39_share *a, struct err *e)
{
	unsigned threshold = 0, shares, groups, have;
	size_t i;

	if (s->n == 0)
		return 0;
	if (check_set(a, &s->share[0], e) < 0)
		return -1;
	for (i = 0; i < s->n; i++)
		if (s->share[i].group == a->group &&
		    check_member(a, &s->share[i], i + 1, e) < 0)
			return -1;
	if (slip39_complete(s, &shares, &groups))
		return err_set(e, ERR_USAGE,
		    "not needed: the shares before it suffice");
	have = members(s, a->group, &threshold);
	if (have > 0 && have == threshold)
		return err_set(e, ERR_USAGE, "not needed: there are %u of "
		    "group %u already", have, a->group + 1);
	if (have == 0 && groups == 0) {
		(void)err_set(e, ERR_USAGE, "of one group more than the %u "
		    "that are needed", a->group_threshold);
		return err_hint(e, "give the missing ones of the groups begun,"
		    " or begin anew with others");
	}
	return 0;
}

int
slip39_add(struct slip39 *s, const char *text, size_t n, struct err *e)
{
	struct slip39_share *a = &s->share[s->n];

	if (slip39_share_decode(a, text, n, e) < 0 ||
	    check_fit(s, a, e) < 0) {
		secmem_wipe(a, sizeof(*a));
		return err_prefix(e, "share %zu", s->n + 1);
	}
	s->n++;
	return 0;
}

/* Say which shares are missing. */
static int
too_few(const struct slip39 *s, unsigned shares, unsigned groups,
	struct err *e)
{
	struct buf text = BUF_INIT(400);
	unsigned g, have, threshold = 0;

	if (s->n == 0)
		return err_set(e, ERR_USAGE, "no shares");
	if (s->share[0].group_count == 1)
		return err_set(e, ERR_USAGE, "too few shares: %u more of the "
		    "same set needed", shares);
	for (g = 0; g < SLIP39_MAX_GROUPS; g++) {
		have = members(s, g, &threshold);
		if (have > 0 && have < threshold &&
		    buf_addf(&text, e, "%s%u more of group %u",
		    text.len ? ", " : "", threshold - have, g + 1) < 0)
			goto out;
	}
	if (groups > 0 && buf_addf(&text, e, "%sthose of %u more group%s",
	    text.len ? ", " : "", groups, groups > 1 ? "s" : "") < 0)
		goto out;
	(void)err_set(e, ERR_USAGE, "too few shares: %s needed",
	    buf_str(&text));
out:
	buf_release(&text);
	return -1;
}

/* The secret of one group into R's next row, of which N are there. */
static int
join_group(struct rows *r, unsigned n, const struct slip39 *s, unsigned group,
	struct err *e)
{
	size_t i, len = s->share[0].len;
	unsigned have = 0;

	for (i = 0; i < s->n; i++) {
		if (s->share[i].group != group)
			continue;
		r->member_x[have] = (uint8_t)s->share[i].member;
		memcpy(r->member + have * len, s->share[i].value, len);
		have++;
	}
	r->x[n] = (uint8_t)group;
	if (shamir_join(r->y + n * len, r->member_x, r->member, have, len,
	    e) < 0)
		return s->share[0].group_count == 1 ? -1 :
		    err_prefix(e, "group %u", group + 1);
	return 0;
}

uint8_t *
slip39_combine(const struct slip39 *s, const char *pass, size_t *len,
	struct err *e)
{
	unsigned shares, groups, g, n = 0, threshold;
	uint8_t *secret = NULL;
	struct rows *r = NULL;
	int rc = -1;

	if (!slip39_complete(s, &shares, &groups)) {
		(void)too_few(s, shares, groups, e);
		return NULL;
	}
	r = secmem_new(sizeof(*r));
	secret = secmem_new(s->share[0].len);
	if (!r || !secret) {
		(void)err_nomem(e);
		goto out;
	}
	for (g = 0; g < SLIP39_MAX_GROUPS; g++)
		if (members(s, g, &threshold) > 0 &&
		    join_group(r, n++, s, g, e) < 0)
			goto out;
	if (shamir_join(r->sealed, r->x, r->y, n, s->share[0].len, e) < 0 ||
	    crypt_secret(secret, r->sealed, s->share[0].len, pass,
	    &s->share[0], true, e) < 0)
		goto out;
	*len = s->share[0].len;
	rc = 0;
out:
	secmem_free(r);
	if (rc < 0) {
		secmem_free(secret);
		return NULL;
	}
	return secret;
}
