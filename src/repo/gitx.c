/* repo/gitx.c - common ground of the room: libgit2, raw trees, bare folders. */
#include "repo/gitx.h"

#include <errno.h>
#include <git2.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"

#include "base/banned.h"

int
gitx_setup(struct err *e)
{
	static const int levels[] = {
		GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_GLOBAL,
		GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_PROGRAMDATA
	};
	size_t i;
	int n = git_libgit2_init();

	if (n < 0)
		return gitx_err(e, ERR_FAIL, "cannot start libgit2");
	if (n > 1)
		return 0;
	/* What the user configured for his own git must not reach ours. */
	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		(void)git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
	/* Packs stay mapped as a whole otherwise: up to gigabytes. */
	(void)git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)4 << 20);
	(void)git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT,
	    (size_t)8 << 20);
	return 0;
}

void
gitx_teardown(void)
{
	(void)git_libgit2_shutdown();	/* how often it is still in use */
}

int
gitx_err(struct err *e, enum err_code code, const char *fmt, ...)
{
	const git_error *g = git_error_last();
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(e, code, "%s: %s", text,
	    g && g->message ? g->message : "no reason given");
}

static int
save_at(const char *dir, const char *name, const char *text, struct err *e)
{
	char *path = path_join(dir, name);
	int rc;

	if (!path)
		return err_nomem(e);
	rc = file_save(path, text, strlen(text), 0600, e);
	free(path);
	return rc;
}

int
gitx_bare(const char *dir, const char *head, const char *config,
	struct err *e)
{
	static const char *const folders[] = {
		"objects/info", "objects/pack", "refs/heads", "hooks", "info"
	};
	char *path = NULL, *text = NULL;
	size_t i;
	int rc = -1;

	path = path_join(dir, "HEAD");
	if (!path)
		return err_nomem(e);
	if (file_exists(path)) {
		rc = 0;
		goto out;
	}
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		free(path);
		path = path_join(dir, folders[i]);
		if (!path) {
			(void)err_nomem(e);
			goto out;
		}
		if (file_mkdirs(path, 0700, e) < 0)
			goto out;
	}
	text = str_fmt("[core]\n\trepositoryformatversion = 0\n"
	    "\tfilemode = true\n\tbare = true\n%s", config);
	if (!text) {
		(void)err_nomem(e);
		goto out;
	}
	if (save_at(dir, "config", text, e) < 0)
		goto out;
	free(text);
	text = str_fmt("ref: refs/heads/%s\n", head);
	if (!text) {
		(void)err_nomem(e);
		goto out;
	}
	/* HEAD last: with it the folder is a repository. */
	rc = save_at(dir, "HEAD", text, e);
out:
	free(text);
	free(path);
	return rc;
}

int
gitx_own(const char *dir, struct err *e)
{
	struct stat st;

	if (stat(dir, &st) < 0)
		return err_sys(e, errno, "cannot look at '%s'", dir);
	if (st.st_uid == geteuid() && (st.st_mode & 022) == 0)
		return 0;
	(void)err_set(e, ERR_CONFIG,
	    "folder '%s' is another user's, or others may write to it", dir);
	return err_hint(e, "chown and chmod it: 'chmod go-w %s'", dir);
}

int
gitx_tree_next(const uint8_t *data, size_t n, size_t *pos,
	struct gitx_entry *out, struct err *e)
{
	size_t i = *pos, digits = 0;
	const uint8_t *nul;

	if (i == n)
		return 0;
	out->mode = 0;
	for (; i < n && data[i] != ' '; i++, digits++) {
		if (data[i] < '0' || data[i] > '7' || digits >= 6)
			return err_set(e, ERR_FORMAT, "tree: bad mode");
		out->mode = out->mode * 8 + (unsigned)(data[i] - '0');
	}
	if (i == n || digits < 5)
		return err_set(e, ERR_FORMAT, "tree: bad mode");
	i++;
	nul = memchr(data + i, '\0', n - i);
	if (!nul || nul == data + i ||
	    (size_t)(data + n - nul) < 21)
		return err_set(e, ERR_FORMAT, "tree: bad entry");
	out->name = (const char *)data + i;
	out->name_len = (size_t)(nul - data) - i;
	out->id = nul + 1;
	*pos = (size_t)(nul - data) + 21;
	return 1;
}

