/* desk/chain.c - does a records branch say what it must?  FORMAT section 2. */
#include "desk/chain.h"

#include <string.h>

#include "base/str.h"
#include "repo/packw.h"

#include "base/banned.h"

int
chain_begin(struct chain *c, struct mirror *records,
	const struct control *control, const char *ref, struct err *e)
{
	memset(c, 0, sizeof(*c));
	c->records = records;
	c->control = control;
	c->seq = -1;
	return canon_ref_parse(&c->ref, ref, e);
}

/* May this key write this station's history at that date? */
static int
check_signer(const struct chain *c, const struct canon *k, struct err *e)
{
	const struct signer *s = signers_find(&c->control->stations,
	    &k->signer, "git", k->time_utc);

	if (!s)
		return err_set(e, ERR_INTEGRITY,
		    "signed by a key that may not sign at that date");
	if (strcmp(s->name, c->ref.station) != 0)
		return err_set(e, ERR_INTEGRITY,
		    "signed by the key of station '%s'", s->name);
	if (strcmp(k->name, c->ref.station) != 0)
		return err_set(e, ERR_INTEGRITY, "the author is '%s'",
		    k->name);
	return 0;
}

/* Does it follow what we hold? */
static int
check_order(const struct chain *c, const struct canon *k,
	const struct canon_run *r, struct err *e)
{
	if (strcmp(k->parent, c->id) != 0)
		return err_set(e, ERR_INTEGRITY, "its parent is '%s'",
		    k->parent);
	if (r->seq != c->seq + 1)
		return err_set(e, ERR_INTEGRITY,
		    "it is number %lld where %lld is due",
		    (long long)r->seq, (long long)c->seq + 1);
	if (r->has_prev != (c->id[0] != '\0') || (r->has_prev &&
	    memcmp(r->prev, c->manifest, sizeof(c->manifest)) != 0))
		return err_set(e, ERR_INTEGRITY,
		    "Liudi-Prev is not the manifest before");
	if (c->id[0] != '\0' && k->time_utc < c->time_utc)
		return err_set(e, ERR_INTEGRITY, "it is older than its parent");
	return 0;
}

/* What the tree adds, held against the message, file by file. */
struct added {
	struct chain_link *link;
	uint64_t total;
	size_t nbundles;
	bool manifest;
	bool have_start;
};

/* Where file F of the tree belongs, or NULL. */
static struct chain_file *
place(struct added *a, const struct canon_path *p, const struct mirror_file *f,
	struct err *e)
{
	const struct canon_run *r = &a->link->run;

	if (p->bundle < 0) {
		if (a->manifest) {
			(void)err_set(e, ERR_INTEGRITY, "two manifests");
			return NULL;
		}
		if (f->bytes > CHAIN_MANIFEST_MAX) {
			(void)err_set(e, ERR_INTEGRITY,
			    "the manifest is too long");
			return NULL;
		}
		a->manifest = true;
		return &a->link->manifest;
	}
	if ((size_t)p->bundle != a->nbundles || a->nbundles >= r->nbundles) {
		(void)err_set(e, ERR_INTEGRITY,
		    "bundle %d is not in the message", p->bundle);
		return NULL;
	}
	if (f->bytes != r->bundle[p->bundle].bytes ||
	    f->bytes > CHAIN_BUNDLE_MAX) {
		(void)err_set(e, ERR_INTEGRITY,
		    "bundle %d has another length than the message says",
		    p->bundle);
		return NULL;
	}
	return &a->link->bundle[a->nbundles++];
}

static int
on_added(void *arg, const struct mirror_file *f, struct err *e)
{
	struct added *a = arg;
	struct chain_file *slot;
	struct canon_path p;

	if (canon_path_parse(&p, f->path, e) < 0)
		return -1;
	if (p.seq != a->link->run.seq || (a->have_start &&
	    p.started_utc != a->link->started_utc))
		return err_set(e, ERR_INTEGRITY,
		    "it adds a file of another run");
	a->have_start = true;
	a->link->started_utc = p.started_utc;
	a->total += f->bytes;
	if (a->total > CHAIN_PART_MAX)
		return err_set(e, ERR_INTEGRITY, "its files are too long");
	slot = place(a, &p, f, e);
	if (!slot)
		return -1;
	memcpy(slot->path, f->path, sizeof(slot->path));
	memcpy(slot->blob, f->id, sizeof(slot->blob));
	slot->bytes = f->bytes;
	return 0;
}

static int
check_tree(const struct chain *c, const struct canon *k,
	struct chain_link *link, struct err *e)
{
	struct added a;

	memset(&a, 0, sizeof(a));
	a.link = link;
	if (mirror_added(c->records, c->tree, k->tree, on_added, &a, e) < 0)
		return -1;
	if (!a.manifest)
		return err_set(e, ERR_INTEGRITY, "it has no manifest");
	if (a.nbundles != link->run.nbundles)
		return err_set(e, ERR_INTEGRITY,
		    "%zu bundles of %zu are there", a.nbundles,
		    link->run.nbundles);
	return 0;
}

static void
step_onto(struct chain *c, const struct chain_link *link)
{
	memcpy(c->id, link->id, sizeof(c->id));
	memcpy(c->tree, link->tree, sizeof(c->tree));
	c->seq = link->run.seq;
	c->time_utc = link->time_utc;
	memcpy(c->manifest, link->run.manifest, sizeof(c->manifest));
}

int
chain_next(struct chain *c, const char *id, struct chain_link *link,
	struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	struct canon k;
	int rc = -1;

	memset(link, 0, offsetof(struct chain_link, manifest));
	memset(&link->manifest, 0, sizeof(link->manifest));
	if (mirror_read(c->records, id, PACKW_COMMIT, &raw, e) < 0)
		goto out;
	if (canon_parse(&k, raw.data, raw.len, e) < 0 ||
	    check_signer(c, &k, e) < 0 ||
	    canon_run_parse(&link->run, k.message, k.message_len, e) < 0 ||
	    check_order(c, &k, &link->run, e) < 0 ||
	    check_tree(c, &k, link, e) < 0)
		goto out;
	(void)snprintf(link->id, sizeof(link->id), "%s", id);
	memcpy(link->parent, k.parent, sizeof(link->parent));
	memcpy(link->tree, k.tree, sizeof(link->tree));
	link->time_utc = k.time_utc;
	step_onto(c, link);
	rc = 0;
out:
	if (rc < 0)
		(void)err_prefix(e, "commit %.12s", id);
	buf_release(&raw);
	return rc;
}
