/* agent/join.c - from an invitation to a request; docs/FORMAT.md 13, 14. */

#include "agent/join.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agree.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "control/request.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "repo/packw.h"
#include "repo/push.h"
#include "repo/spool.h"
#include "base/banned.h"

#define FILE_MAX 65536
#define HOSTS "known_hosts"
#define NEW ".new"
#define MESSAGE "liudi join\n"

static int
expired(struct err *e)
{
	(void)err_set(e, ERR_USAGE, "this invitation has expired");
	return err_hint(e, "ask the manager for a new one");
}

/* --- files --- */

/* keys/NAME.new: it counts when control was seen to fit. */
static int
put_new(const struct join *j, const char *name, const struct buf *b,
	struct err *e)
{
	char *file = str_fmt("%s/%s" NEW, j->s.path.keys, name);
	int rc;

	if (file == NULL)
		return err_nomem(e);
	rc = file_save(file, b->data, b->len, 0600, e);
	free(file);
	return rc;
}

/* The login that may bring the request and nothing else. */
static int
put_asks(const struct join *j, struct err *e)
{
	struct buf text = BUF_INIT(FILE_MAX);
	struct sshkey *key = invite_login(j->invite.secret, e);
	int rc = -1;

	if (key == NULL || buf_reserve(&text, 4096, e) != 0 ||
	    sshkey_private_text(key, j->id, &text, e) != 0)
		goto out;
	rc = put_new(j, STATION_ASKS, &text, e);
out:
	sshkey_free(key);
	buf_wipe(&text);
	return rc;
}

/* The only host key that counts, as ssh looks it up: in small letters. */
static int
put_host(const struct join *j, struct err *e)
{
	const struct central *c = &j->s.central;
	const bool port = c->port != NULL && !str_eq(c->port, "22");
	struct buf line = BUF_INIT(FILE_MAX);
	int rc = -1;

	if (buf_adds(&line, port ? "[" : "", e) != 0)
		goto out;
	for (const char *p = c->host; *p != '\0'; p++)
		if (buf_addc(&line, (char)tolower((unsigned char)*p), e) != 0)
			goto out;
	if ((port && buf_addf(&line, e, "]:%s", c->port) != 0) ||
	    buf_addc(&line, ' ', e) != 0 ||
	    sshkey_public_text(&j->invite.host, &line, e) != 0 ||
	    buf_addc(&line, '\n', e) != 0)
		goto out;
	rc = put_new(j, HOSTS, &line, e);
out:
	buf_release(&line);
	return rc;
}

/* The new files take the place of the old, or go. */
static int
settle_file(const struct join *j, const char *name, bool keep, struct err *e)
{
	char *from = str_fmt("%s/%s" NEW, j->s.path.keys, name);
	char *to = path_join(j->s.path.keys, name);
	int rc = 0;

	if (from == NULL || to == NULL)
		rc = err_nomem(e);
	else if (file_exists(from))
		rc = keep ? file_rename(from, to, e) : file_remove(from, e);
	free(from);
	free(to);
	return rc;
}

/* Another one's string must not touch what this station has. */
static int
check_ini(struct join *j, const char *home, struct err *e)
{
	const struct station_init_options o = {.home = home,
	    .id = j->invite.station, .central = j->invite.central};
	struct buf line = BUF_INIT(4096);
	int rc = station_init(&o, &line, e);

	buf_release(&line);
	return rc;
}

/* Keys, and with them s->key; liudi.ini where there is one. */
static int
make_keys(struct join *j, const char *home, struct err *e)
{
	const struct station_paths *p = &j->s.path;
	bool old = file_exists(p->ini);
	char *file = NULL;
	int rc = -1;

	if ((old && check_ini(j, home, e) != 0) ||
	    station_keys(p, j->invite.station, &j->sign, e) != 0)
		return -1;
	if (old && config_load_station(&j->s.cfg, p->ini, e) != 0)
		return -1;
	if (central_parse(&j->s.central, j->invite.central, j->s.cfg.ssh, e) !=
	    0)
		return -1;
	file = path_join(p->keys, "ws-sign");
	if (file == NULL)
		return err_nomem(e);
	j->s.key = sshkey_load(file, e);
	/* Another string's, where that join was killed. */
	if (j->s.key == NULL || settle_file(j, HOSTS, false, e) != 0 ||
	    put_asks(j, e) != 0)
		goto out;
	if (j->s.central.kind == CENTRAL_SSH && (station_key(p, "ws-ssh",
		j->invite.station, &j->ssh, e) != 0 ||
	    (j->invite.has_host && put_host(j, e) != 0)))
		goto out;
	rc = 0;
out:
	free(file);
	return rc;
}

