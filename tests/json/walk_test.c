/* tests/json/walk_test.c */
#include "json/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/resource.h>

#include "base/buf.h"

#include "base/banned.h"

/* A text in memory, handed out STEP bytes at a time. */
struct text {
	const char *s;
	size_t n, step;
};

static int64_t
read_text(void *arg, uint64_t off, void *buf, size_t n, struct err *e)
{
	const struct text *t = arg;

	(void)e;
	if (off >= t->n)
		return 0;
	if (n > t->n - off)
		n = t->n - off;
	if (n > t->step)
		n = t->step;
	memcpy(buf, t->s + off, n);
	return (int64_t)n;
}

/* What came, as text; TAKE from level AT on, of KEY there if there is one. */
struct seen {
	struct buf out;
	unsigned at;
	const char *key;
	unsigned count, nulls, elided;
};

static void
tree(struct buf *b, const struct json *j, const struct json_node *n)
{
	const struct json_node *c;
	struct err e = ERR_INIT;

	if (n->key)
		(void)buf_addf(b, &e, "%s=", n->key);
	switch (n->type) {
	case JSON_INT:
		(void)buf_addf(b, &e, "%lld ", (long long)n->num);
		return;
	case JSON_NUM:
		(void)buf_addf(b, &e, "n%s ", n->str);
		return;
	case JSON_STR:
		(void)buf_addf(b, &e, "'%s' ", n->str);
		return;
	case JSON_NULL:
		(void)buf_adds(b, "null ", &e);
		return;
	case JSON_BOOL:
		(void)buf_adds(b, n->num ? "yes " : "no ", &e);
		return;
	default:
		break;
	}
	(void)buf_adds(b, n->type == JSON_ARRAY ? "[" : "{", &e);
	for (c = json_first(j, n); c; c = json_next(j, c))
		tree(b, j, c);
	(void)buf_adds(b, n->type == JSON_ARRAY ? "]" : "}", &e);
}

static enum json_act
visit(void *arg, const struct json_place *p)
{
	const struct seen *s = arg;

	if (p->depth < s->at)
		return JSON_INTO;
	if (s->key && (!p->level[p->depth].key ||
	    strcmp(p->level[p->depth].key, s->key) != 0))
		return JSON_SKIP;
	return JSON_TAKE;
}

static int
take(void *arg, const struct json_place *p, const struct json *doc,
	const struct json_node *value, uint64_t n, struct err *e)
{
	struct seen *s = arg;
	unsigned i;

	s->count++;
	s->elided += p->elided;
	for (i = 0; i <= p->depth; i++)
		if (p->level[i].key)
			(void)buf_addf(&s->out, e, ".%s", p->level[i].key);
		else
			(void)buf_addf(&s->out, e, "[%d]",
			    (int)p->level[i].index);
	(void)buf_addf(&s->out, e, "@%d+%d:", (int)p->off, (int)n);
	if (value)
		tree(&s->out, doc, value);
	else
		s->nulls++;
	return buf_adds(&s->out, "\n", e);
}

static int
leave(void *arg, const struct json_place *p, struct err *e)
{
	struct seen *s = arg;

	return buf_addf(&s->out, e, "end of %u\n", p->depth);
}

static int
walk_n(struct seen *s, const char *text, size_t n, size_t step, struct err *e)
{
	struct text t = {text, n, step};
	const struct json_walker w = {visit, take, leave, read_text, s, &t};

	err_clear(e);
	s->count = s->nulls = s->elided = 0;
	buf_release(&s->out);
	return json_walk(&w, 0, e);
}

static int
walk(struct seen *s, const char *text, struct err *e)
{
	return walk_n(s, text, strlen(text), 1u << 20, e);
}

static const char sample[] = "{\"a\": [1, {\"b\\u0041\": \"x\\n\\\"y\\\"\"}, "
	"[] , {}, -12.5e3,true,null],\n \"\xe4\xbd\xa0\": {\"k\": "
	"\"\\ud83d\\ude00\"}, \"z\":\"}]\"}\n"
	"{\"a\":[7437267147299592543123]} 5 ";

