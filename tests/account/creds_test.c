/* tests/account/creds_test.c - exports of other programs, as this test writes
 * them by their headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <iconv.h>
#include <cmocka.h>

#include "account/creds.h"
#include "base/buf.h"
#include "crypto/hash.h"

#include "base/banned.h"

struct seen {
	struct buf text;
	unsigned n, stop;
};

static void
add(struct buf *b, const char *s)
{
	struct err e = ERR_INIT;

	assert_int_equal(buf_addf(b, &e, "%s|", s ? s : "-"), 0);
}

/* "line:title|url|login|password|totp|note|folder|fields|" and LF. */
static int
on_row(void *arg, const struct creds_row *r, struct err *e)
{
	struct seen *s = arg;

	if (++s->n == s->stop)
		return err_set(e, ERR_FAIL, "enough");
	assert_int_equal(buf_addf(&s->text, e, "%llu:",
	    (unsigned long long)r->line), 0);
	add(&s->text, r->title);
	add(&s->text, r->url);
	add(&s->text, r->login);
	add(&s->text, r->password);
	add(&s->text, r->totp);
	add(&s->text, r->note);
	add(&s->text, r->folder);
	add(&s->text, r->fields);
	return buf_addc(&s->text, '\n', e);
}

static struct creds_report
reads_n(const char *file, size_t n, const char *want)
{
	struct seen s = {.text = BUF_INIT(1u << 20)};
	struct creds_report r;
	struct err e = ERR_INIT;
	char *exact = malloc(n + 1);

	/* To its exact size, so that a sanitizer sees a read past the end. */
	assert_non_null(exact);
	memcpy(exact, file, n);
	exact = realloc(exact, n ? n : 1);
	if (creds_read(exact, n, on_row, &s, &r, &e) < 0)
		fail_msg("%s", e.what);
	assert_string_equal(buf_str(&s.text), want);
	assert_int_equal(s.n, r.rows);
	free(exact);
	buf_release(&s.text);
	return r;
}

static struct creds_report
reads(const char *file, const char *want)
{
	return reads_n(file, strlen(file), want);
}

