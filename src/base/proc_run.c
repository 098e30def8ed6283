/* base/proc_run.c - a program from its first to its last byte. */
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#include "base/banned.h"

#define TICK_MS 100		/* how often a wait looks at other things */
#define PIPE_STEP 65536

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);	/* a pipe: nothing to report */
	*fd = -1;
}

/* One proc_run under way. */
struct run {
	struct proc p;
	const uint8_t *input;
	size_t input_left;
	struct buf *out;
	struct buf *errtext;
	int64_t until;		/* clock_mono_ms, 0 for never */
};

static int
set_nonblock(int fd, struct err *e)
{
	int fl;

	if (fd < 0)
		return 0;
	fl = fcntl(fd, F_GETFL);
	if (fl < 0 || fcntl(fd, F_SETFL, fl | O_NONBLOCK) < 0)
		return err_sys(e, errno, "cannot set up a pipe");
	return 0;
}

/* As much input as the pipe takes. */
static void
feed(struct run *r)
{
	ssize_t n = 0;

	while (r->input_left > 0) {
		n = write(r->p.in, r->input, r->input_left);
		if (n < 0)
			break;
		r->input += n;
		r->input_left -= (size_t)n;
	}
	/* EPIPE: it does not want the rest, which is its own affair. */
	if (r->input_left == 0 || (errno != EAGAIN && errno != EINTR))
		proc_close_in(&r->p);
}

/* At the maximum only the end may follow. */
static int
expect_end(int *fd, const struct buf *b, struct err *e)
{
	char c;
	ssize_t n = read(*fd, &c, 1);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		return err_sys(e, errno, "cannot read from a program");
	if (n > 0)
		return err_set(e, ERR_NOMEM,
		    "a program wrote more than %zu bytes", b->max);
	close_fd(fd);
	return 0;
}

/* What is there now; *fd is closed at its end. */
static int
drain(int *fd, struct buf *b, struct err *e)
{
	size_t room;
	ssize_t n;

	while (*fd >= 0 && b->len < b->max) {
		room = b->max - b->len;
		if (buf_reserve(b, room < PIPE_STEP ? room : PIPE_STEP, e) < 0)
			return -1;
		n = read(*fd, b->data + b->len, b->cap - b->len);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n < 0)
			return err_sys(e, errno, "cannot read from a program");
		if (n == 0) {
			close_fd(fd);
			return 0;
		}
		b->len += (size_t)n;
		b->data[b->len] = '\0';
	}
	return *fd >= 0 ? expect_end(fd, b, e) : 0;
}

static int
drain_both(struct run *r, struct err *e)
{
	if (r->out && drain(&r->p.out, r->out, e) < 0)
		return -1;
	if (r->errtext && drain(&r->p.err, r->errtext, e) < 0)
		return -1;
	return 0;
}

/* -1 if the user or the deadline has ended it. */
static int
still_wanted(const struct run *r, const char *name, struct err *e)
{
	if (proc_interrupted())
		return err_set(e, ERR_INTR, "interrupted");
	if (r->until != 0 && clock_mono_ms() >= r->until)
		return err_set(e, ERR_NET, "'%s' did not end in time", name);
	return 0;
}

/* Move bytes until all pipes are closed or the program has ended. */
static int
pump(struct run *r, const char *name, struct err *e)
{
	struct pollfd fds[3];
	int n;

	while (r->p.in >= 0 || r->p.out >= 0 || r->p.err >= 0) {
		if (still_wanted(r, name, e) < 0)
			return -1;
		fds[0] = (struct pollfd){r->p.in, POLLOUT, 0};
		fds[1] = (struct pollfd){r->p.out, POLLIN, 0};
		fds[2] = (struct pollfd){r->p.err, POLLIN, 0};
		n = poll(fds, 3, TICK_MS);
		if (n < 0 && errno != EINTR)
			return err_sys(e, errno, "cannot wait for '%s'", name);
		if (n > 0 && r->p.in >= 0 && fds[0].revents != 0)
			feed(r);
		/*
		 * A program may leave one behind that holds the pipes open
		 * (ssh's shared connection): its own end is what counts.
		 */
		if (n == 0 && proc_ended(r->p.pid))
			return drain_both(r, e);
		if (drain_both(r, e) < 0)
			return -1;
	}
	return 0;
}

int
proc_run(const char *const argv[], const char *const env[],
	const void *input, size_t input_len, struct buf *out,
	struct buf *errtext, int deadline_ms, struct err *e)
{
	struct run r;
	long step = 1;

	memset(&r, 0, sizeof(r));
	r.input = input;
	r.input_left = input ? input_len : 0;
	r.out = out;
	r.errtext = errtext;
	r.until = deadline_ms > 0 ? clock_mono_ms() + deadline_ms : 0;
	if (proc_spawn(&r.p, argv, env, (input ? PROC_IN : 0) |
	    (out ? PROC_OUT : 0) | (errtext ? PROC_ERR : 0), e) < 0)
		return -1;
	if (set_nonblock(r.p.in, e) < 0 || set_nonblock(r.p.out, e) < 0 ||
	    set_nonblock(r.p.err, e) < 0 || pump(&r, argv[0], e) < 0)
		goto fail;
	while (!proc_ended(r.p.pid)) {
		if (still_wanted(&r, argv[0], e) < 0)
			goto fail;
		clock_nap_ms(step);
		step = step * 2 > TICK_MS ? TICK_MS : step * 2;
	}
	return proc_wait(&r.p, e);
fail:
	proc_kill(&r.p);
	return -1;
}
