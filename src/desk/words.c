/* desk/words.c - from text to tokens, and the tokenizer of SQLite's FTS5. */
#include "desk/words.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "desk/glyphs.h"

#include "base/banned.h"

#define POINT "\xea\x9e\x8f"	/* U+A78F, for the decimal point */
#define BLANKS_MAX 2		/* blanks that do not end a run */
#define PHONE_MIN 7		/* digits */
#define PHONE_MAX 15

struct words {
	struct glyphs *glyphs;
};

/* A character of a script without blanks. */
struct unit {
	char text[4];
	size_t len;
	uint32_t cp;
	size_t start, end;
};

/* A word of a chunk. */
struct part {
	size_t at, len;		/* in scan.chunk */
	size_t start, end;	/* in the text */
	unsigned chars;		/* also those that are not kept */
	unsigned turns;		/* from letters to digits or back */
	size_t cut, cut_at;	/* the last turn: in the word, in the text */
	bool digits, starts_digit, ends_digit;
	bool plus;		/* a + stands before it */
	uint32_t sep;		/* what stands before it in the chunk, or 0 */
};

struct scan {
	struct words *words;
	const char *text;
	bool as_phrase;
	words_fn fn;
	void *arg;
	int rc;
	/* The run: a is complete, b may still be composed with what follows. */
	struct unit a, b, held;
	bool has_a, has_b, has_held;
	unsigned blanks;
	/* The chunk: words with one separator between. */
	char chunk[WORDS_JOIN_MAX * WORDS_WORD_MAX * 4];
	size_t chunk_len;
	struct part part[WORDS_JOIN_MAX];
	size_t n;
	bool in_word;		/* part[n] is being filled */
	uint32_t sep;		/* behind the last word, or 0 */
};

static void
give(struct scan *s, const struct words_token *t)
{
	if (s->rc == 0)
		s->rc = s->fn(s->arg, t);
}

static void
give_single(struct scan *s, const struct unit *u)
{
	struct words_token t = {u->text, u->len, u->start, u->end, u->end,
		WORDS_TOKEN, true};

	give(s, &t);
}

/* A token with a place; the last of a run waited to see whether one comes. */
static void
give_token(struct scan *s, const char *text, size_t len, size_t start,
	size_t end, size_t first_end)
{
	struct words_token t = {text, len, start, end, first_end, WORDS_TOKEN,
		false};

	if (s->has_held)
		give_single(s, &s->held);
	s->has_held = false;
	give(s, &t);
}

static void
give_beside(struct scan *s, enum words_kind kind, const char *text, size_t len,
	size_t start, size_t end)
{
	struct words_token t = {text, len, start, end, end, kind, false};

	give(s, &t);
}

static void
give_pair(struct scan *s)
{
	char text[8];

	memcpy(text, s->a.text, s->a.len);
	memcpy(text + s->a.len, s->b.text, s->b.len);
	give_token(s, text, s->a.len + s->b.len, s->a.start, s->b.end,
	    s->a.end);
}

static void
run_end(struct scan *s)
{
	if (!s->has_b)
		return;
	if (s->has_a)
		give_pair(s);
	if (s->has_a && s->as_phrase) {
		s->held = s->b;
		s->has_held = true;
	} else {
		if (s->has_held)
			give_single(s, &s->held);
		s->has_held = false;
		give_single(s, &s->b);
	}
	s->has_a = s->has_b = false;
	s->blanks = 0;
}

/*
 * The letters and the digits of a word that has one of both: USD1200, and the
 * USD1 of USD1,200.50; not v2.
 */
static void
halves(struct scan *s, const struct part *p)
{
	const char *word = s->chunk + p->at;

	if (p->turns != 1 || p->chars > WORDS_WORD_MAX ||
	    (p->chars < 4 &&
	    (p->starts_digit ? p->cut : p->len - p->cut) < 2))
		return;
	give_beside(s, WORDS_PART, word, p->cut, p->start, p->cut_at);
	give_beside(s, WORDS_PART, word + p->cut, p->len - p->cut, p->cut_at,
	    p->end);
}

static bool
is_sep(uint32_t sep, const char *of)
{
	return sep != 0 && sep < 0x80 && strchr(of, (int)sep);
}

