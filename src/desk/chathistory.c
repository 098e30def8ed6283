/* desk/chathistory.c - what is asked of all messages. */
#include "desk/chathistory.h"

#include <stdlib.h>
#include <string.h>

#include "desk/messages_in.h"
#include "desk/pick.h"
#include "desk/words_query.h"

#include "base/banned.h"

#define TEXT_MAX (64u << 10)	/* of a MATCH */

/* What is known of a message but its text. */
struct row {
	int64_t chat;
	struct msgrow r;
};

/* A message as it is shown: what is in its row, its line, and around. */
struct shown {
	struct history_message h;
	struct buf texts;		/* what h points to */
	int64_t reading;		/* whose columns `place` has */
	struct buf place;		/* station, source, path; NUL between */
	int64_t version, taken;
	struct msgline l;
};

static int
add_text(struct buf *b, const char *s, struct err *e)
{
	return buf_add(b, s, strlen(s) + 1, e);
}

/* Where reading N found its file. */
static int
find_place(struct messages *m, struct shown *s, int64_t n, struct err *e)
{
	struct catalogue *c = m->c;
	const enum sql q = SQL_READING_FILE;
	const char *p;
	int i, rc;

	if (s->reading != n) {
		s->reading = 0;
		rc = catalogue_step(c, q, e, "i", n);
		if (rc == 0)
			(void)err_set(e, ERR_FORMAT,
			    "the catalogue is damaged");
		if (rc != 1)
			return -1;
		buf_clear(&s->place);
		for (i = 1; i <= 3; i++)
			if (add_text(&s->place, catalogue_text(c, q, i),
			    e) < 0)
				return -1;
		s->version = catalogue_int(c, q, 0);
		s->taken = catalogue_int(c, q, 13);
		catalogue_reset(c, q);
		s->reading = n;
	}
	p = buf_str(&s->place);
	s->h.station = p;
	s->h.source = p += strlen(p) + 1;
	s->h.path = p + strlen(p) + 1;
	s->h.version = s->version;
	s->h.first_taken = s->taken;
	return 0;
}

/* What became of it, and what it was. */
static int
find_fate(struct messages *m, const struct row *r, struct history_message *h,
	struct err *e)
{
	struct catalogue *c = m->c;
	int rc;

	h->state = (enum history_state)flag_get(r->r.flags, FLAG_STATE,
	    FLAG_STATE_MASK);
	h->next = h->was = 0;
	h->lost_taken = HISTORY_NEVER;
	if (h->state != HISTORY_LIVE) {
		rc = catalogue_step(c, SQL_CHANGE_OF, e, "i", r->r.n);
		if (rc < 0)
			return -1;
		if (rc == 1) {
			h->next = catalogue_int(c, SQL_CHANGE_OF, 0);
			h->lost_taken = catalogue_int(c, SQL_CHANGE_OF, 1);
		}
		catalogue_reset(c, SQL_CHANGE_OF);
	}
	if (flag_get(r->r.flags, FLAG_WAS, 1)) {
		rc = catalogue_step(c, SQL_CHANGE_TO, e, "i", r->r.n);
		if (rc < 0)
			return -1;
		if (rc == 1)
			h->was = catalogue_int(c, SQL_CHANGE_TO, 0);
		catalogue_reset(c, SQL_CHANGE_TO);
	}
	return 0;
}

/* The string at *OFF of the texts, which grow. */
static int
keep(struct shown *s, const struct chat_str *from, size_t *off, struct err *e)
{
	*off = s->texts.len;
	if (from->s && buf_add(&s->texts, from->s, from->n, e) < 0)
		return -1;
	return buf_addc(&s->texts, '\0', e);
}

static int
fill_texts(struct shown *s, struct err *e)
{
	size_t at[5];
	const char *base;

	buf_clear(&s->texts);
	if (keep(s, &s->l.ts_raw, &at[0], e) < 0 ||
	    keep(s, &s->l.sender_name, &at[1], e) < 0 ||
	    keep(s, &s->l.sender_id, &at[2], e) < 0 ||
	    keep(s, &s->l.text, &at[3], e) < 0 ||
	    keep(s, &s->l.member, &at[4], e) < 0)
		return -1;
	base = buf_str(&s->texts);
	s->h.ts_raw = base + at[0];
	s->h.sender = base + at[1];
	s->h.sender_id = base + at[2];
	s->h.text = base + at[3];
	s->h.text_len = s->l.text.n;
	s->h.member = base + at[4];
	return 0;
}

