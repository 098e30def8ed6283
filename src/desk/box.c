/* desk/box.c - the process in which foreign bytes are parsed. */
#include "desk/box.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "base/file.h"
#include "base/proc.h"
#include "base/sandbox.h"
#include "crypto/hash.h"
#include "desk/reheads.h"

#include "base/banned.h"

#define FAILED 126	/* the reply says why */

/* What the helper sends back before it ends; the same program reads it. */
struct reply {
	struct err e;
	char control[CANON_ID_LEN];	/* checked commit, "" = none */
};

struct call {
	struct box *box;
	int (*fn)(struct box *b, void *arg, struct err *e);
	void *arg;
	bool boxed;
	struct reheads *reheads;
	char control[CANON_ID_LEN];
};

static void
close_all(struct call *c)
{
	struct box *b = c->box;

	policy_free(b->policy);
	control_release(&b->control);
	mirror_close(b->records);
	mirror_close(b->control_clone);
	mirror_close(b->desk);
	if (b->opener)
		opener_others(b->opener, NULL, NULL);
	reheads_free(c->reheads);
	c->reheads = NULL;
	b->desk = NULL;
	catalogue_close(b->catalogue);
	b->policy = NULL;
	b->records = b->control_clone = NULL;
	b->catalogue = NULL;
}

static int
open_mirrors(struct box *b, struct err *e)
{
	char pin[CANON_ID_LEN];

	if (deskhome_pin_load(b->home, pin, e) < 0)
		return -1;
	if (control_load(&b->control, b->home->control,
	    pin[0] != '\0' ? pin : NULL, e) < 0)
		return -1;
	b->control_clone = mirror_open(b->home->control, e);
	if (!b->control_clone)
		return -1;
	if (!b->no_records)
		b->records = mirror_open(b->home->records, e);
	if (!b->no_records && !b->records)
		return -1;
	b->policy = policy_new(b->control_clone, &b->control, e);
	return b->policy ? 0 : -1;
}

/* All of desk.git's headers into the catalogue, which may begin anew. */
static int
take_reheads(struct box *b, struct err *e)
{
	int rc = reheads_take(b->catalogue, b->desk, e);

	if (rc <= 0)
		return rc;
	catalogue_close(b->catalogue);
	b->catalogue = NULL;
	if (catalogue_remove(b->home->catalogue, e) < 0)
		return -1;
	b->catalogue = catalogue_open(b->home->catalogue, true, e);
	return b->catalogue ? reheads_take(b->catalogue, b->desk, e) : -1;
}

/*
 * Headers that desk.git has for today's readers, for the opener to ask for.  Its
 * history needs no check: what a header gives is held against the file.
 */
static int
open_reheads(struct call *c, struct err *e)
{
	struct box *b = c->box;

	if (file_is_dir(b->home->desk)) {
		b->desk = mirror_open(b->home->desk, e);
		if (!b->desk)
			return -1;
	}
	if (!b->opener || !b->catalogue)
		return 0;
	if (b->make && b->desk && take_reheads(b, e) < 0)
		return -1;
	c->reheads = reheads_open(b->home->catalogue, e);
	if (!c->reheads)
		return -1;
	opener_others(b->opener, reheads_find, c->reheads);
	return 0;
}

static int
enter(const struct box *b, struct err *e)
{
	const char *const ro[] = {b->home->control, b->home->records,
	    b->home->desk, b->home->pin, b->home->unsent,
	    "/usr/share/zoneinfo", "/usr/lib/locale", NULL};
	bool index = !b->bare && file_exists(b->home->index);
	const char *const rw[] = {index ? b->home->index : b->rw,
	    index ? b->rw : NULL, NULL};
	const struct sandbox_paths paths = {ro, rw};

	return sandbox_enter(SANDBOX_PARSER, &paths, e);
}

/*
 * Objects of some MiB come and go: where each is mapped anew, the kernel's
 * clearing of their pages is a sixth of a restore.
 */
