/* tests/unbundle/manifest_test.c - what was written is read, no more. */
#include "unbundle/manifest.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bundle/tarz.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define X8(s) s s s s s s s s
#define HEX11 X8("11") X8("11") X8("11") X8("11")
#define HEX22 X8("22") X8("22") X8("22") X8("22")

static struct tarz *tarz;
static uint8_t ids[8 * 32];

static int
setup(void **state)
{
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	if (crypto_setup(&e) < 0)
		return -1;
	for (i = 0; i < sizeof(ids); i++)
		ids[i] = (uint8_t)(i / 32 + 1);
	tarz = tarz_new(3, &e);
	return tarz ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	tarz_free(tarz);
	return 0;
}

static void
pad(struct buf *b, uint32_t n)
{
	uint8_t head[8] = {0x50, 0x2a, 0x4d, 0x18};
	struct err e = ERR_INIT;

	memcpy(head + 4, &n, 4);
	assert_int_equal(buf_add(b, head, 8, &e), 0);
	for (; n > 0; n--)
		assert_int_equal(buf_addc(b, '\0', &e), 0);
}

static struct record_head
sample_head(void)
{
	struct record_head h = {.org = "\xe7\x95\x99\xe5\xba\x95", .station =
		"pc-1", .stream = "main", .epoch = 2026, .seq = 3, .part = 1,
		.final = true, .has_state = true, .has_prev = true,
		.policy_version = 2, .control_seen = 5, .started = 6,
		.finished = 7, .utc_offset = -3600, .clock_synced = -1,
		.agent = "liudi 0.1.0", .nrecipients = 2, .files = 1};

	memset(h.run, 0xab, 16);
	memset(h.state, 0xcd, 32);
	memset(h.prev, 0xef, 32);
	memcpy(h.recipient[0], "age1x", 6);
	memcpy(h.recipient[1], "age1y", 6);
	hash_sha256(h.recipients_sha256, "age1x\nage1y\n", 12);
	return h;
}

/* --- Handlers that write again what they are told. */

static int
again_head(void *arg, const struct record_head *h, struct err *e)
{
	return record_head_line(h, arg, e);
}

static int
again_bundle(void *arg, const struct manifest_bundle *b, struct err *e)
{
	return record_bundle_line(b->path, b->sha256, b->bytes, b->ids, b->n,
	    arg, e);
}

static int
again_source(void *arg, const struct record_source *s, struct err *e)
{
	return record_source_line(s, arg, e);
}

static int
again_file(void *arg, const struct record_file *f, struct err *e)
{
	return record_file_line(f, arg, e);
}

static struct manifest_handler
again(struct buf *out)
{
	return (struct manifest_handler){again_head, again_bundle,
		again_source, again_file, out};
}

static int
read_text(const char *text, size_t n, struct buf *out, struct err *e)
{
	struct buf z = BUF_INIT(1 << 26);
	struct manifest_handler h = again(out);
	int rc;

	assert_int_equal(tarz_lines(text, n, &z, e), 0);
	pad(&z, 17);
	rc = manifest_read(z.data, z.len, &h, e);
	buf_release(&z);
	return rc;
}

static void
expect_same(const struct buf *text)
{
	struct buf out = BUF_INIT(1 << 26);
	struct err e = ERR_INIT;
	int rc = read_text(buf_str(text), text->len, &out, &e);

	assert_string_equal(e.what, "");
	assert_int_equal(rc, 0);
	assert_int_equal(out.len, text->len);
	assert_memory_equal(out.data, text->data, out.len);
	buf_release(&out);
}

static struct record_file
sample_file(enum record_op op, const char *path)
{
	struct record_file f = {.op = op, .source = "wx", .path = path,
		.path_len = strlen(path), .size = 12, .mtime_sec = -5,
		.mtime_nsec = 999999999, .mode = 07777,
		.content = RECORD_CHUNKS, .chunks = ids, .nchunks = 3};

	if (op == RECORD_MOVED) {
		f.from = "old\xff";
		f.from_len = 4;
	}
	return f;
}

