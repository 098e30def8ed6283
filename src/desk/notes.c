/* desk/notes.c - notes out of desk.git; docs/FORMAT.md 17. */
#include "desk/notes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "desk/finding.h"
#include "desk/newfiles.h"
#include "desk/numbered.h"
#include "json/json.h"
#include "repo/packw.h"

#include "base/banned.h"

#define MARK "notes"
#define CODE "note"		/* of the findings */
#define NODES_MAX 4096
#define DEPTH_MAX 4

struct index {
	struct box *box;
	struct catalogue *c;
	struct notes_report *report;
	struct json *json;
	struct buf file, text;
};

/* A row of the table that waits to be opened. */
struct waiting {
	int64_t row, n;
	char key[REQUEST_KEY_LEN], blob[CANON_ID_LEN], signer[64];
	bool has_prev;
	char prev[2 * HASH_LEN + 1];	/* of the file before it */
};

__attribute__((format(printf, 4, 5))) static int
wrong(struct index *k, struct err *e, const char *path, const char *fmt, ...)
{
	const struct finding_place at = {k->c, 0, 0, "", clock_now_utc()};
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	k->report->wrong++;
	return finding_once(&at, FINDING_INTEGRITY, CODE, e,
	    "desk.git's %s: %s", path, text);
}

/* --- What came. */

/* "notes/<16 hex>/<n>.age" */
static bool
split_path(const char *path, char key[static REQUEST_KEY_LEN], int64_t *n)
{
	const size_t len = REQUEST_KEY_LEN - 1;
	const char *s = path + strlen("notes/");
	uint8_t raw[(REQUEST_KEY_LEN - 1) / 2];

	if (!str_starts(path, "notes/") || strlen(s) < len + 1 ||
	    s[len] != '/' || str_unhex(raw, sizeof(raw), s, len) < 0)
		return false;
	str_hex(key, raw, sizeof(raw));
	return numbered_name(s + len + 1, ".age", n) == 0;
}

static int
on_file(void *arg, const struct newfiles_file *f, struct err *e)
{
	struct index *k = arg;
	const char *path = f->file->path;
	char key[REQUEST_KEY_LEN];
	int64_t n;

	if (!split_path(path, key, &n))
		return 0;
	if (strcmp(key, f->key) != 0)
		return wrong(k, e, path, "it was signed by another key, and "
		    "does not count");
	if (f->file->bytes > NUMBERED_FILE_MAX)
		return wrong(k, e, path, "it is too large");
	return catalogue_run(k->c, SQL_NOTE_ADD, e, "titt", key, n,
	    f->file->id, f->name);
}

/* --- A note. */

static const char *
text_at(const struct json *j, const struct json_node *o, const char *key)
{
	const struct json_node *v = json_get(j, o, key);

	return v && v->type == JSON_STR && strlen(v->str) == v->len ? v->str :
	    NULL;
}

static int64_t
int_at(const struct json *j, const struct json_node *o, const char *key)
{
	const struct json_node *v = json_get(j, o, key);

	return v && v->type == JSON_INT ? v->num : -1;
}

int
notes_head(struct json *j, const void *text, size_t n, struct notes_head *h,
	struct err *e)
{
	const uint8_t *lf = n > 0 ? memchr(text, '\n', n) : NULL;
	const struct json_node *o;
	struct err why = ERR_INIT;

	if (!lf)
		return err_set(e, ERR_FORMAT, "it is no note");
	h->len = (size_t)(lf - (const uint8_t *)text);
	o = json_parse(j, text, h->len, &why);
	if (!o && err_is_nomem(&why)) {
		*e = why;
		return -1;
	}
	if (!o || o->type != JSON_OBJECT || int_at(j, o, "v") != 1 ||
	    !text_at(j, o, "type") || int_at(j, o, "n") < 0 ||
	    int_at(j, o, "utc") < 0)
		return err_set(e, ERR_FORMAT, "it is no note");
	h->n = int_at(j, o, "n");
	h->utc = int_at(j, o, "utc");
	h->by = text_at(j, o, "by");
	h->prev = text_at(j, o, "prev");
	return 0;
}

/* What is opened, in k->text, into the row. */
static int
take(struct index *k, const struct waiting *v, const char *path,
	struct err *e)
{
	struct notes_head h;
	struct err why = ERR_INIT;

	if (notes_head(k->json, k->text.data, k->text.len, &h, &why) < 0) {
		if (why.code == ERR_FORMAT)
			return wrong(k, e, path, "%s", why.what);
		*e = why;
		return -1;
	}
	if (h.n != v->n)
		return wrong(k, e, path, "it has another number");
	if (!str_eq(h.by, v->signer))
		return wrong(k, e, path, "it names another than '%s', who "
		    "signed it", v->signer);
	if (v->n > 0 && (!v->has_prev || !str_eq(h.prev, v->prev)) &&
	    wrong(k, e, path, "it does not follow on the note before it") < 0)
		return -1;
	k->report->notes++;
	return catalogue_run(k->c, SQL_NOTE_OPENED, e, "iis", v->row, h.utc,
	    (const char *)k->text.data, h.len);
}

static int
add_to_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