static void
places(void **state)
{
	struct seen s = {BUF_INIT(1 << 20), 2, NULL, 0, 0, 0};
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(walk(&s, sample, &e), 0);
	assert_string_equal(buf_str(&s.out),
	    "[0].a[0]@7+1:1 \n"
	    "[0].a[1]@10+23:{b\x41='x\n\"y\"' }\n"
	    "[0].a[2]@35+2:[]\n"
	    "[0].a[3]@40+2:{}\n"
	    "[0].a[4]@44+7:n-12.5e3 \n"
	    "[0].a[5]@52+4:yes \n"
	    "[0].a[6]@57+4:null \n"
	    "end of 1\n"
	    "[0].\xe4\xbd\xa0.k@78+14:'\xf0\x9f\x98\x80' \n"
	    "end of 1\n"
	    "end of 0\n"
	    "[1].a[0]@111+22:n7437267147299592543123 \n"
	    "end of 1\n"
	    "end of 0\n");
	s.at = 0;
	assert_int_equal(walk(&s, " 17", &e), 0);
	assert_string_equal(buf_str(&s.out), "[0]@1+2:17 \n");
	assert_int_equal(walk(&s, "\xef\xbb\xbf{}[]", &e), 0);
	assert_string_equal(buf_str(&s.out), "[0]@3+2:{}\n[1]@5+2:[]\n");
	assert_int_equal(walk(&s, "", &e), 0);
	assert_int_equal(walk(&s, "1.5", &e), 0);
	assert_string_equal(buf_str(&s.out), "[0]@0+3:n1.5 \n");
	buf_release(&s.out);
}

/* However the bytes come, and at every level: the same. */
static void
splits(void **state)
{
	static const size_t steps[] = {1, 2, 3, 5, 7, 16, 64};
	struct seen s = {BUF_INIT(1 << 20), 0, NULL, 0, 0, 0};
	struct err e = ERR_INIT;
	char *want;
	size_t i;

	(void)state;
	for (s.at = 0; s.at < 5; s.at++) {
		assert_int_equal(walk(&s, sample, &e), 0);
		want = strdup(buf_str(&s.out));
		assert_non_null(want);
		for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
			assert_int_equal(walk_n(&s, sample, strlen(sample),
			    steps[i], &e), 0);
			assert_string_equal(buf_str(&s.out), want);
		}
		free(want);
	}
	buf_release(&s.out);
}

/*
 * Strings with quotes, backslashes and brackets in them begin and end anywhere
 * in a block of 64: as found at once and as found byte by byte.
 */
static void
blocks(void **state)
{
	static const char *const inside[] = {"", "{", "]}", "\\\"", "\\\\",
	    "\\\"}", "\\\\\\\"]", "\\\\\\\\", "\xe4\xbd\xa0\xff"};
	struct seen s = {BUF_INIT(1 << 20), 1, NULL, 0, 0, 0};
	struct buf text = BUF_INIT(1 << 12);
	struct err e = ERR_INIT;
	size_t i, k, pad;
	char *want;

	(void)state;
	for (i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		for (pad = 0; pad < 130; pad++) {
			buf_clear(&text);
			assert_int_equal(buf_adds(&text, "[{\"", &e), 0);
			for (k = 0; k < pad; k++)
				assert_int_equal(buf_addc(&text, 'x', &e), 0);
			assert_int_equal(buf_addf(&text, &e, "%s\":[\"%s\","
			    "{}]},[5%200s],7]", inside[i], inside[i], ""), 0);
			assert_int_equal(walk_n(&s, buf_str(&text), text.len,
			    1, &e), 0);
			assert_int_equal(s.count, 3);
			assert_int_equal(s.nulls, 0);
			want = strdup(buf_str(&s.out));
			assert_non_null(want);
			assert_int_equal(walk(&s, buf_str(&text), &e), 0);
			assert_string_equal(buf_str(&s.out), want);
			free(want);
		}
	}
	buf_release(&text);
	buf_release(&s.out);
}

