/* cli/desk/cmd_source.c - liudi-desk source: whose exports a source has. */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <string.h>

#include "cli/desk/show.h"
#include "config/config.h"
#include "config/teamini.h"
#include "desk/chatini.h"

#include "base/banned.h"

#define TEXT_MAX (1024 * 1024)
#define SECTION_LEN 80

/* An option, and its key in policy.ini. */
static const struct setting {
	const char *option, *key;
} settings[] = {
	{"account", "account"}, {"self", "self"}, {"platform", "platform"},
	{"zone", "zone"}, {"date-order", "date_order"},
	{"encoding", "encoding"}, {"header", "header"},
	{"blank-before", "blank_before"}
};
#define NSETTINGS (sizeof(settings) / sizeof(*settings))

struct work {
	const struct cli *c;
	char section[SECTION_LEN];
	struct deskhome home;
	struct control control;
	struct buf text;		/* policy.ini as it is */
	struct jsonw w;
};

/* "[STATION/]NAME" */
static int
set_section(struct work *k, const char *what, struct err *e)
{
	const char *slash = strchr(what, '/');
	char station[SECTION_LEN];
	const size_t n = slash ? (size_t)(slash - what) : 0;

	(void)snprintf(station, sizeof(station), "%.*s",
	    (int)(n < sizeof(station) ? n : 0), what);
	if (!config_is_id(slash ? slash + 1 : what) ||
	    (slash && !config_is_id(station))) {
		(void)err_set(e, ERR_USAGE, "'%s' is no source", what);
		return err_hint(e, "write STATION/NAME, or NAME for that of "
		    "every station");
	}
	(void)snprintf(k->section, sizeof(k->section), "source %s", what);
	return 0;
}

/* What the options want; 1 where they change it. */
static int
make_text(struct work *k, struct buf *new, struct err *e)
{
	struct buf next = BUF_INIT(TEXT_MAX);
	const char *value;
	size_t i;
	int rc = buf_add(new, k->text.data, k->text.len, e);

	for (i = 0; rc == 0 && i < NSETTINGS; i++) {
		value = cli_value(k->c, settings[i].option);
		if (!value)
			continue;
		rc = chatini_check(settings[i].key, value, e);
		if (rc == 0)
			rc = teamini_set(&next, buf_str(new), k->section,
			    settings[i].key, value, e);
		buf_clear(new);
		if (rc == 0)
			rc = buf_add(new, next.data, next.len, e);
		buf_clear(&next);
	}
	buf_release(&next);
	return rc < 0 ? -1 : strcmp(buf_str(new), buf_str(&k->text)) != 0;
}

static int
change(struct work *k, struct err *e)
{
	struct buf new = BUF_INIT(TEXT_MAX);
	int rc = make_text(k, &new, e);

	if (rc > 0) {
		const struct control_file file = {"policy.ini", new.data,
		    new.len};

		rc = deskcmd_commit(k->c, &k->home, k->section, &file, 1, e);
		buf_clear(&k->text);
		if (rc == 0)
			cli_hint(k->c, "it holds for what is read from now "
			    "on; for all: liudi-desk sync --rebuild");
		if (rc == 0)
			rc = buf_add(&k->text, new.data, new.len, e);
	}
	buf_release(&new);
	return rc;
}

static int
on_value(void *arg, const char *section, const char *key, const char *value)
{
	struct work *k = arg;
	struct err ignored = ERR_INIT;
	size_t i;

	for (i = 0; i < NSETTINGS && strcmp(settings[i].key, key) != 0; i++)
		;
	if (i == NSETTINGS || strcmp(section, k->section) != 0 ||
	    value[0] == '\0' || chatini_check(key, value, &ignored) < 0)
		return 0;
	if (k->c->json) {
		jsonw_kstr(&k->w, key, value);
	} else if (!k->c->quiet) {
		(void)printf("%s = ", key);
		cli_put_shown(stdout, value, strlen(value));
		(void)putchar('\n');
	}
	return 0;
}

static int
show(struct work *k, struct err *e)
{
	struct buf line = BUF_INIT(TEXT_MAX);
	int rc = 0;

	if (k->c->json) {
		jsonw_init(&k->w, &line, e);
		jsonw_object(&k->w);
		jsonw_kint(&k->w, "v", 1);
		jsonw_kstr(&k->w, "source", k->section + strlen("source "));
	}
	(void)teamini_each(buf_str(&k->text), on_value, k);
	if (k->c->json) {
		jsonw_object_end(&k->w);
		rc = jsonw_end(&k->w) < 0 ? -1 : show_json_line(&line, e);
	}
	buf_release(&line);
	return rc;
}

static enum cli_exit
run(struct cli *c, struct err *e)
{
	struct work k = {.c = c, .text = BUF_INIT(TEXT_MAX)};
	bool asked = false;
	size_t i;
	int rc = -1;

	for (i = 0; i < NSETTINGS; i++)
		asked = asked || cli_value(c, settings[i].option);
	if (set_section(&k, c->args[0], e) < 0)
		return CLI_FAILED;
	if (deskcmd_control(c, !asked, &k.home, &k.control, e) == 0 &&
	    control_file_load(k.home.control, k.control.commit, "policy.ini",
	    &k.text, e) >= 0 && (!asked || change(&k, e) == 0))
		rc = show(&k, e);
	buf_release(&k.text);
	control_release(&k.control);
	deskhome_release(&k.home);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option options[] = {
	{"account", 0, "ID", "whose exports they are"},
	{"self", 0, "LIST", "further ids and names of the same, commas "
	    "between"},
	{"platform", 0, "NAME", "what it is, where no file says"},
	{"zone", 0, "ZONE", "of clocks in the files that have none"},
	{"date-order", 0, "ORDER", "auto, dmy, mdy or ymd"},
	{"encoding", 0, "NAME", "auto, or an encoding such as GB18030"},
	{"header", 0, "HEADER", "what stands before a message in a text that "
	    "no format knows"},
	{"blank-before", 0, "YES", "yes or no: is there an empty line before "
	    "each"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_source = {
	.name = "source",
	.operands = "[STATION/]NAME",
	.help = "show or say whose exports a source of chats has",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run
};
