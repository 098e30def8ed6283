/*
 * tests/bench/measure.c - what a command costs.
 *
 *	measure [-o FILE] COMMAND [ARG...]
 *
 * Runs COMMAND and prints (or appends to FILE) one line: wall, user and system
 * seconds, and the peak resident set in KB.  The times include every
 * descendant that was waited for; the peak is that of the largest single
 * process.  Exits as COMMAND did; 128 + signal if that ended it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/banned.h"

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
report(const char *file, double wall, const struct rusage *u)
{
	char line[128];
	int fd = STDOUT_FILENO, n;

	n = snprintf(line, sizeof(line), "%.4f %.4f %.4f %ld\n", wall,
		seconds(u->ru_utime), seconds(u->ru_stime), u->ru_maxrss);
	if (file)
		fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0 || n < 0 || write(fd, line, (size_t)n) != n) {
		fprintf(stderr, "measure: error: cannot write '%s': %s\n",
			file ? file : "stdout", strerror(errno));
		return -1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	const char *file = NULL;
	struct rusage u;
	double start;
	int status;
	pid_t pid;

	if (argc > 3 && strcmp(argv[1], "-o") == 0) {
		file = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc < 2) {
		fputs("usage: measure [-o FILE] COMMAND [ARG...]\n", stderr);
		return 2;
	}
	start = now();
	pid = fork();
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		fprintf(stderr, "measure: error: cannot run '%s': %s\n",
			argv[1], strerror(errno));
		_exit(127);
	}
	while (pid < 0 || wait4(pid, &status, 0, &u) < 0) {
		if (pid < 0 || errno != EINTR) {
			perror("measure: error");
			return 1;
		}
	}
	if (report(file, now() - start, &u))
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
