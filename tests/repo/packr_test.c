/* repo/packr: what it gives is what git gives; anything odd it leaves. */
#include "repo/packr.h"

#include "box.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "repo/packw.h"

#define BIG ((size_t)3 << 20)

static uint8_t *bytes;

static const size_t sizes[] = {0, 1, 15, 16, 2047, 2048, 65534, 65535, 65536,
	131070, 131071, BIG};
#define NSIZES (sizeof(sizes) / sizeof(sizes[0]))

/* A bare repository with one pack of blobs of all sizes. */
struct fix {
	char *dir, *pack, *idx;
	char id[NSIZES][41];
};

static void
fix_open(struct fix *f)
{
	struct err e = ERR_INIT;
	struct packw *p;
	char name[41], *packs;
	uint8_t id[20];
	size_t i;

	f->dir = box_new();
	assert_int_equal(box_sh(NULL, "git init -q --bare '%s'", f->dir), 0);
	packs = str_fmt("%s/objects/pack", f->dir);
	p = packw_new(packs, &e);
	assert_non_null(p);
	for (i = 0; i < NSIZES; i++) {
		assert_int_equal(packw_add(p, PACKW_BLOB, bytes, sizes[i], id,
		    &e), 0);
		str_hex(f->id[i], id, 20);
	}
	assert_int_equal(packw_finish(p, name, &e), 0);
	packw_free(p);
	f->pack = str_fmt("%s/pack-%s.pack", packs, name);
	f->idx = str_fmt("%s/pack-%s.idx", packs, name);
	free(packs);
}

static void
fix_close(struct fix *f)
{
	free(f->pack);
	free(f->idx);
	box_free(f->dir);
}

/* How many of the blobs it gives; what it gives must be right unless TORN. */
static size_t
given(const struct fix *f, bool torn)
{
	struct err e = ERR_INIT;
	struct packr *p = packr_open(f->dir, &e);
	struct buf out = BUF_INIT(BIG + 3);
	size_t i, n = 0;

	assert_non_null(p);
	for (i = NSIZES; i-- > 0;) {
		buf_clear(&out);
		assert_int_equal(buf_adds(&out, "abc", &e), 0);
		if (!packr_blob(p, f->id[i], &out)) {
			assert_int_equal(out.len, 3);
			continue;
		}
		n++;
		assert_int_equal(out.len, 3 + sizes[i]);
		if (!torn)
			assert_memory_equal(out.data + 3, bytes, sizes[i]);
		assert_int_equal(out.data[out.len], 0);
	}
	packr_close(p);
	buf_release(&out);
	return n;
}

static void
gives_what_was_packed(void **state)
{
	struct err e = ERR_INIT;
	struct buf small = BUF_INIT(2048);
	struct packr *p;
	struct fix f;

	(void)state;
	fix_open(&f);
	assert_int_equal(given(&f, false), NSIZES);
	/* As git fetches it. */
	assert_int_equal(box_sh(NULL, "cd '%s' && printf '%%s\\n' %s %s | "
	    "git -c core.compression=0 -c pack.window=0 pack-objects -q "
	    "--stdout >p; rm -f objects/pack/*; "
	    "git index-pack --stdin <p >/dev/null", f.dir, f.id[9],
	    f.id[11]), 0);
	assert_int_equal(given(&f, false), 2);
	p = packr_open(f.dir, &e);
	assert_non_null(p);
	assert_false(packr_blob(p, f.id[3], &small));	/* not there */
	assert_false(packr_blob(p, f.id[9], &small));	/* too large */
	assert_false(packr_blob(p, "no id", &small));
	assert_int_equal(small.len, 0);
	packr_close(p);
	packr_close(NULL);
	buf_release(&small);
	fix_close(&f);
}

static void
leaves_what_is_compressed(void **state)
{
	struct fix f;

	(void)state;
	fix_open(&f);
	assert_int_equal(box_sh(NULL, "cd '%s' && printf '%%s\\n' %s %s | "
	    "git -c core.compression=9 pack-objects -q --no-reuse-object "
	    "--stdout >p; rm -f objects/pack/*; "
	    "git index-pack --stdin <p >/dev/null", f.dir, f.id[5],
	    f.id[10]), 0);
	assert_int_equal(given(&f, false), 0);
	assert_int_equal(box_sh(NULL, "rm -rf '%s/objects/pack'", f.dir), 0);
	assert_int_equal(given(&f, false), 0);
	fix_close(&f);
}

static void
flip(int fd, off_t at)
{
	uint8_t c;

	assert_int_equal(pread(fd, &c, 1, at), 1);
	c ^= 0xff;
	assert_int_equal(pwrite(fd, &c, 1, at), 1);
}

/*
 * Bytes changed and files cut: nothing is read outside (the sanitizers'
 * business), and what is gone is not given.
 */
static void
survives_damage(void **state)
{
	struct stat pack, idx;
	struct fix f;
	int p, x;
	off_t i;

	(void)state;
	fix_open(&f);
	assert_int_equal(box_sh(NULL, "chmod u+w '%s' '%s'", f.pack, f.idx),
	    0);
	p = open(f.pack, O_RDWR | O_CLOEXEC);
	x = open(f.idx, O_RDWR | O_CLOEXEC);
	assert_true(p >= 0 && x >= 0);
	assert_int_equal(fstat(p, &pack), 0);
	assert_int_equal(fstat(x, &idx), 0);
	for (i = 12; i < 120; i++) {
		flip(p, i);
		assert_true(given(&f, true) <= NSIZES);
		flip(p, i);
	}
	for (i = 0; i < idx.st_size; i += i < 1032 && i >= 8 ? 4 : 1) {
		flip(x, i);
		assert_true(given(&f, true) <= NSIZES);
		flip(x, i);
	}
	assert_int_equal(given(&f, false), NSIZES);
	for (i = pack.st_size - 25; i > 0; i /= 2) {
		assert_int_equal(ftruncate(p, i), 0);
		assert_true(given(&f, false) < NSIZES);
	}
	for (i = idx.st_size - 1; i > 0; i -= 13) {
		assert_int_equal(ftruncate(x, i), 0);
		assert_true(given(&f, true) <= NSIZES);
	}
	(void)close(p);
	(void)close(x);
	fix_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_what_was_packed),
		cmocka_unit_test(leaves_what_is_compressed),
		cmocka_unit_test(survives_damage),
	};
	size_t i;
	uint32_t x = 1;

	bytes = malloc(BIG);
	if (!bytes)
		return 1;
	for (i = 0; i < BIG; i++) {
		x = x * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(x >> 28);	/* compresses */
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
