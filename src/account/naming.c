/* account/naming.c - unified names; docs/FORMAT.md section 9. */
#include "account/naming.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/markset.h"
#include "base/str.h"
#include "base/utf8.h"
#include "config/teamini.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"

#include "base/banned.h"

#define COMPANY_MAX 11		/* [a-z][a-z0-9]{1,9} and NUL */
#define SEQ_MAX 999999u
#define FOLDED_MAX (1u << 20)
#define NAMES_MAX (1u << 30)	/* bytes of all that are used */
#define TEMPLATE_MAX 256u
#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyz"

/* The highest number in a name of a platform, once somebody asked. */
struct highest {
	char code[PLATFORM_CODE_LEN];
	unsigned seq;
};

struct naming {
	char company[COMPANY_MAX];
	char record[TEMPLATE_MAX], login[TEMPLATE_MAX];
	struct markset folded;	/* of folded forms: index of `used` */
	uint8_t key[HASH_LEN];	/* of marks: no choice of names makes it slow */
	struct buf *scratch;	/* a folded form */
	struct buf names;	/* in the order of coming, each with its NUL */
	uint32_t *used;		/* where each begins */
	size_t nused, cap_used;
	struct highest *highest;
	size_t nhighest;
};

int
naming_fold(const char *name, struct buf *out, struct err *e)
{
	const uint8_t *at = (const uint8_t *)name, *end = at + strlen(name);
	char raw[4];
	uint32_t cp;
	size_t n;

	for (; at < end; at += n) {
		n = utf8_next(at, (size_t)(end - at), &cp);
		if (n == 0) {
			n = 1;
			cp = 0xfffd;
		} else if (cp >= 0xff01 && cp <= 0xff5e) {
			cp -= 0xff01 - 0x21;
		} else if (cp == 0x3000) {
			cp = ' ';
		}
		if (cp >= 'A' && cp <= 'Z')
			cp |= 0x20;
		if (cp == '-' || cp == '_' || cp == '.' || cp == ' ')
			continue;
		cp = cp == '0' ? 'o' : cp == '1' || cp == 'i' ? 'l' : cp;
		/* What is no UTF-8 stays as it is: no other name is like it. */
		if ((cp == 0xfffd && n == 1 ? buf_addc(out, (char)*at, e) :
		    buf_add(out, raw, utf8_put(cp, raw), e)) < 0)
			return -1;
	}
	return 0;
}

/* The mark of what NAME looks like. */
static int
mark_of(const struct naming *n, const char *name,
	uint8_t out[static MARK_LEN], struct err *e)
{
	buf_clear(n->scratch);
	if (naming_fold(name, n->scratch, e) < 0)
		return -1;
	hash_blake2b_n(out, MARK_LEN, n->key, sizeof(n->key),
	    buf_str(n->scratch), n->scratch->len);
	return 0;
}

/* What is used and looks like NAME, or NULL. */
static const char *
find(const struct naming *n, const char *name)
{
	struct err ignored = ERR_INIT;
	uint8_t mark[MARK_LEN];
	uint32_t at = MARK_NONE;

	if (mark_of(n, name, mark, &ignored) == 0)
		at = markset_find(&n->folded, mark);
	return at != MARK_NONE ? buf_str(&n->names) + n->used[at] : NULL;
}

bool
naming_is_used(const struct naming *n, const char *name)
{
	return find(n, name) != NULL;
}

/* --- Templates */

enum part { PART_END, PART_TEXT, PART_COMPANY, PART_CODE, PART_SHOP, PART_SEQ };

struct piece {
	enum part part;
	const char *text;	/* PART_TEXT */
	size_t len;
	int width;		/* PART_SEQ: digits at least */
};

/*
 * The piece of a template at *AT, which moves behind it.  -1: a '{' that begins
 * none.
 */
