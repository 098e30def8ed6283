/* desk/seen.c - when this desk first saw what a branch held; FORMAT.md 20. */
#include "desk/seen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"

#include "base/banned.h"


struct line {
	int64_t utc;
	char id[CANON_ID_LEN];
	char ref[CANON_REF_LEN];
};

struct seen {
	struct line *v;		/* in the order of the file */
	size_t n, cap;
	size_t end;		/* of the file's whole lines */
};

static int
add(struct seen *s, int64_t utc, const char *id, const char *ref,
	struct err *e)
{
	size_t cap = s->cap ? s->cap * 2 : 256;
	struct line *l;

	if (s->n == s->cap) {
		l = realloc(s->v, cap * sizeof(*l));
		if (!l)
			return err_nomem(e);
		s->v = l;
		s->cap = cap;
	}
	l = &s->v[s->n++];
	memset(l, 0, sizeof(*l));
	l->utc = utc;
	(void)snprintf(l->id, sizeof(l->id), "%s", id);
	(void)snprintf(l->ref, sizeof(l->ref), "%s", ref);
	return 0;
}

/* "<utc> <id> <ref>", without its LF, which is a NUL now.  May change it. */
static int
take_line(struct seen *s, char *text, struct err *e)
{
	char *id = strchr(text, ' ');
	char *ref = id ? strchr(id + 1, ' ') : NULL;
	uint8_t raw[20];
	int64_t utc;

	if (!ref || ref - id - 1 != CANON_ID_LEN - 1 ||
	    strlen(ref + 1) >= CANON_REF_LEN || !str_starts(ref + 1, "refs/"))
		return -1;
	*id++ = '\0';
	*ref++ = '\0';
	if (str_to_i64(text, INT64_MIN, INT64_MAX, &utc) < 0 ||
	    str_unhex(raw, sizeof(raw), id, CANON_ID_LEN - 1) < 0)
		return -1;
	return add(s, utc, id, ref, e);
}

static int
parse(struct seen *s, const char *file, struct buf *b, struct err *e)
{
	char *text = (char *)b->data, *lf;
	size_t number = 0, left = b->len;

	while (left > 0 && (lf = memchr(text, '\n', left)) != NULL) {
		number++;
		*lf = '\0';
		if (strlen(text) != (size_t)(lf - text) ||
		    take_line(s, text, e) < 0) {
			if (e->code == ERR_NOMEM)
				return -1;
			(void)err_set(e, ERR_FORMAT,
			    "'%s': line %zu makes no sense", file, number);
			return err_hint(e, "bring the file back from a "
			    "backup, or remove that line");
		}
		left -= (size_t)(lf + 1 - text);
		text = lf + 1;
	}
	s->end = b->len - left;
	return 0;
}

struct seen *
seen_load(const char *file, struct err *e)
{
	struct seen *s = calloc(1, sizeof(*s));
	struct buf b = BUF_INIT(SEEN_MAX);

	if (!s) {
		(void)err_nomem(e);
		return NULL;
	}
	if (file_exists(file) && (file_load(file, &b, e) < 0 ||
	    parse(s, file, &b, e) < 0)) {
		seen_free(s);
		s = NULL;
	}
	buf_release(&b);
	return s;
}

void
seen_free(struct seen *s)
{
	if (!s)
		return;
	free(s->v);
	free(s);
}

/* --- Writing. */

struct noting {
	struct seen *s;
	size_t before;		/* lines of the file */
	int64_t utc;
	struct buf text;
};

/* Is the newest of the first N lines of REF another head than ID? */
static bool
is_news(const struct seen *s, size_t n, const char *ref, const char *id)
{
	if (strlen(ref) >= CANON_REF_LEN)
		return false;	/* none of ours */
	while (n > 0 && strcmp(s->v[n - 1].ref, ref) != 0)
		n--;
	return n == 0 || strcmp(s->v[n - 1].id, id) != 0;
}

static int
note_ref(void *arg, const char *ref, const char *id, struct err *e)
{
	struct noting *k = arg;

	if (!is_news(k->s, k->before, ref, id))
		return 0;
	if (buf_addf(&k->text, e, "%lld %s %s\n", (long long)k->utc, id,
	    ref) < 0)
		return -1;
	return add(k->s, k->utc, id, ref, e);
}

