/* desk/approve.c - let in who asks; docs/FORMAT.md sections 13 and 14. */
#include "desk/approve.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "desk/finding.h"
#include "desk/requests.h"
#include "desk/sealed.h"
#include "desk/standing.h"

#include "base/banned.h"

#define DAY 86400
#define PREFIX "refs/heads/enrol/"
#define KEY_LEN (REQUEST_KEY_LEN - 1)
#define ID_LEN (INVITE_ID_LEN - 1)
#define TEXT_LINE_MAX 4096
#define CONTROL_FILE_MAX (1024 * 1024)
#define LINE_WORDS 5
#define LINE_LEN 256

/* --- In the box: judge. */

struct asked {
	char ref[CANON_REF_LEN];
	char head[CANON_ID_LEN];
};

/* One that is good so far. */
struct good {
	struct approve_one one;
	const struct invited_one *by;
	bool clash;	/* another asks for the same at the same time */
};

struct look {
	struct box *b;
	const struct invited *invited;
	int64_t now;
	struct asked *asked;	/* owned */
	size_t nasked;
	struct good *good;	/* owned, room for nasked */
	size_t ngood;
};

static int
gather(void *arg, const char *ref, const char *id, struct err *e)
{
	struct look *k = arg;
	const char *s = ref + strlen(PREFIX);
	uint8_t raw[ID_LEN / 2];

	(void)e;
	/* What is no request's name nobody can be let in by. */
	if (k->nasked == APPROVE_REFS_MAX ||
	    strlen(s) != ID_LEN + 1 + KEY_LEN || s[ID_LEN] != '/' ||
	    str_unhex(raw, sizeof(raw), s, ID_LEN) < 0 ||
	    str_unhex(raw, sizeof(raw), s + ID_LEN + 1, KEY_LEN) < 0)
		return 0;
	(void)snprintf(k->asked[k->nasked].ref, CANON_REF_LEN, "%s", ref);
	(void)snprintf(k->asked[k->nasked++].head, CANON_ID_LEN, "%s", id);
	return 0;
}

static bool
same_key(const struct sshkey_pub *a, const struct sshkey_pub *b)
{
	return memcmp(a->pk, b->pk, sizeof(a->pk)) == 0;
}

/* Does a station of control have this <key>? */
static bool
key_is_in(const struct control *c, const char *key)
{
	char have[REQUEST_KEY_LEN];
	size_t i;

	for (i = 0; i < c->stations.n; i++) {
		request_key(&c->stations.v[i].pub, have);
		if (strcmp(have, key) == 0)
			return true;
	}
	return false;
}

/* Is what it asks for nobody else's? */
static int
check_free(const struct control *c, const struct approve_one *o,
	const struct invites_secret *by, struct err *e)
{
	size_t i;

	if (signers_named(&c->roots, by->station, 0))
		return err_set(e, ERR_INTEGRITY, "the name is that of a "
		    "manager");
	for (i = 0; i < c->stations.n; i++) {
		if (same_key(&c->stations.v[i].pub, &o->sign))
			return err_set(e, ERR_INTEGRITY, "its key is that of "
			    "station '%s' already", c->stations.v[i].name);
		if (!by->again &&
		    strcmp(c->stations.v[i].name, by->station) == 0)
			return err_set(e, ERR_INTEGRITY, "the name is taken, "
			    "and the invitation is not one for new keys");
	}
	for (i = 0; i < c->roots.n; i++)
		if (same_key(&c->roots.v[i].pub, &o->sign))
			return err_set(e, ERR_INTEGRITY, "its key is that of "
			    "a manager");
	for (i = 0; o->has_ssh && i < c->nlogin; i++)
		if (same_key(&c->login[i].pub, &o->ssh))
			return err_set(e, ERR_INTEGRITY, "its login is that "
			    "of '%s' already", c->login[i].name);
	return 0;
}