static int
next_piece(const char **at, struct piece *p)
{
	static const struct {
		const char *word;
		enum part part;
	} table[] = {{"{company}", PART_COMPANY}, {"{code}", PART_CODE},
		{"{shop}", PART_SHOP}, {"{seq}", PART_SEQ}};
	size_t i;

	*p = (struct piece){PART_TEXT, *at, strcspn(*at, "{}"), 1};
	if (!**at) {
		p->part = PART_END;
		return 0;
	}
	if (p->len > 0) {
		*at += p->len;
		return 0;
	}
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (!str_starts(*at, table[i].word))
			continue;
		p->part = table[i].part;
		*at += strlen(table[i].word);
		return 0;
	}
	if (!str_starts(*at, "{seq:0") || (*at)[6] < '1' || (*at)[6] > '6' ||
	    (*at)[7] != '}')
		return -1;
	p->part = PART_SEQ;
	p->width = (*at)[6] - '0';
	*at += 8;
	return 0;
}

static int
check_template(const char *key, const char *text, struct err *e)
{
	const char *at = text;
	unsigned seqs = 0;
	struct piece p;

	do {
		if (next_piece(&at, &p) < 0)
			return err_set(e, ERR_CONFIG, "[naming] %s: '%.64s' is "
			    "none of {company}, {code}, {shop}, {seq}, {seq:02}",
			    key, at);
		if (p.part == PART_TEXT && (!utf8_clean(p.text, p.len) ||
		    memchr(p.text, '/', p.len) || memchr(p.text, '~', p.len)))
			return err_set(e, ERR_CONFIG, "[naming] %s: has a sign "
			    "that no name has", key);
		seqs += p.part == PART_SEQ;
	} while (p.part != PART_END);
	return seqs == 1 ? 0 : err_set(e, ERR_CONFIG,
	    "[naming] %s: wants {seq} once", key);
}

struct expand {
	const struct naming *n;
	const char *code, *shop;	/* or NULL */
	unsigned seq;
	bool plain;		/* of the shop ASCII letters and digits only */
};

/* SHOP as a part of a name. */
static int
add_shop(struct buf *out, const char *shop, bool plain, struct err *e)
{
	char c;

	for (; *shop; shop++) {
		c = *shop >= 'A' && *shop <= 'Z' ? (char)(*shop | 0x20) :
		    *shop;
		if (plain ? !strchr(LETTERS DIGITS, c) :
		    (unsigned char)c < 0x21 || strchr("/~\x7f", c)) {
			if (plain)
				continue;
			c = '-';
		}
		if (buf_addc(out, c, e) < 0)
			return -1;
	}
	return 0;
}

/* SEQ with WIDTH digits at least. */
static int
add_seq(struct buf *out, unsigned seq, int width, struct err *e)
{
	char digit[16];
	size_t at = sizeof(digit);

	for (; at > 0 && (seq > 0 || width > 0); seq /= 10, width--)
		digit[--at] = (char)('0' + seq % 10);
	return buf_add(out, digit + at, sizeof(digit) - at, e);
}

static int
expand(const struct expand *x, const char *text, char out[NAMING_NAME_MAX],
	struct err *e)
{
	struct buf b = BUF_INIT(65536);
	struct piece p;
	int rc = buf_reserve(&b, NAMING_NAME_MAX, e);

	do {
		(void)next_piece(&text, &p);	/* checked before */
		if (rc == 0 && p.part == PART_TEXT)
			rc = buf_add(&b, p.text, p.len, e);
		else if (rc == 0 && p.part == PART_COMPANY)
			rc = buf_adds(&b, x->n->company, e);
		else if (rc == 0 && p.part == PART_CODE)
			rc = buf_adds(&b, x->code, e);
		else if (rc == 0 && p.part == PART_SEQ)
			rc = add_seq(&b, x->seq, p.width, e);
		else if (rc == 0 && p.part == PART_SHOP)
			rc = x->shop ? add_shop(&b, x->shop, x->plain, e) :
			    err_set(e, ERR_CONFIG, "names have the shop in "
			    "them, and there is none");
	} while (rc == 0 && p.part != PART_END);
	if (rc == 0 && b.len >= NAMING_NAME_MAX)
		rc = err_set(e, ERR_CONFIG,
		    "a name of more than %u bytes: '%.40s…'",
		    NAMING_NAME_MAX - 1, buf_str(&b));
	if (rc == 0)
		memcpy(out, buf_str(&b), b.len + 1);
	buf_release(&b);
	return rc;
}

