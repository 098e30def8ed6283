/* desk/notes_out.c - notes that are made here; docs/FORMAT.md 17 and 20. */
#include "desk/notes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/path.h"
#include "control/edit.h"
#include "control/request.h"
#include "desk/numbered.h"

#include "base/banned.h"

#define COMMIT_NOTES 64
#define HEAD_MAX 512		/* of what stands before the rest of a note */

static size_t
count_lines(const struct buf *b)
{
	size_t i, n = 0;

	for (i = 0; i < b->len; i++)
		n += b->data[i] == '\n';
	return n;
}

static char *
list_of(const struct deskhome *h)
{
	return path_join(h->dir, "notes.unsent");
}

int
notes_unsent(const struct deskhome *h, struct buf *out, struct err *e)
{
	char *file = list_of(h);
	int rc = file ? 0 : err_nomem(e);

	if (rc == 0 && file_exists(file))
		rc = file_load(file, out, e);
	free(file);
	return rc;
}

/* --- Sending. */

static int
readers(const struct control *c, struct seal_recipient *out, struct err *e)
{
	size_t i;

	for (i = 0; i < c->nrecipients; i++)
		if (seal_recipient_parse(&out[i], c->recipient[i].age,
		    strlen(c->recipient[i].age), e) < 0)
			return -1;
	return 0;
}

/* The first N lines of LINES, numbered on top of the branch as it is here. */
static int
commit(const struct access_log *l, const struct buf *lines, size_t n,
	struct err *e)
{
	struct control_file *files = calloc(n + 1, sizeof(*files));
	struct seal_recipient r[CONTROL_MAX_RECIPIENTS];
	char folder[NUMBERED_FOLDER_LEN], key[REQUEST_KEY_LEN];
	const struct edit_job job = {&l->home->central, "desk", l->home->desk,
	    l->name, l->key, clock_now_utc(), "notes", files, n};
	const char *s = buf_str(lines);
	struct numbered_chain chain;
	struct sshkey_pub pub;
	size_t i, len;
	int rc = -1;

	if (!files)
		return err_nomem(e);
	sshkey_public(l->key, &pub);
	request_key(&pub, key);
	(void)snprintf(folder, sizeof(folder), "notes/%s", key);
	if (readers(l->control, r, e) < 0 ||
	    numbered_follow(&chain, folder, l->home->desk, e) < 0)
		goto out;
	for (i = 0; i < n; i++, s += len + 1) {
		len = strcspn(s, "\n");
		if (numbered_make(&chain, s, len, r, l->control->nrecipients,
		    &files[i], e) < 0)
			goto out;
	}
	rc = edit_commit_again(&job, EDIT_TRIES, e);
out:
	numbered_free(files, n);
	return rc;
}

/* Drop the first N lines, here and on the disk. */
static int
drop(const char *file, struct buf *lines, size_t n, struct err *e)
{
	const char *s = buf_str(lines);
	size_t len;

	for (; n > 0; n--)
		s += strcspn(s, "\n") + 1;
	len = lines->len - (size_t)(s - buf_str(lines));
	memmove(lines->data, s, len);
	lines->len = len;
	return len == 0 ? file_remove(file, e) :
	    file_save(file, lines->data, len, 0600, e);
}

/* Another desk of the same manager may take a number first: then the next one. */
static int
send_all(const struct access_log *l, const char *file, struct buf *lines,
	struct err *e)
{
	unsigned lost = 0;
	size_t n;

	while ((n = count_lines(lines)) > 0) {
		if (n > COMMIT_NOTES)
			n = COMMIT_NOTES;
		if (commit(l, lines, n, e) == 0) {
			if (drop(file, lines, n, e) < 0)
				return -1;
			continue;
		}
		if (e->code != ERR_FAIL || ++lost == EDIT_TRIES)
			return -1;
		err_clear(e);
	}
	return 0;
}

int
notes_send(const struct access_log *l, size_t *waits, struct err *e)
{
	struct buf lines = BUF_INIT(NOTES_UNSENT_MAX);
	char *file = list_of(l->home);
	int fd = -1, rc = file ? 0 : err_nomem(e);

	*waits = 0;
	if (rc == 0 && file_exists(file)) {
		rc = access_lock(l->home, &fd, e);
		if (rc == 0)
			rc = notes_unsent(l->home, &lines, e);
		if (rc == 0)
			rc = send_all(l, file, &lines, e);
		*waits = count_lines(&lines);
	}
	if (fd >= 0)
		(void)close(fd);	/* the lock ends with it */
	buf_release(&lines);
	free(file);
	return rc;
}

/* --- Writing. */

/* {"utc":…} without its first brace. */
static int
make_line(const struct access_log *l, int64_t utc, const char *type,
	const char *rest, size_t n, struct buf *out, struct err *e)
{
	struct buf line = BUF_INIT(NOTES_LINE_MAX);
	struct jsonw w;
	int rc = -1;

	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "utc", utc);
	jsonw_kstr(&w, "by", l->name);
	jsonw_kstr(&w, "type", type);
	jsonw_object_end(&w);
	if (jsonw_end(&w) == 0) {
		line.len--;
		if (buf_addc(&line, ',', e) == 0 &&
		    buf_add(&line, rest, n, e) == 0 &&
		    buf_adds(&line, "}\n", e) == 0)
			rc = buf_add(out, line.data + 1, line.len - 1, e);
	}
	buf_release(&line);
	return rc;
}

int
notes_write(const struct access_log *l, int64_t utc, const char *type,
	const char *rest, size_t n, struct err *e)
{
	struct buf lines = BUF_INIT(NOTES_UNSENT_MAX);
	char *file = list_of(l->home);
	int fd = -1, rc = -1;

	if (n > NOTES_LINE_MAX - HEAD_MAX) {
		(void)err_set(e, ERR_USAGE, "that is too much for one note");
		(void)err_hint(e, "name fewer days");
		goto out;
	}
	if (!file) {
		(void)err_nomem(e);
		goto out;
	}
	if (access_lock(l->home, &fd, e) < 0 ||
	    notes_unsent(l->home, &lines, e) < 0 ||
	    make_line(l, utc, type, rest, n, &lines, e) < 0 ||
	    file_save(file, lines.data, lines.len, 0600, e) < 0)
		goto out;
	rc = send_all(l, file, &lines, e) < 0 ? 1 : 0;
out:
	if (fd >= 0)
		(void)close(fd);	/* the lock ends with it */
	buf_release(&lines);
	free(file);
	return rc;
}
