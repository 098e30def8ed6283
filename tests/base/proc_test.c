/* tests/base/proc_test.c */
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"

#include "base/banned.h"

#define SH(script) (const char *const[]){"sh", "-c", script, NULL}

static void
runs(void **state)
{
	struct buf out = BUF_INIT(1000), text = BUF_INIT(1000);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(proc_run(SH("cat; echo bad >&2; exit 7"), NULL,
	    "in\n", 3, &out, &text, 0, &e), 7);
	assert_string_equal(buf_str(&out), "in\n");
	assert_string_equal(buf_str(&text), "bad\n");
	buf_clear(&out);
	assert_int_equal(proc_run(SH("cat; echo end"), NULL, NULL, 0, &out,
	    &text, 5000, &e), 0);
	assert_string_equal(buf_str(&out), "end\n");	/* stdin was empty */
	assert_int_equal(proc_run(SH("kill -9 $$"), NULL, NULL, 0, &out,
	    NULL, 0, &e), 256 + SIGKILL);
	assert_int_equal(proc_run((const char *const[]){"no-such-program-x",
	    NULL}, NULL, NULL, 0, &out, NULL, 0, &e), -1);
	assert_int_equal(e.code, ERR_NOENT);
	assert_true(e.hint[0] != '\0');
	buf_release(&out);
	buf_release(&text);
}

/* More than a pipe holds, both ways at once. */
static void
runs_with_much(void **state)
{
	struct buf out = BUF_INIT(1 << 22);
	struct err e = ERR_INIT;
	size_t n = 3 << 20, i;
	uint8_t *in = malloc(n);

	(void)state;
	assert_non_null(in);
	for (i = 0; i < n; i++)
		in[i] = (uint8_t)(i * 31 >> 3);
	assert_int_equal(proc_run((const char *const[]){"cat", NULL}, NULL,
	    in, n, &out, NULL, 60000, &e), 0);
	assert_int_equal(out.len, n);
	assert_memory_equal(out.data, in, n);
	/* One that does not read what it gets. */
	buf_clear(&out);
	assert_int_equal(proc_run(SH("exec <&-; echo ok"), NULL, in, n, &out,
	    NULL, 60000, &e), 0);
	assert_string_equal(buf_str(&out), "ok\n");
	buf_release(&out);
	free(in);
}

static void
output_has_a_maximum(void **state)
{
	struct buf out = BUF_INIT(10);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(proc_run(SH("printf 0123456789"), NULL, NULL, 0,
	    &out, NULL, 0, &e), 0);
	assert_string_equal(buf_str(&out), "0123456789");
	buf_clear(&out);
	assert_int_equal(proc_run(SH("printf 0123456789x; sleep 60"), NULL,
	    NULL, 0, &out, NULL, 0, &e), -1);
	assert_int_equal(e.code, ERR_NOMEM);
	buf_release(&out);
}

