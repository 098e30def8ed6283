/*
 * desk/deskhome.h - the manager's folder: what lies where.
 *
 *   desk.ini                    where the central is
 *   control.git, records.git, desk.git    mirrors
 *   control.pin                 the newest control commit that was checked
 *   seen                        when what was first seen (desk/seen.h); kept
 *   synced                      when the central was last asked for news
 *   lost                        what the central had, and a manager settled
 *                               (desk/received.h); kept
 *   accounts.unsent/            events of accounts that desk.git lacks; kept
 *   catalogue/catalogue.sqlite3 the local index; can be deleted at any time
 *   catalogue/heads             what the box wants to be witnessed
 *   catalogue/settled           what it found to be written to `lost`
 *   keys/                       identities and signing keys (desk/keys.h)
 *
 * Needs: base, config, repo.
 */
#ifndef LIUDI_DESK_DESKHOME_H
#define LIUDI_DESK_DESKHOME_H

#include <stdint.h>

#include "base/err.h"
#include "config/config.h"
#include "repo/canon.h"
#include "repo/central.h"

struct deskhome {
	char *dir;
	char *ini;
	char *keys;
	char *control, *records, *desk;	/* mirrors */
	char *pin;
	char *seen;
	char *lost;
	char *unsent;			/* accounts.unsent */
	char *index;			/* folder of the catalogue */
	char *catalogue;
	char *heads;
	char *settled;
	struct config config;		/* empty until deskhome_open */
	struct central central;
};

/*
 * Names only: OPTION (--home), else LIUDI_DESK_HOME, else
 * $XDG_DATA_HOME/liudi-desk, else ~/.local/share/liudi-desk.
 */
int deskhome_names(struct deskhome *h, const char *option, struct err *e);
/* The same, and desk.ini is read.  -1: ERR_CONFIG, ERR_NOENT (hint). */
int deskhome_open(struct deskhome *h, const char *option, struct err *e);
void deskhome_release(struct deskhome *h);

/* Is that mirror here?  0, or -1: ERR_NOENT with a hint to sync first. */
int deskhome_fetched(const char *mirror, struct err *e);

/*
 * When a sync last reached the central, UTC seconds; DESKHOME_NEVER where that is
 * not known.  Saving: 0, or -1 (ERR_IO, ERR_SPACE).
 */
#define DESKHOME_NEVER INT64_MIN
int64_t deskhome_synced(const struct deskhome *h);
int deskhome_synced_save(const struct deskhome *h, int64_t utc,
	struct err *e);

/*
 * The lock of whoever writes catalogue and mirrors; it ends when *FD is closed.
 * -1: ERR_LOCKED (hint), ERR_IO.
 */
int deskhome_lock(const struct deskhome *h, int *fd, struct err *e);

/* The pinned control commit; "" if there is none yet. */
int deskhome_pin_load(const struct deskhome *h, char id[static CANON_ID_LEN],
	struct err *e);
int deskhome_pin_save(const struct deskhome *h, const char *id,
	struct err *e);

#endif
