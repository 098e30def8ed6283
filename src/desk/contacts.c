/*
 * desk/contacts.c - whom a text tells how to reach; docs/REPORTS.md "Contacts in
 * a text".
 *
 * Addresses first, then ids behind the name of a messenger, then numbers: what
 * one of them took, the next does not see.
 */
#include "desk/contacts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "desk/folded.h"

#include "base/banned.h"

#define WORDS_MAX 128		/* of all lists below */
#define WORD_MAX 24
#define BEFORE 16		/* characters in which a word rules what follows */
#define BEHIND_LABEL 14		/* blanks and signs between name and id */
#define SAME_DIGITS 9

enum list {
	IS_WECHAT, IS_WHATSAPP, IS_QQ, IS_ADD,
	IS_LINK,	/* WhatsApp's, with the number in it */
	IS_SAID,	/* stands between the name and an id */
	IS_NUMBER,	/* a telephone number follows */
	IS_OTHER,	/* another number follows: of a parcel, an order */
	IS_ADDED	/* with IS_ADD in front or behind it means another thing */
};

/* In the order of the lists. */
static const struct {
	enum list list;
	const char *word;
} words[] = {
	{IS_WECHAT, "微信"}, {IS_WECHAT, "wechat"}, {IS_WECHAT, "we chat"},
	{IS_WECHAT, "weixin"}, {IS_WECHAT, "wei xin"}, {IS_WECHAT, "vx"},
	{IS_WECHAT, "v x"}, {IS_WECHAT, "wx"}, {IS_WECHAT, "v信"},
	{IS_WECHAT, "薇信"}, {IS_WECHAT, "威信"}, {IS_WECHAT, "微 信"},
	{IS_WECHAT, "加v"},
	{IS_WHATSAPP, "whatsapp"}, {IS_WHATSAPP, "whats app"},
	{IS_WHATSAPP, "what's app"}, {IS_WHATSAPP, "wa:"},
	{IS_QQ, "qq"}, {IS_QQ, "q q"}, {IS_QQ, "扣扣"}, {IS_QQ, "企鹅号"},
	{IS_ADD, "加我"}, {IS_ADD, "加个微信"}, {IS_ADD, "加一下微信"},
	{IS_ADD, "加下微信"}, {IS_ADD, "加微信"}, {IS_ADD, "加qq"},
	{IS_ADD, "add me"}, {IS_ADD, "add my wechat"},
	{IS_ADD, "add my whatsapp"},
	{IS_LINK, "wa.me/"}, {IS_LINK, "whatsapp.com/send?phone="},
	{IS_SAID, "号码"}, {IS_SAID, "号"}, {IS_SAID, "是"}, {IS_SAID, "为"},
	{IS_SAID, "id"}, {IS_SAID, "is"}, {IS_SAID, ":"}, {IS_SAID, "="},
	{IS_SAID, "no."}, {IS_SAID, "number"},
	{IS_NUMBER, "电话"}, {IS_NUMBER, "手机"}, {IS_NUMBER, "座机"},
	{IS_NUMBER, "联系方式"}, {IS_NUMBER, "tel"}, {IS_NUMBER, "phone"},
	{IS_NUMBER, "mobile"}, {IS_NUMBER, "mob"}, {IS_NUMBER, "cell"},
	{IS_NUMBER, "call me"}, {IS_NUMBER, "whatsapp"},
	{IS_OTHER, "快递"}, {IS_OTHER, "顺丰"}, {IS_OTHER, "单号"},
	{IS_OTHER, "运单"}, {IS_OTHER, "物流"}, {IS_OTHER, "派送"},
	{IS_OTHER, "派件"}, {IS_OTHER, "取件"}, {IS_OTHER, "订单"},
	{IS_OTHER, "账号"}, {IS_OTHER, "帐号"}, {IS_OTHER, "账户"},
	{IS_OTHER, "发票"}, {IS_OTHER, "tracking"}, {IS_OTHER, "courier"},
	{IS_OTHER, "waybill"}, {IS_OTHER, "awb"}, {IS_OTHER, "dhl"},
	{IS_OTHER, "ups"}, {IS_OTHER, "fedex"}, {IS_OTHER, "ems"},
	{IS_OTHER, "tnt"}, {IS_OTHER, "order"}, {IS_OTHER, "invoice"},
	{IS_OTHER, "account"}, {IS_OTHER, "iban"}, {IS_OTHER, "hs code"},
	{IS_ADDED, "参"}, {IS_ADDED, "增"}, {IS_ADDED, "更"},
	{IS_ADDED, "附"}, {IS_ADDED, "追"}, {IS_ADDED, "司"},
	{IS_ADDED, "方"}, {IS_ADDED, "国"}, {IS_ADDED, "厂"}
};
#define NWORDS (sizeof(words) / sizeof(*words))
_Static_assert(NWORDS <= WORDS_MAX, "struct contacts has room for all");

