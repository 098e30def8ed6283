/*
 * cli/desk/cmd_page_shortcut.c - liudi-desk page-shortcut: a file for the desktop of a
 * Windows PC that opens the page of this desk, and the sheet that says how.
 *
 * The file has no secret: it is ssh with a forwarded port.  What it runs here asks
 * for the passphrase, and the page for a code.
 */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "cli/desk/html.h"
#include "desk/deskhome.h"

#include "base/banned.h"

#define PORT 8080
#define PAGE_MAX ((size_t)1 << 20)

struct shortcut {
	const char *login;		/* "manager@desk.example" */
	const char *home;		/* of the desk, here */
	int64_t port;			/* on the PC */
	int64_t ssh_port;
};

/* Nothing that cmd.exe, ssh or a shell would read as more than itself. */
static bool
is_plain(const char *s, const char *more)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	while (*s && (strchr(alphabet, *s) || strchr(more, *s)))
		s++;
	return *s == '\0';
}

static int
look(const struct cli *c, const struct deskhome *h, struct shortcut *s,
	struct err *e)
{
	const char *port = cli_value(c, "port");
	const char *ssh_port = cli_value(c, "ssh-port");

	s->login = c->args[0];
	s->home = h->dir;
	s->port = PORT;
	s->ssh_port = 22;
	if (s->login[0] == '-' || s->login[0] == '\0' ||
	    !is_plain(s->login, "@"))
		return err_set(e, ERR_USAGE, "'%s' is no login of ssh: "
		    "NAME@MACHINE", s->login);
	if (port && str_to_i64(port, 1, 65535, &s->port) < 0)
		return err_set(e, ERR_USAGE, "--port takes 1 to 65535");
	if (ssh_port && str_to_i64(ssh_port, 1, 65535, &s->ssh_port) < 0)
		return err_set(e, ERR_USAGE, "--ssh-port takes 1 to 65535");
	if (h->dir[0] == '/' && is_plain(h->dir, "/"))
		return 0;
	(void)err_set(e, ERR_USAGE, "'%s' has characters that a command line of "
	    "Windows may not have", h->dir);
	return err_hint(e, "give --home a folder whose name has letters, "
	    "digits, '.', '_' and '-' only");
}

/*
 * What waits for the page and opens it, and ssh, in whose window one types.
 * curl.exe and ssh.exe are part of Windows 10.
 */
static char *
command_file(const struct shortcut *s)
{
	return str_fmt("@echo off\r\n"
	    "chcp 65001 >nul\r\n"
	    "title liudi\r\n"
	    "start \"\" /b cmd /c \"for /l %%%%i in (1,1,300) do @("
	    "curl.exe -sf -o nul http://127.0.0.1:%d/healthz && ("
	    "start http://127.0.0.1:%d/ & exit) || "
	    "ping -n 3 127.0.0.1 >nul)\"\r\n"
	    "ssh.exe -t -p %d -o ExitOnForwardFailure=yes "
	    "-o ServerAliveInterval=30 -L 127.0.0.1:%d:%s/page.sock %s "
	    "liudi-desk --home %s serve --listen unix:%s/page.sock\r\n"
	    "if errorlevel 1 pause\r\n", (int)s->port, (int)s->port,
	    (int)s->ssh_port, (int)s->port, s->home, s->login, s->home,
	    s->home);
}

static void
step(struct html *h, const char *text, const char *command)
{
	html_open(h, "li", NULL);
	html_text(h, text);
	if (command)
		html_element(h, "pre", NULL, command);
	html_close(h, "li");
}

