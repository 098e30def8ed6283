/* repo/spool_sent.c - what waits to be sent, and what was received. */
#include "repo/spool.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "repo/packw.h"
#include "repo/spool_odb.h"
#include "repo/spool_packs.h"

#include "base/banned.h"

#define MERGE_AT 64		/* received skeletons */
#define MERGED_MAX ((uint64_t)8 << 20)	/* then a new merged pack begins */
#define MERGED "merged"		/* file of packs/: the newest merged pack */

static int
gone(const char *id, struct err *e)
{
	(void)err_set(e, ERR_INTEGRITY, "what commit %s holds was received "
	    "once and is not kept here", id);
	return err_hint(e, "the central lost it: restore the central, or let "
	    "the next run begin a new branch");
}

static int
give_unsent(struct spool *s, const char *id,
	int (*fn)(void *arg, const char *id, const char *const packs[],
		size_t npacks, uint64_t bytes, struct err *e),
	void *arg, struct err *e)
{
	const struct spool_packs *p = spool_packs_find(s, id);
	char *paths[SPOOL_MAX_PACKS] = {NULL};
	const char *list[SPOOL_MAX_PACKS];
	uint64_t bytes = 0;
	size_t i, n = 0;
	int rc = -1;

	if (!p)
		return gone(id, e);
	for (i = 0; i < p->npacks; i++) {
		if (p->pack[i].kind == PACK_SENT ||
		    !spool_pack_exists(s, p->pack[i].name)) {
			(void)gone(id, e);
			goto out;
		}
		paths[n] = spool_pack_path(s->packs, p->pack[i].name, "pack");
		if (!paths[n]) {
			(void)err_nomem(e);
			goto out;
		}
		list[n] = paths[n];
		n++;
		bytes += p->pack[i].bytes;
	}
	rc = fn(arg, id, list, n, bytes, e);
out:
	for (i = 0; i < n; i++)
		free(paths[i]);
	return rc;
}

int
spool_unsent(struct spool *s, const char *ref, const char *received,
	int (*fn)(void *arg, const char *id, const char *const packs[],
		size_t npacks, uint64_t bytes, struct err *e),
	void *arg, struct err *e)
{
	struct spool_chain c = {NULL, 0, 0};
	char head[CANON_ID_LEN];
	size_t i;
	int rc = -1;

	if (spool_head(s, ref, head, e) < 0 ||
	    spool_chain_walk(s, &c, head, received, e) < 0)
		goto out;
	for (i = c.n; i > 0; i--)
		if (give_unsent(s, c.id[i - 1], fn, arg, e) < 0)
			goto out;
	rc = 0;
out:
	free(c.id);
	return rc;
}

/* The list says so first; then the files go. */
static int
part_received(struct spool *s, struct spool_packs *p, struct err *e)
{
	struct spool_packs l = *p;
	size_t i;

	l.received = true;
	for (i = 0; i < l.npacks; i++)
		if (l.pack[i].kind == PACK_BUNDLE)
			l.pack[i].kind = PACK_SENT;
	if (spool_packs_save(s, &l, e) < 0)
		return -1;
	for (i = 0; i < l.npacks; i++)
		if (l.pack[i].kind == PACK_SENT &&
		    !spool_pack_wanted(s, l.pack[i].name, NULL) &&
		    spool_pack_remove(s, l.pack[i].name, e) < 0)
			return -1;
	return 0;
}

/* The pack that the last merge made, if another may still grow it. */
static int
last_merged(struct spool *s, char name[static 41], struct err *e)
{
	struct buf b = BUF_INIT(64);
	char *path = path_join(s->lists, MERGED), *pack = NULL;
	struct stat st;
	uint8_t raw[20];
	int rc = -1;

	name[0] = '\0';
	if (!path)
		return err_nomem(e);
	if (!file_exists(path)) {
		rc = 0;
		goto out;
	}
	if (file_load(path, &b, e) < 0)
		goto out;
	rc = 0;
	if (b.len != 41 || str_unhex(raw, 20, buf_str(&b), 40) < 0)
		goto out;
	str_hex(name, raw, 20);
	pack = spool_pack_path(s->packs, name, "pack");
	if (!pack || stat(pack, &st) < 0 ||
	    (uint64_t)st.st_size > MERGED_MAX)
		name[0] = '\0';
out:
	free(pack);
	free(path);
	buf_release(&b);
	return rc;
}

