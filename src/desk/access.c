/* desk/access.c - an event in the log of readers; docs/FORMAT.md 17 and 20. */
#include "desk/access.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/path.h"
#include "base/str.h"
#include "base/utf8.h"
#include "control/edit.h"
#include "control/request.h"
#include "crypto/hash.h"
#include "desk/numbered.h"
#include "seal/seal.h"

#include "base/banned.h"

#define LIST_MAX (4 * 1024 * 1024)	/* bytes of access.unsent */
#define MAX_WAITING 4096
#define LOCK_WAIT_MS 120000	/* another command may be sending */
#define LOCK_STEP_NS 50000000
#define DAY_LEN 11		/* "2026-11-23" and NUL */
#define DAY_S 86400

const struct access_pass access_own = {true};

void
access_unlogged(struct access_pass *pass)
{
	pass->given = true;
}

bool
access_waits(const struct deskhome *h)
{
	char *file = path_join(h->dir, "access.unsent");
	bool waits = file && file_exists(file);

	free(file);
	return waits;
}

/* What one call works with. */
struct work {
	const struct access_log *l;
	char key[REQUEST_KEY_LEN];
	char *unsent, *recent;		/* paths */
	int lock;
	struct buf lines;		/* access.unsent */
	bool waits;			/* a commit is kept */
};

/* --- The line. */

static const char *
day_text(int64_t utc, char out[static DAY_LEN])
{
	struct clock_date d;

	clock_split_utc(utc, &d);
	(void)snprintf(out, DAY_LEN, "%04d-%02d-%02d", d.year % 10000,
	    d.month % 100, d.day % 100);
	return out;
}

/* What is asked for, as members of an open object. */
static void
put_ask(struct jsonw *w, const struct access_log *l,
	const struct access_ask *ask)
{
	char day[DAY_LEN];

	jsonw_kstr(w, "reader", l->name);
	jsonw_kstr(w, "action", ask->action);
	jsonw_kstr(w, "station", ask->station);
	jsonw_kstr(w, "view", ask->view);
	jsonw_key(w, "days");
	if (ask->first == ACCESS_NO_DAY) {
		jsonw_null(w);
	} else {
		jsonw_array(w);
		jsonw_str(w, day_text(ask->first, day));
		jsonw_str(w, day_text(ask->last, day));
		jsonw_array_end(w);
	}
	jsonw_kstr(w, "reason", ask->reason);
}

/* What follows on "prev": known before the event has its number. */
static int
line_end(const struct access_log *l, const struct access_ask *ask,
	int64_t utc, struct buf *out, struct err *e)
{
	struct buf line = BUF_INIT(ACCESS_FILE_MAX);
	struct jsonw w;
	int rc = -1;

	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "utc", utc);
	put_ask(&w, l, ask);
	jsonw_object_end(&w);
	if (jsonw_end(&w) == 0)
		rc = buf_add(out, line.data + 1, line.len - 1, e);
	buf_release(&line);
	return rc;
}

int
access_line(const struct access_log *l, const struct access_ask *ask,
	int64_t utc, int64_t n, const uint8_t *prev, struct buf *out,
	struct err *e)
{
	return numbered_line(n, prev, out, e) < 0 ? -1 :
	    line_end(l, ask, utc, out, e);
}

/* --- Sealed. */

static size_t
owners(const struct control *c, struct seal_recipient *out)
{
	struct err ignored = ERR_INIT;
	size_t i, n = 0;

	for (i = 0; i < c->nrecipients; i++)
		if (control_is_owner(c->recipient[i].name) &&
		    seal_recipient_parse(&out[n], c->recipient[i].age,
		    strlen(c->recipient[i].age), &ignored) == 0)
			n++;
	return n;
}

/* --- What this desk remembers. */

static int
work_init(struct work *k, const struct access_log *l, struct err *e)
{
	struct sshkey_pub pub;

	memset(k, 0, sizeof(*k));
	k->l = l;
	k->lock = -1;
	buf_init(&k->lines, LIST_MAX);
	if (l->key) {
		sshkey_public(l->key, &pub);
		request_key(&pub, k->key);
	}
	k->unsent = path_join(l->home->dir, "access.unsent");
	k->recent = path_join(l->home->dir, "access.recent");
	return k->unsent && k->recent ? 0 : err_nomem(e);
}

static void
work_release(struct work *k)
{
	if (k->lock >= 0)
		(void)close(k->lock);	/* the lock ends with it */
	free(k->unsent);
	free(k->recent);
	buf_release(&k->lines);
}

int
access_lock(const struct deskhome *h, int *fd, struct err *e)
{
	const struct timespec step = {0, LOCK_STEP_NS};
	const int64_t end = clock_mono_ms() + LOCK_WAIT_MS;
	char *file = path_join(h->dir, "access.lock");
	int rc;

	if (!file)
		return err_nomem(e);
	while ((rc = file_lock(file, fd, e)) < 0 &&
	    e->code == ERR_LOCKED && clock_mono_ms() < end) {
		err_clear(e);
		(void)nanosleep(&step, NULL);
	}
	free(file);
	return rc;
}

