/*
 * desk/facts_past.c - what became of messages, and words that are watched, in
 * the whole history.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "config/teamini.h"
#include "desk/facts_work.h"

#include "base/banned.h"

#define WORD_MAX_LEN 512
#define TODAY_MAX 1000	/* messages of D with one word */

/* --- Changes. */

struct changed {
	enum history_state what;
	int64_t message, now, taken;
};

struct changes {
	struct facts_work *w;
	struct changed *v;
	size_t n;
	const struct changed *at;
	struct facts_item *item;
};

static int
on_change(void *arg, const struct history_change *c, struct err *e)
{
	struct changes *all = arg;

	if (facts_grow(&all->v, all->n, sizeof(*all->v), e) < 0)
		return -1;
	all->v[all->n++] = (struct changed){c->what, c->message, c->now,
	    c->taken};
	return 0;
}

/* Of the station at whose day it showed. */
static int
on_before(void *arg, const struct history_message *h, struct err *e)
{
	static const enum facts_kind kinds[] = {FACTS_EDITED, FACTS_EDITED,
	    FACTS_RECALLED, FACTS_VANISHED};
	struct changes *all = arg;
	struct facts_work *w = all->w;
	const size_t i = facts_station_find(w, h->station);
	const int64_t taken = all->at->taken * 1000;
	const char *who = h->sender[0] ? h->sender : h->sender_id;
	struct facts_item *it;
	int64_t next;

	if (i == FACTS_NOWHERE || strcmp(h->kind, "inquiry") == 0)
		return 0;
	next = worktime_start(w->time[i], w->ask->day + 1);
	if (taken < w->f->station[i].start || taken >= next)
		return 0;
	it = facts_item_new(w, kinds[all->at->what], i, FACTS_NOWHERE, e);
	if (!it)
		return -1;
	all->item = it;
	it->at = h->at;
	it->chat = h->chat;
	it->source = facts_keep(w->f, h->source, strlen(h->source), e);
	it->note = facts_keep(w->f, who, strlen(who), e);
	it->text = facts_excerpt(w->f, h->text, h->text_len, e);
	return it->source && it->note && it->text ? facts_list_add(
	    &it->messages, h->n, e) : -1;
}

static int
on_now(void *arg, const struct history_message *h, struct err *e)
{
	struct changes *all = arg;

	all->item->now = facts_excerpt(all->w->f, h->text, h->text_len, e);
	return all->item->now ? facts_list_add(&all->item->messages, h->n,
	    e) : -1;
}

static int
on_its_chat(void *arg, const struct history_chat *c, struct err *e)
{
	const char *name = c->name[0] ? c->name : c->id;
	struct changes *all = arg;

	all->item->peer = facts_keep(all->w->f, name, strlen(name), e);
	return all->item->peer ? 0 : -1;
}

/* What change AT of ALL says; nothing where it is of another day. */
static int
one_change(struct changes *all, struct err *e)
{
	struct history_filter f = {.since = HISTORY_NEVER,
	    .until = HISTORY_NEVER};
	struct messages *m = all->w->m;

	all->item = NULL;
	if (history_get(m, all->at->message, on_before, all, e) < 0)
		return -1;
	if (!all->item)
		return 0;
	f.chat = all->item->chat;
	if (history_chats(m, &f, on_its_chat, all, e) < 0)
		return -1;
	return all->at->now == 0 ? 0 : history_get(m, all->at->now, on_now, all,
	    e);
}

static int
changes(struct facts_work *w, int64_t from, int64_t until, struct err *e)
{
	struct changes all = {.w = w};
	int rc = -1;
	size_t i;

	if (history_changes(w->m, from / 1000, until / 1000 + 1, on_change,
	    &all, e) < 0)
		goto out;
	for (i = 0; i < all.n; i++) {
		all.at = &all.v[i];
		if (one_change(&all, e) < 0)
			goto out;
	}
	rc = 0;
out:
	free(all.v);
	return rc;
}

/* --- Watch words. */

struct watch {
	struct facts_work *w;
	int64_t from, until;
	struct err *e;
	/* the word at hand */
	const char *category, *word;
	enum facts_severity severity;
	struct facts_list today, all;
	struct facts_who who;		/* of the newest of D, else of all */
	int64_t chat, at;
	const char *source, *peer, *text;
};

/* This one is told of. */
static int
tell(struct watch *x, size_t station, const struct history_message *h,
	struct err *e)
{
	const char *name = h->sender[0] ? h->sender : h->sender_id;

