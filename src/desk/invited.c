/*
 * desk/invited.c - what managers sealed into control; docs/FORMAT.md sections 9
 * and 13.
 *
 * From box to desk process: per invitation and then for the roster a line
 * "<16 hex or roster> <1 or 0: current> <bytes>" or "... - <why>", and those
 * bytes.
 */
#include "desk/invited.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "crypto/secmem.h"
#include "desk/sealed.h"

#include "base/banned.h"

#define SEALED_FILE_MAX (1024 * 1024)
#define SECRET_LINE_MAX 4096
#define INVITED_MAX 10000
#define ROSTER "roster"
#define HEAD_LEN 600		/* of a line in front */

/* --- In the box. */

struct look {
	const struct box *b;
	const struct control *c;
	struct buf *out;
};

/* Errors that say something of the file, not of this machine. */
static bool
is_verdict(const struct err *e)
{
	return e->code == ERR_INTEGRITY || e->code == ERR_FORMAT ||
	    e->code == ERR_CRYPTO;
}

/* A file that is missing is empty, and for whom it should be. */
static int
put_file(const struct look *k, const char *name, const char *path, size_t max,
	struct err *e)
{
	struct buf file = BUF_INIT(SEALED_FILE_MAX), text = BUF_INIT(max);
	bool current = true;
	int rc = control_file_load(k->b->home->control, k->c->commit, path,
	    &file, e);

	if (rc > 0)
		rc = sealed_text(k->b->opener, file.data, file.len, k->c,
		    &current, &text, e);
	if (rc == 0) {
		rc = buf_addf(k->out, e, "%s %d %zu\n", name, current,
		    text.len);
		if (rc == 0)
			rc = buf_add(k->out, text.data, text.len, e);
	} else if (is_verdict(e)) {
		rc = buf_addf(k->out, e, "%s - %s\n", name, e->what);
		err_clear(e);
	}
	buf_wipe(&text);
	buf_release(&file);
	return rc;
}

static int
put_invite(void *arg, const char *invite, const struct invite_file *f,
	struct err *e)
{
	char path[INVITES_PATH_LEN];

	(void)f;
	invites_path(invite, true, path);
	return put_file(arg, invite, path, SECRET_LINE_MAX, e);
}

int
invited_look(const struct box *b, const struct control *c, struct buf *out,
	struct err *e)
{
	struct look k = {b, c, out};

	if (invites_each(b->home->control, c->commit, put_invite, &k, e) < 0)
		return -1;
	return put_file(&k, ROSTER, "roster.age", ROSTER_FILE_MAX, e);
}

/* --- Outside. */

/* The line in front; *SIZE: of the bytes behind it. */
static int
read_head(char *line, char **name, struct invited_file *f, size_t *size)
{
	char *how = strchr(line, ' '), *what;
	int64_t v;

	*size = 0;
	what = how ? strchr(how + 1, ' ') : NULL;
	if (!what)
		return -1;
	*how++ = '\0';
	*what++ = '\0';
	*name = line;
	if (strcmp(how, "-") == 0) {
		if (!utf8_clean(what, strlen(what)))
			return -1;
		(void)err_set(&f->why, ERR_CRYPTO, "%s", what);
		return 0;
	}
	f->current = strcmp(how, "1") == 0;
	if ((!f->current && strcmp(how, "0") != 0) ||
	    str_to_i64(what, 0, ROSTER_FILE_MAX, &v) < 0)
		return -1;
	*size = (size_t)v;
	return 0;
}

/* What an invitation is called follows from its secret. */
static int
read_invite(struct invited *i, const char *name, const struct invited_file *f,
	const char *text, size_t n)
{
	struct invited_one *o = &i->v[i->n];
	char id[INVITE_ID_LEN];

	if (i->n == INVITED_MAX || strlen(name) != sizeof(id) - 1 ||
	    (i->n > 0 && strcmp(i->v[i->n - 1].invite, name) >= 0))
		return -1;
	memset(o, 0, sizeof(*o));
	memcpy(o->invite, name, sizeof(id));
	o->file = *f;
	i->n++;
	if (f->why.code != ERR_NONE)
		return 0;
	if (invites_secret_parse(&o->s, text, n, &o->file.why) < 0)
		return 0;
	invite_id(o->s.secret, id);
	if (strcmp(id, name) != 0)
		(void)err_set(&o->file.why, ERR_INTEGRITY, "its sealed half "
		    "is that of another");
	return 0;
}

/* 1 = that was the roster, 0 = an invitation, -1. */
static int
read_one(struct invited *i, const char **text, const char *end)
{
	const char *stop = memchr(*text, '\n', (size_t)(end - *text));
	struct invited_file f = {false, ERR_INIT};
	char line[HEAD_LEN];
	char *name;
	size_t size;

	if (!stop || stop - *text >= HEAD_LEN ||
	    memchr(*text, '\0', (size_t)(stop - *text)))
		return -1;
	memcpy(line, *text, (size_t)(stop - *text));
	line[stop - *text] = '\0';
	*text = stop + 1;
	if (read_head(line, &name, &f, &size) < 0 ||
	    size > (size_t)(end - *text))
		return -1;
	stop = *text;
	*text += size;
	if (strcmp(name, ROSTER) != 0)
		return read_invite(i, name, &f, stop, size);
	i->file = f;
	if (f.why.code == ERR_NONE)
		(void)roster_parse(&i->roster, stop, size, &i->file.why);
	return 1;
}

int
invited_read(struct invited *i, const char *text, size_t n, struct err *e)
{
	struct invited got = {.n = 0};
	const char *end = text + n;
	int rc = 0;

	got.v = calloc(INVITED_MAX, sizeof(*got.v));
	if (!got.v)
		return err_nomem(e);
	while (rc == 0)
		rc = read_one(&got, &text, end);
	if (rc < 0 || text != end) {
		invited_release(&got);
		return err_set(e, ERR_FORMAT, "the reading process answered "
		    "nonsense");
	}
	*i = got;
	return 0;
}

void
invited_release(struct invited *i)
{
	if (i->v)
		secmem_wipe(i->v, i->n * sizeof(*i->v));
	free(i->v);
	roster_release(&i->roster);
	i->v = NULL;
	i->n = 0;
}

static int
cmp(const void *name, const void *one)
{
	return strcmp(name, ((const struct invited_one *)one)->invite);
}

const struct invited_one *
invited_find(const struct invited *i, const char *invite)
{
	return i->n == 0 ? NULL : bsearch(invite, i->v, i->n, sizeof(*i->v),
	    cmp);
}
