/*
 * tests/flow/model.c - days of a workstation, made up from a seed.
 *
 *   flow_model step DIR SEED DAY   change the files of DIR as on that day
 *   flow_model diff OLD NEW        what happened between two copies of DIR:
 *                                  "added appended rewritten truncated
 *                                  removed moved touched", as numbers
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLOTS 96		/* even: chats, odd: shop */
#define LONG_NAME 200
#define NAME_MAX_LEN 512

static uint64_t rng;

static uint64_t
next(uint64_t below)
{
	uint64_t z = rng += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	return below > 0 ? z % below : z;
}

static void
die(const char *what, const char *path)
{
	(void)fprintf(stderr, "%s %s: %s\n", what, path, strerror(errno));
	exit(1);
}

/* The name of a slot: most of what a file system allows. */
static void
slot_name(unsigned slot, char out[NAME_MAX_LEN])
{
	static const char *const form[] = {
		"plain-%u.txt", "客户 李-%u.txt", "-lead%u", "new\nline%u",
		"quote'\"%u", "back\\slash%u", "\xff\xfe%u.bin", "tab\t%u",
		" sp ace %u ", "deep/er/%u/file", "%%41%u", "CON%u",
		"dir%u/x", ".hidden%u", "Case%u.TXT", "case%u.txt",
		"a\x7f\x01%u", "*?[%u]", "$(id)`%u`;|&", "e\xcc\x81%u"
	};
	unsigned nforms = sizeof(form) / sizeof(*form);
	unsigned f = slot / 2 % (nforms + 1), k = slot / 2 / (nforms + 1);
	size_t n;

	n = (size_t)snprintf(out, NAME_MAX_LEN, "%s/",
	    slot % 2 ? "shop" : "chats");
	if (f < nforms) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(out + n, NAME_MAX_LEN - n, form[f], k);
#pragma GCC diagnostic pop
		return;
	}
	memset(out + n, 'n', LONG_NAME);
	(void)snprintf(out + n + LONG_NAME, NAME_MAX_LEN - n - LONG_NAME,
	    "%u", k);
}

struct bytes {
	uint8_t *p;
	size_t n;
};

static void
grow(struct bytes *b, size_t n)
{
	b->p = realloc(b->p, n + 1);
	if (b->p == NULL)
		die("realloc", "");
	b->n = n;
}

static bool
load(const char *path, struct bytes *b, struct stat *st)
{
	int fd = open(path, O_RDONLY);
	size_t have = 0;
	ssize_t got;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return false;
	if (fd < 0 || fstat(fd, st) != 0)
		die("open", path);
	grow(b, (size_t)st->st_size);
	while (have < b->n && (got = read(fd, b->p + have, b->n - have)) > 0)
		have += (size_t)got;
	if (have != b->n)
		die("read", path);
	(void)close(fd);
	return true;
}

static void
parents(const char *path)
{
	char dir[NAME_MAX_LEN];

	for (const char *s = path; (s = strchr(s, '/')) != NULL; s++) {
		(void)snprintf(dir, sizeof(dir), "%.*s", (int)(s - path),
		    path);
		if (dir[0] != '\0' && mkdir(dir, 0755) != 0 &&
		    errno != EEXIST)
			die("mkdir", dir);
	}
}

/* In place: the inode stays. */
static void
save(const char *path, const struct bytes *b)
{
	int fd;

	parents(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0)
		die("create", path);
	for (size_t at = 0; at < b->n;) {
		ssize_t put = write(fd, b->p + at, b->n - at);

		if (put <= 0)
			die("write", path);
		at += (size_t)put;
	}
	(void)close(fd);
}

/* Lines of a chat, or bytes that do not compress. */
static void
fill(uint8_t *p, size_t n)
{
	static const char word[8][8] = {"lamp ", "price ", "please ", "ok ",
	    "询价 ", "order ", "\n", "L-100 "};
	bool text = next(3) > 0;

	for (size_t i = 0; i < n;) {
		if (!text) {
			p[i++] = (uint8_t)next(256);
			continue;
		}
		for (const char *w = word[next(8)]; *w != '\0' && i < n; w++)
			p[i++] = (uint8_t)*w;
	}
}

static size_t
some_size(void)
{
	switch (next(10)) {
	case 0:
		return 0;
	case 1:
		return next(400000);
	case 2:
	case 3:
		return next(40000);
	default:
		return next(3000);
	}
}

/* Time of the change: now and then the one from before, as a forger would. */
static void
set_time(const char *path, unsigned day, const struct stat *before)
{
	struct timespec ts[2];

	ts[0].tv_sec = ts[1].tv_sec = (time_t)(1600000000 + day * 86400 +
	    next(86400));
	ts[0].tv_nsec = ts[1].tv_nsec = (long)next(1000000000);
	if (before != NULL && next(6) == 0)
		ts[1] = before->st_mtim;
	if (utimensat(AT_FDCWD, path, ts, 0) != 0)
		die("utimensat", path);
}

