/* desk/sealedto.c - for whom secrets are sealed; docs/FORMAT.md 3, 21. */
#include "desk/sealedto.h"

#include <stdlib.h>
#include <string.h>

#include "account/eventfile.h"
#include "desk/opener.h"
#include "desk/reheads.h"
#include "open/age_header.h"

#include "base/banned.h"

#define IDENTITIES_MAX 64
/* Of age files, and of padding: FORMAT 3. */
#define HEADER_LEN (22 + 48)		/* without stanzas */
#define STANZA_LEN 98			/* of X25519 */
#define NONCE_LEN 16
#define CHUNK_LEN 65536
#define TAG_LEN 16
#define PAD_BLOCK 512
#define PAD_BLOCKS 8192			/* up to there */

/* Things of a file, not of this machine. */
static bool
is_content(const struct err *e)
{
	return e->code == ERR_CRYPTO || e->code == ERR_FORMAT ||
	    e->code == ERR_INTEGRITY;
}

struct wanted {
	struct seal_recipient to[CONTROL_MAX_RECIPIENTS];
	size_t n;
	bool mine;		/* this desk is one of them */
};

static bool
is_wanted(enum sealedto who, bool owner)
{
	return who == SEALEDTO_ALL || (who == SEALEDTO_OWNERS) == owner;
}

static int
find_wanted(struct box *b, const struct policy_readers *p, enum sealedto who,
	struct wanted *w, struct err *e)
{
	struct seal_recipient have[IDENTITIES_MAX];
	size_t nhave = opener_recipients(b->opener, have, IDENTITIES_MAX), i;

	w->n = 0;
	w->mine = false;
	for (i = 0; i < p->n; i++) {
		if (!is_wanted(who, p->owner[i]))
			continue;
		if (seal_recipient_parse(&w->to[w->n], p->age[i],
		    strlen(p->age[i]), e) < 0)
			return -1;
		w->n++;
		w->mine |= policy_is_one(p->age[i], have, nhave);
	}
	return 0;
}

/* As many as may open them, and nobody by a passphrase?  *LEN: the header's. */
static int
count(size_t want, const void *sealed, size_t n, size_t *len, struct err *e)
{
	struct age_header *h = calloc(1, sizeof(*h));
	struct err ignored = ERR_INIT;
	size_t used, i;
	bool ok;

	if (!h)
		return err_nomem(e);
	age_header_init(h);
	ok = age_header_feed(h, sealed, n, &used, &ignored) == 0 &&
	    h->stage == AGE_IN_PAYLOAD && h->n == want;
	for (i = 0; ok && i < h->n; i++)
		ok = h->wrap[i].kind == AGE_WRAP_X25519;
	*len = h->text.len;
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
	else if (is_content(&why))
		rc = 0;
	else
		*e = why;
	buf_release(&header);
	return rc;
}

/* --- The seal within a seal. */

/* Bytes that PAYLOAD, all of an age file behind its header, holds; 0: none. */
static size_t
plain_len(size_t payload)
{
	size_t n = payload > NONCE_LEN ? payload - NONCE_LEN : 0;
	const size_t chunks = (n + CHUNK_LEN + TAG_LEN - 1) /
	    (CHUNK_LEN + TAG_LEN);

	return n > chunks * TAG_LEN ? n - chunks * TAG_LEN : 0;
}

/*
 * Can an age file of LEN bytes be for WANT readers?  Few secrets are padded to
 * whole blocks, so that the rest is its header's, and that tells how many.
 */
static bool
can_be_for(size_t want, size_t len)
{
	const size_t header = HEADER_LEN + want * STANZA_LEN;
	const size_t plain = plain_len(len > header ? len - header : 0);

	return plain > 0 && (plain > PAD_BLOCKS || plain % PAD_BLOCK == 0);
}

static int
into_buf(void *arg, const void *data, size_t n, struct err *e)
{
	return buf_add(arg, data, n, e);
}

/* What the owners' seal holds; the HEADER bytes of that are in front. */
static int
check_inner(struct box *b, const struct policy_readers *p, bool mine,
	size_t header, const void *sealed, size_t n, struct err *e)
{
	struct buf inner = BUF_INIT(EVENTFILE_MAX);
	struct err why = ERR_INIT;
	size_t want = 0, i, used;
	int rc;

	for (i = 0; i < p->n; i++)
		want += !p->owner[i];
	if (!mine)
		return can_be_for(want, plain_len(n - header));
	rc = opener_open(b->opener, sealed, n, NULL, 0, NULL, into_buf,
	    &inner, &why);
	if (rc == 0)
		rc = count(want, inner.data, inner.len, &used, e);
	else if (is_content(&why))
		rc = 0;
	else
		*e = why;
	buf_release(&inner);
	return rc;
}

int
sealedto_check(struct box *b, const struct policy_readers *p,
	enum sealedto who, const void *sealed, size_t n, struct err *e)
{
	struct wanted w;
	size_t header;
	int rc;

	if (find_wanted(b, p, who, &w, e) < 0)
		return -1;
	if (w.n == 0)
		return 0;
	rc = count(w.n, sealed, n, &header, e);
	if (rc > 0 && w.mine)
		rc = compare(b, &w, sealed, n, e);
	return rc > 0 && who == SEALEDTO_OWNERS ? check_inner(b, p, w.mine,
	    header, sealed, n, e) : rc;
}

/* --- By any control of the past. */

/*
 * FN for each set of readers that STATION ever had, the newest first, until it
 * returns other than 0, which is returned; 0 behind the last; -1.
 */
static int
each_readers(struct box *b, const char *station, int (*fn)(void *arg,
	const struct policy_readers *p, struct err *e), void *arg,
	struct err *e)
{
	const struct policy_readers *p;
	char (*ids)[CANON_ID_LEN] = NULL;
	int64_t last = -1;
	size_t n = 0, i;
	int rc = mirror_chain(b->control_clone, b->control.commit, "", &ids,
	    &n, e);

	for (i = n; rc == 0 && i > 0; i--) {
		rc = policy_at(b->policy, ids[i - 1], station, &p, e);
		if (rc <= 0 || p->n == 0 || p->version == last) {
			rc = rc < 0 ? -1 : 0;
			continue;
		}
		last = p->version;
		rc = fn(arg, p, e);
	}
	free(ids);
	return rc;
}

struct asking {
	struct box *b;
	enum sealedto who;
	const void *sealed;
	size_t n;
	bool any;		/* there were readers */
};

static int
fits(void *arg, const struct policy_readers *p, struct err *e)
{
	const struct asking *a = arg;

	return sealedto_check(a->b, p, a->who, a->sealed, a->n, e);
}

int
sealedto_ever(struct box *b, const char *station, enum sealedto who,
	const void *sealed, size_t n, struct err *e)
{
	struct asking a = {b, who, sealed, n, false};

	return each_readers(b, station, fits, &a, e);
}

/* 1: this desk is none of these. */
static int
is_missing(void *arg, const struct policy_readers *p, struct err *e)
{
	struct asking *a = arg;
	struct wanted w;

	a->any = true;
	return find_wanted(a->b, p, a->who, &w, e) < 0 ? -1 : !w.mine;
}

int
sealedto_always(struct box *b, const char *station, enum sealedto who,
	struct err *e)
{
	struct asking a = {.b = b, .who = who};
	int rc = each_readers(b, station, is_missing, &a, e);

	return rc < 0 ? -1 : rc == 0 && a.any;
}
