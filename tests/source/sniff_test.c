/* tests/source/sniff_test.c */
#include "source/sniff.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"

#include "base/banned.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
is_n(const void *head, size_t n, const char *path, enum sniff_kind kind,
	const char *what)
{
	struct sniff k = sniff(head, n, path);

	if (k.kind != kind || strcmp(k.what, what) != 0)
		fail_msg("%s: %s '%s', not %s '%s'", path,
		    sniff_kind_name(k.kind), k.what, sniff_kind_name(kind),
		    what);
}

static void
is(const char *head, const char *path, enum sniff_kind kind,
	const char *what)
{
	is_n(head, strlen(head), path, kind, what);
}

/* Bytes that look like nothing, the same each time. */
static void
noise(uint8_t *p, size_t n)
{
	uint32_t x = 2463534242u;

	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		p[i] = (uint8_t)(x >> 11);
	}
}

static void
nothing(void **state)
{
	static uint8_t zeros[SNIFF_LEN];

	(void)state;
	is_n(NULL, 0, "a.txt", SNIFF_EMPTY, "");
	is("\xef\xbb\xbf", "a.txt", SNIFF_EMPTY, "");
	is(" \r\n\t\n", "a.txt", SNIFF_EMPTY, "");
	is_n("\xff\xfe", 2, "a.txt", SNIFF_EMPTY, "");
	is_n("\xff\xfe\r\0\n\0", 6, "a.txt", SNIFF_EMPTY, "");
	is_n("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22, "a.zip",
	    SNIFF_EMPTY, "");
	is_n(zeros, sizeof(zeros), "a.txt", SNIFF_NUL, "");
	is_n(zeros, 1, "MSG0.db", SNIFF_NUL, "");
	zeros[sizeof(zeros) - 1] = 'a';
	is_n(zeros, sizeof(zeros), "a.txt", SNIFF_UNKNOWN, "");
	zeros[sizeof(zeros) - 1] = 0;
}

static void
texts(void **state)
{
	(void)state;
	is("hello\n", "a.txt", SNIFF_TEXT, "");
	is("x", "a", SNIFF_TEXT, "");
	is("\xef\xbb\xbf消息记录（此消息记录为文本格式，不支持重新导入）\r\n",
	    "a.txt", SNIFF_TEXT, "QQ text");
	/* GB18030, UTF-16 of both ends */
	is("\xcf\xfb\xcf\xa2\xbc\xc7\xc2\xbc\xa3\xa8\xb4\xcb\xcf\xfb",
	    "a.txt", SNIFF_TEXT, "QQ text");
	is_n("\xff\xfe[\0L\0I\0N\0E\0]\0 \0A\0", 18, "a.txt", SNIFF_TEXT,
	    "LINE text");
	is_n("\0[\0L\0I\0N\0E\0]\0 \0A", 16, "a.txt", SNIFF_TEXT,
	    "LINE text");
	is("From: <Save by Tencent MsgMgr>\r\nSubject: Tencent IM Message\r\n"
	    "MIME-Version: 1.0\r\n", "a.mht", SNIFF_TEXT, "QQ web archive");
	is("[2024/3/1 08:59:07] A: Messages and calls are end-to-end "
	    "encrypted.\n", "x.txt", SNIFF_TEXT, "WhatsApp text");
	is("1/2/24, 08:59 - A: hi\n", "a/_chat.txt", SNIFF_TEXT,
	    "WhatsApp text");
	is("1/2/24, 08:59 - A: hi\n", "WhatsApp Chat with A/x", SNIFF_TEXT,
	    "");
	is("[09:00] <a> b\n", "a.log", SNIFF_TEXT, "");
	/* what a crash leaves behind it */
	is_n("hello\n\0\0\0\0", 10, "a.log", SNIFF_TEXT, "");
	is_n("hel\0lo\n", 7, "a.log", SNIFF_UNKNOWN, "");
	/* a text called as a store is one is a text */
	is("hello\n", "MSG0.db", SNIFF_TEXT, "");
	is("消息记录", "all.bak", SNIFF_TEXT, "");
}