static void
reads_what_was_written(void **state)
{
	static const struct record_edit edits[] = {{0, 1, 2, ids},
		{5, 0, 0, NULL}, {9, 2, 1, ids + 64}};
	struct record_head h = sample_head();
	struct record_source s = {"a", "chat", "ok", "", 1, 2, 3, 4, 5, 6, 7};
	struct record_source s1 = {"b", "chat", "ok", "empty exports: 1", 1,
		2, 3, 4, 5, 6, 7};
	struct record_source s2 = {"wx", "shop", "partial", "no \"x\"", 0, 0,
		0, 0, 0, 0, 0};
	struct record_file f;
	struct buf b = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	int op;

	(void)state;
	assert_int_equal(record_head_line(&h, &b, &e), 0);
	expect_same(&b);
	assert_int_equal(record_bundle_line("runs/x.bundle-00.age", ids, 77,
	    ids, 8, &b, &e), 0);
	assert_int_equal(record_bundle_line("runs/x.bundle-01.age", ids, 0,
	    NULL, 0, &b, &e), 0);
	expect_same(&b);
	assert_int_equal(record_source_line(&s, &b, &e), 0);
	assert_int_equal(record_source_line(&s1, &b, &e), 0);
	assert_int_equal(record_source_line(&s2, &b, &e), 0);
	for (op = 0; op < RECORD_NOPS; op++) {
		f = sample_file((enum record_op)op, "a/b\xe5\x90\x88\\\"");
		assert_int_equal(record_file_line(&f, &b, &e), 0);
		f.torn = op != RECORD_REMOVED;
		f.path = "bad\n\xff";
		f.path_len = 5;
		assert_int_equal(record_file_line(&f, &b, &e), 0);
	}
	f = sample_file(RECORD_REWRITTEN, "edited");
	f.content = RECORD_EDITS;
	f.edits = edits;
	f.nedits = 3;
	assert_int_equal(record_file_line(&f, &b, &e), 0);
	f = sample_file(RECORD_ADDED, "lost");
	f.content = RECORD_ELSEWHERE;
	f.elsewhere = (struct record_point){.have = true, .ref = "ws/q/m/1.0",
		.seq = 4};
	assert_int_equal(record_file_line(&f, &b, &e), 0);
	f.content = RECORD_CHUNKS;
	f.nchunks = 0;
	assert_int_equal(record_file_line(&f, &b, &e), 0);
	expect_same(&b);
	buf_release(&b);
}

static void
reads_the_rest_of_the_head(void **state)
{
	struct record_head h = sample_head();
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	(void)state;
	h.seq = 0;
	h.has_prev = false;
	h.full = true;
	h.final = h.has_state = false;
	h.has_receipt = h.has_notice = true;
	h.receipt_utc = 99;
	memcpy(h.receipt_ref, "ws/x", 5);
	memcpy(h.receipt_head, X8("0a0b") "0a0b0a0b", 41);
	memcpy(h.policy_commit, X8("1a0b") "0a0b0a0b", 41);
	memcpy(h.boot_id, X8("ffee"), 33);
	memcpy(h.tz, "Asia/Shanghai", 14);
	h.clock_synced = 0;
	h.continues = (struct record_point){.have = true, .ref = "ws/q",
		.seq = 8};
	h.prev_epoch_head = (struct record_point){.have = true, .ref = "ws/p"};
	h.ops[RECORD_TOUCHED] = 7;
	assert_int_equal(record_head_line(&h, &b, &e), 0);
	expect_same(&b);
	buf_release(&b);
}

/* Many lines, so that pieces and lines do not end together. */
static void
reads_long_manifests(void **state)
{
	struct record_head h = sample_head();
	struct buf b = BUF_INIT(1 << 26);
	struct record_file f;
	struct err e = ERR_INIT;
	char path[32];
	int i;

	(void)state;
	assert_int_equal(record_head_line(&h, &b, &e), 0);
	for (i = 0; i < 20000; i++) {
		(void)snprintf(path, sizeof(path), "f/%d", i);
		f = sample_file(RECORD_ADDED, path);
		f.nchunks = (size_t)i % 9 > 8 ? 8 : (size_t)i % 9;
		assert_int_equal(record_file_line(&f, &b, &e), 0);
	}
	expect_same(&b);
	buf_release(&b);
}

/* --- Hostile text: lines behind a good head. */

