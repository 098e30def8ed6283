/* tests/json/json_test.c */
#include "json/json.h"

#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"

#include "base/banned.h"

static struct json *
doc(size_t nodes, unsigned depth)
{
	struct err e = ERR_INIT;
	struct json *j = json_new(nodes, depth, &e);

	assert_non_null(j);
	return j;
}

static const struct json_node *
parse(struct json *j, const char *s)
{
	struct err e = ERR_INIT;
	const struct json_node *root = json_parse(j, s, strlen(s), &e);

	if (!root)
		print_message("%s: %s\n", s, e.what);
	return root;
}

static void
refuse_n(struct json *j, const void *s, size_t n)
{
	struct err e = ERR_INIT;

	assert_null(json_parse(j, s, n, &e));
	assert_int_equal(e.code, ERR_FORMAT);
	assert_true(e.what[0] != '\0');
}

static void
refuse(struct json *j, const char *s)
{
	refuse_n(j, s, strlen(s));
}

static void
scalars(void **state)
{
	struct json *j = doc(10, 4);
	const struct json_node *n;

	(void)state;
	n = parse(j, "null");
	assert_int_equal(n->type, JSON_NULL);
	assert_null(n->key);
	assert_null(json_first(j, n));
	assert_null(json_next(j, n));
	n = parse(j, " true\n");
	assert_int_equal(n->type, JSON_BOOL);
	assert_int_equal(n->num, 1);
	n = parse(j, "false");
	assert_int_equal(n->type, JSON_BOOL);
	assert_int_equal(n->num, 0);
	n = parse(j, "-42");
	assert_int_equal(n->type, JSON_INT);
	assert_true(n->num == -42);
	assert_true(parse(j, "9223372036854775807")->num == INT64_MAX);
	assert_true(parse(j, "-9223372036854775808")->num == INT64_MIN);
	n = parse(j, "\"\"");
	assert_int_equal(n->type, JSON_STR);
	assert_int_equal(n->len, 0);
	assert_string_equal(n->str, "");
	json_free(j);
}

static void
strings(void **state)
{
	struct json *j = doc(10, 4);
	const struct json_node *n;

	(void)state;
	n = parse(j, "\"a\\u0000b\"");
	assert_int_equal(n->len, 3);
	assert_memory_equal(n->str, "a\0b", 4);
	n = parse(j, "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"");
	assert_string_equal(n->str, "\"\\/\b\f\n\r\t");
	n = parse(j, "\"\\u804a\xe5\xa4\xa9\\ud83d\\ude00\"");
	assert_string_equal(n->str, "\xe8\x81\x8a\xe5\xa4\xa9\xf0\x9f\x98\x80");
	assert_string_equal(parse(j, "\"\\\\ud800\"")->str, "\\ud800");
	json_free(j);
}

static void
trees(void **state)
{
	struct json *j = doc(20, 4);
	const struct json_node *root, *n, *m;

	(void)state;
	root = parse(j, "{\"a\":[1,{\"b\":[]},\"x\"],\"\":null,\"c\":{}}");
	assert_int_equal(root->type, JSON_OBJECT);
	assert_int_equal(root->n, 3);
	n = json_get(j, root, "a");
	assert_int_equal(n->type, JSON_ARRAY);
	assert_int_equal(n->n, 3);
	assert_ptr_equal(n, json_first(j, root));
	m = json_first(j, n);
	assert_int_equal(m->num, 1);
	assert_null(m->key);
	m = json_next(j, m);
	assert_int_equal(m->type, JSON_OBJECT);
	assert_int_equal(json_get(j, m, "b")->type, JSON_ARRAY);
	assert_int_equal(json_get(j, m, "b")->n, 0);
	assert_null(json_first(j, json_get(j, m, "b")));
	m = json_next(j, m);
	assert_string_equal(m->str, "x");
	assert_null(json_next(j, m));
	assert_int_equal(json_get(j, root, "")->type, JSON_NULL);
	assert_string_equal(json_get(j, root, "")->key, "");
	assert_string_equal(json_get(j, root, "c")->key, "c");
	assert_int_equal(json_get(j, root, "c")->n, 0);
	assert_null(json_get(j, root, "b"));
	assert_null(json_get(j, root, "ab"));
	assert_null(json_get(j, n, "a"));	/* an array has no keys */
	json_free(j);
}

static void
keys_with_nul(void **state)
{
	struct json *j = doc(20, 4);
	const struct json_node *root;

	(void)state;
	root = parse(j, "{\"a\\u0000\":1,\"a\":2}");
	assert_int_equal(root->n, 2);
	assert_int_equal(json_get(j, root, "a")->num, 2);
	json_free(j);
}

static void
refused(void **state)
{
	static const char *const bad[] = {
		"", " ", "nul", "1 2", "[1]x", "[1],", "[1", "{\"a\":1", "]",
		"{\"a\"}", "{a:1}", "[1,]", "{\"a\":1,}", "'a'", "/**/1",
		"01", "+1", "-", "-0", "1.0", "1e3", "1E3", "0.5", "NaN",
		"Infinity", "9223372036854775808", "-9223372036854775809",
		"123456789012345678901234567890", "\"\x01\"", "\"\n\"",
		"\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"a", "\"\\",
		"\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"",
		"\"\xf4\x90\x80\x80\"", "\"\xe8\x81\"", "\xef\xbb\xbf[]",
		"\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"",
		"\"\\ud800x\"", "\"\\uD83D\\uD83D\\uDE00\"",
		"\"\\ud800\\udc0\"",
		"{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"\\u0061\":3}",
		"[{\"x\":{\"a\":1,\"a\":1}}]"
	};
	struct json *j = doc(20, 4);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refuse(j, bad[i]);
		assert_int_equal(parse(j, "[7]")->n, 1);	/* goes on */
	}
	refuse_n(j, "1\0", 2);
	refuse_n(j, "\"a\0\"", 4);
	refuse_n(j, "x", (size_t)1 << 40);	/* never looked at */
	json_free(j);
}