static void
others(void **state)
{
	uint8_t png[64] = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";
	uint8_t bytes[4096];

	(void)state;
	is("{\"a\":1}", "a", SNIFF_JSON, "");
	is(" \n[ {\"x\"", "a.json", SNIFF_JSON, "");
	is("[]", "a", SNIFF_JSON, "");
	is("{a}", "a.json", SNIFF_TEXT, "");
	is("[", "a.json", SNIFF_TEXT, "");
	is("{\n \"metadata\": {\"name\": \"QQChatExporter V5\"}}", "a",
	    SNIFF_JSON, "QQ JSON");
	is("From: a@b\r\nTo: c@d\r\n\r\nhi", "a.eml", SNIFF_MAIL, "");
	is("From a@b Mon Jan  1 00:00:00 2024\nSubject: x\nDate: y\n\n", "in",
	    SNIFF_MAIL, "");
	is("From here on\nwe talk\n", "a.txt", SNIFF_TEXT, "");
	is("From: a\nhello\n", "a.txt", SNIFF_TEXT, "");
	is_n("PK\3\4\x14\0\0\0\0\0", 10, "a.zip", SNIFF_ARCHIVE, "");
	noise(bytes, sizeof(bytes));
	memcpy(bytes, "SQLite format 3\0", 16);
	is_n(bytes, sizeof(bytes), "main.db", SNIFF_SQLITE, "");
	is_n(png, sizeof(png), "a.db.png", SNIFF_UNKNOWN, "");
	noise(bytes, sizeof(bytes));
	is_n(bytes, sizeof(bytes), "a.dat", SNIFF_UNKNOWN, "");
	/* UTF-16 where a signature is cut, and half a character */
	is_n("\xff\xfe[\0L", 5, "a", SNIFF_TEXT, "");
}

static void
stores(void **state)
{
	static const struct {
		const char *path, *what;
	} db[] = {
		{"nt_qq/nt_db/nt_msg.db", "QQ NT database"},
		{"10001/Msg3.0.db", "QQ database"},
		{"WeChat Files/wxid_1/Msg/Multi/MSG0.db", "WeChat database"},
		{"MicroMsg.db", "WeChat database"},
		{"db_storage/message/message_0.db", "WeChat database"},
		{"aliwangwangData/MessageSDK/libaim/1@cntaobao/x.db",
		    "AliWangWang database"},
		{"AliWorkbenchData/IMServiceDir/conversation-0.db",
		    "QianNiu database"},
		{"Signal/sql/db.sqlite", "encrypted database"},
		{"x.SQLITE3", "encrypted database"},
		{"all.bak", "QQ backup"},
		{"msgstore.db.crypt14", "WhatsApp backup"},
	};
	uint8_t bytes[4096], zip[300];

	(void)state;
	noise(bytes, sizeof(bytes));
	for (size_t i = 0; i < COUNT(db); i++)
		is_n(bytes, sizeof(bytes), db[i].path, SNIFF_OPAQUE,
		    db[i].what);
	/* by content, whatever it is called */
	memcpy(bytes, "SQLite header 3\0", 16);
	is_n(bytes, sizeof(bytes), "a.txt", SNIFF_OPAQUE, "QQ database");
	memcpy(bytes + 32, "QQ_NT DB", 8);
	is_n(bytes, sizeof(bytes), "a", SNIFF_OPAQUE, "QQ NT database");

	memset(zip, 0, sizeof(zip));
	memcpy(zip, "PK\3\4\x14\0\1\0", 8);
	is_n(zip, sizeof(zip), "a.zip", SNIFF_OPAQUE, "zip with a password");
	zip[6] = 0;
	zip[26] = 19;
	is_n(zip, sizeof(zip), "a.zip", SNIFF_ARCHIVE, "");
	memcpy(zip + 30, "[Content_Types].xml", 19);
	is_n(zip, sizeof(zip), "a.xlsx", SNIFF_OPAQUE, "Office file");
	/* lengths that lie */
	zip[26] = zip[27] = 0xff;
	is_n(zip, sizeof(zip), "a.xlsx", SNIFF_OPAQUE, "Office file");
	is_n(zip, 30, "a.xlsx", SNIFF_ARCHIVE, "");
	memcpy(zip + 100, "SQLite header 3", 15);
	is_n(zip, sizeof(zip), "a.bak", SNIFF_OPAQUE, "QQ backup");
	memset(zip, 0, sizeof(zip));
	memcpy(zip, "messages.json", 13);
	memcpy(zip + 257, "ustar", 5);
	is_n(zip, sizeof(zip), "8_live_export.tar", SNIFF_ARCHIVE, "");
	is_n("\x1f\x8b\x08\0\0\0\0\0\0\3", 10, "a.tgz", SNIFF_ARCHIVE, "");
	is_n("Rar!\x1a\x07\1\0xx", 10, "a.zip", SNIFF_OPAQUE, "RAR archive");
	is_n("7z\xbc\xaf\x27\x1c\0\4", 8, "a", SNIFF_OPAQUE, "7z archive");
}