/* Words I to J written as one, from the byte SKIP on. */
static void
give_joined(struct scan *s, size_t i, size_t j, size_t skip)
{
	const struct part *a = &s->part[i], *b = &s->part[j];

	give_beside(s, WORDS_JOINED, s->chunk + a->at + skip,
	    b->at + b->len - a->at - skip, a->start, b->end);
}

/* L-100A, 2024-11-23, don't: from I on; returns the word behind them. */
static size_t
join_hyphens(struct scan *s, size_t i)
{
	unsigned chars = s->part[i].chars;
	size_t j = i;

	while (j + 1 < s->n && is_sep(s->part[j + 1].sep, "-_'"))
		chars += s->part[++j].chars;
	if (j > i && chars <= WORDS_WORD_MAX)
		give_joined(s, i, j, 0);
	return j + 1;
}

/* +86 138 0013 8000, +86-574-8888, 0574 8888 1234. */
static size_t
join_phone(struct scan *s, size_t i)
{
	const struct part *p = &s->part[i];
	size_t j = i, len = p->len;
	bool blank = false;

	if (!p->digits)
		return i + 1;
	while (j + 1 < s->n && s->part[j + 1].digits &&
	    is_sep(s->part[j + 1].sep, "- .")) {
		len += s->part[++j].len;
		blank |= s->part[j].sep == ' ';
	}
	if (j > i && len >= PHONE_MIN && len <= PHONE_MAX) {
		if (blank && (p->plus || j > i + 1))
			give_joined(s, i, j, 0);
		if (p->plus && p->len <= 3)
			give_joined(s, i, j, p->len);
	}
	return j + 1;
}

/* A mobile number of mainland China behind 86 or 0086. */
static void
strip_prefix(struct scan *s, size_t i)
{
	const struct part *p = &s->part[i];
	const char *word = s->chunk + p->at;

	if (p->digits && p->len == 13 && memcmp(word, "861", 3) == 0)
		give_joined(s, i, i, 2);
	if (p->digits && p->len == 15 && memcmp(word, "00861", 5) == 0)
		give_joined(s, i, i, 4);
}

/*
 * Which of the separators before words I+1 to J is the decimal one: its word,
 * J + 1 if none, 0 if this is no number.
 */
static size_t
decimal(const struct scan *s, size_t i, size_t j, size_t first_len)
{
	const struct part *p = s->part;
	size_t k, groups = j;

	if (p[j].sep != p[i + 1].sep || (j == i + 1 && (p[j].sep == '.' ||
	    p[j].len != 3 || !p[j].digits || first_len > 3)))
		groups = j - 1;
	if (groups > i && first_len > 3)
		return 0;
	for (k = i + 1; k <= groups; k++) {
		size_t len = p[k].digits ? p[k].len : p[k].cut;

		if (len != 3 || p[k].sep != p[i + 1].sep)
			return 0;
	}
	return groups + 1;
}

/* 1,200.50, USD1,200.50, 3.5kg; may begin and end with letters. */
static size_t
join_number(struct scan *s, size_t i)
{
	char out[sizeof(s->chunk) + sizeof(POINT)];
	const struct part *p = s->part;
	size_t j = i, k, len = 0, skip, n, point;
	size_t point_at = 0;

	if (!p[i].ends_digit || (!p[i].digits && p[i].turns != 1) ||
	    p[i].chars > WORDS_WORD_MAX)
		return i + 1;
	while (j + 1 < s->n && is_sep(p[j + 1].sep, ".,") && p[j].ends_digit &&
	    (p[j + 1].digits || (p[j + 1].turns == 1 &&
	    p[j + 1].starts_digit)) && p[j + 1].chars <= WORDS_WORD_MAX)
		j++;
	skip = p[i].digits ? 0 : p[i].cut;
	point = j > i ? decimal(s, i, j, p[i].len - skip) : 0;
	if (point == 0)
		return j + 1;
	for (k = i; k <= j; k++, skip = 0) {
		n = k == i ? p[k].len - skip :
		    p[k].digits ? p[k].len : p[k].cut;
		if (k == point) {
			point_at = len;
			memcpy(out + len, POINT, sizeof(POINT) - 1);
			len += sizeof(POINT) - 1;
		}
		memcpy(out + len, s->chunk + p[k].at + skip, n);
		len += n;
	}
	while (point_at > 0 && out[len - 1] == '0')
		len--;
	if (point_at > 0 && len == point_at + sizeof(POINT) - 1)
		len = point_at;
	if (len <= WORDS_WORD_MAX)
		give_beside(s, WORDS_JOINED, out, len,
		    p[i].digits ? p[i].start : p[i].cut_at,
		    p[j].digits ? p[j].end : p[j].cut_at);
	return j + 1;
}

