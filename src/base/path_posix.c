/* base/path_posix.c - where paths begin, and a user's folders, on POSIX. */
#include "base/path.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"

#include "base/banned.h"

size_t
path_root(const char *p)
{
	return p[0] == '/';
}

void
path_slashes(char *p)
{
	(void)p;
}

char *
path_home(struct err *e)
{
	const char *env = getenv("HOME");
	struct passwd pw, *found = NULL;
	char text[4096];
	char *home = NULL;

	if (env && env[0] == '/')
		home = str_dup(env);
	else if (getpwuid_r(getuid(), &pw, text, sizeof(text), &found) == 0 &&
	    found && found->pw_dir)
		home = str_dup(found->pw_dir);
	else {
		(void)err_set(e, ERR_NOENT, "no home folder is known");
		(void)err_hint(e, "set HOME");
		return NULL;
	}
	if (!home)
		(void)err_nomem(e);
	return home;
}

/* The XDG base directories. */
char *
path_user(enum path_user what, struct err *e)
{
	static const char *const var[] = {"XDG_CONFIG_HOME", "XDG_STATE_HOME"};
	static const char *const usual[] = {"~/.config", "~/.local/state"};
	const char *v = getenv(var[what]);

	return path_expand(v && v[0] == '/' ? v : usual[what], NULL, e);
}
