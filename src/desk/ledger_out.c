/* desk/ledger_out.c - what this desk says of accounts; FORMAT 17, 20, 21. */
#include "desk/ledger.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "control/edit.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "desk/access.h"
#include "desk/reheads.h"

#include "base/banned.h"

#define COMMIT_FILES 32
#define COMMIT_BYTES (8u << 20)
#define ROUNDS 1000		/* commits of one call */

/* --- Sending. */

struct sending {
	const struct ledger_desk *d;
	struct ledger_sent *s;
	struct mirror *desk;		/* NULL: it has nothing yet */
	char tree[CANON_ID_LEN];
	/* of the next commit */
	struct control_file file[COMMIT_FILES];
	struct buf data[COMMIT_FILES];
	char *from[COMMIT_FILES];	/* where it lies here */
	size_t n, bytes;
	const char *dir;
	bool copies;			/* DIR is theirs */
};

static int
open_desk(struct sending *k, struct err *e)
{
	int rc;

	k->desk = NULL;
	if (!file_is_dir(k->d->home->desk))
		return 0;
	k->desk = mirror_open(k->d->home->desk, e);
	rc = k->desk ? reheads_tree(k->desk, k->tree, e) : -1;
	if (rc == 0) {
		mirror_close(k->desk);
		k->desk = NULL;
	}
	return rc < 0 ? -1 : 0;
}

static void
drop_batch(struct sending *k)
{
	char *path;

	for (; k->n > 0; k->n--) {
		memcpy(&path, &k->file[k->n - 1].path, sizeof(path));
		free(path);
		free(k->from[k->n - 1]);
		buf_release(&k->data[k->n - 1]);
	}
	k->bytes = 0;
}

/* Has desk.git the file of this name?  1: these bytes; 2: others; 0; -1. */
static int
is_there(struct sending *k, const char *path, const struct buf *data,
	struct err *e)
{
	struct buf have = BUF_INIT(LEDGER_FILE_MAX);
	int rc = k->desk ? mirror_blob_at(k->desk, k->tree, path, &have, e) :
	    0;

	if (rc > 0 && str_cmp_bytes(have.data, have.len, data->data,
	    data->len) != 0)
		rc = 2;
	buf_release(&have);
	return rc;
}

/* "<32 hex>.<64 hex>.age", whose bytes must be those of the hash. */
static bool
copy_name(const char *file, char name[static LEDGER_NAME_LEN],
	uint8_t sum[static HASH_LEN])
{
	char short_name[LEDGER_NAME_LEN + 4];
	const size_t n = LEDGER_NAME_LEN - 1;

	if (strlen(file) != n + 1 + 2 * HASH_LEN + 4 || file[n] != '.' ||
	    str_unhex(sum, HASH_LEN, file + n + 1, 2 * HASH_LEN) < 0)
		return false;
	(void)snprintf(short_name, sizeof(short_name), "%.*s%s", (int)n, file,
	    file + n + 1 + 2 * HASH_LEN);
	return ledger_name(short_name, name);
}

/* What came out of the box is a name and bytes: neither is believed. */
static int
load(struct sending *k, const char *file, char name[static LEDGER_NAME_LEN],
	char **path, struct buf *data, struct err *e)
{
	uint8_t want[HASH_LEN], have[HASH_LEN];
	char who[LEDGER_WHO_LEN];

	if (k->copies ? !copy_name(file, name, want) :
	    !ledger_own_name(file, name, who))
		return 0;
	if (!k->copies && !str_eq(who, k->d->name)) {
		k->s->others++;
		memcpy(k->s->other, who, sizeof(who));
		return 0;
	}
	*path = path_join(k->dir, file);
	if (!*path)
		return err_nomem(e);
	if (file_load(*path, data, e) < 0)
		return -1;
	hash_sha256(have, data->data, data->len);
	if (!k->copies || memcmp(have, want, HASH_LEN) == 0)
		return 1;
	return file_remove(*path, e);
}

