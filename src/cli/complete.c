/* cli/complete.c - completion scripts for bash, zsh and fish. */
#include "cli/complete.h"

#include <string.h>

#include "cli/help.h"

#include "base/banned.h"

#define WORD_LEN 64

/* What a script is made of. */
struct script {
	FILE *out;
	const char *program;
	char fn[WORD_LEN];	/* the program's name as one of a function */
	const struct cli_command *const *commands;
};

/* 'F' a file, 'D' a folder, '-' what no shell knows; of "FILE…", "[DIR]". */
static char
kind_of(const char *arg)
{
	if (!arg)
		return '-';
	return strstr(arg, "FILE") || strstr(arg, "PATH") ||
	    strstr(arg, "INVITATION") || strstr(arg, "CENTRAL") ? 'F' :
	    strstr(arg, "DIR") || strstr(arg, "FOLDER") ? 'D' : '-';
}

/* TEXT within single quotes, END being how one is written there. */
static void
quoted(const struct script *s, const char *text, const char *quote)
{
	for (; *text; text++) {
		if (*text == '\'')
			(void)fputs(quote, s->out);
		else
			(void)fputc(*text, s->out);
	}
}

/* --- Names: "run", and "account add" of the group "account". */

/* The length of the first word of NAME where it has two, else 0. */
static size_t
group_len(const char *name)
{
	const char *blank = strchr(name, ' ');

	return blank ? (size_t)(blank - name) : 0;
}

/* Command I is the first of its group. */
static bool
begins_group(const struct script *s, size_t i)
{
	const char *name = s->commands[i]->name;
	size_t n = group_len(name), j;

	for (j = 0; n > 0 && j < i; j++)
		if (strncmp(s->commands[j]->name, name, n + 1) == 0)
			return false;
	return n > 0;
}

/* GROUP, of N letters, is a command by itself as well ("shop NAME"). */
static bool
is_command(const struct script *s, const char *group, size_t n)
{
	size_t i;

	for (i = 0; s->commands[i]; i++)
		if (strncmp(s->commands[i]->name, group, n) == 0 &&
		    s->commands[i]->name[n] == '\0')
			return true;
	return false;
}

/* Each word that may stand behind GROUP (of N letters; 0: the first word). */
static void
each_word(const struct script *s, const char *group, size_t n,
	void (*fn)(const struct script *, const char *word, size_t len,
	const char *help))
{
	size_t i, len;

	for (i = 0; s->commands[i]; i++) {
		const struct cli_command *c = s->commands[i];

		len = group_len(c->name);
		if (c->hidden)
			continue;
		if (n > 0) {
			if (len == n && strncmp(c->name, group, n) == 0)
				fn(s, c->name + n + 1,
				    strlen(c->name + n + 1), c->help);
		} else if (len == 0) {
			fn(s, c->name, strlen(c->name), c->help);
		} else if (begins_group(s, i) &&
		    !is_command(s, c->name, len)) {
			fn(s, c->name, len, c->help);
		}
	}
}

/* --- bash and zsh: one function that knows a command, one that completes. */

static void
bash_word(const struct script *s, const char *word, size_t len,
	const char *help)
{
	(void)help;
	(void)fprintf(s->out, " %.*s", (int)len, word);
}

static void
zsh_word(const struct script *s, const char *word, size_t len,
	const char *help)
{
	(void)fprintf(s->out, " '%.*s:", (int)len, word);
	quoted(s, help, "'\\''");
	(void)fputc('\'', s->out);
}

/* The names of OPTIONS, and which of them take what. */
static void
shell_options(const struct script *s, const struct cli_option *options,
	bool zsh)
{
	const struct cli_option *o;

	(void)fputs("opts+=(", s->out);
	for (o = options; o && o->name; o++) {
		if (!zsh) {
			(void)fprintf(s->out, " --%s", o->name);
			continue;
		}
		(void)fprintf(s->out, " '--%s:", o->name);
		quoted(s, o->help, "'\\''");
		(void)fputc('\'', s->out);
	}
	(void)fputs(" ) vals+='", s->out);
	for (o = options; o && o->name; o++) {
		if (!o->arg)
			continue;
		(void)fprintf(s->out, " --%s=%c", o->name, kind_of(o->arg));
		if (o->letter)
			(void)fprintf(s->out, " -%c=%c", o->letter,
			    kind_of(o->arg));
	}
	(void)fputs(" '", s->out);
}

