/* repo/spool: parts, branches, what is sent and what may go; killed runs. */
#include "spool_box.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include "repo/packw.h"

static const uint8_t seed[32] = "any key will do for these tests";
static struct sshkey *key;

static struct spool *
must_open(const char *dir)
{
	struct err e = ERR_INIT;
	struct spool *s = spool_open(dir, &e);

	if (!s)
		fail_msg("spool_open: %s", e.what);
	return s;
}

static void
must_commit(struct spool *s, const char *ref, int64_t seq, size_t nbundles,
	size_t bytes, char id[static CANON_ID_LEN])
{
	struct err e = ERR_INIT;

	if (part_commit(s, ref, seq, nbundles, bytes, key, id, &e) < 0)
		fail_msg("part %lld: %s", (long long)seq, e.what);
}

struct seen {
	size_t n, packs;
	uint64_t bytes;
	char id[8][CANON_ID_LEN];
	struct buf pack;
};

static int
to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

static int
see(void *arg, const char *id, const char *const packs[], size_t npacks,
	uint64_t bytes, struct err *e)
{
	struct seen *s = arg;

	if (s->n < 8)
		memcpy(s->id[s->n], id, CANON_ID_LEN);
	s->n++;
	s->packs += npacks;
	s->bytes += bytes;
	buf_clear(&s->pack);
	return packw_concat(packs, npacks, to_buf, &s->pack, NULL, e);
}

