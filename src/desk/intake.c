/* desk/intake.c - the lines of one export: whose, when, by whom. */
#include "desk/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "crypto/hash.h"
#include "desk/tally.h"
#include "desk/zone.h"

#include "base/banned.h"

#define AFTER_ALL 7258118400000	/* 2200-01-01 in ms */
#define LANES 63
#define NO_TIME INT64_MIN	/* of a row, until all were read */

/* What was met in this file already. */
struct tables {
	struct tally chats;	/* hash of its names -> index + 1 */
	struct tally rows;	/* its row and lane -> index + 1 */
	struct tally senders;	/* hash of chat and names -> number */
	struct buf name;	/* scratch */
	struct buf last_chat;	/* names of the one before */
	size_t last_chat_at;
	struct buf last_sender;
	int64_t last_sender_n;
	uint64_t last_sender_who;
	struct tally whos;	/* number -> who */
	char platform[MSGLINE_WORD_MAX + 1];
	int64_t account;	/* row, of this platform */
};

/* What a search finds it by. */
static int
add_words(const struct msgline *l, struct buf *out, struct err *e)
{
	static const char *const keys[] = {"subject", "company", "country",
	    "email", "phone"};
	struct chat_str s;
	size_t i;

	if (buf_add(out, l->text.s, l->text.n, e) < 0)
		return -1;
	for (i = 0; i < l->natt; i++)
		if (l->att[i].name.n > 0 && (buf_addc(out, '\n', e) < 0 ||
		    buf_add(out, l->att[i].name.s, l->att[i].name.n, e) < 0))
			return -1;
	for (i = 0; l->nfield > 0 && i < sizeof(keys) / sizeof(keys[0]); i++) {
		s = msgline_field(l, keys[i]);
		if (s.n > 0 && (buf_addc(out, '\n', e) < 0 ||
		    buf_add(out, s.s, s.n, e) < 0))
			return -1;
	}
	return 0;
}

int
intake_line(struct intake *in, const struct intake_row *row,
	const char **line, struct buf *words, struct err *e)
{
	struct msgline l;

	if (linefile_get(&in->file, row->off, row->len, line, e) < 0)
		return -1;
	if (in->file.whole)
		return buf_add(words, in->words.data + row->words,
		    row->nwords, e);
	/* They may be other bytes than those that were read first. */
	return msgline_parse(in->m->line, &l, *line, row->len, e) < 0 ? -1 :
	    add_words(&l, words, e);
}

static int
add_str(struct buf *b, const struct chat_str *s, struct err *e)
{
	/* No string holds a NUL: so two lists of them are never the same. */
	if (s->s && buf_add(b, s->s, s->n, e) < 0)
		return -1;
	return buf_addc(b, '\0', e);
}

static const char *
account_of(const struct messages_file *f)
{
	return f->account ? f->account : "";
}

static int
note_own(struct intake *in, const char *platform, const char *id,
	struct err *e)
{
	struct buf *b = &in->m->scratch;

	buf_clear(b);
	if (sametext_add(in->m->plain, id, strlen(id), b, e) < 0)
		return -1;
	if (b->len == 0)
		return 0;
	return catalogue_run(in->m->c, SQL_OWN_ADD, e, "tt", platform,
	    buf_str(b));
}

/* The row of the account on the platform of this line. */
static int
find_account(struct intake *in, const struct msgline *l, struct err *e)
{
	struct tables *t = in->tables;
	const struct messages_file *f = in->f;
	struct catalogue *c = in->m->c;
	size_t i, len = strlen(t->platform);
	int rc;

	if (t->account != 0 && len == l->platform.n &&
	    memcmp(t->platform, l->platform.s, len) == 0)
		return 0;
	memcpy(t->platform, l->platform.s, l->platform.n);
	t->platform[l->platform.n] = '\0';
	rc = catalogue_step(c, SQL_ACCOUNT_GET, e, "tttt", f->station,
	    f->source, t->platform, account_of(f));
	if (rc < 0)
		return -1;
	if (rc == 1) {
		t->account = catalogue_int(c, SQL_ACCOUNT_GET, 0);
		catalogue_reset(c, SQL_ACCOUNT_GET);
	} else {
		if (catalogue_run(c, SQL_ACCOUNT_ADD, e, "tttt", f->station,
		    f->source, t->platform, account_of(f)) < 0)
			return -1;
		t->account = catalogue_added(c);
	}
	if (note_own(in, t->platform, account_of(f), e) < 0)
		return -1;
	for (i = 0; i < f->nself; i++)
		if (note_own(in, t->platform, f->self_id[i], e) < 0)
			return -1;
	return 0;
}

