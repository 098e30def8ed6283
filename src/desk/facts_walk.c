/*
 * desk/facts_walk.c - the messages of two weeks up to a day, as rows.
 *
 * Each message becomes a row of some 50 bytes; what a later step needs of a
 * text (a contact, an inquiry) is taken out of it here, as texts are not kept.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "desk/facts_work.h"

#include "base/banned.h"

/* --- Conversations. */

static enum facts_type
type_of(const char *type)
{
	if (strcmp(type, "group") == 0)
		return FACTS_GROUP;
	if (strcmp(type, "inquiry") == 0)
		return FACTS_LISTED;
	return strcmp(type, "mail") == 0 ? FACTS_MAIL : FACTS_PRIVATE;
}

static int
on_chat(void *arg, const struct history_chat *h, struct err *e)
{
	struct facts_work *w = arg;
	struct facts_chat *c;

	if (facts_grow(&w->chat, w->nchats, sizeof(*c), e) < 0)
		return -1;
	c = &w->chat[w->nchats];
	memset(c, 0, sizeof(*c));
	c->n = h->n;
	c->station = w->station;
	c->account = facts_account_of(w, w->station, h->source, h->platform,
	    h->account ? h->account : "", e);
	c->id = facts_keep(w->f, h->id, strlen(h->id), e);
	c->name = facts_keep(w->f, h->name, strlen(h->name), e);
	c->type = type_of(h->type);
	c->internal = h->internal;
	c->peer_id = c->peer_name = "";
	if (c->account == FACTS_NOWHERE || !c->id || !c->name)
		return -1;
	w->nchats++;
	return 0;
}

static int
cmp_chats(const void *a, const void *b)
{
	const struct facts_chat *x = a, *y = b;

	return (x->n > y->n) - (x->n < y->n);
}

/* Of the station at hand. */
static struct facts_chat *
chat_at_hand(const struct facts_work *w, int64_t n)
{
	const struct facts_chat key = {.n = n};

	if (w->nchats == w->first_chat)
		return NULL;
	return bsearch(&key, w->chat + w->first_chat,
	    w->nchats - w->first_chat, sizeof(key), cmp_chats);
}

/* --- What is taken out of texts. */

struct looking {
	struct facts_work *w;
	const struct history_message *h;
	size_t chat;
	const char *text;
	struct err *e;
};

static int
on_claim(void *arg, const struct contacts_found *found)
{
	struct looking *l = arg;
	struct facts_work *w = l->w;
	struct facts_claim *c;

	if (facts_grow(&w->claim, w->nclaims, sizeof(*c), l->e) < 0)
		return -1;
	c = &w->claim[w->nclaims];
	c->chat = l->chat;
	c->n = l->h->n;
	c->at = l->h->at;
	c->kind = found->kind;
	c->value = facts_keep(w->f, found->value, strlen(found->value), l->e);
	if (!l->text)
		l->text = facts_excerpt(w->f, l->h->text, l->h->text_len,
		    l->e);
	c->text = l->text;
	if (!c->value || !c->text)
		return -1;
	w->nclaims++;
	return 0;
}

static int
add_key(struct facts_work *w, enum facts_key_kind kind, const char *value,
	size_t n, size_t chat, int64_t message, struct err *e)
{
	struct facts_key *k;

	if (n == 0)
		return 0;
	if (facts_grow(&w->key, w->nkeys, sizeof(*k), e) < 0)
		return -1;
	k = &w->key[w->nkeys];
	k->kind = kind;
	k->value = facts_keep(w->f, value, n, e);
	k->chat = chat;
	k->n = message;
	w->nkeys += k->value != NULL;
	return k->value ? 0 : -1;
}

static int
on_key(void *arg, const struct contacts_found *found)
{
	struct looking *l = arg;
	const char *at = strchr(found->value, '@');
	size_t n = strlen(found->value);
	int rc = 0;

	if (found->kind == CONTACTS_EMAIL) {
		rc = add_key(l->w, FACTS_KEY_EMAIL, found->value, n, l->chat,
		    l->h->n, l->e);
		if (rc == 0 && at)
			rc = add_key(l->w, FACTS_KEY_DOMAIN, at, strlen(at),
			    l->chat, l->h->n, l->e);
	} else if (found->kind != CONTACTS_ADD) {
		rc = add_key(l->w, FACTS_KEY_PHONE, found->value, n, l->chat,
		    l->h->n, l->e);
	}
	return rc;
}

/* What the customer calls himself, and what he says in D. */
static int
keys_of(struct facts_work *w, size_t chat, const struct history_message *h,
	bool anew, struct err *e)
{
	const struct facts_chat *c = &w->chat[chat];
	struct looking l = {w, h, chat, NULL, e};
	const char *texts[] = {c->name, h->sender, h->sender_id};
	size_t i;

	if (c->type != FACTS_PRIVATE && c->type != FACTS_MAIL)
		return 0;
	if (anew && c->type == FACTS_PRIVATE && add_key(w, FACTS_KEY_ID, c->id,
	    strlen(c->id), chat, h->n, e) < 0)
		return -1;
	for (i = 0; anew && i < sizeof(texts) / sizeof(*texts); i++)
		if (contacts_each(w->contacts, texts[i], strlen(texts[i]),
		    on_key, &l, e) < 0)
			return -1;
	return contacts_each(w->contacts, h->text, h->text_len, on_key, &l,
	    e);
}