static int
fill(struct messages *m, struct shown *s, const struct row *r, struct err *e)
{
	static const char *const roles[] = {"unknown", "self", "peer", "bot",
	    "system"};
	static const char *const zones[] = {"absolute", "config",
	    "workstation", "guess"};
	static const char *const precisions[] = {"none", "day", "min", "s",
	    "ms"};
	struct history_message *h = &s->h;
	unsigned role = flag_get(r->r.flags, FLAG_ROLE, FLAG_ROLE_MASK);
	unsigned precision = flag_get(r->r.flags, FLAG_PRECISION,
	    FLAG_PRECISION_MASK);
	int64_t reading;

	h->n = r->r.n;
	h->chat = r->chat;
	h->at = precision == STAMP_NONE ? HISTORY_NEVER :
	    NUMBER_SECOND(r->r.n) * 1000 + r->r.ms;
	h->precision = precisions[precision > STAMP_MS ? 0 : precision];
	h->tz_src = precision == STAMP_NONE ? "" :
	    zones[flag_get(r->r.flags, FLAG_ZONE, FLAG_ZONE_MASK)];
	h->role = roles[role > FLAG_ROLE_SYSTEM ? 0 : role];
	h->kind = chat_kind_name((enum chat_kind)flag_get(r->r.flags, FLAG_KIND,
	    FLAG_KIND_MASK));
	if (records_get(m->records, r->r.line, &h->line, &h->line_len, &reading,
	    e) < 0 ||
	    msgline_parse(m->line, &s->l, h->line, h->line_len, e) < 0)
		return -1;
	h->off = s->l.off;
	h->len = s->l.len;
	if (fill_texts(s, e) < 0 || find_place(m, s, reading, e) < 0)
		return -1;
	return find_fate(m, r, h, e);
}

static void
shown_init(struct shown *s)
{
	memset(s, 0, sizeof(*s));
	buf_init(&s->texts, (size_t)MSGLINE_MAX * 2);
	buf_init(&s->place, 1u << 20);
}

static void
shown_release(struct shown *s)
{
	buf_release(&s->texts);
	buf_release(&s->place);
}

/* Message N: 1 if there is one; then its row is *r. */
static int
get_row(struct messages *m, int64_t n, struct row *r, struct err *e)
{
	struct msgrow all;
	int rc = msgrows_get(m->rows, MSGROWS_ALL, n, &all, e);

	if (rc != 1)
		return rc;
	r->chat = all.who;
	return msgrows_get(m->rows, r->chat, n, &r->r, e);
}

static int
show_n(struct messages *m, struct shown *s, int64_t n, history_message_fn fn,
	void *arg, struct err *e)
{
	struct row r;
	int rc = get_row(m, n, &r, e);

	if (rc != 1)
		return rc;
	if (fill(m, s, &r, e) < 0)
		return -1;
	return fn(arg, &s->h, e);
}

int
history_get(struct messages *m, int64_t n, history_message_fn fn, void *arg,
	struct err *e)
{
	struct shown s;
	struct row r;
	int rc = get_row(m, n, &r, e);

	if (rc != 1)
		return rc;
	shown_init(&s);
	rc = fill(m, &s, &r, e);
	if (rc == 0)
		rc = fn(arg, &s.h, e);
	shown_release(&s);
	return rc == 0 ? 1 : rc;
}

/* The first message in F at or behind N: 1, and its row is *r, 0, -1. */
static int
first_row(struct messages *m, const struct history_filter *f,
	const struct pick *p, int64_t n, struct row *r, struct err *e)
{
	const int64_t chat = f->chat ? f->chat : MSGROWS_ALL;
	const struct msgrow *v;
	size_t i, many;
	int rc;

	for (;;) {
		if (msgrows_from(m->rows, chat, n, &v, &many, e) < 0)
			return -1;
		for (i = 0; i < many; i++) {
			if (v[i].n >= p->to)
				return 0;
			if (pick_chat(p, chat ? chat : v[i].who))
				break;
		}
		if (many == 0)
			return 0;
		if (i == many) {
			n = v[many - 1].n + 1;
			continue;
		}
		n = v[i].n;
		r->chat = chat ? chat : v[i].who;
		rc = msgrows_get(m->rows, r->chat, n++, &r->r, e);
		if (rc < 0 || (rc == 1 && pick_has(p, r->chat, r->r.who)))
			return rc;
	}
}