/* What is taken whole is what json_parse() makes of it. */
static void
as_parsed(void **state)
{
	static const char *const texts[] = {
		"{\"a\":[1,-2,{\"b\":\"c\\t\\u00e9\\ud83d\\ude00\"}]}",
		"[[],{},\"\",0,-0,9223372036854775807,-9223372036854775808]",
		"{\"\\u0061\":{\"\":true,\"\xc3\xa9\":false}}", "\"x\"", "-5",
	};
	struct seen s = {BUF_INIT(1 << 20), 0, NULL, 0, 0, 0};
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct json *j = json_new(100, 16, &e);
	const struct json_node *root;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		root = json_parse(j, texts[i], strlen(texts[i]), &e);
		if (!root) {	/* -0 is none of its numbers */
			assert_int_equal(i, 1);
			continue;
		}
		buf_clear(&b);
		tree(&b, j, root);
		assert_int_equal(walk(&s, texts[i], &e), 0);
		(void)buf_adds(&b, "\n", &e);
		assert_string_equal(strchr(buf_str(&s.out), ':') + 1,
		    buf_str(&b));
	}
	json_free(j);
	buf_release(&b);
	buf_release(&s.out);
}

/* Cut anywhere: what was whole came before, and it is said. */
static void
cut(void **state)
{
	static const char text[] = "{\"m\":[{\"i\":1},{\"i\":2},{\"i\":3}]}";
	struct seen s = {BUF_INIT(1 << 20), 2, NULL, 0, 0, 0};
	struct err e = ERR_INIT;
	size_t n;

	(void)state;
	for (n = 1; n < sizeof(text) - 1; n++) {
		assert_int_equal(walk_n(&s, text, n, 4, &e), 1);
		assert_int_equal(s.count, n < 13 ? 0 : n < 21 ? 1 :
		    n < 29 ? 2 : 3);
		assert_int_equal(s.nulls, 0);
	}
	assert_int_equal(walk_n(&s, text, n, 4, &e), 0);
	buf_release(&s.out);
}