/* A string that led astray leaves nothing that is believed later. */
static void
forget(const struct join *j)
{
	struct err ignored = ERR_INIT;
	char pin[CANON_ID_LEN];

	(void)settle_file(j, STATION_ASKS, false, &ignored);
	(void)settle_file(j, HOSTS, false, &ignored);
	if (station_pin(&j->s, pin, &ignored) == 0 && pin[0] == '\0')
		(void)file_remove_tree(j->s.path.control, &ignored);
}

/* --- control --- */

/* Hints from below are for managers. */
static int
stop_here(struct err *e)
{
	e->hint[0] = '\0';
	return err_hint(e, "show this to the manager, and do not go on");
}

static int
not_theirs(const char *why, struct err *e)
{
	(void)err_set(e, ERR_INTEGRITY,
	    "the central is not the one of the invitation: %s", why);
	return stop_here(e);
}

/* Does what is fetched stand on what the string says? */
static int
check_control(struct join *j, struct err *e)
{
	struct station *s = &j->s;
	struct buf roots = BUF_INIT(1024 * 1024);
	char pin[CANON_ID_LEN];
	uint8_t sum[HASH_LEN];
	int rc = -1;

	if (station_pin(s, pin, e) != 0)
		return -1;
	if (control_load(&s->control, s->path.control,
		pin[0] != '\0' ? pin : j->invite.head, e) != 0)
		goto out;
	s->have_control = true;
	/* From the newer of both on it was checked; now from the older. */
	if (pin[0] != '\0') {
		struct control again;

		if (control_load(&again, s->path.control, j->invite.head,
			e) != 0)
			goto out;
		control_release(&again);
	}
	switch (control_file_load(s->path.control, j->invite.head, "roots",
		&roots, e)) {
	case -1:
		goto out;
	case 0:
		(void)not_theirs("no roots", e);
		goto out;
	default:
		break;
	}
	hash_sha256(sum, roots.data, roots.len);
	if (memcmp(sum, j->invite.roots_sha256, sizeof(sum)) != 0) {
		(void)not_theirs("other roots", e);
		goto out;
	}
	rc = 0;
out:
	if (rc != 0 && e->code == ERR_INTEGRITY)
		(void)stop_here(e);
	buf_release(&roots);
	return rc;
}

/* What control says of the invitation, unless its work is done. */
static int
check_invite(struct join *j, struct err *e)
{
	const struct station *s = &j->s;
	struct buf text = BUF_INIT(FILE_MAX);
	struct invite_file f;
	char *path = NULL;
	enum station_standing standing;
	int rc = -1, there;

	standing = station_standing(&s->control, j->invite.station, &j->sign);
	j->in = standing != STATION_OUT;
	if (standing == STATION_SUSPENDED) {
		(void)err_set(e, ERR_USAGE,
		    "the managers have suspended this station");
		return err_hint(e, "ask them to let it send again: liudi-desk "
		    "station resume %s", j->invite.station);
	}
	if (standing == STATION_REVOKED) {
		(void)err_set(e, ERR_USAGE,
		    "the managers have revoked the keys of this station");
		return err_hint(e, "with a new invitation of theirs, move the "
		    "folder '%s' away and join again: new keys are made",
		    s->path.keys);
	}
	if (j->in)
		return 0;
	path = str_fmt("invites/%s", j->id);
	if (path == NULL)
		return err_nomem(e);
	there = control_file_load(s->path.control, s->control.commit, path,
	    &text, e);
	if (there < 0 || (there > 0 && invite_file_parse(&f,
		buf_str(&text), text.len, e) != 0))
		goto out;
	if (there == 0) {
		(void)err_set(e, ERR_USAGE,
		    "the managers know no such invitation, or not any more");
		(void)err_hint(e, "ask the manager for a new one");
	} else if (f.expires <= clock_now_utc() ||
	    f.expires <= s->control.commit_utc) {
		(void)expired(e);
	} else if (!str_eq(f.station, j->invite.station)) {
		(void)not_theirs("another station", e);
	} else if (f.used != 0) {
		(void)err_set(e, ERR_USAGE,
		    "this invitation was used already");
		(void)err_hint(e, "if that was not you, tell the manager; "
		    "ask for a new one");
	} else {
		rc = 0;
	}
out:
	buf_release(&text);
	free(path);
	return rc;
}