static void
deadline(void **state)
{
	struct buf out = BUF_INIT(10);
	struct err e = ERR_INIT;
	int64_t t = clock_mono_ms();

	(void)state;
	assert_int_equal(proc_run(SH("sleep 60"), NULL, NULL, 0, &out, NULL,
	    200, &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_int_equal(proc_run(SH("exec >&-; sleep 60"), NULL, NULL, 0,
	    &out, NULL, 200, &e), -1);
	assert_int_equal(e.code, ERR_NET);
	assert_true(clock_mono_ms() - t < 20000);
	buf_release(&out);
}

/* The program ends and leaves one behind that holds the pipe. */
static void
left_behind(void **state)
{
	struct buf out = BUF_INIT(100);
	struct err e = ERR_INIT;
	int64_t t = clock_mono_ms();

	(void)state;
	assert_int_equal(proc_run(SH("sleep 30 2>&- & echo done"), NULL, NULL,
	    0, &out, NULL, 0, &e), 0);
	assert_string_equal(buf_str(&out), "done\n");
	assert_true(clock_mono_ms() - t < 15000);
	buf_release(&out);
}

static void
environment(void **state)
{
	static const char *const env[] = {
		"LIUDI_A=new", "LIUDI_B", "LIUDI_C=", "LIUDI_A2=z", NULL
	};
	struct buf out = BUF_INIT(100);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(setenv("LIUDI_A", "old", 1), 0);
	assert_int_equal(setenv("LIUDI_B", "old", 1), 0);
	assert_int_equal(setenv("LIUDI_D", "kept", 1), 0);
	assert_int_equal(proc_run(SH("echo $LIUDI_A,${LIUDI_B-unset},"
	    "${LIUDI_C-unset},$LIUDI_D,$LIUDI_A2"), env, NULL, 0, &out,
	    NULL, 0, &e), 0);
	assert_string_equal(buf_str(&out), "new,unset,,kept,z\n");
	buf_release(&out);
}

/* No descriptor of ours but the standard ones; SIGPIPE is not ignored. */
static void
clean_start(void **state)
{
	struct buf out = BUF_INIT(1000);
	struct err e = ERR_INIT;
	int fd = open("/dev/null", O_RDONLY);	/* without close-on-exec */
	const char *ignored;

	(void)state;
	proc_setup();
	assert_true(fd > 2);
	assert_int_equal(proc_run(SH("ls /proc/self/fd | wc -l; "
	    "grep SigIgn /proc/self/status"), NULL, NULL, 0, &out, NULL, 0,
	    &e), 0);
	/* 0, 1, 2 and the one that ls reads. */
	assert_true(str_starts(buf_str(&out), "4\n"));
	ignored = strstr(buf_str(&out), "SigIgn:");
	assert_non_null(ignored);
	assert_int_equal(strtoul(ignored + 7, NULL, 16) >> (SIGPIPE - 1) & 1,
	    0);
	(void)close(fd);
	buf_release(&out);
}

static void
spawns(void **state)
{
	struct proc p = PROC_INIT;
	struct err e = ERR_INIT;
	char text[8];
	size_t got;

	(void)state;
	assert_int_equal(proc_spawn(&p, SH("cat; cat >&2 </dev/null; exit 3"),
	    NULL, PROC_IN | PROC_OUT | PROC_QUIET, &e), 0);
	assert_true(p.pid > 0);
	assert_true(p.in > 2 && p.out > 2);
	assert_int_equal(p.err, -1);
	assert_int_equal(getpgid(p.pid), p.pid);
	assert_int_equal(file_write(p.in, "abc", 3, "pipe", &e), 0);
	proc_close_in(&p);
	proc_close_in(&p);
	assert_int_equal(p.in, -1);
	assert_int_equal(file_read(p.out, text, 8, &got, "pipe", &e), 0);
	assert_int_equal(got, 3);
	assert_int_equal(proc_wait(&p, &e), 3);
	assert_int_equal(p.out, -1);
	assert_int_equal(proc_wait(&p, &e), -1);
	/* who reads the keyboard is in the group that has the terminal */
	assert_int_equal(proc_spawn(&p, SH("cat"), NULL, PROC_IN |
	    PROC_TERMINAL, &e), 0);
	assert_int_equal(getpgid(p.pid), getpgrp());
	assert_int_equal(proc_wait(&p, &e), 0);
	/* beside the standard ones, which are not there */
	assert_int_equal(proc_spawn(&p, SH("read a <&3; echo $a >&4; "
	    "read b || echo end >&4"), NULL, PROC_IN | PROC_OUT | PROC_SIDE,
	    &e), 0);
	assert_int_equal(file_write(p.in, "ab\n", 3, "pipe", &e), 0);
	assert_int_equal(file_read(p.out, text, 8, &got, "pipe", &e), 0);
	assert_int_equal(got, 7);
	assert_memory_equal(text, "ab\nend\n", 7);
	assert_int_equal(proc_wait(&p, &e), 0);
	assert_int_equal(proc_spawn(&p, SH("echo x >&2"), NULL, PROC_ERR, &e),
	    0);
	assert_int_equal(file_read(p.err, text, 8, &got, "pipe", &e), 0);
	assert_int_equal(got, 2);
	assert_int_equal(proc_wait(&p, &e), 0);
}

/* The whole group ends, also a grandchild that does not mind TERM. */
static void
kills(void **state)
{
	struct proc p = PROC_INIT;
	struct err e = ERR_INIT;
	char text[8] = "";
	int64_t pid;
	size_t got;
	int i;

	(void)state;
	assert_int_equal(proc_spawn(&p, SH("(trap '' TERM; sleep 60) & "
	    "printf '%07d' $!; wait"), NULL, PROC_OUT, &e), 0);
	assert_int_equal(file_read(p.out, text, 7, &got, "pipe", &e), 0);
	assert_int_equal(got, 7);
	assert_int_equal(str_to_i64(text + strspn(text, "0"), 2, INT32_MAX,
	    &pid), 0);
	assert_int_equal(kill((pid_t)pid, 0), 0);
	proc_kill(&p);
	assert_int_equal(p.pid, -1);
	for (i = 0; i < 500 && kill((pid_t)pid, 0) == 0; i++) {
		char path[64], line[512] = "";
		int fd;

		/* Gone, or a zombie of whoever adopts orphans here. */
		(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			break;
		(void)file_read(fd, line, sizeof(line) - 1, &got, path, &e);
		(void)close(fd);
		if (strstr(line, ") Z "))
			break;
		(void)usleep(10000);
	}
	assert_true(i < 500);
	proc_kill(&p);
}

static int
echo_upper(int fd, void *arg)
{
	char c;

	while (read(fd, &c, 1) == 1 && c != '.') {
		c = (char)(c - 'a' + 'A');
		if (write(fd, &c, 1) != 1)
			return 1;
	}
	return *(int *)arg;
}

static void
forks(void **state)
{
	struct err e = ERR_INIT;
	int result = 42, fd;
	char text[4] = "";
	size_t got;
	pid_t pid;

	(void)state;
	pid = proc_fork(echo_upper, &result, NULL, 0, &fd, &e);
	assert_true(pid > 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(file_write(fd, "abc.", 4, "helper", &e), 0);
	assert_int_equal(file_read(fd, text, 4, &got, "helper", &e), 0);
	assert_int_equal(got, 3);
	assert_string_equal(text, "ABC");
	assert_int_equal(proc_wait_pid(pid, &e), 42);
	assert_int_equal(close(fd), 0);
	assert_int_equal(proc_wait_pid(pid, &e), -1);
	assert_int_equal(e.sys, ECHILD);
}

/* Result: bits of what is open among the N descriptors of ARG. */
static int
which_are_open(int fd, void *arg)
{
	const int *fds = arg;
	int i, bits = 0;

	for (i = 0; i < 4; i++)
		if (fcntl(fds[i], F_GETFD) >= 0)
			bits |= 1 << i;
	return bits | (fcntl(fd, F_GETFD) >= 0 ? 16 : 0);
}

static void
forks_with_few_descriptors(void **state)
{
	struct err e = ERR_INIT;
	int fds[4], keep[3], i, fd;
	pid_t pid;

	(void)state;
	for (i = 0; i < 4; i++) {
		fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		assert_true(fds[i] > 2);
	}
	keep[0] = fds[3];
	keep[1] = fds[1];
	keep[2] = 1;
	pid = proc_fork(which_are_open, fds, keep, 3, &fd, &e);
	assert_int_equal(proc_wait_pid(pid, &e), 16 | 8 | 2);
	assert_int_equal(close(fd), 0);
	pid = proc_fork(which_are_open, fds, NULL, 0, &fd, &e);
	assert_int_equal(proc_wait_pid(pid, &e), 16);
	assert_int_equal(close(fd), 0);
	assert_int_equal(proc_fork(which_are_open, fds, fds, 17, &fd, &e), -1);
	for (i = 0; i < 4; i++)
		assert_int_equal(close(fds[i]), 0);
}

/* Last: the flag stays up. */
static void
interrupt(void **state)
{
	struct buf out = BUF_INIT(10);
	struct err e = ERR_INIT;

	(void)state;
	proc_setup();
	assert_int_equal(raise(SIGPIPE), 0);
	assert_false(proc_interrupted());
	assert_int_equal(raise(SIGINT), 0);
	assert_true(proc_interrupted());
	assert_int_equal(proc_run(SH("sleep 60"), NULL, NULL, 0, &out, NULL,
	    0, &e), -1);
	assert_int_equal(e.code, ERR_INTR);
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_start),
		cmocka_unit_test(runs),
		cmocka_unit_test(runs_with_much),
		cmocka_unit_test(output_has_a_maximum),
		cmocka_unit_test(deadline),
		cmocka_unit_test(left_behind),
		cmocka_unit_test(environment),
		cmocka_unit_test(spawns),
		cmocka_unit_test(kills),
		cmocka_unit_test(forks),
		cmocka_unit_test(forks_with_few_descriptors),
		cmocka_unit_test(interrupt)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