int
history_each(struct messages *m, const struct history_filter *f,
	history_message_fn fn, void *arg, struct err *e)
{
	struct shown s;
	struct pick p;
	struct row r;
	int64_t n;
	int rc = -1;

	shown_init(&s);
	if (pick_make(&p, m, f, e) < 0)
		goto out;
	rc = 0;
	for (n = p.from; n < p.to; n = r.r.n + 1) {
		rc = first_row(m, f, &p, n, &r, e);
		if (rc != 1)
			break;
		rc = fill(m, &s, &r, e);
		if (rc == 0)
			rc = fn(arg, &s.h, e);
		if (rc != 0)
			break;
	}
out:
	pick_release(&p);
	shown_release(&s);
	return rc;
}

int
history_older(struct messages *m, int64_t chat, int64_t before,
	struct err *e)
{
	const struct msgrow *v;
	size_t many;

	if (msgrows_from(m->rows, chat, 0, &v, &many, e) < 0)
		return -1;
	return many > 0 && v[0].n < pick_number(before);
}

int
history_last(struct messages *m, int64_t chat, int64_t *n, struct err *e)
{
	const struct msgrow *v;
	size_t many;

	if (msgrows_before(m->rows, chat, MSGROWS_END, &v, &many, e) < 0)
		return -1;
	if (many > 0)
		*n = v[many - 1].n;
	return many > 0;
}

/* Up to COUNT numbers of messages before R in its conversation, into OUT. */
static int
before(struct messages *m, const struct row *r, int count, int64_t *out,
	size_t *n, struct err *e)
{
	const struct msgrow *v;
	size_t many, i;
	int64_t to = r->r.n;

	*n = 0;
	while (*n < (size_t)count) {
		if (msgrows_before(m->rows, r->chat, to, &v, &many, e) < 0)
			return -1;
		if (many == 0)
			break;
		for (i = many; i > 0 && *n < (size_t)count; i--)
			out[(*n)++] = v[i - 1].n;
		to = v[0].n;
	}
	for (i = 0; i < *n / 2; i++) {
		to = out[i];
		out[i] = out[*n - 1 - i];
		out[*n - 1 - i] = to;
	}
	return 0;
}

/* The same behind it. */
static int
behind(struct messages *m, const struct row *r, int count, int64_t *out,
	size_t *n, struct err *e)
{
	const struct msgrow *v;
	int64_t from = r->r.n + 1;
	size_t many, i;

	*n = 0;
	while (*n < (size_t)count) {
		if (msgrows_from(m->rows, r->chat, from, &v, &many, e) < 0)
			return -1;
		if (many == 0)
			break;
		for (i = 0; i < many && *n < (size_t)count; i++)
			out[(*n)++] = v[i].n;
		from = v[many - 1].n + 1;
	}
	return 0;
}

int
history_around(struct messages *m, int64_t n, int count,
	history_message_fn fn, void *arg, struct err *e)
{
	int64_t *numbers = NULL;
	size_t nbefore = 0, nbehind = 0, i;
	struct shown s;
	struct row r;
	int rc = get_row(m, n, &r, e);

	if (rc != 1)
		return rc;
	if (count < 0)
		count = 0;
	shown_init(&s);
	rc = -1;
	numbers = malloc(((size_t)count * 2 + 1) * sizeof(*numbers));
	if (!numbers) {
		(void)err_nomem(e);
		goto out;
	}
	if (before(m, &r, count, numbers, &nbefore, e) < 0)
		goto out;
	numbers[nbefore] = n;
	if (behind(m, &r, count, numbers + nbefore + 1, &nbehind, e) < 0)
		goto out;
	rc = 0;
	for (i = 0; i < nbefore + 1 + nbehind && rc == 0; i++)
		rc = show_n(m, &s, numbers[i], fn, arg, e);
out:
	free(numbers);
	shown_release(&s);
	return rc;
}

/* As get_row(), 0 also if P does not have it. */
static int
picked_row(struct messages *m, const struct pick *p, int64_t n, struct row *r,
	struct err *e)
{
	struct msgrow all;
	int rc = msgrows_get(m->rows, MSGROWS_ALL, n, &all, e);

	if (rc != 1 || !pick_chat(p, all.who))
		return rc == 1 ? 0 : rc;
	r->chat = all.who;
	rc = msgrows_get(m->rows, r->chat, n, &r->r, e);
	return rc == 1 ? pick_has(p, r->chat, r->r.who) : rc;
}