#define META "\"size\":1,\"mtime\":[1,2],\"mode\":420"
#define SUM ",\"sum\":\"" HEX11 "\""
#define FILE_(op, path) "{\"op\":\"" op "\",\"source\":\"s\"," path
#define GOOD FILE_("added", "\"path\":\"a\",") META SUM ",\"chunks\":[]}\n"
#define SOURCE(name) "{\"source\":\"" name "\",\"kind\":\"chat\"," \
	"\"state\":\"ok\",\"files\":1,\"bytes\":1,\"symlinks\":1," \
	"\"empty_dirs\":1,\"special\":1,\"unreadable\":1,\"skipped\":1}\n"
#define BUNDLE(path) "{\"path\":\"" path "\",\"sha256\":\"" HEX11 "\"," \
	"\"bytes\":1,\"chunks\":[]}\n"
#define PATH_LINE(p) FILE_("removed", "\"path\":\"" p "\"}\n")
#define B64_LINE(p) FILE_("removed", "\"path_b64\":\"" p "\"}\n")

static void
refuses_hostile_lines(void **state)
{
	static const struct {
		const char *text;
		const char *why;	/* NULL: fine */
	} cases[] = {
		{GOOD, NULL},
		{SOURCE("a") SOURCE("b") GOOD, NULL},
		{BUNDLE("a") BUNDLE("b") SOURCE("a") GOOD, NULL},
		{B64_LINE("/w=="), NULL},
		{"{\"path\":\"a\",\"op\":\"removed\",\"source\":\"s\"}\n",
			"unknown key 'op'"},
		/* Any order behind the first key. */
		{"{\"op\":\"removed\",\"path\":\"a\", \"source\":\"s\"}\n",
			NULL},
		{SOURCE("b") SOURCE("a"), "out of order"},
		{SOURCE("a") SOURCE("a"), "out of order"},
		{BUNDLE("b") BUNDLE("a"), "out of order"},
		{GOOD SOURCE("a"), "out of place"},
		{SOURCE("a") BUNDLE("a"), "out of place"},
		{"{\"v\":1}\n", "out of place"},
		{"\n", "manifest line 2"},
		{"[]\n", "not an object"},
		{"{}\n", "not an object"},
		{"7\n", "not an object"},
		{"{\"x\":1}\n", "no known kind"},
		{GOOD "{", "cut"},
		{FILE_("added", "\"path\":\"a\",\"path\":\"b\",") META SUM
			",\"chunks\":[]}\n", "manifest line 2"},
		{FILE_("added", "\"path\":\"a\",") "\"size\":1.5,"
			"\"mtime\":[1,2],\"mode\":420" SUM ",\"chunks\":[]}\n",
			"manifest line 2"},
		{FILE_("added", "\"path\":\"a\",") "\"size\":-1,"
			"\"mtime\":[1,2],\"mode\":420" SUM ",\"chunks\":[]}\n",
			"'size'"},
		{FILE_("added", "\"path\":\"a\",") "\"size\":1,"
			"\"mtime\":[1,1000000000],\"mode\":420" SUM
			",\"chunks\":[]}\n", "a number"},
		{FILE_("added", "\"path\":\"a\",") "\"size\":1,"
			"\"mtime\":[1],\"mode\":420" SUM ",\"chunks\":[]}\n",
			"'mtime'"},
		{FILE_("added", "\"path\":\"a\",") "\"size\":1,"
			"\"mtime\":[1,2],\"mode\":4096" SUM ",\"chunks\":[]}\n",
			"'mode'"},
		{FILE_("added", "\"path\":\"a\",") META ",\"sum\":\"ABCD\","
			"\"chunks\":[]}\n", "'sum'"},
		{FILE_("added", "\"path\":\"a\",") META SUM
			",\"chunks\":[\"1234\"]}\n", "an id"},
		{FILE_("added", "\"path\":\"a\",") META SUM
			",\"chunks\":{}}\n", "'chunks'"},
		{FILE_("added", "\"path\":\"a\",") META SUM
			",\"chunks\":[],\"torn\":false}\n", "'torn'"},
		{FILE_("added", "\"path\":\"a\",") META SUM
			",\"edits\":[]}\n", "missing or too many"},
		{FILE_("added", "\"path\":\"a\",") META SUM
			",\"elsewhere\":null}\n", "'elsewhere'"},
		{FILE_("added", "\"path\":\"a\",") META SUM "}\n",
			"missing or too many"},
		{FILE_("added", "\"path\":\"a\",") META ",\"chunks\":[]}\n",
			"missing or too many"},
		{FILE_("rewritten", "\"path\":\"a\",") META SUM
			",\"edits\":[],\"chunks\":[]}\n",
			"missing or too many"},
		{FILE_("rewritten", "\"path\":\"a\",") META SUM
			",\"edits\":[[0,1]]}\n", "'edits'"},
		{FILE_("rewritten", "\"path\":\"a\",") META SUM
			",\"edits\":[[-1,1,[]]]}\n", "a number"},
		{FILE_("rewritten", "\"path\":\"a\",") META SUM
			",\"edits\":[[4294967296,1,[]]]}\n", "a number"},
		{FILE_("rewritten", "\"path\":\"a\",") META SUM
			",\"edits\":[[0,1,7]]}\n", "'edits'"},
		{FILE_("removed", "\"path\":\"a\",") META "}\n",
			"missing or too many"},
		{FILE_("removed", "\"path\":\"a\",\"torn\":true}\n"),
			"missing or too many"},
		{FILE_("touched", "\"path\":\"a\",\"from\":\"b\",") META "}\n",
			"missing or too many"},
		{FILE_("moved", "\"path\":\"a\",") META "}\n",
			"missing or too many"},
		{FILE_("moved", "\"path\":\"a\",\"from\":\"../b\",") META
			"}\n", "'from'"},
		{FILE_("moved", "\"path\":\"a\",\"from\":\"b\","
			"\"from_b64\":\"/w==\",") META "}\n",
			"missing or too many"},
		{FILE_("gone", "\"path\":\"a\"}\n"), "'op'"},
		{"{\"op\":7,\"source\":\"s\",\"path\":\"a\"}\n", "'op'"},
		{FILE_("removed", "\"path\":\"a\",\"path_b64\":\"/w==\"}\n"),
			"missing or too many"},
		{PATH_LINE("/etc/passwd"), "'path'"},
		{PATH_LINE("../x"), "'path'"},
		{PATH_LINE("a/../x"), "'path'"},
		{PATH_LINE("a//x"), "'path'"},
		{PATH_LINE("a/"), "'path'"},
		{PATH_LINE("."), "'path'"},
		{PATH_LINE(""), "'path'"},
		{PATH_LINE("a\\u0000b"), "'path'"},
		{PATH_LINE("a\\nb"), "'path'"},
		{PATH_LINE("a\xff"), "manifest line 2"},
		{B64_LINE("YQ=="), "'path_b64'"},	/* need not be base64 */
		{B64_LINE("YQo"), "manifest line 2"},
		{B64_LINE("Li4v/w=="), "'path_b64'"},	/* ../\xff */
		{B64_LINE("/wA="), "'path_b64'"},	/* \xff\0 */
		{"{\"op\":\"removed\",\"source\":\"\",\"path\":\"a\"}\n",
			"'source'"},
		/* A source becomes a folder of the restored. */
		{"{\"op\":\"removed\",\"source\":\"..\",\"path\":\"a\"}\n",
			"'source'"},
		{"{\"op\":\"removed\",\"source\":\"/s\",\"path\":\"a\"}\n",
			"'source'"},
		{"{\"op\":\"removed\",\"source\":\"s/t\",\"path\":\"a\"}\n",
			"'source'"},
		{SOURCE(".."), "'source'"},
		{BUNDLE("../a"), "'path'"},
		{"{\"path\":\"a\",\"sha256\":\"" HEX11 "\","
			"\"chunks\":[]}\n", "no key 'bytes'"},
		{"{\"source\":\"a\",\"kind\":\"none\",\"state\":\"ok\","
			"\"files\":1,\"bytes\":1,\"symlinks\":1,"
			"\"empty_dirs\":1,\"special\":1,\"unreadable\":1,"
			"\"skipped\":1}\n", "'kind'"},
		{"{\"op\":[[[[[[[[[1]]]]]]]]]}\n", "manifest line 2"},
	};
	struct record_head h = sample_head();
	struct buf b = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
	struct err e;
	size_t i, head;
	int rc;

	(void)state;
	assert_int_equal(record_head_line(&h, &b, &e), 0);
	head = b.len;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err_clear(&e);
		b.len = head;
		buf_clear(&out);
		assert_int_equal(buf_adds(&b, cases[i].text, &e), 0);
		rc = read_text(buf_str(&b), b.len, &out, &e);
		if (!cases[i].why) {
			if (rc != 0)
				fail_msg("case %zu: %s", i, e.what);
			continue;
		}
		if (rc != -1 || e.code != ERR_FORMAT ||
		    !strstr(e.what, cases[i].why))
			fail_msg("case %zu: %d '%s'", i, rc, e.what);
	}
	buf_release(&b);
	buf_release(&out);
}

