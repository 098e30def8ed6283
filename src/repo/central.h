/*
 * repo/central.h - where the three repositories are, and how to make them.
 *
 * A central is a folder, "ssh://[user@]host[:port]/path" or "https://host/path"
 * under which control.git, records.git and desk.git lie.
 * Needs: base; libgit2 (to read settings).
 */
#ifndef LIUDI_REPO_CENTRAL_H
#define LIUDI_REPO_CENTRAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum central_kind { CENTRAL_PATH, CENTRAL_SSH, CENTRAL_HTTPS };

struct central {
	enum central_kind kind;
	char *url;	/* as given, without trailing '/'; absolute for a path */
	char *host;	/* ssh: host; else NULL */
	char *user;	/* ssh: user or NULL */
	char *port;	/* ssh: port or NULL */
	char *path;	/* folder on this machine or on the host */
	char *ssh;	/* ssh command line to use, or NULL for the default */
	char *identity;		/* central_login; NULL = as ssh is set up */
	char *known_hosts;
};

/*
 * SSH_COMMAND: NULL, or a program with arguments separated by spaces that is
 * used instead of ssh (its -o options are then the user's own business).
 * A host or user that begins with '-' or holds odd characters is refused.
 */
int central_parse(struct central *c, const char *url, const char *ssh_command,
	struct err *e);
/* Zeroed: nothing. */
void central_release(struct central *c);

/*
 * From now on ssh logs in with the private key of IDENTITY_FILE only, and only
 * at a host whose Ed25519 key stands in KNOWN_HOSTS.  Either may be NULL: that
 * half stays as ssh is set up.  Behind an ssh command of the user's own, too.
 * -1: ERR_CONFIG (a path with a character that ssh gives a meaning), ERR_NOMEM.
 */
int central_login(struct central *c, const char *identity_file,
	const char *known_hosts, struct err *e);

/*
 * In what a git or ssh SAID: the line by which ssh tells that C lets this login
 * in no more.  NULL: there is none.
 */
const char *central_barred(const struct central *c, const char *said);

/* "<url>/<name>.git" on the heap, or NULL. */
char *central_repo(const struct central *c, const char *name);

/*
 * The argument vector that starts SERVICE ("git-receive-pack" or
 * "git-upload-pack") on repository NAME; for ssh with BatchMode, ConnectTimeout
 * and ServerAlive options.  Path or ssh only.  free with central_argv_free.
 */
char **central_argv(const struct central *c, const char *service,
	const char *name, struct err *e);
void central_argv_free(char **argv);

/*
 * Environment for stock git children: no system and user configuration, no
 * prompt, our ssh command.  For proc_spawn: "NAME=value" sets, "NAME" alone
 * removes (GIT_DIR and the like); NULL-terminated; free with
 * central_argv_free.
 */
char **central_git_env(const struct central *c, struct err *e);

/*
 * Make the three bare repositories of a path central, its receipt key and what
 * else belongs there, by HOOKS_DIR/setup.  Those that exist already are an
 * error (ERR_FAIL with a hint).
 */
int central_create(const struct central *c, const char *hooks_dir,
	struct err *e);

/*
 * Check the settings of a repository of a path central.  Appends a line to
 * PROBLEMS per setting or hook that differs ("records.git: receive.unpackLimit
 * is '100', should be '1'").  0, or -1.
 */
int central_check(const struct central *c, struct buf *problems,
	struct err *e);

#endif
