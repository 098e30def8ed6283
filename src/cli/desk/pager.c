/* cli/desk/pager.c - long output page by page. */
#include "cli/desk/pager.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/str.h"

#include "base/banned.h"

#define WIDTH_MIN 40
#define WIDTH_MAX 400

void
pager_style(struct talk_style *s)
{
	const bool tty = isatty(STDOUT_FILENO) == 1;
	const char *columns = getenv("COLUMNS"), *term = getenv("TERM");
	struct winsize size;
	int64_t n = 0;

	s->bold = tty && !getenv("NO_COLOR") && term && !str_eq(term, "dumb");
	if ((!columns || str_to_i64(columns, 1, INT32_MAX, &n) < 0) && tty)
		n = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
		    size.ws_col > 0 ? size.ws_col : 80;
	s->width = n == 0 ? 0 : n < WIDTH_MIN ? WIDTH_MIN : n > WIDTH_MAX ?
	    WIDTH_MAX : (size_t)n;
}

static int
start(struct proc *p, bool at_end)
{
	const char *pager = getenv("PAGER");
	const char *const shell[] = {"/bin/sh", "-c", pager, NULL};
	const char *const less[] = {"less", at_end ? "+G" : NULL, NULL};
	const char *env[3] = {NULL, NULL, NULL};
	struct err ignored = ERR_INIT;
	size_t n = 0;

	if (pager && (pager[0] == '\0' || str_eq(pager, "cat")))
		return -1;
	if (!getenv("LESS"))
		env[n++] = "LESS=FRX";
	if (!getenv("LESSCHARSET"))
		env[n++] = "LESSCHARSET=utf-8";
	return proc_spawn(p, pager ? shell : less, env, PROC_IN |
	    PROC_TERMINAL, &ignored);
}

void
pager_open(struct pager *p, const struct cli *c, int64_t lines)
{
	struct winsize size;
	int old;

	if (c->json || isatty(STDOUT_FILENO) != 1)
		return;
	(void)fflush(stdout);
	old = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (old < 0)
		return;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		size.ws_row = 24;
	if (start(&p->proc, lines > size.ws_row) < 0 ||
	    dup2(p->proc.in, STDOUT_FILENO) < 0) {
		(void)close(old);
		proc_close_in(&p->proc);
		return;
	}
	proc_close_in(&p->proc);
	p->terminal = old;
	/* Ctrl-C is the pager's */
	(void)signal(SIGINT, SIG_IGN);
}

void
pager_close(struct pager *p)
{
	struct err ignored = ERR_INIT;

	if (p->terminal < 0)
		return;
	(void)fflush(stdout);
	clearerr(stdout);
	(void)dup2(p->terminal, STDOUT_FILENO);
	(void)close(p->terminal);
	p->terminal = -1;
	(void)proc_wait(&p->proc, &ignored);
}
