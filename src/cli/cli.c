/* cli/cli.c - the command line, read against the tables. */
#include "cli/cli.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/sandbox.h"
#include "base/str.h"
#include "cli/complete.h"
#include "cli/help.h"
#include "crypto/hash.h"

#include "base/banned.h"

#define NAME_LEN 64
#define NEAR 2	/* edits within which a name is worth a "did you mean" */

/* A command line being read. */
struct parse {
	struct cli *c;
	const struct cli_command *const *commands;
	const char *global[HELP_VERSION + 1];
	const char *group;	/* the first of two words, as yet alone */
	const char **args;	/* room for argc operands */
	int argc, i;
	char **argv;
};

static size_t
count(const struct cli_option *o)
{
	size_t n = 0;

	while (o && n < CLI_MAX_OPTIONS && o[n].name)
		n++;
	return n;
}

/* The nearest NAME so far, by edits. */
struct nearest {
	const char *name;
	unsigned distance;
};

static void
nearer(struct nearest *best, const char *given, const char *name)
{
	unsigned d = str_distance(given, name);

	if (d <= NEAR && d < strlen(name) && (!best->name ||
	    d < best->distance)) {
		best->name = name;
		best->distance = d;
	}
}

/* --- Commands. */

static const struct cli_command *
command_named(const struct parse *p, const char *name)
{
	size_t i;

	for (i = 0; p->commands[i]; i++)
		if (strcmp(p->commands[i]->name, name) == 0)
			return p->commands[i];
	return NULL;
}

/* True if WORD is the first of a two-word command. */
static bool
is_first_word(const struct parse *p, const char *word)
{
	size_t i, n = strlen(word);

	for (i = 0; p->commands[i]; i++)
		if (strncmp(p->commands[i]->name, word, n) == 0 &&
		    p->commands[i]->name[n] == ' ')
			return true;
	return false;
}

static int
unknown_command(const struct parse *p, const char *given, struct err *e)
{
	struct nearest best = {NULL, 0};
	char first[NAME_LEN];
	const char *name;
	size_t i;

	for (i = 0; p->commands[i]; i++) {
		name = p->commands[i]->name;
		if (p->commands[i]->hidden)
			continue;
		nearer(&best, given, name);
		/* "statoin": of two words the first may be the wrong one */
		(void)snprintf(first, sizeof(first), "%.*s",
		    (int)strcspn(name, " "), name);
		if (!best.name && str_distance(given, first) <= NEAR)
			best.name = name;
	}
	(void)err_set(e, ERR_USAGE, cli_tr("no command '%s'"), given);
	if (best.name)
		return err_hint(e, cli_tr("did you mean '%s'?"), best.name);
	return err_hint(e, cli_tr("'%s%s%s --help' lists the commands"),
	    p->c->program, p->group ? " " : "", p->group ? p->group : "");
}

/*
 * The command that begins at argv[i]; moves i behind it.  Where one word is a
 * command as well, the second of two stands right behind it.
 */
static int
find_command(struct parse *p, struct err *e)
{
	const char *word = p->argv[p->i++];
	char name[NAME_LEN];

	if (p->group) {
		(void)snprintf(name, sizeof(name), "%s %s", p->group, word);
		word = name;
	}
	p->c->command = command_named(p, word);
	/* "shop NAME" beside "shop set": the longer one, where it is meant */
	if (p->c->command && !p->group && p->i < p->argc) {
		const struct cli_command *longer;

		(void)snprintf(name, sizeof(name), "%s %s", word,
		    p->argv[p->i]);
		longer = command_named(p, name);
		if (longer) {
			p->c->command = longer;
			p->i++;
		}
	}
	if (p->c->command)
		return 0;
	if (!p->group && is_first_word(p, word)) {
		p->group = word;
		return 0;
	}
	return unknown_command(p, word, e);
}

/* --- Options. */