/*
 * Does NAME follow TEXT, for CODE (NULL: any)?  Its number, or 0.  {shop} is
 * anything: the first length that fits.
 */
static unsigned
follows(const struct naming *n, const char *text, const char *code,
	const char *name, unsigned seq)
{
	unsigned long v;
	struct piece p;
	size_t len, min = 1, max;
	unsigned got;

	(void)next_piece(&text, &p);
	switch (p.part) {
	case PART_END:
		return *name ? 0 : seq;
	case PART_TEXT:
		return strncmp(name, p.text, p.len) != 0 ? 0 :
		    follows(n, text, code, name + p.len, seq);
	case PART_COMPANY:
		return !str_starts(name, n->company) ? 0 :
		    follows(n, text, code, name + strlen(n->company), seq);
	case PART_SEQ:
		len = strspn(name, DIGITS);
		if (len < (size_t)p.width || len > 6 || (len >
		    (size_t)p.width && name[0] == '0'))
			return 0;
		v = strtoul(name, NULL, 10);
		return v == 0 ? 0 : follows(n, text, code, name + len,
		    (unsigned)v);
	case PART_CODE:
		if (code)
			return !str_starts(name, code) ? 0 : follows(n, text,
			    code, name + strlen(code), seq);
		max = strspn(name, LETTERS DIGITS);
		min = 2;
		break;
	case PART_SHOP:
	default:
		max = strlen(name);
		break;
	}
	for (len = min; len <= max && len < NAMING_NAME_MAX; len++) {
		got = follows(n, text, code, name + len, seq);
		if (got)
			return got;
	}
	return 0;
}

/* The number that NAME takes of those of CODE; 0: none. */
static unsigned
number_of(const struct naming *n, const char *code, const char *name)
{
	unsigned seq = follows(n, n->record, code, name, 0);

	return seq ? seq : follows(n, n->login, code, name, 0);
}

static unsigned *
highest_of(struct naming *n, const char *code, struct err *e)
{
	struct highest *h;
	unsigned seq;
	size_t i;

	for (i = 0; i < n->nhighest; i++)
		if (strcmp(n->highest[i].code, code) == 0)
			return &n->highest[i].seq;
	h = realloc(n->highest, (n->nhighest + 1) * sizeof(*h));
	if (!h) {
		(void)err_nomem(e);
		return NULL;
	}
	n->highest = h;
	h += n->nhighest++;
	*h = (struct highest){.seq = 0};
	(void)snprintf(h->code, sizeof(h->code), "%s", code);
	for (i = 0; i < n->nused; i++) {
		seq = number_of(n, code,
		    buf_str(&n->names) + n->used[i]);
		if (seq > h->seq)
			h->seq = seq;
	}
	return &h->seq;
}

int
naming_used(struct naming *n, const char *name, struct err *e)
{
	uint8_t mark[MARK_LEN];
	uint32_t *grown;
	unsigned seq;
	size_t i;

	if (!*name)
		return 0;
	if (n->nused == n->cap_used) {
		grown = realloc(n->used,
		    (n->cap_used * 2 + 256) * sizeof(*grown));
		if (!grown)
			return err_nomem(e);
		n->used = grown;
		n->cap_used = n->cap_used * 2 + 256;
	}
	n->used[n->nused] = (uint32_t)n->names.len;
	if (mark_of(n, name, mark, e) < 0 ||
	    buf_add(&n->names, name, strlen(name) + 1, e) < 0)
		return -1;
	if (markset_add(&n->folded, mark, (uint32_t)n->nused, e) < 0) {
		n->names.len = n->used[n->nused];
		return -1;
	}
	n->nused++;
	for (i = 0; i < n->nhighest; i++) {
		seq = number_of(n, n->highest[i].code, name);
		if (seq > n->highest[i].seq)
			n->highest[i].seq = seq;
	}
	return 0;
}