/* May O be let in by the invitation that F and BY are the halves of? */
static int
check_open(const struct control *c, const struct invite_file *f,
	const struct invites_secret *by, const struct approve_one *o,
	int64_t now, struct err *e)
{
	if (strcmp(by->station, f->station) != 0)
		return err_set(e, ERR_INTEGRITY, "the invitation's two halves "
		    "do not agree");
	if (f->used)
		return err_set(e, ERR_INTEGRITY, "the invitation was used "
		    "before, with another key");
	if (f->expires <= now)
		return err_set(e, ERR_INTEGRITY, "the invitation had expired "
		    "when this was seen");
	if (o->has_ssh && same_key(&o->ssh, &f->ssh))
		return err_set(e, ERR_INTEGRITY, "its login is that of the "
		    "invitation");
	return check_free(c, o, by, e);
}

/*
 * From when on a key is good: since it asked, so that what a station keeps while
 * it waits is good as well.  A date is claimed easily: never before the
 * invitation can have been made.
 */
static int64_t
good_since(int64_t asked, const struct invite_file *f, int64_t now)
{
	int64_t first = f->expires - (int64_t)INVITES_DAYS_MAX * DAY;

	if (asked < first)
		asked = first;
	return asked > now ? now : asked;
}

static int
check(struct look *k, const struct asked *a, const struct invite_file *f,
	const struct invited_one *by, struct err *e)
{
	struct good *g = &k->good[k->ngood];
	struct request r;
	int64_t utc = 0;

	if (requests_check(&r, &utc, k->b->records, a->ref, a->head,
	    by->invite, f->station, by->s.secret, e) < 0)
		return -1;
	memset(g, 0, sizeof(*g));
	g->by = by;
	memcpy(g->one.invite, by->invite, sizeof(g->one.invite));
	g->one.since = good_since(utc, f, k->now);
	g->one.sign = r.sign;
	g->one.has_ssh = r.has_ssh;
	g->one.ssh = r.ssh;
	if (check_open(&k->b->control, f, &by->s, &g->one, k->now, e) < 0)
		return -1;
	k->ngood++;
	return 0;
}

/* Errors that say something of the request, not of this machine. */
static bool
is_verdict(const struct err *e)
{
	return e->code == ERR_INTEGRITY || e->code == ERR_FORMAT ||
	    e->code == ERR_CRYPTO || e->code == ERR_USAGE;
}

static int
judge(struct look *k, const struct asked *a, struct err *e)
{
	struct box *b = k->b;
	struct finding_place at = {b->catalogue, 0, 0, "", k->now};
	const char *key = a->ref + strlen(PREFIX) + ID_LEN + 1;
	char invite[INVITE_ID_LEN], used[REQUEST_KEY_LEN];
	const struct invited_one *by;
	struct invite_file f;
	int rc;

	(void)snprintf(invite, sizeof(invite), "%.*s", (int)ID_LEN,
	    a->ref + strlen(PREFIX));
	rc = invites_load(b->home->control, b->control.commit, invite, &f, e);
	if (rc < 0)
		return -1;
	if (rc == 0)	/* withdrawn, or expired long ago */
		return 0;
	if (f.used) {
		request_key(&f.sign, used);
		if (strcmp(used, key) == 0)
			return 0;
	} else if (key_is_in(&b->control, key)) {
		return 0;	/* `station add` was first */
	}
	at.station = f.station;
	by = invited_find(k->invited, invite);
	if (!by)	/* made since control was looked at */
		return 0;
	if (by->file.why.code != ERR_NONE)
		return finding_once(&at, FINDING_WARN, "enrol", e,
		    "invitation %s "
		    "cannot be looked at by this desk: %s", invite,
		    by->file.why.what);
	if (check(k, a, &f, by, e) == 0)
		return 0;
	if (!is_verdict(e))
		return -1;
	rc = finding_once(&at, FINDING_INTEGRITY, "enrol", e,
	    "request %s to be "
	    "let in was refused: %s", key, e->what);
	if (rc >= 0)
		err_clear(e);
	return rc < 0 ? -1 : 0;
}

