/* agent/station.c - a workstation's own folder. */

#include "agent/station.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/register.h"
#include "agent/reports.h"
#include "agent/shopkeep.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "crypto/secmem.h"
#include "repo/canon.h"
#include "base/banned.h"

/* Our folder in one of the user's; heap or NULL (*e). */
static char *
own_folder(enum path_user what, struct err *e)
{
	char *base = path_user(what, e), *dir;

	if (base == NULL)
		return NULL;
	dir = path_join(base, "liudi");
	free(base);
	if (dir == NULL)
		(void)err_nomem(e);
	return dir;
}

int
station_paths_init(struct station_paths *p, const char *home, struct err *e)
{
	char *dir = NULL;
	int rc = -1;

	memset(p, 0, sizeof(*p));
	if (home == NULL)
		home = getenv("LIUDI_HOME");
	if (home != NULL && home[0] != '\0') {
		dir = path_expand(home, NULL, e);
		if (dir == NULL)
			goto out;
		p->state = path_join(dir, "state");
	} else {
		dir = own_folder(PATH_CONFIG, e);
		p->state = own_folder(PATH_STATE, e);
		if (dir == NULL || p->state == NULL)
			goto out;
	}
	if (p->state == NULL) {
		(void)err_nomem(e);
		goto out;
	}
	p->ini = path_join(dir, "liudi.ini");
	p->keys = path_join(p->state, "keys");
	p->spool = path_join(p->state, "spool.git");
	p->control = path_join(p->state, "control.git");
	p->cache = path_join(p->state, "cache");
	p->tmp = path_join(p->state, "tmp");
	p->lock = path_join(p->state, "lock");
	if (p->ini == NULL || p->keys == NULL || p->spool == NULL ||
	    p->control == NULL || p->cache == NULL || p->tmp == NULL ||
	    p->lock == NULL) {
		(void)err_nomem(e);
		goto out;
	}
	rc = 0;
out:
	free(dir);
	return rc;
}

void
station_paths_release(struct station_paths *p)
{
	free(p->ini);
	free(p->state);
	free(p->keys);
	free(p->spool);
	free(p->control);
	free(p->cache);
	free(p->tmp);
	free(p->lock);
	memset(p, 0, sizeof(*p));
}

int
station_line(const char *id, const struct sshkey_pub *pub, struct buf *out,
	struct err *e)
{
	uint8_t sum[HASH_LEN];
	char hex[17];
	size_t from = out->len;

	if (buf_addf(out, e, "liudi-station1 %s ", id) != 0 ||
	    sshkey_public_text(pub, out, e) != 0)
		return -1;
	hash_sha256(sum, out->data + from, out->len - from);
	str_hex(hex, sum, 8);
	return buf_addf(out, e, " %s", hex);
}

/* --- init --- */

int
station_key(const struct station_paths *p, const char *name, const char *id,
	struct sshkey_pub *pub, struct err *e)
{
	char *file = path_join(p->keys, name);
	char *pubfile = str_fmt("%s/%s.pub", p->keys, name);
	struct buf text = BUF_INIT(16384), pubtext = BUF_INIT(1024);
	struct sshkey *key = NULL;
	int rc = -1;

	if (file == NULL || pubfile == NULL) {
		(void)err_nomem(e);
		goto out;
	}
	if (file_exists(file)) {
		key = sshkey_load(file, e);
		if (key == NULL)
			goto out;
		sshkey_public(key, pub);
		rc = 0;
		goto out;
	}
	key = sshkey_generate(e);
	if (key == NULL)
		goto out;
	sshkey_public(key, pub);
	if (sshkey_private_text(key, id, &text, e) != 0 ||
	    sshkey_public_text(pub, &pubtext, e) != 0 ||
	    buf_addf(&pubtext, e, " %s\n", id) != 0 ||
	    file_save(pubfile, pubtext.data, pubtext.len, 0644, e) != 0 ||
	    file_save(file, text.data, text.len, 0600, e) != 0)
		goto out;
	rc = 0;
out:
	sshkey_free(key);
	buf_wipe(&text);
	buf_release(&pubtext);
	free(file);
	free(pubfile);
	return rc;
}

static int
make_gear_key(const struct station_paths *p, struct err *e)
{
	char *file = path_join(p->keys, "ws-gear");
	uint8_t secret[CHUNKER_SECRET_LEN];
	char hex[2 * CHUNKER_SECRET_LEN + 2];
	int rc;

	if (file == NULL)
		return err_nomem(e);
	if (file_exists(file)) {
		free(file);
		return 0;
	}
	secmem_random(secret, sizeof(secret));
	str_hex(hex, secret, sizeof(secret));
	hex[2 * CHUNKER_SECRET_LEN] = '\n';
	rc = file_save(file, hex, 2 * CHUNKER_SECRET_LEN + 1, 0600, e);
	secmem_wipe(secret, sizeof(secret));
	secmem_wipe(hex, sizeof(hex));
	free(file);
	return rc;
}

