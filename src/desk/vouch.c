/* desk/vouch.c - lines of witness/heads that hold; FORMAT section 16. */
#include "desk/vouch.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "desk/erased.h"
#include "repo/packw.h"

#include "base/banned.h"

struct work {
	const struct vouch *v;
	struct mirror *records, *clone, *desk;
	struct control control;
	struct tombstones erased;
	struct buf text;		/* control's file */
	struct witness old, said, now;
};

static int
take_newest(void *arg, int64_t utc, const char *text, size_t n,
	struct err *e)
{
	struct work *k = arg;

	(void)utc;
	return buf_add(&k->text, text, n, e) < 0 ? -1 : 1;
}

/* What makes no sense in control is replaced. */
static int
load(struct work *k, struct err *e)
{
	const struct deskhome *h = k->v->home;
	struct err why = ERR_INIT;
	char pin[CANON_ID_LEN];

	if (deskhome_pin_load(h, pin, e) < 0 ||
	    control_load(&k->control, h->control, pin[0] ? pin : NULL, e) < 0)
		return -1;
	k->records = mirror_open(h->records, e);
	k->clone = k->records ? mirror_open(h->control, e) : NULL;
	if (!k->clone)
		return -1;
	if (file_is_dir(h->desk)) {
		k->desk = mirror_open(h->desk, e);
		if (!k->desk)
			return -1;
	}
	if (tombstones_load(&k->erased, k->desk, k->clone, &k->control,
	    e) < 0 || heads_history(k->clone, k->control.commit, take_newest,
	    k, e) < 0)
		return -1;
	if (witness_parse(&k->old, buf_str(&k->text), k->text.len, &why) < 0 &&
	    why.code != ERR_FORMAT) {
		*e = why;
		return -1;
	}
	return 0;
}

static void
unload(struct work *k)
{
	tombstones_release(&k->erased);
	witness_release(&k->old);
	witness_release(&k->said);
	free(k->now.v);
	mirror_close(k->records);
	mirror_close(k->clone);
	mirror_close(k->desk);
	control_release(&k->control);
	buf_release(&k->text);
}

/* The line of a branch as it is here: 1, 0 if HEAD is not its head, -1. */
static int
see(const struct work *k, const char *ref, const char *head,
	struct witness_line *l, struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	char id[1][CANON_ID_LEN];
	struct err why = ERR_INIT;
	struct canon_run run;
	struct canon c;
	int rc = mirror_head(k->records, ref, id[0], e);

	if (rc <= 0 || strcmp(id[0], head) != 0)
		return rc < 0 ? -1 : 0;
	rc = mirror_read(k->records, head, PACKW_COMMIT, &raw, e);
	if (rc == 0 && (canon_parse(&c, raw.data, raw.len, &why) < 0 ||
	    canon_run_parse(&run, c.message, c.message_len, &why) < 0))
		goto out;
	memset(l, 0, sizeof(*l));
	if (rc == 0)
		rc = seen_times(k->v->seen, ref, id, 1, k->v->now_utc,
		    &l->seen, e);
	if (rc == 0) {
		(void)snprintf(l->ref, sizeof(l->ref), "%s", ref);
		memcpy(l->head, id[0], sizeof(l->head));
		l->seq = run.seq;
		memcpy(l->manifest, run.manifest, sizeof(l->manifest));
		rc = 1;
	}
out:
	buf_release(&raw);
	return rc;
}

struct keeping {
	const struct work *k;
	const struct witness_line *l;
	bool yes;
};

static int
on_kept(void *arg, const char *ref, const char *id, struct err *e)
{
	struct keeping *x = arg;
	char live[CANON_REF_LEN];

	(void)e;
	(void)mirror_kept(ref, live);
	x->yes = x->yes || (strcmp(live, x->l->ref) == 0 &&
	    mirror_follows(x->k->records, id, x->l->head));
	return 0;
}

/* May control's line L go?  1, 0, -1. */
static int
may_go(const struct work *k, const struct witness_line *l, struct err *e)
{
	const struct heads_accept *accept = k->v->accept;
	struct keeping x = {k, l, false};

	if (accept && accept->fn(accept->arg, l->ref))
		return 1;
	if (mirror_refs(k->records, MIRROR_KEPT, on_kept, &x, e) < 0)
		return -1;
	if (!x.yes && erased_gone(&k->erased, k->records, l->ref, l->seq,
	    l->manifest, k->v->now_utc, &x.yes, e) < 0)
		return -1;
	return x.yes;
}

/* What becomes of the branch of line SAID: 1 and *OUT, 0: no line, -1. */
static int
one(const struct work *k, const struct witness_line *said,
	struct witness_line *out, struct err *e)
{
	const struct witness_line *old = witness_find(&k->old, said->ref);
	int rc = old && strcmp(old->head, said->head) == 0 ? 0 :
	    see(k, said->ref, said->head, out, e);

	if (rc > 0 && old && (old->seq > out->seq ||
	    !mirror_follows(k->records, out->head, old->head)))
		rc = may_go(k, old, e);
	if (rc == 0 && old) {
		*out = *old;
		rc = 1;
	}
	return rc;
}

static int
cmp_line(const void *a, const void *b)
{
	return strcmp(((const struct witness_line *)a)->ref,
	    ((const struct witness_line *)b)->ref);
}

static int
choose(struct work *k, struct err *e)
{
	size_t i;
	int rc;

	k->now.v = calloc(k->said.n + k->old.n + 1, sizeof(*k->now.v));
	if (!k->now.v)
		return err_nomem(e);
	for (i = 0; i < k->said.n; i++) {
		rc = one(k, &k->said.v[i], &k->now.v[k->now.n], e);
		if (rc < 0)
			return -1;
		k->now.n += rc > 0;
	}
	for (i = 0; i < k->old.n; i++) {
		if (witness_find(&k->said, k->old.v[i].ref))
			continue;
		rc = may_go(k, &k->old.v[i], e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			k->now.v[k->now.n++] = k->old.v[i];
	}
	if (k->now.n > 0)
		qsort(k->now.v, k->now.n, sizeof(*k->now.v), cmp_line);
	return 0;
}

int
vouch_heads(const struct vouch *v, const char *text, size_t n,
	struct buf *out, struct err *e)
{
	struct work k = {.v = v, .text = BUF_INIT(HEADS_MAX)};
	const size_t before = out->len;
	int rc = -1;

	if (witness_parse(&k.said, text, n, e) == 0 && load(&k, e) == 0 &&
	    choose(&k, e) == 0 && witness_text(&k.now, out, e) == 0)
		rc = out->len > before && str_cmp_bytes(out->data + before,
		    out->len - before, k.text.data, k.text.len) != 0;
	unload(&k);
	return rc;
}