static void
refuse(const char *text, size_t n, const char *why)
{
	struct seen s = {BUF_INIT(1 << 20), 2, NULL, 0, 0, 0};
	struct err e = ERR_INIT;

	assert_int_equal(walk_n(&s, text, n, 1 << 20, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_non_null(strstr(e.what, why));
	buf_release(&s.out);
}

static void
wrong(void **state)
{
	static const char *const texts[] = {"{1:2}", "[1 2]", "{\"a\" 1}", "]",
		"{\"a\":1]", "[[1}]", "{\"a\":1,}", "[,1]", "hello world!",
		"oops", "[yes]",
		"{\"a\":[{]}]}", "<html>"};
	char deep[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		refuse(texts[i], strlen(texts[i]), "no JSON at byte");
	memset(deep, '[', sizeof(deep));
	refuse(deep, sizeof(deep), "nested more than 64");
	refuse("\xff\xfe{\0}\0", 6, "UTF-16");
	refuse("{\0}\0", 4, "UTF-16");
}

/* What cannot be parsed inside is handed over without a value. */
static void
not_parsed(void **state)
{
	struct seen s = {BUF_INIT(64 << 20), 1, NULL, 0, 0, 0};
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(64 << 20);
	size_t i;

	(void)state;
	assert_int_equal(walk(&s, "[{\"a\" 1},{\"a\":1},[1,2,]]", &e), 0);
	assert_int_equal(s.count, 3);
	assert_int_equal(s.nulls, 2);
	assert_int_equal(buf_adds(&b, "[[0", &e), 0);
	for (i = 0; i < 100000; i++)	/* too many nodes */
		assert_int_equal(buf_adds(&b, ",1", &e), 0);
	assert_int_equal(buf_adds(&b, "],[\"", &e), 0);
	for (i = 0; i < 3; i++) {	/* too many bytes, none too long */
		assert_int_equal(buf_reserve(&b, 6 << 20, &e), 0);
		memset(b.data + b.len, 'x', 6 << 20);
		b.len += 6 << 20;
		assert_int_equal(buf_adds(&b, "\",\"", &e), 0);
	}
	assert_int_equal(buf_adds(&b, "\"],7]", &e), 0);
	assert_int_equal(walk_n(&s, (char *)b.data, b.len, 1 << 20, &e), 0);
	assert_int_equal(s.count, 3);
	assert_int_equal(s.nulls, 2);
	buf_release(&b);
	buf_release(&s.out);
}

/* Dirty texts, and what they are read as. */
static void
lenient(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"{\"a\":1,\"a\":2}", "{a=1 a=2 }"},
		{"\"\\ud800x\"", "'\xef\xbf\xbdx' "},
		{"\"\\udc00\\ud83d\\ude00\"",
			"'\xef\xbf\xbd\xf0\x9f\x98\x80' "},
		{"\"\\ud800\\u0041\"", "'\xef\xbf\xbd" "A' "},
		{"\"a\xff\xe4\xbd" "b\\n\xe4\xbd\xa0\"",
			"'a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" "b\n"
			"\xe4\xbd\xa0' "},
		{"[\"\xff\",\"x\",\"\xc0\xaf\",1.5,\"\xed\xa0\x80\"]",
			"['\xef\xbf\xbd' 'x' '\xef\xbf\xbd\xef\xbf\xbd' n1.5 "
			"'\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd' ]"},
		{"\"a\tb\nc\"", "'a\tb\nc' "},
		{"[1.5,2.5e10,-0.0,18446744073709551615,9223372036854775808,"
			"9223372036854775807]",
			"[n1.5 n2.5e10 n-0.0 n18446744073709551615 "
			"n9223372036854775808 9223372036854775807 ]"},
		{"[NaN]", "[null ]"}, {" 1.5 ", "n1.5 "}, {"1.5\n", "n1.5 "},
		{"{\"k\":1e5}", "{k=n1e5 }"},
	};
	static const char *const bad[] = {"", " ", "{", "[1", "\"", "\"\\x\"",
		"\"\\u12g4\"", "01", "1.", ".5", "-", "1e", "tru", "[1,]",
		"{\"a\":1,}", "{a:1}", "1 2", "1.5 2", "nul", "[1}", "+1",
		"\"\xff", "Infinity"};
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct json *j = json_new_lenient(100, 4, &e);
	const struct json_node *root;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		root = json_parse(j, rows[i].in, strlen(rows[i].in), &e);
		assert_non_null(root);
		buf_clear(&b);
		tree(&b, j, root);
		assert_string_equal(buf_str(&b), rows[i].out);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&e);
		assert_null(json_parse(j, bad[i], strlen(bad[i]), &e));
		assert_int_equal(e.code, ERR_FORMAT);
	}
	assert_non_null(json_parse(j, "[[[[]]]]", 8, &e));
	assert_null(json_parse(j, "[[[[[]]]]]", 10, &e));
	root = json_parse(j, "{\"a\":1,\"b\":0,\"a\":2}", 19, &e);
	assert_int_equal(json_get(j, root, "a")->num, 2);
	json_free(j);
	buf_release(&b);
}

/* --- Large ones, made as they are read */

struct made {
	uint64_t size;
	const char *head, *unit, *tail;	/* head unit… tail */
};

static int64_t
read_made(void *arg, uint64_t off, void *buf, size_t n, struct err *e)
{
	const struct made *m = arg;
	const size_t h = strlen(m->head), t = strlen(m->tail);
	const size_t u = strlen(m->unit);
	char *out = buf;
	size_t i = 0, part;
	uint64_t at;

	(void)e;
	while (i < n && (at = off + i) < m->size) {
		if (at < h) {
			out[i++] = m->head[at];
		} else if (at >= m->size - t) {
			out[i++] = m->tail[at - (m->size - t)];
		} else {
			part = u - (at - h) % u;
			if (part > n - i)
				part = n - i;
			if (part > m->size - t - at)
				part = (size_t)(m->size - t - at);
			memcpy(out + i, m->unit + (at - h) % u, part);
			i += part;
		}
	}
	return (int64_t)i;
}