static void
by_name_alone(void **state)
{
	(void)state;
	assert_true(sniff_is_other("a/b.JPG"));
	assert_true(sniff_is_other("nt_msg.db-wal"));
	assert_true(sniff_is_other("x.crdownload"));
	assert_false(sniff_is_other("a.jpg/b.txt"));
	assert_false(sniff_is_other("jpg"));
	assert_false(sniff_is_other(""));
	assert_false(sniff_is_other("nt_msg.db"));
	for (int k = SNIFF_EMPTY; k <= SNIFF_UNKNOWN; k++)
		assert_int_equal(sniff_readable((enum sniff_kind)k),
		    k >= SNIFF_TEXT && k <= SNIFF_SQLITE);
	assert_string_equal(sniff_kind_name(SNIFF_NUL), "nul");
	assert_string_equal(sniff_kind_name(SNIFF_UNKNOWN), "unknown");
}

/* --- The samples: all can be read, but for three that are known. */

struct tally {
	const char *dir;
	size_t n, readable;
};

static int each(const char *name, void *arg, struct err *e);

static void
walk(const char *dir, struct tally *t)
{
	const char *outer = t->dir;
	struct err e = ERR_INIT;

	t->dir = dir;
	assert_int_equal(file_each(dir, each, t, &e), 0);
	t->dir = outer;
}

static int
each(const char *name, void *arg, struct err *e)
{
	struct tally *t = arg;
	char *path = path_join(t->dir, name);
	struct buf b = BUF_INIT((size_t)64 << 20);
	struct sniff k;

	assert_non_null(path);
	if (file_is_dir(path)) {
		walk(path, t);
	} else if (!str_ends(name, ".md") || str_starts(name, "cm_")) {
		assert_int_equal(file_load(path, &b, e), 0);
		k = sniff(b.data, b.len < SNIFF_LEN ? b.len : SNIFF_LEN, path);
		t->n++;
		t->readable += sniff_readable(k.kind);
		if (k.kind == SNIFF_OPAQUE)
			fail_msg("%s: %s", path, k.what);
		if (!sniff_readable(k.kind) &&
		    !str_starts(name, "2010-02-0") &&
		    !str_eq(name, "xchatscrollback.log"))
			fail_msg("%s: %s", path, sniff_kind_name(k.kind));
	}
	buf_release(&b);
	free(path);
	return 0;
}

static void
samples(void **state)
{
	const char *shared = getenv("LIUDI_SHARED");
	char *dir = path_join(shared != NULL ? shared :
	    LIUDI_SOURCE_DIR "/../shared", "samples/chat");
	struct tally t = {NULL, 0, 0};

	(void)state;
	assert_non_null(dir);
	if (!file_is_dir(dir)) {
		free(dir);
		skip();
	}
	walk(dir, &t);
	free(dir);
	assert_true(t.n > 90);
	assert_int_equal(t.n - t.readable, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(texts),
		cmocka_unit_test(others),
		cmocka_unit_test(stores),
		cmocka_unit_test(by_name_alone),
		cmocka_unit_test(samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
