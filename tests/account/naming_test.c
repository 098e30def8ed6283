/* tests/account/naming_test.c - templates, the next free name, look-alikes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "account/naming.h"

#include "base/banned.h"

static struct platforms *platforms;

static int
set_up(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	platforms = platforms_new(NULL, &e);
	return platforms ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	platforms_free(platforms);
	return 0;
}

static struct naming *
naming(const char *policy)
{
	struct err e = ERR_INIT;
	struct naming *n = naming_new(policy, &e);

	if (!n)
		fail_msg("%s", e.what);
	return n;
}

static void
folded(const char *name, const char *want)
{
	struct buf out = BUF_INIT(4096);
	struct err e = ERR_INIT;

	assert_int_equal(naming_fold(name, &out, &e), 0);
	assert_string_equal(buf_str(&out), want);
	assert_true(out.len <= strlen(name));
	buf_release(&out);
}

static void
folds_what_looks_alike(void **state)
{
	(void)state;
	folded("acme-eb-01", "acmeebol");
	folded("ACME_EB.0I", "acmeebol");
	folded("acmeeb01", "acmeebol");
	folded("acme eb Ol", "acmeebol");
	/* full width */
	folded("\xef\xbc\xa1\xef\xbd\x83me\xe3\x80\x80\xef\xbc\x90", "acmeo");
	folded("\xe5\xba\x97-01", "\xe5\xba\x97ol");
	folded("", "");
	folded("-_. ", "");
	folded("a\xff", "a\xff");
}

static void
propose(struct naming *n, const char *code, const char *shop,
	const char *record, const char *login)
{
	struct naming_proposal p = {"", "", 0};
	struct err e = ERR_INIT;

	if (naming_propose(n, platforms_find(platforms, code), shop, &p, &e) <
	    0)
		fail_msg("%s", e.what);
	assert_string_equal(p.record, record);
	assert_string_equal(p.login, login);
}

static void
use(struct naming *n, const char *name)
{
	struct err e = ERR_INIT;

	assert_int_equal(naming_used(n, name, &e), 0);
}

static void
proposes_the_next_free(void **state)
{
	struct naming *n = naming("[naming]\ncompany = acme\n");

	(void)state;
	propose(n, "eb", NULL, "acme-eb-01", "acmeeb01");
	/* asked again without use it is the same */
	propose(n, "eb", "north", "acme-eb-01", "acmeeb01");
	use(n, "acme-eb-01");
	use(n, "acmeeb01");
	propose(n, "eb", NULL, "acme-eb-02", "acmeeb02");
	propose(n, "tb", NULL, "acme-tb-01", "acmetb01");
	/* gaps stay: a number that is gone may be in somebody's hands */
	use(n, "acme-eb-07");
	propose(n, "eb", NULL, "acme-eb-08", "acmeeb08");
	/* a login counts as much as a record name */
	use(n, "acmeeb11");
	propose(n, "eb", NULL, "acme-eb-12", "acmeeb12");
	/* not those of others, nor what only begins alike */
	use(n, "acme-eb-90x");
	use(n, "other-eb-91");
	use(n, "acme-eb-");
	use(n, "acme-eb-0092");
	propose(n, "eb", NULL, "acme-eb-12", "acmeeb12");
	/* taken by a look-alike: passed over */
	use(n, "ACME-EB-I2");
	propose(n, "eb", NULL, "acme-eb-13", "acmeeb13");
	use(n, "acme-eb-99");
	propose(n, "eb", NULL, "acme-eb-100", "acmeeb100");
	/* a number of the platform */
	propose(n, "tq", NULL, "acme-tq-01", "");
	naming_free(n);
	/* used before anybody asked */
	n = naming("[naming]\ncompany = acme\n");
	use(n, "acmeeb05");
	use(n, "acme-eb-02");
	propose(n, "eb", NULL, "acme-eb-06", "acmeeb06");
	assert_true(naming_is_used(n, "acme_eb.O2"));
	assert_false(naming_is_used(n, "acme-eb-03"));
	naming_free(n);
}