/* The end of PATH without its folder and its ending. */
static struct chat_str
stem(const char *path)
{
	const char *name = strrchr(path, '/'), *dot;

	name = name ? name + 1 : path;
	dot = strrchr(name, '.');
	return (struct chat_str){name, dot && dot > name ?
		(size_t)(dot - name) : strlen(name)};
}

/*
 * A conversation's id and folded name into B, each ended by NUL: what the
 * platform numbers it, else its name, else the file that it fills.
 */
static int
name_chat(struct intake *in, const struct msgline *l, struct buf *b,
	size_t *fold_at, struct err *e)
{
	buf_clear(b);
	if (l->conv_id.n > 0) {
		if (add_str(b, &l->conv_id, e) < 0)
			return -1;
	} else if (l->conv_name.n > 0) {
		if (buf_adds(b, "name:", e) < 0 || sametext_add(in->m->plain,
		    l->conv_name.s, l->conv_name.n, b, e) < 0 ||
		    buf_addc(b, '\0', e) < 0)
			return -1;
	} else if (buf_addf(b, e, "file:%s", in->f->path) < 0 ||
	    (l->member.n > 0 && (buf_addc(b, '/', e) < 0 || buf_add(b,
	    l->member.s, l->member.n, e) < 0)) || buf_addc(b, '\0', e) < 0) {
		return -1;
	}
	*fold_at = b->len;
	return sametext_add(in->m->plain, l->conv_name.s ? l->conv_name.s : "",
	    l->conv_name.n, b, e);
}

/* 1: its row is *n.  By id, else the only one of that name. */
static int
find_chat(struct intake *in, const struct msgline *l, const char *id,
	const char *fold, int64_t *n, struct err *e)
{
	struct catalogue *c = in->m->c;
	int64_t account = in->tables->account;
	int rc = catalogue_step(c, SQL_CHAT_GET, e, "it", account, id);

	if (rc == 1) {
		*n = catalogue_int(c, SQL_CHAT_GET, 0);
		catalogue_reset(c, SQL_CHAT_GET);
	}
	if (rc != 0 || !*fold)
		return rc;
	rc = catalogue_step(c, SQL_CHAT_NAMED, e, "iti", account, fold,
	    (int64_t)(l->conv_id.n > 0));
	if (rc != 1)
		return rc;
	*n = catalogue_int(c, SQL_CHAT_NAMED, 0);
	rc = catalogue_int(c, SQL_CHAT_NAMED, 1) == 1;
	catalogue_reset(c, SQL_CHAT_NAMED);
	if (rc == 1 && l->conv_id.n > 0 && catalogue_run(c, SQL_CHAT_ID, e,
	    "it", *n, id) < 0)
		return -1;
	return rc;
}

static int
find_lane(struct intake *in, const struct msgline *l, struct intake_chat *k,
	struct err *e)
{
	struct catalogue *c = in->m->c;
	struct buf *b = &in->m->scratch;
	int64_t ordinal;
	int rc;