static int
unknown_option(const struct parse *p, const char *given, struct err *e)
{
	const struct cli_option *g = help_globals();
	const struct cli_option *own =
	    p->c->command ? p->c->command->options : NULL;
	struct nearest best = {NULL, 0};

	for (; own && own->name; own++)
		nearer(&best, given, own->name);
	for (; g->name; g++)
		nearer(&best, given, g->name);
	(void)err_set(e, ERR_USAGE, cli_tr("no option '--%s'"), given);
	if (best.name)
		return err_hint(e, cli_tr("did you mean '--%s'?"), best.name);
	return err_hint(e, cli_tr("'%s%s%s --help' lists the options"),
	    p->c->program, p->c->command ? " " : "",
	    p->c->command ? p->c->command->name : "");
}

/*
 * The slot for the value of an option given by NAME, or by LETTER where NAME
 * is NULL; the command's own table comes first.
 */
static const char **
find_option(struct parse *p, const char *name, char letter,
	const struct cli_option **found)
{
	const struct cli_option *table[2] = {
		p->c->command ? p->c->command->options : NULL, help_globals()
	};
	const char **slot[2] = {p->c->value, p->global};
	size_t t, i;

	for (t = 0; t < 2; t++) {
		for (i = 0; i < count(table[t]); i++) {
			const struct cli_option *o = &table[t][i];

			if (name ? strcmp(o->name, name) != 0 :
			    o->letter != letter)
				continue;
			*found = o;
			return &slot[t][i];
		}
	}
	return NULL;
}

/* The argument of an option: what stood behind '=', or the next word. */
static int
set_value(struct parse *p, const struct cli_option *o, const char **slot,
	const char *attached, struct err *e)
{
	if (!o->arg && attached)
		return err_set(e, ERR_USAGE,
		    cli_tr("option '--%s' takes no value"), o->name);
	if (!o->arg) {
		*slot = "";
		return 0;
	}
	if (!attached && p->i >= p->argc)
		return err_set(e, ERR_USAGE,
		    cli_tr("option '--%s' needs a value: %s"), o->name,
		    o->arg);
	*slot = attached ? attached : p->argv[p->i++];
	return 0;
}

static int
long_option(struct parse *p, const char *word, struct err *e)
{
	const char *eq = strchr(word, '=');
	size_t len = eq ? (size_t)(eq - word) : strlen(word);
	const struct cli_option *o;
	const char **slot;
	char name[NAME_LEN];

	(void)snprintf(name, sizeof(name), "%.*s",
	    (int)(len < NAME_LEN ? len : NAME_LEN - 1), word);
	slot = find_option(p, name, 0, &o);
	if (!slot)
		return unknown_option(p, name, e);
	return set_value(p, o, slot, eq ? eq + 1 : NULL, e);
}

/* "-qv", "-i FILE", "-iFILE" */
static int
letters(struct parse *p, const char *s, struct err *e)
{
	const struct cli_option *o;
	const char **slot, *rest;

	for (; *s; s++) {
		slot = find_option(p, NULL, *s, &o);
		if (!slot) {
			(void)err_set(e, ERR_USAGE, cli_tr("no option '-%c'"),
			    *s);
			return err_hint(e,
			    cli_tr("'%s%s%s --help' lists the options"),
			    p->c->program, p->c->command ? " " : "",
			    p->c->command ? p->c->command->name : "");
		}
		rest = o->arg && s[1] ? s + 1 : NULL;
		if (set_value(p, o, slot, rest, e) < 0)
			return -1;
		if (o->arg)
			break;
	}
	return 0;
}

