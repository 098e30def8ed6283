/* tests/vault/kpxml_test.c - entries of KeePass 2 XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "vault/kpxml.h"
#include "vault_rows.h"

#include "base/banned.h"

#define S(key, value) "<String><Key>" key "</Key><Value>" value \
	"</Value></String>"
#define BIN "QmluQmluQmluQmluQmluQg=="
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<KeePassFile><Meta>" \
	"<DatabaseName>x</DatabaseName><RecycleBinUUID>" BIN \
	"</RecycleBinUUID></Meta><Root><Group><UUID>cm9vdA==</UUID>" \
	"<Name>Root</Name>"
#define TAIL "</Group></Root></KeePassFile>"

static void
reads(const char *xml, const char *want)
{
	assert_int_equal(rows_of(kpxml_read, xml, strlen(xml), want).format,
	    CREDS_KEEPASS_XML);
}

static void
reads_entries(void **state)
{
	(void)state;
	reads(HEAD "<Entry><UUID>YQ==</UUID><Times><Expires>False</Expires>"
	    "</Times>" S("Title", "eBay") S("UserName", "acmeeb01")
	    S("Password", " p&amp;&lt;&#x5e97;\n ")
	    S("URL", "https://ebay.com") S("Notes", "") S("otp",
	    "otpauth://totp/x?secret=JBSWY3DP") S("phone", "138") S("pin",
	    "1\n2") "<Binary><Key>a</Key><Value Ref=\"0\"/></Binary></Entry>"
	    "<Group><UUID>Zw==</UUID><Name>Shops</Name><Group>"
	    "<UUID>aA==</UUID><Name>CN</Name><Entry>" S("Title", "QQ")
	    "<String><Key>Password</Key><Value ProtectInMemory=\"True\">"
	    "<![CDATA[<p>]]></Value></String></Entry></Group><Entry>"
	    S("Title", "after") "</Entry></Group>" TAIL,
	    "eBay|https://ebay.com|acmeeb01| p&<\xe5\xba\x97\n |"
	    "otpauth://totp/x?secret=JBSWY3DP|-|-|phone: 138\npin: 1\n2|\n"
	    "QQ|-|-|<p>|-|-|Shops/CN|-|\nafter|-|-|-|-|-|Shops|-|\n");
	reads(HEAD TAIL, "");
}

static void
keeps_former_passwords(void **state)
{
	char xml[65536] = HEAD "<Entry>" S("Title", "now")
	    S("Password", "p99") "<History>";
	char want[4096] = "now|-|-|p99|-|-|-|-|";
	size_t n, m;
	int i;

	(void)state;
	reads(HEAD "<Entry>" S("Title", "now") S("Password", "p3") "<History>"
	    "<Entry>" S("Title", "then") S("Password", "p1") "</Entry>"
	    "<Entry>" S("Password", "p1") "</Entry><Entry>" S("Password", "")
	    "</Entry><Entry>" S("Password", "p2") "</Entry><Entry>"
	    S("Password", "p3") "</Entry></History></Entry><Entry>"
	    S("Title", "none") "<History><Entry>" S("Password", "p1")
	    "</Entry></History></Entry>" TAIL,
	    "now|-|-|p3|-|-|-|-|<p1<p2\nnone|-|-|-|-|-|-|-|\n");
	/* the newest of many */
	for (i = 0; i < 40; i++) {
		n = strlen(xml);
		(void)snprintf(xml + n, sizeof(xml) - n, "<Entry>"
		    S("Password", "p%d") "</Entry>", i);
		m = strlen(want);
		if (i >= 8)
			(void)snprintf(want + m, sizeof(want) - m, "<p%d", i);
	}
	n = strlen(xml);
	(void)snprintf(xml + n, sizeof(xml) - n, "</History></Entry>" TAIL);
	m = strlen(want);
	(void)snprintf(want + m, sizeof(want) - m, "\n");
	reads(xml, want);
}

