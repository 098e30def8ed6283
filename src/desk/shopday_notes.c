/* desk/shopday_notes.c - what managers said of a shop; docs/FORMAT.md 17. */
#include "desk/shopday_work.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "desk/worktime.h"

#include "base/banned.h"

static void
free_baseline(struct baseline *b)
{
	size_t i;

	for (i = 0; i < b->n; i++) {
		free(b->entry[i].page);
		free(b->entry[i].view);
	}
	free(b->entry);
}

static void
free_rule(struct rule *r)
{
	free(r->by);
	free(r->change);
	free(r->what);
	free(r->page);
}

void
shopday_forget(struct shopday *s)
{
	size_t i;

	for (i = 0; i < s->nseen; i++) {
		free(s->seen[i].by);
		free(s->seen[i].record);
	}
	for (i = 0; i < s->nbaselines; i++)
		free_baseline(&s->baseline[i]);
	for (i = 0; i < s->nrules; i++)
		free_rule(&s->rule[i]);
	free(s->seen);
	free(s->baseline);
	free(s->rule);
}

/* --- Notes: what makes no sense is passed over. */

struct in {
	const struct json *j;
	const struct json_node *o;
};

static const char *
text_at(struct in in, const char *key)
{
	const struct json_node *v = json_get(in.j, in.o, key);

	return v && v->type == JSON_STR && strlen(v->str) == v->len ? v->str :
	    NULL;
}

static int64_t
day_at(struct in in, const char *key)
{
	const char *s = text_at(in, key);
	int64_t day;

	return s && worktime_day_parse(s, &day) == 0 ? day : SHOPDAY_NONE;
}

static int
take_reviewed(struct shopday *s, const struct notes_note *v, struct in in,
	struct err *e)
{
	const struct json_node *a = json_get(in.j, in.o, "seen"), *m;
	const int64_t first = day_at(in, "first"), last = day_at(in, "last");
	struct seen *x;

	if (first == SHOPDAY_NONE || last < first || !a ||
	    a->type != JSON_ARRAY)
		return 0;
	x = shopday_more(&s->seen, s->nseen, sizeof(*x), e);
	if (!x)
		return -1;
	s->nseen++;
	*x = (struct seen){first, last, v->utc, str_dup(v->by),
	    calloc(a->n + 1, sizeof(*x->record)), 0};
	if (!x->by || !x->record)
		return err_nomem(e);
	for (m = json_first(in.j, a); m; m = json_next(in.j, m))
		if (m->type == JSON_STR && str_unhex(x->record[x->n],
		    SHOP_HASH_LEN, m->str, m->len) == 0)
			x->n++;
	return 0;
}

static int
take_entry(struct baseline *b, struct in in, struct err *e)
{
	const char *page = text_at(in, "page"), *view = text_at(in, "view");
	const char *record = text_at(in, "record");
	struct entry *x = &b->entry[b->n];

	if (!page || !view || !record || str_unhex(x->record,
	    SHOP_HASH_LEN, record, strlen(record)) < 0)
		return 0;
	x->page = str_dup(page);
	x->view = str_dup(view);
	b->n++;
	return x->page && x->view ? 0 : err_nomem(e);
}

static int
take_baseline(struct shopday *s, const struct notes_note *v, struct in in,
	struct err *e)
{
	const struct json_node *a = json_get(in.j, in.o, "pages"), *m;
	const int64_t day = day_at(in, "day");
	struct baseline *b;
	int rc = 0;

	if (day == SHOPDAY_NONE || !a ||
	    (a->type != JSON_ARRAY && a->type != JSON_NULL))
		return 0;
	b = shopday_more(&s->baseline, s->nbaselines, sizeof(*b), e);
	if (!b)
		return -1;
	s->nbaselines++;
	*b = (struct baseline){day, v->utc, NULL, 0};
	if (a->type == JSON_NULL)
		return 0;
	b->entry = calloc(a->n + 1, sizeof(*b->entry));
	if (!b->entry)
		return err_nomem(e);
	for (m = json_first(in.j, a); rc == 0 && m; m = json_next(in.j, m))
		if (m->type == JSON_OBJECT)
			rc = take_entry(b, (struct in){in.j, m}, e);
	return rc;
}

static int
copy_text(char **out, const char *s, struct err *e)
{
	*out = s ? str_dup(s) : NULL;
	return s && !*out ? err_nomem(e) : 0;
}

/* The newer of two with the same change, what and page takes its place. */
static int
take_ignore(struct shopday *s, const struct notes_note *v, struct in in,
	struct err *e)
{
	const char *change = text_at(in, "change");
	const char *what = text_at(in, "what"), *page = text_at(in, "page");
	struct rule *r = NULL;
	size_t i;

	if (!change)
		return 0;
	for (i = 0; i < s->nrules; i++)
		if (strcmp(s->rule[i].change, change) == 0 &&
		    str_eq(s->rule[i].what, what) &&
		    str_eq(s->rule[i].page, page))
			r = &s->rule[i];
	if (!r) {
		r = shopday_more(&s->rule, s->nrules, sizeof(*r), e);
		if (!r)
			return -1;
		if (copy_text(&r->change, change, e) < 0 ||
		    copy_text(&r->what, what, e) < 0 ||
		    copy_text(&r->page, page, e) < 0) {
			free_rule(r);
			return -1;
		}
		s->nrules++;
	}
	free(r->by);
	r->utc = v->utc;
	r->until = day_at(in, "until");
	return copy_text(&r->by, v->by, e);
}

int
shopday_note(void *arg, const struct notes_note *v, struct err *e)
{
	struct shopday *s = arg;
	struct err why = ERR_INIT;
	struct in in = {s->json, json_parse(s->json, v->line, v->n, &why)};
	const char *type;

	if (!in.o && err_is_nomem(&why)) {
		*e = why;
		return -1;
	}
	if (!in.o || in.o->type != JSON_OBJECT ||
	    !str_eq(text_at(in, "shop"), s->shop))
		return 0;
	type = text_at(in, "type");
	if (str_eq(type, "reviewed"))
		return take_reviewed(s, v, in, e);
	if (str_eq(type, "baseline"))
		return take_baseline(s, v, in, e);
	return str_eq(type, "ignore") ? take_ignore(s, v, in, e) : 0;
}

/* --- Rules. */

/* A pattern with * fits the whole text. */
static bool
fits(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	if (!text)
		return false;
	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			from = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

bool
shopday_ignored(const struct shopday *s, int64_t day, const char *page,
	const struct shop_event *v)
{
	size_t i;

	for (i = 0; i < s->nrules; i++) {
		const struct rule *r = &s->rule[i];

		if (strcmp(r->change, shop_change_name(v->change)) != 0 ||
		    (r->until != SHOPDAY_NONE && day > r->until) ||
		    (r->page && strcmp(r->page, page) != 0))
			continue;
		if (!r->what || fits(r->what, v->what) ||
		    fits(r->what, v->before) || fits(r->what, v->after))
			return true;
	}
	return false;
}

int
shopday_rules(const struct shopday *s,
	int (*fn)(void *arg, const struct shopday_rule *r, struct err *e),
	void *arg, struct err *e)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < s->nrules; i++) {
		const struct rule *r = &s->rule[i];
		const struct shopday_rule out = {r->by, r->change, r->what,
		    r->page, r->utc, r->until};

		rc = fn(arg, &out, e);
	}
	return rc;
}

