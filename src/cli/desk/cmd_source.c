/* cli/desk/cmd_source.c - liudi-desk source: whose exports a source has. */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <string.h>

#include "cli/desk/setsection.h"
#include "config/config.h"
#include "desk/chatini.h"

#include "base/banned.h"

#define SECTION_LEN 80

static const struct setsection_key keys[] = {
	{"account", "account"}, {"self", "self"}, {"platform", "platform"},
	{"zone", "zone"}, {"date-order", "date_order"},
	{"encoding", "encoding"}, {"header", "header"},
	{"blank-before", "blank_before"}, {NULL, NULL}
};

/* "[STATION/]NAME" */
static int
section_of(const char *what, char section[static SECTION_LEN],
	struct err *e)
{
	const char *slash = strchr(what, '/');
	char station[SECTION_LEN];
	const size_t n = slash ? (size_t)(slash - what) : 0;

	(void)snprintf(station, sizeof(station), "%.*s",
	    (int)(n < sizeof(station) ? n : 0), what);
	if (!config_is_id(slash ? slash + 1 : what) ||
	    (slash && !config_is_id(station))) {
		(void)err_set(e, ERR_USAGE, "'%s' is no source", what);
		return err_hint(e, "write STATION/NAME, or NAME for that of "
		    "every station");
	}
	(void)snprintf(section, SECTION_LEN, "source %s", what);
	return 0;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	char section[SECTION_LEN];
	const struct setsection s = {.section = section, .keys = keys,
	    .check = chatini_check, .only_good = true,
	    .hint = "it holds for what is read from now on; for all: "
	    "liudi-desk sync --rebuild"};

	if (section_of(c->args[0], section, e) < 0)
		return CLI_FAILED;
	return setsection_run(c, &s, e);
}

static const struct cli_option options[] = {
	{"account", 0, "ID", "whose exports they are"},
	{"self", 0, "LIST", "further ids and names of the same, commas "
	    "between"},
	{"platform", 0, "NAME", "what it is, where no file says"},
	{"zone", 0, "ZONE", "of clocks in the files that have none"},
	{"date-order", 0, "ORDER", "auto, dmy, mdy or ymd"},
	{"encoding", 0, "NAME", "auto, or an encoding such as GB18030"},
	{"header", 0, "HEADER", "what stands before a message in a text that "
	    "no format knows"},
	{"blank-before", 0, "YES", "yes or no: is there an empty line before "
	    "each"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_source = {
	.name = "source",
	.operands = "[STATION/]NAME",
	.help = "show or say whose exports a source of chats has",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run
};
