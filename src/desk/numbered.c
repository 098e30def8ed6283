/* desk/numbered.c - numbers of files in desk.git; docs/FORMAT.md section 17. */
#include "desk/numbered.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "desk/reheads.h"

#include "base/banned.h"

#define DIGITS 9	/* of NUMBERED_MAX */

int
numbered_name(const char *name, const char *ending, int64_t *n)
{
	const size_t len = strlen(name), end = strlen(ending);
	char digits[DIGITS + 1];

	if (len <= end || len - end > DIGITS || !str_ends(name, ending))
		return -1;
	memcpy(digits, name, len - end);
	digits[len - end] = '\0';
	return str_to_i64(digits, 0, NUMBERED_MAX, n);
}

struct highest {
	const char *ending;
	int64_t next;
};

static int
on_file(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	struct highest *h = arg;
	int64_t n;

	(void)mode;
	(void)id;
	(void)e;
	if (numbered_name(name, h->ending, &n) == 0 && n >= h->next)
		h->next = n + 1;
	return 0;
}

int
numbered_next(struct mirror *desk, const char *tree, const char *path,
	const char *ending, int64_t *next, struct err *e)
{
	struct highest h = {ending, 0};

	if (mirror_entries_at(desk, tree, path, on_file, &h, e) < 0)
		return -1;
	if (h.next > NUMBERED_MAX) {
		(void)err_set(e, ERR_INTEGRITY, "desk.git: somebody put '%s/%d%s' "
		    "there, and no number is left", path, NUMBERED_MAX, ending);
		return err_hint(e, "tell the owner; an access log goes on with a "
		    "key of another name (liudi-desk key add)");
	}
	*next = h.next;
	return 0;
}

/* --- A chain. */

#define PATH_LEN (NUMBERED_FOLDER_LEN + 20)

static void
file_path(const struct numbered_chain *k, int64_t n, char out[static PATH_LEN])
{
	(void)snprintf(out, PATH_LEN, "%s/%" PRId64 ".age", k->folder, n);
}

int
numbered_follow(struct numbered_chain *k, const char *folder, const char *dir,
	struct err *e)
{
	struct buf file = BUF_INIT(NUMBERED_FILE_MAX);
	char tree[CANON_ID_LEN], path[PATH_LEN];
	struct err why = ERR_INIT;
	struct mirror *m;
	int rc = -1, found;

	memset(k, 0, sizeof(*k));
	(void)snprintf(k->folder, sizeof(k->folder), "%s", folder);
	if (!file_is_dir(dir))
		return 0;
	m = mirror_open(dir, e);
	if (!m)
		return -1;
	found = reheads_tree(m, tree, e);
	if (found <= 0) {
		rc = found;
		goto out;
	}
	if (numbered_next(m, tree, folder, ".age", &k->n, e) < 0)
		goto out;
	if (k->n > 0) {
		file_path(k, k->n - 1, path);
		found = mirror_blob_at(m, tree, path, &file, &why);
		if (found < 0 && why.code != ERR_INTEGRITY) {
			*e = why;
			goto out;
		}
		k->has_prev = found > 0;
	}
	if (k->has_prev)
		hash_sha256(k->prev, file.data, file.len);
	rc = 0;
out:
	buf_release(&file);
	mirror_close(m);
	return rc;
}

int
numbered_line(int64_t n, const uint8_t *prev, struct buf *out, struct err *e)
{
	char hex[2 * HASH_LEN + 1] = "";

	if (prev)
		str_hex(hex, prev, HASH_LEN);
	return buf_addf(out, e, "{\"v\":1,\"n\":%" PRId64 ",\"prev\":%s%s%s,",
	    n, prev ? "\"" : "", prev ? hex : "null", prev ? "\"" : "");
}

static int
add_to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

/* LINE gets its LF and padding, so that lengths tell nothing. */
static int
seal_line(struct buf *line, const struct seal_recipient *r, size_t nr,
	struct buf *out, struct err *e)
{
	struct seal *s = NULL;
	int rc = -1;

	if (buf_addc(line, '\n', e) < 0 || seal_pad(line, line->len, e) < 0)
		return -1;
	s = seal_new(r, nr, add_to_buf, out, e);
	if (s && seal_write(s, line->data, line->len, e) == 0 &&
	    seal_finish(s, e) == 0)
		rc = 0;
	seal_free(s);
	return rc;
}

int
numbered_make(struct numbered_chain *k, const char *end, size_t n,
	const struct seal_recipient *r, size_t nr, struct control_file *f,
	struct err *e)
{
	struct buf line = BUF_INIT(NUMBERED_FILE_MAX);
	struct buf sealed = BUF_INIT(NUMBERED_FILE_MAX);
	char path[PATH_LEN];
	int rc = -1;

	if (numbered_line(k->n, k->has_prev ? k->prev : NULL, &line, e) < 0 ||
	    buf_add(&line, end, n, e) < 0 ||
	    seal_line(&line, r, nr, &sealed, e) < 0)
		goto out;
	file_path(k, k->n, path);
	hash_sha256(k->prev, sealed.data, sealed.len);
	k->has_prev = true;
	k->n++;
	f->path = str_dup(path);
	if (!f->path) {
		(void)err_nomem(e);
		goto out;
	}
	f->data = buf_take(&sealed, &f->len);
	rc = 0;
out:
	buf_release(&line);
	buf_release(&sealed);
	return rc;
}

void
numbered_free(struct control_file *f, size_t n)
{
	char *path;
	void *data;
	size_t i;

	for (i = 0; f && i < n; i++) {
		memcpy(&path, &f[i].path, sizeof(path));
		memcpy(&data, &f[i].data, sizeof(data));
		free(path);
		free(data);
	}
	free(f);
}
