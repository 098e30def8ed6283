/* cli/pass.c - passphrases from a descriptor or from the terminal. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/str.h"
#include "crypto/secmem.h"

#include "base/banned.h"

/*
 * One line into OUT (CLI_PASS_MAX + 1 bytes), byte by byte: what follows
 * belongs to the next reader.  1 with a line, 0 at the end, -1.
 */
static int
read_line(int fd, char *out, struct err *e)
{
	size_t n = 0;
	struct pollfd wait = {fd, POLLIN, 0};
	ssize_t got;
	char c;

	for (;;) {
		/* Ctrl-C ends a poll(), but read() goes on behind it; the
		 * second would end us with the terminal's echo off. */
		got = poll(&wait, 1, -1);
		if (proc_interrupted())
			return err_set(e, ERR_INTR, "interrupted");
		if (got >= 0)
			got = read(fd, &c, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, errno, "cannot read the passphrase");
		if (got == 0 && n == 0)
			return 0;
		if (got == 0 || c == '\n')
			break;
		if (c == '\0')
			return err_set(e, ERR_USAGE,
			    "the passphrase holds a NUL byte");
		if (n == CLI_PASS_MAX)
			return err_set(e, ERR_USAGE,
			    "the passphrase is longer than %d bytes",
			    CLI_PASS_MAX);
		out[n++] = c;
	}
	out[n] = '\0';
	secmem_wipe(&c, 1);
	return 1;
}

static int
from_fd(const char *option, const char *number, char *out, struct err *e)
{
	int64_t fd;
	int rc;

	if (str_to_i64(number, 0, 1 << 20, &fd) < 0)
		return err_set(e, ERR_USAGE,
		    "--%s takes the number of a file descriptor, not '%s'",
		    option, number);
	rc = read_line((int)fd, out, e);
	if (rc == 0) {
		(void)err_set(e, ERR_USAGE,
		    "no passphrase on file descriptor %d", (int)fd);
		return err_hint(e, "write one line to it, e.g. %d<FILE",
		    (int)fd);
	}
	return rc < 0 ? -1 : 0;
}

/* Ask once on TTY; its echo is off already. */
static int
ask(int tty, const char *prompt, char *out, struct err *e)
{
	int rc;

	(void)dprintf(tty, "%s: ", prompt);
	rc = read_line(tty, out, e);
	(void)dprintf(tty, "\n");
	if (rc == 0)
		return err_set(e, ERR_INTR, "no passphrase was given");
	return rc < 0 ? -1 : 0;
}

static int
ask_twice(int tty, const char *prompt, char *out, struct err *e)
{
	char *again = secmem_new(CLI_PASS_MAX + 1);
	int rc = -1;

	if (!again)
		return err_nomem(e);
	if (ask(tty, prompt, out, e) < 0 ||
	    ask(tty, cli_tr("once more"), again, e) < 0)
		goto out;
	if (strcmp(out, again) != 0) {
		(void)err_set(e, ERR_USAGE, "the two passphrases differ");
		goto out;
	}
	rc = 0;
out:
	secmem_free(again);
	return rc;
}

/* The terminal, and how it was; -1 where there is none. */
static int
open_tty(struct termios *was)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (tty >= 0 && tcgetattr(tty, was) < 0) {
		(void)close(tty);
		tty = -1;
	}
	return tty;
}

static int
echo_off(int tty, const struct termios *was, struct err *e)
{
	struct termios quiet = *was;

	quiet.c_lflag &= ~(tcflag_t)ECHO;
	if (tcsetattr(tty, TCSAFLUSH, &quiet) < 0)
		return err_sys(e, errno, "cannot turn the terminal's echo off");
	return 0;
}

/* With echo off, and the terminal as it was on every way out. */
static int
from_terminal(const char *option, const char *prompt, bool confirm, char *out,
	struct err *e)
{
	struct termios was;
	int rc = -1;
	int tty = open_tty(&was);

	if (tty < 0) {
		(void)err_set(e, ERR_USAGE, "no terminal to ask for: %s",
		    prompt);
		return err_hint(e, "give it on a descriptor: --%s 3 3<FILE",
		    option);
	}
	if (echo_off(tty, &was, e) == 0) {
		rc = confirm ? ask_twice(tty, prompt, out, e) :
		    ask(tty, prompt, out, e);
		(void)tcsetattr(tty, TCSAFLUSH, &was);
	}
	(void)close(tty);
	return rc;
}

