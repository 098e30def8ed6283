/* cli/desk/cmd_search.c - liudi-desk search: words in all conversations. */
#include "cli/desk/deskcmds.h"

#include <string.h>

#include "base/str.h"
#include "cli/desk/hits.h"
#include "cli/desk/talkask.h"
#include "desk/words_query.h"

#include "base/banned.h"

#define LIMIT 50		/* without --limit */
#define LIMIT_MAX 1000000
#define CONTEXT 2		/* without --context */
#define CONTEXT_MAX 100
#define HIT_BYTES 600		/* of a long text, for people */
#define CONTEXT_BYTES 240
#define MARKS 64		/* in one text */

struct work {
	struct talkask *k;
	struct buf typed;
	int64_t limit, context;
	struct words *words;
	/* of the text being shown */
	struct talk_mark mark[MARKS];
	size_t nmark;
	struct buf text;
	/* of the hit being shown */
	int64_t hit;
	char day[TALK_DAY_LEN];
	bool begun;
	/* what was shown with the last one */
	int64_t seen[2 * CONTEXT_MAX + 1];
	size_t nseen;
};

static int
on_mark(void *arg, size_t start, size_t end)
{
	struct work *a = arg;

	if (a->nmark < MARKS)
		a->mark[a->nmark++] = (struct talk_mark){start, end};
	return 0;
}

/* The marks of a text, and the text around the first of them. */
static int
cut(struct work *a, struct talk_line *l, size_t budget, struct err *e)
{
	const char *typed = buf_str(&a->typed);
	size_t start, end, i, shift;

	a->nmark = 0;
	if (l->text_len <= WORDS_MARKS_MAX && words_marks(a->words, typed,
	    a->typed.len, l->text, l->text_len, on_mark, a, e) < 0)
		return -1;
	talk_part(l->text, l->text_len, a->nmark > 0 ? a->mark[0].start : 0,
	    budget, &start, &end);
	while (a->nmark > 0 && a->mark[a->nmark - 1].end > end)
		a->nmark--;
	l->mark = a->mark;
	l->nmark = a->nmark;
	if (start == 0 && end == l->text_len)
		return 0;
	shift = start > 0 ? strlen("…") : 0;
	for (i = 0; i < a->nmark; i++) {
		a->mark[i].start += shift - start;
		a->mark[i].end += shift - start;
	}
	buf_clear(&a->text);
	if ((start > 0 && buf_adds(&a->text, "…", e) < 0) ||
	    buf_add(&a->text, l->text + start, end - start, e) < 0 ||
	    (end < l->text_len && buf_adds(&a->text, "…", e) < 0))
		return -1;
	l->text = buf_str(&a->text);
	l->text_len = a->text.len;
	return 0;
}

/* Whose conversation it is, before what was said there. */
static int
on_chat(void *arg, const struct history_chat *h, struct err *e)
{
	struct work *a = arg;
	struct talkask *k = a->k;

	if (talkask_title(k, h, e) < 0)
		return -1;
	if (k->c->verbose && buf_addf(&k->line, e, "  #%lld",
	    (long long)a->hit) < 0)
		return -1;
	return buf_addc(&k->line, '\n', e) < 0 ? -1 : 1;
}

static int
on_message(void *arg, const struct history_message *h, struct err *e)
{
	struct work *a = arg;
	struct talkask *k = a->k;
	struct talkask_notes notes;
	char day[TALK_DAY_LEN];
	struct talk_line l;

	if (a->nseen < sizeof(a->seen) / sizeof(a->seen[0]))
		a->seen[a->nseen++] = h->n;
	if (!a->begun || !str_eq(talk_day_text(h->at, day), a->day)) {
		(void)snprintf(a->day, sizeof(a->day), "%s",
		    talk_day_text(h->at, day));
		if (talk_day(&k->line, &k->style, h->at, e) < 0)
			return -1;
	}
	a->begun = true;
	talkask_line(k, &l, &notes, h);
	if (cut(a, &l, h->n == a->hit ? HIT_BYTES : CONTEXT_BYTES, e) < 0)
		return -1;
	return talk_line(&k->line, &k->style, &l, e);
}

static bool
was_seen(const struct work *a, int64_t n)
{
	size_t i;

	for (i = 0; i < a->nseen; i++)
		if (a->seen[i] == n)
			return true;
	return false;
}

struct place {
	int64_t chat, at;
};

static int
on_hit(void *arg, const struct history_message *h, struct err *e)
{
	struct place *p = arg;

	(void)e;
	*p = (struct place){h->chat, h->at};
	return 1;
}

static int
show_hit(struct work *a, int64_t n, struct err *e)
{
	struct talkask *k = a->k;
	struct history_filter f = {.since = HISTORY_NEVER,
	    .until = HISTORY_NEVER};
	struct place of = {0};

	if (was_seen(a, n))
		return 0;
	a->hit = n;
	a->nseen = 0;
	a->begun = false;
	if (history_get(k->m, n, on_hit, &of, e) < 0)
		return -1;
	f.chat = of.chat;
	if (history_chats(k->m, &f, on_chat, a, e) < 0 ||
	    history_around(k->m, n, (int)a->context, on_message, a, e) < 0 ||
	    buf_addc(&k->line, '\n', e) < 0)
		return -1;
	return talkask_put(k, e);
}

/* --- JSON. */

struct line {
	struct work *a;
	struct jsonw w;
};

static int
json_message(void *arg, const struct history_message *h, struct err *e)
{
	struct line *l = arg;

	(void)e;
	talkask_said_json(&l->w, h);
	return 1;
}

