/* cli/agent/cmd_join.c - liudi join: ask to be let in. */

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "agent/join.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "cli/agent/ask.h"
#include "cli/agent/commands.h"
#include "crypto/secmem.h"
#include "base/banned.h"

#define PREFIX "liudi-join1"
#define INPUT_MAX 65536

static const struct cli_option options[] = {
	{"agree", 0, "VERSION", "the version of the notice that was read"},
	{NULL, 0, NULL, NULL}
};

static bool
is_string(const char *s)
{
	size_t i;

	for (i = 0; PREFIX[i] != '\0'; i++)
		if (tolower((unsigned char)s[i]) != PREFIX[i])
			return false;
	return true;
}

/* The operand itself, or what is in the file or pipe that it names. */
static int
read_invite(const char *arg, struct buf *b, struct err *e)
{
	if (strcmp(arg, "-") == 0)
		return file_load_fd(STDIN_FILENO, "standard input", b, e);
	if (is_string(arg)) {
		if (buf_reserve(b, INPUT_MAX, e) != 0 ||
		    buf_adds(b, arg, e) != 0)
			return -1;
		/* Everybody here may list a process's words as it waits. */
		secmem_wipe((char *)(uintptr_t)arg, strlen(arg));
		return 0;
	}
	if (!file_exists(arg)) {
		/* Not said again: it may be one with a slip at its start. */
		(void)err_set(e, ERR_USAGE,
		    "this is no invitation, and no file that is there");
		return err_hint(e, "an invitation begins with liudi-join1");
	}
	return file_load(arg, b, e);
}

static void
json_join(const struct join *j, const char *state)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(65536);
	struct jsonw w;

	jsonw_init(&w, &b, &e);
	jsonw_object(&w);
	jsonw_kint(&w, "v", 1);
	jsonw_kstr(&w, "station", j->invite.station);
	jsonw_kstr(&w, "central", j->s.central.url);
	jsonw_kstr(&w, "state", state);
	jsonw_kint(&w, "notice", j->s.agreed.version);
	jsonw_object_end(&w);
	if (jsonw_end(&w) == 0)
		(void)printf("%s\n", buf_str(&b));
	buf_release(&b);
}

static void
say(const struct cli *c, const struct join *j, bool there)
{
	if (c->json) {
		json_join(j, j->in ? "in" : there ? "waiting" : "sent");
		return;
	}
	if (c->quiet)
		return;
	if (j->s.control.notice == 0)
		(void)printf("%s", cli_tr("There is no notice to agree "
		    "to.\n"));
	if (j->in) {
		(void)printf(cli_tr("Station %s is let in already.\n"),
		    j->invite.station);
	} else {
		(void)printf(there ? cli_tr("The request of station %s is at "
		    "the central already.\n") : cli_tr("The request of "
		    "station %s is sent.\n"), j->invite.station);
		(void)printf(cli_tr("The manager's next 'liudi-desk sync' "
		    "lets it in.\n"));
	}
	(void)printf(cli_tr("\nThen say in %s what to keep, and type: "
	    "liudi run\n"), j->s.path.ini);
}

static enum cli_exit
run_join(struct cli *c, struct err *e)
{
	struct buf text = BUF_INIT(INPUT_MAX);
	struct join j = {.s.lock_fd = -1};
	enum cli_exit rc = CLI_FAILED;
	bool there = false;

	if (read_invite(c->args[0], &text, e) != 0 ||
	    join_begin(&j, c->home, buf_str(&text), text.len, e) != 0)
		goto out;
	if (j.s.blocked[0] != '\0' && ask_consent(c, &j.s, e) != 0)
		goto out;
	if (!j.in && join_send(&j, &there, e) != 0)
		goto out;
	say(c, &j, there);
	rc = CLI_DONE;
out:
	join_end(&j);
	buf_wipe(&text);
	return rc;
}

const struct cli_command cmd_join = {
	.name = "join",
	.operands = "INVITATION",
	.help = "ask to be let in, with the manager's invitation",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run_join,
};
