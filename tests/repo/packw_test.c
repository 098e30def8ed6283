/* repo/packw: stock git is the judge of every pack. */
#include "repo/packw.h"

#include "box.h"

#include <dirent.h>
#include <errno.h>
#include <sys/resource.h>

#include "base/clock.h"

#define BIG ((size_t)8 << 20)

static uint8_t *bytes;	/* BIG bytes */

/* A bare repository in a box; its objects/pack. */
static char *
repo_new(char **pack)
{
	char *dir = box_new();

	assert_int_equal(box_sh(NULL, "git init -q --bare '%s'", dir), 0);
	*pack = str_fmt("%s/objects/pack", dir);
	return dir;
}

static size_t
files_in(const char *dir)
{
	struct dirent *d;
	DIR *f = opendir(dir);
	size_t n = 0;

	assert_non_null(f);
	while ((d = readdir(f)) != NULL)
		n += d->d_name[0] != '.';
	closedir(f);
	return n;
}

static void
test_sizes(void **state)
{
	static const size_t sizes[] = {
		0, 1, 15, 16, 2047, 2048, 4095, 4096, 8191, 8192, 65534,
		65535, 65536, 131069, 131070, 131071, BIG
	};
	struct err e = ERR_INIT;
	struct buf out = BUF_INIT(BIG);
	char *pack, *dir = repo_new(&pack), name[41], hex[41];
	enum packw_type type;
	uint8_t id[20];
	struct packw *p;
	size_t i;

	(void)state;
	p = packw_new(pack, &e);
	assert_non_null(p);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(packw_add(p, PACKW_BLOB, bytes, sizes[i], id,
		    &e), 0);
		assert_int_equal(packw_count(p), i + 1);
		buf_clear(&out);
		assert_int_equal(packw_find(p, id, &type, &out, &e), 1);
		assert_int_equal(type, PACKW_BLOB);
		assert_int_equal(out.len, sizes[i]);
		if (sizes[i])
			assert_memory_equal(out.data, bytes, sizes[i]);
	}
	/* once more: not written again */
	assert_int_equal(packw_add(p, PACKW_BLOB, bytes, 65535, id, &e), 0);
	assert_int_equal(packw_count(p), i);
	id[3] ^= 1;
	assert_int_equal(packw_find(p, id, &type, &out, &e), 0);
	assert_int_equal(packw_finish(p, name, &e), 0);
	packw_free(p);
	assert_int_equal(strlen(name), 40);
	assert_int_equal(files_in(pack), 2);
	assert_int_equal(box_sh(NULL, "cd '%s' && git fsck --full --strict && "
	    "git verify-pack objects/pack/pack-%s.idx", dir, name), 0);
	/* git's own index of it is the same, byte for byte */
	assert_int_equal(box_sh(NULL, "cd '%s' && cp objects/pack/*.pack x.pack"
	    " && git index-pack --strict -o x.idx x.pack && cmp x.idx "
	    "objects/pack/pack-%s.idx", dir, name), 0);
	/* and the bytes come back under git's own id for them */
	hash_sha1(id, "blob 0", 7);
	str_hex(hex, id, 20);
	assert_int_equal(box_sh(NULL, "cd '%s' && test $(git cat-file -s %s) "
	    "= 0", dir, hex), 0);
	buf_release(&out);
	free(pack);
	box_free(dir);
}

static void
test_many(void **state)
{
	struct err e = ERR_INIT;
	char *pack, *dir = repo_new(&pack), name[41], text[32];
	uint8_t id[20];
	struct packw *p;
	int i, n;

	(void)state;
	p = packw_new(pack, &e);
	for (i = 0; i < 3000; i++) {
		n = snprintf(text, sizeof(text), "object %d", i);
		assert_int_equal(packw_add(p, PACKW_BLOB, text, (size_t)n, id,
		    &e), 0);
	}
	assert_int_equal(packw_count(p), 3000);
	assert_int_equal(packw_finish(p, name, &e), 0);
	packw_free(p);
	assert_int_equal(box_sh(NULL, "cd '%s' && git fsck --full --strict && "
	    "echo -n 'object 2999' | git hash-object --stdin | "
	    "git cat-file --batch-check | grep -q blob", dir), 0);
	free(pack);
	box_free(dir);
}

static void
test_dropped(void **state)
{
	struct err e = ERR_INIT;
	char *pack, *dir = repo_new(&pack), name[41] = "x";
	uint8_t id[20];
	struct packw *p;

	(void)state;
	/* nothing in it */
	p = packw_new(pack, &e);
	assert_int_equal(packw_finish(p, name, &e), 0);
	assert_string_equal(name, "");
	packw_free(p);
	assert_int_equal(files_in(pack), 0);
	/* not finished */
	p = packw_new(pack, &e);
	assert_int_equal(packw_add(p, PACKW_BLOB, "a", 1, id, &e), 0);
	packw_free(p);
	packw_free(NULL);
	assert_int_equal(files_in(pack), 0);
	assert_null(packw_new("/nonexistent", &e));
	assert_int_equal(e.code, ERR_NOENT);
	free(pack);
	box_free(dir);
}

