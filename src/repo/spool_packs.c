/* repo/spool_packs.c - which packs hold what a commit adds. */
#include "repo/spool_packs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "repo/spool_odb.h"

#include "base/banned.h"

#define MAX_LIST 4096		/* bytes of a file of packs/ */

static const char *const kind_names[] = {"bundle", "skeleton", "sent"};

struct spool_packs *
spool_packs_find(struct spool *s, const char *id)
{
	size_t i;

	/* A few dozen, newest last. */
	for (i = s->nparts; i > 0; i--)
		if (strcmp(s->part[i - 1].id, id) == 0)
			return &s->part[i - 1];
	return NULL;
}

/* Room for one more; the struct is copied in. */
static int
keep(struct spool *s, const struct spool_packs *p, struct err *e)
{
	size_t cap = s->cap ? s->cap * 2 : 64;
	struct spool_packs *old = spool_packs_find(s, p->id), *v;

	if (old) {
		*old = *p;
		return 0;
	}
	if (s->nparts == s->cap) {
		v = realloc(s->part, cap * sizeof(*v));
		if (!v)
			return err_nomem(e);
		s->part = v;
		s->cap = cap;
	}
	s->part[s->nparts++] = *p;
	return 0;
}

int
spool_packs_add(struct spool_packs *p, enum pack_kind kind, const char *name, uint64_t bytes,
	struct err *e)
{
	if (p->npacks == SPOOL_MAX_PACKS)
		return err_set(e, ERR_FORMAT, "spool: too many packs of %s",
		    p->id);
	p->pack[p->npacks].kind = kind;
	memcpy(p->pack[p->npacks].name, name, 41);
	p->pack[p->npacks++].bytes = bytes;
	return 0;
}

/* One line without its LF. */
static int
parse_line(struct spool_packs *p, char *line, struct err *e)
{
	uint8_t raw[20];
	int64_t bytes;
	char *name, *num;
	size_t k;

	if (strcmp(line, "received") == 0) {
		p->received = true;
		return 0;
	}
	name = strchr(line, ' ');
	num = name ? strchr(name + 1, ' ') : NULL;
	if (!num)
		goto bad;
	*name++ = '\0';
	*num++ = '\0';
	for (k = 0; k < 3; k++)
		if (strcmp(line, kind_names[k]) == 0)
			break;
	if (k == 3 || str_unhex(raw, 20, name, strlen(name)) < 0 ||
	    str_to_i64(num, 0, INT64_MAX, &bytes) < 0)
		goto bad;
	return spool_packs_add(p, (enum pack_kind)k, name, (uint64_t)bytes, e);
bad:
	return err_set(e, ERR_FORMAT, "spool: the list of packs of %s is bad",
	    p->id);
}

static int
parse_list(struct spool_packs *p, char *text, struct err *e)
{
	char *lf;

	for (; *text; text = lf + 1) {
		lf = strchr(text, '\n');
		if (!lf)
			return err_set(e, ERR_FORMAT,
			    "spool: the list of packs of %s is cut", p->id);
		*lf = '\0';
		if (parse_line(p, text, e) < 0)
			return -1;
	}
	return 0;
}

int
spool_packs_load(const char *name, void *arg, struct err *e)
{
	struct buf b = BUF_INIT(MAX_LIST);
	struct spool *s = arg;
	struct spool_packs p;
	uint8_t raw[20];
	char *path;
	int rc = -1;

	if (str_unhex(raw, 20, name, strlen(name)) < 0)
		return 0;	/* "merged", or not ours */
	memset(&p, 0, sizeof(p));
	memcpy(p.id, name, CANON_ID_LEN);
	path = path_join(s->lists, name);
	if (!path)
		return err_nomem(e);
	if (file_load(path, &b, e) < 0 || buf_reserve(&b, 0, e) < 0)
		goto out;
	if (b.data && parse_list(&p, (char *)b.data, e) < 0) {
		(void)err_hint(e, "remove '%s' if it cannot be restored; the "
		    "next run is then full", s->dir);
		goto out;
	}
	rc = keep(s, &p, e);
out:
	free(path);
	buf_release(&b);
	return rc;
}

int
spool_packs_save(struct spool *s, const struct spool_packs *p, struct err *e)
{
	struct buf b = BUF_INIT(MAX_LIST);
	char *path = path_join(s->lists, p->id);
	size_t i;
	int rc = -1;

	if (!path)
		return err_nomem(e);
	for (i = 0; i < p->npacks; i++)
		if (buf_addf(&b, e, "%s %s %" PRIu64 "\n",
		    kind_names[p->pack[i].kind], p->pack[i].name,
		    p->pack[i].bytes) < 0)
			goto out;
	if (p->received && buf_adds(&b, "received\n", e) < 0)
		goto out;
	if (file_save(path, b.data, b.len, 0600, e) < 0)
		goto out;
	rc = keep(s, p, e);
out:
	free(path);
	buf_release(&b);
	return rc;
}

int
spool_packs_remove(struct spool *s, size_t i, struct err *e)
{
	char *path = path_join(s->lists, s->part[i].id);
	int rc;

	if (!path)
		return err_nomem(e);
	rc = file_remove(path, e);
	free(path);
	if (rc < 0)
		return -1;
	memmove(s->part + i, s->part + i + 1,
	    (--s->nparts - i) * sizeof(*s->part));
	return 0;
}

char *
spool_pack_path(const char *dir, const char *name, const char *ext)
{
	return str_fmt("%s/pack-%s.%s", dir, name, ext);
}

bool
spool_pack_exists(struct spool *s, const char *name)
{
	char *path = spool_pack_path(s->packs, name, "pack");
	bool yes = path && file_exists(path);

	free(path);
	return yes;
}

int
spool_pack_remove(struct spool *s, const char *name, struct err *e)
{
	char *idx = spool_pack_path(s->packs, name, "idx");
	char *pack = spool_pack_path(s->packs, name, "pack");
	int rc = -1;

	spool_shut(s);
	if (!idx || !pack)
		(void)err_nomem(e);
	else if (file_remove(idx, e) == 0)
		rc = file_remove(pack, e);
	free(idx);
	free(pack);
	return rc;
}

bool
spool_pack_wanted(const struct spool *s, const char *name, const struct spool_packs *not)
{
	const struct spool_packs *p;
	size_t i;

	for (p = s->part; p < s->part + s->nparts; p++)
		for (i = 0; p != not && i < p->npacks; i++)
			if (p->pack[i].kind != PACK_SENT &&
			    strcmp(p->pack[i].name, name) == 0)
				return true;
	return false;
}
