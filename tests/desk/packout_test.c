/* desk/packout: archives of files whose dates a station made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>

#include "desk/packout.h"

#include "base/banned.h"

static const int64_t dates[] = {INT64_MIN, -1, 0, 1000000000, 4354819200,
	INT64_C(1) << 40, INT64_MAX};
#define NDATES (sizeof(dates) / sizeof(dates[0]))

static int
pack(enum packout_kind kind)
{
	struct err e = ERR_INIT;
	int out = memfd_create("out", MFD_CLOEXEC);
	int pool = memfd_create("pool", MFD_CLOEXEC);
	struct packout *p = packout_new(out, kind, &e);
	char name[32];
	size_t i;

	assert_non_null(p);
	assert_int_equal(write(pool, "bytes", 5), 5);
	for (i = 0; i < NDATES; i++) {
		(void)snprintf(name, sizeof(name), "wx/%zu", i);
		assert_int_equal(packout_add(p, name, 5, 04777, dates[i],
		    999999999, pool, 0, &e), 0);
	}
	assert_int_equal(packout_finish(p, &e), 0);
	packout_free(p);
	(void)close(pool);
	return out;
}

/* All entries of the archive, and the date of entry SURE. */
static void
expect(enum packout_kind kind, size_t sure)
{
	int fd = pack(kind);
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	char bytes[8];
	size_t n;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(archive_read_support_format_all(a), ARCHIVE_OK);
	assert_true(archive_read_support_filter_all(a) >= ARCHIVE_WARN);
	assert_int_equal(archive_read_open_fd(a, fd, 65536), ARCHIVE_OK);
	for (n = 0; archive_read_next_header(a, &entry) == ARCHIVE_OK; n++) {
		assert_int_equal(archive_read_data(a, bytes, sizeof(bytes)),
		    5);
		assert_memory_equal(bytes, "bytes", 5);
		/* Who may run as whom is not a matter of a backup. */
		assert_int_equal(archive_entry_perm(entry), 0777);
		if (n == sure)
			assert_true(archive_entry_mtime(entry) == dates[n]);
	}
	assert_int_equal(n, NDATES);
	(void)archive_read_free(a);
	(void)close(fd);
}

static void
zip_takes_any_date(void **state)
{
	(void)state;
	expect(PACKOUT_ZIP, 3);
}

static void
tar_takes_any_date(void **state)
{
	(void)state;
	expect(PACKOUT_TAR_ZSTD, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zip_takes_any_date),
		cmocka_unit_test(tar_takes_any_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