int
gitx_tree_cmp(const struct gitx_entry *a, const struct gitx_entry *b)
{
	size_t n = a->name_len < b->name_len ? a->name_len : b->name_len;
	int rc = memcmp(a->name, b->name, n);
	unsigned char x, y;

	if (rc != 0)
		return rc;
	x = (unsigned char)a->name[n];
	y = (unsigned char)b->name[n];
	if (x == '\0' && a->mode == GITX_DIR)
		x = '/';
	if (y == '\0' && b->mode == GITX_DIR)
		y = '/';
	return (x > y) - (x < y);
}

/* Where NEW goes; *OLD_LEN = bytes of the entry that it replaces. */
static int
find_place(const struct buf *tree, const struct gitx_entry *entry, size_t *at,
	size_t *old_len, struct err *e)
{
	struct gitx_entry cur;
	size_t pos = 0, begin;
	int more;

	*old_len = 0;
	*at = tree->len;
	for (;;) {
		begin = pos;
		more = gitx_tree_next(tree->data, tree->len, &pos, &cur, e);
		if (more <= 0)
			return more;
		if (cur.name_len == entry->name_len &&
		    memcmp(cur.name, entry->name, cur.name_len) == 0) {
			if (cur.mode != GITX_DIR || entry->mode != GITX_DIR)
				return err_set(e, ERR_INTEGRITY,
				    "tree: '%s' is there already",
				    entry->name);
			*at = begin;
			*old_len = pos - begin;
			return 0;
		}
		if (gitx_tree_cmp(&cur, entry) > 0) {
			*at = begin;
			return 0;
		}
	}
}

int
gitx_tree_put(struct buf *tree, unsigned mode, const char *name,
	const uint8_t id[static 20], struct err *e)
{
	struct gitx_entry entry = {mode, name, strlen(name), id};
	char head[288];
	size_t at, old_len, len;
	int n;

	n = snprintf(head, sizeof(head), "%o %s", mode, name);
	if (n < 0 || (size_t)n >= sizeof(head))
		return err_set(e, ERR_FAIL, "tree: name too long");
	if (find_place(tree, &entry, &at, &old_len, e) < 0)
		return -1;
	len = (size_t)n + 1 + 20;
	if (buf_reserve(tree, len, e) < 0)
		return -1;
	memmove(tree->data + at + len, tree->data + at + old_len,
	    tree->len - at - old_len);
	memcpy(tree->data + at, head, (size_t)n + 1);
	memcpy(tree->data + at + (size_t)n + 1, id, 20);
	tree->len = tree->len - old_len + len;
	tree->data[tree->len] = '\0';
	return 0;
}

/* "<key> <40 hex>\n" at *P. */
static bool
link_line(const char **p, const char *end, const char *key, char id[static 41])
{
	size_t k = strlen(key);
	uint8_t raw[20];

	if ((size_t)(end - *p) < k + 41 || memcmp(*p, key, k) != 0 ||
	    str_unhex(raw, 20, *p + k, 40) < 0 || (*p)[k + 40] != '\n')
		return false;
	memcpy(id, *p + k, 40);
	id[40] = '\0';
	*p += k + 41;
	return true;
}

int
gitx_commit_links(const void *data, size_t n, char tree[static 41],
	char parent[static 41], struct err *e)
{
	const char *p = data, *end = p + n;
	char more[41];

	parent[0] = '\0';
	if (!link_line(&p, end, "tree ", tree))
		return err_set(e, ERR_FORMAT, "commit without a tree");
	if (!link_line(&p, end, "parent ", parent))
		parent[0] = '\0';
	else if (link_line(&p, end, "parent ", more))
		return err_set(e, ERR_INTEGRITY,
		    "a commit with two parents (%s, %s)", parent, more);
	return 0;
}
