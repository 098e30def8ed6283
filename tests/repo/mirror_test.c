/* repo/mirror: fetch, refuse rewritten history, read, and judge trees. */
#include "spool_box.h"

#include "repo/central.h"
#include "repo/mirror.h"
#include "repo/packw.h"
#include "repo/push.h"

static struct sshkey *key;

struct fix {
	char *box, *url, *dir, *copy;
	struct central c;
	struct spool *s;
	char id[4][CANON_ID_LEN];
};

/* A central with four commits of one station, put there by stock git. */
static void
fix_open(struct fix *f)
{
	struct err e = ERR_INIT;
	int i;

	f->box = box_new();
	f->url = str_fmt("%s/central", f->box);
	f->dir = str_fmt("%s/spool", f->box);
	f->copy = str_fmt("%s/copy", f->box);
	assert_int_equal(central_parse(&f->c, f->url, NULL, &e), 0);
	box_central(f->url);
	f->s = spool_open(f->dir, &e);
	assert_non_null(f->s);
	for (i = 0; i < 4; i++)
		assert_int_equal(part_commit(f->s, REF0, i, (size_t)i % 2,
		    3000, key, f->id[i], &e), 0);
	assert_int_equal(box_sh(NULL, "git -C '%s' push -q "
	    "'%s/records.git' " REF0, f->dir, f->url), 0);
}

static void
fix_close(struct fix *f)
{
	spool_close(f->s);
	central_release(&f->c);
	free(f->url);
	free(f->dir);
	free(f->copy);
	box_free(f->box);
}

static int
add_line(void *arg, const char *ref, const char *id, struct err *e)
{
	(void)id;
	return buf_addf(arg, e, "%s\n", ref);
}

/* ARG: the one branch, or NULL for all. */
static bool
accepts(void *arg, const char *ref)
{
	return !arg || strcmp(arg, ref) == 0;
}