static int
add_file(const char *file, void *arg, struct err *e)
{
	struct sending *k = arg;
	struct buf *data = &k->data[k->n];
	char name[LEDGER_NAME_LEN], *path = NULL, *to = NULL;
	int rc, there;

	if (k->n == COMMIT_FILES || k->bytes > COMMIT_BYTES)
		return 0;
	buf_init(data, LEDGER_FILE_MAX);
	rc = load(k, file, name, &path, data, e);
	if (rc <= 0)
		goto out;
	to = str_fmt(LEDGER_FOLDER "/%s.age", name);
	there = to ? is_there(k, to, data, e) : err_nomem(e);
	rc = there < 0 ? -1 : 0;
	if (there == 1)
		rc = file_remove(path, e);
	if (there == 2) {
		k->s->clashes++;
		memcpy(k->s->clash, name, sizeof(name));
	}
	if (there != 0)
		goto out;
	k->file[k->n] = (struct control_file){to, data->data, data->len};
	k->from[k->n++] = path;
	k->bytes += data->len;
	return 0;
out:
	buf_release(data);
	free(path);
	free(to);
	return rc;
}

static int
gather(struct sending *k, struct err *e)
{
	const char *unsent = k->d->home->unsent;
	char *copies = ledger_copies(k->d->home);
	int rc = copies ? open_desk(k, e) : err_nomem(e);

	k->s->clashes = k->s->others = 0;
	k->dir = unsent;
	k->copies = false;
	if (rc == 0 && file_is_dir(unsent))
		rc = file_each(unsent, add_file, k, e);
	k->dir = copies;
	k->copies = true;
	if (rc == 0 && file_is_dir(copies))
		rc = file_each(copies, add_file, k, e);
	mirror_close(k->desk);
	k->desk = NULL;
	free(copies);
	return rc;
}

static int
commit(struct sending *k, struct err *e)
{
	const struct deskhome *h = k->d->home;
	const struct edit_job job = {&h->central, "desk", h->desk, k->d->name,
	    k->d->key, clock_now_utc(), "accounts", k->file, k->n};
	size_t i;

	if (edit_commit_again(&job, EDIT_TRIES, e) < 0)
		return -1;
	for (i = 0; i < k->n; i++)
		if (file_remove(k->from[i], e) < 0)
			return -1;
	k->s->sent += (int64_t)k->n;
	return 0;
}

static int
send_all(struct sending *k, struct err *e)
{
	unsigned lost = 0, round;
	int rc = 0;

	for (round = 0; rc == 0 && round < ROUNDS; round++) {
		rc = gather(k, e);
		if (rc < 0 || k->n == 0)
			break;
		rc = commit(k, e);
		/* Another desk copied the same: it is here now, so look. */
		if (rc < 0 && e->code == ERR_FAIL && ++lost < EDIT_TRIES) {
			err_clear(e);
			rc = 0;
		}
		if (rc < 0)
			k->s->waits = (int64_t)k->n;
		drop_batch(k);
	}
	drop_batch(k);
	return rc;
}

int
ledger_send(const struct ledger_desk *d, struct ledger_sent *s,
	struct err *e)
{
	struct sending *k = calloc(1, sizeof(*k));
	int fd = -1, rc = -1;

	memset(s, 0, sizeof(*s));
	if (!k)
		return err_nomem(e);
	k->d = d;
	k->s = s;
	if (access_lock(d->home, &fd, e) == 0)
		rc = send_all(k, e);
	if (fd >= 0)
		(void)close(fd);	/* the lock ends with it */
	free(k);
	return rc;
}

/* --- Writing. */

struct readers {
	struct eventfile_readers r;
	struct seal_recipient all[CONTROL_MAX_RECIPIENTS];
	struct seal_recipient owners[CONTROL_MAX_RECIPIENTS];
	struct seal_recipient managers[CONTROL_MAX_RECIPIENTS];
};

static int
find_readers(const struct control *c, struct readers *r, struct err *e)
{
	struct seal_recipient it;
	size_t i;

	memset(r, 0, sizeof(*r));
	for (i = 0; i < c->nrecipients; i++) {
		const struct control_recipient *to = &c->recipient[i];

		if (seal_recipient_parse(&it, to->age, strlen(to->age),
		    e) < 0)
			return -1;
		r->all[r->r.nall++] = it;
		if (control_is_owner(to->name))
			r->owners[r->r.nowners++] = it;
		else
			r->managers[r->r.nmanagers++] = it;
	}
	r->r.all = r->all;
	r->r.owners = r->owners;
	r->r.managers = r->managers;
	return 0;
}

