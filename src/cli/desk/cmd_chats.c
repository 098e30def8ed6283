/* cli/desk/cmd_chats.c - liudi-desk chats: who talks with whom. */
#include "cli/desk/deskcmds.h"
#include "cli/desk/talkask.h"

#include "base/banned.h"

static int
list(struct talkask *k, void *arg, struct err *e)
{
	int64_t n;
	int rc = talkask_list(k, &n, e);

	(void)arg;
	if (rc == 0 && n == 0 && !k->c->json && !k->c->quiet)
		(void)puts(cli_tr("no conversation"));
	return rc < 0 ? -1 : (int)CLI_DONE;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct talkask k;
	int rc = -1;

	if (talkask_open(&k, c, NULL, e) == 0 &&
	    talkask_unlock(&k, e) == 0 &&
	    talkask_note(&k, "open", "conversations", e) == 0)
		rc = talkask_run(&k, list, NULL, e);
	talkask_release(&k);
	return rc < 0 ? CLI_FAILED : (enum cli_exit)rc;
}

static const struct cli_option options[] = {
	{"person", 0, "NAME", "only of the stations of this person"},
	{"station", 0, "STATION", "only of this station"},
	{"platform", 0, "NAME", "only of this platform: qq, whatsapp, …"},
	{"peer", 0, "WORDS", "only with whom this is part of the name"},
	{"since", 0, "DATE", "messages from this day or time on"},
	{"until", 0, "DATE", "messages up to this day or time"},
	{"why", 0, "TEXT", "the reason, for the access log"},
	{"identity", 'i', "FILE", "open with this age identity file"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_chats = {
	.name = "chats",
	.operands = "",
	.help = "list conversations, the newest first",
	.options = options,
	.run = run
};