static int
json_context(void *arg, const struct history_message *h, struct err *e)
{
	struct line *l = arg;

	(void)e;
	if (h->n == l->a->hit)
		return 0;
	jsonw_object(&l->w);
	talkask_said_json(&l->w, h);
	jsonw_object_end(&l->w);
	return 0;
}

static int
json_hit(struct work *a, int64_t n, struct err *e)
{
	struct talkask *k = a->k;
	struct line l = {.a = a};

	a->hit = n;
	jsonw_init(&l.w, &k->line, e);
	jsonw_object(&l.w);
	jsonw_kint(&l.w, "v", 1);
	jsonw_kstr(&l.w, "type", "hit");
	if (history_get(k->m, n, json_message, &l, e) < 0)
		return -1;
	jsonw_key(&l.w, "context");
	jsonw_array(&l.w);
	if (a->context > 0 && history_around(k->m, n, (int)a->context,
	    json_context, &l, e) < 0)
		return -1;
	jsonw_array_end(&l.w);
	jsonw_object_end(&l.w);
	return jsonw_end(&l.w) < 0 || buf_addc(&k->line, '\n', e) < 0 ? -1 :
	    talkask_put(k, e);
}

static int
json_end(struct work *a, const struct hits *h, struct err *e)
{
	struct talkask *k = a->k;
	struct jsonw w;

	jsonw_init(&w, &k->line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "type", "summary");
	jsonw_kint(&w, "shown", (int64_t)h->n);
	jsonw_kbool(&w, "more", h->more);
	jsonw_object_end(&w);
	return jsonw_end(&w) < 0 || buf_addc(&k->line, '\n', e) < 0 ? -1 :
	    talkask_put(k, e);
}

/* --- All of it. */

static int
print_end(struct work *a, const struct hits *h, struct err *e)
{
	struct talkask *k = a->k;
	char count[CLI_COUNT_LEN], day[TALK_DAY_LEN];
	struct place oldest = {.at = HISTORY_NEVER};

	if (k->c->quiet)
		return 0;
	(void)printf("%s\n", cli_count((int64_t)h->n, "%lld message found",
	    "%lld messages found", count));
	if (!h->more)
		return 0;
	if (history_get(k->m, h->v[h->n - 1], on_hit, &oldest, e) < 0)
		return -1;
	(void)printf(cli_tr("there are more, older ones: --limit %lld, or "
	    "--until %s\n"), (long long)a->limit * 4,
	    talk_day_text(oldest.at, day));
	return 0;
}

static int
find_all(struct talkask *k, void *arg, struct err *e)
{
	struct work *a = arg;
	struct hits h;
	size_t i;
	int rc;

	a->k = k;
	rc = hits_find(k, buf_str(&a->typed), (size_t)a->limit, &h, e);
	if (rc < 0)
		goto out;
	a->words = words_new(e);
	rc = a->words ? 0 : -1;
	for (i = 0; i < h.n && rc == 0; i++)
		rc = k->c->json ? json_hit(a, h.v[i], e) :
		    show_hit(a, h.v[i], e);
	if (rc == 0)
		rc = k->c->json ? json_end(a, &h, e) : print_end(a, &h, e);
out:
	words_free(a->words);
	hits_release(&h);
	return rc < 0 ? -1 : (int)CLI_DONE;
}

static int
number(const struct cli *c, const char *option, int64_t min, int64_t max,
	int64_t *out, struct err *e)
{
	const char *s = cli_value(c, option);

	if (!s || str_to_i64(s, min, max, out) == 0)
		return 0;
	return err_set(e, ERR_USAGE, "--%s takes a number from %lld to %lld",
	    option, (long long)min, (long long)max);
}

static int
prepare(struct work *a, const struct cli *c, struct err *e)
{
	size_t i;

	if (number(c, "limit", 1, LIMIT_MAX, &a->limit, e) < 0 ||
	    number(c, "context", 0, CONTEXT_MAX, &a->context, e) < 0)
		return -1;
	for (i = 0; i < c->nargs; i++)
		if ((i > 0 && buf_addc(&a->typed, ' ', e) < 0) ||
		    buf_adds(&a->typed, c->args[i], e) < 0)
			return -1;
	return 0;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work a = {.typed = BUF_INIT(WORDS_QUERY_MAX),
	    .text = BUF_INIT(65536), .limit = LIMIT, .context = CONTEXT};
	struct buf what = BUF_INIT(2 * WORDS_QUERY_MAX);
	struct talkask k;
	int rc = -1;

	if (talkask_open(&k, c, NULL, e) == 0 && prepare(&a, c, e) == 0 &&
	    talkask_unlock(&k, e) == 0 &&
	    buf_addf(&what, e, "search %s", buf_str(&a.typed)) == 0 &&
	    talkask_note(&k, "search", buf_str(&what), e) == 0)
		rc = talkask_run(&k, find_all, &a, e);
	talkask_release(&k);
	buf_release(&what);
	buf_release(&a.typed);
	buf_release(&a.text);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"person", 0, "NAME", "only of the stations of this person"},
	{"station", 0, "STATION", "only of this station"},
	{"platform", 0, "NAME", "only of this platform: qq, whatsapp, …"},
	{"peer", 0, "WORDS", "only with whom this is part of the name"},
	{"since", 0, "DATE", "messages from this day or time on"},
	{"until", 0, "DATE", "messages up to this day or time"},
	{"context", 0, "N", "messages before and behind each (2)"},
	{"limit", 0, "N", "no more than these, the newest (50)"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"identity", 'i', "FILE", "open with this age identity file"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_search = {
	.name = "search",
	.operands = "WORD…",
	.help = "find words in all conversations, the newest first",
	.options = options,
	.min_args = 1,
	.max_args = 64,
	.run = run
};
