/* control/control.c - control as of its newest commit; FORMAT.md section 9. */
#include "control/control.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "control/control_files.h"
#include "control/history.h"
#include "crypto/hash.h"
#include "repo/mirror.h"
#include "repo/packw.h"

#include "base/banned.h"

#define BRANCH "refs/heads/control"

int
control_fetch(const struct central *c, const char *dir, struct err *e)
{
	/* a rewritten history is found by control_load: it starts at the pin */
	return mirror_fetch(c, "control", dir, NULL, e);
}

int
control_load(struct control *c, const char *dir, const char *pinned,
	struct err *e)
{
	struct control got = {.version = 0};
	struct history h;
	struct mirror *m;
	char head[CANON_ID_LEN];
	int rc = -1, there;

	m = mirror_open(dir, e);
	if (!m)
		return -1;
	there = mirror_head(m, BRANCH, head, e);
	if (there == 0) {
		(void)err_set(e, ERR_NOENT, "control.git is empty");
		(void)err_hint(e, "run 'liudi-desk init' first");
	}
	if (there <= 0)
		goto out;
	if (history_check(&h, m, head, pinned, e) < 0 ||
	    control_files_read(&got, m, h.tree, e) < 0)
		goto out;
	memcpy(got.commit, head, sizeof(got.commit));
	got.commit_utc = h.utc;
	memcpy(got.base, h.base, sizeof(got.base));
	*c = got;
	memset(&got, 0, sizeof(got));
	rc = 0;
out:
	control_release(&got);
	mirror_close(m);
	return rc;
}

/* 0, or -1: our copy stays as it is. */
static int
put_back(const char *dir, const char *id, struct err *e)
{
	struct mirror *m = mirror_open(dir, e);
	int rc = m ? mirror_put_back(m, BRANCH, id, e) : -1;

	mirror_close(m);
	return rc;
}

int
control_take(struct control *c, const char *dir, const char *pinned,
	struct err *e)
{
	struct err other = ERR_INIT;

	if (control_load(c, dir, pinned[0] ? pinned : NULL, e) == 0)
		return 0;
	if (pinned[0] == '\0' ||
	    (e->code != ERR_INTEGRITY && e->code != ERR_FORMAT))
		return -1;
	if (put_back(dir, pinned, &other) < 0 ||
	    control_load(c, dir, pinned, &other) < 0)
		return -1;
	return 1;
}

int
control_file_load(const char *dir, const char *commit, const char *path,
	struct buf *out, struct err *e)
{
	struct buf raw = BUF_INIT(CANON_MAX);
	struct mirror *m;
	struct canon c;
	int rc = -1;

	m = mirror_open(dir, e);
	if (!m)
		return -1;
	if (mirror_read(m, commit, PACKW_COMMIT, &raw, e) < 0 ||
	    canon_parse(&c, raw.data, raw.len, e) < 0)
		goto out;
	rc = mirror_blob_at(m, c.tree, path, out, e);
out:
	buf_release(&raw);
	mirror_close(m);
	return rc;
}

void
control_release(struct control *c)
{
	free(c->only);
	free(c->login);
	free(c->revoked);
	signers_release(&c->roots);
	signers_release(&c->stations);
	signers_release(&c->servers);
	memset(c, 0, sizeof(*c));
}

bool
control_revoked(const struct control *c, const char *station, int64_t until)
{
	size_t i;

	for (i = 0; i < c->nrevoked; i++)
		if (until <= c->revoked[i].utc &&
		    strcmp(c->revoked[i].station, station) == 0)
			return true;
	return false;
}

static int
cmp_station(const void *station, const void *only)
{
	return strcmp(station, ((const struct control_only *)only)->station);
}

size_t
control_readers(const struct control *c, const char *station,
	size_t index[static CONTROL_MAX_RECIPIENTS])
{
	const struct control_only *only = NULL;
	size_t n = 0, i;

	if (c->nonly > 0)
		only = bsearch(station, c->only, c->nonly, sizeof(*c->only),
		    cmp_station);
	for (i = 0; i < c->nrecipients; i++)
		if (!only || (only->readers >> i & 1))
			index[n++] = i;
	return n;
}

void
control_recipients_sha256(const struct control *c, const char *station,
	uint8_t out[32])
{
	/* 16 strings of 79 bytes at most, each with LF */
	char text[CONTROL_MAX_RECIPIENTS * (sizeof(c->recipient[0].age) + 1)];
	size_t index[CONTROL_MAX_RECIPIENTS];
	size_t readers = control_readers(c, station, index);
	size_t n = 0, i, len;

	for (i = 0; i < readers; i++) {
		len = strlen(c->recipient[index[i]].age);
		memcpy(text + n, c->recipient[index[i]].age, len);
		n += len;
		text[n++] = '\n';
	}
	hash_sha256(out, text, n);
}

bool
control_is_owner(const char *name)
{
	return strcmp(name, "owner") == 0 || str_starts(name, "owner-");
}

int
control_consent_text(const char *base, const struct control_file *files,
	size_t n, struct buf *out, struct err *e)
{
	struct history_change change[HISTORY_NPROTECTED];
	size_t start = out->len, i, k;
	bool any = false;

	memset(change, 0, sizeof(change));
	for (i = 0; i < n; i++) {
		for (k = 0; k < HISTORY_NPROTECTED; k++)
			if (strcmp(files[i].path, control_protected[k]) == 0)
				break;
		if (k == HISTORY_NPROTECTED)
			continue;
		any = change[k].changed = true;
		change[k].gone = !files[i].data;
		if (files[i].data)
			hash_sha256(change[k].sha256, files[i].data,
			    files[i].len);
	}
	if (!any)
		return err_set(e, ERR_FAIL, "no protected file is changed");
	if (history_consent(base, change, out, e) < 0) {
		out->len = start;
		return -1;
	}
	return 0;
}
