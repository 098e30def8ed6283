/* open/slip39: the vectors, round trips, and what each mistake is called. */
#include "open/slip39.h"
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "json/json.h"

#include "base/banned.h"

static uint8_t secret[32];

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	if (crypto_setup(&e) < 0)
		return -1;
	secmem_random(secret, sizeof(secret));
	return 0;
}

static int
add(struct slip39 *s, const char *text, struct err *e)
{
	err_clear(e);
	return slip39_add(s, text, strlen(text), e);
}

static struct slip39_set *
made(const struct slip39_plan *plan, size_t len, const char *pass)
{
	struct err e = ERR_INIT;
	struct slip39_set *set = slip39_split(plan, secret, len, pass, &e);

	assert_non_null(set);
	return set;
}

/* T of N of 32 bytes, fast. */
static struct slip39_set *
simple(unsigned t, unsigned n)
{
	struct slip39_plan plan;

	slip39_plan_simple(&plan, t, n);
	plan.exponent = 0;
	return made(&plan, 32, NULL);
}

static struct slip39 *
fresh(void)
{
	struct err e = ERR_INIT;
	struct slip39 *s = slip39_new(&e);

	assert_non_null(s);
	return s;
}

/* --- the vectors of the standard --- */

/* Part of a vector's name, and of the error it must end in. */
static const struct {
	const char *name;
	const char *what;
} failures[] = {
	{"invalid checksum", "checksum is wrong"},
	{"invalid padding", "not well formed"},
	{"invalid master secret length", "which no share has"},
	{"Basic sharing", "too few shares: 1 more"},
	{"different identifiers", "of another set"},
	{"different iteration exponents", "of another set"},
	{"mismatching group", "of another set"},
	{"mismatching member thresholds", "of another set"},
	{"greater group threshold", "groups are wanted"},
	{"duplicate member indices", "of another set"},
	{"invalid digest", "do not fit together"},
	{"Insufficient number of groups", "too few shares"},
	{"insufficient number of members", "too few shares"},
};

static void
assert_failure(const char *name, const struct err *e)
{
	size_t i;

	for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		if (!strstr(name, failures[i].name))
			continue;
		if (!strstr(e->what, failures[i].what))
			fail_msg("%s: '%s'", name, e->what);
		return;
	}
	fail_msg("%s: what must it end in?", name);
}

static void
run_vector(const struct json *j, const struct json_node *v)
{
	struct err e = ERR_INIT;
	const struct json_node *name = json_first(j, v), *shares, *want, *one;
	struct slip39 *s = fresh();
	uint8_t *got = NULL;
	size_t len = 0;
	char hex[2 * SHAMIR_MAX_LEN + 1];
	int rc = 0;

	shares = json_next(j, name);
	want = json_next(j, shares);
	for (one = json_first(j, shares); one && rc == 0;
	    one = json_next(j, one))
		rc = slip39_add(s, one->str, one->len, &e);
	if (rc == 0)
		got = slip39_combine(s, "TREZOR", &len, &e);
	if (want->len == 0) {
		assert_null(got);
		assert_failure(name->str, &e);
	} else {
		if (!got)
			fail_msg("%s: '%s'", name->str, e.what);
		str_hex(hex, got, len);
		assert_string_equal(hex, want->str);
	}
	secmem_free(got);
	slip39_free(s);
}

static void
vectors(void **state)
{
	struct err e = ERR_INIT;
	const char *shared = getenv("LIUDI_SHARED");
	char *path = path_join(shared ? shared : LIUDI_SOURCE_DIR "/../shared",
	    "vectors/slip39/vectors.json");
	struct buf file = BUF_INIT(1024 * 1024);
	struct json *j = json_new(4096, 8, &e);
	const struct json_node *root, *v;
	int n = 0;

	(void)state;
	assert_non_null(j);
	if (file_load(path, &file, &e) < 0) {
		print_message("skipped: no '%s'\n", path);
		free(path);
		json_free(j);
		skip();
	}
	root = json_parse(j, file.data, file.len, &e);
	assert_non_null(root);
	for (v = json_first(j, root); v; v = json_next(j, v), n++)
		run_vector(j, v);
	print_message("%d as expected\n", n);
	assert_true(n > 0);
	json_free(j);
	buf_release(&file);
	free(path);
}