/* Replace FROM by TO in a good head. */
static void
expect_head(const char *from, const char *to, const char *why)
{
	struct record_head h = sample_head();
	struct buf b = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
	struct buf bad = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	const char *at;
	int rc;

	assert_int_equal(record_head_line(&h, &b, &e), 0);
	at = strstr(buf_str(&b), from);
	assert_non_null(at);
	assert_int_equal(buf_add(&bad, b.data,
	    (size_t)(at - buf_str(&b)), &e), 0);
	assert_int_equal(buf_adds(&bad, to, &e), 0);
	assert_int_equal(buf_adds(&bad, at + strlen(from), &e), 0);
	rc = read_text(buf_str(&bad), bad.len, &out, &e);
	if (rc != -1 || e.code != ERR_FORMAT || !strstr(e.what, why))
		fail_msg("%s: %d '%s'", to, rc, e.what);
	buf_release(&b);
	buf_release(&bad);
	buf_release(&out);
}

static void
refuses_hostile_heads(void **state)
{
	(void)state;
	expect_head("\"v\":1", "\"v\":2", "version 2");
	expect_head("\"v\":1", "\"v\":\"1\"", "'v'");
	expect_head("\"station\":\"pc-1\"", "\"station\":\"../x\"",
	    "'station'");
	expect_head("\"station\":\"pc-1\"", "\"station\":\"-x\"", "'station'");
	expect_head("\"stream\":\"main\"", "\"stream\":\"Main\"", "'stream'");
	expect_head("\"epoch\":2026", "\"epoch\":0", "'epoch'");
	expect_head("\"seq\":3", "\"seq\":-1", "'seq'");
	expect_head("\"seq\":3", "\"seq\":0", "'prev'");
	expect_head("\"continues\":null", "\"continues\":{\"ref\":\"x\","
	    "\"seq\":1,\"manifest\":\"" HEX11 "\"}", "'continues'");
	expect_head("\"continues\":null", "\"continues\":{\"ref\":\"x\"}",
	    "no key 'seq'");
	expect_head("\"final\":true", "\"final\":1", "'final'");
	expect_head("\"final\":true", "\"final\":false", "'state'");
	expect_head("\"base\":\"delta\"", "\"base\":\"half\"", "'base'");
	expect_head("\"age1x\",", "", "'recipients_sha256'");
	expect_head("[\"age1x\",\"age1y\"]", "[]", "'recipients'");
	expect_head("\"age1x\"", "\"ssh1x\"", "'recipients'");
	expect_head("\"clock_synced\":null", "\"clock_synced\":2",
	    "'clock_synced'");
	expect_head("\"files\":1", "\"files\":-1", "'files'");
	expect_head("\"stored\":0", "\"stored\":0,\"more\":1", "unknown key");
	expect_head("\"spooled\":0,", "", "no key 'spooled'");
	expect_head("\"spooled\":0,", "\"spooled\":0,\"x\":1,", "unknown key");
	expect_head("\"agent\":\"liudi 0.1.0\"", "\"agent\":\"a\\u001bb\"",
	    "'agent'");
}

