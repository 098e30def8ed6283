/* tests/vault/onepux_test.c - an archive of 1Password; which reader is whose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "crypto/hash.h"
#include "vault/onepux.h"
#include "vault_rows.h"

#include "base/banned.h"

static const char data[] = "{\"accounts\":[{\"vaults\":[{\"items\":[{"
	"\"details\":{\"password\":\"p\"},\"overview\":{\"title\":\"eBay\"}}"
	"]}]}]}";

/* A ZIP of export.attributes and NAME into OUT; its size. */
static size_t
zip(const char *name, const void *text, size_t n, char *out, size_t room)
{
	struct archive *a = archive_write_new();
	struct archive_entry *entry;
	size_t used = 0;
	int i;

	assert_int_equal(archive_write_set_format_zip(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(a, out, room, &used),
	    ARCHIVE_OK);
	for (i = 0; i < 2; i++) {
		entry = archive_entry_new();
		archive_entry_set_pathname(entry, i ? name :
		    "export.attributes");
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		archive_entry_set_size(entry, i ? (la_int64_t)n : 2);
		assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
		assert_true(archive_write_data(a, i ? text : "{}",
		    i ? n : 2) >= 0);
		archive_entry_free(entry);
	}
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	assert_int_equal(archive_write_free(a), ARCHIVE_OK);
	return used;
}

static void
reads_an_archive(void **state)
{
	char file[65536];
	size_t n = zip("export.data", data, sizeof(data) - 1, file,
	    sizeof(file)), k;
	struct creds_report r;

	(void)state;
	r = rows_of(onepux_read_any, file, n, "eBay|-|-|p|-|-|-|-|\n");
	assert_int_equal(r.format, CREDS_1PUX);
	for (k = 4; k < n; k += 5) {
		struct buf out = BUF_INIT(65536);
		struct err e = ERR_INIT;

		if (onepux_read_any(file, k, rows_add, &out, &r, &e) < 0)
			assert_int_equal(e.code, ERR_FORMAT);
		buf_release(&out);
	}
	n = zip("files/export.data", data, sizeof(data) - 1, file,
	    sizeof(file));
	rows_refused(onepux_read_any, file, n,
	    "the archive is no 1PUX: there is no export.data in it");
}

/* What unpacks to more than the cap is given up there. */
static void
bears_a_bomb(void **state)
{
	const size_t size = (size_t)CREDS_BYTES_MAX + (1u << 20);
	char *zeros = calloc(1, size), *file = malloc(1u << 20);
	size_t n;

	(void)state;
	assert_non_null(zeros);
	assert_non_null(file);
	n = zip("export.data", zeros, size, file, 1u << 20);
	rows_refused(onepux_read_any, file, n,
	    "what is packed is more than 64 MiB");
	free(zeros);
	free(file);
}

static void
knows_each_by_its_content(void **state)
{
	static const char xml[] = "\xef\xbb\xbf\n<KeePassFile><Root><Group>"
	    "<Entry><String><Key>Title</Key><Value>QQ</Value></String></Entry>"
	    "</Group></Root></KeePassFile>";
	static const char json[] = " {\"items\":[{\"login\":{\"password\":"
	    "\"p\"}}]}";
	static const char csv[] = "name,url,username,password\na,b,c,d\n";
	static const char otp[] = "otpauth://totp/x?secret=JBSWY3DP\n";

	(void)state;
	assert_int_equal(rows_of(onepux_read_any, xml, sizeof(xml) - 1,
	    "QQ|-|-|-|-|-|-|-|\n").format, CREDS_KEEPASS_XML);
	assert_int_equal(rows_of(onepux_read_any, json, sizeof(json) - 1,
	    "-|-|-|p|-|-|-|-|\n").format, CREDS_BITWARDEN_JSON);
	assert_int_equal(rows_of(onepux_read_any, csv, sizeof(csv) - 1,
	    "a|b|c|d|-|-|-|-|\n").format, CREDS_CHROME);
	assert_int_equal(rows_of(onepux_read_any, otp, sizeof(otp) - 1,
	    "-|-|x|-|otpauth://totp/x?secret=JBSWY3DP|-|-|-|\n").format,
	    CREDS_OTPAUTH);
	rows_refused(onepux_read_any, "", 0, "the file is empty");
	rows_refused(onepux_read_any, "\x03\xd9\xa2\x9ax", 5,
	    "the file is a KeePass database");
}

static int
start(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_an_archive),
		cmocka_unit_test(bears_a_bomb),
		cmocka_unit_test(knows_each_by_its_content)
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
