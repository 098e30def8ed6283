/* tests/shop/mhtml_test.c - saved pages, from Chromium's form to hostile ones. */
#include "shop/mhtml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"

#include "base/banned.h"

/* A page with a style, a frame and a picture, as Chromium saves it. */
#define SAVED(b, css, frame, date) \
	"From: <Saved by Blink>\r\nSnapshot-Content-Location: http://a/\r\n" \
	"Subject: A\r\nDate: " date "\r\nMIME-Version: 1.0\r\n" \
	"Content-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n" \
	"\tboundary=\"" b "\"\r\n\r\n\r\n--" b "\r\n" \
	"Content-Type: text/html\r\nContent-ID: <frame-0@mhtml.blink>\r\n" \
	"Content-Transfer-Encoding: quoted-printable\r\n" \
	"Content-Location: http://a/\r\n\r\n" \
	"<link href=3D\"cid:" css "@mhtml.blink\"><iframe src=3D'cid:" frame \
	"@mhtml.blink'>=\r\n=E7=81=AF cid:other =zz\r\n--" b "\r\n" \
	"Content-Type: text/css; charset=utf-8\r\n" \
	"Content-Transfer-Encoding: binary\r\n" \
	"Content-Location: cid:" css "@mhtml.blink\r\n\r\na{}\r\n--" b "\r\n" \
	"Content-Type: text/html\r\nContent-ID: <" frame "@mhtml.blink>\r\n" \
	"Content-Transfer-Encoding: quoted-printable\r\n\r\n" \
	"back to cid:" frame "@mhtml.blink\r\n--" b "\r\n" \
	"content-type: IMAGE/png\r\ncontent-transfer-encoding: BASE64\r\n" \
	"content-location: http://a/p.png\r\n\r\niVBO\r\nRw==\r\n--" b "--\r\n"

static int
tell(void *arg, const struct mhtml_part *p, struct err *e)
{
	char hex[2 * HASH_LEN + 1];
	uint8_t own[HASH_LEN];

	hash_sha256(own, p->data, p->n);
	assert_memory_equal(own, p->sha256, HASH_LEN);
	str_hex(hex, p->sha256, 4);
	return buf_addf(arg, e, "%s%.9s|%s|%s|%.*s\n", p->root ? "*" : "",
	    p->url, p->type, hex, (int)p->n, (const char *)p->data);
}

static void
gives_the_parts(void **state)
{
	static const char one[] = SAVED("--X--", "css-1", "f-1", "Mon");
	static const char two[] = SAVED("YYYY", "css-22", "f-333", "Tue");
	struct buf a = BUF_INIT(1 << 20), b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	(void)state;
	assert_true(mhtml_is(one, sizeof(one) - 1));
	assert_int_equal(mhtml_read(one, sizeof(one) - 1, tell, &a, &e), 0);
	assert_int_equal(mhtml_read(two, sizeof(two) - 1, tell, &b, &e), 0);
	assert_string_equal(buf_str(&a), buf_str(&b));
	assert_non_null(strstr(buf_str(&a), "灯 cid:other =zz\n"));
	assert_non_null(strstr(buf_str(&a), "|text/css|"));
	assert_non_null(strstr(buf_str(&a), "|a{}\n"));
	assert_non_null(strstr(buf_str(&a), "back to cid:2\n"));
	assert_non_null(strstr(buf_str(&a), "http://a/|image/png|"));
	assert_non_null(strstr(buf_str(&a), "|\x89PNG\n"));
	assert_int_equal(*buf_str(&a), '*');
	buf_release(&a);
	buf_release(&b);
}

static int
nothing(void *arg, const struct mhtml_part *p, struct err *e)
{
	(void)p;
	(void)e;
	++*(int *)arg;
	return 0;
}

static void
refuses(const char *text, size_t n, const char *what)
{
	struct err e = ERR_INIT;
	int parts = 0;

	assert_int_equal(mhtml_read(text, n, nothing, &parts, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(parts, 0);
	if (!strstr(e.what, what))
		fail_msg("'%s' is not in '%s'", what, e.what);
}

static void
refuses_what_is_none(void **state)
{
	static const char one[] = SAVED("--X--", "css-1", "f-1", "Mon");
	static const char none[] =
	    "Content-Type: multipart/related; boundary=q\n\n--q--\n";
	struct buf deep = BUF_INIT(8 << 20);
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i + 8 < sizeof(one); i++)
		refuses(one, i, "");
	refuses("A: b\n\nx", 7, "boundary");
	refuses(none, sizeof(none) - 1, "no parts");
	assert_false(mhtml_is("A: b\n\n", 6));
	/* Each names the next. */
	assert_int_equal(buf_adds(&deep, "Content-Type: multipart/related; "
	    "boundary=q\n\n--q\n", &e), 0);
	for (int i = 0; i < 200; i++)
		assert_int_equal(buf_addf(&deep, &e, "Content-Type: text/html\n"
		    "Content-ID: <%d>\n\ncid:%d \n--q%s\n", i, i + 1,
		    i == 199 ? "--" : ""), 0);
	refuses((const char *)deep.data, deep.len, "too deep");
	buf_release(&deep);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_parts),
		cmocka_unit_test(refuses_what_is_none)
	};
	struct err e = ERR_INIT;

	if (crypto_setup(&e) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