/* --- round trips --- */

/* Shares of SET from FROM on, every STEP-th, until there are enough. */
static void
recovers(const struct slip39_set *set, size_t from, size_t step, size_t len,
	const char *pass, bool right)
{
	struct err e = ERR_INIT;
	struct slip39 *s = fresh();
	unsigned shares, groups;
	size_t i, got_len, n = slip39_set_count(set);
	uint8_t *got;

	for (i = 0; !slip39_complete(s, &shares, &groups); i++) {
		assert_true(i < n);
		assert_int_equal(add(s, slip39_set_text(set,
		    (from + i * step) % n), &e), 0);
		assert_int_equal(slip39_count(s), i + 1);
		assert_int_equal(slip39_last(s)->len, len);
	}
	got = slip39_combine(s, pass, &got_len, &e);
	assert_non_null(got);
	assert_int_equal(got_len, len);
	if (right)
		assert_memory_equal(got, secret, len);
	else
		assert_memory_not_equal(got, secret, len);
	secmem_free(got);
	slip39_free(s);
}

static void
round_trips(void **state)
{
	struct slip39_plan plan;
	struct slip39_set *set;
	uint8_t r[4];
	unsigned i, t, n;
	size_t len;

	(void)state;
	for (i = 0; i < 24; i++) {
		secmem_random(r, sizeof(r));
		n = r[0] % 16 + 1u;
		t = n == 1 ? 1 : r[1] % (n - 1) + 2u;
		len = 16 + i % 9 * 2;
		slip39_plan_simple(&plan, t, n);
		plan.exponent = i % 8 == 7;
		plan.extendable = i % 2;
		set = made(&plan, len, i % 3 ? "pass phrase~" : NULL);
		assert_int_equal(slip39_set_count(set), n);
		recovers(set, r[2] % n, 1, len, i % 3 ? "pass phrase~" : "",
		    true);
		recovers(set, r[3] % n, n - 1 ? n - 1 : 1, len, "other",
		    false);
		slip39_set_free(set);
	}
}

/* Any 2 of 3, in any order: the shares on the owner's sheets. */
static void
two_of_three(void **state)
{
	struct slip39_plan plan;
	struct slip39_set *set;
	unsigned group, member;
	size_t i;

	(void)state;
	slip39_plan_simple(&plan, 2, 3);
	assert_true(plan.extendable);
	assert_int_equal(plan.exponent, SLIP39_EXPONENT);
	set = made(&plan, 32, NULL);
	for (i = 0; i < 3; i++) {
		recovers(set, i, 1, 32, NULL, true);
		recovers(set, i, 2, 32, NULL, true);
		slip39_set_place(set, i, &group, &member);
		assert_int_equal(group, 0);
		assert_int_equal(member, i);
	}
	slip39_set_free(set);
}

/* 2 of: 1 of 1, 2 of 3, 3 of 5.  The shares are numbered 0, 1-3, 4-8. */
static const struct slip39_plan family = {
	.exponent = 0, .extendable = true, .group_threshold = 2, .ngroups = 3,
	.group = {{1, 1}, {2, 3}, {3, 5}},
};

static uint8_t *
combined(const struct slip39_set *set, const char *which, struct slip39 **s,
	struct err *e)
{
	size_t len;

	*s = fresh();
	for (; *which; which++)
		assert_int_equal(add(*s, slip39_set_text(set,
		    (size_t)(*which - '0')), e), 0);
	return slip39_combine(*s, NULL, &len, e);
}

