/*
 * vault/bwcsv: the bytes, and what Bitwarden's rules make of them: a reader of
 * RFC 4180, `fields` split into lines and at their last ": ", `login_uri` split
 * at commas.
 */
#include "vault/bwcsv.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "account/creds.h"
#include "base/utf8.h"
#include "crypto/hash.h"

#include "base/banned.h"

enum { COLUMNS = 11, CELL = 1024 };
enum { FOLDER, FAVORITE, TYPE, NAME, NOTES, FIELDS, REPROMPT, URI, LOGIN,
	PASSWORD, TOTP };

/* One record; the byte behind it.  The other road to RFC 4180. */
static const char *
read_record(const char *p, char cell[][CELL], size_t *n)
{
	size_t len = 0;

	*n = 0;
	for (;;) {
		len = 0;
		if (*p == '"') {
			for (p++; p[0] != '"' || p[1] == '"'; p++) {
				assert_true(*p != '\0');
				p += *p == '"';
				assert_true(len < CELL - 1);
				cell[*n][len++] = *p;
			}
			p++;
		} else {
			while (*p && !strchr(",\n", *p))
				cell[*n][len++] = *p++;
		}
		cell[(*n)++][len] = '\0';
		if (*p == ',') {
			p++;
			continue;
		}
		assert_true(*p == '\n' || *p == '\0');
		return *p ? p + 1 : p;
	}
}

static void
written(const struct bwcsv_row *r, char cell[][CELL])
{
	struct buf out = BUF_INIT(1u << 20);
	struct err e = ERR_INIT;
	const char *end;
	size_t n;

	assert_int_equal(bwcsv_add(&out, r, &e), 0);
	end = read_record(buf_str(&out), cell, &n);
	assert_int_equal(n, COLUMNS);
	assert_ptr_equal(end, buf_str(&out) + out.len);
	assert_true(utf8_valid(out.data, out.len));
	assert_string_equal(cell[TYPE], "login");
	assert_string_equal(cell[FAVORITE], "");
	assert_string_equal(cell[REPROMPT], "0");
	buf_release(&out);
}

static void
bytes(void **state)
{
	static const struct bwcsv_field field[] = { { "phone", "138" },
		{ "shop", "店" } };
	static const struct bwcsv_row row = { "acme", "acme-eb-01", "a\nb",
		"https://ebay.com", "li", "p\"w,", "otpauth://x", field, 2 };
	static const struct bwcsv_row nothing;
	struct buf out = BUF_INIT(4096);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(bwcsv_header(&out, &e), 0);
	assert_int_equal(bwcsv_add(&out, &row, &e), 0);
	assert_int_equal(bwcsv_add(&out, &nothing, &e), 0);
	assert_string_equal(buf_str(&out),
	    "folder,favorite,type,name,notes,fields,reprompt,login_uri,"
	    "login_username,login_password,login_totp\n"
	    "\"acme\",,login,\"acme-eb-01\",\"a\nb\",\"phone: 138\nshop: 店\","
	    "0,\"https://ebay.com\",\"li\",\"p\"\"w,\",\"otpauth://x\"\n"
	    "\"\",,login,\"\",\"\",\"\",0,\"\",\"\",\"\",\"\"\n");
	buf_release(&out);
}

/* Passwords are what they are: no apostrophe against spreadsheets, no trim. */
static void
as_it_is(void **state)
{
	static const char *const password[] = { "=1+1", "+1", "-1", "@x",
		" p ", "p\r\nq", "\tp", "\"", "\"\"", ",", "p\001", "密码" };
	char cell[COLUMNS][CELL];
	struct bwcsv_row row = { .name = "n" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(password) / sizeof(*password); i++) {
		row.password = row.login = password[i];
		written(&row, cell);
		assert_string_equal(cell[PASSWORD], password[i]);
		assert_string_equal(cell[LOGIN], password[i]);
	}
	row.password = "p\xffq\xe5\xba";
	written(&row, cell);
	assert_string_equal(cell[PASSWORD],
	    "p\xef\xbf\xbdq\xef\xbf\xbd\xef\xbf\xbd");
}

/* What its importer would cut goes to the notes. */
static void
fields_that_do_not_fit(void **state)
{
	static char tall[202];
	static const struct bwcsv_field field[] = {
		{ "备注: 电话", "138" }, { "codes", "11-22\n33-44" },
		{ "hint", "a: b" }, { "none", "" }, { "blank", " \n" },
		{ "null", NULL }, { "time", "12:30" }, { "tall", tall },
		{ "cr", "a\rb" } };
	struct bwcsv_row row = { .field = field, .nfields = 9 };
	char cell[COLUMNS][CELL], want[CELL];

	(void)state;
	memset(tall, 't', sizeof(tall) - 1);
	written(&row, cell);
	assert_string_equal(cell[FIELDS], "备注: 电话: 138\ntime: 12:30");
	(void)snprintf(want, sizeof(want), "codes: 11-22\n33-44\nhint: a: b\n"
	    "tall: %s\ncr: a\rb", tall);
	assert_string_equal(cell[NOTES], want);
	tall[200] = '\0';
	row.notes = "first";
	written(&row, cell);
	assert_string_equal(cell[NOTES],
	    "first\ncodes: 11-22\n33-44\nhint: a: b\ncr: a\rb");
	(void)snprintf(want, sizeof(want), "备注: 电话: 138\ntime: 12:30\n"
	    "tall: %s", tall);
	assert_string_equal(cell[FIELDS], want);
}

