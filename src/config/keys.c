/* config/keys.c - every key of liudi.ini and desk.ini, in the order shown. */
#include "config/config.h"

#include "base/banned.h"

#define FIELD(type, field) \
	offsetof(struct type, field), sizeof(((struct type *)NULL)->field)

static const struct config_key keys[] = {
	{"station", "id", CONFIG_ID, 0, 0, NULL, NULL,
	    "name of this workstation login, as the manager gave it",
	    FIELD(config, station)},
	{"station", "central", CONFIG_TEXT, 0, 0, NULL, NULL,
	    "where records go: ssh://user@host/path, https://host/path or a "
	    "folder",
	    FIELD(config, central)},
	{"station", "ssh", CONFIG_TEXT, 0, 0, NULL, "",
	    "ssh command to use, with its arguments",
	    FIELD(config, ssh)},
	{"station", "push", CONFIG_CHOICE, 0, 0, "own stock", "own",
	    "push with the built-in client, or with git push",
	    FIELD(config, push_stock)},
	{"station", "full_every_days", CONFIG_INT, 0, 3650, NULL, "90",
	    "days between runs that list every file again; 0 = never",
	    FIELD(config, full_every_days)},
	{"station", "reread", CONFIG_BOOL, 0, 0, NULL, "yes",
	    "read some unchanged files again in each run, all within a month",
	    FIELD(config, reread)},

	{"schedule", "at", CONFIG_TEXT, 0, 0, NULL, "",
	    "times of the day at which a run is due; empty: as the managers "
	    "have it",
	    FIELD(config, run_at)},
	{"schedule", "at_logout", CONFIG_BOOL, 0, 0, NULL, "yes",
	    "a run when the session ends",
	    FIELD(config, at_logout)},
	{"schedule", "on_battery", CONFIG_BOOL, 0, 0, NULL, "yes",
	    "run on battery too; no: a run waits for the mains, a day at most",
	    FIELD(config, on_battery)},
	{"schedule", "on_metered", CONFIG_BOOL, 0, 0, NULL, "no",
	    "send over a metered connection too; no: sending waits, a day at "
	    "most",
	    FIELD(config, on_metered)},
	{"schedule", "tell_after", CONFIG_INT, 0, 100, NULL, "3",
	    "runs in a row that fail until a message is shown; 0 = never",
	    FIELD(config, tell_after)},

	{"source *", "kind", CONFIG_CHOICE, 0, 0,
	    "chat shop account report files", NULL,
	    "what the files are",
	    FIELD(config_source, kind)},
	{"source *", "path", CONFIG_TEXT, 0, 0, NULL, NULL,
	    "folder or file to collect; ~/ and * ? ** [a-z] work, \\ quotes",
	    FIELD(config_source, path)},
	{"source *", "include", CONFIG_PATTERN, 0, 0, NULL, "",
	    "collect only what matches; may be given more than once",
	    FIELD(config_source, include)},
	{"source *", "exclude", CONFIG_PATTERN, 0, 0, NULL, "",
	    "leave out what matches; may be given more than once",
	    FIELD(config_source, exclude)},
	{"source *", "stream", CONFIG_ID, 0, 0, NULL, "main",
	    "retention class",
	    FIELD(config_source, stream)},
	{"source *", "databases", CONFIG_BOOL, 0, 0, NULL, "yes",
	    "copy live SQLite databases through SQLite",
	    FIELD(config_source, databases)},
	{"source *", "platform", CONFIG_CHOICE, 0, 0,
	    "none qq qq-nt wangwang wechat whatsapp telegram", "none",
	    "of kind chat: whose exports these are, for reminders",
	    FIELD(config_source, platform)},
	{"source *", "export_every", CONFIG_INT, 0, 365, NULL, "1",
	    "working days until a new export is asked for; 0 = never",
	    FIELD(config_source, export_every)},
	{"source *", "settle", CONFIG_INT, 0, 600, NULL, "30",
	    "seconds for which a new export must not change to be taken",
	    FIELD(config_source, settle)},

	{"shop *", "url", CONFIG_PAGE, 0, 0, NULL, NULL,
	    "the shop's first page, which is captured once a day as 'home'",
	    FIELD(config_shop, page)},
	{"shop *", "page", CONFIG_PAGE, 0, 0, NULL, "",
	    "another page, as NAME URL; may be given more than once",
	    FIELD(config_shop, page)},
	{"shop *", "view", CONFIG_CHOICE, 0, 0, "both desktop mobile", "both",
	    "as it is on a desk, on a telephone, or both",
	    FIELD(config_shop, view)},
	{"shop *", "freeze", CONFIG_CHOICE, 0, 0, "clock css none", "clock",
	    "what makes the page stand still: its clock, its style, nothing",
	    FIELD(config_shop, freeze)},
	{"shop *", "language", CONFIG_TEXT, 0, 0, NULL, "zh-CN",
	    "the language in which the shop is asked for its pages",
	    FIELD(config_shop, language)},
	{"shop *", "profile", CONFIG_BOOL, 0, 0, NULL, "no",
	    "with the login of 'liudi shop login'",
	    FIELD(config_shop, profile)},
	{"shop *", "max_height", CONFIG_INT, 1000, 30000, NULL, "30000",
	    "rows of a page that are kept",
	    FIELD(config_shop, max_height)},
	{"shop *", "deadline", CONFIG_INT, 5, 300, NULL, "20",
	    "seconds until a page is given up",
	    FIELD(config_shop, deadline)},

	{"desk", "central", CONFIG_TEXT, 0, 0, NULL, NULL,
	    "where records are: ssh://user@host/path, https://host/path or a "
	    "folder",
	    FIELD(config, central)},
	{"desk", "ssh", CONFIG_TEXT, 0, 0, NULL, "",
	    "ssh command to use, with its arguments",
	    FIELD(config, ssh)},
	{"desk", "name", CONFIG_ID, 0, 0, NULL, "manager",
	    "whose keys this desk uses: a name in control's 'roots' and "
	    "'recipients'",
	    FIELD(config, name)},
	{"desk", "push", CONFIG_CHOICE, 0, 0, "own stock", "own",
	    "push with the built-in client, or with git push",
	    FIELD(config, push_stock)},
};

const struct config_key *
config_keys(size_t *n)
{
	*n = sizeof(keys) / sizeof(keys[0]);
	return keys;
}
