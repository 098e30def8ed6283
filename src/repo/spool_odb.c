/* repo/spool_odb.c - look up objects, walk the history. */
#include "repo/spool_odb.h"

#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "repo/gitx.h"

#include "base/banned.h"

#define MAX_CHAIN 1000000u

void
spool_shut(struct spool *s)
{
	git_odb_free(s->odb);
	git_repository_free(s->repo);
	s->odb = NULL;
	s->repo = NULL;
}

int
spool_reopen(struct spool *s, struct err *e)
{
	spool_shut(s);
	if (git_repository_open_bare(&s->repo, s->dir) < 0 ||
	    git_repository_odb(&s->odb, s->repo) < 0)
		return gitx_err(e, ERR_IO, "cannot open the spool '%s'",
		    s->dir);
	return 0;
}

int
spool_object(struct spool *s, const char *id, git_object_t type,
	struct buf *out, struct err *e)
{
	git_odb_object *o = NULL;
	git_oid oid;
	int rc, got;

	if (git_oid_fromstr(&oid, id) < 0)
		return err_set(e, ERR_FORMAT, "'%.50s' is no object id", id);
	got = git_odb_read(&o, s->odb, &oid);
	if (got == GIT_ENOTFOUND)
		return 0;
	if (got < 0)
		return gitx_err(e, ERR_IO, "cannot read %s", id);
	if (git_odb_object_type(o) != type)
		rc = err_set(e, ERR_FORMAT, "%s is a %s", id,
		    git_object_type2string(git_odb_object_type(o)));
	else
		rc = buf_add(out, git_odb_object_data(o),
		    git_odb_object_size(o), e) < 0 ? -1 : 1;
	git_odb_object_free(o);
	return rc;
}

int
spool_need(struct spool *s, const char *id, git_object_t type,
	struct buf *out, struct err *e)
{
	int rc = spool_object(s, id, type, out, e);

	if (rc == 0) {
		(void)err_set(e, ERR_INTEGRITY, "spool: %s is missing", id);
		return err_hint(e, "move '%s' away; the next run is then "
		    "full", s->dir);
	}
	return rc < 0 ? -1 : 0;
}

int
spool_links(struct spool *s, const char *id, char tree[static CANON_ID_LEN],
	char parent[static CANON_ID_LEN], struct err *e)
{
	struct buf b = BUF_INIT(CANON_MAX);
	int rc = spool_need(s, id, GIT_OBJECT_COMMIT, &b, e);

	if (rc == 0)
		rc = gitx_commit_links(b.data, b.len, tree, parent, e);
	buf_release(&b);
	return rc;
}

int
spool_head(struct spool *s, const char *ref, char id[static CANON_ID_LEN],
	struct err *e)
{
	git_oid oid;
	int rc = git_reference_name_to_id(&oid, s->repo, ref);

	id[0] = '\0';
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0)
		return gitx_err(e, ERR_IO, "cannot read branch '%s'", ref);
	(void)git_oid_tostr(id, CANON_ID_LEN, &oid);
	return 1;
}

int
spool_commit_read(struct spool *s, const char *id, struct buf *out,
	struct err *e)
{
	return spool_object(s, id, GIT_OBJECT_COMMIT, out, e);
}

int
spool_chain_add(struct spool_chain *c, const char *id, struct err *e)
{
	size_t cap = c->cap ? c->cap * 2 : 64;
	char (*v)[CANON_ID_LEN];

	if (c->n == c->cap) {
		v = c->n < MAX_CHAIN ? realloc(c->id, cap * sizeof(*v)) : NULL;
		if (!v)
			return err_nomem(e);
		c->id = v;
		c->cap = cap;
	}
	memcpy(c->id[c->n++], id, CANON_ID_LEN);
	return 0;
}

int
spool_chain_walk(struct spool *s, struct spool_chain *c, const char *head,
	const char *stop, struct err *e)
{
	char id[CANON_ID_LEN], tree[CANON_ID_LEN], parent[CANON_ID_LEN];

	(void)snprintf(id, sizeof(id), "%s", head);
	while (*id && strcmp(id, stop) != 0) {
		if (spool_chain_add(c, id, e) < 0 ||
		    spool_links(s, id, tree, parent, e) < 0)
			return -1;
		memcpy(id, parent, CANON_ID_LEN);
	}
	if (!*id && *stop)
		return err_set(e, ERR_INTEGRITY,
		    "commit %s is not in the history of this spool", stop);
	return 0;
}

int
spool_has(struct spool *s, const char *ref, const char *id, bool *yes,
	struct err *e)
{
	char at[CANON_ID_LEN], tree[CANON_ID_LEN], parent[CANON_ID_LEN];
	size_t n = 0;

	*yes = false;
	if (spool_head(s, ref, at, e) < 0)
		return -1;
	while (*at) {
		if (strcmp(at, id) == 0) {
			*yes = true;
			return 0;
		}
		if (++n > MAX_CHAIN)
			return err_set(e, ERR_INTEGRITY, "spool: endless "
			    "history");
		if (spool_links(s, at, tree, parent, e) < 0)
			return -1;
		memcpy(at, parent, CANON_ID_LEN);
	}
	return 0;
}