struct word {
	struct folded_char v[WORD_MAX];
	size_t n;
};

struct contacts {
	struct glyphs *g;
	struct word word[WORDS_MAX];
	size_t end[IS_ADDED + 1];	/* of each list, in `word` */
	struct folded f;	/* the text at hand */
	uint8_t *taken;		/* one each of its characters */
	size_t cap;
};

/* What a scan carries. */
struct scan {
	struct contacts *c;
	contacts_fn fn;
	void *arg;
	char value[CONTACTS_VALUE_MAX];
	size_t len;
};

const char *
contacts_kind_name(enum contacts_kind k)
{
	static const char *const names[] = {"phone", "email", "wechat",
	    "whatsapp", "qq", "add"};

	return names[k];
}

struct contacts *
contacts_new(struct err *e)
{
	struct contacts *c = calloc(1, sizeof(*c));
	size_t i, k;

	if (!c) {
		(void)err_nomem(e);
		return NULL;
	}
	c->g = glyphs_new(e);
	if (!c->g)
		goto fail;
	for (i = 0; i < NWORDS; i++) {
		if (folded_make(&c->f, c->g, words[i].word,
		    strlen(words[i].word), WORD_MAX, e) < 0)
			goto fail;
		for (k = 0; k < c->f.n; k++)
			c->word[i].v[k] = c->f.v[k];
		c->word[i].n = c->f.n;
		c->end[words[i].list] = i + 1;
	}
	return c;
fail:
	contacts_free(c);
	return NULL;
}

void
contacts_free(struct contacts *c)
{
	if (!c)
		return;
	glyphs_free(c->g);
	folded_release(&c->f);
	free(c->taken);
	free(c);
}

/* --- Characters. */

static bool
digit(uint32_t cp)
{
	return cp >= '0' && cp <= '9';
}

static bool
alnum(uint32_t cp)
{
	return digit(cp) || (cp >= 'a' && cp <= 'z');
}

/* Of an id; and of what stands before the @ of an address. */
static bool
id_char(uint32_t cp)
{
	return alnum(cp) || cp == '_' || cp == '-';
}

static bool
local_char(uint32_t cp)
{
	return id_char(cp) || cp == '.' || cp == '%' || cp == '+';
}

/* Between the groups of a number; dashes are many. */
static bool
joins(uint32_t cp)
{
	return cp == ' ' || cp == '-' || cp == '.' || cp == '(' || cp == ')' ||
	    cp == 0xa0 || cp == 0x2013 || cp == 0x2014;
}

static uint32_t
at(const struct scan *s, size_t i)
{
	return i < s->c->f.n && !s->c->taken[i] ? s->c->f.v[i].cp : 0;
}

static uint32_t
before(const struct scan *s, size_t i)
{
	return i > 0 ? s->c->f.v[i - 1].cp : 0;
}

/*
 * How many characters of a word of LIST stand at I: the longest; 0 none.  One in
 * Latin letters is a word for itself.
 */
static size_t
word_at(const struct scan *s, size_t i, enum list list)
{
	const struct folded *f = &s->c->f;
	const struct word *w;
	size_t k, longest = 0;

	for (k = list > 0 ? s->c->end[list - 1] : 0; k < s->c->end[list];
	    k++) {
		w = &s->c->word[k];
		if (w->n <= longest || w->v[0].cp != f->v[i].cp ||
		    !folded_is(f, i, w->v, w->n))
			continue;
		if (alnum(w->v[0].cp) && alnum(before(s, i)))
			continue;
		if (alnum(w->v[w->n - 1].cp) && f->v[i + w->n].cp >= 'a' &&
		    f->v[i + w->n].cp <= 'z' && list != IS_LINK)
			continue;
		longest = w->n;
	}
	return longest;
}

