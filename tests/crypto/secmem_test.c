/* tests/crypto/secmem_test.c */
#include "crypto/secmem.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/hash.h"

#include "base/banned.h"

static int
setup(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return crypto_setup(&e);
}

static void
holds_and_wipes(void **state)
{
	uint8_t *p = secmem_new(32);
	uint8_t zero[32] = {0};

	(void)state;
	assert_non_null(p);
	memset(p, 7, 32);
	secmem_wipe(p, 32);
	assert_memory_equal(p, zero, 32);
	secmem_wipe(p, 0);
	secmem_wipe(NULL, 0);
	secmem_free(p);
	secmem_free(NULL);
	assert_null(secmem_new(SIZE_MAX));
}

/* What is kept from children is zeros there, and stays here. */
static void
is_kept_from_children(void **state)
{
	uint8_t *p = secmem_new(5000), *q = secmem_new(32);
	uint8_t zero[32] = {0};
	int status;
	pid_t pid;

	(void)state;
	memset(p, 7, 5000);
	memset(q, 7, 32);
	secmem_keep_from_children(p, 5000);
	pid = fork();
	if (pid == 0)
		_exit((memcmp(p, zero, 32) == 0 &&
		    memcmp(p + 4968, zero, 32) == 0 ? 0 : 1) +
		    (q[0] == 7 && q[31] == 7 ? 0 : 2));
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(p[0], 7);
	assert_int_equal(p[4999], 7);
	secmem_free(p);
	secmem_free(q);
}

/* One byte behind the end ends the process. */
static void
is_guarded(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		volatile uint8_t *p = secmem_new(32);

		(void)signal(SIGSEGV, SIG_DFL);
		(void)signal(SIGBUS, SIG_DFL);
		(void)close(2);
		p[32] = 1;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
}

static void
compares(void **state)
{
	(void)state;
	assert_true(secmem_eq("abc", "abc", 3));
	assert_true(secmem_eq("abc", "abd", 2));
	assert_false(secmem_eq("abc", "abd", 3));
	assert_false(secmem_eq("xbc", "abc", 3));
	assert_true(secmem_eq("a", "b", 0));
}

static void
randoms_differ(void **state)
{
	uint8_t a[32] = {0}, b[32] = {0};

	(void)state;
	secmem_random(a, sizeof(a));
	secmem_random(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	secmem_random(a, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_and_wipes),
		cmocka_unit_test(is_kept_from_children),
		cmocka_unit_test(is_guarded),
		cmocka_unit_test(compares),
		cmocka_unit_test(randoms_differ)
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
