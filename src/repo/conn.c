/* repo/conn.c - full duplex with a child, under a stall deadline. */
#include "repo/conn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#include "base/banned.h"

#define CHUNK 65536
#define ERR_MAX 8192
#define TICK_MS 500		/* how often an interrupt is looked for */
#define END_MS 2000		/* a child that has closed everything */

static int
set_nonblock(int fd, struct err *e)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return err_sys(e, errno, "cannot set up a pipe");
	return 0;
}

static int
setup(struct conn *c, int stall_ms, struct err *e)
{
	memset(c, 0, sizeof(*c));
	c->proc = (struct proc)PROC_INIT;
	c->stall_ms = stall_ms;
	buf_init(&c->err, ERR_MAX);
	c->chunk = malloc(CHUNK);
	return c->chunk ? 0 : err_nomem(e);
}

int
conn_spawn(struct conn *c, const char *const argv[], const char *const env[],
	int stall_ms, struct err *e)
{
	if (setup(c, stall_ms, e) < 0 || proc_spawn(&c->proc, argv, env,
	    PROC_IN | PROC_OUT | PROC_ERR, e) < 0)
		return -1;
	if (set_nonblock(c->proc.in, e) < 0 ||
	    set_nonblock(c->proc.out, e) < 0 ||
	    set_nonblock(c->proc.err, e) < 0)
		return -1;
	return 0;
}

int
conn_fork(struct conn *c, int (*fn)(int fd, void *arg), void *arg,
	int stall_ms, struct err *e)
{
	if (setup(c, stall_ms, e) < 0)
		return -1;
	c->forked = true;
	c->proc.pid = proc_fork(fn, arg, NULL, 0, &c->proc.out, e);
	if (c->proc.pid < 0) {
		c->proc.out = -1;
		return -1;
	}
	c->proc.in = c->proc.out;
	return set_nonblock(c->proc.out, e);
}

/* Keep the end of what goes to stderr. */
static void
read_err(struct conn *c)
{
	ssize_t n = read(c->proc.err, c->chunk, CHUNK);
	size_t len;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		(void)close(c->proc.err);
		c->proc.err = -1;
		return;
	}
	len = (size_t)n;
	if (len > ERR_MAX)
		len = ERR_MAX;
	if (c->err.len + len > ERR_MAX)
		buf_drop(&c->err, c->err.len + len - ERR_MAX);
	/* without memory only its text is lost */
	(void)buf_add(&c->err, c->chunk + n - len, len, NULL);
}

static int
read_out(struct conn *c, struct err *e)
{
	ssize_t n = read(c->proc.out, c->chunk, CHUNK);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		c->ended = true;	/* also a reset: no more will come */
		return 0;
	}
	return c->feed ? c->feed(c->arg, c->chunk, (size_t)n, e) : 0;
}

/*
 * Wait until something moves: *CAN_WRITE is set if in is ready, what comes is
 * taken.  WANT: we have something to write.
 */
static int
turn(struct conn *c, bool want, bool *can_write, int64_t until, struct err *e)
{
	struct pollfd p[3] = {
		{c->ended ? -1 : c->proc.out, POLLIN, 0},
		{c->proc.err, POLLIN, 0},
		{want ? c->proc.in : -1, POLLOUT, 0}
	};
	int64_t left = until - clock_mono_ms();
	int n;

	*can_write = false;
	if (left <= 0)
		return err_set(e, ERR_NET, "the central does not answer: "
		    "nothing moved for %d seconds", c->stall_ms / 1000);
	n = poll(p, 3, left < TICK_MS ? (int)left : TICK_MS);
	if (proc_interrupted())
		return err_set(e, ERR_INTR, "interrupted");
	if (n < 0 && errno != EINTR)
		return err_sys(e, errno, "cannot wait for the central");
	if (n <= 0)
		return 0;
	if (p[1].revents)
		read_err(c);
	if (p[0].revents && read_out(c, e) < 0)
		return -1;
	*can_write = p[2].revents != 0;
	/* 1: it moved */
	return (p[0].revents || p[1].revents || p[2].revents) ? 1 : 0;
}

