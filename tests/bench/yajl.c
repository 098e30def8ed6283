/*
 * tests/bench/yajl.c - a file through bare yajl: what parsing JSON costs.
 *
 *	yajl FILE
 *
 * Blocks of 64 KB; each callback only counts, so that none is left out.
 * Prints the number of values.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <yajl/yajl_parse.h>

#include "base/banned.h"

static int
count(void *arg)
{
	++*(unsigned long long *)arg;
	return 1;
}

static int
count_boolean(void *arg, int v)
{
	(void)v;
	return count(arg);
}

static int
count_number(void *arg, const char *s, size_t n)
{
	(void)s, (void)n;
	return count(arg);
}

static int
count_string(void *arg, const unsigned char *s, size_t n)
{
	(void)s, (void)n;
	return count(arg);
}

int
main(int argc, char **argv)
{
	static const yajl_callbacks calls = {count, count_boolean, NULL, NULL,
		count_number, count_string, count, count_string, count, count,
		count};
	static unsigned char block[64 * 1024];
	unsigned long long n = 0;
	yajl_handle h = yajl_alloc(&calls, NULL, &n);
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	ssize_t got = -1;

	if (!h || fd < 0) {
		fputs("usage: yajl FILE\n", stderr);
		return 2;
	}
	while ((got = read(fd, block, sizeof(block))) > 0)
		if (yajl_parse(h, block, (size_t)got) != yajl_status_ok)
			break;
	if (got != 0 || yajl_complete_parse(h) != yajl_status_ok) {
		fprintf(stderr, "yajl: '%s' was not read\n", argv[1]);
		return 1;
	}
	printf("%llu\n", n);
	yajl_free(h);
	return 0;
}