/* A pack of blobs A..B-1 of one letter each. */
static char *
letters(const char *dir, char a, char b, char name[static 41])
{
	struct err e = ERR_INIT;
	uint8_t id[20];
	struct packw *p = packw_new(dir, &e);

	for (; a < b; a++)
		assert_int_equal(packw_add(p, PACKW_BLOB, &a, 1, id, &e), 0);
	assert_int_equal(packw_finish(p, name, &e), 0);
	packw_free(p);
	return str_fmt("%s/pack-%s.pack", dir, name);
}

static int
to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

static void
test_concat(void **state)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(1 << 20);
	char *pack, *dir = repo_new(&pack), n1[41], n2[41], *path;
	const char *paths[2];
	uint64_t total;

	(void)state;
	/* 'e' and 'f' are in both: index-pack --strict would refuse that */
	paths[0] = letters(pack, 'a', 'g', n1);
	paths[1] = letters(pack, 'e', 'k', n2);
	assert_int_equal(packw_concat(paths, 2, to_buf, &b, &total, &e), 0);
	assert_int_equal(b.len, total);
	assert_int_equal(b.data[11], 10);
	path = str_fmt("%s/x.pack", dir);
	assert_int_equal(file_save(path, b.data, b.len, 0600, &e), 0);
	assert_int_equal(box_sh(NULL, "cd '%s' && git index-pack --strict "
	    "x.pack", dir), 0);
	/* no pack at all */
	buf_clear(&b);
	assert_int_equal(packw_concat(NULL, 0, to_buf, &b, &total, &e), 0);
	assert_int_equal(b.len, 32);
	assert_int_equal(total, 32);
	assert_int_equal(file_save(path, b.data, b.len, 0600, &e), 0);
	assert_int_equal(box_sh(NULL, "cd '%s' && git index-pack --strict "
	    "x.pack", dir), 0);
	free(path);
	buf_release(&b);
	free((void *)(uintptr_t)paths[0]);
	free((void *)(uintptr_t)paths[1]);
	free(pack);
	box_free(dir);
}

