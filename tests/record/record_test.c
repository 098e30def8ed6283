/* tests/record/record_test.c - lines as docs/FORMAT.md writes them. */
#include "record/record.h"

#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/str.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define X8(s) s s s s s s s s
#define HEX11 X8("11") X8("11") X8("11") X8("11")
#define HEX22 X8("22") X8("22") X8("22") X8("22")
#define HEXAB X8("ab") X8("ab") X8("ab") X8("ab")

static uint8_t ids[3 * 32];	/* 11.. 22.. ab.. */

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	memset(ids, 0x11, 32);
	memset(ids + 32, 0x22, 32);
	memset(ids + 64, 0xab, 32);
	return crypto_setup(&e);
}

static struct record_file
sample(enum record_op op)
{
	struct record_file f = {
		.op = op, .source = "wechat", .path = "a/b.txt", .path_len = 7,
		.size = 12, .mtime_sec = -5, .mtime_nsec = 999999999,
		.mode = 0644, .content = RECORD_CHUNKS, .chunks = ids,
		.nchunks = 2,
	};

	memset(f.sum, 0xab, 32);
	return f;
}

static void
expect_line(const struct record_file *f, const char *want)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	assert_int_equal(record_file_line(f, &b, &e), 0);
	assert_string_equal(buf_str(&b), want);
	/* Lines are appended. */
	assert_int_equal(record_file_line(f, &b, &e), 0);
	assert_int_equal(b.len, 2 * strlen(want));
	buf_release(&b);
}

static void
names_of_ops(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < RECORD_NOPS; i++)
		assert_int_equal(i, record_op_parse(record_op_name(
		    (enum record_op)i), strlen(record_op_name(
		    (enum record_op)i))));
	assert_int_equal(record_op_parse("add", 3), -1);
	assert_int_equal(record_op_parse("addedx", 6), -1);
	assert_int_equal(record_op_parse("", 0), -1);
}

static void
lines_by_op(void **state)
{
	struct record_file f = sample(RECORD_ADDED);

	(void)state;
	expect_line(&f, "{\"op\":\"added\",\"source\":\"wechat\","
	    "\"path\":\"a/b.txt\",\"size\":12,\"mtime\":[-5,999999999],"
	    "\"mode\":420,\"sum\":\"" HEXAB "\",\"chunks\":[\"" HEX11
	    "\",\"" HEX22 "\"]}\n");
	f.nchunks = 0;
	f.chunks = NULL;
	f.torn = true;
	expect_line(&f, "{\"op\":\"added\",\"source\":\"wechat\","
	    "\"path\":\"a/b.txt\",\"size\":12,\"mtime\":[-5,999999999],"
	    "\"mode\":420,\"sum\":\"" HEXAB "\",\"chunks\":[],"
	    "\"torn\":true}\n");
	f = sample(RECORD_TOUCHED);
	f.size = INT64_MAX;
	f.mtime_sec = INT64_MIN;
	f.mtime_nsec = 0;
	expect_line(&f, "{\"op\":\"touched\",\"source\":\"wechat\","
	    "\"path\":\"a/b.txt\",\"size\":9223372036854775807,"
	    "\"mtime\":[-9223372036854775808,0],\"mode\":420}\n");
	f = sample(RECORD_MOVED);
	f.from = "old \"x\"";
	f.from_len = 7;
	expect_line(&f, "{\"op\":\"moved\",\"source\":\"wechat\","
	    "\"path\":\"a/b.txt\",\"from\":\"old \\\"x\\\"\",\"size\":12,"
	    "\"mtime\":[-5,999999999],\"mode\":420}\n");
	f = sample(RECORD_REMOVED);
	expect_line(&f, "{\"op\":\"removed\",\"source\":\"wechat\","
	    "\"path\":\"a/b.txt\"}\n");
}

static void
edits_and_elsewhere(void **state)
{
	struct record_edit edits[2] = {
		{0, 1, 1, ids}, {7, 0, 2, ids + 32},
	};
	struct record_file f = sample(RECORD_REWRITTEN);

	(void)state;
	f.content = RECORD_EDITS;
	f.edits = edits;
	f.nedits = 2;
	expect_line(&f, "{\"op\":\"rewritten\",\"source\":\"wechat\","
	    "\"path\":\"a/b.txt\",\"size\":12,\"mtime\":[-5,999999999],"
	    "\"mode\":420,\"sum\":\"" HEXAB "\",\"edits\":[[0,1,[\"" HEX11
	    "\"]],[7,0,[\"" HEX22 "\",\"" HEXAB "\"]]]}\n");
	f = sample(RECORD_ADDED);
	f.content = RECORD_ELSEWHERE;
	f.elsewhere = (struct record_point){.have = true,
		.ref = "ws/a/main/2025.0", .seq = 9};
	memset(f.elsewhere.manifest, 0x22, 32);
	expect_line(&f, "{\"op\":\"added\",\"source\":\"wechat\","
	    "\"path\":\"a/b.txt\",\"size\":12,\"mtime\":[-5,999999999],"
	    "\"mode\":420,\"sum\":\"" HEXAB "\",\"elsewhere\":{\"ref\":"
	    "\"ws/a/main/2025.0\",\"seq\":9,\"manifest\":\"" HEX22
	    "\"}}\n");
}

