/* tests/desk/vouch_test.c - what a box can have witnessed, and what not. */
#include "asks.h"

#include <inttypes.h>

#include "desk/vouch.h"

#include "base/banned.h"

#define REF "refs/heads/ws/ws-01/main/2026.0"
#define OTHER "refs/heads/ws/ws-02/main/2026.0"
#define KEPT "refs/liudi/kept/20261123T000000Z/ws/ws-01/main/2026.0"
#define NOWHERE "0123456789012345678901234567890123456789"

static struct deskhome home;
static struct seen *seen;
static struct heads_accept *accept;
static struct buf got;

/* Commit number SEQ on PARENT ("" = none) at REF. */
static void
commit(const char *ref, int64_t seq, const char *parent, uint8_t sum,
	char id[CANON_ID_LEN])
{
	const char *const words[] = {"update-ref", ref, id, NULL};
	struct buf raw = BUF_INIT(CANON_MAX), text = BUF_INIT(4096);
	struct canon_run r = {.seq = seq, .manifest = {sum},
	    .has_prev = seq > 0};
	char tree[CANON_ID_LEN];
	struct err e = ERR_INIT;

	put_object(home.records, "tree", "", 0, tree);
	assert_int_equal(canon_run_message(&r, &text, &e), 0);
	assert_int_equal(canon_build(&raw, tree, parent, "ws-01",
	    "ws-01@liudi.invalid", T0 + seq, buf_str(&text), text.len,
	    stranger, &e), 0);
	put_object(home.records, "commit", raw.data, raw.len, id);
	git_line(home.records, words, NULL, 0, NULL);
	buf_release(&raw);
	buf_release(&text);
}

/* A line of a witness; of a group of four the last is used next. */
static const char *
line(const char *ref, int64_t seq, const char *head, uint8_t sum, int64_t at)
{
	static char text[4][512];
	static int n;
	char *s = text[n++ % 4];

	(void)snprintf(s, sizeof(text[0]), "%s %" PRId64 " %s %02x%062d %"
	    PRId64 "\n", ref, seq, head, sum, 0, at);
	return s;
}

static void
witnessed(const char *text)
{
	struct err e = ERR_INIT;

	if (edit(home.control, "manager-2", second, T0, WITNESS_PATH, text,
	    &e) < 0)
		fail_msg("%s", e.what);
}

/* The box wants SAID: what comes of it is WANT, NULL: nothing. */
static void
gives(const char *said, const char *want)
{
	const struct vouch v = {&home, seen, accept, T0 + 99};
	struct err e = ERR_INIT;
	int rc;

	buf_clear(&got);
	rc = vouch_heads(&v, said, strlen(said), &got, &e);
	if (rc < 0)
		fail_msg("%s", e.what);
	assert_int_equal(rc, want != NULL);
	if (want)
		assert_string_equal(buf_str(&got), want);
}

static int
open_all(void **state)
{
	char *path;
	struct err e = ERR_INIT;

	if (fresh(state) < 0)
		return -1;
	path = str_fmt("%s/home-%d", dir, count);
	assert_int_equal(file_mkdirs(path, 0700, &e), 0);
	assert_int_equal(deskhome_names(&home, path, &e), 0);
	free(path);
	{
		const char *const argv[] = {"git", "init", "-q", "--bare",
		    home.records, NULL};

		assert_int_equal(proc_run(argv, NULL, NULL, 0, NULL, NULL,
		    60000, &e), 0);
	}
	begin(home.control, owner, "owner");
	buf_init(&got, HEADS_MAX);
	return 0;
}

static int
close_all(void **state)
{
	seen_free(seen);
	seen = NULL;
	accept = NULL;
	buf_release(&got);
	deskhome_release(&home);
	return forget(state);
}

