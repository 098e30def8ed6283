/*
 * tests/flow/days.c - the chat exports of tests/desk/days.h as files.
 *
 *   flow_days step DIR SEED START DAY	write those of that day into DIR
 *   flow_days deeds SEED START		what is to be told: "DAY WHAT SECOND
 *					TEXT" a line
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../desk/days.h"

static void
die(const char *what)
{
	(void)fprintf(stderr, "flow_days: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* With the folders above it, and the time of an evening. */
static void
write_file(int dir, const struct days_file *f, int64_t at)
{
	const struct timespec when[2] = {{.tv_sec = at}, {.tv_sec = at}};
	char path[256];
	int fd;

	for (size_t i = 0; f->path[i] != '\0'; i++) {
		path[i] = f->path[i];
		if (path[i] != '/')
			continue;
		path[i] = '\0';
		if (mkdirat(dir, path, 0755) < 0 && errno != EEXIST)
			die(path);
		path[i] = '/';
	}
	fd = openat(dir, f->path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write(fd, f->b.data, f->b.len) != (ssize_t)f->b.len ||
	    futimens(fd, when) < 0 || close(fd) < 0)
		die(f->path);
}

int
main(int argc, char **argv)
{
	static struct days w;
	int last = DAYS - 1, dir;

	if (argc == 6 && strcmp(argv[1], "step") == 0) {
		last = (int)strtol(argv[5], NULL, 10);
		argv++;
	} else if (argc != 4 || strcmp(argv[1], "deeds") != 0) {
		(void)fputs("usage: flow_days step DIR SEED START DAY\n"
		    "       flow_days deeds SEED START\n", stderr);
		return 2;
	}
	days_init(&w, strtoull(argv[2], NULL, 10), strtoll(argv[3], NULL, 10));
	for (int day = 0; day <= last; day++)
		days_step(&w, day);
	if (argc == 4) {
		for (size_t i = 0; i < w.ndeed; i++)
			(void)printf("%d %s %lld %s\n", w.deed[i].day,
			    w.deed[i].what, (long long)(w.deed[i].at / 1000),
			    w.deed[i].before);
		days_release(&w);
		return 0;
	}
	dir = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (dir < 0)
		die(argv[1]);
	for (size_t i = 0; i < w.nfile; i++)
		write_file(dir, &w.file[i],
		    days_at(&w, last, DAYS_EVENING + 60) / 1000);
	days_release(&w);
	return close(dir) < 0;
}