static void
shell_words(const struct script *s, const char *group, size_t n, bool zsh)
{
	(void)fputs(" names=(", s->out);
	each_word(s, group, n, zsh ? zsh_word : bash_word);
	(void)fputs(" )", s->out);
}

/* FN_of COMMAND: sets opts, vals, words, operand; false where it is none. */
static void
shell_table(const struct script *s, bool zsh)
{
	const struct cli_command *c;
	size_t i, n;

	(void)fprintf(s->out, "_%s_of()\n{\n\topts=() vals= names=() "
	    "operand=-\n\t", s->fn);
	shell_options(s, help_globals(), zsh);
	(void)fputs("\n\tcase $1 in\n\t'')", s->out);
	shell_words(s, "", 0, zsh);
	(void)fputs(" ;;\n", s->out);
	for (i = 0; s->commands[i]; i++) {
		c = s->commands[i];
		n = group_len(c->name);
		if (begins_group(s, i) && !is_command(s, c->name, n)) {
			(void)fprintf(s->out, "\t'%.*s')", (int)n, c->name);
			shell_words(s, c->name, n, zsh);
			(void)fputs(" ;;\n", s->out);
		}
		(void)fprintf(s->out, "\t'%s') ", c->name);
		shell_options(s, c->options, zsh);
		shell_words(s, c->name, strlen(c->name), zsh);
		(void)fprintf(s->out, " operand=%c ;;\n",
		    kind_of(c->operands));
	}
	(void)fputs("\t*) return 1 ;;\n\tesac\n}\n", s->out);
}

static void
bash(const struct script *s)
{
	(void)fprintf(s->out, "# bash completion for %s, made from its own "
	    "tables.\n\n", s->program);
	shell_table(s, false);
	(void)fprintf(s->out,
	    "\n"
	    "_%s_files()\n"
	    "{\n"
	    "\tcase $1 in\n"
	    "\tF) compopt -o filenames\n"
	    "\t   mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n"
	    "\tD) compopt -o filenames\n"
	    "\t   mapfile -t COMPREPLY < <(compgen -d -- \"$cur\") ;;\n"
	    "\tesac\n"
	    "} 2>/dev/null\n"
	    "\n"
	    "_%s()\n"
	    "{\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} cmd='' w kind i=0 n=0\n"
	    "\tlocal opts vals names operand\n"
	    "\n"
	    "\tCOMPREPLY=()\n"
	    "\t_%s_of ''\n"
	    "\twhile ((++i < COMP_CWORD)); do\n"
	    "\t\tw=${COMP_WORDS[i]}\n"
	    "\t\tif [[ $w == -* ]]; then\n"
	    "\t\t\t[[ $vals == *\" $w=\"* ]] || continue\n"
	    "\t\t\tkind=${vals#*\" $w=\"}\n"
	    "\t\t\t[[ ${COMP_WORDS[i+1]} != = ]] || ((i++))\n"
	    "\t\t\tif ((++i >= COMP_CWORD)); then\n"
	    "\t\t\t\t[[ $cur != = ]] || cur=''\n"
	    "\t\t\t\t_%s_files \"${kind:0:1}\"\n"
	    "\t\t\t\treturn\n"
	    "\t\t\tfi\n"
	    "\t\telif [[ $cmd != *' '* && $n == 0 ]] &&\n"
	    "\t\t    _%s_of \"${cmd:+$cmd }$w\"; then\n"
	    "\t\t\tcmd=\"${cmd:+$cmd }$w\"\n"
	    "\t\telse\n"
	    "\t\t\t_%s_of \"$cmd\"\n"
	    "\t\t\t((n += 1))\n"
	    "\t\tfi\n"
	    "\tdone\n"
	    "\tif [[ $cur == -* ]]; then\n"
	    "\t\tmapfile -t COMPREPLY < <(compgen -W \"${opts[*]}\" -- "
	    "\"$cur\")\n"
	    "\t\treturn\n"
	    "\tfi\n"
	    "\t_%s_files \"$operand\"\n"
	    "\t((n > 0)) || mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < "
	    "<(\n"
	    "\t    compgen -W \"${names[*]}\" -- \"$cur\")\n"
	    "}\n"
	    "complete -F _%s %s\n",
	    s->fn, s->fn, s->fn, s->fn, s->fn, s->fn, s->fn, s->fn,
	    s->program);
}