int
history_search(struct messages *m, const char *typed,
	const struct history_filter *f, int64_t limit, history_message_fn fn,
	void *arg, struct err *e)
{
	const enum sql q = SQL_WORDS_FIND;
	struct catalogue *c = m->c;
	struct buf match = BUF_INIT(TEXT_MAX * 16);
	struct shown s;
	struct pick p = {0};
	struct row r;
	int rc = -1, made;

	shown_init(&s);
	made = words_query(m->words, typed, strlen(typed), &match, e);
	if (made != 0) {
		rc = made;
		goto out;
	}
	if (pick_make(&p, m, f, e) < 0)
		goto out;
	rc = limit <= 0 ? 0 : catalogue_step(c, q, e, "tii", buf_str(&match),
	    p.from, p.to);
	while (rc == 1) {
		rc = picked_row(m, &p, catalogue_int(c, q, 0), &r, e);
		if (rc == 1) {
			rc = fill(m, &s, &r, e);
			if (rc == 0)
				rc = fn(arg, &s.h, e);
			if (rc != 0 || --limit == 0)
				break;
		}
		if (rc < 0)
			break;
		rc = catalogue_next(c, q, e);
	}
	catalogue_reset(c, q);
out:
	pick_release(&p);
	shown_release(&s);
	buf_release(&match);
	return rc;
}

/* --- Conversations. */

/* What of a conversation lies in the filter's time. */
struct sum {
	int64_t chat, messages, in, out, first, last, lost, changed, recalled;
};

struct sums {
	struct tally place;	/* chat -> index + 1 */
	struct sum *sum;
	size_t n, cap;
};

static struct sum *
sum_of(struct sums *t, int64_t chat, struct err *e)
{
	uint64_t *slot = tally_at(&t->place, (uint64_t)chat, e);
	struct sum *s;
	size_t cap;

	if (!slot)
		return NULL;
	if (*slot != 0)
		return &t->sum[*slot - 1];
	if (t->n == t->cap) {
		cap = t->cap ? t->cap * 2 : 64;
		s = realloc(t->sum, cap * sizeof(*s));
		if (!s) {
			(void)err_nomem(e);
			return NULL;
		}
		t->sum = s;
		t->cap = cap;
	}
	s = &t->sum[t->n++];
	*slot = t->n;
	*s = (struct sum){.chat = chat, .first = HISTORY_NEVER,
	    .last = HISTORY_NEVER};
	return s;
}

static void
sum_row(struct sum *s, int64_t flags, int64_t at)
{
	unsigned state = flag_get(flags, FLAG_STATE, FLAG_STATE_MASK);
	unsigned role = flag_get(flags, FLAG_ROLE, FLAG_ROLE_MASK);

	s->changed += state == STATE_CHANGED;
	s->recalled += state == STATE_RECALLED;
	s->lost += state == STATE_VANISHED;
	if (state == STATE_CHANGED)
		return;
	s->messages++;
	s->in += role == CHAT_PEER;
	s->out += role == CHAT_SELF;
	if (flag_get(flags, FLAG_PRECISION, FLAG_PRECISION_MASK) == STAMP_NONE)
		return;
	if (s->first == HISTORY_NEVER || at < s->first)
		s->first = at;
	if (at > s->last)
		s->last = at;
}

/* What P has of CHAT. */
static int
sum_chat(struct messages *m, const struct pick *p, int64_t chat,
	struct sums *t, struct err *e)
{
	const struct msgrow *v;
	struct sum *s = NULL;
	int64_t n = p->from;
	size_t i, many;

	do {
		if (msgrows_from(m->rows, chat, n, &v, &many, e) < 0)
			return -1;
		for (i = 0; i < many && v[i].n < p->to; i++) {
			if (!pick_has(p, chat, v[i].who))
				continue;
			if (!s)
				s = sum_of(t, chat, e);
			if (!s)
				return -1;
			sum_row(s, v[i].flags, NUMBER_SECOND(v[i].n) * 1000 +
			    v[i].ms);
		}
		n = many > 0 ? v[many - 1].n + 1 : n;
	} while (many > 0 && i == many);
	return 0;
}

/* The conversations that have a message in P's time. */
static int
find_chats(struct messages *m, const struct pick *p, struct tally *chats,
	struct err *e)
{
	const struct msgrow *v;
	int64_t n = p->from;
	uint64_t *slot;
	size_t i, many;

	do {
		if (msgrows_from(m->rows, MSGROWS_ALL, n, &v, &many, e) < 0)
			return -1;
		for (i = 0; i < many && v[i].n < p->to; i++) {
			slot = tally_at(chats, (uint64_t)v[i].who, e);
			if (!slot)
				return -1;
			*slot = 1;
		}
		n = many > 0 ? v[many - 1].n + 1 : n;
	} while (many > 0 && i == many);
	return 0;
}