static int
no_file(void *arg, const struct record_file *f, struct err *e)
{
	(void)arg;
	(void)f;
	return err_set(e, ERR_SPACE, "mine");
}

static void
passes_on_what_a_handler_says(void **state)
{
	struct manifest_handler h = {NULL, NULL, NULL, no_file, NULL};
	struct record_head head = sample_head();
	struct buf b = BUF_INIT(1 << 20), z = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(record_head_line(&head, &b, &e), 0);
	assert_int_equal(buf_adds(&b, GOOD, &e), 0);
	assert_int_equal(tarz_lines(b.data, b.len, &z, &e), 0);
	pad(&z, 0);
	assert_int_equal(manifest_read(z.data, z.len, &h, &e), -1);
	assert_int_equal(e.code, ERR_SPACE);
	h.file = NULL;
	assert_int_equal(manifest_read(z.data, z.len, &h, &e), 0);
	buf_release(&b);
	buf_release(&z);
}

/* --- Hostile bytes around the text. */

static void
expect_bytes(const struct buf *z, const char *why)
{
	struct manifest_handler h = {NULL, NULL, NULL, NULL, NULL};
	struct err e = ERR_INIT;
	int rc = manifest_read(z->data, z->len, &h, &e);

	if (!why)
		assert_int_equal(rc, 0);
	else if (rc != -1 || e.code != ERR_FORMAT || !strstr(e.what, why))
		fail_msg("%d '%s', not '%s'", rc, e.what, why);
}