static void
hard_paths(void **state)
{
	struct record_file f = sample(RECORD_REMOVED);
	char big[4096];

	(void)state;
	f.path = "\xe5\x90\x88\xe5\x90\x8c\\\"";
	f.path_len = 8;
	expect_line(&f, "{\"op\":\"removed\",\"source\":\"wechat\","
	    "\"path\":\"\xe5\x90\x88\xe5\x90\x8c\\\\\\\"\"}\n");
	f.path = "\xff\xfe";
	f.path_len = 2;
	expect_line(&f, "{\"op\":\"removed\",\"source\":\"wechat\","
	    "\"path_b64\":\"//4=\"}\n");
	f.path = "a\nb";
	f.path_len = 3;
	expect_line(&f, "{\"op\":\"removed\",\"source\":\"wechat\","
	    "\"path_b64\":\"YQpi\"}\n");
	/* The longest names of the worst bytes have room. */
	memset(big, '"', sizeof(big));
	f = sample(RECORD_MOVED);
	f.path = f.from = big;
	f.path_len = f.from_len = 4095;
	{
		struct buf b = BUF_INIT(1 << 20);
		struct err e = ERR_INIT;

		assert_int_equal(record_file_line(&f, &b, &e), 0);
		memset(big, 0xff, sizeof(big));
		assert_int_equal(record_file_line(&f, &b, &e), 0);
		buf_release(&b);
	}
}