static void
test_life(void **state)
{
	struct seen seen = {.pack = BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(1 << 20);
	char *box = box_new(), *dir = str_fmt("%s/spool", box);
	char a[CANON_ID_LEN], b[CANON_ID_LEN], c[CANON_ID_LEN];
	char head[CANON_ID_LEN];
	struct spool *s = must_open(dir);
	struct canon canon;
	uint64_t bytes;
	bool yes;

	(void)state;
	assert_int_equal(spool_head(s, REF0, head, &e), 0);
	must_commit(s, REF0, 0, 2, 70000, a);
	must_commit(s, REF0, 1, 0, 0, b);
	must_commit(s, REF0, 2, 1, 100, c);
	assert_int_equal(spool_head(s, REF0, head, &e), 1);
	assert_string_equal(head, c);
	assert_int_equal(spool_commit_read(s, c, &out, &e), 1);
	assert_int_equal(canon_parse(&canon, out.data, out.len, &e), 0);
	assert_string_equal(canon.parent, b);
	assert_int_equal(canon.time_utc, DAY + 7200);
	assert_int_equal(spool_commit_read(s,
	    "1234567890123456789012345678901234567890", &out, &e), 0);
	/* stock git reads it all, and passes it on whole */
	buf_clear(&out);
	assert_int_equal(box_sh(&out, "cd '%s' && "
	    "git fsck --connectivity-only --strict && "
	    "git clone -q --bare --no-local . ../copy.git && "
	    "git -C ../copy.git fsck --full --strict && "
	    "rm -rf ../copy.git && "
	    "git ls-tree -r --name-only %s && git cat-file blob "
	    "%s:runs/2026/11/23/124000Z-2.manifest.age", dir, c, c), 0);
	assert_non_null(strstr(buf_str(&out),
	    "runs/2026/11/23/104000Z-0.bundle-00.age\n"
	    "runs/2026/11/23/104000Z-0.bundle-01.age\n"
	    "runs/2026/11/23/104000Z-0.manifest.age\n"
	    "runs/2026/11/23/114000Z-1.manifest.age\n"
	    "runs/2026/11/23/124000Z-2.bundle-00.age\n"
	    "runs/2026/11/23/124000Z-2.manifest.age\nmanifest 2"));

	assert_int_equal(spool_unsent(s, REF0, "", see, &seen, &e), 0);
	assert_int_equal(seen.n, 3);
	assert_int_equal(seen.packs, 5);
	assert_string_equal(seen.id[0], a);
	assert_string_equal(seen.id[2], c);
	assert_int_equal(spool_size(s, &bytes, &e), 0);
	assert_int_equal(bytes, seen.bytes);
	seen.n = 0;
	assert_int_equal(spool_unsent(s, REF0, b, see, &seen, &e), 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(spool_unsent(s, REF0,
	    "1234567890123456789012345678901234567890", see, &seen, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_int_equal(spool_has(s, REF0, a, &yes, &e), 0);
	assert_true(yes);
	assert_int_equal(spool_has(s, REF1, a, &yes, &e), 0);
	assert_false(yes);

	/* received up to b: its bundles go, and the rest can go on */
	assert_int_equal(spool_received(s, REF0, b, &e), 0);
	assert_int_equal(box_sh(NULL, "cd '%s' && test $(ls objects/pack/*.pack"
	    " | wc -l) = 4", dir), 0);
	assert_int_equal(spool_unsent(s, REF0, b, see, &seen, &e), 0);
	assert_int_equal(spool_unsent(s, REF0, "", see, &seen, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_true(*e.hint);
	spool_close(s);
	s = must_open(dir);
	must_commit(s, REF0, 3, 1, 100, a);
	seen.n = 0;
	assert_int_equal(spool_unsent(s, REF0, b, see, &seen, &e), 0);
	assert_int_equal(seen.n, 2);
	assert_int_equal(spool_received(s, REF0, a, &e), 0);
	assert_int_equal(spool_size(s, &bytes, &e), 0);
	assert_int_equal(bytes, 0);
	/* an id that is not ours */
	assert_int_equal(spool_received(s, REF1, a, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	spool_close(s);
	spool_close(NULL);
	buf_release(&seen.pack);
	buf_release(&out);
	free(dir);
	box_free(box);
}

static void
test_refuses(void **state)
{
	struct canon_path m = {DAY, 0, -1}, b = {DAY, 0, 0};
	struct canon_run run = {.seq = 0};
	struct err e = ERR_INIT;
	char *box = box_new(), *dir = str_fmt("%s/spool", box);
	char a[CANON_ID_LEN], x[CANON_ID_LEN];
	struct spool *s = must_open(dir);
	struct spool_part *p;

	(void)state;
	must_commit(s, REF0, 0, 0, 0, a);
	/* the number must follow, and so must Liudi-Prev */
	assert_int_equal(part_make(s, a, 2, 0, 0, DAY, key, x, &e), -1);
	assert_int_equal(part_make(s,
	    "1234567890123456789012345678901234567890", 1, 0, 0, DAY, key, x,
	    &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	/* never over a branch that stands elsewhere */
	assert_int_equal(part_make(s, a, 1, 0, 0, DAY, key, x, &e), 0);
	assert_int_equal(spool_move(s, REF0, "", x, &e), -1);
	assert_int_equal(spool_move(s, REF0, x, a, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_int_equal(spool_move(s, REF1, "",
	    "1234567890123456789012345678901234567890", &e), -1);
	assert_int_equal(spool_move(s, "refs/heads/x", "", a, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	/* files of a part */
	p = spool_part_new(s, &e);
	assert_int_equal(spool_part_add(p, &b, "x", 1, &e), 0);
	assert_int_equal(spool_part_add(p, &b, "y", 1, &e), -1);
	b.bundle = 64;
	assert_int_equal(spool_part_add(p, &b, "y", 1, &e), -1);
	assert_int_equal(spool_part_commit(p, "", "pc-07", DAY, &run, key, x,
	    &e), -1);
	assert_int_equal(spool_part_add(p, &m, "m", 1, &e), 0);
	assert_int_equal(spool_part_add(p, &m, "m", 1, &e), -1);
	m.seq = 1;
	b = m;
	b.bundle = 1;
	assert_int_equal(spool_part_add(p, &b, "m", 1, &e), -1);
	assert_int_equal(spool_part_commit(p, "", "pc-07", DAY, &run, key, x,
	    &e), -1);
	spool_part_free(p);
	spool_close(s);
	/* others may write to it */
	assert_int_equal(chmod(dir, 0777), 0);
	assert_null(spool_open(dir, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	free(dir);
	box_free(box);
}

static void
test_time(void **state)
{
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(1 << 16);
	char *box = box_new(), *dir = str_fmt("%s/spool", box);
	char a[CANON_ID_LEN], b[CANON_ID_LEN];
	struct spool *s = must_open(dir);
	struct canon c;

	(void)state;
	must_commit(s, REF0, 0, 0, 0, a);
	/* a clock that went back: the date does not */
	assert_int_equal(part_make(s, a, 1, 0, 0, DAY - 999, key, b, &e), 0);
	assert_int_equal(spool_commit_read(s, b, &out, &e), 1);
	assert_int_equal(canon_parse(&c, out.data, out.len, &e), 0);
	assert_int_equal(c.time_utc, DAY);
	buf_release(&out);
	spool_close(s);
	free(dir);
	box_free(box);
}

static void
test_redate(void **state)
{
	struct seen seen = {.pack = BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(1 << 20);
	char *box = box_new(), *dir = str_fmt("%s/spool", box);
	char id[4][CANON_ID_LEN], head[CANON_ID_LEN];
	struct spool *s = must_open(dir);
	int i;

	(void)state;
	for (i = 0; i < 4; i++)
		must_commit(s, REF0, i, 1, 3000, id[i]);
	assert_int_equal(spool_received(s, REF0, id[1], &e), 0);
	assert_int_equal(spool_redate(s, REF0, id[0], DAY, key, &e), -1);
	/* too early for the parent of the first: its date counts */
	assert_int_equal(spool_redate(s, REF0, id[1], DAY, key, &e), 0);
	assert_int_equal(spool_head(s, REF0, head, &e), 1);
	assert_string_not_equal(head, id[3]);
	assert_int_equal(box_sh(&out, "cd '%s' && git log --format=%%ct %s && "
	    "git rev-parse %s^{tree} %s^{tree} && ls packs | wc -l", dir, head,
	    head, head), 0);
	assert_true(str_starts(buf_str(&out),
	    "1795434000\n1795434000\n1795434000\n1795430400\n"));
	assert_true(str_ends(buf_str(&out), "\n4\n"));
	/* the bundles are still there, the old commits are not */
	assert_int_equal(spool_unsent(s, REF0, id[1], see, &seen, &e), 0);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.packs, 4);
	assert_string_equal(seen.id[1], head);
	buf_clear(&out);
	assert_int_equal(spool_commit_read(s, id[3], &out, &e), 0);
	spool_close(s);
	s = must_open(dir);
	must_commit(s, REF0, 4, 0, 0, id[0]);
	seen.n = 0;
	assert_int_equal(spool_unsent(s, REF0, id[1], see, &seen, &e), 0);
	assert_int_equal(seen.n, 3);
	assert_int_equal(box_sh(NULL, "cd '%s' && git rev-list --objects "
	    "--missing=allow-any %s >/dev/null", dir, id[0]), 0);
	spool_close(s);
	buf_release(&seen.pack);
	buf_release(&out);
	free(dir);
	box_free(box);
}

/* A branch that the central lost is dropped; what a fork shares stays. */
static void
test_drop(void **state)
{
	struct seen seen = {.pack = BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;
	char *box = box_new(), *dir = str_fmt("%s/spool", box);
	char id[3][CANON_ID_LEN], x[CANON_ID_LEN];
	struct spool *s = must_open(dir);
	uint64_t before;
	int i;

	(void)state;
	for (i = 0; i < 2; i++)
		must_commit(s, REF0, i, 1, 3000, id[i]);
	assert_int_equal(spool_move(s, REF1, "", id[0], &e), 0);
	assert_int_equal(spool_size(s, &before, &e), 0);
	assert_int_equal(spool_drop(s, REF0, &e), 0);
	assert_int_equal(spool_head(s, REF0, x, &e), 0);
	assert_int_equal(spool_size(s, &seen.bytes, &e), 0);
	assert_true(seen.bytes > 0 && seen.bytes < before);
	assert_int_equal(spool_unsent(s, REF1, "", see, &seen, &e), 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(spool_drop(s, REF0, &e), 0);
	assert_int_equal(spool_drop(s, "refs/heads/x", &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	/* the name is free again */
	must_commit(s, REF0, 0, 1, 3000, id[2]);
	spool_close(s);
	s = must_open(dir);
	assert_int_equal(spool_head(s, REF0, x, &e), 1);
	assert_string_equal(x, id[2]);
	assert_int_equal(spool_drop(s, REF1, &e), 0);
	spool_close(s);
	buf_release(&seen.pack);
	free(dir);
	box_free(box);
}

/* A second incarnation that forks in the first. */
static void
test_fork(void **state)
{
	struct seen seen = {.pack = BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;
	char *box = box_new(), *dir = str_fmt("%s/spool", box);
	char id[3][CANON_ID_LEN], x[CANON_ID_LEN];
	struct spool *s = must_open(dir);
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		must_commit(s, REF0, i, 1, 3000, id[i]);
	assert_int_equal(spool_received(s, REF0, id[0], &e), 0);
	assert_int_equal(spool_move(s, REF1, "", id[2], &e), 0);
	must_commit(s, REF1, 3, 1, 3000, x);
	assert_int_equal(spool_unsent(s, REF1, id[0], see, &seen, &e), 0);
	assert_int_equal(seen.n, 3);
	assert_int_equal(spool_received(s, REF1, x, &e), 0);
	spool_close(s);
	s = must_open(dir);
	assert_int_equal(spool_size(s, &seen.bytes, &e), 0);
	assert_int_equal(seen.bytes, 0);
	spool_close(s);
	buf_release(&seen.pack);
	free(dir);
	box_free(box);
}

static void
test_merge(void **state)
{
	struct err e = ERR_INIT;
	char *box = box_new(), *dir = str_fmt("%s/spool", box);
	char id[CANON_ID_LEN];
	struct spool *s = must_open(dir);
	int i;

	(void)state;
	for (i = 0; i < 70; i++) {
		must_commit(s, REF0, i, i % 2, 500, id);
		if (i % 7 == 6)
			assert_int_equal(spool_received(s, REF0, id, &e), 0);
	}
	assert_int_equal(box_sh(NULL, "cd '%s' && test $(ls objects/pack/*.pack"
	    " | wc -l) -lt 12 && git rev-list --count %s | grep -qx 70 && "
	    "git ls-tree -r %s | wc -l | grep -qx 105", dir, id, id), 0);
	/* the second merge grows the first one's pack */
	if (!getenv("LIUDI_TEST_LONG"))
		goto out;
	for (; i < 140; i++)
		must_commit(s, REF0, i, 0, 0, id);
	assert_int_equal(spool_received(s, REF0, id, &e), 0);
	spool_close(s);
	s = must_open(dir);
	must_commit(s, REF0, i, 0, 0, id);
	assert_int_equal(box_sh(NULL, "cd '%s' && test $(ls objects/pack/*.pack"
	    " | wc -l) = 2 && test $(ls packs | wc -l) = 2 && "
	    "git rev-list --count %s | grep -qx 141", dir, id), 0);
out:
	spool_close(s);
	free(dir);
	box_free(box);
}

static void
test_leftovers(void **state)
{
	struct err e = ERR_INIT;
	char *box = box_new(), *dir = str_fmt("%s/spool", box);
	char id[CANON_ID_LEN], x[CANON_ID_LEN];
	struct spool *s = must_open(dir);

	(void)state;
	must_commit(s, REF0, 0, 1, 500, id);
	/* a part whose ref never moved */
	assert_int_equal(part_make(s, id, 1, 1, 500, DAY, key, x, &e), 0);
	spool_close(s);
	assert_int_equal(box_sh(NULL, "cd '%s' && touch HEAD.lock config.lock "
	    "objects/pack/tmp_pack_x objects/pack/tmp_idx_y stage/tmp_pack_z "
	    "refs/heads/ws/pc-07/main/2026.0.lock packed-refs.lock "
	    "refs/heads/ws/pc-07/main/.tmp-abc packs/.tmp-q", dir), 0);
	s = must_open(dir);
	assert_int_equal(box_sh(NULL, "cd '%s' && ! find . -name '*.lock' -o "
	    "-name '*tmp*' | grep . && test $(ls objects/pack | wc -l) = 4 && "
	    "test $(ls packs) = %s && "
	    "git fsck --connectivity-only --strict", dir, id), 0);
	must_commit(s, REF0, 1, 1, 500, x);
	spool_close(s);
	/* a list that makes no sense stops us before anything is removed */
	assert_int_equal(box_sh(NULL, "echo nonsense > '%s/packs/%s'", dir, x),
	    0);
	assert_null(spool_open(dir, &e));
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(box_sh(NULL, "test $(ls '%s'/objects/pack | wc -l) = "
	    "8", dir), 0);
	free(dir);
	box_free(box);
}

/* What a run does, killed at the NTH change of a file.  True if it lived. */
static bool
killed_run(const char *dir, unsigned long nth)
{
	struct err e = ERR_INIT;
	char id[CANON_ID_LEN], old[CANON_ID_LEN];
	struct spool *s;
	int status;
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		/* secrets are zeros in a child */
		key = sshkey_from_seed(seed, &e);
		file_fault(nth, 0, true);
		s = spool_open(dir, &e);
		if (!s || spool_head(s, REF0, old, &e) < 0 ||
		    part_commit(s, REF0, 2, 1, 3000, key, id, &e) < 0 ||
		    spool_redate(s, REF0, old, DAY, key, &e) < 0 ||
		    spool_head(s, REF0, id, &e) < 0 ||
		    spool_received(s, REF0, id, &e) < 0)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 86);
	return WEXITSTATUS(status) == 0;
}

static void
test_killed(void **state)
{
	struct seen seen = {.pack = BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;
	char *box = box_new(), *dir = str_fmt("%s/spool", box);
	char id[2][CANON_ID_LEN], head[CANON_ID_LEN];
	struct spool *s;
	unsigned long nth;
	uint64_t bytes;
	bool lived = false;

	(void)state;
	/* every place with LIUDI_TEST_LONG; else every 15th */
	for (nth = 1; !lived; nth += getenv("LIUDI_TEST_LONG") ? 1 : 15) {
		assert_in_range(nth, 1, 300);
		assert_int_equal(file_remove_tree(dir, &e), 0);
		s = must_open(dir);
		must_commit(s, REF0, 0, 1, 3000, id[0]);
		must_commit(s, REF0, 1, 1, 3000, id[1]);
		assert_int_equal(spool_received(s, REF0, id[0], &e), 0);
		spool_close(s);
		lived = killed_run(dir, nth);
		s = must_open(dir);
		assert_int_equal(spool_head(s, REF0, head, &e), 1);
		seen.n = 0;
		assert_int_equal(spool_size(s, &bytes, &e), 0);
		/* id[1] is there to be sent, unless it was received */
		if (bytes > 0) {
			seen.bytes = 0;
			/* killed between the two: only one waits */
			if (spool_unsent(s, REF0, id[0], see, &seen, &e) < 0)
				assert_int_equal(e.code, ERR_INTEGRITY);
			else
				assert_int_equal(seen.bytes, bytes);
			if (spool_received(s, REF0, head, &e) < 0)
				fail_msg("%s", e.what);
		}
		/* and the next run works; nothing is left behind */
		if (strcmp(head, id[1]) == 0)
			must_commit(s, REF0, 2, 1, 3000, head);
		else
			must_commit(s, REF0, 3, 1, 3000, head);
		spool_close(s);
		s = must_open(dir);
		spool_close(s);
		if (nth % 15 == 1 || lived)
			assert_int_equal(box_sh(NULL, "cd '%s' && ! find . "
			    "-name '*tmp*' | grep . && git rev-list --objects "
			    "--missing=allow-any %s >/dev/null", dir, head),
			    0);
	}
	buf_release(&seen.pack);
	free(dir);
	box_free(box);
}

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	if (crypto_setup(&e) < 0)
		return -1;
	key = sshkey_from_seed(seed, &e);
	return key ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	sshkey_free(key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_redate),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_leftovers),
		cmocka_unit_test(test_killed)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