/* 1: not now; 0; -1. */
static int
one_note(struct index *k, const struct waiting *v, struct err *e)
{
	struct err why = ERR_INIT;
	uint8_t sum[HASH_LEN];
	char path[64];

	(void)snprintf(path, sizeof(path), "notes/%s/%" PRId64 ".age", v->key,
	    v->n);
	buf_clear(&k->file);
	buf_clear(&k->text);
	if (mirror_read(k->box->desk, v->blob, PACKW_BLOB, &k->file, e) < 0)
		return -1;
	hash_sha256(sum, k->file.data, k->file.len);
	if (catalogue_run(k->c, SQL_NOTE_SUM, e, "ib", v->row,
	    (const void *)sum, sizeof(sum)) < 0)
		return -1;
	if (opener_open(k->box->opener, k->file.data, k->file.len, NULL, 0,
	    NULL, add_to_buf, &k->text, &why) == 0)
		return take(k, v, path, e);
	if (why.code == ERR_CRYPTO)
		return 1;
	if (why.code == ERR_FORMAT || why.code == ERR_INTEGRITY)
		return wrong(k, e, path, "it does not open: %s", why.what);
	*e = why;
	return -1;
}

/*
 * The next row behind V that is not open, by its number, for a note is held against
 * the one before it, and a commit has 10 before 9; 1, 0, -1.
 */
static int
next_waiting(struct index *k, struct waiting *v, struct err *e)
{
	const enum sql q = SQL_NOTE_WAITING;
	char key[REQUEST_KEY_LEN];
	const void *prev;
	size_t n;
	int rc;

	memcpy(key, v->key, sizeof(key));
	rc = catalogue_step(k->c, q, e, "it", v->n, key);
	memset(v, 0, sizeof(*v));
	if (rc > 0) {
		v->row = catalogue_int(k->c, q, 0);
		(void)snprintf(v->key, sizeof(v->key), "%s",
		    catalogue_text(k->c, q, 1));
		v->n = catalogue_int(k->c, q, 2);
		(void)snprintf(v->blob, sizeof(v->blob), "%s",
		    catalogue_text(k->c, q, 3));
		(void)snprintf(v->signer, sizeof(v->signer), "%s",
		    catalogue_text(k->c, q, 4));
		prev = catalogue_blob(k->c, q, 5, &n);
		v->has_prev = n == HASH_LEN;
		if (v->has_prev)
			str_hex(v->prev, prev, n);
	}
	catalogue_reset(k->c, q);
	return rc;
}

/* Each is looked at once, but for those that are for others. */
static int
open_all(struct index *k, struct err *e)
{
	struct waiting v = {.n = -1};
	int rc, later;

	while ((rc = next_waiting(k, &v, e)) > 0) {
		later = one_note(k, &v, e);
		if (later < 0)
			return -1;
		k->report->later += later;
		if (later == 0 && catalogue_run(k->c, SQL_NOTE_DONE, e, "i",
		    v.row) < 0)
			return -1;
	}
	return rc;
}

int
notes_index(struct box *b, struct notes_report *r, struct err *e)
{
	struct index k = {.box = b, .c = b->catalogue, .report = r,
	    .file = BUF_INIT(NUMBERED_FILE_MAX),
	    .text = BUF_INIT(NUMBERED_FILE_MAX)};
	int rc = -1;

	memset(r, 0, sizeof(*r));
	if (!b->desk)
		return 0;
	k.json = json_new(NODES_MAX, DEPTH_MAX, e);
	if (k.json && newfiles_each(b, MARK, on_file, &k, &r->wrong, e) == 0)
		rc = open_all(&k, e);
	json_free(k.json);
	buf_release(&k.file);
	buf_release(&k.text);
	return rc;
}

/* --- Those that count. */

/* Lines of notes.unsent: without the brace that a number stands behind. */
static int
each_unsent(const struct buf *unsent, const char *name,
	int (*fn)(void *arg, const struct notes_note *v, struct err *e),
	void *arg, struct err *e)
{
	struct buf line = BUF_INIT(NOTES_LINE_MAX + 2);
	const char *s = buf_str(unsent), *lf;
	struct notes_note v;
	int rc = 0;

	for (; rc == 0 && (lf = strchr(s, '\n')) != NULL; s = lf + 1) {
		buf_clear(&line);
		rc = buf_addc(&line, '{', e);
		if (rc == 0)
			rc = buf_add(&line, s, (size_t)(lf - s), e);
		if (rc < 0 || !str_starts(s, "\"utc\":"))
			continue;
		v = (struct notes_note){name, strtoll(s + 6, NULL, 10),
		    buf_str(&line), line.len};
		rc = fn(arg, &v, e);
	}
	buf_release(&line);
	return rc;
}

int
notes_each(struct catalogue *c, const struct buf *unsent, const char *name,
	int (*fn)(void *arg, const struct notes_note *v, struct err *e),
	void *arg, struct err *e)
{
	const enum sql q = SQL_NOTE_EACH;
	struct notes_note v;
	int rc;

	for (rc = catalogue_step(c, q, e, ""); rc > 0;
	    rc = catalogue_next(c, q, e)) {
		v.by = catalogue_text(c, q, 0);
		v.utc = catalogue_int(c, q, 1);
		v.line = catalogue_text(c, q, 2);
		v.n = strlen(v.line);
		if (fn(arg, &v, e) < 0) {
			rc = -1;
			break;
		}
	}
	catalogue_reset(c, q);
	return rc < 0 || !unsent ? rc : each_unsent(unsent, name, fn, arg, e);
}