/* The cell is a row of its own: one address comes back as one. */
static void
addresses(void **state)
{
	static const char *const uri[] = { "https://e.com/?a=1,2",
		"https://e.com/\"x\"", "https://e.com/x", ",", "\"", "" };
	char cell[COLUMNS][CELL], inner[COLUMNS][CELL];
	struct bwcsv_row row = { .name = "n" };
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(uri) / sizeof(*uri); i++) {
		row.uri = uri[i];
		written(&row, cell);
		(void)read_record(cell[URI], inner, &n);
		assert_int_equal(n, 1);
		assert_string_equal(inner[0], uri[i]);
	}
	row.uri = "https://e.com/x";	/* a browser takes it as it stands */
	written(&row, cell);
	assert_string_equal(cell[URI], row.uri);
}

/* Random texts: each cell comes back, each field in one column or the other. */
static void
random_texts(void **state)
{
	static const char *const piece[] = { "\"", ",", "\n", "\r", ": ", ":",
		" ", "a", "店", "=", "\xff", "\U0001f511", "\\", "'" };
	static char text[8][64];
	struct bwcsv_field field[3];
	struct bwcsv_row row;
	char cell[COLUMNS][CELL], *at;
	uint32_t seed = 5;
	size_t i, k, len;
	int round;

	(void)state;
	for (round = 0; round < 5000; round++) {
		for (i = 0; i < 8; i++) {
			len = 0;
			text[i][0] = '\0';
			for (k = 0; k < 12; k++) {
				seed = seed * 1664525u + 1013904223u;
				if (seed >> 31)
					continue;
				len += (size_t)snprintf(text[i] + len,
				    sizeof(text[i]) - len, "%s",
				    piece[(seed >> 8) % 13 + (k > 6)]);
			}
		}
		for (i = 0; i < 3; i++)
			field[i] = (struct bwcsv_field){ "f", text[i] };
		row = (struct bwcsv_row){ text[3], text[4], NULL, NULL,
			text[5], text[6], text[7], field, 3 };
		written(&row, cell);
		for (i = 0; i < 3; i++) {
			if (!utf8_valid(text[i], strlen(text[i])) ||
			    text[i][strspn(text[i], " \r\n")] == '\0')
				continue;
			at = strstr(cell[FIELDS], text[i]);
			if (!at || strpbrk(text[i], "\r\n"))
				at = strstr(cell[NOTES], text[i]);
			assert_non_null(at);
		}
		if (utf8_valid(text[6], strlen(text[6])))
			assert_string_equal(cell[PASSWORD], text[6]);
		if (utf8_valid(text[7], strlen(text[7])))
			assert_string_equal(cell[TOTP], text[7]);
	}
}

static int
on_creds(void *arg, const struct creds_row *c, struct err *e)
{
	const struct bwcsv_row *r = arg;

	(void)e;
	assert_string_equal(c->folder, r->folder);
	assert_string_equal(c->title, r->name);
	assert_string_equal(c->note, r->notes);
	assert_string_equal(c->url, r->uri);
	assert_string_equal(c->login, r->login);
	assert_string_equal(c->password, r->password);
	assert_string_equal(c->totp, r->totp);
	assert_string_equal(c->fields, "phone: 138\nshop: 店");
	return 0;
}

/* What `liudi account import` makes of it. */
static void
read_by_our_own(void **state)
{
	static const struct bwcsv_field field[] = { { "phone", "138" },
		{ "shop", "店" } };
	struct bwcsv_row row = { "acme, Co", "acme-eb-01",
		"a\n\"b\"", "https://ebay.com/x", "li", " p\"w,=\n密",
		"otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ", field, 2 };
	struct buf out = BUF_INIT(4096);
	struct creds_report report;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(crypto_setup(&e), 0);
	assert_int_equal(bwcsv_header(&out, &e), 0);
	assert_int_equal(bwcsv_add(&out, &row, &e), 0);
	assert_int_equal(bwcsv_add(&out, &row, &e), 0);
	assert_int_equal(creds_read(out.data, out.len, on_creds, &row,
	    &report, &e), 0);
	assert_int_equal(report.format, CREDS_BITWARDEN);
	assert_int_equal(report.rows, 2);
	assert_int_equal(report.damaged, 0);
	buf_release(&out);
}

static void
no_room(void **state)
{
	static const struct bwcsv_row row = { .name = "acme-eb-01",
		.uri = "a,b" };
	struct buf out = BUF_INIT(20);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(bwcsv_header(&out, &e), -1);
	assert_int_equal(e.code, ERR_NOMEM);
	assert_int_equal(bwcsv_add(&out, &row, &e), -1);
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes),
		cmocka_unit_test(as_it_is),
		cmocka_unit_test(fields_that_do_not_fit),
		cmocka_unit_test(addresses),
		cmocka_unit_test(random_texts),
		cmocka_unit_test(read_by_our_own),
		cmocka_unit_test(no_room)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
