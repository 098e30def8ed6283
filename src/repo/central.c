/* repo/central.c - where the repositories lie; docs/FORMAT.md section 1. */
#include "repo/central.h"

#include <ctype.h>
#include <git2.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/str.h"
#include "repo/gitx.h"

#include "base/banned.h"

#define MAX_URL 2048
#define MAX_ARGS 64
#define SETUP_MS 120000

static const char *const repos[] = {"control", "records", "desk"};

enum { NREPOS = sizeof(repos) / sizeof(repos[0]) };

/* What hooks/setup writes; a test holds them equal. */
static const struct {
	const char *section;
	const char *key;
	const char *value;
} settings[] = {
	{"receive", "unpackLimit", "1"},
	{"receive", "fsckObjects", "true"},
	{"receive", "denyNonFastForwards", "true"},
	{"receive", "maxInputSize", "256m"},
	{"receive", "autogc", "false"},
	{"core", "bigFileThreshold", "512k"},
	{"core", "compression", "0"},
	/* git's own choice leaves out the branch, and a station forgets */
	{"core", "fsync", "objects,derived-metadata,reference"},
	/* nobody lends this repository objects: no git to ask for them */
	{"core", "alternateRefsCommand", "true"},
	{"core", "logAllRefUpdates", "always"},
	{"pack", "window", "0"},
	{"gc", "auto", "0"},
	{"gc", "bigPackThreshold", "64m"},
	{"gc", "reflogExpire", "never"},
	{"gc", "reflogExpireUnreachable", "never"}
};

enum { NSETTINGS = sizeof(settings) / sizeof(settings[0]) };

static const char *const ssh_options[] = {
	"-o", "BatchMode=yes", "-o", "ConnectTimeout=20",
	"-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4"
};

enum { NSSH_OPTIONS = sizeof(ssh_options) / sizeof(ssh_options[0]) };

static int
bad_url(struct err *e, const char *url, const char *why)
{
	(void)err_set(e, ERR_USAGE, "central '%.200s': %s", url, why);
	return err_hint(e, "write /folder, ssh://user@host/folder or "
	    "https://host/folder");
}

/* Letters, digits, and those of EXTRA; not empty, not an option. */
static bool
clean_word(const char *s, const char *extra)
{
	if (*s == '\0' || *s == '-')
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr(extra, *s))
			return false;
	return true;
}