/* A price or an offer; docs/REPORTS.md "Inquiries". */
static bool
quotes(const char *s, size_t n)
{
	static const char *const words[] = {"quotation", "quote", "proforma",
	    "pro forma", "offer", "报价", "報價"};
	static const char *const money[] = {"usd", "eur", "rmb", "cny", "gbp",
	    "us$", "$", "€", "£", "¥", "￥", "元"};
	char low[4097];
	const char *p, *q;
	size_t i, len;

	n = n < sizeof(low) - 1 ? n : sizeof(low) - 1;
	for (i = 0; i < n; i++)
		low[i] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] + 32 :
		    s[i] ? s[i] : ' ');
	low[n] = '\0';
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strstr(low, words[i]))
			return true;
	for (i = 0; i < sizeof(money) / sizeof(*money); i++) {
		len = strlen(money[i]);
		for (p = low; (p = strstr(p, money[i])) != NULL; p += len) {
			q = p + len + strspn(p + len, " :");
			if (*q >= '0' && *q <= '9')
				return true;
			for (q = p; q > low && q[-1] == ' '; q--)
				;
			if (q > low && q[-1] >= '0' && q[-1] <= '9')
				return true;
		}
	}
	return false;
}

/* --- Inquiries. */

static const char *
field(struct facts_work *w, const struct json_node *root, const char *key,
	struct err *e)
{
	const struct json_node *v = json_get(w->json, root, key);

	return v && v->type == JSON_STR ? facts_keep(w->f, v->str, v->len, e) :
	    "";
}

/* "2024-03-01T08:59:07" as ms, as if in UTC; FACTS_NEVER. */
static int64_t
iso_ms(const char *s)
{
	int64_t day, h, m, sec = 0;
	char text[11], two[3];

	if (strlen(s) < 16 || (s[10] != 'T' && s[10] != ' '))
		return FACTS_NEVER;
	memcpy(text, s, 10);
	text[10] = two[2] = '\0';
	if (worktime_day_parse(text, &day) < 0)
		return FACTS_NEVER;
	h = (s[11] - '0') * 10 + s[12] - '0';
	m = (s[14] - '0') * 10 + s[15] - '0';
	if (s[16] == ':' && s[17] && s[18])
		sec = (s[17] - '0') * 10 + s[18] - '0';
	if (h < 0 || h > 24 || m < 0 || m > 59 || sec < 0 || sec > 60)
		return FACTS_NEVER;
	return ((day * 24 + h) * 60 + m) * 60000 + sec * 1000;
}

/* By the clock of its own list, whose zone is that of the row. */
static int64_t
moment(const char *s, const struct history_message *h)
{
	int64_t then = iso_ms(s);
	int64_t own = h->ts_raw ? iso_ms(h->ts_raw) : FACTS_NEVER;

	return then == FACTS_NEVER || own == FACTS_NEVER ? FACTS_NEVER :
	    h->at + then - own;
}

static int
add_inquiry(struct facts_work *w, size_t chat, const struct history_message *h,
	struct err *e)
{
	const struct json_node *root = json_parse(w->json, h->line,
	    h->line_len, e);
	const char *read, *replied;
	struct facts_inquiry *q;

	if (!root || facts_grow(&w->inquiry, w->ninquiries, sizeof(*q), e) < 0)
		return -1;
	q = &w->inquiry[w->ninquiries];
	memset(q, 0, sizeof(*q));
	q->chat = chat;
	q->n = h->n;
	q->at = h->at;
	q->order = strcmp(h->kind, "order") == 0;
	q->quoted = FACTS_NEVER;
	q->email = field(w, root, "email", e);
	q->phone = field(w, root, "phone", e);
	q->company = field(w, root, "company", e);
	q->name = facts_keep(w->f, h->sender, strlen(h->sender), e);
	read = field(w, root, "read", e);
	replied = field(w, root, "replied", e);
	q->text = facts_excerpt(w->f, h->text, h->text_len, e);
	if (!q->email || !q->phone || !q->company || !q->name || !read ||
	    !replied || !q->text)
		return -1;
	q->read = moment(read, h);
	q->replied = moment(replied, h);
	w->ninquiries++;
	return 0;
}

/* --- Messages. */

static bool
is_any(const char *s, const char *const *of)
{
	for (; *of; of++)
		if (strcmp(s, *of) == 0)
			return true;
	return false;
}

/* Is it something that somebody waits for an answer to, or an answer? */
static int
counts(struct facts_work *w, const struct history_message *h, bool self,
	struct err *e)
{
	static const char *const quiet[] = {"reaction", "call", "action", NULL};
	static const char *const mute[] = {"sticker", NULL};
	static const char *const said[] = {"text", "mail", NULL};
	int only;

