/* tests/account/platform_test.c - the shipped table, policy over it, its rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "account/platform.h"
#include "base/str.h"

#include "base/banned.h"

static struct platforms *
table(const char *policy)
{
	struct err e = ERR_INIT;
	struct platforms *s = platforms_new(policy, &e);

	assert_non_null(s);
	return s;
}

static const char *
whose(const struct platforms *s, const char *url)
{
	const struct platform *p = platforms_host(s, url);

	return p ? p->code : "";
}

static int
count(void *arg, unsigned parts)
{
	unsigned *n = arg;

	assert_int_not_equal(parts, 0);
	++*n;
	return 0;
}

static void
ships_a_table_that_holds(void **state)
{
	struct platforms *s = table(NULL);
	const struct platform *p;
	struct buf why = BUF_INIT(4096);
	struct err e = ERR_INIT;
	size_t i, k, n;
	unsigned routes;
	char login[64];

	(void)state;
	assert_int_equal(platforms_wrong(s), 0);
	p = platforms_all(s, &n);
	assert_true(n >= 40);
	for (i = 0; i < n; i++) {
		assert_true(i == 0 || strcmp(p[i - 1].code, p[i].code) < 0);
		assert_string_not_equal(p[i].name, p[i].code);
		/* what nobody looked up has no date */
		assert_int_equal(p[i].checked != NULL, p[i].found);
		if (p[i].checked)
			assert_int_equal(strlen(p[i].checked), 7);
		assert_true(p[i].max == 0 || p[i].min <= p[i].max);
		routes = 0;
		assert_int_equal(platform_routes(p[i].routes, count, &routes,
		    &e), 0);
		assert_true(routes > 0);
		/* each host is whose it is said to be, and nobody else's */
		for (k = 0; k < p[i].nhosts; k++)
			assert_string_equal(whose(s, p[i].host[k]), p[i].code);
		if (p[i].url && p[i].nhosts)
			assert_non_null(platforms_host(s, p[i].url));
		/* the usual login is one that it takes */
		if (p[i].assigned)
			continue;
		(void)snprintf(login, sizeof(login), "acme%s01", p[i].code);
		if (platform_check(&p[i], login, &why, &e) != 0)
			fail_msg("%s: %s", login, buf_str(&why));
	}
	buf_release(&why);
	platforms_free(s);
}

/* The ten whose rules were looked at first, where people choose the login. */
static const char *const ten[] = {"eb", "tb", "lb", "ic", "ax", "az", "ts",
	"sp", "wx", "lz"};

static unsigned
legal(const struct platforms *s, const char *before, bool brand,
	const char *after)
{
	struct buf why = BUF_INIT(4096);
	struct err e = ERR_INIT;
	const struct platform *p;
	char login[128], name[64];
	unsigned n = 0;
	size_t i, k, m;
	int rc;

	for (i = 0; i < sizeof(ten) / sizeof(ten[0]); i++) {
		p = platforms_find(s, ten[i]);
		assert_non_null(p);
		for (k = m = 0; p->name[k]; k++)
			if (p->name[k] != ' ' && p->name[k] != '.')
				name[m++] = (char)(p->name[k] | 0x20);
		name[m] = '\0';
		(void)snprintf(login, sizeof(login), "%s%s%s", before,
		    brand ? name : ten[i], after);
		rc = platform_check(p, login, &why, &e);
		assert_true(rc >= 0);
		assert_true((rc == 0) == (why.len == 0));
		n += rc == 0;
	}
	buf_release(&why);
	return n;
}

static void
takes_codes_and_no_brands(void **state)
{
	struct platforms *s = table(NULL);

	(void)state;
	assert_int_equal(legal(s, "acme", false, "01"), 10);
	assert_int_equal(legal(s, "acme-", true, "-01"), 2);
	/* a company of one letter is too short for some */
	assert_int_equal(legal(s, "a", false, "01"), 8);
	platforms_free(s);
}

static void
breaks(const struct platforms *s, const char *code, const char *login,
	const char *want)
{
	const struct platform *p = platforms_find(s, code);
	struct buf why = BUF_INIT(4096);
	struct err e = ERR_INIT;

	assert_non_null(p);
	assert_int_equal(platform_check(p, login, &why, &e), want[0] != '\0');
	assert_string_equal(buf_str(&why), want);
	buf_release(&why);
}