struct own {
	char name[LEDGER_NAME_LEN];
	const struct buf *text, *sealed;
};

/* In the box. */
static int
take_own(struct box *b, void *arg, struct err *e)
{
	const struct own *o = arg;
	struct ledger_new f = {.name = o->name, .text = o->text->data,
	    .n = o->text->len};

	hash_sha256(f.sum, o->sealed->data, o->sealed->len);
	return b->catalogue ? ledger_take(b->catalogue, &f, NULL, NULL, e) :
	    0;
}

static int
keep(const struct ledger_desk *d, const struct own *o, struct err *e)
{
	char *path = str_fmt("%s/%s.%s.age", d->home->unsent, o->name,
	    d->name);
	int rc = -1;

	if (!path)
		(void)err_nomem(e);
	else if (file_mkdirs(d->home->unsent, 0700, e) == 0)
		rc = file_save(path, o->sealed->data, o->sealed->len, 0600,
		    e);
	free(path);
	return rc;
}

/*
 * What is kept counts, whatever comes of the rest: a sync makes it up.  TAKEN: into
 * the catalogue at once.
 */
static int
keep_text(const struct ledger_desk *d, const struct buf *text,
	const struct eventfile_readers *r, bool taken, struct err *e)
{
	struct buf sealed = BUF_INIT(LEDGER_FILE_MAX);
	struct box b = {.home = d->home};
	struct err ignored = ERR_INIT;
	uint8_t id[EVENT_ID_LEN];
	struct own o = {"", text, &sealed};
	int rc = -1;

	secmem_random(id, sizeof(id));
	str_hex(o.name, id, sizeof(id));
	if (eventfile_seal_text(text, r, &sealed, e) < 0 ||
	    keep(d, &o, e) < 0)
		goto out;
	if (taken && file_exists(d->home->catalogue))
		(void)box_run(&b, take_own, &o, &ignored);
	rc = 0;
out:
	buf_release(&sealed);
	return rc;
}

/* 1: it is for the next sync to send, and *e says why. */
static int
send_now(const struct ledger_desk *d, struct err *e)
{
	struct ledger_sent sent;

	return ledger_send(d, &sent, e) < 0 ? 1 : 0;
}

static int
seal_and_keep(const struct ledger_desk *d, struct eventfile *f, bool taken,
	struct err *e)
{
	struct buf text = BUF_INIT(EVENTFILE_MAX);
	struct readers r;
	int rc = -1;

	if (find_readers(d->control, &r, e) == 0 &&
	    eventfile_text(f, &r.r, &text, e) == 0)
		rc = keep_text(d, &text, &r.r, taken, e);
	buf_release(&text);
	return rc;
}

int
ledger_keep(const struct ledger_desk *d, struct eventfile *f, struct err *e)
{
	return seal_and_keep(d, f, false, e);
}

static int
index_own(struct box *b, void *arg, struct err *e)
{
	struct ledger_report r;

	(void)arg;
	return b->catalogue ? ledger_index_own(b, &r, e) : 0;
}

int
ledger_settle(const struct ledger_desk *d, struct opener *op, struct err *e)
{
	struct box b = {.home = d->home, .opener = op, .pass = &access_own,
	    .mirrors = true, .no_records = true};

	return file_exists(d->home->catalogue) ? box_run(&b, index_own, NULL,
	    e) : 0;
}

int
ledger_write(const struct ledger_desk *d, struct eventfile *f,
	struct err *e)
{
	return seal_and_keep(d, f, true, e) < 0 ? -1 : send_now(d, e);
}

int
ledger_grant(const struct ledger_desk *d, const struct account_event *v,
	const void *sealed, size_t n, struct err *e)
{
	struct buf text = BUF_INIT(EVENTFILE_MAX);
	struct readers r;
	int rc = -1;

	if (find_readers(d->control, &r, e) == 0 &&
	    event_write(v, &text, e) == 0 && buf_addc(&text, '\n', e) == 0 &&
	    eventfile_put_secrets(&text, sealed, n, false, e) == 0)
		rc = keep_text(d, &text, &r.r, true, e);
	buf_release(&text);
	return rc < 0 ? -1 : send_now(d, e);
}