	buf_clear(b);
	if (buf_add(b, l->format.s, l->format.n, e) < 0 ||
	    buf_addf(b, e, " %lld", (long long)l->parser_ver) < 0)
		return -1;
	/* The folders of a mailbox share their conversations. */
	if (l->conv_type == CHAT_MAILS &&
	    buf_addf(b, e, " %s", in->f->path) < 0)
		return -1;
	rc = catalogue_step(c, SQL_LANE_GET, e, "it", k->n, buf_str(b));
	if (rc < 0)
		return -1;
	if (rc == 1) {
		ordinal = catalogue_int(c, SQL_LANE_GET, 0);
		catalogue_reset(c, SQL_LANE_GET);
	} else {
		if (catalogue_step(c, SQL_LANE_COUNT, e, "i", k->n) != 1)
			return -1;
		ordinal = catalogue_int(c, SQL_LANE_COUNT, 0);
		catalogue_reset(c, SQL_LANE_COUNT);
		if (ordinal < LANES && catalogue_run(c, SQL_LANE_ADD, e,
		    "iti", k->n, buf_str(b), ordinal) < 0)
			return -1;
	}
	k->lane = ordinal < LANES ? (uint64_t)1 << ordinal : 0;
	return 0;
}

/* A conversation that this file did not name before. */
static int
new_chat(struct intake *in, const struct msgline *l, size_t *out,
	struct err *e)
{
	struct tables *t = in->tables;
	struct chat_str name = l->conv_name.n > 0 ? l->conv_name :
	    l->conv_id.n > 0 ? l->conv_id : stem(in->f->path);
	struct intake_chat *k;
	char *shown = NULL;
	uint64_t *slot;
	size_t fold_at, cap;
	int64_t n = 0;
	int rc = -1, there;

	if (in->nchat == in->chat_cap) {
		cap = in->chat_cap ? in->chat_cap * 2 : 16;
		k = realloc(in->chat, cap * sizeof(*k));
		if (!k)
			return err_nomem(e);
		in->chat = k;
		in->chat_cap = cap;
	}
	k = &in->chat[in->nchat];
	memset(k, 0, sizeof(*k));
	shown = str_ndup(name.s, name.n);
	if (!shown) {
		(void)err_nomem(e);
		goto out;
	}
	if (name_chat(in, l, &t->name, &fold_at, e) < 0)
		goto out;
	there = find_chat(in, l, buf_str(&t->name),
	    buf_str(&t->name) + fold_at, &n, e);
	if (there < 0)
		goto out;
	if (there == 0) {
		if (catalogue_run(in->m->c, SQL_CHAT_ADD, e, "ittti",
		    t->account, buf_str(&t->name), shown,
		    buf_str(&t->name) + fold_at, (int64_t)l->conv_type) < 0)
			goto out;
		n = catalogue_added(in->m->c);
	} else if (l->conv_name.n > 0 && catalogue_run(in->m->c,
	    SQL_CHAT_NAME, e, "itti", n, shown, buf_str(&t->name) + fold_at,
	    (int64_t)l->conv_type) < 0) {
		goto out;
	}
	k->n = n;
	k->type = l->conv_type;
	k->account = t->account;
	k->first_at = k->last_at = NO_TIME;
	if (find_lane(in, l, k, e) < 0)
		goto out;
	/* Two names of one conversation are one. */
	slot = tally_at(&t->rows, (uint64_t)n * 67 + k->lane % 67, e);
	if (!slot)
		goto out;
	if (*slot == 0)
		*slot = ++in->nchat;
	*out = (size_t)*slot - 1;
	rc = 0;
out:
	free(shown);
	return rc;
}

static int
chat_index(struct intake *in, const struct msgline *l, size_t *out,
	struct err *e)
{
	struct tables *t = in->tables;
	struct buf *b = &in->m->scratch;
	uint64_t *slot, key, number;

	buf_clear(b);
	if (add_str(b, &l->platform, e) < 0 || add_str(b, &l->format, e) < 0 ||
	    add_str(b, &l->conv_id, e) < 0 || add_str(b, &l->conv_name, e) < 0)
		return -1;
	if (l->conv_id.n + l->conv_name.n == 0 &&
	    add_str(b, &l->member, e) < 0)
		return -1;
	if (in->nchat > 0 && b->len == t->last_chat.len &&
	    memcmp(b->data, t->last_chat.data, b->len) == 0) {
		*out = t->last_chat_at;
		return 0;
	}
	buf_clear(&t->last_chat);
	if (buf_add(&t->last_chat, b->data, b->len, e) < 0)
		return -1;
	key = messages_hash(in->m, 'c', b->data, b->len);
	number = tally_get(&t->chats, key);
	if (number == 0) {
		if (new_chat(in, l, out, e) < 0)
			return -1;
		slot = tally_at(&t->chats, key, e);
		if (!slot)
			return -1;
		*slot = number = *out + 1;
	}
	*out = t->last_chat_at = (size_t)(number - 1);
	return 0;
}

