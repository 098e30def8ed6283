/*
 * desk/facts_names.c - who is called so, of all conversations and senders.
 *
 * Folded once, and sorted by each place at which an address or a number can
 * begin: a question is a search by halves, however many there are of both.
 */
#include <stdlib.h>
#include <string.h>

#include "desk/facts_names.h"
#include "desk/pick.h"

#include "base/banned.h"

#define TEXT_MAX ((size_t)1 << 30)
#define NAME_MAX_LEN 1024	/* what is longer is no name */

struct collecting {
	struct facts_names *t;
	struct facts_work *w;
	struct glyphs *glyphs;
	struct buf name;
	struct tally place;	/* conversation -> index + 1 */
};

static bool
letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number also behind digits: the country may be left out. */
static bool
begins(const char *s, size_t i)
{
	return s[i] == '@' || digit(s[i]) || (letter(s[i]) &&
	    (i == 0 || (!letter(s[i - 1]) && !digit(s[i - 1]))));
}

/* NAME of conversation CHAT; `at` is an offset until all are there. */
static int
add_name(struct collecting *c, size_t chat, const char *name, struct err *e)
{
	struct facts_names *t = c->t;
	size_t i, from = t->text.len;
	const char *s;

	if (pick_fold(c->glyphs, name, &c->name, e) < 0)
		return -1;
	s = buf_str(&c->name);
	for (i = 0; s[i] && i < NAME_MAX_LEN; i++) {
		if (!begins(s, i))
			continue;
		if (facts_grow(&t->begin, t->nbegins, sizeof(*t->begin),
		    e) < 0)
			return -1;
		t->begin[t->nbegins++] = (struct facts_begin){NULL, from + i,
		    chat};
	}
	return buf_add(&t->text, s, i, e) < 0 ? -1 :
	    buf_addc(&t->text, '\0', e);
}

static int
on_chat(void *arg, const struct history_chat *h, struct err *e)
{
	struct collecting *c = arg;
	struct facts_names *t = c->t;
	struct facts_place p = {.n = h->n,
	    .station = facts_station_find(c->w, h->station)};
	uint64_t *slot;

	if (h->internal || strcmp(h->type, "group") == 0 ||
	    p.station == FACTS_NOWHERE)
		return 0;
	p.id = facts_keep(c->w->f, h->id, strlen(h->id), e);
	p.platform = facts_keep(c->w->f, h->platform, strlen(h->platform), e);
	if (!p.id || !p.platform ||
	    facts_grow(&t->chat, t->nchats, sizeof(p), e) < 0)
		return -1;
	t->chat[t->nchats++] = p;
	slot = tally_at(&c->place, (uint64_t)h->n, e);
	if (!slot)
		return -1;
	*slot = t->nchats;
	return add_name(c, t->nchats - 1, h->id, e) < 0 ? -1 :
	    add_name(c, t->nchats - 1, h->name, e);
}

static int
on_sender(void *arg, int64_t n, const char *id, const char *name,
	struct err *e)
{
	struct collecting *c = arg;
	const uint64_t chat = tally_get(&c->place, (uint64_t)n);

	if (chat == 0)
		return 0;
	return add_name(c, chat - 1, id, e) < 0 ? -1 :
	    add_name(c, chat - 1, name, e);
}

static int
cmp_begins(const void *a, const void *b)
{
	const struct facts_begin *x = a, *y = b;

	return strncmp(x->at, y->at, CONTACTS_VALUE_MAX);
}

static int
cmp_ids(const void *a, const void *b)
{
	const struct facts_place *const *x = a, *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

static int
sort_all(struct facts_names *t, struct err *e)
{
	size_t i;

	t->by_id = calloc(t->nchats + 1, sizeof(*t->by_id));
	if (!t->by_id)
		return err_nomem(e);
	for (i = 0; i < t->nchats; i++)
		t->by_id[i] = &t->chat[i];
	for (i = 0; i < t->nbegins; i++)
		t->begin[i].at = buf_str(&t->text) + t->begin[i].off;
	qsort(t->by_id, t->nchats, sizeof(*t->by_id), cmp_ids);
	if (t->nbegins > 0)
		qsort(t->begin, t->nbegins, sizeof(*t->begin), cmp_begins);
	return 0;
}

int
facts_names_make(struct facts_names *t, struct facts_work *w, struct err *e)
{
	struct collecting c = {t, w, NULL, BUF_INIT(TEXT_MAX), TALLY_INIT(0)};
	const struct history_filter f = {.since = HISTORY_NEVER,
	    .until = w->f->made};
	int rc = -1;

	memset(t, 0, sizeof(*t));
	buf_init(&t->text, TEXT_MAX);
	c.place.seed = (uint64_t)w->f->made;
	t->glyphs = c.glyphs = glyphs_new(e);
	if (!t->glyphs || history_chats(w->m, &f, on_chat, &c, e) < 0 ||
	    history_senders(w->m, on_sender, &c, e) < 0)
		goto out;
	rc = sort_all(t, e);
out:
	tally_release(&c.place);
	buf_release(&c.name);
	return rc;
}

void
facts_names_release(struct facts_names *t)
{
	glyphs_free(t->glyphs);
	buf_release(&t->text);
	free(t->begin);
	free(t->by_id);
	free(t->chat);
	memset(t, 0, sizeof(*t));
}

static void
take(const struct facts_names *t, size_t chat, size_t *first)
{
	size_t *slot = &first[t->chat[chat].station];

	if (*slot == FACTS_NOWHERE || chat < *slot)
		*slot = chat;
}

void
facts_names_id(const struct facts_names *t, const char *platform,
	const char *id, size_t *first)
{
	size_t low = 0, high = t->nchats, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(t->by_id[mid]->id, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < t->nchats && strcmp(t->by_id[low]->id, id) == 0; low++)
		if (strcmp(t->by_id[low]->platform, platform) == 0)
			take(t, (size_t)(t->by_id[low] - t->chat), first);
}

int
facts_names_value(const struct facts_names *t, const char *value,
	size_t *first, struct err *e)
{
	struct buf key = BUF_INIT(TEXT_MAX);
	size_t low = 0, high = t->nbegins, mid, n;
	const char *s;
	int rc = -1;

	if (pick_fold(t->glyphs, value, &key, e) < 0)
		goto out;
	rc = 0;
	s = buf_str(&key);
	n = strlen(s);
	if (n == 0 || n >= CONTACTS_VALUE_MAX)
		goto out;
	while (low < high) {
		mid = low + (high - low) / 2;
		if (strncmp(t->begin[mid].at, s, n) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < t->nbegins && strncmp(t->begin[low].at, s, n) == 0; low++)
		take(t, t->begin[low].chat, first);
out:
	buf_release(&key);
	return rc;
}