/* Does a word of LIST stand in the same line, shortly before I? */
static bool
ruled(const struct scan *s, size_t i, enum list list)
{
	size_t k;

	for (k = 0; k < BEFORE && i > 0; k++) {
		if (s->c->f.v[--i].cp == '\n')
			return false;
		if (word_at(s, i, list) > 0)
			return true;
	}
	return false;
}

/* --- What is found. */

static void
value_add(struct scan *s, uint32_t cp)
{
	char utf8[4];
	size_t i, n = utf8_put(cp, utf8);

	for (i = 0; i < n; i++, s->len++)
		if (s->len < CONTACTS_VALUE_MAX)
			s->value[s->len] = utf8[i];
}

/* The characters [FROM, TO) with s->value; too long, and it is none. */
static int
give(struct scan *s, enum contacts_kind kind, size_t from, size_t to)
{
	const struct folded_char *v = s->c->f.v;
	struct contacts_found found = {kind, s->value, v[from].start,
	    v[to - 1].end};
	size_t n = s->len;

	memset(s->c->taken + from, 1, to - from);
	s->len = 0;
	if (n == 0 || n >= CONTACTS_VALUE_MAX)
		return 0;
	s->value[n] = '\0';
	return s->fn(s->arg, &found);
}

static bool
mobile(const char *s, size_t n)
{
	return n == 11 && s[0] == '1' && s[1] >= '3' && s[1] <= '9';
}

/* Digits as they are compared. */
static void
plain_number(struct scan *s)
{
	size_t cut = 0;

	if (s->len >= CONTACTS_VALUE_MAX)
		return;
	if (s->len > 9 && memcmp(s->value, "00", 2) == 0)
		cut = 2;
	if (s->len - cut > 2 && memcmp(s->value + cut, "86", 2) == 0 &&
	    mobile(s->value + cut + 2, s->len - cut - 2))
		cut += 2;
	memmove(s->value, s->value + cut, s->len - cut);
	s->len -= cut;
}

/* --- Addresses. */

static int
emails(struct scan *s)
{
	size_t i, k, from, to, dot;
	int rc;

	for (i = 1; i < s->c->f.n; i++) {
		if (at(s, i) != '@')
			continue;
		for (from = i; from > 0 && local_char(at(s, from - 1)); from--)
			;
		while (from < i && !alnum(at(s, from)))
			from++;
		for (to = i + 1; alnum(at(s, to)) || at(s, to) == '-' ||
		    at(s, to) == '.'; to++)
			;
		while (to > i + 1 && !alnum(at(s, to - 1)))
			to--;
		for (dot = to - 1; dot > i && at(s, dot) != '.'; dot--)
			;
		if (from == i || dot <= i + 1 || to - dot < 3 ||
		    digit(at(s, dot + 1)))
			continue;
		for (k = from; k < to; k++)
			value_add(s, at(s, k));
		rc = give(s, CONTACTS_EMAIL, from, to);
		if (rc != 0)
			return rc;
		i = to - 1;
	}
	return 0;
}

/* --- Numbers. */

/* Digits from I on with what joins them, FEWEST to MOST; the end, or I. */
static size_t
digits(struct scan *s, size_t i, size_t fewest, size_t most)
{
	size_t end = i, k = i, gap;

	s->len = 0;
	while (s->len < most) {
		for (; digit(at(s, k)) && s->len < most; k++)
			value_add(s, at(s, k));
		end = k;
		for (gap = 0; gap < 3 && joins(at(s, k + gap)); gap++)
			;
		if (gap == 0 || !digit(at(s, k + gap)))
			break;
		k += gap;
	}
	if (s->len < fewest || digit(at(s, end)))
		return i;
	return end;
}