/* Is there a rule against both forms in OUT?  0: no; -1: says it. */
static int
takes(const struct platform *p, const struct naming_proposal *out,
	struct err *e)
{
	struct buf why = BUF_INIT(4096);
	int rc = 0;

	if (out->login[0]) {
		rc = platform_check(p, out->login, &why, e);
		if (rc == 1) {
			rc = err_set(e, ERR_CONFIG, "[naming] login gives '%s'; "
			    "%s", out->login, buf_str(&why));
			(void)err_hint(e, "name the account yourself, or "
			    "change [naming] or [platform %s] in policy.ini",
			    p->code);
		}
	}
	buf_release(&why);
	return rc;
}

int
naming_propose(struct naming *n, const struct platform *p,
	const char *shop, struct naming_proposal *out, struct err *e)
{
	unsigned *highest = highest_of(n, p->code, e);
	struct naming_proposal next = {"", "", 0};
	struct expand x = {n, p->code, shop && *shop ? shop : NULL, 0, false};

	if (!highest)
		return -1;
	for (x.seq = *highest + 1; x.seq <= SEQ_MAX; x.seq++) {
		x.plain = false;
		if (expand(&x, n->record, next.record, e) < 0)
			return -1;
		x.plain = true;
		if (!p->assigned && expand(&x, n->login, next.login, e) < 0)
			return -1;
		if (naming_is_used(n, next.record) ||
		    (next.login[0] && naming_is_used(n, next.login)))
			continue;
		if (takes(p, &next, e) < 0)
			return -1;
		next.seq = x.seq;
		*out = next;
		return 0;
	}
	return err_set(e, ERR_CONFIG, "%s: no number is free below %u",
	    p->name, SEQ_MAX + 1);
}

int
naming_record(struct naming *n, const struct platform *p, const char *shop,
	const char *login, bool only_same, char out[static NAMING_NAME_MAX],
	struct err *e)
{
	struct expand x = {n, p->code, shop && *shop ? shop : NULL, 0, false};
	char name[NAMING_NAME_MAX];
	unsigned *highest;

	x.seq = login ? follows(n, n->login, p->code, login, 0) : 0;
	if (x.seq && expand(&x, n->record, name, e) < 0)
		return -1;
	if (x.seq && !naming_is_used(n, name)) {
		memcpy(out, name, sizeof(name));
		return 0;
	}
	out[0] = '\0';
	if (only_same)
		return 0;
	highest = highest_of(n, p->code, e);
	if (!highest)
		return -1;
	for (x.seq = *highest + 1; x.seq <= SEQ_MAX; x.seq++) {
		if (expand(&x, n->record, name, e) < 0)
			return -1;
		if (naming_is_used(n, name))
			continue;
		memcpy(out, name, sizeof(name));
		return 0;
	}
	return err_set(e, ERR_CONFIG, "%s: no number is free below %u",
	    p->name, SEQ_MAX + 1);
}

bool
naming_takes(const struct naming *n, const struct platform *p,
	const char *record)
{
	return follows(n, n->record, p->code, record, 0) && !find(n, record);
}

int
naming_check(const struct naming *n, const struct platform *p,
	const char *record, struct buf *why, struct err *e)
{
	const char *like;
	struct naming_proposal like_this;
	struct expand x = {n, p ? p->code : "xx", "shop", 1, false};

	buf_clear(why);
	if (!follows(n, n->record, p ? p->code : NULL, record, 0)) {
		if (expand(&x, n->record, like_this.record, e) < 0)
			return -1;
		return buf_addf(why, e, "the name '%s' is not like '%s'",
		    record, like_this.record) < 0 ? -1 : 1;
	}
	like = find(n, record);
	if (!like)
		return 0;
	return (strcmp(like, record) == 0 ?
	    buf_addf(why, e, "the name '%s' was used before", record) :
	    buf_addf(why, e, "the name '%s' looks like '%s', which was used "
	    "before", record, like)) < 0 ? -1 : 2;
}