/* Behind the whole lines: what a power cut left of another goes. */
static int
append(const char *file, size_t end, const struct buf *text, struct err *e)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool fresh = end == 0;
	char *dir = NULL;
	int rc = -1;

	if (fd < 0)
		return err_sys(e, errno, "cannot write '%s'", file);
	if (ftruncate(fd, (off_t)end) < 0) {
		(void)err_sys(e, errno, "cannot write '%s'", file);
		goto out;
	}
	if (file_pwrite(fd, text->data, text->len, (int64_t)end, file, e) < 0 ||
	    file_fsync(fd, file, e) < 0)
		goto out;
	if (fresh) {
		dir = path_dir(file);
		if (!dir) {
			(void)err_nomem(e);
			goto out;
		}
		if (file_fsync_dir(dir, e) < 0)
			goto out;
	}
	rc = 0;
out:
	free(dir);
	(void)close(fd);	/* it was fsynced */
	return rc;
}

int
seen_note(struct seen *s, const char *file, struct mirror *records,
	int64_t now_utc, struct err *e)
{
	struct noting k = {s, s->n, now_utc, BUF_INIT(SEEN_MAX)};
	int rc = -1;

	if (mirror_refs(records, "refs/heads/ws/", note_ref, &k, e) < 0)
		goto out;
	if (k.text.len > 0 && append(file, s->end, &k.text, e) < 0)
		goto out;
	s->end += k.text.len;
	rc = 0;
out:
	buf_release(&k.text);
	return rc;
}

/* Of seen_news(). */
struct looking {
	const struct seen *s;
	bool news;
};

static int
look_ref(void *arg, const char *ref, const char *id, struct err *e)
{
	struct looking *k = arg;

	(void)e;
	k->news = k->news || is_news(k->s, k->s ? k->s->n : 0, ref, id);
	return 0;
}

int
seen_news(const struct seen *s, struct mirror *records, struct err *e)
{
	struct looking k = {s, false};

	return mirror_refs(records, "refs/heads/ws/", look_ref, &k, e) < 0 ?
	    -1 : (int)k.news;
}

int
seen_add(struct seen *s, const char *file, const char *ref, const char *id,
	int64_t utc, struct err *e)
{
	struct buf text = BUF_INIT(CANON_REF_LEN + CANON_ID_LEN + 32);
	int rc = -1;

	if (seen_has(s, ref, id))
		return 0;
	if (buf_addf(&text, e, "%lld %s %s\n", (long long)utc, id, ref) < 0 ||
	    append(file, s->end, &text, e) < 0)
		goto out;
	s->end += text.len;
	rc = add(s, utc, id, ref, e);
out:
	buf_release(&text);
	return rc;
}

/* --- Reading. */

bool
seen_has(const struct seen *s, const char *ref, const char *id)
{
	size_t i;

	for (i = 0; s && i < s->n; i++)
		if (strcmp(s->v[i].id, id) == 0 &&
		    strcmp(s->v[i].ref, ref) == 0)
			return true;
	return false;
}

int
seen_each(const struct seen *s, int (*fn)(void *arg, const char *ref,
	const char *head, int64_t utc, struct err *e), void *arg,
	struct err *e)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (fn(arg, s->v[i].ref, s->v[i].id, s->v[i].utc,
		    e) < 0)
			return -1;
	return 0;
}

struct place {
	const char *id;
	size_t i;
};

static int
cmp_place(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->id,
	    ((const struct place *)b)->id);
}

int
seen_times(const struct seen *s, const char *ref, char (*ids)[CANON_ID_LEN],
	size_t n, int64_t now_utc, int64_t *out, struct err *e)
{
	struct place *places = NULL, want = {NULL, 0}, *found;
	size_t i, next = 0;

	if (s && n > 0) {
		places = malloc(n * sizeof(*places));
		if (!places)
			return err_nomem(e);
		for (i = 0; i < n; i++)
			places[i] = (struct place){ids[i], i};
		qsort(places, n, sizeof(*places), cmp_place);
	}
	for (i = 0; places && i < s->n && next < n; i++) {
		if (strcmp(s->v[i].ref, ref) != 0)
			continue;
		want.id = s->v[i].id;
		found = bsearch(&want, places, n, sizeof(*places), cmp_place);
		while (found && next <= found->i)
			out[next++] = s->v[i].utc;
	}
	while (next < n)
		out[next++] = now_utc;
	free(places);
	return 0;
}