static int
make_ini(const struct station_paths *p, const struct station_init_options *o,
	const char *central, struct err *e)
{
	struct buf b = BUF_INIT(65536);
	char *dir = NULL;
	int rc = -1;

	if (buf_addf(&b, e,
		"# liudi.ini - what this workstation keeps on file.\n"
		"# After a change: liudi run --dry-run\n\n"
		"[station]\n"
		"id = %s\n"
		"central = %s\n", o->id, central) != 0)
		goto out;
	if (o->ssh != NULL && buf_addf(&b, e, "ssh = %s\n", o->ssh) != 0)
		goto out;
	if (buf_adds(&b,
		"\n# One section per thing to collect from, for example:\n"
		"#\n"
		"# [source chats]\n"
		"# kind = chat\n"
		"# path = ~/Documents/chat-exports\n"
		"# platform = qq\n"
		"# exclude = *.tmp\n", e) != 0)
		goto out;
	dir = path_dir(p->ini);
	if (dir == NULL) {
		(void)err_nomem(e);
		goto out;
	}
	if (file_mkdirs(dir, 0700, e) != 0 ||
	    file_save(p->ini, b.data, b.len, 0600, e) != 0)
		goto out;
	rc = 0;
out:
	free(dir);
	buf_release(&b);
	return rc;
}

/* An ini that is there already must say the same. */
static int
check_ini(const struct station_paths *p, const struct station_init_options *o,
	const char *central, struct err *e)
{
	struct config cfg;
	int rc = -1;

	memset(&cfg, 0, sizeof(cfg));
	if (config_load_station(&cfg, p->ini, e) != 0)
		return -1;
	if (!str_eq(cfg.station, o->id) || !str_eq(cfg.central, central)) {
		(void)err_set(e, ERR_CONFIG,
		    "'%s' already names station '%s' at '%s'", p->ini,
		    cfg.station, cfg.central);
		(void)err_hint(e, "edit that file, or use --home DIR for a "
		    "second station");
		goto out;
	}
	rc = 0;
out:
	config_release(&cfg);
	return rc;
}

int
station_keys(const struct station_paths *p, const char *id,
	struct sshkey_pub *pub, struct err *e)
{
	if (file_mkdirs(p->keys, 0700, e) != 0 || make_gear_key(p, e) != 0)
		return -1;
	return station_key(p, "ws-sign", id, pub, e);
}

int
station_init(const struct station_init_options *o, struct buf *line,
	struct err *e)
{
	struct station_paths p;
	struct central central;
	struct sshkey_pub pub;
	int rc = -1;

	memset(&central, 0, sizeof(central));
	memset(&p, 0, sizeof(p));
	if (!canon_id_ok(o->id)) {
		(void)err_set(e, ERR_USAGE, "'%s' is no station id", o->id);
		(void)err_hint(e, "use a-z, 0-9 and '-', at most 32, e.g. "
		    "ws-01");
		goto out;
	}
	if (central_parse(&central, o->central, o->ssh, e) != 0 ||
	    station_paths_init(&p, o->home, e) != 0)
		goto out;
	if (file_exists(p.ini) ? check_ini(&p, o, central.url, e) != 0 :
	    make_ini(&p, o, central.url, e) != 0)
		goto out;
	if (station_keys(&p, o->id, &pub, e) != 0 ||
	    station_line(o->id, &pub, line, e) != 0)
		goto out;
	rc = 0;
out:
	central_release(&central);
	station_paths_release(&p);
	return rc;
}

/* --- open --- */

/* keys/NAME if it is there, else NULL; heap. */
static int
key_file(const struct station *s, const char *name, char **file,
	struct err *e)
{
	*file = path_join(s->path.keys, name);
	if (*file == NULL)
		return err_nomem(e);
	if (!file_exists(*file)) {
		free(*file);
		*file = NULL;
	}
	return 0;
}

/* Log in with keys/NAME, or as ssh is set up where there is none. */
static int
login_as(struct station *s, const char *name, bool *there, struct err *e)
{
	char *key = NULL, *hosts = NULL;
	int rc = -1;

	if (key_file(s, name, &key, e) != 0 ||
	    key_file(s, "known_hosts", &hosts, e) != 0)
		goto out;
	*there = key != NULL;
	rc = s->central.kind != CENTRAL_SSH ? 0 :
	    central_login(&s->central, key, hosts, e);
out:
	free(key);
	free(hosts);
	return rc;
}