static void
refuses_lines_without_content(void **state)
{
	struct record_file f = sample(RECORD_ADDED);
	struct buf b = BUF_INIT(100), none = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	uint8_t h[32];

	(void)state;
	assert_int_equal(record_file_line(&f, &b, &e), -1);
	assert_int_equal(e.code, ERR_NOMEM);
	assert_int_equal(b.len, 0);
	f.content = RECORD_NOTHING;
	assert_int_equal(record_file_line(&f, &none, &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	f.content = RECORD_EDITS;
	assert_int_equal(record_state_hash(h, &f, &none, &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	assert_int_equal(none.len, 0);
	buf_release(&b);
	buf_release(&none);
}

static void
bundle_lines(void **state)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(record_bundle_line("runs/x.age", ids, UINT64_MAX,
	    ids + 64, 1, &b, &e), 0);
	assert_string_equal(buf_str(&b), "{\"path\":\"runs/x.age\","
	    "\"sha256\":\"" HEX11 "\",\"bytes\":18446744073709551615,"
	    "\"chunks\":[\"" HEXAB "\"]}\n");
	buf_release(&b);
}

static void
source_lines(void **state)
{
	struct record_source s = {"wx", "chat", "ok", "", 1, 2, 3, 4, 5, 6, 7};
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(record_source_line(&s, &b, &e), 0);
	assert_string_equal(buf_str(&b), "{\"source\":\"wx\",\"kind\":\"chat\","
	    "\"state\":\"ok\",\"files\":1,\"bytes\":2,\"symlinks\":3,"
	    "\"empty_dirs\":4,\"special\":5,\"unreadable\":6,\"skipped\":7}\n");
	buf_clear(&b);
	memcpy(s.state, "partial", 8);
	memcpy(s.reason, "no \"x\"", 7);
	assert_int_equal(record_source_line(&s, &b, &e), 0);
	assert_non_null(strstr(buf_str(&b), "\"state\":\"partial\","
	    "\"reason\":\"no \\\"x\\\"\",\"files\":1"));
	buf_release(&b);
}

static void
head_lines(void **state)
{
	struct record_head h = {.org = "\xe7\x95\x99", .station = "pc-1",
		.stream = "main", .epoch = 2026, .seq = 3, .part = 1,
		.policy_version = 2, .control_seen = 5, .started = 6,
		.finished = 7, .utc_offset = -3600, .clock_synced = -1,
		.agent = "liudi 0.1.0", .nrecipients = 2, .files = 1};
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	(void)state;
	memset(h.run, 0xab, 16);
	memcpy(h.recipient[0], "age1x", 6);
	memcpy(h.recipient[1], "age1y", 6);
	h.ops[RECORD_REMOVED] = 4;
	assert_int_equal(record_head_line(&h, &b, &e), 0);
	assert_string_equal(buf_str(&b), "{\"v\":1,\"org\":\"\xe7\x95\x99\","
	    "\"station\":\"pc-1\",\"stream\":\"main\",\"epoch\":2026,\"seq\":3,"
	    "\"run\":\"" X8("ab") X8("ab") "\",\"part\":1,\"final\":false,"
	    "\"base\":\"delta\",\"prev\":null,\"continues\":null,"
	    "\"prev_epoch_head\":null,\"recipients\":[\"age1x\",\"age1y\"],"
	    "\"recipients_sha256\":\"" X8("00") X8("00") X8("00") X8("00")
	    "\",\"policy_version\":2,\"policy_commit\":null,"
	    "\"control_seen\":5,\"receipt_seen\":null,\"notice\":null,"
	    "\"started\":6,\"finished\":7,\"tz\":null,\"utc_offset\":-3600,"
	    "\"clock_synced\":null,\"boot_id\":null,\"spooled\":0,"
	    "\"agent\":\"liudi 0.1.0\",\"state\":null,\"counts\":{\"files\":1,"
	    "\"bytes\":0,\"added\":0,\"appended\":0,\"rewritten\":0,"
	    "\"truncated\":0,\"removed\":4,\"moved\":0,\"touched\":0,"
	    "\"chunks\":0,\"stored\":0}}\n");
	buf_clear(&b);
	assert_int_equal(record_bundle_json(&h, &b, &e), 0);
	assert_string_equal(buf_str(&b), "{\"v\":1,\"station\":\"pc-1\","
	    "\"stream\":\"main\",\"epoch\":2026,\"seq\":3,\"run\":\"" X8("ab")
	    X8("ab") "\",\"part\":1}\n");
	buf_clear(&b);
	h.final = h.full = h.has_prev = h.has_state = h.has_receipt = true;
	h.has_notice = true;
	h.clock_synced = 1;
	memcpy(h.tz, "Asia/Shanghai", 14);
	memcpy(h.receipt_ref, "ws/r", 5);
	memcpy(h.receipt_head, "00ff", 5);
	h.continues = (struct record_point){.have = true, .ref = "ws/q",
		.seq = 8};
	assert_int_equal(record_head_line(&h, &b, &e), 0);
	assert_non_null(strstr(buf_str(&b), "\"continues\":{\"ref\":\"ws/q\","
	    "\"seq\":8,\"manifest\":\"0000"));
	assert_non_null(strstr(buf_str(&b), "\"receipt_seen\":{\"utc\":0,"
	    "\"ref\":\"ws/r\",\"head\":\"00ff\"},\"notice\":{\"version\":0,"
	    "\"sha256\":\"0000"));
	assert_non_null(strstr(buf_str(&b), "\"tz\":\"Asia/Shanghai\""));
	assert_non_null(strstr(buf_str(&b), "\"clock_synced\":true"));
	buf_release(&b);
}

static void
state_hash_is_of_the_canonical_line(void **state)
{
	static const char line[] = "{\"source\":\"wechat\","
	    "\"path\":\"a/b.txt\",\"size\":12,\"mtime\":[-5,999999999],\"mode\":420,\"sum\":\"" HEXAB
	    "\",\"chunks\":[\"" HEX11 "\",\"" HEX22 "\"]}";
	struct record_file f = sample(RECORD_MOVED);
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	uint8_t got[32], want[32];

	(void)state;
	f.torn = true;
	assert_int_equal(record_state_hash(got, &f, &b, &e), 0);
	hash_blake2b(want, line, sizeof(line) - 1);
	assert_memory_equal(got, want, 32);
	buf_release(&b);
}

static void
sums(void **state)
{
	/* printf '' | b2sum -l 256 */
	static const char empty[] = "0e5751c026e543b2e8ab2eb06099daa1"
	    "d1e5df47778f7787faab45cdf12fe3a8";
	uint8_t sum[32], want[32];
	char hex[65];

	(void)state;
	record_sum(sum, NULL, 0);
	str_hex(hex, sum, 32);
	assert_string_equal(hex, empty);
	record_sum(sum, ids, 3);
	hash_blake2b(want, ids, 96);
	assert_memory_equal(sum, want, 32);
}

static void
order(void **state)
{
	(void)state;
	assert_true(record_cmp("a", "z", 1, "ab", "a", 1) < 0);
	assert_true(record_cmp("a", "z", 1, "a-", "a", 1) < 0);
	assert_true(record_cmp("b", "a", 1, "ab", "a", 1) > 0);
	assert_true(record_cmp("a", "a/b", 3, "a", "a", 1) > 0);
	assert_true(record_cmp("a", "\xff", 1, "a", "z", 1) > 0);
	assert_int_equal(record_cmp("a", "q", 1, "a", "q", 1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_ops),
		cmocka_unit_test(lines_by_op),
		cmocka_unit_test(edits_and_elsewhere),
		cmocka_unit_test(hard_paths),
		cmocka_unit_test(refuses_lines_without_content),
		cmocka_unit_test(bundle_lines),
		cmocka_unit_test(source_lines),
		cmocka_unit_test(head_lines),
		cmocka_unit_test(state_hash_is_of_the_canonical_line),
		cmocka_unit_test(sums),
		cmocka_unit_test(order),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