static void
chunk_end(struct scan *s)
{
	size_t i;

	if (!s->as_phrase && s->rc == 0) {
		for (i = 0; i < s->n; i++)
			strip_prefix(s, i);
		for (i = 0; i < s->n;)
			i = join_hyphens(s, i);
		for (i = 0; i < s->n;)
			i = join_phone(s, i);
		for (i = 0; i < s->n;)
			i = join_number(s, i);
	}
	s->n = 0;
	s->chunk_len = 0;
	s->sep = 0;
}

static void
word_end(struct scan *s)
{
	struct part *p = &s->part[s->n];

	if (!s->in_word)
		return;
	give_token(s, s->chunk + p->at, p->len, p->start, p->end, p->end);
	if (!s->as_phrase)
		halves(s, p);
	s->in_word = false;
	s->n++;
}

static void
word_begin(struct scan *s, bool digit, size_t start)
{
	struct part *p;

	if (s->n == WORDS_JOIN_MAX || s->sep == 0 || (s->sep == ' ' && !digit))
		chunk_end(s);
	p = &s->part[s->n];
	memset(p, 0, sizeof(*p));
	p->at = s->chunk_len;
	p->start = start;
	p->sep = s->sep;
	p->digits = p->starts_digit = p->ends_digit = digit;
	p->plus = start > 0 && s->text[start - 1] == '+';
	s->sep = 0;
	s->in_word = true;
}

static void
word_add(struct scan *s, const struct glyph *g, size_t start, size_t end)
{
	bool digit = g->kind == GLYPH_DIGIT;
	struct part *p;

	if (!s->in_word)
		word_begin(s, digit, start);
	p = &s->part[s->n];
	p->end = end;
	if (p->chars < WORDS_WORD_MAX) {
		if (digit != p->ends_digit) {
			p->turns++;
			p->cut = p->len;
			p->cut_at = start;
		}
		p->len += utf8_put(g->cp, s->chunk + p->at + p->len);
		s->chunk_len = p->at + p->len;
		p->ends_digit = digit;
		p->digits = p->digits && digit;
	}
	if (p->chars <= WORDS_WORD_MAX)
		p->chars++;
}

/* Characters that may be composed with the one before them. */
static bool
composes(uint32_t cp)
{
	return cp == 0x3099 || cp == 0x309a || (cp >= 0x1161 && cp <= 0x11c2);
}

static void
unit_add(struct scan *s, uint32_t cp, size_t start, size_t end)
{
	uint32_t both = 0;

	if (s->has_b && s->blanks == 0 && composes(cp))
		both = glyphs_compose(s->words->glyphs, s->b.cp, cp);
	if (both) {
		cp = both;
		start = s->b.start;
	} else {
		if (s->has_a)
			give_pair(s);
		s->has_a = s->has_b;
		s->a = s->b;
	}
	s->b.len = utf8_put(cp, s->b.text);
	s->b.cp = cp;
	s->b.start = start;
	s->b.end = end;
	s->has_b = true;
	s->blanks = 0;
}

static void
separate(struct scan *s, uint32_t cp, bool blank)
{
	word_end(s);
	if (!blank || ++s->blanks > BLANKS_MAX)
		run_end(s);
	if (s->n == 0)
		return;
	if (s->sep == 0 && (blank ? s->part[s->n - 1].digits :
	    is_sep(cp, "-_'.,")))
		s->sep = blank ? ' ' : cp;
	else
		chunk_end(s);
}

static void
add(struct scan *s, const struct glyph *g, size_t start, size_t end)
{
	char text[4];

	switch (g->kind) {
	case GLYPH_NONE:
	case GLYPH_BLANK:
		separate(s, g->cp, g->kind == GLYPH_BLANK);
		break;
	case GLYPH_MARK:
		if (!s->in_word)
			break;
		/* fall through */
	case GLYPH_LETTER:
	case GLYPH_DIGIT:
		run_end(s);
		word_add(s, g, start, end);
		break;
	case GLYPH_UNIT:
		word_end(s);
		chunk_end(s);
		unit_add(s, g->cp, start, end);
		break;
	case GLYPH_SIGN:
		run_end(s);
		word_end(s);
		chunk_end(s);
		give_token(s, text, utf8_put(g->cp, text), start, end, end);
		break;
	}
}

