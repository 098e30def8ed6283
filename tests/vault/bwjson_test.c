/* tests/vault/bwjson_test.c - Bitwarden's JSON, and 1Password's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "vault/bwjson.h"
#include "vault_rows.h"

#include "base/banned.h"

static const char bitwarden[] =
	"{\"encrypted\":false,\"folders\":[{\"id\":\"1\",\"name\":\"items\"}],"
	"\"items\":["
	"{\"passwordHistory\":[{\"lastUsedDate\":\"2026-03-01T00:00:00Z\","
	"\"password\":\"p2\"},{\"lastUsedDate\":\"2025-03-01T00:00:00Z\","
	"\"password\":\"p1\"}],\"id\":\"a\",\"type\":1,\"name\":\"eBay\","
	"\"notes\":\"a\\nb\",\"folderId\":\"1\",\"favorite\":false,"
	"\"fields\":[{\"name\":\"phone\",\"value\":\"138\",\"type\":0},"
	"{\"name\":null,\"value\":\"x\",\"type\":1},{\"name\":\"none\","
	"\"value\":null}],\"login\":{\"uris\":[{\"match\":null,"
	"\"uri\":\"https://ebay.com\"},{\"uri\":\"https://ebay.de\"}],"
	"\"username\":\"acmeeb01\",\"password\":\"p\\\"3\","
	"\"totp\":\"JBSWY3DP\"}},"
	"{\"type\":2,\"name\":\"a note\",\"secureNote\":{\"type\":0}},"
	"{\"type\":1,\"name\":\"trash\",\"deletedDate\":\"2026-01-01\","
	"\"login\":{\"password\":\"t\"}},"
	"{\"type\":1,\"name\":\"bare\",\"login\":{\"uris\":null,"
	"\"username\":null,\"password\":null,\"totp\":null},"
	"\"passwordHistory\":[{\"password\":\"gone\"}]},"
	"7]}";

static const char onepassword[] =
	"{\"accounts\":[{\"attrs\":{\"items\":[{}]},\"vaults\":[{\"attrs\":{},"
	"\"items\":["
	"{\"uuid\":\"x\",\"state\":\"active\",\"details\":{\"loginFields\":["
	"{\"value\":\"acmeeb01\",\"designation\":\"username\"},"
	"{\"value\":\"p3\",\"designation\":\"password\"},"
	"{\"value\":\"tick\",\"designation\":\"\"}],\"notesPlain\":\"note\","
	"\"sections\":[{\"title\":\"s\",\"fields\":[{\"title\":\"one-time\","
	"\"value\":{\"totp\":\"otpauth://totp/x?secret=JBSWY3DP\"}},"
	"{\"title\":\"pin\",\"value\":{\"concealed\":\"77\"}},"
	"{\"title\":\"day\",\"value\":{\"date\":5}}]}],"
	"\"passwordHistory\":[{\"value\":\"p2\",\"time\":20},"
	"{\"value\":\"p1\",\"time\":10}]},"
	"\"overview\":{\"title\":\"eBay\",\"url\":\"https://ebay.com\","
	"\"urls\":[{\"label\":\"w\",\"url\":\"https://ebay.de\"}],"
	"\"tags\":[\"t\"]}},"
	"{\"item\":{\"details\":{\"password\":\"alone\"},"
	"\"overview\":{\"title\":\"old form\"}}},"
	"{\"state\":\"trashed\",\"overview\":{\"title\":\"trash\"}}"
	"]}]}]}";

static void
reads_bitwarden(void **state)
{
	struct creds_report r;

	(void)state;
	r = rows_of(bwjson_read, bitwarden, sizeof(bitwarden) - 1,
	    "eBay|https://ebay.com\nhttps://ebay.de|acmeeb01|p\"3|JBSWY3DP|"
	    "a\nb|-|phone: 138\nx|<p1<p2\nbare|-|-|-|-|-|-|-|\n");
	assert_int_equal(r.format, CREDS_BITWARDEN_JSON);
	assert_int_equal(r.rows, 2);
	assert_int_equal(r.damaged, 1);
	assert_int_equal(r.bad[0], 3);
}

static void
reads_1password(void **state)
{
	struct creds_report r;

	(void)state;
	r = rows_of(bwjson_read_1password, onepassword,
	    sizeof(onepassword) - 1,
	    "eBay|https://ebay.com\nhttps://ebay.de|acmeeb01|p3|"
	    "otpauth://totp/x?secret=JBSWY3DP|note|-|pin: 77|<p1<p2\n"
	    "old form|-|-|alone|-|-|-|-|\n");
	assert_int_equal(r.format, CREDS_1PUX);
}

static void
refuses(const char *json, const char *why)
{
	rows_refused(bwjson_read, json, strlen(json), why);
}

static void
refuses_what_it_is_not(void **state)
{
	size_t n;

	(void)state;
	refuses("{\"encrypted\":true,\"passwordProtected\":true,\"salt\":\"x\","
	    "\"data\":\"2.a|b|c\"}", "the export is encrypted");
	refuses("{\"encrypted\":false}", "the file is no JSON export of "
	    "Bitwarden, or there is nothing in it");
	refuses("{\"accounts\":[]}", "the file is no JSON export of "
	    "Bitwarden, or there is nothing in it");
	rows_refused(bwjson_read_1password, "{\"items\":[{}]}", 14, "the file "
	    "is no export of 1Password, or there is nothing in it");
	/* cut anywhere: an error or fewer rows, never more */
	for (n = 0; n < sizeof(bitwarden) - 1; n += 7) {
		struct buf out = BUF_INIT(65536);
		struct creds_report r;
		struct err e = ERR_INIT;

		assert_int_equal(bwjson_read(bitwarden, n, rows_add, &out, &r,
		    &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
		assert_true(r.rows <= 2);
		buf_release(&out);
	}
}

static void
stops_where_it_is_told(void **state)
{
	struct creds_report r;
	struct err e = ERR_INIT;
	int n = 6;

	(void)state;
	assert_int_equal(bwjson_read(bitwarden, sizeof(bitwarden) - 1,
	    rows_stop, &n, &r, &e), 7);
	assert_int_equal(bwjson_read_1password(onepassword,
	    sizeof(onepassword) - 1, rows_stop, &n, &r, &e), 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_bitwarden),
		cmocka_unit_test(reads_1password),
		cmocka_unit_test(refuses_what_it_is_not),
		cmocka_unit_test(stops_where_it_is_told)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
