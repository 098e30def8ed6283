/* cli/help.c - usage texts. */
#include "cli/help.h"

#include <stdarg.h>
#include <string.h>

#include "base/utf8.h"

#include "base/banned.h"

#define LABEL_LEN 64

const struct cli_option *
help_globals(void)
{
	static const struct cli_option globals[] = {
		[HELP_HOME] = {"home", 0, "DIR",
		    "keep keys, settings and state in DIR"},
		[HELP_JSON] = {"json", 0, NULL, "print JSON lines"},
		[HELP_QUIET] = {"quiet", 'q', NULL, "print errors only"},
		[HELP_VERBOSE] = {"verbose", 'v', NULL, "say more"},
		[HELP_HELP] = {"help", 'h', NULL, "show this help"},
		[HELP_VERSION] = {"version", 0, NULL, "show the version"},
		{NULL, 0, NULL, NULL}
	};

	return globals;
}

/* "-n, --dry-run DIR" */
static const char *
label(const struct cli_option *o, char out[LABEL_LEN])
{
	char letter[8] = "    ";

	if (o->letter)
		(void)snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	(void)snprintf(out, LABEL_LEN, "%s--%s%s%s", letter, o->name,
	    o->arg ? " " : "", o->arg ? o->arg : "");
	return out;
}

static void put(FILE *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* FMT in the user's language, filled in. */
static void
put(FILE *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vfprintf(out, cli_tr(fmt), ap);
	va_end(ap);
}

/* One row of a table: the label, blanks up to column WIDTH, the text. */
static void
row(FILE *out, const char *text, size_t width, const char *help)
{
	size_t used = utf8_width(text);

	(void)fprintf(out, "  %s%*s  %s\n", text,
	    (int)(width > used ? width - used : 0), "", cli_tr(help));
}

static size_t
options_width(const struct cli_option *o, size_t width)
{
	char text[LABEL_LEN];
	size_t n;

	for (; o && o->name; o++) {
		n = utf8_width(label(o, text));
		if (n > width)
			width = n;
	}
	return width;
}

static void
options(FILE *out, const struct cli_option *o, size_t width)
{
	char text[LABEL_LEN];

	for (; o && o->name; o++)
		row(out, label(o, text), width, o->help);
}

/* GROUP: the first of two words, or NULL for all commands. */
static bool
is_listed(const struct cli_command *cmd, const char *group)
{
	size_t n = group ? strlen(group) : 0;

	return !cmd->hidden && (!group ||
	    (strncmp(cmd->name, group, n) == 0 && cmd->name[n] == ' '));
}

static void
list_commands(FILE *out, const char *group,
	const struct cli_command *const commands[])
{
	size_t width = 0, n, i;

	(void)fprintf(out, "\n%s\n", cli_tr("commands:"));
	for (i = 0; commands[i]; i++) {
		n = utf8_width(commands[i]->name);
		if (is_listed(commands[i], group) && n > width)
			width = n;
	}
	for (i = 0; commands[i]; i++)
		if (is_listed(commands[i], group))
			row(out, commands[i]->name, width, commands[i]->help);
}

void
help_group(FILE *out, const char *program, const char *group,
	const struct cli_command *const commands[])
{
	put(out, "usage: %s %s COMMAND [OPTION…] [ARGUMENT…]\n", program,
	    group);
	list_commands(out, group, commands);
	(void)fprintf(out, "\n");
	put(out, "'%s COMMAND --help' says more.\n", program);
}

void
help_program(FILE *out, const char *program, const char *one_line,
	const struct cli_command *const commands[])
{
	(void)fprintf(out, "%s - %s\n\n", program, cli_tr(one_line));
	put(out, "usage: %s [OPTION…] COMMAND [ARGUMENT…]\n", program);
	list_commands(out, NULL, commands);
	(void)fprintf(out, "\n%s\n", cli_tr("options:"));
	options(out, help_globals(), options_width(help_globals(), 0));
	(void)fprintf(out, "\n");
	put(out, "'%s COMMAND --help' says more.\n", program);
}

void
help_command(FILE *out, const char *program, const struct cli_command *cmd)
{
	const struct cli_option *globals = help_globals();
	const struct cli_option *own = cmd->options;
	bool operands = cmd->operands && cmd->operands[0];
	size_t width;

	put(out, "usage: %s %s [OPTION…]%s%s\n", program, cmd->name,
	    operands ? " " : "", operands ? cmd->operands : "");
	(void)fprintf(out, "\n%s\n", cli_tr(cmd->help));
	width = options_width(globals, options_width(own, 0));
	if (own && own->name) {
		(void)fprintf(out, "\n%s\n", cli_tr("options:"));
		options(out, own, width);
	}
	(void)fprintf(out, "\n%s\n", cli_tr("common options:"));
	options(out, globals, width);
}