static void
names_the_rule_that_is_broken(void **state)
{
	struct platforms *s = table(NULL);

	(void)state;
	breaks(s, "eb", "acmeeb01", "");
	breaks(s, "eb", "acme", "eBay: 6 to 64 characters, this has 4");
	breaks(s, "eb", "acme-ebay-01", "eBay: not with 'ebay' in it");
	breaks(s, "eb", "acme-e.BAY-01", "eBay: not with 'ebay' in it");
	breaks(s, "eb", "acmeeb01-", "eBay: begins and ends with a-zA-Z0-9*");
	breaks(s, "eb", "acme__eb01", "eBay: no sign twice in a row");
	breaks(s, "eb", "acme eb01", "eBay: no ' ', only a-zA-Z0-9._*-");
	breaks(s, "eb", "acme\x1b""eb01", "eBay: no control characters");
	breaks(s, "eb", "acme\xff""eb01", "eBay: no control characters");
	breaks(s, "tb", "\xe8\xb4\xb8\xe6\x98\x93""1", "");	/* 2 + 2 + 1 */
	breaks(s, "tb", "\xe8\xb4\xb8\xe6\x98\x93",
	    "Taobao: 5 to 25 characters, this has 4");
	breaks(s, "tb", "1234567", "Taobao: not of digits alone");
	breaks(s, "tb", "Acmetb01", "Taobao: no 'A', only a-z0-9_"
	    "\xe4\xb8\x80-\xe9\xbf\xbf");
	breaks(s, "wx", "1acmewx", "WeChat: begins with a letter");
	breaks(s, "wx", "_acmewx", "WeChat: begins with a letter");
	breaks(s, "wx", "acme-wechat-01", "");
	breaks(s, "tq", "28512345", "");
	breaks(s, "tq", "acmeqq01", "QQ: no 'a', only 0-9");
	breaks(s, "az", "a_m_z_store", "Amazon: not with 'amz' in it");
	breaks(s, "lz", "anything at all", "");
	platforms_free(s);
}

static void
knows_whose_a_host_is(void **state)
{
	struct platforms *s = table(NULL);

	(void)state;
	assert_string_equal(whose(s, "https://my.ebay.de/x?a=b@c"), "eb");
	assert_string_equal(whose(s, "HTTPS://user:pw@My.eBay.CO.UK:443/"),
	    "eb");
	assert_string_equal(whose(s, "ebay.com."), "eb");
	assert_string_equal(whose(s, "https://mail.qq.com/"), "qm");
	assert_string_equal(whose(s, "https://wx.qq.com"), "wx");
	assert_string_equal(whose(s, "https://im.qq.com"), "tq");
	assert_string_equal(whose(s, "android://aGFzaA==@com.taobao.taobao/"),
	    "tb");
	assert_string_equal(whose(s, "android://x@com.tencent.mm/"), "");
	/* likeness is not enough */
	assert_string_equal(whose(s, "https://notebay.com/"), "");
	assert_string_equal(whose(s, "https://ebay.com.evil.example/"), "");
	assert_string_equal(whose(s, "https://evil.example/?ebay.com"), "");
	assert_string_equal(whose(s, "https://ebay.com@evil.example/"), "");
	assert_string_equal(whose(s, "https://bank.example#@ebay.com/"), "");
	assert_string_equal(whose(s, "com"), "");
	assert_string_equal(whose(s, ""), "");
	assert_string_equal(whose(s, "://"), "");
	assert_string_equal(whose(s, "http://"), "");
	assert_string_equal(whose(s, "..."), "");
	platforms_free(s);
}