/* Eleven digits of a Chinese mobile at I: in a row, or 3 4 4; its end, or I. */
static size_t
mobile_at(struct scan *s, size_t i)
{
	static const size_t groups[] = {3, 4, 4};
	size_t k = i, g, n;
	bool apart = joins(at(s, i + 3));

	s->len = 0;
	for (g = 0; g < 3; g++) {
		if (g > 0 && apart && !joins(at(s, k++)))
			return i;
		for (n = 0; n < groups[g]; n++, k++) {
			if (!digit(at(s, k)))
				return i;
			value_add(s, at(s, k));
		}
	}
	return mobile(s->value, s->len) && !digit(at(s, k)) ? k : i;
}

/* The end of a telephone number that begins at I; s->value; or I. */
static size_t
number_at(struct scan *s, size_t i)
{
	size_t end, skip = 0;

	if (at(s, i) == '+' && digit(at(s, i + 1)))
		end = digits(s, i + 1, 7, 15);
	else if (at(s, i) == '+' && at(s, i + 1) == '(')
		end = digits(s, i + 2, 7, 15);
	else if (at(s, i) == '0' && at(s, i + 1) == '0' &&
	    digit(at(s, i + 2)) && at(s, i + 2) != '0')
		end = digits(s, i, 11, 17);
	else
		end = mobile_at(s, i);
	if (end > i + 2)
		return end;
	if (at(s, i) == '8' && at(s, i + 1) == '6') {
		skip = 2 + (size_t)joins(at(s, i + 2));
		end = mobile_at(s, i + skip);
		if (end > i + skip)
			return end;
	}
	/* 0574-87654321 */
	if (at(s, i) == '0' && (at(s, i + 3) == '-' || at(s, i + 4) == '-')) {
		end = digits(s, i, 10, 12);
		if (end > i)
			return end;
	}
	if (ruled(s, i, IS_NUMBER) && digit(at(s, i)))
		return digits(s, i, 7, 15);
	return i;
}

/* Is what begins at I the rest of a word, a date, an amount? */
static bool
goes_on(const struct scan *s, size_t i)
{
	uint32_t last = before(s, i);

	if (last == '.' || last == '-' || last == ',')
		return i > 1 && digit(s->c->f.v[i - 2].cp);
	return alnum(last) || last == '_';
}

static int
numbers(struct scan *s)
{
	size_t i, end;
	int rc;

	for (i = 0; i < s->c->f.n; i++) {
		if (!digit(at(s, i)) && at(s, i) != '+')
			continue;
		end = goes_on(s, i) ? i : number_at(s, i);
		if (end > i && (alnum(at(s, end)) || ruled(s, i, IS_OTHER)))
			end = i;
		if (end > i) {
			plain_number(s);
			rc = give(s, CONTACTS_PHONE, i, end);
			if (rc != 0)
				return rc;
		}
		/* never in the middle of a run of digits */
		if (end == i)
			for (end = i + 1; digit(at(s, end)); end++)
				;
		i = end - 1;
	}
	s->len = 0;
	return 0;
}

/* --- Ids of messengers. */

/* Past what stands between a name and an id; *SAID: more than blanks did. */
static size_t
past_label(const struct scan *s, size_t i, bool *said)
{
	size_t from = i, n;

	for (*said = false; i - from < BEHIND_LABEL; i += n) {
		n = word_at(s, i, IS_SAID);
		if (n > 0)
			*said = true;
		else if (joins(at(s, i)) || at(s, i) == ',' || at(s, i) == '/')
			n = 1;
		else
			break;
	}
	return i;
}

/* An id of WeChat from I on: s->value; its end, or I. */
static size_t
wechat_at(struct scan *s, size_t i, bool said)
{
	bool sure = said;
	size_t k;

	k = at(s, i) == '+' ? number_at(s, i) : mobile_at(s, i);
	if (k > i) {
		plain_number(s);
		return k;
	}
	s->len = 0;
	for (k = i; id_char(at(s, k)); k++) {
		sure = sure || digit(at(s, k)) || at(s, k) == '_';
		value_add(s, at(s, k));
	}
	/* what follows without a colon, and is only letters, is a word */
	return sure && k - i >= 6 && k - i <= 20 && at(s, k) != '@' &&
	    !digit(at(s, i)) ? k : i;
}