static int
sum_all(struct messages *m, const struct pick *p, struct sums *t,
	struct err *e)
{
	struct tally found = TALLY_INIT(m->seed);
	const struct tally *chats = p->chats ? &p->chat : &found;
	size_t i;
	int rc = -1;

	if (!p->chats && find_chats(m, p, &found, e) < 0)
		goto out;
	for (i = 0; i < chats->cap; i++)
		if (chats->slot[i].used && sum_chat(m, p,
		    (int64_t)chats->slot[i].key, t, e) < 0)
			goto out;
	rc = 0;
out:
	tally_release(&found);
	return rc;
}

static int64_t
time_or_never(struct catalogue *c, enum sql q, int col)
{
	return catalogue_null(c, q, col) ? HISTORY_NEVER :
	    catalogue_int(c, q, col);
}

static const char *
without_name(const char *id)
{
	return strncmp(id, "name:", 5) == 0 || strncmp(id, "file:", 5) == 0 ?
	    "" : id;
}

static void
read_chat(struct catalogue *c, enum sql q, struct history_chat *h)
{
	h->n = catalogue_int(c, q, 0);
	h->station = catalogue_text(c, q, 1);
	h->source = catalogue_text(c, q, 2);
	h->platform = catalogue_text(c, q, 3);
	h->account = catalogue_text(c, q, 4);
	h->id = without_name(catalogue_text(c, q, 5));
	h->name = catalogue_text(c, q, 6);
	h->type = chat_conv_name((enum chat_conv)catalogue_int(c, q, 7));
	h->internal = catalogue_int(c, q, 8) != 0;
	h->messages = catalogue_int(c, q, 9);
	h->in = catalogue_int(c, q, 10);
	h->out = catalogue_int(c, q, 11);
	h->first = time_or_never(c, q, 12);
	h->last = time_or_never(c, q, 13);
	h->lost = catalogue_int(c, q, 14);
	h->changed = catalogue_int(c, q, 15);
	h->recalled = catalogue_int(c, q, 16);
}

static void
use_sum(struct history_chat *h, const struct sum *s)
{
	h->messages = s->messages;
	h->in = s->in;
	h->out = s->out;
	h->first = s->first;
	h->last = s->last;
	h->lost = s->lost;
	h->changed = s->changed;
	h->recalled = s->recalled;
}

static int
sum_cmp(const void *a, const void *b)
{
	const struct sum *x = a, *y = b;

	if (x->last != y->last)
		return x->last > y->last ? -1 : 1;
	return (x->chat > y->chat) - (x->chat < y->chat);
}

/* Those of the sums, in their order. */
static int
chats_of(struct messages *m, struct sums *t, history_chat_fn fn, void *arg,
	struct err *e)
{
	const enum sql q = SQL_CHAT_ONE;
	struct history_chat h;
	size_t i;
	int rc = 0;

	if (t->n > 0)
		qsort(t->sum, t->n, sizeof(*t->sum), sum_cmp);
	for (i = 0; i < t->n && rc == 0; i++) {
		rc = catalogue_step(m->c, q, e, "ii", (int64_t)CHAT_PRIVATE,
		    t->sum[i].chat);
		if (rc != 1)
			continue;
		read_chat(m->c, q, &h);
		use_sum(&h, &t->sum[i]);
		rc = fn(arg, &h, e);
		catalogue_reset(m->c, q);
	}
	return rc;
}

/* All that the catalogue counts; no time was asked for. */
static int
chats_whole(struct messages *m, const struct pick *p, history_chat_fn fn,
	void *arg, struct err *e)
{
	const enum sql q = SQL_CHAT_EACH;
	struct history_chat h;
	int rc;

	rc = catalogue_step(m->c, q, e, "i", (int64_t)CHAT_PRIVATE);
	while (rc == 1) {
		read_chat(m->c, q, &h);
		if (h.messages + h.changed > 0 && (!p->chats ||
		    tally_get(&p->chat, (uint64_t)h.n) == PICK_ALL)) {
			rc = fn(arg, &h, e);
			if (rc != 0)
				break;
		}
		rc = catalogue_next(m->c, q, e);
	}
	catalogue_reset(m->c, q);
	return rc;
}