int
station_login(struct station *s, struct err *e)
{
	bool there;

	if (login_as(s, STATION_ASKS, &there, e) != 0)
		return -1;
	return there ? 0 : login_as(s, "ws-ssh", &there, e);
}

static int
load_gear(struct station *s, struct err *e)
{
	char *file = path_join(s->path.keys, "ws-gear");
	struct buf b = BUF_INIT(1024);
	int rc = -1;

	if (file == NULL)
		return err_nomem(e);
	if (file_load_private(file, &b, e) != 0) {
		if (e->code == ERR_NOENT)
			(void)err_hint(e, "run 'liudi init' again to make one; "
			    "files that change are then stored whole once");
		goto out;
	}
	if (b.len < 2 * CHUNKER_SECRET_LEN || str_unhex(s->gear,
		CHUNKER_SECRET_LEN, buf_str(&b), 2 * CHUNKER_SECRET_LEN) !=
	    0) {
		(void)err_set(e, ERR_FORMAT, "'%s' is damaged", file);
		(void)err_hint(e, "remove it and run 'liudi init' again; "
		    "files that change are then stored whole once");
		goto out;
	}
	rc = 0;
out:
	buf_wipe(&b);
	free(file);
	return rc;
}

int
station_open(struct station *s, const char *home, struct err *e)
{
	char *file = NULL;

	memset(s, 0, sizeof(*s));
	s->lock_fd = -1;
	if (station_paths_init(&s->path, home, e) != 0)
		return -1;
	if (config_load_station(&s->cfg, s->path.ini, e) != 0) {
		if (e->code == ERR_IO)
			return err_hint(e,
			    "run it as the user who ran 'liudi init'");
		if (e->code != ERR_NOENT)
			return -1;
		(void)err_set(e, ERR_CONFIG, "no configuration at '%s'",
		    s->path.ini);
		return err_hint(e, "first run 'liudi join' with the "
		    "manager's invitation, or 'liudi init'");
	}
	if (register_source(&s->cfg, s->path.state, e) != 0 ||
	    reports_source(&s->cfg, s->path.state, e) != 0 ||
	    shopkeep_sources(&s->cfg, s->path.state, e) != 0 ||
	    central_parse(&s->central, s->cfg.central, s->cfg.ssh, e) != 0 ||
	    station_login(s, e) != 0)
		return -1;
	file = path_join(s->path.keys, "ws-sign");
	if (file == NULL)
		return err_nomem(e);
	s->key = sshkey_load(file, e);
	free(file);
	if (s->key == NULL)
		return err_hint(e, "run 'liudi init' again to make one; the "
		    "manager then adds the new line");
	return load_gear(s, e);
}

int
station_lock(struct station *s, struct err *e)
{
	if (file_mkdirs(s->path.state, 0700, e) != 0)
		return -1;
	if (file_lock(s->path.lock, &s->lock_fd, e) != 0)
		return err_hint(e, "wait until the other run has ended");
	return 0;
}

int
station_pin(const struct station *s, char pin[static CANON_ID_LEN],
	struct err *e)
{
	char *file = path_join(s->path.state, "control-seen");
	struct buf b = BUF_INIT(256);
	int rc = 0;

	pin[0] = '\0';
	if (file == NULL)
		return err_nomem(e);
	if (file_load(file, &b, e) != 0) {
		rc = e->code == ERR_NOENT ? 0 : -1;
		if (rc == 0)
			err_clear(e);
	} else if (b.len >= CANON_ID_LEN - 1) {
		memcpy(pin, b.data, CANON_ID_LEN - 1);
		pin[CANON_ID_LEN - 1] = '\0';
	}
	buf_release(&b);
	free(file);
	return rc;
}

int
station_pin_save(const struct station *s, const char *pin, struct err *e)
{
	char *file = path_join(s->path.state, "control-seen");
	char line[CANON_ID_LEN + 1];
	int rc;

	if (file == NULL)
		return err_nomem(e);
	memcpy(line, pin, CANON_ID_LEN - 1);
	line[CANON_ID_LEN - 1] = '\n';
	rc = file_save(file, line, CANON_ID_LEN, 0600, e);
	free(file);
	return rc;
}

int
station_fetch(struct station *s, struct err *e)
{
	struct err other = ERR_INIT;
	bool there = false;

	if (control_fetch(&s->central, s->path.control, e) == 0)
		return 0;
	/* An invitation ends, also where it let us in meanwhile. */
	if (e->code != ERR_NET || s->central.kind != CENTRAL_SSH ||
	    login_as(s, STATION_ASKS, &there, &other) != 0 || !there)
		return -1;
	if (login_as(s, "ws-ssh", &there, &other) != 0 || !there ||
	    control_fetch(&s->central, s->path.control, &other) != 0) {
		(void)station_login(s, &other);
		return -1;
	}
	err_clear(e);
	return 0;
}