/* A character that is dropped belongs to what it stands behind. */
static void
extend(struct scan *s, size_t end)
{
	if (s->in_word)
		s->part[s->n].end = end;
	else if (s->has_b && s->blanks == 0)
		s->b.end = end;
}

int
words_each(struct words *w, const char *text, size_t n, bool as_phrase,
	words_fn fn, void *arg)
{
	struct scan s;
	const struct glyph *g;
	size_t at, len;
	unsigned i, many;
	uint32_t cp;

	/* Not the buffers: this runs for each of millions of messages. */
	memset(&s, 0, offsetof(struct scan, chunk));
	s.words = w;
	s.text = text;
	s.as_phrase = as_phrase;
	s.fn = fn;
	s.arg = arg;
	s.chunk_len = s.n = 0;
	s.in_word = false;
	s.sep = 0;
	if (n > WORDS_TEXT_MAX)
		n = WORDS_TEXT_MAX;
	for (at = 0; at < n && s.rc == 0; at += len) {
		len = utf8_next((const uint8_t *)text + at, n - at, &cp);
		if (len == 0) {
			cp = 0xfffd;
			len = 1;
		}
		g = glyphs_fold(w->glyphs, cp, &many);
		if (!g)
			return -1;
		if (many == 0)
			extend(&s, at + len);
		for (i = 0; i < many; i++)
			add(&s, &g[i], at, at + len);
	}
	run_end(&s);
	word_end(&s);
	chunk_end(&s);
	return s.rc;
}

struct words *
words_new(struct err *e)
{
	struct words *w = calloc(1, sizeof(*w));

	if (!w) {
		err_nomem(e);
		return NULL;
	}
	w->glyphs = glyphs_new(e);
	if (!w->glyphs) {
		free(w);
		return NULL;
	}
	return w;
}

void
words_free(struct words *w)
{
	if (!w)
		return;
	glyphs_free(w->glyphs);
	free(w);
}

struct taker {
	void *arg;
	int (*fn)(void *, int, const char *, int, int, int);
};

static int
take(void *arg, const struct words_token *t)
{
	const struct taker *to = arg;

	return to->fn(to->arg, t->kind == WORDS_TOKEN ? 0 :
	    FTS5_TOKEN_COLOCATED, t->text, (int)t->len, (int)t->start,
	    (int)t->end);
}

static int
tokenizer_create(void *words, const char **argv, int argc, Fts5Tokenizer **out)
{
	(void)argv;
	if (argc > 0)
		return SQLITE_ERROR;
	*out = words;		/* one for all tables of the connection */
	return SQLITE_OK;
}

static void
tokenizer_delete(Fts5Tokenizer *t)
{
	(void)t;		/* the words are the caller's */
}

static int
tokenizer_run(Fts5Tokenizer *t, void *arg, int flags, const char *text, int n,
	int (*fn)(void *, int, const char *, int, int, int))
{
	struct words *w = (struct words *)t;
	struct taker to = {arg, fn};
	int rc;

	if (!text || n <= 0)
		return SQLITE_OK;
	rc = words_each(w, text, (size_t)n, flags & FTS5_TOKENIZE_QUERY, take,
	    &to);
	if (rc == -1)
		return SQLITE_NOMEM;
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int
words_register(struct words *w, sqlite3 *db, struct err *e)
{
	fts5_tokenizer t = {tokenizer_create, tokenizer_delete, tokenizer_run};
	sqlite3_stmt *stmt = NULL;
	fts5_api *api = NULL;
	int rc;

	rc = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &stmt, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_pointer(stmt, 1, &api, "fts5_api_ptr", NULL);
		sqlite3_step(stmt);
	}
	sqlite3_finalize(stmt);
	if (!api || api->iVersion < 2)
		return err_set(e, ERR_FAIL, "this SQLite has no FTS5");
	if (api->xCreateTokenizer(api, WORDS_TOKENIZER, w, &t, NULL) !=
	    SQLITE_OK)
		return err_nomem(e);
	return 0;
}