static void
groups(void **state)
{
	static const char *const enough[] = {
		"012", "310", "4085", "16284", "87631"
	};
	static const struct {
		const char *which;
		const char *what;
		unsigned shares, groups;
	} few[] = {
		{"", "no shares", 0, 1},
		{"0", "too few shares: those of 1 more group needed", 0, 1},
		{"1", "too few shares: 1 more of group 2, those of 1 more "
		    "group needed", 1, 1},
		{"01", "too few shares: 1 more of group 2 needed", 1, 0},
		{"04", "too few shares: 2 more of group 3 needed", 2, 0},
		{"14", "too few shares: 1 more of group 2, 2 more of group 3 "
		    "needed", 3, 0},
	};
	struct err e = ERR_INIT;
	struct slip39_set *set = made(&family, 32, NULL);
	struct slip39 *s;
	uint8_t *got;
	unsigned shares, more, group, member;
	size_t i;

	(void)state;
	assert_int_equal(slip39_set_count(set), 9);
	slip39_set_place(set, 8, &group, &member);
	assert_int_equal(group, 2);
	assert_int_equal(member, 4);
	for (i = 0; i < sizeof(enough) / sizeof(enough[0]); i++) {
		got = combined(set, enough[i], &s, &e);
		assert_non_null(got);
		assert_memory_equal(got, secret, 32);
		assert_true(slip39_complete(s, &shares, &more));
		secmem_free(got);
		slip39_free(s);
	}
	for (i = 0; i < sizeof(few) / sizeof(few[0]); i++) {
		assert_null(combined(set, few[i].which, &s, &e));
		assert_int_equal(e.code, ERR_USAGE);
		assert_string_equal(e.what, few[i].what);
		assert_false(slip39_complete(s, &shares, &more));
		assert_int_equal(shares, few[i].shares);
		assert_int_equal(more, few[i].groups);
		slip39_free(s);
	}
	slip39_set_free(set);
}

static void
largest(void **state)
{
	struct slip39_plan plan = {.extendable = true, .group_threshold = 16,
		.ngroups = 16};
	struct slip39_set *set;
	unsigned i;

	(void)state;
	for (i = 0; i < 16; i++)
		plan.group[i] = (struct slip39_group){16, 16};
	set = made(&plan, 32, "");
	assert_int_equal(slip39_set_count(set), 256);
	recovers(set, 100, 7, 32, NULL, true);
	slip39_set_free(set);
}

/* A new identifier, and other words, each time. */
static void
sets_differ(void **state)
{
	struct err e = ERR_INIT;
	struct slip39_set *a = simple(1, 1), *b;
	struct slip39 *s = fresh(), *t;
	unsigned first, i, same = 0;

	(void)state;
	assert_int_equal(add(s, slip39_set_text(a, 0), &e), 0);
	first = slip39_last(s)->id;
	for (i = 0; i < 4; i++) {
		b = simple(1, 1);
		t = fresh();
		assert_int_equal(add(t, slip39_set_text(b, 0), &e), 0);
		same += slip39_last(t)->id == first;
		slip39_free(t);
		slip39_set_free(b);
	}
	assert_true(same < 2);
	slip39_free(s);
	slip39_set_free(a);
}

/* --- mistakes --- */

static void
refuses(struct slip39 *s, const char *text, enum err_code code,
	const char *what)
{
	struct err e = ERR_INIT;
	size_t n = slip39_count(s);

	assert_int_equal(add(s, text, &e), -1);
	assert_int_equal(e.code, code);
	if (strncmp(e.what, what, strlen(what)) != 0)
		fail_msg("'%s' for '%s'", e.what, what);
	assert_int_equal(slip39_count(s), n);
}

static void
mistakes_are_named(void **state)
{
	struct slip39_set *a = simple(3, 4), *b = simple(3, 4);
	struct slip39 *s = fresh();
	struct err e = ERR_INIT;
	char text[SLIP39_LINE_MAX];
	size_t len;
	uint8_t *got;

	(void)state;
	refuses(s, "", ERR_FORMAT, "share 1: 0 words");
	assert_null(slip39_last(s));
	assert_int_equal(add(s, slip39_set_text(a, 0), &e), 0);
	refuses(s, slip39_set_text(a, 0), ERR_USAGE,
	    "share 2: the same as share 1");
	refuses(s, slip39_set_text(b, 1), ERR_FORMAT,
	    "share 2: of another set than share 1: the first two words");
	(void)snprintf(text, sizeof(text), "%s", slip39_set_text(a, 2));
	memset(text, 'x', strcspn(text, " "));
	refuses(s, text, ERR_FORMAT, "share 2: word 1, 'xxxx");
	/* The mistakes left nothing behind. */
	assert_int_equal(add(s, slip39_set_text(a, 3), &e), 0);
	got = slip39_combine(s, NULL, &len, &e);
	assert_null(got);
	assert_int_equal(e.code, ERR_USAGE);
	assert_string_equal(e.what,
	    "too few shares: 1 more of the same set needed");
	assert_int_equal(add(s, slip39_set_text(a, 1), &e), 0);
	refuses(s, slip39_set_text(a, 2), ERR_USAGE, "share 4: not needed");
	refuses(s, slip39_set_text(a, 1), ERR_USAGE,
	    "share 4: the same as share 3");
	got = slip39_combine(s, NULL, &len, &e);
	assert_non_null(got);
	assert_memory_equal(got, secret, 32);
	secmem_free(got);
	slip39_free(s);
	slip39_set_free(a);
	slip39_set_free(b);
}