/* A4, in the language of this command. */
static int
sheet(const struct shortcut *s, struct buf *out, struct err *e)
{
	struct html h;
	char *key = str_fmt("type %%USERPROFILE%%\\.ssh\\id_ed25519.pub | "
	    "ssh -p %d %s \"umask 077; mkdir -p .ssh; cat >> "
	    ".ssh/authorized_keys\"", (int)s->ssh_port,
	    s->login);

	html_begin(&h, out, e);
	html_lit(&h, "<!DOCTYPE html>\n");
	html_open(&h, "html", "lang", cli_tr("en"), NULL);
	html_lit(&h, "<meta charset=\"utf-8\"><meta name=\"viewport\" "
	    "content=\"width=device-width\"><meta "
	    "http-equiv=\"Content-Security-Policy\" content=\"default-src "
	    "'none'; style-src 'unsafe-inline'\"><style>"
	    "body{font:16px/1.5 system-ui,\"Microsoft YaHei\",\"Noto Sans CJK "
	    "SC\",sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
	    "pre{font:14px/1.4 ui-monospace,monospace;background:#f3f4f6;"
	    "padding:.5rem .7rem;white-space:pre-wrap;overflow-wrap:anywhere}"
	    "li{margin:.4rem 0}@page{size:A4;margin:18mm}"
	    "@media print{body{margin:0;max-width:none}}</style>");
	html_element(&h, "title", NULL, cli_tr("The page on your PC"));
	html_element(&h, "h1", NULL, cli_tr("The page on your PC"));
	html_element(&h, "p", NULL, s->login);
	html_element(&h, "h2", NULL, cli_tr("Once"));
	html_open(&h, "ol", NULL);
	step(&h, cli_tr("Open a command prompt (Windows key, type cmd, Enter) "
	    "and make a key for this PC; Enter to each question."),
	    "ssh-keygen -t ed25519");
	step(&h, cli_tr("Let it in at the desk's machine; this asks for the "
	    "password of your login there, once."), key);
	step(&h, cli_tr("Put the file liudi.cmd onto the desktop."), NULL);
	html_close(&h, "ol");
	html_element(&h, "h2", NULL, cli_tr("Every day"));
	html_open(&h, "ol", NULL);
	step(&h, cli_tr("Double-click liudi.cmd. In the window that opens, type "
	    "the passphrase of the desk."), NULL);
	step(&h, cli_tr("The browser opens by itself. Type there the eight "
	    "digits that the window shows."), NULL);
	step(&h, cli_tr("When you have seen everything, close the window: the "
	    "page ends with it."), NULL);
	html_close(&h, "ol");
	html_element(&h, "h2", NULL, cli_tr("When it does not open"));
	html_open(&h, "ul", NULL);
	step(&h, cli_tr("'ssh' is not recognized: Settings, Apps, Optional "
	    "features, add OpenSSH Client."), NULL);
	step(&h, cli_tr("The port is in use: another window of it is open. Close "
	    "that one first."), NULL);
	step(&h, cli_tr("The machine cannot be reached, or its key has changed: "
	    "do not go on; ask who looks after the desk's machine."), NULL);
	html_close(&h, "ul");
	html_close(&h, "html");
	free(key);
	return html_end(&h);
}

static int
save(const char *dir, const char *name, const void *data, size_t n,
	const struct cli *c, struct err *e)
{
	char *path = str_fmt("%s/%s", dir, name);
	int rc = -1;

	if (!path)
		return err_nomem(e);
	if (file_exists(path))
		rc = err_set(e, ERR_IO, "'%s' is there already", path);
	else
		rc = file_save(path, data, n, 0644, e);
	if (rc == 0 && !c->quiet)
		(void)printf("%s\n", path);
	free(path);
	return rc;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	const char *dir = cli_value(c, "output");
	struct buf page = BUF_INIT(PAGE_MAX);
	struct shortcut s;
	struct deskhome h;
	char *text = NULL;
	int rc = -1;

	if (!dir)
		dir = ".";
	if (deskhome_open(&h, c->home, e) < 0)
		return CLI_FAILED;
	if (look(c, &h, &s, e) < 0)
		goto out;
	text = command_file(&s);
	if (!text) {
		(void)err_nomem(e);
		goto out;
	}
	if (sheet(&s, &page, e) < 0 ||
	    save(dir, "liudi.cmd", text, strlen(text), c, e) < 0 ||
	    save(dir, "liudi.html", page.data, page.len, c, e) < 0)
		goto out;
	if (!c->quiet)
		(void)puts(cli_tr("bring both to the PC; print the second: it has "
		    "the steps"));
	rc = 0;
out:
	free(text);
	buf_release(&page);
	deskhome_release(&h);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option options[] = {
	{"output", 'o', "DIR", "write both files there; else here"},
	{"port", 0, "N", "of the PC, which the browser asks; else 8080"},
	{"ssh-port", 0, "N", "of ssh at this machine; else 22"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_page_shortcut = {
	.name = "page-shortcut",
	.operands = "NAME@MACHINE",
	.help = "make a file that opens the page from a Windows PC",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run
};
