/*
 * vault/kdbx: what is written, read back by the reader of kdbx_open.h.  Other
 * programs: interop/kdbx.sh.
 */
#include "vault/kdbx.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kdbx_open.h"

#include "base/banned.h"

static const struct kdbx_cost CHEAP = { ARGON2_BYTES_MIN, 1 };
static const uint8_t UUID[KDBX_UUID_LEN] = { 1, 2, 3 };

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e);
}

/* --- what is written --- */

static struct kdbx *
fresh(void)
{
	struct err e = ERR_INIT;
	struct kdbx *k = kdbx_new("acme", 1700000000, &e);

	assert_non_null(k);
	return k;
}

static void
finish(struct kdbx *k, const char *pass, struct opened *o)
{
	struct buf out = BUF_INIT(KDBX_MAX);
	struct err e = ERR_INIT;

	assert_int_equal(kdbx_finish(k, pass, strlen(pass), &CHEAP, &out, &e),
	    0);
	kdbx_free(k);
	open_file(o, &out, pass);
	buf_release(&out);
}

static void
has(const struct opened *o, const char *want)
{
	if (!strstr(buf_str(&o->xml), want))
		fail_msg("no '%s' in\n%s", want, buf_str(&o->xml));
}

static int
count(const struct opened *o, const char *what)
{
	const char *p = buf_str(&o->xml);
	int n = 0;

	for (; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

/* Whatever the bytes are, XML stays XML, and a secret stays what it was. */
static void
any_text(void **state)
{
	static const struct kdbx_text text[] = {
		{ "Title", "<a>&\"'\n ]]> \xe5\xba\x97\xf0\x9f\x98\x80", 0 },
		{ "UserName", "x\xff\xc0\x80\xed\xa0\x80y\xe5\xba", 0 },
		{ "Notes", "1\r\n2\r3\001\x7f\xef\xbf\xbe\t", 0 },
		{ "Password", "p\xff <]]>\r\n\001\xe5\xba\x97", true },
		{ "otp", "", true },
		{ "<k&\001>", "", false },
	};
	static const struct kdbx_version now = { text, 6, 5, 6, "a&b;c" };
	struct err e = ERR_INIT;
	struct kdbx *k = fresh();
	struct opened o;

	(void)state;
	assert_int_equal(kdbx_entry(k, "<g>", UUID, &now, NULL, 0, &e), 0);
	finish(k, "\xe5\xba\x97 x", &o);
	has(&o, "<Key>Title</Key>\n<Value>&#60;a&#62;&#38;&#34;'\n ]]&#62; "
	    "\xe5\xba\x97\xf0\x9f\x98\x80</Value>");
	has(&o, "<Value>x\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
	    "\xef\xbf\xbd\xef\xbf\xbdy\xef\xbf\xbd\xef\xbf\xbd</Value>");
	has(&o, "<Value>1\n2\n3\xef\xbf\xbd\x7f\xef\xbf\xbd\t</Value>");
	has(&o, "<Key>&#60;k&#38;\xef\xbf\xbd&#62;</Key>\n<Value></Value>");
	has(&o, "<Name>&#60;g&#62;</Name>");
	has(&o, "<Tags>a&#38;b;c</Tags>");
	assert_string_equal(o.plain, "p\xef\xbf\xbd <]]>\r\n\001\xe5\xba\x97\n"
	    "\n");
	closed(&o);
}

/* Seconds since year 1 (python: struct.pack("<q", 62135596800 + utc)). */
static void
times_and_uuid(void **state)
{
	static const struct kdbx_version now = { NULL, 0, 0, 1700000000, NULL };
	struct err e = ERR_INIT;
	struct kdbx *k = fresh();
	struct opened o;

	(void)state;
	assert_int_equal(kdbx_entry(k, "", UUID, &now, NULL, 0, &e), 0);
	finish(k, "p", &o);
	has(&o, "<UUID>AQIDAAAAAAAAAAAAAAAAAA==</UUID>");
	has(&o, "<CreationTime>APeRdw4AAAA=</CreationTime>");
	has(&o, "<LastModificationTime>AOjl3A4AAAA=</LastModificationTime>");
	has(&o, "<HistoryMaxItems>-1</HistoryMaxItems>");
	closed(&o);
}

static void
groups_and_history(void **state)
{
	static const struct kdbx_text old[] = { { "Password", "one", true } };
	static const struct kdbx_text mid[] = { { "Password", "two", true } };
	static const struct kdbx_text new[] = { { "Password", "three", true } };
	static const struct kdbx_version was[] = {
		{ old, 1, 1, 1, "t" }, { mid, 1, 1, 2, NULL } };
	static const struct kdbx_version now = { new, 1, 1, 3, NULL };
	struct err e = ERR_INIT;
	struct kdbx *k = fresh();
	struct opened o, again;
	const char *uuid, *at;

	(void)state;
	assert_int_equal(kdbx_entry(k, "", UUID, &now, was, 2, &e), 0);
	assert_int_equal(kdbx_entry(k, "a", UUID, &now, was, 1, &e), 0);
	assert_int_equal(kdbx_entry(k, "a", UUID, &now, was, 0, &e), 0);
	assert_int_equal(kdbx_entry(k, "b/c", UUID, &now, was, 0, &e), 0);
	finish(k, "p", &o);
	assert_string_equal(o.plain, "three\none\ntwo\nthree\none\nthree\n"
	    "three\n");
	assert_int_equal(count(&o, "<Group>"), 3);
	assert_int_equal(count(&o, "</Group>"), 3);
	assert_int_equal(count(&o, "<Entry>"), 7);
	assert_int_equal(count(&o, "</Entry>"), 7);
	assert_int_equal(count(&o, "<Tags>t</Tags>"), 2);

	/* The same group has the same UUID in another file. */
	k = fresh();
	assert_int_equal(kdbx_entry(k, "b/c", UUID, &now, was, 0, &e), 0);
	finish(k, "q", &again);
	uuid = strstr(strstr(strstr(buf_str(&again.xml), "<Group>") + 1,
	    "<Group>"), "<UUID>");
	at = strstr(buf_str(&o.xml), "<Name>b/c</Name>");
	assert_non_null(at);
	assert_memory_equal(at - 38, uuid, 37);
	closed(&o);
	closed(&again);
}

static void
refused(void **state)
{
	static const struct kdbx_text twice[] = {
		{ "Title", "a", false }, { "Title", "b", true } };
	static const struct kdbx_text nameless[] = { { "", "a", false } };
	static const struct kdbx_version ok = { NULL, 0, 0, 0, NULL };
	const struct kdbx_version wrong[] = {
		{ twice, 2, 0, 0, NULL }, { nameless, 1, 0, 0, NULL } };
	struct buf out = BUF_INIT(KDBX_MAX);
	struct err e = ERR_INIT;
	struct kdbx *k = fresh();
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(kdbx_entry(k, "", UUID, &wrong[i], NULL, 0,
		    &e), -1);
		assert_int_equal(e.code, ERR_USAGE);
	}
	kdbx_free(k);
	k = fresh();
	assert_int_equal(kdbx_entry(k, "", UUID, &ok, wrong, 1, &e), -1);
	kdbx_free(k);
	k = fresh();
	assert_int_equal(kdbx_entry(k, "b", UUID, &ok, NULL, 0, &e), 0);
	assert_int_equal(kdbx_entry(k, "a", UUID, &ok, NULL, 0, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	kdbx_free(k);
	k = fresh();
	assert_int_equal(kdbx_finish(k, "p", 1, &(struct kdbx_cost){ 0, 1 },
	    &out, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(out.len, 0);
	kdbx_free(k);
	k = fresh();
	out.max = 1000;
	assert_int_equal(kdbx_finish(k, "p", 1, &CHEAP, &out, &e), -1);
	assert_int_equal(e.code, ERR_NOMEM);
	kdbx_free(k);
	kdbx_free(NULL);
	buf_release(&out);
}

/* Blocks of a MiB: some, whole ones, and the last. */
static void
blocks(void **state)
{
	static char note[3u << 20];
	static const struct kdbx_text text[] = { { "Notes", note, false },
	    { "Password", note + (1 << 20), true } };
	static const struct kdbx_version now = { text, 2, 0, 0, NULL };
	struct err e = ERR_INIT;
	struct kdbx *k = fresh();
	struct opened o;

	(void)state;
	memset(note, 'n', sizeof(note) - 1);
	assert_int_equal(kdbx_entry(k, "", UUID, &now, NULL, 0, &e), 0);
	finish(k, "p", &o);
	assert_int_equal(o.blocks, 6);
	assert_int_equal(strlen(o.plain), (2u << 20));
	closed(&o);
}

/* Where the XML ends with a block, the empty one still follows. */
static void
block_edges(void **state)
{
	enum { MIB = 1 << 20, INNER = 83 };
	struct kdbx_text text[] = { { "Notes", NULL, false } };
	const struct kdbx_version now = { text, 1, 0, 0, NULL };
	struct err e = ERR_INIT;
	struct opened o;
	struct kdbx *k;
	char *note = calloc(1, MIB + 1);
	size_t frame, i;

	(void)state;
	assert_non_null(note);
	text[0].value = "";
	k = fresh();
	assert_int_equal(kdbx_entry(k, "", UUID, &now, NULL, 0, &e), 0);
	finish(k, "p", &o);
	frame = o.xml.len + INNER;
	closed(&o);
	text[0].value = note;
	for (i = 0; i < 3; i++) {
		memset(note, 'n', MIB - frame - 1 + i);
		k = fresh();
		assert_int_equal(kdbx_entry(k, "", UUID, &now, NULL, 0, &e),
		    0);
		finish(k, "p", &o);
		assert_int_equal(o.xml.len, MIB - INNER - 1 + i);
		assert_int_equal(o.blocks, i == 2 ? 2 : 1);
		closed(&o);
	}
	free(note);
}

/* Two files of the same have nothing in common, and no secret in the clear. */
static void
fresh_keys(void **state)
{
	static const struct kdbx_text text[] = {
		{ "Password", "a-secret-that-is-long-enough", true } };
	static const struct kdbx_version now = { text, 1, 0, 0, NULL };
	struct buf out[2] = { BUF_INIT(KDBX_MAX), BUF_INIT(KDBX_MAX) };
	struct err e = ERR_INIT;
	struct kdbx *k;
	size_t i, same = 0;

	(void)state;
	for (i = 0; i < 2; i++) {
		k = fresh();
		assert_int_equal(kdbx_entry(k, "", UUID, &now, NULL, 0, &e),
		    0);
		assert_int_equal(kdbx_finish(k, "p", 1, &CHEAP, &out[i], &e),
		    0);
		kdbx_free(k);
		assert_null(memmem(out[i].data, out[i].len, "secret", 6));
		assert_null(memmem(out[i].data, out[i].len, "KeePassFile", 11));
	}
	assert_int_equal(out[0].len, out[1].len);
	for (i = 0; i < out[0].len; i++)
		same += out[0].data[i] == out[1].data[i];
	assert_true(same < out[0].len / 4);
	for (i = 0; i < 2; i++)
		buf_release(&out[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_text),
		cmocka_unit_test(times_and_uuid),
		cmocka_unit_test(groups_and_history),
		cmocka_unit_test(refused),
		cmocka_unit_test(blocks),
		cmocka_unit_test(block_edges),
		cmocka_unit_test(fresh_keys)
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