/* Two at once: nobody can tell which of them was invited. */
static int
find_clashes(struct look *k, struct err *e)
{
	size_t i, j;

	for (i = 0; i < k->ngood; i++) {
		struct good *g = &k->good[i];
		struct finding_place at = {k->b->catalogue, 0, 0,
		    g->by->s.station, k->now};

		for (j = 0; j < k->ngood && !g->clash; j++) {
			const struct good *h = &k->good[j];
			const struct approve_one *o = &h->one;

			g->clash = j != i && (h->by == g->by ||
			    strcmp(h->by->s.station, g->by->s.station) == 0 ||
			    same_key(&o->sign, &g->one.sign) ||
			    (o->has_ssh && g->one.has_ssh &&
			    same_key(&o->ssh, &g->one.ssh)));
		}
		if (g->clash && finding_once(&at, FINDING_INTEGRITY, "enrol", e,
		    "two ask for this name or with one invitation (%s) at the "
		    "same time: none is let in", g->one.invite) < 0)
			return -1;
	}
	return 0;
}

static int
put_one(const struct approve_one *o, struct buf *out, struct err *e)
{
	char sign[65], ssh[65] = "-";

	str_hex(sign, o->sign.pk, sizeof(o->sign.pk));
	if (o->has_ssh)
		str_hex(ssh, o->ssh.pk, sizeof(o->ssh.pk));
	return buf_addf(out, e, "in %s %" PRId64 " %s %s\n", o->invite,
	    o->since, sign, ssh);
}

static int
put_all(struct look *k, struct buf *out, struct err *e)
{
	struct finding_place at = {k->b->catalogue, 0, 0, "", k->now};
	const struct err *why = &k->invited->file.why;
	size_t i;

	for (i = 0; i < k->ngood; i++) {
		const struct good *g = &k->good[i];

		if (g->clash)
			continue;
		/* Never a new roster that lacks what the old one says. */
		at.station = g->by->s.station;
		if (why->code != ERR_NONE)
			return finding_once(&at, FINDING_WARN, "enrol", e,
			    "nobody is let in: roster.age cannot be read by "
			    "this desk: %s", why->what);
		if (put_one(&g->one, out, e) < 0)
			return -1;
	}
	return 0;
}

int
approve_look(struct box *b, const struct invited *invited, int64_t now,
	struct buf *out, struct err *e)
{
	struct look k = {.b = b, .invited = invited, .now = now};
	size_t i;
	int rc = -1;

	k.asked = calloc(APPROVE_REFS_MAX, sizeof(*k.asked));
	if (!k.asked) {
		(void)err_nomem(e);
		goto out;
	}
	if (mirror_refs(b->records, PREFIX, gather, &k, e) < 0)
		goto out;
	k.good = calloc(k.nasked + 1, sizeof(*k.good));
	if (!k.good) {
		(void)err_nomem(e);
		goto out;
	}
	for (i = 0; i < k.nasked; i++)
		if (judge(&k, &k.asked[i], e) < 0)
			goto out;
	if (find_clashes(&k, e) < 0)
		goto out;
	rc = put_all(&k, out, e);
out:
	free(k.asked);
	free(k.good);
	return rc;
}

/* --- Outside: decide. */

