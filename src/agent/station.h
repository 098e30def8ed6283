/*
 * agent/station.h - a workstation's own folder: configuration, keys, spool.
 *
 * Home is --home, LIUDI_HOME, or the XDG folders: liudi.ini in
 * $XDG_CONFIG_HOME/liudi, all else in $XDG_STATE_HOME/liudi.  With --home DIR
 * or LIUDI_HOME everything is in DIR and DIR/state.
 * Needs: base, config, control, repo, sign.
 */
#ifndef LIUDI_AGENT_STATION_H
#define LIUDI_AGENT_STATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "chunk/chunker.h"
#include "config/config.h"
#include "control/control.h"
#include "control/notice.h"
#include "control/witness.h"
#include "repo/central.h"
#include "sign/sshkey.h"

struct station_paths {
	char *ini;		/* liudi.ini */
	char *state;		/* folder of all below */
	char *keys;		/* ws-sign, ws-sign.pub, ws-gear */
	char *spool;		/* bare repository */
	char *control;		/* clone of control.git */
	char *cache;		/* a folder per stream */
	char *tmp;		/* copies of databases, work lists */
	char *lock;
};

/* HOME may be NULL.  release on every way out. */
int station_paths_init(struct station_paths *p, const char *home,
	struct err *e);
void station_paths_release(struct station_paths *p);

struct station_init_options {
	const char *home;	/* or NULL */
	const char *id;
	const char *central;
	const char *ssh;	/* ssh command, or NULL */
	bool again;		/* a second init with the same id is no error */
};
/*
 * Make keys and liudi.ini; LINE gets the public line for `liudi-desk station
 * add` (FORMAT section 11).  Existing keys are kept; another id or central
 * than the file's is ERR_CONFIG.
 */
int station_init(const struct station_init_options *o, struct buf *line,
	struct err *e);

/*
 * The key NAME ("ws-sign", "ws-ssh") of station ID and its public half beside
 * it; one that is there is kept.
 */
int station_key(const struct station_paths *p, const char *name,
	const char *id, struct sshkey_pub *pub, struct err *e);
/* The folder of the keys, and ws-gear and ws-sign in it. */
int station_keys(const struct station_paths *p, const char *id,
	struct sshkey_pub *pub, struct err *e);

/* With what a station asks to be let in: there until it is. */
#define STATION_ASKS "join-ssh"
/* In the state's folder while a request waits for an answer. */
#define STATION_ASKED "asked"
/* There while the central lets this station's login in no more. */
#define STATION_BARRED "barred"

struct station {
	struct station_paths path;
	struct config cfg;
	struct central central;
	struct sshkey *key;
	uint8_t gear[CHUNKER_SECRET_LEN];
	struct control control;	/* after station_control() */
	bool have_control;
	struct err refused;	/* what the central shows as control; code 0 */
	bool waiting;		/* it joins, and control does not name it yet */
	bool asked;		/* then: the request was sent */
	struct notice agreed;	/* to; version 0: to none */
	struct witness witness;	/* control's; may be empty */
	char blocked[64];	/* why nothing may be read, or "" */
	int lock_fd;		/* -1 until station_lock() */
};

/* Read configuration and keys.  station_close on every way out. */
int station_open(struct station *s, const char *home, struct err *e);
/*
 * Log in at an ssh central with the keys that join made, those that are there:
 * keys/ws-ssh, or STATION_ASKS while there is one, and keys/known_hosts.
 */
int station_login(struct station *s, struct err *e);
/* One run at a time: -1 with ERR_LOCKED. */
int station_lock(struct station *s, struct err *e);
/*
 * Fetch control and check it from the pinned commit on; if the central cannot
 * be reached, the last good one holds (*offline); so it does where what the
 * central shows is not good (s->refused).  A station that was let in
 * logs in with its own key from then on.  -1: ERR_NET where there is none yet,
 * ERR_INTEGRITY.
 */
int station_control(struct station *s, bool *offline, struct err *e);
/* Only fetch, with either of the two logins.  -1: ERR_NET. */
int station_fetch(struct station *s, struct err *e);
/*
 * What control says of PUB as the key of station ID: never named; it may sign;
 * it may not for now; it may never again (revoked, or another key of that
 * station took its place).
 */
enum station_standing { STATION_OUT, STATION_IN, STATION_SUSPENDED,
	STATION_REVOKED };
enum station_standing station_standing(const struct control *c,
	const char *id, const struct sshkey_pub *pub);
/* The request is at the central, or not yet again. */
int station_asked(const struct station *s, bool yes, struct err *e);
/* The login was refused, or let in again: for `status`, which asks nobody. */
int station_barred(const struct station *s, bool yes, struct err *e);
/* The control commit that was checked last ("" = none), in control-seen. */
int station_pin(const struct station *s, char pin[static CANON_ID_LEN],
	struct err *e);
int station_pin_save(const struct station *s, const char *pin,
	struct err *e);
void station_close(struct station *s);

/* The FORMAT section 11 line of this station's public key, appended. */
int station_line(const char *id, const struct sshkey_pub *pub,
	struct buf *out, struct err *e);

#endif
