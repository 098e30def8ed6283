/*
 * config/config.h - the two ini files, held against one table of keys.
 *
 * liudi.ini (station) and desk.ini (manager).  An unknown section or key is an
 * error with the line number and the nearest valid name.  config/keys.c is the
 * table: section, key, type, range, default, one line of help; the manual and
 * config/liudi.ini.sample are tested against it.
 * Caps: a file <= 256 KiB, 256 sources, 256 patterns a source.
 * Needs: base; inih.
 */
#ifndef LIUDI_CONFIG_CONFIG_H
#define LIUDI_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum config_kind {	/* "kind" of a source */
	CONFIG_CHAT, CONFIG_SHOP, CONFIG_ACCOUNT, CONFIG_REPORT, CONFIG_FILES
};
/* "chat", "shop", … */
const char *config_kind_name(enum config_kind k);

struct config_source {		/* [source NAME]; sorted by name */
	char *name;		/* [a-z0-9][a-z0-9-]{0,31} */
	enum config_kind kind;
	char *path;		/* absolute, "~" expanded; may hold globs */
	char **include;		/* patterns of base/path.h; none = everything */
	size_t ninclude;
	char **exclude;
	size_t nexclude;
	char *stream;		/* "main" */
	bool databases;		/* copy live SQLite files through SQLite */
};

struct config {
	char *file;		/* where it was read from */
	/* [station] in liudi.ini, [desk] in desk.ini */
	char *station;		/* id; NULL in desk.ini */
	char *central;		/* path, ssh:// or https:// */
	char *ssh;		/* ssh command, or NULL */
	bool push_stock;	/* push = stock */
	int full_every_days;	/* a full run now and then; 0 = never */
	bool reread;		/* reread a part of the unchanged bytes */
	struct config_source *source;
	size_t nsources;
};

/* Read a station's / a desk's file.  -1: ERR_CONFIG "FILE:LINE: …", ERR_NOENT. */
int config_load_station(struct config *c, const char *file, struct err *e);
int config_load_desk(struct config *c, const char *file, struct err *e);
void config_release(struct config *c);

enum config_type { CONFIG_TEXT, CONFIG_ID, CONFIG_BOOL, CONFIG_INT,
	CONFIG_CHOICE, CONFIG_PATTERN };

/* One entry of the table, for manual, sample and checker. */
struct config_key {
	const char *section;	/* "station", "source *", "desk" */
	const char *name;
	enum config_type type;
	int64_t min, max;	/* CONFIG_INT */
	const char *choices;	/* CONFIG_CHOICE: "own stock" */
	const char *value;	/* default as text, NULL = must be given */
	const char *help;
};
const struct config_key *config_keys(size_t *n);

#endif
