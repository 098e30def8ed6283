/*
 * cli/cli.h - command tables, options, messages and exit codes of both
 * programs.
 *
 * Only this room prints and exits.
 * Needs: base.
 */
#ifndef LIUDI_CLI_CLI_H
#define LIUDI_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

enum cli_exit {		/* DESIGN of both programs; docs/man says the same */
	CLI_DONE = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_WARNINGS = 3,	/* a source could not be read */
	CLI_SPOOLED = 4,	/* saved locally, not yet received centrally */
	CLI_INTEGRITY = 5,
	CLI_LOCKED = 6,
	CLI_INTERRUPTED = 130
};

struct cli_option {
	const char *name;	/* "dry-run"; NULL ends the table */
	char letter;		/* 'n' or 0 */
	const char *arg;	/* "DIR", or NULL for a switch */
	const char *help;	/* one line */
};

#define CLI_MAX_OPTIONS 24	/* in the table of one command */
#define CLI_PASS_MAX 1023	/* bytes of a passphrase */

struct cli {
	const char *program;		/* "liudi" */
	const struct cli_command *command;
	const char *home;		/* --home DIR, or NULL */
	bool json;			/* --json */
	bool quiet, verbose;		/* -q, -v */
	/* of this command */
	const char *const *args;	/* operands */
	size_t nargs;
	const char *value[CLI_MAX_OPTIONS];	/* by index in the option table;
					 * a switch that was given is "" */
};

struct cli_command {
	const char *name;	/* "run"; two words are allowed: "station add" */
	const char *operands;	/* "[SOURCE…]" for the usage line */
	const char *help;	/* one line */
	const struct cli_option *options;	/* NULL-name terminated */
	size_t min_args, max_args;
	enum cli_exit (*run)(struct cli *c, struct err *e);
	bool hidden;
};

/*
 * Parse argv, print help or version, find the command, run it, print *e if it
 * failed, and return the exit code (CLI_FAILED with *e set becomes
 * cli_exit_for(e)).  COMMANDS ends in NULL.  Global options: --home DIR,
 * --json, -q, -v, --help, --version; they and the command's own may stand
 * before or behind operands, "--" ends them.
 */
int cli_main(int argc, char **argv, const char *program,
	const char *one_line, const struct cli_command *const commands[]);

/* The value of an option of this command by name, or NULL when not given. */
const char *cli_value(const struct cli *c, const char *name);
bool cli_has(const struct cli *c, const char *name);

/* Print "liudi: error: …" and "liudi: hint: …" (JSON with --json). */
void cli_error(const struct cli *c, const struct err *e);
void cli_warn(const struct cli *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* "liudi: hint: …", what could be done; nothing with --json or -q. */
void cli_hint(const struct cli *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The exit code that an error stands for. */
enum cli_exit cli_exit_for(const struct err *e);
/* The graver of two: 130, 2, 6, 5, 1, 4, 3, 0. */
enum cli_exit cli_worse(enum cli_exit a, enum cli_exit b);

/* Write foreign text for a terminal: control and bidi characters escaped. */
void cli_put_shown(FILE *out, const void *s, size_t n);
/* "1.2 MB" (10^6), into OUT. */
#define CLI_SIZE_LEN 24
const char *cli_size(uint64_t bytes, char out[CLI_SIZE_LEN]);

/* "1 file", "2 files": texts with one %lld in them, looked up as by cli_tr(). */
#define CLI_COUNT_LEN 256	/* whole sentences, in Chinese as well */
const char *cli_count(int64_t n, const char *one, const char *many,
	char out[CLI_COUNT_LEN]);

/*
 * A passphrase into guarded memory (free with secmem_free): from the fd of
 * --passphrase-fd N (one line), else asked on the terminal without echo, twice
 * if CONFIRM.  NULL: ERR_USAGE with a hint where there is neither.
 */
char *cli_passphrase(const struct cli *c, const char *prompt, bool confirm,
	struct err *e);
/*
 * As above with the fd in another OPTION ("owner-passphrase-fd").  Reading
 * takes one line and no byte more, so two may come from one fd.
 */
char *cli_passphrase_from(const struct cli *c, const char *option,
	const char *prompt, bool confirm, struct err *e);

/*
 * One line of the terminal (not of standard input), PROMPT before it, without
 * its end.  -1: ERR_USAGE (no terminal, too long), ERR_INTR (also at its end).
 */
int cli_ask(const char *prompt, char out[static CLI_PASS_MAX + 1],
	struct err *e);
/*
 * The same without echo, into guarded memory (secmem_free()); CONFIRM: asked
 * twice, and again where the two differ.  "" where nothing was typed.
 */
char *cli_ask_hidden(const char *prompt, bool confirm, struct err *e);
/*
 * The next line of FD, and no byte more, into guarded memory; "" at its end.
 */
char *cli_hidden_line(int fd, struct err *e);

/*
 * The text in the language of the user: TEXT itself, or its Chinese where
 * LC_ALL, LC_MESSAGES or LANG (the first that is set) begins with "zh".  A
 * format is looked up whole; both have the same conversions in the same order.
 * The table (tr.c) is sorted by strcmp().
 */
const char *cli_tr(const char *text)
	__attribute__((format_arg(1)));

/*
 * As cli_tr() for a text that was filled in already, as errors are: what fits
 * a format of the table is put into its Chinese, in OUT, and so is what a
 * format ends with behind ": ".  TEXT itself where none fits.
 */
#define CLI_FILLED_LEN 2048
const char *cli_tr_filled(const char *text, char out[CLI_FILLED_LEN]);

#endif