static bool
read_one(struct approve_one *o, char *line)
{
	char *word[LINE_WORDS];
	size_t i;

	for (i = 0; i < LINE_WORDS; i++) {
		word[i] = line;
		line = line ? strchr(line, ' ') : NULL;
		if (line)
			*line++ = '\0';
		else if (i + 1 < LINE_WORDS)
			return false;
	}
	if (line || strcmp(word[0], "in") != 0 || strlen(word[1]) != ID_LEN ||
	    str_to_i64(word[2], 1, INT64_MAX / 2, &o->since) < 0 ||
	    str_unhex(o->sign.pk, sizeof(o->sign.pk), word[3],
	    strlen(word[3])) < 0)
		return false;
	(void)snprintf(o->invite, sizeof(o->invite), "%s", word[1]);
	o->has_ssh = strcmp(word[4], "-") != 0;
	return !o->has_ssh || str_unhex(o->ssh.pk, sizeof(o->ssh.pk), word[4],
	    strlen(word[4])) == 0;
}

int
approve_read(struct approve *a, const char *text, size_t n, struct err *e)
{
	struct approve got = {.n = 0};
	const char *end = text + n, *stop;
	char line[LINE_LEN];

	got.v = calloc(APPROVE_REFS_MAX, sizeof(*got.v));
	if (!got.v)
		return err_nomem(e);
	for (; text < end; text = stop + 1) {
		stop = memchr(text, '\n', (size_t)(end - text));
		if (!stop || stop - text >= LINE_LEN ||
		    got.n == APPROVE_REFS_MAX)
			goto nonsense;
		memcpy(line, text, (size_t)(stop - text));
		line[stop - text] = '\0';
		if (strlen(line) != (size_t)(stop - text) ||
		    !read_one(&got.v[got.n++], line))
			goto nonsense;
	}
	*a = got;
	return 0;
nonsense:
	approve_release(&got);
	return err_set(e, ERR_FORMAT, "the reading process answered nonsense");
}

void
approve_release(struct approve *a)
{
	free(a->v);
	a->v = NULL;
	a->n = 0;
}

/* A file of the commit. */
struct piece {
	char path[INVITES_PATH_LEN];
	uint8_t *data;		/* owned; NULL: it goes */
	size_t len;
};

struct change {
	const struct edit_job *job;
	const struct control *control;
	struct invited *invited;
	struct piece *v;	/* owned */
	size_t n;
};

/* DATA NULL: the file goes. */
static int
change_add(struct change *c, const char *path, const struct buf *data,
	struct err *e)
{
	struct piece *v = realloc(c->v, (c->n + 1) * sizeof(*v));
	uint8_t *copy = data ? malloc(data->len + 1) : NULL;

	if (v)
		c->v = v;
	if (!v || (data && !copy)) {
		free(copy);
		return err_nomem(e);
	}
	v = &c->v[c->n++];
	(void)snprintf(v->path, sizeof(v->path), "%s", path);
	v->data = copy;
	v->len = data ? data->len : 0;
	if (v->len > 0)
		memcpy(copy, data->data, v->len);
	return 0;
}

static void
change_release(struct change *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		free(c->v[i].data);
	free(c->v);
}

/*
 * Was it asked for by this key?  The box cannot write to the mirror of what
 * the central let pass, so it cannot make up a key of its own.
 */
static int
check_asked(struct mirror *records, const struct approve_one *o, struct err *e)
{
	char *ref = request_ref(o->invite, &o->sign, e);
	char head[CANON_ID_LEN];
	int rc = ref ? mirror_head(records, ref, head, e) : -1;

	free(ref);
	return rc != 0 ? rc : err_set(e, ERR_INTEGRITY, "no request by this "
	    "key is there");
}

/*
 * What the box says may be done only where control itself allows it; ROW is
 * what the invitation says of the station.
 */
static int
use_invitation(struct change *c, const struct approve_one *o,
	struct mirror *records, struct roster_row *row, struct err *e)
{
	const struct invited_one *by = invited_find(c->invited, o->invite);
	struct buf text = BUF_INIT(TEXT_LINE_MAX);
	char path[INVITES_PATH_LEN];
	struct err why = ERR_INIT;
	struct invite_file f;
	size_t i;
	int rc = invites_load(c->job->dir, c->control->commit, o->invite, &f,
	    e);

