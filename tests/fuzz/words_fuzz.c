/*
 * tests/fuzz/words_fuzz.c - a line typed and, behind the first NUL, a text.
 * Tokens lie in the text, the expression is one for FTS5, and what FTS5 finds
 * has a mark.
 */
#include "desk/words_query.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	size_t size, last, n;
};

static int
token(void *arg, const struct words_token *t)
{
	struct seen *s = arg;

	if (t->start >= t->end || t->end > s->size || t->len == 0 ||
	    t->first_end <= t->start || t->first_end > t->end ||
	    (t->kind == WORDS_TOKEN && t->start < s->last) ||
	    (t->kind != WORDS_TOKEN && s->n == 0))
		abort();
	if (t->kind == WORDS_TOKEN)
		s->last = t->start;
	s->n++;
	return 0;
}

static int
mark(void *arg, size_t start, size_t end)
{
	struct seen *s = arg;

	if (start >= end || end > s->size || (s->n > 0 && start <= s->last))
		abort();
	s->last = end;
	s->n++;
	return 0;
}

/* Does FTS5 find TEXT with the expression Q? */
static int
finds(struct words *w, const char *q, const char *text, size_t n)
{
	struct err e = ERR_INIT;
	sqlite3_stmt *s;
	sqlite3 *db;
	int found;

	if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
	    words_register(w, db, &e) < 0 ||
	    sqlite3_exec(db, "CREATE VIRTUAL TABLE f USING fts5(t, content = "
	    "'', tokenize = 'liudi')", NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "INSERT INTO f(rowid, t) VALUES(1, ?1)", -1,
	    &s, NULL) != SQLITE_OK)
		abort();
	sqlite3_bind_text(s, 1, text, (int)n, SQLITE_STATIC);
	if (sqlite3_step(s) != SQLITE_DONE)
		abort();
	sqlite3_finalize(s);
	if (sqlite3_prepare_v2(db, "SELECT 1 FROM f WHERE f MATCH ?1", -1, &s,
	    NULL) != SQLITE_OK)
		abort();
	sqlite3_bind_text(s, 1, q, -1, SQLITE_STATIC);
	found = sqlite3_step(s);
	if (found != SQLITE_ROW && found != SQLITE_DONE)
		abort();
	sqlite3_finalize(s);
	sqlite3_close(db);
	return found == SQLITE_ROW;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct words *w;
	const char *typed = (const char *)data, *text;
	const uint8_t *cut = size > 0 ? memchr(data, 0, size) : NULL;
	size_t len = cut ? (size_t)(cut - data) : size;
	struct buf q = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;
	struct seen s = {0, 0, 0};

	if (!w && !(w = words_new(&e)))
		abort();
	text = cut ? typed + len + 1 : typed;
	s.size = cut ? size - len - 1 : size;
	if (words_each(w, text, s.size, false, token, &s) != 0)
		abort();
	s.last = 0;
	if (words_each(w, text, s.size, true, token, &s) != 0)
		abort();
	if (words_query(w, typed, len, &q, &e) == 0) {
		s.n = s.last = 0;
		if (words_marks(w, typed, len, text, s.size, mark, &s, &e) != 0)
			abort();
		if (finds(w, buf_str(&q), text, s.size) && s.n == 0)
			abort();
	}
	buf_release(&q);
	return 0;
}
