/*
 * tests/flow/memory.c - look for secrets where they must not be.
 *
 *     flow_memory PLACE KIND FILE [KIND FILE]...
 *
 * PLACE: a process id, whose memory is read, or a folder, whose files are, names
 * too.  KIND: "pass" a line of text; "age" an age identity file (its text, and
 * the key's bytes); "ssh" an OpenSSH private key (its text, and the seed).
 * Prints "<kind>-text N" and "<kind>-raw N", how often each stands there.
 * Exits 77 if the memory cannot be read.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "crypto/bech32.h"
#include "crypto/hash.h"
#include "sign/sshkey.h"

#include "base/banned.h"

#define MAX_NEEDLES 16
#define PIECE ((size_t)1 << 20)
#define NEEDLE_MAX 128
#define FILE_LEN_MAX 65536

struct needle {
	char name[32];
	uint8_t data[NEEDLE_MAX];
	size_t n;
	long found;
};

static struct needle needle[MAX_NEEDLES];
static size_t nneedles;

static void
die(const char *what)
{
	(void)fprintf(stderr, "flow_memory: %s\n", what);
	exit(2);
}

static void
add(const char *kind, const char *end, const void *data, size_t n)
{
	struct needle *v = &needle[nneedles++];

	if (nneedles == MAX_NEEDLES || n < 8 || n > NEEDLE_MAX)
		die("a needle of an odd length");
	(void)snprintf(v->name, sizeof(v->name), "%s-%s", kind, end);
	memcpy(v->data, data, n);
	v->n = n;
}

/* The middle of a key: arithmetic may set bits at its ends. */
static void
add_raw(const char *kind, const uint8_t *key)
{
	add(kind, "raw", key + 1, 30);
}

static void
add_age(const char *text)
{
	struct buf raw = BUF_INIT(256);
	struct err e = ERR_INIT;
	const char *s = strstr(text, "AGE-SECRET-KEY-1");
	size_t n = s ? strcspn(s, "\r\n") : 0;

	if (!s || bech32_decode(&raw, "AGE-SECRET-KEY-", s, n, &e) < 0)
		die("no identity");
	add("age", "text", s + 16, 40);
	add_raw("age", raw.data);
}

static void
add_ssh(const struct buf *text)
{
	struct err e = ERR_INIT;
	struct sshkey *k = sshkey_parse(text->data, text->len, &e);
	const char *s = buf_str(text);
	int i;

	if (!k)
		die(e.what);
	/* the third line of base64 is secret */
	for (i = 0; s && i < 3; i++)
		s = strchr(s, '\n') ? strchr(s, '\n') + 1 : NULL;
	if (!s)
		die("a short key");
	add("ssh", "text", s, 40);
	add_raw("ssh", sshkey_secret(k));
	sshkey_free(k);
}

static void
add_kind(const char *kind, const char *file)
{
	struct buf text = BUF_INIT(FILE_LEN_MAX);
	struct err e = ERR_INIT;

	if (file_load(file, &text, &e) < 0)
		die(e.what);
	if (strcmp(kind, "pass") == 0)
		add("pass", "text", text.data, strcspn(buf_str(&text), "\n"));
	else if (strcmp(kind, "age") == 0)
		add_age(buf_str(&text));
	else if (strcmp(kind, "ssh") == 0)
		add_ssh(&text);
	else
		die("what kind?");
	buf_wipe(&text);
}

static void
search(const uint8_t *p, size_t n)
{
	const uint8_t *at;
	size_t i, left;

	for (i = 0; i < nneedles; i++)
		for (at = p; (left = n - (size_t)(at - p)) >= needle[i].n &&
		    (at = memmem(at, left, needle[i].data,
		    needle[i].n)) != NULL; at++)
			needle[i].found++;
}

/*
 * [FROM, TO) of FD in pieces that overlap, so that nothing is cut in two; what
 * lies in an overlap may count twice.
 */
static void
search_fd(int fd, uint64_t from, uint64_t to)
{
	static uint8_t piece[PIECE];
	ssize_t got;

	while (from < to) {
		got = pread(fd, piece, to - from < PIECE ? to - from : PIECE,
		    (off_t)from);
		if (got <= 0)
			return;	/* no page there, or the end of the file */
		search(piece, (size_t)got);
		from += (uint64_t)got;
		if (from < to && got > NEEDLE_MAX)
			from -= NEEDLE_MAX;
	}
}

static void
process(const char *pid)
{
	char *maps = str_fmt("/proc/%s/maps", pid);
	char *mem = str_fmt("/proc/%s/mem", pid);
	unsigned long from, to;
	char line[512], rights[8];
	FILE *f = maps ? fopen(maps, "r") : NULL;
	int fd = mem ? open(mem, O_RDONLY | O_CLOEXEC) : -1;

	if (!f || fd < 0) {
		(void)fprintf(stderr, "flow_memory: cannot read %s\n", mem);
		exit(77);
	}
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) == 3 &&
		    rights[0] == 'r' && !strstr(line, "[v"))
			search_fd(fd, from, to);
	(void)fclose(f);
	(void)close(fd);
	free(maps);
	free(mem);
}

static void
folder(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *entry;
	struct stat st;
	char *child;
	int fd;

	if (!d)
		die(path);
	while ((entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		search((const uint8_t *)entry->d_name,
		    strlen(entry->d_name));
		child = str_fmt("%s/%s", path, entry->d_name);
		if (!child || lstat(child, &st) < 0)
			die(path);
		fd = S_ISREG(st.st_mode) ? open(child, O_RDONLY) : -1;
		if (fd >= 0) {
			search_fd(fd, 0, (uint64_t)st.st_size);
			(void)close(fd);
		}
		if (S_ISDIR(st.st_mode))
			folder(child);
		free(child);
	}
	(void)closedir(d);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	int i;

	if (argc < 4 || argc % 2 != 0 || crypto_setup(&e) < 0)
		die("usage: flow_memory PID|FOLDER KIND FILE...");
	for (i = 2; i < argc; i += 2)
		add_kind(argv[i], argv[i + 1]);
	if (strspn(argv[1], "0123456789") == strlen(argv[1]))
		process(argv[1]);
	else
		folder(argv[1]);
	for (i = 0; i < (int)nneedles; i++)
		(void)printf("%s %ld\n", needle[i].name, needle[i].found);
	return 0;
}