static void
surplus(void **state)
{
	struct slip39_set *set = made(&family, 32, NULL);
	struct slip39 *s = fresh();
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(add(s, slip39_set_text(set, 1), &e), 0);
	assert_int_equal(add(s, slip39_set_text(set, 2), &e), 0);
	refuses(s, slip39_set_text(set, 3), ERR_USAGE,
	    "share 3: not needed: there are 2 of group 2");
	assert_int_equal(add(s, slip39_set_text(set, 4), &e), 0);
	refuses(s, slip39_set_text(set, 0), ERR_USAGE,
	    "share 4: of one group more than the 2");
	slip39_free(s);
	slip39_set_free(set);
}

/* Decode share I of SET, let FN change it, and write it again. */
static void
forged(char text[static SLIP39_LINE_MAX], const struct slip39_set *set,
	size_t i, void (*fn)(struct slip39_share *))
{
	struct err e = ERR_INIT;
	struct slip39_share a;
	const char *line = slip39_set_text(set, i);

	assert_int_equal(slip39_share_decode(&a, line, strlen(line), &e), 0);
	fn(&a);
	assert_int_equal(slip39_share_encode(&a, &e), 0);
	slip39_share_text(text, &a);
}

static void
other_value(struct slip39_share *a)
{
	a->value[7] ^= 1;
}

static void
other_threshold(struct slip39_share *a)
{
	a->threshold++;
}

static void
other_groups(struct slip39_share *a)
{
	a->group_count++;
}

static void
other_length(struct slip39_share *a)
{
	a->len = 30;
}

static void
other_flag(struct slip39_share *a)
{
	a->extendable = !a->extendable;
}

static void
other_exponent(struct slip39_share *a)
{
	a->exponent++;
}

/* Shares with a good checksum that somebody made up. */
static void
forgeries(void **state)
{
	struct slip39_set *set = simple(2, 3);
	struct slip39 *s = fresh();
	struct err e = ERR_INIT;
	char text[SLIP39_LINE_MAX];
	size_t len;

	(void)state;
	assert_int_equal(add(s, slip39_set_text(set, 0), &e), 0);
	forged(text, set, 0, other_value);
	refuses(s, text, ERR_FORMAT, "share 2: of another set than share 1: "
	    "both are member 1 of group 1");
	forged(text, set, 1, other_threshold);
	refuses(s, text, ERR_FORMAT, "share 2: of another set than share 1: "
	    "their group needs 2 or 3");
	forged(text, set, 1, other_groups);
	refuses(s, text, ERR_FORMAT, "share 2: of another set than share 1: "
	    "its groups");
	forged(text, set, 1, other_length);
	refuses(s, text, ERR_FORMAT, "share 2: of another set than share 1: "
	    "it is longer or");
	forged(text, set, 1, other_flag);
	refuses(s, text, ERR_FORMAT, "share 2: of another set than share 1: "
	    "the first two");
	forged(text, set, 1, other_exponent);
	refuses(s, text, ERR_FORMAT, "share 2: of another set than share 1: "
	    "the first two");
	forged(text, set, 1, other_value);
	assert_int_equal(add(s, text, &e), 0);
	assert_null(slip39_combine(s, NULL, &len, &e));
	assert_int_equal(e.code, ERR_CRYPTO);
	assert_string_equal(e.what, "the shares do not fit together");
	slip39_free(s);
	slip39_set_free(set);
}

