/* tests/chunk/idset_test.c - chunk ids, mapped and fresh. */
#undef NDEBUG
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "chunk/idset.h"
#include "crypto/hash.h"

static char dir[64];

static void
id_of(uint8_t id[32], uint32_t n)
{
	hash_blake2b(id, &n, sizeof(n));
}

static void
path(char out[96], const char *name)
{
	(void)snprintf(out, 96, "%s/%s", dir, name);
}

static void
added_ids_are_found(void **state)
{
	struct err e = ERR_INIT;
	struct idset *s = idset_new(NULL, &e);
	uint8_t id[32];

	(void)state;
	assert_non_null(s);
	for (uint32_t i = 0; i < 5000; i++) {
		id_of(id, i);
		assert_false(idset_has(s, id));
		assert_int_equal(idset_add(s, id, &e), 1);
		assert_int_equal(idset_add(s, id, &e), 0);
	}
	assert_int_equal(idset_count(s), 5000);
	id_of(id, 5000);
	assert_false(idset_has(s, id));
	idset_free(s);
}

/* Saved, mapped, added to, saved over itself, mapped again. */
static void
saved_ids_come_back(void **state)
{
	struct err e = ERR_INIT;
	char file[96];
	uint8_t id[32];

	(void)state;
	path(file, "ids");
	for (uint32_t round = 0; round < 4; round++) {
		struct idset *s = idset_new(round == 0 ? NULL : file, &e);

		assert_non_null(s);
		assert_int_equal(idset_count(s), round * 1000);
		for (uint32_t i = 0; i < round * 1000; i++) {
			id_of(id, i);
			assert_true(idset_has(s, id));
			assert_int_equal(idset_add(s, id, &e), 0);
		}
		for (uint32_t i = round * 1000; i < (round + 1) * 1000; i++) {
			id_of(id, i);
			assert_false(idset_has(s, id));
			assert_int_equal(idset_add(s, id, &e), 1);
		}
		assert_int_equal(idset_save(s, file, &e), 0);
		/* The set goes on working after it was saved. */
		for (uint32_t i = 0; i < (round + 1) * 1000; i++) {
			id_of(id, i);
			assert_true(idset_has(s, id));
		}
		id_of(id, 1000000 + round);
		assert_false(idset_has(s, id));
		idset_free(s);
	}
}

/* Ids that are not evenly spread must be found too. */
static void
crowded_ids_are_found(void **state)
{
	struct err e = ERR_INIT;
	struct idset *s = idset_new(NULL, &e);
	char file[96];
	uint8_t id[32] = {0};

	(void)state;
	path(file, "crowded");
	for (uint32_t i = 0; i < 3000; i++) {
		memcpy(id + 28, &i, sizeof(i));
		assert_int_equal(idset_add(s, id, &e), 1);
	}
	memset(id, 0xff, sizeof(id));
	assert_int_equal(idset_add(s, id, &e), 1);
	assert_int_equal(idset_save(s, file, &e), 0);
	idset_free(s);
	s = idset_new(file, &e);
	assert_non_null(s);
	assert_true(idset_has(s, id));
	memset(id, 0, sizeof(id));
	for (uint32_t i = 0; i < 3000; i++) {
		memcpy(id + 28, &i, sizeof(i));
		assert_true(idset_has(s, id));
	}
	id[0] = 1;
	assert_false(idset_has(s, id));
	idset_free(s);
}

static void
a_cut_file_is_refused(void **state)
{
	struct err e = ERR_INIT;
	char file[96];

	(void)state;
	path(file, "cut");
	assert_int_equal(file_save(file, "0123456789", 10, 0600, &e), 0);
	assert_null(idset_new(file, &e));
	assert_int_equal(e.code, ERR_FORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(added_ids_are_found),
		cmocka_unit_test(saved_ids_come_back),
		cmocka_unit_test(crowded_ids_are_found),
		cmocka_unit_test(a_cut_file_is_refused),
	};
	struct err e = ERR_INIT;
	int rc;

	(void)snprintf(dir, sizeof(dir), "/tmp/idset-test-XXXXXX");
	if (crypto_setup(&e) != 0 || mkdtemp(dir) == NULL)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	(void)file_remove_tree(dir, &e);
	return rc;
}
