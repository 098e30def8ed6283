/* tests/desk/vaultin_test.c - an export through the box, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "desk/vaultin.h"

#include "base/banned.h"

static int
file_of(const void *text, size_t n)
{
	struct err e = ERR_INIT;
	int fd = file_nameless(".", &e);

	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, text, n, "test", &e), 0);
	return fd;
}

static int
add(void *arg, const struct creds_row *r, struct err *e)
{
	size_t i;

	assert_int_equal(buf_addf(arg, e, "%llu %s|%s|%s|%s|%s",
	    (unsigned long long)r->line, r->title ? r->title : "-",
	    r->url ? r->url : "-", r->login ? r->login : "-",
	    r->password ? r->password : "-", r->fields ? r->fields : "-"), 0);
	for (i = 0; i < r->nold; i++)
		assert_int_equal(buf_addf(arg, e, "<%s", r->old[i]), 0);
	return buf_addc(arg, '\n', e);
}

static void
reads(const void *text, size_t n, enum creds_format format, const char *want)
{
	struct buf out = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;
	struct vaultin v;
	int fd = file_of(text, n), round;

	if (vaultin_read(&v, fd, &e) < 0)
		fail_msg("%s", e.what);
	assert_int_equal(v.report.format, format);
	for (round = 0; round < 2; round++) {
		buf_clear(&out);
		assert_int_equal(vaultin_each(&v, add, &out, &e), 0);
		assert_string_equal(buf_str(&out), want);
	}
	vaultin_release(&v);
	assert_int_equal(close(fd), 0);
	buf_release(&out);
}

static void
brings_rows_back(void **state)
{
	static const char json[] = "{\"items\":[{\"name\":\"eBay\",\"fields\":"
	    "[{\"name\":\"a\",\"value\":\"b\"}],\"login\":{\"uris\":[{\"uri\":"
	    "\"https://ebay.com\"}],\"username\":\"li\",\"password\":\"p3\"},"
	    "\"passwordHistory\":[{\"lastUsedDate\":\"1\",\"password\":"
	    "\"p1\"},{\"lastUsedDate\":\"2\",\"password\":\"p2\"}]}]}";
	static const char xml[] = "<KeePassFile><Root><Group><Entry><String>"
	    "<Key>Title</Key><Value>\xe5\xba\x97</Value></String></Entry>"
	    "</Group></Root></KeePassFile>";
	/* GB18030, whose converter is not to be loaded behind the sandbox */
	static const char gbk[] = "name,url,username,password\n\xb5\xea,x,y,z\n";

	(void)state;
	reads(json, sizeof(json) - 1, CREDS_BITWARDEN_JSON,
	    "0 eBay|https://ebay.com|li|p3|a: b<p1<p2\n");
	reads(xml, sizeof(xml) - 1, CREDS_KEEPASS_XML,
	    "0 \xe5\xba\x97|-|-|-|-\n");
	reads(gbk, sizeof(gbk) - 1, CREDS_CHROME,
	    "2 \xe5\xba\x97|x|y|z|-\n");
}

static void
brings_many(void **state)
{
	struct buf text = BUF_INIT(CREDS_BYTES_MAX);
	struct buf out = BUF_INIT(64u << 20);
	struct err e = ERR_INIT;
	struct vaultin v;
	unsigned i;
	int fd;

	(void)state;
	assert_int_equal(buf_adds(&text, "name,url,username,password\n", &e),
	    0);
	for (i = 0; i < 50000; i++)
		assert_int_equal(buf_addf(&text, &e, "n%u,https://h%u.example,"
		    "u,p%u\n", i, i, i), 0);
	fd = file_of(text.data, text.len);
	assert_int_equal(vaultin_read(&v, fd, &e), 0);
	assert_int_equal(v.report.rows, 50000);
	assert_int_equal(vaultin_each(&v, add, &out, &e), 0);
	assert_non_null(strstr(buf_str(&out),
	    "50001 n49999|https://h49999.example|u|p49999|-\n"));
	vaultin_release(&v);
	assert_int_equal(close(fd), 0);
	buf_release(&text);
	buf_release(&out);
}

static void
says_what_the_box_says(void **state)
{
	static const char bad[] = "{\"encrypted\":true,\"data\":\"x\"}";
	struct err e = ERR_INIT;
	struct vaultin v;
	int fd = file_of(bad, sizeof(bad) - 1);

	(void)state;
	assert_int_equal(vaultin_read(&v, fd, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_string_equal(e.what, "the export is encrypted");
	assert_non_null(strstr(e.hint, "Bitwarden"));
	vaultin_release(&v);
	assert_int_equal(close(fd), 0);
}

/* What a parser that was taken over could write. */
static void
believes_no_form(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
	} lie[] = {{"", 0}, {"\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16},
		/* a text of 4 GiB; one without its end; an empty one */
		{"\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xfe\xff\xff\xff" "a", 21},
		{"\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0" "ab", 22},
		{"\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 21},
		/* former passwords without end, no kind, half a report */
		{"\1\0\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0", 16},
		{"\7\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16},
		{"\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0", 20}};
	struct err e = ERR_INIT;
	char bytes[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lie) / sizeof(lie[0]); i++) {
		const struct vaultin v = {.data = bytes, .n = lie[i].n};
		struct buf out = BUF_INIT(4096);

		memcpy(bytes, lie[i].bytes, lie[i].n);
		assert_int_equal(vaultin_each(&v, add, &out, &e), -1);
		assert_int_equal(e.code, ERR_FORMAT);
		assert_string_equal(buf_str(&out), "");
		buf_release(&out);
	}
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
		cmocka_unit_test(brings_rows_back),
		cmocka_unit_test(brings_many),
		cmocka_unit_test(says_what_the_box_says),
		cmocka_unit_test(believes_no_form)
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