/* --- Policy */

static int
on_value(void *arg, const char *section, const char *key, const char *value)
{
	struct buf *set = arg;	/* company, record, login, org */
	static const char *const keys[] = {"company", "record", "login"};
	struct err ignored = ERR_INIT;
	size_t i;

	for (i = 0; i < 3; i++) {
		if (strcmp(section, "naming") != 0 ||
		    strcmp(key, keys[i]) != 0)
			continue;
		buf_clear(&set[i]);
		return buf_adds(&set[i], value, &ignored);
	}
	if (strcmp(section, "team") == 0 && strcmp(key, "org") == 0) {
		buf_clear(&set[3]);
		return buf_adds(&set[3], value, &ignored);
	}
	return 0;
}

/* [a-z][a-z0-9]{1,9} of what ORG has of it; false: it has none. */
static bool
company_of(const char *org, char out[static COMPANY_MAX])
{
	size_t n = 0;
	char c;

	for (; *org && n + 1 < COMPANY_MAX; org++) {
		c = *org >= 'A' && *org <= 'Z' ? (char)(*org | 0x20) : *org;
		if (strchr(n ? LETTERS DIGITS : LETTERS, c))
			out[n++] = c;
	}
	out[n] = '\0';
	return n >= 2;
}

static int
set_up(struct naming *n, struct buf set[static 4], struct err *e)
{
	const char *company = buf_str(&set[0]);

	if (set[0].len > 0 && (!strchr(LETTERS, company[0]) ||
	    strspn(company, LETTERS DIGITS) != set[0].len || set[0].len < 2 ||
	    set[0].len >= COMPANY_MAX)) {
		(void)err_set(e, ERR_CONFIG, "[naming] company: '%.32s' is not "
		    "2 to 10 letters (a-z) and digits, a letter first",
		    company);
		return err_hint(e, "shorter ones make logins that platforms "
		    "refuse as too short");
	}
	if (set[0].len > 0)
		(void)snprintf(n->company, sizeof(n->company), "%s", company);
	else if (!company_of(buf_str(&set[3]), n->company))
		(void)snprintf(n->company, sizeof(n->company), "liudi");
	if (set[1].len >= TEMPLATE_MAX || set[2].len >= TEMPLATE_MAX)
		return err_set(e, ERR_CONFIG,
		    "[naming]: a template of more than %u bytes",
		    TEMPLATE_MAX - 1);
	(void)snprintf(n->record, sizeof(n->record), "%s", set[1].len ?
	    buf_str(&set[1]) : "{company}-{code}-{seq:02}");
	(void)snprintf(n->login, sizeof(n->login), "%s", set[2].len ?
	    buf_str(&set[2]) : "{company}{code}{seq:02}");
	return check_template("record", n->record, e) < 0 ? -1 :
	    check_template("login", n->login, e);
}

struct naming *
naming_new(const char *policy, struct err *e)
{
	struct buf set[4];
	struct naming *n = calloc(1, sizeof(*n));
	size_t i;
	int rc = -1;

	for (i = 0; i < 4; i++)
		buf_init(&set[i], TEAMINI_LINE_MAX);
	if (n) {
		n->scratch = calloc(1, sizeof(*n->scratch));
		secmem_random(n->key, sizeof(n->key));
		buf_init(&n->names, NAMES_MAX);
	}
	if (n && n->scratch)
		buf_init(n->scratch, FOLDED_MAX);
	if (!n || !n->scratch ||
	    (policy && teamini_each(policy, on_value, set) != 0))
		(void)err_nomem(e);
	else
		rc = set_up(n, set, e);
	for (i = 0; i < 4; i++)
		buf_release(&set[i]);
	if (rc == 0)
		return n;
	naming_free(n);
	return NULL;
}

void
naming_free(struct naming *n)
{
	if (!n)
		return;
	buf_release(&n->names);
	free(n->used);
	markset_release(&n->folded);
	if (n->scratch)
		buf_release(n->scratch);
	free(n->scratch);
	free(n->highest);
	free(n);
}
