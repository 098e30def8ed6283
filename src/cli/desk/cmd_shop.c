/*
 * cli/desk/cmd_shop.c - liudi-desk shop, person: who works where, who reads, who
 * stands in for whom.
 */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/desk/setsection.h"
#include "cli/desk/shopdesk.h"
#include "cli/desk/show.h"
#include "desk/people.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define TEXT_MAX (1024 * 1024)
#define NAME_MAX_LEN 128
#define VALUE_MAX_LEN 2048
#define SECTION_LEN (NAME_MAX_LEN + 8)
#define WIDTH 16

static int
check_area(const char *value, struct err *e)
{
	if (people_is_area(value))
		return 0;
	(void)err_set(e, ERR_USAGE, "'%.60s' is no area", value);
	return err_hint(e, "write alibaba, site, b2b, content or inquiry");
}

static int
check_day(const char *value, struct err *e)
{
	int64_t day;

	if (worktime_day_parse(value, &day) == 0)
		return 0;
	(void)err_set(e, ERR_USAGE, "'%.60s' is no day", value);
	return err_hint(e, "write it as 2026-11-23");
}

static const struct setsection_key shop_keys[] = {
	{"platform", "platform"}, {"doers", "doers"},
	{"responsible", "responsible"}, {"area", "area"}, {"squad", "squad"},
	{"subject", "subject"}, {NULL, NULL}
};
static const struct setsection_key person_keys[] = {
	{"reader", "reader"}, {"deputy", "deputy"}, {"left", "left"},
	{NULL, NULL}
};

static int
check_value(const char *key, const char *value, struct err *e)
{
	const size_t n = strlen(value);

	if (n >= VALUE_MAX_LEN || !utf8_clean(value, n))
		return err_set(e, ERR_USAGE, "--%s takes a line of plain text",
		    key);
	if (strcmp(key, "area") == 0)
		return check_area(value, e);
	return strcmp(key, "left") == 0 ? check_day(value, e) : 0;
}

static enum cli_exit
run_set(struct cli *c, const char *kind, const struct setsection_key *keys,
	struct err *e)
{
	const char *name = c->args[0];
	const size_t n = strlen(name);
	char section[SECTION_LEN];
	const struct setsection s = {.section = section, .keys = keys,
	    .check = check_value, .type = kind};

	if (n == 0 || n >= NAME_MAX_LEN || !utf8_clean(name, n) ||
	    strpbrk(name, "[],") || name[0] == ' ' || name[n - 1] == ' ') {
		(void)err_set(e, ERR_USAGE, "a name is plain text without "
		    "brackets and commas");
		return CLI_FAILED;
	}
	/* what is typed behind 'shop' would be taken for the verb */
	if (strcmp(kind, "shop") == 0 && shopdesk_is_verb(name)) {
		(void)err_set(e, ERR_USAGE, "'%s' is no name for a shop",
		    name);
		(void)err_hint(e, "'liudi-desk shop %s' means something else: "
		    "take another word", name);
		return CLI_FAILED;
	}
	(void)snprintf(section, sizeof(section), "%s %s", kind, name);
	return setsection_run(c, &s, e);
}

static enum cli_exit
run_shop(struct cli *c, struct err *e)
{
	return run_set(c, "shop", shop_keys, e);
}

static enum cli_exit
run_person(struct cli *c, struct err *e)
{
	return run_set(c, "person", person_keys, e);
}

/* --- shop list */

static void
put_list(const struct cli *c, struct jsonw *w, const char *key,
	const char *const *v, size_t n)
{
	size_t i;

	if (c->json) {
		jsonw_key(w, key);
		jsonw_array(w);
	}
	for (i = 0; i < n; i++) {
		if (c->json) {
			jsonw_str(w, v[i]);
			continue;
		}
		if (i > 0)
			(void)fputs(", ", stdout);
		cli_put_shown(stdout, v[i], strlen(v[i]));
	}
	if (c->json)
		jsonw_array_end(w);
}