static void
keep_pages(void)
{
#ifdef __GLIBC__
	/* Without them it is only slower. */
	(void)mallopt(M_ARENA_MAX, 1);
	(void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
	(void)mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

/*
 * What reads files of its own, or loads code, when it is first used, does so
 * before the door is shut: libgit2 its certificates, libcrypto its
 * configuration and the providers that are named there.
 */
static int
start_libraries(struct err *e)
{
	uint8_t sum[HASH_LEN];

	hash_sha256(sum, "", 0);
	return mirror_setup(e);
}

static int
work(struct call *c, struct err *e)
{
	struct box *b = c->box;
	int rc = -1;

	if (start_libraries(e) < 0)
		return -1;
	if (c->boxed && enter(b, e) < 0)
		goto out;
	if (!b->bare && (b->make || file_exists(b->home->catalogue))) {
		b->catalogue = catalogue_open(b->home->catalogue, b->make, e);
		if (!b->catalogue)
			goto out;
	}
	if (b->mirrors && open_mirrors(b, e) < 0)
		goto out;
	if (b->mirrors && open_reheads(c, e) < 0)
		goto out;
	if (b->mirrors)
		memcpy(c->control, b->control.commit, sizeof(c->control));
	rc = c->fn(b, c->arg, e);
out:
	close_all(c);
	mirror_teardown();
	return rc;
}

static int
helper(int fd, void *arg)
{
	struct call *c = arg;
	struct err ignored = ERR_INIT;
	struct reply r;
	int rc;

	memset(&r, 0, sizeof(r));
	keep_pages();
	rc = work(c, &r.e);
	memcpy(r.control, c->control, sizeof(r.control));
	if (fflush(NULL) != 0 && rc >= 0)
		rc = err_stdout(&r.e);
	if (rc < 0 || rc >= FAILED)
		rc = FAILED;
	/* If this fails, the parent says that the helper was lost. */
	(void)file_write(fd, &r, sizeof(r), "box", &ignored);
	return rc;
}

/*
 * It parsed foreign bytes: nothing of its reply is taken as it is.  A pin is
 * where later checks begin, so what moves it is checked here.
 */
static int
save_pin(const struct box *b, const struct reply *r, struct err *e)
{
	char old[CANON_ID_LEN];
	struct control control;
	int rc;

	if (deskhome_pin_load(b->home, old, e) < 0)
		return -1;
	if (r->control[0] == '\0' ||
	    memcmp(r->control, old, sizeof(old)) == 0)
		return 0;
	if (control_load(&control, b->home->control, old[0] ? old : NULL,
	    e) < 0)
		return -1;
	rc = strcmp(control.commit, old) == 0 ? 0 :
	    deskhome_pin_save(b->home, control.commit, e);
	control_release(&control);
	return rc;
}

static int
outcome(const struct box *b, int status, int fd, struct err *e)
{
	struct reply r;
	size_t got = 0;

	if (status < 0)
		return -1;
	if (status > FAILED || file_read(fd, &r, sizeof(r), &got, "box",
	    e) < 0 || got != sizeof(r))
		return err_set(e, ERR_FAIL,
		    "the reading process was lost (%d)", status);
	if (status < FAILED)
		return save_pin(b, &r, e) < 0 ? -1 : status;
	r.e.what[sizeof(r.e.what) - 1] = '\0';
	r.e.hint[sizeof(r.e.hint) - 1] = '\0';
	if (r.e.code <= ERR_NONE || r.e.code > ERR_INTR)
		r.e.code = ERR_FAIL;
	*e = r.e;
	return -1;
}

/* The catalogue's folder, if it may be needed; a home that can be read. */
static int
prepare(const struct box *b, struct err *e)
{
	const char *dir = b->home->dir;

	if (b->make || b->opener)
		return file_mkdirs(b->home->index, 0700, e);
	if (access(dir, R_OK | X_OK) == 0 &&
	    (access(b->home->index, R_OK | X_OK) == 0 || errno == ENOENT))
		return 0;
	(void)err_sys(e, errno, "cannot read the desk in '%s'", dir);
	if (errno == ENOENT)
		return err_hint(e, "run 'liudi-desk init', or name the folder "
		    "with --home");
	return err_hint(e, "run it as the user whose desk it is");
}

int
box_run(struct box *b, int (*fn)(struct box *b, void *arg, struct err *e),
	void *arg, struct err *e)
{
	struct call c = {b, fn, arg, true, NULL, ""};
	int keep[1 + IMPORTER_FDS];
	size_t nkeep = 0;
	int fd = -1;
	pid_t pid;
	int rc;

	if (b->opener && b->mirrors && !(b->pass && b->pass->given))
		return err_set(e, ERR_FAIL, "records were to be opened, and "
		    "the access log does not say so");
	if (prepare(b, e) < 0)
		return -1;
	if (b->opener)
		keep[nkeep++] = opener_fd(b->opener);
	if (b->importer) {
		importer_fds(b->importer, keep + nkeep);
		nkeep += IMPORTER_FDS;
	}
	(void)fflush(NULL);	/* or the helper would print it again */
	pid = proc_fork(helper, &c, keep, nkeep, &fd, e);
	if (pid < 0)
		return -1;
	rc = outcome(b, proc_wait_pid(pid, e), fd, e);
	(void)close(fd);	/* a socket that was read from */
	return rc;
}

int
box_run_here(struct box *b, int (*fn)(struct box *b, void *arg,
	struct err *e), void *arg, struct err *e)
{
	struct call c = {b, fn, arg, false, NULL, ""};

	if (prepare(b, e) < 0)
		return -1;
	return work(&c, e);
}