static void
follows_the_policy(void **state)
{
	struct naming *n = naming("[naming]\ncompany = acme\n"
	    "record = {shop}/x\n[naming]\nrecord = {company}.{shop}.{seq:03}\n"
	    "login = {shop}{code}{seq}{company}\n");
	struct naming_proposal p;
	struct err e = ERR_INIT;

	(void)state;
	propose(n, "eb", "North 1", "acme.north-1.001", "north1eb1acme");
	use(n, "acme.north-1.004");
	propose(n, "eb", "North 1", "acme.north-1.005", "north1eb5acme");
	use(n, "southeb9acme");
	propose(n, "eb", "North 1", "acme.north-1.010", "north1eb10acme");
	propose(n, "tb", "\xe5\xba\x97", "acme.\xe5\xba\x97.005", "tb5acme");
	assert_int_equal(naming_propose(n, platforms_find(platforms, "eb"),
	    NULL, &p, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	naming_free(n);
	/* the team's name, where no company is said */
	n = naming("[team]\norg = 3 Acme Trading Ltd\n");
	propose(n, "eb", NULL, "acmetradin-eb-01", "acmetradineb01");
	naming_free(n);
	n = naming("[team]\norg = \xe5\xba\x97\n");
	propose(n, "eb", NULL, "liudi-eb-01", "liudieb01");
	naming_free(n);
	n = naming(NULL);
	propose(n, "eb", NULL, "liudi-eb-01", "liudieb01");
	naming_free(n);
}

static void
refuse(const char *policy, const char *why)
{
	struct err e = ERR_INIT;

	assert_null(naming_new(policy, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	if (!strstr(e.what, why))
		fail_msg("'%s', not '%s'", e.what, why);
}

static void
refuses_what_cannot_be(void **state)
{
	struct naming_proposal p;
	struct naming *n;
	struct err e = ERR_INIT;

	(void)state;
	refuse("[naming]\ncompany = a\n", "'a' is not 2 to 10 letters");
	refuse("[naming]\ncompany = Acme\n", "'Acme' is not");
	refuse("[naming]\ncompany = 1acme\n", "'1acme' is not");
	refuse("[naming]\ncompany = acmetrading\n", "'acmetrading' is not");
	refuse("[naming]\nrecord = {company}\n", "record: wants {seq} once");
	refuse("[naming]\nlogin = {seq}{seq}\n", "login: wants {seq} once");
	refuse("[naming]\nrecord = {platform}{seq}\n", "record: '{platform}");
	refuse("[naming]\nrecord = {seq:2}\n", "record: '{seq:2}'");
	refuse("[naming]\nrecord = {seq:07}\n", "record: '{seq:07}'");
	refuse("[naming]\nrecord = {seq\n", "record: '{seq'");
	refuse("[naming]\nrecord = a/{seq}\n", "a sign that no name has");
	/* a template that the platform's own rules refuse: which one */
	n = naming("[naming]\ncompany = acme\nlogin = ebay{seq}\n");
	assert_int_equal(naming_propose(n, platforms_find(platforms, "eb"),
	    NULL, &p, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(e.what, "[naming] login gives 'ebay1'; eBay: 6 to "
	    "64 characters, this has 5");
	naming_free(n);
	/* no number left */
	n = naming("[naming]\ncompany = acme\n");
	use(n, "acme-eb-999999");
	assert_int_equal(naming_propose(n, platforms_find(platforms, "eb"),
	    NULL, &p, &e), -1);
	assert_string_equal(e.what, "eBay: no number is free below 1000000");
	naming_free(n);
}

static void
check(const struct naming *n, const char *code, const char *record, int want,
	const char *why)
{
	struct buf text = BUF_INIT(4096);
	struct err e = ERR_INIT;

	assert_int_equal(naming_check(n, code ?
	    platforms_find(platforms, code) : NULL, record, &text, &e), want);
	assert_string_equal(buf_str(&text), why);
	buf_release(&text);
}

static void
checks_a_name(void **state)
{
	struct naming *n = naming("[naming]\ncompany = acme\n");

	(void)state;
	use(n, "acme-eb-01");
	use(n, "acme_eb_O2");
	check(n, "eb", "acme-eb-03", 0, "");
	check(n, NULL, "acme-eb-03", 0, "");
	check(n, "eb", "acme-ebay-01", 1,
	    "the name 'acme-ebay-01' is not like 'acme-eb-01'");
	check(n, "tb", "acme-eb-03", 1,
	    "the name 'acme-eb-03' is not like 'acme-tb-01'");
	check(n, "eb", "acme-eb-3", 1,
	    "the name 'acme-eb-3' is not like 'acme-eb-01'");
	check(n, "eb", "acme-eb-00", 1,
	    "the name 'acme-eb-00' is not like 'acme-eb-01'");
	check(n, "eb", "acme-eb-01", 2,
	    "the name 'acme-eb-01' was used before");
	check(n, "eb", "acme-eb-02", 2, "the name 'acme-eb-02' looks like "
	    "'acme_eb_O2', which was used before");
	naming_free(n);
	n = naming("[naming]\ncompany = acme\nrecord = {shop}-{seq}\n");
	check(n, "eb", "north-7", 0, "");
	check(n, "eb", "a-b-7", 0, "");
	check(n, "eb", "-7", 1, "the name '-7' is not like 'shop-1'");
	naming_free(n);
}

static void
record(struct naming *n, const char *code, const char *login, bool only_same,
	const char *want)
{
	char out[NAMING_NAME_MAX];
	struct err e = ERR_INIT;

	if (naming_record(n, platforms_find(platforms, code), NULL, login,
	    only_same, out, &e) < 0)
		fail_msg("%s", e.what);
	assert_string_equal(out, want);
}

static void
names_what_is_there(void **state)
{
	struct naming *n = naming("[naming]\ncompany = acme\n");
	char out[NAMING_NAME_MAX];
	struct err e = ERR_INIT;

	(void)state;
	record(n, "eb", "acmeeb07", true, "acme-eb-07");
	record(n, "eb", "bestdeals2010", true, "");
	record(n, "eb", NULL, true, "");
	use(n, "acme-eb-07");
	use(n, "acmeeb07");
	record(n, "eb", "acmeeb07", true, "");
	record(n, "eb", "acmeeb07", false, "acme-eb-08");
	record(n, "eb", "bestdeals2010", false, "acme-eb-08");
	record(n, "eb", NULL, false, "acme-eb-08");
	record(n, "tb", "acmeeb07", false, "acme-tb-01");
	naming_free(n);
	/* what is proposed for logins does not matter */
	n = naming("[naming]\ncompany = acme\nlogin = ebay{seq}\n");
	record(n, "eb", NULL, false, "acme-eb-01");
	use(n, "acme-eb-999999");
	assert_int_equal(naming_record(n, platforms_find(platforms, "eb"),
	    NULL, NULL, false, out, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	naming_free(n);
}

/* Many names, as a big import has them. */
static void
bears_many(void **state)
{
	struct naming *n = naming("[naming]\ncompany = acme\n");
	struct naming_proposal p;
	struct err e = ERR_INIT;
	const struct platform *eb = platforms_find(platforms, "eb");
	unsigned i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		assert_int_equal(naming_propose(n, eb, NULL, &p, &e), 0);
		assert_int_equal(p.seq, i + 1);
		use(n, p.record);
		use(n, p.login);
	}
	assert_string_equal(p.record, "acme-eb-20000");
	naming_free(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folds_what_looks_alike),
		cmocka_unit_test(proposes_the_next_free),
		cmocka_unit_test(follows_the_policy),
		cmocka_unit_test(refuses_what_cannot_be),
		cmocka_unit_test(checks_a_name),
		cmocka_unit_test(names_what_is_there),
		cmocka_unit_test(bears_many)
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
