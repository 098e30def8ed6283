/* desk/sync.c - fetch -> verify -> open -> index. */
#include "desk/sync.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "desk/event.h"
#include "desk/indexer.h"
#include "desk/query.h"

#include "base/banned.h"

#define MAX_IDENTITIES 64

#define OLD_S 3600	/* whoever wrote it is long dead */

/* What a git that was killed left: as large as what it fetched. */
static int
sweep_pack(const char *name, void *arg, struct err *e)
{
	const char *dir = arg;
	struct stat st;
	char *path;
	int rc = 0;

	if (!str_starts(name, "tmp_"))
		return 0;
	path = path_join(dir, name);
	if (!path)
		return err_nomem(e);
	if (lstat(path, &st) == 0 && st.st_mtime < time(NULL) - OLD_S)
		rc = file_remove(path, e);
	free(path);
	return rc;
}

static int
sweep(const char *dir, struct err *e)
{
	char *packs = path_join(dir, "objects/pack");
	int rc;

	if (!packs)
		return err_nomem(e);
	rc = file_sweep(dir, e);
	if (rc == 0 && file_is_dir(packs))
		rc = file_each(packs, sweep_pack, packs, e);
	free(packs);
	return rc;
}

int
sync_sweep(const struct deskhome *h, struct err *e)
{
	if (file_sweep(h->dir, e) < 0 || file_sweep(h->index, e) < 0 ||
	    sweep(h->control, e) < 0)
		return -1;
	return sweep(h->records, e);
}

int
sync_fetch(const struct deskhome *h, struct buf *rewritten, struct err *e)
{
	if (control_fetch(&h->central, h->control, e) < 0)
		return -1;
	return mirror_fetch(&h->central, "records", h->records, rewritten, e);
}

int
sync_may_read(const struct control *control, const struct opener *op,
	struct err *e)
{
	struct seal_recipient have[MAX_IDENTITIES], r;
	struct err ignored = ERR_INIT;
	size_t n = opener_recipients(op, have, MAX_IDENTITIES), i, j;

	for (i = 0; i < control->nrecipients; i++) {
		const char *age = control->recipient[i].age;

		if (seal_recipient_parse(&r, age, strlen(age), &ignored) < 0)
			continue;
		for (j = 0; j < n; j++)
			if (memcmp(r.pk, have[j].pk, sizeof(r.pk)) == 0)
				return 0;
	}
	(void)err_set(e, ERR_CRYPTO, "this identity is not among the readers");
	return err_hint(e, "take the identity of a name in control's "
	    "'recipients' (option -i)");
}

/* One event per line; the station is the third part of the ref. */
static int
note_rewritten(struct box *b, const struct buf *lines, int64_t now,
	struct err *e)
{
	const char *s = buf_str(lines);

	while (*s) {
		size_t n = strcspn(s, "\n");
		const char *ws = strstr(s, "ws/");
		char station[33] = "";
		struct event_place at = {b->catalogue, 0, 0, station, now};

		if (ws && ws < s + n) {
			size_t len = strcspn(ws + 3, "/ \n");

			(void)snprintf(station, sizeof(station), "%.*s",
			    (int)(len < 32 ? len : 32), ws + 3);
		}
		if (n > 0 && event_once(&at, EVENT_INTEGRITY, "rewritten", e,
		    "the central changed its history: %.*s; our copy stays",
		    (int)n, s) < 0)
			return -1;
		s += n + (s[n] == '\n');
	}
	return 0;
}

int
sync_index(struct box *b, const struct buf *rewritten, size_t *parts,
	int64_t *since, struct err *e)
{
	struct indexer_with w = {b->catalogue, b->records, &b->control,
	    b->policy, b->opener, clock_now_utc()};
	struct indexer *ix = NULL;
	int rc = -1;

	if (sync_may_read(&b->control, b->opener, e) < 0 ||
	    query_event_last(b->catalogue, since, e) < 0)
		return -1;
	if (rewritten && note_rewritten(b, rewritten, w.now_utc, e) < 0)
		return -1;
	ix = indexer_new(&w, e);
	if (!ix)
		return -1;
	rc = indexer_run(ix, parts, e);
	indexer_free(ix);
	return rc;
}