static void
forged_group(void **state)
{
	struct slip39_set *set = made(&family, 32, NULL);
	struct slip39 *s = fresh();
	struct err e = ERR_INIT;
	char text[SLIP39_LINE_MAX];
	size_t len;

	(void)state;
	forged(text, set, 2, other_value);
	assert_int_equal(add(s, slip39_set_text(set, 0), &e), 0);
	assert_int_equal(add(s, slip39_set_text(set, 1), &e), 0);
	assert_int_equal(add(s, text, &e), 0);
	assert_null(slip39_combine(s, NULL, &len, &e));
	assert_int_equal(e.code, ERR_CRYPTO);
	assert_string_equal(e.what, "group 2: the shares do not fit together");
	slip39_free(s);
	slip39_set_free(set);
}

static void
no_such_plan(struct slip39_plan plan, size_t len, const char *pass,
	const char *what)
{
	static const uint8_t bytes[SLIP39_SPLIT_MAX + 2];
	struct err e = ERR_INIT;

	assert_null(slip39_split(&plan, bytes, len, pass, &e));
	assert_int_equal(e.code, ERR_USAGE);
	if (!strstr(e.what, what))
		fail_msg("'%s' for '%s'", e.what, what);
}

static void
plans_that_cannot_be(void **state)
{
	struct slip39_plan plan, p;
	char pass[SLIP39_PASS_MAX + 2];

	(void)state;
	slip39_plan_simple(&plan, 2, 3);
	no_such_plan(plan, 14, NULL, "14 bytes");
	no_such_plan(plan, 17, NULL, "17 bytes");
	no_such_plan(plan, 34, NULL, "34 bytes");
	no_such_plan(plan, 0, NULL, "0 bytes");
	no_such_plan(plan, 32, "\xc3\xa9", "printable ASCII");
	no_such_plan(plan, 32, "a\tb", "printable ASCII");
	no_such_plan(plan, 32, "\x7f", "printable ASCII");
	memset(pass, 'p', sizeof(pass));
	pass[SLIP39_PASS_MAX + 1] = '\0';
	no_such_plan(plan, 32, pass, "longer than 1024");
	slip39_plan_simple(&p, 0, 3);
	no_such_plan(p, 32, NULL, "0 of 3");
	slip39_plan_simple(&p, 4, 3);
	no_such_plan(p, 32, NULL, "4 of 3");
	slip39_plan_simple(&p, 2, 17);
	no_such_plan(p, 32, NULL, "17 shares");
	slip39_plan_simple(&p, 1, 2);
	no_such_plan(p, 32, NULL, "2 copies of the whole secret");
	p = plan;
	p.exponent = 16;
	no_such_plan(p, 32, NULL, "exponent of 16");
	p = plan;
	p.ngroups = 0;
	no_such_plan(p, 32, NULL, "0 groups");
	p.ngroups = 17;
	no_such_plan(p, 32, NULL, "17 groups");
	p = plan;
	p.group_threshold = 2;
	no_such_plan(p, 32, NULL, "2 of 1 groups");
	p.group_threshold = 0;
	no_such_plan(p, 32, NULL, "0 of 1 groups");
}

static void
bad_passphrase(void **state)
{
	struct slip39_set *set = simple(1, 1);
	struct slip39 *s = fresh();
	struct err e = ERR_INIT;
	size_t len = 77;

	(void)state;
	assert_int_equal(add(s, slip39_set_text(set, 0), &e), 0);
	assert_null(slip39_combine(s, "\xe9\x95\xbf", &len, &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(len, 77);
	slip39_free(s);
	slip39_set_free(set);
	slip39_free(NULL);
	slip39_set_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(round_trips),
		cmocka_unit_test(two_of_three),
		cmocka_unit_test(groups),
		cmocka_unit_test(largest),
		cmocka_unit_test(sets_differ),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(surplus),
		cmocka_unit_test(forgeries),
		cmocka_unit_test(forged_group),
		cmocka_unit_test(plans_that_cannot_be),
		cmocka_unit_test(bad_passphrase),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
