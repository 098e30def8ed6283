/* repo/push_stock.c - push by stock git; gitremote-helpers(7), git-push(1). */
#include "repo/push_stock.h"

#include <string.h>

#include "base/proc.h"
#include "base/str.h"
#include "repo/conn.h"

#include "base/banned.h"

#define OUT_MAX ((size_t)8 << 20)
#define LINE_CAP 8192

/* Our environment for git, with GIT_DIR at the spool; strings are C's env's. */
static const char **
env_in(char *const env[], const char *git_dir)
{
	size_t n = 0;
	const char **out;

	while (env[n])
		n++;
	out = calloc(n + 2, sizeof(*out));
	if (!out)
		return NULL;
	for (n = 0; env[n]; n++)
		out[n] = strcmp(env[n], "GIT_DIR") == 0 ? git_dir : env[n];
	return out;
}

static int
parse_list(struct proto_adv *adv, char *text, struct err *e)
{
	char pkt[1100], *lf;
	size_t used;
	int n;

	/* The lines have the form of an advertisement's: let it read them. */
	for (; (lf = strchr(text, '\n')) != NULL; text = lf + 1) {
		*lf = '\0';
		if (*text == '@' || *text == '\0')
			continue;
		n = snprintf(pkt, sizeof(pkt), "%04zx%.1000s", 4 +
		    strnlen(text, 1000), text);
		if (n < 0 || proto_adv_feed(adv, pkt, (size_t)n, &used, e) < 0)
			return -1;
	}
	return proto_adv_feed(adv, "0000", 4, &used, e);
}

int
push_stock_list(const struct central *c, const char *spool_dir,
	int stall_ms, struct proto_adv *adv, struct err *e)
{
	static const char ask[] = "list for-push\n\n";
	struct buf out = BUF_INIT(OUT_MAX), errtext = BUF_INIT(65536);
	char *url = central_repo(c, "records"), **env = NULL, *dir = NULL;
	const char *argv[] = {"git", "remote-https", url, url, NULL};
	const char **vars = NULL;
	int rc = -1, status;

	env = central_git_env(c, e);
	dir = str_fmt("GIT_DIR=%s", spool_dir);
	vars = env && dir ? env_in(env, dir) : NULL;
	if (!url || !vars) {
		(void)err_nomem(e);
		goto out;
	}
	status = proc_run(argv, vars, ask, strlen(ask), &out, &errtext,
	    stall_ms, e);
	if (status < 0)
		goto out;
	if (status != 0 || !out.data) {
		(void)err_set(e, ERR_NET, "cannot reach the central: %.300s",
		    buf_str(&errtext));
		goto out;
	}
	rc = parse_list(adv, (char *)out.data, e);
out:
	free(vars);
	central_argv_free(env);
	free(dir);
	free(url);
	buf_release(&errtext);
	buf_release(&out);
	return rc;
}

/* What git push prints. */
struct talk {
	const char *ref;
	const char *head;
	struct push_result *r;
	struct buf line;
	bool answered;
	char last[256];		/* of git's own lines, for the error */
};

/* "<flag> TAB <from>:<to> TAB <summary>" for our ref. */
static bool
porcelain(struct talk *t, const char *line)
{
	const char *to, *tab, *why;
	size_t n = strlen(t->ref);

	if (!*line || line[1] != '\t')
		return false;
	to = strchr(line + 2, ':');
	tab = to ? strchr(to, '\t') : NULL;
	if (!tab || (size_t)(tab - to) - 1 != n ||
	    memcmp(to + 1, t->ref, n) != 0)
		return false;
	t->answered = true;
	t->r->ok = *line != '!';
	if (t->r->ok)
		return true;
	why = strchr(tab, '(');
	(void)snprintf(t->r->reason, sizeof(t->r->reason), "%s",
	    why ? why + 1 : tab + 1);
	n = strlen(t->r->reason);
	if (why && n > 0 && t->r->reason[n - 1] == ')')
		t->r->reason[n - 1] = '\0';
	return true;
}

static void
talk_line(struct talk *t)
{
	char *s = (char *)t->line.data;
	size_t n = t->line.len;

	/* git pads with spaces what it shows of the other side */
	while (n > 0 && s[n - 1] == ' ')
		s[--n] = '\0';
	if (n == 0)
		;
	else if (str_starts(s, "remote: "))
		proto_hook_line(t->r, t->ref, t->head, s + 8);
	else if (!porcelain(t, s) && (str_starts(s, "fatal: ") ||
	    str_starts(s, "error: ") || !*t->last))
		(void)snprintf(t->last, sizeof(t->last), "%s", s);
	buf_clear(&t->line);
}

static int
talk_feed(void *arg, const void *data, size_t n, struct err *e)
{
	const char *p = data;
	struct talk *t = arg;
	size_t i;

	(void)e;
	for (i = 0; i < n; i++) {
		if (p[i] == '\n' || p[i] == '\r')
			talk_line(t);
		else if (p[i] != '\0')
			/* over the cap: the rest of the line is left out */
			(void)buf_addc(&t->line, p[i], NULL);
	}
	return 0;
}

/* Run it; both outputs come as one. */
static int
run(const struct central *c, const char *const argv[], int stall_ms,
	struct talk *t, struct err *e)
{
	char **env = central_git_env(c, e);
	const char *const *vars;
	struct conn conn;
	bool never = false;
	int rc = -1, status;

	if (!env)
		return -1;
	memcpy(&vars, &env, sizeof(vars));
	if (conn_spawn(&conn, argv, vars, stall_ms, e) < 0)
		goto out;
	conn.feed = talk_feed;
	conn.arg = t;
	if (conn_read(&conn, &never, e) < 0)
		goto out;
	if (t->line.len > 0)
		talk_line(t);
	status = conn_status(&conn);
	if (!t->answered) {
		(void)err_set(e, ERR_NET, "git push ended with %d: %s",
		    status, t->last);
		goto out;
	}
	rc = 0;
out:
	conn_close(&conn);
	central_argv_free(env);
	return rc;
}

int
push_stock_send(const struct central *c, const char *spool_dir,
	int stall_ms, const char *ref, const char *new_id,
	struct push_result *r, struct err *e)
{
	char *url = central_repo(c, "records");
	char *spec = str_fmt("%s:%s", new_id, ref);
	const char *argv[] = {"sh", "-c", "exec \"$@\" 2>&1", "sh", "git",
		"-C", spool_dir, "push", "--porcelain", "--no-verify",
		"--no-thin", "--progress",
		/* a folder of another user; as in central_git_env() */
		c->kind == CENTRAL_PATH ? "--receive-pack=git -c "
		"safe.directory=* receive-pack" :
		"--receive-pack=git-receive-pack", "--", url, spec, NULL};
	struct talk t = {ref, new_id, r, BUF_INIT(LINE_CAP), false, ""};
	int rc = -1;

	if (!url || !spec)
		(void)err_nomem(e);
	else
		rc = run(c, argv, stall_ms, &t, e);
	buf_release(&t.line);
	free(spec);
	free(url);
	return rc;
}