static int
save_merged(struct spool *s, const char *name, struct err *e)
{
	char *path = path_join(s->lists, MERGED);
	char text[CANON_ID_LEN + 1];
	int rc;

	if (!path)
		return err_nomem(e);
	(void)snprintf(text, sizeof(text), "%s\n", name);
	rc = file_save(path, text, strlen(text), 0600, e);
	free(path);
	return rc;
}

static bool
listed(const char *const names[], size_t n, const char *name)
{
	while (n > 0)
		if (strcmp(names[--n], name) == 0)
			return true;
	return false;
}

/* The skeletons of received parts into NAMES (room for all packs). */
static size_t
received_skeletons(const struct spool *s, const char *names[], size_t n)
{
	const struct spool_packs *p;
	size_t i;

	for (p = s->part; p < s->part + s->nparts; p++)
		for (i = 0; p->received && i < p->npacks; i++)
			if (p->pack[i].kind == PACK_SKELETON &&
			    !listed(names, n, p->pack[i].name))
				names[n++] = p->pack[i].name;
	return n;
}

/*
 * One pack in place of many: thousands make every look-up slow.  A crash on the
 * way leaves both, or lists of packs that are gone: part_finish() sees those.
 */
static int
merge(struct spool *s, struct err *e)
{
	const char **names = calloc(s->nparts * SPOOL_MAX_PACKS + 1,
	    sizeof(*names));
	char last[41], made[41];
	size_t n = 0, i;
	int rc = -1;

	if (!names)
		return err_nomem(e);
	if (last_merged(s, last, e) < 0)
		goto out;
	if (*last)
		names[n++] = last;
	n = received_skeletons(s, names, n);
	if (packw_merge(s->packs, names, n, made, e) < 0 ||
	    save_merged(s, made, e) < 0)
		goto out;
	for (i = 0; i < s->nparts;) {
		if (!s->part[i].received)
			i++;
		else if (spool_packs_remove(s, i, e) < 0)
			goto out;
	}
	rc = 0;
out:
	free(names);
	return rc;
}

/* The commits from ID down that are not marked received; newest first. */
static int
chain_waiting(struct spool *s, struct spool_chain *c, const char *id, struct err *e)
{
	char at[CANON_ID_LEN], tree[CANON_ID_LEN], parent[CANON_ID_LEN];
	const struct spool_packs *p;

	(void)snprintf(at, sizeof(at), "%s", id);
	while (*at && (p = spool_packs_find(s, at)) != NULL && !p->received) {
		if (spool_chain_add(c, at, e) < 0 ||
		    spool_links(s, at, tree, parent, e) < 0)
			return -1;
		memcpy(at, parent, CANON_ID_LEN);
	}
	return 0;
}

int
spool_received(struct spool *s, const char *ref, const char *id,
	struct err *e)
{
	struct spool_chain c = {NULL, 0, 0};
	size_t i, n = 0;
	bool yes;
	int rc = -1;

	if (spool_has(s, ref, id, &yes, e) < 0)
		goto out;
	if (!yes) {
		(void)err_set(e, ERR_INTEGRITY,
		    "commit '%.50s' is not on branch '%s'", id, ref);
		goto out;
	}
	if (chain_waiting(s, &c, id, e) < 0)
		goto out;
	spool_shut(s);
	/* The oldest first: what is left after a crash has no gap. */
	for (i = c.n; i > 0; i--)
		if (part_received(s, spool_packs_find(s, c.id[i - 1]), e) < 0)
			goto out;
	for (i = 0; i < s->nparts; i++)
		n += s->part[i].received;
	if (n > MERGE_AT && merge(s, e) < 0)
		goto out;
	rc = 0;
out:
	if (!s->repo && spool_reopen(s, rc < 0 ? NULL : e) < 0)
		rc = -1;
	free(c.id);
	return rc;
}

int
spool_size(struct spool *s, uint64_t *bytes, struct err *e)
{
	const struct spool_packs *p;
	size_t i;

	(void)e;
	*bytes = 0;
	for (p = s->part; p < s->part + s->nparts; p++)
		for (i = 0; !p->received && i < p->npacks; i++)
			*bytes += p->pack[i].bytes;
	return 0;
}
