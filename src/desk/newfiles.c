/* desk/newfiles.c - what was added to desk.git; docs/FORMAT.md 17. */
#include "desk/newfiles.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "desk/everroots.h"
#include "desk/finding.h"
#include "desk/reheads.h"
#include "repo/packw.h"

#include "base/banned.h"

#define CODE "desk"		/* of the findings */

struct walk {
	struct box *box;
	newfiles_fn fn;
	void *arg;
	int64_t *wrong;
	struct signers roots;
	/* who signed the commit that is looked at; "": nobody who may */
	char name[64];
	char key[REQUEST_KEY_LEN];
};

static struct finding_place
place(const struct walk *w)
{
	return (struct finding_place){w->box->catalogue, 0, 0, "",
	    clock_now_utc()};
}

static int
on_added(void *arg, const struct mirror_file *f, struct err *e)
{
	struct walk *w = arg;
	const struct newfiles_file it = {f, w->name, w->key};

	return w->fn(w->arg, &it, e);
}

static int
take_signer(struct walk *w, const char *id, struct err *e)
{
	const struct finding_place at = place(w);
	struct buf raw = BUF_INIT(CANON_MAX);
	struct err why = ERR_INIT;
	struct canon c;
	int rc = -1;

	w->name[0] = '\0';
	if (mirror_read(w->box->desk, id, PACKW_COMMIT, &raw, e) < 0)
		goto out;
	if (canon_parse(&c, raw.data, raw.len, &why) == 0 &&
	    everroots_has(&w->roots, &c.signer, c.name)) {
		(void)snprintf(w->name, sizeof(w->name), "%s", c.name);
		request_key(&c.signer, w->key);
		rc = 0;
		goto out;
	}
	++*w->wrong;
	rc = finding_once(&at, FINDING_INTEGRITY, CODE, e, "desk.git's commit "
	    "%.12s is not signed by a manager or owner of this team; what it "
	    "says does not count", id);
out:
	buf_release(&raw);
	return rc;
}

/* TREE becomes that of the commit. */
static int
one_commit(struct walk *w, const char *id, char tree[static CANON_ID_LEN],
	struct err *e)
{
	const struct finding_place at = place(w);
	struct err why = ERR_INIT;
	char now[CANON_ID_LEN];
	int rc = mirror_tree(w->box->desk, id, now, e);

	if (rc == 0)
		rc = take_signer(w, id, e);
	if (rc == 0 && w->name[0] && mirror_added(w->box->desk, tree, now,
	    on_added, w, &why) < 0) {
		if (why.code != ERR_FORMAT && why.code != ERR_INTEGRITY) {
			*e = why;
			return -1;
		}
		++*w->wrong;
		rc = finding_once(&at, FINDING_INTEGRITY, CODE, e,
		    "desk.git's commit %.12s does not only add: %s", id,
		    why.what);
	}
	memcpy(tree, now, CANON_ID_LEN);
	return rc;
}

static int
load_mark(struct catalogue *c, const char *mark,
	char out[static CANON_ID_LEN], struct err *e)
{
	int rc = catalogue_step(c, SQL_MARK_GET, e, "t", mark);

	out[0] = '\0';
	if (rc > 0)
		(void)snprintf(out, CANON_ID_LEN, "%s",
		    catalogue_text(c, SQL_MARK_GET, 0));
	catalogue_reset(c, SQL_MARK_GET);
	return rc < 0 ? -1 : 0;
}

/* The commits behind the mark, as far as HEAD. */
static int
new_commits(struct walk *w, const char *mark, const char *head,
	struct err *e)
{
	struct catalogue *c = w->box->catalogue;
	struct mirror *desk = w->box->desk;
	char done[CANON_ID_LEN], tree[CANON_ID_LEN] = "";
	char (*ids)[CANON_ID_LEN] = NULL;
	struct err ignored = ERR_INIT;
	size_t n = 0, i;
	int rc;

	if (load_mark(c, mark, done, e) < 0)
		return -1;
	if (strcmp(done, head) == 0)
		return 0;
	if (done[0] && (mirror_chain(desk, head, done, &ids, &n,
	    &ignored) < 0 || mirror_tree(desk, done, tree, &ignored) < 0))
		done[0] = tree[0] = '\0';
	if (!done[0]) {
		free(ids);
		ids = NULL;
		if (mirror_chain(desk, head, "", &ids, &n, e) < 0)
			return -1;
	}
	rc = catalogue_begin(c, e);
	for (i = 0; rc == 0 && i < n; i++)
		rc = one_commit(w, ids[i], tree, e);
	if (rc == 0)
		rc = catalogue_run(c, SQL_MARK_SET, e, "tt", mark, head);
	if (rc == 0)
		rc = catalogue_commit(c, e);
	if (rc < 0)
		catalogue_rollback(c);
	free(ids);
	return rc;
}

int
newfiles_each(struct box *b, const char *mark, newfiles_fn fn, void *arg,
	int64_t *wrong, struct err *e)
{
	struct walk w = {.box = b, .fn = fn, .arg = arg, .wrong = wrong};
	char head[CANON_ID_LEN];
	int rc = b->desk ? mirror_head(b->desk, REHEADS_REF, head, e) : 0;

	if (rc <= 0)
		return rc;
	rc = everroots_load(b->control_clone, b->control.commit, &w.roots, e);
	if (rc == 0)
		rc = new_commits(&w, mark, head, e);
	signers_release(&w.roots);
	return rc;
}
