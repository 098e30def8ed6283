/* desk/inspect.c - foreign bytes are looked at in a process of their own. */
#include "desk/inspect.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/proc.h"
#include "base/sandbox.h"

#include "base/banned.h"

/* What the helper gets by being forked, and what it sends back. */
struct asked {
	const void *data;
	size_t n;
};

struct answer {
	struct err e;		/* ERR_NONE: info counts */
	struct age_info info;
};

static int
look(int fd, void *arg)
{
	const struct asked *q = arg;
	struct answer *a = calloc(1, sizeof(*a));
	struct err ignored = ERR_INIT;

	if (!a)
		return 1;
	if (sandbox_enter(SANDBOX_OPENER, NULL, &a->e) == 0)
		(void)age_inspect(&a->info, q->data, q->n, &a->e);
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

int
inspect_file(struct age_info *info, const void *data, size_t n, struct err *e)
{
	struct asked q = {data, n};
	struct answer *a = calloc(1, sizeof(*a));
	struct err ignored = ERR_INIT;
	size_t got = 0;
	int rc = -1, fd = -1;
	pid_t pid;

	if (!a)
		return err_nomem(e);
	pid = proc_fork(look, &q, NULL, 0, &fd, e);
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
	rc = 0;
out:
	free(a);
	return rc;
}
