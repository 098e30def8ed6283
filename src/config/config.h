/*
 * config/config.h - the two ini files, held against one table of keys.
 *
 * liudi.ini (station) and desk.ini (manager).  An unknown section or key is an
 * error with the line number and the nearest valid name.  config/keys.c is the
 * table: section, key, type, range, default, one line of help; the manual and
 * config/liudi.ini.sample are tested against it.
 * Form: UTF-8; "key = value" below "[section]"; '#' and ';' begin a comment at
 * the start of a line, ';' behind a blank does so anywhere.
 * Caps: a file <= 256 KiB, a line <= CONFIG_LINE_MAX bytes, 256 sources, 256
 * patterns of each kind a source, 64 shops, 32 pages a shop.
 * Needs: base.
 */
#ifndef LIUDI_CONFIG_CONFIG_H
#define LIUDI_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define CONFIG_FILE_MAX ((size_t)256 << 10)
#define CONFIG_LINE_MAX 4352	/* a path of 4095 bytes and its key */
#define CONFIG_SOURCES_MAX 256
#define CONFIG_PATTERNS_MAX 256
#define CONFIG_SHOPS_MAX 64
#define CONFIG_PAGES_MAX 32

enum config_kind {	/* "kind" of a source */
	CONFIG_CHAT, CONFIG_SHOP, CONFIG_ACCOUNT, CONFIG_REPORT, CONFIG_FILES
};
/* "chat", "shop", … */
const char *config_kind_name(enum config_kind k);

enum config_platform {	/* "platform" of a source of chats */
	CONFIG_NO_PLATFORM, CONFIG_QQ, CONFIG_QQ_NT, CONFIG_WANGWANG,
	CONFIG_WECHAT, CONFIG_WHATSAPP, CONFIG_TELEGRAM
};
/* "none", "qq", "qq-nt", … */
const char *config_platform_name(enum config_platform p);

struct config_source {		/* [source NAME]; sorted by name */
	char *name;		/* [a-z0-9][a-z0-9-]{0,31} */
	enum config_kind kind;
	char *path;		/* absolute, "~" expanded; may hold globs of
				 * base/path.h ('\' quotes) */
	char **include;		/* patterns of base/path.h; none = everything */
	size_t ninclude;
	char **exclude;
	size_t nexclude;
	char *stream;		/* "main" */
	bool databases;		/* copy live SQLite files through SQLite */
	enum config_platform platform;	/* whose exports it holds */
	int export_every;	/* days until the person is reminded; 0 never */
	int settle;		/* seconds until an export counts as whole */
};

enum config_view {	/* "view" of a shop */
	CONFIG_BOTH, CONFIG_DESKTOP, CONFIG_MOBILE
};
enum config_freeze {	/* "freeze" of a shop */
	CONFIG_CLOCK, CONFIG_CSS, CONFIG_NO_FREEZE
};
/* "clock", "css", "none" */
const char *config_freeze_name(enum config_freeze f);

struct config_page {
	char *name;		/* as a shop's; "home" is that of `url` */
	char *url;		/* http:// or https:// */
};
struct config_shop {		/* [shop NAME]; sorted by name */
	char *name;		/* [a-z0-9][a-z0-9-]{0,26} */
	struct config_page *page;	/* as they stand, "home" first */
	size_t npages;
	enum config_view view;
	enum config_freeze freeze;
	char *language;		/* "zh-CN", "en" */
	bool profile;		/* in a browser where a person logged in */
	int max_height;		/* CSS pixels */
	int deadline;		/* seconds for a page */
};

struct config {
	char *file;		/* where it was read from */
	/* [station] in liudi.ini, [desk] in desk.ini */
	char *station;		/* id; NULL in desk.ini */
	char *central;		/* path, ssh:// or https:// */
	char *ssh;		/* ssh command, or NULL */
	char *name;		/* desk.ini: whose keys this desk uses */
	bool push_stock;	/* push = stock */
	int full_every_days;	/* a full run now and then; 0 = never */
	bool reread;		/* reread a part of the unchanged bytes */
	/* [schedule] */
	char *run_at;		/* "10:00 18:00", or NULL: as policy says */
	bool at_logout;		/* a run at the end of a session */
	bool on_battery;	/* do not put a run off */
	bool on_metered;	/* do not put sending off */
	int tell_after;		/* failures until the person is told; 0 never */
	struct config_source *source;
	size_t nsources;
	struct config_shop *shop;
	size_t nshops;
};

/*
 * Read a station's / a desk's file; release *c when done.  -1 (*c is empty):
 * ERR_CONFIG "FILE:LINE: …", ERR_NOENT, ERR_IO, ERR_NOMEM.
 */
int config_load_station(struct config *c, const char *file, struct err *e);
int config_load_desk(struct config *c, const char *file, struct err *e);
/* As config_load_station, from N bytes of TEXT; FILE is for the messages. */
int config_parse_station(struct config *c, const char *file, const void *text,
	size_t n, struct err *e);
int config_parse_desk(struct config *c, const char *file, const void *text,
	size_t n, struct err *e);
void config_release(struct config *c);

/*
 * Add the source NAME of kind KIND, everything below the folder DIR, all else
 * by default, unless the file has one of that name: then nothing happens.  -1:
 * ERR_NOMEM, ERR_CONFIG (more sources than there may be).
 */
int config_imply(struct config *c, const char *name, enum config_kind kind,
	const char *dir, struct err *e);

enum config_type { CONFIG_TEXT, CONFIG_ID, CONFIG_BOOL, CONFIG_INT,
	CONFIG_CHOICE, CONFIG_PATTERN, CONFIG_PAGE };

/* One entry of the table, for manual, sample and checker. */
struct config_key {
	const char *section;	/* "station", "schedule", "source *", … */
	const char *name;
	enum config_type type;
	int64_t min, max;	/* CONFIG_INT */
	const char *choices;	/* CONFIG_CHOICE: "own stock" */
	const char *value;	/* default as text, NULL = must be given */
	const char *help;
	size_t at, size;	/* the field in struct config, config_source, … */
};
const struct config_key *config_keys(size_t *n);

/*
 * The times of day in S, "HH:MM" in rising order with blanks between, as
 * minutes.  False where S is not that, or is empty.
 */
#define CONFIG_TIMES_MAX 24
bool config_times(const char *s, int minute[CONFIG_TIMES_MAX], size_t *n);

/* True for [a-z0-9][a-z0-9-]{0,31}: stations, sources, streams. */
bool config_is_id(const char *s);

#endif