	if (is_any(h->kind, quiet))
		return 0;
	if (self)
		return 1;
	if (is_any(h->kind, mute))
		return 0;
	if (!is_any(h->kind, said))
		return 1;
	only = smalltalk_only(w->talk, h->text, h->text_len, e);
	return only < 0 ? -1 : !only;
}

static int
add_row(struct facts_work *w, size_t chat, const struct history_message *h,
	bool self, struct err *e)
{
	struct answers_row *r;
	int yes = counts(w, h, self, e);

	if (yes < 0 || facts_grow(&w->row, w->nrows, sizeof(*r), e) < 0)
		return -1;
	r = &w->row[w->nrows];
	memset(r, 0, sizeof(*r));
	r->chat = (int64_t)(w->chat[chat].account << 32 | chat);
	r->n = h->n;
	r->at = h->at;
	r->side = self ? ANSWERS_SELF : ANSWERS_PEER;
	r->minute = strcmp(h->precision, "s") != 0 &&
	    strcmp(h->precision, "ms") != 0;
	/* who knows only the day knows of no waiting */
	r->counts = yes && strcmp(h->precision, "day") != 0;
	r->inquiry = strcmp(h->kind, "inquiry") == 0;
	if (self && smalltalk_hash(w->talk, h->text, h->text_len, &r->text,
	    e) < 0)
		return -1;
	w->nrows++;
	return self && quotes(h->text, h->text_len) ?
	    facts_list_add(&w->quotes, h->n, e) : 0;
}

/* One of D that counts, SELF or of the peer. */
static int
on_today(struct facts_work *w, size_t chat, const struct history_message *h,
	bool self, struct err *e)
{
	struct looking l = {w, h, chat, NULL, e};
	struct facts_chat *c = &w->chat[chat];
	const struct contacts_found card = {CONTACTS_ADD, "card", 0, 0};
	bool anew = !c->today && !self;
	int rc;

	if (!self)
		return keys_of(w, chat, h, anew, e);
	if (strcmp(h->kind, "card") == 0)
		return on_claim(&l, &card);
	rc = contacts_each(w->contacts, h->text, h->text_len, on_claim, &l, e);
	return rc;
}

static int
on_message(void *arg, const struct history_message *h, struct err *e)
{
	static const char *const notices[] = {"system", "recall", NULL};
	static const char *const listed[] = {"inquiry", "order", NULL};
	struct facts_work *w = arg;
	struct facts_chat *c = chat_at_hand(w, h->chat);
	bool today = h->at >= w->f->station[w->station].start, self;
	struct facts_account *a;
	size_t chat;

	if (!c || h->at == HISTORY_NEVER || is_any(h->kind, notices) ||
	    strcmp(h->role, "system") == 0 ||
	    (h->state == HISTORY_CHANGED && h->next != 0))
		return 0;
	a = &w->f->account[c->account];
	chat = (size_t)(c - w->chat);
	self = strcmp(h->role, "self") == 0;
	if (c->type == FACTS_LISTED)
		return is_any(h->kind, listed) ? add_inquiry(w, chat, h, e) :
		    0;
	if (c->internal)
		return today ? facts_list_add(&a->internal, h->n, e) : 0;
	if (strcmp(h->role, "bot") == 0)
		return today ? facts_list_add(&a->automatic, h->n, e) : 0;
	if (!self && strcmp(h->role, "peer") != 0)
		return today ? facts_list_add(&a->unknown, h->n, e) : 0;
	if (!self && !c->peer_id[0] && !c->peer_name[0]) {
		c->peer_id = facts_keep(w->f, h->sender_id,
		    strlen(h->sender_id), e);
		c->peer_name = facts_keep(w->f, h->sender, strlen(h->sender),
		    e);
		if (!c->peer_id || !c->peer_name)
			return -1;
	}
	if (today && on_today(w, chat, h, self, e) < 0)
		return -1;
	c->today = c->today || (today && !self);
	return add_row(w, chat, h, self, e);
}

static int
load_station(struct facts_work *w, struct err *e)
{
	const struct facts_station *s = &w->f->station[w->station];
	struct history_filter f = {.station = s->who.station,
	    .until = s->cutoff};
	size_t i;
	int old;

	f.since = worktime_start(w->time[w->station], w->ask->day -
	    FACTS_WINDOW_DAYS);
	w->first_chat = w->nchats;
	if (s->cutoff <= f.since)
		return 0;
	if (history_chats(w->m, &f, on_chat, w, e) < 0)
		return -1;
	if (w->nchats == w->first_chat)
		return 0;
	qsort(w->chat + w->first_chat, w->nchats - w->first_chat,
	    sizeof(*w->chat), cmp_chats);
	/* one after the other: what an export had together lies together */
	for (i = w->first_chat; i < w->nchats; i++) {
		f.chat = w->chat[i].n;
		old = history_older(w->m, f.chat, s->start, e);
		if (old < 0)
			return -1;
		w->chat[i].old = old > 0;
		if (history_each(w->m, &f, on_message, w, e) < 0)
			return -1;
	}
	return 0;
}

int
facts_walk(struct facts_work *w, struct err *e)
{
	for (w->station = 0; w->station < w->f->nstations; w->station++)
		if (load_station(w, e) < 0)
			return -1;
	return 0;
}
