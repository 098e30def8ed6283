/* desk/policy.c - who had to be able to read.  docs/FORMAT.md section 9. */
#include "desk/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

struct policy {
	struct mirror *clone;
	char (*ids)[CANON_ID_LEN];	/* the checked history */
	size_t nids;
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
	for (i = 0; i < r->n; i++)
		memcpy(r->age[i], p->control.recipient[index[i]].age,
		    sizeof(r->age[i]));
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
