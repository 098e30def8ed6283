/* chat/roads.c - paths through JSON. */
#include "chat/roads.h"

#include <string.h>

#include "base/banned.h"

#define STEPS_MAX 8

/* A step: a key of LEN bytes, "*", or into an array where KEY is NULL. */
struct step {
	const char *key;
	size_t len;
};

struct route {
	struct step step[STEPS_MAX];
	unsigned n;
};

struct walking {
	struct chat_job *job;
	const struct road *roads;
	size_t n;
	struct route route[ROADS_MAX];
	void *arg;
	struct compose *c;	/* or NULL */
	int found;		/* by visit() for take() */
	uint64_t end;		/* of the last value taken */
};

static void
split(struct route *r, const char *path)
{
	r->n = 0;
	while (*path != '\0' && r->n < STEPS_MAX) {
		struct step *s = &r->step[r->n++];

		if (*path == '.')
			path++;
		if (*path == '[') {
			*s = (struct step){NULL, 0};
			path += 2;
		} else {
			s->key = path;
			s->len = strcspn(path, ".[");
			path += s->len;
		}
	}
}

static bool
fits(const struct step *s, const char *key)
{
	if (!s->key || !key)
		return !s->key && !key;
	return (s->len == 1 && *s->key == '*') ||
	    (strncmp(key, s->key, s->len) == 0 && key[s->len] == '\0');
}

/* The place lies on the route, at its end or before. */
static bool
lies_on(const struct route *r, const struct json_place *p)
{
	unsigned i;

	if (p->depth > r->n)
		return false;
	for (i = p->depth; i > 0; i--)
		if (!fits(&r->step[i - 1], p->level[i].key))
			return false;
	return true;
}

static enum json_act
visit(void *arg, const struct json_place *p)
{
	struct walking *w = arg;
	enum json_act act = JSON_SKIP;
	size_t i;

	for (i = 0; i < w->n; i++) {
		if (!lies_on(&w->route[i], p))
			continue;
		if (p->depth == w->route[i].n) {
			w->found = (int)i;
			return JSON_TAKE;
		}
		act = JSON_INTO;
	}
	return act;
}

static int
take(void *arg, const struct json_place *p, const struct json *doc,
	const struct json_node *value, uint64_t n, struct err *e)
{
	struct walking *w = arg;
	const struct roads_value v = {p, doc, value, p->off, n};

	w->end = p->off + n;
	if (w->c)
		w->c->elided = p->elided;
	return w->roads[w->found].take(w->arg, &v, e);
}

static int
leave(void *arg, const struct json_place *p, struct err *e)
{
	struct walking *w = arg;
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->roads[i].leave && p->depth + 1 == w->route[i].n &&
		    lies_on(&w->route[i], p))
			return w->roads[i].leave(w->arg, e);
	return 0;
}

int
roads_walk(struct chat_job *job, const struct road *roads, size_t n,
	void *arg, struct compose *c, struct err *e)
{
	struct walking w = {.job = job, .roads = roads, .n = n, .arg = arg,
		.c = c};
	const struct json_walker walker = {visit, take, leave, job->in->read,
		&w, job->in->arg};
	size_t i;
	int rc;

	for (i = 0; i < n; i++)
		split(&w.route[i], roads[i].path);
	rc = json_walk(&walker, 0, e);
	if (rc == 0)
		return 0;
	if (rc < 0 && (e->code != ERR_FORMAT || !c || c->emitted == 0))
		return -1;
	job->warn |= CHAT_WARN_TAIL;
	if (rc > 0)
		return 0;
	err_clear(e);
	return compose_unparsed(c, w.end, job->in->size > w.end ?
	    job->in->size - w.end : 0, "(no JSON from here)", 19, e);
}

/* --- Lines */

struct lining {
	int (*take)(void *arg, const struct roads_line *l, struct err *e);
	void *arg;
};

static int
take_element(void *arg, const struct roads_value *v, struct err *e)
{
	const struct lining *l = arg;
	const struct roads_line line = {*v, NULL};

	return l->take(l->arg, &line, e);
}

static bool
is_array(const struct chat_sniff *s)
{
	size_t i = 0;

	while (i < s->ntext && (s->text[i] == ' ' || s->text[i] == '\n' ||
	    s->text[i] == '\r' || s->text[i] == '\t'))
		i++;
	return i < s->ntext && s->text[i] == '[';
}

/* The first line that is no comment is no JSON: values go over lines. */
static bool
is_spread(const struct chat_sniff *s)
{
	struct err inside = ERR_INIT;
	struct json *doc = json_new_lenient(JSON_WALK_NODES_MAX,
	    JSON_WALK_DEPTH, &inside);
	size_t i = 0, n;
	bool yes = false;

	while (doc && i < s->ntext) {
		n = strcspn(s->text + i, "\n");
		if (n > 0 && s->text[i] != '#' && s->text[i] != '\r') {
			/* "{" alone, or with the first of its members. */
			yes = s->text[i] == '{' && i + n < s->ntext &&
			    n < 4096 && !json_parse(doc, s->text + i, n,
			    &inside) && strcspn(s->text + i, "}") > n;
			break;
		}
		i += n + 1;
	}
	json_free(doc);
	return yes;
}

static int
each_line(struct chat_job *job, const struct lining *to, struct err *e)
{
	struct chat_lines *lines;
	struct json *doc = json_new_lenient(JSON_WALK_NODES_MAX,
	    JSON_WALK_DEPTH, e);
	struct roads_line at = {.v = {.place = NULL}};
	struct err inside = ERR_INIT;
	struct chat_line line;
	int rc = -1, got = 0;

	lines = doc ? chat_lines_new(job->in, &job->sniff->encoding, e) : NULL;
	if (!lines)
		goto out;
	at.line = &line;
	at.v.doc = doc;
	while ((got = chat_lines_next(lines, &line, e)) == 1) {
		const size_t blank = strspn(line.s, " \t\r");

		if (blank >= line.n || line.s[blank] == '#')
			continue;
		at.v.off = line.off;
		at.v.n = line.len;
		at.v.value = line.cut ? NULL :
		    json_parse(doc, line.s, line.n, &inside);
		if (!at.v.value && line.last)
			job->warn |= CHAT_WARN_TAIL;
		if (to->take(to->arg, &at, e) < 0)
			goto out;
	}
	rc = got;
out:
	chat_lines_free(lines);
	json_free(doc);
	return rc;
}

int
roads_lines(struct chat_job *job,
	int (*take_line)(void *arg, const struct roads_line *l, struct err *e),
	void *arg, struct compose *c, struct err *e)
{
	struct lining l = {take_line, arg};
	const struct road road = {"[]", take_element, NULL};
	const struct road whole = {"", take_element, NULL};

	if (is_array(job->sniff))
		return roads_walk(job, &road, 1, &l, c, e);
	if (is_spread(job->sniff))
		return roads_walk(job, &whole, 1, &l, c, e);
	return each_line(job, &l, e);
}