static void
leaves_the_bin(void **state)
{
	(void)state;
	reads(HEAD "<Group><UUID>" BIN "</UUID><Name>Bin</Name><Entry>"
	    S("Title", "gone") "</Entry><Group><UUID>eA==</UUID>"
	    "<Name>deep</Name><Entry>" S("Title", "gone, too") "</Entry>"
	    "</Group></Group><Entry>" S("Title", "there") "</Entry>" TAIL,
	    "there|-|-|-|-|-|-|-|\n");
}

static void
refuses(const char *xml, const char *why)
{
	rows_refused(kpxml_read, xml, strlen(xml), why);
}

static void
refuses_what_it_is_not(void **state)
{
	char deep[8192] = HEAD;
	int i;

	(void)state;
	refuses("<html/>", "the file is no XML of KeePass 2");
	refuses("<", "the file is no XML of KeePass 2");
	refuses(HEAD "<Entry>" S("Title", "a") "</Entry><Entry>",
	    "the XML is damaged behind entry 1");
	refuses(HEAD "<Entry><String><Key>Password</Key><Value "
	    "Protected=\"True\">c2VjcmV0</Value></String></Entry>" TAIL,
	    "the file holds encrypted values");
	for (i = 0; i < 70; i++)
		(void)snprintf(deep + strlen(deep), 16, "<Group>");
	refuses(deep, "groups are more than 64 deep");
}

/* They are not expanded, files are not read, and what is left is no password. */
static void
takes_nothing_of_entities(void **state)
{
	static const char xml[] = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">"
	    "<!ENTITY b \"&a;&a;&a;&a;&a;\"><!ENTITY c SYSTEM "
	    "\"/etc/passwd\">]><KeePassFile><Root><Group>"
	    "<Entry>" S("Title", "one") S("Password", "x&b;&c;y") "</Entry>"
	    "<Entry>" S("Title", "two") S("Password", "p&amp;2") "<History>"
	    "<Entry>" S("Password", "p&a;1") "</Entry></History></Entry>"
	    "</Group></Root></KeePassFile>";
	struct creds_report r;

	(void)state;
	r = rows_of(kpxml_read, xml, strlen(xml), "two|-|-|p&2|-|-|-|-|\n");
	assert_int_equal(r.damaged, 1);
	assert_int_equal(r.bad[0], 1);
}

static void
counts_what_is_too_long(void **state)
{
	static char xml[3u << 20];
	struct creds_report r;
	size_t n;

	(void)state;
	n = (size_t)snprintf(xml, sizeof(xml), HEAD "<Entry><String>"
	    "<Key>Notes</Key><Value>");
	memset(xml + n, 'n', 2u << 20);
	n += 2u << 20;
	(void)snprintf(xml + n, sizeof(xml) - n, "</Value></String></Entry>"
	    "<Entry>" S("Title", "there") "</Entry>" TAIL);
	r = rows_of(kpxml_read, xml, strlen(xml), "there|-|-|-|-|-|-|-|\n");
	assert_int_equal(r.damaged, 1);
	assert_int_equal(r.bad[0], 1);
}

static void
stops_where_it_is_told(void **state)
{
	static const char xml[] = HEAD "<Entry/><Entry/>" TAIL;
	struct creds_report r;
	struct err e = ERR_INIT;
	int n = 6;

	(void)state;
	assert_int_equal(kpxml_read(xml, sizeof(xml) - 1, rows_stop, &n, &r,
	    &e), 7);
	assert_int_equal(n, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_entries),
		cmocka_unit_test(keeps_former_passwords),
		cmocka_unit_test(leaves_the_bin),
		cmocka_unit_test(refuses_what_it_is_not),
		cmocka_unit_test(takes_nothing_of_entities),
		cmocka_unit_test(counts_what_is_too_long),
		cmocka_unit_test(stops_where_it_is_told)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
