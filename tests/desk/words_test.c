/* tests/desk/words_test.c - tokens, expressions and marks, with a real FTS5. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "desk/glyphs.h"
#include "desk/words_query.h"

#include "base/banned.h"

static struct words *W;		/* what group_setup() made */

static int
show(void *arg, const struct words_token *t)
{
	struct err e = ERR_INIT;
	struct buf *b = arg;

	assert_true(t->start <= t->end && t->start < t->first_end &&
	    t->first_end <= t->end);
	if (b->len > 0)
		assert_int_equal(buf_addc(b, t->kind == WORDS_TOKEN ? ' ' :
		    t->kind == WORDS_JOINED ? '=' : '~', &e), 0);
	assert_int_equal(buf_add(b, t->text, t->len, &e), 0);
	return 0;
}

static void
tokens(const char *text, const char *want)
{
	struct buf b = BUF_INIT(1 << 20);

	assert_int_equal(words_each(W, text, strlen(text), false, show, &b), 0);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static void
phrase(const char *text, const char *want)
{
	struct buf b = BUF_INIT(1 << 20);

	assert_int_equal(words_each(W, text, strlen(text), true, show, &b), 0);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static void
test_tokens(void **state)
{
	(void)state;
	tokens("", "");
	tokens(" ,.!\n", "");
	tokens("FOB Ningbo", "fob ningbo");
	tokens("宁波港", "宁波 波港 港");
	tokens("宁", "宁");
	tokens("微 信", "微信 信");
	tokens("微  信", "微信 信");
	tokens("微   信", "微 信");
	tokens("微\n信", "微 信");
	tokens("FOB宁波", "fob 宁波 波");
	tokens("宁波 FOB", "宁波 波 fob");
	tokens("報價單", "报价 价单 单");
	tokens("报价单.xlsx", "报价 价单 单 xlsx");
	tokens("L-100A", "l 100a~100~a=l100a");
	tokens("L\xe2\x80\x91" "100A", "l 100a~100~a=l100a");
	tokens("1,200.50", "1 200 50=1200\xea\x9e\x8f" "5");
	tokens("1.200,50", "1 200 50=1200\xea\x9e\x8f" "5");
	tokens("1200.50", "1200 50=1200\xea\x9e\x8f" "5");
	tokens("1,200,000.00", "1 200 000 00=1200000");
	tokens("3,5", "3 5=3\xea\x9e\x8f" "5");
	tokens("2024.11.23", "2024 11 23");
	tokens("USD1,200.50", "usd1~usd~1 200 50=1200\xea\x9e\x8f" "5");
	tokens("v2 mp3", "v2 mp3");
	tokens("USD1200", "usd1200~usd~1200");
	tokens("100pcs", "100pcs~100~pcs");
	tokens("2.5kg", "2 5kg=2\xea\x9e\x8f" "5");
	tokens("+86 138-0013-8000",
	    "86 138 0013 8000=13800138000=8613800138000=13800138000");
	tokens("138 0013 8000", "138 0013 8000=13800138000");
	tokens("8613800138000", "8613800138000=13800138000");
	tokens("100 200", "100 200");
	tokens("li.wei@acme-trade.com", "li wei acme trade com=acmetrade");
	tokens("don\xe2\x80\x99t", "don t=dont");
	tokens("👍🏽ok", "👍 ok");
}

static void
test_folds(void **state)
{
	(void)state;
	tokens("Ｆｏｂ", "fob");
	tokens("Ærø Łódź naïve STRASSE straße",
	    "aero lodz naive strasse strasse");
	tokens("e\xcc\x81t\xc3\xa9", "ete");
	tokens("ёлка Йод", "елка иод");
	tokens("f\xe2\x80\x8bo\xe2\x80\xae" "b\xef\xbb\xbf", "fob");
	tokens("\xe2\x80\x8e宁\xe2\x80\x8b波", "宁波 波");
	tokens("٣٤", "34");
	tokens("ﾊﾟﾋﾟ", "パピ ピ");
	tokens("\xe3\x83\x8f\xe3\x82\x9a\xe3\x83\x8f", "パハ ハ");
	/* Hangul taken apart, as file names of macOS are: 한국. */
	tokens("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"
	    "\xe1\x84\x80\xe1\x85\xae\xe1\x86\xa8", "한국 국");
	tokens("臺灣 颱風", "台湾 湾台 台风 风");
	tokens("後來發現", "后来 来发 发现 现");
	tokens("№ ㈱ ﷺ", "no 株 صلى الله عليه وسلم");
}

static void
test_phrase(void **state)
{
	(void)state;
	phrase("宁波", "宁波");
	phrase("宁波!", "宁波");
	phrase("宁波港", "宁波 波港");
	phrase("宁", "宁");
	phrase("宁波 FOB", "宁波 波 fob");
	phrase("FOB 宁波", "fob 宁波");
	phrase("宁波\n上海", "宁波 波 上海");
	phrase("L-100A", "l 100a");
}

static void
query(const char *typed, const char *want)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	int rc = words_query(W, typed, strlen(typed), &b, &e);

	assert_int_equal(rc, want ? 0 : 1);
	assert_string_equal(buf_str(&b), want ? want : "");
	buf_release(&b);
}

static void
test_query(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	char many[2 * WORDS_QUERY_WORDS + 3], *big;
	size_t i;

	(void)state;
	query("宁波", "(\"宁波\")");
	query("港", "(\"港\" *)");
	query("FOB 宁波", "(\"FOB\") AND (\"宁波\")");
	query("\"FOB 宁波\"", "(\"FOB 宁波\")");
	query("“FOB 宁波”x", "(\"FOB 宁波\") AND (\"x\")");
	query("「FOB \" 宁波」", "(\"FOB \"\" 宁波\")");
	query("＂a b＂ «c d» 『e f』g",
	    "(\"a b\") AND (\"c d\") AND (\"e f\") AND (\"g\")");
	query("\"open", "(\"open\")");
	query("fob -draft -\"a b\"",
	    "((\"fob\")) NOT ((\"draft\") OR (\"a b\"))");
	query("invo*", "(\"invo*\" *)");
	query("\"a b\"*", "(\"a b\" *)");
	query("L-100A", "(\"L-100A\" OR \"l100a\")");
	query("138 0013 8000",
	    "(\"138 0013 8000\" OR \"13800138000\")");
	query("10 20", "(\"10\") AND (\"20\")");
	query("a OR b", "(\"a\") AND (\"OR\") AND (\"b\")");
	query("a:b^(c", "(\"a:b^(c\")");
	query("", NULL);
	query("-", NULL);
	query("-fob", NULL);
	query("\"", NULL);
	query("*", NULL);
	query("()", NULL);
	for (i = 0; i < WORDS_QUERY_WORDS + 1; i++) {
		many[2 * i] = 'a';
		many[2 * i + 1] = ' ';
	}
	assert_int_equal(words_query(W, many, 2 * WORDS_QUERY_WORDS, &b, &e),
	    0);
	assert_int_equal(words_query(W, many, 2 * WORDS_QUERY_WORDS + 2, &b,
	    &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	big = calloc(1, WORDS_QUERY_MAX + 1);
	assert_non_null(big);
	err_clear(&e);
	assert_int_equal(words_query(W, big, WORDS_QUERY_MAX, &b, &e), 1);
	assert_int_equal(words_query(W, big, WORDS_QUERY_MAX + 1, &b, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	free(big);
	buf_release(&b);
}

static const char *const rows[] = {
	"请报FOB宁波的价格，谢谢",			/* 1 */
	"請報價 FOB 寧波港，30天",			/* 2 */
	"The L-100A costs USD 1,200.50 per set",	/* 3 */
	"见附件 报价单_2024.xlsx",			/* 4 */
	"Call +86 138 0013 8000 or mail li.wei@acme-trade.com", /* 5 */
	"电话13800138000，L100A还有货",			/* 6 */
	"加我微 信：abc_123",				/* 7 */
	"Caf\xc3\xa9 d\xc3\xa9j\xc3\xa0 vu, invoice follows",	/* 8 */
	"invoices: 1200.50元",				/* 9 */
	"カタカナとひらがな、한국어 문장",			/* 10 */
	"上海 FOB price list",				/* 11 */
	"EUR7,300.00/set",				/* 12 */
};

static sqlite3 *
open_db(const char *options)
{
	struct err e = ERR_INIT;
	sqlite3_stmt *s;
	sqlite3 *db;
	char *sql;
	int i;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(words_register(W, db, &e), 0);
	sql = sqlite3_mprintf("CREATE TABLE m(id INTEGER PRIMARY KEY, t);"
	    "CREATE VIRTUAL TABLE f USING fts5(t, tokenize = '%s', %s)",
	    WORDS_TOKENIZER, options);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_free(sql);
	for (i = 0; i < (int)(sizeof(rows) / sizeof(rows[0])); i++) {
		assert_int_equal(sqlite3_prepare_v2(db,
		    "INSERT INTO m VALUES(?1, ?2)", -1, &s, NULL), SQLITE_OK);
		sqlite3_bind_int(s, 1, i + 1);
		sqlite3_bind_text(s, 2, rows[i], -1, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(s), SQLITE_DONE);
		sqlite3_finalize(s);
	}
	assert_int_equal(sqlite3_exec(db, "INSERT INTO f(rowid, t) "
	    "SELECT id, t FROM m", NULL, NULL, NULL), SQLITE_OK);
	return db;
}

/* The rows that TYPED finds, as " 1 2"; "-" if there is nothing to look for. */
static void
found(sqlite3 *db, const char *typed, size_t n, struct buf *out)
{
	struct buf q = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	sqlite3_stmt *s;
	int rc = words_query(W, typed, n, &q, &e);

	buf_clear(out);
	assert_int_not_equal(rc, -1);
	if (rc == 1) {
		assert_int_equal(buf_adds(out, "-", &e), 0);
		return;
	}
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT rowid FROM f WHERE f "
	    "MATCH ?1 ORDER BY rowid", -1, &s, NULL), SQLITE_OK);
	sqlite3_bind_text(s, 1, buf_str(&q), -1, SQLITE_STATIC);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		assert_int_equal(buf_addf(out, &e, " %d",
		    sqlite3_column_int(s, 0)), 0);
	if (rc != SQLITE_DONE)
		fail_msg("%s: %s", buf_str(&q), sqlite3_errmsg(db));
	sqlite3_finalize(s);
	buf_release(&q);
}

static void
finds(sqlite3 *db, const char *typed, const char *want)
{
	struct buf got = BUF_INIT(1 << 20);

	found(db, typed, strlen(typed), &got);
	if (strcmp(buf_str(&got), want) != 0)
		fail_msg("'%s' finds%s, not%s", typed, buf_str(&got), want);
	buf_release(&got);
}

static void
search(sqlite3 *db)
{
	finds(db, "宁波", " 1 2");
	finds(db, "寧波", " 1 2");
	finds(db, "宁波港", " 2");
	finds(db, "宁", " 1 2");
	finds(db, "港", " 2");
	finds(db, "波的", " 1");
	finds(db, "宁的", "");
	finds(db, "FOB 宁波", " 1 2");
	finds(db, "FOB宁波", " 1 2");
	finds(db, "fob", " 1 2 11");
	finds(db, "FOB -宁波", " 11");
	finds(db, "\"上海 fob\"", " 11");
	finds(db, "\"海 fob\"", " 11");
	finds(db, "\"fob 上海\"", "");
	finds(db, "30天", " 2");
	finds(db, "l-100a", " 3 6");
	finds(db, "L100A", " 3 6");
	finds(db, "L100", "");
	finds(db, "L100*", " 3 6");
	finds(db, "1200.50", " 3 9");
	finds(db, "1,200.50", " 3 9");
	finds(db, "1200.5", " 3 9");
	finds(db, "1200.51", "");
	finds(db, "120050", "");
	finds(db, "报价单_2024.xlsx", " 4");
	finds(db, "报价单", " 4");
	finds(db, "报价", " 2 4");
	finds(db, "xlsx", " 4");
	finds(db, "13800138000", " 5 6");
	finds(db, "138 0013 8000", " 5 6");
	finds(db, "+86 138-0013-8000", " 5 6");
	finds(db, "+8613800138000", " 5 6");
	finds(db, "li.wei@acme-trade.com", " 5");
	finds(db, "acme", " 5");
	finds(db, "微信", " 7");
	finds(db, "abc_123", " 7");
	finds(db, "cafe deja", " 8");
	finds(db, "CAFÉ", " 8");
	finds(db, "invoice", " 8");
	finds(db, "invoice*", " 8 9");
	finds(db, "カナ", " 10");
	finds(db, "ｶﾅ", " 10");
	finds(db, "한국", " 10");
	finds(db, "EUR 7300", " 12");
	finds(db, "eur7,300.00", " 12");
	finds(db, "-", "-");
}

static void
test_external(void **state)
{
	sqlite3 *db = open_db("content = 'm', content_rowid = 'id'");

	(void)state;
	search(db);
	assert_int_equal(sqlite3_exec(db, "INSERT INTO f(f) "
	    "VALUES('integrity-check')", NULL, NULL, NULL), SQLITE_OK);
	/* A row taken out again leaves nothing behind. */
	assert_int_equal(sqlite3_exec(db, "INSERT INTO f(f, rowid, t) "
	    "SELECT 'delete', id, t FROM m WHERE id = 1; "
	    "DELETE FROM m WHERE id = 1; "
	    "INSERT INTO f(f) VALUES('integrity-check')", NULL, NULL, NULL),
	    SQLITE_OK);
	finds(db, "宁波", " 2");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
test_contentless(void **state)
{
	sqlite3 *db = open_db("content = ''");

	(void)state;
	search(db);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
test_arguments(void **state)
{
	struct err e = ERR_INIT;
	sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_not_equal(sqlite3_exec(db, "CREATE VIRTUAL TABLE f USING "
	    "fts5(t, tokenize = 'liudi')", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(words_register(W, db, &e), 0);
	assert_int_not_equal(sqlite3_exec(db, "CREATE VIRTUAL TABLE f USING "
	    "fts5(t, tokenize = 'liudi what')", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

struct marked {
	const char *text;
	size_t at;
	struct buf out;
};

static int
mark(void *arg, size_t start, size_t end)
{
	struct marked *m = arg;
	struct err e = ERR_INIT;

	assert_true(start >= m->at && end > start);
	assert_int_equal(buf_add(&m->out, m->text + m->at, start - m->at, &e),
	    0);
	assert_int_equal(buf_addf(&m->out, &e, "[%.*s]", (int)(end - start),
	    m->text + start), 0);
	m->at = end;
	return 0;
}

static void
marks(const char *typed, const char *text, const char *want)
{
	struct marked m = {text, 0, BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;

	assert_int_equal(words_marks(W, typed, strlen(typed), text,
	    strlen(text), mark, &m, &e), 0);
	assert_int_equal(buf_adds(&m.out, text + m.at, &e), 0);
	assert_string_equal(buf_str(&m.out), want);
	buf_release(&m.out);
}

static int
stop(void *arg, size_t start, size_t end)
{
	(void)arg;
	return (int)(start + end);
}

static void
test_marks(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	marks("宁波", "从寧波港到宁波", "从[寧波]港到[宁波]");
	marks("波", "从宁波港", "从宁[波]港");
	marks("港", "宁波港!", "宁波[港]!");
	marks("宁波 波港", "去宁波港口", "去[宁波港]口");
	marks("1200.50", "USD 1,200.50.", "USD [1,200.50].");
	marks("1200.50", "USD1,200.50kg", "USD[1,200.50]kg");
	marks("L100A", "an L-100A!", "an [L-100A]!");
	marks("13800138000", "T: +86 138 0013 8000;",
	    "T: +[86 138 0013 8000];");
	marks("cafe", "un Cafe\xcc\x81 ici", "un [Cafe\xcc\x81] ici");
	marks("\"FOB 宁波\"", "FOB 宁波, FOB 上海", "[FOB 宁波], FOB 上海");
	marks("fob -draft", "FOB draft", "[FOB] draft");
	marks("invo*", "Invoice no", "[Invoice] no");
	marks("微信", "加微 信吧", "加[微 信]吧");
	marks("ab", "a\xff" "b ab\xff", "a\xff" "b [ab]\xff");
	marks("株", "㈱x", "[㈱]x");
	marks("", "text", "text");
	assert_int_equal(words_marks(W, "b", 1, "a b", 3, stop, NULL, &e), 5);
}

/* highlight() and snippet() have the bytes of the text. */
static void
test_highlight(void **state)
{
	static const struct {
		const char *typed, *row, *want;
	} t[] = {
		{"宁波港", "1", NULL},
		{"宁波港", "2", "請報價 FOB [寧波港]，30天"},
		{"寧波", "1", "请报FOB[宁波]的价格，谢谢"},
		{"cafe", "8", "[Caf\xc3\xa9] d\xc3\xa9j\xc3\xa0 vu, "
		    "invoice follows"},
		{"li.wei@acme-trade.com", "5", "Call +86 138 0013 8000 or "
		    "mail [li.wei@acme-trade.com]"},
		{"报价单_2024.xlsx", "4", "见附件 [报价单_2024.xlsx]"},
	};
	sqlite3 *db = open_db("content = 'm', content_rowid = 'id'");
	struct err e = ERR_INIT;
	sqlite3_stmt *s;
	size_t i;

	(void)state;
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT highlight(f, 0, '[', "
	    "']'), snippet(f, 0, '[', ']', '', 64) FROM f WHERE f MATCH ?1 "
	    "AND rowid = ?2", -1, &s, NULL), SQLITE_OK);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct buf q = BUF_INIT(1 << 20);

		assert_int_equal(words_query(W, t[i].typed,
		    strlen(t[i].typed), &q, &e), 0);
		sqlite3_bind_text(s, 1, buf_str(&q), -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 2, t[i].row, -1, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(s), t[i].want ? SQLITE_ROW :
		    SQLITE_DONE);
		if (t[i].want) {
			assert_string_equal(sqlite3_column_text(s, 0),
			    t[i].want);
			assert_string_equal(sqlite3_column_text(s, 1),
			    t[i].want);
		}
		sqlite3_reset(s);
		buf_release(&q);
	}
	sqlite3_finalize(s);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

struct tally {
	size_t n, longest, last, size;
};

static int
tally(void *arg, const struct words_token *t)
{
	struct tally *c = arg;

	assert_true(t->start < t->end && t->end <= c->size && t->len > 0);
	if (t->kind == WORDS_TOKEN) {
		assert_true(t->start >= c->last);
		c->last = t->start;
	}
	if (t->len > c->longest)
		c->longest = t->len;
	c->n++;
	return 0;
}

/* UNIT again and again, SIZE bytes of it; returns how many tokens. */
static size_t
flood(const char *unit, size_t len, size_t size)
{
	struct tally c = {0, 0, 0, size};
	char *text = malloc(c.size);
	size_t i;

	assert_non_null(text);
	for (i = 0; i < c.size; i++)
		text[i] = unit[i % len];
	assert_int_equal(words_each(W, text, c.size, false, tally, &c), 0);
	assert_true(c.longest <= 4 * WORDS_WORD_MAX);
	free(text);
	return c.n;
}

static void
test_hostile(void **state)
{
	size_t big = 8u << 20, size = 1u << 20;

	(void)state;
	assert_int_equal(flood("a", 1, big), 1);
	assert_int_equal(flood("1", 1, size), 1);
	assert_int_equal(flood("\0", 1, size), 0);
	assert_int_equal(flood("\xff", 1, size), 0);
	assert_int_equal(flood("\xef\xbf\xbd", 3, size), 0);
	assert_int_equal(flood("\xcc\x81", 2, big), 0);
	assert_int_equal(flood("\xe2\x80\x8b", 3, size), 0);
	/* A virama that stands on nothing. */
	assert_int_equal(flood("\xe0\xa5\x8d", 3, size), 0);
	assert_int_equal(flood("\xe3\x82\x9a", 3, size), size / 3);
	assert_int_equal(flood("\xe5\xae\x81", 3, big), big / 3);
	assert_true(flood("1-", 2, big) <= big);
	assert_true(flood("1 ", 2, size) <= size);
	assert_true(flood("1.", 2, size) <= size);
	assert_true(flood("a-1,", 4, size) <= 2 * size);
	assert_true(flood("\xef\xb7\xba", 3, size) <= size * 2);
}

static void
test_nul(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	sqlite3 *db = open_db("content = ''");

	(void)state;
	assert_int_equal(words_each(W, "a\0b\xef\xbf\xbd" "c\xe5\xae", 8, false,
	    show, &b), 0);
	assert_string_equal(buf_str(&b), "a b c");
	found(db, "f\0b", 3, &b);
	assert_string_equal(buf_str(&b), "");
	found(db, "fob\0\0宁波", 11, &b);
	assert_string_equal(buf_str(&b), " 1 2");
	found(db, "\"fob\0宁波", 11, &b);
	assert_string_equal(buf_str(&b), " 1 2");
	buf_release(&b);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Whatever is typed, FTS5 takes the expression: noise of its own signs. */
static void
test_noise(void **state)
{
	static const char *const bits[] = {"\"", "'", "(", ")", "*", "-", "+",
		":", "^", "{", "}", "AND ", "OR ", "NOT ", "NEAR(", ",", " ",
		"a", "宁", "波", "1", ".", "\xff", "“", "」", "「", "\\", ";",
		"t:", "-\"", "\t", "＊", "－"};
	sqlite3 *db = open_db("content = ''");
	struct buf b = BUF_INIT(1 << 20);
	uint32_t x = 1;
	int i, k;

	(void)state;
	for (i = 0; i < 3000; i++) {
		struct buf q = BUF_INIT(1 << 20);
		struct err e = ERR_INIT;

		for (k = 0; k < 12; k++) {
			x = x * 1664525 + 1013904223;
			assert_int_equal(buf_adds(&q, bits[(x >> 16) %
			    (sizeof(bits) / sizeof(bits[0]))], &e), 0);
		}
		found(db, buf_str(&q), q.len, &b);
		buf_release(&q);
	}
	buf_release(&b);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
test_glyphs(void **state)
{
	struct err e = ERR_INIT;
	struct glyphs *g = glyphs_new(&e);
	const struct glyph *p;
	unsigned n;
	uint32_t c;

	(void)state;
	assert_non_null(g);
	p = glyphs_fold(g, 0x110000, &n);
	assert_true(n == 1 && p->kind == GLYPH_NONE);
	p = glyphs_fold(g, 0xd800, &n);
	assert_true(n == 1 && p->kind == GLYPH_NONE);
	/* What was folded stays: an index and its questions agree. */
	for (c = 0; c < 0x110000; c++) {
		const struct glyph *again;
		unsigned k, m;

		p = glyphs_fold(g, c, &n);
		assert_true(n <= GLYPH_MAX);
		for (k = 0; k < n; k++) {
			if (p[k].kind == GLYPH_NONE)
				continue;
			again = glyphs_fold(g, p[k].cp, &m);
			if (m != 1 || again->cp != p[k].cp ||
			    again->kind != p[k].kind)
				fail_msg("U+%04X folds to U+%04X, which folds "
				    "on", c, p[k].cp);
		}
	}
	assert_int_equal(glyphs_compose(g, 0x304b, 0x3099), 0x304c);
	assert_int_equal(glyphs_compose(g, 'a', 'b'), 0);
	glyphs_free(g);
	glyphs_free(NULL);
	words_free(NULL);
}

static int
group_setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	W = words_new(&e);
	return W ? 0 : -1;
}

static int
group_teardown(void **state)
{
	(void)state;
	words_free(W);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_glyphs),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_folds),
		cmocka_unit_test(test_phrase),
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_external),
		cmocka_unit_test(test_contentless),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_highlight),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
