/*
 * cli/desk/cmd_shop.c - liudi-desk shop, person: who works where, who reads, who
 * stands in for whom.
 */
#include "cli/desk/deskcmds.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/desk/show.h"
#include "config/teamini.h"
#include "desk/people.h"
#include "desk/worktime.h"

#include "base/banned.h"

#define TEXT_MAX (1024 * 1024)
#define NAME_MAX_LEN 128
#define VALUE_MAX_LEN 2048
#define SECTION_LEN (NAME_MAX_LEN + 8)
#define WIDTH 16

/* An option is called as its key. */
struct setting {
	const char *key;
	int (*check)(const char *value, struct err *e);	/* or NULL */
};

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

static const struct setting shop_settings[] = {
	{"platform", NULL}, {"doers", NULL}, {"responsible", NULL},
	{"area", check_area}, {"squad", NULL}, {"subject", NULL},
	{NULL, NULL}
};
static const struct setting person_settings[] = {
	{"reader", NULL}, {"deputy", NULL}, {"left", check_day}, {NULL, NULL}
};

struct work {
	const struct cli *c;
	const char *kind;		/* "shop" */
	const struct setting *settings;
	char section[SECTION_LEN];
	struct deskhome home;
	struct control control;
	struct buf text;		/* policy.ini as it is */
	struct jsonw w;
};

static int
set_section(struct work *k, const char *name, struct err *e)
{
	const size_t n = strlen(name);

	if (n == 0 || n >= NAME_MAX_LEN || !utf8_clean(name, n) ||
	    strpbrk(name, "[],") || name[0] == ' ' || name[n - 1] == ' ')
		return err_set(e, ERR_USAGE, "a name is plain text without "
		    "brackets and commas");
	(void)snprintf(k->section, sizeof(k->section), "%s %s", k->kind, name);
	return 0;
}

static int
check_value(const struct setting *s, const char *value, struct err *e)
{
	const size_t n = strlen(value);

	if (n >= VALUE_MAX_LEN || !utf8_clean(value, n))
		return err_set(e, ERR_USAGE, "--%s takes a line of plain text",
		    s->key);
	return *value && s->check ? s->check(value, e) : 0;
}

/* What the options want; 1 where they change it. */
static int
make_text(struct work *k, struct buf *new, struct err *e)
{
	struct buf next = BUF_INIT(TEXT_MAX);
	const struct setting *s;
	const char *value;
	int rc = buf_add(new, k->text.data, k->text.len, e);

	for (s = k->settings; rc == 0 && s->key; s++) {
		value = cli_value(k->c, s->key);
		if (!value)
			continue;
		rc = check_value(s, value, e);
		if (rc == 0)
			rc = teamini_set(&next, buf_str(new), k->section,
			    s->key, value, e);
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
			rc = buf_add(&k->text, new.data, new.len, e);
	}
	buf_release(&new);
	return rc;
}

static int
on_value(void *arg, const char *section, const char *key, const char *value)
{
	struct work *k = arg;
	const struct setting *s;

	for (s = k->settings; s->key && strcmp(s->key, key) != 0; s++)
		;
	if (!s->key || strcmp(section, k->section) != 0 || !*value)
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

/* The section as it is by now. */
static int
show_section(struct work *k, struct err *e)
{
	struct buf line = BUF_INIT(TEXT_MAX);
	int rc = 0;

	if (k->c->json) {
		jsonw_init(&k->w, &line, e);
		jsonw_object(&k->w);
		jsonw_kint(&k->w, "v", 1);
		jsonw_kstr(&k->w, "type", k->kind);
		jsonw_kstr(&k->w, "name", k->section + strlen(k->kind) + 1);
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
run_set(struct cli *c, const char *kind, const struct setting *settings,
	struct err *e)
{
	struct work k = {.c = c, .kind = kind, .settings = settings,
	    .text = BUF_INIT(TEXT_MAX)};
	const struct setting *s;
	bool asked = false;
	int rc = -1;

	for (s = settings; s->key; s++)
		asked = asked || cli_value(c, s->key);
	if (set_section(&k, c->args[0], e) < 0)
		return CLI_FAILED;
	if (deskcmd_control(c, !asked, &k.home, &k.control, e) == 0 &&
	    control_file_load(k.home.control, k.control.commit, "policy.ini",
	    &k.text, e) >= 0 && (!asked || change(&k, e) == 0))
		rc = show_section(&k, e);
	buf_release(&k.text);
	control_release(&k.control);
	deskhome_release(&k.home);
	return rc < 0 ? CLI_FAILED : CLI_DONE;
}

static enum cli_exit
run_shop(struct cli *c, struct err *e)
{
	return run_set(c, "shop", shop_settings, e);
}

static enum cli_exit
run_person(struct cli *c, struct err *e)
{
	return run_set(c, "person", person_settings, e);
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