/* In pieces, it is the same object; its length is known only at the end. */
static void
test_pieces(void **state)
{
	static const size_t sizes[] = {
		0, 1, 65535, 65536, 262143, 262144, 262145, BIG
	};
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(BIG);
	char *pack, *dir = repo_new(&pack), name[41];
	enum packw_type type;
	uint8_t id[20], want[20];
	struct packw *p, *whole;
	size_t i, at, n;

	(void)state;
	p = packw_new_passing(pack, &e);
	whole = packw_new(pack, &e);
	assert_int_equal(packw_write(p, "x", 1, &e), -1);
	assert_int_equal(packw_end(p, id, &e), -1);
	assert_int_equal(packw_begin(whole, PACKW_BLOB, &e), -1);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(packw_begin(p, PACKW_BLOB, &e), 0);
		for (at = 0; at < sizes[i]; at += n) {
			n = i % 2 ? 100000 : 131070;
			if (n > sizes[i] - at)
				n = sizes[i] - at;
			assert_int_equal(packw_write(p, bytes + at, n, &e),
			    0);
		}
		assert_int_equal(packw_end(p, id, &e), 0);
		assert_int_equal(packw_add(whole, PACKW_BLOB, bytes, sizes[i],
		    want, &e), 0);
		assert_memory_equal(id, want, 20);
		buf_clear(&b);
		assert_int_equal(packw_find(p, id, &type, &b, &e), 1);
		assert_int_equal(b.len, sizes[i]);
		if (b.len > 0)
			assert_memory_equal(b.data, bytes, b.len);
	}
	assert_int_equal(packw_finish(p, name, &e), 0);
	packw_free(p);
	packw_free(whole);
	assert_int_equal(box_sh(NULL, "cd '%s' && git show-index "
	    "<objects/pack/pack-%s.idx | cut -d' ' -f2 | "
	    "git pack-objects -q --stdout >x.pack && "
	    "git index-pack --strict x.pack && git verify-pack x.idx", dir,
	    name), 0);
	/* nothing is finished in mid-object; an object comes once */
	p = packw_new_passing(pack, &e);
	assert_int_equal(packw_begin(p, PACKW_BLOB, &e), 0);
	assert_int_equal(packw_write(p, bytes, 300000, &e), 0);
	assert_int_equal(packw_begin(p, PACKW_BLOB, &e), -1);
	assert_int_equal(packw_finish(p, name, &e), -1);
	assert_int_equal(packw_end(p, id, &e), 0);
	assert_int_equal(packw_begin(p, PACKW_BLOB, &e), 0);
	assert_int_equal(packw_write(p, bytes, 300000, &e), 0);
	assert_int_equal(packw_end(p, id, &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	packw_free(p);
	buf_release(&b);
	free(pack);
	box_free(dir);
}

static void
test_passing(void **state)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(1 << 20);
	char *pack, *dir = repo_new(&pack), name[41], hex[2][41], *paths[1];
	char want[41];
	const char *list[1];
	enum packw_type type;
	uint8_t id[2][20], sum[20];
	struct packw *p;

	(void)state;
	p = packw_new_passing(pack, &e);
	assert_int_equal(packw_add(p, PACKW_BLOB, bytes, 200000, id[0], &e),
	    0);
	assert_int_equal(packw_add(p, PACKW_BLOB, "x", 1, id[1], &e), 0);
	assert_int_equal(packw_find(p, id[0], &type, &b, &e), 1);
	assert_int_equal(b.len, 200000);
	assert_memory_equal(b.data, bytes, b.len);
	assert_int_equal(packw_finish(p, name, &e), 0);
	packw_free(p);
	str_hex(hex[0], id[0], 20);
	str_hex(hex[1], id[1], 20);
	/* named by what is in it */
	hash_sha1(sum, id, sizeof(id));
	str_hex(want, sum, 20);
	assert_string_equal(name, want);
	/* stock git reads it and passes it on, its hash made anew */
	assert_int_equal(box_sh(NULL, "cd '%s' && "
	    "test $(git cat-file -s %s) = 200000 && "
	    "printf '%s\n%s\n' | git pack-objects -q --stdout >x.pack && "
	    "git index-pack --strict x.pack && git verify-pack x.idx && "
	    "! git verify-pack objects/pack/pack-%s.idx 2>/dev/null", dir,
	    hex[0], hex[0], hex[1], name), 0);
	/* and so do we */
	buf_clear(&b);
	paths[0] = str_fmt("%s/pack-%s.pack", pack, name);
	list[0] = paths[0];
	assert_int_equal(packw_concat(list, 1, to_buf, &b, NULL, &e), 0);
	free(paths[0]);
	paths[0] = str_fmt("%s/y.pack", dir);
	assert_int_equal(file_save(paths[0], b.data, b.len, 0600, &e), 0);
	assert_int_equal(box_sh(NULL, "cd '%s' && git index-pack --strict "
	    "y.pack && git verify-pack y.idx", dir), 0);
	free(paths[0]);
	buf_release(&b);
	free(pack);
	box_free(dir);
}

static void
test_merge(void **state)
{
	struct err e = ERR_INIT;
	char *pack, *dir = repo_new(&pack), n[3][41], name[41];
	const char *names[] = {n[0], n[1], n[2]};

	(void)state;
	free(letters(pack, 'a', 'g', n[0]));
	free(letters(pack, 'e', 'k', n[1]));
	free(letters(pack, 'x', 'z', n[2]));
	assert_int_equal(files_in(pack), 6);
	assert_int_equal(packw_merge(pack, names, 3, name, &e), 0);
	assert_int_equal(files_in(pack), 2);
	assert_int_equal(box_sh(NULL, "cd '%s' && git fsck --full --strict && "
	    "test $(git verify-pack -v objects/pack/pack-%s.idx | "
	    "grep -c blob) = 12 && cp objects/pack/*.pack x.pack && "
	    "git index-pack --strict -o x.idx x.pack && "
	    "cmp x.idx objects/pack/*.idx", dir, name), 0);
	/* one alone stays what it is */
	memcpy(n[0], name, 41);
	assert_int_equal(packw_merge(pack, names, 1, name, &e), 0);
	assert_string_equal(name, n[0]);
	assert_int_equal(files_in(pack), 2);
	free(pack);
	box_free(dir);
}

static int
count_letters(void *arg, enum packw_type type, const uint8_t id[static 20],
	const void *data, size_t n, struct err *e)
{
	(void)id;
	(void)e;
	assert_int_equal(type, PACKW_BLOB);
	assert_int_equal(n, 1);
	assert_int_equal(*(const char *)data, 'a' + *(int *)arg);
	++*(int *)arg;
	return 0;
}

