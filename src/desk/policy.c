/* desk/policy.c - who had to be able to read.  docs/FORMAT.md section 9. */
#include "desk/policy.h"

#include <stdlib.h>
#include <string.h>

#include "repo/packw.h"

#include "base/banned.h"

struct policy {
	struct mirror *clone;
	char (*ids)[CANON_ID_LEN];	/* the checked history */
	size_t nids;
	int64_t *utc;			/* their dates, once asked for */
	char id[CANON_ID_LEN];		/* of what `control` holds */
	struct control control;		/* its recipients only */
	struct policy_readers readers;	/* of the last call */
};

struct policy *
policy_new(struct mirror *clone, const struct control *control, struct err *e)
{
	struct policy *p = calloc(1, sizeof(*p));

	if (!p) {
		(void)err_nomem(e);
		return NULL;
	}
	p->clone = clone;
	if (mirror_chain(clone, control->commit, "", &p->ids, &p->nids,
	    e) < 0) {
		policy_free(p);
		return NULL;
	}
	return p;
}

void
policy_free(struct policy *p)
{
	if (!p)
		return;
	control_release(&p->control);
	free(p->ids);
	free(p->utc);
	free(p);
}

/* Who may read STATION's records. */
static void
pick(struct policy *p, const char *station)
{
	size_t index[CONTROL_MAX_RECIPIENTS], i;
	struct policy_readers *r = &p->readers;

	r->version = p->control.version;
	r->n = control_readers(&p->control, station, index);
	for (i = 0; i < r->n; i++) {
		memcpy(r->age[i], p->control.recipient[index[i]].age,
		    sizeof(r->age[i]));
		r->owner[i] = control_is_owner(
		    p->control.recipient[index[i]].name);
	}
}

/* Stations do not follow a file that is not readable, so it has no readers. */
static int
parse(struct policy *p, const char *text, struct err *e)
{
	control_release(&p->control);
	if (control_recipients_parse(&p->control, text, e) == 0)
		return 0;
	if (e->code != ERR_FORMAT)
		return -1;
	err_clear(e);
	return 0;
}

int
policy_at(struct policy *p, const char *id, const char *station,
	const struct policy_readers **r, struct err *e)
{
	struct buf text = BUF_INIT(1024 * 1024);
	char tree[CANON_ID_LEN];
	size_t i;
	int rc = -1;

	*r = &p->readers;
	if (p->id[0] != '\0' && strcmp(p->id, id) == 0) {
		pick(p, station);
		return 1;
	}
	for (i = 0; i < p->nids && strcmp(p->ids[i], id) != 0; i++)
		;
	if (i == p->nids)
		return 0;
	if (mirror_tree(p->clone, id, tree, e) < 0)
		goto out;
	p->id[0] = '\0';
	rc = mirror_blob_at(p->clone, tree, "recipients", &text, e);
	if (rc <= 0)
		goto out;
	rc = -1;
	if (parse(p, buf_str(&text), e) < 0)
		goto out;
	(void)snprintf(p->id, sizeof(p->id), "%s", id);
	pick(p, station);
	rc = 1;
out:
	buf_release(&text);
	return rc;
}

static int
load_dates(struct policy *p, struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	int64_t *utc = calloc(p->nids + 1, sizeof(*utc));
	struct canon c;
	size_t i;

	if (!utc)
		return err_nomem(e);
	for (i = 0; i < p->nids; i++) {
		buf_clear(&raw);
		if (mirror_read(p->clone, p->ids[i], PACKW_COMMIT, &raw,
		    e) < 0 || canon_parse(&c, raw.data, raw.len, e) < 0)
			break;
		utc[i] = c.time_utc;
	}
	buf_release(&raw);
	if (i < p->nids) {
		free(utc);
		return -1;
	}
	p->utc = utc;
	return 0;
}

bool
policy_is_one(const char *age, const struct seal_recipient *r, size_t n)
{
	struct err ignored = ERR_INIT;
	struct seal_recipient it;
	size_t i;

	if (seal_recipient_parse(&it, age, strlen(age), &ignored) < 0)
		return false;
	for (i = 0; i < n; i++)
		if (memcmp(it.pk, r[i].pk, sizeof(it.pk)) == 0)
			return true;
	return false;
}

int
policy_reads(struct policy *p, int64_t utc, const char *station,
	const struct seal_recipient *r, size_t n, struct err *e)
{
	const struct policy_readers *then;
	size_t lo = 0, hi = p->nids, mid, i;
	int rc;

	if (!p->utc && load_dates(p, e) < 0)
		return -1;
	/* dates never go back; behind the last that is earlier */
	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (p->utc[mid] < utc)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return 0;
	rc = policy_at(p, p->ids[lo - 1], station, &then, e);
	if (rc <= 0)
		return rc;
	for (i = 0; i < then->n; i++)
		if (policy_is_one(then->age[i], r, n))
			return 1;
	return 0;
}