static int
read_words(struct parse *p, struct err *e)
{
	bool options = true;
	const char *word;
	int rc;

	while (p->i < p->argc) {
		word = p->argv[p->i];
		if (!options || word[0] != '-' || !word[1]) {
			if (p->c->command)
				p->args[p->c->nargs++] = p->argv[p->i++];
			else if (find_command(p, e) < 0)
				return -1;
			continue;
		}
		p->i++;
		if (strcmp(word, "--") == 0) {
			options = false;
			continue;
		}
		rc = word[1] == '-' ? long_option(p, word + 2, e) :
		    letters(p, word + 1, e);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int
check_operands(const struct cli *c, struct err *e)
{
	const struct cli_command *cmd = c->command;

	if (c->nargs >= cmd->min_args && c->nargs <= cmd->max_args)
		return 0;
	if (c->nargs < cmd->min_args)
		(void)err_set(e, ERR_USAGE, cli_tr("'%s' needs %s"),
		    cmd->name, cmd->operands ? cmd->operands : "");
	else
		(void)err_set(e, ERR_USAGE, cli_tr("'%s' does not take '%s'"),
		    cmd->name, c->args[cmd->max_args]);
	return err_hint(e, cli_tr("usage: %s %s [OPTION…] %s"), c->program,
	    cmd->name, cmd->operands ? cmd->operands : "");
}

/* --- The program. */

/* Whoever read it ("| head") has seen enough: no error to be told. */
static bool
is_enough(const struct err *e)
{
	struct pollfd p = {STDOUT_FILENO, POLLOUT, 0};

	return err_is_stdout(e) && poll(&p, 1, 0) > 0 &&
	    (p.revents & POLLERR) != 0;
}

/* Errors of reading the command line, in JSON if that was asked for so far. */
static int
parse_all(struct parse *p, struct err *e)
{
	int rc = read_words(p, e);

	p->c->home = p->global[HELP_HOME];
	p->c->json = p->global[HELP_JSON] != NULL;
	p->c->quiet = p->global[HELP_QUIET] != NULL;
	p->c->verbose = p->global[HELP_VERBOSE] != NULL;
	return rc;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	enum cli_exit rc;

	proc_setup();
	if (crypto_setup(e) < 0)
		return CLI_FAILED;
	rc = c->command->run(c, e);
	if (fflush(stdout) != 0 && rc == CLI_DONE) {
		(void)err_stdout(e);
		rc = CLI_FAILED;
	}
	if (rc == CLI_FAILED && e->code != ERR_NONE)
		rc = cli_exit_for(e);
	return rc;
}

int
cli_main(int argc, char **argv, const char *program, const char *one_line,
	const struct cli_command *const commands[])
{
	struct cli c = {.program = program};
	struct err e = ERR_INIT;
	struct parse p = {.c = &c, .commands = commands, .argc = argc,
	    .i = 1, .argv = argv};
	enum cli_exit rc = CLI_USAGE;

	/* for who builds and for packagers: it stands in no help */
	if (argc == 3 && strcmp(argv[1], "--print-completion") == 0)
		return complete_print(stdout, argv[2], program, commands) &&
		    fflush(stdout) == 0 ? CLI_DONE : CLI_USAGE;
	sandbox_no_dump();	/* before there is anything to hide */
	p.args = calloc((size_t)argc + 1, sizeof(*p.args));
	if (!p.args) {
		(void)err_nomem(&e);
		cli_error(&c, &e);
		return CLI_FAILED;
	}
	c.args = p.args;
	if (parse_all(&p, &e) < 0)
		goto out;
	rc = CLI_DONE;
	if (p.global[HELP_VERSION]) {
		(void)printf("%s %s\n", program, LIUDI_VERSION);
	} else if (p.global[HELP_HELP] && c.command) {
		help_command(stdout, program, c.command);
	} else if (p.group && !c.command) {
		/* alone it is a question, too */
		rc = p.global[HELP_HELP] ? CLI_DONE : CLI_USAGE;
		help_group(rc == CLI_DONE ? stdout : stderr, program, p.group,
		    commands);
	} else if (p.global[HELP_HELP]) {
		help_program(stdout, program, one_line, commands);
	} else if (!c.command) {
		help_program(stderr, program, one_line, commands);
		rc = CLI_USAGE;
	} else {
		rc = check_operands(&c, &e) < 0 ? CLI_USAGE : run(&c, &e);
	}
out:
	if (rc != CLI_DONE && e.code != ERR_NONE && !is_enough(&e))
		cli_error(&c, &e);
	free(p.args);
	return (int)rc;
}

const char *
cli_value(const struct cli *c, const char *name)
{
	const struct cli_option *o = c->command->options;
	size_t i;

	for (i = 0; i < count(o); i++)
		if (strcmp(o[i].name, name) == 0)
			return c->value[i];
	return NULL;
}

bool
cli_has(const struct cli *c, const char *name)
{
	return cli_value(c, name) != NULL;
}