static bool
same(const char *a, const struct chat_str *b)
{
	return b->n > 0 && strlen(a) == b->n && memcmp(a, b->s, b->n) == 0;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Addresses differ in case and are the same. */
static bool
same_address(const char *a, const struct chat_str *b)
{
	size_t i;

	if (b->n == 0 || strlen(a) != b->n)
		return false;
	for (i = 0; i < b->n; i++)
		if (lower(a[i]) != lower(b->s[i]))
			return false;
	return true;
}

static bool
is_own(const struct messages_file *f, const struct msgline *l)
{
	size_t i;

	if (f->account && *f->account &&
	    (same_address(f->account, &l->sender_id) ||
	    same(f->account, &l->sender_name)))
		return true;
	for (i = 0; i < f->nself; i++)
		if (same_address(f->self_id[i], &l->sender_id) ||
		    same(f->self_id[i], &l->sender_name))
			return true;
	return false;
}

static bool
named_alike(const struct chat_str *a, const struct chat_str *b)
{
	return a->n > 0 && a->n == b->n && memcmp(a->s, b->s, a->n) == 0;
}

/*
 * enum chat_role, or FLAG_ROLE_SYSTEM.  Where it is not said whose export it is,
 * who is named as the conversation K is the other side.
 */
static unsigned
role_of(const struct intake *in, const struct msgline *l,
	struct intake_chat *k)
{
	const struct messages_file *f = in->f;
	bool known = (f->account && *f->account) || f->nself > 0;

	if (l->system)
		return FLAG_ROLE_SYSTEM;
	if (l->role != CHAT_UNKNOWN)
		return l->role;
	if (l->sender_id.n + l->sender_name.n == 0)
		return CHAT_UNKNOWN;
	if (is_own(f, l))
		return CHAT_SELF;
	if (known)
		return CHAT_PEER;
	if ((l->conv_type == CHAT_PRIVATE || l->conv_type ==
	    CHAT_CONV_UNKNOWN) && (named_alike(&l->sender_id, &l->conv_id) ||
	    named_alike(&l->sender_name, &l->conv_name))) {
		k->peer = true;
		return CHAT_PEER;
	}
	return l->conv_type == CHAT_PRIVATE &&
	    l->conv_name.n + l->conv_id.n > 0 ? CHAT_SELF : CHAT_UNKNOWN;
}

static int
sender_row(struct intake *in, const struct msgline *l, int64_t chat,
	int64_t *n, uint64_t *who, struct err *e)
{
	const struct chat_str *s = l->sender_id.n > 0 ? &l->sender_id :
	    &l->sender_name;
	struct catalogue *c = in->m->c;
	char *id, *name;
	int rc = -1, there;

	id = str_ndup(l->sender_id.s ? l->sender_id.s : "", l->sender_id.n);
	name = str_ndup(l->sender_name.s ? l->sender_name.s : "",
	    l->sender_name.n);
	*who = messages_hash(in->m, 's', s->s, s->n);
	if (!id || !name) {
		(void)err_nomem(e);
		goto out;
	}
	there = catalogue_step(c, SQL_SENDER_GET, e, "itt", chat, id, name);
	if (there < 0)
		goto out;
	if (there == 1) {
		*n = catalogue_int(c, SQL_SENDER_GET, 0);
		catalogue_reset(c, SQL_SENDER_GET);
	} else {
		if (catalogue_run(c, SQL_SENDER_ADD, e, "itti", chat, id, name,
		    (int64_t)*who) < 0)
			goto out;
		*n = catalogue_added(c);
	}
	rc = 0;
out:
	free(id);
	free(name);
	return rc;
}

static int
find_sender(struct intake *in, const struct msgline *l,
	struct intake_row *row, struct err *e)
{
	struct tables *t = in->tables;
	struct buf *b = &in->m->scratch;
	int64_t chat = in->chat[row->chat].n;
	uint64_t key, *slot;

	if (l->sender_id.n + l->sender_name.n == 0)
		return 0;
	buf_clear(b);
	if (buf_add(b, &chat, sizeof(chat), e) < 0 ||
	    add_str(b, &l->sender_id, e) < 0 ||
	    add_str(b, &l->sender_name, e) < 0)
		return -1;
	if (b->len == t->last_sender.len &&
	    memcmp(b->data, t->last_sender.data, b->len) == 0) {
		row->sender = t->last_sender_n;
		row->who = t->last_sender_who;
		return 0;
	}
	key = messages_hash(in->m, 'n', b->data, b->len);
	buf_clear(&t->last_sender);
	if (buf_add(&t->last_sender, b->data, b->len, e) < 0)
		return -1;
	row->sender = (int64_t)tally_get(&t->senders, key);
	if (row->sender != 0) {
		row->who = tally_get(&t->whos, (uint64_t)row->sender);
	} else {
		if (sender_row(in, l, chat, &row->sender, &row->who, e) < 0)
			return -1;
		slot = tally_at(&t->senders, key, e);
		if (!slot)
			return -1;
		*slot = (uint64_t)row->sender;
		slot = tally_at(&t->whos, (uint64_t)row->sender, e);
		if (!slot)
			return -1;
		*slot = row->who;
	}
	t->last_sender_n = row->sender;
	t->last_sender_who = row->who;
	return 0;
}

/*
 * Of things that are no text exports show now a name, now a word: that there
 * is one must do.
 */
static char
class_of(enum chat_kind k)
{
	switch (k) {
	case CHAT_IMAGE:
	case CHAT_VOICE:
	case CHAT_VIDEO:
	case CHAT_FILE:
	case CHAT_STICKER:
	case CHAT_MEDIA_OMITTED:
		return 'm';
	case CHAT_SYSTEM:
	case CHAT_RECALL:
		return 'y';
	case CHAT_INQUIRY:
		return 'i';
	default:
		return 't';
	}
}

static int
key_of(struct intake *in, const struct msgline *l, uint64_t *key,
	struct err *e)
{
	struct buf *b = &in->m->scratch;
	char class = class_of(l->kind);
	size_t i;

	buf_clear(b);
	if (class != 'm' && sametext_add(in->m->plain, l->text.s, l->text.n, b,
	    e) < 0)
		return -1;
	/* The row of a list: who cares for it, how it stands. */
	for (i = 0; class == 'i' && i < l->nfield; i++)
		if (buf_addc(b, '\0', e) < 0 ||
		    add_str(b, &l->field[i].value, e) < 0)
			return -1;
	*key = messages_hash(in->m, class, b->data, b->len);
	return 0;
}

static enum flag_zone
take_time(struct intake *in, const struct msgline *l, struct intake_row *row)
{
	struct intake_chat *k = &in->chat[row->chat];
	const struct messages_file *f = in->f;
	enum flag_zone z = ZONE_ABSOLUTE;

	row->timed = l->precision != STAMP_NONE;
	if (!row->timed) {
		;
	} else if (l->ts_utc != MSGLINE_NEVER) {
		row->at = l->ts_utc;
	} else if (!l->ts_raw.s || l->when.year == 0) {
		row->timed = false;
	} else {
		row->at = stamp_us(&l->when) / 1000;
		if (l->when.zone == STAMP_LOCAL) {
			row->at = zone_to_utc(in->zone, row->at);
			z = !f->zone || !*f->zone ? ZONE_GUESS :
			    f->zone_sure ? ZONE_CONFIG : ZONE_WORKSTATION;
		}
	}
	if (row->timed && (row->at < 0 || row->at >= AFTER_ALL))
		row->timed = false;
	if (!row->timed)
		row->at = k->last_at;
	else if (k->first_at == NO_TIME)
		k->first_at = row->at;
	k->last_at = row->at;
	return z;
}

static int
take_id(const struct intake *in, const struct chat_str *s, uint64_t *id)
{
	if (s->n > 0)
		*id = messages_hash(in->m, '#', s->s, s->n);
	return s->n > 0;
}

static int
take_line(struct intake *in, const struct msgline *l, struct intake_row *row,
	struct err *e)
{
	struct chat_str target = msgline_field(l, "target");
	struct chat_str edit_of = msgline_field(l, "edit_of");
	enum flag_zone z;
	size_t chat = 0;

	if (find_account(in, l, e) < 0 || chat_index(in, l, &chat, e) < 0)
		return -1;
	row->chat = (uint32_t)chat;
	if (find_sender(in, l, row, e) < 0 || key_of(in, l, &row->key, e) < 0)
		return -1;
	if (l->system)
		row->who = 0;
	z = take_time(in, l, row);
	(void)take_id(in, &l->native_id, &row->id);
	if (l->kind == CHAT_RECALL)
		(void)take_id(in, &target, &row->target);
	row->replaces = take_id(in, &edit_of, &row->target);
	if (in->file.whole) {
		row->words = (uint32_t)in->words.len;
		if (add_words(l, &in->words, e) < 0)
			return -1;
		row->nwords = (uint32_t)in->words.len - row->words;
	}
	row->flags = (unsigned)l->kind << FLAG_KIND |
	    role_of(in, l, &in->chat[chat]) << FLAG_ROLE |
	    (unsigned)(row->timed ? l->precision : STAMP_NONE) <<
	    FLAG_PRECISION | (unsigned)z << FLAG_ZONE |
	    (unsigned)(l->edited || l->recalled) << FLAG_MARK;
	if (row->timed) {
		if (in->first == INT64_MIN || row->at < in->first)
			in->first = row->at;
		if (row->at > in->last)
			in->last = row->at;
	}
	return 0;
}

static int
row_cmp(const void *a, const void *b)
{
	const struct intake_row *x = a, *y = b;

	if (x->chat != y->chat)
		return x->chat < y->chat ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

static uint64_t
fold_in(uint64_t h, uint64_t x)
{
	h = (h ^ x) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

/*
 * Nothing in the file has a time: it stands where what else of the conversation
 * has none does, or each day's export would be another one.
 */
static int
time_of_file(const struct intake *in, int64_t chat, int64_t *out,
	struct err *e)
{
	int64_t to = MSGROWS_END;
	const struct msgrow *v;
	size_t n;

	*out = in->f->mtime * 1000;
	for (;;) {
		if (msgrows_before(in->m->rows, chat, to, &v, &n, e) < 0)
			return -1;
		if (n == 0)
			return 0;
		to = v[0].n;
		while (n-- > 0) {
			if (flag_get(v[n].flags, FLAG_PRECISION,
			    FLAG_PRECISION_MASK) != STAMP_NONE)
				continue;
			*out = NUMBER_SECOND(v[n].n) * 1000 + v[n].ms;
			return 0;
		}
	}
}

/* What comes before the first time of its conversation has that one. */
static int
fill_times(struct intake *in, struct err *e)
{
	struct intake_chat *k;
	size_t i;

	for (i = 0; i < in->nrow; i++) {
		if (in->row[i].at != NO_TIME)
			continue;
		k = &in->chat[in->row[i].chat];
		if (k->first_at == NO_TIME &&
		    time_of_file(in, k->n, &k->first_at, e) < 0)
			return -1;
		in->row[i].at = k->first_at;
	}
	return 0;
}

/* No group is named as one of its members: so the others of it are own. */
static void
find_own(struct intake *in)
{
	size_t i;

	for (i = 0; i < in->nrow; i++) {
		struct intake_row *r = &in->row[i];

		if (in->chat[r->chat].peer && r->sender != 0 &&
		    flag_get(r->flags, FLAG_ROLE, FLAG_ROLE_MASK) ==
		    CHAT_UNKNOWN)
			r->flags |= CHAT_SELF << FLAG_ROLE;
	}
}

/* In order, and each conversation knows its rows. */
static void
arrange(struct intake *in)
{
	uint64_t path = messages_hash(in->m, 'p', in->f->path,
	    strlen(in->f->path));
	struct intake_chat *k;
	bool sorted = true;
	size_t i;

	for (i = 1; i < in->nrow && sorted; i++)
		sorted = row_cmp(&in->row[i - 1], &in->row[i]) < 0;
	if (!sorted)
		qsort(in->row, in->nrow, sizeof(*in->row), row_cmp);
	for (i = 0; i < in->nrow; i++) {
		const struct intake_row *r = &in->row[i];

		k = &in->chat[r->chat];
		if (k->to == 0) {
			k->from = i;
			k->digest = path;
		}
		k->to = i + 1;
		k->digest = fold_in(fold_in(fold_in(fold_in(k->digest,
		    (uint64_t)r->at), r->key), r->id), (uint64_t)r->sender);
	}
}

static int
read_all(struct intake *in, struct err *e)
{
	struct intake_row *row;
	struct msgline l;
	const char *line = NULL;
	int64_t off = 0;
	size_t n = 0, cap;
	int rc;

	while ((rc = linefile_next(&in->file, off, &line, &n, e)) == 1) {
		if (msgline_parse(in->m->line, &l, line, n, e) < 0)
			return err_prefix(e, "message %zu", in->nrow + 1);
		if (in->nrow == INTAKE_ROWS_MAX)
			return err_set(e, ERR_FORMAT, "too many messages");
		if (in->nrow == in->cap) {
			cap = in->cap ? in->cap + in->cap / 2 : 256;
			row = realloc(in->row, cap * sizeof(*row));
			if (!row)
				return err_nomem(e);
			in->row = row;
			in->cap = cap;
		}
		row = &in->row[in->nrow];
		memset(row, 0, sizeof(*row));
		row->off = off;
		row->len = (uint32_t)n;
		row->seq = (uint32_t)in->nrow;
		if (take_line(in, &l, row, e) < 0)
			return -1;
		in->nrow++;
		off += (int64_t)n + 1;
	}
	return rc;
}

int
intake_read(struct intake *in, struct messages *m,
	const struct messages_file *f, int fd, struct err *e)
{
	struct tables t = {
		.chats = TALLY_INIT(m->seed), .rows = TALLY_INIT(m->seed),
		.senders = TALLY_INIT(m->seed),
		.whos = TALLY_INIT(m->seed),
		.name = BUF_INIT(1u << 20), .last_chat = BUF_INIT(1u << 20),
		.last_sender = BUF_INIT(1u << 20)
	};
	int rc = -1;

	memset(in, 0, sizeof(*in));
	in->m = m;
	in->f = f;
	in->first = in->last = INT64_MIN;
	buf_init(&in->words, 2 * LINEFILE_WHOLE);
	in->tables = &t;
	in->zone = zone_new(f->zone ? f->zone : "", e);
	if (!in->zone)
		goto out;
	if (fd >= 0 && (linefile_init(&in->file, fd, MSGLINE_MAX, e) < 0 ||
	    read_all(in, e) < 0))
		goto out;
	if (fill_times(in, e) < 0)
		goto out;
	find_own(in);
	arrange(in);
	rc = 0;
out:
	in->tables = NULL;
	tally_release(&t.chats);
	tally_release(&t.rows);
	tally_release(&t.senders);
	tally_release(&t.whos);
	buf_release(&t.name);
	buf_release(&t.last_chat);
	buf_release(&t.last_sender);
	return rc;
}

void
intake_release(struct intake *in)
{
	zone_free(in->zone);
	free(in->row);
	free(in->chat);
	linefile_release(&in->file);
	buf_release(&in->words);
	in->zone = NULL;
	in->row = NULL;
	in->chat = NULL;
}