static void
test_fetch(void **state)
{
	static char ref0[] = REF0;
	struct mirror_accept accept = {accepts, ref0, 1767323045};
	char want[512], live[CANON_REF_LEN];
	struct buf b = BUF_INIT(1 << 16);
	struct err e = ERR_INIT;
	struct fix f;
	struct mirror *m;
	char id[CANON_ID_LEN];

	(void)state;
	fix_open(&f);
	/* nothing there yet is no error */
	assert_int_equal(mirror_fetch(&f.c, "desk", f.copy, &b, &e), 0);
	assert_int_equal(file_remove_tree(f.copy, &e), 0);
	if (mirror_fetch(&f.c, "records", f.copy, &b, &e) < 0)
		fail_msg("%s", e.what);
	assert_int_equal(mirror_fetch(&f.c, "records", f.copy, &b, &e), 0);
	assert_int_equal(b.len, 0);
	m = mirror_open(f.copy, &e);
	assert_non_null(m);
	assert_int_equal(mirror_head(m, REF0, id, &e), 1);
	assert_string_equal(id, f.id[3]);
	assert_int_equal(mirror_head(m, REF1, id, &e), 0);
	mirror_close(m);

	/* two more branches, then one is rewritten, one cut, one removed */
	assert_int_equal(box_sh(NULL, "cd '%s/records.git' && "
	    "git update-ref refs/heads/ws/a/main/2026.0 %s && "
	    "git update-ref refs/heads/ws/b/main/2026.0 %s", f.url, f.id[3],
	    f.id[1]), 0);
	assert_int_equal(mirror_fetch(&f.c, "records", f.copy, &b, &e), 0);
	assert_int_equal(b.len, 0);
	assert_int_equal(box_sh(NULL, "cd '%s/records.git' && "
	    "git update-ref refs/heads/ws/a/main/2026.0 %s && "
	    "git update-ref -d refs/heads/ws/b/main/2026.0 && "
	    "git update-ref refs/heads/ws/c/main/2026.0 %s && "
	    "git update-ref %s $(git -c user.name=x -c user.email=x "
	    "commit-tree -m x %s^{tree})", f.url, f.id[1], f.id[2], REF0,
	    f.id[3]), 0);
	if (mirror_fetch(&f.c, "records", f.copy, &b, &e) < 0)
		fail_msg("%s", e.what);
	(void)snprintf(want, sizeof(want), "refs/heads/ws/a/main/2026.0 %s "
	    "%s\nrefs/heads/ws/b/main/2026.0 %s -\n" REF0 " %s ", f.id[3],
	    f.id[1], f.id[1], f.id[3]);
	assert_int_equal(strncmp(buf_str(&b), want, strlen(want)), 0);
	assert_null(strstr(buf_str(&b), "ws/c/"));
	/* and nothing that we held is lost; what is new came in */
	m = mirror_open(f.copy, &e);
	assert_int_equal(mirror_head(m, REF0, id, &e), 1);
	assert_string_equal(id, f.id[3]);
	buf_clear(&b);
	assert_int_equal(mirror_refs(m, "refs/heads/ws/", add_line, &b, &e),
	    0);
	assert_string_equal(buf_str(&b), "refs/heads/ws/a/main/2026.0\n"
	    "refs/heads/ws/b/main/2026.0\nrefs/heads/ws/c/main/2026.0\n"
	    REF0 "\n");
	mirror_close(m);

	/* one is accepted; then all, the same second */
	buf_clear(&b);
	if (mirror_fetch_accept(&f.c, "records", f.copy, &accept, &b, &e) < 0)
		fail_msg("%s", e.what);
	assert_non_null(strstr(buf_str(&b), "ws/a/main/2026.0 "));
	assert_null(strstr(buf_str(&b), REF0));
	accept.arg = NULL;
	buf_clear(&b);
	assert_int_equal(mirror_fetch_accept(&f.c, "records", f.copy, &accept,
	    &b, &e), 0);
	assert_int_equal(b.len, 0);
	m = mirror_open(f.copy, &e);
	(void)snprintf(want, sizeof(want), MIRROR_KEPT "20260102T030405Z/%s",
	    &REF0[strlen("refs/heads/")]);
	assert_int_equal(mirror_head(m, want, id, &e), 1);
	assert_string_equal(id, f.id[3]);
	assert_true(mirror_kept(want, live) == INT64_C(20260102030405));
	assert_string_equal(live, REF0);
	assert_true(mirror_kept(REF0, live) == INT64_MAX);
	assert_string_equal(live, REF0);
	assert_int_equal(mirror_head(m, REF0, id, &e), 1);
	assert_string_not_equal(id, f.id[3]);
	assert_int_equal(mirror_head(m, MIRROR_KEPT
	    "20260102T030406Z/ws/b/main/2026.0", id, &e), 1);
	assert_string_equal(id, f.id[1]);
	assert_int_equal(mirror_head(m, "refs/heads/ws/b/main/2026.0", id,
	    &e), 0);
	assert_int_equal(mirror_head(m, "refs/heads/ws/a/main/2026.0", id,
	    &e), 1);
	assert_string_equal(id, f.id[1]);
	mirror_close(m);
	assert_int_equal(mirror_fetch(&f.c, "records", f.copy, &b, &e), 0);
	assert_int_equal(b.len, 0);

	/* no central: what we hold stays good */
	assert_int_equal(box_sh(NULL, "mv '%s' '%s.gone'", f.url, f.url), 0);
	assert_int_equal(mirror_fetch(&f.c, "records", f.copy, NULL, &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_true(*e.hint);
	assert_null(mirror_open(f.box, &e));
	buf_release(&b);
	fix_close(&f);
}

static int
add_file(void *arg, const struct mirror_file *f, struct err *e)
{
	return buf_addf(arg, e, "%s %llu\n", f->path,
	    (unsigned long long)f->bytes);
}

static void
tree_of(struct mirror *m, const char *id, char tree[static CANON_ID_LEN])
{
	struct buf b = BUF_INIT(CANON_MAX);
	struct err e = ERR_INIT;
	struct canon c;

	assert_int_equal(mirror_read(m, id, PACKW_COMMIT, &b, &e), 0);
	assert_int_equal(canon_parse(&c, b.data, b.len, &e), 0);
	memcpy(tree, c.tree, CANON_ID_LEN);
	buf_release(&b);
}

static int
add_name(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	(void)id;
	return buf_addf(arg, e, "%o %s\n", mode, name);
}

static int
say_no(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	(void)arg;
	(void)name;
	(void)mode;
	(void)id;
	return err_set(e, ERR_FAIL, "no");
}

static void
test_read(void **state)
{
	struct buf b = BUF_INIT(1 << 16), tiny = BUF_INIT(4);
	struct err e = ERR_INIT;
	struct fix f;
	struct mirror *m;
	char (*ids)[CANON_ID_LEN], t[4][CANON_ID_LEN];
	size_t n;
	int i;

	(void)state;
	fix_open(&f);
	assert_int_equal(mirror_fetch(&f.c, "records", f.copy, &b, &e), 0);
	m = mirror_open(f.copy, &e);
	assert_int_equal(mirror_chain(m, f.id[3], "", &ids, &n, &e), 0);
	assert_int_equal(n, 4);
	for (i = 0; i < 4; i++)
		assert_string_equal(ids[i], f.id[i]);
	free(ids);
	assert_int_equal(mirror_chain(m, f.id[3], f.id[1], &ids, &n, &e), 0);
	assert_int_equal(n, 2);
	assert_string_equal(ids[0], f.id[2]);
	free(ids);
	assert_int_equal(mirror_chain(m, f.id[1], f.id[1], &ids, &n, &e), 0);
	assert_int_equal(n, 0);
	free(ids);
	assert_int_equal(mirror_chain(m, f.id[1], f.id[3], &ids, &n, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);

	for (i = 0; i < 4; i++)
		tree_of(m, f.id[i], t[i]);
	assert_int_equal(mirror_added(m, t[2], t[3], add_file, &b, &e), 0);
	assert_string_equal(buf_str(&b),
	    "runs/2026/11/23/134000Z-3.bundle-00.age 3000\n"
	    "runs/2026/11/23/134000Z-3.manifest.age 10\n");
	buf_clear(&b);
	assert_int_equal(mirror_added(m, "", t[1], add_file, &b, &e), 0);
	assert_string_equal(buf_str(&b),
	    "runs/2026/11/23/104000Z-0.manifest.age 10\n"
	    "runs/2026/11/23/114000Z-1.bundle-00.age 3000\n"
	    "runs/2026/11/23/114000Z-1.manifest.age 10\n");
	buf_clear(&b);
	assert_int_equal(mirror_added(m, t[1], t[1], add_file, &b, &e), 0);
	assert_int_equal(b.len, 0);
	assert_int_equal(mirror_added(m, t[1], t[0], add_file, &b, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_non_null(strstr(e.what, "was removed"));

	buf_clear(&b);
	assert_int_equal(mirror_blob_at(m, t[3],
	    "runs/2026/11/23/134000Z-3.manifest.age", &b, &e), 1);
	assert_string_equal(buf_str(&b), "manifest 3");
	assert_int_equal(mirror_blob_at(m, t[3], "runs/2026/11", &b, &e), 0);
	assert_int_equal(mirror_blob_at(m, t[3], "runs/2027/x", &b, &e), 0);
	assert_int_equal(mirror_blob_at(m, t[3],
	    "runs/2026/11/23/134000Z-3.manifest.age/x", &b, &e), 0);
	assert_int_equal(mirror_blob_at(m, t[3],
	    "runs/2026/11/23/134000Z-3.manifest.age", &tiny, &e), -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	buf_clear(&b);
	assert_int_equal(mirror_entries_at(m, t[3], "runs/2026", add_name, &b,
	    &e), 1);
	assert_string_equal(buf_str(&b), "40000 11\n");
	assert_int_equal(mirror_entries_at(m, t[3], "runs/2027", add_name, &b,
	    &e), 0);
	assert_int_equal(mirror_entries_at(m, t[3],
	    "runs/2026/11/23/134000Z-3.manifest.age", add_name, &b, &e), 0);
	assert_string_equal(buf_str(&b), "40000 11\n");
	assert_int_equal(mirror_entries_at(m, t[3], "runs/2026", say_no, NULL,
	    &e), -1);
	assert_int_equal(mirror_read(m, f.id[0], PACKW_BLOB, &b, &e), -1);
	assert_int_equal(mirror_read(m,
	    "1234567890123456789012345678901234567890", PACKW_BLOB, &b, &e),
	    -1);
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_int_equal(mirror_read(m, "x", PACKW_BLOB, &b, &e), -1);
	mirror_close(m);
	buf_release(&b);
	fix_close(&f);
}

/* What ssh says is told, not what git makes of it. */
static void
test_barred(void **state)
{
	static const char no[] = "#!/bin/sh\n"
	    "echo 'u@h: Permission denied (publickey).' >&2\nexit 255\n";
	static const char away[] = "#!/bin/sh\n"
	    "echo 'ssh: connect to host h: Permission denied' >&2\nexit 255\n";
	struct err e = ERR_INIT;
	struct central c;
	struct fix f;
	char *ssh;

	(void)state;
	fix_open(&f);
	ssh = str_fmt("%s/ssh", f.box);
	assert_non_null(ssh);
	assert_int_equal(file_save(ssh, no, strlen(no), 0755, &e), 0);
	assert_int_equal(central_parse(&c, "ssh://u@h/x", ssh, &e), 0);
	assert_int_equal(mirror_fetch(&c, "control", f.dir, NULL, &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_string_equal(e.what, "cannot fetch control.git: "
	    "u@h: Permission denied (publickey).");
	assert_non_null(strstr(e.hint, "revoked"));
	err_clear(&e);
	assert_int_equal(file_save(ssh, away, strlen(away), 0755, &e), 0);
	assert_int_equal(mirror_fetch(&c, "control", f.dir, NULL, &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_null(strstr(e.hint, "revoked"));
	central_release(&c);
	assert_null(central_barred(&f.c, "u@h: Permission denied (x)"));
	free(ssh);
	fix_close(&f);
}

/* Trees that a station must not send, made with stock git. */
static void
test_bad_trees(void **state)
{
	static const char *const make[] = {
		/* what the shell adds to the index, and the word expected */
		"echo y > b; git update-index --cacheinfo "
		"100644,$(git hash-object -w b),f", "was changed",
		"git update-index --chmod=+x f", "was changed",
		"git update-index --add --cacheinfo "
		"120000,$(git hash-object -w b),ln", "no plain file",
		"git update-index --add --cacheinfo "
		"100755,$(git hash-object -w b),ex", "no plain file",
		"git update-index --add --cacheinfo "
		"160000,1234567890123456789012345678901234567890,sub",
		"no plain file",
		"git update-index --force-remove f", "was removed",
		"git update-index --add --cacheinfo 100644,"
		"$(git hash-object -w b),1/2/3/4/5/6/7/8/9/0", "too deep",
		"git update-index --add --cacheinfo 100644,"
		"$(git hash-object -w b),$(printf %0200d 1)", "none of ours",
		"git update-index --force-remove d/f; git update-index --add "
		"--cacheinfo 100644,$(git hash-object -w b),d", "was changed"
	};
	struct buf b = BUF_INIT(1 << 16), out = BUF_INIT(1 << 16);
	struct err e = ERR_INIT;
	char *box = box_new(), *dir = str_fmt("%s/r/.git", box);
	char *p;
	struct mirror *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(make) / sizeof(make[0]); i += 2) {
		buf_clear(&out);
		assert_int_equal(box_sh(&out, "cd '%s' && rm -rf r && "
		    "git init -q r && cd r && mkdir d && echo x > f && "
		    "echo x > b && echo x > d/f && git add f d/f && "
		    "git write-tree && { %s; } >&2 && "
		    "git write-tree --missing-ok", box, make[i]), 0);
		p = (char *)out.data;
		p[40] = p[81] = '\0';
		m = mirror_open(dir, &e);
		assert_non_null(m);
		assert_int_equal(mirror_added(m, p, p + 41, add_file, &b, &e),
		    -1);
		if (e.code != ERR_INTEGRITY || !strstr(e.what, make[i + 1]))
			fail_msg("%s: %s", make[i], e.what);
		mirror_close(m);
	}
	/* two parents */
	buf_clear(&out);
	assert_int_equal(box_sh(&out, "cd '%s/r' && export "
	    "GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x "
	    "GIT_COMMITTER_EMAIL=x && t=$(git write-tree) && "
	    "a=$(git commit-tree -m a $t) && b=$(git commit-tree -m b $t) && "
	    "git commit-tree -m c -p $a -p $b $t", box), 0);
	p = (char *)out.data;
	p[40] = '\0';
	m = mirror_open(dir, &e);
	{
		char (*ids)[CANON_ID_LEN];
		size_t n;

		assert_int_equal(mirror_chain(m, p, "", &ids, &n, &e), -1);
	}
	assert_int_equal(e.code, ERR_INTEGRITY);
	assert_non_null(strstr(e.what, "two parents"));
	mirror_close(m);
	buf_release(&b);
	buf_release(&out);
	free(dir);
	box_free(box);
}

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	proc_setup();
	if (crypto_setup(&e) < 0)
		return -1;
	key = sshkey_generate(&e);
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
		cmocka_unit_test(test_fetch),
		cmocka_unit_test(test_barred),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_bad_trees)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