/* No control characters. */
static bool
clean_path(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

/* "host", "host:port" or "[v6]:port" at S, which is cut in place. */
static int
split_host(struct central *c, char *s, const char *url, struct err *e)
{
	char *port = NULL, *end;
	int64_t n;

	if (*s == '[') {
		end = strchr(++s, ']');
		if (!end || (end[1] != '\0' && end[1] != ':'))
			return bad_url(e, url, "bad address");
		if (end[1] == ':')
			port = end + 2;
		*end = '\0';
		if (strspn(s, "0123456789abcdefABCDEF:.") != strlen(s) ||
		    *s == '\0')
			return bad_url(e, url, "bad address");
	} else {
		port = strchr(s, ':');
		if (port)
			*port++ = '\0';
		if (!clean_word(s, "._-"))
			return bad_url(e, url, "bad host name");
	}
	if (port && (str_to_i64(port, 1, 65535, &n) < 0))
		return bad_url(e, url, "bad port");
	c->host = str_dup(s);
	c->port = port ? str_dup(port) : NULL;
	if (!c->host || (port && !c->port))
		return err_nomem(e);
	return 0;
}

/* "[user@]host[:port]" without the slash that follows. */
static int
split_authority(struct central *c, char *s, const char *url, struct err *e)
{
	char *at = strrchr(s, '@');

	if (at) {
		*at = '\0';
		if (!clean_word(s, "._-"))
			return bad_url(e, url, "bad user name");
		c->user = str_dup(s);
		if (!c->user)
			return err_nomem(e);
		s = at + 1;
	}
	return split_host(c, s, url, e);
}

/* What stands behind "ssh://" or "https://". */
static int
parse_net(struct central *c, const char *rest, struct err *e)
{
	const char *slash = strchr(rest, '/');
	char *authority;
	int rc;

	if (!clean_path(rest))
		return bad_url(e, c->url, "control characters");
	if (!slash && c->kind == CENTRAL_SSH)
		return bad_url(e, c->url, "no folder behind the host");
	if (!slash)
		slash = rest + strlen(rest);
	/* As git does: "/~/x" and "/~user/x" begin at the home folder. */
	c->path = str_dup(slash[0] == '/' && slash[1] == '~' &&
	    c->kind == CENTRAL_SSH ? slash + 1 : slash);
	authority = str_ndup(rest, (size_t)(slash - rest));
	if (!c->path || !authority) {
		free(authority);
		return err_nomem(e);
	}
	rc = split_authority(c, authority, c->url, e);
	free(authority);
	return rc;
}

/* No trailing '/', but "/" stays. */
static void
trim(char *s)
{
	size_t n = strlen(s);

	while (n > 1 && s[n - 1] == '/')
		s[--n] = '\0';
}

static int
parse_path(struct central *c, struct err *e)
{
	char *full;

	if (strstr(c->url, "://"))
		return bad_url(e, c->url, "this kind of address is not known");
	if (!clean_path(c->url))
		return bad_url(e, c->url, "control characters");
	full = path_expand(c->url, NULL, e);
	if (!full)
		return -1;
	trim(full);
	free(c->url);
	c->url = full;
	c->path = str_dup(full);
	return c->path ? 0 : err_nomem(e);
}

int
central_parse(struct central *c, const char *url, const char *ssh_command,
	struct err *e)
{
	int rc = -1;

	memset(c, 0, sizeof(*c));
	if (*url == '\0' || strlen(url) > MAX_URL)
		return bad_url(e, url, "empty or too long");
	c->url = str_dup(url);
	if (!c->url)
		return err_nomem(e);
	trim(c->url);
	if (ssh_command && *ssh_command) {
		c->ssh = str_dup(ssh_command);
		if (!c->ssh) {
			(void)err_nomem(e);
			goto out;
		}
	}
	if (str_starts(c->url, "ssh://")) {
		c->kind = CENTRAL_SSH;
		rc = parse_net(c, c->url + strlen("ssh://"), e);
	} else if (str_starts(c->url, "https://")) {
		c->kind = CENTRAL_HTTPS;
		rc = parse_net(c, c->url + strlen("https://"), e);
	} else {
		c->kind = CENTRAL_PATH;
		rc = parse_path(c, e);
	}
out:
	if (rc < 0)
		central_release(c);
	return rc;
}

void
central_release(struct central *c)
{
	free(c->url);
	free(c->host);
	free(c->user);
	free(c->port);
	free(c->path);
	free(c->ssh);
	free(c->identity);
	free(c->known_hosts);
	memset(c, 0, sizeof(*c));
}

/*
 * ssh gives % and $ a meaning in names of files, and takes " and \ for its own
 * quoting; what cannot be said to every version alike is not said.
 */
static int
login_path(char **to, const char *path, struct err *e)
{
	*to = NULL;
	if (!path)
		return 0;
	if (!*path || *path == '~' || !clean_path(path) ||
	    strpbrk(path, "%$\"\\")) {
		(void)err_set(e, ERR_CONFIG, "ssh cannot be given the file "
		    "'%.200s'", path);
		return err_hint(e, "use a folder whose path is without %% $ "
		    "\" \\ and control characters");
	}
	*to = str_dup(path);
	return *to ? 0 : err_nomem(e);
}

int
central_login(struct central *c, const char *identity_file,
	const char *known_hosts, struct err *e)
{
	char *identity = NULL, *hosts = NULL;

	if (login_path(&identity, identity_file, e) < 0 ||
	    login_path(&hosts, known_hosts, e) < 0) {
		free(identity);
		return -1;
	}
	free(c->identity);
	free(c->known_hosts);
	c->identity = identity;
	c->known_hosts = hosts;
	return 0;
}

const char *
central_barred(const struct central *c, const char *said)
{
	const char *at = c->kind == CENTRAL_SSH ?
	    strstr(said, ": Permission denied (") : NULL;

	while (at && at > said && at[-1] != '\n')
		at--;
	return at;
}

char *
central_repo(const struct central *c, const char *name)
{
	return str_fmt("%s/%s.git", c->url, name);
}

void
central_argv_free(char **argv)
{
	size_t i;

	for (i = 0; argv && argv[i]; i++)
		free(argv[i]);
	free(argv);
}

/* A list that grows; FAILED sticks. */
struct list {
	char **v;
	size_t n;
	bool failed;
};

/* Takes S, which may be NULL (out of memory). */
static void
list_take(struct list *l, char *s)
{
	if (!s || !l->v || l->n + 1 >= MAX_ARGS) {
		free(s);
		l->failed = true;
		return;
	}
	l->v[l->n++] = s;
}

static void
list_add(struct list *l, const char *s)
{
	list_take(l, str_dup(s));
}

static char **
list_end(struct list *l, struct err *e)
{
	if (!l->failed)
		return l->v;
	central_argv_free(l->v);
	(void)err_nomem(e);
	return NULL;
}

static void
add_words(struct list *l, const char *s)
{
	size_t n;

	while (*(s += strspn(s, " "))) {
		n = strcspn(s, " ");
		list_take(l, str_ndup(s, n));
		s += n;
	}
}

/* "SERVICE '<path>'" for the shell at the other end. */
static char *
remote_command(const char *service, const char *path, struct err *e)
{
	struct buf b = BUF_INIT(4 * MAX_URL);
	const char *p;
	size_t n;
	int rc = buf_addf(&b, e, "%s '", service);

	for (p = path; rc == 0 && *p; p++)
		rc = *p == '\'' || *p == '!' ?
		    buf_addf(&b, e, "'\\%c'", *p) : buf_addc(&b, *p, e);
	if (rc == 0)
		rc = buf_addc(&b, '\'', e);
	if (rc < 0) {
		buf_release(&b);
		return NULL;
	}
	return (char *)buf_take(&b, &n);
}

static void
add_option(struct list *l, const char *option)
{
	list_add(l, "-o");
	list_add(l, option);
}

/* What central_login() asked for; the first of an option counts for ssh. */
static void
add_login(struct list *l, const struct central *c)
{
	if (c->identity) {
		list_add(l, "-i");
		list_add(l, c->identity);
		add_option(l, "IdentitiesOnly=yes");
		add_option(l, "IdentityAgent=none");
	}
	if (c->known_hosts) {
		/* a list of files: quoted, as one name may hold blanks */
		list_add(l, "-o");
		list_take(l, str_fmt("UserKnownHostsFile=\"%s\"",
		    c->known_hosts));
		add_option(l, "GlobalKnownHostsFile=/dev/null");
		add_option(l, "StrictHostKeyChecking=yes");
		add_option(l, "HostKeyAlgorithms=ssh-ed25519");
	}
}

static void
add_ssh(struct list *l, const struct central *c, char *command)
{
	size_t i;

	if (c->ssh) {
		add_words(l, c->ssh);
	} else {
		list_add(l, "ssh");
		for (i = 0; i < NSSH_OPTIONS; i++)
			list_add(l, ssh_options[i]);
	}
	add_login(l, c);
	if (c->port) {
		list_add(l, "-p");
		list_add(l, c->port);
	}
	list_take(l, c->user ? str_fmt("%s@%s", c->user, c->host) :
	    str_dup(c->host));
	list_take(l, command);
}

char **
central_argv(const struct central *c, const char *service, const char *name,
	struct err *e)
{
	struct list l = {calloc(MAX_ARGS, sizeof(char *)), 0, false};
	char *path = str_fmt("%s/%s.git", c->path, name);
	char **out = NULL;

	if (!path || !l.v) {
		(void)err_nomem(e);
		goto out;
	}
	if (c->kind == CENTRAL_SSH) {
		add_ssh(&l, c, remote_command(service, path, e));
	} else if (c->kind == CENTRAL_PATH) {
		list_add(&l, "git");
		list_add(&l, str_starts(service, "git-") ? service + 4 :
		    service);
		list_add(&l, path);
	} else {
		(void)err_set(e, ERR_FAIL, "no program starts '%s' over https",
		    service);
		goto out;
	}
	out = list_end(&l, e);
	l.v = NULL;
out:
	central_argv_free(l.v);
	free(path);
	return out;
}

/* A blank and the word, for a shell. */
static int
add_quoted(struct buf *b, const char *word)
{
	int rc = buf_adds(b, " '", NULL);

	for (; rc == 0 && *word; word++)
		rc = *word == '\'' ? buf_adds(b, "'\\''", NULL) :
		    buf_addc(b, *word, NULL);
	return rc < 0 ? -1 : buf_addc(b, '\'', NULL);
}

/*
 * GIT_SSH_COMMAND goes through a shell.  Our own words hold nothing special,
 * a command of the user's is his to quote, the words of the login are quoted.
 */
static char *
ssh_command_text(const struct central *c)
{
	struct buf b = BUF_INIT(16384);
	struct list l = {calloc(MAX_ARGS, sizeof(char *)), 0, false};
	size_t i, n;
	int rc;

	add_login(&l, c);
	rc = l.failed ? -1 : buf_addf(&b, NULL, "GIT_SSH_COMMAND=%s",
	    c->ssh ? c->ssh : "ssh");
	for (i = 0; rc == 0 && !c->ssh && i < NSSH_OPTIONS; i++)
		rc = buf_addf(&b, NULL, " %s", ssh_options[i]);
	for (i = 0; rc == 0 && i < l.n; i++)
		rc = add_quoted(&b, l.v[i]);
	central_argv_free(l.v);
	if (rc < 0) {
		buf_release(&b);
		return NULL;
	}
	return (char *)buf_take(&b, &n);
}

char **
central_git_env(const struct central *c, struct err *e)
{
	static const char *const fixed[] = {
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=true", "LC_ALL=C",
		"GIT_SSH_VARIANT=ssh", "GIT_PAGER=cat",
		/* not set at all: they would point git elsewhere */
		"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE",
		"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
		"GIT_NAMESPACE", "GIT_COMMON_DIR", "GIT_PREFIX",
		"GIT_CEILING_DIRECTORIES", "GIT_CONFIG",
		"GIT_CONFIG_PARAMETERS", "GIT_CONFIG_SYSTEM", "GIT_SSH",
		"GIT_PROXY_COMMAND", "GIT_TEMPLATE_DIR", "GIT_TRACE",
		"GIT_TRACE_PACKET", "GIT_TRACE_CURL", "GIT_TRACE2",
		"GIT_TRACE2_EVENT", "GIT_PROTOCOL", "GIT_QUARANTINE_PATH",
		"GIT_PUSH_OPTION_COUNT", "GIT_ALLOW_PROTOCOL", "SSH_ASKPASS"
	};
	struct list l = {calloc(MAX_ARGS, sizeof(char *)), 0, false};
	size_t i;

	if (!l.v) {
		(void)err_nomem(e);
		return NULL;
	}
	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		list_add(&l, fixed[i]);
	list_take(&l, ssh_command_text(c));
	if (c->kind != CENTRAL_PATH) {
		list_add(&l, "GIT_CONFIG_COUNT");
		return list_end(&l, e);
	}
	/* A folder of another user: the person named it, so it is trusted. */
	list_take(&l, str_fmt("GIT_CONFIG_COUNT=%d", NREPOS));
	for (i = 0; i < NREPOS; i++) {
		list_take(&l, str_fmt("GIT_CONFIG_KEY_%zu=safe.directory", i));
		list_take(&l, str_fmt("GIT_CONFIG_VALUE_%zu=%s/%s.git", i,
		    c->path, repos[i]));
	}
	return list_end(&l, e);
}

/* Nothing may be there yet: another team's records would get new hooks. */
static int
refuse_old(const struct central *c, struct err *e)
{
	char *dir;
	bool there;
	size_t i;

	for (i = 0; i < NREPOS; i++) {
		dir = central_repo(c, repos[i]);
		if (!dir)
			return err_nomem(e);
		there = file_exists(dir);
		free(dir);
		if (!there)
			continue;
		(void)err_set(e, ERR_FAIL, "'%s' holds a %s.git already",
		    c->url, repos[i]);
		return err_hint(e, "choose another folder, or join the team "
		    "that is there");
	}
	return 0;
}

/* What the script said last, without its name. */
static const char *
last_line(struct buf *said)
{
	char *s = (char *)said->data, *line;

	while (said->len > 0 && s[said->len - 1] == '\n')
		s[--said->len] = '\0';
	line = said->len > 0 ? strrchr(s, '\n') : NULL;
	line = line ? line + 1 : s;
	if (!line)
		return "it said nothing";
	return str_starts(line, "setup: ") ? line + strlen("setup: ") : line;
}

int
central_create(const struct central *c, const char *hooks_dir, struct err *e)
{
	struct buf said = BUF_INIT(65536);
	char *script = path_join(hooks_dir, "setup");
	int rc = -1, status;

	if (!script) {
		(void)err_nomem(e);
		goto out;
	}
	if (c->kind != CENTRAL_PATH) {
		(void)err_set(e, ERR_USAGE,
		    "a central can only be made in a folder of this machine");
		(void)err_hint(e, "run 'sh setup DIR' of liudi's hooks on "
		    "the server, or give a folder");
		goto out;
	}
	if (refuse_old(c, e) < 0)
		goto out;
	{
		const char *const argv[] = {"sh", script, c->path, NULL};
		struct buf out = BUF_INIT(65536);

		status = proc_run(argv, NULL, NULL, 0, &out, &said, SETUP_MS,
		    e);
		buf_release(&out);
	}
	if (status > 0) {
		(void)err_set(e, ERR_FAIL, "cannot make the central: %s",
		    last_line(&said));
		(void)err_hint(e, "git and ssh-keygen must be installed, and "
		    "the folder yours to write");
	}
	rc = status == 0 ? 0 : -1;
out:
	buf_release(&said);
	free(script);
	return rc;
}

/* True if both texts mean the same to git: numbers with k, m, g, truths. */
static bool
same_value(const char *have, const char *want)
{
	int64_t a, b;
	int x, y;

	if (strcmp(have, want) == 0)
		return true;
	if (git_config_parse_int64(&a, have) == 0 &&
	    git_config_parse_int64(&b, want) == 0)
		return a == b;
	return (strcmp(want, "true") == 0 || strcmp(want, "false") == 0) &&
	    git_config_parse_bool(&x, have) == 0 &&
	    git_config_parse_bool(&y, want) == 0 && x == y;
}

/* One setting; the last value of a file counts, as for git. */
static int
check_setting(git_config *cfg, const char *repo, size_t i,
	struct buf *problems, struct err *e)
{
	git_buf have = GIT_BUF_INIT_CONST(NULL, 0);
	char key[64];
	int rc = 0, got;

	(void)snprintf(key, sizeof(key), "%s.%s", settings[i].section,
	    settings[i].key);
	got = git_config_get_string_buf(&have, cfg, key);
	if (got < 0)
		rc = buf_addf(problems, e, "%s.git: %s is not set, should be "
		    "'%s'\n", repo, key, settings[i].value);
	else if (!same_value(have.ptr, settings[i].value))
		rc = buf_addf(problems, e, "%s.git: %s is '%s', should be "
		    "'%s'\n", repo, key, have.ptr, settings[i].value);
	git_buf_dispose(&have);
	return rc;
}

static int
check_hook(const char *dir, const char *repo, const char *hook,
	struct buf *problems, struct err *e)
{
	char *path = str_fmt("%s/hooks/%s", dir, hook);
	int rc = 0;

	if (!path)
		return err_nomem(e);
	if (access(path, F_OK) < 0)
		rc = buf_addf(problems, e, "%s.git: hook %s is missing\n",
		    repo, hook);
	else if (access(path, X_OK) < 0)
		rc = buf_addf(problems, e,
		    "%s.git: hook %s is not executable\n", repo, hook);
	free(path);
	return rc;
}

static int
check_one(const char *dir, const char *repo, struct buf *problems,
	struct err *e)
{
	char *path = path_join(dir, "config");
	git_config *cfg = NULL;
	size_t i;
	int rc = -1, deny = 0;

	if (!path) {
		(void)err_nomem(e);
		goto out;
	}
	if (!file_exists(path)) {
		rc = buf_addf(problems, e, "%s.git: is not there\n", repo);
		goto out;
	}
	if (git_config_open_ondisk(&cfg, path) < 0) {
		(void)gitx_err(e, ERR_CONFIG, "cannot read '%s'", path);
		goto out;
	}
	for (i = 0; i < NSETTINGS; i++)
		if (check_setting(cfg, repo, i, problems, e) < 0)
			goto out;
	/* The hook refuses deletions itself, with a better text. */
	if (git_config_get_bool(&deny, cfg, "receive.denyDeletes") == 0 &&
	    deny && buf_addf(problems, e,
	    "%s.git: receive.denyDeletes is 'true', should not be set\n",
	    repo) < 0)
		goto out;
	if (check_hook(dir, repo, "pre-receive", problems, e) < 0)
		goto out;
	if (strcmp(repo, "records") == 0 &&
	    check_hook(dir, repo, "post-receive", problems, e) < 0)
		goto out;
	rc = 0;
out:
	git_config_free(cfg);
	free(path);
	return rc;
}

int
central_check(const struct central *c, struct buf *problems, struct err *e)
{
	char *dir;
	size_t i;
	int rc = -1;

	if (c->kind != CENTRAL_PATH)
		return 0;	/* nobody can look from here */
	if (gitx_setup(e) < 0)
		return -1;
	for (i = 0; i < NREPOS; i++) {
		dir = central_repo(c, repos[i]);
		if (!dir) {
			(void)err_nomem(e);
			goto out;
		}
		rc = check_one(dir, repos[i], problems, e);
		free(dir);
		if (rc < 0)
			goto out;
	}
	rc = 0;
out:
	gitx_teardown();
	return rc;
}