static size_t
qq_at(struct scan *s, size_t i)
{
	size_t k;

	s->len = 0;
	for (k = i; digit(at(s, k)); k++)
		value_add(s, at(s, k));
	return k - i >= 5 && k - i <= 11 && at(s, i) != '0' &&
	    !alnum(at(s, k)) ? k : i;
}

static int
ids_of(struct scan *s, enum list list, enum contacts_kind kind)
{
	size_t i, k, n, end;
	bool said;
	int rc;

	for (i = 0; i < s->c->f.n; i++) {
		n = word_at(s, i, list);
		if (n == 0)
			continue;
		k = past_label(s, i + n, &said);
		if (list == IS_QQ && s->c->f.v[k].cp == 0x7fa4)
			k = past_label(s, k + 1, &said);	/* 群 */
		if (list == IS_WECHAT)
			end = wechat_at(s, k, said);
		else if (list == IS_QQ)
			end = qq_at(s, k);
		else
			end = digits(s, k + (at(s, k) == '+'), 7, 15);
		if (end <= k + 1) {
			i += n - 1;
			continue;
		}
		if (kind == CONTACTS_WHATSAPP)
			plain_number(s);
		rc = give(s, kind, k, end);
		if (rc != 0)
			return rc;
		i = end - 1;
	}
	return 0;
}

/* Addresses of the web are no contacts, and neither are numbers in them. */
static void
drop_links(struct scan *s)
{
	const struct folded_char *v = s->c->f.v;
	size_t i;

	for (i = 0; i + 3 < s->c->f.n; i++) {
		if (v[i].cp != ':' || v[i + 1].cp != '/' || v[i + 2].cp != '/')
			continue;
		for (; i < s->c->f.n && v[i].cp > ' ' && v[i].cp < 128; i++)
			s->c->taken[i] = 1;
	}
}

static int
invitations(struct scan *s)
{
	size_t i, k, n;
	int rc;

	for (i = 0; i < s->c->f.n; i++) {
		n = word_at(s, i, IS_ADD);
		if (n == 0 || word_at(s, i + n, IS_ADDED) > 0 ||
		    (i > 0 && word_at(s, i - 1, IS_ADDED) > 0))
			continue;
		s->len = 0;
		for (k = i; k < i + n; k++)
			value_add(s, s->c->f.v[k].cp);
		rc = give(s, CONTACTS_ADD, i, i + n);
		if (rc != 0)
			return rc;
		i += n - 1;
	}
	return 0;
}

static int
room(struct contacts *c, struct err *e)
{
	uint8_t *p;

	if (c->f.n + 1 > c->cap) {
		p = realloc(c->taken, c->f.cap);
		if (!p)
			return err_nomem(e);
		c->taken = p;
		c->cap = c->f.cap;
	}
	memset(c->taken, 0, c->f.n + 1);
	return 0;
}

int
contacts_each(struct contacts *c, const char *text, size_t n,
	contacts_fn fn, void *arg, struct err *e)
{
	struct scan s = {.c = c, .fn = fn, .arg = arg};
	int rc;

	if (folded_make(&c->f, c->g, text, n, CONTACTS_TEXT_MAX, e) < 0 ||
	    room(c, e) < 0)
		return -1;
	rc = ids_of(&s, IS_LINK, CONTACTS_WHATSAPP);
	drop_links(&s);
	if (rc == 0)
		rc = emails(&s);
	if (rc == 0)
		rc = ids_of(&s, IS_WECHAT, CONTACTS_WECHAT);
	if (rc == 0)
		rc = ids_of(&s, IS_WHATSAPP, CONTACTS_WHATSAPP);
	if (rc == 0)
		rc = ids_of(&s, IS_QQ, CONTACTS_QQ);
	if (rc == 0)
		rc = numbers(&s);
	return rc == 0 ? invitations(&s) : rc;
}

static bool
is_number(const char *s)
{
	return *s && s[strspn(s, "0123456789")] == '\0';
}

bool
contacts_same(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);

	if (strcmp(a, b) == 0)
		return true;
	return is_number(a) && is_number(b) && na >= SAME_DIGITS &&
	    nb >= SAME_DIGITS && (na > nb ? str_ends(a, b) : str_ends(b, a));
}