static void
refuses_hostile_frames(void **state)
{
	struct record_head head = sample_head();
	struct buf b = BUF_INIT(1 << 20), z = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	size_t frame, i;

	(void)state;
	assert_int_equal(record_head_line(&head, &b, &e), 0);
	assert_int_equal(tarz_lines(b.data, b.len, &z, &e), 0);
	frame = z.len;
	expect_bytes(&z, "without padding");
	pad(&z, 100);
	expect_bytes(&z, NULL);
	for (i = 0; i < z.len; i++) {
		struct buf cut = z;

		cut.len = i;
		expect_bytes(&cut, i == frame || i == 0 ? "without padding" :
		    "cut short");
	}
	z.data[z.len - 1] = 1;
	expect_bytes(&z, "not zeros");
	z.data[z.len - 1] = 0;
	assert_int_equal(buf_addc(&z, '\0', &e), 0);
	expect_bytes(&z, "behind the padding");
	z.len--;
	pad(&z, 0);
	expect_bytes(&z, "behind the padding");
	/* Padding first, and another kind of skippable frame. */
	buf_clear(&z);
	pad(&z, 4);
	assert_int_equal(tarz_lines(b.data, b.len, &z, &e), 0);
	pad(&z, 4);
	expect_bytes(&z, "behind the padding");
	buf_clear(&z);
	pad(&z, 4);
	z.data[0] = 0x51;
	expect_bytes(&z, "magic");
	buf_clear(&z);
	pad(&z, 4);
	expect_bytes(&z, "empty manifest");
	/* Two frames that split a line are one text. */
	buf_clear(&z);
	assert_int_equal(tarz_lines(b.data, 100, &z, &e), 0);
	assert_int_equal(tarz_lines(b.data + 100, b.len - 100, &z, &e),
	    0);
	pad(&z, 0);
	expect_bytes(&z, NULL);
	buf_release(&b);
	buf_release(&z);
}

static void
refuses_bombs(void **state)
{
	/* Frame header: no content size, window 2^31; one raw block. */
	static const uint8_t window[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00,
		(31 - 10) << 3, 0x01, 0x00, 0x00};
	/* A frame of RLE blocks of 128 KiB of 'x' each. */
	static const uint8_t head[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00,
		(17 - 10) << 3};
	static const uint8_t block[] = {0x02, 0x00, 0x10, 'x'};
	struct buf z = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	int i;

	(void)state;
	assert_int_equal(buf_add(&z, window, sizeof(window), &e), 0);
	pad(&z, 0);
	expect_bytes(&z, "zstd:");
	buf_clear(&z);
	assert_int_equal(buf_add(&z, head, sizeof(head), &e), 0);
	for (i = 0; i < 8192; i++)	/* 1 GiB */
		assert_int_equal(buf_add(&z, block, sizeof(block), &e), 0);
	expect_bytes(&z, "longer than 67108864 bytes");
	buf_release(&z);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_was_written),
		cmocka_unit_test(reads_the_rest_of_the_head),
		cmocka_unit_test(reads_long_manifests),
		cmocka_unit_test(refuses_hostile_lines),
		cmocka_unit_test(refuses_hostile_heads),
		cmocka_unit_test(passes_on_what_a_handler_says),
		cmocka_unit_test(refuses_hostile_frames),
		cmocka_unit_test(refuses_bombs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