static int
fetch(struct join *j, struct err *e)
{
	struct station *s = &j->s;
	char *key = path_join(s->path.keys, STATION_ASKS NEW);
	char *hosts = path_join(s->path.keys, HOSTS NEW);
	struct err other = ERR_INIT;
	int rc = -1;

	if (key == NULL || hosts == NULL) {
		(void)err_nomem(e);
		goto out;
	}
	if (s->central.kind == CENTRAL_SSH && central_login(&s->central, key,
		j->invite.has_host ? hosts : NULL, e) != 0)
		goto out;
	rc = control_fetch(&s->central, s->path.control, e);
	/* Let in already, and the invitation is gone? */
	if (rc != 0 && file_exists(s->path.ini) &&
	    station_login(s, &other) == 0 && station_fetch(s, &other) == 0) {
		err_clear(e);
		rc = 0;
	}
	if (rc != 0 && e->code == ERR_NET && s->central.kind == CENTRAL_SSH) {
		/* What ssh says of it is not always passed on by git. */
		e->hint[0] = '\0';
		(void)err_hint(e, "check the network; else the invitation was "
		    "used or has ended, or this is not the host that it "
		    "names: ask the manager");
	}
out:
	free(key);
	free(hosts);
	return rc;
}

static int
see_control(struct join *j, const char *home, struct err *e)
{
	if (fetch(j, e) != 0 || check_control(j, e) != 0 ||
	    check_invite(j, e) != 0) {
		forget(j);
		return -1;
	}
	/*
	 * The ini last: with it other commands work, and then all that it
	 * takes to believe no other central must be there.
	 */
	if (settle_file(j, HOSTS, true, e) != 0 ||
	    settle_file(j, STATION_ASKS, !j->in, e) != 0 ||
	    station_pin_save(&j->s, j->s.control.commit, e) != 0 ||
	    station_asked(&j->s, false, e) != 0 ||
	    check_ini(j, home, e) != 0)
		return -1;
	return station_login(&j->s, e);
}

int
join_begin(struct join *j, const char *home, const char *text, size_t n,
	struct err *e)
{
	struct station *s = &j->s;

	memset(j, 0, sizeof(*j));
	s->lock_fd = -1;
	if (invite_parse(&j->invite, text, n, e) != 0)
		return -1;
	invite_id(j->invite.secret, j->id);
	if (j->invite.expires <= clock_now_utc())
		return expired(e);
	if (station_paths_init(&s->path, home, e) != 0 ||
	    station_lock(s, e) != 0 || make_keys(j, home, e) != 0 ||
	    see_control(j, home, e) != 0)
		return -1;
	config_release(&s->cfg);
	if (config_load_station(&s->cfg, s->path.ini, e) != 0)
		return -1;
	if (agree_load(s, e) != 0)
		return -1;
	(void)agree_wanted(s);
	return 0;
}

void
join_end(struct join *j)
{
	invite_wipe(&j->invite);
	station_close(&j->s);
}

/* --- the request --- */

static int
request_text(const struct join *j, struct buf *line, struct err *e)
{
	const struct station *s = &j->s;
	struct request r = {.sign = j->sign, .ssh = j->ssh,
	    .has_ssh = s->central.kind == CENTRAL_SSH,
	    .has_notice = s->agreed.version > 0,
	    .notice_version = s->agreed.version,
	    .agreed = s->agreed.version > 0 ? s->agreed.agreed :
	    clock_now_utc()};

	memcpy(r.invite, j->id, sizeof(r.invite));
	memcpy(r.station, j->invite.station, sizeof(r.station));
	memcpy(r.notice_sha256, s->agreed.sha256, sizeof(r.notice_sha256));
	(void)snprintf(r.os, sizeof(r.os), "%s", LIUDI_OS);
	(void)snprintf(r.agent, sizeof(r.agent), "liudi %s", LIUDI_VERSION);
	return request_line(&r, j->invite.secret, line, e);
}

