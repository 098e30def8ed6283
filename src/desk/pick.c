/* desk/pick.c - which conversations and senders a filter means. */
#include "desk/pick.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "desk/glyphs.h"
#include "desk/messages_in.h"

#include "base/banned.h"

#define NAME_LEN (1u << 20)

int64_t
pick_number(int64_t ms)
{
	if (ms < 0)
		return 0;
	if (ms >= (int64_t)1 << 52)
		return INT64_MAX;
	return NUMBER_OF((ms + 999) / 1000);
}

int
pick_fold(struct glyphs *g, const char *text, struct buf *out, struct err *e)
{
	size_t n = strlen(text), at, len;
	const struct glyph *one;
	unsigned i, many;
	uint32_t cp;
	char put[4];

	buf_clear(out);
	for (at = 0; at < n; at += len) {
		len = utf8_next((const uint8_t *)text + at, n - at, &cp);
		if (len == 0) {
			len = 1;
			continue;
		}
		one = glyphs_fold(g, cp, &many);
		if (!one)
			return err_nomem(e);
		for (i = 0; i < many; i++)
			if (buf_add(out, put, utf8_put(one[i].cp, put), e) < 0)
				return -1;
	}
	return 0;
}

struct seek {
	struct glyphs *glyphs;
	struct buf peer, name;
};

static int
holds(struct seek *s, const char *text, bool *out, struct err *e)
{
	if (pick_fold(s->glyphs, text, &s->name, e) < 0)
		return -1;
	*out = *out || strstr(buf_str(&s->name), buf_str(&s->peer));
	return 0;
}

static int
set(struct tally *t, int64_t n, uint64_t value, struct err *e)
{
	uint64_t *slot = tally_at(t, (uint64_t)n, e);

	if (!slot)
		return -1;
	*slot = value;
	return 0;
}

/* The conversations that all of the filter but its peer leaves. */
static int
pick_chats(struct pick *p, struct messages *m, const struct history_filter *f,
	struct seek *s, struct err *e)
{
	struct catalogue *c = m->c;
	const enum sql q = f->chat ? SQL_CHAT_ONE : f->station ?
	    SQL_CHAT_OF_STATION : SQL_CHAT_EACH;
	int rc;

	/* who asks for each conversation, or station, in turn does not walk
	 * them all */
	rc = f->chat ? catalogue_step(c, q, e, "ii", (int64_t)0, f->chat) :
	    f->station ? catalogue_step(c, q, e, "it", (int64_t)0,
	    f->station) : catalogue_step(c, q, e, "i", (int64_t)0);
	for (; rc == 1; rc = catalogue_next(c, q, e)) {
		int64_t n = catalogue_int(c, q, 0);
		bool named = !s;

		if ((f->station && strcmp(catalogue_text(c, q, 1),
		    f->station) != 0) ||
		    (f->source && strcmp(catalogue_text(c, q, 2),
		    f->source) != 0) ||
		    (f->platform && strcmp(catalogue_text(c, q, 3),
		    f->platform) != 0))
			continue;
		if (s && (holds(s, catalogue_text(c, q, 5), &named, e) < 0 ||
		    holds(s, catalogue_text(c, q, 6), &named, e) < 0))
			break;
		if (set(&p->chat, n, named ? PICK_ALL : PICK_SOME, e) < 0)
			break;
	}
	catalogue_reset(c, q);
	return rc == 0 ? 0 : -1;
}

static int
pick_senders(struct pick *p, struct messages *m, struct seek *s,
	struct err *e)
{
	struct catalogue *c = m->c;
	const enum sql q = SQL_SENDER_EACH;
	int rc;

	rc = catalogue_step(c, q, e, "");
	for (; rc == 1; rc = catalogue_next(c, q, e)) {
		bool named = false;

		if (tally_get(&p->chat, (uint64_t)catalogue_int(c, q, 1)) !=
		    PICK_SOME)
			continue;
		if (holds(s, catalogue_text(c, q, 2), &named, e) < 0 ||
		    holds(s, catalogue_text(c, q, 3), &named, e) < 0)
			break;
		if (named && set(&p->sender, catalogue_int(c, q, 0), 1, e) < 0)
			break;
	}
	catalogue_reset(c, q);
	return rc == 0 ? 0 : -1;
}

int
pick_make(struct pick *p, struct messages *m, const struct history_filter *f,
	struct err *e)
{
	struct seek s = {NULL, BUF_INIT(NAME_LEN), BUF_INIT(NAME_LEN)};
	int rc = -1;

	memset(p, 0, sizeof(*p));
	p->chat.seed = p->sender.seed = m->seed;
	p->from = f->since == HISTORY_NEVER ? 0 : pick_number(f->since);
	p->to = f->until == HISTORY_NEVER ? INT64_MAX : pick_number(f->until);
	p->only = f->chat;
	p->senders = f->peer && *f->peer;
	p->chats = p->senders || f->station || f->source || f->platform ||
	    f->chat;
	if (!p->chats)
		return 0;
	if (p->senders) {
		s.glyphs = glyphs_new(e);
		if (!s.glyphs || pick_fold(s.glyphs, f->peer, &s.peer,
		    e) < 0)
			goto out;
	}
	if (pick_chats(p, m, f, p->senders ? &s : NULL, e) < 0 ||
	    (p->senders && pick_senders(p, m, &s, e) < 0))
		goto out;
	rc = 0;
out:
	glyphs_free(s.glyphs);
	buf_release(&s.peer);
	buf_release(&s.name);
	return rc;
}

void
pick_release(struct pick *p)
{
	tally_release(&p->chat);
	tally_release(&p->sender);
}

bool
pick_chat(const struct pick *p, int64_t chat)
{
	return !p->chats || tally_get(&p->chat, (uint64_t)chat) != 0;
}

bool
pick_has(const struct pick *p, int64_t chat, int64_t sender)
{
	uint64_t how;

	if (!p->chats)
		return true;
	how = tally_get(&p->chat, (uint64_t)chat);
	return how == PICK_ALL || (how == PICK_SOME &&
	    tally_get(&p->sender, (uint64_t)sender) != 0);
}