static void
zsh(const struct script *s)
{
	(void)fprintf(s->out, "#compdef %s\n# Made from the tables of %s.\n\n",
	    s->program, s->program);
	shell_table(s, true);
	(void)fprintf(s->out,
	    "\n"
	    "_%s_files()\n"
	    "{\n"
	    "\tcase $1 in\n"
	    "\tF) _files ;;\n"
	    "\tD) _path_files -/ ;;\n"
	    "\tesac\n"
	    "}\n"
	    "\n"
	    "_%s()\n"
	    "{\n"
	    "\tlocal cmd='' w kind vals operand\n"
	    "\tlocal -a opts names\n"
	    "\tlocal -i i=1 n=0\n"
	    "\n"
	    	    	    "\t_%s_of ''\n"
	    "\twhile (( ++i < CURRENT )); do\n"
	    "\t\tw=${words[i]}\n"
	    "\t\tif [[ $w == -* ]]; then\n"
	    "\t\t\t[[ $vals == *\" $w=\"* ]] || continue\n"
	    "\t\t\tkind=${vals#*\" $w=\"}\n"
	    "\t\t\tif (( ++i >= CURRENT )); then\n"
	    "\t\t\t\t_%s_files \"${kind[1]}\"\n"
	    "\t\t\t\treturn\n"
	    "\t\t\tfi\n"
	    "\t\telif [[ $cmd != *' '* && $n == 0 ]] &&\n"
	    "\t\t    _%s_of \"${cmd:+$cmd }$w\"; then\n"
	    "\t\t\tcmd=\"${cmd:+$cmd }$w\"\n"
	    "\t\telse\n"
	    "\t\t\t_%s_of \"$cmd\"\n"
	    "\t\t\t(( n += 1 ))\n"
	    "\t\tfi\n"
	    "\tdone\n"
	    "\tw=${words[CURRENT]%%%%=*}\n"
	    "\tif [[ ${words[CURRENT]} == -*=* && $vals == *\" $w=\"* ]]; "
	    "then\n"
	    "\t\tkind=${vals#*\" $w=\"}\n"
	    "\t\tcompset -P '*='\n"
	    "\t\t_%s_files \"${kind[1]}\"\n"
	    "\telif [[ $PREFIX == -* ]]; then\n"
	    "\t\t_describe -o option opts\n"
	    "\telse\n"
	    "\t\t(( n > 0 )) || _describe command names\n"
	    "\t\t_%s_files \"$operand\"\n"
	    "\tfi\n"
	    "}\n"
	    "compdef _%s %s\n",
	    s->fn, s->fn, s->fn, s->fn, s->fn, s->fn, s->fn, s->fn, s->fn,
	    s->program);
}

/* --- fish: a line for each word. */

/* GROUP is not handed down: a word's own line says behind what it stands. */
static void
fish_word(const struct script *s, const char *at, size_t at_len,
	const char *word, size_t len, const char *help)
{
	(void)fprintf(s->out, "complete -c %s -n '__%s_at \"%.*s\"' -f -a "
	    "'%.*s' -d '", s->program, s->fn, (int)at_len, at, (int)len, word);
	quoted(s, help, "\\'");
	(void)fputs("'\n", s->out);
}