static void
refuses_n(const char *file, size_t n, const char *why, const char *hint)
{
	struct seen s = {.text = BUF_INIT(1u << 20)};
	struct creds_report r;
	struct err e = ERR_INIT;

	assert_int_equal(creds_read(file, n, on_row, &s, &r, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_string_equal(e.what, why);
	if (!strstr(e.hint, hint))
		fail_msg("'%s', not '%s'", e.hint, hint);
	buf_release(&s.text);
}

static void
refuses(const char *file, const char *why, const char *hint)
{
	refuses_n(file, strlen(file), why, hint);
}

static void
knows_programs_by_their_header(void **state)
{
	struct creds_report r;

	(void)state;
	r = reads("folder,favorite,type,name,notes,fields,reprompt,login_uri,"
	    "login_username,login_password,login_totp\n"
	    "Shops,1,login,eBay,\"a\nb\",\"phone: 138\",0,"
	    "\"https://ebay.com,https://ebay.de\",acmeeb01,pw,JBSWY3DP\n"
	    ",,note,Safe,text,,0,,,,\n",
	    "2:eBay|https://ebay.com\nhttps://ebay.de|acmeeb01|pw|JBSWY3DP|a\nb|"
	    "Shops|phone: 138|\n4:Safe|-|-|-|-|text|-|-|\n");
	assert_int_equal(r.format, CREDS_BITWARDEN);
	assert_int_equal(r.damaged, 0);
	r = reads("collections,type,name,notes,fields,reprompt,login_uri,"
	    "login_username,login_password,login_totp\r\n"
	    "Shops,login,eBay,,,0,https://ebay.com,a,p,\r\n",
	    "2:eBay|https://ebay.com|a|p|-|-|Shops|-|\n");
	assert_int_equal(r.format, CREDS_BITWARDEN_ORG);
	r = reads("\"Group\",\"Title\",\"Username\",\"Password\",\"URL\","
	    "\"Notes\",\"TOTP\",\"Icon\",\"Last Modified\",\"Created\"\n"
	    "\"Root/A\",\"QQ\",\"28512345\",\" p \"\"q\"\" \",\"\",\"\","
	    "\"otpauth://totp/x?secret=JBSWY3DP\",\"0\",\"\",\"\"\n",
	    "2:QQ|-|28512345| p \"q\" |otpauth://totp/x?secret=JBSWY3DP|-|"
	    "Root/A|-|\n");
	assert_int_equal(r.format, CREDS_KEEPASSXC);
	r = reads("name,url,username,password,note\n"
	    "ebay,https://ebay.com/,li,=1+1,\n",
	    "2:ebay|https://ebay.com/|li|=1+1|-|-|-|-|\n");
	assert_int_equal(r.format, CREDS_CHROME);
	r = reads("name,url,username,password\nebay,https://ebay.com/,li,p",
	    "2:ebay|https://ebay.com/|li|p|-|-|-|-|\n");
	assert_int_equal(r.format, CREDS_CHROME);
	r = reads("\"url\",\"username\",\"password\",\"httpRealm\","
	    "\"formActionOrigin\",\"guid\",\"timeCreated\",\"timeLastUsed\","
	    "\"timePasswordChanged\"\r\n\"https://ebay.com\",\"li\",\"p\",,"
	    "\"https://ebay.com\",\"{1}\",\"1\",\"2\",\"3\"\r\n",
	    "2:-|https://ebay.com|li|p|-|-|-|-|\n");
	assert_int_equal(r.format, CREDS_FIREFOX);
	r = reads("Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,"
	    "Notes\neBay,https://ebay.com,li,p,otpauth://x,false,false,t;u,n\n",
	    "2:eBay|https://ebay.com|li|p|otpauth://x|n|t;u|-|\n");
	assert_int_equal(r.format, CREDS_ONEPASSWORD);
	r = reads("url,username,password,totp,extra,name,grouping,fav\n"
	    "https://ebay.com,li,p,,x,eBay,Shops,0\n"
	    "http://sn,,,,secret note,Note,,0\nhttp://,u,p,,,QQ,,0\n",
	    "2:eBay|https://ebay.com|li|p|-|x|Shops|-|\n"
	    "3:Note|-|-|-|-|secret note|-|-|\n4:QQ|-|u|p|-|-|-|-|\n");
	assert_int_equal(r.format, CREDS_LASTPASS);
	r = reads("url,username,password,extra,name,grouping,fav\n",
	    "");
	assert_int_equal(r.format, CREDS_LASTPASS);
}

/* CELL as Bitwarden's column of addresses, as a line of CSV has it. */
static void
unpacks(const char *cell, const char *want)
{
	struct buf file = BUF_INIT(65536), row = BUF_INIT(65536);
	struct err e = ERR_INIT;

	assert_int_equal(buf_addf(&file, &e, "name,login_uri,login_username,"
	    "login_password\neBay,%s,li,p\n", cell), 0);
	assert_int_equal(buf_addf(&row, &e, "2:eBay|%s|li|p|-|-|-|-|\n",
	    want), 0);
	(void)reads(buf_str(&file), buf_str(&row));
	buf_release(&file);
	buf_release(&row);
}

static void
unpacks_cells_that_are_rows(void **state)
{
	(void)state;
	unpacks("https://ebay.com", "https://ebay.com");
	unpacks("\"ebay.com,ebay.de\"", "ebay.com\nebay.de");
	unpacks("\"https://a.de/,android://x@com.b\"",
	    "https://a.de/\nandroid://x@com.b");
	/* quoted inside: commas, and quotes twice over */
	unpacks("\"\"\"https://a.de/x,y\"\",https://b.de\"",
	    "https://a.de/x,y\nhttps://b.de");
	unpacks("\"https://b.de,\"\"https://a.de/\"\"\"\"q\"\"\"\",y\"\"\"",
	    "https://b.de\nhttps://a.de/\"q\",y");
	unpacks("\"\"\"\"\"\"", "-");
	/* a comma of an address with a path begins no other one */
	unpacks("\"https://bank.example/a,ebay.com\"",
	    "https://bank.example/a,ebay.com");
	unpacks("\"https://bank.example/a,b,https://ebay.com\"",
	    "https://bank.example/a,b\nhttps://ebay.com");
	/* quotes that do not close, or not at an end */
	unpacks("\"\"\"https://a.de,ebay.com\"", "\"https://a.de\nebay.com");
	unpacks("\"\"\"a\"\"b,c\"", "\"a\"b\nc");
	unpacks("\"a,,b,\"", "a\n\nb\n");
	/* what is none of Bitwarden's is one address, but where it is quoted */
	(void)reads("name,url,username,password\n"
	    "a,\"https://bank.example/x,https://ebay.com\",li,p\n"
	    "b,\"\"\"https://a.de\"\",https://ebay.com\",li,p\n",
	    "2:a|https://bank.example/x,https://ebay.com|li|p|-|-|-|-|\n"
	    "3:b|https://a.de\nhttps://ebay.com|li|p|-|-|-|-|\n");
}

static void
reads_unknown_ones_by_their_columns(void **state)
{
	struct creds_report r;

	(void)state;
	r = reads("\xe5\xb9\xb3\xe5\x8f\xb0;\xe7\xbd\x91\xe5\x9d\x80;"
	    "\xe8\xb4\xa6\xe5\x8f\xb7;\xe5\xaf\x86\xe7\xa0\x81;"
	    "\xe5\xa4\x87\xe6\xb3\xa8\n\xe6\xb7\x98\xe5\xae\x9d;taobao.com;"
	    "li;p,w;\n",
	    "2:\xe6\xb7\x98\xe5\xae\x9d|taobao.com|li|p,w|-|-|-|-|\n");
	assert_int_equal(r.format, CREDS_OTHER_CSV);
	(void)reads("Account\tLogin Name\tPassword\tWeb Site\tComments\n"
	    "eBay\tli\tp\tebay.com\tc\n", "2:eBay|ebay.com|li|p|-|c|-|-|\n");
	(void)reads("sep=;\nACCOUNT ; Password;  url\nli;p;ebay.com\n",
	    "3:-|ebay.com|li|p|-|-|-|-|\n");
	(void)reads("\n\nEmail,Password,Name\n\nli@x,p,eBay\n",
	    "5:eBay|-|li@x|p|-|-|-|-|\n");
}

static void
names_the_columns_that_are_missing(void **state)
{
	(void)state;
	refuses("name,url,username\na,b,c\n",
	    "the first line names no column for: password",
	    "with its first line");
	refuses("password,color\np,red\n",
	    "the first line names no column for: username, url or name",
	    "name,url,username,password");
	/* no header: what stands there is not told */
	refuses("https://bank.example,li,hunter2\n", "the first line names no "
	    "column for: password, username, url or name", "");
	refuses("\"name,url\nusername,password\n", "the first line names no "
	    "column for: password, username, url or name", "");
	refuses("", "the file is empty", "");
	refuses("\xef\xbb\xbf \r\n\n", "the file is empty", "");
	refuses("{\"encrypted\":false}", "the file is neither CSV nor otpauth "
	    "lines", "liudi-desk vault import");
	refuses("\xef\xbb\xbf<?xml version=\"1.0\"?>",
	    "the file is neither CSV nor otpauth lines", "KeePass XML");
	refuses("PK\x03\x04xx", "the file is neither CSV nor otpauth lines",
	    "1PUX");
	refuses("\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5", "the file is a KeePass "
	    "database", "Export");
	refuses_n("\x80\xff\x00\xff", 4, "the file is no text in UTF-8, "
	    "UTF-16 or GB18030 (byte 0)", "");
}

static void
to(const char *charset, const char *bom, size_t nbom, const char *utf8,
	char *out, size_t *n)
{
	char in[512], *at = in, *to = out + nbom;
	size_t left = strlen(utf8), room = 2048;
	iconv_t cd = iconv_open(charset, "UTF-8");

	assert_true(cd != (iconv_t)-1);
	memcpy(in, utf8, left);
	memcpy(out, bom, nbom);
	assert_int_equal(iconv(cd, &at, &left, &to, &room), 0);
	assert_int_equal(iconv_close(cd), 0);
	*n = (size_t)(to - out);
}

static void
knows_encodings(void **state)
{
	static const char file[] = "name,url,username,password\n"
	    "\xe6\xb7\x98\xe5\xae\x9d,https://taobao.com,"
	    "\xe8\xb4\xb8\xe6\x98\x93,p\xe2\x82\xac\n";
	static const char want[] = "2:\xe6\xb7\x98\xe5\xae\x9d|"
	    "https://taobao.com|\xe8\xb4\xb8\xe6\x98\x93|p\xe2\x82\xac|-|-|-|"
	    "-|\n";
	char coded[4096];
	size_t n;

	(void)state;
	(void)reads(file, want);
	to("UTF-8", "\xef\xbb\xbf", 3, file, coded, &n);
	(void)reads_n(coded, n, want);
	to("UTF-16LE", "\xff\xfe", 2, file, coded, &n);
	(void)reads_n(coded, n, want);
	to("UTF-16BE", "\xfe\xff", 2, file, coded, &n);
	(void)reads_n(coded, n, want);
	to("GB18030", "", 0, file, coded, &n);
	(void)reads_n(coded, n, want);
	/* cut in the middle of a character */
	to("UTF-16LE", "\xff\xfe", 2, file, coded, &n);
	refuses_n(coded, n - 1, "the file is no text in UTF-8, UTF-16 or "
	    "GB18030 (byte 108)", "");
}

static void
passes_over_damaged_rows(void **state)
{
	static const char nul[] = "name,url,username,password\r"
	    "a,b,c,p\0q\rx,y,z,p\r";
	struct creds_report r;
	struct buf file = BUF_INIT(8u << 20);
	struct err e = ERR_INIT;
	unsigned i;

	(void)state;
	r = reads("name,url,username,password\n"
	    "a,https://a,li,p,w\n"		/* a comma without quotes */
	    "b,https://b,li\n"			/* too few */
	    "c,https://c,li,\"p\"w\n"		/* behind the quote */
	    "d,https://d,\"l\ni\",\"p\r\n\"\"w\"\n"
	    "e,https://e,li,\"open\n"
	    "f,https://f,li,p\n",
	    "5:d|https://d|l\ni|p\r\n\"w|-|-|-|-|\n"
	    "9:f|https://f|li|p|-|-|-|-|\n");
	assert_int_equal(r.rows, 2);
	assert_int_equal(r.damaged, 4);
	assert_int_equal(r.bad[0], 2);
	assert_int_equal(r.bad[1], 3);
	assert_int_equal(r.bad[2], 4);
	assert_int_equal(r.bad[3], 8);
	/* a NUL, lines of CR alone */
	r = reads_n(nul, sizeof(nul) - 1, "3:x|y|z|p|-|-|-|-|\n");
	assert_int_equal(r.damaged, 1);
	/* a row that is too long */
	assert_int_equal(buf_adds(&file, "name,url,username,password\n"
	    "a,b,c,", &e), 0);
	for (i = 0; i < CREDS_ROW_MAX / 16 + 16; i++)
		assert_int_equal(buf_adds(&file, "0123456789abcdef", &e), 0);
	assert_int_equal(buf_adds(&file, "\nx,y,z,p\n", &e), 0);
	r = reads(buf_str(&file), "3:x|y|z|p|-|-|-|-|\n");
	assert_int_equal(r.damaged, 1);
	/* quotes that go on for ever: no row is read through to the end */
	buf_clear(&file);
	assert_int_equal(buf_adds(&file, "name,url,username,password\n", &e),
	    0);
	for (i = 0; i < 100000; i++)
		assert_int_equal(buf_adds(&file, "x\",\"y\n", &e), 0);
	r = reads(buf_str(&file), "");
	assert_int_equal(r.damaged, 100000);
	buf_release(&file);
}

static void
stops_where_it_is_told(void **state)
{
	static const char file[] = "name,url,username,password\na,b,c,d\n"
	    "e,f,g,h\ni,j,k,l\n";
	struct seen s = {.text = BUF_INIT(4096), .stop = 2};
	struct creds_report r;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(creds_read(file, sizeof(file) - 1, on_row, &s, &r,
	    &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	assert_int_equal(s.n, 2);
	assert_int_equal(r.rows, 2);
	buf_release(&s.text);
}

/*
 * An export of the authenticator in three codes: {10 bytes, "ACME:li", "ACME",
 * SHA1, 6 digits, TOTP} and so on, made by the rule of otpauth_test.c.
 */
#define CODE(data) "otpauth-migration://offline?data=" data "\n"
/* size 3, id 5; index 0: li, 1: wang, 2: a seed of MD5 */
#define CODE0 CODE("ChsKCkhlbGxvId6tvu8SB0FDTUU6bGkgASgBMAIQARgDIAAoBQ%3D%3D")
#define CODE1 CODE("ChgKCkhlbGxvId6tvu8SBHdhbmcgASgBMAIQARgDIAEoBQ%3D%3D")
#define CODE2 CODE("ChcKCkhlbGxvId6tvu8SA29sZCAEKAEwAhABGAMgAigF")
#define SEED "secret=JBSWY3DPEHPK3PXP"

static void
reads_otpauth_lines(void **state)
{
	struct creds_report r;

	(void)state;
	r = reads("# seeds\r\n  otpauth://totp/eBay:li?" SEED "\r\n\n"
	    "JBSWY3DPEHPK3PXP\nhttps://x\notpauth://totp/x?secret=1\n"
	    "otpauth://totp/only?" SEED,
	    "2:eBay|-|li|-|otpauth://totp/eBay:li?" SEED "|-|-|-|\n"
	    "7:-|-|only|-|otpauth://totp/only?" SEED "|-|-|-|\n");
	assert_int_equal(r.format, CREDS_OTPAUTH);
	assert_int_equal(r.damaged, 3);
	assert_int_equal(r.bad[0], 4);
	assert_int_equal(r.bad[2], 6);
}

static void
counts_the_codes_that_were_not_given(void **state)
{
	static const char li[] = "1:ACME|-|li|-|otpauth://totp/ACME:li?" SEED
	    "&issuer=ACME&algorithm=SHA1&digits=6&period=30|-|-|-|\n";
	struct creds_report r;

	(void)state;
	r = reads(CODE0, li);
	assert_int_equal(r.format, CREDS_MIGRATION);
	assert_int_equal(r.batch_missing, 2);
	/* the same once more does not count, nor do its seeds */
	r = reads(CODE0 CODE0, li);
	assert_int_equal(r.batch_missing, 2);
	assert_int_equal(r.rows, 1);
	r = reads(CODE2 CODE1 CODE("%%") CODE0, "2:-|-|wang|-|otpauth://totp/"
	    "wang?" SEED "&algorithm=SHA1&digits=6&period=30|-|-|-|\n"
	    "4:ACME|-|li|-|otpauth://totp/ACME:li?" SEED
	    "&issuer=ACME&algorithm=SHA1&digits=6&period=30|-|-|-|\n");
	assert_int_equal(r.batch_missing, 0);
	assert_int_equal(r.other, 1);
	assert_int_equal(r.damaged, 1);
	assert_int_equal(r.bad[0], 3);
}

static int
count(void *arg, const struct creds_row *r, struct err *e)
{
	uint64_t *n = arg;

	(void)e;
	assert_non_null(r->password);
	++*n;
	return 0;
}

static void
bears_many_rows(void **state)
{
	struct buf file = BUF_INIT(CREDS_BYTES_MAX);
	struct creds_report r;
	struct err e = ERR_INIT;
	uint64_t n = 0;
	unsigned i;

	(void)state;
	assert_int_equal(buf_adds(&file, "name,url,username,password,note\r\n",
	    &e), 0);
	for (i = 0; i < 100000; i++)
		assert_int_equal(buf_addf(&file, &e, "\"shop, %u\",https://"
		    "s%u.example/,u%u,\"p\"\"%u\",\"%s\"\r\n", i, i, i, i,
		    i % 7 ? "" : "a\nb"), 0);
	assert_int_equal(creds_read(file.data, file.len, count, &n, &r, &e),
	    0);
	assert_int_equal(n, 100000);
	assert_int_equal(r.rows, 100000);
	assert_int_equal(r.damaged, 0);
	buf_release(&file);
	refuses_n("", (size_t)CREDS_BYTES_MAX + 1, "more than 64 MiB", "");
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
		cmocka_unit_test(knows_programs_by_their_header),
		cmocka_unit_test(unpacks_cells_that_are_rows),
		cmocka_unit_test(reads_unknown_ones_by_their_columns),
		cmocka_unit_test(names_the_columns_that_are_missing),
		cmocka_unit_test(knows_encodings),
		cmocka_unit_test(passes_over_damaged_rows),
		cmocka_unit_test(stops_where_it_is_told),
		cmocka_unit_test(reads_otpauth_lines),
		cmocka_unit_test(counts_the_codes_that_were_not_given),
		cmocka_unit_test(bears_many_rows)
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
