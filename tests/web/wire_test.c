/* tests/web/wire_test.c - what passes between the two, and what does not. */
#include "web/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/banned.h"

static struct wire_ask ask, got;
static int fd[2];

static int
setup(void **state)
{
	(void)state;
	memset(&ask, 0, sizeof(ask));
	(void)snprintf(ask.path, sizeof(ask.path), "/chat/7");
	return socketpair(AF_UNIX, SOCK_STREAM, 0, fd);
}

static int
teardown(void **state)
{
	(void)state;
	(void)close(fd[0]);
	(void)close(fd[1]);
	return 0;
}

static void
a_question_and_its_answer(void **state)
{
	struct wire_answer a = {.status = 200, .type = WIRE_CSV, .n = 5}, b;
	struct err e = ERR_INIT;
	void *body;

	(void)state;
	memcpy(ask.query, "a=b", 3);
	ask.nquery = 3;
	assert_int_equal(wire_put_ask(fd[0], &ask, &e), 0);
	assert_int_equal(wire_get_ask(fd[1], &got, &e), 0);
	assert_string_equal(got.path, "/chat/7");
	assert_string_equal(got.query, "a=b");
	assert_int_equal(wire_put_answer(fd[1], &a, "hello", &e), 0);
	assert_int_equal(wire_get_answer(fd[0], &b, &body, &e), 0);
	assert_int_equal(b.type, WIRE_CSV);
	assert_memory_equal(body, "hello", 5);
	free(body);
}

static void
more_than_it_may_say(void **state)
{
	struct wire_answer a = {.status = 200, .n = WIRE_BODY_MAX + 1}, b;
	struct err e = ERR_INIT;
	void *body;

	(void)state;
	ask.nform = WIRE_FIELDS_MAX + 1;
	assert_int_equal(wire_put_ask(fd[0], &ask, &e), 0);
	assert_int_equal(wire_get_ask(fd[1], &got, &e), -1);
	assert_int_equal(e.code, ERR_FORMAT);
	ask.nform = 0;
	memset(ask.path, 'a', sizeof(ask.path));
	assert_int_equal(wire_put_ask(fd[0], &ask, &e), 0);
	assert_int_equal(wire_get_ask(fd[1], &got, &e), -1);
	assert_int_equal(write(fd[1], &a, sizeof(a)), sizeof(a));
	assert_int_equal(wire_get_answer(fd[0], &b, &body, &e), -1);
	assert_null(body);
}

static void
an_end_in_the_middle(void **state)
{
	struct wire_answer a = {.status = 200, .n = 5}, b;
	struct err e = ERR_INIT;
	void *body;

	(void)state;
	assert_int_equal(write(fd[0], &ask, 10), 10);
	assert_int_equal(wire_put_answer(fd[1], &a, "hello", &e), 0);
	assert_int_equal(shutdown(fd[0], SHUT_WR), 0);
	assert_int_equal(wire_get_ask(fd[1], &got, &e), 1);
	assert_int_equal(wire_get_answer(fd[0], &b, &body, &e), 0);
	free(body);
	assert_int_equal(write(fd[1], &a, sizeof(a)), sizeof(a));
	assert_int_equal(write(fd[1], "hel", 3), 3);
	assert_int_equal(shutdown(fd[1], SHUT_WR), 0);
	assert_int_equal(wire_get_answer(fd[0], &b, &body, &e), 1);
	assert_null(body);
	assert_int_equal(wire_get_answer(fd[0], &b, &body, &e), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_question_and_its_answer,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(more_than_it_may_say, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(an_end_in_the_middle, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