/* What Chromium 140 and Firefox 140 say of each, as WHATWG URL has it. */
static void
finds_the_host_a_browser_goes_to(void **state)
{
	static const struct {
		const char *url, *host;
	} t[] = {
		/* '\\' ends it as '/' does, and '@' behind that names nobody */
		{"https://a\\@ebay.com/", "a"},
		{"https:\\\\ebay.com\\x", "ebay.com"},
		{"https://evil.example\\@ebay.com", "evil.example"},
		{"https://evil.example\\.ebay.com/", "evil.example"},
		/* who logs in, and how; of several '@' the last */
		{"https://ebay.com@evil.example/", "evil.example"},
		{"https://a:b@c@ebay.com/", "ebay.com"},
		{"https://ebay.com:pw@evil.example/", "evil.example"},
		{"https://evil.example/@ebay.com", "evil.example"},
		{"https://evil.example?@ebay.com", "evil.example"},
		{"https://evil.example#@ebay.com", "evil.example"},
		{"evil.example/?next=https://ebay.com/", "evil.example"},
		{"evil.example#https://ebay.com/", "evil.example"},
		/* how many slashes there are is all the same */
		{"https:ebay.com/", "ebay.com"},
		{"https:/ebay.com/", "ebay.com"},
		{"https:////ebay.com/", "ebay.com"},
		/* one dot at the end, capitals, ports */
		{"https://eBay.COM./", "ebay.com"},
		{"https://ebay.com../", ""},
		{"https://.ebay.com/", ""},
		{"https://ebay..com/", ""},
		{"https://ebay.com:/", "ebay.com"},
		{"https://ebay.com:8443/", "ebay.com"},
		{"https://ebay.com:65535/", "ebay.com"},
		{"https://ebay.com:65536/", ""},
		{"https://ebay.com:80x/", ""},
		{"https://ebay.com:80:90/", ""},
		{"ebay.com:443/x", "ebay.com"},
		{"  \tebay.com", "ebay.com"},
		/* other ways to write a sign */
		{"https://ebay%2ecom/", "ebay.com"},
		{"https://ebay%2Ecom%2f.evil.example/", ""},
		{"https://evil.example%2f@ebay.com/", "ebay.com"},
		{"https://ebay.com%00.evil.example/", ""},
		{"https://eb%/", ""},
		{"https://eb%zz/", ""},
		{"https://\xef\xbd\x85\xef\xbd\x82\xef\xbd\x81\xef\xbd\x99"
		    "\xe3\x80\x82\xef\xbc\xa3om/", "ebay.com"},
		{"https://evil.example\xef\xbc\x8f.ebay.com/", ""},
		{"https://evil.example\xef\xbc\xa0""ebay.com/", ""},
		/* names of other letters are other names */
		{"https://\xd0\xb5""bay.com/", "\xd0\xb5""bay.com"},
		{"https://xn--bay-qdd.com/", "xn--bay-qdd.com"},
		{"https://\xe6\xb7\x98\xe5\xae\x9d.ebay.com/",
		    "\xe6\xb7\x98\xe5\xae\x9d.ebay.com"},
		{"https://eb\xff.ebay.com/", ""},
		/* no host at all */
		{"https://[::1]/", ""},
		{"https://e bay.com/", ""},
		{"https://", ""},
		{"https://@/", ""},
		{"https://:443/", ""},
		{"mailto:who@ebay.com", ""},
		{"javascript:alert(1)//ebay.com", ""},
		{"data:text/html,//ebay.com/", ""},
		{"about:ebay.com", ""},
		{"//ebay.com/", ""},
		/* only of the web's schemes is '\\' a '/' */
		{"app://a\\@ebay.com/", "ebay.com"},
		{"androidapp://com.taobao.taobao", "taobao.taobao.com"},
	};
	char host[PLATFORM_HOST_LEN], long_one[PLATFORM_HOST_LEN + 64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		if (platform_host(t[i].url, host) != (t[i].host[0] != '\0') ||
		    strcmp(host, t[i].host) != 0)
			fail_msg("%s: '%s', not '%s'", t[i].url, host,
			    t[i].host);
	}
	memset(long_one, 'a', sizeof(long_one));
	long_one[PLATFORM_HOST_LEN] = '\0';
	assert_false(platform_host(long_one, host));
	long_one[PLATFORM_HOST_LEN - 1] = '\0';
	assert_true(platform_host(long_one, host));
}

static void
gives_no_row_to_whoever_writes_a_host(void **state)
{
	struct platforms *s = table(NULL);

	(void)state;
	assert_string_equal(whose(s, "https://a\\@ebay.com/"), "");
	assert_string_equal(whose(s, "evil.example/?u=https://ebay.com"), "");
	assert_string_equal(whose(s, "androidapp://com.taobao.taobao"), "tb");
	platforms_free(s);
}

static void
finds_by_code_and_name(void **state)
{
	struct platforms *s = table(NULL);

	(void)state;
	assert_string_equal(platforms_find(s, "EB")->name, "eBay");
	assert_string_equal(platforms_find(s, "ebay")->code, "eb");
	assert_string_equal(platforms_find(s, "tiktok shop")->code, "ts");
	assert_string_equal(platforms_find(s, "\xe6\xb7\x98\xe5\xae\x9d")->code,
	    "tb");
	assert_null(platforms_find(s, "bay"));
	assert_null(platforms_find(s, ""));
	platforms_free(s);
}

