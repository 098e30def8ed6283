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
#include "desk/erased.h"
#include "desk/finding.h"
#include "desk/indexer.h"
#include "desk/query.h"
#include "desk/received.h"

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
	    sweep(h->control, e) < 0 || sweep(h->desk, e) < 0)
		return -1;
	return sweep(h->records, e);
}

int
sync_fetch(const struct deskhome *h, const struct mirror_accept *accept,
	struct buf *rewritten, struct err *e)
{
	if (mirror_fetch(&h->central, "control", h->control, rewritten,
	    e) < 0)
		return -1;
	if (mirror_fetch(&h->central, "desk", h->desk, rewritten, e) < 0)
		return -1;
	return mirror_fetch_accept(&h->central, "records", h->records, accept,
	    rewritten, e);
}

int
sync_control(const struct deskhome *h, struct buf *rewritten,
	struct err *why, struct err *e)
{
	char pin[CANON_ID_LEN], head[CANON_ID_LEN];
	struct control control;
	struct mirror *m;
	int rc;

	m = deskhome_pin_load(h, pin, e) < 0 ? NULL :
	    mirror_open(h->control, e);
	rc = m ? mirror_head(m, "refs/heads/control", head, e) : -1;
	mirror_close(m);
	if (rc < 0)
		return -1;
	rc = control_take(&control, h->control, pin, why);
	if (rc < 0) {
		*e = *why;
		return -1;
	}
	control_release(&control);
	if (rc == 0)
		return 0;
	return buf_addf(rewritten, e, "refs/heads/control %s %s\n", pin,
	    head);
}

int
sync_news(const struct deskhome *h, bool all, struct err *e)
{
	struct mirror *m = mirror_open(h->records, e);
	struct seen *s = m && !all ? seen_load(h->seen, e) : NULL;
	int rc = m && (all || s) ? seen_news(s, m, e) : -1;

	seen_free(s);
	mirror_close(m);
	return rc;
}

int
sync_seen(const struct deskhome *h, struct seen **seen, struct err *e)
{
	struct mirror *m = mirror_open(h->records, e);
	struct seen *s = m ? seen_load(h->seen, e) : NULL;
	int rc = -1;

	if (s && seen_note(s, h->seen, m, clock_now_utc(), e) == 0) {
		*seen = s;
		s = NULL;
		rc = 0;
	}
	seen_free(s);
	mirror_close(m);
	return rc;
}

int
sync_may_read(const struct control *control, const struct opener *op,
	struct err *e)
{
	struct seal_recipient have[MAX_IDENTITIES];
	size_t n = opener_recipients(op, have, MAX_IDENTITIES), i;

	for (i = 0; i < control->nrecipients; i++)
		if (policy_is_one(control->recipient[i].age, have, n))
			return 0;
	(void)err_set(e, ERR_CRYPTO, "this identity is not among the readers");
	return err_hint(e, "take the identity of a name in control's "
	    "'recipients' (option -i)");
}

/* "<ref> <ours> <theirs>"; the station is the fourth part of the ref. */
static int
note_line(struct box *b, const char *line, size_t n, int64_t now,
	struct err *e)
{
	char ref[CANON_REF_LEN], ours[CANON_ID_LEN], theirs[CANON_ID_LEN];
	struct finding_place at = {b->catalogue, 0, 0, "", now};
	struct err ignored = ERR_INIT;
	struct canon_ref parts;
	const char *first = memchr(line, ' ', n);
	const char *second = first ? strchr(first + 1, ' ') : NULL;

	if (!second || second > line + n)
		return 0;
	(void)snprintf(ref, sizeof(ref), "%.*s", (int)(first - line), line);
	(void)snprintf(ours, sizeof(ours), "%.*s",
	    (int)(second - first - 1), first + 1);
	(void)snprintf(theirs, sizeof(theirs), "%.*s",
	    (int)(line + n - second - 1), second + 1);
	if (canon_ref_parse(&parts, ref, &ignored) == 0)
		at.station = parts.station;
	if (theirs[0] == '-')
		return finding_once(&at, FINDING_INTEGRITY, "rewritten", e,
		    "the central changed its history: %s is at %s here, and "
		    "it has it no longer; our copy stays", ref, ours);
	return finding_once(&at, FINDING_INTEGRITY, "rewritten", e,
	    "the central "
	    "changed its history: %s is there at %s, which does not follow on "
	    "%s; our copy stays", ref, theirs, ours);
}

static int
note_rewritten(struct box *b, const struct buf *lines, int64_t now,
	struct err *e)
{
	const char *s = buf_str(lines);
	size_t n;

	for (; *s; s += n + (s[n] == '\n')) {
		n = strcspn(s, "\n");
		if (n > 0 && note_line(b, s, n, now, e) < 0)
			return -1;
	}
	return 0;
}

int
sync_index(struct box *b, const struct buf *rewritten,
	const struct seen *seen, size_t *parts, int64_t *since,
	struct err *e)
{
	struct indexer_with w = {b->catalogue, b->records, &b->control,
	    b->policy, b->opener, clock_now_utc(), seen, NULL};
	struct indexer *ix = NULL;
	struct tombstones erased;
	int rc = -1;

	if (sync_may_read(&b->control, b->opener, e) < 0 ||
	    query_event_last(b->catalogue, since, e) < 0)
		return -1;
	if (rewritten && note_rewritten(b, rewritten, w.now_utc, e) < 0)
		return -1;
	if (erased_note(b, rewritten, w.now_utc, e) < 0)
		return -1;
	if (tombstones_load(&erased, b->desk, b->control_clone, &b->control,
	    e) < 0)
		goto out;
	w.erased = &erased;
	ix = indexer_new(&w, e);
	if (!ix)
		goto out;
	rc = indexer_run(ix, parts, e);
	indexer_free(ix);
	if (rc == 0)
		rc = received_index(b, w.now_utc, e);
out:
	tombstones_release(&erased);
	return rc;
}
