/* cli/desk/progress.c - a line on the terminal about what is being opened. */
#include "cli/desk/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"

#include "base/banned.h"

#define TELL_MS 200

static void
draw(struct progress *p, int64_t now)
{
	char count[CLI_COUNT_LEN], done[CLI_SIZE_LEN], all[CLI_SIZE_LEN];
	char rate[CLI_SIZE_LEN];
	int64_t ms = now - p->started_ms;
	int64_t per_s = ms > 0 ? p->bytes * 1000 / ms : 0;
	int64_t left = p->total_bytes - p->bytes;

	(void)cli_count(p->bundles, "%lld bundle", "%lld bundles", count);
	(void)cli_size((uint64_t)p->bytes, done);
	(void)cli_size((uint64_t)p->total_bytes, all);
	(void)cli_size((uint64_t)per_s, rate);
	(void)fputs("\r\033[K", stderr);
	if (left > 0 && per_s > 0)
		(void)fprintf(stderr, cli_tr("%s, %s of %s, %s/s, "
		    "%lld s left"), count, done, all, rate,
		    (long long)(left / per_s));
	else
		(void)fprintf(stderr, "%s, %s, %s/s", count, done, rate);
	if (p->files > 0)
		(void)fprintf(stderr, ", %s", cli_count(p->files,
		    "%lld chat file", "%lld chat files", count));
	(void)fflush(stderr);
	p->drawn = true;
}

static void
more(struct progress *p, int bundles, size_t bytes, int files)
{
	int64_t now = clock_mono_ms();

	flockfile(stderr);	/* two threads may open */
	p->bundles += bundles;
	p->bytes += (int64_t)bytes;
	p->files += files;
	if (now - p->told_ms >= TELL_MS) {
		p->told_ms = now;
		draw(p, now);
	}
	funlockfile(stderr);
}

static void
on_opened(void *arg, bool bundle, size_t bytes)
{
	more(arg, bundle, bytes, 0);
}

void
progress_file(struct progress *p)
{
	if (p->tty)
		more(p, 0, 0, 1);
}

void
progress_init(struct progress *p, const struct cli *c, struct opener *op)
{
	memset(p, 0, sizeof(*p));
	p->tty = op && !c->json && !c->quiet && isatty(STDERR_FILENO) == 1;
	p->started_ms = clock_mono_ms();
	p->told_ms = p->started_ms - TELL_MS;	/* the first thing is told */
	if (p->tty)
		opener_watch(op, on_opened, p);
}

void
progress_total(struct progress *p, int64_t bytes)
{
	p->total_bytes = bytes;
}

void
progress_clear(struct progress *p)
{
	flockfile(stderr);
	if (p->drawn) {
		(void)fputs("\r\033[K", stderr);
		(void)fflush(stderr);
	}
	p->drawn = false;
	funlockfile(stderr);
}

struct packs {
	const char *dir;
	int64_t bytes;
};

static int
add_pack(const char *name, void *arg, struct err *e)
{
	struct packs *k = arg;
	size_t n = strlen(name);
	struct stat st;
	char *path;

	(void)e;
	if (n < 5 || strcmp(name + n - 5, ".pack") != 0)
		return 0;
	path = path_join(k->dir, name);
	if (path && stat(path, &st) == 0)
		k->bytes += st.st_size;
	free(path);
	return 0;
}

int64_t
progress_packs(const char *dir)
{
	char *packs = path_join(dir, "objects/pack");
	struct packs k = {packs, 0};
	struct err ignored = ERR_INIT;

	if (packs && file_is_dir(packs))
		(void)file_each(packs, add_pack, &k, &ignored);
	free(packs);
	return k.bytes;
}