/* One command after the other: each event has the next number. */
static int
lock(struct work *k, struct err *e)
{
	return access_lock(k->l->home, &k->lock, e);
}

static struct edit_job
job_of(const struct work *k, const struct control_file *files, size_t n,
	int64_t utc)
{
	return (struct edit_job){&k->l->home->central, "desk",
	    k->l->home->desk, k->l->name, k->l->key, utc, "access", files, n};
}

/*
 * The list holds what is kept and not sent.  Without a kept commit its lines are
 * of an event that was never shown, or of some that were sent: of no use.
 */
static int
settle(struct work *k, struct err *e)
{
	const struct edit_job job = job_of(k, NULL, 0, 0);
	int kept = edit_kept(&job, e);

	if (kept < 0)
		return -1;
	k->waits = kept == EDIT_KEPT_WAITS;
	if (!k->waits && (file_remove(k->unsent, e) < 0 ||
	    (kept == EDIT_KEPT_SENT && edit_drop(&job, e) < 0)))
		return -1;
	if (!k->waits || !file_exists(k->unsent))
		return 0;
	return file_load(k->unsent, &k->lines, e);
}

static size_t
count_lines(const struct buf *b)
{
	size_t i, n = 0;

	for (i = 0; i < b->len; i++)
		n += b->data[i] == '\n';
	return n;
}

/* "<utc> <64 hex>": the same question on the same day has the same hash. */
static int
question(const struct access_log *l, const struct access_ask *ask,
	int64_t utc, char hex[static 2 * HASH_LEN + 1], struct err *e)
{
	struct buf line = BUF_INIT(ACCESS_FILE_MAX);
	uint8_t sum[HASH_LEN];
	struct jsonw w;
	int rc;

	jsonw_init(&w, &line, e);
	jsonw_object(&w);
	jsonw_kint(&w, "day", utc / DAY_S);
	put_ask(&w, l, ask);
	jsonw_object_end(&w);
	rc = jsonw_end(&w);
	hash_sha256(sum, line.data, line.len);
	str_hex(hex, sum, sizeof(sum));
	buf_release(&line);
	return rc;
}

/*
 * The lines of access.recent that still count, into OUT.  *FOUND: HEX is one of
 * them.  A file that makes no sense is as good as none: an event more.
 */
static int
read_recent(const struct work *k, int64_t utc, const char *hex, bool *found,
	struct buf *out, struct err *e)
{
	struct buf all = BUF_INIT(LIST_MAX);
	struct err ignored = ERR_INIT;
	const char *s, *lf;
	char when[24];
	int64_t at;
	int rc = 0;

	*found = false;
	if (file_load(k->recent, &all, &ignored) < 0)
		goto out;
	for (s = buf_str(&all); rc == 0 && (lf = strchr(s, '\n')) != NULL;
	    s = lf + 1) {
		const char *blank = memchr(s, ' ', (size_t)(lf - s));

		if (!blank || blank - s >= (int)sizeof(when) ||
		    lf - blank != 2 * HASH_LEN + 1)
			continue;
		(void)snprintf(when, sizeof(when), "%.*s", (int)(blank - s),
		    s);
		if (str_to_i64(when, 0, INT64_MAX, &at) < 0 || at > utc ||
		    utc - at >= ACCESS_AGAIN_S)
			continue;
		if (memcmp(blank + 1, hex, 2 * HASH_LEN) == 0)
			*found = true;
		rc = buf_add(out, s, (size_t)(lf - s) + 1, e);
	}
out:
	buf_release(&all);
	return rc;
}

/* --- Into the clone. */

/*
 * All that waits in one commit on the branch as it is.  The reader cannot open
 * his own events, so where the branch moved they are sealed anew from the list.
 */
static int
keep(struct work *k, int64_t utc, struct err *e)
{
	size_t n = count_lines(&k->lines), i;
	struct control_file *files = calloc(n + 1, sizeof(*files));
	const char *s = buf_str(&k->lines);
	struct seal_recipient owner[CONTROL_MAX_RECIPIENTS];
	const size_t nowners = owners(k->l->control, owner);
	char folder[NUMBERED_FOLDER_LEN];
	struct numbered_chain chain;
	int rc = -1;

	if (!files)
		return err_nomem(e);
	if (nowners == 0) {
		(void)err_set(e, ERR_FORMAT, "control names no owner");
		goto out;
	}
	(void)snprintf(folder, sizeof(folder), "access/%s", k->key);
	if (numbered_follow(&chain, folder, k->l->home->desk, e) < 0)
		goto out;
	for (i = 0; i < n; i++) {
		size_t len = strcspn(s, "\n");

		if (numbered_make(&chain, s, len, owner, nowners, &files[i],
		    e) < 0)
			goto out;
		s += len + 1;
	}
	{
		const struct edit_job job = job_of(k, files, n, utc);

		rc = edit_keep(&job, e);
	}
out:
	numbered_free(files, n);
	return rc;
}