static void
lets_the_policy_overrule_key_by_key(void **state)
{
	struct platforms *s = table("[platform eb]\nmin = 4\nrename = no\n"
	    "max = many\ncolour = red\n[platform os]\n"
	    "hosts = acme.example, shop.acme.example\n"
	    "[platform zz9]\nname = Our forum\nroutes = login, teleport\n"
	    "[platform 1x]\nname = no\n[platform toolongforacodeofours]\n"
	    "name = no\n");
	const struct platform *p = platforms_find(s, "eb");

	(void)state;
	assert_int_equal(p->min, 4);
	assert_int_equal(p->max, 64);
	assert_string_equal(p->rename, "no");
	assert_true(p->nhosts > 5);
	assert_string_equal(whose(s, "https://www.acme.example/admin"), "os");
	p = platforms_find(s, "our forum");
	assert_string_equal(p->code, "zz9");
	assert_string_equal(p->routes, "login");
	assert_int_equal(platforms_wrong(s), 5);
	platforms_free(s);
}

static bool
business(const char *policy, const char *code)
{
	struct platforms *s = table(policy);
	bool yes = platforms_find(s, code)->business;

	platforms_free(s);
	return yes;
}

static void
keeps_what_is_the_teams(void **state)
{
	static const char shops[] = "[shop north]\nplatform = eb\n"
	    "[shop south]\nplatform = Taobao\n";
	static const char said[] = "[platform gm]\nbusiness = yes\n";

	(void)state;
	assert_true(business(NULL, "eb"));
	assert_true(business(NULL, "tb"));
	assert_false(business(NULL, "gm"));
	assert_false(business(NULL, "zf"));
	assert_true(business("[platform eb]\nmin = 4\n", "az"));
	/* whoever sells on two platforms wants no row of a third */
	assert_true(business(shops, "eb"));
	assert_true(business(shops, "tb"));
	assert_false(business(shops, "az"));
	assert_true(business(said, "gm"));
	assert_false(business(said, "eb"));
	assert_false(business("[platform eb]\nbusiness = no\n", "eb"));
}

static int
join(void *arg, unsigned parts)
{
	char *all = arg;
	size_t n = strlen(all);

	(void)snprintf(all + n, 64 - n, "%u ", parts);
	return parts == PLATFORM_SUBJECT ? 7 : 0;
}

static void
reads_routes(void **state)
{
	struct err e = ERR_INIT;
	char all[64] = "";

	(void)state;
	assert_int_equal(platform_routes("login, phone+email ,licence", join,
	    all, &e), 0);
	assert_string_equal(all, "1 6 16 ");
	all[0] = '\0';
	assert_int_equal(platform_routes("main + phone,subject,login", join,
	    all, &e), 7);
	assert_string_equal(all, "10 32 ");
	assert_int_equal(platform_routes("login, fax", join, all, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.what, "'fax'"));
	assert_int_equal(platform_routes("", join, all, &e), -1);
	assert_int_equal(platform_routes("login,", join, all, &e), -1);
	assert_int_equal(platform_routes("login phone", join, all, &e), -1);
	assert_int_equal(platform_routes("login+", join, all, &e), -1);
}

static void
has_a_cap(void **state)
{
	struct buf policy = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;
	unsigned i;

	(void)state;
	for (i = 0; i < 300; i++)
		assert_int_equal(buf_addf(&policy, &e,
		    "[platform p%u]\nname = x\n", i), 0);
	assert_null(platforms_new(buf_str(&policy), &e));
	assert_int_equal(e.code, ERR_CONFIG);
	buf_release(&policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ships_a_table_that_holds),
		cmocka_unit_test(takes_codes_and_no_brands),
		cmocka_unit_test(names_the_rule_that_is_broken),
		cmocka_unit_test(knows_whose_a_host_is),
		cmocka_unit_test(finds_the_host_a_browser_goes_to),
		cmocka_unit_test(gives_no_row_to_whoever_writes_a_host),
		cmocka_unit_test(finds_by_code_and_name),
		cmocka_unit_test(lets_the_policy_overrule_key_by_key),
		cmocka_unit_test(keeps_what_is_the_teams),
		cmocka_unit_test(reads_routes),
		cmocka_unit_test(has_a_cap)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