static int
put_shop(const struct cli *c, const struct people_shop *s, struct err *e)
{
	struct buf line = BUF_INIT(TEXT_MAX);
	struct jsonw w;
	int rc = 0;

	if (c->json) {
		jsonw_init(&w, &line, e);
		jsonw_object(&w);
		jsonw_kint(&w, "v", 1);
		jsonw_kstr(&w, "type", "shop");
		jsonw_kstr(&w, "name", s->name);
		jsonw_kstr(&w, "platform", s->platform);
		put_list(c, &w, "doers", s->doer, s->ndoers);
		put_list(c, &w, "responsible", s->responsible,
		    s->nresponsible);
		jsonw_kstr(&w, "area", s->area);
		jsonw_kstr(&w, "squad", s->squad);
		jsonw_kstr(&w, "subject", s->subject);
		jsonw_object_end(&w);
		rc = jsonw_end(&w) < 0 ? -1 : show_json_line(&line, e);
		buf_release(&line);
		return rc;
	}
	show_padded(s->name, WIDTH);
	show_padded(s->platform ? s->platform : "-", WIDTH);
	show_padded(s->area ? s->area : "-", WIDTH / 2 + 2);
	show_padded(s->squad ? s->squad : "-", WIDTH / 2);
	put_list(c, &w, "", s->responsible, s->nresponsible);
	(void)fputs(" | ", stdout);
	put_list(c, &w, "", s->doer, s->ndoers);
	if (s->subject && strcmp(s->subject, "company") != 0) {
		(void)fputs(" | ", stdout);
		cli_put_shown(stdout, s->subject, strlen(s->subject));
	}
	return putchar('\n') == EOF ? err_stdout(e) : 0;
}

static enum cli_exit
run_list(struct cli *c, struct err *e)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	const struct people_shop *s;
	struct people *p = NULL;
	struct control control;
	struct deskhome home;
	size_t n = 0, i;
	int rc = -1;

	if (deskcmd_control(c, true, &home, &control, e) < 0 ||
	    control_file_load(home.control, control.commit, "policy.ini",
	    &text, e) < 0)
		goto out;
	p = people_new(buf_str(&text), NULL, &control, e);
	if (!p)
		goto out;
	s = people_shops(p, &n);
	for (i = 0; i < n; i++)
		if (put_shop(c, &s[i], e) < 0)
			goto out;
	if (n == 0)
		cli_hint(c, "name one: liudi-desk shop set NAME");
	rc = 0;
out:
	people_free(p);
	buf_release(&text);
	control_release(&control);
	deskhome_release(&home);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static const struct cli_option shop_options[] = {
	{"platform", 0, "CODE", "where it is"},
	{"doers", 0, "LIST", "who does its work, commas between; two at least"},
	{"responsible", 0, "NAME", "who answers for it; one person"},
	{"area", 0, "AREA", "alibaba, site, b2b, content or inquiry"},
	{"squad", 0, "NAME", "which squad it belongs to"},
	{"subject", 0, "NAME", "in whose real name it is registered; else "
	    "company"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_shop_set = {
	.name = "shop set",
	.operands = "NAME",
	.help = "show or say who works for a shop, and what it is",
	.options = shop_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_shop
};

const struct cli_command cmd_shop_list = {
	.name = "shop list",
	.operands = "",
	.help = "all shops: who answers for them | who does their work",
	.min_args = 0,
	.max_args = 0,
	.run = run_list
};

static const struct cli_option person_options[] = {
	{"reader", 0, "KEY", "whose key in recipients is this one"},
	{"deputy", 0, "NAME", "who stands in for this reader"},
	{"left", 0, "DATE", "the first day on which this person is gone"},
	{"passphrase-fd", 0, "N",
	    "read the passphrase from file descriptor N"},
	{NULL, 0, NULL, NULL}
};

const struct cli_command cmd_person_set = {
	.name = "person set",
	.operands = "NAME",
	.help = "show or say what a person reads, who stands in, when he left",
	.options = person_options,
	.min_args = 1,
	.max_args = 1,
	.run = run_person
};
