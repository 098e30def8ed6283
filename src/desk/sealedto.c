/* desk/sealedto.c - for whom secrets are sealed; docs/FORMAT.md 3, 21. */
#include "desk/sealedto.h"

#include <stdlib.h>
#include <string.h>

#include "desk/opener.h"
#include "desk/reheads.h"
#include "open/age_header.h"

#include "base/banned.h"

#define IDENTITIES_MAX 64

struct wanted {
	struct seal_recipient to[CONTROL_MAX_RECIPIENTS];
	size_t n;
	bool mine;		/* this desk is one of them */
};

static int
find_wanted(struct box *b, const struct policy_readers *p, bool dual,
	struct wanted *w, struct err *e)
{
	struct seal_recipient have[IDENTITIES_MAX];
	size_t nhave = opener_recipients(b->opener, have, IDENTITIES_MAX), i;

	w->n = 0;
	w->mine = false;
	for (i = 0; i < p->n; i++) {
		if (dual && !p->owner[i])
			continue;
		if (seal_recipient_parse(&w->to[w->n], p->age[i],
		    strlen(p->age[i]), e) < 0)
			return -1;
		w->n++;
		w->mine |= policy_is_one(p->age[i], have, nhave);
	}
	return 0;
}

/* As many as may open them, and nobody by a passphrase? */
static int
count(const struct wanted *w, const void *sealed, size_t n, struct err *e)
{
	struct age_header *h = calloc(1, sizeof(*h));
	struct err ignored = ERR_INIT;
	size_t used, i;
	bool ok;

	if (!h)
		return err_nomem(e);
	age_header_init(h);
	ok = age_header_feed(h, sealed, n, &used, &ignored) == 0 &&
	    h->stage == AGE_IN_PAYLOAD && h->n == w->n;
	for (i = 0; ok && i < h->n; i++)
		ok = h->wrap[i].kind == AGE_WRAP_X25519;
	age_header_release(h);
	free(h);
	return ok;
}

/* The same stanzas again, from its own file key. */
static int
compare(struct box *b, const struct wanted *w, const void *sealed, size_t n,
	struct err *e)
{
	struct buf header = BUF_INIT(REHEADS_HEADER_MAX);
	struct err why = ERR_INIT;
	int rc = opener_rehead(b->opener, sealed, n, w->to, w->n, &header,
	    &why);

	if (rc == 0)
		rc = header.len <= n &&
		    memcmp(header.data, sealed, header.len) == 0;
	else if (why.code == ERR_CRYPTO || why.code == ERR_FORMAT ||
	    why.code == ERR_INTEGRITY)
		rc = 0;
	else
		*e = why;
	buf_release(&header);
	return rc;
}

int
sealedto_check(struct box *b, const struct policy_readers *p, bool dual,
	const void *sealed, size_t n, struct err *e)
{
	struct wanted w;

	if (find_wanted(b, p, dual, &w, e) < 0)
		return -1;
	if (w.n == 0)
		return 0;
	return w.mine ? compare(b, &w, sealed, n, e) :
	    count(&w, sealed, n, e);
}

int
sealedto_always(struct box *b, const char *station, struct err *e)
{
	const struct policy_readers *p;
	char (*ids)[CANON_ID_LEN] = NULL;
	struct wanted w = {.mine = false};
	int64_t last = -1;
	size_t n = 0, i;
	int always = 1;
	int rc = mirror_chain(b->control_clone, b->control.commit, "", &ids,
	    &n, e);

	for (i = 0; rc >= 0 && always && i < n; i++) {
		rc = policy_at(b->policy, ids[i], station, &p, e);
		if (rc <= 0 || p->n == 0 || p->version == last)
			continue;
		last = p->version;
		rc = find_wanted(b, p, false, &w, e);
		always = w.mine;
	}
	free(ids);
	return rc < 0 ? -1 : always && w.mine;
}