char *
cli_passphrase_from(const struct cli *c, const char *option,
	const char *prompt, bool confirm, struct err *e)
{
	const char *number = cli_value(c, option);
	char *pass = secmem_new(CLI_PASS_MAX + 1);
	int rc;

	if (!pass) {
		(void)err_nomem(e);
		return NULL;
	}
	/* the opener gets one of its own (desk/opener.c) */
	secmem_keep_from_children(pass, CLI_PASS_MAX + 1);
	if (number)
		rc = from_fd(option, number, pass, e);
	else
		rc = from_terminal(option, cli_tr(prompt), confirm, pass, e);
	if (rc == 0 && confirm && pass[0] == '\0')
		rc = err_set(e, ERR_USAGE, "the passphrase is empty");
	if (rc < 0) {
		secmem_free(pass);
		return NULL;
	}
	return pass;
}

char *
cli_passphrase(const struct cli *c, const char *prompt, bool confirm,
	struct err *e)
{
	return cli_passphrase_from(c, "passphrase-fd", prompt, confirm, e);
}

/* --- Other lines that a person types, secret or not. */

/* As read_line(), in words that fit any line. */
static int
read_any(int fd, char *out, struct err *e)
{
	int rc = read_line(fd, out, e);

	if (rc < 0 && e->code == ERR_USAGE)
		(void)err_set(e, ERR_USAGE, "a line of more than %d bytes, or "
		    "one that holds a NUL byte", CLI_PASS_MAX);
	if (rc > 0 && str_ends(out, "\r"))	/* typed on another system */
		out[strlen(out) - 1] = '\0';
	return rc;
}

static int
ask_any(int tty, const char *prompt, char *out, struct err *e)
{
	int rc;

	(void)dprintf(tty, "%s", prompt);
	rc = read_any(tty, out, e);
	if (rc == 0)
		return err_set(e, ERR_INTR, "interrupted");
	return rc < 0 ? -1 : 0;
}

static int
no_terminal(struct err *e)
{
	return err_set(e, ERR_USAGE, "no terminal to ask on");
}

int
cli_ask(const char *prompt, char out[static CLI_PASS_MAX + 1], struct err *e)
{
	struct termios was;
	int rc, tty = open_tty(&was);

	if (tty < 0)
		return no_terminal(e);
	rc = ask_any(tty, prompt, out, e);
	(void)close(tty);
	return rc;
}

/* PROMPT, and the same once more unless nothing was typed, until both agree. */
static int
ask_hidden(int tty, const char *prompt, bool confirm, char *out, char *again,
	struct err *e)
{
	for (;;) {
		if (ask_any(tty, prompt, out, e) < 0)
			return -1;
		(void)dprintf(tty, "\n");
		if (!confirm || out[0] == '\0')
			return 0;
		(void)dprintf(tty, "%s: ", cli_tr("once more"));
		if (ask_any(tty, "", again, e) < 0)
			return -1;
		(void)dprintf(tty, "\n");
		if (strcmp(out, again) == 0)
			return 0;
		(void)dprintf(tty, "%s\n", cli_tr("The two differ."));
	}
}

char *
cli_ask_hidden(const char *prompt, bool confirm, struct err *e)
{
	char *out = secmem_new(CLI_PASS_MAX + 1);
	char *again = secmem_new(CLI_PASS_MAX + 1);
	struct termios was;
	int rc = -1, tty = open_tty(&was);

	if (tty < 0) {
		(void)no_terminal(e);
	} else if (!out || !again) {
		(void)err_nomem(e);
	} else if (echo_off(tty, &was, e) == 0) {
		rc = ask_hidden(tty, prompt, confirm, out, again, e);
		(void)tcsetattr(tty, TCSAFLUSH, &was);
	}
	if (tty >= 0)
		(void)close(tty);
	secmem_free(again);
	if (rc < 0) {
		secmem_free(out);
		return NULL;
	}
	return out;
}

char *
cli_hidden_line(int fd, struct err *e)
{
	char *out = secmem_new(CLI_PASS_MAX + 1);
	int rc = out ? read_any(fd, out, e) : err_nomem(e);

	if (rc < 0) {
		secmem_free(out);
		return NULL;
	}
	if (rc == 0)
		out[0] = '\0';
	return out;
}