static long
peak_kib(void)
{
	struct rusage ru;

	assert_int_equal(getrusage(RUSAGE_SELF, &ru), 0);
	return ru.ru_maxrss;
}

static int
walk_made(struct seen *s, struct made *m, struct err *e)
{
	const struct json_walker w = {visit, take, NULL, read_made, s, m};

	s->count = s->nulls = s->elided = 0;
	buf_release(&s->out);
	return json_walk(&w, 0, e);
}

static void
large(void **state)
{
	struct seen s = {BUF_INIT(64 << 20), 1, "id", 0, 0, 0};
	struct err e = ERR_INIT;
	/* One line of 1 GB. */
	struct made line = {(uint64_t)1 << 30, "{\"id\":1,\"m\":[{}",
		",{\"text\":\"some words, and {brackets} \\\" too\","
		"\"n\":12345}", "],\"id\":2}"};
	/* A string of 300 MB, in what is passed over and in what is taken. */
	struct made str = {300u << 20, "{\"id\":1,\"a\":\"", "QUJDRA==",
		"\",\"id\":2}"};
	struct made bomb = {100u << 20, "{\"id\":1,\"x\":", "[", "]"};
	long before = peak_kib();

	(void)state, (void)before;
	line.size -= (line.size - strlen(line.head) - strlen(line.tail)) %
	    strlen(line.unit);
	assert_int_equal(walk_made(&s, &line, &e), 0);
	assert_int_equal(s.count, 2);
	assert_int_equal(walk_made(&s, &str, &e), 0);
	assert_int_equal(s.count, 2);
	assert_int_equal(walk_made(&s, &bomb, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(s.count, 1);
#ifndef LIUDI_SANITIZED
	assert_true(peak_kib() - before < 16 * 1024);
#endif
	s.at = 0;
	s.key = NULL;
	assert_int_equal(walk_made(&s, &str, &e), 0);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.elided, 1);
	assert_non_null(strstr(buf_str(&s.out), "{id=1 a='' id=2 }"));
#ifndef LIUDI_SANITIZED
	assert_true(peak_kib() - before < 32 * 1024);
#endif
	buf_release(&s.out);
}

static int
stop(void *arg, const struct json_place *p, const struct json *doc,
	const struct json_node *value, uint64_t n, struct err *e)
{
	(void)arg, (void)p, (void)doc, (void)value, (void)n;
	return err_set(e, ERR_SPACE, "enough");
}

static int64_t
broken(void *arg, uint64_t off, void *buf, size_t n, struct err *e)
{
	(void)arg, (void)off, (void)buf, (void)n;
	return err_set(e, ERR_IO, "gone");
}

static void
callbacks_fail(void **state)
{
	struct seen s = {BUF_INIT(1 << 20), 0, NULL, 0, 0, 0};
	struct text t = {"[1]", 3, 3};
	struct json_walker w = {visit, stop, NULL, read_text, &s, &t};
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(json_walk(&w, 0, &e), -1);
	assert_int_equal(e.code, ERR_SPACE);
	w.read = broken;
	assert_int_equal(json_walk(&w, 0, &e), -1);
	assert_int_equal(e.code, ERR_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		/* First: it looks at the peak of memory. */
		cmocka_unit_test(large),
		cmocka_unit_test(places),
		cmocka_unit_test(splits),
		cmocka_unit_test(blocks),
		cmocka_unit_test(as_parsed),
		cmocka_unit_test(cut),
		cmocka_unit_test(wrong),
		cmocka_unit_test(not_parsed),
		cmocka_unit_test(lenient),
		cmocka_unit_test(callbacks_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