/* The orphan commit in a pack of its own below DIR. */
static int
make_commit(const struct join *j, const char *packs,
	char id[static CANON_ID_LEN], char name[static 41], struct err *e)
{
	struct buf line = BUF_INIT(REQUEST_MAX), tree = BUF_INIT(4096);
	struct buf raw = BUF_INIT(CANON_MAX);
	static const char entry[] = "100644 request";	/* and its NUL */
	const char *who = j->invite.station;
	char *mail = str_fmt("%s@liudi.invalid", who);
	char hex[CANON_ID_LEN];
	uint8_t sha[20];
	struct packw *p = packw_new(packs, e);
	int rc = -1;

	if (mail == NULL)
		(void)err_nomem(e);
	if (p == NULL || mail == NULL || request_text(j, &line, e) != 0 ||
	    packw_add(p, PACKW_BLOB, line.data, line.len, sha, e) != 0 ||
	    buf_add(&tree, entry, sizeof(entry), e) != 0 ||
	    buf_add(&tree, sha, sizeof(sha), e) != 0 ||
	    packw_add(p, PACKW_TREE, tree.data, tree.len, sha, e) != 0)
		goto out;
	str_hex(hex, sha, sizeof(sha));
	if (canon_build(&raw, hex, "", who, mail, clock_now_utc(), MESSAGE,
		strlen(MESSAGE), j->s.key, e) != 0 ||
	    packw_add(p, PACKW_COMMIT, raw.data, raw.len, sha, e) != 0 ||
	    packw_finish(p, name, e) != 0)
		goto out;
	str_hex(id, sha, sizeof(sha));
	rc = 0;
out:
	packw_free(p);
	free(mail);
	buf_release(&line);
	buf_release(&tree);
	buf_release(&raw);
	return rc;
}

static int
refused(const struct push_result *r, struct err *e)
{
	const char *said = buf_str(&r->text);

	(void)err_set(e, ERR_NET, "the central refused the request: %.300s",
	    r->text.len > 0 ? said : r->reason);
	return err_hint(e, "ask the manager for a new invitation");
}

/* One connection, to send what lies in DIR. */
static int
push_request(const struct join *j, const char *dir, const char *ref,
	bool *there, struct err *e)
{
	char *packs = path_join(dir, "objects/pack"), *pack = NULL;
	char id[CANON_ID_LEN], name[41];
	struct push_result r;
	struct push *p = NULL;
	int rc = -1;

	push_result_init(&r);
	if (packs == NULL) {
		(void)err_nomem(e);
		goto out;
	}
	p = push_open(&j->s.central, j->s.cfg.push_stock ? PUSH_STOCK :
	    PUSH_OWN, dir, e);
	if (p == NULL)
		goto out;
	*there = push_advertised(p, ref, id) != 0;
	if (*there) {
		rc = 0;
		goto out;
	}
	if (make_commit(j, packs, id, name, e) != 0)
		goto out;
	pack = str_fmt("%s/pack-%s.pack", packs, name);
	if (pack == NULL) {
		(void)err_nomem(e);
		goto out;
	}
	if (push_send(p, ref, "", id, (const char *const[]){pack}, 1, NULL,
		NULL, &r, e) != 0)
		goto out;
	rc = r.ok ? 0 : refused(&r, e);
out:
	push_close(p);
	push_result_release(&r);
	free(packs);
	free(pack);
	return rc;
}

int
join_send(struct join *j, bool *there, struct err *e)
{
	char *dir = path_join(j->s.path.tmp, "join.git");
	char *ref = request_ref(j->id, &j->sign, e);
	struct err ignored = ERR_INIT;
	struct spool *sp = NULL;
	int rc = -1;

	*there = false;
	if (dir == NULL || ref == NULL) {
		if (ref != NULL)
			(void)err_nomem(e);
		goto out;
	}
	/* Left by one that was killed; or made anew. */
	if (file_remove_tree(dir, e) != 0 ||
	    file_mkdirs(j->s.path.tmp, 0700, e) != 0)
		goto out;
	sp = spool_open(dir, e);
	if (sp == NULL)
		goto out;
	spool_close(sp);
	rc = push_request(j, dir, ref, there, e);
	(void)file_remove_tree(dir, &ignored);
	if (rc == 0)
		rc = station_asked(&j->s, true, e);
out:
	free(dir);
	free(ref);
	return rc;
}