	x->who = x->w->f->station[station].who;
	x->chat = h->chat;
	x->at = h->at;
	x->source = facts_keep(x->w->f, h->source, strlen(h->source), e);
	x->peer = facts_keep(x->w->f, name, strlen(name), e);
	x->text = facts_excerpt(x->w->f, h->text, h->text_len, e);
	return x->source && x->peer && x->text ? 0 : -1;
}

static int
on_any(void *arg, const struct history_message *h, struct err *e)
{
	struct watch *x = arg;
	const size_t i = facts_station_find(x->w, h->station);

	if (i == FACTS_NOWHERE)
		return 0;
	if (x->all.n == 0 && tell(x, i, h, e) < 0)
		return -1;
	return facts_list_add(&x->all, h->n, e);
}

static int
on_today(void *arg, const struct history_message *h, struct err *e)
{
	struct watch *x = arg;
	const size_t i = facts_station_find(x->w, h->station);

	if (i == FACTS_NOWHERE || h->at < x->w->f->station[i].start ||
	    h->at >= x->w->f->station[i].cutoff)
		return 0;
	if (x->today.n == 0 && tell(x, i, h, e) < 0)
		return -1;
	return facts_list_add(&x->today, h->n, e);
}

static int
report(struct watch *x, struct err *e)
{
	struct facts_item *it = facts_item_new(x->w, FACTS_WATCH, 0,
	    FACTS_NOWHERE, e);
	struct facts_list *from = x->today.n > 0 ? &x->today : &x->all;

	if (!it)
		return -1;
	it->severity = x->severity;
	it->who = x->who;
	it->source = x->source;
	it->peer = x->peer;
	it->chat = x->chat;
	it->at = x->at;
	it->what = facts_keep(x->w->f, x->word, strlen(x->word), e);
	it->note = facts_keep(x->w->f, x->category, strlen(x->category), e);
	it->text = x->text;
	it->today = x->today.n;
	it->value = (int64_t)x->all.n;
	it->messages = *from;
	memset(from, 0, sizeof(*from));
	return it->what && it->note ? 0 : -1;
}

static int
one_word(struct watch *x, struct err *e)
{
	struct history_filter f = {.since = HISTORY_NEVER,
	    .until = x->w->f->made};
	int rc = -1;

	memset(&x->today, 0, sizeof(x->today));
	memset(&x->all, 0, sizeof(x->all));
	if (history_search(x->w->m, x->word, &f, FACTS_WATCH_MAX, on_any, x,
	    e) < 0)
		goto out;
	f.since = x->from;
	f.until = x->until;
	if (x->all.n > 0 && history_search(x->w->m, x->word, &f, TODAY_MAX,
	    on_today, x, e) < 0)
		goto out;
	rc = x->all.n > 0 ? report(x, e) : 0;
out:
	free(x->today.v);
	free(x->all.v);
	return rc;
}

/* "high: 回扣, kickback": VALUE behind the severity, which is high if missing. */
static const char *
severity(const char *value, enum facts_severity *out)
{
	static const char *const names[] = {"low:", "medium:", "high:"};
	int i;

	*out = FACTS_HIGH;
	for (i = FACTS_LOW; i <= FACTS_HIGH; i++) {
		if (!str_starts(value, names[i]))
			continue;
		*out = (enum facts_severity)i;
		return value + strlen(names[i]);
	}
	return value;
}

static int
on_line(void *arg, const char *section, const char *key, const char *value)
{
	struct watch *x = arg;
	char word[WORD_MAX_LEN];
	size_t n;

	if (strcmp(section, "watch") != 0)
		return 0;
	x->category = key;
	x->word = word;
	for (value = severity(value, &x->severity); *value;
	    value += n + (value[n] == ',')) {
		value += strspn(value, " \t");
		n = strcspn(value, ",");
		if (n == 0 || n >= sizeof(word))
			continue;
		memcpy(word, value, n);
		word[n] = '\0';
		if (one_word(x, x->e) < 0)
			return -1;
	}
	return 0;
}

int
facts_past(struct facts_work *w, struct err *e)
{
	struct watch watch = {.w = w, .from = INT64_MAX, .until = INT64_MIN,
	    .e = e};
	size_t i;

	if (w->f->nstations == 0)
		return 0;
	for (i = 0; i < w->f->nstations; i++) {
		const struct facts_station *s = &w->f->station[i];
		int64_t end = worktime_start(w->time[i], w->ask->day + 1);

		if (s->start < watch.from)
			watch.from = s->start;
		if (end > watch.until)
			watch.until = end;
	}
	if (changes(w, watch.from, watch.until, e) < 0)
		return -1;
	return teamini_each(w->ask->policy, on_line, &watch) < 0 ? -1 : 0;
}
