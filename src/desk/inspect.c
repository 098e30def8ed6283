/* desk/inspect.c - foreign bytes are looked at in a process of their own. */
#include "desk/inspect.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/sandbox.h"

#include "base/banned.h"

#define PIECE 65536

/* What the helper gets by being forked, and what it sends back. */
struct asked {
	int fd;			/* -1: the bytes */
	const void *data;
	size_t n;
};

struct answer {
	struct err e;		/* ERR_NONE: info counts */
	uint64_t bytes;
	struct age_info info;
};

static int
look_at_head(const struct asked *q, struct answer *a)
{
	struct age_look *l = age_look_new(&a->e);
	int rc = -1;

	if (l && age_look_feed(l, q->data, q->n, &a->e) == 0) {
		rc = 0;
		if (!age_look_header(l, &a->info))
			rc = age_look_finish(l, &a->info, &a->e);
	}
	age_look_free(l);
	return rc;
}

static int
look_at_all(const struct asked *q, struct answer *a)
{
	struct age_look *l = age_look_new(&a->e);
	uint8_t *piece = malloc(PIECE);
	size_t n = PIECE;
	int rc = -1;

	if (l && !piece)
		(void)err_nomem(&a->e);
	while (l && piece && n == PIECE) {
		if (file_read(q->fd, piece, PIECE, &n, "the file", &a->e) < 0 ||
		    age_look_feed(l, piece, n, &a->e) < 0)
			goto out;
		a->bytes += n;
	}
	if (l && piece)
		rc = age_look_finish(l, &a->info, &a->e);
out:
	free(piece);
	age_look_free(l);
	return rc;
}

static int
look(int fd, void *arg)
{
	const struct asked *q = arg;
	struct answer *a = calloc(1, sizeof(*a));
	struct err ignored = ERR_INIT;

	if (!a)
		return 1;
	/* what went wrong stands in a->e */
	if (sandbox_enter(SANDBOX_OPENER, NULL, &a->e) == 0)
		(void)(q->fd >= 0 ? look_at_all(q, a) : look_at_head(q, a));
	return file_write(fd, a, sizeof(*a), "the helper's socket",
	    &ignored) < 0;
}

/* Texts from the box end where their fields end, whatever it sent. */
static void
take(struct age_info *info, struct answer *a)
{
	size_t i;

	if (a->info.nstanzas > AGE_STANZA_MAX)
		a->info.nstanzas = AGE_STANZA_MAX;
	for (i = 0; i < AGE_STANZA_MAX; i++)
		a->info.stanza[i].type[sizeof(a->info.stanza[i].type) - 1] =
		    '\0';
	*info = a->info;
}

/* BYTES may be NULL. */
static int
ask(struct asked *q, struct age_info *info, uint64_t *bytes, struct err *e)
{
	struct answer *a = calloc(1, sizeof(*a));
	struct err ignored = ERR_INIT;
	size_t got = 0;
	int rc = -1, fd = -1;
	pid_t pid;

	if (!a)
		return err_nomem(e);
	pid = proc_fork(look, q, &q->fd, q->fd >= 0 ? 1 : 0, &fd, e);
	if (pid < 0)
		goto out;
	if (file_read(fd, a, sizeof(*a), &got, "the helper's socket", e) < 0)
		got = 0;
	(void)close(fd);
	if (proc_wait_pid(pid, &ignored) != 0 || got != sizeof(*a)) {
		(void)err_set(e, ERR_FAIL, "the helper that reads the file "
		    "broke off");
		goto out;
	}
	if (a->e.code != ERR_NONE) {
		a->e.what[sizeof(a->e.what) - 1] = '\0';
		a->e.hint[sizeof(a->e.hint) - 1] = '\0';
		*e = a->e;
		goto out;
	}
	take(info, a);
	if (bytes)
		*bytes = a->bytes;
	rc = 0;
out:
	free(a);
	return rc;
}

int
inspect_fd(struct age_info *info, uint64_t *bytes, int fd, struct err *e)
{
	struct asked q = {fd, NULL, 0};

	return ask(&q, info, bytes, e);
}

int
inspect_head(struct age_info *info, const void *data, size_t n, struct err *e)
{
	struct asked q = {-1, data, n};

	return ask(&q, info, NULL, e);
}