static void
fish_options(const struct script *s, const struct cli_option *o,
	const char *at)
{
	for (; o && o->name; o++) {
		(void)fprintf(s->out, "complete -c %s", s->program);
		if (at)
			(void)fprintf(s->out, " -n '__%s_at \"%s\"'", s->fn,
			    at);
		if (o->letter)
			(void)fprintf(s->out, " -s %c", o->letter);
		(void)fprintf(s->out, " -l %s", o->name);
		if (o->arg)
			(void)fputs(kind_of(o->arg) == 'F' ? " -r -F" :
			    kind_of(o->arg) == 'D' ? " -x -a "
			    "'(__fish_complete_directories)'" : " -x",
			    s->out);
		(void)fputs(" -d '", s->out);
		quoted(s, o->help, "\\'");
		(void)fputs("'\n", s->out);
	}
}

/* Options with a value, of all commands: what follows them is no command. */
static void
fish_valued(const struct script *s, const struct cli_option *o)
{
	for (; o && o->name; o++) {
		if (o->arg)
			(void)fprintf(s->out, " --%s", o->name);
		if (o->arg && o->letter)
			(void)fprintf(s->out, " -%c", o->letter);
	}
}

static void
fish_head(const struct script *s)
{
	size_t i;

	(void)fprintf(s->out, "# fish completion for %s, made from its own "
	    "tables.\n\nfunction __%s_at\n\tset -l names", s->program, s->fn);
	for (i = 0; s->commands[i]; i++) {
		if (begins_group(s, i) && !is_command(s, s->commands[i]->name,
		    group_len(s->commands[i]->name)))
			(void)fprintf(s->out, " '%.*s'",
			    (int)group_len(s->commands[i]->name),
			    s->commands[i]->name);
		(void)fprintf(s->out, " '%s'", s->commands[i]->name);
	}
	(void)fputs("\n\tset -l valued", s->out);
	fish_valued(s, help_globals());
	for (i = 0; s->commands[i]; i++)
		fish_valued(s, s->commands[i]->options);
	(void)fputs(
	    "\n"
	    "\tset -l cmd ''\n"
	    "\tset -l value 0\n"
	    "\tset -l tokens (commandline -opc)\n"
	    "\tfor w in $tokens[2..-1]\n"
	    "\t\tif test $value = 1\n"
	    "\t\t\tset value 0\n"
	    "\t\telse if string match -q -- '-*' $w\n"
	    "\t\t\tcontains -- $w $valued; and set value 1\n"
	    "\t\telse if contains -- (string trim -- \"$cmd $w\") $names\n"
	    "\t\t\tset cmd (string trim -- \"$cmd $w\")\n"
	    "\t\telse if test -z \"$cmd\"\n"
	    "\t\t\treturn 1\n"
	    "\t\tend\n"
	    "\tend\n"
	    "\ttest \"$cmd\" = \"$argv[1]\"\n"
	    "end\n"
	    "\n", s->out);
	(void)fprintf(s->out, "complete -c %s -f\n", s->program);
}

static void
fish(const struct script *s)
{
	const struct cli_command *c;
	size_t i, n;

	fish_head(s);
	fish_options(s, help_globals(), NULL);
	for (i = 0; s->commands[i]; i++) {
		c = s->commands[i];
		if (c->hidden)
			continue;
		n = group_len(c->name);
		if (n == 0)
			fish_word(s, "", 0, c->name, strlen(c->name), c->help);
		else
			fish_word(s, c->name, n, c->name + n + 1,
			    strlen(c->name) - n - 1, c->help);
		if (begins_group(s, i) && !is_command(s, c->name, n))
			fish_word(s, "", 0, c->name, n, c->help);
		fish_options(s, c->options, c->name);
		if (kind_of(c->operands) != '-')
			(void)fprintf(s->out, "complete -c %s -n '__%s_at "
			    "\"%s\"' -F\n", s->program, s->fn, c->name);
	}
}

bool
complete_print(FILE *out, const char *shell, const char *program,
	const struct cli_command *const commands[])
{
	struct script s = {.out = out, .program = program,
	    .commands = commands};
	char *p;

	(void)snprintf(s.fn, sizeof(s.fn), "%s", program);
	for (p = s.fn; *p; p++)
		if (*p == '-')
			*p = '_';
	if (strcmp(shell, "bash") == 0)
		bash(&s);
	else if (strcmp(shell, "zsh") == 0)
		zsh(&s);
	else if (strcmp(shell, "fish") == 0)
		fish(&s);
	else
		return false;
	return true;
}