	if (rc < 0)
		return -1;
	invites_path(o->invite, false, path);
	for (i = 0; i < c->n; i++)	/* by another of the answer */
		if (strcmp(c->v[i].path, path) == 0)
			rc = 0;
	if (rc == 0 || !by || by->file.why.code != ERR_NONE ||
	    check_open(c->control, &f, &by->s, o, c->job->utc, &why) < 0 ||
	    check_asked(records, o, &why) < 0)
		return err_set(e, ERR_INTEGRITY, "there is no open invitation "
		    "by which '%s' could be let in", by ? by->s.station :
		    o->invite);
	memset(row, 0, sizeof(*row));
	memcpy(row->station, by->s.station, sizeof(row->station));
	memcpy(row->person, by->s.person, sizeof(row->person));
	memcpy(row->team, by->s.team, sizeof(row->team));
	row->since = good_since(o->since, &f, c->job->utc);
	f.used = c->job->utc;
	f.sign = o->sign;
	rc = invite_file_text(&f, &text, e);
	if (rc == 0)
		rc = change_add(c, path, &text, e);
	buf_release(&text);
	return rc;
}

/* TEXT becomes what NEXT holds, which is empty then. */
static void
follow(struct buf *text, struct buf *next)
{
	struct buf old = *text;

	*text = *next;
	*next = old;
	buf_clear(next);
}

static int
one_station(const struct approve_one *o, const struct roster_row *row,
	int64_t now, struct buf *signers, struct buf *logins,
	struct buf *next, struct err *e)
{
	const char *name = row->station;
	size_t n;

	if (standing_end(next, buf_str(signers), name, now, &n, e) < 0 ||
	    standing_begin(next, name, &o->sign, row->since, e) < 0)
		return -1;
	follow(signers, next);
	if (standing_no_login(next, buf_str(logins), name, &n, e) < 0 ||
	    (o->has_ssh && standing_login(next, name, &o->ssh, e) < 0))
		return -1;
	follow(logins, next);
	return 0;
}

static int
let_in(struct change *c, const struct approve *a, const char *records,
	struct err *e)
{
	struct buf signers = BUF_INIT(CONTROL_FILE_MAX);
	struct buf logins = BUF_INIT(CONTROL_FILE_MAX);
	struct buf next = BUF_INIT(CONTROL_FILE_MAX);
	const char *dir = c->job->dir, *commit = c->control->commit;
	struct mirror *m = mirror_open(records, e);
	struct roster_row row;
	size_t i, had;
	int rc = -1;

	if (!m || control_file_load(dir, commit, "allowed_signers", &signers,
	    e) < 0 || control_file_load(dir, commit, "transport_keys",
	    &logins, e) < 0)
		goto out;
	had = logins.len;
	for (i = 0; i < a->n; i++)
		if (use_invitation(c, &a->v[i], m, &row, e) < 0 ||
		    one_station(&a->v[i], &row, c->job->utc, &signers,
		    &logins, &next, e) < 0 ||
		    roster_put(&c->invited->roster, &row, e) < 0)
			goto out;
	if (change_add(c, "allowed_signers", &signers, e) < 0)
		goto out;
	rc = had > 0 || logins.len > 0 ?
	    change_add(c, "transport_keys", &logins, e) : 0;
out:
	mirror_close(m);
	buf_release(&signers);
	buf_release(&logins);
	buf_release(&next);
	return rc;
}

static int
seal_file(struct change *c, const char *path, const struct buf *text,
	struct err *e)
{
	struct buf sealed = BUF_INIT(CONTROL_FILE_MAX);
	int rc = sealed_make(c->control, text->data, text->len, &sealed, e);

	if (rc == 0)
		rc = change_add(c, path, &sealed, e);
	buf_release(&sealed);
	return rc;
}