/* --- To the central. */

/*
 * Where another desk was first: on top of what it made.  1: that stands on
 * ours, which was sent before, and this desk was killed then.
 */
static int
catch_up(struct work *k, struct err *e)
{
	const struct deskhome *h = k->l->home;
	const struct edit_job job = job_of(k, NULL, 0, 0);
	int kept;

	err_clear(e);
	if (mirror_fetch(&h->central, "desk", h->desk, NULL, e) < 0)
		return -1;
	kept = edit_kept(&job, e);
	if (kept < 0 || kept == EDIT_KEPT_SENT)
		return kept < 0 ? -1 : 1;
	if (!k->l->key) {
		(void)err_set(e, ERR_NET, "another desk made a change at the "
		    "same time");
		return err_hint(e, "run 'liudi-desk sync', then try again");
	}
	if (k->lines.len == 0)
		return err_set(e, ERR_NOENT, "'%s' is missing", k->unsent);
	return keep(k, clock_now_utc(), e);
}

static int
send_kept(struct work *k, struct err *e)
{
	const struct edit_job job = job_of(k, NULL, 0, 0);
	unsigned tries = EDIT_TRIES;
	bool raced = false;
	int rc = 0;

	while (rc == 0 && edit_send(&job, &raced, e) < 0) {
		if (!raced || tries-- <= 1)
			return -1;
		rc = catch_up(k, e);
		if (rc < 0)
			return -1;
	}
	/* in this order: without a kept commit the list means nothing */
	return file_remove(k->unsent, e) < 0 ? -1 : edit_drop(&job, e);
}

/* --- */

static int
check_reason(const struct access_ask *ask, struct err *e)
{
	size_t n = ask->reason ? strlen(ask->reason) : 0;

	if (n == 0 || (n <= ACCESS_REASON_MAX && utf8_clean(ask->reason, n)))
		return 0;
	(void)err_set(e, ERR_USAGE, "the reason is no plain text of at most "
	    "%d bytes", ACCESS_REASON_MAX);
	return err_hint(e, "a line such as 'complaint of 23 November'");
}

static int
note(struct work *k, const struct access_ask *ask, int64_t utc, struct err *e)
{
	struct buf recent = BUF_INIT(LIST_MAX);
	char hex[2 * HASH_LEN + 1];
	bool found = false;
	int rc = -1;

	if (question(k->l, ask, utc, hex, e) < 0 ||
	    read_recent(k, utc, hex, &found, &recent, e) < 0)
		goto out;
	if (found) {
		rc = 0;
		goto out;
	}
	if (settle(k, e) < 0)
		goto out;
	/* a list that somebody removed: what is kept must not be lost */
	if (k->waits && k->lines.len == 0 && send_kept(k, e) < 0)
		goto out;
	if (count_lines(&k->lines) >= MAX_WAITING) {
		(void)err_set(e, ERR_FAIL, "%d events of the access log wait "
		    "for the central", MAX_WAITING);
		(void)err_hint(e, "run 'liudi-desk sync' where the central "
		    "can be reached");
		goto out;
	}
	if (line_end(k->l, ask, utc, &k->lines, e) < 0 ||
	    buf_addc(&k->lines, '\n', e) < 0 ||
	    buf_addf(&recent, e, "%" PRId64 " %s\n", utc, hex) < 0 ||
	    file_save(k->unsent, k->lines.data, k->lines.len, 0600, e) < 0 ||
	    keep(k, utc, e) < 0 ||
	    file_save(k->recent, recent.data, recent.len, 0600, e) < 0)
		goto out;
	rc = 1;
out:
	buf_release(&recent);
	return rc;
}

int
access_note(const struct access_log *l, const struct access_ask *ask,
	int64_t utc, struct access_pass *pass, struct err *e)
{
	struct work k;
	int rc = -1;

	pass->given = false;
	if (check_reason(ask, e) < 0)
		return -1;
	if (work_init(&k, l, e) == 0 && lock(&k, e) == 0)
		rc = note(&k, ask, utc, e);
	pass->given = rc >= 0;
	work_release(&k);
	return rc;
}

int
access_send(const struct access_log *l, size_t *waits, struct err *e)
{
	struct work k;
	int rc = -1;

	if (waits)
		*waits = 0;
	if (!file_is_dir(l->home->desk))
		return 0;
	if (work_init(&k, l, e) < 0 || lock(&k, e) < 0 || settle(&k, e) < 0)
		goto out;
	rc = k.waits ? send_kept(&k, e) : 0;
	if (rc < 0 && waits)
		*waits = count_lines(&k.lines);
out:
	work_release(&k);
	return rc;
}