/* Objects above and below the size where keys are sorted. */
static void
duplicate_keys(void **state)
{
	struct json *j = doc(70000, 4);
	struct buf b = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	unsigned n, i, pass;

	(void)state;
	for (n = 1; n < 70000; n = n * 2 + 1)
		for (pass = 0; pass < 2; pass++) {
			buf_clear(&b);
			assert_int_equal(buf_adds(&b, "{", &e), 0);
			for (i = 0; i < n; i++)
				assert_int_equal(buf_addf(&b, &e,
				    "\"k%u\":%u,", i, i), 0);
			assert_int_equal(buf_addf(&b, &e, "\"k%u\":0}",
			    pass == 0 ? n : n / 2), 0);
			if (pass == 0) {
				assert_int_equal(parse(j, buf_str(&b))->n,
				    n + 1);
			} else {
				refuse(j, buf_str(&b));
			}
		}
	buf_release(&b);
	json_free(j);
}

static void
caps(void **state)
{
	struct json *j = doc(4, 3);
	char deep[2 * 100 + 1];

	(void)state;
	assert_non_null(parse(j, "[1,2,3]"));
	refuse(j, "[1,2,3,4]");
	assert_non_null(parse(j, "[[[]]]"));
	refuse(j, "[[[[]]]]");
	refuse(j, "[{\"a\":[{}]}]");
	json_free(j);

	j = doc(0, 3);
	refuse(j, "1");
	json_free(j);
	j = doc(3, 0);
	assert_non_null(parse(j, "1"));
	refuse(j, "[]");
	json_free(j);

	/* More than 64 deep is never allowed. */
	j = doc(1000, 1000);
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	deep[200] = '\0';
	refuse(j, deep);
	deep[36 + 128] = '\0';
	assert_non_null(parse(j, deep + 36));
	json_free(j);
	json_free(NULL);
}

/* The strings of a large document do not move while it is read. */
static void
large(void **state)
{
	struct json *j = doc(200000, 2);
	struct buf b = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	const struct json_node *root, *n;
	char want[32];
	int i;

	(void)state;
	assert_int_equal(buf_adds(&b, "[\"s0\"", &e), 0);
	for (i = 1; i < 100000; i++)
		assert_int_equal(buf_addf(&b, &e, ",\"s\\u003%d%d\"", i % 10,
		    i), 0);
	assert_int_equal(buf_adds(&b, "]", &e), 0);
	root = json_parse(j, b.data, b.len, &e);
	assert_non_null(root);
	assert_int_equal(root->n, 100000);
	n = json_first(j, root);
	assert_string_equal(n->str, "s0");
	for (i = 1; (n = json_next(j, n)) != NULL; i++) {
		(void)snprintf(want, sizeof(want), "s%d%d", i % 10, i);
		assert_string_equal(n->str, want);
	}
	assert_int_equal(i, 100000);
	buf_release(&b);
	json_free(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars),
		cmocka_unit_test(strings),
		cmocka_unit_test(trees),
		cmocka_unit_test(keys_with_nul),
		cmocka_unit_test(refused),
		cmocka_unit_test(duplicate_keys),
		cmocka_unit_test(caps),
		cmocka_unit_test(large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