static void
heads_as_they_are(void **state)
{
	char a[CANON_ID_LEN], b[CANON_ID_LEN];
	struct err e = ERR_INIT;
	struct mirror *m;

	(void)state;
	commit(REF, 0, "", 7, a);
	m = mirror_open(home.records, &e);
	seen = seen_load(home.seen, &e);
	assert_non_null(seen);
	assert_int_equal(seen_note(seen, home.seen, m, T0 + 5, &e), 0);
	mirror_close(m);
	gives(line(REF, 0, a, 7, T0 + 5), line(REF, 0, a, 7, T0 + 5));
	/* the commit says which it is, this desk when it came */
	gives(line(REF, 9, a, 8, T0 + 6), line(REF, 0, a, 7, T0 + 5));
	gives(line(REF, 0, NOWHERE, 7, T0), NULL);
	gives(line(OTHER, 0, a, 7, T0), NULL);
	gives("", NULL);
	witnessed(line(REF, 0, a, 7, T0 + 5));
	gives(line(REF, 0, a, 7, T0 + 5), NULL);
	/* one that is no head any more, and then the head */
	commit(REF, 1, a, 9, b);
	gives(line(REF, 0, a, 6, T0), NULL);
	gives(line(REF, 1, b, 9, T0), line(REF, 1, b, 9, T0 + 99));
}

/* What another manager saw stays said. */
static void
nothing_goes(void **state)
{
	char a[CANON_ID_LEN], b[CANON_ID_LEN], c[CANON_ID_LEN];
	char both[1024];

	(void)state;
	commit(REF, 0, "", 7, a);
	commit(REF, 1, a, 8, b);
	(void)snprintf(both, sizeof(both), "%s%s", line(REF, 1, b, 8, T0),
	    line(OTHER, 4, NOWHERE, 8, T0));
	witnessed(both);
	gives("", NULL);
	gives(line(REF, 1, b, 8, T0), NULL);
	gives(line(OTHER, 3, NOWHERE, 8, T0), NULL);
	/* the central shows another history, or a shorter one */
	commit(REF, 1, a, 9, c);
	gives(line(REF, 1, c, 9, T0), NULL);
	commit(REF, 2, c, 9, c);
	gives(line(REF, 2, c, 9, T0), NULL);
	commit(REF, 0, "", 7, a);
	gives(line(REF, 0, a, 7, T0), NULL);
}

static bool
accepts(void *arg, const char *ref)
{
	(void)arg;
	return strcmp(ref, REF) == 0;
}

/* Unless a manager followed another history, now or before. */
static void
what_was_set_aside_goes(void **state)
{
	static struct heads_accept yes = {accepts, NULL};
	char a[CANON_ID_LEN], b[CANON_ID_LEN], c[CANON_ID_LEN];
	const char *const words[] = {"update-ref", KEPT, b, NULL};

	(void)state;
	commit(REF, 0, "", 7, a);
	commit(REF, 1, a, 8, b);
	witnessed(line(REF, 1, b, 8, T0));
	commit(REF, 1, a, 9, c);
	gives(line(REF, 1, c, 9, T0), NULL);
	accept = &yes;
	gives(line(REF, 1, c, 9, T0), line(REF, 1, c, 9, T0 + 99));
	accept = NULL;
	git_line(home.records, words, NULL, 0, NULL);
	gives(line(REF, 1, c, 9, T0), line(REF, 1, c, 9, T0 + 99));
	/* that of another history than the one that was kept */
	witnessed(line(REF, 1, NOWHERE, 8, T0));
	gives(line(REF, 1, c, 9, T0), NULL);
}

static void
no_witness_at_all(void **state)
{
	const struct vouch v = {&home, NULL, NULL, T0};
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(vouch_heads(&v, "x\n", 2, &got, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)
	const struct CMUnitTest tests[] = {
		TEST(heads_as_they_are),
		TEST(nothing_goes),
		TEST(what_was_set_aside_goes),
		TEST(no_witness_at_all)
	};

	(void)clone;
	(void)ask_put;
	(void)ask_good;
	return cmocka_run_group_tests(tests, setup, teardown);
}