/* Nothing but its number was said: it is looked up, not looked for. */
static int
chat_alone(struct messages *m, int64_t n, history_chat_fn fn, void *arg,
	struct err *e)
{
	const enum sql q = SQL_CHAT_ONE;
	struct history_chat h;
	int rc = catalogue_step(m->c, q, e, "ii", (int64_t)CHAT_PRIVATE, n);

	if (rc == 1) {
		read_chat(m->c, q, &h);
		rc = h.messages + h.changed > 0 ? fn(arg, &h, e) : 0;
	}
	catalogue_reset(m->c, q);
	return rc;
}

static bool
is_number_only(const struct history_filter *f)
{
	return f->chat != 0 && !f->station && !f->source && !f->platform &&
	    !(f->peer && *f->peer) && f->since == HISTORY_NEVER &&
	    f->until == HISTORY_NEVER;
}

int
history_chats(struct messages *m, const struct history_filter *f,
	history_chat_fn fn, void *arg, struct err *e)
{
	struct sums t = {TALLY_INIT(m->seed), NULL, 0, 0};
	struct pick p;
	int rc = -1;

	if (is_number_only(f))
		return chat_alone(m, f->chat, fn, arg, e);
	if (pick_make(&p, m, f, e) < 0)
		goto out;
	if (f->since == HISTORY_NEVER && f->until == HISTORY_NEVER &&
	    p.sender.n == 0)
		rc = chats_whole(m, &p, fn, arg, e);
	else if (sum_all(m, &p, &t, e) == 0)
		rc = chats_of(m, &t, fn, arg, e);
out:
	pick_release(&p);
	tally_release(&t.place);
	free(t.sum);
	return rc;
}

int
history_senders(struct messages *m, history_sender_fn fn, void *arg,
	struct err *e)
{
	const enum sql q = SQL_SENDER_EACH;
	struct catalogue *c = m->c;
	int rc = catalogue_step(c, q, e, "");

	while (rc == 1) {
		rc = fn(arg, catalogue_int(c, q, 1), catalogue_text(c, q, 2),
		    catalogue_text(c, q, 3), e);
		if (rc != 0)
			break;
		rc = catalogue_next(c, q, e);
	}
	catalogue_reset(c, q);
	return rc;
}

/* --- Readings and changes. */

static const char *
text_or_null(struct catalogue *c, enum sql q, int col)
{
	return catalogue_null(c, q, col) ? NULL : catalogue_text(c, q, col);
}

int
history_readings(struct messages *m, const char *station, int64_t taken_since,
	history_reading_fn fn, void *arg, struct err *e)
{
	const enum sql q = SQL_READING_EACH;
	struct catalogue *c = m->c;
	struct history_reading r;
	int rc;

	rc = catalogue_step(c, q, e, "ti", station, taken_since);
	while (rc == 1) {
		r.version = catalogue_int(c, q, 0);
		r.station = catalogue_text(c, q, 1);
		r.source = catalogue_text(c, q, 2);
		r.path = catalogue_text(c, q, 3);
		r.format = text_or_null(c, q, 4);
		r.platform = text_or_null(c, q, 5);
		r.account = text_or_null(c, q, 6);
		r.error = text_or_null(c, q, 7);
		r.messages = catalogue_int(c, q, 8);
		r.system = catalogue_int(c, q, 9);
		r.unparsed = catalogue_int(c, q, 10);
		r.warn = (unsigned)catalogue_int(c, q, 11);
		r.mtime = catalogue_int(c, q, 12);
		r.taken = catalogue_int(c, q, 13);
		r.first = time_or_never(c, q, 14);
		r.last = time_or_never(c, q, 15);
		rc = fn(arg, &r, e);
		if (rc != 0)
			break;
		rc = catalogue_next(c, q, e);
	}
	catalogue_reset(c, q);
	return rc;
}

int
history_changes(struct messages *m, int64_t since, int64_t until,
	history_change_fn fn, void *arg, struct err *e)
{
	const enum sql q = SQL_CHANGE_EACH;
	struct catalogue *c = m->c;
	struct history_change h;
	int rc;

	rc = catalogue_step(c, q, e, "ii", since, until);
	while (rc == 1) {
		h.what = (enum history_state)catalogue_int(c, q, 0);
		h.message = catalogue_int(c, q, 1);
		h.now = catalogue_int(c, q, 2);
		h.version = catalogue_int(c, q, 3);
		h.taken = catalogue_int(c, q, 4);
		rc = fn(arg, &h, e);
		if (rc != 0)
			break;
		rc = catalogue_next(c, q, e);
	}
	catalogue_reset(c, q);
	return rc;
}
