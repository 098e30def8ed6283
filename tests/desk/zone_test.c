/* desk/zone: wall clocks, also where they jump. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "desk/zone.h"

#include "base/banned.h"

#define H INT64_C(3600000)
/* 2026-03-08, 2026-07-01 and 2026-11-01, midnight UTC. */
#define MARCH INT64_C(1772928000000)
#define JULY INT64_C(1782864000000)
#define NOVEMBER INT64_C(1793491200000)

#define TEN "0123456789"
#define LONG_NAME TEN TEN TEN TEN TEN TEN TEN

static void
utc_is_utc(void **state)
{
	struct err e = ERR_INIT;
	struct zone *z = zone_new("", &e);

	(void)state;
	assert_non_null(z);
	assert_int_equal(zone_to_utc(z, 1), 1);
	assert_int_equal(zone_offset(z, JULY), 0);
	zone_free(z);
	zone_free(NULL);
}

static void
zones_without_summer(void **state)
{
	struct err e = ERR_INIT;
	struct zone *z = zone_new("Asia/Shanghai", &e);
	int64_t t;

	(void)state;
	assert_non_null(z);
	for (t = JULY; t < JULY + 400 * 24 * H; t += 7 * H + 1234567)
		assert_int_equal(zone_to_utc(z, t), t - 8 * H);
	assert_int_equal(zone_offset(z, -1), 8 * H);
	zone_free(z);
	z = zone_new("Asia/Kathmandu", &e);
	assert_non_null(z);
	assert_int_equal(zone_to_utc(z, JULY), JULY - 5 * H - 45 * 60000);
	zone_free(z);
}

static void
clocks_that_jump(void **state)
{
	struct err e = ERR_INIT;
	struct zone *z = zone_new("America/New_York", &e);

	(void)state;
	assert_non_null(z);
	assert_int_equal(zone_to_utc(z, JULY), JULY + 4 * H);
	assert_int_equal(zone_to_utc(z, MARCH + 2 * H - 1),
	    MARCH + 7 * H - 1);
	/* 02:30 is left out: as if the clock had not moved. */
	assert_int_equal(zone_to_utc(z, MARCH + 2 * H + H / 2),
	    MARCH + 7 * H + H / 2);
	assert_int_equal(zone_to_utc(z, MARCH + 3 * H), MARCH + 7 * H);
	/* 01:30 comes twice: the first. */
	assert_int_equal(zone_to_utc(z, NOVEMBER + H + H / 2),
	    NOVEMBER + 5 * H + H / 2);
	assert_int_equal(zone_to_utc(z, NOVEMBER + 2 * H), NOVEMBER + 7 * H);
	assert_int_equal(zone_offset(z, NOVEMBER + 6 * H - 1), -4 * H);
	assert_int_equal(zone_offset(z, NOVEMBER + 6 * H), -5 * H);
	zone_free(z);
}

static void
what_is_no_zone(void **state)
{
	static const char *const bad[] = {"Mars/Olympus", "Asia/", "\xff",
	    LONG_NAME, TEN TEN TEN TEN TEN TEN "0123"};
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(zone_new(bad[i], &e));
		assert_int_equal(e.code, ERR_NOENT);
		err_clear(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utc_is_utc),
		cmocka_unit_test(zones_without_summer),
		cmocka_unit_test(clocks_that_jump),
		cmocka_unit_test(what_is_no_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