static void
test_hostile(void **state)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(1 << 16), i = BUF_INIT(1 << 16);
	char *pack, *dir = repo_new(&pack), n1[41], *path, *idx;
	size_t k;
	int n = 0;

	(void)state;
	path = letters(pack, 'a', 'g', n1);
	idx = str_fmt("%s/pack-%s.idx", pack, n1);
	assert_int_equal(packw_each(path, 1, count_letters, &n, &e), 0);
	assert_int_equal(n, 6);
	assert_int_equal(packw_each(path, 0, count_letters, &n, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_int_equal(file_load(path, &b, &e), 0);
	assert_int_equal(file_load(idx, &i, &e), 0);
	/* cut, and every byte of the first entry bent */
	for (k = 0; k < b.len; k += 7) {
		assert_int_equal(file_save(path, b.data, k, 0600, &e), 0);
		n = 0;
		assert_int_equal(packw_each(path, 1, count_letters, &n, &e),
		    -1);
		assert_int_equal(e.code, ERR_FORMAT);
	}
	for (k = 12; k < 12 + 13; k++) {
		b.data[k] ^= 0x85;
		assert_int_equal(file_save(path, b.data, b.len, 0600, &e), 0);
		b.data[k] ^= 0x85;
		/* what zlib keeps in its first two bytes is not looked at */
		if (k == 13 || k == 14 || k == 20)
			continue;
		n = 0;
		assert_int_equal(packw_each(path, 1, count_letters, &n, &e),
		    -1);
	}
	assert_int_equal(file_save(path, b.data, b.len, 0600, &e), 0);
	for (k = 0; k < i.len; k += 13) {
		assert_int_equal(file_save(idx, i.data, k, 0600, &e), 0);
		assert_int_equal(packw_each(path, 1, count_letters, &n, &e),
		    -1);
		assert_int_equal(e.code, ERR_FORMAT);
	}
	i.data[8 + 1024 + 6 * 24 + 3] ^= 64;	/* an offset */
	assert_int_equal(file_save(idx, i.data, i.len, 0600, &e), 0);
	assert_int_equal(packw_each(path, 1, count_letters, &n, &e), -1);
	buf_release(&b);
	buf_release(&i);
	free(path);
	free(idx);
	free(pack);
	box_free(dir);
}

/* Whatever write, fsync or rename fails: an error, and no half pack. */
static void
test_faults(void **state)
{
	struct err e = ERR_INIT;
	char *pack, *dir = repo_new(&pack), name[41];
	unsigned long nth;
	uint8_t id[20];
	struct packw *p;
	int rc;

	(void)state;
	for (nth = 1; nth < 100; nth++) {
		file_fault(nth, ENOSPC, false);
		rc = -1;
		p = packw_new(pack, &e);
		if (p && packw_add(p, PACKW_BLOB, bytes, 200000, id, &e) == 0)
			rc = packw_finish(p, name, &e);
		packw_free(p);
		file_fault(0, 0, false);
		if (rc == 0)
			break;
		assert_int_equal(e.code, ERR_SPACE);
		assert_int_equal(box_sh(NULL, "cd '%s' && "
		    "! ls objects/pack/tmp_* 2>/dev/null && "
		    "for i in objects/pack/*.idx; do test ! -e \"$i\" || "
		    "git verify-pack \"$i\" || exit 1; done", dir), 0);
	}
	assert_in_range(nth, 8, 40);
	free(pack);
	box_free(dir);
}

static void
test_speed(void **state)
{
	struct err e = ERR_INIT;
	char *pack, *dir = repo_new(&pack), name[41];
	struct rusage a, b;
	uint8_t id[20];
	struct packw *p;
	double s;
	int i;

	(void)state;
	getrusage(RUSAGE_SELF, &a);
	p = packw_new(pack, &e);
	for (i = 0; i < 8; i++) {
		bytes[0]++;
		assert_int_equal(packw_add(p, PACKW_BLOB, bytes, BIG, id, &e),
		    0);
	}
	assert_int_equal(packw_finish(p, name, &e), 0);
	packw_free(p);
	getrusage(RUSAGE_SELF, &b);
	s = (double)(b.ru_utime.tv_sec - a.ru_utime.tv_sec) +
	    (double)(b.ru_utime.tv_usec - a.ru_utime.tv_usec) / 1e6 +
	    (double)(b.ru_stime.tv_sec - a.ru_stime.tv_sec) +
	    (double)(b.ru_stime.tv_usec - a.ru_stime.tv_usec) / 1e6;
	print_message("%.0f MB/s of CPU\n", 8 * 8.388608 / s);
	free(pack);
	box_free(dir);
}

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	bytes = malloc(BIG);
	if (!bytes)
		return -1;
	box_bytes(bytes, BIG, 1);
	return crypto_setup(&e);
}

static int
teardown(void **state)
{
	(void)state;
	free(bytes);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_concat),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_passing),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_speed)
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