/* Write what goes in; true if some did. */
static bool
write_some(struct conn *c, const uint8_t **p, size_t *n)
{
	/* On a socket SIGPIPE comes unless told otherwise. */
	ssize_t k = c->forked ? send(c->proc.in, *p, *n, MSG_NOSIGNAL) :
	    write(c->proc.in, *p, *n);

	if (k < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (k < 0) {
		c->deaf = true;
		return false;
	}
	*p += k;
	*n -= (size_t)k;
	c->sent += (uint64_t)k;
	return k > 0;
}

int
conn_write(struct conn *c, const void *data, size_t n, struct err *e)
{
	int64_t until = clock_mono_ms() + c->stall_ms;
	const uint8_t *p = data;
	bool can_write;
	int rc;

	while (n > 0 && !c->deaf) {
		if (c->ended) {
			c->deaf = true;
			break;
		}
		rc = turn(c, true, &can_write, until, e);
		if (rc < 0)
			return -1;
		/* Only bytes count: a pipe may be "ready" and take none. */
		if ((can_write && write_some(c, &p, &n)) ||
		    (rc > 0 && !can_write))
			until = clock_mono_ms() + c->stall_ms;
	}
	return 0;
}

void
conn_shut(struct conn *c)
{
	if (c->forked) {
		if (c->proc.in >= 0)
			(void)shutdown(c->proc.in, SHUT_WR);
		c->proc.in = -1;
		return;
	}
	proc_close_in(&c->proc);
}

int
conn_read(struct conn *c, const bool *done, struct err *e)
{
	int64_t until = clock_mono_ms() + c->stall_ms;
	bool can_write;
	int rc;

	while (!*done && !c->ended) {
		rc = turn(c, false, &can_write, until, e);
		if (rc < 0)
			return -1;
		if (rc > 0)
			until = clock_mono_ms() + c->stall_ms;
	}
	return 0;
}

/* Its last words on stderr, and a moment to end by itself. */
int
conn_status(struct conn *c)
{
	int64_t until = clock_mono_ms() + END_MS;
	struct timespec pause = {0, 5000000};
	struct pollfd p;
	struct err e;

	conn_shut(c);
	while (c->proc.pid > 0 && clock_mono_ms() < until) {
		p = (struct pollfd){c->proc.err, POLLIN, 0};
		if (c->proc.err >= 0 && poll(&p, 1, 20) > 0)
			read_err(c);
		if (!proc_ended(c->proc.pid)) {
			if (c->proc.err < 0)
				(void)nanosleep(&pause, NULL);
			continue;
		}
		while (c->proc.err >= 0 && poll(&p, 1, 0) > 0) {
			read_err(c);
			p.fd = c->proc.err;
		}
		if (c->forked)
			c->proc.in = -1;
		return proc_wait(&c->proc, &e);
	}
	return -1;
}

void
conn_close(struct conn *c)
{
	if (c->forked)
		c->proc.in = -1;	/* is out as well */
	/* One that is stuck gets no time. */
	if (c->proc.pid > 0 && c->ended)
		(void)conn_status(c);
	if (c->proc.pid > 0 && c->forked)
		(void)kill(c->proc.pid, SIGKILL);
	if (c->proc.pid > 0)
		proc_kill(&c->proc);
	buf_release(&c->err);
	free(c->chunk);
	c->chunk = NULL;
}

const char *
conn_last_line(struct conn *c)
{
	char *s = (char *)c->err.data;
	char *lf;

	if (!s)
		return "";
	while (c->err.len > 0 && (s[c->err.len - 1] == '\n' ||
	    s[c->err.len - 1] == '\r'))
		s[--c->err.len] = '\0';
	lf = strrchr(s, '\n');
	return lf ? lf + 1 : s;
}
