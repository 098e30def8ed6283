/* desk/approve.c - let in who asks; docs/FORMAT.md sections 13 and 14. */
#include "desk/approve.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "crypto/secmem.h"
#include "desk/event.h"
#include "desk/requests.h"
#include "desk/sealed.h"
#include "desk/standing.h"

#include "base/banned.h"

#define DAY 86400
#define PREFIX "refs/heads/enrol/"
#define KEY_LEN (REQUEST_KEY_LEN - 1)
#define ID_LEN (INVITE_ID_LEN - 1)
#define SECRET_LINE_MAX 4096
#define SEALED_FILE_MAX (1024 * 1024)
#define LINE_WORDS 7

/* --- In the box: judge. */

struct asked {
	char ref[CANON_REF_LEN];
	char head[CANON_ID_LEN];
};

/* One that is good so far. */
struct good {
	struct approve_one one;
	char team[ROSTER_TEXT_LEN];
	bool clash;	/* another asks for the same at the same time */
};

struct look {
	struct box *b;
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

/*
 * 1, 0 where control has no such file, -1.  An age file that is not for this
 * desk is ERR_CRYPTO; *CURRENT: it is for all readers of today.
 */
static int
open_file(struct box *b, const char *path, bool *current, struct buf *text,
	struct err *e)
{
	struct buf file = BUF_INIT(SEALED_FILE_MAX);
	int rc = control_file_load(b->home->control, b->control.commit, path,
	    &file, e);

	if (rc > 0 && sealed_text(b->opener, file.data, file.len,
	    &b->control, current, text, e) < 0)
		rc = -1;
	buf_release(&file);
	return rc;
}

static int
open_secret(struct box *b, const char *invite, struct invites_secret *s,
	struct err *e)
{
	struct buf text = BUF_INIT(SECRET_LINE_MAX);
	char path[INVITES_PATH_LEN];
	bool current;
	int rc;

	invites_path(invite, true, path);
	rc = open_file(b, path, &current, &text, e);
	if (rc == 0)
		rc = err_set(e, ERR_FORMAT, "control lacks its sealed half");
	else if (rc > 0)
		rc = invites_secret_parse(s, buf_str(&text), text.len, e);
	buf_wipe(&text);
	return rc;
}

/* Is what it asks for nobody else's? */
static int
check_free(const struct control *c, const struct approve_one *o,
	struct err *e)
{
	size_t i;