/* CHANGED: there is something new to say. */
static int
seal_roster(struct change *c, bool changed, struct err *e)
{
	struct buf text = BUF_INIT(ROSTER_FILE_MAX);
	const struct err *why = &c->invited->file.why;
	int rc;

	if (!changed && (c->invited->file.current || why->code != ERR_NONE))
		return 0;
	/* Never a new roster that lacks what the old one says. */
	if (why->code != ERR_NONE) {
		*e = *why;
		return err_prefix(e, "roster.age");
	}
	rc = roster_text(&c->invited->roster, &text, e);
	if (rc == 0)
		rc = seal_file(c, "roster.age", &text, e);
	buf_wipe(&text);
	return rc;
}

/* Readers come and go: each must be able to judge what is open. */
static int
seal_invite(void *arg, const char *invite, const struct invite_file *f,
	struct err *e)
{
	struct change *c = arg;
	const struct invited_one *by = invited_find(c->invited, invite);
	struct buf text = BUF_INIT(TEXT_LINE_MAX);
	char path[INVITES_PATH_LEN];
	int rc;

	if (!by || by->file.current || by->file.why.code != ERR_NONE ||
	    f->expires <= c->job->utc)
		return 0;
	invites_path(invite, true, path);
	rc = buf_reserve(&text, TEXT_LINE_MAX, e);	/* one copy to wipe */
	if (rc == 0)
		rc = invites_secret_text(&by->s, &text, e);
	if (rc == 0)
		rc = seal_file(c, path, &text, e);
	buf_wipe(&text);
	return rc;
}

static int
drop_expired(void *arg, const char *invite, const struct invite_file *f,
	struct err *e)
{
	struct change *c = arg;
	char path[INVITES_PATH_LEN];

	if (f->expires > c->job->utc)
		return 0;
	invites_path(invite, false, path);
	if (change_add(c, path, NULL, e) < 0)
		return -1;
	invites_path(invite, true, path);
	return change_add(c, path, NULL, e);
}

static int
message(const struct change *c, const struct approve *a, struct buf *out,
	struct err *e)
{
	size_t i;

	if (a->n == 0)
		return buf_adds(out, "invitations: for the readers of today",
		    e);
	if (buf_adds(out, "let in", e) < 0)
		return -1;
	for (i = 0; i < a->n; i++)
		if (buf_addf(out, e, " %s", invited_find(c->invited,
		    a->v[i].invite)->s.station) < 0)
			return -1;
	return 0;
}

/* Sign and send it. */
static int
commit(const struct change *c, const struct approve *a, struct err *e)
{
	struct buf text = BUF_INIT(APPROVE_REFS_MAX * 64);
	struct control_file *files = calloc(c->n, sizeof(*files));
	struct edit_job own = *c->job;
	size_t i;
	int rc = -1;

	if (!files) {
		(void)err_nomem(e);
		goto out;
	}
	for (i = 0; i < c->n; i++)
		files[i] = (struct control_file){c->v[i].path, c->v[i].data,
		    c->v[i].len};
	if (message(c, a, &text, e) < 0)
		goto out;
	own.files = files;
	own.n = c->n;
	own.message = buf_str(&text);
	rc = edit_commit_again(&own, EDIT_TRIES, e);
out:
	free(files);
	buf_release(&text);
	return rc;
}

int
approve_commit(const struct approve *a, struct invited *invited,
	const struct control *control, const char *records,
	const struct edit_job *job, struct err *e)
{
	struct change c = {job, control, invited, NULL, 0};
	int rc = -1;

	if (a->n > 0 && let_in(&c, a, records, e) < 0)
		goto out;
	if (seal_roster(&c, a->n > 0, e) < 0 ||
	    invites_each(job->dir, control->commit, seal_invite, &c, e) < 0 ||
	    invites_each(job->dir, control->commit, drop_expired, &c, e) < 0)
		goto out;
	rc = c.n == 0 ? 0 : commit(&c, a, e) < 0 ? -1 : 1;
out:
	change_release(&c);
	return rc;
}
