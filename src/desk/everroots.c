/* desk/everroots.c - all roots in the history of control. */
#include "desk/everroots.h"

#include <stdlib.h>
#include <string.h>

#include "repo/packw.h"

#include "base/banned.h"

#define ROOTS_MAX (1024 * 1024)

bool
everroots_named(const struct signers *s, const char *name)
{
	return signers_named(s, name, 0);
}

bool
everroots_has(const struct signers *s, const struct sshkey_pub *pub,
	const char *name)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (memcmp(s->v[i].pub.pk, pub->pk, sizeof(pub->pk)) == 0 &&
		    strcmp(s->v[i].name, name) == 0)
			return true;
	return false;
}

static int
add(struct signers *all, const struct signers *s, struct err *e)
{
	struct signer *v;
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (everroots_has(all, &s->v[i].pub, s->v[i].name))
			continue;
		v = realloc(all->v, (all->n + 1) * sizeof(*v));
		if (!v)
			return err_nomem(e);
		all->v = v;
		all->v[all->n++] = s->v[i];
	}
	return 0;
}

static int
note_roots(void *arg, const char *name, unsigned mode, const char *id,
	struct err *e)
{
	(void)mode;
	(void)e;
	if (strcmp(name, "roots") == 0)
		memcpy(arg, id, CANON_ID_LEN);
	return 0;
}

/* BLOB: the one that was read last, and then that of this commit. */
static int
one_commit(struct mirror *m, const char *id, char blob[static CANON_ID_LEN],
	struct signers *all, struct err *e)
{
	struct buf text = BUF_INIT(ROOTS_MAX);
	struct signers roots = {NULL, 0};
	char tree[CANON_ID_LEN], now[CANON_ID_LEN] = "";
	int rc = -1;

	if (mirror_tree(m, id, tree, e) < 0 ||
	    mirror_entries(m, tree, note_roots, now, e) < 0)
		goto out;
	if (now[0] == '\0' || strcmp(now, blob) == 0) {
		rc = 0;
		goto out;
	}
	if (mirror_read(m, now, PACKW_BLOB, &text, e) == 0 &&
	    signers_parse(&roots, buf_str(&text), text.len, e) == 0)
		rc = add(all, &roots, e);
	memcpy(blob, now, CANON_ID_LEN);
out:
	signers_release(&roots);
	buf_release(&text);
	return rc;
}

int
everroots_load(struct mirror *control, const char *commit,
	struct signers *out, struct err *e)
{
	struct signers all = {NULL, 0};
	char (*ids)[CANON_ID_LEN] = NULL;
	char blob[CANON_ID_LEN] = "";
	size_t n = 0, i;
	int rc = mirror_chain(control, commit, "", &ids, &n, e);

	for (i = 0; rc == 0 && i < n; i++)
		rc = one_commit(control, ids[i], blob, &all, e);
	free(ids);
	if (rc == 0)
		*out = all;
	else
		signers_release(&all);
	return rc;
}