	if (signers_named(&c->roots, o->station, 0))
		return err_set(e, ERR_INTEGRITY, "the name is that of a "
		    "manager");
	for (i = 0; i < c->stations.n; i++) {
		if (same_key(&c->stations.v[i].pub, &o->sign))
			return err_set(e, ERR_INTEGRITY, "its key is that of "
			    "station '%s' already", c->stations.v[i].name);
		if (!o->again &&
		    strcmp(c->stations.v[i].name, o->station) == 0)
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

/* May O be let in by the invitation F? */
static int
check_open(const struct control *c, const struct invite_file *f,
	const struct approve_one *o, int64_t now, struct err *e)
{
	if (f->used)
		return err_set(e, ERR_INTEGRITY, "the invitation was used "
		    "before, with another key");
	if (f->expires <= now)
		return err_set(e, ERR_INTEGRITY, "the invitation had expired "
		    "when this was seen");
	if (o->has_ssh && same_key(&o->ssh, &f->ssh))
		return err_set(e, ERR_INTEGRITY, "its login is that of the "
		    "invitation");
	return check_free(c, o, e);
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
check(struct look *k, const struct asked *a, const char *invite,
	const struct invite_file *f, const struct invites_secret *s,
	struct err *e)
{
	struct good *g = &k->good[k->ngood];
	struct request r;
	int64_t utc = 0;

	if (strcmp(s->station, f->station) != 0)
		return err_set(e, ERR_INTEGRITY, "the invitation's two halves "
		    "do not agree");
	if (requests_check(&r, &utc, k->b->records, a->ref, a->head, invite,
	    f->station, s->secret, e) < 0)
		return -1;
	memset(g, 0, sizeof(*g));
	(void)snprintf(g->one.invite, sizeof(g->one.invite), "%s", invite);
	memcpy(g->one.station, r.station, sizeof(g->one.station));
	memcpy(g->one.person, s->person, sizeof(g->one.person));
	memcpy(g->team, s->team, sizeof(g->team));
	g->one.again = s->again;
	g->one.since = good_since(utc, f, k->now);
	g->one.sign = r.sign;
	g->one.has_ssh = r.has_ssh;
	g->one.ssh = r.ssh;
	if (check_open(&k->b->control, f, &g->one, k->now, e) < 0)
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
	struct event_place at = {b->catalogue, 0, 0, "", k->now};
	const char *key = a->ref + strlen(PREFIX) + ID_LEN + 1;
	char invite[INVITE_ID_LEN], used[REQUEST_KEY_LEN];
	struct invites_secret s;
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
	rc = open_secret(b, invite, &s, e);
	if (rc < 0) {
		if (!is_verdict(e))
			return -1;
		rc = event_once(&at, EVENT_WARN, "enrol", e, "invitation %s "
		    "cannot be looked at by this desk: %s", invite, e->what);
	} else if (check(k, a, invite, &f, &s, e) < 0) {
		rc = !is_verdict(e) ? -1 : event_once(&at, EVENT_INTEGRITY,
		    "enrol", e, "request %s to be let in was refused: %s", key,
		    e->what);
	}
	secmem_wipe(&s, sizeof(s));
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
		struct event_place at = {k->b->catalogue, 0, 0,
		    g->one.station, k->now};

		for (j = 0; j < k->ngood && !g->clash; j++) {
			const struct approve_one *o = &k->good[j].one;

			g->clash = j != i &&
			    (strcmp(o->invite, g->one.invite) == 0 ||
			    strcmp(o->station, g->one.station) == 0 ||
			    same_key(&o->sign, &g->one.sign) ||
			    (o->has_ssh && g->one.has_ssh &&
			    same_key(&o->ssh, &g->one.ssh)));
		}
		if (g->clash && event_once(&at, EVENT_INTEGRITY, "enrol", e,
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
	return buf_addf(out, e, "in %s %s %d %" PRId64 " %s %s %s\n", o->invite,
	    o->station, o->again, o->since, sign, ssh, o->person);
}

/* The roster with those who are good; nothing if it can stay as it is. */
static int
put_roster(struct look *k, size_t n, struct buf *out, struct err *e)
{
	struct buf text = BUF_INIT(ROSTER_FILE_MAX);
	struct roster r = {NULL, 0};
	struct roster_row row;
	bool current = true;
	size_t i;
	int rc = -1;

	if (open_file(k->b, "roster.age", &current, &text, e) < 0 ||
	    roster_parse(&r, buf_str(&text), text.len, e) < 0)
		goto out;
	for (i = 0; i < k->ngood; i++) {
		const struct good *g = &k->good[i];

		if (g->clash)
			continue;
		memset(&row, 0, sizeof(row));
		memcpy(row.station, g->one.station, sizeof(row.station));
		memcpy(row.person, g->one.person, sizeof(row.person));
		memcpy(row.team, g->team, sizeof(row.team));
		row.since = g->one.since;
		if (roster_put(&r, &row, e) < 0)
			goto out;
	}
	rc = n > 0 || !current ? roster_text(&r, out, e) : 0;
out:
	roster_release(&r);
	buf_wipe(&text);
	return rc;
}

struct seals {
	struct look *k;
	struct buf *out;
};

/* Readers come and go: each must be able to judge what is open. */
static int
put_seal(void *arg, const char *invite, const struct invite_file *f,
	struct err *e)
{
	struct seals *s = arg;
	struct buf text = BUF_INIT(SECRET_LINE_MAX);
	char path[INVITES_PATH_LEN];
	bool current = true;
	int rc = 0;

	if (f->expires <= s->k->now)
		return 0;
	invites_path(invite, true, path);
	if (open_file(s->k->b, path, &current, &text, e) < 0) {
		/* Told where somebody asks with it. */
		if (!is_verdict(e))
			rc = -1;
		else
			err_clear(e);
	} else if (!current && text.len > 0 &&
	    memchr(text.data, '\n', text.len) == text.data + text.len - 1) {
		rc = buf_addf(s->out, e, "seal %s %s", invite, buf_str(&text));
	}
	buf_wipe(&text);
	return rc;
}

static int
put_all(struct look *k, struct buf *out, struct err *e)
{
	struct event_place at = {k->b->catalogue, 0, 0, "", k->now};
	struct seals seals = {k, out};
	size_t i, n = 0, had;

	for (i = 0; i < k->ngood; i++) {
		if (k->good[i].clash)
			continue;
		if (put_one(&k->good[i].one, out, e) < 0)
			return -1;
		n++;
	}
	if (invites_each(k->b->home->control, k->b->control.commit, put_seal,
	    &seals, e) < 0 || buf_addc(out, '\n', e) < 0)
		return -1;
	had = out->len;
	if (put_roster(k, n, out, e) == 0) {
		if (had == 1 && out->len == 1)
			buf_clear(out);
		return 0;
	}
	if (!is_verdict(e))
		return -1;
	/* Never a new roster that lacks what the old one says. */
	buf_clear(out);
	at.station = n > 0 ? k->good[0].one.station : "";
	if (n > 0 && event_once(&at, EVENT_WARN, "enrol", e, "nobody is let "
	    "in: roster.age cannot be read by this desk: %s", e->what) < 0)
		return -1;
	err_clear(e);
	return 0;
}

int
approve_look(struct box *b, int64_t now, struct buf *out, struct err *e)
{
	struct look k = {.b = b, .now = now};
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
	int64_t again;
	size_t i;

	for (i = 0; i < LINE_WORDS; i++) {
		word[i] = line;
		if (i + 1 == LINE_WORDS)
			break;
		line = strchr(line, ' ');
		if (!line)
			return false;
		*line++ = '\0';
	}
	if (strlen(word[0]) != ID_LEN || !canon_id_ok(word[1]) ||
	    strlen(word[6]) >= sizeof(o->person) ||
	    !utf8_clean(word[6], strlen(word[6])) ||
	    str_to_i64(word[2], 0, 1, &again) < 0 ||
	    str_to_i64(word[3], 1, INT64_MAX / 2, &o->since) < 0 ||
	    str_unhex(o->sign.pk, sizeof(o->sign.pk), word[4],
	    strlen(word[4])) < 0)
		return false;
	(void)snprintf(o->invite, sizeof(o->invite), "%s", word[0]);
	(void)snprintf(o->station, sizeof(o->station), "%s", word[1]);
	(void)snprintf(o->person, sizeof(o->person), "%s", word[6]);
	o->again = again == 1;
	o->has_ssh = strcmp(word[5], "-") != 0;
	return !o->has_ssh || str_unhex(o->ssh.pk, sizeof(o->ssh.pk), word[5],
	    strlen(word[5])) == 0;
}

/* "<invite> <line>" */
static int
read_seal(struct approve_seal *s, const char *line, size_t n, struct err *e)
{
	uint8_t raw[ID_LEN / 2];

	if (n <= ID_LEN + 1 || line[ID_LEN] != ' ' ||
	    str_unhex(raw, sizeof(raw), line, ID_LEN) < 0)
		return err_set(e, ERR_FORMAT, "no invitation");
	(void)snprintf(s->invite, sizeof(s->invite), "%.*s", (int)ID_LEN,
	    line);
	s->text = str_fmt("%.*s\n", (int)(n - ID_LEN - 1), line + ID_LEN + 1);
	return s->text ? 0 : err_nomem(e);
}

static int
read_line(struct approve *a, const char *text, size_t n, struct err *e)
{
	char line[SECRET_LINE_MAX + 64];

	if (n >= sizeof(line) || memchr(text, '\0', n) ||
	    a->n + a->nseal == APPROVE_REFS_MAX)
		return err_set(e, ERR_FORMAT, "too much");
	memcpy(line, text, n);
	line[n] = '\0';
	if (str_starts(line, "seal "))
		return read_seal(&a->seal[a->nseal++], line + 5, n - 5, e);
	if (str_starts(line, "in ") && read_one(&a->v[a->n++], line + 3))
		return 0;
	return err_set(e, ERR_FORMAT, "neither");
}

int
approve_read(struct approve *a, const char *text, size_t n, struct err *e)
{
	struct approve got = {.roster = BUF_INIT(APPROVE_TEXT_MAX)};
	const char *end = text + n, *stop = NULL;
	int rc = -1;

	got.v = calloc(APPROVE_REFS_MAX, sizeof(*got.v));
	got.seal = calloc(APPROVE_REFS_MAX, sizeof(*got.seal));
	if (!got.v || !got.seal) {
		(void)err_nomem(e);
		goto out;
	}
	for (;; text = stop + 1) {
		stop = memchr(text, '\n', (size_t)(end - text));
		if (!stop || stop == text)
			break;
		if (read_line(&got, text, (size_t)(stop - text), e) < 0)
			goto out;
	}
	if (!stop || !utf8_valid(stop + 1, (size_t)(end - stop - 1))) {
		(void)err_set(e, ERR_FORMAT, "no end");
		goto out;
	}
	if (buf_add(&got.roster, stop + 1, (size_t)(end - stop - 1), e) < 0)
		goto out;
	*a = got;
	return 0;
out:
	approve_release(&got);
	if (e->code == ERR_FORMAT)
		(void)err_set(e, ERR_FORMAT, "the reading process answered "
		    "nonsense");
	return rc;
}

void
approve_release(struct approve *a)
{
	size_t i;

	for (i = 0; i < a->nseal; i++) {
		if (a->seal[i].text)
			secmem_wipe(a->seal[i].text,
			    strlen(a->seal[i].text));
		free(a->seal[i].text);
	}
	free(a->seal);
	free(a->v);
	buf_wipe(&a->roster);
	a->seal = NULL;
	a->v = NULL;
	a->n = a->nseal = 0;
}

bool
approve_is_empty(const struct approve *a)
{
	return a->n == 0 && a->nseal == 0 && a->roster.len == 0;
}

/* A file of the commit. */
struct piece {
	char path[INVITES_PATH_LEN];
	uint8_t *data;		/* owned; NULL: it goes */
	size_t len;
};

struct change {
	struct piece *v;	/* owned */
	size_t n;
	int64_t now;
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
 * What the box says may be done only where control itself allows it.  *SINCE:
 * from when on the key is good.
 */
static int
use_invitation(struct change *c, const struct approve_one *o,
	const struct control *control, const char *dir,
	struct mirror *records, int64_t *since, struct err *e)
{
	struct buf text = BUF_INIT(SECRET_LINE_MAX);
	char path[INVITES_PATH_LEN];
	struct err why = ERR_INIT;
	struct invite_file f;
	size_t i;
	int rc = invites_load(dir, control->commit, o->invite, &f, e);

	if (rc < 0)
		return -1;
	invites_path(o->invite, false, path);
	for (i = 0; i < c->n; i++)	/* by another of the answer */
		if (strcmp(c->v[i].path, path) == 0)
			rc = 0;
	if (rc == 0 || strcmp(f.station, o->station) != 0 ||
	    check_open(control, &f, o, c->now, &why) < 0 ||
	    check_asked(records, o, &why) < 0)
		return err_set(e, ERR_INTEGRITY, "there is no open invitation "
		    "by which '%s' could be let in", o->station);
	*since = good_since(o->since, &f, c->now);
	f.used = c->now;
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
one_station(const struct approve_one *o, int64_t since, int64_t now,
	struct buf *signers, struct buf *logins, struct buf *next,
	struct err *e)
{
	size_t n;

	if (standing_end(next, buf_str(signers), o->station, now, &n, e) < 0 ||
	    standing_begin(next, o->station, &o->sign, since, e) < 0)
		return -1;
	follow(signers, next);
	if (standing_no_login(next, buf_str(logins), o->station, &n, e) < 0 ||
	    (o->has_ssh && standing_login(next, o->station, &o->ssh, e) < 0))
		return -1;
	follow(logins, next);
	return 0;
}

static int
let_in(struct change *c, const struct approve *a,
	const struct control *control, const char *dir, const char *records,
	struct err *e)
{
	struct buf signers = BUF_INIT(SEALED_FILE_MAX);
	struct buf logins = BUF_INIT(SEALED_FILE_MAX);
	struct buf next = BUF_INIT(SEALED_FILE_MAX);
	struct mirror *m = mirror_open(records, e);
	int64_t since = 0;
	size_t i, had;
	int rc = -1;

	if (!m || control_file_load(dir, control->commit, "allowed_signers",
	    &signers, e) < 0 || control_file_load(dir, control->commit,
	    "transport_keys", &logins, e) < 0)
		goto out;
	had = logins.len;
	for (i = 0; i < a->n; i++)
		if (use_invitation(c, &a->v[i], control, dir, m, &since,
		    e) < 0 || one_station(&a->v[i], since, c->now, &signers,
		    &logins, &next, e) < 0)
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
seal_file(struct change *c, const struct control *control, const char *path,
	const void *text, size_t n, struct err *e)
{
	struct buf sealed = BUF_INIT(SEALED_FILE_MAX);
	int rc = sealed_make(control, text, n, &sealed, e);

	if (rc == 0)
		rc = change_add(c, path, &sealed, e);
	buf_release(&sealed);
	return rc;
}

/*
 * Is TEXT what the invitation holds?  Its name follows from the secret: the box
 * cannot put another one in its place.
 */
static bool
is_its_secret(const struct approve_seal *s)
{
	static const char front[] = "{\"v\":1,\"secret\":\"";
	const size_t at = sizeof(front) - 1, n = 2 * INVITE_SECRET_LEN;
	uint8_t secret[INVITE_SECRET_LEN];
	char id[INVITE_ID_LEN] = "";

	if (!str_starts(s->text, front) || strlen(s->text) < at + n ||
	    str_unhex(secret, sizeof(secret), s->text + at, n) < 0)
		return false;
	invite_id(secret, id);
	secmem_wipe(secret, sizeof(secret));
	return strcmp(id, s->invite) == 0;
}

/* Only what there is already is sealed anew. */
static int
seal_invites(struct change *c, const struct approve *a,
	const struct control *control, const char *dir, struct err *e)
{
	char path[INVITES_PATH_LEN];
	struct invite_file f;
	size_t i;
	int rc;

	for (i = 0; i < a->nseal; i++) {
		rc = invites_load(dir, control->commit, a->seal[i].invite, &f,
		    e);
		if (rc < 0)
			return -1;
		if (rc == 0 || f.expires <= c->now)
			continue;
		if (!is_its_secret(&a->seal[i]))
			return err_set(e, ERR_INTEGRITY, "this is not what "
			    "invitation %s holds", a->seal[i].invite);
		invites_path(a->seal[i].invite, true, path);
		if (seal_file(c, control, path, a->seal[i].text,
		    strlen(a->seal[i].text), e) < 0)
			return -1;
	}
	return 0;
}

static int
drop_expired(void *arg, const char *invite, const struct invite_file *f,
	struct err *e)
{
	struct change *c = arg;
	char path[INVITES_PATH_LEN];

	if (f->expires > c->now)
		return 0;
	invites_path(invite, false, path);
	if (change_add(c, path, NULL, e) < 0)
		return -1;
	invites_path(invite, true, path);
	return change_add(c, path, NULL, e);
}

static int
message(const struct approve *a, struct buf *out, struct err *e)
{
	size_t i;

	if (a->n == 0)
		return buf_adds(out, "invitations: for the readers of today",
		    e);
	if (buf_adds(out, "let in", e) < 0)
		return -1;
	for (i = 0; i < a->n; i++)
		if (buf_addf(out, e, " %s", a->v[i].station) < 0)
			return -1;
	return 0;
}

/* Sign and send it. */
static int
commit(const struct change *c, const struct approve *a,
	const struct edit_job *job, struct err *e)
{
	struct buf text = BUF_INIT(APPROVE_REFS_MAX * 64);
	struct control_file *files = calloc(c->n, sizeof(*files));
	struct edit_job own = *job;
	size_t i;
	int rc = -1;

	if (!files) {
		(void)err_nomem(e);
		goto out;
	}
	for (i = 0; i < c->n; i++)
		files[i] = (struct control_file){c->v[i].path, c->v[i].data,
		    c->v[i].len};
	if (message(a, &text, e) < 0)
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
approve_commit(const struct approve *a, const struct control *control,
	const char *records, const struct edit_job *job, struct err *e)
{
	struct change c = {NULL, 0, job->utc};
	int rc = -1;

	if (a->n > 0 && let_in(&c, a, control, job->dir, records, e) < 0)
		goto out;
	if (a->roster.len > 0 && seal_file(&c, control, "roster.age",
	    a->roster.data, a->roster.len, e) < 0)
		goto out;
	if (seal_invites(&c, a, control, job->dir, e) < 0)
		goto out;
	if (invites_each(job->dir, control->commit, drop_expired, &c, e) < 0)
		goto out;
	rc = c.n == 0 ? 0 : commit(&c, a, job, e) < 0 ? -1 : 1;
out:
	change_release(&c);
	return rc;
}