static void
change_bytes(struct bytes *b)
{
	size_t at, n = some_size() / 4 + 1;

	switch (next(5)) {
	case 0:
	case 1:			/* append */
		at = b->n;
		grow(b, at + n);
		fill(b->p + at, n);
		break;
	case 2:			/* cut */
		b->n = next(b->n + 1);
		break;
	case 3:			/* insert */
		at = next(b->n + 1);
		grow(b, b->n + n);
		memmove(b->p + at + n, b->p + at, b->n - n - at);
		fill(b->p + at, n);
		break;
	default:		/* overwrite */
		at = next(b->n + 1);
		if (n > b->n - at)
			n = b->n - at;
		fill(b->p + at, n);
	}
}

static void
move(const char *from, const char *to)
{
	struct stat st;

	if (lstat(to, &st) == 0)
		return;
	parents(to);
	if (rename(from, to) != 0)
		die("rename", from);
}

static void
one_change(unsigned day, struct bytes *b)
{
	char path[NAME_MAX_LEN], to[NAME_MAX_LEN];
	unsigned slot = (unsigned)next(SLOTS);
	struct stat st;

	slot_name(slot, path);
	if (!load(path, b, &st)) {
		grow(b, some_size());
		fill(b->p, b->n);
		save(path, b);
		set_time(path, day, NULL);
		return;
	}
	switch (next(12)) {
	case 0:
		if (unlink(path) != 0)
			die("unlink", path);
		break;
	case 1:
		if (chmod(path, next(2) ? 0640 : 0600) != 0)
			die("chmod", path);
		break;
	case 2:
		set_time(path, day, NULL);
		break;
	case 3:
		slot_name((slot + 2 * (unsigned)next(SLOTS / 2)) % SLOTS, to);
		move(path, to);
		break;
	default:
		change_bytes(b);
		save(path, b);
		set_time(path, day, &st);
	}
}

static int
step(const char *dir, uint64_t seed, unsigned day)
{
	struct bytes b = {NULL, 0};
	unsigned n;

	rng = seed * 1000003 + day;
	if (chdir(dir) != 0)
		die("chdir", dir);
	n = day == 0 ? SLOTS : (unsigned)next(24);
	while (n-- > 0)
		one_change(day, &b);
	free(b.p);
	return 0;
}

/* --- diff --- */

enum op { ADDED, APPENDED, REWRITTEN, TRUNCATED, REMOVED, MOVED, TOUCHED,
	NOPS };

struct slot {
	bool was, is;
	struct bytes old, new;
	struct stat before, after;
	bool taken;
};

static bool
equal(const struct bytes *a, const struct bytes *b)
{
	return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

static bool
begins(const struct bytes *a, const struct bytes *prefix)
{
	return a->n > prefix->n && memcmp(a->p, prefix->p, prefix->n) == 0;
}

static enum op
class_of(struct slot v[static SLOTS], unsigned i)
{
	struct slot *s = &v[i];

	if (s->was) {
		if (begins(&s->new, &s->old))
			return APPENDED;
		return begins(&s->old, &s->new) ? TRUNCATED : REWRITTEN;
	}
	for (unsigned k = i % 2; k < SLOTS && s->new.n > 0; k += 2) {
		if (v[k].was && !v[k].is && !v[k].taken &&
		    equal(&v[k].old, &s->new)) {
			v[k].taken = true;
			return MOVED;
		}
	}
	return ADDED;
}

static int
diff(const char *old, const char *new)
{
	static struct slot v[SLOTS];
	unsigned long count[NOPS] = {0};
	char name[NAME_MAX_LEN], path[2 * NAME_MAX_LEN];

	for (unsigned i = 0; i < SLOTS; i++) {
		slot_name(i, name);
		(void)snprintf(path, sizeof(path), "%s/%s", old, name);
		v[i].was = load(path, &v[i].old, &v[i].before);
		(void)snprintf(path, sizeof(path), "%s/%s", new, name);
		v[i].is = load(path, &v[i].new, &v[i].after);
	}
	for (unsigned i = 0; i < SLOTS; i++) {
		if (!v[i].is)
			continue;
		if (!v[i].was || !equal(&v[i].old, &v[i].new))
			count[class_of(v, i)]++;
		else if (v[i].before.st_mode != v[i].after.st_mode ||
		    v[i].before.st_mtim.tv_sec != v[i].after.st_mtim.tv_sec ||
		    v[i].before.st_mtim.tv_nsec != v[i].after.st_mtim.tv_nsec)
			count[TOUCHED]++;
	}
	for (unsigned i = 0; i < SLOTS; i++)
		if (v[i].was && !v[i].is && !v[i].taken)
			count[REMOVED]++;
	for (unsigned i = 0; i < NOPS; i++)
		(void)printf("%lu%s", count[i], i + 1 < NOPS ? " " : "\n");
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "step") == 0)
		return step(argv[2], strtoull(argv[3], NULL, 10),
		    (unsigned)strtoul(argv[4], NULL, 10));
	if (argc == 4 && strcmp(argv[1], "diff") == 0)
		return diff(argv[2], argv[3]);
	(void)fprintf(stderr, "usage: flow_model step DIR SEED DAY | "
	    "diff OLD NEW\n");
	return 2;
}