enum station_standing
station_standing(const struct control *c, const char *id,
	const struct sshkey_pub *pub)
{
	const int64_t now = clock_now_utc();
	const struct signer *v;
	int64_t until = INT64_MIN;
	bool in = false, other = false;

	for (size_t i = 0; (v = signers_named(&c->stations, id, i)) != NULL;
	    i++) {
		if (memcmp(v->pub.pk, pub->pk, sizeof(pub->pk)) != 0) {
			other = other || v->valid_before > now;
			continue;
		}
		in = true;
		if (v->valid_before > until)
			until = v->valid_before;
	}
	return !in ? STATION_OUT : until > now ? STATION_IN :
	    other || control_revoked(c, id, until) ? STATION_REVOKED :
	    STATION_SUSPENDED;
}

/* A file of this name in the state's folder, or none. */
static int
mark(const struct station *s, const char *name, bool yes, struct err *e)
{
	char *file = path_join(s->path.state, name);
	int rc = 0;

	if (file == NULL)
		return err_nomem(e);
	if (yes)
		rc = file_save(file, "1\n", 2, 0600, e);
	else if (file_exists(file))
		rc = file_remove(file, e);
	free(file);
	return rc;
}

int
station_asked(const struct station *s, bool yes, struct err *e)
{
	return mark(s, STATION_ASKED, yes, e);
}

int
station_barred(const struct station *s, bool yes, struct err *e)
{
	return mark(s, STATION_BARRED, yes, e);
}

/* Does control name us yet?  Then the invitation has done its work. */
static int
look_in(struct station *s, struct err *e)
{
	struct sshkey_pub pub;
	char *asks = NULL, *asked = NULL;
	int rc = -1;

	s->waiting = s->asked = false;
	if (key_file(s, STATION_ASKS, &asks, e) != 0)
		return -1;
	if (asks == NULL)
		return 0;
	asked = path_join(s->path.state, STATION_ASKED);
	if (asked == NULL) {
		(void)err_nomem(e);
		goto out;
	}
	sshkey_public(s->key, &pub);
	if (station_standing(&s->control, s->cfg.station, &pub) ==
	    STATION_OUT) {
		s->waiting = true;
		s->asked = file_exists(asked);
	} else if (file_remove(asks, e) != 0 ||
	    station_asked(s, false, e) != 0 || station_login(s, e) != 0) {
		goto out;
	}
	rc = 0;
out:
	free(asks);
	free(asked);
	return rc;
}

/* What the managers saw of everybody's branches; a bad file says nothing. */
static int
load_witness(struct station *s, struct err *e)
{
	struct buf text = BUF_INIT(1024 * 1024);
	int rc = control_file_load(s->path.control, s->control.commit,
	    WITNESS_PATH, &text, e);

	witness_release(&s->witness);
	if (rc > 0 && witness_parse(&s->witness, buf_str(&text), text.len,
		e) != 0) {
		rc = e->code == ERR_FORMAT ? 0 : -1;
		if (rc == 0)
			err_clear(e);
	}
	buf_release(&text);
	return rc < 0 ? -1 : 0;
}

int
station_control(struct station *s, bool *offline, struct err *e)
{
	char pin[CANON_ID_LEN];
	struct err net = ERR_INIT;

	*offline = false;
	if (station_pin(s, pin, e) != 0)
		return -1;
	if (station_fetch(s, &net) != 0) {
		if (net.code != ERR_NET || pin[0] == '\0') {
			*e = net;
			return -1;
		}
		*offline = true;
	}
	if (control_take(&s->control, s->path.control, pin, e) < 0)
		return -1;
	s->refused = *e;
	err_clear(e);
	s->have_control = true;
	if (!str_eq(pin, s->control.commit) &&
	    station_pin_save(s, s->control.commit, e) != 0)
		return -1;
	if (load_witness(s, e) != 0)
		return -1;
	return look_in(s, e);
}

void
station_close(struct station *s)
{
	if (s->have_control)
		control_release(&s->control);
	witness_release(&s->witness);
	config_release(&s->cfg);
	central_release(&s->central);
	sshkey_free(s->key);
	secmem_wipe(s->gear, sizeof(s->gear));
	station_paths_release(&s->path);
	if (s->lock_fd >= 0)
		(void)close(s->lock_fd);
	s->lock_fd = -1;
}
