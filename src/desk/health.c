/* desk/health.c - does the central do what a desk relies on? */
#include "desk/health.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "desk/receipts.h"

#include "base/banned.h"

#define FILE_MAX_LEN (1024 * 1024)

static int
count(void *arg, const char *id, const struct receipt *r, const char *why,
	struct err *e)
{
	struct health *h = arg;

	(void)id;
	(void)why;
	(void)e;
	if (!r) {
		h->wrong++;
		return 0;
	}
	h->good++;
	if (r->utc > h->newest)
		h->newest = r->utc;
	return 0;
}

static int
check_key(struct health *h, struct mirror *records, const char *tree,
	const struct control *control, struct err *e)
{
	struct buf text = BUF_INIT(FILE_MAX_LEN);
	struct err ignored = ERR_INIT;
	struct signers keys;
	size_t i;
	int rc = mirror_blob_at(records, tree, "server_key", &text, e);

	if (rc > 0 && signers_parse(&keys, buf_str(&text), text.len,
	    &ignored) == 0) {
		for (i = 0; keys.n == 1 && i < control->servers.n; i++)
			h->key = h->key || memcmp(
			    control->servers.v[i].pub.pk, keys.v[0].pub.pk,
			    sizeof(keys.v[0].pub.pk)) == 0;
		signers_release(&keys);
	}
	buf_release(&text);
	return rc < 0 ? -1 : 0;
}

int
health_look(struct health *h, struct mirror *records,
	const struct control *control, struct err *e)
{
	struct receipts_at at;
	char head[CANON_ID_LEN];
	int rc = mirror_head(records, RECEIPTS_REF, head, e);

	memset(h, 0, sizeof(*h));
	if (rc <= 0)
		return rc;
	h->receipts = true;
	memset(&at, 0, sizeof(at));
	if (receipts_walk(records, RECEIPTS_REF, &control->servers, &at, count,
	    h, e) < 0)
		return -1;
	return check_key(h, records, at.tree, control, e);
}

static int
check_hook(const struct central *c, const char *repo, const char *hooks,
	const char *name, struct buf *problems, struct err *e)
{
	char *dir = central_repo(c, repo);
	char *there = dir ? str_fmt("%s/hooks/%s", dir, name) : NULL;
	char *ours = str_fmt("%s/%s", hooks, name);
	struct buf a = BUF_INIT(FILE_MAX_LEN), b = BUF_INIT(FILE_MAX_LEN);
	int rc = -1;

	if (!there || !ours) {
		(void)err_nomem(e);
		goto out;
	}
	if (!file_exists(there)) {
		rc = buf_addf(problems, e, "%s.git: hook %s is missing\n",
		    repo, name);
		goto out;
	}
	if (file_load(there, &a, e) < 0 || file_load(ours, &b, e) < 0)
		goto out;
	rc = str_cmp_bytes(a.data, a.len, b.data, b.len) == 0 ? 0 :
	    buf_addf(problems, e, "%s.git: hook %s is not that of this "
	    "version\n", repo, name);
out:
	free(dir);
	free(there);
	free(ours);
	buf_release(&a);
	buf_release(&b);
	return rc;
}

int
health_hooks(const struct central *c, const char *hooks,
	struct buf *problems, struct err *e)
{
	static const char *const repos[] = {"control", "records", "desk"};
	static const char *const names[] = {"pre-receive", "post-receive"};
	size_t i, j;

	for (i = 0; i < sizeof(repos) / sizeof(*repos); i++)
		for (j = 0; j < sizeof(names) / sizeof(*names); j++)
			if (check_hook(c, repos[i], hooks, names[j], problems,
			    e) < 0)
				return -1;
	return 0;
}
